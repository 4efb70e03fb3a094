/* message.c: the messages of EasyUDPSockets, one in each datagram
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/message.h"

#include <string.h>

#define MAGIC "TSKM"
#define VERSION 1

/* Where the parts of the header are. */
#define AT_MAGIC 0
#define AT_VERSION 4
#define AT_KIND 5
#define AT_LENGTH 6
#define AT_SENDER 8
#define AT_NUMBER 16
#define AT_COMMAND 20
#define AT_TARGET 24

static guint64
get_number (const guint8 *bytes,
            gsize         size)
{
  guint64 number = 0;

  for (gsize i = 0; i < size; i++)
    number = number << 8 | bytes[i];

  return number;
}

static void
put_number (guint8  *bytes,
            gsize    size,
            guint64  number)
{
  for (gsize i = size; i > 0; i--, number >>= 8)
    bytes[i - 1] = (guint8) number;
}

/* The target of an individual's message is padded with zeros. */
static gboolean
parse_target (TisockMessage *self,
              const guint8  *target)
{
  switch (self->kind)
    {
    case TISOCK_MESSAGE_TO_GROUP:
      memcpy (self->group, target, TISOCK_GROUP_ID_SIZE);
      return TRUE;

    case TISOCK_MESSAGE_TO_INDIVIDUAL:
      self->recipient = get_number (target, 8);
      return get_number (target + 8, 8) == 0;

    default:
      return FALSE;
    }
}

gboolean
tisock_message_parse (TisockMessage *self,
                      const guint8  *bytes,
                      gsize          length)
{
  memset (self, 0, sizeof *self);
  if (length < TISOCK_MESSAGE_HEADER_SIZE || memcmp (bytes + AT_MAGIC, MAGIC, 4) != 0 ||
      bytes[AT_VERSION] != VERSION)
    return FALSE;

  self->kind = (TisockMessageKind) bytes[AT_KIND];
  self->command = (int) (guint32) get_number (bytes + AT_COMMAND, 4);
  self->sender = get_number (bytes + AT_SENDER, 8);
  self->number = (guint32) get_number (bytes + AT_NUMBER, 4);
  self->data = bytes + TISOCK_MESSAGE_HEADER_SIZE;
  self->length = length - TISOCK_MESSAGE_HEADER_SIZE;

  return self->sender != 0 && get_number (bytes + AT_LENGTH, 2) == self->length &&
         parse_target (self, bytes + AT_TARGET);
}

GBytes *
tisock_message_to_bytes (const TisockMessage *self)
{
  gsize size = TISOCK_MESSAGE_HEADER_SIZE + self->length;
  guint8 *bytes = g_malloc (size);

  g_assert (self->length <= TISOCK_MESSAGE_MAXIMUM);

  memset (bytes, 0, TISOCK_MESSAGE_HEADER_SIZE);
  memcpy (bytes + AT_MAGIC, MAGIC, 4);
  bytes[AT_VERSION] = VERSION;
  bytes[AT_KIND] = (guint8) self->kind;
  put_number (bytes + AT_LENGTH, 2, self->length);
  put_number (bytes + AT_SENDER, 8, self->sender);
  put_number (bytes + AT_NUMBER, 4, self->number);
  put_number (bytes + AT_COMMAND, 4, (guint32) self->command);
  if (self->kind == TISOCK_MESSAGE_TO_GROUP)
    memcpy (bytes + AT_TARGET, self->group, TISOCK_GROUP_ID_SIZE);
  else
    put_number (bytes + AT_TARGET, 8, self->recipient);
  if (self->length > 0)
    memcpy (bytes + TISOCK_MESSAGE_HEADER_SIZE, self->data, self->length);

  return g_bytes_new_take (bytes, size);
}

/* The window */

gboolean
tisock_message_window_has (const TisockMessageWindow *self,
                           const TisockMessage       *message)
{
  for (guint i = 0; i < TISOCK_MESSAGE_WINDOW_SIZE; i++)
    if (self->seen[i].number == message->number && self->seen[i].sender == message->sender)
      return TRUE;

  return FALSE;
}

void
tisock_message_window_add (TisockMessageWindow *self,
                           const TisockMessage *message)
{
  self->seen[self->next].sender = message->sender;
  self->seen[self->next].number = message->number;
  self->next = (self->next + 1) % TISOCK_MESSAGE_WINDOW_SIZE;
}
