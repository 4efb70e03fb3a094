# test-data.py: bytes and text go in and out as they are
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import socket as posix
import threading
import weakref

from support import HOST, Recorder, TestCase, iterate_until, main, settle
from gi.repository import Gio, GLib, Tisock

TEXT = 'Grüße, 世界 🐍'
BYTES = bytes(range(256)) + b'\0\0\xff'


class ReadingTest(TestCase):
    def setUp(self):
        super().setUp()
        self.socket, self.peer = self.make_pair()

    def send(self, data):
        """Has the bytes come into the socket's buffer."""
        before = self.socket.bytes_available
        self.assertTrue(self.peer.write(data))
        iterate_until(lambda: self.socket.bytes_available == before + len(data))

    def test_nothing(self):
        for read in (self.socket.read, self.socket.look_ahead):
            self.assertEqual(read(-1), b'')
            self.assertEqual(read(5), b'')
        self.assertEqual(self.socket.read_all(), b'')
        self.assertEqual(self.socket.read_bytes(-1).get_data(), b'')
        self.assertEqual(self.socket.read_string(-1), '')
        self.assertIsNone(self.socket.read_line())
        self.assertIsNone(self.socket.read_until(b'\0'))

    def test_read(self):
        self.send(BYTES)
        self.assertEqual(self.socket.read(0), b'')
        self.assertEqual(self.socket.read(3), BYTES[:3])
        self.assertEqual(self.socket.read(1), BYTES[3:4])
        self.assertEqual(self.socket.bytes_available, len(BYTES) - 4)
        self.assertEqual(self.socket.read(10 ** 6), BYTES[4:])
        self.assertEqual(self.socket.bytes_available, 0)

    def test_read_all(self):
        self.send(BYTES)
        data = self.socket.read_all()
        self.assertIsInstance(data, bytes)
        self.assertEqual(data, BYTES)

    def test_look_ahead(self):
        self.send(BYTES)
        self.assertEqual(self.socket.look_ahead(-1), BYTES)
        self.assertEqual(self.socket.look_ahead(2), BYTES[:2])
        self.assertEqual(self.socket.bytes_available, len(BYTES))

    def test_read_bytes(self):
        self.send(BYTES)
        self.assertEqual(self.socket.read_bytes(2).get_data(), BYTES[:2])
        rest = self.socket.read_bytes(-1)
        self.assertIsInstance(rest, GLib.Bytes)
        self.assertEqual(rest.get_data(), BYTES[2:])

    def test_read_until(self):
        self.send(b'one\0\0two\0\0\0\0four')
        self.assertEqual(self.socket.read_until(b'\0\0').get_data(), b'one')
        self.assertEqual(self.socket.read_until(b'\0\0').get_data(), b'two')
        self.assertEqual(self.socket.read_until(b'\0\0').get_data(), b'')
        self.assertIsNone(self.socket.read_until(b'\0\0'))
        self.assertEqual(self.socket.read_all(), b'four')

    def test_read_line(self):
        self.send(f'{TEXT}\r\n\nrest'.encode())
        self.assertEqual(self.socket.read_line(), TEXT)
        self.assertEqual(self.socket.read_line(), '')
        self.assertIsNone(self.socket.read_line())
        self.assertEqual(self.socket.bytes_available, 4)
        self.peer.close()
        iterate_until(lambda: not self.socket.is_connected)
        self.assertEqual(self.socket.read_line(), 'rest')

    def test_read_string(self):
        encoded = TEXT.encode()
        self.send(encoded)
        # A character cut at the end stays.
        self.assertEqual(self.socket.read_string(3), 'Gr')
        self.assertEqual(self.socket.read_string(-1), TEXT[2:])
        self.send('Grüße'.encode('latin1'))
        self.assertEqual(self.socket.read_string(-1, 'ISO-8859-1'), 'Grüße')

    def test_what_is_no_text_stays(self):
        recorder = Recorder(self.socket)
        self.send(b'\xff\xfe\n')
        with self.assert_raises_error(Tisock.SocketError.INVALID_ENCODING):
            self.socket.read_string(-1)
        with self.assert_raises_error(Tisock.SocketError.INVALID_ENCODING):
            self.socket.read_line()
        self.assertEqual(self.socket.read_all(), b'\xff\xfe\n')
        self.assertNotIn('error', recorder.names)

    def test_what_cannot_come_is_an_error(self):
        self.socket.receive_limit = 4
        self.send(b'long')
        with self.assert_raises_error(Tisock.SocketError.FRAME_TOO_LARGE):
            self.socket.read_line()
        with self.assert_raises_error(Tisock.SocketError.FRAME_TOO_LARGE):
            self.socket.read_until(b'\0')
        self.assertEqual(self.socket.read_all(), b'long')

    def test_purge(self):
        self.send(BYTES)
        self.socket.purge()
        self.assertEqual(self.socket.read_all(), b'')


