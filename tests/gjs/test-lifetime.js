// test-lifetime.js: a collector neither ends a connection nor is kept from freeing an ended one
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertSame, assertTrue, cleanUp, iterateUntil, makeServer, settle,
        test} from './support.js';

const LineSession = GObject.registerClass(class LineSession extends Tisock.TCPSocket {
  received = '';

  vfunc_data_available() {
    this.received += this.read_string(-1, null);
    if (this.received.endsWith('.')) {
      this.write_string(this.received);
      this.shutdown();
    }
  }
});

const LineServer = GObject.registerClass(class LineServer extends Tisock.ServerSocket {
  vfunc_add_socket() {
    return new LineSession();
  }
});

// Collects garbage in each turn of the main context.
function collectAlways() {
  const source = GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
    System.gc();
    return GLib.SOURCE_CONTINUE;
  });

  cleanUp(() => GLib.source_remove(source));
}

// GJS drops what its objects have held in the turns after a collection.
function collect() {
  for (let i = 0; i < 3; i++) {
    settle();
    System.gc();
  }
  settle();
}

// Starts a connection that nothing knows but its own handlers.
function echoOnce(server, words, results) {
  const socket = new Tisock.TCPSocket({address: HOST, port: server.port});
  let received = '';

  socket.connect('connected', () => {
    socket.write_string(words.shift());
  });
  socket.connect('send-complete', () => {
    if (words.length > 0)
      socket.write_string(words.shift());
  });
  socket.connect('data-available', () => {
    received += socket.read_string(-1, null);
  });
  socket.connect('closed', () => {
    results.push(received);
  });
  socket.open();
}

function checkStorm(server) {
  const results = [];

  collectAlways();
  for (let i = 0; i < 5; i++)
    echoOnce(server, ['a', 'bc', 'def', '.'], results);
  iterateUntil(() => results.length === 5);
  assertEqual(results, Array(5).fill('abcdef.'));
}

test('sockets that only their handlers know', () => {
  const server = makeServer();

  server.connect('add-socket', () => new LineSession());
  checkStorm(server);
});

test('sockets that a slot gave', () => {
  checkStorm(makeServer(new LineServer()));
});

// Starts an echo and what it is sent, from sockets that nothing knows but their own handlers.
function startStream(server, total) {
  const stream = {sent: 0, received: 0, wrong: 0, hasEnded: false};
  const block = Uint8Array.from({length: 251 * 100}, (_, i) => i % 251);
  const echo = peer => {
    if (!peer.needs_drain)
      peer.write(peer.read_all());
  };
  const fill = socket => {
    for (; stream.sent < total && !socket.needs_drain; stream.sent += block.length)
      socket.write(block);
  };
  const take = socket => {
    const data = socket.read_all();

    stream.wrong += data.filter((byte, i) => byte !== (stream.received + i) % 251).length;
    stream.received += data.length;
    if (stream.received === total)
      socket.close();
  };
  const socket = new Tisock.TCPSocket({address: HOST, port: server.port});

  server.connect('accepted', (_server, peer) => {
    peer.connect('data-available', echo);
    peer.connect('drained', echo);
  });
  socket.connect('connected', fill);
  socket.connect('drained', fill);
  socket.connect('data-available', take);
  socket.connect('closed', () => {
    stream.hasEnded = true;
  });
  socket.open();

  return stream;
}

test('data that flow in a storm', () => {
  const total = 251 * 100 * 400;
  const stream = startStream(makeServer(), total);

  collectAlways();
  iterateUntil(() => stream.hasEnded);
  assertSame(stream.received, total);
  assertSame(stream.wrong, 0);
});

function startServer() {
  const server = new Tisock.ServerSocket({address: HOST});

  server.connect('accepted', (_server, socket) => {
    socket.write_string('hello');
    server.stop_listening();
  });
  server.listen();

  return server.port;
}

test('a server that nothing knows', () => {
  const port = startServer();

  collect();
  collectAlways();
  const socket = new Tisock.TCPSocket({address: HOST, port});
  socket.open();
  cleanUp(() => socket.close());
  iterateUntil(() => socket.bytes_available === 5);
});

// Tells how many of the objects it is given are gone. A binding that has lost its source says so,
// which is sooner than a FinalizationRegistry would.
class Census {
  bindings = [];
  target = new Tisock.TCPSocket();

  add(instance) {
    this.bindings.push(instance.bind_property('port', this.target, 'port',
                                              GObject.BindingFlags.DEFAULT));
  }

  get gone() {
    return this.bindings.filter(binding => binding.dup_source() === null).length;
  }
}

function runLives(server, census) {
  let ended = 0;

  server.connect('accepted', (_server, socket) => {
    census.add(socket);
    socket.connect('data-available', () => {
      socket.close();
    });
  });
  for (let i = 0; i < 3; i++) {
    const socket = new Tisock.TCPSocket({address: HOST, port: server.port});

    census.add(socket);
    socket.connect('connected', () => {
      socket.write_string('end');
    });
    socket.connect('closed', () => {
      ended++;
    });
    socket.open();
  }
  iterateUntil(() => ended === 3);
}

// A frame of the JavaScript engine's may go on knowing the last one; a leak would keep all.
function checkFreed(server) {
  const census = new Census();

  runLives(server, census);
  server.close();
  collect();
  assertTrue(census.gone >= 5);
}

test('ended sockets are freed', () => {
  checkFreed(makeServer());
});

test('ended sockets of a handler are freed', () => {
  const server = makeServer();

  server.connect('add-socket', () => new LineSession());
  checkFreed(server);
});

test('ended sockets of a slot are freed', () => {
  checkFreed(makeServer(new LineServer()));
});

test('unopened sockets are freed', () => {
  const census = new Census();

  for (let i = 0; i < 5; i++)
    census.add(new LineSession());
  const kept = new LineSession();
  census.add(kept);
  collect();
  assertSame(census.gone, 5);
  assertSame(kept.received, '');
});
