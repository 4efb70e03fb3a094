/* test-ssl-socket.c: TLS as a client: who the peer is, what is agreed on, and what fails
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"
#include "tls-certificates.h"
#include "tls-peer.h"

#include <gio/gunixsocketaddress.h>
#include <stdlib.h>

typedef struct
{
  SocketFixture    base;
  TisockSSLSocket *socket;              /* the same */
  TlsPeer         *peer;                /* NULL: none, or joined */
  GError          *error;               /* the last one */

  /* What accept-certificate answers, and has been asked. */
  gboolean         accept;
  gboolean         close;
  GTlsCertificateFlags errors;
  guint            n_asked;
} Fixture;

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          Fixture         *fixture)
{
  g_clear_error (&fixture->error);
  fixture->error = g_error_copy (error);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->socket = tisock_ssl_socket_new ();
  socket_fixture_set_up_with (&fixture->base, TISOCK_TCP_SOCKET (fixture->socket));
  g_signal_connect (fixture->socket, "error", G_CALLBACK (error_cb), fixture);
  fixture->base.brief = TRUE;
}

static void
join_peer (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  if (fixture->peer != NULL)
    error = tls_peer_join (g_steal_pointer (&fixture->peer));
}

static void
expect_peer (Fixture *fixture)
{
  g_autoptr(GError) error = tls_peer_join (g_steal_pointer (&fixture->peer));

  g_assert_no_error (error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  tisock_socket_core_close (fixture->base.core);
  join_peer (fixture);
  g_clear_error (&fixture->error);
  if (fixture->socket != NULL)
    g_signal_handlers_disconnect_by_func (fixture->socket, error_cb, fixture);
  socket_fixture_tear_down (&fixture->base, user_data);
}

/* Connecting */

static void
trust (Fixture    *fixture,
       const char *name)
{
  g_autoptr(GTlsDatabase) database = tls_certificates_trust (name);

  tisock_ssl_socket_set_trust_database (fixture->socket, database);
}

static void
open_socket (Fixture              *fixture,
             const TlsPeerOptions *options)
{
  g_autoptr(GError) error = NULL;

  fixture->peer = tls_peer_new (options);
  tisock_tcp_socket_set_address (fixture->base.socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core, tls_peer_get_port (fixture->peer));
  g_assert_true (tisock_socket_core_open (fixture->base.core, &error));
  g_assert_no_error (error);
}

static void
connect_socket (Fixture              *fixture,
                const TlsPeerOptions *options)
{
  trust (fixture, TLS_AUTHORITY);
  open_socket (fixture, options);
  test_wait_until (fixture->base.log->len > 0);
  g_assert_no_error (fixture->error);
  socket_fixture_expect (&fixture->base, "connected");
}

static void
expect_error (Fixture    *fixture,
              GQuark      domain,
              int         code,
              const char *log)
{
  socket_fixture_expect (&fixture->base, log);
  g_assert_error (fixture->error, domain, code);
}

static void
expect_words (Fixture    *fixture,
              const char *words)
{
  if (strstr (fixture->error->message, words) == NULL)
    g_error ("“%s” is not in: %s", words, fixture->error->message);
}

static void
expect_bad_certificate (Fixture *fixture)
{
  expect_error (fixture, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                "error:bad-certificate/error closed/error");
}

static const TlsPeerOptions echo_options = { .certificate = TLS_LOCALHOST, .talk = tls_peer_echo };

static void
converse (Fixture *fixture)
{
  socket_fixture_write (&fixture->base, "hello");
  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->base.socket) >= 5 ||
                   fixture->error != NULL);
  g_assert_no_error (fixture->error);
  socket_fixture_expect_read (&fixture->base, "hello");
  g_string_truncate (fixture->base.log, 0);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           GString    *log)
{
  TisockSSLSocket *socket = TISOCK_SSL_SOCKET (object);

  g_string_append_printf (log, "%s:%d%d ", pspec->name,
                          tisock_ssl_socket_get_ssl_connecting (socket),
                          tisock_ssl_socket_get_ssl_connected (socket));
}

