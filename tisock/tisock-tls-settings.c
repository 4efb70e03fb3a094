/* tisock-tls-settings.c: what a server of TLS shows to its clients, and asks of them
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/tls-certificate.h"
#include "tisock-socket-error.h"
#include "tisock-texts.h"
#include "tisock-tls-settings.h"

#include <string.h>

/**
 * TisockTlsSettings:
 *
 * What a server of TLS shows to its clients, and asks of them.
 *
 * A [class@ServerSocket] takes them as [property@ServerSocket:tls-settings]. The least is
 * a certificate with its private key:
 *
 * ```c
 * static TisockTlsSettings *
 * load_settings (GError **error)
 * {
 *   return tisock_tls_settings_new_from_files ("/etc/ssl/example.org.pem",
 *                                              "/etc/ssl/private/example.org.key",
 *                                              error);
 * }
 * ```
 *
 * A server with several names has several certificates:
 * [method@TlsSettings.add_certificate] adds one for some of the names, and a client
 * that asks for another one, or for none, gets [property@TlsSettings:certificate].
 *
 * Everything can be changed while servers run: a handshake takes what is set when it
 * begins, and connections that exist keep what they have.
 * [method@TlsSettings.reload] reads the files again, once they have been renewed for
 * instance. A certificate is tried before it is taken, by a handshake inside of the
 * process: one that cannot be used is refused, and the one before stays.
 *
 * The settings belong to one thread; servers of that thread may share them.
 *
 * Since: 1.0
 */

#define DEFAULT_HANDSHAKE_TIMEOUT 10000
#define DEFAULT_MAXIMUM_HANDSHAKES 8

struct _TisockTlsSettings
{
  GObject                  parent_instance;

  GTlsCertificate         *certificate;
  /* Those of single hosts, by name; with “*.” before it, of what has one label more. */
  GHashTable              *by_host_name;

  /* What reload() reads. */
  char                    *certificate_file;
  char                    *key_file;
  char                    *certificate_password;

  GTlsAuthenticationMode   client_authentication;
  GTlsDatabase            *trust_database;
  char                   **application_protocols;
  GTlsProtocolVersion      minimum_version;
  guint                    handshake_timeout;
  guint                    maximum_handshakes;
};

typedef enum
{
  PROP_CERTIFICATE = 1,
  PROP_CERTIFICATE_FILE,
  PROP_KEY_FILE,
  PROP_CERTIFICATE_PASSWORD,
  PROP_CLIENT_AUTHENTICATION,
  PROP_TRUST_DATABASE,
  PROP_APPLICATION_PROTOCOLS,
  PROP_MINIMUM_VERSION,
  PROP_HANDSHAKE_TIMEOUT,
  PROP_MAXIMUM_HANDSHAKES,
} TisockTlsSettingsProperty;

static GParamSpec *properties[PROP_MAXIMUM_HANDSHAKES + 1];

G_DEFINE_FINAL_TYPE (TisockTlsSettings, tisock_tls_settings, G_TYPE_OBJECT)

