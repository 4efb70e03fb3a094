/* test-timer-wheel.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/timer-wheel.h"
#include "test-util.h"

#define MS ((gint64) 1000)
#define N_TIMERS 200

typedef struct
{
  TisockTimer        timer;
  TisockTimerWheel  *wheel;
  guint              n_calls;

  /* What the func does with it. */
  gboolean           expires;
  gint64             rearm;
  TisockTimer       *other;
} Alarm;

static void
alarm_func (TisockTimer *timer)
{
  Alarm *alarm = (Alarm *) timer;

  g_assert_false (tisock_timer_is_armed (timer));
  alarm->n_calls++;

  if (alarm->rearm >= 0)
    tisock_timer_wheel_set (alarm->wheel, timer, alarm->rearm);
  if (alarm->other != NULL)
    tisock_timer_wheel_clear (alarm->wheel, alarm->other);
  if (alarm->expires)
    g_assert_cmpuint (tisock_timer_wheel_expire (alarm->wheel, 100 * MS, 100), ==, 1);
}

static void
init_alarm (Alarm            *alarm,
            TisockTimerWheel *wheel)
{
  *alarm = (Alarm) { .timer.func = alarm_func, .wheel = wheel, .rearm = -1 };
}

static void
assert_bucket (TisockTimerWheel *wheel,
               guint             level,
               guint             index,
               guint            *n_timers)
{
  TisockTimer **link = &wheel->buckets[level][index];
  gboolean occupied = (wheel->occupied[level] >> index) & 1;

  g_assert_cmpint (*link != NULL, ==, occupied);

  for (; *link != NULL; link = &(*link)->next)
    {
      g_assert_true ((*link)->link == link);
      *n_timers += 1;
    }
}

static void
assert_consistent (TisockTimerWheel *wheel,
                   guint             n_armed)
{
  TisockTimer **link = &wheel->expired;
  guint n_timers = 0;

  for (guint level = 0; level < TISOCK_TIMER_LEVELS; level++)
    {
      for (guint index = 0; index < TISOCK_TIMER_BUCKETS; index++)
        assert_bucket (wheel, level, index, &n_timers);
    }

  for (; *link != NULL; link = &(*link)->next)
    {
      g_assert_true ((*link)->link == link);
      n_timers++;
    }

  g_assert_true (wheel->expired_end == link);
  g_assert_cmpuint (n_timers, ==, n_armed);
}

static void
test_timer_wheel_empty (void)
{
  TisockTimerWheel wheel;
  Alarm alarm;

  tisock_timer_wheel_init (&wheel, 5 * MS);
  init_alarm (&alarm, &wheel);

  g_assert_cmpint (tisock_timer_wheel_next (&wheel), ==, -1);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, G_MAXINT64 / 2, 10), ==, 0);
  g_assert_cmpint (tisock_timer_wheel_next (&wheel), ==, -1);

  tisock_timer_wheel_clear (&wheel, &alarm.timer);
  assert_consistent (&wheel, 0);
}

static void
test_timer_wheel_rounding (void)
{
  TisockTimerWheel wheel;
  Alarm early;
  Alarm late;

  g_test_summary ("A timer never fires early, and on the microsecond of a whole tick.");

  tisock_timer_wheel_init (&wheel, 7 * MS + 300);
  init_alarm (&early, &wheel);
  init_alarm (&late, &wheel);
  tisock_timer_wheel_set (&wheel, &early.timer, 9 * MS);
  tisock_timer_wheel_set (&wheel, &late.timer, 9 * MS + 1);

  g_assert_cmpint (tisock_timer_wheel_next (&wheel), ==, 9 * MS);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 9 * MS - 1, 10), ==, 0);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 9 * MS, 10), ==, 1);
  g_assert_cmpuint (early.n_calls, ==, 1);
  g_assert_cmpint (tisock_timer_wheel_next (&wheel), ==, 10 * MS);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 10 * MS - 1, 10), ==, 0);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 10 * MS, 10), ==, 1);
  g_assert_cmpuint (late.n_calls, ==, 1);
}

static void
test_timer_wheel_past (void)
{
  const gint64 deadlines[] = { G_MININT64, -1, 0, 1, 49 * MS, 50 * MS };
  TisockTimerWheel wheel;
  Alarm alarm;

  g_test_summary ("A deadline that is over is due at once, without time going on.");

  tisock_timer_wheel_init (&wheel, 50 * MS);
  init_alarm (&alarm, &wheel);

  for (guint i = 0; i < G_N_ELEMENTS (deadlines); i++)
    {
      tisock_timer_wheel_set (&wheel, &alarm.timer, deadlines[i]);
      g_assert_cmpint (tisock_timer_wheel_next (&wheel), <=, 50 * MS);
      g_assert_cmpint (tisock_timer_wheel_next (&wheel), >=, 0);
      g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 50 * MS, 10), ==, 1);
      g_assert_cmpuint (alarm.n_calls, ==, i + 1);
    }

  g_assert_cmpint (tisock_timer_wheel_next (&wheel), ==, -1);
}

