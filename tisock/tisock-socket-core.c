/* tisock-socket-core.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/unix-name.h"
#include "tisock-local-address.h"
#include "tisock-socket-core-private.h"
#include "tisock-socket-error.h"

/**
 * TisockSocketCore:
 *
 * What all sockets have in common.
 *
 * A socket is an object with a few properties and signals that buffers by
 * itself and runs on the main loop. It is opened with [method@SocketCore.open],
 * says what happens to it by signals, and can be opened again once its life has
 * ended: each life ends with exactly one [signal@SocketCore::closed].
 *
 * A socket belongs to the main context that was the thread-default one when it
 * was made, and may be used only by the thread that runs this context, or while
 * no thread does. From its opening to `closed` it stays alive without a
 * reference of the program's.
 *
 * This class is abstract: see [class@TCPSocket]. It has the members of Xojo's
 * `SocketCore`.
 *
 * Since: 1.0
 */

typedef enum
{
  PROP_HANDLE = 1,
  PROP_IS_CONNECTED,
  PROP_LOCAL_ADDRESS,
  PROP_NETWORK_INTERFACE,
  PROP_PORT,
  PROP_STATE,
  PROP_LAST_ERROR_NUMBER,
} TisockSocketCoreProperty;

static GParamSpec *properties[PROP_LAST_ERROR_NUMBER + 1];

enum
{
  SIGNAL_DATA_AVAILABLE,
  SIGNAL_ERROR,
  SIGNAL_SEND_COMPLETE,
  SIGNAL_CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (TisockSocketCore, tisock_socket_core, G_TYPE_OBJECT)

#define GET_PRIVATE(self) \
  ((TisockSocketCorePrivate *) tisock_socket_core_get_instance_private (self))

TisockSocketCorePrivate *
tisock_socket_core_get_private (TisockSocketCore *self)
{
  return GET_PRIVATE (self);
}

/* Who listens */

/* Not g_signal_has_handler_pending(): it looks for handlers of all properties only, and misses
 * those of `notify::state`. */
static gboolean
has_handler (gpointer object,
             guint    signal_id)
{
  return g_signal_handler_find (object, G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_UNBLOCKED, signal_id, 0,
                                NULL, NULL, NULL) != 0;
}

gboolean
tisock_has_listener (gpointer object,
                     guint    signal_id,
                     gpointer slot)
{
  return slot != NULL || has_handler (object, signal_id);
}

gboolean
tisock_is_watched (gpointer object)
{
  static guint notify_id;

  if (G_UNLIKELY (notify_id == 0))
    notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);

  return tisock_has_listener (object, notify_id, (gpointer) G_OBJECT_GET_CLASS (object)->notify);
}

