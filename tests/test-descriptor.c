/* test-descriptor.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/descriptor.h"
#include "test-util.h"
#include "tisock-socket-error.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <unistd.h>

#define N_THREADS 4

/* What the next calls of the system answer instead of what they do; 0: they do it. */
static int socket_errno_ipv6;
static int setsockopt_errno;
static int bind_errno_ipv6;
static int listen_errno;
static int accept_errno;
static guint n_interrupts;

/* Where accepting leaves a descriptor of somebody else's, as if another thread had been faster. */
static int *thief;

int
socket (int domain,
        int type,
        int protocol)
{
  int (*real_socket) (int, int, int) = dlsym (RTLD_NEXT, "socket");

  if (domain == AF_INET6 && socket_errno_ipv6 != 0)
    {
      errno = socket_errno_ipv6;
      return -1;
    }

  return real_socket (domain, type, protocol);
}

int
setsockopt (int         fd,
            int         level,
            int         name,
            const void *value,
            socklen_t   length)
{
  int (*real_setsockopt) (int, int, int, const void *, socklen_t) = dlsym (RTLD_NEXT,
                                                                           "setsockopt");

  if (setsockopt_errno != 0)
    {
      errno = setsockopt_errno;
      return -1;
    }

  return real_setsockopt (fd, level, name, value, length);
}

int
bind (int                    fd,
      const struct sockaddr *address,
      socklen_t              length)
{
  int (*real_bind) (int, const struct sockaddr *, socklen_t) = dlsym (RTLD_NEXT, "bind");

  if (address->sa_family == AF_INET6 && bind_errno_ipv6 != 0)
    {
      errno = bind_errno_ipv6;
      return -1;
    }

  return real_bind (fd, address, length);
}

int
listen (int fd,
        int backlog)
{
  int (*real_listen) (int, int) = dlsym (RTLD_NEXT, "listen");

  if (listen_errno != 0)
    {
      errno = listen_errno;
      return -1;
    }

  return real_listen (fd, backlog);
}

static gboolean
fail_accept (void)
{
  if (n_interrupts > 0)
    {
      n_interrupts--;
      errno = EINTR;
      return TRUE;
    }

  if (thief != NULL)
    *thief = dup (STDERR_FILENO);

  errno = accept_errno;

  return accept_errno != 0;
}

int
accept (int              fd,
        struct sockaddr *address,
        socklen_t       *length)
{
  int (*real_accept) (int, struct sockaddr *, socklen_t *) = dlsym (RTLD_NEXT, "accept");

  return fail_accept () ? -1 : real_accept (fd, address, length);
}

int
accept4 (int              fd,
         struct sockaddr *address,
         socklen_t       *length,
         int              flags)
{
  int (*real_accept4) (int, struct sockaddr *, socklen_t *, int) = dlsym (RTLD_NEXT, "accept4");

  return fail_accept () ? -1 : real_accept4 (fd, address, length, flags);
}

static int
get_lowest_free_descriptor (void)
{
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  close (fd);

  return fd;
}

static void
set_descriptor_limit (rlim_t  limit,
                      rlim_t *old)
{
  struct rlimit limits;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limits), ==, 0);
  if (old != NULL)
    *old = limits.rlim_cur;
  limits.rlim_cur = limit;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limits), ==, 0);
}

static void
assert_table_is_full (void)
{
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  int error_number = errno;

  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (error_number, ==, EMFILE);
  g_assert_true (tisock_errno_is_exhaustion (error_number));
}

/* All descriptors below the lowest free one are in use, so that with this limit none is left. */
static rlim_t
fill_table (void)
{
  rlim_t old;

  set_descriptor_limit (get_lowest_free_descriptor (), &old);
  assert_table_is_full ();

  return old;
}

static int
get_option (int fd,
            int level,
            int name)
{
  int value = -1;
  socklen_t length = sizeof value;

  g_assert_cmpint (getsockopt (fd, level, name, &value, &length), ==, 0);

  return value;
}

static void
assert_private (int fd)
{
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_NONBLOCK, ==, O_NONBLOCK);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
}

