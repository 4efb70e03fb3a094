/* tisock-service-private.h: how a browser fills in what it finds
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/avahi-client.h"
#include "engine/endpoint.h"
#include "tisock-service.h"

G_BEGIN_DECLS

/* What Avahi says of a service that it has resolved: interface, protocol, name, type, domain, host
 * name, protocol of the address, address, port, TXT records, flags. */
#define TISOCK_SERVICE_RESOLVED_TYPE "(iissssisqaayu)"

TisockService *tisock_service_new_found      (guint           interface_index,
                                              const char     *name,
                                              const char     *service_type,
                                              const char     *domain)
                                              G_GNUC_WARN_UNUSED_RESULT;
/* FALSE if that is not of the type above, or has no address. */
gboolean       tisock_service_read_endpoint  (TisockEndpoint *endpoint,
                                              GVariant       *resolved);
/* `resolved` is of the type above, `protocol` the one by which the service was found. */
void           tisock_service_set_resolved   (TisockService  *self,
                                              int             protocol,
                                              GVariant       *resolved);
/* Whether it ever was. */
gboolean       tisock_service_is_resolved    (TisockService  *self);
void           tisock_service_forget_address (TisockService  *self,
                                              int             protocol);
/* “name” (type), for messages. */
char          *tisock_service_describe       (const char     *name,
                                              const char     *service_type)
                                              G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
