// buffer.js: Ti.Buffer, bytes that grow and shrink, and Ti.Blob, bytes that stay as they are
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported Blob, Buffer, bytesOf, createBuffer, requireBuffer, viewOf */

const {addAccessors, checkRange, toCount} = imports.tisock.ti.common;
const {decodeText, encodeNumber, encodeText, sizeOf, toByteOrder} = imports.tisock.ti.encoding;
const {charge} = imports.tisock.garbage;

// A property name that means a byte. Most names are asked for never or seldom: methods and the like
// are found before it comes to this.
function toIndex(key) {
  return typeof key === 'symbol' || key === '' ? NaN : Number(key);
}

// Stands behind the methods of a buffer, so that only what they do not have comes here.
const indexing = new Proxy(Object.prototype, {
  get(target, key, buffer) {
    const index = toIndex(key);

    return Number.isInteger(index) ? Buffer.getByte(buffer, index) : target[key];
  },

  set(target, key, value, buffer) {
    const index = toIndex(key);

    if (!Number.isInteger(index))
      return Reflect.set(target, key, value, buffer);

    Buffer.setByte(buffer, index, value);

    return true;
  },
});

var Blob = class Blob {
  #bytes;
  #path;

  constructor(bytes, path = null) {
    this.#bytes = bytes;
    this.#path = path;
  }

  static bytesOf(blob) {
    return blob.#bytes;
  }

  get apiName() {
    return 'Ti.Blob';
  }

  get length() {
    return this.#bytes.length;
  }

  get size() {
    return this.#bytes.length;
  }

  get text() {
    return decodeText(this.#bytes, 'utf8');
  }

  get nativePath() {
    return this.#path;
  }

  append(blob) {
    const more = bytesOf(blob);
    const bytes = new Uint8Array(this.length + more.length);

    bytes.set(this.#bytes);
    bytes.set(more, this.length);
    this.#bytes = bytes;
  }

  toString() {
    return this.text;
  }
};

addAccessors(Blob.prototype, 'length', 'size', 'text', 'nativePath');

var Buffer = class Buffer {
  #bytes;
  #view = null;                 // of the bytes, made when it is first needed
  #byteOrder;
  #type;
  #value;

  // Takes the bytes, which have their memory for themselves.
  constructor(bytes, {byteOrder, type, value} = {}) {
    this.#bytes = charge(bytes.length, bytes);
    this.#byteOrder = toByteOrder(byteOrder);
    this.#type = type;
    this.#value = value;
  }

  static bytesOf(buffer) {
    return buffer.#bytes;
  }

  static viewOf(buffer) {
    const bytes = buffer.#bytes;

    buffer.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

    return buffer.#view;
  }

  static getByte(buffer, index) {
    buffer.#checkIndex(index);

    return buffer.#bytes[index];
  }

  static setByte(buffer, index, value) {
    buffer.#checkIndex(index);
    buffer.#bytes[index] = value;
  }

  #checkIndex(index) {
    if (index < 0 || index >= this.length)
      throw new RangeError(`Index ${index} is outside the buffer, which has ${this.length} bytes`);
  }

  // Memory grows by doubling, so that a buffer can be appended to again and again.
  #resize(length) {
    const before = this.#bytes;

    this.#view = null;
    if (length > before.buffer.byteLength) {
      this.#bytes = new Uint8Array(new ArrayBuffer(Math.max(length, 2 * before.length)), 0, length);
      this.#bytes.set(before);
      charge(this.#bytes.buffer.byteLength);
    } else {
      this.#bytes = new Uint8Array(before.buffer, 0, length).fill(0, before.length);
    }
  }

  // A piece of another buffer, of this one's by a copy: its bytes are about to be moved.
  #takePiece(source, offset, length) {
    const bytes = bytesOf(source);
    const begin = toCount(offset, 'sourceOffset', 0);
    const count = toCount(length, 'sourceLength', bytes.length);

    checkRange(begin, count, bytes.length, 'source');

    return bytes.slice(begin, begin + count);
  }

  get apiName() {
    return 'Ti.Buffer';
  }

  get length() {
    return this.#bytes.length;
  }

  set length(value) {
    this.#resize(toCount(value, 'length'));
  }

  get byteOrder() {
    return this.#byteOrder;
  }

  set byteOrder(value) {
    this.#byteOrder = toByteOrder(value);
  }

  get type() {
    return this.#type;
  }

  set type(value) {
    this.#type = value;
  }

  get value() {
    return this.#value;
  }

  set value(value) {
    this.#value = value;
  }

  append(source, sourceOffset, sourceLength) {
    return this.insert(source, this.length, sourceOffset, sourceLength);
  }

  insert(source, offset, sourceOffset, sourceLength) {
    const piece = this.#takePiece(source, sourceOffset, sourceLength);
    const place = toCount(offset, 'offset');
    const end = this.length;

    checkRange(place, 0, end, 'buffer');
    this.#resize(end + piece.length);
    this.#bytes.copyWithin(place + piece.length, place, end);
    this.#bytes.set(piece, place);

    return piece.length;
  }

  copy(source, offset, sourceOffset, sourceLength) {
    const piece = this.#takePiece(source, sourceOffset, sourceLength);
    const place = toCount(offset, 'offset', 0);

    checkRange(place, piece.length, this.length, 'buffer');
    this.#bytes.set(piece, place);

    return piece.length;
  }

  clone(offset, length) {
    const whole = (offset ?? length ?? null) === null;

    return new Buffer(this.#takePiece(this, offset, length), {
      byteOrder: this.#byteOrder,
      type: this.#type,
      value: whole ? this.#value : undefined,
    });
  }

  fill(byte, offset, length) {
    const value = Number(byte ?? NaN);
    const begin = toCount(offset, 'offset', 0);
    const count = toCount(length, 'length', this.length);

    if (Number.isNaN(value))
      throw new TypeError(`A byte to fill with is needed, and ${byte} is none`);
    checkRange(begin, count, this.length, 'buffer');
    this.#bytes.fill(value, begin, begin + count);
  }

  clear() {
    this.#bytes.fill(0);
  }

  release() {
    this.#bytes = new Uint8Array(0);
    this.#view = null;
  }

  toString() {
    return decodeText(this.#bytes, 'utf8');
  }

  toBlob() {
    return new Blob(this.#bytes.slice());
  }
};

Object.setPrototypeOf(Buffer.prototype, indexing);
addAccessors(Buffer.prototype, 'length', 'byteOrder', 'type', 'value');

function requireBuffer(value) {
  if (!(value instanceof Buffer))
    throw new TypeError(`A Ti.Buffer is needed, and ${value} is none`);

  return value;
}

// The bytes of a buffer, to be read and written in place, or those of a blob.
function bytesOf(source) {
  return source instanceof Blob ? Blob.bytesOf(source) : Buffer.bytesOf(requireBuffer(source));
}

function viewOf(buffer) {
  return Buffer.viewOf(requireBuffer(buffer));
}

function encodeValue(value, type, byteOrder) {
  if (value === undefined)
    return new Uint8Array(0);
  if (typeof value === 'string')
    return encodeText(value, type);
  if (typeof value !== 'number')
    throw new TypeError(`The value of a buffer is a string or a number, and not ${value}`);

  const bytes = new Uint8Array(sizeOf(type));

  encodeNumber(new DataView(bytes.buffer), 0, value, type, byteOrder);

  return bytes;
}

// An example of Titanium's own says `data` for `value`.
function createBuffer(params) {
  const {length, byteOrder} = params ?? {};
  const value = params?.value ?? params?.data ?? undefined;
  const type = params?.type ?? (typeof value === 'string' ? 'utf8' : undefined);
  const bytes = encodeValue(value, type, byteOrder);
  const size = toCount(length, 'length', 0) || bytes.length;
  const buffer = new Buffer(new Uint8Array(size), {byteOrder, type, value});

  checkRange(0, bytes.length, size, 'buffer');
  bytesOf(buffer).set(bytes);

  return buffer;
}