static void
test_connect (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr(GString) log = g_string_new (NULL);

  g_signal_connect (fixture->socket, "notify::ssl-connecting", G_CALLBACK (notify_cb), log);
  connect_socket (fixture, &echo_options);
  g_assert_nonnull (strstr (log->str, "ssl-connecting:10 "));
  g_assert_true (g_str_has_suffix (log->str, "ssl-connecting:01 "));
  g_signal_handlers_disconnect_by_data (fixture->socket, log);

  g_assert_cmpint (tisock_ssl_socket_get_peer_certificate_errors (fixture->socket), ==, 0);
  g_assert_nonnull (tisock_ssl_socket_get_peer_certificate (fixture->socket));
  g_assert_cmpint (tisock_ssl_socket_get_protocol_version (fixture->socket), >=,
                   G_TLS_PROTOCOL_VERSION_TLS_1_2);
  g_assert_nonnull (tisock_ssl_socket_get_cipher (fixture->socket));
  g_assert_null (tisock_ssl_socket_get_negotiated_protocol (fixture->socket));
  converse (fixture);

  tisock_tcp_socket_shutdown (fixture->base.socket);
  socket_fixture_expect (&fixture->base, "error:102/closed closed/closed");
  expect_peer (fixture);
  g_assert_false (tisock_ssl_socket_get_ssl_connected (fixture->socket));
  g_assert_nonnull (tisock_ssl_socket_get_peer_certificate (fixture->socket));
}

/* Another life of the same socket. */
static void
test_again (Fixture       *fixture,
            gconstpointer  user_data)
{
  for (guint i = 0; i < 3; i++)
    {
      connect_socket (fixture, &echo_options);
      converse (fixture);
      tisock_socket_core_close (fixture->base.core);
      socket_fixture_expect (&fixture->base, "closed/closed");
      expect_peer (fixture);
    }
}

/* Without TLS it is a TCPSocket. */
static void
test_disabled (Fixture       *fixture,
               gconstpointer  user_data)
{
  const TlsPeerOptions options = { .talk = tls_peer_echo };

  tisock_ssl_socket_set_ssl_enabled (fixture->socket, FALSE);
  open_socket (fixture, &options);
  socket_fixture_expect (&fixture->base, "connected");
  g_assert_false (tisock_ssl_socket_get_ssl_connected (fixture->socket));
  converse (fixture);
}

/* Without a main loop */

