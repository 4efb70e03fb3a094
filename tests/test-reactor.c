/* test-reactor.c: the traps that a source which serves many sockets can fall into
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test-peer.h"
#include "test-util.h"

#include "engine/reactor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void
count_cb (gpointer  object,
          guint    *count)
{
  *count += 1;
}

/* How many descriptors a context polls: what is beyond its own wake-up is the library's. */
static int
count_polled (GMainContext *context)
{
  GPollFD fds[64];
  int timeout, priority, n;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  n = g_main_context_query (context, G_MAXINT, &timeout, fds, G_N_ELEMENTS (fds));
  g_main_context_check (context, G_MAXINT, fds, n);
  g_main_context_release (context);

  return n;
}

static void
test_reactor_idle (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  TisockTCPSocket *socket;
  TisockServerSocket *server;
  int before;

  g_test_summary ("A library without open sockets adds nothing to a main context.");

  g_main_context_push_thread_default (context);
  before = count_polled (context);
  socket = tisock_tcp_socket_new ();
  server = tisock_server_socket_new ();
  g_assert_cmpint (count_polled (context), ==, before);

  g_assert_true (tisock_server_socket_listen (server, NULL));
  g_assert_cmpint (count_polled (context), >, before);
  tisock_server_socket_close (server);
  g_assert_cmpint (count_polled (context), ==, before);
  g_assert_false (g_main_context_pending (context));

  g_assert_finalize_object (socket);
  g_assert_finalize_object (server);
  g_main_context_pop_thread_default (context);
}

/* A nested loop in one socket's handler */

typedef struct
{
  TisockTCPSocket *other;
  int              peer;
  int              other_peer;
  guint            n_other;
  guint            n_self;
  guint            depth;
} Nested;

static void
nested_other_cb (TisockTCPSocket *socket,
                 Nested          *nested)
{
  nested->n_other++;
}

static void
nested_self_cb (TisockTCPSocket *socket,
                Nested          *nested)
{
  nested->n_self++;
  g_assert_cmpuint (nested->depth, ==, 0);
  if (nested->n_self > 1)
    return;

  nested->depth++;
  test_peer_send (nested->other_peer, "x");
  test_peer_send (nested->peer, "more");
  test_wait_until (nested->n_other == 1 &&
                   tisock_tcp_socket_get_bytes_available (socket) == 9);
  nested->depth--;
}

static void
test_reactor_nested_loop (void)
{
  Nested nested = { 0 };
  TisockTCPSocket *socket = test_peer_pair (&nested.peer);

  g_test_summary ("A nested loop in a handler serves other sockets, and moves this one's bytes "
                  "without calling its handlers.");

  nested.other = test_peer_pair (&nested.other_peer);
  g_signal_connect (socket, "data-available", G_CALLBACK (nested_self_cb), &nested);
  g_signal_connect (nested.other, "data-available", G_CALLBACK (nested_other_cb), &nested);

  test_peer_send (nested.peer, "first");
  test_wait_until (nested.n_self == 2);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  tisock_socket_core_close (TISOCK_SOCKET_CORE (nested.other));
  g_assert_finalize_object (socket);
  g_assert_finalize_object (nested.other);
  close (nested.peer);
  close (nested.other_peer);
}

/* Events of one batch that concern each other */

typedef struct
{
  TisockTCPSocket *sockets[2];
  guint            n_data;
} Pair;

static void
close_both_cb (TisockTCPSocket *socket,
               Pair            *pair)
{
  pair->n_data++;
  for (guint i = 0; i < 2; i++)
    tisock_socket_core_close (TISOCK_SOCKET_CORE (pair->sockets[i]));
}

static void
test_reactor_close_each_other (void)
{
  Pair pair = { 0 };
  int peers[2];

  g_test_summary ("Of two sockets that are ready in one batch, the first closes both.");

  for (guint i = 0; i < 2; i++)
    {
      pair.sockets[i] = test_peer_pair (&peers[i]);
      g_signal_connect (pair.sockets[i], "data-available", G_CALLBACK (close_both_cb), &pair);
    }

  for (guint i = 0; i < 2; i++)
    {
      test_peer_send (peers[i], "x");
      test_peer_await (tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (pair.sockets[i])),
                       POLLIN);
    }

  test_wait_until (pair.n_data > 0);
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_cmpuint (pair.n_data, ==, 1);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_finalize_object (pair.sockets[i]);
      close (peers[i]);
    }
}

