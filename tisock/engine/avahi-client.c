/* avahi-client.c: talks to the Avahi daemon, which publishes and finds services, over D-Bus
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/avahi-client.h"

#define AVAHI "org.freedesktop.Avahi"

#define CONNECTION_FLAGS \
  (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | \
   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION)

struct _TisockAvahiClient
{
  const TisockAvahiFuncs *funcs;
  GObject                *owner;        /* referenced; NULL once closed */
  GMainContext           *context;
  GDBusConnection        *connection;   /* NULL until there is one */
  guint                   watch_id;

  /* Of the daemon that is there; the cancellable is that of the connecting as well. */
  char                   *daemon;       /* its unique name; NULL while there is none */
  guint                   subscription_id;
  GCancellable           *cancellable;
};

typedef struct
{
  TisockAvahiClient    *client;
  TisockAvahiReplyFunc  func;
  gpointer              data;
  GDestroyNotify        free_data;
} Call;

static void
client_clear (gpointer data)
{
  TisockAvahiClient *self = data;

  g_main_context_unref (self->context);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->daemon, g_free);
  g_clear_object (&self->cancellable);
}

/* From whatever thread drops the last reference. */
static void
client_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, client_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TisockAvahiClient, client_unref)

static TisockAvahiClient *
client_ref (TisockAvahiClient *self)
{
  return g_atomic_rc_box_acquire (self);
}

/* Errors */

static const struct
{
  const char *name;
  GIOErrorEnum code;
} error_codes[] = {
  { AVAHI ".CollisionError", G_IO_ERROR_EXISTS },
  { AVAHI ".NotFoundError", G_IO_ERROR_NOT_FOUND },
  { AVAHI ".TimeoutError", G_IO_ERROR_TIMED_OUT },
  { AVAHI ".NotPermittedError", G_IO_ERROR_PERMISSION_DENIED },
  { AVAHI ".InvalidDomainNameError", G_IO_ERROR_INVALID_ARGUMENT },
  { AVAHI ".InvalidServiceNameError", G_IO_ERROR_INVALID_ARGUMENT },
  { AVAHI ".InvalidServiceTypeError", G_IO_ERROR_INVALID_ARGUMENT },
};

static GError *
new_absence_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                              "The Avahi daemon is not running");
}

/* Takes the error, and gives one with GIO's code where it has one. */
static GError *
translate_error (GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  g_dbus_error_strip_remote_error (error);
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
      g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
    {
      g_error_free (error);
      return new_absence_error ();
    }

  for (guint i = 0; i < G_N_ELEMENTS (error_codes); i++)
    if (g_strcmp0 (name, error_codes[i].name) == 0)
      {
        error->domain = G_IO_ERROR;
        error->code = (int) error_codes[i].code;
      }

  return error;
}

/* The owner */

/* What the owner begins and its handlers make is to belong to the context. */
static GObject *
enter (TisockAvahiClient *self)
{
  g_main_context_push_thread_default (self->context);

  return g_object_ref (self->owner);
}

static void
leave (TisockAvahiClient *self,
       GObject           *owner)
{
  g_object_unref (owner);
  g_main_context_pop_thread_default (self->context);
}

static void
lose (TisockAvahiClient *self,
      GError            *error)
{
  GObject *owner = enter (self);

  g_prefix_error (&error, "The system bus cannot be reached: ");
  self->funcs->lost (owner, error);
  g_error_free (error);
  leave (self, owner);
}

/* The daemon */

/* Whatever was asked of the present daemon, or on the way to it, is no longer answered. */
static void
forget_daemon (TisockAvahiClient *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->subscription_id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->subscription_id);

  self->subscription_id = 0;
  g_clear_pointer (&self->daemon, g_free);
}

static void
signal_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *path,
           const char      *interface,
           const char      *member,
           GVariant        *parameters,
           gpointer         user_data)
{
  g_autoptr(TisockAvahiClient) self = client_ref (user_data);
  GObject *owner;

  if (self->owner == NULL)
    return;

  owner = enter (self);
  self->funcs->signalled (owner, path, interface, member, parameters);
  leave (self, owner);
}

/* All signals are asked for before there is any object: some come before the answer that says
 * which object it is. */
static void
appeared_cb (GDBusConnection *connection,
             const char      *name,
             const char      *name_owner,
             gpointer         user_data)
{
  g_autoptr(TisockAvahiClient) self = client_ref (user_data);
  GObject *owner;

  if (self->owner == NULL)
    return;

  owner = enter (self);
  forget_daemon (self);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->daemon = g_strdup (name_owner);
  self->subscription_id =
    g_dbus_connection_signal_subscribe (connection, name_owner, NULL, NULL, NULL, NULL,
                                        G_DBUS_SIGNAL_FLAGS_NONE, signal_cb,
                                        client_ref (self), client_unref);
  self->funcs->appeared (owner);
  leave (self, owner);
}

static void
vanished_cb (GDBusConnection *connection,
             const char      *name,
             gpointer         user_data)
{
  g_autoptr(TisockAvahiClient) self = client_ref (user_data);
  g_autoptr(GError) error = NULL;
  GObject *owner;

  if (self->owner == NULL)
    return;

  /* With the bus it is gone as well. */
  if (g_dbus_connection_is_closed (self->connection))
    return;

  forget_daemon (self);
  error = new_absence_error ();
  owner = enter (self);
  self->funcs->vanished (owner, error);
  leave (self, owner);
}

