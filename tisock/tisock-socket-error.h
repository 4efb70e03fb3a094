/* tisock-socket-error.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-version-macros.h"

G_BEGIN_DECLS

/**
 * TisockSocketError:
 * @TISOCK_SOCKET_ERROR_OPEN_DRIVER: the system's network stack is missing or
 *   does not know this kind of socket
 * @TISOCK_SOCKET_ERROR_LOST_CONNECTION: the connection is gone: the peer ended
 *   it or broke it, or one's own shutdown is complete
 * @TISOCK_SOCKET_ERROR_NAME_RESOLUTION: the address could not be resolved
 * @TISOCK_SOCKET_ERROR_ADDRESS_IN_USE: the local address and port are taken
 * @TISOCK_SOCKET_ERROR_INVALID_STATE: the operation, value or setting is not
 *   valid in the socket's present state
 * @TISOCK_SOCKET_ERROR_INVALID_PORT: the port is not from 0 to 65535 (for
 *   connecting: from 1), or the program lacks the privilege for it
 * @TISOCK_SOCKET_ERROR_OUT_OF_MEMORY: the system has no memory for it
 * @TISOCK_SOCKET_ERROR_QUEUE_FULL: the write would go past
 *   [property@TCPSocket:send-maximum]; nothing of it was queued
 * @TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE: what is looked for, a line for
 *   instance, cannot fit into [property@TCPSocket:receive-limit], or a frame has
 *   more bytes than its [property@Framing:maximum-frame-size]
 * @TISOCK_SOCKET_ERROR_INVALID_ENCODING: the bytes received are not text in
 *   the encoding asked for; they stay in the receive buffer
 *
 * Error codes of sockets.
 *
 * The numbers below 200 are those of Xojo's `SocketCore.Error`. Whatever GIO has
 * a code for and Xojo has not is reported as [error@Gio.IOErrorEnum].
 *
 * Since: 1.0
 */
typedef enum
{
  TISOCK_SOCKET_ERROR_OPEN_DRIVER = 100,
  TISOCK_SOCKET_ERROR_LOST_CONNECTION = 102,
  TISOCK_SOCKET_ERROR_NAME_RESOLUTION = 103,
  TISOCK_SOCKET_ERROR_ADDRESS_IN_USE = 105,
  TISOCK_SOCKET_ERROR_INVALID_STATE = 106,
  TISOCK_SOCKET_ERROR_INVALID_PORT = 107,
  TISOCK_SOCKET_ERROR_OUT_OF_MEMORY = 108,
  TISOCK_SOCKET_ERROR_QUEUE_FULL = 200,
  TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE = 201,
  TISOCK_SOCKET_ERROR_INVALID_ENCODING = 202,
} TisockSocketError;

#define TISOCK_SOCKET_ERROR (tisock_socket_error_quark ())
#define TISOCK_TYPE_SOCKET_ERROR (tisock_socket_error_get_type ())

TISOCK_AVAILABLE_IN_1_0
GQuark tisock_socket_error_quark    (void);
TISOCK_AVAILABLE_IN_1_0
GType  tisock_socket_error_get_type (void);

G_END_DECLS
