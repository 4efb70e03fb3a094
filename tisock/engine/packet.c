/* packet.c: what a datagram socket sends or has received in one piece, and queues of such
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/packet.h"

static TisockPacket *
packet_new (gsize room)
{
  TisockPacket *self = g_malloc (sizeof (TisockPacket) + room);

  memset (self, 0, sizeof *self);
  g_atomic_ref_count_init (&self->ref_count);
  self->router_hops = TISOCK_PACKET_UNKNOWN;
  self->ecn = TISOCK_PACKET_UNKNOWN;

  return self;
}

TisockPacket *
tisock_packet_new (gconstpointer data,
                   gsize         length)
{
  TisockPacket *self = packet_new (length);

  self->data = (const guint8 *) (self + 1);
  self->length = length;
  if (length > 0)
    memcpy (self + 1, data, length);

  return self;
}

TisockPacket *
tisock_packet_new_bytes (GBytes *bytes)
{
  TisockPacket *self = packet_new (0);

  self->bytes = g_bytes_ref (bytes);
  self->data = g_bytes_get_data (bytes, &self->length);

  return self;
}

TisockPacket *
tisock_packet_copy (TisockPacket *self)
{
  g_autoptr(GBytes) bytes = tisock_packet_dup_bytes (self);
  TisockPacket *copy = packet_new (0);

  *copy = *self;
  g_atomic_ref_count_init (&copy->ref_count);
  copy->name = g_strdup (self->name);
  copy->bytes = g_steal_pointer (&bytes);

  return copy;
}

TisockPacket *
tisock_packet_copy_to (TisockPacket         *self,
                       const TisockEndpoint *address)
{
  TisockPacket *copy = tisock_packet_copy (self);

  copy->remote = *address;
  copy->remote.port = self->remote.port;
  g_clear_pointer (&copy->name, g_free);

  return copy;
}

TisockPacket *
tisock_packet_copy_doomed (TisockPacket *self,
                           const GError *failure)
{
  TisockPacket *copy = tisock_packet_copy (self);

  g_clear_pointer (&copy->name, g_free);
  copy->failure = g_error_copy (failure);

  return copy;
}

TisockPacket *
tisock_packet_ref (TisockPacket *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
tisock_packet_unref (TisockPacket *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_error (&self->failure);
  g_free (self->name);
  g_free (self);
}

void
tisock_packet_set_remote (TisockPacket *self,
                          const char   *address,
                          guint16       port)
{
  if (address != NULL && *address != '\0' &&
      !tisock_endpoint_parse (&self->remote, address, port))
    self->name = g_strdup (address);

  self->remote.port = port;
}

static void
unref_packet (gpointer packet)
{
  tisock_packet_unref (packet);
}

/* Made on demand: most programs do not ask. */
GBytes *
tisock_packet_dup_bytes (TisockPacket *self)
{
  if (self->bytes != NULL)
    return g_bytes_ref (self->bytes);

  return g_bytes_new_with_free_func (self->data, self->length, unref_packet,
                                     tisock_packet_ref (self));
}

gsize
tisock_packet_get_size (const TisockPacket *self)
{
  return sizeof (TisockPacket) + self->length;
}

/* Queues */

void
tisock_packet_queue_push (TisockPacketQueue *queue,
                          TisockPacket      *packet)
{
  g_queue_push_tail (&queue->packets, packet);
  queue->size += tisock_packet_get_size (packet);
}

TisockPacket *
tisock_packet_queue_pop (TisockPacketQueue *queue)
{
  TisockPacket *packet = g_queue_pop_head (&queue->packets);

  if (packet != NULL)
    queue->size -= tisock_packet_get_size (packet);

  return packet;
}

TisockPacket *
tisock_packet_queue_take (TisockPacketQueue *queue,
                          GList             *link)
{
  TisockPacket *packet = link->data;

  g_queue_delete_link (&queue->packets, link);
  queue->size -= tisock_packet_get_size (packet);

  return packet;
}

void
tisock_packet_queue_clear (TisockPacketQueue *queue)
{
  g_queue_clear_full (&queue->packets, unref_packet);
  queue->size = 0;
}
