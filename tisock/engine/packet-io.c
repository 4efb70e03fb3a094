/* packet-io.c: moves packets between queues and the system, as many at a time as it can
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/packet-io.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#ifdef __linux__
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#endif

/* Room for all that comes beside the data of one message. */
#define CONTROL_SIZE 256

/* Packets that are longer than what networks take in one piece are not merged, nor are more than
 * the system divides again. */
#define MERGED_LENGTH 1472
#define MERGED_TOTAL 65000

/* The bits of the type of service, or traffic class, that tell of congestion. */
#define ECN_MASK 3

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

/* What is known of a message beside its data. */
typedef struct
{
  TisockEndpoint local;
  guint32        interface_index;
  int            router_hops;
  int            ecn;
  guint16        segment;       /* how long each datagram is in a merged message, or 0 */
  gboolean       missed;
} Details;

static int
get_int (const struct cmsghdr *control)
{
  int value = 0;

  /* Some are a byte. */
  memcpy (&value, CMSG_DATA (control), MIN (control->cmsg_len - CMSG_LEN (0), sizeof value));

  return value;
}

static void
read_ipv4 (const struct cmsghdr *control,
           Details              *details)
{
  struct sockaddr_storage address = { .ss_family = AF_INET };
  struct in_pktinfo info;

  switch (control->cmsg_type)
    {
    case IP_PKTINFO:
      memcpy (&info, CMSG_DATA (control), sizeof info);
      ((struct sockaddr_in *) &address)->sin_addr = info.ipi_addr;
      tisock_endpoint_from_sockaddr (&details->local, &address);
      details->interface_index = (guint32) info.ipi_ifindex;
      break;

    case IP_TTL:
      details->router_hops = get_int (control);
      break;

    case IP_TOS:
      details->ecn = get_int (control) & ECN_MASK;
      break;

    default:
      break;
    }
}

static void
read_ipv6 (const struct cmsghdr *control,
           Details              *details)
{
  struct sockaddr_storage address = { .ss_family = AF_INET6 };
  struct in6_pktinfo info;

  switch (control->cmsg_type)
    {
    case IPV6_PKTINFO:
      memcpy (&info, CMSG_DATA (control), sizeof info);
      ((struct sockaddr_in6 *) &address)->sin6_addr = info.ipi6_addr;
      tisock_endpoint_from_sockaddr (&details->local, &address);
      details->interface_index = info.ipi6_ifindex;
      break;

    case IPV6_HOPLIMIT:
      details->router_hops = get_int (control);
      break;

    case IPV6_TCLASS:
      details->ecn = get_int (control) & ECN_MASK;
      break;

    default:
      break;
    }
}

static void
read_control (const struct cmsghdr *control,
              Details              *details)
{
  if (control->cmsg_level == IPPROTO_IP)
    read_ipv4 (control, details);
  else if (control->cmsg_level == IPPROTO_IPV6)
    read_ipv6 (control, details);
#ifdef UDP_GRO
  else if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO)
    details->segment = (guint16) get_int (control);
#endif
#ifdef SO_RXQ_OVFL
  else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL)
    details->missed = TRUE;
#endif
}

static void
push_packet (TisockPacketQueue   *queue,
             const struct msghdr *header,
             const Details       *details,
             const guint8        *data,
             gsize                length)
{
  TisockPacket *packet = tisock_packet_new (data, length);

  tisock_endpoint_from_sockaddr (&packet->remote, header->msg_name);
  packet->truncated = (header->msg_flags & MSG_TRUNC) != 0;
  packet->local = details->local;
  packet->interface_index = details->interface_index;
  packet->router_hops = (gint16) details->router_hops;
  packet->ecn = (gint8) details->ecn;
  tisock_packet_queue_push (queue, packet);
}

/* What the system has merged is divided again. */
static void
push_message (TisockPacketQueue *queue,
              Message           *message,
              gboolean          *missed)
{
  struct msghdr *header = &message->msg_hdr;
  Details details = { .router_hops = TISOCK_PACKET_UNKNOWN, .ecn = TISOCK_PACKET_UNKNOWN };
  const guint8 *data = header->msg_iov->iov_base;
  gsize left = message->msg_len;

  for (struct cmsghdr *control = CMSG_FIRSTHDR (header); control != NULL;
       control = CMSG_NXTHDR (header, control))
    read_control (control, &details);
  *missed |= details.missed;

  for (; details.segment != 0 && left > details.segment; left -= details.segment)
    {
      push_packet (queue, header, &details, data, details.segment);
      data += details.segment;
    }
  push_packet (queue, header, &details, data, left);
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
    push_message (queue, &messages[i], missed);

  return n;
}

/* Sending */

/* What one call sends: messages, and how many packets are in each. */
typedef struct
{
  Message                 messages[TISOCK_PACKET_BATCH];
  guint                   counts[TISOCK_PACKET_BATCH];
  struct iovec            vectors[TISOCK_PACKET_BATCH];         /* of each packet */
  struct sockaddr_storage addresses[TISOCK_PACKET_BATCH];
  Control                 controls[TISOCK_PACKET_BATCH];
} Batch;

static void
put_control (struct msghdr *header,
             int            level,
             int            type,
             const void    *data,
             gsize          size)
{
  struct cmsghdr *control =
    (struct cmsghdr *) ((guint8 *) header->msg_control + header->msg_controllen);

  *control = (struct cmsghdr) {
    .cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN (size),
  };
  memcpy (CMSG_DATA (control), data, size);
  header->msg_controllen += CMSG_SPACE (size);
}

