/* test-server-connections.c: which peers a server takes, on which sockets, and its list of them
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server-fixture.h"

#include "tisock-socket-error.h"

#include <sys/socket.h>
#include <unistd.h>

static void
assert_n_connections (ServerFixture *fixture,
                      guint          n)
{
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, n);
  g_assert_cmpuint (fixture->sockets->len, ==, n);
}

static void
stop (ServerFixture *fixture)
{
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

/* Closes the oldest connection. */
static void
close_first (ServerFixture *fixture)
{
  tisock_socket_core_close (g_ptr_array_index (fixture->sockets, 0));
}

/* Ends all that is open, whichever peer it belongs to. */
static void
close_all (ServerFixture *fixture,
           const int     *peers,
           guint          n_peers)
{
  tisock_server_socket_close (fixture->server);
  g_string_truncate (fixture->log, 0);
  for (guint i = 0; i < n_peers; i++)
    close (peers[i]);
}

/* add-socket */

#define TEST_TYPE_SOCKET (test_socket_get_type ())
G_DECLARE_FINAL_TYPE (TestSocket, test_socket, TEST, SOCKET, TisockTCPSocket)

struct _TestSocket
{
  TisockTCPSocket parent_instance;
};

G_DEFINE_FINAL_TYPE (TestSocket, test_socket, TISOCK_TYPE_TCP_SOCKET)

static void
test_socket_class_init (TestSocketClass *klass)
{
}

static void
test_socket_init (TestSocket *self)
{
}

#define TEST_TYPE_SERVER (test_server_get_type ())
G_DECLARE_FINAL_TYPE (TestServer, test_server, TEST, SERVER, TisockServerSocket)

struct _TestServer
{
  TisockServerSocket  parent_instance;

  GString            *log;
};

G_DEFINE_FINAL_TYPE (TestServer, test_server, TISOCK_TYPE_SERVER_SOCKET)

static TisockTCPSocket *
test_server_add_socket (TisockServerSocket *server)
{
  g_string_append (TEST_SERVER (server)->log, "slot-add-socket ");

  return g_object_new (TEST_TYPE_SOCKET, NULL);
}

static void
test_server_accepted (TisockServerSocket *server,
                      TisockTCPSocket    *socket)
{
  g_assert_true (TEST_IS_SOCKET (socket));
  g_string_append (TEST_SERVER (server)->log, "slot-accepted ");
}

static void
test_server_dropped (TisockServerSocket *server,
                     GSocketAddress     *peer,
                     TisockDropReason    reason)
{
  g_string_append (TEST_SERVER (server)->log, "slot-dropped ");
}

static void
test_server_error (TisockServerSocket *server,
                   GError             *error)
{
  g_string_append (TEST_SERVER (server)->log, "slot-error ");
}

static void
test_server_closed (TisockServerSocket *server)
{
  g_string_append (TEST_SERVER (server)->log, "slot-closed ");
}

static void
test_server_class_init (TestServerClass *klass)
{
  TisockServerSocketClass *server_class = TISOCK_SERVER_SOCKET_CLASS (klass);

  server_class->add_socket = test_server_add_socket;
  server_class->accepted = test_server_accepted;
  server_class->dropped = test_server_dropped;
  server_class->error = test_server_error;
  server_class->closed = test_server_closed;
}

static void
test_server_init (TestServer *self)
{
}

static void
test_slots (ServerFixture *fixture,
            gconstpointer  user_data)
{
  const char *const blocked[] = { "127.0.0.2", NULL };
  g_autoptr(TestServer) test_server = g_object_new (TEST_TYPE_SERVER, NULL);
  TisockServerSocket *server = TISOCK_SERVER_SOCKET (test_server);
  int peers[2];

  test_server->log = fixture->log;
  tisock_server_socket_set_blocked_peers (server, blocked);
  g_assert_true (tisock_server_socket_listen (server, NULL));
  peers[0] = peer_connect (NULL, "127.0.0.1", tisock_server_socket_get_port (server));
  server_fixture_expect (fixture, "slot-add-socket slot-accepted ");
  peers[1] = peer_connect ("127.0.0.2", "127.0.0.1", tisock_server_socket_get_port (server));
  server_fixture_expect (fixture, "slot-dropped ");
  g_assert_false (tisock_server_socket_listen (server, NULL));
  server_fixture_expect (fixture, "slot-error ");
  tisock_server_socket_close (server);
  server_fixture_expect (fixture, "slot-closed ");
  peer_expect_end (peers[0]);
  peer_expect_end (peers[1]);
  g_assert_finalize_object (g_steal_pointer (&test_server));
}

