/* test-stream.c: files in the send queue, and splices, under no public class
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/stream-private.h"
#include "test-peer.h"
#include "test-util.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define MEBIBYTE (1024 * 1024)

/* A stream, and the peer of its connection. */
typedef struct
{
  TisockStream          stream;         /* the first, so that callbacks find the rest */
  TisockStreamSettings  settings;
  TisockReactor        *reactor;
  GObject              *owner;
  int                   peer;

  guint                 n_ended;
  GError               *error;          /* that ended it */
  guint                 n_eofs;
  guint                 n_moved;
  TisockTransfer       *transfer;       /* of the last file, or to another end */
} End;

static TisockTransportFuncs other_funcs;
static TisockTransport other_transport = { &other_funcs };
static guint n_refused;

/* A transport that has no way with files, and one whose file systems have none. */
static gssize
refuse_file (TisockTransport  *transport,
             int               fd,
             int               file_fd,
             goffset           offset,
             gsize             length,
             GError          **error)
{
  n_refused++;
  errno = EINVAL;

  return -1;
}

static TisockTransport *
get_transport (const char *name)
{
  n_refused = 0;
  if (g_str_equal (name, "sendfile"))
    return &tisock_transport_plain;

  other_funcs = *tisock_transport_plain.funcs;
  other_funcs.send_file = g_str_equal (name, "refused") ? refuse_file : NULL;

  return &other_transport;
}

/* Ends */

static void
end_happened (TisockStream       *stream,
              TisockStreamEvents  events)
{
  if (events & TISOCK_STREAM_EOF)
    ((End *) stream)->n_eofs++;
  if (events & TISOCK_STREAM_MOVED)
    ((End *) stream)->n_moved++;
}

static void
end_ended (TisockStream *stream,
           GError       *error,
           int           error_number)
{
  End *end = (End *) stream;

  g_assert_nonnull (error);
  end->n_ended++;
  end->error = error;
  tisock_stream_stop (stream);
}

static void
end_nothing (TisockStream *stream)
{
}

static const TisockStreamFuncs end_funcs = {
  .happened = end_happened,
  .ended = end_ended,
  .served = end_nothing,
  .lost = end_nothing,
};

/* Small buffers on both sides, so that few bytes fill them. */
static void
connect_end (End             *end,
             TisockTransport *transport)
{
  int size = 64 * 1024;
  int port;
  int listener = test_peer_listen (&port);
  int fd;

  end->peer = test_peer_open (port);
  fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  g_assert_cmpint (fd, >=, 0);
  close (listener);
  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
  g_assert_no_errno (setsockopt (end->peer, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));

  g_assert_true (tisock_stream_attach (&end->stream, NULL));
  g_assert_true (tisock_stream_start (&end->stream, fd, transport, NULL));
}

static End *
end_new (TisockTransport *transport)
{
  End *end = g_new0 (End, 1);

  end->settings.receive_limit = end->settings.send_limit = MEBIBYTE;
  end->settings.close_timeout = 5000;
  end->owner = g_object_new (G_TYPE_OBJECT, NULL);
  end->reactor = tisock_reactor_ref_thread_default ();
  tisock_stream_init (&end->stream, &end_funcs, &end->settings, end->reactor, end->owner);
  connect_end (end, transport);

  return end;
}

static void
end_close_peer (End *end)
{
  if (end->peer >= 0)
    close (end->peer);
  end->peer = -1;
}

