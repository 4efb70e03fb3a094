/* tls-handshake.h: begins TLS on a connection
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/reactor.h"
#include "engine/tls-parameters.h"
#include "engine/transport.h"

G_BEGIN_DECLS

typedef struct _TisockTlsHandshake TisockTlsHandshake;
typedef struct _TisockTlsHandshakeFuncs TisockTlsHandshakeFuncs;
typedef struct _TisockTlsGate TisockTlsGate;
typedef struct _TisockTlsPeer TisockTlsPeer;

/* Whom the handshake has met. */
struct _TisockTlsPeer
{
  GTlsCertificate      *certificate;    /* NULL: it has shown none */
  GTlsCertificateFlags  errors;
};

/* Which handshakes of a server may have a thread. All zero to begin with. */
struct _TisockTlsGate
{
  guint   maximum;              /* 0: as many as there are threads */
  GQueue  passed;
  GQueue  waiting;              /* the newest first */
};

/* All of them in turns, never from start(). */
struct _TisockTlsHandshakeFuncs
{
  /* For a server, when the handshake may begin: the certificate for a name that the client asks for
   * (NULL: for none in particular). NULL: the one there is; may be NULL itself. */
  GTlsCertificate *(*choose) (const char *server_name,
                        gpointer             user_data);
  /* Whether to go on in spite of the errors; the handshake may be freed in it. */
  gboolean (*accept)   (const TisockTlsPeer *peer,
                        gpointer             user_data);
  /* The handshake is over: free it here. The transport, for the socket, is the callee's. */
  void     (*finished) (TisockTransport     *transport,
                        const TisockTlsPeer *peer,
                        gpointer             user_data);
  /* Or this one, with an errno; the error is the callee's, and the peer that far known. */
  void     (*failed)   (GError              *error,
                        int                  error_number,
                        const TisockTlsPeer *peer,
                        gpointer             user_data);
};

/* Nobody else uses the socket until it is over. NULL, `error` and `error_number` if it fails at
 * once. */
TisockTlsHandshake *tisock_tls_handshake_start       (TisockReactor                 *reactor,
                                                      GObject                       *owner,
                                                      GSocket                       *socket,
                                                      TisockTlsParameters           *parameters,
                                                      const TisockTlsHandshakeFuncs *funcs,
                                                      gpointer                       user_data,
                                                      int                           *error_number,
                                                      GError                       **error)
                                                      G_GNUC_WARN_UNUSED_RESULT;
/* Also while it is under way: then the connection is broken off, without a call. */
void                tisock_tls_handshake_free        (TisockTlsHandshake            *self);
/* For a server, before the first turn. */
void                tisock_tls_handshake_set_gate    (TisockTlsHandshake            *self,
                                                      TisockTlsGate                 *gate);
GSocket            *tisock_tls_handshake_get_socket  (TisockTlsHandshake            *self);
/* How long the peer has kept a thread waiting so far, in µs. */
gint64              tisock_tls_handshake_get_waited  (TisockTlsHandshake            *self);
void                tisock_tls_handshake_collect     (TisockTlsHandshake            *self,
                                                      TisockWaitSet                 *set);

G_END_DECLS
