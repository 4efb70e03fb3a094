// test-ti-udp.js: Ti.Network.Socket.UDP
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import System from 'system';

import {
  HOST, assertEqual, assertSame, assertTrue, cleanUp, iterateUntil, settle, test,
} from './support.js';
import {
  Ti, assertFailure, assertNames, assertRefused, expectLogged, makeBuffer, namesOf, record,
  waitFor,
} from './ti-support.js';

const CALLBACKS = ['started', 'data', 'error'];
const LARGEST = 65507;          // of the data of a datagram, with IPv4
const ECONNREFUSED = 111;
const EMSGSIZE = 90;

function stop(socket) {
  try {
    socket.stop();
  } catch {
    // It has been stopped by the test itself, or never was started.
  }
}

function createUDP(params) {
  const socket = Ti.Network.Socket.createUDP(params);

  cleanUp(() => stop(socket));

  return socket;
}

// A socket that is started, and what it has called back since.
function makeSocket(params = {}, ...args) {
  const events = record(params, ...CALLBACKS);
  const socket = createUDP(params);

  socket.start(...args.length > 0 ? args : [0, HOST]);
  iterateUntil(() => events.length > 0);
  assertEqual(namesOf(events.splice(0)), ['started']);

  return [socket, events];
}

// What is called back next.
function receive(events, expected = 'data') {
  iterateUntil(() => events.length > 0);
  const [name, event] = events.shift();

  assertSame(name, expected);

  return event;
}

function assertUDPFailure(event, pattern, code) {
  assertEqual(Object.keys(event), ['success', 'error', 'code']);
  assertEqual([event.success, event.code], [false, code]);
  assertTrue(pattern.test(event.error), event.error);
}

// What is made

test('Ti.Network.Socket.createUDP', () => {
  for (const params of [undefined, null, {}]) {
    const socket = createUDP(params);

    assertSame(socket.apiName, 'Ti.Network.Socket.UDP');
    assertSame(`${socket}`, '[object TiNetworkSocketUDP]');
    assertEqual([socket.port, socket.started, socket.data, socket.error].map(String),
                ['undefined', 'undefined', 'undefined', 'undefined']);
  }
});

test('what is given to Ti.Network.Socket.createUDP', () => {
  const started = () => {};
  const socket = createUDP({port: 5, started, mine: 'mine', stop: 'never', apiName: 'other'});

  assertEqual([socket.port, socket.getPort(), socket.mine], [5, 5, 'mine']);
  assertSame(socket.getStarted(), started);
  assertEqual([typeof socket.stop, socket.apiName], ['function', 'Ti.Network.Socket.UDP']);
});

// What Titanium's own tests do, and its sockets on Windows

test('start with a port, and the started callback', () => {
  let self = null;
  const socket = createUDP({
    started(event) {
      self = this;
      assertEqual(Object.keys(event), ['address', 'port']);
      assertEqual([typeof event.address, event.port], ['string', socket.port]);
    },
  });

  socket.start(0);
  assertSame(self, null);
  iterateUntil(() => self !== null);
  assertSame(self, socket);
  assertTrue(socket.port > 0);
});

test('sendString to oneself, where started says', () => {
  let came = null;
  const socket = createUDP({
    started: event => socket.sendString(event.port, event.address, 'Grüße'),
    data(event) {
      came = event;
    },
  });

  socket.start(0);
  iterateUntil(() => came !== null);
  assertEqual(Object.keys(came), ['stringData', 'bytesData', 'address', 'port']);
  assertEqual([came.stringData, came.port], ['Grüße', socket.port]);
  assertEqual(came.bytesData, [0x47, 0x72, 0xc3, 0xbc, 0xc3, 0x9f, 0x65]);
  assertTrue(Array.isArray(came.bytesData));
});

test('sendBytes to oneself, where started says', () => {
  const bytes = Array.from({length: 256}, (_, i) => i);
  let came = null;
  const socket = createUDP({
    started: event => socket.sendBytes(event.port, event.address, bytes),
    data(event) {
      came = event;
    },
  });

  socket.start(0);
  iterateUntil(() => came !== null);
  assertEqual(came.bytesData, bytes);
});

// Starting and stopping

test('start on a host', () => {
  for (const host of [HOST, 'localhost']) {
    const events = [];
    const socket = createUDP({started: event => events.push(event)});

    socket.start(0, host);
    iterateUntil(() => events.length > 0);
    assertSame(events[0].address, HOST);
  }
});

test('start on all interfaces', () => {
  const [socket, events] = makeSocket({}, 0, '0.0.0.0');

  socket.sendString(socket.port, '127.0.0.9', 'hello');
  assertSame(receive(events).stringData, 'hello');
});

test('start with an object', () => {
  const [socket, events] = makeSocket({}, {port: 0, host: HOST});

  socket.sendString({host: HOST, port: socket.port, data: 'text'});
  socket.sendBytes({host: HOST, data: [1]});
  assertNames(events, 'data', 'data');
  assertEqual(events.map(([, event]) => event.bytesData), [[0x74, 0x65, 0x78, 0x74], [1]]);
});

