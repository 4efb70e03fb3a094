/* time-server.c: tells everybody who sends it a datagram what time it is
 *
 * Run:  time-server [PORT]        (0, the default: any free port)
 * Shows that an answer goes to the address that a question has.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdlib.h>
#include <string.h>

static void
answer (TisockUDPSocket *socket,
        TisockDatagram  *question)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *text = g_date_time_format_iso8601 (now);
  g_autofree char *address = tisock_datagram_get_address (question);
  int port = tisock_datagram_get_port (question);

  tisock_udp_socket_write_to (socket, address, port, (const guint8 *) text, strlen (text), NULL);
  g_print ("asked from port %d\n", port);
}

/* What came together is announced together, and answered with one system call. */
static void
data_available_cb (TisockUDPSocket *socket)
{
  TisockDatagram *question;

  for (; (question = tisock_udp_socket_read (socket)) != NULL; tisock_datagram_unref (question))
    answer (socket, question);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockUDPSocket) socket = tisock_udp_socket_new ();
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);
  g_autoptr(GError) error = NULL;

  tisock_socket_core_set_port (core, argc > 1 ? atoi (argv[1]) : 0);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);
  if (!tisock_socket_core_open (core, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  g_print ("listening on %d\n", tisock_socket_core_get_port (core));
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
