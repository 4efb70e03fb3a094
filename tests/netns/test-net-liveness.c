/* test-net-liveness.c: peers that are gone without a word, and how the system notices
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "net-fixture.h"

#include "../server-fixture.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTED TISOCK_SOCKET_STATE_CONNECTED
#define ERROR TISOCK_SOCKET_STATE_ERROR

/* The shortest there is: two seconds for an idle connection, one and a bit for a busy one. */
#define LIVENESS 1000

/* What the connections are doing when their peers go. Of a peer that takes nothing the system asks
 * now and then whether it does now. */
typedef enum
{
  ACTIVITY_NONE,
  ACTIVITY_SENDING,
  ACTIVITY_FULL,
  N_ACTIVITIES,
} Activity;

static const char *const activity_names[] = { "idle", "sending", "full" };

static void
begin (NetFixture *fixture,
       Activity    activity)
{
  fixture->socket.brief = TRUE;
  if (activity == ACTIVITY_FULL)
    socket_fixture_stuff (&fixture->socket);
  tisock_tcp_socket_set_liveness (fixture->socket.socket, LIVENESS);
}

static void
go_on (NetFixture *fixture,
       Activity    activity)
{
  if (activity != ACTIVITY_SENDING)
    return;

  socket_fixture_write (&fixture->socket, "hello");
  socket_fixture_expect (&fixture->socket, "complete:0");
}

/* How peers can be gone, for both address families. */
typedef struct
{
  const char *name;
  const char *addresses[2];
  const char *near_commands;
  const char *far_commands;
  int         reasons[2];       /* what the network may say about it, or 0 */
  gboolean    certain;          /* and does, if anything is sent now */
} Silence;

#define NOBODY " lladdr 02:00:00:00:00:ff nud permanent dev "

static const Silence silences[] = {
  { "lost", { NET_FAR, NET_FAR_6 },
    "neighbour replace " NET_FAR NOBODY "near\n"
    "neighbour replace " NET_FAR_6 NOBODY "near\n",
    "neighbour replace " NET_NEAR NOBODY "far\n"
    "neighbour replace " NET_NEAR_6 NOBODY "far\n",
    { 0, 0 }, FALSE },
  { "cable", { NET_FAR, NET_FAR_6 },
    "", "link set far down\n",
    { 0, 0 }, FALSE },
  { "interface", { NET_FAR, NET_FAR_6 },
    "link set near down\n", "",
    { ENETUNREACH, ENETUNREACH }, FALSE },
  { "host", { NET_FAR, NET_FAR_6 },
    "neighbour delete " NET_FAR " dev near\n"
    "neighbour delete " NET_FAR_6 " dev near\n",
    "link set far arp off\n"
    "address delete " NET_FAR_6 "/64 dev far\n",
    { EHOSTUNREACH, EHOSTUNREACH }, FALSE },
  { "router", { NET_MOVABLE, NET_MOVABLE_6 },
    "", "address delete " NET_MOVABLE "/32 dev lo\n"
        "address delete " NET_MOVABLE_6 "/128 dev lo\n",
    { EHOSTUNREACH, ENETUNREACH }, TRUE },
};

static const char *
get_log (int error_number)
{
  if (error_number == EHOSTUNREACH)
    return "error:host-unreachable/error closed/error";
  if (error_number == ENETUNREACH)
    return "error:network-unreachable/error closed/error";

  return "error:timed-out/error closed/error";
}

/* Whether there is a reason is up to the system, unless the network always gives it. */
static void
expect_gone (NetFixture    *fixture,
             const Silence *silence,
             Activity       activity,
             guint          family)
{
  const char *address = silence->addresses[family];
  int reason = silence->reasons[family];
  int error_number;

  test_wait_until (tisock_socket_core_get_state (fixture->socket.core) == ERROR);
  error_number = tisock_socket_core_get_last_error_number (fixture->socket.core);
  if (silence->certain && activity == ACTIVITY_SENDING)
    g_assert_cmpint (error_number, ==, reason);
  else if (error_number != reason)
    g_assert_cmpint (error_number, ==, ETIMEDOUT);

  g_test_message ("%s: ", activity_names[activity]);
  net_fixture_expect_end (fixture, get_log (error_number), ERROR, error_number, address);
}