static void
put_number (struct msghdr *header,
            int            family,
            int            ipv4_type,
            int            ipv6_type,
            int            value)
{
  if (value == TISOCK_PACKET_UNKNOWN)
    return;

  if (family == AF_INET6)
    put_control (header, IPPROTO_IPV6, ipv6_type, &value, sizeof value);
  else
    put_control (header, IPPROTO_IP, ipv4_type, &value, sizeof value);
}

static void
put_source (struct msghdr        *header,
            int                   family,
            const TisockEndpoint *source)
{
  struct in_pktinfo ipv4 = { .ipi_ifindex = 0 };
  struct in6_pktinfo ipv6 = { .ipi6_ifindex = 0 };

  if (!tisock_endpoint_is_set (source))
    return;

  if (family == AF_INET6)
    {
      ipv6.ipi6_ifindex = source->scope_id;
      memcpy (&ipv6.ipi6_addr, source->bytes, sizeof ipv6.ipi6_addr);
      put_control (header, IPPROTO_IPV6, IPV6_PKTINFO, &ipv6, sizeof ipv6);
    }
  else
    {
      memcpy (&ipv4.ipi_spec_dst, source->bytes, sizeof ipv4.ipi_spec_dst);
      put_control (header, IPPROTO_IP, IP_PKTINFO, &ipv4, sizeof ipv4);
    }
}

/* By what the packet goes, which a socket of IPv6 may send by IPv4. */
static int
get_family (const TisockPacket *packet,
            int                 family)
{
  return tisock_endpoint_is_set (&packet->remote) ? packet->remote.family : family;
}

static void
put_message (Batch               *batch,
             guint                i,
             struct iovec        *vectors,
             const TisockPacket  *packet,
             int                  family)
{
  struct msghdr *header = &batch->messages[i].msg_hdr;
  socklen_t length = tisock_endpoint_to_sockaddr_for (&packet->remote, family,
                                                      &batch->addresses[i]);
  int sent_by = get_family (packet, family);

  *header = (struct msghdr) {
    .msg_name = length > 0 ? &batch->addresses[i] : NULL, .msg_namelen = length,
    .msg_iov = vectors, .msg_iovlen = batch->counts[i],
    .msg_control = &batch->controls[i],
  };
  put_number (header, sent_by, IP_TTL, IPV6_HOPLIMIT, packet->router_hops);
  put_number (header, sent_by, IP_TOS, IPV6_TCLASS, packet->ecn);
  put_source (header, sent_by, &packet->local);
#ifdef UDP_SEGMENT
  if (batch->counts[i] > 1)
    {
      guint16 segment = (guint16) packet->length;

      put_control (header, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
    }
#endif
  if (header->msg_controllen == 0)
    header->msg_control = NULL;
}

/* In all but their data. */
static gboolean
are_alike (const TisockPacket *one,
           const TisockPacket *other)
{
  return memcmp (&one->remote, &other->remote, sizeof one->remote) == 0 &&
         memcmp (&one->local, &other->local, sizeof one->local) == 0 &&
         one->router_hops == other->router_hops && one->ecn == other->ecn;
}

/* How many of the packets are one message to a system that divides it again: all are as long as
 * the first, but the last may be shorter. */
static guint
count_merged (TisockPacket *const *packets,
              guint                n_packets)
{
  gsize length = packets[0]->length;
  guint n = 1;

  if (length > MERGED_LENGTH)
    return 1;

  while (n < n_packets && (n + 1) * length <= MERGED_TOTAL &&
         packets[n - 1]->length == length && packets[n]->length <= length &&
         packets[n]->length > 0 && are_alike (packets[0], packets[n]))
    n++;

  return n;
}

static guint
fill_batch (Batch                *batch,
            int                   family,
            gboolean              merging,
            TisockPacket *const  *packets,
            guint                 n_packets)
{
  guint n = 0;

  for (guint i = 0; i < n_packets; i++)
    batch->vectors[i] = (struct iovec) { (gpointer) packets[i]->data, packets[i]->length };

  for (guint i = 0; i < n_packets; i += batch->counts[n++])
    {
      batch->counts[n] = merging ? count_merged (packets + i, n_packets - i) : 1;
      put_message (batch, n, &batch->vectors[i], packets[i], family);
    }

  return n;
}

int
tisock_packets_send (int                   fd,
                     int                   family,
                     gboolean              merging,
                     TisockPacket *const  *packets,
                     guint                 n_packets)
{
  Batch batch;
  guint n_messages = fill_batch (&batch, family, merging, packets, n_packets);
  int n = send_messages (fd, batch.messages, n_messages);
  guint sent = 0;

  /* Not every way out can divide. */
  if (n < 0 && batch.counts[0] > 1 && (errno == EINVAL || errno == EIO))
    return tisock_packets_send (fd, family, FALSE, packets, n_packets);

  for (int i = 0; i < n; i++)
    sent += batch.counts[i];

  return n < 0 ? -1 : (int) sent;
}

void
tisock_packets_tell_details (int      fd,
                             int      family,
                             gboolean wanted)
{
  static const int ipv4_names[] = { IP_PKTINFO, IP_RECVTTL, IP_RECVTOS };
  static const int ipv6_names[] = { IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS };

  for (guint i = 0; i < G_N_ELEMENTS (ipv4_names); i++)
    {
      setsockopt (fd, IPPROTO_IP, ipv4_names[i], &wanted, sizeof wanted);
      if (family == AF_INET6)
        setsockopt (fd, IPPROTO_IPV6, ipv6_names[i], &wanted, sizeof wanted);
    }
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
