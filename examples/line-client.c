/* line-client.c: sends commands, one after the other, to a server that answers in lines
 *
 * Run:  line-client HOST PORT COMMAND...        for example:  line-client localhost 6379 PING TIME
 * Shows a dialogue in a line protocol (SMTP, POP3, IMAP, Redis, ...): read_line() gives a whole
 * line or nothing, however the bytes arrive.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>

typedef struct
{
  GMainLoop  *loop;
  char      **commands;         /* the next one first */
  gboolean    done;
} Dialogue;

static void
next_command (TisockTCPSocket *socket,
              Dialogue        *dialogue)
{
  g_autofree char *line = NULL;

  if (*dialogue->commands == NULL)
    {
      dialogue->done = TRUE;
      tisock_tcp_socket_shutdown (socket);
      return;
    }

  g_print ("> %s\n", *dialogue->commands);
  line = g_strconcat (*dialogue->commands, "\r\n", NULL);
  dialogue->commands++;
  tisock_tcp_socket_write_string (socket, line, NULL);
}

/* Several lines may have come at once, or only a part of one: then NULL, and the part stays. */
static void
data_available_cb (TisockTCPSocket *socket,
                   Dialogue        *dialogue)
{
  g_autoptr(GError) error = NULL;
  char *line;

  for (; (line = tisock_tcp_socket_read_line (socket, &error)) != NULL; g_free (line))
    {
      g_print ("< %s\n", line);
      if (!dialogue->done)
        next_command (socket, dialogue);
    }

  if (error != NULL)
    {
      g_printerr ("%s\n", error->message);
      tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
    }
}

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          Dialogue        *dialogue)
{
  if (!dialogue->done)
    g_printerr ("%s\n", error->message);
}

static void
closed_cb (TisockTCPSocket *socket,
           Dialogue        *dialogue)
{
  g_main_loop_quit (dialogue->loop);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  Dialogue dialogue = { loop, argv + 3, FALSE };

  setlocale (LC_ALL, "");
  if (argc < 4)
    {
      g_printerr ("Usage: %s HOST PORT COMMAND...\n", argv[0]);
      return EXIT_FAILURE;
    }

  tisock_tcp_socket_set_address (socket, argv[1]);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), atoi (argv[2]));
  g_signal_connect (socket, "connected", G_CALLBACK (next_command), &dialogue);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), &dialogue);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), &dialogue);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), &dialogue);

  if (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL))
    g_main_loop_run (loop);

  return dialogue.done ? EXIT_SUCCESS : EXIT_FAILURE;
}
