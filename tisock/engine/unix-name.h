/* unix-name.h: the names of Unix sockets: paths, and abstract ones
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

G_BEGIN_DECLS

/* Whether the name is not a path, and nothing of it is in the file system. */
gboolean tisock_unix_name_is_abstract (GUnixSocketAddress  *address);
/* Whether one can listen there; FALSE with the error and its errno if not. */
gboolean tisock_unix_name_check       (GUnixSocketAddress  *address,
                                       int                 *error_number,
                                       GError             **error);
/* As text: the path, or "@" and the abstract name; "" for no name. */
char    *tisock_unix_name_describe    (GUnixSocketAddress  *address) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a socket's own name, or its peer's. */
char    *tisock_unix_name_dup         (int                  fd,
                                       gboolean             remote) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
