/* tisock-easy-udp-socket.c: the class, and what comes in; groups are in -groups.c, sending in
 * -sending.c, calls that wait in -waiting.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-easy-udp-socket-private.h"
#include "tisock-socket-error.h"

/**
 * TisockEasyUDPSocket:
 *
 * A socket for messages to named groups, and to single programs.
 *
 * A message is a command, which is a number that means what the program wants, and
 * data. Programs that use the same port and the name of the same group get what
 * any of them sends to it, on the same computer or in the same network, without
 * knowing of each other:
 *
 * ```c
 * static void
 * received_message_cb (TisockEasyUDPSocket *socket,
 *                      const char          *sender,
 *                      int                  command,
 *                      GBytes              *data,
 *                      gpointer             user_data)
 * {
 *   g_print ("%d from %s: %" G_GSIZE_FORMAT " bytes\n", command, sender, g_bytes_get_size (data));
 * }
 *
 * TisockEasyUDPSocket *socket = tisock_easy_udp_socket_new ();
 *
 * g_signal_connect (socket, "received-message", G_CALLBACK (received_message_cb), NULL);
 * tisock_easy_udp_socket_bind (socket, 21000, NULL);
 * tisock_easy_udp_socket_register (socket, "chat", NULL);
 * tisock_easy_udp_socket_send_message_to_group (socket, "chat", 1, (guint8 *) "Hello", 5, NULL);
 * ```
 *
 * A message arrives whole or not at all, at most once, and in no certain order: each is
 * one datagram. Anybody in the network can send and read them.
 *
 * It is a [class@UDPSocket] whose datagrams are not the program's: there is no
 * [signal@SocketCore::data-available], and reading and writing datagrams is refused
 * with [error@Tisock.SocketError.INVALID_STATE]. [property@UDPSocket:share-port] is
 * `TRUE` at first, so that several programs of one computer can take part.
 * [property@UDPSocket:send-to-self] says whether a member of a group gets its own
 * messages to it, too.
 *
 * Groups are joined on all network interfaces, or on
 * [property@UDPSocket:multicast-interface]. Interfaces that come later are noticed when
 * something is sent to a group. Which addresses groups have, and what messages look
 * like on the wire, is told in [Messages in groups](group-messages.html).
 *
 * This class has the members of Xojo's `EasyUDPSocket`.
 *
 * Since: 1.0
 */

/* What is due besides has its turn after so many of them. */
#define PACKETS_PER_TURN 64

typedef enum
{
  PROP_PACKETS_IGNORED = 1,
} TisockEasyUDPSocketProperty;

static GParamSpec *properties[PROP_PACKETS_IGNORED + 1];

