/* unix-path.h: listening on Unix sockets, and the paths that belong to them
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

G_BEGIN_DECLS

typedef struct _TisockUnixOptions TisockUnixOptions;
typedef struct _TisockUnixPath TisockUnixPath;

/* Who may connect to a path. */
struct _TisockUnixOptions
{
  guint       mode;             /* 0: what the process's umask leaves */
  const char *user;             /* a name or a number; NULL: unchanged */
  const char *group;
};

/* A new stream socket that listens, non-blocking and close-on-exec; -1 with the error, and its
 * errno if it has one. A path where nobody listens any more is taken over. `path` is set to what
 * is to be freed when the listening ends, before the descriptor is closed; to NULL for abstract
 * names, to which the options do not apply. A backlog of 0 is the system's maximum. */
int      tisock_unix_listen        (GUnixSocketAddress       *address,
                                    const TisockUnixOptions  *options,
                                    int                       backlog,
                                    TisockUnixPath          **path,
                                    int                      *error_number,
                                    GError                  **error);
/* Removes the path, if it is still the one that was bound, and by this process. */
void     tisock_unix_path_free     (TisockUnixPath           *self);

G_END_DECLS
