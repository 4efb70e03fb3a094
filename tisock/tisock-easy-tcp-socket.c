/* tisock-easy-tcp-socket.c: a connection that carries messages
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-easy-tcp-socket.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>
#include <string.h>

/**
 * TisockEasyTCPSocket:
 *
 * A TCP connection that carries messages.
 *
 * A message is a command, which is a number that means what the program wants, and
 * data. It arrives as it was sent, as a whole and once:
 *
 * ```c
 * static void
 * received_message_cb (TisockEasyTCPSocket *socket,
 *                      int                  command,
 *                      GBytes              *data,
 *                      gpointer             user_data)
 * {
 *   g_print ("%d: %" G_GSIZE_FORMAT " bytes\n", command, g_bytes_get_size (data));
 *   tisock_easy_tcp_socket_send_message_bytes (socket, command, data, NULL);
 * }
 * ```
 *
 * In all else it is a [class@TCPSocket], opened, listening, or given out by a
 * [class@ServerSocket] whose handler of [signal@ServerSocket::add-socket] makes one.
 * It has no [signal@SocketCore::data-available], and everything that reads, writes
 * or hands on single bytes is refused with
 * [error@Tisock.SocketError.INVALID_STATE]; [method@TCPSocket.look_ahead] can still
 * show them.
 *
 * It is also a [class@SSLSocket], but [property@SSLSocket:ssl-enabled] is `FALSE` at
 * first: set it for TLS, with the same settings as there. A server's
 * [property@ServerSocket:tls-settings] do so by themselves.
 *
 * On the wire a message is the length of the data (four bytes, unsigned), the command
 * (four bytes, signed), both with the highest byte first, and the data. Peers are
 * other programs that do the same.
 *
 * A message whose length is beyond [property@EasyTCPSocket:maximum-message-size] ends
 * the connection with [error@Tisock.SocketError.FRAME_TOO_LARGE]. One that the end of
 * the connection has cut off is not announced; the state is
 * `TISOCK_SOCKET_STATE_ERROR` then, and the message of
 * [error@Tisock.SocketError.LOST_CONNECTION] says how much of it had come.
 *
 * This class has the members of Xojo's `EasyTCPSocket`.
 *
 * Since: 1.0
 */

#define DEFAULT_MAXIMUM (16 * 1024 * 1024)
#define COMMAND_SIZE 4
#define LENGTH_SIZE 4

/* What is due besides has its turn after so many of them. */
#define MESSAGES_PER_TURN 64

typedef struct
{
  TisockFrameFormat format;
} TisockEasyTCPSocketPrivate;

typedef struct
{
  TisockOperation operation;
  int             command;
} MessageOperation;

typedef enum
{
  PROP_MAXIMUM_MESSAGE_SIZE = 1,
} TisockEasyTCPSocketProperty;

static GParamSpec *properties[PROP_MAXIMUM_MESSAGE_SIZE + 1];

enum
{
  SIGNAL_RECEIVED_MESSAGE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_PRIVATE (TisockEasyTCPSocket, tisock_easy_tcp_socket, TISOCK_TYPE_SSL_SOCKET)

#define GET_PRIVATE(self) \
  ((TisockEasyTCPSocketPrivate *) tisock_easy_tcp_socket_get_instance_private (self))

static TisockByteQueue *
get_received (TisockEasyTCPSocket *self)
{
  return &tisock_tcp_socket_get_private (TISOCK_TCP_SOCKET (self))->stream.received;
}

/* Messages in the receive buffer */

static TisockScanResult
find_message (TisockEasyTCPSocket *self,
              gsize                offset,
              int                 *command,
              TisockFrame         *message)
{
  const TisockByteQueue *received = get_received (self);
  TisockScanResult result;
  guint64 number = 0;

  result = tisock_frame_find (&GET_PRIVATE (self)->format, received, offset, NULL, message);
  if (result == TISOCK_SCAN_FOUND)
    tisock_scan_number (received, offset + LENGTH_SIZE, COMMAND_SIZE, G_BIG_ENDIAN, G_MAXUINT64,
                        &number);
  *command = (int) (guint32) number;

  return result;
}

/* Looks for the first message with a command; the result is that of the one at *offset, which is
 * this one if it is FOUND. */
static TisockScanResult
find_command (TisockEasyTCPSocket *self,
              int                  command,
              gsize               *offset,
              TisockFrame         *message)
{
  TisockScanResult result;
  int found;

  while ((result = find_message (self, *offset, &found, message)) == TISOCK_SCAN_FOUND &&
         found != command)
    *offset += tisock_frame_get_size (message);

  return result;
}

static gsize
easy_measure (TisockTCPSocket *tcp)
{
  TisockFrame message;
  gsize offset = 0;
  int command;

  while (find_message (TISOCK_EASY_TCP_SOCKET (tcp), offset, &command, &message) ==
         TISOCK_SCAN_FOUND)
    offset += tisock_frame_get_size (&message);

  return offset;
}

static char *
easy_describe (TisockTCPSocket *tcp,
               gsize            offset)
{
  TisockEasyTCPSocket *self = TISOCK_EASY_TCP_SOCKET (tcp);
  gsize left = get_received (self)->length - offset;
  TisockFrame message;
  int command;

  find_message (self, offset, &command, &message);
  if (!message.known)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " bytes of a message had come", left);

