// message-client.js: asks a message server about texts, all at a time
//
// Run:  gjs -m message-client.js HOST PORT TEXT...
// Shows answers that are waited for by their numbers, several at a time.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const [address, port, ...texts] = System.programArgs;

if (texts.length === 0) {
  printerr(`Usage: ${System.programInvocationName} HOST PORT TEXT...`);
  System.exit(1);
}

const loop = new GLib.MainLoop(null, false);
const socket = new Tisock.EasyTCPSocket({address, port: Number(port)});
let status = 1;

async function ask(text, number) {
  socket.send_message(number, text);

  const answer = await socket.receive_message_async(number);

  print(`${text}: ${new TextDecoder().decode(answer)}`);
}

async function run() {
  await socket.open_async();
  await Promise.all(texts.map(ask));
  status = 0;
}

run().catch(error => printerr(error.message)).finally(() => {
  socket.close();
  loop.quit();
});

loop.run();
System.exit(status);
