/* tisock-easy-udp-socket-sending.c: sends the messages of an EasyUDPSocket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/packet-io.h"
#include "tisock-easy-udp-socket-private.h"
#include "tisock-socket-error.h"

#include <errno.h>
#include <string.h>

#define GET_PRIVATE(self) (tisock_easy_udp_socket_get_private (self))

static TisockExchange *
get_exchange (TisockEasyUDPSocket *self)
{
  return &tisock_udp_socket_get_private ((TisockUDPSocket *) self)->exchange;
}

gboolean
tisock_easy_udp_socket_check_message (TisockEasyUDPSocket  *self,
                                      gsize                 length,
                                      GError              **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;

  if (!tisock_exchange_is_started (get_exchange (self)))
    return tisock_socket_core_misuse_of_state (core, "send a message", error);
  if (length <= TISOCK_MESSAGE_MAXIMUM)
    return TRUE;

  return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE,
                                    "Could not send a message: the data are %" G_GSIZE_FORMAT
                                    " bytes, and a datagram has room for %d",
                                    length, TISOCK_MESSAGE_MAXIMUM);
}

static gboolean
check_command (TisockEasyUDPSocket  *self,
               int                   command,
               GError              **error)
{
  if (command >= 0)
    return TRUE;

  return tisock_socket_core_misuse ((TisockSocketCore *) self, error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not send a message: commands below 0 are reserved, and "
                                    "this is %d", command);
}

static GBytes *
stamp (TisockEasyUDPSocket *self,
       TisockMessage       *message)
{
  message->sender = tisock_easy_udp_socket_get_id (self);
  message->number = GET_PRIVATE (self)->n_sent++;

  return tisock_message_to_bytes (message);
}

/* To a group */

/* The message on one of the ways, to the socket's own port. In IPv4 the address that it is sent
 * from tells the interface. */
static TisockPacket *
make_copy (TisockEasyUDPSocket *self,
           GBytes              *bytes,
           const TisockGroup   *group,
           const TisockWay     *way)
{
  TisockPacket *packet = tisock_packet_new_bytes (bytes);

  packet->remote = way->family == AF_INET6 ? group->ipv6 : group->ipv4;
  packet->remote.port = (guint16) tisock_socket_core_get_port ((TisockSocketCore *) self);
  packet->local = way->local;
  if (way->family == AF_INET6)
    packet->local.scope_id = way->interface_index;

  return packet;
}

/* It has been sent if that was possible by any way. */
static gboolean
send_by_ways (TisockEasyUDPSocket *self,
              GBytes              *bytes,
              const TisockGroup   *group,
              int                 *error_number,
              GError             **failure)
{
  const GArray *ways = GET_PRIVATE (self)->ways;
  gboolean sent = FALSE;

  for (guint i = 0; i < ways->len; i++)
    {
      TisockPacket *copy = make_copy (self, bytes, group, &g_array_index (ways, TisockWay, i));

      g_clear_error (failure);
      if (tisock_udp_socket_send_packet ((TisockUDPSocket *) self, copy, error_number, failure))
        sent = TRUE;
      tisock_packet_unref (copy);
    }

  if (sent)
    g_clear_error (failure);

  return sent;
}

/* An interface may have gone since they were looked for. */
static gboolean
send_by_new_ways (TisockEasyUDPSocket *self,
                  GBytes              *bytes,
                  const TisockGroup   *group,
                  int                 *error_number,
                  GError             **failure)
{
  tisock_easy_udp_socket_update_ways (self, TRUE);

  return send_by_ways (self, bytes, group, error_number, failure);
}

