// websocket.js: a WebSocket over a socket of Titanium's
//
// Its owner sets onopen(), onmessage(TEXT) and, for the end, onclose(CODE, REASON).
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Tisock from 'gi://Tisock?version=1';

import {
  CLOSE, PING, PONG, TEXT, makeFrame, makeNumber, parseClose, parseFrame,
} from './frames.js';
import {makeKey, makeRequest, parseAnswer} from './handshake.js';

const {Ti} = Tisock;
export const [NORMAL, BROKEN] = [1000, 1006];

export class WebSocket {
  constructor(url) {
    const [, host, port, path] = url.match(/^ws:\/\/([^:/]+)(?::(\d+))?(.*)$/);

    this.key = makeKey();
    this.received = Ti.createBuffer();
    this.message = Ti.createBuffer();
    this.isOpen = this.isClosing = false;
    this.last = [BROKEN, 'the connection has ended'];
    this.socket = Ti.Network.Socket.createTCP({
      host, port: port ?? 80, timeout: 10000,
      connected: () => this.greet(host, path || '/'),
      error: event => this.onclose(BROKEN, event.error),
    });
    this.socket.connect();
  }

  send(text) {
    this.write(makeFrame(TEXT, Ti.createBuffer({value: text})));
  }

  // The server says so too, and ends the connection.
  close(payload = makeNumber(NORMAL, Ti.Codec.TYPE_SHORT)) {
    if (!this.isClosing)
      this.write(makeFrame(CLOSE, payload));
    this.isClosing = true;
  }

  write(buffer) {
    Ti.Stream.write(this.socket, buffer, () => {});
  }

  greet(host, path) {
    Ti.Stream.pump(this.socket, event => this.take(event), 4096, true);
    this.write(makeRequest(host, path, this.key));
  }

  // What has failed is told to the callback of the socket too.
  take(event) {
    if (event.bytesProcessed < 0)
      this.end(...this.last);
    if (event.bytesProcessed <= 0)
      return;

    this.received.append(event.buffer);
    try {
      this.parse();
    } catch (error) {
      this.end(BROKEN, error.message);
    }
  }

  end(code, reason) {
    this.socket.close();
    this.onclose(code, reason);
  }

  parse() {
    if (!this.isOpen) {
      const length = parseAnswer(this.received, this.key);

      if (length === 0)
        return;

      this.drop(length);
      this.isOpen = true;
      this.onopen();
    }

    for (let frame; (frame = parseFrame(this.received)) !== null;) {
      this.drop(frame.size);
      this.handle(frame);
    }
  }

  drop(length) {
    this.received = this.received.clone(length, this.received.length - length);
  }

  handle({opcode, isLast, payload}) {
    if (opcode === PING) {
      this.write(makeFrame(PONG, payload));
    } else if (opcode === CLOSE) {
      this.last = parseClose(payload);
      this.close(payload);
    } else if (opcode < CLOSE) {
      this.handleMessage(payload, isLast);
    }
  }

  // A message can come in several frames.
  handleMessage(payload, isLast) {
    this.message.append(payload);
    if (isLast) {
      const text = this.message.toString();

      this.message.length = 0;
      this.onmessage(text);
    }
  }
}
