/* test-message.c: the messages of EasyUDPSockets, byte by byte
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/message.h"

#include <string.h>

static const guint8 to_group[] = {
  'T', 'S', 'K', 'M', 1, 0, 0, 3,
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
  0x11, 0x12, 0x13, 0x14, 0xff, 0xff, 0xff, 0xfe,
  0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
  'a', 'b', 'c',
};

static const guint8 to_individual[] = {
  'T', 'S', 'K', 'M', 1, 1, 0, 0,
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xff, 0xff, 0xff, 0xff, 0x00, 0x01, 0x02, 0x03,
  0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0, 0, 0, 0, 0, 0, 0, 0,
};

static void
assert_same_bytes (const TisockMessage *message,
                   const guint8        *bytes,
                   gsize                length)
{
  g_autoptr(GBytes) made = tisock_message_to_bytes (message);

  g_assert_cmpmem (g_bytes_get_data (made, NULL), g_bytes_get_size (made), bytes, length);
}

static void
test_to_group (void)
{
  TisockMessage message;

  g_assert_true (tisock_message_parse (&message, to_group, sizeof to_group));
  g_assert_cmpint (message.kind, ==, TISOCK_MESSAGE_TO_GROUP);
  g_assert_cmpuint (message.sender, ==, G_GUINT64_CONSTANT (0x0102030405060708));
  g_assert_cmpuint (message.number, ==, 0x11121314);
  g_assert_cmpint (message.command, ==, -2);
  g_assert_cmpmem (message.group, sizeof message.group, to_group + 24, 16);
  g_assert_cmpmem (message.data, message.length, "abc", 3);
  assert_same_bytes (&message, to_group, sizeof to_group);
}

static void
test_to_individual (void)
{
  TisockMessage message;

  g_assert_true (tisock_message_parse (&message, to_individual, sizeof to_individual));
  g_assert_cmpint (message.kind, ==, TISOCK_MESSAGE_TO_INDIVIDUAL);
  g_assert_cmpuint (message.sender, ==, G_MAXUINT64);
  g_assert_cmpuint (message.number, ==, G_MAXUINT32);
  g_assert_cmpint (message.command, ==, 0x010203);
  g_assert_cmpuint (message.recipient, ==, G_GUINT64_CONSTANT (0x8182838485868788));
  g_assert_cmpuint (message.length, ==, 0);
  assert_same_bytes (&message, to_individual, sizeof to_individual);
}

static void
test_largest (void)
{
  g_autofree guint8 *data = g_malloc0 (TISOCK_MESSAGE_MAXIMUM);
  TisockMessage message = {
    .command = G_MININT, .sender = 1, .data = data, .length = TISOCK_MESSAGE_MAXIMUM,
  };
  TisockMessage parsed;
  g_autoptr(GBytes) bytes = NULL;

  data[TISOCK_MESSAGE_MAXIMUM - 1] = 'z';
  bytes = tisock_message_to_bytes (&message);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 65507);

  g_assert_true (tisock_message_parse (&parsed, g_bytes_get_data (bytes, NULL), 65507));
  g_assert_cmpint (parsed.command, ==, G_MININT);
  g_assert_cmpmem (parsed.data, parsed.length, data, TISOCK_MESSAGE_MAXIMUM);
}

/* Each piece is a copy of its own, so that reading past its end is found. */
static void
assert_refused (const guint8 *bytes,
                gsize         length)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, length);
  TisockMessage message;

  g_assert_false (tisock_message_parse (&message, copy, length));
}

static void
test_other_lengths (void)
{
  g_autofree guint8 *longer = g_malloc0 (sizeof to_group + 1);

  memcpy (longer, to_group, sizeof to_group);
  assert_refused (longer, sizeof to_group + 1);
  for (gsize length = 0; length < sizeof to_group; length++)
    assert_refused (to_group, length);
}

/* Every bit that has one meaning only: magic, version, kind, length, what pads an individual. */
static void
test_other_headers (void)
{
  for (guint i = 0; i < 8 * 8; i++)
    {
      guint8 bytes[sizeof to_group];

      memcpy (bytes, to_group, sizeof bytes);
      bytes[i / 8] ^= (guint8) (1 << i % 8);
      assert_refused (bytes, sizeof bytes);
    }

  for (guint i = 32; i < 40; i++)
    {
      guint8 bytes[sizeof to_individual];

      memcpy (bytes, to_individual, sizeof bytes);
      bytes[i] = 1;
      assert_refused (bytes, sizeof bytes);
    }
}

static void
test_no_sender (void)
{
  guint8 bytes[sizeof to_group];

  memcpy (bytes, to_group, sizeof bytes);
  memset (bytes + 8, 0, 8);
  assert_refused (bytes, sizeof bytes);
}

static void
test_window (void)
{
  static TisockMessageWindow window;
  TisockMessage message = { .sender = 7, .number = 0 };

  g_assert_false (tisock_message_window_has (&window, &message));
  for (guint i = 0; i < TISOCK_MESSAGE_WINDOW_SIZE; i++)
    {
      message.number = i;
      g_assert_false (tisock_message_window_has (&window, &message));
      tisock_message_window_add (&window, &message);
      g_assert_true (tisock_message_window_has (&window, &message));
      message.sender = 8;
      g_assert_false (tisock_message_window_has (&window, &message));
      message.sender = 7;
    }

  message.number = 0;
  g_assert_true (tisock_message_window_has (&window, &message));
  message.number = TISOCK_MESSAGE_WINDOW_SIZE;
  tisock_message_window_add (&window, &message);
  message.number = 0;
  g_assert_false (tisock_message_window_has (&window, &message));
  message.number = 1;
  g_assert_true (tisock_message_window_has (&window, &message));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/message/to-group", test_to_group);
  g_test_add_func ("/message/to-individual", test_to_individual);
  g_test_add_func ("/message/largest", test_largest);
  g_test_add_func ("/message/other-lengths", test_other_lengths);
  g_test_add_func ("/message/other-headers", test_other_headers);
  g_test_add_func ("/message/no-sender", test_no_sender);
  g_test_add_func ("/message/window", test_window);

  return g_test_run ();
}
