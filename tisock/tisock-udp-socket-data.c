/* tisock-udp-socket-data.c: reading from and writing to a UDPSocket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-socket-error.h"
#include "tisock-udp-socket-private.h"

#define GET_PRIVATE(self) (tisock_udp_socket_get_private (self))

gboolean
tisock_udp_socket_check_datagrams (TisockUDPSocket  *self,
                                   const char       *operation,
                                   GError          **error)
{
  if (GET_PRIVATE (self)->messages == NULL)
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not %s: the socket sends and receives messages",
                                    operation);
}

/* Reading */

/**
 * tisock_udp_socket_read:
 * @self: the socket
 *
 * Takes the next datagram from the receive buffer.
 *
 * This never waits. Xojo's `UDPSocket.Read`.
 *
 * Returns: (transfer full) (nullable): the datagram; `NULL` if there is none
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_udp_socket_read (TisockUDPSocket *self)
{
  TisockUDPSocketPrivate *priv;
  TisockPacket *packet;

  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), NULL);

  if (!tisock_socket_core_check ((TisockSocketCore *) self, G_STRFUNC) ||
      !tisock_udp_socket_check_datagrams (self, "read", NULL))
    return NULL;

  priv = GET_PRIVATE (self);
  packet = tisock_packet_queue_pop (&priv->exchange.received);
  if (packet == NULL)
    return NULL;

  tisock_exchange_resume (&priv->exchange);
  tisock_udp_socket_announce (self);

  return tisock_datagram_from_packet (packet);
}

/**
 * tisock_udp_socket_look_ahead:
 * @self: the socket
 *
 * Gets the next datagram, and leaves it in the receive buffer.
 *
 * Returns: (transfer full) (nullable): the datagram; `NULL` if there is none
 *
 * Since: 1.0
 */
TisockDatagram *
tisock_udp_socket_look_ahead (TisockUDPSocket *self)
{
  TisockPacket *packet;

  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), NULL);

  if (!tisock_socket_core_check ((TisockSocketCore *) self, G_STRFUNC))
    return NULL;

  packet = tisock_packet_queue_peek (&GET_PRIVATE (self)->exchange.received);

  return packet != NULL ? tisock_datagram_from_packet (tisock_packet_ref (packet)) : NULL;
}

/* Writing */

static gboolean
has_destination (const TisockPacket *packet)
{
  return packet->name != NULL || tisock_endpoint_is_set (&packet->remote);
}

gboolean
tisock_udp_socket_check_queue (TisockUDPSocket  *self,
                               gsize             size,
                               GError          **error)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);
  const TisockPacketQueue *queue = &priv->exchange.queue;

  if (priv->send_maximum == 0 || queue->size + size <= priv->send_maximum)
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_QUEUE_FULL,
                                    "Could not write %" G_GSIZE_FORMAT " bytes: %u datagrams "
                                    "are queued, and at most %" G_GUINT64_FORMAT " bytes may be",
                                    size, queue->packets.length, priv->send_maximum);
}

static gboolean
check_write (TisockUDPSocket  *self,
             TisockPacket     *packet,
             GError          **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);

  if (!tisock_exchange_is_started (&priv->exchange))
    return tisock_socket_core_misuse_of_state (core, "write", error);

  if (priv->peer_address == NULL && !has_destination (packet))
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
                                      "Could not write: the datagram has no address, and the "
                                      "socket no peer");

  return tisock_udp_socket_check_queue (self, tisock_packet_get_size (packet), error);
}

/* What handlers write is sent together when the last of them has returned. */
gboolean
tisock_udp_socket_send_packet (TisockUDPSocket  *self,
                               TisockPacket     *packet,
                               int              *error_number,
                               GError          **failure)
{
  TisockSocketCore *core = (TisockSocketCore *) self;
  gboolean held = tisock_socket_core_is_held (core);

  if (!tisock_exchange_write (&GET_PRIVATE (self)->exchange, packet, !held, error_number, failure))
    return FALSE;

  if (held)
    tisock_socket_core_due (core, TISOCK_DUE_SEND_PROGRESS);

  return TRUE;
}

