/* net-fixture.c: a TCPSocket on one host, its peers on another, and a network between them that
 * can lose packets
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "net-fixture.h"

#include "engine/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#define NEAR_LINK "02:00:00:00:00:01"
#define FAR_LINK "02:00:00:00:00:02"
/* Frames to an address that no host has arrive and are not taken. */
#define NO_LINK "02:00:00:00:00:ff"

static int hosts[NET_N_HOSTS] = { -1, -1 };
static gboolean is_name_server;

/* They can be repeated, and undo what a test has done to the network. */
static const char *const set_up_commands[NET_N_HOSTS] = {
  "link set lo up\n"
  "link set near up\n"
  "address replace " NET_NEAR "/24 dev near\n"
  "address replace " NET_NEAR_6 "/64 dev near nodad\n"
  "neighbour replace " NET_FAR " lladdr " FAR_LINK " nud permanent dev near\n"
  "neighbour replace " NET_FAR_6 " lladdr " FAR_LINK " nud permanent dev near\n"
  "route replace 198.51.100.0/24 via " NET_FAR "\n"
  "route replace 2001:db8:1::/64 via " NET_FAR_6 "\n",

  "link set lo up\n"
  "link set far up arp on\n"
  "address replace " NET_FAR "/24 dev far\n"
  "address replace " NET_FAR_6 "/64 dev far nodad\n"
  "address replace " NET_MOVABLE "/32 dev lo\n"
  "address replace " NET_MOVABLE_6 "/128 dev lo nodad\n"
  "neighbour replace " NET_NEAR " lladdr " NEAR_LINK " nud permanent dev far\n"
  "neighbour replace " NET_NEAR_6 " lladdr " NEAR_LINK " nud permanent dev far\n"
  "route replace blackhole " NET_SILENT "\n"
  "route replace blackhole " NET_SILENT_6 "\n"
  "route replace unreachable " NET_MOVABLE "\n"
  "route replace unreachable " NET_MOVABLE_6 "\n"
  "route replace unreachable " NET_UNREACHABLE "\n"
  "route replace unreachable " NET_UNREACHABLE_6 "\n"
  "route replace prohibit " NET_PROHIBITED "\n"
  "route replace prohibit " NET_PROHIBITED_6 "\n",
};

/* Making the hosts */

static gboolean
write_file (const char *path,
            const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean written = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  if (fd >= 0)
    close (fd);

  return written;
}

static gboolean
write_id_map (const char *path,
              guint       id)
{
  g_autofree char *text = g_strdup_printf ("0 %u 1", id);

  return write_file (path, text);
}

/* Who may not make namespaces may do so as the root of a user namespace, if anybody may. */
static gboolean
unshare_all (void)
{
  guint user = getuid ();
  guint group = getgid ();

  if (unshare (CLONE_NEWNET | CLONE_NEWNS) == 0)
    return TRUE;

  return unshare (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) == 0 &&
         write_id_map ("/proc/self/uid_map", user) &&
         write_file ("/proc/self/setgroups", "deny") &&
         write_id_map ("/proc/self/gid_map", group);
}

static int
open_host (void)
{
  return open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* Runs ip(8) where the thread is. */
static gboolean
run_ip (const char  *commands,
        GError     **error)
{
  const char *argv[] = { "ip", "-batch", "-", NULL };
  g_autoptr(GSubprocess) process = NULL;
  g_autofree char *output = NULL;

  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                     G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                     G_SUBPROCESS_FLAGS_STDERR_MERGE, error);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, commands, NULL, &output, NULL,
                                                         error))
    return FALSE;

  if (g_subprocess_get_successful (process))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "ip: %s", g_strdelimit (output, "\n", ' '));

  return FALSE;
}

static gboolean
lay_cable (GError **error)
{
  g_autofree char *command =
    g_strdup_printf ("link add near address " NEAR_LINK " type veth "
                     "peer name far address " FAR_LINK " netns /proc/%d/fd/%d\n"
                     /* What is not there is known not to be there soon. */
                     "ntable change name arp_cache dev near mcast_probes 1 retrans 100\n"
                     "ntable change name ndisc_cache dev near mcast_probes 1 retrans 100\n",
                     (int) getpid (), hosts[NET_HOST_FAR]);

  return run_ip (command, error);
}

/* The far host is a router, too, which answers each packet that it cannot pass on. */
static gboolean
configure (NetHost   host,
           GError  **error)
{
  gboolean configured;

  net_enter (host);
  configured = run_ip (set_up_commands[host], error);
  if (configured && host == NET_HOST_FAR &&
      (!write_file ("/proc/sys/net/ipv4/ip_forward", "1") ||
       !write_file ("/proc/sys/net/ipv4/icmp_ratelimit", "0") ||
       !write_file ("/proc/sys/net/ipv6/conf/all/forwarding", "1") ||
       !write_file ("/proc/sys/net/ipv6/icmp/ratelimit", "0")))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "settings cannot be written: %s", g_strerror (errno));
      configured = FALSE;
    }
  net_enter (NET_HOST_NEAR);

  return configured;
}

/* The file is nowhere but there: its other name is gone before anybody looks. */
static gboolean
cover_file (const char *path,
            const char *text)
{
  g_autofree char *name = NULL;
  gboolean covered;
  int fd = g_file_open_tmp ("tisock-XXXXXX", &name, NULL);

  if (fd < 0)
    return FALSE;

  covered = write (fd, text, strlen (text)) == (gssize) strlen (text) &&
            mount (name, path, "none", MS_BIND, NULL) == 0;
  unlink (name);
  close (fd);

  return covered;
}