static void
notify (TisockSocketCore         *self,
        TisockSocketCoreProperty  property)
{
  if (tisock_is_watched (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/* What changes when a life begins or ends. */
static void
notify_life (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  if (!tisock_is_watched (self))
    return;

  g_object_freeze_notify (G_OBJECT (self));
  notify (self, PROP_HANDLE);
  notify (self, PROP_IS_CONNECTED);
  notify (self, PROP_LOCAL_ADDRESS);
  notify (self, PROP_PORT);
  notify (self, PROP_STATE);
  priv->operations->notify (self);
  g_object_thaw_notify (G_OBJECT (self));
}

/* Private: for the classes of this library */

void
tisock_socket_core_set_operations (TisockSocketCore             *self,
                                   const TisockSocketOperations *operations)
{
  GET_PRIVATE (self)->operations = operations;
}

TisockReactor *
tisock_socket_core_get_reactor (TisockSocketCore *self)
{
  return GET_PRIVATE (self)->reactor;
}

gboolean
tisock_socket_core_check (TisockSocketCore *self,
                          const char       *function)
{
  return tisock_reactor_check (GET_PRIVATE (self)->reactor, function);
}

/* Failures */

/* Whether the number is another one now, of which nobody has been notified. */
static gboolean
note_error_number (TisockSocketCore *self,
                   const GError     *error,
                   int               error_number)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  int before = priv->last_error_number;

  priv->changes++;
  priv->last_error_number =
    error->domain == TISOCK_SOCKET_ERROR ? error->code : error_number;

  return priv->last_error_number != before;
}

void
tisock_socket_core_release_hold (TisockSocketCore *self)
{
  GET_PRIVATE (self)->held--;
  tisock_socket_core_settle (self);
  GET_PRIVATE (self)->operations->announce (self);
}

gboolean
tisock_socket_core_report (TisockSocketCore  *self,
                           GError            *failure,
                           int                error_number,
                           GError           **error)
{
  G_GNUC_UNUSED g_autoptr(TisockSocketCore) kept = g_object_ref (self);

  if (note_error_number (self, failure, error_number))
    notify (self, PROP_LAST_ERROR_NUMBER);
  GET_PRIVATE (self)->held++;
  g_signal_emit (self, signals[SIGNAL_ERROR], 0, failure);
  tisock_socket_core_release_hold (self);
  g_propagate_error (error, failure);

  return FALSE;
}

gboolean
tisock_socket_core_misuse (TisockSocketCore  *self,
                           GError           **error,
                           int                code,
                           const char        *format,
                           ...)
{
  GError *failure;
  va_list args;

  va_start (args, format);
  failure = g_error_new_valist (TISOCK_SOCKET_ERROR, code, format, args);
  va_end (args);

  return tisock_socket_core_report (self, failure, 0, error);
}

static const char *
describe_state (TisockSocketState state)
{
  switch (state)
    {
    case TISOCK_SOCKET_STATE_INITIALIZED:
      return "has not been opened";
    case TISOCK_SOCKET_STATE_CONNECTING:
      return "is being connected";
    case TISOCK_SOCKET_STATE_CONNECTED:
      return "is connected";
    case TISOCK_SOCKET_STATE_LISTENING:
      return "is listening";
    case TISOCK_SOCKET_STATE_CLOSED:
    case TISOCK_SOCKET_STATE_ERROR:
      return "is closed";
    default:
      g_assert_not_reached ();
    }
}

gboolean
tisock_socket_core_misuse_of_state (TisockSocketCore  *self,
                                    const char        *operation,
                                    GError           **error)
{
  return tisock_socket_core_misuse (self, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not %s: the socket %s",
                                    operation, describe_state (GET_PRIVATE (self)->state));
}

gboolean
tisock_socket_core_may_configure (TisockSocketCore *self,
                                  const char       *property)
{
  g_autofree char *operation = NULL;

  if (!tisock_socket_core_is_live (self))
    return TRUE;

  operation = g_strdup_printf ("set %s", property);

  return tisock_socket_core_misuse_of_state (self, operation, NULL);
}

gboolean
tisock_socket_core_check_port (TisockSocketCore  *self,
                               const char        *operation,
                               int                lowest,
                               GError           **error)
{
  int port = tisock_socket_core_get_port (self);

  if (port >= lowest && port <= G_MAXUINT16)
    return TRUE;

  return tisock_socket_core_misuse (self, error, TISOCK_SOCKET_ERROR_INVALID_PORT,
                                    "Could not %s: port %d is not from %d to %d",
                                    operation, port, lowest, G_MAXUINT16);
}

/* Calls that wait */

/* How the socket's life came to its end, for those who waited for more of it. */
GError *
tisock_socket_core_dup_end (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  if (tisock_socket_core_is_live (self))
    return NULL;
  if (priv->failure != NULL)
    return g_error_copy (priv->failure);

  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "The socket is closed");
}

TisockOperation *
tisock_socket_core_get_pending (TisockSocketCore *self,
                                TisockPending     pending)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  return priv->pending == NULL ? NULL : g_queue_peek_head (&priv->pending[pending]);
}

gboolean
tisock_socket_core_check_receive (TisockSocketCore  *self,
                                  GError           **error)
{
  if (GET_PRIVATE (self)->state == TISOCK_SOCKET_STATE_INITIALIZED)
    return tisock_socket_core_misuse_of_state (self, "receive", error);

  if (tisock_socket_core_get_pending (self, TISOCK_PENDING_RECEIVE) == NULL)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                       "Could not receive: another call waits for bytes of this socket already");

  return FALSE;
}

static void
try_pending (TisockSocketCore *self,
             TisockPending     pending)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  if (priv->pending != NULL)
    tisock_operations_try (&priv->pending[pending]);
}

/* The life is over, and so is all that waits for something of it. */
static void
end_pending (TisockSocketCore *self,
             void            (*end_all) (GQueue       *queue,
                                         const GError *end))
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  g_autoptr(GError) end = NULL;

  if (priv->pending == NULL)
    return;

  end = tisock_socket_core_dup_end (self);
  for (guint i = 0; i < TISOCK_N_PENDING && end != NULL; i++)
    end_all (&priv->pending[i], end);
}

void
tisock_socket_core_begin_operation (TisockSocketCore *self,
                                    TisockPending     pending,
                                    TisockOperation  *operation,
                                    GTask            *task)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  g_autoptr(GError) end = tisock_socket_core_dup_end (self);
  TisockResult result = { NULL };

  if (operation->funcs->try (operation, self, end, &result))
    {
      tisock_task_return (task, &result);
      operation->funcs->free (operation);
      g_object_unref (task);
      return;
    }

  if (priv->pending == NULL)
    priv->pending = g_new0 (GQueue, TISOCK_N_PENDING);
  tisock_operation_wait (operation, task, &priv->pending[pending], priv->reactor);
}

/* Emission */

void
tisock_socket_core_due (TisockSocketCore *self,
                        TisockDue         due)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  priv->due |= due;
  priv->changes++;
}

