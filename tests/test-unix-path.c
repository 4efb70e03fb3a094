/* test-unix-path.c: listening on Unix sockets, and the paths they leave behind
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/descriptor.h"
#include "engine/unix-name.h"
#include "engine/unix-path.h"
#include "test-util.h"
#include "tisock-socket-error.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

#define N_ROUNDS 20
#define N_PROCESSES 12
#define N_THREADS 8

/* What happens between two calls of the library's. */
static void (*before_rename) (const char *path);
static void (*after_rename) (const char *path);
static const char *path_of_rename;
static guint n_intruders;
static int intruders[2];

static int flock_errno;
static guint n_flock_failures;

int
renameat (int         old_folder,
          const char *old_name,
          int         new_folder,
          const char *new_name)
{
  int (*real_renameat) (int, const char *, int, const char *) = dlsym (RTLD_NEXT, "renameat");
  void (*before) (const char *path) = before_rename;
  void (*after) (const char *path) = after_rename;
  int result;

  before_rename = after_rename = NULL;
  if (before != NULL)
    before (path_of_rename);
  result = real_renameat (old_folder, old_name, new_folder, new_name);
  if (after != NULL)
    after (path_of_rename);

  return result;
}

int
flock (int fd,
       int operation)
{
  int (*real_flock) (int, int) = dlsym (RTLD_NEXT, "flock");

  if (n_flock_failures == 0)
    return real_flock (fd, operation);

  n_flock_failures--;
  errno = flock_errno;

  return -1;
}

/* A folder of each test's own */

typedef struct
{
  char *folder;
  char *path;
  mode_t umask;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->folder = g_dir_make_tmp ("tisock-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "socket", NULL);
  fixture->umask = umask (022);
}

/* Nothing is left in the folder. */
static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_assert_no_errno (g_rmdir (fixture->folder));
  umask (fixture->umask);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static guint
count_files (Fixture *fixture)
{
  g_autoptr(GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

/* Listening */

typedef struct
{
  int             fd;
  TisockUnixPath *path;
} Listener;

static Listener
listen_with (const char              *path,
             const TisockUnixOptions *options,
             GError                 **error)
{
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);
  Listener listener = { -1, NULL };
  int error_number = 0;

  listener.fd = tisock_unix_listen (G_UNIX_SOCKET_ADDRESS (address), options, 0, &listener.path,
                                    &error_number, error);
  g_assert_true ((listener.fd < 0) == (error_number != 0));
  g_assert_true ((listener.fd < 0) == (listener.path == NULL));

  return listener;
}

static Listener
listen_at (const char *path)
{
  const TisockUnixOptions options = { 0 };
  g_autoptr(GError) error = NULL;
  Listener listener = listen_with (path, &options, &error);

  g_assert_no_error (error);

  return listener;
}

static void
stop (Listener *listener)
{
  tisock_unix_path_free (listener->path);
  close (listener->fd);
}

static void
expect_failure_with (const char              *path,
                     const TisockUnixOptions *options,
                     GQuark                   domain,
                     int                      code,
                     const char              *reason)
{
  g_autofree char *start = g_strdup_printf ("Could not listen on %s: ", path);
  g_autoptr(GError) error = NULL;
  guint n_descriptors = test_count_descriptors ();

  g_assert_cmpint (listen_with (path, options, &error).fd, ==, -1);
  g_assert_error (error, domain, code);
  g_assert_true (g_str_has_prefix (error->message, start));
  g_assert_nonnull (strstr (error->message, reason));
  if (n_descriptors > 0)
    g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors + n_intruders);
}

static void
expect_failure (const char *path,
                GQuark      domain,
                int         code,
                const char *reason)
{
  const TisockUnixOptions options = { 0 };

  expect_failure_with (path, &options, domain, code, reason);
}

static void
expect_in_use (const char *path)
{
  expect_failure (path, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE, "in use");
}

/* Sockets of others */

static struct sockaddr_un
to_native (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                    sizeof address.sun_path);

  return address;
}

static int
bind_raw (const char *path,
          int         type)
{
  struct sockaddr_un address = to_native (path);
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC, 0);

  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));

  return fd;
}

static int
listen_raw (const char *path,
            int         backlog)
{
  int fd = bind_raw (path, SOCK_STREAM);

  g_assert_no_errno (listen (fd, backlog));

  return fd;
}