static void
end_free (End *end)
{
  tisock_stream_stop (&end->stream);
  tisock_byte_queue_clear (&end->stream.received);
  end_close_peer (end);
  g_clear_error (&end->error);
  g_clear_pointer (&end->transfer, tisock_transfer_unref);
  g_assert_finalize_object (end->owner);
  tisock_reactor_unref (end->reactor);
  g_free (end);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (End, end_free)

static void
write_text (End        *end,
            const char *text)
{
  tisock_stream_write (&end->stream, text, strlen (text));
}

static void
expect_text (End        *end,
             const char *text)
{
  g_autofree char *received = test_peer_receive (end->peer, strlen (text));

  g_assert_cmpstr (received, ==, text);
}

static void
expect_end_of_peer (End *end,
                    int  error_number)
{
  char byte;

  test_peer_await (end->peer, POLLIN);
  g_assert_cmpint (recv (end->peer, &byte, 1, MSG_DONTWAIT), ==, error_number == 0 ? 0 : -1);
  if (error_number != 0)
    g_assert_cmpint (errno, ==, error_number);
}

/* Files */

static guint8 *
make_pattern (gsize length)
{
  guint8 *data = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    data[i] = (guint8) (i % 251);

  return data;
}

static void
send_file (End     *end,
           int      fd,
           goffset  offset,
           gsize    length)
{
  g_clear_pointer (&end->transfer, tisock_transfer_unref);
  end->transfer = tisock_transfer_new ();
  tisock_stream_send_file (&end->stream, fcntl (fd, F_DUPFD_CLOEXEC, 0), offset, length,
                           end->transfer);
}

/* Files between writes, through buffers that take a part of them at a time. */
static void
test_file_order (gconstpointer user_data)
{
  const gsize length = 3 * MEBIBYTE + 17;
  g_autoptr(End) end = end_new (get_transport (user_data));
  g_autofree guint8 *pattern = make_pattern (length);
  g_autofree guint8 *first = NULL;
  g_autofree guint8 *second = NULL;
  int fd = test_make_file (pattern, length);
  guint n_descriptors = test_count_descriptors ();

  write_text (end, "before");
  send_file (end, fd, 0, length);
  write_text (end, "between");
  send_file (end, fd, 1000, 500);
  send_file (end, fd, 5, 0);
  write_text (end, "behind");
  g_assert_cmpuint (tisock_stream_get_end (&end->stream), ==, length + 6 + 7 + 500 + 6);

  expect_text (end, "before");
  first = test_peer_drain (end->peer, length);
  g_assert_true (memcmp (first, pattern, length) == 0);
  test_wait_until (end->stream.queue.length == 0);
  expect_text (end, "between");
  second = test_peer_drain (end->peer, 500);
  g_assert_cmpmem (second, 500, pattern + 1000, 500);
  expect_text (end, "behind");

  g_assert_cmpuint (end->stream.passed, ==, tisock_stream_get_end (&end->stream));
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors);
  g_assert_cmpint (n_refused > 0, ==, g_str_equal (user_data, "refused"));
  close (fd);
}

