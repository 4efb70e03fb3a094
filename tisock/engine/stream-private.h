/* stream-private.h: what the parts of a stream share
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/stream.h"

G_BEGIN_DECLS

/* How much may be queued of what is spliced if there is no send limit. */
#define TISOCK_SPLICE_LIMIT (1024 * 1024)

/* stream.c */

/* To be called when what decides about reading, waiting or deadlines has changed. */
void tisock_stream_update        (TisockStream *self);
/* To be called when something was put at the end of the queue; at once: it had been empty. */
void tisock_stream_send_appended (TisockStream *self,
                                  gboolean      at_once);
/* FIN behind the queue. */
void tisock_stream_end_sending   (TisockStream *self);
/* Why the stream is going to end. Takes the error; without one there is an errno. */
void tisock_stream_note_failure  (TisockStream *self,
                                  GError       *error,
                                  int           error_number,
                                  const char   *operation);

/* stream-splice.c */

/* All that came has been sent, and the end of it. */
void tisock_stream_finish_splice (TisockStream *self);
/* This stream will send nothing more: its source has nowhere to go. */
void tisock_stream_refuse_source (TisockStream *self);
/* The stream ends: the descriptor is going to be closed. */
void tisock_stream_leave_links   (TisockStream *self);

G_END_DECLS
