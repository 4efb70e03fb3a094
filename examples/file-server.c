/* file-server.c: serves the files of a folder to web browsers
 *
 * Run:  file-server [FOLDER [PORT]]        (0, the default: any free port)
 * Shows send_file_async(): what is sent is never read into this program, however large it is.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdlib.h>

/* A client that was told a length has to see that it did not get all. */
static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  TisockTCPSocket *socket = TISOCK_TCP_SOCKET (source);

  if (tisock_tcp_socket_send_file_finish (socket, result, NULL) >= 0)
    tisock_tcp_socket_shutdown (socket);
  else
    tisock_tcp_socket_abort (socket);
}

static void
answer (TisockTCPSocket *socket,
        const char      *status,
        goffset          length)
{
  g_autofree char *header = NULL;

  header = g_strdup_printf ("HTTP/1.0 %s\r\nContent-Length: %" G_GOFFSET_FORMAT "\r\n\r\n",
                            status, length);
  tisock_tcp_socket_write_string (socket, header, NULL);
}

/* The file that is meant by "GET /PATH HTTP/1.0"; NULL if it is outside of the folder. */
static GFile *
find_file (GFile  *folder,
           GBytes *request)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (request, NULL), g_bytes_get_size (request));
  g_auto(GStrv) words = g_strsplit (text, " ", 3);
  g_autofree char *path = NULL;
  g_autoptr(GFile) file = NULL;

  if (g_strv_length (words) == 3 && g_str_has_prefix (text, "GET /"))
    path = g_uri_unescape_string (words[1] + 1, NULL);
  if (path == NULL)
    return NULL;

  file = g_file_resolve_relative_path (folder, *path != '\0' ? path : "index.html");

  return g_file_has_prefix (file, folder) ? g_steal_pointer (&file) : NULL;
}

static void
data_available_cb (TisockTCPSocket *socket,
                   GFile           *folder)
{
  g_autoptr(GBytes) request = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GFileInfo) info = NULL;

  request = tisock_tcp_socket_read_until (socket, (const guint8 *) "\r\n\r\n", 4, NULL);
  if (request == NULL)
    return;                     /* the rest of it is still on its way */

  file = find_file (folder, request);
  if (file != NULL)
    info = g_file_query_info (file, "standard::*", G_FILE_QUERY_INFO_NONE, NULL, NULL);

  if (info == NULL || g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      answer (socket, "404 Not Found", 0);
      tisock_tcp_socket_shutdown (socket);
      return;
    }

  answer (socket, "200 OK", g_file_info_get_size (info));
  tisock_tcp_socket_send_file_async (socket, file, 0, g_file_info_get_size (info), NULL,
                                     sent_cb, NULL);
}

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             GFile              *folder)
{
  tisock_tcp_socket_set_idle_timeout (socket, 10000);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), folder);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockServerSocket) server = tisock_server_socket_new ();
  g_autoptr(GFile) folder = g_file_new_for_path (argc > 1 ? argv[1] : ".");
  g_autoptr(GError) error = NULL;

  tisock_server_socket_set_address (server, "127.0.0.1");
  tisock_server_socket_set_port (server, argc > 2 ? atoi (argv[2]) : 0);
  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), folder);
  if (!tisock_server_socket_listen (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  g_print ("listening on %d\n", tisock_server_socket_get_port (server));
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
