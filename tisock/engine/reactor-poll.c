/* reactor-poll.c: readiness by the context's own poll(), where there is no epoll
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/reactor-private.h"

typedef struct
{
  GPollFD      pollfd;
  TisockToken  token;
} Watch;

struct _TisockBackend
{
  GSource    *source;
  GPtrArray  *watches;          /* of Watch, at the index of their slot; NULL = none */
  guint       first;            /* where collecting begins, so that all get their turn */
};

static TisockBackend *
poll_open (GSource  *source,
           GError  **error)
{
  TisockBackend *self = g_new0 (TisockBackend, 1);

  self->source = source;
  self->watches = g_ptr_array_new_with_free_func (g_free);

  return self;
}

static void
poll_close (TisockBackend *self)
{
  g_ptr_array_unref (self->watches);
  g_free (self);
}

static void
remove_watch (TisockBackend *self,
              guint          index)
{
  Watch *watch = g_ptr_array_index (self->watches, index);

  g_source_remove_poll (self->source, &watch->pollfd);
  g_ptr_array_index (self->watches, index) = NULL;
  g_free (watch);
}

static void
add_watch (TisockBackend *self,
           TisockSlot    *slot,
           TisockToken    token)
{
  Watch *watch = g_new0 (Watch, 1);

  watch->token = token;
  watch->pollfd.fd = slot->fd;

  if (self->watches->len <= slot->index)
    g_ptr_array_set_size (self->watches, (int) slot->index + 1);
  g_ptr_array_index (self->watches, slot->index) = watch;
  g_source_add_poll (self->source, &watch->pollfd);
}

static gboolean
poll_watch (TisockBackend *self,
            TisockSlot    *slot,
            TisockToken    token)
{
  if (slot->armed == 0)
    add_watch (self, slot, token);

  if (slot->wanted == 0)
    remove_watch (self, slot->index);
  else
    ((Watch *) g_ptr_array_index (self->watches, slot->index))->pollfd.events = slot->wanted;

  slot->armed = slot->wanted;

  return TRUE;
}

static void
poll_forget (TisockBackend *self,
             TisockSlot    *slot)
{
  remove_watch (self, slot->index);
}

static gboolean
poll_pending (TisockBackend *self)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      Watch *watch = g_ptr_array_index (self->watches, i);

      if (watch != NULL && watch->pollfd.revents != 0)
        return TRUE;
    }

  return FALSE;
}

static guint
poll_collect (TisockBackend *self,
              TisockEvent   *events,
              guint          n_events)
{
  guint n = 0;

  for (guint i = 0; i < self->watches->len && n < n_events; i++)
    {
      guint index = (self->first + i) % self->watches->len;
      Watch *watch = g_ptr_array_index (self->watches, index);

      if (watch == NULL || watch->pollfd.revents == 0)
        continue;

      events[n].token = watch->token;
      events[n].condition = (GIOCondition) watch->pollfd.revents;
      watch->pollfd.revents = 0;
      n++;
    }

  self->first++;

  return n;
}

const TisockBackendFuncs tisock_backend_poll = {
  .open = poll_open,
  .close = poll_close,
  .watch = poll_watch,
  .forget = poll_forget,
  .pending = poll_pending,
  .collect = poll_collect,
};
