/* tisock-server-socket.c: the class and its life; what can be set is in -settings.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/unix-name.h"
#include "tisock-local-address.h"
#include "tisock-server-socket-private.h"
#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>

/**
 * TisockServerSocket:
 *
 * A listener that hands out connections.
 *
 * Each peer that connects gets a [class@TCPSocket] of its own, which is announced
 * by [signal@ServerSocket::accepted] and is kept alive by the library as long as
 * the connection lasts:
 *
 * ```c
 * static void
 * echo_cb (TisockTCPSocket *socket,
 *          gpointer         user_data)
 * {
 *   g_autoptr(GBytes) bytes = tisock_tcp_socket_read_bytes (socket, -1);
 *
 *   tisock_tcp_socket_write_bytes (socket, bytes, NULL);
 * }
 *
 * static void
 * accepted_cb (TisockServerSocket *server,
 *              TisockTCPSocket    *socket,
 *              gpointer            user_data)
 * {
 *   g_signal_connect (socket, "data-available", G_CALLBACK (echo_cb), NULL);
 * }
 *
 * TisockServerSocket *server = tisock_server_socket_new ();
 *
 * tisock_server_socket_set_port (server, 7000);
 * g_signal_connect (server, "accepted", G_CALLBACK (accepted_cb), NULL);
 * tisock_server_socket_listen (server, NULL);
 * ```
 *
 * A server can bound the number of its connections, choose its peers, and
 * survives running out of file descriptors; see
 * [property@ServerSocket:maximum-sockets-connected],
 * [property@ServerSocket:overload-policy] and
 * [property@ServerSocket:allowed-peers].
 *
 * To use a subclass of TCPSocket for the connections, hand it out in
 * [signal@ServerSocket::add-socket].
 *
 * A listening server stays alive without a reference of the program's, until
 * [method@ServerSocket.stop_listening] or [method@ServerSocket.close]. For the
 * rules of threads and contexts see [class@SocketCore]. This class has the
 * members of Xojo's `ServerSocket`.
 *
 * Since: 1.0
 */

static GParamSpec *properties[TISOCK_SERVER_N_PROPS];

enum
{
  SIGNAL_ADD_SOCKET,
  SIGNAL_ACCEPTED,
  SIGNAL_DROPPED,
  SIGNAL_ERROR,
  SIGNAL_CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_PRIVATE (TisockServerSocket, tisock_server_socket, G_TYPE_OBJECT)

#define GET_PRIVATE(self) (tisock_server_socket_get_private (self))

TisockServerSocketPrivate *
tisock_server_socket_get_private (TisockServerSocket *self)
{
  return tisock_server_socket_get_instance_private (self);
}

gboolean
tisock_server_socket_check (TisockServerSocket *self,
                            const char         *function)
{
  return tisock_reactor_check (GET_PRIVATE (self)->reactor, function);
}

void
tisock_server_socket_notify (TisockServerSocket   *self,
                             TisockServerProperty  property)
{
  if (tisock_is_watched (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/* Handlers */

static void emit_later_cb (GObject  *object,
                           gboolean  lost);

static void
hold (TisockServerSocket *self)
{
  GET_PRIVATE (self)->held++;
}

/* The caller has a reference. */
static void
unhold (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  if (--priv->held > 0 || !priv->closed_due || priv->later)
    return;

  priv->later = TRUE;
  tisock_reactor_later (priv->reactor, emit_later_cb, G_OBJECT (self));
}

/* Failures */

static void
set_last_error (TisockServerSocket *self,
                int                 number)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  if (priv->last_error_number == number)
    return;

  priv->last_error_number = number;
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_LAST_ERROR_NUMBER);
}

static int
get_number (const GError *failure,
            int           error_number)
{
  return failure->domain == TISOCK_SOCKET_ERROR ? failure->code : error_number;
}

gboolean
tisock_server_socket_report (TisockServerSocket  *self,
                             GError              *failure,
                             int                  error_number,
                             GError             **error)
{
  G_GNUC_UNUSED g_autoptr(TisockServerSocket) kept = g_object_ref (self);

  set_last_error (self, get_number (failure, error_number));
  hold (self);
  g_signal_emit (self, signals[SIGNAL_ERROR], 0, failure);
  unhold (self);
  g_propagate_error (error, failure);

  return FALSE;
}

gboolean
tisock_server_socket_misuse (TisockServerSocket  *self,
                             GError             **error,
                             int                  code,
                             const char          *format,
                             ...)
{
  GError *failure;
  va_list args;

  va_start (args, format);
  failure = g_error_new_valist (TISOCK_SOCKET_ERROR, code, format, args);
  va_end (args);

  return tisock_server_socket_report (self, failure, 0, error);
}

/* Lives */

static void
notify_life (TisockServerSocket *self)
{
  if (!tisock_is_watched (self))
    return;

  g_object_freeze_notify (G_OBJECT (self));
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_STATE);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_IS_LISTENING);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_HANDLE);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_PORT);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_LOCAL_ADDRESS);
  g_object_thaw_notify (G_OBJECT (self));
}

