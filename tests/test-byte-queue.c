/* test-byte-queue.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/byte-queue.h"
#include "test-util.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <string.h>

#define KIB ((gsize) 1024)

/* Bytes of which each is different from its neighbours and from those a power of two away. */
static guint8 *
make_pattern (gsize length)
{
  guint8 *data = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    data[i] = i % 251;

  return data;
}

static gsize
count_chunks (const TisockByteQueue *queue)
{
  gsize n = 0;

  for (TisockChunk *chunk = queue->head; chunk != NULL; chunk = chunk->next)
    n++;

  return n;
}

static gsize
count_room (const TisockByteQueue *queue)
{
  gsize room = 0;

  for (TisockChunk *chunk = queue->head; chunk != NULL; chunk = chunk->next)
    room += chunk->room;

  return room;
}

static void
assert_consistent (const TisockByteQueue *queue)
{
  TisockChunk *last = NULL;
  gsize length = 0;

  for (TisockChunk *chunk = queue->head; chunk != NULL; chunk = chunk->next)
    {
      g_assert_cmpuint (chunk->length, >, 0);
      if (chunk->bytes != NULL || chunk->on_loan)
        g_assert_cmpuint (chunk->room, ==, 0);
      if (chunk->next != NULL)
        g_assert_false (chunk->on_loan);

      length += chunk->length;
      last = chunk;
    }

  g_assert_true (queue->tail == last);
  g_assert_cmpuint (queue->length, ==, length);
}

static void
assert_content (const TisockByteQueue *queue,
                const void            *data,
                gsize                  length)
{
  g_autofree guint8 *copy = g_malloc (length + 1);

  assert_consistent (queue);
  g_assert_cmpuint (tisock_byte_queue_copy (queue, 0, copy, length + 1), ==, length);
  g_assert_cmpmem (copy, length, data, length);
}

static void
assert_is_empty (const TisockByteQueue *queue)
{
  const TisockByteQueue empty = { NULL };

  g_assert_cmpmem (queue, sizeof *queue, &empty, sizeof empty);
}

static void
test_byte_queue_empty (void)
{
  TisockByteQueue queue = { NULL };
  g_autoptr(GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autoptr(GBytes) none = g_bytes_new (NULL, 0);
  g_autoptr(GBytes) taken = NULL;
  TisockChunk loan;
  GOutputVector vector;
  char buffer[1];

  g_test_summary ("Nothing added and nothing taken leaves a queue that owns no memory.");

  tisock_byte_queue_append (&queue, NULL, 0);
  tisock_byte_queue_append_bytes (&queue, bytes, 3);
  tisock_byte_queue_append_bytes (&queue, none, 0);
  tisock_byte_queue_lend (&queue, &loan, buffer, 0);
  tisock_byte_queue_settle (&queue);
  tisock_byte_queue_skip (&queue, 0);
  tisock_byte_queue_clear (&queue);
  assert_is_empty (&queue);

  g_assert_cmpuint (tisock_byte_queue_copy (&queue, 0, buffer, 1), ==, 0);
  g_assert_cmpuint (tisock_byte_queue_copy (&queue, 5, buffer, 1), ==, 0);
  g_assert_cmpuint (tisock_byte_queue_get_vectors (&queue, &vector, 1), ==, 0);
  g_assert_null (tisock_byte_queue_peek (&queue, 0));
  taken = tisock_byte_queue_take_bytes (&queue, 0);
  g_assert_cmpuint (g_bytes_get_size (taken), ==, 0);
  assert_is_empty (&queue);
}

static void
test_byte_queue_append (void)
{
  const gsize lengths[] = { 1, 100, 4 * KIB, 3, 64 * KIB, 200 * KIB, 1, 1024 * KIB };
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (2048 * KIB);
  gsize length = 0;

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      tisock_byte_queue_append (&queue, pattern + length, lengths[i]);
      length += lengths[i];
      assert_content (&queue, pattern, length);
    }

  for (gsize skipped = 0; skipped < length; skipped += MIN (10007, length - skipped))
    {
      assert_content (&queue, pattern + skipped, length - skipped);
      tisock_byte_queue_skip (&queue, MIN (10007, length - skipped));
    }

  assert_is_empty (&queue);
}

