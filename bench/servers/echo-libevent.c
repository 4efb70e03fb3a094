/* echo-libevent.c: libevent's bufferevent, as its book writes an echo server
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include "mode.h"

static void
read_cb (struct bufferevent *event,
         void               *user_data)
{
  struct evbuffer *input = bufferevent_get_input (event);

  if (mode == MODE_ECHO)
    evbuffer_add_buffer (bufferevent_get_output (event), input);
  else
    evbuffer_drain (input, evbuffer_get_length (input));
}

/* It is called when the output has become empty. */
static void
write_cb (struct bufferevent *event,
          void               *user_data)
{
  evbuffer_add_reference (bufferevent_get_output (event), block, BLOCK_SIZE, NULL, NULL);
}

static void
event_cb (struct bufferevent *event,
          short               what,
          void               *user_data)
{
  if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
    bufferevent_free (event);
}

static void
accept_cb (struct evconnlistener *listener,
           evutil_socket_t        fd,
           struct sockaddr       *address,
           int                    length,
           void                  *user_data)
{
  struct event_base *base = evconnlistener_get_base (listener);
  struct bufferevent *event = bufferevent_socket_new (base, fd, BEV_OPT_CLOSE_ON_FREE);
  int on = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  bufferevent_setcb (event, read_cb, mode == MODE_SOURCE ? write_cb : NULL, event_cb, NULL);
  bufferevent_enable (event, EV_READ | EV_WRITE);
}

int
main (int   argc,
      char *argv[])
{
  struct event_base *base = event_base_new ();
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  struct evconnlistener *listener;

  set_mode (argc, argv);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  listener = evconnlistener_new_bind (base, accept_cb, NULL, LEV_OPT_CLOSE_ON_FREE, 4096,
                                      (struct sockaddr *) &address, sizeof address);
  if (listener == NULL)
    return 1;

  getsockname (evconnlistener_get_fd (listener), (struct sockaddr *) &address, &length);
  printf ("listening on %d\n", ntohs (address.sin_port));
  fflush (stdout);

  return event_base_dispatch (base);
}
