# many-connections.py: many connections one after the other leave nothing behind
#
# TISOCK_CONNECTIONS says how many.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import gc
import os
import pathlib

from support import HOST, TestCase, iterate_until, main, settle
from gi.repository import Tisock

COUNT = int(os.environ['TISOCK_CONNECTIONS'])
ROUNDS = 10
TOGETHER = 20
TOLERANCE = 1024 * 1024         # what the allocator and Python keep for themselves


def get_memory():
    """The bytes of this process that are in memory."""
    pages = pathlib.Path('/proc/self/statm').read_text().split()[1]
    return int(pages) * os.sysconf('SC_PAGE_SIZE')


def count_descriptors():
    return len(os.listdir('/proc/self/fd'))


class ManyTest(TestCase):
    def open_one(self):
        """A connection that nothing knows but its own handlers; its end begins the next one."""
        self.to_open -= 1
        socket = Tisock.TCPSocket(address=HOST, port=self.server.port)
        socket.weak_ref(self.note_freed)
        socket.connect('connected', lambda socket: socket.write(b'question'))
        # A reset, because it lets the port be used again at once.
        socket.connect('data-available', lambda socket: socket.abort())
        socket.connect('closed', self.closed)
        socket.open()

    def note_freed(self):
        self.freed += 1

    def closed(self, socket):
        self.ended += 1
        if self.to_open > 0:
            self.open_one()

    def accepted(self, server, socket):
        socket.weak_ref(self.note_freed)
        socket.connect('data-available', lambda socket: socket.write(socket.read_all()))

    def run_round(self, count):
        self.to_open, self.ended, self.freed = count, 0, 0
        for _ in range(TOGETHER):
            self.open_one()
        iterate_until(lambda: self.ended == count and self.server.n_connections == 0)
        settle()
        gc.collect()
        self.assertEqual(self.freed, 2 * count)
        return get_memory()

    def test_growth(self):
        self.server = self.make_server()
        self.server.connect('accepted', self.accepted)
        descriptors = count_descriptors()
        memory = [self.run_round(COUNT // ROUNDS) for _ in range(ROUNDS)]
        print(f'# memory after each round of {COUNT // ROUNDS}: {memory}')
        self.assertEqual(count_descriptors(), descriptors)
        self.assertLess(memory[-1] - memory[ROUNDS // 2 - 1], TOLERANCE)


if __name__ == '__main__':
    main()
