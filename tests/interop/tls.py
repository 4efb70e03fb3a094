# tls.py: what is tested with every program that speaks TLS, and the certificates for that
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import atexit
import dataclasses
import functools
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile

import peers
from peers import CLOSED, ERROR, HOST, TestCase, Tisock, echo, iterate_until
from gi.repository import Gio
from support import Recorder

FOLDER = pathlib.Path(__file__).resolve().parent
VERSIONS = {'1.2': Gio.TlsProtocolVersion.TLS_1_2, '1.3': Gio.TlsProtocolVersion.TLS_1_3}

# The openssl program lets dates be chosen only where it is an authority that has one of these.
CONFIGURATION = '''
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[server]
subjectAltName = DNS:localhost, IP:127.0.0.1
[other]
subjectAltName = DNS:other.example
[client]
extendedKeyUsage = clientAuth
[authority]
basicConstraints = critical, CA:TRUE
[req]
distinguished_name = name
[name]
'''

NEW_KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
           '-config', 'configuration')
NOW = ('-days', '2')
THEN = ('-startdate', '20200101000000Z', '-enddate', '20200201000000Z')

# The name of each, who has signed it, its section above, and when it is valid.
CERTIFICATES = (
    ('localhost', 'authority', 'server', NOW),
    ('other.example', 'authority', 'other', NOW),
    ('expired', 'authority', 'server', THEN),
    ('stranger', 'other-authority', 'server', NOW),
    ('client', 'authority', 'client', NOW),
    ('strange-client', 'other-authority', 'client', NOW),
)


