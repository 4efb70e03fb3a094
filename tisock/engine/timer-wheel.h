/* timer-wheel.h: deadlines of many sockets, one wheel per reactor
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TisockTimer TisockTimer;
typedef struct _TisockTimerWheel TisockTimerWheel;

typedef void (*TisockTimerFunc) (TisockTimer *timer);

/* A deadline, embedded in what it belongs to; zero-filled but for func. */
struct _TisockTimer
{
  TisockTimer      *next;
  TisockTimer     **link;       /* what points at this timer; NULL while it is not armed */
  TisockTimerFunc   func;
  gint64            deadline;   /* monotonic time in µs; valid while armed */
};

/* Ticks are milliseconds: six levels of 64 buckets reach past every guint of them. */
#define TISOCK_TIMER_LEVELS 6
#define TISOCK_TIMER_BUCKETS 64

struct _TisockTimerWheel
{
  guint64       tick;           /* how far time has got; what is set for earlier ticks is due */
  guint64       occupied[TISOCK_TIMER_LEVELS];
  TisockTimer  *buckets[TISOCK_TIMER_LEVELS][TISOCK_TIMER_BUCKETS];
  TisockTimer  *expired;        /* due, and waiting for expire() to call them */
  TisockTimer **expired_end;    /* the end of that list */
};

static inline gboolean
tisock_timer_is_armed (const TisockTimer *timer)
{
  return timer->link != NULL;
}

void   tisock_timer_wheel_init   (TisockTimerWheel *wheel,
                                  gint64            now);
void   tisock_timer_wheel_set    (TisockTimerWheel *wheel,
                                  TisockTimer      *timer,
                                  gint64            deadline);
void   tisock_timer_wheel_clear  (TisockTimerWheel *wheel,
                                  TisockTimer      *timer);
gint64 tisock_timer_wheel_next   (TisockTimerWheel *wheel);
guint  tisock_timer_wheel_expire (TisockTimerWheel *wheel,
                                  gint64            now,
                                  guint             most);

G_END_DECLS
