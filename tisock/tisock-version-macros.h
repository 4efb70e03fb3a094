/* tisock-version-macros.h
 *
 * SPDX-FileCopyrightText: 2026 The tisock authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (TISOCK_INSIDE) && !defined (TISOCK_COMPILATION)
# error "Only <tisock/tisock.h> can be included directly."
#endif

#include <glib.h>

#include "tisock-version.h"

#ifndef _TISOCK_EXTERN
# define _TISOCK_EXTERN extern
#endif

/**
 * TISOCK_CHECK_VERSION:
 * @major: the major version to check for
 * @minor: the minor version to check for
 * @micro: the micro version to check for
 *
 * Whether the headers are of this version or a newer one.
 *
 * Since: 1.0
 */
#define TISOCK_CHECK_VERSION(major, minor, micro)                                   \
  (TISOCK_MAJOR_VERSION > (major) ||                                                \
   (TISOCK_MAJOR_VERSION == (major) && TISOCK_MINOR_VERSION > (minor)) ||           \
   (TISOCK_MAJOR_VERSION == (major) && TISOCK_MINOR_VERSION == (minor) &&           \
    TISOCK_MICRO_VERSION >= (micro)))

#define TISOCK_AVAILABLE_IN_ALL _TISOCK_EXTERN
#define TISOCK_AVAILABLE_IN_1_0 _TISOCK_EXTERN
