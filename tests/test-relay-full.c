/* test-relay-full.c: ten gigabytes through a relay that does not grow
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test-peer.h"
#include "test-util.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIGABYTE G_GUINT64_CONSTANT (1000000000)
#define N_ROUNDS 10
#define MEMORY_TOLERANCE (256 * 1024)

#define CHUNK (256 * 1024)
/* Prime, so that no length of a transfer has a part of it in common. */
#define PERIOD 65521

/* In the peers' process: one end sends, the other one compares. */

static guint8 pattern[PERIOD + CHUNK];

static void
require (gboolean    condition,
         const char *what)
{
  if (condition)
    return;

  perror (what);
  abort ();
}

static void
send_all (int fd)
{
  for (guint64 sent = 0; sent < N_ROUNDS * GIGABYTE;)
    {
      gsize length = (gsize) MIN (CHUNK, N_ROUNDS * GIGABYTE - sent);
      gssize n = send (fd, pattern + sent % PERIOD, length, MSG_NOSIGNAL);

      require (n > 0, "send");
      sent += (guint64) n;
    }

  require (shutdown (fd, SHUT_WR) == 0, "shutdown");
}

static void
receive_all (int fd)
{
  static guint8 buffer[CHUNK];
  guint64 received = 0;
  gssize n;

  while ((n = recv (fd, buffer, sizeof buffer, 0)) > 0)
    {
      require (memcmp (buffer, pattern + received % PERIOD, (gsize) n) == 0, "other bytes");
      received += (guint64) n;
    }

  require (n == 0, "recv");
  require (received == N_ROUNDS * GIGABYTE, "not all");
}

static pid_t
run_peer (int   fd,
          int   other_fd,
          void (*run) (int fd))
{
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid > 0)
    return pid;

  close (other_fd);
  run (fd);
  _exit (0);
}

/* In the relay's process */

static guint64
get_resident_size (void)
{
  g_autofree char *contents = NULL;
  g_auto(GStrv) words = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &contents, NULL, NULL));
  words = g_strsplit (contents, " ", 3);

  return g_ascii_strtoull (words[1], NULL, 10) * (guint64) sysconf (_SC_PAGESIZE);
}

typedef struct
{
  guint64 sent;                 /* by the second socket of the relay */
  guint64 largest[N_ROUNDS + 1]; /* resident size, while this gigabyte was sent */
  guint   n_closed;
} Relay;

static gboolean
send_progress_cb (TisockTCPSocket *socket,
                  guint64          sent,
                  guint64          left,
                  Relay           *relay)
{
  guint64 *largest;

  /* Reading a file of the system's for each chunk would be what is measured. */
  if (relay->sent / (16 * 1024 * 1024) != (relay->sent + sent) / (16 * 1024 * 1024))
    {
      largest = &relay->largest[relay->sent / GIGABYTE];
      *largest = MAX (*largest, get_resident_size ());
    }
  relay->sent += sent;

  return FALSE;
}

static void
closed_cb (TisockTCPSocket *socket,
           Relay           *relay)
{
  relay->n_closed++;
}

static void
expect_success (pid_t pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
}

static void
test_memory (void)
{
  TisockTCPSocket *sockets[2];
  Relay relay = { 0 };
  pid_t pids[2];
  int peers[2];

  for (guint i = 0; i < sizeof pattern; i++)
    pattern[i] = i < PERIOD ? (guint8) g_test_rand_int () : pattern[i - PERIOD];

  for (guint i = 0; i < 2; i++)
    {
      sockets[i] = test_peer_pair (&peers[i]);
      g_signal_connect (sockets[i], "closed", G_CALLBACK (closed_cb), &relay);
    }
  g_signal_connect (sockets[1], "send-progress", G_CALLBACK (send_progress_cb), &relay);
  pids[0] = run_peer (peers[0], peers[1], send_all);
  pids[1] = run_peer (peers[1], peers[0], receive_all);
  /* Only the processes have them now: their ends are the peers'. */
  close (peers[0]);
  close (peers[1]);

  g_assert_true (tisock_tcp_socket_splice_to (sockets[0], sockets[1], NULL));
  g_assert_true (tisock_tcp_socket_splice_to (sockets[1], sockets[0], NULL));
  test_wait_until (relay.n_closed == 2);
  expect_success (pids[0]);
  expect_success (pids[1]);

  g_assert_cmpuint (relay.sent, ==, N_ROUNDS * GIGABYTE);
  for (guint i = 0; i < N_ROUNDS; i++)
    g_test_message ("gigabyte %u: %" G_GUINT64_FORMAT " KiB", i + 1, relay.largest[i] / 1024);
  for (guint i = 2; i < N_ROUNDS; i++)
    g_assert_cmpuint (relay.largest[i], <=, relay.largest[1] + MEMORY_TOLERANCE);

  for (guint i = 0; i < 2; i++)
    g_assert_finalize_object (sockets[i]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/relay/memory", test_memory);

  return g_test_run ();
}
