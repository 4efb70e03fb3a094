/* tisock-operation.c: calls of a program that wait, until what they wait for has come
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-operation.h"

typedef struct
{
  GTask        *task;
  TisockResult  result;
} LateReturn;

GTask *
tisock_operation_new_task (gpointer             object,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data,
                           gpointer             tag)
{
  GTask *task = g_task_new (object, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

void
tisock_task_return (GTask        *task,
                    TisockResult *result)
{
  if (result->error != NULL)
    g_task_return_error (task, result->error);
  else
    g_task_return_pointer (task, result->pointer, result->free);
}

/* Out of the queue, deaf to its cancellable. The task, which owns it, is the caller's. */
static GTask *
leave (TisockOperation *self)
{
  /* First: another thread may be in cancelled_cb(). */
  g_cancellable_disconnect (g_task_get_cancellable (self->task), self->cancellable_id);
  g_queue_unlink (self->queue, &self->link);
  self->queue = NULL;

  return g_steal_pointer (&self->task);
}

void
tisock_operation_return (TisockOperation *self,
                         TisockResult    *result)
{
  g_autoptr(GTask) task = leave (self);

  tisock_task_return (task, result);
}

/* Cancelling */

static gboolean
cancel_cb (gpointer user_data)
{
  GTask *task = user_data;
  TisockOperation *self = g_task_get_task_data (task);
  GObject *object = g_task_get_source_object (task);
  TisockResult result = { NULL };

  /* The result may have been faster. */
  if (self->queue == NULL)
    return G_SOURCE_REMOVE;

  g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &result.error);
  tisock_operation_return (self, &result);
  if (self->funcs->cancelled != NULL)
    self->funcs->cancelled (self, object);

  return G_SOURCE_REMOVE;
}

/* Any thread may cancel, and may hold any lock. */
static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  TisockOperation *self = user_data;

  tisock_reactor_schedule (self->reactor, cancel_cb, G_OBJECT (self->task));
}

/* Waiting */

static void
operation_free (gpointer data)
{
  TisockOperation *self = data;

  tisock_reactor_unref (self->reactor);
  self->funcs->free (self);
}

void
tisock_operation_wait (TisockOperation *self,
                       GTask           *task,
                       GQueue          *queue,
                       TisockReactor   *reactor)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  self->task = task;
  self->reactor = tisock_reactor_ref (reactor);
  self->queue = queue;
  self->link.data = self;
  g_queue_push_tail_link (queue, &self->link);
  g_task_set_task_data (task, self, operation_free);

  if (cancellable != NULL)
    self->cancellable_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self,
                                                  NULL);
}

void
tisock_operations_try (GQueue *queue)
{
  TisockOperation *self;

  while ((self = g_queue_peek_head (queue)) != NULL)
    {
      TisockResult result = { NULL };

      if (!self->funcs->try (self, g_task_get_source_object (self->task), NULL, &result))
        return;

      tisock_operation_return (self, &result);
    }
}

/* Ends */

static gboolean
return_late_cb (gpointer user_data)
{
  LateReturn *late = user_data;

  tisock_task_return (late->task, &late->result);

  return G_SOURCE_REMOVE;
}

static void
late_return_free (gpointer data)
{
  LateReturn *late = data;

  g_object_unref (late->task);
  g_free (late);
}

/* A task that returns within a source of its context calls back at once; in a source of its own it
 * does so after whatever is under way now. */
static void
return_later (TisockOperation *self,
              TisockResult    *result)
{
  g_autoptr(GSource) source = g_idle_source_new ();
  LateReturn *late = g_new (LateReturn, 1);

  late->task = leave (self);
  late->result = *result;
  g_source_set_priority (source, g_task_get_priority (late->task));
  g_source_set_callback (source, return_late_cb, late, late_return_free);
  g_source_attach (source, g_task_get_context (late->task));
}

/* In a queue apart: what a callback adds belongs to the next life. */
static void
end_all (GQueue       *queue,
         const GError *end,
         void        (*return_result) (TisockOperation *self,
                                       TisockResult    *result))
{
  GQueue ended = *queue;
  TisockOperation *self;

  g_queue_init (queue);
  for (GList *link = ended.head; link != NULL; link = link->next)
    ((TisockOperation *) link->data)->queue = &ended;

  while ((self = g_queue_peek_head (&ended)) != NULL)
    {
      TisockResult result = { NULL };

      self->funcs->try (self, g_task_get_source_object (self->task), end, &result);
      return_result (self, &result);
    }
}

void
tisock_operations_end (GQueue       *queue,
                       const GError *end)
{
  end_all (queue, end, tisock_operation_return);
}

void
tisock_operations_end_later (GQueue       *queue,
                             const GError *end)
{
  end_all (queue, end, return_later);
}

/* For calls */

gpointer
tisock_operation_finish (gpointer       object,
                         GAsyncResult  *result,
                         gpointer       tag,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, object), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == tag, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
tisock_operation_free (TisockOperation *self)
{
  g_free (self);
}
