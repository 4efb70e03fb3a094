/* tisock-server-socket-settings.c: the properties of a ServerSocket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-local-address.h"
#include "tisock-server-socket-private.h"
#include "tisock-socket-error.h"
#include "tisock-texts.h"

#define GET_PRIVATE(self) (tisock_server_socket_get_private (self))

gboolean
tisock_server_socket_may_configure (TisockServerSocket *self,
                                    const char         *property)
{
  return !tisock_server_socket_get_is_listening (self) ||
         tisock_server_socket_misuse (self, NULL, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not set %s: the server is listening", property);
}

static GPtrArray *
parse_masks (const char *const  *texts,
             GError            **error)
{
  g_autoptr(GPtrArray) masks = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; texts[i] != NULL; i++)
    {
      GInetAddressMask *mask = g_inet_address_mask_new_from_string (texts[i], error);

      if (mask == NULL)
        return NULL;
      g_ptr_array_add (masks, mask);
    }

  return g_steal_pointer (&masks);
}

/* Sets the texts and their masks, or none of them. */
static void
set_peers (TisockServerSocket           *self,
           const char *const            *texts,
           const char                   *name,
           char                       ***place,
           GPtrArray                   **masks_place,
           TisockServerProperty          property)
{
  g_autoptr(GPtrArray) masks = NULL;
  g_autoptr(GError) reason = NULL;

  if (texts != NULL && texts[0] == NULL)
    texts = NULL;
  if (tisock_texts_are_equal (*place, texts))
    return;

  if (texts != NULL)
    masks = parse_masks (texts, &reason);

  if (reason != NULL)
    {
      tisock_server_socket_misuse (self, NULL, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                   "Could not set %s: %s", name, reason->message);
      return;
    }

  g_strfreev (*place);
  *place = g_strdupv ((char **) texts);
  g_clear_pointer (masks_place, g_ptr_array_unref);
  *masks_place = g_steal_pointer (&masks);
  tisock_server_socket_notify (self, property);
}

