/* test-udp-peer.c: a UDPSocket that has one peer, and destinations that are names
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-resolver.h"
#include "udp-fixture.h"

#include "tisock-socket-error.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  UdpFixture    udp;
  MockResolver *resolver;
  GResolver    *real_resolver;
} Fixture;

#define ADD(path, function) \
  g_test_add (path, Fixture, NULL, set_up, function, tear_down)

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->real_resolver = g_resolver_get_default ();
  fixture->resolver = mock_resolver_new ();
  g_resolver_set_default (G_RESOLVER (fixture->resolver));
  udp_fixture_set_up (&fixture->udp, NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  udp_fixture_tear_down (&fixture->udp, NULL);
  mock_resolver_await_idle (fixture->resolver);
  g_resolver_set_default (fixture->real_resolver);
  g_clear_object (&fixture->real_resolver);
  g_clear_object (&fixture->resolver);
}

static void
answer (Fixture    *fixture,
        const char *ipv4,
        const char *ipv6)
{
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, ipv4);
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV6, ipv6);
}

static void
hold (Fixture *fixture)
{
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
}

static void
release (Fixture *fixture)
{
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
}

static void
write_to (Fixture    *fixture,
          const char *address,
          const char *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (udp_fixture_write_to (&fixture->udp, address, fixture->udp.peer_port, text,
                                       &error));
  g_assert_no_error (error);
}

static guint64
get_left (Fixture *fixture)
{
  return tisock_udp_socket_get_packets_left_to_send (fixture->udp.socket);
}

/* Names */

/* What is behind a name waits, and the order stays. */
static void
test_name (Fixture       *fixture,
           gconstpointer  user_data)
{
  answer (fixture, "127.0.0.1", NULL);
  hold (fixture);
  udp_fixture_open (&fixture->udp);
  write_to (fixture, "peer.test", "one");
  write_to (fixture, "127.0.0.1", "two");
  write_to (fixture, "peer.test", "three");
  write_to (fixture, "127.0.0.1", "four");
  mock_resolver_await_calls (fixture->resolver, 2);
  udp_fixture_settle ();
  g_assert_cmpuint (get_left (fixture), ==, 4);
  udp_fixture_expect_now (&fixture->udp, "");

  release (fixture);
  udp_fixture_expect (&fixture->udp, "complete:0");
  udp_fixture_expect_sent (&fixture->udp, "one");
  udp_fixture_expect_sent (&fixture->udp, "two");
  udp_fixture_expect_sent (&fixture->udp, "three");
  udp_fixture_expect_sent (&fixture->udp, "four");
  /* It was asked for once, and for both families. */
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 2);
}

static void
test_unknown_name (Fixture       *fixture,
                   gconstpointer  user_data)
{
  hold (fixture);
  udp_fixture_open (&fixture->udp);
  write_to (fixture, "nowhere.test", "one");
  write_to (fixture, "127.0.0.1", "two");
  write_to (fixture, "nowhere.test", "three");
  release (fixture);
  udp_fixture_expect (&fixture->udp, "error:103/connected error:103/connected complete:0");
  g_assert_nonnull (strstr (fixture->udp.message, "nowhere.test"));
  /* It was asked for once. */
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 2);
  udp_fixture_expect_sent (&fixture->udp, "two");
  g_assert_cmpint (recv (fixture->udp.peer, NULL, 0, MSG_DONTWAIT), <, 0);
  g_assert_cmpuint (tisock_udp_socket_get_packets_unsent (fixture->udp.socket), ==, 2);
  g_assert_true (tisock_socket_core_get_is_connected (fixture->udp.core));
}

/* One name after the other, and without a main loop. */
static void
test_names (Fixture       *fixture,
            gconstpointer  user_data)
{
  answer (fixture, "127.0.0.1", NULL);
  udp_fixture_open (&fixture->udp);
  write_to (fixture, "one.test", "one");
  write_to (fixture, "two.test", "two");
  while (get_left (fixture) > 0)
    g_assert_true (tisock_socket_core_wait (fixture->udp.core, -1, NULL));
  udp_fixture_expect_sent (&fixture->udp, "one");
  udp_fixture_expect_sent (&fixture->udp, "two");
  /* What the other family says is not asked for once there is an answer, if it was not by then. */
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), >=, 2);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), <=, 4);
}

