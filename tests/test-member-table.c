/* test-member-table.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/member-table.h"

#include <string.h>

typedef struct
{
  TisockMemberTable table;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  memset (fixture, 0, sizeof *fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  tisock_member_table_clear (&fixture->table);
}

static TisockEndpoint
address (const char *text)
{
  TisockEndpoint endpoint;

  g_assert_true (tisock_endpoint_parse (&endpoint, text, 0));

  return endpoint;
}

static gboolean
note (Fixture    *fixture,
      guint64     id,
      const char *text,
      gint64      deadline)
{
  TisockEndpoint endpoint = address (text);

  return tisock_member_table_note (&fixture->table, id, &endpoint, deadline);
}

static gboolean
take (Fixture    *fixture,
      guint64     id,
      const char *text)
{
  TisockEndpoint endpoint = address (text);
  TisockMember member;

  if (!tisock_member_table_take (&fixture->table, id, &endpoint, &member))
    return FALSE;

  g_assert_cmpuint (member.id, ==, id);

  return TRUE;
}

static void
expect_list (Fixture    *fixture,
             const char *expected)
{
  g_auto(GStrv) names = tisock_member_table_list (&fixture->table);
  g_autofree char *list = g_strjoinv (" ", names);

  g_assert_cmpstr (list, ==, expected);
}

static void
test_empty (Fixture       *fixture,
            gconstpointer  user_data)
{
  TisockMember member;

  expect_list (fixture, "");
  g_assert_cmpint (tisock_member_table_get_next (&fixture->table), ==, G_MAXINT64);
  g_assert_false (tisock_member_table_take_expired (&fixture->table, G_MAXINT64, &member));
  g_assert_false (take (fixture, 1, "192.0.2.1"));
  g_assert_null (tisock_member_table_find (&fixture->table, 1));
  tisock_member_table_unlist (&fixture->table, 0);
}

static void
test_joining (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_assert_true (note (fixture, 1, "192.0.2.1", 100));
  g_assert_true (note (fixture, 2, "2001:db8::1", 100));
  g_assert_false (note (fixture, 1, "192.0.2.1", 200));
  expect_list (fixture, "192.0.2.1 2001:db8::1");

  /* Wherever it is heard from later, it keeps its name. */
  g_assert_false (note (fixture, 1, "198.51.100.1", 300));
  expect_list (fixture, "192.0.2.1 2001:db8::1");
  g_assert_cmpint (tisock_member_table_get_next (&fixture->table), ==, 100);
}

static void
test_leaving (Fixture       *fixture,
              gconstpointer  user_data)
{
  note (fixture, 1, "192.0.2.1", 100);
  note (fixture, 2, "192.0.2.2", 100);

  g_assert_false (take (fixture, 1, "192.0.2.2"));
  g_assert_false (take (fixture, 3, "192.0.2.1"));
  expect_list (fixture, "192.0.2.1 192.0.2.2");

  g_assert_true (take (fixture, 1, "192.0.2.1"));
  g_assert_false (take (fixture, 1, "192.0.2.1"));
  expect_list (fixture, "192.0.2.2");
}

static void
expect_name (Fixture    *fixture,
             guint64     id,
             const char *text,
             const char *expected)
{
  TisockEndpoint endpoint = address (text);
  g_autofree char *name = tisock_member_table_dup_name (&fixture->table, id, &endpoint);

  g_assert_cmpstr (name, ==, expected);
}

static void
test_names (Fixture       *fixture,
            gconstpointer  user_data)
{
  TisockMember *member;

  note (fixture, 0x10, "192.0.2.1", 100);
  note (fixture, 0x20, "192.0.2.1", 100);
  note (fixture, G_MAXUINT64, "192.0.2.1", 100);
  expect_list (fixture, "192.0.2.1 192.0.2.1#0000000000000020 192.0.2.1#ffffffffffffffff");

  expect_name (fixture, 0x20, "192.0.2.2", "192.0.2.1#0000000000000020");
  expect_name (fixture, 0x40, "192.0.2.1", "192.0.2.1#0000000000000040");
  expect_name (fixture, 0x40, "192.0.2.2", "192.0.2.2");

  member = tisock_member_table_find_by_name (&fixture->table, "192.0.2.1#0000000000000020");
  g_assert_cmpuint (member->id, ==, 0x20);
  member = tisock_member_table_find_by_name (&fixture->table, "192.0.2.1");
  g_assert_cmpuint (member->id, ==, 0x10);
  g_assert_null (tisock_member_table_find_by_name (&fixture->table, "192.0.2.2"));

  /* No name becomes another member's while one has it. */
  g_assert_true (take (fixture, 0x10, "192.0.2.1"));
  expect_list (fixture, "192.0.2.1#0000000000000020 192.0.2.1#ffffffffffffffff");
  note (fixture, 0x30, "192.0.2.1", 100);
  expect_list (fixture, "192.0.2.1#0000000000000020 192.0.2.1#ffffffffffffffff 192.0.2.1");
}

