/* test-lookup.c: names resolved on threads, and answers that nobody waits for any more
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-resolver.h"
#include "test-util.h"

#include "engine/lookup.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  GResolver      *real_resolver;
  MockResolver   *resolver;
  TisockReactor  *reactor;
  GObject        *owner;
  TisockLookup   *lookup;
  guint           n_descriptors;

  /* What the answers were, one line each. */
  GString        *log;
  guint           n_answers;
  guint           free_at;      /* the answer at which the lookup is freed; 0 = none */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->real_resolver = g_resolver_get_default ();
  fixture->resolver = mock_resolver_new ();
  g_resolver_set_default (G_RESOLVER (fixture->resolver));
  fixture->reactor = tisock_reactor_ref_thread_default ();
  fixture->owner = g_object_new (G_TYPE_OBJECT, NULL);
  fixture->log = g_string_new (NULL);
  fixture->n_descriptors = test_count_descriptors ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  mock_resolver_await_idle (fixture->resolver);

  g_clear_pointer (&fixture->lookup, tisock_lookup_free);
  g_assert_cmpuint (test_count_descriptors (), ==, fixture->n_descriptors);
  g_assert_finalize_object (fixture->owner);
  g_clear_pointer (&fixture->reactor, tisock_reactor_unref);
  g_string_free (fixture->log, TRUE);

  g_resolver_set_default (fixture->real_resolver);
  g_object_unref (fixture->real_resolver);
  /* A thread may still be about to drop its reference: no assertion on this one. */
  g_object_unref (fixture->resolver);
}

static void
answer_cb (GSocketFamily  family,
           GList         *addresses,
           const GError  *error,
           gpointer       user_data)
{
  Fixture *fixture = user_data;

  fixture->n_answers++;
  g_assert_true ((addresses == NULL) == (error != NULL));
  g_string_append (fixture->log, family == G_SOCKET_FAMILY_IPV6 ? "IPv6:" : "IPv4:");
  for (GList *link = addresses; link != NULL; link = link->next)
    {
      g_autofree char *text = g_inet_address_to_string (link->data);

      g_string_append_printf (fixture->log, " %s", text);
    }
  if (error != NULL)
    g_string_append_printf (fixture->log, " %s", error->message);
  g_string_append (fixture->log, "\n");

  if (fixture->n_answers == fixture->free_at)
    g_clear_pointer (&fixture->lookup, tisock_lookup_free);
}

static void
start (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  int error_number = -1;

  fixture->lookup = tisock_lookup_start (fixture->reactor, fixture->owner, "mock.example",
                                         answer_cb, fixture, &error_number, &error);
  g_assert_no_error (error);
  g_assert_nonnull (fixture->lookup);
  g_assert_cmpint (error_number, ==, 0);
  g_assert_cmpuint (fixture->n_answers, ==, 0);
}

/* Both answers wait for the reactor to come. */
static void
await_arrivals (Fixture *fixture)
{
  g_autoptr(GPtrArray) slots = g_ptr_array_new ();
  g_autoptr(GPtrArray) timers = g_ptr_array_new ();
  TisockWaitSet set = { .slots = slots, .timers = timers };

  tisock_lookup_collect (fixture->lookup, &set);
  g_assert_cmpuint (slots->len, ==, 1);
  test_await_eventfd (((TisockSlot *) slots->pdata[0])->fd, 2);
}

static void
test_lookup_both (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_test_summary ("Of answers that are there together, IPv6 is delivered first.");

  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "192.0.2.1 192.0.2.2");
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV6, "2001:db8::1");
  start (fixture);
  await_arrivals (fixture);
  test_wait_until (fixture->n_answers == 2);

  g_assert_cmpstr (fixture->log->str, ==, "IPv6: 2001:db8::1\nIPv4: 192.0.2.1 192.0.2.2\n");
}

static void
test_lookup_one_by_one (Fixture       *fixture,
                        gconstpointer  user_data)
{
  g_test_summary ("An answer does not wait for the other family's.");

  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "192.0.2.1");
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start (fixture);
  test_wait_until (fixture->n_answers == 1);
  g_assert_cmpstr (fixture->log->str, ==, "IPv4: 192.0.2.1\n");

  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  test_wait_until (fixture->n_answers == 2);
  g_assert_cmpstr (fixture->log->str, ==,
                   "IPv4: 192.0.2.1\nIPv6: “mock.example” is unknown\n");
}

static void
test_lookup_simple_resolver (Fixture       *fixture,
                             gconstpointer  user_data)
{
  g_test_summary ("A resolver that knows no families is asked for all, and its answer sorted.");

  mock_resolver_set_simple (fixture->resolver);
  mock_resolver_set_answer (fixture->resolver, G_SOCKET_FAMILY_IPV4, "192.0.2.1");
  start (fixture);
  await_arrivals (fixture);
  test_wait_until (fixture->n_answers == 2);

  g_assert_cmpstr (fixture->log->str, ==,
                   "IPv6: mock.example has no address of this family\nIPv4: 192.0.2.1\n");
}

static void
test_lookup_free_in_callback (Fixture       *fixture,
                              gconstpointer  user_data)
{
  fixture->free_at = 1;
  start (fixture);
  await_arrivals (fixture);
  test_wait_until (fixture->n_answers > 0);
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_cmpuint (fixture->n_answers, ==, 1);
  g_assert_null (fixture->lookup);
}