class WritingTest(TestCase):
    def setUp(self):
        super().setUp()
        self.socket, self.peer = self.make_pair()

    def test_each_way(self):
        self.assertTrue(self.socket.write(BYTES))
        self.assertTrue(self.socket.write(bytearray(b'array')))
        self.assertTrue(self.socket.write([0, 1, 255]))
        self.assertTrue(self.socket.write_bytes(GLib.Bytes.new(BYTES)))
        self.assertTrue(self.socket.write_string(TEXT))
        expected = BYTES + b'array\0\1\xff' + BYTES + TEXT.encode()
        self.assertEqual(self.receive(self.peer, len(expected)), expected)

    def test_nothing(self):
        self.assertTrue(self.socket.write(b''))
        self.assertTrue(self.socket.write(None))
        self.assertTrue(self.socket.write_bytes(GLib.Bytes.new(b'')))
        self.assertTrue(self.socket.write_string(''))
        self.assertEqual(self.socket.bytes_left_to_send, 0)

    def test_a_wrong_type_raises(self):
        with self.assertRaises(TypeError):
            self.socket.write('text')
        with self.assertRaises(TypeError):
            self.socket.write_string(b'bytes')

    def test_much(self):
        chunk = BYTES * 1000
        for _ in range(20):
            self.socket.write(chunk)
        received = bytearray()
        self.peer.connect('data-available', lambda peer: received.extend(peer.read_all()))
        iterate_until(lambda: len(received) == 20 * len(chunk))
        self.assertEqual(received, 20 * chunk)

    def test_flush(self):
        self.socket.write(BYTES)
        self.assertTrue(self.socket.flush())
        self.assertEqual(self.socket.bytes_left_to_send, 0)
        self.assertEqual(self.receive(self.peer, len(BYTES)), BYTES)

    def test_a_full_queue_refuses(self):
        self.socket.send_maximum = 4
        with self.assert_raises_error(Tisock.SocketError.QUEUE_FULL):
            self.socket.write(b'longer')
        self.assertTrue(self.socket.write(b'four'))
        self.assertEqual(self.receive(self.peer, 4), b'four')


