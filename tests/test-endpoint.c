/* test-endpoint.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/endpoint.h"

#include <arpa/inet.h>
#include <gio/gunixsocketaddress.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* No machine has an interface of that number, so that it stays a number in text. */
#define NO_INTERFACE 4000000001u

typedef struct
{
  const char  *literal;
  guint16      family;
  const char  *text;            /* NULL: the literal */
  const char  *described;
} LiteralCase;

static const LiteralCase literals[] = {
  { "192.0.2.1", AF_INET, NULL, "192.0.2.1:80" },
  { "0.0.0.0", AF_INET, NULL, "0.0.0.0:80" },
  { "255.255.255.255", AF_INET, NULL, "255.255.255.255:80" },
  { "::", AF_INET6, NULL, "[::]:80" },
  { "::1", AF_INET6, NULL, "[::1]:80" },
  { "2001:db8::1", AF_INET6, NULL, "[2001:db8::1]:80" },
  { "2001:DB8:0:0:0:0:0:1", AF_INET6, "2001:db8::1", "[2001:db8::1]:80" },
  { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AF_INET6, NULL,
    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:80" },
  { "::ffff:192.0.2.1", AF_INET, "192.0.2.1", "192.0.2.1:80" },
  { "::ffff:c000:201", AF_INET, "192.0.2.1", "192.0.2.1:80" },
  { "fe80::1%4000000001", AF_INET6, NULL, "[fe80::1%4000000001]:80" },
};

static const char *names[] = {
  "", ".", "localhost", "example.org", "192.0.2", "192.0.2.1.", "192.0.2.256", "192.0.2.01.1",
  " 192.0.2.1", "192.0.2.1 ", "192.0.2.1:80", "127.1", "0x7f.0.0.1", "192.0.2.1%1", ":", ":::",
  "[::1]", "::1 ", "::g", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::ffff:192.0.2", "%", "%1",
  "fe80::1%", "fe80::1%0", "fe80::1%-1", "fe80::1%+1", "fe80::1%4294967296", "fe80::1%1x",
  "fe80::1%no-such-interface-with-a-long-name", "fe80::1%1%1",
};

static void
assert_is_none (const TisockEndpoint *endpoint)
{
  const TisockEndpoint none = { .family = AF_UNSPEC };

  g_assert_cmpmem (endpoint, sizeof *endpoint, &none, sizeof none);
  g_assert_false (tisock_endpoint_is_set (endpoint));
}

static void
assert_text (const TisockEndpoint *endpoint,
             const char           *expected)
{
  g_autofree char *text = tisock_endpoint_dup_text (endpoint);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_endpoint_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (literals); i++)
    {
      const LiteralCase *test = &literals[i];
      g_autofree char *described = NULL;
      TisockEndpoint endpoint;

      g_assert_true (tisock_endpoint_parse (&endpoint, test->literal, 80));
      g_assert_true (tisock_endpoint_is_set (&endpoint));
      g_assert_cmpuint (endpoint.family, ==, test->family);
      g_assert_cmpuint (endpoint.port, ==, 80);
      assert_text (&endpoint, test->text != NULL ? test->text : test->literal);

      described = tisock_endpoint_describe (&endpoint);
      g_assert_cmpstr (described, ==, test->described);
    }
}

static void
test_endpoint_parse_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      TisockEndpoint endpoint = { .family = AF_INET, .port = 1, .bytes = { 1 } };

      g_test_message ("'%s'", names[i]);
      g_assert_false (tisock_endpoint_parse (&endpoint, names[i], 80));
      assert_is_none (&endpoint);
    }
}

static void
test_endpoint_parse_scope (void)
{
  struct if_nameindex *interfaces = if_nameindex ();

  g_assert_nonnull (interfaces);

  for (guint i = 0; interfaces[i].if_index != 0; i++)
    {
      g_autofree char *by_name = g_strdup_printf ("fe80::1%%%s", interfaces[i].if_name);
      g_autofree char *by_number = g_strdup_printf ("fe80::1%%%u", interfaces[i].if_index);
      TisockEndpoint endpoint;

      g_assert_true (tisock_endpoint_parse (&endpoint, by_name, 80));
      g_assert_cmpuint (endpoint.scope_id, ==, interfaces[i].if_index);
      assert_text (&endpoint, by_name);

      g_assert_true (tisock_endpoint_parse (&endpoint, by_number, 80));
      g_assert_cmpuint (endpoint.scope_id, ==, interfaces[i].if_index);
      assert_text (&endpoint, by_name);
    }

  if (interfaces[0].if_index == 0)
    g_test_skip ("no network interface");
  if_freenameindex (interfaces);
}

