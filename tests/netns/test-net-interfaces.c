/* test-net-interfaces.c: network interfaces and addresses that come and go
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "net-fixture.h"

#include <stdio.h>

/* Enough for what the system has to say about them to be more than it keeps. */
#define MANY_ADDRESSES 4000

/* The near host has two interfaces: lo and near. */
#define N_INTERFACES 2
#define NEAR_INDEX 1

/* How often the list has changed, and where the last time. */
typedef struct
{
  GListModel *interfaces;
  guint       n_changes;
  guint       position;
  guint       n_removed;
  guint       n_added;
} Watch;

static void
changed_cb (GListModel *interfaces,
            guint       position,
            guint       n_removed,
            guint       n_added,
            Watch      *watch)
{
  watch->n_changes++;
  watch->position = position;
  watch->n_removed = n_removed;
  watch->n_added = n_added;
}

static void
begin (Watch *watch)
{
  net_mend ();
  *watch = (Watch) { .interfaces = tisock_network_interface_watch () };
  g_signal_connect (watch->interfaces, "items-changed", G_CALLBACK (changed_cb), watch);
}

static guint
count (Watch *watch)
{
  return g_list_model_get_n_items (watch->interfaces);
}

static TisockNetworkInterface *
get (Watch *watch,
     guint  position)
{
  return g_list_model_get_item (watch->interfaces, position);
}

static gboolean
has_address (Watch      *watch,
             guint       position,
             const char *address)
{
  g_autoptr(TisockNetworkInterface) interface = get (watch, position);

  return g_strv_contains (tisock_network_interface_get_addresses (interface), address);
}

static gboolean
is_up (Watch *watch,
       guint  position)
{
  g_autoptr(TisockNetworkInterface) interface = get (watch, position);

  return tisock_network_interface_get_is_up (interface);
}

static guint
count_addresses (Watch *watch,
                 guint  position)
{
  g_autoptr(TisockNetworkInterface) interface = get (watch, position);

  return g_strv_length ((char **) tisock_network_interface_get_addresses (interface));
}

static void
expect_change (Watch *watch,
               guint  position,
               guint  n_removed,
               guint  n_added)
{
  g_assert_cmpuint (watch->position, ==, position);
  g_assert_cmpuint (watch->n_removed, ==, n_removed);
  g_assert_cmpuint (watch->n_added, ==, n_added);
}

static void
test_net_interfaces_links (void)
{
  Watch watch;

  begin (&watch);
  g_assert_cmpuint (count (&watch), ==, N_INTERFACES);
  g_assert_cmpuint (watch.n_changes, ==, 0);

  net_ip (NET_HOST_NEAR, "link add spare type veth peer name other\n");
  test_wait_until (count (&watch) == N_INTERFACES + 2);
  g_assert_cmpuint (watch.position, >=, N_INTERFACES);
  g_assert_false (is_up (&watch, N_INTERFACES));

  net_ip (NET_HOST_NEAR, "link set spare up\n");
  test_wait_until (is_up (&watch, N_INTERFACES) || is_up (&watch, N_INTERFACES + 1));
  net_ip (NET_HOST_NEAR, "link set spare down\n");
  test_wait_until (!is_up (&watch, N_INTERFACES) && !is_up (&watch, N_INTERFACES + 1));

  net_ip (NET_HOST_NEAR, "link del spare\n");
  test_wait_until (count (&watch) == N_INTERFACES);
  g_assert_cmpuint (watch.n_added, ==, 0);
  g_assert_finalize_object (watch.interfaces);
}

static void
test_net_interfaces_addresses (void)
{
  Watch watch;
  g_autoptr(TisockNetworkInterface) loopback = NULL;
  g_autoptr(TisockNetworkInterface) same = NULL;

  begin (&watch);
  loopback = get (&watch, 0);

  net_ip (NET_HOST_NEAR, "address add 10.1.2.3/24 dev near\n");
  test_wait_until (has_address (&watch, NEAR_INDEX, "10.1.2.3"));
  expect_change (&watch, NEAR_INDEX, 1, 1);
  net_ip (NET_HOST_NEAR, "address add 2001:db8:7::1/64 dev near nodad\n");
  test_wait_until (has_address (&watch, NEAR_INDEX, "2001:db8:7::1"));
  expect_change (&watch, NEAR_INDEX, 1, 1);

  net_ip (NET_HOST_NEAR, "address del 10.1.2.3/24 dev near\n");
  test_wait_until (!has_address (&watch, NEAR_INDEX, "10.1.2.3"));
  net_ip (NET_HOST_NEAR, "address del 2001:db8:7::1/64 dev near\n");
  test_wait_until (!has_address (&watch, NEAR_INDEX, "2001:db8:7::1"));
  expect_change (&watch, NEAR_INDEX, 1, 1);

  /* What has not changed is the same object still. */
  same = get (&watch, 0);
  g_assert_true (same == loopback);
  g_assert_finalize_object (watch.interfaces);
}

static char *
list_many_addresses (const char *command)
{
  GString *commands = g_string_new (NULL);

  for (guint i = 0; i < MANY_ADDRESSES; i++)
    g_string_append_printf (commands, "address %s 10.9.%u.%u/32 dev near\n", command,
                            i / 250, i % 250);

  return g_string_free (commands, FALSE);
}

