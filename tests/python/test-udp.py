# test-udp.py: datagrams, as Python has them
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from support import HOST, Recorder, TestCase, iterate_until, main, settle
from gi.repository import Gio, GLib, Tisock

BYTES = bytes(range(256))
GROUP = '239.255.77.1'


class UDPTest(TestCase):
    def make_socket(self, cls=Tisock.UDPSocket, **settings):
        sock = cls(**settings)
        sock.open()
        self.addCleanup(sock.close)
        return sock

    def receive(self, sock):
        iterate_until(lambda: sock.packets_available > 0)
        return sock.read()


class DatagramTest(UDPTest):
    def test_datagram(self):
        for datagram in (Tisock.Datagram.new(HOST, 7000, BYTES),
                         Tisock.Datagram.new_bytes(HOST, 7000, GLib.Bytes.new(BYTES))):
            self.assertEqual(datagram.get_address(), HOST)
            self.assertEqual(datagram.get_port(), 7000)
            self.assertEqual(datagram.get_data(), BYTES)
            self.assertEqual(datagram.get_bytes().get_data(), BYTES)
            self.assertFalse(datagram.is_truncated())

    def test_nothing(self):
        datagram = Tisock.Datagram.new(None, 0, b'')
        self.assertIsNone(datagram.get_address())
        self.assertEqual(datagram.get_data(), b'')

    def test_construction(self):
        for data in (BYTES, bytearray(BYTES), memoryview(BYTES), list(BYTES)):
            for datagram in (Tisock.Datagram(HOST, 7000, data),
                             Tisock.Datagram.new(HOST, port=7000, data=data)):
                self.assertEqual((datagram.address, datagram.port, datagram.data),
                                 (HOST, 7000, BYTES))
        self.assertEqual(Tisock.Datagram(None, 0, None).data, b'')
        for data in ('text', 5):
            self.assertRaises(TypeError, Tisock.Datagram, HOST, 7000, data)
        with self.assertRaises(AttributeError):
            datagram.port = 7001

    def test_representation(self):
        datagram = Tisock.Datagram(HOST, 7000, b'hello')
        self.assertEqual(repr(datagram), "Tisock.Datagram('127.0.0.1', 7000, b'hello')")
        self.assertEqual(eval(repr(datagram)).data, b'hello')
        self.assertLess(len(repr(Tisock.Datagram(None, 0, bytes(60000)))), 100)


