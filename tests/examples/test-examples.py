# test-examples.py: runs every example program and checks what it prints
#
# Run by meson; the arguments are what to run, such as EchoTest, and the languages that the build
# has bindings for.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import base64
import contextlib
import functools
import http.client
import http.server
import os
import pathlib
import pwd
import select
import shutil
import socket
import ssl
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import unittest.mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'examples' / 'demo'))
from program import DEADLINE, Program, command  # noqa: E402
import websocket  # noqa: E402

HOST = '127.0.0.1'
LANGUAGES = []                  # the arguments
LINE_CLIENTS = ('line-client', 'blocking-client')
TEXT = 'Grüße, 世界'
TRANSLATED = ('chat-client', 'echo-client', 'fetch-async', 'relay', 'unix-service')


def reset(peer):
    """Closes a connection so that the other side sees it broken."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    peer.close()


class ExampleTest(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def start(self, language, name, *arguments):
        return self.stack.enter_context(
            Program(f'{name} ({language})', command(language, name) + list(arguments)))

    def start_server(self, language, name):
        server = self.start(language, name, '0')
        return server, server.expect_port()

    def connect(self, port):
        return self.stack.enter_context(socket.create_connection((HOST, int(port)), DEADLINE))

    def refusing_port(self):
        """A port that is bound, so that nobody else takes it, but not listened on."""
        blocker = self.stack.enter_context(socket.socket())
        blocker.bind((HOST, 0))
        return str(blocker.getsockname()[1])

    def kept_port(self):
        """A port that only those get who ask for the address to be used again."""
        holder = self.stack.enter_context(socket.socket())
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((HOST, 0))
        return str(holder.getsockname()[1])

    def listener(self):
        """A peer of this script's own, and its port."""
        listener = self.stack.enter_context(socket.create_server((HOST, 0)))
        listener.settimeout(DEADLINE)
        return listener, str(listener.getsockname()[1])

    def accept(self, listener):
        peer = self.stack.enter_context(listener.accept()[0])
        peer.settimeout(DEADLINE)
        return peer

    def assert_fails(self, program, message):
        lines = program.rest()
        program.check_status(1)
        self.assertRegex('\n'.join(program.errors), message)
        return lines


class EchoTest(ExampleTest):
    def echo(self, server, port, language, text):
        client = self.start(language, 'echo-client', 'localhost', port, text)
        for line in ('connected', text, 'closed'):
            client.expect(line)
        client.finish()
        self.assertEqual(client.errors, [])
        came, left = server.read_line().split(), server.read_line().split()
        self.assertEqual((came[2], left[2]), ('came', 'left'))
        self.assertEqual(came[1], left[1])

    def test_every_client_with_every_server(self):
        for server_language in LANGUAGES:
            server, port = self.start_server(server_language, 'echo-server')
            for language in LANGUAGES:
                with self.subTest(server=server_language, client=language):
                    self.echo(server, port, language, TEXT)
                    self.echo(server, port, language, 'x' * 100000)
            self.assertEqual(server.errors, [])

    def test_slow_reader(self):
        """32 MiB, read back only when no more can be written: more than all buffers hold."""
        data = os.urandom(1 << 20)
        for language in LANGUAGES:
            with self.subTest(server=language):
                _, port = self.start_server(language, 'echo-server')
                peer = self.connect(port)
                peer.setblocking(False)
                sent = received = 0
                total = 32 * len(data)
                while received < total:
                    waiting = [peer] if sent < total else []
                    readable, writable, _ = select.select([peer], waiting, [], DEADLINE)
                    if writable:
                        sent += peer.send(data[sent % len(data):])
                    elif readable:
                        start = received % len(data)
                        chunk = peer.recv(min(65536, len(data) - start))
                        self.assertEqual(chunk, data[start:start + len(chunk)])
                        self.assertNotEqual(chunk, b'')
                        received += len(chunk)
                    else:
                        self.fail('neither to be read nor to be written')

    def test_close_at_interrupt(self):
        server, port = self.start_server('c', 'echo-server')
        peer = self.connect(port)
        peer.sendall(b'x')
        self.assertEqual(peer.recv(1), b'x')
        server.interrupt()
        self.assertEqual(peer.recv(1), b'')
        self.assertEqual([line.split()[2] for line in server.rest()], ['came', 'left'])
        server.finish()

    def test_nobody_listens(self):
        for language in LANGUAGES:
            with self.subTest(client=language):
                client = self.start(language, 'echo-client', HOST, self.refusing_port(), TEXT)
                self.assertEqual(self.assert_fails(client, '(?i)refused'), ['closed'])

    def test_refused_at_once(self):
        for language in LANGUAGES:
            with self.subTest(client=language):
                client = self.start(language, 'echo-client', HOST, '65536', TEXT)
                self.assertEqual(self.assert_fails(client, '65536'), [])

    def test_cut_off(self):
        for language in LANGUAGES:
            with self.subTest(client=language):
                listener, port = self.listener()
                client = self.start(language, 'echo-client', HOST, port, TEXT)
                with self.accept(listener) as peer:
                    peer.sendall(peer.recv(3))
                self.assertEqual(self.assert_fails(client, '.'), ['connected', 'closed'])

    def test_port_taken(self):
        for language in LANGUAGES:
            for name in ('echo-server', 'chat-server'):
                with self.subTest(server=language, name=name):
                    _, port = self.listener()
                    server = self.start(language, name, port)
                    self.assertEqual(self.assert_fails(server, '(?i)in use'), [])


