/* test-send-file.c: files between other writes, and what becomes of their calls
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "socket-fixture.h"

#include "tisock-socket-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#define MEBIBYTE (1024 * 1024)

/* What a call has come to. */
typedef struct
{
  guint    n_calls;
  goffset  sent;
  GError  *error;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_error (&outcome->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
note_outcome (Outcome *outcome,
              goffset  sent,
              GError  *error)
{
  g_assert_true ((sent < 0) == (error != NULL));
  outcome->n_calls++;
  outcome->sent = sent;
  g_clear_error (&outcome->error);
  outcome->error = error;
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  TisockTCPSocket *socket = TISOCK_TCP_SOCKET (source);
  GError *error = NULL;
  goffset sent = tisock_tcp_socket_send_file_finish (socket, result, &error);

  note_outcome (user_data, sent, error);
}

static void
sent_from_fd_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  TisockTCPSocket *socket = TISOCK_TCP_SOCKET (source);
  GError *error = NULL;
  goffset sent = tisock_tcp_socket_send_file_from_fd_finish (socket, result, &error);

  note_outcome (user_data, sent, error);
}

static void
send_from_fd (SocketFixture *fixture,
              int            fd,
              goffset        offset,
              goffset        length,
              Outcome       *outcome)
{
  tisock_tcp_socket_send_file_from_fd_async (fixture->socket, fd, offset, length, NULL,
                                             sent_from_fd_cb, outcome);
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

/* With no name, and nothing but holes. */
static int
make_sparse_file (goffset length)
{
  int fd = test_make_file ("", 0);

  g_assert_no_errno (ftruncate (fd, (off_t) length));

  return fd;
}

/* Small buffers, so that a file does not go to the system at once. */
static void
connect_slowly (SocketFixture *fixture)
{
  int size = 32 * 1024;

  socket_fixture_connect (fixture);
  g_assert_true (tisock_tcp_socket_set_option (fixture->socket, SOL_SOCKET, SO_SNDBUF, size,
                                               NULL));
  g_assert_no_errno (setsockopt (fixture->peer, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
  fixture->brief = TRUE;
}

/* Both ways of naming a file, with writes before and behind it; the sum of the chunks is right. */
static void
test_order (SocketFixture *fixture,
            gconstpointer  user_data)
{
  const gsize length = 2 * MEBIBYTE + 11;
  const gsize total = 6 + length + 7 + 1000 + 6;
  g_autofree guint8 *pattern = make_pattern (length);
  g_autofree guint8 *data = NULL;
  g_autoptr(GFileIOStream) stream = NULL;
  g_autoptr(GFile) file = g_file_new_tmp (NULL, &stream, NULL);
  g_auto(Outcome) first = { 0 };
  g_auto(Outcome) second = { 0 };
  int fd = test_make_file (pattern, length);

  g_assert_true (g_file_replace_contents (file, (char *) pattern, length, NULL, FALSE,
                                          G_FILE_CREATE_NONE, NULL, NULL, NULL));
  connect_slowly (fixture);
  fake_system_cut (GPOINTER_TO_INT (user_data));

  socket_fixture_write (fixture, "before");
  tisock_tcp_socket_send_file_async (fixture->socket, file, 0, -1, NULL, sent_cb, &first);
  socket_fixture_write (fixture, "between");
  send_from_fd (fixture, fd, 100, 1000, &second);
  close (fd);
  g_assert_true (g_file_delete (file, NULL, NULL));
  socket_fixture_write (fixture, "behind");
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), >, MEBIBYTE);

  g_assert_true (g_unix_set_fd_nonblocking (fixture->peer, TRUE, NULL));
  data = test_peer_drain (fixture->peer, total);
  fake_system_cut (FALSE);
  g_assert_true (memcmp (data, "before", 6) == 0);
  g_assert_true (memcmp (data + 6, pattern, length) == 0);
  g_assert_true (memcmp (data + 6 + length, "between", 7) == 0);
  g_assert_true (memcmp (data + 13 + length, pattern + 100, 1000) == 0);
  g_assert_true (memcmp (data + 1013 + length, "behind", 6) == 0);

  test_wait_until (fixture->left == 0 && second.n_calls == 1);
  g_assert_no_error (first.error);
  g_assert_cmpuint (first.n_calls, ==, 1);
  g_assert_cmpint (first.sent, ==, length);
  g_assert_cmpint (second.sent, ==, 1000);
  g_assert_cmpuint (fixture->sent, ==, total);
  socket_fixture_expect (fixture, "drained complete:0");
}

/* What a 32-bit number cannot count. */
static void
test_far (SocketFixture *fixture,
          gconstpointer  user_data)
{
  const goffset far = G_GINT64_CONSTANT (5) * 1024 * MEBIBYTE;
  int fd = make_sparse_file (far + 100);
  g_auto(Outcome) outcome = { 0 };

  g_assert_cmpint (pwrite (fd, "far away", 8, far), ==, 8);
  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  send_from_fd (fixture, fd, far, 8, &outcome);
  socket_fixture_expect_sent (fixture, "far away");
  test_wait_until (outcome.n_calls == 1);
  g_assert_cmpint (outcome.sent, ==, 8);
  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 0);
  socket_fixture_expect (fixture, "complete:0");

  /* All of it is queued, and takes neither memory nor time. */
  send_from_fd (fixture, fd, 0, -1, &outcome);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), >, far / 2);
  g_assert_true (tisock_tcp_socket_get_needs_drain (fixture->socket));
  tisock_socket_core_close (fixture->core);
  test_wait_until (outcome.n_calls == 2);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  close (fd);
  socket_fixture_expect (fixture, "closed/closed");
}

