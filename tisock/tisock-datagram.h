/* tisock-datagram.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-types.h"
#include "tisock-version-macros.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_DATAGRAM (tisock_datagram_get_type ())

TISOCK_AVAILABLE_IN_1_0
GType tisock_datagram_get_type (void) G_GNUC_CONST;

TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_datagram_new (const char   *address,
                                     int           port,
                                     const guint8 *data,
                                     gsize         length) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_datagram_new_bytes (const char *address,
                                           int         port,
                                           GBytes     *bytes) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_datagram_ref (TisockDatagram *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_datagram_unref (TisockDatagram *self);

TISOCK_AVAILABLE_IN_1_0
char *tisock_datagram_get_address (TisockDatagram *self) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
int tisock_datagram_get_port (TisockDatagram *self);
TISOCK_AVAILABLE_IN_1_0
const guint8 *tisock_datagram_get_data (TisockDatagram *self,
                                        gsize          *length);
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_datagram_get_bytes (TisockDatagram *self) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_datagram_is_truncated (TisockDatagram *self);
TISOCK_AVAILABLE_IN_1_0
char *tisock_datagram_get_local_address (TisockDatagram *self) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
guint tisock_datagram_get_interface_index (TisockDatagram *self);
TISOCK_AVAILABLE_IN_1_0
int tisock_datagram_get_router_hops (TisockDatagram *self);
TISOCK_AVAILABLE_IN_1_0
int tisock_datagram_get_ecn (TisockDatagram *self);

TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_datagram_with_local_address (TisockDatagram *self,
                                                    const char     *local_address)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_datagram_with_router_hops (TisockDatagram *self,
                                                  int             router_hops)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_datagram_with_ecn (TisockDatagram *self,
                                          int             ecn) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TisockDatagram, tisock_datagram_unref)

G_END_DECLS
