// socket.js: Ti.Network.Socket.TCP
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported CLOSED, CONNECTED, ERROR, INITIALIZED, LISTENING, TCP */

const {Tisock} = imports.gi;

const {Blob} = imports.tisock.ti.buffer;
const {attemptNow, callBack, later, makeError, makeResult, toFailure} = imports.tisock.ti.callbacks;
const {addAccessors, toCount} = imports.tisock.ti.common;
const {Connection} = imports.tisock.ti.connection;
const {
  assignParams, isEverywhere, lookUp, toHost, toPort,
} = imports.tisock.ti.settings;
const {IOStream} = imports.tisock.ti.stream;

var INITIALIZED = 1;
var CONNECTED = 2;
var LISTENING = 3;
var CLOSED = 4;
var ERROR = 5;

const STATE_NAMES = [null, 'INITIALIZED', 'CONNECTED', 'LISTENING', 'CLOSED', 'ERROR'];
const LARGEST_COUNT = 0xffffffff;

// What can be given when a socket is made, and set later.
const SETTINGS = [
  'host', 'hostName', 'port', 'timeout', 'listenQueueSize',
  'connected', 'accepted', 'error', 'closed',
];

const LOOPBACK = '127.0.0.1';

function toUint(value, name) {
  return Math.min(toCount(value, name, 0), LARGEST_COUNT);
}

// The address to listen on. All interfaces would let in the world, which Titanium does not offer.
function toListenAddress(host) {
  const name = toHost(host ?? LOOPBACK);
  const [address] = lookUp(name, 'listen on');

  if (isEverywhere(address))
    throw makeError(`Listening on all interfaces (${name}) is not possible: set one's address`);

  return address;
}

function startServer(host, port, queueSize) {
  const server = new Tisock.ServerSocket({
    address: toListenAddress(host),
    port: toPort(port, 0),
    listen_backlog: toUint(queueSize, 'listenQueueSize'),
    auto_accept: false,
  });

  try {
    server.listen();
  } catch (error) {
    throw makeError(error.message);
  }

  return server;
}

