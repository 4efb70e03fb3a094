/* net-fixture.h: a TCPSocket on one host, its peers on another, and a network between them that
 * can lose packets
 *
 * The hosts are network namespaces of the test's own. They have no names and belong to the process:
 * nothing outside of it is touched, and they are gone when it is, however it ends.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "../socket-fixture.h"

G_BEGIN_DECLS

/* The near host is where the thread is unless a function says otherwise: the socket is there. */
#define NET_NEAR "192.0.2.1"
#define NET_NEAR_6 "2001:db8::1"
#define NET_FAR "192.0.2.2"
#define NET_FAR_6 "2001:db8::2"
/* Two more, behind the far host: they can be taken off it, and then it answers as a router. */
#define NET_MOVABLE "198.51.100.4"
#define NET_MOVABLE_6 "2001:db8:1::4"
/* A router, the far host, drops what is sent there, and says nothing. */
#define NET_SILENT "198.51.100.1"
#define NET_SILENT_6 "2001:db8:1::1"
/* It says that there is no such host, or that it may not be talked to. */
#define NET_UNREACHABLE "198.51.100.2"
#define NET_UNREACHABLE_6 "2001:db8:1::2"
#define NET_PROHIBITED "198.51.100.3"
#define NET_PROHIBITED_6 "2001:db8:1::3"
/* An address of the network next door that no host has. */
#define NET_ABSENT "192.0.2.99"
#define NET_ABSENT_6 "2001:db8::99"
/* The near host itself knows that there is no way to it. */
#define NET_NO_ROUTE "203.0.113.1"
#define NET_NO_ROUTE_6 "2001:db8:2::1"

typedef enum
{
  NET_HOST_NEAR,
  NET_HOST_FAR,
  NET_N_HOSTS,
} NetHost;

typedef struct
{
  SocketFixture  socket;
  char          *message;       /* of the socket's last error */
} NetFixture;

#define NET_FIXTURE_ADD(path, data, function) \
  g_test_add (path, NetFixture, data, net_fixture_set_up, function, net_fixture_tear_down)

/* Makes the hosts; to be called while the process has one thread. Where that cannot be done FALSE
 * is returned, and the reason is said in the way in which a program skips all of its tests. */
gboolean net_make_hosts          (void) G_GNUC_WARN_UNUSED_RESULT;
/* Whether name lookups of the process ask NET_FAR, and nobody and nothing else. */
gboolean net_is_name_server      (void);

void     net_fixture_set_up      (NetFixture    *fixture,
                                  gconstpointer  user_data);
void     net_fixture_tear_down   (NetFixture    *fixture,
                                  gconstpointer  user_data);

/* The thread is on that host from now on: what it opens and what it starts is there. */
void     net_enter               (NetHost        host);
/* Commands of ip(8) on a host, one a line. */
void     net_ip                  (NetHost        host,
                                  const char    *commands);
/* Packets between the two hosts are lost without a word, if they are of the family of
 * that address of the far host. */
void     net_cut                 (const char    *address);
/* Makes the network what it was. */
void     net_mend                (void);

/* A blocking descriptor on the far host that is bound to an address. */
int      net_bind                (int            type,
                                  const char    *address,
                                  int           *port);
/* A blocking descriptor on the far host that is connected to an address of the near one. */
int      net_connect             (const char    *address,
                                  int            port);
/* Connects to a new peer at that address of the far host; the log is empty after that. */
void     net_fixture_connect     (NetFixture    *fixture,
                                  const char    *address);
/* Waits for as much in the log as is expected, and compares it and the state after it. The text is
 * part of the error's message. */
void     net_fixture_expect_end  (NetFixture        *fixture,
                                  const char        *log,
                                  TisockSocketState  state,
                                  int                last_error_number,
                                  const char        *text);

G_END_DECLS
