/* test-unix-descriptors.c: descriptors that are passed on by Unix sockets
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "unix-fixture.h"

#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_ONCE 253
#define BULK (4 * 1024 * 1024)

/* Files that have numbers, and can be counted among the process's descriptors. */

#define FILE_NAME "tisock-file-"

static int
make_file (guint number)
{
  g_autofree char *name = g_strdup_printf (FILE_NAME "%u", number);
  int fd = memfd_create (name, MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);

  return fd;
}

/* -1: it is none of them. */
static int
get_number (const char *fd)
{
  g_autofree char *link = g_strconcat ("/proc/self/fd/", fd, NULL);
  g_autofree char *target = g_file_read_link (link, NULL);
  const char *name = target != NULL ? strstr (target, FILE_NAME) : NULL;

  return name != NULL ? atoi (name + strlen (FILE_NAME)) : -1;
}

static guint
count_files (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += get_number (name) >= 0;

  return n;
}

static GUnixFDList *
make_list (guint first,
           guint n)
{
  g_autofree int *fds = g_new (int, n);

  for (guint i = 0; i < n; i++)
    fds[i] = make_file (first + i);

  return g_unix_fd_list_new_from_array (fds, (int) n);
}

static void
send_files (TisockTCPSocket *socket,
            guint            first,
            guint            n,
            gconstpointer    data,
            gsize            length)
{
  g_autoptr(GUnixFDList) list = make_list (first, n);
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_tcp_socket_write_descriptors (socket, data, length, list, &error));
  g_assert_no_error (error);
}

/* Takes so many, and closes them. */
static void
expect_files (TisockTCPSocket *socket,
              gssize           count,
              guint            first,
              guint            n)
{
  g_autoptr(GUnixFDList) list = tisock_tcp_socket_read_descriptors (socket, count);
  const int *fds = list != NULL ? g_unix_fd_list_peek_fds (list, NULL) : NULL;

  g_assert_cmpint (list != NULL ? g_unix_fd_list_get_length (list) : 0, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *fd = g_strdup_printf ("%d", fds[i]);

      g_assert_cmpint (get_number (fd), ==, first + i);
      g_assert_cmpint (fcntl (fds[i], F_GETFD) & FD_CLOEXEC, !=, 0);
    }
}

static void
expect_text (TisockTCPSocket *socket,
             const char      *text)
{
  g_autofree char *got = NULL;

  test_wait_until (tisock_tcp_socket_get_bytes_available (socket) >= strlen (text));
  got = tisock_tcp_socket_read_string (socket, -1, NULL, NULL);
  g_assert_cmpstr (got, ==, text);
}

/* What the socket says of its end, or of a call that fails: exactly once. */

typedef struct
{
  GError *error;
  gboolean closed;
} Report;

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          Report          *report)
{
  g_assert_null (report->error);
  report->error = g_error_copy (error);
}

static void
closed_cb (TisockTCPSocket *socket,
           Report          *report)
{
  g_assert_false (report->closed);
  report->closed = TRUE;
}

static void
watch (TisockTCPSocket *socket,
       Report          *report)
{
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), report);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), report);
}

static void
unwatch (TisockTCPSocket *socket,
         Report          *report)
{
  g_signal_handlers_disconnect_by_data (socket, report);
  g_clear_error (&report->error);
  report->closed = FALSE;
}

/* Two connected ends, of which the peer receives. */

static void
set_up (UnixFixture   *fixture,
        gconstpointer  user_data)
{
  unix_fixture_set_up (fixture, NULL);
  unix_fixture_connect (fixture);
  tisock_tcp_socket_set_maximum_descriptors (fixture->peer, AT_ONCE);
}

static void
tear_down (UnixFixture   *fixture,
           gconstpointer  user_data)
{
  unix_fixture_tear_down (fixture, NULL);
  g_assert_cmpuint (count_files (), ==, 0);
}

/* Passing */

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          guint      *n)
{
  (*n)++;
}