/* As a process leaves it that was killed. */
static void
leave_stale (const char *path)
{
  close (listen_raw (path, 1));
}

static int
connect_raw (const char *path)
{
  struct sockaddr_un address = to_native (path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;

  close (fd);

  return -1;
}

/* Connects, and sends a byte to tell from those who only asked whether somebody listens. */
static void
expect_served_by (const char *path,
                  int         listener)
{
  int peer = connect_raw (path);
  gssize n = 0;

  g_assert_cmpint (peer, >=, 0);
  g_assert_cmpint (write (peer, "x", 1), ==, 1);
  while (n == 0)
    {
      char byte;
      int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);

      g_assert_cmpint (fd, >=, 0);
      n = read (fd, &byte, 1);
      close (fd);
    }

  g_assert_cmpint (n, ==, 1);
  close (peer);
}

static mode_t
get_mode (const char *path)
{
  struct stat status;

  g_assert_no_errno (lstat (path, &status));

  return status.st_mode;
}

/* Names */

static void
assert_described (const char             *name,
                  int                     length,
                  GUnixSocketAddressType  type,
                  const char             *text)
{
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new_with_type (name, length, type);
  g_autofree char *described = tisock_unix_name_describe (G_UNIX_SOCKET_ADDRESS (address));

  g_assert_cmpstr (described, ==, text);
}

static void
test_names (void)
{
  assert_described ("/run/x", -1, G_UNIX_SOCKET_ADDRESS_PATH, "/run/x");
  assert_described ("x", -1, G_UNIX_SOCKET_ADDRESS_PATH, "x");
  assert_described ("x", -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT, "@x");
  assert_described ("x\0y", 3, G_UNIX_SOCKET_ADDRESS_ABSTRACT, "@x@y");
  assert_described ("x\0y", 3, G_UNIX_SOCKET_ADDRESS_ABSTRACT_PADDED, "@x@y");
  assert_described ("", 0, G_UNIX_SOCKET_ADDRESS_ANONYMOUS, "");
  /* What is no text becomes text all the same. */
  assert_described ("/\xff", -1, G_UNIX_SOCKET_ADDRESS_PATH, "/\357\277\275");
}

static void
assert_name (int         fd,
             gboolean    remote,
             const char *name)
{
  g_autofree char *text = tisock_unix_name_dup (fd, remote);

  g_assert_cmpstr (text, ==, name);
}

static void
test_names_of_sockets (Fixture       *fixture,
                       gconstpointer  user_data)
{
  int listener = listen_raw (fixture->path, 1);
  int peer = connect_raw (fixture->path);
  int fds[2];

  assert_name (listener, FALSE, fixture->path);
  assert_name (peer, FALSE, "");
  assert_name (peer, TRUE, fixture->path);
  assert_name (listener, TRUE, "");
  assert_name (-1, FALSE, "");
  close (peer);
  close (listener);
  g_unlink (fixture->path);

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  assert_name (fds[0], FALSE, "");
  assert_name (fds[0], TRUE, "");
  close (fds[0]);
  close (fds[1]);
}

/* Longer than GUnixSocketAddress can tell from what it was before it was cut. */
static void
test_length (Fixture       *fixture,
             gconstpointer  user_data)
{
  gsize longest = sizeof (((struct sockaddr_un *) NULL)->sun_path) - 2;
  g_autofree char *prefix = g_strconcat (fixture->folder, "/", NULL);

  for (gsize length = longest; length < longest + 20; length++)
    {
      g_autofree char *rest = g_strnfill (length - strlen (prefix), 'x');
      g_autofree char *path = g_strconcat (prefix, rest, NULL);
      g_autofree char *cut = g_strndup (path, longest + 1);
      Listener listener;

      if (length > longest)
        {
          expect_failure (cut, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG, "107");
          expect_failure (cut, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG, "at most 106");
          continue;
        }

      listener = listen_at (path);
      expect_served_by (path, listener.fd);
      stop (&listener);
    }
}

