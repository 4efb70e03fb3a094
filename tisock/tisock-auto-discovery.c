/* tisock-auto-discovery.c: a socket that knows who else is in its group
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/member-table.h"
#include "tisock-auto-discovery.h"
#include "tisock-easy-udp-socket-private.h"
#include "tisock-socket-error.h"

#include <string.h>

/**
 * TisockAutoDiscovery:
 *
 * A socket that knows who else is in its group.
 *
 * It is an [class@EasyUDPSocket] that joins one group, with
 * [method@EasyUDPSocket.register], and announces itself there. All who do so with the
 * same port and the same name know of each other, without a server and without
 * addresses to set up:
 *
 * ```c
 * static void
 * member_joined_cb (TisockAutoDiscovery *socket,
 *                   const char          *member,
 *                   gpointer             user_data)
 * {
 *   g_print ("%s is here\n", member);
 * }
 *
 * TisockAutoDiscovery *socket = tisock_auto_discovery_new ();
 * TisockEasyUDPSocket *easy = TISOCK_EASY_UDP_SOCKET (socket);
 *
 * g_signal_connect (socket, "member-joined", G_CALLBACK (member_joined_cb), NULL);
 * tisock_easy_udp_socket_bind (easy, 21001, NULL);
 * tisock_easy_udp_socket_register (easy, "chat", NULL);
 * ```
 *
 * A member is named by its IP address, as "192.0.2.1". If there are several programs at
 * one address, the first that this socket has heard of has that name, and to the others
 * a number is added, as "192.0.2.1#0123456789abcdef". A member keeps its name until it
 * leaves. Names are this socket's own: other members may know the same program by
 * another one. [signal@EasyUDPSocket::received-message] gives these names, and
 * [method@EasyUDPSocket.send_message_to_individual] takes them: such a message is for
 * that one program.
 *
 * A member that leaves, with [method@EasyUDPSocket.unregister] or
 * [method@SocketCore.close], says so. One that vanishes without a word is missed after
 * the [property@AutoDiscovery:member-timeout] that it has told.
 *
 * There is no protection but that of the network itself: whoever can send to it can
 * claim to be members. Up to 1,024 are known at a time, and 64 of one address; who
 * comes after that is ignored. [Messages in groups](group-messages.html) tells what goes
 * over the network.
 *
 * This class has the members of Xojo's `AutoDiscovery`.
 *
 * Since: 1.0
 */

#define DEFAULT_HEARTBEAT_INTERVAL 5000
#define DEFAULT_MEMBER_TIMEOUT 16000

/* Nobody is believed to be there for longer, in ms. */
#define MAXIMUM_TIMEOUT (60 * 60 * 1000)

/* Answers to the question who is there are spread over this part of the interval. */
#define SPREAD_DIVISOR 10

/* The commands of messages that are AutoDiscovery's own. */
typedef enum
{
  CONTROL_PRESENT = -1,         /* the sender is a member */
  CONTROL_ASK = -2,             /* it is, and asks who else is */
  CONTROL_LEAVE = -3,           /* it is no more */
} Control;

/* CONTROL_PRESENT and CONTROL_ASK have the sender's timeout as data. */
#define TIMEOUT_SIZE 4

typedef struct
{
  /* The group that is joined; NULL: none. */
  const TisockGroup *group;

  TisockMemberTable  table;     /* of its members, oneself among them */
  TisockTimer        timer;     /* armed while there is a group */
  gint64             last;      /* when this member has announced itself, */
  gint64             next;      /* and when it will; G_MAXINT64: not by itself */

  guint              heartbeat_interval;
  guint              member_timeout;

  guint              is_new : 1; /* `member-joined` is due for oneself */
} TisockAutoDiscoveryPrivate;

typedef enum
{
  PROP_HEARTBEAT_INTERVAL = 1,
  PROP_MEMBER_TIMEOUT,
} TisockAutoDiscoveryProperty;

static GParamSpec *properties[PROP_MEMBER_TIMEOUT + 1];

