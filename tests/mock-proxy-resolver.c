/* mock-proxy-resolver.c: a GProxyResolver that answers what a test says, when the test says so
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-proxy-resolver.h"

struct _MockProxyResolver
{
  GObject   parent_instance;

  GThread  *home;               /* which must not be blocked */
  char     *uris;

  /* Guards what follows: the calls come from threads. */
  GMutex    lock;
  GCond     changed;
  GString  *asked;
  guint     n_calls;
  gboolean  held;
};

static void mock_proxy_resolver_interface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MockProxyResolver, mock_proxy_resolver, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER,
                                                      mock_proxy_resolver_interface_init))

static void
cancelled_cb (GCancellable      *cancellable,
              MockProxyResolver *self)
{
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static char **
mock_proxy_resolver_lookup (GProxyResolver  *resolver,
                            const char      *uri,
                            GCancellable    *cancellable,
                            GError         **error)
{
  MockProxyResolver *self = MOCK_PROXY_RESOLVER (resolver);
  gulong id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);

  g_assert_true (g_thread_self () != self->home);

  g_mutex_lock (&self->lock);
  self->n_calls++;
  g_string_append_printf (self->asked, "%s ", uri);
  g_cond_broadcast (&self->changed);
  while (self->held && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  g_cancellable_disconnect (cancellable, id);

  if (self->uris != NULL)
    return g_strsplit (self->uris, " ", -1);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "Do not ask");

  return NULL;
}

static void
mock_proxy_resolver_finalize (GObject *object)
{
  MockProxyResolver *self = MOCK_PROXY_RESOLVER (object);

  g_free (self->uris);
  g_string_free (self->asked, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);

  G_OBJECT_CLASS (mock_proxy_resolver_parent_class)->finalize (object);
}

static void
mock_proxy_resolver_class_init (MockProxyResolverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mock_proxy_resolver_finalize;
}

static void
mock_proxy_resolver_interface_init (GProxyResolverInterface *iface)
{
  iface->lookup = mock_proxy_resolver_lookup;
}

static void
mock_proxy_resolver_init (MockProxyResolver *self)
{
  self->home = g_thread_self ();
  self->asked = g_string_new (NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

MockProxyResolver *
mock_proxy_resolver_new (const char *uris)
{
  MockProxyResolver *self = g_object_new (MOCK_TYPE_PROXY_RESOLVER, NULL);

  self->uris = g_strdup (uris);

  return self;
}

static void
set_held (MockProxyResolver *self,
          gboolean           held)
{
  g_mutex_lock (&self->lock);
  self->held = held;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
mock_proxy_resolver_hold (MockProxyResolver *self)
{
  set_held (self, TRUE);
}

void
mock_proxy_resolver_release (MockProxyResolver *self)
{
  set_held (self, FALSE);
}

char *
mock_proxy_resolver_dup_asked (MockProxyResolver *self)
{
  char *asked;

  g_mutex_lock (&self->lock);
  asked = g_strdup (self->asked->str);
  g_mutex_unlock (&self->lock);

  return asked;
}

void
mock_proxy_resolver_await_calls (MockProxyResolver *self,
                                 guint              n_calls)
{
  g_mutex_lock (&self->lock);
  while (self->n_calls < n_calls)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}
