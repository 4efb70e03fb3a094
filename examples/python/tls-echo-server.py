# tls-echo-server.py: sends every client back what it sends, under TLS
#
# Run:  python3 tls-echo-server.py CERTIFICATE KEY [PORT]        (0, the default: any free port)
# Shows a server with TLS, and how its certificate is renewed: SIGHUP reads both files again.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal
import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402

if len(sys.argv) not in (3, 4):
    sys.exit(f'Usage: {sys.argv[0]} CERTIFICATE KEY [PORT]')


def echo(sock):
    if not sock.needs_drain:
        sock.write(sock.read_all())


# After the handshake.
def accepted(server, sock):
    print(f'port {sock.remote_port} came with {sock.cipher}', flush=True)
    sock.connect('data-available', echo)
    sock.connect('drained', echo)


# The handshake has failed, or has taken too long.
def dropped(server, address, reason):
    print(f'port {address.get_port()} was dropped', flush=True)


def hang_up():
    try:
        settings.reload()
        print('renewed', flush=True)
    except GLib.Error as error:
        print(f'the old certificate stays: {error.message}', flush=True)

    return GLib.SOURCE_CONTINUE


try:
    settings = Tisock.TlsSettings.new_from_files(sys.argv[1], sys.argv[2])
    server = Tisock.ServerSocket(address='127.0.0.1', tls_settings=settings)
    server.port = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    server.connect('accepted', accepted)
    server.connect('dropped', dropped)
    server.listen()
except GLib.Error as error:
    sys.exit(error.message)

GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGHUP, hang_up)
print(f'listening on {server.port}', flush=True)
GLib.MainLoop().run()
