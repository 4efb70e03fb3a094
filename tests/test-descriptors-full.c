/* test-descriptors-full.c: a server whose process, or system, has no more descriptors
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server-fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_PEERS 3
#define TABLE_SIZE 64

/* What the system would say: accept4() fails so often in this way. */
static int accept_errno;
static guint n_accept_failures;
static guint n_accepts;

/* What GLib's poll did. */
static guint n_polls;
static int last_timeout;

int
accept4 (int               fd,
         struct sockaddr  *address,
         socklen_t        *length,
         int               flags)
{
  static int (*real_accept4) (int, struct sockaddr *, socklen_t *, int);

  if (real_accept4 == NULL)
    real_accept4 = (int (*) (int, struct sockaddr *, socklen_t *, int))
      dlsym (RTLD_NEXT, "accept4");

  n_accepts++;
  if (n_accept_failures == 0)
    return real_accept4 (fd, address, length, flags);

  n_accept_failures--;
  errno = accept_errno;

  return -1;
}

/* What is not watched although it was asked for: epoll_ctl() fails, or poll() has the condition. */
static guint n_watch_failures;
static int unwatchable_fd = -1;

static gboolean
fails_to_watch (int fd)
{
  if (fd != unwatchable_fd || n_watch_failures == 0)
    return FALSE;

  n_watch_failures--;

  return TRUE;
}

int
epoll_ctl (int                 epoll,
           int                 operation,
           int                 fd,
           struct epoll_event *event)
{
  static int (*real_epoll_ctl) (int, int, int, struct epoll_event *);

  if (real_epoll_ctl == NULL)
    real_epoll_ctl = (int (*) (int, int, int, struct epoll_event *))
      dlsym (RTLD_NEXT, "epoll_ctl");

  if (operation != EPOLL_CTL_DEL && fails_to_watch (fd))
    {
      errno = ENOSPC;
      return -1;
    }

  return real_epoll_ctl (epoll, operation, fd, event);
}

static int
counting_poll (GPollFD *fds,
               guint    n_fds,
               int      timeout)
{
  int n_ready = 0;

  n_polls++;
  last_timeout = timeout;

  for (guint i = 0; i < n_fds; i++)
    if (fds[i].fd >= 0 && fails_to_watch (fds[i].fd))
      {
        fds[i].revents = G_IO_NVAL;
        n_ready++;
      }

  return n_ready > 0 ? n_ready : g_poll (fds, n_fds, timeout);
}

/* A full table */

typedef struct
{
  ServerFixture  server;

  struct rlimit  limit;
  GArray        *fillers;
  int            peers[2 * N_PEERS];    /* made while there was room for them */
} FullFixture;

static void
full_fixture_set_up (FullFixture   *fixture,
                     gconstpointer  user_data)
{
  struct rlimit limit;

  server_fixture_set_up (&fixture->server, NULL);
  fixture->fillers = g_array_new (FALSE, FALSE, sizeof (int));
  for (guint i = 0; i < G_N_ELEMENTS (fixture->peers); i++)
    fixture->peers[i] = peer_new (NULL, AF_INET);

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &fixture->limit));
  limit = fixture->limit;
  limit.rlim_cur = TABLE_SIZE;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  g_main_context_set_poll_func (NULL, counting_poll);

  server_fixture_listen (&fixture->server);
}

static void
empty_table (FullFixture *fixture)
{
  for (guint i = 0; i < fixture->fillers->len; i++)
    close (g_array_index (fixture->fillers, int, i));
  g_array_set_size (fixture->fillers, 0);
}

static void
full_fixture_tear_down (FullFixture   *fixture,
                        gconstpointer  user_data)
{
  empty_table (fixture);
  tisock_server_socket_close (fixture->server.server);
  g_string_truncate (fixture->server.log, 0);
  server_fixture_tear_down (&fixture->server, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (fixture->peers); i++)
    if (fixture->peers[i] >= 0)
      close (fixture->peers[i]);

  g_main_context_set_poll_func (NULL, NULL);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &fixture->limit));
  g_array_unref (fixture->fillers);
  g_assert_cmpuint (n_accept_failures, ==, 0);
}

