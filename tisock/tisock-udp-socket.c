/* tisock-udp-socket.c: the class and its life; reading and writing is in -data.c, what can be set
 * in -settings.c, groups and how far datagrams go in -multicast.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "tisock-local-address.h"
#include "tisock-socket-error.h"
#include "tisock-udp-socket-private.h"

#include <errno.h>
#include <sys/socket.h>

/**
 * TisockUDPSocket:
 *
 * A socket for datagrams that buffers by itself and speaks in signals.
 *
 * Set [property@SocketCore:port], connect the signals, and
 * [method@SocketCore.open] it; from then on datagrams come in and can be sent:
 *
 * ```c
 * static void
 * data_available_cb (TisockUDPSocket *socket,
 *                    gpointer         user_data)
 * {
 *   g_autoptr(TisockDatagram) datagram = NULL;
 *
 *   while ((datagram = tisock_udp_socket_read (socket)) != NULL)
 *     {
 *       tisock_udp_socket_write (socket, datagram, NULL);
 *       g_clear_pointer (&datagram, tisock_datagram_unref);
 *     }
 * }
 *
 * TisockUDPSocket *socket = tisock_udp_socket_new ();
 *
 * tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), 7);
 * g_signal_connect (socket, "data-available", G_CALLBACK (data_available_cb), NULL);
 * tisock_socket_core_open (TISOCK_SOCKET_CORE (socket), NULL);
 * ```
 *
 * Opening binds the port, or, for 0, one that the system chooses, on all
 * interfaces, for IPv4 and IPv6, or on the address of
 * [property@SocketCore:network-interface]. That is done at once, and the socket is
 * connected in the sense of [property@SocketCore:is-connected], though there is
 * nobody at the other end. With [property@UDPSocket:peer-address] there is.
 *
 * A datagram arrives whole or not at all, and the network may lose, repeat and
 * reorder them. What it reports of those it could not deliver is emitted by
 * [signal@SocketCore::error]; that ends nothing. What is lost on this side is
 * counted: [property@UDPSocket:packets-missed] and
 * [property@UDPSocket:packets-unsent].
 *
 * A subclass may override the slots of the signals instead of connecting
 * handlers. This class has the members of Xojo's `UDPSocket`.
 *
 * Since: 1.0
 */

typedef struct
{
  guint64  place;               /* of what could not be sent, in the order of sending; or 0 */
  GError  *error;
  int      error_number;
} Failure;

static GParamSpec *properties[TISOCK_UDP_N_PROPS];

