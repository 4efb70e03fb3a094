# test-comfort.py: what the override adds: exceptions, bytes, awaiting, context managers, iteration
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import array
import asyncio
import mmap
import os

from support import HOST, TestCase, iterate_until, main
from gi.repository import Gio, GLib, Tisock


class ExceptionTest(TestCase):
    def test_class(self):
        with self.assertRaises(Tisock.InvalidStateError) as caught:
            Tisock.TCPSocket().write(b'nowhere to go')
        error = caught.exception
        self.assertIsInstance(error, Tisock.SocketException)
        self.assertIsInstance(error, GLib.Error)
        self.assertEqual(error.number, Tisock.SocketError.INVALID_STATE)
        self.assertTrue(error.matches(Tisock.socket_error_quark(), error.code))
        self.assertIn('not connected', error.message)

    def test_each_code_has_a_class(self):
        classes = {cls.__name__ for cls in Tisock.SocketException.__subclasses__()}
        self.assertEqual(len(classes), len(Tisock.SocketError.__enum_values__))
        self.assertTrue(classes >= {'LostConnectionError', 'NameResolutionError',
                                    'AddressInUseError', 'QueueFullError', 'FrameTooLargeError'})

    def test_of_gio(self):
        socket = Tisock.TCPSocket(address=HOST, port=1)
        with self.assertRaises(GLib.Error) as caught:
            socket.open_sync(-1)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                 Gio.IOErrorEnum.CONNECTION_REFUSED))
        self.assertNotIsInstance(caught.exception, Tisock.SocketException)

    def test_in_a_handler(self):
        socket, peer = self.make_pair()
        errors = []
        socket.connect('error', lambda socket, error: errors.append(Tisock.to_exception(error)))
        peer.close()
        iterate_until(lambda: errors)
        self.assertIsInstance(errors[0], Tisock.LostConnectionError)


class BytesTest(TestCase):
    def test_bytes_like(self):
        socket, peer = self.make_pair()
        with mmap.mmap(-1, mmap.PAGESIZE) as mapped:
            mapped[:4] = b'mmap'
            for data in (bytearray(b'bytearray'), memoryview(b'view'), memoryview(b'slice')[::2],
                         array.array('H', [1, 2]), mapped, [1, 2, 3], b''):
                socket.write(data)
                self.assertEqual(self.receive(peer, len(bytes(data))), bytes(data))

    def test_not_bytes(self):
        socket, peer = self.make_pair()
        for data in ('text', 5, 2.5, object()):
            with self.assertRaises(TypeError):
                socket.write(data)
        with self.assertRaisesRegex(TypeError, 'write_string'):
            socket.send_sync('text', -1)


