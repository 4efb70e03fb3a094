/* connector.c: makes a connection to a name, an address or what stands for them
 *
 * The addresses of a name are tried one after the other, IPv6 and IPv4 in turn (RFC 8305). The next
 * one is tried when one has failed, or when it is taking long; nothing but success, failure or the
 * end of it all stops an attempt that is under way. The first to succeed is the connection. What
 * stands for several names or addresses is replaced by them, in its order. Proxies do not race: the
 * next one, or none, is a substitute for one that has failed, and not for one that is slow.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/attempt.h"
#include "engine/connector.h"
#include "engine/descriptor.h"
#include "engine/lookup.h"
#include "engine/route.h"
#include "tisock-socket-error.h"

#include <errno.h>
#include <string.h>

/* RFC 8305, section 3: how long an IPv4 answer that came first waits for the IPv6 answer. */
#define RESOLUTION_DELAY (50 * G_TIME_SPAN_MILLISECOND)
/* Section 5: how long an attempt has before it gets company. */
#define ATTEMPT_DELAY (250 * G_TIME_SPAN_MILLISECOND)

#define NEVER G_MAXINT64

/* In the order of TisockConnectorOptions.local. */
typedef enum
{
  IPV4,
  IPV6,
  N_FAMILIES
} Family;

struct _TisockConnector
{
  TisockReactor               *reactor;
  GObject                     *owner;           /* the slots reference it */
  const TisockConnectorFuncs  *funcs;
  gpointer                     user_data;

  char                        *name;            /* of the destination */
  char                        *prefix;          /* of every message: what could not be done */
  gboolean                     bound;
  TisockEndpoint               local[N_FAMILIES];

  gint64                       started;
  guint                        timeout;
  guint                        resolve_timeout;
  TisockTimer                  timer;           /* armed for the earliest of what is to come */

  /* The present route, and what is to be found out about it: what it stands for, or, one family
   * after the other, which addresses its name has. */
  GQueue                       routes;          /* of TisockRoute: those that come after it */
  TisockRoute                 *route;
  gint64                       opened;
  TisockMailbox               *expansion;       /* NULL once the answer is there */
  TisockLookup                *lookup;          /* NULL once both families have answered */
  guint                        n_answers;
  guint                        n_found;         /* addresses */
  GPtrArray                   *unresolved;      /* why: messages, each one once */

  GQueue                       candidates[N_FAMILIES];  /* of GSocketAddress: not tried yet */
  gint64                       first_candidate; /* when the route had one; 0 before that */
  Family                       next_family;

  GPtrArray                   *attempts;        /* of TisockAttempt: under way */
  gint64                       last_attempt;    /* when it began; 0 before that */
  GPtrArray                   *failures;        /* of GError: what was tried and why it failed */
  int                          error_number;    /* of the last of them */
};

static gboolean
is_resolving (TisockConnector *self)
{
  return self->lookup != NULL || self->expansion != NULL;
}

static gboolean
has_candidates (TisockConnector *self)
{
  return self->candidates[IPV4].length + self->candidates[IPV6].length > 0;
}

/* Nothing can be done but wait for an address. */
static gboolean
is_only_resolving (TisockConnector *self)
{
  return is_resolving (self) && self->attempts->len == 0 && !has_candidates (self);
}

/* The end */

static void
close_route (TisockConnector *self)
{
  g_clear_pointer (&self->lookup, tisock_lookup_free);
  g_clear_pointer (&self->expansion, tisock_mailbox_free);
  g_clear_pointer (&self->route, tisock_route_unref);
  for (guint i = 0; i < N_FAMILIES; i++)
    g_queue_clear_full (&self->candidates[i], g_object_unref);
}

/* Gives up whatever is under way. Owners must have a reference besides those of the slots. */
static void
finish (TisockConnector *self)
{
  tisock_reactor_clear_timer (self->reactor, &self->timer);
  close_route (self);
  g_queue_clear_full (&self->routes, (GDestroyNotify) tisock_route_unref);
  g_ptr_array_set_size (self->attempts, 0);
}

static void
add_reason (GString    *message,
            const char *prefix,
            const char *reason)
{
  g_string_append (message, message->len == strlen (prefix) ? "" : "; ");
  g_string_append (message, reason);
}

