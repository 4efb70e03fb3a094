/* test-ssl-server.c: TLS as a server, by sockets that add-socket gives, and TLS that starts later
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/transport-tls.h"
#include "test-peer.h"
#include "test-util.h"
#include "tisock-tcp-socket-private.h"
#include "tls-certificates.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Many more than handshakes may be under way, and than GTask has threads. */
#define MANY 40

typedef struct
{
  TisockServerSocket *server;
  TisockSSLSocket    *client;
  TisockTCPSocket    *accepted;         /* the last one */
  GString            *log;              /* of the server and of its connections */
  GString            *client_log;
  const char         *certificate;      /* of the server; NULL: none */
  guint               timeout;          /* of its handshakes; 0: as it is */
  gboolean            later;            /* TLS is not started with the connection */
  guint               n_dropped;
} Fixture;

/* What happens */

static void
note (GString    *log,
      const char *word)
{
  g_string_append_printf (log, "%s%s", log->len > 0 ? " " : "", word);
}

static void
connected_cb (TisockTCPSocket *socket,
              Fixture         *fixture)
{
  note (fixture->log, tisock_ssl_socket_get_ssl_connected (TISOCK_SSL_SOCKET (socket))
                      ? "connected" : "clear");
}

static void
data_available_cb (TisockTCPSocket *socket,
                   Fixture         *fixture)
{
  gsize length;
  g_autofree guint8 *data = tisock_tcp_socket_read_all (socket, &length);

  note (fixture->log, "data");
  tisock_tcp_socket_write (socket, data, length, NULL);
}

static void
closed_cb (TisockTCPSocket *socket,
           Fixture         *fixture)
{
  note (fixture->log, "closed");
}

static TisockTCPSocket *
add_socket_cb (TisockServerSocket *server,
               Fixture            *fixture)
{
  TisockSSLSocket *socket = tisock_ssl_socket_new ();
  g_autofree char *path = NULL;

  note (fixture->log, "add");
  if (fixture->certificate != NULL)
    path = tls_certificates_get_path (fixture->certificate);
  tisock_ssl_socket_set_certificate_file (socket, path);
  tisock_ssl_socket_set_ssl_enabled (socket, !fixture->later);
  if (fixture->timeout != 0)
    tisock_ssl_socket_set_handshake_timeout (socket, fixture->timeout);
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), fixture);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), fixture);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), fixture);

  return TISOCK_TCP_SOCKET (socket);
}

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             Fixture            *fixture)
{
  note (fixture->log, "accepted");
  g_set_object (&fixture->accepted, socket);
}

static void
dropped_cb (TisockServerSocket *server,
            GSocketAddress     *address,
            TisockDropReason    reason,
            Fixture            *fixture)
{
  fixture->n_dropped++;
  g_assert_true (G_IS_INET_SOCKET_ADDRESS (address));
  note (fixture->log, reason == TISOCK_DROP_REASON_HANDSHAKE ? "dropped:handshake" : "dropped");
}

static void
client_connected_cb (TisockTCPSocket *socket,
                     Fixture         *fixture)
{
  note (fixture->client_log, "connected");
}

static void
client_error_cb (TisockTCPSocket *socket,
                 GError          *error,
                 Fixture         *fixture)
{
  note (fixture->client_log, error->domain == G_TLS_ERROR ? "tls-error" : "error");
}