static void
test_timer_wheel_rearm (void)
{
  TisockTimerWheel wheel;
  Alarm alarm;

  tisock_timer_wheel_init (&wheel, 0);
  init_alarm (&alarm, &wheel);

  tisock_timer_wheel_set (&wheel, &alarm.timer, 10 * MS);
  tisock_timer_wheel_set (&wheel, &alarm.timer, 30 * MS);
  g_assert_cmpint (alarm.timer.deadline, ==, 30 * MS);
  assert_consistent (&wheel, 1);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 29 * MS, 10), ==, 0);

  tisock_timer_wheel_set (&wheel, &alarm.timer, 5000 * MS);
  tisock_timer_wheel_set (&wheel, &alarm.timer, 31 * MS);
  assert_consistent (&wheel, 1);
  g_assert_cmpint (tisock_timer_wheel_next (&wheel), ==, 31 * MS);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 31 * MS, 10), ==, 1);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 6000 * MS, 10), ==, 0);
}

static void
test_timer_wheel_clear (void)
{
  TisockTimerWheel wheel;
  Alarm alarms[3];

  g_test_summary ("Clearing leaves the neighbours in the bucket alone.");

  for (guint cleared = 0; cleared < G_N_ELEMENTS (alarms); cleared++)
    {
      tisock_timer_wheel_init (&wheel, 0);
      for (guint i = 0; i < G_N_ELEMENTS (alarms); i++)
        {
          init_alarm (&alarms[i], &wheel);
          tisock_timer_wheel_set (&wheel, &alarms[i].timer, 900 * MS);
        }

      tisock_timer_wheel_clear (&wheel, &alarms[cleared].timer);
      tisock_timer_wheel_clear (&wheel, &alarms[cleared].timer);
      g_assert_false (tisock_timer_is_armed (&alarms[cleared].timer));
      assert_consistent (&wheel, 2);

      g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 900 * MS, 10), ==, 2);
      for (guint i = 0; i < G_N_ELEMENTS (alarms); i++)
        g_assert_cmpuint (alarms[i].n_calls, ==, i != cleared);
    }
}

static void
test_timer_wheel_most (void)
{
  TisockTimerWheel wheel;
  Alarm alarms[10];
  Alarm late;

  g_test_summary ("What one call leaves is due at once, before what came later.");

  tisock_timer_wheel_init (&wheel, 0);
  init_alarm (&late, &wheel);
  for (guint i = 0; i < G_N_ELEMENTS (alarms); i++)
    {
      init_alarm (&alarms[i], &wheel);
      tisock_timer_wheel_set (&wheel, &alarms[i].timer, (10 - i) * 100 * MS);
    }

  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 1000 * MS, 0), ==, 0);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 1000 * MS, 4), ==, 4);
  for (guint i = 0; i < G_N_ELEMENTS (alarms); i++)
    g_assert_cmpuint (alarms[i].n_calls, ==, i >= 6);

  tisock_timer_wheel_set (&wheel, &late.timer, 1000 * MS);
  tisock_timer_wheel_clear (&wheel, &alarms[0].timer);
  assert_consistent (&wheel, 6);
  g_assert_cmpint (tisock_timer_wheel_next (&wheel), >=, 0);
  g_assert_cmpint (tisock_timer_wheel_next (&wheel), <=, 1000 * MS);

  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 1000 * MS, 5), ==, 5);
  g_assert_cmpuint (late.n_calls, ==, 0);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 1000 * MS, 5), ==, 1);
  g_assert_cmpuint (late.n_calls, ==, 1);
  g_assert_cmpuint (alarms[0].n_calls, ==, 0);
  g_assert_cmpint (tisock_timer_wheel_next (&wheel), ==, -1);
}

static void
record_func (TisockTimer *timer)
{
  static gint64 last;

  g_assert_cmpint (timer->deadline, >=, last);
  last = timer->deadline;
}

