/* server-fixture.c: a server whose signals are written down, and raw peers for it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server-fixture.h"

#include <sys/socket.h>
#include <unistd.h>

/* The log */

void
server_fixture_write_log (ServerFixture *fixture,
                          const char    *format,
                          ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (fixture->log, format, args);
  va_end (args);

  g_string_append_c (fixture->log, ' ');
}

static void
write_error (ServerFixture *fixture,
             const char    *name,
             const GError  *error)
{
  g_assert_cmpstr (error->message, !=, "");

  if (error->domain == TISOCK_SOCKET_ERROR)
    server_fixture_write_log (fixture, "%s(%d)", name, error->code);
  else
    server_fixture_write_log (fixture, "%s(%s:%d)", name,
                              g_quark_to_string (error->domain), error->code);
}

/* Connections */

static void
connected_cb (TisockTCPSocket *socket,
              ServerFixture   *fixture)
{
  server_fixture_write_log (fixture, "connected");
}

static void
data_available_cb (TisockTCPSocket *socket,
                   ServerFixture   *fixture)
{
  server_fixture_write_log (fixture, "data-available");
}

static void
socket_error_cb (TisockTCPSocket *socket,
                 GError          *error,
                 ServerFixture   *fixture)
{
  write_error (fixture, "socket-error", error);
}

static void
socket_closed_cb (TisockTCPSocket *socket,
                  ServerFixture   *fixture)
{
  server_fixture_write_log (fixture, "socket-closed");
  g_assert_true (g_ptr_array_remove (fixture->sockets, socket));
}

/* The server */

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             ServerFixture      *fixture)
{
  server_fixture_write_log (fixture, "accepted");
  g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (socket)), ==,
                   TISOCK_SOCKET_STATE_CONNECTED);

  g_ptr_array_add (fixture->sockets, socket);
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), fixture);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), fixture);
  g_signal_connect (socket, "error", G_CALLBACK (socket_error_cb), fixture);
  g_signal_connect (socket, "closed", G_CALLBACK (socket_closed_cb), fixture);
}

static void
dropped_cb (TisockServerSocket *server,
            GSocketAddress     *peer,
            TisockDropReason    reason,
            ServerFixture      *fixture)
{
  g_autoptr(GEnumClass) reasons = g_type_class_ref (TISOCK_TYPE_DROP_REASON);

  g_assert_true (G_IS_INET_SOCKET_ADDRESS (peer) || G_IS_UNIX_SOCKET_ADDRESS (peer));
  server_fixture_write_log (fixture, "dropped(%s)",
                            g_enum_get_value (reasons, (int) reason)->value_nick);
}

static void
error_cb (TisockServerSocket *server,
          GError             *error,
          ServerFixture      *fixture)
{
  if (error->domain == TISOCK_SOCKET_ERROR)
    g_assert_cmpint (tisock_server_socket_get_last_error_number (server), ==, error->code);
  else
    g_assert_cmpint (tisock_server_socket_get_last_error_number (server), !=, 0);

  write_error (fixture, "error", error);
}

static void
closed_cb (TisockServerSocket *server,
           ServerFixture      *fixture)
{
  g_assert_false (tisock_server_socket_get_is_listening (server));
  server_fixture_write_log (fixture, "closed");
}

void
server_fixture_watch (ServerFixture      *fixture,
                      TisockServerSocket *server)
{
  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), fixture);
  g_signal_connect (server, "dropped", G_CALLBACK (dropped_cb), fixture);
  g_signal_connect (server, "error", G_CALLBACK (error_cb), fixture);
  g_signal_connect (server, "closed", G_CALLBACK (closed_cb), fixture);
}

/* The fixture */

void
server_fixture_set_up (ServerFixture *fixture,
                       gconstpointer  user_data)
{
  fixture->log = g_string_new (NULL);
  fixture->sockets = g_ptr_array_new ();
  fixture->server = tisock_server_socket_new ();
  server_fixture_watch (fixture, fixture->server);
}

void
server_fixture_tear_down (ServerFixture *fixture,
                          gconstpointer  user_data)
{
  server_fixture_expect_silence (fixture);

  tisock_server_socket_close (fixture->server);
  g_assert_cmpuint (fixture->sockets->len, ==, 0);
  g_assert_finalize_object (fixture->server);

  g_ptr_array_unref (fixture->sockets);
  g_string_free (fixture->log, TRUE);
}

void
server_fixture_expect (ServerFixture *fixture,
                       const char    *log)
{
  test_wait_until (fixture->log->len >= strlen (log));

  g_assert_cmpstr (fixture->log->str, ==, log);
  g_string_truncate (fixture->log, 0);
}

void
server_fixture_expect_silence (ServerFixture *fixture)
{
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;

  g_assert_cmpstr (fixture->log->str, ==, "");
}

int
server_fixture_listen (ServerFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  if (!tisock_server_socket_get_is_listening (fixture->server))
    {
      tisock_server_socket_listen (fixture->server, &error);
      g_assert_no_error (error);
    }

  return tisock_server_socket_get_port (fixture->server);
}

int
server_fixture_connect (ServerFixture *fixture)
{
  return peer_connect (NULL, "127.0.0.1", server_fixture_listen (fixture));
}

/* Peers */

static void
get_native (const char              *text,
            int                      port,
            struct sockaddr_storage *native,
            socklen_t               *length)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string (text, (guint) port);

  *length = (socklen_t) g_socket_address_get_native_size (address);
  g_assert_true (g_socket_address_to_native (address, native, sizeof *native, NULL));
}

int
peer_new (const char *source,
          int         family)
{
  struct sockaddr_storage native;
  socklen_t length;
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  if (source == NULL)
    return fd;

  get_native (source, 0, &native, &length);
  g_assert_no_errno (bind (fd, (struct sockaddr *) &native, length));

  return fd;
}

void
peer_connect_to (int         fd,
                 const char *destination,
                 int         port)
{
  struct sockaddr_storage native;
  socklen_t length;

  get_native (destination, port, &native, &length);
  g_assert_no_errno (connect (fd, (struct sockaddr *) &native, length));
}

int
peer_connect (const char *source,
              const char *destination,
              int         port)
{
  int fd = peer_new (source, strchr (destination, ':') != NULL ? AF_INET6 : AF_INET);

  peer_connect_to (fd, destination, port);

  return fd;
}

void
peer_expect_end (int fd)
{
  char byte;

  g_assert_cmpint (recv (fd, &byte, 1, 0), ==, 0);
  close (fd);
}