/* Leaves the reactor, which may hold the last reference but the caller's. */
static void
release (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(GError) end = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
                                               "The server has stopped listening");

  tisock_operations_end_later (&priv->accepts, end);

  priv->accepting = FALSE;
  g_ptr_array_set_size (priv->listeners, 0);
  tisock_slot_detach (&priv->slot);
  g_ptr_array_set_size (priv->pool, 0);
}

static void
emit_end (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  G_GNUC_UNUSED g_autoptr(TisockServerSocket) kept = g_object_ref (self);
  g_autoptr(GError) failure = g_steal_pointer (&priv->failure);

  hold (self);
  if (failure != NULL)
    g_signal_emit (self, signals[SIGNAL_ERROR], 0, failure);

  /* A handler may have begun the next life, which says `closed`, and that may have failed too. */
  if (priv->closed_due && priv->failure == NULL)
    {
      priv->closed_due = FALSE;
      g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
    }
  unhold (self);
}

/* Says the end of a life, unless a handler of the server is running: then it is said after that,
 * since the handler may be what listens again after each failure. */
static void
say_end (TisockServerSocket *self)
{
  if (GET_PRIVATE (self)->held == 0)
    emit_end (self);
}

/* The new state is complete before the first notification, whose handlers may listen. */
static void
end (TisockServerSocket *self,
     TisockSocketState   state,
     GError             *failure,
     int                 error_number)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  int before = priv->last_error_number;

  priv->state = state;
  priv->closed_due = TRUE;
  if (failure != NULL)
    {
      priv->failure = failure;
      priv->last_error_number = get_number (failure, error_number);
    }

  priv->held++;
  release (self);
  if (priv->last_error_number != before)
    tisock_server_socket_notify (self, TISOCK_SERVER_PROP_LAST_ERROR_NUMBER);
  notify_life (self);
  priv->held--;
}

static void
abandon (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  priv->closed_due = FALSE;
  g_clear_error (&priv->failure);
  if (!tisock_server_socket_get_is_listening (self))
    return;

  priv->state = TISOCK_SOCKET_STATE_CLOSED;
  release (self);
}

static void
emit_later_cb (GObject  *object,
               gboolean  lost)
{
  TisockServerSocket *self = TISOCK_SERVER_SOCKET (object);
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  priv->later = FALSE;
  if (!priv->closed_due)
    return;

  if (lost)
    abandon (self);
  else
    say_end (self);
}

/* Whether the next life has ended already, in a handler, and that is still to be said: its failure
 * is the caller's. */
static gboolean
fails_by_end (TisockServerSocket  *self,
              GError             **error)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  if (!priv->closed_due)
    return FALSE;

  if (error != NULL && priv->failure != NULL)
    *error = g_error_copy (priv->failure);

  return TRUE;
}

