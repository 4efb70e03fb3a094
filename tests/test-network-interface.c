/* test-network-interface.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tisock.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>

#ifdef __linux__
# include <errno.h>
# include <net/if_arp.h>
# include <netpacket/packet.h>
# include <sched.h>
# include <sys/ioctl.h>
# include <sys/wait.h>
# include <unistd.h>
#endif

/* What the child says when it may not have a network of its own. */
#define EXIT_NOT_PERMITTED 77

/* What the system is made to say instead of what it has. */
static struct ifaddrs *fake_entries;

int
getifaddrs (struct ifaddrs **entries)
{
  int (*real_getifaddrs) (struct ifaddrs **) = dlsym (RTLD_NEXT, "getifaddrs");

  if (fake_entries == NULL)
    return real_getifaddrs (entries);

  *entries = fake_entries;

  return 0;
}

void
freeifaddrs (struct ifaddrs *entries)
{
  void (*real_freeifaddrs) (struct ifaddrs *) = dlsym (RTLD_NEXT, "freeifaddrs");

  if (entries != fake_entries)
    real_freeifaddrs (entries);
}

/* Fakes have their index as the first letter of their name, or have none. */
unsigned int
if_nametoindex (const char *name)
{
  unsigned int (*real_if_nametoindex) (const char *) = dlsym (RTLD_NEXT, "if_nametoindex");

  if (fake_entries == NULL)
    return real_if_nametoindex (name);

  return g_ascii_isdigit (name[0]) ? (unsigned int) g_ascii_digit_value (name[0]) : 0;
}

static TisockNetworkInterface *
get_loopback (void)
{
  g_autoptr(GListModel) interfaces = tisock_network_interface_list ();

  for (guint i = 0; i < g_list_model_get_n_items (interfaces); i++)
    {
      g_autoptr(TisockNetworkInterface) interface = g_list_model_get_item (interfaces, i);

      if (tisock_network_interface_get_is_loopback (interface))
        return g_steal_pointer (&interface);
    }

  g_assert_not_reached ();
}

static gboolean
is_ip (const struct ifaddrs *entry)
{
  return entry->ifa_addr != NULL &&
         (entry->ifa_addr->sa_family == AF_INET || entry->ifa_addr->sa_family == AF_INET6);
}

static char *
dup_host (const struct sockaddr *address,
          int                    family)
{
  socklen_t length = family == AF_INET ? sizeof (struct sockaddr_in) : sizeof (struct sockaddr_in6);
  char host[NI_MAXHOST];

  g_assert_cmpint (getnameinfo (address, length, host, sizeof host, NULL, 0, NI_NUMERICHOST),
                   ==, 0);

  return g_strdup (host);
}

/* Adds the addresses, and the first of them that programs are to see, with its mask. */
static void
describe_addresses (GString              *text,
                    const struct ifaddrs *entries,
                    guint                 index)
{
  const struct ifaddrs *first = NULL;

  for (const struct ifaddrs *entry = entries; entry != NULL; entry = entry->ifa_next)
    {
      g_autofree char *host = NULL;

      if (!is_ip (entry) || if_nametoindex (entry->ifa_name) != index)
        continue;

      host = dup_host (entry->ifa_addr, entry->ifa_addr->sa_family);
      g_string_append_printf (text, " %s", host);
      if (first == NULL ||
          (first->ifa_addr->sa_family == AF_INET6 && entry->ifa_addr->sa_family == AF_INET))
        first = entry;
    }

  if (first != NULL)
    {
      g_autofree char *host = dup_host (first->ifa_addr, first->ifa_addr->sa_family);

      g_string_append_printf (text, " first %s", host);
    }
  if (first != NULL && first->ifa_addr->sa_family == AF_INET)
    {
      g_autofree char *mask = dup_host (first->ifa_netmask, AF_INET);

      g_string_append_printf (text, " mask %s", mask);
    }
}