/* The fixture */

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  g_autoptr(GTlsDatabase) database = tls_certificates_trust (TLS_AUTHORITY);
  g_autoptr(GError) error = NULL;

  fixture->certificate = TLS_LOCALHOST;
  fixture->log = g_string_new (NULL);
  fixture->client_log = g_string_new (NULL);
  fixture->client = tisock_ssl_socket_new ();
  tisock_ssl_socket_set_trust_database (fixture->client, database);
  g_signal_connect (fixture->client, "connected", G_CALLBACK (client_connected_cb), fixture);
  g_signal_connect (fixture->client, "error", G_CALLBACK (client_error_cb), fixture);

  fixture->server = tisock_server_socket_new ();
  g_signal_connect (fixture->server, "add-socket", G_CALLBACK (add_socket_cb), fixture);
  g_signal_connect (fixture->server, "accepted", G_CALLBACK (accepted_cb), fixture);
  g_signal_connect (fixture->server, "dropped", G_CALLBACK (dropped_cb), fixture);
  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  g_assert_true (tisock_server_socket_listen (fixture->server, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
  tisock_server_socket_close (fixture->server);
  if (fixture->accepted != NULL)
    g_assert_finalize_object (g_steal_pointer (&fixture->accepted));
  g_assert_finalize_object (g_steal_pointer (&fixture->client));
  g_assert_finalize_object (g_steal_pointer (&fixture->server));
  g_string_free (fixture->log, TRUE);
  g_string_free (fixture->client_log, TRUE);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
}

static int
get_port (Fixture *fixture)
{
  return tisock_server_socket_get_port (fixture->server);
}

static void
open_client (Fixture *fixture)
{
  tisock_tcp_socket_set_address (TISOCK_TCP_SOCKET (fixture->client), "127.0.0.1");
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (fixture->client), get_port (fixture));
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (fixture->client), NULL));
}

static void
expect (GString    *log,
        const char *expected)
{
  test_wait_until (log->len >= strlen (expected));
  g_assert_cmpstr (log->str, ==, expected);
  g_string_truncate (log, 0);
}

/* Both sides are there, and understand each other. */
static void
converse (Fixture *fixture)
{
  TisockTCPSocket *client = TISOCK_TCP_SOCKET (fixture->client);
  g_autofree guint8 *data = NULL;
  gsize length;

  g_assert_true (tisock_tcp_socket_write_string (client, "hello", NULL));
  test_wait_until (tisock_tcp_socket_get_bytes_available (client) == 5);
  data = tisock_tcp_socket_read_all (client, &length);
  g_assert_cmpmem (data, length, "hello", 5);
}

static void
test_connect (Fixture       *fixture,
              gconstpointer  user_data)
{
  open_client (fixture);
  expect (fixture->client_log, "connected");
  expect (fixture->log, "add accepted connected");
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 1);
  converse (fixture);
  expect (fixture->log, "data");

  tisock_tcp_socket_shutdown (TISOCK_TCP_SOCKET (fixture->client));
  expect (fixture->log, "closed");
  expect (fixture->client_log, "error");
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);
}

static GTlsConnection *
get_connection (gpointer socket)
{
  TisockTransport *transport = tisock_tcp_socket_get_private (socket)->stream.transport;

  return tisock_transport_tls_get_connection (transport);
}

/* The system's authorities are not read for a server that does not ask who its clients are. */
static void
test_trust (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr(GTlsDatabase) trust = NULL;

  g_object_get (fixture->client, "trust-database", &trust, NULL);
  open_client (fixture);
  expect (fixture->client_log, "connected");
  expect (fixture->log, "add accepted connected");
  g_assert_true (g_tls_connection_get_database (get_connection (fixture->client)) == trust);
  g_assert_null (g_tls_connection_get_database (get_connection (fixture->accepted)));
}

/* Without a server. */
static void
test_listen (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr(TisockSSLSocket) socket = TISOCK_SSL_SOCKET (add_socket_cb (NULL, fixture));
  TisockTCPSocket *client = TISOCK_TCP_SOCKET (fixture->client);
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);

  tisock_tcp_socket_set_address (TISOCK_TCP_SOCKET (socket), "127.0.0.1");
  g_assert_true (tisock_tcp_socket_listen (TISOCK_TCP_SOCKET (socket), NULL));
  tisock_tcp_socket_set_address (client, "127.0.0.1");
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (client), tisock_socket_core_get_port (core));
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (client), NULL));
  expect (fixture->client_log, "connected");
  expect (fixture->log, "add connected");
  converse (fixture);
  tisock_socket_core_close (core);
}

static void
test_listen_without_certificate (Fixture       *fixture,
                                 gconstpointer  user_data)
{
  g_autoptr(TisockSSLSocket) socket = tisock_ssl_socket_new ();
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_tcp_socket_listen (TISOCK_TCP_SOCKET (socket), &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
}

/* There is no connection in the clear instead. */
static void
test_no_certificate (Fixture       *fixture,
                     gconstpointer  user_data)
{
  fixture->certificate = NULL;
  open_client (fixture);
  test_wait_until (fixture->client_log->len > 0 && fixture->n_dropped > 0);
  expect (fixture->client_log, "tls-error");
  expect (fixture->log, "add dropped");
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);
}

