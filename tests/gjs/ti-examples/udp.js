// udp.js: sends datagrams to everybody in the network, and so to itself
//
// From the documentation of Titanium. Lines are broken.
//
// SPDX-FileCopyrightText: 2012 Appcelerator, Inc.
// SPDX-License-Identifier: Apache-2.0

var socket = Ti.Network.Socket.createUDP();
socket.addEventListener('started', function (e) {
     Ti.API.info('Socket started');
});
socket.addEventListener('data', function (e) {
     Ti.API.info('Socket received data: '+e.stringData);
     Ti.API.info('bytes: '+e.bytesData);
     Ti.API.info('address: '+e.address);
     Ti.API.info('port: '+e.port);
});
socket.addEventListener('error',function (e) {
      Ti.API.info('Socket error: '+e);
});
socket.start({ port: 6100 });

for (var i = 0; i < 5; ++i) {
   socket.sendString({ data: "Hello, World!"});
   socket.sendBytes({ data: [73, 116, 32, 119, 111, 114, 107, 115, 33] });
}
