/* test-connector.c: names and addresses that answer, refuse, hang or do not exist
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-resolver.h"
#include "test-util.h"

#include "engine/connector.h"
#include "tisock-socket-error.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Sockets with one port and several addresses, that refuse until they are told to do otherwise. */
typedef struct
{
  int     port;
  guint   n;
  int     fds[4];
  int     fillers[4];
} Peers;

typedef struct
{
  GResolver              *real_resolver;
  MockResolver           *resolver;
  TisockReactor          *reactor;
  GObject                *owner;
  const char             *address;
  guint16                 port;
  TisockConnectorOptions  options;
  Peers                   peers;
  guint                   n_descriptors;

  TisockConnector        *connector;
  gboolean                starting;
  gboolean                drop_owner;   /* in the callback */
  void                  (*finished) (gpointer fixture);

  /* How it ended. */
  guint                   n_calls;
  GSocket                *socket;
  GError                 *error;
  int                     error_number;
} Fixture;

/* Peers */

static int
bind_peer (const char *address,
           int        *port)
{
  struct sockaddr_storage native;
  TisockEndpoint endpoint;
  socklen_t length;
  int only = 1;
  int fd;

  g_assert_true (tisock_endpoint_parse (&endpoint, address, (guint16) *port));
  fd = socket (endpoint.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (fd, >=, 0);
  if (endpoint.family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);

  length = tisock_endpoint_to_sockaddr (&endpoint, &native);
  if (bind (fd, (struct sockaddr *) &native, length) != 0)
    {
      g_assert_cmpint (errno, ==, EADDRINUSE);
      close (fd);
      return -1;
    }

  tisock_endpoint_get_local (&endpoint, fd);
  *port = endpoint.port;

  return fd;
}

static void
peers_clear (Peers *peers)
{
  for (guint i = 0; i < peers->n; i++)
    {
      close (peers->fds[i]);
      if (peers->fillers[i] >= 0)
        close (peers->fillers[i]);
    }

  peers->n = 0;
}

static void
peers_bind (Fixture    *fixture,
            const char *addresses)
{
  Peers *peers = &fixture->peers;
  g_auto(GStrv) words = g_strsplit (addresses, " ", -1);
  guint i = 0;

  peers->port = 0;
  while (words[i] != NULL)
    {
      int fd = bind_peer (words[i], &peers->port);

      if (fd >= 0)
        {
          peers->fds[i] = fd;
          peers->fillers[i] = -1;
          peers->n = ++i;
          continue;
        }

      /* Somebody has that port at another address: try with another port. */
      peers_clear (peers);
      peers->port = 0;
      i = 0;
    }

  fixture->port = (guint16) peers->port;
}

static void
peers_listen (Fixture *fixture,
              guint    index)
{
  g_assert_cmpint (listen (fixture->peers.fds[index], 8), ==, 0);
}

/* A listener whose backlog is full: further connections get no answer. */
static void
peers_clog (Fixture *fixture,
            guint    index)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  struct pollfd pollfd = { .fd = fixture->peers.fds[index], .events = POLLIN };
  int filler;

  g_assert_cmpint (getsockname (pollfd.fd, (struct sockaddr *) &address, &length), ==, 0);
  g_assert_cmpint (listen (pollfd.fd, 0), ==, 0);
  filler = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (filler, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (poll (&pollfd, 1, -1), ==, 1);
  fixture->peers.fillers[index] = filler;
}

/* Lets the next connection through, when its SYN is repeated. */
static void
peers_unclog (Fixture *fixture,
              guint    index)
{
  int fd = accept (fixture->peers.fds[index], NULL, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

/* The fixture */

static gboolean
has_ipv6 (void)
{
  gboolean result = test_has_ipv6 ();

  if (!result)
    g_test_skip ("This system has no IPv6");

  return result;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->real_resolver = g_resolver_get_default ();
  fixture->resolver = mock_resolver_new ();
  g_resolver_set_default (G_RESOLVER (fixture->resolver));
  fixture->reactor = tisock_reactor_ref_thread_default ();
  fixture->owner = g_object_new (G_TYPE_OBJECT, NULL);
  fixture->address = "mock.example";
  fixture->n_descriptors = test_count_descriptors ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  mock_resolver_await_idle (fixture->resolver);

  g_clear_pointer (&fixture->connector, tisock_connector_free);
  g_clear_object (&fixture->socket);
  g_clear_error (&fixture->error);
  peers_clear (&fixture->peers);
  g_assert_cmpuint (test_count_descriptors (), ==, fixture->n_descriptors);
  if (fixture->owner != NULL)
    g_assert_finalize_object (fixture->owner);
  g_clear_pointer (&fixture->reactor, tisock_reactor_unref);

  g_resolver_set_default (fixture->real_resolver);
  g_object_unref (fixture->real_resolver);
  g_object_unref (fixture->resolver);
}

static void
note_end (Fixture *fixture)
{
  g_assert_false (fixture->starting);
  fixture->n_calls++;
  g_clear_pointer (&fixture->connector, tisock_connector_free);
  if (fixture->drop_owner)
    g_clear_object (&fixture->owner);
  if (fixture->finished != NULL)
    fixture->finished (fixture);
}

static void
connected_cb (TisockConnector *connector,
              GSocket         *socket,
              gpointer         user_data)
{
  Fixture *fixture = user_data;

  fixture->socket = socket;
  note_end (fixture);
}

static void
failed_cb (TisockConnector *connector,
           GError          *error,
           int              error_number,
           gpointer         user_data)
{
  Fixture *fixture = user_data;

  fixture->error = error;
  fixture->error_number = error_number;
  note_end (fixture);
}

static const TisockConnectorFuncs funcs = {
  .connected = connected_cb,
  .failed = failed_cb,
};

/* FALSE if it fails at once. */
static gboolean
try_to_start (Fixture *fixture)
{
  g_autoptr(GSocketConnectable) destination = g_network_address_new (fixture->address,
                                                                     fixture->port);
  GError *error = NULL;

  fixture->options.destination = destination;
  fixture->starting = TRUE;
  fixture->connector = tisock_connector_start (fixture->reactor, fixture->owner,
                                               &fixture->options, &funcs, fixture,
                                               &fixture->error_number, &error);
  fixture->starting = FALSE;
  g_assert_true ((fixture->connector == NULL) == (error != NULL));
  if (error != NULL)
    fixture->error = error;

  return fixture->connector != NULL;
}

static void
start (Fixture *fixture)
{
  g_assert_true (try_to_start (fixture));
}

static void
start_with_answers (Fixture    *fixture,
                    const char *ipv4,
                    const char *ipv6)
{
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, ipv4);
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV6, ipv6);
  start (fixture);
}

static void
await_end (Fixture *fixture)
{
  test_wait_until (fixture->n_calls > 0);
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_cmpuint (fixture->n_calls, ==, 1);
}

static void
assert_connected (Fixture    *fixture,
                  const char *expected_address)
{
  TisockEndpoint remote;
  g_autofree char *text = NULL;

  await_end (fixture);
  g_assert_no_error (fixture->error);
  g_assert_true (g_socket_is_connected (fixture->socket));
  /* The descriptor never blocks; GIO waits for it. */
  g_assert_true (g_socket_get_blocking (fixture->socket));
  g_assert_cmpint (fcntl (g_socket_get_fd (fixture->socket), F_GETFL) & O_NONBLOCK, !=, 0);
  g_assert_true (tisock_endpoint_get_remote (&remote, g_socket_get_fd (fixture->socket)));
  text = tisock_endpoint_dup_text (&remote);
  g_assert_cmpstr (text, ==, expected_address);
  g_assert_cmpint (remote.port, ==, fixture->peers.port);
}

/* The message, with PORT for the port. */
static void
assert_message (Fixture    *fixture,
                const char *expected)
{
  g_autofree char *port = g_strdup_printf (":%d", fixture->peers.port);
  g_auto(GStrv) parts = g_strsplit (fixture->error->message, port, -1);
  g_autofree char *message = g_strjoinv (":PORT", parts);

  g_assert_cmpstr (message, ==, expected);
}

static void
assert_failed (Fixture    *fixture,
               GQuark      domain,
               int         code,
               int         error_number,
               const char *message)
{
  if (fixture->error == NULL)
    await_end (fixture);

  g_assert_error (fixture->error, domain, code);
  g_assert_cmpint (fixture->error_number, ==, error_number);
  assert_message (fixture, message);
}

static void
collect (Fixture       *fixture,
         TisockWaitSet *set)
{
  *set = (TisockWaitSet) { .slots = g_ptr_array_new (), .timers = g_ptr_array_new () };
  if (fixture->connector != NULL)
    tisock_connector_collect (fixture->connector, set);
}

static void
release (TisockWaitSet *set)
{
  g_ptr_array_unref (set->slots);
  g_ptr_array_unref (set->timers);
}

/* How many descriptors it waits for: attempts, and the lookup. */
static guint
count_slots (Fixture *fixture)
{
  TisockWaitSet set;
  guint n;

  collect (fixture, &set);
  n = set.slots->len;
  release (&set);

  return n;
}

/* Both answers of the lookup wait for the reactor to come. */
static void
await_arrivals (Fixture *fixture)
{
  TisockWaitSet set;

  collect (fixture, &set);
  g_assert_cmpuint (set.slots->len, ==, 1);
  test_await_eventfd (((TisockSlot *) set.slots->pdata[0])->fd, 2);
  release (&set);
}

/* Literals */

static void
test_connector_literal (Fixture       *fixture,
                        gconstpointer  user_data)
{
  const char *address = user_data;

  if (strchr (address, ':') != NULL && !has_ipv6 ())
    return;

  peers_bind (fixture, address);
  peers_listen (fixture, 0);
  fixture->address = address;
  start (fixture);

  assert_connected (fixture, address);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
}

static void
test_connector_literal_refused (Fixture       *fixture,
                                gconstpointer  user_data)
{
  peers_bind (fixture, "127.0.0.1");
  fixture->address = "127.0.0.1";
  start (fixture);

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, ECONNREFUSED,
                 "Could not connect to 127.0.0.1:PORT: Connection refused");
}