static void
test_pass (UnixFixture   *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GUnixFDList) list = make_list (0, 2);
  guint n_notified = 0;

  g_signal_connect (fixture->peer, "notify::descriptors-available", G_CALLBACK (count_cb),
                    &n_notified);
  g_assert_true (tisock_tcp_socket_write_descriptors (fixture->client, (const guint8 *) "two",
                                                      3, list, NULL));
  /* What has gone is not kept, and the caller's list is the caller's. */
  g_assert_cmpuint (count_files (), ==, 2);
  g_assert_cmpint (g_unix_fd_list_get_length (list), ==, 2);
  g_clear_object (&list);

  g_assert_true (tisock_tcp_socket_write_string (fixture->client, ", none", NULL));
  send_files (fixture->client, 2, 1, ", one", 5);
  g_assert_cmpuint (count_files (), ==, 0);

  expect_text (fixture->peer, "two, none, one");
  g_assert_cmpuint (tisock_tcp_socket_get_descriptors_available (fixture->peer), ==, 3);
  g_assert_cmpuint (n_notified, >, 0);
  n_notified = 0;
  expect_files (fixture->peer, 0, 0, 0);
  expect_files (fixture->peer, 2, 0, 2);
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_cmpuint (tisock_tcp_socket_get_descriptors_available (fixture->peer), ==, 1);
  expect_files (fixture->peer, -1, 2, 1);
  expect_files (fixture->peer, -1, 0, 0);
  g_signal_handlers_disconnect_by_data (fixture->peer, &n_notified);
}

/* What is queued is what was written, whatever becomes of the list. */
static void
test_pass_copy (UnixFixture   *fixture,
                gconstpointer  user_data)
{
  g_autofree guint8 *data = g_malloc0 (BULK);
  g_autoptr(GUnixFDList) list = make_list (0, 1);
  int fd = make_file (1);

  tisock_tcp_socket_set_receive_limit (fixture->peer, 0);
  g_assert_true (tisock_tcp_socket_write (fixture->client, data, BULK, NULL));
  g_assert_true (tisock_tcp_socket_write_descriptors (fixture->client, data, 1, list, NULL));
  g_assert_cmpint (g_unix_fd_list_append (list, fd, NULL), ==, 1);
  close (fd);
  g_clear_object (&list);
  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->peer) == BULK + 1);
  expect_files (fixture->peer, -1, 0, 1);
}

static void
test_pass_both_ways (UnixFixture   *fixture,
                     gconstpointer  user_data)
{
  tisock_tcp_socket_set_maximum_descriptors (fixture->client, 1);
  send_files (fixture->client, 0, 1, "there", 5);
  send_files (fixture->peer, 1, 1, "back", 4);
  expect_text (fixture->peer, "there");
  expect_text (fixture->client, "back");
  expect_files (fixture->peer, -1, 0, 1);
  expect_files (fixture->client, -1, 1, 1);
}

/* An empty list is nothing to speak of. */
static void
test_pass_none (UnixFixture   *fixture,
                gconstpointer  user_data)
{
  g_autoptr(GUnixFDList) list = g_unix_fd_list_new ();

  g_assert_true (tisock_tcp_socket_write_descriptors (fixture->client, (const guint8 *) "none",
                                                      4, list, NULL));
  expect_text (fixture->peer, "none");
  g_assert_cmpuint (tisock_tcp_socket_get_descriptors_available (fixture->peer), ==, 0);
}

/* As many as the system allows, also if it has to say who sends them. */
static void
test_pass_many (UnixFixture   *fixture,
                gconstpointer  user_data)
{
#ifdef SO_PASSCRED
  g_assert_true (tisock_tcp_socket_set_option (fixture->peer, SOL_SOCKET, SO_PASSCRED, 1, NULL));
#endif
  send_files (fixture->client, 0, AT_ONCE, "many", 4);
  expect_text (fixture->peer, "many");
  expect_files (fixture->peer, -1, 0, AT_ONCE);
}

