# relay.py: passes connections on to another host
#
# Run:  python3 relay.py HOST PORT [PORT-TO-LISTEN-ON]        (0, the default: any free port)
# Shows splice_to(), which needs no memory for what a slow peer has not fetched, and ends by
# itself however either side does.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402

if len(sys.argv) < 3:
    sys.exit('Usage: relay HOST PORT [PORT-TO-LISTEN-ON]')
host, port = sys.argv[1], int(sys.argv[2])


# Neither way, if not both ways: then there is nothing to wait for.
def opened(server, result, client):
    try:
        server.open_finish(result)
        client.splice_to(server)
        server.splice_to(client)
    except GLib.Error as error:
        print(error.message, file=sys.stderr)
        client.abort()
        server.abort()


def accepted(listener, client):
    print(f'port {client.remote_port} came', flush=True)
    client.connect('closed', lambda client: print(f'port {client.remote_port} left', flush=True))
    # It may have ended its side before the server is there; what it has sent is kept.
    client.allow_half_open = True
    server = Tisock.TCPSocket(address=host, port=port)
    server.open_async(None, opened, client)


listener = Tisock.ServerSocket(address='127.0.0.1')
listener.port = int(sys.argv[3]) if len(sys.argv) > 3 else 0
listener.connect('accepted', accepted)
try:
    listener.listen()
except GLib.Error as error:
    sys.exit(error.message)

print(f'listening on {listener.port}', flush=True)
GLib.MainLoop().run()
