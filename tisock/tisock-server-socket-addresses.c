/* tisock-server-socket-addresses.c: where a ServerSocket listens, and who may use its paths
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "tisock-local-address.h"
#include "tisock-server-socket-private.h"
#include "tisock-socket-error.h"

#include <errno.h>

#define GET_PRIVATE(self) (tisock_server_socket_get_private (self))

/* For NULL, on what the properties say. FALSE with the error, and its errno if it has one. */
static gboolean
add_listener (TisockServerSocket  *self,
              GSocketConnectable  *address,
              int                 *error_number,
              GError             **error)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  const TisockListenOptions options = {
    .connectable = address,
    .network_interface = priv->network_interface,
    .address = priv->address,
    .port = priv->port,
    .backlog = priv->listen_backlog,
    .permissions = { priv->socket_mode, priv->socket_user, priv->socket_group },
  };
  TisockListener *listener;
  TisockUnixPath *path;
  int fd = tisock_local_address_listen (&options, &path, error_number, error);

  if (fd < 0)
    return FALSE;

  listener = tisock_listener_new (priv->reactor, G_OBJECT (self),
                                  &tisock_server_socket_listener_funcs, fd, path, error);
  if (listener == NULL)
    {
      *error_number = errno;
      return FALSE;
    }

  tisock_listener_share (listener, &priv->exhausted);
  g_ptr_array_add (priv->listeners, listener);

  return TRUE;
}

/* Whether `address`, `port` and `network-interface` say where to listen. */
static gboolean
listens_by_properties (TisockServerSocketPrivate *priv)
{
  return priv->addresses->len == 0 || priv->port != 0 || priv->network_interface != NULL ||
         (priv->address != NULL && *priv->address != '\0');
}

gboolean
tisock_server_socket_add_listeners (TisockServerSocket  *self,
                                    int                 *error_number,
                                    GError             **error)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  if (listens_by_properties (priv) && !add_listener (self, NULL, error_number, error))
    return FALSE;

  for (guint i = 0; i < priv->addresses->len; i++)
    if (!add_listener (self, g_ptr_array_index (priv->addresses, i), error_number, error))
      return FALSE;

  return TRUE;
}

/* Listens there if the server is listening. */
static gboolean
try_address (TisockServerSocket  *self,
             GSocketConnectable  *address,
             int                 *error_number,
             GError             **error)
{
  if (!tisock_server_socket_get_is_listening (self))
    return tisock_local_address_check (address, error_number, error);

  if (!add_listener (self, address, error_number, error))
    return FALSE;

  tisock_server_socket_update_listeners (self);

  return TRUE;
}

/**
 * tisock_server_socket_add_address:
 * @self: the server
 * @address: the address
 * @error: return location for an error
 *
 * Adds an address to listen on.
 *
 * It is a [class@Gio.InetSocketAddress], a [class@Gio.UnixSocketAddress] with a
 * path or an abstract name, or a [class@Gio.NetworkAddress] whose host is an IP
 * address or `localhost`; names are not looked up. With port 0 the system chooses a
 * port, another one for each address; [method@ServerSocket.list_addresses] tells
 * which.
 *
 * A path gets its mode and its owner from [property@ServerSocket:socket-mode],
 * [property@ServerSocket:socket-user] and [property@ServerSocket:socket-group]
 * before anybody can connect, and is removed when the listening ends. A socket that
 * is there already is taken over if nobody listens on it, otherwise this is
 * [error@Tisock.SocketError.ADDRESS_IN_USE]; what is not a socket is left alone.
 *
 * A server that is listening listens there at once, one that is not, from
 * [method@ServerSocket.listen] on. As soon as there is an address,
 * [property@ServerSocket:port] and [property@ServerSocket:address] count only if
 * one of them, or [property@ServerSocket:network-interface], is set: then they are
 * the first of the addresses. What has been added stays for the next time.
 *
 * If it fails, nothing has been added, and a server that is listening goes on.
 *
 * Returns: whether it was added
 *
 * Since: 1.0
 */
gboolean
tisock_server_socket_add_address (TisockServerSocket  *self,
                                  GSocketConnectable  *address,
                                  GError             **error)
{
  GError *failure = NULL;
  int error_number = 0;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET_CONNECTABLE (address), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_server_socket_check (self, G_STRFUNC))
    return FALSE;

  if (!try_address (self, address, &error_number, &failure))
    return tisock_server_socket_report (self, failure, error_number, error);

  g_ptr_array_add (GET_PRIVATE (self)->addresses, g_object_ref (address));

  return TRUE;
}

static void
append_local_address (GListStore *store,
                      int         fd)
{
  g_autoptr(GSocketAddress) address = tisock_descriptor_dup_address (fd, FALSE);

  if (address != NULL)
    g_list_store_append (store, address);
}