static void
test_plain_socket (ServerFixture *fixture,
                   gconstpointer  user_data)
{
  int peer = server_fixture_connect (fixture);

  server_fixture_expect (fixture, "accepted connected ");
  g_assert_true (G_OBJECT_TYPE (g_ptr_array_index (fixture->sockets, 0)) == TISOCK_TYPE_TCP_SOCKET);
  close_all (fixture, &peer, 1);
}

typedef struct
{
  ServerFixture   *fixture;
  const char      *name;
  TisockTCPSocket *socket;      /* what it gives; NULL: nothing */
  gboolean         gives_new;
} Giver;

static TisockTCPSocket *
give_cb (TisockServerSocket *server,
         Giver              *giver)
{
  server_fixture_write_log (giver->fixture, "%s", giver->name);
  if (giver->gives_new)
    return g_object_new (TEST_TYPE_SOCKET, NULL);

  return giver->socket != NULL ? g_object_ref (giver->socket) : NULL;
}

static void
give (ServerFixture *fixture,
      Giver         *giver)
{
  giver->fixture = fixture;
  g_signal_connect (fixture->server, "add-socket", G_CALLBACK (give_cb), giver);
}

static void
test_first_wins (ServerFixture *fixture,
                 gconstpointer  user_data)
{
  Giver givers[] = { { .name = "nothing" }, { .name = "first", .gives_new = TRUE },
                     { .name = "second", .gives_new = TRUE } };
  int peer;

  for (guint i = 0; i < G_N_ELEMENTS (givers); i++)
    give (fixture, &givers[i]);

  peer = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "nothing first accepted connected ");
  g_assert_true (TEST_IS_SOCKET (g_ptr_array_index (fixture->sockets, 0)));
  close_all (fixture, &peer, 1);
}

/* Never a plain socket instead: the connection is closed, and the error said once an episode. */
static void
test_no_socket (ServerFixture *fixture,
                gconstpointer  user_data)
{
  Giver giver = { .name = "add-socket" };
  const struct {
    gboolean    gives_new;
    const char *log;
  } rows[] = {
    { FALSE, "add-socket error(106) dropped(no-socket) " },
    { FALSE, "add-socket dropped(no-socket) " },
    { TRUE, "add-socket accepted connected " },
    { FALSE, "add-socket error(106) dropped(no-socket) " },
    { FALSE, "add-socket dropped(no-socket) " },
  };
  int taken = -1;

  give (fixture, &giver);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      int peer;

      giver.gives_new = rows[i].gives_new;
      peer = server_fixture_connect (fixture);
      server_fixture_expect (fixture, rows[i].log);
      if (giver.gives_new)
        taken = peer;
      else
        peer_expect_end (peer);
    }

  assert_n_connections (fixture, 1);
  close_all (fixture, &taken, 1);
}

static void
check_bad_socket (ServerFixture   *fixture,
                  TisockTCPSocket *socket)
{
  Giver giver = { .name = "add-socket", .socket = socket };
  int peer;

  give (fixture, &giver);
  peer = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "add-socket error(106) dropped(no-socket) ");
  peer_expect_end (peer);
  g_signal_handlers_disconnect_by_data (fixture->server, &giver);
}

static void
test_socket_given_twice (ServerFixture *fixture,
                         gconstpointer  user_data)
{
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  Giver giver = { .name = "add-socket", .socket = socket };
  int peers[2];

  give (fixture, &giver);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = server_fixture_connect (fixture);
  server_fixture_expect (fixture,
                         "add-socket accepted connected add-socket error(106) dropped(no-socket) ");
  peer_expect_end (peers[1]);

  g_assert_true (g_ptr_array_index (fixture->sockets, 0) == socket);
  close_all (fixture, peers, 1);
  g_assert_finalize_object (g_steal_pointer (&socket));
}