static void
test_no_name (void)
{
  const TisockUnixOptions options = { 0 };
  g_autoptr(GSocketAddress) address = NULL;
  g_autoptr(GError) error = NULL;
  TisockUnixPath *path;
  int error_number;

  address = g_unix_socket_address_new_with_type ("", 0, G_UNIX_SOCKET_ADDRESS_ANONYMOUS);
  g_assert_cmpint (tisock_unix_listen (G_UNIX_SOCKET_ADDRESS (address), &options, 0, &path,
                                       &error_number, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

/* Listening */

static void
test_path (Fixture       *fixture,
           gconstpointer  user_data)
{
  for (guint i = 0; i < 3; i++)
    {
      guint n_descriptors = test_count_descriptors ();
      Listener listener = listen_at (fixture->path);

      g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors + (n_descriptors > 0));
      g_assert_cmpint (fcntl (listener.fd, F_GETFD) & FD_CLOEXEC, !=, 0);
      g_assert_cmpint (fcntl (listener.fd, F_GETFL) & O_NONBLOCK, !=, 0);
      g_assert_cmpint (get_mode (fixture->path), ==, S_IFSOCK | 0755);
      g_assert_cmpuint (count_files (fixture), ==, 1);
      expect_served_by (fixture->path, listener.fd);
      stop (&listener);
      g_assert_cmpuint (count_files (fixture), ==, 0);
    }
}

static void
test_relative_path (Fixture       *fixture,
                    gconstpointer  user_data)
{
  g_autofree char *before = g_get_current_dir ();
  Listener listener;

  g_assert_no_errno (g_chdir (fixture->folder));
  leave_stale ("socket");
  listener = listen_at ("socket");
  g_assert_no_errno (g_chdir (before));
  expect_served_by (fixture->path, listener.fd);
  stop (&listener);
}

static void
test_abstract (void)
{
  const TisockUnixOptions options = { .mode = 0600, .user = "nobody.of.that.name" };
  g_autofree char *name = g_strdup_printf ("tisock-test-%d", getpid ());
  g_autoptr(GSocketAddress) address = NULL;
  g_autoptr(GError) error = NULL;
  TisockUnixPath *path;
  int error_number = 0;
  int fd;

  address = g_unix_socket_address_new_with_type (name, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  fd = tisock_unix_listen (G_UNIX_SOCKET_ADDRESS (address), &options, 0, &path, &error_number,
                           &error);
  g_assert_no_error (error);
  g_assert_null (path);
  g_assert_cmpint (tisock_unix_listen (G_UNIX_SOCKET_ADDRESS (address), &options, 0, &path,
                                       &error_number, &error), ==, -1);
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE);
  g_assert_cmpint (error_number, ==, EADDRINUSE);
  g_assert_nonnull (strstr (error->message, name));
  close (fd);
}

static void
test_modes (Fixture       *fixture,
            gconstpointer  user_data)
{
  const mode_t modes[] = { 0600, 0660, 0666, 0777, 0001, 0707 };
  const mode_t umasks[] = { 022, 077, 0, 0777 };

  for (guint i = 0; i < G_N_ELEMENTS (modes) * G_N_ELEMENTS (umasks); i++)
    {
      const TisockUnixOptions options = { .mode = modes[i % G_N_ELEMENTS (modes)] };
      g_autoptr(GError) error = NULL;
      Listener listener;

      umask (umasks[i / G_N_ELEMENTS (modes)]);
      listener = listen_with (fixture->path, &options, &error);
      g_assert_no_error (error);
      g_assert_cmpint (get_mode (fixture->path), ==, S_IFSOCK | options.mode);
      stop (&listener);
    }
}

/* As root, owners are really changed; as anybody else, refused. */
static void
test_owners (Fixture       *fixture,
             gconstpointer  user_data)
{
  const TisockUnixOptions rows[] = { { 0, "1234", "4321" }, { 0640, "1234", NULL },
                                     { 0, NULL, "4321" }, { 0, "root", "root" } };
  const uid_t users[] = { 1234, 1234, geteuid (), 0 };
  const gid_t groups[] = { 4321, getegid (), 4321, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;
      struct stat status;
      Listener listener;

      if (geteuid () != 0)
        {
          expect_failure_with (fixture->path, &rows[i], G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                               "owner");
          g_assert_cmpuint (count_files (fixture), ==, 0);
          continue;
        }

      listener = listen_with (fixture->path, &rows[i], &error);
      g_assert_no_error (error);
      g_assert_no_errno (lstat (fixture->path, &status));
      g_assert_cmpint (status.st_uid, ==, users[i]);
      g_assert_cmpint (status.st_gid, ==, groups[i]);
      g_assert_cmpint (status.st_mode & 0777, ==, rows[i].mode != 0 ? rows[i].mode : 0755);
      stop (&listener);
    }
}

static void
test_unknown_owners (Fixture       *fixture,
                     gconstpointer  user_data)
{
  const TisockUnixOptions user = { .user = "nobody.of.that.name" };
  const TisockUnixOptions group = { .group = "no.such.group" };
  const TisockUnixOptions number = { .user = "4294967295" };

  expect_failure_with (fixture->path, &user, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                       "there is no user “nobody.of.that.name”");
  expect_failure_with (fixture->path, &group, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                       "there is no group “no.such.group”");
  expect_failure_with (fixture->path, &number, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "4294967295");
  g_assert_cmpuint (count_files (fixture), ==, 0);
}

/* For the time of a test root is nobody; others are who they are. */
static uid_t
become_nobody (Fixture *fixture)
{
  uid_t user = geteuid ();

  if (user == 0)
    {
      g_assert_no_errno (chown (fixture->folder, NOBODY, -1));
      g_assert_no_errno (seteuid (NOBODY));
    }

  return user;
}

static void
become_again (uid_t user)
{
  if (user == 0)
    g_assert_no_errno (seteuid (user));
}

static void
test_owner_without_privilege (Fixture       *fixture,
                              gconstpointer  user_data)
{
  const TisockUnixOptions options = { .user = "0" };
  uid_t user = become_nobody (fixture);

  expect_failure_with (fixture->path, &options, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                       "its owner cannot be set");
  g_assert_cmpuint (count_files (fixture), ==, 0);
  become_again (user);
}

/* Folders */

static void
test_folders (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autofree char *missing = g_build_filename (fixture->folder, "missing", "socket", NULL);
  g_autofree char *file = g_build_filename (fixture->folder, "file", NULL);
  g_autofree char *below = g_build_filename (file, "socket", NULL);
  g_autofree char *slash = g_strconcat (fixture->folder, "/", NULL);

  expect_failure (missing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "the folder cannot be opened");
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  expect_failure (below, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY, "the folder cannot be opened");
  g_unlink (file);
  expect_failure (slash, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, "the name of a folder");
}

static void
test_folder_without_privilege (Fixture       *fixture,
                               gconstpointer  user_data)
{
  uid_t user = become_nobody (fixture);

  g_assert_no_errno (g_chmod (fixture->folder, 0500));
  expect_failure (fixture->path, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "it cannot be made");
  g_assert_no_errno (g_chmod (fixture->folder, 0300));
  expect_failure (fixture->path, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                  "the folder cannot be opened");
  g_assert_no_errno (g_chmod (fixture->folder, 0700));
  become_again (user);
}

/* What is there already */

static void
test_live (Fixture       *fixture,
           gconstpointer  user_data)
{
  Listener listener = listen_at (fixture->path);

  for (guint i = 0; i < 3; i++)
    {
      expect_in_use (fixture->path);
      expect_served_by (fixture->path, listener.fd);
    }
  stop (&listener);
}

/* A full backlog is a sign of life, and so is a socket of another type. */
static void
test_live_ones (Fixture       *fixture,
                gconstpointer  user_data)
{
  int listener = listen_raw (fixture->path, 0);
  int peer = connect_raw (fixture->path);

  expect_in_use (fixture->path);
  expect_in_use (fixture->path);
  g_assert_cmpint (peer, >=, 0);
  close (peer);
  close (listener);
  g_unlink (fixture->path);

  listener = bind_raw (fixture->path, SOCK_DGRAM);
  expect_in_use (fixture->path);
  close (listener);
  g_unlink (fixture->path);

  listener = bind_raw (fixture->path, SOCK_SEQPACKET);
  g_assert_no_errno (listen (listener, 1));
  expect_in_use (fixture->path);
  close (listener);
  g_unlink (fixture->path);
}

/* Who may not connect cannot know. */
static void
test_live_without_privilege (Fixture       *fixture,
                             gconstpointer  user_data)
{
  int listener = listen_raw (fixture->path, 1);
  uid_t user = become_nobody (fixture);

  if (user != 0)
    g_assert_no_errno (g_chmod (fixture->path, 0));
  expect_in_use (fixture->path);
  close (listener);
  expect_in_use (fixture->path);
  become_again (user);
  g_assert_no_errno (g_unlink (fixture->path));
}

static void
test_stale (Fixture       *fixture,
            gconstpointer  user_data)
{
  const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      Listener listener;

      close (bind_raw (fixture->path, types[i]));
      listener = listen_at (fixture->path);
      g_assert_cmpuint (count_files (fixture), ==, 1);
      expect_served_by (fixture->path, listener.fd);
      stop (&listener);
    }
}

/* In a folder like /tmp only its owner may remove it. */
static void
test_stale_of_others (Fixture       *fixture,
                      gconstpointer  user_data)
{
  uid_t user = geteuid ();

  if (user != 0)
    {
      g_test_skip ("this needs root, to be two users");
      return;
    }

  leave_stale (fixture->path);
  g_assert_no_errno (g_chmod (fixture->path, 0777));
  g_assert_no_errno (g_chmod (fixture->folder, 01777));
  g_assert_no_errno (seteuid (NOBODY));
  expect_failure (fixture->path, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "cannot be removed");
  g_assert_no_errno (seteuid (user));
  g_assert_no_errno (g_unlink (fixture->path));
}

/* Its name aside would be too long to connect to. */
static void
test_stale_in_long_folder (Fixture       *fixture,
                           gconstpointer  user_data)
{
  g_autofree char *rest = g_strnfill (100 - strlen (fixture->folder), 'x');
  g_autofree char *folder = g_strconcat (fixture->folder, "/", rest, NULL);
  g_autofree char *path = g_build_filename (folder, "sock", NULL);

  g_assert_no_errno (g_mkdir (folder, 0755));
  leave_stale (path);
  expect_in_use (path);
  g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (g_rmdir (folder));
}

static void
expect_no_socket (const char *path,
                  mode_t      type)
{
  expect_failure (path, G_IO_ERROR, G_IO_ERROR_EXISTS, "what is there is not a socket");
  g_assert_cmpint (get_mode (path) & S_IFMT, ==, type);
}

static void
test_no_sockets (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autofree char *stale = g_build_filename (fixture->folder, "stale", NULL);

  g_assert_true (g_file_set_contents (fixture->path, "kept", -1, NULL));
  expect_no_socket (fixture->path, S_IFREG);
  g_unlink (fixture->path);

  g_assert_no_errno (g_mkdir (fixture->path, 0755));
  expect_no_socket (fixture->path, S_IFDIR);
  g_rmdir (fixture->path);

  g_assert_no_errno (mkfifo (fixture->path, 0600));
  expect_no_socket (fixture->path, S_IFIFO);
  g_unlink (fixture->path);

  leave_stale (stale);
  g_assert_no_errno (symlink (stale, fixture->path));
  expect_no_socket (fixture->path, S_IFLNK);
  g_assert_no_errno (g_unlink (stale));
  expect_no_socket (fixture->path, S_IFLNK);
  g_unlink (fixture->path);
}

/* The end */

static void
test_replaced (Fixture       *fixture,
               gconstpointer  user_data)
{
  Listener listener = listen_at (fixture->path);
  int other;

  g_assert_no_errno (g_unlink (fixture->path));
  other = listen_raw (fixture->path, 1);
  stop (&listener);
  expect_served_by (fixture->path, other);
  close (other);
  g_assert_no_errno (g_unlink (fixture->path));

  listener = listen_at (fixture->path);
  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_true (g_file_set_contents (fixture->path, "kept", -1, NULL));
  stop (&listener);
  g_assert_no_errno (g_unlink (fixture->path));

  listener = listen_at (fixture->path);
  g_assert_no_errno (g_unlink (fixture->path));
  stop (&listener);
}

static void
expect_exit (pid_t process,
             int   expected)
{
  int status;

  g_assert_cmpint (waitpid (process, &status, 0), ==, process);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, expected);
}

