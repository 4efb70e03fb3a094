// support.js: what the JavaScript tests share: checks, waiting, and pairs of connected sockets
//
// A test file says test(NAME, FUNCTION) for each of its tests, with a function that may be
// asynchronous; run.js runs them.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GIRepository from 'gi://GIRepository?version=2.0';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

export const HOST = '127.0.0.1';

const tests = [];
const cleanups = [];

export function test(name, body) {
  tests.push([name, body]);
}

class Skipped extends Error {}

// Ends a test that has no place here.
export function skip(reason) {
  throw new Skipped(reason);
}

// Runs after the test, in reverse order.
export function cleanUp(action) {
  cleanups.push(action);
}

async function runOne(body) {
  try {
    await body();
  } finally {
    while (cleanups.length > 0)
      cleanups.pop()();
    settle();
  }
}

// Prints the results as TAP, and gives the number of failures.
export async function runTests() {
  let failures = 0;

  for (const [i, [name, body]] of tests.entries()) {
    try {
      await runOne(body);
      print(`ok ${i + 1} ${name}`);
    } catch (error) {
      if (error instanceof Skipped) {
        print(`ok ${i + 1} ${name} # SKIP ${error.message}`);
      } else {
        failures++;
        print(`not ok ${i + 1} ${name}`);
        print(`${error}\n${error.stack}`.replace(/^/gm, '# '));
      }
    }
  }
  print(`1..${tests.length}`);

  return failures;
}

// A comparison by what it looks like, since bytes, lists and objects have no operator for it.
function describe(value) {
  if (value instanceof Uint8Array)
    return `bytes [${value.join(', ')}]`;
  if (Array.isArray(value))
    return `[${value.map(describe).join(', ')}]`;

  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

export function assertEqual(actual, expected, message = '') {
  const same = typeof actual === 'object' && describe(actual) === describe(expected);

  if (!Object.is(actual, expected) && !same)
    throw new Error(`${message} ${describe(actual)} is not ${describe(expected)}`);
}

export function assertSame(actual, expected) {
  if (!Object.is(actual, expected))
    throw new Error(`${actual} is not the same as ${expected}`);
}

export function assertTrue(value, message = 'not true') {
  if (value !== true)
    throw new Error(`${message}: ${describe(value)}`);
}

export function assertFalse(value, message = 'not false') {
  if (value !== false)
    throw new Error(`${message}: ${describe(value)}`);
}

export function catchError(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

export async function catchRejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was rejected');
}

export function assertIOError(error, code) {
  assertTrue(error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, code), `${error}`);
}

export function assertError(error, code) {
  if (!(error instanceof GLib.Error) || !error.matches(Tisock.SocketError, code))
    throw new Error(`${error} is not ${code} of Tisock.SocketError`);
}

export function assertThrows(code, action) {
  assertError(catchError(action), code);
}

// GJS logs what a handler throws; anything else that is critical ends the test program.
export function expectThrown(pattern, action) {
  GLib.test_expect_message('Gjs', GLib.LogLevelFlags.LEVEL_CRITICAL, `*${pattern}*`);
  action();
  GLib.test_assert_expected_messages_internal('tisock-tests', 'support.js', 0, pattern);
}

// Runs the main context until it is so; the time that meson gives a test bounds this.
export function iterateUntil(predicate) {
  const context = GLib.MainContext.default();

  while (!predicate())
    context.iteration(true);
}

export function settle() {
  const context = GLib.MainContext.default();

  while (context.iteration(false));
}

// Calls NAME_async(); gives a function that waits for what NAME_finish() returns.
export function begin(socket, name, ...args) {
  const results = [];

  socket[`${name}_async`](...args, (_source, result) => results.push(result));

  return () => {
    iterateUntil(() => results.length > 0);
    return socket[`${name}_finish`](results[0]);
  };
}

export function concatenate(...arrays) {
  return Uint8Array.from(arrays.flatMap(array => [...array]));
}

