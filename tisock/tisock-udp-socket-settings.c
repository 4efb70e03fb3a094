/* tisock-udp-socket-settings.c: the properties of a UDPSocket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-udp-socket-private.h"

#define GET_PRIVATE(self) (tisock_udp_socket_get_private (self))

static gboolean
may_configure (TisockUDPSocket *self,
               const char      *property)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);

  return tisock_socket_core_check (core, G_STRFUNC) &&
         tisock_socket_core_may_configure (core, property);
}

void
tisock_udp_socket_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  TisockUDPSocket *self = TISOCK_UDP_SOCKET (object);

  switch ((TisockUDPProperty) prop_id)
    {
    case TISOCK_UDP_PROP_PEER_ADDRESS:
      g_value_set_string (value, tisock_udp_socket_get_peer_address (self));
      break;

    case TISOCK_UDP_PROP_PEER_PORT:
      g_value_set_int (value, tisock_udp_socket_get_peer_port (self));
      break;

    case TISOCK_UDP_PROP_SHARE_PORT:
      g_value_set_boolean (value, tisock_udp_socket_get_share_port (self));
      break;

    case TISOCK_UDP_PROP_RECEIVE_DETAILS:
      g_value_set_boolean (value, tisock_udp_socket_get_receive_details (self));
      break;

    case TISOCK_UDP_PROP_PACKETS_AVAILABLE:
      g_value_set_uint64 (value, tisock_udp_socket_get_packets_available (self));
      break;

    case TISOCK_UDP_PROP_PACKETS_LEFT_TO_SEND:
      g_value_set_uint64 (value, tisock_udp_socket_get_packets_left_to_send (self));
      break;

    case TISOCK_UDP_PROP_PACKETS_MISSED:
      g_value_set_uint64 (value, tisock_udp_socket_get_packets_missed (self));
      break;

    case TISOCK_UDP_PROP_PACKETS_UNSENT:
      g_value_set_uint64 (value, tisock_udp_socket_get_packets_unsent (self));
      break;

    case TISOCK_UDP_PROP_RECEIVE_LIMIT:
      g_value_set_uint64 (value, tisock_udp_socket_get_receive_limit (self));
      break;

    case TISOCK_UDP_PROP_SEND_LIMIT:
      g_value_set_uint64 (value, tisock_udp_socket_get_send_limit (self));
      break;

    case TISOCK_UDP_PROP_SEND_MAXIMUM:
      g_value_set_uint64 (value, tisock_udp_socket_get_send_maximum (self));
      break;

    case TISOCK_UDP_PROP_NEEDS_DRAIN:
      g_value_set_boolean (value, tisock_udp_socket_get_needs_drain (self));
      break;

    case TISOCK_UDP_PROP_ROUTER_HOPS:
      g_value_set_uint (value, tisock_udp_socket_get_router_hops (self));
      break;

    case TISOCK_UDP_PROP_SEND_TO_SELF:
      g_value_set_boolean (value, tisock_udp_socket_get_send_to_self (self));
      break;

    case TISOCK_UDP_PROP_MULTICAST_INTERFACE:
      g_value_set_object (value, tisock_udp_socket_get_multicast_interface (self));
      break;

    case TISOCK_UDP_PROP_BROADCAST_ADDRESS:
      g_value_take_string (value, tisock_udp_socket_get_broadcast_address (self));
      break;

    case TISOCK_UDP_N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

void
tisock_udp_socket_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  TisockUDPSocket *self = TISOCK_UDP_SOCKET (object);

  switch ((TisockUDPProperty) prop_id)
    {
    case TISOCK_UDP_PROP_PEER_ADDRESS:
      tisock_udp_socket_set_peer_address (self, g_value_get_string (value));
      break;

    case TISOCK_UDP_PROP_PEER_PORT:
      tisock_udp_socket_set_peer_port (self, g_value_get_int (value));
      break;

    case TISOCK_UDP_PROP_SHARE_PORT:
      tisock_udp_socket_set_share_port (self, g_value_get_boolean (value));
      break;

    case TISOCK_UDP_PROP_RECEIVE_DETAILS:
      tisock_udp_socket_set_receive_details (self, g_value_get_boolean (value));
      break;

    case TISOCK_UDP_PROP_RECEIVE_LIMIT:
      tisock_udp_socket_set_receive_limit (self, g_value_get_uint64 (value));
      break;

    case TISOCK_UDP_PROP_SEND_LIMIT:
      tisock_udp_socket_set_send_limit (self, g_value_get_uint64 (value));
      break;

    case TISOCK_UDP_PROP_SEND_MAXIMUM:
      tisock_udp_socket_set_send_maximum (self, g_value_get_uint64 (value));
      break;

    case TISOCK_UDP_PROP_ROUTER_HOPS:
      tisock_udp_socket_set_router_hops (self, g_value_get_uint (value));
      break;

    case TISOCK_UDP_PROP_SEND_TO_SELF:
      tisock_udp_socket_set_send_to_self (self, g_value_get_boolean (value));
      break;

    case TISOCK_UDP_PROP_MULTICAST_INTERFACE:
      tisock_udp_socket_set_multicast_interface (self, g_value_get_object (value));
      break;

    case TISOCK_UDP_PROP_PACKETS_AVAILABLE:
    case TISOCK_UDP_PROP_PACKETS_LEFT_TO_SEND:
    case TISOCK_UDP_PROP_PACKETS_MISSED:
    case TISOCK_UDP_PROP_PACKETS_UNSENT:
    case TISOCK_UDP_PROP_NEEDS_DRAIN:
    case TISOCK_UDP_PROP_BROADCAST_ADDRESS:
    case TISOCK_UDP_N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

void
tisock_udp_socket_install_properties (GObjectClass  *object_class,
                                      GParamSpec   **properties)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  /**
   * TisockUDPSocket:peer-address: (getter get_peer_address) (setter set_peer_address)
   *
   * The name or IP address of the only peer, or `NULL` for any number of them.
   *
   * Set before the socket is opened, it lets in what comes from this address and
   * [property@UDPSocket:peer-port] only, and datagrams without an address are for
   * it. If nobody listens there, that is reported after the first datagram as
   * [error@Gio.IOErrorEnum.CONNECTION_REFUSED].
   *
   * A name is looked up by [method@SocketCore.open], which returns before that is
   * done: the socket is connecting until then. Can be set while the socket is
   * neither connecting nor connected.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_PEER_ADDRESS] =
    g_param_spec_string ("peer-address", NULL, NULL, NULL, writable);

  /**
   * TisockUDPSocket:peer-port: (getter get_peer_port) (setter set_peer_port)
   *
   * The port of [property@UDPSocket:peer-address].
   *
   * Any number can be set, while the socket is neither connecting nor connected;
   * opening answers [error@Tisock.SocketError.INVALID_PORT] outside 1 to 65535.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_PEER_PORT] =
    g_param_spec_int ("peer-port", NULL, NULL, G_MININT, G_MAXINT, 0, writable);

  /**
   * TisockUDPSocket:share-port: (getter get_share_port) (setter set_share_port)
   *
   * Whether other sockets may be bound to the same port.
   *
   * All of them have to agree. Each of them then gets what is sent to a group that
   * it has joined and, in most systems, to a broadcast address, but only one, as
   * the system likes, what is sent to an address of this machine. Can be set while
   * the socket is neither connecting nor connected. The default is `FALSE`.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_SHARE_PORT] =
    g_param_spec_boolean ("share-port", NULL, NULL, FALSE, writable);

  /**
   * TisockUDPSocket:receive-details: (getter get_receive_details) (setter set_receive_details)
   *
   * Whether datagrams that come tell how.
   *
   * Then [method@Datagram.get_local_address], [method@Datagram.get_interface_index],
   * [method@Datagram.get_router_hops] and [method@Datagram.get_ecn] have answers,
   * which costs a little for each datagram. The default is `FALSE`.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_RECEIVE_DETAILS] =
    g_param_spec_boolean ("receive-details", NULL, NULL, FALSE, writable);

  /**
   * TisockUDPSocket:packets-available: (getter get_packets_available)
   *
   * How many datagrams the receive buffer holds.
   *
   * Xojo's `UDPSocket.PacketsAvailable`.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_PACKETS_AVAILABLE] =
    g_param_spec_uint64 ("packets-available", NULL, NULL, 0, G_MAXUINT64, 0, readable);

  /**
   * TisockUDPSocket:packets-left-to-send: (getter get_packets_left_to_send)
   *
   * How many datagrams are queued for sending.
   *
   * Xojo's `UDPSocket.PacketsLeftToSend`.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_PACKETS_LEFT_TO_SEND] =
    g_param_spec_uint64 ("packets-left-to-send", NULL, NULL, 0, G_MAXUINT64, 0, readable);

  /**
   * TisockUDPSocket:packets-missed: (getter get_packets_missed)
   *
   * How many datagrams have come in vain.
   *
   * They arrived at this machine while the system had no room for them, mostly
   * because the program did not read, or were damaged. Counts from the opening of
   * the socket, and is looked at when it is read; notifications follow with the
   * next datagram that comes. Always 0 where the system does not tell, which Linux
   * does.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_PACKETS_MISSED] =
    g_param_spec_uint64 ("packets-missed", NULL, NULL, 0, G_MAXUINT64, 0, readable);

  /**
   * TisockUDPSocket:packets-unsent: (getter get_packets_unsent)
   *
   * How many datagrams could not be sent.
   *
   * The system refused them, or their name was not found, which was emitted by
   * [signal@SocketCore::error] each time. Counts from the opening of the socket.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_PACKETS_UNSENT] =
    g_param_spec_uint64 ("packets-unsent", NULL, NULL, 0, G_MAXUINT64, 0, readable);

  /**
   * TisockUDPSocket:receive-limit: (getter get_receive_limit) (setter set_receive_limit)
   *
   * How many bytes the receive buffer takes before reading pauses.
   *
   * Each datagram counts with its data and about a hundred bytes more. Reading
   * goes on by itself when the buffer is down to half of it. While it is paused the
   * system's buffer takes what comes, and then drops it, which
   * [property@UDPSocket:packets-missed] counts. The default is 1 MiB; 0 is no limit.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_RECEIVE_LIMIT] =
    g_param_spec_uint64 ("receive-limit", NULL, NULL, 0, G_MAXUINT64, TISOCK_UDP_LIMIT, writable);

  /**
   * TisockUDPSocket:send-limit: (getter get_send_limit) (setter set_send_limit)
   *
   * How many bytes may be queued before the queue counts as long.
   *
   * They are counted as for [property@UDPSocket:receive-limit]. Past it
   * [property@UDPSocket:needs-drain] is `TRUE`, until the queue is down to half of
   * it. Nothing is refused. The default is 1 MiB; 0 is no limit.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_SEND_LIMIT] =
    g_param_spec_uint64 ("send-limit", NULL, NULL, 0, G_MAXUINT64, TISOCK_UDP_LIMIT, writable);

  /**
   * TisockUDPSocket:send-maximum: (getter get_send_maximum) (setter set_send_maximum)
   *
   * How many bytes may be queued at all.
   *
   * They are counted as for [property@UDPSocket:receive-limit]. A datagram that
   * would go past it is refused with [error@Tisock.SocketError.QUEUE_FULL]. 0, the
   * default, is no limit.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_SEND_MAXIMUM] =
    g_param_spec_uint64 ("send-maximum", NULL, NULL, 0, G_MAXUINT64, 0, writable);

  /**
   * TisockUDPSocket:needs-drain: (getter get_needs_drain)
   *
   * Whether the send queue is long.
   *
   * `TRUE` once more than [property@UDPSocket:send-limit] bytes are queued, until
   * they are down to half of that, which [signal@UDPSocket::drained] announces.
   * Writing is possible all the same.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_NEEDS_DRAIN] =
    g_param_spec_boolean ("needs-drain", NULL, NULL, FALSE, readable);

  /**
   * TisockUDPSocket:router-hops: (getter get_router_hops) (setter set_router_hops)
   *
   * How many routers datagrams may pass.
   *
   * From 1, which is the own network only, to 255; for all destinations. The
   * default is 32. Xojo's `UDPSocket.RouterHops`.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_ROUTER_HOPS] =
    g_param_spec_uint ("router-hops", NULL, NULL, 1, G_MAXUINT8, TISOCK_UDP_ROUTER_HOPS, writable);

  /**
   * TisockUDPSocket:send-to-self: (getter get_send_to_self) (setter set_send_to_self)
   *
   * Whether what is sent to a group comes to this machine as well.
   *
   * To this socket, if it is in the group, and to all others here that are. The
   * default is `FALSE`. Xojo's `UDPSocket.SendToSelf`.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_SEND_TO_SELF] =
    g_param_spec_boolean ("send-to-self", NULL, NULL, FALSE, writable);

  /**
   * TisockUDPSocket:multicast-interface: (getter get_multicast_interface)
   *   (setter set_multicast_interface)
   *
   * The network interface that groups are sent to and joined on.
   *
   * Unlike [property@SocketCore:network-interface] it binds nothing, and can be set
   * at any time. `NULL`, the default, leaves it to the system, or is the socket's
   * `network-interface` if that is set.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_MULTICAST_INTERFACE] =
    g_param_spec_object ("multicast-interface", NULL, NULL, TISOCK_TYPE_NETWORK_INTERFACE,
                         writable);

  /**
   * TisockUDPSocket:broadcast-address: (getter get_broadcast_address)
   *
   * The address that reaches everybody in the network.
   *
   * In that of [property@SocketCore:network-interface], or else of the interface
   * whose address is shown before the socket is opened; 255.255.255.255 if it has
   * none. Every socket may send there, without further ado. Xojo's
   * `UDPSocket.BroadcastAddress`.
   *
   * Since: 1.0
   */
  properties[TISOCK_UDP_PROP_BROADCAST_ADDRESS] =
    g_param_spec_string ("broadcast-address", NULL, NULL, NULL, readable);

  g_object_class_install_properties (object_class, TISOCK_UDP_N_PROPS, properties);
}

