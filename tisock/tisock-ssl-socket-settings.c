/* tisock-ssl-socket-settings.c: the properties of a SSLSocket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/transport-tls.h"
#include "tisock-ssl-socket-private.h"
#include "tisock-texts.h"

#define GET_PRIVATE(self) (tisock_ssl_socket_get_private (self))

static gboolean
check (TisockSSLSocket *self,
       const char      *function)
{
  return tisock_socket_core_check (TISOCK_SOCKET_CORE (self), function);
}

static void
set_string (TisockSSLSocket    *self,
            char              **place,
            const char         *value,
            TisockSSLProperty   property)
{
  if (g_strcmp0 (*place, value) == 0)
    return;

  g_free (*place);
  *place = g_strdup (value);
  tisock_ssl_socket_notify (self, property);
}

static void
set_boolean (TisockSSLSocket   *self,
             gboolean          *place,
             gboolean           value,
             TisockSSLProperty  property)
{
  if (*place == (value != FALSE))
    return;

  *place = value != FALSE;
  tisock_ssl_socket_notify (self, property);
}

/* GObject */

void
tisock_ssl_socket_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  TisockSSLSocket *self = TISOCK_SSL_SOCKET (object);

  switch ((TisockSSLProperty) prop_id)
    {
    case TISOCK_SSL_PROP_SSL_ENABLED:
      g_value_set_boolean (value, tisock_ssl_socket_get_ssl_enabled (self));
      break;

    case TISOCK_SSL_PROP_SSL_CONNECTING:
      g_value_set_boolean (value, tisock_ssl_socket_get_ssl_connecting (self));
      break;

    case TISOCK_SSL_PROP_SSL_CONNECTED:
      g_value_set_boolean (value, tisock_ssl_socket_get_ssl_connected (self));
      break;

    case TISOCK_SSL_PROP_CONNECTION_TYPE:
      g_value_set_enum (value, (int) tisock_ssl_socket_get_connection_type (self));
      break;

    case TISOCK_SSL_PROP_CERTIFICATE:
      g_value_set_object (value, tisock_ssl_socket_get_certificate (self));
      break;

    case TISOCK_SSL_PROP_CERTIFICATE_FILE:
      g_value_set_string (value, tisock_ssl_socket_get_certificate_file (self));
      break;

    case TISOCK_SSL_PROP_CERTIFICATE_PASSWORD:
      g_value_set_string (value, tisock_ssl_socket_get_certificate_password (self));
      break;

    case TISOCK_SSL_PROP_SERVER_IDENTITY:
      g_value_set_string (value, tisock_ssl_socket_get_server_identity (self));
      break;

    case TISOCK_SSL_PROP_TRUST_DATABASE:
      g_value_set_object (value, tisock_ssl_socket_get_trust_database (self));
      break;

    case TISOCK_SSL_PROP_APPLICATION_PROTOCOLS:
      g_value_set_boxed (value, tisock_ssl_socket_get_application_protocols (self));
      break;

    case TISOCK_SSL_PROP_REQUIRE_CLOSE_NOTIFY:
      g_value_set_boolean (value, tisock_ssl_socket_get_require_close_notify (self));
      break;

    case TISOCK_SSL_PROP_HANDSHAKE_TIMEOUT:
      g_value_set_uint (value, tisock_ssl_socket_get_handshake_timeout (self));
      break;

    case TISOCK_SSL_PROP_PEER_CERTIFICATE:
      g_value_set_object (value, tisock_ssl_socket_get_peer_certificate (self));
      break;

    case TISOCK_SSL_PROP_PEER_CERTIFICATE_ERRORS:
      g_value_set_flags (value, tisock_ssl_socket_get_peer_certificate_errors (self));
      break;

    case TISOCK_SSL_PROP_PROTOCOL_VERSION:
      g_value_set_enum (value, (int) tisock_ssl_socket_get_protocol_version (self));
      break;

    case TISOCK_SSL_PROP_CIPHER:
      g_value_set_string (value, tisock_ssl_socket_get_cipher (self));
      break;

    case TISOCK_SSL_PROP_NEGOTIATED_PROTOCOL:
      g_value_set_string (value, tisock_ssl_socket_get_negotiated_protocol (self));
      break;

    case TISOCK_SSL_N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

void
tisock_ssl_socket_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  TisockSSLSocket *self = TISOCK_SSL_SOCKET (object);

  switch ((TisockSSLProperty) prop_id)
    {
    case TISOCK_SSL_PROP_SSL_ENABLED:
      tisock_ssl_socket_set_ssl_enabled (self, g_value_get_boolean (value));
      break;

    case TISOCK_SSL_PROP_CONNECTION_TYPE:
      tisock_ssl_socket_set_connection_type (self, (GTlsProtocolVersion) g_value_get_enum (value));
      break;

    case TISOCK_SSL_PROP_CERTIFICATE:
      tisock_ssl_socket_set_certificate (self, g_value_get_object (value));
      break;

    case TISOCK_SSL_PROP_CERTIFICATE_FILE:
      tisock_ssl_socket_set_certificate_file (self, g_value_get_string (value));
      break;

    case TISOCK_SSL_PROP_CERTIFICATE_PASSWORD:
      tisock_ssl_socket_set_certificate_password (self, g_value_get_string (value));
      break;

    case TISOCK_SSL_PROP_SERVER_IDENTITY:
      tisock_ssl_socket_set_server_identity (self, g_value_get_string (value));
      break;

    case TISOCK_SSL_PROP_TRUST_DATABASE:
      tisock_ssl_socket_set_trust_database (self, g_value_get_object (value));
      break;

    case TISOCK_SSL_PROP_APPLICATION_PROTOCOLS:
      tisock_ssl_socket_set_application_protocols (self, g_value_get_boxed (value));
      break;

    case TISOCK_SSL_PROP_REQUIRE_CLOSE_NOTIFY:
      tisock_ssl_socket_set_require_close_notify (self, g_value_get_boolean (value));
      break;

    case TISOCK_SSL_PROP_HANDSHAKE_TIMEOUT:
      tisock_ssl_socket_set_handshake_timeout (self, g_value_get_uint (value));
      break;

    case TISOCK_SSL_PROP_SSL_CONNECTING:
    case TISOCK_SSL_PROP_SSL_CONNECTED:
    case TISOCK_SSL_PROP_PEER_CERTIFICATE:
    case TISOCK_SSL_PROP_PEER_CERTIFICATE_ERRORS:
    case TISOCK_SSL_PROP_PROTOCOL_VERSION:
    case TISOCK_SSL_PROP_CIPHER:
    case TISOCK_SSL_PROP_NEGOTIATED_PROTOCOL:
    case TISOCK_SSL_N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

void
tisock_ssl_socket_install_properties (GObjectClass  *object_class,
                                      GParamSpec   **properties)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  /**
   * TisockSSLSocket:ssl-enabled: (getter get_ssl_enabled) (setter set_ssl_enabled)
   *
   * Whether connections are encrypted.
   *
   * Counts for connections that are made from then on. Without it this socket is a
   * [class@TCPSocket]. The default is `TRUE`. Xojo's `SSLSocket.SSLEnabled`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_SSL_ENABLED] =
    g_param_spec_boolean ("ssl-enabled", NULL, NULL, TRUE, writable);

  /**
   * TisockSSLSocket:ssl-connecting: (getter get_ssl_connecting)
   *
   * Whether a TLS handshake is under way.
   *
   * Xojo's `SSLSocket.SSLConnecting`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_SSL_CONNECTING] =
    g_param_spec_boolean ("ssl-connecting", NULL, NULL, FALSE, readable);

  /**
   * TisockSSLSocket:ssl-connected: (getter get_ssl_connected)
   *
   * Whether there is a connection and it is encrypted.
   *
   * Xojo's `SSLSocket.SSLConnected`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_SSL_CONNECTED] =
    g_param_spec_boolean ("ssl-connected", NULL, NULL, FALSE, readable);

  /**
   * TisockSSLSocket:connection-type: (getter get_connection_type) (setter set_connection_type)
   *
   * The least version of TLS that is good enough.
   *
   * A connection that both sides can only make by an older one ends with
   * [error@Gio.TlsError.HANDSHAKE]; `G_TLS_PROTOCOL_VERSION_UNKNOWN` takes whatever
   * the system has not ruled out. The newest version that both sides have is always
   * the one that is used. The default is `G_TLS_PROTOCOL_VERSION_TLS_1_2`. Xojo's
   * `SSLSocket.SSLConnectionType`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_CONNECTION_TYPE] =
    g_param_spec_enum ("connection-type", NULL, NULL, G_TYPE_TLS_PROTOCOL_VERSION,
                       G_TLS_PROTOCOL_VERSION_TLS_1_2, writable);

  /**
   * TisockSSLSocket:certificate: (getter get_certificate) (setter set_certificate)
   *
   * The certificate of this side, with its private key.
   *
   * A server cannot do without one; a client shows it to servers that ask. It counts
   * before [property@SSLSocket:certificate-file]. The default is `NULL`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_CERTIFICATE] =
    g_param_spec_object ("certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, writable);

  /**
   * TisockSSLSocket:certificate-file: (getter get_certificate_file) (setter set_certificate_file)
   *
   * The path of a file with the certificate of this side.
   *
   * PEM, with the private key in the same file, or PKCS#12. It is read when a
   * handshake begins, which fails if that cannot be done. The default is `NULL`.
   * Xojo's `SSLSocket.CertificateFile`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_CERTIFICATE_FILE] =
    g_param_spec_string ("certificate-file", NULL, NULL, NULL, writable);

  /**
   * TisockSSLSocket:certificate-password: (getter get_certificate_password)
   *   (setter set_certificate_password)
   *
   * The password of the private key in the certificate's file.
   *
   * For PKCS#12 only. Private keys in PEM have to be without one: GIO has no means
   * to open them. The default is `NULL`. Xojo's `SSLSocket.CertificatePassword`.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_CERTIFICATE_PASSWORD] =
    g_param_spec_string ("certificate-password", NULL, NULL, NULL, writable);

  /**
   * TisockSSLSocket:server-identity: (getter get_server_identity) (setter set_server_identity)
   *
   * The name or IP address that a server's certificate has to be for.
   *
   * It is also told to the server, unless it is an IP address, for the choice of
   * its certificate. `NULL`, the default, is the name or address that the socket
   * connects to: [property@TCPSocket:address], or that of
   * [property@TCPSocket:connectable] if it has one. Where there is none, as for a
   * Unix socket, it has to be set: opening without is
   * [error@Tisock.SocketError.INVALID_STATE].
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_SERVER_IDENTITY] =
    g_param_spec_string ("server-identity", NULL, NULL, NULL, writable);

  /**
   * TisockSSLSocket:trust-database: (getter get_trust_database) (setter set_trust_database)
   *
   * The authorities whose signature under a peer's certificate is trusted.
   *
   * For instance a [func@Gio.TlsFileDatabase.new] of a file of one's own. `NULL`,
   * the default, are those of the system.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_TRUST_DATABASE] =
    g_param_spec_object ("trust-database", NULL, NULL, G_TYPE_TLS_DATABASE, writable);

  /**
   * TisockSSLSocket:application-protocols: (getter get_application_protocols)
   *   (setter set_application_protocols)
   *
   * The protocols that this side would speak over the connection, by ALPN.
   *
   * The one that counts most comes first: "h2", "http/1.1". What both sides have
   * agreed on is [property@SSLSocket:negotiated-protocol]. The default is `NULL`:
   * nothing is offered.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_APPLICATION_PROTOCOLS] =
    g_param_spec_boxed ("application-protocols", NULL, NULL, G_TYPE_STRV, writable);

  /**
   * TisockSSLSocket:require-close-notify: (getter get_require_close_notify)
   *   (setter set_require_close_notify)
   *
   * Whether a peer that ends the connection has to say so in TLS.
   *
   * If it has not, somebody else may have cut the connection off: the end is
   * [error@Gio.TlsError.EOF] then, after all that came before has been given out.
   * `FALSE` takes that for an end like any other, which is safe only where what is
   * said over the connection tells its own end. The default is `TRUE`. Counts for
   * handshakes that begin from then on.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_REQUIRE_CLOSE_NOTIFY] =
    g_param_spec_boolean ("require-close-notify", NULL, NULL, TRUE, writable);

  /**
   * TisockSSLSocket:handshake-timeout: (getter get_handshake_timeout)
   *   (setter set_handshake_timeout)
   *
   * How long the TLS handshake may take, in milliseconds; 0 for ever.
   *
   * Counts from the moment when the connection is made, also while the handshake has
   * to wait for others. When it is over the connection ends with
   * [error@Gio.IOErrorEnum.TIMED_OUT]. The default is 10000. Counts for handshakes
   * that begin from then on.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_HANDSHAKE_TIMEOUT] =
    g_param_spec_uint ("handshake-timeout", NULL, NULL, 0, G_MAXUINT, 10000, writable);

  /**
   * TisockSSLSocket:peer-certificate: (getter get_peer_certificate)
   *
   * The certificate that the peer has shown.
   *
   * `NULL` if it has not shown any. Stays after the connection has ended, until the
   * next handshake; so do the other results of a handshake.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_PEER_CERTIFICATE] =
    g_param_spec_object ("peer-certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, readable);

  /**
   * TisockSSLSocket:peer-certificate-errors: (getter get_peer_certificate_errors)
   *
   * What was wrong with the certificate that the peer has shown.
   *
   * Of a connection that was made all the same,
   * [signal@SSLSocket::accept-certificate] has decided so.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_PEER_CERTIFICATE_ERRORS] =
    g_param_spec_flags ("peer-certificate-errors", NULL, NULL,
                        G_TYPE_TLS_CERTIFICATE_FLAGS, G_TLS_CERTIFICATE_NO_FLAGS, readable);

  /**
   * TisockSSLSocket:protocol-version: (getter get_protocol_version)
   *
   * The version of TLS that both sides have agreed on.
   *
   * `G_TLS_PROTOCOL_VERSION_UNKNOWN` before the first handshake has succeeded.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_PROTOCOL_VERSION] =
    g_param_spec_enum ("protocol-version", NULL, NULL, G_TYPE_TLS_PROTOCOL_VERSION,
                       G_TLS_PROTOCOL_VERSION_UNKNOWN, readable);

  /**
   * TisockSSLSocket:cipher: (getter get_cipher)
   *
   * The name of the cipher suite that both sides have agreed on.
   *
   * As the authority for such names, IANA, writes it. `NULL` before the first
   * handshake has succeeded.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_CIPHER] =
    g_param_spec_string ("cipher", NULL, NULL, NULL, readable);

  /**
   * TisockSSLSocket:negotiated-protocol: (getter get_negotiated_protocol)
   *
   * The protocol that both sides have agreed on, of [property@SSLSocket:application-protocols].
   *
   * `NULL` if there is none.
   *
   * Since: 1.0
   */
  properties[TISOCK_SSL_PROP_NEGOTIATED_PROTOCOL] =
    g_param_spec_string ("negotiated-protocol", NULL, NULL, NULL, readable);

  g_object_class_install_properties (object_class, TISOCK_SSL_N_PROPS, properties);
}

/* Getters and setters */

/**
 * tisock_ssl_socket_get_ssl_enabled: (get-property ssl-enabled)
 * @self: the socket
 *
 * Gets whether connections are encrypted.
 *
 * Returns: whether connections are encrypted
 *
 * Since: 1.0
 */
gboolean
tisock_ssl_socket_get_ssl_enabled (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->enabled;
}

/**
 * tisock_ssl_socket_set_ssl_enabled: (set-property ssl-enabled)
 * @self: the socket
 * @ssl_enabled: whether connections are encrypted
 *
 * Sets whether connections are encrypted.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_ssl_enabled (TisockSSLSocket *self,
                                   gboolean         ssl_enabled)
{
  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));

  if (check (self, G_STRFUNC))
    set_boolean (self, &GET_PRIVATE (self)->enabled, ssl_enabled,
                 TISOCK_SSL_PROP_SSL_ENABLED);
}

/**
 * tisock_ssl_socket_get_ssl_connecting: (get-property ssl-connecting)
 * @self: the socket
 *
 * Gets whether a handshake is under way.
 *
 * Returns: whether a handshake is under way
 *
 * Since: 1.0
 */
gboolean
tisock_ssl_socket_get_ssl_connecting (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->handshake != NULL;
}

/**
 * tisock_ssl_socket_get_ssl_connected: (get-property ssl-connected)
 * @self: the socket
 *
 * Gets whether the connection is encrypted.
 *
 * Returns: whether the connection is encrypted
 *
 * Since: 1.0
 */
gboolean
tisock_ssl_socket_get_ssl_connected (TisockSSLSocket *self)
{
  TisockTCPSocketPrivate *tcp;

  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), FALSE);

  tcp = tisock_tcp_socket_get_private (TISOCK_TCP_SOCKET (self));

  return tisock_transport_tls_get_connection (tcp->stream.transport) != NULL;
}