class ChatTest(ExampleTest):
    def join(self, language, server, port, others):
        name = f'{language}-{len(others)}'
        member = self.start(language, 'chat-client', 'localhost', port, name)
        member.name = name
        member.expect('connected')
        for program in (server, *others):
            program.expect(f'* {name} has come')
        others.append(member)

    def say(self, member, text, members):
        member.type(text)
        for other in members:
            if other is not member:
                other.expect(f'{member.name}: {text}')

    def leave(self, server, members):
        member = members.pop(0)
        member.end_input()
        member.expect('closed')
        member.finish()
        for program in (server, *members):
            program.expect(f'* {member.name} has left')
        self.assertEqual(member.errors, [])

    def test_every_client_with_every_server(self):
        for server_language in LANGUAGES:
            with self.subTest(server=server_language):
                server, port = self.start_server(server_language, 'chat-server')
                members = []
                for language in LANGUAGES * 2:
                    self.join(language, server, port, members)
                for member in members:
                    self.say(member, TEXT, members)
                    self.say(member, 'x' * 3000, members)
                while members:
                    self.leave(server, members)
                self.assertEqual(server.errors, [])

    def test_last_words(self):
        """What is said right before leaving arrives, a last line without its end included."""
        for language in LANGUAGES:
            with self.subTest(client=language):
                server, port = self.start_server('c', 'chat-server')
                members = []
                self.join('c', server, port, members)
                self.join(language, server, port, members)
                members[1].process.stdin.write(b'one\ntwo\nthree')
                members[1].end_input()
                for text in ('one', 'two', 'three'):
                    members[0].expect(f'{members[1].name}: {text}')
                members[0].expect(f'* {members[1].name} has left')

    def test_bad_members(self):
        """A line without end, and bytes that are no text: the server closes, the others stay."""
        for language in LANGUAGES:
            for data in (b'x' * 100000, b'\xff\xfe\n'):
                with self.subTest(server=language, data=data[:2]):
                    server, port = self.start_server(language, 'chat-server')
                    members = []
                    self.join('c', server, port, members)
                    bad = self.connect(port)
                    bad.sendall(b'bad\n')
                    server.expect('* bad has come')
                    members[0].expect('* bad has come')
                    with contextlib.suppress(ConnectionError):
                        bad.sendall(data)
                        self.assertEqual(bad.recv(1), b'')
                    server.expect('* bad has left')
                    members[0].expect('* bad has left')
                    self.leave(server, members)

    def test_server_ends(self):
        for language in LANGUAGES:
            with self.subTest(client=language):
                server, port = self.start_server('c', 'chat-server')
                members = []
                self.join(language, server, port, members)
                server.stop()
                members[0].expect('closed')
                members[0].finish()
                self.assertEqual(members[0].errors, [])

    def test_nobody_listens(self):
        for language in LANGUAGES:
            with self.subTest(client=language):
                client = self.start(language, 'chat-client', HOST, self.refusing_port(), 'x')
                self.assertEqual(self.assert_fails(client, '(?i)refused'), ['closed'])


class ClientTest(ExampleTest):
    """The programs that exist in C only."""

    def test_port_0_listener(self):
        program = self.start('c', 'port-0-listener')
        port = program.expect_port()
        with self.connect(port) as peer:
            program.expect('127.0.0.1 is here')
            peer.sendall(b'hello\n')
            program.expect('hello')
        program.expect('closed')
        program.finish()

    def test_line_clients_with_echo_server(self):
        for name in LINE_CLIENTS:
            for language in LANGUAGES:
                with self.subTest(client=name, server=language):
                    _, port = self.start_server(language, 'echo-server')
                    client = self.start('c', name, 'localhost', port, 'one', TEXT, 'x' * 100000)
                    for line in ('one', TEXT, 'x' * 100000):
                        client.expect(f'> {line}')
                        client.expect(f'< {line}')
                    client.finish()
                    self.assertEqual(client.errors, [])

    def test_line_clients_with_pieces(self):
        """An answer in two parts; then the next ones in one, and more than was asked for."""
        for name in LINE_CLIENTS:
            with self.subTest(client=name):
                listener, port = self.listener()
                client = self.start('c', name, HOST, port, 'a', 'b')
                peer = self.accept(listener)
                stream = peer.makefile('rb')
                self.assertEqual(stream.readline(), b'a\r\n')
                client.expect('> a')
                peer.sendall(b'+f')
                peer.sendall(b'irst\r\n')
                client.expect('< +first')
                client.expect('> b')
                self.assertEqual(stream.readline(), b'b\r\n')
                peer.sendall(b'second\nthird\n')
                client.expect('< second')
                client.expect('< third')
                self.assertEqual(stream.read(), b'')
                stream.close()
                peer.close()
                client.finish()

    def test_line_clients_cut_off(self):
        for name in LINE_CLIENTS:
            with self.subTest(client=name):
                listener, port = self.listener()
                client = self.start('c', name, HOST, port, 'a', 'b')
                with self.accept(listener) as peer, peer.makefile('rb') as stream:
                    self.assertEqual(stream.readline(), b'a\r\n')
                    peer.sendall(b'A\n')
                    self.assertEqual(stream.readline(), b'b\r\n')
                self.assertEqual(self.assert_fails(client, '.'), ['> a', '< A', '> b'])
                self.assertEqual(len(client.errors), 1)

    def test_line_clients_reset(self):
        for name in LINE_CLIENTS:
            with self.subTest(client=name):
                listener, port = self.listener()
                client = self.start('c', name, HOST, port, 'a')
                peer = self.accept(listener)
                with peer.makefile('rb') as stream:
                    self.assertEqual(stream.readline(), b'a\r\n')
                reset(peer)
                self.assertEqual(self.assert_fails(client, '(?i)reset'), ['> a'])

    def test_line_clients_nobody_listens(self):
        for name in LINE_CLIENTS:
            with self.subTest(client=name):
                client = self.start('c', name, HOST, self.refusing_port(), 'a')
                self.assertEqual(self.assert_fails(client, '(?i)refused'), [])
                self.assertEqual(len(client.errors), 1)

    def test_usage(self):
        for name in ('echo-client', 'chat-client', 'file-sender', 'http-fetch', 'https-fetch',
                     'line-client', 'blocking-client', 'fetch-async', 'relay', 'starttls-client',
                     'tls-echo-server', 'unix-service'):
            for language in LANGUAGES if name in TRANSLATED else ['c']:
                with self.subTest(name=name, language=language):
                    self.assert_fails(self.start(language, name), 'Usage: ')


