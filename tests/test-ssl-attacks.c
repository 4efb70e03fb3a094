/* test-ssl-attacks.c: peers that mean a server under TLS no good
 *
 * The clock stands still but for what a test puts it forward, so that no time is up by itself.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/mailbox.h"
#include "engine/transport-tls.h"
#include "fake-system.h"
#include "test-peer.h"
#include "test-util.h"
#include "tisock-server-socket-private.h"
#include "tisock-tcp-socket-private.h"
#include "tls-certificates.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Each has a descriptor on either side. */
#define MANY 500

/* As long as the server waits for a handshake, and for one while others have no thread. */
#define TIMEOUT 10000
#define PATIENCE 1000

/* Of a byte each: how long they are on the wire, at least, and many of them, which fit into the
 * system's buffers. */
#define SMALL_RECORD 22
#define SMALL_RECORDS 20000

/* More than the threads of the handshakes, on both sides, and as many of GTask's. */
#define MOST_THREADS 40

/* Less than anything that a peer could leave behind; threads come and go with what the allocator
 * keeps for each. */
#define MEMORY_TOLERANCE (MANY * 512)

typedef struct
{
  TisockServerSocket *server;
  TisockSSLSocket    *client;           /* an honest one */
  GBytes             *hello;            /* its first message */
  GArray             *peers;            /* the descriptors of the others */

  /* Ports of these, as the server tells of them. */
  GHashTable         *opened;
  GHashTable         *failed;
  GHashTable         *dropped;
  char               *message;          /* of the last error */

  guint               n_added;
  guint               n_said;           /* how much each peer has said that speaks byte by byte */
} Fixture;

typedef struct
{
  const char *path;
  void      (*say)    (Fixture *fixture,
                       int      peer);
  /* In each turn; NULL: once was all. */
  void      (*go_on)  (Fixture *fixture);
  gboolean    greets;                   /* takes a thread */
  gboolean    lasts;                    /* until its time is up */
} Attack;

/* What happens */

static gboolean
is_attacker (Fixture *fixture,
             guint    port)
{
  return g_hash_table_contains (fixture->opened, GUINT_TO_POINTER (port));
}

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          Fixture         *fixture)
{
  guint port = (guint) tisock_tcp_socket_get_remote_port (socket);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);

  if (!is_attacker (fixture, port))
    return;

  g_assert_nonnull (strstr (error->message, address));
  g_assert_true (g_hash_table_add (fixture->failed, GUINT_TO_POINTER (port)));
  g_free (fixture->message);
  fixture->message = g_strdup (error->message);
}

static void
data_available_cb (TisockTCPSocket *socket)
{
  g_autoptr(GBytes) bytes = tisock_tcp_socket_read_bytes (socket, -1);

  g_assert_true (tisock_tcp_socket_write_bytes (socket, bytes, NULL));
}

static TisockTCPSocket *
add_socket_cb (TisockServerSocket *server,
               Fixture            *fixture)
{
  TisockSSLSocket *socket = tisock_ssl_socket_new ();

  fixture->n_added++;
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), fixture);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);

  return TISOCK_TCP_SOCKET (socket);
}

static void
dropped_cb (TisockServerSocket *server,
            GSocketAddress     *address,
            TisockDropReason    reason,
            Fixture            *fixture)
{
  guint port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));

  g_assert_cmpint (reason, ==, TISOCK_DROP_REASON_HANDSHAKE);
  g_assert_true (is_attacker (fixture, port));
  g_assert_true (g_hash_table_add (fixture->dropped, GUINT_TO_POINTER (port)));
}

static gboolean
turn_cb (gpointer user_data)
{
  *(guint *) user_data += 1;

  return G_SOURCE_CONTINUE;
}

static guint
get_n_dropped (Fixture *fixture)
{
  return g_hash_table_size (fixture->dropped);
}

/* The fixture */

static TisockTlsSettings *
make_settings (void)
{
  TisockTlsSettings *settings = tisock_tls_settings_new ();
  g_autoptr(GTlsCertificate) certificate = tls_certificates_load (TLS_LOCALHOST);
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_tls_settings_set_certificate (settings, certificate, &error));
  g_assert_no_error (error);
  tisock_tls_settings_set_handshake_timeout (settings, TIMEOUT);

  return settings;
}

