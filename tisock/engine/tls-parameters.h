/* tls-parameters.h: what one side wants of a TLS connection
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TisockTlsParameters TisockTlsParameters;

/* Set before a handshake begins, and not changed after that: its thread reads them. */
struct _TisockTlsParameters
{
  gboolean                is_server;
  GSocketConnectable     *identity;             /* whom a client wants to speak to */
  GTlsDatabase           *trust;                /* NULL: the system's */
  GTlsCertificate        *certificate;          /* or */
  char                   *certificate_file;     /* which is read when it is needed */
  char                   *certificate_password;
  char                  **protocols;            /* ALPN */
  GTlsProtocolVersion     minimum_version;
  GTlsAuthenticationMode  authentication;       /* of a server's clients */
  gboolean                require_close_notify;
  guint                   timeout;              /* ms; 0: none */

  /* Whether somebody decides about certificates that are not acceptable. */
  gboolean                asks;
};

static inline TisockTlsParameters *
tisock_tls_parameters_new (void)
{
  return g_atomic_rc_box_new0 (TisockTlsParameters);
}

static inline TisockTlsParameters *
tisock_tls_parameters_ref (TisockTlsParameters *self)
{
  return g_atomic_rc_box_acquire (self);
}

static inline void
tisock_tls_parameters_clear (gpointer data)
{
  TisockTlsParameters *self = data;

  g_clear_object (&self->identity);
  g_clear_object (&self->trust);
  g_clear_object (&self->certificate);
  g_free (self->certificate_file);
  g_free (self->certificate_password);
  g_strfreev (self->protocols);
}

static inline TisockTlsParameters *
tisock_tls_parameters_copy (const TisockTlsParameters *self)
{
  TisockTlsParameters *copy = tisock_tls_parameters_new ();

  *copy = *self;
  copy->identity = self->identity != NULL ? g_object_ref (self->identity) : NULL;
  copy->trust = self->trust != NULL ? g_object_ref (self->trust) : NULL;
  copy->certificate = self->certificate != NULL ? g_object_ref (self->certificate) : NULL;
  copy->certificate_file = g_strdup (self->certificate_file);
  copy->certificate_password = g_strdup (self->certificate_password);
  copy->protocols = g_strdupv (self->protocols);

  return copy;
}

static inline void
tisock_tls_parameters_unref (TisockTlsParameters *self)
{
  g_atomic_rc_box_release_full (self, tisock_tls_parameters_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TisockTlsParameters, tisock_tls_parameters_unref)

G_END_DECLS
