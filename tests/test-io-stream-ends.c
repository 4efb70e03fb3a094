/* test-io-stream-ends.c: connections that are lent to GIO: their ends, from either side
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server-fixture.h"
#include "socket-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static GIOStream *
connect_and_borrow (SocketFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  GIOStream *stream;

  socket_fixture_connect (fixture);
  stream = tisock_tcp_socket_get_io_stream (fixture->socket, &error);
  g_assert_no_error (error);

  return stream;
}

static void
expect_closed (GIOStream *stream)
{
  GInputStream *input = g_io_stream_get_input_stream (stream);
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  g_autoptr(GError) read_error = NULL;
  g_autoptr(GError) write_error = NULL;
  char byte = 'x';

  g_assert_cmpint (g_input_stream_read (input, &byte, 1, NULL, &read_error), ==, -1);
  g_assert_error (read_error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_cmpint (g_output_stream_write (output, &byte, 1, NULL, &write_error), ==, -1);
  g_assert_error (write_error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_true (g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (input)));
  g_assert_true (g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (output)));
}

static void
expect_reset (SocketFixture *fixture)
{
  char byte;

  test_peer_await (fixture->peer, POLLIN);
  g_assert_cmpint (recv (fixture->peer, &byte, 1, MSG_DONTWAIT), ==, -1);
  g_assert_cmpint (errno, ==, ECONNRESET);
}

/* A thread that waits for the connection, in one of three ways, and sees its end. */

typedef struct
{
  GIOStream *stream;
  GError    *error;
} Waiter;

static gpointer
read_thread (gpointer data)
{
  Waiter *waiter = data;
  char byte;

  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (waiter->stream), &byte, 1,
                                        NULL, &waiter->error), ==, -1);

  return NULL;
}

static gpointer
write_thread (gpointer data)
{
  Waiter *waiter = data;
  g_autofree char *bytes = g_malloc0 (64 * 1024);

  while (g_output_stream_write (g_io_stream_get_output_stream (waiter->stream), bytes, 64 * 1024,
                                NULL, &waiter->error) > 0)
    continue;

  return NULL;
}

static void
read_done_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  Waiter *waiter = user_data;

  g_assert_cmpint (g_input_stream_read_finish (G_INPUT_STREAM (object), result, &waiter->error),
                   ==, -1);
}

static gpointer
read_async_thread (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  Waiter *waiter = data;
  char byte;

  g_main_context_push_thread_default (context);
  g_input_stream_read_async (g_io_stream_get_input_stream (waiter->stream), &byte, 1,
                             G_PRIORITY_DEFAULT, NULL, read_done_cb, waiter);
  while (waiter->error == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);

  return NULL;
}

static const GThreadFunc waits[] = { read_thread, write_thread, read_async_thread };

static gboolean
is_waiting (GThreadFunc  wait,
            GIOStream   *stream)
{
  GOutputStream *output = g_io_stream_get_output_stream (stream);

  if (wait != write_thread)
    return g_input_stream_has_pending (g_io_stream_get_input_stream (stream));

  return !g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (output)) &&
         g_output_stream_has_pending (output);
}

static GThread *
start_waiting (Waiter      *waiter,
               GThreadFunc  wait,
               GIOStream   *stream)
{
  GThread *thread;

  *waiter = (Waiter) { .stream = stream };
  thread = g_thread_new ("wait", wait, waiter);
  while (!is_waiting (wait, stream))
    g_thread_yield ();

  return thread;
}

static void
expect_woken (Waiter  *waiter,
              GThread *thread)
{
  g_thread_join (thread);
  g_assert_error (waiter->error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&waiter->error);
}

/* The stream's end */

static void
test_ends_close_stream (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autoptr(GError) error = NULL;

  g_assert_true (g_io_stream_close (stream, NULL, &error));
  g_assert_no_error (error);
  /* The peer knows at once, the socket from its context. */
  socket_fixture_expect_fin (fixture);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
  expect_closed (stream);

  socket_fixture_expect (fixture, "closed/closed");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CLOSED, 0);
  expect_closed (stream);
}

