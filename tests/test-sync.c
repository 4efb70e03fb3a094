/* test-sync.c: sockets without a main loop, by poll() and wait()
 *
 * Nothing here iterates the main context between the beginning and the end of a test.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "socket-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static void
wait_for_change (SocketFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_socket_core_wait (fixture->core, -1, &error));
  g_assert_no_error (error);
}

static void
connect_by_waiting (SocketFixture *fixture)
{
  int port;
  int listener = test_peer_listen (&port);

  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, port);
  g_assert_true (tisock_socket_core_open (fixture->core, NULL));
  while (tisock_socket_core_get_state (fixture->core) == TISOCK_SOCKET_STATE_CONNECTING)
    wait_for_change (fixture);

  fixture->peer = accept (listener, NULL, NULL);
  g_assert_cmpint (fixture->peer, >=, 0);
  close (listener);
  socket_fixture_expect_now (fixture, "connected");
}

/* The program of the documentation: a question and its answer. */
static void
test_program (SocketFixture *fixture,
              gconstpointer  user_data)
{
  connect_by_waiting (fixture);
  socket_fixture_write (fixture, "question");
  g_assert_true (tisock_tcp_socket_flush (fixture->socket, NULL));
  socket_fixture_expect_sent (fixture, "question");

  socket_fixture_feed (fixture, "answer");
  while (tisock_tcp_socket_get_bytes_available (fixture->socket) == 0)
    wait_for_change (fixture);
  socket_fixture_expect_read (fixture, "answer");
  socket_fixture_expect_now (fixture, "data:6 progress:8/0 complete:0");

  socket_fixture_close_peer (fixture);
  while (tisock_socket_core_get_is_connected (fixture->core))
    wait_for_change (fixture);
  socket_fixture_expect_now (fixture, "error:102/closed closed/closed");
}

static void
test_listening (SocketFixture *fixture,
                gconstpointer  user_data)
{
  int port = socket_fixture_listen (fixture);

  g_assert_false (tisock_socket_core_wait (fixture->core, 0, NULL));
  fixture->peer = test_peer_open (port);
  while (tisock_socket_core_get_state (fixture->core) == TISOCK_SOCKET_STATE_LISTENING)
    wait_for_change (fixture);
  socket_fixture_expect_now (fixture, "connected");
  test_peer_send (fixture->peer, "hello");
  wait_for_change (fixture);
  socket_fixture_expect_now (fixture, "data:5");
}

static void
test_refused (SocketFixture *fixture,
              gconstpointer  user_data)
{
  int port;
  int holder = test_peer_listen (&port);
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  int client = test_peer_open (port);

  /* The client's own port: nobody listens there, and nobody else is given it. */
  g_assert_no_errno (getsockname (client, (struct sockaddr *) &address, &length));
  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, ntohs (address.sin_port));
  if (tisock_socket_core_open (fixture->core, NULL))
    while (tisock_socket_core_get_state (fixture->core) == TISOCK_SOCKET_STATE_CONNECTING)
      wait_for_change (fixture);
  socket_fixture_expect_now (fixture, "error:connection-refused/error closed/error");

  close (client);
  close (holder);
}

static void
test_poll (SocketFixture *fixture,
           gconstpointer  user_data)
{
  connect_by_waiting (fixture);
  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "");

  socket_fixture_feed (fixture, "one");
  socket_fixture_expect_now (fixture, "");
  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "data:3");
  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "");

  socket_fixture_write (fixture, "two");
  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "progress:3/0 complete:0");
  socket_fixture_expect_sent (fixture, "two");

  socket_fixture_close_peer (fixture);
  test_peer_await (tisock_socket_core_get_handle (fixture->core), POLLRDHUP);
  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "error:102/closed closed/closed");
  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "");
}

/* Nothing but the socket itself is served. */
static gboolean
never_cb (gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_alone (SocketFixture *fixture,
            gconstpointer  user_data)
{
  SocketFixture other = { .peer = -1 };
  guint source = g_idle_add (never_cb, NULL);

  socket_fixture_set_up (&other, NULL);
  connect_by_waiting (fixture);
  connect_by_waiting (&other);
  test_peer_send (other.peer, "for the other");
  test_peer_await (tisock_socket_core_get_handle (other.core), POLLIN);
  test_peer_send (fixture->peer, "for this one");
  wait_for_change (fixture);
  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "data:12");
  socket_fixture_expect_now (&other, "");
  tisock_socket_core_poll (other.core);
  socket_fixture_expect_now (&other, "data:13");

  g_source_remove (source);
  tisock_socket_core_close (other.core);
  socket_fixture_tear_down (&other, NULL);
}

