/* mailbox.c: blocking work on threads, and what comes of it in turns of a reactor
 *
 * The asynchronous results of GIO's need a context that iterates. Its blocking functions, on
 * threads, do not: what comes of them lies in a mailbox, and a descriptor says that it is there,
 * so that it can be waited for like any socket, with the main loop and without.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/doorbell.h"
#include "engine/mailbox.h"

#include <errno.h>
#include <unistd.h>

/* GLib's resolver runs each blocking call on one of the ten threads that GTask has for everybody:
 * some of them are left to others. A proxy may be silent for as long as it likes: there is room
 * for many of them, and what has no room waits without holding up anything but proxies. So does a
 * handshake of TLS, but GIO spends one of GTask's threads on each. */
static const int most_threads[N_TISOCK_THREADS] = {
  [TISOCK_THREADS_NAMES] = 8,
  [TISOCK_THREADS_FOREIGN] = 8,
  [TISOCK_THREADS_PROXIES] = 64,
  [TISOCK_THREADS_TLS_CLIENTS] = TISOCK_TLS_THREADS,
  [TISOCK_THREADS_TLS_SERVERS] = TISOCK_TLS_THREADS,
};

/* What the mailbox and the threads that work for it share; the last of them frees it. */
typedef struct
{
  gatomicrefcount  ref_count;
  GCancellable    *cancellable;

  /* Guards what follows. The doorbell is closed under it as well, by the mailbox. */
  GMutex           lock;
  TisockDoorbell   doorbell;    /* rung when a result has arrived */
  GQueue           errands;     /* in the order of sending, until they are delivered */
  GCond            answered;
  gboolean         abandoned;
} Box;

typedef struct
{
  Box                      *box;
  const TisockErrandFuncs  *funcs;
  gpointer                  data;       /* NULL once it was given up */

  guint                     begun : 1;
  guint                     given_up : 1;
  guint                     asking : 1;
  guint                     heard : 1;          /* the question is being answered */
  guint                     answer : 1;         /* to the last question */
  guint                     arrived : 1;
} Errand;

struct _TisockMailbox
{
  TisockSlot  slot;
  Box        *box;
  gpointer    user_data;

  /* Set while results are delivered, and to TRUE by free(): delivering ends there. */
  gboolean   *freed;
};

/* What the thread is at. */
static GPrivate current_errand;

/* The box */

static void
errand_clear (Errand *self)
{
  gpointer data = g_steal_pointer (&self->data);

  if (data != NULL)
    self->funcs->free (data);
}

static void
errand_free (gpointer data)
{
  errand_clear (data);
  g_free (data);
}

static Box *
box_new (void)
{
  Box *self = g_new0 (Box, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_cond_init (&self->answered);
  g_queue_init (&self->errands);
  self->cancellable = g_cancellable_new ();
  self->doorbell = (TisockDoorbell) TISOCK_DOORBELL_CLOSED;

  return self;
}

static void
box_unref (Box *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->errands, errand_free);
  g_cond_clear (&self->answered);
  g_mutex_clear (&self->lock);
  g_object_unref (self->cancellable);
  g_free (self);
}

/* Nobody waits any more. What no thread has begun with is freed here and now: it may have to wait
 * long for a thread, and hold a descriptor. */
static void
box_abandon (Box *self)
{
  g_mutex_lock (&self->lock);
  tisock_doorbell_close (&self->doorbell);
  self->abandoned = TRUE;
  g_cond_broadcast (&self->answered);
  for (GList *link = self->errands.head; link != NULL; link = link->next)
    ((Errand *) link->data)->given_up = !((Errand *) link->data)->begun;
  g_mutex_unlock (&self->lock);

  for (GList *link = self->errands.head; link != NULL; link = link->next)
    if (((Errand *) link->data)->given_up)
      errand_clear (link->data);

  g_cancellable_cancel (self->cancellable);
}

/* The threads */

static gboolean
begin_errand (Errand *errand)
{
  Box *box = errand->box;

  g_mutex_lock (&box->lock);
  errand->begun = !errand->given_up;
  g_mutex_unlock (&box->lock);

  return errand->begun;
}

static void
deliver_errand (Errand *errand)
{
  Box *box = errand->box;

  g_mutex_lock (&box->lock);
  errand->arrived = TRUE;
  tisock_doorbell_ring (&box->doorbell);
  g_mutex_unlock (&box->lock);
}

gboolean
tisock_mailbox_ask (void)
{
  Errand *errand = g_private_get (&current_errand);
  Box *box = errand->box;
  gboolean answer;

  g_mutex_lock (&box->lock);
  errand->answer = errand->heard = FALSE;
  errand->asking = TRUE;
  tisock_doorbell_ring (&box->doorbell);
  while (errand->asking && !box->abandoned)
    g_cond_wait (&box->answered, &box->lock);
  answer = errand->answer && !box->abandoned;
  g_mutex_unlock (&box->lock);

  return answer;
}

static void
work_thread (gpointer data,
             gpointer user_data)
{
  Errand *errand = data;
  Box *box = errand->box;

  if (begin_errand (errand))
    {
      g_private_set (&current_errand, errand);
      errand->funcs->work (errand->data, box->cancellable);
      g_private_set (&current_errand, NULL);
      deliver_errand (errand);
    }

  box_unref (box);
}

/* The threads of GLib's pools do not follow into a forked child, and GLib does not notice: what
 * is pushed there is never done, if pushing comes to an end at all. */
