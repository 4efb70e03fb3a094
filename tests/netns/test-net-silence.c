/* test-net-silence.c: connections whose packets are lost: their timeouts, and their going on
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "net-fixture.h"

#include "../server-fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLOSED TISOCK_SOCKET_STATE_CLOSED
#define CONNECTED TISOCK_SOCKET_STATE_CONNECTED
#define ERROR TISOCK_SOCKET_STATE_ERROR

static const char *const addresses[] = { NET_FAR, NET_FAR_6 };

/* The peer is gone while bytes wait in the queue. */
static void
lose_taker (NetFixture *fixture,
            const char *address)
{
  fixture->socket.brief = TRUE;
  net_fixture_connect (fixture, address);
  socket_fixture_stuff (&fixture->socket);
  net_cut (address);
}

/* Timeouts */

static void
test_stall (NetFixture    *fixture,
            gconstpointer  user_data)
{
  const char *address = user_data;

  tisock_tcp_socket_set_timeout (fixture->socket.socket, 300);
  lose_taker (fixture, address);
  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          "Could not send: the peer has taken nothing for 300 ms");
  g_assert_nonnull (strstr (fixture->message, address));
}

static void
test_stall_by_waiting (NetFixture    *fixture,
                       gconstpointer  user_data)
{
  tisock_tcp_socket_set_timeout (fixture->socket.socket, 300);
  lose_taker (fixture, NET_FAR);
  while (tisock_socket_core_get_state (fixture->socket.core) == CONNECTED)
    g_assert_true (tisock_socket_core_wait (fixture->socket.core, -1, NULL));

  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          "Could not send: the peer has taken nothing for 300 ms");
}

