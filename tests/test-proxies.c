/* test-proxies.c: proxies that agree, refuse, or say what they should not
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-connectable.h"
#include "mock-proxy.h"
#include "proxy-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/socket.h>

#define EXPECT_BYTES(fixture, ...) \
  G_STMT_START \
    { \
      const guint8 bytes[] = { __VA_ARGS__ }; \
      proxy_fixture_expect_bytes (fixture, bytes, sizeof bytes); \
    } \
  G_STMT_END

#define SEND_BYTES(fixture, ...) \
  G_STMT_START \
    { \
      const guint8 bytes[] = { __VA_ARGS__ }; \
      proxy_fixture_send_bytes (fixture, bytes, sizeof bytes); \
    } \
  G_STMT_END

/* Opens the socket with the first place as its only proxy, which has been connected to. */
static void
open_with_first (ProxyFixture *fixture,
                 const char   *uri)
{
  proxy_fixture_listen (fixture, 0);
  proxy_fixture_resolve (fixture, uri);
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 0);
}

static void
expect_failure (ProxyFixture *fixture,
                const char   *log,
                int           error_number,
                const char   *message)
{
  socket_fixture_expect (&fixture->base, log);
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, error_number);
  proxy_fixture_expect_message (fixture, message);
}

/* The property */

static void
notify_cb (TisockTCPSocket *socket,
           GParamSpec      *pspec,
           guint           *n)
{
  (*n)++;
}

static void
test_proxies_property (ProxyFixture  *fixture,
                       gconstpointer  user_data)
{
  g_autoptr(GProxyResolver) resolver = g_simple_proxy_resolver_new (NULL, NULL);
  g_autoptr(GProxyResolver) got = NULL;
  guint n = 0;

  g_test_summary ("It can be set at any time, for the next opening.");

  g_assert_null (tisock_tcp_socket_get_proxy_resolver (fixture->base.socket));
  g_signal_connect (fixture->base.socket, "notify::proxy-resolver", G_CALLBACK (notify_cb), &n);
  tisock_tcp_socket_set_proxy_resolver (fixture->base.socket, NULL);
  g_assert_cmpuint (n, ==, 0);

  socket_fixture_connect (&fixture->base);
  g_object_set (fixture->base.socket, "proxy-resolver", resolver, NULL);
  g_object_get (fixture->base.socket, "proxy-resolver", &got, NULL);
  g_assert_true (got == resolver);
  tisock_tcp_socket_set_proxy_resolver (fixture->base.socket, resolver);
  g_assert_cmpuint (n, ==, 1);

  tisock_tcp_socket_set_proxy_resolver (fixture->base.socket, NULL);
  g_assert_null (tisock_tcp_socket_get_proxy_resolver (fixture->base.socket));
  g_assert_cmpuint (n, ==, 2);
  socket_fixture_expect_now (&fixture->base, "");
}

/* HTTP */

static void
test_proxies_http (ProxyFixture  *fixture,
                   gconstpointer  user_data)
{
  g_autofree char *request = NULL;
  g_autofree char *address = NULL;

  g_test_summary ("The name is told to the proxy and not resolved; what the server says first, "
                  "right behind the proxy's answer, is not lost.");

  open_with_first (fixture, "http://FIRST");
  proxy_fixture_expect_asked (fixture, "none://a.example:80 ");
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (request, "CONNECT a.example:80 HTTP/1.0\r\n"));
  g_assert_null (strstr (request, "Authorization"));
  test_peer_send (fixture->base.peer, "HTTP/1.0 200 OK\r\nServer: test\r\n\r\nearly");
  socket_fixture_expect (&fixture->base, "connected data:5");
  socket_fixture_expect_read (&fixture->base, "early");

  socket_fixture_write (&fixture->base, "ping");
  socket_fixture_expect_sent (&fixture->base, "ping");
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
  address = tisock_tcp_socket_get_remote_address (fixture->base.socket);
  g_assert_cmpstr (address, ==, "127.0.0.1");
  g_assert_cmpint (tisock_tcp_socket_get_remote_port (fixture->base.socket), ==,
                   fixture->ports[0]);
}

