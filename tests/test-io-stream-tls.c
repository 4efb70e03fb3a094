/* test-io-stream-tls.c: TLS over connections that are lent to GIO
 *
 * The version of TLS is the backend's matter, by an environment variable that it reads once: each
 * version has a process of its own.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"
#include "tls-certificates.h"

#define BULK (1024 * 1024)

#define VERSION_VARIABLE "TISOCK_TEST_TLS"

/* Both sides */

static GIOStream *
make_server (GIOStream *base)
{
  g_autoptr(GTlsCertificate) certificate = tls_certificates_load (TLS_LOCALHOST);
  g_autoptr(GError) error = NULL;
  GIOStream *tls = g_tls_server_connection_new (base, certificate, &error);

  g_assert_no_error (error);

  return tls;
}

static GIOStream *
make_client (GIOStream *base)
{
  g_autoptr(GSocketConnectable) identity = g_network_address_new ("localhost", 1);
  g_autoptr(GTlsDatabase) database = tls_certificates_trust (TLS_AUTHORITY);
  g_autoptr(GError) error = NULL;
  GIOStream *tls = g_tls_client_connection_new (base, identity, &error);

  g_assert_no_error (error);
  g_tls_connection_set_database (G_TLS_CONNECTION (tls), database);

  return tls;
}

static void
check_version (GIOStream *tls)
{
  const char *version = g_getenv (VERSION_VARIABLE);
  GTlsProtocolVersion expected = g_str_equal (version, "1.3") ? G_TLS_PROTOCOL_VERSION_TLS_1_3
                                                              : G_TLS_PROTOCOL_VERSION_TLS_1_2;

  g_assert_cmpint (g_tls_connection_get_protocol_version (G_TLS_CONNECTION (tls)), ==, expected);
}

static guint8 *
make_bulk (void)
{
  guint8 *data = g_malloc (BULK);

  for (gsize i = 0; i < BULK; i++)
    data[i] = (guint8) (i * 7 + i / 251);

  return data;
}

static void
expect_bulk (const guint8 *got)
{
  g_autofree guint8 *data = make_bulk ();

  g_assert_cmpmem (got, BULK, data, BULK);
}

/* The side that sends everything back, on a thread, until the other one says that this is all. */

static gpointer
echo_thread (gpointer user_data)
{
  g_autoptr(GIOStream) tls = user_data;
  g_autofree char *buffer = g_malloc (16 * 1024);
  g_autoptr(GError) error = NULL;
  gssize n;

  g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &error);
  g_assert_no_error (error);

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (tls), buffer, 16 * 1024, NULL,
                                   &error)) > 0)
    {
      g_output_stream_write_all (g_io_stream_get_output_stream (tls), buffer, (gsize) n, NULL, NULL,
                                 &error);
      g_assert_no_error (error);
    }

  /* Without close_notify this would be an error. */
  g_assert_no_error (error);
  g_assert_true (g_io_stream_close (tls, NULL, &error));
  g_assert_no_error (error);

  return NULL;
}

/* The side that begins, blocking */

static gpointer
write_bulk_thread (gpointer stream)
{
  g_autofree guint8 *data = make_bulk ();
  g_autoptr(GError) error = NULL;

  g_output_stream_write_all (stream, data, BULK, NULL, NULL, &error);
  g_assert_no_error (error);

  return NULL;
}

static void
talk (GIOStream *tls)
{
  g_autofree guint8 *got = g_malloc (BULK);
  g_autoptr(GError) error = NULL;
  GThread *writer;
  gsize length;

  g_assert_true (g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &error));
  g_assert_no_error (error);
  check_version (tls);

  writer = g_thread_new ("write", write_bulk_thread, g_io_stream_get_output_stream (tls));
  g_assert_true (g_input_stream_read_all (g_io_stream_get_input_stream (tls), got, BULK, &length,
                                          NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (length, ==, BULK);
  g_thread_join (writer);
  expect_bulk (got);

  g_assert_true (g_io_stream_close (tls, NULL, &error));
  g_assert_no_error (error);
}

/* The side that begins, asynchronously */

static void
store_result_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
await_handshake (GIOStream *tls)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, NULL,
                                    store_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_true (g_tls_connection_handshake_finish (G_TLS_CONNECTION (tls), result, &error));
  g_assert_no_error (error);
  check_version (tls);
}

