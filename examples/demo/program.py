# program.py: runs the example programs and follows what they print, line by line
#
# For the demo and for the tests of the examples. Nothing here waits for a time: a line is waited
# for until it comes, the program ends, or DEADLINE says that something hangs.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading

DEADLINE = 60
SOURCE = pathlib.Path(__file__).resolve().parent.parent


class Failure(Exception):
    """Something that should have been seen was not."""


def build_folder():
    """Where the compiled examples are; `meson devenv` says it."""
    folder = os.environ.get('TISOCK_EXAMPLES')
    if folder is None:
        raise Failure('TISOCK_EXAMPLES is not set: run this inside `meson devenv -C BUILDDIR`')
    return pathlib.Path(folder)


def find_python():
    """A Python that has PyGObject: $PYTHON, or else the first one that can import it."""
    if os.environ.get('PYTHON'):
        return os.environ['PYTHON']
    for python in (sys.executable, '/usr/bin/python3', shutil.which('python3')):
        # A build has a folder gi of its own in the path: importing that alone says nothing.
        test = [python, '-c', 'import gi.repository'] if python else ['false']
        if subprocess.run(test, stderr=subprocess.DEVNULL).returncode == 0:
            return python
    raise Failure('no Python with PyGObject (the module gi) found: set PYTHON')


def command(language, name):
    """The beginning of the command line of one example."""
    if language == 'python':
        return [find_python(), str(SOURCE / 'python' / (name + '.py'))]
    if language == 'gjs':
        return ['gjs', '-m', str(SOURCE / 'gjs' / (name + '.js'))]
    folder = build_folder() / 'vala' if language == 'vala' else build_folder()
    return [str(folder / name)]


class Program:
    """A running program. As a context manager it ends the program, should it still run."""

    def __init__(self, who, argv, **popen):
        self.who = who
        self.errors = []
        self.lines = queue.Queue()
        try:
            self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE, **popen)
        except OSError as error:
            raise Failure(f'{who}: cannot run {argv[0]}: {error.strerror}') from error
        self.readers = [self.follow(self.process.stdout, self.lines.put),
                        self.follow(self.process.stderr, self.errors.append)]

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    def follow(self, stream, take):
        thread = threading.Thread(target=self.read_lines, args=(stream.fileno(), take), daemon=True)
        thread.start()
        return thread

    def read_lines(self, fd, take):
        """Splits at \\r too: it ends a line that is going to be overwritten, such as progress."""
        rest = b''
        while data := os.read(fd, 65536):
            *lines, rest = re.split(b'[\r\n]', rest + data)
            for line in lines:
                take(line.decode())
        if rest:
            take(rest.decode())
        if take == self.lines.put:
            take(None)

    def fail(self, text):
        said = ''.join(f'\n    {line}' for line in self.errors)
        raise Failure(f'{self.who}: {text}' + (f'; on its standard error:{said}' if said else ''))

    def read_line(self):
        """The next line, or None at the end of the output."""
        try:
            line = self.lines.get(timeout=DEADLINE)
        except queue.Empty:
            self.fail(f'printed nothing more within {DEADLINE} seconds')
        if line is None:
            self.lines.put(None)
        return line

    def expect(self, line):
        got = self.read_line()
        if got != line:
            self.fail(f'should have printed “{line}” but '
                      + ('ended' if got is None else f'printed “{got}”'))
        return line

    def expect_port(self):
        """Reads a server's first line, `listening on PORT`."""
        got = self.read_line()
        match = re.fullmatch('listening on ([1-9][0-9]*)', got or '')
        if match is None:
            self.fail(f'should have said where it listens but printed “{got}”')
        return match[1]

    def type(self, line):
        self.process.stdin.write(line.encode() + b'\n')
        self.process.stdin.flush()

    def end_input(self):
        self.process.stdin.close()

    def rest(self):
        """All lines that are still to come, up to the end of the program."""
        return list(iter(self.read_line, None))

    def finish(self, status=0):
        """Waits for the program to end by itself, with nothing more to say."""
        if rest := self.rest():
            self.fail(f'should have ended but printed “{rest[0]}”')
        self.check_status(status)

    def check_status(self, status=0):
        got = self.process.wait(timeout=DEADLINE)
        for reader in self.readers:
            reader.join()
        if got != status:
            self.fail(f'ended with {got} instead of {status}')

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        for reader in self.readers:
            reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
