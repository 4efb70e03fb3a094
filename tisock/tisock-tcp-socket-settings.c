/* tisock-tcp-socket-settings.c: the properties of a TCPSocket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

#define MEBIBYTE (1024 * 1024)

const TisockTCPSettings tisock_tcp_default_settings = {
  .stream = {
    .close_timeout = 5000,
    .receive_limit = MEBIBYTE,
    .send_limit = MEBIBYTE,
  },
  .listen_backlog = 1,
  .no_delay = TRUE,
};

/* Settings are shared by all sockets that have not changed any. */
static TisockTCPSettings *
edit_settings (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->settings == &tisock_tcp_default_settings)
    priv->settings = g_memdup2 (priv->settings, sizeof *priv->settings);

  return (TisockTCPSettings *) priv->settings;
}

static void
set_number_option (int fd,
                   int level,
                   int name,
                   int value)
{
  setsockopt (fd, level, name, &value, sizeof value);
}

#ifdef TCP_KEEPIDLE
/* The last of the intervals ends with the time: half of it passes idle, and at most three probes
 * share the rest. Systems take 15 bits of seconds for each, and none of them may be 0. */
static void
set_probes (int   fd,
            guint liveness)
{
  guint seconds = CLAMP (liveness / 1000 + (liveness % 1000 != 0), 2, G_MAXINT16);
  guint interval = MAX (seconds / 6, 1);
  guint n_probes = MIN (seconds - 1, 3);

  set_number_option (fd, IPPROTO_TCP, TCP_KEEPIDLE, (int) (seconds - n_probes * interval));
  set_number_option (fd, IPPROTO_TCP, TCP_KEEPINTVL, (int) interval);
  set_number_option (fd, IPPROTO_TCP, TCP_KEEPCNT, (int) n_probes);
}
#endif

/* Probes find a silent peer while no data are under way, and the limit for data does it while they
 * are. Where there is such a limit the probes, too, go on until it is reached. */
static void
apply_liveness (int   fd,
                guint liveness)
{
  set_number_option (fd, SOL_SOCKET, SO_KEEPALIVE, liveness != 0);
#ifdef TCP_USER_TIMEOUT
  set_number_option (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int) MIN (liveness, G_MAXINT));
#endif
#ifdef TCP_KEEPIDLE
  if (liveness != 0)
    set_probes (fd, liveness);
#endif
}

/* On Linux a connection has inherited TCP_NODELAY, which listeners of this library set. */
void
tisock_tcp_socket_apply_options (TisockTCPSocket *self,
                                 gboolean         inherited)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  int fd = tisock_stream_get_fd (&priv->stream);

#ifndef __linux__
  inherited = FALSE;
#endif

  if (tisock_endpoint_is_unix (&priv->remote))
    {
      tisock_tcp_socket_apply_maximum_descriptors (self);
      return;
    }

  if (!inherited || !priv->settings->no_delay)
    set_number_option (fd, IPPROTO_TCP, TCP_NODELAY, priv->settings->no_delay);
  if (priv->settings->liveness != 0)
    apply_liveness (fd, priv->settings->liveness);
}

static void
apply_to_tcp (TisockTCPSocket   *self,
              TisockTCPProperty  property)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  int fd = tisock_tcp_socket_get_connection_fd (self);

  if (fd < 0 || tisock_endpoint_is_unix (&priv->remote))
    return;

  if (property == TISOCK_TCP_PROP_LIVENESS)
    apply_liveness (fd, priv->settings->liveness);
  else if (property == TISOCK_TCP_PROP_NO_DELAY)
    set_number_option (fd, IPPROTO_TCP, TCP_NODELAY, priv->settings->no_delay);
}

/* Brings a changed setting into effect. */
static void
apply (TisockTCPSocket   *self,
       TisockTCPProperty  property)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  /* Up to a higher limit there is room, also if more than half of it is taken. */
  if (property == TISOCK_TCP_PROP_RECEIVE_LIMIT)
    priv->stream.paused = FALSE;

  tisock_stream_update_settings (&priv->stream, &priv->settings->stream);
  if (priv->connector != NULL)
    tisock_connector_set_timeouts (priv->connector, priv->settings->stream.timeout,
                                   priv->settings->resolve_timeout);
  apply_to_tcp (self, property);

  tisock_tcp_socket_notify (self, property);
  tisock_socket_core_settle (TISOCK_SOCKET_CORE (self));
}

/* Sets the number that stands at an offset of the settings. */
static void
set_uint (TisockTCPSocket   *self,
          gsize              offset,
          guint              value,
          TisockTCPProperty  property)
{
  if (G_STRUCT_MEMBER (guint, GET_PRIVATE (self)->settings, offset) == value)
    return;

  G_STRUCT_MEMBER (guint, edit_settings (self), offset) = value;
  apply (self, property);
}