/**
 * tisock_ssl_socket_get_connection_type: (get-property connection-type)
 * @self: the socket
 *
 * Gets the least version of TLS.
 *
 * Returns: the least version of TLS
 *
 * Since: 1.0
 */
GTlsProtocolVersion
tisock_ssl_socket_get_connection_type (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), G_TLS_PROTOCOL_VERSION_UNKNOWN);

  return GET_PRIVATE (self)->wanted->minimum_version;
}

/**
 * tisock_ssl_socket_set_connection_type: (set-property connection-type)
 * @self: the socket
 * @connection_type: the least version of TLS
 *
 * Sets the least version of TLS.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_connection_type (TisockSSLSocket     *self,
                                       GTlsProtocolVersion  connection_type)
{
  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));

  if (!check (self, G_STRFUNC) || GET_PRIVATE (self)->wanted->minimum_version == connection_type)
    return;

  GET_PRIVATE (self)->wanted->minimum_version = connection_type;
  tisock_ssl_socket_notify (self, TISOCK_SSL_PROP_CONNECTION_TYPE);
}

/**
 * tisock_ssl_socket_get_certificate: (get-property certificate)
 * @self: the socket
 *
 * Gets the certificate of this side.
 *
 * Returns: (transfer none) (nullable): the certificate of this side; `NULL` if
 *   there is none
 *
 * Since: 1.0
 */
