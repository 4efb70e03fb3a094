/* test-server-waiting.c: accepting one connection at a time, and draining a server
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server-fixture.h"
#include "test-peer.h"
#include "test-util.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static void
log_error (ServerFixture *fixture,
           const char    *name,
           const GError  *error)
{
  if (error->domain == TISOCK_SOCKET_ERROR)
    server_fixture_write_log (fixture, "%s!%d", name, error->code);
  else
    server_fixture_write_log (fixture, "%s!%s", name,
                              g_enum_get_value (g_type_class_peek_static (G_TYPE_IO_ERROR_ENUM),
                                                error->code)->value_nick);
}

/* Serves the server until the peer sees the end, and closes that. */
static void
await_end (int peer)
{
  char byte;

  test_wait_until (recv (peer, &byte, 1, MSG_DONTWAIT) == 0);
  close (peer);
}

/* Accepting. A connection that a call was given is watched by "data" and "end" in the log. */

static void
data_cb (TisockTCPSocket *socket,
         gpointer         user_data)
{
  gsize length;
  g_autofree guint8 *data = tisock_tcp_socket_read_all (socket, &length);

  server_fixture_write_log (user_data, "data:%.*s", (int) length, (const char *) data);
}

static void
connected_cb (TisockTCPSocket *socket,
              gpointer         user_data)
{
  server_fixture_write_log (user_data, "connected");
}

static void
watch (ServerFixture   *fixture,
       TisockTCPSocket *socket)
{
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), fixture);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_cb), fixture);
}

static void
accepted_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(TisockTCPSocket) socket = NULL;

  socket = tisock_server_socket_accept_finish (TISOCK_SERVER_SOCKET (source), result, &error);
  g_assert_true ((socket != NULL) != (error != NULL));
  if (error != NULL)
    {
      log_error (user_data, "accept", error);
      return;
    }

  server_fixture_write_log (user_data, "accept");
  watch (user_data, socket);
}

static void
accept_one (ServerFixture *fixture,
            GCancellable  *cancellable)
{
  tisock_server_socket_accept_async (fixture->server, cancellable, accepted_cb, fixture);
}

static void
test_accept (ServerFixture *fixture,
             gconstpointer  user_data)
{
  int peers[3];

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  server_fixture_listen (fixture);
  accept_one (fixture, NULL);
  accept_one (fixture, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = server_fixture_connect (fixture);
  test_peer_send (peers[0], "first");
  server_fixture_expect (fixture, "accept accept connected connected data:first ");

  /* The third one waits for the next call. */
  test_peer_send (peers[2], "third");
  server_fixture_expect_silence (fixture);
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 2);
  accept_one (fixture, NULL);
  server_fixture_expect (fixture, "accept connected data:third ");

  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "closed ");
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    close (peers[i]);
}

static void
test_accept_and_signal (ServerFixture *fixture,
                        gconstpointer  user_data)
{
  int peers[2];

  g_test_summary ("With auto-accept, what no call waits for is announced.");

  server_fixture_listen (fixture);
  accept_one (fixture, NULL);
  peers[0] = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accept connected ");
  peers[1] = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accepted connected ");

  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "socket-closed closed ");
  close (peers[0]);
  close (peers[1]);
}

static void
ask_in_handler (TisockServerSocket *server,
                TisockTCPSocket    *socket,
                ServerFixture      *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *password = NULL;

  password = tisock_tcp_socket_receive_line_sync (socket, -1, NULL, &error);
  g_assert_no_error (error);
  server_fixture_write_log (fixture, "password:%s", password);
  if (g_str_equal (password, "close"))
    tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
}

static void
test_accepted_blocks (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  int peer;

  g_test_summary ("A handler that blocks for what the peer says first.");

  g_signal_connect (fixture->server, "accepted", G_CALLBACK (ask_in_handler), fixture);
  server_fixture_listen (fixture);
  peer = server_fixture_connect (fixture);
  test_peer_send (peer, "open\nhello");
  server_fixture_expect (fixture, "accepted password:open connected data-available ");
  close (peer);
  server_fixture_expect (fixture, "socket-error(102) socket-closed ");

  peer = server_fixture_connect (fixture);
  test_peer_send (peer, "close\n");
  server_fixture_expect (fixture, "accepted password:close socket-closed ");
  peer_expect_end (peer);
}

static void
test_accept_ends (ServerFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  int peer;

  accept_one (fixture, NULL);
  server_fixture_expect (fixture, "error(106) accept!106 ");

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  server_fixture_listen (fixture);
  accept_one (fixture, cancellable);
  g_cancellable_cancel (cancellable);
  server_fixture_expect (fixture, "accept!cancelled ");
  accept_one (fixture, cancellable);
  server_fixture_expect (fixture, "accept!cancelled ");

  /* Nobody is accepted for a call that was cancelled. */
  peer = server_fixture_connect (fixture);
  server_fixture_expect_silence (fixture);
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);
  close (peer);

  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
  server_fixture_listen (fixture);
  tisock_server_socket_set_blocked_peers (fixture->server,
                                          (const char *const[]) { "127.0.0.0/8", NULL });
  accept_one (fixture, NULL);
  peer = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "dropped(peer) ");
  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "closed accept!closed ");
  close (peer);
}

