# group-chat.py: a chat without a server: all who run it hear each other
#
# Run:  python3 group-chat.py NAME PORT [INTERFACE]
# Shows a multicast group, and a port that programs of one machine share.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import Gio, GLib, Tisock  # noqa: E402

GROUP = '239.255.42.42'

if len(sys.argv) < 3:
    sys.exit(f'Usage: {sys.argv[0]} NAME PORT [INTERFACE]')

name, port = sys.argv[1], int(sys.argv[2])
loop = GLib.MainLoop()
keyboard = Gio.DataInputStream(base_stream=Gio.UnixInputStream(fd=0))


# Port 0 is the one that all use.
def say(text):
    sock.write_to(GROUP, 0, f'{name}: {text}'.encode())


def read_keyboard():
    keyboard.read_line_async(GLib.PRIORITY_DEFAULT, None, typed)


def typed(keyboard, result):
    line, length = keyboard.read_line_finish_utf8(result)
    if line is None:
        loop.quit()
    else:
        say(line)
        read_keyboard()


def data_available(sock):
    while datagram := sock.read():
        print(datagram.get_data().decode(errors='replace'), flush=True)


# What one says comes back to oneself as it comes to the others of the machine.
sock = Tisock.UDPSocket(port=port, share_port=True, send_to_self=True)
if len(sys.argv) > 3:
    sock.multicast_interface = Tisock.NetworkInterface.lookup(sys.argv[3])
sock.connect('data-available', data_available)
try:
    sock.open()
    sock.join_multicast_group(GROUP)
except GLib.Error as error:
    sys.exit(error.message)

read_keyboard()
say('hello')
loop.run()
