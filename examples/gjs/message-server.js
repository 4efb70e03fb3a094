// message-server.js: counts the characters of the texts that its clients ask about
//
// Run:  gjs -m message-server.js [PORT]        (0, the default: any free port)
// Shows messages, and a subclass that handles them: each arrives as a whole, with a number that the
// client has given it. What is longer than a megabyte ends the connection.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const Clerk = GObject.registerClass(
class Clerk extends Tisock.EasyTCPSocket {
  vfunc_received_message(command, data) {
    const text = new TextDecoder().decode(data.toArray());

    this.send_message(command, `${[...text].length}`);
  }

  vfunc_error(error) {
    printerr(error.message);
  }
});

const server = new Tisock.ServerSocket({
  address: '127.0.0.1',
  port: Number(System.programArgs[0] ?? 0),
});

// Without a handler the connections would be plain TCPSockets.
server.connect('add-socket', () => new Clerk({maximum_message_size: 1024 * 1024}));

try {
  server.listen();
} catch (error) {
  printerr(error.message);
  System.exit(1);
}

print(`listening on ${server.port}`);
new GLib.MainLoop(null, false).run();
