/* test-service-browser.c: finding services, and connecting to what was found
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "avahi-fixture.h"

#include "tisock-socket-error.h"

static TisockServiceBrowser *
make_browser (AvahiFixture *fixture)
{
  TisockServiceBrowser *browser = tisock_service_browser_new (SERVICE_TYPE, NULL);

  avahi_fixture_watch (fixture, browser);

  return browser;
}

static TisockServiceBrowser *
start_browser (AvahiFixture *fixture)
{
  TisockServiceBrowser *browser = make_browser (fixture);

  g_assert_true (tisock_service_browser_start (browser, NULL));
  avahi_fixture_expect (fixture, "browsing:1 ");

  return browser;
}

static void
stop_browser (AvahiFixture         *fixture,
              TisockServiceBrowser *browser)
{
  tisock_service_browser_stop (browser);
  avahi_fixture_expect (fixture, "browsing:0 ");
  g_assert_finalize_object (browser);
}

static void
announce (AvahiFixture *fixture,
          const char   *name)
{
  mock_avahi_announce (fixture->avahi, MOCK_AVAHI_IPV4, name, SERVICE_TYPE, "192.0.2.1", 7000);
}

static guint
count_services (TisockServiceBrowser *browser)
{
  return g_list_model_get_n_items (tisock_service_browser_get_services (browser));
}

static TisockService *
get_service (TisockServiceBrowser *browser)
{
  g_assert_cmpuint (count_services (browser), ==, 1);

  return g_list_model_get_item (tisock_service_browser_get_services (browser), 0);
}

/* Waits for the addresses, which are separated by commas. */
static void
await_addresses (TisockService *service,
                 const char    *expected)
{
  g_autofree char *addresses = NULL;

  while (g_strcmp0 (addresses, expected) != 0)
    {
      g_free (addresses);
      addresses = g_strjoinv (",", (char **) tisock_service_get_addresses (service));
      if (!g_str_equal (addresses, expected))
        test_iterate ();
    }
}

static void
test_service_browser_found (AvahiFixture  *fixture,
                            gconstpointer  user_data)
{
  static const char *const txt_records[] = { "a=1", NULL };
  TisockServiceBrowser *browser;
  g_autoptr(TisockService) service = NULL;

  announce (fixture, "Tea");
  mock_avahi_announce (fixture->avahi, MOCK_AVAHI_IPV4, "Other", "_other._tcp", "192.0.2.1", 1);
  browser = start_browser (fixture);
  avahi_fixture_expect (fixture, "added:Tea ");

  service = get_service (browser);
  g_assert_cmpstr (tisock_service_get_name (service), ==, "Tea");
  g_assert_cmpstr (tisock_service_get_service_type (service), ==, SERVICE_TYPE);
  g_assert_cmpstr (tisock_service_get_domain (service), ==, "local");
  g_assert_cmpstr (tisock_service_get_host_name (service), ==, "mock.local");
  g_assert_cmpint (tisock_service_get_port (service), ==, 7000);
  g_assert_cmpuint (tisock_service_get_interface_index (service), ==, 1);
  g_assert_cmpstrv (tisock_service_get_txt_records (service), txt_records);
  await_addresses (service, "192.0.2.1");

  announce (fixture, "Coffee");
  avahi_fixture_expect (fixture, "added:Coffee ");
  g_assert_cmpuint (count_services (browser), ==, 2);

  tisock_service_browser_stop (browser);
  avahi_fixture_expect (fixture, "browsing:0 ");
  g_assert_cmpuint (count_services (browser), ==, 0);
  avahi_fixture_await_objects (fixture, 0);
  g_assert_finalize_object (browser);
}

