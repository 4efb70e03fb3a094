/* tisock-tcp-socket-data.c: reading from and writing to a TCPSocket, and ending it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/scanner.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>
#include <sys/socket.h>

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

/* Reading */

void
tisock_tcp_socket_note_taken (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->extras != NULL)
    {
      priv->extras->searched = 0;
      tisock_tcp_socket_need (self, TISOCK_TCP_NEED_OF_FRAME, 0);
    }
  tisock_stream_resume (&priv->stream);
  tisock_tcp_socket_announce (self);
  /* It may have become idle. */
  if (priv->draining != TISOCK_TCP_NOT_DRAINED)
    tisock_slot_queue (&priv->stream.slot);
}

gboolean
tisock_tcp_socket_check_bytes (TisockTCPSocket  *self,
                               const char       *operation,
                               GError          **error)
{
  if (tisock_tcp_socket_get_messages (GET_PRIVATE (self)) == NULL)
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not %s: the socket sends and receives messages",
                                    operation);
}

/* Whether the receive buffer may be looked at now. */
static gboolean
may_look (TisockTCPSocket  *self,
          const char       *function,
          GError          **error)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (!tisock_socket_core_check ((TisockSocketCore *) self, function))
    return FALSE;

  return priv->stream.transport != NULL || !tisock_tcp_socket_is_lent (priv) ||
         tisock_tcp_socket_refuse (self, "read", error);
}

gboolean
tisock_tcp_socket_may_read (TisockTCPSocket  *self,
                            const char       *function,
                            GError          **error)
{
  return may_look (self, function, error) && tisock_tcp_socket_check_bytes (self, "read", error);
}

static gsize
clamp_count (TisockTCPSocket *self,
             gssize           count)
{
  gsize available = GET_PRIVATE (self)->stream.received.length;

  return count < 0 ? available : MIN ((gsize) count, available);
}

static guint8 *
copy_received (TisockTCPSocket *self,
               gsize            count)
{
  guint8 *data;

  if (count == 0)
    return NULL;

  data = g_malloc (count);
  tisock_byte_queue_copy (&GET_PRIVATE (self)->stream.received, 0, data, count);

  return data;
}

static void
skip_received (TisockTCPSocket *self,
               gsize            count)
{
  if (count == 0)
    return;

  tisock_byte_queue_skip (&GET_PRIVATE (self)->stream.received, count);
  tisock_tcp_socket_note_taken (self);
}

/**
 * tisock_tcp_socket_read:
 * @self: the socket
 * @count: how many bytes at most; -1 for all there are
 * @length: (out): how many bytes were read
 *
 * Takes bytes from the receive buffer.
 *
 * This never waits: what has not come yet is not read. Xojo's `TCPSocket.Read`.
 *
 * Returns: (transfer full) (nullable) (array length=length) (element-type guint8):
 *   the bytes; `NULL` if there are none
 *
 * Since: 1.0
 */
guint8 *
tisock_tcp_socket_read (TisockTCPSocket *self,
                        gssize           count,
                        gsize           *length)
{
  guint8 *data;

  g_return_val_if_fail (length != NULL, NULL);

  *length = 0;
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);

  if (!tisock_tcp_socket_may_read (self, G_STRFUNC, NULL))
    return NULL;

  *length = clamp_count (self, count);
  data = copy_received (self, *length);
  skip_received (self, *length);

  return data;
}

/**
 * tisock_tcp_socket_read_all:
 * @self: the socket
 * @length: (out): how many bytes were read
 *
 * Takes all bytes there are from the receive buffer.
 *
 * Xojo's `TCPSocket.ReadAll`.
 *
 * Returns: (transfer full) (nullable) (array length=length) (element-type guint8):
 *   the bytes; `NULL` if there are none
 *
 * Since: 1.0
 */
guint8 *
tisock_tcp_socket_read_all (TisockTCPSocket *self,
                            gsize           *length)
{
  return tisock_tcp_socket_read (self, -1, length);
}

