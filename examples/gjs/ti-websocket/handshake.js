// handshake.js: what a WebSocket says before its first frame, and has to hear (RFC 6455)
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Tisock from 'gi://Tisock?version=1';

import {makeRandom} from './frames.js';

const {Ti} = Tisock;
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const ANSWER = /^HTTP\/1\.1 101 .*^Sec-WebSocket-Accept: *(\S+)/ims;

function encode(buffer) {
  return Ti.Utils.base64encode(buffer.toBlob()).text;
}

function fromHex(digits) {
  const buffer = Ti.createBuffer({length: digits.length / 2});

  for (let i = 0; i < buffer.length; i++)
    buffer[i] = parseInt(digits.substr(2 * i, 2), 16);

  return buffer;
}

export function makeKey() {
  return encode(makeRandom(16));
}

export function makeRequest(host, path, key) {
  const lines = [
    `GET ${path} HTTP/1.1`, `Host: ${host}`, 'Upgrade: websocket', 'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13', '', '',
  ];

  return Ti.createBuffer({value: lines.join('\r\n')});
}

// Gives the length of the answer in a buffer, or 0 as long as not all of it has come.
export function parseAnswer(buffer, key) {
  const text = Ti.Codec.decodeString({source: buffer, charset: Ti.Codec.CHARSET_ASCII});
  const end = text.indexOf('\r\n\r\n');

  if (end < 0)
    return 0;

  const [, accept] = text.slice(0, end).match(ANSWER) ?? [];

  if (accept !== encode(fromHex(Ti.Utils.sha1(key + GUID))))
    throw new Error(`the server says “${text.split('\r\n', 1)}”`);

  return end + 4;
}
