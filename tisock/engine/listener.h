/* listener.h: accepts connections, and survives a full descriptor table
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/endpoint.h"
#include "engine/reactor.h"
#include "engine/unix-path.h"

G_BEGIN_DECLS

typedef struct _TisockListener TisockListener;
typedef struct _TisockListenerFuncs TisockListenerFuncs;

/* Called in turns. Each may pause, stop or free the listener. */
struct _TisockListenerFuncs
{
  /* A connection: the descriptor is the callee's. */
  void (*incoming) (TisockListener       *self,
                    int                   fd,
                    const TisockEndpoint *remote,
                    gpointer              owner);
  /* A peer was accepted and closed at once: the descriptor table is full, the policy is to drop. */
  void (*shed)     (TisockListener       *self,
                    const TisockEndpoint *remote,
                    gpointer              owner);
  /* Accepting fails for now; said once until it works again. The error is the callee's. */
  void (*failed)   (TisockListener       *self,
                    GError               *error,
                    int                   error_number,
                    gpointer              owner);
};

/* Takes the descriptor and, of a Unix socket that has one, the path, also on failure. */
TisockListener *tisock_listener_new     (TisockReactor              *reactor,
                                         GObject                    *owner,
                                         const TisockListenerFuncs  *funcs,
                                         int                         fd,
                                         TisockUnixPath             *path,
                                         GError                    **error);
/* Closes the descriptor and removes the path; the caller needs a reference of its own on the
 * owner. */
void            tisock_listener_free    (TisockListener             *self);
int             tisock_listener_get_fd  (TisockListener             *self);
/* Has several listeners of an owner say once, together, that the system has run out of something.
 * FALSE at first; it has to live as long as they do. */
void            tisock_listener_share   (TisockListener             *self,
                                         gboolean                   *exhausted);
/* Leaves peers in the backlog until further notice. */
void            tisock_listener_pause   (TisockListener             *self,
                                         gboolean                    paused);
/* Whether to accept and close what there is no descriptor for, instead of leaving it waiting. */
void            tisock_listener_set_shed (TisockListener            *self,
                                         gboolean                    shed);
void            tisock_listener_collect (TisockListener             *self,
                                         TisockWaitSet              *set);

G_END_DECLS
