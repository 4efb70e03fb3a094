/* test-gio-sockets.c: connections that come from GIO, and that go to it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* What is made elsewhere */

/* A GIO socket and its raw peer, over TCP or as a pair of Unix sockets. */
static GSocket *
make_pair (gboolean  tcp,
           int      *peer)
{
  g_autoptr(GError) error = NULL;
  GSocket *socket;
  int ends[2];

  if (tcp)
    {
      int port;
      int listener = test_peer_listen (&port);

      ends[0] = test_peer_open (port);
      ends[1] = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
      close (listener);
    }
  else
    {
      g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    }

  g_assert_cmpint (ends[1], >=, 0);
  *peer = ends[1];
  socket = g_socket_new_from_fd (ends[0], &error);
  g_assert_no_error (error);

  return socket;
}

/* Takes the place of the fixture's own socket. */
static void
use_socket (SocketFixture   *fixture,
            TisockTCPSocket *socket)
{
  g_assert_nonnull (socket);
  g_assert_finalize_object (fixture->socket);
  fixture->socket = socket;
  fixture->core = TISOCK_SOCKET_CORE (socket);
  socket_fixture_watch (fixture, socket);
}

static void
adopt (SocketFixture *fixture,
       GSocket       *socket)
{
  g_autoptr(GError) error = NULL;
  TisockTCPSocket *adopted = tisock_tcp_socket_new_from_socket (socket, &error);

  g_assert_no_error (error);
  use_socket (fixture, adopted);
}

static void
check_talk (SocketFixture *fixture)
{
  socket_fixture_write (fixture, "ping");
  socket_fixture_expect_sent (fixture, "ping");
  socket_fixture_expect (fixture, "progress:4/0 complete:0");
  test_peer_send (fixture->peer, "pong!");
  socket_fixture_expect (fixture, "data:5");
  socket_fixture_expect_read (fixture, "pong!");
}

static void
check_adopted (SocketFixture *fixture,
               gboolean       tcp)
{
  g_autoptr(GSocket) socket = make_pair (tcp, &fixture->peer);

  adopt (fixture, socket);
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
  g_assert_true (tisock_tcp_socket_get_socket (fixture->socket, NULL) == socket);
  g_assert_cmpint (tisock_socket_core_get_handle (fixture->core), ==, g_socket_get_fd (socket));
  socket_fixture_expect (fixture, "connected");
  check_talk (fixture);

  tisock_socket_core_close (fixture->core);
  socket_fixture_expect (fixture, "closed/closed");
  g_assert_true (g_socket_is_closed (socket));
  socket_fixture_expect_fin (fixture);
}

static void
test_gio_sockets_adopt_tcp (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  check_adopted (fixture, TRUE);
}

static void
test_gio_sockets_adopt_unix (SocketFixture *fixture,
                             gconstpointer  user_data)
{
  check_adopted (fixture, FALSE);
}

static void
test_gio_sockets_adopt_waiting (SocketFixture *fixture,
                                gconstpointer  user_data)
{
  g_autoptr(GSocket) socket = NULL;

  g_test_summary ("What came before the connection was taken over is received, also its end.");

  socket = make_pair (TRUE, &fixture->peer);
  test_peer_send (fixture->peer, "early");
  g_assert_no_errno (shutdown (fixture->peer, SHUT_WR));

  adopt (fixture, socket);
  socket_fixture_expect (fixture, "connected data:5 error:102/closed closed/closed");
  socket_fixture_expect_read (fixture, "early");
}

static void
test_gio_sockets_adopt_blocking (SocketFixture *fixture,
                                 gconstpointer  user_data)
{
  g_autoptr(GSocket) socket = NULL;
  int fd;

  g_test_summary ("A descriptor that blocks, and that children would get, does neither any more.");

  socket = make_pair (TRUE, &fixture->peer);
  fd = g_socket_get_fd (socket);
  g_assert_no_errno (fcntl (fd, F_SETFL, 0));
  g_assert_no_errno (fcntl (fd, F_SETFD, 0));

  adopt (fixture, socket);
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_NONBLOCK, ==, O_NONBLOCK);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  g_assert_true (g_socket_get_blocking (socket));

  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  socket_fixture_expect (fixture, "connected");
}

