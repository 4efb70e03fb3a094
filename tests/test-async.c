/* test-async.c: the asynchronous calls of a TCPSocket, and how they go together with its signals
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "socket-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a call has come to is written into the fixture's log, as "NAME=RESULT" or "NAME!CODE". */

static void
log_outcome (SocketFixture *fixture,
             const char    *name,
             const char    *outcome,
             const GError  *error)
{
  if (fixture->log->len > 0)
    g_string_append_c (fixture->log, ' ');

  if (error == NULL)
    g_string_append_printf (fixture->log, "%s=%s", name, outcome);
  else if (error->domain == TISOCK_SOCKET_ERROR)
    g_string_append_printf (fixture->log, "%s!%d", name, error->code);
  else
    g_string_append_printf (fixture->log, "%s!%s", name,
                            g_enum_get_value (g_type_class_peek_static (G_TYPE_IO_ERROR_ENUM),
                                              error->code)->value_nick);

  if (fixture->action != NULL)
    fixture->action (fixture, name);
}

static void
log_bytes (SocketFixture *fixture,
           const char    *name,
           GBytes        *bytes,
           GError        *error)
{
  g_autofree char *text = NULL;

  g_assert_true ((bytes != NULL) != (error != NULL));
  if (bytes != NULL)
    text = g_strdup_printf ("%.*s", (int) g_bytes_get_size (bytes),
                            (const char *) g_bytes_get_data (bytes, NULL));
  log_outcome (fixture, name, text, error);
  g_clear_pointer (&bytes, g_bytes_unref);
  g_clear_error (&error);
}

static void
log_boolean (SocketFixture *fixture,
             const char    *name,
             gboolean       done,
             GError        *error)
{
  g_assert_true (done != (error != NULL));
  log_outcome (fixture, name, "done", error);
  g_clear_error (&error);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError *error = NULL;
  gboolean done = tisock_socket_core_open_finish (TISOCK_SOCKET_CORE (source), result, &error);

  log_boolean (user_data, "open", done, error);
}

static void
received_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  GError *error = NULL;
  GBytes *bytes = tisock_tcp_socket_receive_finish (TISOCK_TCP_SOCKET (source), result, &error);

  log_bytes (user_data, "some", bytes, error);
}

static void
received_exactly_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  GError *error = NULL;
  GBytes *bytes = tisock_tcp_socket_receive_exactly_finish (TISOCK_TCP_SOCKET (source), result,
                                                            &error);

  log_bytes (user_data, "exactly", bytes, error);
}

static void
received_until_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GError *error = NULL;
  GBytes *bytes = tisock_tcp_socket_receive_until_finish (TISOCK_TCP_SOCKET (source), result,
                                                          &error);

  log_bytes (user_data, "until", bytes, error);
}

static void
received_line_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *line = NULL;

  line = tisock_tcp_socket_receive_line_finish (TISOCK_TCP_SOCKET (source), result, &error);
  log_outcome (user_data, "line", line != NULL ? line : "(none)", error);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GError *error = NULL;
  gboolean done = tisock_tcp_socket_send_finish (TISOCK_TCP_SOCKET (source), result, &error);

  log_boolean (user_data, "send", done, error);
}

static void
sent_bytes_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  GError *error = NULL;
  gboolean done = tisock_tcp_socket_send_bytes_finish (TISOCK_TCP_SOCKET (source), result, &error);

  log_boolean (user_data, "send-bytes", done, error);
}

static void
flushed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GError *error = NULL;
  gboolean done = tisock_tcp_socket_flush_finish (TISOCK_TCP_SOCKET (source), result, &error);

  log_boolean (user_data, "flush", done, error);
}

static void
shut_down_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GError *error = NULL;
  gboolean done = tisock_tcp_socket_shutdown_finish (TISOCK_TCP_SOCKET (source), result, &error);

  log_boolean (user_data, "shutdown", done, error);
}

static void
receive (SocketFixture *fixture,
         gssize         count,
         GCancellable  *cancellable)
{
  tisock_tcp_socket_receive_async (fixture->socket, count, cancellable, received_cb, fixture);
}

static void
receive_exactly (SocketFixture *fixture,
                 gssize         count,
                 GCancellable  *cancellable)
{
  tisock_tcp_socket_receive_exactly_async (fixture->socket, count, cancellable,
                                           received_exactly_cb, fixture);
}

