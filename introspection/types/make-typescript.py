# make-typescript.py: makes tisock-1.d.ts, by which TypeScript and editors know the library in GJS
#
# Run by meson with the GIR file as argument; prints the definitions. They name the other libraries
# as the packages @girs/… do.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import sys

sys.dont_write_bytecode = True
from gir import (  # noqa: E402
    CORE, GLIB, INTEGERS, find_all, find_boxed, find_finish, find_methods, find_properties,
    get_inputs, get_outputs, get_type_name, is_nullable, read_namespace)

TYPES = {
    'none': 'void', 'gboolean': 'boolean', 'utf8': 'string', 'filename': 'string',
    'gpointer': 'any', 'gdouble': 'number', 'GLib.Quark': 'GLib.Quark',
}
CALLBACK = 'callback: (source: this, result: Gio.AsyncResult) => void'

HEADER = '''\
// The types of the namespace Tisock in GJS, for TypeScript and editors. Made of its GIR.

declare module 'gi://Tisock' {
  import Tisock from 'gi://Tisock?version=1';
  export default Tisock;
}

declare module 'gi://Tisock?version=1' {
  import type Gio from 'gi://Gio?version=2.0';
  import GLib from 'gi://GLib?version=2.0';
  import GObject from 'gi://GObject?version=2.0';

  // The handlers of a class's signals, by their names.
  type Handler<Self, F> = F extends (...args: infer Arguments) => infer Result
    ? (source: Self, ...args: Arguments) => Result : never;

  export default Tisock;
  namespace Tisock {
    // The dialects have no types.
    const Socket: any;
    const Ti: any;
'''
FOOTER = '''\
  }
}
'''

# What the override adds to the classes.
ADDED = {
    'SocketCore': '''\
      disconnect(): void;
      disconnect(handler: number): void;
''',
    'TCPSocket': '''\
      lines(): AsyncGenerator<string, void, void>;
      [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void>;
''',
    'UDPSocket': '''\
      [Symbol.asyncIterator](): AsyncGenerator<Datagram, void, void>;
''',
    'Datagram': '''\
      constructor(address: string | null, port: number, data: Uint8Array | string | null);
      readonly address: string | null;
      readonly port: number;
      readonly data: Uint8Array;
''',
    'ServerSocket': '''\
      [Symbol.asyncIterator](): AsyncGenerator<TCPSocket, void, void>;
''',
}


def get_name(name):
    return 'number' if name in INTEGERS else TYPES.get(name, name)


def get_type(element, taken):
    """The type of a value; where bytes are taken, so is text."""
    name, is_array = get_type_name(element)
    kind = f'{get_name(name)}[]' if is_array else get_name(name)
    if is_array and name == 'guint8':
        kind = 'Uint8Array | string' if taken else 'Uint8Array'
        return kind + ' | null' if taken and is_nullable(element) else kind
    return kind + ' | null' if is_nullable(element) else kind


def join_types(kinds):
    return kinds[0] if len(kinds) == 1 else f'[{", ".join(kinds)}]'


def get_result(function):
    return join_types([get_type(output, taken=False) for output in get_outputs(function)])


def get_waited_for(function):
    """What a promise or a blocking call gives: bytes as they are, and not that it succeeded."""
    kinds = [get_type(output, taken=False) for output in get_outputs(function)]
    if len(kinds) > 1 and kinds[0] == 'boolean':
        kinds.pop(0)
        return f'[{", ".join(kinds)}]'
    return join_types(kinds).replace('GLib.Bytes', 'Uint8Array')


def to_camel(name):
    return re.sub(r'[-_](\w)', lambda match: match[1].upper(), name)


def get_arguments(function):
    return [f'{to_camel(parameter.get("name"))}: {get_type(parameter, taken=True)}'
            for parameter in get_inputs(function)]


def print_line(depth, text):
    print('  ' * depth + text)


def print_method(name, function, finish):
    arguments = get_arguments(function)
    if finish is not None:
        promised = [argument.replace('cancellable:', 'cancellable?:') for argument in arguments]
        print_line(3, f'{name}({", ".join(promised)}): Promise<{get_waited_for(finish)}>;')
        arguments.append(CALLBACK)
    result = get_waited_for(function) if name.endswith('_sync') else get_result(function)
    print_line(3, f'{name}({", ".join(arguments)}): {result};')


def list_properties(element, methods):
    """Names as GJS has them, types, and whether a property can be set."""
    for name, prop, getter in find_properties(element, methods):
        kind = get_result(getter) if getter is not None else get_type(prop, taken=False)
        for spelling in sorted({name, to_camel(name)}):
            yield spelling, kind, prop.get('writable') == '1'


