/* tisock-service.c: a service of the local network, and where it is
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/endpoint.h"
#include "tisock-service-enumerator.h"
#include "tisock-service-private.h"

#include <netinet/in.h>

/**
 * TisockService:
 *
 * A service of the local network that was found by its type, or is known by its
 * name.
 *
 * A [class@ServiceBrowser] finds services, and keeps what it knows of them up to
 * date. To connect to one, set it as [property@TCPSocket:connectable]:
 *
 * ```c
 * static void
 * added_cb (TisockServiceBrowser *browser,
 *           TisockService        *service,
 *           TisockTCPSocket      *socket)
 * {
 *   tisock_tcp_socket_set_connectable (socket, G_SOCKET_CONNECTABLE (service));
 *   tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL);
 * }
 * ```
 *
 * Opening asks where the service is at that moment. So an object can be kept for as
 * long as one likes, or be made from a name that was written down, by
 * [ctor@Service.new].
 *
 * Since: 1.0
 */

struct _TisockService
{
  GObject         parent_instance;

  /* Which service it is: set once. */
  char           *name;
  char           *service_type;
  char           *domain;               /* NULL: the default one */
  guint           interface_index;      /* 0: any */

  /* Where it is, as far as a browser has said so. */
  char           *host_name;            /* NULL until then */
  int             port;
  TisockEndpoint  endpoints[TISOCK_AVAHI_N_PROTOCOLS];
  char          **addresses;
  char          **txt_records;
};

typedef enum
{
  PROP_NAME = 1,
  PROP_SERVICE_TYPE,
  PROP_DOMAIN,
  PROP_INTERFACE_INDEX,
  PROP_HOST_NAME,
  PROP_PORT,
  PROP_ADDRESSES,
  PROP_TXT_RECORDS,
} TisockServiceProperty;

static GParamSpec *properties[PROP_TXT_RECORDS + 1];

static void tisock_service_connectable_init (GSocketConnectableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TisockService, tisock_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SOCKET_CONNECTABLE,
                                                      tisock_service_connectable_init))

/* Connecting */

static GSocketAddressEnumerator *
tisock_service_enumerate (GSocketConnectable *connectable)
{
  return tisock_service_enumerator_new (TISOCK_SERVICE (connectable));
}

static char *
tisock_service_to_string (GSocketConnectable *connectable)
{
  TisockService *self = TISOCK_SERVICE (connectable);

  return tisock_service_describe (self->name, self->service_type);
}

static void
tisock_service_connectable_init (GSocketConnectableIface *iface)
{
  iface->enumerate = tisock_service_enumerate;
  iface->to_string = tisock_service_to_string;
}

char *
tisock_service_describe (const char *name,
                         const char *service_type)
{
  return g_strdup_printf ("“%s” (%s)", name, service_type);
}

/* What is known */

static void
set_string (TisockService         *self,
            char                 **place,
            const char            *text,
            TisockServiceProperty  property)
{
  if (g_strcmp0 (*place, text) == 0)
    return;

  g_free (*place);
  *place = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_port (TisockService *self,
          int            port)
{
  if (self->port == port)
    return;

  self->port = port;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PORT]);
}

/* Takes the texts. */
static void
set_texts (TisockService           *self,
           char                  ***place,
           char                   **texts,
           TisockServiceProperty    property)
{
  g_auto(GStrv) given = texts;

  if (g_strv_equal ((const char * const *) *place, (const char * const *) given))
    return;

  g_strfreev (*place);
  *place = g_steal_pointer (&given);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
update_addresses (TisockService *self)
{
  g_autoptr(GStrvBuilder) addresses = g_strv_builder_new ();

  for (guint i = 0; i < TISOCK_AVAHI_N_PROTOCOLS; i++)
    {
      g_autofree char *text = tisock_endpoint_dup_text (&self->endpoints[i]);

      if (text != NULL)
        g_strv_builder_add (addresses, text);
    }

  set_texts (self, &self->addresses, g_strv_builder_end (addresses), PROP_ADDRESSES);
}

gboolean
tisock_service_read_endpoint (TisockEndpoint *endpoint,
                              GVariant       *resolved)
{
  const char *address;
  int interface_index;
  guint16 port;

  if (!g_variant_is_of_type (resolved, G_VARIANT_TYPE (TISOCK_SERVICE_RESOLVED_TYPE)))
    return FALSE;

  g_variant_get_child (resolved, 0, "i", &interface_index);
  g_variant_get_child (resolved, 7, "&s", &address);
  g_variant_get_child (resolved, 8, "q", &port);
  if (!tisock_endpoint_parse (endpoint, address, port))
    return FALSE;

  /* Such an address means nothing without its link, which the daemon tells apart from it. */
  if (endpoint->family == AF_INET6 &&
      IN6_IS_ADDR_LINKLOCAL ((const struct in6_addr *) endpoint->bytes))
    endpoint->scope_id = (guint32) interface_index;

  return TRUE;
}

/* Each is bytes, though nearly always text. */
static char **
read_txt_records (GVariant *resolved)
{
  g_autoptr(GStrvBuilder) records = g_strv_builder_new ();
  g_autoptr(GVariant) list = g_variant_get_child_value (resolved, 9);

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr(GVariant) bytes = g_variant_get_child_value (list, i);
      g_autofree char *record = NULL;
      gsize length;
      const char *data = g_variant_get_fixed_array (bytes, &length, 1);

      record = g_utf8_make_valid (data != NULL ? data : "", (gssize) length);
      g_strv_builder_add (records, record);
    }

  return g_strv_builder_end (records);
}

