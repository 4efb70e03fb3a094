# test-redis.py: redis-server, which takes many commands at once
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from peers import CLOSED, CONNECTED, HOST, TestCase, Tisock, digest, iterate_until, main
from gi.repository import Gio


def command(*words):
    words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b'*%d\r\n' % len(words) + b''.join(b'$%d\r\n%s\r\n' % (len(word), word)
                                              for word in words)


class RedisTest(TestCase):
    n_commands = 10000

    def setUp(self):
        super().setUp()
        self.root = self.folder()
        self.start_redis()

    def start_redis(self):
        self.redis, self.port = self.start_on_free_port(
            'Ready to accept connections',
            lambda port: self.make_argv('--bind', HOST, '--port', port))

    def make_argv(self, *where):
        return ('redis-server', *where, '--save', '', '--appendonly', 'no', '--daemonize', 'no',
                '--dir', self.root)

    def make_socket(self):
        return Tisock.TCPSocket(address=HOST, port=self.port)

    def connect(self):
        redis, events = self.open(self.make_socket())
        self.assertEqual(redis.state, CONNECTED)
        return redis, events

    def send(self, redis, *words):
        redis.write(command(*words))

    def lines(self, redis, count):
        """So many lines, as they come."""
        lines = []
        while len(lines) < count:
            line = redis.read_line()
            if line is None:
                before = redis.bytes_available
                iterate_until(lambda: redis.bytes_available > before)
            else:
                lines.append(line)
        return lines

    def test_pipelining(self):
        redis, events = self.connect()
        redis.write(command('INCR', 'n') * self.n_commands)
        self.assertEqual(self.lines(redis, self.n_commands),
                         [f':{i + 1}' for i in range(self.n_commands)])

    def test_many_writes(self):
        """The same, with a write for each; many of them before anything is read."""
        redis, events = self.connect()
        for i in range(self.n_commands):
            self.send(redis, 'ECHO', i)
        lines = self.lines(redis, 2 * self.n_commands)
        self.assertEqual(lines[1::2], [str(i) for i in range(self.n_commands)])

    def test_large_value(self):
        redis, events = self.connect()
        value = os.urandom(16 << 20)
        redis.receive_limit = 1 << 16
        self.send(redis, 'SET', 'value', value)
        self.assertEqual(self.lines(redis, 1), ['+OK'])
        self.send(redis, 'GET', 'value')
        self.assertEqual(self.lines(redis, 1), [f'${len(value)}'])
        got = bytearray()
        while len(got) < len(value) + 2:
            got += self.receive(redis, 1)
            got += redis.read_all()
        self.assertEqual(digest(got[:-2]), digest(value))

    def test_without_main_loop(self):
        redis = self.make_socket()
        self.addCleanup(redis.close)
        redis.open_sync(-1, None)
        redis.send_sync(command('SET', 'key', 'value') + command('GET', 'key'), -1, None)
        lines = [redis.receive_line_sync(-1, None) for _ in range(3)]
        self.assertEqual(lines, ['+OK', '$5', 'value'])

    def test_messages(self):
        """One client hears what others say."""
        listener, events = self.connect()
        self.send(listener, 'SUBSCRIBE', 'news')
        self.lines(listener, 6)
        speakers = [self.connect()[0] for _ in range(5)]
        for i in range(500):
            self.send(speakers[i % 5], 'PUBLISH', 'news', i)
        lines = self.lines(listener, 500 * 7)
        self.assertEqual(sorted(map(int, lines[6::7])), list(range(500)))

    def test_waiting(self):
        """A command that is answered when there is something, and one that never is."""
        waiter, events = self.connect()
        other, other_events = self.connect()
        self.send(waiter, 'BLPOP', 'list', 0)
        self.send(other, 'RPUSH', 'list', 'item')
        self.assertEqual(self.lines(waiter, 5), ['*2', '$4', 'list', '$4', 'item'])
        self.send(waiter, 'BLPOP', 'list', 0)
        self.send(other, 'CLIENT', 'ID')
        waiter.idle_timeout = 300
        self.assert_ended(waiter, events)
        self.assertEqual(events.names[-2:], ['error', 'closed'])
        self.assertEqual(other.state, CONNECTED)

    def test_killed(self):
        """The server ends the connection while answers are under way, and all at its own end."""
        victim, events = self.connect()
        other, other_events = self.connect()
        self.send(victim, 'CLIENT', 'ID')
        number = self.lines(victim, 1)[0][1:]
        self.send(other, 'CLIENT', 'KILL', 'ID', number)
        self.assertEqual(self.lines(other, 1), [':1'])
        self.assert_lost(victim, events, CLOSED)
        self.send(other, 'QUIT')
        self.assertEqual(self.lines(other, 1), ['+OK'])
        self.assert_lost(other, other_events, CLOSED)

    def test_too_slow(self):
        """The server gives up a listener that does not read; what it sent before that is there."""
        slow, events = self.connect()
        other, other_events = self.connect()
        self.send(other, 'CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 1mb 1mb 1')
        self.assertEqual(self.lines(other, 1), ['+OK'])
        slow.receive_limit = 1 << 16
        self.send(slow, 'SUBSCRIBE', 'news')
        self.lines(slow, 6)

        news = os.urandom(100000)
        heard = ':1'
        while heard == ':1':
            self.send(other, 'PUBLISH', 'news', news)
            [heard] = self.lines(other, 1)
        self.assertEqual(slow.bytes_available, 1 << 16)
        self.assertEqual(slow.state, CONNECTED)

        message = command('message', 'news', news)
        messages, rest = divmod(len(got := self.receive_all(slow)), len(message))
        self.assertGreater(messages, 1)
        self.assertEqual(digest(got), digest(message * messages + message[:rest]))
        self.assert_lost(slow, events)


class UnixTest(RedisTest):
    """The same at a path."""

    def start_redis(self):
        path = str(self.root / 'socket')
        self.address = Gio.UnixSocketAddress.new(path)
        self.redis = self.start(*self.make_argv('--port', 0, '--unixsocket', path))
        self.redis.expect('ready to accept connections')

    def make_socket(self):
        return Tisock.TCPSocket(connectable=self.address)


class BulkTest(RedisTest):
    n_commands = 500000


main('redis-server')
