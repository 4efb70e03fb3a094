/* test-service-publisher.c: publishing a server for others to find
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "avahi-fixture.h"

#include "tisock-socket-error.h"

static TisockServerSocket *
make_server (void)
{
  TisockServerSocket *server = tisock_server_socket_new ();

  tisock_server_socket_set_address (server, "127.0.0.1");
  g_assert_true (tisock_server_socket_listen (server, NULL));

  return server;
}

static TisockServicePublisher *
make_publisher (AvahiFixture *fixture)
{
  TisockServicePublisher *publisher =
    tisock_service_publisher_new_for_port (7000, "Tea", SERVICE_TYPE);

  avahi_fixture_watch (fixture, publisher);

  return publisher;
}

static TisockServicePublisher *
publish (AvahiFixture *fixture)
{
  TisockServicePublisher *publisher = make_publisher (fixture);

  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "published:1 ");
  g_assert_true (tisock_service_publisher_get_is_published (publisher));
  g_assert_cmpint (mock_avahi_get_port (fixture->avahi, "Tea"), ==, 7000);

  return publisher;
}

static void
withdraw (AvahiFixture           *fixture,
          TisockServicePublisher *publisher)
{
  tisock_service_publisher_withdraw (publisher);
  avahi_fixture_expect (fixture, "published:0 ");
  avahi_fixture_await_objects (fixture, 0);
  g_assert_finalize_object (publisher);
}

static void
announce (AvahiFixture *fixture,
          const char   *name)
{
  mock_avahi_announce (fixture->avahi, MOCK_AVAHI_IPV4, name, SERVICE_TYPE, "192.0.2.1", 80);
}

static void
test_service_publisher_publish (AvahiFixture  *fixture,
                                gconstpointer  user_data)
{
  TisockServicePublisher *publisher = publish (fixture);

  tisock_service_publisher_withdraw (publisher);
  avahi_fixture_expect (fixture, "published:0 ");
  avahi_fixture_await_objects (fixture, 0);
  g_assert_cmpint (mock_avahi_get_port (fixture->avahi, "Tea"), ==, 0);

  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "published:1 ");
  g_assert_cmpint (mock_avahi_get_port (fixture->avahi, "Tea"), ==, 7000);

  withdraw (fixture, publisher);
}

static void
test_service_publisher_server (AvahiFixture  *fixture,
                               gconstpointer  user_data)
{
  TisockServerSocket *server = make_server ();
  TisockServicePublisher *publisher = tisock_service_publisher_new (server, NULL, SERVICE_TYPE);
  const char *name = tisock_service_publisher_get_name (publisher);

  g_test_summary ("The port is the server's, the name the host's, and it ends with the server.");

  avahi_fixture_watch (fixture, publisher);
  g_assert_cmpstr (name, ==, g_get_host_name ());
  g_assert_true (tisock_service_publisher_get_server (publisher) == server);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "published:1 ");
  g_assert_cmpint (mock_avahi_get_port (fixture->avahi, name), ==,
                   tisock_server_socket_get_port (server));

  tisock_server_socket_stop_listening (server);
  avahi_fixture_expect (fixture, "published:0 ");
  avahi_fixture_await_objects (fixture, 0);

  g_assert_true (tisock_server_socket_listen (server, NULL));
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "published:1 ");
  tisock_server_socket_close (server);
  avahi_fixture_expect (fixture, "published:0 ");
  g_assert_finalize_object (publisher);
  g_assert_finalize_object (server);
}

static void
test_service_publisher_lifetime (AvahiFixture  *fixture,
                                 gconstpointer  user_data)
{
  TisockServerSocket *server = make_server ();
  TisockServicePublisher *publisher = tisock_service_publisher_new (server, "Tea", SERVICE_TYPE);
  gpointer weak = publisher;

  g_test_summary ("A publisher lives until the server ends, without a reference.");

  avahi_fixture_watch (fixture, publisher);
  g_object_add_weak_pointer (G_OBJECT (publisher), &weak);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  g_object_unref (publisher);
  avahi_fixture_expect (fixture, "published:1 ");
  tisock_server_socket_stop_listening (server);
  g_assert_null (weak);
  avahi_fixture_expect (fixture, "published:0 ");
  g_assert_finalize_object (server);
}

static void
test_service_publisher_local_collision (AvahiFixture  *fixture,
                                        gconstpointer  user_data)
{
  TisockServicePublisher *publisher = make_publisher (fixture);

  announce (fixture, "Tea");
  announce (fixture, "Tea #2");
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "name:Tea #2 name:Tea #3 published:1 ");
  g_assert_cmpint (mock_avahi_get_port (fixture->avahi, "Tea #3"), ==, 7000);

  withdraw (fixture, publisher);
}

static void
test_service_publisher_remote_collision (AvahiFixture  *fixture,
                                         gconstpointer  user_data)
{
  TisockServicePublisher *publisher = publish (fixture);

  mock_avahi_change_groups (fixture->avahi, MOCK_AVAHI_COLLISION, "");
  avahi_fixture_expect (fixture, "published:0 name:Tea #2 published:1 ");
  g_assert_cmpint (mock_avahi_get_port (fixture->avahi, "Tea"), ==, 0);
  g_assert_cmpint (mock_avahi_get_port (fixture->avahi, "Tea #2"), ==, 7000);

  withdraw (fixture, publisher);
}

static void
test_service_publisher_host_collision (AvahiFixture  *fixture,
                                       gconstpointer  user_data)
{
  TisockServicePublisher *publisher = publish (fixture);

  g_test_summary ("While the daemon looks for a host name nothing is published.");

  mock_avahi_set_state (fixture->avahi, MOCK_AVAHI_COLLISION);
  avahi_fixture_expect (fixture, "published:0 ");
  test_wait_until (mock_avahi_get_port (fixture->avahi, "Tea") == 0);
  mock_avahi_set_state (fixture->avahi, MOCK_AVAHI_RUNNING);
  avahi_fixture_expect (fixture, "published:1 ");
  g_assert_cmpint (mock_avahi_get_port (fixture->avahi, "Tea"), ==, 7000);

  withdraw (fixture, publisher);
}

static void
test_service_publisher_busy_daemon (AvahiFixture  *fixture,
                                    gconstpointer  user_data)
{
  TisockServicePublisher *publisher = make_publisher (fixture);

  mock_avahi_set_state (fixture->avahi, MOCK_AVAHI_REGISTERING);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_await_objects (fixture, 1);
  avahi_fixture_expect (fixture, "");
  mock_avahi_set_state (fixture->avahi, MOCK_AVAHI_RUNNING);
  avahi_fixture_expect (fixture, "published:1 ");

  withdraw (fixture, publisher);
}

static void
test_service_publisher_restart (AvahiFixture  *fixture,
                                gconstpointer  user_data)
{
  TisockServicePublisher *publisher = publish (fixture);

  avahi_fixture_stop (fixture);
  avahi_fixture_expect (fixture, "published:0 error:not-found ");
  avahi_fixture_start (fixture);
  avahi_fixture_expect (fixture, "published:1 ");
  g_assert_cmpint (mock_avahi_get_port (fixture->avahi, "Tea"), ==, 7000);

  withdraw (fixture, publisher);
}

static void
test_service_publisher_no_daemon (AvahiFixture  *fixture,
                                  gconstpointer  user_data)
{
  TisockServicePublisher *publisher = make_publisher (fixture);

  avahi_fixture_stop (fixture);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "error:not-found ");
  g_assert_cmpstr (fixture->message, ==, "Publishing “Tea” (" SERVICE_TYPE ") on port 7000: "
                                         "The Avahi daemon is not running");
  avahi_fixture_start (fixture);
  avahi_fixture_expect (fixture, "published:1 ");

  withdraw (fixture, publisher);
}

static void
test_service_publisher_no_bus (AvahiFixture  *fixture,
                               gconstpointer  user_data)
{
  TisockServicePublisher *publisher = make_publisher (fixture);

  avahi_fixture_hide_bus (fixture);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "error:not-found ");
  g_assert_nonnull (strstr (fixture->message, "The system bus cannot be reached: "));
  g_assert_finalize_object (publisher);
}

/* Whatever method it is that fails, the publisher says so and ends. */
static void
test_service_publisher_refused (AvahiFixture  *fixture,
                                gconstpointer  user_data)
{
  static const char *const methods[] = { "EntryGroupNew", "GetState", "AddService", "Commit" };
  TisockServicePublisher *publisher = make_publisher (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      mock_avahi_fail_next (fixture->avahi, methods[i],
                            "org.freedesktop.Avahi.InvalidServiceTypeError");
      g_assert_true (tisock_service_publisher_publish (publisher, NULL));
      avahi_fixture_expect (fixture, "error:invalid-argument ");
      g_assert_nonnull (strstr (fixture->message, "It was made to fail"));
      avahi_fixture_await_objects (fixture, 0);
    }

  g_assert_finalize_object (publisher);
}

