/* stream.c: a connected byte stream: its queues, limits, deadlines, and its end
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/stream.h"

#include "tisock-socket-error.h"

#include <errno.h>

/* How much of a long queue one turn sends. */
#define SEND_BUDGET (1024 * 1024)
#define SEND_VECTORS 16

static gboolean
is_reading (TisockStream *self)
{
  return tisock_stream_is_receiving (self) && !self->paused;
}

static void
update_interest (TisockStream *self)
{
  GIOCondition wanted = 0;

  if (is_reading (self))
    wanted |= G_IO_IN;
  if (self->queue.length > 0)
    wanted |= G_IO_OUT;

  if (self->transport != NULL)
    tisock_slot_want (&self->slot, wanted);
}

/* Deadlines */

/* The earlier of a deadline (-1: none) and one that is `timeout` ms after `since`. */
static gint64
add_deadline (gint64 deadline,
              gint64 since,
              guint  timeout)
{
  gint64 other = since + (gint64) timeout * G_TIME_SPAN_MILLISECOND;

  if (timeout == 0)
    return deadline;

  return deadline < 0 ? other : MIN (deadline, other);
}

static gint64
get_idle_deadline (TisockStream *self)
{
  return add_deadline (-1, MAX (self->last_received, self->last_sent),
                       self->settings->idle_timeout);
}

static gint64
get_stall_deadline (TisockStream *self)
{
  return self->queue.length > 0 ? add_deadline (-1, self->last_sent, self->settings->timeout) : -1;
}

static gint64
get_close_deadline (TisockStream *self)
{
  if (!self->closing)
    return -1;

  return add_deadline (-1, MAX (self->last_received, self->last_sent),
                       self->settings->close_timeout);
}

static gboolean
has_passed (gint64 deadline,
            gint64 now)
{
  return deadline >= 0 && deadline <= now;
}

static gint64
get_next_deadline (TisockStream *self)
{
  gint64 deadlines[] = {
    get_idle_deadline (self), get_stall_deadline (self), get_close_deadline (self),
  };
  gint64 next = -1;

  for (guint i = 0; i < G_N_ELEMENTS (deadlines); i++)
    if (deadlines[i] >= 0 && (next < 0 || deadlines[i] < next))
      next = deadlines[i];

  return next;
}

/* Progress only moves deadlines away: the timer is left to fire too early and to look again, so
 * that a timeout costs nothing while bytes flow. */
static void
update_timer (TisockStream *self)
{
  gint64 next = get_next_deadline (self);

  if (next < 0)
    tisock_reactor_clear_timer (self->reactor, &self->timer);
  else if (!tisock_timer_is_armed (&self->timer) || self->timer.deadline > next)
    tisock_reactor_set_timer (self->reactor, &self->timer, next);
}

/* The end */

static void
end_in_order (TisockStream *self,
              const char   *reason)
{
  self->funcs->ended (self,
                      g_error_new_literal (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION,
                                           reason),
                      0);
}

static void
end_for_failure (TisockStream *self)
{
  self->funcs->ended (self, g_steal_pointer (&self->failure), self->failure_number);
}

static void
end_for_timeout (TisockStream *self,
                 const char   *what,
                 guint         timeout)
{
  self->funcs->ended (self,
                      g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s for %u ms", what, timeout),
                      ETIMEDOUT);
}

static void
note_failure (TisockStream *self,
              GError       *error,
              int           error_number,
              const char   *operation)
{
  if (self->failure != NULL)
    {
      g_clear_error (&error);
      return;
    }

  if (error == NULL && (error_number == ECONNRESET || error_number == EPIPE))
    g_set_error (&error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION,
                 "%s: the connection is broken: %s", operation, g_strerror (error_number));
  else if (error == NULL)
    tisock_set_error_from_errno (&error, error_number, "%s", operation);

  self->failure = error;
  self->failure_number = error_number;
}

/* Reading */

static void
handle_eof (TisockStream *self)
{
  self->at_eof = TRUE;

  if (self->failure != NULL)
    end_for_failure (self);
  else if (self->write_ended)
    return;
  else if (self->settings->allow_half_open && !self->closing)
    self->funcs->happened (self, TISOCK_STREAM_EOF);
  else if (self->queue.length == 0)
    end_in_order (self, "The peer has closed the connection");
  else
    tisock_stream_shutdown (self);
}

/* 0: none. */
static guint64
get_receive_limit (TisockStream *self)
{
  guint64 limit = self->settings->receive_limit;

  return limit == 0 ? 0 : MAX (limit, self->needed);
}

