/* tisock-framing.h
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

#define TISOCK_TYPE_FRAMING (tisock_framing_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (TisockFraming, tisock_framing, TISOCK, FRAMING, GObject)

TISOCK_AVAILABLE_IN_1_0
TisockFraming *tisock_framing_new_delimiter (const guint8 *delimiter,
                                             gsize         length) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockFraming *tisock_framing_new_fixed_size (gsize size) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockFraming *tisock_framing_new_length_prefix (guint                size,
                                                 GDataStreamByteOrder byte_order)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockFraming *tisock_framing_new_varint (void) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockFraming *tisock_framing_new_netstring (void) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
guint64 tisock_framing_get_maximum_frame_size (TisockFraming *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_framing_set_maximum_frame_size (TisockFraming *self,
                                            guint64        maximum_frame_size);

TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_framing_encode (TisockFraming  *self,
                               const guint8   *data,
                               gsize           length,
                               GError        **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_framing_decode (TisockFraming  *self,
                               GBytes         *bytes,
                               gsize           offset,
                               gsize          *end,
                               GError        **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
