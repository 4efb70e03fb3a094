# test-discovery.py: publishing servers and finding services
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import shutil
import subprocess
import unittest

from support import HOST, Recorder, TestCase, iterate_until, main
from gi.repository import Gio, GLib, Tisock

TYPE = '_tisock._tcp'


def set_bus(address):
    GLib.setenv('DBUS_SYSTEM_BUS_ADDRESS', address, True)


class NoBusTest(TestCase):
    def setUp(self):
        super().setUp()
        set_bus('unix:path=/nonexistent/bus')

    def test_a_browser(self):
        browser = Tisock.ServiceBrowser.new(TYPE, None)
        recorder = Recorder(browser)
        self.assertEqual((browser.get_service_type(), browser.get_domain()), (TYPE, None))
        self.assertEqual((browser.service_type, browser.domain), (TYPE, None))
        self.assertTrue(browser.start())
        self.assertTrue(browser.is_browsing)
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            browser.start()
        iterate_until(lambda: not browser.get_is_browsing())
        self.assertEqual(recorder.names, ['error', 'error'])
        error, = recorder.last('error')
        self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND))
        self.assertIn('The system bus cannot be reached', error.message)
        self.assertEqual(len(browser.services), 0)
        self.assertIs(browser.get_services(), browser.services)
        browser.stop()

    def test_a_publisher(self):
        publisher = Tisock.ServicePublisher.new_for_port(7000, 'Tea', TYPE)
        recorder = Recorder(publisher)
        self.assertIsNone(publisher.get_server())
        self.assertEqual((publisher.get_port(), publisher.port), (7000, 7000))
        self.assertEqual((publisher.get_name(), publisher.name), ('Tea', 'Tea'))
        self.assertEqual((publisher.get_service_type(), publisher.service_type), (TYPE, TYPE))
        self.assertEqual((publisher.get_domain(), publisher.domain), (None, None))
        publisher.txt_records = ['a=1']
        self.assertEqual(publisher.get_txt_records(), ['a=1'])
        publisher.set_txt_records(None)
        self.assertEqual(publisher.txt_records, [])
        self.assertTrue(publisher.publish())
        iterate_until(lambda: recorder.names)
        self.assertEqual((publisher.is_published, publisher.get_is_published()), (False, False))
        publisher.withdraw()

    def test_a_publisher_of_a_server(self):
        server = Tisock.ServerSocket()
        publisher = Tisock.ServicePublisher.new(server, None, TYPE)
        self.assertIs(publisher.server, server)
        self.assertEqual(publisher.name, GLib.get_host_name())
        with self.assert_raises_error(Tisock.SocketError.INVALID_STATE):
            publisher.publish()

    def test_a_service(self):
        service = Tisock.Service.new('Tea', TYPE, 'local')
        self.assertEqual((service.get_name(), service.name), ('Tea', 'Tea'))
        self.assertEqual((service.get_service_type(), service.service_type), (TYPE, TYPE))
        self.assertEqual((service.get_domain(), service.domain), ('local', 'local'))
        self.assertEqual((service.get_interface_index(), service.interface_index), (0, 0))
        self.assertEqual((service.get_host_name(), service.host_name), (None, None))
        self.assertEqual((service.get_port(), service.port), (0, 0))
        self.assertEqual((service.get_addresses(), service.addresses), ([], []))
        self.assertEqual((service.get_txt_records(), service.txt_records), ([], []))


@unittest.skipUnless(shutil.which('dbus-daemon') and 'TISOCK_MOCK_AVAHI' in os.environ,
                     'no dbus-daemon')
class MockTest(TestCase):
    def setUp(self):
        super().setUp()
        mock = subprocess.Popen([os.environ['TISOCK_MOCK_AVAHI']], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(mock.communicate)
        set_bus(mock.stdout.readline().strip())

    def test_from_publishing_to_connecting(self):
        server = self.make_server()
        publisher = Tisock.ServicePublisher(server=server, name='Tea', service_type=TYPE,
                                            txt_records=['milk'])
        publisher.publish()
        browser = Tisock.ServiceBrowser(service_type=TYPE)
        recorder = Recorder(browser)
        browser.start()
        self.addCleanup(browser.stop)
        iterate_until(lambda: len(browser.services))
        service = browser.services[0]
        self.assertEqual(recorder.events, [('added', service)])
        self.assertEqual((service.port, service.addresses, service.txt_records),
                         (server.port, [HOST], ['milk']))

        socket = Tisock.TCPSocket(connectable=service)
        self.addCleanup(socket.close)
        socket.open()
        iterate_until(lambda: socket.is_connected)
        self.assertEqual(socket.remote_port, server.port)

        server.stop_listening()
        iterate_until(lambda: not len(browser.services))
        self.assertEqual(recorder.last('removed'), (service,))


if __name__ == '__main__':
    main()