static void
test_sync (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  trust (fixture, TLS_AUTHORITY);
  fixture->peer = tls_peer_new (&echo_options);
  tisock_tcp_socket_set_address (fixture->base.socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core, tls_peer_get_port (fixture->peer));
  g_assert_true (tisock_socket_core_open_sync (fixture->base.core, -1, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tisock_ssl_socket_get_ssl_connected (fixture->socket));

  socket_fixture_write (&fixture->base, "hello");
  while (tisock_tcp_socket_get_bytes_available (fixture->base.socket) < 5)
    g_assert_true (tisock_socket_core_wait (fixture->base.core, -1, &error));
  socket_fixture_expect_read (&fixture->base, "hello");
}

static void
test_sync_refused (Fixture       *fixture,
                   gconstpointer  user_data)
{
  const TlsPeerOptions options = { .certificate = TLS_SELF_SIGNED };
  g_autoptr(GError) error = NULL;

  trust (fixture, TLS_AUTHORITY);
  fixture->peer = tls_peer_new (&options);
  tisock_tcp_socket_set_address (fixture->base.socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core, tls_peer_get_port (fixture->peer));
  g_assert_false (tisock_socket_core_open_sync (fixture->base.core, -1, NULL, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
}

/* Certificates that are refused */

static void
test_refused (Fixture       *fixture,
              gconstpointer  certificate)
{
  const TlsPeerOptions options = { .certificate = certificate };

  trust (fixture, TLS_AUTHORITY);
  open_socket (fixture, &options);
  expect_bad_certificate (fixture);
}

static void
test_wrong_name (Fixture       *fixture,
                 gconstpointer  user_data)
{
  test_refused (fixture, TLS_OTHER_NAME);
  expect_words (fixture, "CN=other.example");
  expect_words (fixture, "it is not for “127.0.0.1”");
  g_assert_cmpint (tisock_ssl_socket_get_peer_certificate_errors (fixture->socket), ==,
                   G_TLS_CERTIFICATE_BAD_IDENTITY);
}

static void
test_expired (Fixture       *fixture,
              gconstpointer  user_data)
{
  test_refused (fixture, TLS_EXPIRED);
  expect_words (fixture, "CN=localhost");
  expect_words (fixture, "it has expired 2020-02-01");
}

static void
test_self_signed (Fixture       *fixture,
                  gconstpointer  user_data)
{
  test_refused (fixture, TLS_SELF_SIGNED);
  expect_words (fixture, "it is signed by itself");
}

static void
test_stranger (Fixture       *fixture,
               gconstpointer  user_data)
{
  test_refused (fixture, TLS_STRANGER);
  expect_words (fixture, "its authority “CN=Other Authority” is not trusted");
}

/* The system trusts nobody whom these tests have made. */
static void
test_system_trust (Fixture       *fixture,
                   gconstpointer  user_data)
{
  const TlsPeerOptions options = { .certificate = TLS_LOCALHOST };

  open_socket (fixture, &options);
  expect_bad_certificate (fixture);
  expect_words (fixture, "its authority “CN=Authority” is not trusted");
}

static void
test_identity (Fixture       *fixture,
               gconstpointer  user_data)
{
  const TlsPeerOptions options = { .certificate = TLS_OTHER_NAME, .talk = tls_peer_echo };

  tisock_ssl_socket_set_server_identity (fixture->socket, "other.example");
  connect_socket (fixture, &options);
  converse (fixture);
}

/* A name as a connectable is one to verify by. */
static void
test_connectable (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GSocketConnectable) address = NULL;

  trust (fixture, TLS_AUTHORITY);
  fixture->peer = tls_peer_new (&echo_options);
  address = g_network_address_new_loopback ((guint16) tls_peer_get_port (fixture->peer));
  tisock_tcp_socket_set_connectable (fixture->base.socket, address);
  g_assert_true (tisock_socket_core_open (fixture->base.core, NULL));
  socket_fixture_expect (&fixture->base, "connected");
  converse (fixture);
}

static void
test_no_identity (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new ("/nowhere");

  tisock_tcp_socket_set_connectable (fixture->base.socket, G_SOCKET_CONNECTABLE (address));
  g_assert_false (tisock_socket_core_open (fixture->base.core, NULL));
  socket_fixture_expect_now (&fixture->base, "error:106/initialized");
  expect_words (fixture, "server identity");
}

/* Certificates that are decided about */

static gboolean
accept_certificate_cb (TisockSSLSocket      *socket,
                       GTlsCertificate      *certificate,
                       GTlsCertificateFlags  errors,
                       Fixture              *fixture)
{
  fixture->n_asked++;
  fixture->errors = errors;
  g_assert_true (tisock_ssl_socket_get_peer_certificate (socket) == certificate);
  g_assert_true (tisock_ssl_socket_get_ssl_connecting (socket));
  if (fixture->close)
    tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));

  return fixture->accept;
}

static void
open_and_ask (Fixture    *fixture,
              const char *certificate)
{
  const TlsPeerOptions options = { .certificate = certificate, .talk = tls_peer_echo };

  trust (fixture, TLS_AUTHORITY);
  g_signal_connect (fixture->socket, "accept-certificate", G_CALLBACK (accept_certificate_cb),
                    fixture);
  open_socket (fixture, &options);
}

