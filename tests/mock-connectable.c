/* mock-connectable.c: a program's own GSocketConnectable, whose answers a test chooses
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-connectable.h"

struct _MockConnectable
{
  GObject             parent_instance;

  GThread            *home;     /* which must not be blocked */
  GPtrArray          *addresses;
  GError             *error;
  GSocketConnectable *name;

  /* Guards what follows: the calls come from threads. */
  GMutex              lock;
  GCond               changed;
  gboolean            held;
  guint               n_calls;
  guint               n_enumerators;
};

static void mock_connectable_connectable_init (GSocketConnectableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MockConnectable, mock_connectable, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SOCKET_CONNECTABLE,
                                                      mock_connectable_connectable_init))

#define MOCK_TYPE_ENUMERATOR (mock_enumerator_get_type ())

G_DECLARE_FINAL_TYPE (MockEnumerator, mock_enumerator, MOCK, ENUMERATOR, GSocketAddressEnumerator)

struct _MockEnumerator
{
  GSocketAddressEnumerator  parent_instance;

  MockConnectable          *connectable;
  guint                     next;
};

G_DEFINE_FINAL_TYPE (MockEnumerator, mock_enumerator, G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

/* The enumerator */

static void
cancelled_cb (GCancellable    *cancellable,
              MockConnectable *connectable)
{
  g_mutex_lock (&connectable->lock);
  g_cond_broadcast (&connectable->changed);
  g_mutex_unlock (&connectable->lock);
}

static void
await_release (MockConnectable *connectable,
               GCancellable    *cancellable)
{
  gulong id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), connectable, NULL);

  g_mutex_lock (&connectable->lock);
  connectable->n_calls++;
  g_cond_broadcast (&connectable->changed);
  while (connectable->held && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&connectable->changed, &connectable->lock);
  g_mutex_unlock (&connectable->lock);

  g_cancellable_disconnect (cancellable, id);
}

static GSocketAddress *
mock_enumerator_next (GSocketAddressEnumerator  *enumerator,
                      GCancellable              *cancellable,
                      GError                   **error)
{
  MockEnumerator *self = MOCK_ENUMERATOR (enumerator);
  MockConnectable *connectable = self->connectable;

  g_assert_true (g_thread_self () != connectable->home);
  await_release (connectable, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  if (self->next < connectable->addresses->len)
    return g_object_ref (g_ptr_array_index (connectable->addresses, self->next++));

  if (connectable->error != NULL)
    g_propagate_error (error, g_error_copy (connectable->error));

  return NULL;
}

static void
mock_enumerator_finalize (GObject *object)
{
  g_object_unref (MOCK_ENUMERATOR (object)->connectable);

  G_OBJECT_CLASS (mock_enumerator_parent_class)->finalize (object);
}

static void
mock_enumerator_class_init (MockEnumeratorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mock_enumerator_finalize;
  G_SOCKET_ADDRESS_ENUMERATOR_CLASS (klass)->next = mock_enumerator_next;
}

static void
mock_enumerator_init (MockEnumerator *self)
{
}

/* The connectable */

static GSocketAddressEnumerator *
mock_connectable_enumerate (GSocketConnectable *connectable)
{
  MockConnectable *self = MOCK_CONNECTABLE (connectable);
  MockEnumerator *enumerator = g_object_new (MOCK_TYPE_ENUMERATOR, NULL);

  enumerator->connectable = g_object_ref (self);
  g_mutex_lock (&self->lock);
  self->n_enumerators++;
  g_mutex_unlock (&self->lock);

  return G_SOCKET_ADDRESS_ENUMERATOR (enumerator);
}

static GSocketAddressEnumerator *
mock_connectable_proxy_enumerate (GSocketConnectable *connectable)
{
  MockConnectable *self = MOCK_CONNECTABLE (connectable);

  return self->name != NULL ? g_socket_connectable_proxy_enumerate (self->name)
                            : g_socket_connectable_enumerate (connectable);
}

static char *
mock_connectable_to_string (GSocketConnectable *connectable)
{
  return g_strdup ("somewhere");
}

static void
mock_connectable_finalize (GObject *object)
{
  MockConnectable *self = MOCK_CONNECTABLE (object);

  g_ptr_array_unref (self->addresses);
  g_clear_error (&self->error);
  g_clear_object (&self->name);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);

  G_OBJECT_CLASS (mock_connectable_parent_class)->finalize (object);
}

static void
mock_connectable_class_init (MockConnectableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mock_connectable_finalize;
}

static void
mock_connectable_connectable_init (GSocketConnectableIface *iface)
{
  iface->enumerate = mock_connectable_enumerate;
  iface->proxy_enumerate = mock_connectable_proxy_enumerate;
  iface->to_string = mock_connectable_to_string;
}

static void
mock_connectable_init (MockConnectable *self)
{
  self->home = g_thread_self ();
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

MockConnectable *
mock_connectable_new (void)
{
  return g_object_new (MOCK_TYPE_CONNECTABLE, NULL);
}

MockConnectable *
mock_connectable_new_for_name (const char *name,
                               guint16     port)
{
  MockConnectable *self = mock_connectable_new ();

  self->name = g_network_address_new (name, port);

  return self;
}

void
mock_connectable_add (MockConnectable *self,
                      GSocketAddress  *address)
{
  g_ptr_array_add (self->addresses, g_object_ref (address));
}

void
mock_connectable_set_error (MockConnectable *self,
                            const GError    *error)
{
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

static void
set_held (MockConnectable *self,
          gboolean         held)
{
  g_mutex_lock (&self->lock);
  self->held = held;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
mock_connectable_hold (MockConnectable *self)
{
  set_held (self, TRUE);
}

void
mock_connectable_release (MockConnectable *self)
{
  set_held (self, FALSE);
}

guint
mock_connectable_get_n_calls (MockConnectable *self)
{
  guint n_calls;

  g_mutex_lock (&self->lock);
  n_calls = self->n_calls;
  g_mutex_unlock (&self->lock);

  return n_calls;
}

guint
mock_connectable_get_n_enumerators (MockConnectable *self)
{
  guint n_enumerators;

  g_mutex_lock (&self->lock);
  n_enumerators = self->n_enumerators;
  g_mutex_unlock (&self->lock);

  return n_enumerators;
}

void
mock_connectable_await_calls (MockConnectable *self,
                              guint            n_calls)
{
  g_mutex_lock (&self->lock);
  while (self->n_calls < n_calls)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}
