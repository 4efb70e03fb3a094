// echo-gio.js: GIO's streams in GJS, asynchronous, behind a GSocketService
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

const CHUNK = 65536;

Gio._promisify(Gio.InputStream.prototype, 'read_bytes_async');
Gio._promisify(Gio.OutputStream.prototype, 'write_bytes_async');

// The bindings do not keep the array of write_all_async() for as long as it is needed.
async function write(output, bytes) {
  while (bytes.get_size() > 0) {
    const length = await output.write_bytes_async(bytes, GLib.PRIORITY_DEFAULT, null);
    bytes = bytes.new_from_bytes(length, bytes.get_size() - length);
  }
}

async function echo(connection) {
  const input = connection.get_input_stream();
  const output = connection.get_output_stream();

  try {
    for (;;) {
      const bytes = await input.read_bytes_async(CHUNK, GLib.PRIORITY_DEFAULT, null);
      if (bytes.get_size() === 0)
        break;
      await write(output, bytes);
    }
  } catch {
    // The connection broke; there is nothing to do but to close it.
  }
  connection.close(null);
}

const service = new Gio.SocketService();
service.set_backlog(4096);
const [, bound] = service.add_address(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0),
  Gio.SocketType.STREAM, Gio.SocketProtocol.TCP, null);
service.connect('incoming', (_service, connection) => {
  connection.get_socket().set_option(6, 1, 1);
  echo(connection);
  return true;
});
print(`listening on ${bound.get_port()}`);
new GLib.MainLoop(null, false).run();
