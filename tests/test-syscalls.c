/* test-syscalls.c: how many system calls an echo costs, a file, and a relay
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server-fixture.h"

#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#define N_PEERS 20
#define N_ROUNDS 50
#define MESSAGE_SIZE 64

/* The library's calls: the peers of this test use read() and write(). */
static struct
{
  guint recv;
  guint send;
  guint sendmsg;
  guint sendfile;
  guint pread;
  guint epoll_ctl;
  guint epoll_wait;
  guint poll;
} counts;

/* The function of the same name that would have been called without the one in this file. */
#define REAL(name) ((__typeof__ (&name)) get_real (G_STRINGIFY (name)))

static gpointer
get_real (const char *name)
{
  gpointer real = dlsym (RTLD_NEXT, name);

  g_assert_nonnull (real);

  return real;
}

ssize_t
recv (int     fd,
      void   *buffer,
      size_t  size,
      int     flags)
{
  counts.recv++;

  return REAL (recv) (fd, buffer, size, flags);
}

ssize_t
send (int         fd,
      const void *buffer,
      size_t      size,
      int         flags)
{
  counts.send++;

  return REAL (send) (fd, buffer, size, flags);
}

ssize_t
sendmsg (int                  fd,
         const struct msghdr *message,
         int                  flags)
{
  counts.sendmsg++;

  return REAL (sendmsg) (fd, message, flags);
}

ssize_t
sendfile (int     fd,
          int     file,
          off_t  *offset,
          size_t  length)
{
  counts.sendfile++;

  return REAL (sendfile) (fd, file, offset, length);
}

ssize_t
pread (int     fd,
       void   *buffer,
       size_t  length,
       off_t   offset)
{
  counts.pread++;

  return REAL (pread) (fd, buffer, length, offset);
}

int
epoll_ctl (int                 epoll,
           int                 operation,
           int                 fd,
           struct epoll_event *event)
{
  counts.epoll_ctl++;

  return REAL (epoll_ctl) (epoll, operation, fd, event);
}

int
epoll_wait (int                 epoll,
            struct epoll_event *events,
            int                 n_events,
            int                 timeout)
{
  counts.epoll_wait++;

  return REAL (epoll_wait) (epoll, events, n_events, timeout);
}

static int
counting_poll (GPollFD *fds,
               guint    n_fds,
               int      timeout)
{
  counts.poll++;

  return g_poll (fds, n_fds, timeout);
}

static guint n_echoes;

static void
echo_cb (TisockTCPSocket *socket,
         gpointer         user_data)
{
  gsize length;
  g_autofree guint8 *data = tisock_tcp_socket_read_all (socket, &length);

  g_assert_cmpuint (length, ==, MESSAGE_SIZE);
  g_assert_true (tisock_tcp_socket_write (socket, data, length, NULL));
  n_echoes++;
}

static void
echo_accepted_cb (TisockServerSocket *server,
                  TisockTCPSocket    *socket,
                  gpointer            user_data)
{
  g_signal_connect (socket, "data-available", G_CALLBACK (echo_cb), NULL);
}

static void
connect_peers (ServerFixture *fixture,
               int           *peers)
{
  g_signal_connect (fixture->server, "accepted", G_CALLBACK (echo_accepted_cb), NULL);
  for (guint i = 0; i < N_PEERS; i++)
    {
      peers[i] = server_fixture_connect (fixture);
      server_fixture_expect (fixture, "accepted connected ");
    }

  /* What connecting left to do is done. */
  server_fixture_expect_silence (fixture);
  memset (&counts, 0, sizeof counts);
  n_echoes = 0;
  g_main_context_set_poll_func (NULL, counting_poll);
}

static void
disconnect_peers (ServerFixture *fixture,
                  int           *peers)
{
  g_main_context_set_poll_func (NULL, NULL);
  tisock_server_socket_close (fixture->server);
  g_string_truncate (fixture->log, 0);
  for (guint i = 0; i < N_PEERS; i++)
    close (peers[i]);
}

/* Sends to every peer's socket, and waits until it has arrived there. */
static void
send_to_all (ServerFixture *fixture,
             const int     *peers,
             const guint8  *message)
{
  for (guint i = 0; i < N_PEERS; i++)
    {
      TisockSocketCore *socket = g_ptr_array_index (fixture->sockets, i);

      g_assert_cmpint (write (peers[i], message, MESSAGE_SIZE), ==, MESSAGE_SIZE);
      test_peer_await (tisock_socket_core_get_handle (socket), G_IO_IN);
    }
}

static void
receive_from_all (const int    *peers,
                  const guint8 *message)
{
  for (guint i = 0; i < N_PEERS; i++)
    {
      guint8 received[MESSAGE_SIZE];

      g_assert_cmpint (read (peers[i], received, sizeof received), ==, MESSAGE_SIZE);
      g_assert_cmpmem (received, sizeof received, message, MESSAGE_SIZE);
    }
}

/* One recv() and one send() each, however many there are in a batch; interest stays as it is. */
static void
test_echo (ServerFixture *fixture,
           gconstpointer  user_data)
{
  guint8 message[MESSAGE_SIZE];
  int peers[N_PEERS];
  guint n_iterations = 0;

  connect_peers (fixture, peers);
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      memset (message, (int) round, sizeof message);
      send_to_all (fixture, peers, message);
      while (n_echoes < (round + 1) * N_PEERS)
        {
          test_iterate ();
          n_iterations++;
        }
      receive_from_all (peers, message);
    }

  g_test_message ("%u echoes in %u iterations", n_echoes, n_iterations);
  g_assert_cmpuint (n_echoes, ==, N_ROUNDS * N_PEERS);
  g_assert_cmpuint (counts.recv, ==, n_echoes);
  g_assert_cmpuint (counts.send, ==, n_echoes);
  g_assert_cmpuint (counts.sendmsg, ==, 0);
  g_assert_cmpuint (counts.epoll_ctl, ==, 0);

  /* Shared by a batch: those of one round, unless their time was over before. */
  g_assert_cmpuint (counts.poll, ==, n_iterations);
  g_assert_cmpuint (counts.epoll_wait, <=, n_iterations);
  g_assert_cmpuint (n_iterations, <, n_echoes);
  disconnect_peers (fixture, peers);
}