static void
test_forked (Fixture       *fixture,
             gconstpointer  user_data)
{
  Listener listener = listen_at (fixture->path);
  pid_t child = fork ();

  if (child == 0)
    {
      stop (&listener);
      _exit (0);
    }

  expect_exit (child, 0);
  expect_served_by (fixture->path, listener.fd);
  stop (&listener);
}

/* Others who do not know of the lock */

static void
intrude (const char *path)
{
  g_assert_cmpuint (n_intruders, <, G_N_ELEMENTS (intruders));
  intruders[n_intruders++] = listen_raw (path, 1);
}

static void
replace_by_live (const char *path)
{
  g_unlink (path);
  intrude (path);
}

static void
send_intruders_away (void)
{
  while (n_intruders > 0)
    close (intruders[--n_intruders]);
}

static void
test_replaced_by_live (Fixture       *fixture,
                       gconstpointer  user_data)
{
  leave_stale (fixture->path);
  before_rename = replace_by_live;
  path_of_rename = fixture->path;
  expect_in_use (fixture->path);
  expect_served_by (fixture->path, intruders[0]);
  send_intruders_away ();
  g_assert_cmpuint (count_files (fixture), ==, 1);
  g_assert_no_errno (g_unlink (fixture->path));
}

static char *
find_other_file (Fixture *fixture)
{
  g_autoptr(GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL && g_str_has_suffix (fixture->path, name))
    ;

  return g_build_filename (fixture->folder, name, NULL);
}

