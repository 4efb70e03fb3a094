/* scanner.h: finds delimiters and length prefixes in a byte queue
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/byte-queue.h"

G_BEGIN_DECLS

/* How many bytes the longest numbers take; a decimal one with its end. */
#define TISOCK_VARINT_SIZE 10
#define TISOCK_DECIMAL_SIZE 21

typedef enum
{
  TISOCK_SCAN_MORE,             /* not there yet: scan again when bytes have come */
  TISOCK_SCAN_FOUND,
  TISOCK_SCAN_TOO_LARGE,        /* cannot come any more within the limit */
  TISOCK_SCAN_MALFORMED,        /* what is there is something else */
} TisockScanResult;

/* `searched` is how far an earlier scan for the same delimiter got: it starts as 0, is moved on
 * by scans that end in MORE, and goes back to 0 when bytes are taken from the queue.
 * FOUND: `length` is the number of bytes before the delimiter; TOO_LARGE: they are more than
 * `limit`. */
TisockScanResult tisock_scan_delimiter (const TisockByteQueue *queue,
                                        gsize                 *searched,
                                        const void            *delimiter,
                                        gsize                  delimiter_length,
                                        guint64                limit,
                                        gsize                 *length);

/* An unsigned number of `size` bytes (1, 2, 4 or 8) at `offset`; TOO_LARGE if it is above
 * `limit`. */
TisockScanResult tisock_scan_number    (const TisockByteQueue *queue,
                                        gsize                  offset,
                                        guint                  size,
                                        int                    byte_order,
                                        guint64                limit,
                                        guint64               *number);

/* An unsigned number in groups of seven bits, the lowest first (LEB128), of which each but the last
 * has its eighth bit set. `size` is how many bytes it takes, ten at most. */
TisockScanResult tisock_scan_varint    (const TisockByteQueue *queue,
                                        gsize                  offset,
                                        guint64                limit,
                                        guint64               *number,
                                        gsize                 *size);

/* A decimal number without leading zeros, up to the end character, which counts for `size`. One
 * that has no room in 64 bits is TOO_LARGE, and reads as the largest that has. */
TisockScanResult tisock_scan_decimal   (const TisockByteQueue *queue,
                                        gsize                  offset,
                                        guint8                 end,
                                        guint64                limit,
                                        guint64               *number,
                                        gsize                 *size);

G_END_DECLS
