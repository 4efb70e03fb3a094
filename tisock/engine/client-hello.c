/* client-hello.c: reads a TLS client's first message, for the name of the server that it wants
 *
 * The message is that of RFC 8446, section 4.1.2, which has kept the form that it had in TLS 1.0;
 * it may be spread over several records (section 5.1). The name is that of RFC 6066, section 3.
 * Whatever does not bear upon where the message ends, and what the name is, is left to those who
 * do the handshake.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/client-hello.h"

#include <string.h>

#define RECORD_HEADER 5
#define RECORD_MAX (1 << 14)
#define RECORD_HANDSHAKE 22
#define MESSAGE_HEADER 4
#define MESSAGE_CLIENT_HELLO 1
#define VERSION_MAJOR 3
#define RANDOM_SIZE 32
#define SESSION_ID_MAX 32
#define EXTENSION_SERVER_NAME 0
#define NAME_TYPE_HOST_NAME 0
#define HOST_NAME_MAX_LENGTH 255

#define TOO_LONG "it is too long"

/* Bytes that have not been read yet. */
typedef struct
{
  const guint8  *data;
  gsize          length;
} Bytes;

/* Reading in the message: all answer FALSE if there is less than they are to take */

static gboolean
take (Bytes *bytes,
      gsize  length,
      Bytes *taken)
{
  if (length > bytes->length)
    return FALSE;

  *taken = (Bytes) { bytes->data, length };
  bytes->data += length;
  bytes->length -= length;

  return TRUE;
}

static gboolean
take_number (Bytes *bytes,
             gsize  size,
             gsize *number)
{
  Bytes digits;

  if (!take (bytes, size, &digits))
    return FALSE;

  *number = 0;
  for (gsize i = 0; i < size; i++)
    *number = *number << 8 | digits.data[i];

  return TRUE;
}

/* What follows its own length, which is a number of so many bytes. */
static gboolean
take_vector (Bytes *bytes,
             gsize  number_size,
             Bytes *taken)
{
  gsize length;

  return take_number (bytes, number_size, &length) && take (bytes, length, taken);
}

/* The name */

/* Addresses are no names, but some clients send them. */
static gboolean
is_host_name (const Bytes *name)
{
  for (gsize i = 0; i < name->length; i++)
    {
      if (!g_ascii_isalnum (name->data[i])
          && (name->data[i] == '\0' || strchr ("-._:", name->data[i]) == NULL))
        return FALSE;
    }

  return name->length > 0 && name->length <= HOST_NAME_MAX_LENGTH;
}

/* Of the kinds of names there is only one, and of each there may be only one. */
static const char *
parse_server_name (Bytes  extension,
                   char **server_name)
{
  Bytes list;
  Bytes name;
  gsize type;

  if (!take_vector (&extension, 2, &list) || extension.length > 0
      || !take_number (&list, 1, &type) || type != NAME_TYPE_HOST_NAME
      || !take_vector (&list, 2, &name) || list.length > 0)
    return "its server name is not one host name";

  if (name.length > 0 && name.data[name.length - 1] == '.')
    name.length--;
  if (!is_host_name (&name))
    return "its server name has characters that host names have not, or too few or many of them";

  *server_name = g_ascii_strdown ((const char *) name.data, (gssize) name.length);

  return NULL;
}

/* The message */

static const char *
parse_extensions (Bytes   extensions,
                  char  **server_name)
{
  while (extensions.length > 0)
    {
      const char *reason = NULL;
      Bytes extension;
      gsize type;

      if (!take_number (&extensions, 2, &type) || !take_vector (&extensions, 2, &extension))
        return "an extension of it is cut short";

      if (type == EXTENSION_SERVER_NAME)
        reason = *server_name == NULL ? parse_server_name (extension, server_name)
                                      : "it has two server names";
      if (reason != NULL)
        return reason;
    }

  return NULL;
}

/* NULL, or what is wrong with it. Before TLS 1.2 there need not be extensions. */
static const char *
parse_body (Bytes   body,
            char  **server_name)
{
  Bytes version;
  Bytes random;
  Bytes session_id;
  Bytes cipher_suites;
  Bytes compression_methods;
  Bytes extensions = { NULL, 0 };

  if (!take (&body, 2, &version) || !take (&body, RANDOM_SIZE, &random)
      || !take_vector (&body, 1, &session_id) || !take_vector (&body, 2, &cipher_suites)
      || !take_vector (&body, 1, &compression_methods)
      || (body.length > 0 && !take_vector (&body, 2, &extensions)))
    return "it is cut short";

  if (body.length > 0)
    return "there is something behind its extensions";
  if (version.data[0] != VERSION_MAJOR)
    return "it is of an unknown version of TLS";
  if (session_id.length > SESSION_ID_MAX)
    return "its session identifier is too long";
  if (cipher_suites.length == 0 || cipher_suites.length % 2 != 0)
    return "its list of cipher suites is empty or cut short";
  if (compression_methods.length == 0)
    return "its list of compression methods is empty";

  return parse_extensions (extensions, server_name);
}