/* Handshakes that fail */

static void
test_distrust (Fixture       *fixture,
               gconstpointer  user_data)
{
  tisock_ssl_socket_set_trust_database (fixture->client, NULL);
  open_client (fixture);
  test_wait_until (fixture->n_dropped > 0);
  expect (fixture->log, "add closed dropped:handshake");
  expect (fixture->client_log, "tls-error");
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);
}

static void
expect_dropped (Fixture    *fixture,
                const char *words)
{
  int peer = test_peer_open (get_port (fixture));

  if (*words == '\0')
    shutdown (peer, SHUT_WR);
  else
    test_peer_send (peer, words);
  expect (fixture->log, "add closed dropped:handshake");
  close (peer);
}

static void
test_garbage (Fixture       *fixture,
              gconstpointer  user_data)
{
  expect_dropped (fixture, "GET / HTTP/1.0\r\n\r\n");
  expect_dropped (fixture, "");
  /* The beginning of a record that is too long. */
  expect_dropped (fixture, "\x16\x03\x01\xff\xff");
}

static void
test_timeout (Fixture       *fixture,
              gconstpointer  user_data)
{
  int peer = test_peer_open (get_port (fixture));

  fixture->timeout = 20;
  test_peer_send (peer, "\x16\x03\x01");
  expect (fixture->log, "add closed dropped:handshake");
  close (peer);
}

/* Who does not come to the point does not use up what was asked for. */
static void
test_accept_one (Fixture       *fixture,
                 gconstpointer  user_data)
{
  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  g_assert_true (tisock_server_socket_accept (fixture->server, NULL));
  expect_dropped (fixture, "");
  open_client (fixture);
  expect (fixture->client_log, "connected");
  expect (fixture->log, "add accepted connected");
}

static void
store_result_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_accept_async (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  tisock_server_socket_accept_async (fixture->server, NULL, store_result_cb, &result);
  open_client (fixture);
  test_wait_until (result != NULL);
  fixture->accepted = tisock_server_socket_accept_finish (fixture->server, result, &error);
  g_assert_no_error (error);
  g_assert_true (tisock_ssl_socket_get_ssl_connected (TISOCK_SSL_SOCKET (fixture->accepted)));
  expect (fixture->log, "add connected");
  test_wait_until (fixture->client_log->len > 0);
  converse (fixture);
}

/* Peers that say nothing, or not all of it, cost a descriptor each, and no thread: neither other
 * peers nor other users of GTask's threads wait for them. */
static void
test_silence (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autofree char *path = tls_certificates_get_path (TLS_LOCALHOST);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *contents = NULL;
  int peers[MANY];

  for (guint i = 0; i < MANY; i++)
    {
      peers[i] = test_peer_open (get_port (fixture));
      if (i % 2 == 0)
        test_peer_send (peers[i], "\x16\x03\x01");
    }
  test_wait_until (tisock_server_socket_get_n_connections (fixture->server) == MANY);

  open_client (fixture);
  expect (fixture->client_log, "connected");
  converse (fixture);
  g_file_load_contents_async (file, NULL, store_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_true (g_file_load_contents_finish (file, result, &contents, NULL, NULL, NULL));

  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, MANY + 1);
  for (guint i = 0; i < MANY; i++)
    close (peers[i]);
  test_wait_until (fixture->n_dropped == MANY);
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 1);
}

/* The end of the server is the end of those whose handshakes are under way. */
static void
test_close_server (Fixture       *fixture,
                   gconstpointer  user_data)
{
  int peer = test_peer_open (get_port (fixture));

  test_wait_until (tisock_server_socket_get_n_connections (fixture->server) == 1);
  tisock_server_socket_close (fixture->server);
  expect (fixture->log, "add closed");
  close (peer);
}

