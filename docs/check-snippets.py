# check-snippets.py: compiles and runs the code in the pages and in the README
#
# Run by meson, inside `meson devenv`; the arguments are a compiler for C, one for Vala, and the
# pages. A snippet in C or Vala without a main() is compiled only. All others are run: a server is
# sent a line and has to answer, a client talks to a server of this script's, has to print something
# and to end by itself.
#
# A server without a main loop, made of blocking sockets, cannot say which port it got. It gets one
# that is kept for it.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import pathlib
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'examples' / 'demo'))
from program import DEADLINE, Program, find_python  # noqa: E402

HOST = '127.0.0.1'
PORT = '7000'                   # the port in all snippets
SNIPPET = re.compile(r'^```(c|python|javascript|vala)\n(.*?)^```$', re.MULTILINE | re.DOTALL)

# Where a program runs its loop, and how it says before that which port it listens on.
LOOPS = {
    'c': ('g_main_loop_run', 'g_print ("%d\\n", tisock_server_socket_get_port (NAME));'),
    'python': ('GLib.MainLoop|loop.run', 'print(NAME.port, flush=True);'),
    'javascript': ('new GLib.MainLoop|loop.run|for await .* of server', 'print(NAME.port);'),
    'vala': ('new MainLoop|loop.run', 'print ("%d\\n", NAME.port);'),
}
COMPILED = ('c', 'vala')
BLOCKING = 'Socket.create('
BLOCKING_LOOP = ('for', 'print(PORT);')
LISTENS = re.compile(r'\b(?:tisock_server_socket_listen \((\w+)|(\w+)\.listen ?\()')


class Snippet:
    def __init__(self, page, text, match):
        self.language, self.code = match.groups()
        self.where = f'{page.name}:{text.count(chr(10), 0, match.start()) + 2}'
        self.listener = LISTENS.search(self.code)
        self.is_blocking = BLOCKING in self.code

    def is_program(self):
        return self.language not in COMPILED or ' main (' in self.code.replace('\n', ' ')

    def prepare(self, port):
        """Gives the code another port, and has it say which one it listens on."""
        code = re.sub(rf'\b{PORT}\b', port, self.code)
        if self.listener:
            loop, announcement = BLOCKING_LOOP if self.is_blocking else LOOPS[self.language]
            announcement = announcement.replace('NAME', self.listener[1] or self.listener[2])
            announcement = announcement.replace('PORT', port)
            code = re.sub(rf'^( *)({loop})', lambda match: f'{match[1]}{announcement} {match[2]}',
                          code, 1, re.MULTILINE)
        return code


class SnippetTest(unittest.TestCase):
    compiler = ['cc']
    valac = ['valac']
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, code):
        path = self.folder / name
        path.write_text(code)
        return str(path)

    def compile(self, language, code, *options):
        if language == 'vala':
            self.compile_vala(code, *options)
        else:
            self.compile_c(code, *options)

    def compile_vala(self, code, *options):
        done = subprocess.run([*self.valac, '--fatal-warnings', '--pkg=gio-2.0', '--pkg=tisock-1',
                               '-X', '-w', *options, self.write('snippet.vala', code)],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ''))

    def compile_c(self, code, *options):
        flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'tisock-1'], check=True,
                               capture_output=True, text=True).stdout
        done = subprocess.run([*self.compiler, '-Wall', '-Wextra', '-Werror', *options,
                               '-Wno-unused-parameter', self.write('snippet.c', code),
                               *shlex.split(flags)], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ''))

    def command(self, language, code):
        if language == 'python':
            return [find_python(), self.write('snippet.py', code)]
        if language == 'javascript':
            return ['gjs', '-m', self.write('snippet.js', code)]
        self.compile(language, code, '-o', str(self.folder / 'snippet'))
        return [str(self.folder / 'snippet')]

    def keep_port(self):
        """A port that only those get who ask for the address to be used again."""
        holder = socket.socket()
        self.addCleanup(holder.close)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((HOST, 0))
        return str(holder.getsockname()[1])

    def run_server(self, snippet):
        given = self.keep_port() if snippet.is_blocking else '0'
        with Program('snippet', self.command(snippet.language, snippet.prepare(given))) as program:
            port = int(program.read_line())
            with socket.create_connection((HOST, port), DEADLINE) as peer:
                peer.sendall(b'hello\n')
                self.assertNotEqual(peer.recv(100), b'')
            self.assertEqual(program.errors, [])

    def run_client(self, snippet):
        with socket.create_server((HOST, 0)) as listener:
            listener.settimeout(DEADLINE)
            echo = threading.Thread(target=self.echo, args=(listener,), daemon=True)
            echo.start()
            port = str(listener.getsockname()[1])
            program = Program('snippet', self.command(snippet.language, snippet.prepare(port)))
            with program:
                self.assertNotEqual(program.rest(), [])
                program.check_status()
                self.assertEqual(program.errors, [])
            # It may be that it has no need of a server.
            listener.shutdown(socket.SHUT_RDWR)
            echo.join()

    def echo(self, listener):
        with contextlib.suppress(OSError):
            peer, _ = listener.accept()
            with peer:
                while data := peer.recv(65536):
                    peer.sendall(data)

    def check_syntax(self, snippet):
        if snippet.language == 'vala':
            self.compile_vala(snippet.code, '--ccode', '--directory', str(self.folder))
        else:
            self.compile_c('#include <tisock/tisock.h>\n' + snippet.code,
                           '-Wno-unused-function', '-fsyntax-only')

    def check(self, page):
        text = page.read_text()
        for match in SNIPPET.finditer(text):
            snippet = Snippet(page, text, match)
            with self.subTest(snippet.where):
                if snippet.language == 'vala' and not self.valac:
                    self.skipTest('there is no compiler for Vala')
                elif not snippet.is_program():
                    self.check_syntax(snippet)
                elif snippet.listener:
                    self.run_server(snippet)
                else:
                    self.run_client(snippet)


def add_page(path):
    setattr(SnippetTest, 'test_' + path.stem.replace('-', '_'), lambda self: self.check(path))


if __name__ == '__main__':
    SnippetTest.compiler = shlex.split(sys.argv[1])
    SnippetTest.valac = shlex.split(sys.argv[2])
    for name in sys.argv[3:]:
        add_page(pathlib.Path(name))
    unittest.main(argv=sys.argv[:1], verbosity=2)