/* Settings that are fixed while the socket is in use */

/**
 * tisock_udp_socket_get_peer_address: (get-property peer-address)
 * @self: the socket
 *
 * Gets the name or IP address of the only peer.
 *
 * Returns: (nullable): the address, or `NULL` for any peer
 *
 * Since: 1.0
 */
const char *
tisock_udp_socket_get_peer_address (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), NULL);

  return GET_PRIVATE (self)->peer_address;
}

/**
 * tisock_udp_socket_set_peer_address: (set-property peer-address)
 * @self: the socket
 * @peer_address: (nullable): the name or IP address, or `NULL` for any peer
 *
 * Sets the name or IP address of the only peer.
 *
 * While the socket is connecting or connected this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_peer_address (TisockUDPSocket *self,
                                    const char      *peer_address)
{
  TisockUDPSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (g_strcmp0 (priv->peer_address, peer_address) == 0 || !may_configure (self, "peer-address"))
    return;

  g_free (priv->peer_address);
  priv->peer_address = g_strdup (peer_address);
  tisock_udp_socket_notify (self, TISOCK_UDP_PROP_PEER_ADDRESS);
}

/**
 * tisock_udp_socket_get_peer_port: (get-property peer-port)
 * @self: the socket
 *
 * Gets the port of the only peer.
 *
 * Returns: the port
 *
 * Since: 1.0
 */
