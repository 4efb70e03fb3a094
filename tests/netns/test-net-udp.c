/* test-net-udp.c: datagrams between two hosts, for groups and for all, and reports of routers
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "net-fixture.h"

#include "../udp-fixture.h"

#include "engine/endpoint.h"

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MARKER "marker"

/* What is the same for both families. */
typedef struct
{
  const char *name;
  const char *group;
  const char *near;
  const char *far;
  const char *other;            /* address of the far host's */
} Family;

static const Family families[] = {
  { "ipv4", "239.255.77.9", NET_NEAR, NET_FAR, NET_MOVABLE },
  { "ipv6", "ff05::7709", NET_NEAR_6, NET_FAR_6, NET_MOVABLE_6 },
};

/* The socket uses groups on the network, not on loopback. */
static void
open_on_network (UdpFixture *fixture)
{
  g_autoptr(TisockNetworkInterface) near = tisock_network_interface_lookup ("near");

  g_assert_nonnull (near);
  tisock_udp_socket_set_multicast_interface (fixture->socket, near);
  udp_fixture_open (fixture);
}

static void
write_to (UdpFixture *fixture,
          const char *address,
          int         port,
          const char *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (udp_fixture_write_to (fixture, address, port, text, &error));
  g_assert_no_error (error);
}

/* The next one that has come. */
static void
expect_next (UdpFixture *fixture,
             const char *text)
{
  g_autoptr(TisockDatagram) datagram = NULL;
  const guint8 *data;
  gsize length;

  test_wait_until (tisock_udp_socket_get_packets_available (fixture->socket) > 0);
  datagram = tisock_udp_socket_read (fixture->socket);
  data = tisock_datagram_get_data (datagram, &length);
  g_assert_cmpmem (data, length, text, strlen (text));
}

static void
expect_at (int         peer,
           const char *text)
{
  char buffer[100];
  ssize_t n;

  test_peer_await (peer, POLLIN);
  n = recv (peer, buffer, sizeof buffer, 0);
  g_assert_cmpmem (buffer, n, text, strlen (text));
}

/* Lets a descriptor of the far host send to groups, or be in one. */
static void
set_group (int         fd,
           const char *group)
{
  struct group_req request = { .gr_interface = 0 };
  struct ip_mreqn ipv4 = { .imr_ifindex = 0 };
  TisockEndpoint endpoint;
  int index;

  net_enter (NET_HOST_FAR);
  index = (int) if_nametoindex ("far");
  net_enter (NET_HOST_NEAR);

  g_assert_true (tisock_endpoint_parse (&endpoint, group, 0));
  tisock_endpoint_to_sockaddr (&endpoint, &request.gr_group);
  request.gr_interface = (guint32) index;
  ipv4.imr_ifindex = index;
  if (endpoint.family == AF_INET)
    g_assert_no_errno (setsockopt (fd, IPPROTO_IP, IP_MULTICAST_IF, &ipv4, sizeof ipv4));
  else
    g_assert_no_errno (setsockopt (fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index));
  g_assert_no_errno (setsockopt (fd, endpoint.family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
                                 MCAST_JOIN_GROUP, &request, sizeof request));
}

static void
send_from (int         peer,
           const char *address,
           int         port,
           const char *text)
{
  struct sockaddr_storage native;
  TisockEndpoint endpoint;
  socklen_t length;

  g_assert_true (tisock_endpoint_parse (&endpoint, address, (guint16) port));
  length = tisock_endpoint_to_sockaddr (&endpoint, &native);
  g_assert_cmpint (sendto (peer, text, strlen (text), 0, (struct sockaddr *) &native, length), ==,
                   strlen (text));
}

/* A link that is new drops what is sent before it is quite up, and here nothing is sent again. */
static void
await_link (void)
{
  int port = 0;
  int far = net_bind (SOCK_DGRAM, NET_FAR, &port);
  int near = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  char buffer[100];

  g_assert_cmpint (near, >=, 0);
  while (recv (far, buffer, sizeof buffer, MSG_DONTWAIT) < 0)
    send_from (near, NET_FAR, port, MARKER);
  close (near);
  close (far);
}

/* What is sent to a group comes back only if that is wanted. */
static void
test_send_to_self (UdpFixture    *fixture,
                   gconstpointer  user_data)
{
  const Family *family = user_data;

  open_on_network (fixture);
  g_assert_true (tisock_udp_socket_join_multicast_group (fixture->socket, family->group, NULL,
                                                         NULL));
  write_to (fixture, family->group, 0, "not for me");
  write_to (fixture, family->near, 0, MARKER);
  expect_next (fixture, MARKER);
  tisock_udp_socket_set_send_to_self (fixture->socket, TRUE);
  write_to (fixture, family->group, 0, "for me");
  expect_next (fixture, "for me");
}

static void
test_group (UdpFixture    *fixture,
            gconstpointer  user_data)
{
  const Family *family = user_data;
  int port = 0;
  int peer = net_bind (SOCK_DGRAM, family == &families[0] ? "0.0.0.0" : "::", &port);
  int own_port;

  set_group (peer, family->group);
  open_on_network (fixture);
  own_port = tisock_socket_core_get_port (fixture->core);
  write_to (fixture, family->group, port, "to the group");
  expect_at (peer, "to the group");

  send_from (peer, family->group, own_port, "before");
  send_from (peer, family->near, own_port, MARKER);
  expect_next (fixture, MARKER);
  g_assert_true (tisock_udp_socket_join_multicast_group (fixture->socket, family->group, NULL,
                                                         NULL));
  send_from (peer, family->group, own_port, "to the group");
  expect_next (fixture, "to the group");
  g_assert_true (tisock_udp_socket_leave_multicast_group (fixture->socket, family->group, NULL,
                                                          NULL));
  send_from (peer, family->group, own_port, "after");
  send_from (peer, family->near, own_port, MARKER);
  expect_next (fixture, MARKER);
  close (peer);
}

