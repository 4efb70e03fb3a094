/* tisock-server-socket-addresses.c: where a ServerSocket listens
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

static gboolean
get_endpoint (TisockServerSocket  *self,
              GSocketConnectable  *address,
              TisockEndpoint      *endpoint,
              GError             **error)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  if (address != NULL)
    return tisock_local_address_from_connectable (address, endpoint, error);

  return tisock_local_address_to_listen (priv->network_interface, priv->address, priv->port,
                                         endpoint, error);
}

/* The descriptor that will listen on an address, or, for NULL, on what the properties say; -1 with
 * the error, and its errno if it has one. */
static int
bind_address (TisockServerSocket  *self,
              GSocketConnectable  *address,
              int                 *error_number,
              GError             **error)
{
  guint backlog = GET_PRIVATE (self)->listen_backlog;
  TisockEndpoint endpoint;
  int fd;

  if (!get_endpoint (self, address, &endpoint, error))
    return -1;

  fd = tisock_descriptor_listen (&endpoint, (int) MIN (backlog, G_MAXINT));
  if (fd < 0)
    {
      g_autofree char *where = NULL;

      *error_number = errno;
      where = tisock_local_address_describe (&endpoint);
      tisock_set_error_from_bind (error, *error_number, "Could not listen on %s", where);
    }

  return fd;
}

static gboolean
add_listener (TisockServerSocket  *self,
              GSocketConnectable  *address,
              int                 *error_number,
              GError             **error)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  TisockListener *listener;
  int fd = bind_address (self, address, error_number, error);

  if (fd < 0)
    return FALSE;

  listener = tisock_listener_new (priv->reactor, G_OBJECT (self),
                                  &tisock_server_socket_listener_funcs, fd, error);
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
  TisockEndpoint endpoint;

  if (!tisock_server_socket_get_is_listening (self))
    return get_endpoint (self, address, &endpoint, error);

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
 * It is a [class@Gio.InetSocketAddress], or a [class@Gio.NetworkAddress] whose
 * host is an IP address or `localhost`; names are not looked up. With port 0 the
 * system chooses a port, another one for each address;
 * [method@ServerSocket.list_addresses] tells which.
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
  g_autoptr(GSocketAddress) address = NULL;
  TisockEndpoint endpoint;

  tisock_endpoint_get_local (&endpoint, fd);
  address = tisock_endpoint_to_address (&endpoint);
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
