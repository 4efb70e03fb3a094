# test-tls-gnutls.py: gnutls-cli and gnutls-serv
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from peers import HOST
from tls import ClientTests, ServerTests, main, with_versions

# What a certificate is for: whom to trust, and what to show.
FILES = {
    'trusted': ('--x509cafile', '{}'),
    'certificate': ('--x509certfile', '{0}', '--x509keyfile', '{0}'),
    'version': ('--priority', 'NORMAL:-VERS-ALL:+VERS-TLS{}'),
}


class GnuTLSClient(ServerTests):
    is_polite = False
    start_later = ('--starttls-proto', 'smtp')

    def make_client(self, port, side):
        protocols = [f'--alpn={name}' for name in side.protocols]
        return ['gnutls-cli', *protocols, '--port', port, HOST,
                *side.list_options(name=('--sni-hostname', '{0}', '--verify-hostname', '{0}'),
                                   **FILES)]


class GnuTLSServer(ClientTests):
    farewell = None
    has_names = False

    def start_server(self, side):
        protocols = [f'--alpn={name}' for name in side.protocols]
        ask = [] if side.asks or side.demands else ['--disable-client-cert']
        server = self.start('gnutls-serv', '--echo', '--port', '0', *protocols, *ask,
                            *side.list_options(
                                demands=('--require-client-cert', '--verify-client-cert'),
                                **FILES))
        return server, self.find_port(server)


with_versions(globals(), GnuTLSClient, GnuTLSServer)
main('gnutls-cli', 'gnutls-serv')
