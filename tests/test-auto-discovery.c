/* test-auto-discovery.c: members of a group that know of each other
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "easy-udp-fixture.h"

#include "tisock-udp-socket-private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME "a group"

/* What goes over the network, from the page on messages in groups. */
#define PRESENT (-1)
#define ASK (-2)
#define LEAVE (-3)

/* Longer than any test. */
#define LONG "\x00\x36\xee\x80"

static TisockAutoDiscovery *
get_auto (EasyMember *member)
{
  return TISOCK_AUTO_DISCOVERY (member->socket);
}

/* Members answer at once, and nobody is missed. */
static void
make_quick (EasyFixture *fixture)
{
  for (guint i = 0; i < EASY_N_MEMBERS; i++)
    {
      tisock_auto_discovery_set_heartbeat_interval (get_auto (&fixture->members[i]), 10);
      tisock_auto_discovery_set_member_timeout (get_auto (&fixture->members[i]), 0);
    }
}

/* All of them know each other, and all that there is to say has been said. */
static void
register_all (EasyFixture *fixture)
{
  static const char *const expected[] = {
    "joined:first joined:m1 joined:m2", "joined:first joined:m0 joined:m2",
    "joined:first joined:m0 joined:m1",
  };
  static const char *const otherwise[] = {
    "joined:first joined:m2 joined:m1", "joined:first joined:m2 joined:m0",
    "joined:first joined:m1 joined:m0",
  };

  make_quick (fixture);
  for (guint i = 0; i < EASY_N_MEMBERS; i++)
    easy_member_register (&fixture->members[i], NAME);

  for (guint i = 0; i < EASY_N_MEMBERS; i++)
    {
      GString *log = fixture->members[i].log;

      test_wait_until (log->len >= strlen (expected[i]));
      if (strcmp (log->str, expected[i]) != 0)
        g_assert_cmpstr (log->str, ==, otherwise[i]);
      g_string_truncate (log, 0);
    }
}

static guint
count_members (EasyMember *member)
{
  g_auto(GStrv) names = tisock_auto_discovery_get_member_list (get_auto (member));

  return g_strv_length (names);
}

static char *
dup_name (EasyMember *member)
{
  return g_strdup_printf ("127.0.0.1#%016" G_GINT64_MODIFIER "x", member->id);
}

static void
inject (EasyFixture *fixture,
        guint64      sender,
        int          command,
        const char  *data,
        gsize        length)
{
  static guint32 number;
  TisockMessage message = easy_fixture_make_message (NAME, sender, number++, command, "");

  message.data = (const guint8 *) data;
  message.length = length;
  easy_fixture_inject (fixture, &message);
}

/* What is injected comes to the only socket that is left. */
static EasyMember *
keep_one (EasyFixture *fixture)
{
  easy_fixture_keep_one (fixture);
  tisock_auto_discovery_set_heartbeat_interval (get_auto (&fixture->members[0]), 0);
  easy_member_register (&fixture->members[0], NAME);
  easy_member_expect (&fixture->members[0], "joined:first");

  return &fixture->members[0];
}

/* Alone */