/* The rest of a file that has become shorter is dropped, and what is behind it sent. */
static void
test_file_truncated (gconstpointer user_data)
{
  const gsize length = 2 * MEBIBYTE;
  g_autoptr(End) end = end_new (get_transport (user_data));
  g_autofree guint8 *pattern = make_pattern (length);
  g_autofree guint8 *received = NULL;
  int fd = test_make_file (pattern, length);

  send_file (end, fd, 0, length);
  write_text (end, "behind");
  g_assert_cmpuint (end->stream.queue.length, >, MEBIBYTE);
  g_assert_no_errno (ftruncate (fd, MEBIBYTE));

  received = test_peer_drain (end->peer, MEBIBYTE);
  g_assert_true (memcmp (received, pattern, MEBIBYTE) == 0);
  test_wait_until (end->stream.queue.length == 0);
  expect_text (end, "behind");

  g_assert_cmpuint (end->transfer->moved, ==, MEBIBYTE);
  g_assert_error (end->transfer->error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  g_assert_cmpuint (end->stream.passed, ==, length + 6);
  g_assert_cmpuint (end->n_ended, ==, 0);
  close (fd);
}

/* A file that cannot be read is the file's failure, and not the connection's. */
static void
test_file_unreadable (gconstpointer user_data)
{
  g_autoptr(End) end = end_new (get_transport (user_data));
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp (NULL, &path, NULL);
  int unreadable = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_no_errno (ftruncate (fd, 100));
  send_file (end, unreadable, 0, 100);
  write_text (end, "behind");
  expect_text (end, "behind");
  g_assert_cmpuint (end->transfer->moved, ==, 0);
  g_assert_nonnull (end->transfer->error);
  g_assert_cmpuint (end->n_ended, ==, 0);

  g_assert_no_errno (unlink (path));
  close (unreadable);
  close (fd);
}

/* A peer that is gone ends the stream. */
static void
test_file_reset (gconstpointer user_data)
{
  /* The reactor and its descriptor stay as long as there is a stream. */
  G_GNUC_UNUSED g_autoptr(End) other = end_new (&tisock_transport_plain);
  g_autoptr(End) end = end_new (get_transport (user_data));
  int fd = test_make_file ("", 0);
  guint n_descriptors = test_count_descriptors ();

  g_assert_no_errno (ftruncate (fd, 10 * MEBIBYTE));
  send_file (end, fd, 0, 10 * MEBIBYTE);
  test_peer_reset (end->peer);
  end->peer = -1;
  test_wait_until (end->n_ended > 0);
  g_assert_error (end->error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  g_assert_no_error (end->transfer->error);
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors - 2);
  close (fd);
}

static gboolean
is_sigpipe_pending (void)
{
  sigset_t pending;

  sigpending (&pending);

  return sigismember (&pending, SIGPIPE) == 1;
}

/* Writing to a broken connection would end the process; a signal of somebody else's stays. */
static void
test_file_sigpipe (gconstpointer user_data)
{
  int fd = test_make_file ("bytes", 5);
  sigset_t sigpipe;

  sigemptyset (&sigpipe);
  sigaddset (&sigpipe, SIGPIPE);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(End) end = end_new (get_transport (user_data));

      if (i > 0)
        pthread_sigmask (SIG_BLOCK, &sigpipe, NULL);
      if (i > 1)
        raise (SIGPIPE);

      g_assert_no_errno (shutdown (tisock_stream_get_fd (&end->stream), SHUT_WR));
      send_file (end, fd, 0, 5);
      g_assert_error (end->stream.failure, TISOCK_SOCKET_ERROR,
                      TISOCK_SOCKET_ERROR_LOST_CONNECTION);
      g_assert_cmpint (is_sigpipe_pending (), ==, i > 1);
    }

  g_assert_cmpint (sigtimedwait (&sigpipe, NULL, &(struct timespec) { 0 }), ==, SIGPIPE);
  pthread_sigmask (SIG_UNBLOCK, &sigpipe, NULL);
  close (fd);
}

/* No turn sends more than its budget, so that other sockets have theirs. */
static void
test_file_budget (gconstpointer user_data)
{
  g_autoptr(End) end = end_new (get_transport (user_data));
  int fd = test_make_file ("", 0);
  int size = 16 * MEBIBYTE;
  guint64 most = 0;

  g_assert_no_errno (setsockopt (tisock_stream_get_fd (&end->stream), SOL_SOCKET, SO_SNDBUF,
                                 &size, sizeof size));
  g_assert_no_errno (ftruncate (fd, 16 * MEBIBYTE));
  send_file (end, fd, 0, 16 * MEBIBYTE);
  g_assert_cmpuint (end->stream.passed, <=, MEBIBYTE);
  while (end->stream.queue.length > 0)
    {
      guint64 before = end->stream.passed;
      guint8 buffer[4096];

      g_main_context_iteration (NULL, FALSE);
      most = MAX (most, end->stream.passed - before);
      while (recv (end->peer, buffer, sizeof buffer, MSG_DONTWAIT) > 0)
        ;
    }

  g_assert_cmpuint (most, <=, MEBIBYTE);
  g_assert_cmpuint (most, >, 64 * 1024);
  close (fd);
}

/* Dropping and stopping close the descriptors of what they drop. */
static void
test_file_dropped (void)
{
  G_GNUC_UNUSED g_autoptr(End) other = end_new (&tisock_transport_plain);
  g_autoptr(End) end = end_new (&tisock_transport_plain);
  int fd = test_make_file ("", 0);
  guint n_descriptors = test_count_descriptors ();
  guint64 middle;

  g_assert_no_errno (ftruncate (fd, 8 * MEBIBYTE));
  send_file (end, fd, 0, 8 * MEBIBYTE);
  send_file (end, fd, 0, 8 * MEBIBYTE);
  middle = tisock_stream_get_end (&end->stream);
  send_file (end, fd, 0, 8 * MEBIBYTE);
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors + 3);

  tisock_stream_drop_queue (&end->stream, middle);
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors + 1);
  g_assert_cmpuint (end->stream.passed, ==, middle);
  g_assert_cmpuint (end->stream.queue.length, ==, 8 * MEBIBYTE);
  tisock_stream_drop_queue (&end->stream, middle + MEBIBYTE);
  g_assert_cmpuint (end->stream.queue.length, ==, 7 * MEBIBYTE);

  tisock_stream_stop (&end->stream);
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors - 1);
  close (fd);
}

