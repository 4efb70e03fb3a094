/* test-proxies-ends.c: proxies that say nothing, and sockets that do not wait for them
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-proxy.h"
#include "proxy-fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than there are threads for proxies. */
#define MANY 200
#define MOST_THREADS 64

static int n_calls, most_calls;

/* It agrees by one byte, and does not look at its cancellable. */
static GIOStream *
agree_by_byte (GIOStream  *stream,
               GError    **error)
{
  int n = g_atomic_int_add (&n_calls, 1) + 1;
  char byte;

  if (n > g_atomic_int_get (&most_calls))
    g_atomic_int_set (&most_calls, n);
  n = (int) g_input_stream_read (g_io_stream_get_input_stream (stream), &byte, 1, NULL, NULL);
  g_atomic_int_add (&n_calls, -1);
  if (n == 1)
    return g_object_ref (stream);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED, "No byte");

  return NULL;
}

static void
await_call (void)
{
  while (g_atomic_int_get (&n_calls) == 0)
    socket_fixture_settle ();
}

/* Stages of a connection, at each of which it may end. */
typedef enum
{
  ASKING,
  RESOLVING,
  CONNECTING,
  SHAKING,
} Stage;

/* Brings the socket to a stage; the filler is to be closed at the end. */
static int
reach (ProxyFixture *fixture,
       Stage         stage)
{
  int filler = -1;

  proxy_fixture_resolve (fixture, stage == RESOLVING ? "http://p.example:1" : "http://FIRST");
  if (stage == ASKING)
    mock_proxy_resolver_hold (fixture->proxy_resolver);
  if (stage == RESOLVING)
    {
      mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
      mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
    }
  if (stage == CONNECTING)
    filler = proxy_fixture_fill (fixture, 0);
  if (stage == SHAKING)
    proxy_fixture_listen (fixture, 0);

  proxy_fixture_open (fixture);
  mock_proxy_resolver_await_calls (fixture->proxy_resolver, 1);
  if (stage == RESOLVING)
    while (mock_resolver_get_n_calls (fixture->resolver) == 0)
      socket_fixture_settle ();
  if (stage == SHAKING)
    {
      proxy_fixture_accept (fixture, 0);
      g_free (proxy_fixture_receive (fixture, "\r\n\r\n"));
    }

  return filler;
}

static void
leave (ProxyFixture *fixture,
       int           filler)
{
  mock_proxy_resolver_release (fixture->proxy_resolver);
  if (filler >= 0)
    close (filler);
}

static void
test_proxies_close (ProxyFixture  *fixture,
                    gconstpointer  user_data)
{
  Stage stage = GPOINTER_TO_INT (user_data);
  int filler = reach (fixture, stage);

  g_test_summary ("close() does not wait for the proxy, which sees the end, and the next life "
                  "begins from the start.");

  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");
  if (stage == SHAKING)
    proxy_fixture_expect_end (fixture);
  leave (fixture, filler);
  socket_fixture_settle ();
  socket_fixture_expect_now (&fixture->base, "");

  proxy_fixture_resolve (fixture, "http://SECOND");
  proxy_fixture_listen (fixture, 1);
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 1);
  proxy_fixture_agree (fixture);
  proxy_fixture_expect_through (fixture);
}

static void
test_proxies_timeout (ProxyFixture  *fixture,
                      gconstpointer  user_data)
{
  const char *reasons[] = {
    [ASKING] = "the proxy resolver has not answered",
    [RESOLVING] = "http proxy p.example:1: the name is not resolved",
    [CONNECTING] = "http proxy FIRST: no answer",
    [SHAKING] = "http proxy FIRST: no answer",
  };
  Stage stage = GPOINTER_TO_INT (user_data);
  g_autofree char *message = g_strdup_printf ("Could not connect to a.example:80: %s; "
                                              "the timeout of 60 ms is over", reasons[stage]);
  int filler = reach (fixture, stage);

  g_test_summary ("The timeout counts for all of it.");

  tisock_tcp_socket_set_timeout (fixture->base.socket, 60);
  socket_fixture_expect (&fixture->base, "error:timed-out/error closed/error");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, ETIMEDOUT);
  proxy_fixture_expect_message (fixture, message);
  if (stage == SHAKING)
    proxy_fixture_expect_end (fixture);
  leave (fixture, filler);
}