static void
test_byte_queue_append_small (void)
{
  const gsize length = 4 * 1000 * 1000;
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (length);

  g_test_summary ("Small appends share blocks, which grow with the queue but not without end.");

  for (gsize i = 0; i < length; i++)
    {
      tisock_byte_queue_append (&queue, pattern + i, 1);
      g_assert_cmpuint (queue.tail->room, <, MAX (4 * KIB, MIN (queue.length, 64 * KIB)));
    }

  assert_content (&queue, pattern, length);
  g_assert_cmpuint (count_chunks (&queue), <, length / (64 * KIB) + 20);

  for (gsize i = 0; i < length; i++)
    {
      g_assert_cmpuint (*queue.head->data, ==, pattern[i]);
      tisock_byte_queue_skip (&queue, 1);
    }

  assert_is_empty (&queue);
}

static void
test_byte_queue_append_large (void)
{
  const gsize length = 10 * 1024 * KIB;
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (length);

  g_test_summary ("A large append can be freed piece by piece while it is taken.");

  tisock_byte_queue_append (&queue, pattern, length);
  for (TisockChunk *chunk = queue.head; chunk != NULL; chunk = chunk->next)
    g_assert_cmpuint (chunk->length + chunk->room, <=, 64 * KIB);

  assert_content (&queue, pattern, length);
  tisock_byte_queue_skip (&queue, length - 1);
  g_assert_cmpuint (count_chunks (&queue), ==, 1);
  tisock_byte_queue_clear (&queue);
  assert_is_empty (&queue);
}

static void
count_cb (gpointer data)
{
  guint *n = data;

  *n += 1;
}

static void
test_byte_queue_append_bytes (void)
{
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (1000);
  GBytes *bytes;
  guint n_freed = 0;

  g_test_summary ("Bytes are referenced until the last of them is taken.");

  bytes = g_bytes_new_with_free_func (pattern, 1000, count_cb, &n_freed);
  tisock_byte_queue_append (&queue, "ab", 2);
  tisock_byte_queue_append_bytes (&queue, bytes, 100);
  tisock_byte_queue_append (&queue, "cd", 2);
  g_bytes_unref (bytes);

  assert_consistent (&queue);
  g_assert_cmpuint (queue.length, ==, 904);
  g_assert_true (queue.head->next->data == pattern + 100);

  tisock_byte_queue_skip (&queue, 2 + 899);
  g_assert_cmpuint (n_freed, ==, 0);
  tisock_byte_queue_skip (&queue, 1);
  g_assert_cmpuint (n_freed, ==, 1);
  assert_content (&queue, "cd", 2);
  tisock_byte_queue_clear (&queue);
}

static void
test_byte_queue_append_bytes_clear (void)
{
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (1000);
  GBytes *bytes;
  guint n_freed = 0;

  bytes = g_bytes_new_with_free_func (pattern, 1000, count_cb, &n_freed);
  tisock_byte_queue_append_bytes (&queue, bytes, 0);
  g_bytes_unref (bytes);
  tisock_byte_queue_skip (&queue, 10);
  g_assert_cmpuint (n_freed, ==, 0);

  tisock_byte_queue_clear (&queue);
  g_assert_cmpuint (n_freed, ==, 1);
  assert_is_empty (&queue);
}

static void
test_byte_queue_append_bytes_small (void)
{
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (1000);
  GBytes *bytes;
  guint n_freed = 0;

  g_test_summary ("A few bytes do not keep the whole of a large GBytes.");

  bytes = g_bytes_new_with_free_func (pattern, 1000, count_cb, &n_freed);
  tisock_byte_queue_append_bytes (&queue, bytes, 990);
  g_bytes_unref (bytes);

  g_assert_cmpuint (n_freed, ==, 1);
  assert_content (&queue, pattern + 990, 10);
  tisock_byte_queue_clear (&queue);
}