static void
test_service_publisher_no_alternative (AvahiFixture  *fixture,
                                       gconstpointer  user_data)
{
  TisockServicePublisher *publisher = make_publisher (fixture);

  announce (fixture, "Tea");
  mock_avahi_fail_next (fixture->avahi, "GetAlternativeServiceName",
                        "org.freedesktop.Avahi.InvalidServiceNameError");
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "error:invalid-argument ");
  g_assert_finalize_object (publisher);
}

static void
test_service_publisher_failure (AvahiFixture  *fixture,
                                gconstpointer  user_data)
{
  TisockServicePublisher *publisher = publish (fixture);

  mock_avahi_change_groups (fixture->avahi, MOCK_AVAHI_FAILURE, "No more room");
  avahi_fixture_expect (fixture, "published:0 error:failed ");
  g_assert_nonnull (strstr (fixture->message, "No more room"));

  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "published:1 ");
  mock_avahi_set_state (fixture->avahi, MOCK_AVAHI_FAILURE);
  avahi_fixture_expect (fixture, "published:0 error:failed ");
  g_assert_finalize_object (publisher);
}

static void
test_service_publisher_txt_records (AvahiFixture  *fixture,
                                    gconstpointer  user_data)
{
  static const char *const first[] = { "paper=A4", "colour", NULL };
  static const char *const second[] = { "paper=A3", NULL };
  static const char *const none[] = { NULL };
  TisockServicePublisher *publisher = make_publisher (fixture);
  TisockServiceBrowser *browser = tisock_service_browser_new (SERVICE_TYPE, NULL);
  GListModel *services = tisock_service_browser_get_services (browser);
  g_autoptr(TisockService) service = NULL;

  tisock_service_publisher_set_txt_records (publisher, first);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "published:1 ");
  g_assert_true (tisock_service_browser_start (browser, NULL));
  test_wait_until (g_list_model_get_n_items (services) == 1);
  service = g_list_model_get_item (services, 0);
  g_assert_cmpstrv (tisock_service_get_txt_records (service), first);

  tisock_service_publisher_set_txt_records (publisher, second);
  test_wait_until (!g_strv_equal (tisock_service_get_txt_records (service), first));
  g_assert_cmpstrv (tisock_service_get_txt_records (service), second);
  tisock_service_publisher_set_txt_records (publisher, NULL);
  g_assert_cmpstrv (tisock_service_publisher_get_txt_records (publisher), none);
  test_wait_until (!g_strv_equal (tisock_service_get_txt_records (service), second));
  g_assert_cmpstrv (tisock_service_get_txt_records (service), none);

  tisock_service_browser_stop (browser);
  g_assert_finalize_object (browser);
  withdraw (fixture, publisher);
}