class Certificates:
    """Certificates of two authorities; the key of each is in the same file."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='tisock-certificates-'))
        atexit.register(shutil.rmtree, self.folder)
        (self.folder / 'configuration').write_text(CONFIGURATION)
        (self.folder / 'index.txt').write_text('')
        for name in ('authority', 'other-authority'):
            self.openssl('req', '-x509', *NEW_KEY, *NOW, '-extensions', 'authority',
                         '-subj', f'/CN={name}', '-keyout', 'key', '-out', f'{name}.pem')
            self.add_key(name)
        for certificate in CERTIFICATES:
            self.sign(*certificate)

    def openssl(self, *arguments):
        subprocess.run(['openssl', *arguments], cwd=self.folder, check=True, capture_output=True)

    def sign(self, name, authority, section, dates):
        self.openssl('req', *NEW_KEY, '-subj', f'/CN={name}', '-keyout', 'key', '-out', 'request')
        self.openssl('ca', '-batch', '-notext', '-config', 'configuration', '-extensions', section,
                     *dates, '-cert', f'{authority}.pem', '-keyfile', f'{authority}.pem',
                     '-in', 'request', '-out', f'{name}.pem')
        self.add_key(name)

    def add_key(self, name):
        with (self.folder / f'{name}.pem').open('a') as file:
            file.write((self.folder / 'key').read_text())


@functools.cache
def certificates():
    return Certificates()


def path_of(name):
    return str(certificates().folder / f'{name}.pem')


def trust():
    return Gio.TlsFileDatabase.new(path_of('authority'))


def make_settings(certificate, **settings):
    """Those of a server: its certificate, another one for a name, and whom it trusts."""
    tls = Tisock.TlsSettings(certificate_file=path_of(certificate), trust_database=trust(),
                             **settings)
    tls.reload()
    tls.add_certificate(None, Gio.TlsCertificate.new_from_file(path_of('other.example')))
    return tls


@functools.cache
def find_who_forbids(version):
    """The library, of the two that the peers and GIO use, whose policy here rules that out."""
    if version == '1.3':
        return None
    if ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).minimum_version > ssl.TLSVersion.TLSv1_2:
        return 'OpenSSL'
    if shutil.which('gnutls-cli'):
        listed = subprocess.run(['gnutls-cli', '--list', '--priority', 'NORMAL'], check=True,
                                capture_output=True, text=True).stdout
        if 'VERS-TLS1.2' not in listed:
            return 'GnuTLS'
    return None


@dataclasses.dataclass
class Side:
    """What a peer is told about the handshake. The names are those of certificates."""
    version: str
    certificate: str = None             # to show
    trusted: str = 'authority'
    name: str = 'localhost'             # of the server
    protocols: tuple = ()
    asks: bool = False                  # clients for a certificate
    demands: bool = False               # that they have one
    other: str = None                   # to show to those who ask for a server of this name

    def list_options(self, **options):
        """For a command line: the options that go with what is set; {} is the value."""
        return [part.format(self.resolve(field))
                for field, parts in options.items() if getattr(self, field)
                for part in parts]

    def resolve(self, field):
        value = getattr(self, field)
        if field in ('certificate', 'trusted', 'other'):
            return path_of(value)
        return ','.join(value) if field == 'protocols' else value

    def to_json(self, **more):
        paths = {field: self.resolve(field) for field in ('certificate', 'trusted')
                 if getattr(self, field)}
        if self.other:
            more['other_certificate'] = path_of(self.other)
        return json.dumps({**dataclasses.asdict(self), **paths, **more})


class SecureServer(Tisock.ServerSocket):
    """Sends everything back; keeps its connections, and what they say."""

    def __init__(self):
        super().__init__()
        self.require_close_notify = True
        self.served = []

    def do_add_socket(self):
        sock = Tisock.SSLSocket(require_close_notify=self.require_close_notify)
        self.served.append((sock, Recorder(sock, data_available=echo)))
        return sock


class MailSocket(Tisock.SSLSocket):
    """What is said of SMTP before there is a mail. Keeps the words, and whether TLS was there."""

    def __init__(self):
        super().__init__(ssl_enabled=False, certificate_file=path_of('localhost'))
        self.heard = []

    def do_connected(self):
        if not self.ssl_connected:
            self.write(b'220 localhost ESMTP\r\n')

    def do_data_available(self):
        while line := self.read_line():
            self.heard.append((line.split()[0], self.ssl_connected))
            self.answer(line.split()[0])

    def answer(self, word):
        if word == 'EHLO':
            more = 'under TLS' if self.ssl_connected else 'STARTTLS'
            self.write(f'250-localhost\r\n250 {more}\r\n'.encode())
        elif word == 'STARTTLS':
            self.write(b'220 go ahead\r\n')
            self.start_tls()
        else:
            self.write(b'221 goodbye\r\n')
            self.shutdown()


class MailServer(Tisock.ServerSocket):
    def __init__(self):
        super().__init__()
        self.sockets = []

    def do_add_socket(self):
        self.sockets.append(MailSocket())
        return self.sockets[-1]


class Tests:
    """What the tests of both sides share. The version of TLS is each class's."""
    version = None
    # Whether the peer answers to a goodbye.
    is_polite = True

    def setUp(self):
        super().setUp()
        if who := find_who_forbids(self.version):
            self.skipTest(f'{who} is set up on this system to forbid TLS {self.version}')

    def side(self, **settings):
        return Side(self.version, **settings)

    def assert_agreed(self, sock):
        self.assertEqual(sock.protocol_version, VERSIONS[self.version])
        self.assertTrue(sock.cipher)

    def assert_tls_error(self, events, code):
        error, = events.last('error')
        self.assertTrue(error.matches(Gio.tls_error_quark(), code), str(error))
        return error.message

    def assert_cut_off(self, sock, events, is_tolerated):
        """The peer has gone without a word of TLS; that is an error unless it is tolerated."""
        if is_tolerated:
            self.assert_lost(sock, events, CLOSED)
        else:
            self.assert_ended(sock, events, ERROR)
            self.assert_tls_error(events, Gio.TlsError.EOF)


