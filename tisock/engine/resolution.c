/* resolution.c: the one address that datagrams to a name are sent to
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/lookup.h"
#include "engine/resolution.h"

#include "tisock-socket-error.h"

/* How good an address is. */
typedef enum
{
  NO_ADDRESS,
  IPV6_WITHOUT_ROUTE,
  IPV4_WITHOUT_ROUTE,
  IPV6_WITH_ROUTE,
  IPV4_WITH_ROUTE,
} Rank;

struct _TisockResolution
{
  TisockLookup         *lookup;
  char                 *name;
  TisockFamilies        families;
  TisockResolutionFunc  func;
  gpointer              user_data;

  guint                 n_answers;
  TisockEndpoint        best;
  Rank                  rank;
  GError               *failure;        /* the first one */
};

static gboolean
is_wanted (TisockResolution *self,
           GSocketFamily     family)
{
  return (self->families &
          (family == G_SOCKET_FAMILY_IPV4 ? TISOCK_FAMILY_IPV4 : TISOCK_FAMILY_IPV6)) != 0;
}

static Rank
get_rank (const TisockEndpoint *endpoint)
{
  gboolean routed = tisock_descriptor_has_route (endpoint);

  if (endpoint->family == AF_INET)
    return routed ? IPV4_WITH_ROUTE : IPV4_WITHOUT_ROUTE;

  return routed ? IPV6_WITH_ROUTE : IPV6_WITHOUT_ROUTE;
}

static void
consider (TisockResolution *self,
          GInetAddress     *address)
{
  /* A port is needed for the question, not for the answer. */
  g_autoptr(GSocketAddress) candidate = g_inet_socket_address_new (address, 9);
  TisockEndpoint endpoint;
  Rank rank;

  if (!tisock_endpoint_from_address (&endpoint, candidate))
    return;

  rank = get_rank (&endpoint);
  if (rank <= self->rank)
    return;

  self->rank = rank;
  self->best = endpoint;
  self->best.port = 0;
}

static void
finish (TisockResolution *self)
{
  GError *error = NULL;

  if (self->rank == NO_ADDRESS)
    g_set_error (&error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
                 "Could not resolve “%s”: %s", self->name,
                 self->failure != NULL ? self->failure->message
                                       : "it has no address that the socket could send to");

  self->func (error == NULL ? &self->best : NULL, error, self->user_data);
}

static void
answered (GSocketFamily  family,
          GList         *addresses,
          const GError  *error,
          gpointer       user_data)
{
  TisockResolution *self = user_data;

  self->n_answers++;
  if (is_wanted (self, family))
    {
      for (GList *link = addresses; link != NULL; link = link->next)
        consider (self, link->data);
      if (error != NULL && self->failure == NULL)
        self->failure = g_error_copy (error);
    }

  if (self->n_answers == 2 || self->rank == IPV4_WITH_ROUTE)
    finish (self);
}

TisockResolution *
tisock_resolution_start (TisockReactor         *reactor,
                         GObject               *owner,
                         const char            *name,
                         TisockFamilies         families,
                         TisockResolutionFunc   func,
                         gpointer               user_data,
                         int                   *error_number,
                         GError               **error)
{
  TisockResolution *self = g_new0 (TisockResolution, 1);

  self->name = g_strdup (name);
  self->families = families;
  self->func = func;
  self->user_data = user_data;
  self->lookup = tisock_lookup_start (reactor, owner, name, answered, self, error_number, error);
  if (self->lookup == NULL)
    g_clear_pointer (&self, tisock_resolution_free);

  return self;
}

void
tisock_resolution_free (TisockResolution *self)
{
  g_clear_pointer (&self->lookup, tisock_lookup_free);
  g_clear_error (&self->failure);
  g_free (self->name);
  g_free (self);
}

void
tisock_resolution_collect (TisockResolution *self,
                           TisockWaitSet    *set)
{
  tisock_lookup_collect (self->lookup, set);
}
