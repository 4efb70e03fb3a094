// test-dictu.js: the blocking sockets of Dictu, alone, with each other, and with a peer's help
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertFalse, assertSame, assertTrue, catchError, cleanUp, concatenate,
        iterateUntil, test} from './support.js';

const {Socket} = Tisock;

const EBADF = 9;
const EACCES = 13;
const EINVAL = 22;
const EPIPE = 32;
const EMSGSIZE = 90;
const EDESTADDRREQ = 89;
const ENOPROTOOPT = 92;
const EPROTONOSUPPORT = 93;
const ESOCKTNOSUPPORT = 94;
const EOPNOTSUPP = 95;
const EAFNOSUPPORT = 97;
const EADDRINUSE = 98;
const EADDRNOTAVAIL = 99;
const ECONNRESET = 104;
const EISCONN = 106;
const ENOTCONN = 107;
const ECONNREFUSED = 111;

const SIGUSR1 = 10;
const BROADCAST = '127.255.255.255';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function assertFails(errno, action) {
  Socket.errno = 0;
  assertSame(action(), null);
  assertEqual(Socket.errno, errno, Socket.strerror());
}

function makeSocket(type = Socket.SOCK_STREAM) {
  const socket = Socket.create(Socket.AF_INET, type);

  cleanUp(() => socket.close());

  return socket;
}

// A port that only those get who ask for the address to be used again.
function reservePort(type = Gio.SocketType.STREAM) {
  const socket = Gio.Socket.new(Gio.SocketFamily.IPV4, type, Gio.SocketProtocol.DEFAULT);

  socket.bind(Gio.InetSocketAddress.new_from_string(HOST, 0), true);
  cleanUp(() => socket.close());

  return socket.local_address.port;
}

function bindSocket(port, type = Socket.SOCK_STREAM, host = HOST) {
  const socket = makeSocket(type);

  assertTrue(socket.setsockopt(Socket.SOL_SOCKET, Socket.SO_REUSEADDR));
  assertTrue(socket.bind(host, port));

  return socket;
}

function makeListener(...backlog) {
  const port = reservePort();
  const listener = bindSocket(port);

  assertTrue(listener.listen(...backlog));

  return [listener, port];
}

function makeBlockingPair() {
  const [listener, port] = makeListener();
  const socket = makeSocket();

  assertTrue(socket.connect(HOST, port));
  const peer = listener.accept();
  cleanUp(() => peer.close());

  return [socket, peer];
}

// Two that send datagrams to each other.
function makeDatagramPair() {
  const ports = [reservePort(Gio.SocketType.DATAGRAM), reservePort(Gio.SocketType.DATAGRAM)];
  const sockets = ports.map(port => bindSocket(port, Socket.SOCK_DGRAM));

  sockets.forEach((socket, i) => assertTrue(socket.connect(HOST, ports[1 - i])));

  return sockets;
}

function receiveAll(socket, size = 2048) {
  let text = '';

  for (let part = socket.recv(size); part; part = socket.recv(size))
    text += part;

  return text;
}

// A program that runs aside and may block.
class Child {
  constructor(...args) {
    const file = Gio.File.new_for_uri(import.meta.url).get_parent().get_child('dictu-program.js');

    this.process = Gio.Subprocess.new(['gjs', '-m', file.get_path(), ...args.map(String)],
                                      Gio.SubprocessFlags.STDOUT_PIPE);
    this.output = new Gio.DataInputStream({base_stream: this.process.get_stdout_pipe()});
    cleanUp(() => this.end());
  }

  // The next line, or null at the end.
  readLine() {
    const lines = [];

    this.output.read_line_async(GLib.PRIORITY_DEFAULT, null, (stream, result) => {
      lines.push(stream.read_line_finish_utf8(result)[0]);
    });
    iterateUntil(() => lines.length > 0);

    return lines[0];
  }

  expect(...lines) {
    lines.forEach(line => assertEqual(this.readLine(), line));
  }

  end() {
    this.process.force_exit();
    this.process.wait(null);
  }

  isAsleep() {
    const [, stat] = GLib.file_get_contents(`/proc/${this.process.get_identifier()}/stat`);

    return decoder.decode(stat).split(') ')[1].startsWith('S');
  }

  // So many that some of them find it waiting in a call.
  disturb() {
    for (let i = 0; i < 30; i++) {
      while (!this.isAsleep());
      this.process.send_signal(SIGUSR1);
    }
  }
}

