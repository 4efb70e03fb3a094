/* test-server-socket.c: a server's life, and the order of what it says
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void
assert_state (ServerFixture     *fixture,
              TisockSocketState  state,
              int                last_error_number)
{
  g_assert_cmpint (tisock_server_socket_get_state (fixture->server), ==, state);
  g_assert_cmpint (tisock_server_socket_get_is_listening (fixture->server), ==,
                   state == TISOCK_SOCKET_STATE_LISTENING);
  g_assert_cmpint (tisock_server_socket_get_last_error_number (fixture->server), ==,
                   last_error_number);
}

static void
assert_listen_fails (ServerFixture *fixture,
                     GQuark         domain,
                     int            code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_server_socket_listen (fixture->server, &error));
  g_assert_error (error, domain, code);
}

/* A descriptor that has a port, but does not listen: nobody else is given the port. */
static int
reserve_port (int *port)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t length = sizeof address;
  int yes = TRUE;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, length));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &address, &length));
  *port = ntohs (address.sin_port);

  return fd;
}

/* Listening */

static void
test_defaults (ServerFixture *fixture,
               gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server;

  assert_state (fixture, TISOCK_SOCKET_STATE_INITIALIZED, 0);
  g_assert_cmpint (tisock_server_socket_get_port (server), ==, 0);
  g_assert_null (tisock_server_socket_get_address (server));
  g_assert_null (tisock_server_socket_get_network_interface (server));
  g_assert_cmpint (tisock_server_socket_get_handle (server), ==, -1);
  g_assert_cmpuint (tisock_server_socket_get_maximum_sockets_connected (server), ==, 0);
  g_assert_cmpuint (tisock_server_socket_get_minimum_sockets_available (server), ==, 0);
  g_assert_cmpuint (tisock_server_socket_get_listen_backlog (server), ==, 0);
  g_assert_true (tisock_server_socket_get_auto_accept (server));
  g_assert_cmpint (tisock_server_socket_get_overload_policy (server), ==,
                   TISOCK_OVERLOAD_POLICY_PAUSE);
  g_assert_cmpuint (tisock_server_socket_get_n_connections (server), ==, 0);
  g_assert_null (tisock_server_socket_get_allowed_peers (server));
  g_assert_null (tisock_server_socket_get_blocked_peers (server));

  /* Nothing to end. */
  tisock_server_socket_stop_listening (server);
  tisock_server_socket_close (server);
}

static void
test_any_port (ServerFixture *fixture,
               gconstpointer  user_data)
{
  struct sockaddr_in6 address;
  socklen_t length = sizeof address;
  g_autofree char *local_address = NULL;
  int port = server_fixture_listen (fixture);
  int handle = tisock_server_socket_get_handle (fixture->server);

  assert_state (fixture, TISOCK_SOCKET_STATE_LISTENING, 0);
  g_assert_cmpint (port, >, 0);
  g_assert_no_errno (getsockname (handle, (struct sockaddr *) &address, &length));
  g_assert_cmpint (ntohs (address.sin6_port), ==, port);

  local_address = tisock_server_socket_get_local_address (fixture->server);
  g_assert_cmpstr (local_address, ==, address.sin6_family == AF_INET6 ? "::" : "0.0.0.0");

  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
  assert_state (fixture, TISOCK_SOCKET_STATE_CLOSED, 0);
  g_assert_cmpint (tisock_server_socket_get_port (fixture->server), ==, 0);
  g_assert_cmpint (tisock_server_socket_get_handle (fixture->server), ==, -1);
  g_clear_pointer (&local_address, g_free);
  local_address = tisock_server_socket_get_local_address (fixture->server);
  g_assert_true (g_str_equal (local_address, "::") || g_str_equal (local_address, "0.0.0.0"));
}

static void
test_fixed_port (ServerFixture *fixture,
                 gconstpointer  user_data)
{
  int port;
  int reserved = reserve_port (&port);
  int peer;

  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  tisock_server_socket_set_port (fixture->server, port);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (server_fixture_listen (fixture), ==, port);
      peer = server_fixture_connect (fixture);
      server_fixture_expect (fixture, "accepted connected ");
      tisock_server_socket_close (fixture->server);
      server_fixture_expect (fixture, "socket-closed closed ");
      peer_expect_end (peer);
      g_assert_cmpint (tisock_server_socket_get_port (fixture->server), ==, port);
    }

  close (reserved);
}

