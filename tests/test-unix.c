/* test-unix.c: sockets that are connected by a path or by an abstract name
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "unix-fixture.h"

#include "tisock-socket-error.h"

#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void
assert_addresses (TisockTCPSocket *socket,
                  const char      *local,
                  const char      *remote)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);
  g_autofree char *local_address = tisock_socket_core_get_local_address (core);
  g_autofree char *remote_address = tisock_tcp_socket_get_remote_address (socket);

  g_assert_cmpstr (local_address, ==, local);
  g_assert_cmpstr (remote_address, ==, remote);
  g_assert_cmpint (tisock_tcp_socket_get_remote_port (socket), ==, 0);
}

static void
exchange (TisockTCPSocket *from,
          TisockTCPSocket *to,
          const char      *text)
{
  g_autofree char *got = NULL;

  g_assert_true (tisock_tcp_socket_write_string (from, text, NULL));
  test_wait_until (tisock_tcp_socket_get_bytes_available (to) >= strlen (text));
  got = tisock_tcp_socket_read_string (to, -1, NULL, NULL);
  g_assert_cmpstr (got, ==, text);
}

static void
keep_message_cb (TisockTCPSocket  *socket,
                 GError           *error,
                 char            **message)
{
  g_free (*message);
  *message = g_strdup (error->message);
}

static gboolean
is_closed (TisockTCPSocket *socket)
{
  switch (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (socket)))
    {
    case TISOCK_SOCKET_STATE_CLOSED:
    case TISOCK_SOCKET_STATE_ERROR:
      return TRUE;

    case TISOCK_SOCKET_STATE_INITIALIZED:
    case TISOCK_SOCKET_STATE_CONNECTING:
    case TISOCK_SOCKET_STATE_CONNECTED:
    case TISOCK_SOCKET_STATE_LISTENING:
    default:
      return FALSE;
    }
}

/* Connecting */

static void
check_connection (UnixFixture *fixture,
                  const char  *name)
{
  g_autofree char *message = NULL;
  g_autofree char *start = g_strdup_printf ("Connection with %s: ", name);

  assert_addresses (fixture->client, "", name);
  assert_addresses (fixture->peer, name, "");
  exchange (fixture->client, fixture->peer, "hello");
  exchange (fixture->peer, fixture->client, "and hello");

  /* What ended stays readable. */
  g_signal_connect (fixture->client, "error", G_CALLBACK (keep_message_cb), &message);
  tisock_tcp_socket_shutdown (fixture->peer);
  test_wait_until (is_closed (fixture->client) && is_closed (fixture->peer));
  g_signal_handlers_disconnect_by_data (fixture->client, &message);
  g_assert_true (g_str_has_prefix (message, start));
  assert_addresses (fixture->client, "", name);
  assert_addresses (fixture->peer, name, "");
}

static void
test_path (UnixFixture   *fixture,
           gconstpointer  user_data)
{
  unix_fixture_connect (fixture);
  check_connection (fixture, fixture->path);
}

static void
test_abstract (UnixFixture   *fixture,
               gconstpointer  user_data)
{
  g_autofree char *name = g_strdup_printf ("tisock-test-%d", getpid ());
  g_autofree char *text = g_strconcat ("@", name, NULL);

  g_clear_object (&fixture->address);
  fixture->address =
    g_unix_socket_address_new_with_type (name, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  unix_fixture_connect (fixture);
  check_connection (fixture, text);
}

/* A name of one life is not shown in the next one. */
static void
test_next_life (UnixFixture   *fixture,
                gconstpointer  user_data)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (fixture->client);
  int port;
  int listener = test_peer_listen (&port);

  unix_fixture_connect (fixture);
  exchange (fixture->peer, fixture->client, "first");
  tisock_socket_core_close (core);
  assert_addresses (fixture->client, "", fixture->path);

  tisock_tcp_socket_set_connectable (fixture->client, NULL);
  tisock_tcp_socket_set_address (fixture->client, "127.0.0.1");
  tisock_socket_core_set_port (core, port);
  g_assert_true (tisock_socket_core_open (core, NULL));
  test_wait_until (tisock_socket_core_get_is_connected (core));
  g_assert_cmpint (tisock_tcp_socket_get_remote_port (fixture->client), ==, port);
  tisock_socket_core_close (core);
  close (listener);

  tisock_tcp_socket_set_connectable (fixture->client, G_SOCKET_CONNECTABLE (fixture->address));
  g_assert_true (tisock_socket_core_open (core, NULL));
  test_wait_until (tisock_socket_core_get_is_connected (core));
  assert_addresses (fixture->client, "", fixture->path);
}

static void
test_refused (UnixFixture   *fixture,
              gconstpointer  user_data)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (fixture->client);
  g_autoptr(GError) error = NULL;

  tisock_tcp_socket_set_connectable (fixture->client, G_SOCKET_CONNECTABLE (fixture->address));
  g_assert_false (tisock_socket_core_open (core, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, fixture->path));
}