/**
 * tisock_tcp_socket_read_bytes:
 * @self: the socket
 * @count: how many bytes at most; -1 for all there are
 *
 * Takes bytes from the receive buffer, as a [struct@GLib.Bytes].
 *
 * Returns: (transfer full): the bytes, perhaps none
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_read_bytes (TisockTCPSocket *self,
                              gssize           count)
{
  GBytes *bytes;
  gsize length;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);

  if (!tisock_tcp_socket_may_read (self, G_STRFUNC, NULL))
    return g_bytes_new (NULL, 0);

  length = clamp_count (self, count);
  if (length == 0)
    return g_bytes_new (NULL, 0);

  bytes = tisock_byte_queue_take_bytes (&GET_PRIVATE (self)->stream.received, length);
  tisock_tcp_socket_note_taken (self);

  return bytes;
}

/* Text. How many of the bytes make whole characters, or -1 with an error. */
static gssize
measure_utf8 (const char  *data,
              gsize        length,
              GError     **error)
{
  const char *end;
  gsize left;

  if (g_utf8_validate_len (data, length, &end))
    return (gssize) length;

  left = length - (gsize) (end - data);
  if (*end != '\0' && left < 6 && g_utf8_get_char_validated (end, (gssize) left) == (gunichar) -2)
    return end - data;

  g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_ENCODING,
               "Could not read text: byte %" G_GSIZE_FORMAT " of the receive buffer (0x%02x) is "
               "not UTF-8 text", (gsize) (end - data), (guchar) *end);

  return -1;
}

/* The text, and in *length how many bytes it was made of: a character cut at the end is not. */
static char *
decode (const char  *data,
        gsize       *length,
        const char  *encoding,
        GError     **error)
{
  g_autoptr(GError) reason = NULL;
  gsize used, written;
  gssize whole;
  char *text;

  if (encoding == NULL || g_ascii_strcasecmp (encoding, "UTF-8") == 0)
    {
      whole = measure_utf8 (data, *length, error);
      if (whole < 0)
        return NULL;
      *length = (gsize) whole;
      return g_strndup (data, *length);
    }

  text = g_convert (data, (gssize) *length, "UTF-8", encoding, &used, &written, &reason);
  if (text != NULL && strlen (text) == written)
    {
      *length = used;
      return text;
    }

  g_free (text);
  g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_ENCODING,
               "Could not read text: the receive buffer is not text in the encoding “%s”: %s",
               encoding, reason != NULL ? reason->message : "there is a NUL byte in it");

  return NULL;
}

/**
 * tisock_tcp_socket_read_string:
 * @self: the socket
 * @count: how many bytes at most; -1 for all there are
 * @encoding: (nullable): the encoding of the bytes, as `iconv` names it; `NULL`
 *   for UTF-8
 * @error: return location for an error
 *
 * Takes text from the receive buffer.
 *
 * A character that is cut at the end stays in the buffer until the rest of it
 * has come. Bytes that are not text in the encoding are
 * [error@Tisock.SocketError.INVALID_ENCODING], and stay as well; this is
 * returned only, not announced by [signal@SocketCore::error]. Xojo's
 * `TCPSocket.Read` with its `encoding`.
 *
 * Returns: (transfer full): the text as UTF-8, perhaps empty; `NULL` on error
 *
 * Since: 1.0
 */
char *
tisock_tcp_socket_read_string (TisockTCPSocket  *self,
                               gssize            count,
                               const char       *encoding,
                               GError          **error)
{
  const guint8 *data;
  char *text;
  gsize length;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_tcp_socket_may_read (self, G_STRFUNC, error))
    return NULL;

  length = clamp_count (self, count);
  if (length == 0)
    return g_strdup ("");

  data = tisock_byte_queue_peek (&GET_PRIVATE (self)->stream.received, length);
  text = decode ((const char *) data, &length, encoding, error);
  if (text != NULL)
    skip_received (self, length);

  return text;
}

/* What was searched before need not be searched again, if it was for the same delimiter. */
void
tisock_tcp_socket_search_for (TisockTCPSocket *self,
                              const void      *delimiter,
                              gsize            delimiter_length)
{
  TisockTCPExtras *extras = tisock_tcp_socket_ensure_extras (self);
  gsize length = 0;
  const void *last = NULL;

  if (extras->searched_for != NULL)
    last = g_bytes_get_data (extras->searched_for, &length);
  if (length == delimiter_length && memcmp (last, delimiter, length) == 0)
    return;

  extras->searched = 0;
  g_clear_pointer (&extras->searched_for, g_bytes_unref);
  extras->searched_for = g_bytes_new (delimiter, delimiter_length);
}

