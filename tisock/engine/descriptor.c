/* descriptor.c: file descriptors, the reserve for a full table, and errno as GError
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "tisock-socket-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <unistd.h>

/* More than any system allows: the kernel cuts it to its own maximum. */
#define MAXIMUM_BACKLOG G_MAXINT

/* Held back so that a peer can still be accepted, and closed, when the table is full; -1 while
 * there is none. The table belongs to the process, so its reserve does. */
static GMutex reserve_lock;
static int reserve_fd = -1;

/* The code in TISOCK_SOCKET_ERROR, or 0 where GIO has the word. */
static int
socket_error_from_errno (int error_number)
{
  switch (error_number)
    {
    case EADDRINUSE:
      return TISOCK_SOCKET_ERROR_ADDRESS_IN_USE;

    case ENOMEM:
      return TISOCK_SOCKET_ERROR_OUT_OF_MEMORY;

    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
      return TISOCK_SOCKET_ERROR_OPEN_DRIVER;

    default:
      return 0;
    }
}

static void set_error (GError     **error,
                       int          error_number,
                       int          socket_error,
                       const char  *format,
                       va_list      args) G_GNUC_PRINTF (4, 0);

static void
set_error (GError     **error,
           int          error_number,
           int          socket_error,
           const char  *format,
           va_list      args)
{
  g_autofree char *operation = NULL;

  if (error == NULL)
    return;

  operation = g_strdup_vprintf (format, args);

  if (socket_error != 0)
    g_set_error (error, TISOCK_SOCKET_ERROR, socket_error,
                 "%s: %s", operation, g_strerror (error_number));
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
                 "%s: %s", operation, g_strerror (error_number));
}

void
tisock_set_error_from_errno (GError     **error,
                             int          error_number,
                             const char  *format,
                             ...)
{
  va_list args;

  va_start (args, format);
  set_error (error, error_number, socket_error_from_errno (error_number), format, args);
  va_end (args);
  errno = error_number;
}

void
tisock_set_error_from_bind (GError     **error,
                            int          error_number,
                            const char  *format,
                            ...)
{
  int socket_error = socket_error_from_errno (error_number);
  va_list args;

  if (error_number == EACCES || error_number == EPERM)
    socket_error = TISOCK_SOCKET_ERROR_INVALID_PORT;

  va_start (args, format);
  set_error (error, error_number, socket_error, format, args);
  va_end (args);
  errno = error_number;
}

static int
errno_from_io_error (int code)
{
  static const int candidates[] = {
    ECONNREFUSED, ECONNRESET, EHOSTUNREACH, EINVAL, EMFILE, ENAMETOOLONG, ENETUNREACH, ENOENT,
    EOPNOTSUPP, EACCES, ETIMEDOUT,
  };

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    if (code == (int) g_io_error_from_errno (candidates[i]))
      return candidates[i];

  return EIO;
}

int
tisock_errno_from_error (const GError *error)
{
  if (error->domain != G_IO_ERROR)
    return EIO;

  switch (error->code)
    {
    case G_IO_ERROR_PROXY_FAILED:
      return EPROTO;

    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return EACCES;

    default:
      return errno_from_io_error (error->code);
    }
}

gboolean
tisock_errno_is_exhaustion (int error_number)
{
  switch (error_number)
    {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return TRUE;

    default:
      return FALSE;
    }
}

void
tisock_descriptor_close (int            fd,
                         TisockReactor *reactor)
{
  /* After EINTR the descriptor is gone all the same: a second close() could hit another one. */
  close (fd);

  if (reactor != NULL)
    tisock_reactor_feed (reactor);
}

void
tisock_descriptor_reset_on_close (int fd)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* Closes what could not be set up, and keeps the errno that says why. */
static int
give_up (int fd)
{
  int error_number = errno;

  close (fd);
  errno = error_number;

  return -1;
}

gboolean
tisock_descriptor_set_flags (int fd)
{
  return fcntl (fd, F_SETFD, FD_CLOEXEC) == 0 && g_unix_set_fd_nonblocking (fd, TRUE, NULL);
}

#if !defined (SOCK_CLOEXEC) || !defined (SOCK_NONBLOCK) || !defined (HAVE_ACCEPT4)
/* For systems where a new descriptor cannot have its flags from the start. */
static int
give_flags (int fd)
{
  if (fd < 0 || tisock_descriptor_set_flags (fd))
    return fd;

  return give_up (fd);
}
#endif

