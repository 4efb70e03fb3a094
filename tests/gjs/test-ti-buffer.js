// test-ti-buffer.js: Ti.Buffer and Ti.Blob
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import {assertEqual, assertFalse, assertSame, assertTrue, test} from './support.js';
import {Ti, assertRefused, makeBuffer, toArray} from './ti-support.js';

const {Codec} = Ti;
const BEYOND = /beyond the end/;
const NO_BUFFER = /Ti\.Buffer is needed/;
const NO_NUMBER = /has to be a number/;

test('Ti.createBuffer without a value', () => {
  for (const params of [undefined, null, {}, {length: 0}]) {
    assertSame(Ti.createBuffer(params).length, 0);
    assertSame(`${Ti.createBuffer(params)}`, '');
  }
  assertEqual(toArray(Ti.createBuffer({length: 3})), [0, 0, 0]);
  assertSame(Ti.createBuffer({length: '3'}).length, 3);
  assertRefused(NO_NUMBER, () => Ti.createBuffer({length: -1}));
  assertRefused(NO_NUMBER, () => Ti.createBuffer({length: 'three'}));
});

test('Ti.createBuffer with text', () => {
  const utf8 = [0x73, 0x70, 0xc3, 0xa4, 0x74];

  assertEqual(toArray(Ti.createBuffer({value: 'spät'})), utf8);
  assertEqual(toArray(Ti.createBuffer({value: 'spät', type: Codec.CHARSET_UTF8})), utf8);
  assertEqual(toArray(Ti.createBuffer({value: 'spät', type: Codec.CHARSET_ISO_LATIN_1})),
              [0x73, 0x70, 0xe4, 0x74]);
  assertEqual(toArray(Ti.createBuffer({value: ''})), []);
  assertRefused(/charsets/, () => Ti.createBuffer({value: 'spät', type: Codec.TYPE_INT}));
});

test('Ti.createBuffer with a number', () => {
  const params = {value: 0x12345678, type: Codec.TYPE_INT};
  const little = [0x78, 0x56, 0x34, 0x12];
  const big = [0x12, 0x34, 0x56, 0x78];
  const native = Codec.getNativeByteOrder() === Codec.LITTLE_ENDIAN ? little : big;

  assertEqual(toArray(Ti.createBuffer({...params, byteOrder: Codec.LITTLE_ENDIAN})), little);
  assertEqual(toArray(Ti.createBuffer({...params, byteOrder: Codec.BIG_ENDIAN})), big);
  assertEqual(toArray(Ti.createBuffer(params)), native);
  assertEqual(toArray(Ti.createBuffer({value: 0xfe, type: Codec.TYPE_BYTE})), [0xfe]);
  assertEqual(toArray(Ti.createBuffer({value: 0, type: Codec.TYPE_SHORT})), [0, 0]);
  assertRefused(/types/, () => Ti.createBuffer({value: 1}));
  assertRefused(/types/, () => Ti.createBuffer({value: 1, type: Codec.CHARSET_UTF8}));
  assertRefused(/a string or a number/, () => Ti.createBuffer({value: true}));
  assertRefused(/ENDIAN/, () => Ti.createBuffer({...params, byteOrder: 7}));
});

test('Ti.createBuffer with a value and a length', () => {
  assertEqual(toArray(Ti.createBuffer({value: 'ab', length: 4})), [97, 98, 0, 0]);
  assertEqual(toArray(Ti.createBuffer({value: 1, type: Codec.TYPE_BYTE, length: 2})), [1, 0]);
  assertEqual(toArray(Ti.createBuffer({value: 'ab', length: 2})), [97, 98]);
  assertRefused(BEYOND, () => Ti.createBuffer({value: 'abc', length: 2}));
});

test('Ti.createBuffer understands data for value', () => {
  assertSame(`${Ti.createBuffer({data: 'Well, hello there!'})}`, 'Well, hello there!');
});

