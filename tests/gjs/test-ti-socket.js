// test-ti-socket.js: Ti.Network.Socket.TCP: its settings, its states and its callbacks
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

import {
  HOST, assertEqual, assertSame, assertTrue, cleanUp, iterateUntil, settle, test,
} from './support.js';
import {
  Ti, assertFailure, assertNames, assertRefused, closeIfOpen, createTCP, expectLogged, keepPort,
  makeCorePair, makeListener, makePair, namesOf, read, record, write,
} from './ti-support.js';

const {Network} = Ti;
const {INITIALIZED, CONNECTED, LISTENING, CLOSED, ERROR} = Network.Socket;
const ECONNREFUSED = 111;
const SETTINGS = ['host', 'port', 'timeout', 'connected'];

// A socket in each of the states.
function makeSockets() {
  const [connected] = makePair();
  const [closed] = makePair();
  const broken = createTCP({host: HOST, port: keepPort()});

  closed.close();
  broken.connect();
  iterateUntil(() => broken.state === ERROR);

  return {
    [INITIALIZED]: createTCP(), [CONNECTED]: connected, [LISTENING]: makeListener(),
    [CLOSED]: closed, [ERROR]: broken,
  };
}

// Constants and factories

test('Ti.Network.Socket.INITIALIZED and its sisters', () => {
  const states = ['INITIALIZED', 'CONNECTED', 'LISTENING', 'CLOSED', 'ERROR'];

  assertSame(new Set(states.map(name => Network.Socket[name])).size, 5);
  for (const name of states) {
    assertSame(typeof Network.Socket[name], 'number');
    assertSame(Network[`SOCKET_${name}`], Network.Socket[name]);
  }
});

test('Ti.Network.Socket.createTCP, Ti.Network.createTCP and Ti.Network.createTCPSocket', () => {
  const factories = [Network.Socket.createTCP, Network.createTCP, Network.createTCPSocket];

  for (const create of factories) {
    for (const params of [undefined, null, {}]) {
      const socket = create(params);

      assertSame(socket.state, INITIALIZED);
      assertSame(socket.apiName, 'Ti.Network.Socket.TCP');
      assertEqual(SETTINGS.map(name => socket[name]), [undefined, undefined, undefined, undefined]);
    }
    assertSame(create({host: 'a'}).host, 'a');
  }
});

test('what is given to Ti.Network.Socket.createTCP', () => {
  const connected = () => {};
  const socket = createTCP({
    host: 'one', port: '80', timeout: 5, listenQueueSize: 3, connected,
    mode: Network.READ_WRITE_MODE, mine: 'mine', state: 9, close: 'never',
  });

  assertEqual([socket.host, socket.hostName, socket.port, socket.timeout, socket.listenQueueSize],
              ['one', 'one', '80', 5, 3]);
  assertSame(socket.connected, connected);
  assertEqual([socket.state, socket.mine, typeof socket.close], [INITIALIZED, 'mine', 'function']);
  assertSame(createTCP({hostName: 'two'}).host, 'two');
});

test('Ti.Network.Socket.TCP as text', () => {
  const socket = createTCP({mine: 5, error() {}});

  assertSame(`<${socket}>`, '<[object TiNetworkSocketTCP]>');
  assertSame(JSON.stringify({socket}), '{"socket":{"mine":5}}');
});

test('methods that get and set', () => {
  const socket = createTCP();

  socket.setHost('one');
  socket.setPort(80);
  socket.setTimeout(5);
  assertEqual([socket.getHost(), socket.getPort(), socket.getTimeout()], ['one', 80, 5]);
  assertSame(socket.getState(), INITIALIZED);
});

// Settings

test('host, port, timeout and connected are set in INITIALIZED only', () => {
  const values = {host: 'other', hostName: 'other', port: 5, timeout: 6, connected: () => {}};

  for (const [state, socket] of Object.entries(makeSockets())) {
    assertSame(socket.state, Number(state));
    for (const [name, value] of Object.entries(values)) {
      const before = socket[name];

      if (socket.state === INITIALIZED) {
        socket[name] = value;
        assertSame(socket[name], value);
      } else {
        assertRefused(new RegExp(`cannot be set: the socket is ${'IXCLXE'[state]}?`), () => {
          socket[name] = value;
        });
        assertSame(socket[name], before);
      }
    }
  }
});

