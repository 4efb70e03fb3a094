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
#include <sys/resource.h>
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
  /* That of the life before may be somebody else's by now. */
  tisock_socket_core_set_port (fixture->core, 0);
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

/* What handlers do while a life ends */

static void
end_in_handler (SocketFixture *fixture,
                const char    *signal)
{
  fixture->action = NULL;
  socket_fixture_close_peer (fixture);
  test_wait_until (!tisock_socket_core_get_is_connected (fixture->core));
  g_string_append (fixture->log, " end");
}

static void
misuse_until_end (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  fixture->action = end_in_handler;
  tisock_socket_core_set_port (fixture->core, 1);
  socket_fixture_expect_now (fixture, "error:106/connected end");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CLOSED, 102);
}

/* A life that ends in a nested loop, inside the `error` of a misuse, ends aloud as well. */
static void
test_end_in_misuse (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  misuse_until_end (fixture);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
}

/* Without a main loop too. */
static void
test_end_in_misuse_polled (SocketFixture *fixture,
                           gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  misuse_until_end (fixture);
  tisock_socket_core_poll (fixture->core);
  socket_fixture_expect_now (fixture, "error:102/closed closed/closed");
  tisock_socket_core_poll (fixture->core);

  misuse_until_end (fixture);
  g_assert_true (tisock_socket_core_wait (fixture->core, -1, &error));
  g_assert_no_error (error);
  socket_fixture_expect_now (fixture, "error:102/closed closed/closed");
  g_assert_false (tisock_socket_core_wait (fixture->core, -1, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect (fixture, "error:106/closed");
}

/* What came before the end is said before it. */
static void
test_end_in_data_available (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->action = end_in_handler;
  socket_fixture_feed (fixture, "hello");
  test_wait_until (fixture->log->len > 0);
  socket_fixture_expect (fixture, "data:5 end error:102/closed closed/closed");

  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_receive_limit (fixture->socket, 5);
  fixture->action = end_in_handler;
  socket_fixture_feed (fixture, "hello");
  test_peer_send (fixture->peer, "!");
  tisock_tcp_socket_set_receive_limit (fixture->socket, 0);
  socket_fixture_expect (fixture, "data:6 end error:102/closed closed/closed");
}

static void
open_and_wait (SocketFixture *fixture,
               const char    *signal)
{
  fixture->action = NULL;
  end_by_refusal (fixture);
  test_wait_until (tisock_socket_core_get_state (fixture->core) == TISOCK_SOCKET_STATE_ERROR);
}

/* So does the next life, if it ends inside the `closed` of the one before. */
static void
test_end_in_closed (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->action = open_and_wait;
  tisock_socket_core_close (fixture->core);
  socket_fixture_expect_now (fixture, "closed/closed");
  socket_fixture_expect (fixture, "error:connection-refused/error closed/error");
}

/* What is due goes with the socket, without a word. */
static void
test_end_due_and_disposed (SocketFixture *fixture,
                           gconstpointer  user_data)
{
  misuse_until_end (fixture);
  g_object_run_dispose (G_OBJECT (fixture->socket));
  socket_fixture_settle ();
  socket_fixture_expect_now (fixture, "");
}

static void
gone_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* And with its context, which it does not keep. */
static void
test_end_due_and_context_lost (SocketFixture *fixture,
                               gconstpointer  user_data)
{
  SocketFixture other = { .log = fixture->log, .peer = -1 };
  GMainContext *context = g_main_context_new ();
  GSource *source = g_timeout_source_new_seconds (G_MAXUINT / 1000);
  gboolean gone = FALSE;

  g_source_set_callback (source, G_SOURCE_FUNC (g_main_context_pending), &gone, gone_cb);
  g_source_attach (source, context);
  g_source_unref (source);
  g_main_context_push_thread_default (context);
  other.socket = tisock_tcp_socket_new ();
  other.core = TISOCK_SOCKET_CORE (other.socket);
  socket_fixture_watch (&other, other.socket);
  test_peer_connect (other.socket, &other.peer);
  test_wait_until (fixture->log->len > 0);
  socket_fixture_expect_now (&other, "connected");
  other.action = end_in_handler;
  tisock_socket_core_set_port (other.core, 1);
  socket_fixture_expect_now (&other, "error:106/connected end");
  g_main_context_pop_thread_default (context);

  g_main_context_unref (context);
  g_assert_true (gone);
  socket_fixture_expect_now (&other, "");
  g_assert_finalize_object (other.socket);
}

/* Handlers of notifications */

static const char * const notifications[] = {
  "notify::last-error-number", "notify::state", "notify::handle", "notify::is-connected",
};

static void
close_cb (TisockSocketCore *core,
          GParamSpec       *pspec,
          SocketFixture    *fixture)
{
  tisock_socket_core_close (core);
}

/* What is ending does not end a second time. */
static void
test_close_in_notify (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (notifications); i++)
    {
      gulong id;

      socket_fixture_connect (fixture);
      id = g_signal_connect (fixture->socket, notifications[i], G_CALLBACK (close_cb), fixture);
      socket_fixture_close_peer (fixture);
      socket_fixture_expect (fixture, "error:102/closed closed/closed");
      g_signal_handler_disconnect (fixture->socket, id);
    }
}

static void
listen_cb (TisockSocketCore *core,
           GParamSpec       *pspec,
           SocketFixture    *fixture)
{
  g_signal_handlers_disconnect_by_func (core, listen_cb, fixture);
  tisock_socket_core_set_port (core, 0);
  socket_fixture_listen (fixture);
  g_string_append (fixture->log, " listening");
}

/* It ends before what begins in the handler. */
static void
test_listen_in_notify (SocketFixture *fixture,
                       gconstpointer  user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (notifications); i++)
    {
      socket_fixture_connect (fixture);
      g_signal_connect (fixture->socket, notifications[i], G_CALLBACK (listen_cb), fixture);
      socket_fixture_close_peer (fixture);
      socket_fixture_expect (fixture, "error:102/closed closed/closed listening");
      socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_LISTENING, 0);
      tisock_socket_core_close (fixture->core);
      socket_fixture_expect_now (fixture, "closed/closed");
    }
}

