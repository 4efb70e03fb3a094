// time-server.js: tells everybody who sends it a datagram what time it is
//
// Run:  gjs -m time-server.js [PORT]        (0, the default: any free port)
// Shows that an answer goes to the address that a question has.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const socket = new Tisock.UDPSocket({port: Number(System.programArgs[0] ?? 0)});

// What came together is announced together, and answered with one system call.
socket.connect('data-available', () => {
  for (let question; (question = socket.read()) !== null;) {
    socket.write_to(question.get_address(), question.get_port(), new Date().toISOString());
    print(`asked from port ${question.get_port()}`);
  }
});

try {
  socket.open();
} catch (error) {
  printerr(error.message);
  System.exit(1);
}

print(`listening on ${socket.port}`);
new GLib.MainLoop(null, false).run();
