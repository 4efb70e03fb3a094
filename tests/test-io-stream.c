/* test-io-stream.c: connections that are lent to GIO: reading and writing
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"

#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BULK (1024 * 1024)

static GIOStream *
borrow (SocketFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  GIOStream *stream = tisock_tcp_socket_get_io_stream (fixture->socket, &error);

  g_assert_no_error (error);
  g_assert_nonnull (stream);

  return stream;
}

/* Of a new connection. */
static GIOStream *
connect_and_borrow (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);

  return borrow (fixture);
}

static GInputStream *
get_input (GIOStream *stream)
{
  return g_io_stream_get_input_stream (stream);
}

static GOutputStream *
get_output (GIOStream *stream)
{
  return g_io_stream_get_output_stream (stream);
}

static void
expect_read (GIOStream  *stream,
             const char *text)
{
  g_autofree char *buffer = g_malloc0 (strlen (text) + 1);
  g_autoptr(GError) error = NULL;
  gsize length;

  g_assert_true (g_input_stream_read_all (get_input (stream), buffer, strlen (text), &length, NULL,
                                          &error));
  g_assert_no_error (error);
  g_assert_cmpstr (buffer, ==, text);
}

static void
write_all (GIOStream  *stream,
           const char *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (g_output_stream_write_all (get_output (stream), text, strlen (text), NULL, NULL,
                                            &error));
  g_assert_no_error (error);
}

static void
store_result_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **stored = user_data;

  *stored = g_object_ref (result);
}

static guint8 *
make_bulk (void)
{
  guint8 *data = g_malloc (BULK);

  for (gsize i = 0; i < BULK; i++)
    data[i] = (guint8) (i * 7 + i / 251);

  return data;
}

/* The other side, on a thread of its own. */

typedef struct
{
  int     fd;
  guint8 *data;
} BulkPeer;

static gpointer
send_bulk_thread (gpointer user_data)
{
  BulkPeer *peer = user_data;

  for (gsize sent = 0; sent < BULK;)
    {
      gssize n = send (peer->fd, peer->data + sent, BULK - sent, MSG_NOSIGNAL);

      g_assert_cmpint (n, >, 0);
      sent += (gsize) n;
    }
  g_assert_no_errno (shutdown (peer->fd, SHUT_WR));

  return NULL;
}

static gpointer
receive_bulk_thread (gpointer user_data)
{
  BulkPeer *peer = user_data;
  char *text = test_peer_receive (peer->fd, BULK);

  return text;
}

/* Whether it may be had */

