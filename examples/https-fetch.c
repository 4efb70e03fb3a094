/* https-fetch.c: fetches a web page with HTTP/1.0 under TLS and prints it
 *
 * Run:  https-fetch HOST PORT [PATH] [AUTHORITY]   (status and headers go to the standard error)
 * Shows TLS with calls that wait. AUTHORITY is a file with certificates to trust in place of the
 * system's.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT 30000

static gboolean
trust (TisockSSLSocket  *socket,
       const char       *authority,
       GError          **error)
{
  g_autoptr(GTlsDatabase) database = g_tls_file_database_new (authority, error);

  if (database != NULL)
    tisock_ssl_socket_set_trust_database (socket, database);

  return database != NULL;
}

/* HTTP/1.0 ends an answer by ending the stream, which TLS keeps others from doing. */
static gboolean
print_body (TisockTCPSocket  *socket,
            GError          **error)
{
  g_autoptr(GBytes) bytes = tisock_tcp_socket_receive_sync (socket, -1, TIMEOUT, NULL, error);

  while (bytes != NULL && g_bytes_get_size (bytes) > 0)
    {
      fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stdout);
      g_bytes_unref (bytes);
      bytes = tisock_tcp_socket_receive_sync (socket, -1, TIMEOUT, NULL, error);
    }

  return bytes != NULL;
}

static gboolean
fetch (TisockTCPSocket  *socket,
       const char       *request,
       GError          **error)
{
  g_autoptr(GBytes) head = NULL;
  g_autofree char *text = NULL;
  int status = 0;

  if (!tisock_socket_core_open_sync (TISOCK_SOCKET_CORE (socket), TIMEOUT, NULL, error) ||
      !tisock_tcp_socket_write_string (socket, request, error))
    return FALSE;

  head = tisock_tcp_socket_receive_until_sync (socket, (const guint8 *) "\r\n\r\n", 4, TIMEOUT,
                                               NULL, error);
  if (head == NULL)
    return FALSE;

  text = g_strndup (g_bytes_get_data (head, NULL), g_bytes_get_size (head));
  g_printerr ("%s\n", text);
  sscanf (text, "HTTP/%*s %d", &status);

  return print_body (socket, error) && status == 200;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(TisockSSLSocket) socket = tisock_ssl_socket_new ();
  g_autofree char *request = NULL;
  g_autoptr(GError) error = NULL;
  gboolean done;

  if (argc < 3)
    {
      g_printerr ("Usage: %s HOST PORT [PATH] [AUTHORITY]\n", argv[0]);
      return EXIT_FAILURE;
    }

  request = g_strdup_printf ("GET %s HTTP/1.0\r\nHost: %s:%s\r\n\r\n", argc > 3 ? argv[3] : "/",
                             argv[1], argv[2]);
  tisock_tcp_socket_set_address (TISOCK_TCP_SOCKET (socket), argv[1]);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), atoi (argv[2]));
  done = (argc <= 4 || trust (socket, argv[4], &error)) &&
         fetch (TISOCK_TCP_SOCKET (socket), request, &error);
  if (error != NULL)
    g_printerr ("%s\n", error->message);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
