/* tls-wire.h: the connection below TLS, as GIO's implementations of TLS want it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/byte-queue.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_TLS_WIRE (tisock_tls_wire_get_type ())
G_DECLARE_FINAL_TYPE (TisockTlsWire, tisock_tls_wire, TISOCK, TLS_WIRE, GIOStream)

/* It waits where the socket does not go on, for as long as the handshake has a thread for that.
 * What it was given is read before what is in the socket; the queue is empty after that. */
TisockTlsWire *tisock_tls_wire_new           (GSocket              *socket,
                                              TisockByteQueue      *received)
                                              G_GNUC_WARN_UNUSED_RESULT;
GSocket       *tisock_tls_wire_get_socket    (TisockTlsWire        *self);

/* How long it has waited for the socket so far, in µs: for any thread. */
gint64         tisock_tls_wire_get_waited    (TisockTlsWire        *self);
/* From here on it is one thread's, and never waits. */
void           tisock_tls_wire_stop_waiting  (TisockTlsWire        *self);
/* It is this one's, and others are refused. */
void           tisock_tls_wire_serve         (TisockTlsWire        *self);

/* Reading: what comes is lent to it, and what is left of that is kept with settle(). */
void           tisock_tls_wire_lend          (TisockTlsWire        *self,
                                              const guint8         *data,
                                              gsize                 length);
void           tisock_tls_wire_settle        (TisockTlsWire        *self);
/* Nothing comes any more, for a reason (0: the end). */
void           tisock_tls_wire_end           (TisockTlsWire        *self,
                                              int                   error_number);
gboolean       tisock_tls_wire_is_ended      (TisockTlsWire        *self);

/* Writing: what the socket does not take is refused, or kept until flush() has sent it. */
void           tisock_tls_wire_set_keeping   (TisockTlsWire        *self,
                                              gboolean              keeping);
/* FALSE, with errno, if there is something left. */
gboolean       tisock_tls_wire_flush         (TisockTlsWire        *self);
/* Nothing is sent any more, whatever is written. */
void           tisock_tls_wire_mute          (TisockTlsWire        *self);
/* The errno of the first failure, in either direction; 0: none. */
int            tisock_tls_wire_get_failure   (TisockTlsWire        *self);

G_END_DECLS
