/* tisock-tcp-socket-sending.c: sending, flushing and ending, and waiting until that is done
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

/* Sending */

static gboolean
send_try (TisockOperation *operation,
          gpointer         object,
          const GError    *end,
          TisockResult    *result)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (object);

  if (priv->stream.passed >= ((TisockSendOperation *) operation)->end)
    result->pointer = object;
  else if (end != NULL)
    result->error = g_error_copy (end);

  return result->pointer != NULL || result->error != NULL;
}

static const TisockOperationFuncs send_funcs = {
  .try = send_try,
  .free = tisock_operation_free,
};

TisockSendOperation
tisock_tcp_socket_want_sent (TisockTCPSocket            *self,
                             const TisockOperationFuncs *funcs)
{
  TisockStream *stream = &GET_PRIVATE (self)->stream;

  return (TisockSendOperation) {
    .operation = tisock_operation_init (funcs),
    .end = stream->failure == NULL ? tisock_stream_get_end (stream) : G_MAXUINT64,
  };
}

void
tisock_tcp_socket_cancel_sends (TisockTCPSocket *self,
                                guint64          end)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockOperation *first;

  while ((first = tisock_socket_core_get_pending (core, TISOCK_PENDING_SEND)) != NULL &&
         ((TisockSendOperation *) first)->end <= end)
    {
      TisockResult result = { NULL };

      if (!first->funcs->try (first, self, NULL, &result))
        result.error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                            "The transfer was aborted by send-progress");
      tisock_operation_return (first, &result);
    }
}

/* Takes the task, and the error of what was queued for it. */
static void
wait_until_sent (TisockTCPSocket *self,
                 GTask           *task,
                 GError          *error)
{
  TisockSendOperation wanted = tisock_tcp_socket_want_sent (self, &send_funcs);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  tisock_socket_core_begin_operation (TISOCK_SOCKET_CORE (self), TISOCK_PENDING_SEND,
                                      g_memdup2 (&wanted, sizeof wanted), task);
}

static gboolean
run_until_sent (TisockTCPSocket  *self,
                const char       *name,
                int               timeout_ms,
                GCancellable     *cancellable,
                GError          **error)
{
  TisockSendOperation wanted = tisock_tcp_socket_want_sent (self, &send_funcs);
  gpointer result;

  return tisock_socket_core_run_operation (TISOCK_SOCKET_CORE (self), &wanted.operation, name,
                                           timeout_ms, cancellable, &result, error);
}