static void
test_connector_literal_invalid (Fixture       *fixture,
                                gconstpointer  user_data)
{
  if (!has_ipv6 ())
    return;

  g_test_summary ("What connect() refuses at once, start() returns: an address that is valid "
                  "only together with an interface.");

  fixture->peers.port = fixture->port = 9;
  fixture->address = "fe80::1";
  g_assert_false (try_to_start (fixture));

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, EINVAL,
                 "Could not connect to [fe80::1]:PORT: Invalid argument");
  g_assert_cmpuint (fixture->n_calls, ==, 0);
}

static void
test_connector_literal_timeout (Fixture       *fixture,
                                gconstpointer  user_data)
{
  peers_bind (fixture, "127.0.0.1");
  peers_clog (fixture, 0);
  fixture->address = "127.0.0.1";
  fixture->options.timeout = 5;
  start (fixture);

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, ETIMEDOUT,
                 "Could not connect to 127.0.0.1:PORT: no answer; the timeout of 5 ms is over");
}

static void
test_connector_itself (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("TCP connects a socket with itself if it has the port it connects to: nobody "
                  "listens there.");

  peers_bind (fixture, "127.0.0.1");
  peers_clear (&fixture->peers);
  fixture->address = "127.0.0.1";
  fixture->options.bound = TRUE;
  g_assert_true (tisock_endpoint_parse (&fixture->options.local[0], "127.0.0.1",
                                        fixture->port));
  start (fixture);

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, ECONNREFUSED,
                 "Could not connect to 127.0.0.1:PORT: Connection refused");
}

