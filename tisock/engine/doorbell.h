/* doorbell.h: a descriptor by which other threads call a reactor
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TisockDoorbell TisockDoorbell;

/* Can be waited for like any descriptor, with the main loop and without. To be guarded by a lock of
 * whoever has it, so that a thread that is late finds it closed, and not a number that is somebody
 * else's by then. */
struct _TisockDoorbell
{
  int watched_fd;               /* readable once it has been rung; -1: closed */
  int ring_fd;                  /* the same one if it is an eventfd */
};

#define TISOCK_DOORBELL_CLOSED { -1, -1 }

/* FALSE with errno. */
gboolean tisock_doorbell_open  (TisockDoorbell *self);
void     tisock_doorbell_close (TisockDoorbell *self);
/* Does nothing to one that is closed. */
void     tisock_doorbell_ring  (TisockDoorbell *self);
/* Makes it silent until it is rung again. */
void     tisock_doorbell_hush  (TisockDoorbell *self);

G_END_DECLS
