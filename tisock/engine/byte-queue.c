/* byte-queue.c: bytes in order, as a list of chunks
 *
 * No chunk is ever empty, so an empty queue has none.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/byte-queue.h"

#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

/* Blocks grow with the queue, so that many small appends cost little and memory stays in
 * proportion. With what malloc() adds, a block of this size fills whole pages. */
#define BLOCK_OVERHEAD (sizeof (TisockChunk) + 2 * sizeof (gsize))
#define MIN_BLOCK (4096 - BLOCK_OVERHEAD)
#define MAX_BLOCK (65536 - BLOCK_OVERHEAD)

/* Below this a copy costs less than a chunk and a reference. */
#define MIN_REFERENCED 256

typedef struct
{
  TisockChunk  chunk;
  guint8       data[];
} Block;

static gboolean
is_file (const TisockChunk *chunk)
{
  return chunk->data == NULL;
}

static gboolean
is_block (const TisockChunk *chunk)
{
  return chunk != NULL && chunk->bytes == NULL && !chunk->on_loan && !is_file (chunk);
}

static TisockChunk *
new_block (gsize room)
{
  Block *block = g_malloc (sizeof *block + room);

  block->chunk = (TisockChunk) { .data = block->data, .room = room };

  return &block->chunk;
}

static void
leave_file (TisockFileRun *run)
{
  close (run->fd);
  tisock_transfer_unref (run->transfer);
}

static void
free_chunk (TisockChunk *chunk)
{
  if (chunk->on_loan)
    return;

  if (is_file (chunk))
    leave_file ((TisockFileRun *) chunk);

  g_clear_pointer (&chunk->bytes, g_bytes_unref);
  g_clear_object (&chunk->descriptors);
  g_free (chunk);
}

static void
push_chunk (TisockByteQueue *queue,
            TisockChunk     *chunk)
{
  if (queue->tail != NULL)
    queue->tail->next = chunk;
  else
    queue->head = chunk;

  queue->tail = chunk;
  queue->length += chunk->length;
}

static void
push_head (TisockByteQueue *queue,
           TisockChunk     *chunk)
{
  chunk->next = queue->head;
  queue->head = chunk;
  if (queue->tail == NULL)
    queue->tail = chunk;
  queue->length += chunk->length;
}

static TisockChunk *
pop_chunk (TisockByteQueue *queue)
{
  TisockChunk *chunk = queue->head;

  queue->head = chunk->next;
  if (queue->head == NULL)
    queue->tail = NULL;
  queue->length -= chunk->length;
  chunk->next = NULL;

  return chunk;
}

/* Puts as much as there is room for behind the bytes of a block. */
static gsize
fill_block (TisockChunk  *block,
            const guint8 *data,
            gsize         length)
{
  gsize n = MIN (length, block->room);

  memcpy (block->data + block->length, data, n);
  block->length += n;
  block->room -= n;

  return n;
}

static gsize
fill_tail (TisockByteQueue *queue,
           const guint8    *data,
           gsize            length)
{
  gsize n;

  if (!is_block (queue->tail) || queue->tail->room == 0)
    return 0;

  n = fill_block (queue->tail, data, length);
  queue->length += n;

  return n;
}

static void
push_block (TisockByteQueue *queue,
            const guint8    *data,
            gsize            length,
            gsize            room)
{
  TisockChunk *block = new_block (MAX (length, room));

  fill_block (block, data, length);
  push_chunk (queue, block);
}

void
tisock_byte_queue_append (TisockByteQueue *queue,
                          const void      *data,
                          gsize            length)
{
  const guint8 *rest = data;
  gsize n;

  if (length == 0)
    return;

  tisock_byte_queue_settle (queue);

  n = fill_tail (queue, rest, length);

  /* No block is larger than the maximum, so that a long queue shrinks while it is taken from. */
  while (n < length)
    {
      gsize part = MIN (length - n, MAX_BLOCK);

      push_block (queue, rest + n, part, CLAMP (queue->length, MIN_BLOCK, MAX_BLOCK));
      n += part;
    }
}

static TisockChunk *
new_reference (GBytes *bytes,
               gsize   offset)
{
  TisockChunk *chunk = g_new0 (TisockChunk, 1);
  gsize length;

  chunk->data = (guint8 *) g_bytes_get_data (bytes, &length) + offset;
  chunk->length = length - offset;
  chunk->bytes = g_bytes_ref (bytes);

  return chunk;
}

