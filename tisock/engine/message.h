/* message.h: the messages of EasyUDPSockets, one in each datagram; docs/group-messages.md has the
 * format
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "engine/group.h"

G_BEGIN_DECLS

typedef struct _TisockMessage TisockMessage;
typedef struct _TisockMessageWindow TisockMessageWindow;

#define TISOCK_MESSAGE_HEADER_SIZE 40
/* What fits into a datagram of IPv4 behind the header. */
#define TISOCK_MESSAGE_MAXIMUM (65507 - TISOCK_MESSAGE_HEADER_SIZE)

typedef enum
{
  TISOCK_MESSAGE_TO_GROUP = 0,
  TISOCK_MESSAGE_TO_INDIVIDUAL = 1,
} TisockMessageKind;

struct _TisockMessage
{
  TisockMessageKind  kind;
  int                command;           /* below 0: of AutoDiscovery */
  guint64            sender;            /* a number of one socket's in one life; not 0 */
  guint32            number;            /* the sender counts its messages */

  guint8             group[TISOCK_GROUP_ID_SIZE];       /* TO_GROUP */
  guint64            recipient;         /* TO_INDIVIDUAL; 0: whoever gets it */

  const guint8      *data;
  gsize              length;
};

/* FALSE if the bytes are not a message of this version. The data are not copied. */
gboolean  tisock_message_parse          (TisockMessage             *self,
                                         const guint8              *bytes,
                                         gsize                      length);
GBytes   *tisock_message_to_bytes       (const TisockMessage       *self) G_GNUC_WARN_UNUSED_RESULT;

/* A message goes out by several ways, and comes in as often. */
#define TISOCK_MESSAGE_WINDOW_SIZE 256

/* The last messages that have come in. All zeros is none. */
struct _TisockMessageWindow
{
  struct
  {
    guint64 sender;
    guint32 number;
  } seen[TISOCK_MESSAGE_WINDOW_SIZE];

  guint next;                           /* the oldest, which gives way */
};

gboolean  tisock_message_window_has     (const TisockMessageWindow *self,
                                         const TisockMessage       *message);
void      tisock_message_window_add     (TisockMessageWindow       *self,
                                         const TisockMessage       *message);

G_END_DECLS