static void
talk_async (GIOStream *tls)
{
  GInputStream *input = g_io_stream_get_input_stream (tls);
  GOutputStream *output = g_io_stream_get_output_stream (tls);
  g_autofree guint8 *data = make_bulk ();
  g_autofree guint8 *got = g_malloc (BULK);
  g_autoptr(GAsyncResult) written = NULL;
  g_autoptr(GAsyncResult) read = NULL;
  g_autoptr(GAsyncResult) closed = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;

  await_handshake (tls);

  g_output_stream_write_all_async (output, data, BULK, G_PRIORITY_DEFAULT, NULL, store_result_cb,
                                   &written);
  g_input_stream_read_all_async (input, got, BULK, G_PRIORITY_DEFAULT, NULL, store_result_cb,
                                 &read);
  test_wait_until (written != NULL && read != NULL);
  g_assert_true (g_output_stream_write_all_finish (output, written, NULL, &error));
  g_assert_true (g_input_stream_read_all_finish (input, read, &length, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (length, ==, BULK);
  expect_bulk (got);

  g_io_stream_close_async (tls, G_PRIORITY_DEFAULT, NULL, store_result_cb, &closed);
  test_wait_until (closed != NULL);
  g_assert_true (g_io_stream_close_finish (tls, closed, &error));
  g_assert_no_error (error);
}

/* Who is who */

static GIOStream *
connect_and_borrow (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);

  return tisock_tcp_socket_get_io_stream (fixture->socket, NULL);
}

/* GIO's own stream, at the peer's side. */
static GIOStream *
make_peer_stream (SocketFixture *fixture)
{
  g_autoptr(GSocket) socket = g_socket_new_from_fd (fixture->peer, NULL);

  fixture->peer = -1;

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

/* The backend's own threads may be the last that have it. */
static void
expect_finalized (GIOStream *stream)
{
  GWeakRef weak;

  g_weak_ref_init (&weak, stream);
  g_object_unref (stream);
  while ((stream = g_weak_ref_get (&weak)) != NULL)
    {
      g_object_unref (stream);
      g_thread_yield ();
    }
  g_weak_ref_clear (&weak);
}

static void
check_tls (SocketFixture *fixture,
           gboolean       server,
           void         (*begin) (GIOStream *tls))
{
  g_autoptr(GIOStream) base = connect_and_borrow (fixture);
  g_autoptr(GIOStream) peer = make_peer_stream (fixture);
  g_autoptr(GIOStream) tls = server ? make_server (base) : make_client (base);
  GThread *thread = g_thread_new ("echo", echo_thread,
                                  server ? make_client (peer) : make_server (peer));

  begin (tls);
  g_thread_join (thread);
  socket_fixture_expect (fixture, "closed/closed");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CLOSED, 0);
  g_clear_object (&tls);
  expect_finalized (g_steal_pointer (&base));
}

static void
test_tls_client (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  check_tls (fixture, FALSE, talk);
}

static void
test_tls_client_async (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  check_tls (fixture, FALSE, talk_async);
}

static void
test_tls_server (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  check_tls (fixture, TRUE, talk);
}

static void
test_tls_server_async (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  check_tls (fixture, TRUE, talk_async);
}

/* Here the peer begins, and ends, and the socket's side is what runs on a thread. */
static void
test_tls_thread (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  g_autoptr(GIOStream) base = connect_and_borrow (fixture);
  g_autoptr(GIOStream) peer = make_peer_stream (fixture);
  g_autoptr(GIOStream) tls = make_client (peer);
  GThread *thread = g_thread_new ("echo", echo_thread, make_server (base));

  talk_async (tls);
  g_thread_join (thread);
  socket_fixture_expect (fixture, "closed/closed");
}

/* As with STARTTLS: words in the clear come first. */
static void
test_tls_upgrade (SocketFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GIOStream) base = NULL;
  g_autoptr(GIOStream) peer = NULL;
  g_autoptr(GIOStream) tls = NULL;
  GThread *thread;

  socket_fixture_connect (fixture);
  socket_fixture_write (fixture, "STARTTLS\n");
  socket_fixture_expect_sent (fixture, "STARTTLS\n");
  socket_fixture_expect (fixture, "progress:9/0 complete:0");
  test_peer_send (fixture->peer, "GO\n");
  socket_fixture_expect (fixture, "data:3");
  socket_fixture_expect_read (fixture, "GO\n");

  base = tisock_tcp_socket_get_io_stream (fixture->socket, NULL);
  peer = make_peer_stream (fixture);
  tls = make_client (base);
  thread = g_thread_new ("echo", echo_thread, make_server (peer));
  talk_async (tls);
  g_thread_join (thread);
  socket_fixture_expect (fixture, "closed/closed");
}