static gboolean
is_plain (TisockTCPSocket *socket)
{
  return tisock_tcp_socket_get_private (socket)->stream.transport == &tisock_transport_plain;
}

/* Who does not ask for descriptors gets none, and does not look for any. */
static void
test_default (UnixFixture   *fixture,
              gconstpointer  user_data)
{
  g_assert_cmpuint (tisock_tcp_socket_get_maximum_descriptors (fixture->client), ==, 0);
  g_assert_true (is_plain (fixture->client));
  g_assert_false (is_plain (fixture->peer));

  send_files (fixture->peer, 0, 3, "unseen", 6);
  expect_text (fixture->client, "unseen");
  g_assert_cmpuint (tisock_tcp_socket_get_descriptors_available (fixture->client), ==, 0);
  expect_files (fixture->client, -1, 0, 0);
  g_assert_cmpuint (count_files (), ==, 0);
  g_assert_true (is_plain (fixture->client));

  /* Nor does who has sent some, or does not want them any more. */
  tisock_tcp_socket_set_maximum_descriptors (fixture->peer, 0);
  send_files (fixture->client, 0, 3, "unseen, too", 11);
  expect_text (fixture->peer, "unseen, too");
  expect_files (fixture->peer, -1, 0, 0);
}

static void
accept_one_cb (TisockServerSocket *server,
               TisockTCPSocket    *socket,
               gpointer            user_data)
{
  tisock_tcp_socket_set_maximum_descriptors (socket, 1);
}

static void
send_one_cb (TisockTCPSocket *socket,
             gpointer         user_data)
{
  send_files (socket, 7, 1, "first", 5);
}

/* In `accepted` it is early enough, whatever the peer has sent by then. */
static void
test_from_the_start (UnixFixture   *fixture,
                     gconstpointer  user_data)
{
  g_signal_connect (fixture->server, "accepted", G_CALLBACK (accept_one_cb), NULL);
  g_signal_connect (fixture->client, "connected", G_CALLBACK (send_one_cb), NULL);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
  g_clear_object (&fixture->peer);
  unix_fixture_open_client (fixture);
  test_wait_until (fixture->peer != NULL);
  expect_text (fixture->peer, "first");
  expect_files (fixture->peer, -1, 7, 1);

  /* What is set before a life counts in it. */
  g_signal_handlers_disconnect_by_func (fixture->client, send_one_cb, NULL);
  tisock_tcp_socket_set_maximum_descriptors (fixture->client, 1);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
  g_clear_object (&fixture->peer);
  unix_fixture_open_client (fixture);
  test_wait_until (fixture->peer != NULL);
  send_files (fixture->peer, 8, 1, "second", 6);
  expect_text (fixture->client, "second");
  expect_files (fixture->client, -1, 8, 1);
}

/* In order */

#define N_RECORDS 400

typedef struct
{
  gsize lengths[N_RECORDS];
  guint n_files[N_RECORDS];

  guint record;
  gsize offset;                 /* in the record */
  guint file;                   /* the number of the next one */
} Records;

static void
write_record (TisockTCPSocket *socket,
              Records         *records,
              guint            record,
              guint            first)
{
  gsize length = (gsize) test_random (14) + 1;
  guint n_files = g_test_rand_bit () ? (guint) g_test_rand_int_range (0, 6) : 0;
  g_autofree guint8 *data = g_malloc (length);

  memset (data, (int) record, length);
  records->lengths[record] = length;
  records->n_files[record] = n_files;
  if (n_files > 0)
    send_files (socket, first, n_files, data, length);
  else
    g_assert_true (tisock_tcp_socket_write (socket, data, length, NULL));
}

/* At the first byte of a record its files are there. */
static void
read_record (TisockTCPSocket *socket,
             Records         *records)
{
  gsize left = records->lengths[records->record] - records->offset;
  guint n_files = records->n_files[records->record];
  g_autofree guint8 *data = NULL;
  gsize length;

  if (records->offset == 0)
    {
      expect_files (socket, n_files, records->file, n_files);
      records->file += n_files;
    }

  data = tisock_tcp_socket_read (socket, (gssize) left, &length);
  for (gsize i = 0; i < length; i++)
    g_assert_cmpuint (data[i], ==, (guint8) records->record);

  records->offset = length < left ? records->offset + length : 0;
  records->record += length == left;
}

