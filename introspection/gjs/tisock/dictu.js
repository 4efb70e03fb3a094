// dictu.js: Tisock.Socket, the module Socket of the language Dictu: POSIX's sockets, blocking
//
// What the system refuses gives null, and Socket.errno says why; arguments of a wrong number or
// type throw. The override loads this when a program asks for Tisock.Socket.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported Socket */

const {Gio, GLib} = imports.gi;

// The numbers of Linux; GIO has no names for them.
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BROADCAST = 6;
const EIO = 5;
const EBADF = 9;
const EINVAL = 22;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;
const EADDRNOTAVAIL = 99;
const LARGEST_ERRNO = 133;

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_SEQPACKET = 5;

const TYPES = new Map([
  [SOCK_STREAM, Gio.SocketType.STREAM],
  [SOCK_DGRAM, Gio.SocketType.DATAGRAM],
  [SOCK_SEQPACKET, Gio.SocketType.SEQPACKET],
]);

const LARGEST_PORT = 65535;
const LARGEST_RECV = 1024 * 1024;

// Strings are bytes in Dictu. Here they are text: bytes are taken for UTF-8, and each byte that is
// none becomes one of the surrogates U+DC80 to U+DCFF, which text cannot have by themselves. So
// each sequence of bytes has a string of its own, and becomes the same bytes again.

// Characters beyond ASCII in a string with one byte a unit, and other bytes.
const NOT_ASCII = new RegExp([
  /[\xC2-\xDF][\x80-\xBF]/,
  /\xE0[\xA0-\xBF][\x80-\xBF]/,
  /[\xE1-\xEC\xEE\xEF][\x80-\xBF]{2}/,
  /\xED[\x80-\x9F][\x80-\xBF]/,
  /\xF0[\x90-\xBF][\x80-\xBF]{2}/,
  /[\xF1-\xF3][\x80-\xBF]{3}/,
  /\xF4[\x80-\x8F][\x80-\xBF]{2}/,
  /[\x80-\xFF]/,
].map(expression => expression.source).join('|'), 'g');

const LONE_BYTE = /[\uDC80-\uDCFF]/u;
const OTHER_SURROGATE = /[\uD800-\uDC7F\uDD00-\uDFFF]/gu;
const CHARACTERS = /[^\0-\x7F\uD800-\uDFFF]+/gu;

const BYTE_ORDER_MARK = [0xEF, 0xBB, 0xBF];

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', {fatal: true});

function decodeMixed(bytes) {
  const units = Array.from(bytes, byte => String.fromCharCode(byte)).join('');

  return units.replace(NOT_ASCII, part => {
    return part.length > 1
      ? decodeURIComponent(escape(part))
      : String.fromCharCode(0xDC00 + part.charCodeAt(0));
  });
}

// Whether a decoder keeps a byte order mark depends on the version of GJS.
function decode(bytes) {
  if (BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte))
    return decodeMixed(bytes);

  try {
    return decoder.decode(bytes);
  } catch {
    return decodeMixed(bytes);
  }
}

// The lowest eight bits of a surrogate are its byte.
function encodeMixed(text) {
  const units = text.replace(OTHER_SURROGATE, '\uFFFD')
    .replace(CHARACTERS, part => unescape(encodeURIComponent(part)));

  return Uint8Array.from({length: units.length}, (_, i) => units.charCodeAt(i));
}

function encode(text) {
  return LONE_BYTE.test(text) ? encodeMixed(text) : encoder.encode(text);
}

// Arguments

function checkArguments(name, args, ...types) {
  if (args.length !== types.length)
    throw new TypeError(`${name}() takes ${types.length} arguments (${args.length} given)`);

  types.forEach((type, i) => {
    if (typeof args[i] !== type)
      throw new TypeError(`argument ${i + 1} of ${name}() must be a ${type}`);
  });

  return args;
}

// As if the system had refused it.
class Refusal extends Error {
  constructor(errno) {
    super(GLib.strerror(errno));
    this.errno = errno;
  }
}

function makeAddress(host, port) {
  if (!(port >= 0 && port <= LARGEST_PORT))
    throw new Refusal(EINVAL);

  const address = Gio.InetSocketAddress.new_from_string(host, port);

  if (address?.family !== Gio.SocketFamily.IPV4)
    throw new Refusal(EADDRNOTAVAIL);

  return address;
}

// Failures

// The codes of GIO's errors do not tell all numbers apart, but the messages end as the system's do.
function findNumber(error) {
  if (error instanceof Refusal)
    return error.errno;
  if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED))
    return EBADF;

  for (let errno = 1; errno <= LARGEST_ERRNO; errno++) {
    if (error.message.endsWith(GLib.strerror(errno)))
      return errno;
  }

  return EIO;
}

