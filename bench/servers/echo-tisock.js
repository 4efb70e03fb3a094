// echo-tisock.js: tisock in GJS
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

function dataAvailable(socket) {
  socket.write(socket.read_all());
}

const server = new Tisock.ServerSocket({address: '127.0.0.1'});
if (System.programArgs[0] === 'tls')
  server.tls_settings = Tisock.TlsSettings.new_from_files(GLib.getenv('BENCH_CERTIFICATE'), null);
server.connect('accepted', (_server, socket) => socket.connect('data-available', dataAvailable));
server.listen();
print(`listening on ${server.port}`);
new GLib.MainLoop(null, false).run();
