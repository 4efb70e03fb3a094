/* byte-queue.h: bytes in order, as a list of chunks
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "engine/transfer.h"

G_BEGIN_DECLS

typedef struct _TisockChunk TisockChunk;
typedef struct _TisockFileRun TisockFileRun;
typedef struct _TisockByteQueue TisockByteQueue;

/* A run of bytes: a block of our own, a slice of a GBytes, a run of a file, or a loan. */
struct _TisockChunk
{
  TisockChunk  *next;
  guint8       *data;           /* the first byte that has not been taken; NULL: in a file */
  gsize         length;         /* how many are left */
  gsize         room;           /* free bytes behind them; blocks only */
  GBytes       *bytes;          /* whose bytes they are, or NULL */
  GUnixFDList  *descriptors;    /* what goes with the first byte, or NULL */
  gboolean      on_loan;        /* both the chunk and its bytes belong to somebody else */
};

/* What stays in a file until it is sent. */
struct _TisockFileRun
{
  TisockChunk     chunk;
  int             fd;           /* the queue's own */
  goffset         offset;       /* of the first byte that has not been taken */
  TisockTransfer *transfer;
};

/* An empty queue is all zeros and owns no memory. */
struct _TisockByteQueue
{
  TisockChunk  *head;
  TisockChunk  *tail;
  gsize         length;
};

void          tisock_byte_queue_append       (TisockByteQueue       *queue,
                                              const void            *data,
                                              gsize                  length);
void          tisock_byte_queue_append_bytes (TisockByteQueue       *queue,
                                              GBytes                *bytes,
                                              gsize                  offset);
/* Takes the descriptor. The bytes of a file cannot be copied from the queue: what has any is only
 * sent from. */
void          tisock_byte_queue_append_file  (TisockByteQueue       *queue,
                                              int                    fd,
                                              goffset                offset,
                                              gsize                  length,
                                              TisockTransfer        *transfer);
/* Appends bytes, at least one, and what goes with the first of them; takes that. It goes away with
 * that byte, and is not copied from the queue either. */
void          tisock_byte_queue_append_descriptors (TisockByteQueue *queue,
                                              const void            *data,
                                              gsize                  length,
                                              GUnixFDList           *descriptors);
/* Appends all that another queue has, without copying what is its own. */
void          tisock_byte_queue_append_queue (TisockByteQueue       *queue,
                                              TisockByteQueue       *other);
/* Lends the queue bytes that stay the lender's: settle() has to be called before they change.
 * A queue has at most one loan, and it is always its last chunk. */
void          tisock_byte_queue_lend         (TisockByteQueue       *queue,
                                              TisockChunk           *loan,
                                              void                  *data,
                                              gsize                  length);
void          tisock_byte_queue_settle       (TisockByteQueue       *queue);

gsize         tisock_byte_queue_copy         (const TisockByteQueue *queue,
                                              gsize                  offset,
                                              void                  *buffer,
                                              gsize                  length);
const guint8 *tisock_byte_queue_peek         (TisockByteQueue       *queue,
                                              gsize                  length);
void          tisock_byte_queue_skip         (TisockByteQueue       *queue,
                                              gsize                  length);
GBytes       *tisock_byte_queue_take_bytes   (TisockByteQueue       *queue,
                                              gsize                  length)
                                              G_GNUC_WARN_UNUSED_RESULT;
/* The same with bytes that are not the first ones, while the others stay. */
GBytes       *tisock_byte_queue_cut          (TisockByteQueue       *queue,
                                              gsize                  offset,
                                              gsize                  length)
                                              G_GNUC_WARN_UNUSED_RESULT;
/* Puts so many zeros before the first byte. */
void          tisock_byte_queue_prepend_zeros (TisockByteQueue      *queue,
                                              gsize                  length);
/* What is first in the queue: vectors up to the first file, and up to where descriptors begin; or a
 * file (NULL: it is none). */
guint         tisock_byte_queue_get_vectors  (const TisockByteQueue *queue,
                                              GOutputVector         *vectors,
                                              guint                  n_vectors);
const TisockFileRun *
              tisock_byte_queue_get_file     (const TisockByteQueue *queue);
/* What goes with the first byte; NULL: nothing. */
GUnixFDList  *tisock_byte_queue_get_descriptors (const TisockByteQueue *queue);
/* How many of the bytes are not in files. */
gsize         tisock_byte_queue_get_memory   (const TisockByteQueue *queue);
void          tisock_byte_queue_clear        (TisockByteQueue       *queue);

G_END_DECLS
