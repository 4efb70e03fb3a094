/* connector.c: makes a connection to a name or address, racing its addresses (RFC 8305)
 *
 * The addresses of a name are tried one after the other, IPv6 and IPv4 in turn. The next one is
 * tried when one has failed, or when it is taking long; nothing but success, failure or the end of
 * it all stops an attempt that is under way. The first to succeed is the connection.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/connector.h"
#include "engine/descriptor.h"
#include "engine/lookup.h"
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

typedef struct
{
  TisockSlot        slot;
  TisockConnector  *connector;
  TisockEndpoint    remote;
  GSocket          *socket;
} Attempt;

struct _TisockConnector
{
  TisockReactor               *reactor;
  GObject                     *owner;           /* the slots reference it */
  const TisockConnectorFuncs  *funcs;
  gpointer                     user_data;

  char                        *prefix;          /* of every message: what could not be done */
  guint16                      port;
  gboolean                     bound;
  TisockEndpoint               local[N_FAMILIES];

  gint64                       started;
  guint                        timeout;
  guint                        resolve_timeout;
  TisockTimer                  timer;           /* armed for the earliest of what is to come */

  TisockLookup                *lookup;          /* NULL once both families have answered */
  guint                        n_answers;
  GPtrArray                   *unresolved;      /* why: messages, each one once */

  GArray                      *candidates[N_FAMILIES];  /* of TisockEndpoint: not tried yet */
  gint64                       first_candidate; /* when there was one; 0 before that */
  Family                       next_family;

  GPtrArray                   *attempts;        /* of Attempt: under way */
  gint64                       last_attempt;    /* when it began; 0 before that */
  GPtrArray                   *failures;        /* of GError: an address and why it failed */
  int                          error_number;    /* of the last of them */

  gboolean                     finished;
};

static Family
get_family (const TisockEndpoint *endpoint)
{
  return endpoint->family == AF_INET6 ? IPV6 : IPV4;
}

/* One attempt */

static void
attempt_free (gpointer data)
{
  Attempt *self = data;
  TisockReactor *reactor = self->connector->reactor;

  tisock_slot_detach (&self->slot);
  if (self->socket != NULL)
    {
      g_object_unref (self->socket);
      tisock_reactor_feed (reactor);
    }
  g_free (self);
}

static void
fail_attempt (TisockConnector *self,
              Attempt         *attempt,
              GError          *error,
              int              error_number)
{
  g_ptr_array_add (self->failures, error);
  self->error_number = error_number;
  g_ptr_array_remove (self->attempts, attempt);
}

static void
fail_attempt_with_errno (TisockConnector *self,
                         Attempt         *attempt,
                         int              error_number)
{
  g_autofree char *remote = tisock_endpoint_describe (&attempt->remote);
  GError *error = NULL;

  tisock_set_error_from_errno (&error, error_number, "%s", remote);
  fail_attempt (self, attempt, error, error_number);
}

/* 0 if it is on its way, or an errno. */
static int
open_socket (TisockConnector *self,
             Attempt         *attempt)
{
  GSocketFamily family = (GSocketFamily) attempt->remote.family;

  errno = 0;
  attempt->socket = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  if (attempt->socket == NULL)
    return errno != 0 ? errno : EAFNOSUPPORT;

  g_socket_set_blocking (attempt->socket, FALSE);

  return 0;
}

static int
bind_socket (TisockConnector *self,
             Attempt         *attempt)
{
  const TisockEndpoint *local = &self->local[get_family (&attempt->remote)];
  struct sockaddr_storage address;
  socklen_t length;

  if (!self->bound)
    return 0;
  if (!tisock_endpoint_is_set (local))
    return EADDRNOTAVAIL;

  length = tisock_endpoint_to_sockaddr (local, &address);

  return bind (g_socket_get_fd (attempt->socket), (struct sockaddr *) &address, length) == 0
         ? 0 : errno;
}

/* The system's own connect(), and not GSocket's, for the errno. A connection that is there at
 * once is found to be ready like any other, in the next turn. */
