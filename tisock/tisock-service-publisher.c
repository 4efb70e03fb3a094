/* tisock-service-publisher.c: tells the local network of a service
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/avahi-client.h"
#include "tisock-service-private.h"
#include "tisock-service-publisher.h"
#include "tisock-socket-error.h"

/**
 * TisockServicePublisher:
 *
 * Publishes a server in the local network, for others to find by its type.
 *
 * ```c
 * TisockServerSocket *server = tisock_server_socket_new ();
 *
 * if (tisock_server_socket_listen (server, NULL))
 *   {
 *     TisockServicePublisher *publisher =
 *       tisock_service_publisher_new (server, "Guestbook", "_http._tcp");
 *
 *     tisock_service_publisher_publish (publisher, NULL);
 *   }
 * ```
 *
 * The system's Avahi daemon does it. If another service has the name already, the
 * next one is taken, such as “Guestbook #2”, and [property@ServicePublisher:name]
 * notifies. Without a daemon there is [signal@ServicePublisher::error],
 * `G_IO_ERROR_NOT_FOUND`, and the publisher waits for it to come; when it was
 * restarted the service is published again. Without a system bus, or if the daemon
 * refuses the service, publishing ends.
 *
 * It ends, too, when the server has ended. Until then, or until
 * [method@ServicePublisher.withdraw], the publisher stays alive, and keeps its main
 * context, without a reference of the program's. For the rules of threads and
 * contexts see [class@SocketCore].
 *
 * Since: 1.0
 */

struct _TisockServicePublisher
{
  GObject             parent_instance;

  TisockReactor      *reactor;
  TisockServerSocket *server;           /* NULL: the port alone is known */
  int                 port;             /* without a server */
  char               *name;
  char               *service_type;
  char               *domain;           /* NULL: the default one */
  char              **txt_records;
  gboolean            is_published;

  TisockAvahiClient  *client;           /* NULL unless publishing */
  char               *group;            /* what the daemon publishes; NULL while there is none */

  /* Counts what the group was made to hold: answers about something earlier are of no interest. */
  guint               n_resets;
};

typedef enum
{
  PROP_SERVER = 1,
  PROP_PORT,
  PROP_NAME,
  PROP_SERVICE_TYPE,
  PROP_DOMAIN,
  PROP_TXT_RECORDS,
  PROP_IS_PUBLISHED,
} TisockServicePublisherProperty;

static GParamSpec *properties[PROP_IS_PUBLISHED + 1];

enum
{
  SIGNAL_ERROR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TisockServicePublisher, tisock_service_publisher, G_TYPE_OBJECT)

/* Of the daemon itself and of a group. */
#define SERVER_RUNNING 2
#define SERVER_FAILURE 4
#define GROUP_ESTABLISHED 2
#define GROUP_COLLISION 3
#define GROUP_FAILURE 4

static void
set_is_published (TisockServicePublisher *self,
                  gboolean                is_published)
{
  if (self->is_published == is_published)
    return;

  self->is_published = is_published;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_PUBLISHED]);
}

/* Failures */

/* Takes the failure. */
static void
report (TisockServicePublisher  *self,
        GError                  *failure,
        GError                 **error)
{
  g_autofree char *service = tisock_service_describe (self->name, self->service_type);

  g_prefix_error (&failure, "Publishing %s on port %d: ", service,
                  tisock_service_publisher_get_port (self));
  g_signal_emit (self, signals[SIGNAL_ERROR], 0, failure);
  g_propagate_error (error, failure);
}

static void
end_with_error (TisockServicePublisher *self,
                const GError           *error)
{
  tisock_service_publisher_withdraw (self);
  report (self, g_error_copy (error), NULL);
}

static void
end_with_reason (TisockServicePublisher *self,
                 const char             *reason)
{
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, reason);

  end_with_error (self, error);
}

/* The group */