static void
expect_refusal (GSocket *socket)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (tisock_tcp_socket_new_from_socket (socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
}

static void
test_gio_sockets_adopt_refused (void)
{
  g_autoptr(GSocket) fresh = NULL;
  g_autoptr(GSocket) datagrams = NULL;
  g_autoptr(GSocket) listening = NULL;
  g_autoptr(GSocket) closed = NULL;
  int ends[2], peer, port;

  fresh = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  expect_refusal (fresh);

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends));
  datagrams = g_socket_new_from_fd (ends[0], NULL);
  expect_refusal (datagrams);
  g_assert_false (g_socket_is_closed (datagrams));
  close (ends[1]);

  listening = g_socket_new_from_fd (test_peer_listen (&port), NULL);
  expect_refusal (listening);

  closed = make_pair (TRUE, &peer);
  g_socket_close (closed, NULL);
  expect_refusal (closed);
  close (peer);
}

static void
test_gio_sockets_adopt_failure (void)
{
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GError) error = NULL;
  TisockTCPSocket *first;
  int peer;

  g_test_summary ("A GIO socket that cannot be taken over is left as it is.");

  socket = make_pair (FALSE, &peer);
  first = tisock_tcp_socket_new_from_socket (socket, NULL);

  /* The epoll backend has it already. */
  if (g_strcmp0 (g_getenv ("TISOCK_REACTOR"), "poll") != 0)
    {
      g_assert_null (tisock_tcp_socket_new_from_socket (socket, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
    }

  g_assert_false (g_socket_is_closed (socket));
  test_peer_send (peer, "x");
  test_wait_until (tisock_tcp_socket_get_bytes_available (first) == 1);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (first));
  g_assert_finalize_object (first);
  close (peer);
}

