/* tisock-tcp-socket.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tisock-framing.h"
#include "tisock-socket-core.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_TCP_SOCKET (tisock_tcp_socket_get_type ())

TISOCK_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (TisockTCPSocket, tisock_tcp_socket, TISOCK, TCP_SOCKET, TisockSocketCore)

/**
 * TisockTCPSocketClass:
 * @parent_class: the parent class
 * @connected: slot of [signal@TCPSocket::connected]
 * @send_progress: slot of [signal@TCPSocket::send-progress]
 * @drained: slot of [signal@TCPSocket::drained]
 * @read_eof: slot of [signal@TCPSocket::read-eof]
 * @draining: slot of [signal@TCPSocket::draining]
 *
 * The class structure of [class@TCPSocket].
 *
 * The slots are empty in the classes of this library; an override has no parent
 * method to call.
 *
 * Since: 1.0
 */
struct _TisockTCPSocketClass
{
  TisockSocketCoreClass parent_class;

  void     (*connected)     (TisockTCPSocket *self);
  gboolean (*send_progress) (TisockTCPSocket *self,
                             guint64          sent,
                             guint64          left);
  void     (*drained)       (TisockTCPSocket *self);
  void     (*read_eof)      (TisockTCPSocket *self);
  gboolean (*draining)      (TisockTCPSocket *self);

  /*< private >*/
  gpointer padding[16];
};

