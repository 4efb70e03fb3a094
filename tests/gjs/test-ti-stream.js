// test-ti-stream.js: Ti.IOStream, Ti.Stream, Ti.BufferStream and Ti.BlobStream
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import {assertEqual, assertSame, assertTrue, settle, test} from './support.js';
import {
  Ti, assertFailure, assertRefused, assertSuccess, expectLogged, makeBuffer, toArray, waitFor,
} from './ti-support.js';

const {Stream} = Ti;
const {MODE_READ, MODE_WRITE, MODE_APPEND} = Stream;
const BEYOND = /past the last/;
const NO_CALLBACK = /callback is needed/;
const NO_STREAM = /stream is needed/;

function makeReader(...bytes) {
  return Stream.createStream({source: makeBuffer(...bytes), mode: MODE_READ});
}

function makeText(text) {
  return Stream.createStream({source: Ti.createBuffer({value: text}), mode: MODE_READ});
}

// IOStream

test('Ti.IOStream.read', () => {
  const stream = makeReader(1, 2, 3, 4, 5);
  const buffer = Ti.createBuffer({length: 4});

  assertSame(stream.read(buffer, 1, 2), 2);
  assertEqual(toArray(buffer), [0, 1, 2, 0]);
  assertSame(stream.read(buffer), 3);
  assertEqual(toArray(buffer), [3, 4, 5, 0]);
  assertSame(stream.read(buffer), -1);
  assertSame(stream.read(buffer), -1);
  assertSame(buffer.length, 4);
});

test('Ti.IOStream.read up to the end of the buffer', () => {
  const stream = makeReader(1, 2, 3);
  const buffer = Ti.createBuffer({length: 3});

  assertSame(stream.read(buffer, 2, 100), 1);
  assertEqual(toArray(buffer), [0, 0, 1]);
  assertSame(stream.read(buffer, 1, 0), 0);
  assertSame(stream.read(Ti.createBuffer()), 0);
  assertSame(stream.read(Ti.createBuffer(), 0, 5), 0);
});

test('Ti.IOStream.write', () => {
  const target = Ti.createBuffer();
  const stream = Stream.createStream({source: target, mode: MODE_WRITE});
  const source = makeBuffer(0, 1, 2, 3, 4, 5, 6, 7);

  assertSame(stream.write(source, 2, 5), 5);
  assertEqual(toArray(target), [2, 3, 4, 5, 6]);
  assertSame(stream.write(source, 7, 100), 1);
  assertSame(stream.write(source, 3, 0), 0);
  assertSame(stream.write(Ti.createBuffer()), 0);
  assertSame(stream.write(makeBuffer(9)), 1);
  assertSame(stream.write(makeBuffer(8).toBlob()), 1);
  assertEqual(toArray(target), [2, 3, 4, 5, 6, 7, 9, 8]);
});

test('Ti.IOStream.read and Ti.IOStream.write refuse', () => {
  const reader = makeReader(1, 2);
  const writer = Stream.createStream({source: Ti.createBuffer(), mode: MODE_WRITE});
  const buffer = Ti.createBuffer({length: 2});

  for (const call of [(...args) => reader.read(...args), (...args) => writer.write(...args)]) {
    assertRefused(/takes a buffer/, () => call());
    assertRefused(/takes a buffer/, () => call(buffer, 0));
    assertRefused(/takes a buffer/, () => call(buffer, 0, 1, 2));
    assertRefused(/Ti\.Buffer/, () => call(null));
    assertRefused(/Ti\.Buffer/, () => call('text'));
    assertRefused(BEYOND, () => call(buffer, 2, 0));
    assertRefused(/has to be a number/, () => call(buffer, -1, 1));
    assertRefused(/has to be a number/, () => call(buffer, 0, -1));
  }
  assertRefused(/Ti\.Buffer/, () => reader.read(buffer.toBlob()));
  assertSame(reader.read(buffer), 2);
});

