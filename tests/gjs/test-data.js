// test-data.js: bytes and text go in and out as they are
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertError, assertFalse, assertSame, assertThrows, assertTrue,
        catchError, cleanUp, concatenate, iterateUntil, makePair, makeServer, openSocket, receive,
        record, settle, test} from './support.js';

const TEXT = 'Grüße, 世界 🐍';
const BYTES = Uint8Array.from({length: 259}, (_, i) => i < 256 ? i : i === 258 ? 255 : 0);
const NONE = new Uint8Array();

const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;

function encode(text) {
  return new TextEncoder().encode(text);
}

// A pair, of which the peer has sent something that has come.
function makePairWith(data) {
  const [socket, peer] = makePair();

  peer.write(data);
  iterateUntil(() => socket.bytes_available === data.length);

  return [socket, peer];
}

test('reading nothing', () => {
  const [socket] = makePair();

  for (const data of [socket.read(-1), socket.read(5), socket.read_all(), socket.look_ahead(-1),
                      socket.read_bytes(-1).toArray()])
    assertEqual(data, NONE);
  assertSame(socket.read_string(-1, null), '');
  assertSame(socket.read_line(), null);
  assertSame(socket.read_until([0]), null);
});

test('read', () => {
  const [socket] = makePairWith(BYTES);

  assertEqual(socket.read(0), NONE);
  assertEqual(socket.read(3), BYTES.slice(0, 3));
  assertEqual(socket.bytes_available, BYTES.length - 3);
  assertEqual(socket.look_ahead(2), BYTES.slice(3, 5));
  assertEqual(socket.look_ahead(-1), BYTES.slice(3));
  assertEqual(socket.read(1e6), BYTES.slice(3));
  assertEqual(socket.bytes_available, 0);
});

test('read_all', () => {
  const [socket] = makePairWith(BYTES);
  const data = socket.read_all();

  assertTrue(data instanceof Uint8Array);
  assertEqual(data, BYTES);
});

test('read_bytes', () => {
  const [socket] = makePairWith(BYTES);

  assertEqual(socket.read_bytes(2).toArray(), BYTES.slice(0, 2));
  assertEqual(socket.read_bytes(-1).toArray(), BYTES.slice(2));
});

test('read_until', () => {
  const [socket] = makePairWith(encode('one\0\0two\0\0\0\0four'));
  const delimiter = new Uint8Array(2);

  for (const expected of ['one', 'two', ''])
    assertEqual(socket.read_until(delimiter).toArray(), encode(expected));
  assertSame(socket.read_until(delimiter), null);
  assertEqual(socket.read_all(), encode('four'));
});

test('read_line', () => {
  const [socket, peer] = makePairWith(encode(`${TEXT}\r\n\nrest`));

  assertSame(socket.read_line(), TEXT);
  assertSame(socket.read_line(), '');
  assertSame(socket.read_line(), null);
  peer.close();
  iterateUntil(() => !socket.is_connected);
  assertSame(socket.read_line(), 'rest');
});

test('read_string', () => {
  const [socket, peer] = makePairWith(encode(TEXT));

  // A character cut at the end stays.
  assertSame(socket.read_string(3, null), 'Gr');
  assertSame(socket.read_string(-1, null), TEXT.slice(2));
  peer.write([0x47, 0xfc]);
  iterateUntil(() => socket.bytes_available === 2);
  assertSame(socket.read_string(-1, 'ISO-8859-1'), 'Gü');
});

test('what is no text stays', () => {
  const data = Uint8Array.of(255, 254, 10);
  const [socket] = makePairWith(data);
  const events = record(socket);

  assertThrows(Tisock.SocketError.INVALID_ENCODING, () => socket.read_string(-1, null));
  assertThrows(Tisock.SocketError.INVALID_ENCODING, () => socket.read_line());
  assertEqual(socket.read_all(), data);
  assertFalse(events.has('error'));
});

