/* test-udp-socket.c: the life of a UDPSocket, and how datagrams come and go
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "udp-fixture.h"

#include "tisock-socket-error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static guint64
get_available (UdpFixture *fixture)
{
  return tisock_udp_socket_get_packets_available (fixture->socket);
}

static guint64
get_left (UdpFixture *fixture)
{
  return tisock_udp_socket_get_packets_left_to_send (fixture->socket);
}

/* Lives */

static void
test_open (UdpFixture    *fixture,
           gconstpointer  user_data)
{
  g_autofree char *address = NULL;

  udp_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_INITIALIZED, 0);
  g_assert_cmpint (tisock_socket_core_get_handle (fixture->core), ==, -1);
  udp_fixture_open (fixture);
  g_assert_cmpint (tisock_socket_core_get_handle (fixture->core), >=, 0);
  g_assert_cmpint (tisock_socket_core_get_port (fixture->core), >, 0);
  address = tisock_socket_core_get_local_address (fixture->core);
  g_assert_cmpstr (address, ==, test_has_ipv6 () ? "::" : "0.0.0.0");

  tisock_socket_core_close (fixture->core);
  udp_fixture_expect_now (fixture, "closed/closed");
  udp_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CLOSED, 0);
  g_assert_cmpint (tisock_socket_core_get_port (fixture->core), ==, 0);
  tisock_socket_core_close (fixture->core);
  udp_fixture_expect_now (fixture, "");
}

static void
test_open_again (UdpFixture    *fixture,
                 gconstpointer  user_data)
{
  for (guint i = 0; i < 3; i++)
    {
      udp_fixture_open (fixture);
      test_peer_send (fixture->peer, "data");
      udp_fixture_await (fixture, 1);
      udp_fixture_expect (fixture, "data:1");
      tisock_socket_core_close (fixture->core);
      udp_fixture_expect_now (fixture, "closed/closed");
      /* What has come stays. */
      g_assert_cmpuint (get_available (fixture), ==, 1);
    }

  udp_fixture_expect_read (fixture, "data");
  g_assert_null (tisock_udp_socket_read (fixture->socket));
}

static void
test_open_twice (UdpFixture    *fixture,
                 gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  udp_fixture_open (fixture);
  g_assert_false (tisock_socket_core_open (fixture->core, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  udp_fixture_expect_now (fixture, "error:106/connected");
  tisock_socket_core_set_port (fixture->core, 7000);
  udp_fixture_expect_now (fixture, "error:106/connected");
}

static void
test_port_in_use (UdpFixture    *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  tisock_socket_core_set_port (fixture->core, fixture->peer_port);
  g_assert_false (tisock_socket_core_open (fixture->core, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  udp_fixture_expect_now (fixture, "error:105/error closed/error");
  udp_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_ERROR, 105);
  g_assert_nonnull (strstr (error->message, "all interfaces"));

  tisock_socket_core_set_port (fixture->core, 0);
  udp_fixture_open (fixture);
}

static void
test_invalid_port (UdpFixture    *fixture,
                   gconstpointer  user_data)
{
  static const int ports[] = { -1, 65536, G_MAXINT };

  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      g_autoptr(GError) error = NULL;

      tisock_socket_core_set_port (fixture->core, ports[i]);
      g_assert_false (tisock_socket_core_open (fixture->core, &error));
      g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_PORT);
      udp_fixture_expect_now (fixture, "error:107/initialized");
    }
}

static void
test_share_port (UdpFixture    *fixture,
                 gconstpointer  user_data)
{
  TisockUDPSocket *other = tisock_udp_socket_new ();
  TisockSocketCore *core = TISOCK_SOCKET_CORE (other);

  tisock_udp_socket_set_share_port (fixture->socket, TRUE);
  g_assert_true (tisock_udp_socket_get_share_port (fixture->socket));
  udp_fixture_open (fixture);
  tisock_socket_core_set_port (core, tisock_socket_core_get_port (fixture->core));
  g_assert_false (tisock_socket_core_open (core, NULL));
  tisock_udp_socket_set_share_port (other, TRUE);
  g_assert_true (tisock_socket_core_open (core, NULL));
  g_assert_cmpint (tisock_socket_core_get_port (core), ==,
                   tisock_socket_core_get_port (fixture->core));

  tisock_udp_socket_set_share_port (fixture->socket, FALSE);
  udp_fixture_expect_now (fixture, "error:106/connected");
  tisock_socket_core_close (core);
  g_assert_finalize_object (other);
}

static void
test_network_interface (UdpFixture    *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(TisockNetworkInterface) loopback = tisock_network_interface_lookup ("lo");
  g_autofree char *address = NULL;

  if (loopback == NULL)
    {
      g_test_skip ("There is no interface of this name");
      return;
    }

  tisock_socket_core_set_network_interface (fixture->core, loopback);
  udp_fixture_open (fixture);
  address = tisock_socket_core_get_local_address (fixture->core);
  g_assert_cmpstr (address, ==, "127.0.0.1");
  test_peer_send (fixture->peer, "data");
  udp_fixture_await (fixture, 1);
  udp_fixture_expect_read (fixture, "data");
}

/* The reactor keeps an open socket, and its context's end lets go of it. */
static void
test_kept_alive (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  TisockUDPSocket *socket;
  gpointer weak;

  g_main_context_push_thread_default (context);
  socket = tisock_udp_socket_new ();
  g_main_context_pop_thread_default (context);
  weak = socket;
  g_object_add_weak_pointer (G_OBJECT (socket), &weak);

  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL));
  g_object_unref (socket);
  g_assert_nonnull (weak);
  g_clear_pointer (&context, g_main_context_unref);
  g_assert_null (weak);
}