static guint16
get_port (int fd)
{
  TisockEndpoint endpoint;

  g_assert_true (tisock_endpoint_get_local (&endpoint, fd));

  return endpoint.port;
}

static int
listen_on (const char *literal,
           guint16     port)
{
  TisockEndpoint endpoint;

  g_assert_true (tisock_endpoint_parse (&endpoint, literal, port));

  return tisock_descriptor_listen (&endpoint, 0);
}

static int
listen_on_all (guint16 port)
{
  TisockEndpoint none = { .family = AF_UNSPEC, .port = port };

  return tisock_descriptor_listen (&none, 0);
}

static gboolean
have_ipv6 (void)
{
  int fd = listen_on ("::1", 0);

  if (fd >= 0)
    close (fd);
  else
    g_test_skip ("This machine has no IPv6.");

  return fd >= 0;
}

static int
try_to_connect (const char *literal,
                guint16     port)
{
  TisockEndpoint endpoint;
  struct sockaddr_storage address;
  socklen_t length;
  int fd;

  g_assert_true (tisock_endpoint_parse (&endpoint, literal, port));
  length = tisock_endpoint_to_sockaddr (&endpoint, &address);
  fd = socket (endpoint.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (fd, >=, 0);

  if (connect (fd, (struct sockaddr *) &address, length) == 0)
    return fd;

  close (fd);

  return -1;
}

static int
connect_to (const char *literal,
            guint16     port)
{
  int fd = try_to_connect (literal, port);

  g_assert_cmpint (fd, >=, 0);

  return fd;
}

/* Connects, and checks what accepting says of the peer. */
static int
accept_from (int         listener,
             const char *literal)
{
  int peer = connect_to (literal, get_port (listener));
  TisockEndpoint remote, expected;
  int fd = tisock_descriptor_accept (listener, &remote);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (tisock_endpoint_get_local (&expected, peer));
  g_assert_cmpmem (&remote, sizeof remote, &expected, sizeof expected);
  close (peer);

  return fd;
}

/* Waits for the peer's end. */
static void
assert_end (int fd)
{
  char byte;

  g_assert_cmpint (recv (fd, &byte, 1, 0), ==, 0);
}

typedef struct
{
  int   error_number;
  int   socket_error;           /* 0: GIO's code */
  int   bind_error;
} ErrnoCase;

static const ErrnoCase errno_cases[] = {
  { EADDRINUSE, 105, 105 },
  { ENOMEM, 108, 108 },
  { EAFNOSUPPORT, 100, 100 },
  { EPROTONOSUPPORT, 100, 100 },
  { EACCES, 0, 107 },
  { EPERM, 0, 107 },
  { ECONNREFUSED, 0, 0 },
  { ETIMEDOUT, 0, 0 },
  { EHOSTUNREACH, 0, 0 },
  { EADDRNOTAVAIL, 0, 0 },
  { EMFILE, 0, 0 },
  { ENOBUFS, 0, 0 },
};

static void
assert_errno_error (GError *error,
                    int     error_number,
                    int     socket_error)
{
  g_autofree char *message = g_strdup_printf ("Could not try 7 times: %s",
                                              g_strerror (error_number));

  if (socket_error != 0)
    g_assert_error (error, TISOCK_SOCKET_ERROR, socket_error);
  else
    g_assert_error (error, G_IO_ERROR, (int) g_io_error_from_errno (error_number));

  g_assert_cmpstr (error->message, ==, message);
}

static void
test_descriptor_error (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (errno_cases); i++)
    {
      const ErrnoCase *test = &errno_cases[i];
      g_autoptr(GError) error = NULL;
      g_autoptr(GError) bind_error = NULL;

      tisock_set_error_from_errno (&error, test->error_number, "Could not try %d %s", 7, "times");
      assert_errno_error (error, test->error_number, test->socket_error);
      tisock_set_error_from_bind (&bind_error, test->error_number, "Could not try %d times", 7);
      assert_errno_error (bind_error, test->error_number, test->bind_error);

      tisock_set_error_from_errno (NULL, test->error_number, "Nobody asks");
      tisock_set_error_from_bind (NULL, test->error_number, "Nobody asks");
    }
}

