// dictu-program.js: programs with blocking sockets, each run as a child:  gjs -m FILE NAME PORT…
//
// What they print is what test-dictu.js looks at. A program waits for nothing but its sockets.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

const {Socket} = Tisock;
const HOST = '127.0.0.1';
const SIGUSR1 = 10;

function printFailure() {
  print(Socket.strerror());
  System.exit(1);
}

// As in the documentation of Dictu: what fails is null, which is false.
function listenOn(port) {
  const socket = Socket.create(Socket.AF_INET, Socket.SOCK_STREAM);

  if (!socket.setsocketopt(Socket.SOL_SOCKET, Socket.SO_REUSEADDR))
    printFailure();
  if (!socket.bind(HOST, port))
    printFailure();
  if (!socket.listen())
    printFailure();
  print('listening');

  return socket;
}

function connectTo(port) {
  const socket = Socket.create(Socket.AF_INET, Socket.SOCK_STREAM);

  if (!socket.connect(HOST, port))
    printFailure();

  return socket;
}

// A handler that can run only when nothing blocks; gives a function that waits for it.
function catchSignals() {
  let caught = false;

  GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, SIGUSR1, () => {
    caught = true;
    return GLib.SOURCE_CONTINUE;
  });

  return () => {
    while (!caught)
      GLib.MainContext.default().iteration(true);
    caught = false;
    return 'and a signal';
  };
}

const programs = {
  echo(port) {
    const socket = listenOn(port);
    const client = socket.accept();

    for (let text = client.recv(2048); text; text = client.recv(2048))
      client.write(text);
    client.close();
    socket.close();
  },

  // Dictu's own example: one client, one backend, taking turns.
  proxy(port, backend) {
    const socket = listenOn(port);
    const [client, address] = socket.accept();
    const remote = connectTo(backend);

    print(address);
    for (;;) {
      const request = client.recv(2048);

      if (!request || !remote.write(request))
        break;
      client.write(remote.recv(2048));
    }
    remote.close();
    client.close();
    socket.close();
  },

  // More than the system takes at once.
  write(port, size) {
    const client = listenOn(port).accept();

    print(client.write('ü'.repeat(size / 2)));
    client.close();
  },

  // A peer that ends in the middle, and does not read.
  interruptedWrite(port, size) {
    const client = listenOn(port).accept();
    const count = client.write('x'.repeat(size));

    print(count > 0 && count < size);
    print(client.write('x'));
    print(Socket.errno);
  },

  signals(port) {
    const socket = listenOn(port);
    const takeSignal = catchSignals();

    print('accept');
    const client = socket.accept();
    print(client, takeSignal());

    print('recv');
    print(client.recv(100), takeSignal());

    print('write');
    print(client.write('x'.repeat(1 << 26)), takeSignal());
  },

  datagrams(port, peer) {
    const socket = Socket.create(Socket.AF_INET, Socket.SOCK_DGRAM);

    socket.setsockopt(Socket.SOL_SOCKET, Socket.SO_REUSEADDR);
    socket.bind(HOST, port);
    socket.connect(HOST, peer);
    print('bound');
    socket.write(socket.recv(100));
  },
};

const [name, ...numbers] = System.programArgs;

programs[name](...numbers.map(Number));
