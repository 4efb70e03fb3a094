/* tisock-datagram-private.h: what a Datagram is to the socket that sends or received it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/packet.h"
#include "tisock-datagram.h"

G_BEGIN_DECLS

struct _TisockDatagram
{
  TisockPacket packet;
};

/* Takes the packet. */
static inline TisockDatagram *
tisock_datagram_from_packet (TisockPacket *packet)
{
  return (TisockDatagram *) packet;
}

G_END_DECLS