static void
test_descriptor_exhaustion (void)
{
  static const int exhausted[] = { EMFILE, ENFILE, ENOBUFS, ENOMEM };
  static const int others[] = { 0, EAGAIN, EINTR, ECONNABORTED, EPERM, EBADF };

  for (guint i = 0; i < G_N_ELEMENTS (exhausted); i++)
    g_assert_true (tisock_errno_is_exhaustion (exhausted[i]));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (tisock_errno_is_exhaustion (others[i]));
}

typedef struct
{
  TisockSlot    slot;
  GIOCondition  condition;
  guint         n_calls;
} Starving;

static void
starving_ready (TisockSlot   *slot,
                GIOCondition  condition)
{
  Starving *starving = (Starving *) slot;

  starving->condition |= condition;
  starving->n_calls++;
}

static const TisockSlotFuncs starving_funcs = { .ready = starving_ready };

static void
test_descriptor_close (void)
{
  TisockReactor *reactor = tisock_reactor_ref_thread_default ();
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  Starving starving = { .n_calls = 0 };
  int lowest = get_lowest_free_descriptor ();
  g_autoptr(GError) error = NULL;
  int fd;

  g_test_summary ("A descriptor that is closed is offered to who waits for one.");

  tisock_slot_init (&starving.slot, &starving_funcs, owner);
  g_assert_true (tisock_reactor_attach (reactor, &starving.slot, -1, 0, &error));
  g_assert_no_error (error);
  tisock_reactor_starve (reactor, &starving.slot);

  fd = dup (STDERR_FILENO);
  tisock_descriptor_close (fd, NULL);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (starving.n_calls, ==, 0);

  fd = dup (STDERR_FILENO);
  tisock_descriptor_close (fd, reactor);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_assert_cmpuint (starving.n_calls, ==, 0);
  test_wait_until (starving.n_calls > 0);
  g_assert_cmpuint (starving.n_calls, ==, 1);
  g_assert_cmpint (starving.condition, ==, 0);

  tisock_slot_detach (&starving.slot);
  tisock_reactor_unref (reactor);
  g_assert_finalize_object (owner);
  g_assert_cmpint (get_lowest_free_descriptor (), ==, lowest);
}

static void
test_descriptor_listen_options (void)
{
  int listener = listen_on ("127.0.0.1", 0);
  int fd;

  g_assert_cmpint (listener, >=, 0);
  assert_private (listener);
  g_assert_cmpint (get_option (listener, SOL_SOCKET, SO_ACCEPTCONN), !=, 0);
  g_assert_cmpint (get_option (listener, SOL_SOCKET, SO_REUSEADDR), !=, 0);
  g_assert_cmpint (get_option (listener, IPPROTO_TCP, TCP_NODELAY), !=, 0);

  fd = accept_from (listener, "127.0.0.1");
  assert_private (fd);
#ifdef __linux__
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_NODELAY), !=, 0);
#endif

  close (fd);
  close (listener);
}

static void
test_descriptor_listen_all (void)
{
  int listener, fd;

  g_test_summary ("Without an address both families are served, each peer with its own address.");

  if (!have_ipv6 ())
    return;

  listener = listen_on_all (0);
  g_assert_cmpint (listener, >=, 0);
  assert_private (listener);
  g_assert_cmpint (get_option (listener, IPPROTO_IPV6, IPV6_V6ONLY), ==, 0);

  fd = accept_from (listener, "127.0.0.1");
  close (fd);
  fd = accept_from (listener, "::1");
  close (fd);
  close (listener);
}