static void
test_byte_queue_lend (void)
{
  TisockByteQueue queue = { NULL };
  char buffer[] = "0123456789";
  TisockChunk loan;

  g_test_summary ("A loan that is taken whole is never copied.");

  tisock_byte_queue_lend (&queue, &loan, buffer, 10);
  g_assert_true (queue.head == &loan);
  g_assert_true (tisock_byte_queue_peek (&queue, 10) == (guint8 *) buffer);

  tisock_byte_queue_skip (&queue, 4);
  g_assert_true (tisock_byte_queue_peek (&queue, 6) == (guint8 *) buffer + 4);
  g_assert_true (queue.head == &loan);
  assert_content (&queue, "456789", 6);

  tisock_byte_queue_skip (&queue, 6);
  assert_is_empty (&queue);
  tisock_byte_queue_settle (&queue);
  assert_is_empty (&queue);
}

static void
test_byte_queue_settle (void)
{
  TisockByteQueue queue = { NULL };
  char buffer[] = "0123456789";
  TisockChunk loan;

  g_test_summary ("What is left of a loan gets a block of its size, then the room in the last.");

  tisock_byte_queue_lend (&queue, &loan, buffer, 10);
  tisock_byte_queue_skip (&queue, 4);
  tisock_byte_queue_settle (&queue);
  memset (buffer, 'x', 10);
  assert_content (&queue, "456789", 6);
  g_assert_cmpuint (count_room (&queue), ==, 0);

  memcpy (buffer, "abc", 3);
  tisock_byte_queue_lend (&queue, &loan, buffer, 3);
  tisock_byte_queue_settle (&queue);
  g_assert_cmpuint (count_chunks (&queue), ==, 2);
  g_assert_cmpuint (count_room (&queue), <=, queue.length);

  memcpy (buffer, "def", 3);
  tisock_byte_queue_lend (&queue, &loan, buffer, 3);
  tisock_byte_queue_settle (&queue);
  memset (buffer, 'x', 10);
  g_assert_cmpuint (count_chunks (&queue), ==, 2);
  assert_content (&queue, "456789abcdef", 12);

  tisock_byte_queue_clear (&queue);
}

static void
test_byte_queue_settle_small (void)
{
  const gsize length = 300 * 1000;
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (length);
  TisockChunk loan;

  g_test_summary ("Loans of single bytes do not cost a block each.");

  for (gsize i = 0; i < length; i++)
    {
      guint8 byte = pattern[i];

      tisock_byte_queue_lend (&queue, &loan, &byte, 1);
      tisock_byte_queue_settle (&queue);
      g_assert_cmpuint (queue.tail->room, <, queue.length);
    }

  assert_content (&queue, pattern, length);
  g_assert_cmpuint (count_chunks (&queue), <, 30);
  tisock_byte_queue_clear (&queue);
}

static void
test_byte_queue_settle_by_append (void)
{
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (1000);
  g_autoptr(GBytes) bytes = g_bytes_new_static (pattern, 1000);
  g_autoptr(GByteArray) expected = g_byte_array_new ();
  char buffer[] = "012";
  TisockChunk loan;

  g_test_summary ("A loan is the last chunk: whatever is added settles it.");

  tisock_byte_queue_lend (&queue, &loan, buffer, 3);
  tisock_byte_queue_append (&queue, "abc", 3);
  tisock_byte_queue_lend (&queue, &loan, buffer, 3);
  tisock_byte_queue_append_bytes (&queue, bytes, 0);
  tisock_byte_queue_lend (&queue, &loan, buffer, 3);
  tisock_byte_queue_lend (&queue, &loan, buffer, 2);
  tisock_byte_queue_settle (&queue);
  memset (buffer, 'x', 3);

  g_byte_array_append (expected, (guint8 *) "012abc012", 9);
  g_byte_array_append (expected, pattern, 1000);
  g_byte_array_append (expected, (guint8 *) "01201", 5);
  assert_content (&queue, expected->data, expected->len);

  tisock_byte_queue_lend (&queue, &loan, buffer, 3);
  tisock_byte_queue_clear (&queue);
  assert_is_empty (&queue);
}