/* IPv4 if there is any; else IPv6. */
static void
test_families (Fixture       *fixture,
               gconstpointer  user_data)
{
  static const struct { const char *ipv4, *ipv6, *chosen; } cases[] = {
    { "127.0.0.1", "::1", "127.0.0.1" },
    { NULL, "::1", "::1" },
    { "127.0.0.1 127.0.0.2", NULL, "127.0.0.1" },
  };

  if (!test_has_ipv6 ())
    {
      g_test_skip ("There is no IPv6");
      return;
    }

  udp_fixture_open (&fixture->udp);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(TisockDatagram) datagram = NULL;
      g_autofree char *address = NULL;

      answer (fixture, cases[i].ipv4, cases[i].ipv6);
      g_assert_true (udp_fixture_write_to (&fixture->udp, "peer.test", 0, "data", NULL));
      udp_fixture_await (&fixture->udp, 1);
      datagram = tisock_udp_socket_read (fixture->udp.socket);
      address = tisock_datagram_get_address (datagram);
      g_assert_cmpstr (address, ==, cases[i].chosen);
    }
}

static void
test_close_while_resolving (Fixture       *fixture,
                            gconstpointer  user_data)
{
  answer (fixture, "127.0.0.1", NULL);
  hold (fixture);
  udp_fixture_open (&fixture->udp);
  write_to (fixture, "peer.test", "data");
  mock_resolver_await_calls (fixture->resolver, 2);
  tisock_socket_core_close (fixture->udp.core);
  udp_fixture_expect_now (&fixture->udp, "closed/closed");
  release (fixture);
  mock_resolver_await_idle (fixture->resolver);
  udp_fixture_settle ();
  g_assert_cmpint (recv (fixture->udp.peer, NULL, 0, MSG_DONTWAIT), <, 0);
}

/* A queue that waits is where limits can be seen. */
static void
test_limits (Fixture       *fixture,
             gconstpointer  user_data)
{
  TisockUDPSocket *socket = fixture->udp.socket;

  answer (fixture, "127.0.0.1", NULL);
  hold (fixture);
  tisock_udp_socket_set_send_limit (socket, 1000);
  udp_fixture_open (&fixture->udp);
  for (guint i = 0; i < 100; i++)
    write_to (fixture, "peer.test", "data");
  g_assert_true (tisock_udp_socket_get_needs_drain (socket));
  release (fixture);
  udp_fixture_expect (&fixture->udp, "complete:0 drained");
  g_assert_false (tisock_udp_socket_get_needs_drain (socket));
  for (guint i = 0; i < 100; i++)
    udp_fixture_expect_sent (&fixture->udp, "data");
}

/* One peer */

static void
set_peer (Fixture    *fixture,
          const char *address,
          int         port)
{
  tisock_udp_socket_set_peer_address (fixture->udp.socket, address);
  tisock_udp_socket_set_peer_port (fixture->udp.socket, port);
}

static void
test_peer (Fixture       *fixture,
           gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;
  int port;
  int stranger = test_peer_bind (&port);

  set_peer (fixture, "127.0.0.1", udp->peer_port);
  udp_fixture_open (udp);
  g_assert_true (udp_fixture_write_to (udp, NULL, 0, "data", NULL));
  udp_fixture_expect_sent (udp, "data");

  /* Others are not heard. */
  close (udp->peer);
  udp->peer = stranger;
  udp_fixture_face (udp);
  test_peer_send (stranger, "strange");
  udp_fixture_expect (udp, "complete:0");
  g_assert_null (tisock_udp_socket_read (udp->socket));

  tisock_udp_socket_set_peer_port (udp->socket, 1);
  udp_fixture_expect_now (udp, "error:106/connected");
  tisock_udp_socket_set_peer_address (udp->socket, NULL);
  udp_fixture_expect_now (udp, "error:106/connected");
}

static void
test_peer_answers (Fixture       *fixture,
                   gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;

  set_peer (fixture, "127.0.0.1", udp->peer_port);
  udp_fixture_open (udp);
  test_peer_send (udp->peer, "data");
  udp_fixture_await (udp, 1);
  udp_fixture_expect_read (udp, "data");
}

