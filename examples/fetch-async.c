/* fetch-async.c: fetches a web page with HTTP/1.0 and prints it, one step after the other
 *
 * Run:  fetch-async HOST PORT [PATH]        (status and headers go to the standard error)
 * Shows asynchronous calls: each step, the last one first, waits for one thing and begins the next.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdio.h>
#include <stdlib.h>

/* What has to be known from one step to the next. */
typedef struct
{
  GMainLoop       *loop;
  TisockTCPSocket *socket;
  char            *request;
  int              status;      /* 0 also if it has failed */
} Fetch;

/* Takes the error, and ends the fetching if it is one. */
static gboolean
fails (Fetch  *fetch,
       GError *error)
{
  if (error == NULL)
    return FALSE;

  g_printerr ("%s\n", error->message);
  g_error_free (error);
  g_main_loop_quit (fetch->loop);
  fetch->status = 0;

  return TRUE;
}

/* Once for each piece. HTTP/1.0 ends an answer by ending the stream: then there are no bytes. */
static void
got_body_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Fetch *fetch = user_data;
  GError *error = NULL;
  g_autoptr(GBytes) bytes = tisock_tcp_socket_receive_finish (fetch->socket, result, &error);

  if (fails (fetch, error))
    return;

  if (g_bytes_get_size (bytes) == 0)
    {
      g_main_loop_quit (fetch->loop);
      return;
    }

  fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stdout);
  tisock_tcp_socket_receive_async (fetch->socket, -1, NULL, got_body_cb, fetch);
}

static void
got_head_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Fetch *fetch = user_data;
  GError *error = NULL;
  GBytes *head = tisock_tcp_socket_receive_until_finish (fetch->socket, result, &error);
  g_autofree char *text = NULL;

  if (fails (fetch, error))
    return;

  text = g_strndup (g_bytes_get_data (head, NULL), g_bytes_get_size (head));
  g_bytes_unref (head);
  g_printerr ("%s\n", text);
  sscanf (text, "HTTP/%*s %d", &fetch->status);
  tisock_tcp_socket_receive_async (fetch->socket, -1, NULL, got_body_cb, fetch);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Fetch *fetch = user_data;
  GError *error = NULL;

  if (tisock_socket_core_open_finish (TISOCK_SOCKET_CORE (source), result, &error))
    tisock_tcp_socket_write_string (fetch->socket, fetch->request, &error);
  if (!fails (fetch, error))
    tisock_tcp_socket_receive_until_async (fetch->socket, (const guint8 *) "\r\n\r\n", 4, NULL,
                                           got_head_cb, fetch);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  g_autofree char *request = NULL;
  Fetch fetch = { .loop = loop, .socket = socket };

  if (argc < 3)
    {
      g_printerr ("Usage: %s HOST PORT [PATH]\n", argv[0]);
      return EXIT_FAILURE;
    }

  fetch.request = request = g_strdup_printf ("GET %s HTTP/1.0\r\nHost: %s:%s\r\n\r\n",
                                             argc > 3 ? argv[3] : "/", argv[1], argv[2]);
  g_object_set (socket, "address", argv[1], "port", atoi (argv[2]), "timeout", 30000,
                "idle-timeout", 30000, NULL);
  tisock_socket_core_open_async (TISOCK_SOCKET_CORE (socket), NULL, opened_cb, &fetch);
  g_main_loop_run (loop);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));

  return fetch.status == 200 ? EXIT_SUCCESS : EXIT_FAILURE;
}
