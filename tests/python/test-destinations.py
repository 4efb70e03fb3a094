# test-destinations.py: what a socket can be connected to besides an address and port
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import pathlib
import socket as system
import tempfile
import threading

from support import HOST, Recorder, TestCase, iterate_until, main
from gi.repository import Gio, GLib, GObject, Tisock


class Enumerator(Gio.SocketAddressEnumerator):
    """Gives addresses one by one, and notes which threads ask for them."""

    def __init__(self, ports, threads):
        super().__init__()
        self.addresses = [Gio.InetSocketAddress.new_from_string(HOST, port) for port in ports]
        self.threads = threads

    def do_next(self, cancellable):
        self.threads.add(threading.current_thread())
        return self.addresses.pop(0) if self.addresses else None


class Ports(GObject.Object, Gio.SocketConnectable):
    """Several ports of this machine."""

    def __init__(self, *ports):
        super().__init__()
        self.ports, self.threads = ports, set()

    def do_enumerate(self):
        return Enumerator(self.ports, self.threads)

    def do_to_string(self):
        return 'some ports'


class DestinationsTest(TestCase):
    def refuse(self):
        """A port of its own on which nobody listens."""
        holder = system.socket()
        self.addCleanup(holder.close)
        holder.bind((HOST, 0))
        return holder.getsockname()[1]

    def connect_to(self, connectable):
        socket = Tisock.TCPSocket(connectable=connectable)
        self.assertEqual(socket.connectable, connectable)
        recorder = Recorder(socket)
        socket.open()
        self.addCleanup(socket.close)
        iterate_until(lambda: recorder.events)
        return socket, recorder

    def test_an_address(self):
        server = self.make_server()
        for connectable in (Gio.NetworkAddress.new(HOST, server.port),
                            Gio.InetSocketAddress.new_from_string(HOST, server.port)):
            with self.subTest(connectable):
                socket, recorder = self.connect_to(connectable)
                self.assertEqual(recorder.names, ['connected'])
                self.assertEqual(socket.remote_port, server.port)

    def test_a_path(self):
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / 'socket')
            address = Gio.UnixSocketAddress.new(path)
            with self.assertRaises(GLib.Error) as context:
                Tisock.TCPSocket(connectable=address).open()
            self.assertIn(path, context.exception.message)

            with system.socket(system.AF_UNIX) as listener:
                listener.bind(path)
                listener.listen()
                socket, recorder = self.connect_to(address)
                self.assertEqual(recorder.names, ['connected'])
                self.assertIsNone(socket.remote_address)

    def test_one_made_in_python(self):
        server = self.make_server()
        ports = Ports(self.refuse(), server.port)
        socket, recorder = self.connect_to(ports)
        self.assertEqual(recorder.names, ['connected'])
        self.assertEqual(socket.remote_port, server.port)
        self.assertNotIn(threading.main_thread(), ports.threads)

    def test_one_made_in_python_that_fails(self):
        port = self.refuse()
        socket, recorder = self.connect_to(Ports(port))
        iterate_until(lambda: 'closed' in recorder.names)
        self.assertEqual(recorder.names, ['error', 'closed'])
        self.assertEqual(recorder.last('error')[0].message,
                         f'Could not connect to some ports: {HOST}:{port}: Connection refused')


if __name__ == '__main__':
    main()
