# test-tls-python.py: Python's module ssl, as client and as server
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

from tls import FOLDER, ClientTests, ScriptClient, ScriptServer, ServerTests, main, with_versions

COMMAND = (sys.executable, FOLDER / 'tls-peer.py')


class PythonClient(ScriptClient, ServerTests):
    command = COMMAND


class PythonServer(ScriptServer, ClientTests):
    command = COMMAND


with_versions(globals(), PythonClient, PythonServer)
main()