test('Ti.IOStream.read and Ti.IOStream.write with a callback', () => {
  const reader = makeReader(1, 2, 3);
  const target = Ti.createBuffer();
  const writer = Stream.createStream({source: target, mode: MODE_WRITE});
  const buffer = Ti.createBuffer({length: 2});
  const first = waitFor(done => reader.read(buffer, done));
  const second = waitFor(done => writer.write(buffer, 1, 1, done));

  assertSuccess(first);
  assertSame(first.source, reader);
  assertSame(first.bytesProcessed, 2);
  assertSuccess(second);
  assertSame(second.source, writer);
  assertSame(second.bytesProcessed, 1);
  assertEqual(toArray(target), [2]);
});

test('Ti.IOStream.isReadable, Ti.IOStream.isWritable and Ti.IOStream.isWriteable', () => {
  const modes = [[MODE_READ, true, false], [MODE_WRITE, false, true], [MODE_APPEND, false, true]];

  for (const [mode, readable, writable] of modes) {
    const stream = Stream.createStream({source: Ti.createBuffer(), mode});

    assertEqual([stream.isReadable(), stream.isWritable(), stream.isWriteable()],
                [readable, writable, writable]);
    stream.close();
    assertEqual([stream.isReadable(), stream.isWritable()], [false, false]);
  }
});

test('Ti.IOStream.close', () => {
  const reader = makeReader(1, 2);
  const buffer = Ti.createBuffer({length: 1});

  reader.read(buffer);
  reader.close();
  reader.close();
  assertRefused(/cannot be read/, () => reader.read(buffer));
  assertEqual(toArray(buffer), [1]);
});

// Ti.BufferStream and Ti.BlobStream

test('Ti.Stream.createStream', () => {
  const source = makeBuffer(1);
  const blob = source.toBlob();

  assertSame(Stream.createStream({source, mode: MODE_READ}).apiName, 'Ti.BufferStream');
  assertSame(Stream.createStream({source: blob, mode: MODE_READ}).apiName, 'Ti.BlobStream');
  for (const mode of [MODE_WRITE, MODE_APPEND])
    assertRefused(/MODE_READ/, () => Stream.createStream({source: blob, mode}));
  assertRefused(/modes/, () => Stream.createStream({source, mode: 9}));
  assertRefused(/mode/, () => Stream.createStream({source}));
  assertRefused(/source/, () => Stream.createStream({mode: MODE_READ}));
  assertRefused(/source/, () => Stream.createStream());
  assertRefused(/buffer or a blob/, () => Stream.createStream({source: 'text', mode: MODE_READ}));
});

test('Ti.Stream.MODE_READ and its sisters', () => {
  assertSame(new Set([MODE_READ, MODE_WRITE, MODE_APPEND]).size, 3);
});

test('Ti.BufferStream in MODE_WRITE overwrites, and grows the buffer', () => {
  const target = makeBuffer(1, 2, 3);
  const stream = Stream.createStream({source: target, mode: MODE_WRITE});

  stream.write(makeBuffer(9, 8));
  assertEqual(toArray(target), [9, 8, 3]);
  stream.write(makeBuffer(7, 6));
  assertEqual(toArray(target), [9, 8, 7, 6]);
  assertRefused(/cannot be read/, () => stream.read(Ti.createBuffer({length: 1})));
});

test('Ti.BufferStream in MODE_APPEND begins at the end', () => {
  const target = makeBuffer(1, 2);
  const stream = Stream.createStream({source: target, mode: MODE_APPEND});

  stream.write(makeBuffer(3));
  stream.write(makeBuffer(4));
  assertEqual(toArray(target), [1, 2, 3, 4]);
  assertRefused(/cannot be read/, () => stream.read(Ti.createBuffer({length: 1})));
});

test('Ti.BufferStream with itself', () => {
  const target = makeBuffer(1, 2, 3);
  const stream = Stream.createStream({source: target, mode: MODE_APPEND});

  stream.write(target);
  assertEqual(toArray(target), [1, 2, 3, 1, 2, 3]);
});

