/* tisock-tcp-socket-files.c: sending files
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

/* What to do instead where this cannot be done. */
#define HINT "g_output_stream_splice() into the stream of get_io_stream() can send it"

typedef struct
{
  TisockSendOperation  send;
  TisockTransfer      *transfer;
} FileOperation;

/* Waiting */

static gboolean
file_try (TisockOperation *operation,
          gpointer         object,
          const GError    *end,
          TisockResult    *result)
{
  const FileOperation *self = (FileOperation *) operation;
  const TisockTransfer *transfer = self->transfer;

  if (transfer->error != NULL)
    {
      result->error = g_error_copy (transfer->error);
    }
  else if (GET_PRIVATE (object)->stream.passed >= self->send.end)
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
file_free (TisockOperation *operation)
{
  tisock_transfer_unref (((FileOperation *) operation)->transfer);
  g_free (operation);
}

static const TisockOperationFuncs file_funcs = {
  .try = file_try,
  .free = file_free,
};

/* Files */

/* A pipe without a writer would block, if it were not for the flag. */
static int
open_file (GFile   *file,
           GError **error)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *name = g_file_get_parse_name (file);
  int fd;

  if (path == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "Could not send %s: it is not in a file system of this machine; " HINT, name);
      return -1;
    }

  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    tisock_set_error_from_errno (error, errno, "Could not open %s", name);

  return fd;
}

static int
duplicate_descriptor (int      fd,
                      GError **error)
{
  int duplicate = fcntl (fd, F_DUPFD_CLOEXEC, 0);

  if (duplicate < 0)
    tisock_set_error_from_errno (error, errno, "Could not send from descriptor %d", fd);

  return duplicate;
}

/* How many bytes there are to be sent if it is a file that has such a part; else -1. */
static goffset
get_length (int       fd,
            goffset   offset,
            goffset   length,
            GError  **error)
{
  struct stat status;
  goffset left;

  if (fstat (fd, &status) != 0)
    {
      tisock_set_error_from_errno (error, errno, "Could not look at the file to be sent");
      return -1;
    }

  if (!S_ISREG (status.st_mode))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                           "Could not send what is not a regular file; " HINT);
      return -1;
    }

  left = (goffset) status.st_size - offset;
  if (left < 0 || length > left)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "Could not send that part of the file: it has %" G_GOFFSET_FORMAT " bytes",
                   (goffset) status.st_size);
      return -1;
    }

  return length < 0 ? left : length;
}

/* Where memory is small, files may be larger than what a queue counts. */
static gboolean
check_length (TisockTCPSocket  *self,
              goffset           length,
              GError          **error)
{
  guint64 most = G_MAXSIZE - GET_PRIVATE (self)->stream.queue.length;

  if ((guint64) length <= most)
    return TRUE;

  g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_QUEUE_FULL,
               "Could not send %" G_GOFFSET_FORMAT " bytes of a file: at most %" G_GUINT64_FORMAT
               " can be queued", length, most);

  return FALSE;
}

/* Takes the descriptor. NULL with an error. */
static TisockTransfer *
queue_file (TisockTCPSocket  *self,
            int               fd,
            goffset           offset,
            goffset           length,
            GError          **error)
{
  TisockStream *stream = &GET_PRIVATE (self)->stream;
  TisockTransfer *transfer;

  length = get_length (fd, offset, length, error);
  if (length < 0 || !check_length (self, length, error))
    {
      tisock_descriptor_close (fd, stream->reactor);
      return NULL;
    }

  transfer = tisock_transfer_new ();
  tisock_stream_send_file (stream, fd, offset, (gsize) length, transfer);
  tisock_tcp_socket_note_written (self);

  return transfer;
}

static TisockTransfer *
queue_by_name (TisockTCPSocket  *self,
               GFile            *file,
               goffset           offset,
               goffset           length,
               GError          **error)
{
  int fd;

  if (!tisock_tcp_socket_check_write (self, 0, error))
    return NULL;

  fd = open_file (file, error);

  return fd < 0 ? NULL : queue_file (self, fd, offset, length, error);
}

static TisockTransfer *
queue_by_descriptor (TisockTCPSocket  *self,
                     int               fd,
                     goffset           offset,
                     goffset           length,
                     GError          **error)
{
  int duplicate;

  if (!tisock_tcp_socket_check_write (self, 0, error))
    return NULL;

  duplicate = duplicate_descriptor (fd, error);

  return duplicate < 0 ? NULL : queue_file (self, duplicate, offset, length, error);
}

