/* handshake.c: has a proxy connect to the destination
 *
 * GIO speaks to proxies in calls that block for as long as the proxy likes, so each of them has a
 * thread. While it has, nobody else uses the descriptor, and nobody closes it: the thread has a
 * reference on the GSocket, and the last one to drop its own closes.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/handshake.h"
#include "engine/mailbox.h"

#include <sys/socket.h>

/* What the thread has. */
typedef struct
{
  GProxy        *proxy;
  GProxyAddress *address;
  GSocket       *socket;
  GError        *error;
} Talk;

struct _TisockHandshake
{
  TisockMailbox       *mailbox;
  GSocket             *socket;
  TisockHandshakeFunc  func;
  gpointer             user_data;

  gboolean             finished;
};

static void
talk_free (gpointer data)
{
  Talk *self = data;

  g_object_unref (self->proxy);
  g_object_unref (self->address);
  g_object_unref (self->socket);
  g_clear_error (&self->error);
  g_free (self);
}

/* Disposing of a GSocketConnection does not close a socket that others reference. */
static void
talk_work (gpointer      data,
           GCancellable *cancellable)
{
  Talk *self = data;
  g_autoptr(GSocketConnection) connection =
    g_socket_connection_factory_create_connection (self->socket);
  g_autoptr(GIOStream) stream = g_proxy_connect (self->proxy, G_IO_STREAM (connection),
                                                 self->address, cancellable, &self->error);

  if (stream != NULL && stream != G_IO_STREAM (connection))
    g_set_error_literal (&self->error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                         "Proxies that wrap the connection are not supported");
}

static void
talk_done (gpointer data,
           gpointer user_data)
{
  Talk *talk = data;
  TisockHandshake *self = user_data;

  self->finished = TRUE;
  self->func (g_steal_pointer (&talk->error), self->user_data);
}

static const TisockErrandFuncs talk_funcs = {
  .work = talk_work,
  .done = talk_done,
  .free = talk_free,
};

static Talk *
talk_new (GProxy        *proxy,
          GProxyAddress *address,
          GSocket       *socket)
{
  Talk *self = g_new0 (Talk, 1);

  self->proxy = g_object_ref (proxy);
  self->address = g_object_ref (address);
  self->socket = g_object_ref (socket);

  return self;
}

GProxy *
tisock_handshake_find_proxy (GProxyAddress  *address,
                             GError        **error)
{
  const char *protocol = g_proxy_address_get_protocol (address);
  GProxy *proxy = NULL;

  /* GIO's implementation returns another stream, in front of the descriptor. */
  if (g_str_equal (protocol, "https"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "TLS with a proxy is not supported");
      return NULL;
    }

  proxy = g_proxy_get_default_for_protocol (protocol);
  if (proxy == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                 "the proxy protocol “%s” is not supported", protocol);

  return proxy;
}

TisockHandshake *
tisock_handshake_start (TisockReactor        *reactor,
                        GObject              *owner,
                        GProxy               *proxy,
                        GProxyAddress        *address,
                        GSocket              *socket,
                        TisockHandshakeFunc   func,
                        gpointer              user_data,
                        int                  *error_number,
                        GError              **error)
{
  TisockHandshake *self = g_new0 (TisockHandshake, 1);

  self->socket = g_object_ref (socket);
  self->func = func;
  self->user_data = user_data;
  *error_number = 0;
  self->mailbox = tisock_mailbox_new (reactor, owner, self, error_number, error);

  if (self->mailbox == NULL ||
      !tisock_mailbox_send (self->mailbox, TISOCK_THREADS_PROXIES, &talk_funcs,
                            talk_new (proxy, address, socket), error))
    g_clear_pointer (&self, tisock_handshake_free);

  return self;
}

/* The shutdown tells the proxy at once, and the thread too, should it not mind its cancellable. */
void
tisock_handshake_free (TisockHandshake *self)
{
  g_clear_pointer (&self->mailbox, tisock_mailbox_free);
  if (!self->finished)
    shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
  g_object_unref (self->socket);
  g_free (self);
}

void
tisock_handshake_collect (TisockHandshake *self,
                          TisockWaitSet   *set)
{
  tisock_mailbox_collect (self->mailbox, set);
}
