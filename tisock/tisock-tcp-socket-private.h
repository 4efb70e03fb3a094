/* tisock-tcp-socket-private.h: the parts of a TCPSocket, for its own files and for ServerSocket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/connector.h"
#include "engine/frame.h"
#include "engine/listener.h"
#include "engine/loan.h"
#include "engine/stream.h"
#include "engine/transport-unix.h"
#include "tisock-server-socket.h"
#include "tisock-socket-core-private.h"
#include "tisock-tcp-socket.h"

G_BEGIN_DECLS

typedef struct _TisockSendOperation TisockSendOperation;
typedef struct _TisockTCPAmounts TisockTCPAmounts;
typedef struct _TisockTCPExtras TisockTCPExtras;
typedef struct _TisockTCPLayer TisockTCPLayer;
typedef struct _TisockTCPMessages TisockTCPMessages;
typedef struct _TisockTCPSettings TisockTCPSettings;
typedef struct _TisockTCPSocketPrivate TisockTCPSocketPrivate;

/* What few programs change: shared until then. */
struct _TisockTCPSettings
{
  TisockStreamSettings  stream;
  guint                 resolve_timeout;
  guint                 liveness;
  guint                 listen_backlog;
  guint64               send_maximum;
  gboolean              no_delay;
};

typedef enum
{
  TISOCK_TCP_NOT_DRAINED,
  TISOCK_TCP_DRAINED_ONCE_SAID, /* `draining` is due */
  TISOCK_TCP_DRAINED_WHEN_IDLE,
  TISOCK_TCP_DRAINED_BY_HANDLER,
  TISOCK_TCP_DRAINED_BY_ABORT,
} TisockTCPDraining;

/* What watchers of the properties have been told. */
struct _TisockTCPAmounts
{
  gsize    available;
  gsize    left;
  gboolean needs_drain;
  guint    descriptors;
};

/* Who needs more bytes in the receive buffer than the limit lets in. */
typedef enum
{
  TISOCK_TCP_NEED_OF_CALL,      /* one that waits for so many */
  TISOCK_TCP_NEED_OF_FRAME,     /* one that has begun to come in */
  TISOCK_TCP_N_NEEDS,
} TisockTCPNeed;

/* What a subclass puts between a connection that has been made and `connected`. */
struct _TisockTCPLayer
{
  /* Whether a life may begin. */
  gboolean (*check)   (TisockTCPSocket  *self,
                       gboolean          incoming,
                       GError          **error);
  /* FALSE: this one goes on as it is. Else the descriptor is the layer's until it calls go_on() or
   * break_off(). */
  gboolean (*begin)   (TisockTCPSocket  *self,
                       int               fd,
                       gboolean          incoming);
  void     (*release) (TisockTCPSocket  *self);
  void     (*collect) (TisockTCPSocket  *self,
                       TisockWaitSet    *set);
  void     (*notify)  (TisockTCPSocket  *self);
};

/* What a subclass makes of the bytes, which are not for the program then. */
struct _TisockTCPMessages
{
  /* In a turn, instead of `data-available`. */
  void   (*deliver)  (TisockTCPSocket *self);
  /* How many of the bytes that have come belong to messages that are whole. */
  gsize  (*measure)  (TisockTCPSocket *self);
  /* What has come of a message that will never be whole; there is some. */
  char  *(*describe) (TisockTCPSocket *self,
                      gsize            offset);
};

/* A call that waits until what was queued then has been sent. */
struct _TisockSendOperation
{
  TisockOperation operation;
  guint64         end;          /* the place in the stream */
};

/* What few sockets have, and an idle connection does not pay for. */
struct _TisockTCPExtras
{
  GSocketConnectable *connectable;
  GProxyResolver     *proxy_resolver;

  GBytes             *searched_for;     /* the last delimiter */
  gsize               searched;         /* how far the receive buffer was searched for it */

  const TisockTCPLayer *layer;          /* NULL: none */
  const TisockTCPMessages *messages;    /* NULL: the bytes are for the program */

  /* While the receive limit is raised for it; 0: no need. */
  guint64             needed[TISOCK_TCP_N_NEEDS];

  /* Of a Unix socket and its peer, where they have names. */
  char       *local_name;
  char       *remote_name;

  /* Stays where it is: the connection's transport refers to it. */
  TisockInbox         inbox;

  /* While the connection is lent; then the stream is a place without a descriptor. */
  TisockLoan         *loan;
  GWeakRef            io_stream;
};

struct _TisockTCPSocketPrivate
{
  TisockStream              stream;
  const TisockTCPSettings  *settings;

  /* At most one of them: while connecting, and while listening. */
  TisockConnector          *connector;
  TisockListener           *listener;

  char                     *address;
  TisockEndpoint            remote;

  TisockTCPExtras          *extras;     /* NULL until there is any */

  TisockTCPAmounts          announced;

  /* The server whose connection this is, and the place in its list. */
  TisockServerSocket       *server;
  guint                     server_index;
  guint                     draining : 3;       /* TisockTCPDraining */
  /* A layer has it before the server has said that it was accepted. */
  guint                     unannounced : 1;
};

