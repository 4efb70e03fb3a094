/* tisock-connection-list.c: the connections of a server, as a list model
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tisock-connection-list.h"

struct _TisockConnectionList
{
  GObject    parent_instance;

  GPtrArray *sockets;
  guint      n_changes;         /* so that an announcement notices what its handlers change */
};

static GType
tisock_connection_list_get_item_type (GListModel *model)
{
  return TISOCK_TYPE_TCP_SOCKET;
}

static guint
tisock_connection_list_get_n_items (GListModel *model)
{
  return TISOCK_CONNECTION_LIST (model)->sockets->len;
}

static gpointer
tisock_connection_list_get_item (GListModel *model,
                                 guint       position)
{
  TisockConnectionList *self = TISOCK_CONNECTION_LIST (model);

  if (position >= self->sockets->len)
    return NULL;

  return g_object_ref (g_ptr_array_index (self->sockets, position));
}

static void
tisock_connection_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = tisock_connection_list_get_item_type;
  iface->get_n_items = tisock_connection_list_get_n_items;
  iface->get_item = tisock_connection_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TisockConnectionList, tisock_connection_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      tisock_connection_list_model_init))

static void
tisock_connection_list_finalize (GObject *object)
{
  g_ptr_array_unref (TISOCK_CONNECTION_LIST (object)->sockets);

  G_OBJECT_CLASS (tisock_connection_list_parent_class)->finalize (object);
}

static void
tisock_connection_list_class_init (TisockConnectionListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tisock_connection_list_finalize;
}

static void
tisock_connection_list_init (TisockConnectionList *self)
{
  self->sockets = g_ptr_array_new ();
}

TisockConnectionList *
tisock_connection_list_new (void)
{
  return g_object_new (TISOCK_TYPE_CONNECTION_LIST, NULL);
}

guint
tisock_connection_list_get_length (TisockConnectionList *self)
{
  return self->sockets->len;
}

void
tisock_connection_list_add (TisockConnectionList *self,
                            TisockTCPSocket      *socket)
{
  g_ptr_array_add (self->sockets, socket);
  self->n_changes++;
}

TisockTCPSocket *
tisock_connection_list_remove (TisockConnectionList *self,
                               guint                 index)
{
  g_ptr_array_remove_index_fast (self->sockets, index);
  self->n_changes++;

  return index < self->sockets->len ? g_ptr_array_index (self->sockets, index) : NULL;
}

void
tisock_connection_list_announce_added (TisockConnectionList *self,
                                       guint                 index)
{
  g_list_model_items_changed (G_LIST_MODEL (self), index, 0, 1);
}

void
tisock_connection_list_announce_removed (TisockConnectionList *self,
                                         guint                 index)
{
  guint last = self->sockets->len;
  guint n_changes = self->n_changes;

  g_list_model_items_changed (G_LIST_MODEL (self), last, 1, 0);
  if (index == last)
    return;

  /* A handler that ends other connections moves the rest once more. */
  if (self->n_changes == n_changes)
    g_list_model_items_changed (G_LIST_MODEL (self), index, 1, 1);
  else
    g_list_model_items_changed (G_LIST_MODEL (self), 0, self->sockets->len, self->sockets->len);
}
