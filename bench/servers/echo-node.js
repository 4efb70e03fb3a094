// echo-node.js: Node's net, or tls
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

'use strict';

const fs = require('fs');
const net = require('net');
const tls = require('tls');

function serve(socket) {
  socket.on('data', data => socket.write(data));
  socket.on('error', () => {});         // a reset is how the generator ends a connection
}

function makeServer() {
  if (process.argv[2] !== 'tls')
    return net.createServer({noDelay: true}, serve);

  const pem = fs.readFileSync(process.env.BENCH_CERTIFICATE);
  return tls.createServer({noDelay: true, cert: pem, key: pem}, serve);
}

const server = makeServer();

server.listen({port: 0, host: '127.0.0.1', backlog: 4096}, () => {
  console.log(`listening on ${server.address().port}`);
});
