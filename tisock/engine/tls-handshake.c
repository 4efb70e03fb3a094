/* tls-handshake.c: begins TLS on a connection
 *
 * GIO's implementation runs every handshake on a thread, and waits there for as long as the peer
 * likes. A server takes a thread only for a peer that has said the first word, and the whole of it:
 * most of those who would keep one waiting never do. All else happens on a thread of ours, which
 * are few: the system's trusted authorities and the certificate are loaded there as well. While it
 * has the socket nobody else uses the descriptor, and nobody closes it: the thread has a reference
 * on the GSocket, and the last one to drop its own closes.
 *
 * What a peer's pace may cost: before its first message is complete, a descriptor, until the
 * timeout. After that a thread, and as long as nobody else waits for one it may be as slow as the
 * timeout allows. While others wait it has had its share once it has kept the thread waiting for
 * PATIENCE, be it in silence or byte by byte: then the slowest one is broken off. Those who wait
 * are served newest first, for whoever has just come is still there, and does not stand behind all
 * who have come to keep the server busy: their own timeouts end those.
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "engine/client-hello.h"
#include "engine/descriptor.h"
#include "engine/mailbox.h"
#include "engine/tls-certificate.h"
#include "engine/tls-handshake.h"
#include "engine/tls-wire.h"
#include "engine/transport-tls.h"

#include <errno.h>
#include <sys/socket.h>

/* A handshake waits for its peer once or twice, and to the other side of the earth and back it is a
 * third of that. The time that the thread itself needs is not counted: that the machine is busy is
 * no fault of the peer's. */
#define PATIENCE G_TIME_SPAN_SECOND

/* What the thread has. */
typedef struct
{
  TisockTlsParameters *parameters;
  TisockTlsWire       *wire;

  GTlsConnection      *connection;
  TisockTlsPeer        peer;
  gboolean             accepted;        /* in spite of the peer's errors */
  GError              *error;
} Talk;

struct _TisockTlsHandshake
{
  /* Until the peer's first message is there, and the gate is open; then what the thread finds
   * comes by the mailbox. */
  TisockSlot                    slot;
  TisockByteQueue               received;
  TisockClientHello             hello;
  TisockMailbox                *mailbox;

  TisockReactor                *reactor;
  TisockTimer                   timer;
  gint64                        deadline;
  GSocket                      *socket;
  TisockTlsWire                *wire;           /* NULL before it is the thread's turn */
  TisockTlsParameters          *parameters;
  const TisockTlsHandshakeFuncs *funcs;
  gpointer                      user_data;

  TisockTlsGate                *gate;
  TisockTlsGate                 own_gate;       /* of one that has no server */
  GList                         place;          /* at the gate: among those who wait, or passed */

  /* Once the peer's first message is there. */
  guint                         waiting : 1;    /* at the gate */
  guint                         passed : 1;     /* through it */
  guint                         finished : 1;
};

/* On the thread */

static void
talk_free (gpointer data)
{
  Talk *self = data;

  /* A connection that is disposed of would say goodbye. */
  if (self->connection != NULL)
    tisock_tls_wire_mute (self->wire);
  g_clear_object (&self->connection);
  g_object_unref (self->wire);
  tisock_tls_parameters_unref (self->parameters);
  g_clear_object (&self->peer.certificate);
  g_clear_error (&self->error);
  g_free (self);
}

static void
note_peer (Talk                 *self,
           GTlsCertificate      *certificate,
           GTlsCertificateFlags  errors)
{
  g_set_object (&self->peer.certificate, certificate);
  self->peer.errors = errors;
}

/* GIO's servers ask about clients whose certificates are good, too. */
static gboolean
accept_certificate_cb (GTlsConnection       *connection,
                       GTlsCertificate      *certificate,
                       GTlsCertificateFlags  errors,
                       Talk                 *self)
{
  note_peer (self, certificate, errors);
  self->accepted = errors == 0 || (self->parameters->asks && tisock_mailbox_ask ());

  return self->accepted;
}

/* NULL: nobody is to be verified. */
static GTlsDatabase *
dup_trust (const TisockTlsParameters *wanted)
{
  if (wanted->is_server && wanted->authentication == G_TLS_AUTHENTICATION_NONE)
    return NULL;
  if (wanted->trust != NULL)
    return g_object_ref (wanted->trust);

  return g_tls_backend_get_default_database (g_tls_backend_get_default ());
}