static void
read_records_cb (TisockTCPSocket *socket,
                 Records         *records)
{
  while (tisock_tcp_socket_get_bytes_available (socket) > 0)
    read_record (socket, records);
}

/* Each descriptor once, with its byte, however the system cuts what is sent and received. */
static void
test_order (UnixFixture   *fixture,
            gconstpointer  user_data)
{
  Records records = { .record = 0 };
  guint n_files = 0;

  g_signal_connect (fixture->peer, "data-available", G_CALLBACK (read_records_cb), &records);
  tisock_tcp_socket_set_maximum_descriptors (fixture->peer, 5);
  fake_system_cut (TRUE);
  for (guint i = 0; i < N_RECORDS; i++)
    {
      write_record (fixture->client, &records, i, n_files);
      n_files += records.n_files[i];
      if (g_test_rand_int_range (0, 8) == 0)
        g_main_context_iteration (NULL, FALSE);
    }

  test_wait_until (records.record == N_RECORDS);
  fake_system_cut (FALSE);
  g_assert_cmpuint (fake_system_get_n_cut (), >, 0);
  g_assert_cmpuint (records.file, ==, n_files);
  g_assert_cmpuint (tisock_tcp_socket_get_descriptors_available (fixture->peer), ==, 0);
  g_assert_cmpuint (count_files (), ==, 0);
  g_signal_handlers_disconnect_by_data (fixture->peer, &records);
}

/* Descriptors have gone when the first byte has, and the rest of a long write follows without. */
static void
test_short_write (UnixFixture   *fixture,
                  gconstpointer  user_data)
{
  g_autofree guint8 *data = g_malloc0 (BULK);

  send_files (fixture->client, 0, 2, data, BULK);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->client), >, 0);
  g_assert_cmpuint (count_files (), ==, 0);
  tisock_tcp_socket_set_receive_limit (fixture->peer, 0);
  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->peer) == BULK);
  expect_files (fixture->peer, -1, 0, 2);
}

static void
test_with_a_file (UnixFixture   *fixture,
                  gconstpointer  user_data)
{
  g_autofree guint8 *data = g_malloc0 (BULK);
  int fd = test_make_file ("file", 4);

  tisock_tcp_socket_set_receive_limit (fixture->peer, 0);
  g_assert_true (tisock_tcp_socket_write (fixture->client, data, BULK, NULL));
  send_files (fixture->client, 0, 1, "before ", 7);
  tisock_tcp_socket_send_file_from_fd_async (fixture->client, fd, 0, -1, NULL, NULL, NULL);
  send_files (fixture->client, 1, 1, " behind", 7);
  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->peer) == BULK + 18);
  g_assert_cmpuint (tisock_tcp_socket_skip (fixture->peer, BULK), ==, BULK);
  expect_text (fixture->peer, "before file behind");
  expect_files (fixture->peer, -1, 0, 2);
  close (fd);
}

/* Queued, and never sent */

typedef void (*EndFunc) (UnixFixture *fixture);

static void
end_by_close (UnixFixture *fixture)
{
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
}

static void
end_by_abort (UnixFixture *fixture)
{
  tisock_tcp_socket_abort (fixture->client);
}

static void
end_by_dispose (UnixFixture *fixture)
{
  g_object_run_dispose (G_OBJECT (fixture->client));
}

static void
end_by_peer (UnixFixture *fixture)
{
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->peer));
  test_wait_until (!tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (fixture->client)));
}

static void
end_by_failure (UnixFixture *fixture)
{
  int fd = tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (fixture->client));

  fake_system_fail_send (fd, ETOOMANYREFS);
  test_wait_until (!tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (fixture->client)));
}

