/* signal-log.c: what a socket emits, written down as text
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "signal-log.h"

void
signal_log_add_valist (GString    *log,
                       const char *format,
                       va_list     args)
{
  if (log->len > 0)
    g_string_append_c (log, ' ');
  g_string_append_vprintf (log, format, args);
}

void
signal_log_add (GString    *log,
                const char *format,
                ...)
{
  va_list args;

  va_start (args, format);
  signal_log_add_valist (log, format, args);
  va_end (args);
}

static const char *
get_nick (GType type,
          int   value)
{
  g_autoptr(GEnumClass) values = g_type_class_ref (type);

  return g_enum_get_value (values, value)->value_nick;
}

static GType
get_error_type (const GError *error)
{
  return error->domain == G_TLS_ERROR ? G_TYPE_TLS_ERROR : G_TYPE_IO_ERROR_ENUM;
}

const char *
signal_log_get_state (gpointer socket)
{
  return get_nick (TISOCK_TYPE_SOCKET_STATE, (int) tisock_socket_core_get_state (socket));
}

char *
signal_log_dup_error (gpointer      socket,
                      const GError *error)
{
  int number = tisock_socket_core_get_last_error_number (socket);
  const char *state = signal_log_get_state (socket);

  g_assert_cmpstr (error->message, !=, "");
  if (error->domain == TISOCK_SOCKET_ERROR)
    {
      g_assert_cmpint (number, ==, error->code);
      return g_strdup_printf ("error:%d/%s", error->code, state);
    }

  g_assert_true (error->domain == G_IO_ERROR || error->domain == G_TLS_ERROR);
  g_assert_cmpint (number, >, 0);

  return g_strdup_printf ("error:%s/%s", get_nick (get_error_type (error), error->code), state);
}
