// test-udp.js: datagrams, as JavaScript has them
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertFalse, assertSame, assertThrows, assertTrue, catchError, cleanUp,
        iterateUntil, record, settle, test} from './support.js';

const BYTES = Uint8Array.from({length: 256}, (_, i) => i);
const GROUP = '239.255.77.2';

function makeSocket(settings = {}, Class = Tisock.UDPSocket) {
  const socket = new Class(settings);

  socket.open();
  cleanUp(() => socket.close());

  return socket;
}

function receive(socket) {
  iterateUntil(() => socket.packets_available > 0);

  return socket.read();
}

test('datagrams', () => {
  for (const datagram of [Tisock.Datagram.new(HOST, 7000, BYTES),
                          Tisock.Datagram.new_bytes(HOST, 7000, new GLib.Bytes(BYTES))]) {
    assertSame(datagram.get_address(), HOST);
    assertSame(datagram.get_port(), 7000);
    assertEqual(datagram.get_data(), BYTES);
    assertEqual(datagram.get_bytes().toArray(), BYTES);
    assertFalse(datagram.is_truncated());
  }
  assertSame(Tisock.Datagram.new(null, 0, []).get_address(), null);
});

test('the parts of a datagram', () => {
  const datagram = new Tisock.Datagram(HOST, 7000, 'Grüße');

  assertEqual([datagram.address, datagram.port], [HOST, 7000]);
  assertEqual(datagram.data, new TextEncoder().encode('Grüße'));
  assertEqual(new Tisock.Datagram(null, 0, BYTES).data, BYTES);
});

test('echo', () => {
  const server = makeSocket();
  const client = makeSocket();
  const events = record(client);

  server.connect('data-available', socket => socket.write(socket.read()));
  assertTrue(client.write_to(HOST, server.port, BYTES));
  iterateUntil(() => client.packets_available > 0);
  assertEqual(client.look_ahead().get_data(), BYTES);
  const answer = client.read();
  assertSame(answer.get_port(), server.port);
  assertEqual(answer.get_data(), BYTES);
  assertSame(client.read(), null);
  settle();
  assertTrue(events.some(([name]) => name === 'send-complete'));
  assertEqual([server.packets_missed, server.packets_unsent], [0, 0]);
});

test('drained', () => {
  const server = makeSocket();
  const client = makeSocket({send_limit: 1});
  let drained = 0;

  client.connect('data-available', socket => {
    socket.write(socket.read());
    assertTrue(socket.needs_drain);
    assertSame(socket.packets_left_to_send, 1);
  });
  client.connect('drained', () => drained++);
  server.write_to(HOST, client.port, BYTES);
  assertEqual(receive(server).get_data(), BYTES);
  settle();
  assertSame(drained, 1);
});

test('limits', () => {
  const socket = makeSocket({send_maximum: 100, receive_limit: 1});

  assertEqual([socket.send_maximum, socket.receive_limit, socket.send_limit], [100, 1, 2 ** 20]);
  assertThrows(Tisock.SocketError.QUEUE_FULL, () => socket.write_to(HOST, socket.port, BYTES));
});

test('a peer', () => {
  const server = makeSocket();
  const client = makeSocket({peer_address: HOST, peer_port: server.port});

  assertEqual([client.peer_address, client.peer_port], [HOST, server.port]);
  client.write_to(null, 0, BYTES);
  assertSame(receive(server).get_port(), client.port);
});

test('settings', () => {
  const socket = makeSocket({share_port: true});
  const other = makeSocket({share_port: true, port: socket.port});

  assertTrue(other.share_port);
  assertEqual([socket.router_hops, socket.send_to_self, socket.multicast_interface],
              [32, false, null]);
  socket.router_hops = 1;
  assertSame(socket.router_hops, 1);
  assertTrue(/^\d+\.\d+\.\d+\.255$/.test(socket.broadcast_address));
});

