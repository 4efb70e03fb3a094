# test-messages.py: EasyTCPSocket: messages that are sent, announced and waited for
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from support import EventLog, HOST, Recorder, TestCase, begin, iterate_until, main
from gi.repository import GLib, Tisock


class RecordingSocket(EventLog, Tisock.EasyTCPSocket):
    """Handles its messages as a subclass in Xojo does."""

    def do_received_message(self, command, data):
        self.events.append((command, data.get_data() or b''))


class MessagesTest(TestCase):
    def setUp(self):
        super().setUp()
        self.server = self.make_server()
        self.server.connect('add-socket', lambda server: RecordingSocket())
        self.socket, self.peer = self.make_pair(Tisock.EasyTCPSocket(), self.server)

    def test_each_way(self):
        self.assertTrue(self.socket.send_message(1, b'bytes\0'))
        self.assertTrue(self.socket.send_message(2, bytearray(b'array')))
        self.assertTrue(self.socket.send_message(3, None))
        self.assertTrue(self.socket.send_message_bytes(2 ** 31 - 1, GLib.Bytes.new(b'more')))
        iterate_until(lambda: len(self.peer.events) == 4)
        self.assertEqual(self.peer.events, [(1, b'bytes\0'), (2, b'array'), (3, b''),
                                            (2 ** 31 - 1, b'more')])

    def test_the_signal(self):
        recorder = Recorder(self.socket)
        self.peer.send_message(7, b'answer')
        iterate_until(lambda: recorder.events)
        command, data = recorder.last('received-message')
        self.assertEqual((command, data.get_data()), (7, b'answer'))

    def test_bytes_are_refused(self):
        for call in (lambda: self.socket.read_line(), lambda: self.socket.write(b'x'),
                     lambda: self.socket.receive_sync(-1, -1)):
            with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
                call()
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            self.socket.send_message(-1, b'reserved')
        with self.assertRaises(TypeError):
            self.socket.send_message(1, 'text')

    def test_the_maximum(self):
        self.socket.maximum_message_size = 3
        with self.assert_raises_error(Tisock.SocketError.FRAME_TOO_LARGE):
            self.socket.send_message(1, b'four')
        recorder = Recorder(self.socket)
        self.peer.send_message(1, b'four')
        iterate_until(lambda: 'closed' in recorder.names)
        self.assert_error(recorder.last('error')[0], Tisock.SocketError.FRAME_TOO_LARGE)

    def test_waiting(self):
        recorder = Recorder(self.socket)
        finish = begin(self.socket, 'receive_message', 2)
        self.peer.send_message(1, b'one')
        self.peer.send_message(2, b'two')
        self.assertEqual(finish().get_data(), b'two')
        self.assertEqual(recorder.last('received-message')[0], 1)

        self.peer.send_message(3, b'three')
        self.peer.send_message(4, b'four')
        self.assertEqual(self.socket.receive_message_sync(4, -1), b'four')
        self.assertEqual(self.socket.wait_for_message(3, -1).get_data(), b'three')
        self.assertIsNone(self.socket.wait_for_message(3, 0))
        self.assertEqual(recorder.names, ['received-message'])

    def test_awaiting(self):
        async def receive():
            return await self.socket.receive_message_async(1)

        self.peer.send_message(1, b'awaited')
        self.assertEqual(Tisock.run(receive()), b'awaited')

    def test_wait_for_connection(self):
        socket = Tisock.EasyTCPSocket(address=HOST, port=self.server.port)
        self.addCleanup(socket.close)
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            socket.wait_for_connection(-1)
        socket.open()
        self.assertTrue(socket.wait_for_connection(-1))
        self.assertTrue(socket.is_connected)

    def test_a_new_one(self):
        self.assertFalse(Tisock.EasyTCPSocket.new().ssl_enabled)


if __name__ == '__main__':
    main()