class MessageTest(ExampleTest):
    PROGRAMS = ('c', 'python', 'gjs')

    def list_languages(self):
        return [language for language in LANGUAGES if language in self.PROGRAMS]

    def ask(self, language, port, *texts):
        client = self.start(language, 'message-client', 'localhost', port, *texts)
        lines = client.rest()
        client.check_status()
        self.assertEqual(client.errors, [])
        return lines

    def test_every_client_with_every_server(self):
        texts = [TEXT, 'x' * 100000, '']
        expected = [f'{TEXT}: 9', 'x' * 100000 + ': 100000', ': 0']
        for server_language in self.list_languages():
            server, port = self.start_server(server_language, 'message-server')
            for language in self.list_languages():
                with self.subTest(server=server_language, client=language):
                    self.assertEqual(self.ask(language, port, *texts), expected)

    def test_usage(self):
        for language in self.list_languages():
            with self.subTest(client=language):
                self.assert_fails(self.start(language, 'message-client', HOST, '1'), 'Usage: ')

    def test_too_large(self):
        for language in self.list_languages():
            with self.subTest(server=language):
                server, port = self.start_server(language, 'message-server')
                peer = self.connect(port)
                peer.sendall(struct.pack('>Ii', 1 << 21, 1))
                with contextlib.suppress(ConnectionResetError):
                    self.assertEqual(peer.recv(1), b'')
                # The server has said it when it answers somebody else.
                self.assertEqual(self.ask('c', port, 'a'), ['a: 1'])
                server.stop()
                self.assertRegex(server.errors[0], '2097152 bytes, and at most 1048576')

    def test_cut_off(self):
        for language in self.list_languages():
            with self.subTest(client=language):
                listener, port = self.listener()
                client = self.start(language, 'message-client', HOST, port, 'a')
                with self.accept(listener) as peer:
                    self.assertEqual(peer.recv(9, socket.MSG_WAITALL),
                                     struct.pack('>Ii', 1, 0) + b'a')
                    peer.sendall(struct.pack('>Ii', 10, 0) + b'1')
                lines = self.assert_fails(client, '9 of the 18 bytes of a message')
                self.assertEqual(lines, [])


class DictuTest(ExampleTest):
    """The program with the blocking sockets that JavaScript has."""

    def setUp(self):
        super().setUp()
        if 'gjs' not in LANGUAGES:
            self.skipTest('no gjs')

    def test_every_client(self):
        port = self.kept_port()
        server = self.start('gjs', 'dictu-echo', port)
        self.assertEqual(server.expect_port(), port)
        for language in LANGUAGES:
            with self.subTest(client=language):
                for text in (TEXT, 'x' * 100000):
                    client = self.start(language, 'echo-client', HOST, port, text)
                    for line in ('connected', text, 'closed'):
                        client.expect(line)
                    client.finish()
                    server.expect(f'{HOST} came')
                    server.expect(f'{HOST} left')
        self.assertEqual(server.errors, [])

    def test_one_after_the_other(self):
        server = self.start('gjs', 'dictu-echo', self.kept_port())
        port = server.expect_port()
        first, second = self.connect(port), self.connect(port)
        second.sendall(b'second')
        first.sendall(b'first')
        self.assertEqual(first.recv(100), b'first')
        self.assertEqual(select.select([second], [], [], 0)[0], [])
        first.close()
        self.assertEqual(second.recv(100), b'second')

    def test_reset(self):
        """A client that goes away rudely is not the end of the server."""
        server = self.start('gjs', 'dictu-echo', self.kept_port())
        port = server.expect_port()
        rude = self.connect(port)
        rude.sendall(b'x')
        reset(rude)
        for line in ('came', 'left'):
            self.assertRegex(server.read_line(), line)
        peer = self.connect(port)
        peer.sendall(b'y')
        self.assertEqual(peer.recv(1), b'y')

    def test_port_taken(self):
        _, port = self.listener()
        server = self.start('gjs', 'dictu-echo', port)
        self.assertEqual(self.assert_fails(server, '(?i)in use'), [])


