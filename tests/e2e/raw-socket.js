// A WebSocket client that may misbehave: it writes any bytes and reports how the server ends the connection.

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { soon, until } from './waiting.js';

const TEXT = 0x1;
const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const FIN = 0x80;
const MASKED = 0x80;

/** One frame of RFC 6455 section 5.2. `opcode` 1 is text, 2 binary. */
export function frame(opcode, payload, { masked = true, fin = true, reserved = 0 } = {}) {
  const body = Buffer.from(payload);
  const length = lengthBytes(body.length);
  const head = Buffer.from([
    (fin ? FIN : 0) | reserved | opcode,
    length[0] | (masked ? MASKED : 0),
    ...length.slice(1),
  ]);
  if (!masked) {
    return Buffer.concat([head, body]);
  }
  const key = randomBytes(4);
  return Buffer.concat([head, key, body.map((byte, index) => byte ^ key[index % 4])]);
}

function lengthBytes(length) {
  if (length < 126) {
    return [length];
  }
  if (length < 0x10000) {
    return [126, length >> 8, length & 0xff];
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return [127, ...bytes];
}

/** A connection after the handshake. */
export class RawSocket {
  #socket;
  #buffer = Buffer.alloc(0);
  /** Data messages the server sent: `{binary, bytes}`. */
  messages = [];
  /** Called with each data message, as it comes. */
  onMessage = () => {};
  /** The code of the server's close frame; 1005 when it had none, 1006 when the connection just ended. */
  closeCode;

  /**
   * Shakes hands on `path`.
   *
   * @param {string | undefined} protocol the offered subprotocols, separated by commas.
   * @param {Record<string, string>} headers further headers of the request.
   */
  static async open(server, path, protocol, headers = {}) {
    const raw = new RawSocket();
    const { hostname, port } = new URL(server.url);
    raw.#socket = connect({ host: hostname, port });
    raw.#socket.on('error', () => {});
    const ended = new Promise((resolve) => raw.#socket.once('close', resolve));
    raw.ended = ended.then(() => {
      raw.closeCode ??= 1006;
    });
    const offered = protocol === undefined ? {} : { 'Sec-WebSocket-Protocol': protocol };
    const request = {
      Host: `${hostname}:${port}`,
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Version': '13',
      ...offered,
      ...headers,
    };
    const lines = Object.entries(request).map(([name, value]) => `${name}: ${value}`);
    raw.#socket.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    let open = false;
    raw.#socket.on('data', (bytes) => {
      raw.#buffer = Buffer.concat([raw.#buffer, bytes]);
      if (!open) {
        const end = raw.#buffer.indexOf('\r\n\r\n');
        if (end < 0) {
          return;
        }
        const [status, ...fields] = raw.#buffer.toString('latin1', 0, end).split('\r\n');
        raw.status = status;
        raw.headers = Object.fromEntries(fields.map(splitField));
        raw.#buffer = raw.#buffer.subarray(end + 4);
        open = true;
      }
      raw.#readFrames();
    });
    await until('the handshake is answered', () => open || raw.closeCode);
    if (!raw.status?.includes(' 101 ')) {
      raw.destroy();
      throw Object.assign(new Error(`no upgrade: ${raw.status}`), { status: Number(raw.status?.split(' ')[1]) });
    }
    return raw;
  }

  /** Opens a STOMP endpoint. */
  static stomp(server) {
    return RawSocket.open(server, '/stomp', 'v12.stomp');
  }

  /** Opens the MQTT endpoint. */
  static mqtt(server) {
    return RawSocket.open(server, '/websocket', 'mqtt');
  }

  /** Writes bytes as they are. */
  write(bytes) {
    this.#socket.write(bytes);
  }

  /** Sends a text message. */
  text(content) {
    this.write(frame(TEXT, content));
  }

  /** Sends a binary message. */
  binary(content) {
    this.write(frame(BINARY, content));
  }

  /** Sends a close frame, by default one without a code, as `close()` of a browser does. */
  close(code) {
    this.write(frame(CLOSE, code === undefined ? '' : Buffer.from([code >> 8, code & 0xff])));
  }

  /** Stops reading, as a client that hangs does, until `resume`. */
  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  /** Payloads of the data messages the server sent, as buffers. */
  get received() {
    return this.messages.map(({ bytes }) => bytes);
  }

  /** What the server sent, as text. */
  get said() {
    return Buffer.concat(this.received).toString();
  }

  /** Waits until the server has ended the connection; returns the code of its close frame. */
  async closed() {
    await soon('the server ends the connection', this.ended);
    return this.closeCode;
  }

  destroy() {
    this.#socket.destroy();
  }

  #readFrames() {
    for (;;) {
      const buffer = this.#buffer;
      if (buffer.length < 2) {
        return;
      }
      let length = buffer[1] & 0x7f;
      let start = 2;
      if (length === 126 && buffer.length >= 4) {
        length = buffer.readUInt16BE(2);
        start = 4;
      } else if (length === 127 && buffer.length >= 10) {
        length = Number(buffer.readBigUInt64BE(2));
        start = 10;
      } else if (length >= 126) {
        return;
      }
      if (buffer.length < start + length) {
        return;
      }
      const payload = buffer.subarray(start, start + length);
      this.#buffer = buffer.subarray(start + length);
      this.#receive(buffer[0] & 0x0f, payload);
    }
  }

  #receive(opcode, payload) {
    switch (opcode) {
      case CLOSE:
        this.closeCode ??= payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
        // RFC 6455 section 5.5.1: the other end answers with a close frame of its own.
        this.#socket.end(frame(CLOSE, payload.subarray(0, 2)));
        return;
      case PING:
        this.write(frame(PONG, payload));
        return;
      case PONG:
        return;
      default: {
        const message = { binary: opcode === BINARY, bytes: payload };
        this.messages.push(message);
        this.onMessage(message);
      }
    }
  }
}

function splitField(line) {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
