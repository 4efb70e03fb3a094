// ti-support.js: what the tests of Ti share
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {catchError} from './support.js';

export const {Ti} = Tisock;

// A buffer with these bytes.
export function makeBuffer(...bytes) {
  const buffer = Ti.createBuffer({length: bytes.length});

  bytes.forEach((byte, i) => {
    buffer[i] = byte;
  });

  return buffer;
}

export function toArray(buffer) {
  return Array.from({length: buffer.length}, (_, i) => buffer[i]);
}

export function assertRefused(pattern, action) {
  const error = catchError(action);

  if (!(error instanceof Error) || !pattern.test(error.message))
    throw new Error(`${error} does not match ${pattern}`);
}

// What a callback throws is logged.
export function expectLogged(pattern, action) {
  GLib.test_expect_message('Gjs', GLib.LogLevelFlags.LEVEL_WARNING, `*${pattern}*`);
  action();
  GLib.test_assert_expected_messages_internal('tisock-tests', 'ti-support.js', 0, pattern);
}
