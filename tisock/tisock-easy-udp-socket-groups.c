/* tisock-easy-udp-socket-groups.c: joins and leaves the groups of an EasyUDPSocket, on all ways
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "tisock-easy-udp-socket-private.h"
#include "tisock-local-address.h"
#include "tisock-socket-error.h"

#include <errno.h>
#include <string.h>

#define GET_PRIVATE(self) (tisock_easy_udp_socket_get_private (self))

/* How old the list of ways may be when something is sent. */
#define WAYS_AGE (2 * G_TIME_SPAN_SECOND)

/* Ways */

static const TisockWay *
get_way (const GArray *ways,
         guint         index)
{
  return &g_array_index (ways, TisockWay, index);
}

static gboolean
has_way (const GArray    *ways,
         const TisockWay *way)
{
  for (guint i = 0; i < ways->len; i++)
    if (get_way (ways, i)->family == way->family &&
        get_way (ways, i)->interface_index == way->interface_index)
      return TRUE;

  return FALSE;
}

/* The system knows best whether a datagram could leave, to whichever group. */
static void
add_way (GArray               *ways,
         guint                 interface_index,
         const TisockEndpoint *local,
         const TisockEndpoint *group)
{
  TisockWay way = {
    .family = group->family, .interface_index = interface_index, .local = *local,
  };

  if (!tisock_endpoint_is_set (local) ||
      !tisock_descriptor_find_way (group, interface_index, &way.local))
    return;

  way.local.port = 0;
  g_array_append_val (ways, way);
}

static void
add_ways (TisockEasyUDPSocket    *self,
          GArray                 *ways,
          TisockNetworkInterface *network_interface)
{
  const TisockUDPSocketPrivate *udp = tisock_udp_socket_get_private ((TisockUDPSocket *) self);
  guint index = tisock_network_interface_get_index (network_interface);
  TisockEndpoint both[2];
  TisockGroup any;

  tisock_local_address_get_both (network_interface, both);
  tisock_group_init (&any, "");
  any.ipv4.port = any.ipv6.port = (guint16) tisock_socket_core_get_port ((TisockSocketCore *) self);

  if (udp->exchange.families & TISOCK_FAMILY_IPV4)
    add_way (ways, index, &both[0], &any.ipv4);
  if (udp->exchange.families & TISOCK_FAMILY_IPV6)
    add_way (ways, index, &both[1], &any.ipv6);
}

/* Those of all interfaces that are up, which are either loopback or not. */
static void
add_all_ways (TisockEasyUDPSocket *self,
              GArray              *ways,
              gboolean             is_loopback)
{
  g_autoptr(GListModel) interfaces = tisock_network_interface_list ();

  for (guint i = 0; i < g_list_model_get_n_items (interfaces); i++)
    {
      g_autoptr(TisockNetworkInterface) candidate = g_list_model_get_item (interfaces, i);

      if (tisock_network_interface_get_is_up (candidate) &&
          tisock_network_interface_get_is_loopback (candidate) == is_loopback)
        add_ways (self, ways, candidate);
    }
}

/* The loopback interface is for computers that have no other: all programs of one get what any of
 * them sends by another interface, too. */
static GArray *
find_ways (TisockEasyUDPSocket *self)
{
  GArray *ways = g_array_new (FALSE, FALSE, sizeof (TisockWay));
  TisockNetworkInterface *chosen =
    tisock_udp_socket_get_multicast_interface ((TisockUDPSocket *) self);

  if (chosen != NULL)
    {
      add_ways (self, ways, chosen);
      return ways;
    }

  add_all_ways (self, ways, FALSE);
  if (ways->len == 0)
    add_all_ways (self, ways, TRUE);

  return ways;
}

/* Groups */

static const TisockEndpoint *
get_address (const TisockGroup *group,
             int                family)
{
  return family == AF_INET6 ? &group->ipv6 : &group->ipv4;
}

/* 0 or an errno. */
static int
change_on_way (TisockEasyUDPSocket *self,
               gboolean             joins,
               const TisockGroup   *group,
               const TisockWay     *way)
{
  return tisock_udp_socket_change_group ((TisockUDPSocket *) self, joins,
                                         get_address (group, way->family), way->interface_index);
}

/* Whether another name stands for the same address. */
static gboolean
is_shared (TisockEasyUDPSocket *self,
           const TisockGroup   *group,
           int                  family)
{
  GHashTableIter iter;
  gpointer other;

  g_hash_table_iter_init (&iter, GET_PRIVATE (self)->groups);
  while (g_hash_table_iter_next (&iter, NULL, &other))
    if (other != group && memcmp (get_address (other, family), get_address (group, family),
                                  sizeof (TisockEndpoint)) == 0)
      return TRUE;

  return FALSE;
}

static void
leave_on_ways (TisockEasyUDPSocket *self,
               const TisockGroup   *group)
{
  const GArray *ways = GET_PRIVATE (self)->ways;

  for (guint i = 0; i < ways->len; i++)
    if (!is_shared (self, group, get_way (ways, i)->family))
      change_on_way (self, FALSE, group, get_way (ways, i));
}

/* 0 if it was possible on any way, or else the last errno. The system says EADDRINUSE when another
 * name has the same address, and ENOBUFS when the socket is in as many groups as it may be: to hear
 * a part of the network only would be worse than none. */
static int
join_on_ways (TisockEasyUDPSocket *self,
              const TisockGroup   *group)
{
  const GArray *ways = GET_PRIVATE (self)->ways;
  int error_number = ENETUNREACH;

  for (guint i = 0; i < ways->len; i++)
    {
      int result = change_on_way (self, TRUE, group, get_way (ways, i));

      if (result == ENOBUFS)
        {
          leave_on_ways (self, group);
          return result;
        }
      if (error_number != 0)
        error_number = result == EADDRINUSE ? 0 : result;
    }

  return error_number;
}

