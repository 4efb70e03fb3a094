/* test-tcp-writing.c: how bytes leave a TCPSocket, and what it says about them
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"

#include "tisock-socket-error.h"

#include <sys/socket.h>
#include <unistd.h>

static guint64
get_left (SocketFixture *fixture)
{
  return tisock_tcp_socket_get_bytes_left_to_send (fixture->socket);
}

static void
write_zeros (SocketFixture *fixture,
             gsize          length)
{
  g_autofree guint8 *data = g_malloc0 (length);

  g_assert_true (tisock_tcp_socket_write (fixture->socket, data, length, NULL));
}

/* Writing */

static void
test_write (SocketFixture *fixture,
            gconstpointer  user_data)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (" bytes", 6);

  socket_fixture_connect (fixture);
  g_assert_true (tisock_tcp_socket_write (fixture->socket, (const guint8 *) "data", 4, NULL));
  g_assert_true (tisock_tcp_socket_write_bytes (fixture->socket, bytes, NULL));
  g_assert_true (tisock_tcp_socket_write_string (fixture->socket, " and téxt", NULL));

  /* It is on its way, but nothing is said from inside a call. */
  g_assert_cmpuint (get_left (fixture), ==, 0);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_sent (fixture, "data bytes and téxt");
  socket_fixture_expect (fixture, "progress:20/0 complete:0");

  socket_fixture_write (fixture, "more");
  socket_fixture_expect (fixture, "progress:4/0 complete:0");
}

static void
test_write_order (SocketFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("2", 1);
  gsize length;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  for (guint i = 0; i < 100; i++)
    {
      socket_fixture_write (fixture, "1");
      g_assert_true (tisock_tcp_socket_write_bytes (fixture->socket, bytes, NULL));
      g_assert_true (tisock_tcp_socket_write (fixture->socket, (const guint8 *) "3", 1, NULL));
    }

  socket_fixture_drain (fixture, length);
  for (guint i = 0; i < 100; i++)
    socket_fixture_expect_sent (fixture, "123");

  socket_fixture_expect (fixture, "drained complete:0");
  g_assert_cmpuint (fixture->sent, ==, length + 300);
  g_assert_cmpuint (fixture->left, ==, 0);
}

static void
test_write_nothing (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(GBytes) nothing = g_bytes_new (NULL, 0);
  gsize length;

  socket_fixture_connect (fixture);
  g_assert_true (tisock_tcp_socket_write (fixture->socket, NULL, 0, NULL));
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "complete:0");
  socket_fixture_write (fixture, "");
  socket_fixture_expect (fixture, "complete:0");
  g_assert_true (tisock_tcp_socket_write_bytes (fixture->socket, nothing, NULL));
  socket_fixture_expect (fixture, "complete:0");

  /* Behind something else it makes no difference. */
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  g_assert_true (tisock_tcp_socket_write (fixture->socket, NULL, 0, NULL));
  socket_fixture_drain (fixture, length);
  socket_fixture_expect (fixture, "drained complete:0");
}

static void
set_flag (gpointer flag)
{
  *(gboolean *) flag = TRUE;
}

/* A large GBytes in the queue is kept, not copied, and let go once it is sent. */
static void
test_write_bytes_is_kept (SocketFixture *fixture,
                          gconstpointer  user_data)
{
  static const guint8 data[64 * 1024];
  gboolean freed = FALSE;
  gsize length;
  GBytes *bytes;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  bytes = g_bytes_new_with_free_func (data, sizeof data, set_flag, &freed);
  g_assert_true (tisock_tcp_socket_write_bytes (fixture->socket, bytes, NULL));
  g_bytes_unref (bytes);
  g_assert_false (freed);
  socket_fixture_drain (fixture, length + sizeof data);
  socket_fixture_expect (fixture, "drained complete:0");
  g_assert_true (freed);
}

/* Progress */

