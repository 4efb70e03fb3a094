/* test-mailbox.c: errands on threads that are delivered, given up, or never begun with
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test-util.h"

#include "engine/mailbox.h"

/* More than there are threads of any kind. */
#define MANY 80

typedef struct
{
  TisockReactor *reactor;
  GObject       *owner;
  TisockMailbox *mailbox;
  guint          n_descriptors;
  GString       *log;           /* the names of those delivered */
} Fixture;

/* An errand waits until it is released or cancelled. What is shared with threads is guarded. */
typedef struct
{
  const char *name;
  gboolean    begun;
  gboolean    released;
  gboolean    worked;
  gboolean    freed;
} Errand;

static GMutex lock;
static GCond changed;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  int error_number;

  fixture->reactor = tisock_reactor_ref_thread_default ();
  fixture->owner = g_object_new (G_TYPE_OBJECT, NULL);
  fixture->log = g_string_new (NULL);
  fixture->n_descriptors = test_count_descriptors ();
  fixture->mailbox = tisock_mailbox_new (fixture->reactor, fixture->owner, fixture,
                                         &error_number, NULL);
  g_assert_nonnull (fixture->mailbox);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_clear_pointer (&fixture->mailbox, tisock_mailbox_free);
  g_assert_cmpuint (test_count_descriptors (), ==, fixture->n_descriptors);
  g_assert_finalize_object (fixture->owner);
  tisock_reactor_unref (fixture->reactor);
  g_string_free (fixture->log, TRUE);
}

static void
set (gboolean *flag)
{
  g_mutex_lock (&lock);
  *flag = TRUE;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

static gboolean
get (gboolean *flag)
{
  gboolean value;

  g_mutex_lock (&lock);
  value = *flag;
  g_mutex_unlock (&lock);

  return value;
}

static void
await (gboolean *flag)
{
  g_mutex_lock (&lock);
  while (!*flag)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
}

static void
cancelled_cb (GCancellable *cancellable,
              Errand       *errand)
{
  set (&errand->released);
}

static void
errand_work (gpointer      data,
             GCancellable *cancellable)
{
  Errand *errand = data;
  gulong id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), errand, NULL);

  set (&errand->begun);
  await (&errand->released);
  g_cancellable_disconnect (cancellable, id);
  set (&errand->worked);
}

static void
errand_done (gpointer data,
             gpointer user_data)
{
  Errand *errand = data;
  Fixture *fixture = user_data;

  g_assert_true (errand->worked);
  g_assert_false (errand->freed);
  g_string_append (fixture->log, errand->name);
  if (g_str_equal (errand->name, "last"))
    g_clear_pointer (&fixture->mailbox, tisock_mailbox_free);
}

static void
errand_free (gpointer data)
{
  set (&((Errand *) data)->freed);
}

/* An errand that asks, and is told what its name says. */

static void
question_work (gpointer      data,
               GCancellable *cancellable)
{
  Errand *errand = data;

  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (tisock_mailbox_ask (), ==, g_str_equal (errand->name, "yes"));
  set (&errand->worked);
}

static gboolean
question_asked (gpointer data,
                gpointer user_data)
{
  Errand *errand = data;
  Fixture *fixture = user_data;

  g_string_append_c (fixture->log, '?');
  if (g_str_equal (errand->name, "nested"))
    g_main_context_iteration (NULL, FALSE);
  else if (g_str_equal (errand->name, "freed"))
    g_clear_pointer (&fixture->mailbox, tisock_mailbox_free);

  return g_str_equal (errand->name, "yes") || g_str_equal (errand->name, "freed");
}

static const TisockErrandFuncs question_funcs = {
  .work = question_work,
  .asked = question_asked,
  .done = errand_done,
  .free = errand_free,
};

static void
test_mailbox_ask (Fixture       *fixture,
                  gconstpointer  answer)
{
  Errand errand = { answer };
  g_autofree char *expected = g_strconcat ("???", answer, NULL);

  g_assert_true (tisock_mailbox_send (fixture->mailbox, TISOCK_THREADS_TLS_CLIENTS, &question_funcs,
                                      &errand, NULL));
  test_wait_until (errand.freed);
  g_assert_cmpstr (fixture->log->str, ==, expected);
}

static void
test_mailbox_ask_nobody (Fixture       *fixture,
                         gconstpointer  user_data)
{
  Errand errand = { "freed" };

  g_test_summary ("Who is asked frees the mailbox: the answer is no, to further questions too.");

  g_assert_true (tisock_mailbox_send (fixture->mailbox, TISOCK_THREADS_TLS_CLIENTS, &question_funcs,
                                      &errand, NULL));
  test_wait_until (fixture->mailbox == NULL);
  await (&errand.freed);
  g_assert_true (errand.worked);
  g_assert_cmpstr (fixture->log->str, ==, "?");
}

static const TisockErrandFuncs funcs = {
  .work = errand_work,
  .done = errand_done,
  .free = errand_free,
};

static void
send_errand (Fixture       *fixture,
             TisockThreads  threads,
             Errand        *errand)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (tisock_mailbox_send (fixture->mailbox, threads, &funcs, errand, &error));
  g_assert_no_error (error);
}

