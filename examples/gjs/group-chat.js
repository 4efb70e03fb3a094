// group-chat.js: a chat without a server: all who run it hear each other
//
// Run:  gjs -m group-chat.js NAME PORT [INTERFACE]
// Shows a multicast group, and a port that programs of one machine share.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

Gio._promisify(Gio.DataInputStream.prototype, 'read_line_async', 'read_line_finish_utf8');

const GROUP = '239.255.42.42';

if (System.programArgs.length < 2) {
  printerr(`Usage: ${System.programInvocationName} NAME PORT [INTERFACE]`);
  System.exit(1);
}

const [name, port, network] = System.programArgs;
const loop = new GLib.MainLoop(null, false);
// What one says comes back to oneself as it comes to the others of the machine.
const socket = new Tisock.UDPSocket({port: Number(port), share_port: true, send_to_self: true});

// Port 0 is the one that all use.
function say(text) {
  socket.write_to(GROUP, 0, `${name}: ${text}`);
}

async function talk() {
  const keyboard = new Gio.DataInputStream({base_stream: new Gio.UnixInputStream({fd: 0})});

  say('hello');
  for (;;) {
    const [line] = await keyboard.read_line_async(GLib.PRIORITY_DEFAULT, null);
    if (line === null)
      break;
    say(line);
  }
  loop.quit();
}

socket.connect('data-available', () => {
  for (let datagram; (datagram = socket.read()) !== null;)
    print(new TextDecoder().decode(datagram.get_data()));
});

try {
  if (network)
    socket.multicast_interface = Tisock.NetworkInterface.lookup(network);
  socket.open();
  socket.join_multicast_group(GROUP, null);
} catch (error) {
  printerr(error.message);
  System.exit(1);
}

talk().catch(logError);
loop.run();