/* Takes all of them: the transfer, or else the error. */
static void
wait_until_sent (TisockTCPSocket *self,
                 GTask           *task,
                 TisockTransfer  *transfer,
                 GError          *error)
{
  FileOperation *operation;

  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  operation = g_new (FileOperation, 1);
  operation->send = tisock_tcp_socket_want_sent (self, &file_funcs);
  operation->transfer = transfer;
  tisock_socket_core_begin_operation (TISOCK_SOCKET_CORE (self), TISOCK_PENDING_SEND,
                                      &operation->send.operation, task);
}

/* Takes the transfer. */
static goffset
run_until_sent (TisockTCPSocket  *self,
                TisockTransfer   *transfer,
                int               timeout_ms,
                GCancellable     *cancellable,
                GError          **error)
{
  FileOperation operation = { tisock_tcp_socket_want_sent (self, &file_funcs), transfer };
  gpointer result = NULL;
  goffset sent = -1;

  if (tisock_socket_core_run_operation (TISOCK_SOCKET_CORE (self), &operation.send.operation,
                                        "send a file", timeout_ms, cancellable, &result, error))
    sent = (goffset) *(guint64 *) result;

  g_free (result);
  tisock_transfer_unref (transfer);

  return sent;
}

static goffset
finish (TisockTCPSocket  *self,
        GAsyncResult     *result,
        gpointer          tag,
        GError          **error)
{
  g_autofree guint64 *sent = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == tag, -1);

  sent = g_task_propagate_pointer (G_TASK (result), error);

  return sent != NULL ? (goffset) *sent : -1;
}

/**
 * tisock_tcp_socket_send_file_async:
 * @self: the socket
 * @file: the file, a regular one of this machine's
 * @offset: where to begin, in bytes
 * @length: how many bytes; -1 for all up to the end of the file
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Queues a file for sending, behind what is queued already, and waits until the
 * system has taken all of it.
 *
 * The file is opened at once and read when its turn comes, where the system can
 * do so without a copy in this process: it takes no memory, and
 * [property@TCPSocket:send-maximum] does not count it;
 * [property@TCPSocket:bytes-left-to-send] does. What is written after this call
 * is sent behind the file. [signal@TCPSocket::send-progress] is emitted for each
 * chunk; a handler that returns `TRUE` drops the rest of the file, and the result
 * is [error@Gio.IOErrorEnum.CANCELLED]. Cancelling ends the waiting only: the
 * file is sent all the same.
 *
 * A part that the file does not have is refused, as is what is not a regular
 * file, and a [iface@Gio.File] without a local path; then nothing is queued. If
 * the file becomes shorter before it is sent, or cannot be read, the result is
 * that error, the rest of the file is left out, and the connection goes on with
 * what is queued behind it: close it if the peer was told a length. None of this
 * is announced by [signal@SocketCore::error], since the socket has not failed.
 * A file that is changed meanwhile may arrive in part as it was before.
 *
 * ```c
 * static void
 * sent_cb (GObject      *source,
 *          GAsyncResult *result,
 *          gpointer      user_data)
 * {
 *   TisockTCPSocket *socket = TISOCK_TCP_SOCKET (source);
 *   g_autoptr(GError) error = NULL;
 *   goffset sent = tisock_tcp_socket_send_file_finish (socket, result, &error);
 *
 *   if (sent < 0)
 *     g_printerr ("%s\n", error->message);
 * }
 *
 * tisock_tcp_socket_send_file_async (socket, file, 0, -1, NULL, sent_cb, NULL);
 * ```
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_send_file_async (TisockTCPSocket     *self,
                                   GFile               *file,
                                   goffset              offset,
                                   goffset              length,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  TisockTransfer *transfer;
  GError *error = NULL;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (G_IS_FILE (file));
  g_return_if_fail (offset >= 0 && length >= -1);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_tcp_socket_send_file_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  transfer = queue_by_name (self, file, offset, length, &error);
  wait_until_sent (self, g_steal_pointer (&task), transfer, error);
}

/**
 * tisock_tcp_socket_send_file_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@TCPSocket.send_file_async] has ended.
 *
 * Returns: how many bytes have been handed to the system, all of them; -1 on
 *   error
 *
 * Since: 1.0
 */