static void
check_progress (SocketFixture *fixture,
                const char    *signal)
{
  guint64 *n_emissions = fixture->data;

  if (!g_str_equal (signal, "send-progress"))
    return;

  ++*n_emissions;
  g_assert_cmpuint (fixture->left, ==, get_left (fixture));
  g_assert_cmpuint (fixture->sent + fixture->left, ==, 4096 * 1024);
}

static void
test_send_progress (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  guint64 n_emissions = 0;
  gsize length;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  fixture->action = check_progress;
  fixture->data = &n_emissions;
  length = socket_fixture_stuff (fixture);
  socket_fixture_drain (fixture, length);
  socket_fixture_expect (fixture, "drained complete:0");
  g_assert_cmpuint (fixture->sent, ==, length);
  g_assert_cmpuint (fixture->left, ==, 0);
  g_assert_cmpuint (n_emissions, >, 1);
}

/* No recursion: each answer comes from a turn of its own or the same one, never from the call. */
static void
write_again (SocketFixture *fixture,
             const char    *signal)
{
  guint *state = fixture->data;

  if (!g_str_equal (signal, "send-complete"))
    return;

  g_assert_cmpuint (state[0], ==, 0);
  state[0]++;
  if (state[1]-- > 1)
    socket_fixture_write (fixture, "again");
  state[0]--;
}

static void
test_write_in_send_complete (SocketFixture *fixture,
                             gconstpointer  user_data)
{
  guint state[] = { 0, 4 };

  socket_fixture_connect (fixture);
  fixture->action = write_again;
  fixture->data = state;
  socket_fixture_write (fixture, "first");
  socket_fixture_expect (fixture,
                         "progress:5/0 complete:0 progress:5/0 complete:0 "
                         "progress:5/0 complete:0 progress:5/0 complete:0");
  socket_fixture_expect_sent (fixture, "firstagainagainagain");
}

/* Aborting a transfer from send-progress */

static void
write_and_abort (SocketFixture *fixture,
                 const char    *signal)
{
  guint64 *sent = fixture->data;

  if (!g_str_equal (signal, "send-progress"))
    return;

  fixture->action = NULL;
  *sent = fixture->sent;
  g_assert_cmpuint (fixture->left, >, 0);
  socket_fixture_write (fixture, "kept");
  g_assert_cmpuint (get_left (fixture), ==, fixture->left + 4);
}

static void
test_abort_transfer (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  guint64 sent = 0;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  fixture->abort = TRUE;
  fixture->action = write_and_abort;
  fixture->data = &sent;
  socket_fixture_stuff (fixture);
  test_wait_until (sent > 0);
  g_assert_cmpuint (get_left (fixture), <=, 4);

  socket_fixture_drain (fixture, sent);
  socket_fixture_expect_sent (fixture, "kept");
  socket_fixture_expect (fixture, "complete:1 drained complete:0");
  g_assert_cmpuint (fixture->sent, ==, sent + 4);

  /* The connection lives. */
  fixture->brief = FALSE;
  socket_fixture_write (fixture, "on");
  socket_fixture_expect (fixture, "progress:2/0 complete:0");
  socket_fixture_expect_sent (fixture, "on");
}

static void
test_abort_transfer_at_end (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->abort = TRUE;
  socket_fixture_write (fixture, "all gone");
  socket_fixture_expect (fixture, "progress:8/0 complete:1");
  socket_fixture_expect_sent (fixture, "all gone");
}

/* Nothing was kept: then FIN may go at once. */
static void
test_abort_transfer_in_shutdown (SocketFixture *fixture,
                                 gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  fixture->abort = TRUE;
  socket_fixture_stuff (fixture);
  tisock_tcp_socket_shutdown (fixture->socket);
  test_wait_until (fixture->sent > 0);
  socket_fixture_drain (fixture, fixture->sent);
  socket_fixture_expect_fin (fixture);
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "complete:1 drained error:102/closed closed/closed");
}

/* Limits */