class FileTest(ExampleTest):
    SIZE = 64 << 20             # more than the kernel buffers on both sides

    def send(self, data=None):
        file = self.stack.enter_context(tempfile.NamedTemporaryFile())
        file.write(os.urandom(1 << 20) * (self.SIZE >> 20) if data is None else data)
        file.flush()
        file.seek(0)
        listener, port = self.listener()
        sender = self.start('c', 'file-sender', HOST, port, file.name)
        return file, sender, self.accept(listener)

    def test_whole(self):
        file, sender, peer = self.send()
        while chunk := peer.recv(1 << 20):
            self.assertEqual(chunk, file.read(len(chunk)))
        self.assertEqual(file.read(), b'')
        peer.close()
        lines = sender.rest()
        sender.check_status()
        self.assertEqual(lines[-3:], ['100 % sent', '', 'complete'])
        numbers = [int(line.split()[0]) for line in lines[:-2]]
        self.assertEqual(numbers, sorted(numbers))

    def test_given_up(self):
        _, sender, peer = self.send()
        self.assertRegex(sender.read_line(), '^ *[0-9]+ % sent$')
        sender.interrupt()
        while sender.read_line() != 'stopping':
            pass
        size = 0
        while chunk := peer.recv(1 << 20):
            size += len(chunk)
        peer.close()
        lines = sender.rest()
        sender.check_status(1)
        self.assertEqual(lines[-1], 'given up')
        self.assertGreater(size, 0)
        self.assertLess(size, self.SIZE)

    def test_receiver_gone(self):
        _, sender, peer = self.send()
        peer.recv(1)
        peer.close()            # with unread bytes: a reset
        self.assert_fails(sender, '.')

    def test_empty_file(self):
        _, sender, peer = self.send(b'')
        self.assertEqual(peer.recv(1), b'')
        peer.close()
        self.assertEqual(sender.rest(), ['', 'complete'])
        sender.finish()

    def test_no_file(self):
        self.assert_fails(self.start('c', 'file-sender', HOST, '1', '/nonexistent'), 'nonexistent')


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class HttpTest(ExampleTest):
    PAGE = '<!doctype html>\n<title>tisock</title>\n<h1>Hello from tisock</h1>\n'

    def test_server(self):
        _, port = self.start_server('c', 'http-server')
        for _ in range(3):
            connection = http.client.HTTPConnection(HOST, int(port), timeout=DEADLINE)
            connection.request('GET', '/')
            response = connection.getresponse()
            self.assertEqual(response.status, 200)
            self.assertEqual(response.read().decode(), self.PAGE)
            connection.close()

    @unittest.skipUnless(shutil.which('curl'), 'no curl')
    def test_server_with_curl(self):
        _, port = self.start_server('c', 'http-server')
        done = subprocess.run(['curl', '-sS', '--noproxy', '*', f'http://{HOST}:{port}/'],
                              capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual((done.stdout, done.stderr, done.returncode), (self.PAGE, '', 0))

    def get(self, port, path):
        connection = http.client.HTTPConnection(HOST, int(port), timeout=DEADLINE)
        connection.request('GET', path)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, data

    def test_file_server(self):
        """A large file, one in a folder below, and what must not be served."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        data = os.urandom(8 << 20)
        served = pathlib.Path(folder, 'served')
        pathlib.Path(served, 'below').mkdir(parents=True)
        pathlib.Path(served, 'large').write_bytes(data)
        pathlib.Path(served, 'empty').write_bytes(b'')
        pathlib.Path(served, 'below', 'a file').write_bytes(b'below')
        pathlib.Path(served, 'index.html').write_bytes(b'index')
        pathlib.Path(folder, 'secret').write_bytes(b'secret')
        server = self.start('c', 'file-server', str(served), '0')
        port = server.expect_port()
        self.assertEqual(self.get(port, '/large'), (200, data))
        self.assertEqual(self.get(port, '/empty'), (200, b''))
        self.assertEqual(self.get(port, '/below/a%20file'), (200, b'below'))
        self.assertEqual(self.get(port, '/'), (200, b'index'))
        for path in ('/nothing', '/below', '/../secret', '/%2e%2e/secret', '//etc/passwd', '/%00'):
            self.assertEqual(self.get(port, path), (404, b''), path)

    @unittest.skipUnless(shutil.which('curl'), 'no curl')
    def test_file_server_with_curl(self):
        """Many at a time."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        data = os.urandom(1 << 20)
        pathlib.Path(folder, 'file').write_bytes(data)
        server = self.start('c', 'file-server', folder, '0')
        url = f'http://{HOST}:{server.expect_port()}/file'
        command_line = ['curl', '-sS', '--noproxy', '*', url]
        running = [subprocess.Popen(command_line, stdout=subprocess.PIPE) for _ in range(10)]
        for process in running:
            self.assertEqual(process.communicate(timeout=DEADLINE)[0], data)
            self.assertEqual(process.returncode, 0)

    def list_fetchers(self):
        return [('c', 'http-fetch')] + [(language, 'fetch-async') for language in LANGUAGES]

    def test_fetch_from_example(self):
        _, port = self.start_server('c', 'http-server')
        for program in self.list_fetchers():
            with self.subTest(program=program):
                client = self.start(*program, 'localhost', port)
                self.assertEqual(client.rest(), self.PAGE.splitlines())
                client.check_status()
                self.assertEqual(client.errors[0], 'HTTP/1.0 200 OK')

    def serve_files(self, folder):
        handler = functools.partial(QuietHandler, directory=folder)
        server = self.stack.enter_context(http.server.ThreadingHTTPServer((HOST, 0), handler))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.stack.callback(thread.join)
        self.stack.callback(server.shutdown)
        return str(server.server_address[1])

    def test_fetch(self):
        """A page larger than the receive limit, and one that is not there."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        lines = [f'line {i}' for i in range(500000)]
        pathlib.Path(folder, 'page.txt').write_text('\n'.join(lines) + '\n')
        port = self.serve_files(folder)
        for program in self.list_fetchers():
            with self.subTest(program=program):
                client = self.start(*program, HOST, port, '/page.txt')
                got = client.rest()
                client.check_status()
                self.assertEqual(got, lines)
                client = self.start(*program, HOST, port, '/nothing.txt')
                self.assert_fails(client, ' 404 ')

    def start_and_answer(self, program, data):
        """Starts a program that fetches a page; gives it too, and the peer that has answered."""
        listener, port = self.listener()
        client = self.start(*program, HOST, port)
        peer = self.accept(listener)
        request = b''
        while not request.endswith(b'\r\n\r\n'):
            request += peer.recv(1000)
        peer.sendall(data)
        return client, peer

    def test_fetch_cut_off(self):
        data = b'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n'
        for program in self.list_fetchers():
            with self.subTest(program=program):
                client, peer = self.start_and_answer(program, data)
                peer.close()
                self.assertEqual(self.assert_fails(client, '(ended|closed) the connection'), [])

    def test_fetch_reset(self):
        for program in self.list_fetchers():
            with self.subTest(program=program):
                client, peer = self.start_and_answer(program, b'HTTP/1.0 200 OK\r\n\r\nhalf')
                reset(peer)
                self.assertIn(self.assert_fails(client, '(?i)reset'), ([], ['half']))

    def test_fetch_nobody_listens(self):
        for program in self.list_fetchers():
            with self.subTest(program=program):
                client = self.start(*program, HOST, self.refusing_port())
                self.assertEqual(self.assert_fails(client, '(?i)refused'), [])


class TlsTest(ExampleTest):
    """Programs with TLS, and a certificate of the test's own."""

    PROGRAMS = ('c', 'python', 'gjs')

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.certificate, self.key = (str(self.folder / name) for name in ('certificate', 'key'))
        self.make_certificate('example')

    def make_certificate(self, name):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                        'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
                        f'/CN={name}', '-addext', f'subjectAltName=IP:{HOST}', '-keyout', self.key,
                        '-out', self.certificate], check=True, stderr=subprocess.DEVNULL)

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def list_languages(self):
        return [language for language in LANGUAGES if language in self.PROGRAMS]


