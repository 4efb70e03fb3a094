# check-types.py: TypeScript knows all there is, takes what is right and refuses what is wrong
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import gi

gi.require_version('Tisock', '1')
from gi.repository import Tisock  # noqa: E402

TYPES = pathlib.Path(os.environ['TISOCK_TYPES'])

# As much of the other namespaces as is named.
OTHERS = '''
declare function print(...texts: any[]): void;

declare module 'gi://GObject?version=2.0' {
  export default GObject;
  namespace GObject {
    interface ParamSpec { name: string; }
    namespace Object { interface ConstructorProps {} }
    class Object {
      connect(signal: string, handler: (...args: any[]) => any): number;
      connect_after(signal: string, handler: (...args: any[]) => any): number;
      disconnect(handler: number): void;
    }
  }
}

declare module 'gi://GLib?version=2.0' {
  export default GLib;
  namespace GLib {
    type Quark = number;
    class Bytes { constructor(data: Uint8Array | string); toArray(): Uint8Array; }
    class Error { constructor(options: any); code: number; message: string; }
  }
}

declare module 'gi://Gio?version=2.0' {
  import GObject from 'gi://GObject?version=2.0';
  export default Gio;
  namespace Gio {
    class Cancellable extends GObject.Object { cancel(): void; }
    class ListModel extends GObject.Object { get_n_items(): number; }
    OTHER_CLASSES
  }
}
'''

IMPORT = "import Tisock from 'gi://Tisock?version=1';\n"

GOOD = IMPORT + '''
import Gio from 'gi://Gio?version=2.0';

class Session extends Tisock.TCPSocket {
  vfunc_data_available(): void {
    this.write(this.read_all());
  }
}

async function serve(socket: Tisock.TCPSocket): Promise<void> {
  for await (const line of socket.lines())
    await socket.send_async(`${line.toUpperCase()}\\n`);
}

async function answer(socket: Tisock.UDPSocket): Promise<void> {
  for await (const {address, port, data} of socket)
    socket.write(new Tisock.Datagram(address, port, data));
}
answer(new Tisock.UDPSocket({port: 7000})).catch(print);

const server = new Tisock.ServerSocket({port: 7000, autoAccept: false});
server.connect('add-socket', () => new Session());
server.connect('dropped', (_server, _peer, reason) => print(reason === Tisock.DropReason.LIMIT));
server.connect('notify::port', (source, property) => print(source.port, property.name));
server.listen();
for await (const socket of server)
  serve(socket).catch(print);

const cancellable = new Gio.Cancellable();
const client = new Tisock.TCPSocket({address: 'localhost', port: server.port});
const handler: number = client.connect('error', (_client, error) => print(error.message));
client.disconnect(handler);
client.connect();
const isOpen: boolean = await client.open_async(cancellable);
client.write(new Uint8Array([1, 2, 3]));
client.receive_async(-1, null, (source, result) => print(source.receive_finish(result).toArray()));
const length: number = (await client.receive_exactly_async(4)).length;
const line: string | null = client.receive_line_sync(-1, null);
const [closed, aborted]: [number, number] = await server.drain_async(1000);
for await (const chunk of client)
  print(chunk.length, isOpen, length, line, closed, aborted);
try {
  client.write_string('late');
} catch (error) {
  if (error instanceof Tisock.SocketError && error.code === Tisock.SocketError.LOST_CONNECTION)
    client.disconnect();
}
'''

# Each line of it is a mistake.
BAD = IMPORT + '''
new Tisock.TCPSocket({prot: 7000});
new Tisock.TCPSocket({port: '7000'});
new Tisock.TCPSocket().bytes_available = 5;
new Tisock.TCPSocket().write(5);
new Tisock.TCPSocket().write();
new Tisock.TCPSocket().read('all');
new Tisock.Datagram('localhost', 7);
new Tisock.Datagram('localhost', 7, 'text').port = 8;
new Tisock.TCPSocket().connect('data-availible', () => {});
new Tisock.TCPSocket().connect('error', (_socket, error) => print(error.massage));
new Tisock.ServerSocket().connect('add-socket', () => 5);
new Tisock.SocketCore();
const line: string = await new Tisock.TCPSocket().receive_line_async();
const bytes: string = new Tisock.TCPSocket().read_all();
for await (const chunk of new Tisock.TCPSocket()) chunk.charAt(0);
for await (const socket of new Tisock.ServerSocket()) socket.listen_to();
Tisock.SocketState.OPEN;
'''


# The typelib has them for C.
SKIPPED = {'peek', 'read_into', 'skip'}


def declare_others():
    """The other namespaces, with whatever else of GIO the definitions name."""
    names = set(re.findall(r'\bGio\.(\w+)', TYPES.read_text())) - {'Cancellable', 'ListModel'}
    classes = ' '.join(f'class {name} extends GObject.Object {{}}' for name in sorted(names))
    return OTHERS.replace('OTHER_CLASSES', classes)


def list_names(info):
    """Expressions, one for each name that a class has in JavaScript."""
    name = info.get_name()
    for method in info.get_methods():
        owner = 'value' if method.is_method() else f'Tisock.{name}'
        if method.get_name() not in SKIPPED:
            yield f'{owner}.{method.get_name()}'
    for prop in info.get_properties():
        yield f'value.{prop.get_name().replace("-", "_")}'
    for slot in info.get_vfuncs():
        yield f'value.vfunc_{slot.get_name()}'
    for signal in info.get_signals():
        yield f"value.connect('{signal.get_name()}', null!)"


def use_all_names():
    """A program that uses all there is in the namespace, and nothing else."""
    lines = [IMPORT, *(f'Tisock.{name};' for name in dir(Tisock)
                       if not name.startswith('_') and name.isupper())]
    for info in gi.Repository.get_default().get_infos('Tisock'):
        if isinstance(info, gi._gi.ObjectInfo):
            names = '; '.join(list_names(info))
            lines.append(f'((value: Tisock.{info.get_name()}) => {{ {names} }});')
        elif isinstance(info, gi._gi.EnumInfo):
            lines += [f'Tisock.{info.get_name()}.{value.get_name().upper()};'
                      for value in info.get_values()]
    return '\n'.join(lines)


@unittest.skipUnless(shutil.which('tsc'), 'tsc is missing')
class TypesTest(unittest.TestCase):
    def check(self, program):
        """What tsc has to say about a program: lines."""
        with tempfile.TemporaryDirectory() as directory:
            folder = pathlib.Path(directory)
            (folder / 'others.d.ts').write_text(declare_others())
            (folder / 'program.ts').write_text(program)
            shutil.copy(TYPES, folder / 'tisock.d.ts')
            result = subprocess.run(
                ['tsc', '--noEmit', '--strict', '--target', 'es2022', '--module', 'es2022',
                 'others.d.ts', 'tisock.d.ts', 'program.ts'],
                cwd=directory, capture_output=True, text=True)
        self.assertIn(result.returncode, (0, 2), result.stderr)
        return result.stdout.splitlines()

    def test_what_is_right(self):
        self.assertEqual(self.check(GOOD), [])

    def test_what_is_wrong(self):
        found = {int(line.split('(')[1].split(',')[0]) for line in self.check(BAD)
                 if line.startswith('program.ts(')}
        self.assertEqual(found, set(range(3, BAD.count('\n') + 1)))

    def test_all_names(self):
        program = use_all_names()
        self.assertIn('value.receive_line_async', program)
        self.assertEqual(self.check(program), [])


if __name__ == '__main__':
    unittest.main(verbosity=2)