/* The records */

static gsize
get_fragment_length (const guint8 *record)
{
  return (gsize) record[3] << 8 | record[4];
}

/* The length of what is in the next record; 0 if its header is not there yet, or is not valid. */
static gsize
parse_record_header (TisockClientHello *self,
                     const Bytes       *stream)
{
  const guint8 *header = stream->data + self->size;
  gsize available = stream->length - self->size;
  gsize length;

  if ((available > 0 && header[0] != RECORD_HANDSHAKE)
      || (available > 1 && header[1] != VERSION_MAJOR))
    self->reason = "it is no handshake of TLS";
  if (self->reason != NULL || available < RECORD_HEADER)
    return 0;

  length = get_fragment_length (header);
  if (length == 0 || length > RECORD_MAX)
    self->reason = "a record of it is empty or too long";
  else if (self->size + RECORD_HEADER + length > TISOCK_CLIENT_HELLO_LIMIT)
    self->reason = TOO_LONG;

  return self->reason == NULL ? length : 0;
}

static gboolean
take_record (TisockClientHello *self,
             const Bytes       *stream)
{
  gsize length = parse_record_header (self, stream);

  if (length == 0 || length > stream->length - self->size - RECORD_HEADER)
    return FALSE;

  self->size += RECORD_HEADER + length;
  self->n_bytes += length;

  return TRUE;
}

/* The beginning of what is in the records, which have to be there. */
static void
copy_message (const Bytes *stream,
              guint8      *message,
              gsize        length)
{
  const guint8 *record = stream->data;

  while (length > 0)
    {
      gsize n = MIN (get_fragment_length (record), length);

      memcpy (message, record + RECORD_HEADER, n);
      record += RECORD_HEADER + n;
      message += n;
      length -= n;
    }
}

static void
parse_message (TisockClientHello *self,
               const Bytes       *stream)
{
  g_autofree guint8 *message = g_malloc (self->n_bytes);
  Bytes body = { message + MESSAGE_HEADER, self->n_bytes - MESSAGE_HEADER };

  copy_message (stream, message, self->n_bytes);
  self->reason = parse_body (body, &self->server_name);
}

/* Whether the records so far hold the whole message, or are not valid. */
static gboolean
try_message (TisockClientHello *self,
             const Bytes       *stream)
{
  guint8 header[MESSAGE_HEADER];
  gsize length;

  if (self->n_bytes < MESSAGE_HEADER)
    return FALSE;

  copy_message (stream, header, MESSAGE_HEADER);
  length = (gsize) header[1] << 16 | (gsize) header[2] << 8 | header[3];

  if (header[0] != MESSAGE_CLIENT_HELLO)
    self->reason = "it is another message";
  else if (length > TISOCK_CLIENT_HELLO_LIMIT)
    self->reason = TOO_LONG;
  else if (self->n_bytes > MESSAGE_HEADER + length)
    self->reason = "there is something behind it in its record";
  else if (self->n_bytes == MESSAGE_HEADER + length)
    parse_message (self, stream);
  else
    return FALSE;

  return TRUE;
}

TisockClientHelloResult
tisock_client_hello_parse (TisockClientHello *self,
                           const guint8      *data,
                           gsize              length)
{
  const Bytes stream = { data, length };

  g_assert (length >= self->size);

  while (self->size < length && take_record (self, &stream))
    {
      if (try_message (self, &stream))
        return self->reason == NULL ? TISOCK_CLIENT_HELLO_COMPLETE : TISOCK_CLIENT_HELLO_INVALID;
    }

  if (self->reason == NULL && length >= TISOCK_CLIENT_HELLO_LIMIT)
    self->reason = TOO_LONG;

  return self->reason == NULL ? TISOCK_CLIENT_HELLO_MORE : TISOCK_CLIENT_HELLO_INVALID;
}

void
tisock_client_hello_clear (TisockClientHello *self)
{
  g_clear_pointer (&self->server_name, g_free);
}
