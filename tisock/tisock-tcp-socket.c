/* tisock-tcp-socket.c: the class and its life; reading and writing is in -data.c, what can be
 * set in -settings.c, what it is connected to in -destination.c, what GIO has of it in -gio.c, what
 * Unix sockets have besides in -unix.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/unix-name.h"
#include "tisock-local-address.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>
#include <sys/socket.h>

/**
 * TisockTCPSocket:
 *
 * A TCP connection that buffers by itself and speaks in signals.
 *
 * Set [property@TCPSocket:address] and [property@SocketCore:port], connect the
 * signals, and [method@SocketCore.open] it:
 *
 * ```c
 * static void
 * data_available_cb (TisockTCPSocket *socket,
 *                    gpointer         user_data)
 * {
 *   gsize length;
 *   g_autofree guint8 *data = tisock_tcp_socket_read_all (socket, &length);
 *
 *   g_print ("%.*s", (int) length, (char *) data);
 * }
 *
 * TisockTCPSocket *socket = tisock_tcp_socket_new ();
 *
 * tisock_tcp_socket_set_address (socket, "localhost");
 * tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), 7);
 * g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);
 * tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL);
 * ```
 *
 * What comes in goes to a receive buffer that the program reads when it likes;
 * once it holds [property@TCPSocket:receive-limit] bytes, reading pauses until
 * the program has taken half of them, and the peer has to wait. What is written
 * is queued and sent in order; [property@TCPSocket:needs-drain] tells when the
 * peer is slower than the program.
 *
 * A subclass may override the slots of the signals instead of connecting
 * handlers. This class has the members of Xojo's `TCPSocket`.
 *
 * Since: 1.0
 */

static GParamSpec *properties[TISOCK_TCP_N_PROPS];

enum
{
  SIGNAL_CONNECTED,
  SIGNAL_SEND_PROGRESS,
  SIGNAL_DRAINED,
  SIGNAL_READ_EOF,
  SIGNAL_DRAINING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_PRIVATE (TisockTCPSocket, tisock_tcp_socket, TISOCK_TYPE_SOCKET_CORE)

TisockTCPSocketPrivate *
tisock_tcp_socket_get_private (TisockTCPSocket *self)
{
  return tisock_tcp_socket_get_instance_private (self);
}

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private ((TisockTCPSocket *) (self)))

TisockTCPExtras *
tisock_tcp_socket_ensure_extras (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->extras == NULL)
    priv->extras = g_new0 (TisockTCPExtras, 1);

  return priv->extras;
}

gboolean
tisock_tcp_socket_refuse (TisockTCPSocket  *self,
                          const char       *operation,
                          GError          **error)
{
  const char *reason = "the socket is not connected";

  if (tisock_tcp_socket_is_lent (GET_PRIVATE (self)))
    reason = "the connection is lent to its I/O stream";

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not %s: %s", operation, reason);
}

int
tisock_tcp_socket_get_connection_fd (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (tisock_tcp_socket_is_lent (priv))
    return g_socket_get_fd (tisock_loan_get_socket (priv->extras->loan));

  return tisock_stream_get_fd (&priv->stream);
}

void
tisock_tcp_socket_notify (TisockTCPSocket   *self,
                          TisockTCPProperty  property)
{
  if (tisock_is_watched (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static gboolean
is_announced (TisockTCPSocketPrivate *priv)
{
  return priv->announced.available == priv->stream.received.length &&
         priv->announced.left == priv->stream.queue.length &&
         priv->announced.needs_drain == priv->stream.needs_drain &&
         priv->announced.descriptors == tisock_tcp_socket_count_descriptors (priv);
}

static void
announce_now (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  TisockTCPAmounts before = priv->announced;
  TisockTCPAmounts now = {
    priv->stream.received.length, priv->stream.queue.length, priv->stream.needs_drain,
    tisock_tcp_socket_count_descriptors (priv),
  };

  priv->announced = now;
  if (now.available != before.available)
    tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_BYTES_AVAILABLE);
  if (now.left != before.left)
    tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_BYTES_LEFT_TO_SEND);
  if (now.needs_drain != before.needs_drain)
    tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_NEEDS_DRAIN);
  if (now.descriptors != before.descriptors)
    tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_DESCRIPTORS_AVAILABLE);
}

void
tisock_tcp_socket_announce (TisockTCPSocket *self)
{
  if (!is_announced (GET_PRIVATE (self)) && !tisock_socket_core_is_held ((TisockSocketCore *) self))
    announce_now (self);
}

