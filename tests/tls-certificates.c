/* tls-certificates.c: certificates, made by openssl for one run of a test program
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tls-certificates.h"

#include <glib/gstdio.h>

#define FOLDER_VARIABLE "TISOCK_TEST_FOLDER"

/* For those that openssl signs as an authority, which is how it lets the dates be chosen. */
#define CONFIGURATION \
  "[ca]\ndefault_ca = own\n" \
  "[own]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\ndefault_md = sha256\n" \
  "policy = any\nunique_subject = no\n" \
  "[any]\ncommonName = supplied\n" \
  "[localhost]\nsubjectAltName = DNS:localhost, IP:127.0.0.1\n" \
  "[other]\nsubjectAltName = DNS:other.example\n" \
  "[several]\nsubjectAltName = DNS:example.org, DNS:*.example.org\n" \
  "[client]\nextendedKeyUsage = clientAuth\n" \
  "[authority]\nbasicConstraints = critical, CA:TRUE\n" \
  "[req]\ndistinguished_name = name\n[name]\n"

char *
tls_certificates_get_path (const char *name)
{
  return g_build_filename (g_getenv (FOLDER_VARIABLE), name, NULL);
}

/* Making them */

/* In the folder, so that the names need no path. */
static void
run (const char *folder,
     const char *format,
     ...) G_GNUC_PRINTF (2, 3);

static void
run (const char *folder,
     const char *format,
     ...)
{
  g_autofree char *command = NULL;
  g_autofree char *messages = NULL;
  g_auto(GStrv) arguments = NULL;
  g_autoptr(GError) error = NULL;
  va_list args;
  int status;

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);

  g_assert_true (g_shell_parse_argv (command, NULL, &arguments, &error));
  g_spawn_sync (folder, arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &messages,
                &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("%s: %s", command, messages);
}

static void
write_file (const char *folder,
            const char *name,
            const char *contents)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
}

/* Puts the key behind the certificate. */
static void
join (const char *folder,
      const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *key_path = g_build_filename (folder, "key", NULL);
  g_autofree char *certificate = NULL;
  g_autofree char *key = NULL;
  g_autofree char *both = NULL;

  g_assert_true (g_file_get_contents (path, &certificate, NULL, NULL));
  g_assert_true (g_file_get_contents (key_path, &key, NULL, NULL));
  both = g_strconcat (certificate, key, NULL);
  g_assert_true (g_file_set_contents (path, both, -1, NULL));
}

static void
make_self_signed (const char *folder,
                  const char *name,
                  const char *subject,
                  const char *section)
{
  run (folder, "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
       "-config configuration -extensions %s -subj '/CN=%s' -keyout key -out %s",
       section, subject, name);
  join (folder, name);
}

static void
make_signed (const char *folder,
             const char *name,
             const char *authority,
             const char *subject,
             const char *section,
             const char *dates)
{
  run (folder, "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
       "-config configuration -subj '/CN=%s' -keyout key -out request", subject);
  run (folder, "openssl ca -batch -notext -config configuration -extensions %s %s "
       "-cert %s -keyfile %s -in request -out %s", section, dates, authority, authority, name);
  join (folder, name);
}

/* GnuTLS 3.7 cannot read one in some hundreds of them, which are salted: until it can. */
static void
make_pkcs12 (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, TLS_CLIENT_PKCS12, NULL);
  g_autoptr(GTlsCertificate) certificate = NULL;

  while (certificate == NULL)
    {
      g_autofree char *contents = NULL;
      gsize length;

      run (folder, "openssl pkcs12 -export -in %s -out %s -passout pass:%s", TLS_CLIENT,
           TLS_CLIENT_PKCS12, TLS_CLIENT_PASSWORD);
      g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
      certificate = g_tls_certificate_new_from_pkcs12 ((const guint8 *) contents, length,
                                                       TLS_CLIENT_PASSWORD, NULL);
    }
}

static void
make_all (const char *folder)
{
  const char *dates = "-days 2";

  write_file (folder, "configuration", CONFIGURATION);
  write_file (folder, "index.txt", "");

  make_self_signed (folder, TLS_AUTHORITY, "Authority", "authority");
  make_signed (folder, TLS_LOCALHOST, TLS_AUTHORITY, "localhost", "localhost", dates);
  make_signed (folder, TLS_OTHER_NAME, TLS_AUTHORITY, "other.example", "other", dates);
  make_signed (folder, TLS_SEVERAL_NAMES, TLS_AUTHORITY, "example.org", "several", dates);
  make_signed (folder, TLS_EXPIRED, TLS_AUTHORITY, "localhost", "localhost",
               "-startdate 20200101000000Z -enddate 20200201000000Z");
  make_signed (folder, TLS_CLIENT, TLS_AUTHORITY, "client", "client", dates);
  make_pkcs12 (folder);
  make_self_signed (folder, TLS_SELF_SIGNED, "localhost", "localhost");
  make_self_signed (folder, "other-authority.pem", "Other Authority", "authority");
  make_signed (folder, TLS_STRANGER, "other-authority.pem", "localhost", "localhost", dates);
}

static void
remove_folder (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }

  g_rmdir (folder);
}

static void
test_missing (gconstpointer reason)
{
  g_test_skip (reason);
}

/* NULL: nothing is. */
static const char *
find_missing (void)
{
  g_autofree char *program = g_find_program_in_path ("openssl");

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    return "GIO has no TLS backend here, such as glib-networking's";

  return program == NULL ? "There is no openssl program that could make certificates" : NULL;
}

int
tls_certificates_run (void (*add_tests) (void))
{
  const char *missing = find_missing ();
  g_autofree char *folder = NULL;
  int result;

  if (missing != NULL)
    g_test_add_data_func ("/tls/missing", missing, test_missing);
  else
    add_tests ();
  if (missing != NULL || g_test_subprocess ())
    return g_test_run ();

  folder = g_dir_make_tmp ("tisock-XXXXXX", NULL);
  g_assert_nonnull (folder);
  make_all (folder);
  g_setenv (FOLDER_VARIABLE, folder, TRUE);

  result = g_test_run ();
  remove_folder (folder);

  return result;
}

/* Using them */

GTlsCertificate *
tls_certificates_load (const char *name)
{
  g_autofree char *path = tls_certificates_get_path (name);
  g_autoptr(GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);

  return certificate;
}

GTlsDatabase *
tls_certificates_trust (const char *name)
{
  g_autofree char *path = tls_certificates_get_path (name);
  g_autoptr(GError) error = NULL;
  GTlsDatabase *database = g_tls_file_database_new (path, &error);

  g_assert_no_error (error);

  return database;
}