void
tisock_socket_core_emit_rest (TisockSocketCore *self)
{
  tisock_socket_core_emit_due (self);
  GET_PRIVATE (self)->operations->announce (self);
}

static void
emit_later_cb (GObject  *object,
               gboolean  lost)
{
  TisockSocketCore *self = TISOCK_SOCKET_CORE (object);

  GET_PRIVATE (self)->later = FALSE;
  /* Opened again, it has turns for what is due, and has said before what was. */
  if (tisock_socket_core_is_live (self))
    return;

  if (lost)
    tisock_socket_core_abandon (self);
  else
    tisock_socket_core_emit_rest (self);
}

void
tisock_socket_core_settle (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  if (priv->due == 0 || priv->held > 0 || priv->later)
    return;

  if (tisock_socket_core_is_live (self))
    {
      priv->operations->queue (self);
    }
  else
    {
      priv->later = TRUE;
      tisock_reactor_later (priv->reactor, emit_later_cb, G_OBJECT (self));
    }
}

void
tisock_socket_core_emit_complete (TisockSocketCore *self,
                                  gboolean          user_aborted)
{
  g_signal_emit (self, signals[SIGNAL_SEND_COMPLETE], 0, user_aborted);
}

/* Calls that wait end before the last signal. Drops the reference that the end of the life took
 * over from the reactor. */
static void
emit_closed (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  guint life = priv->n_lives;

  end_pending (self, tisock_operations_end);
  /* One of them may have opened it, which says `closed`. */
  if (life != priv->n_lives)
    return;

  priv->due &= ~(guint) TISOCK_DUE_CLOSED;
  priv->n_lives++;
  /* Without a main loop it would keep the socket for ever. */
  if (priv->later)
    {
      priv->later = FALSE;
      tisock_reactor_not_later (priv->reactor, G_OBJECT (self));
    }
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
  g_object_unref (self);
}

/* Calls that wait for bytes get them first, and as long as one waits nobody else does. What came
 * while such a call's callback ran is said with what it left. */
static void
emit_data_available (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  guint life = priv->n_lives;

  try_pending (self, TISOCK_PENDING_RECEIVE);
  if (life != priv->n_lives || priv->operations->is_empty (self) ||
      tisock_socket_core_get_pending (self, TISOCK_PENDING_RECEIVE) != NULL)
    return;

  priv->due &= ~(guint) TISOCK_DUE_DATA_AVAILABLE;
  g_signal_emit (self, signals[SIGNAL_DATA_AVAILABLE], 0);
}

/* A signal that SocketCore does not know; calls that wait for the same are over after it. */
static void
emit_other (TisockSocketCore *self,
            TisockDue         due,
            TisockPending     pending)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  guint life = priv->n_lives;

  priv->operations->emit (self, due);
  if (life == priv->n_lives)
    try_pending (self, pending);
}

static void
emit_one (TisockSocketCore *self,
          TisockDue         due)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  if (due != TISOCK_DUE_CLOSED)
    priv->due &= ~(guint) due;

  switch (due)
    {
    case TISOCK_DUE_CONNECTED:
      emit_other (self, due, TISOCK_PENDING_OPEN);
      break;

    case TISOCK_DUE_DATA_AVAILABLE:
      emit_data_available (self);
      break;

    case TISOCK_DUE_SEND_PROGRESS:
      emit_other (self, due, TISOCK_PENDING_SEND);
      break;

    case TISOCK_DUE_MOVED:
      try_pending (self, TISOCK_PENDING_MOVED);
      break;

    case TISOCK_DUE_SEND_COMPLETE:
      tisock_socket_core_emit_complete (self, FALSE);
      break;

    case TISOCK_DUE_ERROR:
      g_signal_emit (self, signals[SIGNAL_ERROR], 0, priv->failure);
      break;

    case TISOCK_DUE_CLOSED:
      emit_closed (self);
      break;

    case TISOCK_DUE_MESSAGES:
    case TISOCK_DUE_READ_EOF:
    case TISOCK_DUE_FAILED:
    case TISOCK_DUE_DRAINED:
    case TISOCK_DUE_DRAINING:
    default:
      emit_other (self, due, TISOCK_PENDING_RECEIVE);
      break;
    }
}

/* The first of the signals that are ahead in a pass; 0 if it is over. When one is due once more,
 * what became due with it has to follow it: only what was due before goes on. The end of a life
 * follows all else. */
static guint
get_next (guint due,
          guint ahead,
          guint before)
{
  guint next = due & ahead;

  if ((due & ~ahead) != 0)
    next &= before & ~(guint) (TISOCK_DUE_ERROR | TISOCK_DUE_CLOSED);

  return next & -next;
}

/* One pass in order, and for one life. What handlers make due once more is for the next turn: one
 * that writes whenever all is sent would stay in this turn for as long as the peer keeps up, and
 * one that opens whenever it is closed, for as long as that fails. */
