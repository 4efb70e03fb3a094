// chat-client.js: takes part in a chat; what is typed is said, what others say is printed
//
// Run:  gjs -m chat-client.js HOST PORT NAME        (Ctrl-D leaves)
// Shows a socket and the terminal in one main loop, and how to leave without losing a word.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

Gio._promisify(Gio.DataInputStream.prototype, 'read_line_async', 'read_line_finish_utf8');

if (System.programArgs.length !== 3) {
  printerr(`Usage: ${System.programInvocationName} HOST PORT NAME`);
  System.exit(1);
}

const [address, port, name] = System.programArgs;
const loop = new GLib.MainLoop(null, false);
const socket = new Tisock.TCPSocket({address, port: Number(port)});

// At the end of the input shutdown() still sends everything that was written; close() would
// drop it.
async function talk() {
  const keyboard = new Gio.DataInputStream({base_stream: new Gio.UnixInputStream({fd: 0})});

  for (;;) {
    const [line] = await keyboard.read_line_async(GLib.PRIORITY_DEFAULT, null);
    if (line === null || !socket.is_connected)
      break;
    socket.write_string(`${line}\n`);
  }
  socket.shutdown();
}

socket.connect('connected', () => {
  print('connected');
  socket.write_string(`${name}\n`);
  talk().catch(logError);
});

socket.connect('data-available', () => {
  for (let line; (line = socket.read_line()) !== null;)
    print(line);
});

// The server's or one's own orderly end is LOST_CONNECTION as well, but leaves the state CLOSED.
socket.connect('error', (_socket, error) => {
  if (socket.state !== Tisock.SocketState.CLOSED)
    printerr(error.message);
});

socket.connect('closed', () => {
  print('closed');
  loop.quit();
});

try {
  socket.open();
} catch {
  System.exit(1);               // it failed at once, and the signal has said why
}

loop.run();
System.exit(socket.state === Tisock.SocketState.CLOSED ? 0 : 1);