static void
test_proxies_timeout_wait (ProxyFixture  *fixture,
                           gconstpointer  user_data)
{
  g_test_summary ("The same without a main loop.");

  reach (fixture, SHAKING);
  tisock_tcp_socket_set_timeout (fixture->base.socket, 30);
  while (tisock_socket_core_get_state (fixture->base.core) == TISOCK_SOCKET_STATE_CONNECTING)
    tisock_socket_core_wait (fixture->base.core, -1, NULL);
  socket_fixture_expect_now (&fixture->base, "error:timed-out/error closed/error");
}

static void
test_proxies_resolve_timeout (ProxyFixture  *fixture,
                              gconstpointer  user_data)
{
  g_test_summary ("A proxy whose name takes too long is passed over.");

  proxy_fixture_listen (fixture, 0);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  tisock_tcp_socket_set_resolve_timeout (fixture->base.socket, 30);
  proxy_fixture_resolve (fixture, "http://p.example:1 http://FIRST http://q.example:2");
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 0);
  g_free (proxy_fixture_receive (fixture, "\r\n\r\n"));
  test_peer_send (fixture->base.peer, "HTTP/1.0 502 No\r\n\r\n");

  socket_fixture_expect (&fixture->base, "error:timed-out/error closed/error");
  proxy_fixture_expect_message (fixture,
                                "Could not connect to a.example:80: http proxy p.example:1: the "
                                "name is not resolved; the resolve-timeout of 30 ms is over; "
                                "http proxy FIRST: HTTP proxy connection failed: 502; http proxy "
                                "q.example:2: the name is not resolved; the resolve-timeout of "
                                "30 ms is over");
}

static void
test_proxies_unref (ProxyFixture  *fixture,
                    gconstpointer  user_data)
{
  Stage stage = GPOINTER_TO_INT (user_data);
  int filler = reach (fixture, stage);
  TisockTCPSocket *watched = fixture->base.socket;

  g_test_summary ("What is being connected stays alive until that has ended.");

  g_object_add_weak_pointer (G_OBJECT (watched), (gpointer *) &watched);
  tisock_tcp_socket_set_timeout (fixture->base.socket, 40);
  g_object_unref (g_steal_pointer (&fixture->base.socket));
  g_assert_nonnull (watched);
  test_wait_until (watched == NULL);
  g_assert_cmpstr (fixture->base.log->str, ==, "error:timed-out/error closed/error");
  leave (fixture, filler);
}

static void
test_proxies_lost (ProxyFixture  *fixture,
                   gconstpointer  user_data)
{
  GMainContext *context = g_main_context_new ();
  g_autoptr(GSocketAddress) address = NULL;
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  TisockTCPSocket *socket;

  g_test_summary ("The context goes while a proxy is spoken to.");

  address = g_proxy_address_new (loopback, (guint16) fixture->ports[0], "http", "a.example", 80,
                                 NULL, NULL);
  proxy_fixture_listen (fixture, 0);
  g_main_context_push_thread_default (context);
  socket = tisock_tcp_socket_new ();
  tisock_tcp_socket_set_connectable (socket, G_SOCKET_CONNECTABLE (address));
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL));
  fixture->base.peer = accept4 (fixture->places[0], NULL, NULL, SOCK_CLOEXEC);
  test_iterate ();
  g_free (proxy_fixture_receive (fixture, "\r\n\r\n"));
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  proxy_fixture_expect_end (fixture);
  g_assert_finalize_object (socket);
}