static void
test_descriptor_listen_exact (void)
{
  int ipv4, ipv6, fd;

  g_test_summary ("An address means itself: all of IPv6 leaves the port of IPv4 free.");

  if (!have_ipv6 ())
    return;

  /* Another program may have the IPv4 port of the same number: then another one. */
  for (ipv4 = -1; ipv4 < 0; )
    {
      ipv6 = listen_on ("::", 0);
      g_assert_cmpint (ipv6, >=, 0);
      g_assert_cmpint (get_option (ipv6, IPPROTO_IPV6, IPV6_V6ONLY), !=, 0);

      ipv4 = listen_on ("0.0.0.0", get_port (ipv6));
      if (ipv4 < 0)
        {
          g_assert_cmpint (errno, ==, EADDRINUSE);
          close (ipv6);
        }
    }

  fd = accept_from (ipv6, "::1");
  close (fd);
  fd = accept_from (ipv4, "127.0.0.1");
  close (fd);

  close (ipv4);
  close (ipv6);
}

static void
test_descriptor_listen_in_use (void)
{
  int listener = listen_on ("127.0.0.1", 0);
  int lowest = get_lowest_free_descriptor ();

  g_assert_cmpint (listener, >=, 0);

  errno = 0;
  g_assert_cmpint (listen_on ("127.0.0.1", get_port (listener)), ==, -1);
  g_assert_cmpint (errno, ==, EADDRINUSE);
  errno = 0;
  g_assert_cmpint (listen_on_all (get_port (listener)), ==, -1);
  g_assert_cmpint (errno, ==, EADDRINUSE);

  g_assert_cmpint (get_lowest_free_descriptor (), ==, lowest);
  close (listener);
}

static void
test_descriptor_listen_again (void)
{
  int listener = listen_on ("127.0.0.1", 0);
  guint16 port = get_port (listener);
  int peer = connect_to ("127.0.0.1", port);
  TisockEndpoint remote;
  int fd = tisock_descriptor_accept (listener, &remote);

  g_test_summary ("Connections that this side has ended do not hold the port.");

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  close (listener);
  assert_end (peer);

  listener = listen_on ("127.0.0.1", port);
  g_assert_cmpint (listener, >=, 0);
  g_assert_cmpuint (get_port (listener), ==, port);

  close (peer);
  close (listener);
}

static void
assert_listen_fails (const char *literal,
                     int        *injected,
                     int         error_number)
{
  int lowest = get_lowest_free_descriptor ();
  int fd, result;

  *injected = error_number;
  errno = 0;
  fd = literal != NULL ? listen_on (literal, 0) : listen_on_all (0);
  result = errno;
  *injected = 0;

  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (result, ==, error_number);
  g_assert_cmpint (get_lowest_free_descriptor (), ==, lowest);
}

static void
test_descriptor_listen_failure (void)
{
  g_test_summary ("Whatever fails, the descriptor is closed and errno says why.");

  assert_listen_fails ("127.0.0.1", &setsockopt_errno, EINVAL);
  assert_listen_fails ("127.0.0.1", &listen_errno, EADDRINUSE);
  assert_listen_fails ("::1", &socket_errno_ipv6, EAFNOSUPPORT);
  assert_listen_fails (NULL, &socket_errno_ipv6, EMFILE);

  if (!have_ipv6 ())
    return;

  assert_listen_fails ("::1", &bind_errno_ipv6, EADDRNOTAVAIL);
  assert_listen_fails ("::", &bind_errno_ipv6, EADDRNOTAVAIL);
  assert_listen_fails (NULL, &bind_errno_ipv6, EACCES);
  assert_listen_fails (NULL, &bind_errno_ipv6, EADDRINUSE);
}

static void
assert_falls_back (int *injected,
                   int  error_number)
{
  TisockEndpoint local;
  int lowest = get_lowest_free_descriptor ();
  int reserved = listen_on ("127.0.0.1", 0);
  guint16 port = get_port (reserved);
  int listener, fd;

  close (reserved);
  *injected = error_number;
  listener = listen_on_all (port);
  *injected = 0;

  g_assert_cmpint (listener, ==, lowest);
  g_assert_true (tisock_endpoint_get_local (&local, listener));
  g_assert_cmpuint (local.family, ==, AF_INET);
  g_assert_cmpuint (local.port, ==, port);
  fd = accept_from (listener, "127.0.0.1");

  close (fd);
  close (listener);
}

