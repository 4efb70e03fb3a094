/* reactor.c: the slots of one GMainContext and the turns that serve them
 *
 * One GSource serves every socket of a context, so that the context's cost for an event does not
 * grow with their number. It exists only while there are slots.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/packet-io.h"
#include "engine/reactor-private.h"

#include <errno.h>

/* What one turn may do before the context's other sources have theirs. */
#define TURN_EVENTS 128
#define TURN_TIMERS 512
#define TURN_TIME (2 * G_TIME_SPAN_MILLISECOND)

/* About the size of a TCPSocket. */
#define PREFETCH_SIZE 576
#define PREFETCH_LINE 64

/* Copying to a place that does not begin a page takes the kernel twice as long. */
#define SCRATCH_ALIGNMENT 4096

#define NO_PLACE G_MAXUINT32

typedef struct
{
  GSource        parent_instance;

  TisockReactor *reactor;
} ReactorSource;

typedef struct
{
  TisockReactor *outer;
  gboolean       pushed;
} Turn;

/* Places and tokens */

static TisockToken
get_token (TisockSlot *slot)
{
  guint32 generation = slot->reactor->places[slot->index].generation;

  return (TisockToken) generation << 32 | slot->index;
}

/* The slot a token was made for, unless it has left since. */
static TisockSlot *
find_slot (TisockReactor *self,
           TisockToken    token)
{
  guint32 index = (guint32) token;

  if (index >= self->n_places || self->places[index].generation != (guint32) (token >> 32))
    return NULL;

  return self->places[index].slot;
}

static void
add_places (TisockReactor *self)
{
  guint n = MAX (16, self->n_places * 2);

  self->places = g_renew (TisockPlace, self->places, n);
  for (guint i = n; i-- > self->n_places;)
    {
      self->places[i].slot = NULL;
      self->places[i].generation = 0;
      self->places[i].next = self->free_places;
      self->free_places = i;
    }
  self->n_places = n;
}

static void
take_place (TisockReactor *self,
            TisockSlot    *slot)
{
  if (self->free_places == NO_PLACE)
    add_places (self);

  slot->reactor = self;
  slot->index = self->free_places;
  self->free_places = self->places[slot->index].next;
  self->places[slot->index].slot = slot;
  self->n_used++;
}

/* The place of a slot that leaves in a turn is not given away before the outermost turn is over. */
static void
leave_place (TisockSlot *slot)
{
  TisockReactor *self = slot->reactor;
  TisockPlace *place = &self->places[slot->index];
  guint32 *list = self->depth > 0 ? &self->left_places : &self->free_places;

  place->slot = NULL;
  place->generation++;
  place->next = *list;
  *list = slot->index;

  self->n_used--;
  slot->reactor = NULL;
  slot->armed = slot->wanted = 0;
  slot->changed = slot->queued = slot->unwatchable = FALSE;
}

static void
free_left_places (TisockReactor *self)
{
  while (self->left_places != NO_PLACE)
    {
      guint32 index = self->left_places;

      self->left_places = self->places[index].next;
      self->places[index].next = self->free_places;
      self->free_places = index;
    }
}

/* Interest */

static void
list_slot (GArray     *list,
           TisockSlot *slot)
{
  TisockToken token = get_token (slot);

  g_array_append_val (list, token);
}

void
tisock_slot_queue (TisockSlot *slot)
{
  if (slot->queued || slot->reactor == NULL)
    return;

  slot->queued = TRUE;
  list_slot (slot->reactor->queued, slot);
}

static gboolean
watch_slot (TisockSlot *slot)
{
  TisockReactor *self = slot->reactor;

  return slot->armed == slot->wanted ||
         self->backend_funcs->watch (self->backend, slot, get_token (slot));
}

/* Interest changes cost system calls: those of one turn are made together, before the poll. */
static void
apply_changes (TisockReactor *self)
{
  for (guint i = 0; i < self->changed->len; i++)
    {
      TisockSlot *slot = find_slot (self, g_array_index (self->changed, TisockToken, i));

      if (slot == NULL)
        continue;

      slot->changed = FALSE;
      if (slot->fd < 0 || watch_slot (slot))
        continue;

      slot->unwatchable = TRUE;
      tisock_slot_queue (slot);
    }

  g_array_set_size (self->changed, 0);
}