/* What the system says, a line an interface. */
static char *
describe_system (void)
{
  struct if_nameindex *names = if_nameindex ();
  struct ifaddrs *entries = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  guint end = 0;

  g_assert_cmpint (getifaddrs (&entries), ==, 0);
  g_assert_nonnull (names);
  for (guint i = 0; names[i].if_index != 0; i++)
    end = MAX (end, names[i].if_index + 1);

  for (guint index = 1; index < end; index++)
    {
      char name[IF_NAMESIZE];
      const struct ifaddrs *entry = entries;

      if (if_indextoname (index, name) == NULL)
        continue;
      while (entry != NULL && !g_str_equal (entry->ifa_name, name))
        entry = entry->ifa_next;
      if (entry == NULL)
        continue;

      g_string_append_printf (text, "%u %s %d %d", index, name,
                              (entry->ifa_flags & IFF_LOOPBACK) != 0,
                              (entry->ifa_flags & IFF_UP) != 0);
      describe_addresses (text, entries, index);
      g_string_append_c (text, '\n');
    }

  if_freenameindex (names);
  freeifaddrs (entries);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
describe_interface (GString                *text,
                    TisockNetworkInterface *interface)
{
  const char * const *addresses = tisock_network_interface_get_addresses (interface);

  g_string_append_printf (text, "%u %s %d %d",
                          tisock_network_interface_get_index (interface),
                          tisock_network_interface_get_name (interface),
                          tisock_network_interface_get_is_loopback (interface),
                          tisock_network_interface_get_is_up (interface));

  for (guint i = 0; addresses[i] != NULL; i++)
    g_string_append_printf (text, " %s", addresses[i]);

  if (addresses[0] != NULL)
    g_string_append_printf (text, " first %s", tisock_network_interface_get_ip_address (interface));
  if (strchr (tisock_network_interface_get_ip_address (interface), ':') == NULL &&
      addresses[0] != NULL)
    g_string_append_printf (text, " mask %s",
                            tisock_network_interface_get_subnet_mask (interface));

  g_string_append_c (text, '\n');
}

static char *
describe_list (void)
{
  g_autoptr(GListModel) interfaces = tisock_network_interface_list ();
  g_autoptr(GString) text = g_string_new (NULL);

  g_assert_true (g_list_model_get_item_type (interfaces) == TISOCK_TYPE_NETWORK_INTERFACE);

  for (guint i = 0; i < g_list_model_get_n_items (interfaces); i++)
    {
      g_autoptr(TisockNetworkInterface) interface = g_list_model_get_item (interfaces, i);

      describe_interface (text, interface);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_network_interface_list (void)
{
  g_test_summary ("The list is what the system says, in the order of its indices.");

  /* Something may plug or unplug an interface meanwhile: then look again. */
  while (TRUE)
    {
      g_autofree char *before = describe_system ();
      g_autofree char *list = describe_list ();
      g_autofree char *after = describe_system ();

      if (!g_str_equal (before, after))
        continue;

      g_assert_cmpstr (list, ==, before);
      break;
    }
}

static void
test_network_interface_loopback (void)
{
  TisockNetworkInterface *loopback = get_loopback ();
  const char * const *addresses = tisock_network_interface_get_addresses (loopback);

  g_assert_true (tisock_network_interface_get_is_up (loopback));
  g_assert_cmpuint (tisock_network_interface_get_index (loopback), >, 0);
  g_assert_cmpstr (tisock_network_interface_get_ip_address (loopback), ==, "127.0.0.1");
  g_assert_cmpstr (tisock_network_interface_get_subnet_mask (loopback), ==, "255.0.0.0");
  g_assert_null (tisock_network_interface_get_mac_address (loopback));
  g_assert_true (g_strv_contains (addresses, "127.0.0.1"));
  g_assert_finalize_object (loopback);
}

static void
test_network_interface_properties (void)
{
  TisockNetworkInterface *loopback = get_loopback ();
  g_autofree char *name = NULL;
  g_autofree char *ip_address = NULL;
  g_autofree char *subnet_mask = NULL;
  g_autofree char *mac_address = NULL;
  g_auto(GStrv) addresses = NULL;
  guint index;
  gboolean is_loopback, is_up;

  g_object_get (loopback,
                "name", &name,
                "index", &index,
                "ip-address", &ip_address,
                "subnet-mask", &subnet_mask,
                "mac-address", &mac_address,
                "is-loopback", &is_loopback,
                "is-up", &is_up,
                "addresses", &addresses,
                NULL);

  g_assert_cmpstr (name, ==, tisock_network_interface_get_name (loopback));
  g_assert_cmpuint (index, ==, if_nametoindex (name));
  g_assert_cmpstr (ip_address, ==, "127.0.0.1");
  g_assert_cmpstr (subnet_mask, ==, "255.0.0.0");
  g_assert_null (mac_address);
  g_assert_true (is_loopback);
  g_assert_true (is_up);
  g_assert_cmpstrv (addresses, tisock_network_interface_get_addresses (loopback));
  g_assert_finalize_object (loopback);
}

static void
test_network_interface_immutable (void)
{
  g_autoptr(GTypeClass) klass = g_type_class_ref (TISOCK_TYPE_NETWORK_INTERFACE);
  guint n_properties;
  g_autofree GParamSpec **properties = g_object_class_list_properties (G_OBJECT_CLASS (klass),
                                                                       &n_properties);

  g_assert_cmpuint (n_properties, ==, 8);
  for (guint i = 0; i < n_properties; i++)
    g_assert_cmpuint (properties[i]->flags & G_PARAM_READWRITE, ==, G_PARAM_READABLE);
}

static void
test_network_interface_blank (void)
{
  TisockNetworkInterface *blank = g_object_new (TISOCK_TYPE_NETWORK_INTERFACE, NULL);

  g_test_summary ("A binding may make one that is no interface: it is down, without an address.");

  g_assert_cmpstr (tisock_network_interface_get_name (blank), ==, "");
  g_assert_cmpuint (tisock_network_interface_get_index (blank), ==, 0);
  g_assert_cmpstr (tisock_network_interface_get_ip_address (blank), ==, "0.0.0.0");
  g_assert_cmpstr (tisock_network_interface_get_subnet_mask (blank), ==, "0.0.0.0");
  g_assert_null (tisock_network_interface_get_mac_address (blank));
  g_assert_false (tisock_network_interface_get_is_loopback (blank));
  g_assert_false (tisock_network_interface_get_is_up (blank));
  g_assert_null (tisock_network_interface_get_addresses (blank)[0]);
  g_assert_finalize_object (blank);
}

static void
test_network_interface_get (void)
{
  TisockNetworkInterface *first = tisock_network_interface_get (0);
  TisockNetworkInterface *found;

  g_assert_nonnull (first);
  found = tisock_network_interface_lookup (tisock_network_interface_get_name (first));
  g_assert_nonnull (found);
  g_assert_cmpuint (tisock_network_interface_get_index (found), ==,
                    tisock_network_interface_get_index (first));

  g_assert_null (tisock_network_interface_get (G_MAXUINT));
  g_assert_finalize_object (first);
  g_assert_finalize_object (found);
}

static void
test_network_interface_get_all (void)
{
  guint n = 0;
  guint last = 0;

  g_test_summary ("Positions count from 0 to an end, in the order of the indices.");

  while (TRUE)
    {
      g_autoptr(TisockNetworkInterface) interface = tisock_network_interface_get (n);

      if (interface == NULL)
        break;

      g_assert_cmpuint (tisock_network_interface_get_index (interface), >, last);
      last = tisock_network_interface_get_index (interface);
      n++;
    }

  g_assert_cmpuint (n, >, 0);
}

static void
test_network_interface_lookup (void)
{
  g_autoptr(TisockNetworkInterface) loopback = get_loopback ();
  const char *name = tisock_network_interface_get_name (loopback);
  TisockNetworkInterface *found = tisock_network_interface_lookup (name);

  g_assert_nonnull (found);
  g_assert_cmpstr (tisock_network_interface_get_name (found), ==, name);
  g_assert_true (tisock_network_interface_get_is_loopback (found));
  g_assert_finalize_object (found);

  g_assert_null (tisock_network_interface_lookup (""));
  g_assert_null (tisock_network_interface_lookup ("no such interface"));
}

static void
test_network_interface_no_descriptor (void)
{
  struct rlimit limits;
  rlim_t old;
  GListModel *interfaces;
  guint n_items;

  g_test_summary ("While the system cannot be asked there are no interfaces.");

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limits), ==, 0);
  old = limits.rlim_cur;
  limits.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limits), ==, 0);

  interfaces = tisock_network_interface_list ();
  n_items = g_list_model_get_n_items (interfaces);

  limits.rlim_cur = old;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limits), ==, 0);
  g_assert_cmpuint (n_items, ==, 0);
  g_assert_finalize_object (interfaces);
}