int
tisock_udp_socket_get_peer_port (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), 0);

  return GET_PRIVATE (self)->peer_port;
}

/**
 * tisock_udp_socket_set_peer_port: (set-property peer-port)
 * @self: the socket
 * @peer_port: the port
 *
 * Sets the port of the only peer.
 *
 * While the socket is connecting or connected this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_peer_port (TisockUDPSocket *self,
                                 int              peer_port)
{
  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));

  if (GET_PRIVATE (self)->peer_port == peer_port || !may_configure (self, "peer-port"))
    return;

  GET_PRIVATE (self)->peer_port = peer_port;
  tisock_udp_socket_notify (self, TISOCK_UDP_PROP_PEER_PORT);
}

/**
 * tisock_udp_socket_get_share_port: (get-property share-port)
 * @self: the socket
 *
 * Gets whether other sockets may be bound to the same port.
 *
 * Returns: whether they may
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_get_share_port (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->share_port;
}

/**
 * tisock_udp_socket_set_share_port: (set-property share-port)
 * @self: the socket
 * @share_port: whether they may
 *
 * Sets whether other sockets may be bound to the same port.
 *
 * While the socket is connecting or connected this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_share_port (TisockUDPSocket *self,
                                  gboolean         share_port)
{
  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));

  if (GET_PRIVATE (self)->share_port == (share_port != FALSE) ||
      !may_configure (self, "share-port"))
    return;

  GET_PRIVATE (self)->share_port = share_port != FALSE;
  tisock_udp_socket_notify (self, TISOCK_UDP_PROP_SHARE_PORT);
}

/**
 * tisock_udp_socket_get_receive_details: (get-property receive-details)
 * @self: the socket
 *
 * Gets whether datagrams that come tell how.
 *
 * Returns: whether they do
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_get_receive_details (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->receive_details;
}

/**
 * tisock_udp_socket_set_receive_details: (set-property receive-details)
 * @self: the socket
 * @receive_details: whether they do
 *
 * Sets whether datagrams that come tell how.
 *
 * Takes effect at once, for what comes from then on.
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_receive_details (TisockUDPSocket *self,
                                       gboolean         receive_details)
{
  TisockUDPSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      priv->receive_details == (receive_details != FALSE))
    return;

  priv->receive_details = receive_details != FALSE;
  tisock_udp_socket_apply_now (self, TISOCK_UDP_PROP_RECEIVE_DETAILS);
}

/* Amounts */