void
tisock_slot_want (TisockSlot   *slot,
                  GIOCondition  wanted)
{
  if (slot->wanted == (guint8) wanted)
    return;

  slot->wanted = (guint8) wanted;
  if (slot->changed || slot->reactor == NULL)
    return;

  slot->changed = TRUE;
  list_slot (slot->reactor->changed, slot);
}

/* Turns */

/* FALSE in the child of a handler that forked: what is left of the turn is the parent's. */
static gboolean
is_in_turn (TisockReactor *self)
{
  return tisock_reactor_current == self;
}

static void
begin_turn (TisockReactor *self,
            Turn          *turn)
{
  GMainContext *thread_default = g_main_context_get_thread_default ();

  if (thread_default == NULL)
    thread_default = g_main_context_default ();

  /* GLib does not do this for a source: without it, what a handler makes would belong elsewhere. */
  turn->pushed = self->context != NULL && thread_default != self->context;
  if (turn->pushed)
    g_main_context_push_thread_default (self->context);

  turn->outer = tisock_reactor_current;
  tisock_reactor_current = tisock_reactor_ref (self);
  self->depth++;
  self->time = g_get_monotonic_time ();
}

static void stop_if_unused (TisockReactor *self);

static void
end_turn (TisockReactor *self,
          Turn          *turn)
{
  if (is_in_turn (self))
    tisock_reactor_current = turn->outer;

  if (turn->pushed)
    g_main_context_pop_thread_default (self->context);

  if (--self->depth == 0)
    {
      free_left_places (self);
      stop_if_unused (self);
    }

  tisock_reactor_unref (self);
}

static void
call_slot (TisockSlot   *slot,
           GIOCondition  condition)
{
  GObject *owner = g_object_ref (slot->owner);

  slot->funcs->ready (slot, condition);
  g_object_unref (owner);
}

static void
serve_event (TisockReactor *self,
             TisockToken    token,
             GIOCondition   condition)
{
  TisockSlot *slot = find_slot (self, token);

  /* An earlier handler of the turn may have closed or paused it. */
  if (slot == NULL || slot->wanted == 0)
    return;

  condition &= slot->wanted | G_IO_ERR | G_IO_HUP | G_IO_NVAL;
  if (condition != 0)
    call_slot (slot, condition);
}

static void
serve_queued (TisockSlot *slot)
{
  GIOCondition condition = slot->unwatchable ? G_IO_NVAL : 0;

  slot->queued = slot->unwatchable = FALSE;
  call_slot (slot, condition);
}

/* Those that were queued when the turn came here: what they queue is for the next turn. */
static void
serve_queue (TisockReactor *self)
{
  g_autoptr(GArray) queue = NULL;

  if (self->queued->len == 0)
    return;

  queue = self->queued;
  self->queued = g_array_new (FALSE, FALSE, sizeof (TisockToken));

  for (guint i = 0; i < queue->len && is_in_turn (self); i++)
    {
      TisockSlot *slot = find_slot (self, g_array_index (queue, TisockToken, i));

      /* Not queued any more: wait() has served it since. */
      if (slot != NULL && slot->queued)
        serve_queued (slot);
    }
}

/* What a slot's owner keeps behind it is fetched from memory while the one before it is served:
 * among thousands of connections nothing of it is in the processor's cache. */
static void
prefetch_slot (TisockReactor *self,
               TisockToken    token)
{
  const char *start = (const char *) find_slot (self, token);

  for (gsize i = 0; start != NULL && i < PREFETCH_SIZE; i += PREFETCH_LINE)
    __builtin_prefetch (start + i);
}

/* Serves what the backend reports. TRUE if it was cut short, by the number or by the time. */
static gboolean
serve_events (TisockReactor *self)
{
  TisockEvent events[TURN_EVENTS];
  gint64 end = self->time + TURN_TIME;
  guint n;

  n = self->backend_funcs->collect (self->backend, events, G_N_ELEMENTS (events));

  for (guint i = 0; i < n; i++)
    {
      if (i + 1 < n)
        prefetch_slot (self, events[i + 1].token);

      serve_event (self, events[i].token, events[i].condition);
      if (!is_in_turn (self) || i + 1 == n)
        break;

      self->time = g_get_monotonic_time ();
      if (self->time >= end)
        return TRUE;
    }

  return n == G_N_ELEMENTS (events);
}

/* Whether lower priorities are to have an iteration now. Many short turns keep them waiting as well
 * as a long one does: a single socket may be ready in each. */
static gboolean
has_had_its_share (TisockReactor *self,
                   gint64         spent,
                   gboolean       cut)
{
  self->spent += spent;
  if (!cut && self->spent < TURN_TIME)
    return FALSE;

  self->spent = 0;

  return TRUE;
}

