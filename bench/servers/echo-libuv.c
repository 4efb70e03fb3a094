/* echo-libuv.c: libuv, as its guide writes an echo server
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "mode.h"

typedef struct
{
  uv_write_t  request;
  uv_buf_t    data;
} Write;

static void block_written_cb (uv_write_t *request,
                              int         status);

static void
allocate_cb (uv_handle_t *handle,
             size_t       suggested_size,
             uv_buf_t    *data)
{
  data->base = malloc (suggested_size);
  data->len = suggested_size;
}

static void
closed_cb (uv_handle_t *handle)
{
  free (handle);
}

static void
written_cb (uv_write_t *request,
            int         status)
{
  Write *write = (Write *) request;

  free (write->data.base);
  free (write);
}

static void
read_cb (uv_stream_t    *stream,
         ssize_t         length,
         const uv_buf_t *data)
{
  Write *write;

  if (length <= 0 || mode == MODE_SINK)
    {
      if (length < 0)
        uv_close ((uv_handle_t *) stream, closed_cb);
      free (data->base);
      return;
    }

  write = malloc (sizeof *write);
  write->data = uv_buf_init (data->base, (unsigned) length);
  uv_write (&write->request, stream, &write->data, 1, written_cb);
}

static void
send_block (uv_stream_t *stream)
{
  uv_write_t *request = malloc (sizeof *request);
  uv_buf_t data = uv_buf_init (block, BLOCK_SIZE);

  uv_write (request, stream, &data, 1, block_written_cb);
}

static void
block_written_cb (uv_write_t *request,
                  int         status)
{
  if (status == 0)
    send_block (request->handle);
  free (request);
}

static void
connection_cb (uv_stream_t *server,
               int          status)
{
  uv_tcp_t *client;

  if (status < 0)
    return;

  client = malloc (sizeof *client);
  uv_tcp_init (server->loop, client);
  if (uv_accept (server, (uv_stream_t *) client) == 0)
    {
      uv_tcp_nodelay (client, 1);
      uv_read_start ((uv_stream_t *) client, allocate_cb, read_cb);
      if (mode == MODE_SOURCE)
        send_block ((uv_stream_t *) client);
    }
  else
    {
      uv_close ((uv_handle_t *) client, closed_cb);
    }
}

int
main (int   argc,
      char *argv[])
{
  struct sockaddr_in address;
  int length = sizeof address;
  uv_tcp_t server;

  set_mode (argc, argv);
  uv_tcp_init (uv_default_loop (), &server);
  uv_ip4_addr ("127.0.0.1", 0, &address);
  uv_tcp_bind (&server, (struct sockaddr *) &address, 0);
  if (uv_listen ((uv_stream_t *) &server, 4096, connection_cb) != 0)
    return 1;

  uv_tcp_getsockname (&server, (struct sockaddr *) &address, &length);
  printf ("listening on %d\n", ntohs (address.sin_port));
  fflush (stdout);

  return uv_run (uv_default_loop (), UV_RUN_DEFAULT);
}
