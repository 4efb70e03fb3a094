/* test-handlers.c: every signal × every deed: a handler may do anything
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test-peer.h"
#include "test-util.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONG_WRITE (8 * 1024 * 1024)

typedef struct _Scene Scene;

typedef void (*SceneFunc) (Scene *scene);

typedef struct
{
  const char *name;
  SceneFunc   func;
} Deed;

typedef struct
{
  const char *name;
  const char *signal;
  gboolean    of_server;
  SceneFunc   provoke;
} Cause;

/* A server, a connection of its own, and the peer; what a handler of either does once. */
struct _Scene
{
  const Cause        *cause;
  const Deed         *deed;

  TisockServerSocket *server;           /* NULL once the deed has dropped it */
  TisockTCPSocket    *socket;           /* weak, but for `referenced` */
  gboolean            referenced;
  int                 peer;

  gboolean            done;             /* the deed */
  gboolean            disposed;
  guint               n_lives;
  guint               n_closed;
  gboolean            ended;            /* `closed` was emitted for the present life */
  gboolean            opening;          /* another life begins once the last one has ended */
};

/* Deeds */

static TisockSocketCore *
get_core (Scene *scene)
{
  return TISOCK_SOCKET_CORE (scene->socket);
}

static gboolean
is_live (Scene *scene)
{
  TisockSocketState state;

  if (scene->socket == NULL)
    return FALSE;

  state = tisock_socket_core_get_state (get_core (scene));

  return state != TISOCK_SOCKET_STATE_CLOSED && state != TISOCK_SOCKET_STATE_ERROR;
}

static void
deed_close (Scene *scene)
{
  tisock_socket_core_close (get_core (scene));
}

static void
deed_abort (Scene *scene)
{
  tisock_tcp_socket_abort (scene->socket);
}

static void
deed_shutdown (Scene *scene)
{
  tisock_tcp_socket_shutdown (scene->socket);
}

static void
deed_shutdown_write (Scene *scene)
{
  tisock_tcp_socket_shutdown_write (scene->socket);
}

static void
deed_unref (Scene *scene)
{
  if (scene->referenced)
    g_object_unref (scene->socket);
  scene->referenced = FALSE;
}

static void
deed_run_dispose (Scene *scene)
{
  scene->disposed = TRUE;
  g_object_run_dispose (G_OBJECT (scene->socket));
}