static void
test_proxies_http_bytes (ProxyFixture  *fixture,
                         gconstpointer  user_data)
{
  const char *answer = "HTTP/1.1 200 Fine\r\nA: b\r\n\r\nearly";
  g_autofree char *request = NULL;

  g_test_summary ("The answer comes byte by byte.");

  open_with_first (fixture, "http://FIRST");
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  for (const char *c = answer; *c != '\0'; c++)
    {
      proxy_fixture_send_bytes (fixture, c, 1);
      socket_fixture_settle ();
    }

  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->base.socket) == 5);
  socket_fixture_expect_read (&fixture->base, "early");
  g_assert_true (g_str_has_prefix (fixture->base.log->str, "connected data:"));
}

static void
test_proxies_http_host (ProxyFixture  *fixture,
                        gconstpointer  user_data)
{
  const char *const *words = user_data;
  g_autofree char *expected = g_strdup_printf ("CONNECT %s HTTP/1.0\r\nHost: %s\r\n", words[2],
                                               words[2]);
  g_autofree char *request = NULL;

  g_test_summary ("Addresses and international names are told as HTTP wants them.");

  tisock_tcp_socket_set_address (fixture->base.socket, words[0]);
  open_with_first (fixture, "http://FIRST");
  proxy_fixture_expect_asked (fixture, words[1]);
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (request, expected));
}

static void
test_proxies_http_password (ProxyFixture  *fixture,
                            gconstpointer  user_data)
{
  g_autofree char *request = NULL;

  g_test_summary ("User and password come from the URI, and are not said in messages.");

  open_with_first (fixture, "http://ann:p%40ss%20word@FIRST");
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  g_assert_nonnull (strstr (request, "Proxy-Authorization: Basic YW5uOnBAc3Mgd29yZA==\r\n"));
  test_peer_send (fixture->base.peer, "HTTP/1.0 407 No\r\n\r\n");
  expect_failure (fixture, "error:proxy-auth-failed/error closed/error", EACCES,
                  "Could not connect to a.example:80: http proxy FIRST: "
                  "HTTP proxy authentication failed");
}

static void
test_proxies_http_status (ProxyFixture  *fixture,
                          gconstpointer  user_data)
{
  const char *const *words = user_data;
  g_autofree char *request = NULL;
  g_autofree char *answer = g_strdup_printf ("HTTP/1.0 %s\r\n\r\n", words[0]);
  g_autofree char *log = g_strdup_printf ("error:%s/error closed/error", words[1]);
  g_autofree char *message = g_strdup_printf ("Could not connect to a.example:80: http proxy "
                                              "FIRST: %s", words[3]);

  open_with_first (fixture, "http://FIRST");
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  test_peer_send (fixture->base.peer, answer);
  expect_failure (fixture, log, atoi (words[2]), message);
  proxy_fixture_expect_end (fixture);
}

static void
test_proxies_http_cut (ProxyFixture  *fixture,
                       gconstpointer  user_data)
{
  g_autofree char *request = NULL;

  g_test_summary ("The proxy closes in the middle of its answer.");

  open_with_first (fixture, "http://FIRST");
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  test_peer_send (fixture->base.peer, "HTTP/1");
  socket_fixture_close_peer (&fixture->base);
  expect_failure (fixture, "error:proxy-failed/error closed/error", EPROTO,
                  "Could not connect to a.example:80: http proxy FIRST: Bad HTTP proxy reply");
}

static void
test_proxies_http_reset (ProxyFixture  *fixture,
                         gconstpointer  user_data)
{
  open_with_first (fixture, "http://FIRST");
  g_free (proxy_fixture_receive (fixture, "\r\n\r\n"));
  test_peer_reset (fixture->base.peer);
  fixture->base.peer = -1;
  socket_fixture_expect (&fixture->base, "error:broken-pipe/error closed/error");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, ECONNRESET);
}

