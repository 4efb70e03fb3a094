// service-publisher.js: an echo server that the local network finds by itself
//
// Run:  gjs -m service-publisher.js [NAME]        (that of the host)
// Shows a server without a fixed port, and what becomes of its name if somebody else has it.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const server = new Tisock.ServerSocket();

server.connect('accepted', (_server, socket) => {
  socket.connect('data-available', () => socket.write(socket.read_all()));
});
server.listen();
print(`listening on ${server.port}`);

const [name = null] = System.programArgs;
const publisher = Tisock.ServicePublisher.new(server, name, '_tisock-echo._tcp');

publisher.connect('notify::is-published', () => {
  if (publisher.is_published)
    print(`published as ${publisher.name}`);
});
// The server goes on: who knows the port can connect.
publisher.connect('error', (_publisher, error) => printerr(error.message));
publisher.publish();
new GLib.MainLoop(null, false).run();