// Starts a program that listens; gives it, and a socket that is connected to it.
function startChild(name, ...args) {
  const port = reservePort();
  const child = new Child(name, port, ...args);

  child.expect('listening');

  return [child, connectPeer(port)];
}

function connectPeer(port) {
  const peer = new Tisock.TCPSocket({address: HOST, port});

  peer.open();
  cleanUp(() => peer.close());
  iterateUntil(() => peer.is_connected);

  return peer;
}

function receiveText(peer, length) {
  iterateUntil(() => peer.bytes_available >= length);

  return peer.read_string(-1, null);
}

test('all members', () => {
  assertEqual(Object.keys(Socket).sort(), [
    'AF_INET', 'SOCK_DGRAM', 'SOCK_RAW', 'SOCK_SEQPACKET', 'SOCK_STREAM', 'SOL_SOCKET',
    'SO_BROADCAST', 'SO_REUSEADDR', 'create', 'errno', 'strerror',
  ]);
  assertEqual(Object.getOwnPropertyNames(Object.getPrototypeOf(makeSocket())).sort(), [
    'accept', 'bind', 'close', 'connect', 'constructor', 'listen', 'recv', 'setsocketopt',
    'setsockopt', 'toString', 'write',
  ]);
  assertEqual(String(makeSocket()), '<Socket>');
});

test('the constants are the system\'s', () => {
  assertEqual([Socket.AF_INET, Socket.SOCK_STREAM, Socket.SOCK_DGRAM], [2, 1, 2]);
  assertEqual([Socket.SOCK_RAW, Socket.SOCK_SEQPACKET], [3, 5]);
  assertEqual([Socket.SOL_SOCKET, Socket.SO_REUSEADDR, Socket.SO_BROADCAST], [1, 2, 6]);
});

test('what cannot be created', () => {
  assertFails(EAFNOSUPPORT, () => Socket.create(99, Socket.SOCK_STREAM));
  assertFails(EPROTONOSUPPORT, () => Socket.create(Socket.AF_INET, Socket.SOCK_RAW));
  assertFails(ESOCKTNOSUPPORT, () => Socket.create(Socket.AF_INET, Socket.SOCK_SEQPACKET));
  assertFails(EINVAL, () => Socket.create(Socket.AF_INET, 77));
});

test('a number stays until the next failure', () => {
  assertFails(EINVAL, () => Socket.create(Socket.AF_INET, 77));
  assertTrue(makeSocket().bind(HOST, 0));
  assertEqual(Socket.errno, EINVAL);
  assertEqual(Socket.strerror(), GLib.strerror(EINVAL));
  assertEqual(Socket.strerror(EPIPE), GLib.strerror(EPIPE));
  Socket.errno = 0;
  assertEqual(Socket.strerror(), GLib.strerror(0));
});

test('bind', () => {
  const [, port] = makeListener();
  const socket = makeSocket();

  assertFails(EADDRINUSE, () => socket.bind(HOST, port));
  assertFails(EADDRNOTAVAIL, () => socket.bind('192.0.2.1', 0));
  assertFails(EADDRNOTAVAIL, () => socket.bind('localhost', 0));
  assertFails(EADDRNOTAVAIL, () => socket.bind('::1', 0));
  assertFails(EINVAL, () => socket.bind(HOST, -1));
  assertFails(EINVAL, () => socket.bind(HOST, 65536));
  assertTrue(socket.bind(HOST, 0));
  assertFails(EINVAL, () => socket.bind(HOST, 0));
});

test('an address is used again only on demand', () => {
  const port = reservePort();

  assertFails(EADDRINUSE, () => makeSocket().bind(HOST, port));
  for (const name of ['setsockopt', 'setsocketopt']) {
    const socket = makeSocket();

    assertTrue(socket[name](Socket.SOL_SOCKET, Socket.SO_REUSEADDR));
    assertTrue(socket.bind(HOST, port));
  }
});

test('an option that does not exist', () => {
  assertFails(ENOPROTOOPT, () => makeSocket().setsockopt(Socket.SOL_SOCKET, 9999));
});

test('listen', () => {
  const [socket] = makeBlockingPair();

  assertTrue(makeSocket().listen());
  assertTrue(makeSocket().listen(5));
  assertFails(EINVAL, () => socket.listen());
  assertFails(EOPNOTSUPP, () => makeSocket(Socket.SOCK_DGRAM).listen());
});

