/* tls-certificate.h: certificates in files, and in words
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* From PEM, with the key in the same file unless there is one for it, or from PKCS#12, which may
 * have a password. */
GTlsCertificate *tisock_tls_certificate_load    (const char           *path,
                                                 const char           *key_path,
                                                 const char           *password,
                                                 GError              **error)
                                                 G_GNUC_WARN_UNUSED_RESULT;

/* FALSE if one cannot serve with it: there is no backend for TLS, or no private key, or one that
 * belongs to another certificate. Takes as long as a handshake, and two descriptors while it
 * lasts. */
gboolean         tisock_tls_certificate_check   (GTlsCertificate      *certificate,
                                                 GError              **error);

/* Whose it is and what is wrong with it, for people. `identity`: whose it should be. */
char            *tisock_tls_certificate_explain (GTlsCertificate      *certificate,
                                                 GTlsCertificateFlags  errors,
                                                 GSocketConnectable   *identity)
                                                 G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