/* The connection */

static void
closed_cb (GDBusConnection *connection,
           gboolean         remote_peer_vanished,
           GError          *error,
           gpointer         user_data)
{
  g_autoptr(TisockAvahiClient) self = client_ref (user_data);

  if (self->owner == NULL)
    return;

  forget_daemon (self);
  lose (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed%s%s",
                           error != NULL ? ": " : "", error != NULL ? error->message : ""));
}

static void
closed_data_free (gpointer  data,
                  GClosure *closure)
{
  client_unref (data);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(TisockAvahiClient) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) connection = NULL;

  connection = g_dbus_connection_new_for_address_finish (result, &error);
  if (self->owner == NULL)
    return;

  if (connection == NULL)
    {
      lose (self, g_steal_pointer (&error));
      return;
    }

  self->connection = g_steal_pointer (&connection);
  g_signal_connect_data (self->connection, "closed", G_CALLBACK (closed_cb), client_ref (self),
                         closed_data_free, 0);
  g_main_context_push_thread_default (self->context);
  self->watch_id =
    g_bus_watch_name_on_connection (self->connection, AVAHI, G_BUS_NAME_WATCHER_FLAGS_AUTO_START,
                                    appeared_cb, vanished_cb, client_ref (self), client_unref);
  g_main_context_pop_thread_default (self->context);
}

TisockAvahiClient *
tisock_avahi_client_new (TisockReactor           *reactor,
                         const TisockAvahiFuncs  *funcs,
                         GObject                 *owner,
                         GError                 **error)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  g_autoptr(GMainContext) context = NULL;
  TisockAvahiClient *self;

  if (address == NULL)
    return NULL;

  context = tisock_reactor_dup_context (reactor, error);
  if (context == NULL)
    return NULL;

  self = g_atomic_rc_box_new0 (TisockAvahiClient);
  self->context = g_steal_pointer (&context);
  self->funcs = funcs;
  self->owner = g_object_ref (owner);
  self->cancellable = g_cancellable_new ();

  g_main_context_push_thread_default (self->context);
  g_dbus_connection_new_for_address (address, CONNECTION_FLAGS, NULL, self->cancellable,
                                     connected_cb, client_ref (self));
  g_main_context_pop_thread_default (self->context);

  return self;
}

void
tisock_avahi_client_close (TisockAvahiClient *self)
{
  G_GNUC_UNUSED g_autoptr(GObject) owner = g_steal_pointer (&self->owner);

  forget_daemon (self);
  if (self->watch_id != 0)
    g_bus_unwatch_name (self->watch_id);
  if (self->connection != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->connection, closed_cb, self);
      g_dbus_connection_close (self->connection, NULL, NULL, NULL);
      g_clear_object (&self->connection);
    }

  client_unref (self);
}

/* Calls */

static void
replied_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Call *call = user_data;
  g_autoptr(TisockAvahiClient) self = call->client;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (error != NULL)
    error = translate_error (g_steal_pointer (&error));

  if (self->owner != NULL && call->func != NULL &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      GObject *owner = enter (self);

      call->func (owner, reply, error, call->data);
      leave (self, owner);
    }

  if (call->free_data != NULL)
    call->free_data (call->data);
  g_free (call);
}

void
tisock_avahi_client_call (TisockAvahiClient    *self,
                          const char           *path,
                          const char           *interface,
                          const char           *method,
                          GVariant             *parameters,
                          TisockAvahiReplyFunc  func,
                          gpointer              data,
                          GDestroyNotify        free_data)
{
  Call *call = g_new0 (Call, 1);

  g_assert (self->daemon != NULL);

  call->client = client_ref (self);
  call->func = func;
  call->data = data;
  call->free_data = free_data;

  g_main_context_push_thread_default (self->context);
  g_dbus_connection_call (self->connection, self->daemon, path, interface, method, parameters,
                          NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable,
                          replied_cb, call);
  g_main_context_pop_thread_default (self->context);
}

/* Threads */

GDBusConnection *
tisock_avahi_connect_sync (GCancellable  *cancellable,
                           GError       **error)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  GDBusConnection *connection;

  if (address == NULL)
    return NULL;

  connection = g_dbus_connection_new_for_address_sync (address, CONNECTION_FLAGS, NULL,
                                                       cancellable, error);
  if (connection == NULL)
    g_prefix_error (error, "The system bus cannot be reached: ");

  return connection;
}

GVariant *
tisock_avahi_call_sync (GDBusConnection  *connection,
                        const char       *method,
                        GVariant         *parameters,
                        GCancellable     *cancellable,
                        GError          **error)
{
  GError *failure = NULL;
  GVariant *reply;

  reply = g_dbus_connection_call_sync (connection, AVAHI, TISOCK_AVAHI_SERVER_PATH,
                                       TISOCK_AVAHI_SERVER, method, parameters, NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, cancellable, &failure);
  if (failure != NULL)
    g_propagate_error (error, translate_error (failure));

  return reply;
}