// How many of some clients the system connects by itself, at the least: it may take its time.
function countConnected(port, expected) {
  const address = Gio.InetSocketAddress.new_from_string(HOST, port);
  const clients = Array.from({length: 5}, () => {
    const client = Gio.Socket.new(Gio.SocketFamily.IPV4, Gio.SocketType.STREAM, 0);

    client.blocking = false;
    cleanUp(() => client.close());
    catchError(() => client.connect(address, null));

    return client;
  });

  clients.slice(0, expected).forEach(client => client.condition_wait(GLib.IOCondition.OUT, null));

  return clients.filter(client => client.condition_check(GLib.IOCondition.OUT) !== 0).length;
}

test('a backlog is what it was asked to be', () => {
  assertEqual(countConnected(makeListener(1)[1], 2), 2);
  assertEqual(countConnected(makeListener()[1], 5), 5);
});

test('accept', () => {
  const [listener, port] = makeListener();
  const peers = [connectPeer(port), connectPeer(port)];
  const client = listener.accept();
  const [other, address] = listener.accept();

  assertEqual(client.write('one'), 3);
  assertEqual(other.write('two'), 3);
  assertEqual(peers.map(peer => receiveText(peer, 3)), ['one', 'two']);
  assertEqual(address, HOST);
});

test('accept where nothing is accepted', () => {
  assertFails(EINVAL, () => makeSocket().accept());
  assertFails(EOPNOTSUPP, () => makeSocket(Socket.SOCK_DGRAM).accept());
});

test('connect', () => {
  const [listener, port] = makeListener();
  const socket = makeSocket();

  assertFails(EADDRNOTAVAIL, () => socket.connect('localhost', port));
  assertFails(ECONNREFUSED, () => socket.connect(HOST, reservePort()));
  assertTrue(socket.connect(HOST, port));
  assertFails(EISCONN, () => socket.connect(HOST, port));
  listener.accept().write('hello');
  assertEqual(socket.recv(100), 'hello');
});

test('text in both directions', () => {
  const [socket, peer] = makeBlockingPair();

  assertEqual(socket.write('Grüße, 世界 🙂\0'), 21);
  assertEqual(peer.recv(2048), 'Grüße, 世界 🙂\0');
  assertEqual(peer.write('\uFEFF\uFEFFx'), 7);
  assertEqual(socket.recv(2048), '\uFEFF\uFEFFx');
});

// All bytes, and all that could be taken for text in part, whole or cut.
function makeBytes() {
  const whole = encoder.encode('aü世🙂');
  const cut = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(i => whole.slice(0, i));

  return concatenate(
    Uint8Array.from({length: 256}, (_, i) => i), whole, ...cut,
    [0xC0, 0x80, 0xE0, 0x80, 0x80, 0xED, 0xA0, 0x80, 0xED, 0xB2, 0x80, 0xF0, 0x80, 0x80, 0x80],
    [0xF4, 0x90, 0x80, 0x80, 0xF8, 0x88, 0x80, 0x80, 0x80, 0xEF, 0xBF, 0xBF, 0xFE, 0xFF]);
}

test('bytes come back as they were', () => {
  const bytes = makeBytes();

  for (const size of [1, 2, 3, 7, 2048]) {
    const [listener, port] = makeListener();
    const source = connectPeer(port);
    const socket = listener.accept();
    let text = '';

    source.write(bytes);
    source.flush();
    source.shutdown_write();
    for (let part = socket.recv(size); part; part = socket.recv(size)) {
      text += part;
      assertTrue(part.length > 0 && part.length <= size);
    }

    assertEqual(socket.write(text), bytes.length);
    iterateUntil(() => source.bytes_available >= bytes.length);
    assertEqual(source.read_all(), bytes);
  }
});

test('bytes that are no text', () => {
  const [socket, peer] = makeBlockingPair();

  assertEqual(socket.write('\uDCFF\uDC80a\uD800'), 6);
  assertEqual(peer.recv(2048), '\uDCFF\uDC80a\uFFFD');
});

test('recv', () => {
  const [socket, peer] = makeBlockingPair();

  socket.write('abcdef');
  assertEqual(peer.recv(2), 'ab');
  assertEqual(peer.recv(0), '');
  assertEqual(peer.recv(2 ** 40), 'cdef');
  socket.close();
  assertEqual([peer.recv(100), peer.recv(100)], ['', '']);
  assertFails(ENOTCONN, () => makeSocket().recv(100));
});

test('an empty text', () => {
  const [socket, peer] = makeBlockingPair();

  assertEqual(socket.write(''), 0);
  socket.close();
  assertEqual(peer.recv(100), '');
});

