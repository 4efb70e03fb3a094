/* tisock-easy-udp-socket-waiting.c: calls that wait for a message
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-easy-udp-socket-private.h"

typedef struct
{
  TisockOperation  operation;
  int              command;
  char            *from;        /* NULL: whoever sends it */
} MessageOperation;

static TisockPacketQueue *
get_received (TisockEasyUDPSocket *self)
{
  return &tisock_udp_socket_get_private ((TisockUDPSocket *) self)->exchange.received;
}

static gboolean
is_wanted (const MessageOperation *wanted,
           const char             *from,
           int                     command)
{
  return wanted->command == command &&
         (wanted->from == NULL || g_strcmp0 (wanted->from, from) == 0);
}

gboolean
tisock_easy_udp_socket_give_to_call (TisockEasyUDPSocket *self,
                                     const char          *from,
                                     int                  command,
                                     GBytes              *data)
{
  TisockOperation *first = tisock_socket_core_get_pending ((TisockSocketCore *) self,
                                                           TISOCK_PENDING_RECEIVE);

  for (GList *link = first != NULL ? &first->link : NULL; link != NULL; link = link->next)
    {
      TisockResult result = { .free = (GDestroyNotify) g_bytes_unref };

      if (!is_wanted (link->data, from, command))
        continue;

      result.pointer = g_bytes_ref (data);
      tisock_operation_return (link->data, &result);
      return TRUE;
    }

  return FALSE;
}

/* The packet is taken out of the receive buffer; NULL if there is none. */
static GBytes *
take_message (TisockEasyUDPSocket    *self,
              const MessageOperation *wanted)
{
  TisockPacketQueue *received = get_received (self);

  for (GList *link = received->packets.head; link != NULL; link = link->next)
    {
      g_autofree char *from = NULL;
      TisockPacket *packet;
      TisockMessage message;
      GBytes *data;

      if (tisock_easy_udp_socket_judge (self, link->data, &message) != TISOCK_ARRIVAL_MESSAGE)
        continue;
      from = tisock_easy_udp_socket_dup_sender (self, link->data, &message);
      if (!is_wanted (wanted, from, message.command))
        continue;

      packet = tisock_packet_queue_take (received, link);
      data = tisock_easy_udp_socket_take_data (self, packet, &message);
      tisock_packet_unref (packet);

      return data;
    }

  return NULL;
}

static gboolean
message_try (TisockOperation *operation,
             gpointer         object,
             const GError    *end,
             TisockResult    *result)
{
  TisockUDPSocket *udp = object;

  result->pointer = take_message (object, (MessageOperation *) operation);
  result->free = (GDestroyNotify) g_bytes_unref;
  if (result->pointer != NULL)
    {
      tisock_exchange_resume (&tisock_udp_socket_get_private (udp)->exchange);
      tisock_udp_socket_announce (udp);
    }
  else if (end != NULL)
    {
      result->error = g_error_copy (end);
    }

  return result->pointer != NULL || result->error != NULL;
}

static void
message_free (TisockOperation *operation)
{
  g_free (((MessageOperation *) operation)->from);
  g_free (operation);
}

static const TisockOperationFuncs message_funcs = {
  .try = message_try,
  .free = message_free,
};

/* Takes the name. */
static MessageOperation
want_message (int   command,
              char *from)
{
  return (MessageOperation) {
    .operation = tisock_operation_init (&message_funcs), .command = command, .from = from,
  };
}

static gboolean
check_receive (TisockEasyUDPSocket  *self,
               GError              **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;

  return tisock_socket_core_get_state (core) != TISOCK_SOCKET_STATE_INITIALIZED ||
         tisock_socket_core_misuse_of_state (core, "receive a message", error);
}

/**
 * tisock_easy_udp_socket_wait_for_message:
 * @self: the socket
 * @command: the command of the message
 * @sender: (nullable): who sends it, as [signal@EasyUDPSocket::received-message] tells it, or
 *   `NULL` for anybody
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @error: return location for an error
 *
 * Blocks until a message with this command comes.
 *
 * As [method@EasyUDPSocket.receive_message_sync], but that the end of the time is no
 * error. Xojo's `EasyUDPSocket.WaitForMessage` has no time.
 *
 * Returns: (transfer full) (nullable): the data, perhaps none; `NULL` without an error
 *   when the time was over first
 *
 * Since: 1.0
 */
