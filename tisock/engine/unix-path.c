/* unix-path.c: listening on Unix sockets, and the paths that belong to them
 *
 * A socket leaves its path behind when its process dies, and nobody can bind it then. Whether
 * anybody still listens there only connect() tells; and a path on which somebody does must never
 * be removed. So it is renamed first, and asked again under that name. A server that has bound its
 * path and does not listen yet looks like one that is dead: those of this library hold a lock on
 * the folder meanwhile.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/unix-name.h"
#include "engine/unix-path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The lock is held for as long as a handful of system calls take. */
#define LOCK_TRIES 1000
#define LOCK_INTERVAL (2 * G_TIME_SPAN_MILLISECOND)

/* How often what is stale is removed for somebody else to bind the path first. */
#define BIND_TRIES 10

/* For a user or group, as chown() has it. */
#define UNCHANGED G_MAXUINT32

#define ALL_MODES 07777

/* More than any system allows: the kernel cuts it to its own maximum. */
#define MAXIMUM_BACKLOG G_MAXINT

struct _TisockUnixPath
{
  char  *path;                  /* absolute: the process may go to another folder */
  dev_t  device;
  ino_t  inode;
  pid_t  process;
};

/* A place where a path is about to be bound. */
typedef struct
{
  const char *path;
  const char *name;             /* in the folder */
  char       *text;             /* the path for messages */
  char       *folder;
  int         folder_fd;        /* locked, until it is closed */
  int         error_number;     /* of what failed last */
} Site;

/* Owners */

static gboolean
parse_id (const char *text,
          guint32    *id)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, UNCHANGED - 1, &number, NULL))
    return FALSE;

  *id = (guint32) number;

  return TRUE;
}

static gboolean
find_user (const char  *user,
           guint32     *id,
           GError     **error)
{
  g_autofree struct passwd *entry = NULL;

  if (user == NULL || parse_id (user, id))
    return TRUE;

  entry = g_unix_get_passwd_entry (user, NULL);
  if (entry != NULL)
    {
      *id = entry->pw_uid;
      return TRUE;
    }

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is no user “%s”", user);

  return FALSE;
}

static gboolean
find_group (const char  *group,
            guint32     *id,
            GError     **error)
{
  g_autofree char *buffer = NULL;
  struct group entry;
  struct group *found = NULL;
  gsize size = 1024;
  int result = ERANGE;

  if (group == NULL || parse_id (group, id))
    return TRUE;

  /* The members of a group may be many. */
  for (; result == ERANGE; size *= 2)
    {
      buffer = g_realloc (buffer, size);
      result = getgrnam_r (group, &entry, buffer, size, &found);
    }

  if (found != NULL)
    {
      *id = found->gr_gid;
      return TRUE;
    }

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is no group “%s”", group);

  return FALSE;
}

/* The folder */