static gsize
get_read_size (TisockStream *self)
{
  guint64 limit = get_receive_limit (self);

  if (limit == 0)
    return TISOCK_SCRATCH_SIZE;

  return (gsize) MIN (TISOCK_SCRATCH_SIZE, limit - self->received.length);
}

static void
update_paused (TisockStream *self)
{
  guint64 limit = get_receive_limit (self);

  if (limit == 0 || (self->paused && self->received.length <= limit / 2))
    self->paused = FALSE;
  else if (self->received.length >= limit)
    self->paused = TRUE;
}

static void
handle_read_failure (TisockStream *self,
                     GError       *error,
                     int           error_number)
{
  if (error_number != EAGAIN && error_number != EWOULDBLOCK)
    note_failure (self, error, error_number, "Could not receive");

  /* Also when the write side failed before, and now all is read. */
  if (self->failure != NULL)
    end_for_failure (self);
}

/* One read a turn: what is left makes the descriptor ready again, after the others. */
static void
receive (TisockStream *self)
{
  g_autoptr(GError) error = NULL;
  guint8 *scratch = tisock_reactor_get_scratch (self->reactor);
  gssize n;

  n = self->transport->funcs->read (self->transport, self->slot.fd,
                                    scratch, get_read_size (self), &error);
  if (n > 0)
    {
      tisock_reactor_lend_scratch (self->reactor, &self->received, (gsize) n);
      self->last_received = tisock_reactor_get_time (self->reactor);
      update_paused (self);
      self->funcs->happened (self, TISOCK_STREAM_RECEIVED);
    }
  else if (n == 0)
    {
      handle_eof (self);
    }
  else
    {
      handle_read_failure (self, g_steal_pointer (&error), errno);
    }
}

/* Writing */

static void
update_needs_drain (TisockStream *self)
{
  guint64 limit = self->settings->send_limit;

  if (!self->needs_drain)
    {
      self->needs_drain = limit != 0 && self->queue.length > limit;
    }
  else if (limit == 0 || self->queue.length <= limit / 2)
    {
      self->needs_drain = FALSE;
      self->funcs->happened (self, TISOCK_STREAM_DRAINED);
    }
}

/* What the peer sent before it broke the connection is still in the kernel: it is read first, and
 * the end of that is the end. */
static void
handle_write_failure (TisockStream *self,
                      GError       *error,
                      int           error_number)
{
  note_failure (self, error, error_number, "Could not send");
  self->cut = TRUE;
  tisock_byte_queue_clear (&self->queue);
  self->write_ending = self->write_ended = TRUE;
  update_interest (self);
  tisock_slot_queue (&self->slot);
}

/* How many bytes the transport takes now. */
static gsize
send_vectors (TisockStream        *self,
              const GOutputVector *vectors,
              guint                n_vectors)
{
  GError *error = NULL;
  gssize n;

  n = self->transport->funcs->write (self->transport, self->slot.fd, vectors, n_vectors, &error);
  if (n >= 0)
    {
      self->passed += (guint64) n;
      self->last_sent = tisock_reactor_get_time (self->reactor);
      return (gsize) n;
    }

  if (errno != EAGAIN && errno != EWOULDBLOCK)
    handle_write_failure (self, error, errno);

  return 0;
}

static gsize
sum_vectors (const GOutputVector *vectors,
             guint                n_vectors)
{
  gsize sum = 0;

  for (guint i = 0; i < n_vectors; i++)
    sum += vectors[i].size;

  return sum;
}

static void
end_writing_if_sent (TisockStream *self)
{
  if (!self->write_ending || self->write_ended || self->queue.length > 0)
    return;

  self->write_ended = TRUE;
  self->last_sent = tisock_reactor_get_time (self->reactor);
  self->transport->funcs->shutdown (self->transport, self->slot.fd, NULL);
  /* The end of both sides is the end; it is never said from inside a call of the program. */
  if (self->at_eof)
    tisock_slot_queue (&self->slot);
}

static void
send_queue (TisockStream *self)
{
  GOutputVector vectors[SEND_VECTORS];
  gsize sent = 0;

  while (self->queue.length > 0 && sent < SEND_BUDGET)
    {
      guint n_vectors = tisock_byte_queue_get_vectors (&self->queue, vectors, SEND_VECTORS);
      gsize wanted = sum_vectors (vectors, n_vectors);
      gsize n = send_vectors (self, vectors, n_vectors);

      tisock_byte_queue_skip (&self->queue, n);
      sent += n;
      if (n < wanted)
        break;
    }

  if (sent > 0)
    self->funcs->happened (self, TISOCK_STREAM_SENT);

  update_needs_drain (self);
  update_interest (self);
  end_writing_if_sent (self);
}

