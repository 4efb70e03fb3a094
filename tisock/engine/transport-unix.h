/* transport-unix.h: a bare socket that passes descriptors on, between processes of one machine
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/transport.h"

G_BEGIN_DECLS

/* How many descriptors can go with one write. */
#define TISOCK_DESCRIPTORS_AT_ONCE 253

typedef struct _TisockInbox TisockInbox;

/* The descriptors that came, and that nobody has taken yet. */
struct _TisockInbox
{
  guint   maximum;              /* how many are kept; 0: none are taken from the system */
  GArray *descriptors;          /* of int; NULL: none */
};

/* The inbox has to be there longer. */
TisockTransport *tisock_transport_unix_new (TisockInbox       *inbox) G_GNUC_WARN_UNUSED_RESULT;

static inline guint
tisock_inbox_get_length (const TisockInbox *self)
{
  return self->descriptors != NULL ? self->descriptors->len : 0;
}

/* Takes the first ones. */
GUnixFDList     *tisock_inbox_take         (TisockInbox       *self,
                                            guint              count) G_GNUC_WARN_UNUSED_RESULT;
/* Closes all of them. */
void             tisock_inbox_clear        (TisockInbox       *self);

G_END_DECLS