/**
 * tisock_udp_socket_get_packets_available: (get-property packets-available)
 * @self: the socket
 *
 * Gets how many datagrams the receive buffer holds.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
tisock_udp_socket_get_packets_available (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), 0);

  return GET_PRIVATE (self)->exchange.received.packets.length;
}

/**
 * tisock_udp_socket_get_packets_left_to_send: (get-property packets-left-to-send)
 * @self: the socket
 *
 * Gets how many datagrams are queued for sending.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
tisock_udp_socket_get_packets_left_to_send (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), 0);

  return GET_PRIVATE (self)->exchange.queue.packets.length;
}

/**
 * tisock_udp_socket_get_packets_missed: (get-property packets-missed)
 * @self: the socket
 *
 * Gets how many datagrams have come in vain.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
tisock_udp_socket_get_packets_missed (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), 0);

  return tisock_exchange_count_missed (&GET_PRIVATE (self)->exchange);
}

/**
 * tisock_udp_socket_get_packets_unsent: (get-property packets-unsent)
 * @self: the socket
 *
 * Gets how many datagrams could not be sent.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
tisock_udp_socket_get_packets_unsent (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), 0);

  return GET_PRIVATE (self)->exchange.unsent;
}

/**
 * tisock_udp_socket_get_needs_drain: (get-property needs-drain)
 * @self: the socket
 *
 * Gets whether the send queue is long.
 *
 * Returns: whether it is
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_get_needs_drain (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->exchange.needs_drain;
}

/* Limits */

