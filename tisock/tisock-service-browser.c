/* tisock-service-browser.c: finds services of the local network by their type
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-service-browser.h"
#include "tisock-service-private.h"
#include "tisock-socket-error.h"

/**
 * TisockServiceBrowser:
 *
 * Finds the services of one type in the local network, and follows them.
 *
 * ```c
 * static void
 * added_cb (TisockServiceBrowser *browser,
 *           TisockService        *service,
 *           gpointer              user_data)
 * {
 *   g_print ("%s on %s, port %d\n",
 *            tisock_service_get_name (service),
 *            tisock_service_get_host_name (service),
 *            tisock_service_get_port (service));
 * }
 *
 * TisockServiceBrowser *browser = tisock_service_browser_new ("_http._tcp", NULL);
 *
 * g_signal_connect (browser, "added", G_CALLBACK (added_cb), NULL);
 * tisock_service_browser_start (browser, NULL);
 * ```
 *
 * It asks the system's Avahi daemon. Without one there is
 * [signal@ServiceBrowser::error], `G_IO_ERROR_NOT_FOUND`, and the browser waits for
 * it to come; when the daemon goes, what was found goes with it, and is found anew
 * when the daemon is back. Without a system bus there is nothing to wait for:
 * browsing ends.
 *
 * A browser that was started stays alive, and keeps its main context, without a
 * reference of the program's until [method@ServiceBrowser.stop]. For the rules of
 * threads and contexts see [class@SocketCore].
 *
 * Since: 1.0
 */

/* One service, as one interface shows it. */
typedef struct
{
  TisockService *service;

  /* Avahi names a service once for each protocol: what resolves it there (NULL until the daemon
   * has said what does), and whether it is there. */
  char          *resolvers[TISOCK_AVAHI_N_PROTOCOLS];
  gboolean       present[TISOCK_AVAHI_N_PROTOCOLS];
} Finding;

/* What the daemon says that it has seen or lost. */
typedef struct
{
  int         interface_index;
  int         protocol;
  const char *name;
  const char *service_type;
  const char *domain;
} Sighting;

/* What the daemon was asked to resolve. */
typedef struct
{
  char *key;
  int   protocol;
} Question;

struct _TisockServiceBrowser
{
  GObject            parent_instance;

  TisockReactor     *reactor;
  char              *service_type;
  char              *domain;            /* NULL: the default one */

  /* Those that are resolved. */
  GListStore        *services;

  TisockAvahiClient *client;            /* NULL while it is not browsing */
  GHashTable        *findings;          /* of Finding, by the service's key */
};

typedef enum
{
  PROP_SERVICE_TYPE = 1,
  PROP_DOMAIN,
  PROP_IS_BROWSING,
  PROP_SERVICES,
} TisockServiceBrowserProperty;

static GParamSpec *properties[PROP_SERVICES + 1];

enum
{
  SIGNAL_ADDED,
  SIGNAL_REMOVED,
  SIGNAL_ERROR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TisockServiceBrowser, tisock_service_browser, G_TYPE_OBJECT)

static void
finding_free (gpointer data)
{
  Finding *self = data;

  g_object_unref (self->service);
  for (guint i = 0; i < TISOCK_AVAHI_N_PROTOCOLS; i++)
    g_free (self->resolvers[i]);
  g_free (self);
}

static void
question_free (gpointer data)
{
  Question *self = data;

  g_free (self->key);
  g_free (self);
}

/* Failures */

/* Takes the failure. */
static void
report (TisockServiceBrowser  *self,
        GError                *failure,
        GError               **error)
{
  g_prefix_error (&failure, "Browsing for %s: ", self->service_type);
  g_signal_emit (self, signals[SIGNAL_ERROR], 0, failure);
  g_propagate_error (error, failure);
}

/* The end */

static void
end (TisockServiceBrowser *self)
{
  g_hash_table_remove_all (self->findings);
  tisock_avahi_client_close (g_steal_pointer (&self->client));
}

static void
end_with_error (TisockServiceBrowser *self,
                const GError         *error)
{
  tisock_service_browser_stop (self);
  report (self, g_error_copy (error), NULL);
}

/* Findings */

/* What signals about services begin with; FALSE if it is of a protocol that is not known. */
static gboolean
read_sighting (GVariant *parameters,
               Sighting *sighting)
{
  g_variant_get_child (parameters, 0, "i", &sighting->interface_index);
  g_variant_get_child (parameters, 1, "i", &sighting->protocol);
  g_variant_get_child (parameters, 2, "&s", &sighting->name);
  g_variant_get_child (parameters, 3, "&s", &sighting->service_type);
  g_variant_get_child (parameters, 4, "&s", &sighting->domain);

  return sighting->protocol == TISOCK_AVAHI_IPV4 || sighting->protocol == TISOCK_AVAHI_IPV6;
}