static void
test_stalled_flush (NetFixture    *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  tisock_tcp_socket_set_timeout (fixture->socket.socket, 300);
  lose_taker (fixture, NET_FAR);
  g_assert_false (tisock_tcp_socket_flush (fixture->socket.socket, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          "Could not send: the peer has taken nothing for 300 ms");
}

/* What the system has taken and could not deliver was activity when it was written. */
static void
test_idle (NetFixture    *fixture,
           gconstpointer  user_data)
{
  const char *address = user_data;

  net_fixture_connect (fixture, address);
  net_cut (address);
  tisock_tcp_socket_set_idle_timeout (fixture->socket.socket, 300);
  socket_fixture_write (&fixture->socket, "hello");
  net_fixture_expect_end (fixture, "progress:5/0 complete:0 error:timed-out/error closed/error",
                          ERROR, ETIMEDOUT, "it was idle for 300 ms");
  g_assert_nonnull (strstr (fixture->message, address));
}

static void
test_close (NetFixture    *fixture,
            gconstpointer  user_data)
{
  const char *address = user_data;

  tisock_tcp_socket_set_close_timeout (fixture->socket.socket, 300);
  net_fixture_connect (fixture, address);
  net_cut (address);
  tisock_tcp_socket_shutdown (fixture->socket.socket);
  net_fixture_expect_end (fixture, "error:102/closed closed/closed", CLOSED, 102,
                          "the peer did not end its side in time");
}

static void
expect_end_with_queue (NetFixture *fixture)
{
  net_fixture_expect_end (fixture, "error:timed-out/error closed/error", ERROR, ETIMEDOUT,
                          "Could not send all before the end: the peer has taken nothing for "
                          "300 ms");
}

static void
test_close_with_queue (NetFixture    *fixture,
                       gconstpointer  user_data)
{
  tisock_tcp_socket_set_close_timeout (fixture->socket.socket, 300);
  lose_taker (fixture, user_data);
  tisock_tcp_socket_shutdown (fixture->socket.socket);
  expect_end_with_queue (fixture);
}

static void
test_close_by_waiting (NetFixture    *fixture,
                       gconstpointer  user_data)
{
  tisock_tcp_socket_set_close_timeout (fixture->socket.socket, 300);
  lose_taker (fixture, NET_FAR);
  tisock_tcp_socket_shutdown (fixture->socket.socket);
  while (tisock_socket_core_get_state (fixture->socket.core) == CONNECTED)
    g_assert_true (tisock_socket_core_wait (fixture->socket.core, -1, NULL));

  expect_end_with_queue (fixture);
}

/* Its peer's FIN is lost, and repeated. */
static void
test_close_in_outage (NetFixture    *fixture,
                      gconstpointer  user_data)
{
  tisock_tcp_socket_set_close_timeout (fixture->socket.socket, 0);
  net_fixture_connect (fixture, NET_FAR);
  net_cut (NET_FAR);
  tisock_tcp_socket_shutdown (fixture->socket.socket);
  socket_fixture_settle ();
  socket_fixture_expect_now (&fixture->socket, "");
  net_mend ();
  socket_fixture_expect_fin (&fixture->socket);
  socket_fixture_close_peer (&fixture->socket);
  net_fixture_expect_end (fixture, "error:102/closed closed/closed", CLOSED, 102, NET_FAR);
}

/* These never wait for the peer. */
static void
test_give_up (NetFixture    *fixture,
              gconstpointer  user_data)
{
  lose_taker (fixture, NET_FAR);
  tisock_socket_core_close (fixture->socket.core);
  socket_fixture_expect_now (&fixture->socket, "closed/closed");

  net_mend ();
  socket_fixture_close_peer (&fixture->socket);
  lose_taker (fixture, NET_FAR);
  tisock_tcp_socket_abort (fixture->socket.socket);
  socket_fixture_expect_now (&fixture->socket, "closed/closed");
}

/* Outages */

typedef struct
{
  const char *name;
  const char *near_commands;
  const char *far_commands;
} Outage;

#define NOBODY " lladdr 02:00:00:00:00:ff nud permanent dev "

static const Outage outages[] = {
  { "lost",
    "neighbour replace " NET_FAR NOBODY "near\n"
    "neighbour replace " NET_FAR_6 NOBODY "near\n",
    "neighbour replace " NET_NEAR NOBODY "far\n"
    "neighbour replace " NET_NEAR_6 NOBODY "far\n" },
  { "lost-one-way",
    "",
    "neighbour replace " NET_NEAR NOBODY "far\n"
    "neighbour replace " NET_NEAR_6 NOBODY "far\n" },
  { "cable", "", "link set far down\n" },
  { "interface", "link set near down\n", "" },
};

#define TRANSFER (1024 * 1024)

/* A transfer both ways between a socket and its peer, in bytes that are told apart. */
typedef struct
{
  NetFixture  net;
  guint8     *data;
  gsize       sent;             /* by the peer */
  GByteArray *peer_received;
  GByteArray *received;
} Transfer;

static void
transfer_set_up (Transfer   *self,
                 const char *address)
{
  net_fixture_set_up (&self->net, NULL);
  self->net.socket.brief = TRUE;
  net_fixture_connect (&self->net, address);

  self->data = g_malloc (TRANSFER);
  for (gsize i = 0; i < TRANSFER; i++)
    self->data[i] = (guint8) (i * 7 + i / 251);
  self->received = g_byte_array_new ();
  self->peer_received = g_byte_array_new ();
}

static void
transfer_tear_down (Transfer *self)
{
  net_fixture_tear_down (&self->net, NULL);
  g_byte_array_unref (self->received);
  g_byte_array_unref (self->peer_received);
  g_free (self->data);
}

/* The peer reads and writes what it can at once. */
static void
move_peer (Transfer *self)
{
  guint8 buffer[16 * 1024];
  int peer = self->net.socket.peer;
  gssize n = send (peer, self->data + self->sent, TRANSFER - self->sent,
                   MSG_DONTWAIT | MSG_NOSIGNAL);

  if (n > 0)
    self->sent += (gsize) n;

  n = recv (peer, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n > 0)
    g_byte_array_append (self->peer_received, buffer, (guint) n);
}

static void
move (Transfer *self)
{
  gsize length;
  g_autofree guint8 *data = NULL;

  move_peer (self);
  g_main_context_iteration (NULL, FALSE);
  data = tisock_tcp_socket_read_all (self->net.socket.socket, &length);
  g_byte_array_append (self->received, data, (guint) length);
}

/* The socket's half of the bytes from there on. */
static void
write_half (Transfer *self,
            gsize     start)
{
  g_assert_true (tisock_tcp_socket_write (self->net.socket.socket, self->data + start,
                                          TRANSFER / 2, NULL));
}

/* The system has tried so often in vain to send something, or to hear whether it may. */
static gboolean
has_tried (Transfer *self,
           guint     times)
{
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;
  int fd = tisock_socket_core_get_handle (self->net.socket.core);

  g_assert_no_errno (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &length));

  return info.tcpi_retransmits + (guint) info.tcpi_probes >= times;
}

