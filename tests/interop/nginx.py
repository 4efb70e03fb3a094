# nginx.py: nginx, and asking it for something
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import pathlib

from peers import HOST, HTTPSocket, iterate_until

STREAM_MODULE = pathlib.Path('/usr/lib/nginx/modules/ngx_stream_module.so')

CONFIGURATION = '''
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
{modules}
events {{ }}
{stream}
http {{
  access_log off; root {folder}/www;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; uwsgi_temp_path {folder}/c;
  fastcgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  {http}
}}
'''


class Nginx:
    """For classes of tests."""

    def start_nginx(self, http='', stream=''):
        """The listening socket is inherited, as in an upgrade of nginx: {port} is its port."""
        self.root = self.folder()
        (self.root / 'www').mkdir()
        listener, port = self.listener()
        (self.root / 'nginx.conf').write_text(CONFIGURATION.format(
            folder=self.root,
            modules=f'load_module {STREAM_MODULE};' if stream else '',
            http=http.replace('LISTEN', f'listen {HOST}:{port}'),
            stream=stream.replace('LISTEN', f'listen {HOST}:{port}')))
        self.nginx = self.start('nginx', '-p', self.root, '-e', self.root / 'error.log',
                                '-c', self.root / 'nginx.conf',
                                pass_fds=[listener], env={**os.environ, 'NGINX': f'{listener};'})
        return port

    def put(self, name, data):
        path = self.root / 'www' / name
        path.write_bytes(data)
        path.chmod(0o644)

    def web_client(self, port):
        return self.client(port, HTTPSocket())

    def get(self, web, *paths):
        web.write(b''.join(f'GET {path} HTTP/1.1\r\nHost: x\r\n\r\n'.encode() for path in paths))

    def request(self, web, path):
        """Asks for one thing, and waits for it."""
        before = len(web.messages)
        self.get(web, path)
        iterate_until(lambda: len(web.messages) > before)
        return web.messages[-1]
