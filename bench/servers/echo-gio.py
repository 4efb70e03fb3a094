# echo-gio.py: GIO's streams in Python, asynchronous, behind a GSocketService
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from gi.repository import Gio, GLib

CHUNK = 65536
connections = set()


class Echo:
    def __init__(self, connection):
        self.connection = connection
        self.input = connection.get_input_stream()
        self.output = connection.get_output_stream()
        connections.add(self)
        self.read()

    def read(self):
        self.input.read_bytes_async(CHUNK, GLib.PRIORITY_DEFAULT, None, self.read_ready)

    def read_ready(self, stream, result):
        try:
            self.data = stream.read_bytes_finish(result)
        except GLib.Error:
            self.end()
        else:
            self.write()

    # The bindings do not keep the array of write_all_async() for as long as it is needed.
    def write(self):
        if self.data.get_size() > 0:
            self.output.write_bytes_async(self.data, GLib.PRIORITY_DEFAULT, None, self.written)
        else:
            self.end()

    def written(self, stream, result):
        try:
            length = stream.write_bytes_finish(result)
        except GLib.Error:
            self.end()
            return
        if length == self.data.get_size():
            self.read()
        else:
            self.data = GLib.Bytes.new_from_bytes(self.data, length,
                                                  self.data.get_size() - length)
            self.write()

    def end(self):
        self.connection.close()
        connections.discard(self)


def incoming(service, connection, source):
    connection.get_socket().set_option(6, 1, 1)
    Echo(connection)
    return True


service = Gio.SocketService()
service.set_backlog(4096)
ok, bound = service.add_address(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0),
                                Gio.SocketType.STREAM, Gio.SocketProtocol.TCP, None)
service.connect('incoming', incoming)
print('listening on', bound.get_port(), flush=True)
GLib.MainLoop().run()
