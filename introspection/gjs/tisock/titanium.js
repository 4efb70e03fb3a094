// titanium.js: Tisock.Ti, the parts of Titanium that programs with sockets and streams use
//
// The override loads this when a program asks for Tisock.Ti for the first time. The parts are in
// the folder ti/.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported Ti */

const {createBuffer} = imports.tisock.ti.buffer;
const {Codec} = imports.tisock.ti.codec;
const {Filesystem} = imports.tisock.ti.filesystem;
const {Stream} = imports.tisock.ti.stream;
const {API, Platform, Utils} = imports.tisock.ti.utils;

var Ti = {
  API,
  Codec,
  Filesystem,
  Platform,
  Stream,
  Utils,
  createBuffer,

  get apiName() {
    return 'Ti';
  },
};
