/* tisock-socket-core-waiting.c: calls of a SocketCore that wait, with the main loop and without
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-blocking.h"
#include "tisock-socket-core-private.h"
#include "tisock-socket-error.h"

#define GET_PRIVATE(self) (tisock_socket_core_get_private (self))

/* Without the main loop */

void
tisock_wait_set_init (TisockWaitSet *set)
{
  set->slots = g_ptr_array_new ();
  set->timers = g_ptr_array_new ();
  set->waker = NULL;
}

void
tisock_wait_set_clear (TisockWaitSet *set)
{
  g_clear_pointer (&set->slots, g_ptr_array_unref);
  g_clear_pointer (&set->timers, g_ptr_array_unref);
}

/* Whether there is anything that could end a wait without a deadline. */
static gboolean
has_prospect (const TisockWaitSet *set)
{
  for (guint i = 0; i < set->slots->len; i++)
    {
      TisockSlot *slot = g_ptr_array_index (set->slots, i);

      if (slot->wanted != 0 || slot->queued)
        return TRUE;
    }

  for (guint i = 0; i < set->timers->len; i++)
    if (tisock_timer_is_armed (g_ptr_array_index (set->timers, i)))
      return TRUE;

  return FALSE;
}

/* Collects what the socket waits for. FALSE if nothing can happen any more. */
static gboolean
collect (TisockSocketCore *self,
         gboolean          bounded,
         TisockWaitSet    *set)
{
  g_ptr_array_set_size (set->slots, 0);
  g_ptr_array_set_size (set->timers, 0);
  GET_PRIVATE (self)->operations->collect (self, set);

  return bounded || has_prospect (set);
}

/* Serves the socket once. FALSE if nothing can happen any more. */
static gboolean
serve_once (TisockSocketCore *self,
            gint64            deadline)
{
  TisockWaitSet set;
  gboolean possible;

  tisock_wait_set_init (&set);
  possible = collect (self, deadline >= 0, &set);
  if (possible)
    tisock_reactor_wait (GET_PRIVATE (self)->reactor, &set, deadline);
  tisock_wait_set_clear (&set);

  return possible;
}

static gboolean
try_operation (TisockSocketCore *self,
               TisockOperation  *operation,
               TisockResult     *result)
{
  g_autoptr(GError) end = tisock_socket_core_dup_end (self);

  return operation->funcs->try (operation, self, end, result);
}

/* Serves the socket and says nothing, until the operation is over one way or another. */
static void
serve_operation (TisockSocketCore *self,
                 TisockOperation  *operation,
                 TisockBlocking   *blocking,
                 TisockResult     *result)
{
  TisockWaitSet set;

  tisock_wait_set_init (&set);
  while (!g_cancellable_set_error_if_cancelled (blocking->cancellable, &result->error) &&
         !try_operation (self, operation, result) &&
         tisock_blocking_may_wait (blocking, &result->error))
    {
      if (collect (self, blocking->deadline >= 0, &set))
        {
          tisock_blocking_wait (blocking, GET_PRIVATE (self)->reactor, &set);
          continue;
        }

      g_set_error (&result->error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                   "Could not %s: the receive buffer is full, and nothing is left to send",
                   blocking->name);
      break;
    }
  tisock_wait_set_clear (&set);
}

/* An end that is the outcome is said before it is returned, but after messages that have come. */
static gboolean
is_end_due (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  return (priv->due & TISOCK_DUE_CLOSED) && priv->held == 1 &&
         ((priv->due & TISOCK_DUE_MESSAGES) == 0 || priv->operations->is_empty (self));
}

gboolean
tisock_socket_core_run_operation (TisockSocketCore  *self,
                                  TisockOperation   *operation,
                                  const char        *name,
                                  int                timeout_ms,
                                  GCancellable      *cancellable,
                                  gpointer          *result,
                                  GError           **error)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  G_GNUC_UNUSED g_autoptr(TisockSocketCore) kept = g_object_ref (self);
  TisockResult outcome = { NULL };
  TisockBlocking blocking;

  priv->held++;
  tisock_blocking_begin (&blocking, name, timeout_ms, cancellable);
  serve_operation (self, operation, &blocking, &outcome);
  tisock_blocking_end (&blocking);
  if ((outcome.error != NULL || outcome.end) && is_end_due (self))
    {
      priv->held--;
      tisock_socket_core_emit_end (self);
    }
  else
    {
      tisock_socket_core_release_hold (self);
    }

  if (outcome.error != NULL)
    {
      g_propagate_error (error, outcome.error);
      return FALSE;
    }

  *result = outcome.pointer;

  return TRUE;
}

gboolean
tisock_socket_core_say_end (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  G_GNUC_UNUSED g_autoptr(TisockSocketCore) kept = NULL;

  if (priv->due == 0 || priv->held > 0)
    return FALSE;

  kept = g_object_ref (self);
  tisock_socket_core_emit_rest (self);

  return TRUE;
}

/**
 * tisock_socket_core_poll:
 * @self: the socket
 *
 * Serves the socket once, without blocking and without the main loop.
 *
 * Whatever it waits for is looked at: names being resolved, connections, bytes
 * both ways, timeouts. Signals are emitted from here as they are from the main
 * loop, except inside a handler of this socket. Other sockets and sources are
 * not served. Xojo's `SocketCore.Poll`.
 *
 * Since: 1.0
 */
void
tisock_socket_core_poll (TisockSocketCore *self)
{
  g_return_if_fail (TISOCK_IS_SOCKET_CORE (self));

  if (!tisock_socket_core_check (self, G_STRFUNC))
    return;

  if (tisock_socket_core_is_live (self))
    serve_once (self, 0);
  else
    tisock_socket_core_say_end (self);
}

