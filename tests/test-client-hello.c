/* test-client-hello.c
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "engine/client-hello.h"
#include "test-util.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>

/* What is before the fragment in a record, and before the body in a message. */
#define RECORD_HEADER 5
#define MESSAGE_HEADER 4

/* Between the version and the extensions of the hellos made here. */
#define RANDOM_SIZE 32
#define BODY_HEAD "\x03\x03" "0123456789abcdef0123456789ABCDEF" "\x04" "sess" \
                  "\x00\x04\x13\x01\x13\x02" "\x01\x00"
#define BODY_HEAD_LENGTH (sizeof BODY_HEAD - 1)

/* A list of supported groups: what is none of our business. */
#define OTHER_EXTENSION "\x00\x0a\x00\x06\x00\x04\x00\x1d\x00\x17"

/* Making them */

static void
append_number (GByteArray *array,
               guint       size,
               gsize       number)
{
  while (size-- > 0)
    {
      guint8 digit = (guint8) (number >> 8 * size);

      g_byte_array_append (array, &digit, 1);
    }
}

/* Behind its own length. */
static void
append_vector (GByteArray *array,
               guint       length_size,
               const void *data,
               gsize       length)
{
  append_number (array, length_size, length);
  g_byte_array_append (array, data, (guint) length);
}

/* A message, in records that hold so much of it each. */
static GByteArray *
wrap (guint8        type,
      const guint8 *body,
      gsize         length,
      gsize         record_length)
{
  g_autoptr(GByteArray) message = g_byte_array_new ();
  GByteArray *stream = g_byte_array_new ();

  append_number (message, 1, type);
  append_vector (message, 3, body, length);

  for (gsize i = 0; i < message->len; i += record_length)
    {
      append_number (stream, 3, 0x160301);
      append_vector (stream, 2, message->data + i, MIN (record_length, message->len - i));
    }

  return stream;
}

/* The extensions are text, for there to be zeros in it. */
static GByteArray *
make_hello (const char *extensions,
            gsize       length)
{
  g_autoptr(GByteArray) body = g_byte_array_new ();

  g_byte_array_append (body, (const guint8 *) BODY_HEAD, BODY_HEAD_LENGTH);
  append_vector (body, 2, extensions, length);

  return wrap (1, body->data, body->len, 16 * 1024);
}

static GByteArray *
make_hello_for (const char *server_name)
{
  g_autoptr(GByteArray) list = g_byte_array_new ();
  g_autoptr(GByteArray) extensions = g_byte_array_new ();

  append_number (list, 1, 0);
  append_vector (list, 2, server_name, strlen (server_name));

  g_byte_array_append (extensions, (const guint8 *) OTHER_EXTENSION, sizeof OTHER_EXTENSION - 1);
  append_number (extensions, 2, 0);
  append_number (extensions, 2, list->len + 2);
  append_vector (extensions, 2, list->data, list->len);

  return make_hello ((const char *) extensions->data, extensions->len);
}

/* Parsing them */

/* The bytes have no others behind them: what reads too far is found by the sanitizer. */
static TisockClientHelloResult
parse (TisockClientHello *hello,
       const guint8      *data,
       gsize              length)
{
  g_autofree guint8 *copy = g_memdup2 (data, length);
  TisockClientHelloResult result = tisock_client_hello_parse (hello, copy, length);

  g_assert_cmpuint (hello->size, <=, length);
  g_assert_cmpint (hello->reason != NULL, ==, result == TISOCK_CLIENT_HELLO_INVALID);

  return result;
}

static TisockClientHelloResult
parse_once (const guint8 *data,
            gsize         length)
{
  TisockClientHello hello = { 0 };
  TisockClientHelloResult result = parse (&hello, data, length);

  tisock_client_hello_clear (&hello);

  return result;
}