/* Input is read before deadlines are judged: a handler that took long is not the peers' silence. */
static void
take_turn (TisockReactor *self)
{
  gboolean cut = FALSE;
  gint64 start, now;
  Turn turn;

  begin_turn (self, &turn);
  start = self->time;

  if (self->backend_funcs->pending (self->backend))
    cut = serve_events (self);

  serve_queue (self);
  if (is_in_turn (self))
    {
      now = g_get_monotonic_time ();
      self->resting = has_had_its_share (self, now - start, cut);
      tisock_timer_wheel_expire (&self->wheel, now, TURN_TIMERS);
    }

  end_turn (self, &turn);
}

/* The source */

static gboolean
has_work (TisockReactor *self,
          gint64         now)
{
  gint64 next;

  if (self->queued->len > 0)
    return TRUE;

  next = tisock_timer_wheel_next (&self->wheel);

  return next >= 0 && next <= now;
}

static int
get_poll_timeout (TisockReactor *self,
                  gint64         now)
{
  gint64 next = tisock_timer_wheel_next (&self->wheel);

  if (next < 0)
    return -1;

  return (int) MIN ((next - now + 999) / 1000, G_MAXINT);
}

static gboolean
source_prepare (GSource *source,
                int     *timeout)
{
  TisockReactor *self = ((ReactorSource *) source)->reactor;
  gint64 now;

  if (tisock_reactor_is_forked (self))
    {
      /* The epoll set is the parent's as well: all that is ours to close is the descriptor. */
      g_source_destroy (source);
      return FALSE;
    }

  apply_changes (self);

  now = g_source_get_time (source);
  if (!has_work (self, now))
    {
      *timeout = get_poll_timeout (self, now);
      return FALSE;
    }

  *timeout = 0;

  return !self->resting;
}

static gboolean
source_check (GSource *source)
{
  TisockReactor *self = ((ReactorSource *) source)->reactor;

  if (self->resting)
    {
      self->resting = FALSE;
      return FALSE;
    }

  return self->backend_funcs->pending (self->backend) ||
         has_work (self, g_source_get_time (source));
}

static gboolean
source_dispatch (GSource     *source,
                 GSourceFunc  callback,
                 gpointer     user_data)
{
  TisockReactor *self = ((ReactorSource *) source)->reactor;

  if (self->source == source)
    take_turn (self);

  return G_SOURCE_CONTINUE;
}

static void
lose_slot (TisockSlot *slot)
{
  G_GNUC_UNUSED g_autoptr(GObject) owner = slot->owner;

  leave_place (slot);
  slot->funcs->lost (slot);
}

static void
source_finalize (GSource *source)
{
  TisockReactor *self = ((ReactorSource *) source)->reactor;

  /* Not stopped by us: its context has gone, or this is a forked child, which has no slots. */
  if (self->source == source)
    {
      gboolean forked = tisock_reactor_is_forked (self);

      self->source = NULL;
      tisock_reactor_forget_context (self);
      tisock_reactor_leave_context (self);
      for (guint i = 0; !forked && i < self->n_places; i++)
        if (self->places[i].slot != NULL)
          lose_slot (self->places[i].slot);

      g_clear_pointer (&self->backend, self->backend_funcs->close);
    }

  tisock_reactor_unref (self);
}

static GSourceFuncs source_funcs = {
  .prepare = source_prepare,
  .check = source_check,
  .dispatch = source_dispatch,
  .finalize = source_finalize,
};

static gboolean
start (TisockReactor  *self,
       GError        **error)
{
  g_autoptr(GSource) source = g_source_new (&source_funcs, sizeof (ReactorSource));

  ((ReactorSource *) source)->reactor = tisock_reactor_ref (self);
  g_source_set_static_name (source, "[tisock] reactor");
  /* Without it a nested loop in one handler would stop every other socket of the context. */
  g_source_set_can_recurse (source, TRUE);

  self->backend = self->backend_funcs->open (source, error);
  if (self->backend == NULL)
    return FALSE;

  tisock_timer_wheel_init (&self->wheel, g_get_monotonic_time ());
  self->resting = FALSE;
  self->source = source;
  g_source_attach (source, self->context);
  tisock_reactor_enter_context (self);

  return TRUE;
}

