/* test-udp-waiting.c: the calls of a UDPSocket that wait, with the main loop and without
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "mock-resolver.h"
#include "signal-log.h"
#include "udp-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <sys/socket.h>

#define ERROR_CODE(error) ((error)->domain == TISOCK_SOCKET_ERROR ? "tisock" : "gio"), (error)->code

/* What a call has come to is written into the fixture's log, as "NAME=RESULT" or "NAME!CODE". */

static void
received_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  UdpFixture *fixture = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(TisockDatagram) datagram = NULL;
  const guint8 *data;
  gsize length;

  datagram = tisock_udp_socket_receive_datagram_finish (TISOCK_UDP_SOCKET (source), result,
                                                        &error);
  g_assert_true ((datagram != NULL) != (error != NULL));
  if (error != NULL)
    {
      signal_log_add (fixture->log, "receive!%s:%d", ERROR_CODE (error));
    }
  else
    {
      data = tisock_datagram_get_data (datagram, &length);
      signal_log_add (fixture->log, "receive=%.*s", (int) length, (const char *) data);
    }
  if (fixture->action != NULL)
    fixture->action (fixture, "receive");
}

static void
log_done (UdpFixture *fixture,
          const char *name,
          gboolean    done,
          GError     *error)
{
  g_assert_true (done != (error != NULL));
  if (error != NULL)
    signal_log_add (fixture->log, "%s!%s:%d", name, ERROR_CODE (error));
  else
    signal_log_add (fixture->log, "%s=done", name);
  g_clear_error (&error);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GError *error = NULL;
  gboolean done = tisock_udp_socket_send_datagram_finish (TISOCK_UDP_SOCKET (source), result,
                                                          &error);

  log_done (user_data, "send", done, error);
}

static void
flushed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GError *error = NULL;
  gboolean done = tisock_udp_socket_flush_finish (TISOCK_UDP_SOCKET (source), result, &error);

  log_done (user_data, "flush", done, error);
}

static void
receive (UdpFixture   *fixture,
         GCancellable *cancellable)
{
  tisock_udp_socket_receive_datagram_async (fixture->socket, cancellable, received_cb, fixture);
}

static TisockDatagram *
make_datagram (UdpFixture *fixture,
               const char *address,
               const char *text)
{
  return tisock_datagram_new (address, fixture->peer_port, (const guint8 *) text, strlen (text));
}

static void
send_to (UdpFixture *fixture,
         const char *address,
         const char *text)
{
  g_autoptr(TisockDatagram) datagram = make_datagram (fixture, address, text);

  tisock_udp_socket_send_datagram_async (fixture->socket, datagram, NULL, sent_cb, fixture);
}

/* Receiving */

static void
test_receive (UdpFixture    *fixture,
              gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  receive (fixture, NULL);
  udp_fixture_settle ();
  udp_fixture_expect_now (fixture, "");
  test_peer_send (fixture->peer, "one");
  udp_fixture_expect (fixture, "receive=one");

  /* What it leaves is announced; what is there is had at once, but not from within the call. */
  receive (fixture, NULL);
  test_peer_send (fixture->peer, "two");
  test_peer_send (fixture->peer, "three");
  udp_fixture_expect (fixture, "receive=two data:1");
  receive (fixture, NULL);
  udp_fixture_expect_now (fixture, "");
  udp_fixture_expect (fixture, "receive=three");
}

static void
receive_again (UdpFixture *fixture,
               const char *signal)
{
  if (g_strcmp0 (signal, "receive") == 0 && fixture->data != NULL)
    receive (fixture, NULL);
}

static void
test_receive_again (UdpFixture    *fixture,
                    gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  fixture->action = receive_again;
  fixture->data = fixture;
  receive (fixture, NULL);
  for (guint i = 0; i < 5; i++)
    test_peer_send (fixture->peer, "x");
  /* The second one is had from within the callback of the first; the rest is told of then. */
  udp_fixture_expect (fixture, "receive=x data:3 receive=x receive=x receive=x receive=x");
  fixture->data = NULL;
  tisock_socket_core_close (fixture->core);
  udp_fixture_expect (fixture, "closed/closed receive!gio:18");
}

