/* tisock-local-address.h: which local address a socket binds to, or would show
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/endpoint.h"
#include "engine/unix-path.h"
#include "tisock-network-interface.h"

G_BEGIN_DECLS

typedef struct _TisockListenOptions TisockListenOptions;

/* Where to listen: on the connectable, or else the interface's address, or else the given one, or
 * else all interfaces. */
struct _TisockListenOptions
{
  GSocketConnectable     *connectable;
  TisockNetworkInterface *network_interface;
  const char             *address;
  int                     port;
  guint                   backlog;
  TisockUnixOptions       permissions;  /* of a Unix socket's path */
};

/* The interface's address of each family (IPv4, IPv6) or "none". */
void      tisock_local_address_get_both  (TisockNetworkInterface  *network_interface,
                                          TisockEndpoint           endpoints[2]);
/* The interface's address of a family (AF_UNSPEC: of any), or, without an interface, "none", with
 * the port; FALSE with the error. */
gboolean  tisock_local_address_choose    (TisockNetworkInterface  *network_interface,
                                          int                      family,
                                          int                      port,
                                          TisockEndpoint          *endpoint,
                                          GError                 **error);
/* The descriptor that listens there; -1 with the error, and its errno if it has one. `path` is the
 * listener's, with the descriptor. */
int       tisock_local_address_listen    (const TisockListenOptions *options,
                                          TisockUnixPath          **path,
                                          int                      *error_number,
                                          GError                  **error);
/* Whether one can listen on an address of this kind; FALSE with the error if not. */
gboolean  tisock_local_address_check     (GSocketConnectable       *connectable,
                                          int                      *error_number,
                                          GError                  **error);
/* The interface's address, or else one of the machine's own, without loopback if there is any. */
char     *tisock_local_address_dup_own   (TisockNetworkInterface  *network_interface);
/* The address by which all in the interface's network are reached, or else in the one of one's own
 * address, or else in any. */
char     *tisock_local_address_dup_broadcast (TisockNetworkInterface *network_interface);

G_END_DECLS