static void
test_accepted (Fixture       *fixture,
               gconstpointer  user_data)
{
  fixture->accept = TRUE;
  open_and_ask (fixture, TLS_SELF_SIGNED);
  socket_fixture_expect (&fixture->base, "connected");
  g_assert_cmpuint (fixture->n_asked, ==, 1);
  g_assert_cmpint (fixture->errors, ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
  g_assert_cmpint (tisock_ssl_socket_get_peer_certificate_errors (fixture->socket), ==,
                   G_TLS_CERTIFICATE_UNKNOWN_CA);
  converse (fixture);
}

/* What was accepted once is asked about again. */
static void
test_accepted_again (Fixture       *fixture,
                     gconstpointer  user_data)
{
  test_accepted (fixture, NULL);
  tisock_socket_core_close (fixture->base.core);
  expect_peer (fixture);
  g_signal_handlers_disconnect_by_func (fixture->socket, accept_certificate_cb, fixture);
  g_string_truncate (fixture->base.log, 0);
  test_self_signed (fixture, NULL);
}

static void
test_not_accepted (Fixture       *fixture,
                   gconstpointer  user_data)
{
  open_and_ask (fixture, TLS_SELF_SIGNED);
  expect_bad_certificate (fixture);
  g_assert_cmpuint (fixture->n_asked, ==, 1);
}

static void
test_good_is_not_asked (Fixture       *fixture,
                        gconstpointer  user_data)
{
  open_and_ask (fixture, TLS_LOCALHOST);
  socket_fixture_expect (&fixture->base, "connected");
  g_assert_cmpuint (fixture->n_asked, ==, 0);
}

static void
test_closed_when_asked (Fixture       *fixture,
                        gconstpointer  user_data)
{
  fixture->accept = fixture->close = TRUE;
  open_and_ask (fixture, TLS_SELF_SIGNED);
  socket_fixture_expect (&fixture->base, "closed/closed");
  socket_fixture_settle ();
  socket_fixture_expect_now (&fixture->base, "");
}

/* What is agreed on */

static void
test_protocols (Fixture       *fixture,
                gconstpointer  user_data)
{
  const char *ours[] = { "h2", "http/1.1", NULL };
  const char *theirs[] = { "http/1.1", NULL };
  const TlsPeerOptions options = { .certificate = TLS_LOCALHOST, .protocols = theirs,
                                   .talk = tls_peer_echo };

  tisock_ssl_socket_set_application_protocols (fixture->socket, ours);
  connect_socket (fixture, &options);
  g_assert_cmpstr (tisock_ssl_socket_get_negotiated_protocol (fixture->socket), ==, "http/1.1");
}

static const TlsPeerOptions demanding_options = {
  .certificate = TLS_LOCALHOST,
  .authentication = G_TLS_AUTHENTICATION_REQUIRED,
  .talk = tls_peer_echo,
};

static void
test_client_certificate (Fixture       *fixture,
                         gconstpointer  user_data)
{
  g_autoptr(GTlsCertificate) certificate = tls_certificates_load (TLS_CLIENT);

  tisock_ssl_socket_set_certificate (fixture->socket, certificate);
  connect_socket (fixture, &demanding_options);
  converse (fixture);
}

static void
test_certificate_file (Fixture       *fixture,
                       gconstpointer  name)
{
  g_autofree char *path = tls_certificates_get_path (name);

  tisock_ssl_socket_set_certificate_file (fixture->socket, path);
  tisock_ssl_socket_set_certificate_password (fixture->socket, TLS_CLIENT_PASSWORD);
  connect_socket (fixture, &demanding_options);
  converse (fixture);
}

static void
test_certificate_file_missing (Fixture       *fixture,
                               gconstpointer  user_data)
{
  tisock_ssl_socket_set_certificate_file (fixture->socket, "/nowhere/certificate.pem");
  trust (fixture, TLS_AUTHORITY);
  open_socket (fixture, &echo_options);
  expect_error (fixture, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "error:not-found/error closed/error");
  expect_words (fixture, "/nowhere/certificate.pem");
}

static void
test_wrong_password (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_autofree char *path = tls_certificates_get_path (TLS_CLIENT_PKCS12);

  tisock_ssl_socket_set_certificate_file (fixture->socket, path);
  tisock_ssl_socket_set_certificate_password (fixture->socket, "wrong");
  trust (fixture, TLS_AUTHORITY);
  open_socket (fixture, &echo_options);
  expect_error (fixture, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE_PASSWORD,
                "error:bad-certificate-password/error closed/error");
  expect_words (fixture, path);
}

/* In TLS 1.3 the server finds out when the client is done: the connection is made, and broken. How
 * it looks then depends on how the server leaves. */
static void
test_no_client_certificate (Fixture       *fixture,
                            gconstpointer  user_data)
{
  trust (fixture, TLS_AUTHORITY);
  open_socket (fixture, &demanding_options);
  test_wait_until (fixture->error != NULL);
  g_assert_cmpint (tisock_socket_core_get_state (fixture->base.core), ==,
                   TISOCK_SOCKET_STATE_ERROR);
}

/* Peers that do not speak TLS */

static void
talk_garbage (GIOStream *stream,
              gpointer   data)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), "220 mail.example\r\n", 18,
                             NULL, NULL, NULL);
  tls_peer_echo (stream, NULL);
}

