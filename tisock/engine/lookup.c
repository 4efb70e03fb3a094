/* lookup.c: resolves a name on a thread and hands the answer to a reactor
 *
 * GResolver's own asynchronous results need a context that iterates. Its blocking functions, on
 * threads, do not: what they find lies in a mailbox, and a descriptor says that it is there, so
 * that it can be waited for like any socket, with the main loop and without.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/doorbell.h"
#include "engine/lookup.h"

#include <errno.h>
#include <unistd.h>

/* GLib's resolver runs each blocking call on one of the ten threads that GTask has for everybody:
 * some of them are left to others. */
#define MOST_THREADS 8

#define N_ANSWERS 2

typedef struct _Mailbox Mailbox;

typedef struct
{
  Mailbox       *mailbox;
  GSocketFamily  family;
  gboolean       arrived;       /* and not taken yet */
  GList         *addresses;
  GError        *error;
} Answer;

/* Shared by the lookup and its threads; the last of them frees it. */
struct _Mailbox
{
  gatomicrefcount  ref_count;
  GResolver       *resolver;
  GCancellable    *cancellable;
  char            *name;

  /* Guards what follows. The doorbell is closed under it as well, by the lookup. */
  GMutex           lock;
  TisockDoorbell   doorbell;    /* rung when an answer has arrived */
  Answer           answers[N_ANSWERS];
};

struct _TisockLookup
{
  TisockSlot        slot;
  Mailbox          *mailbox;
  TisockLookupFunc  func;
  gpointer          user_data;

  /* Set while answers are delivered, and to TRUE by free(): delivering ends there. */
  gboolean         *freed;
};

/* The mailbox */

static void
close_doorbell (Mailbox       *self,
                TisockReactor *reactor)
{
  g_mutex_lock (&self->lock);
  tisock_doorbell_close (&self->doorbell);
  g_mutex_unlock (&self->lock);

  if (reactor != NULL)
    tisock_reactor_feed (reactor);
}

static void
answer_clear (Answer *answer)
{
  g_resolver_free_addresses (g_steal_pointer (&answer->addresses));
  g_clear_error (&answer->error);
}

static Mailbox *
mailbox_new (const char *name)
{
  Mailbox *self = g_new0 (Mailbox, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->resolver = g_resolver_get_default ();
  self->cancellable = g_cancellable_new ();
  self->name = g_strdup (name);
  self->doorbell = (TisockDoorbell) TISOCK_DOORBELL_CLOSED;
  /* In the order in which answers that are there together are delivered. */
  self->answers[0] = (Answer) { .mailbox = self, .family = G_SOCKET_FAMILY_IPV6 };
  self->answers[1] = (Answer) { .mailbox = self, .family = G_SOCKET_FAMILY_IPV4 };

  return self;
}

static void
mailbox_unref (Mailbox *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < N_ANSWERS; i++)
    answer_clear (&self->answers[i]);
  g_mutex_clear (&self->lock);
  g_object_unref (self->resolver);
  g_object_unref (self->cancellable);
  g_free (self->name);
  g_free (self);
}

/* The threads */

static GList *
keep_family (GList         *addresses,
             GSocketFamily  family)
{
  GList *kept = NULL;

  for (GList *link = addresses; link != NULL; link = link->next)
    if (g_inet_address_get_family (link->data) == family)
      kept = g_list_prepend (kept, g_object_ref (link->data));

  g_resolver_free_addresses (addresses);

  return g_list_reverse (kept);
}

static GList *
resolve (Mailbox        *mailbox,
         GSocketFamily   family,
         GError        **error)
{
  GResolverNameLookupFlags flags = family == G_SOCKET_FAMILY_IPV6
                                   ? G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY
                                   : G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY;
  g_autoptr(GError) failure = NULL;
  GList *addresses;

  addresses = g_resolver_lookup_by_name_with_flags (mailbox->resolver, mailbox->name, flags,
                                                    mailbox->cancellable, &failure);

  /* Not every resolver of a program's own knows families. */
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    {
      g_clear_error (&failure);
      addresses = g_resolver_lookup_by_name (mailbox->resolver, mailbox->name,
                                             mailbox->cancellable, &failure);
    }

  addresses = keep_family (addresses, family);
  if (addresses != NULL)
    return addresses;

  if (failure == NULL)
    g_set_error (&failure, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                 "%s has no address of this family", mailbox->name);
  g_propagate_error (error, g_steal_pointer (&failure));

  return NULL;
}

static void
resolve_thread (gpointer data,
                gpointer user_data)
{
  Answer *answer = data;
  Mailbox *mailbox = answer->mailbox;
  GError *error = NULL;
  GList *addresses = NULL;

  /* It may have waited for a free thread longer than anybody waited for it. */
  if (!g_cancellable_is_cancelled (mailbox->cancellable))
    addresses = resolve (mailbox, answer->family, &error);

  g_mutex_lock (&mailbox->lock);
  answer->addresses = addresses;
  answer->error = error;
  answer->arrived = TRUE;
  tisock_doorbell_ring (&mailbox->doorbell);
  g_mutex_unlock (&mailbox->lock);

  mailbox_unref (mailbox);
}