/* The same, when it is still waiting for its connection. */
static void
test_socket_given_twice_ahead (ServerFixture *fixture,
                               gconstpointer  user_data)
{
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  Giver giver = { .name = "add-socket", .socket = socket };
  int peer;

  give (fixture, &giver);
  tisock_server_socket_set_minimum_sockets_available (fixture->server, 2);
  server_fixture_listen (fixture);
  server_fixture_expect (fixture, "add-socket add-socket error(106) ");

  peer = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accepted connected add-socket ");
  g_assert_true (g_ptr_array_index (fixture->sockets, 0) == socket);
  close_all (fixture, &peer, 1);
}

static void
test_used_socket (ServerFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();

  g_assert_true (tisock_tcp_socket_listen (socket, NULL));
  check_bad_socket (fixture, socket);
  g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (socket)), ==,
                   TISOCK_SOCKET_STATE_LISTENING);
  stop (fixture);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  g_assert_finalize_object (g_steal_pointer (&socket));
}

static void
test_closed_socket (ServerFixture *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();

  g_assert_true (tisock_tcp_socket_listen (socket, NULL));
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  check_bad_socket (fixture, socket);
  stop (fixture);
}

static void
test_foreign_socket (ServerFixture *fixture,
                     gconstpointer  user_data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(TisockTCPSocket) socket = NULL;

  g_main_context_push_thread_default (context);
  socket = tisock_tcp_socket_new ();
  g_main_context_pop_thread_default (context);
  check_bad_socket (fixture, socket);
  stop (fixture);
}

/* Sockets made ahead */

static void
test_pool (ServerFixture *fixture,
           gconstpointer  user_data)
{
  Giver giver = { .name = "add-socket", .gives_new = TRUE };
  int peers[3];

  give (fixture, &giver);
  tisock_server_socket_set_minimum_sockets_available (fixture->server, 2);
  tisock_server_socket_set_maximum_sockets_connected (fixture->server, 2);

  /* From a turn, never from inside the call. */
  server_fixture_listen (fixture);
  g_assert_cmpstr (fixture->log->str, ==, "");
  server_fixture_expect (fixture, "add-socket add-socket ");
  assert_n_connections (fixture, 0);

  /* What is taken is replaced; the maximum counts only connections. */
  for (guint i = 0; i < 2; i++)
    {
      peers[i] = server_fixture_connect (fixture);
      server_fixture_expect (fixture, "accepted connected add-socket ");
      g_assert_true (TEST_IS_SOCKET (g_ptr_array_index (fixture->sockets, i)));
    }
  assert_n_connections (fixture, 2);

  tisock_server_socket_set_minimum_sockets_available (fixture->server, 4);
  g_assert_cmpstr (fixture->log->str, ==, "");
  server_fixture_expect (fixture, "add-socket add-socket ");

  peers[2] = server_fixture_connect (fixture);
  server_fixture_expect_silence (fixture);
  close_first (fixture);
  server_fixture_expect (fixture, "socket-closed accepted connected add-socket ");

  /* Fewer are enough: none is made until there are. */
  tisock_server_socket_set_minimum_sockets_available (fixture->server, 1);
  server_fixture_expect_silence (fixture);
  close_all (fixture, peers, G_N_ELEMENTS (peers));
}

/* Those that wait end with the listening. */
static void
test_pool_is_freed (ServerFixture *fixture,
                    gconstpointer  user_data)
{
  TisockTCPSocket *socket = tisock_tcp_socket_new ();
  Giver giver = { .name = "add-socket", .socket = socket };

  give (fixture, &giver);
  tisock_server_socket_set_minimum_sockets_available (fixture->server, 1);
  server_fixture_listen (fixture);
  server_fixture_expect (fixture, "add-socket ");
  g_object_add_weak_pointer (G_OBJECT (socket), (gpointer *) &socket);
  g_object_unref (socket);
  g_assert_nonnull (socket);

  stop (fixture);
  g_assert_null (socket);
}

