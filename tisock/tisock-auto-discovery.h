/* tisock-auto-discovery.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-easy-udp-socket.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_AUTO_DISCOVERY (tisock_auto_discovery_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (TisockAutoDiscovery, tisock_auto_discovery,
                          TISOCK, AUTO_DISCOVERY, TisockEasyUDPSocket)

/**
 * TisockAutoDiscoveryClass:
 * @parent_class: the parent class
 * @member_joined: slot of [signal@AutoDiscovery::member-joined]
 * @member_left: slot of [signal@AutoDiscovery::member-left]
 *
 * The class structure of [class@AutoDiscovery].
 *
 * The slots are empty in the classes of this library; an override has no parent
 * method to call.
 *
 * Since: 1.0
 */
struct _TisockAutoDiscoveryClass
{
  TisockEasyUDPSocketClass parent_class;

  void (*member_joined) (TisockAutoDiscovery *self,
                         const char          *member);
  void (*member_left)   (TisockAutoDiscovery *self,
                         const char          *member);

  /*< private >*/
  gpointer padding[16];
};

TISOCK_AVAILABLE_IN_1_0
TisockAutoDiscovery *tisock_auto_discovery_new (void) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
guint tisock_auto_discovery_get_heartbeat_interval (TisockAutoDiscovery *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_auto_discovery_set_heartbeat_interval (TisockAutoDiscovery *self,
                                                   guint                heartbeat_interval);
TISOCK_AVAILABLE_IN_1_0
guint tisock_auto_discovery_get_member_timeout (TisockAutoDiscovery *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_auto_discovery_set_member_timeout (TisockAutoDiscovery *self,
                                               guint                member_timeout);

TISOCK_AVAILABLE_IN_1_0
char **tisock_auto_discovery_get_member_list (TisockAutoDiscovery *self)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_auto_discovery_update_member_list (TisockAutoDiscovery  *self,
                                                   GError              **error);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_auto_discovery_send_message (TisockAutoDiscovery  *self,
                                             int                   command,
                                             const guint8         *data,
                                             gsize                 length,
                                             GError              **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_auto_discovery_send_message_bytes (TisockAutoDiscovery  *self,
                                                   int                   command,
                                                   GBytes               *bytes,
                                                   GError              **error);

G_END_DECLS