static void
test_proxies_wait (ProxyFixture  *fixture,
                   gconstpointer  user_data)
{
  gboolean polling = user_data != NULL;
  g_autofree char *request = NULL;
  gboolean agreed = FALSE;

  g_test_summary ("Asking, connecting and the handshake, without a main loop.");

  proxy_fixture_listen (fixture, 0);
  proxy_fixture_resolve (fixture, "http://SECOND http://FIRST");
  proxy_fixture_open (fixture);
  while (tisock_socket_core_get_state (fixture->base.core) == TISOCK_SOCKET_STATE_CONNECTING)
    {
      struct pollfd pollfd = { .fd = fixture->places[0], .events = POLLIN };

      if (polling)
        tisock_socket_core_poll (fixture->base.core);
      else
        tisock_socket_core_wait (fixture->base.core, agreed ? -1 : 1, NULL);

      if (agreed || poll (&pollfd, 1, 0) == 0)
        continue;

      /* Before it speaks. */
      fixture->base.peer = accept4 (fixture->places[0], NULL, NULL, SOCK_CLOEXEC);
      test_peer_send (fixture->base.peer, "HTTP/1.0 200 OK\r\n\r\nhello");
      agreed = TRUE;
    }

  request = proxy_fixture_receive (fixture, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (request, "CONNECT a.example:80 "));
  while (tisock_tcp_socket_get_bytes_available (fixture->base.socket) < 5)
    tisock_socket_core_wait (fixture->base.core, -1, NULL);
  socket_fixture_expect_read (&fixture->base, "hello");
}

static void
reopen (SocketFixture *base,
        const char    *signal)
{
  if (!g_str_equal (signal, "closed"))
    return;

  base->action = NULL;
  g_assert_true (tisock_socket_core_open (base->core, NULL));
}

static void
test_proxies_reopen (ProxyFixture  *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("A handler of the end opens the socket again, while threads of the last life "
                  "may still be at it.");

  reach (fixture, SHAKING);
  fixture->base.action = reopen;
  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");
  proxy_fixture_accept (fixture, 0);
  proxy_fixture_agree (fixture);
  proxy_fixture_expect_through (fixture);
}

/* A slow proxy is no reason for doing without it */

static void
expect_no_race (ProxyFixture *fixture)
{
  tisock_tcp_socket_set_timeout (fixture->base.socket, 400);
  proxy_fixture_open (fixture);
  socket_fixture_expect (&fixture->base, "error:timed-out/error closed/error");
  proxy_fixture_expect_nobody (fixture, 1);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
}

static void
test_proxies_silent (ProxyFixture  *fixture,
                     gconstpointer  user_data)
{
  proxy_fixture_listen (fixture, 0);
  proxy_fixture_listen (fixture, 1);
  proxy_fixture_resolve (fixture, "http://FIRST http://SECOND direct://");
  expect_no_race (fixture);
}

static void
test_proxies_filled (ProxyFixture  *fixture,
                     gconstpointer  user_data)
{
  int filler = proxy_fixture_fill (fixture, 0);

  proxy_fixture_listen (fixture, 1);
  proxy_fixture_resolve (fixture, "http://FIRST http://SECOND direct://");
  expect_no_race (fixture);
  close (filler);
}

/* The same port of two addresses. FALSE if somebody has it. */
static gboolean
try_to_bind_pair (ProxyFixture *fixture)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  fixture->places[0] = test_peer_refuse (&fixture->ports[0]);
  address.sin_port = htons ((guint16) fixture->ports[0]);
  g_assert_cmpint (inet_pton (AF_INET, "127.0.0.2", &address.sin_addr), ==, 1);
  fixture->places[1] = fd;

  return bind (fd, (struct sockaddr *) &address, sizeof address) == 0;
}

/* One proxy at both places. */
static void
bind_pair (ProxyFixture *fixture,
           const char   *protocol,
           const char   *addresses)
{
  g_autofree char *uri = NULL;

  do
    {
      close (fixture->places[0]);
      close (fixture->places[1]);
    }
  while (!try_to_bind_pair (fixture));

  uri = g_strdup_printf ("%s://p.example:%d", protocol, fixture->ports[0]);
  proxy_fixture_resolve (fixture, uri);
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, addresses);
}

