# echo-client.py: sends a text to an echo server and waits until all of it is back
#
# Run:  python3 echo-client.py HOST PORT TEXT
# Shows a client's whole life in signals: connected, data-available, error, closed.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402

if len(sys.argv) != 4:
    sys.exit(f'Usage: {sys.argv[0]} HOST PORT TEXT')

host, port, text = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
loop = GLib.MainLoop()
echoed = False


def connected(sock):
    print('connected', flush=True)
    sock.write(text)


# TCP may deliver the text in any number of pieces: unread, they add up in the socket.
def data_available(sock):
    global echoed

    if sock.bytes_available >= len(text):
        answer = sock.read_all()
        echoed = answer == text
        print(answer.decode(), flush=True)
        sock.shutdown()


# The end of a connection is reported as an error too, LOST_CONNECTION.
def failed(sock, error):
    if not echoed:
        print(error.message, file=sys.stderr)


def closed(sock):
    print('closed', flush=True)
    loop.quit()


sock = Tisock.TCPSocket(address=host, port=port)
sock.connect('connected', connected)
sock.connect('data-available', data_available)
sock.connect('error', failed)
sock.connect('closed', closed)
try:
    sock.open()
except GLib.Error:  # it failed at once, and the signal has said why
    sys.exit(1)

loop.run()
sys.exit(0 if echoed else 1)
