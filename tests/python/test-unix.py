# test-unix.py: who is at the other end of a Unix socket, and passing descriptors to it
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import pathlib
import tempfile

from support import TestCase, iterate_until, main
from gi.repository import Gio, GLib, Tisock


class UnixTest(TestCase):
    def make_unix_pair(self):
        """As make_pair(), by a path."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        address = Gio.UnixSocketAddress.new(str(pathlib.Path(folder.name) / 'socket'))
        server = Tisock.ServerSocket()
        server.add_address(address)
        server.listen()
        self.addCleanup(server.close)
        return self.make_pair(Tisock.TCPSocket(connectable=address), server)

    def test_credentials(self):
        for socket in self.make_unix_pair():
            credentials = socket.get_credentials()
            self.assertEqual(credentials.get_unix_pid(), os.getpid())
            self.assertEqual(credentials.get_unix_user(), os.getuid())

    def test_no_credentials(self):
        socket, peer = self.make_pair()
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE) as context:
            socket.get_credentials()
        self.assertIn('not one by a Unix socket', context.error.message)

    def test_descriptors(self):
        socket, peer = self.make_unix_pair()
        self.assertEqual(peer.maximum_descriptors, 0)
        peer.maximum_descriptors = 2
        self.assertIsNone(peer.read_descriptors(-1))

        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.assertTrue(socket.write_descriptors(b'here', Gio.UnixFDList.new_from_array([writer])))
        self.assertEqual(self.receive(peer, 4), b'here')
        self.assertEqual(peer.descriptors_available, 1)
        received, = peer.read_descriptors(-1).steal_fds()
        os.write(received, b'through')
        os.close(received)
        self.assertEqual(os.read(reader, 100), b'through')
        self.assertEqual(os.read(reader, 100), b'')

    def test_too_many_descriptors(self):
        socket, peer = self.make_unix_pair()
        failures = []
        peer.connect('error', lambda peer, error: failures.append(error))
        peer.maximum_descriptors = 1
        descriptors = Gio.UnixFDList()
        for descriptor in range(2):
            descriptors.append(descriptor)
        socket.write_descriptors(b'too many', descriptors)
        iterate_until(lambda: failures and not peer.is_connected)
        self.assertTrue(failures[0].matches(Gio.io_error_quark(),
                                            Gio.IOErrorEnum.MESSAGE_TOO_LARGE))
        self.assertEqual((peer.descriptors_available, peer.bytes_available), (0, 0))

    def test_refused_descriptors(self):
        socket, peer = self.make_unix_pair()
        with self.assertRaises(GLib.Error) as context:
            socket.write_descriptors(b'', Gio.UnixFDList())
        self.assertTrue(context.exception.matches(Gio.io_error_quark(),
                                                  Gio.IOErrorEnum.INVALID_ARGUMENT))
        socket, peer = self.make_pair()
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            socket.write_descriptors(b'data', Gio.UnixFDList())


if __name__ == '__main__':
    main()
