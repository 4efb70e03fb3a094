/* attempt.h: makes a connection to one address, and through it if it is a proxy's
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/endpoint.h"
#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockAttempt TisockAttempt;
typedef struct _TisockAttemptFuncs TisockAttemptFuncs;

/* Called in a turn, never from start(). */
struct _TisockAttemptFuncs
{
  /* A proxy is there, and is being spoken to. */
  void (*reached)   (TisockAttempt *self,
                     gpointer       user_data);
  /* Free the attempt in either of these. The error, which names the address, is the callee's. */
  void (*connected) (TisockAttempt *self,
                     gpointer       user_data);
  void (*failed)    (TisockAttempt *self,
                     GError        *error,
                     int            error_number,
                     gpointer       user_data);
};

/* `local` is what to bind to (IPv4, IPv6; "none" = nothing, which rules that family out), or NULL.
 * NULL with the error, and its errno or 0, if it fails at once. */
TisockAttempt  *tisock_attempt_start       (TisockReactor              *reactor,
                                            GObject                    *owner,
                                            GSocketAddress             *address,
                                            const TisockEndpoint       *local,
                                            const TisockAttemptFuncs   *funcs,
                                            gpointer                    user_data,
                                            int                        *error_number,
                                            GError                    **error);
void            tisock_attempt_free        (TisockAttempt              *self);
gboolean        tisock_attempt_has_reached (TisockAttempt              *self);
/* Does not look for its connection any more, until it is told to go on. */
void            tisock_attempt_pause       (TisockAttempt              *self,
                                            gboolean                    paused);
/* Once it is connected, the caller's if it takes a reference. */
GSocket        *tisock_attempt_get_socket  (TisockAttempt              *self);
GSocketAddress *tisock_attempt_get_address (TisockAttempt              *self);
void            tisock_attempt_collect     (TisockAttempt              *self,
                                            TisockWaitSet              *set);

/* An address for messages: "192.0.2.1:80", "/run/x.sock", "http proxy 192.0.2.1:8080". */
char           *tisock_address_describe    (GSocketAddress             *address)
                                            G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