static void
call_group (TisockServicePublisher *self,
            const char             *method,
            GVariant               *parameters,
            TisockAvahiReplyFunc    func)
{
  tisock_avahi_client_call (self->client, self->group, TISOCK_AVAHI_ENTRY_GROUP, method,
                            parameters, func, GUINT_TO_POINTER (self->n_resets), NULL);
}

static gboolean
is_current (TisockServicePublisher *self,
            gpointer                data)
{
  return GPOINTER_TO_UINT (data) == self->n_resets;
}

static void
reset (TisockServicePublisher *self)
{
  self->n_resets++;
  call_group (self, "Reset", NULL, NULL);
}

static const char *
get_domain_text (TisockServicePublisher *self)
{
  return self->domain != NULL ? self->domain : "";
}

/* Where the server is bound to one interface, nobody behind another one is told of it. */
static int
get_interface_index (TisockServicePublisher *self)
{
  TisockNetworkInterface *interface = NULL;

  if (self->server != NULL)
    interface = tisock_server_socket_get_network_interface (self->server);

  return interface != NULL ? (int) tisock_network_interface_get_index (interface)
                           : TISOCK_AVAHI_ANY;
}

static GVariant *
build_txt_records (TisockServicePublisher *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; self->txt_records[i] != NULL; i++)
    g_variant_builder_add_value (&builder,
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE,
                                                            self->txt_records[i],
                                                            strlen (self->txt_records[i]), 1));

  return g_variant_builder_end (&builder);
}

static void rename_service (TisockServicePublisher *self);

static void
committed_cb (GObject      *owner,
              GVariant     *reply,
              const GError *error,
              gpointer      data)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (owner);

  if (error != NULL && is_current (self, data))
    end_with_error (self, error);
}

/* A service of this machine's that has the name is known at once, those of others when the group
 * says so. */
static void
added_cb (GObject      *owner,
          GVariant     *reply,
          const GError *error,
          gpointer      data)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (owner);

  if (!is_current (self, data))
    return;

  if (error == NULL)
    call_group (self, "Commit", NULL, committed_cb);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    rename_service (self);
  else
    end_with_error (self, error);
}

static void
register_service (TisockServicePublisher *self)
{
  reset (self);
  call_group (self, "AddService",
              g_variant_new ("(iiussssq@aay)", get_interface_index (self), TISOCK_AVAHI_ANY, 0,
                             self->name, self->service_type, get_domain_text (self), "",
                             (guint16) tisock_service_publisher_get_port (self),
                             build_txt_records (self)),
              added_cb);
}

static void
renamed_cb (GObject      *owner,
            GVariant     *reply,
            const GError *error,
            gpointer      data)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (owner);

  if (!is_current (self, data))
    return;

  if (error != NULL)
    {
      end_with_error (self, error);
      return;
    }

  g_free (self->name);
  g_variant_get (reply, "(s)", &self->name);
  register_service (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

static void
rename_service (TisockServicePublisher *self)
{
  tisock_avahi_client_call (self->client, TISOCK_AVAHI_SERVER_PATH, TISOCK_AVAHI_SERVER,
                            "GetAlternativeServiceName", g_variant_new ("(s)", self->name),
                            renamed_cb, GUINT_TO_POINTER (self->n_resets), NULL);
}

static void
group_changed (TisockServicePublisher *self,
               int                     state,
               const char             *reason)
{
  switch (state)
    {
    case GROUP_COLLISION:
      set_is_published (self, FALSE);
      if (self->group != NULL)
        rename_service (self);
      break;

    case GROUP_FAILURE:
      end_with_reason (self, reason);
      break;

    default:
      set_is_published (self, state == GROUP_ESTABLISHED);
      break;
    }
}

/* The daemon */

/* While the daemon looks for a host name that nobody else has, nothing can be published. */
static void
server_changed (TisockServicePublisher *self,
                int                     state,
                const char             *reason)
{
  switch (state)
    {
    case SERVER_RUNNING:
      register_service (self);
      break;

    case SERVER_FAILURE:
      end_with_reason (self, reason);
      break;

    default:
      reset (self);
      set_is_published (self, FALSE);
      break;
    }
}

static void
state_cb (GObject      *owner,
          GVariant     *reply,
          const GError *error,
          gpointer      data)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (owner);
  int state;

  if (error != NULL)
    {
      end_with_error (self, error);
      return;
    }

  /* A signal may have said so already. */
  g_variant_get (reply, "(i)", &state);
  if (is_current (self, data))
    server_changed (self, state, "The Avahi daemon has failed");
}

