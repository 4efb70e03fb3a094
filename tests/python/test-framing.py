# test-framing.py: frames, with a socket and without
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from support import Recorder, TestCase, begin, iterate_until, main
from gi.repository import Gio, GLib, Tisock

BIG_ENDIAN = Gio.DataStreamByteOrder.BIG_ENDIAN


class FramingTest(TestCase):
    def test_each_kind(self):
        for framing, wire in ((Tisock.Framing.new_delimiter(b'\r\n'), b'hello\r\n'),
                              (Tisock.Framing.new_fixed_size(5), b'hello'),
                              (Tisock.Framing.new_length_prefix(2, BIG_ENDIAN), b'\0\5hello'),
                              (Tisock.Framing.new_varint(), b'\5hello'),
                              (Tisock.Framing.new_netstring(), b'5:hello,')):
            self.assertEqual(framing.encode(b'hello').get_data(), wire)
            self.assertEqual(framing.encode(bytearray(b'hello')).get_data(), wire)
            frame, end = framing.decode(GLib.Bytes.new(b'--' + wire), 2)
            self.assertEqual((frame.get_data(), end), (b'hello', len(wire) + 2))

    def test_a_frame_that_is_not_whole(self):
        frame, end = Tisock.Framing.new_netstring().decode(GLib.Bytes.new(b'5:hell'), 0)
        self.assertIsNone(frame)
        self.assertEqual(end, 0)

    def test_the_maximum(self):
        framing = Tisock.Framing.new_netstring()
        self.assertEqual(framing.maximum_frame_size, 16 * 1024 * 1024)
        framing.maximum_frame_size = 4
        with self.assert_raises_error(Tisock.SocketError.FRAME_TOO_LARGE):
            framing.encode(b'hello')
        with self.assert_raises_error(Tisock.SocketError.FRAME_TOO_LARGE):
            framing.decode(GLib.Bytes.new(b'5:'), 0)


class SocketTest(TestCase):
    def setUp(self):
        super().setUp()
        self.socket, self.peer = self.make_pair()
        self.framing = Tisock.Framing.new_length_prefix(4, BIG_ENDIAN)

    def test_each_way(self):
        frames = []

        def read(peer):
            while (frame := peer.read_frame(self.framing)) is not None:
                frames.append(frame.get_data() or b'')

        self.peer.connect('data-available', read)
        self.assertTrue(self.socket.write_frame(self.framing, b'bytes\0'))
        self.assertTrue(self.socket.write_frame(self.framing, bytearray(b'array')))
        self.assertTrue(self.socket.write_frame(self.framing, b''))
        self.assertTrue(self.socket.write_frame_bytes(self.framing, GLib.Bytes.new(b'more')))
        iterate_until(lambda: len(frames) == 4)
        self.assertEqual(frames, [b'bytes\0', b'array', b'', b'more'])
        with self.assertRaises(TypeError):
            self.socket.write_frame(self.framing, 'text')

    def test_waiting(self):
        finish = begin(self.peer, 'receive_frame', self.framing)
        self.socket.write_frame(self.framing, b'one')
        self.assertEqual(finish().get_data(), b'one')
        self.socket.write_frame(self.framing, b'two')
        self.assertEqual(self.peer.receive_frame_sync(self.framing, -1), b'two')
        self.socket.shutdown()
        self.assertIsNone(self.peer.receive_frame_sync(self.framing, -1))

    def test_awaiting(self):
        async def receive():
            return await self.peer.receive_frame_async(self.framing)

        self.socket.write_frame(self.framing, b'awaited')
        self.assertEqual(Tisock.run(receive()), b'awaited')

    def test_a_frame_too_large_ends_the_connection(self):
        recorder = Recorder(self.peer)
        self.framing.maximum_frame_size = 3
        self.socket.write(b'\0\0\0\4')
        iterate_until(lambda: self.peer.bytes_available == 4)
        with self.assert_raises_error(Tisock.SocketError.FRAME_TOO_LARGE):
            self.peer.read_frame(self.framing)
        self.assertEqual(recorder.names[-2:], ['error', 'closed'])


if __name__ == '__main__':
    main()