static void
fill_table (FullFixture *fixture)
{
  int fd;

  while ((fd = dup (STDERR_FILENO)) >= 0)
    g_array_append_val (fixture->fillers, fd);

  g_assert_cmpint (errno, ==, EMFILE);
}

static void
connect_peers (FullFixture *fixture,
               guint        first,
               guint        n)
{
  for (guint i = first; i < first + n; i++)
    peer_connect_to (fixture->peers[i], "127.0.0.1",
                     tisock_server_socket_get_port (fixture->server.server));
}

/* The peer's place in the table is filled as well. */
static void
expect_peer_end (FullFixture *fixture,
                 guint        i)
{
  peer_expect_end (fixture->peers[i]);
  fixture->peers[i] = -1;
  fill_table (fixture);
}

/* The error of a full table, and then what follows it. */
static void
expect_error (FullFixture *fixture,
              const char  *rest)
{
  g_autofree char *log = g_strdup_printf ("error(%s:%d) %s", g_quark_to_string (G_IO_ERROR),
                                          G_IO_ERROR_TOO_MANY_OPEN_FILES, rest);

  server_fixture_expect (&fixture->server, log);
}

static gboolean
set_true_cb (gpointer user_data)
{
  gboolean *place = user_data;

  *place = TRUE;

  return G_SOURCE_REMOVE;
}

/* How often the loop woke up in two seconds in which there is nothing that it could do. */
static guint
count_polls_of_two_seconds (void)
{
  gboolean over = FALSE;

  n_polls = 0;
  g_timeout_add (2000, set_true_cb, &over);
  test_wait_until (over);

  return n_polls;
}

static void
test_pause (FullFixture   *fixture,
            gconstpointer  user_data)
{
  /* Twice: each episode is announced. */
  for (guint i = 0; i < 2; i++)
    {
      fill_table (fixture);
      connect_peers (fixture, i * N_PEERS, N_PEERS);
      expect_error (fixture, "");
      g_assert_cmpint (tisock_server_socket_get_last_error_number (fixture->server.server), ==,
                       EMFILE);
      g_assert_cmpuint (count_polls_of_two_seconds (), <=, 40);
      g_assert_cmpstr (fixture->server.log->str, ==, "");

      empty_table (fixture);
      server_fixture_expect (&fixture->server,
                             "accepted connected accepted connected accepted connected ");
    }
}

static void
test_drop (FullFixture   *fixture,
           gconstpointer  user_data)
{
  tisock_server_socket_set_overload_policy (fixture->server.server, TISOCK_OVERLOAD_POLICY_DROP);
  fill_table (fixture);
  connect_peers (fixture, 0, N_PEERS);
  expect_error (fixture, "dropped(descriptors) dropped(descriptors) dropped(descriptors) ");
  for (guint i = 0; i < N_PEERS; i++)
    expect_peer_end (fixture, i);

  g_assert_cmpuint (count_polls_of_two_seconds (), <=, 40);
  g_assert_cmpstr (fixture->server.log->str, ==, "");

  /* It is the same episode as long as nobody could be accepted. */
  connect_peers (fixture, N_PEERS, 1);
  server_fixture_expect (&fixture->server, "dropped(descriptors) ");
  expect_peer_end (fixture, N_PEERS);

  empty_table (fixture);
  connect_peers (fixture, N_PEERS + 1, 1);
  server_fixture_expect (&fixture->server, "accepted connected ");
  fill_table (fixture);
  connect_peers (fixture, N_PEERS + 2, 1);
  expect_error (fixture, "dropped(descriptors) ");
  expect_peer_end (fixture, N_PEERS + 2);
}

