/* scale-rounds.h: many connections at a time, from peers in other processes
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tisock.h>

G_BEGIN_DECLS

/* Forks the peers: before anything else in main(), so that they have no main context. */
void                scale_start_peers (void);
/* Ends them, and waits for them. */
void                scale_stop_peers  (void);

/* How many connections there can be, at most so many. Says so when they are fewer. */
guint               scale_get_n       (guint               wanted);
/* A server on 127.0.0.1 that echoes. */
TisockServerSocket *scale_new_server  (void) G_GNUC_WARN_UNUSED_RESULT;
/* Connects that many peers; each has sent bytes and got the same ones back. */
void                scale_connect     (TisockServerSocket *server,
                                       guint               n);
/* Closes the peers, and waits until the server has seen it. */
void                scale_disconnect  (TisockServerSocket *server);
/* Three rounds of both; the third leaves no more memory in use, and no descriptor open. */
void                scale_check_rounds (guint              n);

G_END_DECLS
