/* endpoint.c: an IP address and port, small enough to keep with every socket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/endpoint.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

/* Where the IPv4 address begins that is mapped into an IPv6 one. */
#define MAPPED_OFFSET 12

static void
set_ipv4 (TisockEndpoint *endpoint,
          const void     *bytes,
          guint16         port)
{
  *endpoint = (TisockEndpoint) { .family = AF_INET, .port = port };
  memcpy (endpoint->bytes, bytes, sizeof (struct in_addr));
}

static void
set_ipv6 (TisockEndpoint        *endpoint,
          const struct in6_addr *address,
          guint16                port,
          guint32                scope_id)
{
  if (IN6_IS_ADDR_V4MAPPED (address))
    {
      set_ipv4 (endpoint, address->s6_addr + MAPPED_OFFSET, port);
      return;
    }

  *endpoint = (TisockEndpoint) { .family = AF_INET6, .port = port, .scope_id = scope_id };
  memcpy (endpoint->bytes, address, sizeof *address);
}

/* A path begins with the first byte, an abstract name with the second. */
static void
set_unix (TisockEndpoint           *endpoint,
          const struct sockaddr_un *address)
{
  *endpoint = (TisockEndpoint) { .family = AF_UNIX };
  endpoint->bytes[0] = address->sun_path[0] != '\0' || address->sun_path[1] != '\0';
}

void
tisock_endpoint_from_sockaddr (TisockEndpoint                *endpoint,
                               const struct sockaddr_storage *address)
{
  const struct sockaddr_in *ipv4 = (const struct sockaddr_in *) address;
  const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *) address;

  if (address->ss_family == AF_INET)
    set_ipv4 (endpoint, &ipv4->sin_addr, ntohs (ipv4->sin_port));
  else if (address->ss_family == AF_INET6)
    set_ipv6 (endpoint, &ipv6->sin6_addr, ntohs (ipv6->sin6_port), ipv6->sin6_scope_id);
  else if (address->ss_family == AF_UNIX)
    set_unix (endpoint, (const struct sockaddr_un *) address);
  else
    *endpoint = (TisockEndpoint) { .family = AF_UNSPEC };
}

/* The length of the address; 0 for "none". */
socklen_t
tisock_endpoint_to_sockaddr (const TisockEndpoint    *endpoint,
                             struct sockaddr_storage *address)
{
  struct sockaddr_in *ipv4 = (struct sockaddr_in *) address;
  struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *) address;

  memset (address, 0, sizeof *address);
  address->ss_family = endpoint->family;

  if (endpoint->family == AF_INET)
    {
      ipv4->sin_port = htons (endpoint->port);
      memcpy (&ipv4->sin_addr, endpoint->bytes, sizeof ipv4->sin_addr);
      return sizeof *ipv4;
    }

  if (endpoint->family == AF_INET6)
    {
      ipv6->sin6_port = htons (endpoint->port);
      ipv6->sin6_scope_id = endpoint->scope_id;
      memcpy (&ipv6->sin6_addr, endpoint->bytes, sizeof ipv6->sin6_addr);
      return sizeof *ipv6;
    }

  return endpoint->family == AF_UNIX ? G_STRUCT_OFFSET (struct sockaddr_un, sun_path) : 0;
}

socklen_t
tisock_endpoint_to_sockaddr_for (const TisockEndpoint    *endpoint,
                                 int                      family,
                                 struct sockaddr_storage *address)
{
  TisockEndpoint mapped = { .family = AF_INET6, .port = endpoint->port };

  if (family != AF_INET6 || endpoint->family != AF_INET)
    return tisock_endpoint_to_sockaddr (endpoint, address);

  mapped.bytes[MAPPED_OFFSET - 2] = mapped.bytes[MAPPED_OFFSET - 1] = 0xff;
  memcpy (mapped.bytes + MAPPED_OFFSET, endpoint->bytes, sizeof (struct in_addr));

  return tisock_endpoint_to_sockaddr (&mapped, address);
}

