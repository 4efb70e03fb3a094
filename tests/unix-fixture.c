/* unix-fixture.c: two ends of a Unix socket, and a folder for its path
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "unix-fixture.h"

#include <glib/gstdio.h>

void
unix_fixture_set_up (UnixFixture   *fixture,
                     gconstpointer  user_data)
{
  fixture->folder = g_dir_make_tmp ("tisock-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "socket", NULL);
  fixture->address = g_unix_socket_address_new (fixture->path);
  fixture->client = tisock_tcp_socket_new ();
}

static void
finish (TisockTCPSocket *socket)
{
  if (socket == NULL)
    return;

  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));
  g_assert_finalize_object (socket);
}

void
unix_fixture_tear_down (UnixFixture   *fixture,
                        gconstpointer  user_data)
{
  finish (fixture->client);
  finish (fixture->peer);
  if (fixture->server != NULL)
    {
      tisock_server_socket_close (fixture->server);
      g_assert_finalize_object (fixture->server);
    }

  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_no_errno (g_rmdir (fixture->folder));
  g_free (fixture->folder);
  g_free (fixture->path);
  g_object_unref (fixture->address);
}

void
unix_fixture_open_client (UnixFixture *fixture)
{
  TisockSocketCore *core = TISOCK_SOCKET_CORE (fixture->client);
  g_autoptr(GError) error = NULL;

  tisock_tcp_socket_set_connectable (fixture->client, G_SOCKET_CONNECTABLE (fixture->address));
  g_assert_true (tisock_socket_core_open (core, &error));
  g_assert_no_error (error);
  test_wait_until (tisock_socket_core_get_is_connected (core));
}

static void
accepted_cb (TisockServerSocket *server,
             TisockTCPSocket    *socket,
             UnixFixture        *fixture)
{
  g_set_object (&fixture->peer, socket);
}

void
unix_fixture_connect (UnixFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  fixture->server = tisock_server_socket_new ();
  g_signal_connect (fixture->server, "accepted", G_CALLBACK (accepted_cb), fixture);
  g_assert_true (tisock_server_socket_add_address (fixture->server,
                                                   G_SOCKET_CONNECTABLE (fixture->address),
                                                   &error));
  g_assert_true (tisock_server_socket_listen (fixture->server, &error));
  g_assert_no_error (error);

  unix_fixture_open_client (fixture);
  test_wait_until (fixture->peer != NULL);
}