/* The length of what comes before a delimiter, or -1: not there yet, or an error. */
static gssize
find_delimiter (TisockTCPSocket  *self,
                const void       *delimiter,
                gsize             delimiter_length,
                GError          **error)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  guint64 limit = priv->settings->stream.receive_limit;
  gsize length;

  tisock_tcp_socket_search_for (self, delimiter, delimiter_length);

  switch (tisock_scan_delimiter (&priv->stream.received, &priv->extras->searched,
                                 delimiter, delimiter_length,
                                 limit == 0 ? G_MAXUINT64 : limit, &length))
    {
    case TISOCK_SCAN_FOUND:
      return (gssize) length;

    case TISOCK_SCAN_MORE:
      if (limit == 0 || priv->stream.received.length < limit)
        return -1;
      break;

    case TISOCK_SCAN_TOO_LARGE:
    case TISOCK_SCAN_MALFORMED:
    default:
      break;
    }

  g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE,
               "Could not find the delimiter in %" G_GSIZE_FORMAT " bytes, and the receive limit "
               "of %" G_GUINT64_FORMAT " leaves no room for more",
               priv->stream.received.length, limit);

  return -1;
}

/* Takes a line of `length` bytes and the `extra` ones that ended it: the rest of a character that
 * is cut there will never come. */
static char *
take_line (TisockTCPSocket  *self,
           gsize             length,
           gsize             extra,
           GError          **error)
{
  g_autofree char *line = NULL;
  const char *data;
  gsize text, whole;

  if (length == 0)
    {
      skip_received (self, extra);
      return g_strdup ("");
    }

  data = (const char *) tisock_byte_queue_peek (&GET_PRIVATE (self)->stream.received, length);
  text = whole = data[length - 1] == '\r' ? length - 1 : length;

  line = decode (data, &whole, NULL, error);
  if (line == NULL)
    return NULL;
  if (whole < text)
    {
      g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_ENCODING,
                   "Could not read a line: it ends within a character");
      return NULL;
    }

  skip_received (self, length + extra);

  return g_steal_pointer (&line);
}

/**
 * tisock_tcp_socket_read_line:
 * @self: the socket
 * @error: return location for an error
 *
 * Takes a line of UTF-8 text from the receive buffer.
 *
 * A line ends with a line feed, or a carriage return and a line feed; these are
 * taken and not returned. Once the connection, or the peer's side of it, has
 * ended, what is left without a line feed is a line too.
 *
 * A line that cannot fit into [property@TCPSocket:receive-limit] is
 * [error@Tisock.SocketError.FRAME_TOO_LARGE], one that is not UTF-8 is
 * [error@Tisock.SocketError.INVALID_ENCODING]. Both leave the buffer as it is,
 * and are returned only, not announced by [signal@SocketCore::error].
 *
 * Returns: (transfer full) (nullable): the line; `NULL` without an error if it
 *   has not come yet
 *
 * Since: 1.0
 */
char *
tisock_tcp_socket_read_line (TisockTCPSocket  *self,
                             GError          **error)
{
  GError *failure = NULL;
  gsize available;
  gssize length;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_tcp_socket_may_read (self, G_STRFUNC, error))
    return NULL;

  length = find_delimiter (self, "\n", 1, &failure);
  if (length >= 0)
    return take_line (self, (gsize) length, 1, error);

  available = GET_PRIVATE (self)->stream.received.length;
  if (available > 0 && !tisock_stream_is_receiving (&GET_PRIVATE (self)->stream))
    {
      g_clear_error (&failure);
      return take_line (self, available, 0, error);
    }

  if (failure != NULL)
    g_propagate_error (error, failure);

  return NULL;
}

/**
 * tisock_tcp_socket_read_until:
 * @self: the socket
 * @delimiter: (array length=length) (element-type guint8): what ends the bytes
 * @length: how many bytes the delimiter has, at least one
 * @error: return location for an error
 *
 * Takes the bytes up to a delimiter from the receive buffer.
 *
 * The delimiter is taken as well, and not returned. If it cannot come within
 * [property@TCPSocket:receive-limit], that is
 * [error@Tisock.SocketError.FRAME_TOO_LARGE], which is returned only and leaves
 * the buffer as it is.
 *
 * Returns: (transfer full) (nullable): the bytes, perhaps none; `NULL` without
 *   an error if the delimiter has not come yet
 *
 * Since: 1.0
 */
