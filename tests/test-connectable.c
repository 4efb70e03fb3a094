/* test-connectable.c: what a TCPSocket can be connected to instead of an address and port
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-connectable.h"
#include "mock-resolver.h"
#include "socket-fixture.h"

#include "engine/descriptor.h"
#include "tisock-socket-error.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct
{
  SocketFixture  base;
  GResolver     *real_resolver;
  MockResolver  *resolver;
  guint          n_descriptors;

  char          *folder;        /* of Unix sockets */
  char          *path;          /* of one in it */
  int            listener;      /* -1: none */
  int            other;         /* another descriptor to be closed at the end */
  int            port;

  char          *message;       /* of the last error */
} Fixture;

/* The fixture */

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          Fixture         *fixture)
{
  g_free (fixture->message);
  fixture->message = g_strdup (error->message);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->real_resolver = g_resolver_get_default ();
  fixture->resolver = mock_resolver_new ();
  g_resolver_set_default (G_RESOLVER (fixture->resolver));
  fixture->folder = g_dir_make_tmp ("tisock-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "socket", NULL);
  fixture->listener = fixture->other = -1;
  /* What the process opens once and keeps. */
  g_main_context_default ();
  tisock_descriptor_reserve ();
  fixture->n_descriptors = test_count_descriptors ();
  socket_fixture_set_up (&fixture->base, NULL);
  g_signal_connect (fixture->base.socket, "error", G_CALLBACK (error_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  mock_resolver_await_idle (fixture->resolver);
  socket_fixture_tear_down (&fixture->base, NULL);
  if (fixture->listener >= 0)
    close (fixture->listener);
  if (fixture->other >= 0)
    close (fixture->other);

  /* A thread that was told to stop may have something open still. */
  while (test_count_descriptors () != fixture->n_descriptors)
    g_thread_yield ();

  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_resolver_set_default (fixture->real_resolver);
  g_object_unref (fixture->real_resolver);
  g_object_unref (fixture->resolver);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->message);
}

static void
set (Fixture  *fixture,
     gpointer  connectable)
{
  tisock_tcp_socket_set_connectable (fixture->base.socket, connectable);
  g_assert_true (tisock_tcp_socket_get_connectable (fixture->base.socket) == connectable);
}

/* Sets it and gives it away. */
static void
take (Fixture  *fixture,
      gpointer  connectable)
{
  set (fixture, connectable);
  g_object_unref (connectable);
}

static void
open_socket (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_socket_core_open (fixture->base.core, &error));
  g_assert_no_error (error);
}

static void
listen_on_port (Fixture *fixture)
{
  fixture->listener = test_peer_listen (&fixture->port);
}

/* The connection arrives, and bytes go both ways. */
static void
expect_connection (Fixture *fixture)
{
  socket_fixture_expect (&fixture->base, "connected");
  fixture->base.peer = accept4 (fixture->listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (fixture->base.peer, >=, 0);

  socket_fixture_write (&fixture->base, "ping");
  socket_fixture_expect_sent (&fixture->base, "ping");
  socket_fixture_expect (&fixture->base, "progress:4/0 complete:0");
  test_peer_send (fixture->base.peer, "pong");
  socket_fixture_expect (&fixture->base, "data:4");
  socket_fixture_expect_read (&fixture->base, "pong");
}

static void
expect_message (Fixture    *fixture,
                const char *format,
                ...) G_GNUC_PRINTF (2, 3);

static void
expect_message (Fixture    *fixture,
                const char *format,
                ...)
{
  g_autofree char *expected = NULL;
  va_list args;

  va_start (args, format);
  expected = g_strdup_vprintf (format, args);
  va_end (args);

  g_assert_cmpstr (fixture->message, ==, expected);
}

static GSocketAddress *
new_address (const char *text,
             int         port)
{
  return g_inet_socket_address_new_from_string (text, (guint) port);
}

static void
add_address (MockConnectable *connectable,
             const char      *text,
             int              port)
{
  g_autoptr(GSocketAddress) address = new_address (text, port);

  mock_connectable_add (connectable, address);
}

/* The property */

static void
notify_cb (TisockTCPSocket *socket,
           GParamSpec      *pspec,
           guint           *n)
{
  (*n)++;
}

static void
test_connectable_property (Fixture       *fixture,
                           gconstpointer  user_data)
{
  g_autoptr(GSocketConnectable) connectable = g_network_address_new ("a.example", 1);
  g_autoptr(GSocketConnectable) got = NULL;
  guint n = 0;

  g_assert_null (tisock_tcp_socket_get_connectable (fixture->base.socket));
  g_signal_connect (fixture->base.socket, "notify::connectable", G_CALLBACK (notify_cb), &n);
  set (fixture, NULL);
  g_assert_cmpuint (n, ==, 0);

  g_object_set (fixture->base.socket, "connectable", connectable, NULL);
  g_object_get (fixture->base.socket, "connectable", &got, NULL);
  g_assert_true (got == connectable);
  set (fixture, connectable);
  g_assert_cmpuint (n, ==, 1);

  set (fixture, NULL);
  g_assert_cmpuint (n, ==, 2);
}

static void
test_connectable_refused (Fixture       *fixture,
                          gconstpointer  user_data)
{
  g_autoptr(GSocketConnectable) connectable = g_network_address_new ("a.example", 1);

  g_test_summary ("It cannot be changed while the socket is in use.");

  socket_fixture_connect (&fixture->base);
  tisock_tcp_socket_set_connectable (fixture->base.socket, connectable);
  g_assert_null (tisock_tcp_socket_get_connectable (fixture->base.socket));
  socket_fixture_expect_now (&fixture->base, "error:106/connected");
  expect_message (fixture, "Could not set connectable: the socket is connected");

  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");
  set (fixture, connectable);
}

static void
test_connectable_listen (Fixture       *fixture,
                         gconstpointer  user_data)
{
  g_test_summary ("It is what is listened on, too.");

  tisock_socket_core_set_port (fixture->base.core, 70000);
  take (fixture, new_address ("127.0.0.1", 0));
  fixture->base.peer = test_peer_open (socket_fixture_listen (&fixture->base));
  socket_fixture_expect (&fixture->base, "connected");
}

static void
test_connectable_no_address (Fixture       *fixture,
                             gconstpointer  user_data)
{
  g_test_summary ("Without one, the address and port count again.");

  listen_on_port (fixture);
  tisock_socket_core_set_port (fixture->base.core, 70000);
  take (fixture, new_address ("127.0.0.1", fixture->port));
  open_socket (fixture);
  expect_connection (fixture);
  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");

  set (fixture, NULL);
  g_assert_false (tisock_socket_core_open (fixture->base.core, NULL));
  socket_fixture_expect_now (&fixture->base, "error:107/closed");
}

/* GIO's own */

static void
test_connectable_inet (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_autofree char *address = NULL;

  listen_on_port (fixture);
  take (fixture, new_address ("127.0.0.1", fixture->port));
  open_socket (fixture);
  expect_connection (fixture);

  address = tisock_tcp_socket_get_remote_address (fixture->base.socket);
  g_assert_cmpstr (address, ==, "127.0.0.1");
  g_assert_cmpint (tisock_tcp_socket_get_remote_port (fixture->base.socket), ==, fixture->port);
  g_assert_cmpint (tisock_socket_core_get_port (fixture->base.core), >, 0);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
}

static void
test_connectable_inet_refused (Fixture       *fixture,
                               gconstpointer  user_data)
{
  fixture->listener = test_peer_refuse (&fixture->port);
  take (fixture, new_address ("127.0.0.1", fixture->port));
  open_socket (fixture);

  socket_fixture_expect (&fixture->base, "error:connection-refused/error closed/error");
  expect_message (fixture, "Could not connect to 127.0.0.1:%d: Connection refused", fixture->port);
}

static void
test_connectable_literal (Fixture       *fixture,
                          gconstpointer  user_data)
{
  g_test_summary ("A GNetworkAddress may be a literal, which is not looked up.");

  listen_on_port (fixture);
  take (fixture, g_network_address_new ("127.0.0.1", (guint16) fixture->port));
  open_socket (fixture);
  expect_connection (fixture);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
}

static void
test_connectable_name (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_test_summary ("Of a GNetworkAddress each family is asked for by itself.");

  listen_on_port (fixture);
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "127.0.0.1");
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  take (fixture, g_network_address_new ("a.example", (guint16) fixture->port));
  open_socket (fixture);
  expect_connection (fixture);
}

static void
test_connectable_uri (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autofree char *uri = NULL;

  listen_on_port (fixture);
  uri = g_strdup_printf ("redis://127.0.0.1:%d/", fixture->port);
  take (fixture, g_network_address_parse_uri (uri, 6379, NULL));
  open_socket (fixture);
  expect_connection (fixture);
}

/* Unix sockets */

static struct sockaddr_un
make_native (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);

  return address;
}