static int
new_socket (int family,
            int type)
{
#if defined (SOCK_CLOEXEC) && defined (SOCK_NONBLOCK)
  return socket (family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
  return give_flags (socket (family, type, 0));
#endif
}

int
tisock_descriptor_new_stream (int family)
{
  return new_socket (family, SOCK_STREAM);
}

static gboolean
set_int_option (int fd,
                int level,
                int name,
                int value)
{
  return setsockopt (fd, level, name, &value, sizeof value) == 0;
}

static gboolean
set_dual (int      fd,
          int      family,
          gboolean dual)
{
  return family != AF_INET6 || set_int_option (fd, IPPROTO_IPV6, IPV6_V6ONLY, !dual);
}

static gboolean
set_listener_options (int      fd,
                      int      family,
                      gboolean dual)
{
  return set_dual (fd, family, dual) &&
         set_int_option (fd, SOL_SOCKET, SO_REUSEADDR, TRUE) &&
         set_int_option (fd, IPPROTO_TCP, TCP_NODELAY, TRUE);
}

static int
listen_on (const TisockEndpoint *endpoint,
           gboolean              dual,
           int                   backlog)
{
  struct sockaddr_storage address;
  socklen_t length = tisock_endpoint_to_sockaddr (endpoint, &address);
  int fd = tisock_descriptor_new_stream (endpoint->family);

  if (fd < 0)
    return -1;

  if (!set_listener_options (fd, endpoint->family, dual) ||
      bind (fd, (struct sockaddr *) &address, length) != 0 ||
      listen (fd, backlog > 0 ? backlog : MAXIMUM_BACKLOG) != 0)
    return give_up (fd);

  return fd;
}

/* Whether an errno of listen_on() says that the system has no IPv6. */
static gboolean
errno_is_no_ipv6 (int error_number)
{
  return error_number == EAFNOSUPPORT ||
         error_number == EPROTONOSUPPORT ||
         error_number == EADDRNOTAVAIL;
}

/* Makes a socket of a kind for an endpoint, or, for "none", for both families if the system has
 * both. */
static int
open_for (const TisockEndpoint  *endpoint,
          int                    option,
          int                  (*open_one) (const TisockEndpoint *endpoint,
                                            gboolean              dual,
                                            int                   option))
{
  TisockEndpoint any = { .family = AF_INET6, .port = endpoint->port };
  int fd;

  if (tisock_endpoint_is_set (endpoint))
    return open_one (endpoint, FALSE, option);

  fd = open_one (&any, TRUE, option);
  if (fd >= 0 || !errno_is_no_ipv6 (errno))
    return fd;

  any.family = AF_INET;

  return open_one (&any, FALSE, option);
}

int
tisock_descriptor_listen (const TisockEndpoint *endpoint,
                          int                   backlog)
{
  return open_for (endpoint, backlog, listen_on);
}

/* Datagrams */

/* The first two can fail only where the program asks for what is not possible. */
static gboolean
set_datagram_options (int      fd,
                      int      family,
                      gboolean dual,
                      gboolean shared)
{
  if (!set_dual (fd, family, dual) ||
      (shared && !set_int_option (fd, SOL_SOCKET, SO_REUSEADDR, TRUE)))
    return FALSE;

#if defined (SO_REUSEPORT) && !defined (__linux__)
  if (shared)
    set_int_option (fd, SOL_SOCKET, SO_REUSEPORT, TRUE);
#endif
  set_int_option (fd, SOL_SOCKET, SO_BROADCAST, TRUE);
#ifdef SO_RXQ_OVFL
  set_int_option (fd, SOL_SOCKET, SO_RXQ_OVFL, TRUE);
#endif
#ifdef UDP_GRO
  set_int_option (fd, IPPROTO_UDP, UDP_GRO, TRUE);
#endif
#ifdef IP_RECVERR
  set_int_option (fd, IPPROTO_IP, IP_RECVERR, TRUE);
  if (family == AF_INET6)
    set_int_option (fd, IPPROTO_IPV6, IPV6_RECVERR, TRUE);
#endif

  return TRUE;
}

static int
bind_to (const TisockEndpoint *endpoint,
         gboolean              dual,
         gboolean              shared)
{
  struct sockaddr_storage address;
  socklen_t length = tisock_endpoint_to_sockaddr (endpoint, &address);
  int fd = new_socket (endpoint->family, SOCK_DGRAM);

  if (fd < 0)
    return -1;

  if (!set_datagram_options (fd, endpoint->family, dual, shared) ||
      bind (fd, (struct sockaddr *) &address, length) != 0)
    return give_up (fd);

  return fd;
}

int
tisock_descriptor_bind (const TisockEndpoint *endpoint,
                        gboolean              shared)
{
  return open_for (endpoint, shared, bind_to);
}

int
tisock_descriptor_get_family (int fd)
{
  struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
  socklen_t length = sizeof address;

  getsockname (fd, (struct sockaddr *) &address, &length);

  return address.ss_family;
}

/* Nothing is sent for this. */
gboolean
tisock_descriptor_has_route (const TisockEndpoint *endpoint)
{
  struct sockaddr_storage address;
  socklen_t length = tisock_endpoint_to_sockaddr (endpoint, &address);
  int fd = new_socket (endpoint->family, SOCK_DGRAM);
  gboolean found;

  if (fd < 0)
    return FALSE;

  found = connect (fd, (struct sockaddr *) &address, length) == 0;
  close (fd);

  return found;
}

/* Nothing is sent for this either. IPv4 would not take the address of the interface if that is
 * valid on this machine only. */
gboolean
tisock_descriptor_find_way (const TisockEndpoint *group,
                            guint                 interface_index,
                            TisockEndpoint       *local)
{
  int level = group->family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
  int fd = new_socket (group->family, SOCK_DGRAM);
  struct ip_mreqn interface = { .imr_ifindex = (int) interface_index };
  struct sockaddr_storage address;
  socklen_t length = tisock_endpoint_to_sockaddr (group, &address);
  gboolean found;

  if (fd < 0)
    return FALSE;

  memcpy (&interface.imr_address, local->bytes, sizeof interface.imr_address);
  if (group->family == AF_INET6)
    found = set_int_option (fd, level, IPV6_MULTICAST_IF, (int) interface_index);
  else
    found = setsockopt (fd, level, IP_MULTICAST_IF, &interface, sizeof interface) == 0;
  found = found && connect (fd, (struct sockaddr *) &address, length) == 0 &&
          tisock_endpoint_get_local (local, fd);
  close (fd);

  return found;
}

/* Accepting */

static int
accept_once (int               listener,
             struct sockaddr  *address,
             socklen_t        *length)
{
#ifdef HAVE_ACCEPT4
  return accept4 (listener, address, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
  return give_flags (accept (listener, address, length));
#endif
}

int
tisock_descriptor_accept (int             listener,
                          TisockEndpoint *remote)
{
  struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
  int fd;

  do
    {
      socklen_t length = sizeof address;

      fd = accept_once (listener, (struct sockaddr *) &address, &length);
    }
  while (fd < 0 && errno == EINTR);

  if (fd >= 0)
    tisock_endpoint_from_sockaddr (remote, &address);

  return fd;
}

/* The storage is longer than any name of a Unix socket, which need not end with a NUL byte. */
GSocketAddress *
tisock_descriptor_dup_address (int      fd,
                               gboolean remote)
{
  struct sockaddr_storage native = { .ss_family = AF_UNSPEC };
  socklen_t length = sizeof native;
  int result = remote ? getpeername (fd, (struct sockaddr *) &native, &length)
                      : getsockname (fd, (struct sockaddr *) &native, &length);

  return result == 0 ? g_socket_address_new_from_native (&native, length) : NULL;
}

/* With the lock held. */
static gboolean
open_reserve (void)
{
  if (reserve_fd < 0)
    reserve_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  return reserve_fd >= 0;
}

gboolean
tisock_descriptor_shed (int             listener,
                        TisockEndpoint *remote)
{
  int error_number;
  int fd = -1;

  g_mutex_lock (&reserve_lock);

  if (open_reserve ())
    {
      close (reserve_fd);
      reserve_fd = -1;
      fd = tisock_descriptor_accept (listener, remote);
    }
  error_number = errno;

  if (fd >= 0)
    close (fd);

  /* Another thread may have taken the place meanwhile; then the next call tries again. */
  open_reserve ();

  g_mutex_unlock (&reserve_lock);
  errno = error_number;

  return fd >= 0;
}

void
tisock_descriptor_reserve (void)
{
  g_mutex_lock (&reserve_lock);
  open_reserve ();
  g_mutex_unlock (&reserve_lock);
}