static void
set_uint64 (TisockTCPSocket   *self,
            gsize              offset,
            guint64            value,
            TisockTCPProperty  property)
{
  if (G_STRUCT_MEMBER (guint64, GET_PRIVATE (self)->settings, offset) == value)
    return;

  G_STRUCT_MEMBER (guint64, edit_settings (self), offset) = value;
  apply (self, property);
}

static void
set_boolean (TisockTCPSocket   *self,
             gsize              offset,
             gboolean           value,
             TisockTCPProperty  property)
{
  value = value != FALSE;
  if (G_STRUCT_MEMBER (gboolean, GET_PRIVATE (self)->settings, offset) == value)
    return;

  G_STRUCT_MEMBER (gboolean, edit_settings (self), offset) = value;
  apply (self, property);
}

void
tisock_tcp_socket_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  TisockTCPSocket *self = TISOCK_TCP_SOCKET (object);

  switch ((TisockTCPProperty) prop_id)
    {
    case TISOCK_TCP_PROP_ADDRESS:
      g_value_set_string (value, tisock_tcp_socket_get_address (self));
      break;

    case TISOCK_TCP_PROP_CONNECTABLE:
      g_value_set_object (value, tisock_tcp_socket_get_connectable (self));
      break;

    case TISOCK_TCP_PROP_PROXY_RESOLVER:
      g_value_set_object (value, tisock_tcp_socket_get_proxy_resolver (self));
      break;

    case TISOCK_TCP_PROP_REMOTE_ADDRESS:
      g_value_take_string (value, tisock_tcp_socket_get_remote_address (self));
      break;

    case TISOCK_TCP_PROP_REMOTE_PORT:
      g_value_set_int (value, tisock_tcp_socket_get_remote_port (self));
      break;

    case TISOCK_TCP_PROP_BYTES_AVAILABLE:
      g_value_set_uint64 (value, tisock_tcp_socket_get_bytes_available (self));
      break;

    case TISOCK_TCP_PROP_BYTES_LEFT_TO_SEND:
      g_value_set_uint64 (value, tisock_tcp_socket_get_bytes_left_to_send (self));
      break;

    case TISOCK_TCP_PROP_NEEDS_DRAIN:
      g_value_set_boolean (value, tisock_tcp_socket_get_needs_drain (self));
      break;

    case TISOCK_TCP_PROP_TIMEOUT:
      g_value_set_uint (value, tisock_tcp_socket_get_timeout (self));
      break;

    case TISOCK_TCP_PROP_RESOLVE_TIMEOUT:
      g_value_set_uint (value, tisock_tcp_socket_get_resolve_timeout (self));
      break;

    case TISOCK_TCP_PROP_IDLE_TIMEOUT:
      g_value_set_uint (value, tisock_tcp_socket_get_idle_timeout (self));
      break;

    case TISOCK_TCP_PROP_CLOSE_TIMEOUT:
      g_value_set_uint (value, tisock_tcp_socket_get_close_timeout (self));
      break;

    case TISOCK_TCP_PROP_LIVENESS:
      g_value_set_uint (value, tisock_tcp_socket_get_liveness (self));
      break;

    case TISOCK_TCP_PROP_LISTEN_BACKLOG:
      g_value_set_uint (value, tisock_tcp_socket_get_listen_backlog (self));
      break;

    case TISOCK_TCP_PROP_RECEIVE_LIMIT:
      g_value_set_uint64 (value, tisock_tcp_socket_get_receive_limit (self));
      break;

    case TISOCK_TCP_PROP_SEND_LIMIT:
      g_value_set_uint64 (value, tisock_tcp_socket_get_send_limit (self));
      break;

    case TISOCK_TCP_PROP_SEND_MAXIMUM:
      g_value_set_uint64 (value, tisock_tcp_socket_get_send_maximum (self));
      break;

    case TISOCK_TCP_PROP_NO_DELAY:
      g_value_set_boolean (value, tisock_tcp_socket_get_no_delay (self));
      break;

    case TISOCK_TCP_PROP_ALLOW_HALF_OPEN:
      g_value_set_boolean (value, tisock_tcp_socket_get_allow_half_open (self));
      break;

    case TISOCK_TCP_PROP_MAXIMUM_DESCRIPTORS:
      g_value_set_uint (value, tisock_tcp_socket_get_maximum_descriptors (self));
      break;

    case TISOCK_TCP_PROP_DESCRIPTORS_AVAILABLE:
      g_value_set_uint (value, tisock_tcp_socket_get_descriptors_available (self));
      break;

    case TISOCK_TCP_N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

void
tisock_tcp_socket_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  TisockTCPSocket *self = TISOCK_TCP_SOCKET (object);

  switch ((TisockTCPProperty) prop_id)
    {
    case TISOCK_TCP_PROP_ADDRESS:
      tisock_tcp_socket_set_address (self, g_value_get_string (value));
      break;

    case TISOCK_TCP_PROP_CONNECTABLE:
      tisock_tcp_socket_set_connectable (self, g_value_get_object (value));
      break;

    case TISOCK_TCP_PROP_PROXY_RESOLVER:
      tisock_tcp_socket_set_proxy_resolver (self, g_value_get_object (value));
      break;

    case TISOCK_TCP_PROP_TIMEOUT:
      tisock_tcp_socket_set_timeout (self, g_value_get_uint (value));
      break;

    case TISOCK_TCP_PROP_RESOLVE_TIMEOUT:
      tisock_tcp_socket_set_resolve_timeout (self, g_value_get_uint (value));
      break;

    case TISOCK_TCP_PROP_IDLE_TIMEOUT:
      tisock_tcp_socket_set_idle_timeout (self, g_value_get_uint (value));
      break;

    case TISOCK_TCP_PROP_CLOSE_TIMEOUT:
      tisock_tcp_socket_set_close_timeout (self, g_value_get_uint (value));
      break;

    case TISOCK_TCP_PROP_LIVENESS:
      tisock_tcp_socket_set_liveness (self, g_value_get_uint (value));
      break;

    case TISOCK_TCP_PROP_LISTEN_BACKLOG:
      tisock_tcp_socket_set_listen_backlog (self, g_value_get_uint (value));
      break;

    case TISOCK_TCP_PROP_RECEIVE_LIMIT:
      tisock_tcp_socket_set_receive_limit (self, g_value_get_uint64 (value));
      break;

    case TISOCK_TCP_PROP_SEND_LIMIT:
      tisock_tcp_socket_set_send_limit (self, g_value_get_uint64 (value));
      break;

    case TISOCK_TCP_PROP_SEND_MAXIMUM:
      tisock_tcp_socket_set_send_maximum (self, g_value_get_uint64 (value));
      break;

    case TISOCK_TCP_PROP_NO_DELAY:
      tisock_tcp_socket_set_no_delay (self, g_value_get_boolean (value));
      break;

    case TISOCK_TCP_PROP_ALLOW_HALF_OPEN:
      tisock_tcp_socket_set_allow_half_open (self, g_value_get_boolean (value));
      break;

    case TISOCK_TCP_PROP_MAXIMUM_DESCRIPTORS:
      tisock_tcp_socket_set_maximum_descriptors (self, g_value_get_uint (value));
      break;

    case TISOCK_TCP_PROP_REMOTE_ADDRESS:
    case TISOCK_TCP_PROP_REMOTE_PORT:
    case TISOCK_TCP_PROP_BYTES_AVAILABLE:
    case TISOCK_TCP_PROP_BYTES_LEFT_TO_SEND:
    case TISOCK_TCP_PROP_NEEDS_DRAIN:
    case TISOCK_TCP_PROP_DESCRIPTORS_AVAILABLE:
    case TISOCK_TCP_N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

void
tisock_tcp_socket_install_properties (GObjectClass  *object_class,
                                      GParamSpec   **properties)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  /**
   * TisockTCPSocket:address: (getter get_address) (setter set_address)
   *
   * The name or IP address to connect to.
   *
   * [method@TCPSocket.listen] binds it if it is set; then it has to be an IP
   * address. Can be set while the socket is neither connecting, connected nor
   * listening. Xojo's `TCPSocket.Address`, Titanium's `host`.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_ADDRESS] =
    g_param_spec_string ("address", NULL, NULL, NULL, writable);

  /**
   * TisockTCPSocket:connectable: (getter get_connectable) (setter set_connectable)
   *
   * What to connect to instead of the address and port.
   *
   * While it is set, [property@TCPSocket:address] and
   * [property@SocketCore:port] do not count for connecting, and need not be
   * valid. It can be
   *
   * - a [class@Gio.NetworkAddress]: as an address and port
   * - a [class@Gio.InetSocketAddress], which is connected to at once
   * - a [class@Gio.UnixSocketAddress], a path or an abstract name, likewise
   * - a [class@Gio.ProxyAddress]: a destination, by way of a proxy
   * - a [class@Gio.NetworkService]: the machines that offer the service (SRV
   *   records), in the order of their priority and weight
   * - any other [iface@Gio.SocketConnectable]: its addresses are asked for one by
   *   one, on a thread, and tried in its order
   *
   * The next address is tried when one has failed or is taking long, as with the
   * addresses of a name. An implementation of the program's own has to allow
   * its enumerators to be used on another thread.
   *
   * [method@TCPSocket.listen] listens there, if it is an IP address or a Unix
   * socket, and fails for the others. Can be set while the socket is neither
   * connecting, connected nor listening. The default is `NULL`.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_CONNECTABLE] =
    g_param_spec_object ("connectable", NULL, NULL, G_TYPE_SOCKET_CONNECTABLE, writable);

  /**
   * TisockTCPSocket:proxy-resolver: (getter get_proxy_resolver) (setter set_proxy_resolver)
   *
   * Whom to ask which proxies to go through.
   *
   * It is asked for the destination, each time the socket is opened, and on a
   * thread: it must allow that. Its answers are tried one after the other, the
   * next one when one has failed; none of them is passed over. "direct://" is
   * the way without a proxy. A destination that is a path or a
   * [class@Gio.ProxyAddress] it is not asked for.
   *
   * [func@Gio.ProxyResolver.get_default] gives the settings of the desktop, and
   * a [class@Gio.SimpleProxyResolver] says the same proxy for all destinations
   * but some. Proxies by SOCKS 4, 4a and 5 and by HTTP's CONNECT are possible;
   * names are told to them unresolved if the protocol allows it.
   * [property@TCPSocket:timeout] counts for all of it.
   *
   * Counts from the next opening. The default is `NULL`: connect directly.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_PROXY_RESOLVER] =
    g_param_spec_object ("proxy-resolver", NULL, NULL, G_TYPE_PROXY_RESOLVER, writable);

  /**
   * TisockTCPSocket:remote-address: (getter get_remote_address)
   *
   * The peer's IP address.
   *
   * By way of a proxy the peer is the proxy. Of a Unix socket it is the path, or
   * `@` and the abstract name. Most that connect have neither; then it is empty.
   *
   * After the end of a connection it is still that connection's, until the next
   * one. Xojo's `TCPSocket.RemoteAddress`.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_REMOTE_ADDRESS] =
    g_param_spec_string ("remote-address", NULL, NULL, NULL, readable);

  /**
   * TisockTCPSocket:remote-port: (getter get_remote_port)
   *
   * The peer's port, or 0 before there was a peer.
   *
   * After the end of a connection it is still that connection's, until the next
   * one.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_REMOTE_PORT] =
    g_param_spec_int ("remote-port", NULL, NULL, 0, G_MAXUINT16, 0, readable);

  /**
   * TisockTCPSocket:bytes-available: (getter get_bytes_available)
   *
   * How many bytes are in the receive buffer.
   *
   * Changes are notified at the end of a turn or a call, after the signals: not
   * what a handler of [signal@SocketCore::data-available] has taken by then.
   * Xojo's `TCPSocket.BytesAvailable`.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_BYTES_AVAILABLE] =
    g_param_spec_uint64 ("bytes-available", NULL, NULL, 0, G_MAXUINT64, 0, readable);

  /**
   * TisockTCPSocket:bytes-left-to-send: (getter get_bytes_left_to_send)
   *
   * How many bytes are queued and not yet with the system.
   *
   * Changes are notified at the end of a turn or a call, after the signals.
   * Xojo's `TCPSocket.BytesLeftToSend`.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_BYTES_LEFT_TO_SEND] =
    g_param_spec_uint64 ("bytes-left-to-send", NULL, NULL, 0, G_MAXUINT64, 0, readable);

  /**
   * TisockTCPSocket:needs-drain: (getter get_needs_drain)
   *
   * Whether the send queue is long.
   *
   * `TRUE` once more than [property@TCPSocket:send-limit] bytes are queued,
   * until they are down to half of that, which [signal@TCPSocket::drained]
   * announces. Writing is possible all the same.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_NEEDS_DRAIN] =
    g_param_spec_boolean ("needs-drain", NULL, NULL, FALSE, readable);

  /**
   * TisockTCPSocket:timeout: (getter get_timeout) (setter set_timeout)
   *
   * How long connecting may take, and how long a write may make no progress.
   *
   * A connection that is not made in this time, with all its addresses tried and
   * the name's resolution included, or a peer that takes no bytes for this long,
   * fails with [error@Gio.IOErrorEnum.TIMED_OUT]. Milliseconds; 0, the default,
   * is no limit. Titanium's `timeout`.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_TIMEOUT] =
    g_param_spec_uint ("timeout", NULL, NULL, 0, G_MAXUINT, 0, writable);

  /**
   * TisockTCPSocket:resolve-timeout: (getter get_resolve_timeout) (setter set_resolve_timeout)
   *
   * How long the resolution of a name may take.
   *
   * A name without an address after this time fails the connection with
   * [error@Gio.IOErrorEnum.TIMED_OUT]. Milliseconds; 0, the default, is no limit
   * other than [property@TCPSocket:timeout].
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_RESOLVE_TIMEOUT] =
    g_param_spec_uint ("resolve-timeout", NULL, NULL, 0, G_MAXUINT, 0, writable);

  /**
   * TisockTCPSocket:idle-timeout: (getter get_idle_timeout) (setter set_idle_timeout)
   *
   * How long a connection may be silent both ways.
   *
   * After this time without a byte in either direction the connection fails with
   * [error@Gio.IOErrorEnum.TIMED_OUT]. Milliseconds; 0, the default, is no limit.
   * However many sockets have one, it costs nothing while bytes flow.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_IDLE_TIMEOUT] =
    g_param_spec_uint ("idle-timeout", NULL, NULL, 0, G_MAXUINT, 0, writable);

  /**
   * TisockTCPSocket:close-timeout: (getter get_close_timeout) (setter set_close_timeout)
   *
   * How long the peer may take to end its side after a shutdown.
   *
   * Counts from [method@TCPSocket.shutdown] and from each progress after it.
   * Then the connection is closed from this side. If the peer has not even taken
   * all that was queued, what is left gets lost, and the connection fails with
   * [error@Gio.IOErrorEnum.TIMED_OUT]. Milliseconds; the default is 5000, and 0 is
   * no limit.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_CLOSE_TIMEOUT] =
    g_param_spec_uint ("close-timeout", NULL, NULL, 0, G_MAXUINT, 5000, writable);

  /**
   * TisockTCPSocket:liveness: (getter get_liveness) (setter set_liveness)
   *
   * How long a peer may be silent before the connection is given up.
   *
   * A host that is gone without a word, or a cut line, is noticed by the system:
   * by its keep-alive probes, or by bytes under way that are not acknowledged.
   * The connection then fails with [error@Gio.IOErrorEnum.TIMED_OUT], or with
   * [error@Gio.IOErrorEnum.HOST_UNREACHABLE] or
   * [error@Gio.IOErrorEnum.NETWORK_UNREACHABLE] if the network has given that as
   * the reason.
   *
   * Milliseconds; 0, the default, leaves it to the system, which may never
   * notice. Probes are counted in whole seconds: while no bytes are under way the
   * time is rounded up to the next second, and is two seconds at least. While
   * bytes are under way it runs from when they are first sent again, which is a
   * fraction of a second after the first time.
   *
   * A peer that is there but does not take what is sent to it counts as silent
   * after this time as well. So it has to be longer than a peer may pause. Means
   * nothing for Unix sockets, whose peers cannot be gone without a word.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_LIVENESS] =
    g_param_spec_uint ("liveness", NULL, NULL, 0, G_MAXUINT, 0, writable);

  /**
   * TisockTCPSocket:listen-backlog: (getter get_listen_backlog) (setter set_listen_backlog)
   *
   * How many peers may wait while the socket is listening.
   *
   * The default is 1, as the socket takes one connection only; 0 is as many as
   * the system allows. Can be set while the socket is neither connecting,
   * connected nor listening. Titanium's `listenQueueSize`.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_LISTEN_BACKLOG] =
    g_param_spec_uint ("listen-backlog", NULL, NULL, 0, G_MAXUINT, 1, writable);

  /**
   * TisockTCPSocket:receive-limit: (getter get_receive_limit) (setter set_receive_limit)
   *
   * How many bytes the receive buffer takes before reading pauses.
   *
   * Reading goes on by itself when the buffer is down to half of it. While it is
   * paused the peer has to wait, and its end is not seen. The default is 1 MiB; 0
   * is no limit.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_RECEIVE_LIMIT] =
    g_param_spec_uint64 ("receive-limit", NULL, NULL, 0, G_MAXUINT64, MEBIBYTE, writable);

  /**
   * TisockTCPSocket:send-limit: (getter get_send_limit) (setter set_send_limit)
   *
   * How many bytes may be queued before the queue counts as long.
   *
   * Past it [property@TCPSocket:needs-drain] is `TRUE`, until the queue is down
   * to half of it. Nothing is refused. The default is 1 MiB; 0 is no limit.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_SEND_LIMIT] =
    g_param_spec_uint64 ("send-limit", NULL, NULL, 0, G_MAXUINT64, MEBIBYTE, writable);

  /**
   * TisockTCPSocket:send-maximum: (getter get_send_maximum) (setter set_send_maximum)
   *
   * How many bytes may be queued at all.
   *
   * A write that would go past it is refused whole with
   * [error@Tisock.SocketError.QUEUE_FULL]. Files do not count, and what is spliced
   * is never refused. 0, the default, is no limit.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_SEND_MAXIMUM] =
    g_param_spec_uint64 ("send-maximum", NULL, NULL, 0, G_MAXUINT64, 0, writable);

  /**
   * TisockTCPSocket:no-delay: (getter get_no_delay) (setter set_no_delay)
   *
   * Whether small writes are sent at once.
   *
   * That is the option `TCP_NODELAY`, which is `TRUE` by default here: a program
   * that writes in small pieces and cares for fewer packets may turn it off. Means
   * nothing for Unix sockets.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_NO_DELAY] =
    g_param_spec_boolean ("no-delay", NULL, NULL, TRUE, writable);

  /**
   * TisockTCPSocket:allow-half-open: (getter get_allow_half_open) (setter set_allow_half_open)
   *
   * Whether this side may go on after the peer has ended its own.
   *
   * If `FALSE`, the default, the peer's end is the connection's end, once what is
   * queued has been sent. If `TRUE`, [signal@TCPSocket::read-eof] announces it,
   * and the connection lasts until this side is shut down as well.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_ALLOW_HALF_OPEN] =
    g_param_spec_boolean ("allow-half-open", NULL, NULL, FALSE, writable);

  /**
   * TisockTCPSocket:maximum-descriptors: (getter get_maximum_descriptors)
   *   (setter set_maximum_descriptors)
   *
   * How many descriptors are kept that have come by a Unix socket and have not
   * been taken by [method@TCPSocket.read_descriptors].
   *
   * A peer that sends more, at once or one by one, ends the connection with
   * [error@Gio.IOErrorEnum.MESSAGE_TOO_LARGE], since what its bytes speak of would
   * be missing. Those that were too many are closed, and the bytes that came with
   * them are dropped; what had come before stays readable. So it is if the table
   * of descriptors is full, with [error@Gio.IOErrorEnum.TOO_MANY_OPEN_FILES].
   *
   * Can be set at any time, for what is received from then on; on the connections
   * of a server that is not later than in [signal@ServerSocket::accepted]. The
   * default is 0: none are received, and the system closes those that come.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_MAXIMUM_DESCRIPTORS] =
    g_param_spec_uint ("maximum-descriptors", NULL, NULL, 0, G_MAXUINT, 0, writable);

  /**
   * TisockTCPSocket:descriptors-available: (getter get_descriptors_available)
   *
   * How many descriptors have come by a Unix socket and have not been taken.
   *
   * They are there no later than the first of the bytes that they were sent with.
   * After the end of a connection they can still be taken, until
   * [method@SocketCore.purge] or the next life closes them. Changes are notified
   * at the end of a turn or a call, after the signals.
   *
   * Since: 1.0
   */
  properties[TISOCK_TCP_PROP_DESCRIPTORS_AVAILABLE] =
    g_param_spec_uint ("descriptors-available", NULL, NULL, 0, G_MAXUINT, 0, readable);

  g_object_class_install_properties (object_class, TISOCK_TCP_N_PROPS, properties);
}

/**
 * tisock_tcp_socket_get_address: (get-property address)
 * @self: the socket
 *
 * Gets the name or IP address to connect to.
 *
 * Returns: (nullable): the address
 *
 * Since: 1.0
 */
const char *
tisock_tcp_socket_get_address (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);

  return GET_PRIVATE (self)->address;
}

