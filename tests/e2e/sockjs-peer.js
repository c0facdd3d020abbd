// SockJS without a library: its WebSocket and each of its HTTP transports, to see and to send what really goes over.

import { randomBytes } from 'node:crypto';
import { Exchange, request } from './raw-http.js';
import { RawSocket } from './raw-socket.js';
import { soon, until } from './waiting.js';

/** The base of a SockJS endpoint. */
export const SOCKJS = '/sockjs';

/** A session id as sockjs-client makes it: 8 characters of a to z and 0 to 5. */
export const newSessionId = () =>
  [...randomBytes(8)].map((byte) => 'abcdefghijklmnopqrstuvwxyz012345'[byte % 32]).join('');

/** What a SockJS frame `o`, `h`, `a[…]` or `c[…]` holds: `{type, payload}`. */
export const parseSockJs = (text) => ({
  type: text[0],
  payload: text.length > 1 ? JSON.parse(text.slice(1)) : undefined,
});

/** What carries a byte stream in the elements of SockJS messages: the common part of both classes below. */
class SockJsCarrier {
  /** SockJS frames so far, as text. */
  frames = [];
  /** Called with each element: `{binary: false, bytes}`. */
  onMessage = () => {};
  /** The code of the server's `c[…]`. */
  closeCode;

  /** Takes one SockJS frame. */
  take(text) {
    this.frames.push(text);
    const { type, payload } = parseSockJs(text);
    if (type === 'a') {
      payload.forEach((element) => this.onMessage({ binary: false, bytes: Buffer.from(element) }));
    } else if (type === 'c') {
      [this.closeCode] = payload;
    }
  }

  /** Sends one string, as STOMP over SockJS does. */
  text(content) {
    return this.elements([content]);
  }

  /** Waits for a SockJS frame of this type. Rejects when the session ends without it. */
  async shows(type) {
    let over = false;
    this.ended.then(() => {
      over = true;
    });
    return until(`the SockJS frame ${type}`, () => {
      const frame = this.frames.find((text) => text[0] === type);
      if (!frame && over) {
        throw new Error(`the session ended before ${type}; status ${this.exchange?.status}, frames ${this.frames}`);
      }
      return frame;
    });
  }

  /** Waits until the server has ended the session; returns the code it gave. */
  async closed() {
    await soon('the server ends the session', this.ended);
    return this.closeCode;
  }
}

/** A session over `{base}/{srv}/{sid}/websocket`. */
export class SockJsSocket extends SockJsCarrier {
  /** @param {{base?: string, query?: string, headers?: Record<string, string>}} options */
  static async open(server, { base = SOCKJS, query = '', headers } = {}) {
    const carrier = new SockJsSocket();
    carrier.raw = await RawSocket.open(server, `${base}/000/${newSessionId()}/websocket${query}`, undefined, headers);
    carrier.messages = carrier.raw.messages;
    carrier.ended = carrier.raw.ended;
    carrier.messages.forEach(({ bytes }) => carrier.take(String(bytes)));
    carrier.raw.onMessage = ({ bytes }) => carrier.take(String(bytes));
    await carrier.shows('o');
    return carrier;
  }

  /** Sends strings in one message. */
  elements(strings) {
    this.raw.text(JSON.stringify(strings));
  }

  destroy() {
    this.raw.destroy();
  }
}

/** How each HTTP transport receives: its method, its query, and the SockJS frames of a body. */
const RECEIVERS = {
  xhr: { method: 'POST', frames: (body) => body.split('\n').slice(0, -1) },
  xhr_streaming: { method: 'POST', streams: true, frames: (body) => body.split('\n').slice(1, -1) },
  eventsource: {
    method: 'GET',
    streams: true,
    frames: (body) => [...body.matchAll(/data: (.*)\r\n\r\n/g)].map(([, data]) => decodeURIComponent(data)),
  },
  htmlfile: {
    method: 'GET',
    streams: true,
    query: 'c=_jp.abc',
    frames: (body) => [...body.matchAll(/<script>\np\((.*)\);\n<\/script>\r\n/g)].map(([, data]) => JSON.parse(data)),
  },
  jsonp: {
    method: 'GET',
    query: 'c=_jp.abc',
    frames: (body) => [...body.matchAll(/_jp\.abc\((.*)\);\r\n/g)].map(([, data]) => JSON.parse(data)),
  },
};

/** The names of the HTTP transports. */
export const HTTP_TRANSPORTS = Object.keys(RECEIVERS);

/** A session over HTTP, and its requests by hand. */
export class SockJsHttp extends SockJsCarrier {
  #finish;
  #sending = Promise.resolve();
  /** Resolves when the server has closed the session, or `destroy` was called. */
  ended = new Promise((resolve) => {
    this.#finish = resolve;
  });

  /** @param {{base?: string, query?: string, headers?: Record<string, string>, sid?: string}} options */
  constructor(server, { base = SOCKJS, query = '', headers = {}, sid = newSessionId() } = {}) {
    super();
    Object.assign(this, { server, base, query, headers, sid });
  }

  /** The path of one of the session's URLs. */
  path(name, extra) {
    const query = [this.query.slice(1), extra].filter(Boolean).join('&');
    return `${this.base}/000/${this.sid}/${name}${query && `?${query}`}`;
  }

  /** Opens a receiver and returns its exchange. */
  receive(transport) {
    const { method, query } = RECEIVERS[transport];
    return new Exchange(this.server, method, this.path(transport, query), { headers: this.headers });
  }

  /** Opens a receiver that answers once, and waits for its answer. Rejects when that has no SockJS frame. */
  async poll(transport = 'xhr') {
    const exchange = await this.receive(transport).whole();
    const frames = RECEIVERS[transport].frames(exchange.text);
    if (exchange.status !== 200 || frames.length === 0) {
      throw new Error(`${transport} was answered ${exchange.status} ${JSON.stringify(exchange.text)}`);
    }
    return { exchange, frames };
  }

  /** Sends strings by `xhr_send`, or by `jsonp_send` as a form. */
  post(strings, { jsonp = false } = {}) {
    const json = JSON.stringify(strings);
    const [name, type, body] = jsonp
      ? ['jsonp_send', 'application/x-www-form-urlencoded', `d=${encodeURIComponent(json)}`]
      : ['xhr_send', 'text/plain', json];
    return request(this.server, 'POST', this.path(name), { headers: { 'Content-Type': type, ...this.headers }, body });
  }

  /** Receives on and on with a transport, as its client would, and sends in order. Resolves when `o` is here. */
  async run(transport) {
    this.transport = transport;
    this.#loop()
      .catch(() => {})
      .finally(() => this.#finish());
    await this.shows('o');
    return this;
  }

  /** Sends strings in one request, behind the earlier ones. */
  elements(strings) {
    this.#sending = this.#sending.then(() => this.post(strings, { jsonp: this.transport === 'jsonp' })).catch(() => {});
    return this.#sending;
  }

  destroy() {
    this.stopped = true;
    this.exchange?.abort();
    this.#finish();
  }

  async #loop() {
    const { frames, streams } = RECEIVERS[this.transport];
    while (!this.stopped && this.closeCode === undefined) {
      this.exchange = this.receive(this.transport);
      const exchange = await this.exchange.answered;
      if (exchange.status !== 200) {
        return;
      }
      let taken = 0;
      const takeAll = () => {
        const all = frames(exchange.text);
        all.slice(taken).forEach((frame) => this.take(frame));
        taken = all.length;
      };
      if (streams) {
        exchange.onText = takeAll;
        takeAll();
      }
      await exchange.ended;
      takeAll();
    }
  }
}