gboolean
tisock_tcp_socket_ended_in_order (TisockTCPSocket *self,
                                  const GError    *end)
{
  return tisock_socket_core_get_state (TISOCK_SOCKET_CORE (self)) == TISOCK_SOCKET_STATE_CLOSED &&
         g_error_matches (end, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
}

/* The stream */

static void
stream_happened (TisockStream       *stream,
                 TisockStreamEvents  events)
{
  guint due = 0;

  if (events & TISOCK_STREAM_RECEIVED)
    due |= tisock_tcp_socket_get_messages (GET_PRIVATE (stream->slot.owner)) == NULL
           ? TISOCK_DUE_DATA_AVAILABLE : TISOCK_DUE_MESSAGES;
  if (events & TISOCK_STREAM_EOF)
    due |= TISOCK_DUE_READ_EOF;
  if (events & TISOCK_STREAM_SENT)
    due |= TISOCK_DUE_SEND_PROGRESS;
  if (events & TISOCK_STREAM_DRAINED)
    due |= TISOCK_DUE_DRAINED;
  if (events & TISOCK_STREAM_MOVED)
    due |= TISOCK_DUE_MOVED;

  tisock_socket_core_due ((TisockSocketCore *) stream->slot.owner, (TisockDue) due);
}

/* Most peers of Unix sockets have no name. */
static char *
describe_unix_peer (TisockTCPSocket *self)
{
  g_autofree char *remote = tisock_tcp_socket_get_remote_address (self);
  g_autofree char *local = NULL;

  if (*remote != '\0')
    return g_steal_pointer (&remote);

  local = tisock_socket_core_get_local_address (TISOCK_SOCKET_CORE (self));

  return *local != '\0' ? g_strdup_printf ("a peer of %s", local) : g_strdup ("an unnamed peer");
}

static char *
describe_peer (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(GSocketConnectable) destination = NULL;

  if (tisock_endpoint_is_unix (&priv->remote))
    return describe_unix_peer (self);
  if (tisock_endpoint_is_set (&priv->remote))
    return tisock_endpoint_describe (&priv->remote);

  destination = tisock_tcp_socket_dup_destination (self);

  return destination != NULL ? g_socket_connectable_to_string (destination)
                             : g_strdup ("the peer");
}

/* Whether the end comes within a message; then the error says so. */
static gboolean
note_cut (TisockTCPSocket *self,
          GError          *error)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  const TisockTCPMessages *messages = tisock_tcp_socket_get_messages (priv);
  g_autofree char *rest = NULL;
  char *message;
  gsize whole;

  if (messages == NULL)
    return FALSE;

  whole = messages->measure (self);
  if (whole == priv->stream.received.length)
    return FALSE;

  rest = messages->describe (self, whole);
  message = g_strdup_printf ("%s; %s", error->message, rest);
  g_free (error->message);
  error->message = message;

  return TRUE;
}

static void
stream_ended (TisockStream *stream,
              GError       *error,
              int           error_number)
{
  TisockSocketCore *self = (TisockSocketCore *) stream->slot.owner;
  g_autofree char *peer = describe_peer ((TisockTCPSocket *) self);
  TisockSocketState state = TISOCK_SOCKET_STATE_ERROR;

  if (!note_cut ((TisockTCPSocket *) self, error) && error_number == 0)
    state = TISOCK_SOCKET_STATE_CLOSED;

  g_prefix_error (&error, "Connection with %s: ", peer);
  tisock_socket_core_end (self, state, error, error_number);
}

/* Nothing is left to send, nothing unread, and nothing to be passed on. */
static gboolean
is_idle (TisockTCPSocketPrivate *priv)
{
  return priv->stream.queue.length == 0 && priv->stream.received.length == 0 &&
         !tisock_tcp_socket_is_lent (priv) && priv->stream.links == NULL;
}

static void
say_due (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  tisock_socket_core_emit_due ((TisockSocketCore *) self);
  tisock_tcp_socket_announce (self);

  if (priv->draining == TISOCK_TCP_DRAINED_WHEN_IDLE && is_idle (priv) &&
      priv->stream.transport != NULL && !priv->stream.closing &&
      !tisock_socket_core_is_held ((TisockSocketCore *) self))
    tisock_tcp_socket_shutdown (self);
}

static void
stream_served (TisockStream *stream)
{
  say_due ((TisockTCPSocket *) stream->slot.owner);
}

static void
stream_lost (TisockStream *stream)
{
  tisock_socket_core_abandon ((TisockSocketCore *) stream->slot.owner);
}

static guint64
get_needed (const TisockTCPExtras *extras)
{
  return MAX (extras->needed[TISOCK_TCP_NEED_OF_CALL], extras->needed[TISOCK_TCP_NEED_OF_FRAME]);
}

