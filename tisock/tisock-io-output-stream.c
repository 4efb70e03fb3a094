/* tisock-io-output-stream.c: writes to a connection that is lent to GIO
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-io-stream.h"

#include <limits.h>

/* POSIX's least; the caller sends the rest by another call. */
#ifndef IOV_MAX
#define IOV_MAX 16
#endif

struct _TisockIOOutputStream
{
  GOutputStream  parent_instance;

  TisockLoan    *loan;
};

static void tisock_io_output_stream_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TisockIOOutputStream, tisock_io_output_stream, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      tisock_io_output_stream_pollable_init))

static gssize
send_bytes (TisockIOOutputStream  *self,
            const void            *buffer,
            gsize                  count,
            gboolean               blocking,
            GCancellable          *cancellable,
            GError               **error)
{
  GSocket *socket = tisock_loan_enter (self->loan, error);
  GError *failure = NULL;
  gssize n;

  if (socket == NULL)
    return -1;

  n = g_socket_send_with_blocking (socket, buffer, count, blocking, cancellable, &failure);

  return tisock_loan_leave (self->loan, n, failure, error);
}

/* Together, so that they leave in one packet. */
static GPollableReturn
send_vectors (TisockIOOutputStream  *self,
              const GOutputVector   *vectors,
              gsize                  n_vectors,
              gsize                 *bytes_written,
              gboolean               blocking,
              GCancellable          *cancellable,
              GError               **error)
{
  GSocket *socket = tisock_loan_enter (self->loan, error);
  GError *failure = NULL;
  GError *outcome = NULL;
  GPollableReturn result;

  *bytes_written = 0;
  if (socket == NULL)
    return G_POLLABLE_RETURN_FAILED;

  result = g_socket_send_message_with_timeout (socket, NULL, vectors,
                                               (int) MIN (n_vectors, IOV_MAX), NULL, 0,
                                               G_SOCKET_MSG_NONE, blocking ? -1 : 0,
                                               bytes_written, cancellable, &failure);
  tisock_loan_leave (self->loan, result == G_POLLABLE_RETURN_OK ? 1 : -1, failure, &outcome);
  if (outcome == NULL)
    return result;

  g_propagate_error (error, outcome);

  return G_POLLABLE_RETURN_FAILED;
}

static gssize
tisock_io_output_stream_write (GOutputStream  *stream,
                               const void     *buffer,
                               gsize           count,
                               GCancellable   *cancellable,
                               GError        **error)
{
  return send_bytes (TISOCK_IO_OUTPUT_STREAM (stream), buffer, count, TRUE, cancellable, error);
}

static gboolean
tisock_io_output_stream_writev (GOutputStream        *stream,
                                const GOutputVector  *vectors,
                                gsize                 n_vectors,
                                gsize                *bytes_written,
                                GCancellable         *cancellable,
                                GError              **error)
{
  return send_vectors (TISOCK_IO_OUTPUT_STREAM (stream), vectors, n_vectors, bytes_written, TRUE,
                       cancellable, error) == G_POLLABLE_RETURN_OK;
}

static gssize
tisock_io_output_stream_write_nonblocking (GPollableOutputStream  *stream,
                                           const void             *buffer,
                                           gsize                   count,
                                           GError                **error)
{
  return send_bytes (TISOCK_IO_OUTPUT_STREAM (stream), buffer, count, FALSE, NULL, error);
}

static GPollableReturn
tisock_io_output_stream_writev_nonblocking (GPollableOutputStream  *stream,
                                            const GOutputVector    *vectors,
                                            gsize                   n_vectors,
                                            gsize                  *bytes_written,
                                            GError                **error)
{
  return send_vectors (TISOCK_IO_OUTPUT_STREAM (stream), vectors, n_vectors, bytes_written, FALSE,
                       NULL, error);
}

static gboolean
tisock_io_output_stream_is_writable (GPollableOutputStream *stream)
{
  return tisock_loan_is_ready (TISOCK_IO_OUTPUT_STREAM (stream)->loan, G_IO_OUT);
}

static GSource *
tisock_io_output_stream_create_source (GPollableOutputStream *stream,
                                       GCancellable          *cancellable)
{
  return tisock_loan_create_source (TISOCK_IO_OUTPUT_STREAM (stream)->loan, G_OBJECT (stream),
                                    G_IO_OUT, cancellable);
}

static void
tisock_io_output_stream_finalize (GObject *object)
{
  tisock_loan_unref (TISOCK_IO_OUTPUT_STREAM (object)->loan);

  G_OBJECT_CLASS (tisock_io_output_stream_parent_class)->finalize (object);
}

static void
tisock_io_output_stream_class_init (TisockIOOutputStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tisock_io_output_stream_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = tisock_io_output_stream_write;
  G_OUTPUT_STREAM_CLASS (klass)->writev_fn = tisock_io_output_stream_writev;
}

static void
tisock_io_output_stream_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = tisock_io_output_stream_is_writable;
  iface->create_source = tisock_io_output_stream_create_source;
  iface->write_nonblocking = tisock_io_output_stream_write_nonblocking;
  iface->writev_nonblocking = tisock_io_output_stream_writev_nonblocking;
}

static void
tisock_io_output_stream_init (TisockIOOutputStream *self)
{
}

GOutputStream *
tisock_io_output_stream_new (TisockLoan *loan)
{
  TisockIOOutputStream *self = g_object_new (TISOCK_TYPE_IO_OUTPUT_STREAM, NULL);

  self->loan = tisock_loan_ref (loan);

  return G_OUTPUT_STREAM (self);
}