enum
{
  SIGNAL_MEMBER_JOINED,
  SIGNAL_MEMBER_LEFT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_PRIVATE (TisockAutoDiscovery, tisock_auto_discovery,
                            TISOCK_TYPE_EASY_UDP_SOCKET)

#define GET_PRIVATE(self) \
  ((TisockAutoDiscoveryPrivate *) \
   tisock_auto_discovery_get_instance_private ((TisockAutoDiscovery *) (self)))

/* Signals */

static void
emit_member (TisockAutoDiscovery *self,
             guint                signal,
             const TisockMember  *member)
{
  const TisockAutoDiscoveryClass *klass = TISOCK_AUTO_DISCOVERY_GET_CLASS (self);
  gpointer slot = signal == SIGNAL_MEMBER_JOINED ? (gpointer) klass->member_joined
                                                 : (gpointer) klass->member_left;
  g_autofree char *name = NULL;

  if (!tisock_has_listener (self, signals[signal], slot))
    return;

  name = tisock_member_dup_name (member);
  g_signal_emit (self, signals[signal], 0, name);
}

/* Time */

static gint64
get_interval (TisockAutoDiscovery *self)
{
  return GET_PRIVATE (self)->heartbeat_interval * G_TIME_SPAN_MILLISECOND;
}

static gint64
get_spread (TisockAutoDiscovery *self)
{
  guint interval = GET_PRIVATE (self)->heartbeat_interval;

  if (interval == 0)
    interval = DEFAULT_HEARTBEAT_INTERVAL;

  return MAX (interval / SPREAD_DIVISOR, 1) * G_TIME_SPAN_MILLISECOND;
}

/* From a member's timeout in ms, which may say that it has none. */
static gint64
get_deadline (guint timeout_ms)
{
  if (timeout_ms == 0 || timeout_ms > MAXIMUM_TIMEOUT)
    timeout_ms = MAXIMUM_TIMEOUT;

  return g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND;
}

static gint64
choose_time (gint64 begin,
             gint64 length)
{
  return begin + (gint64) (g_random_double () * (double) length);
}

/* For whichever comes first; what is over is said in the turn that is due then. */
static void
set_timer (TisockAutoDiscovery *self,
           gint64               missing)
{
  TisockAutoDiscoveryPrivate *priv = GET_PRIVATE (self);
  TisockReactor *reactor = tisock_socket_core_get_reactor (TISOCK_SOCKET_CORE (self));
  gint64 deadline = MIN (priv->next, missing);

  if (priv->group != NULL && deadline != G_MAXINT64)
    tisock_reactor_set_timer (reactor, &priv->timer, deadline);
  else
    tisock_reactor_clear_timer (reactor, &priv->timer);
}

static void
update_timer (TisockAutoDiscovery *self)
{
  set_timer (self, tisock_member_table_get_next (&GET_PRIVATE (self)->table));
}

/* What goes out */

static TisockMessage
make_control (TisockAutoDiscovery *self,
              Control              command)
{
  TisockMessage message = { .kind = TISOCK_MESSAGE_TO_GROUP, .command = command };

  memcpy (message.group, GET_PRIVATE (self)->group->id, sizeof message.group);

  return message;
}

/* The next time is a little earlier or later than the interval says, so that members who began
 * together do not stay together. */
static gboolean
announce (TisockAutoDiscovery  *self,
          Control               command,
          GError              **error)
{
  TisockAutoDiscoveryPrivate *priv = GET_PRIVATE (self);
  TisockMessage message = make_control (self, command);
  gint64 interval = get_interval (self);
  guint32 timeout = GUINT32_TO_BE (priv->member_timeout);

  message.data = (const guint8 *) &timeout;
  message.length = sizeof timeout;
  priv->last = g_get_monotonic_time ();
  priv->next = interval == 0 ? G_MAXINT64
                             : choose_time (priv->last + interval * 9 / 10, interval / 5);

  return tisock_easy_udp_socket_send_around (TISOCK_EASY_UDP_SOCKET (self), &message, priv->group,
                                             error);
}

/* So that many members do not answer at once, nor one many times to many questions. */
static void
answer_soon (TisockAutoDiscovery *self)
{
  TisockAutoDiscoveryPrivate *priv = GET_PRIVATE (self);
  gint64 spread = get_spread (self);
  gint64 begin = MAX (g_get_monotonic_time (), priv->last + spread);

  if (priv->next > begin + spread)
    priv->next = choose_time (begin, spread);
}

static void
timer_cb (TisockTimer *timer)
{
  TisockAutoDiscovery *self =
    (TisockAutoDiscovery *) ((char *) timer - G_PRIVATE_OFFSET (TisockAutoDiscovery, timer));
  TisockAutoDiscoveryPrivate *priv = GET_PRIVATE (self);
  G_GNUC_UNUSED g_autoptr(TisockAutoDiscovery) kept = g_object_ref (self);
  gint64 now = g_get_monotonic_time ();
  gint64 missing = tisock_member_table_get_next (&priv->table);

  if (missing <= now)
    {
      tisock_socket_core_due (TISOCK_SOCKET_CORE (self), TISOCK_DUE_MESSAGES);
      tisock_socket_core_settle (TISOCK_SOCKET_CORE (self));
      missing = G_MAXINT64;
    }

  /* A handler of the error may close the socket. */
  if (priv->next <= now)
    announce (self, CONTROL_PRESENT, NULL);
  set_timer (self, missing);
}

/* What comes in */

static void
note_member (TisockAutoDiscovery  *self,
             const TisockMessage  *message,
             const TisockEndpoint *remote)
{
  TisockMemberTable *table = &GET_PRIVATE (self)->table;
  guint32 timeout;

  memcpy (&timeout, message->data, sizeof timeout);
  if (tisock_member_table_note (table, message->sender, remote,
                                get_deadline (GUINT32_FROM_BE (timeout))))
    emit_member (self, SIGNAL_MEMBER_JOINED, tisock_member_table_find (table, message->sender));
}

static void
auto_control (TisockEasyUDPSocket  *easy,
              const TisockMessage  *message,
              const TisockEndpoint *remote)
{
  TisockAutoDiscovery *self = TISOCK_AUTO_DISCOVERY (easy);
  TisockMember member;

  switch (message->command)
    {
    case CONTROL_ASK:
    case CONTROL_PRESENT:
      if (message->length < TIMEOUT_SIZE)
        return;
      if (message->command == CONTROL_ASK)
        answer_soon (self);
      note_member (self, message, remote);
      break;

    case CONTROL_LEAVE:
      if (tisock_member_table_take (&GET_PRIVATE (self)->table, message->sender, remote, &member))
        emit_member (self, SIGNAL_MEMBER_LEFT, &member);
      break;

    default:
      break;
    }
}

static void
auto_begin (TisockEasyUDPSocket *easy)
{
  TisockAutoDiscoveryPrivate *priv = GET_PRIVATE (easy);
  TisockMember *own = tisock_member_table_find (&priv->table, tisock_easy_udp_socket_get_id (easy));

  if (!priv->is_new || own == NULL)
    return;

  priv->is_new = FALSE;
  emit_member (TISOCK_AUTO_DISCOVERY (easy), SIGNAL_MEMBER_JOINED, own);
}

/* All that has come in has been looked at: who has not been heard of by now is gone. A handler may
 * end all of it. */
static void
auto_end (TisockEasyUDPSocket *easy)
{
  TisockAutoDiscovery *self = TISOCK_AUTO_DISCOVERY (easy);
  gint64 now = g_get_monotonic_time ();
  TisockMember member;

  while (tisock_member_table_take_expired (&GET_PRIVATE (self)->table, now, &member))
    emit_member (self, SIGNAL_MEMBER_LEFT, &member);

  update_timer (self);
}

/* The group */

static gboolean
auto_check (TisockEasyUDPSocket  *easy,
            const char           *group_name,
            GError              **error)
{
  TisockEasyUDPSocketPrivate *priv = tisock_easy_udp_socket_get_private (easy);

  if (g_hash_table_size (priv->groups) == 0 || g_hash_table_contains (priv->groups, group_name))
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (easy), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not register with group “%s”: the socket is in another "
                                    "group already", group_name);
}