/* One that the program has used meanwhile is passed over. */
static void
test_pool_used_up (ServerFixture *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  Giver giver = { .name = "add-socket", .socket = socket };
  int peer;

  give (fixture, &giver);
  tisock_server_socket_set_minimum_sockets_available (fixture->server, 1);
  server_fixture_listen (fixture);
  server_fixture_expect (fixture, "add-socket ");

  g_assert_true (tisock_tcp_socket_listen (socket, NULL));
  giver.gives_new = TRUE;
  peer = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "add-socket accepted connected add-socket ");
  g_assert_true (TEST_IS_SOCKET (g_ptr_array_index (fixture->sockets, 0)));
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  close_all (fixture, &peer, 1);
}

/* The maximum */

static void
test_pause (ServerFixture *fixture,
            gconstpointer  user_data)
{
  int peers[6];

  tisock_server_socket_set_maximum_sockets_connected (fixture->server, 2);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accepted connected accepted connected ");

  /* The others wait, for nothing but a place. */
  test_peer_send (peers[0], "hello");
  server_fixture_expect (fixture, "data-available ");
  assert_n_connections (fixture, 2);
  close_first (fixture);
  server_fixture_expect (fixture, "socket-closed accepted connected ");
  close (peers[1]);
  server_fixture_expect (fixture, "socket-error(102) socket-closed accepted connected ");
  server_fixture_expect_silence (fixture);

  /* A higher maximum counts at once. */
  tisock_server_socket_set_maximum_sockets_connected (fixture->server, 3);
  server_fixture_expect (fixture, "accepted connected ");
  server_fixture_expect_silence (fixture);
  assert_n_connections (fixture, 3);

  /* A lower one ends none. */
  tisock_server_socket_set_maximum_sockets_connected (fixture->server, 1);
  server_fixture_expect_silence (fixture);
  assert_n_connections (fixture, 3);
  for (guint i = 0; i < 2; i++)
    {
      close_first (fixture);
      server_fixture_expect (fixture, "socket-closed ");
      server_fixture_expect_silence (fixture);
    }
  close_first (fixture);
  server_fixture_expect (fixture, "socket-closed accepted connected ");

  peers[1] = server_fixture_connect (fixture);
  server_fixture_expect_silence (fixture);
  tisock_server_socket_set_maximum_sockets_connected (fixture->server, 0);
  server_fixture_expect (fixture, "accepted connected ");
  close_all (fixture, peers, G_N_ELEMENTS (peers));
}

static void
test_drop (ServerFixture *fixture,
           gconstpointer  user_data)
{
  int taken;
  int peer;

  tisock_server_socket_set_maximum_sockets_connected (fixture->server, 1);
  tisock_server_socket_set_overload_policy (fixture->server, TISOCK_OVERLOAD_POLICY_DROP);
  taken = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accepted connected ");

  for (guint i = 0; i < 3; i++)
    {
      peer = server_fixture_connect (fixture);
      server_fixture_expect (fixture, "dropped(limit) ");
      peer_expect_end (peer);
    }
  assert_n_connections (fixture, 1);

  close_first (fixture);
  peer_expect_end (taken);
  server_fixture_expect (fixture, "socket-closed ");
  taken = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accepted connected ");
  close_all (fixture, &taken, 1);
}

/* The policy counts at once, for those that wait too. */
static void
test_policy_changes (ServerFixture *fixture,
                     gconstpointer  user_data)
{
  int peers[3];

  tisock_server_socket_set_maximum_sockets_connected (fixture->server, 1);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accepted connected ");
  server_fixture_expect_silence (fixture);

  tisock_server_socket_set_overload_policy (fixture->server, TISOCK_OVERLOAD_POLICY_DROP);
  server_fixture_expect (fixture, "dropped(limit) dropped(limit) ");
  peer_expect_end (peers[1]);
  peer_expect_end (peers[2]);

  tisock_server_socket_set_overload_policy (fixture->server, TISOCK_OVERLOAD_POLICY_PAUSE);
  peers[1] = server_fixture_connect (fixture);
  server_fixture_expect_silence (fixture);
  close_all (fixture, peers, 2);
}

/* accept() */