static TisockServerSocket *
make_server (Fixture *fixture)
{
  TisockServerSocket *server = tisock_server_socket_new ();
  g_autoptr(TisockTlsSettings) settings = make_settings ();

  tisock_server_socket_set_tls_settings (server, settings);
  g_signal_connect (server, "add-socket", G_CALLBACK (add_socket_cb), fixture);
  g_signal_connect (server, "dropped", G_CALLBACK (dropped_cb), fixture);
  tisock_server_socket_set_address (server, "127.0.0.1");
  g_assert_true (tisock_server_socket_listen (server, NULL));

  return server;
}

static void
open_client (Fixture *fixture,
             int      port)
{
  tisock_tcp_socket_set_address (TISOCK_TCP_SOCKET (fixture->client), "127.0.0.1");
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (fixture->client), port);
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (fixture->client), NULL));
}

/* What a client says first, to somebody who does not answer. */
static GBytes *
record_hello (Fixture *fixture)
{
  int port;
  int listener = test_peer_listen (&port);
  g_autofree guint8 *header = NULL;
  g_autofree guint8 *body = NULL;
  GByteArray *hello = g_byte_array_new ();
  gsize length;
  int peer;

  open_client (fixture, port);
  peer = accept (listener, NULL, NULL);
  header = test_peer_drain (peer, 5);
  length = (gsize) header[3] << 8 | header[4];
  body = test_peer_drain (peer, length);
  g_byte_array_append (hello, header, 5);
  g_byte_array_append (hello, body, (guint) length);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
  close (peer);
  close (listener);

  return g_byte_array_free_to_bytes (hello);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  g_autoptr(GTlsDatabase) database = tls_certificates_trust (TLS_AUTHORITY);

  fixture->peers = g_array_new (FALSE, FALSE, sizeof (int));
  fixture->opened = g_hash_table_new (NULL, NULL);
  fixture->failed = g_hash_table_new (NULL, NULL);
  fixture->dropped = g_hash_table_new (NULL, NULL);
  fixture->client = tisock_ssl_socket_new ();
  tisock_ssl_socket_set_trust_database (fixture->client, database);
  fixture->hello = record_hello (fixture);
  fixture->server = make_server (fixture);
}

static void
close_peers (Fixture *fixture)
{
  for (guint i = 0; i < fixture->peers->len; i++)
    close (g_array_index (fixture->peers, int, i));

  g_array_set_size (fixture->peers, 0);
  g_hash_table_remove_all (fixture->opened);
  g_hash_table_remove_all (fixture->failed);
  g_hash_table_remove_all (fixture->dropped);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
  g_assert_finalize_object (g_steal_pointer (&fixture->client));
  tisock_server_socket_close (fixture->server);
  g_assert_finalize_object (g_steal_pointer (&fixture->server));
  close_peers (fixture);
  g_array_unref (fixture->peers);
  g_hash_table_unref (fixture->opened);
  g_hash_table_unref (fixture->failed);
  g_hash_table_unref (fixture->dropped);
  g_bytes_unref (fixture->hello);
  g_free (fixture->message);
}

/* Peers */

