/* tls-peer.c: a server of GIO's for one connection, on a thread
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tls-peer.h"

#include "tls-certificates.h"

struct _TlsPeer
{
  TlsPeerOptions   options;
  GSocketListener *listener;
  int              port;
  GThread         *thread;
  GError          *error;
};

/* GIO asks about clients whose certificates are good, too. */
static gboolean
accept_certificate_cb (GTlsConnection       *tls,
                       GTlsCertificate      *certificate,
                       GTlsCertificateFlags  errors)
{
  return errors == 0;
}

static GIOStream *
make_server (TlsPeer   *self,
             GIOStream *base)
{
  g_autoptr(GTlsCertificate) certificate = tls_certificates_load (self->options.certificate);
  g_autoptr(GTlsDatabase) database = tls_certificates_trust (TLS_AUTHORITY);
  g_autoptr(GError) error = NULL;
  GIOStream *tls = g_tls_server_connection_new (base, certificate, &error);

  g_assert_no_error (error);
  g_tls_connection_set_database (G_TLS_CONNECTION (tls), database);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), self->options.protocols);
  g_object_set (tls, "authentication-mode", self->options.authentication, NULL);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);

  return tls;
}

static void
talk (TlsPeer   *self,
      GIOStream *stream)
{
  if (self->options.talk != NULL)
    self->options.talk (stream, self->options.data);
}

static void
talk_tls (TlsPeer   *self,
          GIOStream *base)
{
  g_autoptr(GIOStream) tls = make_server (self, base);

  if (!g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &self->error))
    return;

  talk (self, tls);
  if (self->options.rude)
    g_io_stream_close (base, NULL, NULL);
  else
    g_io_stream_close (tls, NULL, &self->error);

}

/* Not a byte behind the line, which may be of TLS, is read. */
static void
agree_on_tls (GIOStream *stream)
{
  char c = '\0';

  while (c != '\n')
    if (g_input_stream_read (g_io_stream_get_input_stream (stream), &c, 1, NULL, NULL) <= 0)
      return;

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), "go\n", 3, NULL, NULL, NULL);
}

static gpointer
peer_thread (gpointer user_data)
{
  TlsPeer *self = user_data;
  g_autoptr(GSocketConnection) connection = NULL;

  connection = g_socket_listener_accept (self->listener, NULL, NULL, NULL);
  if (self->options.later)
    agree_on_tls (G_IO_STREAM (connection));
  if (self->options.certificate != NULL)
    talk_tls (self, G_IO_STREAM (connection));
  else
    talk (self, G_IO_STREAM (connection));

  return NULL;
}

TlsPeer *
tls_peer_new (const TlsPeerOptions *options)
{
  TlsPeer *self = g_new0 (TlsPeer, 1);
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;

  self->options = *options;
  self->listener = g_socket_listener_new ();
  g_assert_true (g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("peer", peer_thread, self);

  return self;
}

int
tls_peer_get_port (TlsPeer *self)
{
  return self->port;
}

GError *
tls_peer_join (TlsPeer *self)
{
  GError *error;

  g_thread_join (self->thread);
  error = self->error;
  g_object_unref (self->listener);
  g_free (self);

  return error;
}

void
tls_peer_echo (GIOStream *stream,
               gpointer   data)
{
  g_autofree char *buffer = g_malloc (16 * 1024);
  gssize n;

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, 16 * 1024, NULL,
                                   NULL)) > 0)
    if (!g_output_stream_write_all (g_io_stream_get_output_stream (stream), buffer, (gsize) n,
                                    NULL, NULL, NULL))
      return;
}