/* A life that ends before listen() returns. */
static gboolean
fail (TisockServerSocket  *self,
      GError              *failure,
      int                  error_number,
      GError             **error)
{
  G_GNUC_UNUSED g_autoptr(TisockServerSocket) kept = g_object_ref (self);

  if (error != NULL)
    *error = g_error_copy (failure);

  end (self, TISOCK_SOCKET_STATE_ERROR, failure, error_number);
  say_end (self);

  return FALSE;
}

/* Peers */

static gboolean
masks_match (GPtrArray    *masks,
             GInetAddress *address)
{
  for (guint i = 0; masks != NULL && i < masks->len; i++)
    if (g_inet_address_mask_matches (g_ptr_array_index (masks, i), address))
      return TRUE;

  return FALSE;
}

static gboolean
is_welcome (TisockServerSocket   *self,
            const TisockEndpoint *remote)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(GSocketAddress) address = NULL;
  GInetAddress *peer;

  /* Who may connect to a path its mode says. */
  if ((priv->allowed_masks == NULL && priv->blocked_masks == NULL) ||
      tisock_endpoint_is_unix (remote))
    return TRUE;

  address = tisock_endpoint_to_address (remote);
  peer = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));

  return !masks_match (priv->blocked_masks, peer) &&
         (priv->allowed_masks == NULL || masks_match (priv->allowed_masks, peer));
}

static gboolean
dropping_is_handled (TisockServerSocket *self)
{
  return tisock_has_listener (self, signals[SIGNAL_DROPPED],
                              (gpointer) TISOCK_SERVER_SOCKET_GET_CLASS (self)->dropped);
}

/* Closes a connection that is not taken (-1: it is closed already) and says so. */
static void
drop (TisockServerSocket   *self,
      int                   fd,
      const TisockEndpoint *remote,
      TisockDropReason      reason)
{
  g_autoptr(GSocketAddress) address = NULL;
  gboolean handled = dropping_is_handled (self);

  if (handled && fd >= 0 && tisock_endpoint_has_name (remote))
    address = tisock_descriptor_dup_address (fd, TRUE);
  else if (handled)
    address = tisock_endpoint_to_address (remote);

  if (fd >= 0)
    tisock_descriptor_close (fd, GET_PRIVATE (self)->reactor);

  /* A handler may have ended the server meanwhile: `closed` was its last signal. */
  if (!handled || !tisock_server_socket_get_is_listening (self))
    return;

  hold (self);
  g_signal_emit (self, signals[SIGNAL_DROPPED], 0, address, reason);
  unhold (self);
}

/* Sockets for connections */

static gboolean
add_socket_is_handled (TisockServerSocket *self)
{
  return tisock_has_listener (self, signals[SIGNAL_ADD_SOCKET],
                              (gpointer) TISOCK_SERVER_SOCKET_GET_CLASS (self)->add_socket);
}

/* What is wrong with a socket for a new connection, or NULL. */
static const char *
find_fault (TisockServerSocket *self,
            TisockTCPSocket    *socket)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  TisockSocketCore *core = (TisockSocketCore *) socket;

  if (socket == NULL)
    return "there is none";
  if (tisock_socket_core_get_state (core) != TISOCK_SOCKET_STATE_INITIALIZED)
    return "it has been used already";
  if (tisock_socket_core_get_reactor (core) != priv->reactor)
    return "it belongs to another main context";
  if (g_ptr_array_find (priv->pool, socket, NULL))
    return "it is waiting for a connection already";

  return tisock_server_socket_find_tls_fault (self, socket);
}

