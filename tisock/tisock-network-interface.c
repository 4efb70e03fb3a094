/* tisock-network-interface.c: what the system knows of its network interfaces
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/endpoint.h"
#include "engine/link-watch.h"
#include "tisock-network-interface.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#ifdef AF_PACKET
# include <netpacket/packet.h>
#elif defined (AF_LINK)
# include <net/if_dl.h>
#endif

/**
 * TisockNetworkInterface:
 *
 * A network interface of the system, and its addresses.
 *
 * Set one as [property@SocketCore:network-interface] or
 * [property@ServerSocket:network-interface] to bind a socket to it. Interfaces
 * are got from [func@NetworkInterface.list], [func@NetworkInterface.get] and
 * [func@NetworkInterface.lookup].
 *
 * An object is a picture of the moment it was got, and never changes: get the
 * interface again to see what has become of it, or follow the list that
 * [func@NetworkInterface.watch] gives.
 *
 * ```c
 * g_autoptr(GListModel) interfaces = tisock_network_interface_list ();
 *
 * for (guint i = 0; i < g_list_model_get_n_items (interfaces); i++)
 *   {
 *     g_autoptr(TisockNetworkInterface) interface = g_list_model_get_item (interfaces, i);
 *
 *     g_print ("%s: %s\n",
 *              tisock_network_interface_get_name (interface),
 *              tisock_network_interface_get_ip_address (interface));
 *   }
 * ```
 *
 * Since: 1.0
 */

/* What programs expect of an interface that has no address. */
#define NO_ADDRESS "0.0.0.0"

#define MAC_LENGTH 6

/* Filled while the system is asked, and constant from then on. */
struct _TisockNetworkInterface
{
  GObject     parent_instance;

  guint       index;
  char       *name;
  char       *mac_address;      /* NULL if it has none */
  GPtrArray  *addresses;        /* of char, and a NULL at the end */
  guint       is_loopback : 1;
  guint       is_up : 1;

  /* One of the addresses: the first of IPv4, or else of IPv6. */
  int         family;           /* AF_UNSPEC while there is none */
  char       *ip_address;
  char       *subnet_mask;
};

typedef enum
{
  PROP_NAME = 1,
  PROP_INDEX,
  PROP_IP_ADDRESS,
  PROP_SUBNET_MASK,
  PROP_MAC_ADDRESS,
  PROP_IS_LOOPBACK,
  PROP_IS_UP,
  PROP_ADDRESSES,
} TisockNetworkInterfaceProperty;

static GParamSpec *properties[PROP_ADDRESSES + 1];

G_DEFINE_FINAL_TYPE (TisockNetworkInterface, tisock_network_interface, G_TYPE_OBJECT)

/* The family is told apart, because not every system notes it in a mask. */
static void
read_address (const struct sockaddr *address,
              int                    family,
              TisockEndpoint        *endpoint)
{
  struct sockaddr_storage native = { .ss_family = AF_UNSPEC };

  if (address != NULL)
    memcpy (&native, address,
            family == AF_INET ? sizeof (struct sockaddr_in) : sizeof (struct sockaddr_in6));

  native.ss_family = (sa_family_t) family;
  tisock_endpoint_from_sockaddr (endpoint, &native);
}

static char *
dup_prefix_length (const TisockEndpoint *mask)
{
  guint n_bits = 0;

  for (guint i = 0; i < sizeof mask->bytes; i++)
    {
      for (guint byte = mask->bytes[i]; byte != 0; byte >>= 1)
        n_bits += byte & 1;
    }

  return g_strdup_printf ("%u", n_bits);
}

static void
set_ip_address (TisockNetworkInterface *self,
                const char             *text,
                int                     family,
                const struct sockaddr  *netmask)
{
  TisockEndpoint mask;

  read_address (netmask, family, &mask);

  self->family = family;
  g_free (self->ip_address);
  self->ip_address = g_strdup (text);
  g_free (self->subnet_mask);
  self->subnet_mask = family == AF_INET ? tisock_endpoint_dup_text (&mask)
                                        : dup_prefix_length (&mask);
}

static void
add_address (TisockNetworkInterface *self,
             const struct ifaddrs   *entry)
{
  int family = entry->ifa_addr->sa_family;
  TisockEndpoint address;
  char *text;

  read_address (entry->ifa_addr, family, &address);
  text = tisock_endpoint_dup_text (&address);
  g_ptr_array_add (self->addresses, text);

  if (self->family == AF_UNSPEC || (self->family == AF_INET6 && family == AF_INET))
    set_ip_address (self, text, family, entry->ifa_netmask);
}

