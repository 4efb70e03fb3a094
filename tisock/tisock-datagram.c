/* tisock-datagram.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-datagram-private.h"

/**
 * TisockDatagram:
 *
 * A message that is sent or has come in one piece.
 *
 * It has an address, a port and data. Of one that a [class@UDPSocket] has
 * received the address is the sender's, so that it says where an answer goes; of
 * one that is to be sent it is the destination's.
 *
 * A datagram is never changed once it is made, and may be used by any thread and
 * sent any number of times. With [property@UDPSocket:receive-details] it tells more
 * of how it came, and the functions that begin with `with` make others of it that
 * are sent in a particular way. Xojo's `Datagram`, whose properties can be set.
 *
 * Since: 1.0
 */

G_DEFINE_BOXED_TYPE (TisockDatagram, tisock_datagram, tisock_datagram_ref, tisock_datagram_unref)

/**
 * tisock_datagram_new: (constructor)
 * @address: (nullable): where it is to be sent: an IP address or a name; `NULL`
 *   for the peer of a socket that has one
 * @port: the port there; 0 for the port of the socket that sends it
 * @data: (array length=length) (element-type guint8) (nullable): the data
 * @length: how many bytes there are; 0 is valid
 *
 * Makes a datagram, with a copy of the data.
 *
 * Returns: (transfer full): a new datagram
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_datagram_new (const char   *address,
                     int           port,
                     const guint8 *data,
                     gsize         length)
{
  TisockPacket *packet;

  g_return_val_if_fail (port >= 0 && port <= G_MAXUINT16, NULL);
  g_return_val_if_fail (data != NULL || length == 0, NULL);

  packet = tisock_packet_new (data, length);
  tisock_packet_set_remote (packet, address, (guint16) port);

  return tisock_datagram_from_packet (packet);
}

/**
 * tisock_datagram_new_bytes: (constructor)
 * @address: (nullable): where it is to be sent, as for [ctor@Datagram.new]
 * @port: the port there; 0 for the port of the socket that sends it
 * @bytes: the data
 *
 * Makes a datagram that keeps a reference on the data.
 *
 * Returns: (transfer full): a new datagram
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_datagram_new_bytes (const char *address,
                           int         port,
                           GBytes     *bytes)
{
  TisockPacket *packet;

  g_return_val_if_fail (port >= 0 && port <= G_MAXUINT16, NULL);
  g_return_val_if_fail (bytes != NULL, NULL);

  packet = tisock_packet_new_bytes (bytes);
  tisock_packet_set_remote (packet, address, (guint16) port);

  return tisock_datagram_from_packet (packet);
}

/**
 * tisock_datagram_ref: (skip)
 * @self: the datagram
 *
 * Takes a reference.
 *
 * Returns: (transfer full): the same datagram
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_datagram_ref (TisockDatagram *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  tisock_packet_ref (&self->packet);

  return self;
}

/**
 * tisock_datagram_unref: (skip)
 * @self: (transfer full): the datagram
 *
 * Drops a reference; the last one frees the datagram.
 *
 * Since: 1.0
 */
void
tisock_datagram_unref (TisockDatagram *self)
{
  g_return_if_fail (self != NULL);

  tisock_packet_unref (&self->packet);
}

/**
 * tisock_datagram_get_address:
 * @self: the datagram
 *
 * Gets the address: the sender's, of a datagram that has come, or the
 * destination's.
 *
 * Xojo's `Datagram.Address`.
 *
 * Returns: (transfer full) (nullable): an IP address, or the name that was given
 *   for it; `NULL` for none
 *
 * Since: 1.0
 */
char *
tisock_datagram_get_address (TisockDatagram *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->packet.name != NULL)
    return g_strdup (self->packet.name);

  return tisock_endpoint_dup_text (&self->packet.remote);
}

/**
 * tisock_datagram_get_port:
 * @self: the datagram
 *
 * Gets the port of the sender, of a datagram that has come, or of the
 * destination.
 *
 * Xojo's `Datagram.Port`.
 *
 * Returns: the port
 *
 * Since: 1.0
 */
int
tisock_datagram_get_port (TisockDatagram *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->packet.remote.port;
}

/**
 * tisock_datagram_get_data:
 * @self: the datagram
 * @length: (out): how many bytes there are
 *
 * Gets the data.
 *
 * Xojo's `Datagram.Data`.
 *
 * Returns: (transfer none) (array length=length) (element-type guint8): the data,
 *   which stay the datagram's
 *
 * Since: 1.0
 */
const guint8 *
tisock_datagram_get_data (TisockDatagram *self,
                          gsize          *length)
{
  g_return_val_if_fail (length != NULL, NULL);

  *length = 0;
  g_return_val_if_fail (self != NULL, NULL);

  *length = self->packet.length;

  return self->packet.data;
}

/**
 * tisock_datagram_get_bytes:
 * @self: the datagram
 *
 * Gets the data, without a copy.
 *
 * Returns: (transfer full): the data
 *
 * Since: 1.0
 */
GBytes *
tisock_datagram_get_bytes (TisockDatagram *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return tisock_packet_dup_bytes (&self->packet);
}