enum
{
  SIGNAL_RECEIVED_MESSAGE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_PRIVATE (TisockEasyUDPSocket, tisock_easy_udp_socket, TISOCK_TYPE_UDP_SOCKET)

TisockEasyUDPSocketPrivate *
tisock_easy_udp_socket_get_private (TisockEasyUDPSocket *self)
{
  return tisock_easy_udp_socket_get_instance_private (self);
}

#define GET_PRIVATE(self) (tisock_easy_udp_socket_get_private ((TisockEasyUDPSocket *) (self)))

/* From the system's source of chance: the program's own may have been given a seed. */
guint64
tisock_easy_udp_socket_get_id (TisockEasyUDPSocket *self)
{
  TisockEasyUDPSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(GRand) chance = NULL;

  if (priv->id != 0)
    return priv->id;

  chance = g_rand_new ();
  while (priv->id == 0)
    priv->id = (guint64) g_rand_int (chance) << 32 | g_rand_int (chance);

  return priv->id;
}

/* What comes in */

static TisockArrival
judge_group (TisockEasyUDPSocket *self,
             const TisockMessage *message)
{
  TisockEasyUDPSocketPrivate *priv = GET_PRIVATE (self);
  gboolean is_own = message->sender == priv->id;

  if (tisock_easy_udp_socket_find_group (self, message->group) == NULL)
    return TISOCK_ARRIVAL_WRONG;
  if (message->command < 0)
    return priv->members != NULL && !is_own ? TISOCK_ARRIVAL_CONTROL : TISOCK_ARRIVAL_IDLE;
  if (is_own && !tisock_udp_socket_get_send_to_self (TISOCK_UDP_SOCKET (self)))
    return TISOCK_ARRIVAL_IDLE;

  return TISOCK_ARRIVAL_MESSAGE;
}

static TisockArrival
judge_individual (TisockEasyUDPSocket *self,
                  const TisockMessage *message)
{
  if (message->command < 0)
    return TISOCK_ARRIVAL_WRONG;
  if (message->recipient != 0 && message->recipient != GET_PRIVATE (self)->id)
    return TISOCK_ARRIVAL_IDLE;

  return TISOCK_ARRIVAL_MESSAGE;
}

TisockArrival
tisock_easy_udp_socket_judge (TisockEasyUDPSocket *self,
                              const TisockPacket  *packet,
                              TisockMessage       *message)
{
  TisockArrival arrival;

  if (packet->truncated || !tisock_message_parse (message, packet->data, packet->length))
    return TISOCK_ARRIVAL_WRONG;

  arrival = message->kind == TISOCK_MESSAGE_TO_GROUP ? judge_group (self, message)
                                                     : judge_individual (self, message);
  if (arrival == TISOCK_ARRIVAL_MESSAGE &&
      tisock_message_window_has (&GET_PRIVATE (self)->window, message))
    return TISOCK_ARRIVAL_IDLE;

  return arrival;
}

char *
tisock_easy_udp_socket_dup_sender (TisockEasyUDPSocket *self,
                                   const TisockPacket  *packet,
                                   const TisockMessage *message)
{
  const TisockEasyUDPMembers *members = GET_PRIVATE (self)->members;

  if (members != NULL)
    return members->dup_name (self, message->sender, &packet->remote);

  return tisock_endpoint_dup_text (&packet->remote);
}

GBytes *
tisock_easy_udp_socket_take_data (TisockEasyUDPSocket *self,
                                  TisockPacket        *packet,
                                  const TisockMessage *message)
{
  g_autoptr(GBytes) whole = tisock_packet_dup_bytes (packet);

  tisock_message_window_add (&GET_PRIVATE (self)->window, message);

  return g_bytes_new_from_bytes (whole, TISOCK_MESSAGE_HEADER_SIZE, message->length);
}

static void
give_out (TisockEasyUDPSocket *self,
          TisockPacket        *packet,
          const TisockMessage *message)
{
  gpointer slot = (gpointer) TISOCK_EASY_UDP_SOCKET_GET_CLASS (self)->received_message;
  g_autofree char *from = tisock_easy_udp_socket_dup_sender (self, packet, message);
  g_autoptr(GBytes) data = tisock_easy_udp_socket_take_data (self, packet, message);

  if (!tisock_easy_udp_socket_give_to_call (self, from, message->command, data) &&
      tisock_has_listener (self, signals[SIGNAL_RECEIVED_MESSAGE], slot))
    g_signal_emit (self, signals[SIGNAL_RECEIVED_MESSAGE], 0, from, message->command, data);
}

static void
deliver_packet (TisockEasyUDPSocket *self,
                TisockPacket        *packet)
{
  TisockEasyUDPSocketPrivate *priv = GET_PRIVATE (self);
  TisockMessage message;

  switch (tisock_easy_udp_socket_judge (self, packet, &message))
    {
    case TISOCK_ARRIVAL_MESSAGE:
      give_out (self, packet, &message);
      break;

    case TISOCK_ARRIVAL_CONTROL:
      priv->members->control (self, &message, &packet->remote);
      break;

    case TISOCK_ARRIVAL_WRONG:
      priv->ignored++;
      break;

    case TISOCK_ARRIVAL_IDLE:
    default:
      break;
    }
}

/* FALSE if there is none left. */
static gboolean
deliver_one (TisockEasyUDPSocket *self)
{
  TisockExchange *exchange = &tisock_udp_socket_get_private (TISOCK_UDP_SOCKET (self))->exchange;
  TisockPacket *packet = tisock_packet_queue_pop (&exchange->received);

  if (packet == NULL)
    return FALSE;

  tisock_exchange_resume (exchange);
  deliver_packet (self, packet);
  tisock_packet_unref (packet);

  return TRUE;
}

static void
announce_ignored (TisockEasyUDPSocket *self)
{
  TisockEasyUDPSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->announced == priv->ignored)
    return;

  priv->announced = priv->ignored;
  if (tisock_is_watched (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PACKETS_IGNORED]);
}

/* TRUE if all that has come was given out, and the life is the same. */
static gboolean
deliver_some (TisockEasyUDPSocket *self,
              guint                life)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);

  for (guint i = 0; i < PACKETS_PER_TURN; i++)
    {
      if (life != tisock_socket_core_get_life (core))
        return FALSE;
      if (!deliver_one (self))
        return TRUE;
    }

  if (life == tisock_socket_core_get_life (core))
    tisock_socket_core_due (core, TISOCK_DUE_MESSAGES);

  return FALSE;
}

static void
easy_deliver (TisockUDPSocket *udp)
{
  TisockEasyUDPSocket *self = TISOCK_EASY_UDP_SOCKET (udp);
  const TisockEasyUDPMembers *members = GET_PRIVATE (self)->members;
  guint life = tisock_socket_core_get_life (TISOCK_SOCKET_CORE (self));

  if (!tisock_socket_core_is_live (TISOCK_SOCKET_CORE (self)))
    return;

  if (members != NULL)
    members->begin (self);
  if (deliver_some (self, life) && members != NULL)
    members->end (self);
  announce_ignored (self);
}

/* The life ends */

