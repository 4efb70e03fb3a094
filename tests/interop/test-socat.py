# test-socat.py: socat on the other side, as server and as client
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from peers import CLOSED, ERROR, HOST, TestCase, digest, iterate_until, main
from support import Recorder

# How long socat goes on one way when the other has ended.
PATIENCE = ('-t', '60')
LISTEN = f'TCP-LISTEN:0,bind={HOST}'
LISTENING = r'listening on AF=2 [^ ]*:(\d+)'


class SocatTest(TestCase):
    size = 4 << 20

    def setUp(self):
        super().setUp()
        self.data = os.urandom(self.size)
        self.path = self.folder() / 'data'
        self.path.write_bytes(self.data)
        self.path.chmod(0o644)
        self.copy = self.folder() / 'copy'

    def start_listening(self, *arguments):
        """socat with an address that listens, and the port."""
        socat = self.start('socat', '-d', '-d', *PATIENCE, *arguments)
        return socat, int(socat.expect(LISTENING)[1])

    def check_copy(self):
        self.assertEqual(digest(self.copy.read_bytes()), digest(self.data))

    def to(self, server):
        return f'TCP:{HOST}:{server.port}'

    def test_sending_to_socat(self):
        socat, port = self.start_listening('-u', LISTEN, f'CREATE:{self.copy}')
        client, events = self.client(port)
        client.write(self.data)
        client.shutdown()
        self.assert_lost(client, events, CLOSED)
        self.finish(socat)
        self.check_copy()

    def test_receiving_from_socat(self):
        socat, port = self.start_listening('-u', f'OPEN:{self.path}', LISTEN)
        client, events = self.client(port)
        self.assertEqual(digest(self.receive_all(client)), digest(self.data))
        self.assert_lost(client, events, CLOSED)
        self.finish(socat)

    def test_half_close_to_socat(self):
        """What socat gets, cat gives back until it has seen the end."""
        socat, port = self.start_listening(LISTEN, 'EXEC:cat')
        client, events = self.client(port)
        client.write(self.data)
        client.shutdown_write()
        self.assertEqual(digest(self.receive_all(client)), digest(self.data))
        self.assert_lost(client, events, CLOSED)
        self.finish(socat)

    def test_half_close_from_socat(self):
        server = self.echo_server()
        socat = self.start('socat', *PATIENCE, f'OPEN:{self.path}!!CREATE:{self.copy}',
                           self.to(server) + ',shut-down')
        self.finish(socat)
        iterate_until(lambda: server.n_connections == 0)
        self.check_copy()

    def test_answer_after_end(self):
        """A server that lets its peer end first, and says all that it has to say after that."""
        server = self.make_server()

        def read_eof(peer):
            peer.write(peer.read_all())
            peer.shutdown()

        def accepted(server, peer):
            peer.allow_half_open = True
            peer.receive_limit = 0
            peer.connect('read-eof', read_eof)

        server.connect('accepted', accepted)
        socat = self.start('socat', *PATIENCE, f'OPEN:{self.path}!!CREATE:{self.copy}',
                           self.to(server) + ',shut-down')
        self.finish(socat)
        self.check_copy()

    def test_resets(self):
        """Sockets that are closed with SO_LINGER at 0."""
        server = self.make_server()
        peers = []
        server.connect('accepted', lambda server, peer: peers.append((peer, Recorder(peer))))
        for _ in range(10):
            self.finish(self.start('socat', '-u', 'SYSTEM:echo hello',
                                   self.to(server) + ',linger=0,shut-close'))
        iterate_until(lambda: len(peers) == 10 and server.n_connections == 0)
        for peer, events in peers:
            self.assert_lost(peer, events, ERROR)
            self.assertEqual(peer.read_all(), b'hello\n')

    def test_relay(self):
        """Through socat from socket to socket, both ways at once."""
        server = self.echo_server()
        socat, port = self.start_listening(LISTEN + ',fork', self.to(server))
        clients = [self.client(port) for _ in range(4)]
        for client, events in clients:
            client.write(self.data)
            client.shutdown_write()
        for client, events in clients:
            self.assertEqual(digest(self.receive_all(client)), digest(self.data))
            self.assert_lost(client, events, CLOSED)
        iterate_until(lambda: server.n_connections == 0)

    def test_splitting(self):
        """Bytes that come one by one."""
        server = self.echo_server()
        self.path.write_bytes(self.data[:20000])
        socat = self.start('socat', '-b', '1', *PATIENCE,
                           f'OPEN:{self.path}!!CREATE:{self.copy}', self.to(server) + ',nodelay')
        self.finish(socat)
        self.assertEqual(self.copy.read_bytes(), self.data[:20000])


class BulkTest(SocatTest):
    size = 100 << 20


main('socat')