void
tisock_socket_core_emit_due (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  guint life = priv->n_lives;
  guint before = priv->due;
  guint ahead = G_MAXUINT;
  guint next;

  if (priv->due == 0 || priv->held > 0)
    return;

  priv->held++;
  while (life == priv->n_lives && (next = get_next (priv->due, ahead, before)) != 0)
    {
      ahead = ~(next | (next - 1));
      emit_one (self, (TisockDue) next);
    }
  priv->held--;

  tisock_socket_core_settle (self);
}

void
tisock_socket_core_emit_end (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  G_GNUC_UNUSED g_autoptr(TisockSocketCore) kept = g_object_ref (self);
  guint life = priv->n_lives;

  /* A handler of a notification may have said it, and opened again. */
  if (!tisock_socket_core_is_live (self))
    priv->due &= TISOCK_DUE_ERROR | TISOCK_DUE_CLOSED;
  end_pending (self, tisock_operations_end_later);
  priv->held++;
  if (priv->due & TISOCK_DUE_ERROR)
    emit_one (self, TISOCK_DUE_ERROR);
  /* A handler may have opened it, which says `closed`, and the next life may have ended too. */
  if (priv->due & TISOCK_DUE_CLOSED && life == priv->n_lives)
    emit_one (self, TISOCK_DUE_CLOSED);
  tisock_socket_core_release_hold (self);
}

gboolean
tisock_socket_core_is_held (TisockSocketCore *self)
{
  return GET_PRIVATE (self)->held > 0;
}

/* Whether a life has ended that is still to be announced: its failure is the caller's. */
static gboolean
fails_by_end (TisockSocketCore  *self,
              GError           **error)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  if ((priv->due & TISOCK_DUE_CLOSED) == 0)
    return FALSE;

  if (error != NULL && priv->failure != NULL)
    *error = g_error_copy (priv->failure);

  return TRUE;
}

/* Lives */

gboolean
tisock_socket_core_is_live (TisockSocketCore *self)
{
  switch (GET_PRIVATE (self)->state)
    {
    case TISOCK_SOCKET_STATE_CONNECTING:
    case TISOCK_SOCKET_STATE_CONNECTED:
    case TISOCK_SOCKET_STATE_LISTENING:
      return TRUE;

    case TISOCK_SOCKET_STATE_INITIALIZED:
    case TISOCK_SOCKET_STATE_CLOSED:
    case TISOCK_SOCKET_STATE_ERROR:
    default:
      return FALSE;
    }
}

guint
tisock_socket_core_get_life (TisockSocketCore *self)
{
  return GET_PRIVATE (self)->n_lives;
}

/* A handler of what was said or notified of just before may have opened it, and in vain. */
static gboolean
may_begin (TisockSocketCore  *self,
           const char        *operation,
           GError           **error)
{
  if (tisock_socket_core_is_live (self))
    return tisock_socket_core_misuse_of_state (self, operation, error);

  return !fails_by_end (self, error);
}

gboolean
tisock_socket_core_begin (TisockSocketCore  *self,
                          const char        *operation,
                          GError           **error)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  if (!tisock_socket_core_is_live (self))
    tisock_socket_core_emit_end (self);
  if (!may_begin (self, operation, error))
    return FALSE;

  priv->due = 0;
  g_clear_error (&priv->failure);
  memset (&priv->local, 0, sizeof priv->local);
  priv->operations->purge (self);
  if (priv->last_error_number != 0)
    {
      priv->last_error_number = 0;
      notify (self, PROP_LAST_ERROR_NUMBER);
    }

  return may_begin (self, operation, error);
}

void
tisock_socket_core_set_state (TisockSocketCore  *self,
                              TisockSocketState  state)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  priv->state = state;
  priv->changes++;
  notify_life (self);
}

void
tisock_socket_core_set_bound (TisockSocketCore *self,
                              int               fd)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  tisock_endpoint_get_local (&priv->local, fd);
  if (tisock_endpoint_has_name (&priv->local))
    priv->operations->set_local_name (self, tisock_unix_name_dup (fd, FALSE));
}

static void
keep_local_address (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  int fd = priv->operations->get_fd (self);

  if (fd >= 0 && !tisock_endpoint_is_set (&priv->local))
    tisock_socket_core_set_bound (self, fd);
}

/* The new state is complete before the first notification, whose handlers may close and open. */
void
tisock_socket_core_end (TisockSocketCore  *self,
                        TisockSocketState  state,
                        GError            *failure,
                        int                error_number)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  gboolean other_number = FALSE;

  g_object_ref (self);
  keep_local_address (self);
  priv->state = state;
  priv->changes++;
  priv->due |= TISOCK_DUE_CLOSED;
  if (failure != NULL)
    {
      priv->due |= TISOCK_DUE_ERROR;
      g_clear_error (&priv->failure);
      priv->failure = failure;
      other_number = note_error_number (self, failure, error_number);
    }

  priv->held++;
  priv->operations->release (self);
  if (other_number)
    notify (self, PROP_LAST_ERROR_NUMBER);
  notify_life (self);
  priv->held--;
}

