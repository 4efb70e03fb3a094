/* udp-fixture.c: a UDPSocket whose signals are written down, and its raw peer
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "udp-fixture.h"

#include "signal-log.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The log */

static void
act (UdpFixture *fixture,
     const char *signal)
{
  if (fixture->action != NULL)
    fixture->action (fixture, signal);
}

static void
data_available_cb (TisockUDPSocket *socket,
                   UdpFixture      *fixture)
{
  signal_log_add (fixture->log, "data:%" G_GUINT64_FORMAT,
                  tisock_udp_socket_get_packets_available (socket));
  act (fixture, "data-available");
}

static void
error_cb (TisockUDPSocket *socket,
          GError          *error,
          UdpFixture      *fixture)
{
  g_autofree char *entry = signal_log_dup_error (socket, error);

  g_free (fixture->message);
  fixture->message = g_strdup (error->message);
  signal_log_add (fixture->log, "%s", entry);
  act (fixture, "error");
}

static void
closed_cb (TisockUDPSocket *socket,
           UdpFixture      *fixture)
{
  g_assert_cmpint (tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (socket)), ==, -1);
  signal_log_add (fixture->log, "closed/%s", signal_log_get_state (socket));
  act (fixture, "closed");
}

static void
send_complete_cb (TisockUDPSocket *socket,
                  gboolean         user_aborted,
                  UdpFixture      *fixture)
{
  signal_log_add (fixture->log, "complete:%d", user_aborted);
  act (fixture, "send-complete");
}

static void
drained_cb (TisockUDPSocket *socket,
            UdpFixture      *fixture)
{
  g_assert_false (tisock_udp_socket_get_needs_drain (socket));
  signal_log_add (fixture->log, "drained");
  act (fixture, "drained");
}

/* The fixture */

void
udp_fixture_set_up (UdpFixture    *fixture,
                    gconstpointer  user_data)
{
  fixture->log = g_string_new (NULL);
  fixture->peer = test_peer_bind (&fixture->peer_port);
  fixture->socket = tisock_udp_socket_new ();
  fixture->core = TISOCK_SOCKET_CORE (fixture->socket);

  g_signal_connect (fixture->socket, "data-available", G_CALLBACK (data_available_cb), fixture);
  g_signal_connect (fixture->socket, "error", G_CALLBACK (error_cb), fixture);
  g_signal_connect (fixture->socket, "closed", G_CALLBACK (closed_cb), fixture);
  g_signal_connect (fixture->socket, "send-complete", G_CALLBACK (send_complete_cb), fixture);
  g_signal_connect (fixture->socket, "drained", G_CALLBACK (drained_cb), fixture);
}

void
udp_fixture_tear_down (UdpFixture    *fixture,
                       gconstpointer  user_data)
{
  fixture->action = NULL;
  if (fixture->socket != NULL)
    {
      tisock_socket_core_close (fixture->core);
      g_signal_handlers_disconnect_by_data (fixture->socket, fixture);
      g_assert_finalize_object (g_steal_pointer (&fixture->socket));
    }

  close (fixture->peer);
  g_string_free (fixture->log, TRUE);
  g_free (fixture->message);
  /* All sources are gone with the last socket. */
  g_assert_false (g_main_context_iteration (NULL, FALSE));
}

void
udp_fixture_face (UdpFixture *fixture)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons ((guint16) tisock_socket_core_get_port (fixture->core)),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };

  g_assert_no_errno (connect (fixture->peer, (struct sockaddr *) &address, sizeof address));
}

void
udp_fixture_open (UdpFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_socket_core_open (fixture->core, &error));
  g_assert_no_error (error);
  udp_fixture_expect_now (fixture, "");
  udp_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
  udp_fixture_face (fixture);
}

void
udp_fixture_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
udp_fixture_expect_now (UdpFixture *fixture,
                        const char *log)
{
  g_assert_cmpstr (fixture->log->str, ==, log);
  g_string_truncate (fixture->log, 0);
}

void
udp_fixture_expect (UdpFixture *fixture,
                    const char *log)
{
  test_wait_until (fixture->log->len >= strlen (log));
  udp_fixture_settle ();
  udp_fixture_expect_now (fixture, log);
}

void
udp_fixture_expect_state (UdpFixture        *fixture,
                          TisockSocketState  state,
                          int                last_error_number)
{
  g_assert_cmpint (tisock_socket_core_get_state (fixture->core), ==, state);
  g_assert_cmpint (tisock_socket_core_get_last_error_number (fixture->core), ==,
                   last_error_number);
  g_assert_cmpint (tisock_socket_core_get_is_connected (fixture->core), ==,
                   state == TISOCK_SOCKET_STATE_CONNECTED);
}

void
udp_fixture_await (UdpFixture *fixture,
                   guint64     packets_available)
{
  test_wait_until (tisock_udp_socket_get_packets_available (fixture->socket) >=
                   packets_available);
  udp_fixture_settle ();
  g_assert_cmpuint (tisock_udp_socket_get_packets_available (fixture->socket), ==,
                    packets_available);
}

/* Datagrams */

gboolean
udp_fixture_write_to (UdpFixture  *fixture,
                      const char  *address,
                      int          port,
                      const char  *text,
                      GError     **error)
{
  return tisock_udp_socket_write_to (fixture->socket, address, port, (const guint8 *) text,
                                     strlen (text), error);
}

void
udp_fixture_write (UdpFixture *fixture,
                   const char *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (udp_fixture_write_to (fixture, "127.0.0.1", fixture->peer_port, text, &error));
  g_assert_no_error (error);
}

void
udp_fixture_expect_sent (UdpFixture *fixture,
                         const char *text)
{
  char buffer[64 * 1024];
  ssize_t n;

  test_peer_await (fixture->peer, POLLIN);
  n = recv (fixture->peer, buffer, sizeof buffer, 0);
  g_assert_cmpmem (buffer, n, text, strlen (text));
}

void
udp_fixture_expect_read (UdpFixture *fixture,
                         const char *text)
{
  g_autoptr(TisockDatagram) datagram = tisock_udp_socket_read (fixture->socket);
  g_autofree char *address = NULL;
  const guint8 *data;
  gsize length;

  g_assert_nonnull (datagram);
  address = tisock_datagram_get_address (datagram);
  data = tisock_datagram_get_data (datagram, &length);
  g_assert_cmpstr (address, ==, "127.0.0.1");
  g_assert_cmpint (tisock_datagram_get_port (datagram), ==, fixture->peer_port);
  g_assert_false (tisock_datagram_is_truncated (datagram));
  g_assert_cmpmem (data, length, text, strlen (text));
}
