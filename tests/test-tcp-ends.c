/* test-tcp-ends.c: how the life of a TCPSocket ends, and what it says then
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "socket-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A listener with a full backlog: who connects now gets no answer. */
static int
listen_without_an_answer (int *port,
                          int  waiting[4])
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  int listener = test_peer_listen (port);

  g_assert_no_errno (listen (listener, 0));
  address.sin_port = htons ((guint16) *port);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  for (guint i = 0; i < 4; i++)
    {
      waiting[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      g_assert_cmpint (waiting[i], >=, 0);
      if (connect (waiting[i], (struct sockaddr *) &address, sizeof address) < 0)
        g_assert_cmpint (errno, ==, EINPROGRESS);
    }

  return listener;
}

/* A port at which nobody listens, held by the returned descriptor. */
static int
hold_port (int *port)
{
  int fd = test_peer_listen (port);
  int holder = test_peer_open (*port);
  struct sockaddr_in address;
  socklen_t length = sizeof address;

  close (fd);
  g_assert_no_errno (getsockname (holder, (struct sockaddr *) &address, &length));
  *port = ntohs (address.sin_port);

  return holder;
}

static void
open_at (SocketFixture *fixture,
         int            port)
{
  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, port);
  g_assert_true (tisock_socket_core_open (fixture->core, NULL));
}

/* The table: one row for each way to end */

typedef struct
{
  const char        *name;
  void             (*end) (SocketFixture *fixture);
  const char        *log;
  TisockSocketState  state;
  int                last_error_number;
} End;

static void
end_by_fin (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  shutdown (fixture->peer, SHUT_WR);
}

static void
end_by_shutdown (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown (fixture->socket);
  socket_fixture_expect_fin (fixture);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_close_peer (fixture);
}

static void
end_by_shutdown_write (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown_write (fixture->socket);
  socket_fixture_expect_fin (fixture);
  /* However long that takes. */
  fake_system_advance_clock (3600 * 1000);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_close_peer (fixture);
}

static void
end_by_close_timeout (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown (fixture->socket);
  fake_system_advance_clock (4000);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");

  /* What comes in counts as progress. */
  socket_fixture_feed (fixture, "more");
  socket_fixture_expect (fixture, "data:4");
  fake_system_advance_clock (4000);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");

  fake_system_advance_clock (2000);
}

static void
end_by_reset (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
}

static void
end_by_broken_pipe (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), EPIPE);
  g_assert_true (tisock_tcp_socket_write_string (fixture->socket, "x", NULL));
  socket_fixture_expect_now (fixture, "");
}

static void
end_by_lost_host (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  fake_system_fail_recv (tisock_socket_core_get_handle (fixture->core), ETIMEDOUT);
  test_peer_send (fixture->peer, "x");
}

static void
end_by_lost_route (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  fake_system_fail_recv (tisock_socket_core_get_handle (fixture->core), EHOSTUNREACH);
  test_peer_send (fixture->peer, "x");
}

static void
end_by_idle_timeout (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_idle_timeout (fixture->socket, 1000);
  fake_system_advance_clock (900);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  fake_system_advance_clock (200);
}

static void
end_by_stalled_write (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  tisock_tcp_socket_set_timeout (fixture->socket, 3600 * 1000);
  socket_fixture_stuff (fixture);
  socket_fixture_settle ();
  fake_system_advance_clock (3600 * 1000);
}

static void
end_by_close (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  g_string_assign (fixture->log, "closed/closed");
}

static void
end_by_abort (SocketFixture *fixture)
{
  char byte;

  socket_fixture_connect (fixture);
  tisock_tcp_socket_abort (fixture->socket);
  g_assert_cmpint (recv (fixture->peer, &byte, 1, 0), ==, -1);
  g_assert_cmpint (errno, ==, ECONNRESET);
}

static void
end_by_connect_timeout (SocketFixture *fixture)
{
  int port, waiting[4];
  int listener = listen_without_an_answer (&port, waiting);

  tisock_tcp_socket_set_timeout (fixture->socket, 3600 * 1000);
  open_at (fixture, port);
  socket_fixture_settle ();
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTING, 0);
  fake_system_advance_clock (3600 * 1000);
  test_wait_until (fixture->log->len > 0);

  close (listener);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    close (waiting[i]);
}

