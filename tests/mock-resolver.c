/* mock-resolver.c: a resolver that answers what a test says, when the test says so
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-resolver.h"

struct _MockResolver
{
  GResolver  parent_instance;

  /* Guards what follows: the calls come from threads. */
  GMutex     lock;
  GCond      changed;
  char      *answers[2];
  char      *targets;
  gboolean   held[2];
  gboolean   simple;
  guint      n_calls;
  guint      n_pending;
};

G_DEFINE_FINAL_TYPE (MockResolver, mock_resolver, G_TYPE_RESOLVER)

static guint
get_index (GSocketFamily family)
{
  return family == G_SOCKET_FAMILY_IPV6 ? 1 : 0;
}

static GList *
parse_addresses (const char *text)
{
  g_auto(GStrv) words = g_strsplit (text != NULL ? text : "", " ", -1);
  GList *addresses = NULL;

  for (guint i = g_strv_length (words); i-- > 0;)
    if (*words[i] != '\0')
      addresses = g_list_prepend (addresses, g_inet_address_new_from_string (words[i]));

  return addresses;
}

static GList *
answer (MockResolver  *self,
        const char    *hostname,
        gboolean       wanted[2],
        GError       **error)
{
  GList *addresses = NULL;

  g_mutex_lock (&self->lock);

  self->n_calls++;
  self->n_pending++;
  g_cond_broadcast (&self->changed);

  for (guint i = 0; i < 2; i++)
    {
      while (wanted[i] && self->held[i])
        g_cond_wait (&self->changed, &self->lock);
      if (wanted[i])
        addresses = g_list_concat (addresses, parse_addresses (self->answers[i]));
    }

  if (addresses == NULL)
    g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "“%s” is unknown", hostname);

  self->n_pending--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  return addresses;
}

static GList *
mock_resolver_lookup_by_name (GResolver     *resolver,
                              const char    *hostname,
                              GCancellable  *cancellable,
                              GError       **error)
{
  gboolean wanted[2] = { TRUE, TRUE };

  return answer (MOCK_RESOLVER (resolver), hostname, wanted, error);
}

static GList *
mock_resolver_lookup_by_name_with_flags (GResolver                 *resolver,
                                         const char                *hostname,
                                         GResolverNameLookupFlags   flags,
                                         GCancellable              *cancellable,
                                         GError                   **error)
{
  MockResolver *self = MOCK_RESOLVER (resolver);
  gboolean wanted[2];

  if (self->simple)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "No flags here");
      return NULL;
    }

  wanted[0] = !(flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY);
  wanted[1] = !(flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY);

  return answer (self, hostname, wanted, error);
}

static GList *
mock_resolver_lookup_service (GResolver     *resolver,
                              const char    *rrname,
                              GCancellable  *cancellable,
                              GError       **error)
{
  MockResolver *self = MOCK_RESOLVER (resolver);
  g_auto(GStrv) words = NULL;
  GList *targets = NULL;

  g_mutex_lock (&self->lock);
  self->n_calls++;
  g_cond_broadcast (&self->changed);
  words = g_strsplit (self->targets != NULL ? self->targets : "", " ", -1);
  g_mutex_unlock (&self->lock);

  for (guint i = g_strv_length (words); i-- > 0;)
    {
      char *colon = strrchr (words[i], ':');

      *colon = '\0';
      targets = g_list_prepend (targets, g_srv_target_new (words[i], (guint16) atoi (colon + 1),
                                                           0, 0));
    }

  if (targets == NULL)
    g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "“%s” is unknown", rrname);

  return targets;
}

static void
mock_resolver_finalize (GObject *object)
{
  MockResolver *self = MOCK_RESOLVER (object);

  for (guint i = 0; i < 2; i++)
    g_free (self->answers[i]);
  g_free (self->targets);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);

  G_OBJECT_CLASS (mock_resolver_parent_class)->finalize (object);
}

static void
mock_resolver_class_init (MockResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mock_resolver_finalize;
  resolver_class->lookup_by_name = mock_resolver_lookup_by_name;
  resolver_class->lookup_by_name_with_flags = mock_resolver_lookup_by_name_with_flags;
  resolver_class->lookup_service = mock_resolver_lookup_service;
}

static void
mock_resolver_init (MockResolver *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

MockResolver *
mock_resolver_new (void)
{
  return g_object_new (MOCK_TYPE_RESOLVER, NULL);
}

void
mock_resolver_set_answer (MockResolver  *self,
                          GSocketFamily  family,
                          const char    *addresses)
{
  guint index = get_index (family);

  g_mutex_lock (&self->lock);
  g_free (self->answers[index]);
  self->answers[index] = g_strdup (addresses);
  g_mutex_unlock (&self->lock);
}

void
mock_resolver_set_service (MockResolver *self,
                           const char   *targets)
{
  g_mutex_lock (&self->lock);
  g_free (self->targets);
  self->targets = g_strdup (targets);
  g_mutex_unlock (&self->lock);
}

void
mock_resolver_set_simple (MockResolver *self)
{
  self->simple = TRUE;
}

static void
set_held (MockResolver  *self,
          GSocketFamily  family,
          gboolean       held)
{
  g_mutex_lock (&self->lock);
  self->held[get_index (family)] = held;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
mock_resolver_hold (MockResolver  *self,
                    GSocketFamily  family)
{
  set_held (self, family, TRUE);
}

void
mock_resolver_release (MockResolver  *self,
                       GSocketFamily  family)
{
  set_held (self, family, FALSE);
}

void
mock_resolver_await_calls (MockResolver *self,
                           guint         n_calls)
{
  g_mutex_lock (&self->lock);
  while (self->n_calls < n_calls)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
mock_resolver_await_idle (MockResolver *self)
{
  g_mutex_lock (&self->lock);
  while (self->n_pending > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

guint
mock_resolver_get_n_calls (MockResolver *self)
{
  guint n_calls;

  g_mutex_lock (&self->lock);
  n_calls = self->n_calls;
  g_mutex_unlock (&self->lock);

  return n_calls;
}