/**
 * tisock_tcp_socket_send_async:
 * @self: the socket
 * @data: (array length=length) (element-type guint8) (nullable): the bytes
 * @length: how many bytes there are; 0 is valid
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Queues bytes as [method@TCPSocket.write] does, and waits until the system has
 * taken all of them.
 *
 * Any number of such calls may wait; they end in their order. Cancelling ends the
 * waiting only: what is queued is sent all the same. If a handler of
 * [signal@TCPSocket::send-progress] drops some of the bytes, the result is
 * [error@Gio.IOErrorEnum.CANCELLED].
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_send_async (TisockTCPSocket     *self,
                              const guint8        *data,
                              gsize                length,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  GError *failure = NULL;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (data != NULL || length == 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_tcp_socket_send_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  tisock_tcp_socket_write (self, data, length, &failure);
  wait_until_sent (self, g_steal_pointer (&task), failure);
}

/**
 * tisock_tcp_socket_send_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@TCPSocket.send_async] has ended.
 *
 * Returns: whether all has been handed to the system
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_send_finish (TisockTCPSocket  *self,
                               GAsyncResult     *result,
                               GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tisock_operation_finish (self, result, tisock_tcp_socket_send_async, error) != NULL;
}

/**
 * tisock_tcp_socket_send_sync:
 * @self: the socket
 * @data: (array length=length) (element-type guint8) (nullable): the bytes
 * @length: how many bytes there are; 0 is valid
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Queues bytes as [method@TCPSocket.write] does, and blocks until the system
 * has taken all of them.
 *
 * Blocks as [method@TCPSocket.receive_sync] does. When the time is over, or
 * @cancellable is cancelled, the bytes stay queued and are sent all the same.
 *
 * Returns: whether all has been handed to the system
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_send_sync (TisockTCPSocket  *self,
                             const guint8     *data,
                             gsize             length,
                             int               timeout_ms,
                             GCancellable     *cancellable,
                             GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tisock_tcp_socket_write (self, data, length, error) &&
         run_until_sent (self, "send", timeout_ms, cancellable, error);
}

/**
 * tisock_tcp_socket_send_bytes_async:
 * @self: the socket
 * @bytes: the bytes
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Queues bytes as [method@TCPSocket.write_bytes] does, and waits until the system has
 * taken all of them.
 *
 * Any number of such calls may wait; they end in their order. Cancelling ends the
 * waiting only: what is queued is sent all the same. If a handler of
 * [signal@TCPSocket::send-progress] drops some of the bytes, the result is
 * [error@Gio.IOErrorEnum.CANCELLED].
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_send_bytes_async (TisockTCPSocket     *self,
                                    GBytes              *bytes,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  GError *failure = NULL;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (bytes != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_tcp_socket_send_bytes_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  tisock_tcp_socket_write_bytes (self, bytes, &failure);
  wait_until_sent (self, g_steal_pointer (&task), failure);
}

/**
 * tisock_tcp_socket_send_bytes_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@TCPSocket.send_bytes_async] has ended.
 *
 * Returns: whether all has been handed to the system
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_send_bytes_finish (TisockTCPSocket  *self,
                                     GAsyncResult     *result,
                                     GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tisock_operation_finish (self, result, tisock_tcp_socket_send_bytes_async, error) != NULL;
}

/**
 * tisock_tcp_socket_send_bytes_sync:
 * @self: the socket
 * @bytes: the bytes
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Queues bytes as [method@TCPSocket.write_bytes] does, and blocks until the system
 * has taken all of them.
 *
 * Blocks as [method@TCPSocket.receive_sync] does. When the time is over, or
 * @cancellable is cancelled, the bytes stay queued and are sent all the same.
 *
 * Returns: whether all has been handed to the system
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_send_bytes_sync (TisockTCPSocket  *self,
                                   GBytes           *bytes,
                                   int               timeout_ms,
                                   GCancellable     *cancellable,
                                   GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tisock_tcp_socket_write_bytes (self, bytes, error) &&
         run_until_sent (self, "send", timeout_ms, cancellable, error);
}

/* Whether there is a connection whose queue can be waited for. */
static gboolean
check_flush (TisockTCPSocket  *self,
             GError          **error)
{
  return GET_PRIVATE (self)->stream.transport != NULL ||
         tisock_tcp_socket_refuse (self, "flush", error);
}

/**
 * tisock_tcp_socket_flush:
 * @self: the socket
 * @error: return location for an error
 *
 * Blocks until all that is queued is with the system.
 *
 * Meanwhile bytes that come in are received. Signals wait until this has
 * returned, but for the [signal@SocketCore::error] and
 * [signal@SocketCore::closed] of a connection that ended. A peer that takes
 * nothing for [property@TCPSocket:timeout] fails the connection with
 * [error@Gio.IOErrorEnum.TIMED_OUT]; without that timeout this waits as long as
 * the peer lets it. Xojo's `TCPSocket.Flush`.
 *
 * Returns: whether all has been handed to the system
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_flush (TisockTCPSocket  *self,
                         GError          **error)
{
  return tisock_tcp_socket_flush_sync (self, -1, NULL, error);
}

/**
 * tisock_tcp_socket_flush_async:
 * @self: the socket
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits until all that is queued now is with the system.
 *
 * Otherwise as [method@TCPSocket.send_async] of no bytes.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_flush_async (TisockTCPSocket     *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  GError *failure = NULL;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_tcp_socket_flush_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  check_flush (self, &failure);
  wait_until_sent (self, g_steal_pointer (&task), failure);
}

/**
 * tisock_tcp_socket_flush_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@TCPSocket.flush_async] has ended.
 *
 * Returns: whether all has been handed to the system
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_flush_finish (TisockTCPSocket  *self,
                                GAsyncResult     *result,
                                GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tisock_operation_finish (self, result, tisock_tcp_socket_flush_async, error) != NULL;
}

/**
 * tisock_tcp_socket_flush_sync:
 * @self: the socket
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks as [method@TCPSocket.flush] does, for a time.
 *
 * When the time is over that is [error@Gio.IOErrorEnum.TIMED_OUT], which is
 * returned only; what is queued stays so and is sent all the same.
 *
 * Returns: whether all has been handed to the system
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_flush_sync (TisockTCPSocket  *self,
                              int               timeout_ms,
                              GCancellable     *cancellable,
                              GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) &&
         check_flush (self, error) &&
         run_until_sent (self, "flush", timeout_ms, cancellable, error);
}

/* Ending */

