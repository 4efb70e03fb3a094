/* mock-proxy.h: a GProxy of a kind that GIO does not have, which does what a test says
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the proxy does with the stream to it; called on a thread of the library's. */
typedef GIOStream *(*MockProxyConnect) (GIOStream  *stream,
                                        GError    **error);

/* Once for a program. */
void  mock_proxy_register  (const char        *protocol,
                            MockProxyConnect   connect);

G_END_DECLS
