/* fake-system.h: a clock that can be put forward, and transfers that are cut or fail
 *
 * Made of functions of the C library that a test defines itself: for executables only that list
 * fake-system.c among their sources. read() and write() stay as they are, for the peers.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Puts the monotonic clock forward, for GLib as well. */
void   fake_system_advance_clock (guint     milliseconds);
/* Nothing else does any more. */
void   fake_system_stop_clock    (void);
/* The next recv(), recvmsg() or recvmmsg(), or send(), sendmsg(), sendmmsg() or sendfile(), of this
 * descriptor fails. */
void   fake_system_fail_recv     (int       fd,
                                  int       error_number);
void   fake_system_fail_send     (int       fd,
                                  int       error_number);
/* From now on transfers are cut, interrupted and put off as the random numbers will. */
void   fake_system_cut           (gboolean  cut);
/* How many transfers were cut short so far. */
guint  fake_system_get_n_cut     (void);

G_END_DECLS
