/* test-splice.c: sockets that pass on what they receive, and every way in which that ends
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-system.h"
#include "test-peer.h"
#include "test-util.h"

#include "tisock-socket-error.h"
#include "tisock-tcp-socket-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define KIBIBYTE 1024
#define MEBIBYTE (1024 * 1024)

/* Prime, so that no length of a transfer has a part of it in common. */
#define PERIOD 65521

typedef struct _Relay Relay;

/* One socket of a relay, its peer, and what goes from the peer into it and comes out there. */
typedef struct
{
  Relay           *relay;
  TisockTCPSocket *socket;      /* the test's reference; NULL once it has given it away */
  int              peer;        /* non-blocking; -1: closed */
  guint64          to_send;     /* by the peer; then it ends its side */
  guint64          sent;
  guint64          received;
  gboolean         at_end;      /* the peer has seen the end */
  gboolean         reset;       /* the peer has seen a reset */

  guint            n_closed;
  GError          *error;       /* the last that the socket has told */
  gint64           moved;       /* what the call came to; -1: an error, -2: nothing yet */
  GError          *move_error;
} Side;

/* What a test does in a handler. */
typedef void (*Action) (Side       *side,
                        const char *signal);

struct _Relay
{
  Side      sides[2];
  Action    action;
  gpointer  data;               /* for the action */
  guint64   most;               /* bytes held in memory at a time */
};

static guint8 pattern[2][PERIOD + MEBIBYTE];

static void
make_patterns (void)
{
  for (guint side = 0; side < 2; side++)
    for (guint i = 0; i < sizeof pattern[side]; i++)
      pattern[side][i] = i < PERIOD ? (guint8) g_test_rand_int () : pattern[side][i - PERIOD];
}

/* Sides */

static Side *
get_other (Side *side)
{
  return &side->relay->sides[side == &side->relay->sides[0]];
}

static guint
get_index (Side *side)
{
  return side == &side->relay->sides[1];
}

static TisockStream *
get_stream (Side *side)
{
  return &tisock_tcp_socket_get_private (side->socket)->stream;
}

static void
act (Side       *side,
     const char *signal)
{
  if (side->relay->action != NULL)
    side->relay->action (side, signal);
}

static void
data_available_cb (TisockTCPSocket *socket,
                   Side            *side)
{
  act (side, "data-available");
}

static gboolean
send_progress_cb (TisockTCPSocket *socket,
                  guint64          sent,
                  guint64          left,
                  Side            *side)
{
  act (side, "send-progress");

  return FALSE;
}

static void
send_complete_cb (TisockTCPSocket *socket,
                  gboolean         user_aborted,
                  Side            *side)
{
  act (side, "send-complete");
}

static void
read_eof_cb (TisockTCPSocket *socket,
             Side            *side)
{
  act (side, "read-eof");
}

static void
state_cb (TisockTCPSocket *socket,
          GParamSpec      *property,
          Side            *side)
{
  act (side, "notify");
}

static void
error_cb (TisockTCPSocket *socket,
          GError          *error,
          Side            *side)
{
  g_clear_error (&side->error);
  side->error = g_error_copy (error);
  act (side, "error");
}

static void
closed_cb (TisockTCPSocket *socket,
           Side            *side)
{
  side->n_closed++;
  act (side, "closed");
}

static void
moved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Side *side = user_data;

  g_assert_cmpint (side->moved, ==, -2);
  side->moved = tisock_tcp_socket_splice_to_finish (TISOCK_TCP_SOCKET (source), result,
                                                    &side->move_error);
  g_assert_true ((side->moved < 0) == (side->move_error != NULL));
  act (side, "moved");
}

/* Small buffers in the system, so that what is moved is soon felt. */
static void
connect_side (Side *side)
{
  int size = 32 * KIBIBYTE;

  side->socket = test_peer_pair (&side->peer);
  side->moved = -2;
  g_assert_true (g_unix_set_fd_nonblocking (side->peer, TRUE, NULL));
  g_assert_true (tisock_tcp_socket_set_option (side->socket, SOL_SOCKET, SO_SNDBUF, size, NULL));
  g_assert_no_errno (setsockopt (side->peer, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));

  g_signal_connect (side->socket, "data-available", G_CALLBACK (data_available_cb), side);
  g_signal_connect (side->socket, "send-progress", G_CALLBACK (send_progress_cb), side);
  g_signal_connect (side->socket, "send-complete", G_CALLBACK (send_complete_cb), side);
  g_signal_connect (side->socket, "read-eof", G_CALLBACK (read_eof_cb), side);
  g_signal_connect (side->socket, "notify::state", G_CALLBACK (state_cb), side);
  g_signal_connect (side->socket, "error", G_CALLBACK (error_cb), side);
  g_signal_connect (side->socket, "closed", G_CALLBACK (closed_cb), side);
}

