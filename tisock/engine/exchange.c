/* exchange.c: a bound datagram socket: its queues, limits, and what gets lost
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/exchange.h"
#include "engine/packet-io.h"

#include <errno.h>
#include <netinet/in.h>

/* How many packets, and reports of failures, one turn deals with. */
#define SEND_BUDGET 256
#define FAILURE_BUDGET 64

/* How long to wait when the system has no memory for a packet: it does not tell when it has. */
#define MEMORY_DELAY G_TIME_SPAN_MILLISECOND

/* An answer to a question for a name is waited for, and memory. */
static gboolean
is_held_up (TisockExchange *self)
{
  return self->resolution != NULL || tisock_timer_is_armed (&self->timer);
}

static void
update_interest (TisockExchange *self)
{
  GIOCondition wanted = 0;

  if (!tisock_exchange_is_started (self))
    return;

  if (!self->paused)
    wanted |= G_IO_IN;
  if (self->queue.packets.length > 0 && !is_held_up (self))
    wanted |= G_IO_OUT;

  tisock_slot_want (&self->slot, wanted);
}

/* What the network reports */

/* Tells of what has become of packets that were sent before. How many reports there were. */
static guint
take_failures (TisockExchange *self)
{
  TisockEndpoint destination;
  int error_number;
  guint n = 0;

  while (n < FAILURE_BUDGET &&
         tisock_packets_take_failure (self->slot.fd, &destination, &error_number))
    {
      g_autofree char *where = tisock_endpoint_describe (&destination);
      GError *error = NULL;

      tisock_set_error_from_errno (&error, error_number, "Could not reach %s", where);
      self->funcs->failed (self, 0, error, error_number);
      n++;
    }

  return n;
}

/* The system had no room for a report, and kept the reason only. */
static void
fail_somewhere (TisockExchange *self,
                int             error_number)
{
  GError *error = NULL;

  tisock_set_error_from_errno (&error, error_number,
                               "Could not reach the destination of a datagram");
  self->funcs->failed (self, 0, error, error_number);
}

/* Leaves nothing behind that would make the descriptor ready again. */
static void
handle_error (TisockExchange *self)
{
  int error_number = 0;
  socklen_t size = sizeof error_number;

  if (take_failures (self) == 0 &&
      getsockopt (self->slot.fd, SOL_SOCKET, SO_ERROR, &error_number, &size) == 0 &&
      error_number != 0)
    fail_somewhere (self, error_number);
}

/* Receiving */

static void
update_paused (TisockExchange *self)
{
  guint64 limit = self->settings->receive_limit;
  gsize held = self->received.size;

  if (limit == 0 || (self->paused && held <= limit / 2))
    self->paused = FALSE;
  else if (held >= limit)
    self->paused = TRUE;
}

/* So many that only the last of them can go past the limit. */
static guint
get_batch (TisockExchange *self)
{
  guint64 limit = self->settings->receive_limit;

  if (limit == 0)
    return TISOCK_PACKET_BATCH;

  return (guint) CLAMP ((limit - MIN (limit, self->received.size)) / TISOCK_PACKET_MAXIMUM,
                        1, TISOCK_PACKET_BATCH);
}

guint64
tisock_exchange_count_missed (TisockExchange *self)
{
  guint32 now;

  if (!tisock_exchange_is_started (self))
    return self->missed;

  /* The system's counter is short. */
  now = tisock_packets_count_missed (self->slot.fd);
  self->missed += (guint32) (now - (guint32) self->missed);

  return self->missed;
}

/* One batch a turn: what is left makes the descriptor ready again, after the others. */
static void
receive (TisockExchange *self)
{
  gboolean missed = FALSE;
  int n = tisock_packets_receive (self->slot.fd, tisock_reactor_get_landing (self->reactor),
                                  TISOCK_PACKET_MAXIMUM, get_batch (self), &self->received,
                                  &missed);

  if (n >= 0)
    {
      if (missed)
        tisock_exchange_count_missed (self);
      update_paused (self);
      self->funcs->happened (self, TISOCK_EXCHANGE_RECEIVED);
    }
  else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
    {
      int error_number = errno;

      if (take_failures (self) == 0)
        fail_somewhere (self, error_number);
    }
}