static void
test_timer_wheel_order (void)
{
  g_autofree TisockTimer *timers = g_new0 (TisockTimer, N_TIMERS);
  TisockTimerWheel wheel;

  g_test_summary ("One late call fires everything in the order of the deadlines.");

  tisock_timer_wheel_init (&wheel, 0);
  for (guint i = 0; i < N_TIMERS; i++)
    {
      timers[i].func = record_func;
      tisock_timer_wheel_set (&wheel, &timers[i], test_random (30) * MS);
    }

  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, G_MAXUINT32 * MS, G_MAXUINT),
                    ==, N_TIMERS);
}

static void
test_timer_wheel_func_rearms (void)
{
  TisockTimerWheel wheel;
  Alarm alarm;

  g_test_summary ("A timer armed by a func waits for the next call, even if it is due.");

  tisock_timer_wheel_init (&wheel, 0);
  init_alarm (&alarm, &wheel);
  alarm.rearm = 20 * MS;
  tisock_timer_wheel_set (&wheel, &alarm.timer, 10 * MS);

  for (guint i = 1; i < 5; i++)
    {
      g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 70 * MS, 10), ==, 1);
      g_assert_cmpuint (alarm.n_calls, ==, i);
      g_assert_true (tisock_timer_is_armed (&alarm.timer));
      g_assert_cmpint (tisock_timer_wheel_next (&wheel), <=, 70 * MS);
    }

  alarm.rearm = 71 * MS;
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 70 * MS, 10), ==, 1);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 70 * MS, 10), ==, 0);
  g_assert_cmpint (tisock_timer_wheel_next (&wheel), ==, 71 * MS);
}

static void
test_timer_wheel_func_clears (void)
{
  TisockTimerWheel wheel;
  Alarm alarms[2];

  g_test_summary ("Of two timers that clear each other one fires.");

  tisock_timer_wheel_init (&wheel, 0);
  init_alarm (&alarms[0], &wheel);
  init_alarm (&alarms[1], &wheel);
  alarms[0].other = &alarms[1].timer;
  alarms[1].other = &alarms[0].timer;
  tisock_timer_wheel_set (&wheel, &alarms[0].timer, 10 * MS);
  tisock_timer_wheel_set (&wheel, &alarms[1].timer, 10 * MS);

  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 10 * MS, 10), ==, 1);
  g_assert_cmpuint (alarms[0].n_calls + alarms[1].n_calls, ==, 1);
  assert_consistent (&wheel, 0);
}

static void
free_func (TisockTimer *timer)
{
  g_free (timer);
}

static void
test_timer_wheel_func_frees (void)
{
  TisockTimerWheel wheel;

  tisock_timer_wheel_init (&wheel, 0);
  for (guint i = 0; i < N_TIMERS; i++)
    {
      TisockTimer *timer = g_new0 (TisockTimer, 1);

      timer->func = free_func;
      tisock_timer_wheel_set (&wheel, timer, (i % 50) * MS);
    }

  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 50 * MS, G_MAXUINT), ==, N_TIMERS);
  assert_consistent (&wheel, 0);
}

static void
test_timer_wheel_func_expires (void)
{
  TisockTimerWheel wheel;
  Alarm outer;
  Alarm inner;

  g_test_summary ("A func that runs a nested loop does not hold up the other timers.");

  tisock_timer_wheel_init (&wheel, 0);
  init_alarm (&outer, &wheel);
  init_alarm (&inner, &wheel);
  outer.expires = TRUE;
  tisock_timer_wheel_set (&wheel, &outer.timer, 10 * MS);
  tisock_timer_wheel_set (&wheel, &inner.timer, 11 * MS);

  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 12 * MS, 10), ==, 1);
  g_assert_cmpuint (outer.n_calls, ==, 1);
  g_assert_cmpuint (inner.n_calls, ==, 1);
  assert_consistent (&wheel, 0);
}

/* Goes where next() says until the timer fires; gives the number of stops. */
static guint
follow (TisockTimerWheel *wheel,
        Alarm            *alarm,
        gint64            due)
{
  guint n_stops = 0;

  while (alarm->n_calls == 0)
    {
      gint64 next = tisock_timer_wheel_next (wheel);

      g_assert_cmpint (next, >=, 0);
      g_assert_cmpint (next, <=, due);
      g_assert_cmpuint (tisock_timer_wheel_expire (wheel, next, 10), ==, next == due);
      n_stops++;
    }

  return n_stops;
}

