# echo-tisock.py: tisock in Python
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402


def data_available(sock):
    sock.write(sock.read_all())


def accepted(server, sock):
    sock.connect('data-available', data_available)


server = Tisock.ServerSocket(address='127.0.0.1')
if sys.argv[1:] == ['tls']:
    server.props.tls_settings = Tisock.TlsSettings.new_from_files(
        os.environ['BENCH_CERTIFICATE'], None)
server.connect('accepted', accepted)
server.listen()
print('listening on', server.props.port, flush=True)
GLib.MainLoop().run()