static void
test_proxies_race (ProxyFixture  *fixture,
                   gconstpointer  user_data)
{
  int filler;

  g_test_summary ("The addresses of one proxy race until one of them has been reached.");

  bind_pair (fixture, "http", "127.0.0.1 127.0.0.2");
  filler = proxy_fixture_fill (fixture, 0);
  proxy_fixture_listen (fixture, 1);
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 1);
  proxy_fixture_agree (fixture);
  proxy_fixture_expect_through (fixture);
  close (filler);
}

static void
test_proxies_reached (ProxyFixture  *fixture,
                      gconstpointer  user_data)
{
  g_test_summary ("Once it has been reached, the other address is not tried, however slow it is.");

  bind_pair (fixture, "http", "127.0.0.1 127.0.0.2");
  proxy_fixture_listen (fixture, 0);
  proxy_fixture_listen (fixture, 1);
  tisock_tcp_socket_set_timeout (fixture->base.socket, 400);
  proxy_fixture_open (fixture);
  socket_fixture_expect (&fixture->base, "error:timed-out/error closed/error");
  proxy_fixture_expect_nobody (fixture, 1);
}

static void
test_proxies_one_at_a_time (ProxyFixture  *fixture,
                            gconstpointer  user_data)
{
  int filler, other;

  g_test_summary ("An address that answers late waits for its turn.");

  most_calls = 0;
  bind_pair (fixture, "stubborn", "127.0.0.1 127.0.0.2");
  filler = proxy_fixture_fill (fixture, 0);
  proxy_fixture_listen (fixture, 1);
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 1);
  await_call ();

  /* There is room for the first one now. */
  other = g_steal_fd (&fixture->base.peer);
  proxy_fixture_accept (fixture, 0);
  close (filler);
  proxy_fixture_accept (fixture, 0);
  socket_fixture_settle ();
  g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 1);

  close (other);
  test_peer_send (fixture->base.peer, "x");
  proxy_fixture_expect_through (fixture);
  g_assert_cmpint (most_calls, ==, 1);
}

/* Threads and descriptors */

static guint
count_threads (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static TisockTCPSocket *
open_through (ProxyFixture *fixture)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_proxy_address_new (loopback, (guint16) fixture->ports[0],
                                                           "http", "b.example", 80, NULL, NULL);
  TisockTCPSocket *socket = tisock_tcp_socket_new ();

  tisock_tcp_socket_set_connectable (socket, G_SOCKET_CONNECTABLE (address));
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL));

  return socket;
}

/* Waits until as many proxies are being spoken to as there are threads. */
static void
await_requests (int *peers)
{
  struct pollfd pollfds[MANY];
  guint n = 0;

  for (guint i = 0; i < MANY; i++)
    pollfds[i] = (struct pollfd) { .fd = peers[i], .events = POLLIN };

  while (n < MOST_THREADS)
    {
      socket_fixture_settle ();
      poll (pollfds, MANY, 1);
      n = 0;
      for (guint i = 0; i < MANY; i++)
        n += pollfds[i].revents != 0 ? 1 : 0;
    }

  g_assert_cmpuint (n, ==, MOST_THREADS);
}

static void
test_proxies_many (ProxyFixture  *fixture,
                   gconstpointer  user_data)
{
  guint n_threads = count_threads ();
  TisockTCPSocket *sockets[MANY];
  int peers[MANY];

  g_test_summary ("Many silent proxies take a bounded number of threads, and hold up no names.");

  proxy_fixture_listen (fixture, 0);
  proxy_fixture_listen (fixture, 1);
  for (guint i = 0; i < MANY; i++)
    {
      sockets[i] = open_through (fixture);
      peers[i] = accept4 (fixture->places[0], NULL, NULL, SOCK_CLOEXEC);
    }

  await_requests (peers);
  g_assert_cmpuint (count_threads (), <=, n_threads + MOST_THREADS);

  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core, fixture->ports[1]);
  proxy_fixture_open (fixture);
  socket_fixture_expect (&fixture->base, "connected");

  for (guint i = 0; i < MANY; i++)
    {
      tisock_socket_core_close (TISOCK_SOCKET_CORE (sockets[i]));
      g_assert_finalize_object (sockets[i]);
      test_peer_await (peers[i], POLLIN);
      close (peers[i]);
    }
}

