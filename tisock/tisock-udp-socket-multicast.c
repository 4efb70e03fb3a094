/* tisock-udp-socket-multicast.c: groups, and how far the datagrams of a UDPSocket go
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/packet-io.h"
#include "tisock-local-address.h"
#include "tisock-socket-error.h"
#include "tisock-udp-socket-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define GET_PRIVATE(self) (tisock_udp_socket_get_private (self))

static void
set_number (int fd,
            int level,
            int name,
            int value)
{
  setsockopt (fd, level, name, &value, sizeof value);
}

/* The interface that datagrams to groups leave by; 0: the system's choice. */
static guint
get_interface_index (TisockUDPSocket        *self,
                     TisockNetworkInterface *network_interface)
{
  if (network_interface == NULL)
    network_interface = GET_PRIVATE (self)->multicast_interface;
  if (network_interface == NULL)
    network_interface = tisock_socket_core_get_network_interface (TISOCK_SOCKET_CORE (self));

  return network_interface != NULL ? tisock_network_interface_get_index (network_interface) : 0;
}

/* Messages reach the other programs of this machine; the socket tells its own apart. */
static gboolean
is_looping (TisockUDPSocketPrivate *priv)
{
  return priv->send_to_self || priv->messages != NULL;
}

/* By default Linux gives a socket what comes for the groups of all others, too. */
static void
apply_ipv4 (TisockUDPSocket *self,
            int              fd)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);
  struct ip_mreqn interface = { .imr_ifindex = (int) get_interface_index (self, NULL) };

  set_number (fd, IPPROTO_IP, IP_TTL, (int) priv->router_hops);
  set_number (fd, IPPROTO_IP, IP_MULTICAST_TTL, (int) priv->router_hops);
  set_number (fd, IPPROTO_IP, IP_MULTICAST_LOOP, is_looping (priv));
  setsockopt (fd, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface);
#ifdef IP_MULTICAST_ALL
  set_number (fd, IPPROTO_IP, IP_MULTICAST_ALL, FALSE);
#endif
}

static void
apply_ipv6 (TisockUDPSocket *self,
            int              fd)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);

  set_number (fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, (int) priv->router_hops);
  set_number (fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, (int) priv->router_hops);
  set_number (fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, is_looping (priv));
  set_number (fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int) get_interface_index (self, NULL));
#ifdef IPV6_MULTICAST_ALL
  set_number (fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, FALSE);
#endif
}

/* A socket of IPv6 has those of IPv4 as well, for what it sends by that. */
void
tisock_udp_socket_apply_options (TisockUDPSocket *self,
                                 int              fd,
                                 int              family)
{
  apply_ipv4 (self, fd);
  if (family == AF_INET6)
    apply_ipv6 (self, fd);
  tisock_packets_tell_details (fd, family, GET_PRIVATE (self)->receive_details);
}

/* Groups */

typedef enum
{
  MEMBERSHIP_JOIN,
  MEMBERSHIP_LEAVE,
} MembershipChange;

static const char *
get_verb (MembershipChange change)
{
  return change == MEMBERSHIP_JOIN ? "join" : "leave";
}

static gboolean
is_group (const TisockEndpoint *endpoint)
{
  if (endpoint->family == AF_INET)
    return (endpoint->bytes[0] & 0xf0) == 0xe0;

  return endpoint->family == AF_INET6 && endpoint->bytes[0] == 0xff;
}

/* What is bound to one address gets nothing that is sent to another, a group's for instance. */
static gboolean
check_membership (TisockUDPSocket  *self,
                  MembershipChange  change,
                  const char       *group,
                  TisockEndpoint   *endpoint,
                  GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  g_autofree char *operation = g_strdup_printf ("%s group %s", get_verb (change), group);

  if (!tisock_exchange_is_started (&GET_PRIVATE (self)->exchange))
    return tisock_socket_core_misuse_of_state (core, operation, error);

  if (!tisock_endpoint_parse (endpoint, group, 0) || !is_group (endpoint))
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
                                      "Could not %s: that is not the address of a group",
                                      operation);

  if (tisock_socket_core_get_network_interface (core) != NULL)
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not %s: the socket is bound to the address of its "
                                      "network-interface", operation);

  return TRUE;
}