class AwaitTest(TestCase):
    def setUp(self):
        super().setUp()
        self.socket, self.peer = self.make_pair()

    def test_conversation(self):
        async def converse():
            self.assertTrue(await self.peer.send_async(bytearray(b'some')))
            self.assertEqual(await self.socket.receive_async(-1), b'some')
            await self.peer.send_bytes_async(GLib.Bytes.new(b'1234until;line\n'))
            self.assertEqual(await self.socket.receive_exactly_async(4), b'1234')
            self.assertEqual(await self.socket.receive_until_async(b';'), b'until')
            self.assertEqual(await self.socket.receive_line_async(), 'line')
            await self.peer.flush_async()
            await self.peer.shutdown_async()
            return await self.socket.receive_async(-1)

        self.assertEqual(Tisock.run(converse()), b'')

    def test_open(self):
        async def connect(port):
            async with Tisock.TCPSocket(address=HOST, port=port) as socket:
                await socket.open_async()
                return socket.is_connected

        self.assertTrue(Tisock.run(connect(self.make_server().port)))

    def test_raises(self):
        async def fail():
            await Tisock.TCPSocket().receive_async(-1)

        with self.assertRaises(Tisock.InvalidStateError):
            Tisock.run(fail())

    def test_cancel_loses_nothing(self):
        async def receive():
            return await self.socket.receive_exactly_async(4)

        task = Tisock.spawn(receive())
        self.peer.write(b'abc')
        iterate_until(lambda: self.socket.bytes_available == 3)
        task.cancel()
        with self.assertRaises(GLib.Error) as caught:
            Tisock.run(self.wait_for(task))
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        self.assertEqual(self.socket.read_all(), b'abc')

    async def wait_for(self, task):
        return await task

    def test_cancellable(self):
        cancellable = Gio.Cancellable()
        operations = [self.socket.receive_async(-1, cancellable),
                      self.socket.shutdown_async(cancellable=cancellable)]
        cancellable.cancel()
        for operation in operations:
            with self.assertRaises(GLib.Error):
                Tisock.run(self.wait_for(operation))

    def test_tasks_together(self):
        async def send():
            for i in range(100):
                await self.peer.send_async(b'%d\n' % i)
            self.peer.shutdown()

        async def receive():
            Tisock.spawn(send())
            return [int(line) async for line in self.socket]

        self.assertEqual(Tisock.run(receive()), list(range(100)))

    def test_exception_of_a_task(self):
        async def fail():
            await self.socket.flush_async()
            raise ValueError('of a task')

        Tisock.spawn(fail())
        iterate_until(lambda: self.raised)
        self.assertIsInstance(self.take_raised()[0], ValueError)

        with self.assertRaises(ValueError):
            Tisock.run(self.wait_for(Tisock.spawn(fail())))

    def test_what_cannot_be_awaited(self):
        async def wait_for_asyncio():
            await asyncio.sleep(0)

        with self.assertRaisesRegex(TypeError, 'cannot be awaited here'):
            Tisock.run(wait_for_asyncio())

    def test_in_plain_asyncio(self):
        async def receive():
            await self.socket.receive_async(-1)

        with self.assertRaisesRegex(RuntimeError, 'does not run on GLib'):
            asyncio.run(receive())
        self.socket.close()

    def test_in_asyncio_on_glib(self):
        """A loop that says it runs on GLib, and does: that of PyGObject 3.50 does so as well."""
        async def receive():
            return await self.socket.receive_line_async()

        class Loop(asyncio.SelectorEventLoop):
            def _run_once(self):
                while GLib.MainContext.default().iteration(False):
                    pass
                self.call_later(0.001, lambda: None)
                super()._run_once()

        Loop.__module__ = 'gi.events'
        loop = Loop()
        self.addCleanup(loop.close)
        self.peer.write(b'line\n')
        self.assertEqual(loop.run_until_complete(receive()), 'line')

        task = loop.create_task(receive())
        loop.call_soon(loop.call_soon, task.cancel)
        with self.assertRaises(asyncio.CancelledError):
            loop.run_until_complete(task)

    def test_callbacks_go_on_working(self):
        results = []
        self.socket.receive_async(-1, None, lambda source, result: results.append(result))
        self.peer.write(b'x')
        iterate_until(lambda: results)
        self.assertEqual(self.socket.receive_finish(results[0]).get_data(), b'x')


class ProtocolTest(TestCase):
    def test_with(self):
        socket, peer = self.make_pair()
        with socket:
            socket.write(b'sent')
        self.assertEqual(socket.state, Tisock.SocketState.CLOSED)
        self.assertEqual(self.receive(peer, 4), b'sent')

        with self.make_server() as server:
            self.assertTrue(server.is_listening)
        self.assertFalse(server.is_listening)

    def test_with_an_exception(self):
        socket, peer = self.make_pair()
        with self.assertRaises(ValueError):
            with socket:
                raise ValueError
        self.assertFalse(socket.is_connected)

    def test_lines(self):
        socket, peer = self.make_pair()
        peer.write(b'one\ntwo\r\nrest')
        peer.shutdown()
        self.assertEqual(list(socket), ['one', 'two', 'rest'])

    def test_chunks(self):
        async def collect():
            return b''.join([chunk async for chunk in self.socket.chunks()])

        self.socket, peer = self.make_pair()
        data = os.urandom(300000)
        peer.write(data)
        peer.shutdown()
        self.assertEqual(Tisock.run(collect()), data)

    def test_connections(self):
        server = self.make_server(auto_accept=False)
        clients = [self.open_socket(server) for i in range(3)]
        sockets = iter(server)
        for client in clients:
            self.assertTrue(next(sockets).is_connected)

    def test_connections_asynchronously(self):
        async def accept():
            count = 0
            async for socket in server:
                count += 1
                if count == 3:
                    server.close()
            return count

        async def never():
            return [socket async for socket in server]

        server = self.make_server(auto_accept=False)
        for i in range(3):
            self.open_socket(server)
        self.assertEqual(Tisock.run(accept()), 3)

        server.listen()
        task = Tisock.spawn(never())
        server.close()
        self.assertEqual(Tisock.run(task_result(task)), [])


async def task_result(task):
    return await task


if __name__ == '__main__':
    main()