static char *
dup_key (const Sighting *sighting)
{
  return g_strdup_printf ("%d/%s/%s/%s", sighting->interface_index, sighting->service_type,
                          sighting->domain, sighting->name);
}

static Finding *
look_up (TisockServiceBrowser *self,
         const Sighting       *sighting)
{
  g_autofree char *key = dup_key (sighting);

  return g_hash_table_lookup (self->findings, key);
}

static void
announce_added (TisockServiceBrowser *self,
                TisockService        *service)
{
  g_list_store_append (self->services, service);
  g_signal_emit (self, signals[SIGNAL_ADDED], 0, service);
}

static void
announce_removed (TisockServiceBrowser *self,
                  TisockService        *service)
{
  guint position;

  if (!g_list_store_find (self->services, service, &position))
    return;

  g_list_store_remove (self->services, position);
  g_signal_emit (self, signals[SIGNAL_REMOVED], 0, service);
}

static void
free_resolver (TisockServiceBrowser *self,
               const char           *path)
{
  tisock_avahi_client_call (self->client, path, TISOCK_AVAHI_SERVICE_RESOLVER, "Free", NULL,
                            NULL, NULL, NULL);
}

static void
resolver_cb (GObject      *owner,
             GVariant     *reply,
             const GError *error,
             gpointer      data)
{
  TisockServiceBrowser *self = TISOCK_SERVICE_BROWSER (owner);
  const Question *question = data;
  Finding *finding = g_hash_table_lookup (self->findings, question->key);
  const char *path;

  if (error != NULL)
    {
      report (self, g_error_copy (error), NULL);
      return;
    }

  g_variant_get (reply, "(&o)", &path);

  /* It may have gone meanwhile, or have come again, too. */
  if (finding == NULL || !finding->present[question->protocol] ||
      finding->resolvers[question->protocol] != NULL)
    free_resolver (self, path);
  else
    finding->resolvers[question->protocol] = g_strdup (path);
}

/* The address asked for is of the protocol by which the service was found. */
static void
begin_resolving (TisockServiceBrowser *self,
                 const Sighting       *sighting)
{
  Question *question = g_new0 (Question, 1);

  question->key = dup_key (sighting);
  question->protocol = sighting->protocol;
  tisock_avahi_client_call (self->client, TISOCK_AVAHI_SERVER_PATH, TISOCK_AVAHI_SERVER,
                            "ServiceResolverNew",
                            g_variant_new ("(iisssiu)", sighting->interface_index,
                                           sighting->protocol, sighting->name,
                                           sighting->service_type, sighting->domain,
                                           sighting->protocol, 0),
                            resolver_cb, question, question_free);
}

static Finding *
add_finding (TisockServiceBrowser *self,
             const Sighting       *sighting)
{
  Finding *finding = g_new0 (Finding, 1);

  finding->service = tisock_service_new_found ((guint) MAX (sighting->interface_index, 0),
                                               sighting->name, sighting->service_type,
                                               sighting->domain);
  g_hash_table_insert (self->findings, dup_key (sighting), finding);

  return finding;
}

static void
item_new (TisockServiceBrowser *self,
          const Sighting       *sighting,
          GVariant             *parameters)
{
  Finding *finding = look_up (self, sighting);

  if (finding == NULL)
    finding = add_finding (self, sighting);
  if (finding->present[sighting->protocol])
    return;

  finding->present[sighting->protocol] = TRUE;
  begin_resolving (self, sighting);
}

static void
item_remove (TisockServiceBrowser *self,
             const Sighting       *sighting,
             GVariant             *parameters)
{
  Finding *finding = look_up (self, sighting);
  g_autoptr(TisockService) service = NULL;
  g_autofree char *key = NULL;

  if (finding == NULL || !finding->present[sighting->protocol])
    return;

  finding->present[sighting->protocol] = FALSE;
  if (finding->resolvers[sighting->protocol] != NULL)
    free_resolver (self, finding->resolvers[sighting->protocol]);
  g_clear_pointer (&finding->resolvers[sighting->protocol], g_free);

  service = g_object_ref (finding->service);
  if (finding->present[TISOCK_AVAHI_IPV4] || finding->present[TISOCK_AVAHI_IPV6])
    {
      tisock_service_forget_address (service, sighting->protocol);
      return;
    }

  key = dup_key (sighting);
  g_hash_table_remove (self->findings, key);
  announce_removed (self, service);
}