static gboolean
check_source (TisockUDPSocket       *self,
              const char            *source,
              const TisockEndpoint  *group,
              TisockEndpoint        *endpoint,
              GError               **error)
{
  if (tisock_endpoint_parse (endpoint, source, 0) && endpoint->family == group->family)
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
                                    "Could not use %s as the source of a group: it is not an "
                                    "address of the group's family", source);
}

/* 0 or an errno. Without a source: whoever sends. */
static int
change_membership (TisockUDPSocket      *self,
                   MembershipChange      change,
                   const TisockEndpoint *group,
                   const TisockEndpoint *source,
                   guint                 interface_index)
{
  int fd = GET_PRIVATE (self)->exchange.slot.fd;
  int level = group->family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
  gboolean joins = change == MEMBERSHIP_JOIN;
  int result;

  if (group->scope_id != 0)
    interface_index = group->scope_id;

  if (source == NULL)
    {
      struct group_req request = { .gr_interface = interface_index };

      tisock_endpoint_to_sockaddr (group, &request.gr_group);
      result = setsockopt (fd, level, joins ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP,
                           &request, sizeof request);
    }
  else
    {
      struct group_source_req request = { .gsr_interface = interface_index };

      tisock_endpoint_to_sockaddr (group, &request.gsr_group);
      tisock_endpoint_to_sockaddr (source, &request.gsr_source);
      result = setsockopt (fd, level, joins ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP,
                           &request, sizeof request);
    }

  return result == 0 ? 0 : errno;
}

int
tisock_udp_socket_change_group (TisockUDPSocket      *self,
                                gboolean              joins,
                                const TisockEndpoint *group,
                                guint                 interface_index)
{
  return change_membership (self, joins ? MEMBERSHIP_JOIN : MEMBERSHIP_LEAVE, group, NULL,
                            interface_index);
}

/* The group and source as text; without a source: NULL. */
static gboolean
change_group (TisockUDPSocket         *self,
              MembershipChange         change,
              const char              *group,
              const char              *source,
              TisockNetworkInterface  *network_interface,
              GError                 **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockEndpoint group_endpoint, source_endpoint;
  GError *failure = NULL;
  int error_number;

  if (!tisock_socket_core_check (core, G_STRFUNC) ||
      !check_membership (self, change, group, &group_endpoint, error) ||
      (source != NULL &&
       !check_source (self, source, &group_endpoint, &source_endpoint, error)))
    return FALSE;

  error_number = change_membership (self, change, &group_endpoint,
                                    source != NULL ? &source_endpoint : NULL,
                                    get_interface_index (self, network_interface));
  if (error_number == 0)
    return TRUE;

  tisock_set_error_from_errno (&failure, error_number, "Could not %s group %s",
                               get_verb (change), group);

  return tisock_socket_core_report (core, failure, error_number, error);
}

