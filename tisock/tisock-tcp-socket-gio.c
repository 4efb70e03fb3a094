/* tisock-tcp-socket-gio.c: connections that come from GIO, that are lent to it, and that go to it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/transport-tls.h"
#include "tisock-io-stream.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>
#include <sys/socket.h>

#define GET_PRIVATE(self) (tisock_tcp_socket_get_private (self))

/* From GIO */

static gboolean
check_adoptable (GSocket  *socket,
                 GError  **error)
{
  if (g_socket_is_closed (socket) || !g_socket_is_connected (socket))
    g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                 "Could not take over a socket that is not connected");
  else if (g_socket_get_socket_type (socket) != G_SOCKET_TYPE_STREAM)
    g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                 "Could not take over a socket that is not a stream");
  else
    return TRUE;

  return FALSE;
}

/**
 * tisock_tcp_socket_new_from_socket:
 * @socket: a connected stream socket
 * @error: return location for an error
 *
 * Makes a socket of a connection that was made elsewhere.
 *
 * It is connected; [signal@TCPSocket::connected] is emitted from the main
 * loop. What has come already, and nobody has read, is received like the rest.
 * TCP, Unix and other streams will do.
 *
 * The connection is this socket's from now on, and ends with it. @socket may
 * still be looked at, but not read from, written to, or watched. Its reference
 * may be dropped; if somebody closes it all the same, this socket notices when it
 * is used next, and ends with [error@Gio.IOErrorEnum.CLOSED].
 *
 * A GIO socket that is not a connected stream is
 * [error@Tisock.SocketError.INVALID_STATE]. On failure @socket is left as it is.
 *
 * Returns: (transfer full): a new socket, or `NULL` on error
 *
 * Since: 1.0
 */
TisockTCPSocket *
tisock_tcp_socket_new_from_socket (GSocket  *socket,
                                   GError  **error)
{
  g_autoptr(TisockTCPSocket) self = NULL;
  TisockEndpoint remote;
  int fd;

  g_return_val_if_fail (G_IS_SOCKET (socket), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_adoptable (socket, error))
    return NULL;

  fd = g_socket_get_fd (socket);
  self = tisock_tcp_socket_new ();
  tisock_endpoint_get_remote (&remote, fd);
  /* GIO's sockets block by waiting, whatever their descriptors do. */
  tisock_descriptor_set_flags (fd);
  if (!tisock_tcp_socket_adopt (self, fd, &remote, FALSE, error))
    return NULL;

  GET_PRIVATE (self)->stream.socket = g_object_ref (socket);
  tisock_socket_core_settle (TISOCK_SOCKET_CORE (self));

  return g_steal_pointer (&self);
}

/**
 * tisock_tcp_socket_new_from_connection:
 * @connection: a connection
 * @error: return location for an error
 *
 * Makes a socket of a GIO connection.
 *
 * As [ctor@TCPSocket.new_from_socket] with the connection's socket. @connection
 * may be dropped after that, but not closed. Bytes that a stream on top of it has
 * buffered stay there.
 *
 * A [class@Gio.TcpWrapperConnection] is more than its socket, TLS most often:
 * that is [error@Tisock.SocketError.INVALID_STATE].
 *
 * Returns: (transfer full): a new socket, or `NULL` on error
 *
 * Since: 1.0
 */
TisockTCPSocket *
tisock_tcp_socket_new_from_connection (GSocketConnection  *connection,
                                       GError            **error)
{
  g_return_val_if_fail (G_IS_SOCKET_CONNECTION (connection), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (G_IS_TCP_WRAPPER_CONNECTION (connection))
    {
      g_set_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                   "Could not take over a connection whose bytes go through another stream");
      return NULL;
    }

  return tisock_tcp_socket_new_from_socket (g_socket_connection_get_socket (connection), error);
}

/* To GIO */

/* Lent or not. */
static GSocket *
get_existing_socket (TisockTCPSocketPrivate *priv)
{
  if (tisock_tcp_socket_is_lent (priv))
    return tisock_loan_get_socket (priv->extras->loan);

  return priv->stream.socket;
}

/**
 * tisock_tcp_socket_get_socket:
 * @self: the socket
 * @error: return location for an error
 *
 * Gets the GIO socket of the connection.
 *
 * It is for looking at and for setting options: reading, writing or watching it
 * would take bytes away from this socket, and closing it breaks the connection
 * off. It is closed with this connection.
 *
 * Returns: (transfer none): the GIO socket; `NULL` if there is no connection
 *
 * Since: 1.0
 */
