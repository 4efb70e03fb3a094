# time-server.py: tells everybody who sends it a datagram what time it is
#
# Run:  python3 time-server.py [PORT]        (0, the default: any free port)
# Shows that an answer goes to the address that a question has.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import datetime
import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402


# What came together is announced together, and answered with one system call.
def answer(sock):
    while question := sock.read():
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        sock.write_to(question.get_address(), question.get_port(), now.encode())
        print(f'asked from port {question.get_port()}', flush=True)


sock = Tisock.UDPSocket(port=int(sys.argv[1]) if len(sys.argv) > 1 else 0)
sock.connect('data-available', answer)
try:
    sock.open()
except GLib.Error as error:
    sys.exit(error.message)

print(f'listening on {sock.port}', flush=True)
GLib.MainLoop().run()
