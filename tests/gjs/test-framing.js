// test-framing.js: frames, with a socket and without
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {assertEqual, assertThrows, assertTrue, begin, iterateUntil, makePair, record,
        test} from './support.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

test('frames of each kind are made and read', () => {
  const kinds = [
    [Tisock.Framing.new_delimiter(encoder.encode('\r\n')), 'hello\r\n'],
    [Tisock.Framing.new_fixed_size(5), 'hello'],
    [Tisock.Framing.new_length_prefix(2, Gio.DataStreamByteOrder.LITTLE_ENDIAN), '\x05\0hello'],
    [Tisock.Framing.new_varint(), '\x05hello'],
    [Tisock.Framing.new_netstring(), '5:hello,'],
  ];

  for (const [framing, wire] of kinds) {
    const bytes = framing.encode('hello');

    assertEqual(bytes.toArray(), encoder.encode(wire));
    const [frame, end] = framing.decode(bytes, 0);
    assertEqual(decoder.decode(frame.toArray()), 'hello');
    assertEqual(end, bytes.get_size());
  }
});

test('a frame has a maximum', () => {
  const framing = Tisock.Framing.new_netstring();

  assertEqual(framing.maximum_frame_size, 16 * 1024 * 1024);
  framing.maximum_frame_size = 4;
  assertThrows(Tisock.SocketError.FRAME_TOO_LARGE, () => framing.encode('hello'));
  assertThrows(Tisock.SocketError.FRAME_TOO_LARGE,
               () => framing.decode(GLib.Bytes.new(encoder.encode('5:')), 0));
  assertEqual(framing.decode(GLib.Bytes.new(encoder.encode('4:fou')), 0), [null, 0]);
});

test('frames are written and read', () => {
  const [socket, peer] = makePair();
  const framing = Tisock.Framing.new_netstring();
  const frames = [];

  peer.connect('data-available', () => {
    for (let frame; (frame = peer.read_frame(framing)) !== null;)
      frames.push(decoder.decode(frame.toArray()));
  });
  assertTrue(socket.write_frame(framing, encoder.encode('one')));
  assertTrue(socket.write_frame_bytes(framing, GLib.Bytes.new(encoder.encode('two'))));
  iterateUntil(() => frames.length === 2);
  assertEqual(frames, ['one', 'two']);
});

test('frames are waited for', async () => {
  const [socket, peer] = makePair();
  const framing = Tisock.Framing.new_varint();
  const finish = begin(peer, 'receive_frame', framing, null);

  socket.write_frame(framing, 'one');
  assertEqual(finish().toArray(), encoder.encode('one'));
  socket.write_frame(framing, 'two');
  assertEqual(await peer.receive_frame_async(framing, null), encoder.encode('two'));
  socket.shutdown();
  assertEqual(peer.receive_frame_sync(framing, -1, null), null);
});

test('a frame that is too large ends the connection', () => {
  const [socket, peer] = makePair();
  const framing = Tisock.Framing.new_netstring();
  const events = record(peer);

  framing.maximum_frame_size = 3;
  socket.write_string('4:');
  iterateUntil(() => peer.bytes_available === 2);
  assertThrows(Tisock.SocketError.FRAME_TOO_LARGE, () => peer.read_frame(framing));
  assertEqual(events.names.slice(-2), ['error', 'closed']);
});
