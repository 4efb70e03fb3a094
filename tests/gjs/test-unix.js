// test-unix.js: who is at the other end of a Unix socket, and passing descriptors to it
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {assertEqual, assertSame, assertThrows, assertTrue, catchError, cleanUp, iterateUntil,
        makePair, receive, test} from './support.js';

// As makePair(), by a path.
function makeUnixPair() {
  const folder = GLib.dir_make_tmp('tisock-XXXXXX');
  const connectable = Gio.UnixSocketAddress.new(GLib.build_filenamev([folder, 'socket']));
  const server = new Tisock.ServerSocket();

  cleanUp(() => GLib.rmdir(folder));
  server.add_address(connectable);
  server.listen();
  cleanUp(() => server.close());

  return makePair(new Tisock.TCPSocket({connectable}), server);
}

test('credentials', () => {
  const own = new Gio.Credentials();

  for (const socket of makeUnixPair()) {
    const credentials = socket.get_credentials();

    assertSame(credentials.get_unix_pid(), own.get_unix_pid());
    assertSame(credentials.get_unix_user(), own.get_unix_user());
  }
});

test('no credentials', () => {
  const [socket] = makePair();

  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.get_credentials());
});

test('descriptors', () => {
  const [socket, peer] = makeUnixPair();
  const descriptors = new Gio.UnixFDList();

  assertSame(peer.maximum_descriptors, 0);
  peer.maximum_descriptors = 2;
  assertSame(peer.read_descriptors(-1), null);

  descriptors.append(peer.handle);
  assertTrue(socket.write_descriptors(new TextEncoder().encode('here'), descriptors));
  assertEqual(receive(peer, 4), new TextEncoder().encode('here'));
  assertSame(peer.descriptors_available, 1);

  const [received] = peer.read_descriptors(-1).steal_fds();
  const same = Gio.Socket.new_from_fd(received);

  assertSame(same.get_local_address().get_path(), peer.local_address);
  same.close();
});

test('too many descriptors', () => {
  const [socket, peer] = makeUnixPair();
  const descriptors = new Gio.UnixFDList();
  const failures = [];

  peer.connect('error', (_peer, error) => failures.push(error));
  peer.maximum_descriptors = 1;
  descriptors.append(0);
  descriptors.append(1);
  socket.write_descriptors(new TextEncoder().encode('too many'), descriptors);
  iterateUntil(() => failures.length > 0 && !peer.is_connected);
  assertTrue(failures[0].matches(Gio.IOErrorEnum, Gio.IOErrorEnum.MESSAGE_TOO_LARGE));
  assertSame(peer.descriptors_available, 0);
});

test('refused descriptors', () => {
  const [socket] = makePair();
  const [pathSocket] = makeUnixPair();
  const descriptors = new Gio.UnixFDList();

  assertThrows(Tisock.SocketError.INVALID_STATE,
    () => socket.write_descriptors(new Uint8Array(1), descriptors));
  assertTrue(catchError(() => pathSocket.write_descriptors(new Uint8Array(), descriptors))
    .matches(Gio.IOErrorEnum, Gio.IOErrorEnum.INVALID_ARGUMENT));
});
