/* test-net-discovery.c: members of a group on two hosts, and a network that is divided and heals
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "net-fixture.h"

#define NAME "a group"
#define QUESTION 1
#define ANSWER 2
#define N_ANSWERS 20

/* A member on the far host, which has a thread: what the thread opens, and looks at, is there. */
typedef struct
{
  TisockAutoDiscovery *near;
  GString             *log;       /* of the near member: "joined:NAME", "left:NAME" */
  GHashTable          *answers;   /* the numbers of the questions that were answered */
  guint32              n_questions;

  int                  port;
  guint                timeout;   /* of both members */
  GMainContext        *far_context;
  GMainLoop           *far_loop;
  GThread             *far_thread;
} Fixture;

static TisockAutoDiscovery *
make_member (int   port,
             guint timeout)
{
  TisockAutoDiscovery *member = tisock_auto_discovery_new ();
  g_autoptr(GError) error = NULL;

  tisock_auto_discovery_set_heartbeat_interval (member, 20);
  tisock_auto_discovery_set_member_timeout (member, timeout);
  g_assert_true (tisock_easy_udp_socket_bind (TISOCK_EASY_UDP_SOCKET (member), port, &error));
  g_assert_no_error (error);

  return member;
}

static void
join (TisockAutoDiscovery *member)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_easy_udp_socket_register (TISOCK_EASY_UDP_SOCKET (member), NAME, &error));
  g_assert_no_error (error);
}

/* The far member */

static void
answer_cb (TisockEasyUDPSocket *socket,
           const char          *sender,
           int                  command,
           GBytes              *data,
           gpointer             user_data)
{
  if (command == QUESTION)
    tisock_easy_udp_socket_send_message_bytes_to_individual (socket, sender, ANSWER, data, NULL);
}

static gpointer
far_thread (gpointer user_data)
{
  Fixture *fixture = user_data;
  TisockAutoDiscovery *member;

  net_enter (NET_HOST_FAR);
  g_main_context_push_thread_default (fixture->far_context);
  member = make_member (fixture->port, fixture->timeout);
  g_signal_connect (member, "received-message", G_CALLBACK (answer_cb), NULL);
  join (member);

  g_main_loop_run (fixture->far_loop);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (member));
  g_assert_finalize_object (member);
  g_main_context_pop_thread_default (fixture->far_context);

  return NULL;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

static void
start_far (Fixture *fixture)
{
  fixture->far_context = g_main_context_new ();
  fixture->far_loop = g_main_loop_new (fixture->far_context, FALSE);
  fixture->far_thread = g_thread_new ("far", far_thread, fixture);
}

static void
stop_far (Fixture *fixture)
{
  g_autoptr(GSource) source = g_idle_source_new ();

  g_source_set_callback (source, quit_cb, fixture->far_loop, NULL);
  g_source_attach (source, fixture->far_context);
  g_thread_join (g_steal_pointer (&fixture->far_thread));
  g_clear_pointer (&fixture->far_loop, g_main_loop_unref);
  g_clear_pointer (&fixture->far_context, g_main_context_unref);
}

/* The near member */

/* By which family it is heard of first, nobody can say. */
static gboolean
is_far (const char *member)
{
  return strcmp (member, NET_FAR) == 0 || strcmp (member, NET_FAR_6) == 0;
}

static void
received_message_cb (TisockEasyUDPSocket *socket,
                     const char          *sender,
                     int                  command,
                     GBytes              *data,
                     Fixture             *fixture)
{
  guint32 number;

  g_assert_cmpint (command, ==, ANSWER);
  g_assert_cmpuint (g_bytes_get_size (data), ==, sizeof number);
  memcpy (&number, g_bytes_get_data (data, NULL), sizeof number);
  g_assert_true (is_far (sender));
  g_assert_true (g_hash_table_add (fixture->answers, GUINT_TO_POINTER (number)));
}

static void
member_joined_cb (TisockAutoDiscovery *socket,
                  const char          *member,
                  Fixture             *fixture)
{
  g_string_append_printf (fixture->log, "joined:%s ", member);
}

static void
member_left_cb (TisockAutoDiscovery *socket,
                const char          *member,
                Fixture             *fixture)
{
  g_string_append_printf (fixture->log, "left:%s ", member);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->timeout = GPOINTER_TO_UINT (user_data);
  fixture->log = g_string_new (NULL);
  fixture->answers = g_hash_table_new (NULL, NULL);
  fixture->near = make_member (0, fixture->timeout);
  fixture->port = tisock_socket_core_get_port (TISOCK_SOCKET_CORE (fixture->near));
  g_signal_connect (fixture->near, "received-message", G_CALLBACK (received_message_cb), fixture);
  g_signal_connect (fixture->near, "member-joined", G_CALLBACK (member_joined_cb), fixture);
  g_signal_connect (fixture->near, "member-left", G_CALLBACK (member_left_cb), fixture);
  start_far (fixture);
  join (fixture->near);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  if (fixture->far_thread != NULL)
    stop_far (fixture);
  net_mend ();
  g_signal_handlers_disconnect_by_data (fixture->near, fixture);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->near));
  g_assert_finalize_object (fixture->near);
  g_hash_table_unref (fixture->answers);
  g_string_free (fixture->log, TRUE);
}

