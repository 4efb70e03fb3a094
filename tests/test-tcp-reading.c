/* test-tcp-reading.c: how bytes come into a TCPSocket and how they are taken
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"

#include "tisock-socket-error.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Puts bytes into the receive buffer of a connected socket. */
static void
fill (SocketFixture *fixture,
      const char    *text)
{
  guint64 before = tisock_tcp_socket_get_bytes_available (fixture->socket);

  socket_fixture_feed (fixture, text);
  socket_fixture_await (fixture, before + strlen (text));
  g_string_truncate (fixture->log, 0);
}

/* The whole buffer is exactly this. */
static void
assert_buffer (SocketFixture *fixture,
               const char    *text)
{
  gsize length;
  g_autofree guint8 *data = tisock_tcp_socket_look_ahead (fixture->socket, -1, &length);

  g_assert_cmpmem (data, length, text, strlen (text));
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->socket), ==, strlen (text));
}

/* Bytes */

static void
assert_read (SocketFixture *fixture,
             gssize         count,
             const char    *text)
{
  gsize length = 77;
  g_autofree guint8 *data = tisock_tcp_socket_read (fixture->socket, count, &length);

  g_assert_cmpmem (data, length, text, strlen (text));
  g_assert_true ((data == NULL) == (*text == '\0'));
}

static void
test_read (SocketFixture *fixture,
           gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  assert_read (fixture, -1, "");
  assert_read (fixture, 10, "");

  fill (fixture, "abc");
  fill (fixture, "defgh");
  assert_read (fixture, 0, "");
  assert_read (fixture, 1, "a");
  assert_read (fixture, 4, "bcde");
  assert_buffer (fixture, "fgh");
  assert_read (fixture, 100, "fgh");
  assert_read (fixture, -1, "");

  fill (fixture, "again");
  assert_read (fixture, G_MAXSSIZE, "again");
  fill (fixture, "all");
  socket_fixture_expect_read (fixture, "all");
}

static void
assert_read_bytes (SocketFixture *fixture,
                   gssize         count,
                   const char    *text)
{
  g_autoptr(GBytes) bytes = tisock_tcp_socket_read_bytes (fixture->socket, count);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   text, strlen (text));
}

static void
test_read_bytes (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  assert_read_bytes (fixture, -1, "");
  fill (fixture, "abc");
  fill (fixture, "defgh");
  assert_read_bytes (fixture, 0, "");
  assert_read_bytes (fixture, 5, "abcde");
  assert_read_bytes (fixture, 50, "fgh");
  fill (fixture, "rest");
  assert_read_bytes (fixture, -1, "rest");
}

static void
test_read_into (SocketFixture *fixture,
                gconstpointer  user_data)
{
  char buffer[16];

  socket_fixture_connect (fixture);
  g_assert_cmpuint (tisock_tcp_socket_read_into (fixture->socket, buffer, sizeof buffer), ==, 0);
  fill (fixture, "abc");
  fill (fixture, "defgh");
  g_assert_cmpuint (tisock_tcp_socket_read_into (fixture->socket, NULL, 0), ==, 0);
  g_assert_cmpuint (tisock_tcp_socket_read_into (fixture->socket, buffer, 5), ==, 5);
  g_assert_cmpmem (buffer, 5, "abcde", 5);
  g_assert_cmpuint (tisock_tcp_socket_read_into (fixture->socket, buffer, sizeof buffer), ==, 3);
  g_assert_cmpmem (buffer, 3, "fgh", 3);
}

