// stream.js: Ti.IOStream, the streams on buffers and blobs, and Ti.Stream
//
// A kind of stream says what it can do by isReadable() and isWritable(), and does it by _take(),
// which gives bytes of its own, up to a number of them, none at the end, and by _put(), which takes
// all it is given. _takeLater() and _putLater() do not wait, and call done(ERROR, BYTES) from the
// main loop; how many bytes are wanted is read when there are some.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported IOStream, MODE_APPEND, MODE_READ, MODE_WRITE, Stream, getMode */

const {Blob, Buffer, bytesOf, createBuffer, requireBuffer} = imports.tisock.ti.buffer;
const {attempt, callBack, later, makeResult} = imports.tisock.ti.callbacks;
const {requireParams, toCount} = imports.tisock.ti.common;
const {charge} = imports.tisock.garbage;

var MODE_READ = 0;
var MODE_WRITE = 1;
var MODE_APPEND = 2;

const CHUNK = 64 * 1024;        // of what is read to its end

function getMode(mode) {
  if (![MODE_READ, MODE_WRITE, MODE_APPEND].includes(mode))
    throw new TypeError(`${mode} is none of the modes of Ti.Stream`);

  return mode;
}

// The part of a buffer that is read into, or of a buffer or a blob that is written. A length that
// is too large ends with the buffer, which may have become another one meanwhile.
class Place {
  #source;
  #offset;
  #length;

