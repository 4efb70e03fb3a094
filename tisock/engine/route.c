/* route.c: ways to get to where a program wants to be connected to
 *
 * A destination may stand for others: a service for the machines that offer it, an object of the
 * program's for whatever addresses it knows. And there may be several proxies to go through.
 * Finding these out blocks, and one at a time is enough, as the first is often the last. So a
 * general route is expanded, on a thread, when its turn has come: into routes that take its place,
 * and that may be general again. In particular, a name that a proxy is going to resolve is not
 * resolved here.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/attempt.h"
#include "engine/lookup.h"
#include "engine/route.h"
#include "tisock-socket-error.h"

#include <netdb.h>
#include <string.h>

/* Of a name in the DNS; what is longer GIO may not be able to tell to a proxy. */
#define LONGEST_NAME 253

#define SOCKS_PORT 1080

struct _TisockRoute
{
  GSocketConnectable       *destination;
  GSocketAddressEnumerator *enumerator; /* of its other addresses; NULL before the first */
  GProxyResolver           *resolver;   /* to be asked; NULL: there is none, or it has been */
  char                     *proxy_uri;  /* as the resolver gave it; NULL: no proxy */
  GUri                     *proxy;      /* the same; NULL if it is not valid */
};

static void
route_clear (gpointer data)
{
  TisockRoute *self = data;

  g_object_unref (self->destination);
  g_clear_object (&self->enumerator);
  g_clear_object (&self->resolver);
  g_free (self->proxy_uri);
  g_clear_pointer (&self->proxy, g_uri_unref);
}

TisockRoute *
tisock_route_new (GSocketConnectable *destination,
                  GProxyResolver     *resolver)
{
  TisockRoute *self = g_atomic_rc_box_new0 (TisockRoute);

  self->destination = g_object_ref (destination);
  g_set_object (&self->resolver, resolver);

  return self;
}

/* GLib knows the usual ports of URIs, but not of those of SOCKS. -1 if there is none. */
static int
get_proxy_port (GUri *proxy)
{
  int port = g_uri_get_port (proxy);

  if (port < 0 && g_str_has_prefix (g_uri_get_scheme (proxy), "socks"))
    return SOCKS_PORT;

  return port;
}

/* What can be connected to, or NULL. */
static GUri *
parse_proxy (const char *uri)
{
  g_autoptr(GUri) proxy = g_uri_parse (uri,
                                       G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_SCHEME_NORMALIZE,
                                       NULL);

  if (proxy == NULL || g_uri_get_host (proxy) == NULL || *g_uri_get_host (proxy) == '\0' ||
      get_proxy_port (proxy) <= 0)
    return NULL;

  return g_steal_pointer (&proxy);
}

/* A URI that is not valid is complained of when it would be needed. */
static TisockRoute *
route_new_through (GSocketConnectable *destination,
                   const char         *proxy_uri)
{
  TisockRoute *self = tisock_route_new (destination, NULL);

  self->proxy_uri = g_strdup (proxy_uri);
  self->proxy = parse_proxy (proxy_uri);

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

/* An IP address, but not one of a proxy with a destination of its own. */
static gboolean
is_address (GSocketConnectable *destination)
{
  return G_IS_INET_SOCKET_ADDRESS (destination) && !G_IS_PROXY_ADDRESS (destination);
}

/* Of a name or an address. */
static char *
dup_host (GSocketConnectable *destination)
{
  TisockEndpoint endpoint;

  if (is_name (destination))
    return g_strdup (g_network_address_get_hostname (G_NETWORK_ADDRESS (destination)));

  tisock_endpoint_from_address (&endpoint, G_SOCKET_ADDRESS (destination));

  return tisock_endpoint_dup_text (&endpoint);
}

static guint16
get_port (GSocketConnectable *destination)
{
  return is_name (destination)
         ? g_network_address_get_port (G_NETWORK_ADDRESS (destination))
         : g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (destination));
}

/* GIO's word for a connection of no known kind is "none". */
static const char *
get_scheme (GSocketConnectable *destination)
{
  const char *scheme = NULL;

  if (is_name (destination))
    scheme = g_network_address_get_scheme (G_NETWORK_ADDRESS (destination));

  return scheme != NULL ? scheme : "none";
}