static inline gboolean
tisock_tcp_socket_is_lent (TisockTCPSocketPrivate *priv)
{
  return priv->extras != NULL && priv->extras->loan != NULL;
}

static inline guint
tisock_tcp_socket_count_descriptors (TisockTCPSocketPrivate *priv)
{
  return priv->extras != NULL ? tisock_inbox_get_length (&priv->extras->inbox) : 0;
}

static inline const TisockTCPLayer *
tisock_tcp_socket_get_layer (TisockTCPSocketPrivate *priv)
{
  return priv->extras != NULL ? priv->extras->layer : NULL;
}

static inline const TisockTCPMessages *
tisock_tcp_socket_get_messages (TisockTCPSocketPrivate *priv)
{
  return priv->extras != NULL ? priv->extras->messages : NULL;
}

typedef enum
{
  TISOCK_TCP_PROP_ADDRESS = 1,
  TISOCK_TCP_PROP_CONNECTABLE,
  TISOCK_TCP_PROP_PROXY_RESOLVER,
  TISOCK_TCP_PROP_REMOTE_ADDRESS,
  TISOCK_TCP_PROP_REMOTE_PORT,
  TISOCK_TCP_PROP_BYTES_AVAILABLE,
  TISOCK_TCP_PROP_BYTES_LEFT_TO_SEND,
  TISOCK_TCP_PROP_TIMEOUT,
  TISOCK_TCP_PROP_RESOLVE_TIMEOUT,
  TISOCK_TCP_PROP_IDLE_TIMEOUT,
  TISOCK_TCP_PROP_CLOSE_TIMEOUT,
  TISOCK_TCP_PROP_LIVENESS,
  TISOCK_TCP_PROP_LISTEN_BACKLOG,
  TISOCK_TCP_PROP_RECEIVE_LIMIT,
  TISOCK_TCP_PROP_SEND_LIMIT,
  TISOCK_TCP_PROP_SEND_MAXIMUM,
  TISOCK_TCP_PROP_NEEDS_DRAIN,
  TISOCK_TCP_PROP_NO_DELAY,
  TISOCK_TCP_PROP_ALLOW_HALF_OPEN,
  TISOCK_TCP_PROP_MAXIMUM_DESCRIPTORS,
  TISOCK_TCP_PROP_DESCRIPTORS_AVAILABLE,
  TISOCK_TCP_N_PROPS,
} TisockTCPProperty;

TisockTCPSocketPrivate *tisock_tcp_socket_get_private     (TisockTCPSocket       *self);
/* Reports INVALID_STATE and the reason: there is no connection, or it is lent. FALSE. */
gboolean                tisock_tcp_socket_refuse          (TisockTCPSocket       *self,
                                                           const char            *operation,
                                                           GError               **error);
/* The descriptor of the connection, lent or not; -1 while there is none. */
int                     tisock_tcp_socket_get_connection_fd (TisockTCPSocket     *self);
/* Made on first need. */
TisockTCPExtras        *tisock_tcp_socket_ensure_extras   (TisockTCPSocket       *self);
void                    tisock_tcp_socket_notify          (TisockTCPSocket       *self,
                                                           TisockTCPProperty      property);
/* What it would be connected to: the connectable, or the address and port. NULL: neither. */
GSocketConnectable     *tisock_tcp_socket_dup_destination (TisockTCPSocket       *self)
                                                           G_GNUC_WARN_UNUSED_RESULT;
/* Notifies of the amounts that have changed, at the end of a call or of a turn. While a handler
 * runs nothing is announced: what it takes and writes often leaves things as they were, and finding
 * out whether anybody watches costs more than most of what else is done for an event. */
void                    tisock_tcp_socket_announce        (TisockTCPSocket       *self);

/* Whether an end of the socket's life is the connection's own, as the two peers wanted it. */
gboolean                tisock_tcp_socket_ended_in_order  (TisockTCPSocket       *self,
                                                           const GError          *end);

/* Whether the bytes of the connection are the program's to use. */
gboolean                tisock_tcp_socket_check_bytes     (TisockTCPSocket       *self,
                                                           const char            *operation,
                                                           GError               **error);
/* Whether the program may write so many bytes now. */
gboolean                tisock_tcp_socket_check_write     (TisockTCPSocket       *self,
                                                           gsize                  length,
                                                           GError               **error);
/* Whether so many bytes may be queued now, whosever they are. */
gboolean                tisock_tcp_socket_check_queue     (TisockTCPSocket       *self,
                                                           gsize                  length,
                                                           GError               **error);
/* To be called after the stream was given something to send. */
void                    tisock_tcp_socket_note_written    (TisockTCPSocket       *self);
/* Waits for all that is queued now; on a connection that is broken, for its end. */
TisockSendOperation     tisock_tcp_socket_want_sent       (TisockTCPSocket       *self,
                                                           const TisockOperationFuncs *funcs);
/* Ends the calls that wait until what is queued before a place in the stream has been sent: it is
 * going to be dropped. */
void                    tisock_tcp_socket_cancel_sends    (TisockTCPSocket       *self,
                                                           guint64                end);

