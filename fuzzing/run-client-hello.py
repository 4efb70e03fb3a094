#!/usr/bin/env python3
# run-client-hello.py: gives the fuzzer real hellos to begin with
#
# run-client-hello.py TARGET [ARGUMENT…]
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import pathlib
import ssl
import subprocess
import sys
import tempfile

RECORD_HEADER = 5


def make_hello(name, version, protocols):
    context = ssl.create_default_context()
    context.maximum_version = version
    context.set_alpn_protocols(protocols)
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()


def split(hello, size):
    """The same message in records that hold so much of it each."""
    message = hello[RECORD_HEADER:]
    pieces = [message[i:i + size] for i in range(0, len(message), size)]
    return b''.join(hello[:3] + len(piece).to_bytes(2, 'big') + piece for piece in pieces)


def make_seeds():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for name in ('localhost', 'www.example.org', '127.0.0.1'):
            for protocols in ([], ['h2', 'http/1.1']):
                hello = make_hello(name, version, protocols)
                yield from (hello, split(hello, 100), split(hello, 1), hello + b'\x17\x03\x03\0\1a')


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        for i, seed in enumerate(make_seeds()):
            # The first byte says how the target cuts the others.
            path = pathlib.Path(folder, str(i))
            path.write_bytes(bytes([i * 5 % 256]) + seed)
        return subprocess.run([*command, folder]).returncode


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
