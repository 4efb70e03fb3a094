/* tisock-server-socket.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-enums.h"
#include "tisock-network-interface.h"
#include "tisock-tcp-socket.h"
#include "tisock-tls-settings.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_SERVER_SOCKET (tisock_server_socket_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (TisockServerSocket, tisock_server_socket, TISOCK, SERVER_SOCKET, GObject)

/**
 * TisockServerSocketClass:
 * @parent_class: the parent class
 * @accepted: slot of [signal@ServerSocket::accepted]
 * @dropped: slot of [signal@ServerSocket::dropped]
 * @error: slot of [signal@ServerSocket::error]
 * @closed: slot of [signal@ServerSocket::closed]
 *
 * The class structure of [class@ServerSocket].
 *
 * The slots are empty in the classes of this library; an override has no parent
 * method to call.
 *
 * Since: 1.0
 */
struct _TisockServerSocketClass
{
  GObjectClass parent_class;

  /**
   * TisockServerSocketClass::add_socket:
   * @self: the server
   *
   * Slot of [signal@ServerSocket::add-socket].
   *
   * Returns: (transfer full) (nullable): a new socket that takes a connection
   *
   * Since: 1.0
   */
  TisockTCPSocket *(*add_socket) (TisockServerSocket *self);

  void             (*accepted)   (TisockServerSocket *self,
                                  TisockTCPSocket    *socket);
  void             (*dropped)    (TisockServerSocket *self,
                                  GSocketAddress     *peer,
                                  TisockDropReason    reason);
  void             (*error)      (TisockServerSocket *self,
                                  GError             *error);
  void             (*closed)     (TisockServerSocket *self);

  /*< private >*/
  gpointer padding[16];
};

TISOCK_AVAILABLE_IN_1_0
TisockServerSocket *tisock_server_socket_new (void) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
int tisock_server_socket_get_port (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_port (TisockServerSocket *self,
                                    int                 port);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_server_socket_get_address (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_address (TisockServerSocket *self,
                                       const char         *address);
TISOCK_AVAILABLE_IN_1_0
char *tisock_server_socket_get_local_address (TisockServerSocket *self) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockNetworkInterface *tisock_server_socket_get_network_interface (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_network_interface (TisockServerSocket     *self,
                                                 TisockNetworkInterface *network_interface);
TISOCK_AVAILABLE_IN_1_0
int tisock_server_socket_get_handle (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_server_socket_get_is_listening (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
TisockSocketState tisock_server_socket_get_state (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
int tisock_server_socket_get_last_error_number (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint tisock_server_socket_get_maximum_sockets_connected (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void
tisock_server_socket_set_maximum_sockets_connected (TisockServerSocket *self,
                                                    guint               maximum_sockets_connected);
TISOCK_AVAILABLE_IN_1_0
guint tisock_server_socket_get_minimum_sockets_available (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void
tisock_server_socket_set_minimum_sockets_available (TisockServerSocket *self,
                                                    guint               minimum_sockets_available);
TISOCK_AVAILABLE_IN_1_0
guint tisock_server_socket_get_listen_backlog (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_listen_backlog (TisockServerSocket *self,
                                              guint               listen_backlog);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_server_socket_get_auto_accept (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_auto_accept (TisockServerSocket *self,
                                           gboolean            auto_accept);
TISOCK_AVAILABLE_IN_1_0
TisockOverloadPolicy tisock_server_socket_get_overload_policy (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_overload_policy (TisockServerSocket   *self,
                                               TisockOverloadPolicy  overload_policy);
TISOCK_AVAILABLE_IN_1_0
GListModel *tisock_server_socket_get_connections (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint tisock_server_socket_get_n_connections (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
const char * const *tisock_server_socket_get_allowed_peers (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_allowed_peers (TisockServerSocket *self,
                                             const char * const *allowed_peers);
TISOCK_AVAILABLE_IN_1_0
const char * const *tisock_server_socket_get_blocked_peers (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_blocked_peers (TisockServerSocket *self,
                                             const char * const *blocked_peers);
TISOCK_AVAILABLE_IN_1_0
guint tisock_server_socket_get_socket_mode (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_socket_mode (TisockServerSocket *self,
                                           guint               socket_mode);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_server_socket_get_socket_user (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_socket_user (TisockServerSocket *self,
                                           const char         *socket_user);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_server_socket_get_socket_group (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_socket_group (TisockServerSocket *self,
                                            const char         *socket_group);

TISOCK_AVAILABLE_IN_1_0
TisockTlsSettings *tisock_server_socket_get_tls_settings (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_set_tls_settings (TisockServerSocket *self,
                                            TisockTlsSettings  *tls_settings);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_server_socket_add_address (TisockServerSocket  *self,
                                           GSocketConnectable  *address,
                                           GError             **error);
TISOCK_AVAILABLE_IN_1_0
GListModel *tisock_server_socket_list_addresses (TisockServerSocket *self)
                                                 G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_server_socket_listen (TisockServerSocket  *self,
                                      GError             **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_accept_async (TisockServerSocket  *self,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
TisockTCPSocket *tisock_server_socket_accept_finish (TisockServerSocket  *self,
                                                     GAsyncResult        *result,
                                                     GError             **error)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockTCPSocket *tisock_server_socket_accept_sync (TisockServerSocket  *self,
                                                   int                  timeout_ms,
                                                   GCancellable        *cancellable,
                                                   GError             **error)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_drain_async (TisockServerSocket  *self,
                                       guint                deadline_ms,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_server_socket_drain_finish (TisockServerSocket  *self,
                                            GAsyncResult        *result,
                                            guint               *n_completed,
                                            guint               *n_aborted,
                                            GError             **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_server_socket_accept (TisockServerSocket  *self,
                                      GError             **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_stop_listening (TisockServerSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_server_socket_close (TisockServerSocket *self);

G_END_DECLS