typedef struct
{
  TisockTCPSocket *sockets[2];
  TisockTCPSocket *young;
  int              young_peer;
  guint            n_young;
} Reuse;

/* The young socket gets the descriptor number for which the batch still has an event. */
static void
reuse_cb (TisockTCPSocket *socket,
          Reuse           *reuse)
{
  TisockTCPSocket *victim = reuse->sockets[socket == reuse->sockets[0] ? 1 : 0];
  int number = tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (victim));
  g_autoptr(GSocket) connection = NULL;
  int ends[2];

  tisock_socket_core_close (TISOCK_SOCKET_CORE (victim));
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  g_assert_true (ends[0] == number || ends[1] == number);
  reuse->young_peer = ends[0] == number ? ends[1] : ends[0];

  connection = g_socket_new_from_fd (number, NULL);
  reuse->young = tisock_tcp_socket_new_from_socket (connection, NULL);
  g_signal_connect (reuse->young, "data-available", G_CALLBACK (count_cb), &reuse->n_young);
  g_signal_connect (reuse->young, "error", G_CALLBACK (count_cb), &reuse->n_young);
}

static void
test_reactor_descriptor_reuse (void)
{
  Reuse reuse = { 0 };
  int peers[2];

  g_test_summary ("An event for a closed descriptor is not given to the next one of that number.");

  for (guint i = 0; i < 2; i++)
    {
      reuse.sockets[i] = test_peer_pair (&peers[i]);
      g_signal_connect (reuse.sockets[i], "data-available", G_CALLBACK (reuse_cb), &reuse);
    }
  for (guint i = 0; i < 2; i++)
    {
      test_peer_send (peers[i], "x");
      test_peer_await (tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (reuse.sockets[i])),
                       POLLIN);
    }

  test_wait_until (reuse.young != NULL);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (reuse.n_young, ==, 0);

  test_peer_send (reuse.young_peer, "x");
  test_wait_until (reuse.n_young == 1);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (reuse.young));
  g_assert_finalize_object (reuse.young);
  close (reuse.young_peer);
  for (guint i = 0; i < 2; i++)
    {
      tisock_socket_core_close (TISOCK_SOCKET_CORE (reuse.sockets[i]));
      g_assert_finalize_object (reuse.sockets[i]);
      close (peers[i]);
    }
}

/* Slots without sockets: what is meant for one never reaches the next one in its place */

typedef struct
{
  TisockSlot  slot;
  guint       n_ready;
  guint       n_lost;
  TisockSlot *victim;           /* detached by the handler, which attaches its heir */
  TisockSlot *heir;
} Counter;

static void
counter_ready (TisockSlot   *slot,
               GIOCondition  condition)
{
  Counter *counter = (Counter *) slot;
  TisockReactor *reactor = slot->reactor;

  counter->n_ready++;
  tisock_slot_want (slot, 0);
  if (counter->victim == NULL || !tisock_slot_is_attached (counter->victim))
    return;

  tisock_slot_detach (counter->victim);
  g_assert_true (tisock_reactor_attach (reactor, counter->heir, -1, 0, NULL));
  /* As one that waits for the same. */
  counter->heir->wanted = G_IO_IN;
}

static void
counter_lost (TisockSlot *slot)
{
  ((Counter *) slot)->n_lost++;
}

static const TisockSlotFuncs counter_funcs = {
  .ready = counter_ready,
  .lost = counter_lost,
};

static void
init_counters (Counter  counters[3],
               GObject *owner)
{
  memset (counters, 0, 3 * sizeof *counters);
  for (guint i = 0; i < 3; i++)
    tisock_slot_init (&counters[i].slot, &counter_funcs, owner);
}

