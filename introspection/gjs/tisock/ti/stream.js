// stream.js: Ti.IOStream, the streams on buffers and blobs, and Ti.Stream
//
// A kind of stream says what it can do by isReadable() and isWritable(), and does it by _read() and
// _write(), which are given bytes and give their number. _readLater() and _writeLater() are the
// same without waiting, and call done(ERROR, NUMBER) from the main loop.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported IOStream, MODE_APPEND, MODE_READ, MODE_WRITE, Stream, getMode */

const {Blob, Buffer, bytesOf, createBuffer, requireBuffer} = imports.tisock.ti.buffer;
const {attempt, callBack, later, makeResult} = imports.tisock.ti.callbacks;
const {requireParams, toCount} = imports.tisock.ti.common;

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
// is too large ends with the buffer.
class Place {
  #source;
  #offset;
  #length;

  constructor(source, offset, length) {
    const size = bytesOf(source).length;

    this.#source = source;
    this.#offset = toCount(offset, 'offset', 0);
    if (this.#offset > 0 && this.#offset >= size)
      throw new RangeError(`Offset ${offset} is past the last of the ${size} bytes of the buffer`);
    this.#length = Math.min(toCount(length, 'length', size), size - this.#offset);
  }

  // The buffer may have become another length meanwhile.
  get bytes() {
    return bytesOf(this.#source).subarray(this.#offset, this.#offset + this.#length);
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

function finishWith(stream, callback) {
  return (error, bytesProcessed) => {
    callBack(callback, makeResult(error, {source: stream, bytesProcessed}));
  };
}

var IOStream = class IOStream {
  // Reads, and gives -1 at the end; with a callback, without waiting.
  read(...args) {
    const {place, callback} = parseArguments('read', args);

    if (callback === null)
      return this._readNow(place.bytes);

    this._readLater(place, finishWith(this, callback));

    return 0;
  }

  write(...args) {
    const {place, callback} = parseArguments('write', args);

    if (callback === null)
      return this._writeNow(place.bytes);

    this._writeLater(place, finishWith(this, callback));

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

  _readNow(bytes) {
    this._requireReadable();

    return bytes.length === 0 ? 0 : this._read(bytes);
  }

  _writeNow(bytes) {
    this._requireWritable();

    return bytes.length === 0 ? 0 : this._write(bytes);
  }

  _readLater(place, done) {
    later(() => attempt(() => this._readNow(place.bytes), done));
  }

  _writeLater(place, done) {
    later(() => attempt(() => this._writeNow(place.bytes), done));
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

  _read(bytes) {
    const rest = bytesOf(this.#buffer).subarray(this.#position, this.#position + bytes.length);

    if (rest.length === 0)
      return -1;

    bytes.set(rest);
    this.#position += rest.length;

    return rest.length;
  }

  // The bytes may be those of the buffer, whose memory may move.
  _write(bytes) {
    const piece = bytes.slice();
    const end = this.#position + piece.length;

    if (end > this.#buffer.length)
      this.#buffer.length = end;
    bytesOf(this.#buffer).set(piece, this.#position);
    this.#position = end;

    return piece.length;
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

function* readChunks(stream, size) {
  const scratch = new Uint8Array(size);

  for (let count = stream._readNow(scratch); count >= 0; count = stream._readNow(scratch))
    yield scratch.slice(0, count);
}

// Calls take(CHUNK) for each chunk as long as that gives true; at the end of the stream, or at the
// first failure, done(ERROR).
function readChunksLater(stream, size, take, done) {
  const scratch = createBuffer({length: size});
  const place = new Place(scratch);

  function step(error, count) {
    if (error || count < 0)
      done(error);
    else if (take(bytesOf(scratch).slice(0, count)))
      stream._readLater(place, step);
  }

  stream._readLater(place, step);
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
  return new Buffer(concatenate([...readChunks(stream, CHUNK)]));
}

function readAllLater(stream, buffer, callback) {
  const chunks = [];

  readChunksLater(stream, CHUNK, chunk => chunks.push(chunk) > 0, error => {
    const bytes = concatenate(chunks);

    if (!error) {
      buffer.length = bytes.length;
      bytesOf(buffer).set(bytes);
    }
    finishWith(stream, callback)(error, error ? -1 : bytes.length);
  });
}

// Before anything is read that could not be written.
function requireBoth(input, output) {
  input._requireReadable();
  output._requireWritable();

  return 0;
}

function copyNow(input, output, size) {
  let total = requireBoth(input, output);

  for (const chunk of readChunks(input, size))
    total += output._writeNow(chunk);

  return total;
}

function copyLater(input, output, size, callback) {
  const scratch = createBuffer({length: size});
  let total = 0;

  function finish(error) {
    callBack(callback, makeResult(error, {
      fromStream: input, toStream: output, bytesProcessed: total,
    }));
  }

  function written(error, count) {
    if (error) {
      finish(error);
    } else {
      total += count;
      input._readLater(new Place(scratch), received);
    }
  }

  function received(error, count) {
    if (error || count < 0)
      finish(error);
    else
      output._writeLater(new Place(scratch, 0, count), written);
  }

  later(() => attempt(() => requireBoth(input, output), written));
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
  const scratch = new Uint8Array(size);
  let going = true;

  while (going) {
    attempt(() => input._readNow(scratch), (error, count) => {
      going = !error && count >= 0;
      handler(going ? report.ofChunk(scratch.slice(0, count)) : report.ofEnd(error));
      going &&= input.isReadable();
    });
  }
}

function pumpLater(input, handler, size) {
  const report = new PumpReport(input);

  readChunksLater(input, size, chunk => {
    callBack(handler, report.ofChunk(chunk));

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
