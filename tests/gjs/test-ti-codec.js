// test-ti-codec.js: Ti.Codec, with known bytes
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import {assertEqual, assertSame, assertTrue, test} from './support.js';
import {Ti, assertRefused, makeBuffer, toArray} from './ti-support.js';

const {Codec} = Ti;
const BEYOND = /beyond the end/;
const NO_NUMBER = /has to be a number/;

// A number, its type, and its bytes in big endian.
const NUMBERS = [
  [0x7f, 'byte', [0x7f]],
  [-128, 'byte', [0x80]],
  [0x1234, 'short', [0x12, 0x34]],
  [-2, 'short', [0xff, 0xfe]],
  [0x12345678, 'int', [0x12, 0x34, 0x56, 0x78]],
  [-0x80000000, 'int', [0x80, 0, 0, 0]],
  [0x123456789a, 'long', [0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0x9a]],
  [-1, 'long', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  [Number.MAX_SAFE_INTEGER, 'long', [0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  [0.5, 'float', [0x3f, 0, 0, 0]],
  [-Infinity, 'float', [0xff, 0x80, 0, 0]],
  [1 / 3, 'double', [0x3f, 0xd5, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55]],
  [1.23456789, 'double', [0x3f, 0xf3, 0xc0, 0xca, 0x42, 0x83, 0xde, 0x1b]],
  [0, 'double', [0, 0, 0, 0, 0, 0, 0, 0]],
];

// What does not come back as it was.
const NARROWED = [
  [0x1ff, 'byte', [0xff]],
  [0x34567, 'short', [0x45, 0x67]],
  [0x123456789a, 'int', [0x34, 0x56, 0x78, 0x9a]],
  [0xffffffff, 'int', [0xff, 0xff, 0xff, 0xff]],
  [2 ** 64 + 2 ** 32, 'long', [0, 0, 0, 1, 0, 0, 0, 0]],
  [-1.9, 'long', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  [NaN, 'long', [0, 0, 0, 0, 0, 0, 0, 0]],
  [1.9, 'byte', [1]],
  [1.2345, 'float', [0x3f, 0x9e, 0x04, 0x19]],
  ['258', 'short', [1, 2]],
];

// The bytes of texts.
const TEXTS = [
  ['spät', 'utf8', [0x73, 0x70, 0xc3, 0xa4, 0x74]],
  ['€😀', 'utf8', [0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]],
  ['\ufeffa', 'utf8', [0xef, 0xbb, 0xbf, 0x61]],
  ['spat\0', 'ascii', [0x73, 0x70, 0x61, 0x74, 0]],
  ['spät', 'latin1', [0x73, 0x70, 0xe4, 0x74]],
  ['spät', 'iso-latin-1', [0x73, 0x70, 0xe4, 0x74]],
  ['sä', 'utf16', [0xfe, 0xff, 0, 0x73, 0, 0xe4]],
  ['sä', 'utf16be', [0, 0x73, 0, 0xe4]],
  ['sä', 'utf16le', [0x73, 0, 0xe4, 0]],
  ['€😀', 'utf16be', [0x20, 0xac, 0xd8, 0x3d, 0xde, 0x00]],
  ['\ufeffa', 'utf16le', [0xff, 0xfe, 0x61, 0]],
  ['', 'utf8', []],
  ['', 'utf16', [0xfe, 0xff]],
];

function encode(number, type, byteOrder, size) {
  const dest = Ti.createBuffer({length: size + 2});

  dest.fill(0xee);
  assertSame(Codec.encodeNumber({source: number, dest, type, byteOrder, position: 1}), size + 1);
  assertEqual([dest[0], dest[size + 1]], [0xee, 0xee]);

  return toArray(dest).slice(1, -1);
}

function decode(bytes, type, byteOrder) {
  return Codec.decodeNumber({
    source: makeBuffer(0xee, ...bytes, 0xee), type, byteOrder, position: 1,
  });
}

test('Ti.Codec.TYPE_BYTE and its sisters, Ti.Codec.CHARSET_ASCII and its sisters', () => {
  const types = ['BYTE', 'SHORT', 'INT', 'LONG', 'FLOAT', 'DOUBLE'].map(n => Codec[`TYPE_${n}`]);
  const charsets = ['ASCII', 'ISO_LATIN_1', 'UTF8', 'UTF16', 'UTF16BE', 'UTF16LE']
    .map(name => Codec[`CHARSET_${name}`]);

  assertEqual(types, ['byte', 'short', 'int', 'long', 'float', 'double']);
  assertEqual(charsets, ['ascii', 'latin1', 'utf8', 'utf16', 'utf16be', 'utf16le']);
});

test('Ti.Codec.getNativeByteOrder, Ti.Codec.BIG_ENDIAN and Ti.Codec.LITTLE_ENDIAN', () => {
  const bytes = [...new Uint8Array(Uint16Array.of(0x0102).buffer)];

  assertSame(typeof Codec.BIG_ENDIAN, 'number');
  assertSame(typeof Codec.LITTLE_ENDIAN, 'number');
  assertTrue(Codec.BIG_ENDIAN !== Codec.LITTLE_ENDIAN);
  assertEqual(encode(0x0102, 'short', Codec.getNativeByteOrder(), 2), bytes);
});

test('Ti.Codec.encodeNumber', () => {
  for (const [number, type, bytes] of [...NUMBERS, ...NARROWED]) {
    assertEqual(encode(number, type, Codec.BIG_ENDIAN, bytes.length), bytes, `${number} ${type}`);
    assertEqual(encode(number, type, Codec.LITTLE_ENDIAN, bytes.length), [...bytes].reverse());
  }
});

test('Ti.Codec.decodeNumber', () => {
  for (const [number, type, bytes] of NUMBERS) {
    assertSame(decode(bytes, type, Codec.BIG_ENDIAN), number);
    assertSame(decode([...bytes].reverse(), type, Codec.LITTLE_ENDIAN), number);
  }
  assertSame(decode([0x3f, 0x9e, 0x04, 0x19], 'float', Codec.BIG_ENDIAN).toFixed(4), '1.2345');
});

test('the byte order is the native one, whatever the buffer says', () => {
  for (const byteOrder of [Codec.BIG_ENDIAN, Codec.LITTLE_ENDIAN]) {
    const buffer = Ti.createBuffer({length: 2, byteOrder});
    const native = encode(0x0102, 'short', Codec.getNativeByteOrder(), 2);

    Codec.encodeNumber({source: 0x0102, dest: buffer, type: 'short'});
    assertEqual(toArray(buffer), native);
    assertSame(Codec.decodeNumber({source: buffer, type: 'short'}), 0x0102);
  }
});

test('Ti.Codec.encodeNumber refuses', () => {
  const params = {source: 1, dest: Ti.createBuffer({length: 4}), type: 'int'};

  for (const name of ['source', 'dest', 'type']) {
    assertRefused(new RegExp(name), () => Codec.encodeNumber({...params, [name]: undefined}));
    assertRefused(new RegExp(name), () => Codec.encodeNumber({...params, [name]: null}));
  }
  assertRefused(/missing/, () => Codec.encodeNumber());
  assertRefused(BEYOND, () => Codec.encodeNumber({...params, position: 1}));
  assertRefused(BEYOND, () => Codec.encodeNumber({...params, type: 'long'}));
  assertRefused(NO_NUMBER, () => Codec.encodeNumber({...params, position: -1}));
  assertRefused(/types/, () => Codec.encodeNumber({...params, type: 'utf8'}));
  assertRefused(/types/, () => Codec.encodeNumber({...params, type: 'toString'}));
  assertRefused(/number is needed/, () => Codec.encodeNumber({...params, source: 'one'}));
  assertRefused(/ENDIAN/, () => Codec.encodeNumber({...params, byteOrder: 9}));
  assertRefused(/Ti\.Buffer/, () => Codec.encodeNumber({...params, dest: new Uint8Array(4)}));
  assertEqual(toArray(params.dest), [0, 0, 0, 0]);
});

test('Ti.Codec.decodeNumber refuses', () => {
  const params = {source: Ti.createBuffer({length: 4}), type: 'int'};

  assertRefused(/source/, () => Codec.decodeNumber({...params, source: null}));
  assertRefused(/type/, () => Codec.decodeNumber({source: params.source}));
  assertRefused(BEYOND, () => Codec.decodeNumber({...params, position: 1}));
  assertRefused(BEYOND, () => Codec.decodeNumber({...params, position: 4, type: 'byte'}));
  assertRefused(BEYOND, () => Codec.decodeNumber({...params, type: 'double'}));
  assertRefused(NO_NUMBER, () => Codec.decodeNumber({...params, position: -1}));
  assertRefused(/types/, () => Codec.decodeNumber({...params, type: 'float64'}));
});

test('a number in a buffer that has changed its length', () => {
  const buffer = Ti.createBuffer({length: 1});

  Codec.encodeNumber({source: 1, dest: buffer, type: 'byte'});
  buffer.length = 1000;
  assertSame(Codec.encodeNumber({source: 5, dest: buffer, type: 'byte', position: 999}), 1000);
  assertEqual([buffer[0], buffer[999]], [1, 5]);
  buffer.release();
  assertRefused(BEYOND, () => Codec.decodeNumber({source: buffer, type: 'byte'}));
});

test('Ti.Codec.encodeString', () => {
  for (const [text, charset, bytes] of TEXTS) {
    const dest = Ti.createBuffer({length: bytes.length + 2});

    dest.fill(0xee);
    assertSame(Codec.encodeString({source: text, dest, destPosition: 1, charset}),
               bytes.length + 1);
    assertEqual(toArray(dest), [0xee, ...bytes, 0xee], `${text} ${charset}`);
  }
});

test('Ti.Codec.decodeString', () => {
  for (const [text, charset, bytes] of TEXTS) {
    const source = makeBuffer(0xee, ...bytes, 0xee);

    assertSame(Codec.decodeString({source, position: 1, length: bytes.length, charset}), text);
  }
});

test('UTF-8 is the charset if none is given', () => {
  const buffer = Ti.createBuffer({length: 2});

  assertSame(Codec.encodeString({source: 'ä', dest: buffer}), 2);
  assertSame(Codec.decodeString({source: buffer}), 'ä');
});

test('utf16 goes by the mark', () => {
  for (const bytes of [[0xff, 0xfe, 0xe4, 0], [0xfe, 0xff, 0, 0xe4], [0, 0xe4]])
    assertSame(Codec.decodeString({source: makeBuffer(...bytes), charset: 'utf16'}), 'ä');
});

test('characters that a charset does not have, and bytes that are no text', () => {
  const dest = Ti.createBuffer({length: 4});

  assertSame(Codec.encodeString({source: 'aä€😀', dest, charset: 'ascii'}), 4);
  assertEqual(toArray(dest), [0x61, 0x3f, 0x3f, 0x3f]);
  assertSame(Codec.encodeString({source: 'aä€😀', dest, charset: 'latin1'}), 4);
  assertEqual(toArray(dest), [0x61, 0xe4, 0x3f, 0x3f]);
  assertSame(Codec.decodeString({source: makeBuffer(0x61, 0xe4), charset: 'ascii'}), 'aä');
  assertSame(Codec.decodeString({source: makeBuffer(0x61, 0xe4)}), 'a\ufffd');
  assertSame(Codec.decodeString({source: makeBuffer(0, 0x61, 0), charset: 'utf16be'}), 'a\ufffd');
});

test('long texts', () => {
  const text = 'äöü'.repeat(20000);

  for (const charset of ['utf8', 'latin1', 'utf16', 'utf16le']) {
    const source = Ti.createBuffer({value: text, type: charset});

    assertTrue(Codec.decodeString({source, charset}) === text, charset);
  }
});

test('parts of the source of Ti.Codec.encodeString', () => {
  const dest = Ti.createBuffer({length: 3});
  const params = {source: 'äbc', dest};

  assertSame(Codec.encodeString({...params, sourcePosition: 1, sourceLength: 2}), 2);
  assertEqual(toArray(dest), [0x62, 0x63, 0]);
  assertSame(Codec.encodeString({...params, sourceLength: 1, destPosition: 1}), 3);
  assertEqual(toArray(dest), [0x62, 0xc3, 0xa4]);
  assertRefused(BEYOND, () => Codec.encodeString({...params, sourcePosition: 1}));
  assertRefused(BEYOND, () => Codec.encodeString({...params, sourceLength: 4}));
});

test('Ti.Codec.encodeString refuses', () => {
  const dest = Ti.createBuffer({length: 3});
  const params = {source: 'abc', dest};

  assertRefused(/source/, () => Codec.encodeString({dest}));
  assertRefused(/dest/, () => Codec.encodeString({source: 'abc'}));
  assertRefused(/charsets/, () => Codec.encodeString({...params, charset: 'koi8'}));
  assertRefused(BEYOND, () => Codec.encodeString({...params, destPosition: 1}));
  assertRefused(BEYOND, () => Codec.encodeString({...params, source: 'abä'}));
  assertRefused(NO_NUMBER, () => Codec.encodeString({...params, destPosition: -1}));
  assertEqual(toArray(dest), [0, 0, 0]);
});

test('Ti.Codec.decodeString refuses', () => {
  const params = {source: makeBuffer(0x61, 0x62, 0x63)};

  assertRefused(/source/, () => Codec.decodeString({source: null}));
  assertRefused(/charsets/, () => Codec.decodeString({...params, charset: 'koi8'}));
  assertRefused(BEYOND, () => Codec.decodeString({...params, position: 1}));
  assertRefused(BEYOND, () => Codec.decodeString({...params, length: 4}));
  assertRefused(BEYOND, () => Codec.decodeString({...params, position: 2, length: 2}));
  assertSame(Codec.decodeString({...params, position: 1, length: 2}), 'bc');
});
