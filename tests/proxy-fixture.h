/* proxy-fixture.h: a TCPSocket that goes through proxies, which the test plays itself
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mock-proxy-resolver.h"
#include "mock-resolver.h"
#include "socket-fixture.h"

G_BEGIN_DECLS

typedef struct
{
  SocketFixture      base;      /* whose peer is the proxy */
  GResolver         *real_resolver;
  MockResolver      *resolver;
  MockProxyResolver *proxy_resolver;
  guint              n_descriptors;

  /* Two places for proxies, on ports of their own. Both refuse until they listen; -1: closed. */
  int                places[2];
  int                ports[2];

  char              *message;   /* of the last error */
} ProxyFixture;

#define PROXY_FIXTURE_ADD(path, data, function) \
  g_test_add (path, ProxyFixture, data, proxy_fixture_set_up, function, proxy_fixture_tear_down)

/* The socket is to be connected to a.example:80. */
void proxy_fixture_set_up         (ProxyFixture *fixture,
                                   gconstpointer user_data);
/* Asserts also that no descriptor is left, once all threads have noticed the end. */
void proxy_fixture_tear_down      (ProxyFixture *fixture,
                                   gconstpointer user_data);
/* Sets a resolver that gives URIs of proxies, separated by spaces; FIRST and SECOND in them stand
 * for the places. */
void proxy_fixture_resolve        (ProxyFixture *fixture,
                                   const char   *uris);
void proxy_fixture_listen         (ProxyFixture *fixture,
                                   guint         place);
/* A place at which connections get no answer; the descriptor is what it is filled with. */
int  proxy_fixture_fill           (ProxyFixture *fixture,
                                   guint         place);
void proxy_fixture_open           (ProxyFixture *fixture);
/* A connection that has come to a place, as soon as there is one. */
void proxy_fixture_accept         (ProxyFixture *fixture,
                                   guint         place);
/* Nobody has come. */
void proxy_fixture_expect_nobody  (ProxyFixture *fixture,
                                   guint         place);
/* What the socket says to the proxy, up to and with the end. */
char *proxy_fixture_receive       (ProxyFixture *fixture,
                                   const char   *end) G_GNUC_WARN_UNUSED_RESULT;
/* Compares bytes that the socket says to the proxy; of those in `bytes` that are letters. */
void proxy_fixture_expect_bytes   (ProxyFixture *fixture,
                                   const void   *bytes,
                                   gsize         length);
void proxy_fixture_send_bytes     (ProxyFixture *fixture,
                                   const void   *bytes,
                                   gsize         length);
/* Plays the HTTP proxy that agrees. */
void proxy_fixture_agree          (ProxyFixture *fixture);
/* The connection is there, and bytes go both ways. */
void proxy_fixture_expect_through (ProxyFixture *fixture);
/* The socket has closed its side. */
void proxy_fixture_expect_end     (ProxyFixture *fixture);
/* The whole message of the last error, in which FIRST and SECOND stand for the places. */
void proxy_fixture_expect_message (ProxyFixture *fixture,
                                   const char   *message);
/* All that the resolver has been asked for, each followed by a space. */
void proxy_fixture_expect_asked   (ProxyFixture *fixture,
                                   const char   *asked);

G_END_DECLS
