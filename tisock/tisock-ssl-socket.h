/* tisock-ssl-socket.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-tcp-socket.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_SSL_SOCKET (tisock_ssl_socket_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (TisockSSLSocket, tisock_ssl_socket, TISOCK, SSL_SOCKET, TisockTCPSocket)

/**
 * TisockSSLSocketClass:
 * @parent_class: the parent class
 * @accept_certificate: slot of [signal@SSLSocket::accept-certificate]
 *
 * The class structure of [class@SSLSocket].
 *
 * The slots are empty in the classes of this library; an override has no parent
 * method to call.
 *
 * Since: 1.0
 */
struct _TisockSSLSocketClass
{
  TisockTCPSocketClass parent_class;

  gboolean (*accept_certificate) (TisockSSLSocket      *self,
                                  GTlsCertificate      *certificate,
                                  GTlsCertificateFlags  errors);

  /*< private >*/
  gpointer padding[16];
};

TISOCK_AVAILABLE_IN_1_0
TisockSSLSocket *tisock_ssl_socket_new (void) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_ssl_socket_start_tls (TisockSSLSocket  *self,
                                      GError          **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_start_tls_async (TisockSSLSocket     *self,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_ssl_socket_start_tls_finish (TisockSSLSocket  *self,
                                             GAsyncResult     *result,
                                             GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_ssl_socket_start_tls_sync (TisockSSLSocket  *self,
                                           int               timeout_ms,
                                           GCancellable     *cancellable,
                                           GError          **error);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_ssl_socket_get_ssl_enabled (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_ssl_enabled (TisockSSLSocket *self,
                                        gboolean         ssl_enabled);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_ssl_socket_get_ssl_connecting (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_ssl_socket_get_ssl_connected (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
GTlsProtocolVersion tisock_ssl_socket_get_connection_type (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_connection_type (TisockSSLSocket     *self,
                                            GTlsProtocolVersion  connection_type);
TISOCK_AVAILABLE_IN_1_0
GTlsCertificate *tisock_ssl_socket_get_certificate (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_certificate (TisockSSLSocket *self,
                                        GTlsCertificate *certificate);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_ssl_socket_get_certificate_file (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_certificate_file (TisockSSLSocket *self,
                                             const char      *certificate_file);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_ssl_socket_get_certificate_password (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_certificate_password (TisockSSLSocket *self,
                                                 const char      *certificate_password);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_ssl_socket_get_server_identity (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_server_identity (TisockSSLSocket *self,
                                            const char      *server_identity);
TISOCK_AVAILABLE_IN_1_0
GTlsDatabase *tisock_ssl_socket_get_trust_database (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_trust_database (TisockSSLSocket *self,
                                           GTlsDatabase    *trust_database);
TISOCK_AVAILABLE_IN_1_0
const char * const *tisock_ssl_socket_get_application_protocols (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_application_protocols (TisockSSLSocket    *self,
                                                  const char * const *application_protocols);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_ssl_socket_get_require_close_notify (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_require_close_notify (TisockSSLSocket *self,
                                                 gboolean         require_close_notify);
TISOCK_AVAILABLE_IN_1_0
guint tisock_ssl_socket_get_handshake_timeout (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_ssl_socket_set_handshake_timeout (TisockSSLSocket *self,
                                              guint            handshake_timeout);

TISOCK_AVAILABLE_IN_1_0
GTlsCertificate *tisock_ssl_socket_get_peer_certificate (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
GTlsCertificateFlags tisock_ssl_socket_get_peer_certificate_errors (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
GTlsProtocolVersion tisock_ssl_socket_get_protocol_version (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_ssl_socket_get_cipher (TisockSSLSocket *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_ssl_socket_get_negotiated_protocol (TisockSSLSocket *self);

G_END_DECLS