/* The first `first` bytes come first. */
static void
expect_name_after (const guint8 *data,
                   gsize         length,
                   gsize         first,
                   const char   *name)
{
  TisockClientHello hello = { 0 };

  g_assert_cmpint (parse (&hello, data, first), ==, TISOCK_CLIENT_HELLO_MORE);
  g_assert_cmpint (parse (&hello, data, length), ==, TISOCK_CLIENT_HELLO_COMPLETE);
  g_assert_cmpstr (hello.server_name, ==, name);
  g_assert_cmpuint (hello.size, ==, length);

  tisock_client_hello_clear (&hello);
}

static void
expect_name (const GByteArray *stream,
             const char       *name)
{
  expect_name_after (stream->data, stream->len, 0, name);
}

static void
expect_invalid (const GByteArray *stream,
                const char       *reason)
{
  TisockClientHello hello = { 0 };

  g_assert_cmpint (parse (&hello, stream->data, stream->len), ==, TISOCK_CLIENT_HELLO_INVALID);
  g_assert_cmpstr (hello.reason, ==, reason);

  tisock_client_hello_clear (&hello);
}

/* Each byte by itself, and each way to come in two pieces. */
static void
check_splits (const GByteArray *stream,
              const char       *name)
{
  TisockClientHello hello = { 0 };

  for (gsize length = 0; length < stream->len; length++)
    {
      g_assert_cmpint (parse (&hello, stream->data, length), ==, TISOCK_CLIENT_HELLO_MORE);
      expect_name_after (stream->data, stream->len, length, name);
    }

  g_assert_cmpint (parse (&hello, stream->data, stream->len), ==, TISOCK_CLIENT_HELLO_COMPLETE);
  g_assert_cmpstr (hello.server_name, ==, name);
  tisock_client_hello_clear (&hello);
}

/* The same message in smaller records, which a header may be spread over as well. */
static void
check_records (const guint8 *body,
               gsize         length,
               const char   *name)
{
  for (gsize record_length = 1; record_length <= MESSAGE_HEADER + length; record_length++)
    {
      g_autoptr(GByteArray) stream = wrap (1, body, length, record_length);

      expect_name (stream, name);
    }
}

/* All lengths outside of it say that it is whole, but for the one that is there. */
static void
check_cut_bodies (const guint8 *body,
                  gsize         length)
{
  for (gsize cut = 0; cut < length; cut++)
    {
      g_autoptr(GByteArray) stream = wrap (1, body, cut, 16 * 1024);

      if (cut == BODY_HEAD_LENGTH)
        expect_name (stream, NULL);
      else
        g_assert_cmpint (parse_once (stream->data, stream->len), ==, TISOCK_CLIENT_HELLO_INVALID);
    }
}

/* Whatever a bit makes of it, it is read within its bounds. Those of the random number make
 * nothing of it. */
static void
check_bits (const GByteArray *stream,
            const char       *name)
{
  gsize random = RECORD_HEADER + MESSAGE_HEADER + 2;

  for (gsize bit = 0; bit < 8 * (gsize) stream->len; bit++)
    {
      stream->data[bit / 8] ^= (guint8) (1 << bit % 8);
      if (bit / 8 >= random && bit / 8 < random + RANDOM_SIZE)
        expect_name (stream, name);
      else
        parse_once (stream->data, stream->len);
      stream->data[bit / 8] ^= (guint8) (1 << bit % 8);
    }
}

/* Hellos that are made here */

static void
test_hello_pieces (void)
{
  g_autoptr(GByteArray) stream = make_hello_for ("www.example.org");
  const guint8 *body = stream->data + RECORD_HEADER + MESSAGE_HEADER;
  gsize length = stream->len - RECORD_HEADER - MESSAGE_HEADER;

  check_splits (stream, "www.example.org");
  check_records (body, length, "www.example.org");
  check_cut_bodies (body, length);
  check_bits (stream, "www.example.org");
}