static void
test_endpoint_none (void)
{
  TisockEndpoint endpoint = { .family = AF_UNSPEC };
  g_autofree char *described = tisock_endpoint_describe (&endpoint);
  struct sockaddr_storage native;

  assert_text (&endpoint, NULL);
  g_assert_cmpstr (described, ==, "none");
  g_assert_null (tisock_endpoint_to_address (&endpoint));
  g_assert_cmpuint (tisock_endpoint_to_sockaddr (&endpoint, &native), ==, 0);
  g_assert_cmpuint (native.ss_family, ==, AF_UNSPEC);

  endpoint.family = AF_INET;
  native.ss_family = AF_NETLINK;
  tisock_endpoint_from_sockaddr (&endpoint, &native);
  assert_is_none (&endpoint);
}

static void
assert_is_unix (const TisockEndpoint *endpoint,
                gboolean              named)
{
  g_autofree char *described = tisock_endpoint_describe (endpoint);

  g_assert_true (tisock_endpoint_is_set (endpoint));
  g_assert_true (tisock_endpoint_is_unix (endpoint));
  g_assert_true (tisock_endpoint_has_name (endpoint) == named);
  g_assert_cmpuint (endpoint->port, ==, 0);
  assert_text (endpoint, "");
  g_assert_cmpstr (described, ==, "a Unix socket");
}

static void
test_endpoint_unix (void)
{
  const struct sockaddr_un rows[] = {
    { AF_UNIX, "" }, { AF_UNIX, "/run/socket" }, { AF_UNIX, "\0abstract" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GSocketAddress) address = NULL;
      struct sockaddr_storage native = { .ss_family = AF_UNSPEC };
      TisockEndpoint endpoint;

      memcpy (&native, &rows[i], sizeof rows[i]);
      tisock_endpoint_from_sockaddr (&endpoint, &native);
      assert_is_unix (&endpoint, i > 0);

      /* The name is not kept. */
      address = tisock_endpoint_to_address (&endpoint);
      g_assert_true (G_IS_UNIX_SOCKET_ADDRESS (address));
      g_assert_cmpint (g_unix_socket_address_get_address_type (G_UNIX_SOCKET_ADDRESS (address)), ==,
                       G_UNIX_SOCKET_ADDRESS_ANONYMOUS);
    }
}

static void
test_endpoint_sockaddr (void)
{
  struct sockaddr_storage native;
  struct sockaddr_in *ipv4 = (struct sockaddr_in *) &native;
  struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *) &native;
  TisockEndpoint endpoint;

  g_assert_true (tisock_endpoint_parse (&endpoint, "192.0.2.1", 0x1234));
  g_assert_cmpuint (tisock_endpoint_to_sockaddr (&endpoint, &native), ==, sizeof *ipv4);
  g_assert_cmpuint (ipv4->sin_family, ==, AF_INET);
  g_assert_cmpuint (ntohs (ipv4->sin_port), ==, 0x1234);
  g_assert_cmphex (ntohl (ipv4->sin_addr.s_addr), ==, 0xc0000201);

  g_assert_true (tisock_endpoint_parse (&endpoint, "fe80::1%4000000001", 0x1234));
  g_assert_cmpuint (tisock_endpoint_to_sockaddr (&endpoint, &native), ==, sizeof *ipv6);
  g_assert_cmpuint (ipv6->sin6_family, ==, AF_INET6);
  g_assert_cmpuint (ntohs (ipv6->sin6_port), ==, 0x1234);
  g_assert_cmpuint (ipv6->sin6_scope_id, ==, NO_INTERFACE);
  g_assert_cmpuint (ipv6->sin6_flowinfo, ==, 0);
  g_assert_cmpuint (ipv6->sin6_addr.s6_addr[0], ==, 0xfe);
  g_assert_cmpuint (ipv6->sin6_addr.s6_addr[15], ==, 1);
}

static void
test_endpoint_sockaddr_mapped (void)
{
  struct sockaddr_storage native = { .ss_family = AF_INET6 };
  struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *) &native;
  TisockEndpoint endpoint;
  TisockEndpoint expected;

  g_test_summary ("An IPv4 peer of an IPv6 socket is the same as that of an IPv4 socket.");

  ipv6->sin6_port = htons (443);
  ipv6->sin6_scope_id = 7;
  g_assert_cmpint (inet_pton (AF_INET6, "::ffff:192.0.2.1", &ipv6->sin6_addr), ==, 1);
  g_assert_true (tisock_endpoint_parse (&expected, "192.0.2.1", 443));

  tisock_endpoint_from_sockaddr (&endpoint, &native);
  g_assert_cmpmem (&endpoint, sizeof endpoint, &expected, sizeof expected);
}

