/* resolution.h: the one address that datagrams to a name are sent to
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/endpoint.h"
#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockResolution TisockResolution;

/* Called once, in a turn: with the address, whose port is 0, or with the error, which is the
 * callee's. The callback may free the resolution. */
typedef void (*TisockResolutionFunc) (const TisockEndpoint *address,
                                      GError               *error,
                                      gpointer              user_data);

/* Which families can be sent to. */
typedef enum
{
  TISOCK_FAMILY_IPV4 = 1 << 0,
  TISOCK_FAMILY_IPV6 = 1 << 1,
} TisockFamilies;

/* Datagrams cannot race as connections do. So it is the first address to which there is a route,
 * of IPv4 before IPv6, as those who serve by datagrams are more likely to be there; without any
 * route the first one. NULL with the error, and its errno or 0. */
TisockResolution *tisock_resolution_start   (TisockReactor         *reactor,
                                             GObject               *owner,
                                             const char            *name,
                                             TisockFamilies         families,
                                             TisockResolutionFunc   func,
                                             gpointer               user_data,
                                             int                   *error_number,
                                             GError               **error);
void              tisock_resolution_free    (TisockResolution      *self);
void              tisock_resolution_collect (TisockResolution      *self,
                                             TisockWaitSet         *set);

G_END_DECLS