static void
test_proxies_http_long (ProxyFixture  *fixture,
                        gconstpointer  user_data)
{
  const gsize length = 256 * 1024;
  g_autofree char *junk = g_strnfill (length, 'x');
  g_autofree char *request = NULL;

  g_test_summary ("An answer without an end is given up.");

  open_with_first (fixture, "http://FIRST");
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  for (gsize sent = 0; fixture->base.log->len == 0 && sent < length;)
    {
      gssize n = send (fixture->base.peer, junk + sent, length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

      sent += n > 0 ? (gsize) n : 0;
      socket_fixture_settle ();
    }

  expect_failure (fixture, "error:proxy-failed/error closed/error", EPROTO,
                  "Could not connect to a.example:80: http proxy FIRST: "
                  "HTTP proxy response too big");
}

/* SOCKS */

static void
test_proxies_socks5 (ProxyFixture  *fixture,
                     gconstpointer  user_data)
{
  open_with_first (fixture, "socks5://FIRST");
  EXPECT_BYTES (fixture, 5, 1, 0);
  SEND_BYTES (fixture, 5, 0);
  EXPECT_BYTES (fixture, 5, 1, 0, 3, 9, 'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 80);
  SEND_BYTES (fixture, 5, 0, 0, 3, 1, 'x', 0, 0, 'e', 'a', 'r', 'l', 'y');
  socket_fixture_expect (&fixture->base, "connected data:5");
  socket_fixture_expect_read (&fixture->base, "early");
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
}

static void
test_proxies_socks5_bytes (ProxyFixture  *fixture,
                           gconstpointer  user_data)
{
  const guint8 answer[] = { 5, 0, 0, 1, 127, 0, 0, 1, 0, 80, 'h', 'i' };

  open_with_first (fixture, "socks5://FIRST");
  EXPECT_BYTES (fixture, 5, 1, 0);
  SEND_BYTES (fixture, 5);
  socket_fixture_settle ();
  SEND_BYTES (fixture, 0);
  EXPECT_BYTES (fixture, 5, 1, 0, 3, 9, 'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 80);
  for (gsize i = 0; i < sizeof answer; i++)
    {
      proxy_fixture_send_bytes (fixture, answer + i, 1);
      socket_fixture_settle ();
    }

  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->base.socket) == 2);
  socket_fixture_expect_read (&fixture->base, "hi");
}

static void
test_proxies_socks5_password (ProxyFixture  *fixture,
                              gconstpointer  user_data)
{
  gboolean accepted = user_data == NULL;

  open_with_first (fixture, "socks5://ann:secret@FIRST");
  EXPECT_BYTES (fixture, 5, 2, 0, 2);
  SEND_BYTES (fixture, 5, 2);
  EXPECT_BYTES (fixture, 1, 3, 'a', 'n', 'n', 6, 's', 'e', 'c', 'r', 'e', 't');
  SEND_BYTES (fixture, 1, accepted ? 0 : 1);
  if (!accepted)
    {
      expect_failure (fixture, "error:proxy-auth-failed/error closed/error", EACCES,
                      "Could not connect to a.example:80: socks5 proxy FIRST: SOCKSv5 "
                      "authentication failed due to wrong username or password.");
      return;
    }

  EXPECT_BYTES (fixture, 5, 1, 0, 3, 9, 'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 80);
  SEND_BYTES (fixture, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  proxy_fixture_expect_through (fixture);
}

static void
test_proxies_socks5_no_password (ProxyFixture  *fixture,
                                 gconstpointer  user_data)
{
  open_with_first (fixture, "socks5://FIRST");
  EXPECT_BYTES (fixture, 5, 1, 0);
  SEND_BYTES (fixture, 5, 0xff);
  expect_failure (fixture, "error:proxy-need-auth/error closed/error", EACCES,
                  "Could not connect to a.example:80: socks5 proxy FIRST: "
                  "The SOCKSv5 proxy requires authentication.");
}

static void
test_proxies_socks5_refused (ProxyFixture  *fixture,
                             gconstpointer  user_data)
{
  g_test_summary ("What the proxy says about the destination.");

  open_with_first (fixture, "socks5://FIRST");
  EXPECT_BYTES (fixture, 5, 1, 0);
  SEND_BYTES (fixture, 5, 0);
  EXPECT_BYTES (fixture, 5, 1, 0, 3, 9, 'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 80);
  SEND_BYTES (fixture, 5, 5, 0, 1, 0, 0, 0, 0, 0, 0);
  expect_failure (fixture, "error:connection-refused/error closed/error", ECONNREFUSED,
                  "Could not connect to a.example:80: socks5 proxy FIRST: "
                  "Connection refused through SOCKSv5 proxy.");
}

static void
test_proxies_socks5_address (ProxyFixture  *fixture,
                             gconstpointer  user_data)
{
  g_test_summary ("An IPv6 address is told as one, and without an interface.");

  tisock_tcp_socket_set_address (fixture->base.socket, "::1");
  open_with_first (fixture, "socks5://FIRST");
  proxy_fixture_expect_asked (fixture, "none://[::1]:80 ");
  EXPECT_BYTES (fixture, 5, 1, 0);
  SEND_BYTES (fixture, 5, 0);
  EXPECT_BYTES (fixture, 5, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80);
}

static void
test_proxies_socks5_cut (ProxyFixture  *fixture,
                         gconstpointer  user_data)
{
  open_with_first (fixture, "socks5://FIRST");
  EXPECT_BYTES (fixture, 5, 1, 0);
  SEND_BYTES (fixture, 4);
  socket_fixture_close_peer (&fixture->base);
  expect_failure (fixture, "error:proxy-failed/error closed/error", EPROTO,
                  "Could not connect to a.example:80: socks5 proxy FIRST: "
                  "The server is not a SOCKSv5 proxy server.");
}

static void
test_proxies_socks4a (ProxyFixture  *fixture,
                      gconstpointer  user_data)
{
  open_with_first (fixture, "socks4a://ann@FIRST");
  EXPECT_BYTES (fixture, 4, 1, 0, 80, 0, 0, 0, 1, 'a', 'n', 'n', 0,
                'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0);
  SEND_BYTES (fixture, 0, 90, 0, 0, 0, 0, 0, 0);
  proxy_fixture_expect_through (fixture);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
}

static void
test_proxies_socks4 (ProxyFixture  *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("This protocol knows no names: they are resolved here, and each of the IPv4 "
                  "addresses is a try.");

  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV6, "2001:db8::1");
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "192.0.2.1 192.0.2.2");
  open_with_first (fixture, "socks4://FIRST");
  EXPECT_BYTES (fixture, 4, 1, 0, 80, 192, 0, 2, 1, 0);
  SEND_BYTES (fixture, 0, 91, 0, 0, 0, 0, 0, 0);
  proxy_fixture_accept (fixture, 0);
  EXPECT_BYTES (fixture, 4, 1, 0, 80, 192, 0, 2, 2, 0);
  SEND_BYTES (fixture, 0, 90, 0, 0, 0, 0, 0, 0);
  proxy_fixture_expect_through (fixture);
}

static void
test_proxies_socks4_unknown (ProxyFixture  *fixture,
                             gconstpointer  user_data)
{
  proxy_fixture_resolve (fixture, "socks4://FIRST");
  proxy_fixture_open (fixture);
  expect_failure (fixture, "error:103/error closed/error", 103,
                  "Could not connect to a.example:80: socks4 proxy FIRST: "
                  "“a.example” is unknown");
}

static void
test_proxies_socks (ProxyFixture  *fixture,
                    gconstpointer  user_data)
{
  g_autofree char *uri = g_strdup_printf ("socks://127.0.0.1:%d", fixture->ports[0]);
  g_autoptr(GProxyResolver) resolver = g_simple_proxy_resolver_new (uri, NULL);

  g_test_summary ("GSimpleProxyResolver's word for all versions: the newest comes first, and no "
                  "name is resolved for the oldest before it is needed.");

  proxy_fixture_listen (fixture, 0);
  tisock_tcp_socket_set_proxy_resolver (fixture->base.socket, resolver);
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 0);
  EXPECT_BYTES (fixture, 5, 1, 0);
  SEND_BYTES (fixture, 0, 91, 0, 0, 0, 0, 0, 0);
  proxy_fixture_accept (fixture, 0);
  EXPECT_BYTES (fixture, 4, 1, 0, 80, 0, 0, 0, 1, 0,
                'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
  SEND_BYTES (fixture, 0, 90, 0, 0, 0, 0, 0, 0);
  proxy_fixture_expect_through (fixture);
}

/* What the resolver may say */

static void
test_proxies_direct (ProxyFixture  *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("Without a proxy both families are asked for, as ever, and race.");

  proxy_fixture_listen (fixture, 0);
  tisock_socket_core_set_port (fixture->base.core, fixture->ports[0]);
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "127.0.0.1");
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  proxy_fixture_resolve (fixture, "direct://");
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 0);
  proxy_fixture_expect_through (fixture);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 2);
}

