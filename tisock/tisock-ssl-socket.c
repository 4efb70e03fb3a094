/* tisock-ssl-socket.c: the class and its handshakes; its properties are in -settings.c, and
 * what starts TLS later in -starting.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/transport-tls.h"
#include "tisock-socket-error.h"
#include "tisock-ssl-socket-private.h"

#include <errno.h>

/**
 * TisockSSLSocket:
 *
 * A TCP connection that is encrypted by TLS.
 *
 * It is used as a [class@TCPSocket]. When the connection is made the TLS handshake
 * follows; the state is `TISOCK_SOCKET_STATE_CONNECTING` until the peer has shown
 * who it is, and [signal@TCPSocket::connected] says that it has:
 *
 * ```c
 * TisockSSLSocket *socket = tisock_ssl_socket_new ();
 *
 * tisock_tcp_socket_set_address (TISOCK_TCP_SOCKET (socket), "example.org");
 * tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), 443);
 * tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL);
 * ```
 *
 * The peer has to have a certificate that is valid, that is for
 * [property@SSLSocket:server-identity], and that an authority has signed which is
 * in the [property@SSLSocket:trust-database]. Otherwise the connection ends with
 * [error@Gio.TlsError.BAD_CERTIFICATE], whose message says whose certificate it is
 * and what is wrong with it, unless a handler of
 * [signal@SSLSocket::accept-certificate] decides otherwise.
 *
 * A server is a [class@ServerSocket] with [property@ServerSocket:tls-settings], or one
 * whose handlers of [signal@ServerSocket::add-socket] give sockets of this class with
 * a [property@SSLSocket:certificate]. [signal@ServerSocket::accepted] comes when the
 * handshake is done; a peer with whom it fails is
 * `TISOCK_DROP_REASON_HANDSHAKE` of [signal@ServerSocket::dropped]. One peer is
 * served by [method@TCPSocket.listen]. [method@SSLSocket.start_tls] begins later with
 * TLS, on either side.
 *
 * TLS is GIO's, which needs glib-networking at run time; without it connections
 * fail with [error@Gio.TlsError.UNAVAILABLE]. At most eight handshakes of
 * clients are under way at a time in a process, and eight of servers; the others wait,
 * since GIO spends a thread on each. A client that does not say the first word of it
 * is not among them.
 *
 * A connection ends in good order when the peer has said so in TLS. What ends
 * without that may have been cut off by somebody else, and is
 * [error@Gio.TlsError.EOF]; see [property@SSLSocket:require-close-notify].
 *
 * This class has the members of Xojo's `SSLSocket`.
 *
 * Since: 1.0
 */

#define HANDSHAKE_TIMEOUT 10000

static GParamSpec *properties[TISOCK_SSL_N_PROPS];

