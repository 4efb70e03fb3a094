// connection.js: a connection of Ti.Network.Socket, read and written with waiting and without
//
// Its owner is told connected(), received(BYTES) if it wantsBytes(), peerEnded(), and last of all
// ended(ERROR), unless it has closed the connection itself.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported Connection */

const {attempt, later, makeError, toFailure} = imports.tisock.ti.callbacks;
const {charge} = imports.tisock.garbage;

var Connection = class Connection {
  #core;
  #owner;
  #handlers;

  // What waits for bytes, in order, and what waits for bytes to be sent.
  #reads = [];
  #writes = new Set();

  // The peer sends no more; or nothing goes any more, because of the failure. Bytes that have come
  // before can still be read.
  #atEnd = false;
  #isLost = false;
  #failure = null;

  #isServing = false;
  #willServe = false;

  constructor(core, owner) {
    this.#core = core;
    this.#owner = owner;
    core.allow_half_open = true;
    this.#handlers = [
      core.connect('connected', () => owner.connected()),
      core.connect('data-available', () => this.#serve()),
      core.connect('read-eof', () => this.#end()),
      core.connect('error', (_core, error) => this.#note(error)),
      core.connect('closed', () => this.#lose()),
    ];
  }

  // If it fails at once, the signals say so.
  open() {
    try {
      this.#core.open();
    } catch (error) {
      this.#fail(error);
    }
  }

  take(size) {
    const bytes = this.#call(core => core.receive_sync(size, -1, null));

    if (bytes.length === 0) {
      this.#atEnd = true;
      this.#owner.peerEnded();
    }

    return bytes;
  }

  put(bytes) {
    this.#call(core => core.send_sync(bytes, -1, null));
  }

  takeLater(wanted, done) {
    this.#reads.push({wanted, done});
    if (this.#atEnd || this.#isLost || this.#core.bytes_available > 0)
      this.#serveLater();
  }

  // What the end of the connection has answered is not answered again.
  putLater(bytes, done) {
    const write = {done};

    charge(0);
    this.#writes.add(write);
    this.#core.send_async(bytes, null, (core, result) => {
      if (!this.#writes.delete(write))
        return;

      attempt(() => core.send_finish(result), error => {
        done(error && toFailure(error, core), bytes);
      });
    });
  }

  close() {
    this.#finish(makeError('The socket has been closed'));
  }

  // Does what waits for the connection; a failure ends it.
  #call(action) {
    try {
      return action(this.#core);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #note(error) {
    this.#failure = toFailure(error, this.#core);
  }

  #fail(error) {
    // The signals may have said it already.
    if (this.#core !== null) {
      this.#note(error);
      this.#over();
    }

    return this.#failure;
  }

  #end() {
    this.#atEnd = true;
    this.#serve();
  }

  #lose() {
    this.#isLost = true;
    this.#serve();
  }

  #over() {
    this.#finish(this.#failure);
    this.#owner.ended(this.#failure);
  }

  // What waits is answered, but not from inside a call of the program.
  #finish(error) {
    const core = this.#core;
    const waiting = [...this.#reads.splice(0), ...this.#writes];

    this.#core = null;
    this.#writes.clear();
    for (const handler of this.#handlers)
      core.disconnect(handler);
    core.close();
    for (const {done} of waiting)
      later(() => done(error, null));
  }

  #serveLater() {
    if (this.#isServing || this.#willServe)
      return;

    this.#willServe = true;
    later(() => {
      this.#willServe = false;
      this.#serve();
    });
  }

  // Gives bytes to who wants them, and says the end when nothing is left. Reads that come up at the
  // end wait for the next turn: who always reads again would stay in this one.
  #serve() {
    this.#isServing = true;
    while (this.#core?.bytes_available > 0 && this.#deliver());
    this.#isServing = false;

    if (this.#core === null || this.#core.bytes_available > 0)
      return;
    if (this.#isLost)
      this.#over();
    else if (this.#atEnd)
      this.#sayEnd();
  }

  #deliver() {
    if (this.#reads.length > 0) {
      const {wanted, done} = this.#reads.shift();

      done(null, this.#read(wanted.length));
    } else if (this.#owner.wantsBytes()) {
      this.#owner.received(this.#read(-1));
    } else {
      return false;
    }

    return true;
  }

  #read(size) {
    const bytes = this.#core.read(size);

    return charge(bytes.length, bytes);
  }

  #sayEnd() {
    for (const {done} of this.#reads.splice(0))
      done(null, new Uint8Array(0));
    this.#owner.peerEnded();
  }
};
