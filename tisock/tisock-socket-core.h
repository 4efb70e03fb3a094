/* tisock-socket-core.h
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
#include "tisock-types.h"
#include "tisock-version-macros.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_SOCKET_CORE (tisock_socket_core_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (TisockSocketCore, tisock_socket_core, TISOCK, SOCKET_CORE, GObject)

/**
 * TisockSocketCoreClass:
 * @parent_class: the parent class
 * @data_available: slot of [signal@SocketCore::data-available]
 * @error: slot of [signal@SocketCore::error]
 * @send_complete: slot of [signal@SocketCore::send-complete]
 * @closed: slot of [signal@SocketCore::closed]
 *
 * The class structure of [class@SocketCore].
 *
 * The slots are empty in the classes of this library; an override has no parent
 * method to call.
 *
 * Since: 1.0
 */
struct _TisockSocketCoreClass
{
  GObjectClass parent_class;

  void (*data_available) (TisockSocketCore *self);
  void (*error)          (TisockSocketCore *self,
                          GError           *error);
  void (*send_complete)  (TisockSocketCore *self,
                          gboolean          user_aborted);
  void (*closed)         (TisockSocketCore *self);

  /*< private >*/
  gpointer padding[16];
};

TISOCK_AVAILABLE_IN_1_0
int tisock_socket_core_get_handle (TisockSocketCore *self);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_socket_core_get_is_connected (TisockSocketCore *self);
TISOCK_AVAILABLE_IN_1_0
char *tisock_socket_core_get_local_address (TisockSocketCore *self) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockNetworkInterface *tisock_socket_core_get_network_interface (TisockSocketCore *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_socket_core_set_network_interface (TisockSocketCore       *self,
                                               TisockNetworkInterface *network_interface);
TISOCK_AVAILABLE_IN_1_0
int tisock_socket_core_get_port (TisockSocketCore *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_socket_core_set_port (TisockSocketCore *self,
                                  int               port);
TISOCK_AVAILABLE_IN_1_0
TisockSocketState tisock_socket_core_get_state (TisockSocketCore *self);
TISOCK_AVAILABLE_IN_1_0
int tisock_socket_core_get_last_error_number (TisockSocketCore *self);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_socket_core_open (TisockSocketCore  *self,
                                  GError           **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_socket_core_open_async (TisockSocketCore    *self,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_socket_core_open_finish (TisockSocketCore  *self,
                                         GAsyncResult      *result,
                                         GError           **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_socket_core_open_sync (TisockSocketCore  *self,
                                       int                timeout_ms,
                                       GCancellable      *cancellable,
                                       GError           **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_socket_core_close (TisockSocketCore *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_socket_core_poll (TisockSocketCore *self);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_socket_core_wait (TisockSocketCore  *self,
                                  int                timeout_ms,
                                  GError           **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_socket_core_purge (TisockSocketCore *self);

G_END_DECLS
