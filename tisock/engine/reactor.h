/* reactor.h: serves the descriptors and deadlines of one GMainContext
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "engine/byte-queue.h"
#include "engine/doorbell.h"
#include "engine/timer-wheel.h"

G_BEGIN_DECLS

typedef struct _TisockReactor TisockReactor;
typedef struct _TisockSlot TisockSlot;
typedef struct _TisockSlotFuncs TisockSlotFuncs;
typedef struct _TisockWaitSet TisockWaitSet;

typedef void (*TisockLaterFunc) (GObject  *object,
                                 gboolean  lost);

struct _TisockSlotFuncs
{
  /* The descriptor is ready, or, with no condition, the slot was queued. G_IO_NVAL: it can no
   * longer be watched. The owner is referenced around the call. */
  void (*ready) (TisockSlot   *slot,
                 GIOCondition  condition);
  /* The context is gone and the slot already detached: close without a word. */
  void (*lost)  (TisockSlot   *slot);
};

/* A place in a reactor, embedded in what it serves. While attached it references its owner. */
struct _TisockSlot
{
  const TisockSlotFuncs *funcs;
  GObject               *owner;
  TisockReactor         *reactor;       /* NULL while not attached */
  int                    fd;            /* -1: a place without a descriptor */
  guint32                index;
  guint8                 wanted;        /* the GIOCondition asked for; 0 = paused */
  guint8                 armed;         /* the GIOCondition the backend watches for */
  guint8                 changed : 1;   /* on the list of slots whose interest changed */
  guint8                 queued : 1;    /* on the list for the next turn */
  guint8                 unwatchable : 1; /* the backend refused it: to be told with G_IO_NVAL */
};

/* What one socket waits for: served by tisock_reactor_wait() without the context. */
struct _TisockWaitSet
{
  GPtrArray            *slots;  /* of TisockSlot */
  GPtrArray            *timers; /* of TisockTimer */
  const TisockDoorbell *waker;  /* ends the wait as well; or NULL */
};

/* The reactor of the thread-default context, made if need be. Taking and dropping references is
 * free for every thread; all else belongs to the thread that owns the context. */
TisockReactor *tisock_reactor_ref_thread_default (void) G_GNUC_WARN_UNUSED_RESULT;
TisockReactor *tisock_reactor_ref                (TisockReactor       *self);
void           tisock_reactor_unref              (TisockReactor       *self);

/* Whether the calling thread may use what belongs to this reactor: it owns the context, or
 * nobody does. Says a critical if it may not. */
gboolean       tisock_reactor_check              (TisockReactor       *self,
                                                  const char          *function);
/* The same without a word, for dispose. */
gboolean       tisock_reactor_is_usable          (TisockReactor       *self);
/* The context is gone, or this is a forked child. */
gboolean       tisock_reactor_is_lost            (TisockReactor       *self);
/* The context, for what keeps it; NULL with the error if it is gone. */
GMainContext  *tisock_reactor_dup_context        (TisockReactor       *self,
                                                  GError             **error)
                                                  G_GNUC_WARN_UNUSED_RESULT;
/* Runs a function where the context is owned: at once if that is here. */
void           tisock_reactor_invoke             (TisockReactor       *self,
                                                  GSourceFunc          function,
                                                  GObject             *object);
/* The same, but never at once: from whatever thread and place. */
void           tisock_reactor_schedule           (TisockReactor       *self,
                                                  GSourceFunc          function,
                                                  GObject             *object);
/* Calls a function of the object's in the next iteration of the context, as from a turn. What a
 * call of this kind asks for again lets lower priorities have an iteration first. The object is
 * referenced until then; `lost`: the context is gone, or was before. */
void           tisock_reactor_later              (TisockReactor       *self,
                                                  TisockLaterFunc      function,
                                                  GObject             *object);
/* Takes that back. */
void           tisock_reactor_not_later          (TisockReactor       *self,
                                                  GObject             *object);
/* Monotonic µs; in a turn a cached value that a slow handler leaves behind: good for noting
 * activity, while deadlines are counted from g_get_monotonic_time(). */
gint64         tisock_reactor_get_time           (TisockReactor       *self);

/* FALSE with the error, and its errno if it has one, else 0. */
gboolean       tisock_reactor_attach             (TisockReactor       *self,
                                                  TisockSlot          *slot,
                                                  int                  fd,
                                                  GIOCondition         wanted,
                                                  GError             **error);
/* Detaching drops the reference on the owner: the caller needs one of its own. The descriptor
 * stays open: close it after this, never before. */
void           tisock_slot_detach                (TisockSlot          *slot);
gboolean       tisock_slot_set_fd                (TisockSlot          *slot,
                                                  int                  fd,
                                                  GIOCondition         wanted,
                                                  GError             **error);
/* Leaves a place without a descriptor, which stays open: returns it. */
int            tisock_slot_take_fd               (TisockSlot          *slot);
/* Leaves one, too: somebody else has closed the descriptor. */
void           tisock_slot_forget_fd             (TisockSlot          *slot);
void           tisock_slot_want                  (TisockSlot          *slot,
                                                  GIOCondition         wanted);
/* Calls ready() with no condition in the next turn. */
void           tisock_slot_queue                 (TisockSlot          *slot);

/* Timers fire in turns while the reactor has any slot: who arms one has one. */
void           tisock_reactor_set_timer          (TisockReactor       *self,
                                                  TisockTimer         *timer,
                                                  gint64               deadline);
void           tisock_reactor_clear_timer        (TisockReactor       *self,
                                                  TisockTimer         *timer);

/* The scratch buffer that all sockets of the reactor read into. Asking for it settles what was
 * lent from it before; end with a loan to the queue, or with nothing. */
#define TISOCK_SCRATCH_SIZE (256 * 1024)
guint8        *tisock_reactor_get_scratch        (TisockReactor       *self);
void           tisock_reactor_lend_scratch       (TisockReactor       *self,
                                                  TisockByteQueue     *queue,
                                                  gsize                length);
void           tisock_reactor_settle_scratch     (TisockReactor       *self);

/* Where the datagrams of all its sockets land: what is there is gone with the next batch. */
guint8        *tisock_reactor_get_landing        (TisockReactor       *self);

/* Blocks until one of the set is ready or due, or the deadline (-1: none, 0: do not block) is
 * over, and serves it. FALSE if nothing was ready in time. */
gboolean       tisock_reactor_wait               (TisockReactor       *self,
                                                  TisockWaitSet       *set,
                                                  gint64               deadline);

/* For listeners that ran out of descriptors: queued as soon as one of ours is closed. */
void           tisock_reactor_starve             (TisockReactor       *self,
                                                  TisockSlot          *slot);
void           tisock_reactor_feed               (TisockReactor       *self);

static inline void
tisock_slot_init (TisockSlot            *slot,
                  const TisockSlotFuncs *funcs,
                  gpointer               owner)
{
  slot->funcs = funcs;
  slot->owner = (GObject *) owner;
  slot->fd = -1;
}

static inline gboolean
tisock_slot_is_attached (const TisockSlot *slot)
{
  return slot->reactor != NULL;
}

G_END_DECLS
