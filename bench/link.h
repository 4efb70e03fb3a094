/* link.h: what the generator sends and receives through: the bare socket, or TLS over it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stddef.h>
#include <sys/types.h>

typedef struct
{
  int   fd;
  void *session;                /* TLS's */
} Link;

/* For a connected descriptor that blocks; -1 if the handshake fails. */
int     link_open    (Link       *self,
                      int         fd);
/* As send() and recv(); with TLS, too, EAGAIN says that the descriptor has to be ready first. */
ssize_t link_send    (Link       *self,
                      const void *data,
                      size_t      size);
ssize_t link_receive (Link       *self,
                      void       *buffer,
                      size_t      size);
/* Nothing more will be sent. */
void    link_end     (Link       *self);
void    link_close   (Link       *self);
