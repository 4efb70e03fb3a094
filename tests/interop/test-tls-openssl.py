# test-tls-openssl.py: the openssl program, as client and as server
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from peers import HOST
from tls import ClientTests, ServerTests, main, with_versions


def name_version(side):
    return '-tls' + side.version.replace('.', '_')


class OpenSSLClient(ServerTests):
    def make_client(self, port, side):
        return ['openssl', 's_client', '-brief', '-nocommands', '-connect', f'{HOST}:{port}',
                '-verify_return_error', name_version(side),
                *side.list_options(name=('-servername', '{0}', '-verify_hostname', '{0}'),
                                   trusted=('-CAfile', '{}'), certificate=('-cert', '{}'),
                                   protocols=('-alpn', '{}'))]


class OpenSSLServer(ClientTests):
    """It sends back each line in reverse."""
    answer = b'gnip\n'
    farewell = b'CLOSE\n'

    def start_server(self, side):
        server = self.start(
            'openssl', 's_server', '-rev', '-accept', f'{HOST}:0', name_version(side),
            *side.list_options(certificate=('-cert', '{}'), trusted=('-CAfile', '{}'),
                               protocols=('-alpn', '{}'), asks=('-verify', '1'),
                               demands=('-Verify', '1', '-verify_return_error'),
                               other=('-servername', side.other, '-cert2', '{0}', '-key2', '{0}')))
        return server, int(server.expect(r'ACCEPT .*:(\d+)')[1])


with_versions(globals(), OpenSSLClient, OpenSSLServer)
main()
