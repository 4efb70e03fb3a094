/* frame.c: where the frames in a byte queue begin and end, and what is put around the data of one
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/frame.h"
#include "tisock-socket-error.h"

#include <string.h>

/* No sum of a length that is allowed and of what is around it overflows. */
#define MAX_LENGTH ((guint64) G_MAXSSIZE / 2)

static guint64
get_maximum (const TisockFrameFormat *format)
{
  return format->maximum == 0 ? MAX_LENGTH : MIN (format->maximum, MAX_LENGTH);
}

/* Finding */

/* The head, and the length of the data. */
static TisockScanResult
find_head (const TisockFrameFormat *format,
           const TisockByteQueue   *queue,
           gsize                    offset,
           TisockFrame             *frame)
{
  guint64 maximum = get_maximum (format);

  switch (format->kind)
    {
    case TISOCK_FRAME_NETSTRING:
      frame->head = TISOCK_DECIMAL_SIZE;
      frame->tail = 1;
      return tisock_scan_decimal (queue, offset, ':', maximum, &frame->length, &frame->head);

    case TISOCK_FRAME_VARINT:
      frame->head = TISOCK_VARINT_SIZE;
      return tisock_scan_varint (queue, offset, maximum, &frame->length, &frame->head);

    case TISOCK_FRAME_PREFIXED:
      frame->head = format->prefix_size + format->header_size;
      return tisock_scan_number (queue, offset, format->prefix_size, format->byte_order, maximum,
                                 &frame->length);

    case TISOCK_FRAME_FIXED:
      frame->length = format->fixed_size;
      return TISOCK_SCAN_FOUND;

    case TISOCK_FRAME_DELIMITED:
    default:
      g_assert_not_reached ();
    }
}

static gboolean
has_comma (const TisockByteQueue *queue,
           gsize                  offset)
{
  guint8 byte = 0;

  tisock_byte_queue_copy (queue, offset, &byte, 1);

  return byte == ',';
}

static TisockScanResult
find_by_length (const TisockFrameFormat *format,
                const TisockByteQueue   *queue,
                gsize                    offset,
                TisockFrame             *frame)
{
  TisockScanResult result = find_head (format, queue, offset, frame);
  gsize size;

  if (result != TISOCK_SCAN_FOUND)
    return result;

  frame->known = TRUE;
  size = tisock_frame_get_size (frame);
  if (queue->length - offset < size)
    return TISOCK_SCAN_MORE;
  if (format->kind == TISOCK_FRAME_NETSTRING && !has_comma (queue, offset + size - 1))
    return TISOCK_SCAN_MALFORMED;

  return TISOCK_SCAN_FOUND;
}

static TisockScanResult
find_delimited (const TisockFrameFormat *format,
                const TisockByteQueue   *queue,
                gsize                    offset,
                gsize                   *searched,
                TisockFrame             *frame)
{
  gsize length;
  const void *delimiter = g_bytes_get_data (format->delimiter, &length);
  guint64 maximum = get_maximum (format);
  TisockScanResult result;
  gsize end;

  frame->length = maximum;
  frame->tail = length;
  *searched = MAX (*searched, offset);
  result = tisock_scan_delimiter (queue, searched, delimiter, length, offset + maximum, &end);
  if (result == TISOCK_SCAN_FOUND)
    {
      frame->length = end - offset;
      frame->known = TRUE;
    }

  return result;
}

TisockScanResult
tisock_frame_find (const TisockFrameFormat *format,
                   const TisockByteQueue   *queue,
                   gsize                    offset,
                   gsize                   *searched,
                   TisockFrame             *frame)
{
  g_assert (offset <= queue->length);

  *frame = (TisockFrame) { .known = FALSE };

  if (format->kind == TISOCK_FRAME_DELIMITED)
    return find_delimited (format, queue, offset, searched, frame);

  return find_by_length (format, queue, offset, frame);
}

gsize
tisock_frame_get_size (const TisockFrame *frame)
{
  return frame->head + (gsize) frame->length + frame->tail;
}

GBytes *
tisock_frame_take (const TisockFrame *frame,
                   TisockByteQueue   *queue)
{
  GBytes *bytes;

  tisock_byte_queue_skip (queue, frame->head);
  bytes = tisock_byte_queue_take_bytes (queue, (gsize) frame->length);
  tisock_byte_queue_skip (queue, frame->tail);

  return bytes;
}

GError *
tisock_frame_make_error (const TisockFrameFormat *format,
                         const TisockFrame       *frame,
                         TisockScanResult         result)
{
  guint64 maximum = get_maximum (format);

  if (result == TISOCK_SCAN_MALFORMED)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                        "Could not read a frame: what has come is not a %s",
                        format->kind == TISOCK_FRAME_VARINT ? "varint" : "netstring");

  if (format->kind == TISOCK_FRAME_DELIMITED)
    return g_error_new (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE,
                        "Could not read a frame: its delimiter is not within the first %"
                        G_GUINT64_FORMAT " bytes", maximum);

  return g_error_new (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE,
                      "Could not read a frame: it has %" G_GUINT64_FORMAT " bytes, and at most %"
                      G_GUINT64_FORMAT " may be", frame->length, maximum);
}

