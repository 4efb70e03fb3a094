// timers.js: setTimeout() and its sisters, for versions of GJS that do not have them
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported clearInterval, clearTimeout, setInterval, setTimeout */

const {GLib} = imports.gi;

// The sources of the timers that have not been cleared, and are not over.
const timers = new Set();

function start(callback, delay, args, again) {
  const id = GLib.timeout_add(GLib.PRIORITY_DEFAULT, Math.max(0, Number(delay) || 0), () => {
    if (!again)
      timers.delete(id);
    try {
      callback(...args);
    } catch (error) {
      logError(error);
    }

    return timers.has(id) ? GLib.SOURCE_CONTINUE : GLib.SOURCE_REMOVE;
  });

  timers.add(id);

  return id;
}

function setTimeout(callback, delay, ...args) {
  return start(callback, delay, args, false);
}

function setInterval(callback, delay, ...args) {
  return start(callback, delay, args, true);
}

// A timer that is over, or anything else, is none to clear.
function clearTimeout(id) {
  if (timers.delete(id))
    GLib.source_remove(id);
}

function clearInterval(id) {
  clearTimeout(id);
}
