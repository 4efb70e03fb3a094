# test-peers.py: what the tests with other people's programs rely upon
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import pathlib
import select
import signal
import sys

from peers import TestCase, main

# Passes on what its peer says, and waits for being killed. The peer does not notice that by itself.
STARTER = '''
import signal
from peers import Peer
print(Peer(['sh', '-c', 'echo $$; exec sleep infinity']).read_line(), flush=True)
signal.pause()
'''


class PeerTest(TestCase):
    def test_killed(self):
        """A peer does not outlive its test."""
        starter = self.start(sys.executable, '-c', STARTER,
                             cwd=pathlib.Path(__file__).resolve().parent)
        peer = os.pidfd_open(int(starter.expect('[0-9]+')[0]))
        self.addCleanup(os.close, peer)
        starter.process.send_signal(signal.SIGKILL)
        select.select([peer], [], [])


main()
