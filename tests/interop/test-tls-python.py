# test-tls-python.py: Python's module ssl, as client and as server
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

from peers import CLOSED, ERROR, Tisock, iterate_until
from gi.repository import Gio
from tls import FOLDER, ClientTests, ScriptClient, ScriptServer, ServerTests, main, with_versions

COMMAND = (sys.executable, FOLDER / 'tls-peer.py')


class PythonClient(ScriptClient, ServerTests):
    command = COMMAND


class PythonServer(ScriptServer, ClientTests):
    command = COMMAND

    def agree(self, certificate):
        """A connection with a server that has agreed on TLS; what the socket says."""
        server, port = self.start_server(self.side(certificate=certificate), later=True)
        sock, events = self.client(port, self.make_socket(ssl_enabled=False))
        sock.write(b'STARTTLS\n')
        self.assertEqual(self.receive(sock, 9), b'go ahead\n')
        self.assertFalse(sock.ssl_connected)
        sock.start_tls()
        iterate_until(lambda: sock.state != Tisock.SocketState.CONNECTING)
        return sock, events

    def test_start_later(self):
        sock, events = self.agree('localhost')
        self.assert_agreed(sock)
        self.assertEqual(events.names.count('connected'), 2)
        self.converse(sock)
        sock.shutdown()
        self.assert_lost(sock, events, CLOSED)

    def test_start_later_with_stranger(self):
        sock, events = self.agree('stranger')
        self.assert_ended(sock, events, ERROR)
        self.assertIn('“CN=stranger”', self.assert_tls_error(events, Gio.TlsError.BAD_CERTIFICATE))


with_versions(globals(), PythonClient, PythonServer)
main()