/* What could not be done, and everything tried with the reason. */
static GString *
describe_failures (TisockConnector *self)
{
  GString *message = g_string_new (self->prefix);

  for (guint i = 0; i < self->failures->len; i++)
    add_reason (message, self->prefix, ((GError *) g_ptr_array_index (self->failures, i))->message);

  return message;
}

static GError *
make_error (TisockConnector *self)
{
  GString *message = describe_failures (self);
  GError *error;

  if (self->failures->len > 0)
    {
      GError *last = g_ptr_array_index (self->failures, self->failures->len - 1);

      error = g_error_new_literal (last->domain, last->code, message->str);
    }
  else
    {
      add_reason (message, self->prefix, "it has no address");
      error = g_error_new_literal (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
                                   message->str);
    }

  g_string_free (message, TRUE);

  return error;
}

static const char *
describe_resolution (TisockConnector *self)
{
  if (self->expansion != NULL)
    return tisock_route_describe_expansion (self->route);

  return self->n_answers == 0 ? "the name is not resolved" : "the name is not fully resolved";
}

/* A reason, with the present route if that is not the destination, which is said anyway. */
static char *
add_route (TisockConnector *self,
           const char      *reason)
{
  g_autofree char *description = tisock_route_describe (self->route);

  if (g_str_equal (description, self->name))
    return g_strdup (reason);

  return g_strdup_printf ("%s: %s", description, reason);
}

static GError *
make_timeout_error (TisockConnector *self)
{
  GString *message = describe_failures (self);
  GError *error;

  if (is_only_resolving (self))
    {
      g_autofree char *reason = add_route (self, describe_resolution (self));

      add_reason (message, self->prefix, reason);
    }

  for (guint i = 0; i < self->attempts->len; i++)
    {
      TisockAttempt *attempt = g_ptr_array_index (self->attempts, i);
      g_autofree char *remote = tisock_address_describe (tisock_attempt_get_address (attempt));
      g_autofree char *reason = g_strdup_printf ("%s: no answer", remote);

      add_reason (message, self->prefix, reason);
    }

  g_string_append_printf (message, "; the timeout of %u ms is over", self->timeout);
  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, message->str);
  g_string_free (message, TRUE);

  return error;
}

/* The callee frees the connector: nothing may come after this. */
static void
fail (TisockConnector *self,
      GError          *error,
      int              error_number)
{
  finish (self);
  self->funcs->failed (self, error, error_number, self->user_data);
}

static void
add_failure (TisockConnector *self,
             GError          *error,
             int              error_number)
{
  g_ptr_array_add (self->failures, error);
  self->error_number = error_number;
}

/* The present route has no addresses, or no others. */
static void
fail_route (TisockConnector *self,
            GError          *error,
            int              error_number)
{
  char *message = add_route (self, error->message);

  g_free (error->message);
  error->message = message;
  add_failure (self, error, error_number);
  close_route (self);
}

/* The race */

static gboolean
has_reached_proxy (TisockConnector *self)
{
  for (guint i = 0; i < self->attempts->len; i++)
    if (tisock_attempt_has_reached (g_ptr_array_index (self->attempts, i)))
      return TRUE;

  return FALSE;
}

/* When the next address may be tried. */
static gint64
get_next_attempt (TisockConnector *self)
{
  if (!has_candidates (self) || has_reached_proxy (self))
    return NEVER;

  if (self->last_attempt != 0)
    return self->attempts->len == 0 ? 0 : self->last_attempt + ATTEMPT_DELAY;

  if (self->candidates[IPV6].length > 0 || self->lookup == NULL)
    return 0;

  return self->first_candidate + RESOLUTION_DELAY;
}

static GSocketAddress *
take_candidate (TisockConnector *self)
{
  Family family = self->next_family;

  if (self->candidates[family].length == 0)
    family = family == IPV6 ? IPV4 : IPV6;

  self->next_family = family == IPV6 ? IPV4 : IPV6;

  return g_queue_pop_head (&self->candidates[family]);
}

static gint64
get_timeout_end (gint64 start,
                 guint  timeout)
{
  return timeout == 0 ? NEVER : start + timeout * G_TIME_SPAN_MILLISECOND;
}

static void
update_timer (TisockConnector *self)
{
  gint64 next = MIN (get_next_attempt (self), get_timeout_end (self->started, self->timeout));

  if (is_only_resolving (self))
    next = MIN (next, get_timeout_end (self->opened, self->resolve_timeout));

  if (next == NEVER)
    tisock_reactor_clear_timer (self->reactor, &self->timer);
  else
    tisock_reactor_set_timer (self->reactor, &self->timer, next);
}

