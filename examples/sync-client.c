/* sync-client.c: sends a text and prints the answer, from top to bottom, without a main loop
 *
 * Run:  sync-client HOST PORT TEXT        (an echo server gives the answer)
 * Shows wait(): it blocks until something has changed, and serves this one socket only. Signals
 * come from inside of it.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE 10000

static void
error_cb (TisockTCPSocket *socket,
          GError          *error)
{
  g_printerr ("%s\n", error->message);
}

static gboolean
connect_to (TisockTCPSocket *socket,
            const char      *host,
            int              port)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);

  tisock_tcp_socket_set_address (socket, host);
  tisock_tcp_socket_set_timeout (socket, PATIENCE);
  tisock_socket_core_set_port (core, port);
  tisock_socket_core_open (core, NULL);

  while (tisock_socket_core_get_state (core) == TISOCK_SOCKET_STATE_CONNECTING)
    tisock_socket_core_wait (core, -1, NULL);

  return tisock_socket_core_get_is_connected (core);
}

/* FALSE if the text cannot be sent, the connection ends before the whole answer is there, or
 * nothing comes for too long. */
static gboolean
ask (TisockTCPSocket *socket,
     const char      *text)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);
  gsize length = strlen (text);

  if (!tisock_tcp_socket_write_string (socket, text, NULL) ||
      !tisock_tcp_socket_flush (socket, NULL))
    return FALSE;

  while (tisock_socket_core_get_is_connected (core) &&
         tisock_tcp_socket_get_bytes_available (socket) < length)
    if (!tisock_socket_core_wait (core, PATIENCE, NULL))
      {
        g_printerr ("No answer within %d ms\n", PATIENCE);
        return FALSE;
      }

  return tisock_tcp_socket_get_bytes_available (socket) >= length;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  g_autofree guint8 *answer = NULL;
  gsize length;

  if (argc != 4)
    {
      g_printerr ("Usage: %s HOST PORT TEXT\n", argv[0]);
      return EXIT_FAILURE;
    }

  g_signal_connect (socket, "error", G_CALLBACK (error_cb), NULL);
  if (!connect_to (socket, argv[1], atoi (argv[2])) || !ask (socket, argv[3]))
    return EXIT_FAILURE;

  answer = tisock_tcp_socket_read_all (socket, &length);
  printf ("%.*s\n", (int) length, (const char *) answer);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));

  return EXIT_SUCCESS;
}
