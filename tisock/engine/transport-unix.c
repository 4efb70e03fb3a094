/* transport-unix.c: a bare socket that passes descriptors on, between processes of one machine
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/transport-unix.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for other messages: somebody may have asked the system to send credentials with the bytes,
 * and without room for them it would say that descriptors were cut off. */
#define OTHER_CONTROL 512

#ifdef MSG_CMSG_CLOEXEC
# define RECEIVE_FLAGS MSG_CMSG_CLOEXEC
#else
# define RECEIVE_FLAGS 0
#endif

typedef union
{
  struct cmsghdr header;        /* for the alignment */
  char           bytes[CMSG_SPACE (TISOCK_DESCRIPTORS_AT_ONCE * sizeof (int)) + OTHER_CONTROL];
} Control;

typedef struct
{
  TisockTransport       transport;
  TisockTransportFuncs  funcs;          /* those of the bare socket, but for some */
  TisockInbox          *inbox;
} UnixTransport;

/* The inbox */

static void
close_from (TisockInbox *self,
            guint        first)
{
  for (guint i = first; i < tisock_inbox_get_length (self); i++)
    close (g_array_index (self->descriptors, int, i));

  if (self->descriptors != NULL)
    g_array_set_size (self->descriptors, first);
}

void
tisock_inbox_clear (TisockInbox *self)
{
  close_from (self, 0);
  g_clear_pointer (&self->descriptors, g_array_unref);
}

GUnixFDList *
tisock_inbox_take (TisockInbox *self,
                   guint        count)
{
  GUnixFDList *list =
    g_unix_fd_list_new_from_array ((const int *) (gpointer) self->descriptors->data, (int) count);

  g_array_remove_range (self->descriptors, 0, count);

  return list;
}

static void
add (TisockInbox *self,
     int          fd)
{
  if (RECEIVE_FLAGS == 0)
    fcntl (fd, F_SETFD, FD_CLOEXEC);

  if (self->descriptors == NULL)
    self->descriptors = g_array_new (FALSE, FALSE, sizeof (int));

  g_array_append_val (self->descriptors, fd);
}

static void
add_all (TisockInbox    *self,
         struct cmsghdr *header)
{
  const guint8 *data = CMSG_DATA (header);
  gsize n = (header->cmsg_len - CMSG_LEN (0)) / sizeof (int);

  if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
    return;

  for (gsize i = 0; i < n; i++)
    {
      int fd;

      memcpy (&fd, data + i * sizeof fd, sizeof fd);
      add (self, fd);
    }
}

/* All that came with a message is kept, or nothing of it: then this is FALSE with an errno. */
static gboolean
keep (TisockInbox    *self,
      struct msghdr  *message,
      GError        **error)
{
  guint before = tisock_inbox_get_length (self);
  guint length;
  int error_number;

  for (struct cmsghdr *i = CMSG_FIRSTHDR (message); i != NULL; i = CMSG_NXTHDR (message, i))
    add_all (self, i);

  length = tisock_inbox_get_length (self);
  if ((message->msg_flags & MSG_CTRUNC) == 0 && (length == before || length <= self->maximum))
    return TRUE;

  close_from (self, before);
  error_number = message->msg_flags & MSG_CTRUNC ? EMFILE : EMSGSIZE;
  if (error_number == EMFILE)
    tisock_set_error_from_errno (error, error_number,
                                 "Could not receive all descriptors that the peer has sent");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                 "Could not receive %u descriptors more: there are %u, and at most %u may be",
                 length - before, before, self->maximum);
  errno = error_number;

  return FALSE;
}

/* The transport */

static gssize
unix_read (TisockTransport  *transport,
           int               fd,
           void             *buffer,
           gsize             size,
           GError          **error)
{
  UnixTransport *self = (UnixTransport *) transport;
  struct iovec vector = { buffer, size };
  struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
  Control control;
  gssize n;

  if (self->inbox->maximum == 0)
    return tisock_transport_plain.funcs->read (&tisock_transport_plain, fd, buffer, size, error);

  message.msg_control = &control;
  message.msg_controllen = sizeof control;

  do
    n = recvmsg (fd, &message, RECEIVE_FLAGS);
  while (n < 0 && errno == EINTR);

  return n > 0 && !keep (self->inbox, &message, error) ? -1 : n;
}

static gssize
unix_send_descriptors (TisockTransport      *transport,
                       int                   fd,
                       const GOutputVector  *vectors,
                       guint                 n_vectors,
                       GUnixFDList          *descriptors,
                       GError              **error)
{
  gsize size = (gsize) g_unix_fd_list_get_length (descriptors) * sizeof (int);
  Control control = { 0 };
  struct msghdr message = {
    .msg_iov = (struct iovec *) vectors,
    .msg_iovlen = n_vectors,
    .msg_control = &control,
    .msg_controllen = CMSG_SPACE (size),
  };
  gssize n;

  g_assert (size <= TISOCK_DESCRIPTORS_AT_ONCE * sizeof (int));

  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN (size);
  memcpy (CMSG_DATA (&control.header), g_unix_fd_list_peek_fds (descriptors, NULL), size);

  do
    n = sendmsg (fd, &message, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);

  return n;
}

static void
unix_free (TisockTransport *transport)
{
  g_free (transport);
}

TisockTransport *
tisock_transport_unix_new (TisockInbox *inbox)
{
  UnixTransport *self = g_new (UnixTransport, 1);

  self->inbox = inbox;
  self->funcs = *tisock_transport_plain.funcs;
  self->funcs.read = unix_read;
  self->funcs.send_descriptors = unix_send_descriptors;
  self->funcs.free = unix_free;
  self->transport.funcs = &self->funcs;

  return &self->transport;
}
