/* echo-floor.c: one epoll GSource on a GMainContext and nothing on top: what a library on GLib
 * could cost at the least
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib.h>

#include "echo-raw.h"

typedef struct
{
  GSource  source;
  GPollFD  pollfd;
} Floor;

static gboolean
check (GSource *source)
{
  return (((Floor *) source)->pollfd.revents & G_IO_IN) != 0;
}

static gboolean
dispatch (GSource     *source,
          GSourceFunc  callback,
          gpointer     user_data)
{
  raw_serve (0);

  return G_SOURCE_CONTINUE;
}

int
main (int   argc,
      char *argv[])
{
  static GSourceFuncs funcs = { .check = check, .dispatch = dispatch };
  GSource *source = g_source_new (&funcs, sizeof (Floor));
  Floor *floor_source = (Floor *) source;

  set_mode (argc, argv);
  floor_source->pollfd.fd = raw_open ();
  floor_source->pollfd.events = G_IO_IN;
  g_source_add_poll (source, &floor_source->pollfd);
  /* Otherwise GLib takes the descriptor out and in again, with three system calls a turn. */
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, NULL);
  g_main_loop_run (g_main_loop_new (NULL, FALSE));

  return 0;
}