/* Reading */

static void
test_read (UdpFixture    *fixture,
           gconstpointer  user_data)
{
  g_assert_null (tisock_udp_socket_read (fixture->socket));
  udp_fixture_open (fixture);
  g_assert_null (tisock_udp_socket_read (fixture->socket));
  g_assert_null (tisock_udp_socket_look_ahead (fixture->socket));

  test_peer_send (fixture->peer, "one");
  test_peer_send (fixture->peer, "");
  test_peer_send (fixture->peer, "three");
  /* What comes together is said together. */
  udp_fixture_expect (fixture, "data:3");
  udp_fixture_expect_read (fixture, "one");
  udp_fixture_expect_read (fixture, "");
  g_assert_cmpuint (get_available (fixture), ==, 1);
  udp_fixture_expect_read (fixture, "three");
  g_assert_null (tisock_udp_socket_read (fixture->socket));
  udp_fixture_expect (fixture, "");
}

static void
test_zero_length (UdpFixture    *fixture,
                  gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  g_assert_no_errno (send (fixture->peer, "", 0, 0));
  udp_fixture_expect (fixture, "data:1");
  udp_fixture_expect_read (fixture, "");

  udp_fixture_write (fixture, "");
  udp_fixture_expect_sent (fixture, "");
  udp_fixture_expect (fixture, "complete:0");
}

static void
test_look_ahead (UdpFixture    *fixture,
                 gconstpointer  user_data)
{
  g_autoptr(TisockDatagram) first = NULL;
  g_autoptr(TisockDatagram) again = NULL;
  g_autoptr(TisockDatagram) read = NULL;

  udp_fixture_open (fixture);
  test_peer_send (fixture->peer, "data");
  udp_fixture_await (fixture, 1);
  first = tisock_udp_socket_look_ahead (fixture->socket);
  again = tisock_udp_socket_look_ahead (fixture->socket);
  g_assert_cmpuint (get_available (fixture), ==, 1);
  read = tisock_udp_socket_read (fixture->socket);
  g_assert_true (first == again && again == read);
}

static void
test_purge (UdpFixture    *fixture,
            gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  test_peer_send (fixture->peer, "data");
  test_peer_send (fixture->peer, "more");
  udp_fixture_await (fixture, 2);
  tisock_socket_core_purge (fixture->core);
  g_assert_cmpuint (get_available (fixture), ==, 0);
  g_assert_null (tisock_udp_socket_read (fixture->socket));
}

