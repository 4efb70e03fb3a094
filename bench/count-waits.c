/* count-waits.c: counts a server's wake-ups, from within: a library to preload
 *
 * In the file that BENCH_WAITS names it keeps, for poll() and its like and for epoll_wait() and its
 * like, how often they came back with something, and with how much.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

enum { POLLS, POLLED, EPOLLS, EPOLLED, N_COUNTERS };

static uint64_t nowhere[N_COUNTERS];
static uint64_t *counters = nowhere;

static __attribute__((constructor)) void
open_counters (void)
{
  const char *path = getenv ("BENCH_WAITS");
  int fd = path != NULL ? open (path, O_RDWR | O_CLOEXEC) : -1;
  void *page;

  if (fd < 0)
    return;

  page = mmap (NULL, sizeof nowhere, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (page != MAP_FAILED)
    counters = page;
  close (fd);
}

static int
count (int which,
       int n_events)
{
  if (n_events > 0)
    {
      counters[which]++;
      counters[which + 1] += (uint64_t) n_events;
    }

  return n_events;
}

/* The function that the one of this library stands before. */
#define NEXT(function) \
  static __typeof__ (function) *next; \
  if (next == NULL) \
    next = (__typeof__ (function) *) dlsym (RTLD_NEXT, #function)

int
poll (struct pollfd *fds,
      nfds_t         n_fds,
      int            timeout)
{
  NEXT (poll);

  return count (POLLS, next (fds, n_fds, timeout));
}

int
ppoll (struct pollfd         *fds,
       nfds_t                 n_fds,
       const struct timespec *timeout,
       const sigset_t        *mask)
{
  NEXT (ppoll);

  return count (POLLS, next (fds, n_fds, timeout, mask));
}

int
epoll_wait (int                 fd,
            struct epoll_event *events,
            int                 n_events,
            int                 timeout)
{
  NEXT (epoll_wait);

  return count (EPOLLS, next (fd, events, n_events, timeout));
}

int
epoll_pwait (int                 fd,
             struct epoll_event *events,
             int                 n_events,
             int                 timeout,
             const sigset_t     *mask)
{
  NEXT (epoll_pwait);

  return count (EPOLLS, next (fd, events, n_events, timeout, mask));
}
