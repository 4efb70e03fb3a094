/* tisock-udp-socket.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-datagram.h"
#include "tisock-socket-core.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_UDP_SOCKET (tisock_udp_socket_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (TisockUDPSocket, tisock_udp_socket, TISOCK, UDP_SOCKET, TisockSocketCore)

/**
 * TisockUDPSocketClass:
 * @parent_class: the parent class
 * @drained: slot of [signal@UDPSocket::drained]
 *
 * The class structure of [class@UDPSocket].
 *
 * The slots are empty in the classes of this library; an override has no parent
 * method to call.
 *
 * Since: 1.0
 */
struct _TisockUDPSocketClass
{
  TisockSocketCoreClass parent_class;

  void (*drained) (TisockUDPSocket *self);

  /*< private >*/
  gpointer padding[16];
};

TISOCK_AVAILABLE_IN_1_0
TisockUDPSocket *tisock_udp_socket_new (void) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
const char *tisock_udp_socket_get_peer_address (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_peer_address (TisockUDPSocket *self,
                                         const char      *peer_address);
TISOCK_AVAILABLE_IN_1_0
int tisock_udp_socket_get_peer_port (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_peer_port (TisockUDPSocket *self,
                                      int              peer_port);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_get_share_port (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_share_port (TisockUDPSocket *self,
                                       gboolean         share_port);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_get_receive_details (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_receive_details (TisockUDPSocket *self,
                                            gboolean         receive_details);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_udp_socket_get_packets_available (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_udp_socket_get_packets_left_to_send (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_udp_socket_get_packets_missed (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_udp_socket_get_packets_unsent (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_udp_socket_get_receive_limit (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_receive_limit (TisockUDPSocket *self,
                                          guint64          receive_limit);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_udp_socket_get_send_limit (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_send_limit (TisockUDPSocket *self,
                                       guint64          send_limit);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_udp_socket_get_send_maximum (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_send_maximum (TisockUDPSocket *self,
                                         guint64          send_maximum);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_get_needs_drain (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint tisock_udp_socket_get_router_hops (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_router_hops (TisockUDPSocket *self,
                                        guint            router_hops);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_get_send_to_self (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_send_to_self (TisockUDPSocket *self,
                                         gboolean         send_to_self);
TISOCK_AVAILABLE_IN_1_0
TisockNetworkInterface *tisock_udp_socket_get_multicast_interface (TisockUDPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_set_multicast_interface (TisockUDPSocket        *self,
                                                TisockNetworkInterface *multicast_interface);
TISOCK_AVAILABLE_IN_1_0
char *tisock_udp_socket_get_broadcast_address (TisockUDPSocket *self) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_udp_socket_read (TisockUDPSocket *self) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_udp_socket_look_ahead (TisockUDPSocket *self) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_write (TisockUDPSocket  *self,
                                  TisockDatagram   *datagram,
                                  GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_write_to (TisockUDPSocket  *self,
                                     const char       *address,
                                     int               port,
                                     const guint8     *data,
                                     gsize             length,
                                     GError          **error);

TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_receive_datagram_async (TisockUDPSocket     *self,
                                               GCancellable        *cancellable,
                                               GAsyncReadyCallback  callback,
                                               gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_udp_socket_receive_datagram_finish (TisockUDPSocket  *self,
                                                           GAsyncResult     *result,
                                                           GError          **error)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockDatagram *tisock_udp_socket_receive_datagram_sync (TisockUDPSocket  *self,
                                                         int               timeout_ms,
                                                         GCancellable     *cancellable,
                                                         GError          **error)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_send_datagram_async (TisockUDPSocket     *self,
                                            TisockDatagram      *datagram,
                                            GCancellable        *cancellable,
                                            GAsyncReadyCallback  callback,
                                            gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_send_datagram_finish (TisockUDPSocket  *self,
                                                 GAsyncResult     *result,
                                                 GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_send_datagram_sync (TisockUDPSocket  *self,
                                               TisockDatagram   *datagram,
                                               int               timeout_ms,
                                               GCancellable     *cancellable,
                                               GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_flush (TisockUDPSocket  *self,
                                  GError          **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_udp_socket_flush_async (TisockUDPSocket     *self,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_flush_finish (TisockUDPSocket  *self,
                                         GAsyncResult     *result,
                                         GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_flush_sync (TisockUDPSocket  *self,
                                       int               timeout_ms,
                                       GCancellable     *cancellable,
                                       GError          **error);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_join_multicast_group (TisockUDPSocket         *self,
                                                 const char              *group,
                                                 TisockNetworkInterface  *network_interface,
                                                 GError                 **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_leave_multicast_group (TisockUDPSocket         *self,
                                                  const char              *group,
                                                  TisockNetworkInterface  *network_interface,
                                                  GError                 **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_join_multicast_source (TisockUDPSocket         *self,
                                                  const char              *group,
                                                  const char              *source,
                                                  TisockNetworkInterface  *network_interface,
                                                  GError                 **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_udp_socket_leave_multicast_source (TisockUDPSocket         *self,
                                                   const char              *group,
                                                   const char              *source,
                                                   TisockNetworkInterface  *network_interface,
                                                   GError                 **error);

G_END_DECLS