/* By its own address, as others see it: that of the first way. */
static void
auto_joined (TisockEasyUDPSocket *easy,
             const TisockGroup   *group)
{
  TisockAutoDiscovery *self = TISOCK_AUTO_DISCOVERY (easy);
  TisockAutoDiscoveryPrivate *priv = GET_PRIVATE (self);
  const GArray *ways = tisock_easy_udp_socket_get_private (easy)->ways;

  priv->group = group;
  priv->is_new = TRUE;
  tisock_member_table_note (&priv->table, tisock_easy_udp_socket_get_id (easy),
                            &g_array_index (ways, TisockWay, 0).local, G_MAXINT64);
  tisock_socket_core_due (TISOCK_SOCKET_CORE (self), TISOCK_DUE_MESSAGES);
  /* A failure is said by `error`; the heartbeats go on. */
  announce (self, CONTROL_ASK, NULL);
  update_timer (self);
  tisock_udp_socket_settle (TISOCK_UDP_SOCKET (self));
}

static void
forget_group (TisockAutoDiscovery *self)
{
  TisockAutoDiscoveryPrivate *priv = GET_PRIVATE (self);

  priv->group = NULL;
  priv->is_new = FALSE;
  tisock_member_table_clear (&priv->table);
  update_timer (self);
}

