/* tisock-udp-socket-waiting.c: calls of a UDPSocket that wait for datagrams, or until they are sent
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-udp-socket-private.h"

#define GET_PRIVATE(self) (tisock_udp_socket_get_private ((TisockUDPSocket *) (self)))

/* A call that waits until what was queued before a place in the order of sending is sent. */
typedef struct
{
  TisockOperation operation;
  guint64         place;
} SendOperation;

/* Receiving */

static void
free_datagram (gpointer datagram)
{
  tisock_datagram_unref (datagram);
}

static gboolean
receive_try (TisockOperation *operation,
             gpointer         object,
             const GError    *end,
             TisockResult    *result)
{
  result->pointer = tisock_udp_socket_read (object);
  result->free = free_datagram;
  if (result->pointer == NULL && end != NULL)
    result->error = g_error_copy (end);

  return result->pointer != NULL || result->error != NULL;
}

static const TisockOperationFuncs receive_funcs = {
  .try = receive_try,
  .free = tisock_operation_free,
};

/**
 * tisock_udp_socket_receive_datagram_async:
 * @self: the socket
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits for a datagram.
 *
 * A call that waits has what comes first; [signal@SocketCore::data-available] is
 * emitted for what it leaves. Only one call can wait for datagrams of a socket:
 * the next one fails with [error@Gio.IOErrorEnum.PENDING]. Cancelling loses no
 * datagram. What the network reports of datagrams that were sent does not end the
 * waiting.
 *
 * Since: 1.0
 */
