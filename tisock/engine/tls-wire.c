/* tls-wire.c: the connection below TLS, as GIO's implementations of TLS want it
 *
 * The handshake has a thread, which waits for the socket. After that everything happens in turns of
 * the reactor: the transport receives big pieces and lends them to the wire, where TLS takes them
 * record by record without a system call.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/tls-wire.h"

#include <errno.h>
#include <sys/socket.h>

/* What the three streams share. */
typedef struct
{
  GSocket         *socket;
  TisockByteQueue  received;    /* to be read before what is lent, and that before the socket */
  const guint8    *lent;
  gsize            n_lent;
  TisockByteQueue  kept;        /* to be sent before what is written next */
  int              failure;     /* the first errno */

  GThread         *user;        /* who serves the connection; NULL: the handshake goes on */

  guint            waiting : 1;
  guint            ended : 1;   /* nothing comes any more */
  guint            keeping : 1;

  /* The lock guards these three. What the peer costs is in µs. */
  GMutex           lock;
  gboolean         muted;               /* and the socket is somebody else's */
  gint64           waited;
  gint64           waiting_since;       /* 0: it does not wait now */
} Wire;

#define TISOCK_TYPE_TLS_WIRE_INPUT (tisock_tls_wire_input_get_type ())
G_DECLARE_FINAL_TYPE (TisockTlsWireInput, tisock_tls_wire_input, TISOCK, TLS_WIRE_INPUT,
                      GInputStream)
#define TISOCK_TYPE_TLS_WIRE_OUTPUT (tisock_tls_wire_output_get_type ())
G_DECLARE_FINAL_TYPE (TisockTlsWireOutput, tisock_tls_wire_output, TISOCK, TLS_WIRE_OUTPUT,
                      GOutputStream)

struct _TisockTlsWire
{
  GIOStream      parent_instance;

  Wire          *wire;
  GInputStream  *input;
  GOutputStream *output;
};

struct _TisockTlsWireInput
{
  GInputStream  parent_instance;

  Wire         *wire;
};

struct _TisockTlsWireOutput
{
  GOutputStream  parent_instance;

  Wire          *wire;
};

static void tisock_tls_wire_input_pollable_init  (GPollableInputStreamInterface  *iface);
static void tisock_tls_wire_output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE (TisockTlsWire, tisock_tls_wire, G_TYPE_IO_STREAM)
G_DEFINE_FINAL_TYPE_WITH_CODE (TisockTlsWireInput, tisock_tls_wire_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      tisock_tls_wire_input_pollable_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (TisockTlsWireOutput, tisock_tls_wire_output, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      tisock_tls_wire_output_pollable_init))

/* The wire */

static void
wire_clear (gpointer data)
{
  Wire *self = data;

  tisock_byte_queue_clear (&self->received);
  tisock_byte_queue_clear (&self->kept);
  g_mutex_clear (&self->lock);
  g_object_unref (self->socket);
}

static void
wire_unref (Wire *self)
{
  g_atomic_rc_box_release_full (self, wire_clear);
}

static gssize
fail (Wire    *self,
      int      error_number,
      GError **error)
{
  if (self->failure == 0)
    self->failure = error_number;
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (error_number),
                       g_strerror (error_number));

  return -1;
}

static gssize
would_block (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Operation would block");

  return -1;
}

static gboolean
is_again (int error_number)
{
  return error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR;
}

static gsize
take_received (Wire  *self,
               void  *buffer,
               gsize  count)
{
  gsize n = tisock_byte_queue_copy (&self->received, 0, buffer, count);

  tisock_byte_queue_skip (&self->received, n);

  return n;
}

static gsize
take_lent (Wire  *self,
           void  *buffer,
           gsize  count)
{
  gsize n = MIN (self->n_lent, count);

  if (n > 0)
    memcpy (buffer, self->lent, n);
  self->lent += n;
  self->n_lent -= n;

  return n;
}

static gint64
wire_get_waited (Wire *self)
{
  gint64 waited;

  g_mutex_lock (&self->lock);
  waited = self->waited;
  if (self->waiting_since != 0)
    waited += g_get_monotonic_time () - self->waiting_since;
  g_mutex_unlock (&self->lock);

  return waited;
}

static gboolean
wire_wait (Wire          *self,
           GIOCondition   condition,
           GCancellable  *cancellable,
           GError       **error)
{
  gboolean ready;

  g_mutex_lock (&self->lock);
  self->waiting_since = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);

  ready = g_socket_condition_wait (self->socket, condition, cancellable, error);

  g_mutex_lock (&self->lock);
  self->waited += g_get_monotonic_time () - self->waiting_since;
  self->waiting_since = 0;
  g_mutex_unlock (&self->lock);

  return ready;
}

