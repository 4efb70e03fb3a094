/* port-0-listener.c: waits on a free port for one caller and prints what it sends
 *
 * Run:  port-0-listener        then, for example:  echo hello | socat - tcp:127.0.0.1:PORT
 * Shows port 0, which lets the system choose, and a TCPSocket that listens by itself: it takes
 * one connection and becomes it. A ServerSocket takes many.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdio.h>
#include <stdlib.h>

static void
connected_cb (TisockTCPSocket *socket)
{
  g_autofree char *address = tisock_tcp_socket_get_remote_address (socket);

  g_print ("%s is here\n", address);
}

static void
data_available_cb (TisockTCPSocket *socket)
{
  gsize length;
  g_autofree guint8 *data = tisock_tcp_socket_read_all (socket, &length);

  fwrite (data, 1, length, stdout);
  fflush (stdout);
}

static void
closed_cb (TisockTCPSocket *socket,
           GMainLoop       *loop)
{
  g_print ("closed\n");
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  g_autoptr(GError) error = NULL;
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);

  /* Without an address it would listen on all interfaces. */
  tisock_tcp_socket_set_address (socket, "127.0.0.1");
  tisock_socket_core_set_port (core, 0);
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), NULL);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), loop);

  if (!tisock_tcp_socket_listen (socket, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  /* Now the property has the port that was chosen. */
  g_print ("listening on %d\n", tisock_socket_core_get_port (core));
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
