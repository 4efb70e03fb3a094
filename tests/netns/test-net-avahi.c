/* test-net-avahi.c: two hosts with an Avahi daemon each, which find what the other publishes
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "net-fixture.h"

#include <glib/gstdio.h>
#include <net/if.h>
#include <signal.h>
#include <sys/prctl.h>

#define SERVICE_TYPE "_tisock._tcp"

static const char *const host_names[NET_N_HOSTS] = { "near", "far" };

typedef struct
{
  char        *folder;

  /* Of each host. */
  GSubprocess *buses[NET_N_HOSTS];
  char        *addresses[NET_N_HOSTS];
  GSubprocess *daemons[NET_N_HOSTS];
} Fixture;

/* Programs */

/* Runs after fork(). */
static void
die_with_test_cb (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
start (Fixture            *fixture,
       NetHost             host,
       const char * const *argv)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new
    (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr(GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, die_with_test_cb, NULL, NULL);
  if (fixture->addresses[host] != NULL)
    g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", fixture->addresses[host],
                                  TRUE);

  net_enter (host);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  net_enter (NET_HOST_NEAR);
  g_assert_no_error (error);

  return process;
}

static void
stop (GSubprocess **process)
{
  g_subprocess_force_exit (*process);
  g_assert_true (g_subprocess_wait (*process, NULL, NULL));
  g_clear_object (process);
}

static char *
write_configuration (Fixture    *fixture,
                     NetHost     host,
                     const char *kind,
                     const char *text)
{
  g_autofree char *name = g_strdup_printf ("%s-%s.conf", kind, host_names[host]);
  char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));

  return path;
}

static void
start_bus (Fixture *fixture,
           NetHost  host)
{
  g_autofree char *text = g_strdup_printf (
    "<busconfig><type>system</type><listen>unix:path=%s/bus-%s</listen>"
    "<auth>EXTERNAL</auth><policy context='default'><allow user='*'/><allow own='*'/>"
    "<allow send_destination='*'/><allow receive_sender='*'/></policy></busconfig>",
    fixture->folder, host_names[host]);
  g_autofree char *path = write_configuration (fixture, host, "bus", text);
  g_autofree char *option = g_strconcat ("--config-file=", path, NULL);
  const char *argv[] = { "dbus-daemon", option, "--nofork", "--nopidfile", "--print-address=1",
                         NULL };
  g_autoptr(GDataInputStream) lines = NULL;

  fixture->buses[host] = start (fixture, host, argv);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fixture->buses[host]));
  fixture->addresses[host] = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  g_assert_nonnull (fixture->addresses[host]);
}

/* Each has a /run of its own: the daemon's files there say that it runs. */
static void
start_daemon (Fixture *fixture,
              NetHost  host)
{
  g_autofree char *text = g_strdup_printf (
    "[server]\nhost-name=%s\nallow-interfaces=%s\n"
    "[wide-area]\nenable-wide-area=no\n"
    "[publish]\npublish-hinfo=no\npublish-workstation=no\n",
    host_names[host], host_names[host]);
  g_autofree char *path = write_configuration (fixture, host, "avahi", text);
  const char *argv[] = { "unshare", "--mount", "sh", "-c",
                         "mount -t tmpfs none /run && exec avahi-daemon --no-drop-root "
                         "--no-chroot --no-rlimits --file \"$0\"",
                         path, NULL };

  fixture->daemons[host] = start (fixture, host, argv);
}

/* What is begun from now on talks to this host's daemon. */
static void
use_bus (Fixture *fixture,
         NetHost  host)
{
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", fixture->addresses[host], TRUE);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  net_mend ();
  fixture->folder = g_dir_make_tmp ("tisock-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  for (NetHost host = 0; host < NET_N_HOSTS; host++)
    {
      start_bus (fixture, host);
      start_daemon (fixture, host);
    }
}

static void
remove_folder (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_assert_no_errno (g_rmdir (folder));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  for (guint i = 0; i < NET_N_HOSTS; i++)
    {
      stop (&fixture->daemons[i]);
      stop (&fixture->buses[i]);
      g_free (fixture->addresses[i]);
    }
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

/* Services */

static TisockServicePublisher *
publish (Fixture    *fixture,
         NetHost     host,
         int         port,
         const char *name)
{
  TisockServicePublisher *publisher =
    tisock_service_publisher_new_for_port (port, name, SERVICE_TYPE);

  use_bus (fixture, host);
  g_assert_true (tisock_service_publisher_publish (publisher, NULL));
  test_wait_until (tisock_service_publisher_get_is_published (publisher));

  return publisher;
}

static TisockServiceBrowser *
browse (Fixture *fixture,
        NetHost  host)
{
  TisockServiceBrowser *browser = tisock_service_browser_new (SERVICE_TYPE, NULL);

  use_bus (fixture, host);
  g_assert_true (tisock_service_browser_start (browser, NULL));

  return browser;
}

/* NULL if it has not been found. */
static TisockService *
find (TisockServiceBrowser *browser,
      const char           *name)
{
  GListModel *services = tisock_service_browser_get_services (browser);

  for (guint i = 0; i < g_list_model_get_n_items (services); i++)
    {
      g_autoptr(TisockService) service = g_list_model_get_item (services, i);

      /* The browser has another reference. */
      if (g_str_equal (tisock_service_get_name (service), name))
        return service;
    }

  return NULL;
}

static void
withdraw (TisockServicePublisher *publisher)
{
  tisock_service_publisher_withdraw (publisher);
  g_assert_finalize_object (publisher);
}

static void
stop_browser (TisockServiceBrowser *browser)
{
  tisock_service_browser_stop (browser);
  g_assert_finalize_object (browser);
}

static void
test_net_avahi_connect (Fixture       *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(TisockServerSocket) server = tisock_server_socket_new ();
  TisockServicePublisher *publisher;
  TisockServiceBrowser *browser;
  TisockService *service;
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();

  g_assert_true (tisock_server_socket_listen (server, NULL));
  publisher = publish (fixture, NET_HOST_NEAR, tisock_server_socket_get_port (server), "Tea");
  browser = browse (fixture, NET_HOST_FAR);
  test_wait_until (find (browser, "Tea") != NULL);
  service = find (browser, "Tea");
  g_assert_cmpstr (tisock_service_get_host_name (service), ==, "near.local");
  g_assert_cmpint (tisock_service_get_port (service), ==, tisock_server_socket_get_port (server));

  net_enter (NET_HOST_FAR);
  g_assert_cmpuint (tisock_service_get_interface_index (service), ==, if_nametoindex ("far"));
  tisock_tcp_socket_set_connectable (socket, G_SOCKET_CONNECTABLE (service));
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL));
  test_wait_until (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (socket)));
  net_enter (NET_HOST_NEAR);
  test_wait_until (tisock_server_socket_get_n_connections (server) == 1);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  tisock_server_socket_close (server);
  withdraw (publisher);
  test_wait_until (find (browser, "Tea") == NULL);
  stop_browser (browser);
}

