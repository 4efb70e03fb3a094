/* test-ssl-starting.c: TLS that a client starts on a connection in the clear, by calls that wait
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"
#include "tls-certificates.h"
#include "tls-peer.h"

#include "tisock-socket-error.h"

typedef struct
{
  SocketFixture    base;
  TisockSSLSocket *socket;              /* the same */
  TlsPeer         *peer;
  GAsyncResult    *result;              /* of what was started; NULL: it has not ended */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  g_autoptr(GTlsDatabase) database = tls_certificates_trust (TLS_AUTHORITY);

  fixture->socket = tisock_ssl_socket_new ();
  tisock_ssl_socket_set_ssl_enabled (fixture->socket, FALSE);
  tisock_ssl_socket_set_trust_database (fixture->socket, database);
  socket_fixture_set_up_with (&fixture->base, TISOCK_TCP_SOCKET (fixture->socket));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  tisock_socket_core_close (fixture->base.core);
  error = tls_peer_join (fixture->peer);
  g_clear_object (&fixture->result);
  socket_fixture_tear_down (&fixture->base, user_data);
}

/* Connects in the clear. */
static void
open_socket (Fixture              *fixture,
             const TlsPeerOptions *options)
{
  fixture->peer = tls_peer_new (options);
  tisock_tcp_socket_set_address (fixture->base.socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core, tls_peer_get_port (fixture->peer));
  g_assert_true (tisock_socket_core_open (fixture->base.core, NULL));
  socket_fixture_expect (&fixture->base, "connected");
  g_assert_false (tisock_ssl_socket_get_ssl_connected (fixture->socket));
}

static void
converse (Fixture    *fixture,
          const char *question,
          const char *answer)
{
  socket_fixture_write (&fixture->base, question);
  socket_fixture_await (&fixture->base, strlen (answer));
  socket_fixture_expect_read (&fixture->base, answer);
  socket_fixture_settle ();
  g_string_truncate (fixture->base.log, 0);
}

static const TlsPeerOptions agreeing = {
  .certificate = TLS_LOCALHOST,
  .talk = tls_peer_echo,
  .later = TRUE,
};

/* Goes on in the clear. */
static const TlsPeerOptions plain = { .talk = tls_peer_echo };

/* Never answers the handshake. Tells when it has begun: whoever ends the test before would leave a
 * thread behind, which looks for the test's certificates. */
static void
keep_silent (GIOStream *stream,
             gpointer   cancellable)
{
  char buffer[1024];

  while (g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, sizeof buffer, NULL,
                              NULL) > 0)
    {
      g_cancellable_cancel (cancellable);
      g_main_context_wakeup (NULL);
    }
}

static void
open_to_silence (Fixture      *fixture,
                 GCancellable *cancellable)
{
  const TlsPeerOptions options = { .talk = keep_silent, .data = cancellable };

  open_socket (fixture, &options);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (fixture->result);
  fixture->result = g_object_ref (result);
}

static gboolean
finish (Fixture  *fixture,
        GError  **error)
{
  test_wait_until (fixture->result != NULL);

  return tisock_ssl_socket_start_tls_finish (fixture->socket, fixture->result, error);
}

/* While the main loop runs */

static void
test_async (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  open_socket (fixture, &agreeing);
  converse (fixture, "STARTTLS\n", "go\n");
  tisock_ssl_socket_start_tls_async (fixture->socket, NULL, started_cb, fixture);
  g_assert_null (fixture->result);
  g_assert_true (finish (fixture, &error));
  g_assert_no_error (error);
  g_assert_true (tisock_ssl_socket_get_ssl_connected (fixture->socket));
  socket_fixture_expect (&fixture->base, "connected");
  converse (fixture, "hello", "hello");
}