static void
test_peer_invalid_port (Fixture       *fixture,
                        gconstpointer  user_data)
{
  static const int ports[] = { -1, 0, 65536 };

  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      set_peer (fixture, "127.0.0.1", ports[i]);
      g_assert_false (tisock_socket_core_open (fixture->udp.core, NULL));
      udp_fixture_expect_now (&fixture->udp, "error:107/initialized");
    }
}

/* Nobody is there: that is told, and ends nothing. */
static void
test_peer_refuses (Fixture       *fixture,
                   gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;
  g_autofree char *where = NULL;

  set_peer (fixture, "127.0.0.1", udp->peer_port);
  udp_fixture_open (udp);
  close (udp->peer);
  where = g_strdup_printf ("127.0.0.1:%d", udp->peer_port);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (udp_fixture_write_to (udp, NULL, 0, "data", NULL));
      udp_fixture_expect (udp, "error:connection-refused/connected complete:0");
      g_assert_nonnull (strstr (udp->message, where));
    }
  udp->peer = test_peer_bind (&udp->peer_port);
  g_assert_cmpuint (tisock_udp_socket_get_packets_unsent (udp->socket), ==, 0);
}

static void
test_peer_name (Fixture       *fixture,
                gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;

  answer (fixture, "127.0.0.1", "::1");
  hold (fixture);
  set_peer (fixture, "peer.test", udp->peer_port);
  g_assert_true (tisock_socket_core_open (udp->core, NULL));
  udp_fixture_expect_state (udp, TISOCK_SOCKET_STATE_CONNECTING, 0);
  g_assert_false (udp_fixture_write_to (udp, NULL, 0, "data", NULL));
  udp_fixture_expect_now (udp, "error:106/connecting");

  release (fixture);
  test_wait_until (tisock_socket_core_get_is_connected (udp->core));
  g_assert_true (udp_fixture_write_to (udp, NULL, 0, "data", NULL));
  udp_fixture_expect_sent (udp, "data");
}

static void
test_peer_unknown_name (Fixture       *fixture,
                        gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;
  g_autoptr(GError) error = NULL;

  set_peer (fixture, "nowhere.test", 7);
  g_assert_true (tisock_socket_core_open (udp->core, NULL));
  udp_fixture_expect (udp, "error:103/error closed/error");
  g_assert_nonnull (strstr (udp->message, "nowhere.test"));

  g_assert_false (tisock_socket_core_open_sync (udp->core, -1, NULL, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION);
  udp_fixture_expect (udp, "error:103/error closed/error");

  answer (fixture, "127.0.0.1", NULL);
  g_assert_true (tisock_socket_core_open_sync (udp->core, -1, NULL, NULL));
  udp_fixture_expect_state (udp, TISOCK_SOCKET_STATE_CONNECTED, 0);
}

static void
test_close_while_connecting (Fixture       *fixture,
                             gconstpointer  user_data)
{
  UdpFixture *udp = &fixture->udp;

  hold (fixture);
  set_peer (fixture, "peer.test", 7);
  g_assert_true (tisock_socket_core_open (udp->core, NULL));
  mock_resolver_await_calls (fixture->resolver, 2);
  tisock_socket_core_close (udp->core);
  udp_fixture_expect (udp, "closed/closed");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/udp-peer/names/one", test_name);
  ADD ("/udp-peer/names/unknown", test_unknown_name);
  ADD ("/udp-peer/names/many", test_names);
  ADD ("/udp-peer/names/families", test_families);
  ADD ("/udp-peer/names/close", test_close_while_resolving);
  ADD ("/udp-peer/names/limits", test_limits);
  ADD ("/udp-peer/one/write", test_peer);
  ADD ("/udp-peer/one/read", test_peer_answers);
  ADD ("/udp-peer/one/invalid-port", test_peer_invalid_port);
  ADD ("/udp-peer/one/refuses", test_peer_refuses);
  ADD ("/udp-peer/one/name", test_peer_name);
  ADD ("/udp-peer/one/unknown-name", test_peer_unknown_name);
  ADD ("/udp-peer/one/close", test_close_while_connecting);

  return g_test_run ();
}
