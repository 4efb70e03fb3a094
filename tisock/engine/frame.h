/* frame.h: where the frames in a byte queue begin and end, and what is put around the data of one
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/scanner.h"

G_BEGIN_DECLS

typedef struct _TisockEnvelope TisockEnvelope;
typedef struct _TisockFrame TisockFrame;
typedef struct _TisockFrameFormat TisockFrameFormat;

typedef enum
{
  TISOCK_FRAME_NETSTRING,       /* the length in digits, a colon, the data, a comma */
  TISOCK_FRAME_VARINT,          /* the length as a varint, the data */
  TISOCK_FRAME_PREFIXED,        /* the length in some bytes, perhaps a header, the data */
  TISOCK_FRAME_FIXED,           /* data that always have the same length */
  TISOCK_FRAME_DELIMITED,       /* data that end with a delimiter */
} TisockFrameKind;

/* What the kind does not need is 0. */
struct _TisockFrameFormat
{
  TisockFrameKind  kind;
  guint            prefix_size; /* 1, 2, 4 or 8 */
  int              byte_order;  /* of the prefix */
  gsize            header_size; /* behind the prefix, and not counted by it */
  gsize            fixed_size;
  GBytes          *delimiter;
  guint64          maximum;     /* of the data; 0: none. Not for those of a fixed size. */
};

/* The data, and what is before and behind them. */
struct _TisockFrame
{
  gsize    head;
  guint64  length;
  gsize    tail;
  gboolean known;               /* FALSE: it may be shorter than that, but not longer */
};

struct _TisockEnvelope
{
  guint8        head[TISOCK_DECIMAL_SIZE];
  gsize         head_length;
  const guint8 *tail;
  gsize         tail_length;
};

/* The frame that begins at `offset`. `searched` is that of tisock_scan_delimiter(), and used for
 * delimiters only. MORE: the frame says for how much there has to be room; TOO_LARGE: its length is
 * the one that is. */
TisockScanResult tisock_frame_find         (const TisockFrameFormat *format,
                                            const TisockByteQueue   *queue,
                                            gsize                    offset,
                                            gsize                   *searched,
                                            TisockFrame             *frame);
/* All of its bytes; 2^63 or less. */
gsize            tisock_frame_get_size     (const TisockFrame       *frame);
/* Takes a frame that was found from the head of the queue, and returns its data. */
GBytes          *tisock_frame_take         (const TisockFrame       *frame,
                                            TisockByteQueue         *queue)
                                            G_GNUC_WARN_UNUSED_RESULT;
/* Why there is none, for the results TOO_LARGE and MALFORMED. */
GError          *tisock_frame_make_error   (const TisockFrameFormat *format,
                                            const TisockFrame       *frame,
                                            TisockScanResult         result)
                                            G_GNUC_WARN_UNUSED_RESULT;
/* Why there is none: the stream has ended within the frame, after so many bytes of it. */
GError          *tisock_frame_make_cut_error (const TisockFrame     *frame,
                                            gsize                    available)
                                            G_GNUC_WARN_UNUSED_RESULT;

/* What makes a frame of the data, but for the header. FALSE with the error if nothing does. */
gboolean         tisock_frame_wrap         (const TisockFrameFormat *format,
                                            const guint8            *data,
                                            gsize                    length,
                                            TisockEnvelope          *envelope,
                                            GError                 **error);

G_END_DECLS