GTlsCertificate *
tisock_ssl_socket_get_certificate (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), NULL);

  return GET_PRIVATE (self)->wanted->certificate;
}

/**
 * tisock_ssl_socket_set_certificate: (set-property certificate)
 * @self: the socket
 * @certificate: (nullable): the certificate of this side
 *
 * Sets the certificate of this side.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_certificate (TisockSSLSocket *self,
                                   GTlsCertificate *certificate)
{
  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));
  g_return_if_fail (certificate == NULL || G_IS_TLS_CERTIFICATE (certificate));

  if (check (self, G_STRFUNC) &&
      g_set_object (&GET_PRIVATE (self)->wanted->certificate, certificate))
    tisock_ssl_socket_notify (self, TISOCK_SSL_PROP_CERTIFICATE);
}

/**
 * tisock_ssl_socket_get_certificate_file: (get-property certificate-file)
 * @self: the socket
 *
 * Gets the file with the certificate of this side.
 *
 * Returns: (transfer none) (nullable): the file with the certificate of this
 *   side; `NULL` if there is none
 *
 * Since: 1.0
 */
const char *
tisock_ssl_socket_get_certificate_file (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), NULL);

  return GET_PRIVATE (self)->wanted->certificate_file;
}

/**
 * tisock_ssl_socket_set_certificate_file: (set-property certificate-file)
 * @self: the socket
 * @certificate_file: (nullable): the file with the certificate of this side
 *
 * Sets the file with the certificate of this side.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_certificate_file (TisockSSLSocket *self,
                                        const char      *certificate_file)
{
  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));

  if (check (self, G_STRFUNC))
    set_string (self, &GET_PRIVATE (self)->wanted->certificate_file, certificate_file,
                TISOCK_SSL_PROP_CERTIFICATE_FILE);
}

/**
 * tisock_ssl_socket_get_certificate_password: (get-property certificate-password)
 * @self: the socket
 *
 * Gets the password of the certificate's file.
 *
 * Returns: (transfer none) (nullable): the password of the certificate's file;
 *   `NULL` if there is none
 *
 * Since: 1.0
 */