static void
receive_until (SocketFixture *fixture,
               const char    *delimiter)
{
  tisock_tcp_socket_receive_until_async (fixture->socket, (const guint8 *) delimiter,
                                         strlen (delimiter), NULL, received_until_cb, fixture);
}

static void
receive_line (SocketFixture *fixture)
{
  tisock_tcp_socket_receive_line_async (fixture->socket, NULL, received_line_cb, fixture);
}

static void
send_text (SocketFixture *fixture,
           const char    *text,
           GCancellable  *cancellable)
{
  tisock_tcp_socket_send_async (fixture->socket, (const guint8 *) text, strlen (text),
                                cancellable, sent_cb, fixture);
}

/* Opening */

static void
test_open (SocketFixture *fixture,
           gconstpointer  user_data)
{
  int port;
  int listener = test_peer_listen (&port);

  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, port);
  tisock_socket_core_open_async (fixture->core, NULL, opened_cb, fixture);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "connected open=done");

  /* It is open. */
  tisock_socket_core_open_async (fixture->core, NULL, opened_cb, fixture);
  socket_fixture_expect_now (fixture, "error:106/connected");
  socket_fixture_expect (fixture, "open!106");
  close (listener);
}

static void
test_open_fails (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  tisock_socket_core_set_port (fixture->core, 1);
  tisock_socket_core_open_async (fixture->core, NULL, opened_cb, fixture);
  socket_fixture_expect_now (fixture, "error:103/initialized");
  socket_fixture_expect (fixture, "open!103");

  /* Nobody listens: a port that is bound and does not listen. */
  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_open_async (fixture->core, NULL, opened_cb, fixture);
  socket_fixture_expect (fixture, "error:connection-refused/error open!connection-refused "
                                  "closed/error");
}

static void
test_open_cancelled (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  int port;
  int listener = test_peer_listen (&port);

  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, port);
  tisock_socket_core_open_async (fixture->core, cancellable, opened_cb, fixture);
  g_cancellable_cancel (cancellable);
  socket_fixture_expect_now (fixture, "");
  test_wait_until (fixture->log->len > 0);
  socket_fixture_settle ();
  /* The connection may have been faster. */
  if (!g_str_has_prefix (fixture->log->str, "connected"))
    socket_fixture_expect_now (fixture, "open!cancelled closed/closed");
  tisock_socket_core_close (fixture->core);
  g_string_truncate (fixture->log, 0);

  tisock_socket_core_open_async (fixture->core, cancellable, opened_cb, fixture);
  g_assert_cmpint (tisock_socket_core_get_state (fixture->core), ==, TISOCK_SOCKET_STATE_CLOSED);
  socket_fixture_expect (fixture, "open!cancelled");
  close (listener);
}

static void
test_open_closed (SocketFixture *fixture,
                  gconstpointer  user_data)
{
  int port;
  int listener = test_peer_listen (&port);

  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, port);
  tisock_socket_core_open_async (fixture->core, NULL, opened_cb, fixture);
  receive (fixture, -1, NULL);
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  socket_fixture_expect (fixture, "open!closed some!closed");
  close (listener);
}

/* Receiving */

static void
test_receive (SocketFixture *fixture,
              gconstpointer  user_data)
{
  socket_fixture_connect (fixture);

  receive (fixture, -1, NULL);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_feed (fixture, "hello");
  socket_fixture_expect (fixture, "some=hello");

  /* What a call leaves is announced. */
  receive (fixture, 2, NULL);
  socket_fixture_feed (fixture, "world");
  socket_fixture_expect (fixture, "some=wo data:3");

  /* What is there already has been announced, and is given in the next iteration. */
  receive (fixture, 1, NULL);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "some=r");
  socket_fixture_expect_read (fixture, "ld");
}

static void
test_receive_exactly (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  socket_fixture_connect (fixture);

  receive_exactly (fixture, 6, NULL);
  socket_fixture_feed (fixture, "abc");
  socket_fixture_await (fixture, 3);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_feed (fixture, "defg");
  socket_fixture_expect (fixture, "exactly=abcdef data:1");
}

