/* test-udp-details.c: what datagrams tell of their way, and datagrams that go it together
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/packet-io.h"
#include "udp-fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

static TisockDatagram *
take (UdpFixture *fixture)
{
  test_wait_until (tisock_udp_socket_get_packets_available (fixture->socket) > 0);

  return tisock_udp_socket_read (fixture->socket);
}

/* Sends a datagram to the socket itself, and takes it. */
static TisockDatagram *
pass (UdpFixture     *fixture,
      TisockDatagram *datagram)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_udp_socket_write (fixture->socket, datagram, &error));
  g_assert_no_error (error);

  return take (fixture);
}

static const char *const addresses[] = { "127.0.0.1", "::1" };

static guint
count_families (void)
{
  return test_has_ipv6 () ? 2 : 1;
}

/* By both families, to a socket that is one for both. */
static void
test_details (UdpFixture    *fixture,
              gconstpointer  user_data)
{
  g_autoptr(TisockNetworkInterface) loopback = tisock_network_interface_lookup ("lo");

  tisock_udp_socket_set_receive_details (fixture->socket, TRUE);
  g_assert_true (tisock_udp_socket_get_receive_details (fixture->socket));
  tisock_udp_socket_set_router_hops (fixture->socket, 77);
  udp_fixture_open (fixture);
  for (guint i = 0; i < count_families (); i++)
    {
      g_autoptr(TisockDatagram) plain = tisock_datagram_new (addresses[i], 0, NULL, 0);
      g_autoptr(TisockDatagram) near = tisock_datagram_with_router_hops (plain, 3);
      g_autoptr(TisockDatagram) marked = tisock_datagram_with_ecn (near, 1);
      g_autoptr(TisockDatagram) first = pass (fixture, plain);
      g_autoptr(TisockDatagram) second = pass (fixture, marked);
      g_autofree char *local = tisock_datagram_get_local_address (first);

      g_assert_cmpstr (local, ==, addresses[i]);
      g_assert_cmpint (tisock_datagram_get_router_hops (first), ==, 77);
      g_assert_cmpint (tisock_datagram_get_ecn (first), ==, 0);
      if (loopback != NULL)
        g_assert_cmpuint (tisock_datagram_get_interface_index (first), ==,
                          tisock_network_interface_get_index (loopback));

      g_assert_cmpint (tisock_datagram_get_router_hops (second), ==, 3);
      g_assert_cmpint (tisock_datagram_get_ecn (second), ==, 1);
    }
}

/* Off by default, and again. */
static void
test_no_details (UdpFixture    *fixture,
                 gconstpointer  user_data)
{
  g_autoptr(TisockDatagram) plain = tisock_datagram_new ("127.0.0.1", 0, NULL, 0);

  udp_fixture_open (fixture);
  for (gboolean wanted = FALSE; wanted <= TRUE; wanted++)
    {
      g_autoptr(TisockDatagram) datagram = NULL;

      tisock_udp_socket_set_receive_details (fixture->socket, wanted);
      tisock_udp_socket_set_receive_details (fixture->socket, FALSE);
      datagram = pass (fixture, plain);
      g_assert_null (tisock_datagram_get_local_address (datagram));
      g_assert_cmpuint (tisock_datagram_get_interface_index (datagram), ==, 0);
      g_assert_cmpint (tisock_datagram_get_router_hops (datagram), ==, -1);
      g_assert_cmpint (tisock_datagram_get_ecn (datagram), ==, -1);
    }
}

/* An answer that comes from the address that was asked. */
static void
test_local_address (UdpFixture    *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(TisockDatagram) plain = tisock_datagram_new ("127.0.0.1", 0, NULL, 0);
  g_autoptr(TisockDatagram) from = tisock_datagram_with_local_address (plain, "127.0.0.9");
  g_autoptr(TisockDatagram) datagram = NULL;
  g_autofree char *address = NULL;

  udp_fixture_open (fixture);
  datagram = pass (fixture, from);
  address = tisock_datagram_get_address (datagram);
  g_assert_cmpstr (address, ==, "127.0.0.9");
}

/* Together */

static TisockPacket *
make_packet (guint  number,
             gsize  length,
             int    port)
{
  g_autofree guint8 *data = g_malloc0 (length + 1);
  TisockPacket *packet;

  data[0] = (guint8) number;
  packet = tisock_packet_new (data, length);
  tisock_packet_set_remote (packet, "127.0.0.1", (guint16) port);

  return packet;
}