static void
found (TisockServiceBrowser *self,
       const Sighting       *sighting,
       GVariant             *parameters)
{
  Finding *finding = look_up (self, sighting);
  g_autoptr(TisockService) service = NULL;
  gboolean is_new;

  if (finding == NULL || !finding->present[sighting->protocol])
    return;

  service = g_object_ref (finding->service);
  is_new = !tisock_service_is_resolved (service);
  tisock_service_set_resolved (service, sighting->protocol, parameters);
  if (is_new)
    announce_added (self, service);
}

/* The name of what cannot be resolved; NULL if it has gone meanwhile. */
static const char *
get_resolved_name (TisockServiceBrowser *self,
                   const char           *path)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->findings);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Finding *finding = value;

      for (guint i = 0; i < TISOCK_AVAHI_N_PROTOCOLS; i++)
        if (g_strcmp0 (finding->resolvers[i], path) == 0)
          return tisock_service_get_name (finding->service);
    }

  return NULL;
}

/* The daemon goes on trying. */
static void
resolver_failed (TisockServiceBrowser *self,
                 const char           *path,
                 const char           *reason)
{
  const char *name = get_resolved_name (self, path);

  if (name != NULL)
    report (self, g_error_new (G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND,
                               "“%s” cannot be resolved: %s", name, reason), NULL);
}

static void
failed (TisockServiceBrowser *self,
        const char           *path,
        const char           *interface,
        GVariant             *parameters)
{
  g_autoptr(GError) error = NULL;
  const char *reason;

  g_variant_get (parameters, "(&s)", &reason);
  if (g_str_equal (interface, TISOCK_AVAHI_SERVICE_RESOLVER))
    {
      resolver_failed (self, path, reason);
      return;
    }

  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, reason);
  end_with_error (self, error);
}

/* The daemon */

static void
browser_cb (GObject      *owner,
            GVariant     *reply,
            const GError *error,
            gpointer      data)
{
  if (error != NULL)
    end_with_error (TISOCK_SERVICE_BROWSER (owner), error);
}

static void
appeared (GObject *owner)
{
  TisockServiceBrowser *self = TISOCK_SERVICE_BROWSER (owner);

  tisock_avahi_client_call (self->client, TISOCK_AVAHI_SERVER_PATH, TISOCK_AVAHI_SERVER,
                            "ServiceBrowserNew",
                            g_variant_new ("(iissu)", TISOCK_AVAHI_ANY, TISOCK_AVAHI_ANY,
                                           self->service_type,
                                           self->domain != NULL ? self->domain : "", 0),
                            browser_cb, NULL, NULL);
}

static void
vanished (GObject      *owner,
          const GError *error)
{
  TisockServiceBrowser *self = TISOCK_SERVICE_BROWSER (owner);
  TisockAvahiClient *client = self->client;
  g_autoptr(TisockService) service = NULL;

  g_hash_table_remove_all (self->findings);
  while ((service = g_list_model_get_item (G_LIST_MODEL (self->services), 0)) != NULL)
    {
      announce_removed (self, service);
      g_clear_object (&service);
    }

  /* A handler may have stopped the browser. */
  if (self->client == client)
    report (self, g_error_copy (error), NULL);
}

static void
lost (GObject      *owner,
      const GError *error)
{
  end_with_error (TISOCK_SERVICE_BROWSER (owner), error);
}

