# test-lifetime.py: a collector neither ends a connection nor is kept from freeing an ended one
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import gc
import os
import threading

from support import HOST, TestCase, iterate_until, main, settle
from gi.repository import GLib, Tisock


class Storm:
    """Collects garbage in each turn of the main context."""

    def __enter__(self):
        self.source = GLib.idle_add(self.collect, priority=GLib.PRIORITY_DEFAULT)

    def collect(self):
        gc.collect()
        return GLib.SOURCE_CONTINUE

    def __exit__(self, *args):
        GLib.source_remove(self.source)


class Session(Tisock.TCPSocket):
    def __init__(self):
        super().__init__()
        self.received = bytearray()

    def do_data_available(self):
        self.received += self.read_all()
        if self.received.endswith(b'.'):
            self.write(self.received)
            self.shutdown()


class Finalized:
    """Counts the objects it was told of that are gone."""

    def __init__(self):
        self.count = 0

    def watch(self, instance):
        instance.weak_ref(self.note)

    def note(self):
        self.count += 1


def collect():
    """Frees what handlers under way have kept."""
    settle()
    gc.collect()
    settle()


class StormTest(TestCase):
    def echo_once(self, server, words):
        """Starts a connection that nothing knows but its own handlers; gives what it receives."""
        received = bytearray()
        done = []
        socket = Tisock.TCPSocket(address=HOST, port=server.port)

        def write_next(socket):
            socket.write(words.pop(0))

        def data_available(socket):
            received.extend(socket.read_all())

        def send_complete(socket, user_aborted):
            if words:
                write_next(socket)

        socket.connect('connected', write_next)
        socket.connect('send-complete', send_complete)
        socket.connect('data-available', data_available)
        socket.connect('closed', lambda socket: done.append(bytes(received)))
        socket.open()
        return done

    def check(self, server):
        with Storm():
            results = [self.echo_once(server, [b'a', b'bc\0', b'def', b'.']) for _ in range(5)]
            iterate_until(lambda: all(results))
        self.assertEqual(results, [[b'abc\0def.']] * 5)

    def test_sockets_that_only_their_handlers_know(self):
        server = self.make_server()
        server.connect('add-socket', lambda server: Session())
        self.check(server)

    def test_sockets_that_a_slot_gave(self):
        class Server(Tisock.ServerSocket):
            def do_add_socket(self):
                return Session()

        self.check(self.make_server(Server()))

    def start_stream(self, server, data):
        """Starts an echo and what it is sent, from sockets that only their handlers know."""
        received = bytearray()
        done = []
        left = memoryview(data)

        def echo(peer):
            if not peer.needs_drain:
                peer.write(peer.read_all())

        def accepted(server, peer):
            peer.connect('data-available', echo)
            peer.connect('drained', echo)

        def fill(socket):
            nonlocal left
            while len(left) > 0 and not socket.needs_drain:
                socket.write(left[:20000])
                left = left[20000:]

        def take(socket):
            received.extend(socket.read_all())
            if len(received) == len(data):
                socket.close()

        server.connect('accepted', accepted)
        socket = Tisock.TCPSocket(address=HOST, port=server.port)
        socket.connect('connected', fill)
        socket.connect('drained', fill)
        socket.connect('data-available', take)
        socket.connect('closed', lambda socket: done.append(bytes(received)))
        socket.open()
        return done

    def test_data_that_flow(self):
        data = os.urandom(1 << 20) * 8
        with Storm():
            done = self.start_stream(self.make_server(), data)
            iterate_until(lambda: done)
        self.assertTrue(done[0] == data)

    def test_a_server_that_nothing_knows(self):
        port = self.start_server()
        collect()
        with Storm():
            socket = Tisock.TCPSocket(address=HOST, port=port)
            socket.open()
            iterate_until(lambda: socket.bytes_available == 5)
        self.assertEqual(socket.read_all(), b'hello')
        socket.close()
        collect()

    def start_server(self):
        def accepted(server, socket):
            socket.write_string('hello')
            server.stop_listening()

        server = Tisock.ServerSocket(address=HOST)
        server.connect('accepted', accepted)
        server.listen()
        return server.port


class EndTest(TestCase):
    def setUp(self):
        super().setUp()
        self.finalized = Finalized()

    def run_life(self, server):
        socket, accepted = self.make_pair(server=server)
        for instance in (socket, accepted):
            self.finalized.watch(instance)
        accepted.close()
        iterate_until(lambda: socket.state == Tisock.SocketState.CLOSED)

    def check(self, server, watched):
        for _ in range(3):
            self.run_life(server)
        # The cleanups hold the sockets that were opened.
        server.close()
        self.doCleanups()
        collect()
        self.assertEqual(self.finalized.count, watched)

    def test_plain_sockets(self):
        self.check(self.make_server(), 6)

    def test_sockets_of_a_handler(self):
        server = self.make_server()
        server.connect('add-socket', lambda server: Session())
        self.check(server, 6)

    def test_sockets_of_a_slot(self):
        class Server(Tisock.ServerSocket):
            def do_add_socket(self):
                return Session()

        self.check(self.make_server(Server()), 6)

    def test_sockets_kept_ready(self):
        made = []

        def add_socket(server):
            session = Session()
            self.finalized.watch(session)
            made.append(True)
            return session

        server = self.make_server(minimum_sockets_available=4)
        server.connect('add-socket', add_socket)
        iterate_until(lambda: len(made) == 4)
        server.close()
        collect()
        self.assertEqual(self.finalized.count, 4)

    def test_an_unopened_socket(self):
        self.finalized.watch(Tisock.TCPSocket())
        collect()
        self.assertEqual(self.finalized.count, 1)

    def test_a_socket_closed_in_its_own_handler(self):
        server = self.make_server()
        closed = []

        def accepted(server, socket):
            self.finalized.watch(socket)
            socket.connect('data-available', lambda socket: socket.close())
            socket.connect('closed', lambda socket: closed.append(True))

        server.connect('accepted', accepted)
        socket = Tisock.TCPSocket()
        socket.connect('connected', lambda socket: socket.write_string('end'))
        self.open_socket(server, socket)
        iterate_until(lambda: closed)
        collect()
        self.assertEqual(self.finalized.count, 1)


class ThreadTest(TestCase):
    """A collector that runs on another thread may drop the last reference there."""

    def test_the_last_reference_on_another_thread(self):
        finalized = Finalized()
        sockets = [Tisock.TCPSocket() for _ in range(5)]
        for socket in sockets:
            finalized.watch(socket)
        del socket
        thread = threading.Thread(target=sockets.clear)
        thread.start()
        thread.join()
        collect()
        self.assertEqual(finalized.count, 5)


if __name__ == '__main__':
    main()