gboolean
tisock_socket_core_fail (TisockSocketCore  *self,
                         GError            *failure,
                         int                error_number,
                         GError           **error)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  G_GNUC_UNUSED g_autoptr(TisockSocketCore) kept = g_object_ref (self);

  if (error != NULL)
    *error = g_error_copy (failure);

  tisock_socket_core_end (self, TISOCK_SOCKET_STATE_ERROR, failure, error_number);
  if (priv->held == 0)
    tisock_socket_core_emit_end (self);

  return FALSE;
}

/* On a context that has gone there is no life. */
gboolean
tisock_socket_core_fail_to_attach (TisockSocketCore  *self,
                                   GError            *failure,
                                   int                error_number,
                                   GError           **error)
{
  if (tisock_reactor_is_lost (GET_PRIVATE (self)->reactor))
    return tisock_socket_core_report (self, failure, 0, error);

  return tisock_socket_core_fail (self, failure, error_number, error);
}

void
tisock_socket_core_abandon (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);
  gboolean referenced = (priv->due & TISOCK_DUE_CLOSED) != 0;

  priv->due = 0;
  priv->n_lives++;
  g_clear_error (&priv->failure);
  if (tisock_socket_core_is_live (self))
    {
      priv->state = TISOCK_SOCKET_STATE_CLOSED;
      priv->operations->release (self);
    }
  end_pending (self, tisock_operations_end_later);

  if (referenced)
    g_object_unref (self);
}

/* GObject */

static gboolean
abandon_cb (gpointer user_data)
{
  tisock_socket_core_abandon (TISOCK_SOCKET_CORE (user_data));

  return G_SOURCE_REMOVE;
}

/* Never emits: this may be a garbage collector, or another thread than the one that may close. */
static void
tisock_socket_core_dispose (GObject *object)
{
  TisockSocketCore *self = TISOCK_SOCKET_CORE (object);
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  if (tisock_reactor_is_usable (priv->reactor))
    tisock_socket_core_abandon (self);
  else if (!tisock_reactor_is_lost (priv->reactor) &&
           (tisock_socket_core_is_live (self) || priv->due != 0))
    tisock_reactor_invoke (priv->reactor, abandon_cb, object);

  G_OBJECT_CLASS (tisock_socket_core_parent_class)->dispose (object);
}

static void
tisock_socket_core_finalize (GObject *object)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (TISOCK_SOCKET_CORE (object));

  g_clear_object (&priv->network_interface);
  g_clear_error (&priv->failure);
  g_free (priv->pending);
  tisock_reactor_unref (priv->reactor);

  G_OBJECT_CLASS (tisock_socket_core_parent_class)->finalize (object);
}