static const TisockAttemptFuncs attempt_funcs;

static void
start_attempt (TisockConnector *self)
{
  g_autoptr(GSocketAddress) address = take_candidate (self);
  TisockAttempt *attempt;
  GError *error = NULL;
  int error_number;

  self->last_attempt = g_get_monotonic_time ();
  attempt = tisock_attempt_start (self->reactor, self->owner, address,
                                  self->bound ? self->local : NULL, &attempt_funcs, self,
                                  &error_number, &error);
  if (attempt != NULL)
    g_ptr_array_add (self->attempts, attempt);
  else
    add_failure (self, error, error_number);
}

static void open_route (TisockConnector *self);

/* While attempts are under way, the next route is for those who go without proxies at all. */
static gboolean
may_join (TisockConnector *self,
          TisockRoute     *next)
{
  TisockAttempt *first;

  if (self->attempts->len == 0)
    return TRUE;

  first = g_ptr_array_index (self->attempts, 0);

  return !G_IS_PROXY_ADDRESS (tisock_attempt_get_address (first)) && tisock_route_is_direct (next);
}

/* The present route has nothing more to be tried. */
static gboolean
may_open_route (TisockConnector *self)
{
  return self->routes.length > 0 && !is_resolving (self) && !has_candidates (self) &&
         may_join (self, g_queue_peek_head (&self->routes));
}

/* Starts what may be started by now. */
static void
advance (TisockConnector *self)
{
  for (;;)
    if (get_next_attempt (self) <= g_get_monotonic_time ())
      start_attempt (self);
    else if (may_open_route (self))
      open_route (self);
    else
      break;

  update_timer (self);
}

/* There is nothing left to wait for. */
static gboolean
is_over (TisockConnector *self)
{
  return !is_resolving (self) && self->attempts->len == 0;
}

static void
advance_or_fail (TisockConnector *self)
{
  advance (self);

  if (is_over (self))
    fail (self, make_error (self), self->error_number);
}

/* One attempt at a time is made through the proxies of a route: the destination would see them. */
static void
pause_others (TisockConnector *self)
{
  gboolean paused = has_reached_proxy (self);

  for (guint i = 0; i < self->attempts->len; i++)
    tisock_attempt_pause (g_ptr_array_index (self->attempts, i), paused);
}

static void
attempt_reached (TisockAttempt *attempt,
                 gpointer       user_data)
{
  TisockConnector *self = user_data;

  pause_others (self);
  update_timer (self);
}

static void
attempt_connected (TisockAttempt *attempt,
                   gpointer       user_data)
{
  TisockConnector *self = user_data;
  GSocket *socket = g_object_ref (tisock_attempt_get_socket (attempt));

  finish (self);
  self->funcs->connected (self, socket, self->user_data);
}

static void
attempt_failed (TisockAttempt *attempt,
                GError        *error,
                int            error_number,
                gpointer       user_data)
{
  TisockConnector *self = user_data;

  add_failure (self, error, error_number);
  g_ptr_array_remove (self->attempts, attempt);
  pause_others (self);
  advance_or_fail (self);
}

static const TisockAttemptFuncs attempt_funcs = {
  .reached = attempt_reached,
  .connected = attempt_connected,
  .failed = attempt_failed,
};

static void
fail_resolution_for_timeout (TisockConnector *self)
{
  fail_route (self,
              g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                           "%s; the resolve-timeout of %u ms is over", describe_resolution (self),
                           self->resolve_timeout),
              ETIMEDOUT);
}

static void
timer_cb (TisockTimer *timer)
{
  TisockConnector *self =
    (TisockConnector *) ((char *) timer - G_STRUCT_OFFSET (TisockConnector, timer));
  G_GNUC_UNUSED g_autoptr(GObject) owner = g_object_ref (self->owner);
  gint64 now = g_get_monotonic_time ();

  if (now >= get_timeout_end (self->started, self->timeout))
    {
      fail (self, make_timeout_error (self), ETIMEDOUT);
      return;
    }

  if (is_only_resolving (self) && now >= get_timeout_end (self->opened, self->resolve_timeout))
    fail_resolution_for_timeout (self);
  advance_or_fail (self);
}

