/* tisock-udp-socket-private.h: the parts of a UDPSocket, for its own files
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/exchange.h"
#include "tisock-datagram-private.h"
#include "tisock-socket-core-private.h"
#include "tisock-udp-socket.h"

G_BEGIN_DECLS

typedef struct _TisockUDPAmounts TisockUDPAmounts;
typedef struct _TisockUDPMessages TisockUDPMessages;
typedef struct _TisockUDPSocketPrivate TisockUDPSocketPrivate;

/* Defaults. */
#define TISOCK_UDP_LIMIT (1024 * 1024)
#define TISOCK_UDP_ROUTER_HOPS 32

/* What watchers of the properties have been told. */
struct _TisockUDPAmounts
{
  guint64  available;
  guint64  left;
  guint64  missed;
  guint64  unsent;
  gboolean needs_drain;
};

/* What a subclass makes of the datagrams, which are not for the program then. */
struct _TisockUDPMessages
{
  /* In a turn, instead of `data-available`. */
  void (*deliver) (TisockUDPSocket *self);
  /* The life ends; the descriptor is still there, if that was not lost. */
  void (*release) (TisockUDPSocket *self);
  /* Adds what it waits for besides datagrams. */
  void (*collect) (TisockUDPSocket *self,
                   TisockWaitSet   *set);
};

struct _TisockUDPSocketPrivate
{
  TisockExchange          exchange;
  TisockExchangeSettings  settings;
  guint64                 send_maximum;

  /* Whom alone it exchanges datagrams with; NULL: everybody. A name is looked up in CONNECTING. */
  char                   *peer_address;
  int                     peer_port;
  TisockResolution       *resolution;

  TisockNetworkInterface *multicast_interface;
  guint                   router_hops;

  const TisockUDPMessages *messages;    /* NULL: the datagrams are for the program */

  /* Errors that end nothing, and are still to be said. */
  GQueue                  failures;

  TisockUDPAmounts        announced;

  guint                   share_port : 1;
  guint                   receive_details : 1;
  guint                   send_to_self : 1;
};

typedef enum
{
  TISOCK_UDP_PROP_PEER_ADDRESS = 1,
  TISOCK_UDP_PROP_PEER_PORT,
  TISOCK_UDP_PROP_SHARE_PORT,
  TISOCK_UDP_PROP_RECEIVE_DETAILS,
  TISOCK_UDP_PROP_PACKETS_AVAILABLE,
  TISOCK_UDP_PROP_PACKETS_LEFT_TO_SEND,
  TISOCK_UDP_PROP_PACKETS_MISSED,
  TISOCK_UDP_PROP_PACKETS_UNSENT,
  TISOCK_UDP_PROP_RECEIVE_LIMIT,
  TISOCK_UDP_PROP_SEND_LIMIT,
  TISOCK_UDP_PROP_SEND_MAXIMUM,
  TISOCK_UDP_PROP_NEEDS_DRAIN,
  TISOCK_UDP_PROP_ROUTER_HOPS,
  TISOCK_UDP_PROP_SEND_TO_SELF,
  TISOCK_UDP_PROP_MULTICAST_INTERFACE,
  TISOCK_UDP_PROP_BROADCAST_ADDRESS,
  TISOCK_UDP_N_PROPS,
} TisockUDPProperty;

TisockUDPSocketPrivate *tisock_udp_socket_get_private     (TisockUDPSocket    *self);
void                    tisock_udp_socket_notify          (TisockUDPSocket    *self,
                                                           TisockUDPProperty   property);
/* Notifies of the amounts that have changed, at the end of a call or of a turn. */
void                    tisock_udp_socket_announce        (TisockUDPSocket    *self);
/* To be called after datagrams were queued, or something else that signals will tell of. */
void                    tisock_udp_socket_settle          (TisockUDPSocket    *self);

/* Why the datagram before a place in the order of sending could not be sent; NULL: it was, or that
 * has been said. */
const GError           *tisock_udp_socket_get_failure     (TisockUDPSocket    *self,
                                                           guint64             place);
/* tisock-udp-socket-data.c: whether datagrams are the program's to use. */
gboolean                tisock_udp_socket_check_datagrams (TisockUDPSocket    *self,
                                                           const char         *operation,
                                                           GError            **error);
/* Whether so many bytes more, as tisock_packet_get_size() counts them, may be queued now. */
gboolean                tisock_udp_socket_check_queue     (TisockUDPSocket    *self,
                                                           gsize               size,
                                                           GError            **error);
/* Sends or queues a packet, whosever it is; FALSE with the error, which is not said yet, and its
 * errno. To be settled by the caller. */
gboolean                tisock_udp_socket_send_packet     (TisockUDPSocket    *self,
                                                           TisockPacket       *packet,
                                                           int                *error_number,
                                                           GError            **failure);

/* tisock-udp-socket-settings.c */
void                    tisock_udp_socket_install_properties (GObjectClass    *object_class,
                                                           GParamSpec        **properties);
void                    tisock_udp_socket_get_property    (GObject            *object,
                                                           guint               prop_id,
                                                           GValue             *value,
                                                           GParamSpec         *pspec);
void                    tisock_udp_socket_set_property    (GObject            *object,
                                                           guint               prop_id,
                                                           const GValue       *value,
                                                           GParamSpec         *pspec);

/* tisock-udp-socket-multicast.c: gives a descriptor of a family the options that are set. */
void                    tisock_udp_socket_apply_options   (TisockUDPSocket    *self,
                                                           int                 fd,
                                                           int                 family);
/* Brings a setting that has changed into effect, and notifies. */
void                    tisock_udp_socket_apply_now       (TisockUDPSocket    *self,
                                                           TisockUDPProperty   property);
/* Joins or leaves a group on an interface. 0 or an errno. */
int                     tisock_udp_socket_change_group    (TisockUDPSocket      *self,
                                                           gboolean              joins,
                                                           const TisockEndpoint *group,
                                                           guint                 interface_index);

G_END_DECLS
