/* socket-fixture.c: a TCPSocket whose signals are written down, and its raw peer
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"

#include "signal-log.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The log */

static void
note (SocketFixture *fixture,
      const char    *signal,
      const char    *format,
      ...) G_GNUC_PRINTF (3, 4);

static void
note (SocketFixture *fixture,
      const char    *signal,
      const char    *format,
      ...)
{
  va_list args;

  va_start (args, format);
  signal_log_add_valist (fixture->log, format, args);
  va_end (args);

  if (fixture->action != NULL)
    fixture->action (fixture, signal);
}

static void
connected_cb (TisockTCPSocket *socket,
              SocketFixture   *fixture)
{
  g_assert_true (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (socket)));
  note (fixture, "connected", "connected");
}

static void
data_available_cb (TisockTCPSocket *socket,
                   SocketFixture   *fixture)
{
  note (fixture, "data-available", "data:%" G_GUINT64_FORMAT,
        tisock_tcp_socket_get_bytes_available (socket));
}

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          SocketFixture   *fixture)
{
  g_autofree char *entry = signal_log_dup_error (socket, error);

  note (fixture, "error", "%s", entry);
}

static void
closed_cb (TisockTCPSocket *socket,
           SocketFixture   *fixture)
{
  g_assert_cmpint (tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (socket)), ==, -1);
  note (fixture, "closed", "closed/%s", signal_log_get_state (socket));
}

static gboolean
send_progress_cb (TisockTCPSocket *socket,
                  guint64          sent,
                  guint64          left,
                  SocketFixture   *fixture)
{
  gboolean abort = fixture->abort;

  fixture->abort = FALSE;
  fixture->sent += sent;
  fixture->left = left;
  if (!fixture->brief)
    note (fixture, "send-progress", "progress:%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
          sent, left);
  else if (fixture->action != NULL)
    fixture->action (fixture, "send-progress");

  return abort;
}

static void
send_complete_cb (TisockTCPSocket *socket,
                  gboolean         user_aborted,
                  SocketFixture   *fixture)
{
  note (fixture, "send-complete", "complete:%d", user_aborted);
}

static void
drained_cb (TisockTCPSocket *socket,
            SocketFixture   *fixture)
{
  g_assert_false (tisock_tcp_socket_get_needs_drain (socket));
  note (fixture, "drained", "drained");
}

static void
read_eof_cb (TisockTCPSocket *socket,
             SocketFixture   *fixture)
{
  note (fixture, "read-eof", "eof");
}

void
socket_fixture_watch (SocketFixture   *fixture,
                      TisockTCPSocket *socket)
{
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), fixture);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), fixture);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), fixture);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), fixture);
  g_signal_connect (socket, "send-progress", G_CALLBACK (send_progress_cb), fixture);
  g_signal_connect (socket, "send-complete", G_CALLBACK (send_complete_cb), fixture);
  g_signal_connect (socket, "drained", G_CALLBACK (drained_cb), fixture);
  g_signal_connect (socket, "read-eof", G_CALLBACK (read_eof_cb), fixture);
}

/* The fixture */

void
socket_fixture_set_up_with (SocketFixture   *fixture,
                            TisockTCPSocket *socket)
{
  fixture->log = g_string_new (NULL);
  fixture->peer = -1;
  fixture->socket = socket;
  fixture->core = TISOCK_SOCKET_CORE (fixture->socket);
  socket_fixture_watch (fixture, fixture->socket);
}

void
socket_fixture_set_up (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  socket_fixture_set_up_with (fixture, tisock_tcp_socket_new ());
}

void
socket_fixture_tear_down (SocketFixture *fixture,
                          gconstpointer  user_data)
{
  fixture->action = NULL;
  socket_fixture_close_peer (fixture);
  if (fixture->socket != NULL)
    {
      tisock_socket_core_close (fixture->core);
      g_signal_handlers_disconnect_by_data (fixture->socket, fixture);
      g_assert_finalize_object (g_steal_pointer (&fixture->socket));
    }

  g_string_free (fixture->log, TRUE);
  /* All sources are gone with the last socket. */
  g_assert_false (g_main_context_iteration (NULL, FALSE));
}