static void
test_hello_records (void)
{
  g_autoptr(GByteArray) stream = make_hello_for ("www.example.org");
  g_autoptr(GByteArray) records = NULL;

  g_test_summary ("A hello that comes byte by byte in records of a byte each.");

  records = wrap (1, stream->data + RECORD_HEADER + MESSAGE_HEADER,
                  stream->len - RECORD_HEADER - MESSAGE_HEADER, 1);
  check_splits (records, "www.example.org");
}

static void
test_hello_behind (void)
{
  g_autoptr(GByteArray) stream = make_hello_for ("www.example.org");
  TisockClientHello hello = { 0 };
  gsize size = stream->len;

  g_test_summary ("Data that a client sends early stays what it is.");

  g_byte_array_append (stream, (const guint8 *) "\x17\x03\x03\x00\x03" "abc", 8);
  g_assert_cmpint (parse (&hello, stream->data, stream->len), ==, TISOCK_CLIENT_HELLO_COMPLETE);
  g_assert_cmpstr (hello.server_name, ==, "www.example.org");
  g_assert_cmpuint (hello.size, ==, size);

  tisock_client_hello_clear (&hello);
}

static void
test_hello_names (void)
{
  const struct
  {
    const char *sent;
    const char *name;
  } cases[] = {
    { "localhost", "localhost" },
    { "WWW.Example.ORG", "www.example.org" },
    { "www.example.org.", "www.example.org" },
    { "_srv.xn--mnchen-3ya.de", "_srv.xn--mnchen-3ya.de" },
    { "192.0.2.1", "192.0.2.1" },
    { "2001:db8::1", "2001:db8::1" },
  };
  const char *invalid[] = {
    "", ".", " ", "a b", "a/b", "a*b", "*.example.org", "m\xc3\xbcnchen.de", "\x7f", "a\nb",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GByteArray) stream = make_hello_for (cases[i].sent);

      expect_name (stream, cases[i].name);
    }

  for (guint i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_autoptr(GByteArray) stream = make_hello_for (invalid[i]);

      expect_invalid (stream, "its server name has characters that host names have not, or too few "
                      "or many of them");
    }
}

static void
test_hello_long_names (void)
{
  for (gsize length = 250; length < 260; length++)
    {
      g_autofree char *name = g_strnfill (length, 'a');
      g_autoptr(GByteArray) stream = make_hello_for (name);

      if (length <= 255)
        expect_name (stream, name);
      else
        g_assert_cmpint (parse_once (stream->data, stream->len), ==, TISOCK_CLIENT_HELLO_INVALID);
    }
}

typedef struct
{
  const char  *extensions;
  gsize        length;
  gboolean     valid;
  const char  *name;
} ExtensionsCase;

#define VALID(text, name) { text, sizeof text - 1, TRUE, name }
#define INVALID(text) { text, sizeof text - 1, FALSE, NULL }
#define NAME_A "\x00\x00\x00\x06\x00\x04\x00\x00\x01" "a"

static const ExtensionsCase extensions_cases[] = {
  VALID ("", NULL),
  VALID (OTHER_EXTENSION, NULL),
  VALID (NAME_A, "a"),
  VALID (NAME_A OTHER_EXTENSION, "a"),
  VALID (OTHER_EXTENSION NAME_A OTHER_EXTENSION, "a"),
  VALID ("\xff\xff\x00\x00" NAME_A, "a"),
  /* The extension, its list or its name ends before or after the others do. */
  INVALID ("\x00\x00\x00\x05\x00\x04\x00\x00\x01" "a"),
  INVALID ("\x00\x00\x00\x07\x00\x04\x00\x00\x01" "ab"),
  INVALID ("\x00\x00\x00\x06\x00\x03\x00\x00\x01" "a"),
  INVALID ("\x00\x00\x00\x06\x00\x05\x00\x00\x01" "a"),
  INVALID ("\x00\x00\x00\x07\x00\x05\x00\x00\x01" "ab"),
  INVALID ("\x00\x00\x00\x06\x00\x04\x00\x00\x02" "a"),
  INVALID (NAME_A "\x00"),
  INVALID (OTHER_EXTENSION "\x00\x0b\x00\x01"),
  /* No list, no name, a name of another kind, two names, two lists. */
  INVALID ("\x00\x00\x00\x00"),
  INVALID ("\x00\x00\x00\x02\x00\x00"),
  INVALID ("\x00\x00\x00\x06\x00\x04\x01\x00\x01" "a"),
  INVALID ("\x00\x00\x00\x0a\x00\x08\x00\x00\x01" "a" "\x00\x00\x01" "b"),
  INVALID ("\x00\x00\x00\x0a\x00\x08\x00\x00\x01" "a" "\x01\x00\x01" "b"),
  INVALID (NAME_A NAME_A),
  /* A zero is no end. */
  INVALID ("\x00\x00\x00\x08\x00\x06\x00\x00\x03" "a\x00" "b"),
};