static void
test_look_ahead (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  gsize length = 77;
  g_autofree guint8 *data = NULL;
  const guint8 *peeked;

  socket_fixture_connect (fixture);
  g_assert_null (tisock_tcp_socket_look_ahead (fixture->socket, -1, &length));
  g_assert_cmpuint (length, ==, 0);
  g_assert_null (tisock_tcp_socket_peek (fixture->socket, &length));
  g_assert_cmpuint (length, ==, 0);
  g_assert_cmpuint (tisock_tcp_socket_skip (fixture->socket, 1), ==, 0);

  fill (fixture, "abc");
  fill (fixture, "defgh");
  g_assert_null (tisock_tcp_socket_look_ahead (fixture->socket, 0, &length));
  data = tisock_tcp_socket_look_ahead (fixture->socket, 4, &length);
  g_assert_cmpmem (data, length, "abcd", 4);
  peeked = tisock_tcp_socket_peek (fixture->socket, &length);
  g_assert_cmpmem (peeked, length, "abcdefgh", 8);
  assert_buffer (fixture, "abcdefgh");

  g_assert_cmpuint (tisock_tcp_socket_skip (fixture->socket, 0), ==, 0);
  g_assert_cmpuint (tisock_tcp_socket_skip (fixture->socket, 6), ==, 6);
  assert_buffer (fixture, "gh");
  g_assert_cmpuint (tisock_tcp_socket_skip (fixture->socket, G_MAXSIZE), ==, 2);
  assert_buffer (fixture, "");
}

static void
test_purge (SocketFixture *fixture,
            gconstpointer  user_data)
{
  gsize length;

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  tisock_socket_core_purge (fixture->core);
  length = socket_fixture_stuff (fixture);
  fill (fixture, "old");
  tisock_socket_core_purge (fixture->core);
  assert_buffer (fixture, "");
  fill (fixture, "new");
  assert_buffer (fixture, "new");

  /* The send queue is another matter. */
  socket_fixture_drain (fixture, length);
  socket_fixture_expect (fixture, "drained complete:0");

  /* After the end as well. */
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "error:102/closed closed/closed");
  assert_buffer (fixture, "new");
  tisock_socket_core_purge (fixture->core);
  assert_buffer (fixture, "");
}

static void
test_before_any_life (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  assert_read (fixture, -1, "");
  assert_read_bytes (fixture, -1, "");
  assert_buffer (fixture, "");
  text = tisock_tcp_socket_read_string (fixture->socket, -1, NULL, &error);
  g_assert_cmpstr (text, ==, "");
  g_assert_null (tisock_tcp_socket_read_line (fixture->socket, &error));
  g_assert_null (tisock_tcp_socket_read_until (fixture->socket, (const guint8 *) ";", 1, &error));
  g_assert_no_error (error);
  tisock_socket_core_purge (fixture->core);
  socket_fixture_expect_now (fixture, "");
}

/* Text */

static void
assert_string (SocketFixture *fixture,
               gssize         count,
               const char    *encoding,
               const char    *text)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *got = tisock_tcp_socket_read_string (fixture->socket, count, encoding, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, text);
}

static void
assert_no_string (SocketFixture *fixture,
                  const char    *encoding)
{
  g_autoptr(GError) error = NULL;
  guint64 before = tisock_tcp_socket_get_bytes_available (fixture->socket);

  g_assert_null (tisock_tcp_socket_read_string (fixture->socket, -1, encoding, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_ENCODING);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->socket), ==, before);

  /* It is no failure of the socket. */
  socket_fixture_expect_now (fixture, "");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
}

static void
test_utf8 (SocketFixture *fixture,
           gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  assert_string (fixture, -1, NULL, "");
  fill (fixture, "plain");
  assert_string (fixture, 2, NULL, "pl");
  assert_string (fixture, -1, "utf-8", "ain");

  /* A character that is cut stays until the rest of it has come. */
  fill (fixture, "h\xc3");
  assert_string (fixture, -1, NULL, "h");
  assert_string (fixture, -1, NULL, "");
  assert_buffer (fixture, "\xc3");
  fill (fixture, "\xa9\xe2\x82");
  assert_string (fixture, -1, "UTF-8", "é");
  fill (fixture, "\xac\xf0\x9f\x98");
  assert_string (fixture, -1, NULL, "€");
  fill (fixture, "\x80.");
  assert_string (fixture, 3, NULL, "");
  assert_string (fixture, 4, NULL, "\xf0\x9f\x98\x80");
  assert_string (fixture, 4, NULL, ".");
}

static void
test_invalid_utf8 (SocketFixture *fixture,
                   gconstpointer  user_data)
{
  const char *texts[] = { "\xff", ("ab\xff" "cd"), "\x80", "\xc3(", "\xc0\xaf", "\xed\xa0\x80" };

  socket_fixture_connect (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      fill (fixture, texts[i]);
      assert_no_string (fixture, NULL);
      assert_buffer (fixture, texts[i]);
      tisock_socket_core_purge (fixture->core);
    }

  /* What comes before can be had by its length. */
  fill (fixture, "ab\xff" "cd");
  assert_string (fixture, 2, NULL, "ab");
}

