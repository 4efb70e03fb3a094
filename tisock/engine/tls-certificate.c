/* tls-certificate.c: certificates in files, and in words
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/tls-certificate.h"

#include <string.h>

/* Files */

static gboolean
has_key (GTlsCertificate *certificate)
{
  g_autoptr(GByteArray) key = NULL;
  g_autofree char *uri = NULL;

  g_object_get (certificate, "private-key", &key, "private-key-pkcs11-uri", &uri, NULL);

  return key != NULL || uri != NULL;
}

/* To give a password where there is none is a mistake, to the backend. */
static GTlsCertificate *
parse_pkcs12 (const char  *contents,
              gsize        length,
              const char  *password,
              GError     **error)
{
  const guint8 *data = (const guint8 *) contents;
  g_autoptr(GError) reason = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_pkcs12 (data, length, NULL, &reason);

  if (password != NULL &&
      g_error_matches (reason, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE_PASSWORD))
    return g_tls_certificate_new_from_pkcs12 (data, length, password, error);

  if (certificate == NULL)
    g_propagate_error (error, g_steal_pointer (&reason));

  return certificate;
}

static char *
read_file (const char  *path,
           gsize       *length,
           GError     **error)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);
  char *contents = NULL;

  g_file_load_contents (file, NULL, &contents, length, NULL, error);

  return contents;
}

/* Files that cannot be read fail with an error of GIO's, whichever of them it is. */
static GTlsCertificate *
parse_files (const char  *path,
             const char  *key_path,
             const char  *password,
             GError     **error)
{
  gsize length;
  g_autofree char *contents = read_file (path, &length, error);
  g_autofree char *key = NULL;

  if (contents != NULL && key_path != NULL)
    key = read_file (key_path, NULL, error);
  if (contents == NULL || (key_path != NULL && key == NULL))
    return NULL;

  if (key_path != NULL)
    return g_tls_certificate_new_from_files (path, key_path, error);
  if (strstr (contents, "-----BEGIN ") != NULL)
    return g_tls_certificate_new_from_pem (contents, (gssize) length, error);

  return parse_pkcs12 (contents, length, password, error);
}

GTlsCertificate *
tisock_tls_certificate_load (const char  *path,
                             const char  *key_path,
                             const char  *password,
                             GError     **error)
{
  g_autoptr(GTlsCertificate) certificate = parse_files (path, key_path, password, error);

  if (certificate != NULL && !has_key (certificate))
    g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                 "there is no private key with the certificate");
  else if (certificate != NULL)
    return g_steal_pointer (&certificate);

  g_prefix_error (error, "%s%s%s: ", path, key_path != NULL ? " with " : "",
                  key_path != NULL ? key_path : "");

  return NULL;
}

/* Words */

static char *
describe_identity (GSocketConnectable *identity)
{
  if (G_IS_NETWORK_ADDRESS (identity))
    return g_strdup (g_network_address_get_hostname (G_NETWORK_ADDRESS (identity)));

  return g_socket_connectable_to_string (identity);
}

static void
add_reason (GString    *reasons,
            const char *format,
            ...) G_GNUC_PRINTF (2, 3);

static void
add_reason (GString    *reasons,
            const char *format,
            ...)
{
  va_list args;

  if (reasons->len > 0)
    g_string_append (reasons, ", and ");

  va_start (args, format);
  g_string_append_vprintf (reasons, format, args);
  va_end (args);
}

static void
add_date (GString    *reasons,
          const char *words,
          GDateTime  *date)
{
  g_autofree char *text = date != NULL ? g_date_time_format_iso8601 (date) : NULL;

  add_reason (reasons, "%s%s%s", words, text != NULL ? " " : "", text != NULL ? text : "");
}

static void
add_dates (GString              *reasons,
           GTlsCertificate      *certificate,
           GTlsCertificateFlags  errors)
{
  g_autoptr(GDateTime) from = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr(GDateTime) until = g_tls_certificate_get_not_valid_after (certificate);

  if (errors & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    add_date (reasons, "it is not valid before", from);
  if (errors & G_TLS_CERTIFICATE_EXPIRED)
    add_date (reasons, "it has expired", until);
}

static void
add_authority (GString         *reasons,
               GTlsCertificate *certificate)
{
  g_autofree char *subject = g_tls_certificate_get_subject_name (certificate);
  g_autofree char *issuer = g_tls_certificate_get_issuer_name (certificate);

  if (g_strcmp0 (subject, issuer) == 0)
    add_reason (reasons, "it is signed by itself and not trusted");
  else
    add_reason (reasons, "its authority “%s” is not trusted", issuer != NULL ? issuer : "");
}

char *
tisock_tls_certificate_explain (GTlsCertificate      *certificate,
                                GTlsCertificateFlags  errors,
                                GSocketConnectable   *identity)
{
  g_autoptr(GString) reasons = g_string_new (NULL);
  g_autofree char *subject = g_tls_certificate_get_subject_name (certificate);
  g_autofree char *name = identity != NULL ? describe_identity (identity) : NULL;

  if (errors & G_TLS_CERTIFICATE_BAD_IDENTITY)
    add_reason (reasons, "it is not for “%s”", name != NULL ? name : "");
  add_dates (reasons, certificate, errors);
  if (errors & G_TLS_CERTIFICATE_REVOKED)
    add_reason (reasons, "it has been revoked");
  if (errors & G_TLS_CERTIFICATE_INSECURE)
    add_reason (reasons, "its algorithm is not secure");
  if (errors & G_TLS_CERTIFICATE_UNKNOWN_CA)
    add_authority (reasons, certificate);
  if (errors & G_TLS_CERTIFICATE_GENERIC_ERROR || reasons->len == 0)
    add_reason (reasons, "it cannot be verified");

  return g_strdup_printf ("the certificate of “%s” is not acceptable: %s",
                          subject != NULL ? subject : "", reasons->str);
}
