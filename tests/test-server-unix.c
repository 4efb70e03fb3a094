/* test-server-unix.c: a server on Unix sockets
 *
 * What becomes of paths in each case is in test-unix-path.c.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server-fixture.h"

#include "tisock-socket-error.h"

#include <dlfcn.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* The library has no option to set on a Unix socket. */
static guint n_setsockopt;

int
setsockopt (int         fd,
            int         level,
            int         name,
            const void *value,
            socklen_t   length)
{
  int (*real_setsockopt) (int, int, int, const void *, socklen_t) = dlsym (RTLD_NEXT,
                                                                           "setsockopt");

  n_setsockopt++;

  return real_setsockopt (fd, level, name, value, length);
}

typedef struct
{
  ServerFixture  server;

  char          *folder;
  char          *path;
} UnixFixture;

static void
set_up (UnixFixture   *fixture,
        gconstpointer  user_data)
{
  server_fixture_set_up (&fixture->server, NULL);
  fixture->folder = g_dir_make_tmp ("tisock-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "socket", NULL);
}

/* Nothing is left in the folder. */
static void
tear_down (UnixFixture   *fixture,
           gconstpointer  user_data)
{
  server_fixture_tear_down (&fixture->server, NULL);
  g_assert_no_errno (g_rmdir (fixture->folder));
  g_free (fixture->folder);
  g_free (fixture->path);
}

static gboolean
add_path (TisockServerSocket  *server,
          const char          *path,
          GError             **error)
{
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);

  return tisock_server_socket_add_address (server, G_SOCKET_CONNECTABLE (address), error);
}

static void
listen_at (UnixFixture *fixture)
{
  g_assert_true (add_path (fixture->server.server, fixture->path, NULL));
  server_fixture_listen (&fixture->server);
}

static void
stop (UnixFixture *fixture)
{
  tisock_server_socket_stop_listening (fixture->server.server);
  server_fixture_expect (&fixture->server, "closed ");
}

static void
assert_exists (const char *path,
               gboolean    exists)
{
  struct stat status;

  g_assert_cmpint (lstat (path, &status), ==, exists ? 0 : -1);
}

/* A blocking peer, whose socket has a name of its own if there is one. */
static int
connect_peer (const char *path,
              const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (name != NULL)
    {
      g_strlcpy (address.sun_path, name, sizeof address.sun_path);
      g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
    }

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_no_errno (connect (fd, (struct sockaddr *) &address, sizeof address));

  return fd;
}

static TisockTCPSocket *
get_connection (UnixFixture *fixture)
{
  return g_ptr_array_index (fixture->server.sockets, 0);
}

static void
assert_addresses (TisockTCPSocket *socket,
                  const char      *local,
                  const char      *remote)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);
  g_autofree char *local_address = tisock_socket_core_get_local_address (core);
  g_autofree char *remote_address = tisock_tcp_socket_get_remote_address (socket);

  g_assert_cmpstr (local_address, ==, local);
  g_assert_cmpstr (remote_address, ==, remote);
  g_assert_cmpint (tisock_tcp_socket_get_remote_port (socket), ==, 0);
  g_assert_cmpint (tisock_socket_core_get_port (core), ==, 0);
}

static void
keep_message_cb (TisockTCPSocket  *socket,
                 GError           *error,
                 char            **message)
{
  *message = g_strdup (error->message);
}

/* Names */