class HttpsTest(TlsTest):
    """Pages under TLS, of a server of Python's."""

    def serve(self):
        handler = functools.partial(QuietHandler, directory=str(self.folder))
        server = self.stack.enter_context(http.server.ThreadingHTTPServer((HOST, 0), handler))
        server.handle_error = lambda request, address: None
        server.socket = self.server_context().wrap_socket(server.socket, server_side=True,
                                                          suppress_ragged_eofs=False)
        server.shutdown_request = self.say_goodbye
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.stack.callback(thread.join)
        self.stack.callback(server.shutdown)
        return str(server.server_address[1])

    def say_goodbye(self, connection):
        """As TLS wants it, and http.server does not."""
        with contextlib.suppress(OSError), connection.unwrap():
            pass
        connection.close()

    def test_fetch(self):
        lines = [f'line {i}' for i in range(100000)]
        (self.folder / 'page.txt').write_text('\n'.join(lines) + '\n')
        port = self.serve()
        for language in self.list_languages():
            with self.subTest(language=language):
                client = self.start(language, 'https-fetch', HOST, port, '/page.txt',
                                    self.certificate)
                self.assertEqual(client.rest(), lines)
                client.check_status()

    def test_nobody_is_trusted(self):
        port = self.serve()
        for language in self.list_languages():
            with self.subTest(language=language):
                client = self.start(language, 'https-fetch', HOST, port, '/')
                self.assertEqual(self.assert_fails(client, 'CN=example.* not trusted'), [])


class TlsEchoTest(TlsTest):
    """The echo server under TLS, and clients of Python's."""

    def start_echo(self, language):
        server = self.start(language, 'tls-echo-server', self.certificate, self.key)
        return server, server.expect_port()

    def secure(self, port):
        context = ssl.create_default_context(cafile=self.certificate)
        return self.stack.enter_context(
            context.wrap_socket(self.connect(port), server_hostname=HOST))

    def check_echo(self, server, peer, data=TEXT.encode()):
        port, came = peer.getsockname()[1], server.read_line()
        self.assertRegex(came, f'^port {port} came with .*(AES|CHACHA)')
        peer.sendall(data)
        with peer.makefile('rb') as stream:
            self.assertEqual(stream.read(len(data)), data)

    def subject(self, peer):
        return peer.getpeercert()['subject'][0][0][1]

    def test_echo(self):
        for language in self.list_languages():
            with self.subTest(server=language):
                server, port = self.start_echo(language)
                self.check_echo(server, self.secure(port))
                self.check_echo(server, self.secure(port), os.urandom(200000))
                self.assertEqual(server.errors, [])

    def test_renewed(self):
        for language in self.list_languages():
            with self.subTest(server=language):
                self.make_certificate('first')
                server, port = self.start_echo(language)
                first = self.secure(port)
                self.check_echo(server, first)
                self.assertEqual(self.subject(first), 'first')

                self.make_certificate('second')
                server.hang_up()
                server.expect('renewed')
                second = self.secure(port)
                self.check_echo(server, second)
                self.assertEqual(self.subject(second), 'second')
                first.sendall(b'still there')
                self.assertEqual(first.recv(100), b'still there')

    def test_not_renewed(self):
        """A certificate that is none is refused, and the old one stays."""
        for language in self.list_languages():
            with self.subTest(server=language):
                self.make_certificate('example')
                authority = ssl.create_default_context(cafile=self.certificate)
                server, port = self.start_echo(language)
                pathlib.Path(self.certificate).write_text('nothing\n')
                server.hang_up()
                self.assertRegex(server.read_line(), 'the old certificate stays: .')
                peer = self.stack.enter_context(
                    authority.wrap_socket(self.connect(port), server_hostname=HOST))
                self.check_echo(server, peer)

    def test_dropped(self):
        for language in self.list_languages():
            with self.subTest(server=language):
                server, port = self.start_echo(language)
                peer = self.connect(port)
                peer.sendall(b'GET / HTTP/1.0\r\n\r\n')
                server.expect(f'port {peer.getsockname()[1]} was dropped')

    def test_no_certificate(self):
        for language in self.list_languages():
            with self.subTest(server=language):
                server = self.start(language, 'tls-echo-server', '/nonexistent', self.key)
                self.assertEqual(self.assert_fails(server, '/nonexistent'), [])


