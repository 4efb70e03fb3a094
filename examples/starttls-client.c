/* starttls-client.c: asks a mail server for TLS, and prints what they say to each other
 *
 * Run:  starttls-client HOST PORT [AUTHORITY]       for example:  starttls-client localhost 25
 * Shows TLS that starts later, by calls that wait. AUTHORITY is a file with certificates to trust
 * in place of the system's.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tisock/tisock.h>

#include <locale.h>
#include <stdlib.h>

/* How long an answer may take, in milliseconds. */
#define PATIENCE 30000

/* An answer is of one line or of several; all but the last have a dash behind the number. */
static gboolean
expect (TisockTCPSocket  *socket,
        const char       *number,
        GError          **error)
{
  g_autofree char *line = NULL;
  gboolean is_last = FALSE;

  while (!is_last)
    {
      g_free (line);
      line = tisock_tcp_socket_receive_line_sync (socket, PATIENCE, NULL, error);
      if (line == NULL)
        break;

      g_print ("< %s\n", line);
      is_last = strlen (line) < 4 || line[3] != '-';
    }

  if (line != NULL && g_str_has_prefix (line, number))
    return TRUE;

  if (*error == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The server has not answered %s", number);

  return FALSE;
}

static gboolean
ask (TisockTCPSocket  *socket,
     const char       *command,
     const char       *number,
     GError          **error)
{
  g_autofree char *line = g_strconcat (command, "\r\n", NULL);

  g_print ("> %s\n", command);

  return tisock_tcp_socket_write_string (socket, line, error) && expect (socket, number, error);
}

/* Nothing that was said before TLS counts, so the client introduces itself once more. */
static gboolean
converse (TisockSSLSocket  *socket,
          GError          **error)
{
  TisockTCPSocket *tcp = TISOCK_TCP_SOCKET (socket);

  if (!tisock_socket_core_open_sync (TISOCK_SOCKET_CORE (socket), PATIENCE, NULL, error) ||
      !expect (tcp, "220", error) ||
      !ask (tcp, "EHLO localhost", "250", error) ||
      !ask (tcp, "STARTTLS", "220", error) ||
      !tisock_ssl_socket_start_tls_sync (socket, PATIENCE, NULL, error))
    return FALSE;

  g_print ("* %s\n", tisock_ssl_socket_get_cipher (socket));

  return ask (tcp, "EHLO localhost", "250", error) && ask (tcp, "QUIT", "221", error);
}

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

int
main (int   argc,
      char *argv[])
{
  g_autoptr(TisockSSLSocket) socket = tisock_ssl_socket_new ();
  g_autoptr(GError) error = NULL;

  setlocale (LC_ALL, "");
  if (argc < 3)
    {
      g_printerr ("Usage: %s HOST PORT [AUTHORITY]\n", argv[0]);
      return EXIT_FAILURE;
    }

  tisock_ssl_socket_set_ssl_enabled (socket, FALSE);
  tisock_tcp_socket_set_address (TISOCK_TCP_SOCKET (socket), argv[1]);
  tisock_socket_core_set_port (TISOCK_SOCKET_CORE (socket), atoi (argv[2]));
  if ((argc > 3 && !trust (socket, argv[3], &error)) || !converse (socket, &error))
    g_printerr ("%s\n", error->message);
  tisock_socket_core_close (TISOCK_SOCKET_CORE (socket));

  return error == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
