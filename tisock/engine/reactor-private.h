/* reactor-private.h: what the parts of the reactor share
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockBackend TisockBackend;
typedef struct _TisockBackendFuncs TisockBackendFuncs;
typedef struct _TisockEvent TisockEvent;
typedef struct _TisockPlace TisockPlace;

/* Slot index and generation in one number: never a pointer or a descriptor, which may be somebody
 * else's by the time the event is read. */
typedef guint64 TisockToken;

struct _TisockEvent
{
  TisockToken   token;
  GIOCondition  condition;
};

/* How readiness is learned: epoll, or poll where there is none. A backend hangs its descriptors
 * on the reactor's GSource with g_source_add_poll(): GLib overrides a FALSE from check() for
 * those added with g_source_add_unix_fd(), and the reactor needs to be able to sit out a turn. */
struct _TisockBackendFuncs
{
  TisockBackend *(*open)    (GSource        *source,
                             GError        **error);
  /* After the source has been destroyed. */
  void           (*close)   (TisockBackend  *self);
  /* Makes slot->wanted what is watched for, and slot->armed say so. FALSE with errno. */
  gboolean       (*watch)   (TisockBackend  *self,
                             TisockSlot     *slot,
                             TisockToken     token);
  /* Watches for nothing any more, without a look at the descriptor: its number may be another
   * one's by now. */
  void           (*forget)  (TisockBackend  *self,
                             TisockSlot     *slot);
  /* Whether the context's last poll found anything. */
  gboolean       (*pending) (TisockBackend  *self);
  guint          (*collect) (TisockBackend  *self,
                             TisockEvent    *events,
                             guint           n_events);
};

extern const TisockBackendFuncs tisock_backend_epoll;
extern const TisockBackendFuncs tisock_backend_poll;

struct _TisockPlace
{
  TisockSlot *slot;             /* NULL: free, or left during this turn */
  guint32     generation;       /* counts the slots that have left this place */
  guint32     next;             /* the next free place */
};

struct _TisockReactor
{
  gatomicrefcount            ref_count;

  /* While there is a source of ours, the context owns it and is not referenced; without one it is.
   * So a context that nobody else needs can go although sockets live on it. NULL once it is
   * gone. */
  GMainContext              *context;
  guint                      n_sources;         /* `source`, and calls for the next iteration */
  GSource                   *source;
  const TisockBackendFuncs  *backend_funcs;
  TisockBackend             *backend;
  guint                      fork_generation;

  TisockPlace               *places;
  guint                      n_places;
  guint                      n_used;
  guint32                    free_places;
  guint32                    left_places;       /* freed when the outermost turn ends */

  /* Tokens of slots: their interest changed; to be called in the next turn; out of descriptors. */
  GArray                    *changed;
  GArray                    *queued;
  GArray                    *starving;

  TisockTimerWheel           wheel;

  guint8                    *scratch;
  TisockChunk                loan;
  TisockByteQueue           *borrower;          /* whose last chunk may be the loan */
  guint8                    *landing;

  gint64                     time;
  gint64                     spent;             /* µs in turns since the last rest */
  guint                      depth;             /* turns under way, one in the other */
  gboolean                   resting;           /* sits out one iteration, for lower priorities */
};

/* The reactor whose turn this thread is in. */
extern __thread TisockReactor *tisock_reactor_current;

/* Who made the reactor before a fork has nothing to serve after it. */
gboolean tisock_reactor_is_forked    (TisockReactor *self);
/* A source of the reactor's is attached to the context, or is not any more. */
void     tisock_reactor_enter_context (TisockReactor *self);
void     tisock_reactor_leave_context (TisockReactor *self);
/* A source was destroyed with its context. */
void     tisock_reactor_forget_context (TisockReactor *self);

G_END_DECLS