typedef struct
{
  struct ifaddrs           entry;
  struct sockaddr_storage  address;
  struct sockaddr_storage  netmask;
} FakeEntry;

static void
set_address (struct sockaddr_storage *place,
             const char              *text)
{
  void *ipv4 = &((struct sockaddr_in *) place)->sin_addr;
  void *ipv6 = &((struct sockaddr_in6 *) place)->sin6_addr;

  place->ss_family = strchr (text, ':') != NULL ? AF_INET6 : AF_INET;
  g_assert_cmpint (inet_pton (place->ss_family, text,
                              place->ss_family == AF_INET ? ipv4 : ipv6), ==, 1);
}

/* Puts an entry before those that are there. */
static void
fake_entry (FakeEntry  *fake,
            const char *name,
            const char *address,
            const char *netmask)
{
  *fake = (FakeEntry) { .entry.ifa_name = (char *) name, .entry.ifa_next = fake_entries };

  if (address != NULL)
    {
      set_address (&fake->address, address);
      fake->entry.ifa_addr = (struct sockaddr *) &fake->address;
    }
  if (netmask != NULL)
    {
      set_address (&fake->netmask, netmask);
      fake->netmask.ss_family = AF_UNSPEC;
      fake->entry.ifa_netmask = (struct sockaddr *) &fake->netmask;
    }

  fake_entries = &fake->entry;
}

