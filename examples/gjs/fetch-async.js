// fetch-async.js: fetches a web page with HTTP/1.0 and prints it, one step after the other
//
// Run:  gjs -m fetch-async.js HOST PORT [PATH]        (status and headers go to the standard error)
// Shows a conversation in promises, and `for await` over what comes, until the peer ends it. A
// program that awaits them needs no main loop of its own.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

if (System.programArgs.length < 2) {
  printerr(`Usage: ${System.programInvocationName} HOST PORT [PATH]`);
  System.exit(1);
}

async function fetch(address, port, path = '/') {
  const socket = new Tisock.TCPSocket({
    address, port: Number(port), timeout: 30000, idle_timeout: 30000,
  });
  const output = new Gio.UnixOutputStream({fd: 1});

  await socket.open_async();
  socket.write_string(`GET ${path} HTTP/1.0\r\nHost: ${address}:${port}\r\n\r\n`);

  const head = new TextDecoder().decode(await socket.receive_until_async('\r\n\r\n'));

  printerr(head);
  for await (const chunk of socket)
    output.write_all(chunk, null);

  return head.split(/\s/)[1] === '200';
}

try {
  System.exit(await fetch(...System.programArgs) ? 0 : 1);
} catch (error) {
  printerr(error.message);
  System.exit(1);
}
