/* tisock-blocking.c: a call that blocks: how long, and until which cancellable is cancelled
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-blocking.h"

/* How often cancelling is looked for when there is no descriptor to wait with. */
#define CANCEL_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  tisock_doorbell_ring (user_data);
}

/* Not by GCancellable's own descriptor: with a full table GLib ends the process for want of it. */
void
tisock_blocking_begin (TisockBlocking *self,
                       const char     *name,
                       int             timeout_ms,
                       GCancellable   *cancellable)
{
  *self = (TisockBlocking) {
    .name = name,
    .timeout_ms = timeout_ms,
    .deadline = -1,
    .cancellable = cancellable,
    .waker = TISOCK_DOORBELL_CLOSED,
  };

  if (timeout_ms >= 0)
    self->deadline = g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND;
  if (cancellable != NULL && tisock_doorbell_open (&self->waker))
    self->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                                &self->waker, NULL);
}

gboolean
tisock_blocking_may_wait (TisockBlocking  *self,
                          GError         **error)
{
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;

  if (self->over)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                   "Could not %s within %d ms", self->name, self->timeout_ms);
      return FALSE;
    }

  self->over = self->deadline >= 0 && g_get_monotonic_time () >= self->deadline;

  return TRUE;
}

void
tisock_blocking_wait (TisockBlocking *self,
                      TisockReactor  *reactor,
                      TisockWaitSet  *set)
{
  gint64 deadline = self->deadline;

  /* Nothing wakes us: we look now and then. */
  if (self->cancellable != NULL && self->waker.watched_fd < 0)
    {
      deadline = g_get_monotonic_time () + CANCEL_INTERVAL;
      if (self->deadline >= 0)
        deadline = MIN (deadline, self->deadline);
    }

  set->waker = &self->waker;
  tisock_reactor_wait (reactor, set, deadline);
}

void
tisock_blocking_end (TisockBlocking *self)
{
  g_cancellable_disconnect (self->cancellable, self->cancelled_id);
  tisock_doorbell_close (&self->waker);
}
