/* test-framing.c: frames of every kind, cut everywhere, and those of peers that mean no good
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/frame.h"
#include "socket-fixture.h"
#include "tisock-framing-private.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIXED_SIZE 5
#define MANY 3000

/* Kinds */

typedef struct
{
  const char           *name;
  guint                 prefix_size;    /* 0: another kind */
  GDataStreamByteOrder  byte_order;
} Kind;

static const Kind kinds[] = {
  { "netstring", 0, 0 },
  { "varint", 0, 0 },
  { "u8", 1, G_DATA_STREAM_BYTE_ORDER_BIG_ENDIAN },
  { "u16-be", 2, G_DATA_STREAM_BYTE_ORDER_BIG_ENDIAN },
  { "u16-le", 2, G_DATA_STREAM_BYTE_ORDER_LITTLE_ENDIAN },
  { "u32-be", 4, G_DATA_STREAM_BYTE_ORDER_BIG_ENDIAN },
  { "u32-le", 4, G_DATA_STREAM_BYTE_ORDER_LITTLE_ENDIAN },
  { "u64-be", 8, G_DATA_STREAM_BYTE_ORDER_BIG_ENDIAN },
  { "u64-le", 8, G_DATA_STREAM_BYTE_ORDER_LITTLE_ENDIAN },
  { "u32-host", 4, G_DATA_STREAM_BYTE_ORDER_HOST_ENDIAN },
  { "line", 0, 0 },
  { "delimiter", 0, 0 },
  { "fixed", 0, 0 },
};

static TisockFraming *
make_framing (const char *name)
{
  if (g_str_equal (name, "netstring"))
    return tisock_framing_new_netstring ();
  if (g_str_equal (name, "varint"))
    return tisock_framing_new_varint ();
  if (g_str_equal (name, "line"))
    return tisock_framing_new_delimiter ((const guint8 *) "\n", 1);
  if (g_str_equal (name, "delimiter"))
    return tisock_framing_new_delimiter ((const guint8 *) "--=--", 5);
  if (g_str_equal (name, "fixed"))
    return tisock_framing_new_fixed_size (FIXED_SIZE);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (name, kinds[i].name))
      return tisock_framing_new_length_prefix (kinds[i].prefix_size, kinds[i].byte_order);

  g_assert_not_reached ();
}

/* Data of several lengths, on both sides of where a varint and a decimal number grow. */
static GPtrArray *
make_frames (const char *name)
{
  static const gsize lengths[] = { 0, 1, 9, 10, 127, 128, 255, 0, 3 };
  GPtrArray *frames = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      gsize length = g_str_equal (name, "fixed") ? FIXED_SIZE : lengths[i];
      guint8 *data = g_malloc (length + 1);

      /* Minus signs, but no delimiter. */
      for (gsize j = 0; j < length; j++)
        data[j] = (guint8) (j % 7 == 0 ? '-' : 'a' + (i + j) % 26);
      g_ptr_array_add (frames, g_bytes_new_take (data, length));
    }

  return frames;
}

static GBytes *
encode_all (TisockFraming *framing,
            GPtrArray     *frames)
{
  GByteArray *all = g_byte_array_new ();

  for (guint i = 0; i < frames->len; i++)
    {
      gsize length;
      const guint8 *data = g_bytes_get_data (frames->pdata[i], &length);
      g_autoptr(GBytes) frame = tisock_framing_encode (framing, data, length, NULL);

      g_byte_array_append (all, g_bytes_get_data (frame, NULL), (guint) g_bytes_get_size (frame));
    }

  return g_byte_array_free_to_bytes (all);
}