static void
test_connector_bound (Fixture       *fixture,
                      gconstpointer  user_data)
{
  TisockEndpoint local;
  g_autofree char *text = NULL;

  peers_bind (fixture, "127.0.0.1");
  peers_listen (fixture, 0);
  fixture->options.bound = TRUE;
  g_assert_true (tisock_endpoint_parse (&fixture->options.local[0], "127.0.0.5", 0));
  start_with_answers (fixture, "127.0.0.1", NULL);

  assert_connected (fixture, "127.0.0.1");
  g_assert_true (tisock_endpoint_get_local (&local, g_socket_get_fd (fixture->socket)));
  text = tisock_endpoint_dup_text (&local);
  g_assert_cmpstr (text, ==, "127.0.0.5");
}

static void
test_connector_bound_family (Fixture       *fixture,
                             gconstpointer  user_data)
{
  if (!has_ipv6 ())
    return;

  g_test_summary ("A family without a local address is not tried.");

  peers_bind (fixture, "127.0.0.1 ::1");
  peers_listen (fixture, 0);
  peers_listen (fixture, 1);
  fixture->options.bound = TRUE;
  g_assert_true (tisock_endpoint_parse (&fixture->options.local[0], "127.0.0.1", 0));

  fixture->address = "::1";
  g_assert_false (try_to_start (fixture));
  g_assert_cmpint (fixture->error_number, ==, EADDRNOTAVAIL);
  assert_message (fixture, "Could not connect to [::1]:PORT: Cannot assign requested address");
  g_clear_error (&fixture->error);

  fixture->address = "mock.example";
  start_with_answers (fixture, "127.0.0.1", "::1");
  assert_connected (fixture, "127.0.0.1");
}

/* Names */

static void
test_connector_name (Fixture       *fixture,
                     gconstpointer  user_data)
{
  if (!has_ipv6 ())
    return;

  g_test_summary ("With both families there and working, IPv6 is used.");

  peers_bind (fixture, "127.0.0.1 ::1");
  peers_listen (fixture, 0);
  peers_listen (fixture, 1);
  start_with_answers (fixture, "127.0.0.1", "::1");
  await_arrivals (fixture);

  assert_connected (fixture, "::1");
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 2);
}

static void
test_connector_localhost (Fixture       *fixture,
                          gconstpointer  user_data)
{
  if (!has_ipv6 ())
    return;

  peers_bind (fixture, "127.0.0.1 ::1");
  peers_listen (fixture, 0);
  fixture->address = "localhost";
  start (fixture);

  assert_connected (fixture, "127.0.0.1");
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
}