static void
test_send_limit (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  guint64 before;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  tisock_tcp_socket_set_send_limit (fixture->socket, 0);
  socket_fixture_stuff (fixture);
  socket_fixture_settle ();
  g_assert_false (tisock_tcp_socket_get_needs_drain (fixture->socket));

  for (guint i = 0; i < 5; i++)
    {
      before = get_left (fixture);
      tisock_tcp_socket_set_send_limit (fixture->socket, before + 10);
      write_zeros (fixture, 10);
      g_assert_cmpuint (get_left (fixture), ==, before + 10);
      g_assert_false (tisock_tcp_socket_get_needs_drain (fixture->socket));
      write_zeros (fixture, 1);
      g_assert_true (tisock_tcp_socket_get_needs_drain (fixture->socket));
      socket_fixture_settle ();
      socket_fixture_expect_now (fixture, "");

      while (get_left (fixture) > (before + 10) / 2)
        {
          g_assert_true (tisock_tcp_socket_get_needs_drain (fixture->socket));
          socket_fixture_expect_now (fixture, "");
          socket_fixture_drain (fixture, 1024);
        }
      socket_fixture_expect (fixture, get_left (fixture) > 0 ? "drained" : "drained complete:0");
      g_assert_false (tisock_tcp_socket_get_needs_drain (fixture->socket));
      write_zeros (fixture, 1024 * 1024);
      g_string_truncate (fixture->log, 0);
      tisock_tcp_socket_set_send_limit (fixture->socket, 0);
      socket_fixture_settle ();
      g_string_truncate (fixture->log, 0);
    }
}

static void
test_send_limit_changes (SocketFixture *fixture,
                         gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  g_assert_true (tisock_tcp_socket_get_needs_drain (fixture->socket));
  tisock_tcp_socket_set_send_limit (fixture->socket, get_left (fixture) * 2);
  g_assert_false (tisock_tcp_socket_get_needs_drain (fixture->socket));
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "drained");
  tisock_tcp_socket_set_send_limit (fixture->socket, 1);
  g_assert_true (tisock_tcp_socket_get_needs_drain (fixture->socket));
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
}

