/* link-watch.h: tells when network interfaces or their addresses come, change or go
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TisockLinkWatch TisockLinkWatch;

/* Looks at the interfaces again; FALSE if that was not possible just now. */
typedef gboolean (*TisockLinkFunc) (GObject *object);

/* Belongs to the thread-default context. The function is called at once, and in a turn after each
 * change, or each few that come together; where the system tells of none, only at once. The object
 * is not referenced. */
TisockLinkWatch *tisock_link_watch_new  (TisockLinkFunc   func,
                                         GObject         *object) G_GNUC_WARN_UNUSED_RESULT;
/* From whatever thread. */
void             tisock_link_watch_free (TisockLinkWatch *self);

G_END_DECLS
