// ti-peer.js: a peer that does what it is told, for tests that block
//
// Prints its port. A peer sends it lines: “say TEXT” is answered by TEXT, “send COUNT” by so many
// bytes, “take COUNT” takes so many and says so; “end” ends the connection, “reset” breaks it.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

const server = new Tisock.ServerSocket({address: '127.0.0.1'});

function say(socket, text) {
  socket.send_sync(new TextEncoder().encode(text), -1, null);
}

const COMMANDS = {
  say: (socket, text) => say(socket, text),
  send: (socket, count) => say(socket, 'x'.repeat(Number(count))),
  take(socket, count) {
    socket.receive_exactly_sync(Number(count), -1, null);
    say(socket, `took ${count}`);
  },
  end: socket => socket.shutdown(),
  reset: socket => socket.abort(),
};

server.connect('accepted', (_server, socket) => {
  let line;

  while (socket.is_connected && (line = socket.receive_line_sync(-1, null)) !== null) {
    const [, command, argument] = line.match(/^(\w+) ?(.*)$/);

    COMMANDS[command](socket, argument);
  }
});
server.listen();
print(server.port);
new GLib.MainLoop(null, false).run();