test('the other settings are set at any time', () => {
  for (const socket of Object.values(makeSockets())) {
    for (const name of ['error', 'accepted', 'closed', 'listenQueueSize']) {
      const value = name === 'listenQueueSize' ? 5 : () => {};

      socket[name] = value;
      assertSame(socket[name], value);
    }
  }
});

// Calls in the wrong state

test('connect and listen refuse when CONNECTED and LISTENING', () => {
  const sockets = makeSockets();

  for (const state of [CONNECTED, LISTENING]) {
    assertRefused(/cannot connect: it is/, () => sockets[state].connect());
    assertRefused(/cannot listen: it is/, () => sockets[state].listen());
    assertSame(sockets[state].state, state);
  }
  settle();
  assertSame(sockets[CONNECTED].state, CONNECTED);
});

test('connect refuses while it connects', () => {
  const listener = makeListener();
  const socket = createTCP({host: HOST, port: listener.port});

  socket.connect();
  assertSame(socket.state, INITIALIZED);
  assertRefused(/being connected/, () => socket.connect());
  assertRefused(/being connected/, () => socket.listen());
  assertRefused(/being connected/, () => socket.close());
  iterateUntil(() => socket.isConnected());
});

test('accept refuses unless LISTENING', () => {
  for (const socket of Object.values(makeSockets())) {
    if (socket.state === LISTENING)
      socket.accept();
    else
      assertRefused(/cannot accept/, () => socket.accept({}));
  }
});

test('close refuses unless CONNECTED or LISTENING', () => {
  for (const socket of Object.values(makeSockets())) {
    if ([CONNECTED, LISTENING].includes(socket.state))
      socket.close();
    assertRefused(/cannot be closed/, () => socket.close());
  }
});

test('read and write refuse unless CONNECTED', () => {
  const buffer = Ti.createBuffer({length: 1});

  for (const socket of Object.values(makeSockets())) {
    const isConnected = socket.state === CONNECTED;

    assertEqual([socket.isReadable(), socket.isWritable(), socket.isWriteable()],
                [isConnected, isConnected, isConnected]);
    assertSame(socket.isConnected(), isConnected);
    if (!isConnected) {
      assertRefused(/cannot be read.*not CONNECTED/, () => socket.read(buffer));
      assertRefused(/cannot be written.*not CONNECTED/, () => socket.write(buffer));
    }
  }
});

// Connecting

test('connect, and the connected callback', () => {
  const listener = makeListener();
  const params = {
    host: 'localhost',
    port: listener.port,
    connected() {
      states.push(socket.state);
    },
  };
  const events = record(params, 'connected', 'error', 'closed');
  const states = [];
  const socket = createTCP(params);

  assertSame(socket.connect(), undefined);
  assertSame(socket.state, INITIALIZED);
  assertNames(events, 'connected');
  assertEqual(Object.keys(events[0][1]), ['socket']);
  assertSame(events[0][1].socket, socket);
  assertEqual(states, [CONNECTED]);
  assertEqual([socket.host, socket.port], ['localhost', listener.port]);
});

test('a port may be text', () => {
  const socket = createTCP({host: HOST, port: String(makeListener().port)});

  socket.connect();
  iterateUntil(() => socket.isConnected());
});

test('connect refuses without a host or a port', () => {
  for (const host of [undefined, null, '', 5]) {
    const socket = createTCP({host, port: 80});

    assertRefused(/host has to be/, () => socket.connect());
    assertSame(socket.state, INITIALIZED);
  }
  for (const port of [undefined, null, 0, -1, 65536, 1.5, 'http', NaN]) {
    const socket = createTCP({host: HOST, port});

    assertRefused(/port has to be/, () => socket.connect());
    assertSame(socket.state, INITIALIZED);
  }
  assertRefused(/timeout/, () => createTCP({host: HOST, port: 80, timeout: -1}).connect());
});

test('connecting to nobody', () => {
  const params = {host: HOST, port: keepPort()};
  const events = record(params, 'connected', 'error', 'closed');
  const socket = createTCP(params);

  socket.connect();
  assertNames(events, 'error');
  const [[, event]] = events;

  assertFailure(event, /refused/, ECONNREFUSED);
  assertSame(event.errorCode, ECONNREFUSED);
  assertSame(event.socket, socket);
  assertSame(socket.state, ERROR);
});