/**
 * tisock_tcp_socket_set_address: (set-property address)
 * @self: the socket
 * @address: (nullable): a name or an IP address
 *
 * Sets the name or IP address to connect to.
 *
 * While the socket is connecting, connected or listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_address (TisockTCPSocket *self,
                               const char      *address)
{
  TisockTCPSocketPrivate *priv;
  char *copy;

  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      g_strcmp0 (priv->address, address) == 0 ||
      !tisock_socket_core_may_configure (TISOCK_SOCKET_CORE (self), "address"))
    return;

  copy = g_strdup (address);
  g_free (priv->address);
  priv->address = copy;
  tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_ADDRESS);
}

/**
 * tisock_tcp_socket_get_remote_address: (get-property remote-address)
 * @self: the socket
 *
 * Gets the peer's IP address, or the name of its Unix socket.
 *
 * Returns: (transfer full) (nullable): the address; `NULL` before there was a
 *   peer, and empty if its Unix socket has no name
 *
 * Since: 1.0
 */
char *
tisock_tcp_socket_get_remote_address (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);

  priv = GET_PRIVATE (self);
  if (tisock_endpoint_has_name (&priv->remote))
    return g_strdup (priv->extras->remote_name);

  return tisock_endpoint_dup_text (&priv->remote);
}