static void
ask (ServerFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  tisock_server_socket_accept (fixture->server, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (fixture->log->str, ==, "");
}

static void
assert_accept_fails (ServerFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_server_socket_accept (fixture->server, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  server_fixture_expect (fixture, "error(106) ");
}

static void
test_accept (ServerFixture *fixture,
             gconstpointer  user_data)
{
  int peers[4];

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = server_fixture_connect (fixture);
  server_fixture_expect_silence (fixture);

  for (guint i = 0; i < 2; i++)
    {
      /* Twice is once. */
      ask (fixture);
      ask (fixture);
      server_fixture_expect (fixture, "accepted connected ");
      server_fixture_expect_silence (fixture);
      assert_n_connections (fixture, i + 1);
    }

  /* Without a peer, it waits for one. */
  tisock_server_socket_set_auto_accept (fixture->server, TRUE);
  server_fixture_expect (fixture, "accepted connected accepted connected ");
  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  ask (fixture);
  server_fixture_expect_silence (fixture);
  close (peers[0]);
  server_fixture_expect (fixture, "socket-error(102) socket-closed ");
  peers[0] = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accepted connected ");
  close_all (fixture, peers, G_N_ELEMENTS (peers));
}

static void
test_accept_misuse (ServerFixture *fixture,
                    gconstpointer  user_data)
{
  assert_accept_fails (fixture);
  server_fixture_listen (fixture);
  assert_accept_fails (fixture);
  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  ask (fixture);
  stop (fixture);
  assert_accept_fails (fixture);
  g_assert_cmpint (tisock_server_socket_get_last_error_number (fixture->server), ==, 106);
}

/* What was asked for does not outlive the listening. */
static void
test_accept_ends (ServerFixture *fixture,
                  gconstpointer  user_data)
{
  int peer;

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  server_fixture_listen (fixture);
  ask (fixture);
  stop (fixture);

  peer = server_fixture_connect (fixture);
  server_fixture_expect_silence (fixture);
  ask (fixture);
  server_fixture_expect (fixture, "accepted connected ");
  close_all (fixture, &peer, 1);
}

static void
accept_next_cb (TisockServerSocket *server)
{
  g_assert_true (tisock_server_socket_accept (server, NULL));
}

static void
test_accept_in_accepted (ServerFixture *fixture,
                         gconstpointer  user_data)
{
  int peers[3];

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  g_signal_connect (fixture->server, "accepted", G_CALLBACK (accept_next_cb), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = server_fixture_connect (fixture);
  ask (fixture);
  server_fixture_expect (fixture, "accepted connected accepted connected accepted connected ");
  close_all (fixture, peers, G_N_ELEMENTS (peers));
}

/* Nobody who is refused uses it up. */
static void
test_accept_refused (ServerFixture *fixture,
                     gconstpointer  user_data)
{
  const char *const blocked[] = { "127.0.0.2", NULL };
  Giver giver = { .name = "add-socket" };
  int peer;
  int port = server_fixture_listen (fixture);

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  tisock_server_socket_set_blocked_peers (fixture->server, blocked);
  give (fixture, &giver);
  ask (fixture);

  peer = peer_connect ("127.0.0.2", "127.0.0.1", port);
  server_fixture_expect (fixture, "dropped(peer) ");
  peer_expect_end (peer);
  peer = peer_connect (NULL, "127.0.0.1", port);
  server_fixture_expect (fixture, "add-socket error(106) dropped(no-socket) ");
  peer_expect_end (peer);

  giver.gives_new = TRUE;
  peer = peer_connect (NULL, "127.0.0.1", port);
  server_fixture_expect (fixture, "add-socket accepted connected ");
  close_all (fixture, &peer, 1);
}

/* Peers by their address */

typedef struct
{
  const char *allowed[3];
  const char *blocked[3];
  const char *source;
  const char *destination;
  gboolean    welcome;
} PeerRow;

static void
check_peer (ServerFixture *fixture,
            const PeerRow *row)
{
  int peer;

  tisock_server_socket_set_allowed_peers (fixture->server, (const char *const *) row->allowed);
  tisock_server_socket_set_blocked_peers (fixture->server, (const char *const *) row->blocked);
  peer = peer_connect (row->source, row->destination, server_fixture_listen (fixture));
  if (row->welcome)
    {
      server_fixture_expect (fixture, "accepted connected ");
      close_first (fixture);
      server_fixture_expect (fixture, "socket-closed ");
    }
  else
    server_fixture_expect (fixture, "dropped(peer) ");

  peer_expect_end (peer);
}

static void
test_peers (ServerFixture *fixture,
            gconstpointer  user_data)
{
  const PeerRow rows[] = {
    { { NULL }, { NULL }, "127.0.0.2", "127.0.0.1", TRUE },
    { { "127.0.0.2" }, { NULL }, "127.0.0.2", "127.0.0.1", TRUE },
    { { "127.0.0.2" }, { NULL }, "127.0.0.3", "127.0.0.1", FALSE },
    { { "10.0.0.0/8", "127.0.0.0/24" }, { NULL }, "127.0.0.3", "127.0.0.1", TRUE },
    { { "127.0.0.0/31" }, { NULL }, "127.0.0.2", "127.0.0.1", FALSE },
    { { NULL }, { "127.0.0.0/8" }, "127.0.0.2", "127.0.0.1", FALSE },
    { { NULL }, { "127.0.0.3" }, "127.0.0.2", "127.0.0.1", TRUE },
    { { "127.0.0.0/8" }, { "127.0.0.2" }, "127.0.0.2", "127.0.0.1", FALSE },
    { { "127.0.0.0/8" }, { "127.0.0.2" }, "127.0.0.3", "127.0.0.1", TRUE },
    { { "::1" }, { NULL }, "::1", "::1", TRUE },
    { { "fd00::/8" }, { NULL }, "::1", "::1", FALSE },
    { { NULL }, { "::/0" }, "::1", "::1", FALSE },
    { { NULL }, { "::/0" }, "127.0.0.1", "127.0.0.1", TRUE },
    { { "0.0.0.0/0" }, { NULL }, "::1", "::1", FALSE },
  };

  /* On all interfaces, where IPv4 peers come as mapped addresses. */
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_peer (fixture, &rows[i]);

  stop (fixture);
  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].destination, "127.0.0.1"))
      check_peer (fixture, &rows[i]);
  stop (fixture);
}