static void
listen_on_native (Fixture            *fixture,
                  struct sockaddr_un *address,
                  socklen_t           length,
                  int                 backlog)
{
  fixture->listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (fixture->listener, >=, 0);
  g_assert_no_errno (bind (fixture->listener, (struct sockaddr *) address, length));
  g_assert_no_errno (listen (fixture->listener, backlog));
}

static void
listen_on_path (Fixture *fixture,
                int      backlog)
{
  struct sockaddr_un address = make_native (fixture->path);

  listen_on_native (fixture, &address, sizeof address, backlog);
}

static void
test_connectable_unix (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_autofree char *address = NULL;

  listen_on_path (fixture, 8);
  take (fixture, g_unix_socket_address_new (fixture->path));
  open_socket (fixture);
  expect_connection (fixture);
  address = tisock_tcp_socket_get_remote_address (fixture->base.socket);
  g_assert_cmpstr (address, ==, fixture->path);
  g_assert_cmpint (tisock_tcp_socket_get_remote_port (fixture->base.socket), ==, 0);

  socket_fixture_close_peer (&fixture->base);
  socket_fixture_expect (&fixture->base, "error:102/closed closed/closed");
  expect_message (fixture, "Connection with %s: The peer has closed the connection",
                  fixture->path);
}

static void
test_connectable_unix_wait (Fixture       *fixture,
                            gconstpointer  user_data)
{
  listen_on_path (fixture, 8);
  take (fixture, g_unix_socket_address_new (fixture->path));
  open_socket (fixture);
  while (tisock_socket_core_get_state (fixture->base.core) == TISOCK_SOCKET_STATE_CONNECTING)
    g_assert_true (tisock_socket_core_wait (fixture->base.core, -1, NULL));

  socket_fixture_expect_now (&fixture->base, "connected");
}

