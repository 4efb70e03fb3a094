/* avahi-fixture.c: a system bus of the test's own with a mock of the Avahi daemon on it
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "avahi-fixture.h"

#include <stdarg.h>

gboolean
avahi_fixture_can_run (void)
{
  g_autofree char *program = g_find_program_in_path ("dbus-daemon");

  if (program == NULL)
    g_print ("1..0 # SKIP no dbus-daemon\n");

  return program != NULL;
}

void
avahi_fixture_set_up (AvahiFixture  *fixture,
                      gconstpointer  user_data)
{
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (fixture->bus), TRUE);
  fixture->log = g_string_new (NULL);
  avahi_fixture_start (fixture);
}

void
avahi_fixture_tear_down (AvahiFixture  *fixture,
                         gconstpointer  user_data)
{
  avahi_fixture_expect (fixture, "");
  if (fixture->avahi != NULL)
    avahi_fixture_stop (fixture);
  if (fixture->bus != NULL)
    avahi_fixture_end_bus (fixture);
  g_string_free (fixture->log, TRUE);
  g_free (fixture->message);
}

void
avahi_fixture_start (AvahiFixture *fixture)
{
  g_assert_null (fixture->avahi);
  fixture->avahi = mock_avahi_new (g_test_dbus_get_bus_address (fixture->bus));
}

void
avahi_fixture_stop (AvahiFixture *fixture)
{
  g_clear_pointer (&fixture->avahi, mock_avahi_free);
}

void
avahi_fixture_end_bus (AvahiFixture *fixture)
{
  g_test_dbus_stop (fixture->bus);
  g_clear_object (&fixture->bus);
}

void
avahi_fixture_hide_bus (AvahiFixture *fixture)
{
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
}

/* The log */

void
avahi_fixture_log (AvahiFixture *fixture,
                   const char   *format,
                   ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (fixture->log, format, args);
  va_end (args);
  g_string_append_c (fixture->log, ' ');
}

static void
error_cb (GObject      *object,
          GError       *error,
          AvahiFixture *fixture)
{
  GType type = error->domain == G_IO_ERROR ? G_TYPE_IO_ERROR_ENUM : TISOCK_TYPE_SOCKET_ERROR;
  g_autoptr(GEnumClass) codes = g_type_class_ref (type);

  g_assert_true (error->domain == G_IO_ERROR || error->domain == TISOCK_SOCKET_ERROR);
  avahi_fixture_log (fixture, "error:%s", g_enum_get_value (codes, error->code)->value_nick);
  g_free (fixture->message);
  fixture->message = g_strdup (error->message);
}

static void
notify_cb (GObject      *object,
           GParamSpec   *pspec,
           AvahiFixture *fixture)
{
  if (g_str_equal (pspec->name, "name"))
    {
      TisockServicePublisher *publisher = TISOCK_SERVICE_PUBLISHER (object);

      avahi_fixture_log (fixture, "name:%s", tisock_service_publisher_get_name (publisher));
    }
  else if (pspec->value_type == G_TYPE_BOOLEAN)
    {
      gboolean is = FALSE;

      g_object_get (object, pspec->name, &is, NULL);
      avahi_fixture_log (fixture, "%s:%d", pspec->name + strlen ("is-"), is);
    }
}

static void
added_cb (TisockServiceBrowser *browser,
          TisockService        *service,
          AvahiFixture         *fixture)
{
  avahi_fixture_log (fixture, "added:%s", tisock_service_get_name (service));
}

static void
removed_cb (TisockServiceBrowser *browser,
            TisockService        *service,
            AvahiFixture         *fixture)
{
  avahi_fixture_log (fixture, "removed:%s", tisock_service_get_name (service));
}

void
avahi_fixture_watch (AvahiFixture *fixture,
                     gpointer      object)
{
  g_signal_connect (object, "error", G_CALLBACK (error_cb), fixture);
  g_signal_connect (object, "notify", G_CALLBACK (notify_cb), fixture);
  if (!TISOCK_IS_SERVICE_BROWSER (object))
    return;

  g_signal_connect (object, "added", G_CALLBACK (added_cb), fixture);
  g_signal_connect (object, "removed", G_CALLBACK (removed_cb), fixture);
}

void
avahi_fixture_expect (AvahiFixture *fixture,
                      const char   *log)
{
  test_wait_until (fixture->log->len >= strlen (log));
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_cmpstr (fixture->log->str, ==, log);
  g_string_truncate (fixture->log, 0);
}

void
avahi_fixture_await_objects (AvahiFixture *fixture,
                             guint         n_objects)
{
  test_wait_until (mock_avahi_get_n_objects (fixture->avahi) == n_objects);
}
