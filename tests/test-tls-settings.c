/* test-tls-settings.c: which certificates are taken, and which one is shown to whom
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test-util.h"
#include "tls-certificates.h"

#include "tisock.h"

#include <string.h>

/* What the tests make of the files that there are. */
#define OWN_CERTIFICATE "own-certificate"
#define OWN_KEY "own-key"
#define ENCRYPTED_KEY "encrypted-key"
#define GARBAGE "garbage"

#define KEY_BEGIN "-----BEGIN PRIVATE KEY"

typedef struct
{
  TisockTlsSettings *settings;
  guint              n_notified;        /* of the certificate */
} Fixture;

static void
notify_cb (TisockTlsSettings *settings,
           GParamSpec        *pspec,
           Fixture           *fixture)
{
  fixture->n_notified++;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->settings = tisock_tls_settings_new ();
  g_signal_connect (fixture->settings, "notify::certificate", G_CALLBACK (notify_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_assert_finalize_object (fixture->settings);
}

/* Files */

static void
write_file (const char *name,
            const char *contents)
{
  g_autofree char *path = tls_certificates_get_path (name);
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, contents, -1, &error);
  g_assert_no_error (error);
}

/* The key of one into a file of its own, and the certificate of that or another one. */
static void
write_own_files (const char *certificate,
                 const char *key)
{
  g_autofree char *certificate_path = tls_certificates_get_path (certificate);
  g_autofree char *key_path = tls_certificates_get_path (key);
  g_autofree char *both = NULL;
  g_autofree char *other = NULL;

  g_assert_true (g_file_get_contents (certificate_path, &both, NULL, NULL));
  g_assert_true (g_file_get_contents (key_path, &other, NULL, NULL));
  *strstr (both, KEY_BEGIN) = '\0';
  write_file (OWN_CERTIFICATE, both);
  write_file (OWN_KEY, strstr (other, KEY_BEGIN));
}

static void
write_encrypted_key (void)
{
  g_autofree char *from = tls_certificates_get_path (OWN_KEY);
  g_autofree char *to = tls_certificates_get_path (ENCRYPTED_KEY);
  g_autofree char *command = NULL;
  g_autoptr(GError) error = NULL;
  int status;

  command = g_strdup_printf ("openssl pkcs8 -topk8 -in '%s' -out '%s' -passout pass:sesame", from,
                             to);
  g_spawn_command_line_sync (command, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void
set_files (Fixture    *fixture,
           const char *certificate,
           const char *key,
           const char *password)
{
  g_autofree char *certificate_path = NULL;
  g_autofree char *key_path = NULL;

  if (certificate != NULL)
    certificate_path = tls_certificates_get_path (certificate);
  if (key != NULL)
    key_path = tls_certificates_get_path (key);

  g_object_set (fixture->settings,
                "certificate-file", certificate_path,
                "key-file", key_path,
                "certificate-password", password,
                NULL);
}

static void
expect_certificate (Fixture    *fixture,
                    const char *name)
{
  GTlsCertificate *certificate = tisock_tls_settings_get_certificate (fixture->settings);
  g_autoptr(GTlsCertificate) expected = tls_certificates_load (name);

  g_assert_true (g_tls_certificate_is_same (certificate, expected));
}

static void
reload (Fixture    *fixture,
        const char *certificate,
        const char *key,
        const char *password)
{
  g_autoptr(GError) error = NULL;

  set_files (fixture, certificate, key, password);
  tisock_tls_settings_reload (fixture->settings, &error);
  g_assert_no_error (error);
}

/* What is read */

static void
test_files (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_assert_null (tisock_tls_settings_get_certificate (fixture->settings));

  reload (fixture, TLS_LOCALHOST, NULL, NULL);
  expect_certificate (fixture, TLS_LOCALHOST);
  g_assert_cmpuint (fixture->n_notified, ==, 1);

  write_own_files (TLS_OTHER_NAME, TLS_OTHER_NAME);
  reload (fixture, OWN_CERTIFICATE, OWN_KEY, NULL);
  expect_certificate (fixture, TLS_OTHER_NAME);

  reload (fixture, TLS_CLIENT_PKCS12, NULL, TLS_CLIENT_PASSWORD);
  expect_certificate (fixture, TLS_CLIENT);
  g_assert_cmpuint (fixture->n_notified, ==, 3);
}

static void
test_renewed (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr(GTlsCertificate) before = NULL;
  g_autoptr(GError) error = NULL;

  write_own_files (TLS_LOCALHOST, TLS_LOCALHOST);
  reload (fixture, OWN_CERTIFICATE, OWN_KEY, NULL);
  before = g_object_ref (tisock_tls_settings_get_certificate (fixture->settings));

  write_own_files (TLS_SELF_SIGNED, TLS_SELF_SIGNED);
  g_assert_true (tisock_tls_settings_reload (fixture->settings, &error));
  g_assert_no_error (error);
  expect_certificate (fixture, TLS_SELF_SIGNED);

  /* For who has it. */
  g_assert_finalize_object (g_steal_pointer (&before));
}

static void
test_new_from_files (void)
{
  g_autofree char *path = tls_certificates_get_path (TLS_LOCALHOST);
  g_autofree char *missing = tls_certificates_get_path ("missing");
  g_autoptr(GError) error = NULL;
  TisockTlsSettings *settings = tisock_tls_settings_new_from_files (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (tisock_tls_settings_get_certificate (settings));
  g_assert_cmpstr (tisock_tls_settings_get_certificate_file (settings), ==, path);
  g_assert_finalize_object (settings);

  settings = tisock_tls_settings_new_from_files (path, missing, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_null (settings);
}

/* What is refused */

typedef struct
{
  const char  *certificate;
  const char  *key;
  const char  *password;
  GQuark     (*get_domain) (void);
  int          code;
  const char  *message;         /* of which this is a part */
} RefusedCase;

static const RefusedCase refused_cases[] = {
  { NULL, NULL, NULL, tisock_socket_error_quark, TISOCK_SOCKET_ERROR_INVALID_STATE,
    "certificate-file is not set" },
  { "missing", NULL, NULL, g_io_error_quark, G_IO_ERROR_NOT_FOUND, "/missing" },
  { OWN_CERTIFICATE, "missing", NULL, g_io_error_quark, G_IO_ERROR_NOT_FOUND, "/missing" },
  { GARBAGE, NULL, NULL, g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE, "/" GARBAGE ": " },
  { OWN_KEY, NULL, NULL, g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE, "/" OWN_KEY ": " },
  { OWN_CERTIFICATE, NULL, NULL, g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE,
    "there is no private key with the certificate" },
  { TLS_LOCALHOST, OWN_CERTIFICATE, NULL, g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE,
    "/" OWN_CERTIFICATE ": " },
  { TLS_LOCALHOST, ENCRYPTED_KEY, "sesame", g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE,
    "/" ENCRYPTED_KEY ": " },
  { TLS_LOCALHOST, OWN_KEY, NULL, g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE,
    "/" TLS_LOCALHOST ": its private key does not fit: " },
  { TLS_CLIENT_PKCS12, NULL, NULL, g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE_PASSWORD,
    "/" TLS_CLIENT_PKCS12 ": " },
  { TLS_CLIENT_PKCS12, NULL, "wrong", g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE_PASSWORD,
    "/" TLS_CLIENT_PKCS12 ": " },
};

static void
test_refused (Fixture       *fixture,
              gconstpointer  user_data)
{
  write_own_files (TLS_OTHER_NAME, TLS_OTHER_NAME);
  write_encrypted_key ();
  write_file (GARBAGE, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
  reload (fixture, TLS_SELF_SIGNED, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refused_cases); i++)
    {
      const RefusedCase *test = &refused_cases[i];
      g_autoptr(GError) error = NULL;

      set_files (fixture, test->certificate, test->key, test->password);
      g_assert_false (tisock_tls_settings_reload (fixture->settings, &error));
      g_assert_error (error, test->get_domain (), test->code);
      g_assert_nonnull (strstr (error->message, test->message));
      expect_certificate (fixture, TLS_SELF_SIGNED);
    }

  g_assert_cmpuint (fixture->n_notified, ==, 1);
}

static GTlsCertificate *
load_with_key (const char *certificate,
               const char *key)
{
  g_autofree char *certificate_path = tls_certificates_get_path (OWN_CERTIFICATE);
  g_autofree char *key_path = tls_certificates_get_path (OWN_KEY);
  g_autoptr(GError) error = NULL;
  GTlsCertificate *loaded;

  write_own_files (certificate, key);
  loaded = g_tls_certificate_new_from_files (certificate_path, key_path, &error);
  g_assert_no_error (error);

  return loaded;
}

static GTlsCertificate *
load_without_key (const char *name)
{
  g_autofree char *path = tls_certificates_get_path (OWN_CERTIFICATE);
  g_autoptr(GError) error = NULL;
  GTlsCertificate *loaded;

  write_own_files (name, name);
  loaded = g_tls_certificate_new_from_file (path, &error);
  g_assert_no_error (error);

  return loaded;
}

static void
expect_refused (Fixture         *fixture,
                GTlsCertificate *certificate,
                const char      *message)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) add_error = NULL;

  g_assert_false (tisock_tls_settings_set_certificate (fixture->settings, certificate, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, message));

  g_assert_false (tisock_tls_settings_add_certificate (fixture->settings, "a.example", certificate,
                                                       &add_error));
  g_assert_error (add_error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_cmpstr (add_error->message, ==, error->message);
}

static void
test_objects (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr(GTlsCertificate) good = tls_certificates_load (TLS_LOCALHOST);
  g_autoptr(GTlsCertificate) expired = tls_certificates_load (TLS_EXPIRED);
  g_autoptr(GTlsCertificate) other_key = load_with_key (TLS_LOCALHOST, TLS_OTHER_NAME);
  g_autoptr(GTlsCertificate) no_key = load_without_key (TLS_LOCALHOST);
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_tls_settings_set_certificate (fixture->settings, good, &error));
  g_assert_no_error (error);
  g_assert_true (tisock_tls_settings_set_certificate (fixture->settings, good, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->n_notified, ==, 1);

  expect_refused (fixture, other_key, "of “CN=localhost”: its private key does not fit: ");
  expect_refused (fixture, no_key, "of “CN=localhost”: ");
  g_assert_true (tisock_tls_settings_get_certificate (fixture->settings) == good);
  g_assert_true (tisock_tls_settings_find_certificate (fixture->settings, "a.example") == good);

  g_assert_true (tisock_tls_settings_set_certificate (fixture->settings, expired, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->n_notified, ==, 2);
}

static void
test_descriptors (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr(GTlsCertificate) good = tls_certificates_load (TLS_LOCALHOST);
  g_autoptr(GTlsCertificate) bad = load_without_key (TLS_OTHER_NAME);
  guint n = test_count_descriptors ();

  for (guint i = 0; i < 10; i++)
    {
      g_assert_true (tisock_tls_settings_set_certificate (fixture->settings, good, NULL));
      g_assert_false (tisock_tls_settings_set_certificate (fixture->settings, bad, NULL));
    }

  /* The backend's own threads may be the last that have one. */
  while (test_count_descriptors () > n)
    g_thread_yield ();
}

/* Without a backend, of which a process chooses one when it first needs it */

static void
test_no_backend_subprocess (void)
{
  g_autofree char *path = tls_certificates_get_path (TLS_LOCALHOST);
  g_autoptr(GError) error = NULL;

  g_assert_null (tisock_tls_settings_new_from_files (path, NULL, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_no_backend (void)
{
  g_setenv ("GIO_USE_TLS", "dummy", TRUE);
  g_test_trap_subprocess ("/tls-settings/subprocess/no-backend", 0,
                          G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_unsetenv ("GIO_USE_TLS");
  g_test_trap_assert_passed ();
}

/* Which one is shown */

static GTlsCertificate *
add_certificate (Fixture    *fixture,
                 const char *host_name,
                 const char *name)
{
  g_autoptr(GTlsCertificate) certificate = tls_certificates_load (name);
  g_autoptr(GError) error = NULL;

  tisock_tls_settings_add_certificate (fixture->settings, host_name, certificate, &error);
  g_assert_no_error (error);

  /* The settings have it. */
  return certificate;
}

static void
expect_found (Fixture         *fixture,
              const char      *server_name,
              GTlsCertificate *expected)
{
  g_assert_true (tisock_tls_settings_find_certificate (fixture->settings, server_name) == expected);
}

static void
test_names (Fixture       *fixture,
            gconstpointer  user_data)
{
  GTlsCertificate *exact = add_certificate (fixture, "WWW.example.org", TLS_LOCALHOST);
  GTlsCertificate *wildcard = add_certificate (fixture, "*.Example.ORG.", TLS_SEVERAL_NAMES);
  GTlsCertificate *international = add_certificate (fixture, "*.münchen.de", TLS_OTHER_NAME);

  expect_found (fixture, NULL, NULL);
  expect_found (fixture, "example.org", NULL);
  expect_found (fixture, "www.example.org", exact);
  expect_found (fixture, "wWw.eXample.Org.", exact);
  expect_found (fixture, "ftp.example.org", wildcard);
  expect_found (fixture, "FTP.EXAMPLE.ORG", wildcard);
  expect_found (fixture, "a.www.example.org", NULL);
  expect_found (fixture, "*.example.org", NULL);
  expect_found (fixture, ".example.org", wildcard);
  expect_found (fixture, "www.xn--mnchen-3ya.de", international);
  expect_found (fixture, "org", NULL);
  expect_found (fixture, "", NULL);
  expect_found (fixture, ".", NULL);
  expect_found (fixture, "\xff", NULL);
}

static void
test_names_default (Fixture       *fixture,
                    gconstpointer  user_data)
{
  GTlsCertificate *added = add_certificate (fixture, "localhost", TLS_LOCALHOST);
  GTlsCertificate *replaced;
  GTlsCertificate *other;

  reload (fixture, TLS_SELF_SIGNED, NULL, NULL);
  other = tisock_tls_settings_get_certificate (fixture->settings);
  expect_found (fixture, "localhost", added);
  expect_found (fixture, "www.example.org", other);
  expect_found (fixture, NULL, other);

  replaced = add_certificate (fixture, "LOCALHOST", TLS_STRANGER);
  expect_found (fixture, "localhost", replaced);
}

static void
test_own_names (Fixture       *fixture,
                gconstpointer  user_data)
{
  GTlsCertificate *several = add_certificate (fixture, NULL, TLS_SEVERAL_NAMES);
  GTlsCertificate *one = add_certificate (fixture, NULL, TLS_OTHER_NAME);

  expect_found (fixture, "example.org", several);
  expect_found (fixture, "www.example.org", several);
  expect_found (fixture, "other.example", one);
  expect_found (fixture, "www.other.example", NULL);
}

static void
test_bad_names (Fixture       *fixture,
                gconstpointer  user_data)
{
  const char *names[] = {
    "", ".", "*", "*.", "*.*.example.org", "www.*.example.org", "w*.example.org", "\xff", NULL,
  };
  g_autoptr(GTlsCertificate) nameless = tls_certificates_load (TLS_CLIENT);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (tisock_tls_settings_add_certificate (fixture->settings, names[i], nameless,
                                                           &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

#define ADD(path, function) \
  g_test_add ("/tls-settings/" path, Fixture, NULL, set_up, function, tear_down)

static void
add_tests (void)
{
  ADD ("files", test_files);
  ADD ("files/renewed", test_renewed);
  ADD ("files/refused", test_refused);
  g_test_add_func ("/tls-settings/files/new", test_new_from_files);
  ADD ("objects", test_objects);
  ADD ("objects/descriptors", test_descriptors);
  ADD ("names", test_names);
  ADD ("names/default", test_names_default);
  ADD ("names/own", test_own_names);
  ADD ("names/bad", test_bad_names);
  g_test_add_func ("/tls-settings/no-backend", test_no_backend);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  /* There the others are left out. */
  g_test_add_func ("/tls-settings/subprocess/no-backend", test_no_backend_subprocess);

  return tls_certificates_run (add_tests);
}