static void
test_connectable_unix_missing (Fixture       *fixture,
                               gconstpointer  user_data)
{
  g_autoptr(GError) error = NULL;

  g_test_summary ("The system answers at once, and so does open().");

  take (fixture, g_unix_socket_address_new (fixture->path));
  g_assert_false (tisock_socket_core_open (fixture->base.core, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  socket_fixture_expect_now (&fixture->base, "error:not-found/error closed/error");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, ENOENT);
  expect_message (fixture, "Could not connect to %s: No such file or directory", fixture->path);
}

static void
test_connectable_unix_refused (Fixture       *fixture,
                               gconstpointer  user_data)
{
  g_test_summary ("The file is there, but its server has gone.");

  listen_on_path (fixture, 8);
  close (fixture->listener);
  fixture->listener = -1;
  take (fixture, g_unix_socket_address_new (fixture->path));
  g_assert_false (tisock_socket_core_open (fixture->base.core, NULL));
  socket_fixture_expect_now (&fixture->base, "error:connection-refused/error closed/error");
  expect_message (fixture, "Could not connect to %s: Connection refused", fixture->path);
}

/* Connects until nothing more fits. */
static void
fill_backlog (Fixture *fixture)
{
  struct sockaddr_un address = make_native (fixture->path);

  listen_on_path (fixture, 0);
  fixture->other = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_no_errno (connect (fixture->other, (struct sockaddr *) &address, sizeof address));
}

static void
drain_backlog (Fixture *fixture)
{
  int fd = accept (fixture->listener, NULL, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

static void
test_connectable_unix_full (Fixture       *fixture,
                            gconstpointer  user_data)
{
  g_test_summary ("A server that has no place for a connection now may have one later.");

  fill_backlog (fixture);
  take (fixture, g_unix_socket_address_new (fixture->path));
  open_socket (fixture);
  test_iterate ();
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_CONNECTING, 0);
  socket_fixture_expect_now (&fixture->base, "");

  drain_backlog (fixture);
  expect_connection (fixture);
}

static void
test_connectable_unix_full_wait (Fixture       *fixture,
                                 gconstpointer  user_data)
{
  g_test_summary ("The same without a main loop.");

  fill_backlog (fixture);
  take (fixture, g_unix_socket_address_new (fixture->path));
  open_socket (fixture);
  drain_backlog (fixture);
  while (tisock_socket_core_get_state (fixture->base.core) == TISOCK_SOCKET_STATE_CONNECTING)
    tisock_socket_core_wait (fixture->base.core, -1, NULL);
  socket_fixture_expect_now (&fixture->base, "connected");
}

static void
test_connectable_unix_full_gone (Fixture       *fixture,
                                 gconstpointer  user_data)
{
  g_test_summary ("The server goes while there is no place.");

  fill_backlog (fixture);
  take (fixture, g_unix_socket_address_new (fixture->path));
  open_socket (fixture);
  close (fixture->listener);
  fixture->listener = -1;

  socket_fixture_expect (&fixture->base, "error:connection-refused/error closed/error");
}

static void
test_connectable_unix_full_timeout (Fixture       *fixture,
                                    gconstpointer  user_data)
{
  fill_backlog (fixture);
  tisock_tcp_socket_set_timeout (fixture->base.socket, 30);
  take (fixture, g_unix_socket_address_new (fixture->path));
  open_socket (fixture);

  socket_fixture_expect (&fixture->base, "error:timed-out/error closed/error");
  expect_message (fixture, "Could not connect to %s: no answer; the timeout of 30 ms is over",
                  fixture->path);
}

static void
test_connectable_unix_full_close (Fixture       *fixture,
                                  gconstpointer  user_data)
{
  fill_backlog (fixture);
  take (fixture, g_unix_socket_address_new (fixture->path));
  open_socket (fixture);
  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");
}

static void
test_connectable_unix_long (Fixture       *fixture,
                            gconstpointer  user_data)
{
  const gsize most = sizeof ((struct sockaddr_un *) NULL)->sun_path - 2;
  gsize length = most + GPOINTER_TO_UINT (user_data);
  g_autofree char *path = g_strnfill (length, 'x');

  g_test_summary ("GIO cuts paths that are too long: what might be the rest of one is not "
                  "connected to.");

  memcpy (path, "/tmp/", 5);
  take (fixture, g_unix_socket_address_new (path));
  g_assert_false (tisock_socket_core_open (fixture->base.core, NULL));
  if (length == most)
    {
      socket_fixture_expect_now (&fixture->base, "error:not-found/error closed/error");
      return;
    }

  socket_fixture_expect_now (&fixture->base, "error:filename-too-long/error closed/error");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, ENAMETOOLONG);
  path[most + 1] = '\0';
  expect_message (fixture, "Could not connect to %s: the path is too long for a socket, or was cut "
                  "to %u bytes; %u are possible", path, (guint) most + 1, (guint) most);
}

static void
test_connectable_abstract (Fixture       *fixture,
                           gconstpointer  user_data)
{
  GUnixSocketAddressType type = GPOINTER_TO_UINT (user_data);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *name = g_path_get_basename (fixture->folder);
  gsize length = sizeof address;

  if (!g_unix_socket_address_abstract_names_supported ())
    {
      g_test_skip ("This system has no abstract names");
      return;
    }

  memcpy (address.sun_path + 1, name, strlen (name));
  if (type == G_UNIX_SOCKET_ADDRESS_ABSTRACT)
    length = G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + 1 + strlen (name);
  listen_on_native (fixture, &address, (socklen_t) length, 8);
  take (fixture, g_unix_socket_address_new_with_type (name, -1, type));
  open_socket (fixture);
  expect_connection (fixture);
}

static void
test_connectable_unix_interface (Fixture       *fixture,
                                 gconstpointer  user_data)
{
  g_autoptr(TisockNetworkInterface) loopback = tisock_network_interface_lookup ("lo");

  if (loopback == NULL)
    {
      g_test_skip ("This system has no interface of this name");
      return;
    }

  g_test_summary ("A network interface does not matter to a Unix socket.");

  tisock_socket_core_set_network_interface (fixture->base.core, loopback);
  listen_on_path (fixture, 8);
  take (fixture, g_unix_socket_address_new (fixture->path));
  open_socket (fixture);
  expect_connection (fixture);
}

/* Services */

static void
take_service (Fixture    *fixture,
              const char *service)
{
  take (fixture, g_network_service_new (service, "tcp", "a.example"));
}

static void
test_connectable_service (Fixture       *fixture,
                          gconstpointer  user_data)
{
  g_autofree char *targets = NULL;
  int refused_port;

  g_test_summary ("Targets are tried in the order of the answer, and once again in the next life.");

  fixture->other = test_peer_refuse (&refused_port);
  listen_on_port (fixture);
  targets = g_strdup_printf ("127.0.0.1:%d b.example:%d", refused_port, fixture->port);
  mock_resolver_set_service (fixture->resolver, targets);
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "127.0.0.1");
  take_service (fixture, "tisock");
  open_socket (fixture);
  expect_connection (fixture);
  g_assert_cmpint (tisock_tcp_socket_get_remote_port (fixture->base.socket), ==, fixture->port);

  tisock_socket_core_close (fixture->base.core);
  socket_fixture_close_peer (&fixture->base);
  socket_fixture_expect_now (&fixture->base, "closed/closed");
  open_socket (fixture);
  expect_connection (fixture);
}