static gssize
wire_wait_and_read (Wire          *self,
                    void          *buffer,
                    gsize          count,
                    GCancellable  *cancellable,
                    GError       **error)
{
  gssize n;

  while ((n = recv (g_socket_get_fd (self->socket), buffer, count, 0)) < 0 && is_again (errno))
    if (!wire_wait (self, G_IO_IN, cancellable, error))
      return -1;

  return n >= 0 ? n : fail (self, errno, error);
}

/* With TLS 1.2 the peer may ask for another handshake, and GIO begins with it on a thread, while
 * what is here is the user's. It is refused: the connection ends, which the user sees. */
static gboolean
wire_check_user (Wire    *self,
                 GError **error)
{
  GThread *user = g_atomic_pointer_get (&self->user);

  if (user == NULL || user == g_thread_self ())
    return TRUE;

  g_mutex_lock (&self->lock);
  if (!self->muted)
    shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
  g_mutex_unlock (&self->lock);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "the peer wants another handshake");

  return FALSE;
}

static gssize
wire_read (Wire          *self,
           void          *buffer,
           gsize          count,
           GCancellable  *cancellable,
           GError       **error)
{
  if (!wire_check_user (self, error))
    return -1;
  if (self->received.length > 0)
    return (gssize) take_received (self, buffer, count);
  if (self->n_lent > 0)
    return (gssize) take_lent (self, buffer, count);
  if (self->waiting)
    return wire_wait_and_read (self, buffer, count, cancellable, error);
  if (self->ended && self->failure != 0)
    return fail (self, self->failure, error);

  return self->ended ? 0 : would_block (error);
}

/* -1 with errno. */
static gssize
wire_send (Wire       *self,
           const void *buffer,
           gsize       count)
{
  gssize n;

  do
    n = send (g_socket_get_fd (self->socket), buffer, count, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);

  return n;
}

static gboolean
wire_flush (Wire *self)
{
  while (self->kept.length > 0)
    {
      gssize n = wire_send (self, self->kept.head->data, self->kept.head->length);

      if (n < 0)
        return FALSE;
      tisock_byte_queue_skip (&self->kept, (gsize) n);
    }

  return TRUE;
}

static gssize
wire_write (Wire          *self,
            const void    *buffer,
            gsize          count,
            GCancellable  *cancellable,
            GError       **error)
{
  gssize n = -1;

  if (!wire_check_user (self, error))
    return -1;
  if (self->muted)
    return (gssize) count;

  while (wire_flush (self) && (n = wire_send (self, buffer, count)) < 0 && is_again (errno) &&
         self->waiting)
    if (!wire_wait (self, G_IO_OUT, cancellable, error))
      return -1;

  if (n >= 0)
    return n;
  if (!is_again (errno))
    return fail (self, errno, error);
  if (!self->keeping)
    return would_block (error);

  tisock_byte_queue_append (&self->kept, buffer, count);

  return (gssize) count;
}

/* The input stream. Nobody asks for a source: what waits for it is the reactor. */

static gssize
tisock_tls_wire_input_read (GInputStream  *stream,
                            void          *buffer,
                            gsize          count,
                            GCancellable  *cancellable,
                            GError       **error)
{
  return wire_read (TISOCK_TLS_WIRE_INPUT (stream)->wire, buffer, count, cancellable, error);
}

static gssize
tisock_tls_wire_input_read_nonblocking (GPollableInputStream  *stream,
                                        void                  *buffer,
                                        gsize                  count,
                                        GError               **error)
{
  return wire_read (((TisockTlsWireInput *) stream)->wire, buffer, count, NULL, error);
}

static void
tisock_tls_wire_input_finalize (GObject *object)
{
  wire_unref (TISOCK_TLS_WIRE_INPUT (object)->wire);

  G_OBJECT_CLASS (tisock_tls_wire_input_parent_class)->finalize (object);
}

static void
tisock_tls_wire_input_class_init (TisockTlsWireInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tisock_tls_wire_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = tisock_tls_wire_input_read;
}

static void
tisock_tls_wire_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->read_nonblocking = tisock_tls_wire_input_read_nonblocking;
}

static void
tisock_tls_wire_input_init (TisockTlsWireInput *self)
{
}

/* The output stream */

static gssize
tisock_tls_wire_output_write (GOutputStream  *stream,
                              const void     *buffer,
                              gsize           count,
                              GCancellable   *cancellable,
                              GError        **error)
{
  return wire_write (TISOCK_TLS_WIRE_OUTPUT (stream)->wire, buffer, count, cancellable, error);
}

