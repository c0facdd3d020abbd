// A WebSocket client that may misbehave: it writes any bytes and reports how the server ends the connection.

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { soon, until } from './waiting.js';

const CLOSE = 0x8;
const FIN = 0x80;
const MASKED = 0x80;

/** One frame of RFC 6455 section 5.2. `opcode` 1 is text, 2 binary. */
export function frame(opcode, payload, { masked = true, fin = true, reserved = 0 } = {}) {
  const body = Buffer.from(payload);
  const length = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 0xff];
  const head = Buffer.from([(fin ? FIN : 0) | reserved | opcode, length[0] | (masked ? MASKED : 0), ...length.slice(1)]);
  if (!masked) {
    return Buffer.concat([head, body]);
  }
  const key = randomBytes(4);
  return Buffer.concat([head, key, body.map((byte, index) => byte ^ key[index % 4])]);
}

/** A connection after the handshake. */
export class RawSocket {
  #socket;
  #buffer = Buffer.alloc(0);
  /** Payloads of the data messages the server sent, as buffers. */
  received = [];
  /** The code of the server's close frame; 1005 when it had none, 1006 when the connection just ended. */
  closeCode;

  /** Shakes hands on `path`, offering `protocol`. */
  static async open(server, path, protocol) {
    const raw = new RawSocket();
    const { hostname, port } = new URL(server.url);
    raw.#socket = connect({ host: hostname, port });
    raw.#socket.on('error', () => {});
    const ended = new Promise((resolve) => raw.#socket.once('close', resolve));
    raw.ended = ended.then(() => {
      raw.closeCode ??= 1006;
    });
    raw.#socket.write(
      [
        `GET ${path} HTTP/1.1`,
        `Host: ${hostname}:${port}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Protocol: ${protocol}`,
        '',
        '',
      ].join('\r\n'),
    );
    let open = false;
    raw.#socket.on('data', (bytes) => {
      raw.#buffer = Buffer.concat([raw.#buffer, bytes]);
      if (!open) {
        const end = raw.#buffer.indexOf('\r\n\r\n');
        if (end < 0) {
          return;
        }
        raw.status = raw.#buffer.toString('latin1', 0, raw.#buffer.indexOf('\r\n'));
        raw.#buffer = raw.#buffer.subarray(end + 4);
        open = true;
      }
      raw.#readFrames();
    });
    await until('the handshake is answered', () => open);
    if (!raw.status.includes(' 101 ')) {
      throw new Error(`no upgrade: ${raw.status}`);
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
    this.write(frame(1, content));
  }

  /** Sends a binary message. */
  binary(content) {
    this.write(frame(2, content));
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
      if ((buffer[0] & 0x0f) === CLOSE) {
        this.closeCode ??= length >= 2 ? payload.readUInt16BE(0) : 1005;
        // RFC 6455 section 5.5.1: the other end answers with a close frame of its own.
        this.#socket.end(frame(CLOSE, payload.subarray(0, 2)));
      } else {
        this.received.push(payload);
      }
    }
  }
}