class ServerTests(Tests):
    """A server of ours, and a client that sends what it reads, and prints what comes.

    A class has make_client(port, side), the command of that.
    """
    # What makes the client ask for TLS by a word of SMTP, if there is something.
    start_later = ()
    # Whether an end without a goodbye is a failure to the client. It hears nothing else when it has
    # been refused: GIO sends no alerts.
    is_strict = True

    def serve(self, certificate='localhost', **settings):
        return self.make_server(SecureServer(),
                                tls_settings=make_settings(certificate, **settings))

    def start_client(self, server, **side):
        return self.start(*self.make_client(server.port, self.side(**side)))

    def connect(self, server, **side):
        """A client that gets its answer, and the socket for it, and what that says."""
        server.served.clear()
        client = self.start_client(server, **side)
        client.type('ping')
        iterate_until(lambda: any('data-available' in events.names for _, events in server.served))
        client.expect('^ping')
        (sock, events), = server.served
        self.assertEqual(events.names[0], 'connected')
        self.assert_agreed(sock)
        return client, sock, events

    def refuse(self, server, **side):
        """A client with which it comes to nothing; what the socket for it has said."""
        server.served.clear()
        reports = Recorder(server)
        client = self.start_client(server, **side)
        iterate_until(lambda: 'dropped' in reports.names)
        self.assertEqual(reports.last('dropped')[1], Tisock.DropReason.HANDSHAKE)
        self.join(client)
        if self.is_strict:
            self.assertNotEqual(client.process.returncode, 0)
        (sock, events), = server.served
        self.assertNotIn('connected', events.names)
        return events

    def test_application_protocols(self):
        server = self.serve(application_protocols=['h2', 'http/1.1'])
        client, sock, events = self.connect(server, protocols=('http/1.1', 'http/1.0'))
        self.assertEqual(sock.negotiated_protocol, 'http/1.1')
        client, sock, events = self.connect(server)
        self.assertIsNone(sock.negotiated_protocol)

    def test_names(self):
        """Who asks for a server by its name gets the certificate for that, and checks it."""
        server = self.serve()
        self.connect(server, name='other.example')
        self.connect(server, name='localhost')

    def test_certificate_asked(self):
        server = self.serve(client_authentication=Gio.TlsAuthenticationMode.REQUESTED)
        client, sock, events = self.connect(server)
        self.assertIsNone(sock.peer_certificate)
        client, sock, events = self.connect(server, certificate='client')
        self.assertEqual(sock.peer_certificate.get_subject_name(), 'CN=client')

    def test_certificate_demanded(self):
        server = self.serve(client_authentication=Gio.TlsAuthenticationMode.REQUIRED)
        client, sock, events = self.connect(server, certificate='client')
        self.assertEqual(sock.peer_certificate.get_subject_name(), 'CN=client')
        self.assert_tls_error(self.refuse(server), Gio.TlsError.CERTIFICATE_REQUIRED)
        message = self.assert_tls_error(self.refuse(server, certificate='strange-client'),
                                        Gio.TlsError.BAD_CERTIFICATE)
        self.assertIn('“CN=strange-client”', message)
        self.assertIn('its authority “CN=other-authority” is not trusted', message)

    def test_refused(self):
        """By a client that does not like our certificate."""
        for certificate in ('other.example', 'expired', 'stranger'):
            with self.subTest(certificate):
                self.be_refused(self.serve(certificate))

    def be_refused(self, server):
        self.refuse(server)

    def test_goodbye_of_client(self):
        server = self.serve()
        client, sock, events = self.connect(server)
        client.end_input()
        self.assert_lost(sock, events, CLOSED)
        self.finish(client)

    def test_goodbye_of_server(self):
        """The client takes that for a good end, and says so by its status."""
        server = self.serve()
        client, sock, events = self.connect(server)
        sock.shutdown()
        self.assert_cut_off(sock, events, is_tolerated=self.is_polite)
        self.finish(client)

    def test_killed(self):
        for is_tolerated in (False, True):
            server = self.serve()
            server.require_close_notify = not is_tolerated
            client, sock, events = self.connect(server)
            client.kill()
            self.assert_cut_off(sock, events, is_tolerated)

    def test_start_later(self):
        if not self.start_later:
            self.skipTest('this client begins with TLS')
        server = self.make_server(MailServer())
        client = self.start(*self.make_client(server.port, self.side()), *self.start_later)
        client.type('EHLO again')
        words = [('EHLO', False), ('STARTTLS', False), ('EHLO', True)]
        iterate_until(lambda: server.sockets and len(server.sockets[0].heard) == len(words))
        sock, = server.sockets
        self.assertEqual(sock.heard, words)
        self.assert_agreed(sock)
        client.expect('250 under TLS')
        client.type('QUIT')
        self.finish(client)
        iterate_until(lambda: server.n_connections == 0)