/* Asks add-socket. What it gives is checked: a connection never gets less than it was meant to. */
static TisockTCPSocket *
ask_for_socket (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  g_autoptr(TisockTCPSocket) socket = NULL;
  const char *fault;

  if (!add_socket_is_handled (self))
    return tisock_server_socket_make_socket (self);

  hold (self);
  g_signal_emit (self, signals[SIGNAL_ADD_SOCKET], 0, &socket);
  unhold (self);
  /* The handler may have ended the server: that is no fault. */
  if (!tisock_server_socket_get_is_listening (self))
    return NULL;

  fault = find_fault (self, socket);
  if (fault == NULL)
    {
      priv->lacks_socket = FALSE;
      return g_steal_pointer (&socket);
    }

  if (!priv->lacks_socket)
    {
      priv->lacks_socket = TRUE;
      tisock_server_socket_misuse (self, NULL, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                   "No socket for a connection came from add-socket: %s", fault);
    }

  return NULL;
}

static void
fill_pool (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  while (tisock_server_socket_get_is_listening (self) &&
         priv->pool->len < priv->minimum_sockets_available && add_socket_is_handled (self))
    {
      TisockTCPSocket *socket = ask_for_socket (self);

      if (socket == NULL)
        return;
      g_ptr_array_add (priv->pool, socket);
    }
}

static TisockTCPSocket *
take_socket (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  while (priv->pool->len > 0)
    {
      g_autoptr(TisockTCPSocket) socket = g_ptr_array_steal_index (priv->pool, 0);

      tisock_slot_queue (&priv->slot);
      /* The program may have used it since. */
      if (find_fault (self, socket) == NULL)
        return g_steal_pointer (&socket);
    }

  return ask_for_socket (self);
}

/* Connections */

static gboolean
is_full (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  return priv->maximum_sockets_connected != 0 &&
         tisock_server_socket_get_n_connections (self) >= priv->maximum_sockets_connected;
}

/* Whether a call waits for a connection. */
static gboolean
is_waited_for (TisockServerSocketPrivate *priv)
{
  return priv->accepted_by != NULL || priv->accepts.length > 0;
}

void
tisock_server_socket_update_listeners (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  gboolean asked = priv->auto_accept || priv->accepting || is_waited_for (priv);
  gboolean dropping = priv->overload_policy == TISOCK_OVERLOAD_POLICY_DROP;
  gboolean paused = !asked || (is_full (self) && !dropping);

  for (guint i = 0; i < priv->listeners->len; i++)
    {
      TisockListener *listener = g_ptr_array_index (priv->listeners, i);

      tisock_listener_pause (listener, paused);
      tisock_listener_set_shed (listener, dropping);
    }
}

GPtrArray *
tisock_server_socket_list_connections (TisockServerSocket *self)
{
  GListModel *connections = G_LIST_MODEL (GET_PRIVATE (self)->connections);
  GPtrArray *sockets = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    g_ptr_array_add (sockets, g_list_model_get_item (connections, i));

  return sockets;
}

static void
add_connection (TisockServerSocket *self,
                TisockTCPSocket    *socket)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  guint index = tisock_connection_list_get_length (priv->connections);

  tisock_connection_list_add (priv->connections, socket);
  tisock_tcp_socket_set_server (socket, self, index);
  priv->accepting = priv->accepting && is_waited_for (priv);
  tisock_server_socket_update_listeners (self);
  tisock_connection_list_announce_added (priv->connections, index);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_N_CONNECTIONS);
}

void
tisock_server_socket_forget (TisockServerSocket *self,
                             TisockTCPSocket    *socket,
                             guint               index)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  TisockTCPSocket *moved = tisock_connection_list_remove (priv->connections, index);

  if (moved != NULL)
    tisock_tcp_socket_set_server (moved, self, index);
  tisock_server_socket_update_listeners (self);

  tisock_connection_list_announce_removed (priv->connections, index);
  tisock_server_socket_notify (self, TISOCK_SERVER_PROP_N_CONNECTIONS);
}

/* Handlers of notifications may have closed the connection, or ended the server: then the
 * connection, of which the program does not know yet, ends with it. */