static void
test_descriptor_listen_no_ipv6 (void)
{
  g_test_summary ("Without an address and without IPv6, IPv4 is served.");

  assert_falls_back (&socket_errno_ipv6, EAFNOSUPPORT);
  assert_falls_back (&socket_errno_ipv6, EPROTONOSUPPORT);
  if (have_ipv6 ())
    assert_falls_back (&bind_errno_ipv6, EADDRNOTAVAIL);
}

#ifdef __linux__
/* A listening socket tells its backlog where others tell what was acknowledged. */
static guint
get_backlog (int fd)
{
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;

  g_assert_cmpint (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &length), ==, 0);

  return info.tcpi_sacked;
}

static void
test_descriptor_listen_backlog (void)
{
  TisockEndpoint none = { .family = AF_UNSPEC };
  g_autofree char *text = NULL;
  guint64 maximum;
  int fd;

  if (!g_file_get_contents ("/proc/sys/net/core/somaxconn", &text, NULL, NULL))
    {
      g_test_skip ("The system does not tell its maximum.");
      return;
    }
  g_assert_true (g_ascii_string_to_unsigned (g_strchomp (text), 10, 1, G_MAXUINT32, &maximum,
                                             NULL));

  fd = tisock_descriptor_listen (&none, 0);
  g_assert_cmpuint (get_backlog (fd), ==, maximum);
  close (fd);

  fd = tisock_descriptor_listen (&none, 3);
  g_assert_cmpuint (get_backlog (fd), ==, 3);
  close (fd);
}
#endif

static void
test_descriptor_accept_failure (void)
{
  int listener = listen_on ("127.0.0.1", 0);
  TisockEndpoint remote;
  int fd;

  g_assert_cmpint (tisock_descriptor_accept (listener, &remote), ==, -1);
  g_assert_cmpint (errno, ==, EAGAIN);

  accept_errno = ECONNABORTED;
  g_assert_cmpint (tisock_descriptor_accept (listener, &remote), ==, -1);
  g_assert_cmpint (errno, ==, ECONNABORTED);
  accept_errno = 0;

  n_interrupts = 2;
  fd = accept_from (listener, "127.0.0.1");
  g_assert_cmpuint (n_interrupts, ==, 0);

  close (fd);
  close (listener);
}

static void
test_descriptor_reserve (void)
{
  int lowest;

  tisock_descriptor_reserve ();
  lowest = get_lowest_free_descriptor ();
  tisock_descriptor_reserve ();

  g_assert_cmpint (get_lowest_free_descriptor (), ==, lowest);
}

static void
assert_shed (int  listener,
             int *peer)
{
  TisockEndpoint remote, expected;

  g_assert_true (tisock_endpoint_get_local (&expected, *peer));
  g_assert_true (tisock_descriptor_shed (listener, &remote));
  g_assert_cmpmem (&remote, sizeof remote, &expected, sizeof expected);
  assert_table_is_full ();
  assert_end (*peer);
}