static void
stop (TisockReactor *self)
{
  GSource *source = g_steal_pointer (&self->source);
  TisockBackend *backend = g_steal_pointer (&self->backend);

  tisock_reactor_leave_context (self);
  /* The context's reference is the only one, and its dispatch may hold another: either may be
   * the last that keeps the reactor. */
  tisock_reactor_ref (self);
  g_source_destroy (source);
  self->backend_funcs->close (backend);
  g_array_set_size (self->changed, 0);
  g_array_set_size (self->queued, 0);
  g_array_set_size (self->starving, 0);
  g_clear_pointer (&self->scratch, g_aligned_free);
  g_clear_pointer (&self->landing, g_free);
  tisock_reactor_unref (self);
}

static void
stop_if_unused (TisockReactor *self)
{
  if (self->n_used == 0 && self->depth == 0 && self->source != NULL &&
      !tisock_reactor_is_forked (self))
    stop (self);
}

/* Slots */

gboolean
tisock_reactor_attach (TisockReactor  *self,
                       TisockSlot     *slot,
                       int             fd,
                       GIOCondition    wanted,
                       GError        **error)
{
  if (self->source == NULL && self->context != NULL && !start (self, error))
    return FALSE;

  if (tisock_reactor_is_lost (self))
    {
      errno = 0;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "The socket's main context does not exist any more");
      return FALSE;
    }

  take_place (self, slot);
  g_object_ref (slot->owner);
  if (fd >= 0 && !tisock_slot_set_fd (slot, fd, wanted, error))
    {
      tisock_slot_detach (slot);
      return FALSE;
    }

  return TRUE;
}

gboolean
tisock_slot_set_fd (TisockSlot    *slot,
                    int            fd,
                    GIOCondition   wanted,
                    GError       **error)
{
  g_assert (slot->armed == 0);

  slot->fd = fd;
  slot->wanted = (guint8) wanted;
  if (watch_slot (slot))
    return TRUE;

  tisock_set_error_from_errno (error, errno, "Could not watch descriptor %d", fd);
  slot->fd = -1;
  slot->wanted = 0;

  return FALSE;
}

int
tisock_slot_take_fd (TisockSlot *slot)
{
  int fd = slot->fd;

  /* Before the descriptor is closed: a duplicate of it would keep the registration alive. */
  if (slot->armed != 0 && slot->reactor->source != NULL)
    {
      slot->wanted = 0;
      watch_slot (slot);
    }

  slot->armed = slot->wanted = 0;
  slot->fd = -1;

  return fd;
}

void
tisock_slot_forget_fd (TisockSlot *slot)
{
  TisockReactor *self = slot->reactor;

  if (slot->armed != 0 && self->source != NULL)
    self->backend_funcs->forget (self->backend, slot);

  slot->armed = slot->wanted = 0;
  slot->fd = -1;
}

void
tisock_slot_detach (TisockSlot *slot)
{
  TisockReactor *self = slot->reactor;
  G_GNUC_UNUSED g_autoptr(GObject) owner = NULL;

  if (self == NULL)
    return;

  tisock_slot_take_fd (slot);
  owner = slot->owner;
  leave_place (slot);
  stop_if_unused (self);
}

void
tisock_reactor_starve (TisockReactor *self,
                       TisockSlot    *slot)
{
  TisockToken token = get_token (slot);

  for (guint i = 0; i < self->starving->len; i++)
    if (g_array_index (self->starving, TisockToken, i) == token)
      return;

  g_array_append_val (self->starving, token);
}

void
tisock_reactor_feed (TisockReactor *self)
{
  for (guint i = 0; i < self->starving->len; i++)
    {
      TisockSlot *slot = find_slot (self, g_array_index (self->starving, TisockToken, i));

      if (slot != NULL)
        tisock_slot_queue (slot);
    }

  g_array_set_size (self->starving, 0);
}

/* Time */

gint64
tisock_reactor_get_time (TisockReactor *self)
{
  return self->depth > 0 ? self->time : g_get_monotonic_time ();
}

void
tisock_reactor_set_timer (TisockReactor *self,
                          TisockTimer   *timer,
                          gint64         deadline)
{
  if (self->source != NULL)
    tisock_timer_wheel_set (&self->wheel, timer, deadline);
}

void
tisock_reactor_clear_timer (TisockReactor *self,
                            TisockTimer   *timer)
{
  if (tisock_timer_is_armed (timer))
    tisock_timer_wheel_clear (&self->wheel, timer);
}

/* The scratch buffer */