void
tisock_service_set_resolved (TisockService *self,
                             int            protocol,
                             GVariant      *resolved)
{
  const char *host_name;
  guint16 port;

  g_variant_get_child (resolved, 5, "&s", &host_name);
  g_variant_get_child (resolved, 8, "q", &port);

  g_object_freeze_notify (G_OBJECT (self));
  set_string (self, &self->host_name, host_name, PROP_HOST_NAME);
  set_port (self, port);
  set_texts (self, &self->txt_records, read_txt_records (resolved), PROP_TXT_RECORDS);
  tisock_service_read_endpoint (&self->endpoints[protocol], resolved);
  update_addresses (self);
  g_object_thaw_notify (G_OBJECT (self));
}

gboolean
tisock_service_is_resolved (TisockService *self)
{
  return self->host_name != NULL;
}

void
tisock_service_forget_address (TisockService *self,
                               int            protocol)
{
  self->endpoints[protocol] = (TisockEndpoint) { .family = AF_UNSPEC };
  update_addresses (self);
}

/* The object */

static void
tisock_service_finalize (GObject *object)
{
  TisockService *self = TISOCK_SERVICE (object);

  g_free (self->name);
  g_free (self->service_type);
  g_free (self->domain);
  g_free (self->host_name);
  g_strfreev (self->addresses);
  g_strfreev (self->txt_records);

  G_OBJECT_CLASS (tisock_service_parent_class)->finalize (object);
}