/* The backend is told from the beginning whom to trust: left alone it reads all of the system's
 * authorities for each connection, which costs more than the rest of the handshake. */
static GTlsConnection *
make_connection (Talk             *self,
                 GTlsCertificate  *certificate,
                 GError          **error)
{
  const TisockTlsParameters *wanted = self->parameters;
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autoptr(GTlsDatabase) trust = dup_trust (wanted);

  if (wanted->is_server)
    return g_initable_new (g_tls_backend_get_server_connection_type (backend), NULL, error,
                           "base-io-stream", self->wire,
                           "database", trust,
                           "certificate", certificate,
                           "authentication-mode", wanted->authentication,
                           NULL);

  return g_initable_new (g_tls_backend_get_client_connection_type (backend), NULL, error,
                         "base-io-stream", self->wire,
                         "database", trust,
                         "certificate", certificate,
                         "server-identity", wanted->identity,
                         NULL);
}

static gboolean
prepare (Talk    *self,
         GError **error)
{
  const TisockTlsParameters *wanted = self->parameters;
  g_autoptr(GTlsCertificate) certificate = NULL;

  if (wanted->certificate != NULL)
    certificate = g_object_ref (wanted->certificate);
  else if (wanted->certificate_file != NULL)
    certificate = tisock_tls_certificate_load (wanted->certificate_file, NULL,
                                               wanted->certificate_password, error);
  if (certificate == NULL && wanted->certificate_file != NULL)
    return FALSE;

  self->connection = make_connection (self, certificate, error);
  if (self->connection == NULL)
    return FALSE;

  if (wanted->protocols != NULL)
    g_tls_connection_set_advertised_protocols (self->connection,
                                               (const char * const *) wanted->protocols);
  g_tls_connection_set_require_close_notify (self->connection, wanted->require_close_notify);
  g_signal_connect (self->connection, "accept-certificate", G_CALLBACK (accept_certificate_cb),
                    self);

  return TRUE;
}

static const char *
get_version_name (GTlsProtocolVersion version)
{
  static const char *names[] = { "an unknown version", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2",
                                 "TLS 1.3" };

  return (guint) version < G_N_ELEMENTS (names) ? names[version] : names[0];
}

/* The backend cannot be told what version is the least. */
static gboolean
check_version (Talk    *self,
               GError **error)
{
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (self->connection);
  GTlsProtocolVersion minimum = self->parameters->minimum_version;

  if (version >= minimum)
    return TRUE;

  g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE,
               "the peer speaks no more than %s, and %s is the least", get_version_name (version),
               get_version_name (minimum));

  return FALSE;
}

/* A backend that takes up a session from before does not ask about the certificate again. */
static gboolean
check_certificate (Talk    *self,
                   GError **error)
{
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (self->connection);
  GTlsCertificateFlags errors = g_tls_connection_get_peer_certificate_errors (self->connection);

  if (self->accepted || certificate == NULL || errors == 0)
    {
      note_peer (self, certificate, errors);
      return TRUE;
    }

  if (accept_certificate_cb (self->connection, certificate, errors, self))
    return TRUE;

  g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "");

  return FALSE;
}

