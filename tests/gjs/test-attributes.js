// test-attributes.js: properties are attributes, and connect() and disconnect() mean two things
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GObject from 'gi://GObject';
import Tisock from 'gi://Tisock?version=1';

import {AUTO_CLASSES, EASY_CLASSES, HOST, SERVER_CLASSES, SOCKET_CLASSES, SSL_CLASSES, UDP_CLASSES,
        assertEqual, assertError, assertFalse, assertSame, assertThrows, assertTrue, catchError,
        iterateUntil, listNames, makeCertificate, makePair, makeServer, record,
        test} from './support.js';

// A value for each property that can be set, other than its default. A property without one here
// fails the tests: they know all.
const LOOPBACK = Tisock.NetworkInterface.lookup('lo');
const SOCKET_SETTINGS = {
  address: HOST,
  allow_half_open: true,
  close_timeout: 7000,
  connectable: Gio.NetworkAddress.new(HOST, 7000),
  idle_timeout: 7000,
  listen_backlog: 7,
  liveness: 7000,
  maximum_descriptors: 7,
  network_interface: LOOPBACK,
  no_delay: false,
  port: 7000,
  proxy_resolver: Gio.SimpleProxyResolver.new(null, null),
  receive_limit: 2 ** 40,
  resolve_timeout: 7000,
  send_limit: 2 ** 40,
  send_maximum: 2 ** 40,
  timeout: 7000,
};
const SSL_SETTINGS = {
  ...SOCKET_SETTINGS,
  application_protocols: ['h2', 'http/1.1'],
  certificate: makeCertificate(),
  certificate_file: '/nowhere/certificate.pem',
  certificate_password: 'sesame',
  connection_type: Gio.TlsProtocolVersion.TLS_1_3,
  handshake_timeout: 7000,
  require_close_notify: false,
  server_identity: 'example.org',
  ssl_enabled: false,
  trust_database: Gio.TlsBackend.get_default().get_default_database(),
};
const EASY_SETTINGS = {
  ...SSL_SETTINGS,
  maximum_message_size: 2 ** 40,
  ssl_enabled: true,
};
const SERVER_SETTINGS = {
  address: HOST,
  allowed_peers: ['127.0.0.0/8', '::1'],
  auto_accept: false,
  blocked_peers: ['10.0.0.0/8'],
  listen_backlog: 7,
  maximum_sockets_connected: 7,
  minimum_sockets_available: 7,
  network_interface: LOOPBACK,
  overload_policy: Tisock.OverloadPolicy.DROP,
  port: 7000,
  socket_group: 'users',
  socket_mode: 0o660,
  socket_user: '1000',
  tls_settings: new Tisock.TlsSettings(),
};
const TLS_SETTINGS = {
  application_protocols: ['h2', 'http/1.1'],
  certificate_file: '/nowhere/certificate.pem',
  certificate_password: 'sesame',
  client_authentication: Gio.TlsAuthenticationMode.REQUIRED,
  handshake_timeout: 7000,
  key_file: '/nowhere/key.pem',
  maximum_handshakes: 7,
  minimum_version: Gio.TlsProtocolVersion.TLS_1_3,
  trust_database: Gio.TlsBackend.get_default().get_default_database(),
};
const UDP_SETTINGS = {
  multicast_interface: LOOPBACK,
  network_interface: LOOPBACK,
  peer_address: HOST,
  peer_port: 7000,
  port: 7000,
  receive_details: true,
  receive_limit: 2 ** 40,
  router_hops: 255,
  send_limit: 2 ** 40,
  send_maximum: 2 ** 40,
  send_to_self: true,
  share_port: true,
};
const AUTO_SETTINGS = {
  ...UDP_SETTINGS,
  heartbeat_interval: 7000,
  member_timeout: 7000,
  share_port: false,
};
const CLASSES = [
  [Tisock.TCPSocket, SOCKET_CLASSES, SOCKET_SETTINGS],
  [Tisock.SSLSocket, SSL_CLASSES, SSL_SETTINGS],
  [Tisock.EasyTCPSocket, EASY_CLASSES, EASY_SETTINGS],
  [Tisock.ServerSocket, SERVER_CLASSES, SERVER_SETTINGS],
  [Tisock.Framing, ['Framing'], {maximum_frame_size: 2 ** 40}],
  [Tisock.TlsSettings, ['TlsSettings'], TLS_SETTINGS],
  [Tisock.UDPSocket, UDP_CLASSES, UDP_SETTINGS],
  [Tisock.AutoDiscovery, AUTO_CLASSES, AUTO_SETTINGS],
];

const Sub = GObject.registerClass({
  GTypeName: 'TestSub',
  Properties: {
    count: GObject.ParamSpec.int('count', null, null, GObject.ParamFlags.READWRITE, 0, 10, 0),
  },
}, class Sub extends Tisock.TCPSocket {
  constructor(label, settings) {
    super(settings);
    this.label = label;
  }
});

function listProperties(classNames) {
  return listNames(classNames, 'property').map(name => name.replaceAll('-', '_'));
}

test('each property can be read in each way', () => {
  const instances = [
    [new Tisock.TCPSocket(), SOCKET_CLASSES],
    [new Tisock.SSLSocket(), SSL_CLASSES],
    [new Tisock.EasyTCPSocket(), EASY_CLASSES],
    [new Tisock.ServerSocket(), SERVER_CLASSES],
    [new Tisock.Framing(), ['Framing']],
    [new Tisock.TlsSettings(), ['TlsSettings']],
    [new Tisock.UDPSocket(), UDP_CLASSES],
    [new Tisock.AutoDiscovery(), AUTO_CLASSES],
    [LOOPBACK, ['NetworkInterface']],
  ];

  for (const [instance, classNames] of instances) {
    // For GJS a property that is a list is never null.
    for (const name of listProperties(classNames)) {
      const expected = /_(peers|protocols)$/.test(name) ? [] : instance[`get_${name}`]();

      assertEqual(instance[name], expected, name);
    }
  }
});

