/* echo-server.c: sends every client back what it sends
 *
 * Run:  echo-server [PORT]        (0, the default: any free port; Ctrl-C ends it)
 * Shows a server that holds no state of its own, and back-pressure in two lines.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <glib-unix.h>
#include <stdlib.h>

/* What a client has not fetched yet waits in the send queue. While that is long, its bytes are
 * left unread: the socket then stops reading by itself, and `drained` says when to go on. */
static void
echo_cb (TisockTCPSocket *socket)
{
  g_autoptr(GBytes) bytes = NULL;

  if (tisock_tcp_socket_get_needs_drain (socket))
    return;

  bytes = tisock_tcp_socket_read_bytes (socket, -1);
  tisock_tcp_socket_write_bytes (socket, bytes, NULL);
}

static void
closed_cb (TisockTCPSocket *socket)
{
  g_print ("port %d left\n", tisock_tcp_socket_get_remote_port (socket));
}

/* The library keeps an open socket alive until it has closed, so there is nothing to store. */
static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket)
{
  g_print ("port %d came\n", tisock_tcp_socket_get_remote_port (socket));
  g_signal_connect (socket, "data-available", G_CALLBACK (echo_cb), NULL);
  g_signal_connect (socket, "drained", G_CALLBACK (echo_cb), NULL);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), NULL);
}

/* close() closes the connections, then the server. */
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
  g_autoptr(GError) error = NULL;

  /* Without an address it would listen on all interfaces. */
  tisock_server_socket_set_address (server, "127.0.0.1");
  tisock_server_socket_set_port (server, argc > 1 ? atoi (argv[1]) : 0);
  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), NULL);
  g_signal_connect_swapped (server, "closed", G_CALLBACK (g_main_loop_quit), loop);

  if (!tisock_server_socket_listen (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  g_unix_signal_add (SIGINT, interrupt_cb, server);
  g_print ("listening on %d\n", tisock_server_socket_get_port (server));
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