static void
expect_refusal (SocketFixture *fixture,
                const char    *log)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (tisock_tcp_socket_get_io_stream (fixture->socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect_now (fixture, log);
}

static void
test_io_stream_refused (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  expect_refusal (fixture, "error:106/initialized");
  socket_fixture_listen (fixture);
  expect_refusal (fixture, "error:106/listening");
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  expect_refusal (fixture, "error:106/closed");
}

static void
test_io_stream_refused_queue (SocketFixture *fixture,
                              gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  gsize length;

  g_test_summary ("Not before all is sent that was written before.");

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  expect_refusal (fixture, "error:106/connected");

  socket_fixture_drain (fixture, length);
  socket_fixture_expect (fixture, "drained complete:0");
  stream = borrow (fixture);
  write_all (stream, "behind");
  socket_fixture_expect_sent (fixture, "behind");
}

static void
test_io_stream_refused_shutdown (SocketFixture *fixture,
                                 gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown (fixture->socket);
  expect_refusal (fixture, "error:106/connected");
}

static void
test_io_stream_refused_receiving (SocketFixture *fixture,
                                  gconstpointer  user_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GIOStream) stream = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;

  g_test_summary ("Not while somebody waits for what comes.");

  socket_fixture_connect (fixture);
  tisock_tcp_socket_receive_async (fixture->socket, -1, NULL, store_result_cb, &result);
  g_assert_null (tisock_tcp_socket_get_io_stream (fixture->socket, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  socket_fixture_expect_now (fixture, "");

  test_peer_send (fixture->peer, "mine");
  test_wait_until (result != NULL);
  bytes = tisock_tcp_socket_receive_finish (fixture->socket, result, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "mine", 4);
  stream = borrow (fixture);
  g_clear_object (&result);
  tisock_tcp_socket_receive_async (fixture->socket, -1, NULL, store_result_cb, &result);
  socket_fixture_expect_now (fixture, "error:106/connected");
  test_wait_until (result != NULL);
  g_assert_null (tisock_tcp_socket_receive_finish (fixture->socket, result, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
}

static void
test_io_stream_reading_only (SocketFixture *fixture,
                             gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  g_autoptr(GError) error = NULL;

  g_test_summary ("After the end of this side the other one can be read.");

  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown_write (fixture->socket);
  stream = borrow (fixture);
  socket_fixture_expect_fin (fixture);
  test_peer_send (fixture->peer, "answer");
  expect_read (stream, "answer");

  g_assert_cmpint (g_output_stream_write (get_output (stream), "x", 1, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
}

/* The socket meanwhile */

static void
test_io_stream_same (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  GIOStream *first = connect_and_borrow (fixture);
  GIOStream *second = borrow (fixture);

  g_assert_true (first == second);
  g_object_unref (second);
  write_all (first, "still open");
  socket_fixture_expect_sent (fixture, "still open");

  g_assert_finalize_object (first);
  expect_refusal (fixture, "error:106/connected");
  socket_fixture_expect (fixture, "closed/closed");
}

static void
expect_misuse (SocketFixture *fixture,
               GError        *error)
{
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_nonnull (strstr (error->message, "lent to its I/O stream"));
  g_error_free (error);
  socket_fixture_expect_now (fixture, "error:106/connected");
}

static void
test_io_stream_own_calls (SocketFixture *fixture,
                          gconstpointer  user_data)
{
  TisockTCPSocket *socket = fixture->socket;
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autoptr(GBytes) bytes = NULL;
  GError *error = NULL;
  guint8 buffer[4];
  gsize length;

  g_test_summary ("What the socket does itself with a connection is refused.");

  g_assert_false (tisock_tcp_socket_write_string (socket, "x", &error));
  expect_misuse (fixture, g_steal_pointer (&error));
  g_assert_false (tisock_tcp_socket_flush (socket, &error));
  expect_misuse (fixture, g_steal_pointer (&error));
  g_assert_null (tisock_tcp_socket_steal_socket (socket, &error));
  expect_misuse (fixture, g_steal_pointer (&error));
  g_assert_null (tisock_tcp_socket_read_line (socket, &error));
  expect_misuse (fixture, g_steal_pointer (&error));
  g_assert_null (tisock_tcp_socket_read_until (socket, (const guint8 *) "x", 1, &error));
  expect_misuse (fixture, g_steal_pointer (&error));
  g_assert_null (tisock_tcp_socket_read_string (socket, -1, NULL, &error));
  expect_misuse (fixture, g_steal_pointer (&error));

  tisock_tcp_socket_shutdown_write (socket);
  socket_fixture_expect_now (fixture, "error:106/connected");
  g_assert_null (tisock_tcp_socket_read_all (socket, &length));
  socket_fixture_expect_now (fixture, "error:106/connected");
  bytes = tisock_tcp_socket_read_bytes (socket, -1);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
  socket_fixture_expect_now (fixture, "error:106/connected");
  g_assert_null (tisock_tcp_socket_look_ahead (socket, -1, &length));
  socket_fixture_expect_now (fixture, "error:106/connected");
  g_assert_null (tisock_tcp_socket_peek (socket, &length));
  socket_fixture_expect_now (fixture, "error:106/connected");
  g_assert_cmpuint (tisock_tcp_socket_skip (socket, 1), ==, 0);
  socket_fixture_expect_now (fixture, "error:106/connected");
  g_assert_cmpuint (tisock_tcp_socket_read_into (socket, buffer, sizeof buffer), ==, 0);
  socket_fixture_expect_now (fixture, "error:106/connected");

  write_all (stream, "unharmed");
  socket_fixture_expect_sent (fixture, "unharmed");
}

static int
get_no_delay (SocketFixture *fixture)
{
  int value;

  g_assert_true (tisock_tcp_socket_get_option (fixture->socket, IPPROTO_TCP, TCP_NODELAY, &value,
                                               NULL));

  return value;
}

static void
test_io_stream_state (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  TisockTCPSocket *socket = fixture->socket;
  TisockTCPSocketPrivate *priv = tisock_tcp_socket_get_private (socket);
  g_autoptr(GIOStream) stream = NULL;
  int handle, port;

  g_test_summary ("The socket stays connected and can be looked at; it has no timeouts.");

  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_idle_timeout (socket, 3600000);
  g_assert_true (tisock_timer_is_armed (&priv->stream.timer));
  handle = tisock_socket_core_get_handle (fixture->core);
  port = tisock_socket_core_get_port (fixture->core);

  stream = borrow (fixture);
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
  g_assert_cmpint (tisock_socket_core_get_handle (fixture->core), ==, handle);
  g_assert_cmpint (tisock_socket_core_get_port (fixture->core), ==, port);
  g_assert_cmpint (g_socket_get_fd (tisock_tcp_socket_get_socket (socket, NULL)), ==, handle);
  g_assert_true (g_socket_get_blocking (tisock_tcp_socket_get_socket (socket, NULL)));

  tisock_tcp_socket_set_idle_timeout (socket, 1);
  tisock_tcp_socket_set_timeout (socket, 1);
  g_assert_false (tisock_timer_is_armed (&priv->stream.timer));

  g_assert_cmpint (get_no_delay (fixture), !=, 0);
  tisock_tcp_socket_set_no_delay (socket, FALSE);
  g_assert_cmpint (get_no_delay (fixture), ==, 0);

  socket_fixture_feed (fixture, "not announced");
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  expect_read (stream, "not announced");
}

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_io_stream_notify (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  guint n_notified = 0;

  socket_fixture_connect (fixture);
  test_peer_send (fixture->peer, "received");
  socket_fixture_expect (fixture, "data:8");
  g_signal_connect_swapped (fixture->socket, "notify::bytes-available", G_CALLBACK (count_cb),
                            &n_notified);

  stream = borrow (fixture);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->socket), ==, 0);
  expect_read (stream, "received");
  g_signal_handlers_disconnect_by_data (fixture->socket, &n_notified);
}

/* Reading */

static void
test_io_stream_lines (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  g_autoptr(GDataInputStream) lines = NULL;
  const char *expected[] = { "one", "two halves", "three", "four" };

  g_test_summary ("Lines, the second of which begins in the receive buffer.");

  socket_fixture_connect (fixture);
  test_peer_send (fixture->peer, "one\ntwo ");
  socket_fixture_expect (fixture, "data:8");
  stream = borrow (fixture);
  test_peer_send (fixture->peer, "halves\nthree\nfour");
  g_assert_no_errno (shutdown (fixture->peer, SHUT_WR));

  lines = g_data_input_stream_new (get_input (stream));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (line, ==, expected[i]);
    }

  g_assert_null (g_data_input_stream_read_line (lines, NULL, NULL, NULL));
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
}

static void
test_io_stream_buffered (SocketFixture *fixture,
                         gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  g_autoptr(GInputStream) buffered = NULL;
  g_autoptr(GError) error = NULL;
  char buffer[16] = "";

  socket_fixture_connect (fixture);
  test_peer_send (fixture->peer, "abc");
  socket_fixture_expect (fixture, "data:3");
  stream = borrow (fixture);
  test_peer_send (fixture->peer, "def");

  buffered = g_buffered_input_stream_new_sized (get_input (stream), 16);
  /* What was received before comes alone: no waiting for more. */
  g_assert_cmpint (g_buffered_input_stream_fill (G_BUFFERED_INPUT_STREAM (buffered), 16, NULL,
                                                 &error), ==, 3);
  g_assert_cmpint (g_buffered_input_stream_fill (G_BUFFERED_INPUT_STREAM (buffered), 13, NULL,
                                                 &error), ==, 3);
  g_assert_no_error (error);
  g_assert_cmpuint (g_buffered_input_stream_peek (G_BUFFERED_INPUT_STREAM (buffered), buffer, 0,
                                                  16), ==, 6);
  g_assert_cmpstr (buffer, ==, "abcdef");
  g_assert_cmpint (g_input_stream_skip (buffered, 6, NULL, NULL), ==, 6);
}

/* In the handler the bytes are still in the reactor's buffer, which the next socket reads into. */
static void
borrow_in_handler (SocketFixture *fixture,
                   const char    *signal)
{
  if (g_str_equal (signal, "data-available"))
    *(GIOStream **) fixture->data = borrow (fixture);
}

static void
test_io_stream_in_handler (SocketFixture *fixture,
                           gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  TisockTCPSocket *other;
  int other_peer;

  socket_fixture_connect (fixture);
  fixture->action = borrow_in_handler;
  fixture->data = &stream;
  test_peer_send (fixture->peer, "the first bytes");
  socket_fixture_expect (fixture, "data:15");
  g_assert_nonnull (stream);

  other = test_peer_pair (&other_peer);
  test_peer_send (other_peer, "not these bytes");
  test_wait_until (tisock_tcp_socket_get_bytes_available (other) == 15);
  test_peer_send (fixture->peer, " and the others");
  expect_read (stream, "the first bytes and the others");

  tisock_socket_core_close (TISOCK_SOCKET_CORE (other));
  g_assert_finalize_object (other);
  close (other_peer);
}

static void
test_io_stream_residue (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  g_autofree guint8 *data = make_bulk ();
  g_autofree guint8 *got = g_malloc (BULK);
  g_autoptr(GIOStream) stream = NULL;
  g_autoptr(GError) error = NULL;
  BulkPeer peer;
  GThread *thread;
  gsize length = 0;

  g_test_summary ("Much that was received before, and more, read in pieces of all sizes.");

  socket_fixture_connect (fixture);
  peer = (BulkPeer) { fixture->peer, data };
  thread = g_thread_new ("send", send_bulk_thread, &peer);
  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->socket) > BULK / 4);

  stream = borrow (fixture);
  while (length < BULK)
    {
      gssize n = g_input_stream_read (get_input (stream), got + length,
                                      MIN ((gsize) test_random (17) + 1, BULK - length), NULL,
                                      &error);

      g_assert_no_error (error);
      g_assert_cmpint (n, >, 0);
      length += (gsize) n;
    }
  g_thread_join (thread);
  g_assert_cmpmem (got, BULK, data, BULK);
  g_assert_cmpint (g_input_stream_read (get_input (stream), got, 1, NULL, &error), ==, 0);
}

static void
test_io_stream_reset (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autoptr(GError) error = NULL;
  char byte;

  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  g_assert_cmpint (g_input_stream_read (get_input (stream), &byte, 1, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);

  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  g_assert_true (g_io_stream_close (stream, NULL, NULL));
  socket_fixture_expect (fixture, "closed/closed");
}

/* Pollable */

static void
test_io_stream_nonblocking (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  GPollableInputStream *input;
  g_autoptr(GError) error = NULL;
  char buffer[16] = "";

  socket_fixture_connect (fixture);
  test_peer_send (fixture->peer, "ab");
  socket_fixture_expect (fixture, "data:2");
  stream = borrow (fixture);
  input = G_POLLABLE_INPUT_STREAM (get_input (stream));
  g_assert_true (g_pollable_input_stream_can_poll (input));

  g_assert_true (g_pollable_input_stream_is_readable (input));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (input, buffer, 1, NULL, &error),
                   ==, 1);
  g_assert_true (g_pollable_input_stream_is_readable (input));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (input, buffer + 1, 9, NULL, &error),
                   ==, 1);
  g_assert_cmpstr (buffer, ==, "ab");

  g_assert_false (g_pollable_input_stream_is_readable (input));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (input, buffer, 9, NULL, &error),
                   ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);

  socket_fixture_feed (fixture, "cd");
  g_assert_true (g_pollable_input_stream_is_readable (input));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (input, buffer, 9, NULL, &error),
                   ==, 2);
  g_assert_no_error (error);
}

