// relay.js: passes connections on to another host
//
// Run:  gjs -m relay.js HOST PORT [PORT-TO-LISTEN-ON]        (0, the default: any free port)
// Shows splice_to(), which needs no memory for what a slow peer has not fetched, and ends by
// itself however either side does.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const [host, port, portToListenOn] = System.programArgs;

if (!port) {
  printerr('Usage: relay HOST PORT [PORT-TO-LISTEN-ON]');
  System.exit(1);
}

// Neither way, if not both ways: then there is nothing to wait for.
function relay(client, server) {
  server.open_async(null, (_server, result) => {
    try {
      server.open_finish(result);
      client.splice_to(server);
      server.splice_to(client);
    } catch (error) {
      printerr(error.message);
      client.abort();
      server.abort();
    }
  });
}

const listener = new Tisock.ServerSocket({
  address: '127.0.0.1',
  port: Number(portToListenOn ?? 0),
});

listener.connect('accepted', (_listener, client) => {
  print(`port ${client.remote_port} came`);
  client.connect('closed', () => print(`port ${client.remote_port} left`));
  // It may have ended its side before the server is there; what it has sent is kept.
  client.allow_half_open = true;
  relay(client, new Tisock.TCPSocket({address: host, port: Number(port)}));
});

try {
  listener.listen();
} catch (error) {
  printerr(error.message);
  System.exit(1);
}

print(`listening on ${listener.port}`);
new GLib.MainLoop(null, false).run();