  constructor(source, offset, length) {
    const size = bytesOf(source).length;

    this.#source = source;
    this.#offset = toCount(offset, 'offset', 0);
    this.#length = toCount(length, 'length', size);
    if (this.#offset > 0 && this.#offset >= size)
      throw new RangeError(`Offset ${offset} is past the last of the ${size} bytes of the buffer`);
  }

  get bytes() {
    return bytesOf(this.#source).subarray(this.#offset, this.#offset + this.#length);
  }

  get length() {
    return this.bytes.length;
  }

  // Gives what read() gives.
  fill(bytes) {
    const target = this.bytes;

    target.set(bytes);

    return bytes.length > 0 || target.length === 0 ? bytes.length : -1;
  }
}

// Takes the arguments (BUFFER[, OFFSET, LENGTH][, CALLBACK]) of what is called this.
function parseArguments(name, args) {
  const hasCallback = typeof args[args.length - 1] === 'function';
  const given = hasCallback ? args.slice(0, -1) : args;

  if (given.length !== 1 && given.length !== 3)
    throw new TypeError(`${name}: takes a buffer, or a buffer, an offset and a length`);
  if (name === 'read')
    requireBuffer(given[0]);

  return {place: new Place(...given), callback: hasCallback ? args[args.length - 1] : null};
}

function tell(callback, source, error, bytesProcessed) {
  callBack(callback, makeResult(error, {source, bytesProcessed: error ? -1 : bytesProcessed}));
}

var IOStream = class IOStream {
  // Reads, and gives -1 at the end; with a callback, without waiting.
  read(...args) {
    const {place, callback} = parseArguments('read', args);

    if (callback === null)
      return place.fill(this._takeNow(place.length));

    this._takeLater(place, (error, bytes) => {
      tell(callback, this, error, error ? -1 : place.fill(bytes));
    });

    return 0;
  }

  write(...args) {
    const {place, callback} = parseArguments('write', args);

    if (callback === null)
      return this._putNow(place.bytes).length;

    this._putLater(place.bytes, (error, bytes) => tell(callback, this, error, bytes?.length));

    return 0;
  }

  // The specification's spelling.
  isWriteable() {
    return this.isWritable();
  }

  _requireReadable() {
    if (!this.isReadable())
      throw new Error(`${this.apiName} cannot be read: it is closed, or not in MODE_READ`);
  }

  _requireWritable() {
    if (!this.isWritable())
      throw new Error(`${this.apiName} cannot be written: it is closed, or in MODE_READ`);
  }

  _takeNow(size) {
    this._requireReadable();

    const bytes = size === 0 ? new Uint8Array(0) : this._take(size);

    return charge(bytes.length, bytes);
  }

  _putNow(bytes) {
    this._requireWritable();
    if (bytes.length > 0)
      this._put(bytes);

    return bytes;
  }

  _takeLater(wanted, done) {
    later(() => attempt(() => this._takeNow(wanted.length), done));
  }

  _putLater(bytes, done) {
    later(() => attempt(() => this._putNow(bytes), done));
  }
};

class BufferStream extends IOStream {
  #buffer;
  #mode;
  #position;

  constructor(buffer, mode) {
    super();
    this.#buffer = buffer;
    this.#mode = mode;
    this.#position = mode === MODE_APPEND ? buffer.length : 0;
  }

  get apiName() {
    return 'Ti.BufferStream';
  }

  isReadable() {
    return this.#buffer !== null && this.#mode === MODE_READ;
  }

  isWritable() {
    return this.#buffer !== null && this.#mode !== MODE_READ;
  }

  close() {
    this.#buffer = null;
  }

  _take(size) {
    const bytes = bytesOf(this.#buffer).slice(this.#position, this.#position + size);

    this.#position += bytes.length;

    return bytes;
  }

  // The bytes may be those of the buffer, whose memory may move.
  _put(bytes) {
    const piece = bytes.slice();
    const end = this.#position + piece.length;

    if (end > this.#buffer.length)
      this.#buffer.length = end;
    bytesOf(this.#buffer).set(piece, this.#position);
    this.#position = end;
  }
}

class BlobStream extends BufferStream {
  constructor(blob) {
    super(new Buffer(bytesOf(blob)), MODE_READ);
  }

  get apiName() {
    return 'Ti.BlobStream';
  }
}

// Ti.Stream

function requireStream(stream) {
  if (!(stream instanceof IOStream))
    throw new TypeError(`A stream is needed, and ${stream} is none`);

  return stream;
}

function requireCallback(callback) {
  if (typeof callback !== 'function')
    throw new TypeError(`A callback is needed, and ${callback} is none`);

  return callback;
}

function toChunkSize(value) {
  const size = toCount(value, 'maxChunkSize');

  if (size === 0)
    throw new RangeError('maxChunkSize has to be at least 1');

  return size;
}

function* takeChunks(stream, size) {
  for (let bytes = stream._takeNow(size); bytes.length > 0; bytes = stream._takeNow(size))
    yield bytes;
}

// Calls take(BYTES) for each chunk as long as that gives true; at the end of the stream, or at the
// first failure, done(ERROR).
function takeChunksLater(stream, size, take, done) {
  function step(error, bytes) {
    if (error || bytes.length === 0)
      done(error);
    else if (take(bytes))
      stream._takeLater({length: size}, step);
  }

  stream._takeLater({length: size}, step);
}

function concatenate(chunks) {
  const bytes = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let end = 0;

  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }

  return bytes;
}

function readAllNow(stream) {
  return new Buffer(concatenate([...takeChunks(stream, CHUNK)]));
}

function readAllLater(stream, buffer, callback) {
  const chunks = [];

  takeChunksLater(stream, CHUNK, chunk => chunks.push(chunk) > 0, error => {
    const bytes = concatenate(chunks);

    if (!error) {
      buffer.length = bytes.length;
      bytesOf(buffer).set(bytes);
    }
    tell(callback, stream, error, bytes.length);
  });
}

// Before anything is read that could not be written.
function requireBoth(input, output) {
  input._requireReadable();
  output._requireWritable();
}

function copyNow(input, output, size) {
  let total = 0;

  requireBoth(input, output);
  for (const chunk of takeChunks(input, size))
    total += output._putNow(chunk).length;

  return total;
}

function copyLater(input, output, size, callback) {
  let total = 0;

  function finish(error) {
    callBack(callback, makeResult(error, {
      fromStream: input, toStream: output, bytesProcessed: total,
    }));
  }

  function goOn(error, bytes) {
    total += bytes?.length ?? 0;
    if (error)
      finish(error);
    else
      input._takeLater({length: size}, put);
  }

  function put(error, bytes) {
    if (error || bytes.length === 0)
      finish(error);
    else
      output._putLater(bytes, goOn);
  }

  later(() => attempt(() => requireBoth(input, output), goOn));
}

// What a pump says of a chunk, of the end, or of a failure.
class PumpReport {
  #input;
  #total = 0;

  constructor(input) {
    this.#input = input;
  }

  #make(error, bytes, bytesProcessed) {
    return makeResult(error, {
      source: this.#input,
      buffer: new Buffer(bytes),
      bytesProcessed,
      totalBytesProcessed: this.#total,
    });
  }

  ofChunk(chunk) {
    this.#total += chunk.length;

    return this.#make(null, chunk, chunk.length);
  }

  ofEnd(error) {
    return this.#make(error, new Uint8Array(0), error ? 0 : -1);
  }
}

// A stream that the handler has closed ends the pump without a word. What a handler throws is the
// caller's.
function pumpNow(input, handler, size) {
  const report = new PumpReport(input);
  let going = true;

  while (going) {
    attempt(() => input._takeNow(size), (error, bytes) => {
      going = !error && bytes.length > 0;
      handler(going ? report.ofChunk(bytes) : report.ofEnd(error));
      going &&= input.isReadable();
    });
  }
}

function pumpLater(input, handler, size) {
  const report = new PumpReport(input);

  takeChunksLater(input, size, bytes => {
    callBack(handler, report.ofChunk(bytes));

    return input.isReadable();
  }, error => {
    callBack(handler, report.ofEnd(error));
  });
}

var Stream = {
  MODE_READ,
  MODE_WRITE,
  MODE_APPEND,

  get apiName() {
    return 'Ti.Stream';
  },

  createStream(params) {
    const {source, mode} = requireParams(params, 'createStream', 'source', 'mode');

    if (source instanceof Buffer)
      return new BufferStream(source, getMode(mode));
    if (!(source instanceof Blob))
      throw new TypeError(`A stream is made of a buffer or a blob, and not of ${source}`);
    if (getMode(mode) !== MODE_READ)
      throw new TypeError('A stream of a blob has to be in MODE_READ');

    return new BlobStream(source);
  },

  read(stream, ...args) {
    requireCallback(args[args.length - 1]);
    requireStream(stream).read(...args);
  },

  write(stream, ...args) {
    requireCallback(args[args.length - 1]);
    requireStream(stream).write(...args);
  },

  readAll(...args) {
    const [stream, buffer, callback] = args;

    requireStream(stream);
    if (args.length === 1)
      return readAllNow(stream);
    if (args.length !== 3)
      throw new TypeError('readAll: takes a stream, or a stream, a buffer and a callback');

    readAllLater(stream, requireBuffer(buffer), requireCallback(callback));

    return undefined;
  },

  writeStream(input, output, maxChunkSize, callback = null) {
    const size = toChunkSize(maxChunkSize);

    requireStream(input);
    requireStream(output);
    if (callback === null)
      return copyNow(input, output, size);

    copyLater(input, output, size, requireCallback(callback));

    return 0;
  },

  pump(input, handler, maxChunkSize, isAsync = false) {
    const size = toChunkSize(maxChunkSize);

    requireStream(input);
    requireCallback(handler);
    if (isAsync)
      pumpLater(input, handler, size);
    else
      pumpNow(input, handler, size);
  },
};
