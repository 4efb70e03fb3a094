/* lookup.h: resolves a name on threads and hands the answers to a reactor
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockLookup TisockLookup;

/* Called in a turn, once for each of the two families asked for (A and AAAA, side by side).
 * `addresses` (GInetAddress) is NULL, and `error` set, if that family has no answer. The callback
 * may free the lookup. */
typedef void (*TisockLookupFunc) (GSocketFamily  family,
                                  GList         *addresses,
                                  const GError  *error,
                                  gpointer       user_data);

/* NULL, `error`, and an errno or 0, if there is no descriptor or thread to wait with. */
TisockLookup *tisock_lookup_start   (TisockReactor     *reactor,
                                     GObject           *owner,
                                     const char        *name,
                                     TisockLookupFunc   func,
                                     gpointer           user_data,
                                     int               *error_number,
                                     GError           **error);
/* Also while the threads are still at it: their answers go nowhere then. */
void          tisock_lookup_free    (TisockLookup      *self);
void          tisock_lookup_collect (TisockLookup      *self,
                                     TisockWaitSet     *set);

/* Blocks: for threads. Never NULL without an error. */
GList        *tisock_lookup_family  (GResolver         *resolver,
                                     const char        *name,
                                     GSocketFamily      family,
                                     GCancellable      *cancellable,
                                     GError           **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