static Relay *
relay_new (void)
{
  Relay *relay = g_new0 (Relay, 1);

  for (guint i = 0; i < 2; i++)
    {
      relay->sides[i].relay = relay;
      connect_side (&relay->sides[i]);
    }

  return relay;
}

static void
close_peer (Side *side)
{
  if (side->peer >= 0)
    close (side->peer);
  side->peer = -1;
}

static void
side_close (Side *side)
{
  close_peer (side);
  if (side->socket == NULL)
    return;

  tisock_socket_core_close (TISOCK_SOCKET_CORE (side->socket));
  g_signal_handlers_disconnect_by_data (side->socket, side);
}

static void
side_clear (Side *side)
{
  if (side->socket != NULL)
    g_assert_finalize_object (side->socket);
  g_clear_error (&side->error);
  g_clear_error (&side->move_error);
}

static void
relay_free (Relay *relay)
{
  relay->action = NULL;
  side_close (&relay->sides[0]);
  side_close (&relay->sides[1]);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  side_clear (&relay->sides[0]);
  side_clear (&relay->sides[1]);
  g_free (relay);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Relay, relay_free)

static void
splice_one (Side *side)
{
  tisock_tcp_socket_splice_to_async (side->socket, get_other (side)->socket, NULL, moved_cb, side);
}

static void
splice_both (Relay *relay)
{
  splice_one (&relay->sides[0]);
  splice_one (&relay->sides[1]);
}

static gboolean
is_held_in_bounds (Relay *relay)
{
  guint64 held = 0;

  for (guint i = 0; i < 2; i++)
    if (relay->sides[i].socket != NULL)
      held += get_stream (&relay->sides[i])->received.length +
              get_stream (&relay->sides[i])->queue.length;
  relay->most = MAX (relay->most, held);

  return TRUE;
}

/* Peers: plain read() and write(), which the fake system leaves alone */

/* The system says once that a connection was reset, to whoever asks first. */
static void
note_peer_failure (Side *side)
{
  g_assert_true (errno == EAGAIN || errno == EPIPE || errno == ECONNRESET);
  side->reset = side->reset || errno == ECONNRESET;
}

static void
peer_send (Side *side,
           gsize most)
{
  gsize length = (gsize) MIN (most, side->to_send - side->sent);
  gssize n;

  if (side->peer < 0 || side->sent == side->to_send)
    return;

  n = write (side->peer, pattern[get_index (side)] + side->sent % PERIOD, length);
  if (n < 0)
    note_peer_failure (side);
  side->sent += (guint64) MAX (n, 0);
  if (side->sent == side->to_send)
    shutdown (side->peer, SHUT_WR);
}

static void
peer_receive (Side  *side,
              gsize  most)
{
  static guint8 buffer[MEBIBYTE];
  gssize n;

  if (side->peer < 0 || side->at_end || side->reset)
    return;

  n = read (side->peer, buffer, most);
  if (n > 0)
    {
      const guint8 *expected = pattern[!get_index (side)] + side->received % PERIOD;

      g_assert_true (memcmp (buffer, expected, (gsize) n) == 0);
      side->received += (guint64) n;
    }
  else if (n == 0)
    {
      side->at_end = TRUE;
    }
  else
    {
      note_peer_failure (side);
    }
}

static void
pump (Relay *relay,
      gsize  most)
{
  for (guint i = 0; i < 2; i++)
    {
      peer_send (&relay->sides[i], most);
      peer_receive (&relay->sides[i], most);
    }
  g_main_context_iteration (NULL, FALSE);
  is_held_in_bounds (relay);
}

static gboolean
has_ended (Relay *relay)
{
  return relay->sides[0].n_closed == 1 && relay->sides[1].n_closed == 1;
}