static guint
get_local_port (int fd)
{
  g_autoptr(GSocket) socket = g_socket_new_from_fd (dup (fd), NULL);
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static int
open_peer (Fixture            *fixture,
           TisockServerSocket *server)
{
  int peer = test_peer_open (tisock_server_socket_get_port (server));

  g_assert_true (g_hash_table_add (fixture->opened, GUINT_TO_POINTER (get_local_port (peer))));
  g_array_append_val (fixture->peers, peer);

  return peer;
}

/* One that has gone is not told. */
static void
say (int           peer,
     gconstpointer data,
     gsize         length)
{
  if (send (peer, data, length, MSG_NOSIGNAL) < 0)
    g_assert_true (errno == EPIPE || errno == ECONNRESET);
}

static void
say_nothing (Fixture *fixture,
             int      peer)
{
}

static void
say_hello (Fixture *fixture,
           int      peer)
{
  gsize length;
  const guint8 *hello = g_bytes_get_data (fixture->hello, &length);

  say (peer, hello, length);
}

static void
say_half (Fixture *fixture,
          int      peer)
{
  gsize length;
  const guint8 *hello = g_bytes_get_data (fixture->hello, &length);

  say (peer, hello, length / 2);
}

static void
say_half_and_leave (Fixture *fixture,
                    int      peer)
{
  say_half (fixture, peer);
  shutdown (peer, SHUT_WR);
}

static void
say_hello_and_leave (Fixture *fixture,
                     int      peer)
{
  say_hello (fixture, peer);
  shutdown (peer, SHUT_WR);
}

/* One byte each turn, but the last one. */
static void
drip (Fixture *fixture)
{
  gsize length;
  const guint8 *hello = g_bytes_get_data (fixture->hello, &length);

  if (fixture->n_said + 1 >= length)
    return;

  for (guint i = 0; i < fixture->peers->len; i++)
    say (g_array_index (fixture->peers, int, i), hello + fixture->n_said, 1);
  fixture->n_said++;
}

static void
say_noise (Fixture *fixture,
           int      peer)
{
  guint8 noise[64];

  for (gsize i = 0; i < sizeof noise; i++)
    noise[i] = (guint8) g_test_rand_int_range (0, 256);
  /* This one begins a handshake. */
  noise[0] |= 0x80;

  say (peer, noise, sizeof noise);
}

static void
say_http (Fixture *fixture,
          int      peer)
{
  test_peer_send (peer, "GET / HTTP/1.0\r\n\r\n");
}

/* SSL 2: a length with the highest bit set, the message, the version, lengths of three lists. */
static void
say_ssl2 (Fixture *fixture,
          int      peer)
{
  static const guint8 hello[] = "\x80\x2e\x01\x03\x01\0\x15\0\0\0\x10";

  say (peer, hello, sizeof hello);
}

static void
say_long_record (Fixture *fixture,
                 int      peer)
{
  say (peer, "\x16\x03\x01\xff\xff\x01", 6);
}

static void
say_long_message (Fixture *fixture,
                  int      peer)
{
  say (peer, "\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9);
}

/* Nearly all of the largest record: there is no more that a server keeps for anybody. */
static void
say_large_record (Fixture *fixture,
                  int      peer)
{
  static guint8 record[5 + 0x4000 - 1] = "\x16\x03\x01\x40\x00\x01\x00\x40\x01";

  say (peer, record, sizeof record);
}

/* A warning, which means nothing, again and again. */
static void
say_alerts (int peer)
{
  guint8 alerts[7 * 512];

  for (gsize i = 0; i < sizeof alerts; i += 7)
    memcpy (alerts + i, "\x15\x03\x03\x00\x02\x01\x5a", 7);

  say (peer, alerts, sizeof alerts);
}

static void
say_only_alerts (Fixture *fixture,
                 int      peer)
{
  say_alerts (peer);
}

static void
say_hello_and_alerts (Fixture *fixture,
                      int      peer)
{
  say_hello (fixture, peer);
  say_alerts (peer);
}

static void
say_hello_twice (Fixture *fixture,
                 int      peer)
{
  say_hello (fixture, peer);
  say_hello (fixture, peer);
}

static void
say_hello_and_noise (Fixture *fixture,
                     int      peer)
{
  say_hello (fixture, peer);
  say_noise (fixture, peer);
}

static const Attack attacks[] = {
  { "nothing", say_nothing, NULL, FALSE, TRUE },
  { "half", say_half, NULL, FALSE, TRUE },
  { "half-and-leave", say_half_and_leave, NULL, FALSE, FALSE },
  { "drip", say_nothing, drip, FALSE, TRUE },
  { "noise", say_noise, NULL, FALSE, FALSE },
  { "http", say_http, NULL, FALSE, FALSE },
  { "ssl2", say_ssl2, NULL, FALSE, FALSE },
  { "long-record", say_long_record, NULL, FALSE, FALSE },
  { "long-message", say_long_message, NULL, FALSE, FALSE },
  { "large-record", say_large_record, NULL, FALSE, TRUE },
  { "alerts", say_only_alerts, NULL, FALSE, FALSE },
  { "hello", say_hello, NULL, TRUE, TRUE },
  { "hello-and-leave", say_hello_and_leave, NULL, TRUE, FALSE },
  { "hello-twice", say_hello_twice, NULL, TRUE, FALSE },
  { "hello-and-noise", say_hello_and_noise, NULL, TRUE, FALSE },
  { "hello-and-alerts", say_hello_and_alerts, NULL, TRUE, FALSE },
};

/* The others, who go on meanwhile */

#define wait_until(fixture, attack, condition) \
  G_STMT_START \
    { \
      while (!(condition)) \
        go_on (fixture, attack); \
    } \
  G_STMT_END

static void
go_on (Fixture      *fixture,
       const Attack *attack)
{
  if (attack->go_on != NULL)
    attack->go_on (fixture);
  test_iterate ();
}

/* How many have said hello and are not through. */
static guint
get_n_at_gate (TisockServerSocket *server)
{
  const TisockTlsGate *gate = &tisock_server_socket_get_private (server)->tls_gate;

  return gate->passed.length + gate->waiting.length;
}

/* A thread has answered to one of them. */
static void
await_answer (Fixture *fixture)
{
  g_autofree GPollFD *polls = g_new0 (GPollFD, fixture->peers->len);

  for (guint i = 0; i < fixture->peers->len; i++)
    polls[i] = (GPollFD) { g_array_index (fixture->peers, int, i), G_IO_IN };

  g_assert_cmpint (g_poll (polls, fixture->peers->len, -1), >, 0);
}

/* So that time is up for one of those who keep threads waiting, but not for who comes next. */
static void
wear_patience_out (Fixture *fixture)
{
  guint n_dropped = get_n_dropped (fixture);

  await_answer (fixture);
  while (get_n_dropped (fixture) == n_dropped)
    {
      fake_system_advance_clock (PATIENCE);
      test_iterate ();
    }
}

static void
serve_client (Fixture      *fixture,
              const Attack *attack)
{
  TisockTCPSocket *client = TISOCK_TCP_SOCKET (fixture->client);
  g_autofree guint8 *data = NULL;
  gsize length;

  open_client (fixture, tisock_server_socket_get_port (fixture->server));
  if (attack->greets && attack->lasts)
    {
      wait_until (fixture, attack, get_n_at_gate (fixture->server) == MANY + 1);
      wear_patience_out (fixture);
    }

  wait_until (fixture, attack, tisock_ssl_socket_get_ssl_connected (fixture->client));
  g_assert_true (tisock_tcp_socket_write_string (client, "hello", NULL));
  wait_until (fixture, attack, tisock_tcp_socket_get_bytes_available (client) == 5);
  data = tisock_tcp_socket_read_all (client, &length);
  g_assert_cmpmem (data, length, "hello", 5);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (client));
}

static void
store_result_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
return_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  g_task_return_boolean (task, TRUE);
}