/* GIO's words for this one say nothing of what is wrong. */
static void
explain (Talk *self)
{
  g_autofree char *reasons = NULL;

  if (self->peer.certificate == NULL ||
      !g_error_matches (self->error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return;

  reasons = tisock_tls_certificate_explain (self->peer.certificate, self->peer.errors,
                                            self->parameters->identity);
  g_clear_error (&self->error);
  g_set_error_literal (&self->error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, reasons);
}

static void
talk_work (gpointer      data,
           GCancellable *cancellable)
{
  Talk *self = data;

  if (prepare (self, &self->error) &&
      g_tls_connection_handshake (self->connection, cancellable, &self->error) &&
      check_certificate (self, &self->error))
    check_version (self, &self->error);

  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  explain (self);
}

/* In turns */

/* The gate */

static gboolean
has_room (const TisockTlsGate *gate)
{
  guint maximum = gate->maximum == 0 ? TISOCK_TLS_THREADS : gate->maximum;

  return gate->passed.length < MIN (maximum, TISOCK_TLS_THREADS);
}

/* The one that has kept its thread waiting for longer than any other, and too long while others
 * have none: here, or at other gates of the process. */
static TisockTlsHandshake *
find_in_the_way (TisockTlsGate *gate)
{
  TisockTlsHandshake *slowest = NULL;
  gint64 longest = PATIENCE;

  if (gate->waiting.length == 0 && !tisock_mailbox_is_crowded (TISOCK_THREADS_TLS_SERVERS))
    return NULL;

  for (GList *link = gate->passed.head; link != NULL; link = link->next)
    {
      gint64 waited = tisock_tls_handshake_get_waited (link->data);

      if (waited < longest)
        continue;

      slowest = link->data;
      longest = waited;
    }

  return slowest;
}

/* Its own turn is where it ends. */
static void
clear_the_way (TisockTlsGate *gate)
{
  TisockTlsHandshake *slowest = find_in_the_way (gate);

  if (slowest != NULL)
    tisock_reactor_set_timer (slowest->reactor, &slowest->timer, 0);
}

/* It looks now and then whether it is in the way: those who wait at other gates do not say so. */
static void
arm_timer (TisockTlsHandshake *self)
{
  gint64 due = self->deadline;

  if (self->passed)
    {
      gint64 left = PATIENCE - tisock_tls_handshake_get_waited (self);

      due = MIN (due, g_get_monotonic_time () + (left > 0 ? left : PATIENCE));
    }

  if (due < G_MAXINT64)
    tisock_reactor_set_timer (self->reactor, &self->timer, due);
}

static void
let_pass (TisockTlsHandshake *self)
{
  self->waiting = FALSE;
  self->passed = TRUE;
  g_queue_push_tail_link (&self->gate->passed, &self->place);
  arm_timer (self);
}

static void
come_to_gate (TisockTlsHandshake *self)
{
  if (has_room (self->gate))
    {
      let_pass (self);
      return;
    }

  self->waiting = TRUE;
  g_queue_push_head_link (&self->gate->waiting, &self->place);
  clear_the_way (self->gate);
}

static void
leave_gate (TisockTlsHandshake *self)
{
  TisockTlsGate *gate = self->gate;

  if (!self->waiting && !self->passed)
    return;

  g_queue_unlink (self->passed ? &gate->passed : &gate->waiting, &self->place);
  self->waiting = self->passed = FALSE;

  while (gate->waiting.length > 0 && has_room (gate))
    {
      TisockTlsHandshake *next = g_queue_pop_head_link (&gate->waiting)->data;

      let_pass (next);
      tisock_slot_queue (&next->slot);
    }

  clear_the_way (gate);
}

static void
fail (TisockTlsHandshake *self,
      GError             *error,
      int                 error_number)
{
  TisockTlsPeer nobody = { NULL };

  self->funcs->failed (error, error_number, &nobody, self->user_data);
}

static gboolean
talk_asked (gpointer data,
            gpointer user_data)
{
  TisockTlsHandshake *self = user_data;
  Talk *talk = data;
  g_autoptr(GTlsCertificate) certificate = g_object_ref (talk->peer.certificate);
  TisockTlsPeer peer = { certificate, talk->peer.errors };

  return self->funcs->accept (&peer, self->user_data);
}

static int
get_error_number (Talk *talk)
{
  int error_number = tisock_tls_wire_get_failure (talk->wire);

  if (error_number != 0)
    return error_number;

  return talk->error->domain == G_TLS_ERROR ? EPROTO : tisock_errno_from_error (talk->error);
}

static void
talk_done (gpointer data,
           gpointer user_data)
{
  TisockTlsHandshake *self = user_data;
  Talk *talk = data;
  TisockTransport *transport;

  leave_gate (self);
  if (talk->error != NULL)
    {
      int error_number = get_error_number (talk);

      self->funcs->failed (g_steal_pointer (&talk->error), error_number, &talk->peer,
                           self->user_data);
      return;
    }

  self->finished = TRUE;
  transport = tisock_transport_tls_new (talk->connection, talk->wire);
  g_clear_object (&talk->connection);
  self->funcs->finished (transport, &talk->peer, self->user_data);
}

static const TisockErrandFuncs talk_funcs = {
  .work = talk_work,
  .asked = talk_asked,
  .done = talk_done,
  .free = talk_free,
};

static Talk *
talk_new (GSocket             *socket,
          TisockByteQueue     *received,
          TisockTlsParameters *parameters)
{
  Talk *self = g_new0 (Talk, 1);

  self->parameters = tisock_tls_parameters_ref (parameters);
  self->wire = tisock_tls_wire_new (socket, received);

  return self;
}

static void
timer_cb (TisockTimer *timer)
{
  TisockTlsHandshake *self =
    (TisockTlsHandshake *) ((char *) timer - G_STRUCT_OFFSET (TisockTlsHandshake, timer));
  gint64 waited = tisock_tls_handshake_get_waited (self) / G_TIME_SPAN_MILLISECOND;

  if (g_get_monotonic_time () >= self->deadline)
    fail (self, g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                             "the peer has not finished the TLS handshake within %u ms",
                             self->parameters->timeout), ETIMEDOUT);
  else if (self->passed && find_in_the_way (self->gate) == self)
    fail (self, g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                             "the peer has kept the TLS handshake waiting for %" G_GINT64_FORMAT
                             " ms, and has made room for others", waited), ETIMEDOUT);
  else
    arm_timer (self);
}