static void
test_io_stream_write_nonblocking (SocketFixture *fixture,
                                  gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (get_output (stream));
  g_autofree guint8 *data = make_bulk ();
  g_autofree char *got = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GSource) source = NULL;
  gsize sent = 0;
  gssize n;

  g_assert_true (g_pollable_output_stream_can_poll (output));
  g_assert_true (g_pollable_output_stream_is_writable (output));
  while ((n = g_pollable_output_stream_write_nonblocking (output, data, BULK, NULL, &error)) > 0)
    sent += (gsize) n;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_assert_false (g_pollable_output_stream_is_writable (output));

  source = g_pollable_output_stream_create_source (output, NULL);
  g_source_set_dummy_callback (source);
  g_source_attach (source, NULL);
  g_assert_false (g_main_context_pending (NULL));
  got = test_peer_receive (fixture->peer, sent);
  test_wait_until (g_pollable_output_stream_is_writable (output));
  g_assert_true (g_main_context_pending (NULL));
  g_source_destroy (source);
}

static void
test_io_stream_vectors (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (get_output (stream));
  GOutputVector vectors[] = { { "one ", 4 }, { "two ", 4 }, { "three", 5 } };
  GOutputVector many[2000];
  g_autofree char *ones = g_strnfill (G_N_ELEMENTS (many), '1');
  g_autoptr(GError) error = NULL;
  gsize n;

  g_assert_true (g_output_stream_writev_all (get_output (stream), vectors, 3, &n, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 13);
  socket_fixture_expect_sent (fixture, "one two three");

  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    many[i] = (GOutputVector) { "1", 1 };
  g_assert_true (g_output_stream_writev_all (get_output (stream), many, G_N_ELEMENTS (many), &n,
                                             NULL, &error));
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (many));
  socket_fixture_expect_sent (fixture, ones);

  vectors[0] = (GOutputVector) { "one ", 4 };
  g_assert_cmpint (g_pollable_output_stream_writev_nonblocking (output, vectors, 1, &n, NULL,
                                                                &error), ==, G_POLLABLE_RETURN_OK);
  socket_fixture_expect_sent (fixture, "one ");
}

