// codec.js: Ti.Codec, numbers and text in buffers
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported Codec */

const {bytesOf, requireBuffer, viewOf} = imports.tisock.ti.buffer;
const {checkRange, requireParams, toCount} = imports.tisock.ti.common;
const encoding = imports.tisock.ti.encoding;

function toNumber(value) {
  const number = Number(value);

  if (Number.isNaN(number) && typeof value !== 'number')
    throw new TypeError(`A number is needed, and ${value} is none`);

  return number;
}

// Where the number is.
function toPosition(view, {position, type}) {
  const begin = toCount(position, 'position', 0);

  checkRange(begin, encoding.sizeOf(type), view.byteLength, 'buffer');

  return begin;
}

var Codec = {
  CHARSET_ASCII: 'ascii',
  CHARSET_ISO_LATIN_1: 'latin1',
  CHARSET_UTF8: 'utf8',
  CHARSET_UTF16: 'utf16',
  CHARSET_UTF16BE: 'utf16be',
  CHARSET_UTF16LE: 'utf16le',

  TYPE_BYTE: 'byte',
  TYPE_SHORT: 'short',
  TYPE_INT: 'int',
  TYPE_LONG: 'long',
  TYPE_FLOAT: 'float',
  TYPE_DOUBLE: 'double',

  BIG_ENDIAN: encoding.BIG_ENDIAN,
  LITTLE_ENDIAN: encoding.LITTLE_ENDIAN,

  get apiName() {
    return 'Ti.Codec';
  },

  getNativeByteOrder() {
    return encoding.NATIVE_ENDIAN;
  },

  encodeNumber(params) {
    const {source, dest, type, byteOrder} =
      requireParams(params, 'encodeNumber', 'source', 'dest', 'type');
    const view = viewOf(dest);
    const position = toPosition(view, params);

    encoding.encodeNumber(view, position, toNumber(source), type, byteOrder);

    return position + encoding.sizeOf(type);
  },

  decodeNumber(params) {
    const {source, type, byteOrder} = requireParams(params, 'decodeNumber', 'source', 'type');
    const view = viewOf(source);

    return encoding.decodeNumber(view, toPosition(view, params), type, byteOrder);
  },

  encodeString(params) {
    const {source, dest, destPosition, sourcePosition, sourceLength, charset} =
      requireParams(params, 'encodeString', 'source', 'dest');
    const text = String(source);
    const begin = toCount(sourcePosition, 'sourcePosition', 0);
    const count = toCount(sourceLength, 'sourceLength', text.length);
    const target = bytesOf(requireBuffer(dest));
    const place = toCount(destPosition, 'destPosition', 0);

    checkRange(begin, count, text.length, 'source');
    const bytes = encoding.encodeText(text.substr(begin, count), charset ?? 'utf8');
    checkRange(place, bytes.length, target.length, 'destination');
    target.set(bytes, place);

    return place + bytes.length;
  },

  decodeString(params) {
    const {source, position, length, charset} = requireParams(params, 'decodeString', 'source');
    const bytes = bytesOf(requireBuffer(source));
    const begin = toCount(position, 'position', 0);
    const count = toCount(length, 'length', bytes.length);

    checkRange(begin, count, bytes.length, 'source');

    return encoding.decodeText(bytes.subarray(begin, begin + count), charset ?? 'utf8');
  },
};
