/* test-server-addresses.c: a server that listens on several addresses
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server-fixture.h"

#include "tisock-socket-error.h"

#include <sys/socket.h>
#include <unistd.h>

static GSocketConnectable *
new_inet (const char *address,
          guint       port)
{
  return G_SOCKET_CONNECTABLE (g_inet_socket_address_new_from_string (address, port));
}

static gboolean
add (ServerFixture       *fixture,
     GSocketConnectable  *address,
     GError             **error)
{
  g_autoptr(GSocketConnectable) owned = address;

  return tisock_server_socket_add_address (fixture->server, owned, error);
}

static void
add_inet (ServerFixture *fixture,
          const char    *address,
          guint          port)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (add (fixture, new_inet (address, port), &error));
  g_assert_no_error (error);
}

static guint
count_addresses (ServerFixture *fixture)
{
  g_autoptr(GListModel) addresses = tisock_server_socket_list_addresses (fixture->server);

  return g_list_model_get_n_items (addresses);
}

/* Asserts which address the server listens on, and returns its port. */
static int
expect_address (ServerFixture *fixture,
                guint          i,
                const char    *expected)
{
  g_autoptr(GListModel) addresses = tisock_server_socket_list_addresses (fixture->server);
  g_autoptr(GInetSocketAddress) address = g_list_model_get_item (addresses, i);
  g_autofree char *text = NULL;

  g_assert_true (G_IS_INET_SOCKET_ADDRESS (address));
  text = g_inet_address_to_string (g_inet_socket_address_get_address (address));
  g_assert_cmpstr (text, ==, expected);

  return g_inet_socket_address_get_port (address);
}

static void
stop (ServerFixture *fixture)
{
  tisock_server_socket_stop_listening (fixture->server);
  server_fixture_expect (fixture, "closed ");
  g_assert_cmpuint (count_addresses (fixture), ==, 0);
}

/* A peer connects, is accepted, and goes. */
static void
expect_service (ServerFixture *fixture,
                const char    *address,
                int            port)
{
  int peer = peer_connect (NULL, address, port);

  server_fixture_expect (fixture, "accepted connected ");
  close (peer);
  server_fixture_expect (fixture, "socket-error(102) socket-closed ");
}

/* Two addresses, and their ports. */
static void
listen_on_two (ServerFixture *fixture,
               int            ports[2])
{
  add_inet (fixture, "127.0.0.1", 0);
  add_inet (fixture, "127.0.0.2", 0);
  g_assert_true (tisock_server_socket_listen (fixture->server, NULL));
  ports[0] = expect_address (fixture, 0, "127.0.0.1");
  ports[1] = expect_address (fixture, 1, "127.0.0.2");
}

/* Which addresses those are */

static void
test_instead (ServerFixture *fixture,
              gconstpointer  user_data)
{
  g_autofree char *local_address = NULL;

  add_inet (fixture, "127.0.0.1", 0);
  g_assert_cmpuint (count_addresses (fixture), ==, 0);
  server_fixture_listen (fixture);
  g_assert_cmpuint (count_addresses (fixture), ==, 1);

  local_address = tisock_server_socket_get_local_address (fixture->server);
  g_assert_cmpstr (local_address, ==, "127.0.0.1");
  expect_service (fixture, "127.0.0.1", expect_address (fixture, 0, "127.0.0.1"));
  stop (fixture);
}

static void
test_besides (ServerFixture *fixture,
              gconstpointer  user_data)
{
  int port;

  add_inet (fixture, "127.0.0.2", 0);
  tisock_server_socket_set_address (fixture->server, "127.0.0.1");
  port = server_fixture_listen (fixture);
  g_assert_cmpuint (count_addresses (fixture), ==, 2);
  g_assert_cmpint (expect_address (fixture, 0, "127.0.0.1"), ==, port);
  expect_service (fixture, "127.0.0.1", port);
  expect_service (fixture, "127.0.0.2", expect_address (fixture, 1, "127.0.0.2"));
  stop (fixture);

  /* A port counts as well; an address that says nothing does not. */
  tisock_server_socket_set_address (fixture->server, "");
  server_fixture_listen (fixture);
  g_assert_cmpuint (count_addresses (fixture), ==, 1);
  stop (fixture);

  tisock_server_socket_set_port (fixture->server, port);
  g_assert_cmpint (server_fixture_listen (fixture), ==, port);
  g_assert_cmpuint (count_addresses (fixture), ==, 2);
  stop (fixture);
}