/* One at a time: a wake-up each, and not another one to find that there is nothing more. */
static void
test_single (ServerFixture *fixture,
             gconstpointer  user_data)
{
  guint8 message[MESSAGE_SIZE] = { 0 };
  int peers[N_PEERS];
  guint n_iterations = 0;

  connect_peers (fixture, peers);
  for (guint i = 0; i < N_PEERS; i++)
    {
      g_assert_cmpint (write (peers[i], message, MESSAGE_SIZE), ==, MESSAGE_SIZE);
      while (n_echoes == i)
        {
          test_iterate ();
          n_iterations++;
        }
      g_assert_cmpint (read (peers[i], message, MESSAGE_SIZE), ==, MESSAGE_SIZE);
    }

  g_assert_cmpuint (counts.recv, ==, N_PEERS);
  g_assert_cmpuint (counts.send, ==, N_PEERS);
  g_assert_cmpuint (counts.sendmsg, ==, 0);
  g_assert_cmpuint (counts.epoll_ctl, ==, 0);
  g_assert_cmpuint (counts.epoll_wait, <=, N_PEERS);
  /* Those included that the reactor left to lower priorities. */
  g_assert_cmpuint (counts.poll, ==, n_iterations);
  disconnect_peers (fixture, peers);
}

/* Nothing at all while nothing happens. */
static void
test_idle (ServerFixture *fixture,
           gconstpointer  user_data)
{
  int peers[N_PEERS];

  connect_peers (fixture, peers);
  for (guint i = 0; i < 10; i++)
    g_assert_false (g_main_context_iteration (NULL, FALSE));

  g_assert_cmpuint (counts.poll, ==, 10);
  g_assert_cmpuint (counts.recv + counts.send + counts.epoll_ctl + counts.epoll_wait, ==, 0);
  disconnect_peers (fixture, peers);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(goffset *) user_data =
    tisock_tcp_socket_send_file_from_fd_finish (TISOCK_TCP_SOCKET (source), result, NULL);
}

/* A file goes from the system to the system. Interest changes twice, however long it takes. */
static void
test_file (ServerFixture *fixture,
           gconstpointer  user_data)
{
  const goffset length = 16 * 1024 * 1024;
  g_autofree guint8 *buffer = g_malloc (length);
  int fd = test_make_file ("", 0);
  goffset sent = 0, received = 0;
  int peers[N_PEERS];

  connect_peers (fixture, peers);
  g_assert_no_errno (ftruncate (fd, length));
  tisock_tcp_socket_send_file_from_fd_async (g_ptr_array_index (fixture->sockets, 0), fd, 0, -1,
                                             NULL, sent_cb, &sent);
  while (received < length)
    {
      gssize n = recv (peers[0], buffer, (gsize) length, MSG_DONTWAIT);

      received += MAX (n, 0);
      g_main_context_iteration (NULL, FALSE);
    }
  test_wait_until (sent != 0);

  g_test_message ("%u calls of sendfile", counts.sendfile);
  g_assert_cmpint (sent, ==, length);
  g_assert_cmpuint (counts.sendfile, >=, 16);
  g_assert_cmpuint (counts.send + counts.sendmsg + counts.pread, ==, 0);
  g_assert_cmpuint (counts.epoll_ctl, <=, 2);
  close (fd);
  disconnect_peers (fixture, peers);
}

/* One recv() and one send() for each message that comes, and nothing else. */
static void
test_relay (ServerFixture *fixture,
            gconstpointer  user_data)
{
  guint8 message[MESSAGE_SIZE] = { 0 };
  int peers[N_PEERS];

  connect_peers (fixture, peers);
  for (guint i = 0; i < N_PEERS; i++)
    g_assert_true (tisock_tcp_socket_splice_to (g_ptr_array_index (fixture->sockets, i),
                                                g_ptr_array_index (fixture->sockets, i ^ 1),
                                                NULL));
  server_fixture_expect_silence (fixture);
  memset (&counts, 0, sizeof counts);

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      memset (message, (int) round, sizeof message);
      send_to_all (fixture, peers, message);
      while (counts.send < (round + 1) * N_PEERS)
        test_iterate ();
      receive_from_all (peers, message);
    }

  g_assert_cmpuint (counts.recv, ==, N_ROUNDS * N_PEERS);
  g_assert_cmpuint (counts.send, ==, N_ROUNDS * N_PEERS);
  g_assert_cmpuint (counts.sendmsg + counts.epoll_ctl, ==, 0);
  disconnect_peers (fixture, peers);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  SERVER_FIXTURE_ADD ("/syscalls/echo", test_echo);
  SERVER_FIXTURE_ADD ("/syscalls/single", test_single);
  SERVER_FIXTURE_ADD ("/syscalls/idle", test_idle);
  SERVER_FIXTURE_ADD ("/syscalls/file", test_file);
  SERVER_FIXTURE_ADD ("/syscalls/relay", test_relay);

  return g_test_run ();
}