static void
test_service_publisher_txt_records_early (AvahiFixture  *fixture,
                                          gconstpointer  user_data)
{
  static const char *const records[] = { "paper=A4", NULL };
  TisockServicePublisher *publisher = make_publisher (fixture);

  g_test_summary ("Records can change while the daemon does not publish yet.");

  mock_avahi_set_state (fixture->avahi, MOCK_AVAHI_REGISTERING);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_await_objects (fixture, 1);
  tisock_service_publisher_set_txt_records (publisher, records);
  avahi_fixture_expect (fixture, "");
  mock_avahi_set_state (fixture->avahi, MOCK_AVAHI_RUNNING);
  avahi_fixture_expect (fixture, "published:1 ");

  mock_avahi_fail_next (fixture->avahi, "UpdateServiceTxt",
                        "org.freedesktop.Avahi.InvalidRecordError");
  tisock_service_publisher_set_txt_records (publisher, NULL);
  avahi_fixture_expect (fixture, "published:0 error:dbus-error ");
  g_assert_finalize_object (publisher);
}

static void
expect_misuse (AvahiFixture           *fixture,
               TisockServicePublisher *publisher,
               int                     code,
               const char             *log)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_service_publisher_publish (publisher, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, code);
  avahi_fixture_expect (fixture, log);
  g_assert_cmpstr (fixture->message, ==, error->message);
}