static void
test_byte_queue_peek (void)
{
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (3000);
  g_autoptr(GBytes) first = g_bytes_new_static (pattern, 1000);
  g_autoptr(GBytes) second = g_bytes_new_static (pattern + 1000, 1000);
  TisockChunk loan;

  g_test_summary ("Only bytes that lie apart are moved together.");

  tisock_byte_queue_append_bytes (&queue, first, 0);
  tisock_byte_queue_append_bytes (&queue, second, 0);
  tisock_byte_queue_lend (&queue, &loan, pattern + 2000, 1000);

  g_assert_true (tisock_byte_queue_peek (&queue, 1000) == pattern);
  g_assert_cmpmem (tisock_byte_queue_peek (&queue, 1500), 1500, pattern, 1500);
  g_assert_true (queue.tail == &loan && loan.data == pattern + 2000);
  assert_content (&queue, pattern, 3000);

  g_assert_cmpmem (tisock_byte_queue_peek (&queue, 2001), 2001, pattern, 2001);
  g_assert_true (queue.tail == &loan && loan.data == pattern + 2001);
  g_assert_cmpmem (tisock_byte_queue_peek (&queue, 3000), 3000, pattern, 3000);
  g_assert_false (queue.tail->on_loan);
  g_assert_cmpuint (count_chunks (&queue), ==, 1);
  assert_content (&queue, pattern, 3000);

  tisock_byte_queue_clear (&queue);
}

/* Peeks at a queue that grows by loans; gives how often the bytes had to be moved. */
static guint
peek_growing (gboolean settled)
{
  const gsize length = 10 * 1000 * 1000;
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (length);
  const guint8 *before = NULL;
  guint n_moves = 0;
  TisockChunk loan;

  while (queue.length < length)
    {
      const guint8 *data;

      tisock_byte_queue_lend (&queue, &loan, pattern + queue.length, 100);
      if (settled)
        tisock_byte_queue_settle (&queue);

      data = tisock_byte_queue_peek (&queue, queue.length);
      if (data != before)
        n_moves++;
      before = data;
      g_assert_cmpuint (count_room (&queue), <=, queue.length);
    }

  assert_content (&queue, pattern, length);
  tisock_byte_queue_clear (&queue);

  return n_moves;
}

static void
test_byte_queue_peek_growing (void)
{
  g_test_summary ("Looking at all of a growing queue moves it seldom, not each time.");

  g_assert_cmpuint (peek_growing (FALSE), <, 32);
  g_assert_cmpuint (peek_growing (TRUE), <, 32);
}

static void
assert_taken (TisockByteQueue *queue,
              gsize            length,
              const guint8    *expected,
              gboolean         in_place)
{
  g_autoptr(GBytes) bytes = tisock_byte_queue_take_bytes (queue, length);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpmem (data, size, expected, length);
  g_assert_cmpint (data == expected, ==, in_place);
}

static void
test_byte_queue_take_bytes (void)
{
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (2000);
  g_autoptr(GBytes) bytes = g_bytes_new_static (pattern, 1000);
  TisockChunk loan;

  g_test_summary ("What lies in one GBytes is taken as a slice of it, what is lent as a copy.");

  tisock_byte_queue_append_bytes (&queue, bytes, 100);
  tisock_byte_queue_lend (&queue, &loan, pattern + 1000, 1000);

  tisock_byte_queue_skip (&queue, 1);
  assert_taken (&queue, 299, pattern + 101, TRUE);
  assert_taken (&queue, 100, pattern + 400, TRUE);
  assert_content (&queue, pattern + 500, 1500);
  assert_taken (&queue, 501, pattern + 500, FALSE);
  assert_taken (&queue, 499, pattern + 1001, FALSE);
  tisock_byte_queue_settle (&queue);
  assert_taken (&queue, 500, pattern + 1500, FALSE);
  assert_is_empty (&queue);

  tisock_byte_queue_append_bytes (&queue, bytes, 0);
  assert_taken (&queue, 1000, pattern, TRUE);
  assert_is_empty (&queue);
}

