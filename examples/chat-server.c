/* chat-server.c: passes what each member of a chat says on to the others
 *
 * Run:  chat-server [PORT]        (0, the default: any free port)
 * The first line a member sends is its name, each further line is said to all others.
 * Shows lines, data kept with a socket, and the list of a server's connections.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>

/* A write that fails can close its socket, and that takes it out of the list: walking backwards
 * meets all the others nevertheless. */
static void
tell_others (TisockServerSocket *server,
             TisockTCPSocket    *from,
             const char         *text)
{
  GListModel *connections = tisock_server_socket_get_connections (server);
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  for (guint i = g_list_model_get_n_items (connections); i > 0; i--)
    {
      g_autoptr(TisockTCPSocket) other = g_list_model_get_item (connections, i - 1);

      if (other != NULL && other != from && g_object_get_data (G_OBJECT (other), "name") != NULL)
        tisock_tcp_socket_write_string (other, line, NULL);
    }
}

static void
handle_line (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             const char         *line)
{
  const char *name = g_object_get_data (G_OBJECT (socket), "name");
  g_autofree char *text = name != NULL ? g_strdup_printf ("%s: %s", name, line)
                                       : g_strdup_printf ("* %s has come", line);

  if (name == NULL)
    {
      g_object_set_data_full (G_OBJECT (socket), "name", g_strdup (line), g_free);
      g_print ("%s\n", text);
    }
  tell_others (server, socket, text);
}

static void
data_available_cb (TisockTCPSocket    *socket,
                   TisockServerSocket *server)
{
  g_autoptr(GError) error = NULL;
  char *line;

  for (; (line = tisock_tcp_socket_read_line (socket, &error)) != NULL; g_free (line))
    handle_line (server, socket, line);

  /* NULL without an error: the rest of the line is still on its way. Otherwise it is no text, or
   * too long. */
  if (error != NULL)
    tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
}

static void
closed_cb (TisockTCPSocket    *socket,
           TisockServerSocket *server)
{
  const char *name = g_object_get_data (G_OBJECT (socket), "name");
  g_autofree char *text = g_strdup_printf ("* %s has left", name);

  if (name == NULL)
    return;

  g_print ("%s\n", text);
  tell_others (server, socket, text);
}

/* The limits keep a member that never ends a line, or never reads, from filling the memory. */
static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket)
{
  tisock_tcp_socket_set_receive_limit (socket, 4096);
  tisock_tcp_socket_set_send_maximum (socket, 256 * 1024);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), server);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), server);
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