gboolean
tisock_endpoint_from_address (TisockEndpoint *endpoint,
                              GSocketAddress *address)
{
  struct sockaddr_storage native = { .ss_family = AF_UNSPEC };

  if (G_IS_INET_SOCKET_ADDRESS (address))
    g_socket_address_to_native (address, &native, sizeof native, NULL);

  tisock_endpoint_from_sockaddr (endpoint, &native);

  return tisock_endpoint_is_set (endpoint);
}

/* NULL for "none". */
GSocketAddress *
tisock_endpoint_to_address (const TisockEndpoint *endpoint)
{
  struct sockaddr_storage native;
  socklen_t length = tisock_endpoint_to_sockaddr (endpoint, &native);

  return length > 0 ? g_socket_address_new_from_native (&native, length) : NULL;
}

/* The name or the number of an interface. */
static gboolean
parse_scope (const char *text,
             guint32    *scope_id)
{
  guint64 number = if_nametoindex (text);

  if (number == 0 && !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT32, &number, NULL))
    return FALSE;

  *scope_id = number;

  return TRUE;
}

static gboolean
parse_ipv6 (TisockEndpoint *endpoint,
            const char     *literal,
            guint16         port)
{
  g_auto(GStrv) parts = g_strsplit (literal, "%", 2);
  struct in6_addr address;
  guint32 scope_id = 0;

  if (parts[0] == NULL || inet_pton (AF_INET6, parts[0], &address) != 1)
    return FALSE;
  if (parts[1] != NULL && !parse_scope (parts[1], &scope_id))
    return FALSE;

  set_ipv6 (endpoint, &address, port, scope_id);

  return TRUE;
}

gboolean
tisock_endpoint_parse (TisockEndpoint *endpoint,
                       const char     *literal,
                       guint16         port)
{
  struct in_addr address;

  *endpoint = (TisockEndpoint) { .family = AF_UNSPEC };

  if (inet_pton (AF_INET, literal, &address) == 1)
    {
      set_ipv4 (endpoint, &address, port);
      return TRUE;
    }

  return parse_ipv6 (endpoint, literal, port);
}

char *
tisock_endpoint_dup_text (const TisockEndpoint *endpoint)
{
  char text[INET6_ADDRSTRLEN];
  char interface[IF_NAMESIZE];

  if (!tisock_endpoint_is_set (endpoint))
    return NULL;
  if (tisock_endpoint_is_unix (endpoint))
    return g_strdup ("");

  inet_ntop (endpoint->family, endpoint->bytes, text, sizeof text);

  if (endpoint->scope_id == 0)
    return g_strdup (text);
  if (if_indextoname (endpoint->scope_id, interface) == NULL)
    return g_strdup_printf ("%s%%%u", text, endpoint->scope_id);

  return g_strdup_printf ("%s%%%s", text, interface);
}

char *
tisock_endpoint_describe (const TisockEndpoint *endpoint)
{
  g_autofree char *text = tisock_endpoint_dup_text (endpoint);

  if (text == NULL)
    return g_strdup ("none");
  if (tisock_endpoint_is_unix (endpoint))
    return g_strdup ("a Unix socket");

  return g_strdup_printf (endpoint->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
                          text, endpoint->port);
}

/* FALSE, and "none", if the descriptor has no such address. */
gboolean
tisock_endpoint_get_local (TisockEndpoint *endpoint,
                           int             fd)
{
  struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
  socklen_t length = sizeof address;

  if (getsockname (fd, (struct sockaddr *) &address, &length) != 0)
    address.ss_family = AF_UNSPEC;

  tisock_endpoint_from_sockaddr (endpoint, &address);

  return tisock_endpoint_is_set (endpoint);
}

gboolean
tisock_endpoint_get_remote (TisockEndpoint *endpoint,
                            int             fd)
{
  struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
  socklen_t length = sizeof address;

  if (getpeername (fd, (struct sockaddr *) &address, &length) != 0)
    address.ss_family = AF_UNSPEC;

  tisock_endpoint_from_sockaddr (endpoint, &address);

  return tisock_endpoint_is_set (endpoint);
}