static void
test_ends_last_reference (SocketFixture *fixture,
                          gconstpointer  user_data)
{
  GIOStream *stream = connect_and_borrow (fixture);
  g_autoptr(GInputStream) input = g_object_ref (g_io_stream_get_input_stream (stream));
  g_autoptr(GError) error = NULL;
  char byte;

  g_test_summary ("The last reference on the stream is its end, also for its halves.");

  g_assert_finalize_object (stream);
  socket_fixture_expect_fin (fixture);
  g_assert_cmpint (g_input_stream_read (input, &byte, 1, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  socket_fixture_expect (fixture, "closed/closed");
}

static gpointer
close_thread (gpointer stream)
{
  g_io_stream_close (stream, NULL, NULL);

  return NULL;
}

static gpointer
unref_thread (gpointer stream)
{
  g_object_unref (stream);

  return NULL;
}

static void
note_thread (SocketFixture *fixture,
             const char    *signal)
{
  g_assert_true (fixture->data == g_thread_self ());
  g_assert_true (g_main_context_is_owner (NULL));
}

static void
check_other_thread (SocketFixture *fixture,
                    GThreadFunc    end)
{
  GIOStream *stream = connect_and_borrow (fixture);

  fixture->action = note_thread;
  fixture->data = g_thread_self ();
  /* While this thread is not running the context, nobody owns it. */
  g_thread_join (g_thread_new ("end", end, stream));
  socket_fixture_expect_fin (fixture);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "closed/closed");
  if (end == close_thread)
    g_assert_finalize_object (stream);
}

static void
test_ends_close_thread (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  check_other_thread (fixture, close_thread);
}

static void
test_ends_unref_thread (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  check_other_thread (fixture, unref_thread);
}

static void
test_ends_close_wakes (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("Who waits for the connection on another thread wakes up.");

  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
      Waiter waiter;
      GThread *thread = start_waiting (&waiter, waits[i], stream);

      g_assert_true (g_io_stream_close (stream, NULL, NULL));
      expect_woken (&waiter, thread);
      socket_fixture_expect (fixture, "closed/closed");
      socket_fixture_close_peer (fixture);
    }
}

static void
test_ends_wait (SocketFixture *fixture,
                gconstpointer  user_data)
{
  GIOStream *stream = connect_and_borrow (fixture);
  g_autoptr(GError) error = NULL;
  GThread *thread;

  g_test_summary ("Without a main loop, wait() notices.");

  thread = g_thread_new ("close", unref_thread, stream);
  g_assert_true (tisock_socket_core_wait (fixture->core, -1, &error));
  g_assert_no_error (error);
  socket_fixture_expect_now (fixture, "closed/closed");
  g_thread_join (thread);
}

static void
test_ends_poll (SocketFixture *fixture,
                gconstpointer  user_data)
{
  GIOStream *stream = connect_and_borrow (fixture);
  g_autoptr(GError) error = NULL;

  tisock_socket_core_poll (fixture->core);
  g_assert_false (tisock_socket_core_wait (fixture->core, 0, &error));
  g_assert_no_error (error);
  socket_fixture_expect_now (fixture, "");

  g_assert_finalize_object (stream);
  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
}

static void
borrow_and_end (SocketFixture *fixture,
                const char    *signal)
{
  GIOStream *stream;

  if (g_str_equal (signal, "closed") || fixture->data != NULL)
    return;

  fixture->data = fixture;
  stream = tisock_tcp_socket_get_io_stream (fixture->socket, NULL);
  g_assert_nonnull (stream);
  g_object_unref (stream);
}

static void
test_ends_in_connected (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  fixture->action = borrow_and_end;
  fixture->peer = test_peer_open (socket_fixture_listen (fixture));
  socket_fixture_expect (fixture, "connected closed/closed");
}

static void
test_ends_in_data_available (SocketFixture *fixture,
                             gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->action = borrow_and_end;
  test_peer_send (fixture->peer, "x");
  socket_fixture_expect (fixture, "data:1 closed/closed");
}

