/* route.c: ways to get to where a program wants to be connected to
 *
 * A destination may stand for others: a service for the machines that offer it, an object of the
 * program's for whatever addresses it knows. Finding these out blocks, and one at a time is enough,
 * as the first is often the last. So a general route is expanded, on a thread, when its turn has
 * come: into routes that take its place, and that may be general again.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/attempt.h"
#include "engine/route.h"

#include <netdb.h>

struct _TisockRoute
{
  GSocketConnectable       *destination;
  GSocketAddressEnumerator *enumerator; /* of its other addresses; NULL before the first */
};

static void
route_clear (gpointer data)
{
  TisockRoute *self = data;

  g_object_unref (self->destination);
  g_clear_object (&self->enumerator);
}

TisockRoute *
tisock_route_new (GSocketConnectable *destination)
{
  TisockRoute *self = g_atomic_rc_box_new0 (TisockRoute);

  self->destination = g_object_ref (destination);

  return self;
}

TisockRoute *
tisock_route_ref (TisockRoute *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
tisock_route_unref (TisockRoute *self)
{
  g_atomic_rc_box_release_full (self, route_clear);
}

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) tisock_route_unref);
}

/* Of GIO's own classes, and not of classes derived from them, it is known what they enumerate. */
static gboolean
is_name (GSocketConnectable *destination)
{
  return G_OBJECT_TYPE (destination) == G_TYPE_NETWORK_ADDRESS;
}

static gboolean
is_service (GSocketConnectable *destination)
{
  return G_OBJECT_TYPE (destination) == G_TYPE_NETWORK_SERVICE;
}

static gboolean
parse_literal (GNetworkAddress *destination,
               TisockEndpoint  *endpoint)
{
  return tisock_endpoint_parse (endpoint, g_network_address_get_hostname (destination),
                                g_network_address_get_port (destination));
}

static char *
describe_name (GNetworkAddress *destination)
{
  TisockEndpoint endpoint;

  if (parse_literal (destination, &endpoint))
    return tisock_endpoint_describe (&endpoint);

  return g_strdup_printf ("%s:%u", g_network_address_get_hostname (destination),
                          g_network_address_get_port (destination));
}

/* As it is called in the DNS. */
static char *
describe_service (GNetworkService *service)
{
  return g_strdup_printf ("_%s._%s.%s", g_network_service_get_service (service),
                          g_network_service_get_protocol (service),
                          g_network_service_get_domain (service));
}

char *
tisock_route_describe (TisockRoute *self)
{
  if (is_name (self->destination))
    return describe_name (G_NETWORK_ADDRESS (self->destination));
  if (is_service (self->destination))
    return describe_service (G_NETWORK_SERVICE (self->destination));
  if (G_IS_SOCKET_ADDRESS (self->destination))
    return tisock_address_describe (G_SOCKET_ADDRESS (self->destination));

  return g_socket_connectable_to_string (self->destination);
}

gboolean
tisock_route_is_general (TisockRoute *self)
{
  return !is_name (self->destination) && !G_IS_SOCKET_ADDRESS (self->destination);
}

TisockThreads
tisock_route_get_threads (TisockRoute *self)
{
  return is_service (self->destination) ? TISOCK_THREADS_NAMES : TISOCK_THREADS_FOREIGN;
}

/* Services */

static TisockRoute *
route_new_for_target (GNetworkService *service,
                      const char      *hostname,
                      guint16          port)
{
  g_autoptr(GSocketConnectable) destination =
    g_object_new (G_TYPE_NETWORK_ADDRESS,
                  "hostname", hostname,
                  "port", (guint) port,
                  "scheme", g_network_service_get_scheme (service),
                  NULL);

  return tisock_route_new (destination);
}

/* 0 if the system does not know the service. */
static guint16
get_well_known_port (const char *service)
{
  const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
  struct addrinfo *list = NULL;
  TisockEndpoint endpoint = { .port = 0 };

  if (getaddrinfo (NULL, service, &hints, &list) != 0)
    return 0;

  tisock_endpoint_from_sockaddr (&endpoint, (struct sockaddr_storage *) list->ai_addr);
  freeaddrinfo (list);

  return endpoint.port;
}