static void
test_hello_extensions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (extensions_cases); i++)
    {
      const ExtensionsCase *test = &extensions_cases[i];
      g_autoptr(GByteArray) stream = make_hello (test->extensions, test->length);

      if (test->valid)
        expect_name (stream, test->name);
      else
        g_assert_cmpint (parse_once (stream->data, stream->len), ==, TISOCK_CLIENT_HELLO_INVALID);
    }
}

/* Streams that are nothing: the first bytes say so */

typedef struct
{
  const char  *stream;
  gsize        length;
  const char  *reason;          /* NULL: that cannot be told yet */
} StreamCase;

#define STREAM(text, reason) { text, sizeof text - 1, reason }
#define NO_HANDSHAKE "it is no handshake of TLS"
#define BAD_RECORD "a record of it is empty or too long"
#define TOO_LONG "it is too long"

static const StreamCase stream_cases[] = {
  STREAM ("", NULL),
  STREAM ("\x16", NULL),
  STREAM ("\x16\x03", NULL),
  STREAM ("\x16\x03\x01\x40", NULL),
  STREAM ("\x16\x03\x01\x40\x00", NULL),
  STREAM ("\x16\x03\x01\x00\x01\x01", NULL),
  STREAM ("\x16\x03\x01\x00\x05\x01\x00\x00\x09\x03", NULL),
  STREAM ("\x16\x03\x01\x00\x04\x01\x00\x70\x00", NULL),
  /* Another protocol, SSL 2, data, an alert, and an alert in the middle. */
  STREAM ("G", NO_HANDSHAKE),
  STREAM ("\x80\x2e\x01\x03\x01", NO_HANDSHAKE),
  STREAM ("\x17", NO_HANDSHAKE),
  STREAM ("\x15\x03\x01\x00\x02\x02\x28", NO_HANDSHAKE),
  STREAM ("\x16\x03\x01\x00\x01\x01\x15\x03\x01\x00\x02\x02\x28", NO_HANDSHAKE),
  STREAM ("\x16\x02", NO_HANDSHAKE),
  STREAM ("\x16\xfe", NO_HANDSHAKE),
  STREAM ("\x16\x03\x01\x00\x00", BAD_RECORD),
  STREAM ("\x16\x03\x01\x40\x01", BAD_RECORD),
  STREAM ("\x16\x03\x01\xff\xff", BAD_RECORD),
  STREAM ("\x16\x03\x01\x00\x04\x01\x00\x80\x01", TOO_LONG),
  STREAM ("\x16\x03\x01\x00\x04\x01\xff\xff\xff", TOO_LONG),
  STREAM ("\x16\x03\x01\x00\x04\x02\x00\x00\x00", "it is another message"),
  STREAM ("\x16\x03\x01\x00\x04\x01\x00\x00\x00", "it is cut short"),
  STREAM ("\x16\x03\x01\x00\x05\x01\x00\x00\x00\x00",
          "there is something behind it in its record"),
};

