/* test-udp-multicast.c: groups, broadcasts, and how far datagrams go
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "udp-fixture.h"

#include "tisock-socket-error.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of the scope of one organization, and of one machine. */
#define GROUP "239.255.77.7"
#define OTHER_GROUP "239.255.77.8"
#define IPV6_GROUP "ff01::7707"

typedef struct
{
  UdpFixture              udp;
  TisockNetworkInterface *loopback;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  udp_fixture_set_up (&fixture->udp, NULL);
  fixture->loopback = tisock_network_interface_lookup ("lo");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_clear_object (&fixture->loopback);
  udp_fixture_tear_down (&fixture->udp, NULL);
}

/* Opens the socket on loopback for groups. FALSE, and the test is skipped, where that is not
 * possible. */
static gboolean
open_on_loopback (Fixture  *fixture,
                  gboolean  send_to_self)
{
  if (fixture->loopback == NULL)
    {
      g_test_skip ("There is no interface of the name lo");
      return FALSE;
    }

  tisock_udp_socket_set_multicast_interface (fixture->udp.socket, fixture->loopback);
  tisock_udp_socket_set_send_to_self (fixture->udp.socket, send_to_self);
  udp_fixture_open (&fixture->udp);

  return TRUE;
}

static void
join (Fixture    *fixture,
      const char *group)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_udp_socket_join_multicast_group (fixture->udp.socket, group, NULL,
                                                         &error));
  g_assert_no_error (error);
}

static void
write_to (Fixture    *fixture,
          const char *group,
          const char *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (udp_fixture_write_to (&fixture->udp, group, 0, text, &error));
  g_assert_no_error (error);
}

/* What has come is this, and nothing else. */
static void
expect_one (Fixture    *fixture,
            const char *text)
{
  g_autoptr(TisockDatagram) datagram = NULL;
  const guint8 *data;
  gsize length;

  udp_fixture_await (&fixture->udp, 1);
  datagram = tisock_udp_socket_read (fixture->udp.socket);
  data = tisock_datagram_get_data (datagram, &length);
  g_assert_cmpmem (data, length, text, strlen (text));
}

/* Loopback is quick: what has not come when the next one is there does not come. */
static void
expect_none (Fixture *fixture)
{
  write_to (fixture, "127.0.0.1", "marker");
  expect_one (fixture, "marker");
}

static void
test_join (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  if (!open_on_loopback (fixture, TRUE))
    return;

  write_to (fixture, GROUP, "before");
  expect_none (fixture);
  join (fixture, GROUP);
  write_to (fixture, GROUP, "data");
  expect_one (fixture, "data");
  write_to (fixture, OTHER_GROUP, "other");
  expect_none (fixture);

  g_assert_false (tisock_udp_socket_join_multicast_group (fixture->udp.socket, GROUP, NULL,
                                                          &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, GROUP));

  g_assert_true (tisock_udp_socket_leave_multicast_group (fixture->udp.socket, GROUP, NULL, NULL));
  write_to (fixture, GROUP, "after");
  expect_none (fixture);
  g_assert_false (tisock_udp_socket_leave_multicast_group (fixture->udp.socket, GROUP, NULL,
                                                           NULL));
  g_assert_true (tisock_socket_core_get_is_connected (fixture->udp.core));
}

static void
test_join_many (Fixture       *fixture,
                gconstpointer  user_data)
{
  if (!open_on_loopback (fixture, TRUE))
    return;

  for (guint i = 1; i <= 20; i++)
    {
      g_autofree char *group = g_strdup_printf ("239.255.78.%u", i);

      join (fixture, group);
      write_to (fixture, group, group);
      expect_one (fixture, group);
    }
}

static void
test_ipv6 (Fixture       *fixture,
           gconstpointer  user_data)
{
  if (!test_has_ipv6 ())
    {
      g_test_skip ("There is no IPv6");
      return;
    }
  if (!open_on_loopback (fixture, TRUE))
    return;

  if (!udp_fixture_write_to (&fixture->udp, IPV6_GROUP, 0, "before", NULL))
    {
      g_test_skip ("There is no route to groups of IPv6");
      return;
    }

  join (fixture, IPV6_GROUP);
  join (fixture, GROUP);
  write_to (fixture, IPV6_GROUP "%lo", "six");
  expect_one (fixture, "six");
  write_to (fixture, GROUP, "four");
  expect_one (fixture, "four");
  g_assert_true (tisock_udp_socket_leave_multicast_group (fixture->udp.socket, IPV6_GROUP,
                                                          fixture->loopback, NULL));
  write_to (fixture, IPV6_GROUP, "after");
  expect_none (fixture);
}

