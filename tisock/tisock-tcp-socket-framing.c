/* tisock-tcp-socket-framing.c: reading and writing frames
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-framing-private.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

static TisockScanResult
find_frame (TisockTCPSocket         *self,
            const TisockFrameFormat *format,
            TisockFrame             *frame)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  gsize *searched = NULL;

  if (format->kind == TISOCK_FRAME_DELIMITED)
    {
      tisock_tcp_socket_search_for (self, g_bytes_get_data (format->delimiter, NULL),
                                    g_bytes_get_size (format->delimiter));
      searched = &priv->extras->searched;
    }

  return tisock_frame_find (format, &priv->stream.received, 0, searched, frame);
}

/* Not for one behind the limit: there would be no end of it. */
void
tisock_tcp_socket_make_room (TisockTCPSocket   *self,
                             gsize              offset,
                             const TisockFrame *frame)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  guint64 limit = priv->settings->stream.receive_limit;
  gsize end = offset + tisock_frame_get_size (frame);

  if (offset < limit && end > limit && priv->stream.received.length > offset)
    tisock_tcp_socket_need (self, TISOCK_TCP_NEED_OF_FRAME, end);
}

/* Where the next frame begins nobody can know now. */
static void
fail (TisockTCPSocket  *self,
      GError           *failure,
      GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);

  if (tisock_socket_core_is_live (core))
    tisock_socket_core_fail (core, failure, EBADMSG, error);
  else
    g_propagate_error (error, failure);
}

GBytes *
tisock_tcp_socket_take_frame (TisockTCPSocket          *self,
                              const TisockFrameFormat  *format,
                              TisockFrame              *frame,
                              GError                  **error)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  TisockScanResult result = find_frame (self, format, frame);
  GBytes *bytes;

  switch (result)
    {
    case TISOCK_SCAN_FOUND:
      bytes = tisock_frame_take (frame, &priv->stream.received);
      tisock_tcp_socket_note_taken (self);
      return bytes;

    case TISOCK_SCAN_MORE:
      tisock_tcp_socket_make_room (self, 0, frame);
      return NULL;

    case TISOCK_SCAN_TOO_LARGE:
    case TISOCK_SCAN_MALFORMED:
    default:
      fail (self, tisock_frame_make_error (format, frame, result), error);
      return NULL;
    }
}

/**
 * tisock_tcp_socket_read_frame:
 * @self: the socket
 * @framing: how the bytes are divided
 * @error: return location for an error
 *
 * Takes a frame from the receive buffer.
 *
 * This never waits. Of a frame that is not whole nothing is taken, and
 * [property@TCPSocket:receive-limit] is as high as the frame needs it until it is; a
 * handler of [signal@SocketCore::data-available] has to read until there is none.
 * A frame that has come in one piece, and is not very short, is not copied once more:
 * the result then keeps that piece, of 64 KiB or less, in memory.
 *
 * What is longer than [property@Framing:maximum-frame-size], which is
 * [error@Tisock.SocketError.FRAME_TOO_LARGE], or no frame at all, which is
 * [error@Gio.IOErrorEnum.INVALID_DATA], ends the connection: where the next frame
 * begins cannot be known. As with every failure that ends it,
 * [signal@SocketCore::error] and [signal@SocketCore::closed] follow, before this
 * returns, or after the handler if it is called in one of this socket.
 *
 * Once the connection, or the peer's side of it, has ended, a frame that will never be
 * whole is [error@Gio.IOErrorEnum.PARTIAL_INPUT], which is returned only. In all these
 * cases the bytes stay in the receive buffer.
 *
 * Returns: (transfer full) (nullable): the data of the frame, perhaps none; `NULL`
 *   without an error if it has not come yet
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_read_frame (TisockTCPSocket  *self,
                              TisockFraming    *framing,
                              GError          **error)
{
  const TisockStream *stream;
  GError *failure = NULL;
  TisockFrame frame;
  GBytes *bytes;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (TISOCK_IS_FRAMING (framing), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_tcp_socket_may_read (self, G_STRFUNC, error))
    return NULL;

  stream = &GET_PRIVATE (self)->stream;
  bytes = tisock_tcp_socket_take_frame (self, tisock_framing_get_format (framing), &frame,
                                        &failure);
  if (bytes != NULL)
    return bytes;

  if (failure == NULL && stream->received.length > 0 && !tisock_stream_is_receiving (stream))
    failure = tisock_frame_make_cut_error (&frame, stream->received.length);
  if (failure != NULL)
    g_propagate_error (error, failure);

  return NULL;
}

/**
 * tisock_tcp_socket_write_frame:
 * @self: the socket
 * @framing: how the bytes are divided
 * @data: (array length=length) (element-type guint8) (nullable): the data of the frame
 * @length: how many bytes there are; 0 is valid
 * @error: return location for an error
 *
 * Queues a frame for sending, as [method@TCPSocket.write] does with bytes.
 *
 * Data of which [method@Framing.encode] cannot make a frame are refused, with its
 * errors; then nothing is queued.
 *
 * Returns: whether the frame was queued
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_write_frame (TisockTCPSocket  *self,
                               TisockFraming    *framing,
                               const guint8     *data,
                               gsize             length,
                               GError          **error)
{
  g_autoptr(GBytes) frame = NULL;
  GError *failure = NULL;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (TISOCK_IS_FRAMING (framing), FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return FALSE;

  frame = tisock_framing_encode (framing, data, length, &failure);
  if (frame == NULL)
    return tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, EINVAL, error);

  return tisock_tcp_socket_write_bytes (self, frame, error);
}

/**
 * tisock_tcp_socket_write_frame_bytes:
 * @self: the socket
 * @framing: how the bytes are divided
 * @bytes: the data of the frame
 * @error: return location for an error
 *
 * Queues a frame for sending, as [method@TCPSocket.write_frame] does.
 *
 * The data are not copied, unless they are few: the queue keeps a reference on @bytes.
 *
 * Returns: whether the frame was queued
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_write_frame_bytes (TisockTCPSocket  *self,
                                     TisockFraming    *framing,
                                     GBytes           *bytes,
                                     GError          **error)
{
  TisockEnvelope envelope;
  GError *failure = NULL;
  const guint8 *data;
  gsize length;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (TISOCK_IS_FRAMING (framing), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return FALSE;

  data = g_bytes_get_data (bytes, &length);
  if (!tisock_frame_wrap (tisock_framing_get_format (framing), data, length, &envelope, &failure))
    return tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, EINVAL, error);
  if (!tisock_tcp_socket_check_write (self, envelope.head_length + length + envelope.tail_length,
                                      error))
    return FALSE;

  tisock_stream_write_between (&GET_PRIVATE (self)->stream, bytes,
                               envelope.head, envelope.head_length,
                               envelope.tail, envelope.tail_length);
  tisock_tcp_socket_note_written (self);

  return TRUE;
}