static void
assert_bytes (GBytes     *bytes,
              const char *text)
{
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

/* Without a socket */

/* Takes all frames that are whole. */
static void
take_frames (TisockFraming   *framing,
             TisockByteQueue *queue,
             gsize           *searched,
             GPtrArray       *expected,
             guint           *n_taken)
{
  const TisockFrameFormat *format = tisock_framing_get_format (framing);
  TisockScanResult result;
  TisockFrame frame;

  while ((result = tisock_frame_find (format, queue, 0, searched, &frame)) == TISOCK_SCAN_FOUND)
    {
      g_autoptr(GBytes) bytes = tisock_frame_take (&frame, queue);

      *searched = 0;
      g_assert_cmpuint (*n_taken, <, expected->len);
      g_assert_true (g_bytes_equal (bytes, expected->pdata[*n_taken]));
      (*n_taken)++;
    }

  g_assert_cmpint (result, ==, TISOCK_SCAN_MORE);
  g_assert_cmpuint (queue->length, <, tisock_frame_get_size (&frame));
}

/* In pieces of one length, but for the first one. */
static void
check_pieces (TisockFraming *framing,
              GPtrArray     *frames,
              GBytes        *wire,
              gsize          first,
              gsize          piece)
{
  TisockByteQueue queue = { NULL };
  gsize searched = 0;
  guint n_taken = 0;
  gsize length;
  const guint8 *data = g_bytes_get_data (wire, &length);

  for (gsize offset = 0, n = first; offset < length; offset += n, n = MIN (piece, length - offset))
    {
      tisock_byte_queue_append (&queue, data + offset, n);
      take_frames (framing, &queue, &searched, frames, &n_taken);
    }

  g_assert_cmpuint (n_taken, ==, frames->len);
  g_assert_cmpuint (queue.length, ==, 0);
}

static void
test_splits (gconstpointer user_data)
{
  const char *name = user_data;
  g_autoptr(TisockFraming) framing = make_framing (name);
  g_autoptr(GPtrArray) frames = make_frames (name);
  g_autoptr(GBytes) wire = encode_all (framing, frames);
  gsize length = g_bytes_get_size (wire);

  g_test_summary ("Wherever the bytes are cut, the frames are the same.");

  for (gsize first = 1; first <= length; first++)
    check_pieces (framing, frames, wire, first, length);
  for (gsize piece = 1; piece <= 20; piece++)
    check_pieces (framing, frames, wire, piece, piece);
}

static void
test_decode (gconstpointer user_data)
{
  const char *name = user_data;
  g_autoptr(TisockFraming) framing = make_framing (name);
  g_autoptr(GPtrArray) frames = make_frames (name);
  g_autoptr(GBytes) wire = encode_all (framing, frames);
  gsize begin = 0;
  gsize end;

  for (guint i = 0; i < frames->len; i++)
    {
      g_autoptr(GBytes) frame = tisock_framing_decode (framing, wire, begin, &end, NULL);

      g_assert_true (g_bytes_equal (frame, frames->pdata[i]));
      /* One byte less is no frame yet. */
      if (end > begin)
        {
          g_autoptr(GError) error = NULL;
          g_autoptr(GBytes) cut = g_bytes_new_from_bytes (wire, 0, end - 1);
          gsize cut_end;

          g_assert_null (tisock_framing_decode (framing, cut, begin, &cut_end, &error));
          g_assert_no_error (error);
          g_assert_cmpuint (cut_end, ==, begin);
        }
      begin = end;
    }

  g_assert_cmpuint (begin, ==, g_bytes_get_size (wire));
}

/* What goes over the wire is what others understand. */
static void
test_wire (void)
{
  static const struct
  {
    const char *name;
    const char *wire;
    gsize       length;
  } cases[] = {
    { "netstring", "5:hello,", 8 },
    { "varint", "\5hello", 6 },
    { "u8", "\5hello", 6 },
    { "u16-be", "\0\5hello", 7 },
    { "u16-le", "\5\0hello", 7 },
    { "u32-be", "\0\0\0\5hello", 9 },
    { "u32-le", "\5\0\0\0hello", 9 },
    { "u64-be", "\0\0\0\0\0\0\0\5hello", 13 },
    { "u64-le", "\5\0\0\0\0\0\0\0hello", 13 },
    { "line", "hello\n", 6 },
    { "delimiter", "hello--=--", 10 },
    { "fixed", "hello", 5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(TisockFraming) framing = make_framing (cases[i].name);
      g_autoptr(GBytes) wire = tisock_framing_encode (framing, (const guint8 *) "hello", 5, NULL);

      g_assert_cmpmem (g_bytes_get_data (wire, NULL), g_bytes_get_size (wire),
                       cases[i].wire, cases[i].length);
    }
}

static void
test_varint_lengths (void)
{
  g_autoptr(TisockFraming) framing = tisock_framing_new_varint ();
  g_autofree guint8 *data = g_malloc0 (20000);
  g_autoptr(GBytes) two = tisock_framing_encode (framing, data, 300, NULL);
  g_autoptr(GBytes) three = tisock_framing_encode (framing, data, 20000, NULL);

  g_assert_cmpmem (g_bytes_get_data (two, NULL), 2, "\xac\x02", 2);
  g_assert_cmpuint (g_bytes_get_size (two), ==, 302);
  g_assert_cmpmem (g_bytes_get_data (three, NULL), 3, "\xa0\x9c\x01", 3);
  g_assert_cmpuint (g_bytes_get_size (three), ==, 20003);
}

/* Of which no frame can be made */
static void
test_refused (void)
{
  static const struct
  {
    const char *name;
    const char *text;
    guint64     maximum;
    gboolean    too_large;
  } cases[] = {
    { "line", "a\nb", 0, FALSE },
    { "line", "\n", 0, FALSE },
    { "delimiter", "a--=--b", 0, FALSE },
    /* With the delimiter behind it, there is one before that. */
    { "delimiter", "a--=", 0, FALSE },
    { "fixed", "four", 0, FALSE },
    { "fixed", "sixsix", 0, FALSE },
    { "fixed", "", 0, FALSE },
    { "netstring", "five!", 4, TRUE },
    { "u32-be", "five!", 4, TRUE },
    { "line", "five!", 4, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(TisockFraming) framing = make_framing (cases[i].name);
      g_autoptr(GError) error = NULL;

      tisock_framing_set_maximum_frame_size (framing, cases[i].maximum);
      g_assert_null (tisock_framing_encode (framing, (const guint8 *) cases[i].text,
                                            strlen (cases[i].text), &error));
      if (cases[i].too_large)
        g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_refused_prefix (void)
{
  g_autoptr(TisockFraming) one = make_framing ("u8");
  g_autoptr(TisockFraming) two = make_framing ("u16-le");
  g_autofree guint8 *data = g_malloc0 (65536);
  g_autoptr(GBytes) longest = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (tisock_framing_encode (one, data, 256, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "256 bytes, and at most 255"));
  g_clear_error (&error);
  g_assert_null (tisock_framing_encode (two, data, 65536, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);

  longest = tisock_framing_encode (two, data, 65535, NULL);
  g_assert_cmpuint (g_bytes_get_size (longest), ==, 65537);
}

#define BYTES(text) text, sizeof (text) - 1

/* What peers send that mean no good, with the default limit. 0: more is needed. */
static void
test_hostile (void)
{
  static const struct
  {
    const char *name;
    const char *wire;
    gsize       length;
    int         code;           /* of GIO, or FRAME_TOO_LARGE, or 0: nothing yet */
  } cases[] = {
    { "u64-be", BYTES ("\xff\xff\xff\xff\xff\xff\xff\xff"), TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "u64-le", BYTES ("\xff\xff\xff\xff\xff\xff\xff\xff"), TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "u64-be", BYTES ("\x7f\xff\xff\xff\xff\xff\xff\xff"), TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "u32-be", BYTES ("\1\0\0\1"), TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "u32-be", BYTES ("\1\0\0\0"), 0 },
    { "varint", BYTES ("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"), G_IO_ERROR_INVALID_DATA },
    { "varint", BYTES ("\xff\xff\xff\xff\xff\xff\xff\xff\xff\2"), G_IO_ERROR_INVALID_DATA },
    { "varint", BYTES ("\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"),
      TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "varint", BYTES ("\xff\xff\xff\xff\xff\xff\xff\xff\xff"), 0 },
    { "varint", BYTES ("\x81\x80\x80\x08x"), TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "netstring", BYTES ("05:hello,"), G_IO_ERROR_INVALID_DATA },
    { "netstring", BYTES ("00:,"), G_IO_ERROR_INVALID_DATA },
    { "netstring", BYTES ("5:hello;"), G_IO_ERROR_INVALID_DATA },
    { "netstring", BYTES (":,"), G_IO_ERROR_INVALID_DATA },
    { "netstring", BYTES ("-1:,"), G_IO_ERROR_INVALID_DATA },
    { "netstring", BYTES (" 5:hello,"), G_IO_ERROR_INVALID_DATA },
    { "netstring", BYTES ("5 :hello,"), G_IO_ERROR_INVALID_DATA },
    { "netstring", BYTES ("9999999999:"), TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "netstring", BYTES ("18446744073709551615:"), TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "netstring", BYTES ("18446744073709551616"), TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "netstring", BYTES ("99999999999999999999999"), TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE },
    { "netstring", BYTES ("1844674407370955161"), 0 },
    { "netstring", BYTES ("5:hello"), 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(TisockFraming) framing = make_framing (cases[i].name);
      g_autoptr(GBytes) wire = g_bytes_new_static (cases[i].wire, cases[i].length);
      g_autoptr(GError) error = NULL;
      gsize end;

      g_test_message ("%u: %s", i, cases[i].name);
      g_assert_null (tisock_framing_decode (framing, wire, 0, &end, &error));
      g_assert_cmpuint (end, ==, 0);
      g_assert_cmpint (error != NULL ? error->code : 0, ==, cases[i].code);
      if (error != NULL)
        g_assert_true (error->domain == (error->code == G_IO_ERROR_INVALID_DATA
                                         ? G_IO_ERROR : TISOCK_SOCKET_ERROR));
    }
}

/* Without a limit of the program's there still is one, so that no sum overflows. */
static void
test_no_maximum (void)
{
  static const char * const names[] = { "u64-be", "varint", "netstring" };
  static const char * const wires[] = {
    "\xff\xff\xff\xff\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\1",
    "9223372036854775807:",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(TisockFraming) framing = make_framing (names[i]);
      g_autoptr(GBytes) wire = g_bytes_new_static (wires[i], strlen (wires[i]));
      g_autoptr(GError) error = NULL;
      gsize end;

      tisock_framing_set_maximum_frame_size (framing, 0);
      g_assert_null (tisock_framing_decode (framing, wire, 0, &end, &error));
      g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
    }
}

static void
test_delimiter_maximum (void)
{
  g_autoptr(TisockFraming) framing = make_framing ("line");
  g_autoptr(GBytes) wire = g_bytes_new_static ("12345\n123456\n", 13);
  g_autoptr(GBytes) first = NULL;
  g_autoptr(GError) error = NULL;
  gsize end;

  tisock_framing_set_maximum_frame_size (framing, 5);
  first = tisock_framing_decode (framing, wire, 0, &end, NULL);
  assert_bytes (first, "12345");
  g_assert_cmpuint (end, ==, 6);
  g_assert_null (tisock_framing_decode (framing, wire, 6, &end, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
}

/* A decoded frame, and one that is in one block of the queue, are where they were. */
static void
test_no_copy (void)
{
  g_autoptr(TisockFraming) framing = make_framing ("u32-be");
  g_autofree guint8 *data = g_malloc0 (1000);
  g_autoptr(GBytes) wire = tisock_framing_encode (framing, data, 1000, NULL);
  g_autoptr(GBytes) decoded = NULL;
  TisockByteQueue queue = { NULL };
  const guint8 *place;
  gsize searched = 0;
  gsize end;

  decoded = tisock_framing_decode (framing, wire, 0, &end, NULL);
  g_assert_true (g_bytes_get_data (decoded, NULL) ==
                 (const guint8 *) g_bytes_get_data (wire, NULL) + 4);

  for (guint i = 0; i < 3; i++)
    tisock_byte_queue_append (&queue, g_bytes_get_data (wire, NULL), g_bytes_get_size (wire));
  place = queue.head->data;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GBytes) bytes = NULL;
      TisockFrame frame;

      g_assert_cmpint (tisock_frame_find (tisock_framing_get_format (framing), &queue, 0,
                                          &searched, &frame), ==, TISOCK_SCAN_FOUND);
      bytes = tisock_frame_take (&frame, &queue);
      g_assert_true (g_bytes_get_data (bytes, NULL) == place + 1004 * i + 4);
    }
  g_assert_cmpuint (queue.length, ==, 0);
}

static void
test_property (void)
{
  TisockFraming *framing = make_framing ("netstring");
  guint64 maximum = 0;

  g_object_get (framing, "maximum-frame-size", &maximum, NULL);
  g_assert_cmpuint (maximum, ==, 16 * 1024 * 1024);
  g_object_set (framing, "maximum-frame-size", (guint64) 7, NULL);
  g_assert_cmpuint (tisock_framing_get_maximum_frame_size (framing), ==, 7);
  g_assert_finalize_object (framing);
}

/* With a socket */

typedef struct
{
  SocketFixture  base;
  TisockFraming *framing;
  GString       *frames;        /* what was read in handlers, with a bar behind each */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->framing = make_framing (user_data);
  fixture->frames = g_string_new (NULL);
  socket_fixture_set_up (&fixture->base, NULL);
  socket_fixture_connect (&fixture->base);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  socket_fixture_tear_down (&fixture->base, NULL);
  g_string_free (fixture->frames, TRUE);
  g_assert_finalize_object (fixture->framing);
}

static void
note_frame (Fixture *fixture,
            GBytes  *frame)
{
  g_string_append_len (fixture->frames, g_bytes_get_data (frame, NULL),
                       (gssize) g_bytes_get_size (frame));
  g_string_append_c (fixture->frames, '|');
}

static void
read_in_handler (SocketFixture *base,
                 const char    *signal)
{
  Fixture *fixture = (Fixture *) base;
  GBytes *frame;

  while (g_str_equal (signal, "data-available") &&
         (frame = tisock_tcp_socket_read_frame (base->socket, fixture->framing, NULL)) != NULL)
    {
      note_frame (fixture, frame);
      g_bytes_unref (frame);
    }
}

static void
test_read (Fixture       *fixture,
           gconstpointer  user_data)
{
  fixture->base.action = read_in_handler;
  socket_fixture_feed (&fixture->base, "5:hel");
  socket_fixture_expect (&fixture->base, "data:5");
  socket_fixture_feed (&fixture->base, "lo,0:,3:one,3:t");
  socket_fixture_expect (&fixture->base, "data:20");
  g_assert_cmpstr (fixture->frames->str, ==, "hello||one|");
  socket_fixture_feed (&fixture->base, "wo,");
  socket_fixture_expect (&fixture->base, "data:6");
  g_assert_cmpstr (fixture->frames->str, ==, "hello||one|two|");
}

static void
test_write (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("bytes", 5);

  g_assert_true (tisock_tcp_socket_write_frame (fixture->base.socket, fixture->framing,
                                                (const guint8 *) "hello", 5, NULL));
  g_assert_true (tisock_tcp_socket_write_frame (fixture->base.socket, fixture->framing, NULL, 0,
                                                NULL));
  g_assert_true (tisock_tcp_socket_write_frame_bytes (fixture->base.socket, fixture->framing,
                                                      bytes, NULL));
  socket_fixture_expect (&fixture->base, "progress:19/0 complete:0");
  socket_fixture_expect_sent (&fixture->base, "5:hello,0:,5:bytes,");
}

/* What cannot be sent at once keeps its place between its head and its tail. */
static void
test_write_queued (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autofree guint8 *data = g_malloc (MANY);
  g_autoptr(GBytes) bytes = NULL;
  g_autofree guint8 *got = NULL;
  gsize stuffed = socket_fixture_stuff (&fixture->base);

  memset (data, 'x', MANY);
  bytes = g_bytes_new (data, MANY);
  g_assert_true (tisock_tcp_socket_write_frame_bytes (fixture->base.socket, fixture->framing,
                                                      bytes, NULL));
  socket_fixture_drain (&fixture->base, stuffed);
  got = test_peer_drain (fixture->base.peer, MANY + 6);
  g_assert_cmpmem (got, 5, "3000:", 5);
  g_assert_cmpmem (got + 5, MANY, data, MANY);
  g_assert_cmpint (got[MANY + 5], ==, ',');
}

/* Refused before anything of it is queued. */
static void
test_write_refused (Fixture       *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("12345", 5);
  g_autoptr(GError) error = NULL;

  tisock_framing_set_maximum_frame_size (fixture->framing, 4);
  g_assert_false (tisock_tcp_socket_write_frame (fixture->base.socket, fixture->framing,
                                                 (const guint8 *) "12345", 5, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  g_assert_false (tisock_tcp_socket_write_frame_bytes (fixture->base.socket, fixture->framing,
                                                       bytes, NULL));
  socket_fixture_expect_now (&fixture->base, "error:201/connected error:201/connected");

  tisock_tcp_socket_set_send_maximum (fixture->base.socket, 6);
  g_assert_true (tisock_tcp_socket_write_frame (fixture->base.socket, fixture->framing,
                                                (const guint8 *) "123", 3, NULL));
  g_assert_false (tisock_tcp_socket_write_frame (fixture->base.socket, fixture->framing,
                                                 (const guint8 *) "1234", 4, NULL));
  socket_fixture_expect (&fixture->base, "error:200/connected progress:6/0 complete:0");
  socket_fixture_expect_sent (&fixture->base, "3:123,");

  tisock_socket_core_close (fixture->base.core);
  g_assert_false (tisock_tcp_socket_write_frame_bytes (fixture->base.socket, fixture->framing,
                                                       bytes, NULL));
  socket_fixture_expect (&fixture->base, "closed/closed error:201/closed");
}

static void
expect_failure (Fixture *fixture,
                GQuark   domain,
                int      code)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (tisock_tcp_socket_read_frame (fixture->base.socket, fixture->framing, &error));
  g_assert_error (error, domain, code);
}

static void
test_read_too_large (Fixture       *fixture,
                     gconstpointer  user_data)
{
  tisock_framing_set_maximum_frame_size (fixture->framing, 4);
  socket_fixture_feed (&fixture->base, "5:hel");
  socket_fixture_expect (&fixture->base, "data:5");
  expect_failure (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  socket_fixture_expect_now (&fixture->base, "error:201/error closed/error");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, 201);

  /* The bytes are still there, and nothing is announced twice. */
  expect_failure (fixture, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  socket_fixture_expect_now (&fixture->base, "");
  socket_fixture_expect_read (&fixture->base, "5:hel");
}

static void
test_read_malformed (Fixture       *fixture,
                     gconstpointer  user_data)
{
  fixture->base.action = read_in_handler;
  socket_fixture_feed (&fixture->base, "2:ok,GET / HTTP/1.1\n");
  socket_fixture_expect (&fixture->base, "data:20 error:invalid-data/error closed/error");
  g_assert_cmpstr (fixture->frames->str, ==, "ok|");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, EBADMSG);
  socket_fixture_expect_read (&fixture->base, "GET / HTTP/1.1\n");
}

static void
test_read_cut (Fixture       *fixture,
               gconstpointer  user_data)
{
  g_autoptr(GBytes) whole = NULL;
  g_autoptr(GError) error = NULL;

  socket_fixture_feed (&fixture->base, "2:ok,5:hel");
  socket_fixture_close_peer (&fixture->base);
  socket_fixture_expect (&fixture->base, "data:10 error:102/closed closed/closed");
  whole = tisock_tcp_socket_read_frame (fixture->base.socket, fixture->framing, NULL);
  assert_bytes (whole, "ok");
  g_assert_null (tisock_tcp_socket_read_frame (fixture->base.socket, fixture->framing, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  g_assert_nonnull (strstr (error->message, "after 5 of its 8 bytes"));
  socket_fixture_expect_now (&fixture->base, "");
  socket_fixture_expect_read (&fixture->base, "5:hel");

  /* Nothing left is no frame that is cut. */
  g_clear_error (&error);
  g_assert_null (tisock_tcp_socket_read_frame (fixture->base.socket, fixture->framing, &error));
  g_assert_no_error (error);
}

/* The receive limit lets a frame in that has begun, and no more than that. */
static void
test_read_beyond_limit (Fixture       *fixture,
                        gconstpointer  user_data)
{
  g_autofree char *data = g_strnfill (MANY, 'x');
  g_autofree char *wire = g_strdup_printf ("%d:%s,%d:%s,", MANY, data, MANY, data);
  g_autofree char *expected = g_strdup_printf ("%s|%s|", data, data);

  tisock_tcp_socket_set_receive_limit (fixture->base.socket, 3);
  fixture->base.action = read_in_handler;
  test_peer_send (fixture->base.peer, wire);
  test_wait_until (fixture->frames->len == strlen (expected));
  g_assert_cmpstr (fixture->frames->str, ==, expected);

  fixture->base.action = NULL;
  test_peer_send (fixture->base.peer, "2:ok,");
  socket_fixture_await (&fixture->base, 3);
  g_string_truncate (fixture->base.log, 0);
}

/* Calls that wait */

static void
received_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Fixture *fixture = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) frame = NULL;

  frame = tisock_tcp_socket_receive_frame_finish (TISOCK_TCP_SOCKET (source), result, &error);
  if (frame != NULL)
    note_frame (fixture, frame);
  else
    g_string_append_printf (fixture->frames, "%s|", error != NULL ? error->message : "end");
}

static void
receive (Fixture      *fixture,
         GCancellable *cancellable)
{
  tisock_tcp_socket_receive_frame_async (fixture->base.socket, fixture->framing, cancellable,
                                         received_cb, fixture);
}

static void
expect_frames (Fixture    *fixture,
               const char *frames)
{
  test_wait_until (fixture->frames->len >= strlen (frames));
  g_assert_cmpstr (fixture->frames->str, ==, frames);
  g_string_truncate (fixture->frames, 0);
}

static void
test_receive (Fixture       *fixture,
              gconstpointer  user_data)
{
  receive (fixture, NULL);
  socket_fixture_feed (&fixture->base, "5:hello,2:");
  expect_frames (fixture, "hello|");
  socket_fixture_expect (&fixture->base, "data:2");
  receive (fixture, NULL);
  socket_fixture_feed (&fixture->base, "ok,");
  expect_frames (fixture, "ok|");
  socket_fixture_expect (&fixture->base, "");

  receive (fixture, NULL);
  socket_fixture_close_peer (&fixture->base);
  expect_frames (fixture, "end|");
  socket_fixture_expect (&fixture->base, "error:102/closed closed/closed");
}

static void
test_receive_cut (Fixture       *fixture,
                  gconstpointer  user_data)
{
  receive (fixture, NULL);
  socket_fixture_feed (&fixture->base, "1234");
  socket_fixture_close_peer (&fixture->base);
  expect_frames (fixture,
                 "Could not read a frame: the stream has ended after 4 of its 5 bytes|");
  socket_fixture_expect (&fixture->base, "error:102/closed closed/closed");
  socket_fixture_expect_read (&fixture->base, "1234");
}

static void
test_receive_too_large (Fixture       *fixture,
                        gconstpointer  user_data)
{
  tisock_framing_set_maximum_frame_size (fixture->framing, 4);
  receive (fixture, NULL);
  socket_fixture_feed (&fixture->base, "5:hello,");
  expect_frames (fixture, "Could not read a frame: it has 5 bytes, and at most 4 may be|");
  socket_fixture_expect (&fixture->base, "data:8 error:201/error closed/error");
}

static void
test_receive_cancelled (Fixture       *fixture,
                        gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  receive (fixture, cancellable);
  receive (fixture, NULL);
  expect_frames (fixture, "Could not receive: another call waits for bytes of this socket "
                          "already|");
  socket_fixture_feed (&fixture->base, "5:hel");
  socket_fixture_await (&fixture->base, 5);
  g_cancellable_cancel (cancellable);
  expect_frames (fixture, "Operation was cancelled|");
  socket_fixture_expect (&fixture->base, "data:5");
  receive (fixture, NULL);
  socket_fixture_feed (&fixture->base, "lo,");
  expect_frames (fixture, "hello|");
}

static void
test_receive_sync (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autofree char *data = g_strnfill (MANY, 'x');
  g_autofree char *wire = g_strdup_printf ("%d:%s,5:he", MANY, data);
  g_autoptr(GBytes) frame = NULL;
  g_autoptr(GError) error = NULL;

  tisock_tcp_socket_set_receive_limit (fixture->base.socket, 10);
  test_peer_send (fixture->base.peer, wire);
  frame = tisock_tcp_socket_receive_frame_sync (fixture->base.socket, fixture->framing, -1, NULL,
                                                &error);
  g_assert_no_error (error);
  assert_bytes (frame, data);

  g_assert_null (tisock_tcp_socket_receive_frame_sync (fixture->base.socket, fixture->framing, 0,
                                                       NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  socket_fixture_close_peer (&fixture->base);
  g_assert_null (tisock_tcp_socket_receive_frame_sync (fixture->base.socket, fixture->framing, -1,
                                                       NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  socket_fixture_expect_now (&fixture->base, "error:102/closed closed/closed");
}

/* An idle connection that reads frames pays nothing for it. */
static void
test_idle (Fixture       *fixture,
           gconstpointer  user_data)
{
  fixture->base.action = read_in_handler;
  socket_fixture_feed (&fixture->base, "5:hello,5:hel");
  socket_fixture_expect (&fixture->base, "data:13");
  socket_fixture_feed (&fixture->base, "lo,");
  socket_fixture_expect (&fixture->base, "data:8");
  g_assert_null (tisock_tcp_socket_get_private (fixture->base.socket)->extras);
}

#define ADD(name, kind, function) \
  g_test_add ("/framing/" name, Fixture, kind, set_up, function, tear_down)

static void
add_socket_tests (void)
{
  ADD ("read", "netstring", test_read);
  ADD ("read-too-large", "netstring", test_read_too_large);
  ADD ("read-malformed", "netstring", test_read_malformed);
  ADD ("read-cut", "netstring", test_read_cut);
  ADD ("read-beyond-limit", "netstring", test_read_beyond_limit);
  ADD ("write", "netstring", test_write);
  ADD ("write-queued", "netstring", test_write_queued);
  ADD ("write-refused", "netstring", test_write_refused);
  ADD ("receive", "netstring", test_receive);
  ADD ("receive-cut", "fixed", test_receive_cut);
  ADD ("receive-too-large", "netstring", test_receive_too_large);
  ADD ("receive-cancelled", "netstring", test_receive_cancelled);
  ADD ("receive-sync", "netstring", test_receive_sync);
  ADD ("idle", "netstring", test_idle);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *splits = g_strdup_printf ("/framing/splits/%s", kinds[i].name);
      g_autofree char *decode = g_strdup_printf ("/framing/decode/%s", kinds[i].name);

      g_test_add_data_func (splits, kinds[i].name, test_splits);
      g_test_add_data_func (decode, kinds[i].name, test_decode);
    }
  g_test_add_func ("/framing/wire", test_wire);
  g_test_add_func ("/framing/varint-lengths", test_varint_lengths);
  g_test_add_func ("/framing/refused", test_refused);
  g_test_add_func ("/framing/refused-prefix", test_refused_prefix);
  g_test_add_func ("/framing/hostile", test_hostile);
  g_test_add_func ("/framing/no-maximum", test_no_maximum);
  g_test_add_func ("/framing/delimiter-maximum", test_delimiter_maximum);
  g_test_add_func ("/framing/no-copy", test_no_copy);
  g_test_add_func ("/framing/property", test_property);
  add_socket_tests ();

  return g_test_run ();
}