test('connecting to a name that nobody has', () => {
  const params = {host: 'no-such-host.invalid', port: 80};
  const events = record(params, 'connected', 'error');
  const socket = createTCP(params);

  socket.connect();
  assertNames(events, 'error');
  assertFailure(events[0][1], /no-such-host/);
  assertSame(socket.state, ERROR);
});

test('a timeout while connecting', () => {
  // Nobody accepts, and the kernel takes no more once the backlog is full.
  const listener = Gio.Socket.new(Gio.SocketFamily.IPV4, Gio.SocketType.STREAM,
                                  Gio.SocketProtocol.DEFAULT);

  listener.bind(Gio.InetSocketAddress.new_from_string(HOST, 0), false);
  listener.set_listen_backlog(0);
  listener.listen();
  cleanUp(() => listener.close());
  const port = listener.get_local_address().get_port();
  const failures = [];

  // As many as there is room for connect, the next ones do not.
  for (let i = 0; i < 8; i++)
    createTCP({host: HOST, port, timeout: 100, error: event => failures.push(event)}).connect();
  iterateUntil(() => failures.length > 0);
  assertSame(failures[0].socket.state, ERROR);
  assertTrue(/timed out|Timed out|timeout|within/i.test(failures[0].error), failures[0].error);
  iterateUntil(() => failures.length >= 5);
});

test('a callback is the one that is set when it is called', () => {
  const listener = makeListener();
  const socket = createTCP({host: HOST, port: listener.port, connected: () => calls.push('old')});
  const calls = [];

  socket.connect();
  socket.connected = () => calls.push('new');
  iterateUntil(() => socket.isConnected());
  settle();
  assertEqual(calls, ['new']);
});

test('what a callback throws is logged', () => {
  const listener = makeListener();
  const socket = createTCP({
    host: HOST,
    port: listener.port,
    connected() {
      throw new Error('mine');
    },
  });

  expectLogged('mine', () => {
    socket.connect();
    iterateUntil(() => socket.isConnected());
  });
  assertSame(socket.state, CONNECTED);
});

// Listening

test('listen', () => {
  const params = {host: HOST, port: 0};
  const events = record(params, 'connected', 'accepted', 'error', 'closed');
  const socket = createTCP(params);

  assertSame(socket.listen(), undefined);
  assertSame(socket.state, LISTENING);
  assertTrue(socket.port > 0);
  assertSame(socket.host, HOST);
  settle();
  assertEqual(events, []);
});

test('listen refuses all interfaces', () => {
  const hosts = ['0.0.0.0', '::', '0:0::0', '::ffff:0.0.0.0', Network.INADDR_ANY];

  for (const host of hosts) {
    const socket = createTCP({host, port: 0});

    assertRefused(/[Aa]ll interfaces/, () => socket.listen());
    assertSame(socket.state, ERROR);
  }
});

test('listen without a host is on the loopback interface', () => {
  const socket = createTCP({port: 0});
  const client = new Tisock.TCPSocket({address: HOST});

  socket.listen();
  client.port = socket.port;
  client.open();
  iterateUntil(() => client.is_connected);
  assertSame(client.remote_address, HOST);
  client.close();
});

test('listen on a name, and on IPv6', () => {
  for (const host of ['localhost', '::1']) {
    const params = {host, accepted: event => accepted.push(event.inbound)};
    const accepted = [];
    const listener = makeListener(params);
    const socket = createTCP({host, port: listener.port});

    listener.accept();
    socket.connect();
    iterateUntil(() => accepted.length > 0 && socket.isConnected());
    closeIfOpen(accepted[0]);
  }
});

test('listen throws, and calls no error callback', () => {
  const taken = makeListener();
  const failing = [
    [{port: taken.port}, /in use/], [{port: 70000}, /port has to be/], [{}, /port has to be/],
    [{port: 0, host: '192.0.2.1'}, /Could not listen/],
    [{port: 0, host: 'no-such-host.invalid'}, /no-such-host/],
    [{port: 0, listenQueueSize: -1}, /listenQueueSize/],
  ];

  for (const [given, pattern] of failing) {
    const params = {host: HOST, ...given};
    const events = record(params, 'error', 'closed');
    const socket = createTCP(params);

    assertRefused(pattern, () => socket.listen());
    assertSame(socket.state, ERROR);
    settle();
    assertEqual(events, []);
  }
});

