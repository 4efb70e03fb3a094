/* exchange.h: a bound datagram socket: its queues, limits, and what gets lost
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/packet.h"
#include "engine/reactor.h"
#include "engine/resolution.h"

G_BEGIN_DECLS

typedef struct _TisockExchange TisockExchange;
typedef struct _TisockExchangeFuncs TisockExchangeFuncs;
typedef struct _TisockExchangeSettings TisockExchangeSettings;

typedef enum
{
  TISOCK_EXCHANGE_RECEIVED = 1 << 0,    /* packets came into the receive buffer */
  TISOCK_EXCHANGE_SENT     = 1 << 1,    /* packets left the send queue, one way or another */
  TISOCK_EXCHANGE_DRAINED  = 1 << 2,    /* the send queue is short again */
} TisockExchangeEvents;

struct _TisockExchangeFuncs
{
  /* Something has happened that is to be said, but not from within this call. */
  void (*happened) (TisockExchange       *self,
                    TisockExchangeEvents  events);
  /* Something got lost, which ends nothing; to be said as well: the packet before a place in the
   * order of sending, or, for 0, one that was sent before. Takes the error. */
  void (*failed)   (TisockExchange       *self,
                    guint64               place,
                    GError               *error,
                    int                   error_number);
  /* It cannot go on; only in a turn. Takes the error. */
  void (*ended)    (TisockExchange       *self,
                    GError               *error,
                    int                   error_number);
  /* All that was to be done in this turn is done: say what has happened. */
  void (*served)   (TisockExchange       *self);
  /* The context is gone; the descriptor is closed. */
  void (*lost)     (TisockExchange       *self);
};

/* Bytes, as tisock_packet_get_size() counts them; 0: no limit. */
struct _TisockExchangeSettings
{
  guint64 receive_limit;
  guint64 send_limit;
};

struct _TisockExchange
{
  /* Attached from the owner's open() to its end; with a descriptor while it is bound. */
  TisockSlot                    slot;
  TisockTimer                   timer;          /* armed while the system is too short of memory */
  const TisockExchangeFuncs    *funcs;
  const TisockExchangeSettings *settings;
  TisockReactor                *reactor;

  int                           family;         /* of the descriptor */
  TisockFamilies                families;       /* that it can send to */

  TisockPacketQueue             received;
  TisockPacketQueue             queue;          /* to be sent */
  TisockResolution             *resolution;     /* of the first in the queue, which has a name */

  guint64                       passed;         /* packets that are sent, or will not be */
  guint64                       unsent;         /* of these, the ones that could not be */
  guint64                       missed;         /* came in vain, when last looked at */

  guint                         paused : 1;     /* the receive limit was reached */
  guint                         needs_drain : 1; /* the send limit was passed */
};

void     tisock_exchange_init            (TisockExchange                *self,
                                          const TisockExchangeFuncs     *funcs,
                                          const TisockExchangeSettings  *settings,
                                          TisockReactor                 *reactor,
                                          gpointer                       owner);
/* Takes a place in the reactor, without a descriptor yet. */
gboolean tisock_exchange_attach          (TisockExchange                *self,
                                          GError                       **error);
/* The descriptor is bound. It is the exchange's only on success. */
gboolean tisock_exchange_start           (TisockExchange                *self,
                                          int                            fd,
                                          GError                       **error);
/* Leaves the reactor, closes the descriptor, drops the send queue; keeps what was received. The
 * caller needs a reference of its own on the owner. */
void     tisock_exchange_stop            (TisockExchange                *self);

static inline gboolean
tisock_exchange_is_started (const TisockExchange *self)
{
  return self->slot.fd >= 0;
}

/* Queues a packet; sends it at once if it is the first and that is wanted. FALSE, with the error
 * and its errno, if it turned out then that it cannot be sent. */
gboolean tisock_exchange_write           (TisockExchange                *self,
                                          TisockPacket                  *packet,
                                          gboolean                       at_once,
                                          int                           *error_number,
                                          GError                       **error);
/* Sends what is queued as far as the system takes it. */
void     tisock_exchange_send_queue      (TisockExchange                *self);
/* To be called after packets were taken from `received`. */
void     tisock_exchange_resume          (TisockExchange                *self);
/* To be called after settings have changed. Up to another receive limit there is room, also if more
 * than half of it is taken. */
void     tisock_exchange_update_settings (TisockExchange                *self,
                                          gboolean                       other_receive_limit);
/* How many packets came in vain, as the system had no room for them. */
guint64  tisock_exchange_count_missed    (TisockExchange                *self);

void     tisock_exchange_collect         (TisockExchange                *self,
                                          TisockWaitSet                 *set);

/* How many packets have `passed` once all that is queued now has. */
static inline guint64
tisock_exchange_get_end (const TisockExchange *self)
{
  return self->passed + self->queue.packets.length;
}

G_END_DECLS