test('Ti.Buffer.type and Ti.Buffer.value are what was given', () => {
  const number = Ti.createBuffer({value: 5, type: Codec.TYPE_LONG});
  const text = Ti.createBuffer({value: 'text'});
  const none = Ti.createBuffer({length: 1});

  assertEqual([number.value, number.type], [5, Codec.TYPE_LONG]);
  assertEqual([text.value, text.type], ['text', Codec.CHARSET_UTF8]);
  assertEqual([none.value, none.type], [undefined, undefined]);
  text.value = 'other';
  text.type = Codec.CHARSET_UTF16;
  assertEqual([text.value, text.type, text.toString()], ['other', Codec.CHARSET_UTF16, 'text']);
});

test('Ti.Buffer.length grows with zeros and truncates', () => {
  const buffer = makeBuffer(1, 2, 3);

  buffer.length = 5;
  assertEqual(toArray(buffer), [1, 2, 3, 0, 0]);
  buffer.length = 2;
  assertEqual(toArray(buffer), [1, 2]);
  buffer.length = 3;
  assertEqual(toArray(buffer), [1, 2, 0]);
  buffer.length += 1;
  assertSame(buffer.length, 4);
  for (const length of [-1, NaN, undefined, null, 'x'])
    assertRefused(NO_NUMBER, () => (buffer.length = length));
  assertSame(buffer.length, 4);
});

test('Ti.Buffer.byteOrder moves no bytes', () => {
  const buffer = makeBuffer(1, 2);
  const other = {[Codec.BIG_ENDIAN]: Codec.LITTLE_ENDIAN, [Codec.LITTLE_ENDIAN]: Codec.BIG_ENDIAN};

  assertSame(buffer.byteOrder, Codec.getNativeByteOrder());
  buffer.byteOrder = other[buffer.byteOrder];
  assertSame(buffer.byteOrder, other[Codec.getNativeByteOrder()]);
  assertEqual(toArray(buffer), [1, 2]);
  assertRefused(/ENDIAN/, () => (buffer.byteOrder = 'big'));
});

test('Ti.Buffer[index]', () => {
  const buffer = makeBuffer(10, 20);

  buffer[1] = 0x1ff;
  assertSame(buffer[1], 0xff);
  buffer[0] = -1;
  assertSame(buffer[0], 0xff);
  buffer['1'] = 7;
  assertSame(buffer['1'], 7);
  for (const index of [-1, 2, 1e6]) {
    assertRefused(/outside the buffer/, () => buffer[index]);
    assertRefused(/outside the buffer/, () => (buffer[index] = 1));
  }
  assertSame(buffer.length, 2);
});

test('Ti.Buffer has room for what programs add', () => {
  const buffer = makeBuffer(1);

  assertSame(buffer.mine, undefined);
  buffer.mine = 5;
  assertSame(buffer.mine, 5);
  assertTrue('mine' in buffer);
  assertSame(JSON.stringify(makeBuffer(1)), '{}');
});

test('Ti.Buffer.append', () => {
  const buffer = makeBuffer(1, 2);

  assertSame(buffer.append(makeBuffer(3, 4, 5)), 3);
  assertEqual(toArray(buffer), [1, 2, 3, 4, 5]);
  assertSame(buffer.append(makeBuffer(6, 7, 8), 1, 2), 2);
  assertSame(buffer.append(makeBuffer(9), 0, 0), 0);
  assertSame(buffer.append(makeBuffer(9), 1, 0), 0);
  assertSame(buffer.append(makeBuffer()), 0);
  assertEqual(toArray(buffer), [1, 2, 3, 4, 5, 7, 8]);
  assertSame(buffer.append(buffer), 7);
  assertEqual(toArray(buffer), [1, 2, 3, 4, 5, 7, 8, 1, 2, 3, 4, 5, 7, 8]);
});

