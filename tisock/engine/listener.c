/* listener.c: accepts connections, and survives a full descriptor table
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/listener.h"

#include <errno.h>

/* How many connections one turn takes from a backlog. */
#define ACCEPT_BATCH 32

/* How often a full descriptor table is tried again when no descriptor of ours is closed. */
#define RETRY_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

struct _TisockListener
{
  TisockSlot                  slot;
  TisockTimer                 retry;    /* armed while accepting is suspended by a failure */
  TisockReactor              *reactor;
  const TisockListenerFuncs  *funcs;
  TisockUnixPath             *path;     /* NULL: none */

  /* What the owner has been told: that the system has run out of something, which the listeners
   * of one owner say together; that this one fails in another way. */
  gboolean                   *exhausted;
  gboolean                    own_exhausted;
  gboolean                    failing;

  guint                       paused : 1;       /* by the owner */
  guint                       shed : 1;
  guint                       unwatched : 1;    /* the backend refused it; until an event comes */

  /* Set while a batch is under way, and to TRUE by free(): the batch ends there. */
  gboolean                   *freed;
};

static void
update_interest (TisockListener *self)
{
  gboolean ready = !self->paused && !tisock_timer_is_armed (&self->retry);

  tisock_slot_want (&self->slot, ready ? G_IO_IN : 0);
}

static gboolean
errno_is_peers (int error_number)
{
  switch (error_number)
    {
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ETIMEDOUT:
      return TRUE;

    default:
      return FALSE;
    }
}

/* To be called when a peer was accepted, or none was waiting. As long as nothing watches the
 * descriptor that does not mean that it works. */
static void
note_recovery (TisockListener *self)
{
  *self->exhausted = FALSE;
  if (!self->unwatched)
    self->failing = FALSE;
}

static void
suspend_accepting (TisockListener *self)
{
  tisock_reactor_set_timer (self->reactor, &self->retry,
                            g_get_monotonic_time () + RETRY_INTERVAL);
  tisock_reactor_starve (self->reactor, &self->slot);
  update_interest (self);
}

/* Whoever is told may free the listener. */
static void
report_failure (TisockListener *self,
                int             error_number)
{
  gboolean *told = tisock_errno_is_exhaustion (error_number) ? self->exhausted : &self->failing;
  GError *error = NULL;

  if (*told)
    return;

  *told = TRUE;
  tisock_set_error_from_errno (&error, error_number, "Could not accept a connection");
  self->funcs->failed (self, error, error_number, self->slot.owner);
}

/* TRUE if a peer was shed, so that there may be another one. */
static gboolean
shed_one (TisockListener *self)
{
  TisockEndpoint remote;

  if (!tisock_descriptor_shed (self->slot.fd, &remote))
    return FALSE;

  self->funcs->shed (self, &remote, self->slot.owner);

  return TRUE;
}

/* A full table fails accept() whether anybody is waiting or not. */
static gboolean
has_peer (TisockListener *self)
{
  GPollFD pollfd = { .fd = self->slot.fd, .events = G_IO_IN };

  return g_poll (&pollfd, 1, 0) != 0;
}

/* TRUE if the batch may go on. */
static gboolean
handle_failure (TisockListener *self,
                int             error_number,
                gboolean       *freed)
{
  /* Nobody is waiting; a full table would have said so first. */
  if (error_number == EAGAIN || error_number == EWOULDBLOCK)
    {
      note_recovery (self);
      return FALSE;
    }

  if (errno_is_peers (error_number))
    return TRUE;

  if (tisock_errno_is_exhaustion (error_number) && !has_peer (self))
    return FALSE;

  report_failure (self, error_number);
  if (*freed || self->paused)
    return FALSE;

  if (self->shed && tisock_errno_is_exhaustion (error_number))
    {
      if (shed_one (self))
        return TRUE;
      /* An empty backlog is what shedding is for: the next peer is shed when it comes. */
      if (errno == EAGAIN || errno == EWOULDBLOCK)
        return FALSE;
    }

  suspend_accepting (self);

  return FALSE;
}