test('the port that is set', () => {
  const [first] = makeSocket();
  const {port} = first;

  first.stop();
  assertSame(first.port, 0);
  const [second] = makeSocket({port: `${port}`}, undefined, HOST);

  assertSame(second.port, port);
  assertRefused(/cannot be given a port: it is started/, () => second.setPort(7));
  assertSame(second.port, port);
});

test('ports and hosts that are none', () => {
  const socket = createUDP();

  for (const port of [undefined, null, -1, 65536, 1.5, 'port', {}, {port: 'port'}])
    assertRefused(/^The port has to be a number from 0 to 65535, not /, () => socket.start(port));
  for (const host of ['', 5, {}])
    assertRefused(/^The host has to be a name or an address, not /, () => socket.start(0, host));
  assertRefused(/Could not start on “192\.0\.2\.1”: .*is not the first address of a/,
                () => socket.start(0, '192.0.2.1'));
  assertRefused(/Could not start on “nowhere\.invalid”: /,
                () => socket.start(0, 'nowhere.invalid'));
  assertRefused(/cannot stop: it is not started/, () => socket.stop());
});

test('start and stop, again and again', () => {
  const [socket, events] = makeSocket();
  const {port} = socket;

  for (let i = 0; i < 3; i++) {
    assertRefused(/cannot start: it is started/, () => socket.start(port, HOST));
    socket.stop();
    assertRefused(/cannot stop: it is not started/, () => socket.stop());
    socket.start(port, HOST);
    receive(events, 'started');
    assertSame(socket.port, port);
  }
  socket.close();
  settle();
  assertEqual(events, []);
});

test('stop before started is called', () => {
  const params = {};
  const events = record(params, ...CALLBACKS);
  const socket = createUDP(params);

  socket.start(0, HOST);
  socket.stop();
  settle();
  assertEqual(events, []);
});

test('stop in the data callback', () => {
  const texts = [];
  const [socket] = makeSocket({
    data(event) {
      texts.push(event.stringData);
      socket.stop();
    },
  });

  for (const text of ['one', 'two', 'three'])
    socket.sendString(socket.port, HOST, text);
  iterateUntil(() => texts.length > 0);
  settle();
  assertEqual(texts, ['one']);
});

test('a port that is taken', () => {
  const [{port}] = makeSocket();
  const params = {};
  const events = record(params, ...CALLBACKS);
  const socket = createUDP(params);

  socket.start(port, HOST);
  assertEqual(events, []);
  assertUDPFailure(receive(events, 'error'), /Could not open port .*Address already in use/, -1);
  socket.start(0, HOST);
  receive(events, 'started');
});

// Sending

test('the sender is told, and can be answered', () => {
  const [server] = makeSocket({
    data: event => server.sendBytes(event.port, event.address, event.bytesData.reverse()),
  });
  const [client, events] = makeSocket();

  client.sendString(server.port, 'localhost', 'abc');
  const answer = receive(events);
  assertEqual([answer.address, answer.port, answer.stringData], [HOST, server.port, 'cba']);
});

test('who only sends need not start', () => {
  const [server, events] = makeSocket();
  const client = createUDP();

  client.sendString(server.port, HOST, 'one');
  client.sendString(server.port, HOST, 'two');
  const [one, two] = [receive(events), receive(events)];
  assertEqual([one.stringData, two.stringData], ['one', 'two']);
  assertEqual([one.port, two.port], [client.port, client.port]);
});

test('datagrams without data', () => {
  const [socket, events] = makeSocket();

  socket.sendString(socket.port, HOST, '');
  socket.sendBytes(socket.port, HOST, []);
  for (const event of [receive(events), receive(events)])
    assertEqual([event.stringData, event.bytesData], ['', []]);
});

test('what bytes can be sent', () => {
  const [socket, events] = makeSocket();
  const buffer = makeBuffer(1, 200);

  for (const data of [[1, 200], new Uint8Array([1, 200]), buffer, buffer.toBlob()]) {
    socket.sendBytes(socket.port, HOST, data);
    assertEqual(receive(events).bytesData, [1, 200]);
  }
});

test('the largest datagram, and one that is larger', () => {
  const [socket, events] = makeSocket();

  socket.sendString(socket.port, HOST, 'x'.repeat(LARGEST));
  assertSame(receive(events).stringData.length, LARGEST);
  socket.sendString(socket.port, HOST, 'x'.repeat(LARGEST + 1));
  assertUDPFailure(receive(events, 'error'), /Could not send .* of 65508 bytes/, EMSGSIZE);
  socket.sendString(socket.port, HOST, 'still there');
  assertSame(receive(events).stringData, 'still there');
});