static void
test_connector_wait (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("A name is resolved, an address refuses, another accepts, and no main loop.");

  peers_bind (fixture, "127.0.0.1 127.0.0.2");
  peers_listen (fixture, 1);
  start_with_answers (fixture, "127.0.0.1 127.0.0.2", NULL);

  while (fixture->n_calls == 0)
    {
      TisockWaitSet set;

      collect (fixture, &set);
      tisock_reactor_wait (fixture->reactor, &set, -1);
      release (&set);
    }

  assert_connected (fixture, "127.0.0.2");
}

static void
test_connector_wait_timeout (Fixture       *fixture,
                             gconstpointer  user_data)
{
  g_test_summary ("Deadlines pass without a main loop as well.");

  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  fixture->options.timeout = 1;
  start (fixture);

  while (fixture->n_calls == 0)
    {
      TisockWaitSet set;

      collect (fixture, &set);
      tisock_reactor_wait (fixture->reactor, &set, -1);
      release (&set);
    }

  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
test_connector_second_wins (Fixture       *fixture,
                            gconstpointer  user_data)
{
  g_test_summary ("An address that does not answer is not waited for.");

  peers_bind (fixture, "127.0.0.1 127.0.0.2");
  peers_clog (fixture, 0);
  peers_listen (fixture, 1);
  start_with_answers (fixture, "127.0.0.1 127.0.0.2", NULL);

  assert_connected (fixture, "127.0.0.2");
}

static void
test_connector_first_goes_on (Fixture       *fixture,
                              gconstpointer  user_data)
{
  g_test_summary ("The attempt that begins after the delay does not end the one before: that one "
                  "may still win.");

  peers_bind (fixture, "127.0.0.1 127.0.0.2");
  peers_clog (fixture, 0);
  peers_clog (fixture, 1);
  start_with_answers (fixture, "127.0.0.1 127.0.0.2", NULL);
  await_arrivals (fixture);

  /* One each: the lookup is over by then. */
  test_wait_until (count_slots (fixture) == 2);
  peers_unclog (fixture, 0);

  assert_connected (fixture, "127.0.0.1");
}

static void
test_connector_late_answer (Fixture       *fixture,
                            gconstpointer  user_data)
{
  if (!has_ipv6 ())
    return;

  g_test_summary ("The other family's addresses join the race when they come.");

  peers_bind (fixture, "127.0.0.1 ::1");
  peers_clog (fixture, 0);
  peers_listen (fixture, 1);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start_with_answers (fixture, "127.0.0.1", "::1");

  /* The lookup, and an attempt that began without it. */
  test_wait_until (count_slots (fixture) == 2);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);

  assert_connected (fixture, "::1");
}

static void
test_connector_late_answer_after_failure (Fixture       *fixture,
                                          gconstpointer  user_data)
{
  if (!has_ipv6 ())
    return;

  g_test_summary ("While a family has not answered, the failure of the other is not the end.");

  peers_bind (fixture, "127.0.0.1 ::1");
  peers_listen (fixture, 1);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start_with_answers (fixture, "127.0.0.1", "::1");

  test_wait_until (count_slots (fixture) == 2);
  test_wait_until (count_slots (fixture) == 1);
  g_assert_cmpuint (fixture->n_calls, ==, 0);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);

  assert_connected (fixture, "::1");
}

static void
dispatch_once (void)
{
  while (!g_main_context_iteration (NULL, TRUE))
    continue;
}

/* How many slots there are right after the first answer has been delivered. */
static guint
count_slots_after_answer (Fixture *fixture)
{
  guint n;

  start (fixture);
  dispatch_once ();
  n = count_slots (fixture);
  g_clear_pointer (&fixture->connector, tisock_connector_free);

  return n;
}

static void
test_connector_delays (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("An IPv4 answer waits for the IPv6 one, and an attempt has some time for itself. "
                  "A busy machine may miss these moments, but not every time.");

  peers_bind (fixture, "127.0.0.1 127.0.0.2");
  peers_clog (fixture, 0);
  peers_clog (fixture, 1);
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "127.0.0.1 127.0.0.2");

  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  while (count_slots_after_answer (fixture) != 1)
    continue;
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);

  do
    {
      g_clear_pointer (&fixture->connector, tisock_connector_free);
      start (fixture);
      await_arrivals (fixture);
      dispatch_once ();
    }
  while (count_slots (fixture) != 1);
}

