/* endpoint.h: an IP address and port, small enough to keep with every socket
 *
 * The name of a Unix socket is too long for that: of it there is only whether there is one.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include <sys/socket.h>

G_BEGIN_DECLS

typedef struct _TisockEndpoint TisockEndpoint;

/* All zeros (family AF_UNSPEC) is "none". IPv4 addresses mapped into IPv6 are kept as IPv4. */
struct _TisockEndpoint
{
  guint16  family;
  guint16  port;                /* host byte order */
  guint32  scope_id;
  guint8   bytes[16];           /* network byte order; the first 4 for IPv4; AF_UNIX: named */
};

static inline gboolean
tisock_endpoint_is_set (const TisockEndpoint *endpoint)
{
  return endpoint->family != AF_UNSPEC;
}

static inline gboolean
tisock_endpoint_is_unix (const TisockEndpoint *endpoint)
{
  return endpoint->family == AF_UNIX;
}

/* Whether it is a Unix socket that has a name, which its descriptor tells. */
static inline gboolean
tisock_endpoint_has_name (const TisockEndpoint *endpoint)
{
  return endpoint->family == AF_UNIX && endpoint->bytes[0] != 0;
}

/* Bytes behind the address have to be zero. */
void            tisock_endpoint_from_sockaddr  (TisockEndpoint                *endpoint,
                                                const struct sockaddr_storage *address);
socklen_t       tisock_endpoint_to_sockaddr    (const TisockEndpoint          *endpoint,
                                                struct sockaddr_storage       *address);
/* The same for a socket of a family: one of IPv6 takes IPv4 addresses mapped. */
socklen_t       tisock_endpoint_to_sockaddr_for (const TisockEndpoint         *endpoint,
                                                int                            family,
                                                struct sockaddr_storage       *address);
/* FALSE, and "none", if the address is not IPv4 or IPv6. */
gboolean        tisock_endpoint_from_address   (TisockEndpoint                *endpoint,
                                                GSocketAddress                *address);
/* A Unix socket is one without a name. */
GSocketAddress *tisock_endpoint_to_address     (const TisockEndpoint          *endpoint)
                                                G_GNUC_WARN_UNUSED_RESULT;
/* A literal: "192.0.2.1", "2001:db8::1", "fe80::1%eth0"; FALSE if the text is a name. */
gboolean        tisock_endpoint_parse          (TisockEndpoint                *endpoint,
                                                const char                    *literal,
                                                guint16                        port);
/* The address alone, as text; NULL for "none", "" for a Unix socket. */
char           *tisock_endpoint_dup_text       (const TisockEndpoint          *endpoint)
                                                G_GNUC_WARN_UNUSED_RESULT;
/* For messages: "192.0.2.1:80", "[2001:db8::1]:80". */
char           *tisock_endpoint_describe       (const TisockEndpoint          *endpoint)
                                                G_GNUC_WARN_UNUSED_RESULT;
gboolean        tisock_endpoint_get_local      (TisockEndpoint                *endpoint,
                                                int                            fd);
gboolean        tisock_endpoint_get_remote     (TisockEndpoint                *endpoint,
                                                int                            fd);

G_END_DECLS
