/* time-client.c: asks a time server what time it is, again if there is no answer
 *
 * Run:  time-client HOST PORT
 * Shows a socket with one peer, without a main loop: datagrams get lost, and that nobody is there
 * may be reported, or not.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdlib.h>

#define QUESTIONS 5
#define PATIENCE 1000           /* ms */

static void
error_cb (TisockUDPSocket *socket,
          GError          *error,
          gboolean        *failed)
{
  g_printerr ("%s\n", error->message);
  *failed = TRUE;
}

static TisockDatagram *
ask (TisockUDPSocket *socket,
     const gboolean  *failed)
{
  TisockDatagram *answer = NULL;

  for (guint i = 0; i < QUESTIONS && answer == NULL && !*failed; i++)
    {
      tisock_udp_socket_write_to (socket, NULL, 0, NULL, 0, NULL);
      while ((answer = tisock_udp_socket_read (socket)) == NULL && !*failed &&
             tisock_socket_core_wait (TISOCK_SOCKET_CORE (socket), PATIENCE, NULL))
        continue;
    }

  return answer;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(TisockUDPSocket) socket = tisock_udp_socket_new ();
  g_autoptr(TisockDatagram) answer = NULL;
  gboolean failed = FALSE;
  const guint8 *text;
  gsize length;

  if (argc != 3)
    {
      g_printerr ("Usage: %s HOST PORT\n", argv[0]);
      return EXIT_FAILURE;
    }

  tisock_udp_socket_set_peer_address (socket, argv[1]);
  tisock_udp_socket_set_peer_port (socket, atoi (argv[2]));
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), &failed);
  if (!tisock_socket_core_open_sync (TISOCK_SOCKET_CORE (socket), -1, NULL, NULL))
    return EXIT_FAILURE;

  answer = ask (socket, &failed);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  if (answer == NULL)
    return EXIT_FAILURE;

  text = tisock_datagram_get_data (answer, &length);
  g_print ("%.*s\n", (int) length, (const char *) text);

  return EXIT_SUCCESS;
}
