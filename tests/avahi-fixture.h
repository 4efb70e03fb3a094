/* avahi-fixture.h: a system bus of the test's own with a mock of the Avahi daemon on it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tisock.h>

#include "mock-avahi.h"
#include "test-util.h"

G_BEGIN_DECLS

#define SERVICE_TYPE "_tisock._tcp"

typedef struct
{
  GTestDBus  *bus;              /* NULL once it has ended */
  MockAvahi  *avahi;            /* NULL while no daemon runs */
  GString    *log;              /* a word and a space each */
  char       *message;          /* of the last error */
} AvahiFixture;

#define AVAHI_FIXTURE_ADD(path, function) \
  g_test_add (path, AvahiFixture, NULL, avahi_fixture_set_up, function, avahi_fixture_tear_down)

/* Where there is no bus to be had FALSE is returned, and the reason is said in the way in which a
 * program skips all of its tests. */
gboolean avahi_fixture_can_run    (void) G_GNUC_WARN_UNUSED_RESULT;

void     avahi_fixture_set_up     (AvahiFixture  *fixture,
                                   gconstpointer  user_data);
void     avahi_fixture_tear_down  (AvahiFixture  *fixture,
                                   gconstpointer  user_data);
void     avahi_fixture_start      (AvahiFixture  *fixture);
void     avahi_fixture_stop       (AvahiFixture  *fixture);
/* The bus ends; no daemon may be running. */
void     avahi_fixture_end_bus    (AvahiFixture  *fixture);
/* From now on there is no bus. */
void     avahi_fixture_hide_bus   (AvahiFixture  *fixture);

void     avahi_fixture_log        (AvahiFixture  *fixture,
                                   const char    *format,
                                   ...) G_GNUC_PRINTF (2, 3);
/* Writes down what a browser says: "browsing:IS", "added:NAME", "removed:NAME" and "error:CODE",
 * the code by its nick; or a publisher: "published:IS", "name:NAME" and "error:CODE". */
void     avahi_fixture_watch      (AvahiFixture  *fixture,
                                   gpointer       object);
/* Waits for as much in the log as is expected, serves all that is ready, compares, and empties. */
void     avahi_fixture_expect     (AvahiFixture  *fixture,
                                   const char    *log);
/* Iterates until the daemon has so many objects of its clients'. */
void     avahi_fixture_await_objects (AvahiFixture  *fixture,
                                      guint          n_objects);

G_END_DECLS