/* What is shut down has a time to be sent in. */
static void
end_by_close_timeout (UnixFixture *fixture)
{
  tisock_tcp_socket_set_receive_limit (fixture->peer, 1);
  tisock_tcp_socket_shutdown (fixture->client);
  for (guint i = 0; i < 100; i++)
    {
      fake_system_advance_clock (1000);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_false (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (fixture->client)));
}

static gboolean
drop_cb (TisockTCPSocket *socket,
         guint64          sent,
         guint64          left,
         gpointer         user_data)
{
  return TRUE;
}

static void
end_by_handler (UnixFixture *fixture)
{
  gulong id = g_signal_connect (fixture->client, "send-progress", G_CALLBACK (drop_cb), NULL);

  test_wait_until (tisock_tcp_socket_get_bytes_left_to_send (fixture->client) == 0);
  g_signal_handler_disconnect (fixture->client, id);
  g_assert_true (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (fixture->client)));
}

static void
test_never_sent (UnixFixture   *fixture,
                 gconstpointer  user_data)
{
  EndFunc end = (EndFunc) user_data;
  g_autofree guint8 *data = g_malloc0 (BULK);

  g_assert_true (tisock_tcp_socket_write (fixture->client, data, BULK, NULL));
  send_files (fixture->client, 0, 3, "some", 4);
  send_files (fixture->client, 3, 2, data, BULK);
  g_assert_cmpuint (count_files (), ==, 5);

  end (fixture);
  g_assert_cmpuint (count_files (), ==, 0);
}

/* Its context goes while some are queued here, and received and not taken there. */
static void
test_context_ends (void)
{
  GMainContext *context = g_main_context_new ();
  g_autofree guint8 *data = g_malloc0 (BULK);
  UnixFixture fixture = { NULL };

  g_main_context_push_thread_default (context);
  set_up (&fixture, NULL);
  send_files (fixture.client, 0, 1, "one", 3);
  test_wait_until (tisock_tcp_socket_get_descriptors_available (fixture.peer) == 1);
  g_assert_true (tisock_tcp_socket_write (fixture.client, data, BULK, NULL));
  send_files (fixture.client, 1, 2, "some", 4);
  g_assert_cmpuint (count_files (), ==, 3);

  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  g_assert_cmpuint (count_files (), ==, 1);
  tear_down (&fixture, NULL);
}

/* Refused */

static void
refuse (TisockTCPSocket *socket,
        guint            n,
        gsize            length,
        GQuark           domain,
        int              code)
{
  g_autoptr(GUnixFDList) list = make_list (0, n);
  g_autoptr(GError) error = NULL;
  Report report = { NULL };

  watch (socket, &report);
  g_assert_false (tisock_tcp_socket_write_descriptors (socket, (const guint8 *) "data", length,
                                                       list, &error));
  g_assert_error (error, domain, code);
  g_assert_error (report.error, domain, code);
  g_assert_false (report.closed);
  unwatch (socket, &report);
  g_assert_cmpuint (count_files (), ==, n);
}