/* There is one too many: neither is removed, and the message says where the first one is. */
static void
test_replaced_by_two (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autofree char *aside = NULL;

  leave_stale (fixture->path);
  before_rename = replace_by_live;
  after_rename = intrude;
  path_of_rename = fixture->path;
  expect_failure (fixture->path, G_IO_ERROR, G_IO_ERROR_EXISTS, "is now called .");
  g_assert_cmpuint (count_files (fixture), ==, 2);
  aside = find_other_file (fixture);
  expect_served_by (aside, intruders[0]);
  expect_served_by (fixture->path, intruders[1]);
  send_intruders_away ();
  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_no_errno (g_unlink (aside));
}

static void
replace_by_file (const char *path)
{
  g_unlink (path);
  g_assert_true (g_file_set_contents (path, "kept", -1, NULL));
}

static void
test_replaced_by_file (Fixture       *fixture,
                       gconstpointer  user_data)
{
  leave_stale (fixture->path);
  before_rename = replace_by_file;
  path_of_rename = fixture->path;
  expect_in_use (fixture->path);
  g_assert_cmpint (get_mode (fixture->path) & S_IFMT, ==, S_IFREG);
  g_assert_cmpuint (count_files (fixture), ==, 1);
  g_assert_no_errno (g_unlink (fixture->path));
}