void
tisock_server_socket_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  TisockServerSocket *self = TISOCK_SERVER_SOCKET (object);

  switch ((TisockServerProperty) prop_id)
    {
    case TISOCK_SERVER_PROP_PORT:
      g_value_set_int (value, tisock_server_socket_get_port (self));
      break;

    case TISOCK_SERVER_PROP_ADDRESS:
      g_value_set_string (value, tisock_server_socket_get_address (self));
      break;

    case TISOCK_SERVER_PROP_LOCAL_ADDRESS:
      g_value_take_string (value, tisock_server_socket_get_local_address (self));
      break;

    case TISOCK_SERVER_PROP_NETWORK_INTERFACE:
      g_value_set_object (value, tisock_server_socket_get_network_interface (self));
      break;

    case TISOCK_SERVER_PROP_HANDLE:
      g_value_set_int (value, tisock_server_socket_get_handle (self));
      break;

    case TISOCK_SERVER_PROP_IS_LISTENING:
      g_value_set_boolean (value, tisock_server_socket_get_is_listening (self));
      break;

    case TISOCK_SERVER_PROP_STATE:
      g_value_set_enum (value, tisock_server_socket_get_state (self));
      break;

    case TISOCK_SERVER_PROP_LAST_ERROR_NUMBER:
      g_value_set_int (value, tisock_server_socket_get_last_error_number (self));
      break;

    case TISOCK_SERVER_PROP_MAXIMUM_SOCKETS_CONNECTED:
      g_value_set_uint (value, tisock_server_socket_get_maximum_sockets_connected (self));
      break;

    case TISOCK_SERVER_PROP_MINIMUM_SOCKETS_AVAILABLE:
      g_value_set_uint (value, tisock_server_socket_get_minimum_sockets_available (self));
      break;

    case TISOCK_SERVER_PROP_LISTEN_BACKLOG:
      g_value_set_uint (value, tisock_server_socket_get_listen_backlog (self));
      break;

    case TISOCK_SERVER_PROP_AUTO_ACCEPT:
      g_value_set_boolean (value, tisock_server_socket_get_auto_accept (self));
      break;

    case TISOCK_SERVER_PROP_OVERLOAD_POLICY:
      g_value_set_enum (value, tisock_server_socket_get_overload_policy (self));
      break;

    case TISOCK_SERVER_PROP_CONNECTIONS:
      g_value_set_object (value, tisock_server_socket_get_connections (self));
      break;

    case TISOCK_SERVER_PROP_N_CONNECTIONS:
      g_value_set_uint (value, tisock_server_socket_get_n_connections (self));
      break;

    case TISOCK_SERVER_PROP_ALLOWED_PEERS:
      g_value_set_boxed (value, tisock_server_socket_get_allowed_peers (self));
      break;

    case TISOCK_SERVER_PROP_BLOCKED_PEERS:
      g_value_set_boxed (value, tisock_server_socket_get_blocked_peers (self));
      break;

    case TISOCK_SERVER_PROP_SOCKET_MODE:
      g_value_set_uint (value, tisock_server_socket_get_socket_mode (self));
      break;

    case TISOCK_SERVER_PROP_SOCKET_USER:
      g_value_set_string (value, tisock_server_socket_get_socket_user (self));
      break;

    case TISOCK_SERVER_PROP_SOCKET_GROUP:
      g_value_set_string (value, tisock_server_socket_get_socket_group (self));
      break;

    case TISOCK_SERVER_PROP_TLS_SETTINGS:
      g_value_set_object (value, tisock_server_socket_get_tls_settings (self));
      break;

    case TISOCK_SERVER_N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

void
tisock_server_socket_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  TisockServerSocket *self = TISOCK_SERVER_SOCKET (object);

  switch ((TisockServerProperty) prop_id)
    {
    case TISOCK_SERVER_PROP_PORT:
      tisock_server_socket_set_port (self, g_value_get_int (value));
      break;

    case TISOCK_SERVER_PROP_ADDRESS:
      tisock_server_socket_set_address (self, g_value_get_string (value));
      break;

    case TISOCK_SERVER_PROP_NETWORK_INTERFACE:
      tisock_server_socket_set_network_interface (self, g_value_get_object (value));
      break;

    case TISOCK_SERVER_PROP_MAXIMUM_SOCKETS_CONNECTED:
      tisock_server_socket_set_maximum_sockets_connected (self, g_value_get_uint (value));
      break;

    case TISOCK_SERVER_PROP_MINIMUM_SOCKETS_AVAILABLE:
      tisock_server_socket_set_minimum_sockets_available (self, g_value_get_uint (value));
      break;

    case TISOCK_SERVER_PROP_LISTEN_BACKLOG:
      tisock_server_socket_set_listen_backlog (self, g_value_get_uint (value));
      break;

    case TISOCK_SERVER_PROP_AUTO_ACCEPT:
      tisock_server_socket_set_auto_accept (self, g_value_get_boolean (value));
      break;

    case TISOCK_SERVER_PROP_OVERLOAD_POLICY:
      tisock_server_socket_set_overload_policy (self, g_value_get_enum (value));
      break;

    case TISOCK_SERVER_PROP_ALLOWED_PEERS:
      tisock_server_socket_set_allowed_peers (self, g_value_get_boxed (value));
      break;

    case TISOCK_SERVER_PROP_BLOCKED_PEERS:
      tisock_server_socket_set_blocked_peers (self, g_value_get_boxed (value));
      break;

    case TISOCK_SERVER_PROP_SOCKET_MODE:
      tisock_server_socket_set_socket_mode (self, g_value_get_uint (value));
      break;

    case TISOCK_SERVER_PROP_SOCKET_USER:
      tisock_server_socket_set_socket_user (self, g_value_get_string (value));
      break;

    case TISOCK_SERVER_PROP_SOCKET_GROUP:
      tisock_server_socket_set_socket_group (self, g_value_get_string (value));
      break;

    case TISOCK_SERVER_PROP_TLS_SETTINGS:
      tisock_server_socket_set_tls_settings (self, g_value_get_object (value));
      break;

    case TISOCK_SERVER_PROP_LOCAL_ADDRESS:
    case TISOCK_SERVER_PROP_HANDLE:
    case TISOCK_SERVER_PROP_IS_LISTENING:
    case TISOCK_SERVER_PROP_STATE:
    case TISOCK_SERVER_PROP_LAST_ERROR_NUMBER:
    case TISOCK_SERVER_PROP_CONNECTIONS:
    case TISOCK_SERVER_PROP_N_CONNECTIONS:
    case TISOCK_SERVER_N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

void
tisock_server_socket_install_properties (GObjectClass  *object_class,
                                         GParamSpec   **properties)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  /**
   * TisockServerSocket:port: (getter get_port) (setter set_port)
   *
   * The port to listen on.
   *
   * While the server is listening it reads the port that is in fact bound: for 0,
   * the one the system chose. Any number can be set, while the server is not
   * listening; [method@ServerSocket.listen] answers
   * [error@Tisock.SocketError.INVALID_PORT] outside 0 to 65535. Xojo's
   * `ServerSocket.Port`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_PORT] =
    g_param_spec_int ("port", NULL, NULL, G_MININT, G_MAXINT, 0, writable);

  /**
   * TisockServerSocket:address: (getter get_address) (setter set_address)
   *
   * The local IP address to listen on, or `NULL` for all interfaces.
   *
   * All interfaces means both families. An address means exactly itself. Can be set
   * while the server is not listening; [property@ServerSocket:network-interface]
   * goes first. For further addresses there is [method@ServerSocket.add_address].
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_ADDRESS] =
    g_param_spec_string ("address", NULL, NULL, NULL, writable);

  /**
   * TisockServerSocket:local-address: (getter get_local_address)
   *
   * The local IP address in use, or the name of a Unix socket.
   *
   * That is the address the server listens on, or did last: `::` for all interfaces
   * of both families, a path, or `@` and an abstract name. Before the first time it
   * is the address of [property@ServerSocket:network-interface], or else one of the
   * machine's own. Xojo's `ServerSocket.LocalAddress`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_LOCAL_ADDRESS] =
    g_param_spec_string ("local-address", NULL, NULL, NULL, readable);

  /**
   * TisockServerSocket:network-interface: (getter get_network_interface)
   *   (setter set_network_interface)
   *
   * The network interface to listen on, or `NULL` for any.
   *
   * Can be set while the server is not listening. Xojo's
   * `ServerSocket.NetworkInterface`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_NETWORK_INTERFACE] =
    g_param_spec_object ("network-interface", NULL, NULL, TISOCK_TYPE_NETWORK_INTERFACE, writable);

  /**
   * TisockServerSocket:handle: (getter get_handle)
   *
   * The file descriptor that listens, or -1 while there is none.
   *
   * It stays the server's: do not close it. Xojo's `ServerSocket.Handle`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_HANDLE] =
    g_param_spec_int ("handle", NULL, NULL, -1, G_MAXINT, -1, readable);

  /**
   * TisockServerSocket:is-listening: (getter get_is_listening)
   *
   * Whether the server is listening.
   *
   * Xojo's `ServerSocket.IsListening`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_IS_LISTENING] =
    g_param_spec_boolean ("is-listening", NULL, NULL, FALSE, readable);

  /**
   * TisockServerSocket:state: (getter get_state)
   *
   * Where the server is in its life.
   *
   * It is never `TISOCK_SOCKET_STATE_CONNECTING` or
   * `TISOCK_SOCKET_STATE_CONNECTED`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, TISOCK_TYPE_SOCKET_STATE,
                       TISOCK_SOCKET_STATE_INITIALIZED, readable);

  /**
   * TisockServerSocket:last-error-number: (getter get_last_error_number)
   *
   * The number of the last failure, or 0.
   *
   * As [property@SocketCore:last-error-number].
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_LAST_ERROR_NUMBER] =
    g_param_spec_int ("last-error-number", NULL, NULL, G_MININT, G_MAXINT, 0, readable);

  /**
   * TisockServerSocket:maximum-sockets-connected: (getter get_maximum_sockets_connected)
   *   (setter set_maximum_sockets_connected)
   *
   * How many connections there may be at a time.
   *
   * At the maximum [property@ServerSocket:overload-policy] says what becomes of
   * further peers. Lowering it ends no connection. The default is 0, no limit.
   * Xojo's `ServerSocket.MaximumSocketsConnected`, whose default is 10.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_MAXIMUM_SOCKETS_CONNECTED] =
    g_param_spec_uint ("maximum-sockets-connected", NULL, NULL, 0, G_MAXUINT, 0, writable);

  /**
   * TisockServerSocket:minimum-sockets-available: (getter get_minimum_sockets_available)
   *   (setter set_minimum_sockets_available)
   *
   * How many sockets are kept ready for new connections.
   *
   * They are made by [signal@ServerSocket::add-socket] while the server is
   * listening, and do not count as connections. The default is 0: they are made
   * when a peer connects. Xojo's `ServerSocket.MinimumSocketsAvailable`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_MINIMUM_SOCKETS_AVAILABLE] =
    g_param_spec_uint ("minimum-sockets-available", NULL, NULL, 0, G_MAXUINT, 0, writable);

  /**
   * TisockServerSocket:listen-backlog: (getter get_listen_backlog) (setter set_listen_backlog)
   *
   * How many peers the system lets wait to be accepted.
   *
   * The default is 0, the system's maximum. Can be set while the server is not
   * listening. Titanium's `listenQueueSize`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_LISTEN_BACKLOG] =
    g_param_spec_uint ("listen-backlog", NULL, NULL, 0, G_MAXUINT, 0, writable);

  /**
   * TisockServerSocket:auto-accept: (getter get_auto_accept) (setter set_auto_accept)
   *
   * Whether every peer is accepted.
   *
   * If `FALSE`, each call of [method@ServerSocket.accept] accepts one. The default
   * is `TRUE`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_AUTO_ACCEPT] =
    g_param_spec_boolean ("auto-accept", NULL, NULL, TRUE, writable);

  /**
   * TisockServerSocket:overload-policy: (getter get_overload_policy) (setter set_overload_policy)
   *
   * What becomes of peers that there is no room for.
   *
   * At [property@ServerSocket:maximum-sockets-connected] and when descriptors run
   * out alike. The default is `TISOCK_OVERLOAD_POLICY_PAUSE`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_OVERLOAD_POLICY] =
    g_param_spec_enum ("overload-policy", NULL, NULL, TISOCK_TYPE_OVERLOAD_POLICY,
                       TISOCK_OVERLOAD_POLICY_PAUSE, writable);

  /**
   * TisockServerSocket:connections: (getter get_connections)
   *
   * The connections, as a list of [class@TCPSocket].
   *
   * In no particular order; each leaves the list when it ends, before its
   * [signal@SocketCore::closed]. Xojo's `ServerSocket.ActiveConnections`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_CONNECTIONS] =
    g_param_spec_object ("connections", NULL, NULL, G_TYPE_LIST_MODEL, readable);

  /**
   * TisockServerSocket:n-connections: (getter get_n_connections)
   *
   * How many connections there are.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_N_CONNECTIONS] =
    g_param_spec_uint ("n-connections", NULL, NULL, 0, G_MAXUINT, 0, readable);

  /**
   * TisockServerSocket:allowed-peers: (getter get_allowed_peers) (setter set_allowed_peers)
   *
   * Which peers may connect, or `NULL` for all.
   *
   * IP addresses and networks such as `10.0.0.0/8` or `fd00::/8`. A peer that is
   * not in the list is closed at once, before a socket is made for it, and
   * announced by [signal@ServerSocket::dropped]. A list with a text that is
   * neither is refused with [error@Tisock.SocketError.INVALID_STATE]. Peers of Unix
   * sockets have no such address and are not concerned: whether they may connect
   * the path's mode says.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_ALLOWED_PEERS] =
    g_param_spec_boxed ("allowed-peers", NULL, NULL, G_TYPE_STRV, writable);

  /**
   * TisockServerSocket:blocked-peers: (getter get_blocked_peers) (setter set_blocked_peers)
   *
   * Which peers may not connect, or `NULL` for none.
   *
   * As [property@ServerSocket:allowed-peers], over which it goes.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_BLOCKED_PEERS] =
    g_param_spec_boxed ("blocked-peers", NULL, NULL, G_TYPE_STRV, writable);

  /**
   * TisockServerSocket:socket-mode: (getter get_socket_mode) (setter set_socket_mode)
   *
   * The mode that the paths of Unix sockets get, for instance `0660`.
   *
   * Who may write to the path may connect. It is in effect before anybody can. The
   * default is 0, whatever the process's umask leaves of `0777`. Can be set while
   * the server is not listening; more than `0777` is refused with
   * [error@Tisock.SocketError.INVALID_STATE]. Abstract names have no mode: everybody
   * may connect. The `SocketMode` of systemd.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_SOCKET_MODE] =
    g_param_spec_uint ("socket-mode", NULL, NULL, 0, G_MAXUINT, 0, writable);

  /**
   * TisockServerSocket:socket-user: (getter get_socket_user) (setter set_socket_user)
   *
   * The owner that the paths of Unix sockets get, or `NULL` for the process's user.
   *
   * A name or a number. The program needs the privilege; without it, or if there is
   * no such user, listening fails. Can be set while the server is not listening. The
   * `SocketUser` of systemd.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_SOCKET_USER] =
    g_param_spec_string ("socket-user", NULL, NULL, NULL, writable);

  /**
   * TisockServerSocket:socket-group: (getter get_socket_group) (setter set_socket_group)
   *
   * The group that the paths of Unix sockets get, or `NULL` for the process's group.
   *
   * A name or a number. The program has to be in the group, or to be privileged;
   * otherwise, or if there is no such group, listening fails. Can be set while the
   * server is not listening. The `SocketGroup` of systemd.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_SOCKET_GROUP] =
    g_param_spec_string ("socket-group", NULL, NULL, NULL, writable);

  /**
   * TisockServerSocket:tls-settings: (getter get_tls_settings) (setter set_tls_settings)
   *
   * What this server shows to its clients, and wants of them, under TLS.
   *
   * With it the connections are [class@SSLSocket]s, and begin with a TLS handshake.
   * [signal@ServerSocket::accepted] comes when that is done; a peer with whom it
   * fails is `TISOCK_DROP_REASON_HANDSHAKE` of [signal@ServerSocket::dropped]. What
   * [signal@ServerSocket::add-socket] gives has to be of that class, or is refused: a
   * socket with a certificate of its own goes by its own properties, and one whose
   * [property@SSLSocket:ssl-enabled] is `FALSE` begins with TLS when
   * [method@SSLSocket.start_tls] is called; that of an [class@EasyTCPSocket], which is so
   * at first, is set.
   *
   * Counts for connections that come from then on, as do changes of the settings.
   * The default is `NULL`: no TLS.
   *
   * Since: 1.0
   */
  properties[TISOCK_SERVER_PROP_TLS_SETTINGS] =
    g_param_spec_object ("tls-settings", NULL, NULL, TISOCK_TYPE_TLS_SETTINGS, writable);

  g_object_class_install_properties (object_class, TISOCK_SERVER_N_PROPS, properties);
}

/**
 * tisock_server_socket_get_port: (get-property port)
 * @self: the server
 *
 * Gets the port to listen on.
 *
 * Returns: the port
 *
 * Since: 1.0
 */
int
tisock_server_socket_get_port (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), 0);

  priv = GET_PRIVATE (self);

  return tisock_server_socket_get_is_listening (self) ? priv->local.port : priv->port;
}

