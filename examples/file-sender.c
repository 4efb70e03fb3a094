/* file-sender.c: sends a file and tells how far it is
 *
 * Run:  file-sender HOST PORT FILE        (Ctrl-C gives up)
 *       to receive:  socat -u tcp-listen:9000 create:COPY
 * Shows send-progress, which follows the queue and may empty it, and send-complete.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <glib-unix.h>
#include <stdlib.h>

typedef struct
{
  GMainLoop *loop;
  GBytes    *file;
  gboolean   stop;
  gboolean   sent;
} Transfer;

/* The file is mapped and queued as it is: no part of it is read before it is sent. */
static void
connected_cb (TisockTCPSocket *socket,
              Transfer        *transfer)
{
  tisock_tcp_socket_write_bytes (socket, transfer->file, NULL);
}

/* TRUE drops what has not been sent yet. */
static gboolean
send_progress_cb (TisockTCPSocket *socket,
                  guint64          sent,
                  guint64          left,
                  Transfer        *transfer)
{
  gsize size = g_bytes_get_size (transfer->file);

  g_print ("%3d %% sent\r", (int) (100 - left * 100.0 / size));

  return transfer->stop;
}

static void
send_complete_cb (TisockTCPSocket *socket,
                  gboolean         user_aborted,
                  Transfer        *transfer)
{
  transfer->sent = !user_aborted;
  g_print ("\n%s\n", user_aborted ? "given up" : "complete");
  tisock_tcp_socket_shutdown (socket);
}

static void
error_cb (TisockSocketCore *socket,
          GError           *error,
          Transfer         *transfer)
{
  if (tisock_socket_core_get_state (socket) == TISOCK_SOCKET_STATE_ERROR)
    {
      g_printerr ("%s\n", error->message);
      transfer->sent = FALSE;
    }
}

static gboolean
interrupt_cb (gpointer user_data)
{
  Transfer *transfer = user_data;

  transfer->stop = TRUE;
  g_print ("stopping\n");

  return G_SOURCE_CONTINUE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(TisockTCPSocket) socket = tisock_tcp_socket_new ();
  g_autoptr(GMappedFile) map = NULL;
  g_autoptr(GBytes) file = NULL;
  g_autoptr(GError) error = NULL;
  Transfer transfer = { loop, NULL, FALSE, FALSE };

  map = argc == 4 ? g_mapped_file_new (argv[3], FALSE, &error) : NULL;
  if (map == NULL)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "Usage: file-sender HOST PORT FILE");
      return EXIT_FAILURE;
    }

  transfer.file = file = g_mapped_file_get_bytes (map);
  tisock_tcp_socket_set_address (socket, argv[1]);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), atoi (argv[2]));
  g_signal_connect (socket, "connected", G_CALLBACK (connected_cb), &transfer);
  g_signal_connect (socket, "send-progress", G_CALLBACK (send_progress_cb), &transfer);
  g_signal_connect (socket, "send-complete", G_CALLBACK (send_complete_cb), &transfer);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), &transfer);
  g_signal_connect_swapped (socket, "closed", G_CALLBACK (g_main_loop_quit), loop);
  g_unix_signal_add (SIGINT, interrupt_cb, &transfer);

  if (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL))
    g_main_loop_run (loop);

  return transfer.sent ? EXIT_SUCCESS : EXIT_FAILURE;
}