enum
{
  SIGNAL_DRAINED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_PRIVATE (TisockUDPSocket, tisock_udp_socket, TISOCK_TYPE_SOCKET_CORE)

TisockUDPSocketPrivate *
tisock_udp_socket_get_private (TisockUDPSocket *self)
{
  return tisock_udp_socket_get_instance_private (self);
}

#define GET_PRIVATE(self) (tisock_udp_socket_get_private ((TisockUDPSocket *) (self)))

/* Notifications */

void
tisock_udp_socket_notify (TisockUDPSocket   *self,
                          TisockUDPProperty  property)
{
  if (tisock_is_watched (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static TisockUDPAmounts
get_amounts (TisockUDPSocketPrivate *priv)
{
  return (TisockUDPAmounts) {
    .available = priv->exchange.received.packets.length,
    .left = priv->exchange.queue.packets.length,
    .missed = priv->exchange.missed,
    .unsent = priv->exchange.unsent,
    .needs_drain = priv->exchange.needs_drain,
  };
}

static void
announce_now (TisockUDPSocket *self)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);
  TisockUDPAmounts before = priv->announced;
  TisockUDPAmounts now = get_amounts (priv);

  priv->announced = now;
  if (now.available != before.available)
    tisock_udp_socket_notify (self, TISOCK_UDP_PROP_PACKETS_AVAILABLE);
  if (now.left != before.left)
    tisock_udp_socket_notify (self, TISOCK_UDP_PROP_PACKETS_LEFT_TO_SEND);
  if (now.missed != before.missed)
    tisock_udp_socket_notify (self, TISOCK_UDP_PROP_PACKETS_MISSED);
  if (now.unsent != before.unsent)
    tisock_udp_socket_notify (self, TISOCK_UDP_PROP_PACKETS_UNSENT);
  if (now.needs_drain != before.needs_drain)
    tisock_udp_socket_notify (self, TISOCK_UDP_PROP_NEEDS_DRAIN);
}

void
tisock_udp_socket_announce (TisockUDPSocket *self)
{
  if (!tisock_socket_core_is_held ((TisockSocketCore *) self))
    announce_now (self);
}

void
tisock_udp_socket_settle (TisockUDPSocket *self)
{
  tisock_udp_socket_announce (self);
  tisock_socket_core_settle ((TisockSocketCore *) self);
}

/* The exchange */

static void
exchange_happened (TisockExchange       *exchange,
                   TisockExchangeEvents  events)
{
  guint due = 0;

  if (events & TISOCK_EXCHANGE_RECEIVED)
    due |= GET_PRIVATE (exchange->slot.owner)->messages != NULL ? TISOCK_DUE_MESSAGES
                                                                : TISOCK_DUE_DATA_AVAILABLE;
  if (events & TISOCK_EXCHANGE_SENT)
    due |= TISOCK_DUE_SEND_PROGRESS;
  if (events & TISOCK_EXCHANGE_DRAINED)
    due |= TISOCK_DUE_DRAINED;

  tisock_socket_core_due ((TisockSocketCore *) exchange->slot.owner, (TisockDue) due);
}

static void
exchange_failed (TisockExchange *exchange,
                 guint64         place,
                 GError         *error,
                 int             error_number)
{
  TisockSocketCore *core = (TisockSocketCore *) exchange->slot.owner;
  Failure *failure = g_new (Failure, 1);

  failure->place = place;
  failure->error = error;
  failure->error_number = error_number;
  g_queue_push_tail (&GET_PRIVATE (core)->failures, failure);
  tisock_socket_core_due (core, TISOCK_DUE_FAILED);
}

const GError *
tisock_udp_socket_get_failure (TisockUDPSocket *self,
                               guint64          place)
{
  for (GList *link = GET_PRIVATE (self)->failures.head; link != NULL; link = link->next)
    if (((Failure *) link->data)->place == place)
      return ((Failure *) link->data)->error;

  return NULL;
}

static void
exchange_ended (TisockExchange *exchange,
                GError         *error,
                int             error_number)
{
  tisock_socket_core_end ((TisockSocketCore *) exchange->slot.owner, TISOCK_SOCKET_STATE_ERROR,
                          error, error_number);
}

static void
exchange_served (TisockExchange *exchange)
{
  tisock_socket_core_emit_due ((TisockSocketCore *) exchange->slot.owner);
  tisock_udp_socket_announce ((TisockUDPSocket *) exchange->slot.owner);
}

static void
exchange_lost (TisockExchange *exchange)
{
  tisock_socket_core_abandon ((TisockSocketCore *) exchange->slot.owner);
}

static const TisockExchangeFuncs exchange_funcs = {
  .happened = exchange_happened,
  .failed = exchange_failed,
  .ended = exchange_ended,
  .served = exchange_served,
  .lost = exchange_lost,
};

/* Opening */

/* The bound descriptor; -1 with the error and its errno, or 0. */
static int
bind_port (TisockUDPSocket       *self,
           const TisockEndpoint  *peer,
           int                   *error_number,
           GError               **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockNetworkInterface *network_interface = tisock_socket_core_get_network_interface (core);
  g_autofree char *where = NULL;
  TisockEndpoint endpoint;
  int fd;

  *error_number = 0;
  if (!tisock_local_address_choose (network_interface, peer->family,
                                    tisock_socket_core_get_private (core)->port, &endpoint, error))
    return -1;

  /* To be of one family with the peer makes it plain by which one it is sent. */
  if (!tisock_endpoint_is_set (&endpoint))
    endpoint.family = peer->family;

  fd = tisock_descriptor_bind (&endpoint, GET_PRIVATE (self)->share_port);
  if (fd >= 0)
    return fd;

  *error_number = errno;
  where = network_interface != NULL ? tisock_endpoint_dup_text (&endpoint)
                                    : g_strdup ("all interfaces");
  tisock_set_error_from_bind (error, *error_number, "Could not open port %u of %s",
                              endpoint.port, where);

  return -1;
}

/* From then on only this peer's datagrams come in. */
static gboolean
connect_to (int                    fd,
            int                    family,
            const TisockEndpoint  *peer,
            int                   *error_number,
            GError               **error)
{
  struct sockaddr_storage address;
  socklen_t length = tisock_endpoint_to_sockaddr_for (peer, family, &address);
  g_autofree char *where = NULL;

  if (connect (fd, (struct sockaddr *) &address, length) == 0)
    return TRUE;

  *error_number = errno;
  where = tisock_endpoint_describe (peer);
  tisock_set_error_from_errno (error, *error_number, "Could not connect to %s", where);

  return FALSE;
}

static gboolean
set_up (TisockUDPSocket       *self,
        int                    fd,
        const TisockEndpoint  *peer,
        int                   *error_number,
        GError               **error)
{
  int family = tisock_descriptor_get_family (fd);

  tisock_udp_socket_apply_options (self, fd, family);
  if (tisock_endpoint_is_set (peer) && !connect_to (fd, family, peer, error_number, error))
    return FALSE;

  if (tisock_exchange_start (&GET_PRIVATE (self)->exchange, fd, error))
    return TRUE;

  *error_number = errno;

  return FALSE;
}

static gboolean
start (TisockUDPSocket       *self,
       const TisockEndpoint  *peer,
       int                   *error_number,
       GError               **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  int fd = bind_port (self, peer, error_number, error);

  if (fd < 0)
    return FALSE;

  if (!set_up (self, fd, peer, error_number, error))
    {
      tisock_descriptor_close (fd, tisock_socket_core_get_reactor (core));
      return FALSE;
    }

  tisock_socket_core_set_bound (core, fd);
  tisock_socket_core_set_state (core, TISOCK_SOCKET_STATE_CONNECTED);

  return TRUE;
}

static void
peer_resolved_cb (const TisockEndpoint *address,
                  GError               *error,
                  gpointer              user_data)
{
  TisockUDPSocket *self = user_data;
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  G_GNUC_UNUSED g_autoptr(TisockUDPSocket) kept = g_object_ref (self);
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);
  TisockEndpoint peer = { .family = AF_UNSPEC };
  int error_number = 0;

  if (error == NULL)
    {
      peer = *address;
      peer.port = (guint16) priv->peer_port;
    }

  g_clear_pointer (&priv->resolution, tisock_resolution_free);
  tisock_socket_core_due (core, TISOCK_DUE_CONNECTED);
  if (error != NULL || !start (self, &peer, &error_number, &error))
    tisock_socket_core_end (core, TISOCK_SOCKET_STATE_ERROR, error, error_number);

  exchange_served (&priv->exchange);
}

/* The socket is bound once it is known to whom, and so for which family. */
static gboolean
start_resolving (TisockUDPSocket  *self,
                 int              *error_number,
                 GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);

