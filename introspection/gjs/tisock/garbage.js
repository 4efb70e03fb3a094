// garbage.js: collects garbage before the JavaScript engine begins to do so bit by bit
//
// Between the bits, GJS takes itself for being in the middle of a collection, and calls nothing
// back (before 1.82): a handler misses its signal, and who waits for a callback waits for ever. An
// engine whose garbage is collected as a whole, and in time, has no reason to begin.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported charge */

const System = imports.system;

const COLLECTS_BIT_BY_BIT = System.version < 18190;
const LIMIT = 16 * 1024 * 1024; // half of what makes the engine begin
const EACH = 500;               // about what an array or a closure takes besides its bytes

let debt = 0;

// Says that so many bytes have been allocated, and gives what is in them.
function charge(size, result) {
  debt += size + EACH;
  if (debt > LIMIT && COLLECTS_BIT_BY_BIT) {
    debt = 0;
    System.gc();
  }

  return result;
}