/**
 * tisock_tcp_socket_get_remote_port: (get-property remote-port)
 * @self: the socket
 *
 * Gets the peer's port.
 *
 * Returns: the port; 0 before there was a peer
 *
 * Since: 1.0
 */
int
tisock_tcp_socket_get_remote_port (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->remote.port;
}

/**
 * tisock_tcp_socket_get_bytes_available: (get-property bytes-available)
 * @self: the socket
 *
 * Gets how many bytes are in the receive buffer.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint64
tisock_tcp_socket_get_bytes_available (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->stream.received.length;
}

/**
 * tisock_tcp_socket_get_bytes_left_to_send: (get-property bytes-left-to-send)
 * @self: the socket
 *
 * Gets how many bytes are queued and not yet with the system.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint64
tisock_tcp_socket_get_bytes_left_to_send (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->stream.queue.length;
}

/**
 * tisock_tcp_socket_get_needs_drain: (get-property needs-drain)
 * @self: the socket
 *
 * Gets whether the send queue is long.
 *
 * Returns: whether it is time to wait for [signal@TCPSocket::drained]
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_get_needs_drain (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->stream.needs_drain;
}

/**
 * tisock_tcp_socket_get_timeout: (get-property timeout)
 * @self: the socket
 *
 * Gets the time after which connecting, or a write without progress, fails.
 *
 * Returns: milliseconds, or 0 for no limit
 *
 * Since: 1.0
 */