/* Who has nothing to do with sockets; they have less priority, too. */
static void
serve_others (Fixture      *fixture,
              const Attack *attack)
{
  g_autofree char *path = tls_certificates_get_path (TLS_LOCALHOST);
  g_autofree char *contents = NULL;
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GAsyncResult) loaded = NULL;
  g_autoptr(GAsyncResult) returned = NULL;
  g_autoptr(GTask) task = g_task_new (NULL, NULL, store_result_cb, &returned);
  guint n_turns = 0;
  guint turns = g_idle_add (turn_cb, &n_turns);

  g_file_load_contents_async (file, NULL, store_result_cb, &loaded);
  g_task_run_in_thread (task, return_thread);
  wait_until (fixture, attack, loaded != NULL && returned != NULL);
  g_assert_true (g_file_load_contents_finish (file, loaded, &contents, NULL, NULL, NULL));
  wait_until (fixture, attack, n_turns > 10);
  g_source_remove (turns);
}

/* Rounds */

static guint
count_threads (void)
{
  g_autoptr(GDir) directory = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (directory != NULL && g_dir_read_name (directory) != NULL)
    n++;

  return n;
}

static void
begin_attack (Fixture      *fixture,
              const Attack *attack)
{
  fixture->n_added = fixture->n_said = 0;
  for (guint i = 0; i < MANY; i++)
    attack->say (fixture, open_peer (fixture, fixture->server));

  wait_until (fixture, attack, fixture->n_added == MANY);
  if (attack->greets && attack->lasts)
    wait_until (fixture, attack, get_n_at_gate (fixture->server) == MANY);
}

/* Each has been told of, once. */
static void
end_attack (Fixture      *fixture,
            const Attack *attack)
{
  if (attack->lasts)
    fake_system_advance_clock (TIMEOUT + 1);

  wait_until (fixture, attack, get_n_dropped (fixture) == MANY);
  g_assert_cmpuint (g_hash_table_size (fixture->failed), ==, MANY);
  wait_until (fixture, attack,
              tisock_server_socket_get_n_connections (fixture->server) == 0);
  close_peers (fixture);
}

/* Threads let go of what they had without a word. */
static void
settle (Fixture *fixture,
        guint    n_descriptors)
{
  while (test_count_descriptors () > n_descriptors)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }

  g_assert_cmpuint (get_n_at_gate (fixture->server), ==, 0);
}

