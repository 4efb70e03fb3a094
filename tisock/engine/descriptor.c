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
#include <unistd.h>

/* Errors */

/* Xojo's number for an errno, or 0. */
static int
get_socket_error_code (int error_number)
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

static void
set_error (GError     **error,
           int          code,
           int          error_number,
           const char  *format,
           va_list      args)
{
  g_autofree char *operation = g_strdup_vprintf (format, args);

  if (code != 0)
    g_set_error (error, TISOCK_SOCKET_ERROR, code, "%s: %s", operation,
                 g_strerror (error_number));
  else
    g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (error_number), "%s: %s",
                 operation, g_strerror (error_number));
}

void
tisock_set_error_from_errno (GError     **error,
                             int          error_number,
                             const char  *format,
                             ...)
{
  va_list args;

  va_start (args, format);
  set_error (error, get_socket_error_code (error_number), error_number, format, args);
  va_end (args);
}

void
tisock_set_error_from_bind (GError     **error,
                            int          error_number,
                            const char  *format,
                            ...)
{
  int code = get_socket_error_code (error_number);
  va_list args;

  if (error_number == EACCES || error_number == EPERM)
    code = TISOCK_SOCKET_ERROR_INVALID_PORT;

  va_start (args, format);
  set_error (error, code, error_number, format, args);
  va_end (args);
}

gboolean
tisock_errno_is_exhaustion (int error_number)
{
  return error_number == EMFILE || error_number == ENFILE ||
         error_number == ENOBUFS || error_number == ENOMEM;
}

/* Descriptors */

static int
make_socket (int family)
{
#ifdef SOCK_NONBLOCK
  return socket (family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
  int fd = socket (family, SOCK_STREAM, 0);

  if (fd >= 0)
    {
      fcntl (fd, F_SETFD, FD_CLOEXEC);
      g_unix_set_fd_nonblocking (fd, TRUE, NULL);
    }

  return fd;
#endif
}

static void
set_option (int fd,
            int level,
            int name,
            int value)
{
  setsockopt (fd, level, name, &value, sizeof value);
}

void
tisock_descriptor_close (int            fd,
                         TisockReactor *reactor)
{
  close (fd);
  if (reactor != NULL)
    tisock_reactor_feed (reactor);
}

/* A dual-stack socket for all interfaces; an explicit address means exactly itself. */
static int
bind_and_listen (const TisockEndpoint *endpoint,
                 gboolean              both_families,
                 int                   backlog)
{
  struct sockaddr_storage address;
  socklen_t length = tisock_endpoint_to_sockaddr (endpoint, &address);
  int fd = make_socket (endpoint->family);
  int error_number;

  if (fd < 0)
    return -1;

  set_option (fd, SOL_SOCKET, SO_REUSEADDR, TRUE);
  /* Accepted connections inherit it. */
  set_option (fd, IPPROTO_TCP, TCP_NODELAY, TRUE);
  if (endpoint->family == AF_INET6)
    set_option (fd, IPPROTO_IPV6, IPV6_V6ONLY, !both_families);

  if (bind (fd, (struct sockaddr *) &address, length) == 0 && listen (fd, backlog) == 0)
    return fd;

  error_number = errno;
  close (fd);
  errno = error_number;

  return -1;
}

int
tisock_descriptor_listen (const TisockEndpoint *endpoint,
                          int                   backlog)
{
  TisockEndpoint any = { .family = AF_INET6, .port = endpoint->port };
  int fd;

  /* The kernel cuts it to its maximum. */
  if (backlog == 0)
    backlog = G_MAXINT;

  if (tisock_endpoint_is_set (endpoint))
    return bind_and_listen (endpoint, FALSE, backlog);

  fd = bind_and_listen (&any, TRUE, backlog);
  if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
    return fd;

  any.family = AF_INET;

  return bind_and_listen (&any, FALSE, backlog);
}

static int
accept_any (int                      listener,
            struct sockaddr_storage *address)
{
  socklen_t length = sizeof *address;
  int fd;

  memset (address, 0, sizeof *address);
  do
#ifdef HAVE_ACCEPT4
    fd = accept4 (listener, (struct sockaddr *) address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    fd = accept (listener, (struct sockaddr *) address, &length);
#endif
  while (fd < 0 && errno == EINTR);

#ifndef HAVE_ACCEPT4
  if (fd >= 0)
    {
      fcntl (fd, F_SETFD, FD_CLOEXEC);
      g_unix_set_fd_nonblocking (fd, TRUE, NULL);
    }
#endif

  return fd;
}

int
tisock_descriptor_accept (int             listener,
                          TisockEndpoint *remote)
{
  struct sockaddr_storage address;
  int fd = accept_any (listener, &address);

  if (fd >= 0)
    tisock_endpoint_from_sockaddr (remote, &address);

  return fd;
}

/* The reserve: a descriptor that is given up for a moment when no other is left. */

static GMutex reserve_lock;
static int reserve = -1;

static void
open_reserve (void)
{
  if (reserve < 0)
    reserve = open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

void
tisock_descriptor_reserve (void)
{
  g_mutex_lock (&reserve_lock);
  open_reserve ();
  g_mutex_unlock (&reserve_lock);
}

gboolean
tisock_descriptor_shed (int             listener,
                        TisockEndpoint *remote)
{
  int error_number = EMFILE;
  int fd = -1;

  g_mutex_lock (&reserve_lock);
  open_reserve ();
  if (reserve >= 0)
    {
      close (reserve);
      reserve = -1;
      fd = tisock_descriptor_accept (listener, remote);
      error_number = errno;
      if (fd >= 0)
        close (fd);
      open_reserve ();
    }
  g_mutex_unlock (&reserve_lock);

  errno = error_number;

  return fd >= 0;
}
