/* link-watch.c: tells when network interfaces or their addresses come, change or go
 *
 * What the system says is not read, only that it says something: it may have had too much to say
 * to keep it, and whoever looks at the interfaces sees all of it.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/link-watch.h"
#include "engine/reactor.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
# include <linux/netlink.h>
# include <linux/rtnetlink.h>
#endif

/* After this time it is tried again to get a descriptor, or to look. */
#define RETRY_INTERVAL (G_USEC_PER_SEC / 10)

/* So that a storm of changes does not hold up the context. */
#define MESSAGES_PER_TURN 256

#define TISOCK_TYPE_LINK_WATCH (tisock_link_watch_get_type ())

G_DECLARE_FINAL_TYPE (TisockLinkWatch, tisock_link_watch, TISOCK, LINK_WATCH, GObject)

struct _TisockLinkWatch
{
  GObject         parent_instance;

  TisockReactor  *reactor;
  TisockSlot      slot;         /* attached until the end, without a descriptor if need be */
  TisockTimer     retry;
  TisockLinkFunc  func;
  GWeakRef        object;       /* which another thread may free at any time */
};

G_DEFINE_FINAL_TYPE (TisockLinkWatch, tisock_link_watch, G_TYPE_OBJECT)

static int
open_descriptor (void)
{
#ifdef __linux__
  struct sockaddr_nl address = {
    .nl_family = AF_NETLINK,
    .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
  };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;

  close (fd);
#else
  errno = ENOTSUP;
#endif

  return -1;
}

static gboolean
watch (TisockLinkWatch *self)
{
  int fd;

  if (self->slot.fd >= 0)
    return TRUE;

  fd = open_descriptor ();
  if (fd < 0)
    return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;

  if (tisock_slot_set_fd (&self->slot, fd, G_IO_IN, NULL))
    return TRUE;

  close (fd);

  return FALSE;
}

/* The descriptor first: what changes after the look it tells. */
static void
look (TisockLinkWatch *self)
{
  g_autoptr(GObject) object = g_weak_ref_get (&self->object);
  gboolean watched = watch (self);

  if (object != NULL && (!self->func (object) || !watched))
    tisock_reactor_set_timer (self->reactor, &self->retry,
                              g_get_monotonic_time () + RETRY_INTERVAL);
}

/* A message that was lost for want of room is an error, and as good as one that was not. */
static void
drop_messages (int fd)
{
  for (guint i = 0; i < MESSAGES_PER_TURN; i++)
    {
      char byte;

      if (recv (fd, &byte, sizeof byte, 0) < 0 && errno == EAGAIN)
        return;
    }
}

static void
ready (TisockSlot   *slot,
       GIOCondition  condition)
{
  if (slot->fd >= 0)
    drop_messages (slot->fd);

  look (TISOCK_LINK_WATCH (slot->owner));
}

static void
lost (TisockSlot *slot)
{
  TisockLinkWatch *self = TISOCK_LINK_WATCH (slot->owner);

  tisock_reactor_clear_timer (self->reactor, &self->retry);
  if (slot->fd >= 0)
    tisock_descriptor_close (slot->fd, NULL);
  slot->fd = -1;
}

static const TisockSlotFuncs slot_funcs = {
  .ready = ready,
  .lost = lost,
};

static void
retry_cb (TisockTimer *timer)
{
  look ((TisockLinkWatch *) ((char *) timer - G_STRUCT_OFFSET (TisockLinkWatch, retry)));
}

static gboolean
end_cb (gpointer data)
{
  TisockLinkWatch *self = data;
  int fd = self->slot.fd;

  if (!tisock_slot_is_attached (&self->slot))
    return G_SOURCE_REMOVE;

  tisock_reactor_clear_timer (self->reactor, &self->retry);
  tisock_slot_detach (&self->slot);
  if (fd >= 0)
    tisock_descriptor_close (fd, self->reactor);

  return G_SOURCE_REMOVE;
}

static void
tisock_link_watch_finalize (GObject *object)
{
  TisockLinkWatch *self = TISOCK_LINK_WATCH (object);

  g_weak_ref_clear (&self->object);
  tisock_reactor_unref (self->reactor);

  G_OBJECT_CLASS (tisock_link_watch_parent_class)->finalize (object);
}

static void
tisock_link_watch_class_init (TisockLinkWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tisock_link_watch_finalize;
}

static void
tisock_link_watch_init (TisockLinkWatch *self)
{
  self->reactor = tisock_reactor_ref_thread_default ();
  self->retry.func = retry_cb;
  tisock_slot_init (&self->slot, &slot_funcs, self);
}

TisockLinkWatch *
tisock_link_watch_new (TisockLinkFunc  func,
                       GObject        *object)
{
  TisockLinkWatch *self = g_object_new (TISOCK_TYPE_LINK_WATCH, NULL);

  self->func = func;
  g_weak_ref_init (&self->object, object);
  if (tisock_reactor_attach (self->reactor, &self->slot, -1, 0, NULL))
    look (self);
  else
    func (object);

  return self;
}

void
tisock_link_watch_free (TisockLinkWatch *self)
{
  if (tisock_reactor_is_usable (self->reactor))
    end_cb (self);
  else if (!tisock_reactor_is_lost (self->reactor))
    tisock_reactor_invoke (self->reactor, end_cb, G_OBJECT (self));

  g_object_unref (self);
}
