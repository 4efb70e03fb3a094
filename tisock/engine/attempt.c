/* attempt.c: makes a connection to one address, and through it if it is a proxy's
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/attempt.h"
#include "engine/descriptor.h"
#include "engine/handshake.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/un.h>

/* GUnixSocketAddress cuts what is longer, without a word: a path that is just as long may be the
 * beginning of another one. */
#define CUT_PATH_LENGTH (sizeof ((struct sockaddr_un *) NULL)->sun_path - 1)

/* A Unix socket whose backlog is full cannot be waited for, only asked again. */
#define RETRY_DELAY (10 * G_TIME_SPAN_MILLISECOND)

struct _TisockAttempt
{
  TisockSlot                 slot;
  TisockReactor             *reactor;
  const TisockAttemptFuncs  *funcs;
  gpointer                   user_data;

  GSocketAddress            *address;
  struct sockaddr_storage    remote;    /* the same, for the system */
  socklen_t                  remote_length;
  GSocket                   *socket;
  TisockTimer                retry;     /* armed while the system does not take it */

  GProxy                    *proxy;     /* speaks to the address; NULL: it is the destination */
  TisockHandshake           *handshake; /* the slot has left then */
};

char *
tisock_address_describe (GSocketAddress *address)
{
  g_autofree char *text = NULL;
  TisockEndpoint endpoint;

  if (!tisock_endpoint_from_address (&endpoint, address))
    return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

  text = tisock_endpoint_describe (&endpoint);
  if (!G_IS_PROXY_ADDRESS (address))
    return g_steal_pointer (&text);

  return g_strdup_printf ("%s proxy %s", g_proxy_address_get_protocol (G_PROXY_ADDRESS (address)),
                          text);
}

static gboolean
may_be_cut (GSocketAddress *address)
{
  return G_IS_UNIX_SOCKET_ADDRESS (address) &&
         g_unix_socket_address_get_path_len (G_UNIX_SOCKET_ADDRESS (address)) >= CUT_PATH_LENGTH;
}

/* IPv4 addresses mapped into IPv6 become IPv4. */
static gboolean
set_remote (TisockAttempt   *self,
            GSocketAddress  *address,
            GError         **error)
{
  TisockEndpoint endpoint;

  if (tisock_endpoint_from_address (&endpoint, address))
    {
      self->remote_length = tisock_endpoint_to_sockaddr (&endpoint, &self->remote);
      return TRUE;
    }

  if (may_be_cut (address))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
                   "the path is too long for a socket, or was cut to %u bytes; %u are possible",
                   (guint) CUT_PATH_LENGTH, (guint) CUT_PATH_LENGTH - 1);
      errno = ENAMETOOLONG;
      return FALSE;
    }

  self->remote_length = (socklen_t) g_socket_address_get_native_size (address);
  errno = EINVAL;

  return g_socket_address_to_native (address, &self->remote, sizeof self->remote, error);
}

static gboolean
set_proxy (TisockAttempt   *self,
           GSocketAddress  *address,
           GError         **error)
{
  if (!G_IS_PROXY_ADDRESS (address))
    return TRUE;

  self->proxy = tisock_handshake_find_proxy (G_PROXY_ADDRESS (address), error);
  errno = EOPNOTSUPP;

  return self->proxy != NULL;
}

/* What follows is 0 if it is done or on its way, or an errno. */

static gboolean
is_ip (TisockAttempt *self)
{
  return self->remote.ss_family == AF_INET || self->remote.ss_family == AF_INET6;
}

/* The descriptor never blocks; GIO waits for it, for whoever gets the GSocket in the end. */
static int
open_socket (TisockAttempt *self)
{
  GSocketProtocol protocol = is_ip (self) ? G_SOCKET_PROTOCOL_TCP : G_SOCKET_PROTOCOL_DEFAULT;

  errno = 0;
  self->socket = g_socket_new ((GSocketFamily) self->remote.ss_family, G_SOCKET_TYPE_STREAM,
                               protocol, NULL);

  if (self->socket != NULL)
    return 0;

  return errno != 0 ? errno : EAFNOSUPPORT;
}

