/* tls-certificates.h: certificates, made by openssl for one run of a test program
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An authority, and a certificate of its for localhost and 127.0.0.1; in the same file is the key
 * of each certificate. */
#define TLS_AUTHORITY "authority.pem"
#define TLS_LOCALHOST "localhost.pem"
/* Others of the same authority: for another name, for two of which one is a wildcard, from another
 * time, for a client, and that one with a password. */
#define TLS_OTHER_NAME "other-name.pem"
#define TLS_SEVERAL_NAMES "several-names.pem"
#define TLS_EXPIRED "expired.pem"
#define TLS_CLIENT "client.pem"
#define TLS_CLIENT_PKCS12 "client.p12"
#define TLS_CLIENT_PASSWORD "sesame"
/* For localhost, but of nobody whom anybody trusts. */
#define TLS_SELF_SIGNED "self-signed.pem"
#define TLS_STRANGER "stranger.pem"

/* Adds and runs tests that need certificates and TLS, or one that is skipped if there is no program
 * to make them, or no backend. A subprocess uses those of the process that has started it. */
int              tls_certificates_run      (void (*add_tests) (void));
char            *tls_certificates_get_path (const char *name);
GTlsCertificate *tls_certificates_load     (const char *name);
/* Trusts what is in that file. */
GTlsDatabase    *tls_certificates_trust    (const char *name);

G_END_DECLS