void
tisock_byte_queue_append_bytes (TisockByteQueue *queue,
                                GBytes          *bytes,
                                gsize            offset)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  g_assert (offset <= length);

  if (offset == length)
    return;

  if (length - offset < MIN_REFERENCED)
    {
      tisock_byte_queue_append (queue, data + offset, length - offset);
      return;
    }

  tisock_byte_queue_settle (queue);
  push_chunk (queue, new_reference (bytes, offset));
}

void
tisock_byte_queue_append_file (TisockByteQueue *queue,
                               int              fd,
                               goffset          offset,
                               gsize            length,
                               TisockTransfer  *transfer)
{
  TisockFileRun *run;

  tisock_byte_queue_settle (queue);

  run = g_new0 (TisockFileRun, 1);
  run->chunk.length = length;
  run->fd = fd;
  run->offset = offset;
  run->transfer = tisock_transfer_ref (transfer);

  if (length > 0)
    push_chunk (queue, &run->chunk);
  else
    free_chunk (&run->chunk);
}

void
tisock_byte_queue_append_descriptors (TisockByteQueue *queue,
                                      const void      *data,
                                      gsize            length,
                                      GUnixFDList     *descriptors)
{
  gsize first = MIN (length, MAX_BLOCK);

  g_assert (length > 0);

  tisock_byte_queue_settle (queue);
  push_block (queue, data, first, first);
  queue->tail->descriptors = descriptors;
  tisock_byte_queue_append (queue, (const guint8 *) data + first, length - first);
}

void
tisock_byte_queue_append_queue (TisockByteQueue *queue,
                                TisockByteQueue *other)
{
  tisock_byte_queue_settle (queue);
  tisock_byte_queue_settle (other);

  if (other->head == NULL)
    return;

  if (queue->tail != NULL)
    queue->tail->next = other->head;
  else
    queue->head = other->head;

  queue->tail = other->tail;
  queue->length += other->length;
  *other = (TisockByteQueue) { NULL };
}

void
tisock_byte_queue_lend (TisockByteQueue *queue,
                        TisockChunk     *loan,
                        void            *data,
                        gsize            length)
{
  tisock_byte_queue_settle (queue);

  if (length == 0)
    return;

  *loan = (TisockChunk) { .data = data, .length = length, .on_loan = TRUE };
  push_chunk (queue, loan);
}

static void
pop_tail (TisockByteQueue *queue)
{
  TisockChunk *last = queue->tail;
  TisockChunk *chunk = queue->head;

  if (chunk == last)
    {
      pop_chunk (queue);
      return;
    }

  while (chunk->next != last)
    chunk = chunk->next;

  chunk->next = NULL;
  queue->tail = chunk;
  queue->length -= last->length;
}

/* An idle socket's few bytes get a block of their size; only a queue that grows gets room. */
void
tisock_byte_queue_settle (TisockByteQueue *queue)
{
  TisockChunk *loan = queue->tail;
  gsize n;

  if (loan == NULL || !loan->on_loan)
    return;

  pop_tail (queue);

  n = fill_tail (queue, loan->data, loan->length);
  if (n < loan->length)
    push_block (queue, loan->data + n, loan->length - n, MIN (queue->length, MAX_BLOCK));
}

/* How many bytes there were from the offset on, at most `length`. */
gsize
tisock_byte_queue_copy (const TisockByteQueue *queue,
                        gsize                  offset,
                        void                  *buffer,
                        gsize                  length)
{
  gsize copied = 0;

  for (TisockChunk *chunk = queue->head; chunk != NULL && copied < length; chunk = chunk->next)
    {
      gsize n;

      if (offset >= chunk->length)
        {
          offset -= chunk->length;
          continue;
        }

      n = MIN (length - copied, chunk->length - offset);
      memcpy ((guint8 *) buffer + copied, chunk->data + offset, n);
      copied += n;
      offset = 0;
    }

  return copied;
}

/* Moves bytes from the head of the queue to the end of a block that is not in it. */
static void
move_to_block (TisockByteQueue *queue,
               TisockChunk     *block,
               gsize            length)
{
  while (length > 0)
    {
      gsize n = fill_block (block, queue->head->data, MIN (length, queue->head->length));

      tisock_byte_queue_skip (queue, n);
      length -= n;
    }
}

/* The first bytes of the queue in one piece, until it changes. A block made for that has as much
 * room again, so that looking at a growing queue again and again copies each byte about twice. */
const guint8 *
tisock_byte_queue_peek (TisockByteQueue *queue,
                        gsize            length)
{
  TisockChunk *block;

  g_assert (length <= queue->length);

  if (queue->head == NULL)
    return NULL;
  if (queue->head->length >= length)
    return queue->head->data;

  if (is_block (queue->head) && queue->head->room >= length - queue->head->length)
    block = pop_chunk (queue);
  else
    block = new_block (2 * length);

  move_to_block (queue, block, length - block->length);
  push_head (queue, block);

  return block->data;
}