  tisock_socket_core_set_state (core, TISOCK_SOCKET_STATE_CONNECTING);
  /* A handler of the notification may have closed it. */
  if (tisock_socket_core_get_state (core) != TISOCK_SOCKET_STATE_CONNECTING ||
      priv->resolution != NULL)
    return TRUE;

  priv->resolution = tisock_resolution_start (tisock_socket_core_get_reactor (core),
                                              G_OBJECT (self), priv->peer_address,
                                              TISOCK_FAMILY_IPV4 | TISOCK_FAMILY_IPV6,
                                              peer_resolved_cb, self, error_number, error);

  return priv->resolution != NULL;
}

static gboolean
check_ports (TisockUDPSocket  *self,
             GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);

  if (!tisock_socket_core_check_port (core, "open", 0, error))
    return FALSE;
  if (priv->peer_address == NULL || (priv->peer_port >= 1 && priv->peer_port <= G_MAXUINT16))
    return TRUE;

  return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_INVALID_PORT,
                                    "Could not open: peer port %d is not from 1 to %d",
                                    priv->peer_port, G_MAXUINT16);
}

static gboolean
udp_open (TisockSocketCore  *core,
          GError           **error)
{
  TisockUDPSocket *self = TISOCK_UDP_SOCKET (core);
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);
  TisockEndpoint peer = { .family = AF_UNSPEC };
  GError *failure = NULL;
  int error_number;
  gboolean started;

  if (!tisock_socket_core_begin (core, "open", error) || !check_ports (self, error))
    return FALSE;
  if (!tisock_exchange_attach (&priv->exchange, &failure))
    return tisock_socket_core_fail_to_attach (core, failure, errno, error);

  if (priv->peer_address == NULL ||
      tisock_endpoint_parse (&peer, priv->peer_address, (guint16) priv->peer_port))
    started = start (self, &peer, &error_number, &failure);
  else
    started = start_resolving (self, &error_number, &failure);

  return started || tisock_socket_core_fail (core, failure, error_number, error);
}

