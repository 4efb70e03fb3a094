// ti-websocket.js: sends messages over a WebSocket, and prints what is answered
//
// Run:  gjs -m ti-websocket.js ws://HOST:PORT/PATH TEXT...
// Shows how a program for Titanium uses sockets, streams and buffers; see the folder ti-websocket.
// Ends when there have been as many answers as messages.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';

import {NORMAL, WebSocket} from './ti-websocket/websocket.js';

if (System.programArgs.length < 2) {
  printerr(`Usage: ${System.programInvocationName} ws://HOST:PORT/PATH TEXT...`);
  System.exit(1);
}

const [url, ...texts] = System.programArgs;
const loop = new GLib.MainLoop(null, false);
const socket = new WebSocket(url);
let status = 0;
let answers = 0;

socket.onopen = () => {
  print('connected');
  texts.forEach(text => socket.send(text));
};

socket.onmessage = text => {
  answers++;
  print(text);
  if (answers === texts.length)
    socket.close();
};

socket.onclose = (code, reason) => {
  print(`closed ${code}`);
  if (code !== NORMAL) {
    printerr(reason);
    status = 1;
  }
  loop.quit();
};

loop.run();
System.exit(status);
