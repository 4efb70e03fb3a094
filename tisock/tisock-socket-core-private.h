/* tisock-socket-core-private.h: what the classes of sockets share: their life, and what they say
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/endpoint.h"
#include "engine/reactor.h"
#include "tisock-operation.h"
#include "tisock-socket-core.h"

G_BEGIN_DECLS

typedef struct _TisockSocketCorePrivate TisockSocketCorePrivate;
typedef struct _TisockSocketOperations TisockSocketOperations;

/* Signals that are due, in the order in which they are emitted. */
typedef enum
{
  TISOCK_DUE_CONNECTED      = 1 << 0,
  TISOCK_DUE_DATA_AVAILABLE = 1 << 1,
  TISOCK_DUE_MESSAGES       = 1 << 2,   /* instead of DATA_AVAILABLE, until there are no more */
  TISOCK_DUE_READ_EOF       = 1 << 3,
  TISOCK_DUE_SEND_PROGRESS  = 1 << 4,
  TISOCK_DUE_FAILED         = 1 << 5,   /* errors that end nothing */
  TISOCK_DUE_SEND_COMPLETE  = 1 << 6,
  TISOCK_DUE_DRAINED        = 1 << 7,
  TISOCK_DUE_MOVED          = 1 << 8,   /* no signal, but there are calls that wait for it */
  TISOCK_DUE_DRAINING       = 1 << 9,
  TISOCK_DUE_ERROR          = 1 << 10,
  TISOCK_DUE_CLOSED         = 1 << 11,
} TisockDue;

/* The calls that wait, by what they wait for. */
typedef enum
{
  TISOCK_PENDING_OPEN,
  TISOCK_PENDING_RECEIVE,
  TISOCK_PENDING_SEND,
  TISOCK_PENDING_MOVED,
  TISOCK_PENDING_CLOSED,
  TISOCK_N_PENDING,
} TisockPending;

/* What a class of this library does its own way. A foreign subclass of SocketCore has none. */
struct _TisockSocketOperations
{
  gboolean (*open)    (TisockSocketCore  *self,
                       GError           **error);
  /* Ends connections, lookups and listeners without a word; keeps the receive buffer. */
  void     (*release) (TisockSocketCore  *self);
  void     (*purge)   (TisockSocketCore  *self);
  int      (*get_fd)  (TisockSocketCore  *self);
  gboolean (*is_empty) (TisockSocketCore *self);
  /* Adds what it waits for at present. */
  void     (*collect) (TisockSocketCore  *self,
                       TisockWaitSet     *set);
  /* Lets what is due be said in the next turn. */
  void     (*queue)   (TisockSocketCore  *self);
  /* Announces the properties that change with the state. */
  void     (*notify)  (TisockSocketCore  *self);
  /* Announces what handlers have changed and nobody has been told of while they ran. */
  void     (*announce) (TisockSocketCore *self);
  /* Keeps the name of a Unix socket for local-address; takes it. */
  void     (*set_local_name) (TisockSocketCore *self,
                       char              *name);
  const char *(*get_local_name) (TisockSocketCore *self);
  /* Emits a signal that SocketCore does not know. */
  void     (*emit)    (TisockSocketCore  *self,
                       TisockDue          due);
};

struct _TisockSocketCorePrivate
{
  const TisockSocketOperations *operations;
  TisockReactor                *reactor;
  TisockNetworkInterface       *network_interface;

  /* Of the present life, or of the last one. */
  TisockEndpoint                local;

  int                           port;
  int                           last_error_number;

  /* What ended the life, and what DUE_ERROR will say. */
  GError                       *failure;

  /* Calls that wait: TISOCK_N_PENDING queues of TisockOperation; NULL until there was one. */
  GQueue                       *pending;

  /* Counts what wait() waits for: bytes, space, states, errors. */
  guint                         changes;

  /* Counts the lives whose last signal is out. */
  guint                         n_lives;

  /* Handlers and flushes under way: what becomes due meanwhile is said after them. */
  guint                         held;

  TisockSocketState             state;

  /* TisockDue; while CLOSED is among them the socket holds a reference on itself. */
  guint                         due : 31;

  /* The context is going to say what is due: the life has ended, and no turn comes for it. */
  guint                         later : 1;
};

TisockSocketCorePrivate *tisock_socket_core_get_private (TisockSocketCore        *self);
void           tisock_socket_core_set_operations (TisockSocketCore              *self,
                                                  const TisockSocketOperations  *operations);
TisockReactor *tisock_socket_core_get_reactor    (TisockSocketCore              *self);
/* Whether the calling thread may use the socket; says a critical if not. */
gboolean       tisock_socket_core_check          (TisockSocketCore              *self,
                                                  const char                    *function);

/* Failures. All of them report on the signal `error`, set last-error-number, and return FALSE. */
gboolean       tisock_socket_core_misuse         (TisockSocketCore              *self,
                                                  GError                       **error,
                                                  int                            code,
                                                  const char                    *format,
                                                  ...) G_GNUC_PRINTF (4, 5);
gboolean       tisock_socket_core_misuse_of_state (TisockSocketCore             *self,
                                                  const char                    *operation,
                                                  GError                       **error);
gboolean       tisock_socket_core_report         (TisockSocketCore              *self,
                                                  GError                        *failure,
                                                  int                            error_number,
                                                  GError                       **error);
/* A failure that ends the life at once, inside a call of the program. In a handler of the socket
 * `error` and `closed` follow after it: the handler may be what opens again after each failure. */
gboolean       tisock_socket_core_fail           (TisockSocketCore              *self,
                                                  GError                        *failure,
                                                  int                            error_number,
                                                  GError                       **error);
