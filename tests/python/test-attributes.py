# test-attributes.py: properties are attributes, and connect() and disconnect() mean two things
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import inspect

from support import HOST, Recorder, TestCase, iterate_until, main, make_certificate
from gi.repository import Gio, GLib, GObject, Tisock

# A value for each property that can be set, other than its default. A property without one here
# fails the tests: they know all.
LOOPBACK = Tisock.NetworkInterface.lookup('lo')
TCP_SETTINGS = {
    'address': HOST,
    'allow_half_open': True,
    'close_timeout': 7000,
    'connectable': Gio.NetworkAddress.new(HOST, 7000),
    'idle_timeout': 7000,
    'listen_backlog': 7,
    'liveness': 7000,
    'maximum_descriptors': 7,
    'network_interface': LOOPBACK,
    'no_delay': False,
    'port': 7000,
    'proxy_resolver': Gio.SimpleProxyResolver.new(None, None),
    'receive_limit': 2 ** 40,
    'resolve_timeout': 7000,
    'send_limit': 2 ** 40,
    'send_maximum': 2 ** 40,
    'timeout': 7000,
}
SSL_SETTINGS = {
    **TCP_SETTINGS,
    'application_protocols': ['h2', 'http/1.1'],
    'certificate': Gio.TlsCertificate.new_from_file(make_certificate()),
    'certificate_file': '/nowhere/certificate.pem',
    'certificate_password': 'sesame',
    'connection_type': Gio.TlsProtocolVersion.TLS_1_3,
    'handshake_timeout': 7000,
    'require_close_notify': False,
    'server_identity': 'example.org',
    'ssl_enabled': False,
    'trust_database': Gio.TlsFileDatabase.new(make_certificate()),
}
UDP_SETTINGS = {
    'multicast_interface': LOOPBACK,
    'network_interface': LOOPBACK,
    'peer_address': HOST,
    'peer_port': 7000,
    'port': 7000,
    'receive_details': True,
    'receive_limit': 2 ** 40,
    'router_hops': 255,
    'send_limit': 2 ** 40,
    'send_maximum': 2 ** 40,
    'send_to_self': True,
    'share_port': True,
}
SETTINGS = {
    Tisock.TCPSocket: TCP_SETTINGS,
    Tisock.SSLSocket: SSL_SETTINGS,
    Tisock.EasyTCPSocket: {
        **SSL_SETTINGS,
        'maximum_message_size': 2 ** 40,
        'ssl_enabled': True,
    },
    Tisock.ServerSocket: {
        'address': HOST,
        'allowed_peers': ['127.0.0.0/8', '::1'],
        'auto_accept': False,
        'blocked_peers': ['10.0.0.0/8'],
        'listen_backlog': 7,
        'maximum_sockets_connected': 7,
        'minimum_sockets_available': 7,
        'network_interface': LOOPBACK,
        'overload_policy': Tisock.OverloadPolicy.DROP,
        'port': 7000,
        'socket_group': 'users',
        'socket_mode': 0o660,
        'socket_user': '1000',
        'tls_settings': Tisock.TlsSettings(),
    },
    Tisock.Framing: {
        'maximum_frame_size': 2 ** 40,
    },
    Tisock.TlsSettings: {
        'application_protocols': ['h2', 'http/1.1'],
        'certificate_file': '/nowhere/certificate.pem',
        'certificate_password': 'sesame',
        'client_authentication': Gio.TlsAuthenticationMode.REQUIRED,
        'handshake_timeout': 7000,
        'key_file': '/nowhere/key.pem',
        'maximum_handshakes': 7,
        'minimum_version': Gio.TlsProtocolVersion.TLS_1_3,
        'trust_database': Gio.TlsFileDatabase.new(make_certificate()),
    },
    Tisock.UDPSocket: UDP_SETTINGS,
    Tisock.AutoDiscovery: {
        **UDP_SETTINGS,
        'heartbeat_interval': 7000,
        'member_timeout': 7000,
        'share_port': False,
    },
}


class Sub(Tisock.TCPSocket):
    label = 'none'

    def __init__(self, label, **settings):
        super().__init__(**settings)
        self.label = label