static void
test_proxies_ignored (ProxyFixture  *fixture,
                      gconstpointer  user_data)
{
  char *ignored[] = { (char *) "127.0.0.0/8", NULL };
  g_autoptr(GProxyResolver) resolver = g_simple_proxy_resolver_new ("http://192.0.2.1:1", ignored);

  g_test_summary ("Hosts that a GSimpleProxyResolver ignores are connected to directly.");

  tisock_tcp_socket_set_proxy_resolver (fixture->base.socket, resolver);
  tisock_tcp_socket_set_address (fixture->base.socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core, fixture->ports[0]);
  proxy_fixture_listen (fixture, 0);
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 0);
  proxy_fixture_expect_through (fixture);
}

static void
test_proxies_scheme (ProxyFixture  *fixture,
                     gconstpointer  user_data)
{
  g_autoptr(GSocketConnectable) connectable =
    g_network_address_parse_uri ("redis://b.example/", 6379, NULL);

  g_test_summary ("The resolver is told the kind of connection, if it is known.");

  tisock_tcp_socket_set_connectable (fixture->base.socket, connectable);
  open_with_first (fixture, "http://FIRST");
  proxy_fixture_expect_asked (fixture, "redis://b.example:6379 ");
  proxy_fixture_agree (fixture);
  proxy_fixture_expect_through (fixture);
}