static void
just_remove (const char *path)
{
  g_unlink (path);
}

static void
test_removed (Fixture       *fixture,
              gconstpointer  user_data)
{
  Listener listener;

  leave_stale (fixture->path);
  before_rename = just_remove;
  path_of_rename = fixture->path;
  listener = listen_at (fixture->path);
  expect_served_by (fixture->path, listener.fd);
  stop (&listener);
}

/* Races */

/* Waits until the other end is closed, then listens and says how that went. */
static void
compete (const char *path,
         int         start,
         int         results,
         int         finish)
{
  const TisockUnixOptions options = { .mode = 0600 };
  g_autoptr(GError) error = NULL;
  Listener listener;
  char result = 'w';
  char byte;

  g_assert_cmpint (read (start, &byte, 1), ==, 0);
  listener = listen_with (path, &options, &error);
  if (listener.fd < 0)
    result = g_error_matches (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_ADDRESS_IN_USE)
             ? 'l' : 'e';
  g_assert_cmpint (write (results, &result, 1), ==, 1);

  /* Until all have said it, the winner stays. */
  g_assert_cmpint (read (finish, &byte, 1), ==, 0);
  if (listener.fd >= 0)
    stop (&listener);
}

typedef struct
{
  const char *path;
  int         start[2];
  int         results[2];
  int         finish[2];
} Race;

static void
open_race (Race       *race,
           const char *path)
{
  race->path = path;
  g_assert_no_errno (pipe (race->start));
  g_assert_no_errno (pipe (race->results));
  g_assert_no_errno (pipe (race->finish));
}

/* Exactly one wins, the others find the address in use, and the winner can be reached. */
static void
judge_race (Race  *race,
            guint  n)
{
  guint n_winners = 0;
  int peer;

  close (race->start[1]);
  for (guint i = 0; i < n; i++)
    {
      char result;

      g_assert_cmpint (read (race->results[0], &result, 1), ==, 1);
      g_assert_cmpint (result, !=, 'e');
      n_winners += result == 'w';
    }

  g_assert_cmpuint (n_winners, ==, 1);
  peer = connect_raw (race->path);
  g_assert_cmpint (peer, >=, 0);
  close (peer);
  close (race->finish[1]);
}

static void
close_race (Race *race)
{
  close (race->start[0]);
  close (race->results[0]);
  close (race->results[1]);
  close (race->finish[0]);
}