/* The connection stays what it was. */
static void
test_async_refused (Fixture       *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  open_socket (fixture, &plain);
  socket_fixture_write (&fixture->base, "unread");
  socket_fixture_await (&fixture->base, 6);
  tisock_ssl_socket_start_tls_async (fixture->socket, NULL, started_cb, fixture);
  g_assert_false (finish (fixture, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect_read (&fixture->base, "unread");
  socket_fixture_settle ();
  converse (fixture, "hello", "hello");
}

static void
test_async_fails (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  open_socket (fixture, &plain);
  tisock_ssl_socket_start_tls_async (fixture->socket, NULL, started_cb, fixture);
  g_assert_false (finish (fixture, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, G_TLS_ERROR);
  socket_fixture_settle ();
  g_assert_true (g_str_has_suffix (fixture->base.log->str, " closed/error"));
  g_string_truncate (fixture->base.log, 0);
}

static void
test_async_cancelled (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  open_to_silence (fixture, cancellable);
  tisock_ssl_socket_start_tls_async (fixture->socket, cancellable, started_cb, fixture);
  g_assert_false (finish (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  socket_fixture_expect (&fixture->base, "closed/closed");
}

static void
test_async_cancelled_before (Fixture       *fixture,
                             gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  open_socket (fixture, &plain);
  g_cancellable_cancel (cancellable);
  tisock_ssl_socket_start_tls_async (fixture->socket, cancellable, started_cb, fixture);
  g_assert_false (finish (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  converse (fixture, "hello", "hello");
}

static void
test_async_closed (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GCancellable) begun = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  open_to_silence (fixture, begun);
  tisock_ssl_socket_start_tls_async (fixture->socket, NULL, started_cb, fixture);
  test_wait_until (g_cancellable_is_cancelled (begun));
  tisock_socket_core_close (fixture->base.core);
  g_assert_false (finish (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  socket_fixture_expect (&fixture->base, "closed/closed");
}

/* Without a main loop */

static void
test_sync (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autofree char *answer = NULL;
  g_autoptr(GBytes) echo = NULL;
  g_autoptr(GError) error = NULL;

  open_socket (fixture, &agreeing);
  socket_fixture_write (&fixture->base, "STARTTLS\n");
  answer = tisock_tcp_socket_receive_line_sync (fixture->base.socket, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, "go");
  g_assert_true (tisock_ssl_socket_start_tls_sync (fixture->socket, -1, NULL, &error));
  g_assert_no_error (error);

  g_assert_true (tisock_ssl_socket_get_ssl_connected (fixture->socket));
  socket_fixture_write (&fixture->base, "hello");
  echo = tisock_tcp_socket_receive_exactly_sync (fixture->base.socket, 5, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (echo, NULL), g_bytes_get_size (echo), "hello", 5);
  socket_fixture_settle ();
  g_string_truncate (fixture->base.log, 0);
}

static void
test_sync_refused (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  open_socket (fixture, &plain);
  g_cancellable_cancel (cancellable);
  g_assert_false (tisock_ssl_socket_start_tls_sync (fixture->socket, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  socket_fixture_write (&fixture->base, "unread");
  socket_fixture_await (&fixture->base, 6);
  g_assert_false (tisock_ssl_socket_start_tls_sync (fixture->socket, -1, NULL, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect_read (&fixture->base, "unread");
  socket_fixture_settle ();
  converse (fixture, "hello", "hello");
}

static void
test_sync_cancelled (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  open_to_silence (fixture, cancellable);
  g_assert_false (tisock_ssl_socket_start_tls_sync (fixture->socket, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  socket_fixture_expect (&fixture->base, "closed/closed");
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
  add ("/ssl-starting/async", test_async);
  add ("/ssl-starting/async/refused", test_async_refused);
  add ("/ssl-starting/async/fails", test_async_fails);
  add ("/ssl-starting/async/cancelled", test_async_cancelled);
  add ("/ssl-starting/async/cancelled-before", test_async_cancelled_before);
  add ("/ssl-starting/async/closed", test_async_closed);
  add ("/ssl-starting/sync", test_sync);
  add ("/ssl-starting/sync/refused", test_sync_refused);
  add ("/ssl-starting/sync/cancelled", test_sync_cancelled);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  return tls_certificates_run (add_tests);
}