/* The address of the hardware; NULL if that is not what the entry is about, or if the hardware
 * has an address of another kind: a tunnel's is an IP address. */
static const guint8 *
get_hardware_address (const struct sockaddr *address)
{
#ifdef AF_PACKET
  const struct sockaddr_ll *link = (const struct sockaddr_ll *) address;

  if (address->sa_family == AF_PACKET && link->sll_halen == MAC_LENGTH)
    return link->sll_addr;
#elif defined (AF_LINK)
  const struct sockaddr_dl *link = (const struct sockaddr_dl *) address;

  if (address->sa_family == AF_LINK && link->sdl_alen == MAC_LENGTH)
    return (const guint8 *) LLADDR (link);
#endif

  return NULL;
}

static void
set_mac_address (TisockNetworkInterface *self,
                 const guint8           *bytes)
{
  static const guint8 none[MAC_LENGTH];

  if (self->mac_address != NULL || memcmp (bytes, none, MAC_LENGTH) == 0)
    return;

  self->mac_address = g_strdup_printf ("%02x:%02x:%02x:%02x:%02x:%02x",
                                       bytes[0], bytes[1], bytes[2],
                                       bytes[3], bytes[4], bytes[5]);
}

static void
add_entry (TisockNetworkInterface *self,
           const struct ifaddrs   *entry)
{
  const guint8 *hardware_address;

  if (entry->ifa_addr == NULL)
    return;

  if (entry->ifa_addr->sa_family == AF_INET || entry->ifa_addr->sa_family == AF_INET6)
    {
      add_address (self, entry);
      return;
    }

  hardware_address = get_hardware_address (entry->ifa_addr);
  if (hardware_address != NULL)
    set_mac_address (self, hardware_address);
}

static TisockNetworkInterface *
new_interface (const struct ifaddrs *entry,
               guint                 index)
{
  TisockNetworkInterface *self = g_object_new (TISOCK_TYPE_NETWORK_INTERFACE, NULL);

  g_free (self->name);
  self->name = g_strdup (entry->ifa_name);
  self->index = index;
  self->is_loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
  self->is_up = (entry->ifa_flags & IFF_UP) != 0;

  return self;
}

static int
compare_indices (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  const TisockNetworkInterface *one = a;
  const TisockNetworkInterface *other = b;

  return one->index < other->index ? -1 : one->index > other->index;
}

/* The interface an entry belongs to; NULL if it has gone meanwhile. */
static TisockNetworkInterface *
find_or_add (GListStore           *store,
             GHashTable           *by_index,
             const struct ifaddrs *entry)
{
  /* Not the name: IPv4 addresses may carry an alias of it, such as “eth0:1”. */
  guint index = if_nametoindex (entry->ifa_name);
  g_autoptr(TisockNetworkInterface) added = NULL;
  TisockNetworkInterface *self;

  if (index == 0)
    return NULL;

  self = g_hash_table_lookup (by_index, GUINT_TO_POINTER (index));
  if (self != NULL)
    return self;

  added = new_interface (entry, index);
  g_hash_table_insert (by_index, GUINT_TO_POINTER (index), added);
  g_list_store_insert_sorted (store, added, compare_indices, NULL);

  return added;
}

static void
tisock_network_interface_finalize (GObject *object)
{
  TisockNetworkInterface *self = TISOCK_NETWORK_INTERFACE (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->mac_address, g_free);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_pointer (&self->ip_address, g_free);
  g_clear_pointer (&self->subnet_mask, g_free);

  G_OBJECT_CLASS (tisock_network_interface_parent_class)->finalize (object);
}

