# chat-client.py: takes part in a chat; what is typed is said, what others say is printed
#
# Run:  python3 chat-client.py HOST PORT NAME        (Ctrl-D leaves)
# Shows a socket and the terminal in one main loop, and how to leave without losing a word.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import Gio, GLib, Tisock  # noqa: E402

if len(sys.argv) != 4:
    sys.exit(f'Usage: {sys.argv[0]} HOST PORT NAME')

host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
loop = GLib.MainLoop()
keyboard = Gio.DataInputStream(base_stream=Gio.UnixInputStream(fd=0))


def read_keyboard():
    keyboard.read_line_async(GLib.PRIORITY_DEFAULT, None, typed)


# One typed line. At the end of the input shutdown() still sends everything that was written;
# close() would drop it.
def typed(keyboard, result):
    line, length = keyboard.read_line_finish_utf8(result)
    if line is None:
        sock.shutdown()
    elif sock.is_connected:
        sock.write_string(line + '\n')
        read_keyboard()


def connected(sock):
    print('connected', flush=True)
    sock.write_string(name + '\n')
    read_keyboard()


def data_available(sock):
    while (line := sock.read_line()) is not None:
        print(line, flush=True)


# The server's or one's own orderly end is LOST_CONNECTION as well, but leaves the state CLOSED.
def failed(sock, error):
    if sock.state != Tisock.SocketState.CLOSED:
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
sys.exit(0 if sock.state == Tisock.SocketState.CLOSED else 1)