static gboolean
cover_name_servers (void)
{
  return mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
         cover_file ("/etc/nsswitch.conf", "hosts: dns\n") &&
         cover_file ("/etc/resolv.conf",
                     "nameserver " NET_FAR "\n"
                     "options timeout:1 attempts:1\n");
}

static gboolean
make_hosts (GError **error)
{
  if (unshare_all ())
    hosts[NET_HOST_NEAR] = open_host ();
  if (hosts[NET_HOST_NEAR] >= 0 && unshare (CLONE_NEWNET) == 0)
    hosts[NET_HOST_FAR] = open_host ();
  if (hosts[NET_HOST_FAR] < 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "no network namespaces: %s", g_strerror (errno));
      return FALSE;
    }

  net_enter (NET_HOST_NEAR);
  is_name_server = cover_name_servers ();

  return lay_cable (error) && configure (NET_HOST_NEAR, error) && configure (NET_HOST_FAR, error);
}

gboolean
net_make_hosts (void)
{
  g_autoptr(GError) error = NULL;

  if (make_hosts (&error))
    return TRUE;

  g_print ("1..0 # SKIP %s\n", error->message);

  return FALSE;
}

gboolean
net_is_name_server (void)
{
  return is_name_server;
}

/* The network */

void
net_enter (NetHost host)
{
  g_assert_no_errno (setns (hosts[host], CLONE_NEWNET));
}

void
net_ip (NetHost     host,
        const char *commands)
{
  g_autoptr(GError) error = NULL;

  net_enter (host);
  run_ip (commands, &error);
  net_enter (NET_HOST_NEAR);
  g_assert_no_error (error);
}

void
net_cut (const char *address)
{
  const char *near_address = strchr (address, ':') != NULL ? NET_NEAR_6 : NET_NEAR;
  g_autofree char *at_near =
    g_strdup_printf ("neighbour replace %s lladdr " NO_LINK " nud permanent dev near\n", address);
  g_autofree char *at_far =
    g_strdup_printf ("neighbour replace %s lladdr " NO_LINK " nud permanent dev far\n",
                     near_address);

  net_ip (NET_HOST_NEAR, at_near);
  net_ip (NET_HOST_FAR, at_far);
}

void
net_mend (void)
{
  for (guint i = 0; i < NET_N_HOSTS; i++)
    {
      g_autoptr(GError) error = NULL;

      configure (i, &error);
      g_assert_no_error (error);
    }
}

static int
open_at_far (int                      type,
             const char              *address,
             int                      port,
             struct sockaddr_storage *native,
             socklen_t               *length)
{
  TisockEndpoint endpoint;
  int fd;

  g_assert_true (tisock_endpoint_parse (&endpoint, address, (guint16) port));
  *length = tisock_endpoint_to_sockaddr (&endpoint, native);

  net_enter (NET_HOST_FAR);
  fd = socket (endpoint.family, type | SOCK_CLOEXEC, 0);
  net_enter (NET_HOST_NEAR);
  g_assert_cmpint (fd, >=, 0);

  return fd;
}

int
net_bind (int         type,
          const char *address,
          int        *port)
{
  struct sockaddr_storage native;
  TisockEndpoint endpoint;
  socklen_t length;
  int fd = open_at_far (type, address, *port, &native, &length);

  g_assert_no_errno (bind (fd, (struct sockaddr *) &native, length));
  g_assert_true (tisock_endpoint_get_local (&endpoint, fd));
  *port = endpoint.port;

  return fd;
}

int
net_connect (const char *address,
             int         port)
{
  struct sockaddr_storage native;
  socklen_t length;
  int fd = open_at_far (SOCK_STREAM, address, port, &native, &length);

  g_assert_no_errno (connect (fd, (struct sockaddr *) &native, length));

  return fd;
}

/* The fixture */

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          NetFixture      *fixture)
{
  g_free (fixture->message);
  fixture->message = g_strdup (error->message);
}

void
net_fixture_set_up (NetFixture    *fixture,
                    gconstpointer  user_data)
{
  net_mend ();
  socket_fixture_set_up (&fixture->socket, user_data);
  g_signal_connect (fixture->socket.socket, "error", G_CALLBACK (error_cb), fixture);
}

void
net_fixture_tear_down (NetFixture    *fixture,
                       gconstpointer  user_data)
{
  socket_fixture_tear_down (&fixture->socket, user_data);
  g_free (fixture->message);
}

void
net_fixture_connect (NetFixture *fixture,
                     const char *address)
{
  int port = 0;
  int listener = net_bind (SOCK_STREAM, address, &port);

  g_assert_no_errno (listen (listener, 1));
  tisock_tcp_socket_set_address (fixture->socket.socket, address);
  tisock_socket_core_set_port (fixture->socket.core, port);
  g_assert_true (tisock_socket_core_open (fixture->socket.core, NULL));
  fixture->socket.peer = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (fixture->socket.peer, >=, 0);
  close (listener);

  socket_fixture_expect (&fixture->socket, "connected");
}

void
net_fixture_expect_end (NetFixture        *fixture,
                        const char        *log,
                        TisockSocketState  state,
                        int                last_error_number,
                        const char        *text)
{
  socket_fixture_expect (&fixture->socket, log);
  socket_fixture_expect_state (&fixture->socket, state, last_error_number);
  g_test_message ("%s", fixture->message);
  g_assert_nonnull (strstr (fixture->message, text));
}