/* A connection that GIO has made may have no names at all. */
static void
test_unnamed (UnixFixture   *fixture,
              gconstpointer  user_data)
{
  g_autofree char *message = NULL;
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(TisockTCPSocket) unnamed = NULL;
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  socket = g_socket_new_from_fd (fds[0], NULL);
  unnamed = tisock_tcp_socket_new_from_socket (socket, NULL);
  g_assert_nonnull (unnamed);
  assert_addresses (unnamed, "", "");

  g_signal_connect (unnamed, "error", G_CALLBACK (keep_message_cb), &message);
  close (fds[1]);
  test_wait_until (is_closed (unnamed));
  g_assert_true (g_str_has_prefix (message, "Connection with an unnamed peer: "));
  assert_addresses (unnamed, "", "");
  g_assert_finalize_object (g_steal_pointer (&unnamed));
}

/* Who is there */

static void
assert_credentials (TisockTCPSocket *socket,
                    pid_t            pid)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GCredentials) credentials = tisock_tcp_socket_get_credentials (socket, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_credentials_get_unix_pid (credentials, NULL), ==, pid);
  g_assert_cmpuint (g_credentials_get_unix_user (credentials, NULL), ==, geteuid ());
}

static void
refuse_credentials (TisockTCPSocket *socket,
                    const char      *reason)
{
  g_autofree char *message = NULL;
  g_autoptr(GError) error = NULL;

  g_signal_connect (socket, "error", G_CALLBACK (keep_message_cb), &message);
  g_assert_null (tisock_tcp_socket_get_credentials (socket, &error));
  g_signal_handlers_disconnect_by_data (socket, &message);
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_nonnull (strstr (error->message, reason));
  g_assert_cmpstr (message, ==, error->message);
}

static void
test_credentials (UnixFixture   *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GIOStream) io_stream = NULL;

  refuse_credentials (fixture->client, "not connected");
  unix_fixture_connect (fixture);
  assert_credentials (fixture->client, getpid ());
  assert_credentials (fixture->peer, getpid ());

  io_stream = tisock_tcp_socket_get_io_stream (fixture->peer, NULL);
  assert_credentials (fixture->peer, getpid ());
  g_clear_object (&io_stream);
  test_wait_until (is_closed (fixture->client) && is_closed (fixture->peer));
  refuse_credentials (fixture->client, "not connected");
}

/* Connects, and waits for the end. */
static pid_t
fork_client (GSocketAddress *address)
{
  struct sockaddr_storage native;
  pid_t pid;
  char byte;
  int fd;

  g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
  pid = fork ();
  if (pid != 0)
    return pid;

  fd = socket (AF_UNIX, SOCK_STREAM, 0);
  if (connect (fd, (struct sockaddr *) &native,
               (socklen_t) g_socket_address_get_native_size (address)) != 0)
    _exit (1);
  _exit (read (fd, &byte, 1) == 0 ? 0 : 1);
}

static void
test_credentials_of_process (UnixFixture   *fixture,
                             gconstpointer  user_data)
{
  pid_t pid;
  int status;

  unix_fixture_connect (fixture);
  g_clear_object (&fixture->peer);
  pid = fork_client (fixture->address);
  g_assert_cmpint (pid, >, 0);
  test_wait_until (fixture->peer != NULL);
  assert_credentials (fixture->peer, pid);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->peer));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
}

static void
test_credentials_over_tcp (UnixFixture   *fixture,
                           gconstpointer  user_data)
{
  int peer;

  test_peer_connect (fixture->client, &peer);
  refuse_credentials (fixture->client, "not one by a Unix socket");
  close (peer);
}

/* Bytes and ends are those of any stream. */

#define BULK (8 * 1024 * 1024)

static void
test_bulk (UnixFixture   *fixture,
           gconstpointer  user_data)
{
  g_autofree guint8 *data = g_malloc (BULK);
  g_autoptr(GByteArray) got = g_byte_array_new ();

  for (gsize i = 0; i < BULK; i++)
    data[i] = (guint8) (i * 7 + i / 251);

  unix_fixture_connect (fixture);
  g_assert_true (tisock_tcp_socket_write (fixture->client, data, BULK, NULL));
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->client), >, 0);
  tisock_tcp_socket_shutdown (fixture->client);
  while (got->len < BULK)
    {
      gsize length;
      g_autofree guint8 *part = NULL;

      test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->peer) > 0);
      part = tisock_tcp_socket_read_all (fixture->peer, &length);
      g_byte_array_append (got, part, (guint) length);
    }

  g_assert_cmpmem (got->data, got->len, data, BULK);
  test_wait_until (is_closed (fixture->client) && is_closed (fixture->peer));
}

static void
test_half_open (UnixFixture   *fixture,
                gconstpointer  user_data)
{
  tisock_tcp_socket_set_allow_half_open (fixture->client, TRUE);
  unix_fixture_connect (fixture);
  tisock_tcp_socket_shutdown_write (fixture->peer);
  exchange (fixture->client, fixture->peer, "still");
  tisock_tcp_socket_shutdown (fixture->client);
  test_wait_until (is_closed (fixture->client) && is_closed (fixture->peer));
}