static void
group_cb (GObject      *owner,
          GVariant     *reply,
          const GError *error,
          gpointer      data)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (owner);

  if (error != NULL)
    {
      end_with_error (self, error);
      return;
    }

  g_variant_get (reply, "(o)", &self->group);
  tisock_avahi_client_call (self->client, TISOCK_AVAHI_SERVER_PATH, TISOCK_AVAHI_SERVER,
                            "GetState", NULL, state_cb, GUINT_TO_POINTER (self->n_resets), NULL);
}

static void
appeared (GObject *owner)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (owner);

  tisock_avahi_client_call (self->client, TISOCK_AVAHI_SERVER_PATH, TISOCK_AVAHI_SERVER,
                            "EntryGroupNew", NULL, group_cb, NULL, NULL);
}

static void
vanished (GObject      *owner,
          const GError *error)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (owner);
  TisockAvahiClient *client = self->client;

  g_clear_pointer (&self->group, g_free);
  set_is_published (self, FALSE);

  /* A handler may have withdrawn the service. */
  if (self->client == client)
    report (self, g_error_copy (error), NULL);
}

static void
lost (GObject      *owner,
      const GError *error)
{
  end_with_error (TISOCK_SERVICE_PUBLISHER (owner), error);
}

static void
signalled (GObject    *owner,
           const char *path,
           const char *interface,
           const char *member,
           GVariant   *parameters)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (owner);
  const char *reason;
  int state;

  if (self->group == NULL || !g_str_equal (member, "StateChanged") ||
      !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(is)")))
    return;

  g_variant_get (parameters, "(i&s)", &state, &reason);
  if (g_str_equal (interface, TISOCK_AVAHI_SERVER))
    server_changed (self, state, reason);
  else if (g_str_equal (interface, TISOCK_AVAHI_ENTRY_GROUP))
    group_changed (self, state, reason);
}

static const TisockAvahiFuncs avahi_funcs = {
  .appeared = appeared,
  .vanished = vanished,
  .lost = lost,
  .signalled = signalled,
};

/* The end */

/* The daemon withdraws what its client has published when the connection closes. */
static void
end (TisockServicePublisher *self)
{
  if (self->server != NULL)
    g_signal_handlers_disconnect_by_func (self->server, tisock_service_publisher_withdraw, self);

  g_clear_pointer (&self->group, g_free);
  tisock_avahi_client_close (g_steal_pointer (&self->client));
}

/* The object */

static void
tisock_service_publisher_dispose (GObject *object)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (object);

  if (self->client != NULL)
    end (self);

  self->is_published = FALSE;

  G_OBJECT_CLASS (tisock_service_publisher_parent_class)->dispose (object);
}

static void
tisock_service_publisher_finalize (GObject *object)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (object);

  g_clear_object (&self->server);
  g_free (self->name);
  g_free (self->service_type);
  g_free (self->domain);
  g_strfreev (self->txt_records);
  tisock_reactor_unref (self->reactor);

  G_OBJECT_CLASS (tisock_service_publisher_parent_class)->finalize (object);
}