static void
test_connector_prefers_ipv6 (Fixture       *fixture,
                             gconstpointer  user_data)
{
  TisockEndpoint remote = { 0 };

  if (!has_ipv6 ())
    return;

  g_test_summary ("IPv6 is tried first even if its answer comes second, but soon. A busy machine "
                  "may be too late, but not every time.");

  peers_bind (fixture, "127.0.0.1 ::1");
  peers_listen (fixture, 0);
  peers_listen (fixture, 1);

  while (remote.family != AF_INET6)
    {
      /* The backlog must not fill up: a connection of the last round. */
      if (fixture->socket != NULL)
        peers_unclog (fixture, 0);
      fixture->n_calls = 0;
      g_clear_object (&fixture->socket);
      mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
      start_with_answers (fixture, "127.0.0.1", "::1");
      dispatch_once ();
      mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
      await_end (fixture);
      tisock_endpoint_get_remote (&remote, g_socket_get_fd (fixture->socket));
    }
}

/* Names that cannot be connected to */

static void
test_connector_all_fail (Fixture       *fixture,
                         gconstpointer  user_data)
{
  if (!has_ipv6 ())
    return;

  g_test_summary ("The families take turns, and the error names every address with its reason.");

  peers_bind (fixture, "127.0.0.1 127.0.0.2 ::1");
  start_with_answers (fixture, "127.0.0.1 127.0.0.2", "::1 fe80::1");
  await_arrivals (fixture);

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, ECONNREFUSED,
                 "Could not connect to mock.example:PORT: [::1]:PORT: Connection refused; "
                 "127.0.0.1:PORT: Connection refused; [fe80::1]:PORT: Invalid argument; "
                 "127.0.0.2:PORT: Connection refused");
}

static void
test_connector_all_refuse (Fixture       *fixture,
                           gconstpointer  user_data)
{
  peers_bind (fixture, "127.0.0.1 127.0.0.2");
  start_with_answers (fixture, "127.0.0.1 127.0.0.2", NULL);

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, ECONNREFUSED,
                 "Could not connect to mock.example:PORT: 127.0.0.1:PORT: Connection refused; "
                 "127.0.0.2:PORT: Connection refused");
}

static void
test_connector_unknown_name (Fixture       *fixture,
                             gconstpointer  user_data)
{
  fixture->peers.port = fixture->port = 9;
  start (fixture);

  assert_failed (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION, 0,
                 "Could not connect to mock.example:PORT: “mock.example” is unknown");
}

static void
test_connector_resolve_timeout (Fixture       *fixture,
                                gconstpointer  user_data)
{
  fixture->peers.port = fixture->port = 9;
  fixture->options.resolve_timeout = 2;
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start (fixture);

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, ETIMEDOUT,
                 "Could not connect to mock.example:PORT: the name is not resolved; "
                 "the resolve-timeout of 2 ms is over");
}

static void
test_connector_resolve_timeout_not_for_connecting (Fixture       *fixture,
                                                   gconstpointer  user_data)
{
  g_test_summary ("Once there is an address to try, only the timeout counts.");

  peers_bind (fixture, "127.0.0.1 127.0.0.2");
  peers_clog (fixture, 0);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start_with_answers (fixture, "127.0.0.2 127.0.0.1", NULL);

  test_wait_until (count_slots (fixture) == 2);
  tisock_connector_set_timeouts (fixture->connector, 400, 1);

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, ETIMEDOUT,
                 "Could not connect to mock.example:PORT: 127.0.0.2:PORT: Connection refused; "
                 "127.0.0.1:PORT: no answer; the timeout of 400 ms is over");
}

static void
test_connector_timeout_resolving (Fixture       *fixture,
                                  gconstpointer  user_data)
{
  fixture->peers.port = fixture->port = 9;
  fixture->options.timeout = 2;
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start (fixture);

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, ETIMEDOUT,
                 "Could not connect to mock.example:PORT: the name is not resolved; "
                 "the timeout of 2 ms is over");
}

static void
test_connector_timeout_half_resolved (Fixture       *fixture,
                                      gconstpointer  user_data)
{
  g_test_summary ("All known addresses have failed, and the resolver keeps the others for itself.");

  peers_bind (fixture, "127.0.0.1");
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start_with_answers (fixture, "127.0.0.1", NULL);

  test_wait_until (count_slots (fixture) == 2);
  test_wait_until (count_slots (fixture) == 1);
  tisock_connector_set_timeouts (fixture->connector, 0, 1);

  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, ETIMEDOUT,
                 "Could not connect to mock.example:PORT: 127.0.0.1:PORT: Connection refused; "
                 "the name is not fully resolved; the resolve-timeout of 1 ms is over");
}

