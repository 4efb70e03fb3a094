/* http-fetch.c: fetches a web page with HTTP/1.0 and prints it
 *
 * Run:  http-fetch HOST PORT [PATH]        (status and headers go to the standard error)
 * Shows lines and plain bytes taken from one stream, and how to tell a whole answer from a cut one.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  GMainLoop *loop;
  char      *request;
  int        status;            /* 0 until the status line has come */
  gboolean   in_body;
  gboolean   whole;
} Fetch;

static void
connected_cb (TisockTCPSocket *socket,
              Fetch           *fetch)
{
  tisock_tcp_socket_write_string (socket, fetch->request, NULL);
}

static void
read_headers (TisockTCPSocket *socket,
              Fetch           *fetch)
{
  g_autoptr(GError) error = NULL;
  char *line;

  for (; !fetch->in_body && (line = tisock_tcp_socket_read_line (socket, &error)); g_free (line))
    {
      if (fetch->status == 0)
        sscanf (line, "HTTP/%*s %d", &fetch->status);
      fetch->in_body = *line == '\0';
      g_printerr ("%s\n", line);
    }

  if (error != NULL)
    {
      g_printerr ("%s\n", error->message);
      tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
    }
}

static void
data_available_cb (TisockTCPSocket *socket,
                   Fetch           *fetch)
{
  g_autofree guint8 *data = NULL;
  gsize length;

  read_headers (socket, fetch);
  if (!fetch->in_body || tisock_tcp_socket_get_bytes_available (socket) == 0)
    return;

  data = tisock_tcp_socket_read_all (socket, &length);
  fwrite (data, 1, length, stdout);
}

/* HTTP/1.0 ends an answer by closing. An end in good order leaves the state CLOSED. */
static void
error_cb (TisockSocketCore *socket,
          GError           *error,
          Fetch            *fetch)
{
  fetch->whole = fetch->in_body &&
                 tisock_socket_core_get_state (socket) == TISOCK_SOCKET_STATE_CLOSED;
  if (!fetch->whole)
    g_printerr ("%s\n", error->message);
}

static void
closed_cb (TisockTCPSocket *socket,
           Fetch           *fetch)
{
  g_main_loop_quit (fetch->loop);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  g_autofree char *request = NULL;
  Fetch fetch = { .loop = loop };

  if (argc < 3)
    {
      g_printerr ("Usage: %s HOST PORT [PATH]\n", argv[0]);
      return EXIT_FAILURE;
    }

  fetch.request = request = g_strdup_printf ("GET %s HTTP/1.0\r\nHost: %s:%s\r\n\r\n",
                                             argc > 3 ? argv[3] : "/", argv[1], argv[2]);
  tisock_tcp_socket_set_address (socket, argv[1]);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), atoi (argv[2]));
  tisock_tcp_socket_set_timeout (socket, 30000);
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), &fetch);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), &fetch);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), &fetch);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), &fetch);

  if (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL))
    g_main_loop_run (loop);

  return fetch.whole && fetch.status == 200 ? EXIT_SUCCESS : EXIT_FAILURE;
}