static void
test_byte_queue_cut (void)
{
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (2000);
  g_autoptr(GBytes) middle = NULL;
  g_autoptr(GBytes) first = NULL;
  TisockChunk loan;

  tisock_byte_queue_append (&queue, pattern, 1000);
  tisock_byte_queue_lend (&queue, &loan, pattern + 1000, 1000);
  middle = tisock_byte_queue_cut (&queue, 900, 300);
  g_assert_cmpmem (g_bytes_get_data (middle, NULL), g_bytes_get_size (middle), pattern + 900, 300);
  first = tisock_byte_queue_cut (&queue, 0, 900);
  g_assert_cmpmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first), pattern, 900);
  assert_content (&queue, pattern + 1200, 800);

  /* The last bytes of all. */
  g_bytes_unref (tisock_byte_queue_cut (&queue, 799, 1));
  assert_content (&queue, pattern + 1200, 799);
  tisock_byte_queue_settle (&queue);
  assert_content (&queue, pattern + 1200, 799);
  tisock_byte_queue_clear (&queue);
}

/* The block stays where it is, for as long as any of its bytes is referred to. */
static void
test_byte_queue_take_block (void)
{
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (3000);
  g_autoptr(GBytes) first = NULL;
  g_autoptr(GBytes) second = NULL;
  g_autoptr(GBytes) rest = NULL;
  const guint8 *place;

  tisock_byte_queue_append (&queue, pattern, 1500);
  place = queue.head->data;
  assert_taken (&queue, 255, pattern, FALSE);
  g_assert_true (queue.head->data == place + 255);

  first = tisock_byte_queue_take_bytes (&queue, 500);
  g_assert_true (g_bytes_get_data (first, NULL) == place + 255);
  tisock_byte_queue_append (&queue, pattern + 1500, 1500);
  assert_content (&queue, pattern + 755, 2245);
  second = tisock_byte_queue_take_bytes (&queue, 745);
  g_assert_true (g_bytes_get_data (second, NULL) == place + 755);

  place = queue.head->data;
  rest = tisock_byte_queue_take_bytes (&queue, 1500);
  g_assert_true (g_bytes_get_data (rest, NULL) == place);
  assert_is_empty (&queue);
  g_assert_cmpmem (g_bytes_get_data (first, NULL), 500, pattern + 255, 500);
  g_assert_cmpmem (g_bytes_get_data (rest, NULL), 1500, pattern + 1500, 1500);
}

static void
test_byte_queue_get_vectors (void)
{
  TisockByteQueue queue = { NULL };
  g_autofree guint8 *pattern = make_pattern (1000);
  g_autoptr(GBytes) bytes = g_bytes_new_static (pattern, 1000);
  GOutputVector vectors[4];

  tisock_byte_queue_append (&queue, "abc", 3);
  tisock_byte_queue_append_bytes (&queue, bytes, 0);
  tisock_byte_queue_append (&queue, "def", 3);
  tisock_byte_queue_skip (&queue, 1);

  g_assert_cmpuint (tisock_byte_queue_get_vectors (&queue, vectors, 0), ==, 0);
  g_assert_cmpuint (tisock_byte_queue_get_vectors (&queue, vectors, 2), ==, 2);
  g_assert_cmpuint (tisock_byte_queue_get_vectors (&queue, vectors, 4), ==, 3);
  g_assert_cmpmem (vectors[0].buffer, vectors[0].size, "bc", 2);
  g_assert_cmpmem (vectors[1].buffer, vectors[1].size, pattern, 1000);
  g_assert_cmpmem (vectors[2].buffer, vectors[2].size, "def", 3);

  tisock_byte_queue_clear (&queue);
}

/* A random course of events, compared with one array of all the bytes. */

typedef struct
{
  TisockByteQueue  queue;
  GByteArray      *bytes;

  TisockChunk      loan;
  guint8           lent[1 << 15];
} Model;