static void
test_refused (UnixFixture   *fixture,
              gconstpointer  user_data)
{
  const GQuark domain = TISOCK_SOCKET_ERROR;
  g_autoptr(GIOStream) io_stream = NULL;

  refuse (fixture->client, 1, 0, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  refuse (fixture->client, AT_ONCE + 1, 4, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);

  tisock_tcp_socket_set_send_maximum (fixture->client, 3);
  refuse (fixture->client, 1, 4, domain, TISOCK_SOCKET_ERROR_QUEUE_FULL);
  tisock_tcp_socket_set_send_maximum (fixture->client, 0);

  io_stream = tisock_tcp_socket_get_io_stream (fixture->peer, NULL);
  refuse (fixture->peer, 1, 4, domain, TISOCK_SOCKET_ERROR_INVALID_STATE);

  tisock_tcp_socket_shutdown_write (fixture->client);
  refuse (fixture->client, 1, 4, domain, TISOCK_SOCKET_ERROR_INVALID_STATE);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
  refuse (fixture->client, 1, 4, domain, TISOCK_SOCKET_ERROR_INVALID_STATE);
}

static void
test_refused_over_tcp (UnixFixture   *fixture,
                       gconstpointer  user_data)
{
  int peer;
  TisockTCPSocket *socket = test_peer_pair (&peer);

  tisock_tcp_socket_set_maximum_descriptors (socket, 1);
  refuse (socket, 1, 4, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_true (is_plain (socket));
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  g_assert_finalize_object (socket);
  close (peer);
}

static void
test_refused_for_full_table (UnixFixture   *fixture,
                             gconstpointer  user_data)
{
  g_autoptr(GUnixFDList) list = make_list (0, 3);
  g_autoptr(GError) error = NULL;
  struct rlimit limits;
  gboolean written;

  test_fill_table (&limits, 2);
  written = tisock_tcp_socket_write_descriptors (fixture->client, (const guint8 *) "data", 4, list,
                                                 &error);
  test_restore_table (&limits);
  g_assert_false (written);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_cmpuint (count_files (), ==, 3);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (fixture->client), ==, 0);
}

/* Too many */

static void
await_failure (TisockTCPSocket *socket,
               Report          *report,
               int              code)
{
  test_wait_until (report->closed);
  g_assert_error (report->error, G_IO_ERROR, code);
  g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (socket)), ==,
                   TISOCK_SOCKET_STATE_ERROR);
  unwatch (socket, report);
}

static void
test_too_many_at_once (UnixFixture   *fixture,
                       gconstpointer  user_data)
{
  Report report = { NULL };

  watch (fixture->peer, &report);
  tisock_tcp_socket_set_maximum_descriptors (fixture->peer, 2);
  send_files (fixture->client, 0, 3, "three", 5);
  await_failure (fixture->peer, &report, G_IO_ERROR_MESSAGE_TOO_LARGE);
  g_assert_cmpuint (count_files (), ==, 0);
  g_assert_cmpuint (tisock_tcp_socket_get_descriptors_available (fixture->peer), ==, 0);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->peer), ==, 0);
}

/* What came before that is still there. */
static void
test_too_many_by_and_by (UnixFixture   *fixture,
                         gconstpointer  user_data)
{
  Report report = { NULL };

  watch (fixture->peer, &report);
  tisock_tcp_socket_set_maximum_descriptors (fixture->peer, 2);
  send_files (fixture->client, 0, 2, "two", 3);
  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->peer) == 3);
  send_files (fixture->client, 2, 1, "one", 3);
  await_failure (fixture->peer, &report, G_IO_ERROR_MESSAGE_TOO_LARGE);
  g_assert_cmpuint (count_files (), ==, 2);
  expect_text (fixture->peer, "two");
  expect_files (fixture->peer, -1, 0, 2);
}

/* A lower limit takes nothing away, and bytes alone are not too many. */
static void
test_too_many_by_setting (UnixFixture   *fixture,
                          gconstpointer  user_data)
{
  send_files (fixture->client, 0, 2, "two", 3);
  test_wait_until (tisock_tcp_socket_get_bytes_available (fixture->peer) == 3);
  tisock_tcp_socket_set_maximum_descriptors (fixture->peer, 1);
  g_assert_true (tisock_tcp_socket_write_string (fixture->client, ", none", NULL));
  expect_text (fixture->peer, "two, none");
  expect_files (fixture->peer, -1, 0, 2);
  send_files (fixture->client, 2, 1, "one", 3);
  expect_text (fixture->peer, "one");
  expect_files (fixture->peer, -1, 2, 1);
}

static void
test_too_many_for_table (UnixFixture   *fixture,
                         gconstpointer  user_data)
{
  const guint room = GPOINTER_TO_UINT (user_data);
  struct rlimit limits;
  Report report = { NULL };

  watch (fixture->peer, &report);
  send_files (fixture->client, 0, 3, "three", 5);
  test_fill_table (&limits, room);
  test_wait_until (report.closed);
  test_restore_table (&limits);
  await_failure (fixture->peer, &report, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_cmpuint (count_files (), ==, 0);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (fixture->peer), ==, 0);
}

