# test-tls-curl.py: curl as the client of a web server under TLS
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from peers import HOST, WebServer, digest, iterate_until
from gi.repository import Gio
from tls import Tests, main, make_settings, path_of, with_versions

# How curl says that it does not like a certificate, and that the server has gone: in the handshake,
# instead of an answer, or before it has taken or sent something.
BAD_CERTIFICATE = 60
BROKEN = (35, 52, 55, 56)


class CurlClient(Tests):
    def serve(self, answer=lambda request: request.start.encode() + b'\n', certificate='localhost',
              **settings):
        return self.make_server(WebServer(answer),
                                tls_settings=make_settings(certificate, **settings))

    def make_command(self, server, path, *options, name='localhost'):
        return ['curl', '-sS', '--noproxy', '*', f'--tlsv{self.version}', '--tls-max', self.version,
                '--cacert', path_of('authority'), '--resolve', f'{name}:{server.port}:{HOST}',
                *options, f'https://{name}:{server.port}{path}']

    def curl(self, server, path, *options, status=0, **more):
        return self.run_program(*self.make_command(server, path, *options, **more), status=status)

    def test_keep_alive(self):
        server = self.serve(lambda request: request.start.split()[1].encode() + b'\n',
                            application_protocols=['http/1.1'])
        self.assertEqual(self.curl(server, '/[1-100]', '--http1.1'),
                         [f'/{i}' for i in range(1, 101)])
        sock, = server.sockets
        self.assertEqual(sock.negotiated_protocol, 'http/1.1')
        self.assert_agreed(sock)

    def test_parallel(self):
        """Many more handshakes than there may be at a time."""
        data = {f'/{i}': os.urandom(i * 1000) for i in range(1, 51)}
        server = self.serve(lambda request: data[request.start.split()[1]])
        folder = self.folder()
        self.curl(server, '/[1-50]', '--parallel', '--parallel-immediate', '--parallel-max', '50',
                  '-o', f'{folder}/#1')
        for path, content in data.items():
            self.assertEqual(digest((folder / path[1:]).read_bytes()), digest(content))
        iterate_until(lambda: server.n_connections == 0)

    def test_upload(self):
        server = self.serve(lambda request: digest(request.body).encode() + b'\n')
        data = os.urandom(5 << 20)
        path = self.folder() / 'data'
        path.write_bytes(data)
        self.assertEqual(self.curl(server, '/', '--data-binary', f'@{path}'), [digest(data)])
        self.assertEqual(self.curl(server, '/', '-H', 'Transfer-Encoding: chunked', '-T', path),
                         [digest(data)])

    def test_slow_reader(self):
        data = os.urandom(8 << 20)
        server = self.serve(lambda request: data)
        path = self.folder() / 'data'
        self.curl(server, '/', '--limit-rate', '16M', '-o', path)
        self.assertEqual(digest(path.read_bytes()), digest(data))

    def test_end_of_server(self):
        """The answer ends with the connection, and curl believes that this is all of it."""
        server = self.serve()
        self.assertEqual(self.curl(server, '/', '--http1.0'), ['GET / HTTP/1.0'])
        self.assertEqual(self.curl(server, '/', '-H', 'Connection: close'), ['GET / HTTP/1.1'])
        iterate_until(lambda: server.n_connections == 0)

    def test_names(self):
        server = self.serve()
        for name in ('localhost', 'other.example'):
            self.assertEqual(self.curl(server, '/', name=name), ['GET / HTTP/1.1'])

    def test_certificate_asked(self):
        server = self.serve(client_authentication=Gio.TlsAuthenticationMode.REQUESTED)
        self.curl(server, '/')
        self.curl(server, '/', '--cert', path_of('client'))
        subjects = [sock.peer_certificate and sock.peer_certificate.get_subject_name()
                    for sock in server.sockets]
        self.assertEqual(subjects, [None, 'CN=client'])

    def test_certificate_demanded(self):
        server = self.serve(client_authentication=Gio.TlsAuthenticationMode.REQUIRED)
        self.curl(server, '/', '--cert', path_of('client'))
        for options in ([], ['--cert', path_of('strange-client')]):
            program = self.start(*self.make_command(server, '/', *options))
            self.join(program)
            self.assertIn(program.process.returncode, BROKEN)
        iterate_until(lambda: server.n_connections == 0)
        self.assertEqual(len(server.sockets), 3)
        self.assertEqual(server.sockets[0].messages[0].start, 'GET / HTTP/1.1')
        self.assertEqual([sock.messages for sock in server.sockets[1:]], [[], []])

    def test_refused(self):
        for certificate in ('other.example', 'expired', 'stranger'):
            with self.subTest(certificate):
                server = self.serve(certificate=certificate)
                self.curl(server, '/', status=BAD_CERTIFICATE)
                iterate_until(lambda: server.n_connections == 0)


with_versions(globals(), CurlClient)
main('curl')
