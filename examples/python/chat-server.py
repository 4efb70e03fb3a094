# chat-server.py: passes what each member of a chat says on to the others
#
# Run:  python3 chat-server.py [PORT]        (0, the default: any free port)
# The first line a member sends is its name, each further line is said to all others.
# Shows lines, a subclass that handles its own signals, and the list of a server's connections.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402


class Member(Tisock.TCPSocket):
    name = None

    def do_data_available(self):
        try:
            # None: the rest of the line is still on its way.
            while (line := self.read_line()) is not None:
                self.handle_line(line)
        except GLib.Error:  # this is no text, or a line without end
            self.close()

    def do_closed(self):
        if self.name is not None:
            self.announce('has left')

    def handle_line(self, line):
        if self.name is not None:
            self.tell_others(f'{self.name}: {line}')
        else:
            self.name = line
            self.announce('has come')

    def announce(self, event):
        print(f'* {self.name} {event}', flush=True)
        self.tell_others(f'* {self.name} {event}')

    # A copy of the list, because a write that fails can close its socket.
    def tell_others(self, text):
        for other in list(server.connections):
            if other is not self and other.name is not None:
                with contextlib.suppress(GLib.Error):
                    other.write_string(text + '\n')


# The limits keep a member that never ends a line, or never reads, from filling the memory.
def add_socket(server):
    return Member(receive_limit=4096, send_maximum=256 * 1024)


server = Tisock.ServerSocket(address='127.0.0.1')
server.port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
server.connect('add-socket', add_socket)
try:
    server.listen()
except GLib.Error as error:
    sys.exit(error.message)

print(f'listening on {server.port}', flush=True)
GLib.MainLoop().run()