static void
tisock_socket_core_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  TisockSocketCore *self = TISOCK_SOCKET_CORE (object);

  switch ((TisockSocketCoreProperty) prop_id)
    {
    case PROP_HANDLE:
      g_value_set_int (value, tisock_socket_core_get_handle (self));
      break;

    case PROP_IS_CONNECTED:
      g_value_set_boolean (value, tisock_socket_core_get_is_connected (self));
      break;

    case PROP_LOCAL_ADDRESS:
      g_value_take_string (value, tisock_socket_core_get_local_address (self));
      break;

    case PROP_NETWORK_INTERFACE:
      g_value_set_object (value, tisock_socket_core_get_network_interface (self));
      break;

    case PROP_PORT:
      g_value_set_int (value, tisock_socket_core_get_port (self));
      break;

    case PROP_STATE:
      g_value_set_enum (value, tisock_socket_core_get_state (self));
      break;

    case PROP_LAST_ERROR_NUMBER:
      g_value_set_int (value, tisock_socket_core_get_last_error_number (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_socket_core_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  TisockSocketCore *self = TISOCK_SOCKET_CORE (object);

  switch ((TisockSocketCoreProperty) prop_id)
    {
    case PROP_NETWORK_INTERFACE:
      tisock_socket_core_set_network_interface (self, g_value_get_object (value));
      break;

    case PROP_PORT:
      tisock_socket_core_set_port (self, g_value_get_int (value));
      break;

    case PROP_HANDLE:
    case PROP_IS_CONNECTED:
    case PROP_LOCAL_ADDRESS:
    case PROP_STATE:
    case PROP_LAST_ERROR_NUMBER:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  /**
   * TisockSocketCore:handle: (getter get_handle)
   *
   * The socket's file descriptor, or -1 while it has none.
   *
   * It stays the socket's: do not close it. Xojo's `SocketCore.Handle`.
   *
   * Since: 1.0
   */
  properties[PROP_HANDLE] =
    g_param_spec_int ("handle", NULL, NULL, -1, G_MAXINT, -1, readable);

  /**
   * TisockSocketCore:is-connected: (getter get_is_connected)
   *
   * Whether bytes can be sent and received now.
   *
   * Xojo's `SocketCore.IsConnected`.
   *
   * Since: 1.0
   */
  properties[PROP_IS_CONNECTED] =
    g_param_spec_boolean ("is-connected", NULL, NULL, FALSE, readable);

  /**
   * TisockSocketCore:local-address: (getter get_local_address)
   *
   * The local IP address, or a Unix socket's name.
   *
   * That is the address the socket is bound to, or was in its last life. Before
   * the first one it is the address of [property@SocketCore:network-interface],
   * or else one of the machine's own that is not a loopback address. A Unix socket
   * has a path, `@` and an abstract name, or, as most that connect, an empty name.
   * Xojo's `SocketCore.LocalAddress`.
   *
   * Since: 1.0
   */
  properties[PROP_LOCAL_ADDRESS] =
    g_param_spec_string ("local-address", NULL, NULL, NULL, readable);

  /**
   * TisockSocketCore:network-interface: (getter get_network_interface)
   *   (setter set_network_interface)
   *
   * The network interface the socket binds to, or `NULL` for any.
   *
   * Can be set while the socket is neither connecting, connected nor listening.
   * Xojo's `SocketCore.NetworkInterface`.
   *
   * Since: 1.0
   */
  properties[PROP_NETWORK_INTERFACE] =
    g_param_spec_object ("network-interface", NULL, NULL, TISOCK_TYPE_NETWORK_INTERFACE, writable);

  /**
   * TisockSocketCore:port: (getter get_port) (setter set_port)
   *
   * The port to connect to or to bind.
   *
   * While the socket is open or listening it reads the local port that is in
   * fact bound: the one the system chose, for port 0 or an outgoing connection.
   * When the life ends it goes back to what was set, so that the socket can be
   * opened again as it is; Xojo's `SocketCore.Port`, from which this is taken,
   * has to be set again.
   *
   * Any number can be set, while the socket is neither connecting, connected
   * nor listening; opening and listening answer
   * [error@Tisock.SocketError.INVALID_PORT] outside 0 to 65535.
   *
   * Since: 1.0
   */
  properties[PROP_PORT] =
    g_param_spec_int ("port", NULL, NULL, G_MININT, G_MAXINT, 0, writable);

  /**
   * TisockSocketCore:state: (getter get_state)
   *
   * Where the socket is in its life.
   *
   * Since: 1.0
   */
  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, TISOCK_TYPE_SOCKET_STATE,
                       TISOCK_SOCKET_STATE_INITIALIZED, readable);

  /**
   * TisockSocketCore:last-error-number: (getter get_last_error_number)
   *
   * The number of the last failure, or 0.
   *
   * That is the code of [error@Tisock.SocketError], or the system's errno for a
   * failure of another kind. It is 0 from opening or listening until the next
   * failure. The older Xojo's `SocketCore.LastErrorCode`.
   *
   * Since: 1.0
   */
  properties[PROP_LAST_ERROR_NUMBER] =
    g_param_spec_int ("last-error-number", NULL, NULL, G_MININT, G_MAXINT, 0, readable);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
install_signals (GType type)
{
  /**
   * TisockSocketCore::data-available:
   * @self: the socket
   *
   * Emitted when more bytes have come into the receive buffer.
   *
   * What the handler leaves in the buffer stays there; the signal comes again
   * with the next bytes. Xojo's `SocketCore.DataAvailable`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_DATA_AVAILABLE] =
    g_signal_new ("data-available", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockSocketCoreClass, data_available),
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * TisockSocketCore::error:
   * @self: the socket
   * @error: what failed, with the address and the reason
   *
   * Emitted for every failure of the socket.
   *
   * Those that a function returns as well are announced before it returns, or,
   * if [method@SocketCore.open] or [method@TCPSocket.listen] fails in a handler
   * of this socket, after the handler. A failure that ends the connection is
   * followed by [signal@SocketCore::closed]; so is the peer's orderly end, which
   * is announced as [error@Tisock.SocketError.LOST_CONNECTION]. Nobody has to
   * listen. Xojo's `SocketCore.Error`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ERROR] =
    g_signal_new ("error", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockSocketCoreClass, error),
                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * TisockSocketCore::send-complete:
   * @self: the socket
   * @user_aborted: whether a handler of [signal@TCPSocket::send-progress] ended
   *   the transfer
   *
   * Emitted when all that was queued has been handed to the system.
   *
   * Xojo's `SocketCore.SendComplete`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_SEND_COMPLETE] =
    g_signal_new ("send-complete", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockSocketCoreClass, send_complete),
                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);

  /**
   * TisockSocketCore::closed:
   * @self: the socket
   *
   * Emitted once at the end of each life, as its last signal.
   *
   * Whatever ended it, except that the socket was disposed of. What has been
   * received stays readable until the socket is opened again.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLOSED] =
    g_signal_new ("closed", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockSocketCoreClass, closed),
                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tisock_socket_core_class_init (TisockSocketCoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tisock_socket_core_dispose;
  object_class->finalize = tisock_socket_core_finalize;
  object_class->get_property = tisock_socket_core_get_property;
  object_class->set_property = tisock_socket_core_set_property;

  install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

/* A direct subclass that is not this library's has sockets that cannot be opened. */
static gboolean
foreign_open (TisockSocketCore  *self,
              GError           **error)
{
  GError *failure = g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                 "Could not open: %s does not say what kind of socket it is",
                                 G_OBJECT_TYPE_NAME (self));

  return tisock_socket_core_report (self, failure, 0, error);
}

static void
foreign_nothing (TisockSocketCore *self)
{
}

static int
foreign_get_fd (TisockSocketCore *self)
{
  return -1;
}

static gboolean
foreign_is_empty (TisockSocketCore *self)
{
  return TRUE;
}

static const TisockSocketOperations foreign_operations = {
  .open = foreign_open,
  .release = foreign_nothing,
  .purge = foreign_nothing,
  .get_fd = foreign_get_fd,
  .is_empty = foreign_is_empty,
  .queue = foreign_nothing,
  .notify = foreign_nothing,
  .announce = foreign_nothing,
};

static void
tisock_socket_core_init (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv = GET_PRIVATE (self);

  priv->operations = &foreign_operations;
  priv->reactor = tisock_reactor_ref_thread_default ();
}

/**
 * tisock_socket_core_get_handle: (get-property handle)
 * @self: the socket
 *
 * Gets the socket's file descriptor.
 *
 * It stays the socket's: do not close it.
 *
 * Returns: the descriptor, or -1 if there is none at present
 *
 * Since: 1.0
 */
int
tisock_socket_core_get_handle (TisockSocketCore *self)
{
  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), -1);

  return GET_PRIVATE (self)->operations->get_fd (self);
}

/**
 * tisock_socket_core_get_is_connected: (get-property is-connected)
 * @self: the socket
 *
 * Gets whether bytes can be sent and received now.
 *
 * Returns: whether the socket is connected
 *
 * Since: 1.0
 */
gboolean
tisock_socket_core_get_is_connected (TisockSocketCore *self)
{
  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), FALSE);

  return GET_PRIVATE (self)->state == TISOCK_SOCKET_STATE_CONNECTED;
}

