// Tisock.js: what JavaScript has besides: Xojo's names, promises, loops and dialects
//
// GJS calls _init() when a program imports the namespace, with the namespace as `this`. Properties
// are attributes in GJS already, and where bytes are asked for, text is taken too. This is a legacy
// module because GJS loads overrides as such.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported _init */

const {GObject} = imports.gi;

// Opens the socket, as open() does; with arguments: connects a handler to a signal.
function connect(...args) {
  if (args.length > 0)
    return GObject.Object.prototype.connect.apply(this, args);

  return this.open();
}

// Shuts the socket down, as shutdown() does, or closes one that has no shutdown(); with an
// argument: disconnects a handler.
function disconnect(...args) {
  if (args.length > 0)
    return GObject.Object.prototype.disconnect.apply(this, args);

  return this.shutdown ? this.shutdown() : this.close();
}

function addLoops({ServerSocket, TCPSocket, UDPSocket}) {
  ServerSocket.prototype[Symbol.asyncIterator] = function () {
    return imports.tisock.loops.iterateConnections(this);
  };
  TCPSocket.prototype[Symbol.asyncIterator] = function () {
    return imports.tisock.loops.iterateChunks(this);
  };
  TCPSocket.prototype.lines = function () {
    return imports.tisock.loops.iterateLines(this);
  };
  UDPSocket.prototype[Symbol.asyncIterator] = function () {
    return imports.tisock.loops.iterateDatagrams(this);
  };
}

// Gives datagrams the attributes that objects have for their properties.
function addAttributes({prototype}) {
  for (const name of ['address', 'port', 'data']) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      get() {
        return this[`get_${name}`]();
      },
    });
  }
}

// Gives the namespace what is in a module of the folder tisock/, which is loaded at its first use.
function addDialect(namespace, name, module) {
  Object.defineProperty(namespace, name, {
    configurable: true,
    get() {
      return imports.tisock[module][name];
    },
  });
}

function _init() {
  this.SocketCore.prototype.connect = connect;
  this.SocketCore.prototype.disconnect = disconnect;
  imports.tisock.promises.promisifyAll(this);
  addLoops(this);
  addAttributes(this.Datagram);
  addDialect(this, 'Ti', 'titanium');
  addDialect(this, 'Socket', 'dictu');
}
