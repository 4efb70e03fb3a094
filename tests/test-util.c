/* test-util.c: what the tests share
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test-util.h"

#include <malloc.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
test_iterate (void)
{
  g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

gint64
test_random (guint n_bits)
{
  gint64 end = G_GINT64_CONSTANT (1) << g_test_rand_int_range (0, n_bits + 1);

  return (gint64) (g_test_rand_double () * end);
}

int
test_make_file (gconstpointer data,
                gsize         length)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp (NULL, &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_no_errno (unlink (path));
  g_assert_cmpint (write (fd, data, length), ==, length);

  return fd;
}

guint
test_count_descriptors (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

gint64
test_get_memory_in_use (void)
{
#if defined (__GLIBC__) && __GLIBC_PREREQ (2, 33)
  struct mallinfo2 info = mallinfo2 ();

  return (gint64) (info.uordblks + info.hblkhd);
#else
  return 0;
#endif
}

void
test_await_eventfd (int fd,
                    int count)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fdinfo/%d", fd);
  gboolean rung = FALSE;

  while (!rung)
    {
      g_autofree char *text = NULL;
      const char *said;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        return;

      said = strstr (text, "eventfd-count:");
      rung = said == NULL || atoi (said + strlen ("eventfd-count:")) == count;
      g_thread_yield ();
    }
}

void
test_fill_table (struct rlimit *limits,
                 guint          room)
{
  int next = dup (STDOUT_FILENO);
  struct rlimit full;

  close (next);
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, limits));
  full = *limits;
  full.rlim_cur = (rlim_t) next + room;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &full));
}

void
test_restore_table (const struct rlimit *limits)
{
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, limits));
}

/* The sanitizer, by default */

const char *__asan_default_options (void);

/* With glibc 2.34 and later the leak check crashes over the thread-local data of modules that GIO
 * loads while the program runs, as those for TLS are. */
const char *
__asan_default_options (void)
{
  return "intercept_tls_get_addr=0";
}

gboolean
test_has_ipv6 (void)
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean result = fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0;

  if (fd >= 0)
    close (fd);

  return result;
}
