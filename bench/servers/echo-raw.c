/* echo-raw.c: bare epoll
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "echo-raw.h"

int
main (int   argc,
      char *argv[])
{
  set_mode (argc, argv);
  raw_open ();
  for (;;)
    raw_serve (-1);
}
