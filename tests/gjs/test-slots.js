// test-slots.js: subclasses handle every signal by overriding its slot, programs by connecting it
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GObject from 'gi://GObject';
import Tisock from 'gi://Tisock?version=1';

import {Events, HOST, SERVER_CLASSES, SOCKET_CLASSES, assertEqual, assertError, assertSame,
        assertThrows, assertTrue, iterateUntil, listNames, makePair, makeServer, openSocket,
        record, test} from './support.js';

// More than the system takes at once.
const MUCH = new Uint8Array(16 * 1024 * 1024);

// Does by slots what record() does by signals.
const RecordingSocket = GObject.registerClass(
class RecordingSocket extends Tisock.TCPSocket {
  events = new Events();

  vfunc_connected() {
    this.events.push(['connected']);
  }

  vfunc_data_available() {
    this.events.push(['data-available']);
  }

  vfunc_send_progress(sent, left) {
    this.events.push(['send-progress', sent, left]);
    return false;
  }

  vfunc_send_complete(userAborted) {
    this.events.push(['send-complete', userAborted]);
  }

  vfunc_drained() {
    this.events.push(['drained']);
  }

  vfunc_read_eof() {
    this.events.push(['read-eof']);
  }

  vfunc_draining() {
    this.events.push(['draining']);
    return false;
  }

  vfunc_error(error) {
    this.events.push(['error', error]);
  }

  vfunc_closed() {
    this.events.push(['closed']);
  }
});

const RecordingServer = GObject.registerClass(
class RecordingServer extends Tisock.ServerSocket {
  events = new Events();

  vfunc_add_socket() {
    this.events.push(['add-socket']);
    return new RecordingSocket();
  }

  vfunc_accepted(socket) {
    this.events.push(['accepted', socket]);
  }

  vfunc_dropped(peer, reason) {
    this.events.push(['dropped', peer, reason]);
  }

  vfunc_error(error) {
    this.events.push(['error', error]);
  }

  vfunc_closed() {
    this.events.push(['closed']);
  }
});

function checkProgress(events) {
  const progress = events.filter(event => event[0] === 'send-progress');
  const sum = progress.reduce((total, event) => total + event[1], 0);

  assertEqual(sum, MUCH.length);
  assertEqual(progress.pop()[2], 0);
  assertSame(events.last('send-complete')[0], false);
}

// A life in which everything happens that does to a client.
function checkSocketLife(given, events) {
  given.allow_half_open = true;
  given.send_limit = 1;
  const [socket, peer] = makePair(given);

  peer.write_string('data');
  iterateUntil(() => events.has('data-available'));
  assertEqual(socket.read_all().length, 4);

  peer.connect('data-available', () => peer.purge());
  socket.write(MUCH);
  assertTrue(socket.needs_drain);
  iterateUntil(() => events.has('send-complete'));
  checkProgress(events);

  peer.shutdown_write();
  iterateUntil(() => events.has('read-eof'));
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.open());
  assertError(events.last('error')[0], Tisock.SocketError.INVALID_STATE);
  socket.close();

  assertEqual([...new Set(events.names), 'draining'].sort(),
              listNames(SOCKET_CLASSES, 'signal').sort());
  assertEqual(events.names.filter(name => !name.startsWith('send-')),
              ['connected', 'data-available', 'drained', 'read-eof', 'error', 'closed']);
}

test('signals of a socket', () => {
  const socket = new Tisock.TCPSocket();

  checkSocketLife(socket, record(socket));
});

test('slots of a socket', () => {
  const socket = new RecordingSocket();

  checkSocketLife(socket, socket.events);
});

test('slots of an accepted socket', () => {
  const server = makeServer(new RecordingServer());
  const [socket, accepted] = makePair(undefined, server);

  assertTrue(accepted instanceof RecordingSocket);
  socket.write_string('data');
  iterateUntil(() => accepted.bytes_available === 4);
  accepted.purge();
  server.drain_async(0, null, null);
  iterateUntil(() => accepted.events.has('closed'));
  assertEqual(accepted.events.names,
              ['connected', 'data-available', 'draining', 'error', 'closed']);
});