static void
assert_interface (guint       position,
                  const char *name,
                  const char *ip_address,
                  const char *subnet_mask,
                  const char *all)
{
  g_autoptr(TisockNetworkInterface) interface = tisock_network_interface_get (position);
  g_autofree char *joined = NULL;

  g_assert_nonnull (interface);
  g_assert_cmpstr (tisock_network_interface_get_name (interface), ==, name);
  g_assert_cmpstr (tisock_network_interface_get_ip_address (interface), ==, ip_address);
  g_assert_cmpstr (tisock_network_interface_get_subnet_mask (interface), ==, subnet_mask);

  joined = g_strjoinv (" ", (char **) tisock_network_interface_get_addresses (interface));
  g_assert_cmpstr (joined, ==, all);
}

static void
test_network_interface_order (void)
{
  FakeEntry fakes[7];

  g_test_summary ("Entries may come in any order, incomplete, or for what is gone already.");

  fake_entry (&fakes[0], "2b", "192.0.2.3", "255.255.0.0");
  fake_entry (&fakes[1], "1a", "192.0.2.2", NULL);
  fake_entry (&fakes[2], "2b", "192.0.2.1", "255.255.255.0");
  fake_entry (&fakes[3], "gone", "192.0.2.4", "255.255.255.0");
  fake_entry (&fakes[4], "9c", "2001:db8::2", "ffff:ffff:ffff:fe00::");
  fake_entry (&fakes[5], "2b", "2001:db8::1", "ffff:ffff:ffff:ffff::");
  fake_entry (&fakes[6], "3d", NULL, NULL);

  assert_interface (0, "1a", "192.0.2.2", "0.0.0.0", "192.0.2.2");
  assert_interface (1, "2b", "192.0.2.1", "255.255.255.0", "2001:db8::1 192.0.2.1 192.0.2.3");
  assert_interface (2, "3d", "0.0.0.0", "0.0.0.0", "");
  assert_interface (3, "9c", "2001:db8::2", "55", "2001:db8::2");
  g_assert_null (tisock_network_interface_get (4));

  fake_entries = NULL;
}