/* Whether a setting that is fixed while the socket is in use may be changed now. */
gboolean       tisock_socket_core_may_configure  (TisockSocketCore              *self,
                                                  const char                    *property);

/* Whether the port is one that can be used, from the lowest that can. */
gboolean       tisock_socket_core_check_port     (TisockSocketCore              *self,
                                                  const char                    *operation,
                                                  int                            lowest,
                                                  GError                       **error);

/* A life. begin: what is still due of the last one is said, the buffer purged. */
gboolean       tisock_socket_core_begin          (TisockSocketCore              *self,
                                                  const char                    *operation,
                                                  GError                       **error);
/* A number that is another one once the life has ended and its last signal is out. */
guint          tisock_socket_core_get_life       (TisockSocketCore              *self);
gboolean       tisock_socket_core_is_live        (TisockSocketCore              *self);
void           tisock_socket_core_set_state      (TisockSocketCore              *self,
                                                  TisockSocketState              state);
/* There is no place for the life in the reactor, for an errno. FALSE. */
gboolean       tisock_socket_core_fail_to_attach (TisockSocketCore              *self,
                                                  GError                        *failure,
                                                  int                            error_number,
                                                  GError                       **error);
/* Takes the local address and port from the descriptor. */
void           tisock_socket_core_set_bound      (TisockSocketCore              *self,
                                                  int                            fd);
/* The end: `error` (NULL: none) and `closed` are due, and said by emit_due(). */
void           tisock_socket_core_end            (TisockSocketCore              *self,
                                                  TisockSocketState              state,
                                                  GError                        *failure,
                                                  int                            error_number);
/* Without a signal: disposed of, or its context is gone. */
void           tisock_socket_core_abandon        (TisockSocketCore              *self);

/* Signals. */
void           tisock_socket_core_due            (TisockSocketCore              *self,
                                                  TisockDue                      due);
/* Says what is due, unless a handler of the socket is running: then it is said after that. Each
 * signal once: what its handlers make due again is settled. The caller has a reference. */
void           tisock_socket_core_emit_due       (TisockSocketCore              *self);
/* Lets what is due be said in the next turn, or after the handler that is running. A life that has
 * ended has no turns any more: then in the context's next iteration. */
void           tisock_socket_core_settle         (TisockSocketCore              *self);
void           tisock_socket_core_emit_complete  (TisockSocketCore              *self,
                                                  gboolean                       user_aborted);
/* Says what is still due of a life that has ended; the caller has a reference. */
void           tisock_socket_core_emit_rest      (TisockSocketCore              *self);
/* Says what ended a life before another one begins, handler or not. */
void           tisock_socket_core_emit_end       (TisockSocketCore              *self);
/* Without a main loop: says what is still due of a life that has ended. FALSE if nothing is, or a
 * handler is running. */
gboolean       tisock_socket_core_say_end        (TisockSocketCore              *self);
/* After signals, or service without them, that was not in a turn. */
void           tisock_socket_core_release_hold   (TisockSocketCore              *self);
/* Whether a handler of the socket is running, or a call that serves it: emit_due() is silent. */
gboolean       tisock_socket_core_is_held        (TisockSocketCore              *self);
/* Calls that wait. The reason why nothing can come any more; NULL while something can. */
GError        *tisock_socket_core_dup_end        (TisockSocketCore              *self);
/* Whether a call may wait for what comes in: the socket was opened, and no other one waits. */
gboolean       tisock_socket_core_check_receive  (TisockSocketCore              *self,
                                                  GError                       **error);
/* The first call that waits for this; NULL: none. */
TisockOperation *tisock_socket_core_get_pending  (TisockSocketCore              *self,
                                                  TisockPending                  pending);
/* Returns the task at once if the operation is over, or else when it is. Takes both. */
void           tisock_socket_core_begin_operation (TisockSocketCore             *self,
                                                  TisockPending                  pending,
                                                  TisockOperation               *operation,
                                                  GTask                         *task);
/* Serves this socket alone until the operation is over. FALSE with the error if that is how it
 * ended, or was cancelled, or the time (-1: none) is over; then `result` is not set. */
gboolean       tisock_socket_core_run_operation  (TisockSocketCore              *self,
                                                  TisockOperation               *operation,
                                                  const char                    *name,
                                                  int                            timeout_ms,
                                                  GCancellable                  *cancellable,
                                                  gpointer                      *result,
                                                  GError                       **error);
/* The same until the socket is connected. */
gboolean       tisock_socket_core_wait_open      (TisockSocketCore              *self,
                                                  const char                    *name,
                                                  int                            timeout_ms,
                                                  GCancellable                  *cancellable,
                                                  GError                       **error);

/* The same for what waits until the socket is connected, which is closed if that is given up. */
void           tisock_socket_core_await_open     (TisockSocketCore              *self,
                                                  GTask                         *task);
gboolean       tisock_socket_core_run_open       (TisockSocketCore              *self,
                                                  const char                    *name,
                                                  int                            timeout_ms,
                                                  GCancellable                  *cancellable,
                                                  GError                       **error);

/* Whether anybody would notice an emission: a handler, or an override in a subclass. */
gboolean       tisock_has_listener               (gpointer                       object,
                                                  guint                          signal_id,
                                                  gpointer                       slot);
/* Whether anybody watches the object's properties. */
gboolean       tisock_is_watched                 (gpointer                       object);

void           tisock_wait_set_init              (TisockWaitSet                 *set);
void           tisock_wait_set_clear             (TisockWaitSet                 *set);

G_END_DECLS
