// encoding.js: text and numbers as bytes, which Ti.Codec and Ti.createBuffer() both need
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported BIG_ENDIAN, LITTLE_ENDIAN, NATIVE_ENDIAN, decodeNumber, decodeText, encodeNumber,
   encodeText, sizeOf, toByteOrder */

const {charge} = imports.tisock.garbage;

var LITTLE_ENDIAN = 1;
var BIG_ENDIAN = 2;
var NATIVE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? LITTLE_ENDIAN : BIG_ENDIAN;

const BYTE_ORDER_MARK = 0xfeff;
const REPLACEMENT = 0xfffd;
const CHUNK = 8192;             // arguments of one call

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

// Text

function toText(units) {
  const parts = [];

  for (let i = 0; i < units.length; i += CHUNK)
    parts.push(String.fromCharCode(...units.subarray(i, i + CHUNK)));

  return parts.join('');
}

// A byte order mark stays. What TextDecoder does with it depends on the version of GJS.
function decodeUtf8(bytes) {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return String.fromCharCode(BYTE_ORDER_MARK) + decodeUtf8(bytes.subarray(3));

  return utf8Decoder.decode(bytes);
}

// One byte for each character; those that the charset does not have become question marks.
function encodeSingle(text, highest) {
  return Uint8Array.from(text, character => {
    const code = character.codePointAt(0);

    return code <= highest ? code : 0x3f;
  });
}

function encodeUnits(text, littleEndian) {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);

  for (let i = 0; i < text.length; i++)
    view.setUint16(2 * i, text.charCodeAt(i), littleEndian);

  return bytes;
}

// A byte that is left over is half a character.
function decodeUnits(bytes, littleEndian) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const units = new Uint16Array(Math.ceil(bytes.length / 2)).fill(REPLACEMENT);

  for (let i = 0; i < Math.floor(bytes.length / 2); i++)
    units[i] = view.getUint16(2 * i, littleEndian);

  return toText(units);
}

// Without a byte order mark it is big endian.
function decodeMarked(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return decodeUnits(bytes.subarray(2), true);

  return decodeUnits(bytes[0] === 0xfe && bytes[1] === 0xff ? bytes.subarray(2) : bytes, false);
}

const LATIN_1 = {
  encode: text => encodeSingle(text, 0xff),
  decode: toText,
};

// Programs take ASCII for bytes as they are: those above 127 have to survive being decoded.
const CHARSETS = {
  'ascii': {encode: text => encodeSingle(text, 0x7f), decode: toText},
  'latin1': LATIN_1,
  'iso-latin-1': LATIN_1,
  'utf8': {
    encode: text => utf8Encoder.encode(text),
    decode: decodeUtf8,
  },
  'utf16': {
    encode: text => encodeUnits(String.fromCharCode(BYTE_ORDER_MARK) + text, false),
    decode: decodeMarked,
  },
  'utf16be': {
    encode: text => encodeUnits(text, false),
    decode: bytes => decodeUnits(bytes, false),
  },
  'utf16le': {
    encode: text => encodeUnits(text, true),
    decode: bytes => decodeUnits(bytes, true),
  },
};

function getCharset(name) {
  if (!Object.hasOwn(CHARSETS, name))
    throw new TypeError(`“${name}” is none of the charsets of Ti.Codec`);

  return CHARSETS[name];
}

function encodeText(text, charset) {
  const bytes = getCharset(charset).encode(text);

  return charge(bytes.length, bytes);
}

function decodeText(bytes, charset) {
  return charge(bytes.length, getCharset(charset).decode(bytes));
}

// Numbers

// What is too wide keeps its low bits, as the narrower types do by themselves.
function toBigInt(number) {
  return BigInt.asIntN(64, BigInt(Number.isFinite(number) ? Math.trunc(number) : 0));
}

const TYPES = {
  byte: {size: 1, get: 'getInt8', set: 'setInt8'},
  short: {size: 2, get: 'getInt16', set: 'setInt16'},
  int: {size: 4, get: 'getInt32', set: 'setInt32'},
  long: {size: 8, get: 'getBigInt64', set: 'setBigInt64', convert: toBigInt},
  float: {size: 4, get: 'getFloat32', set: 'setFloat32'},
  double: {size: 8, get: 'getFloat64', set: 'setFloat64'},
};

function getType(name) {
  if (!Object.hasOwn(TYPES, name))
    throw new TypeError(`“${name}” is none of the types of Ti.Codec`);

  return TYPES[name];
}

function sizeOf(type) {
  return getType(type).size;
}

function toByteOrder(value) {
  const order = value ?? NATIVE_ENDIAN;

  if (order !== LITTLE_ENDIAN && order !== BIG_ENDIAN)
    throw new TypeError(`${value} is neither Ti.Codec.BIG_ENDIAN nor Ti.Codec.LITTLE_ENDIAN`);

  return order;
}

function isLittleEndian(byteOrder) {
  return toByteOrder(byteOrder) === LITTLE_ENDIAN;
}

// Puts a number into a DataView.
function encodeNumber(view, position, number, type, byteOrder) {
  const {set, convert} = getType(type);

  view[set](position, convert ? convert(number) : number, isLittleEndian(byteOrder));
}

function decodeNumber(view, position, type, byteOrder) {
  return Number(view[getType(type).get](position, isLittleEndian(byteOrder)));
}
