# test-waiting.py: the asynchronous and the blocking calls
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import tempfile

from support import Recorder, TestCase, begin, iterate_until, main
from gi.repository import Gio, GLib, Tisock


class AsyncTest(TestCase):
    def setUp(self):
        super().setUp()
        self.socket, self.peer = self.make_pair()

    def test_open(self):
        server = self.make_server()
        socket = Tisock.TCPSocket(address='127.0.0.1', port=server.port)
        self.addCleanup(socket.close)
        self.assertTrue(begin(socket, 'open')())
        self.assertTrue(socket.is_connected)

    def test_receive(self):
        finish = begin(self.socket, 'receive', -1)
        self.peer.write(b'bytes\0')
        self.assertEqual(finish().get_data(), b'bytes\0')

    def test_receive_exactly(self):
        finish = begin(self.socket, 'receive_exactly', 3)
        self.peer.write(b'abcd')
        self.assertEqual(finish().get_data(), b'abc')

    def test_receive_until(self):
        finish = begin(self.socket, 'receive_until', b'\0\0')
        self.peer.write(b'abc\0\0d')
        self.assertEqual(finish().get_data(), b'abc')

    def test_receive_line(self):
        finish = begin(self.socket, 'receive_line')
        self.peer.write('Grüße\n'.encode())
        self.assertEqual(finish(), 'Grüße')
        finish = begin(self.socket, 'receive_line')
        self.peer.shutdown()
        self.assertIsNone(finish())

    def test_send(self):
        self.assertTrue(begin(self.socket, 'send', b'one')())
        self.assertTrue(begin(self.socket, 'send_bytes', GLib.Bytes.new(b'two'))())
        self.assertTrue(begin(self.socket, 'flush')())
        self.assertEqual(self.receive(self.peer, 6), b'onetwo')

    def test_shutdown(self):
        self.assertTrue(begin(self.socket, 'shutdown')())
        self.assertEqual(self.socket.state, Tisock.SocketState.CLOSED)

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        finish = begin(self.socket, 'receive', -1, cancellable=cancellable)
        cancellable.cancel()
        with self.assertRaises(GLib.Error) as caught:
            finish()
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))


class TransferTest(TestCase):
    """Files, and sockets that are spliced."""

    def setUp(self):
        super().setUp()
        self.socket, self.peer = self.make_pair()
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(b'0123456789')
        self.file = Gio.File.new_for_path(file.name)
        self.addCleanup(os.unlink, file.name)

    def test_send_file(self):
        self.assertEqual(begin(self.socket, 'send_file', self.file, 0, -1)(), 10)
        self.assertEqual(self.socket.send_file_sync(self.file, 5, 2, -1), 2)
        self.assertEqual(self.receive(self.peer, 12), b'012345678956')

    def test_send_file_from_fd(self):
        with open(self.file.get_path(), 'rb') as file:
            finish = begin(self.socket, 'send_file_from_fd', file.fileno(), 8, -1)
        self.assertEqual(finish(), 2)
        with open(self.file.get_path(), 'rb') as file:
            self.assertEqual(self.socket.send_file_from_fd_sync(file.fileno(), 0, 1, -1), 1)
        self.assertEqual(self.receive(self.peer, 3), b'890')

    def test_send_file_refused(self):
        with self.assertRaises(GLib.Error) as caught:
            self.socket.send_file_sync(Gio.File.new_for_path('/dev/null'), 0, -1, -1)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                 Gio.IOErrorEnum.NOT_REGULAR_FILE))

    def test_splice_to(self):
        near, far = self.make_pair()
        finish = begin(self.peer, 'splice_to', near)
        self.assertTrue(near.splice_to(self.peer))
        self.socket.write(b'question')
        self.assertEqual(self.receive(far, 8), b'question')
        far.write(b'answer')
        self.assertEqual(self.receive(self.socket, 6), b'answer')
        self.socket.shutdown_write()
        self.assertEqual(finish(), 8)

    def test_splice_to_blocking(self):
        near, _ = self.make_pair()
        with self.assertRaises(GLib.Error) as caught:
            self.peer.splice_to_sync(near, 0)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT))


class ServerTest(TestCase):
    def test_accept(self):
        server = self.make_server(auto_accept=False)
        finish = begin(server, 'accept')
        socket = self.open_socket(server)
        peer = finish()
        peer.write(b'hello')
        self.assertEqual(self.receive(socket, 5), b'hello')

    def test_accept_blocking(self):
        server = self.make_server(auto_accept=False)
        self.open_socket(server)
        self.assertTrue(server.accept_sync(-1).is_connected)

    def test_drain(self):
        server = self.make_server()
        socket, peer = self.make_pair(server=server)
        log = Recorder(peer, draining=lambda peer: peer is not None and peer.close())
        finish = begin(server, 'drain', 1000)
        completed, aborted = finish()[1:]
        self.assertEqual((completed, aborted), (1, 0))
        self.assertIn('draining', log.names)
        self.assertFalse(server.is_listening)


class BlockingTest(TestCase):
    def setUp(self):
        super().setUp()
        self.socket, self.peer = self.make_pair()

    def test_open(self):
        server = self.make_server()
        socket = Tisock.TCPSocket(address='127.0.0.1', port=server.port)
        self.addCleanup(socket.close)
        self.assertTrue(socket.open_sync(-1))
        self.assertTrue(socket.is_connected)

    def test_conversation(self):
        self.assertTrue(self.peer.send_sync(b'some', -1))
        self.assertEqual(self.socket.receive_sync(-1, -1), b'some')
        self.assertTrue(self.peer.send_bytes_sync(GLib.Bytes.new(b'1234until;line\n'), -1, None))
        self.assertEqual(self.socket.receive_exactly_sync(4, -1), b'1234')
        self.assertEqual(self.socket.receive_until_sync(b';', -1), b'until')
        self.assertEqual(self.socket.receive_line_sync(-1), 'line')
        self.assertTrue(self.peer.flush_sync(-1))

    def test_times_out(self):
        for receive in (lambda: self.socket.receive_sync(-1, 0),
                        lambda: self.socket.shutdown_sync(0)):
            with self.assertRaises(GLib.Error) as caught:
                receive()
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                     Gio.IOErrorEnum.TIMED_OUT))


if __name__ == '__main__':
    main()
