// A plain TCP connection, with the face of `RawSocket` as far as a byte stream has one.

import { connect } from 'node:net';
import { soon, until } from './waiting.js';

/** A connection to a `stomp://` or `mqtt://` listener. */
export class RawStream {
  /** Called with what came, as it comes: `{binary, bytes}`. */
  onMessage = () => {};

  /** Connects to a listener, given by its URL. */
  static async open(url) {
    const stream = new RawStream();
    const { hostname, port } = new URL(url);
    stream.socket = connect({ host: hostname, port: Number(port) });
    stream.socket.on('error', () => {});
    stream.socket.on('data', (bytes) => stream.onMessage({ binary: true, bytes }));
    /** Resolves when the connection is gone. */
    stream.ended = new Promise((resolve) => stream.socket.once('close', resolve));
    await until('the connection is open', () => stream.socket.readyState === 'open');
    return stream;
  }

  text(content) {
    this.socket.write(content);
  }

  binary(content) {
    this.socket.write(content);
  }

  /** Waits until the server has ended the connection. */
  closed() {
    return soon('the server ends the connection', this.ended);
  }

  /** Breaks the connection off without a goodbye of TCP. */
  reset() {
    this.socket.resetAndDestroy();
  }

  destroy() {
    this.socket.destroy();
  }
}