static void
test_proxies_service (ProxyFixture  *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GSocketConnectable) connectable = g_network_service_new ("tisock", "tcp", "a.example");
  g_autofree char *request = NULL;

  g_test_summary ("Of a service, the proxies for each of its machines are asked for.");

  mock_resolver_set_service (fixture->resolver, "b.example:1 c.example:2");
  tisock_tcp_socket_set_connectable (fixture->base.socket, connectable);
  open_with_first (fixture, "http://FIRST");
  proxy_fixture_expect_asked (fixture, "tisock://b.example:1 ");
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (request, "CONNECT b.example:1 HTTP"));
  test_peer_send (fixture->base.peer, "HTTP/1.0 502 No\r\n\r\n");

  proxy_fixture_accept (fixture, 0);
  proxy_fixture_expect_asked (fixture, "tisock://b.example:1 tisock://c.example:2 ");
  proxy_fixture_agree (fixture);
  proxy_fixture_expect_through (fixture);
}

static void
test_proxies_path (ProxyFixture  *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GSocketAddress) path = g_unix_socket_address_new ("/nonexistent/socket");

  g_test_summary ("For a path nobody is asked.");

  proxy_fixture_resolve (fixture, "http://FIRST");
  tisock_tcp_socket_set_connectable (fixture->base.socket, G_SOCKET_CONNECTABLE (path));
  g_assert_false (tisock_socket_core_open (fixture->base.core, NULL));
  socket_fixture_expect_now (&fixture->base, "error:not-found/error closed/error");
  proxy_fixture_expect_asked (fixture, "");
}

static GSocketAddress *
new_proxy_address (ProxyFixture *fixture,
                   guint         place,
                   const char   *protocol)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  return g_proxy_address_new (address, (guint16) fixture->ports[place], protocol, "b.example", 9,
                              NULL, NULL);
}

static void
test_proxies_address (ProxyFixture  *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GSocketAddress) address = new_proxy_address (fixture, 0, "http");
  g_autofree char *request = NULL;

  g_test_summary ("A GProxyAddress is a proxy that nobody has to be asked for.");

  tisock_tcp_socket_set_connectable (fixture->base.socket, G_SOCKET_CONNECTABLE (address));
  open_with_first (fixture, "http://SECOND");
  proxy_fixture_expect_asked (fixture, "");
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (request, "CONNECT b.example:9 HTTP"));
  test_peer_send (fixture->base.peer, "HTTP/1.0 200 OK\r\n\r\n");
  proxy_fixture_expect_through (fixture);
}

static void
test_proxies_address_refused (ProxyFixture  *fixture,
                              gconstpointer  user_data)
{
  g_autoptr(GSocketAddress) address = new_proxy_address (fixture, 0, "socks5");

  tisock_tcp_socket_set_connectable (fixture->base.socket, G_SOCKET_CONNECTABLE (address));
  proxy_fixture_open (fixture);
  expect_failure (fixture, "error:connection-refused/error closed/error", ECONNREFUSED,
                  "Could not connect to b.example:9: socks5 proxy FIRST: Connection refused");
}