/* From 127.0.0.1. */
static void
send_to_group (Fixture    *fixture,
               const char *text)
{
  struct ip_mreqn interface = {
    .imr_ifindex = (int) tisock_network_interface_get_index (fixture->loopback),
  };
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons ((guint16) tisock_socket_core_get_port (fixture->udp.core)),
    .sin_addr.s_addr = inet_addr (GROUP),
  };
  int peer = fixture->udp.peer;

  g_assert_no_errno (setsockopt (peer, IPPROTO_IP, IP_MULTICAST_IF, &interface,
                                 sizeof interface));
  g_assert_cmpint (sendto (peer, text, strlen (text), 0, (struct sockaddr *) &address,
                           sizeof address), ==, strlen (text));
}

static void
test_source (Fixture       *fixture,
             gconstpointer  user_data)
{
  TisockUDPSocket *socket = fixture->udp.socket;
  g_autoptr(GError) error = NULL;

  if (!open_on_loopback (fixture, TRUE))
    return;

  g_assert_true (tisock_udp_socket_join_multicast_source (socket, GROUP, "127.0.0.2", NULL,
                                                          &error));
  g_assert_no_error (error);
  send_to_group (fixture, "from another one");
  expect_none (fixture);
  g_assert_true (tisock_udp_socket_join_multicast_source (socket, GROUP, "127.0.0.1", NULL, NULL));
  send_to_group (fixture, "data");
  expect_one (fixture, "data");
  g_assert_true (tisock_udp_socket_leave_multicast_source (socket, GROUP, "127.0.0.1", NULL,
                                                           NULL));
  send_to_group (fixture, "after");
  expect_none (fixture);

  g_assert_false (tisock_udp_socket_join_multicast_source (socket, GROUP, "::1", NULL, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION);
}

/* Of two sockets with one port each has its own groups. */
static void
test_shared (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr(TisockUDPSocket) other = tisock_udp_socket_new ();
  TisockSocketCore *core = TISOCK_SOCKET_CORE (other);

  tisock_udp_socket_set_share_port (fixture->udp.socket, TRUE);
  if (!open_on_loopback (fixture, TRUE))
    return;

  tisock_udp_socket_set_share_port (other, TRUE);
  tisock_udp_socket_set_multicast_interface (other, fixture->loopback);
  tisock_socket_core_set_port (core, tisock_socket_core_get_port (fixture->udp.core));
  g_assert_true (tisock_socket_core_open (core, NULL));
  join (fixture, GROUP);
  g_assert_true (tisock_udp_socket_join_multicast_group (other, GROUP, NULL, NULL));
  g_assert_true (tisock_udp_socket_join_multicast_group (other, OTHER_GROUP, NULL, NULL));

  write_to (fixture, OTHER_GROUP, "for the other one");
  write_to (fixture, GROUP, "for both");
  test_wait_until (tisock_udp_socket_get_packets_available (other) == 2);
  expect_one (fixture, "for both");
  tisock_socket_core_close (core);
}

static void
test_misuse (Fixture       *fixture,
             gconstpointer  user_data)
{
  static const char *const groups[] = { "192.0.2.1", "2001:db8::1", "group.test", "" };
  UdpFixture *udp = &fixture->udp;

  g_assert_false (tisock_udp_socket_join_multicast_group (udp->socket, GROUP, NULL, NULL));
  udp_fixture_expect_now (udp, "error:106/initialized");
  udp_fixture_open (udp);
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      g_assert_false (tisock_udp_socket_join_multicast_group (udp->socket, groups[i], NULL, NULL));
      udp_fixture_expect_now (udp, "error:103/connected");
    }

  tisock_udp_socket_set_router_hops (udp->socket, 0);
  udp_fixture_expect_now (udp, "error:106/connected");
  tisock_udp_socket_set_router_hops (udp->socket, 256);
  udp_fixture_expect_now (udp, "error:106/connected");
  g_assert_cmpuint (tisock_udp_socket_get_router_hops (udp->socket), ==, 32);
}