/* Operations of SocketCore */

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  g_clear_error (&failure->error);
  g_free (failure);
}

static void
udp_release (TisockSocketCore *core)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (core);

  if (priv->messages != NULL)
    priv->messages->release (TISOCK_UDP_SOCKET (core));
  g_clear_pointer (&priv->resolution, tisock_resolution_free);
  g_queue_clear_full (&priv->failures, failure_free);
  tisock_exchange_stop (&priv->exchange);
}

static void
udp_purge (TisockSocketCore *core)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (core);

  tisock_packet_queue_clear (&priv->exchange.received);
  tisock_exchange_resume (&priv->exchange);
  tisock_udp_socket_announce (TISOCK_UDP_SOCKET (core));
}

static int
udp_get_fd (TisockSocketCore *core)
{
  return GET_PRIVATE (core)->exchange.slot.fd;
}

static gboolean
udp_is_empty (TisockSocketCore *core)
{
  return GET_PRIVATE (core)->exchange.received.packets.length == 0;
}

static void
udp_collect (TisockSocketCore *core,
             TisockWaitSet    *set)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (core);

  if (priv->resolution != NULL)
    tisock_resolution_collect (priv->resolution, set);
  tisock_exchange_collect (&priv->exchange, set);
  if (priv->messages != NULL)
    priv->messages->collect (TISOCK_UDP_SOCKET (core), set);
}

static void
udp_queue (TisockSocketCore *core)
{
  tisock_slot_queue (&GET_PRIVATE (core)->exchange.slot);
}

static void
udp_announce (TisockSocketCore *core)
{
  tisock_udp_socket_announce ((TisockUDPSocket *) core);
}

static void
udp_notify (TisockSocketCore *core)
{
  announce_now (TISOCK_UDP_SOCKET (core));
}

/* What the handlers before have written is sent in one go, and said in one. */
static void
finish_sending (TisockUDPSocket *self)
{
  TisockSocketCore *core = (TisockSocketCore *) self;
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->exchange.queue.packets.length > 0)
    tisock_exchange_send_queue (&priv->exchange);
  tisock_socket_core_get_private (core)->due &= ~(guint) TISOCK_DUE_SEND_PROGRESS;

  if (priv->exchange.queue.packets.length == 0)
    tisock_socket_core_due (core, TISOCK_DUE_SEND_COMPLETE);
}