static void
test_receive_beyond_limit (SocketFixture *fixture,
                           gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_receive_limit (fixture->socket, 4);

  /* The socket is paused when the call comes. */
  socket_fixture_feed (fixture, "abcdefghij");
  socket_fixture_expect (fixture, "data:4");
  receive_exactly (fixture, 9, NULL);
  socket_fixture_expect (fixture, "exactly=abcdefghi data:1");
  socket_fixture_expect_read (fixture, "j");

  /* The limit is back. */
  socket_fixture_feed (fixture, "0123456789");
  socket_fixture_expect (fixture, "data:4");
}

static void
test_receive_until (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  socket_fixture_connect (fixture);

  receive_until (fixture, "\r\n\r\n");
  socket_fixture_feed (fixture, "GET / HTTP/1.1\r\n\r");
  socket_fixture_await (fixture, 17);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_feed (fixture, "\nbody");
  socket_fixture_expect (fixture, "until=GET / HTTP/1.1 data:4");

  tisock_tcp_socket_set_receive_limit (fixture->socket, 8);
  receive_until (fixture, "\n");
  socket_fixture_feed (fixture, "4567");
  socket_fixture_expect (fixture, "until!201 data:8");
  socket_fixture_expect_read (fixture, "body4567");
}

static void
test_receive_lines (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  socket_fixture_connect (fixture);

  receive_line (fixture);
  socket_fixture_feed (fixture, "one\r\ntwo\nrest");
  socket_fixture_expect (fixture, "line=one data:8");
  receive_line (fixture);
  socket_fixture_expect (fixture, "line=two");
  receive_line (fixture);
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed line=rest closed/closed");
  receive_line (fixture);
  socket_fixture_expect (fixture, "line=(none)");
}

static void
receive_again (SocketFixture *fixture,
               const char    *name)
{
  if (g_str_equal (name, "some") && !g_str_has_suffix (fixture->log->str, "="))
    receive (fixture, 2, NULL);
}

static void
test_receive_loop (SocketFixture *fixture,
                   gconstpointer  user_data)
{
  g_test_summary ("A program that always receives gets all there is, and then the end.");

  socket_fixture_connect (fixture);
  fixture->action = receive_again;
  receive (fixture, 2, NULL);
  socket_fixture_feed (fixture, "abcde");
  test_wait_until (g_str_has_suffix (fixture->log->str, "some=e"));
  socket_fixture_close_peer (fixture);
  test_wait_until (g_str_has_suffix (fixture->log->str, "closed/closed"));
  socket_fixture_settle ();
  g_assert_cmpstr (fixture->log->str, ==,
                   "some=ab data:1 some=cd some=e error:102/closed some= closed/closed");
}

static void
test_receive_end (SocketFixture *fixture,
                  gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  receive_exactly (fixture, 10, NULL);
  socket_fixture_feed (fixture, "abc");
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed exactly!102 closed/closed");

  /* The bytes are still there, and then there is nothing more. */
  receive_exactly (fixture, 4, NULL);
  socket_fixture_expect (fixture, "exactly!102");
  receive (fixture, 2, NULL);
  socket_fixture_expect (fixture, "some=ab");
  receive_until (fixture, "\n");
  socket_fixture_expect (fixture, "until!102");
  receive (fixture, -1, NULL);
  socket_fixture_expect (fixture, "some=c");
  receive (fixture, -1, NULL);
  socket_fixture_expect (fixture, "some=");
}

static void
test_receive_closed (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("What was received before close() can be received after it.");

  socket_fixture_connect (fixture);
  socket_fixture_feed (fixture, "12one\ntwo");
  socket_fixture_expect (fixture, "data:9");
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  receive_exactly (fixture, 2, NULL);
  socket_fixture_expect (fixture, "exactly=12");
  receive_exactly (fixture, 8, NULL);
  socket_fixture_expect (fixture, "exactly!closed");
  receive_line (fixture);
  socket_fixture_expect (fixture, "line=one");
  receive_line (fixture);
  socket_fixture_expect (fixture, "line=two");
  receive_line (fixture);
  socket_fixture_expect (fixture, "line!closed");
  receive (fixture, -1, NULL);
  socket_fixture_expect (fixture, "some!closed");
}