test('what cannot come is an error', () => {
  const [socket, peer] = makePair();

  socket.receive_limit = 4;
  peer.write_string('long');
  iterateUntil(() => socket.bytes_available === 4);
  assertThrows(Tisock.SocketError.FRAME_TOO_LARGE, () => socket.read_line());
  assertThrows(Tisock.SocketError.FRAME_TOO_LARGE, () => socket.read_until([0]));
});

test('purge', () => {
  const [socket] = makePairWith(BYTES);

  socket.purge();
  assertEqual(socket.read_all(), NONE);
});

test('writing', () => {
  const [socket, peer] = makePair();

  assertTrue(socket.write(BYTES));
  assertTrue(socket.write([0, 1, 255]));
  assertTrue(socket.write_bytes(new GLib.Bytes(BYTES)));
  assertTrue(socket.write_string(TEXT));
  const expected = concatenate(BYTES, [0, 1, 255], BYTES, encode(TEXT));
  assertEqual(receive(peer, expected.length), expected);
});

test('writing nothing', () => {
  const [socket] = makePair();

  for (const data of [NONE, [], null])
    assertTrue(socket.write(data));
  assertTrue(socket.write_bytes(new GLib.Bytes(NONE)));
  assertTrue(socket.write_string(''));
  assertEqual(socket.bytes_left_to_send, 0);
});

test('writing much', () => {
  const [socket, peer] = makePair();
  const chunk = new Uint8Array(1 << 20).map((_, i) => i);
  let count = 0;

  peer.connect('data-available', () => {
    const data = peer.read_all();
    assertEqual(data[data.length - 1], (count + data.length - 1) % 256);
    count += data.length;
  });
  for (let i = 0; i < 5; i++)
    socket.write(chunk);
  iterateUntil(() => count === 5 * chunk.length);
});

test('flush', () => {
  const [socket, peer] = makePair();

  socket.write(BYTES);
  assertTrue(socket.flush());
  assertEqual(socket.bytes_left_to_send, 0);
  assertEqual(receive(peer, BYTES.length), BYTES);
});

test('a full queue refuses', () => {
  const [socket, peer] = makePair();

  socket.send_maximum = 4;
  assertThrows(Tisock.SocketError.QUEUE_FULL, () => socket.write_string('longer'));
  assertTrue(socket.write_string('four'));
  assertEqual(receive(peer, 4), encode('four'));
});

test('shutdown sends what is queued', () => {
  const [socket, peer] = makePair();
  const events = record(peer);
  let count = 0;

  peer.connect('data-available', () => {
    count += peer.read_all().length;
  });
  socket.write(new Uint8Array(1 << 20));
  socket.shutdown();
  iterateUntil(() => events.has('closed'));
  assertEqual(count, 1 << 20);
  assertError(events.last('error')[0], Tisock.SocketError.LOST_CONNECTION);
  assertEqual(peer.state, Tisock.SocketState.CLOSED);
});

test('shutdown_write leaves reading', () => {
  const [socket, peer] = makePair();
  const events = record(peer);

  peer.allow_half_open = true;
  socket.shutdown_write();
  iterateUntil(() => events.has('read-eof'));
  peer.write_string('answer');
  assertEqual(receive(socket, 6), encode('answer'));
  peer.shutdown();
  iterateUntil(() => events.has('closed'));
});

test('abort resets', () => {
  const [socket, peer] = makePair();
  const events = record(peer);

  socket.abort();
  iterateUntil(() => events.has('closed'));
  assertEqual(peer.state, Tisock.SocketState.ERROR);
});

test('close leaves unread bytes', () => {
  const [socket] = makePairWith(BYTES);
  const events = record(socket);

  socket.close();
  socket.close();
  assertEqual(events.names.filter(name => name === 'closed').length, 1);
  assertEqual(socket.read_all(), BYTES);
});

test('poll and wait', () => {
  const server = makeServer();
  const socket = openSocket(server);

  while (socket.state === Tisock.SocketState.CONNECTING)
    assertTrue(socket.wait(-1));
  assertFalse(socket.wait(1));
  settle();
  server.connections.get_item(0).write_string('polled');
  while (socket.bytes_available < 6)
    socket.poll();
  assertEqual(socket.read_all(), encode('polled'));
});