static int
send_sized (int   fd,
            gsize length,
            guint number)
{
  g_autofree guint32 *data = g_malloc0 (MAX (length, sizeof *data));

  data[0] = number;

  return (int) send (fd, data, length, 0);
}

/* Reading stops in time, goes on by itself, and takes what the system kept meanwhile. */
static void
test_receive_limit (UdpFixture    *fixture,
                    gconstpointer  user_data)
{
  const gsize length = 1000;

  tisock_udp_socket_set_receive_limit (fixture->socket, 3000);
  udp_fixture_open (fixture);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (send_sized (fixture->peer, length, i), ==, length);

  /* The one that goes past the limit is the last. */
  udp_fixture_await (fixture, 3);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(TisockDatagram) datagram = NULL;
      gsize n;

      test_wait_until (get_available (fixture) > 0);
      datagram = tisock_udp_socket_read (fixture->socket);
      g_assert_cmpuint (*(const guint32 *) tisock_datagram_get_data (datagram, &n), ==, i);
      g_assert_cmpuint (n, ==, length);
      udp_fixture_settle ();
      g_assert_cmpuint (get_available (fixture), <=, 3);
    }

  g_assert_cmpuint (tisock_udp_socket_get_packets_missed (fixture->socket), ==, 0);
}

static void
test_raise_limit (UdpFixture    *fixture,
                  gconstpointer  user_data)
{
  tisock_udp_socket_set_receive_limit (fixture->socket, 1);
  udp_fixture_open (fixture);
  for (guint i = 0; i < 5; i++)
    test_peer_send (fixture->peer, "");

  /* Empty ones count as well. */
  udp_fixture_await (fixture, 1);
  tisock_udp_socket_set_receive_limit (fixture->socket, 0);
  udp_fixture_await (fixture, 5);
}

/* Writing */

static void
test_write (UdpFixture    *fixture,
            gconstpointer  user_data)
{
  g_autoptr(TisockDatagram) datagram = NULL;

  udp_fixture_open (fixture);
  datagram = tisock_datagram_new ("127.0.0.1", fixture->peer_port, (const guint8 *) "data", 4);
  g_assert_true (tisock_udp_socket_write (fixture->socket, datagram, NULL));
  g_assert_true (tisock_udp_socket_write (fixture->socket, datagram, NULL));

  /* It is on its way, but nothing is said from inside a call. */
  udp_fixture_expect_now (fixture, "");
  udp_fixture_expect_sent (fixture, "data");
  udp_fixture_expect_sent (fixture, "data");
  g_assert_cmpuint (get_left (fixture), ==, 0);
  udp_fixture_expect (fixture, "complete:0");
}