static void
tisock_service_publisher_get_property (GObject    *object,
                                       guint       prop_id,
                                       GValue     *value,
                                       GParamSpec *pspec)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (object);

  switch ((TisockServicePublisherProperty) prop_id)
    {
    case PROP_SERVER:
      g_value_set_object (value, self->server);
      break;

    case PROP_PORT:
      g_value_set_int (value, tisock_service_publisher_get_port (self));
      break;

    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    case PROP_SERVICE_TYPE:
      g_value_set_string (value, self->service_type);
      break;

    case PROP_DOMAIN:
      g_value_set_string (value, self->domain);
      break;

    case PROP_TXT_RECORDS:
      g_value_set_boxed (value, self->txt_records);
      break;

    case PROP_IS_PUBLISHED:
      g_value_set_boolean (value, self->is_published);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_service_publisher_set_property (GObject      *object,
                                       guint         prop_id,
                                       const GValue *value,
                                       GParamSpec   *pspec)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (object);

  switch (prop_id)
    {
    case PROP_SERVER:
      self->server = g_value_dup_object (value);
      break;

    case PROP_PORT:
      self->port = g_value_get_int (value);
      break;

    case PROP_NAME:
      self->name = g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value)
                                                                : g_get_host_name ());
      break;

    case PROP_SERVICE_TYPE:
      self->service_type = g_value_dup_string (value);
      break;

    case PROP_DOMAIN:
      self->domain = g_value_dup_string (value);
      break;

    case PROP_TXT_RECORDS:
      tisock_service_publisher_set_txt_records (self, g_value_get_boxed (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
install_identity (void)
{
  const GParamFlags flags = G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * TisockServicePublisher:server: (getter get_server)
   *
   * The server that is published, or `NULL` if only a port is.
   *
   * Since: 1.0
   */
  properties[PROP_SERVER] =
    g_param_spec_object ("server", NULL, NULL, TISOCK_TYPE_SERVER_SOCKET, flags);

  /**
   * TisockServicePublisher:port: (getter get_port)
   *
   * The port of the service: the server's, if there is one.
   *
   * Since: 1.0
   */
  properties[PROP_PORT] =
    g_param_spec_int ("port", NULL, NULL, G_MININT, G_MAXINT, 0, flags);

  /**
   * TisockServicePublisher:name: (getter get_name)
   *
   * The name of the service, for people to read.
   *
   * If it was not given it is that of the host. When another service is found to have
   * it, it changes to the next one that may be free, and stays that.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL, NULL, flags);

  /**
   * TisockServicePublisher:service-type: (getter get_service_type)
   *
   * What the service speaks and over what, such as “_http._tcp”.
   *
   * Since: 1.0
   */
  properties[PROP_SERVICE_TYPE] =
    g_param_spec_string ("service-type", NULL, NULL, "", flags);

  /**
   * TisockServicePublisher:domain: (getter get_domain)
   *
   * Where it is published; `NULL` is the system's default, as a rule “local”.
   *
   * Since: 1.0
   */
  properties[PROP_DOMAIN] =
    g_param_spec_string ("domain", NULL, NULL, NULL, flags);
}

static void
install_properties (GObjectClass *object_class)
{
  install_identity ();

  /**
   * TisockServicePublisher:txt-records: (getter get_txt_records) (setter set_txt_records)
   *
   * What else is to be known of the service, by custom in the form “key=value”.
   *
   * It can be changed while the service is published.
   *
   * Since: 1.0
   */
  properties[PROP_TXT_RECORDS] =
    g_param_spec_boxed ("txt-records", NULL, NULL,
                        G_TYPE_STRV,
                        G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * TisockServicePublisher:is-published: (getter get_is_published)
   *
   * Whether the network has been told, and nobody else has the name.
   *
   * Since: 1.0
   */
  properties[PROP_IS_PUBLISHED] =
    g_param_spec_boolean ("is-published", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
tisock_service_publisher_class_init (TisockServicePublisherClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tisock_service_publisher_dispose;
  object_class->finalize = tisock_service_publisher_finalize;
  object_class->get_property = tisock_service_publisher_get_property;
  object_class->set_property = tisock_service_publisher_set_property;

  install_properties (object_class);

  /**
   * TisockServicePublisher::error:
   * @self: the publisher
   * @error: what failed and why
   *
   * Emitted for every failure, those included that a function returns.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ERROR] =
    g_signal_new ("error", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
tisock_service_publisher_init (TisockServicePublisher *self)
{
  self->reactor = tisock_reactor_ref_thread_default ();
  self->txt_records = g_new0 (char *, 1);
}

/**
 * tisock_service_publisher_new:
 * @server: the server
 * @name: (nullable): the name of the service, or `NULL` for that of the host
 * @service_type: its type, such as “_http._tcp”
 *
 * Makes a publisher of a server, in the thread-default main context, which has to be
 * the server's.
 *
 * Returns: (transfer full): a new publisher
 *
 * Since: 1.0
 */
TisockServicePublisher *
tisock_service_publisher_new (TisockServerSocket *server,
                              const char         *name,
                              const char         *service_type)
{
  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (server), NULL);
  g_return_val_if_fail (service_type != NULL, NULL);

  return g_object_new (TISOCK_TYPE_SERVICE_PUBLISHER,
                       "server", server,
                       "name", name,
                       "service-type", service_type,
                       NULL);
}

/**
 * tisock_service_publisher_new_for_port:
 * @port: a port on which something listens
 * @name: (nullable): the name of the service, or `NULL` for that of the host
 * @service_type: its type, such as “_http._tcp”
 *
 * Makes a publisher of what is no [class@ServerSocket], in the thread-default main
 * context.
 *
 * Returns: (transfer full): a new publisher
 *
 * Since: 1.0
 */
TisockServicePublisher *
tisock_service_publisher_new_for_port (int         port,
                                       const char *name,
                                       const char *service_type)
{
  g_return_val_if_fail (service_type != NULL, NULL);

  return g_object_new (TISOCK_TYPE_SERVICE_PUBLISHER,
                       "port", port,
                       "name", name,
                       "service-type", service_type,
                       NULL);
}

/**
 * tisock_service_publisher_get_server: (get-property server)
 * @self: the publisher
 *
 * Gets the server that is published.
 *
 * Returns: (nullable) (transfer none): the server, or `NULL` if only a port is
 *
 * Since: 1.0
 */
TisockServerSocket *
tisock_service_publisher_get_server (TisockServicePublisher *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self), NULL);

  return self->server;
}

/**
 * tisock_service_publisher_get_port: (get-property port)
 * @self: the publisher
 *
 * Gets the port of the service.
 *
 * Returns: the port
 *
 * Since: 1.0
 */
int
tisock_service_publisher_get_port (TisockServicePublisher *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self), 0);

  return self->server != NULL ? tisock_server_socket_get_port (self->server) : self->port;
}

/**
 * tisock_service_publisher_get_name: (get-property name)
 * @self: the publisher
 *
 * Gets the name of the service.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
tisock_service_publisher_get_name (TisockServicePublisher *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self), NULL);

  return self->name;
}

/**
 * tisock_service_publisher_get_service_type: (get-property service-type)
 * @self: the publisher
 *
 * Gets what the service speaks.
 *
 * Returns: the type
 *
 * Since: 1.0
 */
const char *
tisock_service_publisher_get_service_type (TisockServicePublisher *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self), NULL);

  return self->service_type;
}