/**
 * tisock_udp_socket_join_multicast_group:
 * @self: the socket
 * @group: the group's address: 224.0.0.0 to 239.255.255.255, or of IPv6 what
 *   begins with ff
 * @network_interface: (nullable): where, or `NULL` for
 *   [property@UDPSocket:multicast-interface]
 * @error: return location for an error
 *
 * Lets datagrams come in that anybody sends to a group.
 *
 * That is so until the group is left or the socket's life ends. A socket can be
 * in any number of groups that the system allows; in Linux that is 20 of IPv4,
 * unless `net.ipv4.igmp_max_memberships` says otherwise. Sending to a group needs
 * no membership.
 *
 * Fails with [error@Tisock.SocketError.INVALID_STATE] if the socket is not open,
 * or is bound to the address of [property@SocketCore:network-interface], to which
 * no group's datagrams come; with [error@Tisock.SocketError.NAME_RESOLUTION] if
 * @group is not a group's address; and with
 * [error@Tisock.SocketError.ADDRESS_IN_USE] if the socket is in the group already.
 * Xojo's `UDPSocket.JoinMulticastGroup`.
 *
 * Returns: whether the socket is in the group now
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_join_multicast_group (TisockUDPSocket         *self,
                                        const char              *group,
                                        TisockNetworkInterface  *network_interface,
                                        GError                 **error)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (group != NULL, FALSE);
  g_return_val_if_fail (network_interface == NULL ||
                        TISOCK_IS_NETWORK_INTERFACE (network_interface), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return change_group (self, MEMBERSHIP_JOIN, group, NULL, network_interface, error);
}

/**
 * tisock_udp_socket_leave_multicast_group:
 * @self: the socket
 * @group: the group's address
 * @network_interface: (nullable): where, as it was given for joining
 * @error: return location for an error
 *
 * Takes back [method@UDPSocket.join_multicast_group].
 *
 * Xojo's `UDPSocket.LeaveMulticastGroup`.
 *
 * Returns: whether the socket was in the group; `FALSE` with the error if not
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_leave_multicast_group (TisockUDPSocket         *self,
                                         const char              *group,
                                         TisockNetworkInterface  *network_interface,
                                         GError                 **error)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (group != NULL, FALSE);
  g_return_val_if_fail (network_interface == NULL ||
                        TISOCK_IS_NETWORK_INTERFACE (network_interface), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return change_group (self, MEMBERSHIP_LEAVE, group, NULL, network_interface, error);
}

/**
 * tisock_udp_socket_join_multicast_source:
 * @self: the socket
 * @group: the group's address
 * @source: the IP address of the sender
 * @network_interface: (nullable): where, or `NULL` for
 *   [property@UDPSocket:multicast-interface]
 * @error: return location for an error
 *
 * Lets datagrams come in that one sender sends to a group.
 *
 * Further senders can be added. It fails as
 * [method@UDPSocket.join_multicast_group] does.
 *
 * Returns: whether the sender's datagrams come in now
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_join_multicast_source (TisockUDPSocket         *self,
                                         const char              *group,
                                         const char              *source,
                                         TisockNetworkInterface  *network_interface,
                                         GError                 **error)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (group != NULL, FALSE);
  g_return_val_if_fail (source != NULL, FALSE);
  g_return_val_if_fail (network_interface == NULL ||
                        TISOCK_IS_NETWORK_INTERFACE (network_interface), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return change_group (self, MEMBERSHIP_JOIN, group, source, network_interface, error);
}

/**
 * tisock_udp_socket_leave_multicast_source:
 * @self: the socket
 * @group: the group's address
 * @source: the IP address of the sender
 * @network_interface: (nullable): where, as it was given for joining
 * @error: return location for an error
 *
 * Takes back [method@UDPSocket.join_multicast_source].
 *
 * Returns: whether the sender's datagrams came in; `FALSE` with the error if not
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_leave_multicast_source (TisockUDPSocket         *self,
                                          const char              *group,
                                          const char              *source,
                                          TisockNetworkInterface  *network_interface,
                                          GError                 **error)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (group != NULL, FALSE);
  g_return_val_if_fail (source != NULL, FALSE);
  g_return_val_if_fail (network_interface == NULL ||
                        TISOCK_IS_NETWORK_INTERFACE (network_interface), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return change_group (self, MEMBERSHIP_LEAVE, group, source, network_interface, error);
}

/* Settings */

void
tisock_udp_socket_apply_now (TisockUDPSocket   *self,
                             TisockUDPProperty  property)
{
  TisockExchange *exchange = &GET_PRIVATE (self)->exchange;

  if (tisock_exchange_is_started (exchange))
    tisock_udp_socket_apply_options (self, exchange->slot.fd, exchange->family);
  tisock_udp_socket_notify (self, property);
}