static char *
describe_host (const char *host,
               guint16     port)
{
  TisockEndpoint endpoint;

  if (tisock_endpoint_parse (&endpoint, host, port))
    return tisock_endpoint_describe (&endpoint);

  return g_strdup_printf ("%s:%u", host, port);
}

/* Not the URI, which may hold a password. */
static char *
describe_proxy (TisockRoute *self)
{
  g_autofree char *scheme = g_uri_parse_scheme (self->proxy_uri);
  g_autofree char *host = NULL;

  if (self->proxy == NULL)
    return g_strdup_printf ("%s proxy", scheme != NULL ? scheme : "a");

  host = describe_host (g_uri_get_host (self->proxy), (guint16) get_proxy_port (self->proxy));

  return g_strdup_printf ("%s proxy %s", scheme, host);
}

/* As it is called in the DNS. */
static char *
describe_service (GNetworkService *service)
{
  return g_strdup_printf ("_%s._%s.%s", g_network_service_get_service (service),
                          g_network_service_get_protocol (service),
                          g_network_service_get_domain (service));
}

static char *
describe_destination (GSocketConnectable *destination)
{
  if (is_name (destination))
    return describe_host (g_network_address_get_hostname (G_NETWORK_ADDRESS (destination)),
                          get_port (destination));
  if (is_service (destination))
    return describe_service (G_NETWORK_SERVICE (destination));
  if (G_IS_PROXY_ADDRESS (destination))
    return describe_host (g_proxy_address_get_destination_hostname (G_PROXY_ADDRESS (destination)),
                          g_proxy_address_get_destination_port (G_PROXY_ADDRESS (destination)));
  if (G_IS_SOCKET_ADDRESS (destination))
    return tisock_address_describe (G_SOCKET_ADDRESS (destination));

  return g_socket_connectable_to_string (destination);
}

char *
tisock_route_describe (TisockRoute *self)
{
  return self->proxy_uri != NULL ? describe_proxy (self)
                                 : describe_destination (self->destination);
}

gboolean
tisock_route_is_direct (TisockRoute *self)
{
  return self->proxy_uri == NULL && self->resolver == NULL &&
         !G_IS_PROXY_ADDRESS (self->destination);
}

static gboolean
is_literal (const char *host)
{
  TisockEndpoint endpoint;

  return tisock_endpoint_parse (&endpoint, host, 0);
}

/* Some protocols know addresses only. */
static gboolean
needs_literal (TisockRoute *self)
{
  g_autoptr(GProxy) proxy = g_proxy_get_default_for_protocol (g_uri_get_scheme (self->proxy));
  g_autofree char *host = dup_host (self->destination);

  return proxy != NULL && !g_proxy_supports_hostname (proxy) && !is_literal (host);
}

gboolean
tisock_route_is_general (TisockRoute *self)
{
  if (self->proxy != NULL)
    return needs_literal (self);
  if (is_name (self->destination) || is_address (self->destination))
    return self->resolver != NULL;

  return !G_IS_SOCKET_ADDRESS (self->destination);
}

TisockThreads
tisock_route_get_threads (TisockRoute *self)
{
  if (self->proxy != NULL || is_service (self->destination))
    return TISOCK_THREADS_NAMES;

  return TISOCK_THREADS_FOREIGN;
}

const char *
tisock_route_describe_expansion (TisockRoute *self)
{
  if (self->proxy != NULL || is_service (self->destination))
    return "the name is not resolved";
  if (is_name (self->destination) || is_address (self->destination))
    return "the proxy resolver has not answered";

  return "the next address is not known";
}

/* Services */

