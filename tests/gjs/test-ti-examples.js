// test-ti-examples.js: the examples of Titanium's documentation run as they stand there
//
// They are programs of their own, but for the one that has a window, and this one blocks until they
// have done what it waits for.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {
  HOST, assertEqual, assertSame, assertTrue, cleanUp, iterateUntil, openSocket, receive, skip, test,
} from './support.js';
import {Ti, commandOf, keepPort, readExample, startProcess} from './ti-support.js';

const SOCKET = '[object TiNetworkSocketTCP]';

function start(name, changes) {
  return startProcess(Gio.SubprocessFlags.STDERR_MERGE,
                      ...commandOf('ti-program.js', name, JSON.stringify(changes)));
}

// In a network of its own, all of which is this machine.
function startApart(name) {
  const prepare = 'ip link set lo up && ip address add 192.0.2.1/24 dev lo && ' +
                  'ip route add default dev lo && exec "$@"';
  const apart = ['unshare', '--map-root-user', '--net', 'sh', '-c', prepare, 'sh'];
  const trial = Gio.Subprocess.new([...apart, 'true'], Gio.SubprocessFlags.STDERR_SILENCE);

  trial.wait(null);
  if (trial.get_exit_status() !== 0)
    skip('a network of its own cannot be made here');

  return startProcess(Gio.SubprocessFlags.STDERR_MERGE, ...apart,
                      ...commandOf('ti-program.js', name, '{}'));
}

function assertPrinted(output, ...lines) {
  assertEqual(lines.map(() => output.read_line_utf8(null)[0]), lines);
}

function makeListener() {
  const listener = new Gio.SocketListener();
  const [, address] = listener.add_address(Gio.InetSocketAddress.new_from_string(HOST, 0),
                                           Gio.SocketType.STREAM, Gio.SocketProtocol.TCP, null);

  cleanUp(() => listener.close());

  return [listener, address.get_port()];
}

function connectFrom(address, port) {
  const client = new Gio.SocketClient({
    local_address: Gio.InetSocketAddress.new_from_string(address, 0),
  });
  const connection = client.connect_to_host(HOST, port, null);

  cleanUp(() => connection.close(null));

  return connection;
}

// Reads a text, or, if it is empty, the end.
function assertReceived(connection, text) {
  const input = connection.get_input_stream();
  const bytes = input.read_bytes(Math.max(text.length, 1), null).toArray();

  assertSame(new TextDecoder().decode(bytes), text);
}

function send(connection, text) {
  connection.get_output_stream().write_all(new TextEncoder().encode(text), null);
}

test('an example that writes and reads in a loop when it is connected', () => {
  const [listener, port] = makeListener();
  const output = start('connect-and-read.js', {'google.com': HOST, 'port: 80': `port: ${port}`});
  const [connection] = listener.accept(null);

  assertPrinted(output, 'running', `[INFO] Socket <${SOCKET}> connected to host <${HOST}>`,
                '[INFO] <33> bytes written to socket');
  assertReceived(connection, 'Howdy remote socket! How are you?');
  for (const text of ['Fine.', 'Thank you.']) {
    send(connection, text);
    assertPrinted(output, `[INFO] received <${text.length}> bytes of data. ` +
                          `String representation of data is <${text}>`);
  }
  connection.get_socket().shutdown(false, true);
  assertPrinted(output, '[INFO] socket has closed');
  assertReceived(connection, '');
});

test('an example that connects to nobody', () => {
  const port = keepPort();
  const output = start('connect-and-read.js', {'google.com': HOST, 'port: 80': `port: ${port}`});

  assertPrinted(output, 'running', `[ERROR] Socket <${SOCKET}> encountered error when connecting`,
                '[ERROR]  error code <111>',
                `[ERROR]  error description <Could not connect to ${HOST}:${port}: ` +
                'Connection refused>');
});

test('an example that connects to a host whose connection breaks', () => {
  const [listener, port] = makeListener();
  const output = start('connect-and-read.js', {'google.com': HOST, 'port: 80': `port: ${port}`});
  const [connection] = listener.accept(null);

  assertPrinted(output, 'running', `[INFO] Socket <${SOCKET}> connected to host <${HOST}>`,
                '[INFO] <33> bytes written to socket');
  // Unread bytes make this a reset.
  connection.close(null);
  assertPrinted(output, `[ERROR] Socket <${SOCKET}> encountered error when connecting`);
});

test('an example that listens', () => {
  const port = keepPort();
  const output = start('listen.js', {40404: port});

  assertPrinted(output, 'running');
  assertReceived(connectFrom(HOST, port), '');
  assertPrinted(output, `[INFO] Listening socket <${SOCKET}> accepted incoming connection ` +
                        `<${SOCKET}>`);
});

test('an example that writes when it is connected', () => {
  const [listener, port] = makeListener();

  start('write-at-once.js', {'www.externalhost.com': HOST, 4747: port});
  const [connection] = listener.accept(null);

  assertReceived(connection, 'Well, hello there!');
});

