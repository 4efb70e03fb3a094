// ti-support.js: what the tests of Ti share
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {
  HOST, assertEqual, assertSame, catchError, cleanUp, iterateUntil, settle,
} from './support.js';

export const {Ti} = Tisock;

const folder = Gio.File.new_for_uri(import.meta.url).get_parent();

// A buffer with these bytes.
export function makeBuffer(...bytes) {
  const buffer = Ti.createBuffer({length: bytes.length});

  bytes.forEach((byte, i) => {
    buffer[i] = byte;
  });

  return buffer;
}

export function toArray(buffer) {
  return Array.from({length: buffer.length}, (_, i) => buffer[i]);
}

export function assertRefused(pattern, action) {
  const error = catchError(action);

  if (!(error instanceof Error) || !pattern.test(error.message))
    throw new Error(`${error} does not match ${pattern}`);
}

// What a callback throws is logged.
export function expectLogged(pattern, action) {
  GLib.test_expect_message('Gjs', GLib.LogLevelFlags.LEVEL_WARNING, `*${pattern}*`);
  action();
  GLib.test_assert_expected_messages_internal('tisock-tests', 'ti-support.js', 0, pattern);
}

// A port that is bound, so that nobody else takes it, but not listened on. Who asks for the address
// to be used again can listen on it.
export function keepPort() {
  const keeper = Gio.Socket.new(Gio.SocketFamily.IPV4, Gio.SocketType.STREAM,
                                Gio.SocketProtocol.DEFAULT);

  keeper.bind(Gio.InetSocketAddress.new_from_string(HOST, 0), true);
  cleanUp(() => keeper.close());

  return keeper.get_local_address().get_port();
}

// Tests that have closed a socket themselves need not do it again.
export function closeIfOpen(socket) {
  const {CONNECTED, LISTENING} = Ti.Network.Socket;

  if ([CONNECTED, LISTENING].includes(socket.state))
    socket.close();
}

export function createTCP(params) {
  const socket = Ti.Network.Socket.createTCP(params);

  cleanUp(() => closeIfOpen(socket));

  return socket;
}

export function makeListener(params = {}) {
  const listener = createTCP({host: HOST, port: 0, ...params});

  listener.listen();

  return listener;
}

// What a socket has called back, in order: lists of a callback's name and its argument.
export function record(params, ...names) {
  const events = [];

  for (const name of names) {
    const given = params[name];

    params[name] = event => {
      events.push([name, event]);
      given?.(event);
    };
  }

  return events;
}

export function namesOf(events) {
  return events.map(([name]) => name);
}

export function assertNames(events, ...names) {
  iterateUntil(() => events.length >= names.length);
  settle();
  assertEqual(namesOf(events), names);
}

// Two sockets with each other: one that has connected, and one that has been accepted.
export function makePair(params = {}, acceptParams = {}) {
  let inbound = null;
  const listener = makeListener({
    accepted(event) {
      ({inbound} = event);
      cleanUp(() => closeIfOpen(event.inbound));
    },
  });
  const socket = createTCP({host: HOST, port: listener.port, ...params});

  listener.accept(acceptParams);
  socket.connect();
  iterateUntil(() => inbound !== null && socket.isConnected());
  listener.close();
  settle();

  return [socket, inbound];
}

// A socket, and its peer of the other kind, which is not in this dialect.
export function makeCorePair(params = {}, server = new Tisock.ServerSocket({address: HOST})) {
  let peer = null;

  server.connect('accepted', (_server, core) => {
    peer = core;
  });
  server.listen();
  cleanUp(() => server.close());
  const socket = createTCP({host: HOST, port: server.port, ...params});

  socket.connect();
  iterateUntil(() => peer !== null && socket.isConnected());

  return [socket, peer];
}

// Another program, in a process of its own; gives what it prints.
export function startProcess(flags, ...command) {
  const process = Gio.Subprocess.new(command, Gio.SubprocessFlags.STDOUT_PIPE | flags);

  cleanUp(() => {
    process.force_exit();
    process.wait(null);
  });

  return new Gio.DataInputStream({base_stream: process.get_stdout_pipe()});
}

// How a program of this folder is run.
export function commandOf(name, ...args) {
  return ['gjs', '-m', folder.get_child(name).get_path(), ...args];
}

// A peer for what blocks this process; see ti-peer.js.
export function startPeer() {
  const output = startProcess(Gio.SubprocessFlags.NONE, ...commandOf('ti-peer.js'));

  return Number(output.read_line_utf8(null)[0]);
}

// An example of Titanium's documentation, with other texts in the place of some of its own.
export function readExample(name, changes) {
  const [, contents] = folder.get_child(`ti-examples/${name}`).load_contents(null);
  let program = new TextDecoder().decode(contents);

  for (const [text, other] of Object.entries(changes)) {
    if (!program.includes(text))
      throw new Error(`${name} has no ${text}`);
    program = program.replaceAll(text, other);
  }

  return program;
}

export function write(socket, text) {
  assertSame(socket.write(Ti.createBuffer({value: text})), new TextEncoder().encode(text).length);
}

// Reads once, and gives the text, or -1.
export function read(socket, length = 1000) {
  const buffer = Ti.createBuffer({length});
  const count = socket.read(buffer);

  return count < 0 ? count : Ti.Codec.decodeString({source: buffer, length: count});
}

// Calls something whose last argument is a callback, and waits for what that is given.
export function waitFor(action) {
  const events = [];

  action(event => events.push(event));
  assertEqual(events.length, 0, 'called back from inside the call:');
  iterateUntil(() => events.length > 0);
  settle();
  assertEqual(events.length, 1, 'called back:');

  return events[0];
}

export function assertSuccess(event) {
  assertEqual([event.success, event.error, event.code], [true, '', 0]);
  assertEqual([event.errorState, event.errorDescription], [0, '']);
}

export function assertFailure(event, pattern, code = -1) {
  assertEqual([event.success, event.code, event.errorState], [false, code, 1]);
  if (!pattern.test(event.error))
    throw new Error(`${event.error} does not match ${pattern}`);
  assertSame(event.errorDescription, event.error);
}