test('a slot comes after the handlers', () => {
  const socket = new RecordingSocket();

  socket.connect('connected', () => {
    socket.events.push(['handler']);
  });
  makePair(socket);
  assertEqual(socket.events.names, ['handler', 'connected']);
});

test('a subclass chains up to its parent', () => {
  const Chaining = GObject.registerClass(class Chaining extends RecordingSocket {
    vfunc_data_available() {
      super.vfunc_data_available();
      this.count = this.read_all().length;
    }
  });
  const [socket, peer] = makePair(new Chaining());

  peer.write_string('data');
  iterateUntil(() => socket.count === 4);
  assertEqual(socket.events.names, ['connected', 'data-available']);
});

// What the system has not taken yet is dropped, and the connection goes on.
function checkAbort(given, events) {
  const [socket, peer] = makePair(given);
  let count = 0;
  let last = 0;

  socket.write(MUCH);
  iterateUntil(() => events.has('drained'));
  assertEqual(events.names, ['connected', 'send-progress', 'send-complete', 'drained']);
  assertSame(events.last('send-complete')[0], true);
  assertEqual(socket.bytes_left_to_send, 0);

  peer.connect('data-available', () => {
    const data = peer.read_all();
    count += data.length;
    last = data[data.length - 1];
  });
  socket.write([7]);
  iterateUntil(() => last === 7);
  assertTrue(count < MUCH.length);
  iterateUntil(() => events.last('send-complete')[0] === false);
}

test('true from a handler aborts', () => {
  const socket = new Tisock.TCPSocket();

  checkAbort(socket, record(socket, {'send-progress': (_socket, sent, left) => left > 0}));
});

test('true from a slot aborts', () => {
  const Aborting = GObject.registerClass(class Aborting extends RecordingSocket {
    vfunc_send_progress(sent, left) {
      super.vfunc_send_progress(sent, left);
      return left > 0;
    }
  });
  const socket = new Aborting();

  checkAbort(socket, socket.events);
});

// A life in which everything happens.
function checkServerLife(server, events) {
  server.overload_policy = Tisock.OverloadPolicy.DROP;
  server.maximum_sockets_connected = 1;
  makeServer(server);
  const [, accepted] = makePair(undefined, server);

  assertTrue(accepted instanceof RecordingSocket);
  assertSame(events.last('accepted')[0], accepted);
  openSocket(server);
  iterateUntil(() => events.has('dropped'));
  const [peer, reason] = events.last('dropped');
  assertTrue(peer instanceof Gio.InetSocketAddress);
  assertSame(peer.address.to_string(), HOST);
  assertSame(reason, Tisock.DropReason.LIMIT);

  assertThrows(Tisock.SocketError.INVALID_STATE, () => server.listen());
  assertError(events.last('error')[0], Tisock.SocketError.INVALID_STATE);
  server.close();
  assertEqual(events.names, ['add-socket', 'accepted', 'dropped', 'error', 'closed']);
  assertEqual([...events.names].sort(), listNames(SERVER_CLASSES, 'signal').sort());
}

test('signals of a server', () => {
  const server = new Tisock.ServerSocket();

  checkServerLife(server, record(server, {'add-socket': () => new RecordingSocket()}));
});

test('slots of a server', () => {
  const server = new RecordingServer();

  checkServerLife(server, server.events);
});

test('no slot is missing', () => {
  for (const [constructor, classNames] of [[RecordingSocket, SOCKET_CLASSES],
                                           [RecordingServer, SERVER_CLASSES]]) {
    const own = Object.getOwnPropertyNames(constructor.prototype)
      .filter(name => name.startsWith('vfunc_'));

    assertEqual(own.sort(), listNames(classNames, 'vfunc').map(name => `vfunc_${name}`).sort());
  }
});