/* A peer that leaves without reading breaks the connection. */
static void
test_broken (UnixFixture   *fixture,
             gconstpointer  user_data)
{
  unix_fixture_connect (fixture);
  g_assert_true (tisock_tcp_socket_write_string (fixture->client, "unread", NULL));
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->peer));
  test_wait_until (is_closed (fixture->client));
  g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (fixture->client)), ==,
                   TISOCK_SOCKET_STATE_ERROR);
  g_assert_cmpint (tisock_socket_core_get_last_error_number (TISOCK_SOCKET_CORE (fixture->client)),
                   ==, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
}

/* Listening for one connection */

static void
listen_once (UnixFixture        *fixture,
             GSocketConnectable *connectable)
{
  g_autoptr(GError) error = NULL;

  fixture->peer = tisock_tcp_socket_new ();
  tisock_tcp_socket_set_connectable (fixture->peer, connectable);
  g_assert_true (tisock_tcp_socket_listen (fixture->peer, &error));
  g_assert_no_error (error);
}

static void
test_listen (UnixFixture   *fixture,
             gconstpointer  user_data)
{
  g_autofree char *local_address = NULL;

  for (guint i = 0; i < 3; i++)
    {
      listen_once (fixture, G_SOCKET_CONNECTABLE (fixture->address));
      g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
      local_address =
        tisock_socket_core_get_local_address (TISOCK_SOCKET_CORE (fixture->peer));
      g_assert_cmpstr (local_address, ==, fixture->path);
      g_clear_pointer (&local_address, g_free);

      unix_fixture_open_client (fixture);
      test_wait_until (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (fixture->peer)));
      g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
      check_connection (fixture, fixture->path);
      g_clear_object (&fixture->peer);
    }
}

static void
test_listen_in_vain (UnixFixture   *fixture,
                     gconstpointer  user_data)
{
  listen_once (fixture, G_SOCKET_CONNECTABLE (fixture->address));
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->peer));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));

  g_assert_true (tisock_tcp_socket_listen (fixture->peer, NULL));
  g_object_run_dispose (G_OBJECT (fixture->peer));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_listen_on_address (UnixFixture   *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autofree char *local_address = NULL;
  int peer;

  /* The port does not count. */
  listen_once (fixture, G_SOCKET_CONNECTABLE (address));
  local_address = tisock_socket_core_get_local_address (TISOCK_SOCKET_CORE (fixture->peer));
  g_assert_cmpstr (local_address, ==, "127.0.0.1");
  peer = test_peer_open (tisock_socket_core_get_port (TISOCK_SOCKET_CORE (fixture->peer)));
  test_wait_until (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (fixture->peer)));
  close (peer);
  test_wait_until (is_closed (fixture->peer));
}

static void
test_listen_fails (UnixFixture   *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GSocketConnectable) service = g_network_service_new ("http", "tcp", "some.name");
  g_autoptr(GError) error = NULL;

  listen_once (fixture, G_SOCKET_CONNECTABLE (fixture->address));
  tisock_tcp_socket_set_connectable (fixture->client, G_SOCKET_CONNECTABLE (fixture->address));
  g_assert_false (tisock_tcp_socket_listen (fixture->client, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (fixture->client)), ==,
                   TISOCK_SOCKET_STATE_ERROR);
  g_clear_error (&error);

  tisock_tcp_socket_set_connectable (fixture->client, service);
  g_assert_false (tisock_tcp_socket_listen (fixture->client, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  UNIX_FIXTURE_ADD ("/unix/path", test_path);
  UNIX_FIXTURE_ADD ("/unix/abstract", test_abstract);
  UNIX_FIXTURE_ADD ("/unix/next-life", test_next_life);
  UNIX_FIXTURE_ADD ("/unix/refused", test_refused);
  UNIX_FIXTURE_ADD ("/unix/unnamed", test_unnamed);
  UNIX_FIXTURE_ADD ("/unix/credentials", test_credentials);
  UNIX_FIXTURE_ADD ("/unix/credentials/of-process", test_credentials_of_process);
  UNIX_FIXTURE_ADD ("/unix/credentials/over-tcp", test_credentials_over_tcp);
  UNIX_FIXTURE_ADD ("/unix/bulk", test_bulk);
  UNIX_FIXTURE_ADD ("/unix/half-open", test_half_open);
  UNIX_FIXTURE_ADD ("/unix/broken", test_broken);
  UNIX_FIXTURE_ADD ("/unix/listen", test_listen);
  UNIX_FIXTURE_ADD ("/unix/listen/in-vain", test_listen_in_vain);
  UNIX_FIXTURE_ADD ("/unix/listen/on-address", test_listen_on_address);
  UNIX_FIXTURE_ADD ("/unix/listen/fails", test_listen_fails);

  return g_test_run ();
}
