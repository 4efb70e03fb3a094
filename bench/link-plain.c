/* link-plain.c: the bare socket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "link.h"

#include <sys/socket.h>
#include <unistd.h>

int
link_open (Link *self,
           int   fd)
{
  self->fd = fd;

  return 0;
}

ssize_t
link_send (Link       *self,
           const void *data,
           size_t      size)
{
  return send (self->fd, data, size, MSG_NOSIGNAL);
}

ssize_t
link_receive (Link   *self,
              void   *buffer,
              size_t  size)
{
  return recv (self->fd, buffer, size, 0);
}

void
link_end (Link *self)
{
  shutdown (self->fd, SHUT_WR);
}

void
link_close (Link *self)
{
  close (self->fd);
}