/* Sending */

static void
update_needs_drain (TisockExchange *self)
{
  guint64 limit = self->settings->send_limit;

  if (!self->needs_drain)
    {
      self->needs_drain = limit != 0 && self->queue.size > limit;
    }
  else if (limit == 0 || self->queue.size <= limit / 2)
    {
      self->needs_drain = FALSE;
      self->funcs->happened (self, TISOCK_EXCHANGE_DRAINED);
    }
}

/* How many of the packets the system took; 0: none for now; -1 with errno: the first cannot be
 * sent. An error may be about packets that were sent before: then it is tried again. */
static int
send_packets (TisockExchange       *self,
              TisockPacket *const  *packets,
              guint                 n_packets)
{
  for (;;)
    {
      int n = tisock_packets_send (self->slot.fd, self->family, TRUE, packets, n_packets);
      int error_number = errno;

      if (n >= 0)
        return n;
      if (error_number == EAGAIN || error_number == EWOULDBLOCK)
        return 0;

      if (error_number == ENOBUFS || error_number == ENOMEM)
        {
          tisock_reactor_set_timer (self->reactor, &self->timer,
                                    g_get_monotonic_time () + MEMORY_DELAY);
          return 0;
        }

      if (error_number != EINTR && take_failures (self) == 0)
        {
          errno = error_number;
          return -1;
        }
    }
}

static void
describe_failure (TisockExchange  *self,
                  TisockPacket    *packet,
                  int              error_number,
                  GError         **error)
{
  g_autofree char *where = NULL;

  if (tisock_endpoint_is_set (&packet->remote))
    where = tisock_endpoint_describe (&packet->remote);

  tisock_set_error_from_errno (error, error_number,
                               "Could not send a datagram of %" G_GSIZE_FORMAT " bytes to %s",
                               packet->length, where != NULL ? where : "the peer");
}

static void
drop_first (TisockExchange *self,
            guint           n_packets)
{
  for (guint i = 0; i < n_packets; i++)
    tisock_packet_unref (tisock_packet_queue_pop (&self->queue));

  self->passed += n_packets;
  if (n_packets > 0)
    self->funcs->happened (self, TISOCK_EXCHANGE_SENT);
}

/* Takes the error. */
static void
fail_first (TisockExchange *self,
            GError         *error,
            int             error_number)
{
  self->unsent++;
  drop_first (self, 1);
  self->funcs->failed (self, self->passed, error, error_number);
}

/* FALSE if there is no first one that is known to be in vain. */
static gboolean
drop_doomed (TisockExchange *self)
{
  TisockPacket *first = tisock_packet_queue_peek (&self->queue);

  if (first == NULL || first->failure == NULL)
    return FALSE;

  fail_first (self, g_error_copy (first->failure), tisock_errno_from_error (first->failure));

  return TRUE;
}

/* The first packets of the queue, up to one that cannot be sent, or not yet. */
static guint
get_first (TisockExchange  *self,
           TisockPacket   **packets)
{
  guint n = 0;

  for (GList *link = self->queue.packets.head; link != NULL && n < TISOCK_PACKET_BATCH;
       link = link->next)
    {
      TisockPacket *packet = link->data;

      if (packet->name != NULL || packet->failure != NULL)
        break;
      packets[n++] = packet;
    }

  return n;
}

/* FALSE if no more can be sent now. */
static gboolean
send_batch (TisockExchange *self,
            guint          *n_done)
{
  TisockPacket *packets[TISOCK_PACKET_BATCH];
  guint n_packets = get_first (self, packets);
  GError *error = NULL;
  int n;

  if (n_packets == 0)
    {
      *n_done += 1;
      return drop_doomed (self);
    }

  n = send_packets (self, packets, n_packets);
  if (n < 0)
    {
      int error_number = errno;

      describe_failure (self, packets[0], error_number, &error);
      fail_first (self, error, error_number);
    }
  else
    {
      drop_first (self, (guint) n);
    }
  *n_done += (guint) ABS (n);

  return n != 0;
}