guint8 *
tisock_reactor_get_scratch (TisockReactor *self)
{
  tisock_reactor_settle_scratch (self);

  if (self->scratch == NULL)
    self->scratch = g_aligned_alloc (1, TISOCK_SCRATCH_SIZE, SCRATCH_ALIGNMENT);

  return self->scratch;
}

void
tisock_reactor_lend_scratch (TisockReactor   *self,
                             TisockByteQueue *queue,
                             gsize            length)
{
  tisock_byte_queue_lend (queue, &self->loan, self->scratch, length);
  self->borrower = queue;
}

void
tisock_reactor_settle_scratch (TisockReactor *self)
{
  if (self->borrower != NULL)
    tisock_byte_queue_settle (g_steal_pointer (&self->borrower));
}

/* Most of it is never touched, and so not there: few datagrams are long. */
guint8 *
tisock_reactor_get_landing (TisockReactor *self)
{
  if (self->landing == NULL)
    self->landing = g_malloc (TISOCK_LANDING_SIZE);

  return self->landing;
}

/* Waiting without the context */

static gint64
get_earliest_deadline (TisockWaitSet *set,
                       gint64         deadline)
{
  for (guint i = 0; i < set->timers->len; i++)
    {
      TisockTimer *timer = g_ptr_array_index (set->timers, i);

      if (tisock_timer_is_armed (timer) && (deadline < 0 || timer->deadline < deadline))
        deadline = timer->deadline;
    }

  return deadline;
}

/* ms for poll(), rounded up; -1 for ever. */
static int
get_set_timeout (TisockWaitSet *set,
                 gint64         deadline)
{
  for (guint i = 0; i < set->slots->len; i++)
    if (((TisockSlot *) g_ptr_array_index (set->slots, i))->queued)
      return 0;

  if (deadline < 0)
    return -1;

  return (int) CLAMP ((deadline - g_get_monotonic_time () + 999) / 1000, 0, G_MAXINT);
}

/* Polls the set's descriptors; their results come back as events, queued slots as NVAL or none. */
static GArray *
poll_set (TisockWaitSet *set,
          gint64         deadline)
{
  GArray *events = g_array_new (FALSE, FALSE, sizeof (TisockEvent));
  guint n_slots = set->slots->len;
  g_autofree GPollFD *fds = g_new0 (GPollFD, n_slots + 1);

  fds[n_slots].fd = set->waker != NULL ? set->waker->watched_fd : -1;
  fds[n_slots].events = G_IO_IN;
  for (guint i = 0; i < n_slots; i++)
    {
      TisockSlot *slot = g_ptr_array_index (set->slots, i);

      fds[i].fd = slot->wanted != 0 ? slot->fd : -1;
      fds[i].events = slot->wanted;
    }

  if (g_poll (fds, n_slots + 1, get_set_timeout (set, deadline)) < 0)
    return events;

  for (guint i = 0; i < n_slots; i++)
    {
      TisockSlot *slot = g_ptr_array_index (set->slots, i);
      TisockEvent event = { get_token (slot), (GIOCondition) fds[i].revents };

      if (event.condition != 0 || slot->queued)
        g_array_append_val (events, event);
    }

  return events;
}

static void
serve_polled (TisockReactor *self,
              GArray        *events)
{
  for (guint i = 0; i < events->len; i++)
    {
      TisockEvent *event = &g_array_index (events, TisockEvent, i);
      TisockSlot *slot;

      if (event->condition != 0)
        serve_event (self, event->token, event->condition);

      slot = find_slot (self, event->token);
      if (slot != NULL && slot->queued)
        serve_queued (slot);
    }
}

/* One timer only: what it does may free the others. */
static gboolean
expire_polled (TisockReactor *self,
               TisockWaitSet *set)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < set->timers->len; i++)
    {
      TisockTimer *timer = g_ptr_array_index (set->timers, i);

      if (!tisock_timer_is_armed (timer) || timer->deadline > now)
        continue;

      tisock_reactor_clear_timer (self, timer);
      timer->func (timer);

      return TRUE;
    }

  return FALSE;
}

gboolean
tisock_reactor_wait (TisockReactor *self,
                     TisockWaitSet *set,
                     gint64         deadline)
{
  g_autoptr(GArray) events = poll_set (set, get_earliest_deadline (set, deadline));
  gboolean served = events->len > 0;
  Turn turn;

  begin_turn (self, &turn);

  if (served)
    serve_polled (self, events);
  else
    served = expire_polled (self, set);

  end_turn (self, &turn);

  return served;
}
