/* test-ssl-data.c: bytes through TLS, and how connections with TLS end
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"
#include "tls-certificates.h"
#include "tls-peer.h"

#include <sys/socket.h>
#include <unistd.h>

/* Much more than the system's buffers hold, and no multiple of anything. */
#define BULK (12 * 1024 * 1024 + 77)

typedef struct
{
  SocketFixture    base;
  TisockSSLSocket *socket;              /* the same */
  TlsPeer         *peer;                /* NULL: none, or joined */

  /* What the peer's thread waits for, and finds. */
  GMutex           lock;
  GCond            changed;
  gboolean         released;
  GError          *read_error;
  GByteArray      *got;                 /* all that the peer has read */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  g_autoptr(GTlsDatabase) database = tls_certificates_trust (TLS_AUTHORITY);

  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  fixture->got = g_byte_array_new ();
  fixture->socket = tisock_ssl_socket_new ();
  tisock_ssl_socket_set_trust_database (fixture->socket, database);
  socket_fixture_set_up_with (&fixture->base, TISOCK_TCP_SOCKET (fixture->socket));
  fixture->base.brief = TRUE;
  /* How much the system takes decides whether there would be `drained`. */
  tisock_tcp_socket_set_send_limit (fixture->base.socket, 0);
}

static void
release_peer (Fixture *fixture)
{
  g_mutex_lock (&fixture->lock);
  fixture->released = TRUE;
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
}

/* On the peer's thread. */
static void
await_release (Fixture *fixture)
{
  g_mutex_lock (&fixture->lock);
  while (!fixture->released)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
}

static void
join_peer (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  release_peer (fixture);
  if (fixture->peer != NULL)
    error = tls_peer_join (g_steal_pointer (&fixture->peer));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  tisock_socket_core_close (fixture->base.core);
  join_peer (fixture);
  g_clear_error (&fixture->read_error);
  g_byte_array_unref (fixture->got);
  g_cond_clear (&fixture->changed);
  g_mutex_clear (&fixture->lock);
  socket_fixture_tear_down (&fixture->base, user_data);
}

static void
connect_socket (Fixture  *fixture,
                void    (*talk) (GIOStream *, gpointer),
                gboolean  rude)
{
  const TlsPeerOptions options = { .certificate = TLS_LOCALHOST, .talk = talk, .data = fixture,
                                   .rude = rude };

  fixture->peer = tls_peer_new (&options);
  tisock_tcp_socket_set_address (fixture->base.socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core, tls_peer_get_port (fixture->peer));
  g_assert_true (tisock_socket_core_open (fixture->base.core, NULL));
  socket_fixture_expect (&fixture->base, "connected");
}

static guint8 *
make_bulk (void)
{
  guint8 *data = g_malloc (BULK);

  for (gsize i = 0; i < BULK; i++)
    data[i] = (guint8) (i * 7 + i / 251);

  return data;
}

/* What the peer does */

static void
talk_read_all (GIOStream *stream,
               gpointer   data)
{
  Fixture *fixture = data;
  g_autofree guint8 *buffer = g_malloc (64 * 1024);
  gssize n;

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, 64 * 1024, NULL,
                                   &fixture->read_error)) > 0)
    g_byte_array_append (fixture->got, buffer, (guint) n);
}

static void
talk_read_late (GIOStream *stream,
                gpointer   data)
{
  await_release (data);
  talk_read_all (stream, data);
}

static void
talk_bulk (GIOStream *stream,
           gpointer   data)
{
  g_autofree guint8 *bulk = make_bulk ();

  await_release (data);
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), bulk, BULK, NULL, NULL, NULL);
}

static void
talk_hello (GIOStream *stream,
            gpointer   data)
{
  await_release (data);
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), "hello", 5, NULL, NULL, NULL);
}

static void
talk_wait (GIOStream *stream,
           gpointer   data)
{
  await_release (data);
}

static void
expect_got (Fixture      *fixture,
            const guint8 *data,
            gsize         length)
{
  join_peer (fixture);
  g_assert_no_error (fixture->read_error);
  g_assert_cmpmem (fixture->got->data, fixture->got->len, data, length);
}

/* Bulk */

static void
read_bulk (Fixture *fixture,
           guint    piece)
{
  g_autoptr(GByteArray) got = g_byte_array_new ();
  g_autofree guint8 *bulk = make_bulk ();

  while (got->len < BULK)
    {
      g_autofree guint8 *data = NULL;
      gsize length;

      test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->base.socket) > 0);
      data = tisock_tcp_socket_read (fixture->base.socket, piece, &length);
      g_byte_array_append (got, data, (guint) length);
    }

  g_assert_cmpmem (got->data, got->len, bulk, BULK);
}

static void
test_receive (Fixture       *fixture,
              gconstpointer  user_data)
{
  connect_socket (fixture, talk_bulk, FALSE);
  release_peer (fixture);
  read_bulk (fixture, G_MAXUINT);
}