static void
test_connector_set_timeouts (Fixture       *fixture,
                             gconstpointer  user_data)
{
  g_test_summary ("A timeout can come and go while it runs.");

  peers_bind (fixture, "127.0.0.1");
  peers_clog (fixture, 0);
  fixture->address = "127.0.0.1";
  fixture->options.timeout = 1;
  start (fixture);

  /* It is over already, but nothing has looked yet. */
  tisock_connector_set_timeouts (fixture->connector, 0, 0);
  for (guint i = 0; i < 20; i++)
    g_assert_false (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (fixture->n_calls, ==, 0);

  tisock_connector_set_timeouts (fixture->connector, 2, 0);
  g_assert_cmpuint (fixture->n_calls, ==, 0);
  assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, ETIMEDOUT,
                 "Could not connect to 127.0.0.1:PORT: no answer; the timeout of 2 ms is over");
}

/* Giving up */

static void
test_connector_abandon_lookup (Fixture       *fixture,
                               gconstpointer  user_data)
{
  g_test_summary ("Given up while the name is being resolved: nothing is left open, and what the "
                  "resolver says later is not heard.");

  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start_with_answers (fixture, "127.0.0.1", "::1");
  mock_resolver_await_calls (fixture->resolver, 2);
  g_clear_pointer (&fixture->connector, tisock_connector_free);
  g_assert_cmpuint (test_count_descriptors (), ==, fixture->n_descriptors);

  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  mock_resolver_await_idle (fixture->resolver);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (fixture->n_calls, ==, 0);
}

static void
test_connector_abandon_attempts (Fixture       *fixture,
                                 gconstpointer  user_data)
{
  guint before;

  peers_bind (fixture, "127.0.0.1 127.0.0.2");
  peers_clog (fixture, 0);
  peers_clog (fixture, 1);
  before = test_count_descriptors ();
  start_with_answers (fixture, "127.0.0.1 127.0.0.2", NULL);
  await_arrivals (fixture);

  /* One each: the lookup is over by then. */
  test_wait_until (count_slots (fixture) == 2);
  g_clear_pointer (&fixture->connector, tisock_connector_free);
  g_assert_cmpuint (test_count_descriptors (), ==, before);
  g_assert_cmpuint (fixture->n_calls, ==, 0);
}

static void
test_connector_losers_closed (Fixture       *fixture,
                              gconstpointer  user_data)
{
  guint before;

  g_test_summary ("With the first success the lookup and the other attempts are over.");

  if (!has_ipv6 ())
    return;

  peers_bind (fixture, "127.0.0.1 127.0.0.2 ::1");
  peers_clog (fixture, 0);
  peers_listen (fixture, 1);
  before = test_count_descriptors ();
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start_with_answers (fixture, "127.0.0.1 127.0.0.2", "::1");

  assert_connected (fixture, "127.0.0.2");
  g_assert_cmpuint (test_count_descriptors (), ==, before + 1);
}

static void
test_connector_drop_owner (Fixture       *fixture,
                           gconstpointer  user_data)
{
  const char *answer = user_data;
  GObject *watched = fixture->owner;

  g_test_summary ("The owner's last reference goes in the callback: of an attempt, of the lookup, "
                  "of a deadline.");

  g_object_add_weak_pointer (fixture->owner, (gpointer *) &watched);
  peers_bind (fixture, "127.0.0.1");
  fixture->drop_owner = TRUE;
  if (answer == NULL)
    {
      mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
      fixture->options.timeout = 1;
    }
  start_with_answers (fixture, answer, NULL);

  await_end (fixture);
  g_assert_null (watched);
}

static void
assert_owner (gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_nonnull (fixture->owner);
}

static void
test_connector_keep_owner (Fixture       *fixture,
                           gconstpointer  user_data)
{
  const char *answer = user_data;

  g_test_summary ("An owner that nobody else keeps stays until the callback has returned.");

  peers_bind (fixture, "127.0.0.1");
  fixture->finished = assert_owner;
  if (answer == NULL)
    {
      mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
      fixture->options.timeout = 1;
    }
  start_with_answers (fixture, answer, NULL);
  g_object_add_weak_pointer (fixture->owner, (gpointer *) &fixture->owner);
  g_object_unref (fixture->owner);
  g_assert_nonnull (fixture->owner);

  await_end (fixture);
  g_assert_null (fixture->owner);
}

static void
iterate_for_another (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->finished = NULL;
  fixture->address = "127.0.0.1";
  start (fixture);
  test_wait_until (fixture->socket != NULL);
}

static void
test_connector_nested_loop (Fixture       *fixture,
                            gconstpointer  user_data)
{
  g_test_summary ("From the callback of a failure, the next connection is made in a nested loop.");

  peers_bind (fixture, "127.0.0.1 127.0.0.2");
  peers_listen (fixture, 0);
  fixture->finished = iterate_for_another;
  fixture->address = "127.0.0.2";
  start (fixture);
  test_wait_until (fixture->n_calls == 2);

  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_true (g_socket_is_connected (fixture->socket));
}