static gboolean
knows_far (Fixture *fixture)
{
  g_auto(GStrv) members = tisock_auto_discovery_get_member_list (fixture->near);

  for (guint i = 0; members[i] != NULL; i++)
    if (is_far (members[i]))
      return TRUE;

  return FALSE;
}

static void
expect_left (Fixture *fixture)
{
  test_wait_until (!knows_far (fixture));
  g_assert_true (strstr (fixture->log->str, "left:" NET_FAR " ") != NULL ||
                 strstr (fixture->log->str, "left:" NET_FAR_6 " ") != NULL);
}

static gboolean
ask_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (tisock_auto_discovery_send_message (fixture->near, QUESTION,
                                                     (const guint8 *) &fixture->n_questions,
                                                     sizeof fixture->n_questions, NULL));
  fixture->n_questions++;

  return G_SOURCE_CONTINUE;
}

/* The network may lose some, and would lose more if all were sent at once. */
static void
ask_until_answered (Fixture *fixture,
                    guint    n_answers)
{
  guint id = g_timeout_add (5, ask_cb, fixture);

  g_hash_table_remove_all (fixture->answers);
  test_wait_until (g_hash_table_size (fixture->answers) >= n_answers);
  g_source_remove (id);
}

/* Messages go by two families: none of them is received twice. */
static void
test_messages (Fixture       *fixture,
               gconstpointer  user_data)
{
  test_wait_until (knows_far (fixture));
  g_assert_true (g_str_has_prefix (fixture->log->str, "joined:" NET_NEAR " "));

  ask_until_answered (fixture, N_ANSWERS);
  stop_far (fixture);
  expect_left (fixture);
}

static void
test_one_family (Fixture       *fixture,
                 gconstpointer  user_data)
{
  test_wait_until (knows_far (fixture));
  net_ip (NET_HOST_NEAR, "address flush dev near scope global\n"
                         "address add " NET_NEAR_6 "/64 dev near nodad\n");
  ask_until_answered (fixture, 1);
}

/* Both hosts miss each other, and meet again. */
static void
test_divided (Fixture       *fixture,
              gconstpointer  user_data)
{
  test_wait_until (knows_far (fixture));
  net_ip (NET_HOST_NEAR, "link set near down\n");
  expect_left (fixture);

  net_mend ();
  test_wait_until (knows_far (fixture));
  ask_until_answered (fixture, 1);
}

/* A member whose announcements are lost for less than the timeout is not missed, and does not join
 * once more. */
static void
test_lossy (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autofree char *log = NULL;
  guint32 n_asked;
  guint32 n_late = 0;
  guint id;

  test_wait_until (knows_far (fixture));
  log = g_strdup (fixture->log->str);
  net_ip (NET_HOST_FAR, "link set far down\n");
  id = g_timeout_add (5, ask_cb, fixture);
  test_wait_until (fixture->n_questions >= 50);
  g_source_remove (id);
  n_asked = fixture->n_questions;

  net_mend ();
  ask_until_answered (fixture, N_ANSWERS);
  for (guint32 i = 0; i < n_asked; i++)
    n_late += g_hash_table_contains (fixture->answers, GUINT_TO_POINTER (i)) ? 1 : 0;
  /* The system may have kept the last ones until there was a way. */
  g_assert_cmpuint (n_late, <, n_asked);
  g_assert_cmpstr (fixture->log->str, ==, log);
}

/* A host that vanishes is missed, though it has said nothing. */
static void
test_vanished (Fixture       *fixture,
               gconstpointer  user_data)
{
  test_wait_until (knows_far (fixture));
  net_ip (NET_HOST_FAR, "link set far down\n");
  stop_far (fixture);
  expect_left (fixture);
}

#define ADD(path, timeout, function) \
  g_test_add (path, Fixture, GUINT_TO_POINTER (timeout), set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  if (!net_make_hosts ())
    return 0;

  ADD ("/net-discovery/messages", 300, test_messages);
  ADD ("/net-discovery/one-family", 300, test_one_family);
  ADD ("/net-discovery/divided", 300, test_divided);
  ADD ("/net-discovery/vanished", 300, test_vanished);
  ADD ("/net-discovery/lossy", 3600000, test_lossy);

  return g_test_run ();
}
