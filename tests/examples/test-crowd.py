# test-crowd.py: the chat servers hold a thousand clients at once
#
# Run by meson; the arguments are how many of them have something to say, and the languages that
# the build has bindings for.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import pathlib
import resource
import socket
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'examples' / 'demo'))
from program import DEADLINE, Program, command  # noqa: E402

HOST = '127.0.0.1'
CROWD = 1000
OTHER_DESCRIPTORS = 100         # what a process needs besides


def raise_limit():
    """Lets this process, and those it starts, have as many descriptors as may be; says how many."""
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    return limit


class Member:
    def __init__(self, stack, port, name):
        self.name = name
        self.peer = stack.enter_context(socket.create_connection((HOST, port), DEADLINE))
        self.lines = stack.enter_context(self.peer.makefile(encoding='utf-8'))

    def say(self, line):
        self.peer.sendall(line.encode() + b'\n')

    def close(self):
        self.lines.close()
        self.peer.close()


class CrowdTest(unittest.TestCase):
    n_speakers = CROWD
    languages = []

    def hear(self, member, line):
        self.assertEqual(member.lines.readline(), line + '\n')

    def join(self, server, speakers):
        for speaker in speakers:
            speaker.say(speaker.name)
            server.expect(f'* {speaker.name} has come')
        for i, speaker in enumerate(speakers):
            for other in speakers[i + 1:]:
                self.hear(speaker, f'* {other.name} has come')

    def talk(self, speakers):
        for speaker in speakers[:10]:
            speaker.say('Grüße')
            for other in speakers:
                if other is not speaker:
                    self.hear(other, f'{speaker.name}: Grüße')

    def check(self, language):
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(Program('chat-server', command(language, 'chat-server')))
            port = int(server.expect_port())
            members = [Member(stack, port, f'member {i}') for i in range(CROWD)]
            speakers = members[:self.n_speakers]
            self.join(server, speakers)
            self.talk(speakers)
            # Each of the others is there too: the server closes for those who send what is no text.
            for member in members[self.n_speakers:]:
                member.peer.sendall(b'\xff\n')
                self.assertEqual(member.lines.read(), '')
            for speaker in speakers:
                speaker.close()
                server.expect(f'* {speaker.name} has left')
            self.assertEqual(server.errors, [])

    def test_crowd(self):
        limit = raise_limit()
        if limit < CROWD + OTHER_DESCRIPTORS:
            self.skipTest(f'a process may have only {limit} descriptors')
        for language in self.languages:
            with self.subTest(server=language):
                self.check(language)


if __name__ == '__main__':
    CrowdTest.n_speakers = int(sys.argv[1])
    CrowdTest.languages = sys.argv[2:]
    unittest.main(argv=sys.argv[:1], verbosity=2)