class AttributesTest(TestCase):
    def find_properties(self, instance):
        """The names of the namespace's properties, and whether they can be set."""
        return {pspec.name.replace('-', '_'): bool(pspec.flags & GObject.ParamFlags.WRITABLE)
                for pspec in instance.list_properties()
                if pspec.owner_type.name.startswith('Tisock')}

    def test_each_property_can_be_read_in_each_way(self):
        for instance in (Tisock.TCPSocket(), Tisock.SSLSocket(), Tisock.EasyTCPSocket(),
                         Tisock.ServerSocket(), Tisock.Framing(), Tisock.TlsSettings(),
                         Tisock.UDPSocket(), Tisock.AutoDiscovery(), LOOPBACK):
            for name in self.find_properties(instance):
                with self.subTest(name):
                    value = getattr(instance, name)
                    self.assertEqual(value, getattr(instance, 'get_' + name)())
                    self.assertEqual(value, getattr(instance.props, name))
                    self.assertEqual(value, instance.get_property(name))

    def test_each_setting_can_be_set_in_each_way(self):
        for cls, settings in SETTINGS.items():
            names = self.find_properties(cls())
            self.assertEqual(sorted(settings), sorted(name for name in names if names[name]))
            for name, value in settings.items():
                with self.subTest(name):
                    self.check_setting(cls, name, value)

    def check_setting(self, cls, name, value):
        ways = {
            'constructor': lambda instance: None,
            'attribute': lambda instance: setattr(instance, name, value),
            'method': lambda instance: getattr(instance, 'set_' + name)(value),
            'props': lambda instance: setattr(instance.props, name, value),
        }
        default = getattr(cls(), name)
        self.assertNotEqual(default, value)

        for way, change in ways.items():
            instance = cls(**{name: value}) if way == 'constructor' else cls()
            notified = []
            instance.connect('notify::' + name.replace('_', '-'),
                             lambda instance, pspec: notified.append(pspec.name))
            change(instance)
            self.assertEqual(getattr(instance, name), value)
            self.assertEqual(len(notified), 0 if way == 'constructor' else 1, way)

    def test_what_cannot_be_set_raises(self):
        for cls, settings in SETTINGS.items():
            instance = cls()
            for name in set(self.find_properties(instance)) - set(settings):
                with self.subTest(name), self.assertRaises(AttributeError):
                    setattr(instance, name, getattr(instance, name))

    def test_a_wrong_type_raises(self):
        socket = Tisock.TCPSocket(port=7000)
        with self.assertRaises(TypeError):
            socket.port = 'seven'
        with self.assertRaises(OverflowError):
            socket.timeout = -1
        self.assertEqual(socket.port, 7000)

    def test_null_can_be_set(self):
        server = Tisock.ServerSocket(address=HOST, allowed_peers=['::1'])
        server.address = server.network_interface = server.allowed_peers = None
        self.assertIsNone(server.address)
        self.assertIsNone(server.network_interface)
        self.assertEqual(server.allowed_peers, [])

    def test_a_subclass_has_them_and_its_own(self):
        socket = Sub('mine', port=7000)
        socket.port += 1
        socket.prot = 5
        self.assertEqual((socket.label, socket.port, socket.get_port()), ('mine', 7001, 7001))
        self.assertEqual(socket.prot, 5)
        with self.assertRaises(AttributeError):
            socket.bytes_available = 1

    def test_a_subclass_can_have_properties(self):
        class Counting(Tisock.TCPSocket):
            __gtype_name__ = 'TestCounting'
            count = GObject.Property(type=int)
            port = GObject.Property(type=int, default=9)

        socket = Counting(count=3)
        self.assertEqual((socket.count, socket.port), (3, 9))
        self.assertEqual(Tisock.TCPSocket.get_port(socket), 0)

    def test_attributes_can_be_bound(self):
        socket, server = Tisock.TCPSocket(), Tisock.ServerSocket()
        server.bind_property('port', socket, 'port', GObject.BindingFlags.SYNC_CREATE)
        server.port = 7000
        self.assertEqual(socket.port, 7000)

    def test_a_method_keeps_its_name(self):
        for cls in (Tisock.TCPSocket, Tisock.ServerSocket, Tisock.NetworkInterface):
            for base in cls.__mro__:
                if base.__module__ == 'gi.repository.Tisock':
                    for info in base.__info__.get_methods():
                        member = inspect.getattr_static(cls, info.get_name())
                        self.assertNotIsInstance(member, property)

    def test_attributes_follow_the_connection(self):
        socket, peer = self.make_pair()
        self.assertEqual((socket.remote_address, socket.remote_port), (HOST, peer.port))
        self.assertEqual((peer.remote_address, peer.remote_port), (HOST, socket.port))
        self.assertEqual(socket.local_address, HOST)
        self.assertEqual(socket.get_socket().get_fd(), socket.handle)
        self.assertEqual(socket.state, Tisock.SocketState.CONNECTED)
        peer.write(b'four')
        iterate_until(lambda: socket.bytes_available == 4)
        self.assertFalse(socket.needs_drain)
        self.assertEqual(socket.last_error_number, 0)

    def test_the_interface(self):
        interfaces = Tisock.NetworkInterface.list()
        self.assertIsInstance(interfaces, Gio.ListModel)
        self.assertEqual(len(interfaces), interfaces.get_n_items())
        self.assertIn('lo', [interface.name for interface in interfaces])
        self.assertEqual(Tisock.NetworkInterface.get(0).name, interfaces[0].name)
        self.assertIsNone(Tisock.NetworkInterface.get(len(interfaces)))
        self.assertIsNone(Tisock.NetworkInterface.lookup('nosuch'))
        watched = Tisock.NetworkInterface.watch()
        self.assertEqual([interface.name for interface in watched],
                         [interface.name for interface in interfaces])
        self.assertTrue(LOOPBACK.is_loopback)
        self.assertIn(HOST, LOOPBACK.addresses)

    def test_an_interface_in_one_line(self):
        socket = Tisock.TCPSocket()
        socket.network_interface = Tisock.NetworkInterface.get(0)
        self.assertEqual(socket.local_address, Tisock.NetworkInterface.get(0).ip_address)


