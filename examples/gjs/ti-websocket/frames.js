// frames.js: the frames in which the messages of a WebSocket travel (RFC 6455)
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Tisock from 'gi://Tisock?version=1';

const {Ti} = Tisock;
const {TYPE_BYTE, TYPE_LONG, TYPE_SHORT} = Ti.Codec;
const FLAG = 0x80;
const LARGEST_PAYLOAD = 1 << 24;
const NO_STATUS = 1005;

export const [TEXT, CLOSE, PING, PONG] = [0x1, 0x8, 0x9, 0xa];

export function makeNumber(value, type) {
  return Ti.createBuffer({value, type, byteOrder: Ti.Codec.BIG_ENDIAN});
}

// Titanium has no unsigned numbers.
function readShort(source, position) {
  const type = TYPE_SHORT;

  return Ti.Codec.decodeNumber({source, position, type, byteOrder: Ti.Codec.BIG_ENDIAN}) & 0xffff;
}

function readLong(source, position) {
  const type = TYPE_LONG;

  return Ti.Codec.decodeNumber({source, position, type, byteOrder: Ti.Codec.BIG_ENDIAN});
}

export function makeRandom(length) {
  const buffer = Ti.createBuffer({length});

  for (let i = 0; i < length; i++)
    buffer[i] = Math.floor(256 * Math.random());

  return buffer;
}

function appendLength(frame, length) {
  if (length < 126) {
    frame.append(makeNumber(FLAG | length, TYPE_BYTE));
  } else if (length < 1 << 16) {
    frame.append(makeNumber(FLAG | 126, TYPE_BYTE));
    frame.append(makeNumber(length, TYPE_SHORT));
  } else {
    frame.append(makeNumber(FLAG | 127, TYPE_BYTE));
    frame.append(makeNumber(length, TYPE_LONG));
  }
}

// A message as a single frame, masked as those of a client have to be.
export function makeFrame(opcode, payload) {
  const frame = makeNumber(FLAG | opcode, TYPE_BYTE);
  const mask = makeRandom(4);
  const masked = payload.clone();

  for (let i = 0; i < masked.length; i++)
    masked[i] ^= mask[i % 4];
  appendLength(frame, payload.length);
  frame.append(mask);
  frame.append(masked);

  return frame;
}

// Where the payload begins, and its length; nothing as long as that has not come.
function measure(buffer) {
  const code = buffer.length < 2 ? 0 : buffer[1];
  const begin = code < 126 ? 2 : code === 126 ? 4 : 10;

  if (code & FLAG)
    throw new Error('a frame of the server is masked');
  if (buffer.length < begin)
    return [];
  if (code < 126)
    return [begin, code];

  return [begin, code === 126 ? readShort(buffer, 2) : readLong(buffer, 2)];
}

// The first frame in a buffer, or null as long as not all of it has come.
export function parseFrame(buffer) {
  const [begin, length] = measure(buffer);

  if (length < 0 || length > LARGEST_PAYLOAD)
    throw new Error('a frame of the server is too large');
  if (!(buffer.length >= begin + length))
    return null;

  return {
    opcode: buffer[0] & 0xf,
    isLast: (buffer[0] & FLAG) !== 0,
    payload: buffer.clone(begin, length),
    size: begin + length,
  };
}

// The code and the reason in a frame that closes.
export function parseClose(payload) {
  if (payload.length < 2)
    return [NO_STATUS, ''];

  return [readShort(payload, 0), payload.clone(2, payload.length - 2).toString()];
}
