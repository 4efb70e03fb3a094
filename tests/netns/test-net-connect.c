/* test-net-connect.c: connecting where packets are lost, or answered by a router
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "net-fixture.h"

#include "../mock-resolver.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ERROR TISOCK_SOCKET_STATE_ERROR

static void
open_to (NetFixture *fixture,
         const char *address,
         int         port)
{
  g_autoptr(GError) error = NULL;

  tisock_tcp_socket_set_address (fixture->socket.socket, address);
  tisock_socket_core_set_port (fixture->socket.core, port);
  g_assert_true (tisock_socket_core_open (fixture->socket.core, &error));
  g_assert_no_error (error);
}

/* Without the main loop. */
static void
wait_for_end (NetFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  while (tisock_socket_core_get_state (fixture->socket.core) == TISOCK_SOCKET_STATE_CONNECTING)
    g_assert_true (tisock_socket_core_wait (fixture->socket.core, -1, &error));
  g_assert_no_error (error);
}

/* One address */

typedef struct
{
  const char *name;
  const char *address;
  guint       timeout;
  const char *log;
  int         error_number;
  const char *text;
} Destination;

static const Destination destinations[] = {
  { "silent/ipv4", NET_SILENT, 300, "error:timed-out/error closed/error", ETIMEDOUT,
    "Could not connect to " NET_SILENT ":7000: no answer; the timeout of 300 ms is over" },
  { "silent/ipv6", NET_SILENT_6, 300, "error:timed-out/error closed/error", ETIMEDOUT,
    "Could not connect to [" NET_SILENT_6 "]:7000: no answer; the timeout of 300 ms is over" },
  { "unreachable/ipv4", NET_UNREACHABLE, 0, "error:host-unreachable/error closed/error",
    EHOSTUNREACH, "Could not connect to " NET_UNREACHABLE ":7000: No route to host" },
  { "unreachable/ipv6", NET_UNREACHABLE_6, 0, "error:network-unreachable/error closed/error",
    ENETUNREACH, "Could not connect to [" NET_UNREACHABLE_6 "]:7000: Network is unreachable" },
  { "prohibited/ipv4", NET_PROHIBITED, 0, "error:host-unreachable/error closed/error",
    EHOSTUNREACH, "Could not connect to " NET_PROHIBITED ":7000: No route to host" },
  { "prohibited/ipv6", NET_PROHIBITED_6, 0, "error:permission-denied/error closed/error",
    EACCES, "Could not connect to [" NET_PROHIBITED_6 "]:7000: Permission denied" },
  { "absent/ipv4", NET_ABSENT, 0, "error:host-unreachable/error closed/error",
    EHOSTUNREACH, "Could not connect to " NET_ABSENT ":7000: No route to host" },
  { "absent/ipv6", NET_ABSENT_6, 0, "error:host-unreachable/error closed/error",
    EHOSTUNREACH, "Could not connect to [" NET_ABSENT_6 "]:7000: No route to host" },
};

static void
test_destination (NetFixture    *fixture,
                  gconstpointer  user_data)
{
  const Destination *destination = user_data;

  tisock_tcp_socket_set_timeout (fixture->socket.socket, destination->timeout);
  open_to (fixture, destination->address, 7000);
  net_fixture_expect_end (fixture, destination->log, ERROR, destination->error_number,
                          destination->text);
}

static void
test_destination_by_waiting (NetFixture    *fixture,
                             gconstpointer  user_data)
{
  const Destination *destination = user_data;

  tisock_tcp_socket_set_timeout (fixture->socket.socket, destination->timeout);
  open_to (fixture, destination->address, 7000);
  wait_for_end (fixture);
  net_fixture_expect_end (fixture, destination->log, ERROR, destination->error_number,
                          destination->text);
}