static void
test_drain (Fixture       *fixture,
            gconstpointer  user_data)
{
  int peer = test_peer_open (get_port (fixture));
  g_autoptr(GAsyncResult) result = NULL;

  fixture->timeout = 20;
  test_wait_until (tisock_server_socket_get_n_connections (fixture->server) == 1);
  tisock_server_socket_drain_async (fixture->server, 0, NULL, store_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);
  close (peer);
}

/* The server's settings */

static TisockTlsSettings *
use_settings (Fixture *fixture)
{
  g_autoptr(TisockTlsSettings) settings = tisock_tls_settings_new ();
  g_autoptr(GTlsCertificate) certificate = tls_certificates_load (TLS_LOCALHOST);
  g_autoptr(GTlsDatabase) database = tls_certificates_trust (TLS_AUTHORITY);
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_tls_settings_set_certificate (settings, certificate, &error));
  g_assert_no_error (error);
  tisock_tls_settings_set_trust_database (settings, database);
  tisock_server_socket_set_tls_settings (fixture->server, settings);

  return settings;
}

/* The server's own sockets, without a handler that gives any. */
static void
make_own_sockets (Fixture *fixture)
{
  g_signal_handlers_disconnect_by_func (fixture->server, add_socket_cb, fixture);
}

static void
expect_subject (Fixture    *fixture,
                const char *expected)
{
  GTlsCertificate *certificate = tisock_ssl_socket_get_peer_certificate (fixture->client);
  g_autofree char *subject = g_tls_certificate_get_subject_name (certificate);

  g_assert_cmpstr (subject, ==, expected);
}

static void
reconnect (Fixture    *fixture,
           const char *name,
           const char *subject)
{
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
  g_string_truncate (fixture->client_log, 0);
  tisock_ssl_socket_set_server_identity (fixture->client, name);
  open_client (fixture);
  expect (fixture->client_log, "connected");
  expect_subject (fixture, subject);
}

static void
test_settings (Fixture       *fixture,
               gconstpointer  user_data)
{
  TisockTlsSettings *settings = use_settings (fixture);
  const char *protocols[] = { "echo", NULL };

  make_own_sockets (fixture);
  tisock_tls_settings_set_application_protocols (settings, protocols);
  tisock_ssl_socket_set_application_protocols (fixture->client, protocols);
  open_client (fixture);
  expect (fixture->client_log, "connected");
  expect (fixture->log, "accepted");
  g_assert_true (TISOCK_IS_SSL_SOCKET (fixture->accepted));
  g_assert_cmpstr (tisock_ssl_socket_get_negotiated_protocol (fixture->client), ==, "echo");
  g_assert_cmpstr (tisock_ssl_socket_get_negotiated_protocol (
                     TISOCK_SSL_SOCKET (fixture->accepted)), ==, "echo");
}

/* One for each name, and another one from some time on, while connections go on. */
static void
test_settings_names (Fixture       *fixture,
                     gconstpointer  user_data)
{
  TisockTlsSettings *settings = use_settings (fixture);
  g_autoptr(GTlsCertificate) other = tls_certificates_load (TLS_OTHER_NAME);

  make_own_sockets (fixture);
  reconnect (fixture, "localhost", "CN=localhost");
  g_assert_true (tisock_tls_settings_add_certificate (settings, NULL, other, NULL));
  reconnect (fixture, "other.example", "CN=other.example");
  reconnect (fixture, NULL, "CN=localhost");
  g_assert_true (tisock_tls_settings_set_certificate (settings, other, NULL));
  g_assert_true (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (fixture->client)));
  reconnect (fixture, "other.example", "CN=other.example");
}

static void
test_settings_without_certificate (Fixture       *fixture,
                                   gconstpointer  user_data)
{
  g_autoptr(TisockTlsSettings) settings = tisock_tls_settings_new ();

  make_own_sockets (fixture);
  tisock_server_socket_set_tls_settings (fixture->server, settings);
  open_client (fixture);
  expect (fixture->log, "dropped:handshake");
  test_wait_until (fixture->client_log->len > 0);
  g_assert_cmpstr (fixture->client_log->str, ==, "tls-error");
}

