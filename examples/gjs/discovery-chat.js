// discovery-chat.js: a chat of all who are there, who know of each other
//
// Run:  gjs -m discovery-chat.js PORT [INTERFACE]
// What is typed is said to all; "/NAME text" to one of them. Shows a group that needs no server
// and no addresses.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

Gio._promisify(Gio.DataInputStream.prototype, 'read_line_async', 'read_line_finish_utf8');

const GROUP = 'discovery-chat';
const SAY = 1;
const WHISPER = 2;

if (System.programArgs.length < 1) {
  printerr(`Usage: ${System.programInvocationName} PORT [INTERFACE]`);
  System.exit(1);
}

const [port, network] = System.programArgs;
const loop = new GLib.MainLoop(null, false);
const chat = new Tisock.AutoDiscovery();

function say(text) {
  const [, member, whispered] = text.match(/^\/(\S+) (.*)$/) ?? [];

  if (member)
    chat.send_message_to_individual(member, WHISPER, whispered);
  else
    chat.send_message(SAY, text);
}

async function talk() {
  const keyboard = new Gio.DataInputStream({base_stream: new Gio.UnixInputStream({fd: 0})});

  for (;;) {
    const [line] = await keyboard.read_line_async(GLib.PRIORITY_DEFAULT, null);
    if (line === null)
      break;
    say(line);
  }
  // The others are told by this.
  chat.close();
}

chat.connect('member-joined', (_chat, member) => print(`+ ${member}`));
chat.connect('member-left', (_chat, member) => print(`- ${member}`));
chat.connect('received-message', (_chat, sender, command, data) => {
  const text = new TextDecoder().decode(data.toArray());

  print(`${sender}${command === WHISPER ? ' whispers' : ''}: ${text}`);
});
chat.connect('closed', () => loop.quit());

try {
  if (network)
    chat.multicast_interface = Tisock.NetworkInterface.lookup(network);
  chat.bind(Number(port));
  chat.register(GROUP);
} catch (error) {
  printerr(error.message);
  System.exit(1);
}

talk().catch(logError);
loop.run();
