/* tisock-ssl-socket-starting.c: TLS on a connection that was made without
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-operation.h"
#include "tisock-socket-error.h"
#include "tisock-ssl-socket-private.h"

#define GET_PRIVATE(self) (tisock_ssl_socket_get_private ((TisockSSLSocket *) (self)))

/* What has come in the clear must not be taken for what is said under TLS. */
static gboolean
check_read (TisockSSLSocket  *self,
            GError          **error)
{
  guint64 available = tisock_tcp_socket_get_bytes_available (TISOCK_TCP_SOCKET (self));

  if (available == 0)
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not start TLS: %" G_GUINT64_FORMAT " bytes that came "
                                    "before have not been read", available);
}

/**
 * tisock_ssl_socket_start_tls:
 * @self: the socket
 * @error: return location for an error
 *
 * Starts TLS on a connection that was made without.
 *
 * For protocols that agree on it first, by a word such as `STARTTLS`:
 * [property@SSLSocket:ssl-enabled] is `FALSE` when the socket is opened. The side
 * that has made the connection is the client, and verifies the other one; the one
 * that was connected to needs a [property@SSLSocket:certificate].
 *
 * The state is `TISOCK_SOCKET_STATE_CONNECTING` again until the handshake is done,
 * and nothing can be written; then [signal@TCPSocket::connected] is emitted once
 * more. If the handshake fails the connection ends.
 *
 * While bytes that have come are unread this is refused with
 * [error@Tisock.SocketError.INVALID_STATE]: whoever sends words behind the one that
 * TLS begins with must not have them taken for what was said under TLS. So it is
 * while bytes are queued for sending, and where
 * [method@TCPSocket.get_io_stream] would be refused.
 *
 * Returns: whether the handshake has begun
 *
 * Since: 1.0
 */
gboolean
tisock_ssl_socket_start_tls (TisockSSLSocket  *self,
                             GError          **error)
{
  TisockTCPSocket *tcp = (TisockTCPSocket *) self;
  G_GNUC_UNUSED g_autoptr(TisockSSLSocket) kept = NULL;
  g_autoptr(GSocket) socket = NULL;
  gboolean incoming;

  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  incoming = GET_PRIVATE (self)->incoming;
  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      !tisock_tcp_socket_may_part (tcp, "start TLS", error) ||
      !check_read (self, error) ||
      !tisock_ssl_socket_check_side (self, incoming, "start TLS", error))
    return FALSE;

  socket = tisock_tcp_socket_get_socket (tcp, error);
  if (socket == NULL)
    return FALSE;

  g_object_ref (socket);
  kept = g_object_ref (self);
  tisock_stream_part (&tisock_tcp_socket_get_private (tcp)->stream);
  tisock_ssl_socket_begin_handshake (self, socket, incoming);

  return TRUE;
}

/**
 * tisock_ssl_socket_start_tls_async:
 * @self: the socket
 * @cancellable: (nullable): cancels the handshake
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Starts TLS as [method@SSLSocket.start_tls] does, and waits until the handshake
 * is done.
 *
 * The signals are emitted as well. Where starting is refused the connection goes
 * on as it was. Cancelling later closes it, without [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_start_tls_async (TisockSSLSocket     *self,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_ssl_socket_start_tls_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  if (tisock_ssl_socket_start_tls (self, &error))
    tisock_socket_core_await_open (TISOCK_SOCKET_CORE (self), g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

/**
 * tisock_ssl_socket_start_tls_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets how [method@SSLSocket.start_tls_async] has ended.
 *
 * Returns: whether the connection is encrypted
 *
 * Since: 1.0
 */
gboolean
tisock_ssl_socket_start_tls_finish (TisockSSLSocket  *self,
                                    GAsyncResult     *result,
                                    GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) ==
                          tisock_ssl_socket_start_tls_async,
                        FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/**
 * tisock_ssl_socket_start_tls_sync:
 * @self: the socket
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the handshake
 * @error: return location for an error
 *
 * Starts TLS as [method@SSLSocket.start_tls] does, and blocks until the handshake
 * is done.
 *
 * Only this socket is served meanwhile, as by [method@SocketCore.open_sync]. Where
 * starting is refused the connection goes on as it was. When the time is over that
 * is [error@Gio.IOErrorEnum.TIMED_OUT], and the socket is closed, as it is if
 * @cancellable is cancelled.
 *
 * Returns: whether the connection is encrypted
 *
 * Since: 1.0
 */
gboolean
tisock_ssl_socket_start_tls_sync (TisockSSLSocket  *self,
                                  int               timeout_ms,
                                  GCancellable     *cancellable,
                                  GError          **error)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !tisock_ssl_socket_start_tls (self, error))
    return FALSE;

  return tisock_socket_core_run_open (TISOCK_SOCKET_CORE (self), "start TLS", timeout_ms,
                                      cancellable, error);
}
