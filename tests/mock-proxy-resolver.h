/* mock-proxy-resolver.h: a GProxyResolver that answers what a test says, when the test says so
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MOCK_TYPE_PROXY_RESOLVER (mock_proxy_resolver_get_type ())

G_DECLARE_FINAL_TYPE (MockProxyResolver, mock_proxy_resolver, MOCK, PROXY_RESOLVER, GObject)

/* URIs of proxies, separated by spaces; NULL: it answers with an error. */
MockProxyResolver *mock_proxy_resolver_new         (const char        *uris)
                                                    G_GNUC_WARN_UNUSED_RESULT;
/* It does not answer until it is released, or the call is cancelled. */
void               mock_proxy_resolver_hold        (MockProxyResolver *self);
void               mock_proxy_resolver_release     (MockProxyResolver *self);
/* What it has been asked for, each followed by a space. */
char              *mock_proxy_resolver_dup_asked   (MockProxyResolver *self)
                                                    G_GNUC_WARN_UNUSED_RESULT;
/* Waits until it has been asked so many times. */
void               mock_proxy_resolver_await_calls (MockProxyResolver *self,
                                                    guint              n_calls);

G_END_DECLS
