/* connector.h: makes a connection to a name, an address or what stands for them
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/endpoint.h"
#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockConnector TisockConnector;
typedef struct _TisockConnectorFuncs TisockConnectorFuncs;
typedef struct _TisockConnectorOptions TisockConnectorOptions;

/* Called in a turn, never from start(); either of the two ends the connector: free it there. */
struct _TisockConnectorFuncs
{
  /* The socket is the callee's. */
  void (*connected) (TisockConnector *self,
                     GSocket         *socket,
                     gpointer         user_data);
  /* `error_number` is a POSIX errno or 0. The error is the callee's. */
  void (*failed)    (TisockConnector *self,
                     GError          *error,
                     int              error_number,
                     gpointer         user_data);
};

struct _TisockConnectorOptions
{
  GSocketConnectable *destination;
  GProxyResolver     *proxy_resolver;   /* which proxies to go through; NULL = none */
  TisockEndpoint      local[2];         /* bind to these (IPv4, IPv6); "none" = not bound */
  gboolean            bound;            /* only families that have a local[] are tried */
  guint               timeout;          /* ms for all of it; 0 = none */
  guint               resolve_timeout;  /* ms of waiting for nothing but a name; 0 = none */
};

/* An address is tried at once: NULL, `error` and `error_number` if that fails at once. */
TisockConnector *tisock_connector_start   (TisockReactor                 *reactor,
                                           GObject                       *owner,
                                           const TisockConnectorOptions  *options,
                                           const TisockConnectorFuncs    *funcs,
                                           gpointer                       user_data,
                                           int                           *error_number,
                                           GError                       **error);
/* Gives up what is under way, without a call. */
void             tisock_connector_free    (TisockConnector               *self);
/* Adds what it waits for: its slots and its timer. */
void             tisock_connector_collect (TisockConnector               *self,
                                           TisockWaitSet                 *set);
/* New timeouts while it runs; counted from the start. */
void             tisock_connector_set_timeouts (TisockConnector          *self,
                                                guint                     timeout,
                                                guint                     resolve_timeout);

G_END_DECLS