static void
signalled (GObject    *owner,
           const char *path,
           const char *interface,
           const char *member,
           GVariant   *parameters)
{
  static const struct
  {
    const char *member;
    const char *type;
    void      (*function) (TisockServiceBrowser *self,
                           const Sighting       *sighting,
                           GVariant             *parameters);
  } handlers[] = {
    { "ItemNew", "(iisssu)", item_new },
    { "ItemRemove", "(iisssu)", item_remove },
    { "Found", TISOCK_SERVICE_RESOLVED_TYPE, found },
  };
  TisockServiceBrowser *self = TISOCK_SERVICE_BROWSER (owner);
  Sighting sighting;

  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (g_str_equal (member, handlers[i].member) &&
        g_variant_is_of_type (parameters, G_VARIANT_TYPE (handlers[i].type)) &&
        read_sighting (parameters, &sighting))
      {
        handlers[i].function (self, &sighting, parameters);
        return;
      }

  if (g_str_equal (member, "Failure") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(s)")))
    failed (self, path, interface, parameters);
}

static const TisockAvahiFuncs avahi_funcs = {
  .appeared = appeared,
  .vanished = vanished,
  .lost = lost,
  .signalled = signalled,
};

/* The object */

static void
tisock_service_browser_dispose (GObject *object)
{
  TisockServiceBrowser *self = TISOCK_SERVICE_BROWSER (object);

  if (self->client != NULL)
    end (self);

  G_OBJECT_CLASS (tisock_service_browser_parent_class)->dispose (object);
}

static void
tisock_service_browser_finalize (GObject *object)
{
  TisockServiceBrowser *self = TISOCK_SERVICE_BROWSER (object);

  g_object_unref (self->services);
  g_hash_table_unref (self->findings);
  g_free (self->service_type);
  g_free (self->domain);
  tisock_reactor_unref (self->reactor);

  G_OBJECT_CLASS (tisock_service_browser_parent_class)->finalize (object);
}

static void
tisock_service_browser_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  TisockServiceBrowser *self = TISOCK_SERVICE_BROWSER (object);

  switch ((TisockServiceBrowserProperty) prop_id)
    {
    case PROP_SERVICE_TYPE:
      g_value_set_string (value, self->service_type);
      break;

    case PROP_DOMAIN:
      g_value_set_string (value, self->domain);
      break;

    case PROP_IS_BROWSING:
      g_value_set_boolean (value, tisock_service_browser_get_is_browsing (self));
      break;

    case PROP_SERVICES:
      g_value_set_object (value, self->services);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
tisock_service_browser_set_property (GObject      *object,
                                     guint         prop_id,
                                     const GValue *value,
                                     GParamSpec   *pspec)
{
  TisockServiceBrowser *self = TISOCK_SERVICE_BROWSER (object);

  switch (prop_id)
    {
    case PROP_SERVICE_TYPE:
      self->service_type = g_value_dup_string (value);
      break;

    case PROP_DOMAIN:
      self->domain = g_value_dup_string (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
install_properties (GObjectClass *object_class)
{
  /**
   * TisockServiceBrowser:service-type: (getter get_service_type)
   *
   * What is looked for, such as “_http._tcp”.
   *
   * Since: 1.0
   */
  properties[PROP_SERVICE_TYPE] =
    g_param_spec_string ("service-type", NULL, NULL,
                         "",
                         G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockServiceBrowser:domain: (getter get_domain)
   *
   * Where it is looked for; `NULL` is the system's default, as a rule “local”.
   *
   * Since: 1.0
   */
  properties[PROP_DOMAIN] =
    g_param_spec_string ("domain", NULL, NULL,
                         NULL,
                         G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockServiceBrowser:is-browsing: (getter get_is_browsing)
   *
   * Whether the browser was started and has not ended.
   *
   * Since: 1.0
   */
  properties[PROP_IS_BROWSING] =
    g_param_spec_boolean ("is-browsing", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TisockServiceBrowser:services: (getter get_services)
   *
   * The services that are there: a list of [class@Service].
   *
   * One that is seen on several interfaces is in it for each of them.
   *
   * Since: 1.0
   */
  properties[PROP_SERVICES] =
    g_param_spec_object ("services", NULL, NULL,
                         G_TYPE_LIST_MODEL,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
install_signals (GType type)
{
  /**
   * TisockServiceBrowser::added:
   * @self: the browser
   * @service: what was found
   *
   * Emitted when a service was found and it is known where it is.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ADDED] =
    g_signal_new ("added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, TISOCK_TYPE_SERVICE);

  /**
   * TisockServiceBrowser::removed:
   * @self: the browser
   * @service: what was found before
   *
   * Emitted when a service is no longer there.
   *
   * Since: 1.0
   */
  signals[SIGNAL_REMOVED] =
    g_signal_new ("removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, TISOCK_TYPE_SERVICE);

  /**
   * TisockServiceBrowser::error:
   * @self: the browser
   * @error: what failed and why
   *
   * Emitted for every failure, those included that a function returns.
   *
   * Whether the browser goes on says [property@ServiceBrowser:is-browsing].
   *
   * Since: 1.0
   */
  signals[SIGNAL_ERROR] =
    g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
tisock_service_browser_class_init (TisockServiceBrowserClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tisock_service_browser_dispose;
  object_class->finalize = tisock_service_browser_finalize;
  object_class->get_property = tisock_service_browser_get_property;
  object_class->set_property = tisock_service_browser_set_property;

  install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
tisock_service_browser_init (TisockServiceBrowser *self)
{
  self->reactor = tisock_reactor_ref_thread_default ();
  self->services = g_list_store_new (TISOCK_TYPE_SERVICE);
  self->findings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finding_free);
}

/**
 * tisock_service_browser_new:
 * @service_type: what to look for, such as “_http._tcp”
 * @domain: (nullable): where, or `NULL` for the system's default
 *
 * Makes a browser that belongs to the thread-default main context.
 *
 * Returns: (transfer full): a new browser
 *
 * Since: 1.0
 */
TisockServiceBrowser *
tisock_service_browser_new (const char *service_type,
                            const char *domain)
{
  g_return_val_if_fail (service_type != NULL, NULL);

  return g_object_new (TISOCK_TYPE_SERVICE_BROWSER,
                       "service-type", service_type,
                       "domain", domain,
                       NULL);
}

/**
 * tisock_service_browser_get_service_type: (get-property service-type)
 * @self: the browser
 *
 * Gets what is looked for.
 *
 * Returns: the type
 *
 * Since: 1.0
 */
const char *
tisock_service_browser_get_service_type (TisockServiceBrowser *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_BROWSER (self), NULL);

  return self->service_type;
}

/**
 * tisock_service_browser_get_domain: (get-property domain)
 * @self: the browser
 *
 * Gets where it is looked for.
 *
 * Returns: (nullable): the domain, or `NULL` for the system's default
 *
 * Since: 1.0
 */
const char *
tisock_service_browser_get_domain (TisockServiceBrowser *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_BROWSER (self), NULL);

  return self->domain;
}

/**
 * tisock_service_browser_get_is_browsing: (get-property is-browsing)
 * @self: the browser
 *
 * Gets whether the browser was started and has not ended.
 *
 * Returns: whether it is browsing
 *
 * Since: 1.0
 */
gboolean
tisock_service_browser_get_is_browsing (TisockServiceBrowser *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_BROWSER (self), FALSE);

  return self->client != NULL;
}

/**
 * tisock_service_browser_get_services: (get-property services)
 * @self: the browser
 *
 * Gets the services that are there.
 *
 * Returns: (transfer none): a list of [class@Service]
 *
 * Since: 1.0
 */
GListModel *
tisock_service_browser_get_services (TisockServiceBrowser *self)
{
  g_return_val_if_fail (TISOCK_IS_SERVICE_BROWSER (self), NULL);

  return G_LIST_MODEL (self->services);
}

/**
 * tisock_service_browser_start:
 * @self: the browser
 * @error: return location for an error
 *
 * Begins to look for services.
 *
 * What is found is told by [signal@ServiceBrowser::added] from the main loop, and so
 * is it, by [signal@ServiceBrowser::error], if there is nobody to ask. A browser that
 * has ended can be started again.
 *
 * Returns: whether it has begun
 *
 * Since: 1.0
 */
gboolean
tisock_service_browser_start (TisockServiceBrowser  *self,
                              GError               **error)
{
  GError *failure = NULL;

  g_return_val_if_fail (TISOCK_IS_SERVICE_BROWSER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_reactor_check (self->reactor, G_STRFUNC))
    return FALSE;

  if (self->client != NULL)
    g_set_error_literal (&failure, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                         "The browser was started already");
  else
    self->client = tisock_avahi_client_new (self->reactor, &avahi_funcs, G_OBJECT (self), &failure);

  if (failure != NULL)
    {
      report (self, failure, error);
      return FALSE;
    }

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_BROWSING]);

  return TRUE;
}

/**
 * tisock_service_browser_stop:
 * @self: the browser
 *
 * Ends the browsing.
 *
 * [property@ServiceBrowser:services] is empty after that, without
 * [signal@ServiceBrowser::removed] for each. Does nothing if the browser was not
 * started.
 *
 * Since: 1.0
 */
void
tisock_service_browser_stop (TisockServiceBrowser *self)
{
  G_GNUC_UNUSED g_autoptr(TisockServiceBrowser) kept = NULL;

  g_return_if_fail (TISOCK_IS_SERVICE_BROWSER (self));

  if (!tisock_reactor_check (self->reactor, G_STRFUNC) || self->client == NULL)
    return;

  kept = g_object_ref (self);
  end (self);
  /* An empty list would say that it changes, too. */
  if (g_list_model_get_n_items (G_LIST_MODEL (self->services)) > 0)
    g_list_store_remove_all (self->services);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_BROWSING]);
}
