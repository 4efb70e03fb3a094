/* easy-udp-fixture.h: EasyUDPSockets on loopback that share a port, and what they receive
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/message.h"
#include "test-peer.h"
#include "test-util.h"

G_BEGIN_DECLS

typedef struct _EasyMember EasyMember;
typedef struct _EasyFixture EasyFixture;

#define EASY_N_MEMBERS 3

/* What a test does in a handler: the entry is in the log by then. */
typedef void (*EasyAction) (EasyMember *member);

struct _EasyMember
{
  EasyFixture         *fixture;
  TisockEasyUDPSocket *socket;
  TisockUDPSocket     *udp;       /* the same */
  TisockSocketCore    *core;      /* the same */

  /* Of an AutoDiscovery that is registered. */
  guint64              id;

  /* What was emitted: "FROM:COMMAND:DATA", without FROM if that is 127.0.0.1, "error:CODE",
   * "joined:NAME", "left:NAME", "closed". NAME is "first" for the member that is named by its
   * address, and "mN" for another one of the fixture. */
  GString             *log;
  EasyAction           action;
};

struct _EasyFixture
{
  EasyMember              members[EASY_N_MEMBERS];
  TisockNetworkInterface *loopback;
  int                     port;
  int                     peer;       /* a raw one, which sends to the port */
};

#define EASY_FIXTURE_ADD(path, type, function) \
  g_test_add (path, EasyFixture, GSIZE_TO_POINTER (type), easy_fixture_set_up, function, \
              easy_fixture_tear_down)

/* Opens all sockets, which are of the type `user_data`, on loopback. */
void     easy_fixture_set_up     (EasyFixture    *fixture,
                                  gconstpointer   user_data);
/* Closes the sockets and asserts that nothing else refers to them. */
void     easy_fixture_tear_down  (EasyFixture    *fixture,
                                  gconstpointer   user_data);

/* Tears down all members but the first: which of the sockets that share the port gets a datagram to
 * it is not for a test to say. */
void     easy_fixture_keep_one   (EasyFixture    *fixture);

/* Makes a socket that is bound to the port, or, if there is none yet, to one that it chooses. */
void     easy_member_set_up      (EasyMember     *member,
                                  EasyFixture    *fixture,
                                  GType           type);
void     easy_member_tear_down   (EasyMember     *member);
void     easy_member_register    (EasyMember     *member,
                                  const char     *group_name);
void     easy_member_send        (EasyMember     *member,
                                  const char     *group_name,
                                  int             command,
                                  const char     *text);
/* Waits for as much as is expected, serves all that is ready, compares, and empties the log. */
void     easy_member_expect      (EasyMember     *member,
                                  const char     *log);
/* Serves all that is ready now, on all sockets. */
void     easy_fixture_settle     (void);

/* Sends a message that the raw peer has made to the port, as a datagram to 127.0.0.1. */
void     easy_fixture_inject     (EasyFixture         *fixture,
                                  const TisockMessage *message);
/* A message from a sender, to a group if it has a name. */
TisockMessage easy_fixture_make_message (const char   *group_name,
                                         guint64       sender,
                                         guint32       number,
                                         int           command,
                                         const char   *text);

G_END_DECLS