// Accepting

test('accept takes one connection', () => {
  const events = [];
  const listener = makeListener({accepted: event => events.push(event)});
  const sockets = [1, 2, 3].map(() => createTCP({host: HOST, port: listener.port}));

  for (const socket of sockets)
    socket.connect();
  iterateUntil(() => sockets.every(socket => socket.isConnected()));
  settle();
  assertSame(events.length, 0);
  for (let i = 1; i <= 3; i++) {
    assertSame(listener.accept({}), undefined);
    iterateUntil(() => events.length === i);
    settle();
    assertSame(events.length, i);
    assertSame(listener.state, LISTENING);
  }
  for (const {inbound} of events)
    closeIfOpen(inbound);
});

test('the accepted callback', () => {
  const states = [];
  const events = [];
  const listener = makeListener({
    accepted(event) {
      states.push([event.socket.state, event.inbound.state]);
      events.push(event);
    },
  });
  const peer = new Tisock.TCPSocket({address: HOST, port: listener.port});
  const error = () => {};

  listener.accept({timeout: 500, error, mine: 'mine', connected: () => states.push('connected')});
  peer.open();
  cleanUp(() => peer.close());
  iterateUntil(() => events.length > 0 && peer.is_connected);
  settle();
  const [{socket, inbound, connector}] = events;

  cleanUp(() => closeIfOpen(inbound));
  assertSame(socket, listener);
  assertSame(connector, inbound);
  assertEqual(states, [[LISTENING, CONNECTED]]);
  assertEqual([inbound.host, inbound.port], [HOST, peer.port]);
  assertEqual([inbound.timeout, inbound.mine], [500, 'mine']);
  assertSame(inbound.error, error);
});

test('accept while it is armed replaces the parameters', () => {
  const accepted = [];
  const listener = makeListener({accepted: ({inbound}) => accepted.push(inbound)});
  const sockets = [1, 2].map(() => createTCP({host: HOST, port: listener.port}));

  listener.accept({mine: 1});
  listener.accept({mine: 2});
  for (const socket of sockets)
    socket.connect();
  iterateUntil(() => accepted.length > 0 && sockets.every(socket => socket.isConnected()));
  settle();
  assertEqual(accepted.map(inbound => inbound.mine), [2]);
  assertRefused(/timeout/, () => listener.accept({timeout: 'soon'}));
  closeIfOpen(accepted[0]);
});

test('accept in the accepted callback, up to a number of connections', () => {
  const accepted = [];
  const listener = makeListener({
    accepted({socket, inbound}) {
      accepted.push(inbound);
      if (accepted.length < 3)
        socket.accept({});
    },
  });
  const sockets = [1, 2, 3, 4].map(() => createTCP({host: HOST, port: listener.port}));

  listener.accept({});
  for (const socket of sockets)
    socket.connect();
  iterateUntil(() => accepted.length === 3 && sockets.every(socket => socket.isConnected()));
  settle();
  assertSame(accepted.length, 3);
  accepted.forEach(closeIfOpen);
});

test('a connection that nobody is told of is closed', () => {
  const listener = makeListener();
  const peer = new Tisock.TCPSocket({address: HOST, port: listener.port});
  let ended = false;

  peer.connect('closed', () => {
    ended = true;
  });
  listener.accept({});
  peer.open();
  iterateUntil(() => ended);
});

test('listenQueueSize', () => {
  const listener = makeListener({listenQueueSize: 1});

  assertSame(listener.listenQueueSize, 1);
  const sockets = Array.from({length: 6}, () => createTCP({
    host: HOST, port: listener.port, timeout: 200, error: () => failures++,
  }));
  let failures = 0;

  for (const socket of sockets)
    socket.connect();
  iterateUntil(() => failures > 0);
});

// Closing

test('close, and the closed callback', () => {
  const params = {};
  const events = record(params, 'error', 'closed');
  const [socket, inbound] = makePair(params);

  assertSame(socket.close(), undefined);
  assertSame(socket.state, CLOSED);
  assertEqual(events, []);
  assertNames(events, 'closed');
  assertSame(events[0][1].socket, socket);
  assertSame(read(inbound), -1);
});

