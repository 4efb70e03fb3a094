/* tisock-tcp-socket-splicing.c: moving what one socket receives to another one
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

typedef struct
{
  TisockOperation  operation;
  TisockTransfer  *transfer;
} SpliceOperation;

/* Waiting */

static gboolean
splice_try (TisockOperation *operation,
            gpointer         object,
            const GError    *end,
            TisockResult    *result)
{
  const TisockTransfer *transfer = ((SpliceOperation *) operation)->transfer;

  if (transfer->over)
    {
      result->pointer = g_memdup2 (&transfer->moved, sizeof transfer->moved);
      result->free = g_free;
    }
  else if (end != NULL)
    {
      result->error = g_error_copy (end);
    }

  return result->pointer != NULL || result->error != NULL;
}

static void
splice_free (TisockOperation *operation)
{
  tisock_transfer_unref (((SpliceOperation *) operation)->transfer);
  g_free (operation);
}

static const TisockOperationFuncs splice_funcs = {
  .try = splice_try,
  .free = splice_free,
};

/* Splicing */

/* Why the two cannot be spliced; NULL if they can. */
static const char *
find_obstacle (TisockTCPSocket *self,
               TisockTCPSocket *other)
{
  TisockStream *stream = &GET_PRIVATE (self)->stream;
  TisockStream *target = &GET_PRIVATE (other)->stream;

  if (self == other)
    return "a socket cannot be spliced to itself";
  if (stream->reactor != target->reactor)
    return "the other socket belongs to another main context";
  if (tisock_tcp_socket_is_lent (GET_PRIVATE (self)) ||
      tisock_tcp_socket_is_lent (GET_PRIVATE (other)))
    return "the connection is lent to an I/O stream";
  if (tisock_tcp_socket_get_messages (GET_PRIVATE (self)) != NULL ||
      tisock_tcp_socket_get_messages (GET_PRIVATE (other)) != NULL)
    return "the socket sends and receives messages";
  if (stream->transport == NULL)
    return "the socket is not connected";
  if (target->transport == NULL)
    return "the other socket is not connected";
  if (tisock_stream_get_target (stream) != NULL)
    return "the socket is spliced already";
  if (tisock_stream_get_source (target) != NULL)
    return "another socket is spliced to the other one already";
  if (target->failure == NULL && target->write_ending)
    return "the other socket has been shut down";

  return NULL;
}

/* The end of a connection that has failed is about to be announced. */
static gboolean
check_failure (TisockTCPSocket  *self,
               GError          **error)
{
  const GError *failure = GET_PRIVATE (self)->stream.failure;

  if (failure == NULL)
    return TRUE;

  if (error != NULL)
    *error = g_error_copy (failure);

  return FALSE;
}

static gboolean
check_splice (TisockTCPSocket  *self,
              TisockTCPSocket  *other,
              GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  const char *obstacle = find_obstacle (self, other);

  if (obstacle != NULL)
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not splice: %s", obstacle);

  if (tisock_socket_core_get_pending (core, TISOCK_PENDING_RECEIVE) != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           "Could not splice: a call waits for bytes of this socket");
      return FALSE;
    }

  return check_failure (self, error) && check_failure (other, error);
}

/* NULL with an error. */
static TisockTransfer *
splice (TisockTCPSocket  *self,
        TisockTCPSocket  *other,
        GError          **error)
{
  TisockTransfer *transfer;

  if (!check_splice (self, other, error))
    return NULL;

  transfer = tisock_transfer_new ();
  tisock_stream_splice (&GET_PRIVATE (self)->stream, &GET_PRIVATE (other)->stream, transfer);
  tisock_tcp_socket_note_taken (self);
  tisock_tcp_socket_note_written (other);

  return transfer;
}

