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


class Resolver(GObject.Object, Gio.ProxyResolver):
    """Gives the same proxies for everything, and notes what and on which thread it is asked."""

    def __init__(self, *uris):
        super().__init__()
        self.uris, self.asked = uris, []

    def do_lookup(self, uri, cancellable):
        self.asked.append((uri, threading.current_thread() is threading.main_thread()))
        return list(self.uris)


class DestinationsTest(TestCase):
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
                self.assertEqual(socket.remote_address, path)

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

    def make_proxy(self, answer):
        """A server that is asked to connect on, and only says this."""
        server = self.make_server()
        self.requests = []

        def data_available(socket):
            self.requests.append(socket.read_string(-1, None))
            socket.write_string(answer)

        server.connect('accepted',
                       lambda server, socket: socket.connect('data-available', data_available))
        return server

    def open_through(self, resolver):
        socket = Tisock.TCPSocket(address='a.example', port=80, proxy_resolver=resolver)
        self.assertEqual(socket.proxy_resolver, resolver)
        recorder = Recorder(socket)
        socket.open()
        self.addCleanup(socket.close)
        iterate_until(lambda: recorder.events)
        return socket, recorder

    def test_a_proxy(self):
        server = self.make_proxy('HTTP/1.0 200 OK\r\n\r\nhello')
        socket, recorder = self.open_through(
            Gio.SimpleProxyResolver.new(f'http://{HOST}:{server.port}', None))
        self.assertEqual(self.receive(socket, 5), b'hello')
        self.assertEqual(recorder.names[0], 'connected')
        self.assertEqual((socket.remote_address, socket.remote_port), (HOST, server.port))
        self.assertTrue(self.requests[0].startswith('CONNECT a.example:80 HTTP/1.0\r\n'))

    def test_a_proxy_that_refuses(self):
        server = self.make_proxy('HTTP/1.0 403 No\r\n\r\n')
        socket, recorder = self.open_through(
            Gio.SimpleProxyResolver.new(f'http://{HOST}:{server.port}', None))
        iterate_until(lambda: 'closed' in recorder.names)
        self.assertTrue(recorder.last('error')[0].matches(Gio.io_error_quark(),
                                                          Gio.IOErrorEnum.PROXY_NOT_ALLOWED))

    def test_a_resolver_made_in_python(self):
        server = self.make_proxy('HTTP/1.0 200 OK\r\n\r\n')
        resolver = Resolver(f'socks5://{HOST}:{self.refuse()}', f'http://{HOST}:{server.port}')
        socket, recorder = self.open_through(resolver)
        self.assertEqual(recorder.names, ['connected'])
        self.assertEqual(resolver.asked, [('none://a.example:80', False)])


if __name__ == '__main__':
    main()
