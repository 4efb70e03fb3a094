# test-socat.py: socat on the other side, as server and as client
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from peers import (CLOSED, CONNECTED, ERROR, HOST, TestCase, Tisock, digest, iterate_until,
                   main)
from gi.repository import Gio
from support import Recorder

# How long socat goes on one way when the other has ended.
PATIENCE = ('-t', '60')


class SocatTest(TestCase):
    size = 4 << 20
    listen = f'TCP-LISTEN:0,bind={HOST}'
    listening = r'listening on AF=2 [^ ]*:(\d+)'

    def setUp(self):
        super().setUp()
        self.data = os.urandom(self.size)
        self.path = self.folder() / 'data'
        self.path.write_bytes(self.data)
        self.path.chmod(0o644)
        self.copy = self.folder() / 'copy'

    def start_listening(self, *arguments):
        """socat with an address that listens; a client can be had then."""
        socat = self.start('socat', '-d', '-d', *PATIENCE, *arguments)
        self.place = socat.expect(self.listening)[1]
        return socat

    def connect(self):
        return self.client(int(self.place))

    def check_copy(self):
        self.assertEqual(digest(self.copy.read_bytes()), digest(self.data))

    def to(self, server):
        return f'TCP:{HOST}:{server.port}'

    def test_sending_to_socat(self):
        socat = self.start_listening('-u', self.listen, f'CREATE:{self.copy}')
        client, events = self.connect()
        client.write(self.data)
        client.shutdown()
        self.assert_lost(client, events, CLOSED)
        self.finish(socat)
        self.check_copy()

    def test_receiving_from_socat(self):
        socat = self.start_listening('-u', f'OPEN:{self.path}', self.listen)
        client, events = self.connect()
        self.assertEqual(digest(self.receive_all(client)), digest(self.data))
        self.assert_lost(client, events, CLOSED)
        self.finish(socat)

    def test_half_close_to_socat(self):
        """What socat gets, cat gives back until it has seen the end."""
        socat = self.start_listening(self.listen, 'EXEC:cat')
        client, events = self.connect()
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

    def test_relay(self):
        """Through socat from socket to socket, both ways at once."""
        server = self.echo_server()
        socat = self.start_listening(self.listen + ',fork', self.to(server))
        clients = [self.connect() for _ in range(4)]
        for client, events in clients:
            client.write(self.data)
            client.shutdown_write()
        received = self.receive_all_of([client for client, events in clients])
        for (client, events), got in zip(clients, received):
            self.assertEqual(digest(got), digest(self.data))
            self.assert_lost(client, events, CLOSED)
        iterate_until(lambda: server.n_connections == 0)

    def test_splitting(self):
        """Bytes that come one by one."""
        server = self.echo_server()
        self.path.write_bytes(self.data[:20000])
        socat = self.start('socat', '-b', '1', *PATIENCE,
                           f'OPEN:{self.path}!!CREATE:{self.copy}', self.to(server))
        self.finish(socat)
        self.assertEqual(self.copy.read_bytes(), self.data[:20000])


class TCPTest(SocatTest):
    def test_resets(self):
        """Sockets that are closed with SO_LINGER at 0."""
        server = self.make_server()
        peers = []
        server.connect('accepted', lambda server, peer: peers.append((peer, Recorder(peer))))
        self.path.write_bytes(b'hello')
        for _ in range(10):
            self.finish(self.start('socat', '-u', f'OPEN:{self.path}',
                                   self.to(server) + ',linger=0,shut-close'))
        iterate_until(lambda: len(peers) == 10 and server.n_connections == 0)
        for peer, events in peers:
            self.assert_lost(peer, events, ERROR)
            self.assertEqual(peer.read_all(), b'hello')


class UnixTest(SocatTest):
    """The same at paths, which whoever listens there makes."""
    family = 'UNIX'

    def setUp(self):
        super().setUp()
        folder = self.folder()
        self.socat_path, self.server_path = f'{folder}/socat', f'{folder}/server'
        self.listen = f'{self.family}-LISTEN:{self.socat_path}'
        self.listening = f'listening on AF=1 .*({self.socat_path})'

    def make_address(self, path):
        return Gio.UnixSocketAddress.new(path)

    def make_server(self):
        server = Tisock.ServerSocket()
        server.add_address(self.make_address(self.server_path))
        server.listen()
        self.addCleanup(server.close)
        return server

    def connect(self):
        sock, events = self.open(Tisock.TCPSocket(connectable=self.make_address(self.place)))
        self.assertEqual(sock.state, CONNECTED)
        return sock, events

    def to(self, server):
        return f'{self.family}-CONNECT:{self.server_path}'


class AbstractTest(UnixTest):
    """The same with names that are in no folder."""
    family = 'ABSTRACT'

    def make_address(self, path):
        return Gio.UnixSocketAddress.new_with_type(path.encode(),
                                                   Gio.UnixSocketAddressType.ABSTRACT)


class BulkTest(SocatTest):
    size = 100 << 20


main('socat')