static void
fill_random (guint8 *data,
             gsize   length)
{
  guint8 step = g_test_rand_int_range (1, 256);
  guint8 value = g_test_rand_int_range (0, 256);

  for (gsize i = 0; i < length; i++, value += step)
    data[i] = value;
}

static void
model_append (Model *model)
{
  gsize length = test_random (18);
  gsize offset = g_test_rand_int_range (0, length + 1);
  g_autofree guint8 *data = g_malloc (length + 1);
  g_autoptr(GBytes) bytes = NULL;

  fill_random (data, length);

  if (g_test_rand_bit ())
    {
      tisock_byte_queue_append (&model->queue, data, length);
      g_byte_array_append (model->bytes, data, length);
      return;
    }

  g_byte_array_append (model->bytes, data + offset, length - offset);
  bytes = g_bytes_new_take (g_steal_pointer (&data), length);
  tisock_byte_queue_append_bytes (&model->queue, bytes, offset);
}

static void
model_lend (Model *model)
{
  gsize length = test_random (15);

  tisock_byte_queue_settle (&model->queue);
  fill_random (model->lent, length);
  tisock_byte_queue_lend (&model->queue, &model->loan, model->lent, length);
  g_byte_array_append (model->bytes, model->lent, length);
}

static void
model_settle (Model *model)
{
  tisock_byte_queue_settle (&model->queue);
  fill_random (model->lent, sizeof model->lent);
}

static gsize
pick_length (Model *model)
{
  gsize length = test_random (18);

  if (length > model->bytes->len || g_test_rand_int_range (0, 4) == 0)
    return model->bytes->len;

  return length;
}

static void
model_skip (Model *model)
{
  gsize length = pick_length (model);

  tisock_byte_queue_skip (&model->queue, length);
  g_byte_array_remove_range (model->bytes, 0, length);
}

static void
model_take (Model *model)
{
  gsize length = pick_length (model);
  g_autoptr(GBytes) bytes = tisock_byte_queue_take_bytes (&model->queue, length);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpmem (data, size, model->bytes->data, length);
  g_byte_array_remove_range (model->bytes, 0, length);
}

static void
model_peek (Model *model)
{
  gsize length = pick_length (model);
  const guint8 *data = tisock_byte_queue_peek (&model->queue, length);

  g_assert_cmpmem (data, length, model->bytes->data, length);
}

static void
model_copy (Model *model)
{
  gsize offset = g_test_rand_int_range (0, model->bytes->len + 10);
  gsize length = test_random (18);
  gsize expected = MIN (length, model->bytes->len - MIN (offset, model->bytes->len));
  g_autofree guint8 *copy = g_malloc (length);

  g_assert_cmpuint (tisock_byte_queue_copy (&model->queue, offset, copy, length), ==, expected);
  if (expected > 0)
    g_assert_cmpmem (copy, expected, model->bytes->data + offset, expected);
}

static void
model_get_vectors (Model *model)
{
  GOutputVector vectors[16];
  guint n_most = g_test_rand_int_range (0, 17);
  guint n = tisock_byte_queue_get_vectors (&model->queue, vectors, n_most);
  gsize length = 0;

  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpmem (vectors[i].buffer, vectors[i].size,
                       model->bytes->data + length, vectors[i].size);
      length += vectors[i].size;
    }

  if (n < n_most)
    g_assert_cmpuint (length, ==, model->bytes->len);
  else
    g_assert_cmpuint (n, ==, n_most);
}

static void
test_byte_queue_random (void)
{
  void (*changes[]) (Model *) = { model_append, model_lend, model_settle, model_skip, model_take,
                                  model_peek, model_copy, model_get_vectors };
  g_autofree Model *model = g_new0 (Model, 1);

  model->bytes = g_byte_array_sized_new (1);

  for (guint i = 0; i < 3000; i++)
    {
      changes[g_test_rand_int_range (0, G_N_ELEMENTS (changes))] (model);
      assert_content (&model->queue, model->bytes->data, model->bytes->len);
    }

  tisock_byte_queue_clear (&model->queue);
  assert_is_empty (&model->queue);
  g_byte_array_unref (model->bytes);
}

