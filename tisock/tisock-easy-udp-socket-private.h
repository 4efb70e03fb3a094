/* tisock-easy-udp-socket-private.h: the parts of an EasyUDPSocket, for its own files and for
 * AutoDiscovery
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/message.h"
#include "tisock-easy-udp-socket.h"
#include "tisock-udp-socket-private.h"

G_BEGIN_DECLS

typedef struct _TisockEasyUDPMembers TisockEasyUDPMembers;
typedef struct _TisockEasyUDPSocketPrivate TisockEasyUDPSocketPrivate;
typedef struct _TisockWay TisockWay;

/* What AutoDiscovery makes of groups. */
struct _TisockEasyUDPMembers
{
  /* Whether the group of this name may be joined now. */
  gboolean    (*check)   (TisockEasyUDPSocket  *self,
                          const char           *group_name,
                          GError              **error);
  void        (*joined)  (TisockEasyUDPSocket  *self,
                          const TisockGroup    *group);
  void        (*leaving) (TisockEasyUDPSocket  *self,
                          const TisockGroup    *group);
  /* A message of the group's with a command below 0. */
  void        (*control) (TisockEasyUDPSocket  *self,
                          const TisockMessage  *message,
                          const TisockEndpoint *remote);
  /* The name of who has this number, and was heard from there. */
  char       *(*dup_name) (TisockEasyUDPSocket *self,
                          guint64               id,
                          const TisockEndpoint *remote);
  /* The number of the member that has this name, and its group; 0: there is none. */
  guint64     (*find)    (TisockEasyUDPSocket  *self,
                          const char           *name,
                          const TisockGroup   **group);
  /* Before and after messages are given out. */
  void        (*begin)   (TisockEasyUDPSocket  *self);
  void        (*end)     (TisockEasyUDPSocket  *self);
  void        (*release) (TisockEasyUDPSocket  *self);
  void        (*collect) (TisockEasyUDPSocket  *self,
                          TisockWaitSet        *set);
};

/* An interface by which datagrams to groups of a family can leave, and come in. */
struct _TisockWay
{
  int            family;
  guint          interface_index;
  TisockEndpoint local;         /* whence they come then; without a port */
};

struct _TisockEasyUDPSocketPrivate
{
  const TisockEasyUDPMembers *members;  /* NULL: nobody is told who is in a group */

  /* Of this life; 0 until it is needed. */
  guint64                     id;
  guint32                     n_sent;

  GHashTable                 *groups;   /* of the TisockGroups that are joined, by name */

  /* The ways there were when that was last looked at; groups are joined on all of them. */
  GArray                     *ways;     /* of TisockWay */
  gint64                      ways_time; /* 0: never in this life */

  TisockMessageWindow         window;

  guint64                     ignored;
  guint64                     announced; /* of these */
};

TisockEasyUDPSocketPrivate *tisock_easy_udp_socket_get_private (TisockEasyUDPSocket *self);
guint64     tisock_easy_udp_socket_get_id        (TisockEasyUDPSocket   *self);

/* tisock-easy-udp-socket.c: what a datagram is to this socket. */
typedef enum
{
  TISOCK_ARRIVAL_MESSAGE,
  TISOCK_ARRIVAL_CONTROL,       /* a message of AutoDiscovery's own */
  TISOCK_ARRIVAL_IDLE,          /* nothing new, or for somebody else */
  TISOCK_ARRIVAL_WRONG,         /* not a message, or of a group that was not joined */
} TisockArrival;

TisockArrival tisock_easy_udp_socket_judge       (TisockEasyUDPSocket   *self,
                                                  const TisockPacket    *packet,
                                                  TisockMessage         *message);
char       *tisock_easy_udp_socket_dup_sender    (TisockEasyUDPSocket   *self,
                                                  const TisockPacket    *packet,
                                                  const TisockMessage   *message);
/* The message is given out by the caller: what comes of it once more is nothing new. */
GBytes     *tisock_easy_udp_socket_take_data     (TisockEasyUDPSocket   *self,
                                                  TisockPacket          *packet,
                                                  const TisockMessage   *message)
                                                  G_GNUC_WARN_UNUSED_RESULT;

/* tisock-easy-udp-socket-groups.c: looks for ways if that is due, or has to be done now. */
void        tisock_easy_udp_socket_update_ways   (TisockEasyUDPSocket   *self,
                                                  gboolean               now);
const TisockGroup *tisock_easy_udp_socket_find_group (TisockEasyUDPSocket *self,
                                                  const guint8           id[TISOCK_GROUP_ID_SIZE]);

/* tisock-easy-udp-socket-sending.c: whether the socket can send a message of this length. */
gboolean    tisock_easy_udp_socket_check_message (TisockEasyUDPSocket   *self,
                                                  gsize                  length,
                                                  GError               **error);
/* Sends a message, which gets its sender and number, to a group's addresses by all ways. */
gboolean    tisock_easy_udp_socket_send_around   (TisockEasyUDPSocket   *self,
                                                  TisockMessage         *message,
                                                  const TisockGroup     *group,
                                                  GError               **error);
/* The same without a word, as far as the system takes it at once: the life ends. */
void        tisock_easy_udp_socket_send_last     (TisockEasyUDPSocket   *self,
                                                  TisockMessage         *message,
                                                  const TisockGroup     *group);

/* tisock-easy-udp-socket-waiting.c: gives a message to the call that waits for it; takes the data
 * if there is one. */
gboolean    tisock_easy_udp_socket_give_to_call  (TisockEasyUDPSocket   *self,
                                                  const char            *from,
                                                  int                    command,
                                                  GBytes                *data);

G_END_DECLS