static void
test_endpoint_round_trip (void)
{
  g_test_summary ("Native addresses and those of GIO keep everything.");

  for (guint i = 0; i < G_N_ELEMENTS (literals); i++)
    {
      g_autoptr(GSocketAddress) address = NULL;
      struct sockaddr_storage native;
      TisockEndpoint endpoint;
      TisockEndpoint copy;

      g_assert_true (tisock_endpoint_parse (&endpoint, literals[i].literal, 65535));
      g_assert_cmpuint (tisock_endpoint_to_sockaddr (&endpoint, &native), >, 0);
      tisock_endpoint_from_sockaddr (&copy, &native);
      g_assert_cmpmem (&copy, sizeof copy, &endpoint, sizeof endpoint);

      address = tisock_endpoint_to_address (&endpoint);
      copy = (TisockEndpoint) { .family = AF_UNSPEC };
      g_assert_true (tisock_endpoint_from_address (&copy, address));
      g_assert_cmpmem (&copy, sizeof copy, &endpoint, sizeof endpoint);
      g_assert_finalize_object (g_steal_pointer (&address));
    }
}

static void
test_endpoint_address_unix (void)
{
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new ("/nowhere");
  TisockEndpoint endpoint = { .family = AF_INET };

  g_assert_false (tisock_endpoint_from_address (&endpoint, address));
  assert_is_none (&endpoint);
}

static int
bind_udp (TisockEndpoint *bound,
          const char     *literal)
{
  struct sockaddr_storage native;
  TisockEndpoint endpoint;
  socklen_t length;
  int fd;

  g_assert_true (tisock_endpoint_parse (&endpoint, literal, 0));
  length = tisock_endpoint_to_sockaddr (&endpoint, &native);
  fd = socket (endpoint.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind (fd, (struct sockaddr *) &native, length) != 0)
    {
      g_test_skip ("the machine does not have this address");
      if (fd >= 0)
        close (fd);
      return -1;
    }

  g_assert_true (tisock_endpoint_get_local (bound, fd));
  g_assert_cmpuint (bound->port, !=, 0);
  assert_text (bound, literal);

  return fd;
}

static void
test_endpoint_get (gconstpointer literal)
{
  struct sockaddr_storage native;
  TisockEndpoint listener_end;
  TisockEndpoint endpoint;
  socklen_t length;
  int listener;
  int fd;

  listener = bind_udp (&listener_end, literal);
  if (listener < 0)
    return;

  g_assert_false (tisock_endpoint_get_remote (&endpoint, listener));
  assert_is_none (&endpoint);

  length = tisock_endpoint_to_sockaddr (&listener_end, &native);
  fd = socket (listener_end.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &native, length), ==, 0);
  g_assert_true (tisock_endpoint_get_remote (&endpoint, fd));
  g_assert_cmpmem (&endpoint, sizeof endpoint, &listener_end, sizeof listener_end);

  close (fd);
  close (listener);
}

static void
test_endpoint_get_none (void)
{
  TisockEndpoint endpoint = { .family = AF_INET };
  int fds[2];

  g_assert_false (tisock_endpoint_get_local (&endpoint, -1));
  assert_is_none (&endpoint);

  g_assert_cmpint (pipe (fds), ==, 0);
  endpoint.family = AF_INET;
  g_assert_false (tisock_endpoint_get_remote (&endpoint, fds[0]));
  assert_is_none (&endpoint);
  close (fds[0]);
  close (fds[1]);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_true (tisock_endpoint_get_local (&endpoint, fds[0]));
  assert_is_unix (&endpoint, FALSE);
  endpoint.family = AF_INET;
  g_assert_true (tisock_endpoint_get_remote (&endpoint, fds[0]));
  assert_is_unix (&endpoint, FALSE);

  close (fds[0]);
  close (fds[1]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/endpoint/parse", test_endpoint_parse);
  g_test_add_func ("/endpoint/parse/names", test_endpoint_parse_names);
  g_test_add_func ("/endpoint/parse/scope", test_endpoint_parse_scope);
  g_test_add_func ("/endpoint/none", test_endpoint_none);
  g_test_add_func ("/endpoint/unix", test_endpoint_unix);
  g_test_add_func ("/endpoint/sockaddr", test_endpoint_sockaddr);
  g_test_add_func ("/endpoint/sockaddr/mapped", test_endpoint_sockaddr_mapped);
  g_test_add_func ("/endpoint/round-trip", test_endpoint_round_trip);
  g_test_add_func ("/endpoint/address/unix", test_endpoint_address_unix);
  g_test_add_data_func ("/endpoint/get/ipv4", "127.0.0.1", test_endpoint_get);
  g_test_add_data_func ("/endpoint/get/ipv6", "::1", test_endpoint_get);
  g_test_add_func ("/endpoint/get/none", test_endpoint_get_none);

  return g_test_run ();
}
