/* test-scale-full.c: as many connections as the descriptor limit allows
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "scale-rounds.h"

#include "test-util.h"

#define IDLE_TIMEOUT 3000
/* Deadlines are kept in rounds of this many milliseconds, each of which may have one stop more. */
#define ROUND 64
#define FEW_STOPS 8

static void
test_rounds (void)
{
  scale_check_rounds (scale_get_n (15000));
}

static void
set_idle_timeouts (GListModel *connections)
{
  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr(TisockTCPSocket) socket = g_list_model_get_item (connections, i);

      tisock_tcp_socket_set_idle_timeout (socket, IDLE_TIMEOUT);
    }
}

/* The loop wakes up when a deadline is over, and otherwise not. */
static void
test_idle (void)
{
  guint n = scale_get_n (9000);
  TisockServerSocket *server = scale_new_server ();
  gint64 first = 0;
  gint64 last = 0;
  guint n_stops = 0;

  scale_connect (server, n);
  set_idle_timeouts (tisock_server_socket_get_connections (server));

  while (tisock_server_socket_get_n_connections (server) > 0)
    {
      guint before = tisock_server_socket_get_n_connections (server);

      test_iterate ();
      if (tisock_server_socket_get_n_connections (server) == before)
        {
          n_stops++;
          continue;
        }
      last = g_get_monotonic_time ();
      if (first == 0)
        first = last;
    }

  g_test_message ("%u wake-ups without a deadline for %u sockets", n_stops, n);
  g_assert_cmpuint (n_stops, <=, (guint) ((last - first) / (ROUND * 1000)) + FEW_STOPS);

  scale_disconnect (server);
  tisock_server_socket_close (server);
  g_assert_finalize_object (server);
}

int
main (int    argc,
      char **argv)
{
  int result;

  scale_start_peers ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scale-full/rounds", test_rounds);
  g_test_add_func ("/scale-full/idle", test_idle);
  result = g_test_run ();
  scale_stop_peers ();

  return result;
}