class SocketTest(UDPTest):
    def test_echo(self):
        server, client = self.make_socket(), self.make_socket()
        log = Recorder(client)
        server.connect('data-available', lambda sock: sock.write(sock.read()))

        self.assertTrue(client.write_to(HOST, server.port, BYTES))
        iterate_until(lambda: client.packets_available > 0)
        self.assertEqual(client.look_ahead().get_data(), BYTES)
        answer = client.read()
        self.assertEqual((answer.get_address(), answer.get_port(), answer.get_data()),
                         (HOST, server.port, BYTES))
        self.assertIsNone(client.read())
        self.assertIsNone(client.look_ahead())
        self.assertIn(('send-complete', False), log.events)
        client.close()
        self.assertEqual(log.names[-1], 'closed')
        self.assertEqual((server.packets_missed, server.packets_unsent), (0, 0))

    def test_drained(self):
        server, client = self.make_socket(), self.make_socket(send_limit=1)
        drained = []

        def answer(sock):
            datagram = sock.read()
            sock.write(datagram)
            self.assertTrue(sock.needs_drain)
            self.assertEqual(sock.packets_left_to_send, 1)

        client.connect('data-available', answer)
        client.connect('drained', drained.append)
        server.write_to(HOST, client.port, b'data')
        self.assertEqual(self.receive(server).get_data(), b'data')
        settle()
        self.assertEqual(drained, [client])
        self.assertFalse(client.needs_drain)

    def test_limits(self):
        sock = Tisock.UDPSocket(send_maximum=100, receive_limit=1)
        sock.open()
        self.addCleanup(sock.close)
        self.assertEqual((sock.send_maximum, sock.receive_limit, sock.send_limit),
                         (100, 1, 2 ** 20))
        with self.assert_raises_error(Tisock.SocketError.QUEUE_FULL):
            sock.write_to(HOST, sock.port, BYTES)
        sock.purge()

    def test_peer(self):
        server = self.make_socket()
        client = self.make_socket(peer_address=HOST, peer_port=server.port)
        self.assertEqual((client.peer_address, client.peer_port), (HOST, server.port))
        client.write_to(None, 0, bytearray(b'data'))
        datagram = self.receive(server)
        self.assertEqual((datagram.get_port(), datagram.get_data()), (client.port, b'data'))
        self.assertRaises(TypeError, client.write_to, None, 0, 'text')

    def test_settings(self):
        sock = self.make_socket(share_port=True)
        other = self.make_socket(share_port=True, port=sock.port)
        self.assertTrue(other.share_port)
        self.assertEqual((sock.router_hops, sock.send_to_self, sock.multicast_interface),
                         (32, False, None))
        sock.router_hops = 1
        self.assertEqual(sock.router_hops, 1)
        self.assertRegex(sock.broadcast_address, r'^\d+\.\d+\.\d+\.255$')

    def test_details(self):
        sock = self.make_socket(receive_details=True)
        self.assertTrue(sock.receive_details)
        datagram = Tisock.Datagram.new(HOST, sock.port, BYTES)
        self.assertIsNone(datagram.with_local_address('no address'))
        sock.write(datagram.with_router_hops(9).with_ecn(2).with_local_address('127.0.0.5'))
        came = self.receive(sock)
        self.assertEqual((came.get_address(), came.get_local_address(), came.get_router_hops(),
                          came.get_ecn()), ('127.0.0.5', HOST, 9, 2))
        self.assertGreater(came.get_interface_index(), 0)

    def test_groups(self):
        loopback = Tisock.NetworkInterface.lookup('lo')
        sock = self.make_socket(send_to_self=True, multicast_interface=loopback)
        self.assertTrue(sock.join_multicast_group(GROUP))
        sock.write_to(GROUP, 0, b'data')
        self.assertEqual(self.receive(sock).get_data(), b'data')
        self.assertTrue(sock.leave_multicast_group(GROUP))
        with self.assertRaises(GLib.Error):
            sock.leave_multicast_group(GROUP)

        self.assertTrue(sock.join_multicast_source(GROUP, HOST))
        self.assertTrue(sock.leave_multicast_source(GROUP, HOST, loopback))

    def test_blocking(self):
        server, client = self.make_socket(), self.make_socket()
        datagram = Tisock.Datagram.new(HOST, server.port, BYTES)
        self.assertTrue(client.send_datagram_sync(datagram, -1))
        self.assertEqual(server.receive_datagram_sync(-1).get_data(), BYTES)
        self.assertTrue(client.flush())
        self.assertTrue(client.flush_sync(-1))
        with self.assertRaises(GLib.Error) as caught:
            server.receive_datagram_sync(0)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT))

    def test_callbacks(self):
        server, client = self.make_socket(), Tisock.UDPSocket.new()
        client.open()
        self.addCleanup(client.close)
        results = []

        def received(sock, result):
            results.append(sock.receive_datagram_finish(result).get_data())

        client.send_datagram_async(
            Tisock.Datagram.new(HOST, server.port, BYTES), None,
            lambda sock, result: results.append(sock.send_datagram_finish(result)))
        iterate_until(lambda: results)
        client.flush_async(None, lambda sock, result: results.append(sock.flush_finish(result)))
        iterate_until(lambda: len(results) == 2)
        server.receive_datagram_async(None, received)
        iterate_until(lambda: len(results) == 3)
        self.assertEqual(results, [True, True, BYTES])

    def test_awaiting(self):
        server, client = self.make_socket(), self.make_socket()

        async def echo():
            datagram = await server.receive_datagram_async()
            await server.send_datagram_async(datagram)
            await server.flush_async()

        async def ask():
            Tisock.spawn(echo())
            await client.send_datagram_async(Tisock.Datagram.new(HOST, server.port, BYTES))
            return await client.receive_datagram_async()

        self.assertEqual(Tisock.run(ask()).get_data(), BYTES)

    def test_iteration(self):
        sock = self.make_socket()
        texts = []
        for data in (b'one', b'two', b'three'):
            sock.write_to(HOST, 0, data)
        for datagram in sock:
            texts.append(datagram.data)
            break
        for datagram in sock:
            texts.append(datagram.data)
            if len(texts) == 3:
                sock.close()
        self.assertEqual(texts, [b'one', b'two', b'three'])
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            next(iter(Tisock.UDPSocket()))

    def test_asynchronous_iteration(self):
        server, client = self.make_socket(), self.make_socket()

        async def echo():
            async for datagram in server:
                server.write(datagram)

        async def ask():
            task = Tisock.spawn(echo())
            for data in (b'one', b'two'):
                client.write_to(HOST, server.port, data)
                self.assertEqual((await client.receive_datagram_async()).data, data)
            server.close()
            await task

        Tisock.run(ask())

    def test_with(self):
        server = self.make_socket()
        with self.make_socket() as sock:
            # Looked up first, and so still queued at the end.
            sock.write_to('localhost', server.port, b'blocking')
            self.assertEqual(sock.packets_left_to_send, 1)
        self.assertFalse(sock.is_connected)
        self.assertEqual(self.receive(server).data, b'blocking')

        async def send():
            async with self.make_socket() as sock:
                sock.write_to('localhost', server.port, b'awaited')
            return sock

        self.assertFalse(Tisock.run(send()).is_connected)
        self.assertEqual(self.receive(server).data, b'awaited')

    def test_with_an_exception(self):
        server = self.make_socket()
        with self.assertRaises(ZeroDivisionError), self.make_socket() as sock:
            sock.write_to('localhost', server.port, b'never')
            1 / 0
        self.assertFalse(sock.is_connected)
        settle()
        self.assertIsNone(server.read())

    def test_slots(self):
        class Echo(Tisock.UDPSocket):
            def do_data_available(self):
                self.write(self.read())

        echo, sock = self.make_socket(Echo), self.make_socket()
        sock.write_to(HOST, echo.port, b'data')
        self.assertEqual(self.receive(sock).get_data(), b'data')


if __name__ == '__main__':
    main()