/* Names */

/* All that is queued for the name has its answer: the address, or the error that there is none.
 * Each of them stays in its place. */
static void
settle_name (TisockExchange       *self,
             const char           *name,
             const TisockEndpoint *address,
             const GError         *error)
{
  TisockPacketQueue queue = self->queue;
  TisockPacket *packet;

  memset (&self->queue, 0, sizeof self->queue);
  while ((packet = tisock_packet_queue_pop (&queue)) != NULL)
    {
      TisockPacket *settled = NULL;

      if (g_strcmp0 (packet->name, name) != 0)
        settled = tisock_packet_ref (packet);
      else if (address != NULL)
        settled = tisock_packet_copy_to (packet, address);
      else
        settled = tisock_packet_copy_doomed (packet, error);

      tisock_packet_queue_push (&self->queue, settled);
      tisock_packet_unref (packet);
    }
}

static void
note_answer (TisockExchange       *self,
             const TisockEndpoint *address,
             const GError         *error)
{
  g_autofree char *name = g_strdup (tisock_packet_queue_peek (&self->queue)->name);

  settle_name (self, name, address, error);
}

static void
resolved_cb (const TisockEndpoint *address,
             GError               *error,
             gpointer              user_data)
{
  TisockExchange *self = user_data;
  G_GNUC_UNUSED g_autoptr(GObject) owner = g_object_ref (self->slot.owner);

  /* The address is the resolution's. */
  note_answer (self, address, error);
  g_clear_pointer (&self->resolution, tisock_resolution_free);
  g_clear_error (&error);
  tisock_exchange_send_queue (self);
  self->funcs->served (self);
}

/* The queue waits behind it; what cannot even be asked for is in vain. */
static void
resolve_first (TisockExchange *self)
{
  TisockPacket *first = tisock_packet_queue_peek (&self->queue);
  g_autoptr(GError) error = NULL;
  int error_number;

  if (self->resolution != NULL || first == NULL || first->name == NULL)
    return;

  self->resolution = tisock_resolution_start (self->reactor, self->slot.owner, first->name,
                                              self->families, resolved_cb, self,
                                              &error_number, &error);
  if (self->resolution == NULL)
    note_answer (self, NULL, error);
}

void
tisock_exchange_send_queue (TisockExchange *self)
{
  guint n_done = 0;

  if (!is_held_up (self))
    {
      while (n_done < SEND_BUDGET && send_batch (self, &n_done))
        ;
      resolve_first (self);
    }

  update_needs_drain (self);
  update_interest (self);
}

/* Turns */

static void
serve (TisockExchange *self,
       GIOCondition    condition)
{
  if (condition & G_IO_ERR)
    handle_error (self);
  if (self->queue.packets.length > 0 && (condition & ~G_IO_IN) != 0)
    tisock_exchange_send_queue (self);
  if (condition & G_IO_IN && !self->paused)
    receive (self);

  update_interest (self);
}

static void
end_unwatched (TisockExchange *self)
{
  GError *error = NULL;

  tisock_set_error_from_errno (&error, EBADF, "The socket cannot be watched any more");
  self->funcs->ended (self, error, EBADF);
}

static void
exchange_ready (TisockSlot   *slot,
                GIOCondition  condition)
{
  TisockExchange *self = (TisockExchange *) slot;

  /* Before it is bound the slot is only queued, for what is to be said. */
  if (tisock_exchange_is_started (self))
    {
      if (condition & G_IO_NVAL)
        end_unwatched (self);
      else
        serve (self, condition);
    }

  self->funcs->served (self);
}

/* All that belongs to one life; what was received stays, and the counters. */
static void
reset (TisockExchange *self)
{
  tisock_reactor_clear_timer (self->reactor, &self->timer);
  g_clear_pointer (&self->resolution, tisock_resolution_free);
  tisock_packet_queue_clear (&self->queue);
  self->paused = self->needs_drain = FALSE;
}

