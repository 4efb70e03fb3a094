// test-destinations.js: what a socket can be connected to besides an address and port
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertSame, assertTrue, catchError, cleanUp, iterateUntil, makeServer,
        record, test} from './support.js';

function connectTo(connectable) {
  const socket = new Tisock.TCPSocket({connectable});
  const events = record(socket);

  assertSame(socket.connectable, connectable);
  socket.open();
  cleanUp(() => socket.close());
  iterateUntil(() => events.length > 0);

  return [socket, events];
}

test('an address', () => {
  const {port} = makeServer();

  for (const connectable of [
    Gio.NetworkAddress.new(HOST, port),
    Gio.InetSocketAddress.new_from_string(HOST, port),
  ]) {
    const [socket, events] = connectTo(connectable);

    assertEqual(events.names, ['connected']);
    assertSame(socket.remote_port, port);
  }
});

test('a path', () => {
  const folder = GLib.dir_make_tmp('tisock-XXXXXX');
  const path = GLib.build_filenamev([folder, 'socket']);
  const address = Gio.UnixSocketAddress.new(path);
  const listener = Gio.Socket.new(Gio.SocketFamily.UNIX, Gio.SocketType.STREAM,
    Gio.SocketProtocol.DEFAULT);

  cleanUp(() => GLib.rmdir(folder));
  cleanUp(() => GLib.unlink(path));
  assertTrue(catchError(() => new Tisock.TCPSocket({connectable: address}).open())
    .message.includes(path));

  listener.bind(address, false);
  listener.listen();
  cleanUp(() => listener.close());

  const [socket, events] = connectTo(address);

  assertEqual(events.names, ['connected']);
  assertSame(socket.remote_address, path);
});

test('a proxy', () => {
  const server = makeServer();
  const requests = [];

  server.connect('accepted', (_server, peer) => {
    peer.connect('data-available', () => {
      requests.push(peer.read_string(-1, null));
      peer.write_string('HTTP/1.0 200 OK\r\n\r\nhello');
    });
  });

  const proxy_resolver = Gio.SimpleProxyResolver.new(`http://${HOST}:${server.port}`, null);
  const socket = new Tisock.TCPSocket({address: 'a.example', port: 80, proxy_resolver});

  assertSame(socket.proxy_resolver, proxy_resolver);
  socket.open();
  cleanUp(() => socket.close());
  iterateUntil(() => socket.bytes_available === 5);
  assertSame(socket.read_string(-1, null), 'hello');
  assertSame(socket.remote_port, server.port);
  assertTrue(requests[0].startsWith('CONNECT a.example:80 HTTP/1.0\r\n'));
});