/**
 * tisock_server_socket_set_port: (set-property port)
 * @self: the server
 * @port: the port
 *
 * Sets the port to listen on.
 *
 * While the server is listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@ServerSocket::error].
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_port (TisockServerSocket *self,
                               int                 port)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_server_socket_check (self, G_STRFUNC) ||
      priv->port == port ||
      !tisock_server_socket_may_configure (self, "port"))
    return;

  priv->port = port;
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_PORT);
}

/**
 * tisock_server_socket_get_address: (get-property address)
 * @self: the server
 *
 * Gets the local IP address to listen on.
 *
 * Returns: (nullable): the address, or `NULL` for all interfaces
 *
 * Since: 1.0
 */
const char *
tisock_server_socket_get_address (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  return GET_PRIVATE (self)->address;
}

/**
 * tisock_server_socket_set_address: (set-property address)
 * @self: the server
 * @address: (nullable): the address, or `NULL` for all interfaces
 *
 * Sets the local IP address to listen on.
 *
 * While the server is listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@ServerSocket::error].
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_address (TisockServerSocket *self,
                                  const char         *address)
{
  TisockServerSocketPrivate *priv;
  char *copy;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_server_socket_check (self, G_STRFUNC) || g_strcmp0 (priv->address, address) == 0 ||
      !tisock_server_socket_may_configure (self, "address"))
    return;

  copy = g_strdup (address);
  g_free (priv->address);
  priv->address = copy;
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_ADDRESS);
}

/**
 * tisock_server_socket_get_local_address: (get-property local-address)
 * @self: the server
 *
 * Gets the local IP address in use, or the name of a Unix socket.
 *
 * Returns: (transfer full): the address as text
 *
 * Since: 1.0
 */
