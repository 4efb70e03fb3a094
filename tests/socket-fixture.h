/* socket-fixture.h: a TCPSocket whose signals are written down, and its raw peer
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "test-peer.h"
#include "test-util.h"

G_BEGIN_DECLS

typedef struct _SocketFixture SocketFixture;

/* What a test does in a handler: the signal's entry is in the log by then. */
typedef void (*SocketAction) (SocketFixture *fixture,
                              const char    *signal);

struct _SocketFixture
{
  TisockTCPSocket  *socket;
  TisockSocketCore *core;         /* the same */
  int               peer;         /* -1: none */

  /* What was emitted: "connected", "data:N" (with bytes-available), "error:CODE/STATE" (the code
   * of G_IO_ERROR and G_TLS_ERROR by its nick), "closed/STATE", "progress:SENT/LEFT",
   * "complete:ABORTED", "drained", "eof". */
  GString          *log;
  SocketAction      action;
  gpointer          data;         /* for the action */

  gboolean          brief;        /* sums up send-progress and does not log it */
  guint64           sent;
  guint64           left;         /* of the last send-progress */
  gboolean          abort;        /* what send-progress returns, once */
};

#define SOCKET_FIXTURE_ADD(path, function) \
  g_test_add (path, SocketFixture, NULL, socket_fixture_set_up, function, socket_fixture_tear_down)

void   socket_fixture_set_up       (SocketFixture     *fixture,
                                    gconstpointer      user_data);
/* The same with a socket of another class, which is taken. */
void   socket_fixture_set_up_with  (SocketFixture     *fixture,
                                    TisockTCPSocket   *socket);
/* Closes the socket and asserts that nothing else refers to it. */
void   socket_fixture_tear_down    (SocketFixture     *fixture,
                                    gconstpointer      user_data);
/* Lets the handlers write into the fixture's log. */
void   socket_fixture_watch        (SocketFixture     *fixture,
                                    TisockTCPSocket   *socket);
/* Connects to a new peer; the log is empty after that. */
void   socket_fixture_connect      (SocketFixture     *fixture);
/* Starts listening on 127.0.0.1. Returns the port. */
int    socket_fixture_listen       (SocketFixture     *fixture);
void   socket_fixture_close_peer   (SocketFixture     *fixture);
/* Serves all that is ready now. */
void   socket_fixture_settle       (void);
/* Waits for as much as is expected, serves all that is ready, compares, and empties the log. */
void   socket_fixture_expect       (SocketFixture     *fixture,
                                    const char        *log);
/* Compares without iterating the context. */
void   socket_fixture_expect_now   (SocketFixture     *fixture,
                                    const char        *log);
void   socket_fixture_expect_state (SocketFixture     *fixture,
                                    TisockSocketState  state,
                                    int                last_error_number);
/* The peer sends; returns when the socket's system has all of it. */
void   socket_fixture_feed         (SocketFixture     *fixture,
                                    const char        *text);
/* Waits until so many bytes are in the receive buffer. */
void   socket_fixture_await        (SocketFixture     *fixture,
                                    guint64            bytes_available);
/* Makes the system's buffers small and queues bytes until they are full; returns their number. */
gsize  socket_fixture_stuff        (SocketFixture     *fixture);
/* Lets the context work while the peer reads, until it has so many bytes. */
void   socket_fixture_drain        (SocketFixture     *fixture,
                                    gsize              length);
void   socket_fixture_write        (SocketFixture     *fixture,
                                    const char        *text);
/* Reads so many bytes at the peer's side, and compares. */
void   socket_fixture_expect_sent  (SocketFixture     *fixture,
                                    const char        *text);
/* Reads all there is from the socket, and compares. */
void   socket_fixture_expect_read  (SocketFixture     *fixture,
                                    const char        *text);
/* The peer sees the end of the stream now. */
void   socket_fixture_expect_fin   (SocketFixture     *fixture);

G_END_DECLS