test('details', () => {
  const socket = makeSocket({receive_details: true});
  const datagram = Tisock.Datagram.new(HOST, socket.port, BYTES);

  assertTrue(socket.receive_details);
  assertSame(datagram.with_local_address('no address'), null);
  socket.write(datagram.with_router_hops(9).with_ecn(2).with_local_address('127.0.0.5'));
  const came = receive(socket);
  assertEqual([came.get_address(), came.get_local_address(), came.get_router_hops(),
               came.get_ecn()], ['127.0.0.5', HOST, 9, 2]);
  assertTrue(came.get_interface_index() > 0);
});

test('groups', () => {
  const loopback = Tisock.NetworkInterface.lookup('lo');
  const socket = makeSocket({send_to_self: true, multicast_interface: loopback});

  assertTrue(socket.join_multicast_group(GROUP, null));
  socket.write_to(GROUP, 0, BYTES);
  assertEqual(receive(socket).get_data(), BYTES);
  assertTrue(socket.leave_multicast_group(GROUP, null));
  assertTrue(catchError(() => socket.leave_multicast_group(GROUP, null)) instanceof GLib.Error);
  assertTrue(socket.join_multicast_source(GROUP, HOST, null));
  assertTrue(socket.leave_multicast_source(GROUP, HOST, loopback));
});

test('blocking', () => {
  const server = makeSocket();
  const client = makeSocket();
  const datagram = Tisock.Datagram.new(HOST, server.port, BYTES);

  assertTrue(client.send_datagram_sync(datagram, -1, null));
  assertEqual(server.receive_datagram_sync(-1, null).get_data(), BYTES);
  assertTrue(client.flush());
  assertTrue(client.flush_sync(-1, null));
});

test('callbacks', () => {
  const server = makeSocket();
  const client = Tisock.UDPSocket.new();
  const results = [];

  client.open();
  cleanUp(() => client.close());
  client.send_datagram_async(Tisock.Datagram.new(HOST, server.port, BYTES), null,
    (_socket, result) => results.push(client.send_datagram_finish(result)));
  client.flush_async(null, (_socket, result) => results.push(client.flush_finish(result)));
  server.receive_datagram_async(null, (_socket, result) => {
    results.push(server.receive_datagram_finish(result).get_data());
  });
  iterateUntil(() => results.length === 3);
  assertEqual(results.filter(result => result === true).length, 2);
  assertEqual(results.find(result => result !== true), BYTES);
});

test('promises', async () => {
  const server = makeSocket();
  const client = makeSocket();
  const asked = server.receive_datagram_async(null);

  assertTrue(await client.send_datagram_async(Tisock.Datagram.new(HOST, server.port, BYTES), null));
  assertTrue(await server.send_datagram_async(await asked, null));
  assertTrue(await server.flush_async(null));
  assertEqual((await client.receive_datagram_async(null)).get_data(), BYTES);
});

test('a loop over datagrams', async () => {
  const server = makeSocket();
  const client = makeSocket();
  const texts = [];

  for (const text of ['one', 'two', 'three'])
    client.write_to(HOST, server.port, text);
  for await (const {data} of server) {
    texts.push(new TextDecoder().decode(data));
    break;
  }
  for await (const {data, port} of server) {
    assertSame(port, client.port);
    texts.push(new TextDecoder().decode(data));
    if (texts.length === 3)
      server.close();
  }
  assertEqual(texts, ['one', 'two', 'three']);
});

test('a loop over datagrams that waits', async () => {
  const server = makeSocket();
  const client = makeSocket();
  const echoes = (async () => {
    for await (const datagram of server)
      server.write(datagram);
  })();

  for (const text of ['one', 'two']) {
    client.write_to(HOST, server.port, text);
    const {data} = await client.receive_datagram_async();
    assertSame(new TextDecoder().decode(data), text);
  }
  server.close();
  await echoes;
});

const Echo = GObject.registerClass(class Echo extends Tisock.UDPSocket {
  vfunc_data_available() {
    this.write(this.read());
  }
});

test('slots', () => {
  const echo = makeSocket({}, Echo);
  const socket = makeSocket();

  socket.write_to(HOST, echo.port, BYTES);
  assertEqual(receive(socket).get_data(), BYTES);
});
