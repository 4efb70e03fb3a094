# test-proxies.py: proxies that are in use: Dante and microsocks for SOCKS, Tinyproxy for HTTP
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import os
import re
import urllib.parse

from peers import (CLOSED, CONNECTED, ERROR, HOST, GLib, TestCase, Tisock, digest, iterate_until,
                   main)
from gi.repository import Gio

TINYPROXY = '''
Port {port}
Listen {host}
LogLevel Info
Timeout 600
{more}
'''

DANTE = '''
logoutput: stdout
internal: {host} port = {port}
external: {host}
clientmethod: none
socksmethod: none
client pass {{ from: {host}/32 to: {host}/32 }}
socks block {{ from: {host}/32 to: 0.0.0.0/0 port = {forbidden} }}
socks pass {{ from: {host}/32 to: 0.0.0.0/0 log: connect }}
'''


class ProxyTest(TestCase):
    def make_socket(self, port, address=HOST, protocol=None, user='', **settings):
        """One whose proxy resolver knows the proxy."""
        uri = f'{protocol or self.protocol}://{user}{HOST}:{self.port}'
        return Tisock.TCPSocket(address=address, port=port, **settings,
                                proxy_resolver=Gio.SimpleProxyResolver.new(uri, None))

    def through(self, *destination, **settings):
        return self.open(self.make_socket(*destination, **settings))

    def through_address(self, port, address=HOST, user=None, password=None):
        """Opens a socket whose proxy and destination are one object."""
        return self.open(Tisock.TCPSocket(connectable=Gio.ProxyAddress.new(
            Gio.InetAddress.new_from_string(HOST), self.port, self.protocol, address, port,
            user, password)))

    def assert_connected(self, sock, events):
        self.assertEqual(sock.state, CONNECTED, events.events)
        self.assertEqual(events.names[0], 'connected')
        self.assertEqual(sock.remote_port, self.port)

    def assert_echo(self, sock, data=b'hello'):
        sock.write(data)
        self.assertEqual(digest(self.receive(sock, len(data))), digest(data))

    def assert_ended_by(self, sock, events, code):
        """The last opening has failed. Returns the message."""
        self.assertEqual(sock.state, ERROR)
        self.assertEqual(events.names[-2:], ['error', 'closed'])
        [error] = events.last('error')
        self.assertTrue(error.matches(Gio.io_error_quark(), code), error)
        return error.message

    def assert_failed(self, sock, events, code):
        """The same: the proxy was there, and did not connect on."""
        message = self.assert_ended_by(sock, events, code)
        self.assertEqual(events.names, ['error', 'closed'])
        self.assertIn(f'{self.protocol} proxy {HOST}:{self.port}: ', message)
        return message


