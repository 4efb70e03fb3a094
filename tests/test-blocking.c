/* test-blocking.c: the blocking calls of a TCPSocket, with a main loop, without, and in handlers
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "mock-resolver.h"
#include "socket-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static void
assert_bytes (GBytes     *bytes,
              const char *expected,
              GError     *error)
{
  g_assert_no_error (error);
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   expected, strlen (expected));
  g_bytes_unref (bytes);
}

static void
expect_received (SocketFixture *fixture,
                 gssize         count,
                 const char    *expected)
{
  GError *error = NULL;

  assert_bytes (tisock_tcp_socket_receive_sync (fixture->socket, count, -1, NULL, &error),
                expected, error);
}

static void
expect_exactly (SocketFixture *fixture,
                const char    *expected)
{
  GError *error = NULL;

  assert_bytes (tisock_tcp_socket_receive_exactly_sync (fixture->socket,
                                                        (gssize) strlen (expected), -1, NULL,
                                                        &error),
                expected, error);
}

static void
expect_until (SocketFixture *fixture,
              const char    *delimiter,
              const char    *expected)
{
  GError *error = NULL;

  assert_bytes (tisock_tcp_socket_receive_until_sync (fixture->socket, (const guint8 *) delimiter,
                                                      strlen (delimiter), -1, NULL, &error),
                expected, error);
}

static void
expect_line (SocketFixture *fixture,
             const char    *expected)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *line = tisock_tcp_socket_receive_line_sync (fixture->socket, -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, expected);
}

static void
send_text (SocketFixture *fixture,
           const char    *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_tcp_socket_send_sync (fixture->socket, (const guint8 *) text,
                                              strlen (text), -1, NULL, &error));
  g_assert_no_error (error);
}

static void
open_by_blocking (SocketFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  int port;
  int listener = test_peer_listen (&port);

  tisock_tcp_socket_set_address (fixture->socket, "localhost");
  tisock_socket_core_set_port (fixture->core, port);
  g_assert_true (tisock_socket_core_open_sync (fixture->core, -1, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tisock_socket_core_get_is_connected (fixture->core));
  socket_fixture_expect_now (fixture, "");

  fixture->peer = accept (listener, NULL, NULL);
  g_assert_no_errno (fixture->peer);
  close (listener);
}

/* A client without a main loop: nothing here iterates the context. */
static void
test_program (SocketFixture *fixture,
              gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  open_by_blocking (fixture);
  send_text (fixture, "question\n");
  socket_fixture_expect_sent (fixture, "question\n");
  test_peer_send (fixture->peer, "HTTP\r\n\r\none\ntwo\nrest");
  expect_until (fixture, "\r\n\r\n", "HTTP");
  expect_line (fixture, "one");
  expect_exactly (fixture, "two\n");
  test_peer_send (fixture->peer, "!");
  socket_fixture_close_peer (fixture);
  expect_line (fixture, "rest!");
  expect_line (fixture, NULL);
  expect_received (fixture, -1, "");
  /* The end of the stream is that of the connection, and that is said. */
  socket_fixture_expect_now (fixture, "error:102/closed closed/closed");
  g_assert_true (tisock_tcp_socket_shutdown_sync (fixture->socket, -1, NULL, &error));
  g_assert_no_error (error);
}

static void
test_rest_at_close (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  g_test_summary ("What could not be said without a main loop is said by close().");

  open_by_blocking (fixture);
  test_peer_send (fixture->peer, "rest");
  socket_fixture_close_peer (fixture);
  expect_line (fixture, "rest");
  socket_fixture_expect_now (fixture, "");
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "error:102/closed closed/closed");
}

static void
test_signals_follow (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("What was to be said meanwhile is said by the main loop.");

  open_by_blocking (fixture);
  test_peer_send (fixture->peer, "abc");
  expect_received (fixture, 2, "ab");
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "connected data:1");

  send_text (fixture, "xyz");
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "progress:3/0 complete:0");
}

