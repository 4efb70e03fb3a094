# message-client.py: asks a message server about texts, one after the other
#
# Run:  python3 message-client.py HOST PORT TEXT...
# Shows a client without a main loop, that waits for the answer by its number.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402

if len(sys.argv) < 4:
    sys.exit('Usage: message-client.py HOST PORT TEXT...')

try:
    with Tisock.EasyTCPSocket(address=sys.argv[1], port=int(sys.argv[2])) as socket:
        socket.open_sync(-1)
        for number, text in enumerate(sys.argv[3:]):
            socket.send_message(number, text.encode())
            print(f'{text}: {socket.receive_message_sync(number, -1).decode()}', flush=True)
except GLib.Error as error:
    sys.exit(error.message)
