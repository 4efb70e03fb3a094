/* service-publisher.c: an echo server that the local network finds by itself
 *
 * Run:  service-publisher [NAME]        (that of the host; Ctrl-C ends it)
 * Shows a server without a fixed port, and what becomes of its name if somebody else has it.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <glib-unix.h>
#include <stdlib.h>

static void
echo_cb (TisockTCPSocket *socket)
{
  g_autoptr(GBytes) bytes = tisock_tcp_socket_read_bytes (socket, -1);

  tisock_tcp_socket_write_bytes (socket, bytes, NULL);
}

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket)
{
  g_signal_connect (socket, "data-available", G_CALLBACK (echo_cb), NULL);
}

static void
published_cb (TisockServicePublisher *publisher)
{
  if (tisock_service_publisher_get_is_published (publisher))
    g_print ("published as %s\n", tisock_service_publisher_get_name (publisher));
}

/* The server goes on: who knows the port can connect. */
static void
error_cb (TisockServicePublisher *publisher,
          GError                 *error)
{
  g_printerr ("%s\n", error->message);
}

/* The service is withdrawn with the server. */
static gboolean
interrupt_cb (gpointer server)
{
  tisock_server_socket_close (server);

  return G_SOURCE_REMOVE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockServerSocket) server = tisock_server_socket_new ();
  g_autoptr(TisockServicePublisher) publisher =
    tisock_service_publisher_new (server, argc > 1 ? argv[1] : NULL, "_tisock-echo._tcp");
  g_autoptr(GError) error = NULL;

  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), NULL);
  g_signal_connect_swapped (server, "closed", G_CALLBACK (g_main_loop_quit), loop);
  if (!tisock_server_socket_listen (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  g_print ("listening on %d\n", tisock_server_socket_get_port (server));
  g_signal_connect (publisher, "notify::is-published", G_CALLBACK (published_cb), NULL);
  g_signal_connect (publisher, "error", G_CALLBACK (error_cb), NULL);
  tisock_service_publisher_publish (publisher, NULL);

  g_unix_signal_add (SIGINT, interrupt_cb, server);
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
