/* loan.c: a connection that is lent to users of GIO, who may come from any thread
 *
 * Nobody closes a descriptor that another thread is waiting for, or about to use: it is only shut
 * down, which wakes whoever waits, and the last user closes it.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/doorbell.h"
#include "engine/loan.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

struct _TisockLoan
{
  /* The owner's, and in its context only. */
  TisockSlot       slot;
  TisockLoanFunc   ended_func;

  gatomicrefcount  ref_count;
  GSocket         *socket;
  pid_t            process;

  /* Guards what follows. */
  GMutex           lock;
  TisockDoorbell   doorbell;    /* rung by who ends the loan; closed by the owner */
  TisockByteQueue  received;    /* to be read before what is in the socket */
  guint            n_users;     /* the owner, operations and sources; the last closes the socket */
  gboolean         ended;
};

typedef struct
{
  GSource       parent_instance;

  TisockLoan   *loan;
  GIOCondition  condition;
  gboolean      entered;
} LoanSource;

/* Under the lock */

static void
end (TisockLoan *self)
{
  if (self->ended)
    return;

  self->ended = TRUE;
  tisock_byte_queue_clear (&self->received);

  /* In a forked child the connection and the doorbell are those of the parent. */
  if (self->process != getpid ())
    return;

  shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
  tisock_doorbell_ring (&self->doorbell);
}

static void
drop_user (TisockLoan *self)
{
  if (--self->n_users == 0)
    g_socket_close (self->socket, NULL);
}

/* For the owner */

static void
loan_ready (TisockSlot   *slot,
            GIOCondition  condition)
{
  TisockLoan *self = (TisockLoan *) slot;

  self->ended_func (self, slot->owner);
}

static void
close_doorbell (TisockLoan *self)
{
  g_mutex_lock (&self->lock);
  tisock_doorbell_close (&self->doorbell);
  end (self);
  g_mutex_unlock (&self->lock);
}

static void
loan_lost (TisockSlot *slot)
{
  close_doorbell ((TisockLoan *) slot);
}

static const TisockSlotFuncs loan_slot_funcs = {
  .ready = loan_ready,
  .lost = loan_lost,
};

static gboolean
watch_doorbell (TisockLoan     *self,
                TisockReactor  *reactor,
                GError        **error)
{
  if (!tisock_doorbell_open (&self->doorbell))
    {
      tisock_set_error_from_errno (error, errno, "Could not lend the connection");
      return FALSE;
    }

  return tisock_reactor_attach (reactor, &self->slot, self->doorbell.watched_fd, G_IO_IN, error);
}

TisockLoan *
tisock_loan_new (TisockReactor   *reactor,
                 GObject         *owner,
                 GSocket         *socket,
                 TisockLoanFunc   ended,
                 GError         **error)
{
  TisockLoan *self = g_new0 (TisockLoan, 1);
  int error_number;

  tisock_slot_init (&self->slot, &loan_slot_funcs, owner);
  self->ended_func = ended;
  g_atomic_ref_count_init (&self->ref_count);
  self->socket = g_object_ref (socket);
  self->process = getpid ();
  g_mutex_init (&self->lock);
  self->doorbell = (TisockDoorbell) TISOCK_DOORBELL_CLOSED;
  self->n_users = 1;

  if (watch_doorbell (self, reactor, error))
    return self;

  error_number = errno;
  tisock_doorbell_close (&self->doorbell);
  tisock_loan_unref (self);
  errno = error_number;

  return NULL;
}

void
tisock_loan_give (TisockLoan      *self,
                  TisockByteQueue *received)
{
  tisock_byte_queue_settle (received);

  g_mutex_lock (&self->lock);
  self->received = *received;
  memset (received, 0, sizeof *received);
  g_mutex_unlock (&self->lock);
}

/* Under one lock, so that who wakes up by it finds that the loan has ended. */
void
tisock_loan_reset (TisockLoan *self)
{
  struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

  g_mutex_lock (&self->lock);
  connect (g_socket_get_fd (self->socket), &nowhere, sizeof nowhere);
  end (self);
  g_mutex_unlock (&self->lock);
}

void
tisock_loan_withdraw (TisockLoan *self)
{
  TisockReactor *reactor = self->slot.reactor;

  tisock_slot_detach (&self->slot);
  close_doorbell (self);

  g_mutex_lock (&self->lock);
  drop_user (self);
  g_mutex_unlock (&self->lock);

  if (reactor != NULL)
    tisock_reactor_feed (reactor);
  tisock_loan_unref (self);
}