/* The threads of GLib's pools do not follow into a forked child, and GLib does not notice: what
 * is pushed there is never done, if pushing comes to an end at all. */
static GThreadPool *
get_pool (GError **error)
{
  static gsize pool = 0;
  static pid_t process;

  if (g_once_init_enter (&pool))
    {
      process = getpid ();
      g_once_init_leave (&pool, (gsize) g_thread_pool_new (resolve_thread, NULL, MOST_THREADS,
                                                           FALSE, NULL));
    }

  if (process == getpid ())
    return (GThreadPool *) pool;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "A forked process cannot resolve names after its parent has done so");

  return NULL;
}

static gboolean
push_job (Answer  *answer,
          GError **error)
{
  GThreadPool *pool = get_pool (error);

  if (pool == NULL)
    return FALSE;

  g_atomic_ref_count_inc (&answer->mailbox->ref_count);

  /* It is queued even if there is no thread for it now: the reference is the job's either way. */
  return g_thread_pool_push (pool, answer, error);
}

/* The lookup */

static void
lookup_abandon (TisockLookup  *self,
                TisockReactor *reactor)
{
  close_doorbell (self->mailbox, reactor);
  g_cancellable_cancel (self->mailbox->cancellable);
}

static gboolean
take_answer (Mailbox *mailbox,
             guint    index,
             Answer  *taken)
{
  Answer *answer = &mailbox->answers[index];

  g_mutex_lock (&mailbox->lock);
  *taken = *answer;
  answer->arrived = FALSE;
  answer->addresses = NULL;
  answer->error = NULL;
  g_mutex_unlock (&mailbox->lock);

  return taken->arrived;
}

static void
lookup_ready (TisockSlot   *slot,
              GIOCondition  condition)
{
  TisockLookup *self = (TisockLookup *) slot;
  gboolean freed = FALSE;
  gboolean *outer = self->freed;

  tisock_doorbell_hush (&self->mailbox->doorbell);

  self->freed = &freed;
  for (guint i = 0; i < N_ANSWERS && !freed; i++)
    {
      Answer answer;

      if (!take_answer (self->mailbox, i, &answer))
        continue;

      self->func (answer.family, answer.addresses, answer.error, self->user_data);
      answer_clear (&answer);
    }

  if (!freed)
    self->freed = outer;
  else if (outer != NULL)
    *outer = TRUE;
}

static void
lookup_lost (TisockSlot *slot)
{
  lookup_abandon ((TisockLookup *) slot, NULL);
}

static const TisockSlotFuncs lookup_slot_funcs = {
  .ready = lookup_ready,
  .lost = lookup_lost,
};

static gboolean
lookup_begin (TisockLookup   *self,
              TisockReactor  *reactor,
              int            *error_number,
              GError        **error)
{
  Mailbox *mailbox = self->mailbox;

  if (!tisock_doorbell_open (&mailbox->doorbell))
    {
      *error_number = errno;
      tisock_set_error_from_errno (error, *error_number, "Could not resolve %s", mailbox->name);
      return FALSE;
    }

  *error_number = 0;
  if (!tisock_reactor_attach (reactor, &self->slot, mailbox->doorbell.watched_fd, G_IO_IN, error))
    return FALSE;

  return push_job (&mailbox->answers[0], error) && push_job (&mailbox->answers[1], error);
}

TisockLookup *
tisock_lookup_start (TisockReactor     *reactor,
                     GObject           *owner,
                     const char        *name,
                     TisockLookupFunc   func,
                     gpointer           user_data,
                     int               *error_number,
                     GError           **error)
{
  TisockLookup *self = g_new0 (TisockLookup, 1);

  self->mailbox = mailbox_new (name);
  self->func = func;
  self->user_data = user_data;
  tisock_slot_init (&self->slot, &lookup_slot_funcs, owner);

  if (!lookup_begin (self, reactor, error_number, error))
    g_clear_pointer (&self, tisock_lookup_free);

  return self;
}

void
tisock_lookup_free (TisockLookup *self)
{
  TisockReactor *reactor = self->slot.reactor;

  if (self->freed != NULL)
    *self->freed = TRUE;

  tisock_slot_detach (&self->slot);
  lookup_abandon (self, reactor);
  mailbox_unref (self->mailbox);
  g_free (self);
}

void
tisock_lookup_collect (TisockLookup  *self,
                       TisockWaitSet *set)
{
  if (tisock_slot_is_attached (&self->slot))
    g_ptr_array_add (set->slots, &self->slot);
}