test('an example that would open a window', () => {
  const output = start('write-at-once.js', {'www.externalhost.com': HOST, 4747: keepPort()});
  const text = [1, 2, 3].map(() => output.read_line_utf8(null)[0]).join(' ');

  assertTrue(/running.*There is no Ti\.UI/.test(text), text);
});

test('an example that accepts up to ten connections, from hosts that it knows', () => {
  const port = keepPort();
  const output = start('whitelist.js', {
    'Ti.Platform.address': `'${HOST}'`, '192.168.0.1': '127.0.0.1', '192.168.0.2': '127.0.0.2',
    4747: port,
  });

  assertPrinted(output, `[INFO] Now listening on: ${HOST}:${port}`, 'running');
  for (let i = 0; i < 5; i++) {
    for (const address of ['127.0.0.1', '127.0.0.2']) {
      assertReceived(connectFrom('127.0.0.3', port), '');
      assertPrinted(output, '[WARN] Attempted connection from socket not on whitelist: 127.0.0.3');
      connectFrom(address, port);
      assertPrinted(output, `[INFO] Accepted connection from: ${address}`);
    }
  }
});

test('an example whose port is taken', () => {
  const [, port] = makeListener();
  const output = start('whitelist.js', {'Ti.Platform.address': `'${HOST}'`, 4747: port});

  assertPrinted(output, '[INFO] Error occured while configuring listener: Error: ' +
                        `Could not listen on ${HOST}:${port}: Address already in use`, 'running');
});

test('an example that sends datagrams to everybody', () => {
  const output = startApart('udp.js');
  const received = (text, bytes) => [
    `[INFO] Socket received data: ${text}`, `[INFO] bytes: ${bytes}`, '[INFO] address: 192.0.2.1',
    '[INFO] port: 6100',
  ];

  assertPrinted(output, 'running', '[INFO] Socket started');
  for (let i = 0; i < 5; i++) {
    assertPrinted(output,
                  ...received('Hello, World!', '72,101,108,108,111,44,32,87,111,114,108,100,33'),
                  ...received('It works!', '73,116,32,119,111,114,107,115,33'));
  }
});

// A window of which only the handlers and the labels are there.

class Widget {
  #handlers = new Map();

  constructor(params) {
    Object.assign(this, params);
  }

  addEventListener(name, handler) {
    this.#handlers.set(name, handler);
  }

  fire(name) {
    this.#handlers.get(name)({source: this});
  }
}

class Window extends Widget {
  #widgets = [];

  add(widget) {
    this.#widgets.push(widget);
  }

  click(title) {
    this.#widgets.find(widget => widget.title === title).fire('click');
  }

  get labels() {
    return this.#widgets.filter(widget => 'text' in widget).map(widget => widget.text);
  }
}

// Opens the window of the example, whose files are in a folder.
function openWindow(changes, folder) {
  const window = new Window();
  const UI = {
    currentWindow: window,
    createButton: params => new Widget(params),
    createLabel: params => new Widget(params),
  };
  const itsFilesystem = Object.create(Ti.Filesystem, {resourcesDirectory: {value: folder}});
  const itsTi = Object.create(Ti, {UI: {value: UI}, Filesystem: {value: itsFilesystem}});

  new Function('Ti', 'Titanium', readExample('kitchen-sink.js', changes))(itsTi, itsTi);

  return window;
}

function connectTo(port) {
  const socket = openSocket({port});

  iterateUntil(() => socket.is_connected);

  return socket;
}

test('an example with a window', () => {
  const folder = GLib.dir_make_tmp('tisock-ti-XXXXXX');
  const poem = Ti.Filesystem.getFile(folder, 'paradise_lost.txt');
  const port = keepPort();
  const window = openWindow({'Ti.Platform.address': `'${HOST}'`, 40404: port}, folder);
  const listen = `Listen on ${port}`;
  const says = text => window.labels[0] === text;

  cleanUp(() => GLib.rmdir(folder));
  cleanUp(() => poem.deleteFile());
  assertTrue(poem.write('Of Mans First Disobedience'));
  window.click('Socket state');
  assertEqual(window.labels, ['State: INITIALIZED', 'Read data']);
  window.click(listen);
  assertEqual(window.labels, [`Listening on${HOST}:${port}`, 'Read data']);
  window.click('Socket state');
  assertEqual(window.labels, ['State: LISTENING', 'Read data']);

  const sockets = [connectTo(port), connectTo(port)];

  sockets[0].write_string('one');
  iterateUntil(() => says(`Read from: ${HOST}`));
  assertEqual(window.labels, [`Read from: ${HOST}`, 'one']);
  sockets[1].write_string('two');
  iterateUntil(() => window.labels[1] === 'two');

  window.click("Write 'Paradise Lost'");
  assertTrue(says("I'm a writer!"));
  for (const socket of sockets)
    assertEqual(new TextDecoder().decode(receive(socket, 26)), 'Of Mans First Disobedience');

  window.click('Close');
  iterateUntil(() => says('Closed listener'));
  window.click('Close');
  assertTrue(/^Exception: Error: .*cannot be closed/.test(window.labels[0]), window.labels[0]);
  window.fire('close');
  iterateUntil(() => sockets.every(socket => !socket.is_connected));
});
