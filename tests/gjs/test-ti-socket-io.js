// test-ti-socket-io.js: reading and writing a Ti.Network.Socket.TCP, with waiting and without
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import {
  HOST, assertEqual, assertSame, assertTrue, iterateUntil, settle, test,
} from './support.js';
import {
  Ti, assertFailure, assertNames, assertRefused, assertSuccess, createTCP, expectLogged, makeBuffer,
  makeCorePair, makeListener, makePair, read, record, startPeer, toArray, waitFor, write,
} from './ti-support.js';

const {Stream} = Ti;
const {CONNECTED, CLOSED, ERROR} = Ti.Network.Socket;
const MEBIBYTE = 1024 * 1024;

function connectTo(port, params = {}) {
  const socket = createTCP({host: HOST, port, ...params});

  socket.connect();
  iterateUntil(() => socket.isConnected());

  return socket;
}

// Reads until so much has come.
function readText(socket, length) {
  let text = '';

  while (text.length < length)
    text += read(socket);

  return text;
}

// Waiting

test('read waits for a peer', () => {
  const socket = connectTo(startPeer());

  for (const text of ['one', 'two', 'three']) {
    write(socket, `say ${text}\n`);
    assertSame(readText(socket, text.length), text);
  }
  write(socket, 'end\n');
  assertSame(read(socket), -1);
  assertSame(read(socket), -1);
  assertSame(socket.state, CONNECTED);
});

test('read and write in the callbacks of the socket itself', () => {
  const port = startPeer();
  let text = '';
  const socket = createTCP({
    host: HOST,
    port,
    connected({socket: itself}) {
      let part;

      write(itself, 'say in\n');
      text += readText(itself, 2);
      write(itself, 'say  connected\n');
      write(itself, 'end\n');
      while ((part = read(itself)) !== -1)
        text += part;
      itself.close();
    },
  });

  socket.connect();
  iterateUntil(() => socket.state === CLOSED);
  assertSame(text, 'in connected');
});

test('read and write in the callbacks of others', () => {
  const port = startPeer();
  const socket = connectTo(port);
  const [pumped, peer] = makePair();
  const texts = [];

  Stream.pump(pumped, event => {
    if (event.success) {
      write(socket, `say ${event.buffer}\n`);
      texts.push(readText(socket, event.bytesProcessed));
    }
  }, 100, true);
  write(peer, 'pumped');
  iterateUntil(() => texts.length > 0);
  assertEqual(texts, ['pumped']);
});

test('only the socket itself is served while it waits', () => {
  const socket = connectTo(startPeer());
  const [other, peer] = makePair();
  const events = [];

  Stream.pump(other, event => events.push(event), 100, true);
  write(peer, 'x');
  write(socket, 'say y\n');
  assertSame(read(socket), 'y');
  assertSame(events.length, 0);
  iterateUntil(() => events.length > 0);
});

test('write waits until the system has taken all', () => {
  const socket = connectTo(startPeer());
  const buffer = Ti.createBuffer({length: 16 * MEBIBYTE});

  write(socket, `take ${buffer.length}\n`);
  assertSame(socket.write(buffer), buffer.length);
  assertSame(readText(socket, 13), `took ${buffer.length}`);
});

test('much is read', () => {
  const socket = connectTo(startPeer());
  const buffer = Ti.createBuffer({length: 100000});
  let total = 0;
  let count;

  write(socket, `send ${8 * MEBIBYTE}\n`);
  write(socket, 'end\n');
  while ((count = socket.read(buffer)) > 0)
    total += count;
  assertEqual([total, count], [8 * MEBIBYTE, -1]);
});

test('Ti.Stream.readAll, Ti.Stream.pump and Ti.Stream.writeStream wait too', () => {
  const target = Ti.createBuffer();
  const actions = [
    socket => Stream.readAll(socket).toString(),
    socket => {
      let text = '';

      Stream.pump(socket, event => {
        text += event.buffer;
      }, 7);

      return text;
    },
    socket => {
      const output = Stream.createStream({source: target, mode: Stream.MODE_WRITE});

      assertSame(Stream.writeStream(socket, output, 7), 17);

      return target.toString();
    },
  ];
  const port = startPeer();

  for (const action of actions) {
    const socket = connectTo(port);

    write(socket, 'say all that there\nsay  is\nend\n');
    assertSame(action(socket), 'all that there is');
    socket.close();
  }
});