/* Splices */

/* In one direction, or both. */
static void
splice_ends (End      *from,
             End      *to,
             gboolean  both)
{
  from->transfer = tisock_transfer_new ();
  tisock_stream_splice (&from->stream, &to->stream, from->transfer);
  if (!both)
    return;

  to->transfer = tisock_transfer_new ();
  tisock_stream_splice (&to->stream, &from->stream, to->transfer);
}

/* What had come before goes first; what is written meanwhile keeps its place. */
static void
test_splice_order (void)
{
  g_autoptr(End) from = end_new (&tisock_transport_plain);
  g_autoptr(End) to = end_new (&tisock_transport_plain);

  test_peer_send (from->peer, "early ");
  test_wait_until (from->stream.received.length == 6);
  write_text (to, "header ");
  splice_ends (from, to, FALSE);
  g_assert_cmpuint (from->stream.received.length, ==, 0);
  write_text (to, "middle ");
  expect_text (to, "header early middle ");

  test_peer_send (from->peer, "late");
  test_wait_until (from->transfer->moved == 10);
  expect_text (to, "late");
  g_assert_cmpuint (from->stream.received.length, ==, 0);

  end_close_peer (from);
  test_wait_until (from->n_moved == 1 && from->n_ended == 1);
  g_assert_cmpuint (from->transfer->moved, ==, 10);
  g_assert_error (from->error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  expect_end_of_peer (to, 0);
  g_assert_cmpuint (to->n_ended, ==, 0);
  g_assert_null (to->stream.links);
}

/* The end of each side comes to the other one in its own time. */
static void
test_splice_half_close (void)
{
  g_autoptr(End) a = end_new (&tisock_transport_plain);
  g_autoptr(End) b = end_new (&tisock_transport_plain);

  splice_ends (a, b, TRUE);
  test_peer_send (a->peer, "question");
  g_assert_no_errno (shutdown (a->peer, SHUT_WR));
  test_wait_until (a->n_moved == 1);
  expect_text (b, "question");
  expect_end_of_peer (b, 0);
  g_assert_cmpuint (a->n_ended + b->n_ended, ==, 0);

  test_peer_send (b->peer, "answer");
  test_wait_until (b->transfer->moved == 6);
  expect_text (a, "answer");
  end_close_peer (b);
  test_wait_until (a->n_ended == 1 && b->n_ended == 1);
  expect_end_of_peer (a, 0);
  g_assert_cmpuint (b->n_moved, ==, 1);
  g_assert_cmpuint (b->transfer->moved, ==, 6);
  g_assert_cmpuint (a->n_eofs + b->n_eofs, ==, 0);
}

/* Sends what the system takes. */
static void
stuff_peer (End   *end,
            gsize *sent)
{
  g_autofree guint8 *data = make_pattern (MEBIBYTE);
  gssize n;

  do
    {
      n = send (end->peer, data + *sent % 251, MEBIBYTE - 251, MSG_DONTWAIT);
      *sent += (gsize) MAX (n, 0);
    }
  while (n > 0);
}

/* A peer that does not read makes the other one wait; memory is bounded. */
static void
test_splice_bounded (gconstpointer user_data)
{
  const guint64 limit = GPOINTER_TO_UINT (user_data);
  const guint64 bound = limit == 0 ? TISOCK_SPLICE_LIMIT : limit;
  g_autoptr(End) from = end_new (&tisock_transport_plain);
  g_autoptr(End) to = end_new (&tisock_transport_plain);
  g_autofree guint8 *received = NULL;
  guint64 most = 0;
  gsize sent = 0;

  from->settings.receive_limit = to->settings.send_limit = limit;
  splice_ends (from, to, FALSE);
  while (!from->stream.paused)
    {
      stuff_peer (from, &sent);
      g_main_context_iteration (NULL, FALSE);
      most = MAX (most, from->stream.received.length + to->stream.queue.length);
    }

  g_assert_cmpuint (most, <=, bound);
  g_assert_cmpuint (most, >, bound / 2);
  g_assert_cmpint (from->stream.slot.wanted, ==, 0);
  stuff_peer (from, &sent);

  received = test_peer_drain (to->peer, sent);
  for (gsize i = 0; i < sent; i++)
    if (received[i] != i % 251)
      g_error ("byte %" G_GSIZE_FORMAT " is %u", i, received[i]);
  end_close_peer (from);
  test_wait_until (from->n_moved == 1);
  g_assert_cmpuint (from->transfer->moved, ==, sent);
}

/* A broken connection breaks the other one off, and its peer can tell. */
static void
test_splice_reset (gconstpointer user_data)
{
  gboolean both = GPOINTER_TO_INT (user_data);
  g_autoptr(End) from = end_new (&tisock_transport_plain);
  g_autoptr(End) to = end_new (&tisock_transport_plain);

  splice_ends (from, to, both);
  test_peer_send (from->peer, "part");
  test_wait_until (from->transfer->moved == 4);
  test_peer_reset (from->peer);
  from->peer = -1;
  test_wait_until (from->n_ended == 1 && to->n_ended == 1);
  expect_text (to, "part");
  expect_end_of_peer (to, ECONNRESET);
  g_assert_cmpuint (from->n_moved, ==, 0);
  g_assert_error (to->error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
}

/* So does the end of the one that is sent to: there is nowhere to go. */
static void
test_splice_target_ends (gconstpointer user_data)
{
  const char *how = user_data;
  g_autoptr(End) from = end_new (&tisock_transport_plain);
  g_autoptr(End) to = end_new (&tisock_transport_plain);

  splice_ends (from, to, FALSE);
  if (g_str_equal (how, "stop"))
    tisock_stream_stop (&to->stream);
  else if (g_str_equal (how, "shutdown"))
    tisock_stream_shutdown (&to->stream);
  else
    test_peer_reset (g_steal_fd (&to->peer));

  test_wait_until (from->n_ended == 1);
  expect_end_of_peer (from, ECONNRESET);
  if (to->peer >= 0)
    expect_end_of_peer (to, g_str_equal (how, "stop") ? ECONNRESET : 0);
  g_assert_null (from->stream.links);
  g_assert_null (to->stream.links);
  g_assert_cmpuint (to->n_ended, ==, g_str_equal (how, "reset"));
}

/* One that has ended its side and is broken later is not watched for bytes, but for that. */
static void
test_splice_gone_after_eof (void)
{
  g_autoptr(End) a = end_new (&tisock_transport_plain);
  g_autoptr(End) b = end_new (&tisock_transport_plain);

  splice_ends (a, b, TRUE);
  g_assert_no_errno (shutdown (a->peer, SHUT_WR));
  test_wait_until (a->n_moved == 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  test_peer_reset (g_steal_fd (&a->peer));
  test_wait_until (a->n_ended == 1 && b->n_ended == 1);
  g_assert_cmpuint (b->n_moved, ==, 0);
}

/* What was moved is sent before the end, but no longer than the close-timeout. */
static void
test_splice_reset_behind (gconstpointer user_data)
{
  gboolean reading = GPOINTER_TO_INT (user_data);
  g_autoptr(End) from = end_new (&tisock_transport_plain);
  g_autoptr(End) to = end_new (&tisock_transport_plain);
  gsize queued, sent = 0;

  to->settings.close_timeout = reading ? 0 : 1;
  splice_ends (from, to, FALSE);
  while (!from->stream.paused)
    {
      stuff_peer (from, &sent);
      g_main_context_iteration (NULL, FALSE);
    }

  queued = to->stream.queue.length;
  tisock_stream_stop (&from->stream);
  g_assert_cmpuint (to->stream.queue.length, ==, queued);
  while (to->n_ended == 0)
    {
      char buffer[4096];

      if (reading)
        recv (to->peer, buffer, sizeof buffer, MSG_DONTWAIT);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_error (to->error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
}

/* Waiting for one of them serves the other one. */
static void
test_splice_waits (void)
{
  g_autoptr(End) from = end_new (&tisock_transport_plain);
  g_autoptr(End) to = end_new (&tisock_transport_plain);
  End *ends[] = { from, to };

  splice_ends (from, to, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      TisockWaitSet set = { g_ptr_array_new (), g_ptr_array_new (), NULL };

      test_peer_send (from->peer, "bytes");
      while (from->transfer->moved < 5 * (i + 1))
        {
          g_ptr_array_set_size (set.slots, 0);
          g_ptr_array_set_size (set.timers, 0);
          tisock_stream_collect (&ends[i]->stream, &set);
          g_assert_true (tisock_reactor_wait (from->stream.reactor, &set, -1));
        }
      expect_text (to, "bytes");
      g_ptr_array_unref (set.slots);
      g_ptr_array_unref (set.timers);
    }
}

/* Both ends go with their context. */
static void
test_splice_lost (void)
{
  GMainContext *context = g_main_context_new ();
  End *a, *b;

  g_main_context_push_thread_default (context);
  a = end_new (&tisock_transport_plain);
  b = end_new (&tisock_transport_plain);
  splice_ends (a, b, TRUE);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  g_assert_null (a->stream.links);
  g_assert_null (b->stream.links);
  expect_end_of_peer (a, ECONNRESET);
  expect_end_of_peer (b, ECONNRESET);
  g_assert_cmpuint (a->n_ended + b->n_ended, ==, 0);
  end_free (a);
  end_free (b);
}

int
main (int    argc,
      char **argv)
{
  static const char *transports[] = { "sendfile", "memory", "refused" };

  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_DFL);

  for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      const struct
      {
        const char    *name;
        GTestDataFunc  function;
      } cases[] = {
        { "order", test_file_order }, { "truncated", test_file_truncated },
        { "unreadable", test_file_unreadable }, { "reset", test_file_reset },
        { "sigpipe", test_file_sigpipe }, { "budget", test_file_budget },
      };

      for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
        {
          g_autofree char *path = g_strdup_printf ("/stream/file/%s/%s", cases[j].name,
                                                   transports[i]);

          g_test_add_data_func (path, transports[i], cases[j].function);
        }
    }
  g_test_add_func ("/stream/file/dropped", test_file_dropped);

  g_test_add_func ("/stream/splice/order", test_splice_order);
  g_test_add_func ("/stream/splice/half-close", test_splice_half_close);
  g_test_add_data_func ("/stream/splice/bounded", GUINT_TO_POINTER (300000), test_splice_bounded);
  g_test_add_data_func ("/stream/splice/without-limits", NULL, test_splice_bounded);
  g_test_add_data_func ("/stream/splice/reset/one-way", GINT_TO_POINTER (FALSE),
                        test_splice_reset);
  g_test_add_data_func ("/stream/splice/reset/both-ways", GINT_TO_POINTER (TRUE),
                        test_splice_reset);
  g_test_add_data_func ("/stream/splice/target-stops", "stop", test_splice_target_ends);
  g_test_add_data_func ("/stream/splice/target-shuts-down", "shutdown", test_splice_target_ends);
  g_test_add_data_func ("/stream/splice/target-reset", "reset", test_splice_target_ends);
  g_test_add_func ("/stream/splice/gone-after-eof", test_splice_gone_after_eof);
  g_test_add_data_func ("/stream/splice/reset-behind/reading", GINT_TO_POINTER (TRUE),
                        test_splice_reset_behind);
  g_test_add_data_func ("/stream/splice/reset-behind/stalled", GINT_TO_POINTER (FALSE),
                        test_splice_reset_behind);
  g_test_add_func ("/stream/splice/waits", test_splice_waits);
  g_test_add_func ("/stream/splice/lost", test_splice_lost);

  return g_test_run ();
}