class StartTlsTest(TlsTest):
    """The client of mail servers, and a server of this script's."""

    def start_client(self, *arguments):
        listener, port = self.listener()
        client = self.start('c', 'starttls-client', HOST, port, *arguments)
        peer = self.accept(listener)
        peer.sendall(b'220 here\r\n')
        client.expect('< 220 here')
        return client, peer

    def answer(self, client, peer, question, *answers):
        """Reads a line, byte for byte since the next one may be under TLS, and answers it."""
        line = b''
        while not line.endswith(b'\r\n'):
            line += peer.recv(1)
        self.assertEqual(line.decode(), f'{question}\r\n')
        client.expect(f'> {question}')
        peer.sendall('\r\n'.join([*answers, '']).encode())
        for text in answers:
            client.expect('< ' + text.split('\r\n')[0])

    def test_client(self):
        client, peer = self.start_client(self.certificate)
        self.answer(client, peer, 'EHLO localhost', '250-example', '250-SIZE', '250 STARTTLS')
        self.answer(client, peer, 'STARTTLS', '220 go')
        with self.server_context().wrap_socket(peer, server_side=True) as secure:
            self.assertRegex(client.read_line(), r'^\* .*(AES|CHACHA)')
            self.answer(client, secure, 'EHLO localhost', '250 example')
            self.answer(client, secure, 'QUIT', '221 bye')
            client.finish()
        self.assertEqual(client.errors, [])

    def test_refused(self):
        client, peer = self.start_client(self.certificate)
        self.answer(client, peer, 'EHLO localhost', '250 example')
        self.answer(client, peer, 'STARTTLS', '454 not now')
        self.assertEqual(self.assert_fails(client, 'not answered 220'), [])

    def test_injected(self):
        """What came behind the answer, in the clear, is not taken for what the server says."""
        client, peer = self.start_client(self.certificate)
        self.answer(client, peer, 'EHLO localhost', '250 example')
        self.answer(client, peer, 'STARTTLS', '220 go\r\n250 injected')
        self.assertEqual(self.assert_fails(client, 'Could not start TLS: 14 bytes'), [])

    def test_nobody_is_trusted(self):
        client, peer = self.start_client()
        self.answer(client, peer, 'EHLO localhost', '250 example')
        self.answer(client, peer, 'STARTTLS', '220 go')
        with self.assertRaises(OSError):
            self.server_context().wrap_socket(peer, server_side=True).recv(1)
        self.assertEqual(self.assert_fails(client, 'CN=example.* not trusted'), [])


class RelayTest(ExampleTest):
    def start_relay(self, language, port):
        relay = self.start(language, 'relay', HOST, port, '0')
        return relay, relay.expect_port()

    def expect_visit(self, relay):
        came, left = relay.read_line().split(), relay.read_line().split()
        self.assertEqual((came[2], left[2]), ('came', 'left'))
        self.assertEqual(came[1], left[1])

    def test_every_relay_in_a_chain(self):
        """An echo through all of them, one behind the other."""
        _, port = self.start_server('c', 'echo-server')
        relays = []
        for language in LANGUAGES:
            relay, port = self.start_relay(language, port)
            relays.append(relay)
        for text in (TEXT, 'x' * 100000):
            client = self.start('c', 'echo-client', HOST, port, text)
            for line in ('connected', text, 'closed'):
                client.expect(line)
            client.finish()
            for relay in relays:
                self.expect_visit(relay)
        for relay in relays:
            self.assertEqual(relay.errors, [])

    def test_half_close(self):
        """The answer comes after the end of the question, which is there before the server."""
        for language in LANGUAGES:
            with self.subTest(relay=language):
                listener, port = self.listener()
                relay, port = self.start_relay(language, port)
                client = self.connect(port)
                client.sendall(b'question')
                client.shutdown(socket.SHUT_WR)
                with self.accept(listener) as server, server.makefile('rb') as stream:
                    self.assertEqual(stream.read(), b'question')
                    server.sendall(b'answer')
                with client.makefile('rb') as stream:
                    self.assertEqual(stream.read(), b'answer')
                self.expect_visit(relay)

    def test_cut_off(self):
        """A server that breaks the connection off is seen to have done that."""
        for language in LANGUAGES:
            with self.subTest(relay=language):
                listener, port = self.listener()
                relay, port = self.start_relay(language, port)
                client = self.connect(port)
                server = self.accept(listener)
                client.sendall(b'x')
                self.assertEqual(server.recv(1), b'x')
                reset(server)
                with self.assertRaises(ConnectionResetError):
                    client.recv(1)
                self.expect_visit(relay)

    def test_nobody_listens(self):
        for language in LANGUAGES:
            with self.subTest(relay=language):
                relay, port = self.start_relay(language, self.refusing_port())
                with self.assertRaises(ConnectionResetError):
                    self.connect(port).recv(1)
                self.expect_visit(relay)
                relay.stop()
                self.assertRegex('\n'.join(relay.errors), '(?i)refused')