/* The backend has several codes for what looks not at all like TLS. */
static void
expect_no_tls (Fixture *fixture)
{
  test_wait_until (fixture->error != NULL);
  g_assert_true (fixture->error->domain == G_TLS_ERROR);
  g_assert_true (g_str_has_suffix (fixture->base.log->str, "/error closed/error"));
  g_assert_cmpint (tisock_socket_core_get_last_error_number (fixture->base.core), >, 0);
}

static void
test_garbage (Fixture       *fixture,
              gconstpointer  user_data)
{
  const TlsPeerOptions options = { .talk = talk_garbage };

  open_socket (fixture, &options);
  expect_no_tls (fixture);
}

static void
test_gone (Fixture       *fixture,
           gconstpointer  user_data)
{
  const TlsPeerOptions options = { NULL };

  open_socket (fixture, &options);
  expect_no_tls (fixture);
}

static void
talk_silence (GIOStream *stream,
              gpointer   data)
{
  char byte;

  while (g_input_stream_read (g_io_stream_get_input_stream (stream), &byte, 1, NULL, NULL) > 0)
    ;
}

static const TlsPeerOptions silent_options = { .talk = talk_silence };

static void
test_timeout (Fixture       *fixture,
              gconstpointer  user_data)
{
  tisock_ssl_socket_set_handshake_timeout (fixture->socket, 20);
  open_socket (fixture, &silent_options);
  expect_error (fixture, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "error:timed-out/error closed/error");
  expect_words (fixture, "handshake within 20 ms");
}

static void
test_close (Fixture       *fixture,
            gconstpointer  user_data)
{
  open_socket (fixture, &silent_options);
  test_wait_until (tisock_ssl_socket_get_ssl_connecting (fixture->socket));
  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");
  g_assert_false (tisock_ssl_socket_get_ssl_connecting (fixture->socket));
  expect_peer (fixture);
}

/* What cannot be done with a connection that is encrypted. */
static void
test_no_parting (Fixture       *fixture,
                 gconstpointer  user_data)
{
  connect_socket (fixture, &echo_options);
  g_assert_null (tisock_tcp_socket_steal_socket (fixture->base.socket, NULL));
  g_assert_null (tisock_tcp_socket_get_io_stream (fixture->base.socket, NULL));
  socket_fixture_expect_now (&fixture->base, "error:106/connected error:106/connected");
  g_clear_error (&fixture->error);
  converse (fixture);
}

/* OpenSSL as the peer */