static void
auto_leaving (TisockEasyUDPSocket *easy,
              const TisockGroup   *group)
{
  TisockAutoDiscovery *self = TISOCK_AUTO_DISCOVERY (easy);
  TisockMessage message = make_control (self, CONTROL_LEAVE);

  tisock_easy_udp_socket_send_around (easy, &message, group, NULL);
  forget_group (self);
}

/* In a forked child, or when the context is gone, nothing is said. */
static void
auto_release (TisockEasyUDPSocket *easy)
{
  TisockAutoDiscovery *self = TISOCK_AUTO_DISCOVERY (easy);
  TisockAutoDiscoveryPrivate *priv = GET_PRIVATE (self);
  TisockMessage message;

  if (priv->group == NULL)
    return;

  if (tisock_exchange_is_started (&tisock_udp_socket_get_private (TISOCK_UDP_SOCKET (self))
                                    ->exchange) &&
      tisock_reactor_is_usable (tisock_socket_core_get_reactor (TISOCK_SOCKET_CORE (self))))
    {
      message = make_control (self, CONTROL_LEAVE);
      tisock_easy_udp_socket_send_last (easy, &message, priv->group);
    }
  forget_group (self);
}

static char *
auto_dup_name (TisockEasyUDPSocket  *easy,
               guint64               id,
               const TisockEndpoint *remote)
{
  return tisock_member_table_dup_name (&GET_PRIVATE (easy)->table, id, remote);
}

static guint64
auto_find (TisockEasyUDPSocket  *easy,
           const char           *name,
           const TisockGroup   **group)
{
  TisockMember *member = tisock_member_table_find_by_name (&GET_PRIVATE (easy)->table, name);

  *group = GET_PRIVATE (easy)->group;

  return member != NULL ? member->id : 0;
}

/* While nothing can come in, waiting for it would be in vain. */
static void
auto_collect (TisockEasyUDPSocket *easy,
              TisockWaitSet       *set)
{
  if (!tisock_udp_socket_get_private (TISOCK_UDP_SOCKET (easy))->exchange.paused)
    g_ptr_array_add (set->timers, &GET_PRIVATE (easy)->timer);
}

static const TisockEasyUDPMembers auto_members = {
  .check = auto_check,
  .joined = auto_joined,
  .leaving = auto_leaving,
  .control = auto_control,
  .dup_name = auto_dup_name,
  .find = auto_find,
  .begin = auto_begin,
  .end = auto_end,
  .release = auto_release,
  .collect = auto_collect,
};

