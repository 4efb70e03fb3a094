# echo-asyncio.py: asyncio's protocols
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import asyncio
import os
import ssl
import sys


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


def make_context():
    if sys.argv[1:] != ['tls']:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(os.environ['BENCH_CERTIFICATE'])
    return context


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, '127.0.0.1', 0, backlog=4096, ssl=make_context())
    print('listening on', server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
