// callbacks.js: how programs are called back, and what they are given
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported attempt, attemptNow, callBack, later, makeError, makeResult, toFailure */

const {GLib, Tisock} = imports.gi;

const {charge} = imports.tisock.garbage;

// Runs an action from the main loop, after those that were put off before it.
function later(action) {
  charge(0);
  GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
    action();

    return GLib.SOURCE_REMOVE;
  });
}

// What a callback throws is logged: it is nobody else's failure.
function callBack(callback, event, self = event.socket ?? event.source) {
  try {
    callback?.call(self, event);
  } catch (error) {
    logError(error);
  }
}

// The code is the system's number, or -1.
function makeError(message, code = -1) {
  return Object.assign(new Error(message), {code});
}

// What a socket or server of the library has failed with. Numbers that are the library's own are no
// system's.
function toFailure(error, core) {
  const isOurs = error.domain === Tisock.socket_error_quark();

  return makeError(error.message, isOurs ? -1 : core.last_error_number);
}

// The fields that every result of an operation has, under their newer and their older names.
function makeResult(error, fields) {
  const message = error?.message ?? '';

  return {
    ...fields,
    success: !error,
    error: message,
    code: error ? error.code ?? -1 : 0,
    errorState: error ? 1 : 0,
    errorDescription: message,
  };
}

// Tells how an action went: what it threw, or its result.
function attempt(action, done) {
  let result = null;
  let failure = null;

  try {
    result = action();
  } catch (error) {
    failure = error;
  }
  done(failure, result);
}

// Does it now, and tells it later.
function attemptNow(action, done) {
  attempt(action, (error, result) => later(() => done(error, result)));
}
