/* load.c: loads a server and checks every byte that it gives back
 *
 * load echo PORT CONNECTIONS ACTIVE SIZE OPERATIONS    closed-loop echoes of SIZE bytes
 * load accept PORT CONNECTIONS OPERATIONS              connect, one byte and its echo, close
 * load upload PORT CONNECTIONS MEBIBYTES               send, and end when the server has all
 * load download PORT CONNECTIONS MEBIBYTES             receive the block that a source repeats
 * load idle PORT CONNECTIONS                           connect, and wait for the end of the input
 *
 * It connects, prints "ready", waits for a line on its input, does the work, prints what it did,
 * "operations N", and keeps the connections until its input ends. It uses raw epoll, so that it
 * costs as little as a client can. "load-tls" is the same under TLS.
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

#include "link.h"
#include "servers/mode.h"

#define EVENTS 512
#define CHUNK (256 * 1024)
#define PORTS_PER_ADDRESS 20000

/* One connection: how far the message under way has been sent and received back. */
typedef struct
{
  Link    link;
  size_t  sent;
  size_t  received;
  int     writing;              /* OUT is armed */
} Connection;

static int port;
static int epoll_fd;
static size_t size;
static long operations, begun, finished;
static char *pattern;
static char buffer[CHUNK];

static __attribute__((format (printf, 1, 2))) __attribute__((noreturn)) void
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

/* Until the input has a line, or ends. */
static void
await_input (void)
{
  char line[16];

  fflush (stdout);
  if (fgets (line, sizeof line, stdin) == NULL)
    exit (0);
}

/* Many connections need many source addresses: 127.0.0.1, 127.0.0.2, … */
static void
connect_to_server (Link *link,
                   long  index)
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
  if (link_open (link, fd) < 0)
    die ("connection %ld: the server does not speak TLS", index);
  fcntl (fd, F_SETFL, O_NONBLOCK);
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
  if (epoll_ctl (epoll_fd, operation, connection->link.fd, &event) < 0)
    die ("epoll_ctl: %s", strerror (errno));
}

static void
send_rest (Connection *connection)
{
  while (connection->sent < size)
    {
      ssize_t n = link_send (&connection->link, pattern + connection->sent,
                             size - connection->sent);

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
  ssize_t n = link_receive (&connection->link, buffer, sizeof buffer);

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
      connect_to_server (&connections[i].link, i);
      arm (&connections[i], EPOLL_CTL_ADD, 0);
    }

  return connections;
}

static void
await_start (void)
{
  puts ("ready");
  await_input ();
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

/* What a server has swallowed cannot be compared. But it closes without a reset only if it has
 * read all, up to the end of the stream. */
static void
upload (Connection *connection)
{
  while (connection->sent < size)
    {
      size_t rest = size - connection->sent;
      ssize_t n = link_send (&connection->link, pattern + connection->sent % BLOCK_SIZE,
                             rest < CHUNK ? rest : CHUNK);

      if (n < 0 && errno == EAGAIN)
        return;
      if (n < 0)
        die ("send: %s", strerror (errno));
      connection->sent += (size_t) n;
      if (connection->sent == size)
        {
          link_end (&connection->link);
          arm (connection, EPOLL_CTL_MOD, 0);
          return;
        }
    }

  if (link_receive (&connection->link, buffer, sizeof buffer) != 0)
    die ("the server did not end a connection as it should");
  finished++;
  link_close (&connection->link);
}

static void
download (Connection *connection)
{
  size_t rest = size - connection->received;
  ssize_t n = link_receive (&connection->link, buffer, rest < CHUNK ? rest : CHUNK);

  if (n <= 0)
    die ("the server ended a connection: %s", n < 0 ? strerror (errno) : "end of stream");
  if (memcmp (buffer, pattern + connection->received % BLOCK_SIZE, (size_t) n) != 0)
    die ("the server sent other bytes than it should");

  connection->received += (size_t) n;
  if (connection->received == size)
    {
      finished++;
      link_close (&connection->link);
    }
}

static void
run_bulk (long          n_connections,
          Connection   *connections,
          void        (*serve) (Connection *connection))
{
  struct epoll_event events[EVENTS];

  for (long i = 0; i < n_connections; i++)
    arm (&connections[i], EPOLL_CTL_MOD, serve == upload);

  while (finished < n_connections)
    {
      int n = epoll_wait (epoll_fd, events, EVENTS, -1);

      for (int i = 0; i < n; i++)
        serve (events[i].data.ptr);
    }
}

/* Blocking: connections, a byte there and back on each, and their end. */
static void
run_accept (long concurrent)
{
  for (; finished < operations; finished += concurrent)
    {
      Link links[concurrent];

      for (long i = 0; i < concurrent; i++)
        {
          connect_to_server (&links[i], i);
          if (link_send (&links[i], pattern, 1) != 1)
            die ("send: %s", strerror (errno));
        }
      for (long i = 0; i < concurrent; i++)
        {
          struct linger linger = { .l_onoff = 1 };
          char byte;

          fcntl (links[i].fd, F_SETFL, 0);
          if (link_receive (&links[i], &byte, 1) != 1 || byte != pattern[0])
            die ("a connection did not get its byte back");
          setsockopt (links[i].fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
          link_close (&links[i]);
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
         "accept PORT CONNECTIONS OPERATIONS | upload PORT CONNECTIONS MEBIBYTES | "
         "download PORT CONNECTIONS MEBIBYTES | idle PORT CONNECTIONS");

  return atol (argv[i]);
}

/* The pattern of the bulk transfers is the servers' block, for as long as one can receive. */
static void
make_pattern (size_t length,
              int    bulk)
{
  pattern = malloc (length);
  fill_block (pattern, length);
  for (size_t i = BLOCK_SIZE; bulk && i < length; i++)
    pattern[i] = pattern[i - BLOCK_SIZE];
}

static void
run_bulk_workload (long n,
                   long mebibytes,
                   void (*serve) (Connection *connection))
{
  Connection *connections = connect_all (n);

  operations = mebibytes;
  size = (size_t) mebibytes * 1024 * 1024 / (size_t) n;
  make_pattern (CHUNK + BLOCK_SIZE, 1);
  await_start ();
  run_bulk (n, connections, serve);
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

  if (strcmp (workload, "echo") == 0)
    {
      Connection *connections = connect_all (n);

      size = (size_t) argument (argc, argv, 5);
      operations = argument (argc, argv, 6);
      make_pattern (size, 0);
      await_start ();
      run_echo (argument (argc, argv, 4), connections);
    }
  else if (strcmp (workload, "accept") == 0)
    {
      operations = argument (argc, argv, 4);
      make_pattern (1, 0);
      await_start ();
      run_accept (n);
    }
  else if (strcmp (workload, "upload") == 0)
    {
      run_bulk_workload (n, argument (argc, argv, 4), upload);
    }
  else if (strcmp (workload, "download") == 0)
    {
      run_bulk_workload (n, argument (argc, argv, 4), download);
    }
  else
    {
      connect_all (n);
      await_start ();
    }

  /* What comes now, the end of the connections, is not of the workload. */
  printf ("operations %ld\n", operations);
  await_input ();

  return 0;
}