  return g_strdup_printf ("%" G_GSIZE_FORMAT " of the %" G_GSIZE_FORMAT
                          " bytes of a message had come", left, tisock_frame_get_size (&message));
}

/* Giving them out */

static MessageOperation *
find_operation (TisockEasyTCPSocket *self,
                int                  command)
{
  TisockOperation *operation = tisock_socket_core_get_pending (TISOCK_SOCKET_CORE (self),
                                                               TISOCK_PENDING_RECEIVE);

  for (GList *link = operation != NULL ? &operation->link : NULL; link != NULL; link = link->next)
    {
      MessageOperation *wanted = link->data;

      if (wanted->command == command)
        return wanted;
    }

  return NULL;
}

/* Takes the data. */
static void
give_out (TisockEasyTCPSocket *self,
          int                  command,
          GBytes              *data)
{
  MessageOperation *wanted = find_operation (self, command);
  gpointer slot = (gpointer) TISOCK_EASY_TCP_SOCKET_GET_CLASS (self)->received_message;
  TisockResult result = { .pointer = data, .free = (GDestroyNotify) g_bytes_unref };

  if (wanted != NULL)
    {
      tisock_operation_return (&wanted->operation, &result);
      return;
    }

  if (tisock_has_listener (self, signals[SIGNAL_RECEIVED_MESSAGE], slot))
    g_signal_emit (self, signals[SIGNAL_RECEIVED_MESSAGE], 0, command, data);
  g_bytes_unref (data);
}

/* FALSE if there is none that is whole. What is no message ends the life. */
static gboolean
deliver_one (TisockEasyTCPSocket *self)
{
  const TisockFrameFormat *format = &GET_PRIVATE (self)->format;
  TisockFrame message;
  GBytes *data;
  int command;

  find_message (self, 0, &command, &message);
  data = tisock_tcp_socket_take_frame (TISOCK_TCP_SOCKET (self), format, &message, NULL);
  if (data == NULL)
    return FALSE;

  give_out (self, command, data);

  return TRUE;
}

static void
easy_deliver (TisockTCPSocket *tcp)
{
  TisockEasyTCPSocket *self = TISOCK_EASY_TCP_SOCKET (tcp);
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  guint life = tisock_socket_core_get_life (core);

  for (guint i = 0; i < MESSAGES_PER_TURN; i++)
    if (!deliver_one (self) || life != tisock_socket_core_get_life (core))
      return;

  tisock_socket_core_due (core, TISOCK_DUE_MESSAGES);
}

static const TisockTCPMessages easy_messages = {
  .deliver = easy_deliver,
  .measure = easy_measure,
  .describe = easy_describe,
};

/* Waiting for one */

static GBytes *
cut_message (TisockEasyTCPSocket *self,
             gsize                offset,
             const TisockFrame   *message)
{
  g_autoptr(GBytes) whole = NULL;

  whole = tisock_byte_queue_cut (get_received (self), offset, tisock_frame_get_size (message));
  tisock_tcp_socket_note_taken (TISOCK_TCP_SOCKET (self));

  return g_bytes_new_from_bytes (whole, message->head, (gsize) message->length);
}