GBytes *
tisock_tcp_socket_read_until (TisockTCPSocket  *self,
                              const guint8     *delimiter,
                              gsize             length,
                              GError          **error)
{
  GBytes *bytes;
  gssize found;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (delimiter != NULL && length > 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_tcp_socket_may_read (self, G_STRFUNC, error))
    return NULL;

  found = find_delimiter (self, delimiter, length, error);
  if (found < 0)
    return NULL;

  bytes = found == 0
    ? g_bytes_new (NULL, 0)
    : tisock_byte_queue_take_bytes (&GET_PRIVATE (self)->stream.received, (gsize) found);
  skip_received (self, length);

  return bytes;
}

/**
 * tisock_tcp_socket_look_ahead:
 * @self: the socket
 * @count: how many bytes at most; -1 for all there are
 * @length: (out): how many bytes were copied
 *
 * Copies bytes from the receive buffer and leaves them there.
 *
 * Xojo's `TCPSocket.Lookahead`.
 *
 * Returns: (transfer full) (nullable) (array length=length) (element-type guint8):
 *   the bytes; `NULL` if there are none
 *
 * Since: 1.0
 */
guint8 *
tisock_tcp_socket_look_ahead (TisockTCPSocket *self,
                              gssize           count,
                              gsize           *length)
{
  g_return_val_if_fail (length != NULL, NULL);

  *length = 0;
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);

  if (!may_look (self, G_STRFUNC, NULL))
    return NULL;

  *length = clamp_count (self, count);

  return copy_received (self, *length);
}

/**
 * tisock_tcp_socket_peek: (skip)
 * @self: the socket
 * @length: (out): how many bytes there are
 *
 * Gets the bytes in the receive buffer without a copy.
 *
 * They are valid until the next call of a function of this socket, and no longer
 * than the signal handler that asks for them runs.
 *
 * Returns: (transfer none) (nullable): the bytes; `NULL` if there are none
 *
 * Since: 1.0
 */
const guint8 *
tisock_tcp_socket_peek (TisockTCPSocket *self,
                        gsize           *length)
{
  TisockByteQueue *received;

  g_return_val_if_fail (length != NULL, NULL);

  *length = 0;
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);

  if (!may_look (self, G_STRFUNC, NULL))
    return NULL;

  received = &GET_PRIVATE (self)->stream.received;
  *length = received->length;

  return *length == 0 ? NULL : tisock_byte_queue_peek (received, *length);
}

/**
 * tisock_tcp_socket_skip: (skip)
 * @self: the socket
 * @count: how many bytes at most
 *
 * Takes bytes from the receive buffer without looking at them.
 *
 * Returns: how many bytes were taken
 *
 * Since: 1.0
 */
gsize
tisock_tcp_socket_skip (TisockTCPSocket *self,
                        gsize            count)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  if (!tisock_tcp_socket_may_read (self, G_STRFUNC, NULL))
    return 0;

  count = MIN (count, GET_PRIVATE (self)->stream.received.length);
  skip_received (self, count);

  return count;
}

/**
 * tisock_tcp_socket_read_into: (skip)
 * @self: the socket
 * @buffer: where to put the bytes
 * @size: how many bytes at most
 *
 * Takes bytes from the receive buffer into memory of the caller's.
 *
 * Returns: how many bytes were read
 *
 * Since: 1.0
 */
gsize
tisock_tcp_socket_read_into (TisockTCPSocket *self,
                             void            *buffer,
                             gsize            size)
{
  gsize count;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);
  g_return_val_if_fail (buffer != NULL || size == 0, 0);

  if (!tisock_tcp_socket_may_read (self, G_STRFUNC, NULL))
    return 0;

  count = MIN (size, GET_PRIVATE (self)->stream.received.length);
  tisock_byte_queue_copy (&GET_PRIVATE (self)->stream.received, 0, buffer, count);
  skip_received (self, count);

  return count;
}

/* Writing */

/* Files stay where they are until they are sent. */
static gboolean
is_full (TisockTCPSocketPrivate *priv,
         gsize                   length)
{
  guint64 maximum = priv->settings->send_maximum;

  return maximum != 0 && priv->stream.queue.length + (guint64) length > maximum &&
         tisock_byte_queue_get_memory (&priv->stream.queue) + (guint64) length > maximum;
}

gboolean
tisock_tcp_socket_check_write (TisockTCPSocket  *self,
                               gsize             length,
                               GError          **error)
{
  return tisock_tcp_socket_check_bytes (self, "write", error) &&
         tisock_tcp_socket_check_queue (self, length, error);
}

