/* proxy-fixture.c: a TCPSocket that goes through proxies, which the test plays itself
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "proxy-fixture.h"

#include "engine/descriptor.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          ProxyFixture    *fixture)
{
  g_free (fixture->message);
  fixture->message = g_strdup (error->message);
}

void
proxy_fixture_set_up (ProxyFixture  *fixture,
                      gconstpointer  user_data)
{
  fixture->real_resolver = g_resolver_get_default ();
  fixture->resolver = mock_resolver_new ();
  g_resolver_set_default (G_RESOLVER (fixture->resolver));
  /* What the process opens once and keeps. */
  g_main_context_default ();
  g_proxy_resolver_get_default ();
  tisock_descriptor_reserve ();
  fixture->n_descriptors = test_count_descriptors ();

  for (guint i = 0; i < G_N_ELEMENTS (fixture->places); i++)
    fixture->places[i] = test_peer_refuse (&fixture->ports[i]);
  socket_fixture_set_up (&fixture->base, NULL);
  g_signal_connect (fixture->base.socket, "error", G_CALLBACK (error_cb), fixture);
  tisock_tcp_socket_set_address (fixture->base.socket, "a.example");
  tisock_socket_core_set_port (fixture->base.core, 80);
}

void
proxy_fixture_tear_down (ProxyFixture  *fixture,
                         gconstpointer  user_data)
{
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  mock_resolver_await_idle (fixture->resolver);
  socket_fixture_tear_down (&fixture->base, NULL);
  g_clear_object (&fixture->proxy_resolver);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->places); i++)
    if (fixture->places[i] >= 0)
      close (fixture->places[i]);

  while (test_count_descriptors () != fixture->n_descriptors)
    g_thread_yield ();

  g_resolver_set_default (fixture->real_resolver);
  g_object_unref (fixture->real_resolver);
  g_object_unref (fixture->resolver);
  g_free (fixture->message);
}

static char *
replace (const char *text,
         const char *word,
         const char *replacement)
{
  g_auto(GStrv) parts = g_strsplit (text, word, -1);

  return g_strjoinv (replacement, parts);
}

static char *
fill_in_places (ProxyFixture *fixture,
                const char   *text)
{
  g_autofree char *first = g_strdup_printf ("127.0.0.1:%d", fixture->ports[0]);
  g_autofree char *second = g_strdup_printf ("127.0.0.1:%d", fixture->ports[1]);
  g_autofree char *half = replace (text, "FIRST", first);

  return replace (half, "SECOND", second);
}

void
proxy_fixture_resolve (ProxyFixture *fixture,
                       const char   *uris)
{
  g_autofree char *filled = uris != NULL ? fill_in_places (fixture, uris) : NULL;

  g_clear_object (&fixture->proxy_resolver);
  fixture->proxy_resolver = mock_proxy_resolver_new (filled);
  tisock_tcp_socket_set_proxy_resolver (fixture->base.socket,
                                        G_PROXY_RESOLVER (fixture->proxy_resolver));
}

void
proxy_fixture_listen (ProxyFixture *fixture,
                      guint         place)
{
  g_assert_no_errno (listen (fixture->places[place], SOMAXCONN));
}

int
proxy_fixture_fill (ProxyFixture *fixture,
                    guint         place)
{
  int filler;

  g_assert_no_errno (listen (fixture->places[place], 0));
  filler = test_peer_open (fixture->ports[place]);
  test_peer_await (fixture->places[place], POLLIN);

  return filler;
}

void
proxy_fixture_open (ProxyFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_socket_core_open (fixture->base.core, &error));
  g_assert_no_error (error);
}

/* Serves the main context until a descriptor of the test's is readable. */
static void
serve_until_readable (int fd)
{
  struct pollfd pollfd = { .fd = fd, .events = POLLIN };

  while (poll (&pollfd, 1, 1) <= 0)
    socket_fixture_settle ();
}

void
proxy_fixture_accept (ProxyFixture *fixture,
                      guint         place)
{
  socket_fixture_close_peer (&fixture->base);
  serve_until_readable (fixture->places[place]);
  fixture->base.peer = accept4 (fixture->places[place], NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (fixture->base.peer, >=, 0);
}

void
proxy_fixture_expect_nobody (ProxyFixture *fixture,
                             guint         place)
{
  struct pollfd pollfd = { .fd = fixture->places[place], .events = POLLIN };

  g_assert_cmpint (poll (&pollfd, 1, 0), ==, 0);
}

static char
receive_byte (ProxyFixture *fixture)
{
  char byte = 0;

  serve_until_readable (fixture->base.peer);
  g_assert_cmpint (recv (fixture->base.peer, &byte, 1, 0), ==, 1);

  return byte;
}

char *
proxy_fixture_receive (ProxyFixture *fixture,
                       const char   *end)
{
  GString *text = g_string_new (NULL);

  while (!g_str_has_suffix (text->str, end))
    g_string_append_c (text, receive_byte (fixture));

  return g_string_free (text, FALSE);
}

void
proxy_fixture_expect_bytes (ProxyFixture *fixture,
                            const void   *bytes,
                            gsize         length)
{
  g_autofree char *got = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    got[i] = receive_byte (fixture);

  g_assert_cmpmem (got, length, bytes, length);
}

void
proxy_fixture_send_bytes (ProxyFixture *fixture,
                          const void   *bytes,
                          gsize         length)
{
  g_assert_cmpint (send (fixture->base.peer, bytes, length, MSG_NOSIGNAL), ==, (gssize) length);
}

void
proxy_fixture_agree (ProxyFixture *fixture)
{
  g_autofree char *request = proxy_fixture_receive (fixture, "\r\n\r\n");

  g_assert_true (g_str_has_prefix (request, "CONNECT "));
  test_peer_send (fixture->base.peer, "HTTP/1.0 200 OK\r\n\r\n");
}

void
proxy_fixture_expect_through (ProxyFixture *fixture)
{
  socket_fixture_expect (&fixture->base, "connected");
  socket_fixture_write (&fixture->base, "ping");
  socket_fixture_expect_sent (&fixture->base, "ping");
  socket_fixture_expect (&fixture->base, "progress:4/0 complete:0");
  test_peer_send (fixture->base.peer, "pong");
  socket_fixture_expect (&fixture->base, "data:4");
  socket_fixture_expect_read (&fixture->base, "pong");
}

void
proxy_fixture_expect_end (ProxyFixture *fixture)
{
  char buffer[4096];
  gssize n;

  do
    {
      serve_until_readable (fixture->base.peer);
      n = recv (fixture->base.peer, buffer, sizeof buffer, 0);
    }
  while (n > 0);

  if (n < 0)
    g_assert_cmpint (errno, ==, ECONNRESET);
}

void
proxy_fixture_expect_message (ProxyFixture *fixture,
                              const char   *message)
{
  g_autofree char *expected = fill_in_places (fixture, message);

  g_assert_cmpstr (fixture->message, ==, expected);
}

void
proxy_fixture_expect_asked (ProxyFixture *fixture,
                            const char   *asked)
{
  g_autofree char *text = mock_proxy_resolver_dup_asked (fixture->proxy_resolver);

  g_assert_cmpstr (text, ==, asked);
}