static void
test_network_interface (ServerFixture *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(TisockNetworkInterface) loopback = tisock_network_interface_lookup ("lo");

  if (loopback == NULL)
    {
      g_test_skip ("there is no interface called lo");
      return;
    }

  add_inet (fixture, "127.0.0.2", 0);
  tisock_server_socket_set_network_interface (fixture->server, loopback);
  server_fixture_listen (fixture);
  expect_address (fixture, 0, tisock_network_interface_get_ip_address (loopback));
  expect_address (fixture, 1, "127.0.0.2");
  stop (fixture);
}

static void
test_ports (ServerFixture *fixture,
            gconstpointer  user_data)
{
  int ports[2];
  int same;

  listen_on_two (fixture, ports);
  add_inet (fixture, "127.0.0.1", 0);
  same = expect_address (fixture, 2, "127.0.0.1");
  g_assert_cmpint (same, !=, ports[0]);
  g_assert_cmpint (tisock_server_socket_get_port (fixture->server), ==, ports[0]);
  for (guint i = 0; i < 2; i++)
    {
      expect_service (fixture, "127.0.0.1", ports[0]);
      expect_service (fixture, "127.0.0.2", ports[1]);
      expect_service (fixture, "127.0.0.1", same);
    }
  stop (fixture);
}

static void
test_families (ServerFixture *fixture,
               gconstpointer  user_data)
{
  add_inet (fixture, "::1", 0);
  if (!tisock_server_socket_listen (fixture->server, NULL))
    {
      g_string_truncate (fixture->log, 0);
      g_test_skip ("there is no IPv6");
      return;
    }

  add_inet (fixture, "127.0.0.1", 0);
  expect_service (fixture, "::1", expect_address (fixture, 0, "::1"));
  expect_service (fixture, "127.0.0.1", expect_address (fixture, 1, "127.0.0.1"));
  stop (fixture);
}

/* Each for itself, where the default is one listener for both. */
static void
test_all_interfaces (ServerFixture *fixture,
                     gconstpointer  user_data)
{
  int port;

  add_inet (fixture, "0.0.0.0", 0);
  server_fixture_listen (fixture);
  port = expect_address (fixture, 0, "0.0.0.0");
  if (!add (fixture, new_inet ("::", (guint) port), NULL))
    {
      g_string_truncate (fixture->log, 0);
      stop (fixture);
      g_test_skip ("there is no IPv6, or somebody else has the port");
      return;
    }

  expect_service (fixture, "127.0.0.1", port);
  expect_service (fixture, "::1", port);
  stop (fixture);
}