function checkSetting(constructor, name, value) {
  const ways = {
    attribute: instance => (instance[name] = value),
    method: instance => instance[`set_${name}`](value),
    camel: instance => (instance[name.replace(/_(.)/g, (_, c) => c.toUpperCase())] = value),
  };

  assertFalse(Object.is(new constructor()[name], value));
  assertEqual(new constructor({[name]: value})[name], value, name);
  for (const [way, change] of Object.entries(ways)) {
    const instance = new constructor();
    let count = 0;

    instance.connect(`notify::${name.replaceAll('_', '-')}`, () => count++);
    change(instance);
    assertEqual(instance[name], value, `${name} by ${way}`);
    assertEqual(count, 1, `${name} by ${way}`);
  }
}

test('each setting can be set in each way', () => {
  for (const [constructor, classNames, settings] of CLASSES) {
    const writable = GObject.Object.list_properties.call(constructor)
      .filter(pspec => pspec.flags & GObject.ParamFlags.WRITABLE)
      .map(pspec => pspec.name.replaceAll('-', '_'));

    assertEqual(writable.sort(), Object.keys(settings).sort());
    for (const [name, value] of Object.entries(settings))
      checkSetting(constructor, name, value);
  }
});

test('what cannot be set throws', () => {
  for (const [constructor, classNames, settings] of CLASSES) {
    const instance = new constructor();

    for (const name of listProperties(classNames).filter(property => !(property in settings)))
      catchError(() => (instance[name] = instance[name]));
  }
});

test('null can be set', () => {
  const server = new Tisock.ServerSocket({address: HOST, allowed_peers: ['::1']});

  server.address = server.network_interface = server.allowed_peers = null;
  assertSame(server.address, null);
  assertSame(server.network_interface, null);
  assertSame(server.get_allowed_peers(), null);
  assertSame(server.get_blocked_peers(), null);
  assertEqual(server.allowed_peers, []);
});

test('a subclass has them and its own', () => {
  const socket = new Sub('mine', {port: 7000, count: 3});

  socket.port += 1;
  socket.prot = 5;
  assertEqual([socket.label, socket.port, socket.prot, socket.count], ['mine', 7001, 5, 3]);
  assertEqual(socket.get_port(), 7001);
});

test('attributes follow the connection', () => {
  const [socket, peer] = makePair();

  assertEqual([socket.remote_address, socket.remote_port], [HOST, peer.port]);
  assertEqual([peer.remote_address, peer.remote_port], [HOST, socket.port]);
  assertSame(socket.local_address, HOST);
  assertSame(socket.state, Tisock.SocketState.CONNECTED);
  peer.write_string('four');
  iterateUntil(() => socket.bytes_available === 4);
});

test('an interface in one line', () => {
  const socket = new Tisock.TCPSocket();

  socket.network_interface = Tisock.NetworkInterface.get(0);
  assertEqual(socket.local_address, Tisock.NetworkInterface.get(0).ip_address);
});

test('the interface', () => {
  const interfaces = Tisock.NetworkInterface.list();
  const count = interfaces.get_n_items();

  assertSame(Tisock.NetworkInterface.get(0).name, interfaces.get_item(0).name);
  assertSame(Tisock.NetworkInterface.get(count), null);
  assertSame(Tisock.NetworkInterface.lookup('nosuch'), null);
  assertEqual(Tisock.NetworkInterface.watch().get_n_items(), count);
  assertTrue(LOOPBACK.is_loopback);
  assertTrue(LOOPBACK.addresses.includes(HOST));
});

test('connect and disconnect without arguments open and shut down', () => {
  const server = makeServer();
  const socket = new Tisock.TCPSocket({address: HOST, port: server.port});
  const events = record(socket);

  assertTrue(socket.connect());
  assertSame(socket.state, Tisock.SocketState.CONNECTING);
  iterateUntil(() => server.n_connections === 1 && socket.is_connected);
  assertSame(socket.disconnect(), undefined);
  assertThrows(Tisock.SocketError.INVALID_STATE, () => socket.write_string('too late'));
  iterateUntil(() => events.has('closed'));
  assertEqual(events.names, ['connected', 'error', 'error', 'closed']);
});

test('connect throws as open does', () => {
  const error = catchError(() => new Tisock.TCPSocket({address: HOST, port: 70000}).connect());

  assertError(error, Tisock.SocketError.INVALID_PORT);
  assertTrue(error.message.includes('70000'));
});

test('connect and disconnect with arguments are of signals', () => {
  const heard = [];
  const socket = new Sub('mine');
  const first = socket.connect('notify::port', () => heard.push('first'));

  socket.connect('notify::port', () => heard.push('second'));
  socket.port = 1;
  socket.disconnect(first);
  socket.port = 2;
  assertEqual(heard, ['first', 'second', 'second']);
  assertSame(socket.state, Tisock.SocketState.INITIALIZED);
});

test('an unknown signal throws', () => {
  catchError(() => new Tisock.TCPSocket().connect('nosuch', () => {}));
});

test('a server has no such meaning', () => {
  catchError(() => new Tisock.ServerSocket().connect());
});

test('a socket without shutdown is closed', () => {
  const Other = GObject.registerClass(class Other extends Tisock.SocketCore {});

  assertSame(new Other().disconnect(), undefined);
  catchError(() => new Other().connect());
});