static void
set_limit (TisockUDPSocket   *self,
           guint64           *place,
           guint64            value,
           TisockUDPProperty  property)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) || *place == value)
    return;

  *place = value;
  tisock_exchange_update_settings (&priv->exchange, property == TISOCK_UDP_PROP_RECEIVE_LIMIT);
  tisock_udp_socket_notify (self, property);
  tisock_udp_socket_settle (self);
}

/**
 * tisock_udp_socket_get_receive_limit: (get-property receive-limit)
 * @self: the socket
 *
 * Gets how many bytes the receive buffer takes.
 *
 * Returns: the number of bytes, or 0 for no limit
 *
 * Since: 1.0
 */
guint64
tisock_udp_socket_get_receive_limit (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings.receive_limit;
}

/**
 * tisock_udp_socket_set_receive_limit: (set-property receive-limit)
 * @self: the socket
 * @receive_limit: a number of bytes, or 0 for no limit
 *
 * Sets how many bytes the receive buffer takes.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_receive_limit (TisockUDPSocket *self,
                                     guint64          receive_limit)
{
  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));

  set_limit (self, &GET_PRIVATE (self)->settings.receive_limit, receive_limit,
             TISOCK_UDP_PROP_RECEIVE_LIMIT);
}

/**
 * tisock_udp_socket_get_send_limit: (get-property send-limit)
 * @self: the socket
 *
 * Gets how many bytes may be queued before the queue counts as long.
 *
 * Returns: the number of bytes, or 0 for no limit
 *
 * Since: 1.0
 */
guint64
tisock_udp_socket_get_send_limit (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings.send_limit;
}

/**
 * tisock_udp_socket_set_send_limit: (set-property send-limit)
 * @self: the socket
 * @send_limit: a number of bytes, or 0 for no limit
 *
 * Sets how many bytes may be queued before the queue counts as long.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_send_limit (TisockUDPSocket *self,
                                  guint64          send_limit)
{
  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));

  set_limit (self, &GET_PRIVATE (self)->settings.send_limit, send_limit,
             TISOCK_UDP_PROP_SEND_LIMIT);
}

/**
 * tisock_udp_socket_get_send_maximum: (get-property send-maximum)
 * @self: the socket
 *
 * Gets how many bytes may be queued at all.
 *
 * Returns: the number of bytes, or 0 for no limit
 *
 * Since: 1.0
 */
guint64
tisock_udp_socket_get_send_maximum (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), 0);

  return GET_PRIVATE (self)->send_maximum;
}

/**
 * tisock_udp_socket_set_send_maximum: (set-property send-maximum)
 * @self: the socket
 * @send_maximum: a number of bytes, or 0 for no limit
 *
 * Sets how many bytes may be queued at all.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_send_maximum (TisockUDPSocket *self,
                                    guint64          send_maximum)
{
  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));

  set_limit (self, &GET_PRIVATE (self)->send_maximum, send_maximum, TISOCK_UDP_PROP_SEND_MAXIMUM);
}
