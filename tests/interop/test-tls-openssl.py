# test-tls-openssl.py: the openssl program, as client and as server
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import openssl
from tls import ClientTests, ServerTests, main, with_versions


class OpenSSLClient(ServerTests):
    start_later = ('-starttls', 'smtp')

    def make_client(self, port, side):
        return openssl.make_client(port, side)


class OpenSSLServer(ClientTests):
    """It sends back each line in reverse."""
    answer = b'gnip\n'
    farewell = b'CLOSE\n'

    def start_server(self, side):
        server = self.start(*openssl.make_server(side), '-rev')
        return server, int(server.expect(r'ACCEPT .*:(\d+)')[1])


with_versions(globals(), OpenSSLClient, OpenSSLServer)
main()