/* Addresses */

static void
add_candidate (TisockConnector *self,
               Family           family,
               GSocketAddress  *address)
{
  if (self->first_candidate == 0)
    self->first_candidate = g_get_monotonic_time ();

  self->n_found++;
  g_queue_push_tail (&self->candidates[family], address);
}

/* Most often the two families have the same to say. */
static void
add_unresolved (TisockConnector *self,
                const GError    *error)
{
  if (!g_ptr_array_find_with_equal_func (self->unresolved, error->message, g_str_equal, NULL))
    g_ptr_array_add (self->unresolved, g_strdup (error->message));
}

static void
end_lookup (TisockConnector *self)
{
  g_autofree char *reasons = NULL;

  g_clear_pointer (&self->lookup, tisock_lookup_free);
  if (self->n_found > 0)
    return;

  g_ptr_array_add (self->unresolved, NULL);
  reasons = g_strjoinv ("; ", (char **) self->unresolved->pdata);
  fail_route (self,
              g_error_new_literal (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
                                   reasons),
              0);
}

static void
answer_cb (GSocketFamily  family,
           GList         *addresses,
           const GError  *error,
           gpointer       user_data)
{
  TisockConnector *self = user_data;

  if (error != NULL)
    add_unresolved (self, error);
  for (GList *link = addresses; link != NULL; link = link->next)
    add_candidate (self, family == G_SOCKET_FAMILY_IPV6 ? IPV6 : IPV4,
                   tisock_route_make_address (self->route, link->data));

  self->n_answers++;
  if (self->n_answers == N_FAMILIES)
    end_lookup (self);

  advance_or_fail (self);
}

/* Routes */

typedef struct
{
  TisockRoute *route;
  GPtrArray   *routes;          /* what takes its place */
  GError      *error;
} Expansion;

static void
expansion_work (gpointer      data,
                GCancellable *cancellable)
{
  Expansion *expansion = data;

  expansion->routes = tisock_route_expand (expansion->route, cancellable, &expansion->error);
}

static void
fail_route_for_error (TisockConnector *self,
                      GError          *error)
{
  int error_number = 0;

  if (error->domain != G_RESOLVER_ERROR)
    {
      error_number = tisock_errno_from_error (error);
    }
  else
    {
      error->domain = TISOCK_SOCKET_ERROR;
      error->code = TISOCK_SOCKET_ERROR_NAME_RESOLUTION;
    }

  fail_route (self, error, error_number);
}

static void
expansion_done (gpointer data,
                gpointer user_data)
{
  Expansion *expansion = data;
  TisockConnector *self = user_data;

  g_clear_pointer (&self->expansion, tisock_mailbox_free);
  if (expansion->error != NULL)
    fail_route_for_error (self, g_steal_pointer (&expansion->error));
  else
    for (guint i = expansion->routes->len; i-- > 0;)
      g_queue_push_head (&self->routes,
                         tisock_route_ref (g_ptr_array_index (expansion->routes, i)));

  advance_or_fail (self);
}

static void
expansion_free (gpointer data)
{
  Expansion *expansion = data;

  tisock_route_unref (expansion->route);
  g_clear_pointer (&expansion->routes, g_ptr_array_unref);
  g_clear_error (&expansion->error);
  g_free (expansion);
}

static const TisockErrandFuncs expansion_funcs = {
  .work = expansion_work,
  .done = expansion_done,
  .free = expansion_free,
};

static gboolean
start_expansion (TisockConnector  *self,
                 int              *error_number,
                 GError          **error)
{
  Expansion *expansion;

  *error_number = 0;
  self->expansion = tisock_mailbox_new (self->reactor, self->owner, self, error_number, error);
  if (self->expansion == NULL)
    return FALSE;

  expansion = g_new0 (Expansion, 1);
  expansion->route = tisock_route_ref (self->route);

  return tisock_mailbox_send (self->expansion, tisock_route_get_threads (self->route),
                              &expansion_funcs, expansion, error);
}

static gboolean
start_route (TisockConnector  *self,
             int              *error_number,
             GError          **error)
{
  GSocketAddress *address;

  *error_number = EINVAL;
  if (!tisock_route_check (self->route, error))
    return FALSE;
  if (tisock_route_is_general (self->route))
    return start_expansion (self, error_number, error);

  address = tisock_route_get_address (self->route);
  if (address != NULL)
    {
      add_candidate (self, IPV4, address);
      return TRUE;
    }

  self->lookup = tisock_lookup_start (self->reactor, self->owner,
                                      tisock_route_get_name (self->route), answer_cb, self,
                                      error_number, error);

  return self->lookup != NULL;
}