static void
test_receive_pending (UdpFixture    *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  receive (fixture, NULL);
  udp_fixture_expect (fixture, "error:106/initialized receive!tisock:106");
  udp_fixture_open (fixture);
  receive (fixture, NULL);
  receive (fixture, NULL);
  udp_fixture_expect (fixture, "receive!gio:20");
  g_assert_null (tisock_udp_socket_receive_datagram_sync (fixture->socket, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  test_peer_send (fixture->peer, "data");
  udp_fixture_expect (fixture, "receive=data");
}

static void
test_receive_cancelled (UdpFixture    *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  udp_fixture_open (fixture);
  receive (fixture, cancellable);
  g_cancellable_cancel (cancellable);
  udp_fixture_expect (fixture, "receive!gio:19");
  receive (fixture, cancellable);
  udp_fixture_expect (fixture, "receive!gio:19");
  test_peer_send (fixture->peer, "data");
  udp_fixture_expect (fixture, "data:1");
}

/* What has come before the end can be had after it. */
static void
test_receive_after_end (UdpFixture    *fixture,
                        gconstpointer  user_data)
{
  udp_fixture_open (fixture);
  test_peer_send (fixture->peer, "data");
  udp_fixture_expect (fixture, "data:1");
  tisock_socket_core_close (fixture->core);
  receive (fixture, NULL);
  receive (fixture, NULL);
  udp_fixture_expect (fixture, "closed/closed receive=data receive!gio:18");
}

static void
test_receive_sync (UdpFixture    *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(TisockDatagram) datagram = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;

  udp_fixture_open (fixture);
  g_assert_null (tisock_udp_socket_receive_datagram_sync (fixture->socket, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  test_peer_send (fixture->peer, "data");
  datagram = tisock_udp_socket_receive_datagram_sync (fixture->socket, -1, NULL, NULL);
  g_assert_nonnull (datagram);
  g_assert_cmpmem (tisock_datagram_get_data (datagram, &length), 4, "data", 4);
  udp_fixture_expect (fixture, "");
}

/* Sending */

static void
test_send (UdpFixture    *fixture,
           gconstpointer  user_data)
{
  g_autoptr(TisockDatagram) datagram = NULL;
  g_autoptr(GError) error = NULL;

  udp_fixture_open (fixture);
  send_to (fixture, "127.0.0.1", "one");
  udp_fixture_expect_now (fixture, "");
  udp_fixture_expect (fixture, "complete:0 send=done");
  udp_fixture_expect_sent (fixture, "one");

  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), EAGAIN);
  send_to (fixture, "127.0.0.1", "two");
  udp_fixture_expect (fixture, "send=done complete:0");
  udp_fixture_expect_sent (fixture, "two");

  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), EAGAIN);
  datagram = make_datagram (fixture, "127.0.0.1", "three");
  g_assert_true (tisock_udp_socket_send_datagram_sync (fixture->socket, datagram, -1, NULL,
                                                       &error));
  g_assert_no_error (error);
  udp_fixture_expect_sent (fixture, "three");
  udp_fixture_expect (fixture, "complete:0");
}

/* With the names of a resolver that a test answers for. */
static void
with_resolver (UdpFixture  *fixture,
               void       (*test) (UdpFixture   *fixture,
                                   MockResolver *resolver))
{
  g_autoptr(GResolver) real_resolver = g_resolver_get_default ();
  g_autoptr(MockResolver) resolver = mock_resolver_new ();

  mock_resolver_hold (resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (resolver, G_SOCKET_FAMILY_IPV6);
  g_resolver_set_default (G_RESOLVER (resolver));
  udp_fixture_open (fixture);
  test (fixture, resolver);
  mock_resolver_await_idle (resolver);
  g_resolver_set_default (real_resolver);
}

static void
release (MockResolver *resolver)
{
  mock_resolver_release (resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (resolver, G_SOCKET_FAMILY_IPV6);
}

static void
send_among_names (UdpFixture   *fixture,
                  MockResolver *resolver)
{
  send_to (fixture, "nowhere.test", "one");
  send_to (fixture, "127.0.0.1", "two");
  send_to (fixture, "nowhere.test", "three");
  udp_fixture_settle ();
  udp_fixture_expect_now (fixture, "");
  release (resolver);
  udp_fixture_expect (fixture, "send!tisock:103 send=done send!tisock:103 error:103/connected "
                      "error:103/connected complete:0");
  udp_fixture_expect_sent (fixture, "two");
}

/* Each has its own result. */
static void
test_send_fails (UdpFixture    *fixture,
                 gconstpointer  user_data)
{
  with_resolver (fixture, send_among_names);
  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), ENETUNREACH);
  send_to (fixture, "192.0.2.1", "data");
  udp_fixture_expect (fixture, "error:network-unreachable/connected send!gio:38");
}