static guint64
stream_needed (TisockStream *stream)
{
  return get_needed (GET_PRIVATE (stream->slot.owner)->extras);
}

static const TisockStreamFuncs stream_funcs = {
  .happened = stream_happened,
  .ended = stream_ended,
  .served = stream_served,
  .needed = stream_needed,
  .lost = stream_lost,
};

void
tisock_tcp_socket_need (TisockTCPSocket *self,
                        TisockTCPNeed    need,
                        guint64          bytes)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (bytes == (priv->extras != NULL ? priv->extras->needed[need] : 0))
    return;

  tisock_tcp_socket_ensure_extras (self)->needed[need] = bytes;
  tisock_stream_raise_limit (&priv->stream, get_needed (priv->extras) > 0);
}

/* Connecting */

static gboolean
check_layer (TisockTCPSocket  *self,
             gboolean          incoming,
             GError          **error)
{
  const TisockTCPLayer *layer = tisock_tcp_socket_get_layer (GET_PRIVATE (self));

  return layer == NULL || layer->check (self, incoming, error);
}

static gboolean
check_destination (TisockTCPSocket  *self,
                   GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  const char *address = tisock_tcp_socket_get_address (self);

  if (tisock_tcp_socket_get_connectable (self) != NULL)
    return TRUE;
  if (!tisock_socket_core_check_port (core, "open", 1, error))
    return FALSE;
  if (address != NULL && *address != '\0')
    return TRUE;

  return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_NAME_RESOLUTION,
                                    "Could not open: the socket has no address to connect to");
}

/* Whether a layer takes the connection. */
static gboolean
begin_layer (TisockTCPSocket *self,
             int              fd,
             gboolean         incoming)
{
  const TisockTCPLayer *layer = tisock_tcp_socket_get_layer (GET_PRIVATE (self));

  return layer != NULL && layer->begin (self, fd, incoming);
}

/* The socket becomes CONNECTED and says so in this turn. */
static void
enter_connected (TisockTCPSocket *self,
                 int              fd,
                 TisockTransport *transport,
                 gboolean         inherited)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  GError *error = NULL;

  if (!tisock_stream_start (&GET_PRIVATE (self)->stream, fd, transport, &error))
    {
      int error_number = errno;

      transport->funcs->free (transport);
      tisock_stream_close_descriptor (&GET_PRIVATE (self)->stream, fd);
      tisock_socket_core_end (core, TISOCK_SOCKET_STATE_ERROR, error, error_number);
      return;
    }

  tisock_tcp_socket_apply_options (self, inherited);
  tisock_socket_core_due (core, TISOCK_DUE_CONNECTED);
  tisock_socket_core_set_state (core, TISOCK_SOCKET_STATE_CONNECTED);
}

/* What stays of the peer's address, also when the connection has ended. */
static void
set_remote (TisockTCPSocket      *self,
            const TisockEndpoint *remote,
            int                   fd)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  priv->remote = *remote;
  if (priv->extras != NULL)
    g_clear_pointer (&priv->extras->remote_name, g_free);
  if (tisock_endpoint_has_name (remote))
    tisock_tcp_socket_ensure_extras (self)->remote_name = tisock_unix_name_dup (fd, TRUE);
}

static void
connector_connected (TisockConnector *connector,
                     GSocket         *socket,
                     gpointer         user_data)
{
  TisockTCPSocket *self = user_data;
  G_GNUC_UNUSED g_autoptr(TisockTCPSocket) kept = g_object_ref (self);
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  TisockEndpoint remote;
  int fd = g_socket_get_fd (socket);

  g_clear_pointer (&priv->connector, tisock_connector_free);
  priv->stream.socket = socket;
  tisock_endpoint_get_remote (&remote, fd);
  set_remote (self, &remote, fd);
  tisock_socket_core_set_bound (TISOCK_SOCKET_CORE (self), fd);
  if (!begin_layer (self, fd, FALSE))
    enter_connected (self, fd, &tisock_transport_plain, FALSE);
  say_due (self);
}

/* FALSE if its own signals have to wait. */
static gboolean
introduce (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(TisockServerSocket) server = NULL;

  if (!priv->unannounced || priv->server == NULL)
    return TRUE;

  priv->unannounced = FALSE;
  server = g_object_ref (priv->server);

  return tisock_server_socket_introduce (server, self);
}

