/* tisock-network-interface.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-types.h"
#include "tisock-version-macros.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_NETWORK_INTERFACE (tisock_network_interface_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (TisockNetworkInterface, tisock_network_interface,
                      TISOCK, NETWORK_INTERFACE, GObject)

TISOCK_AVAILABLE_IN_1_0
GListModel *tisock_network_interface_list (void) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GListModel *tisock_network_interface_watch (void) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockNetworkInterface *tisock_network_interface_get (guint index) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockNetworkInterface *tisock_network_interface_lookup (const char *name)
    G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
const char *tisock_network_interface_get_name (TisockNetworkInterface *self);
TISOCK_AVAILABLE_IN_1_0
guint tisock_network_interface_get_index (TisockNetworkInterface *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_network_interface_get_ip_address (TisockNetworkInterface *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_network_interface_get_subnet_mask (TisockNetworkInterface *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_network_interface_get_mac_address (TisockNetworkInterface *self);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_network_interface_get_is_loopback (TisockNetworkInterface *self);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_network_interface_get_is_up (TisockNetworkInterface *self);
TISOCK_AVAILABLE_IN_1_0
const char * const *tisock_network_interface_get_addresses (TisockNetworkInterface *self);

G_END_DECLS
