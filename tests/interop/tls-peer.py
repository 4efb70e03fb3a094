# tls-peer.py: TLS of Python's; a client is a pipe, and a server sends everything back
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import json
import os
import select
import socket
import ssl
import sys
import types

STDIN, STDOUT = 0, 1


def make_context(side, protocol):
    context = ssl.SSLContext(protocol)
    version = ssl.TLSVersion['TLSv' + side.version.replace('.', '_')]
    context.minimum_version = context.maximum_version = version
    # An end without a goodbye is an error: Python would have it taken for a good one.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    context.load_verify_locations(side.trusted)
    if side.certificate:
        context.load_cert_chain(side.certificate)
    if side.protocols:
        context.set_alpn_protocols(side.protocols)
    return context


def pass_on(peer):
    """What has come."""
    with contextlib.suppress(ssl.SSLWantReadError):
        while data := peer.recv(65536):
            os.write(STDOUT, data)
        return False
    return True


def send(peer, data):
    peer.setblocking(True)
    peer.sendall(data)
    peer.setblocking(False)


def pump(peer):
    """Between the peer and what a shell gives a program, until one of them has ended."""
    peer.setblocking(False)
    while True:
        ready, _, _ = select.select([STDIN, peer], [], [])
        if peer in ready and not pass_on(peer):
            return
        if STDIN in ready:
            data = os.read(STDIN, 65536)
            if not data:
                return
            send(peer, data)


def be_client(side):
    context = make_context(side, ssl.PROTOCOL_TLS_CLIENT)
    raw = socket.create_connection(('127.0.0.1', side.port))
    with context.wrap_socket(raw, server_hostname=side.name, suppress_ragged_eofs=False) as peer:
        pump(peer)
        peer.setblocking(True)
        peer.unwrap()


def choose_other(context, side):
    other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.load_cert_chain(side.other_certificate)

    def choose(peer, name, context):
        if name == side.other:
            peer.context = other
    context.sni_callback = choose


def make_server_context(side):
    context = make_context(side, ssl.PROTOCOL_TLS_SERVER)
    if side.other:
        choose_other(context, side)
    if side.asks:
        context.verify_mode = ssl.CERT_OPTIONAL
    if side.demands:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def agree_to_start(raw):
    """The client asks for TLS in the clear."""
    with raw.makefile('rb', 0) as lines:
        line = lines.readline()
    raw.sendall(b'go ahead\n' if line == b'STARTTLS\n' else b'what?\n')


def be_server(side):
    context = make_server_context(side)
    raw, _ = socket.socket(fileno=side.listener).accept()
    if side.later:
        agree_to_start(raw)
    with context.wrap_socket(raw, server_side=True, suppress_ragged_eofs=False) as peer:
        for (field, value), in (peer.getpeercert() or {}).get('subject', ()):
            print('CN =', value, flush=True)
        while data := peer.recv(65536):
            peer.sendall(data)
            if data == b'bye\n':
                break
        peer.unwrap()


side = types.SimpleNamespace(**json.loads(sys.argv[1]))
be_server(side) if side.listener else be_client(side)
