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
  g_free (self->landing);
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

void
tisock_reactor_enter_context (TisockReactor *self)
{
  if (self->n_sources++ == 0)
    g_main_context_unref (self->context);
}

void
tisock_reactor_leave_context (TisockReactor *self)
{
  if (--self->n_sources == 0 && self->context != NULL)
    g_main_context_ref (self->context);
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

GMainContext *
tisock_reactor_dup_context (TisockReactor  *self,
                            GError        **error)
{
  if (!tisock_reactor_is_lost (self))
    return g_main_context_ref (self->context);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The main context is gone");

  return NULL;
}

/* Calls in the next iteration */

typedef struct
{
  GSource          parent_instance;

  TisockReactor   *reactor;             /* referenced, as long as there is an object */
  TisockLaterFunc  function;
  GObject         *object;              /* NULL once the function has been called */
  gboolean         resting;             /* sits out one iteration, for lower priorities */
} LaterSource;

static gboolean
later_prepare (GSource *source,
               int     *timeout)
{
  *timeout = 0;

  return !((LaterSource *) source)->resting;
}

static gboolean
later_check (GSource *source)
{
  LaterSource *self = (LaterSource *) source;
  gboolean ready = !self->resting;

  self->resting = FALSE;

  return ready;
}

static void
later_call (LaterSource *self,
            gboolean     lost)
{
  g_autoptr(GObject) object = g_steal_pointer (&self->object);
  TisockReactor *reactor = self->reactor;

  tisock_reactor_leave_context (reactor);
  self->function (object, lost || tisock_reactor_is_lost (reactor));
  tisock_reactor_unref (reactor);
}

static gboolean
later_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  GMainContext *context = g_source_get_context (source);

  /* As in a turn: what a handler makes would belong elsewhere. */
  g_main_context_push_thread_default (context);
  later_call ((LaterSource *) source, FALSE);
  g_main_context_pop_thread_default (context);

  return G_SOURCE_REMOVE;
}

/* Not called before its context went. */
static void
later_finalize (GSource *source)
{
  LaterSource *self = (LaterSource *) source;

  if (self->object == NULL)
    return;

  tisock_reactor_forget_context (self->reactor);
  later_call (self, TRUE);
}

static GSourceFuncs later_funcs = {
  .prepare = later_prepare,
  .check = later_check,
  .dispatch = later_dispatch,
  .finalize = later_finalize,
};

/* By which the source of an object can be found. */
static gboolean
never_called (gpointer user_data)
{
  g_assert_not_reached ();
}

void
tisock_reactor_later (TisockReactor   *self,
                      TisockLaterFunc  function,
                      GObject         *object)
{
  GSource *current = g_main_current_source ();
  g_autoptr(GSource) source = NULL;
  LaterSource *later;

  if (tisock_reactor_is_lost (self))
    {
      function (object, TRUE);
      return;
    }

  source = g_source_new (&later_funcs, sizeof (LaterSource));
  g_source_set_static_name (source, "[tisock] later");
  later = (LaterSource *) source;
  later->reactor = tisock_reactor_ref (self);
  later->function = function;
  later->object = g_object_ref (object);
  later->resting = current != NULL && current->source_funcs == &later_funcs;
  g_source_set_callback (source, never_called, object, NULL);
  g_source_attach (source, self->context);
  tisock_reactor_enter_context (self);
}

void
tisock_reactor_not_later (TisockReactor *self,
                          GObject       *object)
{
  GSource *source;

  if (self->context == NULL)
    return;

  source = g_main_context_find_source_by_funcs_user_data (self->context, &later_funcs, object);
  if (source == NULL)
    return;

  g_clear_object (&((LaterSource *) source)->object);
  g_source_destroy (source);
  tisock_reactor_leave_context (self);
  tisock_reactor_unref (self);
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

void
tisock_reactor_schedule (TisockReactor *self,
                         GSourceFunc    function,
                         GObject       *object)
{
  g_autoptr(GSource) source = NULL;

  if (self->context == NULL)
    return;

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, g_object_ref (object), g_object_unref);
  g_source_attach (source, self->context);
}