const char *
tisock_ssl_socket_get_certificate_password (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), NULL);

  return GET_PRIVATE (self)->wanted->certificate_password;
}

/**
 * tisock_ssl_socket_set_certificate_password: (set-property certificate-password)
 * @self: the socket
 * @certificate_password: (nullable): the password of the certificate's file
 *
 * Sets the password of the certificate's file.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_certificate_password (TisockSSLSocket *self,
                                            const char      *certificate_password)
{
  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));

  if (check (self, G_STRFUNC))
    set_string (self, &GET_PRIVATE (self)->wanted->certificate_password, certificate_password,
                TISOCK_SSL_PROP_CERTIFICATE_PASSWORD);
}

/**
 * tisock_ssl_socket_get_server_identity: (get-property server-identity)
 * @self: the socket
 *
 * Gets the name that a server's certificate has to be for.
 *
 * Returns: (transfer none) (nullable): the name that a server's certificate has
 *   to be for; `NULL` if there is none
 *
 * Since: 1.0
 */
const char *
tisock_ssl_socket_get_server_identity (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), NULL);

  return GET_PRIVATE (self)->server_identity;
}

/**
 * tisock_ssl_socket_set_server_identity: (set-property server-identity)
 * @self: the socket
 * @server_identity: (nullable): the name that a server's certificate has to be for
 *
 * Sets the name that a server's certificate has to be for.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_server_identity (TisockSSLSocket *self,
                                       const char      *server_identity)
{
  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));

  if (check (self, G_STRFUNC))
    set_string (self, &GET_PRIVATE (self)->server_identity, server_identity,
                TISOCK_SSL_PROP_SERVER_IDENTITY);
}

/**
 * tisock_ssl_socket_get_trust_database: (get-property trust-database)
 * @self: the socket
 *
 * Gets the authorities that are trusted.
 *
 * Returns: (transfer none) (nullable): the authorities that are trusted; `NULL`
 *   if there is none
 *
 * Since: 1.0
 */
