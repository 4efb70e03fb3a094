/* avahi-client.h: talks to the Avahi daemon, which publishes and finds services, over D-Bus
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/reactor.h"

G_BEGIN_DECLS

#define TISOCK_AVAHI_SERVER "org.freedesktop.Avahi.Server"
#define TISOCK_AVAHI_SERVER_PATH "/"
#define TISOCK_AVAHI_ENTRY_GROUP "org.freedesktop.Avahi.EntryGroup"
#define TISOCK_AVAHI_SERVICE_BROWSER "org.freedesktop.Avahi.ServiceBrowser"
#define TISOCK_AVAHI_SERVICE_RESOLVER "org.freedesktop.Avahi.ServiceResolver"

/* What Avahi has for any interface, and for any protocol. */
#define TISOCK_AVAHI_ANY (-1)

/* Its protocols; they count from 0. */
#define TISOCK_AVAHI_IPV4 0
#define TISOCK_AVAHI_IPV6 1
#define TISOCK_AVAHI_N_PROTOCOLS 2

typedef struct _TisockAvahiClient TisockAvahiClient;
typedef struct _TisockAvahiFuncs TisockAvahiFuncs;

/* `error` is NULL, or else `reply` is. */
typedef void (*TisockAvahiReplyFunc) (GObject      *owner,
                                      GVariant     *reply,
                                      const GError *error,
                                      gpointer      data);

/* All are called from the context, as from a turn, and the owner is referenced meanwhile. */
struct _TisockAvahiFuncs
{
  /* The daemon is there, and knows nothing of what an earlier one was told. */
  void (*appeared)  (GObject      *owner);
  /* It is gone, or was never there, and may come; what it was asked is not answered. */
  void (*vanished)  (GObject      *owner,
                     const GError *error);
  /* There is no bus, or no more: the client is to be closed. */
  void (*lost)      (GObject      *owner,
                     const GError *error);
  /* A signal of any object of the daemon's. */
  void (*signalled) (GObject      *owner,
                     const char   *path,
                     const char   *interface,
                     const char   *member,
                     GVariant     *parameters);
};

/* Has a connection of its own, with which all that the daemon was asked for ends. References the
 * owner until it is closed, which also ends all calls of its functions. */
TisockAvahiClient *tisock_avahi_client_new   (TisockReactor           *reactor,
                                              const TisockAvahiFuncs  *funcs,
                                              GObject                 *owner,
                                              GError                 **error)
                                              G_GNUC_WARN_UNUSED_RESULT;
void               tisock_avahi_client_close (TisockAvahiClient       *self);
/* Asks the daemon that is there, if one is. `func` may be NULL; `data` is freed in any case. */
void               tisock_avahi_client_call  (TisockAvahiClient       *self,
                                              const char              *path,
                                              const char              *interface,
                                              const char              *method,
                                              GVariant                *parameters,
                                              TisockAvahiReplyFunc     func,
                                              gpointer                 data,
                                              GDestroyNotify           free_data);

/* For threads that may block. */
GDBusConnection   *tisock_avahi_connect_sync (GCancellable            *cancellable,
                                              GError                 **error)
                                              G_GNUC_WARN_UNUSED_RESULT;
GVariant          *tisock_avahi_call_sync    (GDBusConnection         *connection,
                                              const char              *method,
                                              GVariant                *parameters,
                                              GCancellable            *cancellable,
                                              GError                 **error)
                                              G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
