/* udp-gio.c: a source of g_socket_create_source(), and one datagram at a time
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <gio/gio.h>

#include "mode.h"

static gboolean
ready_cb (GSocket     *socket,
          GIOCondition condition,
          gpointer     user_data)
{
  static char data[65536];
  g_autoptr(GSocketAddress) address = NULL;
  GInputVector vector = { data, sizeof data };
  gssize length = g_socket_receive_message (socket, &address, &vector, 1, NULL, NULL, NULL, NULL,
                                            NULL);

  if (length > 0 && (mode == MODE_ECHO || data[0] == 1))
    g_socket_send_to (socket, address, data, (gsize) length, NULL, NULL);

  return G_SOURCE_CONTINUE;
}

int
main (int   argc,
      char *argv[])
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                                  G_SOCKET_PROTOCOL_UDP, NULL);
  GSocketAddress *address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  GSource *source;

  set_mode (argc, argv);
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_bind (socket, address, FALSE, NULL))
    return 1;

  source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (ready_cb), NULL, NULL);
  g_source_attach (source, NULL);
  address = g_socket_get_local_address (socket, NULL);
  g_print ("listening on %d\n", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  g_main_loop_run (g_main_loop_new (NULL, FALSE));

  return 0;
}