static void
notify (TisockTlsSettings         *self,
        TisockTlsSettingsProperty  property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_text (TisockTlsSettings          *self,
          char                      **place,
          const char                 *text,
          TisockTlsSettingsProperty   property)
{
  if (g_strcmp0 (*place, text) == 0)
    return;

  g_free (*place);
  *place = g_strdup (text);
  notify (self, property);
}

static void
set_number (TisockTlsSettings         *self,
            guint                     *place,
            guint                      number,
            TisockTlsSettingsProperty  property)
{
  if (*place == number)
    return;

  *place = number;
  notify (self, property);
}

/* Certificates */

static gboolean
check_certificate (GTlsCertificate  *certificate,
                   GError          **error)
{
  g_autofree char *subject = NULL;

  if (tisock_tls_certificate_check (certificate, error))
    return TRUE;

  subject = g_tls_certificate_get_subject_name (certificate);
  g_prefix_error (error, "Could not take the certificate of “%s”: ",
                  subject != NULL ? subject : "");

  return FALSE;
}

static void
replace_certificate (TisockTlsSettings *self,
                     GTlsCertificate   *certificate)
{
  if (g_set_object (&self->certificate, certificate))
    notify (self, PROP_CERTIFICATE);
}

/* As names are compared: in lower case and ASCII, without a dot at the end. NULL: it is none. */
static char *
normalize (const char *host_name)
{
  g_autofree char *ascii = g_hostname_to_ascii (host_name);

  if (ascii != NULL && g_str_has_suffix (ascii, "."))
    ascii[strlen (ascii) - 1] = '\0';
  if (ascii == NULL || ascii[0] == '\0' || strchr (ascii, '*') != NULL)
    return NULL;

  return g_steal_pointer (&ascii);
}

/* NULL: it is neither a name nor one with a wildcard in place of its first label. */
static char *
normalize_pattern (const char *pattern)
{
  gboolean has_wildcard = g_str_has_prefix (pattern, "*.");
  g_autofree char *name = normalize (has_wildcard ? pattern + 2 : pattern);

  if (name == NULL || !has_wildcard)
    return g_steal_pointer (&name);

  return g_strconcat ("*.", name, NULL);
}

static gboolean
add_pattern (TisockTlsSettings *self,
             const char        *pattern,
             GTlsCertificate   *certificate)
{
  char *name = normalize_pattern (pattern);

  if (name == NULL)
    return FALSE;

  g_hash_table_replace (self->by_host_name, name, g_object_ref (certificate));

  return TRUE;
}

/* Those names in it that can be asked for. */
static gboolean
add_own_names (TisockTlsSettings *self,
               GTlsCertificate   *certificate)
{
  g_autoptr(GPtrArray) names = g_tls_certificate_get_dns_names (certificate);
  gboolean added = FALSE;

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      gsize length;
      const char *name = g_bytes_get_data (g_ptr_array_index (names, i), &length);
      g_autofree char *text = g_strndup (name, length);

      if (add_pattern (self, text, certificate))
        added = TRUE;
    }

  return added;
}

static GTlsCertificate *
find_by_wildcard (TisockTlsSettings *self,
                  const char        *name)
{
  const char *rest = strchr (name, '.');
  g_autofree char *pattern = rest != NULL ? g_strconcat ("*", rest, NULL) : NULL;

  return pattern != NULL ? g_hash_table_lookup (self->by_host_name, pattern) : NULL;
}

static void
tisock_tls_settings_finalize (GObject *object)
{
  TisockTlsSettings *self = TISOCK_TLS_SETTINGS (object);

  g_clear_object (&self->certificate);
  g_clear_pointer (&self->by_host_name, g_hash_table_unref);
  g_clear_pointer (&self->certificate_file, g_free);
  g_clear_pointer (&self->key_file, g_free);
  g_clear_pointer (&self->certificate_password, g_free);
  g_clear_object (&self->trust_database);
  g_clear_pointer (&self->application_protocols, g_strfreev);

  G_OBJECT_CLASS (tisock_tls_settings_parent_class)->finalize (object);
}