void
tisock_tcp_socket_go_on (TisockTCPSocket *self,
                         GSocket         *socket,
                         TisockTransport *transport)
{
  G_GNUC_UNUSED g_autoptr(TisockTCPSocket) kept = g_object_ref (self);

  GET_PRIVATE (self)->stream.socket = g_object_ref (socket);
  enter_connected (self, g_socket_get_fd (socket), transport, FALSE);
  if (introduce (self))
    say_due (self);
}

void
tisock_tcp_socket_break_off (TisockTCPSocket *self,
                             GError          *error,
                             int              error_number)
{
  G_GNUC_UNUSED g_autoptr(TisockTCPSocket) kept = g_object_ref (self);
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(TisockServerSocket) server = NULL;
  g_autofree char *peer = describe_peer (self);
  TisockEndpoint remote = priv->remote;

  if (priv->unannounced && priv->server != NULL)
    server = g_object_ref (priv->server);

  g_prefix_error (&error, "Connection with %s: ", peer);
  tisock_socket_core_end (TISOCK_SOCKET_CORE (self), TISOCK_SOCKET_STATE_ERROR, error,
                          error_number);
  say_due (self);
  if (server != NULL)
    tisock_server_socket_note_failed (server, &remote);
}

static void
connector_failed (TisockConnector *connector,
                  GError          *error,
                  int              error_number,
                  gpointer         user_data)
{
  g_autoptr(TisockSocketCore) kept = g_object_ref (user_data);

  tisock_socket_core_end (kept, TISOCK_SOCKET_STATE_ERROR, error, error_number);
  say_due (TISOCK_TCP_SOCKET (kept));
}

static const TisockConnectorFuncs connector_funcs = {
  .connected = connector_connected,
  .failed = connector_failed,
};

static gboolean
start_connector (TisockTCPSocket  *self,
                 GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(GSocketConnectable) destination = tisock_tcp_socket_dup_destination (self);
  TisockConnectorOptions options = {
    .destination = destination,
    .proxy_resolver = tisock_tcp_socket_get_proxy_resolver (self),
    .bound = tisock_socket_core_get_network_interface (core) != NULL,
    .timeout = priv->settings->stream.timeout,
    .resolve_timeout = priv->settings->resolve_timeout,
  };
  GError *failure = NULL;
  int error_number = 0;

  tisock_local_address_get_both (tisock_socket_core_get_network_interface (core), options.local);
  priv->connector = tisock_connector_start (tisock_socket_core_get_reactor (core), G_OBJECT (self),
                                            &options, &connector_funcs, self,
                                            &error_number, &failure);
  if (priv->connector != NULL)
    return TRUE;

  return tisock_socket_core_fail (core, failure, error_number, error);
}

/* Takes the place in the reactor that keeps the socket alive until the end of this life. */
static gboolean
attach (TisockTCPSocket  *self,
        GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  GError *failure = NULL;

  if (tisock_stream_attach (&GET_PRIVATE (self)->stream, &failure))
    return TRUE;

  return tisock_socket_core_fail_to_attach (core, failure, errno, error);
}

static gboolean
tcp_open (TisockSocketCore  *core,
          GError           **error)
{
  TisockTCPSocket *self = TISOCK_TCP_SOCKET (core);
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (!tisock_socket_core_begin (core, "open", error) ||
      !check_destination (self, error) ||
      !check_layer (self, FALSE, error) ||
      !attach (self, error))
    return FALSE;

  memset (&priv->remote, 0, sizeof priv->remote);
  tisock_socket_core_set_state (core, TISOCK_SOCKET_STATE_CONNECTING);
  /* A handler of the notification may have closed it. */
  if (tisock_socket_core_get_state (core) != TISOCK_SOCKET_STATE_CONNECTING ||
      priv->connector != NULL)
    return TRUE;

  return start_connector (self, error);
}

/* Listening for the one connection that the socket becomes */

static void
listener_incoming (TisockListener       *listener,
                   int                   fd,
                   const TisockEndpoint *remote,
                   gpointer              owner)
{
  TisockTCPSocket *self = owner;
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  g_clear_pointer (&priv->listener, tisock_listener_free);
  set_remote (self, remote, fd);
  tisock_socket_core_set_bound (TISOCK_SOCKET_CORE (self), fd);
  if (!begin_layer (self, fd, TRUE))
    enter_connected (self, fd, &tisock_transport_plain, TRUE);
  say_due (self);
}

static void
listener_shed (TisockListener       *listener,
               const TisockEndpoint *remote,
               gpointer              owner)
{
}

static void
listener_failed (TisockListener *listener,
                 GError         *error,
                 int             error_number,
                 gpointer        owner)
{
  tisock_socket_core_report (TISOCK_SOCKET_CORE (owner), error, error_number, NULL);
}