/* Reading pauses all the time, in the middle of records and of what was received in one go. */
static void
test_receive_slowly (Fixture       *fixture,
                     gconstpointer  user_data)
{
  tisock_tcp_socket_set_receive_limit (fixture->base.socket, 10000);
  connect_socket (fixture, talk_bulk, FALSE);
  release_peer (fixture);
  socket_fixture_await (&fixture->base, 10000);
  read_bulk (fixture, 3333);
}

/* All that was sent before the end is there when the end is announced. */
static void
test_receive_before_end (Fixture       *fixture,
                         gconstpointer  user_data)
{
  g_autofree guint8 *bulk = make_bulk ();
  g_autofree guint8 *data = NULL;
  gsize length;

  tisock_tcp_socket_set_receive_limit (fixture->base.socket, 0);
  connect_socket (fixture, talk_bulk, FALSE);
  release_peer (fixture);
  test_wait_until (tisock_socket_core_get_state (fixture->base.core) ==
                   TISOCK_SOCKET_STATE_CLOSED);
  data = tisock_tcp_socket_read_all (fixture->base.socket, &length);
  g_assert_cmpmem (data, length, bulk, BULK);
}

static void
test_send (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autofree guint8 *bulk = make_bulk ();

  connect_socket (fixture, talk_read_late, FALSE);
  g_assert_true (tisock_tcp_socket_write (fixture->base.socket, bulk, BULK, NULL));
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->base.socket), >, 0);
  tisock_tcp_socket_shutdown (fixture->base.socket);
  release_peer (fixture);
  socket_fixture_expect (&fixture->base, "complete:0 error:102/closed closed/closed");
  expect_got (fixture, bulk, BULK);
}

/* Many small runs become few records. */
static void
test_send_pieces (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autofree guint8 *bulk = make_bulk ();

  connect_socket (fixture, talk_read_late, FALSE);
  for (gsize i = 0, n; i < BULK; i += n)
    {
      g_autoptr(GBytes) bytes = NULL;

      n = MIN (1 + i % 1777, BULK - i);
      bytes = g_bytes_new (bulk + i, n);
      g_assert_true (tisock_tcp_socket_write_bytes (fixture->base.socket, bytes, NULL));
    }

  tisock_tcp_socket_shutdown (fixture->base.socket);
  release_peer (fixture);
  socket_fixture_expect (&fixture->base, "complete:0 error:102/closed closed/closed");
  expect_got (fixture, bulk, BULK);
}

static void
test_send_file (Fixture       *fixture,
                gconstpointer  user_data)
{
  g_autofree guint8 *bulk = make_bulk ();
  int fd = test_make_file (bulk, BULK);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr(GFile) file = g_file_new_for_path (path);

  connect_socket (fixture, talk_read_late, FALSE);
  tisock_tcp_socket_send_file_async (fixture->base.socket, file, 0, -1, NULL, NULL, NULL);
  test_wait_until (tisock_tcp_socket_get_bytes_left_to_send (fixture->base.socket) > 0);
  tisock_tcp_socket_shutdown (fixture->base.socket);
  release_peer (fixture);
  socket_fixture_expect (&fixture->base, "complete:0 error:102/closed closed/closed");
  expect_got (fixture, bulk, BULK);
  close (fd);
}

/* A record under way is finished when the rest is dropped, and what follows comes after it. */
static void
test_send_abort (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autofree guint8 *bulk = make_bulk ();
  gsize sent;

  connect_socket (fixture, talk_read_late, FALSE);
  fixture->base.abort = TRUE;
  g_assert_true (tisock_tcp_socket_write (fixture->base.socket, bulk, BULK, NULL));
  socket_fixture_expect (&fixture->base, "complete:1");
  sent = (gsize) fixture->base.sent;
  g_assert_cmpuint (sent, <, BULK);
  sent += (gsize) tisock_tcp_socket_get_bytes_left_to_send (fixture->base.socket);

  socket_fixture_write (&fixture->base, "and so on");
  tisock_tcp_socket_shutdown (fixture->base.socket);
  release_peer (fixture);
  socket_fixture_expect (&fixture->base, "complete:0 error:102/closed closed/closed");
  join_peer (fixture);
  g_assert_no_error (fixture->read_error);
  g_assert_cmpuint (fixture->got->len, ==, sent + 9);
  g_assert_cmpmem (fixture->got->data, sent, bulk, sent);
  g_assert_cmpmem (fixture->got->data + sent, 9, "and so on", 9);
}

/* Frames pass through TLS as they do without: what was written comes back. */
static void
test_frames (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr(TisockFraming) framing = tisock_framing_new_varint ();
  g_autofree guint8 *bulk = make_bulk ();
  static const gsize lengths[] = { 0, 1, 127, 128, 16384, 70000, 3 * 1024 * 1024 };

  connect_socket (fixture, tls_peer_echo, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr(GBytes) bytes = g_bytes_new (bulk + i, lengths[i]);

      g_assert_true (tisock_tcp_socket_write_frame_bytes (fixture->base.socket, framing, bytes,
                                                          NULL));
    }

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) frame = NULL;

      frame = tisock_tcp_socket_receive_frame_sync (fixture->base.socket, framing, -1, NULL,
                                                    &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame),
                       bulk + i, lengths[i]);
    }

  tisock_socket_core_close (fixture->base.core);
  g_string_truncate (fixture->base.log, 0);
}

