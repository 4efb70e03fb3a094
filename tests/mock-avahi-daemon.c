/* mock-avahi-daemon.c: the mock of the Avahi daemon, on a bus of its own, for tests in other
 * languages
 *
 * Says the bus's address, a line, and ends with its input.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-avahi.h"

#include <stdio.h>
#include <unistd.h>

static gboolean
input_cb (GIOChannel   *channel,
          GIOCondition  condition,
          gpointer      user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

int
main (void)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr(GIOChannel) input = g_io_channel_unix_new (STDIN_FILENO);
  MockAvahi *avahi;

  g_test_dbus_up (bus);
  avahi = mock_avahi_new (g_test_dbus_get_bus_address (bus));
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, input_cb, loop);
  puts (g_test_dbus_get_bus_address (bus));
  fflush (stdout);
  g_main_loop_run (loop);

  mock_avahi_free (avahi);
  g_test_dbus_stop (bus);

  return 0;
}