/* Handlers that begin the next life whatever ended the last one */

typedef struct
{
  const char *signal;           /* NULL: all of them */
  gboolean  (*begin) (SocketFixture  *fixture,
                      GError        **error);
  guint       n_lives;
  guint       n_idle;
} Again;

static gboolean
begin_open (SocketFixture  *fixture,
            GError        **error)
{
  return tisock_socket_core_open (fixture->core, error);
}

static gboolean
begin_listen (SocketFixture  *fixture,
              GError        **error)
{
  return tisock_tcp_socket_listen (fixture->socket, error);
}

static void
begin_again (SocketFixture *fixture,
             const char    *signal)
{
  Again *again = fixture->data;
  g_autoptr(GError) error = NULL;

  if (again->signal != NULL && !g_str_equal (signal, again->signal))
    return;

  again->n_lives++;
  g_assert_false (again->begin (fixture, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (tisock_socket_core_get_state (fixture->core), ==, TISOCK_SOCKET_STATE_ERROR);
}

static gboolean
count_idle_cb (gpointer user_data)
{
  Again *again = user_data;

  again->n_idle++;

  return G_SOURCE_CONTINUE;
}

/* One life an iteration, and the others have theirs, those of a lower priority as well. */
static void
check_begin_again (SocketFixture *fixture,
                   Again         *again,
                   const char    *life)
{
  guint idle = g_idle_add (count_idle_cb, again);

  fixture->action = begin_again;
  fixture->data = again;
  g_assert_false (again->begin (fixture, NULL));
  socket_fixture_expect_now (fixture, life);

  for (guint i = 0; i < 5; i++)
    {
      test_wait_until (fixture->log->len > 0);
      socket_fixture_expect_now (fixture, life);
    }
  g_assert_cmpuint (again->n_lives, >=, 6);
  g_assert_cmpuint (again->n_idle, >=, 4);

  fixture->action = NULL;
  g_source_remove (idle);
  socket_fixture_expect (fixture, life);
}

typedef struct
{
  struct rlimit  limit;
  int            fillers[64];
  guint          n_fillers;
} FullTable;

static void
fill_table (FullTable *table)
{
  struct rlimit limit;
  int fd;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &table->limit));
  limit = table->limit;
  limit.rlim_cur = G_N_ELEMENTS (table->fillers);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));

  table->n_fillers = 0;
  while ((fd = dup (STDERR_FILENO)) >= 0)
    table->fillers[table->n_fillers++] = fd;
  g_assert_cmpint (errno, ==, EMFILE);
}

