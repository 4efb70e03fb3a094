// chat-server.js: passes what each member of a chat says on to the others
//
// Run:  gjs -m chat-server.js [PORT]        (0, the default: any free port)
// The first line a member sends is its name, each further line is said to all others.
// Shows lines, a subclass that handles its own signals, and the list of a server's connections.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const Member = GObject.registerClass(class Member extends Tisock.TCPSocket {
  vfunc_data_available() {
    try {
      // null: the rest of the line is still on its way.
      for (let line; (line = this.read_line()) !== null;)
        this.handleLine(line);
    } catch {
      this.close();             // this is no text, or a line without end
    }
  }

  vfunc_closed() {
    if (this.name)
      this.announce('has left');
  }

  handleLine(line) {
    if (this.name) {
      this.tellOthers(`${this.name}: ${line}`);
    } else {
      this.name = line;
      this.announce('has come');
    }
  }

  announce(event) {
    print(`* ${this.name} ${event}`);
    this.tellOthers(`* ${this.name} ${event}`);
  }

  // A write that fails can close its socket, and that takes it out of the list: walking backwards
  // meets all the others nevertheless.
  tellOthers(text) {
    for (let i = server.n_connections - 1; i >= 0; i--) {
      const other = server.connections.get_item(i);
      if (!other?.name || other === this)
        continue;
      try {
        other.write_string(`${text}\n`);
      } catch {
        // It has just gone, or does not read: it misses this line.
      }
    }
  }
});

const server = new Tisock.ServerSocket({
  address: '127.0.0.1',
  port: Number(System.programArgs[0] ?? 0),
});

// The limits keep a member that never ends a line, or never reads, from filling the memory.
server.connect('add-socket', () => new Member({receive_limit: 4096, send_maximum: 256 * 1024}));

try {
  server.listen();
} catch (error) {
  printerr(error.message);
  System.exit(1);
}

print(`listening on ${server.port}`);
new GLib.MainLoop(null, false).run();