/* It is over as well when nobody is waiting any more. */
static void
test_new_episode (FullFixture   *fixture,
                  gconstpointer  user_data)
{
  int fd;

  fill_table (fixture);
  connect_peers (fixture, 0, 1);
  expect_error (fixture, "");

  empty_table (fixture);
  fd = accept4 (tisock_server_socket_get_handle (fixture->server.server), NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  n_accepts = 0;
  test_wait_until (n_accepts > 0);

  fill_table (fixture);
  connect_peers (fixture, 1, 1);
  expect_error (fixture, "");
  close (fd);
  server_fixture_expect (&fixture->server, "accepted connected ");
}

/* Those that wait are dropped as soon as that is the policy. */
static void
test_policy_changes (FullFixture   *fixture,
                     gconstpointer  user_data)
{
  fill_table (fixture);
  connect_peers (fixture, 0, 2);
  expect_error (fixture, "");

  tisock_server_socket_set_overload_policy (fixture->server.server, TISOCK_OVERLOAD_POLICY_DROP);
  server_fixture_expect (&fixture->server, "dropped(descriptors) dropped(descriptors) ");
  expect_peer_end (fixture, 0);
  expect_peer_end (fixture, 1);
}

/* A descriptor of ours that is closed goes to who waits, in the very next turn. */
static void
test_own_descriptor (FullFixture   *fixture,
                     gconstpointer  user_data)
{
  connect_peers (fixture, 0, 1);
  server_fixture_expect (&fixture->server, "accepted connected ");
  fill_table (fixture);
  connect_peers (fixture, 1, 1);
  expect_error (fixture, "");

  tisock_socket_core_close (g_ptr_array_index (fixture->server.sockets, 0));
  server_fixture_expect (&fixture->server, "socket-closed ");
  n_polls = 0;
  n_accepts = 0;
  test_iterate ();
  g_assert_cmpuint (n_polls, ==, 1);
  g_assert_cmpint (last_timeout, ==, 0);
  g_assert_cmpuint (n_accepts, >=, 1);
  server_fixture_expect (&fixture->server, "accepted connected ");

  /* The table is full again, but nobody waits: nothing fails. */
  server_fixture_expect_silence (&fixture->server);
  g_assert_cmpuint (count_polls_of_two_seconds (), <=, 2);
}

/* The listener ends while it waits for descriptors. */
static void
test_stop (FullFixture   *fixture,
           gconstpointer  user_data)
{
  fill_table (fixture);
  connect_peers (fixture, 0, 1);
  expect_error (fixture, "");
  tisock_server_socket_stop_listening (fixture->server.server);
  server_fixture_expect (&fixture->server, "closed ");
  test_peer_await (fixture->peers[0], G_IO_HUP);
}

static void
test_stop_in_error (FullFixture   *fixture,
                    gconstpointer  user_data)
{
  g_signal_connect (fixture->server.server, "error",
                    G_CALLBACK (tisock_server_socket_stop_listening), NULL);
  fill_table (fixture);
  connect_peers (fixture, 0, 1);
  expect_error (fixture, "closed ");
  server_fixture_expect_silence (&fixture->server);
}

static void
test_stop_in_dropped (FullFixture   *fixture,
                      gconstpointer  user_data)
{
  tisock_server_socket_set_overload_policy (fixture->server.server, TISOCK_OVERLOAD_POLICY_DROP);
  g_signal_connect (fixture->server.server, "dropped",
                    G_CALLBACK (tisock_server_socket_stop_listening), NULL);
  fill_table (fixture);
  connect_peers (fixture, 0, 2);
  expect_error (fixture, "dropped(descriptors) closed ");
  server_fixture_expect_silence (&fixture->server);
}

/* Listening needs descriptors, too. */
static void
test_listen (FullFixture   *fixture,
             gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  tisock_server_socket_stop_listening (fixture->server.server);
  server_fixture_expect (&fixture->server, "closed ");
  fill_table (fixture);
  g_assert_false (tisock_server_socket_listen (fixture->server.server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  expect_error (fixture, "closed ");
  g_assert_cmpint (tisock_server_socket_get_state (fixture->server.server), ==,
                   TISOCK_SOCKET_STATE_ERROR);

  empty_table (fixture);
  g_assert_true (tisock_server_socket_listen (fixture->server.server, NULL));
}

/* Several listeners are full together: it is said once, and no more often is it tried. */
static void
test_two_listeners (FullFixture   *fixture,
                    gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server.server;
  g_autoptr(GSocketAddress) second = g_inet_socket_address_new_from_string ("127.0.0.2", 0);
  g_autoptr(GListModel) addresses = NULL;
  g_autoptr(GInetSocketAddress) bound = NULL;
  int port;

  g_assert_true (tisock_server_socket_add_address (server, G_SOCKET_CONNECTABLE (second), NULL));
  addresses = tisock_server_socket_list_addresses (server);
  bound = g_list_model_get_item (addresses, 1);
  port = g_inet_socket_address_get_port (bound);

  for (guint i = 0; i < 2; i++)
    {
      fill_table (fixture);
      connect_peers (fixture, 3 * i, 1);
      peer_connect_to (fixture->peers[3 * i + 1], "127.0.0.2", port);
      expect_error (fixture, "");
      g_assert_cmpuint (count_polls_of_two_seconds (), <=, 40);
      g_assert_cmpstr (fixture->server.log->str, ==, "");

      empty_table (fixture);
      server_fixture_expect (&fixture->server, "accepted connected accepted connected ");
    }

  /* Those whom the first listener drops end the episode for nobody. */
  tisock_server_socket_set_overload_policy (server, TISOCK_OVERLOAD_POLICY_DROP);
  fill_table (fixture);
  connect_peers (fixture, 2, 1);
  expect_error (fixture, "dropped(descriptors) ");
  peer_connect_to (fixture->peers[5], "127.0.0.2", port);
  server_fixture_expect (&fixture->server, "dropped(descriptors) ");
  expect_peer_end (fixture, 2);
  expect_peer_end (fixture, 5);
}

/* Has the backend refuse to watch the listener the next times. */
static void
fail_to_watch (FullFixture *fixture,
               guint        n)
{
  tisock_server_socket_set_auto_accept (fixture->server.server, FALSE);
  server_fixture_expect_silence (&fixture->server);
  unwatchable_fd = tisock_server_socket_get_handle (fixture->server.server);
  n_watch_failures = n;
  tisock_server_socket_set_auto_accept (fixture->server.server, TRUE);
}

static void
expect_watch_error (FullFixture *fixture,
                    const char  *rest)
{
  g_autofree char *log = g_strdup_printf ("error(%s:%d) %s", g_quark_to_string (G_IO_ERROR),
                                          g_io_error_from_errno (EBADF), rest);

  server_fixture_expect (&fixture->server, log);
}

/* What nobody watches is tried at intervals, until it can be watched again. */
static void
test_unwatchable (FullFixture   *fixture,
                  gconstpointer  user_data)
{
  for (guint i = 0; i < 2; i++)
    {
      fail_to_watch (fixture, G_MAXUINT);
      expect_watch_error (fixture, "");
      connect_peers (fixture, 3 * i, 1);
      server_fixture_expect (&fixture->server, "accepted connected ");
      /* Two for each try, and one that GLib adds when the poll backend changes its set. */
      g_assert_cmpuint (count_polls_of_two_seconds (), <=, 64);
      g_assert_cmpstr (fixture->server.log->str, ==, "");

      n_watch_failures = 1;
      test_wait_until (n_watch_failures == 0);
      n_accepts = 0;
      test_wait_until (n_accepts > 0);
      server_fixture_expect_silence (&fixture->server);
      g_assert_cmpuint (count_polls_of_two_seconds (), <=, 2);
      connect_peers (fixture, 3 * i + 1, 1);
      server_fixture_expect (&fixture->server, "accepted connected ");
    }
}

static void
test_unwatchable_and_stopped (FullFixture   *fixture,
                              gconstpointer  user_data)
{
  g_signal_connect (fixture->server.server, "error",
                    G_CALLBACK (tisock_server_socket_stop_listening), NULL);
  fail_to_watch (fixture, 1);
  expect_watch_error (fixture, "closed ");
  server_fixture_expect_silence (&fixture->server);
}

/* What else accept4() may say */

static void
fail_accept (int   error_number,
             guint n)
{
  accept_errno = error_number;
  n_accept_failures = n;
  n_accepts = 0;
}

/* Of the system: announced once, and tried again. */
static void
test_exhaustion (FullFixture   *fixture,
                 gconstpointer  user_data)
{
  const int numbers[] = { EMFILE, ENFILE, ENOBUFS, ENOMEM };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      fail_accept (numbers[i], 4);
      connect_peers (fixture, i, 1);
      test_wait_until (g_str_has_suffix (fixture->server.log->str, "accepted connected "));

      /* One error; what it is called depends on the number. */
      g_assert_true (g_str_has_prefix (fixture->server.log->str, "error("));
      g_assert_cmpstr (strchr (fixture->server.log->str, ' '), ==, " accepted connected ");
      g_string_truncate (fixture->server.log, 0);
      g_assert_cmpuint (n_accepts, >=, 5);
    }
}

/* With nothing to give up for it, dropping has to wait as well. */
static void
test_exhaustion_drop (FullFixture   *fixture,
                      gconstpointer  user_data)
{
  tisock_server_socket_set_overload_policy (fixture->server.server, TISOCK_OVERLOAD_POLICY_DROP);
  fail_accept (ENFILE, 1);
  connect_peers (fixture, 0, 1);
  expect_error (fixture, "dropped(descriptors) ");
  peer_expect_end (fixture->peers[0]);
  fixture->peers[0] = -1;

  fail_accept (ENFILE, 6);
  connect_peers (fixture, 1, 1);
  expect_error (fixture, "accepted connected ");
}

/* Of the one peer: skipped without a word. */
static void
test_skipped (FullFixture   *fixture,
              gconstpointer  user_data)
{
  const int numbers[] = { ECONNABORTED, EPERM, EPROTO, ENETDOWN, EHOSTUNREACH, EINTR };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      fail_accept (numbers[i], 3);
      connect_peers (fixture, i, 1);
      server_fixture_expect (&fixture->server, "accepted connected ");
      g_assert_cmpuint (n_accepts, >=, 4);
    }
}

/* Nobody there after all. */
static void
test_spurious (FullFixture   *fixture,
               gconstpointer  user_data)
{
  fail_accept (EAGAIN, 3);
  connect_peers (fixture, 0, 1);
  server_fixture_expect (&fixture->server, "accepted connected ");
}

/* Not a matter of descriptors, but tried again all the same. */
static void
test_unknown (FullFixture   *fixture,
              gconstpointer  user_data)
{
  fail_accept (EINVAL, 3);
  connect_peers (fixture, 0, 1);
  test_wait_until (g_str_has_suffix (fixture->server.log->str, "accepted connected "));
  g_assert_true (g_str_has_prefix (fixture->server.log->str, "error("));
  g_assert_cmpstr (strchr (fixture->server.log->str, ' '), ==, " accepted connected ");
  g_string_truncate (fixture->server.log, 0);
}

#define FULL_FIXTURE_ADD(path, func) \
  g_test_add (path, FullFixture, NULL, full_fixture_set_up, func, full_fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  FULL_FIXTURE_ADD ("/descriptors-full/pause", test_pause);
  FULL_FIXTURE_ADD ("/descriptors-full/drop", test_drop);
  FULL_FIXTURE_ADD ("/descriptors-full/new-episode", test_new_episode);
  FULL_FIXTURE_ADD ("/descriptors-full/policy-changes", test_policy_changes);
  FULL_FIXTURE_ADD ("/descriptors-full/own-descriptor", test_own_descriptor);
  FULL_FIXTURE_ADD ("/descriptors-full/stop", test_stop);
  FULL_FIXTURE_ADD ("/descriptors-full/stop-in-error", test_stop_in_error);
  FULL_FIXTURE_ADD ("/descriptors-full/stop-in-dropped", test_stop_in_dropped);
  FULL_FIXTURE_ADD ("/descriptors-full/listen", test_listen);
  FULL_FIXTURE_ADD ("/descriptors-full/two-listeners", test_two_listeners);
  FULL_FIXTURE_ADD ("/descriptors-full/unwatchable", test_unwatchable);
  FULL_FIXTURE_ADD ("/descriptors-full/unwatchable-and-stopped", test_unwatchable_and_stopped);
  FULL_FIXTURE_ADD ("/descriptors-full/exhaustion", test_exhaustion);
  FULL_FIXTURE_ADD ("/descriptors-full/exhaustion-drop", test_exhaustion_drop);
  FULL_FIXTURE_ADD ("/descriptors-full/skipped", test_skipped);
  FULL_FIXTURE_ADD ("/descriptors-full/spurious", test_spurious);
  FULL_FIXTURE_ADD ("/descriptors-full/unknown", test_unknown);

  return g_test_run ();
}