/**
 * tisock_udp_socket_get_router_hops: (get-property router-hops)
 * @self: the socket
 *
 * Gets how many routers datagrams may pass.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tisock_udp_socket_get_router_hops (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), 0);

  return GET_PRIVATE (self)->router_hops;
}

/**
 * tisock_udp_socket_set_router_hops: (set-property router-hops)
 * @self: the socket
 * @router_hops: the number, from 1 to 255
 *
 * Sets how many routers datagrams may pass.
 *
 * Another number is refused with [error@Tisock.SocketError.INVALID_STATE] on
 * [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_router_hops (TisockUDPSocket *self,
                                   guint            router_hops)
{
  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      GET_PRIVATE (self)->router_hops == router_hops)
    return;

  if (router_hops < 1 || router_hops > G_MAXUINT8)
    {
      tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), NULL,
                                 TISOCK_SOCKET_ERROR_INVALID_STATE,
                                 "Could not set router-hops: %u is not from 1 to %d",
                                 router_hops, G_MAXUINT8);
      return;
    }

  GET_PRIVATE (self)->router_hops = router_hops;
  tisock_udp_socket_apply_now (self, TISOCK_UDP_PROP_ROUTER_HOPS);
}

/**
 * tisock_udp_socket_get_send_to_self: (get-property send-to-self)
 * @self: the socket
 *
 * Gets whether what is sent to a group comes to this machine as well.
 *
 * Returns: whether it does
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_get_send_to_self (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->send_to_self;
}

/**
 * tisock_udp_socket_set_send_to_self: (set-property send-to-self)
 * @self: the socket
 * @send_to_self: whether it does
 *
 * Sets whether what is sent to a group comes to this machine as well.
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_send_to_self (TisockUDPSocket *self,
                                    gboolean         send_to_self)
{
  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      GET_PRIVATE (self)->send_to_self == (send_to_self != FALSE))
    return;

  GET_PRIVATE (self)->send_to_self = send_to_self != FALSE;
  tisock_udp_socket_apply_now (self, TISOCK_UDP_PROP_SEND_TO_SELF);
}

/**
 * tisock_udp_socket_get_multicast_interface: (get-property multicast-interface)
 * @self: the socket
 *
 * Gets the network interface that groups are sent to and joined on.
 *
 * Returns: (nullable) (transfer none): the interface, or `NULL`
 *
 * Since: 1.0
 */
TisockNetworkInterface *
tisock_udp_socket_get_multicast_interface (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), NULL);

  return GET_PRIVATE (self)->multicast_interface;
}

/**
 * tisock_udp_socket_set_multicast_interface: (set-property multicast-interface)
 * @self: the socket
 * @multicast_interface: (nullable): the interface, or `NULL`
 *
 * Sets the network interface that groups are sent to and joined on.
 *
 * Groups that have been joined stay so.
 *
 * Since: 1.0
 */
void
tisock_udp_socket_set_multicast_interface (TisockUDPSocket        *self,
                                           TisockNetworkInterface *multicast_interface)
{
  g_return_if_fail (TISOCK_IS_UDP_SOCKET (self));
  g_return_if_fail (multicast_interface == NULL ||
                    TISOCK_IS_NETWORK_INTERFACE (multicast_interface));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) &&
      g_set_object (&GET_PRIVATE (self)->multicast_interface, multicast_interface))
    tisock_udp_socket_apply_now (self, TISOCK_UDP_PROP_MULTICAST_INTERFACE);
}

/**
 * tisock_udp_socket_get_broadcast_address: (get-property broadcast-address)
 * @self: the socket
 *
 * Gets the address that reaches everybody in the network.
 *
 * Returns: (transfer full): the address as text
 *
 * Since: 1.0
 */
char *
tisock_udp_socket_get_broadcast_address (TisockUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), NULL);

  return tisock_local_address_dup_broadcast (
    tisock_socket_core_get_network_interface (TISOCK_SOCKET_CORE (self)));
}