static void
test_reactor_stale_event (void)
{
  g_autoptr(GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  TisockReactor *reactor = tisock_reactor_ref_thread_default ();
  Counter counters[3];
  int ends[2][2];

  g_test_summary ("The rest of a batch is not for a slot that was attached in it.");

  init_counters (counters, owner);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends[i]));
      test_peer_send (ends[i][1], "x");
      g_assert_true (tisock_reactor_attach (reactor, &counters[i].slot, ends[i][0], G_IO_IN, NULL));
      counters[i].victim = &counters[1 - i].slot;
      counters[i].heir = &counters[2].slot;
    }

  test_wait_until (counters[0].n_ready + counters[1].n_ready > 0);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (counters[0].n_ready + counters[1].n_ready, ==, 1);
  g_assert_cmpuint (counters[2].n_ready, ==, 0);

  for (guint i = 0; i < 3; i++)
    tisock_slot_detach (&counters[i].slot);
  for (guint i = 0; i < 4; i++)
    close (ends[i / 2][i % 2]);
  tisock_reactor_unref (reactor);
}

static void
test_reactor_stale_token (void)
{
  g_autoptr(GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  TisockReactor *reactor = tisock_reactor_ref_thread_default ();
  Counter counters[3];

  g_test_summary ("What a slot has left in a list is not for the next one in its place.");

  init_counters (counters, owner);
  for (guint i = 0; i < 2; i++)
    g_assert_true (tisock_reactor_attach (reactor, &counters[i].slot, -1, 0, NULL));
  tisock_reactor_starve (reactor, &counters[1].slot);
  tisock_slot_detach (&counters[1].slot);
  g_assert_true (tisock_reactor_attach (reactor, &counters[2].slot, -1, 0, NULL));
  g_assert_cmpuint (counters[2].slot.index, ==, counters[1].slot.index);

  tisock_reactor_feed (reactor);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (counters[2].n_ready, ==, 0);

  tisock_slot_detach (&counters[0].slot);
  tisock_slot_detach (&counters[2].slot);
  tisock_reactor_unref (reactor);
}

/* A paused socket costs nothing */

static void
assert_quiet (void)
{
  for (guint i = 0; i < 50; i++)
    g_assert_false (g_main_context_iteration (NULL, FALSE));
}

static void
test_paused (gboolean reset)
{
  guint n_closed = 0;
  gsize length;
  int peer;
  TisockTCPSocket *socket = test_peer_pair (&peer);
  int fd = tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (socket));

  tisock_tcp_socket_set_receive_limit (socket, 4);
  g_signal_connect (socket, "closed", G_CALLBACK (count_cb), &n_closed);
  test_peer_send (peer, "four and more");
  test_wait_until (tisock_tcp_socket_get_bytes_available (socket) == 4);

  if (reset)
    {
      test_peer_reset (peer);
      test_peer_await (fd, 0);
    }
  else
    {
      close (peer);
      test_peer_await (fd, POLLRDHUP);
    }

  /* The first iteration may still take the pause to the backend. */
  g_main_context_iteration (NULL, FALSE);
  assert_quiet ();
  g_assert_cmpuint (n_closed, ==, 0);
  g_assert_true (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (socket)));

  while (n_closed == 0)
    {
      g_free (tisock_tcp_socket_read_all (socket, &length));
      g_main_context_iteration (NULL, TRUE);
    }

  g_assert_finalize_object (socket);
}

static void
test_reactor_paused_end (void)
{
  g_test_summary ("A paused socket whose peer has ended causes no wake-up.");

  test_paused (FALSE);
}

static void
test_reactor_paused_reset (void)
{
  g_test_summary ("A paused socket whose peer has reset causes no wake-up.");

  test_paused (TRUE);
}

/* Budgets */

static void
flood_cb (TisockTCPSocket *socket,
          guint           *count)
{
  gsize length;

  g_free (tisock_tcp_socket_read_all (socket, &length));
  *count += 1;
  /* Its peer is a socket of this context as well: it is ready again at once. */
  tisock_tcp_socket_write_string (socket, "x", NULL);
}

static void
accepted_flood_cb (TisockServerSocket *server,
                   TisockTCPSocket    *socket,
                   guint              *count)
{
  g_signal_connect (socket, "data-available", G_CALLBACK (flood_cb), count);
}

static gboolean
count_idle_cb (gpointer user_data)
{
  *(guint *) user_data += 1;

  return G_SOURCE_CONTINUE;
}

#define N_FLOODERS 300

