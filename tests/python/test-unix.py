# test-unix.py: who is at the other end of a Unix socket
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import pathlib
import tempfile

from support import TestCase, main
from gi.repository import Gio, Tisock


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


if __name__ == '__main__':
    main()
