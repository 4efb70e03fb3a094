# Tisock.py: makes the library feel at home in Python
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""PyGObject's override of the namespace Tisock.

The classes themselves are changed, not replaced by subclasses, so that every socket the library
makes, and every subclass, has what is added here:

- properties are attributes;
- what fails with a SocketError raises an exception class of its own, a subclass of GLib.Error;
- any bytes-like object can be written;
- the asynchronous calls can be awaited, on an asyncio loop that runs on GLib, or in a coroutine
  that Tisock.run() or Tisock.spawn() runs on the main loop;
- sockets are context managers and iterate over lines or datagrams, servers over connections;
- datagrams have their parts as attributes.
"""

import asyncio
import contextlib
import functools
import reprlib

from gi.repository import Gio, GLib, GObject

from ..module import get_introspection_module

Tisock = get_introspection_module('Tisock')

__all__ = []


def export(value):
    """Makes a function or class of this file one of the namespace's."""
    value.__module__ = 'gi.repository.Tisock'
    setattr(Tisock, value.__name__, value)
    globals()[value.__name__] = value
    __all__.append(value.__name__)
    return value


def find_classes():
    members = (getattr(Tisock, name) for name in dir(Tisock))
    return [member for member in members
            if isinstance(member, type) and issubclass(member, GObject.Object)]


# ---- properties

# Without this a property is an attribute of `props` only, and `socket.port = 7000` silently makes
# an attribute that the library never sees. The methods are there for almost all properties, and
# cost half of what get_property() does.
def make_getter(cls, name):
    def getter(self):
        return self.get_property(name)

    return getattr(cls, 'get_' + name, getter)


def make_setter(cls, name):
    def setter(self, value):
        self.set_property(name, value)

    return getattr(cls, 'set_' + name, setter)


def make_attribute(cls, name, flags):
    readable = flags & GObject.ParamFlags.READABLE
    writable = (flags & GObject.ParamFlags.WRITABLE and
                not flags & GObject.ParamFlags.CONSTRUCT_ONLY)

    return property(make_getter(cls, name) if readable else None,
                    make_setter(cls, name) if writable else None,
                    doc=f'The GObject property {name.replace("_", "-")}.')


def add_attributes(cls):
    for info in cls.__info__.get_properties():
        name = info.get_name().replace('-', '_')
        # What has this name already, a method for instance, keeps it.
        if not hasattr(cls, name):
            setattr(cls, name, make_attribute(cls, name, info.get_flags()))


# ---- errors

# The domain as PyGObject names it: that of an error that the library has made.
DOMAIN = GLib.quark_to_string(Tisock.socket_error_quark())


@export
class SocketException(GLib.Error):
    """What is raised for a SocketError; each code has a subclass: LostConnectionError and so on.

    It is a GLib.Error as well, with its domain, code and message.
    """

    @property
    def number(self):
        """The code as a member of SocketError."""
        return Tisock.SocketError(self.code)


def make_exception_class(member):
    words = member.value_nick.split('-')
    if words[-1] != 'error':
        words.append('error')
    name = ''.join(word.capitalize() for word in words)
    doc = f'Raised for {member.value_name.replace("TISOCK_SOCKET_ERROR_", "SocketError.")}.'
    return export(type(name, (SocketException,), {'__doc__': doc}))


EXCEPTIONS = {int(member): make_exception_class(member)
              for member in Tisock.SocketError.__enum_values__.values()}


@export
def to_exception(error):
    """Gives a GLib.Error as it would be raised: a SocketException if it is a SocketError.

    For the handlers of the signal `error`, which get a GLib.Error.
    """
    if error.domain != DOMAIN:
        return error
    return EXCEPTIONS.get(error.code, SocketException)(error.message, error.domain, error.code)


def raising(method):
    """Has a method raise the exception class of its error."""
    @functools.wraps(method)
    def call(*args, **kwargs):
        try:
            return method(*args, **kwargs)
        except GLib.Error as error:
            raise to_exception(error) from None

    return call


# ---- bytes

