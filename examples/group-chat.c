/* group-chat.c: a chat without a server: all who run it hear each other
 *
 * Run:  group-chat NAME PORT [INTERFACE]
 * Shows a multicast group, and a port that programs of one machine share.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUP "239.255.42.42"

typedef struct
{
  GMainLoop       *loop;
  TisockUDPSocket *socket;
  const char      *name;
} Chat;

static void
say (Chat       *chat,
     const char *text)
{
  g_autofree char *line = g_strdup_printf ("%s: %s", chat->name, text);

  /* Port 0 is the one that all use. */
  tisock_udp_socket_write_to (chat->socket, GROUP, 0, (const guint8 *) line, strlen (line), NULL);
}

static gboolean
input_cb (GIOChannel   *input,
          GIOCondition  condition,
          gpointer      user_data)
{
  Chat *chat = user_data;
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (input, &line, NULL, NULL, NULL) == G_IO_STATUS_NORMAL)
    {
      say (chat, g_strchomp (line));
      return G_SOURCE_CONTINUE;
    }

  g_main_loop_quit (chat->loop);

  return G_SOURCE_REMOVE;
}

static void
data_available_cb (TisockUDPSocket *socket)
{
  TisockDatagram *datagram;

  for (; (datagram = tisock_udp_socket_read (socket)) != NULL; tisock_datagram_unref (datagram))
    {
      gsize length;
      const guint8 *text = tisock_datagram_get_data (datagram, &length);
      g_autofree char *shown = g_utf8_make_valid ((const char *) text, (gssize) length);

      g_print ("%s\n", shown);
    }
}

/* What one says comes back to oneself as it comes to the others of the machine. */
static gboolean
open_chat (Chat        *chat,
           int          port,
           const char  *interface,
           GError     **error)
{
  g_autoptr(TisockNetworkInterface) network = NULL;

  if (interface != NULL)
    network = tisock_network_interface_lookup (interface);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (chat->socket), port);
  tisock_udp_socket_set_multicast_interface (chat->socket, network);
  tisock_udp_socket_set_share_port (chat->socket, TRUE);
  tisock_udp_socket_set_send_to_self (chat->socket, TRUE);
  g_signal_connect (chat->socket, "data-available", G_CALLBACK (data_available_cb), NULL);

  return tisock_socket_core_open (TISOCK_SOCKET_CORE (chat->socket), error) &&
         tisock_udp_socket_join_multicast_group (chat->socket, GROUP, NULL, error);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockUDPSocket) socket = tisock_udp_socket_new ();
  g_autoptr(GIOChannel) input = g_io_channel_unix_new (STDIN_FILENO);
  g_autoptr(GError) error = NULL;
  Chat chat = { loop, socket, argc > 1 ? argv[1] : NULL };

  setlocale (LC_ALL, "");
  if (argc < 3 || !open_chat (&chat, atoi (argv[2]), argc > 3 ? argv[3] : NULL, &error))
    {
      g_printerr ("%s\n", error != NULL ? error->message
                                        : "Usage: group-chat NAME PORT [INTERFACE]");
      return EXIT_FAILURE;
    }

  g_io_add_watch (input, G_IO_IN | G_IO_HUP, input_cb, &chat);
  say (&chat, "hello");
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
