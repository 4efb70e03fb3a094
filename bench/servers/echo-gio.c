/* echo-gio.c: GIO's streams, asynchronous, behind a GSocketService
 *
 * Under TLS the handshake begins with the first read, as GTlsConnection's documentation has it.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <gio/gio.h>

#include "mode.h"

#define CHUNK 65536

typedef struct
{
  GIOStream     *connection;
  GInputStream  *input;
  GOutputStream *output;
  char           data[CHUNK];
} Echo;

static GTlsCertificate *certificate;

static void read_ready_cb  (GObject      *object,
                            GAsyncResult *result,
                            gpointer      user_data);
static void write_ready_cb (GObject      *object,
                            GAsyncResult *result,
                            gpointer      user_data);

static void
end (Echo *echo)
{
  g_io_stream_close (echo->connection, NULL, NULL);
  g_object_unref (echo->connection);
  g_free (echo);
}

static void
read_some (Echo *echo)
{
  g_input_stream_read_async (echo->input, echo->data, CHUNK, G_PRIORITY_DEFAULT, NULL,
                             read_ready_cb, echo);
}

static void
send_block (Echo *echo)
{
  g_output_stream_write_all_async (echo->output, block, BLOCK_SIZE, G_PRIORITY_DEFAULT, NULL,
                                   write_ready_cb, echo);
}

static void
write_ready_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  Echo *echo = user_data;

  if (!g_output_stream_write_all_finish (echo->output, result, NULL, NULL))
    end (echo);
  else if (mode == MODE_SOURCE)
    send_block (echo);
  else
    read_some (echo);
}

static void
read_ready_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  Echo *echo = user_data;
  gssize length = g_input_stream_read_finish (echo->input, result, NULL);

  if (length > 0 && mode == MODE_SINK)
    read_some (echo);
  else if (length > 0)
    g_output_stream_write_all_async (echo->output, echo->data, (gsize) length,
                                     G_PRIORITY_DEFAULT, NULL, write_ready_cb, echo);
  else
    end (echo);
}

static GIOStream *
make_stream (GSocketConnection *connection)
{
  if (certificate == NULL)
    return g_object_ref (G_IO_STREAM (connection));

  return g_tls_server_connection_new (G_IO_STREAM (connection), certificate, NULL);
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source_object,
             gpointer           user_data)
{
  Echo *echo = g_new (Echo, 1);

  echo->connection = make_stream (connection);
  echo->input = g_io_stream_get_input_stream (echo->connection);
  echo->output = g_io_stream_get_output_stream (echo->connection);
  g_socket_set_option (g_socket_connection_get_socket (connection), 6, 1, 1, NULL);
  if (mode == MODE_SOURCE)
    send_block (echo);
  else
    read_some (echo);

  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  GSocketService *service = g_socket_service_new ();
  GSocketAddress *address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  GSocketAddress *bound = NULL;

  set_mode (argc, argv);
  if (certificate_file != NULL)
    certificate = g_tls_certificate_new_from_file (certificate_file, NULL);
  if (certificate_file != NULL && certificate == NULL)
    return 1;

  g_socket_listener_set_backlog (G_SOCKET_LISTENER (service), 4096);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), address,
                                      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                      &bound, NULL))
    return 1;

  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), NULL);
  g_print ("listening on %d\n", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_main_loop_run (g_main_loop_new (NULL, FALSE));

  return 0;
}