static void
test_connector_lost (Fixture       *fixture,
                     gconstpointer  user_data)
{
  GMainContext *context = g_main_context_new ();
  guint before;

  g_test_summary ("The context goes with a lookup and attempts under way: all is closed, and "
                  "nothing said.");

  peers_bind (fixture, "127.0.0.1 127.0.0.2");
  peers_clog (fixture, 0);
  peers_clog (fixture, 1);
  g_clear_pointer (&fixture->reactor, tisock_reactor_unref);
  before = test_count_descriptors ();

  g_main_context_push_thread_default (context);
  fixture->reactor = tisock_reactor_ref_thread_default ();
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start_with_answers (fixture, "127.0.0.1 127.0.0.2", NULL);
  test_wait_until (count_slots (fixture) == 3);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  g_assert_true (tisock_reactor_is_lost (fixture->reactor));
  /* Without the context's own one. */
  g_assert_cmpuint (test_count_descriptors (), ==, before - 1);
  g_assert_cmpuint (count_slots (fixture), ==, 0);
  tisock_connector_set_timeouts (fixture->connector, 1, 1);
  g_assert_cmpuint (fixture->n_calls, ==, 0);
}

/* Other sockets, for which there may be no descriptor */

static void
ignore_ready (TisockSlot   *slot,
              GIOCondition  condition)
{
}

static void
ignore_lost (TisockSlot *slot)
{
}

static const TisockSlotFuncs idle_slot_funcs = {
  .ready = ignore_ready,
  .lost = ignore_lost,
};

/* So that the reactor has what it needs. */
static void
attach_idle_slot (Fixture    *fixture,
                  TisockSlot *slot)
{
  tisock_slot_init (slot, &idle_slot_funcs, fixture->owner);
  g_assert_true (tisock_reactor_attach (fixture->reactor, slot, -1, 0, NULL));
}

typedef struct
{
  TisockTimer  timer;
  gboolean     fired;
} Alarm;

static void
alarm_cb (TisockTimer *timer)
{
  ((Alarm *) timer)->fired = TRUE;
}

static void
test_connector_abandon_timer (Fixture       *fixture,
                              gconstpointer  user_data)
{
  TisockSlot slot = { 0 };
  Alarm alarm = { .timer = { .func = alarm_cb } };

  g_test_summary ("Its deadline goes with a connector, while the reactor goes on.");

  attach_idle_slot (fixture, &slot);
  peers_bind (fixture, "127.0.0.1");
  peers_clog (fixture, 0);
  fixture->address = "127.0.0.1";
  fixture->options.timeout = 1;
  start (fixture);
  g_clear_pointer (&fixture->connector, tisock_connector_free);

  tisock_reactor_set_timer (fixture->reactor, &alarm.timer,
                            g_get_monotonic_time () + 3 * G_TIME_SPAN_MILLISECOND);
  test_wait_until (alarm.fired);
  g_assert_cmpuint (fixture->n_calls, ==, 0);
  tisock_slot_detach (&slot);
}

static void
test_connector_feeds (Fixture       *fixture,
                      gconstpointer  user_data)
{
  TisockSlot slot = { 0 };

  g_test_summary ("The descriptors of lookups and attempts given up are there for listeners that "
                  "have none.");

  attach_idle_slot (fixture, &slot);
  peers_bind (fixture, "127.0.0.1");
  peers_clog (fixture, 0);

  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  start (fixture);
  tisock_reactor_starve (fixture->reactor, &slot);
  g_clear_pointer (&fixture->connector, tisock_connector_free);
  g_assert_true (slot.queued);
  dispatch_once ();
  g_assert_false (slot.queued);

  fixture->address = "127.0.0.1";
  start (fixture);
  tisock_reactor_starve (fixture->reactor, &slot);
  g_clear_pointer (&fixture->connector, tisock_connector_free);
  g_assert_true (slot.queued);
  tisock_slot_detach (&slot);
}

/* A full descriptor table */

static void
test_connector_full_table (Fixture       *fixture,
                           gconstpointer  user_data)
{
  const char *address = user_data;
  TisockSlot slot = { 0 };
  struct rlimit limits;

  g_test_summary ("Without a descriptor neither a literal nor a name can be begun with.");

  attach_idle_slot (fixture, &slot);
  fixture->peers.port = fixture->port = 9;
  fixture->address = address;
  test_fill_table (&limits, 0);
  g_assert_false (try_to_start (fixture));
  test_restore_table (&limits);

  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_cmpint (fixture->error_number, ==, EMFILE);
  g_assert_nonnull (strstr (fixture->error->message, address));
  g_assert_nonnull (strstr (fixture->error->message, ":9: "));
  g_assert_nonnull (strstr (fixture->error->message, g_strerror (EMFILE)));
  tisock_slot_detach (&slot);
}