class Conversations:
    """What all of them can do."""

    def test_resolver(self):
        server = self.echo_server()
        sock, events = self.through(server.port)
        self.assert_connected(sock, events)
        self.assert_echo(sock, os.urandom(1 << 20))
        sock.shutdown()
        self.assert_lost(sock, events, CLOSED)
        iterate_until(lambda: server.n_connections == 0)

    def test_address(self):
        sock, events = self.through_address(self.echo_server().port)
        self.assert_connected(sock, events)
        self.assert_echo(sock, os.urandom(1 << 20))

    def test_many(self):
        server = self.echo_server()
        socks = [self.make_socket(server.port) for _ in range(20)]
        for sock in socks:
            self.addCleanup(sock.close)
            sock.open()
        iterate_until(lambda: all(sock.is_connected for sock in socks))
        for i, sock in enumerate(socks):
            self.assert_echo(sock, bytes([i]) * 1000)

    def test_server_speaks_first(self):
        """Its welcome may come together with what the proxy says, and is not the proxy's."""
        server = self.make_server()
        server.connect('accepted', lambda server, peer: peer.write(b'welcome'))
        for _ in range(20):
            sock, events = self.through(server.port)
            self.assert_connected(sock, events)
            self.assertEqual(self.receive(sock, 7), b'welcome')

    def test_server_ends(self):
        data = os.urandom(1 << 20)
        server = self.make_server()

        def accepted(server, peer):
            peer.write(data)
            peer.shutdown()

        server.connect('accepted', accepted)
        sock, events = self.through(server.port)
        self.assertEqual(digest(self.receive_all(sock)), digest(data))
        self.assert_lost(sock, events, CLOSED)

    def test_without_main_loop(self):
        server = self.echo_server()
        sock = self.make_socket(server.port)
        self.addCleanup(sock.close)
        sock.open_sync(-1, None)
        sock.send_sync(b'hello', -1, None)
        self.assertEqual(self.receive(sock, 5), b'hello')

    def test_proxy_stops(self):
        sock, events = self.through(self.echo_server().port)
        self.assert_echo(sock)
        self.proxy.stop()
        self.assert_lost(sock, events)
        sock.open()
        iterate_until(lambda: sock.state != Tisock.SocketState.CONNECTING)
        self.assert_ended_by(sock, events, Gio.IOErrorEnum.CONNECTION_REFUSED)

    def test_refused(self):
        """Nobody listens at the destination."""
        self.assert_failed(*self.through(self.refuse()), self.refused)
        self.assert_failed(*self.through_address(self.refuse()), self.refused)


class Names:
    """What those can do that are told names, and say which."""

    def test_name(self):
        """It is the proxy that resolves it, to whichever of its addresses."""
        server = self.echo_server()
        with contextlib.suppress(GLib.Error):
            server.add_address(Gio.InetSocketAddress.new_from_string('::1', server.port))
        for through in (self.through, self.through_address):
            sock, events = through(server.port, 'localhost')
            self.assert_connected(sock, events)
            self.assert_echo(sock)
            self.proxy.expect(rf'localhost[:.]{server.port}\b')

    def test_name_of_nobody(self):
        """No name in the DNS has a part as long as that, and nobody asks there for it."""
        sock, events = self.through(1, 'x' * 64)
        self.assert_failed(sock, events, Gio.IOErrorEnum.PROXY_FAILED)


class IPv6:
    """What those can do that reach such addresses."""

    def test_ipv6(self):
        server = Tisock.ServerSocket(address='::1')
        server.connect('accepted', lambda server, peer: peer.write(b'welcome'))
        try:
            server.listen()
        except GLib.Error as error:
            self.skipTest(error.message)
        self.addCleanup(server.close)
        for through in (self.through, self.through_address):
            sock, events = through(server.port, '::1')
            self.assert_connected(sock, events)
            self.assertEqual(self.receive(sock, 7), b'welcome')


class Passwords:
    """What those can do that know a user."""

    def start_with_password(self):
        self.proxy.stop()
        self.start_proxy('ann', self.password)

    def through_as_ann(self, password):
        port = self.echo_server().port
        yield self.through(port, user=f'ann:{urllib.parse.quote(password)}@')
        yield self.through_address(port, user='ann', password=password)

    def test_password(self):
        self.start_with_password()
        for sock, events in self.through_as_ann(self.password):
            self.assert_connected(sock, events)
            self.assert_echo(sock)

    def test_wrong_password(self):
        self.start_with_password()
        for sock, events in self.through_as_ann('secret'):
            message = self.assert_failed(sock, events, self.wrong_password)
            self.assertNotIn('secret', message)

    def test_no_password(self):
        self.start_with_password()
        self.assert_failed(*self.through(1), Gio.IOErrorEnum.PROXY_NEED_AUTH)

    def test_needless_password(self):
        """A proxy that wants none takes any."""
        for sock, events in self.through_as_ann(self.password):
            self.assert_connected(sock, events)


