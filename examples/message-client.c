/* message-client.c: asks a message server about texts, all at a time
 *
 * Run:  message-client HOST PORT TEXT...
 * Shows messages: however the bytes arrive, an answer comes as a whole, and its number says which
 * text it is about.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>

typedef struct
{
  GMainLoop  *loop;
  char      **texts;
  guint       n_left;           /* how many have no answer yet */
} Inquiry;

static void
connected_cb (TisockEasyTCPSocket *socket,
              Inquiry             *inquiry)
{
  for (int i = 0; inquiry->texts[i] != NULL; i++)
    tisock_easy_tcp_socket_send_message (socket, i, (const guint8 *) inquiry->texts[i],
                                         strlen (inquiry->texts[i]), NULL);
}

/* The number is the peer's: it may be any. */
static void
received_message_cb (TisockEasyTCPSocket *socket,
                     int                  command,
                     GBytes              *data,
                     Inquiry             *inquiry)
{
  if (command < 0 || (guint) command >= g_strv_length (inquiry->texts))
    return;

  g_print ("%s: %.*s\n", inquiry->texts[command], (int) g_bytes_get_size (data),
           (const char *) g_bytes_get_data (data, NULL));
  if (--inquiry->n_left == 0)
    tisock_tcp_socket_shutdown (TISOCK_TCP_SOCKET (socket));
}

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          Inquiry         *inquiry)
{
  if (inquiry->n_left > 0)
    g_printerr ("%s\n", error->message);
}

static void
closed_cb (TisockTCPSocket *socket,
           Inquiry         *inquiry)
{
  g_main_loop_quit (inquiry->loop);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockEasyTCPSocket) socket = tisock_easy_tcp_socket_new ();
  Inquiry inquiry = { loop, argv + 3, (guint) argc - 3 };

  setlocale (LC_ALL, "");
  if (argc < 4)
    {
      g_printerr ("Usage: %s HOST PORT TEXT...\n", argv[0]);
      return EXIT_FAILURE;
    }

  tisock_tcp_socket_set_address (TISOCK_TCP_SOCKET (socket), argv[1]);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), atoi (argv[2]));
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), &inquiry);
  g_signal_connect (socket, "received-message", G_CALLBACK (received_message_cb), &inquiry);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), &inquiry);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), &inquiry);

  if (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL))
    g_main_loop_run (loop);

  return inquiry.n_left == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