# Connects as somebody else, but opens the path as root.
STRANGER = """
import ctypes, os, socket, sys
os.seteuid(65534)
ctypes.CDLL(None).setfsuid(0)
peer = socket.socket(socket.AF_UNIX)
peer.connect(sys.argv[1])
print(peer.recv(100))
"""


@unittest.skipUnless(shutil.which('dbus-daemon') and 'TISOCK_MOCK_AVAHI' in os.environ,
                     'no dbus-daemon')
class DiscoveryTest(ExampleTest):
    def setUp(self):
        super().setUp()
        self.languages = [language for language in LANGUAGES if language != 'vala']
        mock = self.stack.enter_context(Program('mock', [os.environ['TISOCK_MOCK_AVAHI']]))
        self.set_bus(mock.read_line())

    def set_bus(self, address):
        self.stack.enter_context(
            unittest.mock.patch.dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=address))

    def publish(self, language, name):
        publisher, port = self.start_server_as(language, name)
        publisher.expect(f'published as {name}')
        return publisher, port

    def start_server_as(self, language, name):
        publisher = self.start(language, 'service-publisher', name)
        return publisher, publisher.expect_port()

    def test_what_is_published_is_found(self):
        for language in self.languages:
            with self.subTest(language):
                browser = self.start(language, 'service-browser')
                publisher, port = self.publish(language, 'Tea')
                browser.expect(f'services: [Tea on mock.local, port {port}]')
                peer = self.connect(port)
                peer.sendall(b'milk')
                self.assertEqual(peer.recv(4), b'milk')
                publisher.stop()
                browser.expect('services:')
                browser.stop()
                self.assertEqual(browser.errors + publisher.errors, [])

    def test_a_name_that_is_taken(self):
        self.publish('c', 'Tea')
        for number, language in enumerate(self.languages, 2):
            with self.subTest(language):
                publisher, _ = self.start_server_as(language, 'Tea')
                publisher.expect(f'published as Tea #{number}')

    def test_the_end_by_interrupt(self):
        publisher, _ = self.publish('c', 'Tea')
        publisher.interrupt()
        publisher.finish()

    def test_no_bus(self):
        self.set_bus('unix:path=/nonexistent/bus')
        for language in self.languages:
            with self.subTest(language):
                browser = self.start(language, 'service-browser')
                self.assertEqual(self.assert_fails(browser, 'system bus cannot be reached'), [])


class UnixTest(ExampleTest):
    def make_path(self):
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        return str(pathlib.Path(folder, 'service'))

    def start_service(self, language, path):
        service = self.start(language, 'unix-service', path)
        service.expect(f'listening on {path}')
        return service

    def greeting(self, pid):
        return f'hello {pwd.getpwuid(os.geteuid()).pw_name}, you are process {pid}\n'.encode()

    def expect_greeting(self, service, path):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(DEADLINE)
            peer.connect(path)
            service.expect(f'process {os.getpid()} came')
            with peer.makefile('rb') as stream:
                self.assertEqual(stream.read(), self.greeting(os.getpid()))

    def test_own_user(self):
        for language in LANGUAGES:
            with self.subTest(service=language):
                path = self.make_path()
                service = self.start_service(language, path)
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
                self.expect_greeting(service, path)
                self.expect_greeting(service, path)
                service.interrupt()
                service.finish()
                self.assertEqual(service.errors, [])
                self.assertFalse(os.path.exists(path))

    @unittest.skipUnless(shutil.which('socat'), 'no socat')
    def test_socat(self):
        for language in LANGUAGES:
            with self.subTest(service=language):
                path = self.make_path()
                service = self.start_service(language, path)
                client = subprocess.Popen(['socat', '-u', f'UNIX-CONNECT:{path}', '-'],
                                          stdout=subprocess.PIPE)
                self.assertEqual(client.communicate(timeout=DEADLINE)[0],
                                 self.greeting(client.pid))
                service.expect(f'process {client.pid} came')

    @unittest.skipUnless(os.geteuid() == 0, 'only root can connect as somebody else')
    def test_another_user(self):
        for language in LANGUAGES:
            with self.subTest(service=language):
                path = self.make_path()
                service = self.start_service(language, path)
                done = subprocess.run([sys.executable, '-c', STRANGER, path], capture_output=True,
                                      text=True, timeout=DEADLINE)
                self.assertEqual((done.stdout, done.stderr), ("b''\n", ''))
                service.expect('user 65534 was refused')
                self.expect_greeting(service, path)

    def test_one_after_the_other(self):
        """What is in use is not taken, and what one that was killed has left is."""
        path = self.make_path()
        service = None
        for language in LANGUAGES:
            with self.subTest(service=language):
                if service:
                    second = self.start(language, 'unix-service', path)
                    self.assertEqual(self.assert_fails(second, '(?i)in use'), [])
                    service.stop()
                    self.assertTrue(os.path.exists(path))
                service = self.start_service(language, path)
                self.expect_greeting(service, path)