static void
test_path (UnixFixture   *fixture,
           gconstpointer  user_data)
{
  g_autoptr(TisockTCPSocket) socket = NULL;
  g_autofree char *local_address = NULL;
  g_autofree char *message = NULL;
  g_autofree char *start = NULL;
  int peer;

  listen_at (fixture);
  assert_exists (fixture->path, TRUE);
  g_assert_cmpint (tisock_server_socket_get_port (fixture->server.server), ==, 0);
  g_assert_cmpint (tisock_server_socket_get_handle (fixture->server.server), >=, 0);

  peer = connect_peer (fixture->path, NULL);
  server_fixture_expect (&fixture->server, "accepted connected ");
  socket = g_object_ref (get_connection (fixture));
  g_signal_connect (socket, "error", G_CALLBACK (keep_message_cb), &message);
  test_peer_send (peer, "hello");
  server_fixture_expect (&fixture->server, "data-available ");
  assert_addresses (socket, fixture->path, "");

  close (peer);
  server_fixture_expect (&fixture->server, "socket-error(102) socket-closed ");
  assert_addresses (socket, fixture->path, "");
  start = g_strdup_printf ("Connection with a peer of %s: ", fixture->path);
  g_assert_true (g_str_has_prefix (message, start));

  stop (fixture);
  assert_exists (fixture->path, FALSE);
  local_address = tisock_server_socket_get_local_address (fixture->server.server);
  g_assert_cmpstr (local_address, ==, fixture->path);
  g_assert_finalize_object (g_steal_pointer (&socket));
}

/* Addresses are not asked for before the end. */
static void
test_named_peer (UnixFixture   *fixture,
                 gconstpointer  user_data)
{
  g_autofree char *name = g_build_filename (fixture->folder, "peer", NULL);
  g_autofree char *message = NULL;
  g_autofree char *start = NULL;
  g_autoptr(TisockTCPSocket) socket = NULL;
  int peer;

  listen_at (fixture);
  peer = connect_peer (fixture->path, name);
  server_fixture_expect (&fixture->server, "accepted connected ");
  socket = g_object_ref (get_connection (fixture));
  g_signal_connect (socket, "error", G_CALLBACK (keep_message_cb), &message);
  close (peer);
  g_assert_no_errno (g_unlink (name));
  server_fixture_expect (&fixture->server, "socket-error(102) socket-closed ");
  assert_addresses (socket, fixture->path, name);
  start = g_strdup_printf ("Connection with %s: ", name);
  g_assert_true (g_str_has_prefix (message, start));

  stop (fixture);
  g_assert_finalize_object (g_steal_pointer (&socket));
}

static void
test_abstract (UnixFixture   *fixture,
               gconstpointer  user_data)
{
  g_autofree char *name = g_strdup_printf ("tisock-test-%d", getpid ());
  g_autofree char *text = g_strconcat ("@", name, NULL);
  g_autofree char *local_address = NULL;
  g_autoptr(GSocketAddress) address = NULL;
  g_autoptr(GSocket) client = NULL;
  TisockServerSocket *server = fixture->server.server;

  address = g_unix_socket_address_new_with_type (name, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  g_assert_true (tisock_server_socket_add_address (server, G_SOCKET_CONNECTABLE (address), NULL));
  server_fixture_listen (&fixture->server);
  local_address = tisock_server_socket_get_local_address (server);
  g_assert_cmpstr (local_address, ==, text);

  client = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                         NULL);
  g_assert_true (g_socket_connect (client, address, NULL, NULL));
  server_fixture_expect (&fixture->server, "accepted connected ");
  assert_addresses (get_connection (fixture), text, "");
  tisock_server_socket_close (server);
  server_fixture_expect (&fixture->server, "socket-closed closed ");
}

static void
test_list_addresses (UnixFixture   *fixture,
                     gconstpointer  user_data)
{
  g_autoptr(GSocketAddress) inet = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr(GListModel) addresses = NULL;
  g_autoptr(GSocketAddress) first = NULL;
  g_autoptr(GSocketAddress) second = NULL;

  g_assert_true (tisock_server_socket_add_address (fixture->server.server,
                                                   G_SOCKET_CONNECTABLE (inet), NULL));
  listen_at (fixture);
  addresses = tisock_server_socket_list_addresses (fixture->server.server);
  g_assert_cmpuint (g_list_model_get_n_items (addresses), ==, 2);
  first = g_list_model_get_item (addresses, 0);
  second = g_list_model_get_item (addresses, 1);
  g_assert_cmpint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (first)), ==,
                   tisock_server_socket_get_port (fixture->server.server));
  g_assert_cmpstr (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (second)), ==,
                   fixture->path);

  for (guint i = 0; i < 3; i++)
    {
      int peer = i % 2 == 0 ? server_fixture_connect (&fixture->server)
                            : connect_peer (fixture->path, NULL);

      server_fixture_expect (&fixture->server, "accepted connected ");
      close (peer);
      server_fixture_expect (&fixture->server, "socket-error(102) socket-closed ");
    }

  stop (fixture);
}