/* A domain may do without a record for a service that it offers itself. */
static GPtrArray *
fall_back_on_domain (GNetworkService *service)
{
  guint16 port = get_well_known_port (g_network_service_get_service (service));
  GPtrArray *routes;

  if (port == 0)
    return NULL;

  routes = new_list ();
  g_ptr_array_add (routes, route_new_for_target (service, g_network_service_get_domain (service),
                                                 port));

  return routes;
}

static GPtrArray *
list_targets (GNetworkService *service,
              GList           *targets)
{
  GPtrArray *routes = new_list ();

  for (GList *link = targets; link != NULL; link = link->next)
    g_ptr_array_add (routes, route_new_for_target (service, g_srv_target_get_hostname (link->data),
                                                   g_srv_target_get_port (link->data)));

  return routes;
}

/* GNetworkService's own enumerator does this as well, but only once for each object: what it has
 * found it keeps, and the next enumerator finds nothing. */
static GPtrArray *
find_targets (GNetworkService  *service,
              GCancellable     *cancellable,
              GError          **error)
{
  g_autoptr(GResolver) resolver = g_resolver_get_default ();
  GError *failure = NULL;
  GPtrArray *routes;
  GList *targets;

  targets = g_resolver_lookup_service (resolver,
                                       g_network_service_get_service (service),
                                       g_network_service_get_protocol (service),
                                       g_network_service_get_domain (service),
                                       cancellable, &failure);
  if (failure == NULL)
    routes = list_targets (service, targets);
  else if (g_error_matches (failure, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
    routes = fall_back_on_domain (service);
  else
    routes = NULL;

  g_resolver_free_targets (targets);
  if (routes != NULL)
    g_clear_error (&failure);
  else
    g_propagate_error (error, failure);

  return routes;
}

/* Other objects */

static GSocketAddressEnumerator *
get_enumerator (TisockRoute *self)
{
  if (self->enumerator != NULL)
    return g_object_ref (self->enumerator);

  return g_socket_connectable_enumerate (self->destination);
}

/* The next address, and whatever comes after it. */
static GPtrArray *
enumerate (TisockRoute   *self,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autoptr(GSocketAddressEnumerator) enumerator = get_enumerator (self);
  g_autoptr(GSocketAddress) address = NULL;
  GError *failure = NULL;
  TisockRoute *rest;
  GPtrArray *routes;

  address = g_socket_address_enumerator_next (enumerator, cancellable, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return NULL;
    }

  routes = new_list ();
  if (address == NULL)
    return routes;

  rest = tisock_route_new (self->destination);
  rest->enumerator = g_steal_pointer (&enumerator);
  g_ptr_array_add (routes, tisock_route_new (G_SOCKET_CONNECTABLE (address)));
  g_ptr_array_add (routes, rest);

  return routes;
}

GPtrArray *
tisock_route_expand (TisockRoute   *self,
                     GCancellable  *cancellable,
                     GError       **error)
{
  if (is_service (self->destination))
    return find_targets (G_NETWORK_SERVICE (self->destination), cancellable, error);

  return enumerate (self, cancellable, error);
}

/* Routes that are not general */

GSocketAddress *
tisock_route_get_address (TisockRoute *self)
{
  TisockEndpoint endpoint;

  if (!is_name (self->destination))
    return G_SOCKET_ADDRESS (g_object_ref (self->destination));

  if (parse_literal (G_NETWORK_ADDRESS (self->destination), &endpoint))
    return tisock_endpoint_to_address (&endpoint);

  return NULL;
}

const char *
tisock_route_get_name (TisockRoute *self)
{
  return g_network_address_get_hostname (G_NETWORK_ADDRESS (self->destination));
}

GSocketAddress *
tisock_route_make_address (TisockRoute  *self,
                           GInetAddress *address)
{
  return g_inet_socket_address_new (address,
                                    g_network_address_get_port
                                      (G_NETWORK_ADDRESS (self->destination)));
}
