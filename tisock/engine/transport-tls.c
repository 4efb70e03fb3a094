/* transport-tls.c: TLS over a socket, after the handshake
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/transport-tls.h"

#include <errno.h>
#include <sys/socket.h>

/* No record carries more; small runs are put together up to that. */
#define MAX_RECORD 16384

/* How much is received at a time. */
#define BLOCK (32 * 1024)

typedef struct
{
  TisockTransport        parent;

  GTlsConnection        *connection;
  TisockTlsWire         *wire;
  GPollableInputStream  *input;
  GPollableOutputStream *output;

  /* What is to be said of the stream once what came before has been read. */
  GError                *failure;
  gboolean               ended;

  /* TLS, or the wire, may have more than was read from it. */
  gboolean               pending;

  /* Bytes of the record that TLS has not got rid of: the next write has to be of these. */
  gsize                  begun;
} Tls;

/* An error of TLS's has no errno of its own. */
static gssize
fail (Tls     *self,
      GError  *failure,
      GError **error)
{
  int error_number = tisock_tls_wire_get_failure (self->wire);

  if (error_number == 0)
    g_propagate_error (error, failure);
  else
    g_error_free (failure);

  errno = error_number != 0 ? error_number : EPROTO;

  return -1;
}

/* Reading */

/* Takes what TLS gives from what the wire has. At the end TLS waits for nothing but a thread that
 * the wire has refused to serve. */
static gsize
decrypt (Tls    *self,
         guint8 *buffer,
         gsize   size)
{
  gsize got = 0;

  while (got < size && !self->ended)
    {
      GError *error = NULL;
      gssize n = g_pollable_input_stream_read_nonblocking (self->input, buffer + got, size - got,
                                                           NULL, &error);

      if (n > 0)
        {
          got += (gsize) n;
          continue;
        }

      self->pending = FALSE;
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        self->failure = g_steal_pointer (&error);
      else if (tisock_tls_wire_is_ended (self->wire))
        self->failure = g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_MISC,
                                             "the peer wants another TLS handshake");
      g_clear_error (&error);
      if (self->failure == NULL && n < 0)
        break;

      self->ended = TRUE;
    }

  return got;
}

/* Gives the wire what the socket has, and reads that. FALSE if the socket may have no more now. */
static gboolean
receive (Tls    *self,
         int     fd,
         guint8 *buffer,
         gsize   size,
         gsize  *got)
{
  guint8 block[BLOCK];
  gssize n;

  do
    n = recv (fd, block, sizeof block, 0);
  while (n < 0 && errno == EINTR);

  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return FALSE;

  if (n > 0)
    tisock_tls_wire_lend (self->wire, block, (gsize) n);
  else
    tisock_tls_wire_end (self->wire, n < 0 ? errno : 0);

  self->pending = TRUE;
  *got += decrypt (self, buffer + *got, size - *got);
  tisock_tls_wire_settle (self->wire);

  return n == sizeof block;
}

/* What was read comes before what is to be said of the end. What has come ends a turn as well as
 * what is in it: records may be as small as the peer likes, and each is work. */
static gssize
tls_read (TisockTransport  *transport,
          int               fd,
          void             *buffer,
          gsize             size,
          GError          **error)
{
  Tls *self = (Tls *) transport;
  gboolean more = TRUE;
  gsize taken = 0;
  gsize got = 0;

  tisock_tls_wire_serve (self->wire);
  if (self->pending)
    got = decrypt (self, buffer, size);
  while (more && taken < size && got < size && !self->ended &&
         !tisock_tls_wire_is_ended (self->wire))
    {
      more = receive (self, fd, buffer, size, &got);
      taken += BLOCK;
    }

  if (got > 0)
    return (gssize) got;
  if (self->failure != NULL)
    return fail (self, g_steal_pointer (&self->failure), error);
  if (self->ended)
    return 0;

  errno = EAGAIN;

  return -1;
}

static gboolean
tls_has_pending (TisockTransport *transport)
{
  Tls *self = (Tls *) transport;

  return self->pending || self->ended;
}

/* Writing */