test('Ti.Buffer.append refuses', () => {
  const buffer = makeBuffer(1, 2);
  const source = makeBuffer(3, 4, 5);

  for (const value of [undefined, null, 'text', [1, 2], new Uint8Array(2)])
    assertRefused(NO_BUFFER, () => buffer.append(value));
  for (const [offset, length] of [[0, 4], [2, 2], [3, 1], [1, undefined]])
    assertRefused(BEYOND, () => buffer.append(source, offset, length));
  assertRefused(NO_NUMBER, () => buffer.append(source, -1, 1));
  assertRefused(NO_NUMBER, () => buffer.append(source, 0, -1));
  assertEqual(toArray(buffer), [1, 2]);
});

test('Ti.Buffer.append many times', () => {
  const buffer = Ti.createBuffer();
  const piece = Ti.createBuffer({value: '0123456789'});

  for (let i = 0; i < 1000; i++)
    buffer.append(piece);
  assertSame(buffer.toString(), '0123456789'.repeat(1000));
});

test('Ti.Buffer.insert', () => {
  const buffer = makeBuffer(1, 2, 3);

  assertSame(buffer.insert(makeBuffer(9, 8), 1), 2);
  assertEqual(toArray(buffer), [1, 9, 8, 2, 3]);
  assertSame(buffer.insert(makeBuffer(5, 6, 7), 0, 1, 1), 1);
  assertEqual(toArray(buffer), [6, 1, 9, 8, 2, 3]);
  assertSame(buffer.insert(makeBuffer(4), 6), 1);
  assertEqual(toArray(buffer), [6, 1, 9, 8, 2, 3, 4]);
  assertSame(buffer.insert(buffer, 1, 5, 2), 2);
  assertEqual(toArray(buffer), [6, 3, 4, 1, 9, 8, 2, 3, 4]);
});

test('Ti.Buffer.insert refuses', () => {
  const buffer = makeBuffer(1, 2);
  const source = makeBuffer(3, 4, 5);

  assertRefused(NO_BUFFER, () => buffer.insert(null, 0));
  assertRefused(NO_NUMBER, () => buffer.insert(source));
  assertRefused(NO_NUMBER, () => buffer.insert(source, -1));
  assertRefused(BEYOND, () => buffer.insert(source, 3));
  for (const [offset, length] of [[0, 4], [2, 2], [1, undefined]])
    assertRefused(BEYOND, () => buffer.insert(source, 0, offset, length));
  assertEqual(toArray(buffer), [1, 2]);
});

test('Ti.Buffer.copy', () => {
  const buffer = makeBuffer(1, 2, 3, 4);

  assertSame(buffer.copy(makeBuffer(9, 8)), 2);
  assertEqual(toArray(buffer), [9, 8, 3, 4]);
  assertSame(buffer.copy(makeBuffer(7, 6), 2), 2);
  assertEqual(toArray(buffer), [9, 8, 7, 6]);
  assertSame(buffer.copy(makeBuffer(1, 2, 3), 3, 1, 1), 1);
  assertEqual(toArray(buffer), [9, 8, 7, 2]);
  assertSame(buffer.copy(makeBuffer(5), 4, 0, 0), 0);
  assertSame(buffer.copy(buffer, 1, 0, 3), 3);
  assertEqual(toArray(buffer), [9, 9, 8, 7]);
});

test('Ti.Buffer.copy refuses, and never grows', () => {
  const buffer = makeBuffer(1, 2, 3, 4);
  const source = makeBuffer(5, 6);

  assertRefused(NO_BUFFER, () => buffer.copy());
  assertRefused(BEYOND, () => buffer.copy(source, 3));
  assertRefused(BEYOND, () => buffer.copy(source, 5));
  assertRefused(BEYOND, () => buffer.copy(source, 5, 0, 0));
  assertRefused(BEYOND, () => buffer.copy(source, 0, 1, 2));
  assertRefused(BEYOND, () => buffer.copy(source, 0, 0, 3));
  assertRefused(BEYOND, () => buffer.copy(source, 0, 1));
  assertRefused(NO_NUMBER, () => buffer.copy(source, -1));
  assertEqual(toArray(buffer), [1, 2, 3, 4]);
});