/* Ends */

static void
test_peer_ends (Fixture       *fixture,
                gconstpointer  user_data)
{
  connect_socket (fixture, talk_hello, FALSE);
  release_peer (fixture);
  socket_fixture_expect (&fixture->base, "data:5 error:102/closed closed/closed");
  socket_fixture_expect_read (&fixture->base, "hello");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_CLOSED, 102);
}

/* The end of the connection without one of TLS is no end of what the peer has said. */
static void
test_truncated (Fixture       *fixture,
                gconstpointer  user_data)
{
  connect_socket (fixture, talk_hello, TRUE);
  release_peer (fixture);
  socket_fixture_expect (&fixture->base, "data:5 error:eof/error closed/error");
  socket_fixture_expect_read (&fixture->base, "hello");
}

static void
test_truncated_tolerated (Fixture       *fixture,
                          gconstpointer  user_data)
{
  tisock_ssl_socket_set_require_close_notify (fixture->socket, FALSE);
  connect_socket (fixture, talk_hello, TRUE);
  release_peer (fixture);
  socket_fixture_expect (&fixture->base, "data:5 error:102/closed closed/closed");
}

static void
test_shutdown (Fixture       *fixture,
               gconstpointer  user_data)
{
  connect_socket (fixture, talk_read_all, FALSE);
  socket_fixture_write (&fixture->base, "bye");
  tisock_tcp_socket_shutdown (fixture->base.socket);
  socket_fixture_expect (&fixture->base, "complete:0 error:102/closed closed/closed");
  expect_got (fixture, (const guint8 *) "bye", 3);
}

static void
test_close (Fixture       *fixture,
            gconstpointer  user_data)
{
  connect_socket (fixture, talk_read_all, FALSE);
  socket_fixture_write (&fixture->base, "bye");
  socket_fixture_expect (&fixture->base, "complete:0");
  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");
  expect_got (fixture, (const guint8 *) "bye", 3);
}

/* What is dropped is missed. */
static void
test_close_early (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autofree guint8 *bulk = make_bulk ();

  connect_socket (fixture, talk_read_late, FALSE);
  g_assert_true (tisock_tcp_socket_write (fixture->base.socket, bulk, BULK, NULL));
  tisock_socket_core_close (fixture->base.core);
  join_peer (fixture);
  g_assert_nonnull (fixture->read_error);
  g_assert_true (fixture->read_error->domain == G_TLS_ERROR);
  g_assert_cmpuint (fixture->got->len, <, BULK);
}

static void
test_abort (Fixture       *fixture,
            gconstpointer  user_data)
{
  connect_socket (fixture, talk_read_all, FALSE);
  tisock_tcp_socket_abort (fixture->base.socket);
  join_peer (fixture);
  g_assert_error (fixture->read_error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
}

/* One side may be ended before the other one. */
static void
test_half_open (Fixture       *fixture,
                gconstpointer  user_data)
{
  tisock_tcp_socket_set_allow_half_open (fixture->base.socket, TRUE);
  connect_socket (fixture, tls_peer_echo, FALSE);
  socket_fixture_write (&fixture->base, "hello");
  socket_fixture_await (&fixture->base, 5);
  g_string_truncate (fixture->base.log, 0);
  tisock_tcp_socket_shutdown_write (fixture->base.socket);
  socket_fixture_expect (&fixture->base, "error:102/closed closed/closed");
}

static void
test_idle_timeout (Fixture       *fixture,
                   gconstpointer  user_data)
{
  tisock_tcp_socket_set_idle_timeout (fixture->base.socket, 20);
  connect_socket (fixture, talk_wait, FALSE);
  socket_fixture_expect (&fixture->base, "error:timed-out/error closed/error");
}

static void
add (const char  *path,
     void       (*function) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, function, tear_down);
}

static void
add_tests (void)
{
  add ("/ssl-data/receive", test_receive);
  add ("/ssl-data/receive/slowly", test_receive_slowly);
  add ("/ssl-data/receive/before-end", test_receive_before_end);
  add ("/ssl-data/send", test_send);
  add ("/ssl-data/send/pieces", test_send_pieces);
  add ("/ssl-data/send/file", test_send_file);
  add ("/ssl-data/send/abort", test_send_abort);
  add ("/ssl-data/frames", test_frames);
  add ("/ssl-data/ends/peer", test_peer_ends);
  add ("/ssl-data/ends/truncated", test_truncated);
  add ("/ssl-data/ends/truncated-tolerated", test_truncated_tolerated);
  add ("/ssl-data/ends/shutdown", test_shutdown);
  add ("/ssl-data/ends/close", test_close);
  add ("/ssl-data/ends/close-early", test_close_early);
  add ("/ssl-data/ends/abort", test_abort);
  add ("/ssl-data/ends/half-open", test_half_open);
  add ("/ssl-data/ends/idle", test_idle_timeout);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  return tls_certificates_run (add_tests);
}