/* Only IP addresses belong to an interface. */
static int
bind_socket (TisockAttempt        *self,
             const TisockEndpoint *local)
{
  struct sockaddr_storage address;
  socklen_t length;

  if (local == NULL || !is_ip (self))
    return 0;

  local += self->remote.ss_family == AF_INET6 ? 1 : 0;
  if (!tisock_endpoint_is_set (local))
    return EADDRNOTAVAIL;

  length = tisock_endpoint_to_sockaddr (local, &address);

  return bind (g_socket_get_fd (self->socket), (struct sockaddr *) &address, length) == 0
         ? 0 : errno;
}

/* The system's own connect(), and not GSocket's, for the errno. A connection that is there at
 * once is found to be ready like any other, in the next turn. */
static int
connect_socket (TisockAttempt *self)
{
  if (connect (g_socket_get_fd (self->socket), (struct sockaddr *) &self->remote,
               self->remote_length) == 0 ||
      errno == EINPROGRESS || errno == EINTR)
    return 0;

  if (errno != EAGAIN || self->remote.ss_family != AF_UNIX)
    return errno;

  tisock_reactor_set_timer (self->reactor, &self->retry, g_get_monotonic_time () + RETRY_DELAY);

  return 0;
}

/* A port of the ephemeral range that nobody listens on can be given to the very socket that
 * connects to it: TCP then connects the socket with itself. */
static gboolean
is_connected_with_itself (TisockAttempt *self)
{
  TisockEndpoint local, remote;

  tisock_endpoint_from_sockaddr (&remote, &self->remote);

  return is_ip (self) && tisock_endpoint_get_local (&local, g_socket_get_fd (self->socket)) &&
         local.port == remote.port &&
         memcmp (local.bytes, remote.bytes, sizeof local.bytes) == 0;
}

/* The first look takes the error off the socket; without one GSocket has its own look, and knows
 * that it is connected. */
static int
get_result (TisockAttempt *self)
{
  int value;

  if (!g_socket_get_option (self->socket, SOL_SOCKET, SO_ERROR, &value, NULL))
    return errno;
  if (value != 0)
    return value;
  if (is_connected_with_itself (self))
    return ECONNREFUSED;

  return g_socket_check_connect_result (self->socket, NULL) ? 0 : ECONNRESET;
}

static void
fail (TisockAttempt *self,
      int            error_number)
{
  g_autofree char *description = tisock_address_describe (self->address);
  GError *error = NULL;

  tisock_set_error_from_errno (&error, error_number, "%s", description);
  self->funcs->failed (self, error, error_number, self->user_data);
}

static void
fail_for_proxy (TisockAttempt *self,
                GError        *error,
                int            error_number)
{
  g_autofree char *description = tisock_address_describe (self->address);

  g_prefix_error (&error, "%s: ", description);
  self->funcs->failed (self, error, error_number, self->user_data);
}

static void
handshake_done_cb (GError   *error,
                   gpointer  user_data)
{
  TisockAttempt *self = user_data;

  if (error == NULL)
    self->funcs->connected (self, self->user_data);
  else
    fail_for_proxy (self, error, tisock_errno_from_error (error));
}

static void
start_handshake (TisockAttempt *self)
{
  GError *error = NULL;
  int error_number;

  self->handshake = tisock_handshake_start (self->reactor, self->slot.owner, self->proxy,
                                            G_PROXY_ADDRESS (self->address), self->socket,
                                            handshake_done_cb, self, &error_number, &error);
  if (self->handshake == NULL)
    {
      fail_for_proxy (self, error, error_number);
      return;
    }

  tisock_slot_detach (&self->slot);
  self->funcs->reached (self, self->user_data);
}

static void
attempt_ready (TisockSlot   *slot,
               GIOCondition  condition)
{
  TisockAttempt *self = (TisockAttempt *) slot;
  int error_number = get_result (self);

  if (error_number != 0)
    fail (self, error_number);
  else if (self->proxy != NULL)
    start_handshake (self);
  else
    self->funcs->connected (self, self->user_data);
}