static gboolean
is_wanted (TisockServerSocket *self,
           TisockTCPSocket    *socket)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (socket);

  if (!tisock_server_socket_get_is_listening (self))
    tisock_socket_core_close (core);

  return tisock_socket_core_is_live (core);
}

gboolean
tisock_server_socket_introduce (TisockServerSocket *self,
                                TisockTCPSocket    *socket)
{
  if (!is_wanted (self, socket))
    return TRUE;
  if (tisock_server_socket_hand_over (self, socket))
    return FALSE;

  hold (self);
  g_signal_emit (self, signals[SIGNAL_ACCEPTED], 0, socket);
  unhold (self);

  return TRUE;
}

/* What was not to be used up by a peer that is refused is not by this one. */
void
tisock_server_socket_note_failed (TisockServerSocket   *self,
                                  const TisockEndpoint *remote)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  priv->accepting = !priv->auto_accept && !is_waited_for (priv);
  tisock_server_socket_update_listeners (self);
  drop (self, -1, remote, TISOCK_DROP_REASON_HANDSHAKE);
}

static void
welcome (TisockServerSocket   *self,
         TisockTCPSocket      *socket,
         int                   fd,
         const TisockEndpoint *remote)
{
  GError *failure = NULL;

  tisock_server_socket_equip (self, socket);
  if (!tisock_tcp_socket_adopt (socket, fd, remote, TRUE, &failure))
    {
      tisock_server_socket_report (self, failure, errno, NULL);
      drop (self, fd, remote, TISOCK_DROP_REASON_DESCRIPTORS);
      return;
    }

  if (is_wanted (self, socket))
    add_connection (self, socket);
  if (!tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (socket)) ||
      tisock_server_socket_introduce (self, socket))
    tisock_socket_core_emit_due (TISOCK_SOCKET_CORE (socket));
}

void
tisock_server_socket_collect (TisockServerSocket *self,
                              TisockWaitSet      *set)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  for (guint i = 0; i < priv->listeners->len; i++)
    tisock_listener_collect (g_ptr_array_index (priv->listeners, i), set);
  g_ptr_array_add (set->slots, &priv->slot);
}

/* Limits act before an object is made. */
static void
listener_incoming (TisockListener       *listener,
                   int                   fd,
                   const TisockEndpoint *remote,
                   gpointer              owner)
{
  TisockServerSocket *self = owner;
  g_autoptr(TisockTCPSocket) socket = NULL;

  if (!is_welcome (self, remote))
    {
      drop (self, fd, remote, TISOCK_DROP_REASON_PEER);
      return;
    }

  if (is_full (self))
    {
      drop (self, fd, remote, TISOCK_DROP_REASON_LIMIT);
      return;
    }

  socket = take_socket (self);
  if (socket == NULL)
    drop (self, fd, remote, TISOCK_DROP_REASON_NO_SOCKET);
  else if (is_full (self))
    /* A nested loop of the handler that gave the socket has taken the last place. */
    drop (self, fd, remote, TISOCK_DROP_REASON_LIMIT);
  else
    welcome (self, socket, fd, remote);
}

static void
listener_shed (TisockListener       *listener,
               const TisockEndpoint *remote,
               gpointer              owner)
{
  drop (owner, -1, remote, TISOCK_DROP_REASON_DESCRIPTORS);
}

static void
listener_failed (TisockListener *listener,
                 GError         *error,
                 int             error_number,
                 gpointer        owner)
{
  tisock_server_socket_report (owner, error, error_number, NULL);
}

const TisockListenerFuncs tisock_server_socket_listener_funcs = {
  .incoming = listener_incoming,
  .shed = listener_shed,
  .failed = listener_failed,
};

static void
slot_ready (TisockSlot   *slot,
            GIOCondition  condition)
{
  fill_pool (TISOCK_SERVER_SOCKET (slot->owner));
}

static void
slot_lost (TisockSlot *slot)
{
  abandon (TISOCK_SERVER_SOCKET (slot->owner));
}