guint
tisock_tcp_socket_get_timeout (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings->stream.timeout;
}

/**
 * tisock_tcp_socket_set_timeout: (set-property timeout)
 * @self: the socket
 * @timeout: milliseconds, or 0 for no limit
 *
 * Sets the time after which connecting, or a write without progress, fails.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_timeout (TisockTCPSocket *self,
                               guint            timeout)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_uint (self, G_STRUCT_OFFSET (TisockTCPSettings, stream.timeout),
              timeout, TISOCK_TCP_PROP_TIMEOUT);
}

/**
 * tisock_tcp_socket_get_resolve_timeout: (get-property resolve-timeout)
 * @self: the socket
 *
 * Gets the time after which resolving a name fails.
 *
 * Returns: milliseconds, or 0 for no limit
 *
 * Since: 1.0
 */
guint
tisock_tcp_socket_get_resolve_timeout (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings->resolve_timeout;
}

/**
 * tisock_tcp_socket_set_resolve_timeout: (set-property resolve-timeout)
 * @self: the socket
 * @resolve_timeout: milliseconds, or 0 for no limit
 *
 * Sets the time after which resolving a name fails.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_resolve_timeout (TisockTCPSocket *self,
                                       guint            resolve_timeout)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_uint (self, G_STRUCT_OFFSET (TisockTCPSettings, resolve_timeout),
              resolve_timeout, TISOCK_TCP_PROP_RESOLVE_TIMEOUT);
}

/**
 * tisock_tcp_socket_get_idle_timeout: (get-property idle-timeout)
 * @self: the socket
 *
 * Gets the time after which a silent connection fails.
 *
 * Returns: milliseconds, or 0 for no limit
 *
 * Since: 1.0
 */
