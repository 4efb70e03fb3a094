# support.py: what the Python tests share: waiting, and pairs of connected sockets
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import atexit
import functools
import pathlib
import shutil
import socket as system
import subprocess
import sys
import tempfile
import unittest

import gi

gi.require_version('Tisock', '1')
from gi.repository import GLib, Tisock  # noqa: E402

HOST = '127.0.0.1'


def iterate_until(predicate):
    """Runs the main context until it is so; the time that meson gives a test bounds this."""
    context = GLib.MainContext.default()
    while not predicate():
        context.iteration(True)


def settle():
    """Runs the main context until it has nothing to do."""
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass


def begin(instance, name, *args, cancellable=None):
    """Calls NAME_async(); gives a function that waits for what NAME_finish() returns."""
    results = []
    getattr(instance, name + '_async')(*args, cancellable,
                                       lambda source, result: results.append(result))

    def finish():
        iterate_until(lambda: results)
        return getattr(instance, name + '_finish')(results[0])

    return finish


@functools.cache
def make_certificate():
    """The path of a new certificate for HOST, with its key, that nobody else has signed."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    path = pathlib.Path(folder, 'certificate.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                    'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=test',
                    '-addext', f'subjectAltName=IP:{HOST}', '-keyout', path.with_suffix('.key'),
                    '-out', path], check=True, stderr=subprocess.DEVNULL)
    path.write_bytes(path.read_bytes() + path.with_suffix('.key').read_bytes())
    return str(path)


class EventLog:
    """What has happened, in order: tuples of a signal's name and its arguments."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.events = []

    @property
    def names(self):
        return [event[0] for event in self.events]

    def last(self, name):
        return [event[1:] for event in self.events if event[0] == name][-1]


class Recorder(EventLog):
    """Connects every signal of an object and keeps what they say.

    A signal can be given a handler as well, whose result is returned.
    """

    def __init__(self, instance, **handlers):
        super().__init__()
        for name in find_signals(type(instance)):
            instance.connect(name, self.record, name, handlers.get(name.replace('-', '_')))

    def record(self, instance, *args):
        *values, name, handler = args
        self.events.append((name, *values))
        return handler(instance, *values) if handler else None


def find_signals(cls):
    """The names of the signals that the namespace's classes among the bases of this one have."""
    return [info.get_name()
            for base in cls.__mro__ if base.__module__ == 'gi.repository.Tisock'
            for info in base.__info__.get_signals()]


class TestCase(unittest.TestCase):
    """What a handler raises nobody sees but sys.excepthook: it fails the test."""

    def setUp(self):
        self.raised = []
        self.addCleanup(setattr, sys, 'excepthook', sys.excepthook)
        sys.excepthook = lambda kind, value, traceback: self.raised.append(value)
        self.addCleanup(self.check_raised)

    def check_raised(self):
        settle()
        for exception in self.raised:
            raise exception

    def take_raised(self):
        raised, self.raised[:] = self.raised[:], []
        return raised

    def make_server(self, server=None, **settings):
        """A server that listens on a port of its own."""
        server = server or Tisock.ServerSocket()
        server.address = HOST
        for name, value in settings.items():
            setattr(server, name, value)
        server.listen()
        self.addCleanup(server.close)
        return server

    def refuse(self):
        """A port of its own on which nobody listens."""
        holder = system.socket()
        self.addCleanup(holder.close)
        holder.bind((HOST, 0))
        return holder.getsockname()[1]

    def open_socket(self, server, socket=None):
        socket = socket or Tisock.TCPSocket()
        socket.address, socket.port = HOST, server.port
        socket.open()
        self.addCleanup(socket.close)
        return socket

    def make_pair(self, socket=None, server=None):
        """A connected socket and its peer, which a server has accepted."""
        accepted = []
        server = server or self.make_server()
        handler = server.connect('accepted', lambda server, peer: accepted.append(peer))
        socket = self.open_socket(server, socket)
        iterate_until(lambda: accepted and socket.is_connected)
        server.disconnect(handler)
        settle()
        return socket, accepted[0]

    def receive(self, socket, count):
        """Waits until so many bytes have come and takes them."""
        iterate_until(lambda: socket.bytes_available >= count)
        return socket.read(count)

    def assert_error(self, error, code):
        """Checks for one of SocketError's codes."""
        self.assertIsInstance(error, GLib.Error)
        self.assertTrue(error.matches(Tisock.socket_error_quark(), code), str(error))

    def assert_raises_error(self, code):
        return ErrorContext(self, code)


class ErrorContext:
    """As assertRaises(), for one of SocketError's codes."""

    def __init__(self, test, code):
        self.test, self.code = test, code

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.test.assert_error(value, self.code)
        self.error = value
        return True


def main():
    unittest.main(verbosity=2)