static void
test_hello_streams (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (stream_cases); i++)
    {
      const StreamCase *test = &stream_cases[i];
      TisockClientHello hello = { 0 };
      TisockClientHelloResult result;

      result = parse (&hello, (const guint8 *) test->stream, test->length);
      g_assert_cmpint (result, ==, test->reason == NULL ? TISOCK_CLIENT_HELLO_MORE
                                                        : TISOCK_CLIENT_HELLO_INVALID);
      g_assert_cmpstr (hello.reason, ==, test->reason);
      tisock_client_hello_clear (&hello);
    }
}

/* What is around the extensions, of which there are none here */

typedef struct
{
  guint        version;
  gsize        session_id;
  gsize        cipher_suites;
  gsize        compression_methods;
  gsize        rest;            /* behind the extensions */
  const char  *reason;
} BodyCase;

static const BodyCase body_cases[] = {
  { 0x0301, 0, 2, 1, 0, NULL },
  { 0x0303, 32, 2, 1, 0, NULL },
  { 0x0304, 1, 400, 255, 0, NULL },
  { 0x0203, 0, 2, 1, 0, "it is of an unknown version of TLS" },
  { 0xfefd, 0, 2, 1, 0, "it is of an unknown version of TLS" },
  { 0x0303, 33, 2, 1, 0, "its session identifier is too long" },
  { 0x0303, 0, 0, 1, 0, "its list of cipher suites is empty or cut short" },
  { 0x0303, 0, 3, 1, 0, "its list of cipher suites is empty or cut short" },
  { 0x0303, 0, 2, 0, 0, "its list of compression methods is empty" },
  { 0x0303, 0, 2, 1, 1, "there is something behind its extensions" },
};

static GByteArray *
make_hello_of (const BodyCase *test)
{
  g_autoptr(GByteArray) body = g_byte_array_new ();
  guint8 zeros[500] = { 0 };

  append_number (body, 2, test->version);
  g_byte_array_append (body, zeros, RANDOM_SIZE);
  append_vector (body, 1, zeros, test->session_id);
  append_vector (body, 2, zeros, test->cipher_suites);
  append_vector (body, 1, zeros, test->compression_methods);
  append_vector (body, 2, zeros, 0);
  g_byte_array_append (body, zeros, (guint) test->rest);

  return wrap (1, body->data, body->len, 16 * 1024);
}

static void
test_hello_bodies (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (body_cases); i++)
    {
      g_autoptr(GByteArray) stream = make_hello_of (&body_cases[i]);

      if (body_cases[i].reason == NULL)
        expect_name (stream, NULL);
      else
        expect_invalid (stream, body_cases[i].reason);
    }
}

/* A hello with one extension of that many bytes, in records that hold so much each. */
static GByteArray *
make_large_hello (gsize extension,
                  gsize record_length)
{
  g_autoptr(GByteArray) body = g_byte_array_new ();
  g_autofree char *zeros = g_malloc0 (extension);

  g_byte_array_append (body, (const guint8 *) BODY_HEAD, BODY_HEAD_LENGTH);
  append_number (body, 2, 4 + extension);
  append_number (body, 2, 51);
  append_vector (body, 2, zeros, extension);

  return wrap (1, body->data, body->len, record_length);
}

/* The longest extension that such a hello may have. */
static gsize
find_largest (gsize record_length)
{
  gsize message = TISOCK_CLIENT_HELLO_LIMIT;

  while (message + RECORD_HEADER * ((message + record_length - 1) / record_length)
         > TISOCK_CLIENT_HELLO_LIMIT)
    message--;

  return message - MESSAGE_HEADER - BODY_HEAD_LENGTH - 2 - 4;
}