static const TisockSlotFuncs slot_funcs = {
  .ready = slot_ready,
  .lost = slot_lost,
};

/* GObject */

static gboolean
abandon_cb (gpointer user_data)
{
  abandon (TISOCK_SERVER_SOCKET (user_data));

  return G_SOURCE_REMOVE;
}

/* Never emits: this may be a garbage collector, or another thread than the one that may close. */
static void
tisock_server_socket_dispose (GObject *object)
{
  TisockServerSocket *self = TISOCK_SERVER_SOCKET (object);
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  if (tisock_reactor_is_usable (priv->reactor))
    abandon (self);
  else if (!tisock_reactor_is_lost (priv->reactor) &&
           (tisock_server_socket_get_is_listening (self) || priv->closed_due))
    tisock_reactor_invoke (priv->reactor, abandon_cb, object);

  G_OBJECT_CLASS (tisock_server_socket_parent_class)->dispose (object);
}

static void
tisock_server_socket_finalize (GObject *object)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (TISOCK_SERVER_SOCKET (object));

  g_object_unref (priv->connections);
  g_ptr_array_unref (priv->pool);
  g_ptr_array_unref (priv->listeners);
  g_ptr_array_unref (priv->addresses);
  g_clear_object (&priv->network_interface);
  g_free (priv->address);
  g_free (priv->local_name);
  g_free (priv->socket_user);
  g_free (priv->socket_group);
  g_clear_object (&priv->tls_settings);
  g_clear_error (&priv->failure);
  g_strfreev (priv->allowed_peers);
  g_strfreev (priv->blocked_peers);
  g_clear_pointer (&priv->allowed_masks, g_ptr_array_unref);
  g_clear_pointer (&priv->blocked_masks, g_ptr_array_unref);
  tisock_reactor_unref (priv->reactor);

  G_OBJECT_CLASS (tisock_server_socket_parent_class)->finalize (object);
}

/* The first socket that a handler gives is the one. */
static gboolean
first_socket_wins (GSignalInvocationHint *hint,
                   GValue                *accumulated,
                   const GValue          *given,
                   gpointer               user_data)
{
  g_value_copy (given, accumulated);

  return g_value_get_object (given) == NULL;
}