class ClientTests(Tests):
    """A client of ours, and a server that sends everything back.

    A class has start_server(side), whose results are a peer and its port.
    """
    answer = b'ping\n'
    # What the server ends the connection upon, and whether it has another certificate for a name.
    farewell = b'bye\n'
    has_names = True
    socket_class = Tisock.SSLSocket

    def serve(self, certificate='localhost', **side):
        self.server, self.port = self.start_server(self.side(certificate=certificate, **side))

    def make_socket(self, name='localhost', certificate=None, **settings):
        return self.socket_class(trust_database=trust(), server_identity=name,
                                 certificate_file=certificate and path_of(certificate), **settings)

    def connect(self, **settings):
        sock, events = self.client(self.port, self.make_socket(**settings))
        self.assert_agreed(sock)
        self.converse(sock)
        return sock, events

    def converse(self, sock):
        sock.write(b'ping\n')
        self.assertEqual(self.receive(sock, 5), self.answer)

    def assert_known(self, name):
        """The server says whose certificate it has got."""
        self.server.expect(f'CN ?= ?{name}')

    def be_refused(self, **settings):
        """With TLS 1.3 a client knows only when it is connected."""
        sock = self.make_socket(address=HOST, port=self.port, **settings)
        sock, events = self.open(sock)
        self.assert_ended(sock, events, ERROR)
        if self.version == '1.2':
            self.assertNotIn('connected', events.names)

    def test_application_protocols(self):
        self.serve(protocols=('http/1.1',))
        sock, events = self.connect(application_protocols=['h2', 'http/1.1'])
        self.assertEqual(sock.negotiated_protocol, 'http/1.1')

    def test_no_application_protocols(self):
        self.serve()
        sock, events = self.connect(application_protocols=['h2', 'http/1.1'])
        self.assertIsNone(sock.negotiated_protocol)

    def test_names(self):
        if not self.has_names:
            self.skipTest('this server has one certificate for everybody')
        self.serve(other='other.example')
        sock, events = self.connect(name='other.example')
        self.assertEqual(sock.peer_certificate.get_subject_name(), 'CN=other.example')

    def test_certificate_asked(self):
        self.serve(asks=True)
        self.connect(certificate='client')
        self.assert_known('client')

    def test_certificate_asked_in_vain(self):
        self.serve(asks=True)
        self.connect()

    def test_certificate_demanded(self):
        self.serve(demands=True)
        self.connect(certificate='client')
        self.assert_known('client')

    def test_certificate_demanded_in_vain(self):
        self.serve(demands=True)
        self.be_refused()

    def test_certificate_of_stranger(self):
        self.serve(demands=True)
        self.be_refused(certificate='strange-client')

    def test_refused(self):
        reasons = {
            'other.example': 'it is not for “localhost”',
            'expired': 'it has expired',
            'stranger': 'its authority “CN=other-authority” is not trusted',
        }
        for certificate, reason in reasons.items():
            with self.subTest(certificate):
                self.serve(certificate)
                sock, events = self.open(self.make_socket(address=HOST, port=self.port))
                self.assert_ended(sock, events, ERROR)
                message = self.assert_tls_error(events, Gio.TlsError.BAD_CERTIFICATE)
                self.assertIn(f'“CN={certificate}”', message)
                self.assertIn(reason, message)

    def test_goodbye_of_client(self):
        self.serve()
        sock, events = self.connect()
        sock.shutdown()
        self.assert_cut_off(sock, events, is_tolerated=self.is_polite)

    def test_goodbye_of_server(self):
        if not self.farewell:
            self.skipTest('this server does not end by itself')
        self.serve()
        sock, events = self.connect()
        sock.write(self.farewell)
        self.receive_all(sock)
        self.assert_lost(sock, events, CLOSED)

    def test_killed(self):
        for is_tolerated in (False, True):
            self.serve()
            sock, events = self.connect(require_close_notify=not is_tolerated)
            self.server.kill()
            self.assert_cut_off(sock, events, is_tolerated)


class ScriptClient:
    """A script in this folder, which knows a side by itself."""
    command = None

    def make_client(self, port, side):
        return [*self.command, side.to_json(port=port, listener=None)]


class ScriptServer:
    """The same."""
    command = None

    def start_server(self, side, later=False):
        listener, port = self.listener()
        server = self.start(*self.command, side.to_json(listener=listener, later=later),
                            pass_fds=[listener])
        return server, port


def main(*programs):
    """Runs the tests of a script, if there are these programs, openssl, and TLS in GIO."""
    if not Gio.TlsBackend.get_default().supports_tls():
        print('skipped, as GIO has no TLS')
        sys.exit(peers.SKIPPED)
    peers.main('openssl', *programs)


def with_versions(scope, *bases):
    """Makes the classes of tests: of each of these, one for each version of TLS."""
    for base in bases:
        for version in VERSIONS:
            name = f'{base.__name__}_{version.replace(".", "_")}'
            scope[name] = type(name, (base, TestCase), {'version': version})