/* Both peers send, in their own pace, and end their side: all arrives, and both ends. */
static void
run_to_end (Relay   *relay,
            guint64  first,
            guint64  second)
{
  relay->sides[0].to_send = first;
  relay->sides[1].to_send = second;
  while (!has_ended (relay) || !relay->sides[0].at_end || !relay->sides[1].at_end)
    pump (relay, (gsize) g_test_rand_int_range (1, 64 * KIBIBYTE));

  for (guint i = 0; i < 2; i++)
    {
      Side *side = &relay->sides[i];

      g_assert_cmpuint (side->received, ==, get_other (side)->to_send);
      g_assert_error (side->error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
      test_wait_until (side->moved != -2);
      g_assert_no_error (side->move_error);
      g_assert_cmpint (side->moved, ==, side->to_send);
    }
}

/* Bytes */

static void
test_both_ways (gconstpointer user_data)
{
  g_autoptr(Relay) relay = relay_new ();

  splice_both (relay);
  fake_system_cut (GPOINTER_TO_INT (user_data));
  run_to_end (relay, 5 * MEBIBYTE + 1, 3 * MEBIBYTE + 7);
  fake_system_cut (FALSE);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (tisock_socket_core_get_state (TISOCK_SOCKET_CORE (relay->sides[i].socket)),
                     ==, TISOCK_SOCKET_STATE_CLOSED);
}

/* No more is held than the limits, and where there are none, than the limit of a splice. */
static void
test_bounded (gconstpointer user_data)
{
  const guint64 limit = GPOINTER_TO_UINT (user_data);
  const guint64 bound = limit == 0 ? MEBIBYTE : limit;
  g_autoptr(Relay) relay = relay_new ();

  for (guint i = 0; i < 2; i++)
    {
      tisock_tcp_socket_set_receive_limit (relay->sides[i].socket, limit);
      tisock_tcp_socket_set_send_limit (relay->sides[i].socket, limit);
      relay->sides[i].to_send = 20 * MEBIBYTE;
    }
  splice_both (relay);

  /* Peers that do not read; then one that reads too little. */
  for (guint i = 0; i < 2000; i++)
    {
      peer_send (&relay->sides[0], MEBIBYTE);
      peer_send (&relay->sides[1], MEBIBYTE);
      if (i > 1000)
        peer_receive (&relay->sides[0], 100);
      g_main_context_iteration (NULL, FALSE);
      is_held_in_bounds (relay);
    }
  g_assert_cmpuint (relay->most, <=, 2 * bound);
  g_assert_cmpuint (relay->most, >, bound);

  run_to_end (relay, 20 * MEBIBYTE, 20 * MEBIBYTE);
  g_assert_cmpuint (relay->most, <=, 2 * bound);
}

/* What had come goes first, also what is lent to the handler that splices. */
static void
splice_in_handler (Side       *side,
                   const char *signal)
{
  if (!g_str_equal (signal, "data-available"))
    return;

  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (side->socket), ==, side->sent);
  splice_one (side);
  g_assert_cmpuint (tisock_tcp_socket_get_bytes_available (side->socket), ==, 0);
  g_assert_cmpuint (side->sent, >, 0);
}

static void
test_received_before (void)
{
  g_autoptr(Relay) relay = relay_new ();
  Side *from = &relay->sides[0];
  Side *to = &relay->sides[1];

  splice_one (to);
  from->to_send = 10000;
  peer_send (from, 1000);
  relay->action = splice_in_handler;
  test_wait_until (tisock_stream_get_target (get_stream (from)) != NULL);
  relay->action = NULL;
  run_to_end (relay, 10000, 100);
}

/* The program may write in between. */
static void
test_own_writes (void)
{
  g_autoptr(Relay) relay = relay_new ();
  Side *from = &relay->sides[0];
  Side *to = &relay->sides[1];
  g_autofree char *text = NULL;

  g_assert_true (tisock_tcp_socket_write_string (to->socket, "header ", NULL));
  g_assert_true (tisock_tcp_socket_splice_to (from->socket, to->socket, NULL));
  test_peer_send (from->peer, "first ");
  test_wait_until (get_stream (from)->links->transfer->moved == 6);
  g_assert_true (tisock_tcp_socket_write_string (to->socket, "own ", NULL));
  test_peer_send (from->peer, "second");
  test_wait_until (get_stream (from)->links->transfer->moved == 12);
  g_assert_true (g_unix_set_fd_nonblocking (to->peer, FALSE, NULL));
  text = test_peer_receive (to->peer, 23);
  g_assert_cmpstr (text, ==, "header first own second");
}