guint
tisock_tcp_socket_get_idle_timeout (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings->stream.idle_timeout;
}

/**
 * tisock_tcp_socket_set_idle_timeout: (set-property idle-timeout)
 * @self: the socket
 * @idle_timeout: milliseconds, or 0 for no limit
 *
 * Sets the time after which a silent connection fails.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_idle_timeout (TisockTCPSocket *self,
                                    guint            idle_timeout)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_uint (self, G_STRUCT_OFFSET (TisockTCPSettings, stream.idle_timeout),
              idle_timeout, TISOCK_TCP_PROP_IDLE_TIMEOUT);
}

/**
 * tisock_tcp_socket_get_close_timeout: (get-property close-timeout)
 * @self: the socket
 *
 * Gets the time after which a shutdown no longer waits for the peer.
 *
 * Returns: milliseconds, or 0 for no limit
 *
 * Since: 1.0
 */
guint
tisock_tcp_socket_get_close_timeout (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings->stream.close_timeout;
}

/**
 * tisock_tcp_socket_set_close_timeout: (set-property close-timeout)
 * @self: the socket
 * @close_timeout: milliseconds, or 0 for no limit
 *
 * Sets the time after which a shutdown no longer waits for the peer.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_close_timeout (TisockTCPSocket *self,
                                     guint            close_timeout)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_uint (self, G_STRUCT_OFFSET (TisockTCPSettings, stream.close_timeout),
              close_timeout, TISOCK_TCP_PROP_CLOSE_TIMEOUT);
}

/**
 * tisock_tcp_socket_get_liveness: (get-property liveness)
 * @self: the socket
 *
 * Gets the time after which a silent peer is given up.
 *
 * Returns: milliseconds, or 0 to leave it to the system
 *
 * Since: 1.0
 */