char *
tisock_server_socket_get_local_address (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  priv = GET_PRIVATE (self);
  if (tisock_endpoint_is_unix (&priv->local))
    return g_strdup (priv->local_name);
  if (tisock_endpoint_is_set (&priv->local))
    return tisock_endpoint_dup_text (&priv->local);

  return tisock_local_address_dup_own (priv->network_interface);
}

/**
 * tisock_server_socket_get_network_interface: (get-property network-interface)
 * @self: the server
 *
 * Gets the network interface to listen on.
 *
 * Returns: (nullable) (transfer none): the interface, or `NULL` for any
 *
 * Since: 1.0
 */
TisockNetworkInterface *
tisock_server_socket_get_network_interface (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  return GET_PRIVATE (self)->network_interface;
}

/**
 * tisock_server_socket_set_network_interface: (set-property network-interface)
 * @self: the server
 * @network_interface: (nullable): the interface, or `NULL` for any
 *
 * Sets the network interface to listen on.
 *
 * While the server is listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@ServerSocket::error].
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_network_interface (TisockServerSocket     *self,
                                            TisockNetworkInterface *network_interface)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));
  g_return_if_fail (network_interface == NULL || TISOCK_IS_NETWORK_INTERFACE (network_interface));

  priv = GET_PRIVATE (self);
  if (!tisock_server_socket_check (self, G_STRFUNC) ||
      priv->network_interface == network_interface ||
      !tisock_server_socket_may_configure (self, "network-interface"))
    return;

  g_set_object (&priv->network_interface, network_interface);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_NETWORK_INTERFACE);
}

/**
 * tisock_server_socket_get_handle: (get-property handle)
 * @self: the server
 *
 * Gets the file descriptor that listens.
 *
 * Returns: the descriptor, or -1 if the server is not listening
 *
 * Since: 1.0
 */