test('a connection that is broken', () => {
  const [listener, port] = makeListener();
  const source = connectPeer(port);
  const socket = listener.accept();

  source.abort();
  assertFails(ECONNRESET, () => socket.recv(100));
  assertFails(EPIPE, () => socket.write('x'));
  assertFails(EPIPE, () => makeSocket().write('x'));
});

test('a peer that has gone before it is accepted', () => {
  const [listener, port] = makeListener();

  connectPeer(port).abort();
  const [socket, address] = listener.accept();
  assertEqual(address, '');
  assertFails(ECONNRESET, () => socket.recv(100));
});

test('close', () => {
  const [socket, peer] = makeBlockingPair();
  const calls = {
    accept: [], bind: [HOST, 0], connect: [HOST, 1], listen: [], recv: [1], write: ['x'],
    setsockopt: [Socket.SOL_SOCKET, Socket.SO_REUSEADDR],
  };

  assertSame(socket.close(), null);
  assertEqual(peer.recv(1), '');
  for (const [name, args] of Object.entries(calls))
    assertFails(EBADF, () => socket[name](...args));
  Socket.errno = 0;
  assertSame(socket.close(), null);
  assertEqual(Socket.errno, 0);
});

test('datagrams', () => {
  const [first, second] = makeDatagramPair();

  assertEqual(['one', 'two', '', 'three'].map(text => first.write(text)), [3, 3, 0, 5]);
  assertEqual([second.recv(100), second.recv(2)], ['one', 'tw']);
  assertEqual([second.recv(100), second.recv(100)], ['', 'three']);
  assertEqual(second.write('x'.repeat(65507)), 65507);
  assertEqual(first.recv(100000).length, 65507);
  assertFails(EMSGSIZE, () => first.write('x'.repeat(65508)));
});

test('datagrams to nobody', () => {
  const socket = makeSocket(Socket.SOCK_DGRAM);

  assertFails(EDESTADDRREQ, () => socket.write('x'));
  assertTrue(socket.connect(HOST, reservePort()));
  assertEqual(socket.write('x'), 1);
  assertFails(ECONNREFUSED, () => socket.recv(100));
});

test('a broadcast', () => {
  const port = reservePort(Gio.SocketType.DATAGRAM);
  const sender = makeSocket(Socket.SOCK_DGRAM);
  const receivers = [1, 2].map(() => bindSocket(port, Socket.SOCK_DGRAM, '0.0.0.0'));

  assertFails(EACCES, () => sender.connect(BROADCAST, port));
  assertTrue(sender.setsockopt(Socket.SOL_SOCKET, Socket.SO_BROADCAST));
  assertTrue(sender.connect(BROADCAST, port));
  assertEqual(sender.write('to all'), 6);
  assertEqual(receivers.map(socket => socket.recv(100)), ['to all', 'to all']);
});

test('wrong arguments', () => {
  const socket = makeSocket();
  const calls = [
    [() => Socket.create(Socket.AF_INET), 'create() takes 2 arguments (1 given)'],
    [() => Socket.create('2', 1), 'argument 1 of create() must be a number'],
    [() => Socket.strerror(1, 2), 'strerror() takes 1 arguments (2 given)'],
    [() => Socket.strerror('x'), 'argument 1 of strerror() must be a number'],
    [() => socket.bind(HOST), 'bind() takes 2 arguments (1 given)'],
    [() => socket.bind(HOST, '80'), 'argument 2 of bind() must be a number'],
    [() => socket.connect(HOST, 1, 2), 'connect() takes 2 arguments (3 given)'],
    [() => socket.connect(1, 2), 'argument 1 of connect() must be a string'],
    [() => socket.listen(1, 2), 'listen() takes 1 arguments (2 given)'],
    [() => socket.listen('x'), 'argument 1 of listen() must be a number'],
    [() => socket.accept(1), 'accept() takes 0 arguments (1 given)'],
    [() => socket.write(), 'write() takes 1 arguments (0 given)'],
    [() => socket.write(encoder.encode('x')), 'argument 1 of write() must be a string'],
    [() => socket.recv(), 'recv() takes 1 arguments (0 given)'],
    [() => socket.recv('1'), 'argument 1 of recv() must be a number'],
    [() => socket.close(1), 'close() takes 0 arguments (1 given)'],
    [() => socket.setsockopt(1), 'setsockopt() takes 2 arguments (1 given)'],
    [() => socket.setsockopt(1, null), 'argument 2 of setsockopt() must be a number'],
  ];

  for (const [call, message] of calls) {
    const error = catchError(call);

    assertTrue(error instanceof TypeError);
    assertEqual(error.message, message);
  }
  for (const count of [-1, NaN])
    assertTrue(catchError(() => socket.recv(count)) instanceof RangeError);
});

