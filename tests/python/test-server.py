# test-server.py: a server hands out the program's own sockets, and chooses its peers
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import pathlib
import tempfile

from support import EventLog, HOST, Recorder, TestCase, iterate_until, main, settle
from gi.repository import Gio, Tisock


class Session(EventLog, Tisock.TCPSocket):
    def __init__(self, number):
        super().__init__()
        self.number = number

    def do_connected(self):
        self.events.append(('connected', self.number))

    def do_data_available(self):
        self.write(self.read_all())


class AddSocketTest(TestCase):
    def check_echo(self, server, sockets):
        socket, accepted = self.make_pair(server=server)
        self.assertIs(accepted, sockets[0])
        self.assertIs(server.connections[0], sockets[0])
        self.assertEqual(accepted.events, [('connected', 7)])
        socket.write(b'echo')
        self.assertEqual(self.receive(socket, 4), b'echo')

    def test_a_handler_gives_a_subclass(self):
        sockets = []

        def add_socket(server):
            sockets.append(Session(7))
            return sockets[-1]

        server = self.make_server()
        server.connect('add-socket', add_socket)
        self.check_echo(server, sockets)

    def test_a_slot_gives_a_subclass(self):
        sockets = []

        class Server(Tisock.ServerSocket):
            def do_add_socket(self):
                sockets.append(Session(7))
                return sockets[-1]

        self.check_echo(self.make_server(Server()), sockets)

    def test_a_plain_socket_can_be_given(self):
        server = self.make_server()
        server.connect('add-socket', lambda server: Tisock.TCPSocket(idle_timeout=7000))
        socket, accepted = self.make_pair(server=server)
        self.assertEqual(accepted.idle_timeout, 7000)

    def test_the_first_handler_wins(self):
        server = self.make_server()
        server.connect('add-socket', lambda server: None)
        server.connect('add-socket', lambda server: Session(1))
        server.connect('add-socket', lambda server: Session(2))
        self.assertEqual(self.make_pair(server=server)[1].number, 1)

    def check_no_socket(self, add_socket):
        server = self.make_server()
        recorder = Recorder(server, add_socket=add_socket)
        recorder_of_peer = Recorder(self.open_socket(server))
        iterate_until(lambda: 'closed' in recorder_of_peer.names)
        self.assertEqual(recorder.names, ['add-socket', 'error', 'dropped'])
        self.assert_error(recorder.last('error')[0], Tisock.SocketError.INVALID_STATE)
        self.assertEqual(recorder.last('dropped')[1], Tisock.DropReason.NO_SOCKET)
        self.assertEqual(server.n_connections, 0)

    def test_no_socket(self):
        self.check_no_socket(lambda server: None)

    def test_a_used_socket(self):
        used, peer = self.make_pair()
        self.check_no_socket(lambda server: used)

    def test_a_handler_that_raises(self):
        self.check_no_socket(lambda server: 1 // 0)
        self.assertIsInstance(self.take_raised()[0], ZeroDivisionError)

    def test_a_slot_that_raises(self):
        class Server(EventLog, Tisock.ServerSocket):
            def do_add_socket(self):
                raise KeyError('slot')

            def do_dropped(self, peer, reason):
                self.events.append(('dropped', reason))

        server = self.make_server(Server())
        self.open_socket(server)
        iterate_until(lambda: server.events)
        self.assertEqual(server.events, [('dropped', Tisock.DropReason.NO_SOCKET)])
        self.assertIsInstance(self.take_raised()[0], KeyError)

    def test_sockets_are_kept_ready(self):
        sockets = []

        def add_socket(server):
            sockets.append(Session(len(sockets)))
            return sockets[-1]

        server = self.make_server(minimum_sockets_available=3)
        server.connect('add-socket', add_socket)
        iterate_until(lambda: len(sockets) == 3)
        self.assertIs(self.make_pair(server=server)[1], sockets[0])
        iterate_until(lambda: len(sockets) == 4)


class PeersTest(TestCase):
    def test_connections_are_a_list(self):
        server = self.make_server()
        changes = []
        server.connections.connect('items-changed', lambda *args: changes.append(args[1:]))
        pairs = [self.make_pair(server=server) for _ in range(3)]
        self.assertIsInstance(server.connections, Gio.ListModel)
        self.assertEqual(len(server.connections), server.n_connections)
        self.assertEqual(set(server.connections), {accepted for socket, accepted in pairs})
        self.assertEqual(changes, [(0, 0, 1), (1, 0, 1), (2, 0, 1)])
        pairs[2][1].close()
        self.assertEqual(server.n_connections, 2)
        self.assertEqual(changes[3:], [(2, 1, 0)])

    def test_peers_can_be_refused(self):
        for settings in ({'blocked_peers': ['127.0.0.0/8']}, {'allowed_peers': ['10.0.0.0/8']}):
            server = self.make_server(**settings)
            recorder = Recorder(server)
            self.open_socket(server)
            iterate_until(lambda: recorder.names)
            self.assertEqual(recorder.names, ['dropped'])
            self.assertEqual(recorder.last('dropped')[1], Tisock.DropReason.PEER)

    def test_a_peer_that_is_no_address_is_refused(self):
        server = Tisock.ServerSocket(allowed_peers=['::1'])
        recorder = Recorder(server)
        server.allowed_peers = ['nobody']
        self.assert_error(recorder.last('error')[0], Tisock.SocketError.INVALID_STATE)
        self.assertEqual(server.allowed_peers, ['::1'])

    def test_accept_asks_for_one(self):
        server = self.make_server(auto_accept=False)
        sockets = [self.open_socket(server) for _ in range(2)]
        iterate_until(lambda: all(socket.is_connected for socket in sockets))
        settle()
        self.assertEqual(server.n_connections, 0)
        self.assertTrue(server.accept())
        iterate_until(lambda: server.n_connections == 1)
        settle()
        self.assertEqual(server.n_connections, 1)

    def test_accept_with_auto_accept_raises(self):
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            self.make_server().accept()

    def test_stop_listening_leaves_the_connections(self):
        server = self.make_server()
        recorder = Recorder(server, add_socket=lambda server: Tisock.TCPSocket())
        socket, accepted = self.make_pair(server=server)
        server.stop_listening()
        self.assertEqual(recorder.names[-1], 'closed')
        self.assertFalse(server.is_listening)
        accepted.write(b'still here')
        self.assertEqual(self.receive(socket, 10), b'still here')
        server.close()
        self.assertFalse(accepted.is_connected)
        self.assertEqual(recorder.names.count('closed'), 1)


class ListenTest(TestCase):
    def test_a_socket_listens_for_one_peer(self):
        listener = Tisock.TCPSocket(address=HOST)
        recorder = Recorder(listener)
        self.assertTrue(listener.listen())
        self.assertEqual(listener.state, Tisock.SocketState.LISTENING)
        self.addCleanup(listener.close)
        socket = self.open_socket(listener)
        iterate_until(lambda: 'connected' in recorder.names and socket.is_connected)
        socket.write(b'hello')
        self.assertEqual(self.receive(listener, 5), b'hello')

    def test_a_server_on_several_addresses(self):
        server = Tisock.ServerSocket()
        self.addCleanup(server.close)
        server.add_address(Gio.InetSocketAddress.new_from_string(HOST, 0))
        server.add_address(Gio.NetworkAddress.new('127.0.0.2', 0))
        server.listen()
        addresses = server.list_addresses()
        self.assertEqual([address.get_address().to_string() for address in addresses],
                         [HOST, '127.0.0.2'])
        self.assertEqual(addresses[0].get_port(), server.port)
        for address in addresses:
            socket = Tisock.TCPSocket(address=address.get_address().to_string(),
                                      port=address.get_port())
            socket.open()
            self.addCleanup(socket.close)
        iterate_until(lambda: server.n_connections == 2)

    def test_a_server_on_a_path(self):
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / 'socket')
            address = Gio.UnixSocketAddress.new(path)
            server = Tisock.ServerSocket(socket_mode=0o600)
            server.add_address(address)
            server.listen()
            self.assertEqual(pathlib.Path(path).stat().st_mode & 0o777, 0o600)
            self.assertEqual(server.local_address, path)
            self.assertEqual([each.get_path() for each in server.list_addresses()], [path])
            socket = Tisock.TCPSocket(connectable=address)
            socket.open()
            iterate_until(lambda: server.n_connections and socket.is_connected)
            self.assertEqual((server.connections[0].local_address,
                              server.connections[0].remote_address), (path, ''))
            with self.assert_raises_error(Tisock.SocketError.ADDRESS_IN_USE):
                Tisock.TCPSocket(connectable=address).listen()
            server.close()
            self.assertFalse(pathlib.Path(path).exists())

    def test_a_name_to_listen_on_raises(self):
        with self.assert_raises_error(Tisock.SocketError.NAME_RESOLUTION):
            Tisock.ServerSocket().add_address(Gio.NetworkAddress.new('some.name', 0))

    def test_a_server_by_its_constructor(self):
        server = Tisock.ServerSocket.new()
        server.set_address(HOST)
        self.make_server(server)
        socket = self.open_socket(server, Tisock.TCPSocket.new())
        iterate_until(lambda: socket.is_connected)


if __name__ == '__main__':
    main()