void
tisock_loan_collect (TisockLoan    *self,
                     TisockWaitSet *set)
{
  if (tisock_slot_is_attached (&self->slot))
    g_ptr_array_add (set->slots, &self->slot);
}

GSocket *
tisock_loan_get_socket (TisockLoan *self)
{
  return self->socket;
}

/* For borrowers */

TisockLoan *
tisock_loan_ref (TisockLoan *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
tisock_loan_unref (TisockLoan *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  tisock_byte_queue_clear (&self->received);
  g_mutex_clear (&self->lock);
  g_object_unref (self->socket);
  g_free (self);
}

static void
set_closed_error (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
}

GSocket *
tisock_loan_enter (TisockLoan  *self,
                   GError     **error)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  if (!ended)
    self->n_users++;
  g_mutex_unlock (&self->lock);

  if (!ended)
    return self->socket;

  set_closed_error (error);

  return NULL;
}

/* TRUE if the loan has ended. */
static gboolean
leave (TisockLoan *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  drop_user (self);
  g_mutex_unlock (&self->lock);

  return ended;
}

gssize
tisock_loan_leave (TisockLoan  *self,
                   gssize       n,
                   GError      *failure,
                   GError     **error)
{
  if (leave (self) && n <= 0)
    {
      g_clear_error (&failure);
      set_closed_error (&failure);
      n = -1;
    }

  if (failure != NULL)
    g_propagate_error (error, failure);

  return n;
}

gsize
tisock_loan_take (TisockLoan *self,
                  void       *buffer,
                  gsize       size)
{
  gsize n;

  g_mutex_lock (&self->lock);
  n = tisock_byte_queue_copy (&self->received, 0, buffer, size);
  tisock_byte_queue_skip (&self->received, n);
  g_mutex_unlock (&self->lock);

  return n;
}

/* Whatever the socket has to say. */
static gboolean
is_ready_before (TisockLoan   *self,
                 GIOCondition  condition)
{
  gboolean ready;

  g_mutex_lock (&self->lock);
  ready = self->ended || (condition & G_IO_IN && self->received.length > 0);
  g_mutex_unlock (&self->lock);

  return ready;
}

gboolean
tisock_loan_is_ready (TisockLoan   *self,
                      GIOCondition  condition)
{
  GSocket *socket = tisock_loan_enter (self, NULL);
  gboolean ready;

  if (socket == NULL)
    return TRUE;

  ready = is_ready_before (self, condition) || g_socket_condition_check (socket, condition) != 0;
  leave (self);

  return ready;
}

void
tisock_loan_end (TisockLoan *self)
{
  g_mutex_lock (&self->lock);
  end (self);
  g_mutex_unlock (&self->lock);
}

/* Sources. One is ready when the socket is, or at once. While it exists it is a user: who waits in
 * its context, and wakes up when the loan has ended, must not find another one's descriptor. */

static gboolean
loan_source_prepare (GSource *source,
                     int     *timeout)
{
  LoanSource *self = (LoanSource *) source;

  *timeout = -1;

  return is_ready_before (self->loan, self->condition);
}

static gboolean
loan_source_check (GSource *source)
{
  LoanSource *self = (LoanSource *) source;

  return is_ready_before (self->loan, self->condition);
}

static gboolean
loan_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
loan_source_finalize (GSource *source)
{
  LoanSource *self = (LoanSource *) source;

  if (self->entered)
    leave (self->loan);
  tisock_loan_unref (self->loan);
}

static GSourceFuncs loan_source_funcs = {
  .prepare = loan_source_prepare,
  .check = loan_source_check,
  .dispatch = loan_source_dispatch,
  .finalize = loan_source_finalize,
};

GSource *
tisock_loan_create_source (TisockLoan   *self,
                           GObject      *stream,
                           GIOCondition  condition,
                           GCancellable *cancellable)
{
  g_autoptr(GSource) source = g_source_new (&loan_source_funcs, sizeof (LoanSource));
  LoanSource *loan_source = (LoanSource *) source;
  g_autoptr(GSource) socket_source = NULL;
  GSource *whole = g_pollable_source_new (stream);
  GSocket *socket;

  loan_source->loan = tisock_loan_ref (self);
  loan_source->condition = condition;
  socket = tisock_loan_enter (self, NULL);
  loan_source->entered = socket != NULL;

  g_source_add_child_source (whole, source);
  if (socket == NULL)
    return whole;

  /* The last child goes first: it leaves the descriptor alone before the loan is left. */
  socket_source = g_socket_create_source (socket, condition, cancellable);
  g_source_set_dummy_callback (socket_source);
  g_source_add_child_source (whole, socket_source);

  return whole;
}