/**
 * tisock_socket_core_get_local_address: (get-property local-address)
 * @self: the socket
 *
 * Gets the local IP address, or a Unix socket's name.
 *
 * Returns: (transfer full): the address as text
 *
 * Since: 1.0
 */
char *
tisock_socket_core_get_local_address (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv;

  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), NULL);

  priv = GET_PRIVATE (self);
  keep_local_address (self);
  if (tisock_endpoint_has_name (&priv->local))
    return g_strdup (priv->operations->get_local_name (self));
  if (tisock_endpoint_is_set (&priv->local))
    return tisock_endpoint_dup_text (&priv->local);

  return tisock_local_address_dup_own (priv->network_interface);
}

/**
 * tisock_socket_core_get_network_interface: (get-property network-interface)
 * @self: the socket
 *
 * Gets the network interface the socket binds to.
 *
 * Returns: (nullable) (transfer none): the interface, or `NULL` for any
 *
 * Since: 1.0
 */
TisockNetworkInterface *
tisock_socket_core_get_network_interface (TisockSocketCore *self)
{
  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), NULL);

  return GET_PRIVATE (self)->network_interface;
}

/**
 * tisock_socket_core_set_network_interface: (set-property network-interface)
 * @self: the socket
 * @network_interface: (nullable): the interface, or `NULL` for any
 *
 * Sets the network interface the socket binds to.
 *
 * While the socket is connecting, connected or listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_socket_core_set_network_interface (TisockSocketCore       *self,
                                          TisockNetworkInterface *network_interface)
{
  TisockSocketCorePrivate *priv;

  g_return_if_fail (TISOCK_IS_SOCKET_CORE (self));
  g_return_if_fail (network_interface == NULL || TISOCK_IS_NETWORK_INTERFACE (network_interface));

  priv = GET_PRIVATE (self);
  if (!tisock_socket_core_check (self, G_STRFUNC) ||
      priv->network_interface == network_interface ||
      !tisock_socket_core_may_configure (self, "network-interface"))
    return;

  g_set_object (&priv->network_interface, network_interface);
  notify (self, PROP_NETWORK_INTERFACE);
}

/**
 * tisock_socket_core_get_port: (get-property port)
 * @self: the socket
 *
 * Gets the port: what was asked for, or what is bound while the socket is in
 * use.
 *
 * Returns: the port
 *
 * Since: 1.0
 */
