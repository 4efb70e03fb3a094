/* relay.c: passes connections on to another host
 *
 * Run:  relay HOST PORT [PORT-TO-LISTEN-ON]        (0, the default: any free port)
 * Shows splice_to(), which needs no memory for what a slow peer has not fetched, and ends by
 * itself however either side does.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdlib.h>

/* Where to. */
static const char *host;
static int port;

/* Neither way, if not both ways: then there is nothing to wait for. */
static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  TisockTCPSocket *server = TISOCK_TCP_SOCKET (source);
  g_autoptr(TisockTCPSocket) client = user_data;
  g_autoptr(GError) error = NULL;

  if (tisock_socket_core_open_finish (TISOCK_SOCKET_CORE (server), result, &error) &&
      tisock_tcp_socket_splice_to (client, server, &error) &&
      tisock_tcp_socket_splice_to (server, client, &error))
    return;

  g_printerr ("%s\n", error->message);
  tisock_tcp_socket_abort (client);
  tisock_tcp_socket_abort (server);
}

static void
closed_cb (TisockTCPSocket *client)
{
  g_print ("port %d left\n", tisock_tcp_socket_get_remote_port (client));
}

/* The client may have ended its side before the server is there; what it has sent is kept. */
static void
accepted_cb (TisockServerSocket *listener,
             TisockTCPSocket    *client)
{
  g_autoptr(TisockTCPSocket) server = tisock_tcp_socket_new ();

  g_print ("port %d came\n", tisock_tcp_socket_get_remote_port (client));
  tisock_tcp_socket_set_allow_half_open (client, TRUE);
  g_signal_connect (client, "closed", G_CALLBACK (closed_cb), NULL);

  tisock_tcp_socket_set_address (server, host);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (server), port);
  tisock_socket_core_open_async (TISOCK_SOCKET_CORE (server), NULL, opened_cb,
                                 g_object_ref (client));
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockServerSocket) listener = tisock_server_socket_new ();
  g_autoptr(GError) error = NULL;

  if (argc < 3)
    {
      g_printerr ("Usage: relay HOST PORT [PORT-TO-LISTEN-ON]\n");
      return EXIT_FAILURE;
    }

  host = argv[1];
  port = atoi (argv[2]);
  tisock_server_socket_set_address (listener, "127.0.0.1");
  tisock_server_socket_set_port (listener, argc > 3 ? atoi (argv[3]) : 0);
  g_signal_connect (listener, "accepted", G_CALLBACK (accepted_cb), NULL);
  if (!tisock_server_socket_listen (listener, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  g_print ("listening on %d\n", tisock_server_socket_get_port (listener));
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
