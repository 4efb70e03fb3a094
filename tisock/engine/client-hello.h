/* client-hello.h: reads a TLS client's first message, for the name of the server that it wants
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In the stream, headers of records included: where so much has come, the result is not MORE. A
 * hello with several post-quantum keys is a fifth of that. */
#define TISOCK_CLIENT_HELLO_LIMIT (32 * 1024)

typedef enum
{
  TISOCK_CLIENT_HELLO_MORE,     /* good so far: parse again when bytes have come */
  TISOCK_CLIENT_HELLO_COMPLETE,
  TISOCK_CLIENT_HELLO_INVALID,  /* nothing that comes can mend it */
} TisockClientHelloResult;

/* All zero to begin with. */
typedef struct
{
  gsize        size;            /* of the whole records so far; COMPLETE: of the hello */
  gsize        n_bytes;         /* of the message, in those records */

  char        *server_name;     /* COMPLETE: in lower case, without a dot at the end; or NULL */
  const char  *reason;          /* INVALID: what is wrong, as the end of a sentence */
} TisockClientHello;

/* `data` is all that has come since the stream began, each time; what has been looked at before is
 * not looked at again. What follows a complete hello may be there too. Once the result is not MORE,
 * there is nothing more to be parsed. */
TisockClientHelloResult tisock_client_hello_parse (TisockClientHello *self,
                                                   const guint8      *data,
                                                   gsize              length);
void                    tisock_client_hello_clear (TisockClientHello *self);

G_END_DECLS
