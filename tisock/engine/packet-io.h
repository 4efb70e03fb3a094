/* packet-io.h: moves packets between queues and the system, as many at a time as it can
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/packet.h"

G_BEGIN_DECLS

/* The most that are sent or received by one call. */
#define TISOCK_PACKET_BATCH 32

/* What a batch lands in: a place for each message, and so much between the beginnings of two that
 * they do not fall onto the same lines of the processor's cache. */
#define TISOCK_LANDING_STRIDE (TISOCK_PACKET_MAXIMUM + 128)
#define TISOCK_LANDING_SIZE (TISOCK_PACKET_BATCH * TISOCK_LANDING_STRIDE)

/* Appends what has come to the queue, from so many messages at most, each cut to `room` bytes.
 * How many there were; -1 with errno. `missed` is set if the system had no room for some before. */
int      tisock_packets_receive      (int                   fd,
                                      guint8               *landing,
                                      gsize                 room,
                                      guint                 n_messages,
                                      TisockPacketQueue    *queue,
                                      gboolean             *missed);
/* Sends from a descriptor of a family. How many were taken; -1 with errno if the first was not.
 * `merging`: packets to one destination may be given to the system as one, where it can divide. */
int      tisock_packets_send         (int                   fd,
                                      int                   family,
                                      gboolean              merging,
                                      TisockPacket *const  *packets,
                                      guint                 n_packets);
/* Lets packets that come have all that they can have: address, interface, hops, congestion. */
void     tisock_packets_tell_details (int                   fd,
                                      int                   family,
                                      gboolean              wanted);
/* Takes one report of the network's from those that have come: whom it is about, and the errno.
 * FALSE if there is none. */
gboolean tisock_packets_take_failure (int                   fd,
                                      TisockEndpoint       *destination,
                                      int                  *error_number);
/* How many have come for which the system had no room; 0 where it does not tell. */
guint32  tisock_packets_count_missed (int                   fd);

G_END_DECLS