static void
test_reactor_lower_priority (void)
{
  TisockServerSocket *server = tisock_server_socket_new ();
  TisockTCPSocket *clients[N_FLOODERS];
  guint n_data = 0, n_idle = 0, source;

  g_test_summary ("Sockets that are always ready leave room for a source of lower priority.");

  g_signal_connect (server, "accepted", G_CALLBACK (accepted_flood_cb), &n_data);
  g_assert_true (tisock_server_socket_listen (server, NULL));
  for (guint i = 0; i < N_FLOODERS; i++)
    {
      clients[i] = tisock_tcp_socket_new ();
      g_signal_connect (clients[i], "data-available", G_CALLBACK (flood_cb), &n_data);
      tisock_tcp_socket_set_address (clients[i], "127.0.0.1");
      tisock_socket_core_set_port (TISOCK_SOCKET_CORE (clients[i]),
                                   tisock_server_socket_get_port (server));
      g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (clients[i]), NULL));
      test_wait_until (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (clients[i])));
      tisock_tcp_socket_write_string (clients[i], "x", NULL);
    }

  source = g_idle_add_full (G_PRIORITY_HIGH_IDLE + 20, count_idle_cb, &n_idle, NULL);
  n_data = 0;
  test_wait_until (n_idle >= 20 && n_data >= 20 * N_FLOODERS);
  g_source_remove (source);

  tisock_server_socket_close (server);
  for (guint i = 0; i < N_FLOODERS; i++)
    {
      tisock_socket_core_close (TISOCK_SOCKET_CORE (clients[i]));
      g_assert_finalize_object (clients[i]);
    }
  g_assert_finalize_object (server);
}

/* One socket alone */

typedef struct
{
  int    peer;
  guint  n_signals;
  guint  n_idle;
} Busy;

static gboolean
count_busy_idle_cb (gpointer user_data)
{
  ((Busy *) user_data)->n_idle++;

  return G_SOURCE_CONTINUE;
}

static void
busy_data_cb (TisockTCPSocket *socket,
              Busy            *busy)
{
  gsize length;

  g_free (tisock_tcp_socket_read_all (socket, &length));
  busy->n_signals++;
  test_peer_send (busy->peer, "x");
}

static void
busy_complete_cb (TisockTCPSocket *socket,
                  gboolean         user_aborted,
                  Busy            *busy)
{
  char byte;

  g_assert_cmpint (recv (busy->peer, &byte, 1, 0), ==, 1);
  busy->n_signals++;
  tisock_tcp_socket_write_string (socket, "x", NULL);
}

/* Over a socket pair, where what is sent can be received at once. */
static void
check_busy (const char *signal,
            GCallback   callback)
{
  Busy busy = { 0 };
  g_autoptr(GSocket) connection = NULL;
  TisockTCPSocket *socket;
  guint source;
  int ends[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  connection = g_socket_new_from_fd (ends[0], NULL);
  socket = tisock_tcp_socket_new_from_socket (connection, NULL);
  busy.peer = ends[1];

  source = g_idle_add (count_busy_idle_cb, &busy);
  g_signal_connect (socket, signal, callback, &busy);
  test_peer_send (busy.peer, "x");
  tisock_tcp_socket_write_string (socket, "x", NULL);
  busy.n_idle = 0;
  test_wait_until (busy.n_idle >= 5 && busy.n_signals >= 100);

  g_source_remove (source);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  g_assert_finalize_object (socket);
  close (busy.peer);
}

static void
test_reactor_lower_priority_reading (void)
{
  g_test_summary ("One socket that is ready in every turn leaves room for lower priorities.");

  check_busy ("data-available", G_CALLBACK (busy_data_cb));
}

static void
test_reactor_lower_priority_writing (void)
{
  g_test_summary ("A socket that writes whenever all is sent leaves room for lower priorities.");

  check_busy ("send-complete", G_CALLBACK (busy_complete_cb));
}

/* Descriptors */

static void
accepted_ref_cb (TisockServerSocket  *server,
                 TisockTCPSocket     *socket,
                 TisockTCPSocket    **accepted)
{
  *accepted = g_object_ref (socket);
}

/* Those that are open now, by number. */
static void
find_descriptors (gboolean open[256])
{
  for (int fd = 0; fd < 256; fd++)
    open[fd] = fcntl (fd, F_GETFD) >= 0;
}

static void
test_reactor_descriptors (void)
{
  TisockServerSocket *server = tisock_server_socket_new ();
  TisockTCPSocket *client = tisock_tcp_socket_new ();
  TisockTCPSocket *accepted = NULL;
  gboolean before[256], after[256];
  g_autofree char *address = NULL;
  guint n = 0;

  g_test_summary ("Every descriptor is closed by exec; an end keeps the address nobody asked for.");

  find_descriptors (before);
  g_signal_connect (server, "accepted", G_CALLBACK (accepted_ref_cb), &accepted);
  tisock_server_socket_set_address (server, "127.0.0.5");
  g_assert_true (tisock_server_socket_listen (server, NULL));
  tisock_tcp_socket_set_address (client, "127.0.0.5");
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (client), tisock_server_socket_get_port (server));
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (client), NULL));
  test_wait_until (accepted != NULL &&
                   tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (client)));

  find_descriptors (after);
  for (int fd = 0; fd < 256; fd++)
    if (after[fd] && !before[fd])
      {
        g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
        n++;
      }
  g_assert_cmpuint (n, >=, 3);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (client));
  test_wait_until (!tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (accepted)));
  address = tisock_socket_core_get_local_address (TISOCK_SOCKET_CORE (accepted));
  g_assert_cmpstr (address, ==, "127.0.0.5");

  tisock_server_socket_close (server);
  g_assert_finalize_object (client);
  g_assert_finalize_object (accepted);
  g_assert_finalize_object (server);
}

