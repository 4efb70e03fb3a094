// legacy-import.js: a program in the older kind of JavaScript, without modules
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

imports.gi.versions.Tisock = '1';
const {GLib, Tisock} = imports.gi;
const System = imports.system;

const loop = new GLib.MainLoop(null, false);
const server = new Tisock.ServerSocket({address: '127.0.0.1'});
let answer = null;

server.connect('accepted', (_server, socket) => {
  socket.connect('data-available', () => {
    socket.write(socket.read_all());
  });
});
server.listen();

const client = new Tisock.TCPSocket({address: server.address, port: server.port});
client.connect('connected', () => {
  client.write_string('echo');
});
client.connect('data-available', () => {
  answer = client.read_string(-1, null);
  client.disconnect();
});
client.connect('closed', () => {
  loop.quit();
});
client.connect();

loop.run();
server.close();
System.exit(answer === 'echo' && Tisock.Socket.errno === 0 ? 0 : 1);
