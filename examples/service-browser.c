/* service-browser.c: shows which services of a type there are in the local network
 *
 * Run:  service-browser [TYPE]        (_tisock-echo._tcp, what service-publisher publishes; another
 *                                      one to try is _http._tcp)
 * Shows a list that changes by itself: a line for each change.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdlib.h>

static void
changed_cb (GListModel *services)
{
  g_autoptr(GString) status = g_string_new ("services:");

  for (guint i = 0; i < g_list_model_get_n_items (services); i++)
    {
      g_autoptr(TisockService) service = g_list_model_get_item (services, i);

      g_string_append_printf (status, " [%s on %s, port %d]",
                              tisock_service_get_name (service),
                              tisock_service_get_host_name (service),
                              tisock_service_get_port (service));
    }

  g_print ("%s\n", status->str);
}

/* Without a daemon the browser waits for it; without a bus it ends. */
static void
error_cb (TisockServiceBrowser *browser,
          GError               *error,
          GMainLoop            *loop)
{
  g_printerr ("%s\n", error->message);
  if (!tisock_service_browser_get_is_browsing (browser))
    g_main_loop_quit (loop);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockServiceBrowser) browser =
    tisock_service_browser_new (argc > 1 ? argv[1] : "_tisock-echo._tcp", NULL);

  g_signal_connect (tisock_service_browser_get_services (browser), "items-changed",
                    G_CALLBACK (changed_cb), NULL);
  g_signal_connect (browser, "error", G_CALLBACK (error_cb), loop);
  if (tisock_service_browser_start (browser, NULL))
    g_main_loop_run (loop);

  return EXIT_FAILURE;
}