/* Turns */

static void
serve (TisockStream *self,
       GIOCondition  condition)
{
  if (self->queue.length > 0 && (condition & ~G_IO_IN) != 0)
    send_queue (self);

  if (is_reading (self) &&
      (condition != 0 || self->failure != NULL ||
       self->transport->funcs->pending (self->transport) > 0))
    receive (self);
  else if (self->failure != NULL)
    end_for_failure (self);

  if (self->transport != NULL && self->at_eof && self->write_ended)
    end_in_order (self, "The connection is closed: the peer and this side have ended it");

  update_interest (self);
}

static gboolean
is_socket_closed (TisockStream *self)
{
  return self->socket != NULL && g_socket_is_closed (self->socket);
}

static void
stream_ready (TisockSlot   *slot,
              GIOCondition  condition)
{
  TisockStream *self = (TisockStream *) slot;
  TisockReactor *reactor = self->reactor;

  /* Before there is a connection the slot is only queued, for what is to be said. */
  if (self->transport != NULL)
    {
      if (condition & G_IO_NVAL || is_socket_closed (self))
        {
          note_failure (self, NULL, EBADF, "The socket cannot be watched any more");
          end_for_failure (self);
        }
      else
        {
          serve (self, condition);
        }
    }

  self->funcs->served (self);
  tisock_reactor_settle_scratch (reactor);
}

void
tisock_stream_close_descriptor (TisockStream *self,
                                int           fd)
{
  if (self->socket != NULL)
    {
      g_socket_close (self->socket, NULL);
      g_clear_object (&self->socket);
      tisock_reactor_feed (self->reactor);
    }
  else if (fd >= 0)
    {
      tisock_descriptor_close (fd, self->reactor);
    }
}

/* All that belongs to one connection; what was received stays. */
static void
reset (TisockStream *self)
{
  tisock_reactor_clear_timer (self->reactor, &self->timer);
  if (self->transport != NULL)
    self->transport->funcs->free (self->transport);
  self->transport = NULL;
  self->cut = self->cut || self->queue.length > 0;
  tisock_byte_queue_clear (&self->queue);
  g_clear_error (&self->failure);
  self->paused = self->at_eof = self->needs_drain = FALSE;
  self->write_ending = self->write_ended = self->closing = FALSE;
}

static void
stream_lost (TisockSlot *slot)
{
  TisockStream *self = (TisockStream *) slot;
  int fd = slot->fd;

  slot->fd = -1;
  reset (self);
  tisock_stream_close_descriptor (self, fd);
  self->funcs->lost (self);
}

static const TisockSlotFuncs stream_slot_funcs = {
  .ready = stream_ready,
  .lost = stream_lost,
};

/* What can be read or sent is, before the peer is judged. */
static void
handle_deadline (TisockStream *self)
{
  gint64 now;

  serve (self, G_IO_IN | G_IO_OUT);
  if (self->transport == NULL)
    return;

  now = g_get_monotonic_time ();
  if (has_passed (get_stall_deadline (self), now))
    end_for_timeout (self, "Could not send: the peer has taken nothing", self->settings->timeout);
  else if (has_passed (get_close_deadline (self), now))
    end_in_order (self, "The connection is closed: the peer did not end its side in time");
  else if (has_passed (get_idle_deadline (self), now))
    end_for_timeout (self, "The connection is given up: it was idle", self->settings->idle_timeout);
  else
    update_timer (self);
}

static void
timer_cb (TisockTimer *timer)
{
  TisockStream *self =
    (TisockStream *) ((char *) timer - G_STRUCT_OFFSET (TisockStream, timer));
  G_GNUC_UNUSED g_autoptr(GObject) owner = g_object_ref (self->slot.owner);
  TisockReactor *reactor = self->reactor;

  if (self->transport != NULL)
    handle_deadline (self);

  self->funcs->served (self);
  tisock_reactor_settle_scratch (reactor);
}

/* For the owner */

void
tisock_stream_init (TisockStream                *self,
                    const TisockStreamFuncs     *funcs,
                    const TisockStreamSettings  *settings,
                    TisockReactor               *reactor,
                    gpointer                     owner)
{
  tisock_slot_init (&self->slot, &stream_slot_funcs, owner);
  self->timer.func = timer_cb;
  self->funcs = funcs;
  self->settings = settings;
  self->reactor = reactor;
}