static void
end_by_refusal (SocketFixture *fixture)
{
  int port;
  int holder = hold_port (&port);

  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, port);
  /* Some systems say so at once, and then in open(). */
  if (!tisock_socket_core_open (fixture->core, NULL))
    g_assert_cmpuint (fixture->log->len, >, 0);
  test_wait_until (fixture->log->len > 0);
  close (holder);
}

static void
end_while_connecting (SocketFixture *fixture)
{
  int port, waiting[4];
  int listener = listen_without_an_answer (&port, waiting);

  open_at (fixture, port);
  tisock_socket_core_close (fixture->core);
  close (listener);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    close (waiting[i]);
}

static void
end_while_connecting_by_shutdown (SocketFixture *fixture)
{
  int port;
  int listener = test_peer_listen (&port);

  open_at (fixture, port);
  tisock_tcp_socket_shutdown (fixture->socket);
  close (listener);
}

static void
end_while_listening (SocketFixture *fixture)
{
  socket_fixture_listen (fixture);
  tisock_socket_core_close (fixture->core);
}

#define CLOSED TISOCK_SOCKET_STATE_CLOSED
#define ERROR TISOCK_SOCKET_STATE_ERROR

static const End ends[] = {
  { "fin", end_by_fin, "error:102/closed closed/closed", CLOSED, 102 },
  { "shutdown", end_by_shutdown, "error:102/closed closed/closed", CLOSED, 102 },
  { "shutdown-write", end_by_shutdown_write, "error:102/closed closed/closed", CLOSED, 102 },
  { "close-timeout", end_by_close_timeout, "error:102/closed closed/closed", CLOSED, 102 },
  { "reset", end_by_reset, "error:102/error closed/error", ERROR, 102 },
  { "broken-pipe", end_by_broken_pipe, "error:102/error closed/error", ERROR, 102 },
  { "lost-host", end_by_lost_host, "error:timed-out/error closed/error", ERROR, ETIMEDOUT },
  { "lost-route", end_by_lost_route, "error:host-unreachable/error closed/error", ERROR,
    EHOSTUNREACH },
  { "idle-timeout", end_by_idle_timeout, "error:timed-out/error closed/error", ERROR, ETIMEDOUT },
  { "stalled-write", end_by_stalled_write, "error:timed-out/error closed/error", ERROR,
    ETIMEDOUT },
  { "close", end_by_close, "closed/closed", CLOSED, 0 },
  { "abort", end_by_abort, "closed/closed", CLOSED, 0 },
  { "connect-timeout", end_by_connect_timeout, "error:timed-out/error closed/error", ERROR,
    ETIMEDOUT },
  { "refused", end_by_refusal, "error:connection-refused/error closed/error", ERROR,
    ECONNREFUSED },
  { "close-connecting", end_while_connecting, "closed/closed", CLOSED, 0 },
  { "shutdown-connecting", end_while_connecting_by_shutdown, "closed/closed", CLOSED, 0 },
  { "close-listening", end_while_listening, "closed/closed", CLOSED, 0 },
};

static void
test_end (SocketFixture *fixture,
          gconstpointer  user_data)
{
  const End *end = user_data;

  end->end (fixture);
  socket_fixture_expect (fixture, end->log);
  socket_fixture_expect_state (fixture, end->state, end->last_error_number);
  g_assert_cmpint (tisock_socket_core_get_handle (fixture->core), ==, -1);

  /* Nothing more ends it, and nothing more is said. */
  tisock_socket_core_close (fixture->core);
  tisock_tcp_socket_shutdown (fixture->socket);
  tisock_tcp_socket_abort (fixture->socket);
  tisock_socket_core_poll (fixture->core);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_state (fixture, end->state, end->last_error_number);
}

/* Whatever ended it, the next life is like the first one. */
static void
test_reopen (SocketFixture *fixture,
             gconstpointer  user_data)
{
  const End *end = user_data;

  end->end (fixture);
  socket_fixture_expect (fixture, end->log);
  socket_fixture_close_peer (fixture);
  tisock_tcp_socket_set_timeout (fixture->socket, 0);
  tisock_tcp_socket_set_idle_timeout (fixture->socket, 0);
  fixture->brief = FALSE;

  socket_fixture_connect (fixture);
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), ==, 0);
  g_assert_false (tisock_tcp_socket_get_needs_drain (fixture->socket));
  socket_fixture_write (fixture, "hello");
  socket_fixture_expect (fixture, "progress:5/0 complete:0");
  socket_fixture_expect_sent (fixture, "hello");
  socket_fixture_feed (fixture, "world");
  socket_fixture_expect (fixture, "data:5");
  socket_fixture_expect_read (fixture, "world");
}

