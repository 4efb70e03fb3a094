# test-curl.py: curl as the client of a server
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from peers import HOST, TestCase, WebServer, digest, iterate_until, main


def get_path(request):
    return request.start.split()[1]


class CurlTest(TestCase):
    def serve(self, answer):
        return self.make_server(WebServer(answer))

    def curl(self, server, path, *options, **more):
        return self.run_program('curl', '-sS', '--noproxy', '*', *options,
                                f'http://{HOST}:{server.port}{path}', **more)

    def test_keep_alive(self):
        server = self.serve(lambda request: (get_path(request) + '\n').encode())
        lines = self.curl(server, '/[1-100]')
        self.assertEqual(lines, [f'/{i}' for i in range(1, 101)])
        self.assertEqual(len(server.sockets), 1)

    def test_parallel(self):
        data = {f'/{i}': os.urandom(i * 1000) for i in range(1, 201)}
        server = self.serve(lambda request: data[get_path(request)])
        folder = self.folder()
        self.curl(server, '/[1-200]', '--parallel', '--parallel-immediate', '--parallel-max', '50',
                  '-o', f'{folder}/#1')
        for path, content in data.items():
            self.assertEqual(digest((folder / path[1:]).read_bytes()), digest(content))
        iterate_until(lambda: server.n_connections == 0)

    def test_methods(self):
        server = self.serve(lambda request: request.start.encode() + b'\n')
        self.assertEqual(self.curl(server, '/', '-X', 'DELETE'), ['DELETE / HTTP/1.1'])
        self.assertEqual(self.curl(server, '/', '--http1.0'), ['GET / HTTP/1.0'])
        self.assertEqual(self.curl(server, '/', '-H', 'Connection: close'), ['GET / HTTP/1.1'])
        self.assertEqual(self.curl(server, '/', '--head')[0], 'HTTP/1.1 200 OK')
        iterate_until(lambda: server.n_connections == 0)

    def test_upload(self):
        """With its length and in chunks; curl asks first whether it may send that much."""
        server = self.serve(lambda request: digest(request.body).encode() + b'\n')
        data = os.urandom(5 << 20)
        path = self.folder() / 'data'
        path.write_bytes(data)
        self.assertEqual(self.curl(server, '/', '-T', path), [digest(data)])
        self.assertEqual(self.curl(server, '/', '-H', 'Transfer-Encoding: chunked', '-T', path),
                         [digest(data)])
        self.assertEqual(self.curl(server, '/', '--data-binary', f'@{path}'), [digest(data)])

    def test_slow_reader(self):
        """What curl leaves for later waits in the queue, and none of it is lost."""
        data = os.urandom(8 << 20)
        server = self.serve(lambda request: data)
        path = self.folder() / 'data'
        self.curl(server, '/', '--limit-rate', '16M', '-o', path)
        self.assertEqual(digest(path.read_bytes()), digest(data))

    def test_gives_up(self):
        """curl closes with most of the answer unread: that is a reset."""
        data = bytes(32 << 20)
        server = self.serve(lambda request: data)
        for _ in range(5):
            self.curl(server, '/', '--max-filesize', '1000', '-o', '/dev/null', status=63)
        iterate_until(lambda: server.n_connections == 0)
        self.assertEqual(len(server.sockets), 5)


main('curl')
