// test-server.js: a server hands out the program's own sockets, and chooses its peers
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertError, assertFalse, assertSame, assertThrows, assertTrue, cleanUp,
        expectThrown, iterateUntil, makePair, makeServer, openSocket, receive, record, settle,
        test} from './support.js';

const EchoSession = GObject.registerClass(class EchoSession extends Tisock.TCPSocket {
  constructor(number) {
    super();
    this.number = number;
  }

  vfunc_data_available() {
    this.write(this.read_all());
  }
});

function checkEcho(server, sockets) {
  const [socket, accepted] = makePair(undefined, server);

  assertSame(accepted, sockets[0]);
  assertSame(server.connections.get_item(0), sockets[0]);
  assertSame(accepted.number, 7);
  socket.write_string('echo');
  assertEqual(receive(socket, 4).length, 4);
}

test('a handler gives a subclass', () => {
  const sockets = [];
  const server = makeServer();

  server.connect('add-socket', () => {
    sockets.push(new EchoSession(7));
    return sockets[0];
  });
  checkEcho(server, sockets);
});

test('a slot gives a subclass', () => {
  const sockets = [];
  const Server = GObject.registerClass(class EchoServer extends Tisock.ServerSocket {
    vfunc_add_socket() {
      sockets.push(new EchoSession(7));
      return sockets[0];
    }
  });

  checkEcho(makeServer(new Server()), sockets);
});

test('the first handler wins', () => {
  const server = makeServer();

  server.connect('add-socket', () => null);
  server.connect('add-socket', () => new EchoSession(1));
  server.connect('add-socket', () => new EchoSession(2));
  assertSame(makePair(undefined, server)[1].number, 1);
});

function checkNoSocket(addSocket) {
  const server = makeServer();
  const events = record(server, {'add-socket': addSocket});
  const eventsOfPeer = record(openSocket(server));

  iterateUntil(() => eventsOfPeer.has('closed'));
  assertEqual(events.names, ['add-socket', 'error', 'dropped']);
  assertError(events.last('error')[0], Tisock.SocketError.INVALID_STATE);
  assertSame(events.last('dropped')[1], Tisock.DropReason.NO_SOCKET);
  assertSame(server.n_connections, 0);
}

test('no socket', () => {
  checkNoSocket(() => null);
});

test('a used socket', () => {
  const [used] = makePair();

  checkNoSocket(() => used);
});

test('a handler that throws gives no socket', () => {
  expectThrown('no socket here', () => checkNoSocket(() => {
    throw new Error('no socket here');
  }));
});

test('a slot that throws gives no socket', () => {
  const Server = GObject.registerClass(class ThrowingServer extends Tisock.ServerSocket {
    vfunc_add_socket() {
      throw new Error('no socket here');
    }

    vfunc_dropped(peer, reason) {
      this.reason = reason;
    }
  });
  const server = makeServer(new Server());

  openSocket(server);
  expectThrown('no socket here', () => iterateUntil(() => server.reason !== undefined));
  assertSame(server.reason, Tisock.DropReason.NO_SOCKET);
});

test('sockets are kept ready', () => {
  const sockets = [];
  const server = makeServer();

  server.minimum_sockets_available = 3;
  server.connect('add-socket', () => {
    sockets.push(new EchoSession(sockets.length));
    return sockets[sockets.length - 1];
  });
  iterateUntil(() => sockets.length === 3);
  assertSame(makePair(undefined, server)[1], sockets[0]);
  iterateUntil(() => sockets.length === 4);
});

test('connections are a list', () => {
  const server = makeServer();
  const changes = [];

  server.connections.connect('items-changed', (_list, ...change) => changes.push(change));
  const pairs = [makePair(undefined, server), makePair(undefined, server)];
  assertSame(server.connections.get_n_items(), server.n_connections);
  assertEqual([0, 1].map(i => server.connections.get_item(i)), pairs.map(pair => pair[1]));
  pairs[1][1].close();
  assertSame(server.n_connections, 1);
  assertEqual(changes, [[0, 0, 1], [1, 0, 1], [1, 1, 0]]);
});

