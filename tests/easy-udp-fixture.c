/* easy-udp-fixture.c: EasyUDPSockets on loopback that share a port, and what they receive
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "easy-udp-fixture.h"

#include "tisock-easy-udp-socket-private.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* The log */

static void
add (EasyMember *member,
     const char *format,
     ...) G_GNUC_PRINTF (2, 3);

static void
add (EasyMember *member,
     const char *format,
     ...)
{
  va_list args;

  if (member->log->len > 0)
    g_string_append_c (member->log, ' ');
  va_start (args, format);
  g_string_append_vprintf (member->log, format, args);
  va_end (args);

  if (member->action != NULL)
    member->action (member);
}

static char *
describe (EasyMember *member,
          const char *name)
{
  const EasyFixture *fixture = member->fixture;

  if (strcmp (name, "127.0.0.1") == 0)
    return g_strdup ("first");

  for (guint i = 0; i < EASY_N_MEMBERS; i++)
    {
      g_autofree char *own = g_strdup_printf ("127.0.0.1#%016" G_GINT64_MODIFIER "x",
                                              fixture->members[i].id);

      if (strcmp (name, own) == 0)
        return g_strdup_printf ("m%u", i);
    }

  return g_strdup (name);
}

static void
member_joined_cb (TisockAutoDiscovery *socket,
                  const char          *name,
                  EasyMember          *member)
{
  g_autofree char *text = describe (member, name);

  add (member, "joined:%s", text);
}

static void
member_left_cb (TisockAutoDiscovery *socket,
                const char          *name,
                EasyMember          *member)
{
  g_autofree char *text = describe (member, name);

  add (member, "left:%s", text);
}

static void
received_message_cb (TisockEasyUDPSocket *socket,
                     const char          *from,
                     int                  command,
                     GBytes              *data,
                     EasyMember          *member)
{
  gsize length;
  const char *text = g_bytes_get_data (data, &length);
  gboolean is_usual = strcmp (from, "127.0.0.1") == 0;
  g_autofree char *name = describe (member, from);

  add (member, "%s%s%d:%.*s", is_usual ? "" : name, is_usual ? "" : ":", command,
       (int) MIN (length, 100), length > 0 ? text : "");
}

static void
error_cb (TisockSocketCore *core,
          GError           *error,
          EasyMember       *member)
{
  add (member, "error:%d", error->code);
}

static void
closed_cb (TisockSocketCore *core,
           EasyMember       *member)
{
  add (member, "closed");
}

static void
data_available_cb (TisockSocketCore *core,
                   EasyMember       *member)
{
  g_assert_not_reached ();
}

/* Members */

void
easy_member_set_up (EasyMember  *member,
                    EasyFixture *fixture,
                    GType        type)
{
  g_autoptr(GError) error = NULL;

  member->fixture = fixture;
  member->log = g_string_new (NULL);
  member->socket = g_object_new (type, NULL);
  member->udp = TISOCK_UDP_SOCKET (member->socket);
  member->core = TISOCK_SOCKET_CORE (member->socket);
  g_signal_connect (member->socket, "received-message", G_CALLBACK (received_message_cb), member);
  g_signal_connect (member->socket, "error", G_CALLBACK (error_cb), member);
  g_signal_connect (member->socket, "closed", G_CALLBACK (closed_cb), member);
  g_signal_connect (member->socket, "data-available", G_CALLBACK (data_available_cb), member);

  if (TISOCK_IS_AUTO_DISCOVERY (member->socket))
    {
      g_signal_connect (member->socket, "member-joined", G_CALLBACK (member_joined_cb), member);
      g_signal_connect (member->socket, "member-left", G_CALLBACK (member_left_cb), member);
    }

  tisock_udp_socket_set_multicast_interface (member->udp, fixture->loopback);
  g_assert_true (tisock_easy_udp_socket_bind (member->socket, fixture->port, &error));
  g_assert_no_error (error);
  fixture->port = tisock_socket_core_get_port (member->core);
}

void
easy_member_tear_down (EasyMember *member)
{
  member->action = NULL;
  g_signal_handlers_disconnect_by_data (member->socket, member);
  tisock_socket_core_close (member->core);
  g_assert_finalize_object (g_steal_pointer (&member->socket));
  g_string_free (member->log, TRUE);
}

void
easy_member_register (EasyMember *member,
                      const char *group_name)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_easy_udp_socket_register (member->socket, group_name, &error));
  g_assert_no_error (error);
  member->id = tisock_easy_udp_socket_get_id (member->socket);
}

void
easy_member_send (EasyMember *member,
                  const char *group_name,
                  int         command,
                  const char *text)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_easy_udp_socket_send_message_to_group (member->socket, group_name, command,
                                                               (const guint8 *) text,
                                                               strlen (text), &error));
  g_assert_no_error (error);
}

void
easy_fixture_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
easy_member_expect (EasyMember *member,
                    const char *log)
{
  test_wait_until (member->log->len >= strlen (log));
  easy_fixture_settle ();
  g_assert_cmpstr (member->log->str, ==, log);
  g_string_truncate (member->log, 0);
}

/* The raw peer */

TisockMessage
easy_fixture_make_message (const char *group_name,
                           guint64     sender,
                           guint32     number,
                           int         command,
                           const char *text)
{
  TisockMessage message = {
    .kind = group_name != NULL ? TISOCK_MESSAGE_TO_GROUP : TISOCK_MESSAGE_TO_INDIVIDUAL,
    .sender = sender,
    .number = number,
    .command = command,
    .data = (const guint8 *) text,
    .length = strlen (text),
  };
  TisockGroup group;

  if (group_name != NULL)
    {
      tisock_group_init (&group, group_name);
      memcpy (message.group, group.id, sizeof group.id);
    }

  return message;
}

void
easy_fixture_inject (EasyFixture         *fixture,
                     const TisockMessage *message)
{
  g_autoptr(GBytes) bytes = tisock_message_to_bytes (message);
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  g_assert_cmpint (send (fixture->peer, data, size, 0), ==, size);
}

/* The fixture */

static void
open_peer (EasyFixture *fixture)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons ((guint16) fixture->port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  int port;

  fixture->peer = test_peer_bind (&port);
  g_assert_no_errno (connect (fixture->peer, (struct sockaddr *) &address, sizeof address));
}

void
easy_fixture_set_up (EasyFixture   *fixture,
                     gconstpointer  user_data)
{
  fixture->port = 0;
  fixture->loopback = tisock_network_interface_lookup ("lo");
  g_assert_nonnull (fixture->loopback);
  for (guint i = 0; i < EASY_N_MEMBERS; i++)
    easy_member_set_up (&fixture->members[i], fixture, GPOINTER_TO_SIZE (user_data));
  open_peer (fixture);
}

void
easy_fixture_tear_down (EasyFixture   *fixture,
                        gconstpointer  user_data)
{
  for (guint i = 0; i < EASY_N_MEMBERS; i++)
    if (fixture->members[i].socket != NULL)
      easy_member_tear_down (&fixture->members[i]);

  close (fixture->peer);
  g_object_unref (fixture->loopback);
  /* All sources are gone with the last socket. */
  g_assert_false (g_main_context_iteration (NULL, FALSE));
}

void
easy_fixture_keep_one (EasyFixture *fixture)
{
  for (guint i = 1; i < EASY_N_MEMBERS; i++)
    easy_member_tear_down (&fixture->members[i]);
}
