/* echo-client.c: sends a text to an echo server and waits until all of it is back
 *
 * Run:  echo-client HOST PORT TEXT
 * Shows a client's whole life in signals: connected, data-available, error, closed.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  GMainLoop  *loop;
  const char *text;
  gboolean    echoed;
} Client;

static void
connected_cb (TisockTCPSocket *socket,
              Client          *client)
{
  g_print ("connected\n");
  tisock_tcp_socket_write_string (socket, client->text, NULL);
}

static void
data_available_cb (TisockTCPSocket *socket,
                   Client          *client)
{
  g_autofree char *answer = NULL;

  /* TCP may deliver the text in any number of pieces: unread, they add up in the socket. */
  if (tisock_tcp_socket_get_bytes_available (socket) < strlen (client->text))
    return;

  answer = tisock_tcp_socket_read_string (socket, -1, NULL, NULL);
  client->echoed = g_strcmp0 (answer, client->text) == 0;
  g_print ("%s\n", answer);
  tisock_tcp_socket_shutdown (socket);
}

/* The end of a connection is reported as an error too, LOST_CONNECTION. */
static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          Client          *client)
{
  if (!client->echoed)
    g_printerr ("%s\n", error->message);
}

static void
closed_cb (TisockTCPSocket *socket,
           Client          *client)
{
  g_print ("closed\n");
  g_main_loop_quit (client->loop);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  Client client = { loop, NULL, FALSE };

  setlocale (LC_ALL, "");
  if (argc != 4)
    {
      g_printerr ("Usage: %s HOST PORT TEXT\n", argv[0]);
      return EXIT_FAILURE;
    }

  client.text = argv[3];
  tisock_tcp_socket_set_address (socket, argv[1]);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), atoi (argv[2]));
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), &client);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), &client);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), &client);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), &client);

  /* FALSE says that it failed at once; the reason has been in the signal. */
  if (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL))
    g_main_loop_run (loop);

  return client.echoed ? EXIT_SUCCESS : EXIT_FAILURE;
}
