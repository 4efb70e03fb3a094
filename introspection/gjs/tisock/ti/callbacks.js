// callbacks.js: how programs are called back, and what they are given
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported attempt, attemptNow, callBack, later, makeError, makeResult */

const {GLib} = imports.gi;

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
function callBack(callback, event) {
  try {
    callback?.call(event.socket ?? event.source, event);
  } catch (error) {
    logError(error);
  }
}

// The code is the system's number, or -1.
function makeError(message, code = -1) {
  return Object.assign(new Error(message), {code});
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
