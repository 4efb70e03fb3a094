/* tisock-tcp-socket-unix.c: what a TCPSocket can do that is connected by a Unix socket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>
#include <gio/gunixfdlist.h>

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

/* Who is there */

/* Whether there is a connection, lent or not, and it is one by a Unix socket. */
static gboolean
check_unix (TisockTCPSocket  *self,
            const char       *operation,
            GError          **error)
{
  if (tisock_tcp_socket_get_connection_fd (self) < 0)
    return tisock_tcp_socket_refuse (self, operation, error);
  if (tisock_endpoint_is_unix (&GET_PRIVATE (self)->remote))
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not %s: the connection is not one by a Unix socket",
                                    operation);
}

/**
 * tisock_tcp_socket_get_credentials:
 * @self: the socket
 * @error: return location for an error
 *
 * Gets who the peer is: its process, user and group.
 *
 * The system vouches for that. To a server they are those that the peer had when it
 * connected, to a client those that the server had when it began to listen. The
 * peer may have handed the connection to another process since, and the number of
 * a process that has ended may be another one's by now: let decisions depend on
 * the user, not on the process.
 *
 * If there is no connection, or it is not one by a Unix socket, that is
 * [error@Tisock.SocketError.INVALID_STATE]. Where the system does not tell, it is
 * [error@Gio.IOErrorEnum.NOT_SUPPORTED].
 *
 * Returns: (transfer full): the credentials; `NULL` on error
 *
 * Since: 1.0
 */
GCredentials *
tisock_tcp_socket_get_credentials (TisockTCPSocket  *self,
                                   GError          **error)
{
  GCredentials *credentials;
  GError *failure = NULL;
  GSocket *socket;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      !check_unix (self, "get the peer's credentials", error))
    return NULL;

  socket = tisock_tcp_socket_get_socket (self, error);
  if (socket == NULL)
    return NULL;

  credentials = g_socket_get_credentials (socket, &failure);
  if (credentials == NULL)
    tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, 0, error);

  return credentials;
}

/* Descriptors */

/* On this connection: from the first use on, so that the others need not pay for it. */
static void
use_descriptors (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  TisockInbox *inbox = &tisock_tcp_socket_ensure_extras (self)->inbox;

  if (priv->stream.transport == &tisock_transport_plain)
    tisock_stream_set_transport (&priv->stream, tisock_transport_unix_new (inbox));
}

void
tisock_tcp_socket_apply_maximum_descriptors (TisockTCPSocket *self)
{
  if (tisock_tcp_socket_get_maximum_descriptors (self) > 0)
    use_descriptors (self);
}

/**
 * tisock_tcp_socket_get_maximum_descriptors: (get-property maximum-descriptors)
 * @self: the socket
 *
 * Gets how many descriptors are kept that have come and have not been taken.
 *
 * Returns: a number of descriptors; 0: none are received
 *
 * Since: 1.0
 */
guint
tisock_tcp_socket_get_maximum_descriptors (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  priv = GET_PRIVATE (self);

  return priv->extras != NULL ? priv->extras->inbox.maximum : 0;
}

/**
 * tisock_tcp_socket_set_maximum_descriptors: (set-property maximum-descriptors)
 * @self: the socket
 * @maximum_descriptors: a number of descriptors; 0: none are received
 *
 * Sets how many descriptors are kept that have come and have not been taken.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_maximum_descriptors (TisockTCPSocket *self,
                                           guint            maximum_descriptors)
{
  TisockTCPSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      tisock_tcp_socket_get_maximum_descriptors (self) == maximum_descriptors)
    return;

  priv = GET_PRIVATE (self);
  tisock_tcp_socket_ensure_extras (self)->inbox.maximum = maximum_descriptors;
  if (priv->stream.transport != NULL && tisock_endpoint_is_unix (&priv->remote))
    tisock_tcp_socket_apply_maximum_descriptors (self);
  tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_MAXIMUM_DESCRIPTORS);
}

/**
 * tisock_tcp_socket_get_descriptors_available: (get-property descriptors-available)
 * @self: the socket
 *
 * Gets how many descriptors have come and have not been taken.
 *
 * Returns: a number of descriptors
 *
 * Since: 1.0
 */
guint
tisock_tcp_socket_get_descriptors_available (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return tisock_tcp_socket_count_descriptors (GET_PRIVATE (self));
}