/* The largest that the two families have, and one byte more. */
static void
test_largest (UdpFixture    *fixture,
              gconstpointer  user_data)
{
  static const struct { const char *address; gsize length; } families[] = {
    { "127.0.0.1", 65507 }, { "::1", 65527 },
  };
  g_autofree guint8 *data = g_malloc0 (65536);

  udp_fixture_open (fixture);
  for (guint i = 0; i < (test_has_ipv6 () ? 2 : 1); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(TisockDatagram) datagram = NULL;
      g_autoptr(GBytes) bytes = NULL;

      g_assert_true (tisock_udp_socket_write_to (fixture->socket, families[i].address, 0, data,
                                                 families[i].length, &error));
      g_assert_no_error (error);
      udp_fixture_await (fixture, 1);
      datagram = tisock_udp_socket_read (fixture->socket);
      bytes = tisock_datagram_get_bytes (datagram);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                       data, families[i].length);
      g_assert_false (tisock_datagram_is_truncated (datagram));
      g_string_truncate (fixture->log, 0);

      g_assert_false (tisock_udp_socket_write_to (fixture->socket, families[i].address, 0, data,
                                                  families[i].length + 1, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
      udp_fixture_expect (fixture, "error:message-too-large/connected");
      g_assert_cmpuint (tisock_udp_socket_get_packets_unsent (fixture->socket), ==, i + 1);
    }
}

/* Port 0 is the socket's own, as in Xojo. */
static void
test_own_port (UdpFixture    *fixture,
               gconstpointer  user_data)
{
  g_autoptr(TisockDatagram) datagram = NULL;

  udp_fixture_open (fixture);
  datagram = tisock_datagram_new ("127.0.0.1", 0, (const guint8 *) "b", 1);
  g_assert_true (udp_fixture_write_to (fixture, "127.0.0.1", 0, "a", NULL));
  g_assert_true (tisock_udp_socket_write (fixture->socket, datagram, NULL));
  g_assert_cmpint (tisock_datagram_get_port (datagram), ==, 0);
  udp_fixture_await (fixture, 2);
  g_clear_pointer (&datagram, tisock_datagram_unref);
  datagram = tisock_udp_socket_read (fixture->socket);
  g_assert_cmpint (tisock_datagram_get_port (datagram), ==,
                   tisock_socket_core_get_port (fixture->core));
}

/* IPv4 is shown as such, though the socket is one for both. */
static void
test_both_families (UdpFixture    *fixture,
                    gconstpointer  user_data)
{
  static const char *const addresses[] = { "127.0.0.1", "::1" };

  if (!test_has_ipv6 ())
    {
      g_test_skip ("There is no IPv6");
      return;
    }

  udp_fixture_open (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr(TisockDatagram) datagram = NULL;
      g_autofree char *address = NULL;

      g_assert_true (udp_fixture_write_to (fixture, addresses[i], 0, "data", NULL));
      udp_fixture_await (fixture, 1);
      datagram = tisock_udp_socket_read (fixture->socket);
      address = tisock_datagram_get_address (datagram);
      g_assert_cmpstr (address, ==, addresses[i]);
    }
}

static void
test_write_misuse (UdpFixture    *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (udp_fixture_write_to (fixture, "127.0.0.1", 7, "data", &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  udp_fixture_expect_now (fixture, "error:106/initialized");

  udp_fixture_open (fixture);
  g_assert_false (udp_fixture_write_to (fixture, NULL, 7, "data", NULL));
  udp_fixture_expect_now (fixture, "error:103/connected");
  g_assert_false (udp_fixture_write_to (fixture, "127.0.0.1", 65536, "data", NULL));
  udp_fixture_expect_now (fixture, "error:107/connected");
  g_assert_false (udp_fixture_write_to (fixture, "127.0.0.1", -1, "data", NULL));
  udp_fixture_expect_now (fixture, "error:107/connected");

  tisock_socket_core_close (fixture->core);
  udp_fixture_expect_now (fixture, "closed/closed");
  g_assert_false (udp_fixture_write_to (fixture, "127.0.0.1", 7, "data", NULL));
  udp_fixture_expect_now (fixture, "error:106/closed");
}

/* What the tests below write in a handler, and how much of it. */
static void
write_many (UdpFixture *fixture,
            const char *signal)
{
  guint n = GPOINTER_TO_UINT (fixture->data);

  if (g_strcmp0 (signal, "data-available") != 0)
    return;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      udp_fixture_write (fixture, text);
    }
  g_assert_cmpuint (get_left (fixture), ==, n);
}

/* They go out together, in their order, and that is said in the same turn. */
static void
test_write_in_handler (UdpFixture    *fixture,
                       gconstpointer  user_data)
{
  const guint n = 100;

  udp_fixture_open (fixture);
  fixture->action = write_many;
  fixture->data = GUINT_TO_POINTER (n);
  test_peer_send (fixture->peer, "go");
  test_wait_until (get_available (fixture) > 0);
  udp_fixture_expect_now (fixture, "data:1 complete:0");
  g_assert_cmpuint (get_left (fixture), ==, 0);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      udp_fixture_expect_sent (fixture, text);
    }
}

static void
iterate_in_handler (UdpFixture *fixture,
                    const char *signal)
{
  if (g_strcmp0 (signal, "data-available") != 0)
    return;

  udp_fixture_write (fixture, "one");
  test_wait_until (get_left (fixture) == 0);
  udp_fixture_expect_sent (fixture, "one");
  udp_fixture_write (fixture, "two");
  while (get_left (fixture) > 0)
    g_assert_true (tisock_socket_core_wait (fixture->core, -1, NULL));
  udp_fixture_expect_sent (fixture, "two");
}

/* A nested loop, or wait(), sends what the handler has written before. */
static void
test_nested_loop (UdpFixture    *fixture,
                  gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  fixture->action = iterate_in_handler;
  test_peer_send (fixture->peer, "go");
  udp_fixture_expect (fixture, "data:1 complete:0");
}

static void
check_drain (UdpFixture *fixture,
             const char *signal)
{
  if (g_strcmp0 (signal, "data-available") != 0)
    return;

  g_assert_false (tisock_udp_socket_get_needs_drain (fixture->socket));
  udp_fixture_write (fixture, "a text that is long enough");
  g_assert_false (tisock_udp_socket_get_needs_drain (fixture->socket));
  udp_fixture_write (fixture, "a text that is long enough");
  g_assert_true (tisock_udp_socket_get_needs_drain (fixture->socket));
}

static void
test_send_limit (UdpFixture    *fixture,
                 gconstpointer  user_data)
{
  tisock_udp_socket_set_send_limit (fixture->socket, 200);
  g_assert_cmpuint (tisock_udp_socket_get_send_limit (fixture->socket), ==, 200);
  udp_fixture_open (fixture);
  fixture->action = check_drain;
  test_peer_send (fixture->peer, "go");
  udp_fixture_expect (fixture, "data:1 complete:0 drained");
}

static void
exceed_maximum (UdpFixture *fixture,
                const char *signal)
{
  g_autoptr(GError) error = NULL;

  if (g_strcmp0 (signal, "data-available") != 0)
    return;

  udp_fixture_write (fixture, "one");
  g_assert_false (udp_fixture_write_to (fixture, "127.0.0.1", fixture->peer_port, "two", &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_QUEUE_FULL);
  g_assert_cmpuint (get_left (fixture), ==, 1);
}

static void
test_send_maximum (UdpFixture    *fixture,
                   gconstpointer  user_data)
{
  tisock_udp_socket_set_send_maximum (fixture->socket, 150);
  udp_fixture_open (fixture);
  fixture->action = exceed_maximum;
  test_peer_send (fixture->peer, "go");
  udp_fixture_expect (fixture, "data:1 error:200/connected complete:0");
  udp_fixture_expect_sent (fixture, "one");
}

/* Once the system says that it is full the socket waits until it is not. */
static void
test_would_block (UdpFixture    *fixture,
                  gconstpointer  user_data)
{
  static const int reasons[] = { EAGAIN, ENOBUFS, ENOMEM };

  udp_fixture_open (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), reasons[i]);
      udp_fixture_write (fixture, "one");
      g_assert_cmpuint (get_left (fixture), ==, 1);
      udp_fixture_write (fixture, "two");
      g_assert_cmpuint (get_left (fixture), ==, 2);
      udp_fixture_expect (fixture, "complete:0");
      udp_fixture_expect_sent (fixture, "one");
      udp_fixture_expect_sent (fixture, "two");
    }

  /* In a call that failed for a moment nothing is lost either. */
  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), EINTR);
  udp_fixture_write (fixture, "three");
  g_assert_cmpuint (get_left (fixture), ==, 0);
  udp_fixture_expect_sent (fixture, "three");
  fake_system_fail_recv (tisock_socket_core_get_handle (fixture->core), EINTR);
  test_peer_send (fixture->peer, "data");
  udp_fixture_expect (fixture, "complete:0 data:1");
}

