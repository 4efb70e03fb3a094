/* scanner.c: finds delimiters and length prefixes in a byte queue
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/scanner.h"

#include <string.h>

typedef struct
{
  const guint8  *data;
  gsize          length;
} Delimiter;

typedef enum
{
  MATCH_NONE,
  MATCH_CUT,                    /* as far as the bytes go */
  MATCH_WHOLE,
} Match;

static Match
match (const TisockChunk *chunk,
       gsize              offset,
       const Delimiter   *delimiter)
{
  gsize matched = 0;

  while (chunk != NULL && matched < delimiter->length)
    {
      gsize n = MIN (chunk->length - offset, delimiter->length - matched);

      if (memcmp (chunk->data + offset, delimiter->data + matched, n) != 0)
        return MATCH_NONE;

      matched += n;
      offset = 0;
      chunk = chunk->next;
    }

  return matched == delimiter->length ? MATCH_WHOLE : MATCH_CUT;
}

/* The first place in a chunk where the delimiter is, or where it may begin and go on in the next
 * chunk. Only the chunk's last bytes can be such a beginning. */
static gboolean
find_candidate (const TisockChunk *chunk,
                gsize             *offset,
                const Delimiter   *delimiter)
{
  const guint8 *data = chunk->data + *offset;
  gsize length = chunk->length - *offset;
  gsize end = MIN (length, delimiter->length - 1);
  const guint8 *found;

  found = memmem (data, length, delimiter->data, delimiter->length);
  if (found == NULL)
    found = memchr (data + length - end, delimiter->data[0], end);
  if (found == NULL)
    return FALSE;

  *offset = found - chunk->data;

  return TRUE;
}

/* The first place in the queue where the delimiter is or, once more bytes have come, may be. */
static Match
find_first (const TisockByteQueue *queue,
            gsize                 *position,
            const Delimiter       *delimiter)
{
  gsize start = 0;

  for (const TisockChunk *chunk = queue->head; chunk != NULL; chunk = chunk->next)
    {
      gsize offset = *position - MIN (*position, start);

      while (offset < chunk->length && find_candidate (chunk, &offset, delimiter))
        {
          Match result = match (chunk, offset, delimiter);

          if (result != MATCH_NONE)
            {
              *position = start + offset;
              return result;
            }

          offset++;
        }

      start += chunk->length;
    }

  *position = queue->length;

  return MATCH_CUT;
}

TisockScanResult
tisock_scan_delimiter (const TisockByteQueue *queue,
                       gsize                 *searched,
                       const void            *delimiter,
                       gsize                  delimiter_length,
                       guint64                limit,
                       gsize                 *length)
{
  const Delimiter sought = { delimiter, delimiter_length };
  gsize position = *searched;
  Match found;

  g_assert (delimiter_length > 0);
  g_assert (position <= queue->length);

  found = find_first (queue, &position, &sought);

  if (position > limit)
    return TISOCK_SCAN_TOO_LARGE;

  if (found == MATCH_CUT)
    {
      *searched = position;
      return TISOCK_SCAN_MORE;
    }

  *length = position;

  return TISOCK_SCAN_FOUND;
}

TisockScanResult
tisock_scan_number (const TisockByteQueue *queue,
                    gsize                  offset,
                    guint                  size,
                    int                    byte_order,
                    guint64                limit,
                    guint64               *number)
{
  guint8 bytes[sizeof *number];
  guint64 value = 0;

  g_assert (size == 1 || size == 2 || size == 4 || size == 8);
  g_assert (byte_order == G_BIG_ENDIAN || byte_order == G_LITTLE_ENDIAN);

  if (tisock_byte_queue_copy (queue, offset, bytes, size) < size)
    return TISOCK_SCAN_MORE;

  for (guint i = 0; i < size; i++)
    value = value << 8 | bytes[byte_order == G_BIG_ENDIAN ? i : size - 1 - i];

  *number = value;

  return value > limit ? TISOCK_SCAN_TOO_LARGE : TISOCK_SCAN_FOUND;
}

TisockScanResult
tisock_scan_varint (const TisockByteQueue *queue,
                    gsize                  offset,
                    guint64                limit,
                    guint64               *number,
                    gsize                 *size)
{
  guint8 bytes[TISOCK_VARINT_SIZE];
  gsize available = tisock_byte_queue_copy (queue, offset, bytes, sizeof bytes);
  gsize last = 0;
  guint64 value = 0;

  while (last < available && bytes[last] >= 0x80)
    last++;
  if (last == available)
    return available < sizeof bytes ? TISOCK_SCAN_MORE : TISOCK_SCAN_MALFORMED;

  /* The tenth byte has the 64th bit, and no other. */
  if (last == sizeof bytes - 1 && bytes[last] > 1)
    return TISOCK_SCAN_MALFORMED;

  for (gsize i = 0; i <= last; i++)
    value |= (guint64) (bytes[i] & 0x7f) << (7 * i);

  *number = value;
  *size = last + 1;

  return value > limit ? TISOCK_SCAN_TOO_LARGE : TISOCK_SCAN_FOUND;
}

/* FALSE if there is no room for one more digit. */
static gboolean
add_digit (guint64 *value,
           guint    digit)
{
  if (*value > (G_MAXUINT64 - digit) / 10)
    return FALSE;

  *value = *value * 10 + digit;

  return TRUE;
}

TisockScanResult
tisock_scan_decimal (const TisockByteQueue *queue,
                     gsize                  offset,
                     guint8                 end,
                     guint64                limit,
                     guint64               *number,
                     gsize                 *size)
{
  guint8 bytes[TISOCK_DECIMAL_SIZE];
  gsize available = tisock_byte_queue_copy (queue, offset, bytes, sizeof bytes);
  guint64 value = 0;

  for (gsize i = 0; i < available; i++)
    {
      if (i > 0 && bytes[i] == end)
        {
          *number = value;
          *size = i + 1;
          return value > limit ? TISOCK_SCAN_TOO_LARGE : TISOCK_SCAN_FOUND;
        }

      if (!g_ascii_isdigit (bytes[i]) || (i > 0 && bytes[0] == '0'))
        return TISOCK_SCAN_MALFORMED;

      if (!add_digit (&value, bytes[i] - '0'))
        {
          *number = G_MAXUINT64;
          return TISOCK_SCAN_TOO_LARGE;
        }
    }

  return TISOCK_SCAN_MORE;
}
