/* tisock-server-socket-waiting.c: accepting one connection, and draining all, with a result
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-blocking.h"
#include "tisock-server-socket-private.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#define GET_PRIVATE(self) (tisock_server_socket_get_private (self))

typedef struct
{
  TisockOperation  operation;
  TisockTCPSocket *socket;      /* NULL until there is one; held until it is handed over */
} AcceptOperation;

typedef struct
{
  guint completed;
  guint aborted;
} DrainCounts;

struct _TisockDrain
{
  TisockServerSocket *server;
  TisockTimer         timer;
  GQueue              waiting;  /* of TisockOperation */
  guint               n_left;   /* connections that are drained and have not ended */
  DrainCounts         counts;
};

/* Accepting */

/* Nobody has come for it. */
static void
forsake_socket (gpointer socket)
{
  tisock_socket_core_release_hold (socket);
  tisock_socket_core_close (socket);
  g_object_unref (socket);
}

static gboolean
accept_try (TisockOperation *operation,
            gpointer         object,
            const GError    *end,
            TisockResult    *result)
{
  AcceptOperation *self = (AcceptOperation *) operation;

  if (self->socket != NULL)
    {
      result->pointer = g_steal_pointer (&self->socket);
      result->free = forsake_socket;
    }
  else if (end != NULL)
    {
      result->error = g_error_copy (end);
    }

  return result->pointer != NULL || result->error != NULL;
}

static void
accept_cancelled (TisockOperation *operation,
                  gpointer         object)
{
  tisock_server_socket_update_listeners (object);
}

static void
free_operation (TisockOperation *operation)
{
  g_free (operation);
}

static const TisockOperationFuncs accept_funcs = {
  .try = accept_try,
  .cancelled = accept_cancelled,
  .free = free_operation,
};

gboolean
tisock_server_socket_hand_over (TisockServerSocket *self,
                                TisockTCPSocket    *socket)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  AcceptOperation *first = g_queue_peek_head (&priv->accepts);

  if (priv->accepted_by != NULL)
    {
      *priv->accepted_by = g_object_ref (socket);
      priv->accepted_by = NULL;
      tisock_socket_core_settle (TISOCK_SOCKET_CORE (socket));
    }
  else if (first != NULL)
    {
      /* The program has to connect its handlers before there is anything to handle. */
      tisock_socket_core_get_private (TISOCK_SOCKET_CORE (socket))->held++;
      first->socket = g_object_ref (socket);
      tisock_operations_try (&priv->accepts);
    }
  else
    {
      return FALSE;
    }

  tisock_server_socket_update_listeners (self);

  return TRUE;
}

static gboolean
check_accept (TisockServerSocket  *self,
              GError             **error)
{
  return tisock_server_socket_get_is_listening (self) ||
         tisock_server_socket_misuse (self, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not accept: the server is not listening");
}

/**
 * tisock_server_socket_accept_async:
 * @self: the server
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits for one connection.
 *
 * The next peer that may connect is the result, and is not announced by
 * [signal@ServerSocket::accepted]; its own signals begin when
 * [method@ServerSocket.accept_finish] has handed it over. Any number of calls may
 * wait; they get connections in their order. With
 * [property@ServerSocket:auto-accept], peers that come while no call waits are
 * accepted all the same: without it they wait for the next call.
 *
 * Since: 1.0
 */
void
tisock_server_socket_accept_async (TisockServerSocket  *self,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  AcceptOperation wanted = { .operation = tisock_operation_init (&accept_funcs) };
  TisockServerSocketPrivate *priv;
  g_autoptr(GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_server_socket_check (self, G_STRFUNC))
    return;

  priv = GET_PRIVATE (self);
  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_server_socket_accept_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  if (!check_accept (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  tisock_operation_wait (g_memdup2 (&wanted, sizeof wanted), g_steal_pointer (&task),
                         &priv->accepts, priv->reactor);
  tisock_server_socket_update_listeners (self);
}

/**
 * tisock_server_socket_accept_finish:
 * @self: the server
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets what [method@ServerSocket.accept_async] has waited for.
 *
 * Returns: (transfer full): the connection; `NULL` on error
 *
 * Since: 1.0
 */
TisockTCPSocket *
tisock_server_socket_accept_finish (TisockServerSocket  *self,
                                    GAsyncResult        *result,
                                    GError             **error)
{
  TisockTCPSocket *socket;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) ==
                        tisock_server_socket_accept_async, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  socket = g_task_propagate_pointer (G_TASK (result), error);
  if (socket != NULL)
    tisock_socket_core_release_hold (TISOCK_SOCKET_CORE (socket));

  return socket;
}

/* Serves the listeners until one of them has had a connection for us, or may not wait any more. */
static void
serve_until_accepted (TisockServerSocket  *self,
                      TisockBlocking      *blocking,
                      TisockTCPSocket    **socket,
                      GError             **error)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  TisockWaitSet set;

  tisock_wait_set_init (&set);
  while (*socket == NULL && tisock_blocking_may_wait (blocking, error))
    {
      if (!tisock_server_socket_get_is_listening (self))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                               "Could not accept: the server has been closed");
          break;
        }

      g_ptr_array_set_size (set.slots, 0);
      g_ptr_array_set_size (set.timers, 0);
      tisock_server_socket_collect (self, &set);
      tisock_blocking_wait (blocking, priv->reactor, &set);
    }
  tisock_wait_set_clear (&set);
}