static void
test_timer_wheel_levels (void)
{
  const gint64 one = 1;
  const gint64 starts[] = { 0, 1, 63, 64, 4095, 4096, (one << 30) - 1, (one << 36) - 1,
                            one << 36, (one << 36) + 63, (one << 40) - 2 };

  g_test_summary ("On the way to a deadline there is at most one stop a level.");

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      for (guint bit = 0; bit <= 32; bit++)
        {
          for (int offset = -1; offset <= 1; offset++)
            {
              gint64 due = (starts[i] + (one << bit) + offset) * MS;
              TisockTimerWheel wheel;
              Alarm alarm;

              tisock_timer_wheel_init (&wheel, starts[i] * MS);
              init_alarm (&alarm, &wheel);
              tisock_timer_wheel_set (&wheel, &alarm.timer, due - 999 + 998 * (bit % 2));
              g_assert_cmpuint (follow (&wheel, &alarm, due), <=, TISOCK_TIMER_LEVELS);
              assert_consistent (&wheel, 0);
            }
        }
    }
}

static void
test_timer_wheel_far (void)
{
  const gint64 deadlines[] = { ((gint64) 1 << 36) * MS, ((gint64) 1 << 38) * MS + 7 * MS,
                               ((gint64) 1 << 50) * MS, G_MAXINT64 };

  g_test_summary ("Deadlines beyond the wheel's reach are kept, and jumping there is quick.");

  for (guint i = 0; i < G_N_ELEMENTS (deadlines); i++)
    {
      gint64 before = deadlines[i] / MS * MS - 1;
      TisockTimerWheel wheel;
      Alarm alarm;

      tisock_timer_wheel_init (&wheel, 77 * MS);
      init_alarm (&alarm, &wheel);
      tisock_timer_wheel_set (&wheel, &alarm.timer, deadlines[i]);

      g_assert_cmpint (tisock_timer_wheel_next (&wheel), <=, before);
      g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, before / 2, 10), ==, 0);
      g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, before, 10), ==, 0);
      assert_consistent (&wheel, 1);

      if (deadlines[i] < G_MAXINT64)
        {
          g_assert_cmpint (tisock_timer_wheel_next (&wheel), ==, deadlines[i]);
          g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, deadlines[i], 10), ==, 1);
        }
    }
}

static void
test_timer_wheel_far_first (void)
{
  const gint64 round = ((gint64) 1 << 30) * MS;
  TisockTimerWheel wheel;
  Alarm far, near;

  g_test_summary ("A deadline beyond the wheel's reach does not hide one in the next bucket.");

  tisock_timer_wheel_init (&wheel, 0);
  init_alarm (&far, &wheel);
  init_alarm (&near, &wheel);
  tisock_timer_wheel_set (&wheel, &far.timer, ((gint64) 1 << 40) * MS);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 40 * round, 10), ==, 0);
  tisock_timer_wheel_set (&wheel, &near.timer, 64 * round + 5 * MS);

  g_assert_cmpint (tisock_timer_wheel_next (&wheel), <=, 64 * round + 5 * MS);
  g_assert_cmpuint (tisock_timer_wheel_expire (&wheel, 64 * round + 5 * MS, 10), ==, 1);
  assert_consistent (&wheel, 1);
}

/* A random course of events, compared with an array that is searched from end to end. */

typedef struct
{
  TisockTimerWheel  wheel;
  gint64            now;
  guint             n_expire;
  gboolean          busy_funcs;
  guint             n_calls;
} Model;

typedef struct
{
  TisockTimer  timer;
  gboolean     armed;
  gint64       deadline;
  guint        n_expire;        /* the call of expire() it was armed after or in */
} Entry;

static Model model;
static Entry entries[N_TIMERS];

static gint64
get_due_time (const Entry *entry)
{
  return entry->deadline <= 0 ? 0 : (entry->deadline + MS - 1) / MS * MS;
}

static gint64
get_earliest (guint *n_due,
              guint *n_armed)
{
  gint64 earliest = -1;

  *n_due = 0;
  *n_armed = 0;

  for (guint i = 0; i < N_TIMERS; i++)
    {
      gint64 due = get_due_time (&entries[i]);

      g_assert_cmpint (entries[i].armed, ==, tisock_timer_is_armed (&entries[i].timer));
      if (!entries[i].armed)
        continue;

      *n_armed += 1;
      if (due <= model.now)
        *n_due += 1;
      if (earliest < 0 || due < earliest)
        earliest = due;
    }

  return earliest;
}

static void
change_entry (void)
{
  Entry *entry = &entries[g_test_rand_int_range (0, N_TIMERS)];

  if (g_test_rand_int_range (0, 3) == 0)
    {
      entry->armed = FALSE;
      tisock_timer_wheel_clear (&model.wheel, &entry->timer);
      return;
    }

  entry->armed = TRUE;
  entry->n_expire = model.n_expire;
  entry->deadline = model.now - 3 * MS + test_random (50);
  tisock_timer_wheel_set (&model.wheel, &entry->timer, entry->deadline);
}

