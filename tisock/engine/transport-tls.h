/* transport-tls.h: TLS over a socket, after the handshake
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/tls-wire.h"
#include "engine/transport.h"

G_BEGIN_DECLS

/* For the descriptor of the wire's socket. Takes references on both. */
TisockTransport *tisock_transport_tls_new            (GTlsConnection        *connection,
                                                      TisockTlsWire         *wire)
                                                      G_GNUC_WARN_UNUSED_RESULT;
/* NULL if it is another kind of transport. */
GTlsConnection  *tisock_transport_tls_get_connection (const TisockTransport *self);

G_END_DECLS
