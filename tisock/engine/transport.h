/* transport.h: what a stream reads and writes through: the bare socket, or TLS over it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TisockTransport TisockTransport;
typedef struct _TisockTransportFuncs TisockTransportFuncs;

/* Failures are -1 with errno, EAGAIN meaning "not now"; `error` is set as well where the transport
 * has better words than errno has. */
struct _TisockTransportFuncs
{
  /* How many bytes were read; 0 at the end of the stream. */
  gssize   (*read)     (TisockTransport      *self,
                        int                   fd,
                        void                 *buffer,
                        gsize                 size,
                        GError              **error);
  gssize   (*write)    (TisockTransport      *self,
                        int                   fd,
                        const GOutputVector  *vectors,
                        guint                 n_vectors,
                        GError              **error);
  /* Writes from a file, without taking the bytes into memory; 0: the file ends here. A failure may
   * be the file's. NULL where that cannot be done. */
  gssize   (*send_file) (TisockTransport     *self,
                        int                   fd,
                        int                   file_fd,
                        goffset               offset,
                        gsize                 length,
                        GError              **error);
  /* Writes bytes, and descriptors with the first one: they have gone when it has. NULL where that
   * cannot be done. */
  gssize   (*send_descriptors) (TisockTransport *self,
                        int                   fd,
                        const GOutputVector  *vectors,
                        guint                 n_vectors,
                        GUnixFDList          *descriptors,
                        GError              **error);
  /* Whether there may be something to read although the descriptor is not readable; NULL: never. */
  gboolean (*has_pending) (TisockTransport   *self);
  /* How many of the bytes that it did not take it is already at: they are the first of the next
   * write, which does not look at them again, and have to be written. NULL: none. */
  gsize    (*get_begun) (TisockTransport     *self);
  /* Tells the peer that nothing more will be written. With EAGAIN it is to be called again. */
  gboolean (*shutdown) (TisockTransport      *self,
                        int                   fd,
                        GError              **error);
  /* Takes leave before the descriptor is closed, as far as that needs no waiting; NULL: closing is
   * all. */
  void     (*leave)    (TisockTransport      *self);
  void     (*free)     (TisockTransport      *self);
};

struct _TisockTransport
{
  const TisockTransportFuncs *funcs;
};

/* The bare socket: stateless, one for all. */
extern TisockTransport tisock_transport_plain;

G_END_DECLS