static void
test_silence (Fixture       *fixture,
              gconstpointer  user_data)
{
  TisockMember member;

  note (fixture, 1, "192.0.2.1", G_MAXINT64);
  note (fixture, 2, "192.0.2.2", 200);
  note (fixture, 3, "192.0.2.3", 100);
  g_assert_cmpint (tisock_member_table_get_next (&fixture->table), ==, 100);

  g_assert_false (tisock_member_table_take_expired (&fixture->table, 99, &member));
  g_assert_true (tisock_member_table_take_expired (&fixture->table, 100, &member));
  g_assert_cmpuint (member.id, ==, 3);
  g_assert_false (tisock_member_table_take_expired (&fixture->table, 100, &member));

  note (fixture, 2, "192.0.2.2", 300);
  g_assert_false (tisock_member_table_take_expired (&fixture->table, 299, &member));
  g_assert_true (tisock_member_table_take_expired (&fixture->table, 300, &member));
  g_assert_cmpuint (member.id, ==, 2);
  g_assert_false (tisock_member_table_take_expired (&fixture->table, G_MAXINT64 - 1, &member));
  expect_list (fixture, "192.0.2.1");
}

static void
test_unlisting (Fixture       *fixture,
                gconstpointer  user_data)
{
  TisockMember member;

  note (fixture, 1, "192.0.2.1", G_MAXINT64);
  note (fixture, 2, "192.0.2.2", 1000);
  note (fixture, 3, "192.0.2.3", 150);
  note (fixture, 4, "192.0.2.4", 1000);

  tisock_member_table_unlist (&fixture->table, 200);
  expect_list (fixture, "192.0.2.1");
  g_assert_cmpint (tisock_member_table_get_next (&fixture->table), ==, 150);

  g_assert_true (note (fixture, 2, "192.0.2.2", 1000));
  g_assert_true (note (fixture, 3, "192.0.2.3", 1000));
  expect_list (fixture, "192.0.2.1 192.0.2.2 192.0.2.3");

  g_assert_true (tisock_member_table_take_expired (&fixture->table, 200, &member));
  g_assert_cmpuint (member.id, ==, 4);
  g_assert_false (member.is_listed);
  g_assert_false (tisock_member_table_take_expired (&fixture->table, 999, &member));
}

/* However many claim to be members, the memory is bounded, and those who were there stay. */
static void
test_flood (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_auto(GStrv) names = NULL;
  guint64 id = 1;

  for (guint i = 0; i < 300; i++)
    for (guint j = 0; j < 100; j++)
      {
        g_autofree char *text = g_strdup_printf ("10.0.%u.%u", i / 200, i % 200);
        gboolean has_room = j < TISOCK_MEMBERS_MAXIMUM_OF_ADDRESS &&
                            i < TISOCK_MEMBERS_MAXIMUM / TISOCK_MEMBERS_MAXIMUM_OF_ADDRESS;

        g_assert_cmpint (note (fixture, id++, text, 100), ==, has_room);
      }

  names = tisock_member_table_list (&fixture->table);
  g_assert_cmpuint (g_strv_length (names), ==, TISOCK_MEMBERS_MAXIMUM);

  g_assert_true (take (fixture, 1, "10.0.0.0"));
  g_assert_true (note (fixture, id, "10.0.1.99", 100));
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/member-table/empty", test_empty);
  ADD ("/member-table/joining", test_joining);
  ADD ("/member-table/leaving", test_leaving);
  ADD ("/member-table/names", test_names);
  ADD ("/member-table/silence", test_silence);
  ADD ("/member-table/unlisting", test_unlisting);
  ADD ("/member-table/flood", test_flood);

  return g_test_run ();
}