static void
test_alone (EasyFixture   *fixture,
            gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  g_auto(GStrv) names = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (count_members (member), ==, 0);
  easy_member_register (member, NAME);
  g_assert_cmpstr (member->log->str, ==, "");
  names = tisock_auto_discovery_get_member_list (get_auto (member));
  g_assert_cmpstr (names[0], ==, "127.0.0.1");
  g_assert_null (names[1]);
  easy_member_expect (member, "joined:first");

  easy_member_register (member, NAME);
  g_assert_false (tisock_easy_udp_socket_register (member->socket, "another", &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  easy_member_expect (member, "error:106");

  tisock_easy_udp_socket_unregister (member->socket, NAME);
  g_assert_cmpuint (count_members (member), ==, 0);
  easy_member_register (member, "another");
  easy_member_expect (member, "joined:first");
}

static void
test_without_group (EasyFixture   *fixture,
                    gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  g_autoptr(GError) error = NULL;

  g_assert_false (tisock_auto_discovery_send_message (get_auto (member), 1, NULL, 0, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);
  g_assert_false (tisock_auto_discovery_update_member_list (get_auto (member), &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  easy_member_expect (member, "error:106 error:106");
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          guint      *n_notified)
{
  (*n_notified)++;
}

static void
test_settings (EasyFixture   *fixture,
               gconstpointer  user_data)
{
  TisockAutoDiscovery *socket = get_auto (&fixture->members[0]);
  guint n_notified = 0;
  guint interval, timeout;

  g_signal_connect (socket, "notify", G_CALLBACK (count_cb), &n_notified);
  g_object_get (socket, "heartbeat-interval", &interval, "member-timeout", &timeout, NULL);
  g_assert_cmpuint (interval, ==, 5000);
  g_assert_cmpuint (timeout, ==, 16000);
  g_object_set (socket, "heartbeat-interval", 1, "member-timeout", 2, NULL);
  g_object_set (socket, "heartbeat-interval", 1, "member-timeout", 2, NULL);
  g_assert_cmpuint (n_notified, ==, 2);
  g_assert_cmpuint (tisock_auto_discovery_get_heartbeat_interval (socket), ==, 1);
  g_assert_cmpuint (tisock_auto_discovery_get_member_timeout (socket), ==, 2);
  g_signal_handlers_disconnect_by_data (socket, &n_notified);
}

/* Several */

static void
test_joining_and_leaving (EasyFixture   *fixture,
                          gconstpointer  user_data)
{
  EasyMember *members = fixture->members;

  register_all (fixture);
  for (guint i = 0; i < EASY_N_MEMBERS; i++)
    g_assert_cmpuint (count_members (&members[i]), ==, EASY_N_MEMBERS);

  tisock_easy_udp_socket_unregister (members[1].socket, NAME);
  easy_member_expect (&members[0], "left:m1");
  easy_member_expect (&members[2], "left:m1");
  tisock_socket_core_close (members[2].core);
  easy_member_expect (&members[0], "left:m2");
  g_assert_cmpuint (count_members (&members[0]), ==, 1);
  easy_member_expect (&members[1], "");
  easy_member_expect (&members[2], "closed");

  g_assert_true (tisock_easy_udp_socket_bind (members[2].socket, fixture->port, NULL));
  easy_member_register (&members[2], NAME);
  easy_member_expect (&members[0], "joined:m2");
  easy_member_expect (&members[2], "joined:first joined:m0");
}

static void
test_group_message (EasyFixture   *fixture,
                    gconstpointer  user_data)
{
  EasyMember *members = fixture->members;
  g_autoptr(GBytes) bytes = g_bytes_new_static ("again", 5);

  register_all (fixture);
  g_assert_true (tisock_auto_discovery_send_message (get_auto (&members[1]), 7,
                                                     (const guint8 *) "to all", 6, NULL));
  g_assert_true (tisock_auto_discovery_send_message_bytes (get_auto (&members[1]), 8, bytes,
                                                           NULL));
  easy_member_expect (&members[0], "m1:7:to all m1:8:again");
  easy_member_expect (&members[2], "m1:7:to all m1:8:again");
  g_assert_cmpstr (members[1].log->str, ==, "");
}

/* Though all of them are at one address and share a port. */
static void
test_individuals (EasyFixture   *fixture,
                  gconstpointer  user_data)
{
  EasyMember *members = fixture->members;
  g_autofree char *name = NULL;

  register_all (fixture);
  name = dup_name (&members[2]);
  for (int i = 0; i < 5; i++)
    g_assert_true (tisock_easy_udp_socket_send_message_to_individual (members[0].socket, name, i,
                                                                      (const guint8 *) "x", 1,
                                                                      NULL));
  easy_member_expect (&members[2], "m0:0:x m0:1:x m0:2:x m0:3:x m0:4:x");

  g_assert_true (tisock_easy_udp_socket_send_message_to_individual (members[2].socket, "127.0.0.1",
                                                                    9, NULL, 0, NULL));
  easy_member_expect (&members[2], "9:");
  g_assert_cmpstr (members[0].log->str, ==, "");
  g_assert_cmpstr (members[1].log->str, ==, "");
}

static void
test_update (EasyFixture   *fixture,
             gconstpointer  user_data)
{
  EasyMember *members = fixture->members;

  register_all (fixture);
  tisock_easy_udp_socket_unregister (members[2].socket, NAME);
  easy_member_expect (&members[0], "left:m2");
  g_assert_true (tisock_auto_discovery_update_member_list (get_auto (&members[0]), NULL));
  g_assert_cmpuint (count_members (&members[0]), ==, 1);
  easy_member_expect (&members[0], "joined:m1");
  g_assert_cmpuint (count_members (&members[0]), ==, 2);
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

  make_quick (fixture);
  easy_member_register (&members[0], NAME);
  easy_member_expect (&members[0], "joined:first");
  members[1].action = close_member;
  easy_member_register (&members[1], NAME);
  easy_member_expect (&members[1], "joined:first closed");
  easy_member_expect (&members[0], "joined:m1 left:m1");
}

/* What has come by then is not announced after the last signal. */
static void
test_close_with_message (EasyFixture   *fixture,
                         gconstpointer  user_data)
{
  EasyMember *member = &fixture->members[0];
  TisockMessage message = easy_fixture_make_message (NULL, 1, 0, 7, "data");

  easy_fixture_keep_one (fixture);
  easy_fixture_inject (fixture, &message);
  member->action = close_member;
  easy_member_register (member, NAME);
  easy_member_expect (member, "joined:first closed");
}

static void
unregister_member (EasyMember *member)
{
  member->action = NULL;
  tisock_easy_udp_socket_unregister (member->socket, NAME);
}

static void
test_unregister_in_handler (EasyFixture   *fixture,
                            gconstpointer  user_data)
{
  EasyMember *member = keep_one (fixture);

  member->action = unregister_member;
  inject (fixture, 1, PRESENT, LONG, 4);
  inject (fixture, 2, PRESENT, LONG, 4);
  easy_member_expect (member, "joined:127.0.0.1#0000000000000001");
  g_assert_cmpuint (count_members (member), ==, 0);
}

/* While a call blocks nothing is said, but the member is not missed for that. */
static void
test_blocking (EasyFixture   *fixture,
               gconstpointer  user_data)
{
  EasyMember *member = keep_one (fixture);
  g_autoptr(GBytes) data = NULL;
  TisockMessage message = easy_fixture_make_message (NULL, 1, 1000, 7, "data");

  inject (fixture, 1, PRESENT, LONG, 4);
  easy_fixture_inject (fixture, &message);
  data = tisock_easy_udp_socket_wait_for_message (member->socket, 7, NULL, -1, NULL);
  g_assert_nonnull (data);
  g_assert_cmpstr (member->log->str, ==, "");
  easy_member_expect (member, "joined:127.0.0.1#0000000000000001");
}

/* Silence */

static void
test_silence (EasyFixture   *fixture,
              gconstpointer  user_data)
{
  EasyMember *member = keep_one (fixture);

  inject (fixture, 2, PRESENT, LONG, 4);
  inject (fixture, 1, PRESENT, "\0\0\0\x1", 4);
  easy_member_expect (member, "joined:127.0.0.1#0000000000000002 "
                      "joined:127.0.0.1#0000000000000001 left:127.0.0.1#0000000000000001");
  g_assert_cmpuint (count_members (member), ==, 2);

  /* Whoever was missed can come again. */
  inject (fixture, 1, ASK, "\0\0\0\x1more", 8);
  easy_member_expect (member, "joined:127.0.0.1#0000000000000001 "
                      "left:127.0.0.1#0000000000000001");
}

static void
test_update_silent (EasyFixture   *fixture,
                    gconstpointer  user_data)
{
  EasyMember *member = keep_one (fixture);

  inject (fixture, 1, PRESENT, LONG, 4);
  easy_member_expect (member, "joined:127.0.0.1#0000000000000001");
  tisock_auto_discovery_set_member_timeout (get_auto (member), 10);
  g_assert_true (tisock_auto_discovery_update_member_list (get_auto (member), NULL));
  g_assert_cmpuint (count_members (member), ==, 1);
  easy_member_expect (member, "left:127.0.0.1#0000000000000001");
}

/* Members keep each other in the list for many times their timeout. */
static void
test_heartbeats (EasyFixture   *fixture,
                 gconstpointer  user_data)
{
  EasyMember *members = fixture->members;
  TisockExchange *exchange;

  register_all (fixture);
  exchange = &tisock_udp_socket_get_private (members[0].udp)->exchange;
  for (guint64 end = exchange->passed + 10; exchange->passed < end;)
    test_iterate ();
  for (guint i = 0; i < EASY_N_MEMBERS; i++)
    {
      g_assert_cmpstr (members[i].log->str, ==, "");
      g_assert_cmpuint (count_members (&members[i]), ==, EASY_N_MEMBERS);
    }
}

/* Hostile */

/* Another address of the same machine. */
static int
open_other_peer (EasyFixture *fixture)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_addr.s_addr = inet_addr ("127.0.0.2"),
  };
  int peer = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (bind (peer, (struct sockaddr *) &address, sizeof address));
  address.sin_port = htons ((guint16) fixture->port);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_no_errno (connect (peer, (struct sockaddr *) &address, sizeof address));

  return peer;
}

static void
test_forged_leave (EasyFixture   *fixture,
                   gconstpointer  user_data)
{
  EasyMember *member = keep_one (fixture);
  int peer = fixture->peer;

  inject (fixture, 1, PRESENT, LONG, 4);
  fixture->peer = open_other_peer (fixture);
  inject (fixture, 1, LEAVE, "", 0);
  inject (fixture, member->id, LEAVE, "", 0);
  inject (fixture, 2, PRESENT, LONG, 4);
  easy_member_expect (member, "joined:127.0.0.1#0000000000000001 joined:127.0.0.2");
  close (fixture->peer);

  fixture->peer = peer;
  inject (fixture, member->id, LEAVE, "", 0);
  inject (fixture, 1, LEAVE, "", 0);
  easy_member_expect (member, "left:127.0.0.1#0000000000000001");
  g_assert_cmpuint (count_members (member), ==, 2);
}

static void
test_malformed (EasyFixture   *fixture,
                gconstpointer  user_data)
{
  EasyMember *member = keep_one (fixture);

  inject (fixture, 1, PRESENT, LONG, 3);
  inject (fixture, 2, ASK, "", 0);
  inject (fixture, 3, -4, LONG, 4);
  inject (fixture, 4, G_MININT, LONG, 4);
  inject (fixture, 5, PRESENT, "\xff\xff\xff\xff", 4);
  inject (fixture, 6, PRESENT, "\0\0\0\0", 4);
  easy_member_expect (member, "joined:127.0.0.1#0000000000000005 "
                      "joined:127.0.0.1#0000000000000006");
  g_assert_cmpuint (tisock_easy_udp_socket_get_packets_ignored (member->socket), ==, 0);
}

static void
test_flood (EasyFixture   *fixture,
            gconstpointer  user_data)
{
  EasyMember *member = keep_one (fixture);

  for (guint64 id = 1; id <= 1000; id++)
    {
      inject (fixture, id, PRESENT, LONG, 4);
      if (id % 20 == 0)
        easy_fixture_settle ();
    }

  easy_fixture_settle ();
  g_assert_cmpuint (count_members (member), ==, 64);
}

/* How many announcements have been sent after many questions. */
static void
test_many_questions (EasyFixture   *fixture,
                     gconstpointer  user_data)
{
  EasyMember *member = keep_one (fixture);
  const TisockExchange *exchange = &tisock_udp_socket_get_private (member->udp)->exchange;
  guint64 before = exchange->passed;

  for (guint64 id = 1; id <= 200; id++)
    {
      inject (fixture, id, ASK, LONG, 4);
      if (id % 20 == 0)
        easy_fixture_settle ();
    }

  test_wait_until (exchange->passed > before);
  easy_fixture_settle ();
  g_assert_cmpuint (exchange->passed, <=, before + 3);
}

#define ADD(path, function) EASY_FIXTURE_ADD (path, TISOCK_TYPE_AUTO_DISCOVERY, function)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/auto-discovery/alone", test_alone);
  ADD ("/auto-discovery/without-group", test_without_group);
  ADD ("/auto-discovery/settings", test_settings);
  ADD ("/auto-discovery/joining-and-leaving", test_joining_and_leaving);
  ADD ("/auto-discovery/group-message", test_group_message);
  ADD ("/auto-discovery/individuals", test_individuals);
  ADD ("/auto-discovery/update", test_update);
  ADD ("/auto-discovery/close-in-handler", test_close_in_handler);
  ADD ("/auto-discovery/close-with-message", test_close_with_message);
  ADD ("/auto-discovery/unregister-in-handler", test_unregister_in_handler);
  ADD ("/auto-discovery/blocking", test_blocking);
  ADD ("/auto-discovery/silence", test_silence);
  ADD ("/auto-discovery/update-silent", test_update_silent);
  ADD ("/auto-discovery/heartbeats", test_heartbeats);
  ADD ("/auto-discovery/forged-leave", test_forged_leave);
  ADD ("/auto-discovery/malformed", test_malformed);
  ADD ("/auto-discovery/flood", test_flood);
  ADD ("/auto-discovery/many-questions", test_many_questions);

  return g_test_run ();
}
