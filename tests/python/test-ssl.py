# test-ssl.py: TLS with Python's own as the peer
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import socket
import ssl
import threading

from support import HOST, Recorder, TestCase, iterate_until, main, make_certificate
from gi.repository import Gio, Tisock


def serve_one(listener):
    """Sends back what one peer says; it may as well not like us."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate())
    context.set_alpn_protocols(['http/1.1'])
    try:
        with listener.accept()[0] as raw, context.wrap_socket(raw, server_side=True) as peer:
            while data := peer.recv(4096):
                peer.sendall(data)
            peer.unwrap()
    except (OSError, ssl.SSLError):
        pass


class Pinned(Tisock.SSLSocket):
    def do_accept_certificate(self, certificate, errors):
        return certificate.is_same(Gio.TlsCertificate.new_from_file(make_certificate()))


class SSLTest(TestCase):
    def open_to_peer(self, sock):
        """Opens it, and gives what it says."""
        listener = socket.create_server((HOST, 0))
        self.addCleanup(listener.close)
        thread = threading.Thread(target=serve_one, args=[listener])
        thread.start()
        self.addCleanup(thread.join)
        recorder = Recorder(sock)
        sock.address, sock.port = HOST, listener.getsockname()[1]
        sock.open()
        self.addCleanup(sock.close)
        iterate_until(lambda: recorder.events)
        return recorder

    def check_echo(self, sock):
        sock.write(b'hello')
        iterate_until(lambda: sock.bytes_available == 5)
        self.assertEqual(sock.read_all(), b'hello')

    def test_a_trusted_peer(self):
        database = Gio.TlsFileDatabase.new(make_certificate())
        sock = Tisock.SSLSocket(trust_database=database, application_protocols=['h2', 'http/1.1'])
        recorder = self.open_to_peer(sock)
        self.assertEqual(recorder.names, ['connected'])
        self.assertTrue(sock.ssl_connected)
        self.assertFalse(sock.ssl_connecting)
        self.assertEqual(sock.negotiated_protocol, 'http/1.1')
        self.assertEqual(sock.protocol_version, Gio.TlsProtocolVersion.TLS_1_3)
        self.assertIn('AES', sock.cipher)
        self.assertEqual(sock.peer_certificate.get_subject_name(), 'CN=test')
        self.assertEqual(sock.peer_certificate_errors, 0)
        self.check_echo(sock)
        sock.shutdown()
        iterate_until(lambda: recorder.names[-1] == 'closed')

    def test_a_stranger(self):
        recorder = self.open_to_peer(Tisock.SSLSocket.new())
        iterate_until(lambda: recorder.names[-1] == 'closed')
        self.assertEqual(recorder.names, ['accept-certificate', 'error', 'closed'])
        error, = recorder.last('error')
        self.assertTrue(error.matches(Gio.tls_error_quark(), Gio.TlsError.BAD_CERTIFICATE))
        self.assertIn('CN=test', error.message)

    def test_a_stranger_who_is_known(self):
        sock = Pinned()
        self.open_to_peer(sock)
        iterate_until(lambda: sock.ssl_connected)
        self.assertEqual(sock.peer_certificate_errors, Gio.TlsCertificateFlags.UNKNOWN_CA)
        self.check_echo(sock)

    def test_a_server_and_tls_that_starts_later(self):
        database = Gio.TlsFileDatabase.new(make_certificate())
        sock = Tisock.SSLSocket(ssl_enabled=False, trust_database=database)
        server = self.make_server()
        server.connect('add-socket', lambda server: Tisock.SSLSocket(
            ssl_enabled=False, certificate_file=make_certificate()))
        sock, peer = self.make_pair(sock, server)
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            Tisock.SSLSocket().start_tls()
        for side in (sock, peer):
            self.assertFalse(side.ssl_connected)
            self.assertTrue(side.start_tls())
        iterate_until(lambda: sock.ssl_connected and peer.ssl_connected)
        sock.write(b'hello')
        self.assertEqual(self.receive(peer, 5), b'hello')

    async def start(self, sock):
        await sock.start_tls_async()

    def test_tls_that_is_waited_for(self):
        """The client waits, the server does not."""
        database = Gio.TlsFileDatabase.new(make_certificate())
        server = self.make_server()
        server.connect('add-socket', lambda server: Tisock.SSLSocket(
            ssl_enabled=False, certificate_file=make_certificate()))
        sock, peer = self.make_pair(
            Tisock.SSLSocket(ssl_enabled=False, trust_database=database), server)

        results = []
        self.assertTrue(peer.start_tls())
        sock.start_tls_async(None, lambda sock, result: results.append(
            sock.start_tls_finish(result)))
        iterate_until(lambda: results)
        self.assertEqual(results, [True])
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            sock.start_tls_sync(-1)
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            Tisock.run(self.start(sock))
        sock.write(b'hello')
        self.assertTrue(sock.ssl_connected)
        self.assertEqual(self.receive(peer, 5), b'hello')


if __name__ == '__main__':
    main()
