/* transport-plain.c: the bare socket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/transport.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifdef HAVE_SENDFILE
#include <sys/sendfile.h>
#endif

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

#ifdef HAVE_SENDFILE
static gboolean
is_sigpipe_pending (void)
{
  sigset_t pending;

  return sigpending (&pending) == 0 && sigismember (&pending, SIGPIPE) == 1;
}

/* sendfile() has no flag against SIGPIPE: it is blocked meanwhile, and taken if it came. */
static gssize
plain_send_file (TisockTransport  *self,
                 int               fd,
                 int               file_fd,
                 goffset           offset,
                 gsize             length,
                 GError          **error)
{
  const struct timespec no_time = { 0 };
  off_t position = (off_t) offset;
  sigset_t sigpipe, before;
  gboolean was_pending;
  int error_number;
  gssize n;

  sigemptyset (&sigpipe);
  sigaddset (&sigpipe, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &sigpipe, &before);
  was_pending = sigismember (&before, SIGPIPE) == 1 && is_sigpipe_pending ();

  do
    n = sendfile (fd, file_fd, &position, length);
  while (n < 0 && errno == EINTR);

  error_number = errno;
  if (n < 0 && error_number == EPIPE && !was_pending)
    sigtimedwait (&sigpipe, NULL, &no_time);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  errno = error_number;

  return n;
}
#endif

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
#ifdef HAVE_SENDFILE
  .send_file = plain_send_file,
#endif
  .shutdown = plain_shutdown,
  .free = plain_free,
};

TisockTransport tisock_transport_plain = { &plain_funcs };
