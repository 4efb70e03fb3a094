/* tisock-tcp-socket-destination.c: what a TCPSocket is connected to
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-tcp-socket-private.h"

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

GSocketConnectable *
tisock_tcp_socket_dup_destination (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  int port = tisock_socket_core_get_port (TISOCK_SOCKET_CORE (self));

  if (priv->extras != NULL && priv->extras->connectable != NULL)
    return g_object_ref (priv->extras->connectable);

  return priv->address != NULL ? g_network_address_new (priv->address, (guint16) port) : NULL;
}

/**
 * tisock_tcp_socket_get_connectable: (get-property connectable)
 * @self: the socket
 *
 * Gets what to connect to instead of the address and port.
 *
 * Returns: (transfer none) (nullable): the connectable; `NULL` if there is none
 *
 * Since: 1.0
 */
GSocketConnectable *
tisock_tcp_socket_get_connectable (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);

  priv = GET_PRIVATE (self);

  return priv->extras != NULL ? priv->extras->connectable : NULL;
}

/**
 * tisock_tcp_socket_set_connectable: (set-property connectable)
 * @self: the socket
 * @connectable: (nullable): what to connect to; `NULL`: the address and port
 *
 * Sets what to connect to instead of the address and port.
 *
 * While the socket is connecting, connected or listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_connectable (TisockTCPSocket    *self,
                                   GSocketConnectable *connectable)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (connectable == NULL || G_IS_SOCKET_CONNECTABLE (connectable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      tisock_tcp_socket_get_connectable (self) == connectable ||
      !tisock_socket_core_may_configure (TISOCK_SOCKET_CORE (self), "connectable"))
    return;

  g_set_object (&tisock_tcp_socket_ensure_extras (self)->connectable, connectable);
  tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_CONNECTABLE);
}

/**
 * tisock_tcp_socket_get_proxy_resolver: (get-property proxy-resolver)
 * @self: the socket
 *
 * Gets whom to ask which proxies to go through.
 *
 * Returns: (transfer none) (nullable): the resolver; `NULL`: connect directly
 *
 * Since: 1.0
 */
GProxyResolver *
tisock_tcp_socket_get_proxy_resolver (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);

  priv = GET_PRIVATE (self);

  return priv->extras != NULL ? priv->extras->proxy_resolver : NULL;
}

/**
 * tisock_tcp_socket_set_proxy_resolver: (set-property proxy-resolver)
 * @self: the socket
 * @proxy_resolver: (nullable): the resolver; `NULL`: connect directly
 *
 * Sets whom to ask which proxies to go through, from the next opening on.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_proxy_resolver (TisockTCPSocket *self,
                                      GProxyResolver  *proxy_resolver)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));
  g_return_if_fail (proxy_resolver == NULL || G_IS_PROXY_RESOLVER (proxy_resolver));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      tisock_tcp_socket_get_proxy_resolver (self) == proxy_resolver)
    return;

  g_set_object (&tisock_tcp_socket_ensure_extras (self)->proxy_resolver, proxy_resolver);
  tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_PROXY_RESOLVER);
}