static void
tisock_tls_settings_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  TisockTlsSettings *self = TISOCK_TLS_SETTINGS (object);

  switch ((TisockTlsSettingsProperty) prop_id)
    {
    case PROP_CERTIFICATE:
      g_value_set_object (value, tisock_tls_settings_get_certificate (self));
      break;

    case PROP_CERTIFICATE_FILE:
      g_value_set_string (value, tisock_tls_settings_get_certificate_file (self));
      break;

    case PROP_KEY_FILE:
      g_value_set_string (value, tisock_tls_settings_get_key_file (self));
      break;

    case PROP_CERTIFICATE_PASSWORD:
      g_value_set_string (value, tisock_tls_settings_get_certificate_password (self));
      break;

    case PROP_CLIENT_AUTHENTICATION:
      g_value_set_enum (value, tisock_tls_settings_get_client_authentication (self));
      break;

    case PROP_TRUST_DATABASE:
      g_value_set_object (value, tisock_tls_settings_get_trust_database (self));
      break;

    case PROP_APPLICATION_PROTOCOLS:
      g_value_set_boxed (value, tisock_tls_settings_get_application_protocols (self));
      break;

    case PROP_MINIMUM_VERSION:
      g_value_set_enum (value, tisock_tls_settings_get_minimum_version (self));
      break;

    case PROP_HANDSHAKE_TIMEOUT:
      g_value_set_uint (value, tisock_tls_settings_get_handshake_timeout (self));
      break;

    case PROP_MAXIMUM_HANDSHAKES:
      g_value_set_uint (value, tisock_tls_settings_get_maximum_handshakes (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_tls_settings_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  TisockTlsSettings *self = TISOCK_TLS_SETTINGS (object);

  switch ((TisockTlsSettingsProperty) prop_id)
    {
    case PROP_CERTIFICATE_FILE:
      tisock_tls_settings_set_certificate_file (self, g_value_get_string (value));
      break;

    case PROP_KEY_FILE:
      tisock_tls_settings_set_key_file (self, g_value_get_string (value));
      break;

    case PROP_CERTIFICATE_PASSWORD:
      tisock_tls_settings_set_certificate_password (self, g_value_get_string (value));
      break;

    case PROP_CLIENT_AUTHENTICATION:
      tisock_tls_settings_set_client_authentication (self, g_value_get_enum (value));
      break;

    case PROP_TRUST_DATABASE:
      tisock_tls_settings_set_trust_database (self, g_value_get_object (value));
      break;

    case PROP_APPLICATION_PROTOCOLS:
      tisock_tls_settings_set_application_protocols (self, g_value_get_boxed (value));
      break;

    case PROP_MINIMUM_VERSION:
      tisock_tls_settings_set_minimum_version (self, g_value_get_enum (value));
      break;

    case PROP_HANDSHAKE_TIMEOUT:
      tisock_tls_settings_set_handshake_timeout (self, g_value_get_uint (value));
      break;

    case PROP_MAXIMUM_HANDSHAKES:
      tisock_tls_settings_set_maximum_handshakes (self, g_value_get_uint (value));
      break;

    case PROP_CERTIFICATE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define WRITABLE (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS)

static void
install_certificate (void)
{
  /**
   * TisockTlsSettings:certificate: (getter get_certificate)
   *
   * The certificate, with its private key, for clients that ask for no name, or for
   * one that has no certificate of its own.
   *
   * [method@TlsSettings.set_certificate] sets it, and can fail. The default is `NULL`.
   *
   * Since: 1.0
   */
  properties[PROP_CERTIFICATE] =
    g_param_spec_object ("certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, READABLE);

  /**
   * TisockTlsSettings:certificate-file: (getter get_certificate_file) (setter set_certificate_file)
   *
   * The path of the file that [method@TlsSettings.reload] reads the certificate from.
   *
   * It is PEM, with the certificates that lead to an authority behind the server's own,
   * or PKCS#12. Setting it reads nothing yet. The default is `NULL`.
   *
   * Since: 1.0
   */
  properties[PROP_CERTIFICATE_FILE] =
    g_param_spec_string ("certificate-file", NULL, NULL, NULL, WRITABLE);

  /**
   * TisockTlsSettings:key-file: (getter get_key_file) (setter set_key_file)
   *
   * The path of the file with the private key, in PEM.
   *
   * The key may not be encrypted: GIO cannot read those but in PKCS#12. If this is
   * `NULL`, the default, the key is in [property@TlsSettings:certificate-file] too.
   *
   * Since: 1.0
   */
  properties[PROP_KEY_FILE] =
    g_param_spec_string ("key-file", NULL, NULL, NULL, WRITABLE);

  /**
   * TisockTlsSettings:certificate-password: (getter get_certificate_password)
   *   (setter set_certificate_password)
   *
   * The password of a [property@TlsSettings:certificate-file] in PKCS#12.
   *
   * The default is `NULL`.
   *
   * Since: 1.0
   */
  properties[PROP_CERTIFICATE_PASSWORD] =
    g_param_spec_string ("certificate-password", NULL, NULL, NULL, WRITABLE);
}

static void
install_clients (void)
{
  /**
   * TisockTlsSettings:client-authentication: (getter get_client_authentication)
   *   (setter set_client_authentication)
   *
   * Whether clients are asked for a certificate, or have to have one.
   *
   * One that is not signed by what [property@TlsSettings:trust-database] trusts fails
   * the handshake in either case. The default is `G_TLS_AUTHENTICATION_NONE`.
   *
   * Since: 1.0
   */
  properties[PROP_CLIENT_AUTHENTICATION] =
    g_param_spec_enum ("client-authentication", NULL, NULL, G_TYPE_TLS_AUTHENTICATION_MODE,
                       G_TLS_AUTHENTICATION_NONE, WRITABLE);

  /**
   * TisockTlsSettings:trust-database: (getter get_trust_database) (setter set_trust_database)
   *
   * The authorities that may sign the certificates of clients.
   *
   * `NULL`, the default, are those that the system trusts: to let in none but one's own
   * clients, set a database of the authority that signs theirs.
   *
   * Since: 1.0
   */
  properties[PROP_TRUST_DATABASE] =
    g_param_spec_object ("trust-database", NULL, NULL, G_TYPE_TLS_DATABASE, WRITABLE);

  /**
   * TisockTlsSettings:application-protocols: (getter get_application_protocols)
   *   (setter set_application_protocols)
   *
   * The protocols that clients may choose from by ALPN, such as “http/1.1”.
   *
   * The one that comes first here is taken of those that a client has, too. The default
   * is `NULL`, for none.
   *
   * Since: 1.0
   */
  properties[PROP_APPLICATION_PROTOCOLS] =
    g_param_spec_boxed ("application-protocols", NULL, NULL, G_TYPE_STRV, WRITABLE);
}

static void
install_handshake (void)
{
  /**
   * TisockTlsSettings:minimum-version: (getter get_minimum_version) (setter set_minimum_version)
   *
   * The least version of TLS that is good enough.
   *
   * GIO cannot be told of it: a client that has nothing newer is refused when its
   * handshake is complete, before anything else is read from it or written to it.
   * Versions that the system has ruled out cannot be allowed here.
   * `G_TLS_PROTOCOL_VERSION_UNKNOWN` asks for nothing; those of DTLS are of no use. The
   * default is `G_TLS_PROTOCOL_VERSION_TLS_1_2`.
   *
   * Since: 1.0
   */
  properties[PROP_MINIMUM_VERSION] =
    g_param_spec_enum ("minimum-version", NULL, NULL, G_TYPE_TLS_PROTOCOL_VERSION,
                       G_TLS_PROTOCOL_VERSION_TLS_1_2, WRITABLE);

  /**
   * TisockTlsSettings:handshake-timeout: (getter get_handshake_timeout)
   *   (setter set_handshake_timeout)
   *
   * How long a client may take for its handshake, in milliseconds.
   *
   * It counts from when the connection is accepted, so that one who says nothing is
   * given up as well. 0 means for ever; the default is 10000.
   *
   * Since: 1.0
   */
  properties[PROP_HANDSHAKE_TIMEOUT] =
    g_param_spec_uint ("handshake-timeout", NULL, NULL,
                       0, G_MAXUINT, DEFAULT_HANDSHAKE_TIMEOUT,
                       WRITABLE);

  /**
   * TisockTlsSettings:maximum-handshakes: (getter get_maximum_handshakes)
   *   (setter set_maximum_handshakes)
   *
   * How many handshakes of a server may be under way at a time.
   *
   * The others wait. GIO spends one of the threads on each that asynchronous calls of
   * the whole process share; who has not said hello takes none. All servers of a
   * process together have no more than 8 under way, which is what 0 means; the default
   * is 8. While some wait, those whose peers have kept them waiting for longer than a
   * second make room for them, with [error@Gio.IOErrorEnum.TIMED_OUT].
   *
   * Since: 1.0
   */
  properties[PROP_MAXIMUM_HANDSHAKES] =
    g_param_spec_uint ("maximum-handshakes", NULL, NULL,
                       0, G_MAXUINT, DEFAULT_MAXIMUM_HANDSHAKES,
                       WRITABLE);
}

static void
tisock_tls_settings_class_init (TisockTlsSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tisock_tls_settings_finalize;
  object_class->get_property = tisock_tls_settings_get_property;
  object_class->set_property = tisock_tls_settings_set_property;

  install_certificate ();
  install_clients ();
  install_handshake ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
tisock_tls_settings_init (TisockTlsSettings *self)
{
  self->by_host_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->minimum_version = G_TLS_PROTOCOL_VERSION_TLS_1_2;
  self->handshake_timeout = DEFAULT_HANDSHAKE_TIMEOUT;
  self->maximum_handshakes = DEFAULT_MAXIMUM_HANDSHAKES;
}

/**
 * tisock_tls_settings_new:
 *
 * Makes settings without a certificate.
 *
 * Returns: (transfer full): the settings
 *
 * Since: 1.0
 */
TisockTlsSettings *
tisock_tls_settings_new (void)
{
  return g_object_new (TISOCK_TYPE_TLS_SETTINGS, NULL);
}

/**
 * tisock_tls_settings_new_from_files:
 * @certificate_file: the path of a certificate, as [property@TlsSettings:certificate-file]
 * @key_file: (nullable): the path of its private key, as [property@TlsSettings:key-file]
 * @error: where to put an error
 *
 * Makes settings with a certificate from files, as [method@TlsSettings.reload] does.
 *
 * Returns: (transfer full): the settings, or `NULL` with an error
 *
 * Since: 1.0
 */
TisockTlsSettings *
tisock_tls_settings_new_from_files (const char  *certificate_file,
                                    const char  *key_file,
                                    GError     **error)
{
  g_autoptr(TisockTlsSettings) self = NULL;

  g_return_val_if_fail (certificate_file != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (TISOCK_TYPE_TLS_SETTINGS,
                       "certificate-file", certificate_file,
                       "key-file", key_file,
                       NULL);

  return tisock_tls_settings_reload (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * tisock_tls_settings_get_certificate: (get-property certificate)
 * @self: the settings
 *
 * Gets the certificate for clients whose name has none of its own.
 *
 * Returns: (transfer none) (nullable): the certificate
 *
 * Since: 1.0
 */
GTlsCertificate *
tisock_tls_settings_get_certificate (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), NULL);

  return self->certificate;
}

/**
 * tisock_tls_settings_set_certificate:
 * @self: the settings
 * @certificate: a certificate with its private key
 * @error: where to put an error
 *
 * Sets the certificate for clients whose name has none of its own.
 *
 * It is tried first, which takes as long as a handshake. If its private key is
 * missing, or does not belong to it, this fails with
 * [error@Gio.TlsError.BAD_CERTIFICATE], and without a backend for TLS with
 * [error@Gio.TlsError.UNAVAILABLE]; the certificate that was set stays. Whether the
 * certificate is valid at the time, and whom it is for, is not looked at.
 *
 * Returns: whether the certificate has been set
 *
 * Since: 1.0
 */
gboolean
tisock_tls_settings_set_certificate (TisockTlsSettings  *self,
                                     GTlsCertificate    *certificate,
                                     GError            **error)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), FALSE);
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_certificate (certificate, error))
    return FALSE;

  replace_certificate (self, certificate);

  return TRUE;
}

/**
 * tisock_tls_settings_get_certificate_file: (get-property certificate-file)
 * @self: the settings
 *
 * Gets the path of the file with the certificate.
 *
 * Returns: (nullable): the path of the file with the certificate
 *
 * Since: 1.0
 */
const char *
tisock_tls_settings_get_certificate_file (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), NULL);

  return self->certificate_file;
}

/**
 * tisock_tls_settings_set_certificate_file: (set-property certificate-file)
 * @self: the settings
 * @certificate_file: (nullable): the path of the file with the certificate
 *
 * Sets the path of the file with the certificate.
 *
 * Since: 1.0
 */
void
tisock_tls_settings_set_certificate_file (TisockTlsSettings *self,
                                          const char        *certificate_file)
{
  g_return_if_fail (TISOCK_IS_TLS_SETTINGS (self));

  set_text (self, &self->certificate_file, certificate_file, PROP_CERTIFICATE_FILE);
}

/**
 * tisock_tls_settings_get_key_file: (get-property key-file)
 * @self: the settings
 *
 * Gets the path of the file with the private key.
 *
 * Returns: (nullable): the path of the file with the private key
 *
 * Since: 1.0
 */
const char *
tisock_tls_settings_get_key_file (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), NULL);

  return self->key_file;
}