static const TisockListenerFuncs listener_funcs = {
  .incoming = listener_incoming,
  .shed = listener_shed,
  .failed = listener_failed,
};

static gboolean
start_listening (TisockTCPSocket  *self,
                 GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  const TisockListenOptions options = {
    .connectable = tisock_tcp_socket_get_connectable (self),
    .network_interface = tisock_socket_core_get_network_interface (core),
    .address = priv->address,
    .port = tisock_socket_core_get_port (core),
    .backlog = priv->settings->listen_backlog,
  };
  GError *failure = NULL;
  TisockUnixPath *path;
  int error_number = 0;
  int fd = tisock_local_address_listen (&options, &path, &error_number, &failure);

  if (fd >= 0)
    priv->listener = tisock_listener_new (tisock_socket_core_get_reactor (core), G_OBJECT (self),
                                          &listener_funcs, fd, path, &failure);
  if (fd >= 0 && priv->listener == NULL)
    error_number = errno;
  if (priv->listener == NULL)
    return tisock_socket_core_fail (core, failure, error_number, error);

  tisock_socket_core_set_bound (core, fd);
  tisock_socket_core_set_state (core, TISOCK_SOCKET_STATE_LISTENING);

  return TRUE;
}

/**
 * tisock_tcp_socket_listen:
 * @self: the socket
 * @error: return location for an error
 *
 * Waits for one connection and becomes it.
 *
 * The socket binds [property@SocketCore:port] on
 * [property@SocketCore:network-interface], or else on
 * [property@TCPSocket:address] if that is set, or else on all interfaces. If
 * [property@TCPSocket:connectable] is set it binds that instead: the same kinds as
 * [method@ServerSocket.add_address] takes, Unix sockets included, whose paths are
 * treated as there, but for mode and owner, which are the process's. When
 * a peer connects, the listening ends at once, the socket goes from
 * `TISOCK_SOCKET_STATE_LISTENING` to `TISOCK_SOCKET_STATE_CONNECTED`, and
 * [signal@TCPSocket::connected] is emitted. It does not listen again by itself.
 * To serve many peers use [class@ServerSocket]. What fails at once is announced
 * as by [method@SocketCore.open].
 *
 * Xojo's `TCPSocket.Listen`.
 *
 * Returns: whether the socket is listening
 *
 * Since: 1.0
 */
gboolean
tisock_tcp_socket_listen (TisockTCPSocket  *self,
                          GError          **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (core, G_STRFUNC) ||
      !tisock_socket_core_begin (core, "listen", error) ||
      (tisock_tcp_socket_get_connectable (self) == NULL &&
       !tisock_socket_core_check_port (core, "listen", 0, error)) ||
      !check_layer (self, TRUE, error) ||
      !attach (self, error))
    return FALSE;

  memset (&GET_PRIVATE (self)->remote, 0, sizeof (TisockEndpoint));

  return start_listening (self, error);
}

/* Connections that were made elsewhere */

gboolean
tisock_tcp_socket_adopt (TisockTCPSocket       *self,
                         int                    fd,
                         const TisockEndpoint  *remote,
                         gboolean               inherited,
                         GError               **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (!check_layer (self, TRUE, error) ||
      !tisock_stream_attach (&priv->stream, error))
    return FALSE;

  if (tisock_tcp_socket_get_layer (priv) != NULL)
    {
      set_remote (self, remote, fd);
      priv->unannounced = TRUE;
      if (begin_layer (self, fd, TRUE))
        return TRUE;
      priv->unannounced = FALSE;
    }

  if (!tisock_stream_start (&priv->stream, fd, &tisock_transport_plain, error))
    {
      int error_number = errno;

      tisock_stream_release (&priv->stream);
      errno = error_number;
      return FALSE;
    }

  set_remote (self, remote, fd);
  tisock_tcp_socket_apply_options (self, inherited);
  tisock_socket_core_due (core, TISOCK_DUE_CONNECTED);
  tisock_socket_core_set_state (core, TISOCK_SOCKET_STATE_CONNECTED);

  return TRUE;
}

void
tisock_tcp_socket_set_server (TisockTCPSocket    *self,
                              TisockServerSocket *server,
                              guint               index)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  g_set_object (&priv->server, server);
  priv->server_index = index;
}

/* Operations of SocketCore */

static void
leave_server (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(TisockServerSocket) server = g_steal_pointer (&priv->server);
  TisockTCPDraining draining = (TisockTCPDraining) priv->draining;

  priv->draining = TISOCK_TCP_NOT_DRAINED;
  priv->unannounced = FALSE;
  if (server == NULL)
    return;

  tisock_server_socket_forget (server, self, priv->server_index);
  if (draining != TISOCK_TCP_NOT_DRAINED)
    tisock_server_socket_note_drained (server, draining == TISOCK_TCP_DRAINED_BY_ABORT);
}