static void
test_receiving_fails (UnixFixture   *fixture,
                      gconstpointer  user_data)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (fixture->peer);

  send_files (fixture->client, 0, 3, "three", 5);
  fake_system_fail_recv (tisock_socket_core_get_handle (core), ECONNRESET);
  test_wait_until (!tisock_socket_core_get_is_connected (core));
  g_assert_cmpint (tisock_socket_core_get_last_error_number (core), ==,
                   TISOCK_SOCKET_ERROR_LOST_CONNECTION);
  g_assert_cmpuint (count_files (), ==, 0);
}

/* Received, and not taken */

static void
receive_three (UnixFixture *fixture)
{
  send_files (fixture->client, 0, 3, "three", 5);
  test_wait_until (tisock_tcp_socket_get_descriptors_available (fixture->peer) == 3);
}

static void
test_after_the_end (UnixFixture   *fixture,
                    gconstpointer  user_data)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (fixture->peer);

  receive_three (fixture);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (fixture->client));
  test_wait_until (!tisock_socket_core_get_is_connected (core));
  expect_files (fixture->peer, 1, 0, 1);
  expect_text (fixture->peer, "three");
  g_assert_cmpuint (count_files (), ==, 2);

  tisock_socket_core_purge (core);
  g_assert_cmpuint (count_files (), ==, 0);
  g_assert_cmpuint (tisock_tcp_socket_get_descriptors_available (fixture->peer), ==, 0);
}

static void
test_next_life (UnixFixture   *fixture,
                gconstpointer  user_data)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (fixture->peer);

  receive_three (fixture);
  tisock_socket_core_close (core);
  g_assert_cmpuint (count_files (), ==, 3);
  tisock_tcp_socket_set_address (fixture->peer, "127.0.0.1");
  tisock_socket_core_set_port (core, 0);
  g_assert_true (tisock_tcp_socket_listen (fixture->peer, NULL));
  g_assert_cmpuint (count_files (), ==, 0);
}

/* That is what tear_down() looks at. */
static void
test_last_reference (UnixFixture   *fixture,
                     gconstpointer  user_data)
{
  receive_three (fixture);
  g_assert_cmpuint (count_files (), ==, 3);
}

/* Besides: what goes away with the bytes does not take them along. */

static void
test_lent (UnixFixture   *fixture,
           gconstpointer  user_data)
{
  g_autoptr(GIOStream) io_stream = NULL;
  g_autoptr(GError) error = NULL;
  char buffer[16];
  gssize n;

  receive_three (fixture);
  io_stream = tisock_tcp_socket_get_io_stream (fixture->peer, &error);
  g_assert_no_error (error);
  send_files (fixture->client, 3, 1, "four", 4);
  n = g_input_stream_read (g_io_stream_get_input_stream (io_stream), buffer, 5, NULL, NULL);
  g_assert_cmpmem (buffer, n, "three", 5);
  n = g_input_stream_read (g_io_stream_get_input_stream (io_stream), buffer, 16, NULL, NULL);
  g_assert_cmpmem (buffer, n, "four", 4);
  expect_files (fixture->peer, -1, 0, 3);
  g_clear_object (&io_stream);
  test_wait_until (!tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (fixture->peer)));
}

static void
test_stolen (UnixFixture   *fixture,
             gconstpointer  user_data)
{
  g_autoptr(GSocket) socket = NULL;

  receive_three (fixture);
  socket = tisock_tcp_socket_steal_socket (fixture->peer, NULL);
  g_assert_nonnull (socket);
  expect_files (fixture->peer, -1, 0, 3);
}