static void
test_open_fails (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_socket_core_open_sync (fixture->core, -1, NULL, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_PORT);
  socket_fixture_expect_now (fixture, "error:107/initialized");
  g_clear_error (&error);

  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, 1);
  g_assert_false (tisock_socket_core_open_sync (fixture->core, -1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  socket_fixture_expect_now (fixture, "error:connection-refused/error closed/error");
}

static void
test_open_times_out (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  GResolver *real_resolver = g_resolver_get_default ();
  g_autoptr(MockResolver) resolver = mock_resolver_new ();
  g_autoptr(GError) error = NULL;

  g_test_summary ("A name that is still looked up when the time is over: the socket gives up.");

  mock_resolver_hold (resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (resolver, G_SOCKET_FAMILY_IPV6);
  g_resolver_set_default (G_RESOLVER (resolver));
  tisock_tcp_socket_set_address (fixture->socket, "slow.example");
  tisock_socket_core_set_port (fixture->core, 7000);
  g_assert_false (tisock_socket_core_open_sync (fixture->core, 1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  socket_fixture_expect_now (fixture, "closed/closed");

  mock_resolver_release (resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (resolver, G_SOCKET_FAMILY_IPV6);
  mock_resolver_await_idle (resolver);
  g_resolver_set_default (real_resolver);
  g_object_unref (real_resolver);
}

static void
test_ends (SocketFixture *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  open_by_blocking (fixture);
  test_peer_send (fixture->peer, "abc");
  socket_fixture_close_peer (fixture);
  g_assert_null (tisock_tcp_socket_receive_exactly_sync (fixture->socket, 4, -1, NULL, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  socket_fixture_expect_now (fixture, "error:102/closed closed/closed");
  expect_exactly (fixture, "abc");
}

static void
test_broken (SocketFixture *fixture,
             gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  open_by_blocking (fixture);
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  g_assert_null (tisock_tcp_socket_receive_sync (fixture->socket, -1, -1, NULL, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  socket_fixture_expect_now (fixture, "error:102/error closed/error");
  g_clear_error (&error);

  open_by_blocking (fixture);
  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), EPIPE);
  g_assert_false (tisock_tcp_socket_send_sync (fixture->socket, (const guint8 *) "x", 1, -1, NULL,
                                               &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  socket_fixture_expect_now (fixture, "error:102/error closed/error");
}

static void
test_times_out (SocketFixture *fixture,
                gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  g_test_summary ("A time that is over ends the call, and loses nothing.");

  open_by_blocking (fixture);
  g_assert_null (tisock_tcp_socket_receive_sync (fixture->socket, -1, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);

  test_peer_send (fixture->peer, "abc");
  g_assert_null (tisock_tcp_socket_receive_exactly_sync (fixture->socket, 4, 20, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  socket_fixture_expect_now (fixture, "");
  g_assert_true (tisock_socket_core_get_is_connected (fixture->core));
  expect_exactly (fixture, "abc");
  g_clear_error (&error);

  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  g_assert_false (tisock_tcp_socket_flush_sync (fixture->socket, 1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_true (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket) > 0);
  g_clear_error (&error);

  g_assert_false (tisock_tcp_socket_shutdown_sync (fixture->socket, 1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_true (tisock_socket_core_get_is_connected (fixture->core));
}

static void
test_deadline (SocketFixture *fixture,
               gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  g_test_summary ("The socket's own deadlines pass while a call blocks.");

  tisock_tcp_socket_set_idle_timeout (fixture->socket, 1);
  open_by_blocking (fixture);
  g_assert_null (tisock_tcp_socket_receive_sync (fixture->socket, -1, -1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_false (tisock_socket_core_get_is_connected (fixture->core));
  socket_fixture_expect_now (fixture, "error:timed-out/error closed/error");
}

static gpointer
converse_thread (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  SocketFixture fixture = { .peer = -1 };

  g_main_context_push_thread_default (context);
  socket_fixture_set_up (&fixture, NULL);
  open_by_blocking (&fixture);
  test_peer_send (fixture.peer, "hello\n");
  expect_line (&fixture, "hello");
  send_text (&fixture, "goodbye");
  socket_fixture_expect_sent (&fixture, "goodbye");
  tisock_socket_core_close (fixture.core);
  socket_fixture_expect_now (&fixture, "closed/closed");
  socket_fixture_tear_down (&fixture, NULL);
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_threads (SocketFixture *fixture,
              gconstpointer  user_data)
{
  GThread *threads[4];

  g_test_summary ("Sockets that block on threads, each with a context of its own that never runs.");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("converse", converse_thread, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static gpointer
cancel_thread (gpointer data)
{
  g_cancellable_cancel (data);

  return NULL;
}

static void
test_cancelled (SocketFixture *fixture,
                gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  GThread *thread;

  open_by_blocking (fixture);
  thread = g_thread_new ("cancel", cancel_thread, cancellable);
  g_assert_null (tisock_tcp_socket_receive_sync (fixture->socket, -1, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_clear_error (&error);

  g_assert_false (tisock_tcp_socket_send_sync (fixture->socket, (const guint8 *) "x", 1, -1,
                                               cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (tisock_socket_core_get_is_connected (fixture->core));
  g_clear_error (&error);

  tisock_socket_core_close (fixture->core);
  g_assert_false (tisock_socket_core_open_sync (fixture->core, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  socket_fixture_expect_now (fixture, "closed/closed");
}

static void
test_cancelled_without_descriptor (SocketFixture *fixture,
                                   gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  GThread *thread;
  int fd;

  g_test_summary ("Cancelling is noticed with a full descriptor table as well.");

  open_by_blocking (fixture);
  while ((fd = dup (fixture->peer)) >= 0)
    g_array_append_val (fds, fd);

  thread = g_thread_new ("cancel", cancel_thread, cancellable);
  g_assert_null (tisock_tcp_socket_receive_sync (fixture->socket, -1, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);

  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
}

/* In handlers */

static void
converse_in_handler (SocketFixture *fixture,
                     const char    *signal)
{
  if (!g_str_equal (signal, "data-available"))
    return;

  fixture->action = NULL;
  expect_line (fixture, "hello");
  send_text (fixture, "who is there?");
  socket_fixture_expect_sent (fixture, "who is there?");
  test_peer_send (fixture->peer, "me\nmore");
  expect_line (fixture, "me");
  /* Nothing was said meanwhile. */
  socket_fixture_expect_now (fixture, "data:6");
}

static void
test_in_handler (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->action = converse_in_handler;
  socket_fixture_feed (fixture, "hello\n");
  socket_fixture_expect (fixture, "data:4 progress:13/0 complete:0");
}

static void
wait_for_end_in_handler (SocketFixture *fixture,
                         const char    *signal)
{
  g_autoptr(GError) error = NULL;

  if (!g_str_equal (signal, "data-available"))
    return;

  socket_fixture_close_peer (fixture);
  g_assert_null (tisock_tcp_socket_receive_exactly_sync (fixture->socket, 10, -1, NULL, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  socket_fixture_expect_now (fixture, "data:1");
}

static void
test_end_in_handler (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("An end within a handler is said after it.");

  socket_fixture_connect (fixture);
  fixture->action = wait_for_end_in_handler;
  socket_fixture_feed (fixture, "x");
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
}

static void
test_only_itself (SocketFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(TisockTCPSocket) other = tisock_tcp_socket_new ();
  g_autoptr(GError) error = NULL;
  int peer;

  g_test_summary ("A call that blocks serves no other socket.");

  socket_fixture_connect (fixture);
  test_peer_connect (other, &peer);
  test_peer_send (peer, "for the other");
  test_peer_await (tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (other)), POLLIN);
  g_assert_null (tisock_tcp_socket_receive_sync (fixture->socket, -1, 20, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (other), ==, 0);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (other));
  close (peer);
}

static void
received_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  SocketFixture *fixture = user_data;
  GError *error = NULL;

  assert_bytes (tisock_tcp_socket_receive_finish (TISOCK_TCP_SOCKET (source), result, &error),
                "for the first", error);
  g_string_append (fixture->log, "received");
}

static void
test_pending (SocketFixture *fixture,
              gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  g_test_summary ("While a call waits for bytes, a blocking one cannot take them.");

  socket_fixture_connect (fixture);
  tisock_tcp_socket_receive_async (fixture->socket, -1, NULL, received_cb, fixture);
  g_assert_null (tisock_tcp_socket_receive_sync (fixture->socket, -1, -1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  socket_fixture_feed (fixture, "for the first");
  send_text (fixture, "served meanwhile");
  socket_fixture_expect_sent (fixture, "served meanwhile");
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "received progress:16/0 complete:0");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SOCKET_FIXTURE_ADD ("/blocking/program", test_program);
  SOCKET_FIXTURE_ADD ("/blocking/rest-at-close", test_rest_at_close);
  SOCKET_FIXTURE_ADD ("/blocking/signals-follow", test_signals_follow);
  SOCKET_FIXTURE_ADD ("/blocking/open-fails", test_open_fails);
  SOCKET_FIXTURE_ADD ("/blocking/open-times-out", test_open_times_out);
  SOCKET_FIXTURE_ADD ("/blocking/ends", test_ends);
  SOCKET_FIXTURE_ADD ("/blocking/broken", test_broken);
  SOCKET_FIXTURE_ADD ("/blocking/times-out", test_times_out);
  SOCKET_FIXTURE_ADD ("/blocking/deadline", test_deadline);
  SOCKET_FIXTURE_ADD ("/blocking/threads", test_threads);
  SOCKET_FIXTURE_ADD ("/blocking/cancelled", test_cancelled);
  SOCKET_FIXTURE_ADD ("/blocking/cancelled-without-descriptor", test_cancelled_without_descriptor);
  SOCKET_FIXTURE_ADD ("/blocking/in-handler", test_in_handler);
  SOCKET_FIXTURE_ADD ("/blocking/end-in-handler", test_end_in_handler);
  SOCKET_FIXTURE_ADD ("/blocking/only-itself", test_only_itself);
  SOCKET_FIXTURE_ADD ("/blocking/pending", test_pending);

  return g_test_run ();
}