static gpointer
handshake_thread (gpointer user_data)
{
  g_autoptr(GIOStream) tls = user_data;

  g_assert_true (g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, NULL));

  return NULL;
}

/* The end without close_notify is no end of the data. */
static void
test_tls_truncated (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(GIOStream) base = connect_and_borrow (fixture);
  g_autoptr(GIOStream) peer = make_peer_stream (fixture);
  g_autoptr(GIOStream) tls = make_client (base);
  GIOStream *peer_tls = make_server (peer);
  g_autoptr(GError) error = NULL;
  GThread *thread;
  char byte;

  /* Without this reference the stream would end with close_notify. */
  g_object_ref (peer_tls);
  thread = g_thread_new ("handshake", handshake_thread, peer_tls);
  await_handshake (tls);
  g_thread_join (thread);

  g_assert_true (g_io_stream_close (peer, NULL, NULL));
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (tls), &byte, 1, NULL, &error),
                   ==, -1);
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_EOF);
  g_object_unref (peer_tls);
}

static gpointer
read_thread (gpointer tls)
{
  GError *error = NULL;
  char byte;

  g_input_stream_read (g_io_stream_get_input_stream (tls), &byte, 1, NULL, &error);

  return error;
}

/* In the middle of it, while another thread reads. */
static void
test_tls_socket_closes (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GIOStream) base = connect_and_borrow (fixture);
  g_autoptr(GIOStream) peer = make_peer_stream (fixture);
  g_autoptr(GIOStream) peer_tls = make_server (peer);
  g_autoptr(GIOStream) tls = make_client (base);
  g_autoptr(GError) error = NULL;
  GThread *thread;

  thread = g_thread_new ("handshake", handshake_thread, g_object_ref (peer_tls));
  await_handshake (tls);
  g_thread_join (thread);

  thread = g_thread_new ("read", read_thread, tls);
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  error = g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* A process for each version */

static void
run_version (const char *version)
{
  static const char *paths[] = {
    "client", "client-async", "server", "server-async", "thread", "upgrade", "truncated",
    "socket-closes",
  };
  g_autofree char *priority = g_strdup_printf ("NORMAL:-VERS-ALL:+VERS-TLS%s", version);

  g_setenv (VERSION_VARIABLE, version, TRUE);
  g_setenv ("G_TLS_GNUTLS_PRIORITY", priority, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *path = g_strconcat ("/io-stream-tls/subprocess/", paths[i], NULL);

      g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
    }
}

static void
test_tls_1_2 (void)
{
  run_version ("1.2");
}

static void
test_tls_1_3 (void)
{
  run_version ("1.3");
}

static void
add_tests (void)
{
  g_test_add_func ("/io-stream-tls/1.2", test_tls_1_2);
  g_test_add_func ("/io-stream-tls/1.3", test_tls_1_3);
  SOCKET_FIXTURE_ADD ("/io-stream-tls/subprocess/client", test_tls_client);
  SOCKET_FIXTURE_ADD ("/io-stream-tls/subprocess/client-async", test_tls_client_async);
  SOCKET_FIXTURE_ADD ("/io-stream-tls/subprocess/server", test_tls_server);
  SOCKET_FIXTURE_ADD ("/io-stream-tls/subprocess/server-async", test_tls_server_async);
  SOCKET_FIXTURE_ADD ("/io-stream-tls/subprocess/thread", test_tls_thread);
  SOCKET_FIXTURE_ADD ("/io-stream-tls/subprocess/upgrade", test_tls_upgrade);
  SOCKET_FIXTURE_ADD ("/io-stream-tls/subprocess/truncated", test_tls_truncated);
  SOCKET_FIXTURE_ADD ("/io-stream-tls/subprocess/socket-closes", test_tls_socket_closes);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  return tls_certificates_run (add_tests);
}
