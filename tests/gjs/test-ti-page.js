// test-ti-page.js: the page “Coming from Titanium” lists every member, and none that is not there
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';

import {assertEqual, assertTrue, test} from './support.js';
import {Ti, assertRefused} from './ti-support.js';

const PAGE = Gio.File.new_for_uri(import.meta.url)
  .resolve_relative_path('../../../docs/coming-from-titanium.md');

// What functions make, under the names that the page has for it.
const OBJECTS = {
  blob: Ti.createBuffer().toBlob(),
  buffer: Ti.createBuffer(),
  file: Ti.Filesystem.getFile('/'),
  socket: Ti.Network.Socket.createTCP({accepted() {}, error() {}, closed() {}, listenQueueSize: 1}),
  stream: Ti.Stream.createStream({source: Ti.createBuffer(), mode: Ti.Stream.MODE_READ}),
  udp: Ti.Network.Socket.createUDP({started() {}, data() {}, error() {}}),
};

function readRows() {
  const [, contents] = PAGE.load_contents(null);
  const lines = new TextDecoder().decode(contents).split('\n');

  return lines.filter(line => line.startsWith('| `'))
    .map(line => line.split('|').slice(1, -1).map(cell => cell.trim()));
}

// What a row is about: “socket.read” of “`socket.read(buffer)`”.
function nameOf(row) {
  return row[0].match(/^`([\w.]+)/)[1];
}

function isThere(row) {
  return row[1] !== 'not there';
}

function isAccessor(name, names) {
  const [, initial, rest] = name.match(/^[gs]et([A-Z])(.*)$/) ?? [];

  return initial !== undefined && names.has(initial.toLowerCase() + rest);
}

function isListed(name, names) {
  return !(name in Object.prototype) && !name.startsWith('_') && name !== 'apiName' &&
    !isAccessor(name, names);
}

// The members of an object, of its prototypes, and of the namespaces in it.
function listMembers(object, path) {
  const values = new Map();

  for (let part = object; part !== null; part = Object.getPrototypeOf(part)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(part)))
      values.set(name, property.value);
  }

  return [...values.keys()].filter(name => isListed(name, values)).flatMap(name => {
    const value = values.get(name);

    return typeof value === 'object' ? listMembers(value, `${path}.${name}`) : `${path}.${name}`;
  });
}

// The object that has a member, and the name of the member.
function find(path) {
  const names = path.split('.');
  const last = names.pop();
  const everything = Object.assign(Object.create(globalThis), OBJECTS);

  return [names.reduce((object, name) => object[name], everything), last];
}

test('every member has a row', () => {
  const rows = new Set(readRows().map(nameOf));
  const members = Object.entries({Ti, ...OBJECTS})
    .flatMap(([name, object]) => listMembers(object, name));

  assertTrue(members.length > 100);
  assertEqual(members.filter(name => !rows.has(name)), []);
});

test('what has a row is there, or is said not to be', () => {
  for (const row of readRows()) {
    const [object, name] = find(nameOf(row));

    if (isThere(row))
      assertTrue(name in object, `${nameOf(row)} is not there`);
    else if (name in object)
      assertRefused(/./, () => object[name]);
  }
});

test('every row says what differs', () => {
  for (const row of readRows()) {
    assertEqual(row.length, 3, row[0]);
    assertEqual(row.filter(cell => cell === ''), [], row[0]);
  }
});