/* A socket that nobody has a reference on lives to its end, and goes then. */
static void
test_unreferenced (SocketFixture *fixture,
                   gconstpointer  user_data)
{
  const End *end = user_data;
  TisockTCPSocket *socket = fixture->socket;

  end->end (fixture);
  g_object_add_weak_pointer (G_OBJECT (socket), (gpointer *) &socket);
  g_object_unref (g_steal_pointer (&fixture->socket));
  socket_fixture_expect (fixture, end->log);
  test_wait_until (socket == NULL);
}

/* Opening again from the handlers of the end */

static void
open_in_handler (SocketFixture *fixture,
                 const char    *signal)
{
  g_autoptr(GError) error = NULL;

  if (!g_str_equal (signal, fixture->data))
    return;

  fixture->action = NULL;
  g_assert_true (tisock_socket_core_open (fixture->core, &error));
  g_assert_no_error (error);
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTING, 0);
  g_string_append (fixture->log, " opened");
}

static void
check_open_in_handler (SocketFixture *fixture,
                       const char    *signal,
                       const char    *log)
{
  int port;
  int listener = test_peer_listen (&port);
  int second;

  open_at (fixture, port);
  fixture->peer = accept (listener, NULL, NULL);
  socket_fixture_expect (fixture, "connected");
  test_peer_send (fixture->peer, "old");
  socket_fixture_expect (fixture, "data:3");

  fixture->action = open_in_handler;
  fixture->data = (gpointer) signal;
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, log);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->socket), ==, 0);
  g_assert_cmpint (tisock_tcp_socket_get_remote_port (fixture->socket), ==, port);

  second = accept (listener, NULL, NULL);
  test_peer_send (second, "new");
  socket_fixture_expect (fixture, "data:3");
  socket_fixture_expect_read (fixture, "new");
  close (second);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
  close (listener);
}

static void
test_open_in_closed (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  check_open_in_handler (fixture, "closed",
                         "error:102/closed closed/closed opened connected");
}

/* The `closed` that is due comes first. */
static void
test_open_in_error (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  check_open_in_handler (fixture, "error",
                         "error:102/closed closed/closed opened connected");
}

static void
test_listen_in_error (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  end_by_reset (fixture);
  socket_fixture_expect (fixture, "error:102/error closed/error");
  socket_fixture_listen (fixture);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_LISTENING, 0);
}

static void
close_in_handler (SocketFixture *fixture,
                  const char    *signal)
{
  if (!g_str_equal (signal, fixture->data))
    return;

  fixture->action = NULL;
  tisock_socket_core_close (fixture->core);
  g_string_append (fixture->log, " back");
}

/* close() in a handler says so at once; what else was due is not said any more. */
static void
test_close_in_handler (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  socket_fixture_write (fixture, "bye");
  socket_fixture_feed (fixture, "question");
  fixture->action = close_in_handler;
  fixture->data = (gpointer) "data-available";
  socket_fixture_expect (fixture, "data:8 closed/closed back");
  socket_fixture_expect_read (fixture, "question");
  socket_fixture_expect_sent (fixture, "bye");
}

static void
test_close_in_error (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->action = close_in_handler;
  fixture->data = (gpointer) "error";
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed back closed/closed");
}

/* The peer's end */

static void
test_data_before_fin (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  socket_fixture_feed (fixture, "last words");
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "data:10 error:102/closed closed/closed");

  /* Unread bytes stay. */
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->socket), ==, 10);
  socket_fixture_expect_read (fixture, "last words");
}

/* Both are there when the turn begins. */
static void
test_data_before_reset (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  socket_fixture_feed (fixture, "last words");
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  test_peer_await (tisock_socket_core_get_handle (fixture->core), POLLHUP);

  socket_fixture_expect (fixture, "data:10 error:102/error closed/error");
  socket_fixture_expect_read (fixture, "last words");
}

/* A write may be the first to see that the connection is broken. */
static void
test_data_before_failed_write (SocketFixture *fixture,
                               gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  socket_fixture_feed (fixture, "last words");
  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), ECONNRESET);
  socket_fixture_write (fixture, "too late");
  socket_fixture_expect_now (fixture, "");

  socket_fixture_expect (fixture, "data:10 error:102/error closed/error");
  socket_fixture_expect_read (fixture, "last words");
}