def to_bytes(data):
    if isinstance(data, str):
        raise TypeError('bytes are written, not str: encode it, or use write_string()')
    if isinstance(data, int):
        raise TypeError('bytes are written, not an int')
    # PyGObject takes what is not bytes as a sequence of numbers, and is a hundred times slower.
    return bytes(data) if data is not None else None


# Called for every event of a busy server: one function, and no more arguments than need be.
def make_write(method):
    @functools.wraps(method)
    def write(self, data):
        try:
            return method(self, data if type(data) is bytes else to_bytes(data))
        except GLib.Error as error:
            raise to_exception(error) from None

    return write


def make_write_to(method):
    @functools.wraps(method)
    def write_to(self, address, port, data):
        return method(self, address, port, to_bytes(data))

    return raising(write_to)


def writing(method):
    @functools.wraps(method)
    def call(self, data, *args, **kwargs):
        try:
            return method(self, data if type(data) is bytes else to_bytes(data), *args, **kwargs)
        except GLib.Error as error:
            raise to_exception(error) from None

    return call


def writing_later(method, place):
    """The same where so many arguments come before the bytes."""
    @functools.wraps(method)
    def call(self, *args, **kwargs):
        first, data, rest = args[:place], args[place], args[place + 1:]
        try:
            return method(self, *first, to_bytes(data), *rest, **kwargs)
        except GLib.Error as error:
            raise to_exception(error) from None

    return call


def to_python(value):
    return value.get_data() or b'' if isinstance(value, GLib.Bytes) else value


def returning_bytes(method):
    """For the blocking calls: as the awaited ones, they give bytes and not GLib.Bytes."""
    @functools.wraps(method)
    def call(*args, **kwargs):
        return to_python(method(*args, **kwargs))

    return call


# ---- awaiting

class Operation:
    """An asynchronous call that has been made and can be awaited, once."""

    def __init__(self, begin, finish, source, args, kwargs):
        self.finish = finish
        self.source = source
        self.cancellable = kwargs.pop('cancellable', None) or Gio.Cancellable()
        self.result = None
        self.notify = None
        begin(source, *args, cancellable=self.cancellable, callback=self.take, **kwargs)

    def take(self, source, result, *data):
        self.result = result
        if self.notify:
            self.notify()

    def when_done(self, notify):
        self.notify = notify
        if self.result:
            notify()

    def get(self):
        try:
            return to_python(self.finish(self.source, self.result))
        except GLib.Error as error:
            raise to_exception(error) from None

    def cancel(self):
        self.cancellable.cancel()

    def __await__(self):
        loop = get_asyncio_loop()
        if loop:
            yield from self.wait_in_asyncio(loop)
        else:
            # To the Task that runs this.
            yield self
        return self.get()

    def wait_in_asyncio(self, loop):
        future = loop.create_future()
        self.when_done(lambda: future.done() or future.set_result(None))
        try:
            yield from future
        except asyncio.CancelledError:
            self.cancel()
            raise


def get_asyncio_loop():
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None

    if not any(cls.__module__.split('.')[0] in ('gi', 'gbulb') for cls in type(loop).__mro__):
        raise RuntimeError('the asyncio loop that runs does not run on GLib: use '
                           'gi.events.GLibEventLoopPolicy (PyGObject 3.50), gbulb, or Tisock.run()')
    return loop


def awaitable(begin, finish):
    """Has an asynchronous call without a callback give an Operation."""
    @functools.wraps(begin)
    def call(self, *args, **kwargs):
        if kwargs.get('callback') or any(callable(arg) for arg in args):
            return begin(self, *args, **kwargs)

        kwargs.pop('callback', None)
        while args and (args[-1] is None or isinstance(args[-1], Gio.Cancellable)):
            kwargs.setdefault('cancellable', args[-1])
            args = args[:-1]
        return Operation(begin, finish, self, args, kwargs)

    return call