static void
exchange_lost (TisockSlot *slot)
{
  TisockExchange *self = (TisockExchange *) slot;
  int fd = slot->fd;

  slot->fd = -1;
  reset (self);
  if (fd >= 0)
    tisock_descriptor_close (fd, self->reactor);
  self->funcs->lost (self);
}

static const TisockSlotFuncs exchange_slot_funcs = {
  .ready = exchange_ready,
  .lost = exchange_lost,
};

static void
timer_cb (TisockTimer *timer)
{
  TisockExchange *self =
    (TisockExchange *) ((char *) timer - G_STRUCT_OFFSET (TisockExchange, timer));
  G_GNUC_UNUSED g_autoptr(GObject) owner = g_object_ref (self->slot.owner);

  tisock_exchange_send_queue (self);
  self->funcs->served (self);
}

/* For the owner */

void
tisock_exchange_init (TisockExchange               *self,
                      const TisockExchangeFuncs    *funcs,
                      const TisockExchangeSettings *settings,
                      TisockReactor                *reactor,
                      gpointer                      owner)
{
  tisock_slot_init (&self->slot, &exchange_slot_funcs, owner);
  self->timer.func = timer_cb;
  self->funcs = funcs;
  self->settings = settings;
  self->reactor = reactor;
}

gboolean
tisock_exchange_attach (TisockExchange  *self,
                        GError         **error)
{
  self->passed = self->unsent = self->missed = 0;

  return tisock_reactor_attach (self->reactor, &self->slot, -1, 0, error);
}

/* What the descriptor was made for. */
static void
note_families (TisockExchange *self,
               int             fd)
{
  int only = TRUE;
  socklen_t size = sizeof only;

  self->family = tisock_descriptor_get_family (fd);
  if (self->family == AF_INET6)
    getsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size);

  self->families = self->family == AF_INET6 ? TISOCK_FAMILY_IPV6 : TISOCK_FAMILY_IPV4;
  if (!only)
    self->families |= TISOCK_FAMILY_IPV4;
}

gboolean
tisock_exchange_start (TisockExchange  *self,
                       int              fd,
                       GError         **error)
{
  note_families (self, fd);

  return tisock_slot_set_fd (&self->slot, fd, G_IO_IN, error);
}

void
tisock_exchange_stop (TisockExchange *self)
{
  int fd = self->slot.fd;

  tisock_exchange_count_missed (self);
  tisock_slot_detach (&self->slot);
  reset (self);
  if (fd >= 0)
    tisock_descriptor_close (fd, self->reactor);
}

gboolean
tisock_exchange_write (TisockExchange  *self,
                       TisockPacket    *packet,
                       gboolean         at_once,
                       int             *error_number,
                       GError         **error)
{
  int n = 0;

  if (at_once && self->queue.packets.length == 0 && packet->name == NULL)
    n = send_packets (self, &packet, 1);

  if (n > 0)
    {
      self->passed++;
      self->funcs->happened (self, TISOCK_EXCHANGE_SENT);
      return TRUE;
    }

  if (n < 0)
    {
      *error_number = errno;
      describe_failure (self, packet, *error_number, error);
      self->unsent++;
      return FALSE;
    }

  tisock_packet_queue_push (&self->queue, tisock_packet_ref (packet));
  resolve_first (self);
  update_needs_drain (self);
  update_interest (self);

  return TRUE;
}

void
tisock_exchange_resume (TisockExchange *self)
{
  if (!self->paused)
    return;

  update_paused (self);
  update_interest (self);
}

void
tisock_exchange_update_settings (TisockExchange *self,
                                 gboolean        other_receive_limit)
{
  if (!tisock_exchange_is_started (self))
    return;

  if (other_receive_limit)
    self->paused = FALSE;
  update_paused (self);
  update_needs_drain (self);
  update_interest (self);
}

void
tisock_exchange_collect (TisockExchange *self,
                         TisockWaitSet  *set)
{
  if (!tisock_slot_is_attached (&self->slot))
    return;

  g_ptr_array_add (set->slots, &self->slot);
  g_ptr_array_add (set->timers, &self->timer);
  if (self->resolution != NULL)
    tisock_resolution_collect (self->resolution, set);
}