void
tisock_tcp_socket_drain (TisockTCPSocket *self)
{
  GET_PRIVATE (self)->draining = TISOCK_TCP_DRAINED_ONCE_SAID;
  tisock_socket_core_due (TISOCK_SOCKET_CORE (self), TISOCK_DUE_DRAINING);
  tisock_socket_core_settle (TISOCK_SOCKET_CORE (self));
}

void
tisock_tcp_socket_abort_drained (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->draining == TISOCK_TCP_NOT_DRAINED)
    return;

  priv->draining = TISOCK_TCP_DRAINED_BY_ABORT;
  tisock_tcp_socket_abort (self);
}

static void
tcp_release (TisockSocketCore *core)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (core);
  const TisockTCPLayer *layer = tisock_tcp_socket_get_layer (priv);

  if (layer != NULL)
    layer->release (TISOCK_TCP_SOCKET (core));

  g_clear_pointer (&priv->connector, tisock_connector_free);
  g_clear_pointer (&priv->listener, tisock_listener_free);
  tisock_stream_stop (&priv->stream);
  if (tisock_tcp_socket_is_lent (priv))
    tisock_tcp_socket_end_loan (TISOCK_TCP_SOCKET (core));
  leave_server (TISOCK_TCP_SOCKET (core));
}

/* What has come of a message stays, so that it is known where the next one begins. */
static gsize
get_disposable (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  const TisockTCPMessages *messages = tisock_tcp_socket_get_messages (priv);

  if (messages == NULL || !tisock_socket_core_is_live (TISOCK_SOCKET_CORE (self)))
    return priv->stream.received.length;

  return messages->measure (self);
}

static void
tcp_purge (TisockSocketCore *core)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (core);
  gsize length = get_disposable (TISOCK_TCP_SOCKET (core));

  if (length == 0 && tisock_tcp_socket_count_descriptors (priv) == 0)
    return;

  tisock_byte_queue_skip (&priv->stream.received, length);
  if (priv->extras != NULL)
    tisock_inbox_clear (&priv->extras->inbox);
  tisock_tcp_socket_note_taken (TISOCK_TCP_SOCKET (core));
}

static int
tcp_get_fd (TisockSocketCore *core)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (core);

  if (priv->listener != NULL)
    return tisock_listener_get_fd (priv->listener);

  return tisock_tcp_socket_get_connection_fd ((TisockTCPSocket *) core);
}

static gboolean
tcp_is_empty (TisockSocketCore *core)
{
  return GET_PRIVATE (core)->stream.received.length == 0;
}

static void
tcp_collect (TisockSocketCore *core,
             TisockWaitSet    *set)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (core);

  if (priv->connector != NULL)
    tisock_connector_collect (priv->connector, set);
  if (priv->listener != NULL)
    tisock_listener_collect (priv->listener, set);
  if (tisock_tcp_socket_is_lent (priv))
    tisock_loan_collect (priv->extras->loan, set);
  if (tisock_tcp_socket_get_layer (priv) != NULL)
    priv->extras->layer->collect (TISOCK_TCP_SOCKET (core), set);
  tisock_stream_collect (&priv->stream, set);
}

static void
tcp_queue (TisockSocketCore *core)
{
  tisock_slot_queue (&GET_PRIVATE (core)->stream.slot);
}

static void
tcp_announce (TisockSocketCore *core)
{
  tisock_tcp_socket_announce ((TisockTCPSocket *) core);
}

static void
tcp_notify (TisockSocketCore *core)
{
  TisockTCPSocket *self = TISOCK_TCP_SOCKET (core);

  tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_REMOTE_ADDRESS);
  tisock_tcp_socket_notify (self, TISOCK_TCP_PROP_REMOTE_PORT);
  if (tisock_tcp_socket_get_layer (GET_PRIVATE (self)) != NULL)
    GET_PRIVATE (self)->extras->layer->notify (self);
  announce_now (self);
}

/* Drops what is queued before a place in the stream. */
static void
abort_transfer (TisockTCPSocket *self,
                guint64          end)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  guint life = tisock_socket_core_get_life (TISOCK_SOCKET_CORE (self));

  tisock_tcp_socket_cancel_sends (self, end);
  if (life != tisock_socket_core_get_life (TISOCK_SOCKET_CORE (self)))
    return;

  if (priv->stream.transport != NULL)
    tisock_stream_drop_queue (&priv->stream, end);
  tisock_socket_core_emit_complete (TISOCK_SOCKET_CORE (self), TRUE);
}

