/* lookup.c: resolves a name on threads and hands the answers to a reactor
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/lookup.h"
#include "engine/mailbox.h"

/* What is asked for one family, and the answer to it. */
typedef struct
{
  GResolver     *resolver;
  char          *name;
  GSocketFamily  family;

  GList         *addresses;
  GError        *error;
} Question;

struct _TisockLookup
{
  TisockMailbox    *mailbox;
  TisockLookupFunc  func;
  gpointer          user_data;
};

static Question *
question_new (const char    *name,
              GSocketFamily  family)
{
  Question *self = g_new0 (Question, 1);

  self->resolver = g_resolver_get_default ();
  self->name = g_strdup (name);
  self->family = family;

  return self;
}

static void
question_free (gpointer data)
{
  Question *self = data;

  g_object_unref (self->resolver);
  g_free (self->name);
  g_resolver_free_addresses (self->addresses);
  g_clear_error (&self->error);
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

GList *
tisock_lookup_family (GResolver      *resolver,
                      const char     *name,
                      GSocketFamily   family,
                      GCancellable   *cancellable,
                      GError        **error)
{
  GResolverNameLookupFlags flags = family == G_SOCKET_FAMILY_IPV6
                                   ? G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY
                                   : G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY;
  g_autoptr(GError) failure = NULL;
  GList *addresses;

  addresses = g_resolver_lookup_by_name_with_flags (resolver, name, flags, cancellable, &failure);

  /* Not every resolver of a program's own knows families. */
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    {
      g_clear_error (&failure);
      addresses = g_resolver_lookup_by_name (resolver, name, cancellable, &failure);
    }

  addresses = keep_family (addresses, family);
  if (addresses != NULL)
    return addresses;

  if (failure == NULL)
    g_set_error (&failure, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
                 "%s has no address of this family", name);
  g_propagate_error (error, g_steal_pointer (&failure));

  return NULL;
}

static void
question_work (gpointer      data,
               GCancellable *cancellable)
{
  Question *self = data;

  self->addresses = tisock_lookup_family (self->resolver, self->name, self->family, cancellable,
                                          &self->error);
}

/* The lookup */

static void
question_done (gpointer data,
               gpointer user_data)
{
  Question *question = data;
  TisockLookup *self = user_data;

  self->func (question->family, question->addresses, question->error, self->user_data);
}

static const TisockErrandFuncs question_funcs = {
  .work = question_work,
  .done = question_done,
  .free = question_free,
};

static gboolean
ask (TisockLookup   *self,
     const char     *name,
     GSocketFamily   family,
     GError        **error)
{
  return tisock_mailbox_send (self->mailbox, TISOCK_THREADS_NAMES, &question_funcs,
                              question_new (name, family), error);
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

  *error_number = 0;
  self->func = func;
  self->user_data = user_data;
  self->mailbox = tisock_mailbox_new (reactor, owner, self, error_number, error);

  /* Of answers that are there together, that of the family asked for first is delivered first. */
  if (self->mailbox == NULL ||
      !ask (self, name, G_SOCKET_FAMILY_IPV6, error) ||
      !ask (self, name, G_SOCKET_FAMILY_IPV4, error))
    g_clear_pointer (&self, tisock_lookup_free);

  return self;
}

void
tisock_lookup_free (TisockLookup *self)
{
  g_clear_pointer (&self->mailbox, tisock_mailbox_free);
  g_free (self);
}

void
tisock_lookup_collect (TisockLookup  *self,
                       TisockWaitSet *set)
{
  tisock_mailbox_collect (self->mailbox, set);
}