/* What is new or gone. */
static void
change_difference (TisockEasyUDPSocket *self,
                   gboolean             joins,
                   const GArray        *ways,
                   const GArray        *other_ways)
{
  GHashTableIter iter;
  gpointer group;

  for (guint i = 0; i < ways->len; i++)
    {
      if (has_way (other_ways, get_way (ways, i)))
        continue;

      g_hash_table_iter_init (&iter, GET_PRIVATE (self)->groups);
      while (g_hash_table_iter_next (&iter, NULL, &group))
        change_on_way (self, joins, group, get_way (ways, i));
    }
}

void
tisock_easy_udp_socket_update_ways (TisockEasyUDPSocket *self,
                                    gboolean             now)
{
  TisockEasyUDPSocketPrivate *priv = GET_PRIVATE (self);
  gint64 time = g_get_monotonic_time ();
  GArray *ways;

  if (!now && priv->ways_time != 0 && time - priv->ways_time < WAYS_AGE)
    return;

  ways = find_ways (self);
  change_difference (self, FALSE, priv->ways, ways);
  change_difference (self, TRUE, ways, priv->ways);
  g_array_unref (priv->ways);
  priv->ways = ways;
  priv->ways_time = time;
}

const TisockGroup *
tisock_easy_udp_socket_find_group (TisockEasyUDPSocket *self,
                                   const guint8         id[TISOCK_GROUP_ID_SIZE])
{
  GHashTableIter iter;
  gpointer group;

  g_hash_table_iter_init (&iter, GET_PRIVATE (self)->groups);
  while (g_hash_table_iter_next (&iter, NULL, &group))
    if (memcmp (((TisockGroup *) group)->id, id, TISOCK_GROUP_ID_SIZE) == 0)
      return group;

  return NULL;
}

/* Registering */

static gboolean
check_register (TisockEasyUDPSocket  *self,
                const char           *group_name,
                GError              **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;
  const TisockEasyUDPMembers *members = GET_PRIVATE (self)->members;

  if (!tisock_exchange_is_started (&tisock_udp_socket_get_private ((TisockUDPSocket *) self)
                                     ->exchange))
    return tisock_socket_core_misuse_of_state (core, "register", error);

  if (tisock_socket_core_get_network_interface (core) != NULL)
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not register: the socket is bound to the address of "
                                      "its network-interface, to which no group's messages come");

  return members == NULL || members->check (self, group_name, error);
}

static gboolean
join (TisockEasyUDPSocket  *self,
      const char           *group_name,
      TisockGroup          *group,
      GError              **error)
{
  TisockEasyUDPSocketPrivate *priv = GET_PRIVATE (self);
  GError *failure = NULL;
  int error_number;

  tisock_easy_udp_socket_update_ways (self, TRUE);
  error_number = join_on_ways (self, group);
  if (error_number == 0)
    {
      g_hash_table_insert (priv->groups, g_strdup (group_name), group);
      if (priv->members != NULL)
        priv->members->joined (self, group);
      return TRUE;
    }

  g_free (group);
  tisock_set_error_from_errno (&failure, error_number, "Could not register with group “%s”",
                               group_name);

  return tisock_socket_core_report ((TisockSocketCore *) self, failure, error_number, error);
}

/**
 * tisock_easy_udp_socket_register:
 * @self: the socket
 * @group_name: the name of the group, any text
 * @error: return location for an error
 *
 * Joins a group: from now on its messages come in.
 *
 * That is so until it is left with [method@EasyUDPSocket.unregister], or the socket's
 * life ends. To join a group twice is to join it once. A socket can join any number of
 * groups that the system allows; in Linux that is 20, divided by the number of network
 * interfaces. All programs of a group have to use the same port.
 *
 * Fails with [error@Tisock.SocketError.INVALID_STATE] if the socket is not open, or
 * [property@SocketCore:network-interface] is set (see
 * [property@UDPSocket:multicast-interface]), and for reasons of the system. Xojo's
 * `EasyUDPSocket.Register`.
 *
 * Returns: whether the socket is in the group now
 *
 * Since: 1.0
 */
gboolean
tisock_easy_udp_socket_register (TisockEasyUDPSocket  *self,
                                 const char           *group_name,
                                 GError              **error)
{
  TisockGroup *group;

  g_return_val_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (group_name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check ((TisockSocketCore *) self, G_STRFUNC) ||
      !check_register (self, group_name, error))
    return FALSE;
  if (g_hash_table_contains (GET_PRIVATE (self)->groups, group_name))
    return TRUE;

  group = g_new (TisockGroup, 1);
  tisock_group_init (group, group_name);

  return join (self, group_name, group, error);
}

/**
 * tisock_easy_udp_socket_unregister:
 * @self: the socket
 * @group_name: the name of the group
 *
 * Leaves a group: its messages do not come in any more.
 *
 * If the socket is not in the group, nothing happens. Xojo's
 * `EasyUDPSocket.Unregister`.
 *
 * Since: 1.0
 */
void
tisock_easy_udp_socket_unregister (TisockEasyUDPSocket *self,
                                   const char          *group_name)
{
  TisockEasyUDPSocketPrivate *priv;
  const TisockGroup *group;

  g_return_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self));
  g_return_if_fail (group_name != NULL);

  if (!tisock_socket_core_check ((TisockSocketCore *) self, G_STRFUNC))
    return;

  priv = GET_PRIVATE (self);
  group = g_hash_table_lookup (priv->groups, group_name);
  if (group == NULL)
    return;

  if (priv->members != NULL)
    priv->members->leaving (self, group);
  leave_on_ways (self, group);
  g_hash_table_remove (priv->groups, group_name);
}
