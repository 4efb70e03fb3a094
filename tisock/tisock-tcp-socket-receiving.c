/* tisock-tcp-socket-receiving.c: receiving what is waited for, asynchronously and blocking
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-framing-private.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

typedef enum
{
  RECEIVE_SOME,
  RECEIVE_EXACTLY,
  RECEIVE_UNTIL,
  RECEIVE_LINE,
  RECEIVE_FRAME,
} ReceiveKind;

typedef struct
{
  TisockOperation  operation;
  ReceiveKind      kind;
  gssize           count;
  GBytes          *delimiter;
  TisockFraming   *framing;
} ReceiveOperation;

/* Receiving */

/* Whether the peer has ended its side in good order, so that the bytes are complete. */
static gboolean
is_at_end_of_stream (TisockTCPSocket *self,
                     const GError    *end)
{
  return GET_PRIVATE (self)->stream.at_eof &&
         (end == NULL || tisock_tcp_socket_ended_in_order (self, end));
}

/* What comes instead of bytes that will not come any more. */
static GError *
make_end_error (TisockTCPSocket  *self,
                ReceiveOperation *wanted,
                const GError     *end)
{
  gsize available = GET_PRIVATE (self)->stream.received.length;

  if (!is_at_end_of_stream (self, end))
    return g_error_copy (end);

  if (wanted->kind == RECEIVE_EXACTLY)
    return g_error_new (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION,
                        "Could not receive %" G_GSSIZE_FORMAT " bytes: the peer has ended the "
                        "connection after %" G_GSIZE_FORMAT, wanted->count, available);

  return g_error_new (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION,
                      "Could not receive up to the delimiter: the peer has ended the connection "
                      "after %" G_GSIZE_FORMAT " bytes", available);
}

/* FALSE if what is wanted has not come yet. */
static gboolean
take_wanted (TisockTCPSocket  *self,
             ReceiveOperation *wanted,
             TisockResult     *result)
{
  gsize available = GET_PRIVATE (self)->stream.received.length;
  TisockFrame frame;
  gsize length;

  switch (wanted->kind)
    {
    case RECEIVE_LINE:
      result->pointer = tisock_tcp_socket_read_line (self, &result->error);
      result->free = g_free;
      break;

    case RECEIVE_UNTIL:
      result->pointer =
        tisock_tcp_socket_read_until (self, g_bytes_get_data (wanted->delimiter, &length),
                                      g_bytes_get_size (wanted->delimiter), &result->error);
      result->free = (GDestroyNotify) g_bytes_unref;
      break;

    case RECEIVE_FRAME:
      result->pointer = tisock_tcp_socket_take_frame (self,
                                                      tisock_framing_get_format (wanted->framing),
                                                      &frame, &result->error);
      result->free = (GDestroyNotify) g_bytes_unref;
      break;

    case RECEIVE_SOME:
    case RECEIVE_EXACTLY:
    default:
      length = wanted->kind == RECEIVE_SOME ? 1 : (gsize) wanted->count;
      if (available >= length)
        result->pointer = tisock_tcp_socket_read_bytes (self, wanted->count);
      result->free = (GDestroyNotify) g_bytes_unref;
      break;
    }

  return result->pointer != NULL || result->error != NULL;
}

/* At the end of the stream there is an empty chunk, and no line, and no frame but one that was cut
 * off. */
static void
take_end (TisockTCPSocket  *self,
          ReceiveOperation *wanted,
          const GError     *end,
          TisockResult     *result)
{
  gboolean may_end = wanted->kind != RECEIVE_EXACTLY && wanted->kind != RECEIVE_UNTIL;

  if (!may_end || !is_at_end_of_stream (self, end))
    result->error = make_end_error (self, wanted, end);
  else if (wanted->kind == RECEIVE_SOME)
    result->pointer = g_bytes_new (NULL, 0);
  else if (wanted->kind == RECEIVE_FRAME)
    result->pointer = tisock_tcp_socket_read_frame (self, wanted->framing, &result->error);
  result->end = TRUE;
}