GError *
tisock_frame_make_cut_error (const TisockFrame *frame,
                             gsize              available)
{
  if (!frame->known)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                        "Could not read a frame: the stream has ended after %" G_GSIZE_FORMAT
                        " bytes of it", available);

  return g_error_new (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                      "Could not read a frame: the stream has ended after %" G_GSIZE_FORMAT
                      " of its %" G_GSIZE_FORMAT " bytes", available,
                      tisock_frame_get_size (frame));
}

/* Making */

static void
write_number (const TisockFrameFormat *format,
              guint64                  number,
              guint8                  *bytes)
{
  for (guint i = 0; i < format->prefix_size; i++)
    {
      guint place = format->byte_order == G_LITTLE_ENDIAN ? i : format->prefix_size - 1 - i;

      bytes[place] = number >> (8 * i) & 0xff;
    }
}

static gsize
write_varint (guint64  number,
              guint8  *bytes)
{
  gsize n = 0;

  for (; number >= 0x80; number >>= 7)
    bytes[n++] = (guint8) (number | 0x80);
  bytes[n++] = (guint8) number;

  return n;
}

static gsize
write_decimal (guint64  number,
               guint8  *bytes)
{
  char digits[TISOCK_DECIMAL_SIZE + 1];
  int n = g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT ":", number);

  memcpy (bytes, digits, (gsize) n);

  return (gsize) n;
}

/* What the other side could not tell from the end of the frame. */
static gboolean
check_delimiter (const TisockFrameFormat  *format,
                 const guint8             *data,
                 gsize                     length,
                 GError                  **error)
{
  gsize delimiter_length;
  const guint8 *delimiter = g_bytes_get_data (format->delimiter, &delimiter_length);
  TisockChunk end = { .data = (guint8 *) delimiter, .length = delimiter_length };
  TisockChunk begin = { .next = &end, .data = (guint8 *) data, .length = length };
  TisockByteQueue queue = { length > 0 ? &begin : &end, &end, length + delimiter_length };
  gsize searched = 0;
  gsize found = 0;

  if (tisock_scan_delimiter (&queue, &searched, delimiter, delimiter_length, G_MAXUINT64,
                             &found) == TISOCK_SCAN_FOUND && found == length)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "Could not make a frame: the delimiter would end it after %" G_GSIZE_FORMAT
               " of the %" G_GSIZE_FORMAT " bytes", found, length);

  return FALSE;
}

static gboolean
check_length (const TisockFrameFormat  *format,
              gsize                     length,
              GError                  **error)
{
  guint64 maximum = get_maximum (format);

  if (format->kind == TISOCK_FRAME_FIXED)
    {
      if (length == format->fixed_size)
        return TRUE;

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "Could not make a frame: it is to have %" G_GSIZE_FORMAT " bytes, not %"
                   G_GSIZE_FORMAT, format->fixed_size, length);
      return FALSE;
    }

  if (format->kind == TISOCK_FRAME_PREFIXED && format->prefix_size < sizeof maximum)
    maximum = MIN (maximum, (G_GUINT64_CONSTANT (1) << (8 * format->prefix_size)) - 1);
  if (length <= maximum)
    return TRUE;

  g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE,
               "Could not make a frame: it has %" G_GSIZE_FORMAT " bytes, and at most %"
               G_GUINT64_FORMAT " may be", length, maximum);

  return FALSE;
}

gboolean
tisock_frame_wrap (const TisockFrameFormat  *format,
                   const guint8             *data,
                   gsize                     length,
                   TisockEnvelope           *envelope,
                   GError                  **error)
{
  *envelope = (TisockEnvelope) { .head_length = 0 };

  if (!check_length (format, length, error))
    return FALSE;

  switch (format->kind)
    {
    case TISOCK_FRAME_NETSTRING:
      envelope->head_length = write_decimal (length, envelope->head);
      envelope->tail = (const guint8 *) ",";
      envelope->tail_length = 1;
      return TRUE;

    case TISOCK_FRAME_VARINT:
      envelope->head_length = write_varint (length, envelope->head);
      return TRUE;

    case TISOCK_FRAME_PREFIXED:
      write_number (format, length, envelope->head);
      envelope->head_length = format->prefix_size;
      return TRUE;

    case TISOCK_FRAME_DELIMITED:
      envelope->tail = g_bytes_get_data (format->delimiter, &envelope->tail_length);
      return check_delimiter (format, data, length, error);

    case TISOCK_FRAME_FIXED:
    default:
      return TRUE;
    }
}