gboolean
tisock_tcp_socket_check_queue (TisockTCPSocket  *self,
                               gsize             length,
                               GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->stream.transport == NULL)
    return tisock_tcp_socket_refuse (self, "write", error);

  /* Its end is about to be announced by `error` and `closed`. */
  if (priv->stream.failure != NULL)
    {
      if (error != NULL)
        *error = g_error_copy (priv->stream.failure);
      return FALSE;
    }

  if (priv->stream.write_ending)
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not write: the socket has been shut down");

  if (length > 0 && is_full (priv, length))
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_QUEUE_FULL,
                                      "Could not write %" G_GSIZE_FORMAT " bytes: %"
                                      G_GSIZE_FORMAT " are queued, and at most %"
                                      G_GUINT64_FORMAT " may be",
                                      length, tisock_byte_queue_get_memory (&priv->stream.queue),
                                      priv->settings->send_maximum);

  return TRUE;
}

void
tisock_tcp_socket_note_written (TisockTCPSocket *self)
{
  tisock_tcp_socket_announce (self);
  tisock_socket_core_settle ((TisockSocketCore *) self);
}

/**
 * tisock_tcp_socket_write:
 * @self: the socket
 * @data: (array length=length) (element-type guint8) (nullable): the bytes
 * @length: how many bytes there are; 0 is valid
 * @error: return location for an error
 *
 * Queues bytes for sending, behind what is queued already.
 *
 * This never waits. What the system takes at once is on its way when this
 * returns, the rest follows by itself; [signal@TCPSocket::send-progress] and
 * [signal@SocketCore::send-complete] tell. Nothing bounds the queue unless
 * [property@TCPSocket:send-maximum] is set; [property@TCPSocket:needs-drain]
 * says when it is time to wait for [signal@TCPSocket::drained].
 *
 * Fails with [error@Tisock.SocketError.INVALID_STATE] if the socket is not
 * connected or has been shut down, and with
 * [error@Tisock.SocketError.QUEUE_FULL]; then nothing is queued. Xojo's
 * `TCPSocket.Write`.
 *
 * Returns: whether the bytes were queued
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_write (TisockTCPSocket  *self,
                         const guint8     *data,
                         gsize             length,
                         GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      !tisock_tcp_socket_check_write (self, length, error))
    return FALSE;

  tisock_stream_write (&GET_PRIVATE (self)->stream, data, length);
  tisock_tcp_socket_note_written (self);

  return TRUE;
}

/**
 * tisock_tcp_socket_write_bytes:
 * @self: the socket
 * @bytes: the bytes
 * @error: return location for an error
 *
 * Queues bytes for sending, as [method@TCPSocket.write] does.
 *
 * What cannot be sent at once is not copied: the queue keeps a reference on
 * @bytes.
 *
 * Returns: whether the bytes were queued
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_write_bytes (TisockTCPSocket  *self,
                               GBytes           *bytes,
                               GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      !tisock_tcp_socket_check_write (self, g_bytes_get_size (bytes), error))
    return FALSE;

  tisock_stream_write_bytes (&GET_PRIVATE (self)->stream, bytes);
  tisock_tcp_socket_note_written (self);

  return TRUE;
}

/**
 * tisock_tcp_socket_write_string:
 * @self: the socket
 * @text: the text
 * @error: return location for an error
 *
 * Queues text for sending, as UTF-8, as [method@TCPSocket.write] does.
 *
 * Nothing is added to it: no line feed and no NUL byte.
 *
 * Returns: whether the text was queued
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_write_string (TisockTCPSocket  *self,
                                const char       *text,
                                GError          **error)
{
  g_return_val_if_fail (text != NULL, FALSE);

  return tisock_tcp_socket_write (self, (const guint8 *) text, strlen (text), error);
}

/**
 * tisock_tcp_socket_shutdown:
 * @self: the socket
 *
 * Ends the connection in good order.
 *
 * What is queued is sent, then the peer is told that this is the end; later
 * writes fail with [error@Tisock.SocketError.INVALID_STATE]. What still comes in
 * is announced and can be read. When the peer has ended its side as well, or has
 * done nothing for [property@TCPSocket:close-timeout], the socket reports
 * [error@Tisock.SocketError.LOST_CONNECTION] and emits
 * [signal@SocketCore::closed].
 *
 * A socket that is not connected is closed as by [method@SocketCore.close], and
 * so is one whose connection is lent to its [method@TCPSocket.get_io_stream].
 * Xojo's `TCPSocket.Disconnect`; that name is taken by the disconnecting of
 * signals.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_shutdown (TisockTCPSocket *self)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  if (GET_PRIVATE (self)->stream.transport != NULL)
    tisock_stream_shutdown (&GET_PRIVATE (self)->stream);
  else
    tisock_socket_core_close (TISOCK_SOCKET_CORE (self));
}

/**
 * tisock_tcp_socket_shutdown_write:
 * @self: the socket
 *
 * Ends this side of the connection, and goes on reading.
 *
 * What is queued is sent, then the peer is told that nothing more will come;
 * later writes fail with [error@Tisock.SocketError.INVALID_STATE]. The
 * connection ends with the peer's side, however long that takes. A socket that
 * is not connected reports [error@Tisock.SocketError.INVALID_STATE].
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_shutdown_write (TisockTCPSocket *self)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  if (GET_PRIVATE (self)->stream.transport != NULL)
    tisock_stream_end_writing (&GET_PRIVATE (self)->stream);
  else
    tisock_tcp_socket_refuse (self, "shut down", NULL);
}

/**
 * tisock_tcp_socket_abort:
 * @self: the socket
 *
 * Breaks the connection off.
 *
 * The peer sees it reset, and what is on its way may be lost. Otherwise as
 * [method@SocketCore.close].
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_abort (TisockTCPSocket *self)
{
  int fd;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  fd = tisock_tcp_socket_get_connection_fd (self);
  if (fd >= 0)
    {
      tisock_descriptor_reset_on_close (fd);
      /* Nothing more is said, a farewell neither. */
      GET_PRIVATE (self)->stream.write_ended = TRUE;
    }
  /* Its users may keep it open for a while. */
  if (tisock_tcp_socket_is_lent (GET_PRIVATE (self)))
    tisock_loan_reset (GET_PRIVATE (self)->extras->loan);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (self));
}

