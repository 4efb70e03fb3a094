// dictu-echo.js: sends back what it gets, one client after the other, without a main loop
//
// Run:  gjs -m dictu-echo.js PORT
// Shows Tisock.Socket, the blocking sockets of the language Dictu: null says that a call failed.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const {Socket} = Tisock;

// At the end of the stream the text is empty, and after a failure there is none.
function echo(client) {
  let text;

  while ((text = client.recv(2048))) {
    if (client.write(text) === null)
      break;
  }
}

const port = Number(System.programArgs[0]);
const socket = Socket.create(Socket.AF_INET, Socket.SOCK_STREAM);

// Without the option a port cannot be listened on again soon after it was.
if (!socket.setsockopt(Socket.SOL_SOCKET, Socket.SO_REUSEADDR) ||
    !socket.bind('127.0.0.1', port) ||
    !socket.listen()) {
  printerr(Socket.strerror());
  System.exit(1);
}

print(`listening on ${port}`);

for (;;) {
  const [client, address] = socket.accept();

  print(`${address} came`);
  echo(client);
  client.close();
  print(`${address} left`);
}