static void
test_service_browser_protocols (AvahiFixture  *fixture,
                                gconstpointer  user_data)
{
  TisockServiceBrowser *browser = start_browser (fixture);
  g_autoptr(TisockService) service = NULL;

  g_test_summary ("What is there by IPv4 and by IPv6 is one service.");

  announce (fixture, "Tea");
  avahi_fixture_expect (fixture, "added:Tea ");
  service = get_service (browser);
  mock_avahi_announce (fixture->avahi, MOCK_AVAHI_IPV6, "Tea", SERVICE_TYPE, "fe80::1", 7000);
  await_addresses (service, "192.0.2.1,fe80::1%lo");

  mock_avahi_retract (fixture->avahi, MOCK_AVAHI_IPV4, "Tea");
  await_addresses (service, "fe80::1%lo");
  avahi_fixture_await_objects (fixture, 2);
  g_assert_cmpuint (count_services (browser), ==, 1);

  mock_avahi_retract (fixture->avahi, MOCK_AVAHI_IPV6, "Tea");
  avahi_fixture_expect (fixture, "removed:Tea ");
  g_assert_cmpuint (count_services (browser), ==, 0);
  avahi_fixture_await_objects (fixture, 1);

  stop_browser (fixture, browser);
}

static void
test_service_browser_fleeting (AvahiFixture  *fixture,
                               gconstpointer  user_data)
{
  TisockServiceBrowser *browser = start_browser (fixture);

  g_test_summary ("What goes before it is resolved leaves nothing with the daemon.");

  avahi_fixture_await_objects (fixture, 1);
  announce (fixture, "Tea");
  mock_avahi_retract (fixture->avahi, MOCK_AVAHI_IPV4, "Tea");
  announce (fixture, "Tea");
  mock_avahi_retract (fixture->avahi, MOCK_AVAHI_IPV4, "Tea");
  announce (fixture, "Coffee");
  avahi_fixture_expect (fixture, "added:Coffee ");
  avahi_fixture_await_objects (fixture, 2);

  stop_browser (fixture, browser);
}

static void
test_service_browser_restart (AvahiFixture  *fixture,
                              gconstpointer  user_data)
{
  TisockServiceBrowser *browser = start_browser (fixture);

  announce (fixture, "Tea");
  avahi_fixture_expect (fixture, "added:Tea ");
  avahi_fixture_stop (fixture);
  avahi_fixture_expect (fixture, "removed:Tea error:not-found ");
  g_assert_cmpuint (count_services (browser), ==, 0);

  avahi_fixture_start (fixture);
  announce (fixture, "Coffee");
  avahi_fixture_expect (fixture, "added:Coffee ");

  stop_browser (fixture, browser);
}

static void
test_service_browser_no_daemon (AvahiFixture  *fixture,
                                gconstpointer  user_data)
{
  TisockServiceBrowser *browser;

  avahi_fixture_stop (fixture);
  browser = start_browser (fixture);
  avahi_fixture_expect (fixture, "error:not-found ");
  g_assert_cmpstr (fixture->message, ==,
                   "Browsing for " SERVICE_TYPE ": The Avahi daemon is not running");
  g_assert_true (tisock_service_browser_get_is_browsing (browser));

  avahi_fixture_start (fixture);
  announce (fixture, "Tea");
  avahi_fixture_expect (fixture, "added:Tea ");

  stop_browser (fixture, browser);
}

static void
test_service_browser_no_bus (AvahiFixture  *fixture,
                             gconstpointer  user_data)
{
  TisockServiceBrowser *browser = make_browser (fixture);

  avahi_fixture_hide_bus (fixture);
  g_assert_true (tisock_service_browser_start (browser, NULL));
  avahi_fixture_expect (fixture, "browsing:1 browsing:0 error:not-found ");
  g_assert_nonnull (strstr (fixture->message, "The system bus cannot be reached: "));
  g_assert_finalize_object (browser);
}

