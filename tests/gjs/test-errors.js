// test-errors.js: failures are exceptions and signals, with domains and codes one can ask for
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertError, assertFalse, assertSame, assertThrows, assertTrue,
        catchError, cleanUp, expectThrown, iterateUntil, makePair, makeServer, openSocket, receive,
        record, settle, test} from './support.js';

// Xojo's numbers, which programs compare with.
const NUMBERS = {
  OPEN_DRIVER: 100,
  LOST_CONNECTION: 102,
  NAME_RESOLUTION: 103,
  ADDRESS_IN_USE: 105,
  INVALID_STATE: 106,
  INVALID_PORT: 107,
  OUT_OF_MEMORY: 108,
  QUEUE_FULL: 200,
  FRAME_TOO_LARGE: 201,
  INVALID_ENCODING: 202,
};

// A port that is bound, so that nobody else takes it, but not listened on.
function makeRefusingPort() {
  const blocker = Gio.Socket.new(Gio.SocketFamily.IPV4, Gio.SocketType.STREAM,
                                 Gio.SocketProtocol.DEFAULT);

  blocker.bind(Gio.InetSocketAddress.new_from_string(HOST, 0), false);
  cleanUp(() => blocker.close());

  return blocker.get_local_address().get_port();
}

test('the domain', () => {
  assertSame(GLib.quark_to_string(Tisock.socket_error_quark()), 'tisock-socket-error-quark');
  assertSame(Tisock.SocketError.quark(), Tisock.socket_error_quark());
  for (const [name, number] of Object.entries(NUMBERS))
    assertSame(Tisock.SocketError[name], number);
});

test('what is thrown is announced too', () => {
  const socket = new Tisock.TCPSocket({address: HOST, port: 0});
  const events = record(socket);
  const error = catchError(() => socket.open());

  assertTrue(error instanceof Tisock.SocketError);
  assertSame(error.code, Tisock.SocketError.INVALID_PORT);
  assertTrue(error.message.includes('port 0'));
  const [announced] = events.last('error');
  assertEqual([announced.domain, announced.code, announced.message],
              [error.domain, error.code, error.message]);
  assertSame(socket.last_error_number, Tisock.SocketError.INVALID_PORT);
});

test('codes of GIO stay', () => {
  const socket = new Tisock.TCPSocket({address: HOST, port: makeRefusingPort()});
  const events = record(socket);

  socket.open();
  iterateUntil(() => events.has('closed'));
  const [error] = events.last('error');
  assertTrue(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CONNECTION_REFUSED));
  assertFalse(error.matches(Tisock.SocketError, error.code));
  assertTrue(error.message.includes(HOST));
  assertSame(socket.state, Tisock.SocketState.ERROR);
});

test('an address in use', () => {
  const server = makeServer();

  for (const other of [new Tisock.ServerSocket(), new Tisock.TCPSocket()]) {
    const events = record(other);

    other.address = HOST;
    other.port = server.port;
    assertThrows(Tisock.SocketError.ADDRESS_IN_USE, () => other.listen());
    assertEqual(events.names, ['error', 'closed']);
    assertSame(other.last_error_number, Tisock.SocketError.ADDRESS_IN_USE);
  }
});

test('each call in a wrong state throws', () => {
  const socket = new Tisock.TCPSocket();
  const calls = [
    () => socket.write([1]),
    () => socket.write_string('text'),
    () => socket.write_bytes(new GLib.Bytes([1])),
    () => socket.flush(),
    () => socket.get_socket(),
    () => socket.get_io_stream(),
    () => socket.steal_socket(),
    () => socket.wait(0),
    () => new Tisock.ServerSocket().accept(),
  ];

  for (const call of calls)
    assertThrows(Tisock.SocketError.INVALID_STATE, call);
});

test('a refused setting is announced', () => {
  const [socket] = makePair();
  const events = record(socket);
  const port = socket.port;

  socket.port = 7000;
  assertError(events.last('error')[0], Tisock.SocketError.INVALID_STATE);
  assertSame(socket.port, port);
});

test('after a failure it can be opened again', () => {
  const server = makeServer();
  const socket = new Tisock.TCPSocket({address: HOST, port: makeRefusingPort()});

  socket.open();
  iterateUntil(() => socket.state === Tisock.SocketState.ERROR);
  settle();
  openSocket(server, socket);
  iterateUntil(() => socket.is_connected);
  assertSame(socket.last_error_number, 0);
});

test('a handler that throws is logged, and the socket goes on', () => {
  const [socket, peer] = makePair();
  let received = '';

  socket.connect('data-available', () => {
    received += socket.read_string(-1, null);
    throw new Error('from a handler');
  });
  for (const text of ['one', 'onetwo']) {
    peer.write_string(text.slice(-3));
    expectThrown('from a handler', () => iterateUntil(() => received === text));
  }
  assertTrue(socket.is_connected);
});

test('a slot that throws is logged, and the socket goes on', () => {
  const ThrowingSocket = GObject.registerClass(class ThrowingSocket extends Tisock.TCPSocket {
    vfunc_data_available() {
      this.text = this.read_string(-1, null);
      throw new Error('from data-available');
    }

    vfunc_send_progress() {
      throw new Error('from send-progress');
    }

    vfunc_error() {
      throw new Error('from error');
    }
  });
  const [socket, peer] = makePair(new ThrowingSocket());
  const events = record(socket);

  peer.write_string('one');
  expectThrown('from data-available', () => iterateUntil(() => socket.text === 'one'));
  socket.write_string('two');
  expectThrown('from send-progress', () => iterateUntil(() => events.has('send-complete')));
  // What was thrown is not taken for true.
  assertSame(events.last('send-complete')[0], false);
  assertEqual(receive(peer, 3).length, 3);
  peer.close();
  expectThrown('from error', () => iterateUntil(() => events.has('closed')));
});