/* Nothing, which is sent behind all else. */
static void
test_empty (SocketFixture *fixture,
            gconstpointer  user_data)
{
  g_auto(Outcome) outcome = { 0 };
  int fd = test_make_file ("abc", 3);

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  send_from_fd (fixture, fd, 3, -1, &outcome);
  test_wait_until (outcome.n_calls == 1);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.sent, ==, 0);
  socket_fixture_expect (fixture, "complete:0");
  close (fd);
}

/* A file that has become shorter is the file's failure: the connection goes on. */
static void
test_truncated (SocketFixture *fixture,
                gconstpointer  user_data)
{
  int fd = make_sparse_file (8 * MEBIBYTE);
  g_auto(Outcome) outcome = { 0 };
  g_autofree guint8 *data = NULL;
  guint n_descriptors;

  connect_slowly (fixture);
  n_descriptors = test_count_descriptors ();
  send_from_fd (fixture, fd, 0, -1, &outcome);
  socket_fixture_write (fixture, "behind");
  g_assert_no_errno (ftruncate (fd, 3 * MEBIBYTE));

  g_assert_true (g_unix_set_fd_nonblocking (fixture->peer, TRUE, NULL));
  data = test_peer_drain (fixture->peer, 3 * MEBIBYTE + 6);
  g_assert_cmpmem (data + 3 * MEBIBYTE, 6, "behind", 6);
  test_wait_until (outcome.n_calls == 1);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  g_assert_nonnull (strstr (outcome.error->message, "3145728"));
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors);
  g_assert_cmpuint (fixture->sent, ==, 3 * MEBIBYTE + 6);
  socket_fixture_expect (fixture, "drained complete:0");
  socket_fixture_expect_state (fixture, TISOCK_SOCKET_STATE_CONNECTED, 0);
  close (fd);
}

