/* doorbell.c: a descriptor by which other threads call a reactor
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/doorbell.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <unistd.h>

#ifdef HAVE_EVENTFD
#include <sys/eventfd.h>
#endif

gboolean
tisock_doorbell_open (TisockDoorbell *self)
{
#ifdef HAVE_EVENTFD
  self->watched_fd = self->ring_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);

  return self->watched_fd >= 0;
#else
  int fds[2];

  if (!g_unix_open_pipe (fds, FD_CLOEXEC, NULL))
    return FALSE;

  self->watched_fd = fds[0];
  self->ring_fd = fds[1];
  g_unix_set_fd_nonblocking (self->watched_fd, TRUE, NULL);
  g_unix_set_fd_nonblocking (self->ring_fd, TRUE, NULL);

  return TRUE;
#endif
}

void
tisock_doorbell_close (TisockDoorbell *self)
{
  if (self->watched_fd >= 0)
    close (self->watched_fd);
  if (self->ring_fd != self->watched_fd)
    close (self->ring_fd);

  self->watched_fd = self->ring_fd = -1;
}

/* An eventfd takes eight bytes and adds them up. */
void
tisock_doorbell_ring (TisockDoorbell *self)
{
  guint64 one = 1;
  gssize n;

  if (self->ring_fd < 0)
    return;

  do
    n = write (self->ring_fd, &one, sizeof one);
  while (n < 0 && errno == EINTR);
}

/* An eventfd gives eight bytes, a pipe as many for each time it was rung. */
void
tisock_doorbell_hush (TisockDoorbell *self)
{
  guint64 rings[8];
  gssize n;

  do
    n = read (self->watched_fd, rings, sizeof rings);
  while ((n < 0 && errno == EINTR) || n == sizeof rings);
}
