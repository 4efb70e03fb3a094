/* test-util.h: what the tests share
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/resource.h>

G_BEGIN_DECLS

/* Lets the thread's context work until the condition holds; the test's timeout is the limit. */
#define test_wait_until(condition) \
  G_STMT_START \
    { \
      while (!(condition)) \
        test_iterate (); \
    } \
  G_STMT_END

/* Waits for one event of the thread-default context and serves it. */
void    test_iterate  (void);
/* Small numbers are as likely as large ones: from 0 to 2^n_bits, without the end. */
gint64  test_random   (guint  n_bits);
/* A descriptor of a new file with these bytes, which has no name any more. */
int     test_make_file (gconstpointer  data,
                        gsize          length);
/* Lets the process have so many descriptors more, and no others, until that is restored. */
void    test_fill_table        (struct rlimit *limits,
                                guint          room);
void    test_restore_table     (const struct rlimit *limits);
/* Whether this machine has IPv6 addresses. */
gboolean test_has_ipv6 (void);
/* How many descriptors the process has open; 0 where the system does not tell. */
guint   test_count_descriptors (void);
/* How many bytes the program has allocated; 0 where the allocator is another one, as with the
 * sanitizers. */
gint64  test_get_memory_in_use (void);
/* Waits, without serving anything, until an eventfd has been rung so often; where the system does
 * not tell, for nothing. */
void    test_await_eventfd (int  fd,
                            int  count);

G_END_DECLS