/* GObject */

static void
tisock_auto_discovery_finalize (GObject *object)
{
  tisock_member_table_clear (&GET_PRIVATE (object)->table);

  G_OBJECT_CLASS (tisock_auto_discovery_parent_class)->finalize (object);
}

static void
tisock_auto_discovery_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  TisockAutoDiscovery *self = TISOCK_AUTO_DISCOVERY (object);

  switch ((TisockAutoDiscoveryProperty) prop_id)
    {
    case PROP_HEARTBEAT_INTERVAL:
      g_value_set_uint (value, tisock_auto_discovery_get_heartbeat_interval (self));
      break;

    case PROP_MEMBER_TIMEOUT:
      g_value_set_uint (value, tisock_auto_discovery_get_member_timeout (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_auto_discovery_set_property (GObject      *object,
                                    guint         prop_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  TisockAutoDiscovery *self = TISOCK_AUTO_DISCOVERY (object);

  switch ((TisockAutoDiscoveryProperty) prop_id)
    {
    case PROP_HEARTBEAT_INTERVAL:
      tisock_auto_discovery_set_heartbeat_interval (self, g_value_get_uint (value));
      break;

    case PROP_MEMBER_TIMEOUT:
      tisock_auto_discovery_set_member_timeout (self, g_value_get_uint (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * TisockAutoDiscovery:heartbeat-interval: (getter get_heartbeat_interval)
   *   (setter set_heartbeat_interval)
   *
   * How often this member announces itself, in milliseconds.
   *
   * It does so about as often, a tenth earlier or later. To the question who is there
   * it answers in between, within a tenth of that time and at most as often. 0 is not
   * by itself: then others miss it after its
   * [property@AutoDiscovery:member-timeout]. The default is 5000.
   *
   * Since: 1.0
   */
  properties[PROP_HEARTBEAT_INTERVAL] =
    g_param_spec_uint ("heartbeat-interval", NULL, NULL, 0, G_MAXUINT, DEFAULT_HEARTBEAT_INTERVAL,
                       flags);

  /**
   * TisockAutoDiscovery:member-timeout: (getter get_member_timeout) (setter set_member_timeout)
   *
   * After which time of silence others miss this member, in milliseconds.
   *
   * It is told to them with each announcement, and should be some times as long as
   * [property@AutoDiscovery:heartbeat-interval], as the network may lose some of these.
   * 0 is the longest there is, which is an hour. The default is 16000.
   *
   * Since: 1.0
   */
  properties[PROP_MEMBER_TIMEOUT] =
    g_param_spec_uint ("member-timeout", NULL, NULL, 0, G_MAXUINT, DEFAULT_MEMBER_TIMEOUT, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
install_signals (TisockAutoDiscoveryClass *klass)
{
  /**
   * TisockAutoDiscovery::member-joined:
   * @self: the socket
   * @member: the name of the member
   *
   * Emitted when a member has come into the list.
   *
   * The first is always oneself, soon after [method@EasyUDPSocket.register] has
   * returned. Xojo's `AutoDiscovery.MemberJoined`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_MEMBER_JOINED] =
    g_signal_new ("member-joined", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockAutoDiscoveryClass, member_joined),
                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * TisockAutoDiscovery::member-left:
   * @self: the socket
   * @member: the name of the member
   *
   * Emitted when a member has left, or has been silent for too long.
   *
   * Not for oneself. Xojo's `AutoDiscovery.MemberLeft`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_MEMBER_LEFT] =
    g_signal_new ("member-left", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockAutoDiscoveryClass, member_left),
                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tisock_auto_discovery_class_init (TisockAutoDiscoveryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tisock_auto_discovery_finalize;
  object_class->get_property = tisock_auto_discovery_get_property;
  object_class->set_property = tisock_auto_discovery_set_property;
  install_properties (object_class);
  install_signals (klass);
}

static void
tisock_auto_discovery_init (TisockAutoDiscovery *self)
{
  TisockAutoDiscoveryPrivate *priv = GET_PRIVATE (self);

  priv->timer.func = timer_cb;
  priv->heartbeat_interval = DEFAULT_HEARTBEAT_INTERVAL;
  priv->member_timeout = DEFAULT_MEMBER_TIMEOUT;
  tisock_easy_udp_socket_get_private (TISOCK_EASY_UDP_SOCKET (self))->members = &auto_members;
}

/**
 * tisock_auto_discovery_new:
 *
 * Makes a socket that belongs to the thread-default main context.
 *
 * Returns: (transfer full): a new socket
 *
 * Since: 1.0
 */
TisockAutoDiscovery *
tisock_auto_discovery_new (void)
{
  return g_object_new (TISOCK_TYPE_AUTO_DISCOVERY, NULL);
}

/**
 * tisock_auto_discovery_get_heartbeat_interval: (get-property heartbeat-interval)
 * @self: the socket
 *
 * Gets how often this member announces itself.
 *
 * Returns: the time in milliseconds; 0 is not by itself
 *
 * Since: 1.0
 */
guint
tisock_auto_discovery_get_heartbeat_interval (TisockAutoDiscovery *self)
{
  g_return_val_if_fail (TISOCK_IS_AUTO_DISCOVERY (self), 0);

  return GET_PRIVATE (self)->heartbeat_interval;
}

/**
 * tisock_auto_discovery_set_heartbeat_interval: (set-property heartbeat-interval)
 * @self: the socket
 * @heartbeat_interval: the time in milliseconds; 0 is not by itself
 *
 * Sets how often this member announces itself.
 *
 * A member of a group does so soon after this, too.
 *
 * Since: 1.0
 */
void
tisock_auto_discovery_set_heartbeat_interval (TisockAutoDiscovery *self,
                                              guint                heartbeat_interval)
{
  TisockAutoDiscoveryPrivate *priv;

  g_return_if_fail (TISOCK_IS_AUTO_DISCOVERY (self));

  priv = GET_PRIVATE (self);
  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      priv->heartbeat_interval == heartbeat_interval)
    return;

  priv->heartbeat_interval = heartbeat_interval;
  answer_soon (self);
  update_timer (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HEARTBEAT_INTERVAL]);
}

/**
 * tisock_auto_discovery_get_member_timeout: (get-property member-timeout)
 * @self: the socket
 *
 * Gets after which time of silence others miss this member.
 *
 * Returns: the time in milliseconds; 0 is the longest there is
 *
 * Since: 1.0
 */
guint
tisock_auto_discovery_get_member_timeout (TisockAutoDiscovery *self)
{
  g_return_val_if_fail (TISOCK_IS_AUTO_DISCOVERY (self), 0);

  return GET_PRIVATE (self)->member_timeout;
}

/**
 * tisock_auto_discovery_set_member_timeout: (set-property member-timeout)
 * @self: the socket
 * @member_timeout: the time in milliseconds; 0 is the longest there is
 *
 * Sets after which time of silence others miss this member.
 *
 * They are told with the next announcement.
 *
 * Since: 1.0
 */
void
tisock_auto_discovery_set_member_timeout (TisockAutoDiscovery *self,
                                          guint                member_timeout)
{
  TisockAutoDiscoveryPrivate *priv;

  g_return_if_fail (TISOCK_IS_AUTO_DISCOVERY (self));

  priv = GET_PRIVATE (self);
  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      priv->member_timeout == member_timeout)
    return;

  priv->member_timeout = member_timeout;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MEMBER_TIMEOUT]);
}

/* Members */

/**
 * tisock_auto_discovery_get_member_list:
 * @self: the socket
 *
 * Gets the names of the members that are known, oneself included.
 *
 * They are in the order in which this socket has heard of them. Without a group there are
 * none. Xojo's `AutoDiscovery.GetMemberList`.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 *
 * Since: 1.0
 */
char **
tisock_auto_discovery_get_member_list (TisockAutoDiscovery *self)
{
  g_return_val_if_fail (TISOCK_IS_AUTO_DISCOVERY (self), NULL);

  return tisock_member_table_list (&GET_PRIVATE (self)->table);
}

static gboolean
check_group (TisockAutoDiscovery  *self,
             const char           *operation,
             GError              **error)
{
  if (GET_PRIVATE (self)->group != NULL)
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not %s: the socket is in no group", operation);
}

/**
 * tisock_auto_discovery_update_member_list:
 * @self: the socket
 * @error: return location for an error
 *
 * Empties the list of members, and asks the group who is there.
 *
 * Oneself stays in the list. The others come into it again as they answer, with
 * [signal@AutoDiscovery::member-joined]; for those that have not answered within
 * [property@AutoDiscovery:member-timeout], [signal@AutoDiscovery::member-left] is emitted.
 * Members announce themselves without being asked as well, so a program hardly ever
 * needs this.
 *
 * Fails with [error@Tisock.SocketError.INVALID_STATE] if the socket is in no group, and for
 * reasons of the system. Xojo's `AutoDiscovery.UpdateMemberList`.
 *
 * Returns: whether the group was asked
 *
 * Since: 1.0
 */
gboolean
tisock_auto_discovery_update_member_list (TisockAutoDiscovery  *self,
                                          GError              **error)
{
  TisockAutoDiscoveryPrivate *priv;
  gboolean asked;

  g_return_val_if_fail (TISOCK_IS_AUTO_DISCOVERY (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      !check_group (self, "update the list of members", error))
    return FALSE;

  priv = GET_PRIVATE (self);
  tisock_member_table_unlist (&priv->table, get_deadline (priv->member_timeout));
  asked = announce (self, CONTROL_ASK, error);
  update_timer (self);

  return asked;
}

/* Sending */

/**
 * tisock_auto_discovery_send_message:
 * @self: the socket
 * @command: a number of the program's, not below 0
 * @data: (array length=length) (element-type guint8) (nullable): the data
 * @length: how many bytes there are; 0 is valid
 * @error: return location for an error
 *
 * Sends a message to all members of the group that this socket is in.
 *
 * As [method@EasyUDPSocket.send_message_to_group] does with its name; without a group it
 * fails with [error@Tisock.SocketError.INVALID_STATE]. Xojo's
 * `AutoDiscovery.SendMessageToGroup` without a name.
 *
 * Returns: whether the message was sent or queued
 *
 * Since: 1.0
 */
gboolean
tisock_auto_discovery_send_message (TisockAutoDiscovery  *self,
                                    int                   command,
                                    const guint8         *data,
                                    gsize                 length,
                                    GError              **error)
{
  GHashTableIter iter;
  gpointer group_name;

  g_return_val_if_fail (TISOCK_IS_AUTO_DISCOVERY (self), FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      !check_group (self, "send a message", error))
    return FALSE;

  g_hash_table_iter_init (&iter, tisock_easy_udp_socket_get_private (TISOCK_EASY_UDP_SOCKET (self))
                                   ->groups);
  g_hash_table_iter_next (&iter, &group_name, NULL);

  return tisock_easy_udp_socket_send_message_to_group (TISOCK_EASY_UDP_SOCKET (self), group_name,
                                                       command, data, length, error);
}

/**
 * tisock_auto_discovery_send_message_bytes:
 * @self: the socket
 * @command: a number of the program's, not below 0
 * @bytes: the data
 * @error: return location for an error
 *
 * Sends a message, as [method@AutoDiscovery.send_message] does.
 *
 * Returns: whether the message was sent or queued
 *
 * Since: 1.0
 */
gboolean
tisock_auto_discovery_send_message_bytes (TisockAutoDiscovery  *self,
                                          int                   command,
                                          GBytes               *bytes,
                                          GError              **error)
{
  const guint8 *data;
  gsize length;

  g_return_val_if_fail (bytes != NULL, FALSE);

  data = g_bytes_get_data (bytes, &length);

  return tisock_auto_discovery_send_message (self, command, data, length, error);
}
