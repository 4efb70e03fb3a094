# message-server.py: counts the characters of the texts that its clients ask about
#
# Run:  python3 message-server.py [PORT]        (0, the default: any free port)
# Shows messages, and a subclass that handles them: each arrives as a whole, with a number that the
# client has given it. What is longer than a megabyte ends the connection.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402


class Clerk(Tisock.EasyTCPSocket):
    def do_received_message(self, command, data):
        text = (data.get_data() or b'').decode(errors='replace')
        self.send_message(command, str(len(text)).encode())

    def do_error(self, error):
        print(error.message, file=sys.stderr)


server = Tisock.ServerSocket(address='127.0.0.1')
server.port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
# Without a handler the connections would be plain TCPSockets.
server.connect('add-socket', lambda server: Clerk(maximum_message_size=1024 * 1024))
try:
    server.listen()
except GLib.Error as error:
    sys.exit(error.message)

print(f'listening on {server.port}', flush=True)
GLib.MainLoop().run()
