# discovery-chat.py: a chat of all who are there, who know of each other
#
# Run:  python3 discovery-chat.py PORT [INTERFACE]
# What is typed is said to all; "/NAME text" to one of them. Shows a group that needs no server
# and no addresses.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import Gio, GLib, Tisock  # noqa: E402

GROUP = 'discovery-chat'
SAY, WHISPER = 1, 2

if len(sys.argv) < 2:
    sys.exit(f'Usage: {sys.argv[0]} PORT [INTERFACE]')

loop = GLib.MainLoop()
keyboard = Gio.DataInputStream(base_stream=Gio.UnixInputStream(fd=0))


def say(text):
    if text.startswith('/'):
        member, _, text = text[1:].partition(' ')
        chat.send_message_to_individual(member, WHISPER, text)
    else:
        chat.send_message(SAY, text)


def read_keyboard():
    keyboard.read_line_async(GLib.PRIORITY_DEFAULT, None, typed)


# Who closes the socket tells the others by that.
def typed(keyboard, result):
    line, length = keyboard.read_line_finish_utf8(result)
    if line is None:
        chat.close()
        return
    try:
        say(line)
    except OSError as error:
        print(error, file=sys.stderr)
    read_keyboard()


def received_message(chat, sender, command, data):
    text = (data.get_data() or b'').decode(errors='replace')
    print(f'{sender}{" whispers" if command == WHISPER else ""}: {text}', flush=True)


chat = Tisock.AutoDiscovery()
if len(sys.argv) > 2:
    chat.multicast_interface = Tisock.NetworkInterface.lookup(sys.argv[2])
chat.connect('member-joined', lambda chat, member: print(f'+ {member}', flush=True))
chat.connect('member-left', lambda chat, member: print(f'- {member}', flush=True))
chat.connect('received-message', received_message)
chat.connect('closed', lambda chat: loop.quit())
try:
    chat.bind(int(sys.argv[1]))
    chat.register(GROUP)
except GLib.Error as error:
    sys.exit(error.message)

read_keyboard()
loop.run()
