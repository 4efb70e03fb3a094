/* tisock-io-input-stream.c: reads from a connection that is lent to GIO
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-io-stream.h"

struct _TisockIOInputStream
{
  GInputStream  parent_instance;

  TisockLoan   *loan;
};

static void tisock_io_input_stream_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TisockIOInputStream, tisock_io_input_stream, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      tisock_io_input_stream_pollable_init))

static gssize
receive (TisockIOInputStream  *self,
         void                 *buffer,
         gsize                 count,
         gboolean              blocking,
         GCancellable         *cancellable,
         GError              **error)
{
  GError *failure = NULL;
  GSocket *socket;
  gssize n;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;

  socket = tisock_loan_enter (self->loan, error);
  if (socket == NULL)
    return -1;

  n = (gssize) tisock_loan_take (self->loan, buffer, count);
  if (n == 0)
    n = g_socket_receive_with_blocking (socket, buffer, count, blocking, cancellable, &failure);

  return tisock_loan_leave (self->loan, n, failure, error);
}

static gssize
tisock_io_input_stream_read (GInputStream  *stream,
                             void          *buffer,
                             gsize          count,
                             GCancellable  *cancellable,
                             GError       **error)
{
  return receive (TISOCK_IO_INPUT_STREAM (stream), buffer, count, TRUE, cancellable, error);
}

static gssize
tisock_io_input_stream_read_nonblocking (GPollableInputStream  *stream,
                                         void                  *buffer,
                                         gsize                  count,
                                         GError               **error)
{
  return receive (TISOCK_IO_INPUT_STREAM (stream), buffer, count, FALSE, NULL, error);
}

static gboolean
tisock_io_input_stream_is_readable (GPollableInputStream *stream)
{
  return tisock_loan_is_ready (TISOCK_IO_INPUT_STREAM (stream)->loan, G_IO_IN);
}

static GSource *
tisock_io_input_stream_create_source (GPollableInputStream *stream,
                                      GCancellable         *cancellable)
{
  return tisock_loan_create_source (TISOCK_IO_INPUT_STREAM (stream)->loan, G_OBJECT (stream),
                                    G_IO_IN, cancellable);
}

static void
tisock_io_input_stream_finalize (GObject *object)
{
  tisock_loan_unref (TISOCK_IO_INPUT_STREAM (object)->loan);

  G_OBJECT_CLASS (tisock_io_input_stream_parent_class)->finalize (object);
}

static void
tisock_io_input_stream_class_init (TisockIOInputStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tisock_io_input_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = tisock_io_input_stream_read;
}

static void
tisock_io_input_stream_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = tisock_io_input_stream_is_readable;
  iface->create_source = tisock_io_input_stream_create_source;
  iface->read_nonblocking = tisock_io_input_stream_read_nonblocking;
}

static void
tisock_io_input_stream_init (TisockIOInputStream *self)
{
}

GInputStream *
tisock_io_input_stream_new (TisockLoan *loan)
{
  TisockIOInputStream *self = g_object_new (TISOCK_TYPE_IO_INPUT_STREAM, NULL);

  self->loan = tisock_loan_ref (loan);

  return G_INPUT_STREAM (self);
}