class MicrosocksTest(Conversations, Names, IPv6, Passwords, ProxyTest):
    protocol = 'socks5'
    password = 'p@ss:w%rd'
    wrong_password = Gio.IOErrorEnum.PROXY_AUTH_FAILED
    refused = Gio.IOErrorEnum.CONNECTION_REFUSED

    def setUp(self):
        super().setUp()
        self.start_proxy()

    def start_proxy(self, *user):
        options = [option for pair in zip(('-u', '-P'), user) for option in pair]
        self.proxy = self.start('microsocks', '-i', HOST, '-p', 0, *options)
        self.port = self.find_port(self.proxy)

    def test_other_protocol(self):
        """It closes with the request unread, which may be a reset."""
        sock, events = self.through(1, protocol='http')
        self.assertEqual(sock.state, ERROR)
        self.assertEqual(events.names, ['error', 'closed'])


class TinyproxyTest(Conversations, Names, IPv6, Passwords, ProxyTest):
    protocol = 'http'
    password = 'pass-word'
    # It answers 401, which is a web server's word for that and not a proxy's.
    wrong_password = Gio.IOErrorEnum.PROXY_FAILED
    refused = Gio.IOErrorEnum.PROXY_FAILED

    def setUp(self):
        super().setUp()
        self.path = self.folder() / 'tinyproxy.conf'
        self.start_proxy()

    def configure(self, port, more):
        self.path.write_text(TINYPROXY.format(host=HOST, port=port, more=more))
        return 'tinyproxy', '-d', '-c', self.path

    def start_proxy(self, *user, more=''):
        if user:
            more = f'BasicAuth {" ".join(user)}'
        self.proxy, self.port = self.start_on_free_port(
            'Accepting connections', lambda port: self.configure(port, more))

    def test_forbidden(self):
        self.proxy.stop()
        self.start_proxy(more='ConnectPort 443')
        self.assert_failed(*self.through(1), Gio.IOErrorEnum.PROXY_NOT_ALLOWED)

    def test_other_protocol(self):
        """It waits for the end of a line, which SOCKS does not have."""
        sock, events = self.through(1, protocol='socks5', timeout=300)
        self.assert_ended_by(sock, events, Gio.IOErrorEnum.TIMED_OUT)


class DanteTest(ProxyTest):
    def setUp(self):
        super().setUp()
        folder = self.folder()
        self.forbidden = self.refuse()
        self.path = folder / 'danted.conf'
        self.pid = folder / 'pid'
        self.proxy, self.port = self.start_on_free_port(' running$', self.configure)

    def configure(self, port):
        self.path.write_text(DANTE.format(host=HOST, port=port, forbidden=self.forbidden))
        return 'danted', '-f', self.path, '-p', self.pid


class Dante5Test(Conversations, DanteTest):
    protocol = 'socks5'
    refused = Gio.IOErrorEnum.CONNECTION_REFUSED

    def test_forbidden(self):
        self.assert_failed(*self.through(self.forbidden), Gio.IOErrorEnum.PROXY_NOT_ALLOWED)

    def test_any_version(self):
        """The newest is tried first, and the others when that has failed."""
        message = self.assert_ended_by(*self.through(self.refuse(), protocol='socks'),
                                       Gio.IOErrorEnum.PROXY_FAILED)
        tried = re.findall(f'(socks[^ ]*) proxy {HOST}:{self.port}: ', message)
        self.assertEqual(tried, ['socks5', 'socks4a', 'socks4'])


class Dante4Test(Conversations, DanteTest):
    protocol = 'socks4'
    refused = Gio.IOErrorEnum.PROXY_FAILED

    def test_name(self):
        """It is resolved here: the protocol has addresses only."""
        server = self.echo_server()
        sock, events = self.through(server.port, 'localhost')
        self.assert_connected(sock, events)
        self.assert_echo(sock)
        self.assertNotIn('localhost', self.proxy.expect(rf'[:.]{server.port}\b').string)


main('danted', 'microsocks', 'tinyproxy')
