/* test-peer.h: peers made of plain system calls, so that what they do is exact
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tisock.h>

G_BEGIN_DECLS

/* A descriptor that holds a port of 127.0.0.1 on which nobody listens: a closed one's could be
 * somebody else's by now. */
int              test_peer_refuse  (int             *port);
/* A listening descriptor on 127.0.0.1 and the port the system chose. */
int              test_peer_listen  (int             *port);
/* A socket that is connected to a new peer, whose descriptor is blocking. */
TisockTCPSocket *test_peer_pair    (int             *peer) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a socket that exists: its context is iterated until it is connected. */
void             test_peer_connect (TisockTCPSocket *socket,
                                    int             *peer);
/* A blocking descriptor that is connected to 127.0.0.1. */
int              test_peer_open    (int              port);
/* A blocking descriptor for datagrams on a port of 127.0.0.1 that the system chose. */
int              test_peer_bind    (int             *port);
void             test_peer_send    (int              peer,
                                    const char      *text);
/* Reads exactly so many bytes. */
char            *test_peer_receive (int              peer,
                                    gsize            length) G_GNUC_WARN_UNUSED_RESULT;
/* The same while the default context works, which may be what they come from. */
guint8          *test_peer_drain   (int              peer,
                                    gsize            length) G_GNUC_WARN_UNUSED_RESULT;
/* Closes it so that the other side sees a reset. */
void             test_peer_reset   (int              peer);
/* Waits until the kernel reports these events (POLLIN …) for a descriptor. */
void             test_peer_await   (int              fd,
                                    short            events);

G_END_DECLS
