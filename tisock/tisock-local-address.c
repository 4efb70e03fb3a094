/* tisock-local-address.c: which local address a socket binds to, or would show
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/unix-name.h"
#include "tisock-local-address.h"
#include "tisock-socket-error.h"

#include <errno.h>

void
tisock_local_address_get_both (TisockNetworkInterface *network_interface,
                               TisockEndpoint          endpoints[2])
{
  const char *const *addresses = NULL;

  memset (endpoints, 0, 2 * sizeof (TisockEndpoint));
  if (network_interface != NULL)
    addresses = tisock_network_interface_get_addresses (network_interface);

  for (guint i = 0; addresses != NULL && addresses[i] != NULL; i++)
    {
      TisockEndpoint endpoint;
      TisockEndpoint *place;

      if (!tisock_endpoint_parse (&endpoint, addresses[i], 0))
        continue;

      place = &endpoints[endpoint.family == AF_INET ? 0 : 1];
      if (!tisock_endpoint_is_set (place))
        *place = endpoint;
    }
}

gboolean
tisock_local_address_choose (TisockNetworkInterface  *network_interface,
                             int                      family,
                             int                      port,
                             TisockEndpoint          *endpoint,
                             GError                 **error)
{
  TisockEndpoint both[2];

  tisock_local_address_get_both (network_interface, both);
  memset (endpoint, 0, sizeof *endpoint);
  for (guint i = 0; i < G_N_ELEMENTS (both) && !tisock_endpoint_is_set (endpoint); i++)
    if (family == AF_UNSPEC || both[i].family == family)
      *endpoint = both[i];

  endpoint->port = (guint16) port;
  if (network_interface == NULL || tisock_endpoint_is_set (endpoint))
    return TRUE;

  /* Without an address it would be all interfaces. */
  g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
               "Could not open: the network interface %s has no IP address of this kind",
               tisock_network_interface_get_name (network_interface));

  return FALSE;
}

/* Listening */

static gboolean
parse (const char      *address,
       int              port,
       TisockEndpoint  *endpoint,
       GError         **error)
{
  if (g_strcmp0 (address, "localhost") == 0)
    address = "127.0.0.1";

  if (tisock_endpoint_parse (endpoint, address, (guint16) port))
    return TRUE;

  g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
               "Could not listen: “%s” is not an IP address, and names are not looked up "
               "for listening", address);

  return FALSE;
}

/* What is asked for by the properties of a socket. */
static gboolean
get_endpoint (const TisockListenOptions  *options,
              TisockEndpoint             *endpoint,
              GError                    **error)
{
  TisockNetworkInterface *network_interface = options->network_interface;
  const char *address = options->address;

  memset (endpoint, 0, sizeof *endpoint);

  /* Without an address it would be all interfaces. */
  if (network_interface != NULL &&
      tisock_network_interface_get_addresses (network_interface)[0] == NULL)
    {
      g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
                   "Could not listen: the network interface %s has no IP address",
                   tisock_network_interface_get_name (network_interface));
      return FALSE;
    }

  if (network_interface != NULL)
    address = tisock_network_interface_get_ip_address (network_interface);

  if (address != NULL && *address != '\0')
    return parse (address, options->port, endpoint, error);

  endpoint->port = (guint16) options->port;

  return TRUE;
}

static gboolean
get_endpoint_of (GSocketConnectable  *connectable,
                 TisockEndpoint      *endpoint,
                 GError             **error)
{
  g_autofree char *text = NULL;

  if (G_IS_NETWORK_ADDRESS (connectable))
    return parse (g_network_address_get_hostname (G_NETWORK_ADDRESS (connectable)),
                  g_network_address_get_port (G_NETWORK_ADDRESS (connectable)), endpoint, error);

  if (G_IS_SOCKET_ADDRESS (connectable) &&
      tisock_endpoint_from_address (endpoint, G_SOCKET_ADDRESS (connectable)))
    return TRUE;

  text = g_socket_connectable_to_string (connectable);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "Could not listen on %s: a %s is not an address to listen on",
               text, G_OBJECT_TYPE_NAME (connectable));

  return FALSE;
}