/* All at once, as each takes its time. */
static void
test_silence (NetFixture    *fixture,
              gconstpointer  user_data)
{
  const Silence *silence = user_data;
  NetFixture fixtures[N_ACTIVITIES][2] = { 0 };

  for (guint i = 0; i < N_ACTIVITIES; i++)
    for (guint j = 0; j < 2; j++)
      {
        net_fixture_set_up (&fixtures[i][j], NULL);
        net_fixture_connect (&fixtures[i][j], silence->addresses[j]);
        begin (&fixtures[i][j], i);
      }

  net_ip (NET_HOST_NEAR, silence->near_commands);
  net_ip (NET_HOST_FAR, silence->far_commands);
  for (guint i = 0; i < N_ACTIVITIES; i++)
    for (guint j = 0; j < 2; j++)
      go_on (&fixtures[i][j], i);

  for (guint i = 0; i < N_ACTIVITIES; i++)
    for (guint j = 0; j < 2; j++)
      expect_gone (&fixtures[i][j], silence, i, j);
  for (guint i = 0; i < N_ACTIVITIES; i++)
    for (guint j = 0; j < 2; j++)
      net_fixture_tear_down (&fixtures[i][j], NULL);
}

/* More of NET_FAR */

static void
expect_timed_out (NetFixture *fixture)
{
  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          "Connection with " NET_FAR ":");
}

static void
lose_peer (NetFixture *fixture)
{
  net_fixture_connect (fixture, NET_FAR);
  begin (fixture, ACTIVITY_SENDING);
  net_cut (NET_FAR);
  go_on (fixture, ACTIVITY_SENDING);
}

/* This peer is there, and answers the probes for longer than it would have to be silent. */
static void
test_answering (NetFixture    *fixture,
                gconstpointer  user_data)
{
  NetFixture other = { 0 };

  net_fixture_set_up (&other, NULL);
  net_fixture_connect (fixture, NET_FAR_6);
  net_fixture_connect (&other, NET_FAR);
  begin (fixture, ACTIVITY_NONE);
  begin (&other, ACTIVITY_NONE);
  tisock_tcp_socket_set_liveness (other.socket.socket, 3 * LIVENESS);

  net_cut (NET_FAR);
  expect_timed_out (&other);
  net_fixture_tear_down (&other, NULL);

  socket_fixture_expect_state (&fixture->socket, CONNECTED, 0);
  socket_fixture_write (&fixture->socket, "hello");
  socket_fixture_expect_sent (&fixture->socket, "hello");
}

/* A peer that is there counts as silent, too, if it takes nothing for as long. */
static void
test_taking_nothing (NetFixture    *fixture,
                     gconstpointer  user_data)
{
  net_fixture_connect (fixture, NET_FAR);
  begin (fixture, ACTIVITY_FULL);
  expect_timed_out (fixture);
}

/* Without it nobody looks: set while the peer is gone already, it is found. */
static void
test_set_late (NetFixture    *fixture,
               gconstpointer  user_data)
{
  net_fixture_connect (fixture, NET_FAR);
  net_cut (NET_FAR);
  socket_fixture_write (&fixture->socket, "hello");
  socket_fixture_expect (&fixture->socket, "progress:5/0 complete:0");
  tisock_tcp_socket_set_liveness (fixture->socket.socket, LIVENESS);
  expect_timed_out (fixture);
}

/* While reading is paused nothing is watched: the end is found when it goes on, and what came
 * before it is there. */
static void
test_paused (NetFixture    *fixture,
             gconstpointer  user_data)
{
  NetFixture other = { 0 };

  net_fixture_connect (fixture, NET_FAR);
  tisock_tcp_socket_set_receive_limit (fixture->socket.socket, 5);
  socket_fixture_feed (&fixture->socket, "hello");
  socket_fixture_expect (&fixture->socket, "data:5");
  begin (fixture, ACTIVITY_NONE);
  net_fixture_set_up (&other, NULL);
  net_fixture_connect (&other, NET_FAR);
  begin (&other, ACTIVITY_NONE);
  tisock_tcp_socket_set_liveness (other.socket.socket, 3 * LIVENESS);

  net_cut (NET_FAR);
  expect_timed_out (&other);
  net_fixture_tear_down (&other, NULL);

  socket_fixture_expect_state (&fixture->socket, CONNECTED, 0);
  socket_fixture_expect_read (&fixture->socket, "hello");
  expect_timed_out (fixture);
}