static void
test_bad_peers (ServerFixture *fixture,
                gconstpointer  user_data)
{
  const char *const good[] = { "127.0.0.1", NULL };
  const char *const bad[][3] = { { "127.0.0.1", "nonsense", NULL }, { "10.0.0.0/33", NULL },
                                 { "", NULL }, { "127.0.0.1/x", NULL } };
  const char *const none[] = { NULL };

  tisock_server_socket_set_allowed_peers (fixture->server, good);
  tisock_server_socket_set_blocked_peers (fixture->server, good);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      tisock_server_socket_set_allowed_peers (fixture->server, bad[i]);
      tisock_server_socket_set_blocked_peers (fixture->server, bad[i]);
      server_fixture_expect (fixture, "error(106) error(106) ");
      g_assert_cmpstrv (tisock_server_socket_get_allowed_peers (fixture->server), good);
      g_assert_cmpstrv (tisock_server_socket_get_blocked_peers (fixture->server), good);
    }

  tisock_server_socket_set_allowed_peers (fixture->server, none);
  g_assert_null (tisock_server_socket_get_allowed_peers (fixture->server));
  tisock_server_socket_set_blocked_peers (fixture->server, NULL);
  g_assert_null (tisock_server_socket_get_blocked_peers (fixture->server));
}

/* The peer's address is that of the peer. */
static void
address_cb (TisockServerSocket *server,
            GSocketAddress     *peer,
            TisockDropReason    reason,
            char              **text)
{
  GInetSocketAddress *address = G_INET_SOCKET_ADDRESS (peer);
  g_autofree char *ip = g_inet_address_to_string (g_inet_socket_address_get_address (address));

  *text = g_strdup_printf ("%s %u", ip, g_inet_socket_address_get_port (address));
}