gboolean
tisock_local_address_check (GSocketConnectable  *connectable,
                            int                 *error_number,
                            GError             **error)
{
  TisockEndpoint endpoint;

  if (G_IS_UNIX_SOCKET_ADDRESS (connectable))
    return tisock_unix_name_check (G_UNIX_SOCKET_ADDRESS (connectable), error_number, error);

  return get_endpoint_of (connectable, &endpoint, error);
}

/* For messages. */
static char *
describe (const TisockEndpoint *endpoint)
{
  if (tisock_endpoint_is_set (endpoint))
    return tisock_endpoint_describe (endpoint);

  return g_strdup_printf ("port %u of all interfaces", endpoint->port);
}

static int
listen_on (const TisockEndpoint  *endpoint,
           int                    backlog,
           int                   *error_number,
           GError               **error)
{
  int fd = tisock_descriptor_listen (endpoint, backlog);

  if (fd < 0)
    {
      g_autofree char *where = NULL;

      *error_number = errno;
      where = describe (endpoint);
      tisock_set_error_from_bind (error, *error_number, "Could not listen on %s", where);
    }

  return fd;
}

int
tisock_local_address_listen (const TisockListenOptions  *options,
                             TisockUnixPath            **path,
                             int                        *error_number,
                             GError                    **error)
{
  int backlog = (int) MIN (options->backlog, G_MAXINT);
  TisockEndpoint endpoint;
  gboolean known;

  *path = NULL;
  if (G_IS_UNIX_SOCKET_ADDRESS (options->connectable))
    return tisock_unix_listen (G_UNIX_SOCKET_ADDRESS (options->connectable),
                               &options->permissions, backlog, path, error_number, error);

  if (options->connectable != NULL)
    known = get_endpoint_of (options->connectable, &endpoint, error);
  else
    known = get_endpoint (options, &endpoint, error);

  return known ? listen_on (&endpoint, backlog, error_number, error) : -1;
}

/* For the properties */

/* The first interface that is up, with an address, and not loopback; NULL: there is none. */
static TisockNetworkInterface *
find_own (void)
{
  g_autoptr(GListModel) interfaces = tisock_network_interface_list ();

  for (guint i = 0; i < g_list_model_get_n_items (interfaces); i++)
    {
      g_autoptr(TisockNetworkInterface) candidate = g_list_model_get_item (interfaces, i);

      if (tisock_network_interface_get_is_up (candidate) &&
          !tisock_network_interface_get_is_loopback (candidate) &&
          tisock_network_interface_get_addresses (candidate)[0] != NULL)
        return g_steal_pointer (&candidate);
    }

  return NULL;
}

char *
tisock_local_address_dup_own (TisockNetworkInterface *network_interface)
{
  g_autoptr(TisockNetworkInterface) own = NULL;

  if (network_interface != NULL)
    return g_strdup (tisock_network_interface_get_ip_address (network_interface));

  own = find_own ();

  return g_strdup (own != NULL ? tisock_network_interface_get_ip_address (own) : "127.0.0.1");
}

char *
tisock_local_address_dup_broadcast (TisockNetworkInterface *network_interface)
{
  g_autoptr(TisockNetworkInterface) chosen = NULL;
  TisockEndpoint address, mask;

  if (network_interface != NULL)
    chosen = g_object_ref (network_interface);
  else
    chosen = find_own ();

  if (chosen == NULL ||
      !tisock_endpoint_parse (&address, tisock_network_interface_get_ip_address (chosen), 0) ||
      !tisock_endpoint_parse (&mask, tisock_network_interface_get_subnet_mask (chosen), 0) ||
      address.family != AF_INET || mask.family != AF_INET ||
      memcmp (mask.bytes, "\xff\xff\xff\xff", 4) == 0)
    return g_strdup ("255.255.255.255");

  for (guint i = 0; i < 4; i++)
    address.bytes[i] |= (guint8) ~mask.bytes[i];

  return tisock_endpoint_dup_text (&address);
}