static void
test_connectable_service_all_fail (Fixture       *fixture,
                                   gconstpointer  user_data)
{
  g_autofree char *targets = NULL;

  fixture->listener = test_peer_refuse (&fixture->port);
  targets = g_strdup_printf ("127.0.0.1:%d b.example:%d", fixture->port, fixture->port);
  mock_resolver_set_service (fixture->resolver, targets);
  take_service (fixture, "tisock");
  open_socket (fixture);

  socket_fixture_expect (&fixture->base, "error:103/error closed/error");
  expect_message (fixture, "Could not connect to _tisock._tcp.a.example: 127.0.0.1:%d: Connection "
                  "refused; b.example:%d: “b.example” is unknown", fixture->port, fixture->port);
}

static void
test_connectable_service_unknown (Fixture       *fixture,
                                  gconstpointer  user_data)
{
  take_service (fixture, "tisock-has-no-port");
  open_socket (fixture);

  socket_fixture_expect (&fixture->base, "error:103/error closed/error");
  expect_message (fixture, "Could not connect to _tisock-has-no-port._tcp.a.example: "
                  "“_tisock-has-no-port._tcp.a.example” is unknown");
}

static void
test_connectable_service_fallback (Fixture       *fixture,
                                   gconstpointer  user_data)
{
  g_test_summary ("Without a record the domain itself is tried, at the service's own port.");

  if (getservbyname ("http", "tcp") == NULL)
    {
      g_test_skip ("The system has no list of services");
      return;
    }

  take_service (fixture, "http");
  open_socket (fixture);

  socket_fixture_expect (&fixture->base, "error:103/error closed/error");
  expect_message (fixture, "Could not connect to _http._tcp.a.example: a.example:80: “a.example” "
                  "is unknown");
}