static void
test_ends_in_progress (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("What is due of the time before is said.");

  socket_fixture_connect (fixture);
  fixture->action = borrow_and_end;
  socket_fixture_write (fixture, "x");
  socket_fixture_expect (fixture, "progress:1/0 complete:0 closed/closed");
}

/* The socket's end */

static void
test_ends_close_socket (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);

  test_peer_send (fixture->peer, "never read");
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  expect_closed (stream);
  g_assert_true (g_io_stream_close (stream, NULL, NULL));
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
}

static void
test_ends_residue (SocketFixture *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;

  g_test_summary ("Nor are bytes given out then that were received before.");

  socket_fixture_connect (fixture);
  test_peer_send (fixture->peer, "x");
  socket_fixture_expect (fixture, "data:1");
  stream = tisock_tcp_socket_get_io_stream (fixture->socket, NULL);
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  expect_closed (stream);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->socket), ==, 0);
}

static void
test_ends_shutdown (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);

  tisock_tcp_socket_shutdown (fixture->socket);
  socket_fixture_expect_now (fixture, "closed/closed");
  socket_fixture_expect_fin (fixture);
  expect_closed (stream);
}

static void
test_ends_abort (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);

  tisock_tcp_socket_abort (fixture->socket);
  socket_fixture_expect_now (fixture, "closed/closed");
  expect_reset (fixture);
  expect_closed (stream);
}

static void
check_socket_wakes (SocketFixture *fixture,
                    void         (*end) (TisockTCPSocket *socket))
{
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
      Waiter waiter;
      GThread *thread = start_waiting (&waiter, waits[i], stream);

      end (fixture->socket);
      socket_fixture_expect_now (fixture, "closed/closed");
      if (end == tisock_tcp_socket_abort && waits[i] != write_thread)
        expect_reset (fixture);
      expect_woken (&waiter, thread);
      socket_fixture_close_peer (fixture);
    }
}

static void
test_ends_close_socket_wakes (SocketFixture *fixture,
                              gconstpointer  user_data)
{
  check_socket_wakes (fixture, tisock_tcp_socket_shutdown);
}

static void
test_ends_abort_wakes (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("The peer sees the reset although others wait for the connection.");

  check_socket_wakes (fixture, tisock_tcp_socket_abort);
}

static void
test_ends_open_again (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GIOStream) first = connect_and_borrow (fixture);
  g_autoptr(GIOStream) second = NULL;

  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  socket_fixture_close_peer (fixture);

  second = connect_and_borrow (fixture);
  g_assert_true (first != second);
  expect_closed (first);
  g_clear_object (&first);
  g_assert_cmpint (g_output_stream_write (g_io_stream_get_output_stream (second), "x", 1, NULL,
                                          NULL), ==, 1);
  socket_fixture_expect_sent (fixture, "x");
}

/* References */

static void
test_ends_socket_first (void)
{
  int peer;
  TisockTCPSocket *socket = test_peer_pair (&peer);
  GIOStream *stream = tisock_tcp_socket_get_io_stream (socket, NULL);

  g_test_summary ("The stream needs no other reference on the socket.");

  g_object_add_weak_pointer (G_OBJECT (socket), (gpointer *) &socket);
  g_object_unref (socket);
  g_assert_nonnull (socket);
  test_peer_send (peer, "x");
  g_assert_cmpint (g_input_stream_skip (g_io_stream_get_input_stream (stream), 1, NULL, NULL), ==,
                   1);

  g_assert_finalize_object (stream);
  test_wait_until (socket == NULL);
  close (peer);
}

static void
test_ends_run_dispose (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  guint n_before = test_count_descriptors ();
  Waiter waiter;
  GThread *thread;

  g_test_summary ("A socket that is disposed of ends it without a word.");

  stream = connect_and_borrow (fixture);
  thread = start_waiting (&waiter, read_thread, stream);
  g_object_run_dispose (G_OBJECT (fixture->socket));
  expect_woken (&waiter, thread);
  expect_closed (stream);
  socket_fixture_expect_fin (fixture);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_close_peer (fixture);
  g_assert_cmpuint (test_count_descriptors (), ==, n_before);
}

