# unix-service.py: greets the programs of its own user, and nobody else
#
# Run:  python3 unix-service.py PATH        then for instance: socat - UNIX-CONNECT:PATH
# Shows a server on a path in the file system, and who is at the other end of a connection.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal
import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import Gio, GLib, Tisock  # noqa: E402


# The mode of the path keeps all others out but root.
def accepted(server, sock):
    peer = sock.get_credentials()
    if peer.is_same_user(Gio.Credentials()):
        print(f'process {peer.get_unix_pid()} came', flush=True)
        sock.write_string(f'hello {GLib.get_user_name()}, you are process {peer.get_unix_pid()}\n')
        sock.shutdown()
    else:
        print(f'user {peer.get_unix_user()} was refused', flush=True)
        sock.close()


# That removes the path. One that is killed leaves it behind, and the next one takes it over.
def interrupt():
    server.close()
    loop.quit()


if len(sys.argv) != 2:
    sys.exit('Usage: unix-service.py PATH')

loop = GLib.MainLoop()
server = Tisock.ServerSocket(socket_mode=0o600)
server.connect('accepted', accepted)
try:
    server.add_address(Gio.UnixSocketAddress.new(sys.argv[1]))
    server.listen()
except GLib.Error as error:
    sys.exit(error.message)

GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, interrupt)
print(f'listening on {sys.argv[1]}', flush=True)
loop.run()
