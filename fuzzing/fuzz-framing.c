/* fuzz-framing.c: reads frames that come in pieces, and makes them again
 *
 * However the bytes are cut the frames are the same, and end in the same way; and a frame that is
 * made of what was read is one that reads the same.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/frame.h"

#include <string.h>

/* The input is a head of settings, and the bytes on the wire. */
typedef struct
{
  guint8 kind;
  guint8 size;
  guint8 maximum;
  guint8 little_endian;
  guint8 piece_length;
} Settings;

/* What there is to be read from the wire: all frames, and what comes behind them. */
typedef struct
{
  GPtrArray        *frames;
  TisockScanResult  end;
  gsize             left;
} Outcome;

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
set_up_format (TisockFrameFormat *format,
               const Settings    *settings)
{
  static const guint8 delimiter[] = { 'a', 'b', 'a', 'a' };

  *format = (TisockFrameFormat) {
    .kind = (TisockFrameKind) (settings->kind % (TISOCK_FRAME_DELIMITED + 1)),
    .prefix_size = 1u << settings->size % 4,
    .byte_order = settings->little_endian % 2 ? G_LITTLE_ENDIAN : G_BIG_ENDIAN,
    .fixed_size = 1 + settings->size % 8,
    .delimiter = g_bytes_new (delimiter, 1 + settings->size % sizeof delimiter),
    .maximum = settings->maximum,
  };
}

static TisockScanResult
take_all (const TisockFrameFormat *format,
          TisockByteQueue         *queue,
          gsize                   *searched,
          GPtrArray               *frames)
{
  TisockScanResult result;
  TisockFrame frame;

  while ((result = tisock_frame_find (format, queue, 0, searched, &frame)) == TISOCK_SCAN_FOUND)
    {
      *searched = 0;
      g_ptr_array_add (frames, tisock_frame_take (&frame, queue));
    }

  if (result == TISOCK_SCAN_MORE)
    g_assert_cmpuint (tisock_frame_get_size (&frame), >, queue->length);

  return result;
}

static Outcome
read_pieces (const TisockFrameFormat *format,
             const guint8            *data,
             gsize                    length,
             gsize                    piece)
{
  Outcome outcome = { g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref),
                      TISOCK_SCAN_MORE, 0 };
  TisockByteQueue queue = { NULL };
  gsize searched = 0;

  for (gsize i = 0; i < length && outcome.end == TISOCK_SCAN_MORE; i += piece)
    {
      tisock_byte_queue_append (&queue, data + i, MIN (piece, length - i));
      outcome.end = take_all (format, &queue, &searched, outcome.frames);
    }
  outcome.left = queue.length;
  tisock_byte_queue_clear (&queue);

  return outcome;
}

static void
compare (const Outcome *whole,
         const Outcome *cut)
{
  g_assert_cmpint (whole->end, ==, cut->end);
  g_assert_cmpuint (whole->frames->len, ==, cut->frames->len);
  for (guint i = 0; i < whole->frames->len; i++)
    g_assert_true (g_bytes_equal (whole->frames->pdata[i], cut->frames->pdata[i]));
  if (whole->end == TISOCK_SCAN_MORE)
    g_assert_cmpuint (whole->left, ==, cut->left);
}

static void
make_again (const TisockFrameFormat *format,
            GBytes                  *bytes)
{
  TisockByteQueue queue = { NULL };
  TisockEnvelope envelope;
  TisockFrame frame;
  gsize length, searched = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autoptr(GBytes) again = NULL;

  g_assert_true (tisock_frame_wrap (format, data, length, &envelope, NULL));
  tisock_byte_queue_append (&queue, envelope.head, envelope.head_length);
  tisock_byte_queue_append (&queue, data, length);
  tisock_byte_queue_append (&queue, envelope.tail, envelope.tail_length);

  g_assert_cmpint (tisock_frame_find (format, &queue, 0, &searched, &frame), ==,
                   TISOCK_SCAN_FOUND);
  again = tisock_frame_take (&frame, &queue);
  g_assert_true (g_bytes_equal (bytes, again));
  g_assert_cmpuint (queue.length, ==, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  TisockFrameFormat format;
  Settings settings;
  Outcome whole, cut;

  if (size < sizeof settings)
    return 0;

  memcpy (&settings, data, sizeof settings);
  data += sizeof settings;
  size -= sizeof settings;
  set_up_format (&format, &settings);

  whole = read_pieces (&format, data, size, MAX (size, 1));
  cut = read_pieces (&format, data, size, settings.piece_length % 16 + 1u);
  compare (&whole, &cut);
  for (guint i = 0; i < whole.frames->len; i++)
    make_again (&format, whole.frames->pdata[i]);

  g_ptr_array_unref (whole.frames);
  g_ptr_array_unref (cut.frames);
  g_bytes_unref (format.delimiter);

  return 0;
}