static void
test_proxies_own (ProxyFixture  *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new ();
  g_autoptr(GSocketAddress) first = new_proxy_address (fixture, 0, "http");
  g_autoptr(GSocketAddress) second = new_proxy_address (fixture, 1, "socks5");

  g_test_summary ("An object of the program's may enumerate proxies: one after the other.");

  mock_connectable_add (connectable, first);
  mock_connectable_add (connectable, second);
  proxy_fixture_listen (fixture, 1);
  tisock_tcp_socket_set_connectable (fixture->base.socket, G_SOCKET_CONNECTABLE (connectable));
  open_with_first (fixture, "http://192.0.2.1:1");
  g_free (proxy_fixture_receive (fixture, "\r\n\r\n"));
  proxy_fixture_expect_nobody (fixture, 1);
  socket_fixture_close_peer (&fixture->base);
  proxy_fixture_accept (fixture, 1);
  EXPECT_BYTES (fixture, 5, 1, 0);
  proxy_fixture_expect_asked (fixture, "");
}

static void
test_proxies_own_enumerator (ProxyFixture  *fixture,
                             gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new_for_name ("b.example", 9);
  g_autofree char *request = NULL;

  g_test_summary ("GIO's own enumerator of proxies uses the resolver that is set.");

  open_with_first (fixture, "http://FIRST");
  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");
  tisock_tcp_socket_set_connectable (fixture->base.socket, G_SOCKET_CONNECTABLE (connectable));
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 0);
  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (request, "CONNECT b.example:9 HTTP"));
  proxy_fixture_expect_asked (fixture, "none://a.example:80 none://b.example:9 ");
}

static void
test_proxies_bad_answer (ProxyFixture  *fixture,
                         gconstpointer  user_data)
{
  const char *const *words = user_data;
  g_autofree char *log = g_strdup_printf ("error:%s/error closed/error", words[1]);
  g_autofree char *message = g_strdup_printf ("Could not connect to a.example:80: %s", words[3]);

  g_test_summary ("No answer of the resolver's makes the socket connect without a proxy.");

  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "127.0.0.1");
  proxy_fixture_listen (fixture, 0);
  tisock_socket_core_set_port (fixture->base.core, 80);
  proxy_fixture_resolve (fixture, words[0]);
  proxy_fixture_open (fixture);
  expect_failure (fixture, log, atoi (words[2]), message);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
  proxy_fixture_expect_nobody (fixture, 0);
}

static void
test_proxies_bad_host (ProxyFixture  *fixture,
                       gconstpointer  user_data)
{
  const char *host = user_data;

  g_test_summary ("A name that would add lines to the request does not get there.");

  proxy_fixture_listen (fixture, 0);
  tisock_tcp_socket_set_address (fixture->base.socket, host);
  proxy_fixture_resolve (fixture, "http://FIRST");
  proxy_fixture_open (fixture);
  socket_fixture_expect (&fixture->base, "error:103/error closed/error");
  g_assert_nonnull (strstr (fixture->message, "cannot be the name of a host"));
  proxy_fixture_expect_nobody (fixture, 0);
}

/* Several proxies */

static void
test_proxies_next (ProxyFixture  *fixture,
                   gconstpointer  user_data)
{
  g_test_summary ("The first refuses the connection, the second to connect on, the third agrees.");

  proxy_fixture_listen (fixture, 1);
  proxy_fixture_resolve (fixture, "http://FIRST http://SECOND http://SECOND");
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 1);
  g_free (proxy_fixture_receive (fixture, "\r\n\r\n"));
  test_peer_send (fixture->base.peer, "HTTP/1.0 502 No\r\n\r\n");
  proxy_fixture_accept (fixture, 1);
  proxy_fixture_agree (fixture);
  proxy_fixture_expect_through (fixture);
}