static void
test_lookup_abandon (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_test_summary ("A lookup is given up without waiting for its threads; its descriptor is closed "
                  "at once, and what comes late harms nobody, reactor or not.");

  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  start (fixture);
  mock_resolver_await_calls (fixture->resolver, 2);
  g_clear_pointer (&fixture->lookup, tisock_lookup_free);
  g_assert_cmpuint (test_count_descriptors (), ==, fixture->n_descriptors);

  g_clear_pointer (&fixture->reactor, tisock_reactor_unref);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  mock_resolver_await_idle (fixture->resolver);
  fixture->reactor = tisock_reactor_ref_thread_default ();
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_cmpuint (fixture->n_answers, ==, 0);
}

static void
test_lookup_abandon_queued (Fixture       *fixture,
                            gconstpointer  user_data)
{
  TisockLookup *lookups[16];

  g_test_summary ("More lookups than there are threads: those that are given up while they wait "
                  "for a thread are not made, and the next one is.");

  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  for (guint i = 0; i < G_N_ELEMENTS (lookups); i++)
    {
      start (fixture);
      lookups[i] = g_steal_pointer (&fixture->lookup);
    }
  mock_resolver_await_calls (fixture->resolver, 8);
  for (guint i = 0; i < G_N_ELEMENTS (lookups); i++)
    tisock_lookup_free (lookups[i]);

  start (fixture);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV6);
  test_wait_until (fixture->n_answers == 2);

  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 8 + 2);
}

static void
test_lookup_lost (Fixture       *fixture,
                  gconstpointer  user_data)
{
  GMainContext *context = g_main_context_new ();

  g_test_summary ("The context goes while a name is being resolved.");

  g_clear_pointer (&fixture->reactor, tisock_reactor_unref);
  g_main_context_push_thread_default (context);
  fixture->reactor = tisock_reactor_ref_thread_default ();
  mock_resolver_hold (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  start (fixture);
  mock_resolver_await_calls (fixture->resolver, 2);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  g_assert_true (tisock_reactor_is_lost (fixture->reactor));
  g_assert_cmpuint (test_count_descriptors (), ==, fixture->n_descriptors);
  mock_resolver_release (fixture->resolver, G_SOCKET_FAMILY_IPV4);
  mock_resolver_await_idle (fixture->resolver);
  g_assert_cmpuint (fixture->n_answers, ==, 0);
}

/* Success is SIGKILL: an orderly end would have Valgrind look for what the threads owned that
 * did not come along. */
static void
look_up_in_child (Fixture *fixture)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GError) error = NULL;
  int error_number;

  g_main_context_push_thread_default (context);
  fixture->lookup = tisock_lookup_start (tisock_reactor_ref_thread_default (), fixture->owner,
                                         "mock.example", answer_cb, fixture, &error_number, &error);

  if (fixture->lookup == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    raise (SIGKILL);
  _exit (1);
}

static void
test_lookup_fork (Fixture       *fixture,
                  gconstpointer  user_data)
{
  pid_t child;
  int status;

  g_test_summary ("A forked child has no threads to resolve with: it is told so at once.");

  start (fixture);
  test_wait_until (fixture->n_answers == 2);

  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    look_up_in_child (fixture);

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
}

static void
ignore_ready (TisockSlot   *slot,
              GIOCondition  condition)
{
}

static void
test_lookup_full_table (Fixture       *fixture,
                        gconstpointer  user_data)
{
  const TisockSlotFuncs funcs = { .ready = ignore_ready };
  TisockSlot slot = { 0 };
  struct rlimit limits, full;
  g_autoptr(GError) error = NULL;
  int error_number = 0;
  int next;

  g_test_summary ("Without a free descriptor, starting fails.");

  /* So that the reactor has what it needs. */
  tisock_slot_init (&slot, &funcs, fixture->owner);
  g_assert_true (tisock_reactor_attach (fixture->reactor, &slot, -1, 0, NULL));

  next = dup (STDOUT_FILENO);
  close (next);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limits), ==, 0);
  full = limits;
  full.rlim_cur = (rlim_t) next;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &full), ==, 0);

  fixture->lookup = tisock_lookup_start (fixture->reactor, fixture->owner, "mock.example",
                                         answer_cb, fixture, &error_number, &error);

  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limits), ==, 0);
  g_assert_null (fixture->lookup);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_cmpint (error_number, ==, EMFILE);
  g_assert_cmpuint (mock_resolver_get_n_calls (fixture->resolver), ==, 0);
  tisock_slot_detach (&slot);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/lookup/both", test_lookup_both);
  ADD ("/lookup/one-by-one", test_lookup_one_by_one);
  ADD ("/lookup/simple-resolver", test_lookup_simple_resolver);
  ADD ("/lookup/free-in-callback", test_lookup_free_in_callback);
  ADD ("/lookup/abandon", test_lookup_abandon);
  ADD ("/lookup/abandon-queued", test_lookup_abandon_queued);
  ADD ("/lookup/lost", test_lookup_lost);
  ADD ("/lookup/fork", test_lookup_fork);
  ADD ("/lookup/full-table", test_lookup_full_table);
#undef ADD

  return g_test_run ();
}
