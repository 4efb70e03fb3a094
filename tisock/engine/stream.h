/* stream.h: a connected byte stream: its queues, limits, deadlines, and its end
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/reactor.h"
#include "engine/transport.h"

G_BEGIN_DECLS

typedef struct _TisockStream TisockStream;
typedef struct _TisockStreamFuncs TisockStreamFuncs;
typedef struct _TisockStreamLinks TisockStreamLinks;
typedef struct _TisockStreamSettings TisockStreamSettings;

typedef enum
{
  TISOCK_STREAM_RECEIVED = 1 << 0,      /* bytes came into the receive buffer */
  TISOCK_STREAM_EOF      = 1 << 1,      /* the peer's end, while our side stays open */
  TISOCK_STREAM_SENT     = 1 << 2,      /* bytes left the send queue */
  TISOCK_STREAM_DRAINED  = 1 << 3,      /* the send queue is short again */
  TISOCK_STREAM_MOVED    = 1 << 4,      /* a splice is over in good order */
} TisockStreamEvents;

struct _TisockStreamFuncs
{
  /* Something has happened that is to be said, but not from within this call. */
  void (*happened) (TisockStream       *self,
                    TisockStreamEvents  events);
  /* The stream cannot go on; only in a turn. Without an errno it ended in good order. The error
   * is the callee's; it has to stop the stream. */
  void (*ended)    (TisockStream       *self,
                    GError             *error,
                    int                 error_number);
  /* All that was to be done in this turn is done: say what has happened. */
  void (*served)   (TisockStream       *self);
  /* How many bytes somebody waits for; asked while the limit is raised for that. */
  guint64 (*needed) (TisockStream      *self);
  /* The context is gone; the descriptor is closed. */
  void (*lost)     (TisockStream       *self);
};

/* Times in ms and numbers of bytes; 0 is "none" for all of them. */
struct _TisockStreamSettings
{
  guint    timeout;             /* for a write that makes no progress */
  guint    idle_timeout;
  guint    close_timeout;
  guint64  receive_limit;
  guint64  send_limit;
  gboolean allow_half_open;
};

/* What few streams have: where what they receive goes, and where what they send comes from. Each
 * of the two refers to the other one, as long as both have a connection. */
struct _TisockStreamLinks
{
  TisockStream   *target;
  TisockTransfer *transfer;     /* with a target */
  TisockStream   *source;
};

struct _TisockStream
{
  /* Attached from the owner's open() to its end, so that the reactor keeps the owner alive; with
   * a descriptor while there is a connection. */
  TisockSlot                   slot;
  TisockTimer                  timer;           /* never later than the earliest deadline */
  const TisockStreamFuncs     *funcs;
  const TisockStreamSettings  *settings;
  TisockReactor               *reactor;
  TisockTransport             *transport;       /* NULL while there is no connection */
  GSocket                     *socket;          /* owns the descriptor; made on first need */

  TisockStreamLinks           *links;           /* NULL but for splices */

  TisockByteQueue              received;
  TisockByteQueue              queue;           /* to be sent */

  guint64                      passed;          /* bytes the transport took, or that were dropped */
  guint64                      reported;        /* of these, what was said by SENT, or dropped */
  gint64                       last_received;   /* reactor time of the last progress */
  gint64                       last_sent;

  /* The write side failed: what the peer had sent before is read, then this is the end. */
  GError                      *failure;
  int                          failure_number;

  guint                        paused : 1;      /* the receive limit, or a target's, was reached */
  guint                        raised : 1;      /* as far as needed() says, if that is more */
  guint                        at_eof : 1;      /* the peer has, or had, ended its side */
  guint                        eof_due : 1;     /* what follows from that waits for a splice */
  guint                        hung_up : 1;     /* the connection was seen to be gone after that */
  guint                        broken_off : 1;  /* behind the queue, after a splice */
  guint                        needs_drain : 1; /* the send limit was passed */
  guint                        cut : 1;         /* the end has come before all was sent */
  guint                        write_ending : 1; /* no more writes: FIN behind the queue */
  guint                        write_ended : 1; /* FIN is sent */
  guint                        closing : 1;     /* ends with the peer's FIN or close-timeout */
};

void     tisock_stream_init            (TisockStream                *self,
                                        const TisockStreamFuncs     *funcs,
                                        const TisockStreamSettings  *settings,
                                        TisockReactor               *reactor,
                                        gpointer                     owner);
