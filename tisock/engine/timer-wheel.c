/* timer-wheel.c: deadlines of many sockets, one wheel per reactor
 *
 * A tick is a number of six digits, one a level, each from 0 to 63. A timer lies on the level of
 * the highest digit in which its tick differs from the wheel's, in the bucket of that digit. So
 * everything on a level comes before everything on the next, and the earliest timers are in the
 * first occupied bucket of the first occupied level. When time comes to the start of a bucket of a
 * higher level, its timers are dealt out to the levels below.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/timer-wheel.h"

#define DIGIT_BITS 6
#define TOP_LEVEL (TISOCK_TIMER_LEVELS - 1)
#define TICK G_TIME_SPAN_MILLISECOND
/* How many ticks ahead a timer can be placed: less than a round of the top level. */
#define REACH ((guint64) (TISOCK_TIMER_BUCKETS - 1) << (TOP_LEVEL * DIGIT_BITS))
/* How many timers next() looks at. */
#define FEW_TIMERS 4

G_STATIC_ASSERT (1 << DIGIT_BITS == TISOCK_TIMER_BUCKETS);

typedef struct
{
  guint    level;
  guint    index;
  guint64  start;               /* the first tick that falls into it */
} Bucket;

static guint
get_digit (guint64 tick,
           guint   level)
{
  return (tick >> (level * DIGIT_BITS)) % TISOCK_TIMER_BUCKETS;
}

static guint64
rotate_right (guint64 bits,
              guint   n)
{
  return n == 0 ? bits : bits >> n | bits << (64 - n);
}

static guint
get_level (TisockTimerWheel *wheel,
           guint64           tick)
{
  guint64 difference = wheel->tick ^ tick;
  guint level = 0;

  while (level < TOP_LEVEL && difference >> ((level + 1) * DIGIT_BITS) != 0)
    level++;

  return level;
}

static gboolean
find_first_bucket (TisockTimerWheel *wheel,
                   Bucket           *bucket)
{
  for (guint level = 0; level < TISOCK_TIMER_LEVELS; level++)
    {
      guint shift = level * DIGIT_BITS;
      guint digit = get_digit (wheel->tick, level);
      guint distance;

      if (wheel->occupied[level] == 0)
        continue;

      /* Only on the top level can a bucket before the current one be meant for the next round. */
      distance = __builtin_ctzll (rotate_right (wheel->occupied[level], digit));
      bucket->level = level;
      bucket->index = (digit + distance) % TISOCK_TIMER_BUCKETS;
      bucket->start = ((wheel->tick >> shift) + distance) << shift;
      return TRUE;
    }

  return FALSE;
}

static void
link_timer (TisockTimer **link,
            TisockTimer  *timer)
{
  timer->next = *link;
  timer->link = link;
  if (timer->next != NULL)
    timer->next->link = &timer->next;
  *link = timer;
}

static void
unlink_timer (TisockTimer *timer)
{
  *timer->link = timer->next;
  if (timer->next != NULL)
    timer->next->link = timer->link;
  timer->next = NULL;
  timer->link = NULL;
}

/* The tick at whose beginning the deadline is over. */
static guint64
get_tick (gint64 deadline)
{
  return deadline <= 0 ? 0 : (guint64) (deadline / TICK) + (deadline % TICK != 0);
}

/* Past deadlines go to the wheel's own tick. Those too far away for the wheel go to the bucket
 * that comes last and are dealt out anew when its time has come. */
static void
insert_timer (TisockTimerWheel *wheel,
              TisockTimer      *timer)
{
  guint64 tick = CLAMP (get_tick (timer->deadline), wheel->tick, wheel->tick + REACH);
  guint level = get_level (wheel, tick);
  guint index = get_digit (tick, level);

  link_timer (&wheel->buckets[level][index], timer);
  wheel->occupied[level] |= G_GUINT64_CONSTANT (1) << index;
}

static TisockTimer *
take_bucket (TisockTimerWheel *wheel,
             Bucket           *bucket)
{
  wheel->occupied[bucket->level] &= ~(G_GUINT64_CONSTANT (1) << bucket->index);

  return g_steal_pointer (&wheel->buckets[bucket->level][bucket->index]);
}

