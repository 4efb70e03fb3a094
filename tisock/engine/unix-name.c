/* unix-name.c: the names of Unix sockets: paths, and abstract ones
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/descriptor.h"
#include "engine/unix-name.h"

#include <errno.h>
#include <sys/un.h>

/* GUnixSocketAddress cuts what is longer, without a word: a path that is just as long may be the
 * beginning of another one. */
#define LONGEST_NAME (sizeof (((struct sockaddr_un *) NULL)->sun_path) - 2)

gboolean
tisock_unix_name_is_abstract (GUnixSocketAddress *address)
{
  switch (g_unix_socket_address_get_address_type (address))
    {
    case G_UNIX_SOCKET_ADDRESS_ABSTRACT:
    case G_UNIX_SOCKET_ADDRESS_ABSTRACT_PADDED:
      return TRUE;

    case G_UNIX_SOCKET_ADDRESS_INVALID:
    case G_UNIX_SOCKET_ADDRESS_ANONYMOUS:
    case G_UNIX_SOCKET_ADDRESS_PATH:
    default:
      return FALSE;
    }
}

/* Without what a padded one is padded with. */
static gsize
get_name_length (GUnixSocketAddress *address)
{
  const char *name = g_unix_socket_address_get_path (address);
  gsize length = g_unix_socket_address_get_path_len (address);

  while (length > 0 && name[length - 1] == '\0')
    length--;

  return length;
}

/* The NUL bytes of an abstract name, the first one and any within, become "@". */
static char *
dup_abstract_name (const char *name,
                   gsize       length)
{
  char *text = g_malloc (length + 2);

  text[0] = '@';
  for (gsize i = 0; i < length; i++)
    text[i + 1] = name[i] == '\0' ? '@' : name[i];
  text[length + 1] = '\0';

  return text;
}

char *
tisock_unix_name_describe (GUnixSocketAddress *address)
{
  g_autofree char *text = NULL;
  const char *name = g_unix_socket_address_get_path (address);

  if (tisock_unix_name_is_abstract (address))
    text = dup_abstract_name (name, get_name_length (address));
  else
    text = g_strdup (name);

  return g_utf8_validate (text, -1, NULL) ? g_steal_pointer (&text)
                                          : g_filename_display_name (text);
}

char *
tisock_unix_name_dup (int      fd,
                      gboolean remote)
{
  g_autoptr(GSocketAddress) address = tisock_descriptor_dup_address (fd, remote);

  if (!G_IS_UNIX_SOCKET_ADDRESS (address))
    return g_strdup ("");

  return tisock_unix_name_describe (G_UNIX_SOCKET_ADDRESS (address));
}

gboolean
tisock_unix_name_check (GUnixSocketAddress  *address,
                        int                 *error_number,
                        GError             **error)
{
  g_autofree char *text = NULL;
  gsize length = get_name_length (address);

  if (length > 0 && length <= LONGEST_NAME)
    return TRUE;

  *error_number = length == 0 ? EINVAL : ENAMETOOLONG;
  text = tisock_unix_name_describe (address);
  if (length == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "Could not listen: a Unix socket that listens needs a name");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
                 "Could not listen on %s: this name has %" G_GSIZE_FORMAT " bytes or more, and the "
                 "name of a Unix socket at most %" G_GSIZE_FORMAT, text, length, LONGEST_NAME);

  return FALSE;
}
