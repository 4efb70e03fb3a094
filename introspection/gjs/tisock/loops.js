// loops.js: `for await` over the connections of a server, and over what a socket receives
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported iterateChunks, iterateConnections, iterateDatagrams, iterateLines */

const {Gio} = imports.gi;
const {charge} = imports.tisock.garbage;

const GARBAGE_OF_A_TURN = 2000;

// Gives one thing after the other, until there is none or the program closes where they come from.
async function * iterate(receive) {
  try {
    for (let item; (item = await receive()) !== null;)
      yield charge(GARBAGE_OF_A_TURN + (item.length ?? 0), item);
  } catch (error) {
    if (!(error instanceof Gio.IOErrorEnum && error.code === Gio.IOErrorEnum.CLOSED))
      throw error;
  }
}

function iterateConnections(server) {
  // Peers wait to be asked in while the loop is busy with another one.
  server.auto_accept = false;

  return iterate(() => server.is_listening ? server.accept_async() : null);
}

function chunkOrNull(bytes) {
  return bytes.length > 0 ? bytes : null;
}

// What is there already is not waited for: that costs a tenth.
function iterateChunks(socket) {
  return iterate(
    async () => chunkOrNull(socket.read_all()) ?? chunkOrNull(await socket.receive_async(-1)));
}

function iterateDatagrams(socket) {
  return iterate(() => socket.read() ?? socket.receive_datagram_async());
}

function iterateLines(socket) {
  return iterate(() => socket.read_line() ?? socket.receive_line_async());
}