/* Fork */

static int
run_child (TisockTCPSocket *socket,
           int              peer)
{
  g_test_expect_message ("Tisock", G_LOG_LEVEL_CRITICAL, "*forked*");
  if (tisock_tcp_socket_write_string (socket, "from the child", NULL))
    return 1;
  g_test_assert_expected_messages ();

  /* The child's loop has nothing to serve, however ready the parent's sockets are. */
  test_peer_send (peer, "ping");
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  if (tisock_tcp_socket_get_bytes_available (socket) != 0)
    return 2;

  g_object_run_dispose (G_OBJECT (socket));
  g_object_unref (socket);

  return 0;
}

static void
test_reactor_fork (void)
{
  int peer, status;
  TisockTCPSocket *socket = test_peer_pair (&peer);
  g_autofree char *text = NULL;
  pid_t child;

  g_test_summary ("A forked child cannot use the parent's sockets, and does not disturb them.");

  child = fork ();
  if (child == 0)
    _exit (run_child (socket, peer));

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);

  test_wait_until (tisock_tcp_socket_get_bytes_available (socket) == 4);
  g_assert_true (tisock_tcp_socket_write_string (socket, "pong", NULL));
  text = test_peer_receive (peer, 4);
  g_assert_cmpstr (text, ==, "pong");

  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  g_assert_finalize_object (socket);
  close (peer);
}

typedef struct
{
  guint n_data;
  pid_t child;
  int   status;
} Forking;

static void
fork_in_handler_cb (TisockTCPSocket *socket,
                    Forking         *forking)
{
  forking->n_data++;
  if (forking->child != 0)
    return;

  forking->child = fork ();
  if (forking->child == 0)
    forking->child = -1;
  else
    /* Else this process might read what the child must not. */
    g_assert_cmpint (waitpid (forking->child, &forking->status, 0), ==, forking->child);
}

static void
test_reactor_fork_in_handler (void)
{
  Forking forking = { 0 };
  TisockTCPSocket *sockets[2];
  int peers[2];

  g_test_summary ("The child of a handler that forks does not finish the parent's turn.");

  for (guint i = 0; i < 2; i++)
    {
      sockets[i] = test_peer_pair (&peers[i]);
      g_signal_connect (sockets[i], "data-available", G_CALLBACK (fork_in_handler_cb), &forking);
    }
  for (guint i = 0; i < 2; i++)
    {
      test_peer_send (peers[i], "x");
      test_peer_await (tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (sockets[i])), POLLIN);
    }

  test_wait_until (forking.n_data > 0);
  if (forking.child == -1)
    _exit (forking.n_data == 1 ? 0 : 1);

  test_wait_until (forking.n_data == 2);
  g_assert_cmpint (forking.status, ==, 0);

  for (guint i = 0; i < 2; i++)
    {
      tisock_socket_core_close (TISOCK_SOCKET_CORE (sockets[i]));
      g_assert_finalize_object (sockets[i]);
      close (peers[i]);
    }
}

