# time-client.py: asks a time server what time it is, again if there is no answer
#
# Run:  python3 time-client.py HOST PORT
# Shows a socket with one peer, without a main loop: datagrams get lost, and that nobody is there
# may be reported, or not.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402

QUESTIONS = 5
PATIENCE = 1000                 # ms

if len(sys.argv) != 3:
    sys.exit(f'Usage: {sys.argv[0]} HOST PORT')


def ask(sock):
    for _ in range(QUESTIONS):
        sock.write_to(None, 0, b'')
        while True:
            if errors:
                return None
            if answer := sock.read():
                return answer.get_data().decode()
            if not sock.wait(PATIENCE):
                break
    return None


errors = []
sock = Tisock.UDPSocket(peer_address=sys.argv[1], peer_port=int(sys.argv[2]))
sock.connect('error', lambda sock, error: errors.append(error.message))
try:
    sock.open_sync(-1)
except GLib.Error as error:
    sys.exit(error.message)

answer = ask(sock)
sock.close()
sys.exit(print(answer) if answer else '\n'.join(errors) or 'no answer')