static void
test_write_after_failed_write (SocketFixture *fixture,
                               gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  socket_fixture_connect (fixture);
  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), ECONNRESET);
  socket_fixture_write (fixture, "into the void");
  g_assert_false (tisock_tcp_socket_write_string (fixture->socket, "x", &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  socket_fixture_expect (fixture, "error:102/error closed/error");
}

/* No SIGPIPE, however often it is tried. */
static void
test_write_to_broken_peer (SocketFixture *fixture,
                           gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  test_peer_reset (fixture->peer);
  fixture->peer = -1;

  while (tisock_socket_core_get_is_connected (fixture->core))
    {
      tisock_tcp_socket_write_string (fixture->socket, "anybody there?", NULL);
      tisock_tcp_socket_write_string (fixture->socket, "anybody there?", NULL);
      g_main_context_iteration (NULL, FALSE);
    }

  g_assert_true (g_str_has_suffix (fixture->log->str, "error:102/error closed/error"));
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_ERROR, 102);
}

/* What is queued is sent before the connection ends. */
static void
test_fin_while_queued (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  gsize length;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  shutdown (fixture->peer, SHUT_WR);
  test_peer_await (tisock_socket_core_get_handle (fixture->core), POLLIN);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);

  socket_fixture_drain (fixture, length);
  socket_fixture_expect_fin (fixture);
  test_wait_until (!tisock_socket_core_get_is_connected (fixture->core));
  socket_fixture_expect (fixture, "drained complete:0 error:102/closed closed/closed");
  g_assert_cmpuint (fixture->sent, ==, length);
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CLOSED, 102);
}

/* Own ends */

static void
test_shutdown_sends_queue (SocketFixture *fixture,
                           gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;
  gsize length;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  tisock_tcp_socket_shutdown (fixture->socket);
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);

  g_assert_false (tisock_tcp_socket_write_string (fixture->socket, "x", &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect_now (fixture, "error:106/connected");

  socket_fixture_drain (fixture, length);
  socket_fixture_expect_fin (fixture);
  socket_fixture_expect (fixture, "drained complete:0");

  socket_fixture_feed (fixture, "thanks");
  socket_fixture_expect (fixture, "data:6");
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
  socket_fixture_expect_read (fixture, "thanks");
}

/* The clock of close-timeout starts again with every byte that goes out. */
static void
test_close_timeout_progress (SocketFixture *fixture,
                             gconstpointer  user_data)
{
  gsize length;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  tisock_tcp_socket_shutdown (fixture->socket);
  for (gsize got = 0; got < length; got += length / 8)
    {
      fake_system_advance_clock (4000);
      socket_fixture_drain (fixture, length / 8);
    }

  socket_fixture_expect (fixture, "drained complete:0");
  fake_system_advance_clock (6000);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
}

static void
test_close_timeout_with_queue (SocketFixture *fixture,
                               gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  tisock_tcp_socket_set_close_timeout (fixture->socket, 60 * 1000);
  socket_fixture_stuff (fixture);
  tisock_tcp_socket_shutdown (fixture->socket);
  fake_system_advance_clock (59 * 1000);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  fake_system_advance_clock (61 * 1000);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), ==, 0);
}

static void
test_no_close_timeout (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_close_timeout (fixture->socket, 0);
  tisock_tcp_socket_shutdown (fixture->socket);
  fake_system_advance_clock (G_MAXINT);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
}

static void
test_shutdown_twice (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_shutdown_write (fixture->socket);
  tisock_tcp_socket_shutdown_write (fixture->socket);
  tisock_tcp_socket_shutdown (fixture->socket);
  tisock_tcp_socket_shutdown (fixture->socket);
  socket_fixture_expect_fin (fixture);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
}

static void
test_close_drops_queue (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  socket_fixture_stuff (fixture);
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), ==, 0);
  g_assert_false (tisock_tcp_socket_get_needs_drain (fixture->socket));
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
}

/* allow-half-open */

static void
test_half_open (SocketFixture *fixture,
                gconstpointer  user_data)
{
  tisock_tcp_socket_set_allow_half_open (fixture->socket, TRUE);
  socket_fixture_connect (fixture);
  socket_fixture_feed (fixture, "request");
  shutdown (fixture->peer, SHUT_WR);
  socket_fixture_expect (fixture, "data:7 eof");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);

  /* The peer's end is seen once, and wakes up nobody again. */
  g_assert_false (g_main_context_pending (NULL));
  socket_fixture_write (fixture, "answer");
  socket_fixture_expect (fixture, "progress:6/0 complete:0");
  socket_fixture_expect_sent (fixture, "answer");

  tisock_tcp_socket_shutdown (fixture->socket);
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
  socket_fixture_expect_fin (fixture);
  socket_fixture_expect_read (fixture, "request");
}

