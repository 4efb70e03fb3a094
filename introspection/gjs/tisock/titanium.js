// titanium.js: Tisock.Ti, the parts of Titanium that programs with sockets and streams use
//
// The override loads this when a program asks for Tisock.Ti for the first time. The parts are in
// the folder ti/. What Titanium has as globals is global from then on.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported Ti */

const {vprintf} = imports.format;

const {createBuffer} = imports.tisock.ti.buffer;
const {Codec} = imports.tisock.ti.codec;
const {Filesystem} = imports.tisock.ti.filesystem;
const {require} = imports.tisock.ti.modules;
const {Network} = imports.tisock.ti.network;
const {Stream} = imports.tisock.ti.stream;
const {
  clearInterval, clearTimeout, setInterval, setTimeout,
} = imports.tisock.ti.timers;
const {API, Platform, Utils} = imports.tisock.ti.utils;

var Ti = {
  API,
  Codec,
  Filesystem,
  Network,
  Platform,
  Stream,
  Utils,
  createBuffer,

  get apiName() {
    return 'Ti';
  },
};

Object.defineProperty(Ti, 'UI', {
  get() {
    throw new Error('There is no Ti.UI: Tisock.Ti has Titanium\'s sockets and streams, and ' +
                    'windows are GTK\'s');
  },
});

function format(text, ...values) {
  return vprintf(text, values);
}

// Gives an object what it does not have yet.
function complete(object, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (!(name in object))
      Object.defineProperty(object, name, {value, writable: true, configurable: true});
  }
}

complete(String, {format});
complete(globalThis, {
  Ti, Titanium: Ti, clearInterval, clearTimeout, require, setInterval, setTimeout,
});