/**
 * tisock_socket_core_wait:
 * @self: the socket
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @error: return location for an error
 *
 * Blocks until something has changed on this socket.
 *
 * That is: bytes came, queued bytes left, the state changed, or something
 * failed. The socket is served as by [method@SocketCore.poll]. A socket that is
 * not open has nothing to wait for: [error@Tisock.SocketError.INVALID_STATE].
 * The same goes for one whose receive buffer is full and that has nothing to
 * send, if it was to wait for ever.
 *
 * ```c
 * tisock_socket_core_open (socket, NULL);
 * while (tisock_socket_core_get_state (socket) == TISOCK_SOCKET_STATE_CONNECTING)
 *   tisock_socket_core_wait (socket, -1, NULL);
 * ```
 *
 * Returns: whether something changed; `FALSE` without an error when the time
 *   was over first
 *
 * Since: 1.0
 */
gboolean
tisock_socket_core_wait (TisockSocketCore  *self,
                         int                timeout_ms,
                         GError           **error)
{
  TisockSocketCorePrivate *priv;
  G_GNUC_UNUSED g_autoptr(TisockSocketCore) kept = NULL;
  gint64 deadline = -1;
  guint changes;

  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (self, G_STRFUNC))
    return FALSE;
  if (!tisock_socket_core_is_live (self))
    return tisock_socket_core_say_end (self) ||
           tisock_socket_core_misuse_of_state (self, "wait", error);

  priv = GET_PRIVATE (self);
  kept = g_object_ref (self);
  changes = priv->changes;
  if (timeout_ms >= 0)
    deadline = g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND;
  while (priv->changes == changes)
    {
      if (!serve_once (self, deadline))
        return tisock_socket_core_misuse (self, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                          "Could not wait: the receive buffer is full, and "
                                          "nothing is left to send");

      if (priv->changes == changes && deadline >= 0 && g_get_monotonic_time () >= deadline)
        return FALSE;
    }

  return TRUE;
}

/* Opening */

static gboolean
open_try (TisockOperation *operation,
          gpointer         object,
          const GError    *end,
          TisockResult    *result)
{
  if (end != NULL)
    result->error = g_error_copy (end);
  else if (tisock_socket_core_get_state (object) == TISOCK_SOCKET_STATE_CONNECTED)
    result->pointer = object;

  return result->error != NULL || result->pointer != NULL;
}

/* Nobody waits for the connection any more. */
static void
open_cancelled (TisockOperation *operation,
                gpointer         object)
{
  tisock_socket_core_close (object);
}

static void
free_operation (TisockOperation *operation)
{
  g_free (operation);
}

static const TisockOperationFuncs open_funcs = {
  .try = open_try,
  .cancelled = open_cancelled,
  .free = free_operation,
};

void
tisock_socket_core_await_open (TisockSocketCore *self,
                               GTask            *task)
{
  TisockOperation opened = tisock_operation_init (&open_funcs);

  tisock_socket_core_begin_operation (self, TISOCK_PENDING_OPEN,
                                      g_memdup2 (&opened, sizeof opened), task);
}

gboolean
tisock_socket_core_wait_open (TisockSocketCore  *self,
                              const char        *name,
                              int                timeout_ms,
                              GCancellable      *cancellable,
                              GError           **error)
{
  TisockOperation opened = tisock_operation_init (&open_funcs);
  gpointer result;

  return tisock_socket_core_run_operation (self, &opened, name, timeout_ms, cancellable, &result,
                                           error);
}

gboolean
tisock_socket_core_run_open (TisockSocketCore  *self,
                             const char        *name,
                             int                timeout_ms,
                             GCancellable      *cancellable,
                             GError           **error)
{
  if (tisock_socket_core_wait_open (self, name, timeout_ms, cancellable, error))
    return TRUE;

  tisock_socket_core_close (self);

  return FALSE;
}

/**
 * tisock_socket_core_open_async:
 * @self: the socket
 * @cancellable: (nullable): cancels the connecting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Opens the socket as [method@SocketCore.open] does, and waits until it is
 * connected.
 *
 * The signals are emitted as well. Cancelling closes the socket, without
 * [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_socket_core_open_async (TisockSocketCore    *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (TISOCK_IS_SOCKET_CORE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (self, G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_socket_core_open_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  if (tisock_socket_core_open (self, &error))
    tisock_socket_core_await_open (self, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

/**
 * tisock_socket_core_open_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@SocketCore.open_async] has ended.
 *
 * Returns: whether the socket is connected
 *
 * Since: 1.0
 */
gboolean
tisock_socket_core_open_finish (TisockSocketCore  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == tisock_socket_core_open_async,
                        FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/**
 * tisock_socket_core_open_sync:
 * @self: the socket
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the connecting
 * @error: return location for an error
 *
 * Opens the socket as [method@SocketCore.open] does, and blocks until it is
 * connected.
 *
 * Only this socket is served meanwhile, with or without a main loop; what there
 * is to be said by signals follows from the main loop, or from
 * [method@SocketCore.poll] and [method@SocketCore.wait]. A failure is announced
 * before this returns. When the time is over that is
 * [error@Gio.IOErrorEnum.TIMED_OUT], and the socket is closed, as it is if
 * @cancellable is cancelled.
 *
 * Returns: whether the socket is connected
 *
 * Since: 1.0
 */
gboolean
tisock_socket_core_open_sync (TisockSocketCore  *self,
                              int                timeout_ms,
                              GCancellable      *cancellable,
                              GError           **error)
{
  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !tisock_socket_core_open (self, error))
    return FALSE;

  return tisock_socket_core_run_open (self, "open", timeout_ms, cancellable, error);
}
