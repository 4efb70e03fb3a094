// echo-server.js: sends every client back what it sends
//
// Run:  gjs -m echo-server.js [PORT]        (0, the default: any free port)
// Shows a server that holds no state of its own, and back-pressure in two lines.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

// What a client has not fetched yet waits in the send queue. While that is long, its bytes are
// left unread: the socket then stops reading by itself, and `drained` says when to go on.
function echo(socket) {
  if (!socket.needs_drain)
    socket.write(socket.read_all());
}

// Without an address it would listen on all interfaces.
const server = new Tisock.ServerSocket({
  address: '127.0.0.1',
  port: Number(System.programArgs[0] ?? 0),
});

// The library keeps an open socket alive until it has closed, so there is nothing to store.
server.connect('accepted', (_server, socket) => {
  print(`port ${socket.remote_port} came`);
  socket.connect('data-available', echo);
  socket.connect('drained', echo);
  socket.connect('closed', () => print(`port ${socket.remote_port} left`));
});

try {
  server.listen();
} catch (error) {
  printerr(error.message);
  System.exit(1);
}

print(`listening on ${server.port}`);
new GLib.MainLoop(null, false).run();
