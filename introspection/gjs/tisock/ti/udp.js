// udp.js: Ti.Network.Socket.UDP
//
// What the program gets wrong is thrown. What fails outside it is told to `error`, by the signal of
// the socket below, which comes for what that throws too.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported UDP */

const {Tisock} = imports.gi;

const {Blob, Buffer, bytesOf} = imports.tisock.ti.buffer;
const {attempt, callBack, later, makeError, toFailure} = imports.tisock.ti.callbacks;
const {addAccessors} = imports.tisock.ti.common;
const {decodeText, encodeText} = imports.tisock.ti.encoding;
const {
  assignParams, isEverywhere, lookUp, toHost, toPort,
} = imports.tisock.ti.settings;
const {IOStream} = imports.tisock.ti.stream;
const {charge} = imports.tisock.garbage;

const SETTINGS = ['port', 'started', 'data', 'error'];

const EVERYWHERE = '0.0.0.0';
const BROADCAST = '255.255.255.255';
const LARGEST_BYTE = 0xff;
const MEMORY_OF_A_BYTE = 9;     // where it came, and as a number

// Arguments one after the other, or in one object, as examples of Titanium have them.
function nameArguments(args, ...names) {
  if (typeof args[0] === 'object' && args[0] !== null)
    return args[0];

  return Object.fromEntries(names.map((name, i) => [name, args[i]]));
}

// The library binds a socket to all interfaces, or to the first address of one.
function findInterface(host) {
  const addresses = lookUp(toHost(host), 'start on');

  if (addresses.some(isEverywhere))
    return null;

  const found = [...Tisock.NetworkInterface.list()].find(
    networkInterface => addresses.includes(networkInterface.ip_address));

  if (found === undefined) {
    throw makeError(`Could not start on “${host}”: ${addresses.join(', ')} is not the first ` +
                    'address of a network interface');
  }

  return found;
}

function toText(data) {
  if (typeof data !== 'string')
    throw new TypeError(`The text to send has to be a string, and not ${data}`);

  return encodeText(data, 'utf8');
}

function isByte(value) {
  return Number.isInteger(value) && value >= 0 && value <= LARGEST_BYTE;
}

function toBytes(data) {
  if (data instanceof Buffer || data instanceof Blob)
    return bytesOf(data);
  if (!Array.isArray(data) && !(data instanceof Uint8Array))
    throw new TypeError(`The bytes to send have to be an array of numbers, and not ${data}`);

  const wrong = data.findIndex(value => !isByte(value));

  if (wrong >= 0) {
    throw new RangeError(`The bytes to send have to be numbers from 0 to ${LARGEST_BYTE}, and ` +
                         `that at ${wrong} is ${data[wrong]}`);
  }

  return Uint8Array.from(data);
}

function describe(datagram) {
  const bytes = datagram.get_data();

  return charge(MEMORY_OF_A_BYTE * bytes.length, {
    stringData: decodeText(bytes, 'utf8'),
    bytesData: Array.from(bytes),
    address: datagram.get_address(),
    port: datagram.get_port(),
  });
}

var UDP = class UDP extends IOStream {
  #port;
  #core = null;                 // while it is started
  #listeners = new Map();       // sets of functions, by the names of events

  constructor(params) {
    super();
    assignParams(this, params, SETTINGS);
  }

  get apiName() {
    return 'Ti.Network.Socket.UDP';
  }

  // While it is started on port 0, that which the system has chosen.
  get port() {
    return this.#core?.port ?? this.#port;
  }

  set port(value) {
    this.#requireStopped('be given a port');
    this.#port = value;
  }

  toString() {
    return '[object TiNetworkSocketUDP]';
  }

  start(...args) {
    this.#requireStopped('start');
    this.#start(nameArguments(args, 'port', 'host'));
  }

  stop() {
    if (this.#core === null)
      throw makeError('The socket cannot stop: it is not started');

    this.#core.close();
  }

  close() {
    this.stop();
  }

  sendString(...args) {
    this.#send(nameArguments(args, 'port', 'host', 'data'), toText);
  }

  sendBytes(...args) {
    this.#send(nameArguments(args, 'port', 'host', 'data'), toBytes);
  }

  addEventListener(name, listener) {
    if (!this.#listeners.has(name))
      this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(listener);
  }

  removeEventListener(name, listener) {
    this.#listeners.get(name)?.delete(listener);
  }

  // Datagrams are no stream: where one ends would be lost.
  isReadable() {
    return false;
  }

  isWritable() {
    return false;
  }

  _requireReadable() {
    throw makeError(`${this.apiName} cannot be read: what comes is given to its callback “data”`);
  }

  _requireWritable() {
    throw makeError(`${this.apiName} cannot be written: it has sendString() and sendBytes()`);
  }

  #requireStopped(operation) {
    if (this.#core !== null)
      throw makeError(`The socket cannot ${operation}: it is started`);
  }

  #start({port, host}) {
    const asked = port ?? this.#port;
    const core = new Tisock.UDPSocket({
      port: toPort(asked, 0),
      network_interface: findInterface(host ?? EVERYWHERE),
    });

    this.#port = asked;
    this.#core = core;
    core.connect('error', (_core, error) => this.#tellError(toFailure(error, core)));
    core.connect('closed', () => {
      this.#core = null;
    });
    attempt(() => core.open(), error => {
      if (!error)
        this.#beginLater(core);
    });
  }

  // Who only sends need not start; no host is everybody in the network, and no port is the socket's
  // own. So it was on the systems that Titanium had this for.
  #send({port, host, data}, encode) {
    const bytes = encode(data);
    const address = toHost(host ?? BROADCAST);
    const number = toPort(port ?? 0, 0);

    if (this.#core === null)
      this.#start({port: this.#port ?? 0});
    attempt(() => this.#core?.write_to(address, number, bytes), () => {});
  }

  #deliver(core) {
    for (let datagram; this.#core === core && (datagram = core.read()) !== null;)
      this.#tell('data', describe(datagram));
  }

  #tell(name, event) {
    for (const callback of [this[name], ...this.#listeners.get(name) ?? []])
      callBack(callback, event, this);
  }

  // What has come by then is told after it. The program may have stopped the socket again.
  #beginLater(core) {
    later(() => {
      if (this.#core !== core)
        return;

      core.connect('data-available', () => this.#deliver(core));
      this.#tell('started', {address: core.local_address, port: core.port});
      this.#deliver(core);
    });
  }

  #tellError({message, code}) {
    later(() => this.#tell('error', {success: false, error: message, code}));
  }
};

addAccessors(UDP.prototype, ...SETTINGS);