/* Its port; it ends with its input. */
static int
start_openssl (GSubprocess **process)
{
  g_autofree char *path = tls_certificates_get_path (TLS_LOCALHOST);
  g_autoptr(GDataInputStream) output = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *line = NULL;

  *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                               G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "openssl", "s_server",
                               "-accept", "127.0.0.1:0", "-cert", path, "-tls1_2", NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (*process));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (output), FALSE);
  do
    {
      g_free (line);
      line = g_data_input_stream_read_line (output, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (line);
    }
  while (!g_str_has_prefix (line, "ACCEPT "));

  return atoi (strrchr (line, ':') + 1);
}

static void
open_to_openssl (Fixture *fixture,
                 int      port)
{
  trust (fixture, TLS_AUTHORITY);
  tisock_tcp_socket_set_address (fixture->base.socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core, port);
  g_assert_true (tisock_socket_core_open (fixture->base.core, NULL));
}

static void
test_version (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr(GSubprocess) process = NULL;
  int port = start_openssl (&process);

  open_to_openssl (fixture, port);
  socket_fixture_expect (&fixture->base, "connected");
  g_assert_cmpint (tisock_ssl_socket_get_protocol_version (fixture->socket), ==,
                   G_TLS_PROTOCOL_VERSION_TLS_1_2);
  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect (&fixture->base, "closed/closed");

  tisock_ssl_socket_set_connection_type (fixture->socket, G_TLS_PROTOCOL_VERSION_TLS_1_3);
  open_to_openssl (fixture, port);
  expect_error (fixture, G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE, "error:handshake/error closed/error");
  expect_words (fixture, "no more than TLS 1.2, and TLS 1.3 is the least");
  g_subprocess_force_exit (process);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
}

static void
add (const char    *path,
     gconstpointer  data,
     void         (*function) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, function, tear_down);
}

static void
add_tests (void)
{
  add ("/ssl-socket/connect", NULL, test_connect);
  add ("/ssl-socket/again", NULL, test_again);
  add ("/ssl-socket/disabled", NULL, test_disabled);
  add ("/ssl-socket/sync", NULL, test_sync);
  add ("/ssl-socket/sync/refused", NULL, test_sync_refused);
  add ("/ssl-socket/refused/wrong-name", NULL, test_wrong_name);
  add ("/ssl-socket/refused/expired", NULL, test_expired);
  add ("/ssl-socket/refused/self-signed", NULL, test_self_signed);
  add ("/ssl-socket/refused/stranger", NULL, test_stranger);
  add ("/ssl-socket/refused/system-trust", NULL, test_system_trust);
  add ("/ssl-socket/identity", NULL, test_identity);
  add ("/ssl-socket/identity/connectable", NULL, test_connectable);
  add ("/ssl-socket/identity/none", NULL, test_no_identity);
  add ("/ssl-socket/accept", NULL, test_accepted);
  add ("/ssl-socket/accept/again", NULL, test_accepted_again);
  add ("/ssl-socket/accept/not", NULL, test_not_accepted);
  add ("/ssl-socket/accept/not-asked", NULL, test_good_is_not_asked);
  add ("/ssl-socket/accept/closed", NULL, test_closed_when_asked);
  add ("/ssl-socket/protocols", NULL, test_protocols);
  add ("/ssl-socket/certificate", NULL, test_client_certificate);
  add ("/ssl-socket/certificate/pem", TLS_CLIENT, test_certificate_file);
  add ("/ssl-socket/certificate/pkcs12", TLS_CLIENT_PKCS12, test_certificate_file);
  add ("/ssl-socket/certificate/missing", NULL, test_certificate_file_missing);
  add ("/ssl-socket/certificate/wrong-password", NULL, test_wrong_password);
  add ("/ssl-socket/certificate/none", NULL, test_no_client_certificate);
  add ("/ssl-socket/not-tls/garbage", NULL, test_garbage);
  add ("/ssl-socket/not-tls/gone", NULL, test_gone);
  add ("/ssl-socket/timeout", NULL, test_timeout);
  add ("/ssl-socket/close", NULL, test_close);
  add ("/ssl-socket/no-parting", NULL, test_no_parting);
  add ("/ssl-socket/version", NULL, test_version);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  return tls_certificates_run (add_tests);
}