var TCP = class TCP extends IOStream {
  // What is set before the socket is opened.
  #host;
  #port;
  #timeout;
  #connected;

  // Who is given the bytes that come in, if nobody reads them.
  #received = null;

  #state = INITIALIZED;
  #connection = null;           // while connecting, too
  #server = null;
  #acceptParams = null;
  #hasClosed = false;           // and `closed` has been told

  constructor(params) {
    super();
    this.#received = params?.read ?? null;
    assignParams(this, params, SETTINGS);
  }

  get apiName() {
    return 'Ti.Network.Socket.TCP';
  }

  get state() {
    return this.#state;
  }

  get host() {
    return this.#host;
  }

  set host(value) {
    this.#requireInitialized('host');
    this.#host = value;
  }

  get hostName() {
    return this.#host;
  }

  set hostName(value) {
    this.host = value;
  }

  // While listening on port 0, that which the system has chosen.
  get port() {
    return this.#server?.port ?? this.#port;
  }

  set port(value) {
    this.#requireInitialized('port');
    this.#port = value;
  }

  get timeout() {
    return this.#timeout;
  }

  set timeout(value) {
    this.#requireInitialized('timeout');
    this.#timeout = value;
  }

  get connected() {
    return this.#connected;
  }

  set connected(value) {
    this.#requireInitialized('connected');
    this.#connected = value;
  }

  toString() {
    return '[object TiNetworkSocketTCP]';
  }

  connect() {
    this.#requireUnused('connect');

    const address = toHost(this.#host);
    const port = toPort(this.#port, 1);
    const timeout = toUint(this.#timeout, 'timeout');

    this.#begin();
    this.#connection = new Connection(new Tisock.TCPSocket({address, port, timeout}),
                                      this.#makeOwner());
    this.#connection.open();
  }

  listen() {
    this.#requireUnused('listen');
    this.#begin();
    try {
      this.#server = startServer(this.#host, this.#port, this.listenQueueSize);
    } catch (error) {
      this.#state = ERROR;
      throw error;
    }
    this.#server.connect('accepted', (_server, core) => this.#welcome(core));
    this.#server.connect('error', (server, error) => this.#failListening(server, error));
    this.#state = LISTENING;
  }

  accept(params) {
    if (this.#state !== LISTENING)
      throw makeError(`The socket cannot accept: it is ${this.#describeState()}, not LISTENING`);

    toUint(params?.timeout, 'timeout');
    this.#acceptParams = params ?? {};
    this.#server.accept();
  }

  close() {
    if (this.#state !== CONNECTED && this.#state !== LISTENING) {
      throw makeError(`The socket cannot be closed: it is ${this.#describeState()}, and neither ` +
                      'CONNECTED nor LISTENING');
    }

    this.#connection?.close();
    this.#server?.stop_listening();
    this.#leave(CLOSED);
    this.#tellClosed();
  }

  isConnected() {
    return this.#state === CONNECTED;
  }

  isReadable() {
    return this.#state === CONNECTED;
  }

  isWritable() {
    return this.#state === CONNECTED;
  }

  _requireReadable() {
    this.#requireConnected('read');
  }

  _requireWritable() {
    this.#requireConnected('written');
  }

  _take(size) {
    return this.#connection.take(size);
  }

  _put(bytes) {
    this.#connection.put(bytes);
  }

  _takeLater(wanted, done) {
    if (this.isReadable() && wanted.length > 0)
      this.#connection.takeLater(wanted, done);
    else
      attemptNow(() => this._takeNow(0), done);
  }

  _putLater(bytes, done) {
    if (this.isWritable() && bytes.length > 0)
      this.#connection.putLater(bytes, done);
    else
      attemptNow(() => this._putNow(new Uint8Array(0)), done);
  }

  #describeState() {
    const isConnecting = this.#state === INITIALIZED && this.#connection !== null;

    return isConnecting ? 'being connected' : STATE_NAMES[this.#state];
  }

  #requireInitialized(name) {
    if (this.#state !== INITIALIZED)
      throw makeError(`“${name}” cannot be set: the socket is ${this.#describeState()}`);
  }

  #requireConnected(what) {
    if (this.#state !== CONNECTED) {
      throw makeError(`The socket cannot be ${what}: it is ${this.#describeState()}, ` +
                      'not CONNECTED');
    }
  }

  #requireUnused(operation) {
    if (this.#connection !== null || this.#server !== null)
      throw makeError(`The socket cannot ${operation}: it is ${this.#describeState()}`);
  }

  // A life of the socket, of which there can be several.
  #begin() {
    this.#state = INITIALIZED;
    this.#hasClosed = false;
  }

  #leave(state) {
    this.#state = state;
    this.#connection = null;
    this.#server = null;
    this.#acceptParams = null;
  }

  // Callbacks for what the program's own calls bring about are called after these.
  #tellLater(name, event) {
    later(() => callBack(this[name], event));
  }

  #tellClosed() {
    if (this.#hasClosed)
      return;

    this.#hasClosed = true;
    this.#tellLater('closed', {socket: this});
  }

  #tellError(error) {
    const result = makeResult(error, {socket: this});

    this.#tellLater('error', {...result, errorCode: result.code});
  }

  #makeOwner() {
    return {
      connected: () => {
        this.#state = CONNECTED;
        callBack(this.#connected, {socket: this});
      },
      wantsBytes: () => this.#received !== null,
      received: bytes => callBack(this.#received, {socket: this, data: new Blob(bytes)}),
      peerEnded: () => this.#tellClosed(),
      ended: error => {
        this.#leave(ERROR);
        this.#tellError(error);
      },
    };
  }

  // A connection that has been accepted becomes a socket of its own. If nobody gets to know it,
  // nobody could ever close it.
  #welcome(core) {
    const inbound = new TCP(this.#acceptParams);

    inbound.#adopt(core);
    if (this.accepted)
      callBack(this.accepted, {socket: this, inbound, connector: inbound});
    else if (inbound.#received === null)
      inbound.close();
  }

  #adopt(core) {
    this.#host = core.remote_address;
    this.#port = core.remote_port;
    core.timeout = toUint(this.#timeout, 'timeout');
    this.#connection = new Connection(core, {...this.#makeOwner(), connected: () => {}});
    this.#state = CONNECTED;
  }

  #failListening(server, error) {
    if (server !== this.#server)
      return;

    const failure = toFailure(error, server);

    server.stop_listening();
    this.#leave(ERROR);
    this.#tellError(failure);
  }
};

addAccessors(TCP.prototype, ...SETTINGS, 'state');