/* Moves time on: whatever is due by then goes to the list of the expired, earliest first. */
static void
advance (TisockTimerWheel *wheel,
         guint64           tick)
{
  Bucket bucket;

  while (find_first_bucket (wheel, &bucket) && bucket.start <= tick)
    {
      TisockTimer *timer = take_bucket (wheel, &bucket);

      wheel->tick = bucket.start;

      while (timer != NULL)
        {
          TisockTimer *next = timer->next;

          if (bucket.level > 0)
            {
              insert_timer (wheel, timer);
            }
          else
            {
              link_timer (wheel->expired_end, timer);
              wheel->expired_end = &timer->next;
            }

          timer = next;
        }
    }

  wheel->tick = MAX (wheel->tick, tick);
}

void
tisock_timer_wheel_init (TisockTimerWheel *wheel,
                         gint64            now)
{
  *wheel = (TisockTimerWheel) { .tick = now / TICK };
  wheel->expired_end = &wheel->expired;
}

void
tisock_timer_wheel_set (TisockTimerWheel *wheel,
                        TisockTimer      *timer,
                        gint64            deadline)
{
  tisock_timer_wheel_clear (wheel, timer);

  timer->deadline = deadline;
  insert_timer (wheel, timer);
}

void
tisock_timer_wheel_clear (TisockTimerWheel *wheel,
                          TisockTimer      *timer)
{
  TisockTimer **link = timer->link;
  gsize place;

  if (link == NULL)
    return;

  if (wheel->expired_end == &timer->next)
    wheel->expired_end = link;
  unlink_timer (timer);

  /* A link from a bucket rather than from another timer: was it the last one in there? */
  place = ((guintptr) link - (guintptr) wheel->buckets) / sizeof *link;
  if (place < TISOCK_TIMER_LEVELS * TISOCK_TIMER_BUCKETS && *link == NULL)
    wheel->occupied[place / TISOCK_TIMER_BUCKETS] &=
      ~(G_GUINT64_CONSTANT (1) << place % TISOCK_TIMER_BUCKETS);
}

/* A bucket of a higher level with few timers is looked through, so that dealing it out is no
 * wake-up of its own; one with many is dealt out at its start. One that was too far away for the
 * wheel may come after all of the next bucket, and so the end of this one is the limit. */
static guint64
get_first_tick (TisockTimerWheel *wheel,
                const Bucket     *bucket)
{
  TisockTimer *timer = wheel->buckets[bucket->level][bucket->index];
  guint64 last = bucket->start + (G_GUINT64_CONSTANT (1) << (bucket->level * DIGIT_BITS)) - 1;
  guint64 first = last;

  if (bucket->level == 0)
    return bucket->start;

  for (guint n = 0; timer != NULL; timer = timer->next)
    {
      if (++n > FEW_TIMERS)
        return bucket->start;
      first = MIN (first, get_tick (timer->deadline));
    }

  return MAX (first, bucket->start);
}

/* A time by which expire() has something to do, or -1. Never later than the earliest deadline's
 * tick, but it may be earlier: the start of a bucket that is to be dealt out. */
gint64
tisock_timer_wheel_next (TisockTimerWheel *wheel)
{
  Bucket bucket;

  if (wheel->expired != NULL)
    return wheel->tick * TICK;

  if (!find_first_bucket (wheel, &bucket))
    return -1;

  return (gint64) get_first_tick (wheel, &bucket) * TICK;
}

/* What a func arms goes to a bucket, never to the list of the expired: it waits for the next
 * call, however early its deadline is. */
guint
tisock_timer_wheel_expire (TisockTimerWheel *wheel,
                           gint64            now,
                           guint             most)
{
  guint n = 0;

  advance (wheel, now / TICK);

  while (n < most && wheel->expired != NULL)
    {
      TisockTimer *timer = wheel->expired;

      tisock_timer_wheel_clear (wheel, timer);
      n++;
      timer->func (timer);
    }

  return n;
}