static void
test_open_sync (NetFixture    *fixture,
                gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  tisock_tcp_socket_set_timeout (fixture->socket.socket, 300);
  tisock_tcp_socket_set_address (fixture->socket.socket, NET_SILENT);
  tisock_socket_core_set_port (fixture->socket.core, 7000);
  g_assert_false (tisock_socket_core_open_sync (fixture->socket.core, -1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          "Could not connect to " NET_SILENT ":7000: no answer; "
                          "the timeout of 300 ms is over");
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  gboolean *done = user_data;

  g_assert_false (tisock_socket_core_open_finish (TISOCK_SOCKET_CORE (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
  *done = TRUE;
}

static void
test_open_async (NetFixture    *fixture,
                 gconstpointer  user_data)
{
  gboolean done = FALSE;

  tisock_tcp_socket_set_address (fixture->socket.socket, NET_UNREACHABLE);
  tisock_socket_core_set_port (fixture->socket.core, 7000);
  tisock_socket_core_open_async (fixture->socket.core, NULL, opened_cb, &done);
  test_wait_until (done);
  net_fixture_expect_end (fixture, "error:host-unreachable/error closed/error", ERROR,
                          EHOSTUNREACH, "Could not connect to " NET_UNREACHABLE ":7000");
}

/* This host knows at once, and says so by the call. */
static void
test_no_route (NetFixture    *fixture,
               gconstpointer  user_data)
{
  const char *address = user_data;
  g_autoptr(GError) error = NULL;

  tisock_tcp_socket_set_address (fixture->socket.socket, address);
  tisock_socket_core_set_port (fixture->socket.core, 7000);
  g_assert_false (tisock_socket_core_open (fixture->socket.core, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, address));

  net_fixture_expect_end (fixture, "error:network-unreachable/error closed/error", ERROR,
                          ENETUNREACH, address);
}

/* What a program gives up by itself is no failure, and the next life is not troubled by it. */
static void
test_close (NetFixture    *fixture,
            gconstpointer  user_data)
{
  open_to (fixture, NET_SILENT, 7000);
  socket_fixture_settle ();
  tisock_socket_core_close (fixture->socket.core);
  socket_fixture_expect (&fixture->socket, "closed/closed");

  net_fixture_connect (fixture, NET_FAR);
}

/* Without a route the system goes on trying, and so does the socket. */
static void
test_interface_down (NetFixture    *fixture,
                     gconstpointer  user_data)
{
  tisock_tcp_socket_set_timeout (fixture->socket.socket, 1500);
  open_to (fixture, NET_SILENT, 7000);
  net_ip (NET_HOST_NEAR, "link set near down\n");
  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          "no answer; the timeout of 1500 ms is over");
}

/* The answer is lost, and comes after all. */
static void
test_outage (NetFixture    *fixture,
             gconstpointer  user_data)
{
  int port = 0;
  int listener = net_bind (SOCK_STREAM, NET_FAR, &port);

  g_assert_no_errno (listen (listener, 1));
  net_cut (NET_FAR);
  open_to (fixture, NET_FAR, port);
  socket_fixture_settle ();
  socket_fixture_expect_now (&fixture->socket, "");
  net_mend ();
  socket_fixture_expect (&fixture->socket, "connected");
  close (listener);
}

/* Names */

typedef struct
{
  const char *name;
  const char *ipv6;
  const char *ipv4;
  const char *winner;           /* NULL: the timeout */
} Race;

static const Race races[] = {
  { "ipv6-silent", NET_SILENT_6, NET_FAR, NET_FAR },
  { "ipv4-silent", NULL, NET_SILENT " " NET_FAR, NET_FAR },
  { "ipv6-unreachable", NET_UNREACHABLE_6, NET_FAR, NET_FAR },
  { "ipv4-unreachable", NULL, NET_UNREACHABLE " " NET_FAR, NET_FAR },
  { "no-route-for-ipv6", NET_NO_ROUTE_6, NET_FAR, NET_FAR },
  { "ipv4-no-better", NET_FAR_6, NET_SILENT, NET_FAR_6 },
  { "many-silent", NET_SILENT_6, NET_SILENT " " NET_PROHIBITED " " NET_FAR, NET_FAR },
  { "all-silent", NET_SILENT_6, NET_SILENT, NULL },
};

static void
open_by_name (NetFixture *fixture,
              const Race *race,
              int         port)
{
  g_autoptr(MockResolver) resolver = mock_resolver_new ();

  mock_resolver_set_answer (resolver, G_SOCKET_FAMILY_IPV6, race->ipv6);
  mock_resolver_set_answer (resolver, G_SOCKET_FAMILY_IPV4, race->ipv4);
  g_resolver_set_default (G_RESOLVER (resolver));
  open_to (fixture, "host.example", port);
  mock_resolver_await_calls (resolver, 2);
  mock_resolver_await_idle (resolver);
}

/* The addresses before it fail or are silent: RFC 8305 has the next one tried then. */
static void
expect_winner (NetFixture *fixture,
               const Race *race)
{
  g_autofree char *remote = NULL;
  int port = 0;
  int listener = net_bind (SOCK_STREAM, race->winner, &port);

  g_assert_no_errno (listen (listener, 1));
  open_by_name (fixture, race, port);
  socket_fixture_expect (&fixture->socket, "connected");
  remote = tisock_tcp_socket_get_remote_address (fixture->socket.socket);
  g_assert_cmpstr (remote, ==, race->winner);

  fixture->socket.peer = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (fixture->socket.peer, >=, 0);
  close (listener);
  socket_fixture_write (&fixture->socket, "hello");
  socket_fixture_expect_sent (&fixture->socket, "hello");
}

static void
expect_no_winner (NetFixture *fixture,
                  const Race *race)
{
  tisock_tcp_socket_set_timeout (fixture->socket.socket, 600);
  open_by_name (fixture, race, 7000);
  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          "Could not connect to host.example:7000: "
                          "[" NET_SILENT_6 "]:7000: no answer; " NET_SILENT ":7000: no answer; "
                          "the timeout of 600 ms is over");
}

static void
test_race (NetFixture    *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GResolver) before = g_resolver_get_default ();
  const Race *race = user_data;

  if (race->winner != NULL)
    expect_winner (fixture, race);
  else
    expect_no_winner (fixture, race);

  g_resolver_set_default (before);
}

/* A name server takes the question, and says nothing until it is gone. */
typedef struct
{
  const char *name;
  guint       timeout;
  guint       resolve_timeout;
  const char *text;
} Silence;

static const Silence silences[] = {
  { "resolve-timeout", 0, 300,
    "Could not connect to host.example:7000: the name is not resolved; "
    "the resolve-timeout of 300 ms is over" },
  { "resolve-timeout-in-timeout", 20000, 300,
    "Could not connect to host.example:7000: the name is not resolved; "
    "the resolve-timeout of 300 ms is over" },
  { "timeout", 300, 20000,
    "Could not connect to host.example:7000: the name is not resolved; "
    "the timeout of 300 ms is over" },
};

static gboolean
bind_name_server (int *name_server)
{
  int port = 53;

  if (!net_is_name_server ())
    {
      g_test_skip ("the system's name servers cannot be replaced here");
      return FALSE;
    }

  *name_server = net_bind (SOCK_DGRAM, NET_FAR, &port);

  return TRUE;
}

static void
test_silent_name_server (NetFixture    *fixture,
                         gconstpointer  user_data)
{
  const Silence *silence = user_data;
  int name_server;

  if (!bind_name_server (&name_server))
    return;

  tisock_tcp_socket_set_timeout (fixture->socket.socket, silence->timeout);
  tisock_tcp_socket_set_resolve_timeout (fixture->socket.socket, silence->resolve_timeout);
  open_to (fixture, "host.example", 7000);
  test_peer_await (name_server, POLLIN);
  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          silence->text);
  close (name_server);
}

