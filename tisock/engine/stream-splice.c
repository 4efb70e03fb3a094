/* stream-splice.c: moving what one stream receives to the send queue of another
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/stream-private.h"

#include "tisock-socket-error.h"

#include <errno.h>

static void
set_target (TisockStream   *self,
            TisockStream   *target,
            TisockTransfer *transfer)
{
  if (self->links == NULL)
    self->links = g_new0 (TisockStreamLinks, 1);
  if (target->links == NULL)
    target->links = g_new0 (TisockStreamLinks, 1);

  self->links->target = target;
  self->links->transfer = tisock_transfer_ref (transfer);
  target->links->source = self;
}

static void
free_links_if_unused (TisockStream *self)
{
  if (self->links->target == NULL && self->links->source == NULL)
    g_clear_pointer (&self->links, g_free);
}

/* What either was kept from by the other is done in its next turn. */
static void
clear_target (TisockStream *self)
{
  TisockStream *target = tisock_stream_get_target (self);

  self->links->target = NULL;
  g_clear_pointer (&self->links->transfer, tisock_transfer_unref);
  target->links->source = NULL;
  free_links_if_unused (self);
  free_links_if_unused (target);
  tisock_slot_queue (&self->slot);
  tisock_slot_queue (&target->slot);
}

void
tisock_stream_finish_splice (TisockStream *self)
{
  self->links->transfer->over = TRUE;
  clear_target (self);
  self->funcs->happened (self, TISOCK_STREAM_MOVED);
}

/* A peer that was not told of the end is not to take what it got for all there was. */
static void
reset_if_cut (TisockStream *self)
{
  int fd = tisock_stream_get_fd (self);

  if (fd >= 0 && !self->write_ending)
    tisock_descriptor_reset_on_close (fd);
}

/* The end for a stream whose other one has ended: behind what is queued. */
static void
break_off (TisockStream *self)
{
  GError *error;

  if (self->broken_off)
    return;

  error = g_error_new_literal (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION,
                               "The connection that this one was spliced with has ended");
  tisock_stream_note_failure (self, error, ECONNABORTED, NULL);
  self->broken_off = self->closing = TRUE;
  self->last_sent = g_get_monotonic_time ();
  reset_if_cut (self);
  tisock_stream_update (self);
  tisock_slot_queue (&self->slot);
}

/* A target that has been told of the end of what is moved needs nothing more from its source. */
void
tisock_stream_leave_links (TisockStream *self)
{
  TisockStream *target = tisock_stream_get_target (self);
  TisockStream *source = tisock_stream_get_source (self);

  if (target != NULL)
    {
      clear_target (self);
      if (!target->write_ending)
        break_off (target);
    }

  if (source != NULL)
    {
      clear_target (source);
      reset_if_cut (self);
      break_off (source);
    }
}

void
tisock_stream_refuse_source (TisockStream *self)
{
  TisockStream *source = tisock_stream_get_source (self);

  if (source == NULL || source->at_eof)
    return;

  clear_target (source);
  break_off (source);
}

void
tisock_stream_splice (TisockStream   *self,
                      TisockStream   *target,
                      TisockTransfer *transfer)
{
  gboolean at_once = target->queue.length == 0;

  set_target (self, target, transfer);
  transfer->moved = self->received.length;
  tisock_byte_queue_append_queue (&target->queue, &self->received);
  tisock_stream_send_appended (target, at_once);
  tisock_slot_queue (&target->slot);

  if (self->at_eof)
    tisock_stream_end_sending (target);

  tisock_stream_update (self);
}