static void
open_route (TisockConnector *self)
{
  GError *error = NULL;
  int error_number;

  close_route (self);
  self->route = g_queue_pop_head (&self->routes);
  self->opened = g_get_monotonic_time ();
  self->n_answers = self->n_found = 0;
  g_ptr_array_set_size (self->unresolved, 0);
  self->first_candidate = 0;
  self->next_family = IPV6;

  if (!start_route (self, &error_number, &error))
    fail_route (self, error, error_number);
}

/* The connector */

static TisockConnector *
connector_new (TisockReactor                *reactor,
               GObject                      *owner,
               const TisockConnectorOptions *options,
               const TisockConnectorFuncs   *funcs,
               gpointer                      user_data)
{
  TisockConnector *self = g_new0 (TisockConnector, 1);

  self->reactor = tisock_reactor_ref (reactor);
  self->owner = owner;
  self->funcs = funcs;
  self->user_data = user_data;
  self->bound = options->bound;
  memcpy (self->local, options->local, sizeof self->local);
  self->started = g_get_monotonic_time ();
  self->timeout = options->timeout;
  self->resolve_timeout = options->resolve_timeout;
  self->timer.func = timer_cb;
  self->unresolved = g_ptr_array_new_with_free_func (g_free);
  self->attempts = g_ptr_array_new_with_free_func ((GDestroyNotify) tisock_attempt_free);
  self->failures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);

  return self;
}

/* Whether there is one address to try and no other, which a message names as the destination. */
static gboolean
is_simple (TisockConnector *self,
           TisockRoute     *route)
{
  g_autoptr(GSocketAddress) address = NULL;
  g_autofree char *description = NULL;

  if (tisock_route_is_general (route))
    return FALSE;

  address = tisock_route_get_address (route);
  description = address != NULL ? tisock_address_describe (address) : NULL;

  return g_strcmp0 (description, self->name) == 0;
}

static void
set_destination (TisockConnector    *self,
                 GSocketConnectable *destination,
                 GProxyResolver     *resolver)
{
  TisockRoute *route = tisock_route_new (destination, resolver);

  self->name = tisock_route_describe (route);
  self->prefix = is_simple (self, route)
                 ? g_strdup ("Could not connect to ")
                 : g_strdup_printf ("Could not connect to %s: ", self->name);
  g_queue_push_tail (&self->routes, route);
}

TisockConnector *
tisock_connector_start (TisockReactor                 *reactor,
                        GObject                       *owner,
                        const TisockConnectorOptions  *options,
                        const TisockConnectorFuncs    *funcs,
                        gpointer                       user_data,
                        int                           *error_number,
                        GError                       **error)
{
  TisockConnector *self = connector_new (reactor, owner, options, funcs, user_data);

  set_destination (self, options->destination, options->proxy_resolver);
  advance (self);
  if (!is_over (self))
    return self;

  *error_number = self->error_number;
  g_propagate_error (error, make_error (self));
  tisock_connector_free (self);

  return NULL;
}

void
tisock_connector_free (TisockConnector *self)
{
  finish (self);
  g_free (self->name);
  g_free (self->prefix);
  g_ptr_array_unref (self->unresolved);
  g_ptr_array_unref (self->attempts);
  g_ptr_array_unref (self->failures);
  tisock_reactor_unref (self->reactor);
  g_free (self);
}

void
tisock_connector_collect (TisockConnector *self,
                          TisockWaitSet   *set)
{
  if (self->lookup != NULL)
    tisock_lookup_collect (self->lookup, set);
  if (self->expansion != NULL)
    tisock_mailbox_collect (self->expansion, set);
  for (guint i = 0; i < self->attempts->len; i++)
    tisock_attempt_collect (g_ptr_array_index (self->attempts, i), set);
  g_ptr_array_add (set->timers, &self->timer);
}

void
tisock_connector_set_timeouts (TisockConnector *self,
                               guint            timeout,
                               guint            resolve_timeout)
{
  self->timeout = timeout;
  self->resolve_timeout = resolve_timeout;
  update_timer (self);
}
