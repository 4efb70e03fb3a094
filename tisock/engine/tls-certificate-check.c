/* tls-certificate-check.c: finds out whether one can serve TLS with a certificate
 *
 * GIO does not tell whether a private key belongs to a certificate. What does is a handshake: the
 * client finds the signature of the server wrong if it does not.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/tls-certificate.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Takes the descriptor. */
static GIOStream *
make_stream (int      fd,
             GError **error)
{
  g_autoptr(GSocket) socket = g_socket_new_from_fd (fd, error);

  if (socket == NULL)
    {
      close (fd);
      return NULL;
    }

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static gboolean
make_streams (GIOStream **server,
              GIOStream **client,
              GError    **error)
{
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      tisock_set_error_from_errno (error, errno, "it cannot be tried");
      return FALSE;
    }

  *server = make_stream (fds[0], error);
  *client = make_stream (fds[1], *server == NULL ? NULL : error);

  return *server != NULL && *client != NULL;
}

/* How it ends is seen at the client. */
static gpointer
serve_thread (gpointer server)
{
  g_tls_connection_handshake (server, NULL, NULL);

  return NULL;
}

/* Whose certificate it is does not matter here, nor whether somebody trusts it. */
static gboolean
accept_certificate_cb (GTlsConnection *connection)
{
  return TRUE;
}

static gboolean
shake_hands (GIOStream  *server,
             GIOStream  *client_base,
             GError    **error)
{
  g_autoptr(GIOStream) client = g_tls_client_connection_new (client_base, NULL, error);
  GThread *thread;
  gboolean done;

  if (client == NULL)
    return FALSE;

  thread = g_thread_try_new ("tisock-certificate", serve_thread, server, error);
  if (thread == NULL)
    return FALSE;

  g_signal_connect (client, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);
  done = g_tls_connection_handshake (G_TLS_CONNECTION (client), NULL, error);

  /* The server may still wait for what does not come. */
  g_io_stream_close (client_base, NULL, NULL);
  g_thread_join (thread);

  return done;
}

gboolean
tisock_tls_certificate_check (GTlsCertificate  *certificate,
                              GError          **error)
{
  g_autoptr(GIOStream) server_base = NULL;
  g_autoptr(GIOStream) client_base = NULL;
  g_autoptr(GIOStream) server = NULL;
  g_autoptr(GError) reason = NULL;

  if (!make_streams (&server_base, &client_base, error))
    return FALSE;

  server = g_tls_server_connection_new (server_base, certificate, error);
  if (server == NULL)
    return FALSE;

  if (shake_hands (server, client_base, &reason))
    return TRUE;

  g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
               "its private key does not fit: %s", reason->message);

  return FALSE;
}