/**
 * tisock_server_socket_accept_sync:
 * @self: the server
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks until a peer has connected.
 *
 * Otherwise as [method@ServerSocket.accept_async]. Only the server's listening is
 * served meanwhile, with or without a main loop;
 * [signal@ServerSocket::add-socket] and [signal@ServerSocket::dropped] are
 * emitted. When the time is over that is [error@Gio.IOErrorEnum.TIMED_OUT], while
 * another call waits [error@Gio.IOErrorEnum.PENDING]; both are returned only.
 *
 * Returns: (transfer full): the connection; `NULL` on error
 *
 * Since: 1.0
 */
TisockTCPSocket *
tisock_server_socket_accept_sync (TisockServerSocket  *self,
                                  int                  timeout_ms,
                                  GCancellable        *cancellable,
                                  GError             **error)
{
  G_GNUC_UNUSED g_autoptr(TisockServerSocket) kept = NULL;
  TisockServerSocketPrivate *priv;
  TisockTCPSocket *socket = NULL;
  TisockBlocking blocking;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_server_socket_check (self, G_STRFUNC) || !check_accept (self, error))
    return NULL;

  priv = GET_PRIVATE (self);
  if (priv->accepted_by != NULL || priv->accepts.length > 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           "Could not accept: another call waits for a connection already");
      return NULL;
    }

  kept = g_object_ref (self);
  priv->accepted_by = &socket;
  tisock_server_socket_update_listeners (self);
  tisock_blocking_begin (&blocking, "accept", timeout_ms, cancellable);
  serve_until_accepted (self, &blocking, &socket, error);
  tisock_blocking_end (&blocking);
  priv->accepted_by = NULL;
  tisock_server_socket_update_listeners (self);

  return socket;
}

/* Draining */

static gboolean
drain_try (TisockOperation *operation,
           gpointer         object,
           const GError    *end,
           TisockResult    *result)
{
  TisockDrain *drain = GET_PRIVATE (object)->drain;

  if (drain->n_left > 0)
    return FALSE;

  result->pointer = g_memdup2 (&drain->counts, sizeof drain->counts);
  result->free = g_free;

  return TRUE;
}

static const TisockOperationFuncs drain_funcs = {
  .try = drain_try,
  .free = free_operation,
};

/* All have ended: whoever waits is told, in the context's next iteration. */
static void
finish_if_drained (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->drain->n_left > 0)
    return;

  tisock_reactor_clear_timer (priv->reactor, &priv->drain->timer);
  tisock_operations_end_later (&priv->drain->waiting, NULL);
  g_clear_pointer (&priv->drain, g_free);
}

