/* fuzz-scanner.c: scans bytes that come in pieces and compares with a plain search
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/scanner.h"

#include <string.h>

#define MAX_PIECES 64

/* The input is a head of settings, the delimiter, and the bytes to be scanned. */
typedef struct
{
  guint8        limit;
  guint8        delimiter_length;
  guint8        piece_length;
  guint8        number_size;
  guint8        number_offset;
  guint8        little_endian;
} Settings;

typedef struct
{
  Settings       settings;
  const guint8  *delimiter;
  const guint8  *data;
  gsize          length;
} Input;

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static gboolean
parse_input (Input        *input,
             const guint8 *data,
             gsize         size)
{
  if (size < sizeof (Settings))
    return FALSE;

  memcpy (&input->settings, data, sizeof (Settings));
  data += sizeof (Settings);
  size -= sizeof (Settings);

  if (input->settings.delimiter_length == 0 || input->settings.delimiter_length > size)
    return FALSE;

  input->delimiter = data;
  input->data = data + input->settings.delimiter_length;
  input->length = size - input->settings.delimiter_length;

  return TRUE;
}

/* What a scan of the first `length` bytes has to say. */
static TisockScanResult
search (const Input *input,
        gsize        length,
        gsize       *position)
{
  for (gsize i = 0; i < length && i <= input->settings.limit; i++)
    {
      gsize n = MIN (length - i, input->settings.delimiter_length);

      if (memcmp (input->data + i, input->delimiter, n) == 0)
        {
          *position = i;
          return n == input->settings.delimiter_length ? TISOCK_SCAN_FOUND : TISOCK_SCAN_MORE;
        }
    }

  return length > input->settings.limit ? TISOCK_SCAN_TOO_LARGE : TISOCK_SCAN_MORE;
}

static guint64
get_number (const Input *input,
            gsize        offset,
            guint        size)
{
  guint64 number = 0;

  for (guint i = 0; i < size; i++)
    {
      guint place = input->settings.little_endian % 2 ? i : size - 1 - i;

      number += (guint64) input->data[offset + i] << (8 * place);
    }

  return number;
}

static void
check_number (const Input           *input,
              const TisockByteQueue *queue)
{
  guint size = 1 << input->settings.number_size % 4;
  gsize offset = input->settings.number_offset;
  int byte_order = input->settings.little_endian % 2 ? G_LITTLE_ENDIAN : G_BIG_ENDIAN;
  guint64 number = 0;
  TisockScanResult result;

  result = tisock_scan_number (queue, offset, size, byte_order, input->settings.limit, &number);

  if (queue->length < offset + size)
    g_assert_cmpint (result, ==, TISOCK_SCAN_MORE);
  else if (get_number (input, offset, size) > input->settings.limit)
    g_assert_cmpint (result, ==, TISOCK_SCAN_TOO_LARGE);
  else
    g_assert_cmpint (result, ==, TISOCK_SCAN_FOUND);

  if (result != TISOCK_SCAN_MORE)
    g_assert_cmpuint (number, ==, get_number (input, offset, size));
}

static TisockScanResult
check_delimiter (const Input           *input,
                 const TisockByteQueue *queue,
                 gsize                 *searched)
{
  gsize before = *searched;
  gsize length = 0;
  gsize expected = 0;
  TisockScanResult result;

  result = tisock_scan_delimiter (queue, searched,
                                  input->delimiter, input->settings.delimiter_length,
                                  input->settings.limit, &length);

  g_assert_cmpint (result, ==, search (input, queue->length, &expected));
  g_assert_cmpuint (*searched, >=, before);
  g_assert_cmpuint (*searched, <=, queue->length);
  if (result == TISOCK_SCAN_FOUND)
    g_assert_cmpuint (length, ==, expected);

  return result;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  TisockChunk pieces[MAX_PIECES];
  TisockByteQueue queue = { NULL };
  Input input;
  gsize searched = 0;

  if (!parse_input (&input, data, size))
    return 0;

  for (guint i = 0; i < MAX_PIECES && queue.length < input.length; i++)
    {
      gsize n = MIN (input.length - queue.length, input.settings.piece_length % 16 + 1u);

      pieces[i] = (TisockChunk) { .data = (guint8 *) input.data + queue.length, .length = n,
                                  .on_loan = TRUE };
      if (i == 0)
        queue.head = &pieces[0];
      else
        pieces[i - 1].next = &pieces[i];
      queue.tail = &pieces[i];
      queue.length += n;

      check_number (&input, &queue);
      if (check_delimiter (&input, &queue, &searched) != TISOCK_SCAN_MORE)
        break;
    }

  return 0;
}