static void
test_descriptor_shed (void)
{
  int listener = listen_on ("127.0.0.1", 0);
  int peers[3];
  TisockEndpoint remote;
  rlim_t limit;

  g_test_summary ("With a full table peers are refused one by one, and it is as full as before.");

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = connect_to ("127.0.0.1", get_port (listener));
  tisock_descriptor_reserve ();
  limit = fill_table ();

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    assert_shed (listener, &peers[i]);

  errno = 0;
  g_assert_false (tisock_descriptor_shed (listener, &remote));
  g_assert_cmpint (errno, ==, EAGAIN);
  assert_table_is_full ();

  accept_errno = ENOBUFS;
  g_assert_false (tisock_descriptor_shed (listener, &remote));
  g_assert_cmpint (errno, ==, ENOBUFS);
  accept_errno = 0;
  assert_table_is_full ();

  set_descriptor_limit (limit, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    close (peers[i]);
  close (listener);
}

static void
test_descriptor_shed_no_reserve (void)
{
  int listener, peer, spare;
  TisockEndpoint remote;
  rlim_t limit;

  g_test_summary ("A reserve that cannot be opened is tried again by the next call.");

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  listener = listen_on ("127.0.0.1", 0);
  peer = connect_to ("127.0.0.1", get_port (listener));
  spare = dup (STDERR_FILENO);
  limit = fill_table ();

  tisock_descriptor_reserve ();
  errno = 0;
  g_assert_false (tisock_descriptor_shed (listener, &remote));
  g_assert_cmpint (errno, ==, EMFILE);

  close (spare);
  assert_shed (listener, &peer);

  set_descriptor_limit (limit, NULL);
  close (peer);
  close (listener);
}

static void
test_descriptor_shed_taken (void)
{
  int listener = listen_on ("127.0.0.1", 0);
  int peer = connect_to ("127.0.0.1", get_port (listener));
  int taken = -1;
  TisockEndpoint remote;
  rlim_t limit;

  g_test_summary ("What takes the place of the reserve does not hide why accepting failed.");

  tisock_descriptor_reserve ();
  limit = fill_table ();

  thief = &taken;
  accept_errno = ENOBUFS;
  errno = 0;
  g_assert_false (tisock_descriptor_shed (listener, &remote));
  g_assert_cmpint (errno, ==, ENOBUFS);
  g_assert_cmpint (taken, >=, 0);
  thief = NULL;
  accept_errno = 0;

  g_assert_false (tisock_descriptor_shed (listener, &remote));
  g_assert_cmpint (errno, ==, EMFILE);
  close (taken);
  assert_shed (listener, &peer);

  set_descriptor_limit (limit, NULL);
  close (peer);
  close (listener);
}

static gpointer
shed_thread (gpointer data)
{
  int listener = GPOINTER_TO_INT (data);
  TisockEndpoint remote;

  return GINT_TO_POINTER (tisock_descriptor_shed (listener, &remote));
}

static void
test_descriptor_shed_threads (void)
{
  int listener = listen_on ("127.0.0.1", 0);
  int peers[N_THREADS];
  GThread *threads[N_THREADS];
  rlim_t limit;

  g_test_summary ("Threads share the one reserve.");

  for (guint i = 0; i < N_THREADS; i++)
    peers[i] = connect_to ("127.0.0.1", get_port (listener));
  tisock_descriptor_reserve ();
  limit = fill_table ();

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("shed", shed_thread, GINT_TO_POINTER (listener));
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_true (GPOINTER_TO_INT (g_thread_join (threads[i])));
  assert_table_is_full ();

  set_descriptor_limit (limit, NULL);
  for (guint i = 0; i < N_THREADS; i++)
    {
      assert_end (peers[i]);
      close (peers[i]);
    }
  close (listener);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/descriptor/error", test_descriptor_error);
  g_test_add_func ("/descriptor/exhaustion", test_descriptor_exhaustion);
  g_test_add_func ("/descriptor/close", test_descriptor_close);
  g_test_add_func ("/descriptor/listen/options", test_descriptor_listen_options);
  g_test_add_func ("/descriptor/listen/all", test_descriptor_listen_all);
  g_test_add_func ("/descriptor/listen/exact", test_descriptor_listen_exact);
  g_test_add_func ("/descriptor/listen/in-use", test_descriptor_listen_in_use);
  g_test_add_func ("/descriptor/listen/again", test_descriptor_listen_again);
  g_test_add_func ("/descriptor/listen/failure", test_descriptor_listen_failure);
  g_test_add_func ("/descriptor/listen/no-ipv6", test_descriptor_listen_no_ipv6);
#ifdef __linux__
  g_test_add_func ("/descriptor/listen/backlog", test_descriptor_listen_backlog);
#endif
  g_test_add_func ("/descriptor/accept/failure", test_descriptor_accept_failure);
  g_test_add_func ("/descriptor/reserve", test_descriptor_reserve);
  g_test_add_func ("/descriptor/shed", test_descriptor_shed);
  g_test_add_func ("/descriptor/shed/no-reserve", test_descriptor_shed_no_reserve);
  g_test_add_func ("/descriptor/shed/taken", test_descriptor_shed_taken);
  g_test_add_func ("/descriptor/shed/threads", test_descriptor_shed_threads);

  return g_test_run ();
}