static void
empty_table (FullTable *table)
{
  while (table->n_fillers > 0)
    close (table->fillers[--table->n_fillers]);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &table->limit));
}

static void
test_open_again (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  TisockTCPSocket *other = tisock_tcp_socket_new ();
  Again again = { user_data, begin_open, 0, 0 };
  FullTable table;

  /* While it listens, the reactor needs no descriptor of its own any more. */
  g_assert_true (tisock_tcp_socket_listen (other, NULL));
  fill_table (&table);
  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, 9);
  check_begin_again (fixture, &again, "error:too-many-open-files/error closed/error");
  empty_table (&table);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (other));
  g_assert_finalize_object (other);
}

static void
test_listen_again (SocketFixture *fixture,
                   gconstpointer  user_data)
{
  Again again = { user_data, begin_listen, 0, 0 };
  int port;
  int taken = test_peer_listen (&port);

  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, port);
  check_begin_again (fixture, &again, "error:105/error closed/error");
  close (taken);
}

/* The first socket of a context needs a descriptor before it has one of its own. */
static void
test_first_without_descriptors (SocketFixture *fixture,
                                gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;
  FullTable table;

  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->core, 9);
  fill_table (&table);

  g_assert_false (tisock_socket_core_open (fixture->core, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  socket_fixture_expect_now (fixture, "error:too-many-open-files/error closed/error");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_ERROR, EMFILE);

  g_clear_error (&error);
  g_assert_false (tisock_tcp_socket_listen (fixture->socket, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  socket_fixture_expect_now (fixture, "error:too-many-open-files/error closed/error");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_ERROR, EMFILE);

  empty_table (&table);
}

/* Turns */

static void
write_again (SocketFixture *fixture,
             const char    *signal)
{
  guint *n_writes = fixture->data;

  if (!g_str_equal (signal, "send-complete"))
    return;

  *n_writes += 1;
  socket_fixture_write (fixture, "x");
}

/* A peer that keeps up does not keep the turn going. */
static void
test_write_again (SocketFixture *fixture,
                  gconstpointer  user_data)
{
  guint n_writes = 0;

  socket_fixture_connect (fixture);
  fixture->action = write_again;
  fixture->data = &n_writes;
  socket_fixture_write (fixture, "x");
  for (guint i = 0; i < 20; i++)
    {
      test_wait_until (fixture->log->len > 0);
      socket_fixture_expect_now (fixture, "progress:1/0 complete:0");
    }
  g_assert_cmpuint (n_writes, ==, 20);

  fixture->action = NULL;
  socket_fixture_expect (fixture, "progress:1/0 complete:0");
}

/* Settings */

/* A value that is set already is not refused. */
static void
test_same_settings (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_socket_core_set_port (fixture->core,
                               tisock_tcp_socket_get_remote_port (fixture->socket));
  tisock_tcp_socket_set_address (fixture->socket, "127.0.0.1");
  tisock_socket_core_set_network_interface (fixture->core, NULL);
  socket_fixture_expect_now (fixture, "");
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

/* What a peer that does not read never got is not an end in good order. */
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
  socket_fixture_expect (fixture, "error:timed-out/error closed/error");
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
expect_option (SocketFixture *fixture,
               int            level,
               int            name,
               int            expected)
{
  int value;

  g_assert_true (tisock_tcp_socket_get_option (fixture->socket, level, name, &value, NULL));
  g_assert_cmpint (value, ==, expected);
}

/* The system gives up when it has waited for the last probe: that is the time, in seconds. */
static void
expect_liveness (SocketFixture *fixture,
                 guint          liveness,
                 int            idle,
                 int            interval,
                 int            n_probes)
{
  tisock_tcp_socket_set_liveness (fixture->socket, liveness);
  expect_option (fixture, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_USER_TIMEOUT
  expect_option (fixture, IPPROTO_TCP, TCP_USER_TIMEOUT, (int) liveness);
#endif
#ifdef TCP_KEEPIDLE
  expect_option (fixture, IPPROTO_TCP, TCP_KEEPIDLE, idle);
  expect_option (fixture, IPPROTO_TCP, TCP_KEEPINTVL, interval);
  expect_option (fixture, IPPROTO_TCP, TCP_KEEPCNT, n_probes);
#endif
}

/* Set before, while, and unset again. */
static void
test_liveness (SocketFixture *fixture,
               gconstpointer  user_data)
{
  tisock_tcp_socket_set_liveness (fixture->socket, 30000);
  socket_fixture_connect (fixture);
  expect_option (fixture, SOL_SOCKET, SO_KEEPALIVE, 1);
  expect_liveness (fixture, 60000, 30, 10, 3);
  expect_liveness (fixture, 50000, 26, 8, 3);
  expect_liveness (fixture, 7001, 5, 1, 3);
  expect_liveness (fixture, 4000, 1, 1, 3);
  expect_liveness (fixture, 3000, 1, 1, 2);
  expect_liveness (fixture, 2000, 1, 1, 1);
  expect_liveness (fixture, 1, 1, 1, 1);
  expect_liveness (fixture, 48 * 3600 * 1000, 16384, 5461, 3);

  tisock_tcp_socket_set_liveness (fixture->socket, 0);
  expect_option (fixture, SOL_SOCKET, SO_KEEPALIVE, 0);
#ifdef TCP_USER_TIMEOUT
  expect_option (fixture, IPPROTO_TCP, TCP_USER_TIMEOUT, 0);
#endif
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

static void
add_again (const char  *operation,
           void       (*function) (SocketFixture *fixture,
                                   gconstpointer  user_data))
{
  const char * const signals[] = { "closed", "error", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/tcp-socket/%s-again/%s", operation,
                                               signals[i] != NULL ? signals[i] : "both");

      g_test_add (path, SocketFixture, signals[i],
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
  SOCKET_FIXTURE_ADD ("/tcp-socket/close-in/notify", test_close_in_notify);
  SOCKET_FIXTURE_ADD ("/tcp-socket/open-in/notify", test_listen_in_notify);

  SOCKET_FIXTURE_ADD ("/tcp-socket/end-in/misuse", test_end_in_misuse);
  SOCKET_FIXTURE_ADD ("/tcp-socket/end-in/misuse-polled", test_end_in_misuse_polled);
  SOCKET_FIXTURE_ADD ("/tcp-socket/end-in/data-available", test_end_in_data_available);
  SOCKET_FIXTURE_ADD ("/tcp-socket/end-in/closed", test_end_in_closed);
  SOCKET_FIXTURE_ADD ("/tcp-socket/end-due/disposed", test_end_due_and_disposed);
  SOCKET_FIXTURE_ADD ("/tcp-socket/end-due/context-lost", test_end_due_and_context_lost);

  add_again ("open", test_open_again);
  add_again ("listen", test_listen_again);
  SOCKET_FIXTURE_ADD ("/tcp-socket/full-table/first", test_first_without_descriptors);
  SOCKET_FIXTURE_ADD ("/tcp-socket/write-in/send-complete", test_write_again);
  SOCKET_FIXTURE_ADD ("/tcp-socket/settings/same", test_same_settings);

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