void
tisock_udp_socket_receive_datagram_async (TisockUDPSocket     *self,
                                          GCancellable        *cancellable,
                                          GAsyncReadyCallback  callback,
                                          gpointer             user_data)
{
  TisockOperation wanted = tisock_operation_init (&receive_funcs);
  g_autoptr(GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_udp_socket_receive_datagram_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  if (tisock_udp_socket_check_datagrams (self, "receive", &error) &&
      tisock_socket_core_check_receive (TISOCK_SOCKET_CORE (self), &error))
    tisock_socket_core_begin_operation (TISOCK_SOCKET_CORE (self), TISOCK_PENDING_RECEIVE,
                                        g_memdup2 (&wanted, sizeof wanted),
                                        g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

/**
 * tisock_udp_socket_receive_datagram_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@UDPSocket.receive_datagram_async] has ended.
 *
 * Returns: (transfer full): the datagram; `NULL` with an error
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_udp_socket_receive_datagram_finish (TisockUDPSocket  *self,
                                           GAsyncResult     *result,
                                           GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return tisock_operation_finish (self, result, tisock_udp_socket_receive_datagram_async, error);
}

/**
 * tisock_udp_socket_receive_datagram_sync:
 * @self: the socket
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks until a datagram has come, and takes it.
 *
 * Only this socket is served meanwhile, with or without a main loop; what there
 * is to be said by signals follows from the main loop, or from
 * [method@SocketCore.poll] and [method@SocketCore.wait]. When the time is over
 * that is [error@Gio.IOErrorEnum.TIMED_OUT], which is returned only.
 *
 * Returns: (transfer full): the datagram; `NULL` with an error
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_udp_socket_receive_datagram_sync (TisockUDPSocket  *self,
                                         int               timeout_ms,
                                         GCancellable     *cancellable,
                                         GError          **error)
{
  TisockOperation wanted = tisock_operation_init (&receive_funcs);
  gpointer result = NULL;

  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) &&
      tisock_udp_socket_check_datagrams (self, "receive", error) &&
      tisock_socket_core_check_receive (TISOCK_SOCKET_CORE (self), error))
    tisock_socket_core_run_operation (TISOCK_SOCKET_CORE (self), &wanted, "receive", timeout_ms,
                                      cancellable, &result, error);

  return result;
}

/* Sending */

static gboolean
is_past (gpointer         object,
         TisockOperation *operation)
{
  return GET_PRIVATE (object)->exchange.passed >= ((SendOperation *) operation)->place;
}

static gboolean
flush_try (TisockOperation *operation,
           gpointer         object,
           const GError    *end,
           TisockResult    *result)
{
  if (is_past (object, operation))
    result->pointer = object;
  else if (end != NULL)
    result->error = g_error_copy (end);

  return result->pointer != NULL || result->error != NULL;
}

/* That the datagram could not be sent is still to be said then. */
static gboolean
send_try (TisockOperation *operation,
          gpointer         object,
          const GError    *end,
          TisockResult    *result)
{
  const GError *failure = NULL;

  if (is_past (object, operation))
    failure = tisock_udp_socket_get_failure (object, ((SendOperation *) operation)->place);
  if (failure == NULL)
    return flush_try (operation, object, end, result);

  result->error = g_error_copy (failure);

  return TRUE;
}

static const TisockOperationFuncs flush_funcs = {
  .try = flush_try,
  .free = tisock_operation_free,
};

static const TisockOperationFuncs send_funcs = {
  .try = send_try,
  .free = tisock_operation_free,
};

/* Waits for all that is queued now. */
static SendOperation
want_sent (TisockUDPSocket            *self,
           const TisockOperationFuncs *funcs)
{
  return (SendOperation) {
    .operation = tisock_operation_init (funcs),
    .place = tisock_exchange_get_end (&GET_PRIVATE (self)->exchange),
  };
}

/* Takes the task, and the error that there was before. */
static void
wait_until_sent (TisockUDPSocket            *self,
                 const TisockOperationFuncs *funcs,
                 GTask                      *task,
                 GError                     *error)
{
  SendOperation wanted = want_sent (self, funcs);

  if (error == NULL)
    {
      tisock_socket_core_begin_operation (TISOCK_SOCKET_CORE (self), TISOCK_PENDING_SEND,
                                          g_memdup2 (&wanted, sizeof wanted), task);
      return;
    }

  g_task_return_error (task, error);
  g_object_unref (task);
}

static gboolean
run_until_sent (TisockUDPSocket             *self,
                const TisockOperationFuncs  *funcs,
                const char                  *name,
                int                          timeout_ms,
                GCancellable                *cancellable,
                GError                     **error)
{
  SendOperation wanted = want_sent (self, funcs);
  gpointer result;

  return tisock_socket_core_run_operation (TISOCK_SOCKET_CORE (self), &wanted.operation, name,
                                           timeout_ms, cancellable, &result, error);
}

/**
 * tisock_udp_socket_send_datagram_async:
 * @self: the socket
 * @datagram: the datagram
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Queues a datagram as [method@UDPSocket.write] does, and waits until the system
 * has taken it.
 *
 * Any number of such calls may wait; they end in their order. Cancelling ends the
 * waiting only: what is queued is sent all the same.
 *
 * Since: 1.0
 */
void
tisock_udp_socket_send_datagram_async (TisockUDPSocket     *self,
                                       TisockDatagram      *datagram,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  GError *failure = NULL;

  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));
  g_return_if_fail (datagram != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_udp_socket_send_datagram_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  tisock_udp_socket_write (self, datagram, &failure);
  wait_until_sent (self, &send_funcs, g_steal_pointer (&task), failure);
}

/**
 * tisock_udp_socket_send_datagram_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@UDPSocket.send_datagram_async] has ended.
 *
 * Returns: whether the datagram was handed to the system
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_send_datagram_finish (TisockUDPSocket  *self,
                                        GAsyncResult     *result,
                                        GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tisock_operation_finish (self, result, tisock_udp_socket_send_datagram_async,
                                  error) != NULL;
}

/**
 * tisock_udp_socket_send_datagram_sync:
 * @self: the socket
 * @datagram: the datagram
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Queues a datagram as [method@UDPSocket.write] does, and blocks until the system
 * has taken it.
 *
 * Blocks as [method@UDPSocket.receive_datagram_sync] does. When the time is over,
 * or @cancellable is cancelled, it stays queued and is sent all the same.
 *
 * Returns: whether the datagram was handed to the system
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_send_datagram_sync (TisockUDPSocket  *self,
                                      TisockDatagram   *datagram,
                                      int               timeout_ms,
                                      GCancellable     *cancellable,
                                      GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (datagram != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tisock_udp_socket_write (self, datagram, error) &&
         run_until_sent (self, &send_funcs, "send", timeout_ms, cancellable, error);
}

/* Flushing */

static gboolean
check_flush (TisockUDPSocket  *self,
             GError          **error)
{
  return tisock_exchange_is_started (&GET_PRIVATE (self)->exchange) ||
         tisock_socket_core_misuse_of_state (TISOCK_SOCKET_CORE (self), "flush", error);
}

/**
 * tisock_udp_socket_flush:
 * @self: the socket
 * @error: return location for an error
 *
 * Blocks until nothing is queued any more.
 *
 * Names that are waited for are looked up, and datagrams that come in are
 * received meanwhile. Signals wait until this has returned. What could not be sent
 * is announced by [signal@SocketCore::error], and is no failure of this call.
 *
 * Returns: whether the queue was dealt with; `FALSE` with the error if the socket
 *   is not open, or no longer
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_flush (TisockUDPSocket  *self,
                         GError          **error)
{
  return tisock_udp_socket_flush_sync (self, -1, NULL, error);
}

/**
 * tisock_udp_socket_flush_async:
 * @self: the socket
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits until nothing of what is queued now is so any more.
 *
 * Otherwise as [method@UDPSocket.flush].
 *
 * Since: 1.0
 */
void
tisock_udp_socket_flush_async (TisockUDPSocket     *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  GError *failure = NULL;

  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_udp_socket_flush_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  check_flush (self, &failure);
  wait_until_sent (self, &flush_funcs, g_steal_pointer (&task), failure);
}

/**
 * tisock_udp_socket_flush_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@UDPSocket.flush_async] has ended.
 *
 * Returns: whether the queue was dealt with
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_flush_finish (TisockUDPSocket  *self,
                                GAsyncResult     *result,
                                GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tisock_operation_finish (self, result, tisock_udp_socket_flush_async, error) != NULL;
}

/**
 * tisock_udp_socket_flush_sync:
 * @self: the socket
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks as [method@UDPSocket.flush] does, for a time.
 *
 * When the time is over that is [error@Gio.IOErrorEnum.TIMED_OUT], which is
 * returned only; what is queued stays so and is sent all the same.
 *
 * Returns: whether the queue was dealt with
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_flush_sync (TisockUDPSocket  *self,
                              int               timeout_ms,
                              GCancellable     *cancellable,
                              GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) &&
         check_flush (self, error) &&
         run_until_sent (self, &flush_funcs, "flush", timeout_ms, cancellable, error);
}