static gboolean
receive_try (TisockOperation *operation,
             gpointer         object,
             const GError    *end,
             TisockResult    *result)
{
  TisockTCPSocket *self = object;
  ReceiveOperation *wanted = (ReceiveOperation *) operation;

  if (!take_wanted (self, wanted, result))
    {
      if (end == NULL && !GET_PRIVATE (self)->stream.at_eof)
        return FALSE;
      take_end (self, wanted, end, result);
    }

  tisock_tcp_socket_need (self, TISOCK_TCP_NEED_OF_CALL, 0);

  return TRUE;
}

/* What has come is for the others now. */
static void
receive_cancelled (TisockOperation *operation,
                   gpointer         object)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (object);

  tisock_tcp_socket_need (object, TISOCK_TCP_NEED_OF_CALL, 0);
  if (priv->stream.received.length == 0)
    return;

  tisock_socket_core_due (object, TISOCK_DUE_DATA_AVAILABLE);
  tisock_socket_core_settle (object);
}

static void
receive_clear (ReceiveOperation *self)
{
  g_clear_pointer (&self->delimiter, g_bytes_unref);
  g_clear_object (&self->framing);
}

static void
receive_free (TisockOperation *operation)
{
  receive_clear ((ReceiveOperation *) operation);
  g_free (operation);
}

static const TisockOperationFuncs receive_funcs = {
  .try = receive_try,
  .cancelled = receive_cancelled,
  .free = receive_free,
};

/* Whether a call may wait for bytes now. */
static gboolean
check_receive (TisockTCPSocket  *self,
               GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);

  if (!tisock_tcp_socket_check_bytes (self, "receive", error))
    return FALSE;

  if (tisock_tcp_socket_is_lent (GET_PRIVATE (self)))
    return tisock_tcp_socket_refuse (self, "receive", error);

  if (tisock_stream_get_target (&GET_PRIVATE (self)->stream) != NULL)
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not receive: the socket is spliced to another one");

  return tisock_socket_core_check_receive (core, error);
}

/* A receive buffer that is too small for what is waited for grows. */
static void
make_room (TisockTCPSocket  *self,
           ReceiveOperation *wanted)
{
  if (wanted->kind != RECEIVE_EXACTLY)
    return;

  tisock_tcp_socket_need (self, TISOCK_TCP_NEED_OF_CALL, (guint64) wanted->count);
}

/* Takes what is in `wanted`. */
static void
receive_async (TisockTCPSocket     *self,
               ReceiveOperation    *wanted,
               GCancellable        *cancellable,
               GAsyncReadyCallback  callback,
               gpointer             user_data,
               gpointer             tag)
{
  g_autoptr(GTask) task = tisock_operation_new_task (self, cancellable, callback, user_data, tag);
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    {
      receive_clear (wanted);
    }
  else if (!check_receive (self, &error))
    {
      receive_clear (wanted);
      g_task_return_error (task, error);
    }
  else
    {
      make_room (self, wanted);
      tisock_socket_core_begin_operation (TISOCK_SOCKET_CORE (self), TISOCK_PENDING_RECEIVE,
                                          g_memdup2 (wanted, sizeof *wanted),
                                          g_steal_pointer (&task));
    }
}

/* Takes what is in `wanted`. */
static gpointer
receive_sync (TisockTCPSocket   *self,
              ReceiveOperation  *wanted,
              int                timeout_ms,
              GCancellable      *cancellable,
              GError           **error)
{
  gpointer result = NULL;

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) &&
      check_receive (self, error))
    {
      make_room (self, wanted);
      tisock_socket_core_run_operation (TISOCK_SOCKET_CORE (self), &wanted->operation, "receive",
                                        timeout_ms, cancellable, &result, error);
      tisock_tcp_socket_need (self, TISOCK_TCP_NEED_OF_CALL, 0);
    }
  receive_clear (wanted);

  return result;
}

static ReceiveOperation
want (ReceiveKind kind,
      gssize      count)
{
  return (ReceiveOperation) {
    .operation = tisock_operation_init (&receive_funcs), .kind = kind, .count = count,
  };
}

static ReceiveOperation
want_until (const guint8 *delimiter,
            gsize         length)
{
  ReceiveOperation wanted = want (RECEIVE_UNTIL, 0);

  wanted.delimiter = g_bytes_new (delimiter, length);

  return wanted;
}