static void
entry_func (TisockTimer *timer)
{
  Entry *entry = (Entry *) timer;

  g_assert_true (entry->armed);
  g_assert_cmpint (get_due_time (entry), <=, model.now);
  g_assert_cmpuint (entry->n_expire, <, model.n_expire);

  entry->armed = FALSE;
  model.n_calls++;

  if (model.busy_funcs)
    {
      change_entry ();
      change_entry ();
    }
}

static void
let_time_pass (void)
{
  gint64 next = tisock_timer_wheel_next (&model.wheel);

  if (next >= model.now && g_test_rand_bit ())
    model.now = next;
  else
    model.now += test_random (42);
}

static void
expire_entries (void)
{
  guint most = g_test_rand_bit () ? G_MAXUINT : (guint) g_test_rand_int_range (0, 20);
  guint n_due;
  guint n_armed;
  guint n;

  get_earliest (&n_due, &n_armed);
  model.n_calls = 0;
  model.n_expire++;
  model.busy_funcs = g_test_rand_bit ();

  n = tisock_timer_wheel_expire (&model.wheel, model.now, most);

  /* A busy func may clear what was due or move it away, so then they may be fewer. */
  g_assert_cmpuint (n, ==, model.n_calls);
  if (model.busy_funcs)
    g_assert_cmpuint (n, <=, MIN (most, n_due));
  else
    g_assert_cmpuint (n, ==, MIN (most, n_due));

  get_earliest (&n_due, &n_armed);
  if (n_armed > 0)
    g_assert_cmpint (tisock_timer_wheel_next (&model.wheel) <= model.now, ==, n_due > 0);
}

static void
check_next (void)
{
  gint64 next = tisock_timer_wheel_next (&model.wheel);
  guint n_due;
  guint n_armed;
  gint64 earliest = get_earliest (&n_due, &n_armed);

  assert_consistent (&model.wheel, n_armed);

  if (n_armed == 0)
    {
      g_assert_cmpint (next, ==, -1);
    }
  else
    {
      g_assert_cmpint (next, >=, 0);
      g_assert_cmpint (next, <=, n_due > 0 ? model.now : earliest);
    }
}

static void
test_timer_wheel_random (void)
{
  guint n_due;
  guint n_armed;

  model.now = g_test_rand_int_range (0, G_MAXINT32);
  tisock_timer_wheel_init (&model.wheel, model.now);
  for (guint i = 0; i < N_TIMERS; i++)
    entries[i] = (Entry) { .timer.func = entry_func };

  for (guint i = 0; i < 4000; i++)
    {
      for (int j = g_test_rand_int_range (0, 10); j > 0; j--)
        change_entry ();
      check_next ();

      let_time_pass ();
      expire_entries ();
      check_next ();
    }

  /* Nothing is left over once all deadlines are past. */
  model.now += (G_GINT64_CONSTANT (1) << 51);
  model.n_expire++;
  model.busy_funcs = FALSE;
  get_earliest (&n_due, &n_armed);
  g_assert_cmpuint (n_due, ==, n_armed);
  g_assert_cmpuint (tisock_timer_wheel_expire (&model.wheel, model.now, G_MAXUINT), ==, n_armed);
  assert_consistent (&model.wheel, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/timer-wheel/empty", test_timer_wheel_empty);
  g_test_add_func ("/timer-wheel/rounding", test_timer_wheel_rounding);
  g_test_add_func ("/timer-wheel/past", test_timer_wheel_past);
  g_test_add_func ("/timer-wheel/rearm", test_timer_wheel_rearm);
  g_test_add_func ("/timer-wheel/clear", test_timer_wheel_clear);
  g_test_add_func ("/timer-wheel/most", test_timer_wheel_most);
  g_test_add_func ("/timer-wheel/order", test_timer_wheel_order);
  g_test_add_func ("/timer-wheel/func/rearms", test_timer_wheel_func_rearms);
  g_test_add_func ("/timer-wheel/func/clears", test_timer_wheel_func_clears);
  g_test_add_func ("/timer-wheel/func/frees", test_timer_wheel_func_frees);
  g_test_add_func ("/timer-wheel/func/expires", test_timer_wheel_func_expires);
  g_test_add_func ("/timer-wheel/levels", test_timer_wheel_levels);
  g_test_add_func ("/timer-wheel/far", test_timer_wheel_far);
  g_test_add_func ("/timer-wheel/far/first", test_timer_wheel_far_first);
  g_test_add_func ("/timer-wheel/random", test_timer_wheel_random);

  return g_test_run ();
}
