/* mailbox.h: blocking work on threads, and what comes of it in turns of a reactor
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockErrandFuncs TisockErrandFuncs;
typedef struct _TisockMailbox TisockMailbox;

/* Whose threads do the work: none of them waits for the others. */
typedef enum
{
  TISOCK_THREADS_NAMES,         /* GResolver */
  TISOCK_THREADS_FOREIGN,       /* code of the program's: enumerators, proxy resolvers */
  TISOCK_THREADS_PROXIES,       /* handshakes, which last as long as proxies like */
  /* Handshakes, each of which has one of GTask's threads as well. Servers that a client waits for
   * are not to hold up this process's own, and may be these. */
  TISOCK_THREADS_TLS_CLIENTS,
  TISOCK_THREADS_TLS_SERVERS,
  N_TISOCK_THREADS
} TisockThreads;

/* How many threads the servers' handshakes have, and how many the clients'. */
#define TISOCK_TLS_THREADS 8

struct _TisockErrandFuncs
{
  /* On a thread; not at all for what was given up before a thread was free. */
  void (*work) (gpointer      data,
                GCancellable *cancellable);
  /* In a turn, while the thread waits in ask(): the answer. The mailbox may be freed in it, and
   * the data is the thread's again after that. NULL where no thread asks. */
  gboolean (*asked) (gpointer data,
                     gpointer user_data);
  /* In a turn. The mailbox may be freed in it; the data is freed after it. */
  void (*done) (gpointer      data,
                gpointer      user_data);
  /* On any thread. */
  void (*free) (gpointer      data);
};

/* NULL, the error, and an errno or 0, if there is nothing to wait with. */
TisockMailbox *tisock_mailbox_new     (TisockReactor            *reactor,
                                       GObject                  *owner,
                                       gpointer                  user_data,
                                       int                      *error_number,
                                       GError                  **error);
/* Results that are there together are delivered in the order of sending. The data is taken, also
 * on failure. */
gboolean       tisock_mailbox_send    (TisockMailbox            *self,
                                       TisockThreads             threads,
                                       const TisockErrandFuncs  *funcs,
                                       gpointer                  data,
                                       GError                  **error);
/* Also while threads are at work: they are told to stop, and what they find goes nowhere. */
void           tisock_mailbox_free    (TisockMailbox            *self);
void           tisock_mailbox_collect (TisockMailbox            *self,
                                       TisockWaitSet            *set);
/* Whether there is work of anybody's that waits for one of these threads. */
gboolean       tisock_mailbox_is_crowded (TisockThreads          threads);

/* For work(): has asked() called, and waits for the answer. FALSE, too, if nobody waits for the
 * thread any more. */
gboolean       tisock_mailbox_ask     (void);

G_END_DECLS