/**
 * tisock_tcp_socket_read_descriptors:
 * @self: the socket
 * @count: how many descriptors at most; -1 for all there are
 *
 * Takes descriptors that have come by a Unix socket, the first ones first.
 *
 * This never waits. The list closes those that are not taken from it. They are
 * close-on-exec, and block or not as they do at the peer, who shares what they
 * refer to. Descriptors are received only if
 * [property@TCPSocket:maximum-descriptors] says so.
 *
 * Returns: (transfer full) (nullable): the descriptors; `NULL` if there are none
 *
 * Since: 1.0
 */
GUnixFDList *
tisock_tcp_socket_read_descriptors (TisockTCPSocket *self,
                                    gssize           count)
{
  GUnixFDList *descriptors;
  guint available;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return NULL;

  available = tisock_tcp_socket_count_descriptors (GET_PRIVATE (self));
  if (count >= 0 && (gsize) count < available)
    available = (guint) count;
  if (available == 0)
    return NULL;

  descriptors = tisock_inbox_take (&GET_PRIVATE (self)->extras->inbox, available);
  tisock_tcp_socket_announce (self);

  return descriptors;
}

static gboolean
check_amounts (TisockTCPSocket  *self,
               gsize             length,
               GUnixFDList      *descriptors,
               GError          **error)
{
  int n_descriptors = g_unix_fd_list_get_length (descriptors);
  GError *failure = NULL;

  if (length == 0)
    g_set_error (&failure, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "Could not write descriptors: they need a byte to go with");
  else if (n_descriptors > TISOCK_DESCRIPTORS_AT_ONCE)
    g_set_error (&failure, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "Could not write %d descriptors: at most %d can go at a time",
                 n_descriptors, TISOCK_DESCRIPTORS_AT_ONCE);
  else
    return TRUE;

  return tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, EINVAL, error);
}

/* A list of the socket's own: the program's may change. */
static GUnixFDList *
copy_list (TisockTCPSocket  *self,
           GUnixFDList      *descriptors,
           GError          **error)
{
  g_autoptr(GUnixFDList) copy = g_unix_fd_list_new ();
  GError *failure = NULL;
  int n_descriptors;
  const int *fds = g_unix_fd_list_peek_fds (descriptors, &n_descriptors);

  for (int i = 0; i < n_descriptors; i++)
    {
      if (g_unix_fd_list_append (copy, fds[i], &failure) >= 0)
        continue;

      g_prefix_error (&failure, "Could not write descriptor %d: ", fds[i]);
      tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure,
                                 tisock_errno_from_error (failure), error);
      return NULL;
    }

  return g_steal_pointer (&copy);
}

/**
 * tisock_tcp_socket_write_descriptors:
 * @self: the socket
 * @data: (array length=length) (element-type guint8): the bytes
 * @length: how many bytes there are; at least 1
 * @descriptors: the descriptors, at most 253
 * @error: return location for an error
 *
 * Queues bytes for sending as [method@TCPSocket.write] does, and descriptors with
 * them.
 *
 * The descriptors go with the first of the bytes, each of them once; the peer has
 * them when it has that. They are duplicated at once, and @descriptors stays the
 * caller's. The duplicates are closed when they have been sent, and when they will
 * not be: because the connection ends or a handler of
 * [signal@TCPSocket::send-progress] drops them.
 *
 * Fails as `write` does, and with [error@Tisock.SocketError.INVALID_STATE] if the
 * connection is not one by a Unix socket. No bytes or too many descriptors are
 * [error@Gio.IOErrorEnum.INVALID_ARGUMENT]; a full table of descriptors is
 * [error@Gio.IOErrorEnum.TOO_MANY_OPEN_FILES]. Then nothing is queued. What the
 * system refuses to pass on ends the connection.
 *
 * Returns: whether they were queued
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_write_descriptors (TisockTCPSocket  *self,
                                     const guint8     *data,
                                     gsize             length,
                                     GUnixFDList      *descriptors,
                                     GError          **error)
{
  GUnixFDList *copy;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (G_IS_UNIX_FD_LIST (descriptors), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      !check_unix (self, "write descriptors", error) ||
      !tisock_tcp_socket_check_clear (self, "write descriptors", error) ||
      !check_amounts (self, length, descriptors, error) ||
      !tisock_tcp_socket_check_write (self, length, error))
    return FALSE;

  copy = copy_list (self, descriptors, error);
  if (copy == NULL)
    return FALSE;

  use_descriptors (self);
  tisock_stream_write_descriptors (&GET_PRIVATE (self)->stream, data, length, copy);
  tisock_tcp_socket_note_written (self);

  return TRUE;
}
