/* chat-client.c: takes part in a chat; what is typed is said, what others say is printed
 *
 * Run:  chat-client HOST PORT NAME        (Ctrl-D leaves)
 * Shows a socket and the terminal in one main loop, and how to leave without losing a word.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

/* One typed line. At the end of the input shutdown() still sends everything that was written;
 * close() would drop it. */
static gboolean
input_cb (GIOChannel   *input,
          GIOCondition  condition,
          gpointer      user_data)
{
  TisockTCPSocket *socket = user_data;
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;

  if (g_io_channel_read_line (input, &line, NULL, NULL, NULL) == G_IO_STATUS_NORMAL)
    {
      text = g_strconcat (g_strchomp (line), "\n", NULL);
      tisock_tcp_socket_write_string (socket, text, NULL);
      return G_SOURCE_CONTINUE;
    }

  tisock_tcp_socket_shutdown (socket);
  return G_SOURCE_REMOVE;
}

static void
connected_cb (TisockTCPSocket *socket,
              const char      *name)
{
  g_autoptr(GIOChannel) input = g_io_channel_unix_new (STDIN_FILENO);
  g_autofree char *line = g_strconcat (name, "\n", NULL);

  g_print ("connected\n");
  tisock_tcp_socket_write_string (socket, line, NULL);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, input_cb, socket);
}

static void
data_available_cb (TisockTCPSocket *socket)
{
  g_autoptr(GError) error = NULL;
  char *line;

  for (; (line = tisock_tcp_socket_read_line (socket, &error)) != NULL; g_free (line))
    g_print ("%s\n", line);

  if (error != NULL)
    {
      g_printerr ("%s\n", error->message);
      tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
    }
}

/* The server's or one's own orderly end is LOST_CONNECTION as well, but leaves the state CLOSED. */
static void
error_cb (TisockSocketCore *socket,
          GError           *error)
{
  if (tisock_socket_core_get_state (socket) != TISOCK_SOCKET_STATE_CLOSED)
    g_printerr ("%s\n", error->message);
}

static void
closed_cb (TisockTCPSocket *socket,
           GMainLoop       *loop)
{
  g_print ("closed\n");
  g_main_loop_quit (loop);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);

  setlocale (LC_ALL, "");
  if (argc != 4)
    {
      g_printerr ("Usage: %s HOST PORT NAME\n", argv[0]);
      return EXIT_FAILURE;
    }

  tisock_tcp_socket_set_address (socket, argv[1]);
  tisock_socket_core_set_port (core, atoi (argv[2]));
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), argv[3]);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), NULL);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), loop);

  if (tisock_socket_core_open (core, NULL))
    g_main_loop_run (loop);

  return tisock_socket_core_get_state (core) == TISOCK_SOCKET_STATE_CLOSED ? EXIT_SUCCESS
                                                                           : EXIT_FAILURE;
}