static void
install_signals (GType type)
{
  /**
   * TisockServerSocket::add-socket:
   * @self: the server
   *
   * Emitted when a socket for a new connection is needed.
   *
   * The handler gives a new socket, for instance of a subclass of the program's;
   * the first that is not `NULL` is taken. It has to belong to the server's main
   * context and must not have been opened. If handlers give no such socket, the
   * connection is closed, with [signal@ServerSocket::dropped] and
   * [signal@ServerSocket::error]; only without any handler is a plain
   * [class@TCPSocket] made. Xojo's `ServerSocket.AddSocket`.
   *
   * Returns: (transfer full) (nullable): a new socket that takes a connection
   *
   * Since: 1.0
   */
  signals[SIGNAL_ADD_SOCKET] =
    g_signal_new ("add-socket", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockServerSocketClass, add_socket),
                  first_socket_wins, NULL, NULL,
                  TISOCK_TYPE_TCP_SOCKET, 0);

  /**
   * TisockServerSocket::accepted:
   * @self: the server
   * @socket: the new connection
   *
   * Emitted when a peer has connected.
   *
   * Connect the signals of @socket here; its own [signal@TCPSocket::connected]
   * follows. It stays alive without a reference of the program's until it is
   * closed. Titanium's `accepted`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ACCEPTED] =
    g_signal_new ("accepted", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockServerSocketClass, accepted),
                  NULL, NULL, NULL,
                  G_TYPE_NONE, 1, TISOCK_TYPE_TCP_SOCKET);

  /**
   * TisockServerSocket::dropped:
   * @self: the server
   * @peer: the peer's address: a [class@Gio.InetSocketAddress] or a
   *   [class@Gio.UnixSocketAddress], which has a name only if the peer's socket has
   *   one
   * @reason: why
   *
   * Emitted when a peer was accepted and closed at once.
   *
   * Since: 1.0
   */
  signals[SIGNAL_DROPPED] =
    g_signal_new ("dropped", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockServerSocketClass, dropped),
                  NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_SOCKET_ADDRESS, TISOCK_TYPE_DROP_REASON);

  /**
   * TisockServerSocket::error:
   * @self: the server
   * @error: what failed, with the address and the reason
   *
   * Emitted for every failure of the server, those included that a function
   * returns.
   *
   * When descriptors run out this is said once, until accepting works again;
   * the server goes on by itself. Xojo's `ServerSocket.Error`.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ERROR] =
    g_signal_new ("error", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockServerSocketClass, error),
                  NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * TisockServerSocket::closed:
   * @self: the server
   *
   * Emitted once when listening has ended, as the last signal of that.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLOSED] =
    g_signal_new ("closed", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (TisockServerSocketClass, closed),
                  NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
tisock_server_socket_class_init (TisockServerSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tisock_server_socket_dispose;
  object_class->finalize = tisock_server_socket_finalize;
  object_class->get_property = tisock_server_socket_get_property;
  object_class->set_property = tisock_server_socket_set_property;

  tisock_server_socket_install_properties (object_class, properties);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
tisock_server_socket_init (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);

  priv->reactor = tisock_reactor_ref_thread_default ();
  priv->connections = tisock_connection_list_new ();
  priv->pool = g_ptr_array_new_with_free_func (g_object_unref);
  priv->listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) tisock_listener_free);
  priv->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  priv->auto_accept = TRUE;
  tisock_slot_init (&priv->slot, &slot_funcs, self);
}

/**
 * tisock_server_socket_new:
 *
 * Makes a server that belongs to the thread-default main context.
 *
 * Returns: (transfer full): a new server
 *
 * Since: 1.0
 */
TisockServerSocket *
tisock_server_socket_new (void)
{
  return g_object_new (TISOCK_TYPE_SERVER_SOCKET, NULL);
}

static void
keep_local_address (TisockServerSocket *self)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  int fd = tisock_server_socket_get_handle (self);

  tisock_endpoint_get_local (&priv->local, fd);
  g_clear_pointer (&priv->local_name, g_free);
  if (tisock_endpoint_is_unix (&priv->local))
    priv->local_name = tisock_unix_name_dup (fd, FALSE);
}

static gboolean
start_listening (TisockServerSocket  *self,
                 GError             **error)
{
  TisockServerSocketPrivate *priv = GET_PRIVATE (self);
  GError *failure = NULL;
  int error_number = 0;

  priv->exhausted = FALSE;
  if (tisock_server_socket_add_listeners (self, &error_number, &failure) &&
      !tisock_reactor_attach (priv->reactor, &priv->slot, -1, 0, &failure))
    error_number = errno;
  if (failure != NULL)
    return fail (self, failure, error_number, error);

  keep_local_address (self);
  tisock_server_socket_update_listeners (self);
  tisock_slot_queue (&priv->slot);
  priv->state = TISOCK_SOCKET_STATE_LISTENING;
  notify_life (self);

  return TRUE;
}

/**
 * tisock_server_socket_listen:
 * @self: the server
 * @error: return location for an error
 *
 * Begins to listen for peers.
 *
 * If this fails, [signal@ServerSocket::error] and, unless the call itself was
 * wrong, [signal@ServerSocket::closed] are emitted before it returns; in a handler
 * of this server both follow after the handler. A server that has ended can listen
 * again. Xojo's `ServerSocket.Listen`.
 *
 * Returns: whether the server is listening
 *
 * Since: 1.0
 */
