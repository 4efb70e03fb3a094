/* tisock-tcp-socket-unix.c: what a TCPSocket can do that is connected by a Unix socket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

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