static void
test_nul (SocketFixture *fixture,
          gconstpointer  user_data)
{
  const char data[] = { 'a', '\0', 'b' };

  socket_fixture_connect (fixture);
  g_assert_cmpint (send (fixture->peer, data, sizeof data, 0), ==, sizeof data);
  socket_fixture_expect (fixture, "data:3");
  assert_no_string (fixture, NULL);
  assert_no_string (fixture, "ISO-8859-1");
  assert_string (fixture, 1, NULL, "a");
}

static void
test_other_encodings (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  const char utf16[] = { 'h', '\0', '\xac', '\x20', '!' };

  socket_fixture_connect (fixture);
  fill (fixture, "caf\xe9");
  assert_no_string (fixture, "no-such-encoding");
  assert_no_string (fixture, "ASCII");
  assert_string (fixture, -1, "ISO-8859-1", "café");

  g_assert_cmpint (send (fixture->peer, utf16, sizeof utf16, 0), ==, sizeof utf16);
  socket_fixture_expect (fixture, "data:5");
  assert_string (fixture, -1, "UTF-16LE", "h€");
  assert_buffer (fixture, "!");
  assert_string (fixture, -1, "UTF-16LE", "");
  g_assert_cmpint (send (fixture->peer, "", 1, 0), ==, 1);
  socket_fixture_expect (fixture, "data:2");
  assert_string (fixture, -1, "UTF-16LE", "!");
}

/* Lines and delimiters */

static void
assert_line (SocketFixture *fixture,
             const char    *text)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *line = tisock_tcp_socket_read_line (fixture->socket, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, text);
}

static void
assert_no_line (SocketFixture *fixture,
                int            code)
{
  g_autoptr(GError) error = NULL;
  guint64 before = tisock_tcp_socket_get_bytes_available (fixture->socket);

  g_assert_null (tisock_tcp_socket_read_line (fixture->socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, code);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->socket), ==, before);
  socket_fixture_expect_now (fixture, "");
}

static void
assert_until (SocketFixture *fixture,
              const char    *delimiter,
              const char    *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = tisock_tcp_socket_read_until (fixture->socket,
                                                          (const guint8 *) delimiter,
                                                          strlen (delimiter), &error);

  g_assert_no_error (error);
  if (text == NULL)
    {
      g_assert_null (bytes);
      return;
    }

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   text, strlen (text));
}

static void
test_read_line (SocketFixture *fixture,
                gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  assert_line (fixture, NULL);
  fill (fixture, "one\ntwo\r\n\n\r\n a\rb \r\r\nthr");
  assert_line (fixture, "one");
  assert_line (fixture, "two");
  assert_line (fixture, "");
  assert_line (fixture, "");
  assert_line (fixture, " a\rb \r");
  assert_line (fixture, NULL);
  assert_line (fixture, NULL);
  fill (fixture, "ee\r");
  assert_line (fixture, NULL);
  fill (fixture, "\nfo");
  assert_line (fixture, "three");
  assert_line (fixture, NULL);
  assert_buffer (fixture, "fo");

  /* What is left at the end is a line too. */
  socket_fixture_feed (fixture, "ur");
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "data:4 error:102/closed closed/closed");
  assert_line (fixture, "four");
  assert_line (fixture, NULL);
}

static void
test_lines_after_end (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  socket_fixture_feed (fixture, "a\n\nb\n\r\nc\r");
  socket_fixture_close_peer (fixture);
  socket_fixture_expect (fixture, "data:9 error:102/closed closed/closed");
  assert_line (fixture, "a");
  assert_line (fixture, "");
  assert_line (fixture, "b");
  assert_line (fixture, "");
  assert_line (fixture, "c");
  assert_line (fixture, NULL);
}

static void
test_invalid_lines (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fill (fixture, "\xff\nfine\n");
  assert_no_line (fixture, TISOCK_SOCKET_ERROR_INVALID_ENCODING);
  assert_no_line (fixture, TISOCK_SOCKET_ERROR_INVALID_ENCODING);
  assert_until (fixture, "\n", "\xff");
  assert_line (fixture, "fine");
}

