/* tisock-service-browser.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-service.h"
#include "tisock-types.h"
#include "tisock-version-macros.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_SERVICE_BROWSER (tisock_service_browser_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (TisockServiceBrowser, tisock_service_browser,
                      TISOCK, SERVICE_BROWSER, GObject)

TISOCK_AVAILABLE_IN_1_0
TisockServiceBrowser *tisock_service_browser_new (const char *service_type,
                                                  const char *domain) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
const char *tisock_service_browser_get_service_type (TisockServiceBrowser *self);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_service_browser_get_domain (TisockServiceBrowser *self);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_service_browser_get_is_browsing (TisockServiceBrowser *self);
TISOCK_AVAILABLE_IN_1_0
GListModel *tisock_service_browser_get_services (TisockServiceBrowser *self);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_service_browser_start (TisockServiceBrowser  *self,
                                       GError               **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_service_browser_stop (TisockServiceBrowser *self);

G_END_DECLS