GTlsDatabase *
tisock_ssl_socket_get_trust_database (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), NULL);

  return GET_PRIVATE (self)->wanted->trust;
}

/**
 * tisock_ssl_socket_set_trust_database: (set-property trust-database)
 * @self: the socket
 * @trust_database: (nullable): the authorities that are trusted
 *
 * Sets the authorities that are trusted.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_trust_database (TisockSSLSocket *self,
                                      GTlsDatabase    *trust_database)
{
  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));
  g_return_if_fail (trust_database == NULL || G_IS_TLS_DATABASE (trust_database));

  if (check (self, G_STRFUNC) && g_set_object (&GET_PRIVATE (self)->wanted->trust, trust_database))
    tisock_ssl_socket_notify (self, TISOCK_SSL_PROP_TRUST_DATABASE);
}

/**
 * tisock_ssl_socket_get_application_protocols: (get-property application-protocols)
 * @self: the socket
 *
 * Gets the protocols to be offered.
 *
 * Returns: (transfer none) (nullable): the protocols to be offered; `NULL` if
 *   there is none
 *
 * Since: 1.0
 */
const char * const *
tisock_ssl_socket_get_application_protocols (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), NULL);

  return (const char * const *) GET_PRIVATE (self)->wanted->protocols;
}

/**
 * tisock_ssl_socket_set_application_protocols: (set-property application-protocols)
 * @self: the socket
 * @application_protocols: (nullable) (array zero-terminated=1): the protocols to be offered
 *
 * Sets the protocols to be offered.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_application_protocols (TisockSSLSocket    *self,
                                             const char * const *application_protocols)
{
  TisockSSLSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!check (self, G_STRFUNC) ||
      tisock_texts_are_equal (priv->wanted->protocols, application_protocols))
    return;

  g_strfreev (priv->wanted->protocols);
  priv->wanted->protocols = g_strdupv ((char **) application_protocols);
  tisock_ssl_socket_notify (self, TISOCK_SSL_PROP_APPLICATION_PROTOCOLS);
}

/**
 * tisock_ssl_socket_get_require_close_notify: (get-property require-close-notify)
 * @self: the socket
 *
 * Gets whether the peer has to say that it has ended.
 *
 * Returns: whether the peer has to say that it has ended
 *
 * Since: 1.0
 */
