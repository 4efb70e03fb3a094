/* http-server.c: serves one web page
 *
 * Run:  http-server [PORT]        (0, the default: any free port), then open http://127.0.0.1:PORT/
 * Shows how little a protocol needs: wait for a delimiter, answer, shut down.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdlib.h>

#define PAGE "<!doctype html>\n<title>tisock</title>\n<h1>Hello from tisock</h1>\n"

static void
data_available_cb (TisockTCPSocket *socket)
{
  g_autoptr(GBytes) request = NULL;
  g_autofree char *answer = NULL;

  request = tisock_tcp_socket_read_until (socket, (const guint8 *) "\r\n\r\n", 4, NULL);
  if (request == NULL)
    return;                     /* the rest of it is still on its way */

  answer = g_strdup_printf ("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n"
                            "Content-Length: %zu\r\n\r\n%s", sizeof PAGE - 1, PAGE);
  tisock_tcp_socket_write_string (socket, answer, NULL);
  tisock_tcp_socket_shutdown (socket);
}

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket)
{
  tisock_tcp_socket_set_idle_timeout (socket, 10000);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockServerSocket) server = tisock_server_socket_new ();
  g_autoptr(GError) error = NULL;

  tisock_server_socket_set_address (server, "127.0.0.1");
  tisock_server_socket_set_port (server, argc > 1 ? atoi (argv[1]) : 0);
  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), NULL);
  if (!tisock_server_socket_listen (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  g_print ("listening on %d\n", tisock_server_socket_get_port (server));
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