/* Closing drops what is queued. */
static void
test_close_queued (UdpFixture    *fixture,
                   gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), EAGAIN);
  udp_fixture_write (fixture, "data");
  tisock_socket_core_close (fixture->core);
  udp_fixture_expect (fixture, "closed/closed");
  g_assert_cmpuint (get_left (fixture), ==, 0);
  g_assert_cmpint (recv (fixture->peer, NULL, 0, MSG_DONTWAIT), <, 0);
}

/* Many, and both ways */

static void
echo (UdpFixture *fixture,
      const char *signal)
{
  TisockDatagram *datagram;

  if (g_strcmp0 (signal, "data-available") != 0)
    return;

  while ((datagram = tisock_udp_socket_read (fixture->socket)) != NULL)
    {
      g_assert_true (tisock_udp_socket_write (fixture->socket, datagram, NULL));
      tisock_datagram_unref (datagram);
    }
}

/* Whatever the system does, each comes back once, in order. */
static void
test_echo_many (UdpFixture    *fixture,
                gconstpointer  user_data)
{
  const guint n = 5000;
  guint32 number;
  guint sent = 0;

  fake_system_cut (FALSE);
  udp_fixture_open (fixture);
  fixture->action = echo;
  g_assert_true (g_unix_set_fd_nonblocking (fixture->peer, TRUE, NULL));
  fake_system_cut (GPOINTER_TO_INT (user_data));
  for (guint got = 0; got < n; got++)
    {
      /* Fewer than the system has room for. */
      for (; sent < n && sent < got + 50; sent++)
        g_assert_cmpint (write (fixture->peer, &sent, sizeof sent), ==, sizeof sent);

      while (read (fixture->peer, &number, sizeof number) < 0)
        g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (number, ==, got);
    }
  fake_system_cut (FALSE);
}