void
tisock_server_socket_note_drained (TisockServerSocket *self,
                                   gboolean            aborted)
{
  TisockDrain *drain = GET_PRIVATE (self)->drain;

  drain->n_left--;
  if (aborted)
    drain->counts.aborted++;
  else
    drain->counts.completed++;

  finish_if_drained (self);
}

static void
deadline_cb (TisockTimer *timer)
{
  TisockDrain *drain = (TisockDrain *) ((char *) timer - G_STRUCT_OFFSET (TisockDrain, timer));
  G_GNUC_UNUSED g_autoptr(TisockServerSocket) server = g_object_ref (drain->server);
  g_autoptr(GPtrArray) sockets = tisock_server_socket_list_connections (server);

  for (guint i = 0; i < sockets->len; i++)
    tisock_tcp_socket_abort_drained (g_ptr_array_index (sockets, i));
}

static void
begin_drain (TisockServerSocket *self,
             guint               deadline_ms)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(GPtrArray) sockets = tisock_server_socket_list_connections (self);

  priv->drain = g_new0 (TisockDrain, 1);
  priv->drain->server = self;
  priv->drain->timer.func = deadline_cb;
  priv->drain->n_left = sockets->len;
  for (guint i = 0; i < sockets->len; i++)
    tisock_tcp_socket_drain (g_ptr_array_index (sockets, i));

  if (deadline_ms > 0 && sockets->len > 0)
    tisock_reactor_set_timer (priv->reactor, &priv->drain->timer,
                              g_get_monotonic_time () +
                              deadline_ms * (gint64) G_TIME_SPAN_MILLISECOND);
}

/**
 * tisock_server_socket_drain_async:
 * @self: the server
 * @deadline_ms: after how many milliseconds the rest is aborted; 0 for never
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Ends the server and its connections, and lets them finish what they are at.
 *
 * Listening ends at once, as by [method@ServerSocket.stop_listening]. Each
 * connection emits [signal@TCPSocket::draining]. Those that are idle, with nothing
 * left to send and nothing unread, are shut down; the others are as soon as they
 * are idle. A connection whose handler of `draining` returns `TRUE` ends itself,
 * when it is done. What has not ended at the deadline is aborted.
 *
 * A second call joins the first, whose deadline goes on. Cancelling ends the
 * waiting only. While it is drained the server cannot listen.
 *
 * Since: 1.0
 */
void
tisock_server_socket_drain_async (TisockServerSocket  *self,
                                  guint                deadline_ms,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  TisockOperation drained = tisock_operation_init (&drain_funcs);
  TisockServerSocketPrivate *priv;
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_server_socket_check (self, G_STRFUNC))
    return;

  priv = GET_PRIVATE (self);
  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_server_socket_drain_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  if (priv->drain == NULL)
    begin_drain (self, deadline_ms);
  tisock_operation_wait (g_memdup2 (&drained, sizeof drained), g_steal_pointer (&task),
                         &priv->drain->waiting, priv->reactor);
  finish_if_drained (self);
  tisock_server_socket_stop_listening (self);
}

/**
 * tisock_server_socket_drain_finish:
 * @self: the server
 * @result: the result that the callback was given
 * @n_completed: (out) (optional): how many connections ended before the deadline
 * @n_aborted: (out) (optional): how many were aborted at the deadline
 * @error: return location for an error
 *
 * Gets how [method@ServerSocket.drain_async] has ended.
 *
 * Returns: whether all connections have ended; `FALSE` if that was not waited for
 *
 * Since: 1.0
 */
gboolean
tisock_server_socket_drain_finish (TisockServerSocket  *self,
                                   GAsyncResult        *result,
                                   guint               *n_completed,
                                   guint               *n_aborted,
                                   GError             **error)
{
  g_autofree DrainCounts *counts = NULL;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) ==
                        tisock_server_socket_drain_async, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  counts = g_task_propagate_pointer (G_TASK (result), error);
  if (n_completed != NULL)
    *n_completed = counts != NULL ? counts->completed : 0;
  if (n_aborted != NULL)
    *n_aborted = counts != NULL ? counts->aborted : 0;

  return counts != NULL;
}
