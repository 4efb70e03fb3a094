/* tisock-ssl-socket-private.h: the parts of a SSLSocket, for its own files
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/tls-handshake.h"
#include "tisock-ssl-socket.h"
#include "tisock-tcp-socket-private.h"
#include "tisock-tls-settings.h"

G_BEGIN_DECLS

typedef struct _TisockSSLSocketPrivate TisockSSLSocketPrivate;

struct _TisockSSLSocketPrivate
{
  /* What is set; each handshake has a copy. */
  TisockTlsParameters  *wanted;
  char                 *server_identity;
  gboolean              enabled;

  gboolean              incoming;               /* the connection was made by the peer */

  /* The server's, which counts if this socket has no certificate of its own; NULL: none. The gate
   * stays as long as the connection is the server's. */
  TisockTlsSettings    *settings;
  TisockTlsGate        *gate;

  TisockTlsHandshake   *handshake;              /* while it is under way */

  /* Of the present connection, or of the last one that had come that far. */
  GTlsCertificate      *peer_certificate;
  GTlsCertificateFlags  peer_certificate_errors;
  GTlsProtocolVersion   protocol_version;
  char                 *cipher;
  char                 *negotiated_protocol;
};

typedef enum
{
  TISOCK_SSL_PROP_SSL_ENABLED = 1,
  TISOCK_SSL_PROP_SSL_CONNECTING,
  TISOCK_SSL_PROP_SSL_CONNECTED,
  TISOCK_SSL_PROP_CONNECTION_TYPE,
  TISOCK_SSL_PROP_CERTIFICATE,
  TISOCK_SSL_PROP_CERTIFICATE_FILE,
  TISOCK_SSL_PROP_CERTIFICATE_PASSWORD,
  TISOCK_SSL_PROP_SERVER_IDENTITY,
  TISOCK_SSL_PROP_TRUST_DATABASE,
  TISOCK_SSL_PROP_APPLICATION_PROTOCOLS,
  TISOCK_SSL_PROP_REQUIRE_CLOSE_NOTIFY,
  TISOCK_SSL_PROP_HANDSHAKE_TIMEOUT,
  TISOCK_SSL_PROP_PEER_CERTIFICATE,
  TISOCK_SSL_PROP_PEER_CERTIFICATE_ERRORS,
  TISOCK_SSL_PROP_PROTOCOL_VERSION,
  TISOCK_SSL_PROP_CIPHER,
  TISOCK_SSL_PROP_NEGOTIATED_PROTOCOL,
  TISOCK_SSL_N_PROPS,
} TisockSSLProperty;

TisockSSLSocketPrivate *tisock_ssl_socket_get_private   (TisockSSLSocket   *self);
void                    tisock_ssl_socket_notify        (TisockSSLSocket   *self,
                                                         TisockSSLProperty  property);

/* Whether there is what a server cannot do without, or a client. */
gboolean                tisock_ssl_socket_check_side    (TisockSSLSocket   *self,
                                                         gboolean           is_server,
                                                         const char        *operation,
                                                         GError           **error);
/* Closes the descriptor if the handshake cannot be begun. */
void                    tisock_ssl_socket_begin_handshake (TisockSSLSocket *self,
                                                         GSocket           *socket,
                                                         gboolean           is_server);

/* For ServerSocket, before the connection is this socket's. */
void                    tisock_ssl_socket_set_server_settings (TisockSSLSocket   *self,
                                                         TisockTlsSettings *settings,
                                                         TisockTlsGate     *gate);

/* tisock-ssl-socket-settings.c */
void                    tisock_ssl_socket_install_properties (GObjectClass  *object_class,
                                                         GParamSpec   **properties);
void                    tisock_ssl_socket_get_property  (GObject           *object,
                                                         guint              prop_id,
                                                         GValue            *value,
                                                         GParamSpec        *pspec);
void                    tisock_ssl_socket_set_property  (GObject           *object,
                                                         guint              prop_id,
                                                         const GValue      *value,
                                                         GParamSpec        *pspec);

G_END_DECLS
