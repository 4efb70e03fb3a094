/* mode.h: what a server does with its connections, as its first argument says
 *
 * "echo" sends back what comes, "sink" swallows it, "source" sends the same block again and again;
 * "tls" is "echo" under TLS, for the servers that can do that; "udp" is "echo" with datagrams, and
 * "udp-sink" swallows them, but for those that are marked to be answered.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 65536

enum { MODE_ECHO, MODE_SINK, MODE_SOURCE };

static int mode;
static const char *certificate_file;    /* with the key in it; NULL: no TLS */
static char block[BLOCK_SIZE];

/* No two places of it look alike, so that a byte lost or doubled is seen. */
static inline void
fill_block (char  *data,
            size_t size)
{
  for (size_t i = 0; i < size; i++)
    data[i] = (char) (i * 31 + i / 251);
}

static inline void
set_mode (int   argc,
          char *argv[])
{
  if (argc > 1 && (strcmp (argv[1], "sink") == 0 || strcmp (argv[1], "udp-sink") == 0))
    mode = MODE_SINK;
  if (argc > 1 && strcmp (argv[1], "source") == 0)
    mode = MODE_SOURCE;
  if (argc > 1 && strcmp (argv[1], "tls") == 0)
    certificate_file = getenv ("BENCH_CERTIFICATE");
  fill_block (block, sizeof block);

  /* A source writes until the peer is gone; not every library keeps the signal away. */
  signal (SIGPIPE, SIG_IGN);
}
