/* tisock-tls-settings.h
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

#define TISOCK_TYPE_TLS_SETTINGS (tisock_tls_settings_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (TisockTlsSettings, tisock_tls_settings, TISOCK, TLS_SETTINGS, GObject)

TISOCK_AVAILABLE_IN_1_0
TisockTlsSettings *tisock_tls_settings_new (void) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockTlsSettings *tisock_tls_settings_new_from_files (const char  *certificate_file,
                                                       const char  *key_file,
                                                       GError     **error)
    G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
GTlsCertificate *tisock_tls_settings_get_certificate (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tls_settings_set_certificate (TisockTlsSettings  *self,
                                              GTlsCertificate    *certificate,
                                              GError            **error);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_tls_settings_get_certificate_file (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tls_settings_set_certificate_file (TisockTlsSettings *self,
                                               const char        *certificate_file);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_tls_settings_get_key_file (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tls_settings_set_key_file (TisockTlsSettings *self,
                                       const char        *key_file);
TISOCK_AVAILABLE_IN_1_0
const char *tisock_tls_settings_get_certificate_password (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tls_settings_set_certificate_password (TisockTlsSettings *self,
                                                   const char        *certificate_password);
TISOCK_AVAILABLE_IN_1_0
GTlsAuthenticationMode tisock_tls_settings_get_client_authentication (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tls_settings_set_client_authentication (TisockTlsSettings      *self,
                                                    GTlsAuthenticationMode  client_authentication);
TISOCK_AVAILABLE_IN_1_0
GTlsDatabase *tisock_tls_settings_get_trust_database (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tls_settings_set_trust_database (TisockTlsSettings *self,
                                             GTlsDatabase      *trust_database);
TISOCK_AVAILABLE_IN_1_0
const char * const *tisock_tls_settings_get_application_protocols (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tls_settings_set_application_protocols (TisockTlsSettings  *self,
                                                    const char * const *application_protocols);
TISOCK_AVAILABLE_IN_1_0
GTlsProtocolVersion tisock_tls_settings_get_minimum_version (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tls_settings_set_minimum_version (TisockTlsSettings   *self,
                                              GTlsProtocolVersion  minimum_version);
TISOCK_AVAILABLE_IN_1_0
guint tisock_tls_settings_get_handshake_timeout (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tls_settings_set_handshake_timeout (TisockTlsSettings *self,
                                                guint              handshake_timeout);
TISOCK_AVAILABLE_IN_1_0
guint tisock_tls_settings_get_maximum_handshakes (TisockTlsSettings *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tls_settings_set_maximum_handshakes (TisockTlsSettings *self,
                                                 guint              maximum_handshakes);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tls_settings_reload (TisockTlsSettings  *self,
                                     GError            **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tls_settings_add_certificate (TisockTlsSettings  *self,
                                              const char         *host_name,
                                              GTlsCertificate    *certificate,
                                              GError            **error);
TISOCK_AVAILABLE_IN_1_0
GTlsCertificate *tisock_tls_settings_find_certificate (TisockTlsSettings *self,
                                                       const char        *server_name);

G_END_DECLS