/**
 * tisock_service_publisher_get_domain: (get-property domain)
 * @self: the publisher
 *
 * Gets where the service is published.
 *
 * Returns: (nullable): the domain, or `NULL` for the system's default
 *
 * Since: 1.0
 */
const char *
tisock_service_publisher_get_domain (TisockServicePublisher *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self), NULL);

  return self->domain;
}

/**
 * tisock_service_publisher_get_txt_records: (get-property txt-records)
 * @self: the publisher
 *
 * Gets what else is to be known of the service.
 *
 * Returns: (transfer none) (array zero-terminated=1): the records; the array is empty
 *   if there are none
 *
 * Since: 1.0
 */
const char * const *
tisock_service_publisher_get_txt_records (TisockServicePublisher *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self), NULL);

  return (const char * const *) self->txt_records;
}

/**
 * tisock_service_publisher_get_is_published: (get-property is-published)
 * @self: the publisher
 *
 * Gets whether the network has been told of the service.
 *
 * Returns: whether it is published
 *
 * Since: 1.0
 */
gboolean
tisock_service_publisher_get_is_published (TisockServicePublisher *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self), FALSE);

  return self->is_published;
}

/* Where the service has not been added yet, it is going to be with the new records. */
static void
updated_cb (GObject      *owner,
            GVariant     *reply,
            const GError *error,
            gpointer      data)
{
  TisockServicePublisher *self = TISOCK_SERVICE_PUBLISHER (owner);

  if (error != NULL && is_current (self, data) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    end_with_error (self, error);
}

static void
update_txt_records (TisockServicePublisher *self)
{
  call_group (self, "UpdateServiceTxt",
              g_variant_new ("(iiusss@aay)", get_interface_index (self), TISOCK_AVAHI_ANY, 0,
                             self->name, self->service_type, get_domain_text (self),
                             build_txt_records (self)),
              updated_cb);
}

/**
 * tisock_service_publisher_set_txt_records: (set-property txt-records)
 * @self: the publisher
 * @txt_records: (nullable) (array zero-terminated=1): the records, or `NULL` for none
 *
 * Sets what else is to be known of the service.
 *
 * Since: 1.0
 */
void
tisock_service_publisher_set_txt_records (TisockServicePublisher *self,
                                          const char * const     *txt_records)
{
  static const char * const none[] = { NULL };

  g_return_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self));

  if (!tisock_reactor_check (self->reactor, G_STRFUNC))
    return;

  if (txt_records == NULL)
    txt_records = none;
  if (g_strv_equal ((const char * const *) self->txt_records, txt_records))
    return;

  g_strfreev (self->txt_records);
  self->txt_records = g_strdupv ((char **) txt_records);
  if (self->group != NULL)
    update_txt_records (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TXT_RECORDS]);
}

