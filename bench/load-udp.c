/* load-udp.c: loads a server of datagrams and checks what it gives back
 *
 * load-udp echo PORT SOCKETS SIZE WINDOW OPERATIONS    so many under way from each socket
 * load-udp send PORT SOCKETS SIZE WINDOW OPERATIONS    bursts of so many, of which the last one is
 *                                                      marked to be answered
 *
 * It prints "ready", waits for a line on its input, does the work, prints what it did,
 * "operations N", and keeps its sockets until its input ends. A window has to fit into the buffers
 * of the system: nothing is sent again.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define MOST 64
#define LONGEST 65536

static int epoll_fd;
static long size, window, operations, begun, finished;
static char data[LONGEST];

static void
die (const char *what)
{
  fprintf (stderr, "load-udp: %s: %s\n", what, strerror (errno));
  exit (1);
}

static int
open_socket (int port)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons ((unsigned short) port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) != 0 ||
      epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    die ("could not open a socket");

  return fd;
}

/* All of them, or the end: the window fits. */
static void
send_many (int  fd,
           long n,
           int  marks_last)
{
  static char marked[LONGEST];
  struct mmsghdr messages[MOST];
  struct iovec vector = { data, (size_t) size };
  struct iovec last = { marked, (size_t) size };
  long sent = 0;

  memset (messages, 0, sizeof messages);
  memcpy (marked, data, (size_t) size);
  marked[0] = 1;
  for (long i = 0; i < n; i++)
    {
      messages[i].msg_hdr.msg_iov = marks_last && i == n - 1 ? &last : &vector;
      messages[i].msg_hdr.msg_iovlen = 1;
    }

  while (sent < n)
    {
      int more = sendmmsg (fd, messages + sent, (unsigned) (n - sent), 0);

      if (more > 0)
        sent += more;
      else if (errno != EAGAIN)
        die ("could not send");
    }
  begun += n;
}

static long
receive_many (int fd)
{
  static char buffers[MOST][LONGEST];
  struct mmsghdr messages[MOST];
  struct iovec vectors[MOST];
  int n;

  memset (messages, 0, sizeof messages);
  for (int i = 0; i < MOST; i++)
    {
      vectors[i] = (struct iovec) { buffers[i], LONGEST };
      messages[i].msg_hdr.msg_iov = &vectors[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }

  n = recvmmsg (fd, messages, MOST, 0, NULL);
  for (int i = 0; i < n; i++)
    if (messages[i].msg_len != size ||
        memcmp (buffers[i] + 1, data + 1, (size_t) size - 1) != 0)
      die ("an answer is not what was sent");

  return n > 0 ? n : 0;
}

static long
at_most_left (long n)
{
  return begun + n <= operations ? n : operations - begun;
}

static void
run (int *fds,
     long n_sockets,
     int  bursts)
{
  struct epoll_event events[MOST];

  for (long i = 0; i < n_sockets; i++)
    send_many (fds[i], at_most_left (window), bursts);

  while (finished < operations)
    {
      int n = epoll_wait (epoll_fd, events, MOST, -1);

      for (int i = 0; i < n; i++)
        {
          long answers = receive_many (events[i].data.fd);
          long done = bursts ? answers * window : answers;

          finished += done;
          send_many (events[i].data.fd, at_most_left (done), bursts && done > 0);
        }
    }
}

static long
argument (int    argc,
          char **argv,
          int    i)
{
  if (i >= argc)
    {
      fputs ("load-udp: arguments are missing\n", stderr);
      exit (1);
    }

  return atol (argv[i]);
}

static void
await_input (void)
{
  char line[16];

  fflush (stdout);
  if (fgets (line, sizeof line, stdin) == NULL)
    exit (0);
}

int
main (int    argc,
      char **argv)
{
  int bursts = argc > 1 && strcmp (argv[1], "send") == 0;
  int port = (int) argument (argc, argv, 2);
  long n_sockets = argument (argc, argv, 3);
  int *fds = calloc ((size_t) n_sockets, sizeof *fds);

  size = argument (argc, argv, 4);
  window = argument (argc, argv, 5);
  /* Bursts are whole. */
  operations = argument (argc, argv, 6) / window * window;
  if (size < 1 || size > LONGEST || window < 1 || window > MOST)
    return 1;

  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  for (long i = 1; i < size; i++)
    data[i] = (char) (i * 31);
  for (long i = 0; i < n_sockets; i++)
    fds[i] = open_socket (port);

  puts ("ready");
  await_input ();
  run (fds, n_sockets, bursts);
  printf ("operations %ld\n", operations);
  await_input ();

  return 0;
}