static void
test_proxies_all_fail (ProxyFixture  *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("The error names every way that was tried, and why it failed.");

  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, NULL);
  proxy_fixture_resolve (fixture,
                         "http://FIRST ftp://SECOND socks5://p.example nonsense direct://");
  proxy_fixture_open (fixture);
  expect_failure (fixture, "error:103/error closed/error", 103,
                  "Could not connect to a.example:80: http proxy FIRST: Connection refused; "
                  "ftp proxy SECOND: the proxy protocol “ftp” is not supported; "
                  "socks5 proxy p.example:1080: “p.example” is unknown; "
                  "a proxy: the proxy resolver has not given a URI with a host and a port; "
                  "“a.example” is unknown");
}

static void
test_proxies_then_direct (ProxyFixture  *fixture,
                          gconstpointer  user_data)
{
  g_test_summary ("The destination is not resolved while there may still be a proxy.");

  proxy_fixture_listen (fixture, 1);
  tisock_socket_core_set_port (fixture->base.core, fixture->ports[1]);
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "127.0.0.1");
  open_with_first (fixture, "http://FIRST direct://");
  g_free (proxy_fixture_receive (fixture, "\r\n\r\n"));
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
  socket_fixture_close_peer (&fixture->base);
  proxy_fixture_accept (fixture, 1);
  proxy_fixture_expect_through (fixture);
}

static void
test_proxies_name (ProxyFixture  *fixture,
                   gconstpointer  user_data)
{
  g_autofree char *uri = g_strdup_printf ("http://proxy.example:%d", fixture->ports[0]);

  g_test_summary ("The proxy's name is resolved, and its addresses are tried.");

  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "127.0.0.9 127.0.0.1");
  open_with_first (fixture, uri);
  proxy_fixture_agree (fixture);
  proxy_fixture_expect_through (fixture);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 2);
}

/* Proxies that GIO does not have */

static GIOStream *
wrap (GIOStream  *stream,
      GError    **error)
{
  return g_simple_io_stream_new (g_io_stream_get_input_stream (stream),
                                 g_io_stream_get_output_stream (stream));
}

static void
test_proxies_wrapping (ProxyFixture  *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("Streams that are more than the descriptor cannot be used.");

  mock_proxy_register ("wrapping", wrap);
  open_with_first (fixture, "wrapping://FIRST");
  expect_failure (fixture, "error:not-supported/error closed/error", EOPNOTSUPP,
                  "Could not connect to a.example:80: wrapping proxy FIRST: "
                  "Proxies that wrap the connection are not supported");
}

/* Address, what the resolver is asked for, what the proxy is told. */
static const char *const host_ipv4[] = { "192.0.2.1", "none://192.0.2.1:80 ", "192.0.2.1:80" };
static const char *const host_ipv6[] = { "2001:db8::1", "none://[2001:db8::1]:80 ",
                                         "[2001:db8::1]:80" };
static const char *const host_unicode[] = { "bücher.example", "none://bücher.example:80 ",
                                            "xn--bcher-kva.example:80" };

/* Status, nick of the code, errno, message. */
static const char *const status_403[] = { "403 No", "proxy-not-allowed", G_STRINGIFY (EACCES),
                                          "HTTP proxy connection not allowed" };
static const char *const status_407[] = { "407 No", "proxy-need-auth", G_STRINGIFY (EACCES),
                                          "HTTP proxy authentication required" };
static const char *const status_502[] = { "502 No", "proxy-failed", G_STRINGIFY (EPROTO),
                                          "HTTP proxy connection failed: 502" };

/* URIs, nick or number of the code, errno or the number, message. */
static const char *const answer_error[] = { NULL, "permission-denied", G_STRINGIFY (EACCES),
                                            "Do not ask" };
static const char *const answer_empty[] = { "", "failed", G_STRINGIFY (EIO),
                                            "the proxy resolver has no answer" };
static const char *const answer_port[] = { "socks5://user:secret@", "invalid-argument",
                                           G_STRINGIFY (EINVAL),
                                           ("socks5 proxy: the proxy resolver has not given a URI "
                                            "with a host and a port") };
static const char *const answer_unknown[] = { "carrier-pigeon://127.0.0.1:1", "not-supported",
                                              G_STRINGIFY (EOPNOTSUPP),
                                              ("carrier-pigeon proxy 127.0.0.1:1: the proxy "
                                               "protocol “carrier-pigeon” is not supported") };