enum
{
  SIGNAL_ACCEPT_CERTIFICATE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_PRIVATE (TisockSSLSocket, tisock_ssl_socket, TISOCK_TYPE_TCP_SOCKET)

TisockSSLSocketPrivate *
tisock_ssl_socket_get_private (TisockSSLSocket *self)
{
  return tisock_ssl_socket_get_instance_private (self);
}

#define GET_PRIVATE(self) (tisock_ssl_socket_get_private ((TisockSSLSocket *) (self)))

void
tisock_ssl_socket_notify (TisockSSLSocket   *self,
                          TisockSSLProperty  property)
{
  if (tisock_is_watched (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/* What handshakes find out */

static void
set_peer (TisockSSLSocket     *self,
          const TisockTlsPeer *peer)
{
  TisockSSLSocketPrivate *priv = GET_PRIVATE (self);

  if (g_set_object (&priv->peer_certificate, peer->certificate))
    tisock_ssl_socket_notify (self, TISOCK_SSL_PROP_PEER_CERTIFICATE);
  if (priv->peer_certificate_errors == peer->errors)
    return;

  priv->peer_certificate_errors = peer->errors;
  tisock_ssl_socket_notify (self, TISOCK_SSL_PROP_PEER_CERTIFICATE_ERRORS);
}

static void
set_text (TisockSSLSocket    *self,
          char              **place,
          char               *text,
          TisockSSLProperty   property)
{
  gboolean changed = g_strcmp0 (*place, text) != 0;

  g_free (*place);
  *place = text;
  if (changed)
    tisock_ssl_socket_notify (self, property);
}

/* NULL: nothing is known any more. */
static void
set_agreed (TisockSSLSocket *self,
            GTlsConnection  *connection)
{
  TisockSSLSocketPrivate *priv = GET_PRIVATE (self);
  GTlsProtocolVersion version = G_TLS_PROTOCOL_VERSION_UNKNOWN;
  char *cipher = NULL;
  char *protocol = NULL;

  if (connection != NULL)
    {
      version = g_tls_connection_get_protocol_version (connection);
      cipher = g_tls_connection_get_ciphersuite_name (connection);
      protocol = g_strdup (g_tls_connection_get_negotiated_protocol (connection));
    }

  set_text (self, &priv->cipher, cipher, TISOCK_SSL_PROP_CIPHER);
  set_text (self, &priv->negotiated_protocol, protocol, TISOCK_SSL_PROP_NEGOTIATED_PROTOCOL);
  if (priv->protocol_version == version)
    return;

  priv->protocol_version = version;
  tisock_ssl_socket_notify (self, TISOCK_SSL_PROP_PROTOCOL_VERSION);
}

/* Handshakes */

/* NULL: this socket has a certificate of its own, or the server has none. */
static TisockTlsSettings *
get_server_settings (TisockSSLSocket *self)
{
  TisockSSLSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->wanted->certificate != NULL || priv->wanted->certificate_file != NULL)
    return NULL;

  return priv->settings;
}

/* A handler may have ended the life. */
static gboolean
is_same_life (TisockSSLSocket *self,
              guint            life)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);

  return tisock_socket_core_is_live (core) && life == tisock_socket_core_get_life (core);
}

static GTlsCertificate *
handshake_choose (const char *server_name,
                  gpointer    user_data)
{
  TisockTlsSettings *settings = get_server_settings (user_data);

  return settings != NULL ? tisock_tls_settings_find_certificate (settings, server_name) : NULL;
}

static gboolean
handshake_accept (const TisockTlsPeer *peer,
                  gpointer             user_data)
{
  gboolean accepted = FALSE;

  set_peer (user_data, peer);
  g_signal_emit (user_data, signals[SIGNAL_ACCEPT_CERTIFICATE], 0, peer->certificate,
                 peer->errors, &accepted);

  return accepted;
}

static void
handshake_finished (TisockTransport     *transport,
                    const TisockTlsPeer *peer,
                    gpointer             user_data)
{
  g_autoptr(TisockSSLSocket) self = g_object_ref (user_data);
  TisockSSLSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(GSocket) socket = g_object_ref (tisock_tls_handshake_get_socket (priv->handshake));
  guint life = tisock_socket_core_get_life (TISOCK_SOCKET_CORE (self));

  g_clear_pointer (&priv->handshake, tisock_tls_handshake_free);
  set_peer (self, peer);
  set_agreed (self, tisock_transport_tls_get_connection (transport));
  if (is_same_life (self, life))
    tisock_tcp_socket_go_on (TISOCK_TCP_SOCKET (self), socket, transport);
  else
    transport->funcs->free (transport);
}

static void
handshake_failed (GError              *error,
                  int                  error_number,
                  const TisockTlsPeer *peer,
                  gpointer             user_data)
{
  g_autoptr(TisockSSLSocket) self = g_object_ref (user_data);
  guint life = tisock_socket_core_get_life (TISOCK_SOCKET_CORE (self));

  set_peer (self, peer);
  if (is_same_life (self, life))
    tisock_tcp_socket_break_off (TISOCK_TCP_SOCKET (self), error, error_number);
  else
    g_error_free (error);
}

static const TisockTlsHandshakeFuncs handshake_funcs = {
  .choose = handshake_choose,
  .accept = handshake_accept,
  .finished = handshake_finished,
  .failed = handshake_failed,
};

/* Whom to expect at the other end. NULL: nobody knows. */
static GSocketConnectable *
dup_identity (TisockSSLSocket *self)
{
  TisockTCPSocket *tcp = TISOCK_TCP_SOCKET (self);
  const char *name = GET_PRIVATE (self)->server_identity;
  GSocketConnectable *connectable = tisock_tcp_socket_get_connectable (tcp);

  if (name == NULL && connectable == NULL)
    name = tisock_tcp_socket_get_address (tcp);
  if (name != NULL && *name != '\0')
    return g_network_address_new (name, 0);

  if (G_IS_NETWORK_ADDRESS (connectable) || G_IS_NETWORK_SERVICE (connectable) ||
      G_IS_INET_SOCKET_ADDRESS (connectable))
    return g_object_ref (connectable);

  return NULL;
}

static void
take_server_settings (TisockTlsParameters *parameters,
                      TisockTlsSettings   *settings)
{
  const char * const *protocols = tisock_tls_settings_get_application_protocols (settings);

  g_set_object (&parameters->trust, tisock_tls_settings_get_trust_database (settings));
  g_strfreev (parameters->protocols);
  parameters->protocols = g_strdupv ((char **) protocols);
  parameters->minimum_version = tisock_tls_settings_get_minimum_version (settings);
  parameters->authentication = tisock_tls_settings_get_client_authentication (settings);
  parameters->timeout = tisock_tls_settings_get_handshake_timeout (settings);
}

static TisockTlsParameters *
make_parameters (TisockSSLSocket *self,
                 gboolean         is_server)
{
  TisockTlsParameters *parameters = tisock_tls_parameters_copy (GET_PRIVATE (self)->wanted);
  TisockSSLSocketClass *klass = TISOCK_SSL_SOCKET_GET_CLASS (self);
  TisockTlsSettings *settings = is_server ? get_server_settings (self) : NULL;

  if (settings != NULL)
    take_server_settings (parameters, settings);
  parameters->is_server = is_server;
  parameters->identity = is_server ? NULL : dup_identity (self);
  parameters->asks = tisock_has_listener (self, signals[SIGNAL_ACCEPT_CERTIFICATE],
                                          (gpointer) klass->accept_certificate);

  return parameters;
}

void
tisock_ssl_socket_begin_handshake (TisockSSLSocket *self,
                                   GSocket         *socket,
                                   gboolean         is_server)
{
  TisockSSLSocketPrivate *priv = GET_PRIVATE (self);
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  g_autoptr(TisockTlsParameters) parameters = make_parameters (self, is_server);
  TisockTlsPeer nobody = { NULL };
  GError *error = NULL;
  int error_number;

  priv->handshake = tisock_tls_handshake_start (tisock_socket_core_get_reactor (core),
                                                G_OBJECT (self), socket, parameters,
                                                &handshake_funcs, self, &error_number, &error);
  if (priv->handshake == NULL)
    {
      g_socket_close (socket, NULL);
      tisock_tcp_socket_break_off (TISOCK_TCP_SOCKET (self), error, error_number);
      return;
    }

  if (is_server && priv->gate != NULL)
    tisock_tls_handshake_set_gate (priv->handshake, priv->gate);
  set_peer (self, &nobody);
  set_agreed (self, NULL);
  tisock_ssl_socket_notify (self, TISOCK_SSL_PROP_SSL_CONNECTING);
  /* A handler of these notifications may have ended it. */
  if (priv->handshake != NULL)
    tisock_socket_core_set_state (core, TISOCK_SOCKET_STATE_CONNECTING);
}

gboolean
tisock_ssl_socket_check_side (TisockSSLSocket  *self,
                              gboolean          is_server,
                              const char       *operation,
                              GError          **error)
{
  const TisockTlsParameters *wanted = GET_PRIVATE (self)->wanted;
  g_autoptr(GSocketConnectable) identity = is_server ? NULL : dup_identity (self);
  const char *lacking = NULL;

  if (is_server && wanted->certificate == NULL && wanted->certificate_file == NULL &&
      GET_PRIVATE (self)->settings == NULL)
    lacking = "a server needs a certificate";
  else if (!is_server && identity == NULL)
    lacking = "there is no server identity to verify the peer by";

  if (lacking == NULL)
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not %s: %s", operation, lacking);
}

/* The layer */

static gboolean
ssl_check (TisockTCPSocket  *tcp,
           gboolean          incoming,
           GError          **error)
{
  TisockSSLSocket *self = TISOCK_SSL_SOCKET (tcp);

  if (!GET_PRIVATE (self)->enabled)
    return TRUE;

  return tisock_ssl_socket_check_side (self, incoming, incoming ? "listen" : "open", error);
}

static gboolean
ssl_begin (TisockTCPSocket *tcp,
           int              fd,
           gboolean         incoming)
{
  TisockSSLSocketPrivate *priv = GET_PRIVATE (tcp);
  g_autoptr(GSocket) socket = NULL;
  GError *error = NULL;

  priv->incoming = incoming;
  if (!priv->enabled)
    return FALSE;

  socket = g_steal_pointer (&tisock_tcp_socket_get_private (tcp)->stream.socket);
  if (socket == NULL)
    socket = g_socket_new_from_fd (fd, &error);
  if (socket != NULL)
    {
      tisock_ssl_socket_begin_handshake (TISOCK_SSL_SOCKET (tcp), socket, incoming);
    }
  else
    {
      tisock_descriptor_close (fd, tisock_socket_core_get_reactor (TISOCK_SOCKET_CORE (tcp)));
      tisock_tcp_socket_break_off (tcp, error, tisock_errno_from_error (error));
    }

  return TRUE;
}

static void
ssl_release (TisockTCPSocket *tcp)
{
  TisockSSLSocketPrivate *priv = GET_PRIVATE (tcp);

  g_clear_pointer (&priv->handshake, tisock_tls_handshake_free);
  g_clear_object (&priv->settings);
  priv->gate = NULL;
}

static void
ssl_collect (TisockTCPSocket *tcp,
             TisockWaitSet   *set)
{
  if (GET_PRIVATE (tcp)->handshake != NULL)
    tisock_tls_handshake_collect (GET_PRIVATE (tcp)->handshake, set);
}

static void
ssl_notify (TisockTCPSocket *tcp)
{
  tisock_ssl_socket_notify (TISOCK_SSL_SOCKET (tcp), TISOCK_SSL_PROP_SSL_CONNECTING);
  tisock_ssl_socket_notify (TISOCK_SSL_SOCKET (tcp), TISOCK_SSL_PROP_SSL_CONNECTED);
}

static const TisockTCPLayer ssl_layer = {
  .check = ssl_check,
  .begin = ssl_begin,
  .release = ssl_release,
  .collect = ssl_collect,
  .notify = ssl_notify,
};

void
tisock_ssl_socket_set_server_settings (TisockSSLSocket   *self,
                                       TisockTlsSettings *settings,
                                       TisockTlsGate     *gate)
{
  TisockSSLSocketPrivate *priv = GET_PRIVATE (self);

  g_set_object (&priv->settings, settings);
  priv->gate = gate;
}

/* GObject */

static void
tisock_ssl_socket_finalize (GObject *object)
{
  TisockSSLSocketPrivate *priv = GET_PRIVATE (object);

  tisock_tls_parameters_unref (priv->wanted);
  g_clear_object (&priv->settings);
  g_clear_object (&priv->peer_certificate);
  g_free (priv->server_identity);
  g_free (priv->cipher);
  g_free (priv->negotiated_protocol);

  G_OBJECT_CLASS (tisock_ssl_socket_parent_class)->finalize (object);
}

static void
tisock_ssl_socket_class_init (TisockSSLSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tisock_ssl_socket_finalize;
  object_class->get_property = tisock_ssl_socket_get_property;
  object_class->set_property = tisock_ssl_socket_set_property;
  tisock_ssl_socket_install_properties (object_class, properties);

  /**
   * TisockSSLSocket::accept-certificate:
   * @self: the socket
   * @certificate: the peer's certificate
   * @errors: what is wrong with it
   *
   * Emitted when the peer's certificate is not acceptable, to decide otherwise.
   *
   * Without a handler, and unless one of them returns `TRUE`, the connection ends
   * with [error@Gio.TlsError.BAD_CERTIFICATE]. A handler should compare
   * @certificate with one that it knows, by [method@Gio.TlsCertificate.is_same];
   * whoever accepts what comes is not protected from anybody on the way.
   *
   * The peer waits for the decision, within [property@SSLSocket:handshake-timeout].
   * It is asked for also while a handler of this socket waits for it to connect. A
   * handler that is connected after the handshake has begun may be too late.
   *
   * Returns: `TRUE` to go on with this peer
   *
   * Since: 1.0
   */
  signals[SIGNAL_ACCEPT_CERTIFICATE] =
    g_signal_new ("accept-certificate", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockSSLSocketClass, accept_certificate),
                  g_signal_accumulator_true_handled, NULL, NULL,
                  G_TYPE_BOOLEAN, 2, G_TYPE_TLS_CERTIFICATE, G_TYPE_TLS_CERTIFICATE_FLAGS);
}

static void
tisock_ssl_socket_init (TisockSSLSocket *self)
{
  TisockSSLSocketPrivate *priv = GET_PRIVATE (self);

  priv->enabled = TRUE;
  priv->wanted = tisock_tls_parameters_new ();
  priv->wanted->minimum_version = G_TLS_PROTOCOL_VERSION_TLS_1_2;
  priv->wanted->require_close_notify = TRUE;
  priv->wanted->timeout = HANDSHAKE_TIMEOUT;
  tisock_tcp_socket_ensure_extras (TISOCK_TCP_SOCKET (self))->layer = &ssl_layer;
}

/**
 * tisock_ssl_socket_new:
 *
 * Makes a socket that belongs to the thread-default main context.
 *
 * Returns: (transfer full): a new socket
 *
 * Since: 1.0
 */
TisockSSLSocket *
tisock_ssl_socket_new (void)
{
  return g_object_new (TISOCK_TYPE_SSL_SOCKET, NULL);
}
