# test-haproxy.py: HAProxy in front of a server, which it also asks whether it is well
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from peers import (CLOSED, ERROR, HOST, HTTPSocket, TestCase, WebServer, digest, echo,
                   iterate_until, main)
from support import Recorder

CONFIGURATION = '''
defaults
  timeout connect 10s
  timeout client 60s
  timeout server 60s
frontend front
  mode {mode}
  bind fd@{listener}
  default_backend back
backend back
  mode {mode}
  {options}
  server origin {host}:{port} {server}
'''


class HAProxyTest(TestCase):
    n_checks = 50

    def start_haproxy(self, server, mode='tcp', options='', settings=''):
        """The port in front of the server."""
        listener, port = self.listener()
        path = self.folder() / 'haproxy.cfg'
        path.write_text(CONFIGURATION.format(listener=listener, mode=mode, options=options,
                                             host=HOST, port=server.port, server=settings))
        self.haproxy = self.start('haproxy', '-db', '-f', path, pass_fds=[listener])
        return port

    def start_recorder(self, handle=None):
        """A server that keeps what each of its connections has said."""
        server = self.make_server()
        peers = []

        def accepted(server, peer):
            peers.append((peer, Recorder(peer, data_available=handle)))

        server.connect('accepted', accepted)
        return server, peers

    def start_echo(self):
        return self.start_recorder(echo)

    def test_silent_checks(self):
        """Checks that want an answer to the SYN only mostly end before they are connections."""
        server, peers = self.start_echo()
        port = self.start_haproxy(server, settings='check inter 5ms')
        client, events = self.client(port)
        for _ in range(100):
            client.write(b'hello')
            iterate_until(lambda: client.bytes_available == 5)
            client.read_all()
        self.haproxy.stop()
        iterate_until(lambda: server.n_connections == 0)
        for peer, events in peers:
            self.assert_lost(peer, events)

    def check(self, check, state, handle=echo):
        """Lets itself be asked often. All of it is over when HAProxy is."""
        server, peers = self.start_recorder(handle)
        failures = []
        server.connect('error', lambda server, error: failures.append(error))
        self.start_haproxy(server, options=f'option tcp-check\n  {check}',
                           settings='check inter 5ms')
        iterate_until(lambda: len(peers) > self.n_checks)
        self.haproxy.stop()
        iterate_until(lambda: server.n_connections == 0)
        self.assertEqual(failures, [])
        for peer, events in peers:
            self.assert_lost(peer, events)
        # The last was perhaps not asked to the end.
        self.assertEqual({peer.state for peer, events in peers[:-1]}, {state})

    def test_checks_that_close(self):
        """At once after something was sent. An answer to that would make it a reset."""
        self.check('tcp-check connect linger\n  tcp-check send hello', CLOSED, handle=None)

    def test_checks_that_reset(self):
        self.check('tcp-check connect\n  tcp-check send hello', ERROR)

    def test_checks_that_listen(self):
        """These reset the connection as well, when they have heard it."""
        self.check('tcp-check connect\n  tcp-check send hello\n'
                   '  tcp-check expect string hello', ERROR)

    def test_web_checks(self):
        server = self.make_server(WebServer(lambda request: b'fine'))
        port = self.start_haproxy(server, 'http', 'option httpchk GET /health',
                                  'check inter 5ms')
        iterate_until(lambda: len(server.sockets) >= self.n_checks)
        starts = {message.start for sock in server.sockets for message in sock.messages}
        self.assertEqual({start.split()[1] for start in starts}, {'/health'})
        web, events = self.client(port, HTTPSocket())
        web.write(b'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
        iterate_until(lambda: web.messages)
        self.assertEqual(web.messages[0].body, b'fine')

    def test_streams(self):
        server, peers = self.start_echo()
        port = self.start_haproxy(server, settings='check inter 5ms')
        clients = [self.client(port) for _ in range(8)]
        data = [os.urandom(1 << 20) for _ in clients]
        for (client, events), content in zip(clients, data):
            client.write(content)
            client.shutdown_write()
        received = self.receive_all_of([client for client, events in clients])
        for (client, events), content, got in zip(clients, data, received):
            self.assertEqual(digest(got), digest(content))
            self.assert_lost(client, events, CLOSED)

    def test_requests(self):
        """The connections with the server are used again."""
        server = self.make_server(WebServer(lambda request: request.start.encode()))
        port = self.start_haproxy(server, 'http', 'http-reuse always')
        clients = [self.client(port, HTTPSocket())[0] for _ in range(4)]
        for web in clients:
            web.write(b''.join(f'GET /{i} HTTP/1.1\r\nHost: x\r\n\r\n'.encode()
                               for i in range(100)))
        for web in clients:
            iterate_until(lambda: len(web.messages) == 100)
            self.assertEqual([answer.body for answer in web.messages],
                             [f'GET /{i} HTTP/1.1'.encode() for i in range(100)])
        self.assertLessEqual(len(server.sockets), 4)

    def test_client_resets(self):
        """HAProxy tells the server that its client is gone, and either way to do so is an end."""
        for options in ('', 'option nolinger', 'option abortonclose'):
            with self.subTest(options=options):
                server, peers = self.start_echo()
                port = self.start_haproxy(server, options=options)
                client, events = self.client(port)
                client.write(b'hello')
                iterate_until(lambda: client.bytes_available == 5)
                client.abort()
                self.assert_ended(client, events, CLOSED)
                iterate_until(lambda: server.n_connections == 0)
                self.assert_lost(*peers[0])

    def test_server_resets(self):
        server, peers = self.start_recorder(lambda peer: peer.abort())
        port = self.start_haproxy(server)
        client, events = self.client(port)
        client.write(b'hello')
        self.assert_lost(client, events)

    def test_server_down(self):
        """HAProxy sends its clients away, and takes them when there is a server again."""
        server, peers = self.start_echo()
        port = self.start_haproxy(server, options='option tcp-check\n  tcp-check connect\n'
                                  '  tcp-check send hello',
                                  settings='check inter 5ms fall 1 rise 1')
        iterate_until(lambda: len(peers) > 10)
        origin = server.port
        server.close()
        self.haproxy.expect('Server back/origin is DOWN')
        client, events = self.client(port)
        self.assert_lost(client, events)
        server.port = origin
        server.listen()
        iterate_until(lambda: len(peers) > 20)


class BulkTest(HAProxyTest):
    n_checks = 2000


main('haproxy')
