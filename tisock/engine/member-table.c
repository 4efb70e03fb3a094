/* member-table.c: the members of a group, as one of them knows them
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/member-table.h"

#include <string.h>

static guint
get_count (const TisockMemberTable *self)
{
  return self->members != NULL ? self->members->len : 0;
}

static TisockMember *
get_member (const TisockMemberTable *self,
            guint                    index)
{
  return &g_array_index (self->members, TisockMember, index);
}

/* IPv6 addresses that are valid on one network only differ by that. */
static gboolean
is_same (const TisockEndpoint *a,
         const TisockEndpoint *b)
{
  return a->family == b->family && a->scope_id == b->scope_id &&
         memcmp (a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static void
move_out (TisockMemberTable *self,
          guint              index,
          TisockMember      *member)
{
  *member = *get_member (self, index);
  g_array_remove_index (self->members, index);
}

/* How many are at an address. */
static guint
count_same (TisockMemberTable    *self,
            const TisockEndpoint *address)
{
  guint n_same = 0;

  for (guint i = 0; i < get_count (self); i++)
    if (is_same (&get_member (self, i)->address, address))
      n_same++;

  return n_same;
}

/* As it would be known. */
static TisockMember
make_member (TisockMemberTable    *self,
             guint64               id,
             const TisockEndpoint *address)
{
  TisockMember member = { .id = id, .address = *address, .is_first = TRUE };

  member.address.port = 0;
  for (guint i = 0; i < get_count (self); i++)
    if (get_member (self, i)->is_first && is_same (&get_member (self, i)->address, address))
      member.is_first = FALSE;

  return member;
}

/* NULL if there is no room. */
static TisockMember *
add (TisockMemberTable    *self,
     guint64               id,
     const TisockEndpoint *address)
{
  TisockMember member = make_member (self, id, address);

  if (get_count (self) == TISOCK_MEMBERS_MAXIMUM ||
      count_same (self, address) == TISOCK_MEMBERS_MAXIMUM_OF_ADDRESS)
    return NULL;

  if (self->members == NULL)
    self->members = g_array_new (FALSE, FALSE, sizeof member);
  g_array_append_val (self->members, member);

  return get_member (self, self->members->len - 1);
}

void
tisock_member_table_clear (TisockMemberTable *self)
{
  g_clear_pointer (&self->members, g_array_unref);
}

TisockMember *
tisock_member_table_find (TisockMemberTable *self,
                          guint64            id)
{
  for (guint i = 0; i < get_count (self); i++)
    if (get_member (self, i)->id == id)
      return get_member (self, i);

  return NULL;
}

TisockMember *
tisock_member_table_find_by_name (TisockMemberTable *self,
                                  const char        *name)
{
  for (guint i = 0; i < get_count (self); i++)
    {
      g_autofree char *other = tisock_member_dup_name (get_member (self, i));

      if (strcmp (other, name) == 0)
        return get_member (self, i);
    }

  return NULL;
}

gboolean
tisock_member_table_note (TisockMemberTable    *self,
                          guint64               id,
                          const TisockEndpoint *address,
                          gint64                deadline)
{
  TisockMember *member = tisock_member_table_find (self, id);

  if (member == NULL)
    member = add (self, id, address);
  if (member == NULL)
    return FALSE;

  member->deadline = deadline;
  if (member->is_listed)
    return FALSE;

  member->is_listed = TRUE;

  return TRUE;
}

gboolean
tisock_member_table_take (TisockMemberTable    *self,
                          guint64               id,
                          const TisockEndpoint *address,
                          TisockMember         *member)
{
  for (guint i = 0; i < get_count (self); i++)
    if (get_member (self, i)->id == id && is_same (&get_member (self, i)->address, address))
      {
        move_out (self, i, member);
        return TRUE;
      }

  return FALSE;
}

gboolean
tisock_member_table_take_expired (TisockMemberTable *self,
                                  gint64             now,
                                  TisockMember      *member)
{
  for (guint i = 0; i < get_count (self); i++)
    if (get_member (self, i)->deadline <= now)
      {
        move_out (self, i, member);
        return TRUE;
      }

  return FALSE;
}

void
tisock_member_table_unlist (TisockMemberTable *self,
                            gint64             deadline)
{
  for (guint i = 0; i < get_count (self); i++)
    {
      TisockMember *member = get_member (self, i);

      if (member->deadline == G_MAXINT64)
        continue;
      member->is_listed = FALSE;
      member->deadline = MIN (member->deadline, deadline);
    }
}

gint64
tisock_member_table_get_next (TisockMemberTable *self)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < get_count (self); i++)
    next = MIN (next, get_member (self, i)->deadline);

  return next;
}

char **
tisock_member_table_list (TisockMemberTable *self)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < get_count (self); i++)
    if (get_member (self, i)->is_listed)
      g_ptr_array_add (names, tisock_member_dup_name (get_member (self, i)));
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

char *
tisock_member_table_dup_name (TisockMemberTable    *self,
                              guint64               id,
                              const TisockEndpoint *address)
{
  const TisockMember *known = tisock_member_table_find (self, id);
  TisockMember unknown;

  if (known != NULL)
    return tisock_member_dup_name (known);

  unknown = make_member (self, id, address);

  return tisock_member_dup_name (&unknown);
}

char *
tisock_member_dup_name (const TisockMember *self)
{
  g_autofree char *address = tisock_endpoint_dup_text (&self->address);

  if (self->is_first)
    return g_steal_pointer (&address);

  return g_strdup_printf ("%s#%016" G_GINT64_MODIFIER "x", address, self->id);
}
