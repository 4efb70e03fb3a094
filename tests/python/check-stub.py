# check-stub.py: the stub for type checkers knows all there is, and type checkers accept it
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import ast
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import gi
from support import main
from gi.repository import Tisock

STUB = pathlib.Path(os.environ['TISOCK_STUB'])

GOOD = '''
from gi.repository import Tisock

async def converse(server: Tisock.ServerSocket) -> None:
    async for sock in server:
        async with sock:
            data: bytes = await sock.receive_exactly_async(4)
            line: str | None = await sock.receive_line_async()
            await sock.send_async(data)
            sock.write(bytearray(data))

def block() -> str:
    with Tisock.TCPSocket(address='localhost', port=7) as sock:
        sock.open_sync(-1)
        try:
            return ' '.join(line for line in sock)
        except Tisock.LostConnectionError as error:
            return error.number.name

async def answer(udp: Tisock.UDPSocket) -> None:
    async with udp:
        async for datagram in udp:
            address: str | None = datagram.address
            udp.write(Tisock.Datagram(address, datagram.port, bytearray(datagram.data)))

def gather() -> list[bytes]:
    with Tisock.UDPSocket(port=7) as udp:
        return [datagram.data for datagram in udp]

server = Tisock.ServerSocket(port=7000)
server.connect('accepted', lambda server, sock: None)
port: int = server.port
Tisock.run(converse(server))
'''

BAD = '''
from gi.repository import Tisock

sock = Tisock.TCPSocket()
sock.write('text')
sock.bytes_available = 5
line: bytes = sock.receive_line_sync(-1)
sock.read('all')
Tisock.Datagram('localhost', 7, 'text')
Tisock.Datagram('localhost', 7, b'text').port = 8
'''


class NamesTest(unittest.TestCase):
    def setUp(self):
        self.stub = ast.parse(STUB.read_text())
        self.classes = {node.name: node for node in self.stub.body
                        if isinstance(node, ast.ClassDef)}

    def find_names(self, nodes):
        """What functions, classes and annotated names are there."""
        names = {node.name for node in nodes if hasattr(node, 'name')}
        return names | {node.target.id for node in nodes if isinstance(node, ast.AnnAssign)}

    def test_the_namespace(self):
        public = {name for name in dir(Tisock) if not name.startswith('_')}
        # What PyGObject makes of C structs, and functions that C programs use.
        public = {name for name in public if not name.endswith(('Class', 'Private'))}
        self.assertEqual(public - self.find_names(self.stub.body), set())

    def test_the_classes(self):
        for info in gi.Repository.get_default().get_infos('Tisock'):
            if isinstance(info, gi._gi.ObjectInfo):
                members = {member.get_name().replace('-', '_') for member in
                           [*info.get_methods(), *info.get_properties()]}
                missing = members - self.find_names(self.classes[info.get_name()].body)
                self.assertEqual(missing - {'peek', 'read_into', 'skip'}, set(), info.get_name())


@unittest.skipUnless(shutil.which('mypy'), 'mypy is missing')
class MypyTest(unittest.TestCase):
    def check(self, program):
        """What mypy has to say about a program: lines."""
        with tempfile.TemporaryDirectory() as directory:
            repository = pathlib.Path(directory) / 'gi' / 'repository'
            repository.mkdir(parents=True)
            for path in (repository, repository.parent):
                (path / '__init__.pyi').touch()
            shutil.copy(STUB, repository / 'Tisock.pyi')
            for name in ('Gio', 'GLib', 'GObject'):
                (repository / f'{name}.pyi').write_text('from typing import Any\n'
                                                        'def __getattr__(name: str) -> Any: ...\n')
            path = pathlib.Path(directory) / 'program.py'
            path.write_text(program)
            result = subprocess.run(['mypy', '--no-error-summary', '--python-version', '3.11',
                                     '--cache-dir', os.devnull, path], capture_output=True,
                                    text=True, env={**os.environ, 'MYPYPATH': directory})
        self.assertEqual(result.stderr, '')
        return result.stdout.splitlines()

    def test_what_is_right(self):
        self.assertEqual(self.check(GOOD), [])

    def test_what_is_wrong(self):
        lines = '\n'.join(self.check(BAD))
        for number, word in ((5, 'incompatible type'), (6, 'read-only'), (7, 'Incompatible types'),
                             (8, 'incompatible type'), (9, 'incompatible type'),
                             (10, 'read-only')):
            self.assertRegex(lines, f'program.py:{number}: error: .*{word}')


if __name__ == '__main__':
    main()