/**
 * tisock_tls_settings_set_key_file: (set-property key-file)
 * @self: the settings
 * @key_file: (nullable): the path of the file with the private key
 *
 * Sets the path of the file with the private key.
 *
 * Since: 1.0
 */
void
tisock_tls_settings_set_key_file (TisockTlsSettings *self,
                                  const char        *key_file)
{
  g_return_if_fail (TISOCK_IS_TLS_SETTINGS (self));

  set_text (self, &self->key_file, key_file, PROP_KEY_FILE);
}

/**
 * tisock_tls_settings_get_certificate_password: (get-property certificate-password)
 * @self: the settings
 *
 * Gets the password of the file with the certificate.
 *
 * Returns: (nullable): the password of the file with the certificate
 *
 * Since: 1.0
 */
const char *
tisock_tls_settings_get_certificate_password (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), NULL);

  return self->certificate_password;
}

/**
 * tisock_tls_settings_set_certificate_password: (set-property certificate-password)
 * @self: the settings
 * @certificate_password: (nullable): the password of the file with the certificate
 *
 * Sets the password of the file with the certificate.
 *
 * Since: 1.0
 */
void
tisock_tls_settings_set_certificate_password (TisockTlsSettings *self,
                                              const char        *certificate_password)
{
  g_return_if_fail (TISOCK_IS_TLS_SETTINGS (self));

  set_text (self, &self->certificate_password, certificate_password, PROP_CERTIFICATE_PASSWORD);
}