static void
test_connectable_service_race (Fixture       *fixture,
                               gconstpointer  user_data)
{
  g_autofree char *targets = NULL;
  int silent_port;
  int filler;

  g_test_summary ("A target that does not answer is not waited for.");

  fixture->other = test_peer_refuse (&silent_port);
  g_assert_no_errno (listen (fixture->other, 0));
  filler = test_peer_open (silent_port);
  listen_on_port (fixture);
  targets = g_strdup_printf ("127.0.0.1:%d 127.0.0.1:%d", silent_port, fixture->port);
  mock_resolver_set_service (fixture->resolver, targets);
  take_service (fixture, "tisock");
  open_socket (fixture);
  expect_connection (fixture);
  close (filler);
}

/* A program's own */

static void
test_connectable_own (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new ();
  int refused_port;

  g_test_summary ("Addresses are asked for as they are needed, and tried in their order.");

  fixture->other = test_peer_refuse (&refused_port);
  listen_on_port (fixture);
  add_address (connectable, "127.0.0.1", refused_port);
  add_address (connectable, "127.0.0.1", fixture->port);
  for (guint i = 0; i < 20; i++)
    add_address (connectable, "127.0.0.1", refused_port);
  set (fixture, connectable);
  open_socket (fixture);
  expect_connection (fixture);

  g_assert_cmpuint (mock_connectable_get_n_enumerators (connectable), ==, 1);
  g_assert_cmpuint (mock_connectable_get_n_calls (connectable), >=, 2);
  g_assert_cmpuint (mock_connectable_get_n_calls (connectable), <=, 3);
}

