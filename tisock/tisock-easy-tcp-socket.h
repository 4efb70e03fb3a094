/* tisock-easy-tcp-socket.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-ssl-socket.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_EASY_TCP_SOCKET (tisock_easy_tcp_socket_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (TisockEasyTCPSocket, tisock_easy_tcp_socket,
                          TISOCK, EASY_TCP_SOCKET, TisockSSLSocket)

/**
 * TisockEasyTCPSocketClass:
 * @parent_class: the parent class
 * @received_message: slot of [signal@EasyTCPSocket::received-message]
 *
 * The class structure of [class@EasyTCPSocket].
 *
 * The slots are empty in the classes of this library; an override has no parent
 * method to call.
 *
 * Since: 1.0
 */
struct _TisockEasyTCPSocketClass
{
  TisockSSLSocketClass parent_class;

  void (*received_message) (TisockEasyTCPSocket *self,
                            int                  command,
                            GBytes              *data);

  /*< private >*/
  gpointer padding[16];
};

TISOCK_AVAILABLE_IN_1_0
TisockEasyTCPSocket *tisock_easy_tcp_socket_new (void) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
guint64 tisock_easy_tcp_socket_get_maximum_message_size (TisockEasyTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_easy_tcp_socket_set_maximum_message_size (TisockEasyTCPSocket *self,
                                                      guint64              maximum_message_size);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_easy_tcp_socket_send_message (TisockEasyTCPSocket  *self,
                                              int                   command,
                                              const guint8         *data,
                                              gsize                 length,
                                              GError              **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_easy_tcp_socket_send_message_bytes (TisockEasyTCPSocket  *self,
                                                    int                   command,
                                                    GBytes               *bytes,
                                                    GError              **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_easy_tcp_socket_wait_for_connection (TisockEasyTCPSocket  *self,
                                                     int                   timeout_ms,
                                                     GError              **error);
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_easy_tcp_socket_wait_for_message (TisockEasyTCPSocket  *self,
                                                 int                   command,
                                                 int                   timeout_ms,
                                                 GError              **error)
    G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
void tisock_easy_tcp_socket_receive_message_async (TisockEasyTCPSocket *self,
                                                   int                  command,
                                                   GCancellable        *cancellable,
                                                   GAsyncReadyCallback  callback,
                                                   gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_easy_tcp_socket_receive_message_finish (TisockEasyTCPSocket  *self,
                                                       GAsyncResult         *result,
                                                       GError              **error)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_easy_tcp_socket_receive_message_sync (TisockEasyTCPSocket  *self,
                                                     int                   command,
                                                     int                   timeout_ms,
                                                     GCancellable         *cancellable,
                                                     GError              **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