static void
test_network_interface_flags (void)
{
  FakeEntry fakes[2];
  g_autoptr(TisockNetworkInterface) down = NULL;
  g_autoptr(TisockNetworkInterface) up = NULL;

  g_test_summary ("Being up is being switched on, whatever else the system says.");

  fake_entry (&fakes[0], "1a", NULL, NULL);
  fake_entry (&fakes[1], "2b", NULL, NULL);
  fakes[0].entry.ifa_flags = ~(guint) (IFF_UP | IFF_LOOPBACK);
  fakes[1].entry.ifa_flags = IFF_UP;
  down = tisock_network_interface_get (0);
  up = tisock_network_interface_get (1);
  fake_entries = NULL;

  g_assert_false (tisock_network_interface_get_is_up (down));
  g_assert_false (tisock_network_interface_get_is_loopback (down));
  g_assert_true (tisock_network_interface_get_is_up (up));
}

/* What sockets do with an interface */

static void
test_network_interface_bind (void)
{
  FakeEntry fakes[2];
  g_autoptr(TisockNetworkInterface) bare = NULL;
  g_autoptr(TisockNetworkInterface) loopback = NULL;
  TisockServerSocket *server = tisock_server_socket_new ();
  g_autofree char *address = NULL;
  g_autoptr(GError) error = NULL;

  g_test_summary ("A server listens on its interface alone, and not at all on one without an "
                  "address.");

  fake_entry (&fakes[0], "1bare", NULL, NULL);
  fake_entry (&fakes[1], "2loop", "127.0.0.9", "255.0.0.0");
  bare = tisock_network_interface_get (0);
  loopback = tisock_network_interface_get (1);
  fake_entries = NULL;

  tisock_server_socket_set_network_interface (server, bare);
  g_assert_false (tisock_server_socket_listen (server, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION);
  g_assert_cmpint (tisock_server_socket_get_state (server), ==, TISOCK_SOCKET_STATE_ERROR);

  tisock_server_socket_set_network_interface (server, loopback);
  g_assert_true (tisock_server_socket_listen (server, NULL));
  address = tisock_server_socket_get_local_address (server);
  g_assert_cmpstr (address, ==, "127.0.0.9");

  tisock_server_socket_close (server);
  g_assert_finalize_object (server);
}

#ifdef __linux__

typedef struct
{
  const char  *name;
  guint8       length;
  const char  *mac_address;
} HardwareCase;

static const HardwareCase hardware_cases[] = {
  { "1ethernet", 6, "01:02:03:ab:cd:ef" },
  { "2tunnel", 4, NULL },
  { "3firewire", 8, NULL },
  { "4nothing", 0, NULL },
};

static void
fake_hardware (FakeEntry          *fake,
               const HardwareCase *test)
{
  static const guint8 bytes[] = { 0x01, 0x02, 0x03, 0xab, 0xcd, 0xef, 0x70, 0x80 };
  struct sockaddr_ll *link = (struct sockaddr_ll *) &fake->address;

  fake_entry (fake, test->name, NULL, NULL);
  link->sll_family = AF_PACKET;
  link->sll_halen = test->length;
  memcpy (link->sll_addr, bytes, test->length);
  fake->entry.ifa_addr = (struct sockaddr *) link;
}

static void
test_network_interface_hardware (void)
{
  FakeEntry fakes[G_N_ELEMENTS (hardware_cases)];

  g_test_summary ("A hardware address of another length is no MAC address.");

  for (guint i = 0; i < G_N_ELEMENTS (hardware_cases); i++)
    fake_hardware (&fakes[i], &hardware_cases[i]);

  for (guint i = 0; i < G_N_ELEMENTS (hardware_cases); i++)
    {
      g_autoptr(TisockNetworkInterface) interface = tisock_network_interface_get (i);

      g_assert_cmpstr (tisock_network_interface_get_name (interface), ==, hardware_cases[i].name);
      g_assert_cmpstr (tisock_network_interface_get_mac_address (interface), ==,
                       hardware_cases[i].mac_address);
    }

  fake_entries = NULL;
}

/* How linux/ipv6.h has it, which cannot be included beside netinet/in.h. */
typedef struct
{
  struct in6_addr  address;
  guint32          prefix_length;
  int              index;

  /* Valgrind takes it for a struct ifreq, which is longer, and reads that much. */
  guint8           room[sizeof (struct ifreq)];
} IPv6Request;

static void
request (int     family,
         gulong  number,
         void   *argument)
{
  int fd = socket (family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  if (ioctl (fd, number, argument) != 0)
    g_error ("ioctl(0x%lx): %s", number, g_strerror (errno));
  close (fd);
}

static void
request_ipv4 (gulong      number,
              const char *name,
              const char *address)
{
  struct ifreq argument = { 0 };
  struct sockaddr_in *place = (struct sockaddr_in *) &argument.ifr_addr;

  g_strlcpy (argument.ifr_name, name, sizeof argument.ifr_name);
  place->sin_family = AF_INET;
  g_assert_cmpint (inet_pton (AF_INET, address, &place->sin_addr), ==, 1);
  request (AF_INET, number, &argument);
}

static void
request_ipv6 (gulong      number,
              const char *address,
              guint32     prefix_length)
{
  IPv6Request argument = { .prefix_length = prefix_length, .index = if_nametoindex ("lo") };

  g_assert_cmpint (inet_pton (AF_INET6, address, &argument.address), ==, 1);
  request (AF_INET6, number, &argument);
}

static void
switch_on (void)
{
  struct ifreq argument = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

  request (AF_INET, SIOCSIFFLAGS, &argument);
}

static void
set_mac (const guint8 *bytes)
{
  struct ifreq argument = { .ifr_name = "lo" };

  argument.ifr_hwaddr.sa_family = ARPHRD_LOOPBACK;
  memcpy (argument.ifr_hwaddr.sa_data, bytes, 6);
  request (AF_INET, SIOCSIFHWADDR, &argument);
}

/* The only interface of the child's network, as it is now. */
static void
assert_only (gboolean    is_up,
             const char *ip_address,
             const char *subnet_mask,
             const char *all)
{
  g_autoptr(TisockNetworkInterface) only = tisock_network_interface_get (0);

  assert_interface (0, "lo", ip_address, subnet_mask, all);
  g_assert_true (tisock_network_interface_get_is_loopback (only));
  g_assert_cmpint (tisock_network_interface_get_is_up (only), ==, is_up);
  g_assert_null (tisock_network_interface_get (1));
}

static void
check_ipv4 (void)
{
  request_ipv4 (SIOCSIFADDR, "lo", "127.0.0.1");
  assert_only (TRUE, "127.0.0.1", "255.0.0.0", "127.0.0.1");

  request_ipv4 (SIOCSIFADDR, "lo:1", "10.1.2.3");
  request_ipv4 (SIOCSIFNETMASK, "lo:1", "255.255.255.240");
  assert_only (TRUE, "127.0.0.1", "255.0.0.0", "127.0.0.1 10.1.2.3");
  g_assert_null (tisock_network_interface_lookup ("lo:1"));

  request_ipv4 (SIOCSIFADDR, "lo", "0.0.0.0");
  assert_only (TRUE, "10.1.2.3", "255.255.255.240", "10.1.2.3");
}

static void
check_ipv6 (void)
{
  request_ipv6 (SIOCSIFADDR, "::1", 128);
  assert_only (TRUE, "10.1.2.3", "255.255.255.240", "10.1.2.3 ::1");

  request_ipv4 (SIOCSIFADDR, "lo:1", "0.0.0.0");
  assert_only (TRUE, "::1", "128", "::1");

  request_ipv6 (SIOCDIFADDR, "::1", 128);
  request_ipv6 (SIOCSIFADDR, "fe80::1", 61);
  assert_only (TRUE, "fe80::1%lo", "61", "fe80::1%lo");
}

static void
check_mac_address (void)
{
  static const guint8 bytes[] = { 0x02, 0xfc, 0x00, 0xab, 0x0c, 0xde };
  g_autoptr(TisockNetworkInterface) before = tisock_network_interface_get (0);
  g_autoptr(TisockNetworkInterface) after = NULL;

  set_mac (bytes);
  after = tisock_network_interface_get (0);

  g_assert_null (tisock_network_interface_get_mac_address (before));
  g_assert_cmpstr (tisock_network_interface_get_mac_address (after), ==, "02:fc:00:ab:0c:de");
}

/* Where there is IPv6, the interface has got its address with being switched on. */
static gboolean
remove_ipv6 (void)
{
  g_autoptr(TisockNetworkInterface) loopback = get_loopback ();

  if (!g_strv_contains (tisock_network_interface_get_addresses (loopback), "::1"))
    return FALSE;

  request_ipv6 (SIOCDIFADDR, "::1", 128);

  return TRUE;
}

static void
change_network (void)
{
  gboolean ipv6;

  if (unshare (CLONE_NEWNET) != 0 && unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0)
    _exit (EXIT_NOT_PERMITTED);

  assert_only (FALSE, "0.0.0.0", "0.0.0.0", "");
  switch_on ();
  ipv6 = remove_ipv6 ();
  check_ipv4 ();
  if (ipv6)
    check_ipv6 ();
  check_mac_address ();
  _exit (0);
}

static void
test_network_interface_changes (void)
{
  pid_t pid;
  int status = -1;

  g_test_summary ("In a network of its own the child changes what the interface has.");

  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    change_network ();

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_NOT_PERMITTED)
    g_test_skip ("This user may not make a network.");
  else
    g_assert_cmpint (status, ==, 0);
}

static gboolean
is_mac_address (const char *text)
{
  return g_regex_match_simple ("^[0-9a-f]{2}(:[0-9a-f]{2}){5}$", text, 0, 0) &&
         !g_str_equal (text, "00:00:00:00:00:00");
}

static void
test_network_interface_mac_address (void)
{
  g_autoptr(GListModel) interfaces = tisock_network_interface_list ();

  g_test_summary ("Hardware addresses are those of the system's own files.");

  for (guint i = 0; i < g_list_model_get_n_items (interfaces); i++)
    {
      g_autoptr(TisockNetworkInterface) interface = g_list_model_get_item (interfaces, i);
      const char *name = tisock_network_interface_get_name (interface);
      g_autofree char *path = g_build_filename ("/sys/class/net", name, "address", NULL);
      g_autofree char *text = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;

      g_strchomp (text);
      g_assert_cmpstr (tisock_network_interface_get_mac_address (interface), ==,
                       is_mac_address (text) ? text : NULL);
    }
}

#endif

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/network-interface/list", test_network_interface_list);
  g_test_add_func ("/network-interface/loopback", test_network_interface_loopback);
  g_test_add_func ("/network-interface/properties", test_network_interface_properties);
  g_test_add_func ("/network-interface/immutable", test_network_interface_immutable);
  g_test_add_func ("/network-interface/blank", test_network_interface_blank);
  g_test_add_func ("/network-interface/get", test_network_interface_get);
  g_test_add_func ("/network-interface/get/all", test_network_interface_get_all);
  g_test_add_func ("/network-interface/lookup", test_network_interface_lookup);
  g_test_add_func ("/network-interface/no-descriptor", test_network_interface_no_descriptor);
  g_test_add_func ("/network-interface/order", test_network_interface_order);
  g_test_add_func ("/network-interface/flags", test_network_interface_flags);
  g_test_add_func ("/network-interface/bind", test_network_interface_bind);
#ifdef __linux__
  g_test_add_func ("/network-interface/hardware", test_network_interface_hardware);
  g_test_add_func ("/network-interface/mac-address", test_network_interface_mac_address);
  g_test_add_func ("/network-interface/changes", test_network_interface_changes);
#endif

  return g_test_run ();
}