static void
test_connectable_own_all_fail (Fixture       *fixture,
                               gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new ();
  g_autoptr(GSocketAddress) missing = g_unix_socket_address_new (fixture->path);

  fixture->listener = test_peer_refuse (&fixture->port);
  add_address (connectable, "127.0.0.1", fixture->port);
  mock_connectable_add (connectable, missing);
  set (fixture, connectable);
  open_socket (fixture);

  socket_fixture_expect (&fixture->base, "error:not-found/error closed/error");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, ENOENT);
  expect_message (fixture, "Could not connect to somewhere: 127.0.0.1:%d: Connection refused; "
                  "%s: No such file or directory", fixture->port, fixture->path);
}

static void
test_connectable_own_empty (Fixture       *fixture,
                            gconstpointer  user_data)
{
  take (fixture, mock_connectable_new ());
  open_socket (fixture);

  socket_fixture_expect (&fixture->base, "error:103/error closed/error");
  expect_message (fixture, "Could not connect to somewhere: it has no address");
}

static void
test_connectable_own_error (Fixture       *fixture,
                            gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new ();
  g_autoptr(GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "Go away");

  g_test_summary ("The enumerator's error keeps its domain and code.");

  mock_connectable_set_error (connectable, error);
  set (fixture, connectable);
  open_socket (fixture);

  socket_fixture_expect (&fixture->base, "error:permission-denied/error closed/error");
  socket_fixture_expect_state (&fixture->base, TISOCK_SOCKET_STATE_ERROR, EACCES);
  expect_message (fixture, "Could not connect to somewhere: Go away");
}

static void
test_connectable_own_race (Fixture       *fixture,
                           gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new ();
  int silent_port;
  int filler;

  g_test_summary ("The next address is tried while one is silent.");

  fixture->other = test_peer_refuse (&silent_port);
  g_assert_no_errno (listen (fixture->other, 0));
  filler = test_peer_open (silent_port);
  listen_on_port (fixture);
  add_address (connectable, "127.0.0.1", silent_port);
  add_address (connectable, "127.0.0.1", fixture->port);
  set (fixture, connectable);
  open_socket (fixture);
  expect_connection (fixture);
  close (filler);
}

static void
test_connectable_own_wait (Fixture       *fixture,
                           gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new ();
  int refused_port;

  g_test_summary ("Threads are heard without a main loop, by wait() and by poll().");

  fixture->other = test_peer_refuse (&refused_port);
  listen_on_port (fixture);
  add_address (connectable, "127.0.0.1", refused_port);
  add_address (connectable, "127.0.0.1", fixture->port);
  set (fixture, connectable);
  open_socket (fixture);
  while (tisock_socket_core_get_state (fixture->base.core) == TISOCK_SOCKET_STATE_CONNECTING)
    if (user_data == NULL)
      tisock_socket_core_wait (fixture->base.core, -1, NULL);
    else
      tisock_socket_core_poll (fixture->base.core);

  socket_fixture_expect_now (&fixture->base, "connected");
}

static void
test_connectable_own_resolve_timeout (Fixture       *fixture,
                                      gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new ();

  mock_connectable_hold (connectable);
  tisock_tcp_socket_set_resolve_timeout (fixture->base.socket, 3);
  set (fixture, connectable);
  open_socket (fixture);

  socket_fixture_expect (&fixture->base, "error:timed-out/error closed/error");
  expect_message (fixture, "Could not connect to somewhere: the next address is not known; "
                  "the resolve-timeout of 3 ms is over");
}

static void
test_connectable_own_close (Fixture       *fixture,
                            gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new ();

  g_test_summary ("close() does not wait for an enumerator, and its thread is told to stop.");

  listen_on_port (fixture);
  mock_connectable_hold (connectable);
  add_address (connectable, "127.0.0.1", fixture->port);
  set (fixture, connectable);
  open_socket (fixture);
  mock_connectable_await_calls (connectable, 1);
  tisock_socket_core_close (fixture->base.core);
  socket_fixture_expect_now (&fixture->base, "closed/closed");
  socket_fixture_settle ();
  socket_fixture_expect_now (&fixture->base, "");

  /* The next life has an enumerator of its own. */
  mock_connectable_release (connectable);
  open_socket (fixture);
  expect_connection (fixture);
  g_assert_cmpuint (mock_connectable_get_n_enumerators (connectable), ==, 2);
}

