/* mock-connectable.h: a program's own GSocketConnectable, whose answers a test chooses
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MOCK_TYPE_CONNECTABLE (mock_connectable_get_type ())

G_DECLARE_FINAL_TYPE (MockConnectable, mock_connectable, MOCK, CONNECTABLE, GObject)

/* Without addresses its enumerators have none. It is called "somewhere". */
MockConnectable *mock_connectable_new         (void) G_GNUC_WARN_UNUSED_RESULT;
/* One whose proxies are those of a name. */
MockConnectable *mock_connectable_new_for_name (const char     *name,
                                               guint16          port) G_GNUC_WARN_UNUSED_RESULT;
void             mock_connectable_add         (MockConnectable *self,
                                               GSocketAddress  *address);
/* What comes after the addresses. */
void             mock_connectable_set_error   (MockConnectable *self,
                                               const GError    *error);
/* Enumerators wait before they say anything, until they are released or cancelled. */
void             mock_connectable_hold        (MockConnectable *self);
void             mock_connectable_release     (MockConnectable *self);
/* How many addresses were asked for, on how many enumerators. */
guint            mock_connectable_get_n_calls (MockConnectable *self);
guint            mock_connectable_get_n_enumerators (MockConnectable *self);
/* Waits until so many calls have come in, in all. */
void             mock_connectable_await_calls (MockConnectable *self,
                                               guint            n_calls);

G_END_DECLS