gboolean
tisock_ssl_socket_get_require_close_notify (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->wanted->require_close_notify;
}

/**
 * tisock_ssl_socket_set_require_close_notify: (set-property require-close-notify)
 * @self: the socket
 * @require_close_notify: whether the peer has to say that it has ended
 *
 * Sets whether the peer has to say that it has ended.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_require_close_notify (TisockSSLSocket *self,
                                            gboolean         require_close_notify)
{
  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));

  if (check (self, G_STRFUNC))
    set_boolean (self, &GET_PRIVATE (self)->wanted->require_close_notify, require_close_notify,
                 TISOCK_SSL_PROP_REQUIRE_CLOSE_NOTIFY);
}

/**
 * tisock_ssl_socket_get_handshake_timeout: (get-property handshake-timeout)
 * @self: the socket
 *
 * Gets how long a handshake may take.
 *
 * Returns: how long a handshake may take
 *
 * Since: 1.0
 */
guint
tisock_ssl_socket_get_handshake_timeout (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), 0);

  return GET_PRIVATE (self)->wanted->timeout;
}

/**
 * tisock_ssl_socket_set_handshake_timeout: (set-property handshake-timeout)
 * @self: the socket
 * @handshake_timeout: how long a handshake may take
 *
 * Sets how long a handshake may take.
 *
 * Since: 1.0
 */
