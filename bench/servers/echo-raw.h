/* echo-raw.h: a server on bare epoll, as one function that serves what is ready
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mode.h"

#define RAW_EVENTS 128

typedef struct
{
  int    fd;
  char  *rest;                  /* what the peer has not taken yet */
  size_t length;
  size_t offset;                /* of the next byte that a source sends, in its block */
} RawConnection;

static int raw_epoll;
static RawConnection raw_listener;

static int
raw_open (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = &raw_listener };
  socklen_t length = sizeof address;
  int on = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  raw_epoll = epoll_create1 (EPOLL_CLOEXEC);
  raw_listener.fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt (raw_listener.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  bind (raw_listener.fd, (struct sockaddr *) &address, sizeof address);
  listen (raw_listener.fd, 4096);
  getsockname (raw_listener.fd, (struct sockaddr *) &address, &length);
  epoll_ctl (raw_epoll, EPOLL_CTL_ADD, raw_listener.fd, &event);
  printf ("listening on %d\n", ntohs (address.sin_port));
  fflush (stdout);

  return raw_epoll;
}

static void
raw_accept (void)
{
  int fd;

  while ((fd = accept4 (raw_listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      RawConnection *connection = calloc (1, sizeof *connection);
      struct epoll_event event = {
        .events = mode == MODE_SOURCE ? EPOLLOUT : EPOLLIN, .data.ptr = connection,
      };

      connection->fd = fd;
      epoll_ctl (raw_epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

static void
raw_close (RawConnection *connection)
{
  epoll_ctl (raw_epoll, EPOLL_CTL_DEL, connection->fd, NULL);
  close (connection->fd);
  free (connection->rest);
  free (connection);
}

static void
raw_watch (RawConnection *connection,
           unsigned       events)
{
  struct epoll_event event = { .events = events, .data.ptr = connection };

  epoll_ctl (raw_epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

/* While a rest is kept nothing more is read: the peer has to wait. */
static void
raw_send (RawConnection *connection,
          const char    *data,
          size_t         length)
{
  ssize_t n = send (connection->fd, data, length, MSG_NOSIGNAL);
  size_t sent = n > 0 ? (size_t) n : 0;
  char *rest = NULL;

  if (sent < length)
    {
      rest = malloc (length - sent);
      memcpy (rest, data + sent, length - sent);
    }
  if ((rest != NULL) != (connection->rest != NULL))
    raw_watch (connection, rest != NULL ? EPOLLOUT : EPOLLIN);

  free (connection->rest);
  connection->rest = rest;
  connection->length = length - sent;
}

static void
raw_echo (RawConnection *connection)
{
  static char buffer[256 * 1024];
  ssize_t n;

  if (connection->rest != NULL)
    {
      raw_send (connection, connection->rest, connection->length);
      return;
    }

  n = recv (connection->fd, buffer, sizeof buffer, 0);
  if (n > 0 && mode == MODE_ECHO)
    raw_send (connection, buffer, (size_t) n);
  else if (n == 0 || (n < 0 && errno != EAGAIN))
    raw_close (connection);
}

static void
raw_source (RawConnection *connection)
{
  ssize_t n = send (connection->fd, block + connection->offset, BLOCK_SIZE - connection->offset,
                    MSG_NOSIGNAL);

  if (n >= 0)
    connection->offset = (connection->offset + (size_t) n) % BLOCK_SIZE;
  else if (errno != EAGAIN)
    raw_close (connection);
}

static void
raw_serve (int timeout)
{
  struct epoll_event events[RAW_EVENTS];
  int n = epoll_wait (raw_epoll, events, RAW_EVENTS, timeout);

  for (int i = 0; i < n; i++)
    {
      if (events[i].data.ptr == &raw_listener)
        raw_accept ();
      else if (mode == MODE_SOURCE)
        raw_source (events[i].data.ptr);
      else
        raw_echo (events[i].data.ptr);
    }
}