gboolean
tisock_easy_udp_socket_send_around (TisockEasyUDPSocket  *self,
                                    TisockMessage        *message,
                                    const TisockGroup    *group,
                                    GError              **error)
{
  TisockUDPSocket *udp = (TisockUDPSocket *) self;
  g_autoptr(GBytes) bytes = stamp (self, message);
  GError *failure = NULL;
  int error_number = ENETUNREACH;
  gsize size;

  tisock_easy_udp_socket_update_ways (self, FALSE);
  size = GET_PRIVATE (self)->ways->len * (sizeof (TisockPacket) + g_bytes_get_size (bytes));
  if (!tisock_udp_socket_check_queue (udp, size, error))
    return FALSE;

  if (send_by_ways (self, bytes, group, &error_number, &failure) ||
      send_by_new_ways (self, bytes, group, &error_number, &failure))
    {
      tisock_udp_socket_settle (udp);
      return TRUE;
    }

  if (failure == NULL)
    tisock_set_error_from_errno (&failure, error_number,
                                 "Could not send a message to a group by any network interface");
  tisock_udp_socket_settle (udp);

  return tisock_socket_core_report ((TisockSocketCore *) self, failure, error_number, error);
}

void
tisock_easy_udp_socket_send_last (TisockEasyUDPSocket *self,
                                  TisockMessage       *message,
                                  const TisockGroup   *group)
{
  const GArray *ways = GET_PRIVATE (self)->ways;
  TisockExchange *exchange = get_exchange (self);
  g_autoptr(GBytes) bytes = stamp (self, message);

  for (guint i = 0; i < ways->len; i++)
    {
      TisockPacket *copy = make_copy (self, bytes, group, &g_array_index (ways, TisockWay, i));

      tisock_packets_send (exchange->slot.fd, exchange->family, FALSE, &copy, 1);
      tisock_packet_unref (copy);
    }
}

/**
 * tisock_easy_udp_socket_send_message_to_group:
 * @self: the socket
 * @group_name: the name of the group
 * @command: a number of the program's, not below 0
 * @data: (array length=length) (element-type guint8) (nullable): the data
 * @length: how many bytes there are; 0 is valid
 * @error: return location for an error
 *
 * Sends a message to all members of a group.
 *
 * The socket need not be a member itself; if it is, it gets the message as well
 * with [property@UDPSocket:send-to-self]. Like [method@UDPSocket.write] this never waits.
 * It goes out once by each network interface, in IPv4 and IPv6 as far as the interface
 * has them; who gets it several times notices that.
 *
 * There is room for 65,467 bytes, but what is longer than a packet of the network,
 * with 1,400 bytes to be on the safe side, gets lost more easily.
 *
 * Fails with [error@Tisock.SocketError.INVALID_STATE] if the socket is not open, or
 * for a command below 0, which are reserved; with
 * [error@Tisock.SocketError.FRAME_TOO_LARGE] for too many data; with
 * [error@Tisock.SocketError.QUEUE_FULL] as writing does; and for reasons of the system,
 * as [error@Gio.IOErrorEnum.NETWORK_UNREACHABLE]. Xojo's
 * `EasyUDPSocket.SendMessageToGroup`.
 *
 * Returns: whether the message was sent or queued
 *
 * Since: 1.0
 */
gboolean
tisock_easy_udp_socket_send_message_to_group (TisockEasyUDPSocket  *self,
                                              const char           *group_name,
                                              int                   command,
                                              const guint8         *data,
                                              gsize                 length,
                                              GError              **error)
{
  TisockMessage message = {
    .kind = TISOCK_MESSAGE_TO_GROUP, .command = command, .data = data, .length = length,
  };
  TisockGroup group;

  g_return_val_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (group_name != NULL, FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check ((TisockSocketCore *) self, G_STRFUNC) ||
      !check_command (self, command, error) ||
      !tisock_easy_udp_socket_check_message (self, length, error))
    return FALSE;

  tisock_group_init (&group, group_name);
  memcpy (message.group, group.id, sizeof message.group);

  return tisock_easy_udp_socket_send_around (self, &message, &group, error);
}

/**
 * tisock_easy_udp_socket_send_message_bytes_to_group:
 * @self: the socket
 * @group_name: the name of the group
 * @command: a number of the program's, not below 0
 * @bytes: the data
 * @error: return location for an error
 *
 * Sends a message, as [method@EasyUDPSocket.send_message_to_group] does.
 *
 * Returns: whether the message was sent or queued
 *
 * Since: 1.0
 */