static void
test_wait_timeout (SocketFixture *fixture,
                   gconstpointer  user_data)
{
  const int timeouts[] = { 0, 1, 20 };
  g_autoptr(GError) error = NULL;

  connect_by_waiting (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      gint64 before = g_get_monotonic_time ();

      g_assert_false (tisock_socket_core_wait (fixture->core, timeouts[i], &error));
      g_assert_no_error (error);
      g_assert_cmpint (g_get_monotonic_time () - before, >=, timeouts[i] * 1000);
    }
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);

  /* With time or without, what is there is taken. */
  socket_fixture_feed (fixture, "one");
  g_assert_true (tisock_socket_core_wait (fixture->core, 0, &error));
  socket_fixture_feed (fixture, "two");
  g_assert_true (tisock_socket_core_wait (fixture->core, G_MAXINT, &error));
  g_assert_no_error (error);
  socket_fixture_expect_now (fixture, "data:3 data:6");
}

static void
assert_wait_fails (SocketFixture *fixture,
                   int            timeout)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_socket_core_wait (fixture->core, timeout, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
}

static void
test_wait_without_life (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  assert_wait_fails (fixture, 0);
  assert_wait_fails (fixture, -1);
  socket_fixture_expect_now (fixture, "error:106/initialized error:106/initialized");

  connect_by_waiting (fixture);
  tisock_socket_core_close (fixture->core);
  assert_wait_fails (fixture, -1);
  socket_fixture_expect_now (fixture, "closed/closed error:106/closed");
}

/* For ever would be for ever. */
static void
test_wait_without_prospect (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  connect_by_waiting (fixture);
  tisock_tcp_socket_set_receive_limit (fixture->socket, 4);
  socket_fixture_feed (fixture, "12345");
  wait_for_change (fixture);
  assert_wait_fails (fixture, -1);
  socket_fixture_expect_now (fixture, "data:4 error:106/connected");
  g_assert_false (tisock_socket_core_wait (fixture->core, 1, NULL));
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_read (fixture, "1234");
  wait_for_change (fixture);
  socket_fixture_expect_now (fixture, "data:1");
}

/* The socket's own deadlines end a wait. */
static void
test_deadlines (SocketFixture *fixture,
                gconstpointer  user_data)
{
  connect_by_waiting (fixture);
  tisock_tcp_socket_set_idle_timeout (fixture->socket, 3600 * 1000);
  g_assert_false (tisock_socket_core_wait (fixture->core, 0, NULL));
  fake_system_advance_clock (3600 * 1000);
  wait_for_change (fixture);
  socket_fixture_expect_now (fixture, "error:timed-out/error closed/error");
}

static void
test_close_timeout (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  connect_by_waiting (fixture);
  tisock_tcp_socket_set_close_timeout (fixture->socket, 1);
  tisock_tcp_socket_shutdown (fixture->socket);
  while (tisock_socket_core_get_is_connected (fixture->core))
    wait_for_change (fixture);
  socket_fixture_expect_now (fixture, "error:102/closed closed/closed");
}

/* Space is one of the things to wait for. */
static void
test_wait_for_space (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  guint8 buffer[4096];
  gsize got = 0, length;

  connect_by_waiting (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  while (got < length)
    {
      gssize n = recv (fixture->peer, buffer, sizeof buffer, MSG_DONTWAIT);

      if (n < 0)
        g_assert_cmpint (errno, ==, EAGAIN);
      got += (gsize) MAX (n, 0);
      if (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket) > 0)
        tisock_socket_core_wait (fixture->core, n < 0 ? -1 : 0, NULL);
    }

  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "drained complete:0");
  g_assert_cmpuint (fixture->sent, ==, length);
}

/* The socket may be closed and let go in what a wait emits. */
static void
close_in_handler (SocketFixture *fixture,
                  const char    *signal)
{
  fixture->action = NULL;
  tisock_socket_core_close (fixture->core);
  g_clear_object (&fixture->socket);
}

static void
test_close_in_wait (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  TisockTCPSocket *socket = fixture->socket;

  connect_by_waiting (fixture);
  g_object_add_weak_pointer (G_OBJECT (socket), (gpointer *) &socket);
  fixture->action = close_in_handler;
  test_peer_send (fixture->peer, "end");
  wait_for_change (fixture);
  socket_fixture_expect_now (fixture, "data:3 closed/closed");
  g_assert_null (socket);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SOCKET_FIXTURE_ADD ("/sync/program", test_program);
  SOCKET_FIXTURE_ADD ("/sync/listening", test_listening);
  SOCKET_FIXTURE_ADD ("/sync/refused", test_refused);
  SOCKET_FIXTURE_ADD ("/sync/poll", test_poll);
  SOCKET_FIXTURE_ADD ("/sync/alone", test_alone);
  SOCKET_FIXTURE_ADD ("/sync/wait/timeout", test_wait_timeout);
  SOCKET_FIXTURE_ADD ("/sync/wait/without-life", test_wait_without_life);
  SOCKET_FIXTURE_ADD ("/sync/wait/without-prospect", test_wait_without_prospect);
  SOCKET_FIXTURE_ADD ("/sync/wait/deadlines", test_deadlines);
  SOCKET_FIXTURE_ADD ("/sync/wait/close-timeout", test_close_timeout);
  SOCKET_FIXTURE_ADD ("/sync/wait/space", test_wait_for_space);
  SOCKET_FIXTURE_ADD ("/sync/wait/close", test_close_in_wait);

  return g_test_run ();
}