class EndTest(TestCase):
    def setUp(self):
        super().setUp()
        self.socket, self.peer = self.make_pair()
        self.recorder = Recorder(self.peer)

    def finish(self):
        iterate_until(lambda: 'closed' in self.recorder.names)

    def test_shutdown_sends_what_is_queued(self):
        self.socket.write(BYTES * 4000)
        self.socket.shutdown()
        received = bytearray()
        self.peer.connect('data-available', lambda peer: received.extend(peer.read_all()))
        self.finish()
        self.assertEqual(received, BYTES * 4000)
        self.assert_error(self.recorder.last('error')[0], Tisock.SocketError.LOST_CONNECTION)
        self.assertEqual(self.peer.state, Tisock.SocketState.CLOSED)
        self.assertEqual(self.peer.last_error_number, Tisock.SocketError.LOST_CONNECTION)

    def test_shutdown_write_leaves_reading(self):
        self.peer.allow_half_open = True
        self.socket.shutdown_write()
        iterate_until(lambda: 'read-eof' in self.recorder.names)
        self.peer.write(b'answer')
        self.assertEqual(self.receive(self.socket, 6), b'answer')
        self.peer.shutdown()
        self.finish()

    def test_abort_resets(self):
        self.socket.abort()
        self.finish()
        self.assertEqual(self.peer.state, Tisock.SocketState.ERROR)
        self.assert_error(self.recorder.last('error')[0], Tisock.SocketError.LOST_CONNECTION)

    def test_close_leaves_unread_bytes(self):
        self.socket.write(b'unread')
        iterate_until(lambda: self.peer.bytes_available == 6)
        self.peer.close()
        self.assertEqual(self.recorder.names[-1], 'closed')
        self.assertEqual(self.peer.read_all(), b'unread')
        self.peer.close()
        self.assertEqual(self.recorder.names.count('closed'), 1)


class SynchronousTest(TestCase):
    def test_poll_and_wait(self):
        server = self.make_server()
        socket = self.open_socket(server)
        while socket.state == Tisock.SocketState.CONNECTING:
            self.assertTrue(socket.wait(-1))
        self.assertFalse(socket.wait(1))
        settle()
        server.connections[0].write(b'polled')
        while socket.bytes_available < 6:
            socket.poll()
        self.assertEqual(socket.read_all(), b'polled')


class DescriptorTest(TestCase):
    def test_options(self):
        socket, peer = self.make_pair()
        self.assertTrue(socket.set_option(posix.SOL_SOCKET, posix.SO_KEEPALIVE, 1))
        self.assertEqual(socket.get_option(posix.SOL_SOCKET, posix.SO_KEEPALIVE), (True, 1))
        with self.assertRaises(GLib.Error):
            socket.set_option(-1, -1, 1)
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            Tisock.TCPSocket().get_option(posix.SOL_SOCKET, posix.SO_KEEPALIVE)

    def connect_with_gio(self):
        accepted = []
        server = self.make_server()
        server.connect('accepted', lambda server, peer: accepted.append(peer))
        connection = Gio.SocketClient.new().connect_to_host(HOST, server.port, None)
        iterate_until(lambda: accepted)
        return connection, accepted[0]

    def check_talk(self, socket, peer):
        recorder = Recorder(socket)
        iterate_until(lambda: 'connected' in recorder.names)
        socket.write(b'question')
        self.assertEqual(self.receive(peer, 8), b'question')
        peer.write(b'answer')
        self.assertEqual(self.receive(socket, 6), b'answer')
        socket.close()

    def test_new_from_socket(self):
        connection, peer = self.connect_with_gio()
        socket = Tisock.TCPSocket.new_from_socket(connection.get_socket())
        self.assertEqual(socket.handle, connection.get_socket().get_fd())
        self.check_talk(socket, peer)

    def test_new_from_connection(self):
        connection, peer = self.connect_with_gio()
        self.check_talk(Tisock.TCPSocket.new_from_connection(connection), peer)

    def test_new_from_what_is_not_connected(self):
        stream = Gio.Socket.new(Gio.SocketFamily.IPV4, Gio.SocketType.STREAM,
                                Gio.SocketProtocol.DEFAULT)
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            Tisock.TCPSocket.new_from_socket(stream)

    def test_get_and_steal(self):
        socket, peer = self.make_pair()
        recorder = Recorder(socket)
        handle = socket.handle
        self.assertEqual(socket.get_socket().get_remote_address().get_port(), peer.port)
        stolen = socket.steal_socket()
        settle()
        self.assertIsInstance(stolen, Gio.Socket)
        self.assertEqual(stolen.get_fd(), handle)
        self.assertFalse(socket.is_connected)
        self.assertEqual(recorder.names.count('closed'), 1)
        stolen.send(b'still there')
        self.assertEqual(self.receive(peer, 11), b'still there')
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            socket.get_socket()
        stolen.close()