static gboolean
begin (TisockServicePublisher  *self,
       GError                 **error)
{
  int port = tisock_service_publisher_get_port (self);

  if (self->client != NULL)
    g_set_error_literal (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                         "It is being published already");
  else if (self->server != NULL && !tisock_server_socket_get_is_listening (self->server))
    g_set_error_literal (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                         "The server is not listening");
  else if (port <= 0 || port > G_MAXUINT16)
    g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_PORT,
                 "The port is not from 1 to %d", G_MAXUINT16);
  else
    return (self->client = tisock_avahi_client_new (self->reactor, &avahi_funcs, G_OBJECT (self),
                                                    error)) != NULL;

  return FALSE;
}

/**
 * tisock_service_publisher_publish:
 * @self: the publisher
 * @error: return location for an error
 *
 * Begins to publish the service.
 *
 * The server has to be listening. [property@ServicePublisher:is-published] notifies
 * when the service can be found, which takes about a second, and
 * [signal@ServicePublisher::error] tells if it cannot be published. A publisher that
 * has ended can publish again.
 *
 * Returns: whether it has begun
 *
 * Since: 1.0
 */
gboolean
tisock_service_publisher_publish (TisockServicePublisher  *self,
                                  GError                 **error)
{
  GError *failure = NULL;

  g_return_val_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_reactor_check (self->reactor, G_STRFUNC))
    return FALSE;

  if (!begin (self, &failure))
    {
      report (self, failure, error);
      return FALSE;
    }

  if (self->server != NULL)
    g_signal_connect_swapped (self->server, "closed",
                              G_CALLBACK (tisock_service_publisher_withdraw), self);

  return TRUE;
}

/**
 * tisock_service_publisher_withdraw:
 * @self: the publisher
 *
 * Ends the publishing.
 *
 * Does nothing if the service is not being published.
 *
 * Since: 1.0
 */
void
tisock_service_publisher_withdraw (TisockServicePublisher *self)
{
  G_GNUC_UNUSED g_autoptr(TisockServicePublisher) kept = NULL;

  g_return_if_fail (TISOCK_IS_SERVICE_PUBLISHER (self));

  if (!tisock_reactor_check (self->reactor, G_STRFUNC) || self->client == NULL)
    return;

  kept = g_object_ref (self);
  end (self);
  set_is_published (self, FALSE);
}