static void
test_spliced (UnixFixture   *fixture,
              gconstpointer  user_data)
{
  int end;
  TisockTCPSocket *far = test_peer_pair (&end);
  g_autofree char *moved = NULL;

  receive_three (fixture);
  g_assert_true (tisock_tcp_socket_splice_to (fixture->peer, far, NULL));
  send_files (fixture->client, 3, 1, " and one", 8);
  test_wait_until (tisock_tcp_socket_get_descriptors_available (fixture->peer) == 4);
  moved = test_peer_receive (end, 13);
  g_assert_cmpstr (moved, ==, "three and one");
  expect_files (fixture->peer, -1, 0, 4);

  tisock_socket_core_close (TISOCK_SOCKET_CORE (far));
  g_assert_finalize_object (far);
  close (end);
}

#define ADD(path, func) g_test_add (path, UnixFixture, NULL, set_up, func, tear_down)

/* With a value for the test. */
#define ADD_FOR(path, value, func) g_test_add (path, UnixFixture, value, set_up, func, tear_down)

static void
add_tests_of_ends (void)
{
  ADD_FOR ("/unix-descriptors/never-sent/close", (gconstpointer) end_by_close, test_never_sent);
  ADD_FOR ("/unix-descriptors/never-sent/abort", (gconstpointer) end_by_abort, test_never_sent);
  ADD_FOR ("/unix-descriptors/never-sent/dispose", (gconstpointer) end_by_dispose,
           test_never_sent);
  ADD_FOR ("/unix-descriptors/never-sent/peer", (gconstpointer) end_by_peer, test_never_sent);
  ADD_FOR ("/unix-descriptors/never-sent/failure", (gconstpointer) end_by_failure,
           test_never_sent);
  ADD_FOR ("/unix-descriptors/never-sent/close-timeout", (gconstpointer) end_by_close_timeout,
           test_never_sent);
  ADD_FOR ("/unix-descriptors/never-sent/handler", (gconstpointer) end_by_handler,
           test_never_sent);
  g_test_add_func ("/unix-descriptors/never-sent/context", test_context_ends);

  ADD ("/unix-descriptors/not-taken/after-the-end", test_after_the_end);
  ADD ("/unix-descriptors/not-taken/next-life", test_next_life);
  ADD ("/unix-descriptors/not-taken/last-reference", test_last_reference);
  ADD ("/unix-descriptors/not-taken/lent", test_lent);
  ADD ("/unix-descriptors/not-taken/stolen", test_stolen);
  ADD ("/unix-descriptors/not-taken/spliced", test_spliced);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/unix-descriptors/pass", test_pass);
  ADD ("/unix-descriptors/pass/copy", test_pass_copy);
  ADD ("/unix-descriptors/pass/both-ways", test_pass_both_ways);
  ADD ("/unix-descriptors/pass/none", test_pass_none);
  ADD ("/unix-descriptors/pass/many", test_pass_many);
  ADD ("/unix-descriptors/default", test_default);
  ADD ("/unix-descriptors/from-the-start", test_from_the_start);
  ADD ("/unix-descriptors/order", test_order);
  ADD ("/unix-descriptors/order/short-write", test_short_write);
  ADD ("/unix-descriptors/order/with-a-file", test_with_a_file);
  ADD ("/unix-descriptors/refused", test_refused);
  ADD ("/unix-descriptors/refused/over-tcp", test_refused_over_tcp);
  ADD ("/unix-descriptors/refused/full-table", test_refused_for_full_table);
  ADD ("/unix-descriptors/too-many/at-once", test_too_many_at_once);
  ADD ("/unix-descriptors/too-many/by-and-by", test_too_many_by_and_by);
  ADD ("/unix-descriptors/too-many/by-setting", test_too_many_by_setting);
  ADD_FOR ("/unix-descriptors/too-many/full-table", GUINT_TO_POINTER (0),
           test_too_many_for_table);
  ADD_FOR ("/unix-descriptors/too-many/nearly-full-table", GUINT_TO_POINTER (2),
           test_too_many_for_table);
  ADD ("/unix-descriptors/receiving-fails", test_receiving_fails);
  add_tests_of_ends ();

  return g_test_run ();
}
