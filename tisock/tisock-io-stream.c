/* tisock-io-stream.c: both directions of a connection that is lent to GIO
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-io-stream.h"

struct _TisockIOStream
{
  GIOStream      parent_instance;

  TisockLoan    *loan;
  GInputStream  *input;
  GOutputStream *output;
};

G_DEFINE_FINAL_TYPE (TisockIOStream, tisock_io_stream, G_TYPE_IO_STREAM)

static GInputStream *
tisock_io_stream_get_input_stream (GIOStream *stream)
{
  return TISOCK_IO_STREAM (stream)->input;
}

static GOutputStream *
tisock_io_stream_get_output_stream (GIOStream *stream)
{
  return TISOCK_IO_STREAM (stream)->output;
}

/* One that is in use on another thread refuses to be closed: the end of the loan is for it, too. */
static gboolean
tisock_io_stream_close (GIOStream     *stream,
                        GCancellable  *cancellable,
                        GError       **error)
{
  TisockIOStream *self = TISOCK_IO_STREAM (stream);

  g_output_stream_close (self->output, cancellable, NULL);
  g_input_stream_close (self->input, cancellable, NULL);
  tisock_loan_end (self->loan);

  return TRUE;
}

/* Nothing in it waits. */
static void
tisock_io_stream_close_async (GIOStream           *stream,
                              int                  io_priority,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, tisock_io_stream_close_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  g_task_return_boolean (task, tisock_io_stream_close (stream, cancellable, NULL));
}

static gboolean
tisock_io_stream_close_finish (GIOStream     *stream,
                               GAsyncResult  *result,
                               GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
tisock_io_stream_finalize (GObject *object)
{
  TisockIOStream *self = TISOCK_IO_STREAM (object);

  g_object_unref (self->input);
  g_object_unref (self->output);
  tisock_loan_unref (self->loan);

  G_OBJECT_CLASS (tisock_io_stream_parent_class)->finalize (object);
}

static void
tisock_io_stream_class_init (TisockIOStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tisock_io_stream_finalize;

  stream_class->get_input_stream = tisock_io_stream_get_input_stream;
  stream_class->get_output_stream = tisock_io_stream_get_output_stream;
  stream_class->close_fn = tisock_io_stream_close;
  stream_class->close_async = tisock_io_stream_close_async;
  stream_class->close_finish = tisock_io_stream_close_finish;
}

static void
tisock_io_stream_init (TisockIOStream *self)
{
}

GIOStream *
tisock_io_stream_new (TisockLoan *loan)
{
  TisockIOStream *self = g_object_new (TISOCK_TYPE_IO_STREAM, NULL);

  self->loan = tisock_loan_ref (loan);
  self->input = tisock_io_input_stream_new (loan);
  self->output = tisock_io_output_stream_new (loan);

  return G_IO_STREAM (self);
}