static void
test_service_browser_bus_ends (AvahiFixture  *fixture,
                               gconstpointer  user_data)
{
  TisockServiceBrowser *browser = start_browser (fixture);

  announce (fixture, "Tea");
  avahi_fixture_expect (fixture, "added:Tea ");
  avahi_fixture_stop (fixture);
  avahi_fixture_end_bus (fixture);

  /* It is not known which of the two is seen to end first. */
  test_wait_until (!tisock_service_browser_get_is_browsing (browser));
  if (g_str_has_prefix (fixture->log->str, "removed:Tea error:not-found "))
    g_string_erase (fixture->log, 0, (gssize) strlen ("removed:Tea error:not-found "));
  avahi_fixture_expect (fixture, "browsing:0 error:closed ");
  g_assert_cmpuint (count_services (browser), ==, 0);
  g_assert_finalize_object (browser);
}

static void
test_service_browser_refused (AvahiFixture  *fixture,
                              gconstpointer  user_data)
{
  TisockServiceBrowser *browser;

  mock_avahi_fail_next (fixture->avahi, "ServiceBrowserNew",
                        "org.freedesktop.Avahi.InvalidServiceTypeError");
  browser = start_browser (fixture);
  avahi_fixture_expect (fixture, "browsing:0 error:invalid-argument ");
  g_assert_cmpstr (fixture->message, ==, "Browsing for " SERVICE_TYPE ": It was made to fail");

  g_assert_true (tisock_service_browser_start (browser, NULL));
  announce (fixture, "Tea");
  avahi_fixture_expect (fixture, "browsing:1 added:Tea ");

  stop_browser (fixture, browser);
}

static void
test_service_browser_failures (AvahiFixture  *fixture,
                               gconstpointer  user_data)
{
  TisockServiceBrowser *browser = start_browser (fixture);

  g_test_summary ("What cannot be resolved does not end browsing.");

  mock_avahi_fail_next (fixture->avahi, "ServiceResolverNew",
                        "org.freedesktop.Avahi.TooManyObjectsError");
  announce (fixture, "Tea");
  test_wait_until (mock_avahi_get_n_objects (fixture->avahi) == 1);
  announce (fixture, "Coffee");
  test_wait_until (count_services (browser) == 1);
  avahi_fixture_expect (fixture, "error:dbus-error added:Coffee ");

  mock_avahi_fail_resolvers (fixture->avahi, "Timeout reached");
  avahi_fixture_expect (fixture, "error:host-not-found ");
  g_assert_cmpstr (fixture->message, ==, "Browsing for " SERVICE_TYPE ": “Coffee” cannot be "
                                         "resolved: Timeout reached");

  mock_avahi_fail_browsers (fixture->avahi, "No more");
  avahi_fixture_expect (fixture, "browsing:0 error:failed ");
  g_assert_finalize_object (browser);
}