test('close of a listener leaves its connections alone', () => {
  const [socket, inbound] = makePair();

  write(socket, 'still here');
  assertSame(read(inbound), 'still here');
});

test('closed is called for a listener too', () => {
  const params = {};
  const events = record(params, 'error', 'closed');
  const listener = makeListener(params);
  const {port} = listener;
  const socket = createTCP({host: HOST, port});

  listener.close();
  assertSame(listener.state, CLOSED);
  assertNames(events, 'closed');
  socket.connect();
  iterateUntil(() => socket.state === ERROR);
});

test('closed is called when the peer has ended, and once', () => {
  const params = {};
  const events = record(params, 'error', 'closed');
  const [socket, inbound] = makePair(params);

  write(inbound, 'last words');
  inbound.close();
  settle();
  assertEqual(events, []);
  assertSame(read(socket), 'last words');
  assertSame(read(socket), -1);
  assertNames(events, 'closed');
  assertSame(socket.state, CONNECTED);
  assertSame(read(socket), -1);
  socket.close();
  settle();
  assertEqual(namesOf(events), ['closed']);
});

test('a socket can be opened again', () => {
  const listener = makeListener({accepted: ({inbound}) => accepted.push(inbound)});
  const accepted = [];
  const params = {host: HOST, port: listener.port};
  const events = record(params, 'connected', 'error', 'closed');
  const socket = createTCP(params);

  for (let i = 1; i <= 3; i++) {
    listener.accept({});
    socket.connect();
    assertSame(socket.state, INITIALIZED);
    iterateUntil(() => accepted.length === i && socket.isConnected());
    write(socket, `${i}`);
    assertSame(read(accepted[i - 1]), `${i}`);
    socket.close();
    accepted[i - 1].close();
    settle();
  }
  assertEqual(namesOf(events).join(' '), 'connected closed connected closed connected closed');
});

test('a socket can be opened again after a failure', () => {
  const taken = makeListener();
  const {port} = taken;
  const socket = createTCP({host: HOST, port, connected: () => connected++});
  let connected = 0;

  assertRefused(/in use/, () => socket.listen());
  assertSame(socket.state, ERROR);
  socket.connect();
  iterateUntil(() => connected === 1);
  socket.close();
  taken.close();
  socket.listen();
  assertSame(socket.state, LISTENING);
  socket.close();
  assertSame(socket.port, port);
});

// Failing

test('a connection that breaks', () => {
  const params = {};
  const events = record(params, 'error', 'closed');
  const [socket, peer] = makeCorePair(params);

  peer.abort();
  assertNames(events, 'error');
  const [[, event]] = events;

  assertFailure(event, /reset/);
  assertEqual([event.errorCode, event.code], [-1, -1]);
  assertSame(event.socket, socket);
  assertSame(socket.state, ERROR);
  assertRefused(/ERROR, not CONNECTED/, () => read(socket));
});

test('a listener fails when the process has no more descriptors', () => {
  const script = Gio.File.new_for_uri(import.meta.url).get_parent().get_child('ti-full-table.js');
  const process = Gio.Subprocess.new(
    ['sh', '-c', 'ulimit -n 128; exec gjs -m "$0"', script.get_path()],
    Gio.SubprocessFlags.STDOUT_PIPE);
  const [, output] = process.communicate_utf8(null, null);

  assertEqual(output, 'error 24 5\n');
});

test('a socket that is dropped goes on, and is collected after its end', () => {
  const results = [];
  const listener = makeListener({
    accepted({inbound}) {
      Ti.Stream.pump(inbound, event => {
        results.push(event.buffer.toString());
        if (event.bytesProcessed < 0)
          inbound.close();
      }, 100, true);
    },
  });

  listener.accept({});
  (() => {
    const socket = Ti.Network.Socket.createTCP({
      host: HOST,
      port: listener.port,
      connected() {
        System.gc();
        Ti.Stream.write(socket, Ti.createBuffer({value: 'hello'}), () => {
          System.gc();
          socket.close();
        });
      },
    });

    socket.connect();
  })();
  System.gc();
  iterateUntil(() => results.length === 2);
  assertEqual(results, ['hello', '']);
});
