# service-publisher.py: an echo server that the local network finds by itself
#
# Run:  python3 service-publisher.py [NAME]        (that of the host)
# Shows a server without a fixed port, and what becomes of its name if somebody else has it.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402


def accepted(server, sock):
    sock.connect('data-available', lambda sock: sock.write(sock.read_all()))


def published(publisher, pspec):
    if publisher.is_published:
        print(f'published as {publisher.name}', flush=True)


# The server goes on: who knows the port can connect.
def failed(publisher, error):
    print(error.message, file=sys.stderr)


server = Tisock.ServerSocket()
server.connect('accepted', accepted)
server.listen()
print(f'listening on {server.port}', flush=True)

name = sys.argv[1] if len(sys.argv) > 1 else None
publisher = Tisock.ServicePublisher.new(server, name, '_tisock-echo._tcp')
publisher.connect('notify::is-published', published)
publisher.connect('error', failed)
publisher.publish()
GLib.MainLoop().run()