/* Ends */

/* One way only: afterwards each socket is what it was. */
static void
note_eof (Side       *side,
          const char *signal)
{
  if (g_str_equal (signal, "read-eof"))
    *(guint *) side->relay->data += 1;
}

static void
test_one_way (gconstpointer user_data)
{
  gboolean half_open = GPOINTER_TO_INT (user_data);
  g_autoptr(Relay) relay = relay_new ();
  Side *from = &relay->sides[0];
  Side *to = &relay->sides[1];
  guint n_eofs = 0;

  tisock_tcp_socket_set_allow_half_open (from->socket, half_open);
  relay->data = &n_eofs;
  relay->action = note_eof;
  splice_one (from);
  from->to_send = 100;
  while (!to->at_end)
    pump (relay, 100);
  test_wait_until (from->moved != -2 && (half_open ? n_eofs == 1 : from->n_closed == 1));
  g_assert_cmpint (from->moved, ==, 100);
  g_assert_cmpuint (to->received, ==, 100);
  g_assert_cmpuint (from->n_closed, ==, !half_open);
  g_assert_cmpuint (to->n_closed, ==, 0);
  g_assert_cmpint (tisock_tcp_socket_get_allow_half_open (from->socket), ==, half_open);

  /* The other one receives for itself. */
  test_peer_send (to->peer, "answer");
  test_wait_until (tisock_tcp_socket_get_bytes_available (to->socket) == 6);
  close_peer (to);
  test_wait_until (to->n_closed == 1);
  g_assert_cmpuint (n_eofs, ==, half_open);
}

/* Wherever a peer resets, the other one can tell that it has not got all. */
static void
test_resets (void)
{
  const guint64 length = 300 * KIBIBYTE;

  for (guint i = 0; i < 60; i++)
    {
      g_autoptr(Relay) relay = relay_new ();
      Side *side = &relay->sides[i % 2];
      Side *other = get_other (side);
      guint64 place = (guint64) g_test_rand_int_range (0, (int) length);

      splice_both (relay);
      side->to_send = other->to_send = length;
      while (side->sent < place)
        pump (relay, MIN (16 * KIBIBYTE, place - side->sent));
      test_peer_reset (g_steal_fd (&side->peer));
      while (!has_ended (relay) || !(other->reset || other->at_end))
        pump (relay, 16 * KIBIBYTE);

      g_assert_false (other->at_end);
      g_assert_cmpuint (other->received, <=, place);
      g_assert_nonnull (side->error);
      g_assert_nonnull (other->error);
      test_wait_until (side->moved != -2 && other->moved != -2);
      g_assert_error (side->move_error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_LOST_CONNECTION);
    }
}

/* A peer that has ended its side, and is gone later, while nothing goes on. */
static void
test_reset_after_end (void)
{
  g_autoptr(Relay) relay = relay_new ();
  Side *side = &relay->sides[0];

  splice_both (relay);
  side->to_send = 1000;
  while (side->moved == -2)
    pump (relay, 1000);
  g_assert_cmpint (side->moved, ==, 1000);
  g_assert_cmpuint (side->n_closed, ==, 0);
  test_peer_reset (g_steal_fd (&side->peer));
  test_wait_until (has_ended (relay));
}

