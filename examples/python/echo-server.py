# echo-server.py: sends every client back what it sends
#
# Run:  python3 echo-server.py [PORT]        (0, the default: any free port)
# Shows a server that holds no state of its own, and back-pressure in two lines.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402


# What a client has not fetched yet waits in the send queue. While that is long, its bytes are
# left unread: the socket then stops reading by itself, and `drained` says when to go on.
def echo(sock):
    if not sock.needs_drain:
        sock.write(sock.read_all())


# The library keeps an open socket alive until it has closed, so there is nothing to store.
def accepted(server, sock):
    print(f'port {sock.remote_port} came', flush=True)
    sock.connect('data-available', echo)
    sock.connect('drained', echo)
    sock.connect('closed', lambda sock: print(f'port {sock.remote_port} left', flush=True))


# Without an address it would listen on all interfaces.
server = Tisock.ServerSocket(address='127.0.0.1')
server.port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
server.connect('accepted', accepted)
try:
    server.listen()
except GLib.Error as error:
    sys.exit(error.message)

print(f'listening on {server.port}', flush=True)
GLib.MainLoop().run()