test('several streams on one buffer', () => {
  const source = makeBuffer(1, 2, 3);
  const one = Stream.createStream({source, mode: MODE_READ});
  const two = Stream.createStream({source, mode: MODE_READ});
  const writer = Stream.createStream({source, mode: MODE_APPEND});
  const buffer = Ti.createBuffer({length: 3});

  assertSame(one.read(buffer), 3);
  assertSame(one.read(buffer), -1);
  writer.write(makeBuffer(4));
  assertSame(one.read(buffer), 1);
  assertEqual(toArray(buffer), [4, 2, 3]);
  assertSame(two.read(buffer), 3);
  source.release();
  assertSame(two.read(buffer), -1);
});

test('Ti.BufferStream in MODE_READ is not written', () => {
  const source = makeBuffer(1);
  const stream = Stream.createStream({source, mode: MODE_READ});

  assertRefused(/cannot be written/, () => stream.write(makeBuffer(2)));
  assertEqual(toArray(source), [1]);
});

test('Ti.BlobStream', () => {
  const stream = Stream.createStream({source: makeBuffer(1, 2, 3).toBlob(), mode: MODE_READ});
  const buffer = Ti.createBuffer({length: 2});

  assertEqual([stream.isReadable(), stream.isWritable()], [true, false]);
  assertSame(stream.read(buffer), 2);
  assertEqual(toArray(buffer), [1, 2]);
  assertSame(stream.read(buffer), 1);
  assertEqual(toArray(buffer), [3, 2]);
  assertSame(stream.read(buffer), -1);
  assertRefused(/cannot be written/, () => stream.write(buffer));
  stream.close();
  assertRefused(/cannot be read/, () => stream.read(buffer));
});

// Ti.Stream

test('Ti.Stream.read', () => {
  const stream = makeReader(1, 2, 3);
  const buffer = Ti.createBuffer({length: 4});
  const first = waitFor(done => Stream.read(stream, buffer, 1, 2, done));
  const second = waitFor(done => Stream.read(stream, buffer, done));
  const end = waitFor(done => Stream.read(stream, buffer, done));

  for (const event of [first, second, end]) {
    assertSuccess(event);
    assertSame(event.source, stream);
  }
  assertEqual([first, second, end].map(event => event.bytesProcessed), [2, 1, -1]);
  assertEqual(toArray(buffer), [3, 1, 2, 0]);
});

test('Ti.Stream.read into a buffer that becomes another one', () => {
  const stream = makeReader(1, 2, 3);
  const buffer = Ti.createBuffer({length: 2});
  const event = waitFor(done => {
    Stream.read(stream, buffer, done);
    buffer.length = 1;
  });

  assertSame(event.bytesProcessed, 1);
  assertEqual(toArray(buffer), [1]);
});

test('Ti.Stream.read of what cannot be read', () => {
  const stream = Stream.createStream({source: makeBuffer(1), mode: MODE_WRITE});
  const buffer = Ti.createBuffer({length: 1});
  const event = waitFor(done => Stream.read(stream, buffer, done));

  assertFailure(event, /cannot be read/);
  assertSame(event.bytesProcessed, -1);
  assertSame(event.source, stream);
});

test('Ti.Stream.write', () => {
  const target = Ti.createBuffer();
  const stream = Stream.createStream({source: target, mode: MODE_WRITE});
  const first = waitFor(done => Stream.write(stream, makeBuffer(1, 2, 3), 1, 2, done));
  const second = waitFor(done => Stream.write(stream, makeBuffer(4), done));

  for (const event of [first, second]) {
    assertSuccess(event);
    assertSame(event.source, stream);
  }
  assertEqual([first.bytesProcessed, second.bytesProcessed], [2, 1]);
  assertEqual(toArray(target), [2, 3, 4]);
});

test('Ti.Stream.write to what cannot be written', () => {
  const stream = makeReader(1);
  const event = waitFor(done => Stream.write(stream, makeBuffer(2), done));

  assertFailure(event, /cannot be written/);
  assertSame(event.bytesProcessed, -1);
});

