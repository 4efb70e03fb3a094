# test-tls-bulk.py: much data under TLS, into and out of the openssl program
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import hashlib
import os
import pathlib
import re

import openssl
from peers import CLOSED, Tisock, iterate_until
from support import Recorder
from tls import Tests, main, make_settings, trust, with_versions

# How much has gone over a connection before memory is looked at, and how much more it may take in
# the end.
WARM = 256 << 20
MARGIN = 8 << 20


def get_peak():
    status = pathlib.Path('/proc/self/status').read_text()
    return int(re.search(r'VmHWM:\s*(\d+) kB', status)[1]) << 10


class Flow:
    """What a socket sends, which is one block many times, or what it receives."""

    def __init__(self, sock, block=b'', count=0):
        self.sock, self.block, self.left = sock, block, count
        self.length = 0
        self.digest = hashlib.sha256()
        self.peak = None
        self.events = Recorder(sock, drained=self.send, data_available=self.receive)
        self.send(sock)

    def send(self, sock):
        while self.left and not sock.needs_drain:
            sock.write(self.block)
            self.left -= 1
            self.count(self.block)
            if not self.left:
                sock.shutdown()

    def receive(self, sock):
        self.count(sock.read_all())

    def count(self, data):
        self.digest.update(data)
        self.length += len(data)
        if self.length >= WARM and self.peak is None:
            self.peak = get_peak()


class Bulk(Tests):
    n_blocks = 16

    def setUp(self):
        super().setUp()
        self.root = self.folder()
        self.block = os.urandom(1 << 20)
        (self.root / 'block').write_bytes(self.block)
        os.mkfifo(self.root / 'pipe')

    def start_into_pipe(self, *argv):
        """A program, and one that says in the end what that has got."""
        reader = self.start('sha256sum', self.root / 'pipe')
        return self.start('sh', '-c', 'exec "$@" >"$0"', self.root / 'pipe', *argv), reader

    def start_from_pipe(self, *argv):
        self.start('sh', '-c', 'for i in $(seq "$2"); do cat "$0"; done >"$1"',
                   self.root / 'block', self.root / 'pipe', self.n_blocks)
        return self.start('sh', '-c', 'exec "$@" <"$0"', self.root / 'pipe', *argv)

    def serve(self):
        return self.make_server(tls_settings=make_settings('localhost'))

    def accept(self, server, *sending):
        flows = []
        server.connect('accepted', lambda server, sock: flows.append(Flow(sock, *sending)))
        iterate_until(lambda: flows)
        return flows[0]

    def connect(self, program, *sending):
        sock, events = self.client(self.find_port(program), Tisock.SSLSocket(
            trust_database=trust(), server_identity='localhost'))
        return Flow(sock, *sending)

    def check(self, flow, digest):
        self.assert_agreed(flow.sock)
        self.assertEqual(flow.length, self.n_blocks * len(self.block))
        self.assertEqual(flow.digest.hexdigest(), digest)
        if flow.peak:
            self.assertLess(get_peak() - flow.peak, MARGIN)

    def check_received(self, flow):
        self.assert_lost(flow.sock, flow.events, CLOSED)
        expected = hashlib.sha256()
        for _ in range(self.n_blocks):
            expected.update(self.block)
        self.check(flow, expected.hexdigest())

    def check_sent(self, flow, program, reader):
        self.finish(program)
        self.finish(reader)
        self.check(flow, reader.rest()[0].split()[0])

    def test_server_receives(self):
        server = self.serve()
        program = self.start_from_pipe(*openssl.make_client(server.port, self.side()))
        self.check_received(self.accept(server))
        self.finish(program)

    def test_server_sends(self):
        server = self.serve()
        program, reader = self.start_into_pipe(*openssl.make_client(server.port, self.side()))
        flow = self.accept(server, self.block, self.n_blocks)
        self.check_sent(flow, program, reader)

    def make_one_server(self):
        """It ends when its connection has."""
        return *openssl.make_server(self.side(certificate='localhost')), '-quiet', '-naccept', '1'

    def test_client_receives(self):
        program = self.start_from_pipe(*self.make_one_server())
        self.check_received(self.connect(program))
        self.finish(program)

    def test_client_sends(self):
        program, reader = self.start_into_pipe(*self.make_one_server())
        flow = self.connect(program, self.block, self.n_blocks)
        self.check_sent(flow, program, reader)


class Full(Bulk):
    n_blocks = 1024


with_versions(globals(), Bulk, Full)
main()
