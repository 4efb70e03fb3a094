/* echo-gsource.c: one source of g_socket_create_source() a socket
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <gio/gio.h>

#define CHUNK 65536

/* What the peer has not taken yet: while there is some, nothing more is read. */
typedef struct
{
  GBytes *rest;
} Echo;

static void watch (GSocket     *socket,
                   Echo        *echo,
                   GIOCondition condition);

static void
end (GSocket *socket,
     Echo    *echo)
{
  g_socket_close (socket, NULL);
  g_clear_pointer (&echo->rest, g_bytes_unref);
  g_free (echo);
}

/* Whether the connection lives on; a rest is kept for when there is space. */
static gboolean
send_data (GSocket    *socket,
           Echo       *echo,
           const char *data,
           gsize       length)
{
  g_autoptr(GError) error = NULL;
  gssize sent = g_socket_send (socket, data, length, NULL, &error);

  if (sent < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return FALSE;

  sent = MAX (sent, 0);
  if ((gsize) sent < length)
    echo->rest = g_bytes_new (data + sent, length - (gsize) sent);

  return TRUE;
}

static gboolean
serve (GSocket *socket,
       Echo    *echo)
{
  static char data[CHUNK];
  gssize length;

  if (echo->rest != NULL)
    {
      g_autoptr(GBytes) rest = g_steal_pointer (&echo->rest);
      gsize size;
      const char *start = g_bytes_get_data (rest, &size);

      return send_data (socket, echo, start, size);
    }

  length = g_socket_receive (socket, data, CHUNK, NULL, NULL);

  return length > 0 && send_data (socket, echo, data, (gsize) length);
}

static gboolean
ready_cb (GSocket     *socket,
          GIOCondition condition,
          gpointer     user_data)
{
  Echo *echo = user_data;
  gboolean was_full = echo->rest != NULL;

  if (!serve (socket, echo))
    {
      end (socket, echo);
      return G_SOURCE_REMOVE;
    }
  if (was_full == (echo->rest != NULL))
    return G_SOURCE_CONTINUE;

  watch (socket, echo, was_full ? G_IO_IN : G_IO_OUT);

  return G_SOURCE_REMOVE;
}

static void
watch (GSocket     *socket,
       Echo        *echo,
       GIOCondition condition)
{
  g_autoptr(GSource) source = g_socket_create_source (socket, condition, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (ready_cb), echo, NULL);
  g_source_attach (source, NULL);
}

static gboolean
accept_cb (GSocket     *listener,
           GIOCondition condition,
           gpointer     user_data)
{
  g_autoptr(GSocket) socket = g_socket_accept (listener, NULL, NULL);

  if (socket != NULL)
    {
      g_socket_set_blocking (socket, FALSE);
      g_socket_set_option (socket, 6, 1, 1, NULL);
      watch (socket, g_new0 (Echo, 1), G_IO_IN);
    }

  return G_SOURCE_CONTINUE;
}

int
main (int   argc,
      char *argv[])
{
  GSocket *listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                    G_SOCKET_PROTOCOL_TCP, NULL);
  GSocketAddress *address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  GSource *source;

  g_socket_set_blocking (listener, FALSE);
  g_socket_set_listen_backlog (listener, 4096);
  if (!g_socket_bind (listener, address, FALSE, NULL) || !g_socket_listen (listener, NULL))
    return 1;

  source = g_socket_create_source (listener, G_IO_IN, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (accept_cb), NULL, NULL);
  g_source_attach (source, NULL);
  address = g_socket_get_local_address (listener, NULL);
  g_print ("listening on %d\n", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  g_main_loop_run (g_main_loop_new (NULL, FALSE));

  return 0;
}
