/* echo-tisock.c: tisock with signal handlers; an argument is an idle timeout in milliseconds
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdlib.h>
#include <tisock/tisock.h>

static guint idle_timeout;

static void
data_available_cb (TisockTCPSocket *socket,
                   gpointer         user_data)
{
  gsize length;
  const guint8 *data = tisock_tcp_socket_peek (socket, &length);

  tisock_tcp_socket_write (socket, data, length, NULL);
  tisock_tcp_socket_skip (socket, length);
}

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             gpointer            user_data)
{
  if (idle_timeout > 0)
    tisock_tcp_socket_set_idle_timeout (socket, idle_timeout);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);
}

int
main (int   argc,
      char *argv[])
{
  TisockServerSocket *server = tisock_server_socket_new ();

  if (argc > 1)
    idle_timeout = (guint) atoi (argv[1]);
  tisock_server_socket_set_address (server, "127.0.0.1");
  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), NULL);
  if (!tisock_server_socket_listen (server, NULL))
    return 1;

  g_print ("listening on %d\n", tisock_server_socket_get_port (server));
  g_main_loop_run (g_main_loop_new (NULL, FALSE));

  return 0;
}
