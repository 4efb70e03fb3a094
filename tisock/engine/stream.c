/* stream.c: a connected byte stream: its queues, limits, deadlines, and its end
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/stream-private.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <unistd.h>

/* How much of a long queue one turn sends. */
#define SEND_BUDGET (1024 * 1024)
#define SEND_VECTORS 16

/* How much of a file is in memory at a time where the transport cannot take it from there. */
#define FILE_PIECE (64 * 1024)

static gboolean
is_reading (TisockStream *self)
{
  return tisock_stream_is_receiving (self) && !self->paused && !self->broken_off;
}

/* Also while what says that nothing more comes is still to be sent. */
static gboolean
is_sending (TisockStream *self)
{
  return self->queue.length > 0 || (self->write_ending && !self->write_ended);
}

static gboolean
has_pending (TisockStream *self)
{
  const TisockTransportFuncs *funcs = self->transport->funcs;

  return funcs->has_pending != NULL && funcs->has_pending (self->transport);
}

/* Nothing is read any more, but a stream that is fed from another one would otherwise not notice
 * that its peer has gone. */
static gboolean
is_watching (TisockStream *self)
{
  return self->at_eof && !self->write_ended && !self->hung_up &&
         tisock_stream_get_source (self) != NULL;
}

/* Nothing is ours any more then but the GSocket. */
static gboolean
is_socket_closed (TisockStream *self)
{
  return self->socket != NULL && g_socket_is_closed (self->socket);
}

