/* member-table.h: the members of a group, as one of them knows them
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "engine/endpoint.h"

G_BEGIN_DECLS

typedef struct _TisockMember TisockMember;
typedef struct _TisockMemberTable TisockMemberTable;

/* Who is new when there are so many, in all or of one address, is not let in: anybody can claim to
 * be a member. */
#define TISOCK_MEMBERS_MAXIMUM 1024
#define TISOCK_MEMBERS_MAXIMUM_OF_ADDRESS 64

struct _TisockMember
{
  guint64        id;
  TisockEndpoint address;       /* the first it was heard from; without a port */
  gint64         deadline;      /* when it has been silent for too long; G_MAXINT64: never */
  guint          is_listed : 1; /* FALSE: it was asked for, and has not answered yet */
  guint          is_first : 1;  /* of those with this address: is named by it alone */
};

/* All zeros is an empty table, which owns no memory. */
struct _TisockMemberTable
{
  GArray *members;              /* in the order of their coming; NULL: there was none yet */
};

void          tisock_member_table_clear        (TisockMemberTable    *self);
TisockMember *tisock_member_table_find         (TisockMemberTable    *self,
                                                guint64               id);
TisockMember *tisock_member_table_find_by_name (TisockMemberTable    *self,
                                                const char           *name);
/* A sign of life. Whether the list has one more for that, the member `id`. */
gboolean      tisock_member_table_note         (TisockMemberTable    *self,
                                                guint64               id,
                                                const TisockEndpoint *address,
                                                gint64                deadline);
/* A member leaves, and is moved to `member`. FALSE if there is none with this address: others may
 * not send it away. */
gboolean      tisock_member_table_take         (TisockMemberTable    *self,
                                                guint64               id,
                                                const TisockEndpoint *address,
                                                TisockMember         *member);
/* The same for one whose deadline is over. */
gboolean      tisock_member_table_take_expired (TisockMemberTable    *self,
                                                gint64                now,
                                                TisockMember         *member);
/* Empties the list, but for those that have no deadline. The others have until this one to give a
 * sign of life. */
void          tisock_member_table_unlist       (TisockMemberTable    *self,
                                                gint64                deadline);
/* G_MAXINT64: there is none. */
gint64        tisock_member_table_get_next     (TisockMemberTable    *self);
/* The names of those that are in the list. */
char        **tisock_member_table_list         (TisockMemberTable    *self)
                                                G_GNUC_WARN_UNUSED_RESULT;

/* The name of a member, or the one that it would get now. */
char         *tisock_member_table_dup_name     (TisockMemberTable    *self,
                                                guint64               id,
                                                const TisockEndpoint *address)
                                                G_GNUC_WARN_UNUSED_RESULT;

/* "192.0.2.1", or "192.0.2.1#0123456789abcdef" if another member is named by the address. */
char         *tisock_member_dup_name           (const TisockMember   *self)
                                                G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
