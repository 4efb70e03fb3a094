# make-stub.py: makes Tisock.pyi, by which type checkers and editors know the library, of its GIR
#
# Run by meson with the GIR file as argument; prints the stub.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys
from xml.etree import ElementTree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

TYPES = {
    'none': 'None', 'gboolean': 'bool', 'utf8': 'str', 'filename': 'str', 'gpointer': 'Any',
    'gdouble': 'float', 'GLib.Bytes': 'GLib.Bytes', 'GObject.Object': 'GObject.Object',
    'GType': 'type',
}
INTEGERS = {'gint', 'guint', 'gint64', 'guint64', 'gsize', 'gssize', 'guint8', 'gint8', 'guint16',
            'gint16', 'guint32', 'gint32', 'goffset'}

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
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 traceback: TracebackType | None) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None,
                        traceback: TracebackType | None) -> None: ...
''',
    'ServerSocket': '''\
    def __iter__(self) -> Iterator[TCPSocket]: ...
    def __aiter__(self) -> AsyncIterator[TCPSocket]: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 traceback: TracebackType | None) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None,
                        traceback: TracebackType | None) -> None: ...
''',
}


def get_type(element, taken):
    """The Python type of a value; bytes are taken as any buffer, and given as bytes."""
    array = element.find(CORE + 'array')
    if array is not None:
        name = array.find(CORE + 'type').get('name')
        if name == 'guint8':
            return 'Buffer | None' if taken and element.get('nullable') else \
                   'Buffer' if taken else 'bytes'
        name = get_name(name)
        kind = f'builtins.list[{name}]'
    else:
        kind = get_name(element.find(CORE + 'type').get('name'))
    return kind + ' | None' if element.get('nullable') == '1' else kind


def get_name(name):
    if name in INTEGERS:
        return 'int'
    return TYPES.get(name, name)


def get_parameters(function):
    parameters = function.find(CORE + 'parameters')
    if parameters is None:
        return []
    found = parameters.findall(CORE + 'parameter')
    lengths = {int(array.get('length')) for array in function.iter(CORE + 'array')
               if array.get('length')}
    return [parameter for i, parameter in enumerate(found) if i not in lengths]


def is_out(parameter):
    return parameter.get('direction') == 'out'


def get_result(function):
    """What a function gives: its value and its out parameters."""
    kinds = [get_type(function.find(CORE + 'return-value'), taken=False)]
    kinds += [get_type(parameter, taken=False) for parameter in get_parameters(function)
              if is_out(parameter)]
    if len(kinds) > 1 and kinds[0] == 'None':
        kinds.pop(0)
    return kinds[0] if len(kinds) == 1 else f'tuple[{", ".join(kinds)}]'


def get_arguments(function):
    arguments = []
    optional = False
    for parameter in get_parameters(function):
        name = parameter.get('name')
        if is_out(parameter) or name in ('callback', 'user_data'):
            continue
        kind = get_type(parameter, taken=True)
        # PyGObject lets what may be NULL be left out at the end.
        optional = name == 'cancellable' or optional and kind.endswith('None')
        arguments.append(f'{name}: {kind}' + (' = ...' if optional else ''))
    return arguments


def print_method(name, function, finish):
    arguments = get_arguments(function)
    result = get_result(function)
    if name.endswith('_async') and finish is not None:
        result = get_result(finish).replace('GLib.Bytes', 'bytes')
        print(f'    def {name}({", ".join(["self", *arguments])}) -> Operation[{result}]: ...')
        return
    if name.endswith('_sync'):
        result = result.replace('GLib.Bytes', 'bytes')
    print(f'    def {name}({", ".join(["self", *arguments])}) -> {result}: ...')


def print_property(element, getter):
    name = element.get('name').replace('-', '_')
    kind = get_result(getter) if getter is not None else get_type(element, taken=False)
    if element.get('writable') == '1':
        print(f'    {name}: {kind}')
    else:
        print(f'    @property\n    def {name}(self) -> {kind}: ...')


def print_class(element):
    parent = get_name(element.get('parent'))
    print(f'\nclass {element.get("name")}({parent}):')
    properties = element.findall(CORE + 'property')
    methods = {method.get('name'): method for method in element.findall(CORE + 'method')
               if method.get('introspectable') != '0'}

    if element.find(CORE + 'constructor') is not None:
        print('    def __init__(self, **properties: Any) -> None: ...')
    for constructor in element.findall(CORE + 'constructor') + element.findall(CORE + 'function'):
        arguments = ', '.join(['cls', *get_arguments(constructor)])
        print(f'    @classmethod\n    def {constructor.get("name")}({arguments}) -> '
              f'{get_result(constructor)}: ...')
    for prop in properties:
        name = prop.get('name').replace('-', '_')
        # What has this name already, a method for instance, keeps it.
        if name not in methods:
            print_property(prop, methods.get('get_' + name))
    for method_name, method in methods.items():
        finish = methods.get(method_name.replace('_async', '_finish'))
        print_method(method_name, method, finish)
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
    namespace = ElementTree.parse(sys.argv[1]).find(CORE + 'namespace')

    print(HEADER, end='')
    for constant in namespace.findall(CORE + 'constant'):
        print(f'\n{constant.get("name")}: {get_name(constant.find(CORE + "type").get("name"))}')
    for element in namespace.findall(CORE + 'enumeration') + namespace.findall(CORE + 'bitfield'):
        print_enum(element)
        if element.get(GLIB + 'error-domain'):
            print_exceptions(element)
    for function in namespace.findall(CORE + 'function'):
        if function.get('introspectable') != '0':
            print(f'\ndef {function.get("name")}({", ".join(get_arguments(function))}) -> '
                  f'{get_result(function)}: ...')
    for element in namespace.findall(CORE + 'class'):
        print_class(element)


main()
