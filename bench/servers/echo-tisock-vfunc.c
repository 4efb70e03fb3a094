/* echo-tisock-vfunc.c: tisock with a subclass that fills the slot of the signal
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#define ECHO_TYPE_SOCKET (echo_socket_get_type ())
G_DECLARE_FINAL_TYPE (EchoSocket, echo_socket, ECHO, SOCKET, TisockTCPSocket)

struct _EchoSocket
{
  TisockTCPSocket parent_instance;
};

G_DEFINE_FINAL_TYPE (EchoSocket, echo_socket, TISOCK_TYPE_TCP_SOCKET)

static void
echo_socket_data_available (TisockSocketCore *core)
{
  TisockTCPSocket *socket = TISOCK_TCP_SOCKET (core);
  gsize length;
  const guint8 *data = tisock_tcp_socket_peek (socket, &length);

  tisock_tcp_socket_write (socket, data, length, NULL);
  tisock_tcp_socket_skip (socket, length);
}

static void
echo_socket_class_init (EchoSocketClass *klass)
{
  TISOCK_SOCKET_CORE_CLASS (klass)->data_available = echo_socket_data_available;
}

static void
echo_socket_init (EchoSocket *self)
{
}

static TisockTCPSocket *
add_socket_cb (TisockServerSocket *server,
               gpointer            user_data)
{
  return g_object_new (ECHO_TYPE_SOCKET, NULL);
}

int
main (int   argc,
      char *argv[])
{
  TisockServerSocket *server = tisock_server_socket_new ();

  tisock_server_socket_set_address (server, "127.0.0.1");
  g_signal_connect (server, "add-socket", G_CALLBACK (add_socket_cb), NULL);
  if (!tisock_server_socket_listen (server, NULL))
    return 1;

  g_print ("listening on %d\n", tisock_server_socket_get_port (server));
  g_main_loop_run (g_main_loop_new (NULL, FALSE));

  return 0;
}