test('Ti.Buffer.clone', () => {
  const buffer = Ti.createBuffer({
    value: 0x01020304, type: Codec.TYPE_INT, byteOrder: Codec.BIG_ENDIAN,
  });
  const whole = buffer.clone();
  const part = buffer.clone(1, 2);

  assertEqual([toArray(whole), toArray(part)], [[1, 2, 3, 4], [2, 3]]);
  for (const copy of [whole, part])
    assertEqual([copy.byteOrder, copy.type], [Codec.BIG_ENDIAN, Codec.TYPE_INT]);
  assertEqual([whole.value, part.value], [0x01020304, undefined]);
  whole[0] = 9;
  part.length = 8;
  assertEqual(toArray(buffer), [1, 2, 3, 4]);
  assertRefused(BEYOND, () => buffer.clone(2, 3));
  assertRefused(BEYOND, () => buffer.clone(1));
  assertEqual(toArray(buffer.clone(4, 0)), []);
});

test('Ti.Buffer.fill', () => {
  const buffer = Ti.createBuffer({length: 4});

  buffer.fill(7);
  assertEqual(toArray(buffer), [7, 7, 7, 7]);
  buffer.fill(8, 1, 2);
  assertEqual(toArray(buffer), [7, 8, 8, 7]);
  buffer.fill(9, 3, 1);
  assertEqual(toArray(buffer), [7, 8, 8, 9]);
  buffer.fill(0x101, 0, 1);
  assertSame(buffer[0], 1);
  buffer.fill(1, 4, 0);
  assertRefused(BEYOND, () => buffer.fill(1, 0, 5));
  assertRefused(BEYOND, () => buffer.fill(1, 3, 2));
  assertRefused(BEYOND, () => buffer.fill(1, 1));
  assertRefused(/fill with/, () => buffer.fill());
  assertEqual(toArray(buffer), [1, 8, 8, 9]);
});

test('Ti.Buffer.clear and Ti.Buffer.release', () => {
  const buffer = makeBuffer(1, 2);

  buffer.clear();
  assertEqual(toArray(buffer), [0, 0]);
  buffer.release();
  assertSame(buffer.length, 0);
  buffer.length = 1;
  assertEqual(toArray(buffer), [0]);
});

test('Ti.Buffer.toString is UTF-8', () => {
  assertSame(makeBuffer(0x73, 0x70, 0xc3, 0xa4, 0x74).toString(), 'spät');
  assertSame(makeBuffer(0x61, 0, 0x62).toString(), 'a\0b');
  assertSame(`<${makeBuffer(0x61, 0xff)}>`, '<a\ufffd>');
});

test('Ti.Buffer.toBlob', () => {
  const buffer = Ti.createBuffer({value: 'spät'});
  const blob = buffer.toBlob();

  buffer.clear();
  assertEqual([blob.text, blob.toString(), blob.length, blob.size], ['spät', 'spät', 5, 5]);
  assertSame(blob.nativePath, null);
});

test('Ti.Blob.append', () => {
  const blob = Ti.createBuffer({value: 'one'}).toBlob();

  blob.append(Ti.createBuffer({value: 'two'}).toBlob());
  assertSame(blob.text, 'onetwo');
  assertRefused(NO_BUFFER, () => blob.append('three'));
});

test('methods that get and set', () => {
  const buffer = makeBuffer(1, 2);

  assertSame(buffer.getLength(), 2);
  buffer.setLength(1);
  buffer.setByteOrder(Codec.BIG_ENDIAN);
  assertEqual([buffer.length, buffer.getByteOrder()], [1, Codec.BIG_ENDIAN]);
  assertEqual([buffer.toBlob().getText(), buffer.toBlob().getLength()], ['\x01', 1]);
});

test('apiName', () => {
  const buffer = makeBuffer();

  assertEqual([buffer.apiName, buffer.toBlob().apiName], ['Ti.Buffer', 'Ti.Blob']);
  assertFalse(Object.keys(buffer).includes('apiName'));
});