static ReceiveOperation
want_frame (TisockFraming *framing)
{
  ReceiveOperation wanted = want (RECEIVE_FRAME, 0);

  wanted.framing = g_object_ref (framing);

  return wanted;
}

/**
 * tisock_tcp_socket_receive_async:
 * @self: the socket
 * @count: how many bytes at most; -1 for all there are
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits for bytes.
 *
 * The result is what has come, as soon as there is any, and an empty
 * [struct@GLib.Bytes] at the end of the stream: after the peer has ended its side
 * in good order. If the connection breaks, that is the error, after what had come
 * before.
 *
 * A call that waits has bytes that come first; [signal@SocketCore::data-available]
 * is emitted for what it leaves. Only one call can wait for bytes of a socket:
 * the next one fails with [error@Gio.IOErrorEnum.PENDING]. Cancelling loses no
 * bytes.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_receive_async (TisockTCPSocket     *self,
                                 gssize               count,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  ReceiveOperation wanted;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (count != 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  wanted = want (RECEIVE_SOME, count);
  receive_async (self, &wanted, cancellable, callback, user_data, tisock_tcp_socket_receive_async);
}

/**
 * tisock_tcp_socket_receive_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets what [method@TCPSocket.receive_async] has waited for.
 *
 * Returns: (transfer full): the bytes; none at the end of the stream; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_receive_finish (TisockTCPSocket  *self,
                                  GAsyncResult     *result,
                                  GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return tisock_operation_finish (self, result, tisock_tcp_socket_receive_async, error);
}

/**
 * tisock_tcp_socket_receive_sync:
 * @self: the socket
 * @count: how many bytes at most; -1 for all there are
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks until [method@TCPSocket.receive_async] would have its result.
 *
 * Only this socket is served meanwhile, with or without a main loop, and nothing
 * is emitted before this returns but the end of the connection if that is what
 * it fails with. When the time is over that is
 * [error@Gio.IOErrorEnum.TIMED_OUT], which is returned only: the connection goes
 * on, and no bytes are lost.
 *
 * Returns: (transfer full): the bytes; none at the end of the stream; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_receive_sync (TisockTCPSocket  *self,
                                gssize            count,
                                int               timeout_ms,
                                GCancellable     *cancellable,
                                GError          **error)
{
  ReceiveOperation wanted;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (count != 0, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  wanted = want (RECEIVE_SOME, count);

  return receive_sync (self, &wanted, timeout_ms, cancellable, error);
}

/**
 * tisock_tcp_socket_receive_exactly_async:
 * @self: the socket
 * @count: how many bytes, at least one
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits for a number of bytes.
 *
 * They may be more than [property@TCPSocket:receive-limit], which is as high as
 * they need it while this waits. If the peer ends the connection before they have
 * come, that is [error@Tisock.SocketError.LOST_CONNECTION], and what has come stays
 * in the receive buffer.
 *
 * A call that waits has bytes that come first; [signal@SocketCore::data-available]
 * is emitted for what it leaves. Only one call can wait for bytes of a socket:
 * the next one fails with [error@Gio.IOErrorEnum.PENDING]. Cancelling loses no
 * bytes.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_receive_exactly_async (TisockTCPSocket     *self,
                                         gssize               count,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         gpointer             user_data)
{
  ReceiveOperation wanted;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (count > 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  wanted = want (RECEIVE_EXACTLY, count);
  receive_async (self, &wanted, cancellable, callback, user_data,
                 tisock_tcp_socket_receive_exactly_async);
}

/**
 * tisock_tcp_socket_receive_exactly_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets what [method@TCPSocket.receive_exactly_async] has waited for.
 *
 * Returns: (transfer full): the bytes; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_receive_exactly_finish (TisockTCPSocket  *self,
                                          GAsyncResult     *result,
                                          GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return tisock_operation_finish (self, result, tisock_tcp_socket_receive_exactly_async, error);
}

/**
 * tisock_tcp_socket_receive_exactly_sync:
 * @self: the socket
 * @count: how many bytes, at least one
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks until [method@TCPSocket.receive_exactly_async] would have its result.
 *
 * Only this socket is served meanwhile, with or without a main loop, and nothing
 * is emitted before this returns but the end of the connection if that is what
 * it fails with. When the time is over that is
 * [error@Gio.IOErrorEnum.TIMED_OUT], which is returned only: the connection goes
 * on, and no bytes are lost.
 *
 * Returns: (transfer full): the bytes; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_receive_exactly_sync (TisockTCPSocket  *self,
                                        gssize            count,
                                        int               timeout_ms,
                                        GCancellable     *cancellable,
                                        GError          **error)
{
  ReceiveOperation wanted;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (count > 0, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  wanted = want (RECEIVE_EXACTLY, count);

  return receive_sync (self, &wanted, timeout_ms, cancellable, error);
}

/**
 * tisock_tcp_socket_receive_until_async:
 * @self: the socket
 * @delimiter: (array length=length) (element-type guint8): what ends the bytes
 * @length: how many bytes the delimiter has, at least one
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits for the bytes up to a delimiter.
 *
 * The delimiter is taken as well, and not part of the result. If the peer ends the
 * connection before it has come, that is
 * [error@Tisock.SocketError.LOST_CONNECTION]; if it cannot come within
 * [property@TCPSocket:receive-limit], [error@Tisock.SocketError.FRAME_TOO_LARGE].
 * Both leave the bytes in the receive buffer.
 *
 * A call that waits has bytes that come first; [signal@SocketCore::data-available]
 * is emitted for what it leaves. Only one call can wait for bytes of a socket:
 * the next one fails with [error@Gio.IOErrorEnum.PENDING]. Cancelling loses no
 * bytes.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_receive_until_async (TisockTCPSocket     *self,
                                       const guint8        *delimiter,
                                       gsize                length,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data)
{
  ReceiveOperation wanted;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (delimiter != NULL && length > 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  wanted = want_until (delimiter, length);
  receive_async (self, &wanted, cancellable, callback, user_data,
                 tisock_tcp_socket_receive_until_async);
}

/**
 * tisock_tcp_socket_receive_until_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets what [method@TCPSocket.receive_until_async] has waited for.
 *
 * Returns: (transfer full): the bytes, perhaps none; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_receive_until_finish (TisockTCPSocket  *self,
                                        GAsyncResult     *result,
                                        GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return tisock_operation_finish (self, result, tisock_tcp_socket_receive_until_async, error);
}

/**
 * tisock_tcp_socket_receive_until_sync:
 * @self: the socket
 * @delimiter: (array length=length) (element-type guint8): what ends the bytes
 * @length: how many bytes the delimiter has, at least one
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks until [method@TCPSocket.receive_until_async] would have its result.
 *
 * Only this socket is served meanwhile, with or without a main loop, and nothing
 * is emitted before this returns but the end of the connection if that is what
 * it fails with. When the time is over that is
 * [error@Gio.IOErrorEnum.TIMED_OUT], which is returned only: the connection goes
 * on, and no bytes are lost.
 *
 * Returns: (transfer full): the bytes, perhaps none; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_receive_until_sync (TisockTCPSocket  *self,
                                      const guint8     *delimiter,
                                      gsize             length,
                                      int               timeout_ms,
                                      GCancellable     *cancellable,
                                      GError          **error)
{
  ReceiveOperation wanted;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (delimiter != NULL && length > 0, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  wanted = want_until (delimiter, length);

  return receive_sync (self, &wanted, timeout_ms, cancellable, error);
}

/**
 * tisock_tcp_socket_receive_line_async:
 * @self: the socket
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits for a line of UTF-8 text.
 *
 * As [method@TCPSocket.read_line], with the same errors. At the end of the stream
 * the rest is a line, if there is any; after that the result is `NULL` without an
 * error.
 *
 * A call that waits has bytes that come first; [signal@SocketCore::data-available]
 * is emitted for what it leaves. Only one call can wait for bytes of a socket:
 * the next one fails with [error@Gio.IOErrorEnum.PENDING]. Cancelling loses no
 * bytes.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_receive_line_async (TisockTCPSocket     *self,
                                      GCancellable        *cancellable,
                                      GAsyncReadyCallback  callback,
                                      gpointer             user_data)
{
  ReceiveOperation wanted;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  wanted = want (RECEIVE_LINE, 0);
  receive_async (self, &wanted, cancellable, callback, user_data,
                 tisock_tcp_socket_receive_line_async);
}

/**
 * tisock_tcp_socket_receive_line_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets what [method@TCPSocket.receive_line_async] has waited for.
 *
 * Returns: (transfer full) (nullable): the line; `NULL` at the end of the stream, and on error
 *
 * Since: 1.0
 */