test('parts of buffers', () => {
  const [socket, inbound] = makePair();
  const buffer = Ti.createBuffer({length: 5});

  assertSame(socket.write(makeBuffer(0, 1, 2, 3, 4, 5, 6, 7), 2, 5), 5);
  assertSame(inbound.read(buffer, 1, 2), 2);
  assertEqual(toArray(buffer), [0, 2, 3, 0, 0]);
  assertSame(inbound.read(buffer, 3, 100), 2);
  assertEqual(toArray(buffer), [0, 2, 3, 4, 5]);
  assertSame(inbound.read(buffer), 1);
  assertEqual(toArray(buffer), [6, 2, 3, 4, 5]);
  assertSame(buffer.length, 5);
});

test('no bytes', () => {
  const [socket, inbound] = makePair();
  const empty = Ti.createBuffer();
  const buffer = Ti.createBuffer({length: 3});

  assertEqual([socket.write(empty), socket.write(buffer, 1, 0)], [0, 0]);
  assertEqual([inbound.read(empty), inbound.read(buffer, 1, 0)], [0, 0]);
  for (const event of [waitFor(done => inbound.read(empty, done)),
                       waitFor(done => socket.write(empty, done))]) {
    assertSuccess(event);
    assertSame(event.bytesProcessed, 0);
  }
  write(socket, 'x');
  assertSame(read(inbound), 'x');
});

test('arguments that are refused', () => {
  const [socket] = makePair();
  const buffer = Ti.createBuffer({length: 3});

  for (const call of [(...args) => socket.read(...args), (...args) => socket.write(...args)]) {
    assertRefused(/takes a buffer/, () => call(buffer, 1));
    assertRefused(/past the last/, () => call(buffer, 3, 1));
    assertRefused(/has to be a number/, () => call(buffer, -1, 1));
    assertRefused(/Ti\.Buffer/, () => call('text'));
  }
});

test('a blob is written', () => {
  const [socket, inbound] = makePair();

  socket.write(Ti.createBuffer({value: 'Paradise Lost'}).toBlob());
  assertSame(read(inbound), 'Paradise Lost');
});

test('a peer that has ended can still be written to', () => {
  const [socket, peer] = makeCorePair();

  peer.allow_half_open = true;
  peer.shutdown_write();
  assertSame(read(socket), -1);
  write(socket, 'still');
  iterateUntil(() => peer.bytes_available === 5);
  assertSame(socket.state, CONNECTED);
});

// Failing

test('read on a connection that breaks', () => {
  const params = {};
  const events = record(params, 'error', 'closed');
  const socket = connectTo(startPeer(), params);

  write(socket, 'reset\n');
  assertRefused(/reset/, () => read(socket));
  assertSame(socket.state, ERROR);
  assertEqual(events, []);
  assertNames(events, 'error');
  assertFailure(events[0][1], /reset/);
});

test('write on a connection that breaks', () => {
  const params = {};
  const events = record(params, 'error', 'closed');
  const [socket, peer] = makeCorePair(params);
  const buffer = Ti.createBuffer({length: MEBIBYTE});

  peer.abort();
  assertRefused(/./, () => {
    for (;;)
      socket.write(buffer);
  });
  assertSame(socket.state, ERROR);
  assertEqual(events, []);
  assertNames(events, 'error');
});

test('a connection that breaks in the connected callback', () => {
  const port = startPeer();
  const params = {
    host: HOST,
    port,
    connected({socket: itself}) {
      write(itself, 'reset\n');
      assertRefused(/reset/, () => read(itself));
      assertSame(itself.state, ERROR);
      assertRefused(/not CONNECTED/, () => itself.write(Ti.createBuffer({length: 1})));
      assertRefused(/cannot be closed/, () => itself.close());
    },
  };
  const events = record(params, 'connected', 'error', 'closed');
  const socket = createTCP(params);

  socket.connect();
  assertNames(events, 'connected', 'error');
});