static gboolean
accept_one (TisockListener *self,
            gboolean       *freed)
{
  TisockEndpoint remote;
  int fd = tisock_descriptor_accept (self->slot.fd, &remote);

  if (fd < 0)
    return handle_failure (self, errno, freed);

  note_recovery (self);
  self->funcs->incoming (self, fd, &remote, self->slot.owner);

  return TRUE;
}

static void
accept_batch (TisockListener *self)
{
  G_GNUC_UNUSED g_autoptr(GObject) owner = g_object_ref (self->slot.owner);
  gboolean freed = FALSE;
  gboolean *outer = self->freed;

  self->freed = &freed;
  for (guint i = 0; i < ACCEPT_BATCH && !self->paused; i++)
    {
      gboolean more = accept_one (self, &freed);

      if (freed)
        {
          if (outer != NULL)
            *outer = TRUE;
          return;
        }
      if (!more)
        break;
    }

  self->freed = outer;
}

static void
try_again (TisockListener *self)
{
  tisock_reactor_clear_timer (self->reactor, &self->retry);
  update_interest (self);
  accept_batch (self);
}

static void
retry_cb (TisockTimer *timer)
{
  try_again ((TisockListener *) ((char *) timer - G_STRUCT_OFFSET (TisockListener, retry)));
}

static void
listener_ready (TisockSlot   *slot,
                GIOCondition  condition)
{
  TisockListener *self = (TisockListener *) slot;

  if (condition & G_IO_NVAL)
    {
      /* The system may have no more watches, for now; until it has, peers are looked for at
       * intervals. */
      self->unwatched = TRUE;
      suspend_accepting (self);
      report_failure (self, EBADF);
      return;
    }

  if (condition != 0)
    self->unwatched = FALSE;
  try_again (self);
}

static void
listener_lost (TisockSlot *slot)
{
  TisockListener *self = (TisockListener *) slot;

  tisock_reactor_clear_timer (self->reactor, &self->retry);
  g_clear_pointer (&self->path, tisock_unix_path_free);
  tisock_descriptor_close (slot->fd, NULL);
  slot->fd = -1;
}

static const TisockSlotFuncs listener_slot_funcs = {
  .ready = listener_ready,
  .lost = listener_lost,
};

TisockListener *
tisock_listener_new (TisockReactor              *reactor,
                     GObject                    *owner,
                     const TisockListenerFuncs  *funcs,
                     int                         fd,
                     TisockUnixPath             *path,
                     GError                    **error)
{
  TisockListener *self = g_new0 (TisockListener, 1);

  self->reactor = reactor;
  self->funcs = funcs;
  self->path = path;
  self->retry.func = retry_cb;
  self->exhausted = &self->own_exhausted;
  tisock_slot_init (&self->slot, &listener_slot_funcs, owner);
  tisock_descriptor_reserve ();

  if (!tisock_reactor_attach (reactor, &self->slot, fd, G_IO_IN, error))
    {
      int error_number = errno;

      g_clear_pointer (&self->path, tisock_unix_path_free);
      tisock_descriptor_close (fd, NULL);
      g_free (self);
      errno = error_number;
      return NULL;
    }

  return self;
}

void
tisock_listener_free (TisockListener *self)
{
  int fd = self->slot.fd;

  if (self->freed != NULL)
    *self->freed = TRUE;

  tisock_reactor_clear_timer (self->reactor, &self->retry);
  tisock_slot_detach (&self->slot);
  g_clear_pointer (&self->path, tisock_unix_path_free);
  if (fd >= 0)
    tisock_descriptor_close (fd, self->reactor);
  g_free (self);
}

int
tisock_listener_get_fd (TisockListener *self)
{
  return self->slot.fd;
}

void
tisock_listener_share (TisockListener *self,
                       gboolean       *exhausted)
{
  self->exhausted = exhausted;
}

void
tisock_listener_pause (TisockListener *self,
                       gboolean        paused)
{
  self->paused = paused;
  update_interest (self);
}

void
tisock_listener_set_shed (TisockListener *self,
                          gboolean        shed)
{
  self->shed = shed;
  if (tisock_timer_is_armed (&self->retry))
    tisock_slot_queue (&self->slot);
}

void
tisock_listener_collect (TisockListener *self,
                         TisockWaitSet  *set)
{
  g_ptr_array_add (set->slots, &self->slot);
  g_ptr_array_add (set->timers, &self->retry);
}
