# fetch-async.py: fetches a web page with HTTP/1.0 and prints it, one step after the other
#
# Run:  python3 fetch-async.py HOST PORT [PATH]        (status and headers go to the standard error)
# Shows a conversation in calls that are awaited: what they fail with is an exception.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402

if len(sys.argv) not in (3, 4):
    sys.exit(f'Usage: {sys.argv[0]} HOST PORT [PATH]')

host, port, path = sys.argv[1], int(sys.argv[2]), (sys.argv + ['/'])[3]


# HTTP/1.0 ends an answer by ending the stream, and so does `async for`.
async def fetch():
    sock = Tisock.TCPSocket(address=host, port=port, timeout=30000, idle_timeout=30000)
    async with sock:
        await sock.open_async()
        sock.write_string(f'GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n')
        head = await sock.receive_until_async(b'\r\n\r\n')
        print(head.decode('latin-1'), file=sys.stderr)
        async for chunk in sock.chunks():
            sys.stdout.buffer.write(chunk)

    return head.split()[1:2] == [b'200']


try:
    sys.exit(0 if Tisock.run(fetch()) else 1)
except GLib.Error as error:
    sys.exit(error.message)
