// test-ssl.js: TLS, with GIO's own as the peer
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GObject from 'gi://GObject';
import Tisock from 'gi://Tisock?version=1';

import {HOST, assertEqual, assertFalse, assertSame, assertThrows, assertTrue, cleanUp,
        iterateUntil, makeCertificate, makePair, makeServer, receive, record,
        test} from './support.js';

// Reads until the peer says that this was all, and sends it back.
function echo(tls) {
  tls.output_stream.splice_async(tls.input_stream, Gio.OutputStreamSpliceFlags.CLOSE_TARGET, 0,
    null, (stream, result) => {
      try {
        stream.splice_finish(result);
      } catch {
        // The other side is tested.
      }
    });
}

function servePeer(certificate) {
  const listener = new Gio.SocketListener();
  const address = Gio.InetSocketAddress.new_from_string(HOST, 0);
  const [, bound] = listener.add_address(address, Gio.SocketType.STREAM, Gio.SocketProtocol.TCP,
    null);

  listener.accept_async(null, (_listener, result) => {
    const [connection] = listener.accept_finish(result);
    const tls = Gio.TlsServerConnection.new(connection, certificate);

    tls.set_advertised_protocols(['http/1.1']);
    echo(tls);
  });
  cleanUp(() => listener.close());

  return bound.port;
}

function openTo(certificate, socket, handlers = {}) {
  const events = record(socket, handlers);

  socket.address = HOST;
  socket.port = servePeer(certificate);
  socket.open();
  cleanUp(() => socket.close());
  iterateUntil(() => events.has('connected') || events.has('closed'));

  return events;
}

function checkConnected(socket) {
  assertTrue(socket.ssl_connected);
  assertFalse(socket.ssl_connecting);
  assertTrue(socket.cipher.length > 0);
  assertTrue(socket.protocol_version >= Gio.TlsProtocolVersion.TLS_1_2);
  socket.write_string('hello');
  socket.shutdown();
  iterateUntil(() => socket.state === Tisock.SocketState.CLOSED);
  assertSame(socket.read_string(-1, null), 'hello');
}

test('a peer who is a stranger', () => {
  const events = openTo(makeCertificate(), Tisock.SSLSocket.new());
  const [error] = events.last('error');

  assertEqual(events.names, ['accept-certificate', 'error', 'closed']);
  assertTrue(error.matches(Gio.TlsError, Gio.TlsError.BAD_CERTIFICATE));
  assertTrue(error.message.includes('CN=test'));
});

test('a peer who is known', () => {
  const certificate = makeCertificate();
  const socket = new Tisock.SSLSocket({certificate, application_protocols: ['http/1.1']});

  assertSame(socket.certificate, certificate);
  openTo(certificate, socket, {
    'accept-certificate': (_socket, other, errors) => {
      assertEqual(errors, Gio.TlsCertificateFlags.UNKNOWN_CA);
      return other.is_same(certificate);
    },
  });
  assertSame(socket.negotiated_protocol, 'http/1.1');
  assertTrue(socket.peer_certificate.is_same(certificate));
  assertEqual(socket.peer_certificate_errors, Gio.TlsCertificateFlags.UNKNOWN_CA);
  checkConnected(socket);
});

test('TLS that starts later', () => {
  const certificate = makeCertificate();
  const server = makeServer();
  const given = new Tisock.SSLSocket({ssl_enabled: false});

  given.connect('accept-certificate', (_socket, other) => other.is_same(certificate));
  server.connect('add-socket', () => new Tisock.SSLSocket({ssl_enabled: false, certificate}));

  const [socket, peer] = makePair(given, server);

  assertThrows(Tisock.SocketError.INVALID_STATE, () => new Tisock.SSLSocket().start_tls());
  assertTrue(socket.start_tls());
  assertTrue(peer.start_tls());
  iterateUntil(() => socket.ssl_connected && peer.ssl_connected);
  socket.write_string('hello');
  assertEqual(receive(peer, 5), new TextEncoder().encode('hello'));
});

test('TLS that is waited for', async () => {
  const certificate = makeCertificate();
  const server = makeServer();
  const given = new Tisock.SSLSocket({ssl_enabled: false});

  given.connect('accept-certificate', (_socket, other) => other.is_same(certificate));
  server.connect('add-socket', () => new Tisock.SSLSocket({ssl_enabled: false, certificate}));

  const [socket, peer] = makePair(given, server);

  assertThrows(Tisock.SocketError.INVALID_STATE,
    () => new Tisock.SSLSocket().start_tls_sync(-1, null));
  assertTrue(peer.start_tls());
  assertTrue(await socket.start_tls_async());
  assertTrue(socket.ssl_connected);
});

const Trusting = GObject.registerClass({GTypeName: 'TestTrusting'},
  class Trusting extends Tisock.SSLSocket {
    vfunc_accept_certificate() {
      return true;
    }
  });

test('a subclass that decides', () => {
  const socket = new Trusting();

  openTo(makeCertificate(), socket);
  checkConnected(socket);
  socket.set_certificate(null);
  assertSame(socket.get_certificate(), null);
  assertSame(socket.get_application_protocols(), null);
});
