// test-unix.js: who is at the other end of a Unix socket
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {assertSame, assertThrows, cleanUp, makePair, test} from './support.js';

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