/* In a whole line no rest of a character can be still to come. */
static void
test_cut_character_in_line (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fill (fixture, "caf\xc3\nnext\n");
  assert_no_line (fixture, TISOCK_SOCKET_ERROR_INVALID_ENCODING);
  assert_until (fixture, "\n", "caf\xc3");
  assert_line (fixture, "next");
}

static void
test_large_line (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_receive_limit (fixture->socket, 8);
  socket_fixture_feed (fixture, "12345678\n");
  socket_fixture_expect (fixture, "data:8");
  assert_no_line (fixture, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  assert_no_line (fixture, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);

  tisock_tcp_socket_set_receive_limit (fixture->socket, 9);
  socket_fixture_expect (fixture, "data:9");
  assert_line (fixture, "12345678");
}

static void
test_read_until (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  assert_until (fixture, "\r\n\r\n", NULL);
  fill (fixture, "\r\n\r\nhead\r\n\r");
  assert_until (fixture, "\r\n\r\n", "");
  assert_until (fixture, "\r\n\r\n", NULL);
  assert_until (fixture, "\r\n\r\n", NULL);
  fill (fixture, "\nbody--");
  assert_until (fixture, "\r\n\r\n", "head");
  assert_until (fixture, "----", NULL);
  fill (fixture, "-");
  assert_until (fixture, "----", NULL);
  fill (fixture, "--rest");
  assert_until (fixture, "----", "body");
  assert_buffer (fixture, "-rest");
}

/* A search starts from the beginning if it is for something else. */
static void
test_other_delimiter (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fill (fixture, "one\ntwo;three<>four><");
  assert_until (fixture, ",", NULL);
  assert_line (fixture, "one");
  assert_until (fixture, ",", NULL);
  assert_until (fixture, ";", "two");
  assert_until (fixture, "[]", NULL);
  assert_until (fixture, "<>", "three");
  assert_until (fixture, "><", "four");
}

static void
test_large_until (SocketFixture *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_receive_limit (fixture->socket, 8);
  socket_fixture_feed (fixture, "1234567::");
  socket_fixture_expect (fixture, "data:8");
  g_assert_null (tisock_tcp_socket_read_until (fixture->socket, (const guint8 *) "::", 2, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  assert_buffer (fixture, "1234567:");
  socket_fixture_expect_now (fixture, "");
}

/* The receive limit */

static void
assert_silence (SocketFixture *fixture)
{
  for (guint i = 0; i < 10; i++)
    g_assert_false (g_main_context_iteration (NULL, FALSE));

  socket_fixture_expect_now (fixture, "");
}

static void
test_receive_limit (SocketFixture *fixture,
                    gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_receive_limit (fixture->socket, 10);
  socket_fixture_feed (fixture, "0123456789abcdefghijklmno");
  socket_fixture_expect (fixture, "data:10");
  assert_silence (fixture);

  /* More than half is still there. */
  assert_read (fixture, 4, "0123");
  assert_silence (fixture);
  assert_read (fixture, 1, "4");
  socket_fixture_expect (fixture, "data:10");
  assert_silence (fixture);
  assert_buffer (fixture, "56789abcde");

  tisock_socket_core_purge (fixture->core);
  socket_fixture_expect (fixture, "data:10");
  assert_silence (fixture);
  assert_read (fixture, -1, "fghijklmno");
  socket_fixture_feed (fixture, "p");
  socket_fixture_expect (fixture, "data:1");
}

static void
test_receive_limit_changes (SocketFixture *fixture,
                            gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_receive_limit (fixture->socket, 4);
  socket_fixture_feed (fixture, "0123456789");
  socket_fixture_expect (fixture, "data:4");

  /* At most half full, so that there is room again. */
  tisock_tcp_socket_set_receive_limit (fixture->socket, 8);
  socket_fixture_expect (fixture, "data:8");
  tisock_tcp_socket_set_receive_limit (fixture->socket, 2);
  assert_silence (fixture);
  assert_read (fixture, 6, "012345");
  assert_silence (fixture);
  assert_read (fixture, 1, "6");
  socket_fixture_expect (fixture, "data:2");
  tisock_tcp_socket_set_receive_limit (fixture->socket, 0);
  socket_fixture_expect (fixture, "data:3");
  assert_buffer (fixture, "789");
}

/* The limit of 10 is reached and nothing wakes up, whatever the peer does. */
static void
reach_limit (SocketFixture *fixture)
{
  socket_fixture_connect (fixture);
  tisock_tcp_socket_set_receive_limit (fixture->socket, 10);
  socket_fixture_feed (fixture, "0123456789ab");
  socket_fixture_expect (fixture, "data:10");
}

static void
test_paused_fin (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  reach_limit (fixture);
  socket_fixture_close_peer (fixture);
  test_peer_await (tisock_socket_core_get_handle (fixture->core), POLLRDHUP);
  assert_silence (fixture);
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);

  assert_read (fixture, -1, "0123456789");
  socket_fixture_expect (fixture, "data:2 error:102/closed closed/closed");
  assert_read (fixture, -1, "ab");
}

static void
test_paused_reset (SocketFixture *fixture,
                   gconstpointer  user_data)
{
  reach_limit (fixture);
  test_peer_reset (fixture->peer);
  fixture->peer = -1;
  test_peer_await (tisock_socket_core_get_handle (fixture->core), POLLHUP);
  assert_silence (fixture);
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);

  assert_read (fixture, -1, "0123456789");
  socket_fixture_expect (fixture, "data:2 error:102/error closed/error");
  assert_read (fixture, -1, "ab");
}

static void
test_paused_writing (SocketFixture *fixture,
                     gconstpointer  user_data)
{
  reach_limit (fixture);
  socket_fixture_write (fixture, "still here");
  socket_fixture_expect (fixture, "progress:10/0 complete:0");
  socket_fixture_expect_sent (fixture, "still here");
  assert_silence (fixture);
}

/* Handlers that serve the socket */

static void
read_in_handler (SocketFixture *fixture,
                 const char    *signal)
{
  if (g_str_equal (signal, "data-available"))
    socket_fixture_expect_read (fixture, "ping");
}

static void
test_read_in_handler (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->action = read_in_handler;
  for (guint i = 0; i < 3; i++)
    {
      socket_fixture_feed (fixture, "ping");
      socket_fixture_expect (fixture, "data:4");
      assert_buffer (fixture, "");
    }
}

/* Bytes move and properties change; what was due is said once afterwards. */
static void
iterate_in_handler (SocketFixture *fixture,
                    const char    *signal)
{
  fixture->action = NULL;
  socket_fixture_feed (fixture, "second");
  socket_fixture_await (fixture, 11);
  socket_fixture_write (fixture, "answer");
  socket_fixture_feed (fixture, "third");
  socket_fixture_await (fixture, 16);
  socket_fixture_settle ();
  g_assert_cmpstr (fixture->log->str, ==, "data:5");
  g_string_append (fixture->log, " end");
}

static void
test_nested_loop (SocketFixture *fixture,
                  gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->action = iterate_in_handler;
  socket_fixture_feed (fixture, "first");
  socket_fixture_expect (fixture, "data:5 end data:16 progress:6/0 complete:0");
  assert_buffer (fixture, "firstsecondthird");
}

static void
poll_in_handler (SocketFixture *fixture,
                 const char    *signal)
{
  g_autoptr(GError) error = NULL;

  fixture->action = NULL;
  socket_fixture_feed (fixture, "second");
  tisock_socket_core_poll (fixture->core);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->socket), ==, 11);
  socket_fixture_feed (fixture, "third");
  g_assert_true (tisock_socket_core_wait (fixture->core, -1, &error));
  g_assert_no_error (error);
  socket_fixture_expect_read (fixture, "firstsecondthird");
  g_assert_cmpstr (fixture->log->str, ==, "data:5");
}