static void
test_ends_stream_run_dispose (SocketFixture *fixture,
                              gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);

  g_object_run_dispose (G_OBJECT (stream));
  expect_closed (stream);
  socket_fixture_expect (fixture, "closed/closed");
}

static void
test_ends_context (void)
{
  guint n_before = test_count_descriptors ();
  GMainContext *context = g_main_context_new ();
  GIOStream *stream;
  TisockTCPSocket *socket;
  Waiter waiter;
  GThread *thread;
  int peer;

  g_test_summary ("The end of the socket's context is the end for the stream, too.");

  g_main_context_push_thread_default (context);
  socket = test_peer_pair (&peer);
  stream = tisock_tcp_socket_get_io_stream (socket, NULL);
  g_main_context_pop_thread_default (context);

  thread = start_waiting (&waiter, read_async_thread, stream);
  g_main_context_unref (context);
  expect_woken (&waiter, thread);
  expect_closed (stream);
  g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (socket)), ==,
                   TISOCK_SOCKET_STATE_CLOSED);

  g_assert_finalize_object (stream);
  g_assert_finalize_object (socket);
  close (peer);
  g_assert_cmpuint (test_count_descriptors (), ==, n_before);
}

static void
test_ends_stream_before_context (void)
{
  guint n_before = test_count_descriptors ();
  GMainContext *context = g_main_context_new ();
  TisockTCPSocket *socket;
  int peer;

  g_test_summary ("A context that never runs again does not keep what the stream has left.");

  g_main_context_push_thread_default (context);
  socket = test_peer_pair (&peer);
  g_object_unref (tisock_tcp_socket_get_io_stream (socket, NULL));
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  g_assert_finalize_object (socket);
  close (peer);
  g_assert_cmpuint (test_count_descriptors (), ==, n_before);
}

static void
test_ends_descriptors (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  guint n_before = test_count_descriptors ();

  for (guint i = 0; i < 20; i++)
    {
      GIOStream *stream = connect_and_borrow (fixture);

      g_assert_finalize_object (stream);
      socket_fixture_expect (fixture, "closed/closed");
      socket_fixture_close_peer (fixture);
    }

  g_assert_cmpuint (test_count_descriptors (), ==, n_before);
}

/* The child has copies of everything, and takes nothing away from the parent. */
static void
test_ends_fork (SocketFixture *fixture,
                gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  int status;
  pid_t child = fork ();

  if (child == 0)
    {
      g_io_stream_close (stream, NULL, NULL);
      _exit (0);
    }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  test_peer_send (fixture->peer, "x");
  g_assert_cmpint (g_input_stream_skip (g_io_stream_get_input_stream (stream), 1, NULL, NULL), ==,
                   1);
}

/* Servers */

static void
test_ends_server (ServerFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  int peer = server_fixture_connect (fixture);

  server_fixture_expect (fixture, "accepted connected ");
  stream = tisock_tcp_socket_get_io_stream (g_ptr_array_index (fixture->sockets, 0), NULL);
  g_assert_cmpint (tisock_server_socket_get_n_connections (fixture->server), ==, 1);

  g_assert_true (g_io_stream_close (stream, NULL, NULL));
  server_fixture_expect (fixture, "socket-closed ");
  g_assert_cmpint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);
  close (peer);
}

static void
test_ends_server_close (ServerFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  int peer = server_fixture_connect (fixture);

  server_fixture_expect (fixture, "accepted connected ");
  stream = tisock_tcp_socket_get_io_stream (g_ptr_array_index (fixture->sockets, 0), NULL);
  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "socket-closed closed ");
  expect_closed (stream);
  close (peer);
}

static void
drained_cb (GObject      *server,
            GAsyncResult *result,
            gpointer      user_data)
{
  guint n_completed, n_aborted;

  g_assert_true (tisock_server_socket_drain_finish (TISOCK_SERVER_SOCKET (server), result,
                                                    &n_completed, &n_aborted, NULL));
  server_fixture_write_log (user_data, "drained:%u/%u", n_completed, n_aborted);
}