static void
test_io_stream_vectors_blocked (SocketFixture *fixture,
                                gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (get_output (stream));
  g_autofree guint8 *data = make_bulk ();
  GOutputVector vectors[] = { { data, BULK / 2 }, { data, BULK / 2 } };
  g_autoptr(GError) error = NULL;
  GPollableReturn result;
  gsize n;

  do
    result = g_pollable_output_stream_writev_nonblocking (output, vectors, 2, &n, NULL, &error);
  while (result == G_POLLABLE_RETURN_OK);
  g_assert_cmpint (result, ==, G_POLLABLE_RETURN_WOULD_BLOCK);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 0);

  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  result = g_pollable_output_stream_writev_nonblocking (output, vectors, 2, &n, NULL, &error);
  g_assert_cmpint (result, ==, G_POLLABLE_RETURN_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* A source in the context of another thread, which reads one byte for each time it is called. */

typedef struct
{
  GPollableInputStream *input;
  GMainLoop            *loop;
  GString              *got;
} Reader;

static gboolean
readable_cb (GObject *stream,
             gpointer user_data)
{
  Reader *reader = user_data;
  g_autoptr(GError) error = NULL;
  char byte;
  gssize n = g_pollable_input_stream_read_nonblocking (reader->input, &byte, 1, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;

  g_assert_no_error (error);
  if (n > 0)
    {
      g_string_append_c (reader->got, byte);
      return G_SOURCE_CONTINUE;
    }

  g_main_loop_quit (reader->loop);

  return G_SOURCE_REMOVE;
}

static gpointer
read_by_source_thread (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GSource) source = g_pollable_input_stream_create_source (data, NULL);
  Reader reader = { data, g_main_loop_new (context, FALSE), g_string_new (NULL) };

  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), &reader, NULL);
  g_source_attach (source, context);
  g_main_loop_run (reader.loop);
  g_main_loop_unref (reader.loop);

  return g_string_free (reader.got, FALSE);
}

