/* route.h: ways to get to where a program wants to be connected to
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/endpoint.h"
#include "engine/mailbox.h"

G_BEGIN_DECLS

typedef struct _TisockRoute TisockRoute;

/* A route is immutable, and counts its references for any thread. The resolver (or NULL) is to be
 * asked which proxies it goes through. */
TisockRoute    *tisock_route_new          (GSocketConnectable   *destination,
                                           GProxyResolver       *resolver)
                                           G_GNUC_WARN_UNUSED_RESULT;
TisockRoute    *tisock_route_ref          (TisockRoute          *self);
void            tisock_route_unref        (TisockRoute          *self);

/* For messages. */
char           *tisock_route_describe     (TisockRoute          *self)
                                           G_GNUC_WARN_UNUSED_RESULT;

/* Whether it is known to go through no proxy. */
gboolean        tisock_route_is_direct    (TisockRoute          *self);
/* FALSE if it cannot be gone at all. */
gboolean        tisock_route_check        (TisockRoute          *self,
                                           GError              **error);
/* Whether it has to be replaced by what expand() makes of it before it can be gone. */
gboolean        tisock_route_is_general   (TisockRoute          *self);
TisockThreads   tisock_route_get_threads  (TisockRoute          *self);
/* Says that expand() has no answer yet. */
const char     *tisock_route_describe_expansion (TisockRoute    *self);
/* Blocks: for threads. What may be gone in its stead, in order of preference: routes, some of
 * which may be general themselves. None without an error: this is the end of it. */
GPtrArray      *tisock_route_expand       (TisockRoute          *self,
                                           GCancellable         *cancellable,
                                           GError              **error)
                                           G_GNUC_WARN_UNUSED_RESULT;

/* Of one that is not general: the address to connect to, or else the name that has addresses. */
GSocketAddress *tisock_route_get_address  (TisockRoute          *self)
                                           G_GNUC_WARN_UNUSED_RESULT;
const char     *tisock_route_get_name     (TisockRoute          *self);
GSocketAddress *tisock_route_make_address (TisockRoute          *self,
                                           GInetAddress         *address)
                                           G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
