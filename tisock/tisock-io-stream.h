/* tisock-io-stream.h: the streams of a connection that is lent to GIO; private
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "engine/loan.h"

G_BEGIN_DECLS

#define TISOCK_TYPE_IO_STREAM (tisock_io_stream_get_type ())
#define TISOCK_TYPE_IO_INPUT_STREAM (tisock_io_input_stream_get_type ())
#define TISOCK_TYPE_IO_OUTPUT_STREAM (tisock_io_output_stream_get_type ())

G_DECLARE_FINAL_TYPE (TisockIOStream, tisock_io_stream, TISOCK, IO_STREAM, GIOStream)
G_DECLARE_FINAL_TYPE (TisockIOInputStream, tisock_io_input_stream,
                      TISOCK, IO_INPUT_STREAM, GInputStream)
G_DECLARE_FINAL_TYPE (TisockIOOutputStream, tisock_io_output_stream,
                      TISOCK, IO_OUTPUT_STREAM, GOutputStream)

/* Both directions of it; its end is the end of the loan. */
GIOStream     *tisock_io_stream_new        (TisockLoan *loan) G_GNUC_WARN_UNUSED_RESULT;
/* Pollable. */
GInputStream  *tisock_io_input_stream_new  (TisockLoan *loan) G_GNUC_WARN_UNUSED_RESULT;
GOutputStream *tisock_io_output_stream_new (TisockLoan *loan) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