static void
tisock_network_interface_get_property (GObject    *object,
                                       guint       prop_id,
                                       GValue     *value,
                                       GParamSpec *pspec)
{
  TisockNetworkInterface *self = TISOCK_NETWORK_INTERFACE (object);

  switch ((TisockNetworkInterfaceProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, tisock_network_interface_get_name (self));
      break;

    case PROP_INDEX:
      g_value_set_uint (value, tisock_network_interface_get_index (self));
      break;

    case PROP_IP_ADDRESS:
      g_value_set_string (value, tisock_network_interface_get_ip_address (self));
      break;

    case PROP_SUBNET_MASK:
      g_value_set_string (value, tisock_network_interface_get_subnet_mask (self));
      break;

    case PROP_MAC_ADDRESS:
      g_value_set_string (value, tisock_network_interface_get_mac_address (self));
      break;

    case PROP_IS_LOOPBACK:
      g_value_set_boolean (value, tisock_network_interface_get_is_loopback (self));
      break;

    case PROP_IS_UP:
      g_value_set_boolean (value, tisock_network_interface_get_is_up (self));
      break;

    case PROP_ADDRESSES:
      g_value_set_boxed (value, tisock_network_interface_get_addresses (self));
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
   * TisockNetworkInterface:name: (getter get_name)
   *
   * The name the system gives the interface, such as “eth0”.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL,
                         "",
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockNetworkInterface:index: (getter get_index)
   *
   * The number the system gives the interface, from 1.
   *
   * This is not the position that [func@NetworkInterface.get] takes.
   *
   * Since: 1.0
   */
  properties[PROP_INDEX] =
    g_param_spec_uint ("index", NULL, NULL,
                       0, G_MAXUINT, 0,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockNetworkInterface:mac-address: (getter get_mac_address)
   *
   * The hardware's address, such as “02:fc:00:00:00:01”, in lower case.
   *
   * It is `NULL` if the interface has none, as a loopback interface or a tunnel.
   *
   * Since: 1.0
   */
  properties[PROP_MAC_ADDRESS] =
    g_param_spec_string ("mac-address", NULL, NULL,
                         NULL,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockNetworkInterface:is-loopback: (getter get_is_loopback)
   *
   * Whether the interface leads to this machine itself.
   *
   * Since: 1.0
   */
  properties[PROP_IS_LOOPBACK] =
    g_param_spec_boolean ("is-loopback", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockNetworkInterface:is-up: (getter get_is_up)
   *
   * Whether the interface is switched on.
   *
   * An interface that is up may still be without a cable or an address.
   *
   * Since: 1.0
   */
  properties[PROP_IS_UP] =
    g_param_spec_boolean ("is-up", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
install_addresses (void)
{
  /**
   * TisockNetworkInterface:ip-address: (getter get_ip_address)
   *
   * The interface's first IPv4 address, or else its first IPv6 address.
   *
   * It is “0.0.0.0” if the interface has no address at all. What is said of
   * [property@NetworkInterface:addresses] holds for IPv6 addresses here too.
   *
   * Since: 1.0
   */
  properties[PROP_IP_ADDRESS] =
    g_param_spec_string ("ip-address", NULL, NULL,
                         NO_ADDRESS,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockNetworkInterface:subnet-mask: (getter get_subnet_mask)
   *
   * The mask that belongs to [property@NetworkInterface:ip-address].
   *
   * For an IPv4 address this is the mask, such as “255.255.255.0”, and for an
   * IPv6 address the length of the prefix, such as “64”. It is “0.0.0.0” if the
   * interface has no address.
   *
   * Since: 1.0
   */
  properties[PROP_SUBNET_MASK] =
    g_param_spec_string ("subnet-mask", NULL, NULL,
                         NO_ADDRESS,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockNetworkInterface:addresses: (getter get_addresses)
   *
   * All addresses of the interface, IPv4 and IPv6, in the system's order.
   *
   * An IPv6 address that is valid on its link only says which link that is, as
   * in “fe80::1%eth0”.
   *
   * Since: 1.0
   */
  properties[PROP_ADDRESSES] =
    g_param_spec_boxed ("addresses", NULL, NULL,
                        G_TYPE_STRV,
                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
tisock_network_interface_class_init (TisockNetworkInterfaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tisock_network_interface_finalize;
  object_class->get_property = tisock_network_interface_get_property;

  install_identity ();
  install_addresses ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
tisock_network_interface_init (TisockNetworkInterface *self)
{
  self->name = g_strdup ("");
  self->ip_address = g_strdup (NO_ADDRESS);
  self->subnet_mask = g_strdup (NO_ADDRESS);
  self->addresses = g_ptr_array_new_null_terminated (1, g_free, TRUE);
}

/* FALSE if the system does not tell. */
static gboolean
fill (GListStore *store)
{
  g_autoptr(GHashTable) by_index = g_hash_table_new (NULL, NULL);
  struct ifaddrs *entries = NULL;

  if (getifaddrs (&entries) != 0)
    return FALSE;

  for (const struct ifaddrs *entry = entries; entry != NULL; entry = entry->ifa_next)
    {
      TisockNetworkInterface *interface = find_or_add (store, by_index, entry);

      if (interface != NULL)
        add_entry (interface, entry);
    }

  freeifaddrs (entries);

  return TRUE;
}

/**
 * tisock_network_interface_list:
 *
 * Lists the network interfaces of the system.
 *
 * The list is ordered by [property@NetworkInterface:index], and does not change
 * when the system's interfaces do. Interfaces that are not up, or have no
 * address, are in it too. It is empty if the system does not tell, for want of a
 * free descriptor for instance.
 *
 * Returns: (transfer full): a list of [class@NetworkInterface]
 *
 * Since: 1.0
 */
GListModel *
tisock_network_interface_list (void)
{
  GListStore *store = g_list_store_new (TISOCK_TYPE_NETWORK_INTERFACE);

  fill (store);

  return G_LIST_MODEL (store);
}

/* Watching */

static gboolean
is_equal (TisockNetworkInterface *self,
          TisockNetworkInterface *other)
{
  return self->index == other->index &&
         self->is_loopback == other->is_loopback &&
         self->is_up == other->is_up &&
         strcmp (self->name, other->name) == 0 &&
         g_strcmp0 (self->mac_address, other->mac_address) == 0 &&
         strcmp (self->ip_address, other->ip_address) == 0 &&
         strcmp (self->subnet_mask, other->subnet_mask) == 0 &&
         g_strv_equal (tisock_network_interface_get_addresses (self),
                       tisock_network_interface_get_addresses (other));
}

static gboolean
are_equal_at (GListModel *one,
              guint       position,
              GListModel *other,
              guint       other_position)
{
  g_autoptr(TisockNetworkInterface) interface = g_list_model_get_item (one, position);
  g_autoptr(TisockNetworkInterface) counterpart = g_list_model_get_item (other, other_position);

  return is_equal (interface, counterpart);
}

/* Changes the list once, from the first item that is another one to the last. */
static void
become (GListStore *store,
        GListModel *now)
{
  GListModel *before = G_LIST_MODEL (store);
  guint n_before = g_list_model_get_n_items (before);
  guint n_now = g_list_model_get_n_items (now);
  g_autoptr(GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);
  guint start = 0;

  while (start < MIN (n_before, n_now) && are_equal_at (before, start, now, start))
    start++;
  while (MIN (n_before, n_now) > start && are_equal_at (before, n_before - 1, now, n_now - 1))
    {
      n_before--;
      n_now--;
    }
  if (start == n_before && start == n_now)
    return;

  for (guint i = start; i < n_now; i++)
    g_ptr_array_add (added, g_list_model_get_item (now, i));
  g_list_store_splice (store, start, n_before - start, added->pdata, added->len);
}

static gboolean
refresh (GObject *object)
{
  g_autoptr(GListStore) now = g_list_store_new (TISOCK_TYPE_NETWORK_INTERFACE);

  if (!fill (now))
    return FALSE;

  become (G_LIST_STORE (object), G_LIST_MODEL (now));

  return TRUE;
}

/**
 * tisock_network_interface_watch:
 *
 * Lists the network interfaces of the system, and follows them.
 *
 * The list is ordered by [property@NetworkInterface:index]. When an interface or an
 * address comes or goes, [signal@Gio.ListModel::items-changed] says which part of the
 * list is another one, once for what changes together; an interface that has changed is
 * another object then. It is emitted from the thread-default main context of this call,
 * until the list is freed. If the system does not tell, for want of a free descriptor
 * for instance, it is asked again soon.
 *
 * On systems other than Linux the list does not change.
 *
 * Returns: (transfer full): a list of [class@NetworkInterface]
 *
 * Since: 1.0
 */
GListModel *
tisock_network_interface_watch (void)
{
  GListStore *store = g_list_store_new (TISOCK_TYPE_NETWORK_INTERFACE);

  g_object_set_data_full (G_OBJECT (store), "tisock-link-watch",
                          tisock_link_watch_new (refresh, G_OBJECT (store)),
                          (GDestroyNotify) tisock_link_watch_free);

  return G_LIST_MODEL (store);
}

/**
 * tisock_network_interface_get:
 * @index: a position in [func@NetworkInterface.list], from 0
 *
 * Gets the interface at a position in the list of interfaces.
 *
 * To look at all of them call [func@NetworkInterface.list] instead: the system
 * is asked anew each time, and interfaces may come and go in between.
 *
 * Returns: (transfer full) (nullable): the interface, or `NULL` past the end
 *
 * Since: 1.0
 */
TisockNetworkInterface *
tisock_network_interface_get (guint index)
{
  g_autoptr(GListModel) interfaces = tisock_network_interface_list ();

  return g_list_model_get_item (interfaces, index);
}

/**
 * tisock_network_interface_lookup:
 * @name: the name the system gives the interface
 *
 * Finds an interface by its name.
 *
 * Returns: (transfer full) (nullable): the interface, or `NULL` if there is none
 *   of that name
 *
 * Since: 1.0
 */
TisockNetworkInterface *
tisock_network_interface_lookup (const char *name)
{
  g_autoptr(GListModel) interfaces = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  interfaces = tisock_network_interface_list ();
  for (guint i = 0; i < g_list_model_get_n_items (interfaces); i++)
    {
      g_autoptr(TisockNetworkInterface) interface = g_list_model_get_item (interfaces, i);

      if (strcmp (interface->name, name) == 0)
        return g_steal_pointer (&interface);
    }

  return NULL;
}

/**
 * tisock_network_interface_get_name: (get-property name)
 * @self: the interface
 *
 * Gets the name the system gives the interface.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
tisock_network_interface_get_name (TisockNetworkInterface *self)
{
  g_return_val_if_fail (TISOCK_IS_NETWORK_INTERFACE (self), NULL);

  return self->name;
}

/**
 * tisock_network_interface_get_index: (get-property index)
 * @self: the interface
 *
 * Gets the number the system gives the interface.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tisock_network_interface_get_index (TisockNetworkInterface *self)
{
  g_return_val_if_fail (TISOCK_IS_NETWORK_INTERFACE (self), 0);

  return self->index;
}

/**
 * tisock_network_interface_get_ip_address: (get-property ip-address)
 * @self: the interface
 *
 * Gets the interface's first IPv4 address, or else its first IPv6 address.
 *
 * Returns: the address, or “0.0.0.0” if there is none
 *
 * Since: 1.0
 */
const char *
tisock_network_interface_get_ip_address (TisockNetworkInterface *self)
{
  g_return_val_if_fail (TISOCK_IS_NETWORK_INTERFACE (self), NULL);

  return self->ip_address;
}

/**
 * tisock_network_interface_get_subnet_mask: (get-property subnet-mask)
 * @self: the interface
 *
 * Gets the mask that belongs to the interface's IP address.
 *
 * Returns: a mask for IPv4, the length of the prefix for IPv6, or “0.0.0.0” if
 *   there is no address
 *
 * Since: 1.0
 */
const char *
tisock_network_interface_get_subnet_mask (TisockNetworkInterface *self)
{
  g_return_val_if_fail (TISOCK_IS_NETWORK_INTERFACE (self), NULL);

  return self->subnet_mask;
}

/**
 * tisock_network_interface_get_mac_address: (get-property mac-address)
 * @self: the interface
 *
 * Gets the hardware's address.
 *
 * Returns: (nullable): the address in lower case, or `NULL` if there is none
 *
 * Since: 1.0
 */
const char *
tisock_network_interface_get_mac_address (TisockNetworkInterface *self)
{
  g_return_val_if_fail (TISOCK_IS_NETWORK_INTERFACE (self), NULL);

  return self->mac_address;
}

/**
 * tisock_network_interface_get_is_loopback: (get-property is-loopback)
 * @self: the interface
 *
 * Gets whether the interface leads to this machine itself.
 *
 * Returns: whether it is a loopback interface
 *
 * Since: 1.0
 */
gboolean
tisock_network_interface_get_is_loopback (TisockNetworkInterface *self)
{
  g_return_val_if_fail (TISOCK_IS_NETWORK_INTERFACE (self), FALSE);

  return self->is_loopback;
}

/**
 * tisock_network_interface_get_is_up: (get-property is-up)
 * @self: the interface
 *
 * Gets whether the interface is switched on.
 *
 * Returns: whether it is up
 *
 * Since: 1.0
 */
gboolean
tisock_network_interface_get_is_up (TisockNetworkInterface *self)
{
  g_return_val_if_fail (TISOCK_IS_NETWORK_INTERFACE (self), FALSE);

  return self->is_up;
}

/**
 * tisock_network_interface_get_addresses: (get-property addresses)
 * @self: the interface
 *
 * Gets all addresses of the interface, IPv4 and IPv6.
 *
 * Returns: (transfer none) (array zero-terminated=1): the addresses; the array
 *   is empty if there are none
 *
 * Since: 1.0
 */
const char * const *
tisock_network_interface_get_addresses (TisockNetworkInterface *self)
{
  g_return_val_if_fail (TISOCK_IS_NETWORK_INTERFACE (self), NULL);

  return (const char * const *) self->addresses->pdata;
}