void
socket_fixture_connect (SocketFixture *fixture)
{
  test_peer_connect (fixture->socket, &fixture->peer);
  socket_fixture_expect (fixture, "connected");
}

int
socket_fixture_listen (SocketFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  g_assert_true (tisock_tcp_socket_listen (fixture->socket, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tisock_socket_core_get_state (fixture->core), ==,
                   TISOCK_SOCKET_STATE_LISTENING);

  return tisock_socket_core_get_port (fixture->core);
}

void
socket_fixture_close_peer (SocketFixture *fixture)
{
  if (fixture->peer >= 0)
    close (fixture->peer);
  fixture->peer = -1;
}

void
socket_fixture_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
socket_fixture_expect_now (SocketFixture *fixture,
                           const char    *log)
{
  g_assert_cmpstr (fixture->log->str, ==, log);
  g_string_truncate (fixture->log, 0);
}

void
socket_fixture_expect (SocketFixture *fixture,
                       const char    *log)
{
  test_wait_until (fixture->log->len >= strlen (log));
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, log);
}

void
socket_fixture_expect_state (SocketFixture     *fixture,
                             TisockSocketState  state,
                             int                last_error_number)
{
  g_assert_cmpint (tisock_socket_core_get_state (fixture->core), ==, state);
  g_assert_cmpint (tisock_socket_core_get_last_error_number (fixture->core), ==,
                   last_error_number);
  g_assert_cmpint (tisock_socket_core_get_is_connected (fixture->core), ==,
                   state == TISOCK_SOCKET_STATE_CONNECTED);
}

/* Bytes */

void
socket_fixture_feed (SocketFixture *fixture,
                     const char    *text)
{
  int handle = tisock_socket_core_get_handle (fixture->core);
  int before = 0, now = 0;

  g_assert_no_errno (ioctl (handle, FIONREAD, &before));
  test_peer_send (fixture->peer, text);
  while (now < before + (int) strlen (text))
    g_assert_no_errno (ioctl (handle, FIONREAD, &now));
}

void
socket_fixture_await (SocketFixture *fixture,
                      guint64        bytes_available)
{
  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->socket) >= bytes_available);
  socket_fixture_settle ();
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->socket), ==, bytes_available);
}

gsize
socket_fixture_stuff (SocketFixture *fixture)
{
  const gsize length = 4096 * 1024;
  g_autofree guint8 *data = g_malloc0 (length);
  int size = 16 * 1024;

  g_assert_true (tisock_tcp_socket_set_option (fixture->socket, SOL_SOCKET, SO_SNDBUF, size,
                                               NULL));
  g_assert_no_errno (setsockopt (fixture->peer, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
  g_assert_true (tisock_tcp_socket_write (fixture->socket, data, length, NULL));
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), >, length / 2);

  return length;
}

void
socket_fixture_drain (SocketFixture *fixture,
                      gsize          length)
{
  g_autofree guint8 *buffer = g_malloc (64 * 1024);

  for (gsize got = 0; got < length;)
    {
      gssize n = recv (fixture->peer, buffer, MIN (64 * 1024, length - got), MSG_DONTWAIT);

      if (n < 0)
        g_assert_true (errno == EAGAIN || errno == EWOULDBLOCK);
      else
        g_assert_cmpint (n, >, 0);

      got += (gsize) MAX (n, 0);
      socket_fixture_settle ();
    }
}

void
socket_fixture_write (SocketFixture *fixture,
                      const char    *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_tcp_socket_write_string (fixture->socket, text, &error));
  g_assert_no_error (error);
}

void
socket_fixture_expect_sent (SocketFixture *fixture,
                            const char    *text)
{
  g_autofree char *got = test_peer_receive (fixture->peer, strlen (text));

  g_assert_cmpstr (got, ==, text);
}

void
socket_fixture_expect_read (SocketFixture *fixture,
                            const char    *text)
{
  gsize length;
  g_autofree guint8 *data = tisock_tcp_socket_read_all (fixture->socket, &length);

  g_assert_cmpmem (data, length, text, strlen (text));
}

void
socket_fixture_expect_fin (SocketFixture *fixture)
{
  char byte;

  test_peer_await (fixture->peer, POLLIN);
  g_assert_cmpint (recv (fixture->peer, &byte, 1, MSG_DONTWAIT), ==, 0);
}