static void
assert_file (const TisockByteQueue *queue,
             goffset                offset,
             gsize                  length)
{
  const TisockFileRun *run = tisock_byte_queue_get_file (queue);
  GOutputVector vector;

  g_assert_nonnull (run);
  g_assert_cmpint (run->offset, ==, offset);
  g_assert_cmpuint (run->chunk.length, ==, length);
  g_assert_cmpuint (tisock_byte_queue_get_vectors (queue, &vector, 1), ==, 0);
  assert_consistent (queue);
}

static void
test_byte_queue_append_file (void)
{
  const goffset far = (goffset) 5 * 1024 * 1024 * 1024;
  TisockByteQueue queue = { NULL };
  g_autoptr(TisockTransfer) transfer = tisock_transfer_new ();
  int fd = test_make_file ("", 0);
  GOutputVector vectors[8];
  guint n;

  g_test_summary ("A run of a file has its place among the bytes, and its descriptor is closed.");

  tisock_byte_queue_append (&queue, "abc", 3);
  tisock_byte_queue_append_file (&queue, fcntl (fd, F_DUPFD_CLOEXEC, 0), far, 1000,
                                 transfer);
  tisock_byte_queue_append_file (&queue, fcntl (fd, F_DUPFD_CLOEXEC, 0), 0, 0, transfer);
  tisock_byte_queue_append (&queue, "def", 3);
  n = test_count_descriptors ();
  assert_consistent (&queue);
  g_assert_cmpuint (queue.length, ==, 1006);
  g_assert_cmpuint (tisock_byte_queue_get_memory (&queue), ==, 6);

  g_assert_null (tisock_byte_queue_get_file (&queue));
  g_assert_cmpuint (tisock_byte_queue_get_vectors (&queue, vectors, 8), ==, 1);
  g_assert_cmpmem (vectors[0].buffer, vectors[0].size, "abc", 3);
  tisock_byte_queue_skip (&queue, 3);
  assert_file (&queue, far, 1000);
  tisock_byte_queue_skip (&queue, 999);
  assert_file (&queue, far + 999, 1);
  g_assert_cmpuint (test_count_descriptors (), ==, n);

  tisock_byte_queue_skip (&queue, 2);
  g_assert_null (tisock_byte_queue_get_file (&queue));
  assert_content (&queue, "ef", 2);
  g_assert_cmpuint (test_count_descriptors (), ==, n - 1);

  tisock_byte_queue_append_file (&queue, fd, 7, 8, transfer);
  tisock_byte_queue_clear (&queue);
  assert_is_empty (&queue);
  g_assert_cmpuint (test_count_descriptors (), ==, n - 2);
}

/* One more, in a list of its own. */
static GUnixFDList *
make_list (void)
{
  int fd = test_make_file ("", 0);

  return g_unix_fd_list_new_from_array (&fd, 1);
}