static int
connect_socket (Attempt *attempt)
{
  struct sockaddr_storage address;
  socklen_t length = tisock_endpoint_to_sockaddr (&attempt->remote, &address);

  if (connect (g_socket_get_fd (attempt->socket), (struct sockaddr *) &address, length) == 0 ||
      errno == EINPROGRESS || errno == EINTR)
    return 0;

  return errno;
}

/* A port of the ephemeral range that nobody listens on can be given to the very socket that
 * connects to it: TCP then connects the socket with itself. */
static gboolean
is_connected_with_itself (Attempt *attempt)
{
  TisockEndpoint local;

  return tisock_endpoint_get_local (&local, g_socket_get_fd (attempt->socket)) &&
         local.port == attempt->remote.port &&
         memcmp (local.bytes, attempt->remote.bytes, sizeof local.bytes) == 0;
}

/* 0 if it is connected, or an errno. The first look takes the error off the socket; without one
 * GSocket has its own look, and knows that it is connected. */
static int
get_result (Attempt *attempt)
{
  int value;

  if (!g_socket_get_option (attempt->socket, SOL_SOCKET, SO_ERROR, &value, NULL))
    return errno;
  if (value != 0)
    return value;
  if (is_connected_with_itself (attempt))
    return ECONNREFUSED;

  return g_socket_check_connect_result (attempt->socket, NULL) ? 0 : ECONNRESET;
}

static void attempt_ready (TisockSlot   *slot,
                           GIOCondition  condition);
static void attempt_lost  (TisockSlot   *slot);

static const TisockSlotFuncs attempt_slot_funcs = {
  .ready = attempt_ready,
  .lost = attempt_lost,
};

static void
start_attempt (TisockConnector      *self,
               const TisockEndpoint *remote)
{
  Attempt *attempt = g_new0 (Attempt, 1);
  GError *error = NULL;
  int error_number;

  attempt->connector = self;
  attempt->remote = *remote;
  tisock_slot_init (&attempt->slot, &attempt_slot_funcs, self->owner);
  g_ptr_array_add (self->attempts, attempt);
  self->last_attempt = g_get_monotonic_time ();

  error_number = open_socket (self, attempt);
  if (error_number == 0)
    error_number = bind_socket (self, attempt);
  if (error_number == 0)
    error_number = connect_socket (attempt);

  if (error_number != 0)
    {
      fail_attempt_with_errno (self, attempt, error_number);
    }
  else if (!tisock_reactor_attach (self->reactor, &attempt->slot,
                                   g_socket_get_fd (attempt->socket), G_IO_OUT, &error))
    {
      g_autofree char *description = tisock_endpoint_describe (remote);

      g_prefix_error (&error, "%s: ", description);
      fail_attempt (self, attempt, error, 0);
    }
}

/* The end */

static gboolean
has_candidates (TisockConnector *self)
{
  return self->candidates[IPV4]->len + self->candidates[IPV6]->len > 0;
}

/* Nothing can be done but wait for an address. */
static gboolean
is_only_resolving (TisockConnector *self)
{
  return self->lookup != NULL && self->attempts->len == 0 && !has_candidates (self);
}

/* Gives up whatever is under way. Owners must have a reference besides those of the slots. */
static void
finish (TisockConnector *self)
{
  self->finished = TRUE;
  tisock_reactor_clear_timer (self->reactor, &self->timer);
  g_clear_pointer (&self->lookup, tisock_lookup_free);
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

/* What could not be done, and every address tried with the reason. */
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
      for (guint i = 0; i < self->unresolved->len; i++)
        add_reason (message, self->prefix, g_ptr_array_index (self->unresolved, i));
      error = g_error_new_literal (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
                                   message->str);
    }

  g_string_free (message, TRUE);

  return error;
}

