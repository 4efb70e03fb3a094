/* mock-avahi.c: the part of the Avahi daemon that answers on the bus, with no network behind it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-avahi.h"

#include <stdlib.h>

#define AVAHI "org.freedesktop.Avahi"
#define LOOPBACK 1
#define ANY (-1)

#define ARGUMENT(type) "<arg type='" type "' direction='in'/>"
#define RESULT(type) "<arg type='" type "' direction='out'/>"
#define METHOD(name, arguments) "<method name='" name "'>" arguments "</method>"

static const char server_xml[] =
  "<node><interface name='" AVAHI ".Server'>"
  METHOD ("GetState", RESULT ("i"))
  METHOD ("GetAlternativeServiceName", ARGUMENT ("s") RESULT ("s"))
  METHOD ("EntryGroupNew", RESULT ("o"))
  METHOD ("ServiceBrowserNew",
          ARGUMENT ("i") ARGUMENT ("i") ARGUMENT ("s") ARGUMENT ("s") ARGUMENT ("u") RESULT ("o"))
  METHOD ("ServiceResolverNew",
          ARGUMENT ("i") ARGUMENT ("i") ARGUMENT ("s") ARGUMENT ("s") ARGUMENT ("s") ARGUMENT ("i")
          ARGUMENT ("u") RESULT ("o"))
  METHOD ("ResolveService",
          ARGUMENT ("i") ARGUMENT ("i") ARGUMENT ("s") ARGUMENT ("s") ARGUMENT ("s") ARGUMENT ("i")
          ARGUMENT ("u")
          RESULT ("i") RESULT ("i") RESULT ("s") RESULT ("s") RESULT ("s") RESULT ("s") RESULT ("i")
          RESULT ("s") RESULT ("q") RESULT ("aay") RESULT ("u"))
  "</interface></node>";

static const char object_xml[] =
  "<node>"
  "<interface name='" AVAHI ".EntryGroup'>"
  METHOD ("Reset", "")
  METHOD ("Commit", "")
  METHOD ("AddService",
          ARGUMENT ("i") ARGUMENT ("i") ARGUMENT ("u") ARGUMENT ("s") ARGUMENT ("s") ARGUMENT ("s")
          ARGUMENT ("s") ARGUMENT ("q") ARGUMENT ("aay"))
  METHOD ("UpdateServiceTxt",
          ARGUMENT ("i") ARGUMENT ("i") ARGUMENT ("u") ARGUMENT ("s") ARGUMENT ("s") ARGUMENT ("s")
          ARGUMENT ("aay"))
  "</interface>"
  "<interface name='" AVAHI ".ServiceBrowser'/>"
  "<interface name='" AVAHI ".ServiceResolver'>"
  METHOD ("Free", "")
  "</interface>"
  "</node>";

typedef enum
{
  GROUP,
  BROWSER,
  RESOLVER,
  N_KINDS,
} Kind;

static const char *const kind_names[N_KINDS] = {
  "EntryGroup",
  "ServiceBrowser",
  "ServiceResolver",
};

/* What a client has. */
typedef struct
{
  MockAvahi *mock;
  Kind       kind;
  char      *client;
  char      *path;
  guint      registration_id;

  /* What a resolver looks for; a browser has only the type. */
  int        protocol;
  char      *name;
  char      *service_type;
} Object;

typedef struct
{
  Object    *group;             /* NULL: another host's */
  gboolean   is_committed;
  int        protocol;
  char      *name;
  char      *service_type;
  char      *address;
  guint16    port;
  GVariant  *txt_records;
} Record;

struct _MockAvahi
{
  GDBusConnection *connection;
  GDBusNodeInfo   *server_info;
  GDBusNodeInfo   *object_info;
  guint            registration_id;
  guint            subscription_id;
  int              state;
  guint            n_paths;
  GPtrArray       *objects;
  GPtrArray       *records;

  /* What is to fail, and how. */
  char            *failing_method;
  char            *error_name;
};

/* Signals */