static void
test_half_open_queue (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  gsize length;

  tisock_tcp_socket_set_allow_half_open (fixture->socket, TRUE);
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  length = socket_fixture_stuff (fixture);
  shutdown (fixture->peer, SHUT_WR);
  socket_fixture_expect (fixture, "eof");
  tisock_tcp_socket_shutdown_write (fixture->socket);
  socket_fixture_drain (fixture, length);
  socket_fixture_expect_fin (fixture);
  socket_fixture_expect (fixture, "drained complete:0 error:102/closed closed/closed");
}

static void
test_half_open_reset (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  tisock_tcp_socket_set_allow_half_open (fixture->socket, TRUE);
  socket_fixture_connect (fixture);
  shutdown (fixture->peer, SHUT_WR);
  socket_fixture_expect (fixture, "eof");
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  fixture->brief = TRUE;
  while (tisock_socket_core_get_is_connected (fixture->core))
    {
      tisock_tcp_socket_write_string (fixture->socket, "x", NULL);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_true (g_str_has_suffix (fixture->log->str, "error:102/error closed/error"));
}

/* In the handler of `read-eof` the answer may be written and the end decided. */
static void
answer_in_eof (SocketFixture *fixture,
               const char    *signal)
{
  if (!g_str_equal (signal, "read-eof"))
    return;

  socket_fixture_write (fixture, "answer");
  tisock_tcp_socket_shutdown (fixture->socket);
}

static void
test_half_open_handler (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  tisock_tcp_socket_set_allow_half_open (fixture->socket, TRUE);
  socket_fixture_connect (fixture);
  fixture->action = answer_in_eof;
  shutdown (fixture->peer, SHUT_WR);
  socket_fixture_expect (fixture,
                         "eof progress:6/0 complete:0 error:102/closed closed/closed");
  socket_fixture_expect_sent (fixture, "answer");
  socket_fixture_expect_fin (fixture);
}

/* Timeouts */

/* Bytes in either direction keep the connection. */
static void
test_idle_timeout_with_traffic (SocketFixture *fixture,
                                gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_idle_timeout (fixture->socket, 60 * 1000);
  for (guint i = 0; i < 5; i++)
    {
      fake_system_advance_clock (50 * 1000);
      socket_fixture_feed (fixture, "x");
      socket_fixture_settle ();
      socket_fixture_expect_read (fixture, "x");
      fake_system_advance_clock (50 * 1000);
      socket_fixture_write (fixture, "y");
      socket_fixture_expect (fixture, "data:1 progress:1/0 complete:0");
    }

  fake_system_advance_clock (59 * 1000);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  fake_system_advance_clock (2 * 1000);
  socket_fixture_expect (fixture, "error:timed-out/error closed/error");
}

/* What has come is read before the peer is judged. */
static void
test_idle_timeout_late (SocketFixture *fixture,
                        gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_idle_timeout (fixture->socket, 1000);
  socket_fixture_feed (fixture, "in time");
  fake_system_advance_clock (5000);
  socket_fixture_expect (fixture, "data:7");
  fake_system_advance_clock (1001);
  socket_fixture_expect (fixture, "error:timed-out/error closed/error");
}

/* The limit is on progress, not on the whole transfer. */
static void
test_timeout_with_progress (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  gsize length;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  tisock_tcp_socket_set_timeout (fixture->socket, 60 * 1000);
  length = socket_fixture_stuff (fixture);
  for (gsize got = 0; got < length; got += length / 8)
    {
      fake_system_advance_clock (50 * 1000);
      socket_fixture_drain (fixture, length / 8);
    }

  /* With an empty queue there is nothing to time. */
  socket_fixture_expect (fixture, "drained complete:0");
  fake_system_advance_clock (3600 * 1000);
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
}

static void
expect_options (SocketFixture *fixture,
                int            keep_alive,
                int            user_timeout,
                int            idle)
{
  int value;

  g_assert_true (tisock_tcp_socket_get_option (fixture->socket, SOL_SOCKET, SO_KEEPALIVE,
                                               &value, NULL));
  g_assert_cmpint (value, ==, keep_alive);
#ifdef TCP_USER_TIMEOUT
  g_assert_true (tisock_tcp_socket_get_option (fixture->socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
                                               &value, NULL));
  g_assert_cmpint (value, ==, user_timeout);
#endif
#ifdef TCP_KEEPIDLE
  g_assert_true (tisock_tcp_socket_get_option (fixture->socket, IPPROTO_TCP, TCP_KEEPIDLE,
                                               &value, NULL));
  if (idle > 0)
    g_assert_cmpint (value, ==, idle);
#endif
}

/* Set before, while, and unset again. */
static void
test_liveness (SocketFixture *fixture,
               gconstpointer  user_data)
{
  tisock_tcp_socket_set_liveness (fixture->socket, 30000);
  socket_fixture_connect (fixture);
  expect_options (fixture, 1, 30000, 15);
  tisock_tcp_socket_set_liveness (fixture->socket, 60000);
  expect_options (fixture, 1, 60000, 30);
  tisock_tcp_socket_set_liveness (fixture->socket, 0);
  expect_options (fixture, 0, 0, 0);
}

static void
add_rows (const char  *group,
          void       (*function) (SocketFixture *fixture,
                                  gconstpointer  user_data))
{
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strdup_printf ("/tcp-socket/%s/%s", group, ends[i].name);

      g_test_add (path, SocketFixture, &ends[i],
                  socket_fixture_set_up, function, socket_fixture_tear_down);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_rows ("end", test_end);
  add_rows ("reopen", test_reopen);
  add_rows ("unreferenced", test_unreferenced);

  SOCKET_FIXTURE_ADD ("/tcp-socket/open-in/closed", test_open_in_closed);
  SOCKET_FIXTURE_ADD ("/tcp-socket/open-in/error", test_open_in_error);
  SOCKET_FIXTURE_ADD ("/tcp-socket/open-in/listen-after-error", test_listen_in_error);
  SOCKET_FIXTURE_ADD ("/tcp-socket/close-in/data-available", test_close_in_handler);
  SOCKET_FIXTURE_ADD ("/tcp-socket/close-in/error", test_close_in_error);

  SOCKET_FIXTURE_ADD ("/tcp-socket/peer/data-before-fin", test_data_before_fin);
  SOCKET_FIXTURE_ADD ("/tcp-socket/peer/data-before-reset", test_data_before_reset);
  SOCKET_FIXTURE_ADD ("/tcp-socket/peer/data-before-failed-write", test_data_before_failed_write);
  SOCKET_FIXTURE_ADD ("/tcp-socket/peer/write-after-failed-write", test_write_after_failed_write);
  SOCKET_FIXTURE_ADD ("/tcp-socket/peer/write-to-broken", test_write_to_broken_peer);
  SOCKET_FIXTURE_ADD ("/tcp-socket/peer/fin-while-queued", test_fin_while_queued);

  SOCKET_FIXTURE_ADD ("/tcp-socket/shutdown/queue", test_shutdown_sends_queue);
  SOCKET_FIXTURE_ADD ("/tcp-socket/shutdown/progress", test_close_timeout_progress);
  SOCKET_FIXTURE_ADD ("/tcp-socket/shutdown/timeout-with-queue", test_close_timeout_with_queue);
  SOCKET_FIXTURE_ADD ("/tcp-socket/shutdown/no-timeout", test_no_close_timeout);
  SOCKET_FIXTURE_ADD ("/tcp-socket/shutdown/twice", test_shutdown_twice);
  SOCKET_FIXTURE_ADD ("/tcp-socket/close/drops-queue", test_close_drops_queue);

  SOCKET_FIXTURE_ADD ("/tcp-socket/half-open/answer", test_half_open);
  SOCKET_FIXTURE_ADD ("/tcp-socket/half-open/queue", test_half_open_queue);
  SOCKET_FIXTURE_ADD ("/tcp-socket/half-open/reset", test_half_open_reset);
  SOCKET_FIXTURE_ADD ("/tcp-socket/half-open/handler", test_half_open_handler);

  SOCKET_FIXTURE_ADD ("/tcp-socket/timeout/idle-with-traffic", test_idle_timeout_with_traffic);
  SOCKET_FIXTURE_ADD ("/tcp-socket/timeout/idle-late", test_idle_timeout_late);
  SOCKET_FIXTURE_ADD ("/tcp-socket/timeout/write-with-progress", test_timeout_with_progress);
  SOCKET_FIXTURE_ADD ("/tcp-socket/timeout/liveness", test_liveness);

  return g_test_run ();
}