gboolean
tisock_server_socket_listen (TisockServerSocket  *self,
                             GError             **error)
{
  TisockServerSocketPrivate *priv;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_server_socket_check (self, G_STRFUNC))
    return FALSE;

  priv = GET_PRIVATE (self);
  if (priv->closed_due)
    emit_end (self);
  if (fails_by_end (self, error))
    return FALSE;

  if (tisock_server_socket_get_is_listening (self))
    return tisock_server_socket_misuse (self, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                        "Could not listen: the server is listening already");
  if (priv->drain != NULL)
    return tisock_server_socket_misuse (self, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                        "Could not listen: the server is being drained");

  if (priv->port < 0 || priv->port > G_MAXUINT16)
    return tisock_server_socket_misuse (self, error, TISOCK_SOCKET_ERROR_INVALID_PORT,
                                        "Could not listen: port %d is not from 0 to %d",
                                        priv->port, G_MAXUINT16);

  set_last_error (self, 0);
  /* A handler of the notification may have been faster. */
  if (fails_by_end (self, error))
    return FALSE;
  if (tisock_server_socket_get_is_listening (self))
    return TRUE;

  return start_listening (self, error);
}

/**
 * tisock_server_socket_accept:
 * @self: the server
 * @error: return location for an error
 *
 * Asks for one connection.
 *
 * Only without [property@ServerSocket:auto-accept]. The next peer that may
 * connect is announced by [signal@ServerSocket::accepted], from the main loop;
 * refused ones do not use the call up. Asking twice before one came is asking
 * once. Titanium's `accept`.
 *
 * Returns: whether it is asked for
 *
 * Since: 1.0
 */
gboolean
tisock_server_socket_accept (TisockServerSocket  *self,
                             GError             **error)
{
  TisockServerSocketPrivate *priv;

  g_return_val_if_fail (TISOCK_IS_SERVER_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tisock_server_socket_check (self, G_STRFUNC))
    return FALSE;

  priv = GET_PRIVATE (self);
  if (!tisock_server_socket_get_is_listening (self))
    return tisock_server_socket_misuse (self, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                        "Could not accept: the server is not listening");
  if (priv->auto_accept)
    return tisock_server_socket_misuse (self, error, TISOCK_SOCKET_ERROR_INVALID_STATE,
                                        "Could not accept: with auto-accept, every peer is");

  priv->accepting = TRUE;
  tisock_server_socket_update_listeners (self);

  return TRUE;
}

/**
 * tisock_server_socket_stop_listening:
 * @self: the server
 *
 * Ends the listening.
 *
 * The connections go on. [signal@ServerSocket::closed] is emitted before this
 * returns. Does nothing if the server is not listening. Xojo's
 * `ServerSocket.StopListening`.
 *
 * Since: 1.0
 */
void
tisock_server_socket_stop_listening (TisockServerSocket *self)
{
  G_GNUC_UNUSED g_autoptr(TisockServerSocket) kept = NULL;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  if (!tisock_server_socket_check (self, G_STRFUNC) ||
      !tisock_server_socket_get_is_listening (self))
    return;

  kept = g_object_ref (self);
  end (self, TISOCK_SOCKET_STATE_CLOSED, NULL, 0);
  if (GET_PRIVATE (self)->closed_due)
    emit_end (self);
}

/**
 * tisock_server_socket_close:
 * @self: the server
 *
 * Closes the connections, as by [method@SocketCore.close], then ends the
 * listening.
 *
 * Since: 1.0
 */
void
tisock_server_socket_close (TisockServerSocket *self)
{
  G_GNUC_UNUSED g_autoptr(TisockServerSocket) kept = NULL;
  g_autoptr(GPtrArray) sockets = NULL;

  g_return_if_fail (TISOCK_IS_SERVER_SOCKET (self));

  if (!tisock_server_socket_check (self, G_STRFUNC))
    return;

  kept = g_object_ref (self);
  sockets = tisock_server_socket_list_connections (self);
  for (guint i = 0; i < sockets->len; i++)
    tisock_socket_core_close (g_ptr_array_index (sockets, i));

  tisock_server_socket_stop_listening (self);
}