/**
 * tisock_tls_settings_get_client_authentication: (get-property client-authentication)
 * @self: the settings
 *
 * Gets what is asked of clients.
 *
 * Returns: what is asked of clients
 *
 * Since: 1.0
 */
GTlsAuthenticationMode
tisock_tls_settings_get_client_authentication (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), G_TLS_AUTHENTICATION_NONE);

  return self->client_authentication;
}

/**
 * tisock_tls_settings_set_client_authentication: (set-property client-authentication)
 * @self: the settings
 * @client_authentication: what is asked of clients
 *
 * Sets what is asked of clients.
 *
 * Since: 1.0
 */
void
tisock_tls_settings_set_client_authentication (TisockTlsSettings      *self,
                                               GTlsAuthenticationMode  client_authentication)
{
  g_return_if_fail (TISOCK_IS_TLS_SETTINGS (self));

  if (self->client_authentication == client_authentication)
    return;

  self->client_authentication = client_authentication;
  notify (self, PROP_CLIENT_AUTHENTICATION);
}

/**
 * tisock_tls_settings_get_trust_database: (get-property trust-database)
 * @self: the settings
 *
 * Gets the authorities that may sign the certificates of clients.
 *
 * Returns: (transfer none) (nullable): the authorities that may sign the certificates of clients
 *
 * Since: 1.0
 */
