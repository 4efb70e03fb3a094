/* test-easy-tcp.c: messages: cut everywhere, waited for, refused, with a server and under TLS
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "socket-fixture.h"
#include "tisock-socket-error.h"
#include "tls-certificates.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than are given out in one turn, and more than the receive limit is in some tests. */
#define MANY 1000

typedef struct
{
  SocketFixture        base;
  TisockEasyTCPSocket *socket;          /* the same */
  GByteArray          *wire;            /* what the peer is going to send */
  guint                n_received;
  int                  wanted;          /* what a handler waits for */
} Fixture;

/* A message is "message:COMMAND:TEXT" in the log; the action has the name "received-message". */
static void
note_message (Fixture    *fixture,
              const char *word,
              int         command,
              GBytes     *data)
{
  gsize length;
  const char *text = g_bytes_get_data (data, &length);

  g_string_append_printf (fixture->base.log, "%s%s:%d:%.*s",
                          fixture->base.log->len > 0 ? " " : "", word, command, (int) length, text);
}

static void
received_message_cb (TisockEasyTCPSocket *socket,
                     int                  command,
                     GBytes              *data,
                     Fixture             *fixture)
{
  fixture->n_received++;
  if (!fixture->base.brief)
    note_message (fixture, "message", command, data);
  if (fixture->base.action != NULL)
    fixture->base.action (&fixture->base, "received-message");
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->wire = g_byte_array_new ();
  fixture->socket = tisock_easy_tcp_socket_new ();
  socket_fixture_set_up_with (&fixture->base, TISOCK_TCP_SOCKET (fixture->socket));
  g_signal_connect (fixture->socket, "received-message", G_CALLBACK (received_message_cb),
                    fixture);
}

static void
set_up_connected (Fixture       *fixture,
                  gconstpointer  user_data)
{
  set_up (fixture, user_data);
  socket_fixture_connect (&fixture->base);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  socket_fixture_tear_down (&fixture->base, user_data);
  g_byte_array_unref (fixture->wire);
}

static void
add_head (Fixture *fixture,
          guint32  length,
          int      command)
{
  guint32 head[2] = { GUINT32_TO_BE (length), GUINT32_TO_BE ((guint32) command) };

  g_byte_array_append (fixture->wire, (const guint8 *) head, sizeof head);
}

static void
add_message (Fixture    *fixture,
             int         command,
             const char *text)
{
  add_head (fixture, (guint32) strlen (text), command);
  g_byte_array_append (fixture->wire, (const guint8 *) text, (guint) strlen (text));
}

static void
send_part (Fixture *fixture,
           gsize    offset,
           gsize    length)
{
  g_assert_cmpint (send (fixture->base.peer, fixture->wire->data + offset, length, MSG_NOSIGNAL),
                   ==, (gssize) length);
}

/* All that was added. */
static void
send_wire (Fixture *fixture)
{
  send_part (fixture, 0, fixture->wire->len);
  g_byte_array_set_size (fixture->wire, 0);
}

static void
send_one (Fixture    *fixture,
          int         command,
          const char *text)
{
  add_message (fixture, command, text);
  send_wire (fixture);
}

/* Receiving */

static void
test_receive (Fixture       *fixture,
              gconstpointer  user_data)
{
  add_message (fixture, 1, "hello");
  add_message (fixture, 0, "");
  add_message (fixture, G_MAXINT, "x");
  add_message (fixture, -7, "reserved");
  send_wire (fixture);
  socket_fixture_expect (&fixture->base, "message:1:hello message:0: message:2147483647:x "
                                         "message:-7:reserved");
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->base.socket), ==, 0);

  socket_fixture_close_peer (&fixture->base);
  socket_fixture_expect (&fixture->base, "error:102/closed closed/closed");
}