/* From here on the socket is the thread's. */
static gboolean
begin_talk (TisockTlsHandshake  *self,
            TisockReactor       *reactor,
            int                 *error_number,
            GError             **error)
{
  TisockThreads threads = self->parameters->is_server ? TISOCK_THREADS_TLS_SERVERS
                                                      : TISOCK_THREADS_TLS_CLIENTS;
  Talk *talk;

  *error_number = 0;
  self->mailbox = tisock_mailbox_new (reactor, self->slot.owner, self, error_number, error);
  if (self->mailbox == NULL)
    return FALSE;

  talk = talk_new (self->socket, &self->received, self->parameters);
  self->wire = g_object_ref (talk->wire);

  return tisock_mailbox_send (self->mailbox, threads, &talk_funcs, talk, error);
}

/* The peer's first message */

static gboolean
has_certificate (const TisockTlsParameters *parameters)
{
  return parameters->certificate != NULL || parameters->certificate_file != NULL;
}

/* As late as can be: what is chosen from may be replaced at any time. */
static gboolean
choose_certificate (TisockTlsHandshake  *self,
                    GError             **error)
{
  const char *name = self->hello.server_name;
  GTlsCertificate *certificate = self->funcs->choose (name, self->user_data);

  if (certificate != NULL)
    g_set_object (&self->parameters->certificate, certificate);
  if (has_certificate (self->parameters))
    return TRUE;

  g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
               "the server has no certificate for “%s”", name != NULL ? name : "");

  return FALSE;
}

static void
begin_talk_with_peer (TisockTlsHandshake *self)
{
  GError *error = NULL;
  int error_number = EPROTO;

  tisock_slot_detach (&self->slot);
  if (!choose_certificate (self, &error) ||
      !begin_talk (self, self->reactor, &error_number, &error))
    fail (self, error, error_number);
}

static void
check_hello (TisockTlsHandshake *self)
{
  gsize length = self->received.length;
  const guint8 *data = tisock_byte_queue_peek (&self->received, length);

  switch (tisock_client_hello_parse (&self->hello, data, length))
    {
    case TISOCK_CLIENT_HELLO_COMPLETE:
      tisock_slot_take_fd (&self->slot);
      come_to_gate (self);
      if (self->passed)
        begin_talk_with_peer (self);
      break;

    case TISOCK_CLIENT_HELLO_INVALID:
      fail (self, g_error_new (G_TLS_ERROR, G_TLS_ERROR_NOT_TLS, "the peer does not speak TLS: %s",
                               self->hello.reason), EPROTO);
      break;

    case TISOCK_CLIENT_HELLO_MORE:
    default:
      break;
    }
}

