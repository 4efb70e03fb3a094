/* packet-io.c: moves packets between queues and the system, as many at a time as it can
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/packet-io.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#ifdef __linux__
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#endif

/* Room for all that comes beside the data of one message. */
#define CONTROL_SIZE 256

/* One message on its way, in the form in which the system takes many. */
#ifdef HAVE_RECVMMSG
typedef struct mmsghdr Message;
#else
typedef struct
{
  struct msghdr msg_hdr;
  unsigned int  msg_len;
} Message;
#endif

typedef union
{
  struct cmsghdr alignment;
  guint8         bytes[CONTROL_SIZE];
} Control;

#ifndef HAVE_RECVMMSG
/* -1 with errno if it was not so with the first. */
static int
do_each (int       fd,
         Message  *messages,
         guint     n_messages,
         gssize  (*act) (int       fd,
                         Message  *message))
{
  for (guint i = 0; i < n_messages; i++)
    {
      gssize length = act (fd, &messages[i]);

      if (length < 0)
        return i > 0 ? (int) i : -1;
      messages[i].msg_len = (unsigned int) length;
    }

  return (int) n_messages;
}

static gssize
receive_one (int      fd,
             Message *message)
{
  return recvmsg (fd, &message->msg_hdr, MSG_DONTWAIT);
}

static gssize
send_one (int      fd,
          Message *message)
{
  return sendmsg (fd, &message->msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL);
}
#endif

static int
receive_messages (int      fd,
                  Message *messages,
                  guint    n_messages)
{
#ifdef HAVE_RECVMMSG
  return recvmmsg (fd, messages, n_messages, MSG_DONTWAIT, NULL);
#else
  return do_each (fd, messages, n_messages, receive_one);
#endif
}

static int
send_messages (int      fd,
               Message *messages,
               guint    n_messages)
{
#ifdef HAVE_RECVMMSG
  return sendmmsg (fd, messages, n_messages, MSG_DONTWAIT | MSG_NOSIGNAL);
#else
  return do_each (fd, messages, n_messages, send_one);
#endif
}

/* Receiving */

static void
read_control (struct msghdr *header,
              gboolean      *missed)
{
#ifdef SO_RXQ_OVFL
  for (struct cmsghdr *control = CMSG_FIRSTHDR (header); control != NULL;
       control = CMSG_NXTHDR (header, control))
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL)
      *missed = TRUE;
#endif
}

static TisockPacket *
make_packet (Message  *message,
             gboolean *missed)
{
  struct msghdr *header = &message->msg_hdr;
  TisockPacket *packet = tisock_packet_new (header->msg_iov->iov_base, message->msg_len);

  tisock_endpoint_from_sockaddr (&packet->remote, header->msg_name);
  packet->truncated = (header->msg_flags & MSG_TRUNC) != 0;
  if (header->msg_controllen > 0)
    read_control (header, missed);

  return packet;
}

int
tisock_packets_receive (int                fd,
                        guint8            *landing,
                        gsize              room,
                        guint              n_messages,
                        TisockPacketQueue *queue,
                        gboolean          *missed)
{
  Message messages[TISOCK_PACKET_BATCH];
  struct iovec vectors[TISOCK_PACKET_BATCH];
  struct sockaddr_storage addresses[TISOCK_PACKET_BATCH];
  Control controls[TISOCK_PACKET_BATCH];
  int n;

  for (guint i = 0; i < n_messages; i++)
    {
      vectors[i] = (struct iovec) { landing + i * TISOCK_LANDING_STRIDE, room };
      messages[i].msg_hdr = (struct msghdr) {
        .msg_name = &addresses[i], .msg_namelen = sizeof addresses[i],
        .msg_iov = &vectors[i], .msg_iovlen = 1,
        .msg_control = &controls[i], .msg_controllen = sizeof controls[i],
      };
    }

  n = receive_messages (fd, messages, n_messages);
  for (int i = 0; i < n; i++)
    tisock_packet_queue_push (queue, make_packet (&messages[i], missed));

  return n;
}

/* Sending */

int
tisock_packets_send (int                   fd,
                     int                   family,
                     TisockPacket *const  *packets,
                     guint                 n_packets)
{
  Message messages[TISOCK_PACKET_BATCH];
  struct iovec vectors[TISOCK_PACKET_BATCH];
  struct sockaddr_storage addresses[TISOCK_PACKET_BATCH];

  for (guint i = 0; i < n_packets; i++)
    {
      socklen_t length = tisock_endpoint_to_sockaddr_for (&packets[i]->remote, family,
                                                          &addresses[i]);

      vectors[i] = (struct iovec) { (gpointer) packets[i]->data, packets[i]->length };
      messages[i].msg_hdr = (struct msghdr) {
        .msg_name = length > 0 ? &addresses[i] : NULL, .msg_namelen = length,
        .msg_iov = &vectors[i], .msg_iovlen = 1,
      };
    }

  return send_messages (fd, messages, n_packets);
}

/* What the system tells besides */

#ifdef __linux__
/* NULL if the message is not about a failure, or about one that the sending call has returned. */
static const struct sock_extended_err *
find_failure (struct msghdr *header)
{
  for (struct cmsghdr *control = CMSG_FIRSTHDR (header); control != NULL;
       control = CMSG_NXTHDR (header, control))
    {
      const struct sock_extended_err *failure = (const void *) CMSG_DATA (control);

      if ((control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR) ||
          (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR))
        return failure->ee_origin == SO_EE_ORIGIN_ICMP || failure->ee_origin == SO_EE_ORIGIN_ICMP6
               ? failure : NULL;
    }

  return NULL;
}

/* FALSE if there is no report. A report that is of no interest has no errno. */
static gboolean
take_report (int             fd,
             TisockEndpoint *destination,
             int            *error_number)
{
  const struct sock_extended_err *failure;
  struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
  Control control;
  struct msghdr header = {
    .msg_name = &address, .msg_namelen = sizeof address,
    .msg_control = &control, .msg_controllen = sizeof control,
  };

  if (recvmsg (fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
    return FALSE;

  failure = find_failure (&header);
  *error_number = failure != NULL ? (int) failure->ee_errno : 0;
  tisock_endpoint_from_sockaddr (destination, &address);

  return TRUE;
}
#endif

gboolean
tisock_packets_take_failure (int             fd,
                             TisockEndpoint *destination,
                             int            *error_number)
{
#ifdef __linux__
  while (take_report (fd, destination, error_number))
    if (*error_number != 0)
      return TRUE;
#endif

  return FALSE;
}

guint32
tisock_packets_count_missed (int fd)
{
#ifdef SO_MEMINFO
  guint32 numbers[SK_MEMINFO_VARS];
  socklen_t size = sizeof numbers;

  if (getsockopt (fd, SOL_SOCKET, SO_MEMINFO, numbers, &size) == 0 &&
      size > SK_MEMINFO_DROPS * sizeof numbers[0])
    return numbers[SK_MEMINFO_DROPS];
#endif

  return 0;
}