/* Wherever the bytes are cut. */
static void
test_splits (Fixture       *fixture,
             gconstpointer  user_data)
{
  gsize length;

  add_message (fixture, 258, "hello");
  add_message (fixture, 3, "");
  length = fixture->wire->len;

  for (gsize first = 1; first < length; first++)
    {
      send_part (fixture, 0, first);
      while (tisock_tcp_socket_get_bytes_available (fixture->base.socket) + 13 *
             (guint64) fixture->n_received < first)
        test_iterate ();
      send_part (fixture, first, length - first);
      test_wait_until (fixture->n_received == 2);
      socket_fixture_expect (&fixture->base, "message:258:hello message:3:");
      fixture->n_received = 0;
    }
}

/* More than a turn gives out; what is due besides has its place behind all of them. */
static void
test_many (Fixture       *fixture,
           gconstpointer  user_data)
{
  fixture->base.brief = TRUE;
  for (int i = 0; i < MANY; i++)
    add_message (fixture, i, "some text");
  send_wire (fixture);
  socket_fixture_close_peer (&fixture->base);
  socket_fixture_expect (&fixture->base, "error:102/closed closed/closed");
  g_assert_cmpuint (fixture->n_received, ==, MANY);
}

static void
test_maximum (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_assert_cmpuint (tisock_easy_tcp_socket_get_maximum_message_size (fixture->socket), ==,
                    16 * 1024 * 1024);
  tisock_easy_tcp_socket_set_maximum_message_size (fixture->socket, 5);
  send_one (fixture, 1, "12345");
  socket_fixture_expect (&fixture->base, "message:1:12345");

  /* The head is enough to know, and what was before it comes first. */
  add_message (fixture, 2, "two");
  add_head (fixture, 6, 3);
  send_wire (fixture);
  socket_fixture_expect (&fixture->base, "message:2:two error:201/error closed/error");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, 201);
}

/* A length that means no good is no memory. */
static void
test_hostile (Fixture       *fixture,
              gconstpointer  user_data)
{
  tisock_easy_tcp_socket_set_maximum_message_size (fixture->socket, G_MAXUINT32 - 1);
  add_head (fixture, G_MAXUINT32, 1);
  send_wire (fixture);
  socket_fixture_expect (&fixture->base, "error:201/error closed/error");
}

/* The receive limit lets in what has begun. */
static void
test_beyond_limit (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autofree char *text = g_strnfill (3 * MANY, 'x');

  tisock_tcp_socket_set_receive_limit (fixture->base.socket, 10);
  fixture->base.brief = TRUE;
  for (int i = 0; i < 3; i++)
    add_message (fixture, i, text);
  send_wire (fixture);
  test_wait_until (fixture->n_received == 3);
}

static void
cut_off (Fixture    *fixture,
         const char *text)
{
  g_autoptr(GError) error = NULL;

  socket_fixture_close_peer (&fixture->base);
  socket_fixture_expect (&fixture->base, "message:1:whole error:102/error closed/error");
  g_assert_null (tisock_easy_tcp_socket_receive_message_sync (fixture->socket, 2, -1, NULL,
                                                              &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_cut (Fixture       *fixture,
          gconstpointer  user_data)
{
  add_message (fixture, 1, "whole");
  add_head (fixture, 100, 2);
  g_byte_array_append (fixture->wire, (const guint8 *) "half", 4);
  send_wire (fixture);
  cut_off (fixture, "12 of the 108 bytes of a message had come");
}

static void
test_cut_head (Fixture       *fixture,
               gconstpointer  user_data)
{
  add_message (fixture, 1, "whole");
  g_byte_array_append (fixture->wire, (const guint8 *) "\0\0", 2);
  send_wire (fixture);
  cut_off (fixture, "2 bytes of a message had come");
}

/* What is purged are whole messages: the next one still begins where it does. */
static void
test_purge (Fixture       *fixture,
            gconstpointer  user_data)
{
  add_message (fixture, 1, "one");
  add_message (fixture, 2, "two");
  add_head (fixture, 5, 3);
  send_wire (fixture);
  test_peer_await (tisock_socket_core_get_handle (fixture->base.core), POLLIN);
  g_assert_null (tisock_easy_tcp_socket_wait_for_message (fixture->socket, 9, 0, NULL));
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->base.socket), ==, 30);
  tisock_socket_core_purge (fixture->base.core);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->base.socket), ==, 8);
  test_peer_send (fixture->base.peer, "three");
  socket_fixture_expect (&fixture->base, "message:3:three");
}