static void
test_hello_large (void)
{
  const gsize record_lengths[] = { 16 * 1024, 1000, 1 };

  g_test_summary ("What counts is all that has to be kept, headers of records included.");

  for (guint i = 0; i < G_N_ELEMENTS (record_lengths); i++)
    {
      gsize largest = find_largest (record_lengths[i]);
      g_autoptr(GByteArray) stream = make_large_hello (largest, record_lengths[i]);
      g_autoptr(GByteArray) larger = make_large_hello (largest + 1, record_lengths[i]);

      expect_name (stream, NULL);
      expect_invalid (larger, TOO_LONG);
    }
}

static void
test_hello_endless (void)
{
  g_autoptr(GByteArray) stream = make_large_hello (30000, 1);
  TisockClientHello hello = { 0 };
  TisockClientHelloResult result = TISOCK_CLIENT_HELLO_MORE;
  gsize length;

  g_test_summary ("A hello that comes byte by byte is refused when no more of it may come.");

  for (length = 0; result == TISOCK_CLIENT_HELLO_MORE; length++)
    result = tisock_client_hello_parse (&hello, stream->data, length + 1);

  g_assert_cmpint (result, ==, TISOCK_CLIENT_HELLO_INVALID);
  g_assert_cmpstr (hello.reason, ==, TOO_LONG);
  g_assert_cmpuint (length, <=, TISOCK_CLIENT_HELLO_LIMIT);
  tisock_client_hello_clear (&hello);
}

/* Hellos of programs */

typedef struct
{
  const char  *command;         /* PORT is where it finds us */
  const char  *name;
  guint        records;         /* at least */
} ProgramCase;

#define TEXT_20 "aaaaaaaaaaaaaaaaaaaa"
#define TEXT_80 TEXT_20 TEXT_20 TEXT_20 TEXT_20

static const ProgramCase program_cases[] = {
  { "openssl s_client -connect 127.0.0.1:PORT -servername www.example.org", "www.example.org", 1 },
  { "openssl s_client -connect 127.0.0.1:PORT -servername www.example.org -tls1_2",
    "www.example.org", 1 },
  { "openssl s_client -connect 127.0.0.1:PORT -noservername", NULL, 1 },
  { "openssl s_client -connect 127.0.0.1:PORT -noservername -no_tls1_3 -cipher ALL -no_ticket",
    NULL, 1 },
  { "openssl s_client -connect 127.0.0.1:PORT -servername WWW.Example.ORG -max_send_frag 512 "
    "-groups P-256:P-384:P-521:X25519:X448 -cipher ALL "
    "-alpn " TEXT_80 "," TEXT_80 "," TEXT_80,
    "www.example.org", 2 },
  { "curl --silent --insecure --resolve www.example.org:PORT:127.0.0.1 "
    "https://www.example.org:PORT/", "www.example.org", 1 },
  { "gnutls-cli --insecure --sni-hostname www.example.org --port PORT 127.0.0.1",
    "www.example.org", 1 },
  { "gnutls-cli --insecure --port PORT 127.0.0.1", NULL, 1 },
};

static GSocket *
listen_on_loopback (guint *port)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;
  g_autoptr(GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));

  return socket;
}

