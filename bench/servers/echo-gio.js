// echo-gio.js: GIO's streams in GJS, asynchronous, behind a GSocketService
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

const CHUNK = 65536;

// With promises it comes to a halt in GJS 1.74 after some ten thousand messages.
class Echo {
  constructor(connection) {
    this.connection = connection;
    this.input = connection.get_input_stream();
    this.output = connection.get_output_stream();
    this.read();
  }

  read() {
    this.input.read_bytes_async(CHUNK, GLib.PRIORITY_DEFAULT, null, (stream, result) => {
      try {
        this.write(stream.read_bytes_finish(result));
      } catch {
        this.connection.close(null);
      }
    });
  }

  // The bindings do not keep the array of write_all_async() for as long as it is needed.
  write(bytes) {
    if (bytes.get_size() === 0) {
      this.connection.close(null);
      return;
    }

    this.output.write_bytes_async(bytes, GLib.PRIORITY_DEFAULT, null, (stream, result) => {
      try {
        const length = stream.write_bytes_finish(result);
        if (length === bytes.get_size())
          this.read();
        else
          this.write(bytes.new_from_bytes(length, bytes.get_size() - length));
      } catch {
        this.connection.close(null);
      }
    });
  }
}

const service = new Gio.SocketService();
service.set_backlog(4096);
const [, bound] = service.add_address(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0),
  Gio.SocketType.STREAM, Gio.SocketProtocol.TCP, null);
service.connect('incoming', (_service, connection) => {
  connection.get_socket().set_option(6, 1, 1);
  new Echo(connection);
  return true;
});
print(`listening on ${bound.get_port()}`);
new GLib.MainLoop(null, false).run();