static void
test_service_browser_misuse (AvahiFixture  *fixture,
                             gconstpointer  user_data)
{
  TisockServiceBrowser *browser = start_browser (fixture);
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_service_browser_start (browser, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  avahi_fixture_expect (fixture, "error:invalid-state ");
  g_assert_cmpstr (fixture->message, ==, error->message);

  tisock_service_browser_stop (browser);
  tisock_service_browser_stop (browser);
  avahi_fixture_expect (fixture, "browsing:0 ");
  g_assert_finalize_object (browser);
}

static void
stop_cb (TisockServiceBrowser *browser)
{
  tisock_service_browser_stop (browser);
}

static void
test_service_browser_stop_in_handler (AvahiFixture  *fixture,
                                      gconstpointer  user_data)
{
  TisockServiceBrowser *browser = start_browser (fixture);
  gulong handler = g_signal_connect (browser, "added", G_CALLBACK (stop_cb), NULL);

  announce (fixture, "Tea");
  announce (fixture, "Coffee");
  avahi_fixture_expect (fixture, "added:Tea browsing:0 ");
  avahi_fixture_await_objects (fixture, 0);
  g_signal_handler_disconnect (browser, handler);

  g_signal_connect (browser, "removed", G_CALLBACK (stop_cb), NULL);
  g_assert_true (tisock_service_browser_start (browser, NULL));
  avahi_fixture_expect (fixture, "browsing:1 added:Tea added:Coffee ");
  avahi_fixture_stop (fixture);
  avahi_fixture_expect (fixture, "removed:Tea browsing:0 ");
  g_assert_finalize_object (browser);
}

static void
test_service_browser_lifetime (AvahiFixture  *fixture,
                               gconstpointer  user_data)
{
  TisockServiceBrowser *browser = start_browser (fixture);
  gpointer weak = browser;

  g_test_summary ("A browser lives as long as it browses, without a reference.");

  g_object_add_weak_pointer (G_OBJECT (browser), &weak);
  g_object_unref (browser);
  announce (fixture, "Tea");
  avahi_fixture_expect (fixture, "added:Tea ");
  g_assert_nonnull (weak);
  tisock_service_browser_stop (weak);
  g_assert_null (weak);
  avahi_fixture_expect (fixture, "browsing:0 ");
}

static void
test_service_browser_dispose (AvahiFixture  *fixture,
                              gconstpointer  user_data)
{
  TisockServiceBrowser *browser = start_browser (fixture);

  announce (fixture, "Tea");
  avahi_fixture_expect (fixture, "added:Tea ");
  g_object_run_dispose (G_OBJECT (browser));
  avahi_fixture_await_objects (fixture, 0);
  avahi_fixture_expect (fixture, "");
  g_assert_finalize_object (browser);
}

static void
test_service_browser_stop_at_once (AvahiFixture  *fixture,
                                   gconstpointer  user_data)
{
  TisockServiceBrowser *browser = make_browser (fixture);

  g_assert_true (tisock_service_browser_start (browser, NULL));
  tisock_service_browser_stop (browser);
  avahi_fixture_expect (fixture, "browsing:1 browsing:0 ");
  g_assert_finalize_object (browser);
}

static void
context_cb (TisockServiceBrowser *browser,
            TisockService        *service,
            GMainContext         *context)
{
  g_assert_true (g_main_context_get_thread_default () == context);
}

static void
test_service_browser_context (AvahiFixture  *fixture,
                              gconstpointer  user_data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  TisockServiceBrowser *browser;

  g_test_summary ("Handlers run where the browser was made, and what they make belongs there.");

  g_main_context_push_thread_default (context);
  browser = make_browser (fixture);
  g_main_context_pop_thread_default (context);

  g_signal_connect (browser, "added", G_CALLBACK (context_cb), context);
  announce (fixture, "Tea");
  g_assert_true (tisock_service_browser_start (browser, NULL));
  while (count_services (browser) == 0)
    {
      g_main_context_iteration (context, FALSE);
      g_main_context_iteration (NULL, FALSE);
    }
  avahi_fixture_expect (fixture, "browsing:1 added:Tea ");

  tisock_service_browser_stop (browser);
  avahi_fixture_expect (fixture, "browsing:0 ");
  while (g_main_context_iteration (context, FALSE))
    continue;
  g_assert_finalize_object (browser);
}

/* Connecting */

static TisockSocketState
open_service (TisockService *service)
{
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);
  TisockSocketState state;

  tisock_tcp_socket_set_connectable (socket, G_SOCKET_CONNECTABLE (service));
  g_assert_true (tisock_socket_core_open (core, NULL));
  test_wait_until (tisock_socket_core_get_state (core) != TISOCK_SOCKET_STATE_CONNECTING);
  state = tisock_socket_core_get_state (core);
  tisock_socket_core_close (core);

  return state;
}

