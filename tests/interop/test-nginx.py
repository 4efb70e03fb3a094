# test-nginx.py: nginx as a web server, as a proxy for streams, and in front of a server
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import signal
import unittest

from nginx import STREAM_MODULE, Nginx
from peers import CLOSED, HOST, TestCase, WebServer, digest, iterate_until, main


class WebTest(Nginx, TestCase):
    def test_keep_alive(self):
        port = self.start_nginx('server { LISTEN; keepalive_requests 1000; }')
        pages = [os.urandom(size) for size in (0, 1, 1000, 100000)]
        for i, page in enumerate(pages):
            self.put(str(i), page)
        web, events = self.web_client(port)
        for i in range(100):
            answer = self.request(web, f'/{i % len(pages)}')
            self.assertEqual(answer.start, 'HTTP/1.1 200 OK')
            self.assertEqual(answer.body, pages[i % len(pages)])
        self.assertTrue(web.is_connected)

    def test_pipelining(self):
        port = self.start_nginx('server { LISTEN; keepalive_requests 10000; }')
        pages = [os.urandom(i * 100) for i in range(100)]
        for i, page in enumerate(pages):
            self.put(str(i), page)
        web, events = self.web_client(port)
        self.get(web, *(f'/{i % 100}' for i in range(1000)))
        iterate_until(lambda: len(web.messages) == 1000)
        for i, answer in enumerate(web.messages):
            self.assertEqual(answer.body, pages[i % 100])

    def test_large_file(self):
        port = self.start_nginx('server { LISTEN; }')
        data = os.urandom(16 << 20)
        self.put('large', data)
        web, events = self.web_client(port)
        self.assertEqual(digest(self.request(web, '/large').body), digest(data))

    def test_chunks(self):
        """nginx does not know how long the page becomes that it changes."""
        port = self.start_nginx('server { LISTEN; sub_filter_types *; sub_filter a aa; }')
        self.put('page', b'banana' * 100000)
        web, events = self.web_client(port)
        answer = self.request(web, '/page')
        self.assertTrue(answer.is_chunked)
        self.assertEqual(answer.body, b'baanana' + b'banana' * 99999)

    def test_end_of_keep_alive(self):
        """The server ends it with requests unread; the answers before that have all come."""
        port = self.start_nginx('server { LISTEN; keepalive_requests 5; }')
        self.put('page', b'page')
        web, events = self.web_client(port)
        self.get(web, *['/page'] * 20)
        self.assert_lost(web, events, CLOSED)
        self.assertEqual([answer.body for answer in web.messages], [b'page'] * 5)

    def test_server_stops(self):
        """In the middle of an answer."""
        port = self.start_nginx('server { LISTEN; limit_rate 1m; }')
        self.put('large', bytes(8 << 20))
        web, events = self.web_client(port)
        self.get(web, '/large')
        iterate_until(lambda: web.current)
        self.nginx.process.send_signal(signal.SIGTERM)
        self.assert_lost(web, events)
        self.assertEqual(web.messages, [])

    def test_bad_request(self):
        port = self.start_nginx('server { LISTEN; }')
        web, events = self.web_client(port)
        web.write(b'nonsense\r\n\r\n')
        self.assert_lost(web, events, CLOSED)
        self.assertEqual(web.messages[0].start, 'HTTP/1.1 400 Bad Request')


@unittest.skipUnless(STREAM_MODULE.exists(), 'nginx has no module for streams')
class StreamTest(Nginx, TestCase):
    def start_proxy(self, server):
        return self.start_nginx(stream=f'''stream {{ server {{
            LISTEN; proxy_pass {HOST}:{server.port}; proxy_half_close on; }} }}''')

    def test_echo(self):
        """Each client sends all, ends its side, and gets it back."""
        server = self.echo_server()
        port = self.start_proxy(server)
        clients = [self.client(port) for _ in range(8)]
        data = [os.urandom(1 << 20) for _ in clients]
        for (client, events), content in zip(clients, data):
            client.write(content)
            client.shutdown_write()
        received = self.receive_all_of([client for client, events in clients])
        for (client, events), content, got in zip(clients, data, received):
            self.assertEqual(digest(got), digest(content))
            self.assert_lost(client, events, CLOSED)
        iterate_until(lambda: server.n_connections == 0)

    def test_server_says_no(self):
        """A connection that the server resets ends at the other side of the proxy, too."""
        server = self.make_server()
        server.connect('accepted', lambda server, peer: peer.abort())
        port = self.start_proxy(server)
        client, events = self.client(port)
        self.assert_lost(client, events)


class ReverseTest(Nginx, TestCase):
    def start_proxy(self, server, more=''):
        return self.start_nginx(f'''
            upstream origin {{ server {HOST}:{server.port}; keepalive 4; }}
            server {{
              LISTEN; keepalive_requests 10000; client_max_body_size 0;
              location / {{
                proxy_pass http://origin; proxy_http_version 1.1;
                proxy_set_header Connection ""; {more}
              }}
            }}''')

    def test_many_requests(self):
        """nginx keeps its connections with the server."""
        server = self.make_server(WebServer(lambda request: request.start.encode()))
        web, events = self.web_client(self.start_proxy(server))
        self.get(web, *(f'/{i}' for i in range(500)))
        iterate_until(lambda: len(web.messages) == 500)
        for i, answer in enumerate(web.messages):
            self.assertEqual(answer.body, f'GET /{i} HTTP/1.1'.encode())
        self.assertLessEqual(len(server.sockets), 4)

    def test_uploads(self):
        server = self.make_server(WebServer(lambda request: digest(request.body).encode()))
        port = self.start_proxy(server, 'proxy_request_buffering off;')
        clients = [self.web_client(port)[0] for _ in range(10)]
        data = [os.urandom(1 << 20) for _ in clients]
        for web, content in zip(clients, data):
            web.write(f'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n'
                      .encode() + content)
        for web, content in zip(clients, data):
            iterate_until(lambda: web.messages)
            self.assertEqual(web.messages[0].body, digest(content).encode())

    def test_impatience(self):
        """nginx gives up a server that does not answer, and its connection with it."""
        server = self.make_server()
        peers = []
        server.connect('accepted', lambda server, peer: peers.append(peer))
        web, events = self.web_client(self.start_proxy(server, 'proxy_read_timeout 300ms;'))
        self.assertEqual(self.request(web, '/').start, 'HTTP/1.1 504 Gateway Time-out')
        iterate_until(lambda: server.n_connections == 0)
        self.assertEqual(peers[0].state, CLOSED)

    def test_no_server(self):
        server = self.make_server(WebServer(lambda request: b''))
        web, events = self.web_client(self.start_proxy(server))
        self.assertEqual(self.request(web, '/').start, 'HTTP/1.1 200 OK')
        server.close()
        self.assertEqual(self.request(web, '/').start, 'HTTP/1.1 502 Bad Gateway')


main('nginx')