/* What remains after a round is there once. */
static void
test_attack (Fixture       *fixture,
             gconstpointer  user_data)
{
  const Attack *attack = user_data;
  guint n_descriptors;
  gint64 memory[3];

  serve_others (fixture, attack);
  n_descriptors = test_count_descriptors ();
  for (guint i = 0; i < G_N_ELEMENTS (memory); i++)
    {
      begin_attack (fixture, attack);
      g_assert_cmpuint (count_threads (), <=, MOST_THREADS);
      serve_client (fixture, attack);
      serve_others (fixture, attack);
      end_attack (fixture, attack);
      settle (fixture, n_descriptors);
      memory[i] = test_get_memory_in_use ();
    }

  g_test_message ("%u peers, the last one: %s; %u threads; memory %+" G_GINT64_FORMAT, MANY,
                  fixture->message, count_threads (), memory[2] - memory[1]);
  g_assert_cmpint (memory[2] - memory[1], <=, MEMORY_TOLERANCE);
}

/* Who has a thread, and for how long */

/* Says hello, and returns when a thread waits for more. */
static guint
greet (Fixture *fixture)
{
  int peer = open_peer (fixture, fixture->server);
  TisockTlsGate *gate = &tisock_server_socket_get_private (fixture->server)->tls_gate;
  guint n_passed = gate->passed.length;

  say_hello (fixture, peer);
  test_wait_until (gate->passed.length > n_passed);
  test_peer_await (peer, POLLIN);
  fake_system_advance_clock (1);
  while (tisock_tls_handshake_get_waited (g_queue_peek_tail (&gate->passed)) == 0)
    {
      test_iterate ();
      fake_system_advance_clock (1);
    }

  return get_local_port (peer);
}

/* Nobody wants the thread of this one. */
static void
test_slow (Fixture       *fixture,
           gconstpointer  user_data)
{
  const Attack silence = { NULL };

  greet (fixture);
  for (guint i = 0; i < 3; i++)
    {
      fake_system_advance_clock (PATIENCE);
      serve_client (fixture, &silence);
    }
  g_assert_cmpuint (get_n_dropped (fixture), ==, 0);

  fake_system_advance_clock (TIMEOUT);
  test_wait_until (get_n_dropped (fixture) == 1);
  g_assert_nonnull (strstr (fixture->message, "within 10000 ms"));
}

static void
test_slowest_first (Fixture       *fixture,
                    gconstpointer  user_data)
{
  guint slowest;

  tisock_tls_settings_set_maximum_handshakes (
    tisock_server_socket_get_tls_settings (fixture->server), 2);
  slowest = greet (fixture);
  fake_system_advance_clock (PATIENCE / 2);
  greet (fixture);
  open_client (fixture, tisock_server_socket_get_port (fixture->server));
  test_wait_until (get_n_at_gate (fixture->server) == 3);
  fake_system_advance_clock (PATIENCE / 2);
  test_wait_until (tisock_ssl_socket_get_ssl_connected (fixture->client));

  g_assert_cmpuint (get_n_dropped (fixture), ==, 1);
  g_assert_true (g_hash_table_contains (fixture->dropped, GUINT_TO_POINTER (slowest)));
  g_assert_nonnull (strstr (fixture->message, "made room for others"));
}

/* The server's side of the client's. */
static TisockTCPSocket *
open_connection (Fixture *fixture)
{
  TisockTCPSocket *accepted;

  open_client (fixture, tisock_server_socket_get_port (fixture->server));
  test_wait_until (tisock_ssl_socket_get_ssl_connected (fixture->client));
  accepted = g_list_model_get_item (tisock_server_socket_get_connections (fixture->server), 0);
  test_wait_until (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (accepted)));

  return accepted;
}

/* It would be read for each connection, and take longer than all else. */
static void
test_no_authorities (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_autoptr(TisockTCPSocket) accepted = open_connection (fixture);
  TisockTransport *transport;

  transport = tisock_tcp_socket_get_private (accepted)->stream.transport;
  g_assert_null (g_tls_connection_get_database (tisock_transport_tls_get_connection (transport)));
}