/* As it comes from there. */
static GByteArray *
receive_hello (GSocket *socket)
{
  TisockClientHelloResult result = TISOCK_CLIENT_HELLO_MORE;
  GByteArray *stream = g_byte_array_new ();
  TisockClientHello hello = { 0 };
  g_autoptr(GError) error = NULL;
  char buffer[4096];

  while (result == TISOCK_CLIENT_HELLO_MORE)
    {
      gssize n = g_socket_receive (socket, buffer, sizeof buffer, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (n, >, 0);
      g_byte_array_append (stream, (const guint8 *) buffer, (guint) n);
      result = parse (&hello, stream->data, stream->len);
    }

  g_assert_cmpint (result, ==, TISOCK_CLIENT_HELLO_COMPLETE);
  g_assert_cmpuint (hello.size, ==, stream->len);
  tisock_client_hello_clear (&hello);

  return stream;
}

static guint
count_records (const GByteArray *stream)
{
  guint n = 0;

  for (gsize i = 0; i < stream->len; i += RECORD_HEADER + (stream->data[i + 3] << 8)
                                          + stream->data[i + 4])
    n++;

  return n;
}

static void
check_hello (const GByteArray *stream,
             const char       *name)
{
  check_splits (stream, name);
  check_bits (stream, name);
}

static char **
make_arguments (const char *command,
                guint       port)
{
  g_autoptr(GString) text = g_string_new (command);
  g_autofree char *number = g_strdup_printf ("%u", port);
  g_autoptr(GError) error = NULL;
  char **arguments;

  g_string_replace (text, "PORT", number, 0);
  g_assert_true (g_shell_parse_argv (text->str, NULL, &arguments, &error));
  g_assert_no_error (error);

  return arguments;
}

#define PROGRAM_FLAGS \
  (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE \
   | G_SUBPROCESS_FLAGS_STDERR_SILENCE)

static void
test_hello_program (gconstpointer data)
{
  const ProgramCase *test = data;
  g_auto(GStrv) arguments = NULL;
  g_autofree char *program = NULL;
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GSocket) listener = NULL;
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GByteArray) stream = NULL;
  g_autoptr(GError) error = NULL;
  guint port;

  listener = listen_on_loopback (&port);
  arguments = make_arguments (test->command, port);
  program = g_find_program_in_path (arguments[0]);
  if (program == NULL)
    {
      g_test_skip ("There is no such program");
      return;
    }

  process = g_subprocess_newv ((const char *const *) arguments, PROGRAM_FLAGS, &error);
  g_assert_no_error (error);
  socket = g_socket_accept (listener, NULL, &error);
  g_assert_no_error (error);
  stream = receive_hello (socket);

  g_subprocess_force_exit (process);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_cmpuint (count_records (stream), >=, test->records);
  check_hello (stream, test->name);
}

/* The backend of this process */

static void
store_result_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_hello_gio (void)
{
  g_autoptr(GSocketConnectable) identity = g_network_address_new ("www.example.org", 1);
  g_autoptr(GIOStream) base = NULL;
  g_autoptr(GIOStream) tls = NULL;
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GSocket) peer = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GByteArray) stream = NULL;
  g_autoptr(GError) error = NULL;
  int fds[2];

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GIO has no TLS backend here, such as glib-networking's");
      return;
    }

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM, 0, fds));
  socket = g_socket_new_from_fd (fds[0], NULL);
  peer = g_socket_new_from_fd (fds[1], NULL);
  base = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  tls = g_tls_client_connection_new (base, identity, &error);
  g_assert_no_error (error);

  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), 0, NULL, store_result_cb, &result);
  stream = receive_hello (peer);
  g_assert_true (g_socket_close (peer, NULL));
  test_wait_until (result != NULL);
  g_assert_false (g_tls_connection_handshake_finish (G_TLS_CONNECTION (tls), result, NULL));

  check_hello (stream, "www.example.org");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-hello/pieces", test_hello_pieces);
  g_test_add_func ("/client-hello/records", test_hello_records);
  g_test_add_func ("/client-hello/behind", test_hello_behind);
  g_test_add_func ("/client-hello/names", test_hello_names);
  g_test_add_func ("/client-hello/long-names", test_hello_long_names);
  g_test_add_func ("/client-hello/extensions", test_hello_extensions);
  g_test_add_func ("/client-hello/streams", test_hello_streams);
  g_test_add_func ("/client-hello/bodies", test_hello_bodies);
  g_test_add_func ("/client-hello/large", test_hello_large);
  g_test_add_func ("/client-hello/endless", test_hello_endless);
  for (guint i = 0; i < G_N_ELEMENTS (program_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/client-hello/program/%u", i);

      g_test_add_data_func (path, &program_cases[i], test_hello_program);
    }
  g_test_add_func ("/client-hello/gio", test_hello_gio);

  return g_test_run ();
}
