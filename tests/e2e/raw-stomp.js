// STOMP byte by byte: what the server really wrote, and what only some clients write. Nothing is escaped or unescaped.

import { RawSocket } from './raw-socket.js';
import { RawStream } from './raw-stream.js';
import { soon, until } from './waiting.js';

const LF = 0x0a;
const CR = 0x0d;

/** A frame with these header lines and this body, as they are. */
export const stompFrame = (command, headers = {}, body = '') =>
  `${command}\n${Object.entries(headers)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('')}\n${body}\0`;

/**
 * The first whole frame of `bytes`: `{command, headers, lines, body, bytes, end}`, or nothing. `headers` holds the first
 * of repeated ones, `body` is a buffer, `bytes` is the frame with its NUL, which lies before `end`.
 */
function readFrame(bytes, begin) {
  let start = begin;
  while (bytes[start] === LF || bytes[start] === CR) {
    start += 1;
  }
  const blank = bytes.indexOf('\n\n', start);
  if (blank < 0) {
    return undefined;
  }
  const [command, ...lines] = bytes.toString('utf8', start, blank).split('\n');
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon)] ??= line.slice(colon + 1);
  }
  const announced = headers['content-length'];
  const stop = announced === undefined ? bytes.indexOf(0, blank + 2) : blank + 2 + Number(announced);
  if (stop < 0 || stop >= bytes.length) {
    return undefined;
  }
  if (bytes[stop] !== 0) {
    throw new Error(`no NUL behind the ${announced} bytes of ${command}`);
  }
  const end = stop + 1;
  return { command, headers, lines, body: bytes.subarray(blank + 2, stop), bytes: bytes.subarray(start, end), end };
}

/** A connection that speaks STOMP over a carrier: a raw WebSocket, a byte stream, a SockJS session. */
export class RawStomp {
  /** What the server sent, piece by piece: a WebSocket message, an element of SockJS, or what TCP gave. */
  pieces = [];
  /** The frames in it. */
  frames = [];
  /** Whether the connection has ended. */
  gone = false;
  #rest = Buffer.alloc(0);
  #receipts = 0;

  /** @param {{onMessage: Function, text: Function, ended: Promise<unknown>, destroy: () => void}} carrier */
  constructor(carrier) {
    this.carrier = carrier;
    carrier.onMessage = (piece) => this.#receive(piece);
    carrier.ended.then(() => {
      this.gone = true;
    });
  }

  /** Over WebSocket. */
  static async open(server, { path = '/stomp', protocol, headers } = {}) {
    return new RawStomp(await RawSocket.open(server, path, protocol, headers));
  }

  /** Over TCP, to the listener with this URL. */
  static async tcp(url) {
    return new RawStomp(await RawStream.open(url));
  }

  /** Writes text or bytes in one message. */
  write(content) {
    if (typeof content === 'string') {
      this.carrier.text(content);
    } else {
      this.carrier.binary(content);
    }
  }

  /** Writes one frame in one message. */
  send(command, headers, body) {
    this.write(stompFrame(command, headers, body));
  }

  /** Says CONNECT and waits for CONNECTED, which it returns. Rejects when there comes an ERROR instead. */
  async connect(headers, command = 'CONNECT') {
    this.send(command, headers);
    const answer = await this.frame('CONNECTED', (frame) => ['CONNECTED', 'ERROR'].includes(frame.command));
    if (answer.command === 'ERROR') {
      throw new Error(answer.headers.message);
    }
    return answer;
  }

  /** Sends a frame with a receipt and waits for the RECEIPT. Rejects when there comes an ERROR instead. */
  async confirmed(command, headers, body) {
    this.#receipts += 1;
    const receipt = `receipt-${this.#receipts}`;
    this.send(command, { ...headers, receipt }, body);
    const isAnswer = ({ command: name, headers: said }) => name === 'ERROR' || said['receipt-id'] === receipt;
    const answer = await this.frame(`the RECEIPT of ${command}`, isAnswer);
    if (answer.command === 'ERROR') {
      throw new Error(answer.headers.message);
    }
    return answer;
  }

  /** Subscribes and waits for the RECEIPT. */
  subscribe(id, destination, headers = {}) {
    return this.confirmed('SUBSCRIBE', { id, destination, ...headers });
  }

  /** Waits for the first frame that `matches`. */
  async frame(what, matches) {
    return until(what, () => {
      const frame = this.frames.find(matches);
      if (!frame && this.gone) {
        throw new Error(`the connection ended before ${what}; the last frame was ${this.frames.at(-1)?.bytes}`);
      }
      return frame;
    });
  }

  /** Waits for the MESSAGE with this body. */
  message(body) {
    return this.frame(`the MESSAGE ${body}`, (frame) => frame.command === 'MESSAGE' && String(frame.body) === body);
  }

  /** Waits for the ERROR and for the end of the connection; returns the ERROR. */
  async refusal() {
    const error = await this.frame('the ERROR', ({ command }) => command === 'ERROR');
    await soon('the server ends the connection', this.carrier.ended);
    return error;
  }

  /** The MESSAGE frames of a subscription. */
  messagesOf(subscription) {
    return this.frames.filter(({ command, headers }) => command === 'MESSAGE' && headers.subscription === subscription);
  }

  /** The bodies of the MESSAGE frames of a subscription, as text. */
  bodiesOf(subscription) {
    return this.messagesOf(subscription).map(({ body }) => String(body));
  }

  /** Waits until the server has ended the connection; returns the code if there is one. */
  async closed() {
    await soon('the server ends the connection', this.carrier.ended);
    return this.carrier.closeCode;
  }

  destroy() {
    this.carrier.destroy();
  }

  #receive(piece) {
    this.pieces.push({ ...piece, at: performance.now() });
    this.#rest = Buffer.concat([this.#rest, piece.bytes]);
    let begin = 0;
    for (let frame = readFrame(this.#rest, 0); frame; frame = readFrame(this.#rest, begin)) {
      this.frames.push(frame);
      begin = frame.end;
    }
    this.#rest = this.#rest.subarray(begin);
  }
}
