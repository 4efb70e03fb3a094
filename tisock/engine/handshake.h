/* handshake.h: has a proxy connect to the destination
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockHandshake TisockHandshake;

/* Called in a turn, once. Without an error what is read and written from now on is the
 * destination's. The error is the callee's. The callee may free the handshake. */
typedef void (*TisockHandshakeFunc) (GError   *error,
                                     gpointer  user_data);

/* What speaks the proxy's protocol; NULL and the error if nothing does. */
GProxy          *tisock_handshake_find_proxy (GProxyAddress        *address,
                                              GError              **error)
                                              G_GNUC_WARN_UNUSED_RESULT;
/* The socket is connected to the proxy. NULL with the error, and its errno or 0, if there is
 * nothing to wait with. */
TisockHandshake *tisock_handshake_start      (TisockReactor        *reactor,
                                              GObject              *owner,
                                              GProxy               *proxy,
                                              GProxyAddress        *address,
                                              GSocket              *socket,
                                              TisockHandshakeFunc   func,
                                              gpointer              user_data,
                                              int                  *error_number,
                                              GError              **error);
/* If it is still going on, this is the end of the connection. The descriptor is closed once the
 * thread has noticed. */
void             tisock_handshake_free       (TisockHandshake      *self);
void             tisock_handshake_collect    (TisockHandshake      *self,
                                              TisockWaitSet        *set);

G_END_DECLS