/* Takes a place in the reactor, without a descriptor yet. */
gboolean tisock_stream_attach          (TisockStream                *self,
                                        GError                     **error);
/* The descriptor is connected. It is the stream's only on success. */
gboolean tisock_stream_start           (TisockStream                *self,
                                        int                          fd,
                                        TisockTransport             *transport,
                                        GError                     **error);
/* The connection goes on by way of another transport. */
void     tisock_stream_set_transport   (TisockStream                *self,
                                        TisockTransport             *transport);
/* Leaves the reactor, closes the descriptor, drops the send queue; keeps what was received. The
 * caller needs a reference of its own on the owner. */
void     tisock_stream_stop            (TisockStream                *self);
/* The same, but leaves the descriptor open, for the caller. */
int      tisock_stream_release         (TisockStream                *self);
/* Keeps only the place in the reactor, and what was received; drops its reference on the GSocket,
 * which somebody else has to have. */
void     tisock_stream_part            (TisockStream                *self);

/* Closes a descriptor that was meant for the stream but did not come to start. */
void     tisock_stream_close_descriptor (TisockStream               *self,
                                         int                         fd);

/* -1 while there is no connection. */
int      tisock_stream_get_fd          (TisockStream                *self);

/* Writing: what the transport does not take at once is queued. */
void     tisock_stream_write           (TisockStream                *self,
                                        const void                  *data,
                                        gsize                        length);
void     tisock_stream_write_bytes     (TisockStream                *self,
                                        GBytes                      *bytes);
/* The same with a head and a tail around them, all in one if the transport takes it. */
void     tisock_stream_write_between   (TisockStream                *self,
                                        GBytes                      *bytes,
                                        const void                  *head,
                                        gsize                        head_length,
                                        const void                  *tail,
                                        gsize                        tail_length);
/* The transport has to be one that can send descriptors. Takes them. */
void     tisock_stream_write_descriptors (TisockStream              *self,
                                        const void                  *data,
                                        gsize                        length,
                                        GUnixFDList                 *descriptors);
/* Queues a run of a file; what is not sent at once is read when it is. If that fails, the transfer
 * has the error, the rest is dropped, and what is behind it is sent. Takes the descriptor. */
void     tisock_stream_send_file       (TisockStream                *self,
                                        int                          fd,
                                        goffset                      offset,
                                        gsize                        length,
                                        TisockTransfer              *transfer);
/* Drops what was queued before the given place in the stream. */
void     tisock_stream_drop_queue      (TisockStream                *self,
                                        guint64                      end);
void     tisock_stream_end_writing     (TisockStream                *self);
void     tisock_stream_shutdown        (TisockStream                *self);

/* To be called after bytes were taken from `received`. */
void     tisock_stream_resume          (TisockStream                *self);
/* Lets the receive limit be as high as funcs->needed() says, or as the settings say again. */
void     tisock_stream_raise_limit     (TisockStream                *self,
                                        gboolean                     raised);
/* To be called after settings have changed. */
void     tisock_stream_update_settings (TisockStream                *self,
                                        const TisockStreamSettings  *settings);

/* From now on moves what the one stream receives, and has received, to the other one's send queue,
 * as far as that one's send limit lets it, and ends it behind that. Neither has a failure or is
 * spliced already, and both are of one reactor. A splice that ends otherwise ends both. */
void     tisock_stream_splice          (TisockStream                *self,
                                        TisockStream                *target,
                                        TisockTransfer              *transfer);

void     tisock_stream_collect         (TisockStream                *self,
                                        TisockWaitSet               *set);

/* The other ones of splices; NULL: none. */
static inline TisockStream *
tisock_stream_get_target (const TisockStream *self)
{
  return self->links != NULL ? self->links->target : NULL;
}

static inline TisockStream *
tisock_stream_get_source (const TisockStream *self)
{
  return self->links != NULL ? self->links->source : NULL;
}

/* Whether more bytes can come. */
static inline gboolean
tisock_stream_is_receiving (const TisockStream *self)
{
  return self->transport != NULL && !self->at_eof;
}

/* The place in the stream behind what is queued: once `passed` has come there, it has been sent. */
static inline guint64
tisock_stream_get_end (const TisockStream *self)
{
  return self->passed + self->queue.length;
}

G_END_DECLS