GTlsDatabase *
tisock_tls_settings_get_trust_database (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), NULL);

  return self->trust_database;
}

/**
 * tisock_tls_settings_set_trust_database: (set-property trust-database)
 * @self: the settings
 * @trust_database: (nullable): the authorities that may sign the certificates of clients
 *
 * Sets the authorities that may sign the certificates of clients.
 *
 * Since: 1.0
 */
void
tisock_tls_settings_set_trust_database (TisockTlsSettings *self,
                                        GTlsDatabase      *trust_database)
{
  g_return_if_fail (TISOCK_IS_TLS_SETTINGS (self));
  g_return_if_fail (trust_database == NULL || G_IS_TLS_DATABASE (trust_database));

  if (g_set_object (&self->trust_database, trust_database))
    notify (self, PROP_TRUST_DATABASE);
}

/**
 * tisock_tls_settings_get_application_protocols: (get-property application-protocols)
 * @self: the settings
 *
 * Gets the protocols that clients may choose from.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the
 *   protocols that clients may choose from
 *
 * Since: 1.0
 */
const char * const *
tisock_tls_settings_get_application_protocols (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), NULL);

  return (const char * const *) self->application_protocols;
}

/**
 * tisock_tls_settings_set_application_protocols: (set-property application-protocols)
 * @self: the settings
 * @application_protocols: (nullable) (array zero-terminated=1): the
 *   protocols that clients may choose from
 *
 * Sets the protocols that clients may choose from.
 *
 * Since: 1.0
 */