static gboolean
shutdown_try (TisockOperation *operation,
              gpointer         object,
              const GError    *end,
              TisockResult    *result)
{
  if (end == NULL)
    return FALSE;

  result->end = TRUE;
  if (tisock_tcp_socket_ended_in_order (object, end))
    result->pointer = object;
  else
    result->error = g_error_copy (end);

  return TRUE;
}

static const TisockOperationFuncs shutdown_funcs = {
  .try = shutdown_try,
  .free = tisock_operation_free,
};

/**
 * tisock_tcp_socket_shutdown_async:
 * @self: the socket
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Ends the connection as [method@TCPSocket.shutdown] does, and waits for its end.
 *
 * It fails if the connection breaks, and with [error@Gio.IOErrorEnum.CLOSED] if
 * the program closes the socket before: what was queued is lost then. That the peer
 * does not end its side within [property@TCPSocket:close-timeout] is no error if it
 * has taken all. A socket that is not open has ended. Cancelling ends the waiting
 * only.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_shutdown_async (TisockTCPSocket     *self,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  TisockOperation ended = tisock_operation_init (&shutdown_funcs);
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_tcp_socket_shutdown_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  tisock_tcp_socket_shutdown (self);
  if (tisock_socket_core_is_live (TISOCK_SOCKET_CORE (self)))
    tisock_socket_core_begin_operation (TISOCK_SOCKET_CORE (self), TISOCK_PENDING_CLOSED,
                                        g_memdup2 (&ended, sizeof ended), g_steal_pointer (&task));
  else
    g_task_return_pointer (task, self, NULL);
}

/**
 * tisock_tcp_socket_shutdown_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@TCPSocket.shutdown_async] has ended.
 *
 * Returns: whether the connection ended in good order
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_shutdown_finish (TisockTCPSocket  *self,
                                   GAsyncResult     *result,
                                   GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tisock_operation_finish (self, result, tisock_tcp_socket_shutdown_async, error) != NULL;
}

/**
 * tisock_tcp_socket_shutdown_sync:
 * @self: the socket
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Ends the connection as [method@TCPSocket.shutdown] does, and blocks until it
 * has ended.
 *
 * Blocks as [method@TCPSocket.receive_sync] does. When the time is over the
 * connection goes on to its end without being waited for.
 *
 * Returns: whether the connection ended in good order
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_shutdown_sync (TisockTCPSocket  *self,
                                 int               timeout_ms,
                                 GCancellable     *cancellable,
                                 GError          **error)
{
  TisockOperation ended = tisock_operation_init (&shutdown_funcs);
  gpointer result;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  tisock_tcp_socket_shutdown (self);

  return !tisock_socket_core_is_live (TISOCK_SOCKET_CORE (self)) ||
         tisock_socket_core_run_operation (TISOCK_SOCKET_CORE (self), &ended, "shut down",
                                           timeout_ms, cancellable, &result, error);
}
