/* udp-raw.c: epoll, recvmmsg() and sendmmsg(), and nothing else
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "mode.h"

#define MOST 32
#define LONGEST 65536

static void
serve (int fd)
{
  static char buffers[MOST][LONGEST + 128];
  struct mmsghdr messages[MOST], answers[MOST];
  struct iovec vectors[MOST];
  struct sockaddr_in addresses[MOST];
  unsigned n_answers = 0, sent = 0;
  int n;

  memset (messages, 0, sizeof messages);
  for (int i = 0; i < MOST; i++)
    {
      vectors[i] = (struct iovec) { buffers[i], LONGEST };
      messages[i].msg_hdr = (struct msghdr) {
        .msg_name = &addresses[i], .msg_namelen = sizeof addresses[i],
        .msg_iov = &vectors[i], .msg_iovlen = 1,
      };
    }

  n = recvmmsg (fd, messages, MOST, MSG_DONTWAIT, NULL);
  for (int i = 0; i < n; i++)
    {
      vectors[i].iov_len = messages[i].msg_len;
      if (mode == MODE_ECHO || buffers[i][0] == 1)
        answers[n_answers++] = messages[i];
    }

  while (sent < n_answers)
    {
      int more = sendmmsg (fd, answers + sent, n_answers - sent, 0);

      sent += more > 0 ? (unsigned) more : 0;
    }
}

int
main (int   argc,
      char *argv[])
{
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  struct epoll_event event = { .events = EPOLLIN };

  set_mode (argc, argv);
  if (bind (fd, (struct sockaddr *) &address, length) != 0 ||
      getsockname (fd, (struct sockaddr *) &address, &length) != 0 ||
      epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    return 1;

  printf ("listening on %d\n", ntohs (address.sin_port));
  fflush (stdout);
  for (;;)
    if (epoll_wait (epoll_fd, &event, 1, -1) == 1)
      serve (fd);
}