static void
test_mailbox_arrival (Fixture       *fixture,
                      gconstpointer  user_data)
{
  Errand first = { "first" }, second = { "second" };

  g_test_summary ("An errand does not wait for one that was sent before it.");

  send_errand (fixture, TISOCK_THREADS_FOREIGN, &first);
  send_errand (fixture, TISOCK_THREADS_FOREIGN, &second);
  set (&second.released);
  test_wait_until (fixture->log->len > 0);
  g_assert_cmpstr (fixture->log->str, ==, "second");
  g_assert_true (second.freed);

  set (&first.released);
  test_wait_until (first.freed);
  g_assert_cmpstr (fixture->log->str, ==, "secondfirst");
}

static void
test_mailbox_free_in_callback (Fixture       *fixture,
                               gconstpointer  user_data)
{
  Errand last = { "last" }, other = { "other" };

  send_errand (fixture, TISOCK_THREADS_FOREIGN, &last);
  send_errand (fixture, TISOCK_THREADS_FOREIGN, &other);
  await (&other.begun);
  set (&last.released);
  test_wait_until (last.freed);

  g_assert_null (fixture->mailbox);
  await (&other.freed);
  g_assert_true (other.worked);
  g_assert_cmpstr (fixture->log->str, ==, "last");
}

static void
test_mailbox_cancel (Fixture       *fixture,
                     gconstpointer  user_data)
{
  Errand errand = { "errand" };

  g_test_summary ("A thread at work is told to stop, and frees what it has.");

  send_errand (fixture, TISOCK_THREADS_FOREIGN, &errand);
  await (&errand.begun);
  g_clear_pointer (&fixture->mailbox, tisock_mailbox_free);
  await (&errand.freed);

  g_assert_true (errand.worked);
  g_assert_cmpstr (fixture->log->str, ==, "");
}

static guint
count_freed (Errand *errands)
{
  guint n = 0;

  for (guint i = 0; i < MANY; i++)
    n += get (&errands[i].freed) ? 1 : 0;

  return n;
}

static void
test_mailbox_never_begun (Fixture       *fixture,
                          gconstpointer  user_data)
{
  Errand errands[MANY] = { 0 };
  Errand name = { "name" };

  g_test_summary ("With all threads at work others wait, but not those of another kind; and what "
                  "is given up while it waits is freed there and then.");

  for (guint i = 0; i < MANY; i++)
    send_errand (fixture, TISOCK_THREADS_FOREIGN, &errands[i]);
  send_errand (fixture, TISOCK_THREADS_NAMES, &name);
  set (&name.released);
  test_wait_until (name.freed);
  g_assert_cmpstr (fixture->log->str, ==, "name");
  g_assert_cmpuint (count_freed (errands), ==, 0);

  g_clear_pointer (&fixture->mailbox, tisock_mailbox_free);
  g_assert_cmpuint (count_freed (errands), >=, MANY - 8);

  for (guint i = 0; i < MANY; i++)
    {
      await (&errands[i].freed);
      g_assert_cmpint (get (&errands[i].begun), ==, get (&errands[i].worked));
    }
}

static void
test_mailbox_lost (Fixture       *fixture,
                   gconstpointer  user_data)
{
  guint before = test_count_descriptors ();
  GMainContext *context = g_main_context_new ();
  TisockReactor *reactor;
  TisockMailbox *mailbox;
  Errand errand = { "errand" };
  int error_number;

  g_test_summary ("The context goes while a thread is at work.");

  g_main_context_push_thread_default (context);
  reactor = tisock_reactor_ref_thread_default ();
  mailbox = tisock_mailbox_new (reactor, fixture->owner, fixture, &error_number, NULL);
  g_assert_true (tisock_mailbox_send (mailbox, TISOCK_THREADS_FOREIGN, &funcs, &errand, NULL));
  await (&errand.begun);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  g_assert_true (tisock_reactor_is_lost (reactor));

  await (&errand.worked);
  g_assert_cmpuint (test_count_descriptors (), ==, before);
  tisock_mailbox_free (mailbox);
  await (&errand.freed);
  g_assert_cmpstr (fixture->log->str, ==, "");
  tisock_reactor_unref (reactor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/mailbox/arrival", test_mailbox_arrival);
  ADD ("/mailbox/free-in-callback", test_mailbox_free_in_callback);
  ADD ("/mailbox/cancel", test_mailbox_cancel);
  ADD ("/mailbox/never-begun", test_mailbox_never_begun);
  ADD ("/mailbox/lost", test_mailbox_lost);
  ADD ("/mailbox/ask/nobody", test_mailbox_ask_nobody);
#undef ADD
  g_test_add ("/mailbox/ask/yes", Fixture, "yes", set_up, test_mailbox_ask, tear_down);
  g_test_add ("/mailbox/ask/no", Fixture, "no", set_up, test_mailbox_ask, tear_down);
  g_test_add ("/mailbox/ask/nested", Fixture, "nested", set_up, test_mailbox_ask, tear_down);

  return g_test_run ();
}