/* Without a main loop */

static void
test_without_loop (UdpFixture    *fixture,
                   gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  udp_fixture_write (fixture, "data");
  udp_fixture_expect_sent (fixture, "data");
  test_peer_send (fixture->peer, "answer");
  while (get_available (fixture) == 0)
    g_assert_true (tisock_socket_core_wait (fixture->core, -1, NULL));
  udp_fixture_expect_read (fixture, "answer");

  g_assert_false (tisock_socket_core_wait (fixture->core, 0, NULL));
  test_peer_send (fixture->peer, "more");
  tisock_socket_core_poll (fixture->core);
  udp_fixture_expect_read (fixture, "more");
  udp_fixture_expect_now (fixture, "data:1 complete:0 data:1");
}

/* Handlers */

static void
close_in_handler (UdpFixture *fixture,
                  const char *signal)
{
  if (g_strcmp0 (signal, fixture->data) == 0)
    tisock_socket_core_close (fixture->core);
}

static void
test_close_in_handler (UdpFixture    *fixture,
                       gconstpointer  user_data)
{
  static const char *const signals[] = { "data-available", "send-complete", "error" };
  static const char *const logs[] = {
    "data:1 closed/closed", "data:1 complete:0 closed/closed",
    "error:103/connected closed/closed",
  };

  fixture->action = close_in_handler;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      udp_fixture_open (fixture);
      fixture->data = (gpointer) signals[i];
      if (g_str_equal (signals[i], "error"))
        g_assert_false (udp_fixture_write_to (fixture, "", 1, "", NULL));
      else
        test_peer_send (fixture->peer, "data");
      if (g_str_equal (signals[i], "send-complete"))
        {
          test_wait_until (get_available (fixture) > 0);
          udp_fixture_write (fixture, "data");
        }
      udp_fixture_expect (fixture, logs[i]);
    }
}

static void
reopen_in_handler (UdpFixture *fixture,
                   const char *signal)
{
  if (g_strcmp0 (signal, "data-available") != 0)
    return;

  fixture->action = NULL;
  udp_fixture_write (fixture, "is dropped");
  tisock_socket_core_close (fixture->core);
  g_assert_true (tisock_socket_core_open (fixture->core, NULL));
  udp_fixture_face (fixture);
  g_assert_cmpuint (get_available (fixture), ==, 0);
}

static void
test_reopen_in_handler (UdpFixture    *fixture,
                        gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  fixture->action = reopen_in_handler;
  test_peer_send (fixture->peer, "data");
  udp_fixture_expect (fixture, "data:1 closed/closed");
  test_peer_send (fixture->peer, "next");
  udp_fixture_expect (fixture, "data:1");
  udp_fixture_expect_read (fixture, "next");
}

/* Properties */

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           GString    *log)
{
  g_string_append_printf (log, "%s ", pspec->name);
}

