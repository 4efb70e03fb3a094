/* tisock-service-enumerator.c: asks Avahi where a service is, when a socket wants to know
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-service-enumerator.h"
#include "tisock-service-private.h"

struct _TisockServiceEnumerator
{
  GSocketAddressEnumerator  parent_instance;

  TisockService            *service;
  GDBusConnection          *connection;         /* NULL before the first question */
  TisockEndpoint            first;              /* "none" before there was an answer */
  gboolean                  asked_both;
};

G_DEFINE_FINAL_TYPE (TisockServiceEnumerator, tisock_service_enumerator,
                     G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

static gboolean
ask (TisockServiceEnumerator  *self,
     int                       protocol,
     TisockEndpoint           *endpoint,
     GCancellable             *cancellable,
     GError                  **error)
{
  guint interface_index = tisock_service_get_interface_index (self->service);
  const char *domain = tisock_service_get_domain (self->service);
  g_autoptr(GVariant) resolved = NULL;
  GVariant *question;

  question = g_variant_new ("(iisssiu)",
                            interface_index == 0 ? TISOCK_AVAHI_ANY : (int) interface_index,
                            TISOCK_AVAHI_ANY,
                            tisock_service_get_name (self->service),
                            tisock_service_get_service_type (self->service),
                            domain != NULL ? domain : "",
                            protocol,
                            0);
  resolved = tisock_avahi_call_sync (self->connection, "ResolveService", question, cancellable,
                                     error);
  if (resolved == NULL)
    return FALSE;

  if (tisock_service_read_endpoint (endpoint, resolved))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "The Avahi daemon gives no address");

  return FALSE;
}

/* The first address is of whichever family is known first. */
static gboolean
ask_first (TisockServiceEnumerator  *self,
           GCancellable             *cancellable,
           GError                  **error)
{
  self->connection = tisock_avahi_connect_sync (cancellable, error);

  return self->connection != NULL &&
         ask (self, TISOCK_AVAHI_ANY, &self->first, cancellable, error);
}

static gboolean
ask_second (TisockServiceEnumerator *self,
            TisockEndpoint          *second,
            GCancellable            *cancellable)
{
  int other = self->first.family == AF_INET ? TISOCK_AVAHI_IPV6 : TISOCK_AVAHI_IPV4;

  self->asked_both = TRUE;

  return ask (self, other, second, cancellable, NULL);
}

static GSocketAddress *
tisock_service_enumerator_next (GSocketAddressEnumerator  *enumerator,
                                GCancellable              *cancellable,
                                GError                   **error)
{
  TisockServiceEnumerator *self = TISOCK_SERVICE_ENUMERATOR (enumerator);
  TisockEndpoint second;

  if (self->connection == NULL)
    {
      if (ask_first (self, cancellable, error))
        return tisock_endpoint_to_address (&self->first);

      g_prefix_error (error, "Resolving the service failed: ");
      return NULL;
    }

  if (self->asked_both || !tisock_endpoint_is_set (&self->first))
    return NULL;

  /* That a service has one address only is no failure. */
  return ask_second (self, &second, cancellable) ? tisock_endpoint_to_address (&second) : NULL;
}

static void
tisock_service_enumerator_finalize (GObject *object)
{
  TisockServiceEnumerator *self = TISOCK_SERVICE_ENUMERATOR (object);

  g_object_unref (self->service);
  if (self->connection != NULL)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (tisock_service_enumerator_parent_class)->finalize (object);
}

static void
tisock_service_enumerator_class_init (TisockServiceEnumeratorClass *klass)
{
  G_SOCKET_ADDRESS_ENUMERATOR_CLASS (klass)->next = tisock_service_enumerator_next;
  G_OBJECT_CLASS (klass)->finalize = tisock_service_enumerator_finalize;
}

static void
tisock_service_enumerator_init (TisockServiceEnumerator *self)
{
}

GSocketAddressEnumerator *
tisock_service_enumerator_new (TisockService *service)
{
  TisockServiceEnumerator *self = g_object_new (TISOCK_TYPE_SERVICE_ENUMERATOR, NULL);

  self->service = g_object_ref (service);

  return G_SOCKET_ADDRESS_ENUMERATOR (self);
}
