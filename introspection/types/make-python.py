# make-python.py: makes Tisock.pyi, by which type checkers and editors know the library, of its GIR
#
# Run by meson with the GIR file as argument; prints the stub.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

sys.dont_write_bytecode = True
from gir import (  # noqa: E402
    CORE, GLIB, INTEGERS, find_all, find_boxed, find_finish, find_methods, find_properties,
    get_inputs, get_outputs, get_type_name, is_nullable, read_namespace)

TYPES = {
    'none': 'None', 'gboolean': 'bool', 'utf8': 'str', 'filename': 'str', 'gpointer': 'Any',
    'gdouble': 'float', 'GLib.Bytes': 'GLib.Bytes', 'GObject.Object': 'GObject.Object',
    'GType': 'type',
}
HEADER = '''\
# The types of the namespace Tisock, for type checkers and editors. Made of its GIR.

import array
import builtins
import enum
import mmap
from collections.abc import (
    AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterator, Sequence)
from types import TracebackType
from typing import Any, TypeVar

from gi.repository import Gio, GLib, GObject
from typing_extensions import Self

T = TypeVar('T')
Buffer = bytes | bytearray | memoryview | array.array[int] | mmap.mmap | Sequence[int]

def run(coroutine: Coroutine[Any, Any, T]) -> T: ...
def spawn(coroutine: Coroutine[Any, Any, T]) -> Task[T]: ...
def to_exception(error: GLib.Error) -> GLib.Error: ...

class Operation(Awaitable[T]):
    def cancel(self) -> None: ...
    def __await__(self) -> Generator[Any, None, T]: ...

class Task(Awaitable[T]):
    done: bool
    def cancel(self) -> None: ...
    def __await__(self) -> Generator[Any, None, T]: ...

class SocketException(GLib.Error):
    @property
    def number(self) -> SocketError: ...
'''

MANAGER = '''\
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 traceback: TracebackType | None) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None,
                        traceback: TracebackType | None) -> None: ...
'''

# What the override adds to the classes.
ADDED = {
    'SocketCore': '''\
    def connect(self, signal: str = ..., handler: Callable[..., Any] = ..., *args: Any) -> Any: ...
    def disconnect(self, handler: int = ...) -> None: ...
''',
    'TCPSocket': '''\
    def chunks(self) -> AsyncIterator[bytes]: ...
    def __iter__(self) -> Iterator[str]: ...
    def __aiter__(self) -> AsyncIterator[str]: ...
''' + MANAGER,
    'UDPSocket': '''\
    def __iter__(self) -> Iterator[Datagram]: ...
    def __aiter__(self) -> AsyncIterator[Datagram]: ...
''' + MANAGER,
    'Datagram': '''\
    def __init__(self, address: str | None, port: int, data: Buffer | None) -> None: ...
    @property
    def address(self) -> str | None: ...
    @property
    def port(self) -> int: ...
    @property
    def data(self) -> bytes: ...
''',
    'ServerSocket': '''\
    def __iter__(self) -> Iterator[TCPSocket]: ...
    def __aiter__(self) -> AsyncIterator[TCPSocket]: ...
''' + MANAGER,
}


def get_name(name):
    if name in INTEGERS:
        return 'int'
    return TYPES.get(name, name)


def get_type(element, taken):
    """The Python type of a value; bytes are taken as any buffer, and given as bytes."""
    name, is_array = get_type_name(element)
    kind = f'builtins.list[{get_name(name)}]' if is_array else get_name(name)
    if is_array and name == 'guint8':
        if not taken:
            return 'bytes'
        kind = 'Buffer'
    return kind + ' | None' if is_nullable(element) else kind


def get_result(function):
    kinds = [get_type(output, taken=False) for output in get_outputs(function)]
    return kinds[0] if len(kinds) == 1 else f'tuple[{", ".join(kinds)}]'


def get_arguments(function):
    arguments = []
    optional = False
    for parameter in get_inputs(function):
        name = parameter.get('name')
        kind = get_type(parameter, taken=True)
        # PyGObject lets what may be NULL be left out at the end.
        optional = name == 'cancellable' or optional and kind.endswith('None')
        arguments.append(f'{name}: {kind}' + (' = ...' if optional else ''))
    return arguments


def print_method(name, function, finish):
    result = get_result(finish if finish is not None else function)
    if name.endswith(('_async', '_sync')):
        result = result.replace('GLib.Bytes', 'bytes')
    if finish is not None:
        result = f'Operation[{result}]'
    print(f'    def {name}({", ".join(["self", *get_arguments(function)])}) -> {result}: ...')


def print_property(name, element, getter):
    kind = get_result(getter) if getter is not None else get_type(element, taken=False)
    if element.get('writable') == '1':
        print(f'    {name}: {kind}')
    else:
        print(f'    @property\n    def {name}(self) -> {kind}: ...')


def print_constructors(element):
    for constructor in find_all(element, CORE + 'constructor', CORE + 'function'):
        arguments = ', '.join(['cls', *get_arguments(constructor)])
        print(f'    @classmethod\n    def {constructor.get("name")}({arguments}) -> '
              f'{get_result(constructor)}: ...')


def print_class(element):
    print(f'\nclass {element.get("name")}({get_name(element.get("parent"))}):')
    methods = find_methods(element)

    if element.find(CORE + 'constructor') is not None:
        print('    def __init__(self, **properties: Any) -> None: ...')
    print_constructors(element)
    for name, prop, getter in find_properties(element, methods):
        print_property(name, prop, getter)
    for name, method in methods.items():
        print_method(name, method, find_finish(methods, name))
    print(ADDED.get(element.get('name'), ''), end='')


def print_boxed(element):
    print(f'\nclass {element.get("name")}:')
    print_constructors(element)
    for name, method in find_methods(element).items():
        print_method(name, method, None)
    print(ADDED.get(element.get('name'), ''), end='')


def print_enum(element):
    print(f'\nclass {element.get("name")}(enum.IntEnum):')
    for member in element.findall(CORE + 'member'):
        print(f'    {member.get("name").upper()} = {member.get("value")}')


def print_exceptions(element):
    for member in element.findall(CORE + 'member'):
        words = member.get('name').split('_')
        name = ''.join(word.capitalize() for word in words + ['error'] * (words[-1] != 'error'))
        print(f'\nclass {name}(SocketException): ...')


def main():
    namespace = read_namespace(sys.argv[1])

    print(HEADER, end='')
    for constant in find_all(namespace, CORE + 'constant'):
        print(f'\n{constant.get("name")}: {get_name(get_type_name(constant)[0])}')
    for element in find_all(namespace, CORE + 'enumeration', CORE + 'bitfield'):
        print_enum(element)
        if element.get(GLIB + 'error-domain'):
            print_exceptions(element)
    for function in find_all(namespace, CORE + 'function'):
        print(f'\ndef {function.get("name")}({", ".join(get_arguments(function))}) -> '
              f'{get_result(function)}: ...')
    for element in find_boxed(namespace):
        print_boxed(element)
    for element in find_all(namespace, CORE + 'class'):
        print_class(element)


main()