static void
test_receive_half_open (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_allow_half_open (fixture->socket, TRUE);
  receive (fixture, -1, NULL);
  shutdown (fixture->peer, SHUT_WR);
  socket_fixture_expect (fixture, "eof some=");
  receive_line (fixture);
  socket_fixture_expect (fixture, "line=(none)");
  receive_exactly (fixture, 1, NULL);
  socket_fixture_expect (fixture, "exactly!102");
  send_text (fixture, "still here", NULL);
  socket_fixture_expect (fixture, "progress:10/0 complete:0 send=done");
  socket_fixture_expect_sent (fixture, "still here");
}

static void
test_receive_reset (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  receive (fixture, -1, NULL);
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  socket_fixture_expect (fixture, "error:102/error some!102 closed/error");
  receive (fixture, -1, NULL);
  socket_fixture_expect (fixture, "some!102");
}

static void
test_receive_unfinished (SocketFixture *fixture,
                         gconstpointer  user_data)
{
  g_test_summary ("A peer that has not ended its side is not taken for one that has.");

  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown (fixture->socket);
  receive_line (fixture);
  socket_fixture_feed (fixture, "the first half");
  socket_fixture_await (fixture, 14);
  fake_system_advance_clock (6000);
  socket_fixture_expect (fixture, "error:102/closed line=the first half closed/closed");
  receive_line (fixture);
  socket_fixture_expect (fixture, "line!102");
  receive (fixture, -1, NULL);
  socket_fixture_expect (fixture, "some!102");

  /* One that has, in the life before, says nothing about this one. */
  socket_fixture_connect (fixture);
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
  receive (fixture, -1, NULL);
  socket_fixture_expect (fixture, "some=");
  socket_fixture_connect (fixture);
  receive (fixture, -1, NULL);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_feed (fixture, "x");
  socket_fixture_expect (fixture, "some=x");
}

static void
test_receive_misuse (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  receive (fixture, -1, NULL);
  socket_fixture_expect_now (fixture, "error:106/initialized");
  socket_fixture_expect (fixture, "some!106");

  socket_fixture_connect (fixture);
  receive (fixture, -1, NULL);
  receive_line (fixture);
  socket_fixture_expect (fixture, "line!pending");
  socket_fixture_feed (fixture, "x");
  socket_fixture_expect (fixture, "some=x");
}

/* Cancelling */

static void
test_receive_cancelled (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  socket_fixture_connect (fixture);
  receive_exactly (fixture, 10, cancellable);
  socket_fixture_feed (fixture, "abc");
  socket_fixture_await (fixture, 3);
  g_cancellable_cancel (cancellable);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "data:3 exactly!cancelled");

  /* From the beginning. */
  receive (fixture, -1, cancellable);
  socket_fixture_expect (fixture, "some!cancelled");
  socket_fixture_expect_read (fixture, "abc");

  /* After the result was there. */
  g_cancellable_reset (cancellable);
  socket_fixture_feed (fixture, "d");
  socket_fixture_expect (fixture, "data:1");
  receive (fixture, -1, cancellable);
  g_cancellable_cancel (cancellable);
  socket_fixture_expect (fixture, "some=d");
}

static gpointer
cancel_thread (gpointer data)
{
  g_cancellable_cancel (data);

  return NULL;
}

static void
test_cancelled_elsewhere (SocketFixture *fixture,
                          gconstpointer  user_data)
{
  socket_fixture_connect (fixture);

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      GThread *thread;

      receive (fixture, -1, cancellable);
      thread = g_thread_new ("cancel", cancel_thread, cancellable);
      test_peer_send (fixture->peer, "x");
      test_wait_until (fixture->log->len > 0);
      g_thread_join (thread);
      socket_fixture_await (fixture, g_str_has_prefix (fixture->log->str, "some=x") ? 0 : 1);
      socket_fixture_expect_read (fixture, g_str_has_prefix (fixture->log->str, "some=x")
                                           ? "" : "x");
      g_string_truncate (fixture->log, 0);
    }
}

/* Sending */

static void
test_send (SocketFixture *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("three", 5);

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;

  send_text (fixture, "one", NULL);
  send_text (fixture, "two", NULL);
  tisock_tcp_socket_send_bytes_async (fixture->socket, bytes, NULL, sent_bytes_cb, fixture);
  tisock_tcp_socket_flush_async (fixture->socket, NULL, flushed_cb, fixture);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_settle ();
  socket_fixture_expect_sent (fixture, "onetwothree");
  g_assert_nonnull (strstr (fixture->log->str, "send=done send=done send-bytes=done flush=done"));
}