int
tisock_server_socket_get_handle (TisockServerSocket *self)
{
  GPtrArray *listeners;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), -1);

  listeners = GET_PRIVATE (self)->listeners;

  return listeners->len > 0 ? tisock_listener_get_fd (g_ptr_array_index (listeners, 0)) : -1;
}

/**
 * tisock_server_socket_get_is_listening: (get-property is-listening)
 * @self: the server
 *
 * Gets whether the server is listening.
 *
 * Returns: whether peers can connect
 *
 * Since: 1.0
 */
gboolean
tisock_server_socket_get_is_listening (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->state == TISOCK_SOCKET_STATE_LISTENING;
}

/**
 * tisock_server_socket_get_state: (get-property state)
 * @self: the server
 *
 * Gets where the server is in its life.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
TisockSocketState
tisock_server_socket_get_state (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), TISOCK_SOCKET_STATE_INITIALIZED);

  return GET_PRIVATE (self)->state;
}

/**
 * tisock_server_socket_get_last_error_number: (get-property last-error-number)
 * @self: the server
 *
 * Gets the number of the last failure.
 *
 * Returns: the number, or 0 if nothing has failed since listening began
 *
 * Since: 1.0
 */
int
tisock_server_socket_get_last_error_number (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), 0);

  return GET_PRIVATE (self)->last_error_number;
}

