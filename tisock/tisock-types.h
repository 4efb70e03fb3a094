/* tisock-types.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TisockAutoDiscovery TisockAutoDiscovery;
typedef struct _TisockDatagram TisockDatagram;
typedef struct _TisockEasyTCPSocket TisockEasyTCPSocket;
typedef struct _TisockEasyUDPSocket TisockEasyUDPSocket;
typedef struct _TisockFraming TisockFraming;
typedef struct _TisockNetworkInterface TisockNetworkInterface;
typedef struct _TisockServerSocket TisockServerSocket;
typedef struct _TisockService TisockService;
typedef struct _TisockServiceBrowser TisockServiceBrowser;
typedef struct _TisockServicePublisher TisockServicePublisher;
typedef struct _TisockSSLSocket TisockSSLSocket;
typedef struct _TisockSocketCore TisockSocketCore;
typedef struct _TisockTCPSocket TisockTCPSocket;
typedef struct _TisockTlsSettings TisockTlsSettings;
typedef struct _TisockUDPSocket TisockUDPSocket;

G_END_DECLS
