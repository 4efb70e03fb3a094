// tls-peer.js: TLS of Node's; a client is a pipe, and a server sends everything back
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

'use strict';

const fs = require('fs');
const tls = require('tls');

const side = JSON.parse(process.argv[2]);

function makeContext(certificate) {
    const pem = certificate ? fs.readFileSync(certificate) : undefined;
    return {
        cert: pem,
        key: pem,
        ca: fs.readFileSync(side.trusted),
        minVersion: `TLSv${side.version}`,
        maxVersion: `TLSv${side.version}`,
    };
}

const options = makeContext(side.certificate);
if (side.protocols.length > 0)
    options.ALPNProtocols = side.protocols;

function beClient() {
    const peer = tls.connect({
        ...options,
        host: '127.0.0.1',
        port: side.port,
        servername: side.name,
    });
    process.stdin.pipe(peer);
    peer.pipe(process.stdout);
    peer.on('close', () => process.exit());
}

function choose(name, done) {
    const own = name === side.other ? side.other_certificate : side.certificate;
    done(null, tls.createSecureContext(makeContext(own)));
}

function beServer() {
    if (side.other)
        options.SNICallback = choose;
    options.requestCert = side.asks || side.demands;
    options.rejectUnauthorized = side.demands;

    const server = tls.createServer(options, peer => {
        const {subject} = peer.getPeerCertificate();
        if (subject)
            console.log(`CN = ${subject.CN}`);
        peer.on('error', error => console.log(error.message));
        peer.on('data', data => {
            peer.write(data);
            if (data.toString() === 'bye\n')
                peer.end();
        });
    });
    server.on('tlsClientError', error => console.log(error.message));
    server.listen({fd: side.listener});
}

if (side.listener)
    beServer();
else
    beClient();
