/* reactor-registry.c: which reactor serves which context, for whom, and until when
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/reactor-private.h"

#include <pthread.h>

static GMutex registry_lock;
static GHashTable *registry;            /* GMainContext → TisockReactor, neither referenced */

static guint fork_generation;

__thread TisockReactor *tisock_reactor_current;

static void
forked_cb (void)
{
  fork_generation++;
  tisock_reactor_current = NULL;
}

static const TisockBackendFuncs *
choose_backend (void)
{
#ifdef HAVE_EPOLL
  if (g_strcmp0 (g_getenv ("TISOCK_REACTOR"), "poll") != 0)
    return &tisock_backend_epoll;
#endif

  return &tisock_backend_poll;
}

static TisockReactor *
reactor_new (GMainContext *context)
{
  TisockReactor *self = g_new0 (TisockReactor, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->context = g_main_context_ref (context);
  self->backend_funcs = choose_backend ();
  self->fork_generation = fork_generation;
  self->free_places = self->left_places = G_MAXUINT32;
  self->changed = g_array_new (FALSE, FALSE, sizeof (TisockToken));
  self->queued = g_array_new (FALSE, FALSE, sizeof (TisockToken));
  self->starving = g_array_new (FALSE, FALSE, sizeof (TisockToken));

  return self;
}

static void
reactor_free (TisockReactor *self)
{
  g_assert (self->source == NULL);

  g_clear_pointer (&self->context, g_main_context_unref);
  g_array_unref (self->changed);
  g_array_unref (self->queued);
  g_array_unref (self->starving);
  g_free (self->places);
  g_aligned_free (self->scratch);
  g_free (self);
}

TisockReactor *
tisock_reactor_ref_thread_default (void)
{
  static gsize prepared = 0;
  GMainContext *context = g_main_context_get_thread_default ();
  TisockReactor *self;

  if (context == NULL)
    context = g_main_context_default ();

  if (tisock_reactor_current != NULL && tisock_reactor_current->context == context)
    return tisock_reactor_ref (tisock_reactor_current);

  if (g_once_init_enter (&prepared))
    {
      pthread_atfork (NULL, NULL, forked_cb);
      registry = g_hash_table_new (NULL, NULL);
      g_once_init_leave (&prepared, 1);
    }

  g_mutex_lock (&registry_lock);
  self = g_hash_table_lookup (registry, context);
  if (self != NULL && !tisock_reactor_is_forked (self))
    {
      tisock_reactor_ref (self);
    }
  else
    {
      self = reactor_new (context);
      g_hash_table_insert (registry, context, self);
    }
  g_mutex_unlock (&registry_lock);

  return self;
}

TisockReactor *
tisock_reactor_ref (TisockReactor *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Under the lock, so that nobody finds a reactor whose last reference is just going. */
void
tisock_reactor_unref (TisockReactor *self)
{
  gboolean last;

  g_mutex_lock (&registry_lock);
  last = g_atomic_ref_count_dec (&self->ref_count);
  if (last && self->context != NULL && g_hash_table_lookup (registry, self->context) == self)
    g_hash_table_remove (registry, self->context);
  g_mutex_unlock (&registry_lock);

  if (last)
    reactor_free (self);
}

/* Before the context's memory is free for another one. */
void
tisock_reactor_forget_context (TisockReactor *self)
{
  g_mutex_lock (&registry_lock);
  if (g_hash_table_lookup (registry, self->context) == self)
    g_hash_table_remove (registry, self->context);
  self->context = NULL;
  g_mutex_unlock (&registry_lock);
}

gboolean
tisock_reactor_is_forked (TisockReactor *self)
{
  return self->fork_generation != fork_generation;
}

gboolean
tisock_reactor_is_lost (TisockReactor *self)
{
  return self->context == NULL || tisock_reactor_is_forked (self);
}

gboolean
tisock_reactor_is_usable (TisockReactor *self)
{
  if (G_LIKELY (tisock_reactor_current == self))
    return TRUE;

  if (tisock_reactor_is_forked (self))
    return FALSE;

  if (self->context == NULL || g_main_context_is_owner (self->context))
    return TRUE;

  if (!g_main_context_acquire (self->context))
    return FALSE;

  g_main_context_release (self->context);

  return TRUE;
}

gboolean
tisock_reactor_check (TisockReactor *self,
                      const char    *function)
{
  if (G_LIKELY (tisock_reactor_is_usable (self)))
    return TRUE;

  if (tisock_reactor_is_forked (self))
    g_critical ("%s: this socket belongs to the process that forked this one", function);
  else
    g_critical ("%s: this socket belongs to a main context that another thread runs; "
                "call from there, for instance through g_main_context_invoke()", function);

  return FALSE;
}

void
tisock_reactor_invoke (TisockReactor *self,
                       GSourceFunc    function,
                       GObject       *object)
{
  if (self->context != NULL)
    g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, function,
                                g_object_ref (object), g_object_unref);
}