test('Ti.Stream.read and Ti.Stream.write refuse', () => {
  const stream = makeReader(1);
  const buffer = makeBuffer(1);

  for (const call of [Stream.read, Stream.write]) {
    assertRefused(NO_CALLBACK, () => call(stream, buffer));
    assertRefused(NO_CALLBACK, () => call(stream, buffer, null));
    assertRefused(NO_STREAM, () => call(buffer, buffer, () => {}));
    assertRefused(/takes a buffer/, () => call(stream, buffer, 0, () => {}));
    assertRefused(/Ti\.Buffer/, () => call(stream, null, () => {}));
    assertRefused(BEYOND, () => call(stream, buffer, 1, 1, () => {}));
  }
});

test('Ti.Stream.readAll', () => {
  const text = 'All work and no play. '.repeat(10000);
  const stream = makeText(text);

  assertTrue(Stream.readAll(stream).toString() === text);
  assertSame(Stream.readAll(stream).length, 0);
  stream.close();
  assertRefused(/cannot be read/, () => Stream.readAll(stream));
});

test('Ti.Stream.readAll with a callback', () => {
  const text = 'All work and no play. '.repeat(10000);

  for (const length of [0, 10, text.length, 2 * text.length]) {
    const stream = makeText(text);
    const buffer = Ti.createBuffer({length});
    const event = waitFor(done => Stream.readAll(stream, buffer, done));

    assertSuccess(event);
    assertSame(event.source, stream);
    assertSame(event.bytesProcessed, text.length);
    assertTrue(buffer.toString() === text);
  }
});

test('Ti.Stream.readAll of nothing, and of what cannot be read', () => {
  const buffer = makeBuffer(1, 2);
  const nothing = waitFor(done => Stream.readAll(makeReader(), buffer, done));
  const stream = makeReader(1);

  assertSuccess(nothing);
  assertEqual([nothing.bytesProcessed, buffer.length], [0, 0]);
  stream.close();
  assertFailure(waitFor(done => Stream.readAll(stream, buffer, done)), /cannot be read/);
});

test('Ti.Stream.readAll refuses', () => {
  const stream = makeReader(1);

  assertRefused(NO_STREAM, () => Stream.readAll());
  assertRefused(/readAll: takes/, () => Stream.readAll(stream, makeBuffer()));
  assertRefused(/readAll: takes/, () => Stream.readAll(stream, makeBuffer(), () => {}, 1));
  assertRefused(/Ti\.Buffer/, () => Stream.readAll(stream, null, () => {}));
  assertRefused(NO_CALLBACK, () => Stream.readAll(stream, makeBuffer(), 'x'));
});

test('Ti.Stream.writeStream', () => {
  const text = 'All work and no play makes Jack a dull boy';

  for (const size of [1, 10, text.length, 1000]) {
    const target = Ti.createBuffer({length: 5});
    const output = Stream.createStream({source: target, mode: MODE_WRITE});
    const input = makeText(text);

    assertSame(Stream.writeStream(input, output, size), text.length);
    assertSame(target.toString(), text);
    assertSame(Stream.writeStream(input, output, size), 0);
  }
});

test('Ti.Stream.writeStream with a callback', () => {
  const text = 'All work and no play makes Jack a dull boy';

  for (const size of [1, 10, text.length, 1000]) {
    const target = Ti.createBuffer({length: 5});
    const output = Stream.createStream({source: target, mode: MODE_WRITE});
    const input = makeText(text);
    const event = waitFor(done => {
      assertSame(Stream.writeStream(input, output, size, done), 0);
    });

    assertSuccess(event);
    assertSame(event.fromStream, input);
    assertSame(event.toStream, output);
    assertSame(event.bytesProcessed, text.length);
    assertSame(target.toString(), text);
  }
});

