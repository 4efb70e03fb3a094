/* test-scale.c: as many connections as a plain test run can afford
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "scale-rounds.h"

static void
test_rounds (void)
{
  scale_check_rounds (scale_get_n (2000));
}

int
main (int    argc,
      char **argv)
{
  int result;

  scale_start_peers ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scale/rounds", test_rounds);
  result = g_test_run ();
  scale_stop_peers ();

  return result;
}