@export
class Task:
    """A coroutine that runs on the main loop; Tisock.spawn() makes one."""

    running = set()

    def __init__(self, coroutine):
        self.coroutine = coroutine
        self.operation = None
        self.done = False
        self.exception = None
        self.value = None
        self.callbacks = []
        Task.running.add(self)

    def step(self):
        self.operation = None
        try:
            awaited = self.coroutine.send(None)
        except StopIteration as stop:
            self.end(value=stop.value)
        except BaseException as exception:
            self.end(exception=exception)
        else:
            self.wait_for(awaited)

    def wait_for(self, awaited):
        if not isinstance(awaited, (Operation, Task)):
            self.coroutine.close()
            self.end(exception=TypeError(f'{awaited!r} cannot be awaited here: only calls of '
                                         'Tisock and its tasks, or use asyncio on GLib'))
            return
        self.operation = awaited
        awaited.when_done(self.step)

    def end(self, value=None, exception=None):
        self.value, self.exception, self.done = value, exception, True
        Task.running.discard(self)
        for callback in self.callbacks:
            callback()
        if exception and not self.callbacks:
            # Nobody waits for it: it is shown as one that a handler raises.
            raise exception

    def when_done(self, callback):
        if self.done:
            callback()
        else:
            self.callbacks.append(callback)

    def cancel(self):
        """Cancels what the coroutine waits for: that raises a GLib.Error, CANCELLED, in it."""
        if self.operation:
            self.operation.cancel()

    def get(self):
        if self.exception:
            raise self.exception
        return self.value

    def __await__(self):
        if not self.done:
            yield self
        return self.get()


@export
def spawn(coroutine):
    """Runs a coroutine on the main loop, which has to run, and gives its Task.

    It begins at once, and goes on from the loop whenever what it awaits is there.
    """
    task = Task(coroutine)
    task.step()
    return task


@export
def run(coroutine):
    """Runs a coroutine, and the main loop until it has ended; gives or raises what it does."""
    loop = GLib.MainLoop()
    task = Task(coroutine)
    task.when_done(loop.quit)
    task.step()
    if not task.done:
        loop.run()
    return task.get()


def find_names(cls, suffix):
    names = [info.get_name() for info in cls.__info__.get_methods()]
    return [name[:-len(suffix)] for name in names if name.endswith(suffix)]


def takes_bytes(info):
    """Datagrams are written as well, in one piece."""
    return info.get_arguments()[0].get_name() == 'data'


def change_methods(cls):
    """Lets the methods of a class raise, take and return what Python expects."""
    for info in cls.__info__.get_methods():
        name = info.get_name()
        if name.endswith('_sync'):
            setattr(cls, name, returning_bytes(getattr(cls, name)))
        if name == 'write' and takes_bytes(info):
            cls.write = make_write(cls.write)
        elif name == 'write_to':
            cls.write_to = make_write_to(cls.write_to)
        elif name in TAKING_BYTES:
            setattr(cls, name, writing(getattr(cls, name)))
        elif name in TAKING_BYTES_LATER:
            setattr(cls, name, writing_later(getattr(cls, name), TAKING_BYTES_LATER[name]))
        elif info.can_throw_gerror() and not name.endswith('_finish'):
            setattr(cls, name, raising(getattr(cls, name)))

    for name in find_names(cls, '_async'):
        begin, finish = getattr(cls, name + '_async'), vars(cls)[name + '_finish']
        setattr(cls, name + '_async', awaitable(begin, finish))
        setattr(cls, name + '_finish', raising(finish))


TAKING_BYTES = {'encode', 'write_descriptors', 'send_async', 'send_sync', 'read_until',
                'receive_until_async', 'receive_until_sync'}
TAKING_BYTES_LATER = {'send_message': 1, 'send_message_to_group': 2,
                      'send_message_to_individual': 2, 'write_frame': 1}


# ---- connecting

def connect(self, *args, **kwargs):
    """Opens the socket, as open() does; with arguments: connects a handler to a signal."""
    if args or kwargs:
        return GObject.Object.connect(self, *args, **kwargs)

    return self.open()