static void
test_connector_full_table_later (Fixture       *fixture,
                                 gconstpointer  user_data)
{
  const char *ipv4 = user_data;
  TisockSlot slot = { 0 };
  struct rlimit limits;

  if (!has_ipv6 ())
    return;

  g_test_summary ("An attempt without a descriptor is a failure like others.");

  attach_idle_slot (fixture, &slot);
  peers_bind (fixture, "127.0.0.1 ::1");
  peers_listen (fixture, 0);
  peers_listen (fixture, 1);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  start_with_answers (fixture, ipv4, "::1");
  test_fill_table (&limits, 0);

  /* The IPv6 answer, for whose address there is no descriptor. */
  dispatch_once ();
  g_assert_cmpuint (count_slots (fixture), ==, 1);
  test_restore_table (&limits);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);

  if (ipv4 != NULL)
    assert_connected (fixture, ipv4);
  else
    assert_failed (fixture, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES, EMFILE,
                   "Could not connect to mock.example:PORT: [::1]:PORT: Too many open files");
  tisock_slot_detach (&slot);
}

static void
add_failure_tests (void)
{
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/connector/fail/all", test_connector_all_fail);
  ADD ("/connector/fail/all-refuse", test_connector_all_refuse);
  ADD ("/connector/fail/unknown-name", test_connector_unknown_name);
  ADD ("/connector/timeout/resolve", test_connector_resolve_timeout);
  ADD ("/connector/timeout/resolve-not-for-connecting",
       test_connector_resolve_timeout_not_for_connecting);
  ADD ("/connector/timeout/resolving", test_connector_timeout_resolving);
  ADD ("/connector/timeout/half-resolved", test_connector_timeout_half_resolved);
  ADD ("/connector/timeout/set", test_connector_set_timeouts);
#undef ADD
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  ADD ("/connector/literal/ipv4", "127.0.0.1", test_connector_literal);
  ADD ("/connector/literal/ipv6", "::1", test_connector_literal);
  ADD ("/connector/literal/refused", NULL, test_connector_literal_refused);
  ADD ("/connector/literal/invalid", NULL, test_connector_literal_invalid);
  ADD ("/connector/literal/timeout", NULL, test_connector_literal_timeout);
  ADD ("/connector/literal/itself", NULL, test_connector_itself);
  ADD ("/connector/bound", NULL, test_connector_bound);
  ADD ("/connector/bound/family", NULL, test_connector_bound_family);
  ADD ("/connector/name", NULL, test_connector_name);
  ADD ("/connector/name/localhost", NULL, test_connector_localhost);
  ADD ("/connector/name/wait", NULL, test_connector_wait);
  ADD ("/connector/name/wait-timeout", NULL, test_connector_wait_timeout);
  ADD ("/connector/race/second-wins", NULL, test_connector_second_wins);
  ADD ("/connector/race/first-goes-on", NULL, test_connector_first_goes_on);
  ADD ("/connector/race/late-answer", NULL, test_connector_late_answer);
  ADD ("/connector/race/late-answer-after-failure", NULL,
       test_connector_late_answer_after_failure);
  ADD ("/connector/race/losers-closed", NULL, test_connector_losers_closed);
  ADD ("/connector/race/prefers-ipv6", NULL, test_connector_prefers_ipv6);
  ADD ("/connector/race/delays", NULL, test_connector_delays);
  add_failure_tests ();
  ADD ("/connector/abandon/lookup", NULL, test_connector_abandon_lookup);
  ADD ("/connector/abandon/attempts", NULL, test_connector_abandon_attempts);
  ADD ("/connector/abandon/timer", NULL, test_connector_abandon_timer);
  ADD ("/connector/drop-owner/attempt", "127.0.0.1", test_connector_drop_owner);
  ADD ("/connector/drop-owner/lookup", "", test_connector_drop_owner);
  ADD ("/connector/drop-owner/deadline", NULL, test_connector_drop_owner);
  ADD ("/connector/keep-owner/attempt", "127.0.0.1", test_connector_keep_owner);
  ADD ("/connector/keep-owner/lookup", "", test_connector_keep_owner);
  ADD ("/connector/keep-owner/deadline", NULL, test_connector_keep_owner);
  ADD ("/connector/nested-loop", NULL, test_connector_nested_loop);
  ADD ("/connector/lost", NULL, test_connector_lost);
  ADD ("/connector/feeds", NULL, test_connector_feeds);
  ADD ("/connector/full-table/literal", "127.0.0.1", test_connector_full_table);
  ADD ("/connector/full-table/name", "mock.example", test_connector_full_table);
  ADD ("/connector/full-table/one-attempt", "127.0.0.1", test_connector_full_table_later);
  ADD ("/connector/full-table/only-attempt", NULL, test_connector_full_table_later);
#undef ADD

  return g_test_run ();
}
