/* test-scanner.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/scanner.h"
#include "test-util.h"

#include <string.h>

#define MAX_PIECES 64

/* A queue whose chunks are cut where the test wants them. Nothing in it is its own. */
typedef struct
{
  TisockByteQueue  queue;
  TisockChunk      chunks[MAX_PIECES];
  guint            n_chunks;
} Pieces;

static void
add_piece (Pieces     *pieces,
           const void *data,
           gsize       length)
{
  TisockChunk *chunk = &pieces->chunks[pieces->n_chunks];

  g_assert_cmpuint (pieces->n_chunks, <, MAX_PIECES);
  g_assert_cmpuint (length, >, 0);

  *chunk = (TisockChunk) { .data = (guint8 *) data, .length = length, .on_loan = TRUE };
  if (pieces->n_chunks == 0)
    pieces->queue.head = chunk;
  else
    pieces->chunks[pieces->n_chunks - 1].next = chunk;

  pieces->queue.tail = chunk;
  pieces->queue.length += length;
  pieces->n_chunks++;
}

/* The pieces of the text are what is between its bars. */
static void
cut_text (Pieces     *pieces,
          const char *text)
{
  *pieces = (Pieces) { .n_chunks = 0 };

  while (*text != '\0')
    {
      gsize length = strcspn (text, "|");

      add_piece (pieces, text, length);
      text += length;
      text += strspn (text, "|");
    }
}

typedef struct
{
  const char        *text;
  const char        *delimiter;
  guint64            limit;
  TisockScanResult   result;
  gsize              position;  /* FOUND: of the delimiter; MORE: how far the search got */
} DelimiterCase;

static const DelimiterCase delimiter_cases[] = {
  { "", "\n", 0, TISOCK_SCAN_MORE, 0 },
  { "\n", "\n", 0, TISOCK_SCAN_FOUND, 0 },
  { "a", "\n", 0, TISOCK_SCAN_TOO_LARGE, 0 },
  { "abc\ndef\n", "\n", G_MAXUINT64, TISOCK_SCAN_FOUND, 3 },
  { "abc|def|\n", "\n", G_MAXUINT64, TISOCK_SCAN_FOUND, 6 },
  { "abc", "\n", 3, TISOCK_SCAN_MORE, 3 },
  { "abcd", "\n", 3, TISOCK_SCAN_TOO_LARGE, 0 },
  { "abc\n", "\n", 3, TISOCK_SCAN_FOUND, 3 },
  { "abcd\n", "\n", 3, TISOCK_SCAN_TOO_LARGE, 0 },
  { "abc\r\ndef", "\r\n", G_MAXUINT64, TISOCK_SCAN_FOUND, 3 },
  { "abc\r|\ndef", "\r\n", G_MAXUINT64, TISOCK_SCAN_FOUND, 3 },
  { "abc|\r|\n|def", "\r\n", G_MAXUINT64, TISOCK_SCAN_FOUND, 3 },
  { "abc\r", "\r\n", G_MAXUINT64, TISOCK_SCAN_MORE, 3 },
  { "abc\r", "\r\n", 3, TISOCK_SCAN_MORE, 3 },
  { "abc\r", "\r\n", 2, TISOCK_SCAN_TOO_LARGE, 0 },
  { "abcd", "\r\n", 3, TISOCK_SCAN_TOO_LARGE, 0 },
  { "a\rb\r|c\r\r|\n", "\r\n", G_MAXUINT64, TISOCK_SCAN_FOUND, 6 },
  { "a\r\n\r|\n", "\r\n\r\n", G_MAXUINT64, TISOCK_SCAN_FOUND, 1 },
  { "a\r\n\r|\r\n\r|\n", "\r\n\r\n", G_MAXUINT64, TISOCK_SCAN_FOUND, 4 },
  { "aa|aa|ab", "aab", G_MAXUINT64, TISOCK_SCAN_FOUND, 3 },
  { "aa|aa", "aab", G_MAXUINT64, TISOCK_SCAN_MORE, 2 },
  { "a|b|c|d|e|f", "bcdef", G_MAXUINT64, TISOCK_SCAN_FOUND, 1 },
  { "xbcdbcd|bcdefg", "bcdefg", G_MAXUINT64, TISOCK_SCAN_FOUND, 7 },
  { "ab", "abc", 0, TISOCK_SCAN_MORE, 0 },
};

