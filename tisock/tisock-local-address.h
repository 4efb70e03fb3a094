/* tisock-local-address.h: which local address a socket binds to, or would show
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/endpoint.h"
#include "tisock-network-interface.h"

G_BEGIN_DECLS

/* The interface's address of each family (IPv4, IPv6) or "none". */
void      tisock_local_address_get_both  (TisockNetworkInterface  *network_interface,
                                          TisockEndpoint           endpoints[2]);
/* What to listen on: the interface's address, or else the given one, or else all interfaces. */
gboolean  tisock_local_address_to_listen (TisockNetworkInterface  *network_interface,
                                          const char              *address,
                                          int                      port,
                                          TisockEndpoint          *endpoint,
                                          GError                 **error);
/* The same for an address that a program has given as an object. */
gboolean  tisock_local_address_from_connectable (GSocketConnectable *connectable,
                                          TisockEndpoint          *endpoint,
                                          GError                 **error);
/* For messages: where one listens. */
char     *tisock_local_address_describe  (const TisockEndpoint    *endpoint);
/* The interface's address, or else one of the machine's own, without loopback if there is any. */
char     *tisock_local_address_dup_own   (TisockNetworkInterface  *network_interface);

G_END_DECLS