static void
close_socket (TisockAttempt *self)
{
  tisock_reactor_clear_timer (self->reactor, &self->retry);
  if (self->socket == NULL)
    return;

  g_clear_object (&self->socket);
  tisock_reactor_feed (self->reactor);
}

static void
attempt_lost (TisockSlot *slot)
{
  close_socket ((TisockAttempt *) slot);
}

static const TisockSlotFuncs attempt_slot_funcs = {
  .ready = attempt_ready,
  .lost = attempt_lost,
};

static GIOCondition
get_wanted (TisockAttempt *self)
{
  return tisock_timer_is_armed (&self->retry) ? 0 : G_IO_OUT;
}

static void
retry_cb (TisockTimer *timer)
{
  TisockAttempt *self =
    (TisockAttempt *) ((char *) timer - G_STRUCT_OFFSET (TisockAttempt, retry));
  G_GNUC_UNUSED g_autoptr(GObject) owner = g_object_ref (self->slot.owner);
  int error_number = connect_socket (self);

  if (error_number == 0)
    tisock_slot_want (&self->slot, get_wanted (self));
  else
    fail (self, error_number);
}

static int
begin (TisockAttempt         *self,
       const TisockEndpoint  *local,
       GError               **error)
{
  int error_number;

  if (!set_remote (self, self->address, error) || !set_proxy (self, self->address, error))
    return errno;

  error_number = open_socket (self);
  if (error_number == 0)
    error_number = bind_socket (self, local);
  if (error_number == 0)
    error_number = connect_socket (self);
  if (error_number != 0)
    return error_number;

  return tisock_reactor_attach (self->reactor, &self->slot, g_socket_get_fd (self->socket),
                                get_wanted (self), error) ? 0 : errno;
}

TisockAttempt *
tisock_attempt_start (TisockReactor             *reactor,
                      GObject                   *owner,
                      GSocketAddress            *address,
                      const TisockEndpoint      *local,
                      const TisockAttemptFuncs  *funcs,
                      gpointer                   user_data,
                      int                       *error_number,
                      GError                   **error)
{
  TisockAttempt *self = g_new0 (TisockAttempt, 1);
  GError *failure = NULL;

  self->reactor = tisock_reactor_ref (reactor);
  self->address = g_object_ref (address);
  self->funcs = funcs;
  self->user_data = user_data;
  self->retry.func = retry_cb;
  tisock_slot_init (&self->slot, &attempt_slot_funcs, owner);

  *error_number = begin (self, local, &failure);
  if (*error_number != 0 || failure != NULL)
    {
      g_autofree char *description = tisock_address_describe (address);

      if (failure == NULL)
        tisock_set_error_from_errno (&failure, *error_number, "%s", description);
      else
        g_prefix_error (&failure, "%s: ", description);
      g_propagate_error (error, failure);
      g_clear_pointer (&self, tisock_attempt_free);
    }

  return self;
}

void
tisock_attempt_free (TisockAttempt *self)
{
  tisock_slot_detach (&self->slot);
  g_clear_pointer (&self->handshake, tisock_handshake_free);
  close_socket (self);
  g_clear_object (&self->proxy);
  tisock_reactor_unref (self->reactor);
  g_object_unref (self->address);
  g_free (self);
}

gboolean
tisock_attempt_has_reached (TisockAttempt *self)
{
  return self->handshake != NULL;
}

void
tisock_attempt_pause (TisockAttempt *self,
                      gboolean       paused)
{
  if (tisock_slot_is_attached (&self->slot))
    tisock_slot_want (&self->slot, paused ? 0 : get_wanted (self));
}

GSocket *
tisock_attempt_get_socket (TisockAttempt *self)
{
  return self->socket;
}

GSocketAddress *
tisock_attempt_get_address (TisockAttempt *self)
{
  return self->address;
}

void
tisock_attempt_collect (TisockAttempt *self,
                        TisockWaitSet *set)
{
  if (self->handshake != NULL)
    tisock_handshake_collect (self->handshake, set);
  if (!tisock_slot_is_attached (&self->slot))
    return;

  g_ptr_array_add (set->slots, &self->slot);
  g_ptr_array_add (set->timers, &self->retry);
}