/* Nothing is left of what has come meanwhile: there is nothing to announce. */
static void
test_poll_in_handler (SocketFixture *fixture,
                      gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->action = poll_in_handler;
  socket_fixture_feed (fixture, "first");
  socket_fixture_expect (fixture, "data:5");
  socket_fixture_feed (fixture, "more");
  socket_fixture_expect (fixture, "data:4");
}

static void
end_in_handler (SocketFixture *fixture,
                const char    *signal)
{
  fixture->action = NULL;
  socket_fixture_close_peer (fixture);
  test_wait_until (!tisock_socket_core_get_is_connected (fixture->core));
  socket_fixture_settle ();
  g_assert_cmpstr (fixture->log->str, ==, "data:5");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CLOSED, 102);
  g_string_append (fixture->log, " end");
}

static void
test_end_in_nested_loop (SocketFixture *fixture,
                         gconstpointer  user_data)
{
  socket_fixture_connect (fixture);
  fixture->action = end_in_handler;
  socket_fixture_feed (fixture, "first");
  socket_fixture_expect (fixture, "data:5 end error:102/closed closed/closed");
}

/* Notifications */

static void
notified_cb (GObject       *object,
             GParamSpec    *pspec,
             SocketFixture *fixture)
{
  guint64 value;

  g_object_get (object, g_param_spec_get_name (pspec), &value, NULL);
  g_string_append_printf (fixture->log, " %s:%" G_GUINT64_FORMAT,
                          g_param_spec_get_name (pspec), value);
}