GSocket *
tisock_tcp_socket_get_socket (TisockTCPSocket  *self,
                              GError          **error)
{
  TisockTCPSocketPrivate *priv;
  GError *failure = NULL;
  int fd;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return NULL;

  priv = GET_PRIVATE (self);
  fd = tisock_tcp_socket_get_connection_fd (self);
  if (fd < 0)
    {
      tisock_tcp_socket_refuse (self, "get the GIO socket", error);
      return NULL;
    }

  if (get_existing_socket (priv) == NULL)
    priv->stream.socket = g_socket_new_from_fd (fd, &failure);
  if (failure != NULL)
    tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, 0, error);

  return get_existing_socket (priv);
}

gboolean
tisock_tcp_socket_check_clear (TisockTCPSocket  *self,
                               const char       *operation,
                               GError          **error)
{
  if (tisock_transport_tls_get_connection (GET_PRIVATE (self)->stream.transport) == NULL)
    return TRUE;

  return tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error,
                                    TISOCK_SOCKET_ERROR_INVALID_STATE,
                                    "Could not %s: the connection is encrypted", operation);
}

/* Whether the connection can go on without this socket. */
static gboolean
check_parting (TisockTCPSocket  *self,
               const char       *operation,
               GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);

  if (tisock_stream_get_fd (&priv->stream) < 0)
    return tisock_tcp_socket_refuse (self, operation, error);
  if (!tisock_tcp_socket_check_clear (self, operation, error))
    return FALSE;

  /* Its end is about to be announced by `error` and `closed`. */
  if (priv->stream.failure != NULL)
    {
      if (error != NULL)
        *error = g_error_copy (priv->stream.failure);
      return FALSE;
    }

  if (priv->stream.queue.length > 0)
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not %s: %" G_GSIZE_FORMAT " bytes are still to be "
                                      "sent", operation, priv->stream.queue.length);

  if (priv->stream.links != NULL)
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not %s: the socket is spliced", operation);

  return TRUE;
}

/* In a turn: the I/O stream was closed. */
static void
loan_ended (TisockLoan *loan,
            gpointer    owner)
{
  tisock_socket_core_end (owner, TISOCK_SOCKET_STATE_CLOSED, NULL, 0);
  tisock_socket_core_emit_due (owner);
  tisock_tcp_socket_announce (owner);
}

void
tisock_tcp_socket_end_loan (TisockTCPSocket *self)
{
  TisockTCPExtras *extras = GET_PRIVATE (self)->extras;

  g_weak_ref_clear (&extras->io_stream);
  tisock_loan_withdraw (g_steal_pointer (&extras->loan));
}

/* The one there is, unless the last reference on it is just gone. */
static GIOStream *
ref_io_stream (TisockTCPSocket  *self,
               GError          **error)
{
  GIOStream *io_stream = g_weak_ref_get (&GET_PRIVATE (self)->extras->io_stream);

  if (io_stream == NULL)
    tisock_socket_core_misuse (TISOCK_SOCKET_CORE (self), error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                               "Could not lend the connection: its I/O stream has ended it");

  return io_stream;
}

gboolean
tisock_tcp_socket_may_part (TisockTCPSocket  *self,
                            const char       *operation,
                            GError          **error)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (self);
  TisockStream *stream = &GET_PRIVATE (self)->stream;

  if (!check_parting (self, operation, error))
    return FALSE;

  if (stream->closing)
    return tisock_socket_core_misuse (core, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                      "Could not %s: the socket has been shut down", operation);

  if (tisock_socket_core_get_pending (core, TISOCK_PENDING_RECEIVE) == NULL)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING,
               "Could not %s: a call waits for bytes of this socket", operation);

  return FALSE;
}

static TisockLoan *
make_loan (TisockTCPSocket  *self,
           GError          **error)
{
  GSocket *socket = tisock_tcp_socket_get_socket (self, error);
  GError *failure = NULL;
  TisockLoan *loan;

  if (socket == NULL)
    return NULL;

  loan = tisock_loan_new (GET_PRIVATE (self)->stream.reactor, G_OBJECT (self), socket,
                          loan_ended, &failure);
  if (loan == NULL)
    tisock_socket_core_report (TISOCK_SOCKET_CORE (self), failure, errno, error);

  return loan;
}

static GIOStream *
lend (TisockTCPSocket *self,
      TisockLoan      *loan)
{
  TisockTCPSocketPrivate *priv = GET_PRIVATE (self);
  TisockTCPExtras *extras = tisock_tcp_socket_ensure_extras (self);
  GIOStream *io_stream = tisock_io_stream_new (loan);

  g_weak_ref_init (&extras->io_stream, io_stream);
  extras->loan = loan;

  /* In a handler the last bytes may still be in the buffer of the reactor's. */
  tisock_reactor_settle_scratch (priv->stream.reactor);
  tisock_loan_give (loan, &priv->stream.received);
  extras->searched = 0;
  tisock_stream_part (&priv->stream);
  tisock_tcp_socket_announce (self);

  return io_stream;
}

