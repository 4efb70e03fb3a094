/* unix-fixture.h: two ends of a Unix socket, and a folder for its path
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "test-peer.h"
#include "test-util.h"

#include <gio/gunixsocketaddress.h>

G_BEGIN_DECLS

typedef struct
{
  char               *folder;
  char               *path;             /* in it */
  GSocketAddress     *address;          /* of the path */

  TisockServerSocket *server;           /* NULL until it is needed */
  TisockTCPSocket    *client;
  TisockTCPSocket    *peer;             /* what the server has accepted; NULL until then */
} UnixFixture;

#define UNIX_FIXTURE_ADD(path, func) \
  g_test_add (path, UnixFixture, NULL, unix_fixture_set_up, func, unix_fixture_tear_down)

void unix_fixture_set_up      (UnixFixture   *fixture,
                               gconstpointer  user_data);
/* Asserts that nothing else refers to the sockets, and that nothing is left in the folder. */
void unix_fixture_tear_down   (UnixFixture   *fixture,
                               gconstpointer  user_data);
/* Opens the client, and waits until it is connected. */
void unix_fixture_open_client (UnixFixture   *fixture);
/* Connects the client with a peer that a server at the address accepts. */
void unix_fixture_connect     (UnixFixture   *fixture);

G_END_DECLS
