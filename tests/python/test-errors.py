# test-errors.py: failures are exceptions and signals, with domains and codes one can ask for
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import errno
import socket as posix

from support import HOST, Recorder, TestCase, iterate_until, main
from gi.repository import Gio, GLib, Tisock

# Xojo's numbers, which programs compare with.
NUMBERS = {
    'OPEN_DRIVER': 100,
    'LOST_CONNECTION': 102,
    'NAME_RESOLUTION': 103,
    'ADDRESS_IN_USE': 105,
    'INVALID_STATE': 106,
    'INVALID_PORT': 107,
    'OUT_OF_MEMORY': 108,
    'QUEUE_FULL': 200,
    'FRAME_TOO_LARGE': 201,
    'INVALID_ENCODING': 202,
}


class ErrorsTest(TestCase):
    def refusing_port(self):
        """A port that is bound, so that nobody else takes it, but not listened on."""
        blocker = posix.socket()
        self.addCleanup(blocker.close)
        blocker.bind((HOST, 0))
        return blocker.getsockname()[1]

    def test_the_domain(self):
        quark = Tisock.socket_error_quark()
        self.assertEqual(GLib.quark_to_string(quark), 'tisock-socket-error-quark')
        self.assertEqual(Tisock.SocketError.quark(), quark)
        self.assertEqual({name: getattr(Tisock.SocketError, name) for name in NUMBERS}, NUMBERS)

    def test_what_is_raised_is_announced_too(self):
        socket = Tisock.TCPSocket(address=HOST, port=0)
        recorder = Recorder(socket)
        with self.assertRaises(GLib.Error) as context:
            socket.open()
        error = context.exception
        self.assertEqual(error.domain, 'tisock-socket-error-quark')
        self.assertEqual(error.code, Tisock.SocketError.INVALID_PORT)
        self.assertIn('port 0', error.message)
        announced, = recorder.last('error')
        self.assertEqual((announced.domain, announced.code, announced.message),
                         (error.domain, error.code, error.message))
        self.assertEqual(socket.last_error_number, Tisock.SocketError.INVALID_PORT)

    def test_codes_of_gio_stay(self):
        socket = Tisock.TCPSocket(address=HOST, port=self.refusing_port())
        recorder = Recorder(socket)
        socket.open()
        iterate_until(lambda: 'closed' in recorder.names)
        error, = recorder.last('error')
        self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CONNECTION_REFUSED))
        self.assertFalse(error.matches(Tisock.socket_error_quark(), error.code))
        self.assertIn(HOST, error.message)
        self.assertEqual(socket.last_error_number, errno.ECONNREFUSED)
        self.assertEqual(socket.state, Tisock.SocketState.ERROR)

    def test_an_address_in_use(self):
        server = self.make_server()
        for other in (Tisock.ServerSocket(address=HOST), Tisock.TCPSocket(address=HOST)):
            other.port = server.port
            recorder = Recorder(other)
            with self.assert_raises_error(Tisock.SocketError.ADDRESS_IN_USE):
                other.listen()
            self.assertEqual(recorder.names, ['error', 'closed'])
            self.assertEqual(other.state, Tisock.SocketState.ERROR)
            self.assertEqual(other.last_error_number, Tisock.SocketError.ADDRESS_IN_USE)

    def test_each_call_in_a_wrong_state_raises(self):
        socket = Tisock.TCPSocket()
        for call in (lambda: socket.write(b'data'), lambda: socket.write_string('text'),
                     lambda: socket.write_bytes(GLib.Bytes.new(b'data')), socket.flush,
                     socket.get_socket, socket.get_io_stream, socket.steal_socket,
                     lambda: socket.wait(0)):
            with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
                call()
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            Tisock.ServerSocket().accept()

    def test_a_refused_setting_is_announced(self):
        socket, peer = self.make_pair()
        recorder = Recorder(socket)
        port = socket.port
        socket.port = 7000
        self.assert_error(recorder.last('error')[0], Tisock.SocketError.INVALID_STATE)
        self.assertEqual(socket.port, port)

    def test_after_a_failure_it_can_be_opened_again(self):
        server = self.make_server()
        socket = Tisock.TCPSocket(address=HOST, port=self.refusing_port())
        socket.open()
        iterate_until(lambda: socket.state == Tisock.SocketState.ERROR)
        self.open_socket(server, socket)
        iterate_until(lambda: socket.is_connected)
        self.assertEqual(socket.last_error_number, 0)


class RaisingHandlersTest(TestCase):
    """A handler that raises is reported by sys.excepthook, and the socket goes on."""

    def test_a_handler(self):
        socket, peer = self.make_pair()
        calls = []

        def data_available(socket):
            calls.append(socket.read_all())
            raise ValueError('handler')

        socket.connect('data-available', data_available)
        for data in (b'one', b'two'):
            peer.write(data)
            iterate_until(lambda: data in calls)
        self.assertTrue(socket.is_connected)
        self.assertEqual([type(error) for error in self.take_raised()], [ValueError, ValueError])

    def test_slots(self):
        class Raising(Tisock.TCPSocket):
            def do_data_available(self):
                self.data = self.read_all()
                raise ValueError('data')

            def do_send_progress(self, sent, left):
                raise ValueError('progress')

            def do_error(self, error):
                raise ValueError('error')

            def do_closed(self):
                raise ValueError('closed')

        socket, peer = self.make_pair(Raising())
        recorder = Recorder(socket)
        peer.write(b'one')
        iterate_until(lambda: hasattr(socket, 'data'))
        socket.write(b'two')
        iterate_until(lambda: 'send-complete' in recorder.names)
        # What was raised is not taken for TRUE.
        self.assertEqual(recorder.last('send-complete'), (False,))
        self.assertEqual(self.receive(peer, 3), b'two')
        peer.close()
        iterate_until(lambda: 'closed' in recorder.names)
        self.assertEqual([str(error) for error in self.take_raised()],
                         ['data', 'progress', 'error', 'closed'])

    def test_a_handler_of_the_server(self):
        server = self.make_server()
        server.connect('accepted', lambda server, socket: 1 // 0)
        for _ in range(2):
            socket, peer = self.make_pair(server=server)
            peer.write(b'data')
            self.assertEqual(self.receive(socket, 4), b'data')
        self.assertEqual(len(self.take_raised()), 2)

    def test_a_nested_failure(self):
        socket, peer = self.make_pair()
        socket.send_maximum = 1
        socket.connect('data-available', lambda socket: socket.write(socket.read_all()))
        recorder = Recorder(socket)
        peer.write(b'more than one')
        iterate_until(lambda: 'error' in recorder.names)
        error, = self.take_raised()
        self.assert_error(error, Tisock.SocketError.QUEUE_FULL)


if __name__ == '__main__':
    main()