/**
 * tisock_tcp_socket_get_io_stream:
 * @self: the socket
 * @error: return location for an error
 *
 * Lends the connection to GIO, as an I/O stream.
 *
 * For what wants a [class@Gio.IOStream]: [class@Gio.TlsConnection], an HTTP
 * library, [class@Gio.DataInputStream]. The stream gives out first what is in the
 * receive buffer, and then what comes. Both its directions are pollable, and may
 * be used from any thread and context, one operation at a time in each direction
 * as with all streams of GIO.
 *
 * From now on this socket stays connected, and does nothing by itself: it emits
 * no [signal@SocketCore::data-available], its reading, writing and
 * [method@TCPSocket.flush] are [error@Tisock.SocketError.INVALID_STATE], and its
 * timeouts do not count; that of [method@TCPSocket.get_socket] does, if one is
 * set there. Options can be set as before. There is no way back.
 *
 * Closing the stream, as well as giving back the last reference on it, ends the
 * connection; [signal@SocketCore::closed] follows from this socket's own context,
 * without an error. The other way round [method@SocketCore.close],
 * [method@TCPSocket.shutdown] and [method@TCPSocket.abort] end it for the stream,
 * whose operations then fail with [error@Gio.IOErrorEnum.CLOSED], also those that
 * were waiting. So does the end of this socket's context.
 *
 * While bytes are queued for sending, after [method@TCPSocket.shutdown], and
 * while the socket is spliced, this is refused with
 * [error@Tisock.SocketError.INVALID_STATE]: [method@TCPSocket.flush] first. While
 * a call waits to receive, that is [error@Gio.IOErrorEnum.PENDING], which is
 * returned only. Called again it gives the same stream, as long as there is one.
 *
 * To [method@ServerSocket.drain_async] a connection that is lent is busy.
 *
 * Returns: (transfer full): the stream; `NULL` on error
 *
 * Since: 1.0
 */
GIOStream *
tisock_tcp_socket_get_io_stream (TisockTCPSocket  *self,
                                 GError          **error)
{
  TisockLoan *loan;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC))
    return NULL;

  if (tisock_tcp_socket_is_lent (GET_PRIVATE (self)))
    return ref_io_stream (self, error);
  if (!tisock_tcp_socket_check_bytes (self, "lend the connection", error) ||
      !tisock_tcp_socket_may_part (self, "lend the connection", error))
    return NULL;

  loan = make_loan (self, error);

  return loan != NULL ? lend (self, loan) : NULL;
}

/**
 * tisock_tcp_socket_steal_socket:
 * @self: the socket
 * @error: return location for an error
 *
 * Takes the connection away from the socket.
 *
 * The connection goes on in the GIO socket, which blocks as GIO's sockets do and
 * has the options that were set here. This socket's life ends as by
 * [method@SocketCore.close]. What it has received and not given out stays
 * readable here. While bytes are queued for sending, and while the connection is
 * lent to its [method@TCPSocket.get_io_stream] or spliced to another one, this is
 * refused with [error@Tisock.SocketError.INVALID_STATE]: [method@TCPSocket.flush]
 * first.
 *
 * Returns: (transfer full): the GIO socket; `NULL` on error
 *
 * Since: 1.0
 */
GSocket *
tisock_tcp_socket_steal_socket (TisockTCPSocket  *self,
                                GError          **error)
{
  TisockTCPSocketPrivate *priv;
  G_GNUC_UNUSED g_autoptr(TisockTCPSocket) kept = NULL;
  GSocket *socket;

  g_return_val_if_fail (TISOCK_IS_TCP_SOCKET (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!tisock_socket_core_check (TISOCK_SOCKET_CORE (self), G_STRFUNC) ||
      !tisock_tcp_socket_check_bytes (self, "give the connection away", error) ||
      !check_parting (self, "give the connection away", error))
    return NULL;

  socket = tisock_tcp_socket_get_socket (self, error);
  if (socket == NULL)
    return NULL;

  priv = GET_PRIVATE (self);
  kept = g_object_ref (self);
  tisock_socket_core_set_bound (TISOCK_SOCKET_CORE (self), g_socket_get_fd (socket));
  priv->stream.socket = NULL;
  tisock_stream_release (&priv->stream);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (self));

  return socket;
}
