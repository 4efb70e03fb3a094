/* descriptor.h: file descriptors, the reserve for a full table, and errno as GError
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "engine/endpoint.h"
#include "engine/reactor.h"

G_BEGIN_DECLS

/* Sets an error for an errno of a socket call: Xojo's numbers where they have a word, else GIO's.
 * The message is what was done, a colon, and the reason. Afterwards errno is the same one. */
void     tisock_set_error_from_errno (GError       **error,
                                      int            error_number,
                                      const char    *format,
                                      ...) G_GNUC_PRINTF (3, 4);
/* The same for bind() and what ends in it: no privilege is TISOCK_SOCKET_ERROR_INVALID_PORT. */
void     tisock_set_error_from_bind  (GError       **error,
                                      int            error_number,
                                      const char    *format,
                                      ...) G_GNUC_PRINTF (3, 4);
/* The errno that says about what an error of GIO's says. */
int      tisock_errno_from_error     (const GError  *error);
/* Whether an errno says that the system has no more descriptors or memory for now. */
gboolean tisock_errno_is_exhaustion  (int            error_number);

/* Closes a descriptor that is in no slot any more and feeds starving listeners. */
void     tisock_descriptor_close     (int            fd,
                                      TisockReactor *reactor);
/* From now on closing it breaks the connection off: the peer sees it reset. */
void     tisock_descriptor_reset_on_close (int         fd);
/* Makes one that was made elsewhere non-blocking and close-on-exec. FALSE with errno. */
gboolean tisock_descriptor_set_flags (int             fd);
/* A new stream socket, non-blocking and close-on-exec; -1 with errno on failure. */
int      tisock_descriptor_new_stream (int           family);
/* A new stream socket that listens, non-blocking and close-on-exec; -1 with errno on failure.
 * "none" as endpoint family is both families on all interfaces; its port counts. An address means
 * exactly itself: "::" is IPv6 only. A backlog of 0 is the system's maximum. What is accepted has
 * TCP_NODELAY on Linux, inherited from the listener. */
int      tisock_descriptor_listen    (const TisockEndpoint *endpoint,
                                      int                   backlog);
/* Accepts one connection; -1 with errno on failure. */
int      tisock_descriptor_accept    (int             listener,
                                      TisockEndpoint *remote);
/* A new datagram socket that is bound, non-blocking and close-on-exec; -1 with errno on failure.
 * Endpoints mean the same as for listening. What the network reports on datagrams that were sent is
 * kept for who asks, and broadcasts may be sent. `shared`: others may bind the port as well. */
int      tisock_descriptor_bind      (const TisockEndpoint *endpoint,
                                      gboolean              shared);
/* The family that it was made for, which an IPv4 address mapped into IPv6 does not tell. */
int      tisock_descriptor_get_family (int           fd);
/* Whether the system knows a way to an address with a port. */
gboolean tisock_descriptor_has_route (const TisockEndpoint *endpoint);
/* Whether datagrams to a group can leave by an interface. `local`, one of its addresses, becomes
 * the one that they leave from. */
gboolean tisock_descriptor_find_way  (const TisockEndpoint *group,
                                      guint                 interface_index,
                                      TisockEndpoint       *local);
/* The socket's own address or its peer's, of any family; NULL if it has none. */
GSocketAddress *tisock_descriptor_dup_address (int     fd,
                                      gboolean      remote) G_GNUC_WARN_UNUSED_RESULT;
/* With a full table: gives up the reserve, accepts one connection and closes it.
 * FALSE with errno if there was none or no reserve. */
gboolean tisock_descriptor_shed      (int             listener,
                                      TisockEndpoint *remote);
/* Opens the reserve if it is not open. */
void     tisock_descriptor_reserve   (void);

G_END_DECLS
