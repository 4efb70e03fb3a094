/* group.h: what the name of a group of EasyUDPSockets stands for on the network
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "engine/endpoint.h"

G_BEGIN_DECLS

typedef struct _TisockGroup TisockGroup;

#define TISOCK_GROUP_ID_SIZE 16

/* Made of the SHA-256 hash of the name; docs/group-messages.md has the rules. */
struct _TisockGroup
{
  /* Tells names apart that happen to have the same addresses. */
  guint8         id[TISOCK_GROUP_ID_SIZE];

  /* Without a port. */
  TisockEndpoint ipv4;
  TisockEndpoint ipv6;
};

void tisock_group_init (TisockGroup *self,
                        const char  *name);

G_END_DECLS
