/* tls-peer.h: a server of GIO's for one connection, on a thread
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TlsPeer TlsPeer;
typedef struct _TlsPeerOptions TlsPeerOptions;

struct _TlsPeerOptions
{
  const char              *certificate;         /* a file's name; NULL: no TLS */
  const char * const      *protocols;
  GTlsAuthenticationMode   authentication;      /* clients are those of the authority */

  /* On the thread, after the handshake; without TLS with the bare connection. */
  void                   (*talk) (GIOStream *stream,
                                  gpointer   data);
  gpointer                 data;

  /* Begins with TLS only when it has been sent a line in the clear, and has answered. */
  gboolean                 later;
  /* Leaves without a goodbye in TLS. */
  gboolean                 rude;
};

TlsPeer *tls_peer_new      (const TlsPeerOptions *options) G_GNUC_WARN_UNUSED_RESULT;
int      tls_peer_get_port (TlsPeer              *self);
/* Waits for its thread. Returns how the handshake, or the goodbye, has failed; NULL: it has not. */
GError  *tls_peer_join     (TlsPeer              *self) G_GNUC_WARN_UNUSED_RESULT;

/* To talk: sends everything back until the other side says that this was all. */
void     tls_peer_echo     (GIOStream            *stream,
                            gpointer              data);

G_END_DECLS
