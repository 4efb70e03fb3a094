# peers.py: the servers that are compared, and how one is run
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import functools
import os
import select
import shutil
import subprocess
import tempfile

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'servers')
BUILD = os.path.join(os.environ.get('MESON_BUILD_ROOT', '_build-bench'), 'bench')
PYTHON = os.environ.get('PYTHON', 'python3')

# The server and the generator have a CPU each, if there are two.
CPUS = sorted(os.sched_getaffinity(0))
SERVER_CPU, LOAD_CPU = CPUS[0], CPUS[-1]


# No workload takes that long, even where something else runs.
PATIENCE = 300


class Failed(Exception):
    """What a server did that it must not do."""


def binary(name, *arguments):
    return [os.path.join(BUILD, 'echo-' + name), *arguments]


def datagrams(name):
    """A server that has no connections."""
    return [os.path.join(BUILD, 'udp-' + name)]


def script(program, name):
    return [*program, os.path.join(SOURCES, 'echo-' + name)]


PEERS = {
    'raw': binary('raw'),
    'floor': binary('floor'),
    'tisock': binary('tisock'),
    'tisock, vfunc': binary('tisock-vfunc'),
    'tisock, timeouts': binary('tisock', 'echo', '600000'),
    'libuv': binary('libuv'),
    'libevent': binary('libevent'),
    'Asio': binary('asio'),
    'Qt': binary('qt'),
    'GIO streams': binary('gio'),
    'GSocket sources': binary('gsource'),
    'tisock, Python': script([PYTHON], 'tisock.py'),
    'asyncio': script([PYTHON], 'asyncio.py'),
    'GIO streams, Python': script([PYTHON], 'gio.py'),
    'tisock, GJS': script(['gjs', '-m'], 'tisock.js'),
    'Node': script(['node'], 'node.js'),
    'GIO streams, GJS': script(['gjs', '-m'], 'gio.js'),
    'raw, UDP': datagrams('raw'),
    'tisock, UDP': datagrams('tisock'),
    'libuv, UDP': datagrams('libuv'),
    'GSocket, UDP': datagrams('gio'),
}


FOLDER = tempfile.TemporaryDirectory()


@functools.cache
def certificate():
    """A file with a certificate and its key, made for this run."""
    path = os.path.join(FOLDER.name, 'certificate.pem')
    key = os.path.join(FOLDER.name, 'key.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                    'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
                    '/CN=localhost', '-out', path, '-keyout', key],
                   check=True, stderr=subprocess.DEVNULL)
    with open(path, 'a', encoding='ascii') as joined, open(key, encoding='ascii') as file:
        joined.write(file.read())
    return path


def generator(mode):
    generators = {'tls': 'load-tls', 'udp': 'load-udp', 'udp-sink': 'load-udp'}
    return os.path.join(BUILD, generators.get(mode, 'load'))


def missing_for_tls():
    """What none of the workloads under TLS can do without; None: nothing is missing."""
    if shutil.which('openssl') is None:
        return 'the program openssl'
    return None if os.path.exists(generator('tls')) else 'the library OpenSSL'


def pinned(cpu, command):
    return ['taskset', '-c', str(cpu), *command]


@contextlib.contextmanager
def server(name, mode=None, wrapper=(), environment=None):
    """Runs a server; gives its process, or its wrapper's, and its port."""
    environment = {**os.environ, **(environment or {})}
    if mode == 'tls':
        environment['BENCH_CERTIFICATE'] = certificate()
    command = pinned(SERVER_CPU, [*wrapper, *PEERS[name], *([mode] if mode else [])])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, env=environment)
    try:
        line = process.stdout.readline()
        if not line.startswith('listening'):
            raise Failed('it did not start')
        yield process, line.split()[-1]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@functools.cache
def starts(name, mode=None):
    """Whether a peer is installed; a script may also lack a module of its language, or TLS."""
    command = PEERS[name]
    if shutil.which(command[0]) is None:
        return False
    if mode is None and not command[-1].startswith(SOURCES):
        return True
    try:
        with server(name, mode):
            return True
    except Failed:
        return False


class Load:
    """A generator whose connections are made; go() lets it do its work."""

    def __init__(self, port, arguments, mode=None):
        command = [generator(mode), arguments[0], port, *map(str, arguments[1:])]
        self.process = subprocess.Popen(pinned(LOAD_CPU, command), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.answer() != 'ready\n':
            self.__exit__()
            raise Failed('the generator could not connect')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def answer(self):
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            self.__exit__()
            raise Failed(f'it has not done its work after {PATIENCE} seconds')
        return self.process.stdout.readline()

    def go(self):
        self.process.stdin.write('go\n')
        self.process.stdin.flush()
        if not self.answer().startswith('operations'):
            raise Failed('the generator ended early; what it says is above')
