/* tisock-service-publisher.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-server-socket.h"
#include "tisock-types.h"
#include "tisock-version-macros.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_SERVICE_PUBLISHER (tisock_service_publisher_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (TisockServicePublisher, tisock_service_publisher,
                      TISOCK, SERVICE_PUBLISHER, GObject)

TISOCK_AVAILABLE_IN_1_0
TisockServicePublisher *tisock_service_publisher_new (TisockServerSocket *server,
                                                      const char         *name,
                                                      const char         *service_type)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockServicePublisher *tisock_service_publisher_new_for_port (int         port,
                                                               const char *name,
                                                               const char *service_type)
    G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
TisockServerSocket *tisock_service_publisher_get_server (TisockServicePublisher *self);
TISOCK_AVAILABLE_IN_1_0
int tisock_service_publisher_get_port (TisockServicePublisher *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_service_publisher_get_name (TisockServicePublisher *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_service_publisher_get_service_type (TisockServicePublisher *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_service_publisher_get_domain (TisockServicePublisher *self);
TISOCK_AVAILABLE_IN_1_0
const char * const *tisock_service_publisher_get_txt_records (TisockServicePublisher *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_service_publisher_set_txt_records (TisockServicePublisher *self,
                                               const char * const     *txt_records);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_service_publisher_get_is_published (TisockServicePublisher *self);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_service_publisher_publish (TisockServicePublisher  *self,
                                           GError                 **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_service_publisher_withdraw (TisockServicePublisher *self);

G_END_DECLS
