# peers.py: what the tests with other people's programs share: starting them, and speaking HTTP
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import hashlib
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / 'python'), str(TESTS.parent / 'examples' / 'demo')]

import support  # noqa: E402
from program import Program  # noqa: E402
from support import HOST, GLib, Tisock, iterate_until, settle  # noqa: E402,F401

CLOSED = Tisock.SocketState.CLOSED
CONNECTED = Tisock.SocketState.CONNECTED
ERROR = Tisock.SocketState.ERROR

# What meson takes for "skipped".
SKIPPED = 77
# Below what systems choose ports from, so that nobody gets one of these without asking for it.
FIRST_PORT, LAST_PORT = 15000, 32000

# How /proc/net/tcp says it.
LISTENING = '0A'


def main(*programs):
    """Runs the tests of a script, if the programs that it needs are there."""
    os.environ['PATH'] += ':/usr/sbin:/sbin'
    if missing := [name for name in ('setpriv', *programs) if not shutil.which(name)]:
        print('skipped, as there is no', ', '.join(missing))
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def reply(sock, data):
    """Writes to a peer that may be gone by now; the socket's own signals say so."""
    with contextlib.suppress(Tisock.LostConnectionError):
        sock.write(data)


def echo(sock):
    reply(sock, sock.read_all())


def free_port():
    """A port that nobody has now, for programs that neither inherit one nor tell what they got."""
    while True:
        port = random.randint(FIRST_PORT, LAST_PORT)
        with contextlib.suppress(OSError), socket.socket() as sock:
            sock.bind((HOST, port))
            return port


class Peer(Program):
    """A program of somebody else's. What it says on its standard error is among its lines.

    It has a session of its own, so that all its processes can be ended together. Who kills the
    test does not reach that: the system ends it then.
    """

    def __init__(self, argv, **popen):
        wrap = ['setpriv', '--pdeathsig', 'TERM', 'sh', '-c', 'exec "$@" 2>&1', 'sh']
        super().__init__(argv[0], wrap + [str(arg) for arg in argv], start_new_session=True,
                         **popen)

    def kill(self):
        """Ends all its processes, without a chance to say anything more."""
        os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self):
        """Ends all its processes: any of them holds the output open."""
        if not self.has_ended():
            os.killpg(self.process.pid, signal.SIGTERM)
        super().stop()

    def wait_for(self, pattern):
        """Reads lines up to the first with a match, and returns that, or None if there is none."""
        while (line := self.read_line()) is not None:
            if match := re.search(pattern, line):
                return match
            self.errors.append(line)
        return None

    def expect(self, pattern):
        match = self.wait_for(pattern)
        if match is None:
            self.fail(f'ended without saying “{pattern}”')
        return match

    def has_ended(self):
        return self.process.poll() is not None


class TestCase(support.TestCase):
    def setUp(self):
        super().setUp()
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def folder(self):
        """A new folder that everybody may read: what root starts may go on as somebody else."""
        folder = pathlib.Path(self.stack.enter_context(
            tempfile.TemporaryDirectory(prefix='tisock-interop-')))
        folder.chmod(0o755)
        return folder

    def listener(self):
        """A listening descriptor to be inherited: the port is taken, and callers can wait."""
        listener = self.stack.enter_context(socket.create_server((HOST, 0), backlog=256))
        return listener.fileno(), listener.getsockname()[1]

    def start(self, *argv, **popen):
        return self.stack.enter_context(Peer(argv, **popen))

    def start_on_free_port(self, ready, make_argv):
        """Starts a program that has to be told a port, again if somebody was faster."""
        for _ in range(10):
            port = free_port()
            program = self.start(*make_argv(port))
            if program.wait_for(ready):
                return program, port
        program.fail('could not be started')

    def find_port(self, program):
        """The port that a program listens on and does not tell: the system knows it."""
        folder = pathlib.Path(f'/proc/{program.process.pid}')
        while not program.has_ended():
            with contextlib.suppress(FileNotFoundError):
                held = {os.readlink(path) for path in (folder / 'fd').iterdir()}
                for line in (folder / 'net/tcp').read_text().splitlines():
                    fields = line.split()
                    if fields[3] == LISTENING and f'socket:[{fields[9]}]' in held:
                        return int(fields[1].partition(':')[2], 16)
        program.fail('ended without listening')

    def join(self, program):
        """Runs the main context until a program has ended."""
        pidfd = os.pidfd_open(program.process.pid)
        self.addCleanup(os.close, pidfd)
        watch = GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, pidfd, GLib.IOCondition.IN,
                                      lambda fd, condition: GLib.SOURCE_CONTINUE)
        iterate_until(program.has_ended)
        GLib.source_remove(watch)

    def finish(self, program, status=0):
        self.join(program)
        program.check_status(status)

    def run_program(self, *argv, status=0, **popen):
        """Runs a program to its end, and returns what it has said."""
        program = self.start(*argv, **popen)
        self.finish(program, status)
        return program.rest()

    def open(self, sock):
        """Waits until a socket is connected or that has failed; returns it and what it has said."""
        events = support.Recorder(sock)
        sock.open()
        self.addCleanup(sock.close)
        iterate_until(lambda: sock.state != Tisock.SocketState.CONNECTING)
        return sock, events

    def client(self, port, sock=None):
        """A socket that is connected to that port of a program's, and what it has said."""
        sock = sock or Tisock.TCPSocket()
        sock.address, sock.port = HOST, port
        sock, events = self.open(sock)
        self.assertEqual(sock.state, CONNECTED)
        return sock, events

    def assert_ended(self, sock, events, *states):
        """The life is over, in one of these states, and that was said once."""
        iterate_until(lambda: 'closed' in events.names)
        settle()
        self.assertIn(sock.state, states or (CLOSED, ERROR), events.events[-2:])
        self.assertEqual(events.names.count('closed'), 1)
        self.assertEqual(events.names[-1], 'closed')

    def assert_lost(self, sock, events, *states):
        """The same, and the peer has done it."""
        self.assert_ended(sock, events, *states)
        self.assertEqual(events.names.count('error'), 1)
        self.assertEqual(events.names[-2], 'error')
        self.assert_error(*events.last('error'), Tisock.SocketError.LOST_CONNECTION)

    def echo_server(self):
        server = self.make_server()
        server.connect('accepted', lambda server, peer: peer.connect('data-available', echo))
        return server

    def receive_all(self, sock):
        """What comes until the connection has ended."""
        [data] = self.receive_all_of([sock])
        return data

    def receive_all_of(self, socks):
        """The same for several, all of which are read: none of their peers gives up meanwhile."""
        data = [bytearray() for _ in socks]
        while True:
            ended = all(sock.state != CONNECTED for sock in socks)
            for sock, taken in zip(socks, data):
                taken += sock.read_all()
            if ended:
                return data
            GLib.MainContext.default().iteration(True)