/**
 * tisock_server_socket_get_maximum_sockets_connected: (get-property maximum-sockets-connected)
 * @self: the server
 *
 * Gets how many connections there may be at a time.
 *
 * Returns: a number of connections, or 0 for no limit
 *
 * Since: 1.0
 */
guint
tisock_server_socket_get_maximum_sockets_connected (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), 0);

  return GET_PRIVATE (self)->maximum_sockets_connected;
}

/**
 * tisock_server_socket_set_maximum_sockets_connected: (set-property maximum-sockets-connected)
 * @self: the server
 * @maximum_sockets_connected: a number of connections, or 0 for no limit
 *
 * Sets how many connections there may be at a time.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_maximum_sockets_connected (TisockServerSocket *self,
                                                    guint               maximum_sockets_connected)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_server_socket_check (self, G_STRFUNC) ||
      priv->maximum_sockets_connected == maximum_sockets_connected)
    return;

  priv->maximum_sockets_connected = maximum_sockets_connected;
  tisock_server_socket_update_listeners (self);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_MAXIMUM_SOCKETS_CONNECTED);
}

/**
 * tisock_server_socket_get_minimum_sockets_available: (get-property minimum-sockets-available)
 * @self: the server
 *
 * Gets how many sockets are kept ready for new connections.
 *
 * Returns: a number of sockets
 *
 * Since: 1.0
 */
