/* reactor-epoll.c: readiness by one epoll descriptor, at a cost that does not grow with the slots
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#ifdef HAVE_EPOLL

#include "engine/descriptor.h"
#include "engine/reactor-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Linux gives EPOLLIN and the rest the values of POLLIN, which are GLib's. */
G_STATIC_ASSERT ((int) EPOLLIN == (int) G_IO_IN && (int) EPOLLOUT == (int) G_IO_OUT);
G_STATIC_ASSERT ((int) EPOLLERR == (int) G_IO_ERR && (int) EPOLLHUP == (int) G_IO_HUP);

#define MOST_EVENTS 128

struct _TisockBackend
{
  GPollFD pollfd;               /* the epoll descriptor, in the context's set */
};

static TisockBackend *
epoll_open (GSource  *source,
            GError  **error)
{
  TisockBackend *self;
  int fd = epoll_create1 (EPOLL_CLOEXEC);

  if (fd < 0)
    {
      tisock_set_error_from_errno (error, errno, "Could not set up the event loop");
      return NULL;
    }

  self = g_new0 (TisockBackend, 1);
  self->pollfd.fd = fd;
  self->pollfd.events = G_IO_IN;
  g_source_add_poll (source, &self->pollfd);

  return self;
}

static void
epoll_close (TisockBackend *self)
{
  close (self->pollfd.fd);
  g_free (self);
}

/* Paused is off the set: ERR and HUP are reported for whatever is in it, wanted or not. */
static gboolean
epoll_watch (TisockBackend *self,
             TisockSlot    *slot,
             TisockToken    token)
{
  struct epoll_event event = { .events = slot->wanted, .data.u64 = token };
  int operation = EPOLL_CTL_MOD;

  if (slot->armed == 0)
    operation = EPOLL_CTL_ADD;
  else if (slot->wanted == 0)
    operation = EPOLL_CTL_DEL;

  if (epoll_ctl (self->pollfd.fd, operation, slot->fd, &event) < 0)
    return FALSE;

  slot->armed = slot->wanted;

  return TRUE;
}

/* Closing it has taken it off the set. */
static void
epoll_forget (TisockBackend *self,
              TisockSlot    *slot)
{
}

static gboolean
epoll_pending (TisockBackend *self)
{
  return (self->pollfd.revents & G_IO_IN) != 0;
}

static guint
epoll_collect (TisockBackend *self,
               TisockEvent   *events,
               guint          n_events)
{
  struct epoll_event found[MOST_EVENTS];
  int n;

  n = epoll_wait (self->pollfd.fd, found, (int) MIN (n_events, MOST_EVENTS), 0);
  for (int i = 0; i < n; i++)
    {
      events[i].token = found[i].data.u64;
      events[i].condition = (GIOCondition) found[i].events;
    }

  return (guint) MAX (n, 0);
}

const TisockBackendFuncs tisock_backend_epoll = {
  .open = epoll_open,
  .close = epoll_close,
  .watch = epoll_watch,
  .forget = epoll_forget,
  .pending = epoll_pending,
  .collect = epoll_collect,
};

#endif /* HAVE_EPOLL */