/**
 * tisock_server_socket_list_addresses:
 * @self: the server
 *
 * Lists where the server is listening.
 *
 * The first one is that of [property@ServerSocket:port] and
 * [property@ServerSocket:local-address]. The list is empty while the server is
 * not listening, and does not follow what happens later.
 *
 * Returns: (transfer full): a list of [class@Gio.SocketAddress]
 *
 * Since: 1.0
 */
GListModel *
tisock_server_socket_list_addresses (TisockServerSocket *self)
{
  GListStore *store;
  GPtrArray *listeners;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  store = g_list_store_new (G_TYPE_SOCKET_ADDRESS);
  listeners = GET_PRIVATE (self)->listeners;
  for (guint i = 0; i < listeners->len; i++)
    append_local_address (store, tisock_listener_get_fd (g_ptr_array_index (listeners, i)));

  return G_LIST_MODEL (store);
}

/**
 * tisock_server_socket_get_socket_mode: (get-property socket-mode)
 * @self: the server
 *
 * Gets the mode that the paths of Unix sockets get.
 *
 * Returns: a mode, or 0 for what the umask leaves
 *
 * Since: 1.0
 */
guint
tisock_server_socket_get_socket_mode (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), 0);

  return GET_PRIVATE (self)->socket_mode;
}

/**
 * tisock_server_socket_set_socket_mode: (set-property socket-mode)
 * @self: the server
 * @socket_mode: a mode, or 0 for what the umask leaves
 *
 * Sets the mode that the paths of Unix sockets get.
 *
 * While the server is listening, and for more than `0777`, this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@ServerSocket::error].
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_socket_mode (TisockServerSocket *self,
                                      guint               socket_mode)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_server_socket_check (self, G_STRFUNC) ||
      priv->socket_mode == socket_mode ||
      !tisock_server_socket_may_configure (self, "socket-mode"))
    return;

  if (socket_mode > 0777)
    {
      tisock_server_socket_misuse (self, NULL, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                   "Could not set socket-mode: 0%o is not from 0 to 0777",
                                   socket_mode);
      return;
    }

  priv->socket_mode = socket_mode;
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_SOCKET_MODE);
}

/* A text that is fixed while the server listens. */
static void
set_owner (TisockServerSocket    *self,
           const char            *owner,
           const char            *name,
           char                 **place,
           TisockServerProperty   property)
{
  char *copy;

  if (g_strcmp0 (*place, owner) == 0 || !tisock_server_socket_may_configure (self, name))
    return;

  copy = g_strdup (owner);
  g_free (*place);
  *place = copy;
  tisock_server_socket_notify (self, property);
}

/**
 * tisock_server_socket_get_socket_user: (get-property socket-user)
 * @self: the server
 *
 * Gets the owner that the paths of Unix sockets get.
 *
 * Returns: (nullable): a name or a number, or `NULL` for the process's user
 *
 * Since: 1.0
 */
const char *
tisock_server_socket_get_socket_user (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  return GET_PRIVATE (self)->socket_user;
}

/**
 * tisock_server_socket_set_socket_user: (set-property socket-user)
 * @self: the server
 * @socket_user: (nullable): a name or a number, or `NULL` for the process's user
 *
 * Sets the owner that the paths of Unix sockets get.
 *
 * While the server is listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@ServerSocket::error].
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_socket_user (TisockServerSocket *self,
                                      const char         *socket_user)
{
  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  if (tisock_server_socket_check (self, G_STRFUNC))
    set_owner (self, socket_user, "socket-user", &GET_PRIVATE (self)->socket_user,
               TISOCK_SERVER_PROP_SOCKET_USER);
}

/**
 * tisock_server_socket_get_socket_group: (get-property socket-group)
 * @self: the server
 *
 * Gets the group that the paths of Unix sockets get.
 *
 * Returns: (nullable): a name or a number, or `NULL` for the process's group
 *
 * Since: 1.0
 */
const char *
tisock_server_socket_get_socket_group (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  return GET_PRIVATE (self)->socket_group;
}

/**
 * tisock_server_socket_set_socket_group: (set-property socket-group)
 * @self: the server
 * @socket_group: (nullable): a name or a number, or `NULL` for the process's group
 *
 * Sets the group that the paths of Unix sockets get.
 *
 * While the server is listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@ServerSocket::error].
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_socket_group (TisockServerSocket *self,
                                       const char         *socket_group)
{
  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  if (tisock_server_socket_check (self, G_STRFUNC))
    set_owner (self, socket_group, "socket-group", &GET_PRIVATE (self)->socket_group,
               TISOCK_SERVER_PROP_SOCKET_GROUP);
}
