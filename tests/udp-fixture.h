/* udp-fixture.h: a UDPSocket whose signals are written down, and its raw peer
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "test-peer.h"
#include "test-util.h"

G_BEGIN_DECLS

typedef struct _UdpFixture UdpFixture;

/* What a test does in a handler: the signal's entry is in the log by then. */
typedef void (*UdpAction) (UdpFixture *fixture,
                           const char *signal);

struct _UdpFixture
{
  TisockUDPSocket  *socket;
  TisockSocketCore *core;         /* the same */
  int               peer;         /* blocking, on a port of 127.0.0.1 */
  int               peer_port;

  /* What was emitted: "data:N" (with packets-available), "error:CODE/STATE", "closed/STATE",
   * "complete:ABORTED", "drained". */
  GString          *log;
  char             *message;      /* of the last error */
  UdpAction         action;
  gpointer          data;         /* for the action */
};

#define UDP_FIXTURE_ADD(path, function) \
  g_test_add (path, UdpFixture, NULL, udp_fixture_set_up, function, udp_fixture_tear_down)

void            udp_fixture_set_up      (UdpFixture        *fixture,
                                         gconstpointer      user_data);
/* Closes the socket and asserts that nothing else refers to it. */
void            udp_fixture_tear_down   (UdpFixture        *fixture,
                                         gconstpointer      user_data);
/* Opens the socket on a port that the system chooses, and connects the peer to it. */
void            udp_fixture_open        (UdpFixture        *fixture);
/* Connects the peer to the port that the socket has now. */
void            udp_fixture_face        (UdpFixture        *fixture);
/* Serves all that is ready now. */
void            udp_fixture_settle      (void);
/* Waits for as much as is expected, serves all that is ready, compares, and empties the log. */
void            udp_fixture_expect      (UdpFixture        *fixture,
                                         const char        *log);
/* Compares without iterating the context. */
void            udp_fixture_expect_now  (UdpFixture        *fixture,
                                         const char        *log);
void            udp_fixture_expect_state (UdpFixture       *fixture,
                                         TisockSocketState  state,
                                         int                last_error_number);
/* Waits until so many datagrams are in the receive buffer. */
void            udp_fixture_await       (UdpFixture        *fixture,
                                         guint64            packets_available);
/* Sends text to an address, or to the peer's. */
gboolean        udp_fixture_write_to    (UdpFixture        *fixture,
                                         const char        *address,
                                         int                port,
                                         const char        *text,
                                         GError           **error);
void            udp_fixture_write       (UdpFixture        *fixture,
                                         const char        *text);
/* Takes one datagram at the peer's side, and compares. */
void            udp_fixture_expect_sent (UdpFixture        *fixture,
                                         const char        *text);
/* Takes one datagram from the socket, which is the peer's, and compares. */
void            udp_fixture_expect_read (UdpFixture        *fixture,
                                         const char        *text);

G_END_DECLS