/**
 * tisock_datagram_is_truncated:
 * @self: the datagram
 *
 * Gets whether a datagram that has come was longer than what there is of it.
 *
 * There is room for the longest datagrams that IP has, so this is true of what
 * comes by other ways only.
 *
 * Returns: whether the end is missing
 *
 * Since: 1.0
 */
gboolean
tisock_datagram_is_truncated (TisockDatagram *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->packet.truncated;
}

/* What there is besides */

/**
 * tisock_datagram_get_local_address:
 * @self: the datagram
 *
 * Gets the address of this machine's, or of a group, that the datagram was sent
 * to, or the one that it is to be sent from.
 *
 * Known of datagrams that have come with [property@UDPSocket:receive-details].
 *
 * Returns: (transfer full) (nullable): the IP address; `NULL` if it is not known,
 *   or is left to the socket
 *
 * Since: 1.0
 */
char *
tisock_datagram_get_local_address (TisockDatagram *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return tisock_endpoint_dup_text (&self->packet.local);
}

/**
 * tisock_datagram_get_interface_index:
 * @self: the datagram
 *
 * Gets the number of the network interface by which the datagram has come.
 *
 * Known of datagrams that have come with [property@UDPSocket:receive-details];
 * [property@NetworkInterface:index] is the same number.
 *
 * Returns: the number; 0 if it is not known
 *
 * Since: 1.0
 */
guint
tisock_datagram_get_interface_index (TisockDatagram *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->packet.interface_index;
}

/**
 * tisock_datagram_get_router_hops:
 * @self: the datagram
 *
 * Gets how many routers the datagram could have passed further when it came, or
 * how many it may pass when it is sent.
 *
 * Known of datagrams that have come with [property@UDPSocket:receive-details].
 *
 * Returns: the number; -1 if it is not known, or is left to the socket
 *
 * Since: 1.0
 */
int
tisock_datagram_get_router_hops (TisockDatagram *self)
{
  g_return_val_if_fail (self != NULL, TISOCK_PACKET_UNKNOWN);

  return self->packet.router_hops;
}

/**
 * tisock_datagram_get_ecn:
 * @self: the datagram
 *
 * Gets the two bits by which networks tell of congestion.
 *
 * 0: they cannot; 1 or 2: they can; 3: there was congestion on the way (RFC 3168).
 * Known of datagrams that have come with [property@UDPSocket:receive-details].
 *
 * Returns: the bits as a number; -1 if they are not known, or are left to the
 *   socket
 *
 * Since: 1.0
 */
int
tisock_datagram_get_ecn (TisockDatagram *self)
{
  g_return_val_if_fail (self != NULL, TISOCK_PACKET_UNKNOWN);

  return self->packet.ecn;
}

/**
 * tisock_datagram_with_local_address:
 * @self: the datagram
 * @local_address: (nullable): an IP address of this machine, or `NULL` to leave it
 *   to the socket
 *
 * Makes a datagram that is sent from an address.
 *
 * The socket's port stays. The data are shared. An answer that is to come from where
 * the question was sent to has [method@Datagram.get_local_address] of that.
 *
 * Returns: (transfer full) (nullable): a new datagram; `NULL` if the text is not an
 *   IP address
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_datagram_with_local_address (TisockDatagram *self,
                                    const char     *local_address)
{
  TisockEndpoint local = { .family = AF_UNSPEC };
  TisockPacket *copy;

  g_return_val_if_fail (self != NULL, NULL);

  if (local_address != NULL && !tisock_endpoint_parse (&local, local_address, 0))
    return NULL;

  copy = tisock_packet_copy (&self->packet);
  copy->local = local;

  return tisock_datagram_from_packet (copy);
}

/**
 * tisock_datagram_with_router_hops:
 * @self: the datagram
 * @router_hops: a number from 1 to 255, or -1 to leave it to the socket
 *
 * Makes a datagram that may pass so many routers.
 *
 * The data are shared.
 *
 * Returns: (transfer full): a new datagram
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_datagram_with_router_hops (TisockDatagram *self,
                                  int             router_hops)
{
  TisockPacket *copy;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (router_hops == TISOCK_PACKET_UNKNOWN ||
                        (router_hops >= 1 && router_hops <= G_MAXUINT8), NULL);

  copy = tisock_packet_copy (&self->packet);
  copy->router_hops = (gint16) router_hops;

  return tisock_datagram_from_packet (copy);
}

/**
 * tisock_datagram_with_ecn:
 * @self: the datagram
 * @ecn: a number from 0 to 3, or -1 to leave it to the socket
 *
 * Makes a datagram that has the two bits by which networks tell of congestion.
 *
 * The data are shared. [method@Datagram.get_ecn] says what the bits mean.
 *
 * Returns: (transfer full): a new datagram
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_datagram_with_ecn (TisockDatagram *self,
                          int             ecn)
{
  TisockPacket *copy;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (ecn >= TISOCK_PACKET_UNKNOWN && ecn <= 3, NULL);

  copy = tisock_packet_copy (&self->packet);
  copy->ecn = (gint8) ecn;

  return tisock_datagram_from_packet (copy);
}
