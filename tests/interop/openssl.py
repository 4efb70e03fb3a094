# openssl.py: the command lines of the openssl program
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from peers import HOST


def name_version(side):
    return '-tls' + side.version.replace('.', '_')


def make_client(port, side):
    return ['openssl', 's_client', '-brief', '-nocommands', '-connect', f'{HOST}:{port}',
            '-verify_return_error', name_version(side),
            *side.list_options(name=('-servername', '{0}', '-verify_hostname', '{0}'),
                               trusted=('-CAfile', '{}'), certificate=('-cert', '{}'),
                               protocols=('-alpn', '{}'))]


def make_server(side):
    """For a port that the system chooses."""
    return ['openssl', 's_server', '-accept', f'{HOST}:0', name_version(side),
            *side.list_options(certificate=('-cert', '{}'), trusted=('-CAfile', '{}'),
                               protocols=('-alpn', '{}'), asks=('-verify', '1'),
                               demands=('-Verify', '1', '-verify_return_error'),
                               other=('-servername', side.other, '-cert2', '{0}', '-key2', '{0}'))]