/**
 * tisock_tcp_socket_splice_to:
 * @self: the socket
 * @other: where to send what the socket receives
 * @error: return location for an error
 *
 * Sends all that the socket receives to the peer of another one.
 *
 * What is in the receive buffer goes first; from then on
 * [signal@SocketCore::data-available] is not emitted. No more is received than
 * @other can send: while its queue is longer than its
 * [property@TCPSocket:send-limit] (or 1 MiB if that is 0) the peer has to wait.
 * What the program writes to @other itself keeps its place in between. A relay is
 * made of two calls:
 *
 * ```c
 * tisock_tcp_socket_splice_to (client, server, &error);
 * tisock_tcp_socket_splice_to (server, client, &error);
 * ```
 *
 * When the socket's peer ends its side, and all has been sent, @other is shut
 * down for writing as by [method@TCPSocket.shutdown_write], and the splice is
 * over. Meanwhile both sockets stay open after the end of their peers' sides,
 * whatever [property@TCPSocket:allow-half-open] says; afterwards that decides
 * again. So a relay lets either peer end its side first, and ends with both.
 *
 * If the splice cannot come to that end, both connections end: when either is
 * broken, times out or is closed, and when the program shuts @other down. The
 * one that is left sends what is queued, for no longer than
 * [property@TCPSocket:close-timeout] without progress, reports
 * [error@Tisock.SocketError.LOST_CONNECTION], and is broken off as by
 * [method@TCPSocket.abort]: no peer takes a part for the whole.
 *
 * Both sockets have to be connected and of the same main context; each can be
 * spliced to one other socket, and have one spliced to it. Otherwise this fails
 * with [error@Tisock.SocketError.INVALID_STATE]; while a call waits for bytes of
 * the socket, with [error@Gio.IOErrorEnum.PENDING]. Neither socket keeps the
 * other one alive, other than by being open. To
 * [method@ServerSocket.drain_async] a socket that is spliced is busy.
 *
 * Returns: whether the sockets are spliced
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_splice_to (TisockTCPSocket  *self,
                             TisockTCPSocket  *other,
                             GError          **error)
{
  g_autoptr(TisockTransfer) transfer = NULL;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (other), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return FALSE;

  transfer = splice (self, other, error);

  return transfer != NULL;
}

/**
 * tisock_tcp_socket_splice_to_async:
 * @self: the socket
 * @other: where to send what the socket receives
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Splices two sockets as [method@TCPSocket.splice_to] does, and waits until that
 * is over.
 *
 * That is, until the peer has ended its side and all has been handed to the
 * system, with that end. If either connection ends before, the result is the
 * error that ended the socket's. Cancelling ends the waiting only.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_splice_to_async (TisockTCPSocket     *self,
                                   TisockTCPSocket     *other,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SpliceOperation *operation;
  TisockTransfer *transfer;
  GError *error = NULL;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (other));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_tcp_socket_splice_to_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  transfer = splice (self, other, &error);
  if (transfer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  operation = g_new (SpliceOperation, 1);
  operation->operation = tisock_operation_init (&splice_funcs);
  operation->transfer = transfer;
  tisock_socket_core_begin_operation (TISOCK_SOCKET_CORE (self), TISOCK_PENDING_MOVED,
                                      &operation->operation, g_steal_pointer (&task));
}

/**
 * tisock_tcp_socket_splice_to_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@TCPSocket.splice_to_async] has ended.
 *
 * Returns: how many bytes went from the one socket to the other; -1 on error
 *
 * Since: 1.0
 */
gint64
tisock_tcp_socket_splice_to_finish (TisockTCPSocket  *self,
                                    GAsyncResult     *result,
                                    GError          **error)
{
  g_autofree guint64 *moved = NULL;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), -1);
  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) ==
                        tisock_tcp_socket_splice_to_async, -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  moved = g_task_propagate_pointer (G_TASK (result), error);

  return moved != NULL ? (gint64) *moved : -1;
}

/**
 * tisock_tcp_socket_splice_to_sync:
 * @self: the socket
 * @other: where to send what the socket receives
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Splices two sockets as [method@TCPSocket.splice_to] does, and blocks until that
 * is over.
 *
 * Blocks as [method@TCPSocket.receive_sync] does, but serves @other as well, whose
 * signals are emitted meanwhile. When the time is over, or @cancellable is
 * cancelled, the sockets stay spliced.
 *
 * Returns: how many bytes went from the one socket to the other; -1 on error
 *
 * Since: 1.0
 */
gint64
tisock_tcp_socket_splice_to_sync (TisockTCPSocket  *self,
                                  TisockTCPSocket  *other,
                                  int               timeout_ms,
                                  GCancellable     *cancellable,
                                  GError          **error)
{
  SpliceOperation operation = { tisock_operation_init (&splice_funcs), NULL };
  g_autoptr(TisockTransfer) transfer = NULL;
  g_autofree guint64 *moved = NULL;
  gpointer result = NULL;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), -1);
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (other), -1);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;

  transfer = splice (self, other, error);
  if (transfer == NULL)
    return -1;

  operation.transfer = transfer;
  tisock_socket_core_run_operation (TISOCK_SOCKET_CORE (self), &operation.operation, "splice",
                                    timeout_ms, cancellable, &result, error);
  moved = result;

  return moved != NULL ? (gint64) *moved : -1;
}