static void
test_net_avahi_collision (Fixture       *fixture,
                          gconstpointer  user_data)
{
  TisockServicePublisher *first = publish (fixture, NET_HOST_NEAR, 7000, "Tea");
  TisockServicePublisher *second = publish (fixture, NET_HOST_FAR, 7001, "Tea");
  TisockServicePublisher *third = publish (fixture, NET_HOST_NEAR, 7002, "Tea");
  TisockServiceBrowser *browser = browse (fixture, NET_HOST_FAR);

  g_assert_cmpstr (tisock_service_publisher_get_name (first), ==, "Tea");
  g_assert_cmpstr (tisock_service_publisher_get_name (second), ==, "Tea #2");
  g_assert_cmpstr (tisock_service_publisher_get_name (third), ==, "Tea #3");
  test_wait_until (find (browser, "Tea") != NULL && find (browser, "Tea #2") != NULL &&
                   find (browser, "Tea #3") != NULL);
  g_assert_cmpint (tisock_service_get_port (find (browser, "Tea #2")), ==, 7001);

  stop_browser (browser);
  withdraw (first);
  withdraw (second);
  withdraw (third);
}

static void
test_net_avahi_restart (Fixture       *fixture,
                        gconstpointer  user_data)
{
  TisockServicePublisher *publisher = publish (fixture, NET_HOST_NEAR, 7000, "Tea");
  TisockServiceBrowser *browser = browse (fixture, NET_HOST_NEAR);

  test_wait_until (find (browser, "Tea") != NULL);
  stop (&fixture->daemons[NET_HOST_NEAR]);
  test_wait_until (find (browser, "Tea") == NULL &&
                   !tisock_service_publisher_get_is_published (publisher));
  start_daemon (fixture, NET_HOST_NEAR);
  test_wait_until (find (browser, "Tea") != NULL);
  test_wait_until (tisock_service_publisher_get_is_published (publisher));

  stop_browser (browser);
  withdraw (publisher);
}

static void
test_net_avahi_txt_records (Fixture       *fixture,
                            gconstpointer  user_data)
{
  static const char *const records[] = { "milk=yes", "sugar", NULL };
  TisockServicePublisher *publisher = publish (fixture, NET_HOST_NEAR, 7000, "Tea");
  TisockServiceBrowser *browser = browse (fixture, NET_HOST_FAR);
  const char *const *found;

  test_wait_until (find (browser, "Tea") != NULL);
  tisock_service_publisher_set_txt_records (publisher, records);
  test_wait_until (tisock_service_get_txt_records (find (browser, "Tea"))[0] != NULL);

  /* The daemon gives them in an order of its own. */
  found = tisock_service_get_txt_records (find (browser, "Tea"));
  g_assert_cmpuint (g_strv_length ((char **) found), ==, 2);
  g_assert_true (g_strv_contains (found, "milk=yes"));
  g_assert_true (g_strv_contains (found, "sugar"));

  stop_browser (browser);
  withdraw (publisher);
}

static gboolean
has_programs (void)
{
  static const char *const names[] = { "avahi-daemon", "dbus-daemon" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_find_program_in_path (names[i]);

      if (path == NULL)
        {
          g_print ("1..0 # SKIP no %s\n", names[i]);
          return FALSE;
        }
    }

  return TRUE;
}

/* In a chroot there may be none. */
static gboolean
has_mount_namespaces (void)
{
  int status;

  if (g_spawn_command_line_sync ("unshare --mount true", NULL, NULL, &status, NULL) &&
      g_spawn_check_wait_status (status, NULL))
    return TRUE;

  g_print ("1..0 # SKIP no mount namespaces, which keep the daemons apart\n");

  return FALSE;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  if (!has_programs () || !has_mount_namespaces () || !net_make_hosts ())
    return 0;

  g_test_add ("/net/avahi/connect", Fixture, NULL, set_up, test_net_avahi_connect, tear_down);
  g_test_add ("/net/avahi/collision", Fixture, NULL, set_up, test_net_avahi_collision, tear_down);
  g_test_add ("/net/avahi/restart", Fixture, NULL, set_up, test_net_avahi_restart, tear_down);
  g_test_add ("/net/avahi/txt-records", Fixture, NULL, set_up, test_net_avahi_txt_records,
              tear_down);

  return g_test_run ();
}