static void
easy_release (TisockUDPSocket *udp)
{
  TisockEasyUDPSocketPrivate *priv = GET_PRIVATE (udp);

  if (priv->members != NULL)
    priv->members->release (TISOCK_EASY_UDP_SOCKET (udp));

  g_hash_table_remove_all (priv->groups);
  g_array_set_size (priv->ways, 0);
  priv->ways_time = 0;
  priv->id = 0;
}

static void
easy_collect (TisockUDPSocket *udp,
              TisockWaitSet   *set)
{
  const TisockEasyUDPMembers *members = GET_PRIVATE (udp)->members;

  if (members != NULL)
    members->collect (TISOCK_EASY_UDP_SOCKET (udp), set);
}

static const TisockUDPMessages easy_messages = {
  .deliver = easy_deliver,
  .release = easy_release,
  .collect = easy_collect,
};

/* GObject */

static void
tisock_easy_udp_socket_finalize (GObject *object)
{
  TisockEasyUDPSocketPrivate *priv = GET_PRIVATE (object);

  g_hash_table_unref (priv->groups);
  g_array_unref (priv->ways);

  G_OBJECT_CLASS (tisock_easy_udp_socket_parent_class)->finalize (object);
}

static void
tisock_easy_udp_socket_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  TisockEasyUDPSocket *self = TISOCK_EASY_UDP_SOCKET (object);

  switch ((TisockEasyUDPSocketProperty) prop_id)
    {
    case PROP_PACKETS_IGNORED:
      g_value_set_uint64 (value, tisock_easy_udp_socket_get_packets_ignored (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_easy_udp_socket_class_init (TisockEasyUDPSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tisock_easy_udp_socket_finalize;
  object_class->get_property = tisock_easy_udp_socket_get_property;

  /**
   * TisockEasyUDPSocket:packets-ignored: (getter get_packets_ignored)
   *
   * How many datagrams have come in that were no messages for this socket.
   *
   * They were malformed, or of another version of the format, or for a group that
   * the socket has not joined and that happens to have the same address. Counts since
   * the socket was made.
   *
   * Since: 1.0
   */
  properties[PROP_PACKETS_IGNORED] =
    g_param_spec_uint64 ("packets-ignored", NULL, NULL, 0, G_MAXUINT64, 0,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /**
   * TisockEasyUDPSocket::received-message:
   * @self: the socket
   * @sender: the IP address of the sender; the name of the member with
   *   [class@AutoDiscovery]
   * @command: what the sender has given as the command
   * @data: the data, perhaps none
   *
   * Emitted for each message.
   *
   * But for those that a call waits for, see
   * [method@EasyUDPSocket.receive_message_async]. A sender with several addresses may be
   * heard from another one each time. Xojo's `EasyUDPSocket.ReceivedMessage`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_RECEIVED_MESSAGE] =
    g_signal_new ("received-message", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockEasyUDPSocketClass, received_message),
                  NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_INT, G_TYPE_BYTES);
}

static void
tisock_easy_udp_socket_init (TisockEasyUDPSocket *self)
{
  TisockUDPSocket *udp = TISOCK_UDP_SOCKET (self);
  TisockEasyUDPSocketPrivate *priv = GET_PRIVATE (self);

  priv->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  priv->ways = g_array_new (FALSE, FALSE, sizeof (TisockWay));
  tisock_udp_socket_set_share_port (udp, TRUE);
  tisock_udp_socket_get_private (udp)->messages = &easy_messages;
}

/**
 * tisock_easy_udp_socket_new:
 *
 * Makes a socket that belongs to the thread-default main context.
 *
 * Returns: (transfer full): a new socket
 *
 * Since: 1.0
 */
TisockEasyUDPSocket *
tisock_easy_udp_socket_new (void)
{
  return g_object_new (TISOCK_TYPE_EASY_UDP_SOCKET, NULL);
}

/**
 * tisock_easy_udp_socket_get_packets_ignored: (get-property packets-ignored)
 * @self: the socket
 *
 * Gets how many datagrams have come in that were no messages for this socket.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint64
tisock_easy_udp_socket_get_packets_ignored (TisockEasyUDPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self), 0);

  return GET_PRIVATE (self)->ignored;
}

/**
 * tisock_easy_udp_socket_bind:
 * @self: the socket
 * @port: the port that all programs of this kind use; 0 for one that the system
 *   chooses, which nobody else has then
 * @error: return location for an error
 *
 * Sets [property@SocketCore:port] and opens the socket.
 *
 * Fails as [method@SocketCore.open] does. Xojo's `EasyUDPSocket.Bind`.
 *
 * Returns: whether the socket is open
 *
 * Since: 1.0
 */
gboolean
tisock_easy_udp_socket_bind (TisockEasyUDPSocket  *self,
                             int                   port,
                             GError              **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;

  g_return_val_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (core, G_STRFUNC))
    return FALSE;
  if (tisock_socket_core_is_live (core))
    return tisock_socket_core_misuse_of_state (core, "bind", error);

  tisock_socket_core_set_port (core, port);

  return tisock_socket_core_open (core, error);
}