guint
tisock_tcp_socket_get_liveness (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings->liveness;
}

/**
 * tisock_tcp_socket_set_liveness: (set-property liveness)
 * @self: the socket
 * @liveness: milliseconds, or 0 to leave it to the system
 *
 * Sets the time after which a silent peer is given up.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_liveness (TisockTCPSocket *self,
                                guint            liveness)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_uint (self, G_STRUCT_OFFSET (TisockTCPSettings, liveness),
              liveness, TISOCK_TCP_PROP_LIVENESS);
}

/**
 * tisock_tcp_socket_get_listen_backlog: (get-property listen-backlog)
 * @self: the socket
 *
 * Gets how many peers may wait while the socket is listening.
 *
 * Returns: a number of peers, or 0 for the system's maximum
 *
 * Since: 1.0
 */
guint
tisock_tcp_socket_get_listen_backlog (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings->listen_backlog;
}

/**
 * tisock_tcp_socket_set_listen_backlog: (set-property listen-backlog)
 * @self: the socket
 * @listen_backlog: a number of peers, or 0 for the system's maximum
 *
 * Sets how many peers may wait while the socket is listening.
 *
 * While the socket is connecting, connected or listening this is refused with
 * [error@Tisock.SocketError.INVALID_STATE] on [signal@SocketCore::error].
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_listen_backlog (TisockTCPSocket *self,
                                      guint            listen_backlog)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) &&
      tisock_socket_core_may_configure (TISOCK_SOCKET_CORE (self), "listen-backlog"))
    set_uint (self, G_STRUCT_OFFSET (TisockTCPSettings, listen_backlog),
              listen_backlog, TISOCK_TCP_PROP_LISTEN_BACKLOG);
}

/**
 * tisock_tcp_socket_get_receive_limit: (get-property receive-limit)
 * @self: the socket
 *
 * Gets how many bytes the receive buffer takes.
 *
 * Returns: a number of bytes, or 0 for no limit
 *
 * Since: 1.0
 */