static void
test_send_waits (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  gsize length;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  tisock_tcp_socket_flush_async (fixture->socket, NULL, flushed_cb, fixture);
  send_text (fixture, "last", NULL);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_drain (fixture, length);
  socket_fixture_expect_sent (fixture, "last");
  test_wait_until (g_str_has_suffix (fixture->log->str, "complete:0"));
  g_assert_nonnull (strstr (fixture->log->str, "flush=done send=done"));
}

static void
test_send_cancelled (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  gsize length;

  g_test_summary ("Cancelling ends the waiting; the bytes are sent all the same.");

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  send_text (fixture, "cancelled", cancellable);
  send_text (fixture, "waiting", NULL);
  g_cancellable_cancel (cancellable);
  socket_fixture_expect (fixture, "send!cancelled");

  /* Of this nothing is queued. */
  send_text (fixture, "never", cancellable);
  socket_fixture_expect (fixture, "send!cancelled");

  socket_fixture_drain (fixture, length);
  socket_fixture_expect_sent (fixture, "cancelledwaiting");
  test_wait_until (g_str_has_suffix (fixture->log->str, "complete:0"));
  g_assert_nonnull (strstr (fixture->log->str, "send=done"));
}

static void
test_send_dropped (SocketFixture *fixture,
                   gconstpointer  user_data)
{
  g_test_summary ("Sends whose bytes a handler of send-progress drops are cancelled.");

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  send_text (fixture, "dropped", NULL);
  fixture->abort = TRUE;
  socket_fixture_expect (fixture, "send!cancelled complete:1 drained");
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), ==, 0);

  /* Places in the stream go on behind what was dropped. */
  send_text (fixture, "sent", NULL);
  test_wait_until (g_str_has_suffix (fixture->log->str, "send=done") ||
                   recv (fixture->peer, (char[65536]) { 0 }, 65536, MSG_DONTWAIT) != 0);
  while (strstr (fixture->log->str, "send=done") == NULL)
    {
      char buffer[65536];

      g_assert_true (recv (fixture->peer, buffer, sizeof buffer, MSG_DONTWAIT) > 0 ||
                     errno == EAGAIN);
      socket_fixture_settle ();
    }
}

static void
test_send_fails (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  send_text (fixture, "x", NULL);
  socket_fixture_expect_now (fixture, "error:106/initialized");
  socket_fixture_expect (fixture, "send!106");
  tisock_tcp_socket_flush_async (fixture->socket, NULL, flushed_cb, fixture);
  socket_fixture_expect_now (fixture, "error:106/initialized");
  socket_fixture_expect (fixture, "flush!106");

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  send_text (fixture, "never", NULL);
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  test_wait_until (g_str_has_suffix (fixture->log->str, "closed/error"));
  socket_fixture_expect_now (fixture, "error:102/error send!102 closed/error");
}

static void
test_send_breaks (SocketFixture *fixture,
                  gconstpointer  user_data)
{
  g_test_summary ("A send that finds the connection broken.");

  socket_fixture_connect (fixture);
  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), EPIPE);
  send_text (fixture, "x", NULL);
  socket_fixture_expect (fixture, "error:102/error send!102 closed/error");
}

/* Ending */

static void
test_shutdown (SocketFixture *fixture,
               gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown_async (fixture->socket, NULL, shut_down_cb, fixture);
  tisock_tcp_socket_shutdown_async (fixture->socket, NULL, shut_down_cb, fixture);
  socket_fixture_expect_fin (fixture);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed shutdown=done shutdown=done closed/closed");

  tisock_tcp_socket_shutdown_async (fixture->socket, NULL, shut_down_cb, fixture);
  socket_fixture_expect (fixture, "shutdown=done");
}

static void
test_shutdown_breaks (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown_async (fixture->socket, NULL, shut_down_cb, fixture);
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  socket_fixture_expect (fixture, "error:102/error shutdown!102 closed/error");
}

static void
test_shutdown_cancelled (SocketFixture *fixture,
                         gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown_async (fixture->socket, cancellable, shut_down_cb, fixture);
  g_cancellable_cancel (cancellable);
  socket_fixture_expect (fixture, "shutdown!cancelled");
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
}