guint
tisock_server_socket_get_minimum_sockets_available (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), 0);

  return GET_PRIVATE (self)->minimum_sockets_available;
}

/**
 * tisock_server_socket_set_minimum_sockets_available: (set-property minimum-sockets-available)
 * @self: the server
 * @minimum_sockets_available: a number of sockets
 *
 * Sets how many sockets are kept ready for new connections.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_minimum_sockets_available (TisockServerSocket *self,
                                                    guint               minimum_sockets_available)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_server_socket_check (self, G_STRFUNC) ||
      priv->minimum_sockets_available == minimum_sockets_available)
    return;

  priv->minimum_sockets_available = minimum_sockets_available;
  tisock_slot_queue (&priv->slot);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_MINIMUM_SOCKETS_AVAILABLE);
}

/**
 * tisock_server_socket_get_listen_backlog: (get-property listen-backlog)
 * @self: the server
 *
 * Gets how many peers the system lets wait.
 *
 * Returns: a number of peers, or 0 for the system's maximum
 *
 * Since: 1.0
 */
guint
tisock_server_socket_get_listen_backlog (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), 0);

  return GET_PRIVATE (self)->listen_backlog;
}

/**
 * tisock_server_socket_set_listen_backlog: (set-property listen-backlog)
 * @self: the server
 * @listen_backlog: a number of peers, or 0 for the system's maximum
 *
 * Sets how many peers the system lets wait.
 *
 * While the server is listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@ServerSocket::error].
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_listen_backlog (TisockServerSocket *self,
                                         guint               listen_backlog)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_server_socket_check (self, G_STRFUNC) ||
      priv->listen_backlog == listen_backlog ||
      !tisock_server_socket_may_configure (self, "listen-backlog"))
    return;

  priv->listen_backlog = listen_backlog;
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_LISTEN_BACKLOG);
}

/**
 * tisock_server_socket_get_auto_accept: (get-property auto-accept)
 * @self: the server
 *
 * Gets whether every peer is accepted.
 *
 * Returns: whether every peer is accepted
 *
 * Since: 1.0
 */
gboolean
tisock_server_socket_get_auto_accept (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->auto_accept;
}

/**
 * tisock_server_socket_set_auto_accept: (set-property auto-accept)
 * @self: the server
 * @auto_accept: whether every peer is accepted
 *
 * Sets whether every peer is accepted.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_auto_accept (TisockServerSocket *self,
                                      gboolean            auto_accept)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  auto_accept = auto_accept != FALSE;
  if (!tisock_server_socket_check (self, G_STRFUNC) ||
      priv->auto_accept == auto_accept)
    return;

  priv->auto_accept = auto_accept;
  tisock_server_socket_update_listeners (self);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_AUTO_ACCEPT);
}

/**
 * tisock_server_socket_get_overload_policy: (get-property overload-policy)
 * @self: the server
 *
 * Gets what becomes of peers that there is no room for.
 *
 * Returns: the policy
 *
 * Since: 1.0
 */
