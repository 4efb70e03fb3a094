/* blocking-client.c: sends commands, one after the other, and prints the line that answers each
 *
 * Run:  blocking-client HOST PORT COMMAND...      for example:  blocking-client localhost 6379 PING
 * Shows a program from top to bottom, without a main loop. line-client.c does the same by signals.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>

/* How long an answer may take, in milliseconds. */
#define PATIENCE 10000

static gboolean
ask (TisockTCPSocket  *socket,
     const char       *command,
     GError          **error)
{
  g_autofree char *question = g_strconcat (command, "\r\n", NULL);
  g_autofree char *answer = NULL;

  g_print ("> %s\n", command);
  if (!tisock_tcp_socket_write_string (socket, question, error))
    return FALSE;

  answer = tisock_tcp_socket_receive_line_sync (socket, PATIENCE, NULL, error);
  if (answer != NULL)
    g_print ("< %s\n", answer);
  else if (*error == NULL)      /* the end of the stream is not an error by itself */
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The server has gone");

  return answer != NULL;
}

/* Sends all commands, then tells the server that these were all, and prints what else it says. */
static gboolean
converse (TisockTCPSocket  *socket,
          char            **commands,
          GError          **error)
{
  char *line;

  if (!tisock_socket_core_open_sync (TISOCK_SOCKET_CORE (socket), PATIENCE, NULL, error))
    return FALSE;

  for (char **command = commands; *command != NULL; command++)
    if (!ask (socket, *command, error))
      return FALSE;

  tisock_tcp_socket_shutdown (socket);
  while ((line = tisock_tcp_socket_receive_line_sync (socket, PATIENCE, NULL, error)) != NULL)
    {
      g_print ("< %s\n", line);
      g_free (line);
    }

  return *error == NULL;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  g_autoptr(GError) error = NULL;

  setlocale (LC_ALL, "");
  if (argc < 4)
    {
      g_printerr ("Usage: %s HOST PORT COMMAND...\n", argv[0]);
      return EXIT_FAILURE;
    }

  tisock_tcp_socket_set_address (socket, argv[1]);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), atoi (argv[2]));
  if (!converse (socket, argv + 3, &error))
    g_printerr ("%s\n", error->message);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));

  return error == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
