/* load.c: loads a server and checks every byte that it gives back
 *
 * load echo PORT CONNECTIONS ACTIVE SIZE OPERATIONS    closed-loop echoes of SIZE bytes
 * load accept PORT CONNECTIONS OPERATIONS              connect, one byte and its echo, close
 * load idle PORT CONNECTIONS                           connect, and wait for the end of the input
 *
 * It connects, prints "ready", waits for a line on its input, does the work, and prints what it
 * did: "operations N bytes N". It uses raw epoll, so that it costs as little as a client can.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 512
#define CHUNK (256 * 1024)
#define PORTS_PER_ADDRESS 20000

/* One connection: how far the message under way has been sent and received back. */
typedef struct
{
  int     fd;
  size_t  sent;
  size_t  received;
  int     writing;              /* OUT is armed */
} Connection;

static int port;
static int epoll_fd;
static size_t size;
static long operations, begun, finished;
static unsigned char *pattern;
static unsigned char buffer[CHUNK];

static void
die (const char *format,
     ...)
{
  va_list args;

  va_start (args, format);
  fputs ("load: ", stderr);
  vfprintf (stderr, format, args);
  fputc ('\n', stderr);
  va_end (args);
  exit (1);
}

/* Many connections need many source addresses: 127.0.0.1, 127.0.0.2, … */
static int
connect_to_server (long index)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons ((uint16_t) port) };
  struct sockaddr_in from = { .sin_family = AF_INET };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;

  if (fd < 0)
    die ("socket: %s", strerror (errno));

  to.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  from.sin_addr.s_addr = htonl (INADDR_LOOPBACK + (uint32_t) (index / PORTS_PER_ADDRESS));
  setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind (fd, (struct sockaddr *) &from, sizeof from) < 0)
    die ("bind: %s", strerror (errno));
  if (connect (fd, (struct sockaddr *) &to, sizeof to) < 0)
    die ("connection %ld: %s", index, strerror (errno));

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl (fd, F_SETFL, O_NONBLOCK);

  return fd;
}

static void
arm (Connection *connection,
     int         operation,
     int         writing)
{
  struct epoll_event event = {
    .events = EPOLLIN | (writing ? EPOLLOUT : 0), .data.ptr = connection,
  };

  if (operation == EPOLL_CTL_MOD && writing == connection->writing)
    return;

  connection->writing = writing;
  if (epoll_ctl (epoll_fd, operation, connection->fd, &event) < 0)
    die ("epoll_ctl: %s", strerror (errno));
}

static void
send_rest (Connection *connection)
{
  while (connection->sent < size)
    {
      ssize_t n = send (connection->fd, pattern + connection->sent, size - connection->sent,
                        MSG_NOSIGNAL);

      if (n < 0 && errno == EAGAIN)
        break;
      if (n < 0)
        die ("send: %s", strerror (errno));
      connection->sent += (size_t) n;
    }

  arm (connection, EPOLL_CTL_MOD, connection->sent < size);
}

static void
begin_message (Connection *connection)
{
  if (begun == operations)
    return;

  begun++;
  connection->sent = connection->received = 0;
  send_rest (connection);
}

static void
receive (Connection *connection)
{
  ssize_t n = recv (connection->fd, buffer, sizeof buffer, 0);

  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0)
    die ("the server ended a connection: %s", n < 0 ? strerror (errno) : "end of stream");

  if (connection->received + (size_t) n > connection->sent ||
      memcmp (buffer, pattern + connection->received, (size_t) n) != 0)
    die ("the server sent back other bytes than it got");

  connection->received += (size_t) n;
  if (connection->received == size)
    {
      finished++;
      begin_message (connection);
    }
}

static Connection *
connect_all (long n)
{
  Connection *connections = calloc ((size_t) n, sizeof *connections);

  for (long i = 0; i < n; i++)
    {
      connections[i].fd = connect_to_server (i);
      arm (&connections[i], EPOLL_CTL_ADD, 0);
    }

  return connections;
}

static void
await_start (void)
{
  char line[16];

  puts ("ready");
  fflush (stdout);
  if (fgets (line, sizeof line, stdin) == NULL)
    exit (0);
}

static void
run_echo (long active,
          Connection *connections)
{
  struct epoll_event events[EVENTS];

  for (long i = 0; i < active; i++)
    begin_message (&connections[i]);

  while (finished < operations)
    {
      int n = epoll_wait (epoll_fd, events, EVENTS, -1);

      for (int i = 0; i < n; i++)
        {
          Connection *connection = events[i].data.ptr;

          if (events[i].events & EPOLLOUT)
            send_rest (connection);
          if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
            receive (connection);
        }
    }
}

/* Blocking: a connection, a byte there and back, and its end; several at a time by processes. */
static void
run_accept (long concurrent)
{
  for (; finished < operations; finished += concurrent)
    {
      int fds[concurrent];

      for (long i = 0; i < concurrent; i++)
        {
          fds[i] = connect_to_server (0);
          if (send (fds[i], pattern, 1, MSG_NOSIGNAL) != 1)
            die ("send: %s", strerror (errno));
        }
      for (long i = 0; i < concurrent; i++)
        {
          struct linger linger = { .l_onoff = 1 };
          unsigned char byte;

          fcntl (fds[i], F_SETFL, 0);
          if (recv (fds[i], &byte, 1, 0) != 1 || byte != pattern[0])
            die ("a connection did not get its byte back");
          setsockopt (fds[i], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
          close (fds[i]);
        }
    }
}

static long
argument (int    argc,
          char **argv,
          int    i)
{
  if (i >= argc)
    die ("usage: load echo PORT CONNECTIONS ACTIVE SIZE OPERATIONS | "
         "accept PORT CONCURRENT OPERATIONS | idle PORT CONNECTIONS");

  return atol (argv[i]);
}

int
main (int    argc,
      char **argv)
{
  const char *workload = argc > 1 ? argv[1] : "";
  long n;

  port = (int) argument (argc, argv, 2);
  n = argument (argc, argv, 3);
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  size = strcmp (workload, "echo") == 0 ? (size_t) argument (argc, argv, 5) : 1;
  pattern = malloc (size);
  for (size_t i = 0; i < size; i++)
    pattern[i] = (unsigned char) (i * 31 + i / 251);

  if (strcmp (workload, "echo") == 0)
    {
      Connection *connections = connect_all (n);

      operations = argument (argc, argv, 6);
      await_start ();
      run_echo (argument (argc, argv, 4), connections);
    }
  else if (strcmp (workload, "accept") == 0)
    {
      operations = argument (argc, argv, 4);
      await_start ();
      run_accept (n);
    }
  else
    {
      connect_all (n);
      await_start ();
    }

  printf ("operations %ld bytes %ld\n", finished, finished * (long) size * 2);

  return 0;
}