static void
emit (Object     *object,
      const char *signal,
      GVariant   *parameters)
{
  g_autofree char *interface = g_strconcat (AVAHI ".", kind_names[object->kind], NULL);

  g_dbus_connection_emit_signal (object->mock->connection, object->client, object->path, interface,
                                 signal, parameters, NULL);
}

static gboolean
concerns (Object *object,
          Record *record)
{
  if (object->kind == GROUP || !record->is_committed ||
      !g_str_equal (object->service_type, record->service_type))
    return FALSE;

  return object->kind == BROWSER ||
         (g_str_equal (object->name, record->name) && object->protocol == record->protocol);
}

static GVariant *
describe_resolved (Record *record)
{
  return g_variant_new ("(iissssisq@aayu)", LOOPBACK, record->protocol, record->name,
                        record->service_type, "local", "mock.local", record->protocol,
                        record->address, record->port, record->txt_records, 0);
}

static void
tell (Object     *object,
      Record     *record,
      const char *signal)
{
  if (!concerns (object, record))
    return;

  if (object->kind == BROWSER)
    emit (object, signal, g_variant_new ("(iisssu)", LOOPBACK, record->protocol, record->name,
                                         record->service_type, "local", 0));
  else if (g_str_equal (signal, "Found"))
    emit (object, signal, describe_resolved (record));
}

static void
tell_kind (MockAvahi  *self,
           Kind        kind,
           Record     *record,
           const char *signal)
{
  for (guint i = 0; i < self->objects->len; i++)
    {
      Object *object = g_ptr_array_index (self->objects, i);

      if (object->kind == kind)
        tell (object, record, signal);
    }
}

static void
emit_all (MockAvahi  *self,
          Kind        kind,
          const char *signal,
          GVariant   *parameters)
{
  g_autoptr(GVariant) kept = g_variant_ref_sink (parameters);

  for (guint i = 0; i < self->objects->len; i++)
    {
      Object *object = g_ptr_array_index (self->objects, i);

      if (object->kind == kind)
        emit (object, signal, kept);
    }
}

/* Records */

static void
record_free (gpointer data)
{
  Record *self = data;

  g_free (self->name);
  g_free (self->service_type);
  g_free (self->address);
  g_variant_unref (self->txt_records);
  g_free (self);
}

static void
remove_record (MockAvahi *self,
               guint      index)
{
  tell_kind (self, BROWSER, g_ptr_array_index (self->records, index), "ItemRemove");
  g_ptr_array_remove_index (self->records, index);
}

static void
remove_records (MockAvahi *self,
                Object    *group)
{
  for (guint i = self->records->len; i > 0; i--)
    if (((Record *) g_ptr_array_index (self->records, i - 1))->group == group)
      remove_record (self, i - 1);
}

static Record *
find_record (MockAvahi  *self,
             const char *name,
             int         protocol)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      Record *record = g_ptr_array_index (self->records, i);

      if (g_str_equal (record->name, name) && (protocol == ANY || protocol == record->protocol))
        return record;
    }

  return NULL;
}

static Record *
add_record (MockAvahi  *self,
            Object     *group,
            int         protocol,
            const char *name,
            const char *service_type,
            const char *address,
            guint16     port,
            GVariant   *txt_records)
{
  Record *record = g_new0 (Record, 1);

  record->group = group;
  record->protocol = protocol;
  record->name = g_strdup (name);
  record->service_type = g_strdup (service_type);
  record->address = g_strdup (address);
  record->port = port;
  record->txt_records = g_variant_ref_sink (txt_records);
  g_ptr_array_add (self->records, record);

  return record;
}

static void
commit_record (MockAvahi *self,
               Record    *record)
{
  record->is_committed = TRUE;
  tell_kind (self, BROWSER, record, "ItemNew");
}

/* Objects */

static void
object_free (gpointer data)
{
  Object *self = data;

  g_dbus_connection_unregister_object (self->mock->connection, self->registration_id);
  g_free (self->client);
  g_free (self->path);
  g_free (self->name);
  g_free (self->service_type);
  g_free (self);
}

static void
remove_object (MockAvahi *self,
               Object    *object)
{
  if (object->kind == GROUP)
    remove_records (self, object);

  g_ptr_array_remove (self->objects, object);
}