test('peers can be refused', () => {
  for (const settings of [{blocked_peers: ['127.0.0.0/8']}, {allowed_peers: ['10.0.0.0/8']}]) {
    const server = makeServer(new Tisock.ServerSocket(settings));
    const events = record(server);

    openSocket(server);
    iterateUntil(() => events.length > 0);
    assertEqual(events.names, ['dropped']);
    assertSame(events.last('dropped')[1], Tisock.DropReason.PEER);
  }
});

test('accept asks for one', () => {
  const server = makeServer(new Tisock.ServerSocket({auto_accept: false}));
  const sockets = [openSocket(server), openSocket(server)];

  iterateUntil(() => sockets.every(socket => socket.is_connected));
  settle();
  assertSame(server.n_connections, 0);
  assertTrue(server.accept());
  iterateUntil(() => server.n_connections === 1);
  settle();
  assertSame(server.n_connections, 1);
});

test('accept with auto-accept throws', () => {
  const server = makeServer();

  assertThrows(Tisock.SocketError.INVALID_STATE, () => server.accept());
});

test('stop_listening leaves the connections', () => {
  const server = makeServer();
  const [socket, accepted] = makePair(undefined, server);

  server.stop_listening();
  assertFalse(server.is_listening);
  accepted.write_string('still here');
  assertEqual(receive(socket, 10).length, 10);
  server.close();
  assertFalse(accepted.is_connected);
});

test('a socket listens for one peer', () => {
  const listener = new Tisock.TCPSocket({address: HOST});
  const events = record(listener);

  assertTrue(listener.listen());
  cleanUp(() => listener.close());
  const socket = openSocket(listener);
  iterateUntil(() => events.has('connected') && socket.is_connected);
  socket.write_string('hello');
  assertEqual(receive(listener, 5).length, 5);
});

test('a server on several addresses', () => {
  const server = new Tisock.ServerSocket();

  cleanUp(() => server.close());
  server.add_address(Gio.InetSocketAddress.new_from_string(HOST, 0));
  server.add_address(Gio.NetworkAddress.new('127.0.0.2', 0));
  server.listen();

  const list = server.list_addresses();
  assertSame(list.get_n_items(), 2);
  assertSame(list.get_item(0).port, server.port);
  for (const i of [0, 1]) {
    const bound = list.get_item(i);
    const socket = new Tisock.TCPSocket({address: bound.address.to_string(), port: bound.port});

    socket.open();
    cleanUp(() => socket.close());
  }
  iterateUntil(() => server.n_connections === 2);
});

test('a server on a path', () => {
  const folder = GLib.dir_make_tmp('tisock-XXXXXX');
  const path = GLib.build_filenamev([folder, 'socket']);
  const address = Gio.UnixSocketAddress.new(path);
  const server = new Tisock.ServerSocket({socket_mode: 0o600});
  const socket = new Tisock.TCPSocket({connectable: address});

  cleanUp(() => GLib.rmdir(folder));
  cleanUp(() => server.close());
  server.add_address(address);
  server.listen();
  assertSame(server.local_address, path);
  assertSame(server.list_addresses().get_item(0).get_path(), path);
  cleanUp(() => socket.close());
  socket.open();
  iterateUntil(() => server.n_connections === 1 && socket.is_connected);
  assertSame(server.connections.get_item(0).local_address, path);
  assertSame(server.connections.get_item(0).remote_address, '');
  assertThrows(Tisock.SocketError.ADDRESS_IN_USE,
               () => new Tisock.TCPSocket({connectable: address}).listen());
  server.close();
  assertFalse(GLib.file_test(path, GLib.FileTest.EXISTS));
});

test('a name to listen on throws', () => {
  const server = new Tisock.ServerSocket();

  assertThrows(Tisock.SocketError.NAME_RESOLUTION,
               () => server.add_address(Gio.NetworkAddress.new('some.name', 0)));
});

test('the constructors', () => {
  const server = Tisock.ServerSocket.new();

  server.set_address(HOST);
  makeServer(server);
  const socket = openSocket(server, Tisock.TCPSocket.new());
  iterateUntil(() => socket.is_connected);
});