static void
update_interest (TisockStream *self)
{
  GIOCondition wanted = 0;

  if (self->transport == NULL)
    return;

  if (is_socket_closed (self))
    {
      tisock_slot_forget_fd (&self->slot);
      tisock_slot_queue (&self->slot);
      return;
    }

  if (is_reading (self))
    wanted |= G_IO_IN;
  if (is_sending (self))
    wanted |= G_IO_OUT;
  if (is_watching (self))
    wanted |= G_IO_HUP;

  tisock_slot_want (&self->slot, wanted);
  if (wanted & G_IO_IN && has_pending (self))
    tisock_slot_queue (&self->slot);
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
  return is_sending (self) ? add_deadline (-1, self->last_sent, self->settings->timeout) : -1;
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

/* After a shutdown. What is still queued gets lost, which must not look like an end in order. */
static void
end_waiting_for_peer (TisockStream *self)
{
  if (self->failure != NULL)
    end_for_failure (self);
  else if (self->queue.length > 0)
    end_for_timeout (self, "Could not send all before the end: the peer has taken nothing",
                     self->settings->close_timeout);
  else
    end_in_order (self, "The connection is closed: the peer did not end its side in time");
}

void
tisock_stream_note_failure (TisockStream *self,
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

/* By somebody who has got the GSocket from us, or had it before us. */
static void
note_closing (TisockStream *self)
{
  GError *error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
                                       "The GIO socket of the connection was closed elsewhere");

  tisock_stream_note_failure (self, error, EBADF, NULL);
}

/* Reading */

/* While this side is fed from another stream it stays open after the peer's end. */
static void
act_on_eof (TisockStream *self)
{
  self->eof_due = FALSE;

  if (self->failure != NULL)
    end_for_failure (self);
  else if (self->write_ended)
    return;
  else if (self->settings->allow_half_open && !self->closing)
    self->funcs->happened (self, TISOCK_STREAM_EOF);
  else if (tisock_stream_get_source (self) != NULL)
    self->eof_due = TRUE;
  else if (self->queue.length == 0)
    end_in_order (self, "The peer has closed the connection");
  else
    tisock_stream_shutdown (self);
}

/* Before a stream with a target may end, what was moved has to be sent. Once a reset was told to
 * who sends, the system gives an end to who receives: it is none to be passed on. */
static void
handle_eof (TisockStream *self)
{
  TisockStream *target = tisock_stream_get_target (self);

  self->at_eof = TRUE;
  if (target == NULL || self->failure != NULL)
    {
      act_on_eof (self);
      return;
    }

  self->eof_due = TRUE;
  tisock_stream_end_sending (target);
}

/* 0: none. */
static guint64
get_receive_limit (TisockStream *self)
{
  TisockStream *target = tisock_stream_get_target (self);
  guint64 limit = self->settings->receive_limit;

  if (target != NULL)
    return target->settings->send_limit != 0 ? target->settings->send_limit : TISOCK_SPLICE_LIMIT;

  if (limit == 0 || !self->raised)
    return limit;

  return MAX (limit, self->funcs->needed (self));
}

/* What the limit is for. */
static gsize
get_held (TisockStream *self)
{
  TisockStream *target = tisock_stream_get_target (self);

  return target != NULL ? target->queue.length : self->received.length;
}

static gsize
get_read_size (TisockStream *self)
{
  guint64 limit = get_receive_limit (self);

  if (limit == 0)
    return TISOCK_SCRATCH_SIZE;

  return (gsize) MIN (TISOCK_SCRATCH_SIZE, limit - get_held (self));
}

static void
update_paused (TisockStream *self)
{
  TisockStream *target = tisock_stream_get_target (self);
  guint64 limit = get_receive_limit (self);
  gsize held = get_held (self);

  if (target != NULL && target->write_ending)
    self->paused = TRUE;
  else if (limit == 0 || (self->paused && held <= limit / 2))
    self->paused = FALSE;
  else if (held >= limit)
    self->paused = TRUE;
}

static void
handle_read_failure (TisockStream *self,
                     GError       *error,
                     int           error_number)
{
  if (error_number != EAGAIN && error_number != EWOULDBLOCK)
    tisock_stream_note_failure (self, error, error_number, "Could not receive");

  /* Also when the write side failed before, and now all is read. */
  if (self->failure != NULL)
    end_for_failure (self);
}

/* The target's own turn says what it has sent. */
static void
move (TisockStream *self,
      const guint8 *data,
      gsize         length)
{
  TisockStream *target = tisock_stream_get_target (self);

  self->links->transfer->moved += length;
  tisock_stream_write (target, data, length);
  tisock_slot_queue (&target->slot);
  self->funcs->happened (self, 0);
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
      self->last_received = tisock_reactor_get_time (self->reactor);
      if (tisock_stream_get_target (self) != NULL)
        {
          move (self, scratch, (gsize) n);
        }
      else
        {
          tisock_reactor_lend_scratch (self->reactor, &self->received, (gsize) n);
          self->funcs->happened (self, TISOCK_STREAM_RECEIVED);
        }
      update_paused (self);
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
  tisock_stream_note_failure (self, error, error_number, "Could not send");
  self->cut = TRUE;
  tisock_byte_queue_clear (&self->queue);
  self->write_ending = self->write_ended = TRUE;
  update_interest (self);
  tisock_slot_queue (&self->slot);
}

/* What came of giving bytes to the transport: how many it took. */
static gsize
note_taken (TisockStream *self,
            gssize        n,
            GError       *error,
            int           error_number)
{
  if (n >= 0)
    {
      self->passed += (guint64) n;
      self->last_sent = tisock_reactor_get_time (self->reactor);
      return (gsize) n;
    }

  if (error_number != EAGAIN && error_number != EWOULDBLOCK)
    handle_write_failure (self, error, error_number);

  return 0;
}

static gboolean
fails_as_closed (TisockStream *self)
{
  if (!is_socket_closed (self))
    return FALSE;

  note_closing (self);
  handle_write_failure (self, NULL, EBADF);

  return TRUE;
}

/* How many bytes the transport takes now, and with the first one what goes with it, if anything. */
static gsize
send_vectors (TisockStream        *self,
              const GOutputVector *vectors,
              guint                n_vectors,
              GUnixFDList         *descriptors)
{
  const TisockTransportFuncs *funcs = self->transport->funcs;
  GError *error = NULL;
  gssize n;

  if (fails_as_closed (self))
    return 0;

  if (descriptors == NULL)
    n = funcs->write (self->transport, self->slot.fd, vectors, n_vectors, &error);
  else
    n = funcs->send_descriptors (self->transport, self->slot.fd, vectors, n_vectors, descriptors,
                                 &error);

  return note_taken (self, n, error, errno);
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

/* FALSE if the transport takes no more now. */
static gboolean
send_memory (TisockStream *self)
{
  GOutputVector vectors[SEND_VECTORS];
  guint n_vectors = tisock_byte_queue_get_vectors (&self->queue, vectors, SEND_VECTORS);
  gsize wanted = sum_vectors (vectors, n_vectors);
  gsize n = send_vectors (self, vectors, n_vectors,
                          tisock_byte_queue_get_descriptors (&self->queue));

  tisock_byte_queue_skip (&self->queue, n);

  return n == wanted;
}

/* Files */

/* Drops what is left of the file at the head of the queue; without an errno it is too short. */
static void
drop_file (TisockStream *self,
           int           error_number)
{
  const TisockFileRun *run = tisock_byte_queue_get_file (&self->queue);
  gsize length = run->chunk.length;
  GError **error = &run->transfer->error;
  guint64 sent = run->transfer->moved;

  if (error_number == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                 "Could send only %" G_GUINT64_FORMAT " bytes of the file: it has become shorter",
                 sent);
  else
    tisock_set_error_from_errno (error, error_number, "Could not read the file after "
                                 "%" G_GUINT64_FORMAT " bytes that were sent", sent);

  tisock_byte_queue_skip (&self->queue, length);
  self->passed += length;
  self->reported += length;
}

/* After a failure the queue has no file any more. */
static void
skip_in_file (TisockStream *self,
              gsize         sent)
{
  if (sent == 0)
    return;

  tisock_byte_queue_get_file (&self->queue)->transfer->moved += sent;
  tisock_byte_queue_skip (&self->queue, sent);
}

static gsize
get_begun (TisockStream *self)
{
  const TisockTransportFuncs *funcs = self->transport->funcs;

  return funcs->get_begun != NULL ? funcs->get_begun (self->transport) : 0;
}

static gboolean
cannot_send_files (int error_number)
{
  return error_number == EINVAL || error_number == ENOSYS || error_number == EOPNOTSUPP;
}

/* Reads a piece of the file at the head of the queue, but what the transport is already at. -1 with
 * errno. */
static gssize
read_piece (TisockStream *self,
            guint8       *piece,
            gsize         length)
{
  const TisockFileRun *run = tisock_byte_queue_get_file (&self->queue);
  gsize begun = get_begun (self);
  gssize n;

  if (begun > 0)
    return (gssize) MIN (begun, length);

  do
    n = pread (run->fd, piece, length, (off_t) run->offset);
  while (n < 0 && errno == EINTR);

  return n;
}

/* By way of memory, which also tells whose failure it was if it could not be done without: that is
 * given, and the connection tells its reason only once. What is not taken will be read again. */
static gboolean
send_piece (TisockStream *self,
            gsize         length,
            int           failure)
{
  g_autofree guint8 *piece = g_malloc (length);
  GOutputVector vector = { piece, 0 };
  GError *error = NULL;
  gssize n = read_piece (self, piece, length);
  gsize sent;

  if (n <= 0)
    {
      drop_file (self, n < 0 ? errno : 0);
      return TRUE;
    }

  vector.size = (gsize) n;
  n = self->transport->funcs->write (self->transport, self->slot.fd, &vector, 1, &error);
  sent = note_taken (self, n, error,
                     errno == EPIPE && !cannot_send_files (failure) ? failure : errno);
  skip_in_file (self, sent);

  return sent == vector.size;
}

/* From the file at the head of the queue; FALSE if the transport takes no more now. */
static gboolean
send_file (TisockStream *self,
           gsize         most)
{
  const TisockTransportFuncs *funcs = self->transport->funcs;
  const TisockFileRun *run = tisock_byte_queue_get_file (&self->queue);
  gsize wanted = MIN (run->chunk.length, most);
  g_autoptr(GError) error = NULL;
  gssize n;

  if (fails_as_closed (self))
    return FALSE;

  if (funcs->send_file == NULL)
    return send_piece (self, MIN (wanted, FILE_PIECE), ENOSYS);

  n = funcs->send_file (self->transport, self->slot.fd, run->fd, run->offset, wanted, &error);
  if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
    return send_piece (self, MIN (wanted, FILE_PIECE), errno);

  if (n == 0)
    drop_file (self, 0);
  else
    skip_in_file (self, note_taken (self, n, NULL, errno));

  return n == 0 || n == (gssize) wanted;
}

/* The queue */

static void
end_writing_if_sent (TisockStream *self)
{
  TisockStream *source = tisock_stream_get_source (self);

  if (!self->write_ending || self->write_ended || self->queue.length > 0)
    return;

  if (!self->transport->funcs->shutdown (self->transport, self->slot.fd, NULL) &&
      (errno == EAGAIN || errno == EWOULDBLOCK))
    {
      tisock_stream_update (self);
      return;
    }

  self->write_ended = TRUE;
  self->last_sent = tisock_reactor_get_time (self->reactor);
  if (source != NULL)
    tisock_stream_finish_splice (source);
  /* The end of both sides is the end; it is never said from inside a call of the program. */
  if (self->at_eof)
    tisock_slot_queue (&self->slot);
}

void
tisock_stream_end_sending (TisockStream *self)
{
  self->write_ending = TRUE;
  end_writing_if_sent (self);
}

/* To be called when the queue has become shorter. */
static void
note_shortened (TisockStream *self)
{
  TisockStream *source = tisock_stream_get_source (self);

  update_needs_drain (self);
  if (source != NULL)
    tisock_stream_resume (source);
  end_writing_if_sent (self);
  update_interest (self);
}

static void
send_queue (TisockStream *self)
{
  guint64 start = self->passed;
  gboolean more = TRUE;

  while (more && self->queue.length > 0 && self->passed - start < SEND_BUDGET)
    {
      if (tisock_byte_queue_get_file (&self->queue) != NULL)
        more = send_file (self, (gsize) (start + SEND_BUDGET - self->passed));
      else
        more = send_memory (self);
    }

  if (self->passed > start)
    self->funcs->happened (self, TISOCK_STREAM_SENT);

  note_shortened (self);
}

void
tisock_stream_update (TisockStream *self)
{
  update_paused (self);
  update_interest (self);
  update_timer (self);
}

/* Turns */

/* Before a stream with links reads. */
static void
check_links (TisockStream *self,
             GIOCondition  condition)
{
  int error_number = 0;
  socklen_t size = sizeof error_number;

  /* The target's queue may have grown since. */
  update_paused (self);
  if (!is_watching (self) || (condition & (G_IO_HUP | G_IO_ERR)) == 0)
    return;

  self->hung_up = TRUE;
  getsockopt (self->slot.fd, SOL_SOCKET, SO_ERROR, &error_number, &size);
  if (error_number != 0)
    handle_write_failure (self, NULL, error_number);
}

static void
go_on_after_eof (TisockStream *self)
{
  if (self->eof_due && self->failure == NULL)
    act_on_eof (self);

  if (self->transport != NULL && self->write_ended)
    end_in_order (self, "The connection is closed: the peer and this side have ended it");
}

static void
serve (TisockStream *self,
       GIOCondition  condition)
{
  if (is_sending (self) && (condition & ~G_IO_IN) != 0)
    send_queue (self);
  if (self->links != NULL)
    check_links (self, condition);

  if (is_reading (self) &&
      (condition != 0 || self->failure != NULL || has_pending (self)))
    receive (self);
  else if (self->failure != NULL && self->queue.length == 0)
    end_for_failure (self);

  if (self->transport != NULL && self->at_eof && tisock_stream_get_target (self) == NULL)
    go_on_after_eof (self);

  update_interest (self);
}

static void
serve_or_end (TisockStream *self,
              GIOCondition  condition)
{
  if (is_socket_closed (self))
    note_closing (self);
  else if (condition & G_IO_NVAL)
    tisock_stream_note_failure (self, NULL, EBADF, "The socket cannot be watched any more");

  if (is_socket_closed (self) || condition & G_IO_NVAL)
    end_for_failure (self);
  else
    serve (self, condition);
}

static void
stream_ready (TisockSlot   *slot,
              GIOCondition  condition)
{
  TisockStream *self = (TisockStream *) slot;
  TisockReactor *reactor = self->reactor;

  /* Before there is a connection the slot is only queued, for what is to be said. */
  if (self->transport != NULL)
    serve_or_end (self, condition);

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

/* All that belongs to one connection; what was received stays, and whether that was all. */
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
  self->paused = self->needs_drain = FALSE;
  self->write_ending = self->write_ended = self->closing = FALSE;
  self->eof_due = self->hung_up = self->broken_off = FALSE;
}

static void
stream_lost (TisockSlot *slot)
{
  TisockStream *self = (TisockStream *) slot;
  int fd = slot->fd;

  tisock_stream_leave_links (self);
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

  serve_or_end (self, G_IO_IN | G_IO_OUT);
  if (self->transport == NULL)
    return;

  now = g_get_monotonic_time ();
  if (has_passed (get_stall_deadline (self), now))
    end_for_timeout (self, "Could not send: the peer has taken nothing", self->settings->timeout);
  else if (has_passed (get_close_deadline (self), now))
    end_waiting_for_peer (self);
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
  self->at_eof = FALSE;

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
    return FALSE;

  self->transport = transport;
  tisock_stream_update (self);

  return TRUE;
}

void
tisock_stream_set_transport (TisockStream    *self,
                             TisockTransport *transport)
{
  self->transport->funcs->free (self->transport);
  self->transport = transport;
}

int
tisock_stream_release (TisockStream *self)
{
  int fd;

  tisock_stream_leave_links (self);
  if (is_socket_closed (self) && tisock_slot_is_attached (&self->slot))
    tisock_slot_forget_fd (&self->slot);
  fd = self->slot.fd;
  tisock_slot_detach (&self->slot);
  reset (self);

  return fd;
}

void
tisock_stream_part (TisockStream *self)
{
  tisock_slot_take_fd (&self->slot);
  g_clear_object (&self->socket);
  reset (self);
}

/* Only if all was sent: otherwise the peer is to see that something is missing. */
static void
take_leave (TisockStream *self)
{
  const TisockTransportFuncs *funcs = self->transport->funcs;

  if (funcs->leave != NULL && self->queue.length == 0 && self->failure == NULL &&
      !self->write_ended && !is_socket_closed (self) && !tisock_reactor_is_lost (self->reactor))
    funcs->leave (self->transport);
}

void
tisock_stream_stop (TisockStream *self)
{
  if (self->transport != NULL)
    take_leave (self);

  tisock_stream_close_descriptor (self, tisock_stream_release (self));
}

int
tisock_stream_get_fd (TisockStream *self)
{
  return is_socket_closed (self) ? -1 : self->slot.fd;
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
      sent = send_vectors (self, &vector, 1, NULL);
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
      sent = send_vectors (self, &vector, 1, NULL);
      self->last_sent = sent < length ? g_get_monotonic_time () : self->last_sent;
    }

  if (sent < length && self->failure == NULL)
    tisock_byte_queue_append_bytes (&self->queue, bytes, sent);

  note_written (self, sent);
}

void
tisock_stream_send_appended (TisockStream *self,
                             gboolean      at_once)
{
  if (at_once && self->queue.length > 0)
    {
      self->last_sent = g_get_monotonic_time ();
      send_queue (self);
    }

  note_written (self, 0);
}

void
tisock_stream_send_file (TisockStream   *self,
                         int             fd,
                         goffset         offset,
                         gsize           length,
                         TisockTransfer *transfer)
{
  gboolean at_once = self->queue.length == 0;

  tisock_byte_queue_append_file (&self->queue, fd, offset, length, transfer);
  tisock_stream_send_appended (self, at_once);
}

void
tisock_stream_write_between (TisockStream *self,
                             GBytes       *bytes,
                             const void   *head,
                             gsize         head_length,
                             const void   *tail,
                             gsize         tail_length)
{
  gboolean at_once = self->queue.length == 0;

  tisock_byte_queue_append (&self->queue, head, head_length);
  tisock_byte_queue_append_bytes (&self->queue, bytes, 0);
  tisock_byte_queue_append (&self->queue, tail, tail_length);
  tisock_stream_send_appended (self, at_once);
}

void
tisock_stream_write_descriptors (TisockStream *self,
                                 const void   *data,
                                 gsize         length,
                                 GUnixFDList  *descriptors)
{
  gboolean at_once = self->queue.length == 0;

  tisock_byte_queue_append_descriptors (&self->queue, data, length, descriptors);
  tisock_stream_send_appended (self, at_once);
}

void
tisock_stream_drop_queue (TisockStream *self,
                          guint64       end)
{
  gsize length = (gsize) MIN (end - MIN (end, self->passed), self->queue.length);
  gsize begun = MIN (get_begun (self), length);

  tisock_byte_queue_skip (&self->queue, length);
  tisock_byte_queue_prepend_zeros (&self->queue, begun);
  self->passed += length - begun;
  self->reported += length - begun;
  note_shortened (self);
}

void
tisock_stream_end_writing (TisockStream *self)
{
  tisock_stream_refuse_source (self);
  tisock_stream_end_sending (self);
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
tisock_stream_raise_limit (TisockStream *self,
                           gboolean      raised)
{
  if (!raised && !self->raised)
    return;

  self->raised = raised != FALSE;
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
  tisock_stream_update (self);
  note_shortened (self);
}

static void
collect_one (TisockStream  *self,
             TisockWaitSet *set)
{
  g_ptr_array_add (set->slots, &self->slot);
  g_ptr_array_add (set->timers, &self->timer);
}

/* What is moved waits for the other stream as well. */
void
tisock_stream_collect (TisockStream  *self,
                       TisockWaitSet *set)
{
  TisockStream *target = tisock_stream_get_target (self);
  TisockStream *source = tisock_stream_get_source (self);

  if (!tisock_slot_is_attached (&self->slot))
    return;

  collect_one (self, set);
  if (target != NULL)
    collect_one (target, set);
  if (source != NULL && source != target)
    collect_one (source, set);
}