static GError *
make_timeout_error (TisockConnector *self,
                    const char      *timeout_name,
                    guint            timeout)
{
  GString *message = describe_failures (self);
  GError *error;

  if (is_only_resolving (self))
    add_reason (message, self->prefix, self->n_answers == 0 ? "the name is not resolved"
                                                            : "the name is not fully resolved");

  for (guint i = 0; i < self->attempts->len; i++)
    {
      Attempt *attempt = g_ptr_array_index (self->attempts, i);
      g_autofree char *remote = tisock_endpoint_describe (&attempt->remote);
      g_autofree char *reason = g_strdup_printf ("%s: no answer", remote);

      add_reason (message, self->prefix, reason);
    }

  g_string_append_printf (message, "; the %s of %u ms is over", timeout_name, timeout);
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
succeed (TisockConnector *self,
         Attempt         *attempt)
{
  GSocket *socket = g_object_ref (attempt->socket);

  /* As GIO's sockets are, for whoever gets it from the owner. */
  g_socket_set_blocking (socket, TRUE);
  finish (self);
  self->funcs->connected (self, socket, self->user_data);
}

/* The race */

/* When the next address may be tried. */
static gint64
get_next_attempt (TisockConnector *self)
{
  if (!has_candidates (self))
    return NEVER;

  if (self->last_attempt != 0)
    return self->attempts->len == 0 ? 0 : self->last_attempt + ATTEMPT_DELAY;

  if (self->candidates[IPV6]->len > 0 || self->lookup == NULL)
    return 0;

  return self->first_candidate + RESOLUTION_DELAY;
}

static TisockEndpoint
take_candidate (TisockConnector *self)
{
  Family family = self->next_family;
  TisockEndpoint endpoint;

  if (self->candidates[family]->len == 0)
    family = family == IPV6 ? IPV4 : IPV6;

  endpoint = g_array_index (self->candidates[family], TisockEndpoint, 0);
  g_array_remove_index (self->candidates[family], 0);
  self->next_family = family == IPV6 ? IPV4 : IPV6;

  return endpoint;
}

static gint64
get_timeout_end (TisockConnector *self,
                 guint            timeout)
{
  return timeout == 0 ? NEVER : self->started + timeout * G_TIME_SPAN_MILLISECOND;
}

static void
update_timer (TisockConnector *self)
{
  gint64 next = MIN (get_next_attempt (self), get_timeout_end (self, self->timeout));

  if (is_only_resolving (self))
    next = MIN (next, get_timeout_end (self, self->resolve_timeout));

  if (next == NEVER)
    tisock_reactor_clear_timer (self->reactor, &self->timer);
  else
    tisock_reactor_set_timer (self->reactor, &self->timer, next);
}

/* Starts what may be started by now. */
static void
advance (TisockConnector *self)
{
  while (get_next_attempt (self) <= g_get_monotonic_time ())
    {
      TisockEndpoint endpoint = take_candidate (self);

      start_attempt (self, &endpoint);
    }

  update_timer (self);
}

/* The same, and the end if there is nothing left to wait for. */
static void
advance_or_fail (TisockConnector *self)
{
  advance (self);

  if (self->lookup == NULL && self->attempts->len == 0)
    fail (self, make_error (self), self->error_number);
}

static void
attempt_ready (TisockSlot   *slot,
               GIOCondition  condition)
{
  Attempt *attempt = (Attempt *) slot;
  TisockConnector *self = attempt->connector;
  int error_number = get_result (attempt);

  if (error_number == 0)
    {
      succeed (self, attempt);
      return;
    }

  fail_attempt_with_errno (self, attempt, error_number);
  advance_or_fail (self);
}

static void
attempt_lost (TisockSlot *slot)
{
  finish (((Attempt *) slot)->connector);
}

static void
timer_cb (TisockTimer *timer)
{
  TisockConnector *self =
    (TisockConnector *) ((char *) timer - G_STRUCT_OFFSET (TisockConnector, timer));
  G_GNUC_UNUSED g_autoptr(GObject) owner = g_object_ref (self->owner);
  gint64 now = g_get_monotonic_time ();

  if (now >= get_timeout_end (self, self->timeout))
    fail (self, make_timeout_error (self, "timeout", self->timeout), ETIMEDOUT);
  else if (is_only_resolving (self) && now >= get_timeout_end (self, self->resolve_timeout))
    fail (self, make_timeout_error (self, "resolve-timeout", self->resolve_timeout), ETIMEDOUT);
  else
    advance (self);
}

/* Addresses */

static void
add_candidate (TisockConnector      *self,
               const TisockEndpoint *endpoint)
{
  if (self->first_candidate == 0)
    self->first_candidate = g_get_monotonic_time ();

  g_array_append_val (self->candidates[get_family (endpoint)], *endpoint);
}

static void
add_addresses (TisockConnector *self,
               GList           *addresses)
{
  for (GList *link = addresses; link != NULL; link = link->next)
    {
      g_autoptr(GSocketAddress) address = g_inet_socket_address_new (link->data, self->port);
      TisockEndpoint endpoint;

      if (tisock_endpoint_from_address (&endpoint, address))
        add_candidate (self, &endpoint);
    }
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
answer_cb (GSocketFamily  family,
           GList         *addresses,
           const GError  *error,
           gpointer       user_data)
{
  TisockConnector *self = user_data;

  if (error != NULL)
    add_unresolved (self, error);
  add_addresses (self, addresses);

  self->n_answers++;
  if (self->n_answers == N_FAMILIES)
    g_clear_pointer (&self->lookup, tisock_lookup_free);

  advance_or_fail (self);
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
  self->port = options->port;
  self->bound = options->bound;
  memcpy (self->local, options->local, sizeof self->local);
  self->started = g_get_monotonic_time ();
  self->timeout = options->timeout;
  self->resolve_timeout = options->resolve_timeout;
  self->timer.func = timer_cb;
  self->next_family = IPV6;
  self->unresolved = g_ptr_array_new_with_free_func (g_free);
  self->attempts = g_ptr_array_new_with_free_func (attempt_free);
  self->failures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  for (guint i = 0; i < N_FAMILIES; i++)
    self->candidates[i] = g_array_new (FALSE, FALSE, sizeof (TisockEndpoint));

  return self;
}

/* The reason of its only attempt begins with the address. */
static gboolean
start_literal (TisockConnector       *self,
               const TisockEndpoint  *endpoint,
               int                   *error_number,
               GError               **error)
{
  self->prefix = g_strdup ("Could not connect to ");
  add_candidate (self, endpoint);
  advance (self);
  if (self->attempts->len > 0)
    return TRUE;

  *error_number = self->error_number;
  g_propagate_error (error, make_error (self));

  return FALSE;
}

static gboolean
start_name (TisockConnector  *self,
            const char       *name,
            int              *error_number,
            GError          **error)
{
  self->prefix = g_strdup_printf ("Could not connect to %s:%u: ", name, self->port);
  self->lookup = tisock_lookup_start (self->reactor, self->owner, name, answer_cb, self,
                                      error_number, error);
  if (self->lookup == NULL)
    {
      g_prefix_error (error, "%s", self->prefix);
      return FALSE;
    }

  update_timer (self);

  return TRUE;
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
  TisockEndpoint endpoint;
  gboolean started;

  if (tisock_endpoint_parse (&endpoint, options->address, options->port))
    started = start_literal (self, &endpoint, error_number, error);
  else
    started = start_name (self, options->address, error_number, error);

  if (!started)
    g_clear_pointer (&self, tisock_connector_free);

  return self;
}

void
tisock_connector_free (TisockConnector *self)
{
  finish (self);
  g_free (self->prefix);
  g_ptr_array_unref (self->unresolved);
  g_ptr_array_unref (self->attempts);
  g_ptr_array_unref (self->failures);
  for (guint i = 0; i < N_FAMILIES; i++)
    g_array_unref (self->candidates[i]);
  tisock_reactor_unref (self->reactor);
  g_free (self);
}

void
tisock_connector_collect (TisockConnector *self,
                          TisockWaitSet   *set)
{
  if (self->lookup != NULL)
    tisock_lookup_collect (self->lookup, set);
  for (guint i = 0; i < self->attempts->len; i++)
    g_ptr_array_add (set->slots, &((Attempt *) g_ptr_array_index (self->attempts, i))->slot);
  g_ptr_array_add (set->timers, &self->timer);
}

void
tisock_connector_set_timeouts (TisockConnector *self,
                               guint            timeout,
                               guint            resolve_timeout)
{
  self->timeout = timeout;
  self->resolve_timeout = resolve_timeout;
  if (!self->finished)
    update_timer (self);
}