static void
test_net_interfaces_coalesced (void)
{
  Watch watch;

  g_test_summary ("What has changed when the loop comes to it is said once.");

  begin (&watch);
  net_ip (NET_HOST_NEAR,
          "address add 10.1.2.3/24 dev near\n"
          "address add 10.1.3.3/24 dev near\n"
          "address add 10.1.4.3/24 dev lo\n");
  test_wait_until (watch.n_changes > 0);
  expect_change (&watch, 0, 2, 2);
  g_assert_true (has_address (&watch, NEAR_INDEX, "10.1.3.3"));
  g_assert_true (has_address (&watch, 0, "10.1.4.3"));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (watch.n_changes, ==, 1);

  net_ip (NET_HOST_NEAR,
          "address del 10.1.2.3/24 dev near\n"
          "address del 10.1.3.3/24 dev near\n"
          "address del 10.1.4.3/24 dev lo\n");
  test_wait_until (watch.n_changes == 2);
  g_assert_finalize_object (watch.interfaces);
}

/* How many descriptors there are that tell of changes. The system counts what it had no room for;
 * NULL if that is of no interest. */
static guint
count_watches (guint *n_dropped)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  guint n_watches = 0;

  g_assert_true (g_file_get_contents ("/proc/thread-self/net/netlink", &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char groups[16];
      guint dropped;

      if (sscanf (lines[i], "%*s %*u %*u %15s %*u %*u %*u %*u %u", groups, &dropped) != 2 ||
          !g_str_equal (groups, "00000111"))
        continue;

      n_watches++;
      if (n_dropped != NULL)
        *n_dropped = dropped;
    }

  return n_watches;
}

static void
test_net_interfaces_overflow (void)
{
  Watch watch;
  g_autofree char *added = list_many_addresses ("add");
  g_autofree char *deleted = list_many_addresses ("del");
  guint n_before;
  guint n_dropped = 0;

  g_test_summary ("When the system had too much to say for its memory nothing is missed.");

  begin (&watch);
  n_before = count_addresses (&watch, NEAR_INDEX);
  net_ip (NET_HOST_NEAR, added);
  g_assert_cmpuint (count_watches (&n_dropped), ==, 1);
  g_assert_cmpuint (n_dropped, >, 0);
  test_wait_until (count_addresses (&watch, NEAR_INDEX) == n_before + MANY_ADDRESSES);

  net_ip (NET_HOST_NEAR, deleted);
  test_wait_until (count_addresses (&watch, NEAR_INDEX) == n_before);
  g_assert_finalize_object (watch.interfaces);
}

static void
test_net_interfaces_full_table (void)
{
  G_GNUC_UNUSED g_autoptr(GListModel) reactor_keeper = tisock_network_interface_watch ();
  struct rlimit limits;
  Watch watch;

  g_test_summary ("A list that could not be had is there as soon as there are descriptors.");

  net_mend ();
  test_fill_table (&limits, 0);
  watch = (Watch) { .interfaces = tisock_network_interface_watch () };
  test_restore_table (&limits);
  g_assert_cmpuint (count (&watch), ==, 0);
  test_wait_until (count (&watch) == N_INTERFACES);

  net_ip (NET_HOST_NEAR, "address add 10.1.2.3/24 dev near\n");
  test_wait_until (has_address (&watch, NEAR_INDEX, "10.1.2.3"));
  net_ip (NET_HOST_NEAR, "address del 10.1.2.3/24 dev near\n");
  g_assert_finalize_object (watch.interfaces);
}

static void
test_net_interfaces_freed_in_handler (void)
{
  Watch watch;

  begin (&watch);
  g_signal_connect (watch.interfaces, "items-changed", G_CALLBACK (g_object_unref), NULL);
  g_object_add_weak_pointer (G_OBJECT (watch.interfaces), (gpointer *) &watch.interfaces);
  net_ip (NET_HOST_NEAR, "address add 10.1.2.3/24 dev near\n");
  test_wait_until (watch.interfaces == NULL);
  g_assert_cmpuint (count_watches (NULL), ==, 0);
  net_ip (NET_HOST_NEAR, "address del 10.1.2.3/24 dev near\n");
  g_assert_cmpuint (watch.n_changes, ==, 1);
}

static gpointer
unref_thread (gpointer data)
{
  g_object_unref (data);

  return NULL;
}

static void
test_net_interfaces_freed_elsewhere (void)
{
  GListModel *interfaces = tisock_network_interface_watch ();

  g_test_summary ("The last reference may go on any thread.");

  g_assert_cmpuint (count_watches (NULL), ==, 1);
  g_main_context_acquire (NULL);
  g_thread_join (g_thread_new ("unref", unref_thread, interfaces));
  g_main_context_release (NULL);
  test_wait_until (count_watches (NULL) == 0);
}

static void
test_net_interfaces_lost_context (void)
{
  GMainContext *context = g_main_context_new ();
  GListModel *interfaces;

  g_main_context_push_thread_default (context);
  interfaces = tisock_network_interface_watch ();
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  g_assert_cmpuint (count_watches (NULL), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (interfaces), ==, N_INTERFACES);
  g_assert_finalize_object (interfaces);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  if (!net_make_hosts ())
    return 0;

  g_test_add_func ("/net/interfaces/links", test_net_interfaces_links);
  g_test_add_func ("/net/interfaces/addresses", test_net_interfaces_addresses);
  g_test_add_func ("/net/interfaces/coalesced", test_net_interfaces_coalesced);
  g_test_add_func ("/net/interfaces/overflow", test_net_interfaces_overflow);
  g_test_add_func ("/net/interfaces/full-table", test_net_interfaces_full_table);
  g_test_add_func ("/net/interfaces/freed/in-handler", test_net_interfaces_freed_in_handler);
  g_test_add_func ("/net/interfaces/freed/elsewhere", test_net_interfaces_freed_elsewhere);
  g_test_add_func ("/net/interfaces/lost-context", test_net_interfaces_lost_context);

  return g_test_run ();
}