static void
add_target (TisockRoute *self,
            GPtrArray   *routes,
            const char  *hostname,
            guint16      port)
{
  GNetworkService *service = G_NETWORK_SERVICE (self->destination);
  g_autoptr(GSocketConnectable) destination =
    g_object_new (G_TYPE_NETWORK_ADDRESS,
                  "hostname", hostname,
                  "port", (guint) port,
                  "scheme", g_network_service_get_scheme (service),
                  NULL);

  g_ptr_array_add (routes, tisock_route_new (destination, self->resolver));
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
fall_back_on_domain (TisockRoute *self)
{
  GNetworkService *service = G_NETWORK_SERVICE (self->destination);
  guint16 port = get_well_known_port (g_network_service_get_service (service));
  GPtrArray *routes;

  if (port == 0)
    return NULL;

  routes = new_list ();
  add_target (self, routes, g_network_service_get_domain (service), port);

  return routes;
}

static GPtrArray *
list_targets (TisockRoute *self,
              GList       *targets)
{
  GPtrArray *routes = new_list ();

  for (GList *link = targets; link != NULL; link = link->next)
    add_target (self, routes, g_srv_target_get_hostname (link->data),
                g_srv_target_get_port (link->data));

  return routes;
}

/* GNetworkService's own enumerator does this as well, but only once for each object: what it has
 * found it keeps, and the next enumerator finds nothing. */
static GPtrArray *
find_targets (TisockRoute   *self,
              GCancellable  *cancellable,
              GError       **error)
{
  GNetworkService *service = G_NETWORK_SERVICE (self->destination);
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
    routes = list_targets (self, targets);
  else if (g_error_matches (failure, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
    routes = fall_back_on_domain (self);
  else
    routes = NULL;

  g_resolver_free_targets (targets);
  if (routes != NULL)
    g_clear_error (&failure);
  else
    g_propagate_error (error, failure);

  return routes;
}

/* Proxies */

static GPtrArray *
list_proxies (TisockRoute *self,
              char       **uris)
{
  GPtrArray *routes = new_list ();

  for (guint i = 0; uris[i] != NULL; i++)
    {
      g_autofree char *scheme = g_uri_parse_scheme (uris[i]);

      g_ptr_array_add (routes,
                       g_strcmp0 (scheme, "direct") == 0
                       ? tisock_route_new (self->destination, NULL)
                       : route_new_through (self->destination, uris[i]));
    }

  return routes;
}

/* No answer is no leave to go without a proxy. */
static GPtrArray *
ask_resolver (TisockRoute   *self,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autofree char *host = dup_host (self->destination);
  g_autofree char *uri = NULL;
  g_auto(GStrv) uris = NULL;
  GError *failure = NULL;

  uri = g_uri_join (G_URI_FLAGS_NONE, get_scheme (self->destination), NULL, host,
                    get_port (self->destination), "", NULL, NULL);
  uris = g_proxy_resolver_lookup (self->resolver, uri, cancellable, &failure);
  if (uris != NULL && uris[0] != NULL)
    return list_proxies (self, uris);

  if (failure == NULL)
    g_set_error_literal (&failure, G_IO_ERROR, G_IO_ERROR_FAILED,
                         "the proxy resolver has no answer");
  g_propagate_error (error, failure);

  return NULL;
}

/* For protocols that know IPv4 addresses only. */
static GPtrArray *
resolve_destination (TisockRoute   *self,
                     GCancellable  *cancellable,
                     GError       **error)
{
  g_autoptr(GResolver) resolver = g_resolver_get_default ();
  g_autofree char *host = dup_host (self->destination);
  GPtrArray *routes;
  GList *addresses;

  addresses = tisock_lookup_family (resolver, host, G_SOCKET_FAMILY_IPV4, cancellable, error);
  if (addresses == NULL)
    return NULL;

  routes = new_list ();
  for (GList *link = addresses; link != NULL; link = link->next)
    {
      g_autoptr(GSocketAddress) destination =
        g_inet_socket_address_new (link->data, get_port (self->destination));

      g_ptr_array_add (routes, route_new_through (G_SOCKET_CONNECTABLE (destination),
                                                  self->proxy_uri));
    }
  g_resolver_free_addresses (addresses);

  return routes;
}

/* Other objects */

/* As for GSocketClient, it is up to the object which of its addresses are proxies. */
static GSocketAddressEnumerator *
get_enumerator (TisockRoute *self)
{
  GSocketAddressEnumerator *enumerator;

  if (self->enumerator != NULL)
    return g_object_ref (self->enumerator);
  if (self->resolver == NULL)
    return g_socket_connectable_enumerate (self->destination);

  enumerator = g_socket_connectable_proxy_enumerate (self->destination);
  if (G_IS_PROXY_ADDRESS_ENUMERATOR (enumerator))
    g_object_set (enumerator, "proxy-resolver", self->resolver, NULL);

  return enumerator;
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

  rest = tisock_route_new (self->destination, self->resolver);
  rest->enumerator = g_steal_pointer (&enumerator);
  g_ptr_array_add (routes, tisock_route_new (G_SOCKET_CONNECTABLE (address), NULL));
  g_ptr_array_add (routes, rest);

  return routes;
}

GPtrArray *
tisock_route_expand (TisockRoute   *self,
                     GCancellable  *cancellable,
                     GError       **error)
{
  if (self->proxy != NULL)
    return resolve_destination (self, cancellable, error);
  if (is_service (self->destination))
    return find_targets (self, cancellable, error);
  if (is_name (self->destination) || is_address (self->destination))
    return ask_resolver (self, cancellable, error);

  return enumerate (self, cancellable, error);
}

/* Routes that are not general */

static gboolean
is_clean (const char *host)
{
  for (const char *c = host; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) || *c == ' ')
      return FALSE;

  return TRUE;
}

/* GIO writes the name into the request as it is. */
static gboolean
check_host (TisockRoute  *self,
            GError      **error)
{
  g_autofree char *host = dup_host (self->destination);
  g_autofree char *ascii = g_hostname_to_ascii (host);

  if (ascii != NULL && is_clean (ascii) && strlen (ascii) <= LONGEST_NAME)
    return TRUE;

  g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
               "“%s” cannot be the name of a host", host);

  return FALSE;
}

gboolean
tisock_route_check (TisockRoute  *self,
                    GError      **error)
{
  if (self->proxy_uri == NULL)
    return TRUE;
  if (self->proxy != NULL)
    return check_host (self, error);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       "the proxy resolver has not given a URI with a host and a port");

  return FALSE;
}

