/* test-tcp-bulk.c: many bytes both ways at once, through transfers that are cut short
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "test-peer.h"
#include "test-util.h"

#define MEBIBYTE (1024 * 1024)

/* Prime, so that no length of a write or a buffer has a part of it in common. */
#define PERIOD 65521
#define LARGEST MEBIBYTE

/* What is sent, by its place in the stream; long enough for the largest write anywhere in it. */
static guint8 pattern[PERIOD + LARGEST];

typedef struct
{
  TisockTCPSocket *socket;
  guint64          length;      /* of each direction */
  guint64          written;
  guint64          read;
  guint64          sent;        /* what send-progress says */
  guint            n_writes;
  guint            n_drained;
} End;

static void
make_pattern (void)
{
  for (guint i = 0; i < PERIOD; i++)
    pattern[i] = (guint8) g_test_rand_int ();
  for (guint i = PERIOD; i < G_N_ELEMENTS (pattern); i++)
    pattern[i] = pattern[i - PERIOD];
}

/* 1 and 7 bytes many times, and 1 MiB now and then. */
static gsize
choose_length (End *end)
{
  guint turn = end->n_writes++ % 4096;
  gsize length = turn == 0 ? LARGEST : turn % 2 == 0 ? 1 : 7;

  return (gsize) MIN (length, end->length - end->written);
}

static void
write_one (End *end)
{
  const guint8 *data = pattern + end->written % PERIOD;
  gsize length = choose_length (end);
  g_autoptr(GBytes) bytes = NULL;

  end->written += length;
  if (length == LARGEST && g_test_rand_bit ())
    {
      bytes = g_bytes_new_static (data, length);
      g_assert_true (tisock_tcp_socket_write_bytes (end->socket, bytes, NULL));
    }
  else
    {
      g_assert_true (tisock_tcp_socket_write (end->socket, data, length, NULL));
    }
}

static void
write_more (End *end)
{
  while (end->written < end->length && !tisock_tcp_socket_get_needs_drain (end->socket))
    write_one (end);
}

static void
drained_cb (TisockTCPSocket *socket,
            End             *end)
{
  end->n_drained++;
  write_more (end);
}

static gboolean
send_progress_cb (TisockTCPSocket *socket,
                  guint64          sent,
                  guint64          left,
                  End             *end)
{
  end->sent += sent;
  g_assert_cmpuint (left, ==, tisock_tcp_socket_get_bytes_left_to_send (socket));
  g_assert_cmpuint (end->sent + left, ==, end->written);

  return FALSE;
}

static void
assert_next (End          *end,
             const guint8 *data,
             gsize         length)
{
  while (length > 0)
    {
      gsize n = MIN (length, LARGEST);

      g_assert_true (memcmp (data, pattern + end->read % PERIOD, n) == 0);
      end->read += n;
      data += n;
      length -= n;
    }
}

/* Some handlers leave a part for the next one. */
static void
data_available_cb (TisockTCPSocket *socket,
                   End             *end)
{
  gssize count = g_test_rand_bit () ? -1 : g_test_rand_int_range (1, 100000);
  g_autoptr(GBytes) bytes = NULL;
  g_autofree guint8 *data = NULL;
  gsize length;

  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (socket), <=, MEBIBYTE);
  if (g_test_rand_bit ())
    {
      bytes = tisock_tcp_socket_read_bytes (socket, count);
      assert_next (end, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      return;
    }

  data = tisock_tcp_socket_read (socket, count, &length);
  assert_next (end, data, length);
}

static void
end_init (End     *end,
          guint64  length)
{
  end->socket = tisock_tcp_socket_new ();
  end->length = length;
  tisock_tcp_socket_set_address (end->socket, "127.0.0.1");
  g_signal_connect (end->socket, "drained", G_CALLBACK (drained_cb), end);
  g_signal_connect (end->socket, "send-progress", G_CALLBACK (send_progress_cb), end);
  g_signal_connect (end->socket, "data-available", G_CALLBACK (data_available_cb), end);
}

static void
connect_ends (End ends[2])
{
  TisockSocketCore *first = TISOCK_SOCKET_CORE (ends[0].socket);
  TisockSocketCore *second = TISOCK_SOCKET_CORE (ends[1].socket);

  g_assert_true (tisock_tcp_socket_listen (ends[0].socket, NULL));
  tisock_socket_core_set_port (second, tisock_socket_core_get_port (first));
  g_assert_true (tisock_socket_core_open (second, NULL));
  test_wait_until (tisock_socket_core_get_is_connected (first) &&
                   tisock_socket_core_get_is_connected (second));
}

/* What was left by a handler is not announced again: the test takes it. */
static gboolean
is_done (End *end)
{
  while (tisock_tcp_socket_get_bytes_available (end->socket) > 0)
    data_available_cb (end->socket, end);

  return end->read == end->length;
}

static gboolean
are_done (End ends[2])
{
  gboolean first = is_done (&ends[0]);

  return is_done (&ends[1]) && first;
}

static void
check_end (End *end)
{
  test_wait_until (end->sent == end->length);
  g_assert_cmpuint (end->written, ==, end->length);
  g_assert_cmpuint (end->read, ==, end->length);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_left_to_send (end->socket), ==, 0);
  g_assert_cmpuint (end->n_drained, >, 0);
  g_assert_true (tisock_socket_core_get_is_connected (TISOCK_SOCKET_CORE (end->socket)));
}

static void
test_bulk (gconstpointer user_data)
{
  guint64 length = 50 * (guint64) MEBIBYTE;
  End ends[2] = { 0 };

  make_pattern ();
  end_init (&ends[0], length);
  end_init (&ends[1], length);
  connect_ends (ends);

  fake_system_cut (GPOINTER_TO_INT (user_data));
  write_more (&ends[0]);
  write_more (&ends[1]);
  test_wait_until (are_done (ends));
  for (guint i = 0; i < 2; i++)
    check_end (&ends[i]);
  fake_system_cut (FALSE);
  if (GPOINTER_TO_INT (user_data))
    g_assert_cmpuint (fake_system_get_n_cut (), >, 100);

  for (guint i = 0; i < 2; i++)
    {
      tisock_socket_core_close (TISOCK_SOCKET_CORE (ends[i].socket));
      g_assert_finalize_object (ends[i].socket);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/tcp-socket/bulk/whole", GINT_TO_POINTER (FALSE), test_bulk);
  g_test_add_data_func ("/tcp-socket/bulk/cut", GINT_TO_POINTER (TRUE), test_bulk);

  return g_test_run ();
}
