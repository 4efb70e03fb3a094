/* link-tls.c: TLS 1.3 over the socket, by OpenSSL
 *
 * Each connection has a handshake of its own, with nothing taken up from one before. Who the server
 * is does not matter here.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "link.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <unistd.h>

static SSL_CTX *
get_context (void)
{
  static SSL_CTX *context;

  if (context == NULL)
    {
      context = SSL_CTX_new (TLS_client_method ());
      SSL_CTX_set_min_proto_version (context, TLS1_3_VERSION);
      SSL_CTX_set_mode (context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
      /* OpenSSL writes without MSG_NOSIGNAL. */
      signal (SIGPIPE, SIG_IGN);
    }

  return context;
}

/* What OpenSSL says, in the words of send() and recv(). */
static ssize_t
translate (SSL *ssl,
           int  n)
{
  int error_number = errno;

  if (n > 0)
    return n;

  switch (SSL_get_error (ssl, n))
    {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;

    case SSL_ERROR_ZERO_RETURN:
      return 0;

    case SSL_ERROR_SYSCALL:
      errno = error_number;
      return -1;

    default:
      errno = EPROTO;
      return -1;
    }
}

int
link_open (Link *self,
           int   fd)
{
  self->fd = fd;
  self->session = SSL_new (get_context ());
  SSL_set_fd (self->session, fd);

  return SSL_connect (self->session) == 1 ? 0 : -1;
}

ssize_t
link_send (Link       *self,
           const void *data,
           size_t      size)
{
  return translate (self->session, SSL_write (self->session, data, (int) size));
}

ssize_t
link_receive (Link   *self,
              void   *buffer,
              size_t  size)
{
  return translate (self->session, SSL_read (self->session, buffer, (int) size));
}

void
link_end (Link *self)
{
  SSL_shutdown (self->session);
}

void
link_close (Link *self)
{
  SSL_shutdown (self->session);
  SSL_free (self->session);
  close (self->fd);
}
