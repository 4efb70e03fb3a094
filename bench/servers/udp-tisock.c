/* udp-tisock.c: tisock, with a signal handler
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include "mode.h"

static void
data_available_cb (TisockUDPSocket *socket)
{
  TisockDatagram *datagram;

  while ((datagram = tisock_udp_socket_read (socket)) != NULL)
    {
      gsize length;

      if (mode == MODE_ECHO || *tisock_datagram_get_data (datagram, &length) == 1)
        tisock_udp_socket_write (socket, datagram, NULL);
      tisock_datagram_unref (datagram);
    }
}

int
main (int   argc,
      char *argv[])
{
  TisockUDPSocket *socket = tisock_udp_socket_new ();
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);

  set_mode (argc, argv);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);
  tisock_socket_core_set_network_interface (core, tisock_network_interface_lookup ("lo"));
  if (!tisock_socket_core_open (core, NULL))
    return 1;

  g_print ("listening on %d\n", tisock_socket_core_get_port (core));
  g_main_loop_run (g_main_loop_new (NULL, FALSE));

  return 0;
}