test('options', () => {
  const [socket] = makePair();

  assertTrue(socket.set_option(SOL_SOCKET, SO_KEEPALIVE, 1));
  assertEqual(socket.get_option(SOL_SOCKET, SO_KEEPALIVE), [true, 1]);
  assertTrue(catchError(() => socket.set_option(-1, -1, 1)) instanceof GLib.Error);
});

// A connection of GIO's and the peer that a server has accepted.
function connectWithGio() {
  const server = makeServer();
  let accepted = null;

  server.connect('accepted', (_server, peer) => {
    accepted = peer;
  });
  const connection = new Gio.SocketClient().connect_to_host(HOST, server.port, null);
  iterateUntil(() => accepted !== null);

  return [connection, accepted];
}

function checkTalk(socket, peer) {
  const events = record(socket);

  iterateUntil(() => events.has('connected'));
  socket.write_string('question');
  assertEqual(receive(peer, 8), encode('question'));
  peer.write_string('answer');
  assertEqual(receive(socket, 6), encode('answer'));
  socket.close();
}

test('new_from_socket', () => {
  const [connection, peer] = connectWithGio();

  checkTalk(Tisock.TCPSocket.new_from_socket(connection.get_socket()), peer);
});

test('new_from_connection', () => {
  const [connection, peer] = connectWithGio();

  checkTalk(Tisock.TCPSocket.new_from_connection(connection), peer);
});

test('get_socket and steal_socket', () => {
  const [socket, peer] = makePair();
  const handle = socket.handle;

  assertEqual(socket.get_socket().get_fd(), handle);
  const stolen = socket.steal_socket();
  assertEqual(stolen.get_fd(), handle);
  assertFalse(socket.is_connected);
  cleanUp(() => stolen.close());
  stolen.send(encode('still there'), null);
  assertEqual(receive(peer, 11), encode('still there'));
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.get_socket());
});

// GIO's streams, whose classes the typelib does not know, over a connection.

test('get_io_stream', () => {
  const [socket, peer] = makePair();
  const events = record(socket);

  peer.write_string('first\nsec');
  iterateUntil(() => socket.bytes_available === 9);
  const stream = socket.get_io_stream();
  assertTrue(stream instanceof Gio.IOStream);
  assertTrue(socket.get_io_stream() === stream);
  peer.write_string('ond\n');

  const lines = new Gio.DataInputStream({base_stream: stream.get_input_stream()});
  assertEqual(lines.read_line_utf8(null)[0], 'first');
  assertEqual(lines.read_line_utf8(null)[0], 'second');
  stream.get_output_stream().write_all(encode('to the peer'), null);
  assertEqual(receive(peer, 11), encode('to the peer'));

  stream.close(null);
  iterateUntil(() => events.has('closed'));
  assertFalse(events.has('error'));
});

test('get_io_stream, asynchronously', () => {
  const [socket, peer] = makePair();
  const stream = socket.get_io_stream();
  const got = [];

  stream.get_input_stream().read_bytes_async(100, GLib.PRIORITY_DEFAULT, null, (input, result) => {
    got.push(input.read_bytes_finish(result).toArray());
  });
  peer.write_string('bytes');
  iterateUntil(() => got.length === 1);
  assertEqual(got[0], encode('bytes'));

  stream.close_async(GLib.PRIORITY_DEFAULT, null, (source, result) => {
    got.push(source.close_finish(result));
  });
  iterateUntil(() => got.length === 2 && !socket.is_connected);
});

test('the socket is not to be used while it is lent', () => {
  const [socket] = makePair();
  const stream = socket.get_io_stream();

  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.write_string('x'));
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.read_line());
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.steal_socket());
  socket.close();
  const failure = catchError(() => stream.get_input_stream().read_bytes(1, null));
  assertTrue(failure.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED));
});
