/* packet.h: what a datagram socket sends or has received in one piece, and queues of such
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "engine/endpoint.h"

G_BEGIN_DECLS

/* What is not known of a packet that came, or is left to the socket for one to be sent. */
#define TISOCK_PACKET_UNKNOWN (-1)

/* The longest datagram there is, and a little more. */
#define TISOCK_PACKET_MAXIMUM (64 * 1024)

typedef struct _TisockPacket TisockPacket;
typedef struct _TisockPacketQueue TisockPacketQueue;

/* Shared, and never changed once it is. */
struct _TisockPacket
{
  gatomicrefcount  ref_count;
  gint16           router_hops;
  gint8            ecn;
  guint8           truncated;
  guint32          interface_index;     /* where it came in; 0: not known */

  /* Who has sent it, or whom it is for: with a name, or with neither, only the port counts. */
  TisockEndpoint   remote;
  char            *name;
  GError          *failure;             /* why it cannot be sent; NULL: it can, maybe */

  /* The address it was sent to, or is to be sent from. */
  TisockEndpoint   local;

  const guint8    *data;
  gsize            length;
  GBytes          *bytes;               /* whose data they are; NULL: they are behind the struct */
};

/* An empty queue is all zeros and owns no memory. */
struct _TisockPacketQueue
{
  GQueue packets;
  gsize  size;                          /* of all that is in it, in memory */
};

/* Copies the data. */
TisockPacket *tisock_packet_new         (gconstpointer       data,
                                         gsize               length) G_GNUC_WARN_UNUSED_RESULT;
TisockPacket *tisock_packet_new_bytes   (GBytes             *bytes) G_GNUC_WARN_UNUSED_RESULT;
/* A packet of one's own with the same data, and all else. */
TisockPacket *tisock_packet_copy        (TisockPacket       *self) G_GNUC_WARN_UNUSED_RESULT;
/* The same for another address; the port stays. */
TisockPacket *tisock_packet_copy_to     (TisockPacket       *self,
                                         const TisockEndpoint *address) G_GNUC_WARN_UNUSED_RESULT;
/* The same, which cannot be sent any more. */
TisockPacket *tisock_packet_copy_doomed (TisockPacket       *self,
                                         const GError       *failure) G_GNUC_WARN_UNUSED_RESULT;
TisockPacket *tisock_packet_ref         (TisockPacket       *self);
void          tisock_packet_unref       (TisockPacket       *self);
/* For a packet that is not shared yet: a literal, a name, or NULL. */
void          tisock_packet_set_remote  (TisockPacket       *self,
                                         const char         *address,
                                         guint16             port);
/* The data as long as somebody needs them. */
GBytes       *tisock_packet_dup_bytes   (TisockPacket       *self) G_GNUC_WARN_UNUSED_RESULT;

/* What the packet takes of a limit: empty ones are not for free. */
gsize         tisock_packet_get_size    (const TisockPacket *self);

/* Takes the packet. */
void          tisock_packet_queue_push  (TisockPacketQueue  *queue,
                                         TisockPacket       *packet);
/* NULL: it is empty. */
TisockPacket *tisock_packet_queue_pop   (TisockPacketQueue  *queue) G_GNUC_WARN_UNUSED_RESULT;
/* Takes one that is somewhere in the queue. */
TisockPacket *tisock_packet_queue_take  (TisockPacketQueue  *queue,
                                         GList              *link) G_GNUC_WARN_UNUSED_RESULT;
void          tisock_packet_queue_clear (TisockPacketQueue  *queue);

static inline TisockPacket *
tisock_packet_queue_peek (TisockPacketQueue *queue)
{
  return g_queue_peek_head (&queue->packets);
}

G_END_DECLS
