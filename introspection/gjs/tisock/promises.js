// promises.js: lets every asynchronous function of the namespace give a promise
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported promisifyAll */

const {GLib, GObject} = imports.gi;
const {charge} = imports.tisock.garbage;

const GARBAGE_OF_A_PROMISE = 6000;

function toArray(value) {
  return value instanceof GLib.Bytes ? value.toArray() : value;
}

// Of several values the first says that it succeeded.
function simplify(value) {
  return Array.isArray(value) && value[0] === true ? value.slice(1) : toArray(value);
}

// Without a callback the function gives a promise, and no cancellable is none. As it notes the
// original where Gio._promisify() does, that leaves it alone.
function promisify(prototype, name) {
  const begin = prototype[name];
  const finish = `${name.slice(0, -'async'.length)}finish`;

  function wait(...args) {
    if (args.length >= begin.length)
      return begin.apply(this, args);
    if (args.length === begin.length - 2)
      args.push(null);

    const origin = new Error();

    return new Promise((resolve, reject) => {
      begin.call(this, ...args, (source, result) => {
        try {
          const value = simplify(source[finish](result));

          resolve(charge(GARBAGE_OF_A_PROMISE + (value?.length ?? 0), value));
        } catch (error) {
          error.stack += `waited for by:\n${origin.stack}`;
          reject(error);
        }
      });
    });
  }

  Object.defineProperty(wait, 'length', {value: begin.length});
  prototype[`_original_${name}`] = begin;
  prototype[name] = wait;
}

// The blocking functions give the same as those that are awaited.
function simplifyResult(prototype, name) {
  const original = prototype[name];

  prototype[name] = function (...args) {
    return simplify(original.apply(this, args));
  };
}

function promisifyAll(namespace) {
  for (const key of Object.keys(namespace)) {
    const prototype = namespace[key]?.prototype;

    if (!(prototype instanceof GObject.Object))
      continue;

    const names = Object.keys(prototype);

    names.filter(name => name.endsWith('_async')).forEach(name => promisify(prototype, name));
    names.filter(name => name.endsWith('_sync')).forEach(name => simplifyResult(prototype, name));
  }
}
