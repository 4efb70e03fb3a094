/* tisock-easy-udp-socket.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-udp-socket.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_EASY_UDP_SOCKET (tisock_easy_udp_socket_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (TisockEasyUDPSocket, tisock_easy_udp_socket,
                          TISOCK, EASY_UDP_SOCKET, TisockUDPSocket)

/**
 * TisockEasyUDPSocketClass:
 * @parent_class: the parent class
 * @received_message: slot of [signal@EasyUDPSocket::received-message]
 *
 * The class structure of [class@EasyUDPSocket].
 *
 * The slots are empty in the classes of this library; an override has no parent
 * method to call.
 *
 * Since: 1.0
 */
struct _TisockEasyUDPSocketClass
{
  TisockUDPSocketClass parent_class;

  void (*received_message) (TisockEasyUDPSocket *self,
                            const char          *sender,
                            int                  command,
                            GBytes              *data);

  /*< private >*/
  gpointer padding[16];
};

TISOCK_AVAILABLE_IN_1_0
TisockEasyUDPSocket *tisock_easy_udp_socket_new (void) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
guint64 tisock_easy_udp_socket_get_packets_ignored (TisockEasyUDPSocket *self);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_easy_udp_socket_bind (TisockEasyUDPSocket  *self,
                                      int                   port,
                                      GError              **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_easy_udp_socket_register (TisockEasyUDPSocket  *self,
                                          const char           *group_name,
                                          GError              **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_easy_udp_socket_unregister (TisockEasyUDPSocket *self,
                                        const char          *group_name);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_easy_udp_socket_send_message_to_group (TisockEasyUDPSocket  *self,
                                                       const char           *group_name,
                                                       int                   command,
                                                       const guint8         *data,
                                                       gsize                 length,
                                                       GError              **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_easy_udp_socket_send_message_bytes_to_group (TisockEasyUDPSocket  *self,
                                                             const char           *group_name,
                                                             int                   command,
                                                             GBytes               *bytes,
                                                             GError              **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_easy_udp_socket_send_message_to_individual (TisockEasyUDPSocket  *self,
                                                            const char           *address,
                                                            int                   command,
                                                            const guint8         *data,
                                                            gsize                 length,
                                                            GError              **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_easy_udp_socket_send_message_bytes_to_individual (TisockEasyUDPSocket  *self,
                                                                  const char           *address,
                                                                  int                   command,
                                                                  GBytes               *bytes,
                                                                  GError              **error);

TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_easy_udp_socket_wait_for_message (TisockEasyUDPSocket  *self,
                                                 int                   command,
                                                 const char           *sender,
                                                 int                   timeout_ms,
                                                 GError              **error)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
void tisock_easy_udp_socket_receive_message_async (TisockEasyUDPSocket *self,
                                                   int                  command,
                                                   const char          *sender,
                                                   GCancellable        *cancellable,
                                                   GAsyncReadyCallback  callback,
                                                   gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_easy_udp_socket_receive_message_finish (TisockEasyUDPSocket  *self,
                                                       GAsyncResult         *result,
                                                       GError              **error)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_easy_udp_socket_receive_message_sync (TisockEasyUDPSocket  *self,
                                                     int                   command,
                                                     const char           *sender,
                                                     int                   timeout_ms,
                                                     GCancellable         *cancellable,
                                                     GError              **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
