/* echo-tisock.c: tisock with signal handlers
 *
 * echo-tisock [echo|sink|source|tls|jitter [IDLE-TIMEOUT]]: "jitter" is "echo" with what jitter.h
 * has
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdlib.h>
#include <tisock/tisock.h>

#include "jitter.h"
#include "mode.h"

static guint idle_timeout;
static GBytes *bytes;

static void
data_available_cb (TisockTCPSocket *socket,
                   gpointer         user_data)
{
  gsize length;
  const guint8 *data = tisock_tcp_socket_peek (socket, &length);

  if (mode == MODE_ECHO)
    tisock_tcp_socket_write (socket, data, length, NULL);
  tisock_tcp_socket_skip (socket, length);
}

static void
drained_cb (TisockTCPSocket *socket,
            gpointer         user_data)
{
  while (!tisock_tcp_socket_get_needs_drain (socket) &&
         tisock_tcp_socket_write_bytes (socket, bytes, NULL))
    continue;
}

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             gpointer            user_data)
{
  if (idle_timeout > 0)
    tisock_tcp_socket_set_idle_timeout (socket, idle_timeout);
  g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);
  if (mode == MODE_SOURCE)
    {
      g_signal_connect (socket, "drained", G_CALLBACK (drained_cb), NULL);
      drained_cb (socket, NULL);
    }
}

static gboolean
start_tls (TisockServerSocket *server)
{
  g_autoptr(TisockTlsSettings) settings =
    tisock_tls_settings_new_from_files (certificate_file, NULL, NULL);

  if (settings == NULL)
    return FALSE;

  tisock_server_socket_set_tls_settings (server, settings);

  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  TisockServerSocket *server = tisock_server_socket_new ();

  set_mode (argc, argv);
  bytes = g_bytes_new_static (block, BLOCK_SIZE);
  idle_timeout = argc > 2 ? (guint) atoi (argv[2]) : 0;
  if (argc > 1 && strcmp (argv[1], "jitter") == 0)
    jitter_init ();
  tisock_server_socket_set_address (server, "127.0.0.1");
  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), NULL);
  if (certificate_file != NULL && !start_tls (server))
    return 1;
  if (!tisock_server_socket_listen (server, NULL))
    return 1;

  g_print ("listening on %d\n", tisock_server_socket_get_port (server));
  g_main_loop_run (g_main_loop_new (NULL, FALSE));

  return 0;
}