class IOStreamTest(TestCase):
    """GIO's streams, whose classes the typelib does not know, over a connection."""

    def setUp(self):
        super().setUp()
        self.socket, self.peer = self.make_pair()
        self.recorder = Recorder(self.socket)

    def test_lines(self):
        self.peer.write_string('first\nsec')
        iterate_until(lambda: self.socket.bytes_available == 9)
        stream = self.socket.get_io_stream()
        self.assertIsInstance(stream, Gio.IOStream)
        self.assertIs(self.socket.get_io_stream(), stream)
        self.peer.write_string(f'ond\n{TEXT}\n')
        lines = Gio.DataInputStream.new(stream.get_input_stream())
        self.assertEqual([lines.read_line_utf8()[0] for _ in range(3)], ['first', 'second', TEXT])

        self.assertEqual(stream.get_output_stream().write_all(BYTES), (True, len(BYTES)))
        self.assertEqual(self.receive(self.peer, len(BYTES)), BYTES)
        self.assertEqual(self.socket.state, Tisock.SocketState.CONNECTED)
        stream.close()
        iterate_until(lambda: 'closed' in self.recorder.names)
        self.assertNotIn('error', self.recorder.names)

    def test_async(self):
        stream = self.socket.get_io_stream()
        results = []
        stream.get_input_stream().read_bytes_async(
            100, GLib.PRIORITY_DEFAULT, None,
            lambda source, result: results.append(source.read_bytes_finish(result).get_data()))
        self.peer.write(BYTES[:50])
        iterate_until(lambda: results)
        self.assertEqual(results, [BYTES[:50]])
        stream.close_async(GLib.PRIORITY_DEFAULT, None,
                           lambda source, result: results.append(source.close_finish(result)))
        iterate_until(lambda: len(results) == 2 and not self.socket.is_connected)
        self.assertTrue(results[1])

    def test_pollable(self):
        stream = self.socket.get_io_stream()
        pollable = stream.get_input_stream()
        self.assertIsInstance(pollable, Gio.PollableInputStream)
        self.assertFalse(pollable.is_readable())
        self.peer.write(b'ready')
        self.assertEqual(pollable.read_bytes(1).get_data(), b'r')
        self.assertTrue(pollable.is_readable())
        self.assertEqual(pollable.read_bytes(100).get_data(), b'eady')
        self.assertTrue(stream.get_output_stream().is_writable())
        self.assertEqual(stream.get_output_stream().write_nonblocking(b'abc'), 3)
        self.assertEqual(self.receive(self.peer, 3), b'abc')

    def test_thread(self):
        stream = self.socket.get_io_stream()
        got = []

        def read():
            got.append(stream.get_input_stream().read_bytes(5).get_data())
            stream.close()

        thread = threading.Thread(target=read)
        thread.start()
        self.peer.write(b'bytes')
        iterate_until(lambda: 'closed' in self.recorder.names)
        thread.join()
        self.assertEqual(got, [b'bytes'])

    def test_the_last_reference(self):
        stream = self.socket.get_io_stream()
        reference = weakref.ref(stream)
        del stream
        self.assertIsNone(reference())
        iterate_until(lambda: 'closed' in self.recorder.names)

    def test_own_calls_are_refused(self):
        stream = self.socket.get_io_stream()
        for call in (lambda: self.socket.write(b'x'), self.socket.read_line, self.socket.flush,
                     self.socket.steal_socket):
            with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
                call()
        self.assertEqual(self.socket.read_all(), b'')
        self.assert_error(self.recorder.last('error')[0], Tisock.SocketError.INVALID_STATE)
        self.socket.close()
        with self.assertRaises(GLib.Error) as raised:
            stream.get_input_stream().read_bytes(1)
        self.assertTrue(raised.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CLOSED))


if __name__ == '__main__':
    main()
