/* server-fixture.h: a server whose signals are written down, and raw peers for it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tisock.h>

#include "test-peer.h"
#include "test-util.h"

G_BEGIN_DECLS

typedef struct
{
  TisockServerSocket *server;

  /* One word and a space for each signal of the server and of its connections. */
  GString            *log;

  /* The connections, in the order in which they were accepted; not owned. */
  GPtrArray          *sockets;
} ServerFixture;

#define SERVER_FIXTURE_ADD(path, func) \
  g_test_add (path, ServerFixture, NULL, \
              server_fixture_set_up, func, server_fixture_tear_down)

void server_fixture_set_up    (ServerFixture      *fixture,
                               gconstpointer       user_data);
/* Asserts that nothing was left unread in the log, and that the server goes with this reference. */
void server_fixture_tear_down (ServerFixture      *fixture,
                               gconstpointer       user_data);
void server_fixture_write_log (ServerFixture      *fixture,
                               const char         *format,
                               ...) G_GNUC_PRINTF (2, 3);
/* Writes down what the signals of another server say, too. */
void server_fixture_watch     (ServerFixture      *fixture,
                               TisockServerSocket *server);
/* Iterates until the log is as long, then asserts that it is the same, and empties it. */
void server_fixture_expect    (ServerFixture      *fixture,
                               const char         *log);
/* Lets everything run that is ready, then asserts that nothing was logged. */
void server_fixture_expect_silence (ServerFixture *fixture);

/* The listening port; listens first if need be. */
int  server_fixture_listen    (ServerFixture      *fixture);
/* A blocking peer; its descriptor is the caller's. */
int  server_fixture_connect   (ServerFixture      *fixture);

/* A descriptor connected from the source address (NULL: any). */
int  peer_connect             (const char         *source,
                               const char         *destination,
                               int                 port);
/* In two steps, so that the second needs no descriptor. */
int  peer_new                 (const char         *source,
                               int                 family);
void peer_connect_to          (int                 fd,
                               const char         *destination,
                               int                 port);
/* Blocks until the other side's end arrives, asserts that nothing came before it, and closes. */
void peer_expect_end          (int                 fd);

G_END_DECLS