/* Nothing more can come: the life is over, or the peer's side of it. */
static gboolean
take_end (TisockEasyTCPSocket *self,
          int                  command,
          const GError        *end,
          TisockResult        *result)
{
  TisockTCPSocketPrivate *tcp = tisock_tcp_socket_get_private (TISOCK_TCP_SOCKET (self));

  if (end != NULL)
    result->error = g_error_copy (end);
  else if (tcp->stream.at_eof)
    result->error = g_error_new (TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION,
                                 "Could not receive a message with command %d: the peer has "
                                 "ended the connection", command);

  return result->error != NULL;
}

/* What is no message ends the life when its turn comes, after those that are before it. */
static gboolean
message_try (TisockOperation *operation,
             gpointer         object,
             const GError    *end,
             TisockResult    *result)
{
  TisockEasyTCPSocket *self = object;
  int command = ((MessageOperation *) operation)->command;
  TisockFrame message;
  gsize offset = 0;

  switch (find_command (self, command, &offset, &message))
    {
    case TISOCK_SCAN_FOUND:
      result->pointer = cut_message (self, offset, &message);
      result->free = (GDestroyNotify) g_bytes_unref;
      return TRUE;

    case TISOCK_SCAN_MORE:
      tisock_tcp_socket_make_room (TISOCK_TCP_SOCKET (self), offset, &message);
      return take_end (self, command, end, result);

    case TISOCK_SCAN_TOO_LARGE:
    case TISOCK_SCAN_MALFORMED:
    default:
      result->error = tisock_frame_make_error (&GET_PRIVATE (self)->format, &message,
                                               TISOCK_SCAN_TOO_LARGE);
      return TRUE;
    }
}

static void
message_free (TisockOperation *operation)
{
  g_free (operation);
}

static const TisockOperationFuncs message_funcs = {
  .try = message_try,
  .free = message_free,
};

static MessageOperation
want_message (int command)
{
  return (MessageOperation) {
    .operation = tisock_operation_init (&message_funcs), .command = command,
  };
}

/* Whether a call may wait for this command now. */
static gboolean
check_receive (TisockEasyTCPSocket  *self,
               int                   command,
               GError              **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);

  if (tisock_socket_core_get_state (core) == TISOCK_SOCKET_STATE_INITIALIZED)
    return tisock_socket_core_misuse_of_state (core, "receive a message", error);
  if (find_operation (self, command) == NULL)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING,
               "Could not receive a message: another call waits for command %d already", command);

  return FALSE;
}

/* FALSE with the error, unless that is only that the time is over. */
static gboolean
pass_on (TisockEasyTCPSocket  *self,
         GError               *failure,
         GError              **error)
{
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) &&
      tisock_socket_core_is_live (TISOCK_SOCKET_CORE (self)))
    g_error_free (failure);
  else
    g_propagate_error (error, failure);

  return FALSE;
}

/* GObject */

