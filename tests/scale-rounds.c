/* scale-rounds.c: many connections at a time, from peers in other processes
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "scale-rounds.h"

#include "test-util.h"

#include <glib-unix.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_PROCESSES 3
/* What a process needs besides. */
#define OTHER_DESCRIPTORS 100
#define MEMORY_TOLERANCE (64 * 1024)

typedef struct
{
  pid_t pid;
  int   commands;
  int   replies;
} Process;

typedef struct
{
  guint n;                      /* 0: close them all */
  int   port;
} Command;

static Process processes[N_PROCESSES];

/* In the peers' processes: no GLib that could have a thread or a context */

static void
require (gboolean    condition,
         const char *what)
{
  if (condition)
    return;

  perror (what);
  abort ();
}

static int
open_peer (guint process,
           int   port)
{
  struct sockaddr_in source = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1 + process),
  };
  struct sockaddr_in destination = {
    .sin_family = AF_INET,
    .sin_port = htons ((guint16) port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = TRUE;

  require (fd >= 0, "socket");
#ifdef IP_BIND_ADDRESS_NO_PORT
  setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
#endif
  require (bind (fd, (struct sockaddr *) &source, sizeof source) == 0, "bind");
  require (connect (fd, (struct sockaddr *) &destination, sizeof destination) == 0, "connect");

  return fd;
}

/* Different for each peer of each process. */
static guint64
get_message (guint process,
             guint i)
{
  return (guint64) (process + 1) << 56 | (guint64) i << 24 | 0xabcdef;
}

static void
open_peers (guint          process,
            int           *fds,
            const Command *command)
{
  for (guint i = 0; i < command->n; i++)
    {
      guint64 message = get_message (process, i);

      fds[i] = open_peer (process, command->port);
      require (send (fds[i], &message, sizeof message, MSG_NOSIGNAL) == sizeof message, "send");
    }

  for (guint i = 0; i < command->n; i++)
    {
      guint64 message = 0;

      require (recv (fds[i], &message, sizeof message, MSG_WAITALL) == sizeof message, "recv");
      require (message == get_message (process, i), "other bytes than were sent");
    }
}

static void G_GNUC_NORETURN
run_process (guint process,
             int   commands,
             int   replies)
{
  int *fds = NULL;
  guint n = 0;
  Command command;

  while (read (commands, &command, sizeof command) == sizeof command)
    {
      for (guint i = 0; command.n == 0 && i < n; i++)
        close (fds[i]);

      n = command.n;
      fds = realloc (fds, MAX (n, 1) * sizeof *fds);
      open_peers (process, fds, &command);
      require (write (replies, "", 1) == 1, "write");
    }

  free (fds);
  _exit (0);
}

/* In the test's process */

static void
raise_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

static void
start_process (guint i)
{
  int commands[2];
  int replies[2];

  require (pipe (commands) == 0 && pipe (replies) == 0, "pipe");
  processes[i].pid = fork ();
  require (processes[i].pid >= 0, "fork");

  if (processes[i].pid == 0)
    {
      /* Its own end comes with the end of the others' commands, too. */
      for (guint other = 0; other < i; other++)
        close (processes[other].commands);
      close (commands[1]);
      close (replies[0]);
      run_process (i, commands[0], replies[1]);
    }

  close (commands[0]);
  close (replies[1]);
  processes[i].commands = commands[1];
  processes[i].replies = replies[0];
}

void
scale_start_peers (void)
{
  raise_limit ();
  for (guint i = 0; i < N_PROCESSES; i++)
    start_process (i);
}

void
scale_stop_peers (void)
{
  for (guint i = 0; i < N_PROCESSES; i++)
    {
      int status;

      close (processes[i].commands);
      close (processes[i].replies);
      g_assert_cmpint (waitpid (processes[i].pid, &status, 0), ==, processes[i].pid);
      g_assert_cmpint (status, ==, 0);
    }
}

static gboolean
reply_cb (int           fd,
          GIOCondition  condition,
          gpointer      user_data)
{
  guint *n_replies = user_data;
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  *n_replies += 1;

  return G_SOURCE_REMOVE;
}

/* Has the processes do it, each its share, while the server is served. */
static void
command_all (guint n,
             int   port)
{
  guint n_replies = 0;

  for (guint i = 0; i < N_PROCESSES; i++)
    {
      Command command = { n / N_PROCESSES + (i < n % N_PROCESSES), port };

      g_unix_fd_add (processes[i].replies, G_IO_IN, reply_cb, &n_replies);
      g_assert_cmpint (write (processes[i].commands, &command, sizeof command), ==, sizeof command);
    }

  test_wait_until (n_replies == N_PROCESSES);
}

void
scale_connect (TisockServerSocket *server,
               guint               n)
{
  g_assert_cmpuint (n, >=, N_PROCESSES);
  command_all (n, tisock_server_socket_get_port (server));
  g_assert_cmpuint (tisock_server_socket_get_n_connections (server), ==, n);
}

void
scale_disconnect (TisockServerSocket *server)
{
  command_all (0, 0);
  test_wait_until (tisock_server_socket_get_n_connections (server) == 0);
}

guint
scale_get_n (guint wanted)
{
  struct rlimit limit;
  guint n = wanted;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  n = (guint) MIN (n, limit.rlim_cur - OTHER_DESCRIPTORS);
  if (g_strcmp0 (g_getenv ("TISOCK_REACTOR"), "poll") == 0)
    n = MIN (n, 1000);
  if (n < wanted)
    g_test_message ("only %u connections of %u", n, wanted);

  return n;
}

static void
echo_cb (TisockTCPSocket *socket,
         gpointer         user_data)
{
  g_autoptr(GBytes) bytes = tisock_tcp_socket_read_bytes (socket, -1);

  g_assert_true (tisock_tcp_socket_write_bytes (socket, bytes, NULL));
}

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             gpointer            user_data)
{
  g_signal_connect (socket, "data-available", G_CALLBACK (echo_cb), NULL);
}

static void
error_cb (TisockServerSocket *server,
          GError             *error,
          gpointer            user_data)
{
  g_error ("%s", error->message);
}

TisockServerSocket *
scale_new_server (void)
{
  TisockServerSocket *server = tisock_server_socket_new ();

  tisock_server_socket_set_address (server, "127.0.0.1");
  g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), NULL);
  g_signal_connect (server, "error", G_CALLBACK (error_cb), NULL);
  g_assert_true (tisock_server_socket_listen (server, NULL));

  return server;
}

static void
assert_flat (const char *when,
             gint64      before,
             gint64      after)
{
  g_test_message ("memory in use %s: %" G_GINT64_FORMAT " bytes, a round later %+" G_GINT64_FORMAT,
                  when, before, after - before);
  g_assert_cmpint (after - before, <=, MEMORY_TOLERANCE);
}

void
scale_check_rounds (guint n)
{
  TisockServerSocket *server = scale_new_server ();
  gint64 connected[3];
  gint64 disconnected[3];
  guint n_descriptors = test_count_descriptors ();

  for (guint i = 0; i < 3; i++)
    {
      scale_connect (server, n);
      connected[i] = test_get_memory_in_use ();
      g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors + n);

      scale_disconnect (server);
      disconnected[i] = test_get_memory_in_use ();
      g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors);
    }

  assert_flat ("with all connected", connected[1], connected[2]);
  assert_flat ("with none", disconnected[1], disconnected[2]);

  tisock_server_socket_close (server);
  g_assert_finalize_object (server);
}