TISOCK_AVAILABLE_IN_1_0
TisockTCPSocket *tisock_tcp_socket_new (void) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockTCPSocket *tisock_tcp_socket_new_from_socket (GSocket  *socket,
                                                    GError  **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
TisockTCPSocket *tisock_tcp_socket_new_from_connection (GSocketConnection  *connection,
                                                        GError            **error)
    G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
const char *tisock_tcp_socket_get_address (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_address (TisockTCPSocket *self,
                                    const char      *address);
TISOCK_AVAILABLE_IN_1_0
GSocketConnectable *tisock_tcp_socket_get_connectable (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_connectable (TisockTCPSocket    *self,
                                        GSocketConnectable *connectable);
TISOCK_AVAILABLE_IN_1_0
GProxyResolver *tisock_tcp_socket_get_proxy_resolver (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_proxy_resolver (TisockTCPSocket *self,
                                           GProxyResolver  *proxy_resolver);
TISOCK_AVAILABLE_IN_1_0
char *tisock_tcp_socket_get_remote_address (TisockTCPSocket *self) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
int tisock_tcp_socket_get_remote_port (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_tcp_socket_get_bytes_available (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_tcp_socket_get_bytes_left_to_send (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
guint tisock_tcp_socket_get_timeout (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_timeout (TisockTCPSocket *self,
                                    guint            timeout);
TISOCK_AVAILABLE_IN_1_0
guint tisock_tcp_socket_get_resolve_timeout (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_resolve_timeout (TisockTCPSocket *self,
                                            guint            resolve_timeout);
TISOCK_AVAILABLE_IN_1_0
guint tisock_tcp_socket_get_idle_timeout (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_idle_timeout (TisockTCPSocket *self,
                                         guint            idle_timeout);
TISOCK_AVAILABLE_IN_1_0
guint tisock_tcp_socket_get_close_timeout (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_close_timeout (TisockTCPSocket *self,
                                          guint            close_timeout);
TISOCK_AVAILABLE_IN_1_0
guint tisock_tcp_socket_get_liveness (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_liveness (TisockTCPSocket *self,
                                     guint            liveness);
TISOCK_AVAILABLE_IN_1_0
guint tisock_tcp_socket_get_listen_backlog (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_listen_backlog (TisockTCPSocket *self,
                                           guint            listen_backlog);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_tcp_socket_get_receive_limit (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_receive_limit (TisockTCPSocket *self,
                                          guint64          receive_limit);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_tcp_socket_get_send_limit (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_send_limit (TisockTCPSocket *self,
                                       guint64          send_limit);
TISOCK_AVAILABLE_IN_1_0
guint64 tisock_tcp_socket_get_send_maximum (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_send_maximum (TisockTCPSocket *self,
                                         guint64          send_maximum);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_get_needs_drain (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_get_no_delay (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_no_delay (TisockTCPSocket *self,
                                     gboolean         no_delay);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_get_allow_half_open (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_allow_half_open (TisockTCPSocket *self,
                                            gboolean         allow_half_open);

TISOCK_AVAILABLE_IN_1_0
guint8 *tisock_tcp_socket_read (TisockTCPSocket *self,
                                gssize           count,
                                gsize           *length) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
guint8 *tisock_tcp_socket_read_all (TisockTCPSocket *self,
                                    gsize           *length) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_read_bytes (TisockTCPSocket *self,
                                      gssize           count) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
char *tisock_tcp_socket_read_string (TisockTCPSocket  *self,
                                     gssize            count,
                                     const char       *encoding,
                                     GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
char *tisock_tcp_socket_read_line (TisockTCPSocket  *self,
                                   GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_read_until (TisockTCPSocket  *self,
                                      const guint8     *delimiter,
                                      gsize             length,
                                      GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_read_frame (TisockTCPSocket  *self,
                                      TisockFraming    *framing,
                                      GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
guint8 *tisock_tcp_socket_look_ahead (TisockTCPSocket *self,
                                      gssize           count,
                                      gsize           *length) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
const guint8 *tisock_tcp_socket_peek (TisockTCPSocket *self,
                                      gsize           *length);
TISOCK_AVAILABLE_IN_1_0
gsize tisock_tcp_socket_skip (TisockTCPSocket *self,
                              gsize            count);
TISOCK_AVAILABLE_IN_1_0
gsize tisock_tcp_socket_read_into (TisockTCPSocket *self,
                                   void            *buffer,
                                   gsize            size);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_write (TisockTCPSocket  *self,
                                  const guint8     *data,
                                  gsize             length,
                                  GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_write_bytes (TisockTCPSocket  *self,
                                        GBytes           *bytes,
                                        GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_write_string (TisockTCPSocket  *self,
                                         const char       *text,
                                         GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_write_frame (TisockTCPSocket  *self,
                                        TisockFraming    *framing,
                                        const guint8     *data,
                                        gsize             length,
                                        GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_write_frame_bytes (TisockTCPSocket  *self,
                                              TisockFraming    *framing,
                                              GBytes           *bytes,
                                              GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_flush (TisockTCPSocket  *self,
                                  GError          **error);

TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_send_file_async (TisockTCPSocket     *self,
                                        GFile               *file,
                                        goffset              offset,
                                        goffset              length,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
goffset tisock_tcp_socket_send_file_finish (TisockTCPSocket  *self,
                                            GAsyncResult     *result,
                                            GError          **error);
TISOCK_AVAILABLE_IN_1_0
goffset tisock_tcp_socket_send_file_sync (TisockTCPSocket  *self,
                                          GFile            *file,
                                          goffset           offset,
                                          goffset           length,
                                          int               timeout_ms,
                                          GCancellable     *cancellable,
                                          GError          **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_send_file_from_fd_async (TisockTCPSocket     *self,
                                                int                  fd,
                                                goffset              offset,
                                                goffset              length,
                                                GCancellable        *cancellable,
                                                GAsyncReadyCallback  callback,
                                                gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
goffset tisock_tcp_socket_send_file_from_fd_finish (TisockTCPSocket  *self,
                                                    GAsyncResult     *result,
                                                    GError          **error);
TISOCK_AVAILABLE_IN_1_0
goffset tisock_tcp_socket_send_file_from_fd_sync (TisockTCPSocket  *self,
                                                  int               fd,
                                                  goffset           offset,
                                                  goffset           length,
                                                  int               timeout_ms,
                                                  GCancellable     *cancellable,
                                                  GError          **error);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_splice_to (TisockTCPSocket  *self,
                                      TisockTCPSocket  *other,
                                      GError          **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_splice_to_async (TisockTCPSocket     *self,
                                        TisockTCPSocket     *other,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gint64 tisock_tcp_socket_splice_to_finish (TisockTCPSocket  *self,
                                           GAsyncResult     *result,
                                           GError          **error);
TISOCK_AVAILABLE_IN_1_0
gint64 tisock_tcp_socket_splice_to_sync (TisockTCPSocket  *self,
                                         TisockTCPSocket  *other,
                                         int               timeout_ms,
                                         GCancellable     *cancellable,
                                         GError          **error);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_listen (TisockTCPSocket  *self,
                                   GError          **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_shutdown (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_shutdown_write (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_abort (TisockTCPSocket *self);

TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_receive_async (TisockTCPSocket     *self,
                                      gssize               count,
                                      GCancellable        *cancellable,
                                      GAsyncReadyCallback  callback,
                                      gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_receive_finish (TisockTCPSocket  *self,
                                          GAsyncResult     *result,
                                          GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_receive_sync (TisockTCPSocket  *self,
                                        gssize            count,
                                        int               timeout_ms,
                                        GCancellable     *cancellable,
                                        GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_receive_exactly_async (TisockTCPSocket     *self,
                                              gssize               count,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_receive_exactly_finish (TisockTCPSocket  *self,
                                                  GAsyncResult     *result,
                                                  GError          **error)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_receive_exactly_sync (TisockTCPSocket  *self,
                                                gssize            count,
                                                int               timeout_ms,
                                                GCancellable     *cancellable,
                                                GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_receive_until_async (TisockTCPSocket     *self,
                                            const guint8        *delimiter,
                                            gsize                length,
                                            GCancellable        *cancellable,
                                            GAsyncReadyCallback  callback,
                                            gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_receive_until_finish (TisockTCPSocket  *self,
                                                GAsyncResult     *result,
                                                GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_receive_until_sync (TisockTCPSocket  *self,
                                              const guint8     *delimiter,
                                              gsize             length,
                                              int               timeout_ms,
                                              GCancellable     *cancellable,
                                              GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_receive_line_async (TisockTCPSocket     *self,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
char *tisock_tcp_socket_receive_line_finish (TisockTCPSocket  *self,
                                             GAsyncResult     *result,
                                             GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
char *tisock_tcp_socket_receive_line_sync (TisockTCPSocket  *self,
                                           int               timeout_ms,
                                           GCancellable     *cancellable,
                                           GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_receive_frame_async (TisockTCPSocket     *self,
                                            TisockFraming       *framing,
                                            GCancellable        *cancellable,
                                            GAsyncReadyCallback  callback,
                                            gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_receive_frame_finish (TisockTCPSocket  *self,
                                                GAsyncResult     *result,
                                                GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GBytes *tisock_tcp_socket_receive_frame_sync (TisockTCPSocket  *self,
                                              TisockFraming    *framing,
                                              int               timeout_ms,
                                              GCancellable     *cancellable,
                                              GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_send_async (TisockTCPSocket     *self,
                                   const guint8        *data,
                                   gsize                length,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_send_finish (TisockTCPSocket  *self,
                                        GAsyncResult     *result,
                                        GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_send_sync (TisockTCPSocket  *self,
                                      const guint8     *data,
                                      gsize             length,
                                      int               timeout_ms,
                                      GCancellable     *cancellable,
                                      GError          **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_send_bytes_async (TisockTCPSocket     *self,
                                         GBytes              *bytes,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_send_bytes_finish (TisockTCPSocket  *self,
                                              GAsyncResult     *result,
                                              GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_send_bytes_sync (TisockTCPSocket  *self,
                                            GBytes           *bytes,
                                            int               timeout_ms,
                                            GCancellable     *cancellable,
                                            GError          **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_flush_async (TisockTCPSocket     *self,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_flush_finish (TisockTCPSocket  *self,
                                         GAsyncResult     *result,
                                         GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_flush_sync (TisockTCPSocket  *self,
                                       int               timeout_ms,
                                       GCancellable     *cancellable,
                                       GError          **error);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_shutdown_async (TisockTCPSocket     *self,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_shutdown_finish (TisockTCPSocket  *self,
                                            GAsyncResult     *result,
                                            GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_shutdown_sync (TisockTCPSocket  *self,
                                          int               timeout_ms,
                                          GCancellable     *cancellable,
                                          GError          **error);

TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_set_option (TisockTCPSocket  *self,
                                       int               level,
                                       int               name,
                                       int               value,
                                       GError          **error);
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_get_option (TisockTCPSocket  *self,
                                       int               level,
                                       int               name,
                                       int              *value,
                                       GError          **error);
TISOCK_AVAILABLE_IN_1_0
GSocket *tisock_tcp_socket_get_socket (TisockTCPSocket  *self,
                                       GError          **error);
TISOCK_AVAILABLE_IN_1_0
GIOStream *tisock_tcp_socket_get_io_stream (TisockTCPSocket  *self,
                                            GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
GSocket *tisock_tcp_socket_steal_socket (TisockTCPSocket  *self,
                                         GError          **error) G_GNUC_WARN_UNUSED_RESULT;

TISOCK_AVAILABLE_IN_1_0
GCredentials *tisock_tcp_socket_get_credentials (TisockTCPSocket  *self,
                                                 GError          **error)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
guint tisock_tcp_socket_get_maximum_descriptors (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
void tisock_tcp_socket_set_maximum_descriptors (TisockTCPSocket *self,
                                                guint            maximum_descriptors);
TISOCK_AVAILABLE_IN_1_0
guint tisock_tcp_socket_get_descriptors_available (TisockTCPSocket *self);
TISOCK_AVAILABLE_IN_1_0
GUnixFDList *tisock_tcp_socket_read_descriptors (TisockTCPSocket *self,
                                                 gssize           count)
    G_GNUC_WARN_UNUSED_RESULT;
TISOCK_AVAILABLE_IN_1_0
gboolean tisock_tcp_socket_write_descriptors (TisockTCPSocket  *self,
                                              const guint8     *data,
                                              gsize             length,
                                              GUnixFDList      *descriptors,
                                              GError          **error);

G_END_DECLS