/* Of two senders one is heard. */
static void
test_source (UdpFixture    *fixture,
             gconstpointer  user_data)
{
  const Family *family = user_data;
  int port = 0;
  int wanted = net_bind (SOCK_DGRAM, family->far, &port);
  int unwanted = (port = 0, net_bind (SOCK_DGRAM, family->other, &port));
  int own_port;

  set_group (wanted, family->group);
  set_group (unwanted, family->group);
  open_on_network (fixture);
  own_port = tisock_socket_core_get_port (fixture->core);
  g_assert_true (tisock_udp_socket_join_multicast_source (fixture->socket, family->group,
                                                          family->far, NULL, NULL));
  send_from (unwanted, family->group, own_port, "unwanted");
  send_from (wanted, family->group, own_port, "wanted");
  expect_next (fixture, "wanted");
  g_assert_true (tisock_udp_socket_leave_multicast_source (fixture->socket, family->group,
                                                           family->far, NULL, NULL));
  send_from (wanted, family->group, own_port, "after");
  send_from (wanted, family->near, own_port, MARKER);
  expect_next (fixture, MARKER);
  close (wanted);
  close (unwanted);
}

static void
test_broadcast (UdpFixture    *fixture,
                gconstpointer  user_data)
{
  g_autofree char *address = NULL;
  int port = 0;
  int peer = net_bind (SOCK_DGRAM, "0.0.0.0", &port);

  udp_fixture_open (fixture);
  address = tisock_udp_socket_get_broadcast_address (fixture->socket);
  g_assert_cmpstr (address, ==, "192.0.2.255");
  write_to (fixture, address, port, "to all");
  expect_at (peer, "to all");
  close (peer);
}

/* A router says why; the message says of whom. It may be silent for a while, as it says only so
 * much in a time: then it is tried again. */
static void
test_report (UdpFixture    *fixture,
             gconstpointer  user_data)
{
  static const struct { const char *address, *entry, *text; } destinations[] = {
    { NET_UNREACHABLE, "error:host-unreachable/connected", NET_UNREACHABLE ":7000" },
    { NET_UNREACHABLE_6, "error:network-unreachable/connected", "[" NET_UNREACHABLE_6 "]:7000" },
    { NET_PROHIBITED, "error:host-unreachable/connected", NET_PROHIBITED ":7000" },
    { NET_PROHIBITED_6, "error:permission-denied/connected", "[" NET_PROHIBITED_6 "]:7000" },
    { NET_FAR, "error:connection-refused/connected", NET_FAR ":7000" },
    { NET_FAR_6, "error:connection-refused/connected", "[" NET_FAR_6 "]:7000" },
  };

  udp_fixture_open (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (destinations); i++)
    {
      g_string_truncate (fixture->log, 0);
      while (fixture->message == NULL || strstr (fixture->message, destinations[i].text) == NULL)
        {
          write_to (fixture, destinations[i].address, 7000, "data");
          udp_fixture_settle ();
        }
      g_assert_nonnull (strstr (fixture->log->str, destinations[i].entry));
      g_assert_true (tisock_socket_core_get_is_connected (fixture->core));
    }
}

/* What this host knows is told at once. */
static void
test_no_route (UdpFixture    *fixture,
               gconstpointer  user_data)
{
  static const char *const addresses[] = { NET_NO_ROUTE, NET_NO_ROUTE_6 };

  udp_fixture_open (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (udp_fixture_write_to (fixture, addresses[i], 7, "data", &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE);
      g_assert_nonnull (strstr (error->message, addresses[i]));
      udp_fixture_expect (fixture, "error:network-unreachable/connected");
    }
}

/* Datagrams that the system was given as one are those that were written. */
static void
write_many (UdpFixture *fixture,
            const char *signal)
{
  if (g_strcmp0 (signal, "data-available") != 0)
    return;

  for (guint i = 0; i < 50; i++)
    write_to (fixture, NET_FAR, GPOINTER_TO_INT (fixture->data), MARKER);
}

static void
test_many (UdpFixture    *fixture,
           gconstpointer  user_data)
{
  int port = 0;
  int peer = net_bind (SOCK_DGRAM, NET_FAR, &port);

  udp_fixture_open (fixture);
  fixture->action = write_many;
  fixture->data = GINT_TO_POINTER (port);
  test_peer_send (fixture->peer, "go");
  udp_fixture_expect (fixture, "data:1 complete:0");
  for (guint i = 0; i < 50; i++)
    expect_at (peer, MARKER);
  close (peer);
}

static void
add_both (const char *path,
          void      (*function) (UdpFixture    *fixture,
                                 gconstpointer  user_data))
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_autofree char *full_path = g_strdup_printf ("%s/%s", path, families[i].name);

      g_test_add (full_path, UdpFixture, &families[i], udp_fixture_set_up, function,
                  udp_fixture_tear_down);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!net_make_hosts ())
    return 0;
  await_link ();

  add_both ("/net/udp/send-to-self", test_send_to_self);
  add_both ("/net/udp/group", test_group);
  add_both ("/net/udp/source", test_source);
  UDP_FIXTURE_ADD ("/net/udp/broadcast", test_broadcast);
  UDP_FIXTURE_ADD ("/net/udp/report", test_report);
  UDP_FIXTURE_ADD ("/net/udp/no-route", test_no_route);
  UDP_FIXTURE_ADD ("/net/udp/many", test_many);

  return g_test_run ();
}