static void
test_send_maximum (SocketFixture *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;
  guint64 before;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  socket_fixture_settle ();
  before = get_left (fixture);
  tisock_tcp_socket_set_send_maximum (fixture->socket, before + 4);
  g_assert_false (tisock_tcp_socket_write_string (fixture->socket, "12345", &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_QUEUE_FULL);
  socket_fixture_expect_now (fixture, "error:200/connected");
  g_assert_cmpuint (get_left (fixture), ==, before);

  socket_fixture_write (fixture, "1234");
  g_assert_cmpuint (get_left (fixture), ==, before + 4);
  socket_fixture_write (fixture, "");
  g_assert_false (tisock_tcp_socket_write_string (fixture->socket, "5", NULL));
  socket_fixture_expect_now (fixture, "error:200/connected");
  tisock_tcp_socket_set_send_maximum (fixture->socket, 0);
  socket_fixture_write (fixture, "56");

  socket_fixture_drain (fixture, 4096 * 1024);
  socket_fixture_expect_sent (fixture, "123456");
  socket_fixture_expect (fixture, "drained complete:0");
}

/* flush() */

typedef struct
{
  int   peer;
  gsize to_send;        /* before it reads anything */
  gsize to_receive;
} Worker;

static gpointer
worker_thread (gpointer user_data)
{
  Worker *worker = user_data;
  g_autofree guint8 *buffer = g_malloc0 (64 * 1024);

  while (worker->to_send > 0)
    {
      gssize n = write (worker->peer, buffer, MIN (worker->to_send, 64 * 1024));

      g_assert_cmpint (n, >, 0);
      worker->to_send -= (gsize) n;
    }

  while (worker->to_receive > 0)
    {
      gssize n = read (worker->peer, buffer, MIN (worker->to_receive, 64 * 1024));

      g_assert_cmpint (n, >, 0);
      worker->to_receive -= (gsize) n;
    }

  return NULL;
}

/* The peer takes nothing until all that it sends is taken: flush() has to read meanwhile. */
static void
flush_with_worker (SocketFixture *fixture)
{
  const gsize to_send = 16 * 1024 * 1024;
  g_autoptr(GError) error = NULL;
  Worker worker = { fixture->peer, to_send, 4096 * 1024 };
  GThread *thread;

  tisock_tcp_socket_set_receive_limit (fixture->socket, 0);
  socket_fixture_stuff (fixture);
  thread = g_thread_new ("peer", worker_thread, &worker);
  g_assert_true (tisock_tcp_socket_flush (fixture->socket, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (get_left (fixture), ==, 0);
  g_thread_join (thread);
}

static void
test_flush (SocketFixture *fixture,
            gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  g_assert_true (tisock_tcp_socket_flush (fixture->socket, NULL));
  flush_with_worker (fixture);
  socket_fixture_expect_now (fixture, "");
  g_assert_cmpuint (fixture->sent, ==, 0);

  socket_fixture_await (fixture, 16 * 1024 * 1024);
  socket_fixture_expect (fixture, "data:16777216 complete:0 drained");
  g_assert_cmpuint (fixture->sent, ==, 4096 * 1024);
}

static void
fill_in_send_complete (SocketFixture *fixture,
                       const char    *signal)
{
  if (!g_str_equal (signal, "send-complete"))
    return;

  fixture->action = NULL;
  write_zeros (fixture, 4096 * 1024);
  g_assert_true (tisock_tcp_socket_get_needs_drain (fixture->socket));
}

/* `drained` is due as well, but by then it is no longer true. */
static void
test_fill_before_drained (SocketFixture *fixture,
                          gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  fixture->action = fill_in_send_complete;
  flush_with_worker (fixture);
  test_wait_until (fixture->action == NULL);
  socket_fixture_settle ();
  g_assert_null (strstr (fixture->log->str, "drained"));

  g_string_truncate (fixture->log, 0);
  socket_fixture_drain (fixture, 4096 * 1024);
  test_wait_until (get_left (fixture) == 0);
  socket_fixture_settle ();
  g_assert_nonnull (strstr (fixture->log->str, "drained complete:0"));
}

static void
flush_in_handler (SocketFixture *fixture,
                  const char    *signal)
{
  fixture->action = NULL;
  g_assert_cmpstr (fixture->log->str, ==, "data:2");
  flush_with_worker (fixture);
  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->socket) == 16777218);
  g_assert_cmpstr (fixture->log->str, ==, "data:2");
  g_string_append (fixture->log, " flushed");
}

static void
test_flush_in_handler (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  fixture->action = flush_in_handler;
  socket_fixture_feed (fixture, "go");
  socket_fixture_expect (fixture, "data:2 flushed data:16777218 complete:0 drained");
}

static void
test_flush_timeout (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  tisock_tcp_socket_set_timeout (fixture->socket, 1);
  g_assert_false (tisock_tcp_socket_flush (fixture->socket, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  socket_fixture_expect_now (fixture, "error:timed-out/error closed/error");
  g_assert_cmpuint (get_left (fixture), ==, 0);
}

static void
test_flush_to_broken_peer (SocketFixture *fixture,
                           gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  g_assert_false (tisock_tcp_socket_flush (fixture->socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  socket_fixture_expect_now (fixture, "error:102/error closed/error");
}

/* In a handler the end waits for its return, as everything does. */
static void
fail_to_flush_in_handler (SocketFixture *fixture,
                          const char    *signal)
{
  g_autoptr(GError) error = NULL;

  fixture->action = NULL;
  socket_fixture_stuff (fixture);
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  g_assert_false (tisock_tcp_socket_flush (fixture->socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  g_assert_cmpstr (fixture->log->str, ==, "data:2");
  g_string_append (fixture->log, " failed");
}

static void
test_flush_to_broken_peer_in_handler (SocketFixture *fixture,
                                      gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  fixture->action = fail_to_flush_in_handler;
  socket_fixture_feed (fixture, "go");
  test_wait_until (!tisock_socket_core_get_is_connected (fixture->core));
  socket_fixture_settle ();
  g_assert_true (g_str_has_prefix (fixture->log->str, "data:2 failed"));
  g_assert_true (g_str_has_suffix (fixture->log->str, "error:102/error closed/error"));
}

/* Notifications */

static void
notified_cb (GObject    *object,
             GParamSpec *pspec,
             GString    *names)
{
  g_string_append_printf (names, "%s ", g_param_spec_get_name (pspec));
}

static void
test_notify (SocketFixture *fixture,
             gconstpointer  user_data)
{
  g_autoptr(GString) names = g_string_new (NULL);
  gsize length;

  g_test_summary ("What is queued is notified of, and not what the system takes at once.");

  socket_fixture_connect (fixture);
  g_signal_connect (fixture->socket, "notify", G_CALLBACK (notified_cb), names);
  socket_fixture_write (fixture, "at once");
  socket_fixture_settle ();
  socket_fixture_expect_sent (fixture, "at once");
  g_assert_cmpstr (names->str, ==, "");

  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  g_assert_cmpstr (names->str, ==, "bytes-left-to-send needs-drain ");
  socket_fixture_drain (fixture, length);
  g_assert_true (g_str_has_suffix (names->str, "bytes-left-to-send "));
  g_assert_cmpint (g_strrstr (names->str, "needs-drain") - names->str, >, 30);
  g_assert_false (tisock_tcp_socket_get_needs_drain (fixture->socket));
  g_signal_handlers_disconnect_by_data (fixture->socket, names);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SOCKET_FIXTURE_ADD ("/tcp-socket/write/kinds", test_write);
  SOCKET_FIXTURE_ADD ("/tcp-socket/write/order", test_write_order);
  SOCKET_FIXTURE_ADD ("/tcp-socket/write/nothing", test_write_nothing);
  SOCKET_FIXTURE_ADD ("/tcp-socket/write/bytes-are-kept", test_write_bytes_is_kept);
  SOCKET_FIXTURE_ADD ("/tcp-socket/write/progress", test_send_progress);
  SOCKET_FIXTURE_ADD ("/tcp-socket/write/in-send-complete", test_write_in_send_complete);

  SOCKET_FIXTURE_ADD ("/tcp-socket/abort-transfer/queue", test_abort_transfer);
  SOCKET_FIXTURE_ADD ("/tcp-socket/abort-transfer/at-end", test_abort_transfer_at_end);
  SOCKET_FIXTURE_ADD ("/tcp-socket/abort-transfer/shutdown", test_abort_transfer_in_shutdown);

  SOCKET_FIXTURE_ADD ("/tcp-socket/send-limit/alternation", test_send_limit);
  SOCKET_FIXTURE_ADD ("/tcp-socket/send-limit/changes", test_send_limit_changes);
  SOCKET_FIXTURE_ADD ("/tcp-socket/send-maximum", test_send_maximum);

  SOCKET_FIXTURE_ADD ("/tcp-socket/flush/reading-meanwhile", test_flush);
  SOCKET_FIXTURE_ADD ("/tcp-socket/flush/fill-before-drained", test_fill_before_drained);
  SOCKET_FIXTURE_ADD ("/tcp-socket/flush/in-handler", test_flush_in_handler);
  SOCKET_FIXTURE_ADD ("/tcp-socket/flush/timeout", test_flush_timeout);
  SOCKET_FIXTURE_ADD ("/tcp-socket/flush/broken", test_flush_to_broken_peer);
  SOCKET_FIXTURE_ADD ("/tcp-socket/flush/broken-in-handler", test_flush_to_broken_peer_in_handler);
  SOCKET_FIXTURE_ADD ("/tcp-socket/notify/bytes-left-to-send", test_notify);

  return g_test_run ();
}
