# test-tls-node.py: Node's module tls, as client and as server
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from peers import iterate_until
from tls import FOLDER, ClientTests, ScriptClient, ScriptServer, ServerTests, main, with_versions

COMMAND = ('node', FOLDER / 'tls-peer.js')


class NodeClient(ScriptClient, ServerTests):
    command = COMMAND
    is_strict = False

    def be_refused(self, server):
        """Node looks at the certificate when the handshake is done."""
        self.finish(self.start_client(server), status=1)
        iterate_until(lambda: server.n_connections == 0)


class NodeServer(ScriptServer, ClientTests):
    command = COMMAND


with_versions(globals(), NodeClient, NodeServer)
main('node')
