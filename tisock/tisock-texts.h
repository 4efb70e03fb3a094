/* tisock-texts.h: lists of texts, where NULL is none
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

static inline gboolean
tisock_texts_are_equal (char              **own,
                        const char * const *other)
{
  if (own == NULL || other == NULL)
    return own == NULL && other == NULL;

  return g_strv_equal ((const char * const *) own, other);
}

G_END_DECLS