test('a host that nobody has', () => {
  const [socket, events] = makeSocket();

  socket.sendString(7000, 'nowhere.invalid', 'hello');
  assertUDPFailure(receive(events, 'error'), /nowhere\.invalid/, -1);
});

test('a port that nobody has', () => {
  const [gone] = makeSocket();
  const [socket, events] = makeSocket();
  const {port} = gone;

  gone.stop();
  socket.sendString(port, HOST, 'hello');
  assertUDPFailure(receive(events, 'error'), /refused/, ECONNREFUSED);
  socket.sendString(socket.port, HOST, 'still there');
  assertSame(receive(events).stringData, 'still there');
});

test('what cannot be sent', () => {
  const [socket, events] = makeSocket();
  const {port} = socket;

  for (const data of [undefined, null, 5, ['text']]) {
    assertRefused(/^The text to send has to be a string/,
                  () => socket.sendString(port, HOST, data));
  }
  for (const data of [undefined, null, 5, 'text', {}]) {
    assertRefused(/^The bytes to send have to be an array/,
                  () => socket.sendBytes(port, HOST, data));
  }
  for (const byte of [256, -1, 1.5, '1', NaN, null]) {
    assertRefused(/from 0 to 255, and that at 1 is /,
                  () => socket.sendBytes(port, HOST, [0, byte]));
  }
  for (const wrong of [-1, 65536, 'port'])
    assertRefused(/^The port has to be/, () => socket.sendString(wrong, HOST, 'text'));
  for (const host of ['', 5])
    assertRefused(/^The host has to be/, () => socket.sendString(port, host, 'text'));
  settle();
  assertEqual(events, []);
});

// As a stream

test('it is no stream', () => {
  const [socket] = makeSocket();
  const buffer = makeBuffer(1);

  assertEqual([socket.isReadable(), socket.isWritable(), socket.isWriteable()],
              [false, false, false]);
  assertRefused(/UDP cannot be read: .*“data”/, () => socket.read(buffer));
  assertRefused(/UDP cannot be written: .*sendString/, () => socket.write(buffer));
  assertRefused(/UDP cannot be read/, () => Ti.Stream.readAll(socket));
  assertFailure(waitFor(callback => Ti.Stream.read(socket, buffer, callback)), /cannot be read/);
  assertFailure(waitFor(callback => Ti.Stream.write(socket, buffer, callback)),
                /cannot be written/);
});

// Callbacks

test('listeners', () => {
  const calls = [];
  const [socket] = makeSocket({data: () => calls.push('callback')});
  const listener = event => calls.push(event.stringData);

  socket.addEventListener('data', listener);
  socket.addEventListener('data', () => calls.push('other'));
  socket.sendString(socket.port, HOST, 'one');
  iterateUntil(() => calls.length === 3);
  assertEqual(calls.splice(0), ['callback', 'one', 'other']);

  socket.removeEventListener('data', listener);
  socket.removeEventListener('error', listener);
  socket.data = null;
  socket.sendString(socket.port, HOST, 'two');
  iterateUntil(() => calls.length > 0);
  settle();
  assertEqual(calls, ['other']);
});

test('what a callback throws is logged', () => {
  let count = 0;
  const [socket] = makeSocket({
    data() {
      count++;
      throw new Error('mine');
    },
  });

  socket.sendString(socket.port, HOST, 'hello');
  expectLogged('mine', () => iterateUntil(() => count > 0));
});

test('bytes that are no text', () => {
  const [socket, events] = makeSocket();

  socket.sendBytes(socket.port, HOST, [0x61, 0xff, 0, 0x62]);
  assertSame(receive(events).stringData, 'a\ufffd\0b');
});

test('a socket of GIO as the peer', () => {
  const [socket, events] = makeSocket();
  const peer = Gio.Socket.new(Gio.SocketFamily.IPV4, Gio.SocketType.DATAGRAM,
                              Gio.SocketProtocol.DEFAULT);

  cleanUp(() => peer.close());
  peer.bind(Gio.InetSocketAddress.new_from_string(HOST, 0), false);
  peer.send_to(Gio.InetSocketAddress.new_from_string(HOST, socket.port), [1, 2], null);
  const {address, port, bytesData} = receive(events);
  assertEqual([address, port, bytesData], [HOST, peer.get_local_address().get_port(), [1, 2]]);
});

test('a socket that is dropped goes on', () => {
  const texts = [];
  let port = 0;

  (() => {
    const socket = Ti.Network.Socket.createUDP({
      started(event) {
        System.gc();
        ({port} = event);
      },
      data(event) {
        System.gc();
        texts.push(event.stringData);
        if (event.stringData === 'end')
          this.stop();
      },
    });

    socket.start(0, HOST);
  })();
  System.gc();
  iterateUntil(() => port > 0);
  System.gc();

  const [client] = makeSocket();

  for (const text of ['one', 'two', 'end'])
    client.sendString(port, HOST, text);
  iterateUntil(() => texts.length === 3);
  assertEqual(texts, ['one', 'two', 'end']);
});
