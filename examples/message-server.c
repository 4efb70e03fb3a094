/* message-server.c: counts the characters of the texts that its clients ask about
 *
 * Run:  message-server [PORT]        (0, the default: any free port)
 * Shows messages: each arrives as a whole, with a number that the client has given it, and the
 * answer has the same one. What is longer than a megabyte ends the connection.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>

#define MAXIMUM (1024 * 1024)

static void
received_message_cb (TisockEasyTCPSocket *socket,
                     int                  command,
                     GBytes              *data)
{
  gsize length;
  const char *text = g_bytes_get_data (data, &length);
  g_autofree char *valid = g_utf8_make_valid (length > 0 ? text : "", (gssize) length);
  g_autofree char *answer = g_strdup_printf ("%ld", g_utf8_strlen (valid, -1));

  tisock_easy_tcp_socket_send_message (socket, command, (const guint8 *) answer, strlen (answer),
                                       NULL);
}

static void
error_cb (TisockTCPSocket *socket,
          GError          *error)
{
  g_printerr ("%s\n", error->message);
}

/* Without a handler the connections would be plain TCPSockets. */
static TisockTCPSocket *
add_socket_cb (TisockServerSocket *server)
{
  TisockEasyTCPSocket *socket = tisock_easy_tcp_socket_new ();

  tisock_easy_tcp_socket_set_maximum_message_size (socket, MAXIMUM);
  g_signal_connect (socket, "received-message", G_CALLBACK (received_message_cb), NULL);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), NULL);

  return TISOCK_TCP_SOCKET (socket);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockServerSocket) server = tisock_server_socket_new ();
  g_autoptr(GError) error = NULL;

  setlocale (LC_ALL, "");
  tisock_server_socket_set_address (server, "127.0.0.1");
  tisock_server_socket_set_port (server, argc > 1 ? atoi (argv[1]) : 0);
  g_signal_connect (server, "add-socket", G_CALLBACK (add_socket_cb), NULL);

  if (!tisock_server_socket_listen (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  g_print ("listening on %d\n", tisock_server_socket_get_port (server));
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
