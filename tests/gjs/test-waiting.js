// test-waiting.js: the asynchronous and the blocking calls
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {
  HOST, assertEqual, assertFalse, assertIOError, assertTrue, begin, catchError, cleanUp,
  iterateUntil, makePair, makeServer, openSocket, test,
} from './support.js';

const encoder = new TextEncoder();

function makeClient() {
  const socket = new Tisock.TCPSocket({address: HOST, port: makeServer().port});

  cleanUp(() => socket.close());

  return socket;
}

test('open_async', () => {
  const socket = makeClient();

  assertTrue(begin(socket, 'open', null)());
  assertTrue(socket.is_connected);
});

test('bytes are received asynchronously', () => {
  const [socket, peer] = makePair();
  const calls = [
    ['receive', -1, 'some'],
    ['receive_exactly', 4, 'four'],
    ['receive_until', encoder.encode(';'), 'until', ';'],
  ];

  for (const [name, argument, text, more = ''] of calls) {
    const finish = begin(socket, name, argument, null);

    peer.write_string(text + more);
    assertEqual(finish().toArray(), encoder.encode(text), name);
  }
});

test('lines are received asynchronously', () => {
  const [socket, peer] = makePair();
  const first = begin(socket, 'receive_line', null);

  peer.write_string('Grüße\n');
  assertEqual(first(), 'Grüße');

  const last = begin(socket, 'receive_line', null);

  peer.shutdown();
  assertEqual(last(), null);
});

test('bytes are sent asynchronously', () => {
  const [socket, peer] = makePair();

  assertTrue(begin(socket, 'send', encoder.encode('one'), null)());
  assertTrue(begin(socket, 'send_bytes', new GLib.Bytes(encoder.encode('two')), null)());
  assertTrue(begin(socket, 'flush', null)());
  iterateUntil(() => peer.bytes_available === 6);
  assertEqual(peer.read_string(-1, null), 'onetwo');
});

test('shutdown_async', () => {
  const [socket] = makePair();

  assertTrue(begin(socket, 'shutdown', null)());
  assertFalse(socket.is_connected);
});

test('cancelling', () => {
  const [socket] = makePair();
  const cancellable = new Gio.Cancellable();
  const finish = begin(socket, 'receive', -1, cancellable);

  cancellable.cancel();
  assertIOError(catchError(finish), Gio.IOErrorEnum.CANCELLED);
});

test('open_sync', () => {
  assertTrue(makeClient().open_sync(-1, null));
});

test('a conversation that blocks', () => {
  const [socket, peer] = makePair();

  assertTrue(peer.send_sync(encoder.encode('some'), -1, null));
  assertEqual(socket.receive_sync(-1, -1, null), encoder.encode('some'));
  assertTrue(peer.send_bytes_sync(new GLib.Bytes(encoder.encode('1234until;line\n')), -1, null));
  assertEqual(socket.receive_exactly_sync(4, -1, null), encoder.encode('1234'));
  assertEqual(socket.receive_until_sync(encoder.encode(';'), -1, null), encoder.encode('until'));
  assertEqual(socket.receive_line_sync(-1, null), 'line');
  assertTrue(peer.flush_sync(-1, null));
});

test('a time that is over', () => {
  const [socket] = makePair();

  assertIOError(catchError(() => socket.receive_sync(-1, 0, null)), Gio.IOErrorEnum.TIMED_OUT);
  assertIOError(catchError(() => socket.shutdown_sync(0, null)), Gio.IOErrorEnum.TIMED_OUT);
});

// A file with these bytes, which goes with the test.
function makeFile(text) {
  const [file, stream] = Gio.File.new_tmp(null);

  stream.close(null);
  file.replace_contents(text, null, false, Gio.FileCreateFlags.NONE, null);
  cleanUp(() => file.delete(null));

  return file;
}

test('files are sent', () => {
  const [socket, peer] = makePair();
  const file = makeFile('0123456789');

  assertEqual(begin(socket, 'send_file', file, 0, -1, null)(), 10);
  assertEqual(socket.send_file_sync(file, 5, 2, -1, null), 2);
  iterateUntil(() => peer.bytes_available === 12);
  assertEqual(peer.read_string(-1, null), '012345678956');
  assertIOError(catchError(() => socket.send_file_sync(Gio.File.new_for_path('/dev/null'), 0, -1,
                                                       -1, null)),
                Gio.IOErrorEnum.NOT_REGULAR_FILE);
});

// GJS cannot open a descriptor; the socket's own is none of a file.
test('descriptors are looked at', () => {
  const [socket] = makePair();
  const finish = begin(socket, 'send_file_from_fd', socket.handle, 0, -1, null);

  assertIOError(catchError(finish), Gio.IOErrorEnum.NOT_REGULAR_FILE);
  assertIOError(catchError(() => socket.send_file_from_fd_sync(socket.handle, 0, -1, -1, null)),
                Gio.IOErrorEnum.NOT_REGULAR_FILE);
});

test('sockets are spliced', () => {
  const [socket, peer] = makePair();
  const [near, far] = makePair();
  const finish = begin(peer, 'splice_to', near, null);

  near.splice_to(peer);
  socket.write_string('question');
  iterateUntil(() => far.bytes_available === 8);
  far.write_string('answer');
  iterateUntil(() => socket.bytes_available === 6);
  socket.shutdown_write();
  assertEqual(finish(), 8);
  assertEqual(far.read_string(-1, null), 'question');
  assertEqual(socket.read_string(-1, null), 'answer');
});

test('splicing for a time', () => {
  const [, peer] = makePair();
  const [near] = makePair();

  assertIOError(catchError(() => peer.splice_to_sync(near, 0, null)), Gio.IOErrorEnum.TIMED_OUT);
});

test('accept_async', () => {
  const server = makeServer();

  server.auto_accept = false;

  const finish = begin(server, 'accept', null);
  const socket = openSocket(server);
  const peer = finish();

  peer.write_string('hello');
  iterateUntil(() => socket.bytes_available === 5);
});

test('accept_sync', () => {
  const server = makeServer();

  server.auto_accept = false;
  openSocket(server);
  assertTrue(server.accept_sync(-1, null).is_connected);
});

test('drain_async', () => {
  const server = makeServer();
  const [, peer] = makePair(undefined, server);
  let drained = 0;

  peer.connect('draining', () => {
    drained++;
    peer.close();
    return true;
  });
  assertEqual(begin(server, 'drain', 1000, null)(), [true, 1, 0]);
  assertEqual(drained, 1);
});