static void
wait_for_everything (SocketFixture *fixture)
{
  socket_fixture_stuff (fixture);
  receive (fixture, -1, NULL);
  send_text (fixture, "x", NULL);
  tisock_tcp_socket_shutdown_async (fixture->socket, NULL, shut_down_cb, fixture);
}

static void
test_close (SocketFixture *fixture,
            gconstpointer  user_data)
{
  g_test_summary ("close() ends every call with one error each, after it has returned.");

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  wait_for_everything (fixture);
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  socket_fixture_expect (fixture, "some!closed send!closed shutdown!closed");
}

static void
test_abort (SocketFixture *fixture,
            gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  wait_for_everything (fixture);
  tisock_tcp_socket_abort (fixture->socket);
  socket_fixture_expect_now (fixture, "closed/closed");
  socket_fixture_expect (fixture, "some!closed send!closed shutdown!closed");
}

static void
close_in_callback (SocketFixture *fixture,
                   const char    *name)
{
  if (g_str_equal (name, "some"))
    tisock_socket_core_close (fixture->core);
}

static void
test_close_in_callback (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  wait_for_everything (fixture);
  fixture->action = close_in_callback;
  socket_fixture_feed (fixture, "xyz");
  socket_fixture_expect (fixture, "some=xyz closed/closed send!closed shutdown!closed");
}

static void
test_dispose (SocketFixture *fixture,
              gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  wait_for_everything (fixture);
  g_object_run_dispose (G_OBJECT (fixture->socket));
  socket_fixture_expect (fixture, "some!closed send!closed shutdown!closed");
}

static void
reopen_in_callback (SocketFixture *fixture,
                    const char    *name)
{
  if (!g_str_equal (name, "some"))
    return;

  fixture->action = NULL;
  tisock_socket_core_set_port (fixture->core, 0);
  socket_fixture_listen (fixture);
  receive (fixture, -1, NULL);
}

static void
test_reopen_in_callback (SocketFixture *fixture,
                         gconstpointer  user_data)
{
  int port;

  g_test_summary ("The next life may begin in the callback of a call that the last one ends.");

  socket_fixture_connect (fixture);
  receive (fixture, -1, NULL);
  fixture->action = reopen_in_callback;
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed some= closed/closed");

  port = tisock_socket_core_get_port (fixture->core);
  fixture->peer = test_peer_open (port);
  test_peer_send (fixture->peer, "next");
  socket_fixture_expect (fixture, "connected some=next");
}

static void
test_steal (SocketFixture *fixture,
            gconstpointer  user_data)
{
  g_autoptr(GSocket) stolen = NULL;

  socket_fixture_connect (fixture);
  receive (fixture, -1, NULL);
  stolen = tisock_tcp_socket_steal_socket (fixture->socket, NULL);
  g_assert_nonnull (stolen);
  socket_fixture_expect_now (fixture, "closed/closed");
  socket_fixture_expect (fixture, "some!closed");
}

static void
block_in_callback (SocketFixture *fixture,
                   const char    *name)
{
  g_autofree char *line = NULL;
  g_autoptr(GError) error = NULL;

  if (!g_str_equal (name, "some"))
    return;

  fixture->action = NULL;
  send_text (fixture, "and you?", NULL);
  g_assert_true (tisock_tcp_socket_flush_sync (fixture->socket, -1, NULL, &error));
  g_assert_no_error (error);
  socket_fixture_expect_sent (fixture, "and you?");
  test_peer_send (fixture->peer, "fine\nthanks");
  line = tisock_tcp_socket_receive_line_sync (fixture->socket, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "fine");
  socket_fixture_expect_now (fixture, "some=hello");
}

static void
test_block_in_callback (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  g_test_summary ("What follows from a call that blocks in a callback is said after the callback.");

  socket_fixture_connect (fixture);
  fixture->action = block_in_callback;
  receive (fixture, -1, NULL);
  socket_fixture_feed (fixture, "hello");
  socket_fixture_expect (fixture, "data:6 progress:8/0 complete:0 send=done");
}

static void
drop_last_reference (SocketFixture *fixture,
                     const char    *name)
{
  if (g_str_equal (name, "some"))
    g_clear_object (&fixture->socket);
}