/* A peer that never reads does not keep a relay whose other side is gone. */
static void
test_stalled (void)
{
  g_autoptr(Relay) relay = relay_new ();
  Side *side = &relay->sides[0];
  Side *other = get_other (side);

  splice_both (relay);
  side->to_send = 20 * MEBIBYTE;
  while (!get_stream (side)->paused)
    {
      peer_send (side, MEBIBYTE);
      g_main_context_iteration (NULL, FALSE);
    }
  tisock_socket_core_close (TISOCK_SOCKET_CORE (side->socket));
  g_assert_cmpuint (side->n_closed, ==, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (other->n_closed, ==, 0);
  fake_system_advance_clock (tisock_tcp_socket_get_close_timeout (other->socket) + 1);
  test_wait_until (has_ended (relay));
  while (!other->reset)
    peer_receive (other, MEBIBYTE);
}

/* What happens to a socket in a handler, and what a handler of it is. */

static void
do_close (Side *side)
{
  tisock_socket_core_close (TISOCK_SOCKET_CORE (side->socket));
}

static void
do_abort (Side *side)
{
  tisock_tcp_socket_abort (side->socket);
}

static void
do_shutdown (Side *side)
{
  tisock_tcp_socket_shutdown (side->socket);
}

static void
do_shutdown_write (Side *side)
{
  tisock_tcp_socket_shutdown_write (side->socket);
}

/* Silent: no `closed` of this one. */
static void
do_dispose (Side *side)
{
  g_object_run_dispose (G_OBJECT (side->socket));
  side->n_closed = 1;
}

static void
do_unref (Side *side)
{
  g_clear_object (&side->socket);
}

static const struct
{
  const char *name;
  void      (*function) (Side *side);
} deeds[] = {
  { "close", do_close }, { "abort", do_abort }, { "shutdown", do_shutdown },
  { "shutdown-write", do_shutdown_write }, { "dispose", do_dispose }, { "unref", do_unref },
};

static const char *const occasions[] = {
  "none", "send-progress", "send-complete", "notify", "error", "closed", "moved",
};

typedef struct
{
  guint    deed;
  guint    occasion;
  gboolean to_other;
  gboolean done;
} Case;

static void
do_deed (Side       *side,
         const char *signal)
{
  Case *c = side->relay->data;
  Side *victim = c->to_other ? get_other (side) : side;

  if (c->done || victim->socket == NULL || !g_str_equal (signal, occasions[c->occasion]))
    return;

  c->done = TRUE;
  deeds[c->deed].function (victim);
}

static void
run_case (Case *c)
{
  g_autoptr(Relay) relay = relay_new ();
  TisockTCPSocket *weak[2] = { relay->sides[0].socket, relay->sides[1].socket };

  for (guint i = 0; i < 2; i++)
    g_object_add_weak_pointer (G_OBJECT (weak[i]), (gpointer *) &weak[i]);

  relay->data = c;
  relay->action = do_deed;
  splice_both (relay);
  relay->sides[0].to_send = relay->sides[1].to_send = 100 * KIBIBYTE;
  for (guint i = 0; i < 20; i++)
    pump (relay, 3000);
  do_deed (&relay->sides[0], "none");
  while (!has_ended (relay))
    pump (relay, 20000);
  test_wait_until (relay->sides[0].moved != -2 && relay->sides[1].moved != -2);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  /* Nothing of the library keeps them. */
  for (guint i = 0; i < 2; i++)
    {
      g_clear_object (&relay->sides[i].socket);
      g_assert_null (weak[i]);
    }
}

static void
test_deeds (gconstpointer user_data)
{
  Case c = { .deed = GPOINTER_TO_UINT (user_data) };

  for (c.occasion = 0; c.occasion < G_N_ELEMENTS (occasions); c.occasion++)
    for (guint to_other = 0; to_other < 2; to_other++)
      {
        c.to_other = (gboolean) to_other;
        c.done = FALSE;
        run_case (&c);
      }
}

/* The context goes while calls wait. */
static void
test_context_gone (void)
{
  GMainContext *context = g_main_context_new ();
  Relay *relay;

  g_main_context_push_thread_default (context);
  relay = relay_new ();
  g_assert_true (tisock_tcp_socket_splice_to (relay->sides[0].socket, relay->sides[1].socket,
                                              NULL));
  g_assert_true (tisock_tcp_socket_splice_to (relay->sides[1].socket, relay->sides[0].socket,
                                              NULL));
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  g_assert_cmpuint (relay->sides[0].n_closed + relay->sides[1].n_closed, ==, 0);
  relay_free (relay);
}

/* A server that drains lets a relay come to its end. */
static void
test_drain (void)
{
  g_autoptr(Relay) relay = relay_new ();

  splice_both (relay);
  relay->sides[0].to_send = relay->sides[1].to_send = 1000 * KIBIBYTE;
  tisock_tcp_socket_drain (relay->sides[0].socket);
  for (guint i = 0; i < 50; i++)
    pump (relay, 100);
  run_to_end (relay, 1000 * KIBIBYTE, 1000 * KIBIBYTE);
}

/* Calls */

static void
expect_refusal (Side       *from,
                Side       *to,
                GQuark      domain,
                int         code,
                const char *part)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) sync_error = NULL;

  g_assert_false (tisock_tcp_socket_splice_to (from->socket, to->socket, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_cmpint (tisock_tcp_socket_splice_to_sync (from->socket, to->socket, -1, NULL,
                                                     &sync_error), ==, -1);
  g_assert_error (sync_error, domain, code);
  g_clear_error (&from->move_error);
  from->moved = -2;
  splice_one (from);
  if (to != get_other (from))
    return;

  test_wait_until (from->moved == -1);
  g_assert_error (from->move_error, domain, code);
}

static void
nothing_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GBytes) bytes = NULL;

  bytes = tisock_tcp_socket_receive_finish (TISOCK_TCP_SOCKET (source), result, NULL);
  g_assert_null (bytes);
}

