/* test-datagram.c: what a Datagram keeps
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock.h>

static void
assert_address (TisockDatagram *datagram,
                const char     *address,
                int             port)
{
  g_autofree char *found = tisock_datagram_get_address (datagram);

  g_assert_cmpstr (found, ==, address);
  g_assert_cmpint (tisock_datagram_get_port (datagram), ==, port);
}

static void
assert_data (TisockDatagram *datagram,
             const char     *text)
{
  g_autoptr(GBytes) bytes = tisock_datagram_get_bytes (datagram);
  gsize length;
  const guint8 *data = tisock_datagram_get_data (datagram, &length);

  g_assert_cmpmem (data, length, text, strlen (text));
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   text, strlen (text));
}

static void
test_new (void)
{
  g_autoptr(TisockDatagram) datagram = NULL;
  guint8 data[] = "data";

  datagram = tisock_datagram_new ("127.0.0.1", 7000, data, 4);
  /* It has a copy. */
  data[0] = 'D';
  assert_address (datagram, "127.0.0.1", 7000);
  assert_data (datagram, "data");
  g_assert_false (tisock_datagram_is_truncated (datagram));
}

static void
test_addresses (void)
{
  static const struct { const char *given, *kept; } addresses[] = {
    { "2001:db8:0:0::1", "2001:db8::1" },
    { "::ffff:192.0.2.1", "192.0.2.1" },
    { "example.org", "example.org" },
    { "", NULL },
    { NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr(TisockDatagram) datagram = tisock_datagram_new (addresses[i].given, 65535, NULL, 0);

      assert_address (datagram, addresses[i].kept, 65535);
      assert_data (datagram, "");
    }
}

static void
set_flag (gpointer flag)
{
  *(gboolean *) flag = TRUE;
}

static void
test_new_bytes (void)
{
  gboolean freed = FALSE;
  GBytes *bytes = g_bytes_new_with_free_func ("data", 4, set_flag, &freed);
  TisockDatagram *datagram = tisock_datagram_new_bytes ("::1", 7000, bytes);
  g_autoptr(GBytes) same = tisock_datagram_get_bytes (datagram);
  gsize length;

  g_assert_true (same == bytes);
  g_assert_true ((gconstpointer) tisock_datagram_get_data (datagram, &length) ==
                 g_bytes_get_data (bytes, NULL));
  assert_data (datagram, "data");

  g_bytes_unref (bytes);
  g_clear_pointer (&same, g_bytes_unref);
  g_assert_false (freed);
  tisock_datagram_unref (datagram);
  g_assert_true (freed);
}

/* The data are the datagram's, and stay as long as somebody has them. */
static void
test_bytes_outlive (void)
{
  TisockDatagram *datagram = tisock_datagram_new (NULL, 0, (const guint8 *) "data", 4);
  g_autoptr(GBytes) bytes = tisock_datagram_get_bytes (datagram);

  tisock_datagram_unref (datagram);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "data", 4);
}

/* Copies that are sent in another way share the data. */
static void
test_with (void)
{
  const guint8 *text = (const guint8 *) "data";
  g_autoptr(TisockDatagram) plain = tisock_datagram_new ("peer.test", 7, text, 4);
  g_autoptr(TisockDatagram) hops = tisock_datagram_with_router_hops (plain, 255);
  g_autoptr(TisockDatagram) ecn = tisock_datagram_with_ecn (hops, 3);
  g_autoptr(TisockDatagram) all = tisock_datagram_with_local_address (ecn, "::1");
  g_autofree char *local = tisock_datagram_get_local_address (all);
  gsize length;

  g_assert_cmpint (tisock_datagram_get_router_hops (plain), ==, -1);
  g_assert_cmpint (tisock_datagram_get_ecn (plain), ==, -1);
  g_assert_cmpuint (tisock_datagram_get_interface_index (plain), ==, 0);
  g_assert_null (tisock_datagram_get_local_address (plain));

  g_assert_cmpint (tisock_datagram_get_router_hops (all), ==, 255);
  g_assert_cmpint (tisock_datagram_get_ecn (all), ==, 3);
  g_assert_cmpstr (local, ==, "::1");
  assert_address (all, "peer.test", 7);
  g_assert_true (tisock_datagram_get_data (all, &length) ==
                 tisock_datagram_get_data (plain, &length));
  g_clear_pointer (&plain, tisock_datagram_unref);
  assert_data (all, "data");
  g_assert_null (tisock_datagram_with_local_address (all, "peer.test"));
}

static void
test_boxed (void)
{
  g_auto(GValue) value = G_VALUE_INIT;
  TisockDatagram *datagram = tisock_datagram_new ("127.0.0.1", 7, NULL, 0);

  g_assert_true (tisock_datagram_ref (datagram) == datagram);
  tisock_datagram_unref (datagram);

  g_value_init (&value, TISOCK_TYPE_DATAGRAM);
  g_value_take_boxed (&value, datagram);
  g_assert_true (g_value_get_boxed (&value) == datagram);
  assert_address (g_value_get_boxed (&value), "127.0.0.1", 7);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/datagram/new", test_new);
  g_test_add_func ("/datagram/addresses", test_addresses);
  g_test_add_func ("/datagram/new-bytes", test_new_bytes);
  g_test_add_func ("/datagram/bytes-outlive", test_bytes_outlive);
  g_test_add_func ("/datagram/with", test_with);
  g_test_add_func ("/datagram/boxed", test_boxed);

  return g_test_run ();
}
