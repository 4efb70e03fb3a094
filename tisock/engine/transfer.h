/* transfer.h: how the sending of a file, or a splice, gets on
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TisockTransfer TisockTransfer;

/* Shared by who moves the bytes and who waits for that, either of whom may be there longer. */
struct _TisockTransfer
{
  guint64   moved;              /* bytes, so far */
  gboolean  over;               /* all has been moved */
  GError   *error;              /* why the rest was not, but for the end of the connection */
};

static inline TisockTransfer *
tisock_transfer_new (void)
{
  return g_rc_box_new0 (TisockTransfer);
}

static inline TisockTransfer *
tisock_transfer_ref (TisockTransfer *self)
{
  return g_rc_box_acquire (self);
}

static inline void
tisock_transfer_clear (gpointer data)
{
  g_clear_error (&((TisockTransfer *) data)->error);
}

static inline void
tisock_transfer_unref (TisockTransfer *self)
{
  g_rc_box_release_full (self, tisock_transfer_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TisockTransfer, tisock_transfer_unref)

G_END_DECLS
