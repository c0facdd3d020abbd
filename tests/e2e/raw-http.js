// HTTP requests as they are on the wire: any method and headers, and the body while it grows.

import { request as httpRequest } from 'node:http';
import { soon, until } from './waiting.js';

/** One request and its answer. */
export class Exchange {
  /** The body so far, as text. */
  text = '';
  /** Called when the body has grown. */
  onText = () => {};
  /** Whether the body came to its proper end. */
  complete = false;
  #request;

  /**
   * Sends a request; see `answered` and `ended` for what comes back.
   *
   * @param {{headers?: Record<string, string>, body?: string | Buffer}} options
   */
  constructor(server, method, path, { headers = {}, body } = {}) {
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    this.#request = httpRequest(new URL(path, server.url), {
      method,
      headers: { ...length, ...headers },
      agent: false,
    });
    /** Resolves with this exchange when the head of the answer is here: `status` and `headers`. */
    this.answered = new Promise((resolve, reject) => {
      this.#request.once('error', reject);
      this.#request.once('upgrade', (_response, socket) => {
        socket.destroy();
        reject(new Error(`${method} ${path} was upgraded`));
      });
      this.#request.once('response', (response) => {
        this.status = response.statusCode;
        this.headers = response.headers;
        this.#read(response);
        resolve(this);
      });
    });
    this.answered.catch(() => {});
    this.#request.end(body);
  }

  /** Waits until the body holds `part`; returns the body so far. Rejects when it ends without. */
  shows(part) {
    return until(`the body shows ${JSON.stringify(part)}`, () => {
      if (!this.text.includes(part) && this.complete) {
        throw new Error(
          `the body (status ${this.status}) is ${JSON.stringify(this.text.slice(-500))}, without ${part}`,
        );
      }
      return this.text.includes(part) && this.text;
    });
  }

  /** Waits for the whole answer; returns this exchange. */
  async whole() {
    await soon('the answer', this.answered);
    await soon('the end of the answer', this.ended);
    return this;
  }

  /** Breaks the connection, as a browser that goes away does. */
  abort() {
    this.#request.destroy();
  }

  #read(response) {
    this.ended = new Promise((resolve) => response.once('close', resolve));
    response.setEncoding('utf8');
    response.on('data', (text) => {
      this.text += text;
      this.onText();
    });
    response.once('end', () => {
      this.complete = true;
    });
    response.on('error', () => {});
  }
}

/** Sends a request and waits for the whole answer. */
export const request = (server, method, path, options) => new Exchange(server, method, path, options).whole();