static void
tisock_service_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  TisockService *self = TISOCK_SERVICE (object);

  switch ((TisockServiceProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    case PROP_SERVICE_TYPE:
      g_value_set_string (value, self->service_type);
      break;

    case PROP_DOMAIN:
      g_value_set_string (value, self->domain);
      break;

    case PROP_INTERFACE_INDEX:
      g_value_set_uint (value, self->interface_index);
      break;

    case PROP_HOST_NAME:
      g_value_set_string (value, self->host_name);
      break;

    case PROP_PORT:
      g_value_set_int (value, self->port);
      break;

    case PROP_ADDRESSES:
      g_value_set_boxed (value, self->addresses);
      break;

    case PROP_TXT_RECORDS:
      g_value_set_boxed (value, self->txt_records);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_service_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  TisockService *self = TISOCK_SERVICE (object);

  switch (prop_id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;

    case PROP_SERVICE_TYPE:
      self->service_type = g_value_dup_string (value);
      break;

    case PROP_DOMAIN:
      self->domain = g_value_dup_string (value);
      break;

    case PROP_INTERFACE_INDEX:
      self->interface_index = g_value_get_uint (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
install_identity (void)
{
  /**
   * TisockService:name: (getter get_name)
   *
   * The name of the service, which is for people to read: “Printer on the 2nd floor”.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL,
                         "",
                         G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockService:service-type: (getter get_service_type)
   *
   * What the service speaks and over what, such as “_http._tcp”.
   *
   * Since: 1.0
   */
  properties[PROP_SERVICE_TYPE] =
    g_param_spec_string ("service-type", NULL, NULL,
                         "",
                         G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockService:domain: (getter get_domain)
   *
   * The domain of the service, as a rule “local”; `NULL` is the system's default.
   *
   * Since: 1.0
   */
  properties[PROP_DOMAIN] =
    g_param_spec_string ("domain", NULL, NULL,
                         NULL,
                         G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockService:interface-index: (getter get_interface_index)
   *
   * The [property@NetworkInterface:index] of the interface behind which the service
   * is; 0 is any.
   *
   * Since: 1.0
   */
  properties[PROP_INTERFACE_INDEX] =
    g_param_spec_uint ("interface-index", NULL, NULL,
                       0, G_MAXINT, 0,
                       G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static void
install_place (void)
{
  /**
   * TisockService:host-name: (getter get_host_name)
   *
   * The host that offers the service, such as “printer.local”.
   *
   * Like the other properties that say where a service is, it is kept up to date by
   * the [class@ServiceBrowser] that has found it, and is `NULL` for one that was made
   * by [ctor@Service.new].
   *
   * Since: 1.0
   */
  properties[PROP_HOST_NAME] =
    g_param_spec_string ("host-name", NULL, NULL,
                         NULL,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockService:port: (getter get_port)
   *
   * The port of the service; 0 as long as it is not known.
   *
   * Since: 1.0
   */
  properties[PROP_PORT] =
    g_param_spec_int ("port", NULL, NULL,
                      0, G_MAXUINT16, 0,
                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockService:addresses: (getter get_addresses)
   *
   * The addresses of the host, IPv4 first, as far as they are known.
   *
   * An IPv6 address that is valid on its link only says which link that is, as in
   * “fe80::1%eth0”.
   *
   * Since: 1.0
   */
  properties[PROP_ADDRESSES] =
    g_param_spec_boxed ("addresses", NULL, NULL,
                        G_TYPE_STRV,
                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockService:txt-records: (getter get_txt_records)
   *
   * What else the service says of itself, as a rule in the form “key=value”.
   *
   * What is not UTF-8 in it is replaced by U+FFFD.
   *
   * Since: 1.0
   */
  properties[PROP_TXT_RECORDS] =
    g_param_spec_boxed ("txt-records", NULL, NULL,
                        G_TYPE_STRV,
                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
tisock_service_class_init (TisockServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tisock_service_finalize;
  object_class->get_property = tisock_service_get_property;
  object_class->set_property = tisock_service_set_property;

  install_identity ();
  install_place ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
tisock_service_init (TisockService *self)
{
  self->addresses = g_new0 (char *, 1);
  self->txt_records = g_new0 (char *, 1);
}

TisockService *
tisock_service_new_found (guint       interface_index,
                          const char *name,
                          const char *service_type,
                          const char *domain)
{
  return g_object_new (TISOCK_TYPE_SERVICE,
                       "interface-index", interface_index,
                       "name", name,
                       "service-type", service_type,
                       "domain", domain,
                       NULL);
}

/**
 * tisock_service_new:
 * @name: the name of the service
 * @service_type: its type, such as “_http._tcp”
 * @domain: (nullable): its domain, or `NULL` for the system's default
 *
 * Makes an object for a service of which the name is known, to connect to it.
 *
 * Returns: (transfer full): a new service
 *
 * Since: 1.0
 */
TisockService *
tisock_service_new (const char *name,
                    const char *service_type,
                    const char *domain)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (service_type != NULL, NULL);

  return tisock_service_new_found (0, name, service_type, domain);
}

/**
 * tisock_service_get_name: (get-property name)
 * @self: the service
 *
 * Gets the name of the service.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
tisock_service_get_name (TisockService *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE (self), NULL);

  return self->name;
}

/**
 * tisock_service_get_service_type: (get-property service-type)
 * @self: the service
 *
 * Gets what the service speaks.
 *
 * Returns: the type
 *
 * Since: 1.0
 */
const char *
tisock_service_get_service_type (TisockService *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE (self), NULL);

  return self->service_type;
}

/**
 * tisock_service_get_domain: (get-property domain)
 * @self: the service
 *
 * Gets the domain of the service.
 *
 * Returns: (nullable): the domain, or `NULL` for the system's default
 *
 * Since: 1.0
 */
const char *
tisock_service_get_domain (TisockService *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE (self), NULL);

  return self->domain;
}

/**
 * tisock_service_get_interface_index: (get-property interface-index)
 * @self: the service
 *
 * Gets the number of the interface behind which the service is.
 *
 * Returns: the number, or 0 for any
 *
 * Since: 1.0
 */
guint
tisock_service_get_interface_index (TisockService *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE (self), 0);

  return self->interface_index;
}

/**
 * tisock_service_get_host_name: (get-property host-name)
 * @self: the service
 *
 * Gets the host that offers the service.
 *
 * Returns: (nullable): the name of the host, or `NULL` if it is not known
 *
 * Since: 1.0
 */
const char *
tisock_service_get_host_name (TisockService *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE (self), NULL);

  return self->host_name;
}

/**
 * tisock_service_get_port: (get-property port)
 * @self: the service
 *
 * Gets the port of the service.
 *
 * Returns: the port, or 0 if it is not known
 *
 * Since: 1.0
 */
int
tisock_service_get_port (TisockService *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE (self), 0);

  return self->port;
}

/**
 * tisock_service_get_addresses: (get-property addresses)
 * @self: the service
 *
 * Gets the addresses of the host that are known.
 *
 * Returns: (transfer none) (array zero-terminated=1): the addresses; the array is
 *   empty if there are none
 *
 * Since: 1.0
 */
const char * const *
tisock_service_get_addresses (TisockService *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE (self), NULL);

  return (const char * const *) self->addresses;
}

/**
 * tisock_service_get_txt_records: (get-property txt-records)
 * @self: the service
 *
 * Gets what else the service says of itself.
 *
 * Returns: (transfer none) (array zero-terminated=1): the records; the array is
 *   empty if there are none
 *
 * Since: 1.0
 */
const char * const *
tisock_service_get_txt_records (TisockService *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE (self), NULL);

  return (const char * const *) self->txt_records;
}
