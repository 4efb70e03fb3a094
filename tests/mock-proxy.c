/* mock-proxy.c: a GProxy of a kind that GIO does not have, which does what a test says
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mock-proxy.h"

#define MOCK_TYPE_PROXY (mock_proxy_get_type ())

G_DECLARE_FINAL_TYPE (MockProxy, mock_proxy, MOCK, PROXY, GObject)

struct _MockProxy
{
  GObject parent_instance;
};

static void mock_proxy_interface_init (GProxyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MockProxy, mock_proxy, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY, mock_proxy_interface_init))

/* GIO makes the objects, by their type. */
static MockProxyConnect connect_func;

static GIOStream *
mock_proxy_connect (GProxy         *proxy,
                    GIOStream      *stream,
                    GProxyAddress  *address,
                    GCancellable   *cancellable,
                    GError        **error)
{
  return connect_func (stream, error);
}

static gboolean
mock_proxy_supports_hostname (GProxy *proxy)
{
  return TRUE;
}

static void
mock_proxy_class_init (MockProxyClass *klass)
{
}

static void
mock_proxy_init (MockProxy *self)
{
}

static void
mock_proxy_interface_init (GProxyInterface *iface)
{
  iface->connect = mock_proxy_connect;
  iface->supports_hostname = mock_proxy_supports_hostname;
}

void
mock_proxy_register (const char       *protocol,
                     MockProxyConnect  connect)
{
  g_assert_null (g_proxy_get_default_for_protocol (protocol));
  connect_func = connect;
  g_io_extension_point_implement (G_PROXY_EXTENSION_POINT_NAME, MOCK_TYPE_PROXY, protocol, 0);
}
