/* scanner.h: finds delimiters and length prefixes in a byte queue
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/byte-queue.h"

G_BEGIN_DECLS

typedef enum
{
  TISOCK_SCAN_MORE,             /* not there yet: scan again when bytes have come */
  TISOCK_SCAN_FOUND,
  TISOCK_SCAN_TOO_LARGE,        /* cannot come any more within the limit */
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

G_END_DECLS
