/* tls-echo-server.c: sends every client back what it sends, under TLS
 *
 * Run:  tls-echo-server CERTIFICATE KEY [PORT]   (0, the default: any free port; Ctrl-C ends it)
 * Shows a server with TLS, and how its certificate is renewed: SIGHUP reads both files again.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <glib-unix.h>
#include <stdlib.h>

static void
echo_cb (TisockTCPSocket *socket)
{
  g_autoptr(GBytes) bytes = NULL;

  if (tisock_tcp_socket_get_needs_drain (socket))
    return;

  bytes = tisock_tcp_socket_read_bytes (socket, -1);
  tisock_tcp_socket_write_bytes (socket, bytes, NULL);
}

/* After the handshake. */
static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket)
{
  g_print ("port %d came with %s\n", tisock_tcp_socket_get_remote_port (socket),
           tisock_ssl_socket_get_cipher (TISOCK_SSL_SOCKET (socket)));
  g_signal_connect (socket, "data-available", G_CALLBACK (echo_cb), NULL);
  g_signal_connect (socket, "drained", G_CALLBACK (echo_cb), NULL);
}

/* The handshake has failed, or has taken too long. */
static void
dropped_cb (TisockServerSocket *server,
            GSocketAddress     *address)
{
  GInetSocketAddress *peer = G_INET_SOCKET_ADDRESS (address);

  g_print ("port %d was dropped\n", g_inet_socket_address_get_port (peer));
}

static gboolean
hang_up_cb (gpointer settings)
{
  g_autoptr(GError) error = NULL;

  if (tisock_tls_settings_reload (settings, &error))
    g_print ("renewed\n");
  else
    g_print ("the old certificate stays: %s\n", error->message);

  return G_SOURCE_CONTINUE;
}

static gboolean
interrupt_cb (gpointer server)
{
  tisock_server_socket_close (server);

  return G_SOURCE_REMOVE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockServerSocket) server = tisock_server_socket_new ();
  g_autoptr(TisockTlsSettings) settings = NULL;
  g_autoptr(GError) error = NULL;

  if (argc < 3)
    {
      g_printerr ("Usage: %s CERTIFICATE KEY [PORT]\n", argv[0]);
      return EXIT_FAILURE;
    }

  settings = tisock_tls_settings_new_from_files (argv[1], argv[2], &error);
  tisock_server_socket_set_tls_settings (server, settings);
  tisock_server_socket_set_address (server, "127.0.0.1");
  tisock_server_socket_set_port (server, argc > 3 ? atoi (argv[3]) : 0);
  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), NULL);
  g_signal_connect (server, "dropped", G_CALLBACK (dropped_cb), NULL);
  g_signal_connect_swapped (server, "closed", G_CALLBACK (g_main_loop_quit), loop);

  if (settings == NULL || !tisock_server_socket_listen (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  g_unix_signal_add (SIGHUP, hang_up_cb, settings);
  g_unix_signal_add (SIGINT, interrupt_cb, server);
  g_print ("listening on %d\n", tisock_server_socket_get_port (server));
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
