/* fuzz-client-hello.c: parses a ClientHello that comes in pieces, and one that comes at once
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/client-hello.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
check_name (const char *name)
{
  gsize length = strlen (name);

  g_assert_cmpuint (length, >, 0);
  g_assert_cmpuint (length, <=, 255);
  for (gsize i = 0; i < length; i++)
    {
      g_assert_true (g_ascii_isgraph (name[i]));
      g_assert_false (g_ascii_isupper (name[i]));
    }
}

static void
check_result (const TisockClientHello *hello,
              TisockClientHelloResult  result,
              gsize                    length)
{
  g_assert_cmpuint (hello->size, <=, MIN (length, TISOCK_CLIENT_HELLO_LIMIT));
  g_assert_cmpuint (hello->n_bytes, <=, hello->size);
  g_assert_cmpint (hello->reason != NULL, ==, result == TISOCK_CLIENT_HELLO_INVALID);
  if (result == TISOCK_CLIENT_HELLO_MORE)
    g_assert_cmpuint (length, <, TISOCK_CLIENT_HELLO_LIMIT);
  if (result == TISOCK_CLIENT_HELLO_COMPLETE && hello->server_name != NULL)
    check_name (hello->server_name);
}

/* Each piece is a copy of its own, so that reading past its end is found. */
static TisockClientHelloResult
parse (TisockClientHello *hello,
       const guint8      *data,
       gsize              length)
{
  g_autofree guint8 *copy = g_memdup2 (data, length);
  TisockClientHelloResult result = tisock_client_hello_parse (hello, copy, length);

  check_result (hello, result, length);

  return result;
}

/* The first byte says how the rest is cut. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  TisockClientHello at_once = { 0 };
  TisockClientHello in_pieces = { 0 };
  TisockClientHelloResult result = TISOCK_CLIENT_HELLO_MORE;
  gsize length = 0;
  gsize step;

  if (size == 0)
    return 0;

  step = data[0] + 1u;
  data++;
  size--;

  while (result == TISOCK_CLIENT_HELLO_MORE && length < size)
    {
      length += MIN (step, size - length);
      result = parse (&in_pieces, data, length);
    }

  g_assert_cmpint (parse (&at_once, data, size), ==, result);
  g_assert_cmpstr (at_once.server_name, ==, in_pieces.server_name);
  g_assert_cmpuint (at_once.size, ==, in_pieces.size);

  tisock_client_hello_clear (&at_once);
  tisock_client_hello_clear (&in_pieces);

  return 0;
}