/* What the next record is made of: a run as it is if it fills one, or else several of them. */
static GOutputVector
fill_record (const GOutputVector *vectors,
             guint                n_vectors,
             gsize                offset,
             guint8              *space)
{
  GOutputVector record = { space, 0 };

  for (; n_vectors > 0 && offset >= vectors->size; n_vectors--)
    offset -= vectors++->size;

  if (n_vectors == 1 || (n_vectors > 1 && vectors->size - offset >= MAX_RECORD))
    return (GOutputVector) { (const guint8 *) vectors->buffer + offset,
                             MIN (vectors->size - offset, MAX_RECORD) };

  for (; n_vectors > 0 && record.size < MAX_RECORD; n_vectors--, vectors++, offset = 0)
    {
      gsize n = MIN (vectors->size - offset, MAX_RECORD - record.size);

      memcpy (space + record.size, (const guint8 *) vectors->buffer + offset, n);
      record.size += n;
    }

  return record;
}

/* TLS keeps a record that the socket does not take, and does not look at the bytes again. */
static gssize
write_record (Tls           *self,
              GOutputVector  record,
              GError       **error)
{
  gsize length = self->begun > 0 ? self->begun : record.size;
  gssize n = g_pollable_output_stream_write_nonblocking (self->output, record.buffer, length, NULL,
                                                         error);

  self->begun = n < 0 && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? length : 0;

  return n;
}

static gssize
tls_write (TisockTransport      *transport,
           int                   fd,
           const GOutputVector  *vectors,
           guint                 n_vectors,
           GError              **error)
{
  Tls *self = (Tls *) transport;
  guint8 space[MAX_RECORD];
  g_autoptr(GError) failure = NULL;
  gsize written = 0;

  tisock_tls_wire_serve (self->wire);
  while (failure == NULL)
    {
      GOutputVector record = fill_record (vectors, n_vectors, written, space);
      gssize n;

      if (record.size == 0)
        break;
      n = write_record (self, record, &failure);
      written += (gsize) MAX (n, 0);
    }

  if (failure != NULL && self->begun == 0)
    return fail (self, g_steal_pointer (&failure), error);
  if (written > 0)
    return (gssize) written;

  errno = EAGAIN;

  return -1;
}

static gsize
tls_get_begun (TisockTransport *transport)
{
  return ((Tls *) transport)->begun;
}

/* The end */

/* The wire keeps what the socket does not take. */
static gboolean
say_goodbye (Tls *self)
{
  tisock_tls_wire_serve (self->wire);
  tisock_tls_wire_set_keeping (self->wire, TRUE);
  g_output_stream_close (G_OUTPUT_STREAM (self->output), NULL, NULL);

  return tisock_tls_wire_flush (self->wire);
}

static gboolean
tls_shutdown (TisockTransport  *transport,
              int               fd,
              GError          **error)
{
  return say_goodbye ((Tls *) transport) && shutdown (fd, SHUT_WR) == 0;
}

static void
tls_leave (TisockTransport *transport)
{
  say_goodbye ((Tls *) transport);
}

/* A connection that is disposed of would say goodbye. */
static void
tls_free (TisockTransport *transport)
{
  Tls *self = (Tls *) transport;

  tisock_tls_wire_serve (self->wire);
  tisock_tls_wire_mute (self->wire);
  g_object_unref (self->connection);
  g_object_unref (self->wire);
  g_clear_error (&self->failure);
  g_free (self);
}

static const TisockTransportFuncs tls_funcs = {
  .read = tls_read,
  .write = tls_write,
  .has_pending = tls_has_pending,
  .get_begun = tls_get_begun,
  .shutdown = tls_shutdown,
  .leave = tls_leave,
  .free = tls_free,
};

TisockTransport *
tisock_transport_tls_new (GTlsConnection *connection,
                          TisockTlsWire  *wire)
{
  Tls *self = g_new0 (Tls, 1);
  GIOStream *stream = G_IO_STREAM (connection);

  tisock_tls_wire_stop_waiting (wire);
  tisock_tls_wire_serve (wire);
  self->parent.funcs = &tls_funcs;
  self->connection = g_object_ref (connection);
  self->wire = g_object_ref (wire);
  self->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  self->output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream));
  self->pending = TRUE;

  return &self->parent;
}

GTlsConnection *
tisock_transport_tls_get_connection (const TisockTransport *self)
{
  return self != NULL && self->funcs == &tls_funcs ? ((const Tls *) self)->connection : NULL;
}