/* Sending */

static void
test_send (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("bytes", 5);
  g_autofree char *got = NULL;

  g_assert_true (tisock_easy_tcp_socket_send_message (fixture->socket, 258,
                                                      (const guint8 *) "hello", 5, NULL));
  g_assert_true (tisock_easy_tcp_socket_send_message (fixture->socket, 0, NULL, 0, NULL));
  g_assert_true (tisock_easy_tcp_socket_send_message_bytes (fixture->socket, G_MAXINT, bytes,
                                                            NULL));
  socket_fixture_expect (&fixture->base, "progress:34/0 complete:0");
  got = test_peer_receive (fixture->base.peer, 34);
  g_assert_cmpmem (got, 34, "\0\0\0\5\0\0\1\2hello" "\0\0\0\0\0\0\0\0"
                   "\0\0\0\5\x7f\xff\xff\xff" "bytes", 34);
}

static void
expect_send_error (Fixture *fixture,
                   int      command,
                   gsize    length,
                   int      code)
{
  g_autoptr(GError) error = NULL;
  g_autofree guint8 *data = g_malloc0 (length);

  g_assert_false (tisock_easy_tcp_socket_send_message (fixture->socket, command, data, length,
                                                       &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, code);
}

static void
test_send_refused (Fixture       *fixture,
                   gconstpointer  user_data)
{
  expect_send_error (fixture, 1, 1, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect_now (&fixture->base, "error:106/initialized");
  socket_fixture_connect (&fixture->base);

  expect_send_error (fixture, -1, 1, TISOCK_SOCKET_ERROR_INVALID_STATE);
  tisock_easy_tcp_socket_set_maximum_message_size (fixture->socket, 5);
  expect_send_error (fixture, 1, 6, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  tisock_tcp_socket_set_send_maximum (fixture->base.socket, 12);
  expect_send_error (fixture, 1, 5, TISOCK_SOCKET_ERROR_QUEUE_FULL);
  socket_fixture_expect_now (&fixture->base,
                             "error:106/connected error:201/connected error:200/connected");
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->base.socket), ==, 0);

  tisock_tcp_socket_set_send_maximum (fixture->base.socket, 13);
  g_assert_true (tisock_easy_tcp_socket_send_message (fixture->socket, 1,
                                                      (const guint8 *) "12345", 5, NULL));
  socket_fixture_expect (&fixture->base, "progress:13/0 complete:0");
}

/* What would break the protocol */

static void
finished_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (g_task_is_valid (result, source));
  g_assert_null (g_task_propagate_pointer (G_TASK (result), &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  (*(guint *) user_data)++;
}

static guint
try_reading (TisockTCPSocket *socket)
{
  g_autoptr(TisockFraming) framing = tisock_framing_new_netstring ();
  g_autoptr(GBytes) none = NULL;
  char buffer[8];
  gsize length;

  g_assert_null (tisock_tcp_socket_read (socket, 1, &length));
  g_assert_null (tisock_tcp_socket_read_all (socket, &length));
  none = tisock_tcp_socket_read_bytes (socket, -1);
  g_assert_cmpuint (g_bytes_get_size (none), ==, 0);
  g_assert_null (tisock_tcp_socket_read_string (socket, -1, NULL, NULL));
  g_assert_null (tisock_tcp_socket_read_line (socket, NULL));
  g_assert_null (tisock_tcp_socket_read_until (socket, (const guint8 *) "x", 1, NULL));
  g_assert_null (tisock_tcp_socket_read_frame (socket, framing, NULL));
  g_assert_cmpuint (tisock_tcp_socket_skip (socket, 1), ==, 0);
  g_assert_cmpuint (tisock_tcp_socket_read_into (socket, buffer, sizeof buffer), ==, 0);
  g_assert_null (tisock_tcp_socket_receive_sync (socket, 1, -1, NULL, NULL));
  g_assert_null (tisock_tcp_socket_receive_line_sync (socket, -1, NULL, NULL));

  return 11;
}

static guint
try_writing (TisockTCPSocket *socket)
{
  g_autoptr(TisockFraming) framing = tisock_framing_new_netstring ();
  g_autoptr(GBytes) bytes = g_bytes_new_static ("bytes", 5);
  g_autoptr(TisockTCPSocket) other = tisock_tcp_socket_new ();

  g_assert_false (tisock_tcp_socket_write_string (socket, "text", NULL));
  g_assert_false (tisock_tcp_socket_write_bytes (socket, bytes, NULL));
  g_assert_false (tisock_tcp_socket_write_frame (socket, framing, NULL, 0, NULL));
  g_assert_false (tisock_tcp_socket_write_frame_bytes (socket, framing, bytes, NULL));
  g_assert_false (tisock_tcp_socket_send_bytes_sync (socket, bytes, -1, NULL, NULL));
  g_assert_cmpint (tisock_tcp_socket_send_file_from_fd_sync (socket, 0, 0, 1, -1, NULL, NULL),
                   ==, -1);
  g_assert_false (tisock_tcp_socket_splice_to (socket, other, NULL));
  g_assert_null (tisock_tcp_socket_get_io_stream (socket, NULL));
  g_assert_null (tisock_tcp_socket_steal_socket (socket, NULL));

  return 9;
}

static void
test_bytes_refused (Fixture       *fixture,
                    gconstpointer  user_data)
{
  g_autoptr(GString) expected = g_string_new (NULL);
  g_autofree guint8 *seen = NULL;
  guint n_finished = 0;
  guint n_refused;
  gsize length;

  add_head (fixture, 5, 1);
  send_wire (fixture);
  socket_fixture_await (&fixture->base, 8);
  n_refused = try_reading (fixture->base.socket) + try_writing (fixture->base.socket) + 1;
  tisock_tcp_socket_receive_async (fixture->base.socket, -1, NULL, finished_cb, &n_finished);
  for (guint i = 0; i < n_refused; i++)
    g_string_append (expected, i == 0 ? "error:106/connected" : " error:106/connected");
  socket_fixture_expect (&fixture->base, expected->str);
  test_wait_until (n_finished == 1);

  /* To look is no harm, and nothing was. */
  seen = tisock_tcp_socket_look_ahead (fixture->base.socket, -1, &length);
  g_assert_cmpuint (length, ==, 8);
  test_peer_send (fixture->base.peer, "hello");
  socket_fixture_expect (&fixture->base, "message:1:hello");
}

/* Handlers */

static void
act_close (SocketFixture *base,
           const char    *signal)
{
  if (g_str_equal (signal, "received-message"))
    tisock_socket_core_close (base->core);
}

static void
test_close_in_handler (Fixture       *fixture,
                       gconstpointer  user_data)
{
  fixture->base.action = act_close;
  add_message (fixture, 1, "one");
  add_message (fixture, 2, "two");
  send_wire (fixture);
  socket_fixture_expect (&fixture->base, "message:1:one closed/closed");
}

static void
act_reopen (SocketFixture *base,
            const char    *signal)
{
  if (!g_str_equal (signal, "received-message"))
    return;

  base->action = NULL;
  tisock_socket_core_close (base->core);
  socket_fixture_close_peer (base);
  test_peer_connect (base->socket, &base->peer);
}

/* What is left of a life is nothing of the next one. */
static void
test_reopen_in_handler (Fixture       *fixture,
                        gconstpointer  user_data)
{
  fixture->base.action = act_reopen;
  add_message (fixture, 1, "one");
  add_message (fixture, 2, "two");
  add_head (fixture, 9, 3);
  send_wire (fixture);
  socket_fixture_expect (&fixture->base, "message:1:one closed/closed connected");
  send_one (fixture, 4, "four");
  socket_fixture_expect (&fixture->base, "message:4:four");
}

static void
act_nest (SocketFixture *base,
          const char    *signal)
{
  base->action = NULL;
  socket_fixture_settle ();
  g_string_append (base->log, " end");
}

static void
test_nest_in_handler (Fixture       *fixture,
                      gconstpointer  user_data)
{
  fixture->base.action = act_nest;
  add_message (fixture, 1, "one");
  add_message (fixture, 2, "two");
  send_wire (fixture);
  socket_fixture_expect (&fixture->base, "message:1:one end message:2:two");
}

static void
act_wait (SocketFixture *base,
          const char    *signal)
{
  Fixture *fixture = (Fixture *) base;
  g_autoptr(GBytes) data = NULL;

  base->action = NULL;
  data = tisock_easy_tcp_socket_wait_for_message (fixture->socket, fixture->wanted, -1, NULL);
  note_message (fixture, "waited", fixture->wanted, data);
}

static void
test_wait_in_handler (Fixture       *fixture,
                      gconstpointer  user_data)
{
  fixture->base.action = act_wait;
  fixture->wanted = 3;
  add_message (fixture, 1, "one");
  add_message (fixture, 2, "two");
  add_message (fixture, 3, "three");
  add_message (fixture, 4, "four");
  send_wire (fixture);
  socket_fixture_expect (&fixture->base,
                         "message:1:one waited:3:three message:2:two message:4:four");
}

/* Waiting by blocking */

static void
expect_wait (Fixture    *fixture,
             int         command,
             const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) data = NULL;

  data = tisock_easy_tcp_socket_wait_for_message (fixture->socket, command, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (data, NULL), g_bytes_get_size (data), text, strlen (text));
}

/* The others are kept, in order, and announced afterwards. */
static void
test_wait (Fixture       *fixture,
           gconstpointer  user_data)
{
  add_message (fixture, 1, "one");
  add_message (fixture, 2, "two");
  add_message (fixture, 1, "three");
  add_message (fixture, 2, "");
  add_message (fixture, 4, "four");
  send_wire (fixture);
  expect_wait (fixture, 2, "two");
  expect_wait (fixture, 4, "four");
  expect_wait (fixture, 2, "");
  socket_fixture_expect_now (&fixture->base, "");
  socket_fixture_expect (&fixture->base, "message:1:one message:1:three");
}

static void
test_wait_in_vain (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  send_one (fixture, 1, "one");
  g_assert_null (tisock_easy_tcp_socket_wait_for_message (fixture->socket, 2, 1, &error));
  g_assert_no_error (error);
  g_assert_null (tisock_easy_tcp_socket_receive_message_sync (fixture->socket, 2, 0, NULL,
                                                              &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  socket_fixture_expect (&fixture->base, "message:1:one");

  /* What nobody takes fills the buffer. */
  tisock_tcp_socket_set_receive_limit (fixture->base.socket, 20);
  for (int i = 0; i < 5; i++)
    add_message (fixture, 1, "others");
  send_wire (fixture);
  g_assert_null (tisock_easy_tcp_socket_wait_for_message (fixture->socket, 2, -1, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->base.socket), <=, 20 + 14);
  test_wait_until (fixture->n_received == 6);
  g_string_truncate (fixture->base.log, 0);
}

/* A message that begins below the limit is let in. */
static void
test_wait_beyond_limit (Fixture       *fixture,
                        gconstpointer  user_data)
{
  g_autofree char *text = g_strnfill (MANY, 'x');

  tisock_tcp_socket_set_receive_limit (fixture->base.socket, 20);
  add_message (fixture, 1, "one");
  add_message (fixture, 2, text);
  send_wire (fixture);
  expect_wait (fixture, 2, text);
  socket_fixture_expect (&fixture->base, "message:1:one");
}

/* Messages come before the end, also when the end is what a call has found. */
static void
test_wait_end (Fixture       *fixture,
               gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  send_one (fixture, 1, "one");
  socket_fixture_close_peer (&fixture->base);
  g_assert_null (tisock_easy_tcp_socket_wait_for_message (fixture->socket, 2, -1, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  socket_fixture_expect (&fixture->base, "message:1:one error:102/closed closed/closed");
}

static void
test_wait_end_alone (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  send_one (fixture, 2, "two");
  socket_fixture_close_peer (&fixture->base);
  expect_wait (fixture, 2, "two");
  g_assert_null (tisock_easy_tcp_socket_wait_for_message (fixture->socket, 2, -1, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  socket_fixture_expect_now (&fixture->base, "error:102/closed closed/closed");
}

static void
test_wait_too_large (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  tisock_easy_tcp_socket_set_maximum_message_size (fixture->socket, 5);
  add_message (fixture, 1, "one");
  add_head (fixture, 6, 2);
  send_wire (fixture);
  g_assert_null (tisock_easy_tcp_socket_wait_for_message (fixture->socket, 2, -1, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  socket_fixture_expect (&fixture->base, "message:1:one error:201/error closed/error");
}

static void
test_wait_misuse (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (tisock_easy_tcp_socket_wait_for_message (fixture->socket, 1, -1, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);
  g_assert_false (tisock_easy_tcp_socket_wait_for_connection (fixture->socket, -1, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect_now (&fixture->base, "error:106/initialized error:106/initialized");
}

static void
test_wait_for_connection (Fixture       *fixture,
                          gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;
  int port = socket_fixture_listen (&fixture->base);

  g_assert_false (tisock_easy_tcp_socket_wait_for_connection (fixture->socket, 0, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tisock_socket_core_get_state (fixture->base.core), ==,
                   TISOCK_SOCKET_STATE_LISTENING);
  fixture->base.peer = test_peer_open (port);
  g_assert_true (tisock_easy_tcp_socket_wait_for_connection (fixture->socket, -1, &error));
  g_assert_true (tisock_easy_tcp_socket_wait_for_connection (fixture->socket, -1, &error));
  g_assert_no_error (error);
  send_one (fixture, 1, "one");
  expect_wait (fixture, 1, "one");
  socket_fixture_expect (&fixture->base, "connected");
}

static void
test_wait_for_refused (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;
  int port;
  int holder = test_peer_refuse (&port);

  tisock_tcp_socket_set_address (fixture->base.socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core, port);
  g_assert_true (tisock_socket_core_open (fixture->base.core, NULL));
  g_assert_false (tisock_easy_tcp_socket_wait_for_connection (fixture->socket, -1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  socket_fixture_expect_now (&fixture->base, "error:connection-refused/error closed/error");
  close (holder);
}

/* Waiting asynchronously */

static void
received_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Fixture *fixture = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) data = NULL;

  data = tisock_easy_tcp_socket_receive_message_finish (TISOCK_EASY_TCP_SOCKET (source), result,
                                                        &error);
  if (data != NULL)
    note_message (fixture, "async", 0, data);
  else
    g_string_append_printf (fixture->base.log, "%sasync!%d",
                            fixture->base.log->len > 0 ? " " : "", error->code);
}

static void
receive (Fixture      *fixture,
         int           command,
         GCancellable *cancellable)
{
  tisock_easy_tcp_socket_receive_message_async (fixture->socket, command, cancellable, received_cb,
                                                fixture);
}

static void
test_async (Fixture       *fixture,
            gconstpointer  user_data)
{
  receive (fixture, 2, NULL);
  receive (fixture, 3, NULL);
  add_message (fixture, 1, "one");
  add_message (fixture, 3, "three");
  add_message (fixture, 3, "again");
  add_message (fixture, 2, "two");
  send_wire (fixture);
  socket_fixture_expect (&fixture->base,
                         "message:1:one async:0:three message:3:again async:0:two");
}

static void
test_async_pending (Fixture       *fixture,
                    gconstpointer  user_data)
{
  g_autofree char *expected = g_strdup_printf ("async!%d", G_IO_ERROR_PENDING);
  g_autofree char *cancelled = g_strdup_printf ("async!%d", G_IO_ERROR_CANCELLED);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  receive (fixture, 2, cancellable);
  receive (fixture, 2, NULL);
  socket_fixture_expect (&fixture->base, expected);
  g_assert_null (tisock_easy_tcp_socket_wait_for_message (fixture->socket, 2, -1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);

  g_cancellable_cancel (cancellable);
  socket_fixture_expect (&fixture->base, cancelled);
  send_one (fixture, 2, "two");
  socket_fixture_expect (&fixture->base, "message:2:two");
}

static void
test_async_end (Fixture       *fixture,
                gconstpointer  user_data)
{
  receive (fixture, 2, NULL);
  receive (fixture, 3, NULL);
  send_one (fixture, 1, "one");
  socket_fixture_close_peer (&fixture->base);
  socket_fixture_expect (&fixture->base,
                         "message:1:one error:102/closed async!102 async!102 closed/closed");
}

static void
test_async_half_open (Fixture       *fixture,
                      gconstpointer  user_data)
{
  tisock_tcp_socket_set_allow_half_open (fixture->base.socket, TRUE);
  receive (fixture, 2, NULL);
  receive (fixture, 3, NULL);
  send_one (fixture, 3, "three");
  shutdown (fixture->base.peer, SHUT_WR);
  socket_fixture_expect (&fixture->base, "async:0:three eof async!102");
}

/* Of a server, and under TLS */

typedef struct
{
  TisockServerSocket *server;
  GString            *log;
} Service;

static void
answer_cb (TisockEasyTCPSocket *socket,
           int                  command,
           GBytes              *data,
           Service             *service)
{
  g_string_append_printf (service->log, "%d:%d ", command,
                          tisock_ssl_socket_get_ssl_connected (TISOCK_SSL_SOCKET (socket)));
  tisock_easy_tcp_socket_send_message_bytes (socket, command + 1, data, NULL);
}

static TisockTCPSocket *
add_socket_cb (TisockServerSocket *server,
               Service            *service)
{
  TisockEasyTCPSocket *socket = tisock_easy_tcp_socket_new ();

  g_signal_connect (socket, "received-message", G_CALLBACK (answer_cb), service);

  return TISOCK_TCP_SOCKET (socket);
}

static void
start_service (Service           *service,
               TisockTlsSettings *settings)
{
  service->log = g_string_new (NULL);
  service->server = tisock_server_socket_new ();
  tisock_server_socket_set_address (service->server, "127.0.0.1");
  tisock_server_socket_set_tls_settings (service->server, settings);
  g_signal_connect (service->server, "add-socket", G_CALLBACK (add_socket_cb), service);
  g_assert_true (tisock_server_socket_listen (service->server, NULL));
}

static void
stop_service (Service *service)
{
  tisock_server_socket_close (service->server);
  g_assert_finalize_object (service->server);
  g_string_free (service->log, TRUE);
}

static void
open_client (Fixture *fixture,
             Service *service)
{
  tisock_tcp_socket_set_address (fixture->base.socket, "127.0.0.1");
  tisock_socket_core_set_port (fixture->base.core,
                               tisock_server_socket_get_port (service->server));
  g_assert_true (tisock_socket_core_open (fixture->base.core, NULL));
  socket_fixture_expect (&fixture->base, "connected");
}

static void
converse (Fixture    *fixture,
          Service    *service,
          const char *expected)
{
  g_autofree char *text = g_strnfill (300 * MANY, 'x');
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  fixture->base.brief = TRUE;
  g_assert_true (tisock_easy_tcp_socket_send_message_bytes (fixture->socket, 1, bytes, NULL));
  g_assert_true (tisock_easy_tcp_socket_send_message (fixture->socket, 3, NULL, 0, NULL));
  test_wait_until (fixture->n_received == 2);
  g_assert_cmpstr (service->log->str, ==, expected);
  g_string_truncate (fixture->base.log, 0);
  tisock_socket_core_close (fixture->base.core);
  test_wait_until (tisock_server_socket_get_n_connections (service->server) == 0);
  g_string_truncate (fixture->base.log, 0);
}

static void
test_server (Fixture       *fixture,
             gconstpointer  user_data)
{
  Service service;

  start_service (&service, NULL);
  open_client (fixture, &service);
  g_assert_false (tisock_ssl_socket_get_ssl_connected (TISOCK_SSL_SOCKET (fixture->socket)));
  converse (fixture, &service, "1:0 3:0 ");
  stop_service (&service);
}

/* A server's settings for TLS count for sockets that would do without. */
static void
test_tls (Fixture       *fixture,
          gconstpointer  user_data)
{
  g_autoptr(GTlsDatabase) database = tls_certificates_trust (TLS_AUTHORITY);
  g_autofree char *path = tls_certificates_get_path (TLS_LOCALHOST);
  g_autoptr(TisockTlsSettings) settings = tisock_tls_settings_new_from_files (path, NULL, NULL);
  Service service;

  start_service (&service, settings);
  tisock_ssl_socket_set_ssl_enabled (TISOCK_SSL_SOCKET (fixture->socket), TRUE);
  tisock_ssl_socket_set_trust_database (TISOCK_SSL_SOCKET (fixture->socket), database);
  open_client (fixture, &service);
  g_assert_true (tisock_ssl_socket_get_ssl_connected (TISOCK_SSL_SOCKET (fixture->socket)));
  converse (fixture, &service, "1:1 3:1 ");
  stop_service (&service);
}

/* A subclass handles its messages as Xojo's does. */

typedef struct
{
  TisockEasyTCPSocket parent_instance;

  int                 command;
} Handler;

typedef TisockEasyTCPSocketClass HandlerClass;

GType handler_get_type (void);
G_DEFINE_TYPE (Handler, handler, TISOCK_TYPE_EASY_TCP_SOCKET)

static void
handler_received_message (TisockEasyTCPSocket *socket,
                          int                  command,
                          GBytes              *data)
{
  ((Handler *) socket)->command = command;
}

static void
handler_class_init (HandlerClass *klass)
{
  klass->received_message = handler_received_message;
}

static void
handler_init (Handler *self)
{
}

static void
test_slot (void)
{
  Handler *handler = g_object_new (handler_get_type (), NULL);
  int peer;

  test_peer_connect (TISOCK_TCP_SOCKET (handler), &peer);
  g_assert_cmpint (send (peer, "\0\0\0\0\0\0\0\7", 8, MSG_NOSIGNAL), ==, 8);
  test_wait_until (handler->command == 7);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (handler));
  g_assert_finalize_object (handler);
  close (peer);
}

#define ADD(name, function) \
  g_test_add ("/easy-tcp/" name, Fixture, NULL, set_up_connected, function, tear_down)
#define ADD_NEW(name, function) \
  g_test_add ("/easy-tcp/" name, Fixture, NULL, set_up, function, tear_down)

static void
add_waiting_tests (void)
{
  ADD ("wait", test_wait);
  ADD ("wait/in-vain", test_wait_in_vain);
  ADD ("wait/beyond-limit", test_wait_beyond_limit);
  ADD ("wait/end", test_wait_end);
  ADD ("wait/end-alone", test_wait_end_alone);
  ADD ("wait/too-large", test_wait_too_large);
  ADD_NEW ("wait/misuse", test_wait_misuse);
  ADD_NEW ("wait/connection", test_wait_for_connection);
  ADD_NEW ("wait/connection-refused", test_wait_for_refused);
  ADD ("async", test_async);
  ADD ("async/pending", test_async_pending);
  ADD ("async/end", test_async_end);
  ADD ("async/half-open", test_async_half_open);
}

static void
add_tests (void)
{
  ADD ("receive", test_receive);
  ADD ("receive/splits", test_splits);
  ADD ("receive/many", test_many);
  ADD ("receive/maximum", test_maximum);
  ADD ("receive/hostile", test_hostile);
  ADD ("receive/beyond-limit", test_beyond_limit);
  ADD ("receive/cut", test_cut);
  ADD ("receive/cut-head", test_cut_head);
  ADD ("receive/purge", test_purge);
  ADD ("send", test_send);
  ADD_NEW ("send/refused", test_send_refused);
  ADD ("bytes-refused", test_bytes_refused);
  ADD ("handler/close", test_close_in_handler);
  ADD ("handler/reopen", test_reopen_in_handler);
  ADD ("handler/nest", test_nest_in_handler);
  ADD ("handler/wait", test_wait_in_handler);
  add_waiting_tests ();
  ADD_NEW ("server", test_server);
  g_test_add_func ("/easy-tcp/slot", test_slot);
}

static void
add_tls_tests (void)
{
  ADD_NEW ("tls", test_tls);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_tests ();

  return tls_certificates_run (add_tls_tests);
}
