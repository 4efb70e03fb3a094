/* tisock-socket-error.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-socket-error.h"

/**
 * tisock_socket_error_quark:
 *
 * Gets the error domain of sockets.
 *
 * Returns: the domain of [error@Tisock.SocketError]
 *
 * Since: 1.0
 */
G_DEFINE_QUARK (tisock-socket-error-quark, tisock_socket_error)

G_DEFINE_ENUM_TYPE (TisockSocketError, tisock_socket_error,
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_OPEN_DRIVER, "open-driver"),
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_LOST_CONNECTION, "lost-connection"),
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_NAME_RESOLUTION, "name-resolution"),
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_ADDRESS_IN_USE, "address-in-use"),
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_INVALID_STATE, "invalid-state"),
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_INVALID_PORT, "invalid-port"),
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_OUT_OF_MEMORY, "out-of-memory"),
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_QUEUE_FULL, "queue-full"),
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_FRAME_TOO_LARGE, "frame-too-large"),
  G_DEFINE_ENUM_VALUE (TISOCK_SOCKET_ERROR_INVALID_ENCODING, "invalid-encoding"))
