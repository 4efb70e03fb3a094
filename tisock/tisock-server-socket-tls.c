/* tisock-server-socket-tls.c: servers whose connections are under TLS
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-easy-tcp-socket.h"
#include "tisock-server-socket-private.h"
#include "tisock-ssl-socket-private.h"

#define GET_PRIVATE(self) (tisock_server_socket_get_private (self))

const char *
tisock_server_socket_find_tls_fault (TisockServerSocket *self,
                                     TisockTCPSocket    *socket)
{
  if (GET_PRIVATE (self)->tls_settings == NULL || TISOCK_IS_SSL_SOCKET (socket))
    return NULL;

  return "the server has TLS settings, and it is no SSLSocket";
}

TisockTCPSocket *
tisock_server_socket_make_socket (TisockServerSocket *self)
{
  if (GET_PRIVATE (self)->tls_settings != NULL)
    return TISOCK_TCP_SOCKET (tisock_ssl_socket_new ());

  return g_object_new (TISOCK_TYPE_TCP_SOCKET, NULL);
}

void
tisock_server_socket_equip (TisockServerSocket *self,
                            TisockTCPSocket    *socket)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->tls_settings == NULL)
    return;

  /* Its default is no TLS, and nobody would notice. */
  if (TISOCK_IS_EASY_TCP_SOCKET (socket))
    tisock_ssl_socket_set_ssl_enabled (TISOCK_SSL_SOCKET (socket), TRUE);

  priv->tls_gate.maximum = tisock_tls_settings_get_maximum_handshakes (priv->tls_settings);
  tisock_ssl_socket_set_server_settings (TISOCK_SSL_SOCKET (socket), priv->tls_settings,
                                         &priv->tls_gate);
}

/**
 * tisock_server_socket_get_tls_settings: (get-property tls-settings)
 * @self: the server
 *
 * Gets what this server shows to its clients under TLS.
 *
 * Returns: (transfer none) (nullable): the settings; `NULL`: no TLS
 *
 * Since: 1.0
 */
TisockTlsSettings *
tisock_server_socket_get_tls_settings (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  return GET_PRIVATE (self)->tls_settings;
}

/**
 * tisock_server_socket_set_tls_settings: (set-property tls-settings)
 * @self: the server
 * @tls_settings: (nullable): the settings; `NULL`: no TLS
 *
 * Sets what this server shows to its clients under TLS.
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_tls_settings (TisockServerSocket *self,
                                       TisockTlsSettings  *tls_settings)
{
  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));
  g_return_if_fail (tls_settings == NULL || TISOCK_IS_TLS_SETTINGS (tls_settings));

  if (tisock_server_socket_check (self, G_STRFUNC) &&
      g_set_object (&GET_PRIVATE (self)->tls_settings, tls_settings))
    tisock_server_socket_notify (self, TISOCK_SERVER_PROP_TLS_SETTINGS);
}
