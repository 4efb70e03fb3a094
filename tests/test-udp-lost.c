/* test-udp-lost.c: datagrams of a UDPSocket that do not arrive, and who is told
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "udp-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static guint64
get_missed (UdpFixture *fixture)
{
  return tisock_udp_socket_get_packets_missed (fixture->socket);
}

static guint64
get_unsent (UdpFixture *fixture)
{
  return tisock_udp_socket_get_packets_unsent (fixture->socket);
}

/* What the network reports */

static void
test_refused (UdpFixture    *fixture,
              gconstpointer  user_data)
{
  g_autofree char *where = g_strdup_printf ("127.0.0.1:%d", fixture->peer_port);

  udp_fixture_open (fixture);
  close (fixture->peer);
  udp_fixture_write (fixture, "data");
  udp_fixture_expect (fixture, "error:connection-refused/connected complete:0");
  g_assert_nonnull (strstr (fixture->message, where));
  udp_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, ECONNREFUSED);

  /* The report of one is not taken for a failure of the next. */
  udp_fixture_write (fixture, "data");
  fixture->peer = test_peer_bind (&fixture->peer_port);
  udp_fixture_write (fixture, "good");
  udp_fixture_expect_sent (fixture, "good");
  udp_fixture_expect (fixture, "error:connection-refused/connected complete:0");
  g_assert_cmpuint (get_unsent (fixture), ==, 0);
}

static void
test_refused_by_ipv6 (UdpFixture    *fixture,
                      gconstpointer  user_data)
{
  TisockUDPSocket *other;
  g_autofree char *where = NULL;
  int port;

  if (!test_has_ipv6 ())
    {
      g_test_skip ("There is no IPv6");
      return;
    }

  udp_fixture_open (fixture);
  other = tisock_udp_socket_new ();
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (other), NULL));
  port = tisock_socket_core_get_port (TISOCK_SOCKET_CORE (other));
  tisock_socket_core_close (TISOCK_SOCKET_CORE (other));
  g_assert_finalize_object (other);

  where = g_strdup_printf ("[::1]:%d", port);
  g_assert_true (udp_fixture_write_to (fixture, "::1", port, "data", NULL));
  udp_fixture_expect (fixture, "error:connection-refused/connected complete:0");
  g_assert_nonnull (strstr (fixture->message, where));
}

/* Many reports come together, more than there is room for, and leave nothing that spins. */
static void
test_refused_often (UdpFixture    *fixture,
                    gconstpointer  user_data)
{
  guint n_idle = 0;

  udp_fixture_open (fixture);
  close (fixture->peer);
  for (guint i = 0; i < 1000; i++)
    udp_fixture_write (fixture, "data");
  udp_fixture_settle ();
  g_assert_true (g_str_has_prefix (fixture->log->str, "error:connection-refused/connected"));
  g_assert_cmpuint (get_unsent (fixture), ==, 0);

  while (n_idle < 10)
    n_idle += g_main_context_iteration (NULL, FALSE) ? 0 : 1;
  fixture->peer = test_peer_bind (&fixture->peer_port);
  udp_fixture_write (fixture, "good");
  udp_fixture_expect_sent (fixture, "good");
}

/* A report is said after the handler, and no handler comes in another one's way. */
static void
refuse_in_handler (UdpFixture *fixture,
                   const char *signal)
{
  int port;
  int refusing;

  if (g_strcmp0 (signal, "data-available") != 0)
    return;

  refusing = test_peer_bind (&port);
  close (refusing);
  g_assert_true (udp_fixture_write_to (fixture, "127.0.0.1", port, "data", NULL));
  while (tisock_udp_socket_get_packets_left_to_send (fixture->socket) > 0)
    tisock_socket_core_wait (fixture->core, -1, NULL);
  tisock_socket_core_poll (fixture->core);
  g_assert_cmpstr (fixture->log->str, ==, "data:1");
}

static void
test_refused_in_handler (UdpFixture    *fixture,
                         gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  fixture->action = refuse_in_handler;
  test_peer_send (fixture->peer, "data");
  udp_fixture_expect (fixture, "data:1 error:connection-refused/connected complete:0");
}

static void
close_on_error (UdpFixture *fixture,
                const char *signal)
{
  if (g_strcmp0 (signal, "error") == 0)
    tisock_socket_core_close (fixture->core);
}

/* What is still to be said ends with the life. */
static void
test_close_on_error (UdpFixture    *fixture,
                     gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  close (fixture->peer);
  fixture->action = close_on_error;
  for (guint i = 0; i < 5; i++)
    udp_fixture_write (fixture, "data");
  udp_fixture_expect (fixture, "error:connection-refused/connected closed/closed");
  fixture->peer = test_peer_bind (&fixture->peer_port);
}

/* What the system refuses */