static void
skip_in_chunk (TisockChunk *chunk,
               gsize        length)
{
  if (is_file (chunk))
    ((TisockFileRun *) chunk)->offset += (goffset) length;
  else
    chunk->data += length;

  chunk->length -= length;
  g_clear_object (&chunk->descriptors);
}

void
tisock_byte_queue_skip (TisockByteQueue *queue,
                        gsize            length)
{
  g_assert (length <= queue->length);

  while (length > 0 && queue->head->length <= length)
    {
      length -= queue->head->length;
      free_chunk (pop_chunk (queue));
    }

  if (length > 0)
    {
      skip_in_chunk (queue->head, length);
      queue->length -= length;
    }
}

/* Puts the memory of the block at the head of the queue into a GBytes, of which slices can be made.
 * A chunk takes its place, and nothing is copied. */
static void
share_head (TisockByteQueue *queue)
{
  TisockChunk *block = pop_chunk (queue);
  TisockChunk *chunk = g_new0 (TisockChunk, 1);

  chunk->data = block->data;
  chunk->length = block->length;
  chunk->descriptors = g_steal_pointer (&block->descriptors);
  chunk->bytes = g_bytes_new_with_free_func (block->data, block->length, g_free, block);
  push_head (queue, chunk);
}

static GBytes *
slice_chunk (const TisockChunk *chunk,
             gsize              length)
{
  const guint8 *start = g_bytes_get_data (chunk->bytes, NULL);

  return g_bytes_new_from_bytes (chunk->bytes, chunk->data - start, length);
}

GBytes *
tisock_byte_queue_take_bytes (TisockByteQueue *queue,
                              gsize            length)
{
  const TisockChunk *head;
  GBytes *bytes;

  g_assert (length <= queue->length);

  if (length >= MIN_REFERENCED && is_block (queue->head) && queue->head->length >= length)
    share_head (queue);

  head = queue->head;
  if (length > 0 && head->bytes != NULL && head->length >= length)
    {
      bytes = slice_chunk (head, length);
    }
  else
    {
      guint8 *data = g_malloc (length);

      tisock_byte_queue_copy (queue, 0, data, length);
      bytes = g_bytes_new_take (data, length);
    }

  tisock_byte_queue_skip (queue, length);

  return bytes;
}

GBytes *
tisock_byte_queue_cut (TisockByteQueue *queue,
                       gsize            offset,
                       gsize            length)
{
  g_autoptr(GBytes) before = NULL;
  GBytes *bytes;

  g_assert (offset <= queue->length && length <= queue->length - offset);

  if (offset == 0)
    return tisock_byte_queue_take_bytes (queue, length);

  before = tisock_byte_queue_take_bytes (queue, offset);
  bytes = tisock_byte_queue_take_bytes (queue, length);
  push_head (queue, new_reference (before, 0));

  return bytes;
}

void
tisock_byte_queue_prepend_zeros (TisockByteQueue *queue,
                                 gsize            length)
{
  TisockChunk *block;

  if (length == 0)
    return;

  block = new_block (length);
  memset (block->data, 0, length);
  block->length = length;
  block->room = 0;
  push_head (queue, block);
}

guint
tisock_byte_queue_get_vectors (const TisockByteQueue *queue,
                               GOutputVector         *vectors,
                               guint                  n_vectors)
{
  guint n = 0;

  for (TisockChunk *chunk = queue->head;
       chunk != NULL && !is_file (chunk) && n < n_vectors && (n == 0 || chunk->descriptors == NULL);
       chunk = chunk->next)
    {
      vectors[n].buffer = chunk->data;
      vectors[n].size = chunk->length;
      n++;
    }

  return n;
}

const TisockFileRun *
tisock_byte_queue_get_file (const TisockByteQueue *queue)
{
  if (queue->head == NULL || !is_file (queue->head))
    return NULL;

  return (const TisockFileRun *) queue->head;
}

GUnixFDList *
tisock_byte_queue_get_descriptors (const TisockByteQueue *queue)
{
  return queue->head != NULL ? queue->head->descriptors : NULL;
}

gsize
tisock_byte_queue_get_memory (const TisockByteQueue *queue)
{
  gsize memory = 0;

  for (TisockChunk *chunk = queue->head; chunk != NULL; chunk = chunk->next)
    if (!is_file (chunk))
      memory += chunk->length;

  return memory;
}

void
tisock_byte_queue_clear (TisockByteQueue *queue)
{
  while (queue->head != NULL)
    free_chunk (pop_chunk (queue));
}