static void
test_scanner_delimiter (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (delimiter_cases); i++)
    {
      const DelimiterCase *test = &delimiter_cases[i];
      Pieces pieces;
      gsize searched = 0;
      gsize length = 0;
      TisockScanResult result;

      cut_text (&pieces, test->text);
      result = tisock_scan_delimiter (&pieces.queue, &searched,
                                      test->delimiter, strlen (test->delimiter),
                                      test->limit, &length);

      g_assert_cmpint (result, ==, test->result);
      if (result == TISOCK_SCAN_FOUND)
        g_assert_cmpuint (length, ==, test->position);
      g_assert_cmpuint (searched, ==, result == TISOCK_SCAN_MORE ? test->position : 0);
    }
}

static void
test_scanner_delimiter_zero (void)
{
  const guint8 data[] = { 'a', 0, 'b', 0, 0 };
  Pieces pieces = { .n_chunks = 0 };
  gsize searched = 0;
  gsize length = 0;

  g_test_summary ("Bytes are no text: a delimiter may be or contain a zero.");

  add_piece (&pieces, data, sizeof data);
  g_assert_cmpint (tisock_scan_delimiter (&pieces.queue, &searched, "", 1, 9, &length),
                   ==, TISOCK_SCAN_FOUND);
  g_assert_cmpuint (length, ==, 1);
  g_assert_cmpint (tisock_scan_delimiter (&pieces.queue, &searched, "\0", 2, 9, &length),
                   ==, TISOCK_SCAN_FOUND);
  g_assert_cmpuint (length, ==, 3);
}

static void
test_scanner_delimiter_searched (void)
{
  TisockByteQueue queue = { NULL };
  gsize searched = 0;
  gsize length = 0;

  g_test_summary ("A scan after each byte goes on where the one before ended.");

  for (gsize i = 0; i < 2000000; i++)
    {
      tisock_byte_queue_append (&queue, i % 1000 == 0 ? "\r" : "a", 1);
      g_assert_cmpint (tisock_scan_delimiter (&queue, &searched, "\r\n", 2, G_MAXUINT64, &length),
                       ==, TISOCK_SCAN_MORE);
      g_assert_cmpuint (searched, ==, i % 1000 == 0 ? i : i + 1);
    }

  tisock_byte_queue_append (&queue, "\r\n", 2);
  g_assert_cmpint (tisock_scan_delimiter (&queue, &searched, "\r\n", 2, 2000000, &length),
                   ==, TISOCK_SCAN_FOUND);
  g_assert_cmpuint (length, ==, 2000000);

  tisock_byte_queue_clear (&queue);
}

/* What a scan of these bytes has to say, found out the long way. */
static TisockScanResult
search (const guint8 *data,
        gsize         data_length,
        const guint8 *delimiter,
        gsize         delimiter_length,
        guint64       limit,
        gsize        *position)
{
  for (gsize i = 0; i < data_length && i <= limit; i++)
    {
      gsize n = MIN (data_length - i, delimiter_length);

      *position = i;
      if (memcmp (data + i, delimiter, n) == 0)
        return n == delimiter_length ? TISOCK_SCAN_FOUND : TISOCK_SCAN_MORE;
    }

  *position = data_length;

  return data_length > limit ? TISOCK_SCAN_TOO_LARGE : TISOCK_SCAN_MORE;
}

static void
fill_random (guint8 *data,
             gsize   length)
{
  int last = g_test_rand_int_range (1, 4);

  for (gsize i = 0; i < length; i++)
    data[i] = g_test_rand_int_range (0, last + 1);
}