static void
clear_site (Site *site)
{
  g_free (site->text);
  g_free (site->folder);
  if (site->folder_fd >= 0)
    close (site->folder_fd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Site, clear_site)

/* Always FALSE, with the errno of what failed. */
static gboolean
fail (Site        *site,
      const char  *what,
      GError     **error)
{
  site->error_number = errno;
  tisock_set_error_from_errno (error, site->error_number, "Could not listen on %s: %s",
                               site->text, what);

  return FALSE;
}

static gboolean
fail_in_use (Site    *site,
             GError **error)
{
  site->error_number = EADDRINUSE;
  tisock_set_error_from_errno (error, site->error_number, "Could not listen on %s", site->text);

  return FALSE;
}

/* Not by waiting in flock(): whoever can read the folder can hold its lock for ever. */
static gboolean
lock_folder (Site    *site,
             GError **error)
{
  for (guint i = 0; i < LOCK_TRIES; i++)
    {
      /* A file system without locks has to do without them. */
      if (flock (site->folder_fd, LOCK_EX | LOCK_NB) == 0 ||
          (errno != EWOULDBLOCK && errno != EINTR))
        return TRUE;

      g_usleep (LOCK_INTERVAL);
    }

  return fail (site, "somebody keeps the folder locked", error);
}

static gboolean
open_folder (Site    *site,
             GError **error)
{
  site->folder_fd = open (site->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  return site->folder_fd >= 0 ? lock_folder (site, error)
                              : fail (site, "the folder cannot be opened", error);
}

/* Taking over */

/* What connect() says: 0 if somebody listens, ECONNREFUSED if nobody does. */
static int
probe (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int error_number = 0;
  int fd;

  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
    return ENAMETOOLONG;

  fd = tisock_descriptor_new_stream (AF_UNIX);
  if (fd < 0)
    return errno;

  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    error_number = errno;
  close (fd);

  return error_number;
}

static int
look_at (Site        *site,
         const char  *name,
         struct stat *status)
{
  return fstatat (site->folder_fd, name, status, AT_SYMLINK_NOFOLLOW);
}

/* Whether what was put aside is a socket, and still nobody listens there. */
static gboolean
is_stale (Site       *site,
          const char *aside)
{
  g_autofree char *path = g_build_filename (site->folder, aside, NULL);
  struct stat now;

  return look_at (site, aside, &now) == 0 && S_ISSOCK (now.st_mode) &&
         probe (path) == ECONNREFUSED;
}

/* It is somebody's. Should there be another one by now, it stays where it is. */
static gboolean
put_back (Site        *site,
          const char  *aside,
          GError     **error)
{
  if (linkat (site->folder_fd, aside, site->folder_fd, site->name, 0) != 0)
    {
      int error_number = errno;
      g_autofree char *what = NULL;

      what = g_strdup_printf ("another one is in use, and is now called %s", aside);
      errno = error_number;
      return fail (site, what, error);
    }

  unlinkat (site->folder_fd, aside, 0);

  return fail_in_use (site, error);
}

/* A name that is short, because it is connected to. */
static char *
get_name_aside (Site *site)
{
  struct stat status;
  char *name = NULL;

  do
    {
      g_free (name);
      name = g_strdup_printf (".%08x", g_random_int ());
    }
  while (look_at (site, name, &status) == 0);

  return name;
}

/* Renaming is what makes it one step: whoever binds the path from now on is not affected. */
static gboolean
remove_stale (Site    *site,
              GError **error)
{
  g_autofree char *aside = get_name_aside (site);

  if (renameat (site->folder_fd, site->name, site->folder_fd, aside) != 0)
    return errno == ENOENT || fail (site, "nobody uses this socket, but it cannot be removed",
                                    error);

  if (!is_stale (site, aside))
    return put_back (site, aside, error);

  return unlinkat (site->folder_fd, aside, 0) == 0 ||
         fail (site, "nobody uses this socket, but it cannot be removed", error);
}

/* What is there has to be a socket on which nobody listens. */
static gboolean
make_room (Site    *site,
           GError **error)
{
  struct stat status;
  int answer;

  if (look_at (site, site->name, &status) != 0)
    return errno == ENOENT || fail (site, "what is there cannot be examined", error);

  if (!S_ISSOCK (status.st_mode))
    {
      errno = EEXIST;
      return fail (site, "what is there is not a socket", error);
    }

  answer = probe (site->path);
  if (answer == ECONNREFUSED)
    return remove_stale (site, error);

  return answer == ENOENT || fail_in_use (site, error);
}

/* Binding */

static gboolean
bind_once (int         fd,
           const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);

  return bind (fd, (struct sockaddr *) &address, sizeof address) == 0;
}

static gboolean
bind_path (Site    *site,
           int      fd,
           GError **error)
{
  for (guint i = 0; i < BIND_TRIES; i++)
    {
      if (bind_once (fd, site->path))
        return TRUE;
      if (errno != EADDRINUSE)
        return fail (site, "it cannot be made", error);
      if (!make_room (site, error))
        return FALSE;
    }

  /* Those who do not know of the lock were faster each time. */
  return fail_in_use (site, error);
}

static gboolean
set_owner (Site                     *site,
           const TisockUnixOptions  *options,
           GError                  **error)
{
  guint32 user = UNCHANGED;
  guint32 group = UNCHANGED;

  if (!find_user (options->user, &user, error) || !find_group (options->group, &group, error))
    {
      site->error_number = ENOENT;
      g_prefix_error (error, "Could not listen on %s: ", site->text);
      return FALSE;
    }

  return (user == UNCHANGED && group == UNCHANGED) ||
         fchownat (site->folder_fd, site->name, user, group, AT_SYMLINK_NOFOLLOW) == 0 ||
         fail (site, "its owner cannot be set", error);
}

/* What the umask took away. */
static gboolean
set_mode (Site                     *site,
          const TisockUnixOptions  *options,
          const struct stat        *status,
          GError                  **error)
{
  return options->mode == 0 || (status->st_mode & ALL_MODES) == options->mode ||
         fchmodat (site->folder_fd, site->name, options->mode, AT_SYMLINK_NOFOLLOW) == 0 ||
         fail (site, "its mode cannot be set", error);
}

static TisockUnixPath *
new_path (Site              *site,
          const struct stat *status)
{
  TisockUnixPath *self = g_new0 (TisockUnixPath, 1);
  g_autofree char *current = g_get_current_dir ();

  self->path = g_path_is_absolute (site->path) ? g_strdup (site->path)
                                               : g_build_filename (current, site->path, NULL);
  self->device = status->st_dev;
  self->inode = status->st_ino;
  self->process = getpid ();

  return self;
}

/* Nobody can connect before listen(), so that nobody comes in by a mode that is not set yet. */
static TisockUnixPath *
publish (Site                     *site,
         int                       fd,
         const TisockUnixOptions  *options,
         int                       backlog,
         GError                  **error)
{
  struct stat status;

  if (look_at (site, site->name, &status) != 0)
    {
      fail (site, "it has gone again", error);
      return NULL;
    }

  if (set_owner (site, options, error) && set_mode (site, options, &status, error) &&
      (listen (fd, backlog) == 0 || fail (site, "it cannot be listened on", error)))
    return new_path (site, &status);

  unlinkat (site->folder_fd, site->name, 0);

  return NULL;
}

static TisockUnixPath *
listen_at (Site                     *site,
           int                       fd,
           const TisockUnixOptions  *options,
           int                       backlog,
           GError                  **error)
{
  /* On Linux the mode of the path will be that of the descriptor, without what the umask says. */
  if (options->mode != 0)
    fchmod (fd, options->mode);

  if (!open_folder (site, error) || !bind_path (site, fd, error))
    return NULL;

  return publish (site, fd, options, backlog, error);
}

static gboolean
listen_on_path (GUnixSocketAddress       *address,
                int                       fd,
                const TisockUnixOptions  *options,
                int                       backlog,
                TisockUnixPath          **path,
                int                      *error_number,
                GError                  **error)
{
  g_auto(Site) site = { .path = g_unix_socket_address_get_path (address), .folder_fd = -1 };
  const char *slash = strrchr (site.path, G_DIR_SEPARATOR);

  site.name = slash != NULL ? slash + 1 : site.path;
  site.text = tisock_unix_name_describe (address);
  site.folder = g_path_get_dirname (site.path);
  errno = EISDIR;
  if (*site.name == '\0')
    fail (&site, "this is the name of a folder", error);
  else
    *path = listen_at (&site, fd, options, backlog, error);
  *error_number = site.error_number;

  return *path != NULL;
}

static gboolean
listen_on_name (GUnixSocketAddress  *address,
                int                  fd,
                int                  backlog,
                int                 *error_number,
                GError             **error)
{
  struct sockaddr_un native;
  gssize length = g_socket_address_get_native_size (G_SOCKET_ADDRESS (address));
  g_autofree char *text = NULL;

  if (!g_socket_address_to_native (G_SOCKET_ADDRESS (address), &native, sizeof native, error))
    return FALSE;
  if (bind (fd, (struct sockaddr *) &native, (socklen_t) length) == 0 && listen (fd, backlog) == 0)
    return TRUE;

  *error_number = errno;
  text = tisock_unix_name_describe (address);
  tisock_set_error_from_errno (error, *error_number, "Could not listen on %s", text);

  return FALSE;
}

int
tisock_unix_listen (GUnixSocketAddress       *address,
                    const TisockUnixOptions  *options,
                    int                       backlog,
                    TisockUnixPath          **path,
                    int                      *error_number,
                    GError                  **error)
{
  int length = backlog > 0 ? backlog : MAXIMUM_BACKLOG;
  gboolean listening;
  int fd;

  *path = NULL;
  if (!tisock_unix_name_check (address, error_number, error))
    return -1;

  fd = tisock_descriptor_new_stream (AF_UNIX);
  if (fd < 0)
    {
      *error_number = errno;
      tisock_set_error_from_errno (error, *error_number, "Could not make a Unix socket");
      return -1;
    }

  if (tisock_unix_name_is_abstract (address))
    listening = listen_on_name (address, fd, length, error_number, error);
  else
    listening = listen_on_path (address, fd, options, length, path, error_number, error);

  if (listening)
    return fd;

  close (fd);

  return -1;
}

/* While it is still listened on, so that nobody takes it for stale between the two calls. */
void
tisock_unix_path_free (TisockUnixPath *self)
{
  struct stat status;

  if (self->process == getpid () && lstat (self->path, &status) == 0 &&
      status.st_dev == self->device && status.st_ino == self->inode)
    unlink (self->path);

  g_free (self->path);
  g_free (self);
}
