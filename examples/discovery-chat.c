/* discovery-chat.c: a chat of all who are there, who know of each other
 *
 * Run:  discovery-chat PORT [INTERFACE]
 * What is typed is said to all; "/NAME text" to one. Shows a group that needs no server.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUP "discovery-chat"
#define SAY 1
#define WHISPER 2

static void
say (TisockAutoDiscovery *chat,
     char                *text)
{
  char *whispered = strchr (text, ' ');

  if (text[0] != '/' || whispered == NULL)
    {
      tisock_auto_discovery_send_message (chat, SAY, (const guint8 *) text, strlen (text), NULL);
      return;
    }

  *whispered++ = '\0';
  tisock_easy_udp_socket_send_message_to_individual (TISOCK_EASY_UDP_SOCKET (chat), text + 1,
                                                     WHISPER, (const guint8 *) whispered,
                                                     strlen (whispered), NULL);
}

/* Who closes the socket tells the others by that. */
static gboolean
input_cb (GIOChannel   *input,
          GIOCondition  condition,
          gpointer      user_data)
{
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (input, &line, NULL, NULL, NULL) == G_IO_STATUS_NORMAL)
    {
      say (user_data, g_strchomp (line));
      return G_SOURCE_CONTINUE;
    }

  tisock_socket_core_close (TISOCK_SOCKET_CORE (user_data));

  return G_SOURCE_REMOVE;
}

static void
received_message_cb (TisockEasyUDPSocket *socket,
                     const char          *sender,
                     int                  command,
                     GBytes              *data)
{
  gsize length;
  const char *text = g_bytes_get_data (data, &length);
  g_autofree char *shown = g_utf8_make_valid (length > 0 ? text : "", (gssize) length);

  g_print ("%s%s: %s\n", sender, command == WHISPER ? " whispers" : "", shown);
}

static void
member_cb (TisockAutoDiscovery *chat,
           const char          *member,
           const char          *sign)
{
  g_print ("%s %s\n", sign, member);
}

static gboolean
open_chat (TisockAutoDiscovery  *chat,
           int                   port,
           const char           *interface,
           GError              **error)
{
  g_autoptr(TisockNetworkInterface) network = NULL;

  if (interface != NULL)
    network = tisock_network_interface_lookup (interface);
  tisock_udp_socket_set_multicast_interface (TISOCK_UDP_SOCKET (chat), network);
  g_signal_connect (chat, "received-message", G_CALLBACK (received_message_cb), NULL);
  g_signal_connect (chat, "member-joined", G_CALLBACK (member_cb), (gpointer) "+");
  g_signal_connect (chat, "member-left", G_CALLBACK (member_cb), (gpointer) "-");

  return tisock_easy_udp_socket_bind (TISOCK_EASY_UDP_SOCKET (chat), port, error) &&
         tisock_easy_udp_socket_register (TISOCK_EASY_UDP_SOCKET (chat), GROUP, error);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockAutoDiscovery) chat = tisock_auto_discovery_new ();
  g_autoptr(GIOChannel) input = g_io_channel_unix_new (STDIN_FILENO);
  g_autoptr(GError) error = NULL;

  setlocale (LC_ALL, "");
  if (argc < 2 || !open_chat (chat, atoi (argv[1]), argc > 2 ? argv[2] : NULL, &error))
    {
      g_printerr ("%s\n", error != NULL ? error->message
                                        : "Usage: discovery-chat PORT [INTERFACE]");
      return EXIT_FAILURE;
    }

  g_signal_connect_swapped (chat, "closed", G_CALLBACK (g_main_loop_quit), loop);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, input_cb, chat);
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
