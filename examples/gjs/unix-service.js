// unix-service.js: greets the programs of its own user, and nobody else
//
// Run:  gjs -m unix-service.js PATH        then for instance: socat - UNIX-CONNECT:PATH
// Shows a server on a path in the file system, and who is at the other end of a connection.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const SIGINT = 2;
const [path] = System.programArgs;

if (!path) {
  printerr('Usage: unix-service PATH');
  System.exit(1);
}

const own = new Gio.Credentials();
const loop = new GLib.MainLoop(null, false);
const server = new Tisock.ServerSocket({socket_mode: 0o600});

// The mode of the path keeps all others out but root.
server.connect('accepted', (_server, sock) => {
  const peer = sock.get_credentials();

  if (peer.is_same_user(own)) {
    print(`process ${peer.get_unix_pid()} came`);
    sock.write_string(`hello ${GLib.get_user_name()}, you are process ${peer.get_unix_pid()}\n`);
    sock.shutdown();
  } else {
    print(`user ${peer.get_unix_user()} was refused`);
    sock.close();
  }
});

try {
  server.add_address(Gio.UnixSocketAddress.new(path));
  server.listen();
} catch (error) {
  printerr(error.message);
  System.exit(1);
}

// That removes the path. One that is killed leaves it behind, and the next one takes it over.
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, SIGINT, () => {
  server.close();
  loop.quit();
  return GLib.SOURCE_REMOVE;
});

print(`listening on ${path}`);
loop.run();