/* Settings */

static void
test_mode (UnixFixture   *fixture,
           gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server.server;
  struct stat status;

  tisock_server_socket_set_socket_mode (server, 0602);
  listen_at (fixture);
  g_assert_no_errno (lstat (fixture->path, &status));
  g_assert_cmpint (status.st_mode & 0777, ==, 0602);

  tisock_server_socket_set_socket_mode (server, 0600);
  tisock_server_socket_set_socket_user (server, "0");
  tisock_server_socket_set_socket_group (server, "0");
  server_fixture_expect (&fixture->server, "error(106) error(106) error(106) ");
  stop (fixture);

  tisock_server_socket_set_socket_mode (server, 01000);
  server_fixture_expect (&fixture->server, "error(106) ");
  g_assert_cmpuint (tisock_server_socket_get_socket_mode (server), ==, 0602);
  g_assert_null (tisock_server_socket_get_socket_user (server));
  g_assert_null (tisock_server_socket_get_socket_group (server));
}

static void
test_owner (UnixFixture   *fixture,
            gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server.server;
  g_autoptr(GError) error = NULL;
  struct stat status;

  g_assert_true (add_path (server, fixture->path, NULL));
  tisock_server_socket_set_socket_user (server, "nobody.of.that.name");
  g_assert_false (tisock_server_socket_listen (server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  assert_exists (fixture->path, FALSE);
  g_string_truncate (fixture->server.log, 0);

  tisock_server_socket_set_socket_user (server, "1234");
  tisock_server_socket_set_socket_group (server, "4321");
  if (tisock_server_socket_listen (server, NULL))
    {
      g_assert_no_errno (lstat (fixture->path, &status));
      g_assert_cmpuint (status.st_uid, ==, 1234);
      g_assert_cmpuint (status.st_gid, ==, 4321);
      stop (fixture);
    }
  else
    {
      g_assert_cmpint (geteuid (), !=, 0);
      g_string_truncate (fixture->server.log, 0);
    }
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          guint      *n)
{
  (*n)++;
}

static void
test_notify (UnixFixture   *fixture,
             gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server.server;
  guint n = 0;

  g_signal_connect (server, "notify", G_CALLBACK (count_cb), &n);
  g_object_set (server, "socket-mode", 0600, "socket-user", "a", "socket-group", "b", NULL);
  g_assert_cmpuint (n, ==, 3);
  g_object_set (server, "socket-mode", 0600, "socket-user", "a", "socket-group", "b", NULL);
  g_assert_cmpuint (n, ==, 3);
}

/* Failures */

static void
test_in_use (UnixFixture   *fixture,
             gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server.server;
  g_autoptr(TisockServerSocket) other = tisock_server_socket_new ();
  g_autofree char *first = g_build_filename (fixture->folder, "first", NULL);
  g_autofree char *message = g_strdup_printf ("Could not listen on %s: ", fixture->path);
  g_autoptr(GError) error = NULL;

  g_assert_true (add_path (other, fixture->path, NULL));
  g_assert_true (tisock_server_socket_listen (other, NULL));

  /* The first address, which was free, is so again. */
  g_assert_true (add_path (server, first, NULL));
  g_assert_true (add_path (server, fixture->path, NULL));
  g_assert_false (tisock_server_socket_listen (server, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  g_assert_true (g_str_has_prefix (error->message, message));
  server_fixture_expect (&fixture->server, "error(105) closed ");
  assert_exists (first, FALSE);
  assert_exists (fixture->path, TRUE);

  tisock_server_socket_stop_listening (other);
  g_assert_finalize_object (g_steal_pointer (&other));
  assert_exists (fixture->path, FALSE);
  server_fixture_listen (&fixture->server);
  assert_exists (first, TRUE);
  stop (fixture);
}

static void
test_adding_fails (UnixFixture   *fixture,
                   gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server.server;
  g_autofree char *missing = g_build_filename (fixture->folder, "missing", "socket", NULL);
  g_autofree char *rest = g_strnfill (200, 'x');
  g_autofree char *too_long = g_build_filename (fixture->folder, rest, NULL);
  g_autoptr(GError) error = NULL;
  int peer;

  listen_at (fixture);
  g_assert_false (add_path (server, fixture->path, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  g_assert_false (add_path (server, missing, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_string_truncate (fixture->server.log, 0);

  /* The server's own question was a peer like any other. */
  server_fixture_expect (&fixture->server,
                         "accepted connected socket-error(102) socket-closed ");
  peer = connect_peer (fixture->path, NULL);
  server_fixture_expect (&fixture->server, "accepted connected ");
  close (peer);
  server_fixture_expect (&fixture->server, "socket-error(102) socket-closed ");
  stop (fixture);

  /* Some of it is known at once. */
  g_assert_false (add_path (server, too_long, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
  g_string_truncate (fixture->server.log, 0);
}

/* The end of listening */

static void
test_close (UnixFixture   *fixture,
            gconstpointer  user_data)
{
  int peer;

  listen_at (fixture);
  peer = connect_peer (fixture->path, NULL);
  server_fixture_expect (&fixture->server, "accepted connected ");
  tisock_server_socket_close (fixture->server.server);
  server_fixture_expect (&fixture->server, "socket-closed closed ");
  assert_exists (fixture->path, FALSE);
  peer_expect_end (peer);

  server_fixture_listen (&fixture->server);
  assert_exists (fixture->path, TRUE);
  stop (fixture);
  assert_exists (fixture->path, FALSE);
}

static void
test_dispose (UnixFixture   *fixture,
              gconstpointer  user_data)
{
  listen_at (fixture);
  g_object_run_dispose (G_OBJECT (fixture->server.server));
  assert_exists (fixture->path, FALSE);
  server_fixture_expect_silence (&fixture->server);
}

static void
test_lost_context (UnixFixture   *fixture,
                   gconstpointer  user_data)
{
  GMainContext *context = g_main_context_new ();
  TisockServerSocket *server;

  g_main_context_push_thread_default (context);
  server = tisock_server_socket_new ();
  g_assert_true (add_path (server, fixture->path, NULL));
  g_assert_true (tisock_server_socket_listen (server, NULL));
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  assert_exists (fixture->path, FALSE);
  g_assert_finalize_object (server);
}

/* What a child does with its copy does not concern the path. */
static void
test_fork (UnixFixture   *fixture,
           gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server.server;
  int status;
  pid_t child;
  int peer;

  listen_at (fixture);
  child = fork ();
  if (child == 0)
    {
      g_object_run_dispose (G_OBJECT (server));
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_object_unref (server);
      _exit (0);
    }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  assert_exists (fixture->path, TRUE);
  peer = connect_peer (fixture->path, NULL);
  server_fixture_expect (&fixture->server, "accepted connected ");
  tisock_server_socket_close (server);
  server_fixture_expect (&fixture->server, "socket-closed closed ");
  close (peer);
}

static void
test_replaced (UnixFixture   *fixture,
               gconstpointer  user_data)
{
  listen_at (fixture);
  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_true (g_file_set_contents (fixture->path, "kept", -1, NULL));
  stop (fixture);
  g_assert_no_errno (g_unlink (fixture->path));
}

/* Limits */

static void
keep_peer_cb (TisockServerSocket  *server,
              GSocketAddress      *peer,
              TisockDropReason     reason,
              GSocketAddress     **place)
{
  g_set_object (place, peer);
}

static void
test_limits (UnixFixture   *fixture,
             gconstpointer  user_data)
{
  TisockServerSocket *server = fixture->server.server;
  g_autofree char *name = g_build_filename (fixture->folder, "peer", NULL);
  g_autoptr(GSocketAddress) dropped = NULL;
  int peers[3];

  tisock_server_socket_set_maximum_sockets_connected (server, 1);
  listen_at (fixture);
  for (guint i = 0; i < 2; i++)
    peers[i] = connect_peer (fixture->path, NULL);
  server_fixture_expect (&fixture->server, "accepted connected ");
  server_fixture_expect_silence (&fixture->server);

  g_signal_connect (server, "dropped", G_CALLBACK (keep_peer_cb), &dropped);
  tisock_server_socket_set_overload_policy (server, TISOCK_OVERLOAD_POLICY_DROP);
  server_fixture_expect (&fixture->server, "dropped(limit) ");
  g_assert_cmpint (g_unix_socket_address_get_address_type (G_UNIX_SOCKET_ADDRESS (dropped)), ==,
                   G_UNIX_SOCKET_ADDRESS_ANONYMOUS);

  peers[2] = connect_peer (fixture->path, name);
  server_fixture_expect (&fixture->server, "dropped(limit) ");
  g_assert_cmpstr (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (dropped)), ==, name);
  peer_expect_end (peers[1]);
  peer_expect_end (peers[2]);
  g_assert_no_errno (g_unlink (name));

  tisock_server_socket_close (server);
  server_fixture_expect (&fixture->server, "socket-closed closed ");
  close (peers[0]);
}

/* Networks are of IP addresses. */
static void
test_peers (UnixFixture   *fixture,
            gconstpointer  user_data)
{
  const char *allowed[] = { "10.0.0.0/8", NULL };
  const char *blocked[] = { "0.0.0.0/0", "::/0", NULL };
  int peer;

  tisock_server_socket_set_allowed_peers (fixture->server.server, allowed);
  tisock_server_socket_set_blocked_peers (fixture->server.server, blocked);
  listen_at (fixture);
  peer = connect_peer (fixture->path, NULL);
  server_fixture_expect (&fixture->server, "accepted connected ");
  tisock_server_socket_close (fixture->server.server);
  server_fixture_expect (&fixture->server, "socket-closed closed ");
  close (peer);
}

/* Options of TCP */

static TisockTCPSocket *
add_cb (TisockServerSocket *server)
{
  return g_object_new (TISOCK_TYPE_TCP_SOCKET, "liveness", 10000, "no-delay", FALSE, NULL);
}

static void
test_options (UnixFixture   *fixture,
              gconstpointer  user_data)
{
  TisockTCPSocket *socket;
  int peer;

  g_signal_connect (fixture->server.server, "add-socket", G_CALLBACK (add_cb), NULL);
  n_setsockopt = 0;
  listen_at (fixture);
  peer = connect_peer (fixture->path, NULL);
  server_fixture_expect (&fixture->server, "accepted connected ");
  socket = get_connection (fixture);
  tisock_tcp_socket_set_no_delay (socket, TRUE);
  tisock_tcp_socket_set_liveness (socket, 0);
  tisock_tcp_socket_set_liveness (socket, 2000);
  g_assert_cmpuint (n_setsockopt, ==, 0);

  tisock_tcp_socket_abort (socket);
  server_fixture_expect (&fixture->server, "socket-closed ");
  peer_expect_end (peer);
  stop (fixture);
}

#define ADD(path, func) g_test_add (path, UnixFixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/server-unix/path", test_path);
  ADD ("/server-unix/named-peer", test_named_peer);
  ADD ("/server-unix/abstract", test_abstract);
  ADD ("/server-unix/list-addresses", test_list_addresses);
  ADD ("/server-unix/mode", test_mode);
  ADD ("/server-unix/owner", test_owner);
  ADD ("/server-unix/notify", test_notify);
  ADD ("/server-unix/in-use", test_in_use);
  ADD ("/server-unix/adding-fails", test_adding_fails);
  ADD ("/server-unix/close", test_close);
  ADD ("/server-unix/dispose", test_dispose);
  ADD ("/server-unix/lost-context", test_lost_context);
  ADD ("/server-unix/fork", test_fork);
  ADD ("/server-unix/replaced", test_replaced);
  ADD ("/server-unix/limits", test_limits);
  ADD ("/server-unix/peers", test_peers);
  ADD ("/server-unix/options", test_options);

  return g_test_run ();
}