static pid_t
start_process (Race *race)
{
  pid_t child = fork ();

  if (child != 0)
    return child;

  close (race->start[1]);
  close (race->finish[1]);
  compete (race->path, race->start[0], race->results[1], race->finish[0]);
  _exit (0);
}

static void
test_processes (Fixture       *fixture,
                gconstpointer  user_data)
{
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      pid_t children[N_PROCESSES];
      Race race;

      if (i % 2 == 0)
        leave_stale (fixture->path);
      open_race (&race, fixture->path);
      for (guint j = 0; j < N_PROCESSES; j++)
        children[j] = start_process (&race);

      judge_race (&race, N_PROCESSES);
      for (guint j = 0; j < N_PROCESSES; j++)
        expect_exit (children[j], 0);
      close_race (&race);
      g_assert_cmpuint (count_files (fixture), ==, 0);
    }
}

static gpointer
compete_thread (gpointer data)
{
  Race *race = data;

  compete (race->path, race->start[0], race->results[1], race->finish[0]);

  return NULL;
}

static void
test_threads (Fixture       *fixture,
              gconstpointer  user_data)
{
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      GThread *threads[N_THREADS];
      Race race;

      if (i % 2 == 0)
        leave_stale (fixture->path);
      open_race (&race, fixture->path);
      for (guint j = 0; j < N_THREADS; j++)
        threads[j] = g_thread_new ("competitor", compete_thread, &race);

      judge_race (&race, N_THREADS);
      for (guint j = 0; j < N_THREADS; j++)
        g_thread_join (threads[j]);
      close_race (&race);
      g_assert_cmpuint (count_files (fixture), ==, 0);
    }
}

/* The lock */

static void
test_lock (Fixture       *fixture,
           gconstpointer  user_data)
{
  Listener listener;

  /* Somebody else is faster, for a moment. */
  flock_errno = EWOULDBLOCK;
  n_flock_failures = 3;
  listener = listen_at (fixture->path);
  g_assert_cmpuint (n_flock_failures, ==, 0);
  stop (&listener);

  flock_errno = EINTR;
  n_flock_failures = 3;
  listener = listen_at (fixture->path);
  g_assert_cmpuint (n_flock_failures, ==, 0);
  stop (&listener);

  /* There are no locks on this file system. */
  flock_errno = ENOLCK;
  n_flock_failures = G_MAXUINT;
  listener = listen_at (fixture->path);
  stop (&listener);

  /* Somebody means mischief. */
  flock_errno = EWOULDBLOCK;
  n_flock_failures = G_MAXUINT;
  expect_failure (fixture->path, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "keeps the folder locked");
  n_flock_failures = 0;
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unix-path/names", test_names);
  ADD ("/unix-path/names-of-sockets", test_names_of_sockets);
  ADD ("/unix-path/length", test_length);
  g_test_add_func ("/unix-path/no-name", test_no_name);
  ADD ("/unix-path/path", test_path);
  ADD ("/unix-path/relative-path", test_relative_path);
  g_test_add_func ("/unix-path/abstract", test_abstract);
  ADD ("/unix-path/modes", test_modes);
  ADD ("/unix-path/owners", test_owners);
  ADD ("/unix-path/owners/unknown", test_unknown_owners);
  ADD ("/unix-path/owners/without-privilege", test_owner_without_privilege);
  ADD ("/unix-path/folders", test_folders);
  ADD ("/unix-path/folders/without-privilege", test_folder_without_privilege);
  ADD ("/unix-path/live", test_live);
  ADD ("/unix-path/live/ones", test_live_ones);
  ADD ("/unix-path/live/without-privilege", test_live_without_privilege);
  ADD ("/unix-path/stale", test_stale);
  ADD ("/unix-path/stale/of-others", test_stale_of_others);
  ADD ("/unix-path/stale/in-long-folder", test_stale_in_long_folder);
  ADD ("/unix-path/no-sockets", test_no_sockets);
  ADD ("/unix-path/replaced", test_replaced);
  ADD ("/unix-path/replaced/by-live", test_replaced_by_live);
  ADD ("/unix-path/replaced/by-two", test_replaced_by_two);
  ADD ("/unix-path/replaced/by-file", test_replaced_by_file);
  ADD ("/unix-path/removed", test_removed);
  ADD ("/unix-path/forked", test_forked);
  ADD ("/unix-path/processes", test_processes);
  ADD ("/unix-path/threads", test_threads);
  ADD ("/unix-path/lock", test_lock);

  return g_test_run ();
}