/* As a proxy is told it. GIO forgets the brackets that an IPv6 address has in HTTP. */
static char *
dup_told_host (TisockRoute *self)
{
  g_autofree char *host = dup_host (self->destination);
  g_autofree char *ascii = g_hostname_to_ascii (host);

  if (strchr (ascii, ':') != NULL && g_str_equal (g_uri_get_scheme (self->proxy), "http"))
    return g_strdup_printf ("[%s]", ascii);

  return g_steal_pointer (&ascii);
}

/* The way through a proxy at an address. */
static GSocketAddress *
make_proxy_address (TisockRoute        *self,
                    GInetSocketAddress *address)
{
  g_autofree char *host = dup_told_host (self);
  TisockEndpoint endpoint;

  tisock_endpoint_from_address (&endpoint, G_SOCKET_ADDRESS (address));

  return g_object_new (G_TYPE_PROXY_ADDRESS,
                       "address", g_inet_socket_address_get_address (address),
                       "port", (guint) endpoint.port,
                       "scope-id", endpoint.scope_id,
                       "protocol", g_uri_get_scheme (self->proxy),
                       "destination-protocol", get_scheme (self->destination),
                       "destination-hostname", host,
                       "destination-port", (guint) get_port (self->destination),
                       "username", g_uri_get_user (self->proxy),
                       "password", g_uri_get_password (self->proxy),
                       "uri", self->proxy_uri,
                       NULL);
}

static guint16
get_port_to_connect_to (TisockRoute *self)
{
  return self->proxy != NULL ? (guint16) get_proxy_port (self->proxy)
                             : get_port (self->destination);
}

const char *
tisock_route_get_name (TisockRoute *self)
{
  return self->proxy != NULL ? g_uri_get_host (self->proxy)
                             : g_network_address_get_hostname
                                 (G_NETWORK_ADDRESS (self->destination));
}

GSocketAddress *
tisock_route_get_address (TisockRoute *self)
{
  g_autoptr(GSocketAddress) address = NULL;
  TisockEndpoint endpoint;

  if (self->proxy == NULL && !is_name (self->destination))
    return G_SOCKET_ADDRESS (g_object_ref (self->destination));

  if (!tisock_endpoint_parse (&endpoint, tisock_route_get_name (self),
                              get_port_to_connect_to (self)))
    return NULL;

  address = tisock_endpoint_to_address (&endpoint);
  if (self->proxy == NULL)
    return g_steal_pointer (&address);

  return make_proxy_address (self, G_INET_SOCKET_ADDRESS (address));
}

GSocketAddress *
tisock_route_make_address (TisockRoute  *self,
                           GInetAddress *address)
{
  g_autoptr(GSocketAddress) socket_address =
    g_inet_socket_address_new (address, get_port_to_connect_to (self));

  if (self->proxy == NULL)
    return g_steal_pointer (&socket_address);

  return make_proxy_address (self, G_INET_SOCKET_ADDRESS (socket_address));
}
