// time-client.js: asks a time server what time it is, again if there is no answer
//
// Run:  gjs -m time-client.js HOST PORT
// Shows a socket with one peer, without a main loop: datagrams get lost, and that nobody is there
// may be reported, or not.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const QUESTIONS = 5;
const PATIENCE = 1000;          // ms

if (System.programArgs.length !== 2) {
  printerr(`Usage: ${System.programInvocationName} HOST PORT`);
  System.exit(1);
}

const [peer_address, port] = System.programArgs;
const socket = new Tisock.UDPSocket({peer_address, peer_port: Number(port)});
let failed = false;
let answer = null;

socket.connect('error', (_socket, error) => {
  printerr(error.message);
  failed = true;
});

try {
  socket.open_sync(-1, null);
} catch {
  System.exit(1);               // the signal has said why
}

for (let i = 0; i < QUESTIONS && answer === null && !failed; i++) {
  socket.write_to(null, 0, '');
  while ((answer = socket.read()) === null && !failed && socket.wait(PATIENCE))
    continue;
}

socket.close();
if (answer !== null)
  print(new TextDecoder().decode(answer.get_data()));
System.exit(answer !== null ? 0 : 1);
