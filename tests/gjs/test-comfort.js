// test-comfort.js: what the override adds: promises, `for await`, and bytes as they are
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {
  HOST, SERVER_CLASSES, SOCKET_CLASSES, assertEqual, assertError, assertFalse, assertIOError,
  assertSame, assertTrue, catchRejection, cleanUp, listNames, makePair, makeServer, openSocket,
  test,
} from './support.js';

const {SocketError} = Tisock;
const encoder = new TextEncoder();

async function collect(iterator) {
  const items = [];

  for await (const item of iterator)
    items.push(item);

  return items;
}

test('every asynchronous function gives promises', () => {
  const prototypes = [[SOCKET_CLASSES, Tisock.TCPSocket], [SERVER_CLASSES, Tisock.ServerSocket]];

  for (const [classNames, {prototype}] of prototypes) {
    const names = listNames(classNames, 'method').filter(name => name.endsWith('_async'));

    assertTrue(names.length > 0);
    assertEqual(names.filter(name => !prototype[`_original_${name}`]), []);
  }
});

test('a conversation that is awaited', async () => {
  const [socket, peer] = makePair();

  assertTrue(await peer.send_async(encoder.encode('some')));
  assertEqual(await socket.receive_async(-1), encoder.encode('some'));
  assertTrue(await peer.send_bytes_async(new GLib.Bytes(encoder.encode('1234until;line\n'))));
  assertEqual(await socket.receive_exactly_async(4), encoder.encode('1234'));
  assertEqual(await socket.receive_until_async(';'), encoder.encode('until'));
  assertEqual(await socket.receive_line_async(), 'line');
  await peer.flush_async();
  await peer.shutdown_async();
  assertEqual(await socket.receive_async(-1), new Uint8Array());
});

test('opening and accepting are awaited', async () => {
  const server = makeServer();
  const socket = new Tisock.TCPSocket({address: HOST, port: server.port});

  server.auto_accept = false;
  cleanUp(() => socket.close());

  const [peer, isOpen] = await Promise.all([server.accept_async(), socket.open_async()]);

  assertTrue(isOpen);
  assertSame(peer.remote_port, socket.port);
  assertEqual(await server.drain_async(1000), [1, 0]);
});

test('text is taken for bytes', async () => {
  const [socket, peer] = makePair();

  peer.write('Grüße, ');
  await peer.send_async('世界;');
  assertEqual(await socket.receive_until_async(';'), encoder.encode('Grüße, 世界'));
});

test('what fails is rejected', async () => {
  const error = await catchRejection(new Tisock.TCPSocket().receive_async(-1));

  assertError(error, SocketError.INVALID_STATE);
  assertTrue(error.stack.includes('test-comfort.js'));
});

test('cancelling loses nothing', async () => {
  const [socket, peer] = makePair();
  const cancellable = new Gio.Cancellable();
  const promise = socket.receive_exactly_async(4, cancellable);

  await peer.send_async('abc');
  cancellable.cancel();
  assertIOError(await catchRejection(promise), Gio.IOErrorEnum.CANCELLED);
  assertEqual(await socket.receive_exactly_async(3), encoder.encode('abc'));
});

test('Gio._promisify() changes nothing', async () => {
  const {prototype} = Tisock.TCPSocket;
  const {receive_async: receiveAsync} = prototype;
  const [socket, peer] = makePair();

  Gio._promisify(prototype, 'receive_async', 'receive_finish');
  assertSame(prototype.receive_async, receiveAsync);
  peer.write('x');
  assertEqual(await socket.receive_async(-1, null), encoder.encode('x'));
});

test('chunks are iterated over', async () => {
  const [socket, peer] = makePair();
  const data = Uint8Array.from({length: 300000}, (_, i) => i % 251);
  const received = new Uint8Array(data.length);
  let length = 0;

  peer.write(data);
  peer.shutdown();
  for await (const chunk of socket) {
    received.set(chunk, length);
    length += chunk.length;
  }
  assertSame(length, data.length);
  assertTrue(received.every((byte, i) => byte === data[i]));
});

test('lines are iterated over', async () => {
  const [socket, peer] = makePair();

  peer.write('one\ntwo\r\nrest');
  peer.shutdown();
  assertEqual(await collect(socket.lines()), ['one', 'two', 'rest']);
  assertEqual(await collect(socket.lines()), []);
});

test('a loop that is left', async () => {
  const [socket, peer] = makePair();

  peer.write('one\ntwo\nthree\n');
  for await (const line of socket.lines()) {
    assertEqual(line, 'one');
    break;
  }
  assertTrue(socket.is_connected);
  assertEqual(await socket.receive_line_async(), 'two');
  assertEqual((await socket.lines().next()).value, 'three');
});

test('a loop whose socket the program closes', async () => {
  const [socket, peer] = makePair();
  const lines = [];

  peer.write('one\ntwo\n');
  for await (const line of socket.lines()) {
    lines.push(line);
    socket.close();
  }
  assertEqual(lines, ['one', 'two']);

  const [waiting] = makePair();
  const chunks = collect(waiting);

  waiting.close();
  assertEqual(await chunks, []);
});

test('a loop whose connection breaks', async () => {
  const [socket, peer] = makePair();
  const chunks = collect(socket);

  peer.abort();
  assertError(await catchRejection(chunks), SocketError.LOST_CONNECTION);
});

test('a loop over what is not connected', async () => {
  assertError(await catchRejection(collect(new Tisock.TCPSocket())), SocketError.INVALID_STATE);
});

test('lines that are no text', async () => {
  const [socket, peer] = makePair();

  peer.write(new Uint8Array([0xff, 10]));
  assertError(await catchRejection(collect(socket.lines())), SocketError.INVALID_ENCODING);
});

test('two loops over one socket', async () => {
  const [socket, peer] = makePair();
  const first = collect(socket);

  assertIOError(await catchRejection(collect(socket)), Gio.IOErrorEnum.PENDING);
  peer.write('all');
  peer.shutdown();
  assertEqual(await first, [encoder.encode('all')]);
});

test('loops that take turns', async () => {
  const [socket, peer] = makePair();
  const numbers = Array.from({length: 100}, (_, i) => String(i));
  const echo = (async () => {
    for await (const chunk of peer)
      await peer.send_async(chunk);
  })();
  const received = collect(socket.lines());

  for (const number of numbers)
    await socket.send_async(`${number}\n`);
  socket.shutdown_write();
  await echo;
  peer.shutdown();
  assertEqual(await received, numbers);
});

test('connections are iterated over', async () => {
  const server = makeServer();
  const ports = [];

  server.auto_accept = false;
  const clients = Array.from({length: 3}, () => openSocket(server));

  for await (const socket of server) {
    ports.push(socket.remote_port);
    if (ports.length === 3)
      server.close();
  }
  assertEqual(ports.length, new Set(ports).size);
  assertSame(clients.length, 3);
  assertFalse(server.is_listening);
  assertEqual(await collect(server), []);

  server.listen();
  const none = collect(server);
  server.close();
  assertEqual(await none, []);
});

// Before 1.82 GJS calls nothing back while it collects garbage bit by bit, once there is much.
test('no promise is lost for garbage', async () => {
  const [socket, peer] = makePair();
  const kept = [];

  peer.write(new Uint8Array(10000));
  for (let i = 0; i < 10000; i++) {
    await socket.receive_exactly_async(1);
    kept[i % 1000] = Array(1000).fill(i);
  }
});