static void
tisock_easy_tcp_socket_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  TisockEasyTCPSocket *self = TISOCK_EASY_TCP_SOCKET (object);

  switch ((TisockEasyTCPSocketProperty) prop_id)
    {
    case PROP_MAXIMUM_MESSAGE_SIZE:
      g_value_set_uint64 (value, tisock_easy_tcp_socket_get_maximum_message_size (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_easy_tcp_socket_set_property (GObject      *object,
                                     guint         prop_id,
                                     const GValue *value,
                                     GParamSpec   *pspec)
{
  TisockEasyTCPSocket *self = TISOCK_EASY_TCP_SOCKET (object);

  switch ((TisockEasyTCPSocketProperty) prop_id)
    {
    case PROP_MAXIMUM_MESSAGE_SIZE:
      tisock_easy_tcp_socket_set_maximum_message_size (self, g_value_get_uint64 (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_easy_tcp_socket_class_init (TisockEasyTCPSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tisock_easy_tcp_socket_get_property;
  object_class->set_property = tisock_easy_tcp_socket_set_property;

  /**
   * TisockEasyTCPSocket:maximum-message-size: (getter get_maximum_message_size)
   *   (setter set_maximum_message_size)
   *
   * How many bytes of data a message may have.
   *
   * A longer one is not sent, and ends the connection if it is received; both are
   * [error@Tisock.SocketError.FRAME_TOO_LARGE]. [property@TCPSocket:receive-limit] need
   * not be as high: a message that has begun to come in is let in whole. The default is
   * 16 MiB; 0 is no limit but that of the protocol, which is 4 GiB.
   *
   * Since: 1.0
   */
  properties[PROP_MAXIMUM_MESSAGE_SIZE] =
    g_param_spec_uint64 ("maximum-message-size", NULL, NULL, 0, G_MAXUINT64, DEFAULT_MAXIMUM,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  /**
   * TisockEasyTCPSocket::received-message:
   * @self: the socket
   * @command: what the sender has given as the command
   * @data: the data, perhaps none
   *
   * Emitted for each message, in the order in which they were sent.
   *
   * But for those that a call waits for, see
   * [method@EasyTCPSocket.receive_message_async]. Xojo's
   * `EasyTCPSocket.ReceivedMessage`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_RECEIVED_MESSAGE] =
    g_signal_new ("received-message", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockEasyTCPSocketClass, received_message),
                  NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_BYTES);
}

static void
tisock_easy_tcp_socket_init (TisockEasyTCPSocket *self)
{
  GET_PRIVATE (self)->format = (TisockFrameFormat) {
    .kind = TISOCK_FRAME_PREFIXED,
    .prefix_size = LENGTH_SIZE,
    .byte_order = G_BIG_ENDIAN,
    .header_size = COMMAND_SIZE,
    .maximum = DEFAULT_MAXIMUM,
  };
  tisock_ssl_socket_set_ssl_enabled (TISOCK_SSL_SOCKET (self), FALSE);
  tisock_tcp_socket_ensure_extras (TISOCK_TCP_SOCKET (self))->messages = &easy_messages;
}

/**
 * tisock_easy_tcp_socket_new:
 *
 * Makes a socket that belongs to the thread-default main context.
 *
 * Returns: (transfer full): a new socket
 *
 * Since: 1.0
 */
TisockEasyTCPSocket *
tisock_easy_tcp_socket_new (void)
{
  return g_object_new (TISOCK_TYPE_EASY_TCP_SOCKET, NULL);
}

/**
 * tisock_easy_tcp_socket_get_maximum_message_size: (get-property maximum-message-size)
 * @self: the socket
 *
 * Gets how many bytes of data a message may have.
 *
 * Returns: the number of bytes; 0 is no limit
 *
 * Since: 1.0
 */
guint64
tisock_easy_tcp_socket_get_maximum_message_size (TisockEasyTCPSocket *self)
{
  g_return_val_if_fail (TISOCK_IS_EASY_TCP_SOCKET (self), 0);

  return GET_PRIVATE (self)->format.maximum;
}

/**
 * tisock_easy_tcp_socket_set_maximum_message_size: (set-property maximum-message-size)
 * @self: the socket
 * @maximum_message_size: the number of bytes; 0 is no limit
 *
 * Sets how many bytes of data a message may have.
 *
 * Since: 1.0
 */
void
tisock_easy_tcp_socket_set_maximum_message_size (TisockEasyTCPSocket *self,
                                                 guint64              maximum_message_size)
{
  TisockEasyTCPSocketPrivate *priv;

  g_return_if_fail (TISOCK_IS_EASY_TCP_SOCKET (self));

  priv = GET_PRIVATE (self);
  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      priv->format.maximum == maximum_message_size)
    return;

  priv->format.maximum = maximum_message_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAXIMUM_MESSAGE_SIZE]);
}

/* Sending */

static gboolean
check_command (TisockEasyTCPSocket  *self,
               int                   command,
               GError              **error)
{
  if (command >= 0)
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not send a message: commands below 0 are reserved, and "
                                    "this is %d", command);
}

/* What is before the data. */
static gboolean
make_head (TisockEasyTCPSocket  *self,
           int                   command,
           GBytes               *bytes,
           TisockEnvelope       *envelope,
           GError              **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint32 number = GUINT32_TO_BE ((guint32) command);
  GError *failure = NULL;

  if (!tisock_frame_wrap (&GET_PRIVATE (self)->format, data, length, envelope, &failure))
    return tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, EMSGSIZE, error);

  memcpy (envelope->head + LENGTH_SIZE, &number, COMMAND_SIZE);
  envelope->head_length += COMMAND_SIZE;

  return TRUE;
}

/**
 * tisock_easy_tcp_socket_send_message:
 * @self: the socket
 * @command: a number of the program's, not below 0
 * @data: (array length=length) (element-type guint8) (nullable): the data
 * @length: how many bytes there are; 0 is valid
 * @error: return location for an error
 *
 * Queues a message for sending, as [method@TCPSocket.write] does with bytes.
 *
 * Fails as that does, with [error@Tisock.SocketError.INVALID_STATE] for a command
 * below 0, which are reserved, and with [error@Tisock.SocketError.FRAME_TOO_LARGE]
 * beyond [property@EasyTCPSocket:maximum-message-size]; then nothing is queued. Xojo's
 * `EasyTCPSocket.SendMessage`.
 *
 * Returns: whether the message was queued
 *
 * Since: 1.0
 */
gboolean
tisock_easy_tcp_socket_send_message (TisockEasyTCPSocket  *self,
                                     int                   command,
                                     const guint8         *data,
                                     gsize                 length,
                                     GError              **error)
{
  g_autoptr(GBytes) bytes = NULL;

  g_return_val_if_fail (data != NULL || length == 0, FALSE);

  bytes = g_bytes_new (data, length);

  return tisock_easy_tcp_socket_send_message_bytes (self, command, bytes, error);
}

/**
 * tisock_easy_tcp_socket_send_message_bytes:
 * @self: the socket
 * @command: a number of the program's, not below 0
 * @bytes: the data
 * @error: return location for an error
 *
 * Queues a message for sending, as [method@EasyTCPSocket.send_message] does.
 *
 * The data are not copied, unless they are few: the queue keeps a reference on @bytes.
 *
 * Returns: whether the message was queued
 *
 * Since: 1.0
 */
gboolean
tisock_easy_tcp_socket_send_message_bytes (TisockEasyTCPSocket  *self,
                                           int                   command,
                                           GBytes               *bytes,
                                           GError              **error)
{
  TisockTCPSocket *tcp = (TisockTCPSocket *) self;
  TisockEnvelope envelope;

  g_return_val_if_fail (TISOCK_IS_EASY_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      !check_command (self, command, error) ||
      !make_head (self, command, bytes, &envelope, error) ||
      !tisock_tcp_socket_check_queue (tcp, envelope.head_length + g_bytes_get_size (bytes), error))
    return FALSE;

  tisock_stream_write_between (&tisock_tcp_socket_get_private (tcp)->stream, bytes,
                               envelope.head, envelope.head_length, NULL, 0);
  tisock_tcp_socket_note_written (tcp);

  return TRUE;
}

/* Waiting */

/**
 * tisock_easy_tcp_socket_wait_for_connection:
 * @self: the socket
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @error: return location for an error
 *
 * Blocks until the socket is connected, after [method@SocketCore.open] or
 * [method@TCPSocket.listen].
 *
 * Only this socket is served meanwhile, with or without a main loop; what there is to be
 * said by signals follows from the main loop. When the time is over the socket goes on
 * connecting or listening. One that does neither is
 * [error@Tisock.SocketError.INVALID_STATE]. Xojo's `EasyTCPSocket.WaitForConnection`,
 * which serves the whole program.
 *
 * Returns: whether the socket is connected; `FALSE` without an error when the time was
 *   over first
 *
 * Since: 1.0
 */
gboolean
tisock_easy_tcp_socket_wait_for_connection (TisockEasyTCPSocket  *self,
                                            int                   timeout_ms,
                                            GError              **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;
  GError *failure = NULL;

  g_return_val_if_fail (TISOCK_IS_EASY_TCP_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_socket_core_check (core, G_STRFUNC))
    return FALSE;
  if (!tisock_socket_core_is_live (core))
    return tisock_socket_core_misuse_of_state (core, "wait for a connection", error);
  if (tisock_socket_core_wait_open (core, "wait for a connection", timeout_ms, NULL, &failure))
    return TRUE;

  return pass_on (self, failure, error);
}

/**
 * tisock_easy_tcp_socket_wait_for_message:
 * @self: the socket
 * @command: the command of the message
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @error: return location for an error
 *
 * Blocks until a message with this command comes.
 *
 * As [method@EasyTCPSocket.receive_message_sync], but that the end of the time is no
 * error. Xojo's `EasyTCPSocket.WaitForMessage` serves the whole program meanwhile, and
 * drops the messages with other commands; this keeps them.
 *
 * Returns: (transfer full) (nullable): the data, perhaps none; `NULL` without an error
 *   when the time was over first
 *
 * Since: 1.0
 */
GBytes *
tisock_easy_tcp_socket_wait_for_message (TisockEasyTCPSocket  *self,
                                         int                   command,
                                         int                   timeout_ms,
                                         GError              **error)
{
  GError *failure = NULL;
  GBytes *data;

  g_return_val_if_fail (TISOCK_IS_EASY_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  data = tisock_easy_tcp_socket_receive_message_sync (self, command, timeout_ms, NULL, &failure);
  if (failure != NULL)
    pass_on (self, failure, error);

  return data;
}

/**
 * tisock_easy_tcp_socket_receive_message_async:
 * @self: the socket
 * @command: the command of the message
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits for a message with this command.
 *
 * The first one that has not been announced yet is the result, and is not announced by
 * [signal@EasyTCPSocket::received-message]; all others are, as ever. Calls can wait for
 * several commands, but one only for each: the next one fails with
 * [error@Gio.IOErrorEnum.PENDING]. If the connection ends first, that is the error.
 *
 * Since: 1.0
 */
void
tisock_easy_tcp_socket_receive_message_async (TisockEasyTCPSocket *self,
                                              int                  command,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  MessageOperation wanted = want_message (command);
  GError *error = NULL;

  g_return_if_fail (TISOCK_IS_EASY_TCP_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_easy_tcp_socket_receive_message_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  if (check_receive (self, command, &error))
    tisock_socket_core_begin_operation (TISOCK_SOCKET_CORE (self), TISOCK_PENDING_RECEIVE,
                                        g_memdup2 (&wanted, sizeof wanted),
                                        g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

/**
 * tisock_easy_tcp_socket_receive_message_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets what [method@EasyTCPSocket.receive_message_async] has waited for.
 *
 * Returns: (transfer full): the data, perhaps none; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_easy_tcp_socket_receive_message_finish (TisockEasyTCPSocket  *self,
                                               GAsyncResult         *result,
                                               GError              **error)
{
  g_return_val_if_fail (TISOCK_IS_EASY_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) ==
                        tisock_easy_tcp_socket_receive_message_async, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tisock_easy_tcp_socket_receive_message_sync:
 * @self: the socket
 * @command: the command of the message
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks until a message with this command comes.
 *
 * Only this socket is served meanwhile, with or without a main loop. Messages with other
 * commands stay where they are, and are announced after this returns, in order; so is the
 * end of the connection then, if it ends meanwhile. Once they fill
 * [property@TCPSocket:receive-limit] no more are let in, and to wait for ever would be in
 * vain: that is [error@Tisock.SocketError.INVALID_STATE]. When the time is over that is
 * [error@Gio.IOErrorEnum.TIMED_OUT], which is returned only: the connection goes on.
 *
 * Returns: (transfer full): the data, perhaps none; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_easy_tcp_socket_receive_message_sync (TisockEasyTCPSocket  *self,
                                             int                   command,
                                             int                   timeout_ms,
                                             GCancellable         *cancellable,
                                             GError              **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;
  MessageOperation wanted = want_message (command);
  gpointer result = NULL;

  g_return_val_if_fail (TISOCK_IS_EASY_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (tisock_socket_core_check (core, G_STRFUNC) && check_receive (self, command, error))
    tisock_socket_core_run_operation (core, &wanted.operation, "receive a message", timeout_ms,
                                      cancellable, &result, error);

  return result;
}