/* Chunks that went out since the last emission are one: `sent` counts from that. */
static void
emit_send_progress (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  TisockTCPSocketClass *klass = TISOCK_TCP_SOCKET_GET_CLASS (self);
  guint life = tisock_socket_core_get_life (TISOCK_SOCKET_CORE (self));
  guint64 left = priv->stream.queue.length;
  guint64 end = tisock_stream_get_end (&priv->stream);
  guint64 sent = priv->stream.passed - priv->stream.reported;
  gboolean abort = FALSE;

  priv->stream.reported = priv->stream.passed;
  if (sent > 0 && tisock_has_listener (self, signals[SIGNAL_SEND_PROGRESS],
                                       (gpointer) klass->send_progress))
    g_signal_emit (self, signals[SIGNAL_SEND_PROGRESS], 0, sent, left, &abort);

  if (life != tisock_socket_core_get_life (TISOCK_SOCKET_CORE (self)))
    return;

  if (abort)
    abort_transfer (self, end);
  else if (left == 0 && !priv->stream.cut)
    tisock_socket_core_due (TISOCK_SOCKET_CORE (self), TISOCK_DUE_SEND_COMPLETE);
}

static void
emit_draining (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  gboolean claimed = FALSE;

  if (tisock_has_listener (self, signals[SIGNAL_DRAINING],
                           (gpointer) TISOCK_TCP_SOCKET_GET_CLASS (self)->draining))
    g_signal_emit (self, signals[SIGNAL_DRAINING], 0, &claimed);

  /* The handler may have ended it. */
  if (priv->draining == TISOCK_TCP_DRAINED_ONCE_SAID)
    priv->draining = claimed ? TISOCK_TCP_DRAINED_BY_HANDLER : TISOCK_TCP_DRAINED_WHEN_IDLE;
}

static void
emit_simple (TisockTCPSocket *self,
             guint            signal_id,
             gpointer         slot)
{
  if (tisock_has_listener (self, signal_id, slot))
    g_signal_emit (self, signal_id, 0);
}

static void
tcp_emit (TisockSocketCore *core,
          TisockDue         due)
{
  TisockTCPSocket *self = TISOCK_TCP_SOCKET (core);
  TisockTCPSocketClass *klass = TISOCK_TCP_SOCKET_GET_CLASS (self);

  if (due == TISOCK_DUE_CONNECTED)
    emit_simple (self, signals[SIGNAL_CONNECTED], (gpointer) klass->connected);
  else if (due == TISOCK_DUE_MESSAGES)
    GET_PRIVATE (self)->extras->messages->deliver (self);
  else if (due == TISOCK_DUE_READ_EOF)
    emit_simple (self, signals[SIGNAL_READ_EOF], (gpointer) klass->read_eof);
  else if (due == TISOCK_DUE_SEND_PROGRESS)
    emit_send_progress (self);
  else if (due == TISOCK_DUE_DRAINING)
    emit_draining (self);
  else if (due == TISOCK_DUE_DRAINED && !GET_PRIVATE (self)->stream.needs_drain &&
           !GET_PRIVATE (self)->stream.cut)
    emit_simple (self, signals[SIGNAL_DRAINED], (gpointer) klass->drained);
}

static void
tcp_set_local_name (TisockSocketCore *core,
                    char             *name)
{
  TisockTCPExtras *extras = tisock_tcp_socket_ensure_extras (TISOCK_TCP_SOCKET (core));

  g_free (extras->local_name);
  extras->local_name = name;
}

static const char *
tcp_get_local_name (TisockSocketCore *core)
{
  return GET_PRIVATE (core)->extras->local_name;
}

static const TisockSocketOperations tcp_operations = {
  .open = tcp_open,
  .release = tcp_release,
  .purge = tcp_purge,
  .get_fd = tcp_get_fd,
  .is_empty = tcp_is_empty,
  .collect = tcp_collect,
  .queue = tcp_queue,
  .notify = tcp_notify,
  .announce = tcp_announce,
  .set_local_name = tcp_set_local_name,
  .get_local_name = tcp_get_local_name,
  .emit = tcp_emit,
};

/* GObject */

static void
free_extras (TisockTCPExtras *extras)
{
  g_clear_pointer (&extras->searched_for, g_bytes_unref);
  g_clear_object (&extras->connectable);
  g_clear_object (&extras->proxy_resolver);
  g_free (extras->local_name);
  g_free (extras->remote_name);
  tisock_inbox_clear (&extras->inbox);
  g_free (extras);
}

