// test-ti-globals.js: what is global once Tisock.Ti has been asked for, and what is not there
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import {assertEqual, assertSame, iterateUntil, settle, test} from './support.js';
import {Ti, assertRefused, expectLogged} from './ti-support.js';

// Those of this library, for whatever version of GJS there is.
const {
  clearInterval, clearTimeout, setInterval, setTimeout,
} = imports.tisock.ti.timers;

test('Ti and Titanium are global', () => {
  assertSame(globalThis.Ti, Ti);
  assertSame(globalThis.Titanium, Ti);
  assertSame(Ti.apiName, 'Ti');
});

test('timers are global', () => {
  for (const name of ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'])
    assertSame(typeof globalThis[name], 'function');
});

test('String.format', () => {
  assertSame(String.format('http://%s:%d/', 'localhost', 80), 'http://localhost:80/');
  assertSame(String.format('%5.1f|%%|%02x', 1.25, 10).replace(/^ +/, ''), '1.3|%|0a');
});

test('Ti.UI', () => {
  assertRefused(/no Ti\.UI.*GTK/, () => Ti.UI);
  assertRefused(/no Ti\.UI/, () => Ti.UI.createAlertDialog({title: 'no'}));
});

test('setTimeout', () => {
  const calls = [];

  setTimeout((...args) => calls.push(args), 1, 'a', 2);
  assertEqual(calls, []);
  iterateUntil(() => calls.length > 0);
  setTimeout(() => calls.push('without a delay'));
  iterateUntil(() => calls.length > 1);
  settle();
  assertEqual(calls, [['a', 2], 'without a delay']);
});

test('setInterval, and clearInterval in its own callback', () => {
  let count = 0;
  let isOver = false;
  const id = setInterval(step => {
    count += step;
    if (count === 6)
      clearInterval(id);
  }, 1, 2);

  iterateUntil(() => count === 6);
  setTimeout(() => {
    isOver = true;
  }, 10);
  iterateUntil(() => isOver);
  assertSame(count, 6);
});

test('clearTimeout', () => {
  const calls = [];
  const id = setTimeout(() => calls.push('cleared'), 0);
  const late = setTimeout(() => calls.push('late'), 0);

  clearTimeout(id);
  clearTimeout(id);
  iterateUntil(() => calls.length > 0);
  assertEqual(calls, ['late']);
  for (const other of [late, undefined, null, 0, 'none'])
    clearTimeout(other);
});

test('what a timer throws is logged', () => {
  let count = 0;
  const id = setInterval(() => {
    count++;
    if (count === 1)
      throw new Error('mine');
    clearInterval(id);
  }, 1);

  expectLogged('mine', () => iterateUntil(() => count === 2));
});