GBytes *
tisock_easy_udp_socket_wait_for_message (TisockEasyUDPSocket  *self,
                                         int                   command,
                                         const char           *sender,
                                         int                   timeout_ms,
                                         GError              **error)
{
  GError *failure = NULL;
  GBytes *data;

  g_return_val_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  data = tisock_easy_udp_socket_receive_message_sync (self, command, sender, timeout_ms, NULL,
                                                      &failure);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_error_free (failure);
  else if (failure != NULL)
    g_propagate_error (error, failure);

  return data;
}

/**
 * tisock_easy_udp_socket_receive_message_async:
 * @self: the socket
 * @command: the command of the message
 * @sender: (nullable): who sends it, as [signal@EasyUDPSocket::received-message] tells it, or
 *   `NULL` for anybody
 * @cancellable: (nullable): cancels the waiting
 * @callback: (nullable) (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits for a message with this command.
 *
 * The first one that has not been announced yet is the result, and is not announced by
 * [signal@EasyUDPSocket::received-message]; all others are, as ever. When several calls
 * wait for the same, each gets one message, in their order. If the socket's life ends
 * first, that is the error.
 *
 * Since: 1.0
 */
void
tisock_easy_udp_socket_receive_message_async (TisockEasyUDPSocket *self,
                                              int                  command,
                                              const char          *sender,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  MessageOperation wanted;
  GError *error = NULL;

  g_return_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (!tisock_socket_core_check ((TisockSocketCore *) self, G_STRFUNC))
    return;

  task = tisock_operation_new_task (self, cancellable, callback, user_data,
                                    tisock_easy_udp_socket_receive_message_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (!check_receive (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  wanted = want_message (command, g_strdup (sender));
  tisock_socket_core_begin_operation ((TisockSocketCore *) self, TISOCK_PENDING_RECEIVE,
                                      g_memdup2 (&wanted, sizeof wanted),
                                      g_steal_pointer (&task));
}

/**
 * tisock_easy_udp_socket_receive_message_finish:
 * @self: the socket
 * @result: the result that the callback was given
 * @error: return location for an error
 *
 * Gets what [method@EasyUDPSocket.receive_message_async] has waited for.
 *
 * Returns: (transfer full): the data, perhaps none; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_easy_udp_socket_receive_message_finish (TisockEasyUDPSocket  *self,
                                               GAsyncResult         *result,
                                               GError              **error)
{
  g_return_val_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return tisock_operation_finish (self, result, tisock_easy_udp_socket_receive_message_async,
                                  error);
}

/**
 * tisock_easy_udp_socket_receive_message_sync:
 * @self: the socket
 * @command: the command of the message
 * @sender: (nullable): who sends it, as [signal@EasyUDPSocket::received-message] tells it, or
 *   `NULL` for anybody
 * @timeout_ms: how long to wait, in milliseconds; -1 for ever
 * @cancellable: (nullable): cancels the waiting
 * @error: return location for an error
 *
 * Blocks until a message with this command comes.
 *
 * Only this socket is served meanwhile, with or without a main loop. Other messages stay
 * where they are, and are announced after this returns. Once they fill
 * [property@UDPSocket:receive-limit] no more are let in, and to wait for ever would be in
 * vain: that is [error@Tisock.SocketError.INVALID_STATE]. When the time is over that is
 * [error@Gio.IOErrorEnum.TIMED_OUT], which is returned only.
 *
 * Returns: (transfer full): the data, perhaps none; `NULL` on error
 *
 * Since: 1.0
 */
GBytes *
tisock_easy_udp_socket_receive_message_sync (TisockEasyUDPSocket  *self,
                                             int                   command,
                                             const char           *sender,
                                             int                   timeout_ms,
                                             GCancellable         *cancellable,
                                             GError              **error)
{
  TisockSocketCore *core = (TisockSocketCore *) self;
  g_autofree char *copy = g_strdup (sender);
  MessageOperation wanted = want_message (command, copy);
  gpointer result = NULL;

  g_return_val_if_fail (TISOCK_IS_EASY_UDP_SOCKET (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (tisock_socket_core_check (core, G_STRFUNC) && check_receive (self, error))
    tisock_socket_core_run_operation (core, &wanted.operation, "receive a message", timeout_ms,
                                      cancellable, &result, error);

  return result;
}