void
tisock_tls_settings_set_application_protocols (TisockTlsSettings  *self,
                                               const char * const *application_protocols)
{
  g_return_if_fail (TISOCK_IS_TLS_SETTINGS (self));

  if (tisock_texts_are_equal (self->application_protocols, application_protocols))
    return;

  g_strfreev (self->application_protocols);
  self->application_protocols = g_strdupv ((char **) application_protocols);
  notify (self, PROP_APPLICATION_PROTOCOLS);
}

/**
 * tisock_tls_settings_get_minimum_version: (get-property minimum-version)
 * @self: the settings
 *
 * Gets the least version of TLS.
 *
 * Returns: the least version of TLS
 *
 * Since: 1.0
 */
GTlsProtocolVersion
tisock_tls_settings_get_minimum_version (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), G_TLS_PROTOCOL_VERSION_UNKNOWN);

  return self->minimum_version;
}

/**
 * tisock_tls_settings_set_minimum_version: (set-property minimum-version)
 * @self: the settings
 * @minimum_version: the least version of TLS
 *
 * Sets the least version of TLS.
 *
 * Since: 1.0
 */
void
tisock_tls_settings_set_minimum_version (TisockTlsSettings   *self,
                                         GTlsProtocolVersion  minimum_version)
{
  g_return_if_fail (TISOCK_IS_TLS_SETTINGS (self));

  if (self->minimum_version == minimum_version)
    return;

  self->minimum_version = minimum_version;
  notify (self, PROP_MINIMUM_VERSION);
}

/**
 * tisock_tls_settings_get_handshake_timeout: (get-property handshake-timeout)
 * @self: the settings
 *
 * Gets how long a client may take for its handshake.
 *
 * Returns: a time in milliseconds, or 0
 *
 * Since: 1.0
 */
guint
tisock_tls_settings_get_handshake_timeout (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), 0);

  return self->handshake_timeout;
}

/**
 * tisock_tls_settings_set_handshake_timeout: (set-property handshake-timeout)
 * @self: the settings
 * @handshake_timeout: a time in milliseconds, or 0
 *
 * Sets how long a client may take for its handshake.
 *
 * Since: 1.0
 */
void
tisock_tls_settings_set_handshake_timeout (TisockTlsSettings *self,
                                           guint              handshake_timeout)
{
  g_return_if_fail (TISOCK_IS_TLS_SETTINGS (self));

  set_number (self, &self->handshake_timeout, handshake_timeout, PROP_HANDSHAKE_TIMEOUT);
}

/**
 * tisock_tls_settings_get_maximum_handshakes: (get-property maximum-handshakes)
 * @self: the settings
 *
 * Gets how many handshakes of a server may be under way.
 *
 * Returns: a number, or 0
 *
 * Since: 1.0
 */
guint
tisock_tls_settings_get_maximum_handshakes (TisockTlsSettings *self)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), 0);

  return self->maximum_handshakes;
}

/**
 * tisock_tls_settings_set_maximum_handshakes: (set-property maximum-handshakes)
 * @self: the settings
 * @maximum_handshakes: a number, or 0
 *
 * Sets how many handshakes of a server may be under way.
 *
 * Since: 1.0
 */
