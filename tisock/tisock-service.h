/* tisock-service.h
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

#define TISOCK_TYPE_SERVICE (tisock_service_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (TisockService, tisock_service, TISOCK, SERVICE, GObject)

TISOCK_AVAILABLE_IN_1_0
TisockService *tisock_service_new (const char *name,
                                   const char *service_type,
                                   const char *domain) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
const char *tisock_service_get_name (TisockService *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_service_get_service_type (TisockService *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_service_get_domain (TisockService *self);
TISOCK_AVAILABLE_IN_1_0
guint tisock_service_get_interface_index (TisockService *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_service_get_host_name (TisockService *self);
TISOCK_AVAILABLE_IN_1_0
int tisock_service_get_port (TisockService *self);
TISOCK_AVAILABLE_IN_1_0
const char * const *tisock_service_get_addresses (TisockService *self);
TISOCK_AVAILABLE_IN_1_0
const char * const *tisock_service_get_txt_records (TisockService *self);

G_END_DECLS