class ConnectTest(TestCase):
    def test_without_arguments_they_open_and_shut_down(self):
        server = self.make_server()
        socket = Tisock.TCPSocket(address=HOST, port=server.port)
        recorder = Recorder(socket)
        self.assertTrue(socket.connect())
        self.assertEqual(socket.state, Tisock.SocketState.CONNECTING)
        iterate_until(lambda: server.n_connections == 1 and socket.is_connected)
        self.assertIsNone(socket.disconnect())
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            socket.write(b'too late')
        iterate_until(lambda: 'closed' in recorder.names)
        self.assertEqual(recorder.names, ['connected', 'error', 'error', 'closed'])

    def test_connect_raises_as_open_does(self):
        with self.assert_raises_error(Tisock.SocketError.INVALID_PORT) as context:
            Tisock.TCPSocket(address=HOST, port=70000).connect()
        self.assertIn('70000', context.error.message)

    def test_with_arguments_they_are_of_signals(self):
        heard = []
        socket = Sub('mine')
        first = socket.connect('notify::port', lambda *args: heard.append(args[2:]), 'one', 2)
        second = socket.connect('notify::port', lambda *args: heard.append('second'))
        socket.port = 1
        self.assertEqual(heard, [('one', 2), 'second'])
        socket.disconnect(first)
        socket.port = 2
        self.assertEqual(heard, [('one', 2), 'second', 'second'])
        self.assertTrue(socket.handler_is_connected(second))
        socket.disconnect(handler_id=second)
        self.assertFalse(socket.handler_is_connected(second))
        self.assertEqual(socket.state, Tisock.SocketState.INITIALIZED)

    def test_an_unknown_signal_raises(self):
        with self.assertRaises(TypeError):
            Tisock.TCPSocket().connect('nosuch', print)

    def test_a_server_has_no_such_meaning(self):
        with self.assertRaises(TypeError):
            Tisock.ServerSocket().connect()

    def test_a_socket_without_shutdown_is_closed(self):
        class Other(Tisock.SocketCore):
            pass

        self.assertIsNone(Other().disconnect())
        with self.assertRaises(GLib.Error):
            Other().connect()


if __name__ == '__main__':
    main()
