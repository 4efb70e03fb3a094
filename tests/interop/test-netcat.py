# test-netcat.py: nc, which many people try a server with
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from peers import CLOSED, HOST, TestCase, digest, iterate_until, main
from support import Recorder


class NetcatTest(TestCase):
    def setUp(self):
        super().setUp()
        self.data = os.urandom(4 << 20)
        self.path = self.folder() / 'data'
        self.path.write_bytes(self.data)
        self.copy = self.folder() / 'copy'

    def start_with_files(self, *arguments):
        """nc that sends one file, ends its side, and writes what it gets to the other."""
        env = {**os.environ, 'SOURCE': str(self.path), 'COPY': str(self.copy)}
        return self.start('sh', '-c', 'exec nc.openbsd -N "$@" <"$SOURCE" >"$COPY"', 'sh',
                          *arguments, env=env)

    def check_copy(self, data):
        self.assertEqual(digest(self.copy.read_bytes()), digest(data))

    def test_client(self):
        server = self.echo_server()
        self.finish(self.start_with_files(HOST, server.port))
        iterate_until(lambda: server.n_connections == 0)
        self.check_copy(self.data)

    def test_server(self):
        """It has to end first: nc does not go on sending to a client that has."""
        netcat = self.start_with_files('-v', '-l', HOST, 0)
        client, events = self.client(int(netcat.expect(r'Listening on .* (\d+)$')[1]))
        client.write(b'hello')
        self.assertEqual(digest(self.receive_all(client)), digest(self.data))
        self.assert_lost(client, events, CLOSED)
        self.finish(netcat)
        self.check_copy(b'hello')

    def test_looking_for_servers(self):
        """nc connects, and closes at once."""
        server = self.make_server()
        peers = []
        server.connect('accepted', lambda server, peer: peers.append((peer, Recorder(peer))))
        for _ in range(20):
            self.finish(self.start('nc.openbsd', '-z', HOST, server.port))
        iterate_until(lambda: len(peers) == 20 and server.n_connections == 0)
        for peer, events in peers:
            self.assert_lost(peer, events, CLOSED)
            self.assertEqual(events.names, ['connected', 'error', 'closed'])

    def test_conversation(self):
        """Each line is answered, and the server says goodbye to who has ended his side."""
        server = self.make_server()

        def data_available(peer):
            while (line := peer.read_line()) is not None:
                peer.write_string(line.upper() + '\n')

        def read_eof(peer):
            peer.write_string('goodbye\n')
            peer.shutdown()

        def accepted(server, peer):
            peer.allow_half_open = True
            peer.connect('data-available', data_available)
            peer.connect('read-eof', read_eof)

        server.connect('accepted', accepted)
        netcat = self.start('nc.openbsd', '-N', HOST, server.port)
        netcat.type('hello')
        netcat.type('again')
        netcat.end_input()
        self.finish(netcat)
        self.assertEqual(netcat.rest(), ['HELLO', 'AGAIN', 'goodbye'])


main('nc.openbsd')
