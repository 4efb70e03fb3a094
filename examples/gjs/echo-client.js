// echo-client.js: sends a text to an echo server and waits until all of it is back
//
// Run:  gjs -m echo-client.js HOST PORT TEXT
// Shows a client's whole life in signals: connected, data-available, error, closed.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

if (System.programArgs.length !== 3) {
  printerr(`Usage: ${System.programInvocationName} HOST PORT TEXT`);
  System.exit(1);
}

const [address, port, text] = System.programArgs;
const size = new TextEncoder().encode(text).length;
const loop = new GLib.MainLoop(null, false);
const socket = new Tisock.TCPSocket({address, port: Number(port)});
let echoed = false;

socket.connect('connected', () => {
  print('connected');
  socket.write_string(text);
});

// TCP may deliver the text in any number of pieces: unread, they add up in the socket.
socket.connect('data-available', () => {
  if (socket.bytes_available < size)
    return;

  const answer = new TextDecoder().decode(socket.read_all());
  echoed = answer === text;
  print(answer);
  socket.shutdown();
});

// The end of a connection is reported as an error too, LOST_CONNECTION.
socket.connect('error', (_socket, error) => {
  if (!echoed)
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
System.exit(echoed ? 0 : 1);
