/* fuzz-message.c: what is a message makes the same bytes again
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/message.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* The length is corrected, as it would hardly ever be right by chance. */
static guint8 *
make_datagram (const guint8 *data,
               gsize         size)
{
  guint8 *datagram = g_memdup2 (data, size);

  if (size >= TISOCK_MESSAGE_HEADER_SIZE && datagram[4] == 1)
    {
      datagram[6] = (guint8) ((size - TISOCK_MESSAGE_HEADER_SIZE) >> 8);
      datagram[7] = (guint8) (size - TISOCK_MESSAGE_HEADER_SIZE);
    }

  return datagram;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree guint8 *datagram = make_datagram (data, size);
  g_autoptr(GBytes) made = NULL;
  TisockMessage message;

  if (!tisock_message_parse (&message, datagram, size))
    return 0;

  g_assert_cmpuint (message.sender, !=, 0);
  g_assert_cmpuint (message.length, ==, size - TISOCK_MESSAGE_HEADER_SIZE);
  g_assert_true (message.data == datagram + TISOCK_MESSAGE_HEADER_SIZE);

  made = tisock_message_to_bytes (&message);
  g_assert_cmpmem (g_bytes_get_data (made, NULL), g_bytes_get_size (made), datagram, size);

  return 0;
}