test('Ti.Stream.writeStream loses nothing to a stream that cannot be written', () => {
  const input = makeReader(1, 2);
  const output = makeReader();
  const event = waitFor(done => Stream.writeStream(input, output, 1, done));

  assertFailure(event, /cannot be written/);
  assertSame(event.bytesProcessed, 0);
  assertRefused(/cannot be written/, () => Stream.writeStream(input, output, 1));
  assertSame(input.read(Ti.createBuffer({length: 5})), 2);
});

test('Ti.Stream.writeStream refuses', () => {
  const input = makeReader(1);
  const output = Stream.createStream({source: Ti.createBuffer(), mode: MODE_WRITE});

  assertRefused(/maxChunkSize/, () => Stream.writeStream(input, output));
  assertRefused(/maxChunkSize/, () => Stream.writeStream(input, output, 0));
  assertRefused(NO_STREAM, () => Stream.writeStream(input, null, 1));
  assertRefused(NO_STREAM, () => Stream.writeStream('x', output, 1));
  assertRefused(NO_CALLBACK, () => Stream.writeStream(input, output, 1, 'x'));
});

// What a pump of five bytes by twos says, without and with a main loop.
function pump(stream, isAsync, inHandler = () => {}) {
  const events = [];

  Stream.pump(stream, event => {
    events.push(event);
    inHandler(event);
  }, 2, isAsync);
  if (isAsync)
    assertSame(events.length, 0);
  settle();

  return events;
}

test('Ti.Stream.pump', () => {
  for (const isAsync of [false, true]) {
    const stream = makeReader(1, 2, 3, 4, 5);
    const events = pump(stream, isAsync);

    assertEqual(events.map(event => event.bytesProcessed), [2, 2, 1, -1]);
    assertEqual(events.map(event => event.totalBytesProcessed), [2, 4, 5, 5]);
    assertEqual(events.map(event => toArray(event.buffer)), [[1, 2], [3, 4], [5], []]);
    assertSame(new Set(events.map(event => event.buffer)).size, 4);
    for (const event of events) {
      assertSuccess(event);
      assertSame(event.source, stream);
    }
  }
});

test('Ti.Stream.pump of nothing', () => {
  for (const isAsync of [false, true]) {
    const [event, ...others] = pump(makeReader(), isAsync);

    assertEqual([event.bytesProcessed, event.totalBytesProcessed, others.length], [-1, 0, 0]);
  }
});

test('Ti.Stream.pump of a stream that its handler closes', () => {
  for (const isAsync of [false, true]) {
    const stream = makeReader(1, 2, 3, 4, 5);
    const events = pump(stream, isAsync, () => stream.close());

    assertEqual(events.map(event => event.bytesProcessed), [2]);
  }
});

test('Ti.Stream.pump of what cannot be read', () => {
  for (const isAsync of [false, true]) {
    const stream = makeReader(1);

    stream.close();
    const [event, ...others] = pump(stream, isAsync);

    assertFailure(event, /cannot be read/);
    assertEqual([event.bytesProcessed, event.totalBytesProcessed, others.length], [0, 0, 0]);
    assertSame(event.buffer.length, 0);
  }
});

test('a handler of Ti.Stream.pump that throws', () => {
  const stream = makeReader(1, 2, 3, 4, 5);
  let events = [];

  assertRefused(/mine/, () => pump(stream, false, () => {
    throw new Error('mine');
  }));
  assertSame(stream.read(Ti.createBuffer({length: 5})), 3);
  expectLogged('mine', () => {
    events = pump(makeReader(1, 2, 3), true, event => {
      if (event.totalBytesProcessed === 2)
        throw new Error('mine');
    });
  });
  assertEqual(events.map(event => event.bytesProcessed), [2, 1, -1]);
});

test('Ti.Stream.pump refuses', () => {
  const stream = makeReader(1);

  assertRefused(/maxChunkSize/, () => Stream.pump(stream, () => {}));
  assertRefused(/maxChunkSize/, () => Stream.pump(stream, () => {}, 0, true));
  assertRefused(NO_CALLBACK, () => Stream.pump(stream, null, 1));
  assertRefused(NO_STREAM, () => Stream.pump(null, () => {}, 1));
});