/* Contexts */

static void
test_reactor_context_gone (void)
{
  GMainContext *context = g_main_context_new ();
  TisockTCPSocket *socket;
  TisockServerSocket *server;
  g_autoptr(GError) error = NULL;
  guint n_signals = 0;
  char byte;
  int peer;

  g_test_summary ("A context that goes while sockets live closes them without a signal.");

  g_main_context_push_thread_default (context);
  server = tisock_server_socket_new ();
  g_assert_true (tisock_server_socket_listen (server, NULL));
  socket = test_peer_pair (&peer);
  g_main_context_pop_thread_default (context);

  g_signal_connect (socket, "closed", G_CALLBACK (count_cb), &n_signals);
  g_signal_connect (socket, "error", G_CALLBACK (count_cb), &n_signals);
  g_signal_connect (server, "closed", G_CALLBACK (count_cb), &n_signals);
  g_main_context_unref (context);

  g_assert_cmpint (recv (peer, &byte, 1, 0), ==, 0);
  g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (socket)), ==,
                   TISOCK_SOCKET_STATE_CLOSED);
  g_assert_false (tisock_server_socket_get_is_listening (server));
  g_assert_cmpuint (n_signals, ==, 0);

  g_signal_handlers_disconnect_by_data (socket, &n_signals);
  g_assert_false (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);

  g_assert_finalize_object (socket);
  g_assert_finalize_object (server);
  close (peer);
}

static void
test_reactor_context_gone_unreferenced (void)
{
  GMainContext *context = g_main_context_new ();
  TisockTCPSocket *socket;
  gpointer weak;
  char byte;
  int peer;

  g_test_summary ("A context that goes takes along the sockets that only it kept alive.");

  g_main_context_push_thread_default (context);
  socket = test_peer_pair (&peer);
  g_main_context_pop_thread_default (context);

  weak = socket;
  g_object_add_weak_pointer (G_OBJECT (socket), &weak);
  g_object_unref (socket);
  g_assert_nonnull (weak);

  g_main_context_unref (context);
  g_assert_null (weak);
  g_assert_cmpint (recv (peer, &byte, 1, 0), ==, 0);
  close (peer);
}

static void
make_in_handler_cb (TisockTCPSocket  *socket,
                    TisockTCPSocket **made)
{
  *made = tisock_tcp_socket_new ();
}

static void
test_reactor_made_in_handler (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  TisockTCPSocket *socket, *made = NULL;
  int peer, made_peer;

  g_test_summary ("What a handler makes belongs to the handler's context.");

  g_main_context_push_thread_default (context);
  socket = test_peer_pair (&peer);
  g_main_context_pop_thread_default (context);
  g_signal_connect (socket, "data-available", G_CALLBACK (make_in_handler_cb), &made);

  /* Iterated by somebody for whom it is not the thread-default one. */
  test_peer_send (peer, "x");
  while (made == NULL)
    g_main_context_iteration (context, TRUE);

  g_main_context_push_thread_default (context);
  test_peer_connect (made, &made_peer);
  g_main_context_pop_thread_default (context);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  tisock_socket_core_close (TISOCK_SOCKET_CORE (made));
  g_assert_finalize_object (socket);
  g_assert_finalize_object (made);
  close (peer);
  close (made_peer);
}

/* Threads */

#define N_ECHOES 200

static void
thread_data_cb (TisockTCPSocket *socket,
                guint           *n_echoes)
{
  g_autoptr(GBytes) bytes = tisock_tcp_socket_read_bytes (socket, -1);

  *n_echoes += (guint) g_bytes_get_size (bytes);
  tisock_tcp_socket_write_bytes (socket, bytes, NULL);
}