static void
test_service_publisher_misuse (AvahiFixture  *fixture,
                               gconstpointer  user_data)
{
  static const int ports[] = { -1, 0, 65536 };
  TisockServicePublisher *publisher = publish (fixture);
  g_autoptr(TisockServerSocket) server = tisock_server_socket_new ();

  expect_misuse (fixture, publisher, TISOCK_SOCKET_ERROR_INVALID_STATE, "error:invalid-state ");
  tisock_service_publisher_withdraw (publisher);
  tisock_service_publisher_withdraw (publisher);
  avahi_fixture_expect (fixture, "published:0 ");
  g_assert_finalize_object (publisher);

  publisher = tisock_service_publisher_new (server, "Tea", SERVICE_TYPE);
  avahi_fixture_watch (fixture, publisher);
  expect_misuse (fixture, publisher, TISOCK_SOCKET_ERROR_INVALID_STATE, "error:invalid-state ");
  g_assert_finalize_object (publisher);

  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      publisher = tisock_service_publisher_new_for_port (ports[i], "Tea", SERVICE_TYPE);
      avahi_fixture_watch (fixture, publisher);
      expect_misuse (fixture, publisher, TISOCK_SOCKET_ERROR_INVALID_PORT, "error:invalid-port ");
      g_assert_finalize_object (publisher);
    }
}

static void
withdraw_cb (TisockServicePublisher *publisher)
{
  tisock_service_publisher_withdraw (publisher);
}

static void
test_service_publisher_withdraw_in_handler (AvahiFixture  *fixture,
                                            gconstpointer  user_data)
{
  TisockServicePublisher *publisher = make_publisher (fixture);
  gulong handler;

  announce (fixture, "Tea");
  handler = g_signal_connect (publisher, "notify::name", G_CALLBACK (withdraw_cb), NULL);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "name:Tea #2 ");
  avahi_fixture_await_objects (fixture, 0);
  g_signal_handler_disconnect (publisher, handler);

  g_signal_connect (publisher, "notify::is-published", G_CALLBACK (withdraw_cb), NULL);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  avahi_fixture_expect (fixture, "published:1 published:0 ");
  g_assert_finalize_object (publisher);
}

static void
test_service_publisher_dispose (AvahiFixture  *fixture,
                                gconstpointer  user_data)
{
  TisockServicePublisher *publisher = publish (fixture);

  g_object_run_dispose (G_OBJECT (publisher));
  avahi_fixture_await_objects (fixture, 0);
  avahi_fixture_expect (fixture, "");
  g_assert_finalize_object (publisher);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  if (!avahi_fixture_can_run ())
    return 0;

  AVAHI_FIXTURE_ADD ("/service-publisher/publish", test_service_publisher_publish);
  AVAHI_FIXTURE_ADD ("/service-publisher/server", test_service_publisher_server);
  AVAHI_FIXTURE_ADD ("/service-publisher/lifetime", test_service_publisher_lifetime);
  AVAHI_FIXTURE_ADD ("/service-publisher/collision/local", test_service_publisher_local_collision);
  AVAHI_FIXTURE_ADD ("/service-publisher/collision/remote",
                     test_service_publisher_remote_collision);
  AVAHI_FIXTURE_ADD ("/service-publisher/collision/host", test_service_publisher_host_collision);
  AVAHI_FIXTURE_ADD ("/service-publisher/collision/no-alternative",
                     test_service_publisher_no_alternative);
  AVAHI_FIXTURE_ADD ("/service-publisher/busy-daemon", test_service_publisher_busy_daemon);
  AVAHI_FIXTURE_ADD ("/service-publisher/restart", test_service_publisher_restart);
  AVAHI_FIXTURE_ADD ("/service-publisher/no-daemon", test_service_publisher_no_daemon);
  AVAHI_FIXTURE_ADD ("/service-publisher/no-bus", test_service_publisher_no_bus);
  AVAHI_FIXTURE_ADD ("/service-publisher/refused", test_service_publisher_refused);
  AVAHI_FIXTURE_ADD ("/service-publisher/failure", test_service_publisher_failure);
  AVAHI_FIXTURE_ADD ("/service-publisher/txt-records", test_service_publisher_txt_records);
  AVAHI_FIXTURE_ADD ("/service-publisher/txt-records/early",
                     test_service_publisher_txt_records_early);
  AVAHI_FIXTURE_ADD ("/service-publisher/misuse", test_service_publisher_misuse);
  AVAHI_FIXTURE_ADD ("/service-publisher/withdraw/in-handler",
                     test_service_publisher_withdraw_in_handler);
  AVAHI_FIXTURE_ADD ("/service-publisher/dispose", test_service_publisher_dispose);

  return g_test_run ();
}