static void
test_settings_clients (Fixture       *fixture,
                       gconstpointer  user_data)
{
  TisockTlsSettings *settings = use_settings (fixture);
  g_autoptr(GTlsCertificate) certificate = tls_certificates_load (TLS_CLIENT);

  make_own_sockets (fixture);
  tisock_tls_settings_set_client_authentication (settings, G_TLS_AUTHENTICATION_REQUIRED);
  open_client (fixture);
  expect (fixture->log, "dropped:handshake");

  tisock_ssl_socket_set_certificate (fixture->client, certificate);
  reconnect (fixture, NULL, "CN=localhost");
  expect (fixture->log, "accepted");
  g_assert_true (g_tls_certificate_is_same (
    tisock_ssl_socket_get_peer_certificate (TISOCK_SSL_SOCKET (fixture->accepted)), certificate));
}

static void
test_settings_timeout (Fixture       *fixture,
                       gconstpointer  user_data)
{
  int peer = test_peer_open (get_port (fixture));

  make_own_sockets (fixture);
  tisock_tls_settings_set_handshake_timeout (use_settings (fixture), 20);
  expect (fixture->log, "dropped:handshake");
  close (peer);
}

/* What a handler gives has a certificate of its own, or takes the server's. */
static void
test_settings_add_socket (Fixture       *fixture,
                          gconstpointer  user_data)
{
  use_settings (fixture);
  fixture->certificate = TLS_OTHER_NAME;
  reconnect (fixture, "other.example", "CN=other.example");
  fixture->certificate = NULL;
  reconnect (fixture, "localhost", "CN=localhost");
}

static TisockTCPSocket *
add_plain_socket_cb (TisockServerSocket *server)
{
  return tisock_tcp_socket_new ();
}

static void
test_settings_plain_socket (Fixture       *fixture,
                            gconstpointer  user_data)
{
  use_settings (fixture);
  make_own_sockets (fixture);
  g_signal_connect (fixture->server, "add-socket", G_CALLBACK (add_plain_socket_cb), NULL);
  open_client (fixture);
  expect (fixture->log, "dropped");
  test_wait_until (fixture->client_log->len > 0);
  g_assert_cmpstr (fixture->client_log->str, ==, "tls-error");
}

/* Those who wait for others get their turn, also when others fail. */
static void
test_settings_maximum (Fixture       *fixture,
                       gconstpointer  user_data)
{
  TisockSSLSocket *clients[MANY / 2];
  guint n_connected = 0;

  tisock_tls_settings_set_maximum_handshakes (use_settings (fixture), 1);
  make_own_sockets (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autoptr(GTlsDatabase) database = tls_certificates_trust (TLS_AUTHORITY);

      clients[i] = tisock_ssl_socket_new ();
      if (i % 4 != 0)
        tisock_ssl_socket_set_trust_database (clients[i], database);
      tisock_tcp_socket_set_address (TISOCK_TCP_SOCKET (clients[i]), "127.0.0.1");
      tisock_socket_core_set_port (TISOCK_SOCKET_CORE (clients[i]), get_port (fixture));
      g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (clients[i]), NULL));
    }

  while (n_connected < G_N_ELEMENTS (clients) * 3 / 4 ||
         fixture->n_dropped < G_N_ELEMENTS (clients) / 4)
    {
      test_iterate ();
      n_connected = 0;
      for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
        n_connected += tisock_ssl_socket_get_ssl_connected (clients[i]) ? 1 : 0;
    }

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      tisock_socket_core_close (TISOCK_SOCKET_CORE (clients[i]));
      g_assert_finalize_object (clients[i]);
    }
}

/* TLS that starts later */

static void
open_in_the_clear (Fixture *fixture)
{
  fixture->later = TRUE;
  tisock_ssl_socket_set_ssl_enabled (fixture->client, FALSE);
  open_client (fixture);
  expect (fixture->client_log, "connected");
  expect (fixture->log, "add accepted clear");
  converse (fixture);
  expect (fixture->log, "data");
}

static void
test_start_tls (Fixture       *fixture,
                gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  open_in_the_clear (fixture);
  g_assert_true (tisock_ssl_socket_start_tls (TISOCK_SSL_SOCKET (fixture->accepted), &error));
  g_assert_true (tisock_ssl_socket_start_tls (fixture->client, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (fixture->client)), ==,
                   TISOCK_SOCKET_STATE_CONNECTING);
  g_assert_true (tisock_ssl_socket_get_ssl_connecting (fixture->client));

  expect (fixture->client_log, "connected");
  expect (fixture->log, "connected");
  g_assert_true (tisock_ssl_socket_get_ssl_connected (fixture->client));
  converse (fixture);
  expect (fixture->log, "data");
}