/* What is bound to an address would wait for a group's datagrams in vain. */
static void
test_bound (Fixture       *fixture,
            gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;

  tisock_socket_core_set_network_interface (udp->core, fixture->loopback);
  if (!open_on_loopback (fixture, TRUE))
    return;

  g_assert_false (tisock_udp_socket_join_multicast_group (udp->socket, GROUP, NULL, NULL));
  udp_fixture_expect_now (udp, "error:106/connected");
}

/* How far */

static int
get_number (UdpFixture *udp,
            int         level,
            int         name)
{
  int value = -1;
  socklen_t size = sizeof value;

  g_assert_no_errno (getsockopt (tisock_socket_core_get_handle (udp->core), level, name,
                                 &value, &size));

  return value;
}

/* Loopback brings back whatever is sent there: only the option can be seen here. */
static void
test_send_to_self (Fixture       *fixture,
                   gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;

  udp_fixture_open (udp);
  for (int loop = FALSE; loop <= TRUE; loop++)
    {
      tisock_udp_socket_set_send_to_self (udp->socket, loop);
      g_assert_cmpint (tisock_udp_socket_get_send_to_self (udp->socket), ==, loop);
      g_assert_cmpint (get_number (udp, IPPROTO_IP, IP_MULTICAST_LOOP), ==, loop);
      if (test_has_ipv6 ())
        g_assert_cmpint (get_number (udp, IPPROTO_IPV6, IPV6_MULTICAST_LOOP), ==, loop);
    }
}

static void
expect_hops (UdpFixture *udp,
             int         hops)
{
  g_assert_cmpint (get_number (udp, IPPROTO_IP, IP_TTL), ==, hops);
  g_assert_cmpint (get_number (udp, IPPROTO_IP, IP_MULTICAST_TTL), ==, hops);
  if (!test_has_ipv6 ())
    return;

  g_assert_cmpint (get_number (udp, IPPROTO_IPV6, IPV6_UNICAST_HOPS), ==, hops);
  g_assert_cmpint (get_number (udp, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), ==, hops);
}

/* In effect whether it is set before or after. */
static void
test_router_hops (Fixture       *fixture,
                  gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;

  g_assert_cmpuint (tisock_udp_socket_get_router_hops (udp->socket), ==, 32);
  udp_fixture_open (udp);
  expect_hops (udp, 32);
  tisock_udp_socket_set_router_hops (udp->socket, 255);
  expect_hops (udp, 255);
  tisock_socket_core_close (udp->core);
  tisock_udp_socket_set_router_hops (udp->socket, 1);
  udp_fixture_expect_now (udp, "closed/closed");
  udp_fixture_open (udp);
  expect_hops (udp, 1);
}

static void
test_broadcast (Fixture       *fixture,
                gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;
  g_autofree char *address = NULL;

  if (fixture->loopback == NULL)
    {
      g_test_skip ("There is no interface of the name lo");
      return;
    }

  tisock_socket_core_set_network_interface (udp->core, fixture->loopback);
  address = tisock_udp_socket_get_broadcast_address (udp->socket);
  g_assert_cmpstr (address, ==, "127.255.255.255");

  /* Who sends to it needs no leave, and who is bound to all addresses gets it. */
  tisock_socket_core_set_network_interface (udp->core, NULL);
  udp_fixture_open (udp);
  write_to (fixture, address, "to all");
  expect_one (fixture, "to all");
}

#define ADD(path, function) \
  g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/udp-multicast/join/one", test_join);
  ADD ("/udp-multicast/join/many", test_join_many);
  ADD ("/udp-multicast/join/ipv6", test_ipv6);
  ADD ("/udp-multicast/join/source", test_source);
  ADD ("/udp-multicast/join/shared", test_shared);
  ADD ("/udp-multicast/join/misuse", test_misuse);
  ADD ("/udp-multicast/join/bound", test_bound);
  ADD ("/udp-multicast/send-to-self", test_send_to_self);
  ADD ("/udp-multicast/router-hops", test_router_hops);
  ADD ("/udp-multicast/broadcast", test_broadcast);

  return g_test_run ();
}