static void
test_network_addresses (ServerFixture *fixture,
                        gconstpointer  user_data)
{
  const struct {
    const char *host;
    const char *address;
  } rows[] = { { "127.0.0.3", "127.0.0.3" }, { "localhost", "127.0.0.1" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_true (add (fixture, g_network_address_new (rows[i].host, 0), NULL));

  server_fixture_listen (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    expect_service (fixture, rows[i].address, expect_address (fixture, i, rows[i].address));
  stop (fixture);
}

/* The list stays, and what was added while the server listened is in it. */
static void
test_next_life (ServerFixture *fixture,
                gconstpointer  user_data)
{
  int ports[2];

  listen_on_two (fixture, ports);
  add_inet (fixture, "127.0.0.3", 0);
  stop (fixture);

  server_fixture_listen (fixture);
  g_assert_cmpuint (count_addresses (fixture), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      const char *addresses[] = { "127.0.0.1", "127.0.0.2", "127.0.0.3" };

      expect_service (fixture, addresses[i], expect_address (fixture, i, addresses[i]));
    }
  stop (fixture);
}

/* Failures */

static void
expect_refused (ServerFixture      *fixture,
                GSocketConnectable *address,
                GQuark              domain,
                int                 code,
                const char         *message)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (add (fixture, address, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, message));
}

static void
test_kinds (ServerFixture *fixture,
            gconstpointer  user_data)
{
  /* Refused early, so that listening does not fail for it, and at once while it listens. */
  for (guint i = 0; i < 2; i++)
    {
      expect_refused (fixture, g_network_address_new ("some.name", 0),
                      TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_NAME_RESOLUTION, "some.name");
      server_fixture_expect (fixture, "error(103) ");
      g_signal_handlers_disconnect_by_data (fixture->server, fixture);
      expect_refused (fixture, g_network_service_new ("http", "tcp", "some.name"),
                      G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "GNetworkService");
      server_fixture_watch (fixture, fixture->server);
      server_fixture_listen (fixture);
      g_assert_cmpuint (count_addresses (fixture), ==, 1);
    }

  stop (fixture);
}

/* Nothing stays bound, and the message says which address it was. */
static void
test_one_fails (ServerFixture *fixture,
                gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *where = NULL;
  guint n_descriptors;
  int port;
  int taken = test_peer_listen (&port);

  add_inet (fixture, "127.0.0.2", 0);
  add_inet (fixture, "127.0.0.1", (guint) port);
  n_descriptors = test_count_descriptors ();
  g_assert_false (tisock_server_socket_listen (fixture->server, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  where = g_strdup_printf ("Could not listen on 127.0.0.1:%d: ", port);
  g_assert_true (g_str_has_prefix (error->message, where));
  server_fixture_expect (fixture, "error(105) closed ");
  g_assert_cmpuint (count_addresses (fixture), ==, 0);
  g_assert_cmpint (tisock_server_socket_get_handle (fixture->server), ==, -1);
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors);

  close (taken);
  server_fixture_listen (fixture);
  expect_service (fixture, "127.0.0.1", port);
  stop (fixture);
}

static void
test_adding_fails (ServerFixture *fixture,
                   gconstpointer  user_data)
{
  int port = 0;
  int ports[2];
  int taken = test_peer_listen (&port);

  listen_on_two (fixture, ports);
  expect_refused (fixture, new_inet ("127.0.0.1", (guint) port),
                  TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE, "127.0.0.1:");
  server_fixture_expect (fixture, "error(105) ");
  expect_refused (fixture, new_inet ("127.0.0.2", (guint) ports[1]),
                  TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE, "127.0.0.2:");
  server_fixture_expect (fixture, "error(105) ");
  expect_service (fixture, "127.0.0.1", ports[0]);
  expect_service (fixture, "127.0.0.2", ports[1]);
  stop (fixture);

  server_fixture_listen (fixture);
  g_assert_cmpuint (count_addresses (fixture), ==, 2);
  stop (fixture);
  close (taken);
}

/* Limits are those of the server. */

static void
test_maximum (ServerFixture *fixture,
              gconstpointer  user_data)
{
  int ports[2];
  int peers[4];

  tisock_server_socket_set_maximum_sockets_connected (fixture->server, 1);
  listen_on_two (fixture, ports);
  peers[0] = peer_connect (NULL, "127.0.0.1", ports[0]);
  peers[1] = peer_connect (NULL, "127.0.0.2", ports[1]);
  server_fixture_expect (fixture, "accepted connected ");
  server_fixture_expect_silence (fixture);

  tisock_socket_core_close (g_ptr_array_index (fixture->sockets, 0));
  server_fixture_expect (fixture, "socket-closed accepted connected ");
  tisock_server_socket_set_overload_policy (fixture->server, TISOCK_OVERLOAD_POLICY_DROP);
  peers[2] = peer_connect (NULL, "127.0.0.1", ports[0]);
  peers[3] = peer_connect (NULL, "127.0.0.2", ports[1]);
  server_fixture_expect (fixture, "dropped(limit) dropped(limit) ");
  peer_expect_end (peers[2]);
  peer_expect_end (peers[3]);

  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "socket-closed closed ");
  close (peers[0]);
  close (peers[1]);
}

static void
test_accept (ServerFixture *fixture,
             gconstpointer  user_data)
{
  int ports[2];
  int peers[2];

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  listen_on_two (fixture, ports);
  peers[0] = peer_connect (NULL, "127.0.0.1", ports[0]);
  peers[1] = peer_connect (NULL, "127.0.0.2", ports[1]);
  server_fixture_expect_silence (fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (tisock_server_socket_accept (fixture->server, NULL));
      server_fixture_expect (fixture, "accepted connected ");
      server_fixture_expect_silence (fixture);
    }

  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "socket-closed socket-closed closed ");
  close (peers[0]);
  close (peers[1]);
}

/* A blocking call waits for all of them. */
static void
test_accept_sync (ServerFixture *fixture,
                  gconstpointer  user_data)
{
  const char *addresses[] = { "127.0.0.2", "127.0.0.1" };
  int ports[2];

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  listen_on_two (fixture, ports);
  for (guint i = 0; i < 2; i++)
    {
      int peer = peer_connect (NULL, addresses[i], ports[1 - i]);
      g_autoptr(TisockTCPSocket) socket = NULL;
      g_autofree char *local_address = NULL;

      socket = tisock_server_socket_accept_sync (fixture->server, -1, NULL, NULL);
      g_assert_nonnull (socket);
      local_address = tisock_socket_core_get_local_address (TISOCK_SOCKET_CORE (socket));
      g_assert_cmpstr (local_address, ==, addresses[i]);
      close (peer);
    }

  tisock_server_socket_close (fixture->server);
  server_fixture_expect (fixture, "closed ");
}

/* Of one address added in a paused server nobody is accepted either. */
static void
test_added_while_paused (ServerFixture *fixture,
                         gconstpointer  user_data)
{
  int ports[2];
  int peer;

  tisock_server_socket_set_auto_accept (fixture->server, FALSE);
  listen_on_two (fixture, ports);
  add_inet (fixture, "127.0.0.3", 0);
  peer = peer_connect (NULL, "127.0.0.3", expect_address (fixture, 2, "127.0.0.3"));
  server_fixture_expect_silence (fixture);
  tisock_server_socket_set_auto_accept (fixture->server, TRUE);
  server_fixture_expect (fixture, "accepted connected ");
  close (peer);
  server_fixture_expect (fixture, "socket-error(102) socket-closed ");
  stop (fixture);
}

/* Handlers */

/* Both peers are there when the turn begins: the second belongs to a listener that is gone. */
static void
test_stop_in_accepted (ServerFixture *fixture,
                       gconstpointer  user_data)
{
  int ports[2];
  int peers[2];

  g_signal_connect (fixture->server, "accepted",
                    G_CALLBACK (tisock_server_socket_close), NULL);
  listen_on_two (fixture, ports);
  peers[0] = peer_connect (NULL, "127.0.0.1", ports[0]);
  peers[1] = peer_connect (NULL, "127.0.0.2", ports[1]);
  server_fixture_expect (fixture, "accepted socket-closed closed ");
  server_fixture_expect_silence (fixture);
  close (peers[0]);
  close (peers[1]);
}

static void
add_one_cb (TisockServerSocket *server,
            TisockTCPSocket    *socket,
            ServerFixture      *fixture)
{
  if (count_addresses (fixture) < 64)
    add_inet (fixture, "127.0.0.1", 0);
}

static void
test_add_in_accepted (ServerFixture *fixture,
                      gconstpointer  user_data)
{
  int ports[2];

  g_signal_connect (fixture->server, "accepted", G_CALLBACK (add_one_cb), fixture);
  listen_on_two (fixture, ports);
  for (guint i = 2; i < 64; i++)
    expect_service (fixture, "127.0.0.1", ports[0]);

  g_assert_cmpuint (count_addresses (fixture), ==, 64);
  expect_service (fixture, "127.0.0.1", expect_address (fixture, 63, "127.0.0.1"));
  stop (fixture);
}

static void
test_lost_context (void)
{
  GMainContext *context = g_main_context_new ();
  guint n_descriptors;
  TisockServerSocket *server;

  g_main_context_push_thread_default (context);
  server = tisock_server_socket_new ();
  n_descriptors = test_count_descriptors ();
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GSocketConnectable) address = new_inet ("127.0.0.1", 0);

      g_assert_true (tisock_server_socket_add_address (server, address, NULL));
    }
  g_assert_true (tisock_server_socket_listen (server, NULL));
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  g_assert_cmpint (tisock_server_socket_get_state (server), ==, TISOCK_SOCKET_STATE_CLOSED);
  g_assert_finalize_object (server);
  g_assert_cmpuint (test_count_descriptors (), <=, n_descriptors);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  SERVER_FIXTURE_ADD ("/server-addresses/instead", test_instead);
  SERVER_FIXTURE_ADD ("/server-addresses/besides", test_besides);
  SERVER_FIXTURE_ADD ("/server-addresses/network-interface", test_network_interface);
  SERVER_FIXTURE_ADD ("/server-addresses/ports", test_ports);
  SERVER_FIXTURE_ADD ("/server-addresses/families", test_families);
  SERVER_FIXTURE_ADD ("/server-addresses/all-interfaces", test_all_interfaces);
  SERVER_FIXTURE_ADD ("/server-addresses/network-addresses", test_network_addresses);
  SERVER_FIXTURE_ADD ("/server-addresses/next-life", test_next_life);
  SERVER_FIXTURE_ADD ("/server-addresses/kinds", test_kinds);
  SERVER_FIXTURE_ADD ("/server-addresses/one-fails", test_one_fails);
  SERVER_FIXTURE_ADD ("/server-addresses/adding-fails", test_adding_fails);
  SERVER_FIXTURE_ADD ("/server-addresses/maximum", test_maximum);
  SERVER_FIXTURE_ADD ("/server-addresses/accept", test_accept);
  SERVER_FIXTURE_ADD ("/server-addresses/accept-sync", test_accept_sync);
  SERVER_FIXTURE_ADD ("/server-addresses/added-while-paused", test_added_while_paused);
  SERVER_FIXTURE_ADD ("/server-addresses/stop-in-accepted", test_stop_in_accepted);
  SERVER_FIXTURE_ADD ("/server-addresses/add-in-accepted", test_add_in_accepted);
  g_test_add_func ("/server-addresses/lost-context", test_lost_context);

  return g_test_run ();
}
