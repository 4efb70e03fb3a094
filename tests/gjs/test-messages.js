// test-messages.js: EasyTCPSocket: messages that are sent, announced and waited for
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertFalse, assertThrows, assertTrue, begin, cleanUp, iterateUntil,
        makePair, makeServer, record, test} from './support.js';

const encoder = new TextEncoder();

// Handles its messages as a subclass in Xojo does.
const MessageSocket = GObject.registerClass(
class MessageSocket extends Tisock.EasyTCPSocket {
  messages = [];

  vfunc_received_message(command, data) {
    this.messages.push(`${command}:${new TextDecoder().decode(data.toArray())}`);
  }
});

function makeMessengers() {
  const server = makeServer();

  server.connect('add-socket', () => new MessageSocket());

  return makePair(new Tisock.EasyTCPSocket(), server);
}

test('messages are sent in each way', () => {
  const [socket, peer] = makeMessengers();

  assertTrue(socket.send_message(1, encoder.encode('one')));
  assertTrue(socket.send_message(2, 'text'));
  assertTrue(socket.send_message(3, null));
  assertTrue(socket.send_message_bytes(2 ** 31 - 1, GLib.Bytes.new(encoder.encode('more'))));
  iterateUntil(() => peer.messages.length === 4);
  assertEqual(peer.messages, ['1:one', '2:text', '3:', '2147483647:more']);
});

test('messages are announced', () => {
  const [socket, peer] = makeMessengers();
  const events = record(socket);

  peer.send_message(7, 'answer');
  iterateUntil(() => events.has('received-message'));
  const [command, data] = events.last('received-message');
  assertEqual(command, 7);
  assertEqual(data.toArray(), encoder.encode('answer'));
});

test('what would break the protocol is refused', () => {
  const [socket] = makeMessengers();

  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.read_line());
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.write_string('x'));
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.send_message(-1, 'reserved'));
  socket.maximum_message_size = 3;
  assertThrows(Tisock.SocketError.FRAME_TOO_LARGE, () => socket.send_message(1, 'four'));
});

test('messages are waited for', async () => {
  const [socket, peer] = makeMessengers();
  const events = record(socket);
  const finish = begin(socket, 'receive_message', 2, null);

  peer.send_message(1, 'one');
  peer.send_message(2, 'two');
  assertEqual(finish().toArray(), encoder.encode('two'));
  assertEqual(events.last('received-message')[0], 1);

  peer.send_message(3, 'three');
  peer.send_message(4, 'four');
  assertEqual(socket.receive_message_sync(4, -1, null), encoder.encode('four'));
  assertEqual(socket.wait_for_message(3, -1).toArray(), encoder.encode('three'));
  assertEqual(socket.wait_for_message(3, 0), null);
  peer.send_message(5, 'five');
  assertEqual(await socket.receive_message_async(5), encoder.encode('five'));
  assertEqual(events.names, ['received-message']);
});

test('connections are waited for', () => {
  const socket = Tisock.EasyTCPSocket.new();

  assertFalse(socket.ssl_enabled);
  cleanUp(() => socket.close());
  socket.address = HOST;
  socket.port = makeServer().port;
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.wait_for_connection(-1));
  socket.open();
  assertTrue(socket.wait_for_connection(-1));
  assertTrue(socket.is_connected);
});