static void
test_io_stream_source (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  g_autofree char *got = NULL;
  GThread *thread;

  g_test_summary ("A source is ready for what was received before, and then for what comes.");

  socket_fixture_connect (fixture);
  test_peer_send (fixture->peer, "before, ");
  socket_fixture_expect (fixture, "data:8");
  stream = borrow (fixture);

  thread = g_thread_new ("source", read_by_source_thread, get_input (stream));
  test_peer_send (fixture->peer, "after");
  g_assert_no_errno (shutdown (fixture->peer, SHUT_WR));
  got = g_thread_join (thread);
  g_assert_cmpstr (got, ==, "before, after");
}

static gboolean
count_ready_cb (GObject *stream,
                guint   *count)
{
  (*count)++;

  return G_SOURCE_CONTINUE;
}

static void
test_io_stream_source_idle (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  GPollableInputStream *input;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GSource) source = NULL;
  guint n_ready = 0;

  g_test_summary ("A source is not ready once all is read that was received before.");

  socket_fixture_connect (fixture);
  test_peer_send (fixture->peer, "x");
  socket_fixture_expect (fixture, "data:1");
  stream = borrow (fixture);
  input = G_POLLABLE_INPUT_STREAM (get_input (stream));

  source = g_pollable_input_stream_create_source (input, cancellable);
  g_source_set_callback (source, G_SOURCE_FUNC (count_ready_cb), &n_ready, NULL);
  g_source_attach (source, NULL);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_ready, ==, 1);

  expect_read (stream, "x");
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (n_ready, ==, 1);

  g_cancellable_cancel (cancellable);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (n_ready, ==, 2);
  g_source_destroy (source);
}