static void
begin_transfer (Transfer   *self,
                const char *address)
{
  transfer_set_up (self, address);
  tisock_tcp_socket_set_timeout (self->net.socket.socket, 60000);
  tisock_tcp_socket_set_idle_timeout (self->net.socket.socket, 60000);
  tisock_tcp_socket_set_liveness (self->net.socket.socket, 60000);
  write_half (self, 0);
  while (self->received->len == 0)
    move (self);
}

static void
end_transfer (Transfer *self)
{
  while (self->received->len < TRANSFER || self->peer_received->len < TRANSFER)
    move (self);

  g_assert_cmpmem (self->received->data, self->received->len, self->data, TRANSFER);
  g_assert_cmpmem (self->peer_received->data, self->peer_received->len, self->data, TRANSFER);
  socket_fixture_expect_state (&self->net.socket, CONNECTED, 0);
  g_assert_null (strstr (self->net.socket.log->str, "error"));
}

/* Bytes are under way both ways when the network goes, and more are written then. */
static void
test_outage (gconstpointer user_data)
{
  const Outage *outage = user_data;
  Transfer transfers[G_N_ELEMENTS (addresses)] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    begin_transfer (&transfers[i], addresses[i]);

  net_ip (NET_HOST_NEAR, outage->near_commands);
  net_ip (NET_HOST_FAR, outage->far_commands);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    write_half (&transfers[i], TRANSFER / 2);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    while (!has_tried (&transfers[i], 2))
      move (&transfers[i]);
  net_mend ();

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    end_transfer (&transfers[i]);
  socket_fixture_settle ();
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    transfer_tear_down (&transfers[i]);
}

/* Accepted connections */

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             gpointer            user_data)
{
  tisock_tcp_socket_set_idle_timeout (socket, 300);
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
  peers[1] = net_connect (NET_NEAR_6, port);
  net_cut (NET_FAR);
  net_cut (NET_FAR_6);
  test_wait_until (tisock_server_socket_get_n_connections (fixture->server) == 2);
  test_wait_until (tisock_server_socket_get_n_connections (fixture->server) == 0);

  server_fixture_expect (fixture,
                         "accepted connected accepted connected "
                         "socket-error(g-io-error-quark:24) socket-closed "
                         "socket-error(g-io-error-quark:24) socket-closed ");
  close (peers[0]);
  close (peers[1]);
}

static void
add_both (const char  *path,
          void       (*function) (NetFixture    *fixture,
                                  gconstpointer  user_data))
{
  g_autofree char *path_4 = g_strdup_printf ("%s/ipv4", path);
  g_autofree char *path_6 = g_strdup_printf ("%s/ipv6", path);

  NET_FIXTURE_ADD (path_4, addresses[0], function);
  NET_FIXTURE_ADD (path_6, addresses[1], function);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!net_make_hosts ())
    return 0;

  add_both ("/net/timeout/stall", test_stall);
  NET_FIXTURE_ADD ("/net/timeout/stall/wait", NULL, test_stall_by_waiting);
  NET_FIXTURE_ADD ("/net/timeout/stall/flush", NULL, test_stalled_flush);
  add_both ("/net/timeout/idle", test_idle);
  add_both ("/net/timeout/close", test_close);
  add_both ("/net/timeout/close-with-queue", test_close_with_queue);
  NET_FIXTURE_ADD ("/net/timeout/close/wait", NULL, test_close_by_waiting);
  SERVER_FIXTURE_ADD ("/net/timeout/server", test_server);

  NET_FIXTURE_ADD ("/net/silence/shutdown", NULL, test_close_in_outage);
  NET_FIXTURE_ADD ("/net/silence/give-up", NULL, test_give_up);
  for (guint i = 0; i < G_N_ELEMENTS (outages); i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/outage/%s", outages[i].name);

      g_test_add_data_func (path, &outages[i], test_outage);
    }

  return g_test_run ();
}
