// many-connections.js: many connections one after the other leave nothing behind
//
// TISOCK_CONNECTIONS says how many.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertSame, assertTrue, iterateUntil, makeServer, settle, test} from './support.js';

const COUNT = Number(GLib.getenv('TISOCK_CONNECTIONS'));
const ROUNDS = 10;
const TOGETHER = 20;
const TOLERANCE = 4 * 1024;     // what the allocator and the engine keep for themselves, in KiB

// The KiB of this process that are in memory. GLib cannot tell the size of such a file.
function getMemory() {
  const [, status] = GLib.file_get_contents('/proc/self/status');

  return Number(/^VmRSS:\s*(\d+)/m.exec(new TextDecoder().decode(status))[1]);
}

function countDescriptors() {
  const folder = Gio.File.new_for_path('/proc/self/fd');

  return [...folder.enumerate_children('standard::name', 0, null)].length;
}

// Opens connections that nothing knows but their own handlers; the end of one begins the next one.
function runRound(server, count) {
  let toOpen = count;
  let ended = 0;
  const open = () => {
    const socket = new Tisock.TCPSocket({address: HOST, port: server.port});

    toOpen--;
    socket.connect('connected', () => {
      socket.write('question');
    });
    // A reset, because it lets the port be used again at once.
    socket.connect('data-available', () => {
      socket.abort();
    });
    socket.connect('closed', () => {
      ended++;
      if (toOpen > 0)
        open();
    });
    socket.open();
  };

  for (let i = 0; i < TOGETHER; i++)
    open();
  iterateUntil(() => ended === count && server.n_connections === 0);
  // GJS drops what its objects have held in the turns after a collection.
  for (let i = 0; i < 3; i++) {
    settle();
    System.gc();
  }

  return getMemory();
}

test(`${COUNT} connections`, () => {
  const server = makeServer();
  const descriptors = countDescriptors();

  server.connect('accepted', (_server, socket) => {
    socket.connect('data-available', () => {
      socket.write(socket.read_all());
    });
  });

  const memory = Array.from({length: ROUNDS}, () => runRound(server, COUNT / ROUNDS));

  print(`# memory after each round of ${COUNT / ROUNDS}: ${memory.join(', ')} KiB`);
  assertSame(countDescriptors(), descriptors);
  assertTrue(memory[ROUNDS - 1] - memory[ROUNDS / 2 - 1] < TOLERANCE, `${memory}`);
});