static void
test_proxies_full_table (ProxyFixture  *fixture,
                         gconstpointer  user_data)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_proxy_address_new (loopback, (guint16) fixture->ports[0],
                                                           "http", "b.example", 80, NULL, NULL);
  struct rlimit limits, full;
  int next;

  g_test_summary ("The proxy has been reached, but there is no descriptor to wait for it with.");

  proxy_fixture_listen (fixture, 0);
  tisock_tcp_socket_set_connectable (fixture->base.socket, G_SOCKET_CONNECTABLE (address));
  proxy_fixture_open (fixture);
  next = dup (STDOUT_FILENO);
  close (next);
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limits));
  full = limits;
  full.rlim_cur = (rlim_t) next;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &full));
  socket_fixture_expect (&fixture->base, "error:too-many-open-files/error closed/error");
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limits));
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, EMFILE);
  proxy_fixture_expect_message (fixture,
                                "Could not connect to b.example:80: http proxy FIRST: Could not "
                                "wait for a thread: Too many open files");
}

static void
test_proxies_stubborn (ProxyFixture  *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("Its thread comes back all the same.");

  proxy_fixture_listen (fixture, 0);
  proxy_fixture_resolve (fixture, "stubborn://FIRST");
  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 0);
  test_peer_send (fixture->base.peer, "x");
  proxy_fixture_expect_through (fixture);
  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");

  proxy_fixture_open (fixture);
  proxy_fixture_accept (fixture, 0);
  await_call ();
  tisock_socket_core_close (fixture->base.core);
  proxy_fixture_expect_end (fixture);
}

static void
add_stages (const char *path,
            void      (*function) (ProxyFixture *, gconstpointer))
{
  const char *const names[] = { "asking", "resolving", "connecting", "shaking" };

  for (int i = 0; i < (int) G_N_ELEMENTS (names); i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, names[i]);

      PROXY_FIXTURE_ADD (full, GINT_TO_POINTER (i), function);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* GIO has to have its own by then. */
  g_assert_null (g_proxy_get_default_for_protocol ("stubborn"));
  mock_proxy_register ("stubborn", agree_by_byte);

#define ADD(path, data, function) PROXY_FIXTURE_ADD (path, data, function)
  add_stages ("/proxies-ends/close", test_proxies_close);
  add_stages ("/proxies-ends/timeout", test_proxies_timeout);
  add_stages ("/proxies-ends/unref", test_proxies_unref);
  ADD ("/proxies-ends/timeout/wait", NULL, test_proxies_timeout_wait);
  ADD ("/proxies-ends/timeout/resolve", NULL, test_proxies_resolve_timeout);
  ADD ("/proxies-ends/lost", NULL, test_proxies_lost);
  ADD ("/proxies-ends/wait", NULL, test_proxies_wait);
  ADD ("/proxies-ends/poll", "poll", test_proxies_wait);
  ADD ("/proxies-ends/reopen", NULL, test_proxies_reopen);
  ADD ("/proxies-ends/race/silent", NULL, test_proxies_silent);
  ADD ("/proxies-ends/race/filled", NULL, test_proxies_filled);
  ADD ("/proxies-ends/race/addresses", NULL, test_proxies_race);
  ADD ("/proxies-ends/race/reached", NULL, test_proxies_reached);
  ADD ("/proxies-ends/race/one-at-a-time", NULL, test_proxies_one_at_a_time);
  ADD ("/proxies-ends/many", NULL, test_proxies_many);
  ADD ("/proxies-ends/full-table", NULL, test_proxies_full_table);
  ADD ("/proxies-ends/stubborn", NULL, test_proxies_stubborn);
#undef ADD

  return g_test_run ();
}