goffset
tisock_tcp_socket_send_file_finish (TisockTCPSocket  *self,
                                    GAsyncResult     *result,
                                    GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  return finish (self, result, tisock_tcp_socket_send_file_async, error);
}

/**
 * tisock_tcp_socket_send_file_sync:
 * @self: the socket
 * @file: the file, a regular one of this machine's
 * @offset: where to begin, in bytes
 * @length: how many bytes; -1 for all up to the end of the file
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Queues a file as [method@TCPSocket.send_file_async] does, and blocks until the
 * system has taken all of it.
 *
 * Blocks as [method@TCPSocket.receive_sync] does. When the time is over, or
 * @cancellable is cancelled, the file stays queued and is sent all the same.
 *
 * Returns: how many bytes have been handed to the system, all of them; -1 on
 *   error
 *
 * Since: 1.0
 */
goffset
tisock_tcp_socket_send_file_sync (TisockTCPSocket  *self,
                                  GFile            *file,
                                  goffset           offset,
                                  goffset           length,
                                  int               timeout_ms,
                                  GCancellable     *cancellable,
                                  GError          **error)
{
  TisockTransfer *transfer;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), -1);
  g_return_val_if_fail (G_IS_FILE (file), -1);
  g_return_val_if_fail (offset >= 0 && length >= -1, -1);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;

  transfer = queue_by_name (self, file, offset, length, error);
  if (transfer == NULL)
    return -1;

  return run_until_sent (self, transfer, timeout_ms, cancellable, error);
}

/**
 * tisock_tcp_socket_send_file_from_fd_async:
 * @self: the socket
 * @fd: a descriptor of a regular file that is open for reading
 * @offset: where to begin, in bytes
 * @length: how many bytes; -1 for all up to the end of the file
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Queues a file that is open already for sending, and waits until the system has
 * taken all of it.
 *
 * As [method@TCPSocket.send_file_async]. The descriptor is duplicated: it stays
 * the caller's, and may be closed as soon as this returns. Where it stands in the
 * file does not count and stays as it is. It is the bytes of the file that the
 * peer gets, not the descriptor.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_send_file_from_fd_async (TisockTCPSocket     *self,
                                           int                  fd,
                                           goffset              offset,
                                           goffset              length,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  TisockTransfer *transfer;
  GError *error = NULL;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (fd >= 0);
  g_return_if_fail (offset >= 0 && length >= -1);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_tcp_socket_send_file_from_fd_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  transfer = queue_by_descriptor (self, fd, offset, length, &error);
  wait_until_sent (self, g_steal_pointer (&task), transfer, error);
}

/**
 * tisock_tcp_socket_send_file_from_fd_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@TCPSocket.send_file_from_fd_async] has ended.
 *
 * Returns: how many bytes have been handed to the system, all of them; -1 on
 *   error
 *
 * Since: 1.0
 */
goffset
tisock_tcp_socket_send_file_from_fd_finish (TisockTCPSocket  *self,
                                            GAsyncResult     *result,
                                            GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  return finish (self, result, tisock_tcp_socket_send_file_from_fd_async, error);
}

/**
 * tisock_tcp_socket_send_file_from_fd_sync:
 * @self: the socket
 * @fd: a descriptor of a regular file that is open for reading
 * @offset: where to begin, in bytes
 * @length: how many bytes; -1 for all up to the end of the file
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Queues a file as [method@TCPSocket.send_file_from_fd_async] does, and blocks
 * until the system has taken all of it.
 *
 * Blocks as [method@TCPSocket.receive_sync] does. When the time is over, or
 * @cancellable is cancelled, the file stays queued and is sent all the same.
 *
 * Returns: how many bytes have been handed to the system, all of them; -1 on
 *   error
 *
 * Since: 1.0
 */
goffset
tisock_tcp_socket_send_file_from_fd_sync (TisockTCPSocket  *self,
                                          int               fd,
                                          goffset           offset,
                                          goffset           length,
                                          int               timeout_ms,
                                          GCancellable     *cancellable,
                                          GError          **error)
{
  TisockTransfer *transfer;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), -1);
  g_return_val_if_fail (fd >= 0, -1);
  g_return_val_if_fail (offset >= 0 && length >= -1, -1);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;

  transfer = queue_by_descriptor (self, fd, offset, length, error);
  if (transfer == NULL)
    return -1;

  return run_until_sent (self, transfer, timeout_ms, cancellable, error);
}
