// utils.js: Ti.API, Ti.Utils and Ti.Platform
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported API, Platform, Utils */

const {Gio, GLib, Tisock} = imports.gi;

const {Blob} = imports.tisock.ti.buffer;
const {addAccessors} = imports.tisock.ti.common;
const {encodeText} = imports.tisock.ti.encoding;
const {toBytes} = imports.tisock.ti.filesystem;

// Ti.API

// The objects of a program say nothing by themselves.
function describe(value) {
  const prototype = value === null || typeof value !== 'object'
    ? null : Object.getPrototypeOf(value);

  if (prototype !== Object.prototype && prototype !== Array.prototype)
    return String(value);

  try {
    return JSON.stringify(value);
  } catch {
    return String(value);
  }
}

function logAs(level, write) {
  return (...values) => {
    write(`[${level}] ${values.map(describe).join(' ')}`);
  };
}

var API = {
  get apiName() {
    return 'Ti.API';
  },

  debug: logAs('DEBUG', print),
  info: logAs('INFO', print),
  warn: logAs('WARN', printerr),
  error: logAs('ERROR', printerr),

  trace: logAs('TRACE', print),

  log(level, ...values) {
    const name = String(level).toLowerCase();

    if (values.length === 0)
      API.info(level);
    else if (['debug', 'info', 'warn', 'error', 'trace'].includes(name))
      API[name](...values);
    else
      logAs(name.toUpperCase(), print)(...values);
  },
};

// Ti.Utils

function toText(data) {
  return typeof data === 'string' ? data : new Blob(toBytes(data)).text;
}

// GLib needs the padding, which others leave out.
function pad(text) {
  const digits = text.replace(/\s|=+$/g, '');

  return digits.padEnd(4 * Math.ceil(digits.length / 4), '=');
}

function hashWith(type) {
  return data => GLib.compute_checksum_for_data(type, toBytes(data));
}

var Utils = {
  get apiName() {
    return 'Ti.Utils';
  },

  base64encode(data) {
    return new Blob(encodeText(GLib.base64_encode(toBytes(data)), 'ascii'));
  },

  base64decode(data) {
    return new Blob(GLib.base64_decode(pad(toText(data))));
  },

  md5HexDigest: hashWith(GLib.ChecksumType.MD5),
  sha1: hashWith(GLib.ChecksumType.SHA1),
  sha256: hashWith(GLib.ChecksumType.SHA256),
};

// Ti.Platform

function isUsable(networkInterface) {
  return networkInterface.is_up && !networkInterface.is_loopback;
}

function isIPv4(address) {
  return Gio.InetAddress.new_from_string(address).get_family() === Gio.SocketFamily.IPV4;
}

var Platform = {
  get apiName() {
    return 'Ti.Platform';
  },

  name: 'Linux',
  osname: 'linux',

  // The first IPv4 address by which others reach this machine, or else its own loopback address.
  get address() {
    const list = Tisock.NetworkInterface.list();
    const addresses = Array.from({length: list.get_n_items()}, (_, i) => list.get_item(i))
      .filter(isUsable)
      .flatMap(networkInterface => networkInterface.addresses);

    return addresses.find(isIPv4) ?? '127.0.0.1';
  },
};

addAccessors(Platform, 'address', 'name', 'osname');
