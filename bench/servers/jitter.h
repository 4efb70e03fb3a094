/* jitter.h: how late a timeout of 60 Hz comes while a program is busy
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-unix.h>

#define JITTER_INTERVAL 16      /* milliseconds */

static GArray *jitter_values;
static gint64 jitter_due;

/* GLib counts the next interval from the moment at which it has called. */
static gboolean
jitter_cb (gpointer user_data)
{
  gint64 now = g_get_monotonic_time ();
  gint64 late = MAX (now - jitter_due, 0);

  g_array_append_val (jitter_values, late);
  jitter_due = g_source_get_time (g_main_current_source ()) + JITTER_INTERVAL * 1000;

  return G_SOURCE_CONTINUE;
}

static int
compare_values (gconstpointer a,
                gconstpointer b)
{
  gint64 first = *(const gint64 *) a;
  gint64 second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

/* What was before the load began must not count: the first signal starts, the second one ends. */
static gboolean
jitter_signal_cb (gpointer user_data)
{
  if (jitter_values == NULL)
    {
      jitter_values = g_array_new (FALSE, FALSE, sizeof (gint64));
      jitter_due = g_get_monotonic_time () + JITTER_INTERVAL * 1000;
      g_timeout_add (JITTER_INTERVAL, jitter_cb, NULL);
      g_print ("measuring\n");
    }
  else
    {
      guint n = jitter_values->len;

      g_array_sort (jitter_values, compare_values);
      g_print ("%u %" G_GINT64_FORMAT "\n", n,
               n > 0 ? g_array_index (jitter_values, gint64, n * 99 / 100) : 0);
    }

  return G_SOURCE_CONTINUE;
}

/* SIGUSR1: begin, and say so; and again: print how many ticks there were, and the 99th percentile
 * in µs. */
static void
jitter_init (void)
{
  g_unix_signal_add (SIGUSR1, jitter_signal_cb, NULL);
}
