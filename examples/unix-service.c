/* unix-service.c: greets the programs of its own user, and nobody else
 *
 * Run:  unix-service PATH        then for instance: socat - UNIX-CONNECT:PATH
 * Shows a server on a path in the file system, and who is at the other end of a connection.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <tisock/tisock.h>

#include <signal.h>
#include <stdlib.h>

static void
greet (TisockTCPSocket *socket,
       GCredentials    *peer)
{
  int pid = g_credentials_get_unix_pid (peer, NULL);
  g_autofree char *text =
    g_strdup_printf ("hello %s, you are process %d\n", g_get_user_name (), pid);

  g_print ("process %d came\n", pid);
  tisock_tcp_socket_write_string (socket, text, NULL);
  tisock_tcp_socket_shutdown (socket);
}

/* The mode of the path keeps all others out but root. */
static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket)
{
  g_autoptr(GCredentials) own = g_credentials_new ();
  g_autoptr(GCredentials) peer = NULL;
  g_autoptr(GError) error = NULL;

  peer = tisock_tcp_socket_get_credentials (socket, &error);
  if (peer == NULL)
    {
      g_printerr ("%s\n", error->message);
      tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
    }
  else if (!g_credentials_is_same_user (peer, own, NULL))
    {
      g_print ("user %u was refused\n", g_credentials_get_unix_user (peer, NULL));
      tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
    }
  else
    {
      greet (socket, peer);
    }
}

/* That removes the path. One that is killed leaves it behind, and the next one takes it over. */
static gboolean
interrupt_cb (gpointer server)
{
  tisock_server_socket_close (server);

  return G_SOURCE_REMOVE;
}

static gboolean
listen_at (TisockServerSocket  *server,
           const char          *path,
           GError             **error)
{
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);

  tisock_server_socket_set_socket_mode (server, 0600);

  return tisock_server_socket_add_address (server, G_SOCKET_CONNECTABLE (address), error) &&
         tisock_server_socket_listen (server, error);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockServerSocket) server = tisock_server_socket_new ();
  g_autoptr(GError) error = NULL;

  if (argc != 2)
    {
      g_printerr ("Usage: %s PATH\n", argv[0]);
      return EXIT_FAILURE;
    }

  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), NULL);
  g_signal_connect_swapped (server, "closed", G_CALLBACK (g_main_loop_quit), loop);
  if (!listen_at (server, argv[1], &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  g_unix_signal_add (SIGINT, interrupt_cb, server);
  g_print ("listening on %s\n", argv[1]);
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