/* Whether the receive buffer may be used now. */
gboolean                tisock_tcp_socket_may_read        (TisockTCPSocket       *self,
                                                           const char            *function,
                                                           GError               **error);
/* Makes extras->searched say how far the receive buffer was searched for this delimiter. */
void                    tisock_tcp_socket_search_for      (TisockTCPSocket       *self,
                                                           const void            *delimiter,
                                                           gsize                  length);
/* The receive limit is as high as the needs are; 0: no need any more. */
void                    tisock_tcp_socket_need            (TisockTCPSocket       *self,
                                                           TisockTCPNeed          need,
                                                           guint64                bytes);
/* To be called after bytes were taken from the receive buffer. */
void                    tisock_tcp_socket_note_taken      (TisockTCPSocket       *self);

/* tisock-tcp-socket-framing.c: for a frame that has begun to come in, and that the receive limit
 * would never let in whole. */
void                    tisock_tcp_socket_make_room       (TisockTCPSocket       *self,
                                                           gsize                  offset,
                                                           const TisockFrame     *frame);
/* The first frame in the receive buffer; NULL without an error if it
 * is not whole, and then there is room for the rest of it. What is no frame ends the life. */
GBytes                 *tisock_tcp_socket_take_frame      (TisockTCPSocket       *self,
                                                           const TisockFrameFormat *format,
                                                           TisockFrame           *frame,
                                                           GError               **error)
                                                           G_GNUC_WARN_UNUSED_RESULT;

/* For layers, in a turn: the connection is ready for use, by a transport that is taken. */
void                    tisock_tcp_socket_go_on           (TisockTCPSocket       *self,
                                                           GSocket               *socket,
                                                           TisockTransport       *transport);
/* Or it cannot be used; takes the error. */
void                    tisock_tcp_socket_break_off       (TisockTCPSocket       *self,
                                                           GError                *error,
                                                           int                    error_number);

/* tisock-tcp-socket-gio.c */

/* For the end of a life. */
void                    tisock_tcp_socket_end_loan        (TisockTCPSocket       *self);
/* Whether what is written goes to the socket as it is, without TLS. */
gboolean                tisock_tcp_socket_check_clear     (TisockTCPSocket       *self,
                                                           const char            *operation,
                                                           GError               **error);
/* Whether the connection can go on in other hands: nothing is left to be done with it here. */
gboolean                tisock_tcp_socket_may_part        (TisockTCPSocket       *self,
                                                           const char            *operation,
                                                           GError               **error);

/* tisock-tcp-socket-unix.c: for a new connection by a Unix socket. */
void                    tisock_tcp_socket_apply_maximum_descriptors (TisockTCPSocket *self);

/* tisock-tcp-socket-settings.c */
extern const TisockTCPSettings tisock_tcp_default_settings;
void                    tisock_tcp_socket_install_properties (GObjectClass       *object_class,
                                                           GParamSpec           **properties);
void                    tisock_tcp_socket_get_property    (GObject               *object,
                                                           guint                  prop_id,
                                                           GValue                *value,
                                                           GParamSpec            *pspec);
void                    tisock_tcp_socket_set_property    (GObject               *object,
                                                           guint                  prop_id,
                                                           const GValue          *value,
                                                           GParamSpec            *pspec);
/* Gives the descriptor of a new connection the options that are set. */
void                    tisock_tcp_socket_apply_options   (TisockTCPSocket       *self,
                                                           gboolean               inherited);

/* For ServerSocket: makes a socket that is not live the end of an accepted connection. It emits
 * nothing: `connected` is due. FALSE with errno if there is no place for it; then the descriptor
 * stays the caller's. */
gboolean                tisock_tcp_socket_adopt           (TisockTCPSocket       *self,
                                                           int                    fd,
                                                           const TisockEndpoint  *remote,
                                                           gboolean               inherited,
                                                           GError               **error);
void                    tisock_tcp_socket_set_server      (TisockTCPSocket       *self,
                                                           TisockServerSocket    *server,
                                                           guint                  index);

/* Ends as soon as it is idle, unless a handler of `draining` will end it. */
void                    tisock_tcp_socket_drain           (TisockTCPSocket       *self);
/* Does not wait for that any more. */
void                    tisock_tcp_socket_abort_drained   (TisockTCPSocket       *self);

/* In tisock-server-socket.c. */

/* A connection that a layer had is ready: tells who waits for one, or emits `accepted`. FALSE if
 * its own signals have to wait. */
gboolean                tisock_server_socket_introduce    (TisockServerSocket    *self,
                                                           TisockTCPSocket       *socket);
/* Or it was broken off, and has ended. */
void                    tisock_server_socket_note_failed  (TisockServerSocket    *self,
                                                           const TisockEndpoint  *remote);
/* The connection has ended. */
void                    tisock_server_socket_forget       (TisockServerSocket    *self,
                                                           TisockTCPSocket       *socket,
                                                           guint                  index);
/* In tisock-server-socket-waiting.c: one that was drained has ended. */
void                    tisock_server_socket_note_drained (TisockServerSocket    *self,
                                                           gboolean               aborted);

G_END_DECLS