static void
refuse (SocketFixture *fixture,
        GFile         *file,
        int            fd,
        goffset        offset,
        goffset        length,
        GQuark         domain,
        int            code)
{
  g_auto(Outcome) outcome = { 0 };
  g_autoptr(GError) error = NULL;
  goffset sent;

  if (file != NULL)
    {
      tisock_tcp_socket_send_file_async (fixture->socket, file, offset, length, NULL, sent_cb,
                                         &outcome);
      sent = tisock_tcp_socket_send_file_sync (fixture->socket, file, offset, length, -1, NULL,
                                               &error);
    }
  else
    {
      send_from_fd (fixture, fd, offset, length, &outcome);
      sent = tisock_tcp_socket_send_file_from_fd_sync (fixture->socket, fd, offset, length, -1,
                                                       NULL, &error);
    }

  g_assert_cmpint (sent, ==, -1);
  g_assert_error (error, domain, code);
  test_wait_until (outcome.n_calls == 1);
  g_assert_error (outcome.error, domain, code);
  g_assert_cmpstr (error->message, ==, outcome.error->message);
  g_test_message ("%s", error->message);
}

/* Nothing is queued of what cannot be sent, and the socket has not failed. */
static void
test_refused (SocketFixture *fixture,
              gconstpointer  user_data)
{
  g_autoptr(GFile) missing = g_file_new_for_path ("/nonexistent/file");
  g_autoptr(GFile) directory = g_file_new_for_path (g_get_tmp_dir ());
  g_autoptr(GFile) device = g_file_new_for_path ("/dev/zero");
  g_autoptr(GFile) remote = g_file_new_for_uri ("http://example.org/file");
  int fd = test_make_file ("abc", 3);
  guint n_descriptors;

  refuse (fixture, missing, -1, 0, -1, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect (fixture, "error:106/initialized error:106/initialized");

  socket_fixture_connect (fixture);
  n_descriptors = test_count_descriptors ();
  refuse (fixture, missing, -1, 0, -1, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  refuse (fixture, directory, -1, 0, -1, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  refuse (fixture, device, -1, 0, 10, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  refuse (fixture, remote, -1, 0, -1, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  refuse (fixture, NULL, fixture->peer, 0, -1, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  refuse (fixture, NULL, 12345, 0, -1, G_IO_ERROR, g_io_error_from_errno (EBADF));
  refuse (fixture, NULL, fd, 4, -1, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  refuse (fixture, NULL, fd, 1, 3, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  refuse (fixture, NULL, fd, G_MAXINT64, G_MAXINT64, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), ==, 0);
  socket_fixture_expect (fixture, "");

  tisock_tcp_socket_shutdown_write (fixture->socket);
  refuse (fixture, NULL, fd, 0, -1, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  socket_fixture_expect (fixture, "error:106/connected error:106/connected");
  close (fd);
}

/* The rest of the file goes, and what is behind it. */
static void
test_abort (SocketFixture *fixture,
            gconstpointer  user_data)
{
  int fd = make_sparse_file (8 * MEBIBYTE);
  g_auto(Outcome) first = { 0 };
  g_auto(Outcome) second = { 0 };
  g_autofree guint8 *data = NULL;
  guint n_descriptors;

  connect_slowly (fixture);
  n_descriptors = test_count_descriptors ();
  send_from_fd (fixture, fd, 0, 1000, &first);
  send_from_fd (fixture, fd, 0, -1, &second);
  socket_fixture_write (fixture, "behind");
  fixture->abort = TRUE;
  test_wait_until (second.n_calls == 1);
  g_assert_cmpint (first.sent, ==, 1000);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), ==, 0);
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors);
  socket_fixture_expect (fixture, "complete:1 drained");

  socket_fixture_write (fixture, "more");
  g_assert_true (g_unix_set_fd_nonblocking (fixture->peer, TRUE, NULL));
  data = test_peer_drain (fixture->peer, fixture->sent + 4);
  g_assert_cmpmem (data + fixture->sent - 4, 4, "more", 4);
  socket_fixture_expect (fixture, "complete:0");
  close (fd);
}

/* Nobody waits any more, but the peer gets what it was promised. */
static void
test_cancel (SocketFixture *fixture,
             gconstpointer  user_data)
{
  int fd = make_sparse_file (4 * MEBIBYTE);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Outcome) outcome = { 0 };

  connect_slowly (fixture);
  tisock_tcp_socket_send_file_from_fd_async (fixture->socket, fd, 0, -1, cancellable,
                                             sent_from_fd_cb, &outcome);
  g_cancellable_cancel (cancellable);
  test_wait_until (outcome.n_calls == 1);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  socket_fixture_drain (fixture, 4 * MEBIBYTE);
  socket_fixture_expect (fixture, "drained complete:0");

  tisock_tcp_socket_send_file_from_fd_async (fixture->socket, fd, 0, -1, cancellable,
                                             sent_from_fd_cb, &outcome);
  test_wait_until (outcome.n_calls == 2);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->socket), ==, 0);
  close (fd);
}

/* However the connection ends, its calls do, and no descriptor stays. */
static void
test_ends (SocketFixture *fixture,
           gconstpointer  user_data)
{
  const char *how = user_data;
  int fd = make_sparse_file (4 * MEBIBYTE);
  guint n_descriptors = test_count_descriptors ();
  Outcome outcomes[3] = { 0 };
  gboolean broken = g_str_equal (how, "reset");

  connect_slowly (fixture);
  for (guint i = 0; i < 3; i++)
    send_from_fd (fixture, fd, 0, -1, &outcomes[i]);
  g_assert_cmpuint (test_count_descriptors (), >=, n_descriptors + 3);

  if (broken)
    test_peer_reset (g_steal_fd (&fixture->peer));
  else if (g_str_equal (how, "dispose"))
    g_object_run_dispose (G_OBJECT (fixture->socket));
  else
    tisock_socket_core_close (fixture->core);

  test_wait_until (outcomes[2].n_calls == 1);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpuint (outcomes[i].n_calls, ==, 1);
      if (broken)
        g_assert_error (outcomes[i].error, TISOCK_SOCKET_ERROR,
                        TISOCK_SOCKET_ERROR_LOST_CONNECTION);
      else
        g_assert_error (outcomes[i].error, G_IO_ERROR, G_IO_ERROR_CLOSED);
      outcome_clear (&outcomes[i]);
    }

  socket_fixture_settle ();
  socket_fixture_close_peer (fixture);
  g_assert_cmpuint (test_count_descriptors (), ==, n_descriptors);
  close (fd);
}

/* Files take no memory: the maximum is for the rest. */
static void
test_maximum (SocketFixture *fixture,
              gconstpointer  user_data)
{
  int fd = make_sparse_file (4 * MEBIBYTE);
  g_auto(Outcome) outcome = { 0 };
  g_autoptr(GError) error = NULL;

  tisock_tcp_socket_set_send_maximum (fixture->socket, 10);
  connect_slowly (fixture);
  send_from_fd (fixture, fd, 0, -1, &outcome);
  socket_fixture_write (fixture, "0123456789");
  g_assert_false (tisock_tcp_socket_write_string (fixture->socket, "x", &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_QUEUE_FULL);
  send_from_fd (fixture, fd, 0, 100, &outcome);
  socket_fixture_drain (fixture, 4 * MEBIBYTE + 110);
  test_wait_until (outcome.n_calls == 2);
  g_assert_no_error (outcome.error);
  close (fd);
  g_string_truncate (fixture->log, 0);
}

/* The handler sends one file after the other. */
static void
send_another (SocketFixture *fixture,
              const char    *signal)
{
  Outcome *outcome = fixture->data;

  if (g_str_equal (signal, "send-complete") && fixture->sent < 5 + 50 * 1000)
    {
      int fd = make_sparse_file (1000);

      send_from_fd (fixture, fd, 0, -1, outcome);
      close (fd);
    }
}

static void
test_again (SocketFixture *fixture,
            gconstpointer  user_data)
{
  g_auto(Outcome) outcome = { 0 };

  socket_fixture_connect (fixture);
  fixture->brief = TRUE;
  fixture->data = &outcome;
  fixture->action = send_another;
  socket_fixture_write (fixture, "first");
  test_wait_until (outcome.n_calls == 50 && fixture->sent == 5 + 50 * 1000);
  g_assert_no_error (outcome.error);
  g_string_truncate (fixture->log, 0);
}

/* Without a main loop. */
static void
test_sync (SocketFixture *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  int fd = make_sparse_file (4 * MEBIBYTE);
  int small = test_make_file ("small file", 10);

  connect_slowly (fixture);
  g_assert_cmpint (tisock_tcp_socket_send_file_from_fd_sync (fixture->socket, small, 6, -1, -1,
                                                             NULL, &error), ==, 4);
  g_assert_no_error (error);
  socket_fixture_expect_sent (fixture, "file");

  g_assert_cmpint (tisock_tcp_socket_send_file_from_fd_sync (fixture->socket, fd, 0, -1, 1,
                                                             NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_no_errno (ftruncate (fd, 0));
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (tisock_tcp_socket_send_file_from_fd_sync (fixture->socket, small, 0, -1, -1,
                                                             cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  test_peer_reset (g_steal_fd (&fixture->peer));
  g_assert_cmpint (tisock_tcp_socket_send_file_from_fd_sync (fixture->socket, small, 0, -1, -1,
                                                             NULL, &error), ==, -1);
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  socket_fixture_settle ();
  close (small);
  close (fd);
  g_string_truncate (fixture->log, 0);
}

/* A file that cannot be read fails a blocking call, and not the next one. */
static void
test_unreadable (SocketFixture *fixture,
                 gconstpointer  user_data)
{
  g_auto(Outcome) outcome = { 0 };
  g_autoptr(GError) error = NULL;
  int fd = test_make_file ("0123456789", 10);
  int writable = test_make_file ("abc", 3);
  g_autofree char *name = g_strdup_printf ("/proc/self/fd/%d", writable);
  int unreadable = open (name, O_WRONLY | O_CLOEXEC);

  socket_fixture_connect (fixture);
  g_assert_cmpint (tisock_tcp_socket_send_file_from_fd_sync (fixture->socket, unreadable, 0, -1,
                                                             -1, NULL, &error), ==, -1);
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_IO_ERROR);
  send_from_fd (fixture, fd, 0, -1, &outcome);
  test_wait_until (outcome.n_calls == 1);
  g_assert_cmpint (outcome.sent, ==, 10);
  socket_fixture_expect_sent (fixture, "0123456789");
  close (unreadable);
  close (writable);
  close (fd);
  g_string_truncate (fixture->log, 0);
}

int
main (int    argc,
      char **argv)
{
  static const char *ends[] = { "close", "reset", "dispose" };

  g_test_init (&argc, &argv, NULL);

  SOCKET_FIXTURE_ADD ("/send-file/order", test_order);
  g_test_add ("/send-file/order/cut", SocketFixture, GINT_TO_POINTER (TRUE),
              socket_fixture_set_up, test_order, socket_fixture_tear_down);
  SOCKET_FIXTURE_ADD ("/send-file/far", test_far);
  SOCKET_FIXTURE_ADD ("/send-file/empty", test_empty);
  SOCKET_FIXTURE_ADD ("/send-file/truncated", test_truncated);
  SOCKET_FIXTURE_ADD ("/send-file/refused", test_refused);
  SOCKET_FIXTURE_ADD ("/send-file/abort", test_abort);
  SOCKET_FIXTURE_ADD ("/send-file/cancel", test_cancel);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strdup_printf ("/send-file/ends/%s", ends[i]);

      g_test_add (path, SocketFixture, ends[i], socket_fixture_set_up, test_ends,
                  socket_fixture_tear_down);
    }
  SOCKET_FIXTURE_ADD ("/send-file/maximum", test_maximum);
  SOCKET_FIXTURE_ADD ("/send-file/again", test_again);
  SOCKET_FIXTURE_ADD ("/send-file/sync", test_sync);
  SOCKET_FIXTURE_ADD ("/send-file/unreadable", test_unreadable);

  return g_test_run ();
}