static void
test_port_in_use (ServerFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(TisockServerSocket) second = tisock_server_socket_new ();
  ServerFixture other = { second, fixture->log, fixture->sockets };
  g_autoptr(GError) error = NULL;
  g_autofree char *where = NULL;
  int port = server_fixture_listen (fixture);

  server_fixture_watch (&other, second);
  tisock_server_socket_set_port (second, port);
  g_assert_false (tisock_server_socket_listen (second, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  where = g_strdup_printf ("Could not listen on port %d of all interfaces: ", port);
  g_assert_true (g_str_has_prefix (error->message, where));
  g_assert_cmpstr (fixture->log->str, ==, "error(105) closed ");
  g_string_truncate (fixture->log, 0);
  assert_state (&other, TISOCK_SOCKET_STATE_ERROR, 105);
  g_assert_cmpint (tisock_server_socket_get_handle (second), ==, -1);
  g_assert_cmpint (tisock_server_socket_get_port (second), ==, port);

  /* The first one does not notice; when it has ended, the second can have the port. */
  assert_state (fixture, TISOCK_SOCKET_STATE_LISTENING, 0);
  tisock_server_socket_stop_listening (fixture->server);
  g_assert_cmpint (server_fixture_listen (&other), ==, port);
  assert_state (&other, TISOCK_SOCKET_STATE_LISTENING, 0);
  tisock_server_socket_close (second);
  server_fixture_expect (fixture, "closed closed ");
  g_assert_finalize_object (g_steal_pointer (&second));
}

static void
test_port_out_of_range (ServerFixture *fixture,
                        gconstpointer  user_data)
{
  const int ports[] = { -1, G_MININT, G_MAXUINT16 + 1, G_MAXINT };

  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      tisock_server_socket_set_port (fixture->server, ports[i]);
      g_assert_cmpint (tisock_server_socket_get_port (fixture->server), ==, ports[i]);
      assert_listen_fails (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_PORT);
      server_fixture_expect (fixture, "error(107) ");
      assert_state (fixture, TISOCK_SOCKET_STATE_INITIALIZED, 107);
    }
}

static void
test_privileged_port (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  g_autofree char *text = NULL;
  uid_t user = geteuid ();

  g_file_get_contents ("/proc/sys/net/ipv4/ip_unprivileged_port_start", &text, NULL, NULL);
  if (text != NULL && g_ascii_strtoull (text, NULL, 10) <= 1)
    {
      g_test_skip ("every port is unprivileged here");
      return;
    }

  /* Without the user, the capability goes as well. */
  if (user == 0)
    g_assert_no_errno (seteuid (65534));

  tisock_server_socket_set_port (fixture->server, 1);
  assert_listen_fails (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_PORT);
  g_assert_cmpstr (fixture->log->str, ==, "error(107) closed ");
  g_string_truncate (fixture->log, 0);
  assert_state (fixture, TISOCK_SOCKET_STATE_ERROR, 107);

  if (user == 0)
    g_assert_no_errno (seteuid (user));
}

static void
test_twice (ServerFixture *fixture,
            gconstpointer  user_data)
{
  int port = server_fixture_listen (fixture);

  assert_listen_fails (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  server_fixture_expect (fixture, "error(106) ");
  assert_state (fixture, TISOCK_SOCKET_STATE_LISTENING, 106);
  g_assert_cmpint (tisock_server_socket_get_port (fixture->server), ==, port);

  tisock_server_socket_stop_listening (fixture->server);
  tisock_server_socket_stop_listening (fixture->server);
  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "closed ");

  /* The next life begins with a clean slate. */
  server_fixture_listen (fixture);
  assert_state (fixture, TISOCK_SOCKET_STATE_LISTENING, 0);
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

static void
test_address (ServerFixture *fixture,
              gconstpointer  user_data)
{
  const struct {
    const char *address;
    const char *local_address;
  } rows[] = { { "127.0.0.1", "127.0.0.1" }, { "127.0.0.7", "127.0.0.7" },
               { "localhost", "127.0.0.1" }, { "::1", "::1" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *local_address = NULL;
      int port;
      int peer;

      tisock_server_socket_set_address (fixture->server, rows[i].address);
      port = server_fixture_listen (fixture);
      local_address = tisock_server_socket_get_local_address (fixture->server);
      g_assert_cmpstr (local_address, ==, rows[i].local_address);
      g_assert_cmpstr (tisock_server_socket_get_address (fixture->server), ==, rows[i].address);

      peer = peer_connect (NULL, rows[i].local_address, port);
      server_fixture_expect (fixture, "accepted connected ");
      close (peer);
      server_fixture_expect (fixture, "socket-error(102) socket-closed ");
      tisock_server_socket_stop_listening (fixture->server);
      server_fixture_expect (fixture, "closed ");
    }
}

/* Exactly the address: not another one of the same interface, nor of the other family. */
static void
test_address_only (ServerFixture *fixture,
                   gconstpointer  user_data)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  address.sin_port = htons ((guint16) server_fixture_listen (fixture));
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, -1);
  g_assert_cmpint (errno, ==, ECONNREFUSED);
  close (fd);

  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

static void
test_bad_address (ServerFixture *fixture,
                  gconstpointer  user_data)
{
  tisock_server_socket_set_address (fixture->server, "no.such.name");
  assert_listen_fails (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION);
  server_fixture_expect (fixture, "error(103) closed ");
  assert_state (fixture, TISOCK_SOCKET_STATE_ERROR, 103);

  /* Of the documentation's network: never this machine's. */
  tisock_server_socket_set_address (fixture->server, "192.0.2.1");
  assert_listen_fails (fixture, G_IO_ERROR, g_io_error_from_errno (EADDRNOTAVAIL));
  g_assert_true (g_str_has_suffix (fixture->log->str, " closed "));
  g_string_truncate (fixture->log, 0);
  assert_state (fixture, TISOCK_SOCKET_STATE_ERROR, EADDRNOTAVAIL);

  tisock_server_socket_set_address (fixture->server, "");
  server_fixture_listen (fixture);
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

static void
test_both_families (ServerFixture *fixture,
                    gconstpointer  user_data)
{
  const char *addresses[] = { "127.0.0.1", "::1" };
  int port = server_fixture_listen (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autofree char *remote_address = NULL;
      g_autofree char *local_address = NULL;
      int peer = peer_connect (NULL, addresses[i], port);
      TisockTCPSocket *socket;

      server_fixture_expect (fixture, "accepted connected ");
      socket = g_ptr_array_index (fixture->sockets, 0);
      remote_address = tisock_tcp_socket_get_remote_address (socket);
      g_assert_cmpstr (remote_address, ==, addresses[i]);
      local_address = tisock_socket_core_get_local_address (TISOCK_SOCKET_CORE (socket));
      g_assert_cmpstr (local_address, ==, addresses[i]);
      g_assert_cmpint (tisock_socket_core_get_port (TISOCK_SOCKET_CORE (socket)), ==, port);

      tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
      server_fixture_expect (fixture, "socket-closed ");
      peer_expect_end (peer);
    }

  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  guint *n = user_data;

  *n += 1;
}

static void
test_locked_settings (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server;
  int port = server_fixture_listen (fixture);
  guint n_notified = 0;

  g_signal_connect (server, "notify::port", G_CALLBACK (count_cb), &n_notified);
  g_signal_connect (server, "notify::address", G_CALLBACK (count_cb), &n_notified);
  g_signal_connect (server, "notify::listen-backlog", G_CALLBACK (count_cb), &n_notified);

  tisock_server_socket_set_port (server, 1);
  server_fixture_expect (fixture, "error(106) ");
  g_assert_cmpint (tisock_server_socket_get_port (server), ==, port);
  tisock_server_socket_set_address (server, "127.0.0.1");
  server_fixture_expect (fixture, "error(106) ");
  g_assert_null (tisock_server_socket_get_address (server));
  tisock_server_socket_set_listen_backlog (server, 7);
  server_fixture_expect (fixture, "error(106) ");
  g_assert_cmpuint (tisock_server_socket_get_listen_backlog (server), ==, 0);
  g_assert_cmpuint (n_notified, ==, 0);

  tisock_server_socket_stop_listening (server);
  server_fixture_expect (fixture, "closed ");
  n_notified = 0;
  tisock_server_socket_set_port (server, 1);
  tisock_server_socket_set_address (server, "127.0.0.1");
  tisock_server_socket_set_listen_backlog (server, 7);
  g_assert_cmpuint (n_notified, ==, 3);
}

/* Listening again, from inside */

static void
listen_again_cb (ServerFixture *fixture)
{
  g_signal_handlers_disconnect_by_func (fixture->server, listen_again_cb, fixture);
  tisock_server_socket_set_port (fixture->server, 0);
  server_fixture_listen (fixture);
  server_fixture_write_log (fixture, "listening");
}

static void
test_listen_in_closed (ServerFixture *fixture,
                       gconstpointer  user_data)
{
  int peer;

  server_fixture_listen (fixture);
  g_signal_connect_swapped (fixture->server, "closed", G_CALLBACK (listen_again_cb), fixture);
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed listening ");

  peer = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accepted connected ");
  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "socket-closed closed ");
  peer_expect_end (peer);
}

/* The `closed` that is due comes before the new life, and not again after it. */
static void
test_listen_in_error (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  int port;
  int fd = test_peer_listen (&port);
  int peer;

  g_signal_connect_swapped (fixture->server, "error", G_CALLBACK (listen_again_cb), fixture);
  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  tisock_server_socket_set_port (fixture->server, port);
  assert_listen_fails (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  server_fixture_expect (fixture, "error(105) closed listening ");
  assert_state (fixture, TISOCK_SOCKET_STATE_LISTENING, 0);

  peer = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "accepted connected ");
  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "socket-closed closed ");
  peer_expect_end (peer);
  close (fd);
}

static void
listen_in_vain_cb (ServerFixture *fixture)
{
  assert_listen_fails (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  assert_state (fixture, TISOCK_SOCKET_STATE_ERROR, 105);
}

static gboolean
count_idle_cb (gpointer user_data)
{
  guint *n_idle = user_data;

  *n_idle += 1;

  return G_SOURCE_CONTINUE;
}

/* One that listens again whatever ended it gets one life an iteration, and others have theirs. */
static void
check_listen_again (ServerFixture *fixture,
                    gboolean       in_error,
                    gboolean       in_closed)
{
  GCallback callback = G_CALLBACK (listen_in_vain_cb);
  guint n_idle = 0;
  guint idle = g_idle_add (count_idle_cb, &n_idle);
  int port;
  int fd = test_peer_listen (&port);

  if (in_error)
    g_signal_connect_swapped (fixture->server, "error", callback, fixture);
  if (in_closed)
    g_signal_connect_swapped (fixture->server, "closed", callback, fixture);

  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  tisock_server_socket_set_port (fixture->server, port);
  assert_listen_fails (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  for (guint i = 0; i < 6; i++)
    server_fixture_expect (fixture, "error(105) closed ");
  g_assert_cmpuint (n_idle, >=, 4);

  g_source_remove (idle);
  g_signal_handlers_disconnect_by_func (fixture->server, listen_in_vain_cb, fixture);
  server_fixture_expect (fixture, "error(105) closed ");
  close (fd);
}

static void
test_listen_again (ServerFixture *fixture,
                   gconstpointer  user_data)
{
  check_listen_again (fixture, FALSE, TRUE);
  check_listen_again (fixture, TRUE, FALSE);
  check_listen_again (fixture, TRUE, TRUE);
}

/* What is due goes with the server, without a word. */
static void
test_end_due_and_disposed (ServerFixture *fixture,
                           gconstpointer  user_data)
{
  int port;
  int fd = test_peer_listen (&port);

  g_signal_connect_swapped (fixture->server, "closed", G_CALLBACK (listen_in_vain_cb), fixture);
  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  tisock_server_socket_set_port (fixture->server, port);
  assert_listen_fails (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  server_fixture_expect (fixture, "error(105) closed ");
  g_object_run_dispose (G_OBJECT (fixture->server));
  server_fixture_expect_silence (fixture);
  close (fd);
}

/* A life ends before the next one begins, which may be in a notification of that end. */
static void
test_listen_in_notify (ServerFixture *fixture,
                       gconstpointer  user_data)
{
  int port;
  int fd = test_peer_listen (&port);

  server_fixture_listen (fixture);
  g_signal_connect_swapped (fixture->server, "notify::state", G_CALLBACK (listen_again_cb),
                            fixture);
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed listening ");
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");

  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  tisock_server_socket_set_port (fixture->server, port);
  g_signal_connect_swapped (fixture->server, "notify::state", G_CALLBACK (listen_again_cb),
                            fixture);
  assert_listen_fails (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  server_fixture_expect (fixture, "error(105) closed listening ");
  assert_state (fixture, TISOCK_SOCKET_STATE_LISTENING, 0);
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
  close (fd);
}

/* The listening descriptor and the reactor's own: there is room for none, and then for one. */
static void
test_listen_without_descriptors (ServerFixture *fixture,
                                 gconstpointer  user_data)
{
  gboolean on_poll = g_strcmp0 (g_getenv ("TISOCK_REACTOR"), "poll") == 0;
  g_autoptr(GArray) fillers = g_array_new (FALSE, FALSE, sizeof (int));
  struct rlimit limit, full;
  int fd;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  full = limit;
  full.rlim_cur = 64;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &full));
  while ((fd = dup (STDERR_FILENO)) >= 0)
    g_array_append_val (fillers, fd);

  for (guint i = 0; i < (on_poll ? 1 : 2); i++)
    {
      assert_listen_fails (fixture, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
      assert_state (fixture, TISOCK_SOCKET_STATE_ERROR, EMFILE);
      g_assert_true (g_str_has_suffix (fixture->log->str, " closed "));
      g_string_truncate (fixture->log, 0);
      close (g_array_index (fillers, int, i));
    }

  for (guint i = on_poll ? 1 : 2; i < fillers->len; i++)
    close (g_array_index (fillers, int, i));
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
}

/* Order */

static TisockTCPSocket *
add_socket_cb (TisockServerSocket *server,
               ServerFixture      *fixture)
{
  server_fixture_write_log (fixture, "add-socket");

  return tisock_tcp_socket_new ();
}

static void
test_order (ServerFixture *fixture,
            gconstpointer  user_data)
{
  int peer;

  g_signal_connect (fixture->server, "add-socket", G_CALLBACK (add_socket_cb), fixture);
  peer = server_fixture_connect (fixture);
  test_peer_send (peer, "hello");
  server_fixture_expect (fixture, "add-socket accepted connected data-available ");

  close (peer);
  server_fixture_expect (fixture, "socket-error(102) socket-closed ");
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

static void
close_in_accepted_cb (TisockServerSocket *server,
                      TisockTCPSocket    *socket,
                      gpointer            user_data)
{
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
}

static void
close_in_connected_cb (TisockServerSocket *server,
                       TisockTCPSocket    *socket,
                       gpointer            user_data)
{
  g_signal_connect (socket, "connected", G_CALLBACK (tisock_socket_core_close), NULL);
}

static void
check_closed_early (ServerFixture *fixture,
                    GCallback      accepted_cb,
                    const char    *log)
{
  int peer;

  g_signal_connect (fixture->server, "accepted", accepted_cb, NULL);
  peer = server_fixture_connect (fixture);
  test_peer_send (peer, "hello");
  server_fixture_expect (fixture, log);
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);
  close (peer);

  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

static void
test_close_in_accepted (ServerFixture *fixture,
                        gconstpointer  user_data)
{
  check_closed_early (fixture, G_CALLBACK (close_in_accepted_cb), "accepted socket-closed ");
}

static void
test_close_in_connected (ServerFixture *fixture,
                         gconstpointer  user_data)
{
  check_closed_early (fixture, G_CALLBACK (close_in_connected_cb),
                      "accepted connected socket-closed ");
}

static void
close_removed_cb (GListModel       *connections,
                  guint             position,
                  guint             removed,
                  guint             added,
                  TisockSocketCore *socket)
{
  if (removed > 0)
    tisock_socket_core_close (socket);
}

/* The connection that leaves the list does so because it has ended. */
static void
test_close_in_removed (ServerFixture *fixture,
                       gconstpointer  user_data)
{
  TisockTCPSocket *socket;
  int peer = server_fixture_connect (fixture);

  server_fixture_expect (fixture, "accepted connected ");
  socket = g_object_ref (g_ptr_array_index (fixture->sockets, 0));
  g_signal_connect (tisock_server_socket_get_connections (fixture->server), "items-changed",
                    G_CALLBACK (close_removed_cb), socket);
  close (peer);
  server_fixture_expect (fixture, "socket-error(102) socket-closed ");
  server_fixture_expect_silence (fixture);
  g_assert_finalize_object (socket);

  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

/* Before `accepted`, the program can get at a connection through its own socket. */
static void
close_connected_cb (TisockSocketCore *socket,
                    GParamSpec       *pspec,
                    ServerFixture    *fixture)
{
  if (!tisock_socket_core_get_is_connected (socket))
    return;

  server_fixture_write_log (fixture, "closing");
  tisock_socket_core_close (socket);
}

static TisockTCPSocket *
add_closing_socket_cb (TisockServerSocket *server,
                       ServerFixture      *fixture)
{
  TisockTCPSocket *socket = tisock_tcp_socket_new ();

  g_signal_connect (socket, "notify::state", G_CALLBACK (close_connected_cb), fixture);

  return socket;
}

static void
test_close_in_notify (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  int peer;

  g_signal_connect (fixture->server, "add-socket", G_CALLBACK (add_closing_socket_cb), fixture);
  peer = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "closing ");
  peer_expect_end (peer);
  server_fixture_expect_silence (fixture);
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);

  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

static void
close_first_cb (GListModel    *connections,
                guint          position,
                guint          removed,
                guint          added,
                ServerFixture *fixture)
{
  g_autoptr(TisockSocketCore) socket = NULL;

  if (added == 0)
    return;

  socket = g_list_model_get_item (connections, position);
  server_fixture_write_log (fixture, "closing");
  tisock_socket_core_close (socket);
}

static void
test_close_in_items_changed (ServerFixture *fixture,
                             gconstpointer  user_data)
{
  GListModel *connections = tisock_server_socket_get_connections (fixture->server);
  int peer;

  g_signal_connect (connections, "items-changed", G_CALLBACK (close_first_cb), fixture);
  peer = server_fixture_connect (fixture);
  server_fixture_expect (fixture, "closing ");
  peer_expect_end (peer);
  server_fixture_expect_silence (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (connections), ==, 0);

  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

/* Ends of a server */

static void
test_stop_listening (ServerFixture *fixture,
                     gconstpointer  user_data)
{
  int port = server_fixture_listen (fixture);
  int peer = server_fixture_connect (fixture);
  int late;
  TisockTCPSocket *socket;

  server_fixture_expect (fixture, "accepted connected ");
  socket = g_ptr_array_index (fixture->sockets, 0);

  /* One that nobody accepts any more. */
  late = peer_connect (NULL, "127.0.0.1", port);
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 1);
  close (late);

  test_peer_send (peer, "hello");
  server_fixture_expect (fixture, "data-available ");
  g_assert_true (tisock_tcp_socket_write_string (socket, "world", NULL));
  g_free (test_peer_receive (peer, 5));

  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "socket-closed ");
  g_assert_cmpuint (tisock_server_socket_get_n_connections (fixture->server), ==, 0);
  close (peer);
}

static void
test_close (ServerFixture *fixture,
            gconstpointer  user_data)
{
  int peers[3];

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      peers[i] = server_fixture_connect (fixture);
      server_fixture_expect (fixture, "accepted connected ");
    }

  tisock_server_socket_close (fixture->server);
  g_assert_cmpstr (fixture->log->str, ==, "socket-closed socket-closed socket-closed closed ");
  g_string_truncate (fixture->log, 0);
  assert_state (fixture, TISOCK_SOCKET_STATE_CLOSED, 0);
  tisock_server_socket_close (fixture->server);

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peer_expect_end (peers[i]);
}

/* Without a reference of the program's, a server lives as long as it listens, and a connection
 * until it is closed. */
static void
test_lifetime (ServerFixture *fixture,
               gconstpointer  user_data)
{
  TisockServerSocket *server = tisock_server_socket_new ();
  ServerFixture other = { server, fixture->log, fixture->sockets };
  TisockTCPSocket *socket;
  int peer;

  server_fixture_watch (&other, server);
  peer = server_fixture_connect (&other);
  g_object_add_weak_pointer (G_OBJECT (server), (gpointer *) &server);
  g_object_unref (server);
  g_assert_nonnull (server);

  server_fixture_expect (fixture, "accepted connected ");
  socket = g_ptr_array_index (fixture->sockets, 0);
  g_object_add_weak_pointer (G_OBJECT (socket), (gpointer *) &socket);
  test_peer_send (peer, "hello");
  server_fixture_expect (fixture, "data-available ");

  tisock_server_socket_stop_listening (server);
  server_fixture_expect (fixture, "closed ");
  test_peer_send (peer, "again");
  server_fixture_expect (fixture, "data-available ");
  g_assert_nonnull (socket);

  close (peer);
  server_fixture_expect (fixture, "socket-error(102) socket-closed ");
  g_assert_null (socket);
  g_assert_null (server);
}

/* With its context, everything goes without a word. */
static void
test_lost_context (ServerFixture *fixture,
                   gconstpointer  user_data)
{
  GMainContext *context = g_main_context_new ();
  ServerFixture other = { NULL, fixture->log, fixture->sockets };
  TisockTCPSocket *socket;
  int peer;

  g_main_context_push_thread_default (context);
  other.server = tisock_server_socket_new ();
  server_fixture_watch (&other, other.server);
  tisock_server_socket_set_minimum_sockets_available (other.server, 2);
  peer = server_fixture_connect (&other);
  server_fixture_expect (&other, "accepted connected ");
  g_main_context_pop_thread_default (context);

  socket = g_ptr_array_index (fixture->sockets, 0);
  g_object_add_weak_pointer (G_OBJECT (socket), (gpointer *) &socket);
  g_main_context_unref (context);

  g_assert_null (socket);
  peer_expect_end (peer);
  g_assert_cmpstr (fixture->log->str, ==, "");
  g_assert_false (tisock_server_socket_get_is_listening (other.server));
  g_assert_cmpuint (tisock_server_socket_get_n_connections (other.server), ==, 0);
  g_assert_finalize_object (other.server);
  g_ptr_array_set_size (fixture->sockets, 0);
}

/* A connection belongs to the server's context, which is the thread's default in its signals. */
static void
check_context_cb (TisockServerSocket *server,
                  TisockTCPSocket    *socket,
                  gpointer            user_data)
{
  GMainContext **seen = user_data;

  *seen = g_main_context_get_thread_default ();
}

static void
test_own_context (ServerFixture *fixture,
                  gconstpointer  user_data)
{
  GMainContext *context = g_main_context_new ();
  GMainContext *seen = NULL;
  ServerFixture other = { NULL, fixture->log, fixture->sockets };
  int peer;

  g_main_context_push_thread_default (context);
  other.server = tisock_server_socket_new ();
  g_main_context_pop_thread_default (context);
  server_fixture_watch (&other, other.server);
  g_signal_connect (other.server, "accepted", G_CALLBACK (check_context_cb), &seen);

  peer = server_fixture_connect (&other);
  while (other.log->len < strlen ("accepted connected "))
    g_main_context_iteration (context, TRUE);
  g_assert_cmpstr (other.log->str, ==, "accepted connected ");
  g_assert_true (seen == context);

  tisock_server_socket_close (other.server);
  peer_expect_end (peer);
  g_assert_cmpstr (other.log->str, ==, "accepted connected socket-closed closed ");
  g_string_truncate (other.log, 0);
  g_assert_finalize_object (other.server);
  g_main_context_unref (context);
}

/* Every signal of a server may be the last thing that the program does with it. */

typedef enum
{
  END_BY_CLOSE,
  END_BY_STOP,
  END_BY_DISPOSE,
  END_BY_UNREF,
  N_ENDS
} End;

typedef struct
{
  TisockServerSocket *server;
  End                 end;
  gboolean            ended;
} Ending;

static void
end_server (Ending *ending)
{
  if (ending->ended)
    return;

  ending->ended = TRUE;
  switch (ending->end)
    {
    case END_BY_CLOSE:
      tisock_server_socket_close (ending->server);
      break;

    case END_BY_STOP:
      tisock_server_socket_stop_listening (ending->server);
      break;

    case END_BY_DISPOSE:
      g_object_run_dispose (G_OBJECT (ending->server));
      break;

    case END_BY_UNREF:
      tisock_server_socket_close (ending->server);
      g_object_unref (ending->server);
      break;

    case N_ENDS:
    default:
      g_assert_not_reached ();
    }
}

static TisockTCPSocket *
end_in_add_socket_cb (TisockServerSocket *server,
                      Ending             *ending)
{
  end_server (ending);

  return tisock_tcp_socket_new ();
}

static TisockTCPSocket *
add_no_socket_cb (TisockServerSocket *server)
{
  return NULL;
}

typedef struct
{
  const char *signal;
  gboolean    blocks;           /* the peer is not welcome */
  gboolean    lacks_socket;     /* add-socket gives nothing */
} EndingRow;

static void
check_ending (ServerFixture   *fixture,
              const EndingRow *row,
              End              end)
{
  const char *blocked[] = { "127.0.0.1", NULL };
  TisockServerSocket *server = tisock_server_socket_new ();
  ServerFixture other = { server, fixture->log, fixture->sockets };
  Ending ending = { server, end, FALSE };
  int peer = -1;

  g_object_add_weak_pointer (G_OBJECT (server), (gpointer *) &server);
  server_fixture_watch (&other, server);
  if (g_str_equal (row->signal, "add-socket"))
    g_signal_connect (server, "add-socket", G_CALLBACK (end_in_add_socket_cb), &ending);
  else
    g_signal_connect_swapped (server, row->signal, G_CALLBACK (end_server), &ending);
  if (row->blocks)
    tisock_server_socket_set_blocked_peers (server, blocked);
  if (row->lacks_socket)
    g_signal_connect (server, "add-socket", G_CALLBACK (add_no_socket_cb), NULL);

  g_assert_true (tisock_server_socket_listen (server, NULL));
  if (server != NULL && tisock_server_socket_get_is_listening (server))
    peer = server_fixture_connect (&other);
  if (g_str_equal (row->signal, "closed"))
    tisock_server_socket_stop_listening (server);
  test_wait_until (ending.ended);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  /* At most one `closed`, and nothing of the server after it. */
  if (end == END_BY_DISPOSE && !g_str_equal (row->signal, "closed"))
    g_assert_null (strstr (fixture->log->str, " closed "));
  else if (strstr (fixture->log->str, "closed ") != NULL)
    g_assert_null (strstr (g_strrstr (fixture->log->str, "closed "), "accepted"));

  while (fixture->sockets->len > 0)
    tisock_socket_core_close (g_ptr_array_index (fixture->sockets, 0));
  g_string_truncate (fixture->log, 0);
  if (peer >= 0)
    close (peer);
  if (end != END_BY_UNREF)
    g_object_unref (ending.server);
  g_assert_null (server);
}

static void
test_end_in_signals (ServerFixture *fixture,
                     gconstpointer  user_data)
{
  const EndingRow rows[] = {
    { "add-socket", FALSE, FALSE },
    { "accepted", FALSE, FALSE },
    { "dropped", TRUE, FALSE },
    { "dropped", FALSE, TRUE },
    { "error", FALSE, TRUE },
    { "closed", FALSE, FALSE },
    { "notify::n-connections", FALSE, FALSE },
    { "notify::state", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint end = 0; end < N_ENDS; end++)
      check_ending (fixture, &rows[i], (End) end);
}

/* What ends in add-socket ends there: nothing of the server comes after its `closed`. */
static TisockTCPSocket *
stop_in_add_socket_cb (TisockServerSocket *server,
                       gpointer            gives_socket)
{
  tisock_server_socket_stop_listening (server);

  return gives_socket != NULL ? tisock_tcp_socket_new () : NULL;
}

static void
test_stop_in_add_socket (ServerFixture *fixture,
                         gconstpointer  user_data)
{
  for (guint i = 0; i < 2; i++)
    {
      int peer = server_fixture_connect (fixture);
      gulong id = g_signal_connect (fixture->server, "add-socket",
                                    G_CALLBACK (stop_in_add_socket_cb), GUINT_TO_POINTER (i));

      server_fixture_expect (fixture, "closed ");
      peer_expect_end (peer);
      server_fixture_expect_silence (fixture);
      g_signal_handler_disconnect (fixture->server, id);
    }
}

/* Notifications */

static void
notified_cb (GObject       *object,
             GParamSpec    *pspec,
             ServerFixture *fixture)
{
  server_fixture_write_log (fixture, "%s", pspec->name);
}

static void
expect_notified (ServerFixture      *fixture,
                 const char *const  *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *word = g_strconcat (" ", names[i], " ", NULL);

      g_assert_nonnull (strstr (fixture->log->str, word));
    }

  g_string_truncate (fixture->log, 0);
}

static void
test_notify_of_lives (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  const char *const life[] = {
    "state", "is-listening", "handle", "port", "local-address", NULL,
  };
  const char *const connection[] = { "n-connections", "accepted", NULL };
  const char *const failure[] = { "last-error-number", "error(106)", NULL };
  int peer;

  g_signal_connect (fixture->server, "notify", G_CALLBACK (notified_cb), fixture);

  g_string_append_c (fixture->log, ' ');
  server_fixture_listen (fixture);
  expect_notified (fixture, life);

  g_string_append_c (fixture->log, ' ');
  peer = server_fixture_connect (fixture);
  test_wait_until (g_str_has_suffix (fixture->log->str, "connected "));
  expect_notified (fixture, connection);

  g_string_append_c (fixture->log, ' ');
  g_assert_false (tisock_server_socket_listen (fixture->server, NULL));
  expect_notified (fixture, failure);

  close (peer);
  server_fixture_expect (fixture, "n-connections socket-error(102) socket-closed ");

  g_string_append_c (fixture->log, ' ');
  tisock_server_socket_stop_listening (fixture->server);
  expect_notified (fixture, life);
}

static void
test_notify_of_settings (ServerFixture *fixture,
                         gconstpointer  user_data)
{
  const char *const peers[] = { "10.0.0.0/8", NULL };

  g_signal_connect (fixture->server, "notify", G_CALLBACK (notified_cb), fixture);

  /* Twice, of which the second changes nothing. */
  for (guint i = 0; i < 2; i++)
    {
      g_object_set (fixture->server, "port", 7, NULL);
      g_object_set (fixture->server, "address", "127.0.0.1", NULL);
      g_object_set (fixture->server, "maximum-sockets-connected", 8, NULL);
      g_object_set (fixture->server, "minimum-sockets-available", 9, NULL);
      g_object_set (fixture->server, "listen-backlog", 10, NULL);
      g_object_set (fixture->server, "auto-accept", FALSE, NULL);
      g_object_set (fixture->server, "overload-policy", TISOCK_OVERLOAD_POLICY_DROP, NULL);
    }
  server_fixture_expect (fixture,
                         "port address maximum-sockets-connected minimum-sockets-available "
                         "listen-backlog auto-accept overload-policy ");

  g_object_set (fixture->server, "allowed-peers", peers, NULL);
  g_object_set (fixture->server, "blocked-peers", peers, NULL);
  server_fixture_expect (fixture, "allowed-peers blocked-peers ");
}

/* What can be set reads the same as a property, and so does what cannot. */
static void
test_properties (ServerFixture *fixture,
                 gconstpointer  user_data)
{
  g_autofree char *address = NULL;
  g_autofree char *local_address = NULL;
  g_autoptr(GListModel) connections = NULL;
  TisockSocketState state;
  gboolean is_listening;
  guint n_connections;
  int handle;
  int last_error_number;
  int port;

  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  server_fixture_listen (fixture);
  g_object_get (fixture->server,
                "address", &address, "local-address", &local_address,
                "connections", &connections, "state", &state, "is-listening", &is_listening,
                "n-connections", &n_connections, "handle", &handle,
                "last-error-number", &last_error_number, "port", &port, NULL);

  g_assert_cmpstr (address, ==, "127.0.0.1");
  g_assert_cmpstr (local_address, ==, "127.0.0.1");
  g_assert_true (connections == tisock_server_socket_get_connections (fixture->server));
  g_assert_cmpint (state, ==, TISOCK_SOCKET_STATE_LISTENING);
  g_assert_true (is_listening);
  g_assert_cmpuint (n_connections, ==, 0);
  g_assert_cmpint (handle, ==, tisock_server_socket_get_handle (fixture->server));
  g_assert_cmpint (handle, >=, 0);
  g_assert_cmpint (last_error_number, ==, 0);
  g_assert_cmpint (port, ==, tisock_server_socket_get_port (fixture->server));

  g_clear_object (&connections);
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  SERVER_FIXTURE_ADD ("/server-socket/defaults", test_defaults);
  SERVER_FIXTURE_ADD ("/server-socket/properties", test_properties);
  SERVER_FIXTURE_ADD ("/server-socket/listen/any-port", test_any_port);
  SERVER_FIXTURE_ADD ("/server-socket/listen/fixed-port", test_fixed_port);
  SERVER_FIXTURE_ADD ("/server-socket/listen/port-in-use", test_port_in_use);
  SERVER_FIXTURE_ADD ("/server-socket/listen/port-out-of-range", test_port_out_of_range);
  SERVER_FIXTURE_ADD ("/server-socket/listen/privileged-port", test_privileged_port);
  SERVER_FIXTURE_ADD ("/server-socket/listen/twice", test_twice);
  SERVER_FIXTURE_ADD ("/server-socket/listen/address", test_address);
  SERVER_FIXTURE_ADD ("/server-socket/listen/address-only", test_address_only);
  SERVER_FIXTURE_ADD ("/server-socket/listen/bad-address", test_bad_address);
  SERVER_FIXTURE_ADD ("/server-socket/listen/both-families", test_both_families);
  SERVER_FIXTURE_ADD ("/server-socket/listen/locked-settings", test_locked_settings);
  SERVER_FIXTURE_ADD ("/server-socket/listen/in-closed", test_listen_in_closed);
  SERVER_FIXTURE_ADD ("/server-socket/listen/in-error", test_listen_in_error);
  SERVER_FIXTURE_ADD ("/server-socket/listen/in-notify", test_listen_in_notify);
  SERVER_FIXTURE_ADD ("/server-socket/listen/again", test_listen_again);
  SERVER_FIXTURE_ADD ("/server-socket/listen/no-descriptors", test_listen_without_descriptors);
  SERVER_FIXTURE_ADD ("/server-socket/end/due-and-disposed", test_end_due_and_disposed);
  SERVER_FIXTURE_ADD ("/server-socket/order/all", test_order);
  SERVER_FIXTURE_ADD ("/server-socket/order/close-in-accepted", test_close_in_accepted);
  SERVER_FIXTURE_ADD ("/server-socket/order/close-in-connected", test_close_in_connected);
  SERVER_FIXTURE_ADD ("/server-socket/order/close-in-notify", test_close_in_notify);
  SERVER_FIXTURE_ADD ("/server-socket/order/close-in-items-changed", test_close_in_items_changed);
  SERVER_FIXTURE_ADD ("/server-socket/order/close-in-removed", test_close_in_removed);
  SERVER_FIXTURE_ADD ("/server-socket/order/stop-in-add-socket", test_stop_in_add_socket);
  SERVER_FIXTURE_ADD ("/server-socket/end/stop-listening", test_stop_listening);
  SERVER_FIXTURE_ADD ("/server-socket/end/close", test_close);
  SERVER_FIXTURE_ADD ("/server-socket/end/lifetime", test_lifetime);
  SERVER_FIXTURE_ADD ("/server-socket/end/lost-context", test_lost_context);
  SERVER_FIXTURE_ADD ("/server-socket/end/in-signals", test_end_in_signals);
  SERVER_FIXTURE_ADD ("/server-socket/context/own", test_own_context);
  SERVER_FIXTURE_ADD ("/server-socket/notify/lives", test_notify_of_lives);
  SERVER_FIXTURE_ADD ("/server-socket/notify/settings", test_notify_of_settings);

  return g_test_run ();
}