static void
deed_nested_loop (Scene *scene)
{
  for (guint i = 0; i < 5; i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
deed_poll (Scene *scene)
{
  tisock_socket_core_poll (get_core (scene));
}

static void
deed_wait (Scene *scene)
{
  tisock_socket_core_wait (get_core (scene), 0, NULL);
}

static void
deed_flush (Scene *scene)
{
  /* Not with a queue that only this thread could empty at the other end. */
  if (tisock_tcp_socket_get_bytes_left_to_send (scene->socket) == 0)
    tisock_tcp_socket_flush (scene->socket, NULL);
}

static void
deed_write (Scene *scene)
{
  tisock_tcp_socket_write_string (scene->socket, "deed", NULL);
}

static void
deed_purge (Scene *scene)
{
  tisock_socket_core_purge (get_core (scene));
}

static void
deed_steal (Scene *scene)
{
  GSocket *stolen = tisock_tcp_socket_steal_socket (scene->socket, NULL);

  g_clear_object (&stolen);
}

/* A new life: it listens, which needs no peer. */
static void
deed_reopen (Scene *scene)
{
  gboolean listening;

  tisock_socket_core_close (get_core (scene));
  tisock_socket_core_set_port (get_core (scene), 0);
  /* What is due of the life before comes first. */
  listening = tisock_tcp_socket_listen (scene->socket, NULL);
  g_assert_true (listening);
  scene->n_lives++;
  scene->ended = FALSE;
}

static void
deed_open_refused (Scene *scene)
{
  int port;
  int holder = test_peer_refuse (&port);

  tisock_socket_core_close (get_core (scene));
  tisock_tcp_socket_set_address (scene->socket, "127.0.0.1");
  tisock_socket_core_set_port (get_core (scene), port);
  scene->n_lives++;
  scene->opening = TRUE;
  tisock_socket_core_open (get_core (scene), NULL);
  g_assert_true (scene->ended);
  close (holder);
}

/* A new life that fails at once. */
static void
deed_listen_taken (Scene *scene)
{
  int port;
  int taken = test_peer_listen (&port);

  tisock_socket_core_close (get_core (scene));
  tisock_tcp_socket_set_address (scene->socket, "127.0.0.1");
  tisock_socket_core_set_port (get_core (scene), port);
  scene->n_lives++;
  scene->opening = TRUE;
  g_assert_false (tisock_tcp_socket_listen (scene->socket, NULL));
  close (taken);
}

/* The life ends while the handler runs. */
static void
deed_end (Scene *scene)
{
  if (scene->peer >= 0)
    test_peer_reset (scene->peer);
  scene->peer = -1;
  tisock_tcp_socket_shutdown (scene->socket);
  test_wait_until (!is_live (scene));
}

static void
deed_close_server (Scene *scene)
{
  tisock_server_socket_close (scene->server);
}

static void
deed_stop_server (Scene *scene)
{
  tisock_server_socket_stop_listening (scene->server);
}

static void
deed_dispose_server (Scene *scene)
{
  g_object_run_dispose (G_OBJECT (scene->server));
}

static void
deed_unref_server (Scene *scene)
{
  g_clear_object (&scene->server);
}

static const Deed deeds[] = {
  { "close", deed_close },
  { "abort", deed_abort },
  { "shutdown", deed_shutdown },
  { "shutdown-write", deed_shutdown_write },
  { "unref", deed_unref },
  { "run-dispose", deed_run_dispose },
  { "nested-loop", deed_nested_loop },
  { "poll", deed_poll },
  { "wait", deed_wait },
  { "flush", deed_flush },
  { "write", deed_write },
  { "purge", deed_purge },
  { "steal-socket", deed_steal },
  { "reopen", deed_reopen },
  { "open-refused", deed_open_refused },
  { "listen-taken", deed_listen_taken },
  { "end", deed_end },
  { "close-server", deed_close_server },
  { "stop-server", deed_stop_server },
  { "dispose-server", deed_dispose_server },
  { "unref-server", deed_unref_server },
};

/* Causes */

static void
provoke_nothing (Scene *scene)
{
}

static void
provoke_data (Scene *scene)
{
  test_peer_send (scene->peer, "data");
}

static void
provoke_send (Scene *scene)
{
  tisock_tcp_socket_write_string (scene->socket, "to the peer", NULL);
}

static void
provoke_drained (Scene *scene)
{
  g_autofree char *data = g_malloc0 (LONG_WRITE);

  tisock_tcp_socket_write (scene->socket, (guint8 *) data, LONG_WRITE, NULL);
  g_assert_true (tisock_tcp_socket_get_needs_drain (scene->socket));
}

static void
provoke_read_eof (Scene *scene)
{
  tisock_tcp_socket_set_allow_half_open (scene->socket, TRUE);
  shutdown (scene->peer, SHUT_WR);
}

static void
provoke_end (Scene *scene)
{
  shutdown (scene->peer, SHUT_WR);
}

static void
provoke_reset (Scene *scene)
{
  test_peer_reset (scene->peer);
  scene->peer = -1;
}

static void
provoke_misuse (Scene *scene)
{
  tisock_socket_core_set_port (get_core (scene), 1);
}

static void
provoke_server_misuse (Scene *scene)
{
  tisock_server_socket_listen (scene->server, NULL);
}

static void
provoke_server_closed (Scene *scene)
{
  tisock_server_socket_stop_listening (scene->server);
}

/* A second peer, which is refused. */
static void
provoke_dropped (Scene *scene)
{
  const char *const everybody[] = { "0.0.0.0/0", NULL };
  int second;

  tisock_server_socket_set_blocked_peers (scene->server, everybody);
  second = test_peer_open (tisock_server_socket_get_port (scene->server));
  test_wait_until (scene->done);
  close (second);
}

/* A second peer; what is done is done to the socket of the first. */
static void
provoke_second (Scene *scene)
{
  int second = test_peer_open (tisock_server_socket_get_port (scene->server));

  test_wait_until (scene->done);
  close (second);
}

static const Cause causes[] = {
  { "connected", "connected", FALSE, provoke_nothing },
  { "data-available", "data-available", FALSE, provoke_data },
  { "send-progress", "send-progress", FALSE, provoke_send },
  { "send-complete", "send-complete", FALSE, provoke_send },
  { "drained", "drained", FALSE, provoke_drained },
  { "read-eof", "read-eof", FALSE, provoke_read_eof },
  { "error-end", "error", FALSE, provoke_end },
  { "error-reset", "error", FALSE, provoke_reset },
  { "error-misuse", "error", FALSE, provoke_misuse },
  { "closed", "closed", FALSE, provoke_end },
  { "server-add-socket", "add-socket", TRUE, provoke_second },
  { "server-accepted", "accepted", TRUE, provoke_second },
  { "server-dropped", "dropped", TRUE, provoke_dropped },
  { "server-error", "error", TRUE, provoke_server_misuse },
  { "server-closed", "closed", TRUE, provoke_server_closed },
};

/* The scene */

static void
do_deed (Scene *scene)
{
  if (scene->done || scene->socket == NULL)
    return;

  scene->done = TRUE;
  scene->deed->func (scene);
}

/* What the deed itself did wrong, which is no part of a life. */
static gboolean
is_misuse (const char   *name,
           const GValue *params)
{
  return g_str_equal (name, "error") &&
         g_error_matches (g_value_get_boxed (&params[1]), TISOCK_SOCKET_ERROR,
                          TISOCK_SOCKET_ERROR_INVALID_STATE);
}

/* One handler for all signals, whatever they bring and want. */
static void
marshal (GClosure     *closure,
         GValue       *result,
         guint         n_params,
         const GValue *params,
         gpointer      hint,
         gpointer      marshal_data)
{
  GSignalInvocationHint *invocation = hint;
  const char *name = g_signal_name (invocation->signal_id);
  Scene *scene = closure->data;
  gboolean of_server = TISOCK_IS_SERVER_SOCKET (g_value_get_object (&params[0]));

  if (!of_server && !is_misuse (name, params))
    {
      g_assert_false (scene->disposed);
      if (scene->ended && scene->opening)
        scene->ended = scene->opening = FALSE;
      g_assert_false (scene->ended);
      if (g_str_equal (name, "closed"))
        {
          scene->n_closed++;
          scene->ended = TRUE;
        }
    }

  if (result != NULL && G_VALUE_HOLDS (result, TISOCK_TYPE_TCP_SOCKET))
    g_value_take_object (result, tisock_tcp_socket_new ());

  if (of_server == scene->cause->of_server && g_str_equal (name, scene->cause->signal))
    do_deed (scene);
}

static void
watch (gpointer    object,
       const char *signal,
       Scene      *scene)
{
  GClosure *closure = g_closure_new_simple (sizeof (GClosure), scene);

  g_closure_set_marshal (closure, marshal);
  g_signal_connect_closure (object, signal, closure, FALSE);
}

static void
watch_all (gpointer  object,
           Scene    *scene)
{
  for (GType type = G_OBJECT_TYPE (object); type != G_TYPE_OBJECT; type = g_type_parent (type))
    {
      guint n_ids;
      g_autofree guint *ids = g_signal_list_ids (type, &n_ids);

      for (guint i = 0; i < n_ids; i++)
        watch (object, g_signal_name (ids[i]), scene);
    }
}

static void
finalized_cb (gpointer data)
{
  *(gpointer *) data = NULL;
}

/* A weak pointer would be cleared by run_dispose() already. */
static void
clear_when_finalized (GObject  *object,
                      gpointer *pointer)
{
  g_object_set_data_full (object, "test-pointer", pointer, finalized_cb);
}

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             Scene              *scene)
{
  if (scene->n_lives > 0)
    return;

  scene->n_lives = 1;
  scene->socket = g_object_ref (socket);
  scene->referenced = TRUE;
  clear_when_finalized (G_OBJECT (socket), (gpointer *) &scene->socket);
  watch_all (socket, scene);
}

static void
set_up (Scene              *scene,
        TisockServerSocket *server,
        const Cause        *cause,
        const Deed         *deed)
{
  memset (scene, 0, sizeof *scene);
  scene->cause = cause;
  scene->deed = deed;
  scene->server = server;
  g_signal_connect (scene->server, "accepted", G_CALLBACK (accepted_cb), scene);
  watch_all (scene->server, scene);
  g_assert_true (tisock_server_socket_listen (scene->server, NULL));
  scene->peer = test_peer_open (tisock_server_socket_get_port (scene->server));
  test_wait_until (scene->n_lives > 0);
}

/* Reads what comes, without waiting, so that the other side can send. */
static void
empty_peer (Scene *scene)
{
  char buffer[65536];

  if (scene->peer >= 0)
    while (recv (scene->peer, buffer, sizeof buffer, MSG_DONTWAIT) > 0)
      continue;
}

static void
run_until_done (Scene *scene)
{
  while (!scene->done)
    {
      empty_peer (scene);
      g_main_context_iteration (NULL, FALSE);
    }
  for (guint i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
tear_down (Scene *scene)
{
  if (scene->peer >= 0)
    close (scene->peer);

  if (is_live (scene))
    tisock_socket_core_close (get_core (scene));
  if (!scene->disposed)
    g_assert_cmpuint (scene->n_closed, ==, scene->n_lives);

  if (scene->referenced)
    g_object_unref (scene->socket);
  g_assert_null (scene->socket);

  if (scene->server != NULL)
    tisock_server_socket_close (scene->server);
  g_clear_object (&scene->server);
}

static void
test_handlers (gconstpointer data)
{
  const Cause *cause = data;

  for (guint i = 0; i < G_N_ELEMENTS (deeds); i++)
    {
      Scene scene;
      TisockServerSocket *server = tisock_server_socket_new ();

      g_test_message ("%s in %s", deeds[i].name, cause->name);
      clear_when_finalized (G_OBJECT (server), (gpointer *) &server);
      set_up (&scene, server, cause, &deeds[i]);
      if (!scene.done)
        cause->provoke (&scene);
      run_until_done (&scene);
      if (server != NULL)
        tisock_server_socket_close (server);
      tear_down (&scene);
      g_assert_null (server);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (causes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/handlers/%s", causes[i].name);

      g_test_add_data_func (path, &causes[i], test_handlers);
    }

  return g_test_run ();
}