function countDescriptors() {
  const folder = Gio.File.new_for_path('/proc/self/fd').enumerate_children('standard::name', 0,
                                                                           null);

  return [...folder].length;
}

test('a socket that nobody has any more is closed', () => {
  const [listener, port] = makeListener();

  System.gc();
  const before = countDescriptors();

  for (let i = 0; i < 100; i++) {
    const socket = Socket.create(Socket.AF_INET, Socket.SOCK_STREAM);

    socket.connect(HOST, port);
    socket.write('x');
    listener.accept().recv(1);
  }
  System.gc();
  assertEqual(countDescriptors(), before);
});

test('one that is in use is not', () => {
  const [socket, peer] = makeBlockingPair();

  socket.write('ab');
  assertEqual(peer.recv(1), 'a');
  System.gc();
  assertEqual(peer.recv(1), 'b');
});

test('a program that echoes', () => {
  const [child, peer] = startChild('echo');

  for (const text of ['hello', 'Grüße', 'x'.repeat(100000)]) {
    const bytes = encoder.encode(text);
    let got = '';

    peer.write(bytes);
    while (got.length < text.length)
      got += receiveText(peer, 1);
    assertEqual(got, text);
  }
  peer.shutdown();
  child.expect(null);
  assertFalse(peer.is_connected);
});

test('a proxy between a client and a backend', () => {
  const server = new Tisock.ServerSocket({address: HOST});

  server.connect('accepted', (_server, socket) => {
    socket.connect('data-available', () => socket.write(socket.read_all()));
  });
  server.listen();
  cleanUp(() => server.close());

  const [child, peer] = startChild('proxy', server.port);

  child.expect(HOST);
  for (const text of ['one', 'two', 'three']) {
    peer.write_string(text);
    assertEqual(receiveText(peer, text.length), text);
  }
  peer.close();
  child.expect(null);
});

test('all is written', () => {
  const size = 1 << 24;
  const [child, peer] = startChild('write', size);
  let count = 0;

  while (peer.is_connected || peer.bytes_available > 0) {
    count += peer.read_all().length;
    iterateUntil(() => peer.bytes_available > 0 || !peer.is_connected);
  }
  assertEqual(count, size);
  child.expect(String(size), null);
});

test('a part is written', () => {
  const [child, peer] = startChild('interruptedWrite', 1 << 26);

  iterateUntil(() => peer.bytes_available >= peer.receive_limit);
  peer.abort();
  child.expect('true', 'null', String(EPIPE), null);
});

test('signals disturb nothing that blocks', () => {
  const port = reservePort();
  const child = new Child('signals', port);

  child.expect('listening', 'accept');
  child.disturb();
  const peer = connectPeer(port);
  child.expect('<Socket> and a signal', 'recv');

  child.disturb();
  peer.write_string('data');
  child.expect('data and a signal', 'write');

  iterateUntil(() => peer.bytes_available >= peer.receive_limit);
  child.disturb();
  peer.connect('data-available', () => peer.purge());
  peer.purge();
  child.expect(`${1 << 26} and a signal`, null);
});

test('a datagram that is waited for', () => {
  const port = reservePort(Gio.SocketType.DATAGRAM);
  const peerPort = reservePort(Gio.SocketType.DATAGRAM);
  const peer = bindSocket(peerPort, Socket.SOCK_DGRAM);
  const child = new Child('datagrams', port, peerPort);

  assertTrue(peer.connect(HOST, port));
  child.expect('bound');
  peer.write('there and back');
  assertEqual(peer.recv(100), 'there and back');
  child.expect(null);
});

test('all other calls leave the socket as it was', () => {
  const [socket, peer] = makeBlockingPair();

  assertFails(EISCONN, () => socket.connect(HOST, 1));
  assertFails(EINVAL, () => socket.bind(HOST, 0));
  assertFails(EINVAL, () => socket.listen());
  assertFails(EINVAL, () => socket.accept());
  assertFails(ENOPROTOOPT, () => socket.setsockopt(Socket.SOL_SOCKET, 9999));
  socket.write('still there');
  socket.close();
  assertEqual(receiveAll(peer, 3), 'still there');
});