static void
flush_names (UdpFixture   *fixture,
             MockResolver *resolver)
{
  g_autoptr(GError) error = NULL;

  mock_resolver_set_answer (resolver, G_SOCKET_FAMILY_IPV4, "127.0.0.1");
  g_assert_true (udp_fixture_write_to (fixture, "peer.test", fixture->peer_port, "data", NULL));
  g_assert_false (tisock_udp_socket_flush_sync (fixture->socket, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  tisock_udp_socket_flush_async (fixture->socket, NULL, flushed_cb, fixture);
  udp_fixture_settle ();
  udp_fixture_expect_now (fixture, "");
  release (resolver);
  udp_fixture_expect (fixture, "flush=done complete:0");
  udp_fixture_expect_sent (fixture, "data");
}

static void
test_flush (UdpFixture    *fixture,
            gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_udp_socket_flush (fixture->socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  udp_fixture_expect_now (fixture, "error:106/initialized");
  with_resolver (fixture, flush_names);

  fake_system_fail_send (tisock_socket_core_get_handle (fixture->core), ENOBUFS);
  udp_fixture_write (fixture, "more");
  g_assert_true (tisock_udp_socket_flush (fixture->socket, NULL));
  udp_fixture_expect_now (fixture, "");
  udp_fixture_expect_sent (fixture, "more");
  udp_fixture_expect (fixture, "complete:0");
}

/* What waits when the socket is closed ends with that. */
static void
close_while_sending (UdpFixture   *fixture,
                     MockResolver *resolver)
{
  send_to (fixture, "peer.test", "data");
  tisock_udp_socket_flush_async (fixture->socket, NULL, flushed_cb, fixture);
  tisock_socket_core_close (fixture->core);
  udp_fixture_expect_now (fixture, "closed/closed");
  udp_fixture_expect (fixture, "send!gio:18 flush!gio:18");
  release (resolver);
}

static void
test_close_while_sending (UdpFixture    *fixture,
                          gconstpointer  user_data)
{
  with_resolver (fixture, close_while_sending);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError *error = NULL;
  gboolean done = tisock_socket_core_open_finish (TISOCK_SOCKET_CORE (source), result, &error);

  log_done (user_data, "open", done, error);
}

static void
test_open_async (UdpFixture    *fixture,
                 gconstpointer  user_data)
{
  tisock_socket_core_open_async (fixture->core, NULL, opened_cb, fixture);
  udp_fixture_expect (fixture, "open=done");
  tisock_socket_core_close (fixture->core);
  udp_fixture_expect_now (fixture, "closed/closed");

  tisock_udp_socket_set_peer_address (fixture->socket, "localhost");
  tisock_udp_socket_set_peer_port (fixture->socket, fixture->peer_port);
  tisock_socket_core_open_async (fixture->core, NULL, opened_cb, fixture);
  udp_fixture_expect (fixture, "open=done");
  udp_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  UDP_FIXTURE_ADD ("/udp-waiting/receive/some", test_receive);
  UDP_FIXTURE_ADD ("/udp-waiting/receive/again", test_receive_again);
  UDP_FIXTURE_ADD ("/udp-waiting/receive/pending", test_receive_pending);
  UDP_FIXTURE_ADD ("/udp-waiting/receive/cancelled", test_receive_cancelled);
  UDP_FIXTURE_ADD ("/udp-waiting/receive/after-end", test_receive_after_end);
  UDP_FIXTURE_ADD ("/udp-waiting/receive/sync", test_receive_sync);
  UDP_FIXTURE_ADD ("/udp-waiting/send/some", test_send);
  UDP_FIXTURE_ADD ("/udp-waiting/send/fails", test_send_fails);
  UDP_FIXTURE_ADD ("/udp-waiting/send/close", test_close_while_sending);
  UDP_FIXTURE_ADD ("/udp-waiting/flush", test_flush);
  UDP_FIXTURE_ADD ("/udp-waiting/open", test_open_async);

  return g_test_run ();
}
