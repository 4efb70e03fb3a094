# websocket.py: the server's end of a WebSocket (RFC 6455), as far as tests need it
#
# Each method does one thing and blocks until it is done: the test says what the server does when.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import base64
import hashlib
import struct

GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def make_accept(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


def make_frame(opcode, payload=b'', is_last=True):
    first = opcode | (0x80 if is_last else 0)
    if len(payload) < 126:
        return struct.pack('>BB', first, len(payload)) + payload
    if len(payload) < 1 << 16:
        return struct.pack('>BBH', first, 126, len(payload)) + payload
    return struct.pack('>BBQ', first, 127, len(payload)) + payload


class WebSocketPeer:
    def __init__(self, connection):
        self.connection = connection
        self.stream = connection.makefile('rb')

    def close(self):
        self.stream.close()
        self.connection.close()

    def read_request(self):
        """The first line, and the headers, whose names are in small letters."""
        line, *fields = iter(lambda: self.stream.readline().decode().rstrip('\r\n'), '')
        return line, {name.lower(): value.strip()
                      for name, value in (field.split(':', 1) for field in fields)}

    def make_answer(self, accept):
        return ('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n'
                f'Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n').encode()

    def shake_hands(self):
        _, headers = self.read_request()
        self.connection.sendall(self.make_answer(make_accept(headers['sec-websocket-key'])))

    def read_frame(self):
        """The opcode and the payload of a frame, which has to be masked and the only one."""
        first, second = self.stream.read(2)
        assert first & 0xf0 == 0x80, f'a frame begins with {first:#x}'
        assert second & 0x80, 'a frame is not masked'
        length = second & 0x7f
        if length > 125:
            code = 'H' if length == 126 else 'Q'
            length, = struct.unpack(f'>{code}', self.stream.read(struct.calcsize(f'>{code}')))
        mask = self.stream.read(4)
        payload = self.stream.read(length)
        return first & 0xf, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

    def send(self, opcode, payload=b'', is_last=True):
        self.connection.sendall(make_frame(opcode, payload, is_last))

    def send_slowly(self, data):
        """One byte a packet, or nearly so."""
        for i in range(len(data)):
            self.connection.sendall(data[i:i + 1])