static void
test_notifications (UdpFixture    *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(GString) log = g_string_new (NULL);

  udp_fixture_open (fixture);
  g_signal_connect (fixture->socket, "notify", G_CALLBACK (notify_cb), log);
  tisock_udp_socket_set_receive_limit (fixture->socket, 1);
  tisock_udp_socket_set_receive_limit (fixture->socket, 1);
  g_assert_cmpstr (log->str, ==, "receive-limit ");
  g_string_truncate (log, 0);

  test_peer_send (fixture->peer, "data");
  udp_fixture_await (fixture, 1);
  g_assert_cmpstr (log->str, ==, "packets-available ");
  udp_fixture_expect_read (fixture, "data");
  g_assert_cmpstr (log->str, ==, "packets-available packets-available ");
  g_string_truncate (log, 0);

  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), EAGAIN);
  udp_fixture_write (fixture, "data");
  g_assert_cmpstr (log->str, ==, "packets-left-to-send ");
  udp_fixture_expect (fixture, "data:1 complete:0");
  g_assert_cmpstr (log->str, ==, "packets-left-to-send packets-left-to-send ");
  g_signal_handlers_disconnect_by_data (fixture->socket, log);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  UDP_FIXTURE_ADD ("/udp-socket/open/plain", test_open);
  UDP_FIXTURE_ADD ("/udp-socket/open/again", test_open_again);
  UDP_FIXTURE_ADD ("/udp-socket/open/twice", test_open_twice);
  UDP_FIXTURE_ADD ("/udp-socket/open/in-use", test_port_in_use);
  UDP_FIXTURE_ADD ("/udp-socket/open/invalid-port", test_invalid_port);
  UDP_FIXTURE_ADD ("/udp-socket/open/share-port", test_share_port);
  UDP_FIXTURE_ADD ("/udp-socket/open/network-interface", test_network_interface);
  g_test_add_func ("/udp-socket/open/kept-alive", test_kept_alive);
  UDP_FIXTURE_ADD ("/udp-socket/read/some", test_read);
  UDP_FIXTURE_ADD ("/udp-socket/read/zero-length", test_zero_length);
  UDP_FIXTURE_ADD ("/udp-socket/read/look-ahead", test_look_ahead);
  UDP_FIXTURE_ADD ("/udp-socket/read/purge", test_purge);
  UDP_FIXTURE_ADD ("/udp-socket/read/limit", test_receive_limit);
  UDP_FIXTURE_ADD ("/udp-socket/read/raise-limit", test_raise_limit);
  UDP_FIXTURE_ADD ("/udp-socket/write/some", test_write);
  UDP_FIXTURE_ADD ("/udp-socket/write/largest", test_largest);
  UDP_FIXTURE_ADD ("/udp-socket/write/own-port", test_own_port);
  UDP_FIXTURE_ADD ("/udp-socket/write/both-families", test_both_families);
  UDP_FIXTURE_ADD ("/udp-socket/write/misuse", test_write_misuse);
  UDP_FIXTURE_ADD ("/udp-socket/write/in-handler", test_write_in_handler);
  UDP_FIXTURE_ADD ("/udp-socket/write/nested-loop", test_nested_loop);
  UDP_FIXTURE_ADD ("/udp-socket/write/limit", test_send_limit);
  UDP_FIXTURE_ADD ("/udp-socket/write/maximum", test_send_maximum);
  UDP_FIXTURE_ADD ("/udp-socket/write/would-block", test_would_block);
  UDP_FIXTURE_ADD ("/udp-socket/write/close-queued", test_close_queued);
  g_test_add ("/udp-socket/echo/many", UdpFixture, GINT_TO_POINTER (FALSE), udp_fixture_set_up,
              test_echo_many, udp_fixture_tear_down);
  g_test_add ("/udp-socket/echo/cut", UdpFixture, GINT_TO_POINTER (TRUE), udp_fixture_set_up,
              test_echo_many, udp_fixture_tear_down);
  UDP_FIXTURE_ADD ("/udp-socket/without-loop", test_without_loop);
  UDP_FIXTURE_ADD ("/udp-socket/handlers/close", test_close_in_handler);
  UDP_FIXTURE_ADD ("/udp-socket/handlers/reopen", test_reopen_in_handler);
  UDP_FIXTURE_ADD ("/udp-socket/notifications", test_notifications);

  return g_test_run ();
}
