/* group.c: what the name of a group of EasyUDPSockets stands for on the network
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/group.h"

#include <string.h>

#define HASH_SIZE 32

/* 239.255.1.0 to 239.255.254.255: the first 256 are those that other protocols tend to choose by
 * hand, and the last 256 are set aside in every scope (RFC 2365). */
#define IPV4_BASE 0xefff0100u
#define IPV4_COUNT (254u * 256u)

static void
hash_name (const char *name,
           guint8      hash[HASH_SIZE])
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = HASH_SIZE;

  g_checksum_update (checksum, (const guchar *) name, (gssize) strlen (name));
  g_checksum_get_digest (checksum, hash, &length);
  g_assert (length == HASH_SIZE);
}

static void
set_ipv4 (TisockEndpoint *endpoint,
          const guint8   *hash)
{
  guint32 number;
  guint32 address;

  memcpy (&number, hash + 16, sizeof number);
  number = IPV4_BASE + GUINT32_FROM_BE (number) % IPV4_COUNT;
  address = GUINT32_TO_BE (number);

  endpoint->family = AF_INET;
  memcpy (endpoint->bytes, &address, sizeof address);
}

/* The highest bit of the last four bytes is that of groups which nobody assigns (RFC 3307). */
static void
set_ipv6 (TisockEndpoint *endpoint,
          const guint8   *hash)
{
  endpoint->family = AF_INET6;
  endpoint->bytes[0] = 0xff;
  endpoint->bytes[1] = 0x05;
  memcpy (endpoint->bytes + 2, hash + 18, 14);
  endpoint->bytes[12] |= 0x80;
}

void
tisock_group_init (TisockGroup *self,
                   const char  *name)
{
  guint8 hash[HASH_SIZE];

  hash_name (name, hash);

  memset (self, 0, sizeof *self);
  memcpy (self->id, hash, TISOCK_GROUP_ID_SIZE);
  set_ipv4 (&self->ipv4, hash);
  set_ipv6 (&self->ipv6, hash);
}