static void
test_dropped_address (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  const char *const blocked[] = { "127.0.0.0/8", NULL };
  g_autofree char *expected = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GSocketAddress) local = NULL;
  struct sockaddr_storage native;
  socklen_t length = sizeof native;
  int peer;

  tisock_server_socket_set_blocked_peers (fixture->server, blocked);
  g_signal_connect (fixture->server, "dropped", G_CALLBACK (address_cb), &text);
  peer = peer_connect ("127.0.0.9", "127.0.0.1", server_fixture_listen (fixture));
  g_assert_no_errno (getsockname (peer, (struct sockaddr *) &native, &length));
  local = g_socket_address_new_from_native (&native, length);
  expected = g_strdup_printf ("127.0.0.9 %u",
                              g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)));

  server_fixture_expect (fixture, "dropped(peer) ");
  g_assert_cmpstr (text, ==, expected);
  peer_expect_end (peer);
  stop (fixture);
}

/* The list */

#define N_PEERS 40

typedef struct
{
  GListModel *connections;
  GPtrArray  *mirror;           /* what a view of the list would show */
  guint       closes;           /* how many connections the view closes by itself */
} View;

static void
items_changed_cb (GListModel *connections,
                  guint       position,
                  guint       removed,
                  guint       added,
                  View       *view)
{
  g_assert_cmpuint (position + removed, <=, view->mirror->len);
  if (removed > 0)
    g_ptr_array_remove_range (view->mirror, position, removed);

  for (guint i = 0; i < added; i++)
    {
      g_autoptr(TisockSocketCore) socket = g_list_model_get_item (connections, position + i);

      g_assert_nonnull (socket);
      g_ptr_array_insert (view->mirror, (int) (position + i), socket);
    }
  g_assert_cmpuint (view->mirror->len, ==, g_list_model_get_n_items (connections));

  if (removed > 0 && view->closes > 0 && view->mirror->len > 0)
    {
      g_autoptr(TisockSocketCore) socket = g_list_model_get_item (connections, 0);

      view->closes--;
      tisock_socket_core_close (socket);
    }
}

static void
assert_view_is_true (ServerFixture *fixture,
                     View          *view)
{
  assert_n_connections (fixture, g_list_model_get_n_items (view->connections));
  g_assert_cmpuint (view->mirror->len, ==, fixture->sockets->len);
  g_assert_null (g_list_model_get_item (view->connections, view->mirror->len));

  for (guint i = 0; i < view->mirror->len; i++)
    {
      g_autoptr(TisockSocketCore) socket = g_list_model_get_item (view->connections, i);

      g_assert_true (g_ptr_array_index (view->mirror, i) == socket);
      g_assert_true (g_ptr_array_find (fixture->sockets, socket, NULL));
      g_assert_true (tisock_socket_core_get_is_connected (socket));
    }
}

static void
left_list_cb (TisockTCPSocket *socket,
              View            *view)
{
  g_assert_false (g_ptr_array_find (view->mirror, socket, NULL));
}

static void
watch_leaving_cb (TisockServerSocket *server,
                  TisockTCPSocket    *socket,
                  View               *view)
{
  g_assert_true (g_ptr_array_find (view->mirror, socket, NULL));
  g_signal_connect (socket, "closed", G_CALLBACK (left_list_cb), view);
}

static void
init_view (View          *view,
           ServerFixture *fixture)
{
  view->connections = tisock_server_socket_get_connections (fixture->server);
  view->mirror = g_ptr_array_new ();
  view->closes = 0;
  g_assert_true (g_list_model_get_item_type (view->connections) == TISOCK_TYPE_TCP_SOCKET);
  g_signal_connect (view->connections, "items-changed", G_CALLBACK (items_changed_cb), view);
  g_signal_connect (fixture->server, "accepted", G_CALLBACK (watch_leaving_cb), view);
}

static void
connect_all (ServerFixture *fixture,
             int           *peers)
{
  for (guint i = 0; i < N_PEERS; i++)
    {
      peers[i] = server_fixture_connect (fixture);
      server_fixture_expect (fixture, "accepted connected ");
    }
}

static void
test_list (ServerFixture *fixture,
           gconstpointer  user_data)
{
  View view;
  int peers[N_PEERS];

  init_view (&view, fixture);
  for (guint round = 0; round < 5; round++)
    {
      connect_all (fixture, peers);
      assert_view_is_true (fixture, &view);
      while (fixture->sockets->len > 0)
        {
          guint i = (guint) g_test_rand_int_range (0, (int) fixture->sockets->len);

          tisock_socket_core_close (g_ptr_array_index (fixture->sockets, i));
          server_fixture_expect (fixture, "socket-closed ");
          assert_view_is_true (fixture, &view);
        }
      for (guint i = 0; i < N_PEERS; i++)
        peer_expect_end (peers[i]);
    }

  stop (fixture);
  g_ptr_array_unref (view.mirror);
}

