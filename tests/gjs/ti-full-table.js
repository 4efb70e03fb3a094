// ti-full-table.js: a listener of Ti in a process that has no more descriptors
//
// Prints what the listener says of it: that, the system's number, and the state. The limit of
// descriptors should be low.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

const {Ti} = Tisock;
const loop = new GLib.MainLoop(null, false);
const hoard = [];

function say(name) {
  return event => {
    print(`${name} ${event.code} ${event.socket.state}`);
    loop.quit();
  };
}

const listener = Ti.Network.Socket.createTCP({
  port: 0, accepted: say('accepted'), error: say('error'), closed: say('closed'),
});
const socket = Ti.Network.Socket.createTCP({
  host: '127.0.0.1',
  connected() {
    try {
      for (;;)
        hoard.push(Gio.File.new_for_path('/dev/null').read(null));
    } catch {
      listener.accept({});
    }
  },
});

listener.listen();
socket.port = listener.port;
socket.connect();
loop.run();