/* Messages that mean nothing, which TLS has to pass over, for as long as the system takes them. */
static void
say_no_change (Fixture *fixture)
{
  guint8 changes[6 * 512];

  for (gsize i = 0; i < sizeof changes; i += 6)
    memcpy (changes + i, "\x14\x03\x03\x00\x01\x01", 6);

  for (guint i = 0; i < fixture->peers->len; i++)
    send (g_array_index (fixture->peers, int, i), changes, sizeof changes,
          MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Who keeps a thread busy does not keep it waiting: that has an end of its own. */
static void
test_busy (Fixture       *fixture,
           gconstpointer  user_data)
{
  static const Attack flood = { NULL, NULL, say_no_change };
  guint n_turns = 0;
  guint turns = g_idle_add (turn_cb, &n_turns);

  for (guint i = 0; i < TISOCK_TLS_THREADS; i++)
    say_hello (fixture, open_peer (fixture, fixture->server));

  wait_until (fixture, &flood, get_n_dropped (fixture) == TISOCK_TLS_THREADS);
  g_test_message ("%s", fixture->message);
  g_source_remove (turns);
}

/* After the handshake */

typedef struct
{
  gsize sum;
  gsize largest;
} Pieces;

static void
take_piece_cb (TisockTCPSocket *socket,
               Pieces          *pieces)
{
  g_autoptr(GBytes) bytes = tisock_tcp_socket_read_bytes (socket, -1);

  pieces->sum += g_bytes_get_size (bytes);
  pieces->largest = MAX (pieces->largest, g_bytes_get_size (bytes));
}

/* Records of a byte each cost much more than the bytes: others have turns in between. */
static void
test_small_records (Fixture       *fixture,
                    gconstpointer  user_data)
{
  TisockTCPSocket *client = TISOCK_TCP_SOCKET (fixture->client);
  g_autoptr(TisockTCPSocket) accepted = open_connection (fixture);
  Pieces pieces = { 0, 0 };

  g_signal_handlers_disconnect_by_func (accepted, data_available_cb, NULL);
  g_signal_connect (accepted, "data-available", G_CALLBACK (take_piece_cb), &pieces);
  for (guint i = 0; i < SMALL_RECORDS; i++)
    g_assert_true (tisock_tcp_socket_write_string (client, "x", NULL));
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (client), ==, 0);
  test_wait_until (pieces.sum == SMALL_RECORDS);
  g_assert_cmpuint (pieces.largest, <=, TISOCK_SCRATCH_SIZE / SMALL_RECORD);
}

/* Which would run on a thread, as the first one did, while the connection is in use. */
static void
test_renegotiation (Fixture       *fixture,
                    gconstpointer  user_data)
{
  int port = tisock_server_socket_get_port (fixture->server);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%d", port);
  g_autoptr(GSubprocess) process =
    g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                      G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL,
                      "openssl", "s_client", "-tls1_2", "-connect", address, NULL);
  g_autoptr(TisockTCPSocket) accepted = NULL;

  test_wait_until (tisock_server_socket_get_n_connections (fixture->server) == 1);
  accepted = g_list_model_get_item (tisock_server_socket_get_connections (fixture->server), 0);
  test_wait_until (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (accepted)));
  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (process), "R\n", 2,
                                            NULL, NULL, NULL));
  g_output_stream_flush (g_subprocess_get_stdin_pipe (process), NULL, NULL);
  test_wait_until (tisock_server_socket_get_n_connections (fixture->server) == 0);
  g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (accepted)), ==,
                   TISOCK_SOCKET_STATE_ERROR);
  g_subprocess_force_exit (process);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
}

/* Servers of a process share the threads. */
static void
test_other_server (Fixture       *fixture,
                   gconstpointer  user_data)
{
  TisockServerSocket *other = make_server (fixture);

  for (guint i = 0; i < TISOCK_TLS_THREADS; i++)
    greet (fixture);
  open_client (fixture, tisock_server_socket_get_port (other));
  test_wait_until (get_n_at_gate (other) == 1);
  g_assert_cmpuint (get_n_dropped (fixture), ==, 0);
  wear_patience_out (fixture);
  test_wait_until (tisock_ssl_socket_get_ssl_connected (fixture->client));

  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
  tisock_server_socket_close (other);
  g_assert_finalize_object (other);
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
  add ("/ssl-attacks/slow", test_slow);
  add ("/ssl-attacks/slowest-first", test_slowest_first);
  add ("/ssl-attacks/other-server", test_other_server);
  add ("/ssl-attacks/no-authorities", test_no_authorities);
  add ("/ssl-attacks/busy", test_busy);
  add ("/ssl-attacks/small-records", test_small_records);
  add ("/ssl-attacks/renegotiation", test_renegotiation);

  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      g_autofree char *path = g_strconcat ("/ssl-attacks/", attacks[i].path, NULL);

      g_test_add (path, Fixture, &attacks[i], set_up, test_attack, tear_down);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fake_system_stop_clock ();

  return tls_certificates_run (add_tests);
}