char *
tisock_tcp_socket_receive_line_finish (TisockTCPSocket  *self,
                                       GAsyncResult     *result,
                                       GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return tisock_operation_finish (self, result, tisock_tcp_socket_receive_line_async, error);
}

/**
 * tisock_tcp_socket_receive_line_sync:
 * @self: the socket
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks until [method@TCPSocket.receive_line_async] would have its result.
 *
 * Only this socket is served meanwhile, with or without a main loop, and nothing
 * is emitted before this returns but the end of the connection if that is what
 * it fails with. When the time is over that is
 * [error@Gio.IOErrorEnum.TIMED_OUT], which is returned only: the connection goes
 * on, and no bytes are lost.
 *
 * Returns: (transfer full) (nullable): the line; `NULL` at the end of the stream, and on error
 *
 * Since: 1.0
 */
char *
tisock_tcp_socket_receive_line_sync (TisockTCPSocket  *self,
                                     int               timeout_ms,
                                     GCancellable     *cancellable,
                                     GError          **error)
{
  ReceiveOperation wanted;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  wanted = want (RECEIVE_LINE, 0);

  return receive_sync (self, &wanted, timeout_ms, cancellable, error);
}

/**
 * tisock_tcp_socket_receive_frame_async:
 * @self: the socket
 * @framing: how the bytes are divided
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits for a frame.
 *
 * As [method@TCPSocket.read_frame], with the same errors. At the end of the stream,
 * if it is not within a frame, the result is `NULL` without an error.
 *
 * A call that waits has bytes that come first; [signal@SocketCore::data-available]
 * is emitted for what it leaves. Only one call can wait for bytes of a socket:
 * the next one fails with [error@Gio.IOErrorEnum.PENDING]. Cancelling loses no
 * bytes.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_receive_frame_async (TisockTCPSocket     *self,
                                       TisockFraming       *framing,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data)
{
  ReceiveOperation wanted;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (TISOCK_IS_FRAMING (framing));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  wanted = want_frame (framing);
  receive_async (self, &wanted, cancellable, callback, user_data,
                 tisock_tcp_socket_receive_frame_async);
}

/**
 * tisock_tcp_socket_receive_frame_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets what [method@TCPSocket.receive_frame_async] has waited for.
 *
 * Returns: (transfer full) (nullable): the data of the frame, perhaps none; `NULL` at the
 *   end of the stream, and on error
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_receive_frame_finish (TisockTCPSocket  *self,
                                        GAsyncResult     *result,
                                        GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return tisock_operation_finish (self, result, tisock_tcp_socket_receive_frame_async, error);
}

/**
 * tisock_tcp_socket_receive_frame_sync:
 * @self: the socket
 * @framing: how the bytes are divided
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks until [method@TCPSocket.receive_frame_async] would have its result.
 *
 * Only this socket is served meanwhile, with or without a main loop, and nothing
 * is emitted before this returns but the end of the connection if that is what
 * it fails with. When the time is over that is
 * [error@Gio.IOErrorEnum.TIMED_OUT], which is returned only: the connection goes
 * on, and no bytes are lost.
 *
 * Returns: (transfer full) (nullable): the data of the frame, perhaps none; `NULL` at the
 *   end of the stream, and on error
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_receive_frame_sync (TisockTCPSocket  *self,
                                      TisockFraming    *framing,
                                      int               timeout_ms,
                                      GCancellable     *cancellable,
                                      GError          **error)
{
  ReceiveOperation wanted;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (TISOCK_IS_FRAMING (framing), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  wanted = want_frame (framing);

  return receive_sync (self, &wanted, timeout_ms, cancellable, error);
}