/* The view itself closes others whenever one leaves: it ends up right all the same. */
static void
test_list_closing_itself (ServerFixture *fixture,
                          gconstpointer  user_data)
{
  View view;
  int peers[N_PEERS];

  init_view (&view, fixture);
  connect_all (fixture, peers);
  while (fixture->sockets->len > 0)
    {
      guint i = (guint) g_test_rand_int_range (0, (int) fixture->sockets->len);

      view.closes = (guint) g_test_rand_int_range (0, 5);
      tisock_socket_core_close (g_ptr_array_index (fixture->sockets, i));
      assert_view_is_true (fixture, &view);
    }

  close_all (fixture, peers, N_PEERS);
  g_ptr_array_unref (view.mirror);
}

/* The list outlives the server. */
static void
test_list_alone (ServerFixture *fixture,
                 gconstpointer  user_data)
{
  TisockServerSocket *server = tisock_server_socket_new ();
  g_autoptr(GListModel) connections = g_object_ref (tisock_server_socket_get_connections (server));

  g_assert_finalize_object (server);
  g_assert_cmpuint (g_list_model_get_n_items (connections), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  SERVER_FIXTURE_ADD ("/server-socket/add-socket/slots", test_slots);
  SERVER_FIXTURE_ADD ("/server-socket/add-socket/plain", test_plain_socket);
  SERVER_FIXTURE_ADD ("/server-socket/add-socket/first-wins", test_first_wins);
  SERVER_FIXTURE_ADD ("/server-socket/add-socket/none", test_no_socket);
  SERVER_FIXTURE_ADD ("/server-socket/add-socket/twice", test_socket_given_twice);
  SERVER_FIXTURE_ADD ("/server-socket/add-socket/twice-ahead", test_socket_given_twice_ahead);
  SERVER_FIXTURE_ADD ("/server-socket/add-socket/used", test_used_socket);
  SERVER_FIXTURE_ADD ("/server-socket/add-socket/closed", test_closed_socket);
  SERVER_FIXTURE_ADD ("/server-socket/add-socket/foreign", test_foreign_socket);
  SERVER_FIXTURE_ADD ("/server-socket/pool/fill", test_pool);
  SERVER_FIXTURE_ADD ("/server-socket/pool/freed", test_pool_is_freed);
  SERVER_FIXTURE_ADD ("/server-socket/pool/used-up", test_pool_used_up);
  SERVER_FIXTURE_ADD ("/server-socket/maximum/pause", test_pause);
  SERVER_FIXTURE_ADD ("/server-socket/maximum/drop", test_drop);
  SERVER_FIXTURE_ADD ("/server-socket/maximum/policy-changes", test_policy_changes);
  SERVER_FIXTURE_ADD ("/server-socket/accept/one", test_accept);
  SERVER_FIXTURE_ADD ("/server-socket/accept/misuse", test_accept_misuse);
  SERVER_FIXTURE_ADD ("/server-socket/accept/ends", test_accept_ends);
  SERVER_FIXTURE_ADD ("/server-socket/accept/in-accepted", test_accept_in_accepted);
  SERVER_FIXTURE_ADD ("/server-socket/accept/refused", test_accept_refused);
  SERVER_FIXTURE_ADD ("/server-socket/peers/match", test_peers);
  SERVER_FIXTURE_ADD ("/server-socket/peers/bad", test_bad_peers);
  SERVER_FIXTURE_ADD ("/server-socket/peers/address", test_dropped_address);
  SERVER_FIXTURE_ADD ("/server-socket/list/random", test_list);
  SERVER_FIXTURE_ADD ("/server-socket/list/closing-itself", test_list_closing_itself);
  SERVER_FIXTURE_ADD ("/server-socket/list/alone", test_list_alone);

  return g_test_run ();
}