test('a timeout while writing', () => {
  const params = {timeout: 100};
  const events = record(params, 'error');
  const [, inbound] = makePair({}, params);
  const buffer = Ti.createBuffer({length: 16 * MEBIBYTE});

  assertRefused(/taken nothing for 100 ms/, () => inbound.write(buffer));
  assertSame(inbound.state, ERROR);
  assertNames(events, 'error');
});

test('the timeout is not for reading', () => {
  const [socket, inbound] = makePair({}, {timeout: 1});
  const event = waitFor(done => {
    Stream.read(inbound, Ti.createBuffer({length: 1}), done);
    setTimeout(() => write(socket, 'x'), 20);
  });

  assertSuccess(event);
});

test('bytes that have come before the connection broke are read first', () => {
  const params = {};
  const events = record(params, 'error');
  const [socket, peer] = makeCorePair(params);

  peer.write_string('last words');
  peer.flush();
  const first = waitFor(done => Stream.read(socket, Ti.createBuffer({length: 4}), done));

  peer.abort();
  settle();
  settle();
  assertSame(first.bytesProcessed, 4);
  assertEqual([socket.state, events.length], [CONNECTED, 0]);
  assertSame(read(socket, 3), ' wo');
  assertSame(waitFor(done => Stream.read(socket, Ti.createBuffer({length: 9}), done))
    .bytesProcessed, 3);
  assertNames(events, 'error');
  assertSame(socket.state, ERROR);
});

test('a broken connection is noticed by writing, whatever is unread', () => {
  const params = {};
  const events = record(params, 'error');
  const [socket, peer] = makeCorePair(params);

  peer.write_string('unread');
  peer.flush();
  waitFor(done => Stream.read(socket, Ti.createBuffer({length: 1}), done));
  peer.abort();
  settle();
  assertSame(socket.state, CONNECTED);
  assertRefused(/./, () => write(socket, 'x'));
  assertSame(socket.state, ERROR);
  assertNames(events, 'error');
});

test('what waits is answered before the error callback', () => {
  const calls = [];
  const [socket, peer] = makeCorePair({error: () => calls.push('error')});
  const big = Ti.createBuffer({length: 16 * MEBIBYTE});

  Stream.read(socket, Ti.createBuffer({length: 1}), event => calls.push(['read', event]));
  Stream.read(socket, Ti.createBuffer({length: 1}), event => calls.push(['read', event]));
  Stream.write(socket, big, event => calls.push(['write', event]));
  peer.abort();
  iterateUntil(() => calls.includes('error'));
  settle();
  assertSame(calls.length, 4);
  assertSame(calls[3], 'error');
  assertEqual(calls.slice(0, 3).map(call => call[0]).sort(), ['read', 'read', 'write']);
  for (const [, event] of calls.slice(0, 3)) {
    assertFailure(event, /./);
    assertSame(event.bytesProcessed, -1);
  }
});

test('what waits is answered when the socket is closed', () => {
  const calls = [];
  const [socket] = makeCorePair({closed: () => calls.push('closed')});

  Stream.read(socket, Ti.createBuffer({length: 1}), event => calls.push(event));
  Stream.write(socket, Ti.createBuffer({length: 16 * MEBIBYTE}), event => calls.push(event));
  Stream.pump(socket, event => calls.push(event), 10, true);
  socket.close();
  assertEqual(calls, []);
  iterateUntil(() => calls.includes('closed'));
  settle();
  assertSame(calls.length, 4);
  assertSame(calls[3], 'closed');
  for (const event of calls.slice(0, 3))
    assertFailure(event, /closed/);
});

// Not waiting

test('Ti.Stream.read', () => {
  const [socket, inbound] = makePair();
  const buffer = Ti.createBuffer({length: 4});

  write(inbound, 'abc');
  const event = waitFor(done => Stream.read(socket, buffer, 1, 2, done));

  assertSuccess(event);
  assertSame(event.source, socket);
  assertSame(event.bytesProcessed, 2);
  assertEqual(toArray(buffer), [0, 97, 98, 0]);
  assertSame(waitFor(done => socket.read(buffer, done)).bytesProcessed, 1);
});