def print_settings(element, properties):
    """What the constructor takes."""
    parent = element.get('parent')
    base = 'GObject.Object.ConstructorProps' if '.' in parent else f'{parent}.ConstructorProps'
    print_line(3, f'interface ConstructorProps extends {base} {{')
    for name, kind, is_writable in properties:
        if is_writable:
            print_line(4, f'{name}: {kind};')
    print_line(3, '}')


def print_signals(element):
    parent = element.get('parent')
    base = '' if '.' in parent else f' extends {parent}.Signals'
    print_line(3, f'interface Signals{base} {{')
    for signal in element.findall(GLIB + 'signal'):
        arguments = [argument.replace(': Uint8Array | string', ': Uint8Array')
                     for argument in get_arguments(signal)]
        print_line(4, f"'{signal.get('name')}'({', '.join(arguments)}): {get_handled(signal)};")
    print_line(3, '}')


def get_handled(signal):
    """What a handler gives; a question is answered by no for who gives nothing."""
    kind = get_result(signal)
    return 'boolean | void' if kind == 'boolean' else kind


def print_connect(element):
    name = element.get('name')
    # Of its own parent's a class has none any more when it has any.
    if name == 'SocketCore' or '.' not in element.get('parent'):
        print_line(3, 'connect(): boolean;')
    for method in ('connect', 'connect_after'):
        print_line(3, f'{method}<Name extends keyof {name}.Signals>(')
        print_line(4, f'signal: Name, handler: Handler<this, {name}.Signals[Name]>): number;')
        print_line(3, f'{method}(')
        print_line(4, 'signal: `notify::${string}`, '
                      'handler: (source: this, property: GObject.ParamSpec) => void): number;')


def print_slots(element):
    for slot in find_all(element, CORE + 'virtual-method'):
        print_line(3, f'vfunc_{slot.get("name")}({", ".join(get_arguments(slot))}): '
                      f'{get_result(slot)};')


def print_functions(element):
    for function in find_all(element, CORE + 'constructor', CORE + 'function'):
        print_line(3, f'static {function.get("name")}({", ".join(get_arguments(function))}): '
                      f'{get_result(function)};')


def print_boxed(element):
    print()
    print_line(2, f'class {element.get("name")} {{')
    print_functions(element)
    for name, method in find_methods(element).items():
        print_method(name, method, None)
    print(ADDED.get(element.get('name'), ''), end='')
    print_line(2, '}')


def print_class(element):
    name = element.get('name')
    methods = find_methods(element)
    properties = list(list_properties(element, methods))
    constructors = find_all(element, CORE + 'constructor')
    is_made = constructors or element.get('abstract') == '1'

    print()
    if is_made:
        print_line(2, f'namespace {name} {{')
        print_settings(element, properties)
        print_signals(element)
        print_line(2, '}')
    abstract = 'abstract ' if element.get('abstract') == '1' else ''
    print_line(2, f'{abstract}class {name} extends {get_name(element.get("parent"))} {{')
    if is_made:
        print_line(3, f'constructor(properties?: Partial<{name}.ConstructorProps>);')
    print_functions(element)
    for spelling, kind, is_writable in properties:
        print_line(3, f'{"" if is_writable else "readonly "}{spelling}: {kind};')
    for method_name, method in methods.items():
        print_method(method_name, method, find_finish(methods, method_name))
    if is_made:
        print_slots(element)
    print(ADDED.get(name, ''), end='')
    if is_made:
        print_connect(element)
    print_line(2, '}')


def print_enum(element):
    print()
    print_line(2, f'enum {element.get("name")} {{')
    for member in element.findall(CORE + 'member'):
        print_line(3, f'{member.get("name").upper()} = {member.get("value")},')
    print_line(2, '}')


def print_domain(element):
    """The domain of errors: a class in GJS, of which each is an instance."""
    print()
    print_line(2, f'class {element.get("name")} extends GLib.Error {{')
    for member in element.findall(CORE + 'member'):
        print_line(3, f'static readonly {member.get("name").upper()}: {member.get("value")};')
    print_line(3, 'constructor(options: {message: string, code: number});')
    print_line(3, 'static quark(): GLib.Quark;')
    print_line(2, '}')


def main():
    namespace = read_namespace(sys.argv[1])

    print(HEADER, end='')
    print()
    for constant in find_all(namespace, CORE + 'constant'):
        print_line(2, f'const {constant.get("name")}: {get_name(get_type_name(constant)[0])};')
    for element in find_all(namespace, CORE + 'enumeration', CORE + 'bitfield'):
        if element.get(GLIB + 'error-domain'):
            print_domain(element)
        else:
            print_enum(element)
    for function in find_all(namespace, CORE + 'function'):
        print_line(2, f'function {function.get("name")}({", ".join(get_arguments(function))}): '
                      f'{get_result(function)};')
    for element in find_boxed(namespace):
        print_boxed(element)
    for element in find_all(namespace, CORE + 'class'):
        print_class(element)
    print(FOOTER, end='')


main()
