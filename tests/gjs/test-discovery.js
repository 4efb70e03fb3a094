// test-discovery.js: publishing servers and finding services
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertFalse, assertIOError, assertSame, assertThrows, assertTrue,
        cleanUp, iterateUntil, makeServer, record, test} from './support.js';

const TYPE = '_tisock._tcp';

function setBus(address) {
  GLib.setenv('DBUS_SYSTEM_BUS_ADDRESS', address, true);
}

function hideBus() {
  setBus('unix:path=/nonexistent/bus');
}

// The name of a property, and what it and its getter are to give.
function assertProperty(object, name, expected) {
  assertEqual(object[name], expected, name);
  assertEqual(object[`get_${name}`](), expected, name);
}

test('a browser without a bus', () => {
  const browser = Tisock.ServiceBrowser.new(TYPE, null);
  const events = record(browser);

  hideBus();
  assertProperty(browser, 'service_type', TYPE);
  assertProperty(browser, 'domain', null);
  assertTrue(browser.start());
  assertProperty(browser, 'is_browsing', true);
  assertThrows(Tisock.SocketError.INVALID_STATE, () => browser.start());
  iterateUntil(() => !browser.is_browsing);
  assertEqual(events.names, ['error', 'error']);
  assertIOError(events.last('error')[0], Gio.IOErrorEnum.NOT_FOUND);
  assertEqual(browser.services.get_n_items(), 0);
  assertSame(browser.get_services(), browser.services);
  browser.stop();
});

test('a publisher without a bus', () => {
  const publisher = Tisock.ServicePublisher.new_for_port(7000, 'Tea', TYPE);
  const events = record(publisher);

  hideBus();
  assertProperty(publisher, 'server', null);
  assertProperty(publisher, 'port', 7000);
  assertProperty(publisher, 'name', 'Tea');
  assertProperty(publisher, 'service_type', TYPE);
  assertProperty(publisher, 'domain', null);
  publisher.set_txt_records(['a=1']);
  assertProperty(publisher, 'txt_records', ['a=1']);
  assertTrue(publisher.publish());
  iterateUntil(() => events.has('error'));
  assertProperty(publisher, 'is_published', false);
  publisher.withdraw();
});

test('a publisher of a server that does not listen', () => {
  const server = new Tisock.ServerSocket();
  const publisher = Tisock.ServicePublisher.new(server, null, TYPE);

  assertSame(publisher.server, server);
  assertEqual(publisher.name, GLib.get_host_name());
  assertThrows(Tisock.SocketError.INVALID_STATE, () => publisher.publish());
});

test('a service that is known by its name', () => {
  const service = Tisock.Service.new('Tea', TYPE, 'local');

  assertProperty(service, 'name', 'Tea');
  assertProperty(service, 'service_type', TYPE);
  assertProperty(service, 'domain', 'local');
  assertProperty(service, 'interface_index', 0);
  assertProperty(service, 'host_name', null);
  assertProperty(service, 'port', 0);
  assertProperty(service, 'addresses', []);
  assertProperty(service, 'txt_records', []);
});

// Where there is no bus to be had, what needs one is left out.
const mock = GLib.find_program_in_path('dbus-daemon') && GLib.getenv('TISOCK_MOCK_AVAHI');

test(mock ? 'from publishing to connecting' : 'no dbus-daemon # SKIP', () => {
  if (!mock)
    return;

  const flags = Gio.SubprocessFlags.STDIN_PIPE | Gio.SubprocessFlags.STDOUT_PIPE;
  const process = Gio.Subprocess.new([mock], flags);
  const lines = new Gio.DataInputStream({base_stream: process.get_stdout_pipe()});
  const server = makeServer();
  const publisher = new Tisock.ServicePublisher({server, name: 'Tea', service_type: TYPE});
  const browser = new Tisock.ServiceBrowser({service_type: TYPE});
  const events = record(browser);

  cleanUp(() => process.get_stdin_pipe().close(null));
  setBus(lines.read_line_utf8(null)[0]);
  publisher.publish();
  browser.start();
  cleanUp(() => browser.stop());
  iterateUntil(() => browser.services.get_n_items() > 0);

  const service = browser.services.get_item(0);
  assertSame(events.last('added')[0], service);
  assertEqual(service.port, server.port);
  assertEqual(service.addresses, [HOST]);

  const socket = new Tisock.TCPSocket({connectable: service});
  cleanUp(() => socket.close());
  socket.open();
  iterateUntil(() => socket.is_connected);

  server.stop_listening();
  iterateUntil(() => browser.services.get_n_items() === 0);
  assertEqual(events.names, ['added', 'removed']);
  assertFalse(publisher.is_published);
});