class WebSocketTest(ExampleTest):
    """A program such as Titanium's, with a server of this script's."""

    def setUp(self):
        super().setUp()
        if 'gjs' not in LANGUAGES:
            self.skipTest('no gjs')

    def converse(self, *texts):
        """The program, which has connected, and its peer."""
        listener, port = self.listener()
        client = self.start('gjs', 'ti-websocket', f'ws://{HOST}:{port}/chat', *texts)
        peer = websocket.WebSocketPeer(self.accept(listener))
        self.stack.callback(peer.close)
        return client, peer

    def expect_frame(self, peer, opcode, payload):
        self.assertEqual(peer.read_frame(), (opcode, payload))

    def expect_end(self, client, peer):
        """The client says that it has done, and the server ends the connection."""
        self.expect_frame(peer, websocket.CLOSE, b'\x03\xe8')
        peer.send(websocket.CLOSE, b'\x03\xe8')
        peer.connection.shutdown(socket.SHUT_WR)
        client.expect('closed 1000')
        client.finish()
        self.assertEqual(peer.stream.read(), b'')
        self.assertEqual(client.errors, [])

    def test_handshake(self):
        client, peer = self.converse(TEXT)
        line, headers = peer.read_request()
        key = headers['sec-websocket-key']
        self.assertEqual(line, 'GET /chat HTTP/1.1')
        self.assertEqual((headers['upgrade'], headers['connection'], headers['host'],
                          headers['sec-websocket-version']), ('websocket', 'Upgrade', HOST, '13'))
        self.assertEqual(len(base64.b64decode(key, validate=True)), 16)
        answer = peer.make_answer(websocket.make_accept(key))
        peer.send_slowly(answer[:-2])
        peer.connection.sendall(answer[-2:] + websocket.make_frame(websocket.TEXT, b'first'))
        for line in ('connected', 'first'):
            client.expect(line)
        self.expect_frame(peer, websocket.TEXT, TEXT.encode())
        self.expect_end(client, peer)

    def test_messages_of_every_length(self):
        texts = [letter * length for letter, length in
                 zip('abcdef', (1, 125, 126, 65535, 65536, 100000))]
        client, peer = self.converse(*texts)
        peer.shake_hands()
        client.expect('connected')
        for text in texts:
            self.expect_frame(peer, websocket.TEXT, text.encode())
            peer.send(websocket.BINARY, text.upper().encode())
            client.expect(text.upper())
        self.expect_end(client, peer)

    def test_fragments(self):
        """Frames that are cut anywhere, in the middle of a character too, with a ping between."""
        client, peer = self.converse('fragments', 'slowly', 'together')
        parts = (TEXT.encode()[:3], b'', TEXT.encode()[3:])
        frames = [websocket.make_frame(opcode, part, i == 2) for i, (opcode, part) in
                  enumerate(zip((websocket.TEXT, 0, 0), parts))]
        frames.insert(1, websocket.make_frame(websocket.PING, b'are you there?'))
        frames.insert(3, websocket.make_frame(websocket.PONG, b'nobody asked'))
        peer.shake_hands()
        client.expect('connected')
        for text in (b'fragments', b'slowly', b'together'):
            self.expect_frame(peer, websocket.TEXT, text)
        for frame in frames:
            peer.connection.sendall(frame)
        peer.send_slowly(b''.join(frames))
        peer.connection.sendall(b''.join(frames))
        for _ in range(3):
            client.expect(TEXT)
            self.expect_frame(peer, websocket.PONG, b'are you there?')
        self.expect_end(client, peer)

    def test_closed_by_the_server(self):
        for payload, line, reason in ((b'\x03\xe9going away', 'closed 1001', 'going away'),
                                      (b'\xff\xff', 'closed 65535', ''), (b'', 'closed 1005', '')):
            with self.subTest(line):
                client, peer = self.converse(TEXT)
                peer.shake_hands()
                self.expect_frame(peer, websocket.TEXT, TEXT.encode())
                peer.send(websocket.CLOSE, payload)
                self.expect_frame(peer, websocket.CLOSE, payload)
                peer.connection.shutdown(socket.SHUT_WR)
                self.assertEqual(self.assert_fails(client, f'^{reason}$'), ['connected', line])

    def test_broken_off(self):
        for is_rude, reason in ((False, 'has ended'), (True, 'reset')):
            with self.subTest(reason):
                client, peer = self.converse(TEXT)
                peer.shake_hands()
                self.expect_frame(peer, websocket.TEXT, TEXT.encode())
                peer.stream.close()
                if is_rude:
                    reset(peer.connection)
                else:
                    peer.connection.close()
                self.assertEqual(self.assert_fails(client, reason), ['connected', 'closed 1006'])

    def test_refused(self):
        """By a server that has no WebSocket, and by one that has not understood the key."""
        answers = (b'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
                   websocket.WebSocketPeer.make_answer(None, websocket.make_accept('other')))
        for answer in answers:
            with self.subTest(answer):
                client, peer = self.converse(TEXT)
                peer.read_request()
                peer.connection.sendall(answer)
                line = answer.decode().split('\r\n')[0]
                self.assertEqual(self.assert_fails(client, f'says “{line}”'), ['closed 1006'])
                self.assertEqual(peer.stream.read(), b'')

    def test_wrong_frames(self):
        for frame, reason in ((b'\x81\x81abcdx', 'masked'),
                              (b'\x81\x7f' + b'\xff' * 8, 'too large'),
                              (b'\x81\x7f' + b'\x00' * 4 + b'\xff' * 4, 'too large')):
            with self.subTest(frame):
                client, peer = self.converse(TEXT)
                peer.shake_hands()
                self.expect_frame(peer, websocket.TEXT, TEXT.encode())
                peer.connection.sendall(frame)
                self.assertEqual(self.assert_fails(client, reason), ['connected', 'closed 1006'])

    def test_nobody_listens(self):
        client = self.start('gjs', 'ti-websocket', f'ws://{HOST}:{self.refusing_port()}', TEXT)
        self.assertEqual(self.assert_fails(client, '(?i)refused'), ['closed 1006'])


if __name__ == '__main__':
    os.environ['LC_ALL'] = 'C.UTF-8'
    LANGUAGES = sys.argv[2:]
    unittest.main(argv=sys.argv[:2], verbosity=2)