static gboolean
write_packet (TisockUDPSocket  *self,
              TisockPacket     *packet,
              GError          **error)
{
  GError *failure = NULL;
  int error_number;

  if (!check_write (self, packet, error))
    return FALSE;

  tisock_udp_socket_send_packet (self, packet, &error_number, &failure);
  tisock_udp_socket_settle (self);

  return failure == NULL ||
         tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, error_number, error);
}

/**
 * tisock_udp_socket_write:
 * @self: the socket
 * @datagram: the datagram
 * @error: return location for an error
 *
 * Sends a datagram, behind what is queued already.
 *
 * This never waits. What the system takes at once is on its way when this
 * returns, the rest follows by itself. What handlers of this socket write is
 * sent, in as few system calls as possible, when they have returned; so programs
 * that send much do it there. [signal@SocketCore::send-complete] tells when all
 * has been sent.
 *
 * A name as address is looked up, and what is queued behind it waits; if that
 * fails, or the system refuses to send a datagram that was queued, that is
 * emitted by [signal@SocketCore::error], the datagram is dropped and counted in
 * [property@UDPSocket:packets-unsent], and the rest goes on.
 *
 * A datagram without an address is for [property@UDPSocket:peer-address]. With
 * port 0 it goes to the port that this socket has itself.
 *
 * Fails with [error@Tisock.SocketError.INVALID_STATE] if the socket is not open,
 * with [error@Tisock.SocketError.QUEUE_FULL], and for reasons of the system, as
 * [error@Gio.IOErrorEnum.MESSAGE_TOO_LARGE] for more data than fits into a
 * datagram: 65,507 bytes in IPv4, 65,527 in IPv6. Xojo's `UDPSocket.Write`.
 *
 * Returns: whether the datagram was sent or queued
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_write (TisockUDPSocket  *self,
                         TisockDatagram   *datagram,
                         GError          **error)
{
  TisockPacket *packet;
  gboolean written;

  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (datagram != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check ((TisockSocketCore *) self, G_STRFUNC) ||
      !tisock_udp_socket_check_datagrams (self, "write", error))
    return FALSE;

  packet = &datagram->packet;
  if (packet->remote.port != 0 || !has_destination (packet))
    return write_packet (self, packet, error);

  packet = tisock_packet_copy (packet);
  packet->remote.port = (guint16) tisock_socket_core_get_port (TISOCK_SOCKET_CORE (self));
  written = write_packet (self, packet, error);
  tisock_packet_unref (packet);

  return written;
}

/**
 * tisock_udp_socket_write_to:
 * @self: the socket
 * @address: (nullable): the destination, an IP address or a name, or `NULL` for
 *   [property@UDPSocket:peer-address]
 * @port: the port there; 0 for the port that this socket has itself
 * @data: (array length=length) (element-type guint8) (nullable): the data
 * @length: how many bytes there are; 0 is valid
 * @error: return location for an error
 *
 * Sends data in one datagram, as [method@UDPSocket.write] does.
 *
 * With port 0 this is Xojo's `UDPSocket.Write` with an address: among programs of
 * one kind all use the same port.
 *
 * Returns: whether the datagram was sent or queued
 *
 * Since: 1.0
 */
gboolean
tisock_udp_socket_write_to (TisockUDPSocket  *self,
                            const char       *address,
                            int               port,
                            const guint8     *data,
                            gsize             length,
                            GError          **error)
{
  g_autoptr(TisockDatagram) datagram = NULL;

  g_return_val_if_fail (TISOCK_IS_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check ((TisockSocketCore *) self, G_STRFUNC))
    return FALSE;

  if (port < 0 || port > G_MAXUINT16)
    return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                      TISOCK_SOCKET_ERROR_INVALID_PORT,
                                      "Could not write: port %d is not from 0 to %d",
                                      port, G_MAXUINT16);

  datagram = tisock_datagram_new (address, port, data, length);

  return tisock_udp_socket_write (self, datagram, error);
}
