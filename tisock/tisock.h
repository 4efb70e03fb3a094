/* tisock.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define TISOCK_INSIDE
# include "tisock-auto-discovery.h"
# include "tisock-datagram.h"
# include "tisock-easy-tcp-socket.h"
# include "tisock-easy-udp-socket.h"
# include "tisock-enums.h"
# include "tisock-framing.h"
# include "tisock-network-interface.h"
# include "tisock-server-socket.h"
# include "tisock-service.h"
# include "tisock-service-browser.h"
# include "tisock-service-publisher.h"
# include "tisock-socket-core.h"
# include "tisock-socket-error.h"
# include "tisock-ssl-socket.h"
# include "tisock-tcp-socket.h"
# include "tisock-tls-settings.h"
# include "tisock-types.h"
# include "tisock-udp-socket.h"
# include "tisock-version.h"
# include "tisock-version-macros.h"
#undef TISOCK_INSIDE