static void
scan_random (void)
{
  guint8 data[300];
  guint8 delimiter[8];
  gsize delimiter_length = g_test_rand_int_range (1, sizeof delimiter + 1);
  guint64 limit = g_test_rand_bit () ? G_MAXUINT64 : (guint64) g_test_rand_int_range (0, 200);
  TisockScanResult result = TISOCK_SCAN_MORE;
  Pieces pieces = { .n_chunks = 0 };
  gsize searched = 0;

  fill_random (data, sizeof data);
  fill_random (delimiter, delimiter_length);

  while (result == TISOCK_SCAN_MORE && pieces.queue.length < sizeof data
         && pieces.n_chunks < MAX_PIECES)
    {
      gsize rest = sizeof data - pieces.queue.length;
      gsize n = 1 + test_random (6);
      gsize length = 0;
      gsize position;

      add_piece (&pieces, data + pieces.queue.length, MIN (n, rest));
      result = tisock_scan_delimiter (&pieces.queue, &searched, delimiter, delimiter_length,
                                      limit, &length);

      g_assert_cmpint (result, ==, search (data, pieces.queue.length, delimiter, delimiter_length,
                                           limit, &position));
      if (result == TISOCK_SCAN_FOUND)
        g_assert_cmpuint (length, ==, position);
      else if (result == TISOCK_SCAN_MORE)
        g_assert_cmpuint (searched, ==, position);
    }
}

static void
test_scanner_delimiter_random (void)
{
  for (guint i = 0; i < 20000; i++)
    scan_random ();
}

typedef struct
{
  guint    size;
  guint64  big;
  guint64  little;
} NumberCase;

static void
assert_number (const TisockByteQueue *queue,
               guint                  size,
               int                    byte_order,
               guint64                expected)
{
  guint64 number = 0;

  g_assert_cmpint (tisock_scan_number (queue, 3, size, byte_order, expected, &number),
                   ==, TISOCK_SCAN_FOUND);
  g_assert_cmphex (number, ==, expected);

  number = 0;
  g_assert_cmpint (tisock_scan_number (queue, 3, size, byte_order, expected - 1, &number),
                   ==, TISOCK_SCAN_TOO_LARGE);
  g_assert_cmphex (number, ==, expected);
}

static void
test_scanner_number (void)
{
  const guint8 data[] = { 1, 2, 3, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 4 };
  const NumberCase cases[] = {
    { 1, 0xf1, 0xf1 },
    { 2, 0xf1f2, 0xf2f1 },
    { 4, 0xf1f2f3f4, 0xf4f3f2f1 },
    { 8, G_GUINT64_CONSTANT (0xf1f2f3f4f5f6f7f8), G_GUINT64_CONSTANT (0xf8f7f6f5f4f3f2f1) },
  };

  g_test_summary ("Every size in both byte orders, wherever the chunks are cut.");

  for (gsize cut = 1; cut < sizeof data; cut++)
    {
      Pieces pieces = { .n_chunks = 0 };

      add_piece (&pieces, data, cut);
      add_piece (&pieces, data + cut, sizeof data - cut);

      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          assert_number (&pieces.queue, cases[i].size, G_BIG_ENDIAN, cases[i].big);
          assert_number (&pieces.queue, cases[i].size, G_LITTLE_ENDIAN, cases[i].little);
        }
    }
}

static void
test_scanner_number_more (void)
{
  TisockByteQueue empty = { NULL };
  Pieces pieces;
  guint64 number = 99;

  cut_text (&pieces, "abc|def");

  for (guint size = 1; size <= 8; size *= 2)
    {
      for (gsize offset = 0; offset < 10; offset++)
        {
          TisockScanResult expected = offset + size <= 6 ? TISOCK_SCAN_FOUND : TISOCK_SCAN_MORE;
          TisockScanResult result;

          result = tisock_scan_number (&pieces.queue, offset, size, G_BIG_ENDIAN, G_MAXUINT64,
                                       &number);
          g_assert_cmpint (result, ==, expected);
        }

      number = 99;
      g_assert_cmpint (tisock_scan_number (&empty, 0, size, G_BIG_ENDIAN, 0, &number),
                       ==, TISOCK_SCAN_MORE);
      g_assert_cmpint (tisock_scan_number (&pieces.queue, G_MAXSIZE, size, G_BIG_ENDIAN, 0,
                                           &number),
                       ==, TISOCK_SCAN_MORE);
      g_assert_cmpuint (number, ==, 99);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scanner/delimiter", test_scanner_delimiter);
  g_test_add_func ("/scanner/delimiter/zero", test_scanner_delimiter_zero);
  g_test_add_func ("/scanner/delimiter/searched", test_scanner_delimiter_searched);
  g_test_add_func ("/scanner/delimiter/random", test_scanner_delimiter_random);
  g_test_add_func ("/scanner/number", test_scanner_number);
  g_test_add_func ("/scanner/number/more", test_scanner_number_more);

  return g_test_run ();
}