static void
test_service_open (AvahiFixture  *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(TisockServerSocket) server = tisock_server_socket_new ();
  g_autoptr(TisockService) service = tisock_service_new ("Tea", SERVICE_TYPE, NULL);

  g_test_summary ("Opening asks where the service is.");

  tisock_server_socket_set_address (server, "127.0.0.1");
  g_assert_true (tisock_server_socket_listen (server, NULL));
  mock_avahi_announce (fixture->avahi, MOCK_AVAHI_IPV6, "Tea", SERVICE_TYPE, "::1",
                       tisock_server_socket_get_port (server));
  g_assert_cmpint (open_service (service), ==, TISOCK_SOCKET_STATE_ERROR);

  mock_avahi_announce (fixture->avahi, MOCK_AVAHI_IPV4, "Tea", SERVICE_TYPE, "127.0.0.1",
                       tisock_server_socket_get_port (server));
  g_assert_cmpint (open_service (service), ==, TISOCK_SOCKET_STATE_CONNECTED);
  tisock_server_socket_close (server);
}

static void
socket_error_cb (TisockTCPSocket *socket,
                 GError          *error,
                 AvahiFixture    *fixture)
{
  avahi_fixture_log (fixture, "error");
  g_free (fixture->message);
  fixture->message = g_strdup (error->message);
}

static void
expect_open_error (AvahiFixture *fixture,
                   const char   *reason)
{
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  g_autoptr(TisockService) service = tisock_service_new ("Tea", SERVICE_TYPE, NULL);

  g_signal_connect (socket, "error", G_CALLBACK (socket_error_cb), fixture);
  tisock_tcp_socket_set_connectable (socket, G_SOCKET_CONNECTABLE (service));
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL));
  avahi_fixture_expect (fixture, "error ");
  g_test_message ("%s", fixture->message);
  g_assert_nonnull (strstr (fixture->message, "“Tea” (" SERVICE_TYPE ")"));
  g_assert_nonnull (strstr (fixture->message, reason));
}

static void
test_service_open_fails (AvahiFixture  *fixture,
                         gconstpointer  user_data)
{
  expect_open_error (fixture, "Timeout reached");
  avahi_fixture_stop (fixture);
  expect_open_error (fixture, "The Avahi daemon is not running");
  avahi_fixture_hide_bus (fixture);
  expect_open_error (fixture, "The system bus cannot be reached");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  if (!avahi_fixture_can_run ())
    return 0;

  AVAHI_FIXTURE_ADD ("/service-browser/found", test_service_browser_found);
  AVAHI_FIXTURE_ADD ("/service-browser/protocols", test_service_browser_protocols);
  AVAHI_FIXTURE_ADD ("/service-browser/fleeting", test_service_browser_fleeting);
  AVAHI_FIXTURE_ADD ("/service-browser/restart", test_service_browser_restart);
  AVAHI_FIXTURE_ADD ("/service-browser/no-daemon", test_service_browser_no_daemon);
  AVAHI_FIXTURE_ADD ("/service-browser/no-bus", test_service_browser_no_bus);
  AVAHI_FIXTURE_ADD ("/service-browser/bus-ends", test_service_browser_bus_ends);
  AVAHI_FIXTURE_ADD ("/service-browser/refused", test_service_browser_refused);
  AVAHI_FIXTURE_ADD ("/service-browser/failures", test_service_browser_failures);
  AVAHI_FIXTURE_ADD ("/service-browser/misuse", test_service_browser_misuse);
  AVAHI_FIXTURE_ADD ("/service-browser/stop/in-handler", test_service_browser_stop_in_handler);
  AVAHI_FIXTURE_ADD ("/service-browser/stop/at-once", test_service_browser_stop_at_once);
  AVAHI_FIXTURE_ADD ("/service-browser/lifetime", test_service_browser_lifetime);
  AVAHI_FIXTURE_ADD ("/service-browser/dispose", test_service_browser_dispose);
  AVAHI_FIXTURE_ADD ("/service-browser/context", test_service_browser_context);
  AVAHI_FIXTURE_ADD ("/service/open", test_service_open);
  AVAHI_FIXTURE_ADD ("/service/open/fails", test_service_open_fails);

  return g_test_run ();
}
