/* tisock-blocking.h: a call that blocks: how long, and until which cancellable is cancelled
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockBlocking TisockBlocking;

struct _TisockBlocking
{
  const char     *name;         /* what it does, for messages: "receive" */
  int             timeout_ms;
  gint64          deadline;     /* -1: none */
  gboolean        over;

  GCancellable   *cancellable;
  gulong          cancelled_id;
  TisockDoorbell  waker;
};

/* A timeout of -1 is for ever. */
void     tisock_blocking_begin (TisockBlocking  *self,
                                const char      *name,
                                int              timeout_ms,
                                GCancellable    *cancellable);
/* To be asked before each tisock_blocking_wait(). FALSE with the error, if it was cancelled, or the
 * time was over before the last one. */
gboolean tisock_blocking_may_wait (TisockBlocking *self,
                                   GError        **error);
/* Waits once for one of the set, and serves it. */
void     tisock_blocking_wait  (TisockBlocking  *self,
                                TisockReactor   *reactor,
                                TisockWaitSet   *set);
void     tisock_blocking_end   (TisockBlocking  *self);

G_END_DECLS
