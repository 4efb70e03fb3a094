/* tisock-connection-list.h: the connections of a server, as a list model
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tisock-tcp-socket.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_CONNECTION_LIST (tisock_connection_list_get_type ())

G_DECLARE_FINAL_TYPE (TisockConnectionList, tisock_connection_list,
                      TISOCK, CONNECTION_LIST, GObject)

/* The sockets are not referenced: each has to be removed before it goes. */
TisockConnectionList *tisock_connection_list_new               (void) G_GNUC_WARN_UNUSED_RESULT;
guint                 tisock_connection_list_get_length        (TisockConnectionList *self);
/* Puts the socket last. */
void                  tisock_connection_list_add               (TisockConnectionList *self,
                                                                TisockTCPSocket      *socket);
/* In constant time: the last one moves to the free place and is returned; NULL if none moves. */
TisockTCPSocket      *tisock_connection_list_remove            (TisockConnectionList *self,
                                                                guint                 index);
/* These emit: once everything is as the list says, since handlers may end connections. */
void                  tisock_connection_list_announce_added    (TisockConnectionList *self,
                                                                guint                 index);
void                  tisock_connection_list_announce_removed  (TisockConnectionList *self,
                                                                guint                 index);

G_END_DECLS