void
tisock_ssl_socket_set_handshake_timeout (TisockSSLSocket *self,
                                         guint            handshake_timeout)
{
  g_return_if_fail (TISOCK_IS_SSL_SOCKET (self));

  if (!check (self, G_STRFUNC) || GET_PRIVATE (self)->wanted->timeout == handshake_timeout)
    return;

  GET_PRIVATE (self)->wanted->timeout = handshake_timeout;
  tisock_ssl_socket_notify (self, TISOCK_SSL_PROP_HANDSHAKE_TIMEOUT);
}

/**
 * tisock_ssl_socket_get_peer_certificate: (get-property peer-certificate)
 * @self: the socket
 *
 * Gets the certificate that the peer has shown.
 *
 * Returns: (transfer none) (nullable): the certificate that the peer has shown;
 *   `NULL` if there is none
 *
 * Since: 1.0
 */
GTlsCertificate *
tisock_ssl_socket_get_peer_certificate (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), NULL);

  return GET_PRIVATE (self)->peer_certificate;
}

/**
 * tisock_ssl_socket_get_peer_certificate_errors: (get-property peer-certificate-errors)
 * @self: the socket
 *
 * Gets what was wrong with the peer's certificate.
 *
 * Returns: what was wrong with the peer's certificate
 *
 * Since: 1.0
 */
GTlsCertificateFlags
tisock_ssl_socket_get_peer_certificate_errors (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), G_TLS_CERTIFICATE_NO_FLAGS);

  return GET_PRIVATE (self)->peer_certificate_errors;
}

/**
 * tisock_ssl_socket_get_protocol_version: (get-property protocol-version)
 * @self: the socket
 *
 * Gets the version of TLS in use.
 *
 * Returns: the version of TLS in use
 *
 * Since: 1.0
 */
GTlsProtocolVersion
tisock_ssl_socket_get_protocol_version (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), G_TLS_PROTOCOL_VERSION_UNKNOWN);

  return GET_PRIVATE (self)->protocol_version;
}

/**
 * tisock_ssl_socket_get_cipher: (get-property cipher)
 * @self: the socket
 *
 * Gets the name of the cipher suite in use.
 *
 * Returns: (transfer none) (nullable): the name of the cipher suite in use;
 *   `NULL` if there is none
 *
 * Since: 1.0
 */
const char *
tisock_ssl_socket_get_cipher (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), NULL);

  return GET_PRIVATE (self)->cipher;
}

/**
 * tisock_ssl_socket_get_negotiated_protocol: (get-property negotiated-protocol)
 * @self: the socket
 *
 * Gets the protocol that was agreed on.
 *
 * Returns: (transfer none) (nullable): the protocol that was agreed on; `NULL`
 *   if there is none
 *
 * Since: 1.0
 */
const char *
tisock_ssl_socket_get_negotiated_protocol (TisockSSLSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_SSL_SOCKET (self), NULL);

  return GET_PRIVATE (self)->negotiated_protocol;
}