def disconnect(self, *args, **kwargs):
    """Shuts the socket down, as shutdown() does; with an argument: disconnects a handler.

    A socket that has no shutdown() is closed.
    """
    if args or kwargs:
        return GObject.Object.disconnect(self, *args, **kwargs)

    return getattr(self, 'shutdown', self.close)()


# ---- context managers and iteration

def enter(self):
    return self


def has_queued(self):
    if isinstance(self, Tisock.UDPSocket):
        return self.packets_left_to_send > 0
    return self.bytes_left_to_send > 0


def leave(self, kind, value, traceback):
    """Ends the socket; what is queued is sent before, unless an exception ends it."""
    if kind is None and self.is_connected and has_queued(self):
        self.flush_sync(-1)
    self.close()


def leave_server(self, kind, value, traceback):
    self.close()


async def enter_async(self):
    return self


async def leave_async(self, kind, value, traceback):
    if kind is None and self.is_connected and has_queued(self):
        await self.flush_async()
    self.close()


async def leave_server_async(self, kind, value, traceback):
    self.close()


def iterate_lines(self):
    """The lines that come, as text, until the peer ends its side; waits by blocking."""
    line = self.receive_line_sync(-1)
    while line is not None:
        yield line
        line = self.receive_line_sync(-1)


async def iterate_lines_async(self):
    line = await self.receive_line_async()
    while line is not None:
        yield line
        line = await self.receive_line_async()


async def chunks(self):
    """The bytes that come, as they come, until the peer ends its side: `async for`."""
    chunk = await self.receive_async(-1)
    while chunk:
        yield chunk
        chunk = await self.receive_async(-1)


@contextlib.contextmanager
def until_closed():
    """For loops of calls that wait: closing the socket or server ends the last of them."""
    try:
        yield
    except GLib.Error as error:
        if not error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CLOSED):
            raise


def iterate_datagrams(self):
    """The datagrams that come, one by one, until the socket is closed; waits by blocking."""
    with until_closed():
        while True:
            yield self.receive_datagram_sync(-1)


async def iterate_datagrams_async(self):
    with until_closed():
        while True:
            yield await self.receive_datagram_async()


def iterate_connections(self):
    """The connections that come, one by one, until the server is closed; waits by blocking."""
    self.auto_accept = False
    while self.is_listening:
        yield self.accept_sync(-1)


async def iterate_connections_async(self):
    self.auto_accept = False
    with until_closed():
        while self.is_listening:
            yield await self.accept_async()


# ---- datagrams

make_raw_datagram = Tisock.Datagram.new


def make_datagram(address, port, data):
    """Makes a datagram with any bytes-like object as its data."""
    return make_raw_datagram(address, port, to_bytes(data))


def describe_datagram(self):
    return f'Tisock.Datagram({self.address!r}, {self.port}, {reprlib.repr(self.data)})'


def change_datagrams(cls):
    cls.new = staticmethod(make_datagram)
    cls.__new__ = lambda cls, *args, **kwargs: make_datagram(*args, **kwargs)
    cls.__repr__ = describe_datagram
    for name in ('address', 'port', 'data'):
        setattr(cls, name, property(getattr(cls, 'get_' + name), doc=f'Its {name}.'))


def add_protocols(cls, **methods):
    for name, method in methods.items():
        setattr(cls, f'__{name}__', method)


for cls in find_classes():
    add_attributes(cls)
    change_methods(cls)

change_datagrams(Tisock.Datagram)
Tisock.SocketCore.connect = connect
Tisock.SocketCore.disconnect = disconnect
Tisock.TCPSocket.chunks = chunks
add_protocols(Tisock.TCPSocket, enter=enter, exit=leave, aenter=enter_async, aexit=leave_async,
              iter=iterate_lines, aiter=iterate_lines_async)
add_protocols(Tisock.UDPSocket, enter=enter, exit=leave, aenter=enter_async, aexit=leave_async,
              iter=iterate_datagrams, aiter=iterate_datagrams_async)
add_protocols(Tisock.ServerSocket, enter=enter, exit=leave_server, aenter=enter_async,
              aexit=leave_server_async, iter=iterate_connections,
              aiter=iterate_connections_async)
