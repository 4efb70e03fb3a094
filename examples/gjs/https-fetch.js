// https-fetch.js: fetches a web page with HTTP/1.0 under TLS and prints it
//
// Run:  gjs -m https-fetch.js HOST PORT [PATH] [AUTHORITY]   (status and headers go to the standard
//       error)
// Shows TLS. AUTHORITY is a file with certificates to trust in place of the system's.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

if (System.programArgs.length < 2) {
  printerr(`Usage: ${System.programInvocationName} HOST PORT [PATH] [AUTHORITY]`);
  System.exit(1);
}

// HTTP/1.0 ends an answer by ending the stream, which TLS keeps others from doing.
async function fetch(address, port, path = '/', authority = null) {
  const socket = new Tisock.SSLSocket({
    address, port: Number(port), timeout: 30000, idle_timeout: 30000,
  });
  const output = new Gio.UnixOutputStream({fd: 1});

  if (authority !== null)
    socket.trust_database = Gio.TlsFileDatabase.new(authority);
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