static void
test_ends_server_drain (ServerFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  int peer = server_fixture_connect (fixture);

  g_test_summary ("A server that drains waits for a connection that is lent.");

  server_fixture_expect (fixture, "accepted connected ");
  stream = tisock_tcp_socket_get_io_stream (g_ptr_array_index (fixture->sockets, 0), NULL);
  tisock_server_socket_drain_async (fixture->server, 0, NULL, drained_cb, fixture);
  server_fixture_expect (fixture, "closed ");
  server_fixture_expect_silence (fixture);

  g_assert_cmpint (g_output_stream_write (g_io_stream_get_output_stream (stream), "x", 1, NULL,
                                          NULL), ==, 1);
  g_assert_true (g_io_stream_close (stream, NULL, NULL));
  server_fixture_expect (fixture, "socket-closed drained:1/0 ");
  close (peer);
}

/* Both sides and a reader, all at once */

static gpointer
read_to_the_end_thread (gpointer data)
{
  g_autoptr(GIOStream) stream = data;
  char buffer[64];

  while (g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, sizeof buffer, NULL,
                              NULL) > 0)
    continue;

  return NULL;
}

static gpointer
write_to_the_end_thread (gpointer data)
{
  g_autoptr(GIOStream) stream = data;

  while (g_output_stream_write (g_io_stream_get_output_stream (stream), "x", 1, NULL, NULL) > 0)
    continue;

  return NULL;
}

static void
test_ends_race (SocketFixture *fixture,
                gconstpointer  user_data)
{
  static const GThreadFunc funcs[] = {
    read_to_the_end_thread, write_to_the_end_thread, unref_thread, close_thread,
  };
  guint n_rounds = g_test_thorough () ? 1000 : 50;

  g_test_summary ("Threads that read, write and close, while the socket is closed or not.");

  for (guint round = 0; round < n_rounds; round++)
    {
      g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
      GThread *threads[G_N_ELEMENTS (funcs)];

      test_peer_send (fixture->peer, "something to read");
      for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
        threads[i] = g_thread_new ("race", funcs[i],
                                   funcs[i] == close_thread ? stream : g_object_ref (stream));
      if (round % 2 == 0)
        tisock_socket_core_close (fixture->core);
      socket_fixture_expect (fixture, "closed/closed");

      for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
        g_thread_join (threads[i]);
      g_assert_finalize_object (g_steal_pointer (&stream));
      socket_fixture_close_peer (fixture);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SOCKET_FIXTURE_ADD ("/io-stream-ends/stream/close", test_ends_close_stream);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/stream/last-reference", test_ends_last_reference);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/stream/close-thread", test_ends_close_thread);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/stream/unref-thread", test_ends_unref_thread);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/stream/wakes", test_ends_close_wakes);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/stream/wait", test_ends_wait);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/stream/poll", test_ends_poll);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/handler/connected", test_ends_in_connected);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/handler/data-available", test_ends_in_data_available);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/handler/send-progress", test_ends_in_progress);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/socket/close", test_ends_close_socket);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/socket/residue", test_ends_residue);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/socket/shutdown", test_ends_shutdown);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/socket/abort", test_ends_abort);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/socket/close-wakes", test_ends_close_socket_wakes);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/socket/abort-wakes", test_ends_abort_wakes);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/socket/open-again", test_ends_open_again);
  g_test_add_func ("/io-stream-ends/references/socket-first", test_ends_socket_first);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/references/run-dispose", test_ends_run_dispose);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/references/stream-run-dispose",
                      test_ends_stream_run_dispose);
  g_test_add_func ("/io-stream-ends/context/stream", test_ends_context);
  g_test_add_func ("/io-stream-ends/context/never-again", test_ends_stream_before_context);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/descriptors", test_ends_descriptors);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/fork", test_ends_fork);
  SERVER_FIXTURE_ADD ("/io-stream-ends/server/stream", test_ends_server);
  SERVER_FIXTURE_ADD ("/io-stream-ends/server/close", test_ends_server_close);
  SERVER_FIXTURE_ADD ("/io-stream-ends/server/drain", test_ends_server_drain);
  SOCKET_FIXTURE_ADD ("/io-stream-ends/race", test_ends_race);

  return g_test_run ();
}