static void
test_byte_queue_append_descriptors (void)
{
  const gsize length = 100 * 1000;
  g_autofree guint8 *data = g_malloc0 (length);
  TisockByteQueue queue = { NULL };
  GOutputVector vectors[8];
  guint n = test_count_descriptors ();

  g_test_summary ("Descriptors have their place among the bytes, and go with the first one.");

  tisock_byte_queue_append (&queue, "abc", 3);
  tisock_byte_queue_append_descriptors (&queue, "de", 2, make_list ());
  tisock_byte_queue_append (&queue, "f", 1);
  tisock_byte_queue_append_descriptors (&queue, data, length, make_list ());
  tisock_byte_queue_append_descriptors (&queue, "g", 1, make_list ());
  g_assert_cmpuint (test_count_descriptors (), ==, n + 3);
  g_assert_cmpuint (queue.length, ==, length + 7);
  assert_consistent (&queue);

  g_assert_null (tisock_byte_queue_get_descriptors (&queue));
  g_assert_cmpuint (tisock_byte_queue_get_vectors (&queue, vectors, 8), ==, 1);
  tisock_byte_queue_skip (&queue, 3);
  g_assert_nonnull (tisock_byte_queue_get_descriptors (&queue));
  tisock_byte_queue_skip (&queue, 1);
  g_assert_null (tisock_byte_queue_get_descriptors (&queue));
  g_assert_cmpuint (test_count_descriptors (), ==, n + 2);

  /* The rest of a long run follows it without any. */
  tisock_byte_queue_skip (&queue, 2);
  g_assert_nonnull (tisock_byte_queue_get_descriptors (&queue));
  g_assert_cmpuint (tisock_byte_queue_get_vectors (&queue, vectors, 8), ==, 2);
  tisock_byte_queue_skip (&queue, length);
  g_assert_cmpuint (test_count_descriptors (), ==, n + 1);
  g_assert_nonnull (tisock_byte_queue_get_descriptors (&queue));
  tisock_byte_queue_clear (&queue);
  g_assert_cmpuint (test_count_descriptors (), ==, n);
}

static void
test_byte_queue_append_queue (void)
{
  TisockByteQueue queue = { NULL };
  TisockByteQueue other = { NULL };
  TisockChunk loan;
  char lent[] = "lent";

  g_test_summary ("A queue takes the chunks of another one as they are, but for a loan.");

  tisock_byte_queue_append_queue (&queue, &other);
  assert_is_empty (&queue);

  tisock_byte_queue_append (&other, "one", 3);
  tisock_byte_queue_append_queue (&queue, &other);
  assert_is_empty (&other);
  assert_content (&queue, "one", 3);

  tisock_byte_queue_append (&other, "two", 3);
  tisock_byte_queue_lend (&other, &loan, lent, 4);
  tisock_byte_queue_append_queue (&queue, &other);
  memset (lent, 'x', sizeof lent);
  tisock_byte_queue_append (&queue, "end", 3);
  assert_is_empty (&other);
  assert_content (&queue, "onetwolentend", 13);
  g_assert_cmpuint (count_chunks (&queue), ==, 2);

  tisock_byte_queue_clear (&queue);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/byte-queue/empty", test_byte_queue_empty);
  g_test_add_func ("/byte-queue/append", test_byte_queue_append);
  g_test_add_func ("/byte-queue/append/small", test_byte_queue_append_small);
  g_test_add_func ("/byte-queue/append/large", test_byte_queue_append_large);
  g_test_add_func ("/byte-queue/append-bytes", test_byte_queue_append_bytes);
  g_test_add_func ("/byte-queue/append-bytes/clear", test_byte_queue_append_bytes_clear);
  g_test_add_func ("/byte-queue/append-bytes/small", test_byte_queue_append_bytes_small);
  g_test_add_func ("/byte-queue/append-file", test_byte_queue_append_file);
  g_test_add_func ("/byte-queue/append-descriptors", test_byte_queue_append_descriptors);
  g_test_add_func ("/byte-queue/append-queue", test_byte_queue_append_queue);
  g_test_add_func ("/byte-queue/lend", test_byte_queue_lend);
  g_test_add_func ("/byte-queue/settle", test_byte_queue_settle);
  g_test_add_func ("/byte-queue/settle/small", test_byte_queue_settle_small);
  g_test_add_func ("/byte-queue/settle/by-append", test_byte_queue_settle_by_append);
  g_test_add_func ("/byte-queue/peek", test_byte_queue_peek);
  g_test_add_func ("/byte-queue/peek/growing", test_byte_queue_peek_growing);
  g_test_add_func ("/byte-queue/take-bytes", test_byte_queue_take_bytes);
  g_test_add_func ("/byte-queue/take-bytes/block", test_byte_queue_take_block);
  g_test_add_func ("/byte-queue/cut", test_byte_queue_cut);
  g_test_add_func ("/byte-queue/get-vectors", test_byte_queue_get_vectors);
  g_test_add_func ("/byte-queue/random", test_byte_queue_random);

  return g_test_run ();
}