gboolean
tisock_easy_udp_socket_send_message_bytes_to_group (TisockEasyUDPSocket  *self,
                                                    const char           *group_name,
                                                    int                   command,
                                                    GBytes               *bytes,
                                                    GError              **error)
{
  const guint8 *data;
  gsize length;

  g_return_val_if_fail (bytes != NULL, FALSE);

  data = g_bytes_get_data (bytes, &length);

  return tisock_easy_udp_socket_send_message_to_group (self, group_name, command, data, length,
                                                       error);
}

/* To one */

static gboolean
send_to_address (TisockEasyUDPSocket  *self,
                 TisockMessage        *message,
                 const char           *address,
                 GError              **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;
  g_autoptr(GBytes) bytes = stamp (self, message);
  TisockPacket *packet = tisock_packet_new_bytes (bytes);
  GError *failure = NULL;
  int error_number;
  gboolean sent;

  tisock_packet_set_remote (packet, address, (guint16) tisock_socket_core_get_port (core));
  sent = tisock_udp_socket_check_queue ((TisockUDPSocket *) self, tisock_packet_get_size (packet),
                                        error);
  if (sent)
    {
      tisock_udp_socket_send_packet ((TisockUDPSocket *) self, packet, &error_number, &failure);
      tisock_udp_socket_settle ((TisockUDPSocket *) self);
    }
  tisock_packet_unref (packet);

  return failure == NULL ? sent : tisock_socket_core_report (core, failure, error_number, error);
}

/**
 * tisock_easy_udp_socket_send_message_to_individual:
 * @self: the socket
 * @address: the IP address or name of the computer; with [class@AutoDiscovery] the
 *   name of a member
 * @command: a number of the program's, not below 0
 * @data: (array length=length) (element-type guint8) (nullable): the data
 * @length: how many bytes there are; 0 is valid
 * @error: return location for an error
 *
 * Sends a message to one computer, to the port that this socket has itself.
 *
 * It needs no group. If several programs there share the port, one of them gets it, as
 * the system likes; to choose among them is what [class@AutoDiscovery] does. It fails as
 * [method@EasyUDPSocket.send_message_to_group] does. Xojo's
 * `EasyUDPSocket.SendMessageToIndividual`.
 *
 * Returns: whether the message was sent or queued
 *
 * Since: 1.0
 */
gboolean
tisock_easy_udp_socket_send_message_to_individual (TisockEasyUDPSocket  *self,
                                                   const char           *address,
                                                   int                   command,
                                                   const guint8         *data,
                                                   gsize                 length,
                                                   GError              **error)
{
  TisockMessage message = {
    .kind = TISOCK_MESSAGE_TO_INDIVIDUAL, .command = command, .data = data, .length = length,
  };
  const TisockEasyUDPMembers *members;
  const TisockGroup *group = NULL;

  g_return_val_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (address != NULL && *address != '\0', FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check ((TisockSocketCore *) self, G_STRFUNC) ||
      !check_command (self, command, error) ||
      !tisock_easy_udp_socket_check_message (self, length, error))
    return FALSE;

  members = GET_PRIVATE (self)->members;
  if (members != NULL)
    message.recipient = members->find (self, address, &group);
  if (message.recipient != 0)
    return tisock_easy_udp_socket_send_around (self, &message, group, error);

  return send_to_address (self, &message, address, error);
}

/**
 * tisock_easy_udp_socket_send_message_bytes_to_individual:
 * @self: the socket
 * @address: the IP address or name of the computer; with [class@AutoDiscovery] the
 *   name of a member
 * @command: a number of the program's, not below 0
 * @bytes: the data
 * @error: return location for an error
 *
 * Sends a message, as [method@EasyUDPSocket.send_message_to_individual] does.
 *
 * Returns: whether the message was sent or queued
 *
 * Since: 1.0
 */
gboolean
tisock_easy_udp_socket_send_message_bytes_to_individual (TisockEasyUDPSocket  *self,
                                                         const char           *address,
                                                         int                   command,
                                                         GBytes               *bytes,
                                                         GError              **error)
{
  const guint8 *data;
  gsize length;

  g_return_val_if_fail (bytes != NULL, FALSE);

  data = g_bytes_get_data (bytes, &length);

  return tisock_easy_udp_socket_send_message_to_individual (self, address, command, data, length,
                                                            error);
}
