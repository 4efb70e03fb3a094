/* tisock-local-address.c: which local address a socket binds to, or would show
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-local-address.h"
#include "tisock-socket-error.h"

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

gboolean
tisock_local_address_to_listen (TisockNetworkInterface  *network_interface,
                                const char              *address,
                                int                      port,
                                TisockEndpoint          *endpoint,
                                GError                 **error)
{
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
    return parse (address, port, endpoint, error);

  endpoint->port = (guint16) port;

  return TRUE;
}

gboolean
tisock_local_address_from_connectable (GSocketConnectable  *connectable,
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

char *
tisock_local_address_describe (const TisockEndpoint *endpoint)
{
  if (tisock_endpoint_is_set (endpoint))
    return tisock_endpoint_describe (endpoint);

  return g_strdup_printf ("port %u of all interfaces", endpoint->port);
}

char *
tisock_local_address_dup_own (TisockNetworkInterface *network_interface)
{
  g_autoptr(GListModel) interfaces = NULL;

  if (network_interface != NULL)
    return g_strdup (tisock_network_interface_get_ip_address (network_interface));

  interfaces = tisock_network_interface_list ();
  for (guint i = 0; i < g_list_model_get_n_items (interfaces); i++)
    {
      g_autoptr(TisockNetworkInterface) candidate = g_list_model_get_item (interfaces, i);

      if (tisock_network_interface_get_is_up (candidate) &&
          !tisock_network_interface_get_is_loopback (candidate) &&
          tisock_network_interface_get_addresses (candidate)[0] != NULL)
        return g_strdup (tisock_network_interface_get_ip_address (candidate));
    }

  return g_strdup ("127.0.0.1");
}