/* Each arrives as it was, however many the system was given as one. */
static void
test_merging (UdpFixture    *fixture,
              gconstpointer  user_data)
{
  static const gsize lengths[] = { 100, 100, 100, 40, 100, 0, 1, 1, 1, 2000, 2000, 1472, 1472, 7 };
  const guint n = G_N_ELEMENTS (lengths);
  TisockPacket *packets[G_N_ELEMENTS (lengths)];
  guint8 buffer[4096];
  int sent = 0;

  udp_fixture_open (fixture);
  for (guint i = 0; i < n; i++)
    packets[i] = make_packet (i, lengths[i], fixture->peer_port);

  while (sent < (int) n)
    {
      int more = tisock_packets_send (tisock_socket_core_get_handle (fixture->core),
                                      test_has_ipv6 () ? AF_INET6 : AF_INET, TRUE,
                                      packets + sent, n - (guint) sent);

      g_assert_cmpint (more, >, 0);
      sent += more;
    }

  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (recv (fixture->peer, buffer, sizeof buffer, MSG_DONTWAIT), ==, lengths[i]);
      if (lengths[i] > 0)
        g_assert_cmpuint (buffer[0], ==, i);
      tisock_packet_unref (packets[i]);
    }
  g_assert_cmpint (recv (fixture->peer, buffer, sizeof buffer, MSG_DONTWAIT), <, 0);
}

/* What a peer gives to its system as one comes as one, and is divided. */
static void
test_divided (UdpFixture    *fixture,
              gconstpointer  user_data)
{
#ifdef UDP_SEGMENT
  static const guint8 data[1050];
  const gsize last = 50;
  int segment = 100;

  udp_fixture_open (fixture);
  if (setsockopt (fixture->peer, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment) != 0)
    {
      g_test_skip ("This system does not merge datagrams");
      return;
    }

  g_assert_cmpint (send (fixture->peer, data, sizeof data, 0), ==, sizeof data);
  udp_fixture_await (fixture, 11);
  udp_fixture_expect_now (fixture, "data:11");
  for (guint i = 0; i < 11; i++)
    {
      g_autoptr(TisockDatagram) datagram = take (fixture);
      gsize length;

      tisock_datagram_get_data (datagram, &length);
      g_assert_cmpuint (length, ==, i < 10 ? (gsize) segment : last);
      g_assert_cmpint (tisock_datagram_get_port (datagram), ==, fixture->peer_port);
    }
#else
  g_test_skip ("This system does not merge datagrams");
#endif
}

/* Where there is less room than a datagram needs, its end is missing, and it says so. */
static void
test_truncated (UdpFixture    *fixture,
                gconstpointer  user_data)
{
  g_autofree guint8 *landing = g_malloc (TISOCK_LANDING_SIZE);
  TisockPacketQueue queue = { .size = 0 };
  TisockPacket *packet;
  gboolean missed = FALSE;

  udp_fixture_open (fixture);
  test_peer_send (fixture->peer, "long");
  test_peer_send (fixture->peer, "in");
  g_assert_cmpint (tisock_packets_receive (tisock_socket_core_get_handle (fixture->core), landing,
                                           3, TISOCK_PACKET_BATCH, &queue, &missed), ==, 2);
  g_assert_false (missed);
  packet = tisock_packet_queue_pop (&queue);
  g_assert_cmpmem (packet->data, packet->length, "lon", 3);
  g_assert_true (packet->truncated);
  tisock_packet_unref (packet);
  packet = tisock_packet_queue_pop (&queue);
  g_assert_cmpmem (packet->data, packet->length, "in", 2);
  g_assert_false (packet->truncated);
  tisock_packet_unref (packet);
  g_assert_cmpuint (queue.size, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  UDP_FIXTURE_ADD ("/udp-details/receive", test_details);
  UDP_FIXTURE_ADD ("/udp-details/off", test_no_details);
  UDP_FIXTURE_ADD ("/udp-details/local-address", test_local_address);
  UDP_FIXTURE_ADD ("/udp-details/merging", test_merging);
  UDP_FIXTURE_ADD ("/udp-details/divided", test_divided);
  UDP_FIXTURE_ADD ("/udp-details/truncated", test_truncated);

  return g_test_run ();
}
