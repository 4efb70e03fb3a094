// echo-node.js: Node's net
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

'use strict';

const net = require('net');

const server = net.createServer({noDelay: true}, socket => {
  socket.on('data', data => socket.write(data));
  socket.on('error', () => {});         // a reset is how the generator ends a connection
});

server.listen({port: 0, host: '127.0.0.1', backlog: 4096}, () => {
  console.log(`listening on ${server.address().port}`);
});
