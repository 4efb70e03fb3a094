/* mock-avahi.h: the part of the Avahi daemon that answers on the bus, with no network behind it
 *
 * What one client publishes the others find, on the loopback interface.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MOCK_AVAHI_REGISTERING 1
#define MOCK_AVAHI_RUNNING 2
#define MOCK_AVAHI_COLLISION 3
#define MOCK_AVAHI_FAILURE 4

#define MOCK_AVAHI_IPV4 0
#define MOCK_AVAHI_IPV6 1

typedef struct _MockAvahi MockAvahi;

/* The daemon is on the bus when this returns. It answers when the thread's context is iterated. */
MockAvahi *mock_avahi_new         (const char *bus_address) G_GNUC_WARN_UNUSED_RESULT;
/* The daemon goes. */
void       mock_avahi_free        (MockAvahi  *self);

/* Says it, and answers so from now on. */
void       mock_avahi_set_state   (MockAvahi  *self,
                                   int         state);
/* The next call of that method fails. */
void       mock_avahi_fail_next   (MockAvahi  *self,
                                   const char *method,
                                   const char *error_name);
/* Another host has a service, or has it no more. */
void       mock_avahi_announce    (MockAvahi  *self,
                                   int         protocol,
                                   const char *name,
                                   const char *service_type,
                                   const char *address,
                                   int         port);
void       mock_avahi_retract     (MockAvahi  *self,
                                   int         protocol,
                                   const char *name);
/* All groups, or else all browsers or resolvers, get such a signal. */
void       mock_avahi_change_groups (MockAvahi  *self,
                                     int         state,
                                     const char *reason);
void       mock_avahi_fail_browsers (MockAvahi  *self,
                                     const char *reason);
void       mock_avahi_fail_resolvers (MockAvahi  *self,
                                      const char *reason);
/* The port at which a name is published; 0 if it is not. */
int        mock_avahi_get_port    (MockAvahi  *self,
                                   const char *name);
/* How many groups, browsers and resolvers the clients have. */
guint      mock_avahi_get_n_objects (MockAvahi  *self);

G_END_DECLS