static void
test_connectable_own_lost (Fixture       *fixture,
                           gconstpointer  user_data)
{
  g_autoptr(MockConnectable) connectable = mock_connectable_new ();
  GMainContext *context = g_main_context_new ();
  TisockTCPSocket *socket;

  g_test_summary ("The context goes while an enumerator is asked.");

  mock_connectable_hold (connectable);
  g_main_context_push_thread_default (context);
  socket = tisock_tcp_socket_new ();
  tisock_tcp_socket_set_connectable (socket, G_SOCKET_CONNECTABLE (connectable));
  g_assert_true (tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL));
  mock_connectable_await_calls (connectable, 1);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  g_assert_finalize_object (socket);
}

static void
add_unix_tests (void)
{
#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  ADD ("/connectable/unix", NULL, test_connectable_unix);
  ADD ("/connectable/unix/wait", NULL, test_connectable_unix_wait);
  ADD ("/connectable/unix/missing", NULL, test_connectable_unix_missing);
  ADD ("/connectable/unix/refused", NULL, test_connectable_unix_refused);
  ADD ("/connectable/unix/full", NULL, test_connectable_unix_full);
  ADD ("/connectable/unix/full/wait", NULL, test_connectable_unix_full_wait);
  ADD ("/connectable/unix/full/gone", NULL, test_connectable_unix_full_gone);
  ADD ("/connectable/unix/full/timeout", NULL, test_connectable_unix_full_timeout);
  ADD ("/connectable/unix/full/close", NULL, test_connectable_unix_full_close);
  ADD ("/connectable/unix/longest", GUINT_TO_POINTER (0), test_connectable_unix_long);
  ADD ("/connectable/unix/too-long", GUINT_TO_POINTER (1), test_connectable_unix_long);
  ADD ("/connectable/unix/cut", GUINT_TO_POINTER (30), test_connectable_unix_long);
  ADD ("/connectable/unix/abstract", GUINT_TO_POINTER (G_UNIX_SOCKET_ADDRESS_ABSTRACT),
       test_connectable_abstract);
  ADD ("/connectable/unix/abstract-padded",
       GUINT_TO_POINTER (G_UNIX_SOCKET_ADDRESS_ABSTRACT_PADDED), test_connectable_abstract);
  ADD ("/connectable/unix/interface", NULL, test_connectable_unix_interface);
#undef ADD
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  ADD ("/connectable/property", NULL, test_connectable_property);
  ADD ("/connectable/property/refused", NULL, test_connectable_refused);
  ADD ("/connectable/property/listen", NULL, test_connectable_listen);
  ADD ("/connectable/property/no-address", NULL, test_connectable_no_address);
  ADD ("/connectable/inet", NULL, test_connectable_inet);
  ADD ("/connectable/inet/refused", NULL, test_connectable_inet_refused);
  ADD ("/connectable/network-address/literal", NULL, test_connectable_literal);
  ADD ("/connectable/network-address/name", NULL, test_connectable_name);
  ADD ("/connectable/network-address/uri", NULL, test_connectable_uri);
  add_unix_tests ();
  ADD ("/connectable/service", NULL, test_connectable_service);
  ADD ("/connectable/service/all-fail", NULL, test_connectable_service_all_fail);
  ADD ("/connectable/service/unknown", NULL, test_connectable_service_unknown);
  ADD ("/connectable/service/fallback", NULL, test_connectable_service_fallback);
  ADD ("/connectable/service/race", NULL, test_connectable_service_race);
  ADD ("/connectable/own", NULL, test_connectable_own);
  ADD ("/connectable/own/all-fail", NULL, test_connectable_own_all_fail);
  ADD ("/connectable/own/empty", NULL, test_connectable_own_empty);
  ADD ("/connectable/own/error", NULL, test_connectable_own_error);
  ADD ("/connectable/own/race", NULL, test_connectable_own_race);
  ADD ("/connectable/own/wait", NULL, test_connectable_own_wait);
  ADD ("/connectable/own/poll", "poll", test_connectable_own_wait);
  ADD ("/connectable/own/resolve-timeout", NULL, test_connectable_own_resolve_timeout);
  ADD ("/connectable/own/close", NULL, test_connectable_own_close);
  ADD ("/connectable/own/lost", NULL, test_connectable_own_lost);
#undef ADD

  return g_test_run ();
}