/* Blocking */

typedef struct
{
  GInputStream *input;
  GCancellable *cancellable;
  gboolean      started;
} BlockingReader;

static gpointer
blocking_read_thread (gpointer data)
{
  BlockingReader *reader = data;
  GError *error = NULL;
  char buffer[16];

  g_atomic_int_set (&reader->started, TRUE);
  g_input_stream_read (reader->input, buffer, sizeof buffer, reader->cancellable, &error);

  return error;
}

static void
test_io_stream_cancel (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  BlockingReader reader = { get_input (stream), cancellable, FALSE };
  GThread *thread = g_thread_new ("read", blocking_read_thread, &reader);
  g_autoptr(GError) error = NULL;

  while (!g_atomic_int_get (&reader.started))
    g_thread_yield ();
  g_cancellable_cancel (cancellable);
  error = g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  test_peer_send (fixture->peer, "still there");
  expect_read (stream, "still there");
}

static void
test_io_stream_cancelled_before (SocketFixture *fixture,
                                 gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  char byte;

  g_test_summary ("A read that is cancelled takes nothing of what was received before.");

  socket_fixture_connect (fixture);
  test_peer_send (fixture->peer, "x");
  socket_fixture_expect (fixture, "data:1");
  stream = borrow (fixture);

  g_cancellable_cancel (cancellable);
  g_assert_cmpint (g_input_stream_read (get_input (stream), &byte, 1, cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  expect_read (stream, "x");
}

static void
test_io_stream_timeout (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autoptr(GError) error = NULL;
  char byte;

  g_test_summary ("The timeout of the GIO socket counts.");

  g_socket_set_timeout (tisock_tcp_socket_get_socket (fixture->socket, NULL), 1);
  g_assert_cmpint (g_input_stream_read (get_input (stream), &byte, 1, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* Asynchronous */

static gssize
finish_read (GIOStream    *stream,
             GAsyncResult *result)
{
  g_autoptr(GAsyncResult) kept = result;
  g_autoptr(GError) error = NULL;
  gssize n = g_input_stream_read_finish (get_input (stream), kept, &error);

  g_assert_no_error (error);

  return n;
}

static void
test_io_stream_async (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = NULL;
  g_autoptr(GAsyncResult) written = NULL;
  GAsyncResult *read = NULL;
  char buffer[16] = "";

  socket_fixture_connect (fixture);
  test_peer_send (fixture->peer, "early");
  socket_fixture_expect (fixture, "data:5");
  stream = borrow (fixture);

  g_input_stream_read_async (get_input (stream), buffer, 15, G_PRIORITY_DEFAULT, NULL,
                             store_result_cb, &read);
  test_wait_until (read != NULL);
  g_assert_cmpint (finish_read (stream, g_steal_pointer (&read)), ==, 5);
  g_assert_cmpstr (buffer, ==, "early");

  g_input_stream_read_async (get_input (stream), buffer, 15, G_PRIORITY_DEFAULT, NULL,
                             store_result_cb, &read);
  g_output_stream_write_async (get_output (stream), "question", 8, G_PRIORITY_DEFAULT, NULL,
                               store_result_cb, &written);
  test_wait_until (written != NULL);
  g_assert_cmpint (g_output_stream_write_finish (get_output (stream), written, NULL), ==, 8);
  g_assert_null (read);
  socket_fixture_expect_sent (fixture, "question");
  test_peer_send (fixture->peer, "answer");
  test_wait_until (read != NULL);
  g_assert_cmpint (finish_read (stream, g_steal_pointer (&read)), ==, 6);

  g_input_stream_read_async (get_input (stream), buffer, 15, G_PRIORITY_DEFAULT, NULL,
                             store_result_cb, &read);
  g_assert_no_errno (shutdown (fixture->peer, SHUT_WR));
  test_wait_until (read != NULL);
  g_assert_cmpint (finish_read (stream, g_steal_pointer (&read)), ==, 0);
}

static void
test_io_stream_close_async (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_io_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, store_result_cb, &result);
  g_assert_null (result);
  test_wait_until (result != NULL);
  g_assert_true (g_io_stream_close_finish (stream, result, &error));
  g_assert_no_error (error);
  socket_fixture_expect_fin (fixture);
  socket_fixture_expect (fixture, "closed/closed");
}

/* Splicing */

static void
test_io_stream_splice_in (SocketFixture *fixture,
                          gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autofree guint8 *data = make_bulk ();
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr(GError) error = NULL;
  BulkPeer peer = { fixture->peer, data };
  GThread *thread = g_thread_new ("send", send_bulk_thread, &peer);

  g_assert_cmpint (g_output_stream_splice (memory, get_input (stream), 0, NULL, &error), ==, BULK);
  g_assert_no_error (error);
  g_thread_join (thread);
  g_assert_cmpmem (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)), BULK,
                   data, BULK);
}

static void
test_io_stream_splice_out (SocketFixture *fixture,
                           gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autofree guint8 *data = make_bulk ();
  g_autoptr(GInputStream) memory = g_memory_input_stream_new_from_data (data, BULK, NULL);
  g_autofree guint8 *got = NULL;
  g_autoptr(GError) error = NULL;
  BulkPeer peer = { fixture->peer, NULL };
  GThread *thread = g_thread_new ("receive", receive_bulk_thread, &peer);

  g_assert_cmpint (g_output_stream_splice (get_output (stream), memory, 0, NULL, &error), ==, BULK);
  g_assert_no_error (error);
  got = g_thread_join (thread);
  g_assert_cmpmem (got, BULK, data, BULK);
}

static void
test_io_stream_splice_async (SocketFixture *fixture,
                             gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autofree guint8 *data = make_bulk ();
  g_autofree guint8 *got = NULL;
  g_autoptr(GInputStream) source = g_memory_input_stream_new_from_data (data, BULK, NULL);
  g_autoptr(GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr(GAsyncResult) out = NULL;
  g_autoptr(GAsyncResult) in = NULL;
  BulkPeer peer = { fixture->peer, data };
  GThread *sender = g_thread_new ("send", send_bulk_thread, &peer);
  GThread *receiver = g_thread_new ("receive", receive_bulk_thread, &peer);

  g_test_summary ("Both directions at once.");

  g_output_stream_splice_async (get_output (stream), source, 0, G_PRIORITY_DEFAULT, NULL,
                                store_result_cb, &out);
  g_output_stream_splice_async (sink, get_input (stream), 0, G_PRIORITY_DEFAULT, NULL,
                                store_result_cb, &in);
  test_wait_until (out != NULL && in != NULL);
  g_assert_cmpint (g_output_stream_splice_finish (get_output (stream), out, NULL), ==, BULK);
  g_assert_cmpint (g_output_stream_splice_finish (sink, in, NULL), ==, BULK);

  g_thread_join (sender);
  got = g_thread_join (receiver);
  g_assert_cmpmem (got, BULK, data, BULK);
  g_assert_cmpmem (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (sink)), BULK,
                   data, BULK);
}

static void
test_io_stream_splice_streams (SocketFixture *fixture,
                               gconstpointer  user_data)
{
  g_autoptr(GIOStream) stream = connect_and_borrow (fixture);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GIOStream) other_stream = NULL;
  g_autoptr(GError) error = NULL;
  TisockTCPSocket *other;
  int other_peer;

  g_test_summary ("Two connections, each of which is what the other one gets.");

  other = test_peer_pair (&other_peer);
  other_stream = tisock_tcp_socket_get_io_stream (other, NULL);
  g_io_stream_splice_async (stream, other_stream,
                            G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2 |
                            G_IO_STREAM_SPLICE_WAIT_FOR_BOTH,
                            G_PRIORITY_DEFAULT, NULL, store_result_cb, &result);

  test_peer_send (fixture->peer, "to the right");
  test_peer_send (other_peer, "to the left");
  g_assert_no_errno (shutdown (fixture->peer, SHUT_WR));
  g_assert_no_errno (shutdown (other_peer, SHUT_WR));
  test_wait_until (result != NULL);
  g_assert_true (g_io_stream_splice_finish (result, &error));
  g_assert_no_error (error);

  socket_fixture_expect_sent (fixture, "to the left");
  socket_fixture_expect_fin (fixture);
  g_free (test_peer_receive (other_peer, 12));
  socket_fixture_expect (fixture, "closed/closed");
  test_wait_until (!tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (other)));
  g_clear_object (&result);
  g_assert_finalize_object (g_steal_pointer (&other_stream));
  g_assert_finalize_object (other);
  close (other_peer);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SOCKET_FIXTURE_ADD ("/io-stream/refused/state", test_io_stream_refused);
  SOCKET_FIXTURE_ADD ("/io-stream/refused/queue", test_io_stream_refused_queue);
  SOCKET_FIXTURE_ADD ("/io-stream/refused/shutdown", test_io_stream_refused_shutdown);
  SOCKET_FIXTURE_ADD ("/io-stream/refused/receiving", test_io_stream_refused_receiving);
  SOCKET_FIXTURE_ADD ("/io-stream/reading-only", test_io_stream_reading_only);
  SOCKET_FIXTURE_ADD ("/io-stream/same", test_io_stream_same);
  SOCKET_FIXTURE_ADD ("/io-stream/own-calls", test_io_stream_own_calls);
  SOCKET_FIXTURE_ADD ("/io-stream/state", test_io_stream_state);
  SOCKET_FIXTURE_ADD ("/io-stream/notify", test_io_stream_notify);
  SOCKET_FIXTURE_ADD ("/io-stream/lines", test_io_stream_lines);
  SOCKET_FIXTURE_ADD ("/io-stream/buffered", test_io_stream_buffered);
  SOCKET_FIXTURE_ADD ("/io-stream/in-handler", test_io_stream_in_handler);
  SOCKET_FIXTURE_ADD ("/io-stream/residue", test_io_stream_residue);
  SOCKET_FIXTURE_ADD ("/io-stream/reset", test_io_stream_reset);
  SOCKET_FIXTURE_ADD ("/io-stream/pollable/read", test_io_stream_nonblocking);
  SOCKET_FIXTURE_ADD ("/io-stream/pollable/write", test_io_stream_write_nonblocking);
  SOCKET_FIXTURE_ADD ("/io-stream/vectors", test_io_stream_vectors);
  SOCKET_FIXTURE_ADD ("/io-stream/vectors/blocked", test_io_stream_vectors_blocked);
  SOCKET_FIXTURE_ADD ("/io-stream/source/thread", test_io_stream_source);
  SOCKET_FIXTURE_ADD ("/io-stream/source/idle", test_io_stream_source_idle);
  SOCKET_FIXTURE_ADD ("/io-stream/cancel/waiting", test_io_stream_cancel);
  SOCKET_FIXTURE_ADD ("/io-stream/cancel/before", test_io_stream_cancelled_before);
  SOCKET_FIXTURE_ADD ("/io-stream/timeout", test_io_stream_timeout);
  SOCKET_FIXTURE_ADD ("/io-stream/async", test_io_stream_async);
  SOCKET_FIXTURE_ADD ("/io-stream/close-async", test_io_stream_close_async);
  SOCKET_FIXTURE_ADD ("/io-stream/splice/in", test_io_stream_splice_in);
  SOCKET_FIXTURE_ADD ("/io-stream/splice/out", test_io_stream_splice_out);
  SOCKET_FIXTURE_ADD ("/io-stream/splice/async", test_io_stream_splice_async);
  SOCKET_FIXTURE_ADD ("/io-stream/splice/streams", test_io_stream_splice_streams);

  return g_test_run ();
}
