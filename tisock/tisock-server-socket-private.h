/* tisock-server-socket-private.h: the parts of a ServerSocket, for its own files
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/listener.h"
#include "engine/tls-handshake.h"
#include "tisock-connection-list.h"
#include "tisock-operation.h"
#include "tisock-server-socket.h"

G_BEGIN_DECLS

typedef struct _TisockDrain TisockDrain;
typedef struct _TisockServerSocketPrivate TisockServerSocketPrivate;

struct _TisockServerSocketPrivate
{
  TisockReactor          *reactor;

  /* While LISTENING: the listeners, and a place in the reactor for what is to be done in a turn. */
  GPtrArray              *listeners;    /* of TisockListener */
  gboolean                exhausted;    /* shared by them: the system has run out of something */
  TisockSlot              slot;

  TisockConnectionList   *connections;
  GPtrArray              *pool;         /* of sockets that wait for a connection; owned */

  TisockNetworkInterface *network_interface;
  char                   *address;
  int                     port;
  GPtrArray              *addresses;    /* of GSocketConnectable: what was added to these */

  /* For the paths of Unix sockets. */
  guint                   socket_mode;
  char                   *socket_user;
  char                   *socket_group;

  /* Of the first listener of the present life, or of the last one. */
  TisockEndpoint          local;
  char                   *local_name;   /* of a Unix socket */

  TisockSocketState       state;
  int                     last_error_number;

  guint                   maximum_sockets_connected;
  guint                   minimum_sockets_available;
  guint                   listen_backlog;
  TisockOverloadPolicy    overload_policy;
  gboolean                auto_accept;

  TisockTlsSettings      *tls_settings;
  TisockTlsGate           tls_gate;

  /* The texts, and what they mean (GInetAddressMask); NULL: none. */
  char                  **allowed_peers;
  char                  **blocked_peers;
  GPtrArray              *allowed_masks;
  GPtrArray              *blocked_masks;

  /* Calls that wait for a connection: asynchronous ones, or where a blocking one wants it. */
  GQueue                  accepts;
  TisockTCPSocket       **accepted_by;

  TisockDrain            *drain;        /* NULL unless the server is being drained */

  guint                   accepting : 1;        /* accept() has asked for a connection */
  guint                   lacks_socket : 1;     /* add-socket gave none, and that has been said */
  guint                   closed_due : 1;       /* the end of a life has still to be said */
  guint                   later : 1;            /* and the context is going to */

  /* What `error` will say before `closed` if it is due. */
  GError                 *failure;

  /* Handlers under way: a life that ends at once meanwhile is said after them. */
  guint                   held;
};

typedef enum
{
  TISOCK_SERVER_PROP_PORT = 1,
  TISOCK_SERVER_PROP_ADDRESS,
  TISOCK_SERVER_PROP_LOCAL_ADDRESS,
  TISOCK_SERVER_PROP_NETWORK_INTERFACE,
  TISOCK_SERVER_PROP_HANDLE,
  TISOCK_SERVER_PROP_IS_LISTENING,
  TISOCK_SERVER_PROP_STATE,
  TISOCK_SERVER_PROP_LAST_ERROR_NUMBER,
  TISOCK_SERVER_PROP_MAXIMUM_SOCKETS_CONNECTED,
  TISOCK_SERVER_PROP_MINIMUM_SOCKETS_AVAILABLE,
  TISOCK_SERVER_PROP_LISTEN_BACKLOG,
  TISOCK_SERVER_PROP_AUTO_ACCEPT,
  TISOCK_SERVER_PROP_OVERLOAD_POLICY,
  TISOCK_SERVER_PROP_CONNECTIONS,
  TISOCK_SERVER_PROP_N_CONNECTIONS,
  TISOCK_SERVER_PROP_ALLOWED_PEERS,
  TISOCK_SERVER_PROP_BLOCKED_PEERS,
  TISOCK_SERVER_PROP_SOCKET_MODE,
  TISOCK_SERVER_PROP_SOCKET_USER,
  TISOCK_SERVER_PROP_SOCKET_GROUP,
  TISOCK_SERVER_PROP_TLS_SETTINGS,
  TISOCK_SERVER_N_PROPS,
} TisockServerProperty;

TisockServerSocketPrivate *tisock_server_socket_get_private (TisockServerSocket    *self);
gboolean tisock_server_socket_check           (TisockServerSocket    *self,
                                               const char            *function);
void     tisock_server_socket_notify          (TisockServerSocket    *self,
                                               TisockServerProperty   property);
/* Reports a failure that is the caller's on the signal error and returns FALSE. */
gboolean tisock_server_socket_misuse          (TisockServerSocket    *self,
                                               GError               **error,
                                               int                    code,
                                               const char            *format,
                                               ...) G_GNUC_PRINTF (4, 5);
/* Adds what the listening waits for. */
void     tisock_server_socket_collect         (TisockServerSocket    *self,
                                               TisockWaitSet         *set);
/* Reports any failure on the signal error and returns FALSE. */
gboolean tisock_server_socket_report          (TisockServerSocket    *self,
                                               GError                *failure,
                                               int                    error_number,
                                               GError               **error);
extern const TisockListenerFuncs tisock_server_socket_listener_funcs;
/* Lets the listeners do what the settings and the number of connections say. */
void     tisock_server_socket_update_listeners (TisockServerSocket   *self);

/* References, since handlers may end any of them. */
GPtrArray *tisock_server_socket_list_connections (TisockServerSocket *self);

/* tisock-server-socket-addresses.c: makes all listeners. FALSE with the error, and its errno if it
 * has one; then some may have been made. */
gboolean tisock_server_socket_add_listeners   (TisockServerSocket    *self,
                                               int                   *error_number,
                                               GError               **error);

/* tisock-server-socket-tls.c */

/* NULL: there is nothing wrong with a socket for a new connection. */
const char *tisock_server_socket_find_tls_fault (TisockServerSocket  *self,
                                               TisockTCPSocket       *socket);
/* Where no handler gives any. */
TisockTCPSocket *tisock_server_socket_make_socket (TisockServerSocket *self)
                                               G_GNUC_WARN_UNUSED_RESULT;
/* Before a connection is the socket's. */
void     tisock_server_socket_equip           (TisockServerSocket    *self,
                                               TisockTCPSocket       *socket);

/* tisock-server-socket-waiting.c */
/* Gives a connection to a call that waits for one. FALSE: none does. */
gboolean tisock_server_socket_hand_over       (TisockServerSocket    *self,
                                               TisockTCPSocket       *socket);

/* tisock-server-socket-settings.c */
/* Whether a setting that is fixed while the server listens may be changed now. */
gboolean tisock_server_socket_may_configure   (TisockServerSocket    *self,
                                               const char            *property);
void     tisock_server_socket_install_properties (GObjectClass       *object_class,
                                               GParamSpec           **properties);
void     tisock_server_socket_get_property    (GObject               *object,
                                               guint                  prop_id,
                                               GValue                *value,
                                               GParamSpec            *pspec);
void     tisock_server_socket_set_property    (GObject               *object,
                                               guint                  prop_id,
                                               const GValue          *value,
                                               GParamSpec            *pspec);

G_END_DECLS