static void
tisock_tcp_socket_finalize (GObject *object)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (object);

  tisock_byte_queue_clear (&priv->stream.received);
  g_clear_pointer (&priv->extras, free_extras);
  if (priv->settings != &tisock_tcp_default_settings)
    g_free ((gpointer) priv->settings);
  g_free (priv->address);

  G_OBJECT_CLASS (tisock_tcp_socket_parent_class)->finalize (object);
}

static void
tisock_tcp_socket_class_init (TisockTCPSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->finalize = tisock_tcp_socket_finalize;
  object_class->get_property = tisock_tcp_socket_get_property;
  object_class->set_property = tisock_tcp_socket_set_property;
  tisock_tcp_socket_install_properties (object_class, properties);

  /**
   * TisockTCPSocket::connected:
   * @self: the socket
   *
   * Emitted when the connection is made.
   *
   * After [method@SocketCore.open], after [method@TCPSocket.listen] when a peer
   * has come, and on the sockets of a [class@ServerSocket] after its
   * [signal@ServerSocket::accepted]. Xojo's `TCPSocket.Connected`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CONNECTED] =
    g_signal_new ("connected", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockTCPSocketClass, connected),
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * TisockTCPSocket::send-progress:
   * @self: the socket
   * @sent: how many bytes were handed to the system since the last emission
   * @left: how many bytes are still queued
   *
   * Emitted for each chunk of bytes that has been handed to the system.
   *
   * The emission with nothing left is the last one; it is followed by
   * [signal@SocketCore::send-complete].
   *
   * A handler that returns `TRUE` aborts the transfer: what was queued when the
   * emission began and has not been handed on is dropped, what the handler wrote
   * itself is kept, `send-complete` is emitted with `TRUE`, and the connection
   * goes on. Xojo's `TCPSocket.SendProgress`.
   *
   * Returns: `TRUE` to abort the transfer
   *
   * Since: 1.0
   */
  signals[SIGNAL_SEND_PROGRESS] =
    g_signal_new ("send-progress", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockTCPSocketClass, send_progress),
                  g_signal_accumulator_true_handled, NULL, NULL,
                  G_TYPE_BOOLEAN, 2, G_TYPE_UINT64, G_TYPE_UINT64);

  /**
   * TisockTCPSocket::drained:
   * @self: the socket
   *
   * Emitted when the send queue has become short again.
   *
   * Once for each time that [property@TCPSocket:needs-drain] was `TRUE`, when
   * the queue is down to half of [property@TCPSocket:send-limit].
   *
   * Since: 1.0
   */
  signals[SIGNAL_DRAINED] =
    g_signal_new ("drained", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockTCPSocketClass, drained),
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * TisockTCPSocket::read-eof:
   * @self: the socket
   *
   * Emitted when the peer has ended its side and this side may go on.
   *
   * Only with [property@TCPSocket:allow-half-open]. Writing goes on until
   * [method@TCPSocket.shutdown], which then ends the connection.
   *
   * Since: 1.0
   */
  signals[SIGNAL_READ_EOF] =
    g_signal_new ("read-eof", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockTCPSocketClass, read_eof),
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * TisockTCPSocket::draining:
   * @self: the socket
   *
   * Emitted when the connection's server is being drained.
   *
   * See [method@ServerSocket.drain_async]. A handler that returns `TRUE` takes it
   * upon itself to end the connection when what it is at is done; otherwise the
   * connection is shut down as soon as nothing is left to send and nothing unread.
   *
   * Returns: `TRUE` if the handler will end the connection
   *
   * Since: 1.0
   */
  signals[SIGNAL_DRAINING] =
    g_signal_new ("draining", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockTCPSocketClass, draining),
                  g_signal_accumulator_true_handled, NULL, NULL,
                  G_TYPE_BOOLEAN, 0);
}

static void
tisock_tcp_socket_init (TisockTCPSocket *self)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);

  priv->settings = &tisock_tcp_default_settings;
  tisock_socket_core_set_operations (core, &tcp_operations);
  tisock_stream_init (&priv->stream, &stream_funcs, &priv->settings->stream,
                      tisock_socket_core_get_reactor (core), self);
}

/**
 * tisock_tcp_socket_new:
 *
 * Makes a socket that belongs to the thread-default main context.
 *
 * Returns: (transfer full): a new socket
 *
 * Since: 1.0
 */
TisockTCPSocket *
tisock_tcp_socket_new (void)
{
  return g_object_new (TISOCK_TYPE_TCP_SOCKET, NULL);
}