/* Without the main loop */

static void
test_wait (NetFixture    *fixture,
           gconstpointer  user_data)
{
  lose_peer (fixture);
  while (tisock_socket_core_get_state (fixture->socket.core) == CONNECTED)
    g_assert_true (tisock_socket_core_wait (fixture->socket.core, -1, NULL));

  expect_timed_out (fixture);
}

static void
test_poll (NetFixture    *fixture,
           gconstpointer  user_data)
{
  lose_peer (fixture);
  test_peer_await (tisock_socket_core_get_handle (fixture->socket.core), POLLIN);
  tisock_socket_core_poll (fixture->socket.core);

  expect_timed_out (fixture);
}

static void
test_receive_sync (NetFixture    *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  lose_peer (fixture);
  g_assert_null (tisock_tcp_socket_receive_line_sync (fixture->socket.socket, -1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

  expect_timed_out (fixture);
}

static void
received_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  gboolean *done = user_data;

  g_assert_null (tisock_tcp_socket_receive_line_finish (TISOCK_TCP_SOCKET (source), result,
                                                        &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  *done = TRUE;
}

static void
test_receive_async (NetFixture    *fixture,
                    gconstpointer  user_data)
{
  gboolean done = FALSE;

  lose_peer (fixture);
  tisock_tcp_socket_receive_line_async (fixture->socket.socket, NULL, received_cb, &done);
  test_wait_until (done);

  expect_timed_out (fixture);
}

/* Accepted connections */

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             gpointer            user_data)
{
  tisock_tcp_socket_set_liveness (socket, LIVENESS);
}

static void
test_server (ServerFixture *fixture,
             gconstpointer  user_data)
{
  int port = server_fixture_listen (fixture);
  int peers[2];

  net_mend ();
  g_signal_connect (fixture->server, "accepted", G_CALLBACK (accepted_cb), NULL);
  peers[0] = net_connect (NET_NEAR, port);
  server_fixture_expect (fixture, "accepted connected ");
  peers[1] = net_connect (NET_NEAR_6, port);
  server_fixture_expect (fixture, "accepted connected ");

  net_cut (NET_FAR);
  server_fixture_expect (fixture, "socket-error(g-io-error-quark:24) socket-closed ");
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 1);

  /* The other one is there. */
  test_peer_send (peers[1], "hello");
  server_fixture_expect (fixture, "data-available ");
  close (peers[0]);
  close (peers[1]);
  server_fixture_expect (fixture, "socket-error(102) socket-closed ");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!net_make_hosts ())
    return 0;

  for (guint i = 0; i < G_N_ELEMENTS (silences); i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/liveness/%s", silences[i].name);

      NET_FIXTURE_ADD (path, &silences[i], test_silence);
    }

  NET_FIXTURE_ADD ("/net/liveness/answering", NULL, test_answering);
  NET_FIXTURE_ADD ("/net/liveness/taking-nothing", NULL, test_taking_nothing);
  NET_FIXTURE_ADD ("/net/liveness/set-late", NULL, test_set_late);
  NET_FIXTURE_ADD ("/net/liveness/paused", NULL, test_paused);
  NET_FIXTURE_ADD ("/net/liveness/wait", NULL, test_wait);
  NET_FIXTURE_ADD ("/net/liveness/poll", NULL, test_poll);
  NET_FIXTURE_ADD ("/net/liveness/receive-sync", NULL, test_receive_sync);
  NET_FIXTURE_ADD ("/net/liveness/receive-async", NULL, test_receive_async);
  SERVER_FIXTURE_ADD ("/net/liveness/server", test_server);

  return g_test_run ();
}
