/* signal-log.h: what a socket emits, written down as text
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tisock.h>

G_BEGIN_DECLS

/* Adds an entry, behind a blank if it is not the first. */
void  signal_log_add       (GString      *log,
                            const char   *format,
                            ...) G_GNUC_PRINTF (2, 3);
/* The same with what follows from a format. */
void  signal_log_add_valist (GString     *log,
                            const char   *format,
                            va_list       args) G_GNUC_PRINTF (2, 0);
/* "error:CODE/STATE": the code of errors that are not tisock's by its nick. Asserts that the socket
 * has taken down its number. */
char *signal_log_dup_error (gpointer      socket,
                            const GError *error) G_GNUC_WARN_UNUSED_RESULT;
/* The nick of the socket's state. */
const char *signal_log_get_state (gpointer socket);

G_END_DECLS