guint64
tisock_tcp_socket_get_receive_limit (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings->stream.receive_limit;
}

/**
 * tisock_tcp_socket_set_receive_limit: (set-property receive-limit)
 * @self: the socket
 * @receive_limit: a number of bytes, or 0 for no limit
 *
 * Sets how many bytes the receive buffer takes.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_receive_limit (TisockTCPSocket *self,
                                     guint64          receive_limit)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_uint64 (self, G_STRUCT_OFFSET (TisockTCPSettings, stream.receive_limit),
                receive_limit, TISOCK_TCP_PROP_RECEIVE_LIMIT);
}

/**
 * tisock_tcp_socket_get_send_limit: (get-property send-limit)
 * @self: the socket
 *
 * Gets how many bytes may be queued before the queue counts as long.
 *
 * Returns: a number of bytes, or 0 for no limit
 *
 * Since: 1.0
 */
guint64
tisock_tcp_socket_get_send_limit (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings->stream.send_limit;
}

/**
 * tisock_tcp_socket_set_send_limit: (set-property send-limit)
 * @self: the socket
 * @send_limit: a number of bytes, or 0 for no limit
 *
 * Sets how many bytes may be queued before the queue counts as long.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_send_limit (TisockTCPSocket *self,
                                  guint64          send_limit)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_uint64 (self, G_STRUCT_OFFSET (TisockTCPSettings, stream.send_limit),
                send_limit, TISOCK_TCP_PROP_SEND_LIMIT);
}

/**
 * tisock_tcp_socket_get_send_maximum: (get-property send-maximum)
 * @self: the socket
 *
 * Gets how many bytes may be queued at all.
 *
 * Returns: a number of bytes, or 0 for no limit
 *
 * Since: 1.0
 */
guint64
tisock_tcp_socket_get_send_maximum (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->settings->send_maximum;
}

/**
 * tisock_tcp_socket_set_send_maximum: (set-property send-maximum)
 * @self: the socket
 * @send_maximum: a number of bytes, or 0 for no limit
 *
 * Sets how many bytes may be queued at all.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_send_maximum (TisockTCPSocket *self,
                                    guint64          send_maximum)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_uint64 (self, G_STRUCT_OFFSET (TisockTCPSettings, send_maximum),
                send_maximum, TISOCK_TCP_PROP_SEND_MAXIMUM);
}

/**
 * tisock_tcp_socket_get_no_delay: (get-property no-delay)
 * @self: the socket
 *
 * Gets whether small writes are sent at once.
 *
 * Returns: whether small writes are sent at once
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_get_no_delay (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->settings->no_delay;
}

/**
 * tisock_tcp_socket_set_no_delay: (set-property no-delay)
 * @self: the socket
 * @no_delay: whether small writes are sent at once
 *
 * Sets whether small writes are sent at once.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_no_delay (TisockTCPSocket *self,
                                gboolean         no_delay)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_boolean (self, G_STRUCT_OFFSET (TisockTCPSettings, no_delay),
                 no_delay, TISOCK_TCP_PROP_NO_DELAY);
}

/**
 * tisock_tcp_socket_get_allow_half_open: (get-property allow-half-open)
 * @self: the socket
 *
 * Gets whether this side may go on after the peer has ended its own.
 *
 * Returns: whether half-open connections are allowed
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_get_allow_half_open (TisockTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);

  return GET_PRIVATE (self)->settings->stream.allow_half_open;
}

/**
 * tisock_tcp_socket_set_allow_half_open: (set-property allow-half-open)
 * @self: the socket
 * @allow_half_open: whether half-open connections are allowed
 *
 * Sets whether this side may go on after the peer has ended its own.
 *
 * Takes effect at once.
 *
 * Since: 1.0
 */
void
tisock_tcp_socket_set_allow_half_open (TisockTCPSocket *self,
                                       gboolean         allow_half_open)
{
  g_return_if_fail (TISOCK_IS_TCP_SOCKET (self));

  if (tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    set_boolean (self, G_STRUCT_OFFSET (TisockTCPSettings, stream.allow_half_open),
                 allow_half_open, TISOCK_TCP_PROP_ALLOW_HALF_OPEN);
}