TisockOverloadPolicy
tisock_server_socket_get_overload_policy (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), TISOCK_OVERLOAD_POLICY_PAUSE);

  return GET_PRIVATE (self)->overload_policy;
}

/**
 * tisock_server_socket_set_overload_policy: (set-property overload-policy)
 * @self: the server
 * @overload_policy: the policy
 *
 * Sets what becomes of peers that there is no room for.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_overload_policy (TisockServerSocket   *self,
                                          TisockOverloadPolicy  overload_policy)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_server_socket_check (self, G_STRFUNC) ||
      priv->overload_policy == overload_policy)
    return;

  priv->overload_policy = overload_policy;
  tisock_server_socket_update_listeners (self);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_OVERLOAD_POLICY);
}

/**
 * tisock_server_socket_get_connections: (get-property connections)
 * @self: the server
 *
 * Gets the connections.
 *
 * Returns: (transfer none): a list of [class@TCPSocket]
 *
 * Since: 1.0
 */
GListModel *
tisock_server_socket_get_connections (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  return G_LIST_MODEL (GET_PRIVATE (self)->connections);
}

/**
 * tisock_server_socket_get_n_connections: (get-property n-connections)
 * @self: the server
 *
 * Gets how many connections there are.
 *
 * Returns: a number of connections
 *
 * Since: 1.0
 */
guint
tisock_server_socket_get_n_connections (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), 0);

  return tisock_connection_list_get_length (GET_PRIVATE (self)->connections);
}

/**
 * tisock_server_socket_get_allowed_peers: (get-property allowed-peers)
 * @self: the server
 *
 * Gets which peers may connect.
 *
 * Returns: (nullable) (transfer none) (array zero-terminated=1): addresses and
 *   networks, or `NULL` for all
 *
 * Since: 1.0
 */
const char * const *
tisock_server_socket_get_allowed_peers (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  return (const char *const *) GET_PRIVATE (self)->allowed_peers;
}

/**
 * tisock_server_socket_set_allowed_peers: (set-property allowed-peers)
 * @self: the server
 * @allowed_peers: (nullable) (array zero-terminated=1): addresses and networks, or `NULL` for all
 *
 * Sets which peers may connect.
 *
 * Takes effect for the peers that connect from now on.
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_allowed_peers (TisockServerSocket *self,
                                        const char *const  *allowed_peers)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (tisock_server_socket_check (self, G_STRFUNC))
    set_peers (self, allowed_peers, "allowed-peers",
               &priv->allowed_peers, &priv->allowed_masks, TISOCK_SERVER_PROP_ALLOWED_PEERS);
}

/**
 * tisock_server_socket_get_blocked_peers: (get-property blocked-peers)
 * @self: the server
 *
 * Gets which peers may not connect.
 *
 * Returns: (nullable) (transfer none) (array zero-terminated=1): addresses and
 *   networks, or `NULL` for none
 *
 * Since: 1.0
 */
const char * const *
tisock_server_socket_get_blocked_peers (TisockServerSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), NULL);

  return (const char *const *) GET_PRIVATE (self)->blocked_peers;
}

/**
 * tisock_server_socket_set_blocked_peers: (set-property blocked-peers)
 * @self: the server
 * @blocked_peers: (nullable) (array zero-terminated=1): addresses and networks, or `NULL` for none
 *
 * Sets which peers may not connect.
 *
 * Takes effect for the peers that connect from now on.
 *
 * Since: 1.0
 */
void
tisock_server_socket_set_blocked_peers (TisockServerSocket *self,
                                        const char *const  *blocked_peers)
{
  TisockServerSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (tisock_server_socket_check (self, G_STRFUNC))
    set_peers (self, blocked_peers, "blocked-peers",
               &priv->blocked_peers, &priv->blocked_masks, TISOCK_SERVER_PROP_BLOCKED_PEERS);
}