static void
test_send_fails (UdpFixture    *fixture,
                 gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  udp_fixture_open (fixture);
  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), ENETUNREACH);
  g_assert_false (udp_fixture_write_to (fixture, "192.0.2.1", 7, "data", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "192.0.2.1:7"));
  udp_fixture_expect (fixture, "error:network-unreachable/connected");
  g_assert_cmpuint (get_unsent (fixture), ==, 1);

  udp_fixture_write (fixture, "good");
  udp_fixture_expect_sent (fixture, "good");
  udp_fixture_expect (fixture, "complete:0");
}

/* The first of those that were queued; the others go on. */
static void
write_too_much (UdpFixture *fixture,
                const char *signal)
{
  g_autofree char *text = g_strnfill (65508, 'x');

  if (g_strcmp0 (signal, "data-available") != 0)
    return;

  udp_fixture_write (fixture, "one");
  udp_fixture_write (fixture, text);
  udp_fixture_write (fixture, "three");
}

static void
test_queued_fails (UdpFixture    *fixture,
                   gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  fixture->action = write_too_much;
  test_peer_send (fixture->peer, "go");
  udp_fixture_expect (fixture, "data:1 error:message-too-large/connected complete:0");
  udp_fixture_expect_sent (fixture, "one");
  udp_fixture_expect_sent (fixture, "three");
  g_assert_cmpuint (get_unsent (fixture), ==, 1);
  g_assert_nonnull (strstr (fixture->message, "65508"));
}

/* What the system has no room for */

static void
test_missed (UdpFixture    *fixture,
             gconstpointer  user_data)
{
  static const guint8 data[1000];
  const guint n = 1000;
  int size = 10 * sizeof data;
  guint64 missed;
  guint got = 0;

  udp_fixture_open (fixture);
  g_assert_no_errno (setsockopt (tisock_socket_core_get_handle (fixture->core), SOL_SOCKET,
                                 SO_RCVBUF, &size, sizeof size));
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (send (fixture->peer, data, sizeof data, 0), ==, sizeof data);

  missed = get_missed (fixture);
  if (missed == 0)
    {
      g_test_skip ("The system does not tell");
      return;
    }

  udp_fixture_settle ();
  for (TisockDatagram *datagram; (datagram = tisock_udp_socket_read (fixture->socket)) != NULL;)
    {
      tisock_datagram_unref (datagram);
      got++;
    }
  g_assert_cmpuint (got, >, 0);
  g_assert_cmpuint (got + missed, ==, n);

  /* The count stays, and the next life has its own. */
  g_string_truncate (fixture->log, 0);
  tisock_socket_core_close (fixture->core);
  g_assert_cmpuint (get_missed (fixture), ==, missed);
  udp_fixture_expect (fixture, "closed/closed");
  udp_fixture_open (fixture);
  g_assert_cmpuint (get_missed (fixture), ==, 0);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          guint      *count)
{
  (*count)++;
}

/* Who watches is told with the next one that comes. */
static void
test_missed_is_told (UdpFixture    *fixture,
                     gconstpointer  user_data)
{
  static const guint8 data[1000];
  int size = 4 * sizeof data;
  guint count = 0;

  udp_fixture_open (fixture);
  g_signal_connect (fixture->socket, "notify::packets-missed", G_CALLBACK (count_cb), &count);
  g_assert_no_errno (setsockopt (tisock_socket_core_get_handle (fixture->core), SOL_SOCKET,
                                 SO_RCVBUF, &size, sizeof size));
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (send (fixture->peer, data, sizeof data, 0), ==, sizeof data);
  udp_fixture_settle ();
  g_assert_cmpuint (count, ==, 0);
  test_peer_send (fixture->peer, "data");
  udp_fixture_settle ();
  if (get_missed (fixture) > 0)
    g_assert_cmpuint (count, ==, 1);
  else
    g_test_skip ("The system does not tell");
  g_signal_handlers_disconnect_by_data (fixture->socket, &count);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  UDP_FIXTURE_ADD ("/udp-lost/refused/once", test_refused);
  UDP_FIXTURE_ADD ("/udp-lost/refused/ipv6", test_refused_by_ipv6);
  UDP_FIXTURE_ADD ("/udp-lost/refused/often", test_refused_often);
  UDP_FIXTURE_ADD ("/udp-lost/refused/in-handler", test_refused_in_handler);
  UDP_FIXTURE_ADD ("/udp-lost/refused/close", test_close_on_error);
  UDP_FIXTURE_ADD ("/udp-lost/unsent/at-once", test_send_fails);
  UDP_FIXTURE_ADD ("/udp-lost/unsent/queued", test_queued_fails);
  UDP_FIXTURE_ADD ("/udp-lost/missed/counted", test_missed);
  UDP_FIXTURE_ADD ("/udp-lost/missed/told", test_missed_is_told);

  return g_test_run ();
}