test('Ti.Stream.read again and again in its callback', () => {
  const [socket, inbound] = makePair();
  const buffer = Ti.createBuffer({length: 3});
  let text = '';
  let ended = 0;

  Stream.read(socket, buffer, function again(event) {
    if (event.bytesProcessed < 0) {
      ended++;
    } else {
      text += Ti.Codec.decodeString({source: buffer, length: event.bytesProcessed});
      buffer.clear();
      Stream.read(socket, buffer, again);
    }
  });
  for (const part of ['one', 'two and ', 'three']) {
    write(inbound, part);
    settle();
  }
  inbound.close();
  iterateUntil(() => ended > 0);
  settle();
  assertEqual([text, ended], ['onetwo and three', 1]);
});

test('who always reads again at the end does not stop the main loop', () => {
  const [socket, inbound] = makePair();
  const buffer = Ti.createBuffer({length: 3});
  let count = 0;

  Stream.read(socket, buffer, function again(event) {
    assertSame(event.bytesProcessed, -1);
    count++;
    if (count < 100)
      Stream.read(socket, buffer, again);
  });
  inbound.close();
  iterateUntil(() => count > 0);
  assertTrue(count < 100);
  iterateUntil(() => count === 100);
});

test('several reads are answered in their order', () => {
  const [socket, inbound] = makePair();
  const answers = [];

  for (const length of [1, 2, 3]) {
    const buffer = Ti.createBuffer({length});

    Stream.read(socket, buffer, event => answers.push([event.bytesProcessed, `${buffer}`]));
  }
  write(inbound, 'abbccc');
  iterateUntil(() => answers.length === 3);
  assertEqual(answers, [[1, 'a'], [2, 'bb'], [3, 'ccc']]);
});

test('reading with waiting while a read waits', () => {
  const socket = connectTo(startPeer());
  const events = [];

  Stream.read(socket, Ti.createBuffer({length: 10}), event => events.push(event));
  write(socket, 'say now\n');
  assertSame(read(socket), 'now');
  write(socket, 'say later\n');
  iterateUntil(() => events.length > 0);
  assertSuccess(events[0]);
});

test('Ti.Stream.write', () => {
  const [socket, inbound] = makePair();
  const event = waitFor(done => Stream.write(socket, Ti.createBuffer({value: 'abc'}), 1, 2, done));

  assertSuccess(event);
  assertSame(event.source, socket);
  assertSame(event.bytesProcessed, 2);
  assertSame(read(inbound), 'bc');
  assertSame(waitFor(done => socket.write(makeBuffer(1), done)).bytesProcessed, 1);
});

test('several writes are sent in their order', () => {
  const [socket, inbound] = makePair();
  const answers = [];
  const done = event => answers.push(event.bytesProcessed);
  const big = Ti.createBuffer({length: 8 * MEBIBYTE});
  let received = 0;
  let last = '';

  big.fill(0x61);
  Stream.write(socket, big, done);
  Stream.write(socket, Ti.createBuffer({value: 'end'}), done);
  assertEqual(answers, []);
  Stream.pump(inbound, event => {
    received += event.bytesProcessed;
    last = `${last}${event.buffer}`.slice(-4);
  }, 65536, true);
  iterateUntil(() => received === 8 * MEBIBYTE + 3 && answers.length === 2);
  assertEqual([answers, last], [[8 * MEBIBYTE, 3], 'aend']);
});

test('what cannot be read or written is told to the callback', () => {
  const socket = createTCP({host: HOST, port: makeListener().port});
  const buffer = Ti.createBuffer({length: 1});

  assertFailure(waitFor(done => Stream.read(socket, buffer, done)), /cannot be read.*INITIALIZED/);
  assertFailure(waitFor(done => Stream.write(socket, buffer, done)), /cannot be written/);
  assertFailure(waitFor(done => socket.read(buffer, done)), /cannot be read/);
  socket.connect();
  assertFailure(waitFor(done => Stream.read(socket, buffer, done)), /being connected/);
});

test('Ti.Stream.pump', () => {
  for (const isAsync of [undefined, false, true]) {
    const [socket, inbound] = makePair();
    const events = [];

    write(inbound, 'abcde');
    inbound.close();
    Stream.pump(socket, event => events.push(event), 2, isAsync);
    iterateUntil(() => events.length === 4);
    settle();
    assertEqual(events.map(event => event.bytesProcessed), [2, 2, 1, -1]);
    assertEqual(events.map(event => event.totalBytesProcessed), [2, 4, 5, 5]);
    assertSame(events.map(event => event.buffer).join('|'), 'ab|cd|e|');
    events.forEach(assertSuccess);
    socket.close();
  }
});