static GThreadPool *
get_pool (TisockThreads   threads,
          GError        **error)
{
  static GThreadPool *pools[N_TISOCK_THREADS];
  static gsize made = 0;
  static pid_t process;

  if (g_once_init_enter (&made))
    {
      process = getpid ();
      for (guint i = 0; i < N_TISOCK_THREADS; i++)
        pools[i] = g_thread_pool_new (work_thread, NULL, most_threads[i], FALSE, NULL);
      g_once_init_leave (&made, TRUE);
    }

  if (process == getpid ())
    return pools[threads];

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "A forked process cannot use the threads that its parent has used");

  return NULL;
}

/* The mailbox */

/* The first one whose thread has come to its end, or to a question: that one stays. */
static Errand *
take_arrived (Box *box)
{
  Errand *taken = NULL;

  g_mutex_lock (&box->lock);
  for (GList *link = box->errands.head; link != NULL && taken == NULL; link = link->next)
    {
      Errand *errand = link->data;

      if (!errand->arrived && (!errand->asking || errand->heard))
        continue;

      taken = errand;
      errand->heard = TRUE;
      if (errand->arrived)
        g_queue_delete_link (&box->errands, link);
      break;
    }
  g_mutex_unlock (&box->lock);

  return taken;
}

static void
answer_errand (Errand   *errand,
               gboolean  answer)
{
  Box *box = errand->box;

  g_mutex_lock (&box->lock);
  errand->answer = answer != FALSE;
  errand->asking = FALSE;
  g_cond_broadcast (&box->answered);
  g_mutex_unlock (&box->lock);
}

/* Once the mailbox is freed, an errand that asks is its thread's. */
static void
deliver (TisockMailbox  *self,
         Errand         *errand,
         const gboolean *freed)
{
  gboolean answer;

  if (errand->arrived)
    {
      errand->funcs->done (errand->data, self->user_data);
      errand_free (errand);
      return;
    }

  answer = errand->funcs->asked (errand->data, self->user_data);
  if (!*freed)
    answer_errand (errand, answer);
}

static void
mailbox_ready (TisockSlot   *slot,
               GIOCondition  condition)
{
  TisockMailbox *self = (TisockMailbox *) slot;
  gboolean freed = FALSE;
  gboolean *outer = self->freed;
  Errand *errand;

  tisock_doorbell_hush (&self->box->doorbell);

  self->freed = &freed;
  while (!freed && (errand = take_arrived (self->box)) != NULL)
    deliver (self, errand, &freed);

  if (!freed)
    self->freed = outer;
  else if (outer != NULL)
    *outer = TRUE;
}

static void
mailbox_lost (TisockSlot *slot)
{
  box_abandon (((TisockMailbox *) slot)->box);
}

static const TisockSlotFuncs mailbox_slot_funcs = {
  .ready = mailbox_ready,
  .lost = mailbox_lost,
};

static gboolean
start_watching (TisockMailbox  *self,
                TisockReactor  *reactor,
                int            *error_number,
                GError        **error)
{
  if (!tisock_doorbell_open (&self->box->doorbell))
    {
      *error_number = errno;
      tisock_set_error_from_errno (error, *error_number, "Could not wait for a thread");
      return FALSE;
    }

  if (tisock_reactor_attach (reactor, &self->slot, self->box->doorbell.watched_fd, G_IO_IN,
                             error))
    return TRUE;

  *error_number = errno;

  return FALSE;
}

TisockMailbox *
tisock_mailbox_new (TisockReactor  *reactor,
                    GObject        *owner,
                    gpointer        user_data,
                    int            *error_number,
                    GError        **error)
{
  TisockMailbox *self = g_new0 (TisockMailbox, 1);

  self->box = box_new ();
  self->user_data = user_data;
  tisock_slot_init (&self->slot, &mailbox_slot_funcs, owner);

  if (!start_watching (self, reactor, error_number, error))
    g_clear_pointer (&self, tisock_mailbox_free);

  return self;
}

gboolean
tisock_mailbox_send (TisockMailbox            *self,
                     TisockThreads             threads,
                     const TisockErrandFuncs  *funcs,
                     gpointer                  data,
                     GError                  **error)
{
  Errand *errand = g_new0 (Errand, 1);
  GThreadPool *pool;

  errand->box = self->box;
  errand->funcs = funcs;
  errand->data = data;
  g_mutex_lock (&self->box->lock);
  g_queue_push_tail (&self->box->errands, errand);
  g_mutex_unlock (&self->box->lock);

  pool = get_pool (threads, error);
  if (pool == NULL)
    return FALSE;

  g_atomic_ref_count_inc (&self->box->ref_count);

  /* It is queued even if there is no thread for it now: the reference is the job's either way. */
  return g_thread_pool_push (pool, errand, error);
}

void
tisock_mailbox_free (TisockMailbox *self)
{
  TisockReactor *reactor = self->slot.reactor;

  if (self->freed != NULL)
    *self->freed = TRUE;

  tisock_slot_detach (&self->slot);
  box_abandon (self->box);
  box_unref (self->box);
  g_free (self);

  if (reactor != NULL)
    tisock_reactor_feed (reactor);
}

void
tisock_mailbox_collect (TisockMailbox *self,
                        TisockWaitSet *set)
{
  if (tisock_slot_is_attached (&self->slot))
    g_ptr_array_add (set->slots, &self->slot);
}

gboolean
tisock_mailbox_is_crowded (TisockThreads threads)
{
  GThreadPool *pool = get_pool (threads, NULL);

  return pool != NULL && g_thread_pool_unprocessed (pool) > 0 &&
         g_thread_pool_get_num_threads (pool) >= (guint) most_threads[threads];
}