static gssize
tisock_tls_wire_output_write_nonblocking (GPollableOutputStream  *stream,
                                          const void             *buffer,
                                          gsize                   count,
                                          GError                **error)
{
  return wire_write (((TisockTlsWireOutput *) stream)->wire, buffer, count, NULL, error);
}

static void
tisock_tls_wire_output_finalize (GObject *object)
{
  wire_unref (TISOCK_TLS_WIRE_OUTPUT (object)->wire);

  G_OBJECT_CLASS (tisock_tls_wire_output_parent_class)->finalize (object);
}

static void
tisock_tls_wire_output_class_init (TisockTlsWireOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tisock_tls_wire_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = tisock_tls_wire_output_write;
}

static void
tisock_tls_wire_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->write_nonblocking = tisock_tls_wire_output_write_nonblocking;
}

static void
tisock_tls_wire_output_init (TisockTlsWireOutput *self)
{
}

/* Both */

static GInputStream *
tisock_tls_wire_get_input_stream (GIOStream *stream)
{
  return TISOCK_TLS_WIRE (stream)->input;
}

static GOutputStream *
tisock_tls_wire_get_output_stream (GIOStream *stream)
{
  return TISOCK_TLS_WIRE (stream)->output;
}

static void
tisock_tls_wire_finalize (GObject *object)
{
  TisockTlsWire *self = TISOCK_TLS_WIRE (object);

  g_object_unref (self->input);
  g_object_unref (self->output);
  wire_unref (self->wire);

  G_OBJECT_CLASS (tisock_tls_wire_parent_class)->finalize (object);
}

static void
tisock_tls_wire_class_init (TisockTlsWireClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tisock_tls_wire_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = tisock_tls_wire_get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = tisock_tls_wire_get_output_stream;
}

static void
tisock_tls_wire_init (TisockTlsWire *self)
{
  TisockTlsWireInput *input = g_object_new (TISOCK_TYPE_TLS_WIRE_INPUT, NULL);
  TisockTlsWireOutput *output = g_object_new (TISOCK_TYPE_TLS_WIRE_OUTPUT, NULL);

  self->wire = g_atomic_rc_box_new0 (Wire);
  g_mutex_init (&self->wire->lock);
  input->wire = g_atomic_rc_box_acquire (self->wire);
  output->wire = g_atomic_rc_box_acquire (self->wire);
  self->input = G_INPUT_STREAM (input);
  self->output = G_OUTPUT_STREAM (output);
}

TisockTlsWire *
tisock_tls_wire_new (GSocket         *socket,
                     TisockByteQueue *received)
{
  TisockTlsWire *self = g_object_new (TISOCK_TYPE_TLS_WIRE, NULL);

  self->wire->socket = g_object_ref (socket);
  self->wire->waiting = TRUE;
  tisock_byte_queue_append_queue (&self->wire->received, received);

  return self;
}

GSocket *
tisock_tls_wire_get_socket (TisockTlsWire *self)
{
  return self->wire->socket;
}

gint64
tisock_tls_wire_get_waited (TisockTlsWire *self)
{
  return wire_get_waited (self->wire);
}

void
tisock_tls_wire_stop_waiting (TisockTlsWire *self)
{
  self->wire->waiting = FALSE;
}

void
tisock_tls_wire_serve (TisockTlsWire *self)
{
  g_atomic_pointer_set (&self->wire->user, g_thread_self ());
}

void
tisock_tls_wire_lend (TisockTlsWire *self,
                      const guint8  *data,
                      gsize          length)
{
  g_assert (self->wire->n_lent == 0);

  self->wire->lent = data;
  self->wire->n_lent = length;
}

void
tisock_tls_wire_settle (TisockTlsWire *self)
{
  Wire *wire = self->wire;

  tisock_byte_queue_append (&wire->received, wire->lent, wire->n_lent);
  wire->lent = NULL;
  wire->n_lent = 0;
}

void
tisock_tls_wire_end (TisockTlsWire *self,
                     int            error_number)
{
  self->wire->ended = TRUE;
  if (self->wire->failure == 0)
    self->wire->failure = error_number;
}

gboolean
tisock_tls_wire_is_ended (TisockTlsWire *self)
{
  return self->wire->ended;
}

void
tisock_tls_wire_set_keeping (TisockTlsWire *self,
                             gboolean       keeping)
{
  self->wire->keeping = keeping != FALSE;
}

gboolean
tisock_tls_wire_flush (TisockTlsWire *self)
{
  return wire_flush (self->wire);
}

void
tisock_tls_wire_mute (TisockTlsWire *self)
{
  g_mutex_lock (&self->wire->lock);
  self->wire->muted = TRUE;
  g_mutex_unlock (&self->wire->lock);
}

int
tisock_tls_wire_get_failure (TisockTlsWire *self)
{
  return self->wire->failure;
}