static void
ignore_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
}

static void
test_accept_forsaken (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  int peer;

  g_test_summary ("A connection that nobody takes from its call is closed.");

  server_fixture_listen (fixture);
  tisock_server_socket_accept_async (fixture->server, NULL, ignore_cb, NULL);
  peer = server_fixture_connect (fixture);
  await_end (peer);
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);
  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

static void
test_accept_sync (ServerFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(TisockTCPSocket) socket = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;
  int peer;

  g_assert_null (tisock_server_socket_accept_sync (fixture->server, -1, NULL, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  server_fixture_expect (fixture, "error(106) ");
  g_clear_error (&error);

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  server_fixture_listen (fixture);
  g_assert_null (tisock_server_socket_accept_sync (fixture->server, 1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);

  peer = server_fixture_connect (fixture);
  test_peer_send (peer, "hello");
  socket = tisock_server_socket_accept_sync (fixture->server, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (socket);
  bytes = tisock_tcp_socket_receive_exactly_sync (socket, 5, -1, NULL, &error);
  g_assert_no_error (error);
  watch (fixture, socket);
  server_fixture_expect (fixture, "connected ");

  g_cancellable_cancel (cancellable);
  g_assert_null (tisock_server_socket_accept_sync (fixture->server, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  accept_one (fixture, NULL);
  g_assert_null (tisock_server_socket_accept_sync (fixture->server, -1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);

  g_clear_object (&socket);
  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "closed accept!closed ");
  close (peer);
}

/* Draining. The result is in the log as "drained:COMPLETED/ABORTED". */

static void
drained_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  guint n_completed, n_aborted;

  if (tisock_server_socket_drain_finish (TISOCK_SERVER_SOCKET (source), result,
                                         &n_completed, &n_aborted, &error))
    server_fixture_write_log (user_data, "drained:%u/%u", n_completed, n_aborted);
  else
    log_error (user_data, "drain", error);
}

static void
drain (ServerFixture *fixture,
       guint          deadline_ms)
{
  tisock_server_socket_drain_async (fixture->server, deadline_ms, NULL, drained_cb, fixture);
}

static gboolean
draining_cb (TisockTCPSocket *socket,
             gpointer         user_data)
{
  server_fixture_write_log (user_data, "draining");

  return FALSE;
}

static gboolean
claim_cb (TisockTCPSocket *socket,
          gpointer         user_data)
{
  server_fixture_write_log (user_data, "claimed");

  return TRUE;
}

/* A connection that was accepted, and its peer. */
static TisockTCPSocket *
add_connection (ServerFixture *fixture,
                int           *peer)
{
  guint n = fixture->sockets->len;

  server_fixture_listen (fixture);
  *peer = server_fixture_connect (fixture);
  test_wait_until (fixture->sockets->len > n);
  server_fixture_expect (fixture, "accepted connected ");

  return g_ptr_array_index (fixture->sockets, n);
}

static void
test_drain_nothing (ServerFixture *fixture,
                    gconstpointer  user_data)
{
  drain (fixture, 0);
  server_fixture_expect (fixture, "drained:0/0 ");
  server_fixture_listen (fixture);
  drain (fixture, 1000);
  server_fixture_expect (fixture, "closed drained:0/0 ");
}

static void
test_drain_idle (ServerFixture *fixture,
                 gconstpointer  user_data)
{
  int peer;
  TisockTCPSocket *socket = add_connection (fixture, &peer);

  g_signal_connect (socket, "draining", G_CALLBACK (draining_cb), fixture);
  drain (fixture, 0);
  server_fixture_expect (fixture, "closed draining ");
  g_assert_false (tisock_server_socket_listen (fixture->server, NULL));
  server_fixture_expect (fixture, "error(106) ");

  /* It was shut down, and ends with the peer. */
  await_end (peer);
  server_fixture_expect (fixture, "socket-error(102) socket-closed drained:1/0 ");
}

static void
test_drain_busy (ServerFixture *fixture,
                 gconstpointer  user_data)
{
  int peers[2];
  TisockTCPSocket *unread = add_connection (fixture, &peers[0]);
  TisockTCPSocket *unsent = add_connection (fixture, &peers[1]);
  const gsize length = 8 * 1024 * 1024;
  g_autofree guint8 *data = g_malloc0 (length);
  g_autofree char *answer = NULL;

  g_test_summary ("A busy connection is shut down when it is idle.");

  test_peer_send (peers[0], "question");
  test_wait_until (tisock_tcp_socket_get_bytes_available (unread) == 8);
  g_assert_true (tisock_tcp_socket_write (unsent, data, length, NULL));
  server_fixture_expect (fixture, "data-available ");
  drain (fixture, 0);
  server_fixture_expect (fixture, "closed ");
  server_fixture_expect_silence (fixture);

  /* The question is read and answered. */
  tisock_tcp_socket_skip (unread, 8);
  g_assert_true (tisock_tcp_socket_write_string (unread, "answer", NULL));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  answer = test_peer_receive (peers[0], 6);
  g_assert_cmpstr (answer, ==, "answer");
  await_end (peers[0]);
  server_fixture_expect (fixture, "socket-error(102) socket-closed ");

  g_assert_true (tisock_tcp_socket_get_bytes_left_to_send (unsent) > 0);
  while (tisock_tcp_socket_get_bytes_left_to_send (unsent) > 0)
    {
      g_assert_true (recv (peers[1], data, length, MSG_DONTWAIT) > 0 || errno == EAGAIN);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  while (recv (peers[1], data, length, 0) > 0)
    ;
  close (peers[1]);
  server_fixture_expect (fixture, "socket-error(102) socket-closed drained:2/0 ");
}

static void
test_drain_read (ServerFixture *fixture,
                 gconstpointer  user_data)
{
  int peer;
  TisockTCPSocket *socket = add_connection (fixture, &peer);

  g_test_summary ("A connection becomes idle by being read as well.");

  test_peer_send (peer, "unread");
  server_fixture_expect (fixture, "data-available ");
  drain (fixture, 0);
  server_fixture_expect (fixture, "closed ");
  tisock_tcp_socket_skip (socket, 6);
  await_end (peer);
  server_fixture_expect (fixture, "socket-error(102) socket-closed drained:1/0 ");
}

static void
test_drain_claimed (ServerFixture *fixture,
                    gconstpointer  user_data)
{
  int peer;
  TisockTCPSocket *socket = add_connection (fixture, &peer);

  g_signal_connect (socket, "draining", G_CALLBACK (claim_cb), fixture);
  drain (fixture, 0);
  server_fixture_expect (fixture, "closed claimed ");
  server_fixture_expect_silence (fixture);
  g_assert_true (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (socket)));
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  server_fixture_expect (fixture, "socket-closed drained:1/0 ");
  close (peer);
}

static void
test_drain_deadline (ServerFixture *fixture,
                     gconstpointer  user_data)
{
  char byte;
  int peers[3];
  TisockTCPSocket *socket = add_connection (fixture, &peers[0]);

  g_test_summary ("What has not ended at the deadline is aborted.");

  g_signal_connect (socket, "draining", G_CALLBACK (claim_cb), fixture);
  socket = add_connection (fixture, &peers[1]);
  g_signal_connect (socket, "draining", G_CALLBACK (claim_cb), fixture);
  add_connection (fixture, &peers[2]);
  drain (fixture, 30);
  drain (fixture, 1);
  server_fixture_expect (fixture, "closed claimed claimed ");
  await_end (peers[2]);
  server_fixture_expect (fixture, "socket-error(102) socket-closed socket-closed socket-closed "
                                  "drained:1/2 drained:1/2 ");
  g_assert_cmpint (recv (peers[0], &byte, 1, 0), ==, -1);
  g_assert_cmpint (errno, ==, ECONNRESET);
  close (peers[0]);
  close (peers[1]);
}

static void
test_drain_cancelled (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  int peer;

  add_connection (fixture, &peer);
  tisock_server_socket_drain_async (fixture->server, 0, cancellable, drained_cb, fixture);
  g_cancellable_cancel (cancellable);
  server_fixture_expect (fixture, "closed drain!cancelled ");
  drain (fixture, 0);
  await_end (peer);
  server_fixture_expect (fixture, "socket-error(102) socket-closed drained:1/0 ");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_type_class_unref (g_type_class_ref (G_TYPE_IO_ERROR_ENUM));

  SERVER_FIXTURE_ADD ("/server/accept-async", test_accept);
  SERVER_FIXTURE_ADD ("/server/accept-async/and-signal", test_accept_and_signal);
  SERVER_FIXTURE_ADD ("/server/accepted-blocks", test_accepted_blocks);
  SERVER_FIXTURE_ADD ("/server/accept-async/ends", test_accept_ends);
  SERVER_FIXTURE_ADD ("/server/accept-async/forsaken", test_accept_forsaken);
  SERVER_FIXTURE_ADD ("/server/accept-sync", test_accept_sync);
  SERVER_FIXTURE_ADD ("/server/drain/nothing", test_drain_nothing);
  SERVER_FIXTURE_ADD ("/server/drain/idle", test_drain_idle);
  SERVER_FIXTURE_ADD ("/server/drain/busy", test_drain_busy);
  SERVER_FIXTURE_ADD ("/server/drain/read", test_drain_read);
  SERVER_FIXTURE_ADD ("/server/drain/claimed", test_drain_claimed);
  SERVER_FIXTURE_ADD ("/server/drain/deadline", test_drain_deadline);
  SERVER_FIXTURE_ADD ("/server/drain/cancelled", test_drain_cancelled);

  return g_test_run ();
}
