// network.js: Ti.Network
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported Network */

const {CLOSED, CONNECTED, ERROR, INITIALIZED, LISTENING, TCP} = imports.tisock.ti.socket;
const {UDP} = imports.tisock.ti.udp;

function createTCP(params) {
  return new TCP(params);
}

function createUDP(params) {
  return new UDP(params);
}

// The names that Titanium has had before Ti.Network.Socket.
var Network = {
  SOCKET_INITIALIZED: INITIALIZED,
  SOCKET_CONNECTED: CONNECTED,
  SOCKET_LISTENING: LISTENING,
  SOCKET_CLOSED: CLOSED,
  SOCKET_ERROR: ERROR,

  TCP: 1,
  INADDR_ANY: '0.0.0.0',

  get apiName() {
    return 'Ti.Network';
  },

  createTCP,
  createTCPSocket: createTCP,

  Socket: {
    INITIALIZED,
    CONNECTED,
    LISTENING,
    CLOSED,
    ERROR,

    get apiName() {
      return 'Ti.Network.Socket';
    },

    createTCP,
    createUDP,
  },
};