static void
expect_refused (TisockSSLSocket *socket,
                const char      *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_ssl_socket_start_tls (socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_nonnull (strstr (error->message, words));
}

/* What came before must not be taken for what is said under TLS. */
static void
test_start_tls_unread (Fixture       *fixture,
                       gconstpointer  user_data)
{
  TisockTCPSocket *client = TISOCK_TCP_SOCKET (fixture->client);

  open_in_the_clear (fixture);
  g_assert_true (tisock_tcp_socket_write_string (client, "more", NULL));
  test_wait_until (tisock_tcp_socket_get_bytes_available (client) == 4);
  expect_refused (fixture->client, "4 bytes that came before");
  tisock_socket_core_purge (TISOCK_SOCKET_CORE (client));
  g_assert_true (tisock_ssl_socket_start_tls (fixture->client, NULL));
}

static void
test_start_tls_refused (Fixture       *fixture,
                        gconstpointer  user_data)
{
  expect_refused (fixture->client, "not connected");
  expect (fixture->client_log, "error");
  fixture->certificate = NULL;
  open_in_the_clear (fixture);
  expect_refused (TISOCK_SSL_SOCKET (fixture->accepted), "a server needs a certificate");
  g_assert_true (tisock_ssl_socket_start_tls (fixture->client, NULL));
  expect_refused (fixture->client, "not connected");
}

static void
test_start_tls_twice (Fixture       *fixture,
                      gconstpointer  user_data)
{
  open_client (fixture);
  expect (fixture->client_log, "connected");
  expect_refused (fixture->client, "the connection is encrypted");
}

/* A connection that was accepted is not dropped. */
static void
test_start_tls_fails (Fixture       *fixture,
                      gconstpointer  user_data)
{
  open_in_the_clear (fixture);
  g_assert_true (tisock_ssl_socket_start_tls (TISOCK_SSL_SOCKET (fixture->accepted), NULL));
  g_assert_true (tisock_tcp_socket_write_string (TISOCK_TCP_SOCKET (fixture->client), "no", NULL));
  expect (fixture->log, "closed");
  g_assert_cmpuint (fixture->n_dropped, ==, 0);
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
  add ("/ssl-server/connect", test_connect);
  add ("/ssl-server/trust", test_trust);
  add ("/ssl-server/listen", test_listen);
  add ("/ssl-server/listen/no-certificate", test_listen_without_certificate);
  add ("/ssl-server/no-certificate", test_no_certificate);
  add ("/ssl-server/dropped/distrust", test_distrust);
  add ("/ssl-server/dropped/garbage", test_garbage);
  add ("/ssl-server/dropped/timeout", test_timeout);
  add ("/ssl-server/accept/one", test_accept_one);
  add ("/ssl-server/accept/async", test_accept_async);
  add ("/ssl-server/silence", test_silence);
  add ("/ssl-server/close", test_close_server);
  add ("/ssl-server/drain", test_drain);
  add ("/ssl-server/settings", test_settings);
  add ("/ssl-server/settings/names", test_settings_names);
  add ("/ssl-server/settings/no-certificate", test_settings_without_certificate);
  add ("/ssl-server/settings/clients", test_settings_clients);
  add ("/ssl-server/settings/timeout", test_settings_timeout);
  add ("/ssl-server/settings/add-socket", test_settings_add_socket);
  add ("/ssl-server/settings/plain-socket", test_settings_plain_socket);
  add ("/ssl-server/settings/maximum", test_settings_maximum);
  add ("/ssl-server/start-tls", test_start_tls);
  add ("/ssl-server/start-tls/unread", test_start_tls_unread);
  add ("/ssl-server/start-tls/refused", test_start_tls_refused);
  add ("/ssl-server/start-tls/twice", test_start_tls_twice);
  add ("/ssl-server/start-tls/fails", test_start_tls_fails);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  return tls_certificates_run (add_tests);
}
