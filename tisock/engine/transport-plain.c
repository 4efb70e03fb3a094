/* transport-plain.c: the bare socket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/transport.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* GLib promises this layout so that vectors can be handed on. */
G_STATIC_ASSERT (sizeof (GOutputVector) == sizeof (struct iovec));
G_STATIC_ASSERT (G_STRUCT_OFFSET (GOutputVector, buffer) ==
                 G_STRUCT_OFFSET (struct iovec, iov_base));
G_STATIC_ASSERT (G_STRUCT_OFFSET (GOutputVector, size) ==
                 G_STRUCT_OFFSET (struct iovec, iov_len));

static gssize
plain_read (TisockTransport  *self,
            int               fd,
            void             *buffer,
            gsize             size,
            GError          **error)
{
  gssize n;

  do
    n = recv (fd, buffer, size, 0);
  while (n < 0 && errno == EINTR);

  return n;
}

/* One run of bytes, the common case, does without the message header. */
static gssize
plain_write (TisockTransport      *self,
             int                   fd,
             const GOutputVector  *vectors,
             guint                 n_vectors,
             GError              **error)
{
  struct msghdr message = { .msg_iov = (struct iovec *) vectors, .msg_iovlen = n_vectors };
  gssize n;

  do
    n = n_vectors == 1 ? send (fd, vectors[0].buffer, vectors[0].size, MSG_NOSIGNAL)
                       : sendmsg (fd, &message, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);

  return n;
}

static gsize
plain_pending (TisockTransport *self)
{
  return 0;
}

static gboolean
plain_shutdown (TisockTransport  *self,
                int               fd,
                GError          **error)
{
  return shutdown (fd, SHUT_WR) == 0;
}

static void
plain_free (TisockTransport *self)
{
}

static const TisockTransportFuncs plain_funcs = {
  .read = plain_read,
  .write = plain_write,
  .pending = plain_pending,
  .shutdown = plain_shutdown,
  .free = plain_free,
};

TisockTransport tisock_transport_plain = { &plain_funcs };
