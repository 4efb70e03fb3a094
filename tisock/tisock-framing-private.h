/* tisock-framing-private.h: the engine's part of a framing, for TCPSocket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/frame.h"
#include "tisock-framing.h"

G_BEGIN_DECLS

const TisockFrameFormat *tisock_framing_get_format (TisockFraming *self);

G_END_DECLS