// The infos of one kind ('method', 'property', 'signal', 'vfunc') that a class of the namespace
// has itself.
export function listInfos(className, kind) {
  const info = GIRepository.Repository.get_default().find_by_name('Tisock', className);
  const plural = {method: 'methods', property: 'properties', signal: 'signals', vfunc: 'vfuncs'};
  const count = GIRepository[`object_info_get_n_${plural[kind]}`](info);

  return Array.from({length: count}, (_, i) => GIRepository[`object_info_get_${kind}`](info, i));
}

export function listNames(classNames, kind) {
  return classNames.flatMap(name => listInfos(name, kind).map(info => info.get_name()));
}

export const SOCKET_CLASSES = ['SocketCore', 'TCPSocket'];
export const SSL_CLASSES = [...SOCKET_CLASSES, 'SSLSocket'];
export const EASY_CLASSES = [...SSL_CLASSES, 'EasyTCPSocket'];
export const UDP_CLASSES = ['SocketCore', 'UDPSocket'];
export const AUTO_CLASSES = [...UDP_CLASSES, 'EasyUDPSocket', 'AutoDiscovery'];
export const SERVER_CLASSES = ['ServerSocket'];

// What has happened, in order: lists of a signal's name and its arguments.
export class Events extends Array {
  get names() {
    return Array.from(this, event => event[0]);
  }

  has(name) {
    return this.names.includes(name);
  }

  last(name) {
    return Array.from(this).filter(event => event[0] === name).pop().slice(1);
  }
}

function findClasses(instance) {
  const families = [EASY_CLASSES, SSL_CLASSES, SOCKET_CLASSES, AUTO_CLASSES, UDP_CLASSES,
                    SERVER_CLASSES];

  return families.find(names => instance instanceof Tisock[names[names.length - 1]]) ??
         [instance.constructor.name.replace(/^Tisock_/, '')];
}

// Connects every signal and keeps what they say. A signal can be given a handler as well, whose
// result is returned.
export function record(instance, handlers = {}) {
  const classes = findClasses(instance);
  const events = new Events();

  for (const name of listNames(classes, 'signal')) {
    instance.connect(name, (source, ...values) => {
      events.push([name, ...values]);
      return handlers[name]?.(source, ...values);
    });
  }

  return events;
}

// The paths of a new certificate for HOST, that nobody else has signed, and of its key.
export function makeCertificateFiles() {
  const folder = GLib.dir_make_tmp('tisock-XXXXXX');
  const [path, key] = ['certificate.pem', 'key.pem'].map(name => `${folder}/${name}`);
  const [done, , messages] = GLib.spawn_command_line_sync('openssl req -x509 -newkey ec ' +
    '-pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test ' +
    `-addext subjectAltName=IP:${HOST} -keyout ${key} -out ${path}`);

  assertTrue(done && GLib.file_test(path, GLib.FileTest.EXISTS),
    new TextDecoder().decode(messages));
  cleanUp(() => {
    GLib.unlink(path);
    GLib.unlink(key);
    GLib.rmdir(folder);
  });

  return [path, key];
}

export function makeCertificate() {
  return Gio.TlsCertificate.new_from_files(...makeCertificateFiles());
}

export function makeServer(server = new Tisock.ServerSocket()) {
  server.address = HOST;
  server.listen();
  cleanUp(() => server.close());

  return server;
}

export function openSocket(server, socket = new Tisock.TCPSocket()) {
  socket.address = HOST;
  socket.port = server.port;
  socket.open();
  cleanUp(() => socket.close());

  return socket;
}

// A connected socket, and its peer, which a server has accepted.
export function makePair(given, server = makeServer()) {
  const accepted = [];
  const handler = server.connect('accepted', (_server, peer) => {
    accepted.push(peer);
  });
  const socket = openSocket(server, given);

  iterateUntil(() => accepted.length > 0 && socket.is_connected);
  server.disconnect(handler);
  settle();

  return [socket, accepted[0]];
}

export function receive(socket, count) {
  iterateUntil(() => socket.bytes_available >= count);

  return socket.read(count);
}