static void
receive_hello (TisockTlsHandshake *self)
{
  guint8 block[2048];
  GError *error = NULL;
  gssize n = recv (self->slot.fd, block, sizeof block, 0);
  int error_number = errno;

  if (n > 0)
    {
      tisock_byte_queue_append (&self->received, block, (gsize) n);
      check_hello (self);
    }
  else if (n == 0)
    {
      fail (self, g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_EOF,
                                       "the peer has left before the TLS handshake"), EPROTO);
    }
  else if (error_number != EAGAIN && error_number != EWOULDBLOCK && error_number != EINTR)
    {
      tisock_set_error_from_errno (&error, error_number, "the TLS handshake has not begun");
      fail (self, error, error_number);
    }
}

static void
hello_ready (TisockSlot   *slot,
             GIOCondition  condition)
{
  TisockTlsHandshake *self = (TisockTlsHandshake *) slot;

  if (self->passed)
    begin_talk_with_peer (self);
  else
    receive_hello (self);
}

/* What has the slot as its owner is told as well, and frees the handshake. */
static void
hello_lost (TisockSlot *slot)
{
}

static const TisockSlotFuncs hello_funcs = {
  .ready = hello_ready,
  .lost = hello_lost,
};

static gboolean
await_hello (TisockTlsHandshake  *self,
             TisockReactor       *reactor,
             int                 *error_number,
             GError             **error)
{
  if (tisock_reactor_attach (reactor, &self->slot, g_socket_get_fd (self->socket), G_IO_IN, error))
    return TRUE;

  *error_number = errno;

  return FALSE;
}

/* For the owner */

TisockTlsHandshake *
tisock_tls_handshake_start (TisockReactor                  *reactor,
                            GObject                        *owner,
                            GSocket                        *socket,
                            TisockTlsParameters            *parameters,
                            const TisockTlsHandshakeFuncs  *funcs,
                            gpointer                        user_data,
                            int                            *error_number,
                            GError                        **error)
{
  TisockTlsHandshake *self = g_new0 (TisockTlsHandshake, 1);

  tisock_slot_init (&self->slot, &hello_funcs, owner);
  self->reactor = reactor;
  self->timer.func = timer_cb;
  self->deadline = G_MAXINT64;
  if (parameters->timeout > 0)
    self->deadline = g_get_monotonic_time () + parameters->timeout * G_TIME_SPAN_MILLISECOND;
  self->gate = &self->own_gate;
  self->place.data = self;
  self->socket = g_object_ref (socket);
  self->parameters = tisock_tls_parameters_ref (parameters);
  self->funcs = funcs;
  self->user_data = user_data;

  if (parameters->is_server ? !await_hello (self, reactor, error_number, error)
                            : !begin_talk (self, reactor, error_number, error))
    g_clear_pointer (&self, tisock_tls_handshake_free);
  else
    arm_timer (self);

  return self;
}

/* The shutdown tells the peer at once, and the thread too, should it not mind its cancellable. In a
 * forked child the connection is the parent's. */
void
tisock_tls_handshake_free (TisockTlsHandshake *self)
{
  tisock_reactor_clear_timer (self->reactor, &self->timer);
  leave_gate (self);
  tisock_slot_detach (&self->slot);
  g_clear_pointer (&self->mailbox, tisock_mailbox_free);
  tisock_byte_queue_clear (&self->received);
  tisock_client_hello_clear (&self->hello);
  if (!self->finished && !tisock_reactor_is_lost (self->reactor))
    shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
  tisock_tls_parameters_unref (self->parameters);
  g_clear_object (&self->wire);
  g_object_unref (self->socket);
  g_free (self);
}

void
tisock_tls_handshake_set_gate (TisockTlsHandshake *self,
                               TisockTlsGate      *gate)
{
  self->gate = gate;
}

GSocket *
tisock_tls_handshake_get_socket (TisockTlsHandshake *self)
{
  return self->socket;
}

gint64
tisock_tls_handshake_get_waited (TisockTlsHandshake *self)
{
  return self->wire != NULL ? tisock_tls_wire_get_waited (self->wire) : 0;
}

void
tisock_tls_handshake_collect (TisockTlsHandshake *self,
                              TisockWaitSet      *set)
{
  if (self->mailbox != NULL)
    tisock_mailbox_collect (self->mailbox, set);
  else if (tisock_slot_is_attached (&self->slot))
    g_ptr_array_add (set->slots, &self->slot);
  g_ptr_array_add (set->timers, &self->timer);
}