int
tisock_socket_core_get_port (TisockSocketCore *self)
{
  TisockSocketCorePrivate *priv;

  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), 0);

  priv = GET_PRIVATE (self);
  if (!tisock_socket_core_is_live (self) || priv->operations->get_fd (self) < 0)
    return priv->port;

  keep_local_address (self);

  return priv->local.port;
}

/**
 * tisock_socket_core_set_port: (set-property port)
 * @self: the socket
 * @port: the port to connect to or to bind
 *
 * Sets the port to connect to or to bind.
 *
 * While the socket is connecting, connected or listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_socket_core_set_port (TisockSocketCore *self,
                             int               port)
{
  TisockSocketCorePrivate *priv;

  g_return_if_fail (TISOCK_IS_SOCKET_CORE (self));

  priv = GET_PRIVATE (self);
  if (!tisock_socket_core_check (self, G_STRFUNC) ||
      priv->port == port ||
      !tisock_socket_core_may_configure (self, "port"))
    return;

  priv->port = port;
  notify (self, PROP_PORT);
}

/**
 * tisock_socket_core_get_state: (get-property state)
 * @self: the socket
 *
 * Gets where the socket is in its life.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
TisockSocketState
tisock_socket_core_get_state (TisockSocketCore *self)
{
  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), TISOCK_SOCKET_STATE_INITIALIZED);

  return GET_PRIVATE (self)->state;
}

/**
 * tisock_socket_core_get_last_error_number: (get-property last-error-number)
 * @self: the socket
 *
 * Gets the number of the last failure.
 *
 * Returns: the number, or 0 if nothing has failed since the socket was opened
 *
 * Since: 1.0
 */
int
tisock_socket_core_get_last_error_number (TisockSocketCore *self)
{
  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), 0);

  return GET_PRIVATE (self)->last_error_number;
}

/**
 * tisock_socket_core_open:
 * @self: the socket
 * @error: return location for an error
 *
 * Begins a connection, or, for sockets without connections, binds the port.
 *
 * Returns at once; what comes of it is announced by signals. If it fails at once,
 * that is announced by [signal@SocketCore::error] as well, and if the socket was
 * in the state for it, [signal@SocketCore::closed] follows before this returns;
 * in a handler of this socket both follow after the handler. What was left in the
 * receive buffer is purged.
 *
 * Xojo's `SocketCore.Connect`; that name is taken by the connecting of signals.
 *
 * Returns: whether it was begun
 *
 * Since: 1.0
 */
gboolean
tisock_socket_core_open (TisockSocketCore  *self,
                         GError           **error)
{
  g_return_val_if_fail (TISOCK_IS_SOCKET_CORE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (self, G_STRFUNC))
    return FALSE;

  return GET_PRIVATE (self)->operations->open (self, error);
}

/**
 * tisock_socket_core_close:
 * @self: the socket
 *
 * Gives up whatever the socket is doing, at once.
 *
 * What is queued and not yet with the system is dropped: to have it sent use
 * [method@TCPSocket.shutdown]. Port, address and the bytes received stay.
 * [signal@SocketCore::closed] is emitted before this returns. Closing a socket
 * that is not open does nothing, but that an end which is still to be announced,
 * because no main loop runs, is announced now. Xojo's `SocketCore.Close`.
 *
 * Since: 1.0
 */
void
tisock_socket_core_close (TisockSocketCore *self)
{
  G_GNUC_UNUSED g_autoptr(TisockSocketCore) kept = NULL;

  g_return_if_fail (TISOCK_IS_SOCKET_CORE (self));

  if (!tisock_socket_core_check (self, G_STRFUNC))
    return;
  if (!tisock_socket_core_is_live (self))
    {
      if (GET_PRIVATE (self)->due & TISOCK_DUE_CLOSED && GET_PRIVATE (self)->held == 0)
        tisock_socket_core_emit_end (self);
      return;
    }

  kept = g_object_ref (self);
  tisock_socket_core_end (self, TISOCK_SOCKET_STATE_CLOSED, NULL, 0);
  tisock_socket_core_emit_end (self);
}

/**
 * tisock_socket_core_purge:
 * @self: the socket
 *
 * Empties the receive buffer; what is queued for sending stays.
 *
 * Xojo's `SocketCore.Purge`.
 *
 * Since: 1.0
 */
void
tisock_socket_core_purge (TisockSocketCore *self)
{
  g_return_if_fail (TISOCK_IS_SOCKET_CORE (self));

  if (tisock_socket_core_check (self, G_STRFUNC))
    GET_PRIVATE (self)->operations->purge (self);
}