/* The socket underneath */

static int
get_descriptor (TisockTCPSocket  *self,
                const char       *operation,
                GError          **error)
{
  int fd = tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (self));

  if (fd < 0)
    tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                               "Could not %s: the socket has no descriptor at present", operation);

  return fd;
}

/**
 * tisock_tcp_socket_set_option:
 * @self: the socket
 * @level: the level, for instance `SOL_SOCKET`
 * @name: the option, for instance `SO_RCVBUF`
 * @value: the value
 * @error: return location for an error
 *
 * Sets a socket option of the system's that is a number.
 *
 * Dictu's `socket.setsockopt`, with a value.
 *
 * Returns: whether it was set
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_set_option (TisockTCPSocket  *self,
                              int               level,
                              int               name,
                              int               value,
                              GError          **error)
{
  GError *failure = NULL;
  int error_number;
  int fd;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return FALSE;

  fd = get_descriptor (self, "set an option", error);
  if (fd < 0)
    return FALSE;
  if (setsockopt (fd, level, name, &value, sizeof value) == 0)
    return TRUE;

  error_number = errno;
  tisock_set_error_from_errno (&failure, error_number, "Could not set option %d of level %d to %d",
                               name, level, value);

  return tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, error_number, error);
}

/**
 * tisock_tcp_socket_get_option:
 * @self: the socket
 * @level: the level, for instance `SOL_SOCKET`
 * @name: the option, for instance `SO_RCVBUF`
 * @value: (out): return location for the value
 * @error: return location for an error
 *
 * Gets a socket option of the system's that is a number.
 *
 * Returns: whether @value was set
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_get_option (TisockTCPSocket  *self,
                              int               level,
                              int               name,
                              int              *value,
                              GError          **error)
{
  GError *failure = NULL;
  socklen_t size = sizeof *value;
  int error_number;
  int fd;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  *value = 0;
  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return FALSE;

  fd = get_descriptor (self, "get an option", error);
  if (fd < 0)
    return FALSE;
  if (getsockopt (fd, level, name, value, &size) == 0)
    return TRUE;

  error_number = errno;
  tisock_set_error_from_errno (&failure, error_number, "Could not get option %d of level %d",
                               name, level);

  return tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, error_number, error);
}
