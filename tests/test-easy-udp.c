/* test-easy-udp.c: messages to named groups and to single programs
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "easy-udp-fixture.h"

#include <sys/socket.h>
#include <unistd.h>

/* Two names that stand for one address. */
#define NAME "group 199"
#define NAME_OF_SAME_ADDRESS "group 272"

static gboolean
send_individual (EasyMember  *member,
                 const char  *address,
                 int          command,
                 const char  *text,
                 GError     **error)
{
  return tisock_easy_udp_socket_send_message_to_individual (member->socket, address, command,
                                                            (const guint8 *) text, strlen (text),
                                                            error);
}

/* Loopback is quick: what has not come when the next one is there does not come. */
static void
expect_no_more (EasyFixture *fixture,
                const char  *group_name)
{
  for (guint i = 0; i < EASY_N_MEMBERS; i++)
    easy_member_register (&fixture->members[i], "marker");
  easy_member_send (&fixture->members[0], "marker", 99, "");
  for (guint i = 1; i < EASY_N_MEMBERS; i++)
    easy_member_expect (&fixture->members[i], "99:");
  g_assert_cmpstr (fixture->members[0].log->str, ==, "");
}

/* Opening */

static void
test_bind (EasyFixture   *fixture,
           gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_socket_core_get_is_connected (member->core));
  g_assert_true (tisock_udp_socket_get_share_port (member->udp));

  g_assert_false (tisock_easy_udp_socket_bind (member->socket, 1, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_cmpint (tisock_socket_core_get_port (member->core), ==, fixture->port);
  g_clear_error (&error);

  tisock_socket_core_close (member->core);
  g_assert_false (tisock_easy_udp_socket_bind (member->socket, 65536, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_PORT);
  g_clear_error (&error);
  g_assert_false (tisock_easy_udp_socket_register (member->socket, NAME, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);
  g_assert_false (send_individual (member, "127.0.0.1", 1, "", &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);

  g_assert_true (tisock_easy_udp_socket_bind (member->socket, fixture->port, NULL));
  easy_member_expect (member, "error:106 closed error:107 error:106 error:106");
}

/* Groups have no names on a socket that nothing can come to. */
static void
test_bound_to_interface (EasyFixture   *fixture,
                         gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  g_autoptr(GError) error = NULL;

  tisock_socket_core_close (member->core);
  tisock_socket_core_set_network_interface (member->core, fixture->loopback);
  g_assert_true (tisock_easy_udp_socket_bind (member->socket, 0, NULL));
  g_assert_false (tisock_easy_udp_socket_register (member->socket, NAME, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
}

/* Groups */

static void
test_group (EasyFixture   *fixture,
            gconstpointer  user_data)
{
  EasyMember *members = fixture->members;

  easy_member_register (&members[0], NAME);
  easy_member_register (&members[1], NAME);
  easy_member_register (&members[1], NAME);

  easy_member_send (&members[0], NAME, 1, "one");
  easy_member_expect (&members[1], "1:one");
  easy_member_send (&members[1], NAME, G_MAXINT, "");
  easy_member_expect (&members[0], "2147483647:");

  /* Who sends need not be a member. */
  easy_member_send (&members[2], NAME, 0, "zero");
  easy_member_expect (&members[0], "0:zero");
  easy_member_expect (&members[1], "0:zero");

  easy_member_send (&members[0], "another group", 2, "two");
  expect_no_more (fixture, NAME);
}

/* Linux has a limit for IPv4. */
static void
test_many_groups (EasyFixture   *fixture,
                  gconstpointer  user_data)
{
  EasyMember *members = fixture->members;
  g_autofree char *last = NULL;
  guint n_joined = 0;

  for (gboolean joined = TRUE; joined && n_joined < 1000;)
    {
      g_free (last);
      last = g_strdup_printf ("many %u", n_joined);
      joined = tisock_easy_udp_socket_register (members[1].socket, last, NULL);
      if (joined)
        n_joined++;
    }

  g_assert_cmpuint (n_joined, >=, 2);
  if (n_joined < 1000)
    easy_member_expect (&members[1], "error:0");

  easy_member_send (&members[0], "many 0", 1, "first");
  easy_member_expect (&members[1], "1:first");
  tisock_easy_udp_socket_unregister (members[1].socket, "many 0");
  easy_member_register (&members[1], last);
  easy_member_send (&members[0], last, 2, "last");
  easy_member_expect (&members[1], "2:last");
}

static void
test_bytes (EasyFixture   *fixture,
            gconstpointer  user_data)
{
  EasyMember *members = fixture->members;
  g_autoptr(GBytes) bytes = g_bytes_new_static ("bytes", 5);

  easy_member_register (&members[1], NAME);
  g_assert_true (tisock_easy_udp_socket_send_message_bytes_to_group (members[0].socket, NAME, 3,
                                                                     bytes, NULL));
  easy_member_expect (&members[1], "3:bytes");

  easy_fixture_keep_one (fixture);
  g_assert_true (tisock_easy_udp_socket_send_message_bytes_to_individual (members[0].socket,
                                                                          "127.0.0.1", 4, bytes,
                                                                          NULL));
  easy_member_expect (&members[0], "4:bytes");
}

static void
test_send_to_self (EasyFixture   *fixture,
                   gconstpointer  user_data)
{
  EasyMember *members = fixture->members;

  easy_member_register (&members[0], NAME);
  easy_member_send (&members[0], NAME, 1, "not to oneself");
  tisock_udp_socket_set_send_to_self (members[0].udp, TRUE);
  /* That is asked when a message comes in. */
  easy_member_expect (&members[0], "1:not to oneself");
  easy_member_send (&members[0], NAME, 2, "to oneself");
  easy_member_expect (&members[0], "2:to oneself");

  tisock_udp_socket_set_send_to_self (members[0].udp, FALSE);
  easy_member_send (&members[0], NAME, 3, "not to oneself");
  easy_member_register (&members[1], NAME);
  expect_no_more (fixture, NAME);
}

static void
test_unregister (EasyFixture   *fixture,
                 gconstpointer  user_data)
{
  EasyMember *members = fixture->members;

  easy_member_register (&members[1], NAME);
  easy_member_register (&members[1], NAME_OF_SAME_ADDRESS);
  tisock_easy_udp_socket_unregister (members[1].socket, "another group");
  tisock_easy_udp_socket_unregister (members[1].socket, NAME);

  easy_member_send (&members[0], NAME, 1, "left");
  easy_member_send (&members[0], NAME_OF_SAME_ADDRESS, 2, "stays");
  easy_member_expect (&members[1], "2:stays");
  g_assert_cmpuint (tisock_easy_udp_socket_get_packets_ignored (members[1].socket), ==, 1);

  tisock_easy_udp_socket_unregister (members[1].socket, NAME_OF_SAME_ADDRESS);
  easy_member_send (&members[0], NAME_OF_SAME_ADDRESS, 3, "left");
  expect_no_more (fixture, NAME);
  g_assert_cmpuint (tisock_easy_udp_socket_get_packets_ignored (members[1].socket), ==, 1);
}

/* The groups belong to one life. */
static void
test_reopen (EasyFixture   *fixture,
             gconstpointer  user_data)
{
  EasyMember *members = fixture->members;

  easy_member_register (&members[1], NAME);
  tisock_socket_core_close (members[1].core);
  g_assert_true (tisock_easy_udp_socket_bind (members[1].socket, fixture->port, NULL));
  easy_member_expect (&members[1], "closed");

  easy_member_send (&members[0], NAME, 1, "to nobody");
  expect_no_more (fixture, NAME);
  easy_member_register (&members[1], NAME);
  easy_member_send (&members[0], NAME, 2, "data");
  easy_member_expect (&members[1], "2:data");
}

/* Individuals */

static void
test_individual (EasyFixture   *fixture,
                 gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];

  easy_fixture_keep_one (fixture);
  g_assert_true (send_individual (member, "127.0.0.1", 1, "by address", NULL));
  easy_member_expect (member, "1:by address");
  g_assert_true (send_individual (member, "localhost", 2, "by name", NULL));
  test_wait_until (member->log->len > 0);
  g_assert_true (g_str_has_suffix (member->log->str, "2:by name"));
}

static void
test_largest (EasyFixture   *fixture,
              gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  g_autofree guint8 *data = g_malloc0 (TISOCK_MESSAGE_MAXIMUM + 1);
  g_autoptr(GError) error = NULL;

  easy_fixture_keep_one (fixture);
  g_assert_true (tisock_easy_udp_socket_send_message_to_individual (member->socket, "127.0.0.1", 1,
                                                                    data, TISOCK_MESSAGE_MAXIMUM,
                                                                    NULL));
  test_wait_until (member->log->len > 0);
  easy_member_expect (member, "1:");
  g_assert_false (tisock_easy_udp_socket_send_message_to_individual (member->socket, "127.0.0.1",
                                                                     2, data,
                                                                     TISOCK_MESSAGE_MAXIMUM + 1,
                                                                     &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "65468"));
}

/* What is refused */

static void
test_refused (EasyFixture   *fixture,
              gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  g_autoptr(TisockDatagram) datagram = tisock_datagram_new ("127.0.0.1", 1, NULL, 0);
  g_autoptr(GError) error = NULL;

  g_assert_false (send_individual (member, "127.0.0.1", -1, "", &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);
  g_assert_false (tisock_easy_udp_socket_send_message_to_group (member->socket, NAME, G_MININT,
                                                                NULL, 0, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);

  g_assert_false (tisock_udp_socket_write (member->udp, datagram, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);
  g_assert_false (tisock_udp_socket_write_to (member->udp, "127.0.0.1", 1, NULL, 0, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_null (tisock_udp_socket_read (member->udp));

  easy_member_expect (member, "error:106 error:106 error:106 error:106 error:106");
  g_assert_true (tisock_socket_core_get_is_connected (member->core));
}

/* A queue that is limited takes all of a message or nothing; in handlers all is queued. */
static void
queue_two (EasyMember *member)
{
  member->action = NULL;
  tisock_udp_socket_set_send_maximum (member->udp, 400);
  g_assert_true (send_individual (member, "127.0.0.1", 2, "fits", NULL));
  g_assert_false (tisock_easy_udp_socket_send_message_to_group (member->socket, NAME, 3,
                                                                (const guint8[300]) { 0 }, 300,
                                                                NULL));
}

static void
test_queue_full (EasyFixture   *fixture,
                 gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];

  easy_fixture_keep_one (fixture);
  member->action = queue_two;
  g_assert_true (send_individual (member, "127.0.0.1", 1, "begin", NULL));
  easy_member_expect (member, "1:begin error:200 2:fits");
}

/* What comes in */

static void
ignored_cb (GObject    *object,
            GParamSpec *pspec,
            guint      *n_notified)
{
  (*n_notified)++;
}

static void
send_raw (EasyFixture *fixture,
          const char  *data,
          gsize        length)
{
  g_assert_cmpint (send (fixture->peer, data, length, 0), ==, length);
}

static void
test_ignored (EasyFixture   *fixture,
              gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  TisockMessage message = easy_fixture_make_message (NAME, 1, 0, 1, "");
  g_autoptr(GBytes) bytes = tisock_message_to_bytes (&message);
  gsize size;
  g_autofree char *other = g_memdup2 (g_bytes_get_data (bytes, &size), TISOCK_MESSAGE_HEADER_SIZE);
  guint n_notified = 0;

  easy_fixture_keep_one (fixture);
  g_signal_connect (member->socket, "notify::packets-ignored", G_CALLBACK (ignored_cb),
                    &n_notified);

  send_raw (fixture, "", 0);
  send_raw (fixture, "short", 5);
  send_raw (fixture, other, size - 1);
  send_raw (fixture, other, size);          /* a group that was not joined */
  other[4] = 2;
  send_raw (fixture, other, size);          /* another version */
  message = easy_fixture_make_message (NULL, 1, 1, -1, "");
  easy_fixture_inject (fixture, &message);  /* a reserved command */
  message = easy_fixture_make_message (NULL, 1, 2, 5, "good");
  easy_fixture_inject (fixture, &message);

  easy_member_expect (member, "5:good");
  g_assert_cmpuint (tisock_easy_udp_socket_get_packets_ignored (member->socket), ==, 6);
  g_assert_cmpuint (n_notified, >=, 1);
  g_signal_handlers_disconnect_by_data (member->socket, &n_notified);
}

/* Of one message several copies may come in. */
static void
test_copies (EasyFixture   *fixture,
             gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  TisockMessage message;

  easy_fixture_keep_one (fixture);
  easy_member_register (member, NAME);
  for (guint sender = 1; sender <= 2; sender++)
    for (guint number = 0; number < 3; number++)
      for (guint copy = 0; copy < 3; copy++)
        {
          message = easy_fixture_make_message (number < 2 ? NAME : NULL, sender, number, 7, "");
          easy_fixture_inject (fixture, &message);
        }

  message = easy_fixture_make_message (NULL, 3, 0, 8, "end");
  easy_fixture_inject (fixture, &message);
  easy_member_expect (member, "7: 7: 7: 7: 7: 7: 8:end");
}

static void
test_other_recipient (EasyFixture   *fixture,
                      gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  TisockMessage message = easy_fixture_make_message (NULL, 1, 0, 1, "to another");

  easy_fixture_keep_one (fixture);
  message.recipient = 12345;
  easy_fixture_inject (fixture, &message);
  message = easy_fixture_make_message (NULL, 1, 1, 2, "to anybody");
  easy_fixture_inject (fixture, &message);
  easy_member_expect (member, "2:to anybody");
  g_assert_cmpuint (tisock_easy_udp_socket_get_packets_ignored (member->socket), ==, 0);
}

static void
test_many (EasyFixture   *fixture,
           gconstpointer  user_data)
{
  EasyMember *members = fixture->members;
  g_autoptr(GString) expected = g_string_new (NULL);

  easy_member_register (&members[1], NAME);
  for (int i = 0; i < 150; i++)
    {
      easy_member_send (&members[0], NAME, i, "x");
      g_string_append_printf (expected, "%s%d:x", i > 0 ? " " : "", i);
    }

  easy_member_expect (&members[1], expected->str);
}

static void
close_member (EasyMember *member)
{
  member->action = NULL;
  tisock_socket_core_close (member->core);
}

static void
test_close_in_handler (EasyFixture   *fixture,
                       gconstpointer  user_data)
{
  EasyMember *members = fixture->members;

  easy_member_register (&members[1], NAME);
  members[1].action = close_member;
  for (int i = 0; i < 5; i++)
    easy_member_send (&members[0], NAME, i, "x");
  easy_member_expect (&members[1], "0:x closed");
}

/* Waiting */

static void
expect_data (GBytes     *data,
             const char *text)
{
  g_assert_nonnull (data);
  g_assert_cmpmem (g_bytes_get_data (data, NULL), g_bytes_get_size (data), text, strlen (text));
  g_bytes_unref (data);
}

static void
test_wait (EasyFixture   *fixture,
           gconstpointer  user_data)
{
  EasyMember *members = fixture->members;
  g_autoptr(GError) error = NULL;

  easy_member_register (&members[1], NAME);
  easy_member_send (&members[0], NAME, 1, "one");
  easy_member_send (&members[0], NAME, 2, "two");
  easy_member_send (&members[0], NAME, 3, "three");
  easy_member_send (&members[0], NAME, 2, "another two");

  expect_data (tisock_easy_udp_socket_wait_for_message (members[1].socket, 2, NULL, -1, &error),
               "two");
  expect_data (tisock_easy_udp_socket_wait_for_message (members[1].socket, 3, "127.0.0.1", -1,
                                                        &error), "three");
  g_assert_null (tisock_easy_udp_socket_wait_for_message (members[1].socket, 1, "127.0.0.9", 0,
                                                          &error));
  g_assert_null (tisock_easy_udp_socket_wait_for_message (members[1].socket, 4, NULL, 1, &error));
  g_assert_no_error (error);
  g_assert_null (tisock_easy_udp_socket_receive_message_sync (members[1].socket, 4, NULL, 1, NULL,
                                                              &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

  g_assert_cmpstr (members[1].log->str, ==, "");
  easy_member_expect (&members[1], "1:one 2:another two");
}

/* A call that waits for what cannot be let in. */
static void
test_wait_in_vain (EasyFixture   *fixture,
                   gconstpointer  user_data)
{
  EasyMember *members = fixture->members;
  g_autoptr(GError) error = NULL;

  easy_member_register (&members[1], NAME);
  tisock_udp_socket_set_receive_limit (members[1].udp, 1);
  easy_member_send (&members[0], NAME, 1, "one");
  g_assert_null (tisock_easy_udp_socket_wait_for_message (members[1].socket, 2, NULL, -1, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  easy_member_expect (&members[1], "1:one");
}

static void
store_result_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static GBytes *
finish (EasyMember    *member,
        GAsyncResult **result,
        GError       **error)
{
  GBytes *data;

  test_wait_until (*result != NULL);
  data = tisock_easy_udp_socket_receive_message_finish (member->socket, *result, error);
  g_clear_object (result);

  return data;
}

static void
test_async (EasyFixture   *fixture,
            gconstpointer  user_data)
{
  EasyMember *members = fixture->members;
  GAsyncResult *first = NULL;
  GAsyncResult *second = NULL;
  GAsyncResult *other = NULL;

  easy_member_register (&members[1], NAME);
  tisock_easy_udp_socket_receive_message_async (members[1].socket, 2, NULL, NULL, store_result_cb,
                                                &first);
  tisock_easy_udp_socket_receive_message_async (members[1].socket, 2, NULL, NULL, store_result_cb,
                                                &second);
  tisock_easy_udp_socket_receive_message_async (members[1].socket, 3, "127.0.0.1", NULL,
                                                store_result_cb, &other);
  for (int i = 1; i <= 3; i++)
    easy_member_send (&members[0], NAME, i, "once");
  easy_member_send (&members[0], NAME, 2, "twice");
  easy_member_send (&members[0], NAME, 2, "thrice");

  expect_data (finish (&members[1], &first, NULL), "once");
  expect_data (finish (&members[1], &other, NULL), "once");
  expect_data (finish (&members[1], &second, NULL), "twice");
  easy_member_expect (&members[1], "1:once 2:thrice");
}

static void
test_async_ends (EasyFixture   *fixture,
                 gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  GAsyncResult *cancelled = NULL;
  GAsyncResult *closed = NULL;

  tisock_easy_udp_socket_receive_message_async (member->socket, 1, NULL, cancellable,
                                                store_result_cb, &cancelled);
  tisock_easy_udp_socket_receive_message_async (member->socket, 1, NULL, NULL, store_result_cb,
                                                &closed);
  g_cancellable_cancel (cancellable);
  g_assert_null (finish (member, &cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  tisock_socket_core_close (member->core);
  g_assert_null (finish (member, &closed, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

#define ADD(path, function) EASY_FIXTURE_ADD (path, TISOCK_TYPE_EASY_UDP_SOCKET, function)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/easy-udp/bind", test_bind);
  ADD ("/easy-udp/bound-to-interface", test_bound_to_interface);
  ADD ("/easy-udp/group", test_group);
  ADD ("/easy-udp/many-groups", test_many_groups);
  ADD ("/easy-udp/bytes", test_bytes);
  ADD ("/easy-udp/send-to-self", test_send_to_self);
  ADD ("/easy-udp/unregister", test_unregister);
  ADD ("/easy-udp/reopen", test_reopen);
  ADD ("/easy-udp/individual", test_individual);
  ADD ("/easy-udp/largest", test_largest);
  ADD ("/easy-udp/refused", test_refused);
  ADD ("/easy-udp/queue-full", test_queue_full);
  ADD ("/easy-udp/ignored", test_ignored);
  ADD ("/easy-udp/copies", test_copies);
  ADD ("/easy-udp/other-recipient", test_other_recipient);
  ADD ("/easy-udp/many", test_many);
  ADD ("/easy-udp/close-in-handler", test_close_in_handler);
  ADD ("/easy-udp/wait", test_wait);
  ADD ("/easy-udp/wait-in-vain", test_wait_in_vain);
  ADD ("/easy-udp/async", test_async);
  ADD ("/easy-udp/async-ends", test_async_ends);

  return g_test_run ();
}