/* A handler may end the life, and with it what is left. */
static void
emit_failures (TisockUDPSocket *self)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);
  guint life = tisock_socket_core_get_life (TISOCK_SOCKET_CORE (self));
  Failure *failure;

  while (life == tisock_socket_core_get_life (TISOCK_SOCKET_CORE (self)) &&
         (failure = g_queue_pop_head (&priv->failures)) != NULL)
    {
      tisock_socket_core_report (TISOCK_SOCKET_CORE (self), g_steal_pointer (&failure->error),
                                 failure->error_number, NULL);
      failure_free (failure);
    }
}

static void
udp_emit (TisockSocketCore *core,
          TisockDue         due)
{
  TisockUDPSocket *self = TISOCK_UDP_SOCKET (core);

  if (due == TISOCK_DUE_MESSAGES)
    GET_PRIVATE (self)->messages->deliver (self);
  else if (due == TISOCK_DUE_SEND_PROGRESS && tisock_socket_core_is_live (core))
    finish_sending (self);
  else if (due == TISOCK_DUE_FAILED)
    emit_failures (self);
  else if (due == TISOCK_DUE_DRAINED && !GET_PRIVATE (self)->exchange.needs_drain &&
           tisock_has_listener (self, signals[SIGNAL_DRAINED],
                                (gpointer) TISOCK_UDP_SOCKET_GET_CLASS (self)->drained))
    g_signal_emit (self, signals[SIGNAL_DRAINED], 0);
}

static const TisockSocketOperations udp_operations = {
  .open = udp_open,
  .release = udp_release,
  .purge = udp_purge,
  .get_fd = udp_get_fd,
  .is_empty = udp_is_empty,
  .collect = udp_collect,
  .queue = udp_queue,
  .notify = udp_notify,
  .announce = udp_announce,
  .emit = udp_emit,
};

/* GObject */

static void
tisock_udp_socket_finalize (GObject *object)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (object);

  tisock_packet_queue_clear (&priv->exchange.received);
  g_clear_object (&priv->multicast_interface);
  g_free (priv->peer_address);

  G_OBJECT_CLASS (tisock_udp_socket_parent_class)->finalize (object);
}

static void
tisock_udp_socket_class_init (TisockUDPSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tisock_udp_socket_finalize;
  object_class->get_property = tisock_udp_socket_get_property;
  object_class->set_property = tisock_udp_socket_set_property;
  tisock_udp_socket_install_properties (object_class, properties);

  /**
   * TisockUDPSocket::drained:
   * @self: the socket
   *
   * Emitted when the send queue has become short again.
   *
   * Once for each time that [property@UDPSocket:needs-drain] was `TRUE`, when
   * the queue is down to half of [property@UDPSocket:send-limit].
   *
   * Since: 1.0
   */
  signals[SIGNAL_DRAINED] =
    g_signal_new ("drained", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockUDPSocketClass, drained),
                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tisock_udp_socket_init (TisockUDPSocket *self)
{
  TisockUDPSocketPrivate *priv = GET_PRIVATE (self);
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);

  priv->settings.receive_limit = TISOCK_UDP_LIMIT;
  priv->settings.send_limit = TISOCK_UDP_LIMIT;
  priv->router_hops = TISOCK_UDP_ROUTER_HOPS;
  tisock_socket_core_set_operations (core, &udp_operations);
  tisock_exchange_init (&priv->exchange, &exchange_funcs, &priv->settings,
                        tisock_socket_core_get_reactor (core), self);
}

/**
 * tisock_udp_socket_new:
 *
 * Makes a socket that belongs to the thread-default main context.
 *
 * Returns: (transfer full): a new socket
 *
 * Since: 1.0
 */
TisockUDPSocket *
tisock_udp_socket_new (void)
{
  return g_object_new (TISOCK_TYPE_UDP_SOCKET, NULL);
}
