/* fake-system.c: a clock that can be put forward, and transfers that are cut or fail
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fake-system.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif
#include <time.h>

typedef struct
{
  int fd;
  int error_number;
} Failure;

static gint64 clock_offset;             /* ms */
static struct timespec stopped_at;      /* zero: the clock goes */
static Failure recv_failure = { -1, 0 };
static Failure send_failure = { -1, 0 };
static gboolean cutting;
static guint n_cut;

void
fake_system_advance_clock (guint milliseconds)
{
  clock_offset += milliseconds;
}

void
fake_system_stop_clock (void)
{
  clock_gettime (CLOCK_MONOTONIC, &stopped_at);
  clock_offset = 0;
}

void
fake_system_fail_recv (int fd,
                       int error_number)
{
  recv_failure.fd = fd;
  recv_failure.error_number = error_number;
}

void
fake_system_fail_send (int fd,
                       int error_number)
{
  send_failure.fd = fd;
  send_failure.error_number = error_number;
}

void
fake_system_cut (gboolean cut)
{
  cutting = cut;
}

guint
fake_system_get_n_cut (void)
{
  return n_cut;
}

static gboolean
fails (Failure *failure,
       int      fd)
{
  gboolean meant = failure->fd == fd;
  int chance = cutting ? g_test_rand_int_range (0, 16) : G_MAXINT;

  if (meant)
    errno = failure->error_number;
  else
    errno = chance == 0 ? EINTR : EAGAIN;

  if (meant)
    failure->fd = -1;

  return meant || chance < 2;
}

static gsize
cut_length (gsize length)
{
  gsize longest = g_test_rand_bit () ? length : MIN (length, 16);
  gsize cut;

  if (!cutting || length < 2)
    return length;

  cut = (gsize) g_test_rand_int_range (1, (gint32) MIN (longest, G_MAXINT32 - 1) + 1);
  if (cut < length)
    n_cut++;

  return cut;
}

int
clock_gettime (clockid_t        clock,
               struct timespec *time)
{
  static int (*real) (clockid_t clock, struct timespec *time);
  int result;

  if (real == NULL)
    real = dlsym (RTLD_NEXT, "clock_gettime");

  result = real (clock, time);
  if (clock == CLOCK_MONOTONIC)
    {
      if (stopped_at.tv_sec != 0)
        *time = stopped_at;
      time->tv_sec += clock_offset / 1000;
      time->tv_nsec += clock_offset % 1000 * 1000000;
      time->tv_sec += time->tv_nsec / 1000000000;
      time->tv_nsec %= 1000000000;
    }

  return result;
}

ssize_t
recv (int     fd,
      void   *buffer,
      size_t  length,
      int     flags)
{
  static ssize_t (*real) (int fd, void *buffer, size_t length, int flags);

  if (real == NULL)
    real = dlsym (RTLD_NEXT, "recv");

  return fails (&recv_failure, fd) ? -1 : real (fd, buffer, cut_length (length), flags);
}

/* Cut within the first vector. */
ssize_t
recvmsg (int            fd,
         struct msghdr *message,
         int            flags)
{
  static ssize_t (*real) (int fd, struct msghdr *message, int flags);
  struct iovec *vectors = message->msg_iov;
  struct iovec first;
  ssize_t n;

  if (real == NULL)
    real = dlsym (RTLD_NEXT, "recvmsg");

  if (fails (&recv_failure, fd))
    return -1;
  if (!cutting || message->msg_iovlen != 1)
    return real (fd, message, flags);

  first = vectors[0];
  first.iov_len = cut_length (first.iov_len);
  message->msg_iov = &first;
  n = real (fd, message, flags);
  message->msg_iov = vectors;

  return n;
}

#ifdef HAVE_RECVMMSG
int
recvmmsg (int              fd,
          struct mmsghdr  *messages,
          unsigned int     n_messages,
          int              flags,
          struct timespec *timeout)
{
  static int (*real) (int fd, struct mmsghdr *messages, unsigned int n_messages, int flags,
                      struct timespec *timeout);

  if (real == NULL)
    real = dlsym (RTLD_NEXT, "recvmmsg");

  if (fails (&recv_failure, fd))
    return -1;

  return real (fd, messages, (unsigned int) cut_length (n_messages), flags, timeout);
}

int
sendmmsg (int             fd,
          struct mmsghdr *messages,
          unsigned int    n_messages,
          int             flags)
{
  static int (*real) (int fd, struct mmsghdr *messages, unsigned int n_messages, int flags);

  if (real == NULL)
    real = dlsym (RTLD_NEXT, "sendmmsg");

  if (fails (&send_failure, fd))
    return -1;

  return real (fd, messages, (unsigned int) cut_length (n_messages), flags);
}
#endif

ssize_t
send (int         fd,
      const void *buffer,
      size_t      length,
      int         flags)
{
  static ssize_t (*real) (int fd, const void *buffer, size_t length, int flags);

  if (real == NULL)
    real = dlsym (RTLD_NEXT, "send");

  return fails (&send_failure, fd) ? -1 : real (fd, buffer, cut_length (length), flags);
}

#ifdef __linux__
ssize_t
sendfile (int     fd,
          int     file,
          off_t  *offset,
          size_t  length)
{
  static ssize_t (*real) (int fd, int file, off_t *offset, size_t length);

  if (real == NULL)
    real = dlsym (RTLD_NEXT, sizeof *offset == 8 ? "sendfile64" : "sendfile");

  return fails (&send_failure, fd) ? -1 : real (fd, file, offset, cut_length (length));
}
#endif

/* Cut after some of the vectors, or within the first one. */
ssize_t
sendmsg (int                  fd,
         const struct msghdr *message,
         int                  flags)
{
  static ssize_t (*real) (int fd, const struct msghdr *message, int flags);
  struct msghdr cut = *message;
  struct iovec first;

  if (real == NULL)
    real = dlsym (RTLD_NEXT, "sendmsg");

  if (fails (&send_failure, fd))
    return -1;

  cut.msg_iovlen = cut_length (message->msg_iovlen);
  if (cut.msg_iovlen == 1 && cutting)
    {
      first = cut.msg_iov[0];
      first.iov_len = cut_length (first.iov_len);
      cut.msg_iov = &first;
    }

  return real (fd, &cut, flags);
}