class Message:
    """A request or an answer of HTTP: its first line, header fields, and body."""

    def __init__(self, head):
        self.start, *fields = head.decode('latin-1').split('\r\n')
        self.fields = {name.lower(): value.strip()
                       for name, _, value in (field.partition(':') for field in fields)}
        self.is_chunked = self.fields.get('transfer-encoding') == 'chunked'
        self.is_last_chunk = False
        self.missing = int(self.fields.get('content-length', 0))
        self.body = bytearray()


class HTTP:
    """What a socket takes one message after the other with; a server's have each answered."""

    def __init__(self, answer=None, **settings):
        super().__init__(**settings)
        self.messages = []
        self.current = None
        self.answer = answer

    def take_messages(self):
        while self.advance():
            pass

    def advance(self):
        """Takes what has come of the next part; TRUE if that is complete."""
        if self.current is None:
            return self.take_head()
        if self.current.is_chunked and not self.current.missing:
            return self.take_chunk_size()
        return self.take_body()

    def take_head(self):
        head = self.read_until(b'\r\n\r\n')
        if head is None:
            return False
        self.current = Message(head.get_data())
        if self.current.fields.get('expect') == '100-continue':
            reply(self, b'HTTP/1.1 100 Continue\r\n\r\n')
        return True

    def take_chunk_size(self):
        line = self.read_until(b'\r\n')
        if line is None:
            return False
        size = int(line.get_data(), 16)
        self.current.is_last_chunk = size == 0
        self.current.missing = size + 2         # with the end of its line
        return True

    def take_body(self):
        message = self.current
        data = self.read(message.missing)
        message.body += data
        message.missing -= len(data)
        if message.missing:
            return False
        if message.is_chunked:
            del message.body[-2:]
        if not message.is_chunked or message.is_last_chunk:
            self.take_message()
        return True

    def take_message(self):
        message, self.current = self.current, None
        self.messages.append(message)
        if self.answer:
            self.answer_message(message)

    def answer_message(self, message):
        body = self.answer(message)
        ends = 'HTTP/1.0' in message.start or message.fields.get('connection') == 'close'
        head = (f'HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n'
                f'Connection: {"close" if ends else "keep-alive"}\r\n\r\n')
        if message.start.startswith('HEAD'):
            body = b''
        reply(self, head.encode() + body)
        if ends:
            self.shutdown()


class HTTPSocket(HTTP, Tisock.TCPSocket):
    do_data_available = HTTP.take_messages


class HTTPSSocket(HTTP, Tisock.SSLSocket):
    do_data_available = HTTP.take_messages


class WebServer(Tisock.ServerSocket):
    """Answers each request with what a function makes of it; counts its connections."""

    def __init__(self, answer, **settings):
        super().__init__(**settings)
        self.answer = answer
        self.sockets = []

    def do_add_socket(self):
        socket_class = HTTPSSocket if self.tls_settings else HTTPSocket
        self.sockets.append(socket_class(self.answer))
        return self.sockets[-1]
