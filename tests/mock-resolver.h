/* mock-resolver.h: a resolver that answers what a test says, when the test says so
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MOCK_TYPE_RESOLVER (mock_resolver_get_type ())

G_DECLARE_FINAL_TYPE (MockResolver, mock_resolver, MOCK, RESOLVER, GResolver)

/* Without answers there is no such name. */
MockResolver *mock_resolver_new          (void) G_GNUC_WARN_UNUSED_RESULT;
/* Addresses are separated by spaces; NULL: it has none of this family. */
void          mock_resolver_set_answer   (MockResolver   *self,
                                          GSocketFamily   family,
                                          const char     *addresses);
/* "host:port", separated by spaces, for every service; NULL: there is no record. */
void          mock_resolver_set_service  (MockResolver   *self,
                                          const char     *targets);
/* A resolver that can only be asked for both families at once. */
void          mock_resolver_set_simple   (MockResolver   *self);
/* Keeps the answers of a family back, whether or not somebody still waits for them. */
void          mock_resolver_hold         (MockResolver   *self,
                                          GSocketFamily   family);
void          mock_resolver_release      (MockResolver   *self,
                                          GSocketFamily   family);
/* Waits until so many calls have come in, in all. */
void          mock_resolver_await_calls  (MockResolver   *self,
                                          guint           n_calls);
/* Waits until all calls that have come in are answered. */
void          mock_resolver_await_idle   (MockResolver   *self);
guint         mock_resolver_get_n_calls  (MockResolver   *self);

G_END_DECLS