static void
take_all (SocketFixture *fixture,
          const char    *signal)
{
  socket_fixture_expect_read (fixture, "taken");
}

static void
test_notify (SocketFixture *fixture,
             gconstpointer  user_data)
{
  g_test_summary ("A change of the amount is notified after the signal, once; not what a handler "
                  "has undone by then.");

  socket_fixture_connect (fixture);
  g_signal_connect (fixture->socket, "notify::bytes-available", G_CALLBACK (notified_cb), fixture);

  socket_fixture_feed (fixture, "left");
  socket_fixture_expect (fixture, "data:4 bytes-available:4");
  socket_fixture_expect_read (fixture, "left");
  socket_fixture_expect_now (fixture, " bytes-available:0");

  fixture->action = take_all;
  socket_fixture_feed (fixture, "taken");
  socket_fixture_expect (fixture, "data:5");
  fixture->action = NULL;

  fill (fixture, "left");
  tisock_socket_core_purge (fixture->core);
  socket_fixture_expect_now (fixture, " bytes-available:0");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SOCKET_FIXTURE_ADD ("/tcp-socket/read/bytes", test_read);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read/gbytes", test_read_bytes);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read/into", test_read_into);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read/look-ahead", test_look_ahead);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read/purge", test_purge);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read/before-any-life", test_before_any_life);

  SOCKET_FIXTURE_ADD ("/tcp-socket/read-string/utf-8", test_utf8);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-string/invalid", test_invalid_utf8);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-string/nul", test_nul);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-string/others", test_other_encodings);

  SOCKET_FIXTURE_ADD ("/tcp-socket/read-line/lines", test_read_line);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-line/after-end", test_lines_after_end);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-line/invalid", test_invalid_lines);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-line/cut-character", test_cut_character_in_line);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-line/too-large", test_large_line);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-until/delimiters", test_read_until);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-until/other-delimiter", test_other_delimiter);
  SOCKET_FIXTURE_ADD ("/tcp-socket/read-until/too-large", test_large_until);

  SOCKET_FIXTURE_ADD ("/tcp-socket/receive-limit/numbers", test_receive_limit);
  SOCKET_FIXTURE_ADD ("/tcp-socket/receive-limit/changes", test_receive_limit_changes);
  SOCKET_FIXTURE_ADD ("/tcp-socket/receive-limit/fin", test_paused_fin);
  SOCKET_FIXTURE_ADD ("/tcp-socket/receive-limit/reset", test_paused_reset);
  SOCKET_FIXTURE_ADD ("/tcp-socket/receive-limit/writing", test_paused_writing);

  SOCKET_FIXTURE_ADD ("/tcp-socket/handler/read", test_read_in_handler);
  SOCKET_FIXTURE_ADD ("/tcp-socket/handler/nested-loop", test_nested_loop);
  SOCKET_FIXTURE_ADD ("/tcp-socket/handler/poll", test_poll_in_handler);
  SOCKET_FIXTURE_ADD ("/tcp-socket/handler/end", test_end_in_nested_loop);
  SOCKET_FIXTURE_ADD ("/tcp-socket/notify/bytes-available", test_notify);

  return g_test_run ();
}