gboolean
tisock_stream_attach (TisockStream  *self,
                      GError       **error)
{
  return tisock_reactor_attach (self->reactor, &self->slot, -1, 0, error);
}

gboolean
tisock_stream_start (TisockStream     *self,
                     int               fd,
                     TisockTransport  *transport,
                     GError          **error)
{
  self->last_received = self->last_sent = g_get_monotonic_time ();
  self->passed = self->reported = 0;
  self->cut = FALSE;

  if (!tisock_slot_set_fd (&self->slot, fd, self->paused ? 0 : G_IO_IN, error))
    {
      int error_number = errno;

      tisock_stream_close_descriptor (self, fd);
      errno = error_number;
      return FALSE;
    }

  self->transport = transport;
  update_paused (self);
  update_interest (self);
  update_timer (self);

  return TRUE;
}

int
tisock_stream_release (TisockStream *self)
{
  int fd = self->slot.fd;

  tisock_slot_detach (&self->slot);
  reset (self);

  return fd;
}

void
tisock_stream_stop (TisockStream *self)
{
  tisock_stream_close_descriptor (self, tisock_stream_release (self));
}

int
tisock_stream_get_fd (TisockStream *self)
{
  return self->slot.fd;
}

/* To be called after something was given to the transport or the queue. */
static void
note_written (TisockStream *self,
              gsize         sent)
{
  if (sent > 0 || (self->queue.length == 0 && self->failure == NULL))
    self->funcs->happened (self, TISOCK_STREAM_SENT);

  if (self->queue.length > 0)
    {
      update_needs_drain (self);
      update_interest (self);
      update_timer (self);
    }
}

void
tisock_stream_write (TisockStream *self,
                     const void   *data,
                     gsize         length)
{
  GOutputVector vector = { data, length };
  gsize sent = 0;

  if (self->queue.length == 0 && length > 0)
    {
      sent = send_vectors (self, &vector, 1);
      self->last_sent = sent < length ? g_get_monotonic_time () : self->last_sent;
    }

  if (sent < length && self->failure == NULL)
    tisock_byte_queue_append (&self->queue, (const guint8 *) data + sent, length - sent);

  note_written (self, sent);
}

void
tisock_stream_write_bytes (TisockStream *self,
                           GBytes       *bytes)
{
  GOutputVector vector;
  gsize length, sent = 0;

  vector.buffer = g_bytes_get_data (bytes, &length);
  vector.size = length;
  if (self->queue.length == 0 && length > 0)
    {
      sent = send_vectors (self, &vector, 1);
      self->last_sent = sent < length ? g_get_monotonic_time () : self->last_sent;
    }

  if (sent < length && self->failure == NULL)
    tisock_byte_queue_append_bytes (&self->queue, bytes, sent);

  note_written (self, sent);
}

void
tisock_stream_drop_queue (TisockStream *self,
                          guint64       end)
{
  guint64 length = MIN (end - MIN (end, self->passed), self->queue.length);

  tisock_byte_queue_skip (&self->queue, (gsize) length);
  self->passed += length;
  self->reported += length;
  update_needs_drain (self);
  update_interest (self);
  end_writing_if_sent (self);
}

void
tisock_stream_end_writing (TisockStream *self)
{
  self->write_ending = TRUE;
  end_writing_if_sent (self);
}

void
tisock_stream_shutdown (TisockStream *self)
{
  self->closing = TRUE;
  self->last_sent = g_get_monotonic_time ();
  tisock_stream_end_writing (self);
  if (self->transport != NULL)
    update_timer (self);
}

void
tisock_stream_resume (TisockStream *self)
{
  if (!self->paused)
    return;

  update_paused (self);
  update_interest (self);
}

void
tisock_stream_need (TisockStream *self,
                    guint64       length)
{
  self->needed = length;
  if (self->transport == NULL)
    return;

  /* Up to a higher limit there is room, also if more than half of it is taken. */
  self->paused = FALSE;
  update_paused (self);
  update_interest (self);
}

void
tisock_stream_update_settings (TisockStream               *self,
                               const TisockStreamSettings *settings)
{
  self->settings = settings;
  if (self->transport == NULL)
    return;

  self->last_received = g_get_monotonic_time ();
  update_paused (self);
  update_needs_drain (self);
  update_interest (self);
  update_timer (self);
}

void
tisock_stream_collect (TisockStream  *self,
                       TisockWaitSet *set)
{
  if (!tisock_slot_is_attached (&self->slot))
    return;

  g_ptr_array_add (set->slots, &self->slot);
  g_ptr_array_add (set->timers, &self->timer);
}
