/* udp-libuv.c: libuv, with recvmmsg(), as it offers it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "mode.h"

#define BATCH (32 * 65536)

typedef struct
{
  uv_udp_send_t request;
  char          data[];
} Answer;

static char buffer[BATCH];

static void
allocate_cb (uv_handle_t *handle,
             size_t       suggested_size,
             uv_buf_t    *data)
{
  *data = uv_buf_init (buffer, sizeof buffer);
}

static void
sent_cb (uv_udp_send_t *request,
         int            status)
{
  free (request);
}

static void
received_cb (uv_udp_t              *server,
             ssize_t                length,
             const uv_buf_t        *data,
             const struct sockaddr *address,
             unsigned               flags)
{
  Answer *answer;
  uv_buf_t answered;

  if (length <= 0 || address == NULL || (mode == MODE_SINK && data->base[0] != 1))
    return;

  answer = malloc (sizeof *answer + (size_t) length);
  memcpy (answer->data, data->base, (size_t) length);
  answered = uv_buf_init (answer->data, (unsigned) length);
  uv_udp_send (&answer->request, server, &answered, 1, address, sent_cb);
}

int
main (int   argc,
      char *argv[])
{
  struct sockaddr_in address;
  int length = sizeof address;
  uv_udp_t server;

  set_mode (argc, argv);
  uv_udp_init_ex (uv_default_loop (), &server, AF_INET | UV_UDP_RECVMMSG);
  uv_ip4_addr ("127.0.0.1", 0, &address);
  if (uv_udp_bind (&server, (struct sockaddr *) &address, 0) != 0 ||
      uv_udp_recv_start (&server, allocate_cb, received_cb) != 0)
    return 1;

  uv_udp_getsockname (&server, (struct sockaddr *) &address, &length);
  printf ("listening on %d\n", ntohs (address.sin_port));
  fflush (stdout);

  return uv_run (uv_default_loop (), UV_RUN_DEFAULT);
}
