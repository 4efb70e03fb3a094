/* tisock-operation.h: calls of a program that wait, until what they wait for has come
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockOperation TisockOperation;
typedef struct _TisockOperationFuncs TisockOperationFuncs;
typedef struct _TisockResult TisockResult;

/* How an operation ended: an error, or else a pointer. */
struct _TisockResult
{
  gpointer        pointer;
  GDestroyNotify  free;
  GError         *error;
  gboolean        end;          /* the pointer says that the object's life is over */
};

struct _TisockOperationFuncs
{
  /* Looks whether the operation is over; TRUE, and the result, if it is. With an `end`, the reason
   * why nothing more can come, it always is. */
  gboolean (*try)       (TisockOperation *self,
                         gpointer         object,
                         const GError    *end,
                         TisockResult    *result);
  /* The program does not wait any more. The operation has been told so. May be NULL. */
  void     (*cancelled) (TisockOperation *self,
                         gpointer         object);
  void     (*free)      (TisockOperation *self);
};

/* What a call waits for, the beginning of a struct that its kind makes of it. */
struct _TisockOperation
{
  const TisockOperationFuncs *funcs;

  /* While the call is pending: its task, which owns it, and its place. */
  GTask                      *task;
  GQueue                     *queue;
  GList                       link;
  TisockReactor              *reactor;
  gulong                      cancellable_id;
};

static inline TisockOperation
tisock_operation_init (const TisockOperationFuncs *funcs)
{
  return (TisockOperation) { .funcs = funcs };
}

/* A task that is told of cancelling by its operation only: a result that is there is delivered, as
 * nobody else has the bytes or the connection any more. */
GTask    *tisock_operation_new_task  (gpointer              object,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data,
                                      gpointer              tag) G_GNUC_WARN_UNUSED_RESULT;
/* Waits at the end of a queue. The task, which is taken, owns the operation, which comes from
 * the heap. */
void      tisock_operation_wait      (TisockOperation      *self,
                                      GTask                *task,
                                      GQueue               *queue,
                                      TisockReactor        *reactor);
/* Returns the results of the first operations of a queue that are over. */
void      tisock_operations_try      (GQueue               *queue);
/* Returns the results of all of them: their object's life is over. */
void      tisock_operations_end      (GQueue               *queue,
                                      const GError         *end);
/* The same, but the callbacks run in the context's next iteration. */
void      tisock_operations_end_later (GQueue              *queue,
                                       const GError        *end);
/* Takes an operation from its queue and returns its result. */
void      tisock_operation_return    (TisockOperation      *self,
                                      TisockResult         *result);

/* What the task of an object's call has returned; for the call whose tag it is. */
gpointer  tisock_operation_finish    (gpointer              object,
                                      GAsyncResult         *result,
                                      gpointer              tag,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* For operations that own nothing. */
void      tisock_operation_free      (TisockOperation      *self);

void      tisock_task_return         (GTask                *task,
                                      TisockResult         *result);

G_END_DECLS
