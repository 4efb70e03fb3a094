/* tisock-enums.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <glib-object.h>

#include "tisock-version-macros.h"

G_BEGIN_DECLS

/**
 * TisockSocketState:
 * @TISOCK_SOCKET_STATE_INITIALIZED: new: neither opened nor listening yet
 * @TISOCK_SOCKET_STATE_CONNECTING: a connection is being made
 * @TISOCK_SOCKET_STATE_CONNECTED: connected to a peer
 * @TISOCK_SOCKET_STATE_LISTENING: waiting for a peer to connect
 * @TISOCK_SOCKET_STATE_CLOSED: ended in good order; can be opened again
 * @TISOCK_SOCKET_STATE_ERROR: ended by a failure; can be opened again
 *
 * Where a socket is in its life.
 *
 * Titanium's five states of a socket and the one between them,
 * `TISOCK_SOCKET_STATE_CONNECTING`.
 *
 * Since: 1.0
 */
typedef enum
{
  TISOCK_SOCKET_STATE_INITIALIZED,
  TISOCK_SOCKET_STATE_CONNECTING,
  TISOCK_SOCKET_STATE_CONNECTED,
  TISOCK_SOCKET_STATE_LISTENING,
  TISOCK_SOCKET_STATE_CLOSED,
  TISOCK_SOCKET_STATE_ERROR,
} TisockSocketState;

/**
 * TisockOverloadPolicy:
 * @TISOCK_OVERLOAD_POLICY_PAUSE: leave them waiting in the listen backlog
 * @TISOCK_OVERLOAD_POLICY_DROP: accept them and close them at once
 *
 * What a [class@ServerSocket] does with peers it has no room for.
 *
 * It has no room at [property@ServerSocket:maximum-sockets-connected] and while
 * the process or the system is out of descriptors.
 *
 * Since: 1.0
 */
typedef enum
{
  TISOCK_OVERLOAD_POLICY_PAUSE,
  TISOCK_OVERLOAD_POLICY_DROP,
} TisockOverloadPolicy;

/**
 * TisockDropReason:
 * @TISOCK_DROP_REASON_LIMIT: [property@ServerSocket:maximum-sockets-connected]
 *   was reached
 * @TISOCK_DROP_REASON_DESCRIPTORS: the process or the system was out of
 *   descriptors or memory
 * @TISOCK_DROP_REASON_PEER: [property@ServerSocket:allowed-peers] or
 *   [property@ServerSocket:blocked-peers] refused the peer
 * @TISOCK_DROP_REASON_NO_SOCKET: the handlers of [signal@ServerSocket::add-socket]
 *   gave no socket that could take the connection
 * @TISOCK_DROP_REASON_HANDSHAKE: the TLS handshake failed
 *
 * Why a [class@ServerSocket] refused a peer.
 *
 * Since: 1.0
 */
typedef enum
{
  TISOCK_DROP_REASON_LIMIT,
  TISOCK_DROP_REASON_DESCRIPTORS,
  TISOCK_DROP_REASON_PEER,
  TISOCK_DROP_REASON_NO_SOCKET,
  TISOCK_DROP_REASON_HANDSHAKE,
} TisockDropReason;

#define TISOCK_TYPE_SOCKET_STATE (tisock_socket_state_get_type ())
#define TISOCK_TYPE_OVERLOAD_POLICY (tisock_overload_policy_get_type ())
#define TISOCK_TYPE_DROP_REASON (tisock_drop_reason_get_type ())

TISOCK_AVAILABLE_IN_1_0
GType tisock_socket_state_get_type    (void);
TISOCK_AVAILABLE_IN_1_0
GType tisock_overload_policy_get_type (void);
TISOCK_AVAILABLE_IN_1_0
GType tisock_drop_reason_get_type     (void);

G_END_DECLS