static const char *const answer_https[] = { "https://127.0.0.1", "not-supported",
                                            G_STRINGIFY (EOPNOTSUPP),
                                            ("https proxy 127.0.0.1:443: TLS with a proxy is not "
                                             "supported") };

static void
add_http_tests (void)
{
#define ADD PROXY_FIXTURE_ADD
  ADD ("/proxies/http", NULL, test_proxies_http);
  ADD ("/proxies/http/byte-by-byte", NULL, test_proxies_http_bytes);
  ADD ("/proxies/http/host/ipv4", host_ipv4, test_proxies_http_host);
  ADD ("/proxies/http/host/ipv6", host_ipv6, test_proxies_http_host);
  ADD ("/proxies/http/host/unicode", host_unicode, test_proxies_http_host);
  ADD ("/proxies/http/password", NULL, test_proxies_http_password);
  ADD ("/proxies/http/403", status_403, test_proxies_http_status);
  ADD ("/proxies/http/407", status_407, test_proxies_http_status);
  ADD ("/proxies/http/502", status_502, test_proxies_http_status);
  ADD ("/proxies/http/cut", NULL, test_proxies_http_cut);
  ADD ("/proxies/http/reset", NULL, test_proxies_http_reset);
  ADD ("/proxies/http/long", NULL, test_proxies_http_long);
}

static void
add_socks_tests (void)
{
  ADD ("/proxies/socks5", NULL, test_proxies_socks5);
  ADD ("/proxies/socks5/byte-by-byte", NULL, test_proxies_socks5_bytes);
  ADD ("/proxies/socks5/password", NULL, test_proxies_socks5_password);
  ADD ("/proxies/socks5/wrong-password", "wrong", test_proxies_socks5_password);
  ADD ("/proxies/socks5/no-password", NULL, test_proxies_socks5_no_password);
  ADD ("/proxies/socks5/refused", NULL, test_proxies_socks5_refused);
  ADD ("/proxies/socks5/address", NULL, test_proxies_socks5_address);
  ADD ("/proxies/socks5/cut", NULL, test_proxies_socks5_cut);
  ADD ("/proxies/socks4a", NULL, test_proxies_socks4a);
  ADD ("/proxies/socks4", NULL, test_proxies_socks4);
  ADD ("/proxies/socks4/unknown", NULL, test_proxies_socks4_unknown);
  ADD ("/proxies/socks", NULL, test_proxies_socks);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/proxies/property", NULL, test_proxies_property);
  add_http_tests ();
  add_socks_tests ();
  ADD ("/proxies/resolver/direct", NULL, test_proxies_direct);
  ADD ("/proxies/resolver/ignored", NULL, test_proxies_ignored);
  ADD ("/proxies/resolver/scheme", NULL, test_proxies_scheme);
  ADD ("/proxies/resolver/service", NULL, test_proxies_service);
  ADD ("/proxies/resolver/path", NULL, test_proxies_path);
  ADD ("/proxies/resolver/error", answer_error, test_proxies_bad_answer);
  ADD ("/proxies/resolver/empty", answer_empty, test_proxies_bad_answer);
  ADD ("/proxies/resolver/no-host", answer_port, test_proxies_bad_answer);
  ADD ("/proxies/resolver/unknown", answer_unknown, test_proxies_bad_answer);
  ADD ("/proxies/resolver/https", answer_https, test_proxies_bad_answer);
  ADD ("/proxies/bad-host/lines", "a.example\r\nX: y", test_proxies_bad_host);
  ADD ("/proxies/bad-host/blank", "a example", test_proxies_bad_host);
  ADD ("/proxies/address", NULL, test_proxies_address);
  ADD ("/proxies/address/refused", NULL, test_proxies_address_refused);
  ADD ("/proxies/own", NULL, test_proxies_own);
  ADD ("/proxies/own/enumerator", NULL, test_proxies_own_enumerator);
  ADD ("/proxies/several/next", NULL, test_proxies_next);
  ADD ("/proxies/several/all-fail", NULL, test_proxies_all_fail);
  ADD ("/proxies/several/then-direct", NULL, test_proxies_then_direct);
  ADD ("/proxies/several/name", NULL, test_proxies_name);
  ADD ("/proxies/wrapping", NULL, test_proxies_wrapping);
#undef ADD

  return g_test_run ();
}
