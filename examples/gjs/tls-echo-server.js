// tls-echo-server.js: sends every client back what it sends, under TLS
//
// Run:  gjs -m tls-echo-server.js CERTIFICATE KEY [PORT]        (0, the default: any free port)
// Shows a server with TLS, and how its certificate is renewed: SIGHUP reads both files again.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const SIGHUP = 1;

if (System.programArgs.length < 2) {
  printerr(`Usage: ${System.programInvocationName} CERTIFICATE KEY [PORT]`);
  System.exit(1);
}

function echo(socket) {
  if (!socket.needs_drain)
    socket.write(socket.read_all());
}

function serve(certificate, key, port = 0) {
  const settings = Tisock.TlsSettings.new_from_files(certificate, key);
  const server = new Tisock.ServerSocket({
    address: '127.0.0.1', port: Number(port), tls_settings: settings,
  });

  // After the handshake.
  server.connect('accepted', (_server, socket) => {
    print(`port ${socket.remote_port} came with ${socket.cipher}`);
    socket.connect('data-available', echo);
    socket.connect('drained', echo);
  });

  // The handshake has failed, or has taken too long.
  server.connect('dropped', (_server, address) => print(`port ${address.port} was dropped`));
  server.listen();
  GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, SIGHUP, () => renew(settings));

  return server;
}

function renew(settings) {
  try {
    settings.reload();
    print('renewed');
  } catch (error) {
    print(`the old certificate stays: ${error.message}`);
  }

  return GLib.SOURCE_CONTINUE;
}

try {
  const server = serve(...System.programArgs);

  print(`listening on ${server.port}`);
  new GLib.MainLoop(null, false).run();
} catch (error) {
  printerr(error.message);
  System.exit(1);
}