static gpointer
echo_thread (gpointer user_data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  TisockTCPSocket *socket;
  guint n_echoes = 0;
  int peer;

  g_main_context_push_thread_default (context);
  socket = test_peer_pair (&peer);
  g_signal_connect (socket, "data-available", G_CALLBACK (thread_data_cb), &n_echoes);
  for (guint i = 1; i <= N_ECHOES; i++)
    {
      g_autofree char *text = NULL;

      test_peer_send (peer, "x");
      test_wait_until (n_echoes == i);
      text = test_peer_receive (peer, 1);
      g_assert_cmpstr (text, ==, "x");
    }

  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  g_assert_finalize_object (socket);
  g_main_context_pop_thread_default (context);
  close (peer);

  return NULL;
}

static void
test_reactor_threads (void)
{
  GThread *threads[4];

  g_test_summary ("Threads with a context each have sockets of their own, side by side.");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("echo", echo_thread, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static gpointer
foreign_thread (gpointer user_data)
{
  TisockTCPSocket *socket = user_data;

  g_test_expect_message ("Tisock", G_LOG_LEVEL_CRITICAL, "*another thread*");
  g_assert_false (tisock_tcp_socket_write_string (socket, "x", NULL));
  g_test_assert_expected_messages ();
  g_object_unref (g_object_ref (socket));

  return NULL;
}

static void
test_reactor_foreign_thread (void)
{
  int peer;
  TisockTCPSocket *socket = test_peer_pair (&peer);

  g_test_summary ("A thread that does not own the context is refused, with a critical.");

  g_assert_true (g_main_context_acquire (NULL));
  g_thread_join (g_thread_new ("foreign", foreign_thread, socket));
  g_main_context_release (NULL);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  g_assert_finalize_object (socket);
  close (peer);
}

static gpointer
dispose_thread (gpointer user_data)
{
  g_object_run_dispose (user_data);

  return NULL;
}

static void
test_reactor_foreign_dispose (void)
{
  guint n_closed = 0;
  char byte;
  int peer;
  TisockTCPSocket *socket = test_peer_pair (&peer);

  g_test_summary ("A socket that another thread disposes of is closed by its own, silently.");

  g_signal_connect (socket, "closed", G_CALLBACK (count_cb), &n_closed);
  g_assert_true (g_main_context_acquire (NULL));
  g_thread_join (g_thread_new ("dispose", dispose_thread, socket));
  g_assert_true (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (socket)));
  g_main_context_release (NULL);

  test_wait_until (!tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (socket)));
  g_assert_cmpint (recv (peer, &byte, 1, 0), ==, 0);
  g_assert_cmpuint (n_closed, ==, 0);
  g_assert_finalize_object (socket);
  close (peer);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reactor/idle", test_reactor_idle);
  g_test_add_func ("/reactor/nested-loop", test_reactor_nested_loop);
  g_test_add_func ("/reactor/batch/close-each-other", test_reactor_close_each_other);
  g_test_add_func ("/reactor/batch/descriptor-reuse", test_reactor_descriptor_reuse);
  g_test_add_func ("/reactor/batch/stale-event", test_reactor_stale_event);
  g_test_add_func ("/reactor/stale-token", test_reactor_stale_token);
  g_test_add_func ("/reactor/descriptors", test_reactor_descriptors);
  g_test_add_func ("/reactor/paused/end", test_reactor_paused_end);
  g_test_add_func ("/reactor/paused/reset", test_reactor_paused_reset);
  g_test_add_func ("/reactor/lower-priority", test_reactor_lower_priority);
  g_test_add_func ("/reactor/lower-priority/reading", test_reactor_lower_priority_reading);
  g_test_add_func ("/reactor/lower-priority/writing", test_reactor_lower_priority_writing);
  g_test_add_func ("/reactor/fork", test_reactor_fork);
  g_test_add_func ("/reactor/fork/in-handler", test_reactor_fork_in_handler);
  g_test_add_func ("/reactor/context/gone", test_reactor_context_gone);
  g_test_add_func ("/reactor/context/gone-unreferenced", test_reactor_context_gone_unreferenced);
  g_test_add_func ("/reactor/context/made-in-handler", test_reactor_made_in_handler);
  g_test_add_func ("/reactor/threads", test_reactor_threads);
  g_test_add_func ("/reactor/threads/foreign", test_reactor_foreign_thread);
  g_test_add_func ("/reactor/threads/foreign-dispose", test_reactor_foreign_dispose);

  return g_test_run ();
}