test('Ti.Stream.pump of a socket that its handler closes', () => {
  const [socket, inbound] = makePair();
  const events = [];

  write(inbound, 'abcde');
  Stream.pump(socket, event => {
    events.push(event.bytesProcessed);
    socket.close();
  }, 2, true);
  iterateUntil(() => events.length > 0);
  settle();
  assertEqual(events, [2]);
});

test('a handler of Ti.Stream.pump that throws gets the rest', () => {
  const [socket, inbound] = makePair();
  const events = [];

  expectLogged('mine', () => {
    Stream.pump(socket, event => {
      events.push(event.bytesProcessed);
      if (events.length === 1)
        throw new Error('mine');
    }, 2, true);
    write(inbound, 'abc');
    iterateUntil(() => events.length === 2);
  });
  assertEqual(events, [2, 1]);
});

test('Ti.Stream.readAll and Ti.Stream.writeStream', () => {
  const [socket, inbound] = makePair();
  const [first, second] = makePair();
  const text = 'all of it '.repeat(50000);
  const source = Ti.createBuffer({value: text});
  const input = Stream.createStream({source, mode: Stream.MODE_READ});
  const all = Ti.createBuffer();
  const events = [];

  Stream.writeStream(input, socket, 1000, event => {
    events.push(event);
    socket.close();
  });
  Stream.writeStream(inbound, first, 999, event => {
    events.push(event);
    first.close();
  });
  Stream.readAll(second, all, event => events.push(event));
  iterateUntil(() => events.length === 3);
  events.forEach(assertSuccess);
  assertEqual(events.map(event => event.bytesProcessed), [text.length, text.length, text.length]);
  assertTrue(all.toString() === text);
});

test('a peer that is not read has to wait', () => {
  const [socket, inbound] = makePair();
  const answers = [];
  let total = 0;

  Stream.write(inbound, Ti.createBuffer({length: 32 * MEBIBYTE}), event => answers.push(event));
  for (let i = 0; i < 100; i++)
    settle();
  assertEqual(answers, []);
  Stream.pump(socket, event => {
    total += event.bytesProcessed;
  }, 65536, true);
  iterateUntil(() => total === 32 * MEBIBYTE);
  iterateUntil(() => answers.length > 0);
  assertSuccess(answers[0]);
});

// GJS calls nothing back any more, once its engine has begun to collect garbage bit by bit.
test('a great many bytes', () => {
  const [socket, inbound] = makePair();
  const buffer = Ti.createBuffer({length: 4 * MEBIBYTE});
  const total = 24 * buffer.length;
  let received = 0;
  let sent = 0;

  Stream.write(inbound, buffer, function again(event) {
    sent += event.bytesProcessed;
    if (sent < total)
      Stream.write(inbound, buffer, again);
  });
  Stream.pump(socket, event => {
    received += event.bytesProcessed;
  }, 65536, true);
  iterateUntil(() => received === total);
});

// The callback `read`

test('the read callback is given what comes in', () => {
  const calls = [];
  const params = {
    read: event => calls.push(event),
    closed: () => calls.push('closed'),
  };
  const [socket, inbound] = makePair({}, params);

  write(socket, 'one');
  iterateUntil(() => calls.length > 0);
  write(socket, 'two');
  iterateUntil(() => calls.length > 1);
  socket.close();
  iterateUntil(() => calls.length > 2);
  assertEqual(calls.slice(0, 2).map(event => event.data.text), ['one', 'two']);
  assertSame(calls[0].socket, inbound);
  assertSame(calls[0].data.apiName, 'Ti.Blob');
  assertSame(calls[2], 'closed');
  assertSame(typeof inbound.read, 'function');
});

test('who reads has bytes before the read callback', () => {
  const texts = [];
  const [socket, inbound] = makePair({read: ({data}) => texts.push(data.text)});
  const buffer = Ti.createBuffer({length: 3});

  Stream.read(socket, buffer, event => texts.push([event.bytesProcessed, buffer.toString()]));
  write(inbound, 'oneandmore');
  iterateUntil(() => texts.length === 2);
  assertEqual(texts, [[3, 'one'], 'andmore']);
});
