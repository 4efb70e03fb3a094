# test-tls-nginx.py: nginx as a web server under TLS
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from nginx import Nginx
from peers import CLOSED, HOST, HTTPSSocket, digest, iterate_until
from tls import ClientTests, main, path_of, with_versions

SERVER = '''
server {{
  LISTEN ssl; server_name {name}; keepalive_requests {requests};
  ssl_certificate {certificate}; ssl_certificate_key {certificate}; ssl_protocols TLSv{version};
  {verify}
  location = / {{ return 200 "$ssl_protocol $ssl_client_s_dn"; }}
}}
'''


class NginxServer(Nginx, ClientTests):
    """It answers to requests, and says there what it thinks of a client's certificate."""
    socket_class = HTTPSSocket
    is_polite = False
    farewell = b'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    requests = 1000

    def start_server(self, side):
        certificates = {side.name: side.certificate, side.other: side.other}
        port = self.start_nginx(''.join(self.configure(side, name, certificate)
                                        for name, certificate in certificates.items() if name))
        return self.nginx, port

    def configure(self, side, name, certificate):
        verify = f'ssl_client_certificate {path_of(side.trusted)}; ssl_verify_client '
        return SERVER.format(
            name=name, certificate=path_of(certificate), version=side.version,
            requests=self.requests,
            verify=(verify + 'on;' if side.demands else verify + 'optional;' if side.asks else ''))

    def converse(self, web):
        self.answer = self.request(web, '/')

    def assert_known(self, name):
        self.assertEqual(self.answer.body.decode(), f'TLSv{self.version} CN={name}')

    def be_refused(self, **settings):
        """In the words of HTTP."""
        web, events = self.connect(**settings)
        self.assertEqual(self.answer.start, 'HTTP/1.1 400 Bad Request')
        self.assertIn(b'SSL', self.answer.body)
        self.assert_lost(web, events, CLOSED)

    def test_no_application_protocols(self):
        """nginx has some always, and will have nothing to do with whoever has none of these."""
        self.serve()
        web, events = self.open(self.make_socket(address=HOST, port=self.port,
                                                 application_protocols=['tisock']))
        self.assertEqual(events.names[-2:], ['error', 'closed'])
        self.assertIn('pplication', events.last('error')[0].message)

    def test_keep_alive(self):
        self.serve()
        pages = [os.urandom(size) for size in (0, 1, 1000, 100000)]
        for i, page in enumerate(pages):
            self.put(str(i), page)
        web, events = self.connect()
        for i in range(100):
            answer = self.request(web, f'/{i % len(pages)}')
            self.assertEqual(answer.body, pages[i % len(pages)])
        self.assertTrue(web.ssl_connected)

    def test_pipelining(self):
        self.serve()
        pages = [os.urandom(i * 100) for i in range(100)]
        for i, page in enumerate(pages):
            self.put(str(i), page)
        web, events = self.connect()
        self.get(web, *(f'/{i}' for i in range(100)))
        iterate_until(lambda: len(web.messages) == 101)
        self.assertEqual([answer.body for answer in web.messages[1:]], pages)

    def test_large_file(self):
        self.serve()
        data = os.urandom(16 << 20)
        self.put('large', data)
        web, events = self.connect()
        self.assertEqual(digest(self.request(web, '/large').body), digest(data))

    def test_end_of_keep_alive(self):
        """nginx ends it with requests unread, and says goodbye behind its last answer."""
        self.requests = 5
        self.serve()
        web, events = self.connect()
        self.get(web, *['/'] * 20)
        self.assert_lost(web, events, CLOSED)
        self.assertEqual(len(web.messages), 5)


with_versions(globals(), NginxServer)
main('nginx')
