/* test-peer.c: peers made of plain system calls, so that what they do is exact
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test-peer.h"

#include "test-util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in
loopback (int port)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons ((guint16) port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };

  return address;
}

static int
bind_port (int  type,
           int *port)
{
  struct sockaddr_in address = loopback (0);
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, type | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  *port = ntohs (address.sin_port);

  return fd;
}

int
test_peer_refuse (int *port)
{
  return bind_port (SOCK_STREAM, port);
}

int
test_peer_bind (int *port)
{
  return bind_port (SOCK_DGRAM, port);
}

int
test_peer_listen (int *port)
{
  int fd = test_peer_refuse (port);

  g_assert_cmpint (listen (fd, 128), ==, 0);

  return fd;
}

void
test_peer_connect (TisockTCPSocket *socket,
                   int             *peer)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);
  int port;
  int listener = test_peer_listen (&port);

  tisock_tcp_socket_set_address (socket, "127.0.0.1");
  tisock_socket_core_set_port (core, port);
  g_assert_true (tisock_socket_core_open (core, NULL));
  *peer = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (*peer, >=, 0);
  close (listener);

  test_wait_until (tisock_socket_core_get_is_connected (core));
}

TisockTCPSocket *
test_peer_pair (int *peer)
{
  TisockTCPSocket *socket = tisock_tcp_socket_new ();

  test_peer_connect (socket, peer);

  return socket;
}

int
test_peer_open (int port)
{
  struct sockaddr_in address = loopback (port);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);

  return fd;
}

void
test_peer_send (int         peer,
                const char *text)
{
  g_assert_cmpint (send (peer, text, strlen (text), MSG_NOSIGNAL), ==, (gssize) strlen (text));
}

char *
test_peer_receive (int   peer,
                   gsize length)
{
  char *text = g_malloc0 (length + 1);

  for (gsize got = 0; got < length;)
    {
      gssize n = recv (peer, text + got, length - got, 0);

      g_assert_cmpint (n, >, 0);
      got += (gsize) n;
    }

  return text;
}

guint8 *
test_peer_drain (int   peer,
                 gsize length)
{
  struct pollfd wanted = { .fd = peer, .events = POLLIN };
  guint8 *data = g_malloc (length);

  for (gsize got = 0; got < length;)
    {
      if (poll (&wanted, 1, 0) == 1)
        {
          gssize n = read (peer, data + got, MIN (length - got, 100000));

          g_assert_cmpint (n, >, 0);
          got += (gsize) n;
        }
      g_main_context_iteration (NULL, FALSE);
    }

  return data;
}

void
test_peer_reset (int peer)
{
  struct linger linger = { .l_onoff = 1 };

  setsockopt (peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close (peer);
}

void
test_peer_await (int   fd,
                 short events)
{
  struct pollfd pollfd = { .fd = fd, .events = events };

  while (poll (&pollfd, 1, -1) < 0)
    g_assert_cmpint (errno, ==, EINTR);
}
