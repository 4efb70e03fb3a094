/* loan.h: a connection that is lent to users of GIO, who may come from any thread
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/reactor.h"

G_BEGIN_DECLS

typedef struct _TisockLoan TisockLoan;

/* In a turn of the owner's: a borrower has ended the loan. The owner has to withdraw it. */
typedef void (*TisockLoanFunc) (TisockLoan *self,
                                gpointer    owner);

/* For the owner, in its context. The connection is not watched any more. The owner is one of its
 * users until it withdraws: until then the descriptor stays open. */

/* NULL with the error, and its errno or 0. */
TisockLoan *tisock_loan_new           (TisockReactor     *reactor,
                                       GObject           *owner,
                                       GSocket           *socket,
                                       TisockLoanFunc     ended,
                                       GError           **error) G_GNUC_WARN_UNUSED_RESULT;
/* Moves bytes that were received before to where borrowers read them first. */
void        tisock_loan_give          (TisockLoan        *self,
                                       TisockByteQueue   *received);
/* Ends it, and has the peer see a reset, without waiting for the last user. */
void        tisock_loan_reset         (TisockLoan        *self);
/* Ends it, and drops the owner's reference. The owner is no longer told. */
void        tisock_loan_withdraw      (TisockLoan        *self);
void        tisock_loan_collect       (TisockLoan        *self,
                                       TisockWaitSet     *set);
GSocket    *tisock_loan_get_socket    (TisockLoan        *self);

/* For borrowers, in any thread. */

TisockLoan *tisock_loan_ref           (TisockLoan        *self);
void        tisock_loan_unref         (TisockLoan        *self);
/* The socket, whose descriptor stays open until leave(); NULL with G_IO_ERROR_CLOSED once the loan
 * has ended. */
GSocket    *tisock_loan_enter         (TisockLoan        *self,
                                       GError           **error);
/* To be called with what came of it: a failure (-1), and the end of the stream (0), of a loan that
 * has ended is G_IO_ERROR_CLOSED. Returns the number; takes the failure. */
gssize      tisock_loan_leave         (TisockLoan        *self,
                                       gssize             n,
                                       GError            *failure,
                                       GError           **error);
/* Takes bytes that were received before: how many. */
gsize       tisock_loan_take          (TisockLoan        *self,
                                       void              *buffer,
                                       gsize              size);
/* Whether an operation would not have to wait. */
gboolean    tisock_loan_is_ready      (TisockLoan        *self,
                                       GIOCondition       condition);
/* A source for a pollable stream. */
GSource    *tisock_loan_create_source (TisockLoan        *self,
                                       GObject           *stream,
                                       GIOCondition       condition,
                                       GCancellable      *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* Whoever waits for the connection wakes up, and so does the owner. */
void        tisock_loan_end           (TisockLoan        *self);

G_END_DECLS