static void
test_last_reference (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  gpointer socket = fixture->socket;

  socket_fixture_connect (fixture);
  g_object_add_weak_pointer (socket, &socket);
  receive (fixture, -1, NULL);
  fixture->action = drop_last_reference;
  socket_fixture_feed (fixture, "x");
  socket_fixture_expect (fixture, "some=x");
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
  g_assert_null (socket);
}

static void
test_many_sends (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  const guint n = 10000;
  guint n_done = 0;
  gsize length;

  g_test_summary ("Many sends wait at the same time and end in order.");

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  for (guint i = 0; i < n; i++)
    send_text (fixture, "0123456789", NULL);
  socket_fixture_drain (fixture, length + n * 10);
  test_wait_until (g_str_has_suffix (fixture->log->str, "complete:0"));

  for (const char *at = fixture->log->str; (at = strstr (at, "send=done")) != NULL; at++)
    n_done++;
  g_assert_cmpuint (n_done, ==, n);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_type_class_unref (g_type_class_ref (G_TYPE_IO_ERROR_ENUM));

  SOCKET_FIXTURE_ADD ("/async/open", test_open);
  SOCKET_FIXTURE_ADD ("/async/open-fails", test_open_fails);
  SOCKET_FIXTURE_ADD ("/async/open-cancelled", test_open_cancelled);
  SOCKET_FIXTURE_ADD ("/async/open-closed", test_open_closed);
  SOCKET_FIXTURE_ADD ("/async/receive", test_receive);
  SOCKET_FIXTURE_ADD ("/async/receive-exactly", test_receive_exactly);
  SOCKET_FIXTURE_ADD ("/async/receive-beyond-limit", test_receive_beyond_limit);
  SOCKET_FIXTURE_ADD ("/async/receive-until", test_receive_until);
  SOCKET_FIXTURE_ADD ("/async/receive-lines", test_receive_lines);
  SOCKET_FIXTURE_ADD ("/async/receive-loop", test_receive_loop);
  SOCKET_FIXTURE_ADD ("/async/receive-end", test_receive_end);
  SOCKET_FIXTURE_ADD ("/async/receive-closed", test_receive_closed);
  SOCKET_FIXTURE_ADD ("/async/receive-half-open", test_receive_half_open);
  SOCKET_FIXTURE_ADD ("/async/receive-reset", test_receive_reset);
  SOCKET_FIXTURE_ADD ("/async/receive-unfinished", test_receive_unfinished);
  SOCKET_FIXTURE_ADD ("/async/receive-misuse", test_receive_misuse);
  SOCKET_FIXTURE_ADD ("/async/receive-cancelled", test_receive_cancelled);
  SOCKET_FIXTURE_ADD ("/async/cancelled-elsewhere", test_cancelled_elsewhere);
  SOCKET_FIXTURE_ADD ("/async/send", test_send);
  SOCKET_FIXTURE_ADD ("/async/send-waits", test_send_waits);
  SOCKET_FIXTURE_ADD ("/async/send-cancelled", test_send_cancelled);
  SOCKET_FIXTURE_ADD ("/async/send-dropped", test_send_dropped);
  SOCKET_FIXTURE_ADD ("/async/send-fails", test_send_fails);
  SOCKET_FIXTURE_ADD ("/async/send-breaks", test_send_breaks);
  SOCKET_FIXTURE_ADD ("/async/shutdown", test_shutdown);
  SOCKET_FIXTURE_ADD ("/async/shutdown-breaks", test_shutdown_breaks);
  SOCKET_FIXTURE_ADD ("/async/shutdown-cancelled", test_shutdown_cancelled);
  SOCKET_FIXTURE_ADD ("/async/close", test_close);
  SOCKET_FIXTURE_ADD ("/async/abort", test_abort);
  SOCKET_FIXTURE_ADD ("/async/close-in-callback", test_close_in_callback);
  SOCKET_FIXTURE_ADD ("/async/dispose", test_dispose);
  SOCKET_FIXTURE_ADD ("/async/reopen-in-callback", test_reopen_in_callback);
  SOCKET_FIXTURE_ADD ("/async/steal", test_steal);
  SOCKET_FIXTURE_ADD ("/async/block-in-callback", test_block_in_callback);
  SOCKET_FIXTURE_ADD ("/async/last-reference", test_last_reference);
  SOCKET_FIXTURE_ADD ("/async/many-sends", test_many_sends);

  return g_test_run ();
}
