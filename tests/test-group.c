/* test-group.c: the addresses of named groups, against ones that were computed elsewhere
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/group.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *id;
  const char *ipv4;
  const char *ipv6;
} KnownGroup;

static const KnownGroup known_groups[] = {
  { "", "e3b0c44298fc1c149afbf4c8996fb924", "239.255.62.228",
    "ff05:41e4:649b:934c:a495:991b:f852:b855" },
  { "chat", "31e06f7d89feb99a0e6c0affe198748c", "239.255.27.245",
    "ff05:bef5:e3cc:92d9:5cb9:e996:997d:3fc3" },
  { "tisock", "f299cdf608c59561bf518d343bd5455e", "239.255.88.145",
    "ff05:3f91:ce1:86c7:2189:ee98:fe1e:42cc" },
  { "Größe", "aedc3f80989a6546962705852b2f4a48", "239.255.17.73",
    "ff05:1e49:760:6935:25c3:724b:acab:3f50" },
  { "group 1", "aa0d1cf1284982d4bff4e01d45f2a668", "239.255.79.162",
    "ff05:4ca2:8865:c315:b4b3:96dc:9091:8948" },
};

static void
test_known (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_groups); i++)
    {
      const KnownGroup *known = &known_groups[i];
      g_autoptr(GString) id = g_string_new (NULL);
      g_autofree char *ipv4 = NULL;
      g_autofree char *ipv6 = NULL;
      TisockGroup group;

      tisock_group_init (&group, known->name);
      for (guint j = 0; j < TISOCK_GROUP_ID_SIZE; j++)
        g_string_append_printf (id, "%02x", group.id[j]);
      ipv4 = tisock_endpoint_dup_text (&group.ipv4);
      ipv6 = tisock_endpoint_dup_text (&group.ipv6);

      g_assert_cmpstr (id->str, ==, known->id);
      g_assert_cmpstr (ipv4, ==, known->ipv4);
      g_assert_cmpstr (ipv6, ==, known->ipv6);
    }
}

/* What is set aside for others is never chosen. */
static void
test_ranges (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *name = g_strdup_printf ("group %u", i);
      TisockGroup group;

      tisock_group_init (&group, name);
      g_assert_cmpint (group.ipv4.family, ==, AF_INET);
      g_assert_cmpmem (group.ipv4.bytes, 2, "\xef\xff", 2);
      g_assert_cmpint (group.ipv4.bytes[2], >=, 1);
      g_assert_cmpint (group.ipv4.bytes[2], <=, 254);
      g_assert_cmpint (group.ipv6.family, ==, AF_INET6);
      g_assert_cmpmem (group.ipv6.bytes, 2, "\xff\x05", 2);
      g_assert_cmpint (group.ipv6.bytes[12], >=, 0x80);
    }
}

/* With so few addresses names have to share them. */
static void
test_shared_address (void)
{
  TisockGroup one, other;

  tisock_group_init (&one, "group 199");
  tisock_group_init (&other, "group 272");

  g_assert_cmpmem (one.ipv4.bytes, 4, other.ipv4.bytes, 4);
  g_assert_cmpint (memcmp (one.id, other.id, sizeof one.id), !=, 0);
  g_assert_cmpint (memcmp (one.ipv6.bytes, other.ipv6.bytes, 16), !=, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/group/known", test_known);
  g_test_add_func ("/group/ranges", test_ranges);
  g_test_add_func ("/group/shared-address", test_shared_address);

  return g_test_run ();
}
