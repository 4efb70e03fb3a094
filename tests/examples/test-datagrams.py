# test-datagrams.py: runs the examples of datagrams and checks what they print
#
# Run by meson; the arguments are the languages that the build has bindings for.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import datetime
import pathlib
import socket
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'examples' / 'demo'))
from program import Program, command  # noqa: E402

HOST = '127.0.0.1'
LANGUAGES = [language for language in sys.argv[1:] if language != 'vala']


class DatagramTest(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def start(self, language, name, *arguments):
        return self.stack.enter_context(
            Program(f'{name} ({language})', command(language, name) + list(arguments)))

    def keep_port(self):
        """A port that only those get who share it."""
        holder = self.stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((HOST, 0))
        return str(holder.getsockname()[1])


class TimeTest(DatagramTest):
    def test_every_client_with_every_server(self):
        for server_language in LANGUAGES:
            server = self.start(server_language, 'time-server', '0')
            port = server.expect_port()
            for language in LANGUAGES:
                with self.subTest(server=server_language, client=language):
                    self.ask(server, language, port)
            self.assertEqual(server.errors, [])

    def ask(self, server, language, port):
        client = self.start(language, 'time-client', HOST, port)
        answer = client.read_line().replace('Z', '+00:00')
        self.assertIsNotNone(datetime.datetime.fromisoformat(answer).tzinfo)
        client.finish()
        self.assertRegex(server.read_line(), r'^asked from port \d+$')

    def test_nobody_listens(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.bind((HOST, 0))
            port = str(gone.getsockname()[1])
        for language in LANGUAGES:
            with self.subTest(client=language):
                client = self.start(language, 'time-client', HOST, port)
                self.assertEqual(client.rest(), [])
                client.check_status(1)
                self.assertRegex('\n'.join(client.errors), 'Connection refused')

    def test_port_taken(self):
        for language in LANGUAGES:
            with self.subTest(server=language):
                server = self.start(language, 'time-server', self.keep_port())
                self.assertEqual(server.rest(), [])
                server.check_status(1)
                self.assertRegex('\n'.join(server.errors), 'Address already in use')


class GroupChatTest(DatagramTest):
    def start_member(self, language, name, port, others):
        member = self.start(language, 'group-chat', name, port, 'lo')
        for hearer in (member, *others):
            hearer.expect(f'{name}: hello')
        return member

    def test_all_hear_each_other(self):
        port = self.keep_port()
        members = []
        for language in LANGUAGES:
            members.append(self.start_member(language, language, port, members))
        for language, member in zip(LANGUAGES, members):
            member.type('Grüße')
            for hearer in members:
                hearer.expect(f'{language}: Grüße')
        for member in members:
            member.end_input()
            member.finish()
            self.assertEqual(member.errors, [])


class DiscoveryChatTest(DatagramTest):
    def test_members(self):
        port = self.keep_port()
        members = []
        for language in LANGUAGES if len(LANGUAGES) > 1 else LANGUAGES * 2:
            members.append(self.start(language, 'discovery-chat', port, 'lo'))
            members[-1].expect(f'+ {HOST}')
        first, last = members[0], members[-1]
        names = [first.read_line().removeprefix('+ ') for _ in members[1:]]
        self.assertRegex(names[-1], f'^{HOST}#[0-9a-f]{{16}}$')

        first.type(f'/{names[-1]} psst')
        while not (line := last.read_line()).endswith(': psst'):
            self.assertTrue(line.startswith('+ '))
        self.assertRegex(line, f'^{HOST}#[0-9a-f]{{16}} whispers: psst$')
        last.type('Grüße')
        first.expect(f'{names[-1]}: Grüße')
        for name, member in reversed(list(zip(names, members[1:]))):
            member.end_input()
            member.check_status(0)
            first.expect(f'- {name}')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