static void
test_gio_sockets_connection (SocketFixture *fixture,
                             gconstpointer  user_data)
{
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GError) error = NULL;
  GSocketConnection *connection;

  g_test_summary ("The last reference on the connection is no end of it.");

  socket = make_pair (TRUE, &fixture->peer);
  connection = g_socket_connection_factory_create_connection (socket);
  g_clear_object (&socket);

  use_socket (fixture, tisock_tcp_socket_new_from_connection (connection, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (connection);

  socket_fixture_expect (fixture, "connected");
  check_talk (fixture);
}

static void
test_gio_sockets_wrapper (void)
{
  g_autoptr(GMemoryInputStream) input = G_MEMORY_INPUT_STREAM (g_memory_input_stream_new ());
  g_autoptr(GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr(GIOStream) other = g_simple_io_stream_new (G_INPUT_STREAM (input), output);
  g_autoptr(GSocketConnection) wrapper = NULL;
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GError) error = NULL;
  int peer;

  g_test_summary ("What goes through TLS in a connection is not read beside it.");

  socket = make_pair (TRUE, &peer);
  wrapper = g_tcp_wrapper_connection_new (other, socket);
  g_assert_null (tisock_tcp_socket_new_from_connection (wrapper, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_false (g_socket_is_closed (socket));
  close (peer);
}

/* Closed by somebody else */

/* Another socket, whose descriptor has the number of the one that was closed. */
static TisockTCPSocket *
take_number (int  number,
             int *peer)
{
  g_autoptr(GSocket) socket = NULL;
  int ends[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  g_assert_true (ends[0] == number || ends[1] == number);
  *peer = ends[0] == number ? ends[1] : ends[0];
  socket = g_socket_new_from_fd (number, NULL);

  return tisock_tcp_socket_new_from_socket (socket, NULL);
}

/* What the socket does then must not reach the heir of its descriptor's number. */
static void
check_closed_elsewhere (SocketFixture *fixture,
                        SocketAction   use,
                        const char    *log)
{
  g_autoptr(GSocketConnection) connection = NULL;
  g_autoptr(GSocket) socket = make_pair (TRUE, &fixture->peer);
  TisockTCPSocket *heir;
  int number = g_socket_get_fd (socket);
  int heir_peer;

  connection = g_socket_connection_factory_create_connection (socket);
  use_socket (fixture, tisock_tcp_socket_new_from_connection (connection, NULL));
  socket_fixture_expect (fixture, "connected");

  g_assert_true (g_io_stream_close (G_IO_STREAM (connection), NULL, NULL));
  g_assert_cmpint (tisock_socket_core_get_handle (fixture->core), ==, -1);
  heir = take_number (number, &heir_peer);
  g_main_context_iteration (NULL, FALSE);

  use (fixture, NULL);
  socket_fixture_expect (fixture, log);

  test_peer_send (heir_peer, "x");
  test_wait_until (tisock_tcp_socket_get_bytes_available (heir) == 1);
  g_assert_true (tisock_tcp_socket_write_string (heir, "y", NULL));
  g_free (test_peer_receive (heir_peer, 1));

  tisock_socket_core_close (TISOCK_SOCKET_CORE (heir));
  g_assert_finalize_object (heir);
  close (heir_peer);
}

static void
write_to_it (SocketFixture *fixture,
             const char    *signal)
{
  tisock_tcp_socket_write_string (fixture->socket, "lost", NULL);
}

static void
test_gio_sockets_closed_then_write (SocketFixture *fixture,
                                    gconstpointer  user_data)
{
  check_closed_elsewhere (fixture, write_to_it, "error:closed/error closed/error");
}

static void
change_setting (SocketFixture *fixture,
                const char    *signal)
{
  tisock_tcp_socket_set_idle_timeout (fixture->socket, 60000);
}

static void
test_gio_sockets_closed_then_set (SocketFixture *fixture,
                                  gconstpointer  user_data)
{
  check_closed_elsewhere (fixture, change_setting, "error:closed/error closed/error");
}

static void
close_it (SocketFixture *fixture,
          const char    *signal)
{
  tisock_socket_core_close (fixture->core);
}

static void
test_gio_sockets_closed_then_close (SocketFixture *fixture,
                                    gconstpointer  user_data)
{
  check_closed_elsewhere (fixture, close_it, "closed/closed");
}

/* What is given to GIO */

static GSocket *
steal (SocketFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  GSocket *socket = tisock_tcp_socket_steal_socket (fixture->socket, &error);

  g_assert_no_error (error);
  g_assert_nonnull (socket);

  return socket;
}

static gpointer
receive_thread (gpointer data)
{
  char buffer[10] = "";
  g_autoptr(GError) error = NULL;
  gssize n;

  n = g_socket_receive (data, buffer, sizeof buffer, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 5);

  return g_strdup (buffer);
}

/* The thread may come to wait or find the bytes there: either way there is no error. */
static void
check_blocks (GSocket *socket,
              int      peer)
{
  GThread *thread = g_thread_new ("receive", receive_thread, socket);
  g_autofree char *text = NULL;

  g_assert_true (g_socket_get_blocking (socket));
  test_peer_send (peer, "bytes");
  text = g_thread_join (thread);
  g_assert_cmpstr (text, ==, "bytes");
}

static void
check_stolen (SocketFixture *fixture)
{
  g_autoptr(GSocket) socket = NULL;
  int no_delay;

  fixture->brief = TRUE;
  socket_fixture_feed (fixture, "before");
  socket_fixture_expect (fixture, "data:6");
  socket = steal (fixture);
  socket_fixture_expect_now (fixture, "closed/closed");
  socket_fixture_expect_read (fixture, "before");

  g_assert_true (g_socket_is_connected (socket));
  g_assert_true (g_socket_get_option (socket, IPPROTO_TCP, TCP_NODELAY, &no_delay, NULL));
  g_assert_cmpint (no_delay, !=, 0);
  check_blocks (socket, fixture->peer);

  g_assert_cmpint (g_socket_send (socket, "x", 1, NULL, NULL), ==, 1);
  socket_fixture_expect_sent (fixture, "x");
  g_assert_finalize_object (g_steal_pointer (&socket));
  socket_fixture_expect_fin (fixture);
}

static void
test_gio_sockets_steal_opened (SocketFixture *fixture,
                               gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  check_stolen (fixture);
}

static void
test_gio_sockets_steal_listened (SocketFixture *fixture,
                                 gconstpointer  user_data)
{
  fixture->peer = test_peer_open (socket_fixture_listen (fixture));
  socket_fixture_expect (fixture, "connected");
  check_stolen (fixture);
}

static void
test_gio_sockets_steal_refused (SocketFixture *fixture,
                                gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (tisock_tcp_socket_steal_socket (fixture->socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);
  socket_fixture_expect_now (fixture, "error:106/initialized");

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  g_assert_null (tisock_tcp_socket_steal_socket (fixture->socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect_now (fixture, "error:106/connected");
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), >, 0);
}

static void
check_round_trip (SocketFixture *fixture,
                  gboolean       tcp)
{
  g_autoptr(GSocket) socket = make_pair (tcp, &fixture->peer);
  int handle = g_socket_get_fd (socket);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GSocket) stolen = NULL;

      test_peer_send (fixture->peer, "one two");
      adopt (fixture, socket);
      socket_fixture_expect (fixture, "connected data:7");
      socket_fixture_expect_read (fixture, "one two");
      check_talk (fixture);

      stolen = steal (fixture);
      socket_fixture_expect_now (fixture, "closed/closed");
      g_assert_true (stolen == socket);
      g_assert_cmpint (g_socket_get_fd (stolen), ==, handle);
      check_blocks (stolen, fixture->peer);
    }
}

static void
test_gio_sockets_round_trip_tcp (SocketFixture *fixture,
                                 gconstpointer  user_data)
{
  check_round_trip (fixture, TRUE);
}

static void
test_gio_sockets_round_trip_unix (SocketFixture *fixture,
                                  gconstpointer  user_data)
{
  check_round_trip (fixture, FALSE);
}

static void
test_gio_sockets_get_socket (SocketFixture *fixture,
                             gconstpointer  user_data)
{
  g_autoptr(GSocketAddress) remote = NULL;
  g_autoptr(GSocket) kept = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (tisock_tcp_socket_get_socket (fixture->socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);
  socket_fixture_expect_now (fixture, "error:106/initialized");

  fixture->peer = test_peer_open (socket_fixture_listen (fixture));
  socket_fixture_expect (fixture, "connected");
  kept = g_object_ref (tisock_tcp_socket_get_socket (fixture->socket, &error));
  g_assert_no_error (error);
  g_assert_true (tisock_tcp_socket_get_socket (fixture->socket, NULL) == kept);

  remote = g_socket_get_remote_address (kept, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (remote)), ==,
                   tisock_tcp_socket_get_remote_port (fixture->socket));
  check_talk (fixture);

  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  g_assert_true (g_socket_is_closed (kept));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SOCKET_FIXTURE_ADD ("/gio-sockets/adopt/tcp", test_gio_sockets_adopt_tcp);
  SOCKET_FIXTURE_ADD ("/gio-sockets/adopt/unix", test_gio_sockets_adopt_unix);
  SOCKET_FIXTURE_ADD ("/gio-sockets/adopt/waiting", test_gio_sockets_adopt_waiting);
  SOCKET_FIXTURE_ADD ("/gio-sockets/adopt/blocking", test_gio_sockets_adopt_blocking);
  g_test_add_func ("/gio-sockets/adopt/refused", test_gio_sockets_adopt_refused);
  g_test_add_func ("/gio-sockets/adopt/failure", test_gio_sockets_adopt_failure);
  SOCKET_FIXTURE_ADD ("/gio-sockets/connection", test_gio_sockets_connection);
  g_test_add_func ("/gio-sockets/wrapper", test_gio_sockets_wrapper);
  SOCKET_FIXTURE_ADD ("/gio-sockets/closed/then-write", test_gio_sockets_closed_then_write);
  SOCKET_FIXTURE_ADD ("/gio-sockets/closed/then-set", test_gio_sockets_closed_then_set);
  SOCKET_FIXTURE_ADD ("/gio-sockets/closed/then-close", test_gio_sockets_closed_then_close);
  SOCKET_FIXTURE_ADD ("/gio-sockets/steal/opened", test_gio_sockets_steal_opened);
  SOCKET_FIXTURE_ADD ("/gio-sockets/steal/listened", test_gio_sockets_steal_listened);
  SOCKET_FIXTURE_ADD ("/gio-sockets/steal/refused", test_gio_sockets_steal_refused);
  SOCKET_FIXTURE_ADD ("/gio-sockets/round-trip/tcp", test_gio_sockets_round_trip_tcp);
  SOCKET_FIXTURE_ADD ("/gio-sockets/round-trip/unix", test_gio_sockets_round_trip_unix);
  SOCKET_FIXTURE_ADD ("/gio-sockets/get-socket", test_gio_sockets_get_socket);

  return g_test_run ();
}