static void
commit_group (Object *group)
{
  emit (group, "StateChanged", g_variant_new ("(is)", MOCK_AVAHI_REGISTERING, ""));
  for (guint i = 0; i < group->mock->records->len; i++)
    {
      Record *record = g_ptr_array_index (group->mock->records, i);

      if (record->group == group)
        commit_record (group->mock, record);
    }
  emit (group, "StateChanged", g_variant_new ("(is)", MOCK_AVAHI_RUNNING, ""));
}

static void
add_service (Object                *group,
             GVariant              *parameters,
             GDBusMethodInvocation *invocation)
{
  const char *name, *service_type;
  GVariant *txt_records;
  guint16 port;

  g_variant_get (parameters, "(iiu&s&s&s&sq@aay)", NULL, NULL, NULL, &name, &service_type, NULL,
                 NULL, &port, &txt_records);
  if (find_record (group->mock, name, ANY) != NULL)
    {
      g_dbus_method_invocation_return_dbus_error (invocation, AVAHI ".CollisionError",
                                                  "Local name collision");
      g_variant_unref (txt_records);
      return;
    }

  add_record (group->mock, group, MOCK_AVAHI_IPV4, name, service_type, "127.0.0.1", port,
              txt_records);
  g_variant_unref (txt_records);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
update_service (Object                *group,
                GVariant              *parameters,
                GDBusMethodInvocation *invocation)
{
  g_autoptr(GVariant) txt_records = NULL;
  const char *name;
  Record *record;

  g_variant_get (parameters, "(iiu&s&s&s@aay)", NULL, NULL, NULL, &name, NULL, NULL, &txt_records);
  record = find_record (group->mock, name, ANY);
  if (record == NULL || record->group != group)
    {
      g_dbus_method_invocation_return_dbus_error (invocation, AVAHI ".NotFoundError", "Not found");
      return;
    }

  g_variant_unref (record->txt_records);
  record->txt_records = g_steal_pointer (&txt_records);
  g_dbus_method_invocation_return_value (invocation, NULL);
  tell_kind (group->mock, RESOLVER, record, "Found");
}

/* Calls */

static gboolean
fails (MockAvahi             *self,
       const char            *method,
       GDBusMethodInvocation *invocation)
{
  g_autofree char *error_name = NULL;

  if (g_strcmp0 (method, self->failing_method) != 0)
    return FALSE;

  g_clear_pointer (&self->failing_method, g_free);
  error_name = g_steal_pointer (&self->error_name);
  g_dbus_method_invocation_return_dbus_error (invocation, error_name, "It was made to fail");

  return TRUE;
}

static void
object_called_cb (GDBusConnection       *connection,
                  const char            *sender,
                  const char            *path,
                  const char            *interface,
                  const char            *method,
                  GVariant              *parameters,
                  GDBusMethodInvocation *invocation,
                  gpointer               user_data)
{
  Object *object = user_data;
  MockAvahi *self = object->mock;

  if (fails (self, method, invocation))
    return;

  if (g_str_equal (method, "AddService"))
    {
      add_service (object, parameters, invocation);
      return;
    }
  if (g_str_equal (method, "UpdateServiceTxt"))
    {
      update_service (object, parameters, invocation);
      return;
    }

  g_dbus_method_invocation_return_value (invocation, NULL);
  if (g_str_equal (method, "Reset"))
    remove_records (self, object);
  else if (g_str_equal (method, "Commit"))
    commit_group (object);
  else
    remove_object (self, object);
}

static const GDBusInterfaceVTable object_vtable = { .method_call = object_called_cb };

static Object *
add_object (MockAvahi             *self,
            Kind                   kind,
            GDBusMethodInvocation *invocation)
{
  Object *object = g_new0 (Object, 1);

  object->mock = self;
  object->kind = kind;
  object->client = g_strdup (g_dbus_method_invocation_get_sender (invocation));
  object->path = g_strdup_printf ("/Client1/%s%u", kind_names[kind], self->n_paths++);
  object->registration_id =
    g_dbus_connection_register_object (self->connection, object->path,
                                       self->object_info->interfaces[kind], &object_vtable,
                                       object, NULL, NULL);
  g_assert_cmpuint (object->registration_id, !=, 0);
  g_ptr_array_add (self->objects, object);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", object->path));

  return object;
}

static void
tell_records (Object     *object,
              const char *signal)
{
  for (guint i = 0; i < object->mock->records->len; i++)
    tell (object, g_ptr_array_index (object->mock->records, i), signal);
}

static void
add_browser (MockAvahi             *self,
             GVariant              *parameters,
             GDBusMethodInvocation *invocation)
{
  Object *browser = add_object (self, BROWSER, invocation);

  g_variant_get_child (parameters, 2, "s", &browser->service_type);
  tell_records (browser, "ItemNew");
  emit (browser, "AllForNow", NULL);
}

static void
add_resolver (MockAvahi             *self,
              GVariant              *parameters,
              GDBusMethodInvocation *invocation)
{
  Object *resolver = add_object (self, RESOLVER, invocation);

  g_variant_get_child (parameters, 1, "i", &resolver->protocol);
  g_variant_get_child (parameters, 2, "s", &resolver->name);
  g_variant_get_child (parameters, 3, "s", &resolver->service_type);
  tell_records (resolver, "Found");
}

static void
resolve_service (MockAvahi             *self,
                 GVariant              *parameters,
                 GDBusMethodInvocation *invocation)
{
  const char *name;
  Record *record;
  int protocol;

  g_variant_get_child (parameters, 2, "&s", &name);
  g_variant_get_child (parameters, 5, "i", &protocol);
  record = find_record (self, name, protocol);
  if (record != NULL)
    g_dbus_method_invocation_return_value (invocation, describe_resolved (record));
  else
    g_dbus_method_invocation_return_dbus_error (invocation, AVAHI ".TimeoutError",
                                                "Timeout reached");
}

/* As Avahi does it. */
static char *
dup_alternative (const char *name)
{
  const char *number = strrchr (name, '#');

  if (number == NULL)
    return g_strdup_printf ("%s #2", name);

  return g_strdup_printf ("%.*s%d", (int) (number + 1 - name), name, atoi (number + 1) + 1);
}

static void
server_called_cb (GDBusConnection       *connection,
                  const char            *sender,
                  const char            *path,
                  const char            *interface,
                  const char            *method,
                  GVariant              *parameters,
                  GDBusMethodInvocation *invocation,
                  gpointer               user_data)
{
  MockAvahi *self = user_data;

  if (fails (self, method, invocation))
    return;

  if (g_str_equal (method, "GetState"))
    {
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(i)", self->state));
    }
  else if (g_str_equal (method, "GetAlternativeServiceName"))
    {
      g_autofree char *alternative = NULL;
      const char *name;

      g_variant_get (parameters, "(&s)", &name);
      alternative = dup_alternative (name);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", alternative));
    }
  else if (g_str_equal (method, "EntryGroupNew"))
    add_object (self, GROUP, invocation);
  else if (g_str_equal (method, "ServiceBrowserNew"))
    add_browser (self, parameters, invocation);
  else if (g_str_equal (method, "ServiceResolverNew"))
    add_resolver (self, parameters, invocation);
  else
    resolve_service (self, parameters, invocation);
}

static const GDBusInterfaceVTable server_vtable = { .method_call = server_called_cb };

/* The daemon */

static void
client_gone_cb (GDBusConnection *connection,
                const char      *sender,
                const char      *path,
                const char      *interface,
                const char      *signal,
                GVariant        *parameters,
                gpointer         user_data)
{
  MockAvahi *self = user_data;
  const char *name, *new_owner;

  g_variant_get (parameters, "(&s&s&s)", &name, NULL, &new_owner);
  if (new_owner[0] != '\0')
    return;

  for (guint i = self->objects->len; i > 0; i--)
    {
      Object *object = g_ptr_array_index (self->objects, i - 1);

      if (g_str_equal (object->client, name))
        remove_object (self, object);
    }
}

static void
own_name (MockAvahi *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = NULL;

  reply = g_dbus_connection_call_sync (self->connection, "org.freedesktop.DBus",
                                       "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "RequestName", g_variant_new ("(su)", AVAHI, 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

MockAvahi *
mock_avahi_new (const char *bus_address)
{
  MockAvahi *self = g_new0 (MockAvahi, 1);
  g_autoptr(GError) error = NULL;

  self->state = MOCK_AVAHI_RUNNING;
  self->objects = g_ptr_array_new_with_free_func (object_free);
  self->records = g_ptr_array_new_with_free_func (record_free);
  self->server_info = g_dbus_node_info_new_for_xml (server_xml, &error);
  g_assert_no_error (error);
  self->object_info = g_dbus_node_info_new_for_xml (object_xml, &error);
  g_assert_no_error (error);
  self->connection =
    g_dbus_connection_new_for_address_sync (bus_address,
                                            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                            NULL, NULL, &error);
  g_assert_no_error (error);

  self->registration_id =
    g_dbus_connection_register_object (self->connection, "/", self->server_info->interfaces[0],
                                       &server_vtable, self, NULL, NULL);
  self->subscription_id =
    g_dbus_connection_signal_subscribe (self->connection, "org.freedesktop.DBus",
                                        "org.freedesktop.DBus", "NameOwnerChanged", NULL, NULL,
                                        G_DBUS_SIGNAL_FLAGS_NONE, client_gone_cb, self, NULL);
  own_name (self);

  return self;
}

void
mock_avahi_free (MockAvahi *self)
{
  g_autoptr(GError) error = NULL;

  g_dbus_connection_signal_unsubscribe (self->connection, self->subscription_id);
  g_dbus_connection_unregister_object (self->connection, self->registration_id);
  g_ptr_array_unref (self->objects);
  g_ptr_array_unref (self->records);
  g_dbus_connection_close_sync (self->connection, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (self->connection);
  g_dbus_node_info_unref (self->server_info);
  g_dbus_node_info_unref (self->object_info);
  g_free (self->failing_method);
  g_free (self->error_name);
  g_free (self);
}

void
mock_avahi_set_state (MockAvahi *self,
                      int        state)
{
  self->state = state;
  g_dbus_connection_emit_signal (self->connection, NULL, "/", AVAHI ".Server", "StateChanged",
                                 g_variant_new ("(is)", state, "It was made to fail"), NULL);
}

void
mock_avahi_fail_next (MockAvahi  *self,
                      const char *method,
                      const char *error_name)
{
  g_assert_null (self->failing_method);
  self->failing_method = g_strdup (method);
  self->error_name = g_strdup (error_name);
}

void
mock_avahi_announce (MockAvahi  *self,
                     int         protocol,
                     const char *name,
                     const char *service_type,
                     const char *address,
                     int         port)
{
  GVariant *txt_records = g_variant_new_parsed ("[[byte 0x61, 0x3d, 0x31]]");
  Record *record = add_record (self, NULL, protocol, name, service_type, address, (guint16) port,
                               txt_records);

  commit_record (self, record);
}

void
mock_avahi_retract (MockAvahi  *self,
                    int         protocol,
                    const char *name)
{
  Record *record = find_record (self, name, protocol);
  guint index;

  g_assert_true (g_ptr_array_find (self->records, record, &index));
  remove_record (self, index);
}

void
mock_avahi_change_groups (MockAvahi  *self,
                          int         state,
                          const char *reason)
{
  emit_all (self, GROUP, "StateChanged", g_variant_new ("(is)", state, reason));
}

void
mock_avahi_fail_browsers (MockAvahi  *self,
                          const char *reason)
{
  emit_all (self, BROWSER, "Failure", g_variant_new ("(s)", reason));
}

void
mock_avahi_fail_resolvers (MockAvahi  *self,
                           const char *reason)
{
  emit_all (self, RESOLVER, "Failure", g_variant_new ("(s)", reason));
}

int
mock_avahi_get_port (MockAvahi  *self,
                     const char *name)
{
  Record *record = find_record (self, name, ANY);

  return record != NULL && record->is_committed ? record->port : 0;
}

guint
mock_avahi_get_n_objects (MockAvahi *self)
{
  return self->objects->len;
}
