/* tisock-service-enumerator.h: asks Avahi where a service is, when a socket wants to know
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/endpoint.h"
#include "tisock-service.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_SERVICE_ENUMERATOR (tisock_service_enumerator_get_type ())

G_DECLARE_FINAL_TYPE (TisockServiceEnumerator, tisock_service_enumerator,
                      TISOCK, SERVICE_ENUMERATOR, GSocketAddressEnumerator)

/* Only looks at what a service never changes: it is used on other threads. */
GSocketAddressEnumerator *tisock_service_enumerator_new (TisockService *service)
                                                         G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