void
tisock_tls_settings_set_maximum_handshakes (TisockTlsSettings *self,
                                            guint              maximum_handshakes)
{
  g_return_if_fail (TISOCK_IS_TLS_SETTINGS (self));

  set_number (self, &self->maximum_handshakes, maximum_handshakes, PROP_MAXIMUM_HANDSHAKES);
}

/**
 * tisock_tls_settings_reload:
 * @self: the settings
 * @error: where to put an error
 *
 * Reads [property@TlsSettings:certificate] from the files that are set.
 *
 * It reads and waits until that is done, and may be called again whenever the files
 * have changed. If they cannot be read, or what is in them cannot be used, the error says
 * which file it is and why, and the certificate that was set stays. Certificates of
 * single hosts are not concerned.
 *
 * Returns: whether the certificate has been set
 *
 * Since: 1.0
 */
gboolean
tisock_tls_settings_reload (TisockTlsSettings  *self,
                            GError            **error)
{
  g_autoptr(GTlsCertificate) certificate = NULL;

  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->certificate_file == NULL)
    {
      g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                   "Could not read a certificate: certificate-file is not set");
      return FALSE;
    }

  certificate = tisock_tls_certificate_load (self->certificate_file, self->key_file,
                                             self->certificate_password, error);
  if (certificate == NULL)
    return FALSE;

  if (!tisock_tls_certificate_check (certificate, error))
    {
      g_prefix_error (error, "%s: ", self->certificate_file);
      return FALSE;
    }

  replace_certificate (self, certificate);

  return TRUE;
}

/**
 * tisock_tls_settings_add_certificate:
 * @self: the settings
 * @host_name: (nullable): the name that it is for, or `NULL` for all that are in it
 * @certificate: a certificate with its private key
 * @error: where to put an error
 *
 * Adds a certificate for clients that ask for certain names.
 *
 * A client says in its first message which name it wants to speak to (SNI). A name may
 * begin with “*.”, which stands for one label: “*.example.org” is for “www.example.org”,
 * but neither for “example.org” nor for “a.b.example.org”. If there is a certificate for
 * the name itself as well, that one is taken. Names may be international.
 *
 * A certificate that was added for the same name before is replaced. This one is tried
 * first, as by [method@TlsSettings.set_certificate]. What is no name fails with
 * [error@Gio.IOErrorEnum.INVALID_ARGUMENT], and so does a certificate without names if
 * none is given.
 *
 * Returns: whether the certificate has been added
 *
 * Since: 1.0
 */
gboolean
tisock_tls_settings_add_certificate (TisockTlsSettings  *self,
                                     const char         *host_name,
                                     GTlsCertificate    *certificate,
                                     GError            **error)
{
  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), FALSE);
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_certificate (certificate, error))
    return FALSE;

  if (host_name != NULL ? add_pattern (self, host_name, certificate)
                        : add_own_names (self, certificate))
    return TRUE;

  if (host_name != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "Could not add a certificate: “%s” is no name of a host, nor one behind “*.”",
                 host_name);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "Could not add a certificate: there is no name of a host in it");

  return FALSE;
}

/**
 * tisock_tls_settings_find_certificate:
 * @self: the settings
 * @server_name: (nullable): the name that a client has asked for
 *
 * Finds the certificate to show to a client.
 *
 * It is the one added for the name, or else the one added for the name with “*.” in
 * place of its first label, or else [property@TlsSettings:certificate].
 *
 * Returns: (transfer none) (nullable): the certificate
 *
 * Since: 1.0
 */
GTlsCertificate *
tisock_tls_settings_find_certificate (TisockTlsSettings *self,
                                      const char        *server_name)
{
  g_autofree char *name = NULL;
  GTlsCertificate *certificate = NULL;

  g_return_val_if_fail (TISOCK_IS_TLS_SETTINGS (self), NULL);

  if (server_name != NULL)
    name = normalize (server_name);

  if (name != NULL)
    certificate = g_hash_table_lookup (self->by_host_name, name);
  if (name != NULL && certificate == NULL)
    certificate = find_by_wildcard (self, name);

  return certificate != NULL ? certificate : self->certificate;
}