static void
test_refused (void)
{
  g_autoptr(Relay) relay = relay_new ();
  g_autoptr(Relay) third = relay_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) stolen = NULL;
  Side *a = &relay->sides[0];
  Side *b = &relay->sides[1];
  Side *c = &third->sides[0];

  g_assert_false (tisock_tcp_socket_splice_to (a->socket, a->socket, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_error (a->error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);

  tisock_tcp_socket_receive_async (a->socket, -1, cancellable, nothing_cb, NULL);
  expect_refusal (a, b, G_IO_ERROR, G_IO_ERROR_PENDING, "waits for bytes");
  g_cancellable_cancel (cancellable);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  g_assert_true (tisock_tcp_socket_splice_to (a->socket, b->socket, NULL));
  expect_refusal (a, b, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE, "already");
  g_assert_false (tisock_tcp_socket_splice_to (c->socket, b->socket, &error));
  g_assert_nonnull (strstr (error->message, "to the other one already"));
  g_clear_error (&error);
  g_assert_null (tisock_tcp_socket_receive_sync (a->socket, -1, -1, NULL, &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);
  stolen = tisock_tcp_socket_steal_socket (b->socket, &error);
  g_assert_null (stolen);
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_clear_error (&error);

  tisock_tcp_socket_shutdown_write (third->sides[1].socket);
  expect_refusal (c, &third->sides[1], TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                  "shut down");
  tisock_socket_core_close (TISOCK_SOCKET_CORE (third->sides[1].socket));
  expect_refusal (c, &third->sides[1], TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                  "other socket is not connected");
  tisock_socket_core_close (TISOCK_SOCKET_CORE (c->socket));
  expect_refusal (c, &third->sides[1], TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE,
                  "the socket is not connected");
}

static void
test_other_context (void)
{
  GMainContext *context = g_main_context_new ();
  g_autoptr(Relay) relay = relay_new ();
  g_autoptr(GError) error = NULL;
  Relay *other;

  g_main_context_push_thread_default (context);
  other = relay_new ();
  g_main_context_pop_thread_default (context);

  g_assert_false (tisock_tcp_socket_splice_to (relay->sides[0].socket, other->sides[0].socket,
                                               &error));
  g_assert_error (error, TISOCK_SOCKET_ERROR, TISOCK_SOCKET_ERROR_INVALID_STATE);
  g_assert_nonnull (strstr (error->message, "another main context"));
  g_main_context_unref (context);
  relay_free (other);
}

/* Cancelling ends the waiting, and not the splice. */
static void
test_cancel (void)
{
  g_autoptr(Relay) relay = relay_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Side *from = &relay->sides[0];

  tisock_tcp_socket_splice_to_async (from->socket, relay->sides[1].socket, cancellable, moved_cb,
                                     from);
  g_cancellable_cancel (cancellable);
  test_wait_until (from->moved == -1);
  g_assert_error (from->move_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  from->to_send = 1000;
  while (!relay->sides[1].at_end)
    pump (relay, 1000);
  g_assert_cmpuint (relay->sides[1].received, ==, 1000);
}

/* Serving either socket is enough, without a main loop. */
static void
serve_by_poll (Side *side)
{
  tisock_socket_core_poll (TISOCK_SOCKET_CORE (side->socket));
}

static void
serve_by_wait (Side *side)
{
  tisock_socket_core_wait (TISOCK_SOCKET_CORE (side->socket), 0, NULL);
}

static void
test_served (gconstpointer user_data)
{
  guint variant = GPOINTER_TO_UINT (user_data);
  g_autoptr(Relay) relay = relay_new ();
  Side *server = &relay->sides[variant & 1];

  splice_both (relay);
  relay->sides[0].to_send = relay->sides[1].to_send = 3 * MEBIBYTE;
  while (relay->sides[0].received < 3 * MEBIBYTE || relay->sides[1].received < 3 * MEBIBYTE)
    {
      for (guint i = 0; i < 2; i++)
        {
          peer_send (&relay->sides[i], 50000);
          peer_receive (&relay->sides[i], 50000);
        }
      if (variant & 2)
        serve_by_poll (server);
      else
        serve_by_wait (server);
    }
  test_wait_until (has_ended (relay));
}

/* Waiting for the one comes to an end when something was moved. */
static void
test_wait (void)
{
  g_autoptr(Relay) relay = relay_new ();
  TisockSocketCore *core = TISOCK_SOCKET_CORE (relay->sides[0].socket);

  g_assert_true (tisock_tcp_socket_splice_to (relay->sides[0].socket, relay->sides[1].socket,
                                              NULL));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (tisock_socket_core_wait (core, 0, NULL));
  relay->sides[0].to_send = 10;
  peer_send (&relay->sides[0], 5);
  g_assert_true (tisock_socket_core_wait (core, -1, NULL));
  while (relay->sides[1].received < 5)
    peer_receive (&relay->sides[1], 5);
}

/* A blocking call moves all of one direction, and the other one meanwhile. */
static gpointer
peers_thread (gpointer data)
{
  Relay *relay = data;

  while (!relay->sides[0].at_end || !relay->sides[1].at_end)
    for (guint i = 0; i < 2; i++)
      {
        peer_send (&relay->sides[i], MEBIBYTE);
        peer_receive (&relay->sides[i], MEBIBYTE);
      }

  return NULL;
}

static void
test_sync (void)
{
  g_autoptr(Relay) relay = relay_new ();
  g_autoptr(GError) error = NULL;
  Side *from = &relay->sides[0];
  Side *to = &relay->sides[1];
  GThread *thread;

  g_assert_cmpint (tisock_tcp_socket_splice_to_sync (from->socket, to->socket, 1, NULL, &error),
                   ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);

  from->to_send = 5 * MEBIBYTE;
  to->to_send = 5 * MEBIBYTE + 1;
  thread = g_thread_new ("peers", peers_thread, relay);
  g_assert_cmpint (tisock_tcp_socket_splice_to_sync (to->socket, from->socket, -1, NULL, &error),
                   ==, 5 * MEBIBYTE + 1);
  g_assert_no_error (error);
  test_wait_until (has_ended (relay));
  g_thread_join (thread);
  g_assert_cmpuint (to->received, ==, 5 * MEBIBYTE);
}

/* Chains */

/* A relay whose sockets are connected to the ends of others: peer, relay, relay, relay, peer. */
static void
connect_to_each_other (TisockTCPSocket *sockets[2])
{
  TisockSocketCore *first, *second;

  sockets[0] = tisock_tcp_socket_new ();
  sockets[1] = tisock_tcp_socket_new ();
  first = TISOCK_SOCKET_CORE (sockets[0]);
  second = TISOCK_SOCKET_CORE (sockets[1]);
  tisock_tcp_socket_set_address (sockets[0], "127.0.0.1");
  tisock_tcp_socket_set_address (sockets[1], "127.0.0.1");
  g_assert_true (tisock_tcp_socket_listen (sockets[0], NULL));
  tisock_socket_core_set_port (second, tisock_socket_core_get_port (first));
  g_assert_true (tisock_socket_core_open (second, NULL));
  test_wait_until (tisock_socket_core_get_is_connected (first) &&
                   tisock_socket_core_get_is_connected (second));
}

static void
splice_pair (TisockTCPSocket *first,
             TisockTCPSocket *second)
{
  g_assert_true (tisock_tcp_socket_splice_to (first, second, NULL));
  g_assert_true (tisock_tcp_socket_splice_to (second, first, NULL));
}

static void
test_chain (gconstpointer user_data)
{
  gboolean reset = GPOINTER_TO_INT (user_data);
  g_autoptr(Relay) relay = relay_new ();
  TisockTCPSocket *links[3][2];

  for (guint i = 0; i < 3; i++)
    connect_to_each_other (links[i]);
  splice_pair (relay->sides[0].socket, links[0][0]);
  splice_pair (links[0][1], links[1][0]);
  splice_pair (links[1][1], links[2][0]);
  splice_pair (links[2][1], relay->sides[1].socket);
  relay->sides[0].moved = relay->sides[1].moved = 2 * MEBIBYTE;

  if (reset)
    {
      /* More than all the buffers hold: the peer has not come to its end then. */
      relay->sides[0].to_send = 64 * MEBIBYTE;
      while (relay->sides[1].received < MEBIBYTE)
        pump (relay, 50000);
      test_peer_reset (g_steal_fd (&relay->sides[0].peer));
      while (!has_ended (relay))
        pump (relay, 50000);
      g_assert_false (relay->sides[1].at_end);
    }
  else
    {
      run_to_end (relay, 2 * MEBIBYTE, 2 * MEBIBYTE);
    }

  for (guint i = 0; i < 6; i++)
    {
      TisockTCPSocket *socket = links[i / 2][i % 2];

      test_wait_until (tisock_socket_core_get_handle (TISOCK_SOCKET_CORE (socket)) < 0);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_finalize_object (socket);
    }
}

/* What comes back through a relay is what was sent: the far peer echoes. */
static void
test_echo (void)
{
  g_autoptr(Relay) relay = relay_new ();
  Side *near = &relay->sides[0];
  Side *far = &relay->sides[1];

  splice_both (relay);
  for (guint i = 0; i < 500; i++)
    {
      gsize length = (gsize) g_test_rand_int_range (1, 5000);
      const guint8 *message = pattern[0] + i;
      guint8 echoed[5000];
      gsize got = 0, back = 0;

      g_assert_cmpint (write (near->peer, message, length), ==, length);
      while (back < length)
        {
          gssize n = read (far->peer, echoed + got, sizeof echoed - got);

          if (n > 0)
            g_assert_cmpint (write (far->peer, echoed + got, (gsize) n), ==, n);
          got += (gsize) MAX (n, 0);
          n = read (near->peer, echoed + back, length - back);
          back += (gsize) MAX (n, 0);
          g_main_context_iteration (NULL, FALSE);
        }
      g_assert_cmpmem (echoed, length, message, length);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  make_patterns ();

  g_test_add_data_func ("/splice/both-ways/whole", GINT_TO_POINTER (FALSE), test_both_ways);
  g_test_add_data_func ("/splice/both-ways/cut", GINT_TO_POINTER (TRUE), test_both_ways);
  g_test_add_data_func ("/splice/bounded/no-limits", GUINT_TO_POINTER (0), test_bounded);
  g_test_add_data_func ("/splice/bounded/small", GUINT_TO_POINTER (100000), test_bounded);
  g_test_add_data_func ("/splice/bounded/default", GUINT_TO_POINTER (MEBIBYTE), test_bounded);
  g_test_add_func ("/splice/received-before", test_received_before);
  g_test_add_func ("/splice/own-writes", test_own_writes);

  g_test_add_data_func ("/splice/one-way/closes", GINT_TO_POINTER (FALSE), test_one_way);
  g_test_add_data_func ("/splice/one-way/half-open", GINT_TO_POINTER (TRUE), test_one_way);
  g_test_add_func ("/splice/resets", test_resets);
  g_test_add_func ("/splice/reset-after-end", test_reset_after_end);
  g_test_add_func ("/splice/stalled", test_stalled);
  for (guint i = 0; i < G_N_ELEMENTS (deeds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/splice/deeds/%s", deeds[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_deeds);
    }
  g_test_add_func ("/splice/context-gone", test_context_gone);
  g_test_add_func ("/splice/drain", test_drain);

  g_test_add_func ("/splice/refused", test_refused);
  g_test_add_func ("/splice/other-context", test_other_context);
  g_test_add_func ("/splice/cancel", test_cancel);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *path = g_strdup_printf ("/splice/served/%s-%u", i & 2 ? "poll" : "wait",
                                               i & 1);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_served);
    }
  g_test_add_func ("/splice/wait", test_wait);
  g_test_add_func ("/splice/sync", test_sync);
  g_test_add_data_func ("/splice/chain/whole", GINT_TO_POINTER (FALSE), test_chain);
  g_test_add_data_func ("/splice/chain/reset", GINT_TO_POINTER (TRUE), test_chain);
  g_test_add_func ("/splice/echo", test_echo);

  return g_test_run ();
}