static void
test_silent_name_server_by_waiting (NetFixture    *fixture,
                                    gconstpointer  user_data)
{
  int name_server;

  if (!bind_name_server (&name_server))
    return;

  tisock_tcp_socket_set_resolve_timeout (fixture->socket.socket, 300);
  open_to (fixture, "host.example", 7000);
  wait_for_end (fixture);
  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          "the resolve-timeout of 300 ms is over");
  close (name_server);
}

/* The system's own patience with its name servers ends as well. */
static void
test_name_server_gives_up (NetFixture    *fixture,
                           gconstpointer  user_data)
{
  int name_server;

  if (!bind_name_server (&name_server))
    return;

  open_to (fixture, "host.example", 7000);
  net_fixture_expect_end (fixture, "error:103/error closed/error", ERROR, 103, "host.example");
  close (name_server);
}

static void
add_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (destinations); i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/connect/%s", destinations[i].name);
      g_autofree char *wait_path = g_strdup_printf ("/net/connect/%s/wait", destinations[i].name);

      NET_FIXTURE_ADD (path, &destinations[i], test_destination);
      NET_FIXTURE_ADD (wait_path, &destinations[i], test_destination_by_waiting);
    }

  for (guint i = 0; i < G_N_ELEMENTS (races); i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/race/%s", races[i].name);

      NET_FIXTURE_ADD (path, &races[i], test_race);
    }

  for (guint i = 0; i < G_N_ELEMENTS (silences); i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/name-server/%s", silences[i].name);

      NET_FIXTURE_ADD (path, &silences[i], test_silent_name_server);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!net_make_hosts ())
    return 0;

  add_rows ();
  NET_FIXTURE_ADD ("/net/connect/open-sync", NULL, test_open_sync);
  NET_FIXTURE_ADD ("/net/connect/open-async", NULL, test_open_async);
  NET_FIXTURE_ADD ("/net/connect/no-route/ipv4", NET_NO_ROUTE, test_no_route);
  NET_FIXTURE_ADD ("/net/connect/no-route/ipv6", NET_NO_ROUTE_6, test_no_route);
  NET_FIXTURE_ADD ("/net/connect/close", NULL, test_close);
  NET_FIXTURE_ADD ("/net/connect/interface-down", NULL, test_interface_down);
  NET_FIXTURE_ADD ("/net/connect/outage", NULL, test_outage);
  NET_FIXTURE_ADD ("/net/name-server/wait", NULL, test_silent_name_server_by_waiting);
  NET_FIXTURE_ADD ("/net/name-server/gives-up", NULL, test_name_server_gives_up);

  return g_test_run ();
}