function attempt(action) {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof GLib.Error || error instanceof Refusal))
      throw error;

    Socket.errno = findNumber(error);
    return null;
  }
}

// The sockets

function isPending(error) {
  return error instanceof GLib.Error &&
         (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.WOULD_BLOCK) ||
          error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.PENDING));
}

// Nothing for a peer that has gone already.
function describePeer(socket) {
  try {
    return socket.get_remote_address().address.to_string();
  } catch {
    return '';
  }
}

class BlockingSocket {
  #socket;
  #address;
  #connection = null;

  constructor(socket, address = null) {
    this.#socket = socket;
    this.#socket.blocking = false;
    this.#address = address;
  }

  // A GSocket that blocks waits before it asks the system, and so for ever where the system
  // refuses at once. Signals do not end the waiting.
  #block(condition, action) {
    for (;;) {
      try {
        return action();
      } catch (error) {
        if (!isPending(error))
          throw error;
      }
      this.#socket.condition_wait(condition, null);
    }
  }

  // All of it, as a blocking write() does, unless the connection breaks in between.
  #sendAll(bytes) {
    let sent = 0;

    try {
      do {
        sent += this.#block(GLib.IOCondition.OUT,
                            () => this.#socket.send_to(null, bytes.subarray(sent), null));
      } while (sent < bytes.length);
    } catch (error) {
      if (sent === 0)
        throw error;
    }

    return sent;
  }

  bind(...args) {
    const [host, port] = checkArguments('bind', args, 'string', 'number');

    return attempt(() => {
      const [, reuse] = this.#socket.get_option(SOL_SOCKET, SO_REUSEADDR);

      return this.#socket.bind(makeAddress(host, port), reuse !== 0);
    });
  }

  connect(...args) {
    const [host, port] = checkArguments('connect', args, 'string', 'number');

    return attempt(() => {
      const address = makeAddress(host, port);

      return this.#block(GLib.IOCondition.OUT, () => this.#socket.connect(address, null));
    });
  }

  listen(...args) {
    const [backlog] = checkArguments('listen', args, ...args.length > 0 ? ['number'] : []);

    return attempt(() => {
      this.#socket.set_listen_backlog(backlog ?? -1);

      return this.#socket.listen();
    });
  }

  accept(...args) {
    checkArguments('accept', args);

    return attempt(() => {
      const socket = this.#block(GLib.IOCondition.IN, () => this.#socket.accept(null));

      return new BlockingSocket(socket, describePeer(socket));
    });
  }

  // Older versions of Dictu return the new socket from accept(), newer ones a list of it and the
  // peer's address: this lets a program take it for either.
  * [Symbol.iterator]() {
    yield this;
    yield this.#address;
  }

  write(...args) {
    const [text] = checkArguments('write', args, 'string');

    return attempt(() => this.#sendAll(encode(text)));
  }

  recv(...args) {
    const [count] = checkArguments('recv', args, 'number');

    if (!(count >= 0))
      throw new RangeError('the argument of recv() must not be negative');
    if (count < 1)
      return '';

    return attempt(() => {
      // GSocket's own functions for it cannot be called from here.
      this.#connection ??= this.#socket.connection_factory_create_connection();
      const stream = this.#connection.get_input_stream();

      return decode(stream.read_bytes(Math.min(count, LARGEST_RECV), null).toArray());
    });
  }

  close(...args) {
    checkArguments('close', args);
    attempt(() => this.#socket.close());

    return null;
  }

  setsockopt(...args) {
    const [level, option] = checkArguments('setsockopt', args, 'number', 'number');

    return attempt(() => this.#socket.set_option(level, option, 1));
  }

  toString() {
    return '<Socket>';
  }
}

BlockingSocket.prototype.setsocketopt = BlockingSocket.prototype.setsockopt;

// The module

function makeSocket(family, type) {
  if (family !== Gio.SocketFamily.IPV4)
    throw new Refusal(EAFNOSUPPORT);
  if (type === SOCK_RAW)
    throw new Refusal(EPROTONOSUPPORT);
  if (!TYPES.has(type))
    throw new Refusal(EINVAL);

  return Gio.Socket.new(family, TYPES.get(type), Gio.SocketProtocol.DEFAULT);
}

var Socket = {
  AF_INET: Gio.SocketFamily.IPV4,
  SOCK_STREAM,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOL_SOCKET,
  SO_REUSEADDR,
  SO_BROADCAST,

  errno: 0,

  create(...args) {
    const [family, type] = checkArguments('create', args, 'number', 'number');

    return attempt(() => new BlockingSocket(makeSocket(family, type)));
  },

  strerror(...args) {
    const [errno] = checkArguments('strerror', args, ...args.length > 0 ? ['number'] : []);

    return GLib.strerror(errno ?? this.errno);
  },
};
