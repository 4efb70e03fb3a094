# https-fetch.py: fetches a web page with HTTP/1.0 under TLS and prints it
#
# Run:  python3 https-fetch.py HOST PORT [PATH] [AUTHORITY]   (status and headers go to the standard
#       error)
# Shows TLS. AUTHORITY is a file with certificates to trust in place of the system's.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import gi

gi.require_version('Tisock', '1')
from gi.repository import Gio, GLib, Tisock  # noqa: E402

if len(sys.argv) not in (3, 4, 5):
    sys.exit(f'Usage: {sys.argv[0]} HOST PORT [PATH] [AUTHORITY]')

host, port, path = sys.argv[1], int(sys.argv[2]), (sys.argv + ['/'])[3]


# HTTP/1.0 ends an answer by ending the stream, which TLS keeps others from doing.
async def fetch():
    sock = Tisock.SSLSocket(address=host, port=port, timeout=30000, idle_timeout=30000)
    if len(sys.argv) > 4:
        sock.trust_database = Gio.TlsFileDatabase.new(sys.argv[4])
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
