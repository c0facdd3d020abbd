// STOMP over anything that looks like a WebSocket: the link of the `ws` and `sockjs` carriers.

import type { ChatError } from '../errors/chat-error.js';
import { errorOf, serverError } from '../errors/from-server.js';
import type { Feed, Link, LinkRequest } from '../types.js';
import { number, parseObject, text } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';
import { type Frame, readFrame, writeFrame } from './frame.js';

/** Path of the server's STOMP endpoint, which is a base path of SockJS too. */
export const STOMP_PATH = '/stomp';

/** As much of a WebSocket as is needed. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

/** What the server closes with, and what that means (protocol reference, "Endpoints"). */
const CLOSE_CODES: Readonly<Record<number, Parameters<typeof errorOf>>> = {
  1001: ['SERVER_STOPPING', 'the server is stopping'],
  1002: ['PROTOCOL', 'the server has ended the connection'],
  4401: ['AUTH_EXPIRED', 'the token was not accepted'],
  4500: ['SLOW_READER', 'more was waiting than the server keeps'],
};

const FEEDS: Readonly<Record<Feed, (user: string) => string>> = {
  messages: () => '/user/queue/messages',
  notify: () => '/user/queue/notify',
  seats: () => '/topic/seat/status',
  queue: (user) => `/topic/org.queue.${user}`,
};

/** Opens a link over a socket that is still opening. */
export function openStomp(socket: Socket, request: LinkRequest, signal: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    const link: StompLink = new StompLink(socket, request, (error) =>
      error ? reject(error) : resolve(link),
    );
    signal.addEventListener('abort', () => link.close());
  });
}

type Settle = (error?: ChatError) => void;

class StompLink implements Link {
  readonly live = true;
  readonly #socket: Socket;
  readonly #request: LinkRequest;
  /** Who waits for a RECEIPT, by its id. */
  readonly #waiting = new Map<string, Settle>();
  /** What a subscription brings, by its id: that of a conversation is its topic. */
  readonly #subscriptions = new Map<string, (body: string) => void>();
  #opened: Settle | null;
  #refusal: ChatError | null = null;
  #closed = false;
  #receipts = 0;

  constructor(socket: Socket, request: LinkRequest, opened: Settle) {
    this.#socket = socket;
    this.#request = request;
    this.#opened = opened;
    socket.onopen = () =>
      this.#send('CONNECT', {
        'accept-version': '1.2',
        // The server pings WebSockets; we ask for signs of life when there is reason to.
        'heart-beat': '0,0',
        Authorization: `Bearer ${request.token}`,
        device: request.device,
      });
    socket.onmessage = ({ data }) => {
      const frame = readFrame(String(data));
      if (frame && !this.#closed) {
        this.#heard(frame);
      }
    };
    socket.onerror = () => undefined; // says nothing that the close behind it does not
    socket.onclose = ({ code }) =>
      this.#finish(this.#refusal ?? errorOf(...(CLOSE_CODES[code] ?? ['NETWORK', 'the connection was cut'])));
  }

  follow(topic: string, afterSeq: number | null): Promise<void> {
    this.unfollow(topic);
    const headers: Record<string, string> = afterSeq === null ? {} : { 'after-seq': String(afterSeq) };
    return this.#subscribe(topic, `/topic/${topic}`, (body) => this.#message(body, null), headers);
  }

  unfollow(topic: string): void {
    if (this.#subscriptions.delete(topic)) {
      this.#send('UNSUBSCRIBE', { id: topic });
    }
  }

  listen(feed: Feed): Promise<void> {
    return this.#subscribe(feed, FEEDS[feed](this.#request.user), (body) => this.#message(body, feed));
  }

  publish(message: WireMessage): void {
    // Without a receipt a refusal does not end the connection. The echo says that the server has it.
    this.#send(
      'SEND',
      { destination: '/app/send', 'content-type': 'application/json' },
      JSON.stringify(message),
    );
  }

  probe(): Promise<void> {
    // Names nobody, so that nothing happens but the receipt.
    return this.#receipt((receipt) => this.#send('SEND', { destination: '/user/queue/probe', receipt }));
  }

  close(): void {
    this.#socket.onclose = null;
    this.#finish(errorOf('CLOSED', 'the link was closed'), false);
    this.#socket.close();
  }

  #send(command: string, headers: Readonly<Record<string, string>>, body = ''): void {
    if (!this.#closed) {
      this.#socket.send(writeFrame({ command, headers, body }));
    }
  }

  #subscribe(
    id: string,
    destination: string,
    heard: (body: string) => void,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    this.#subscriptions.set(id, heard);
    return this.#receipt((receipt) => this.#send('SUBSCRIBE', { id, destination, ...headers, receipt }));
  }

  #receipt(send: (receipt: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(errorOf('CLOSED', 'the link was closed'));
        return;
      }
      const receipt = String((this.#receipts += 1));
      this.#waiting.set(receipt, (error) => (error ? reject(error) : resolve()));
      send(receipt);
    });
  }

  #heard({ command, headers, body }: Frame): void {
    this.#request.events.heard();
    if (command === 'CONNECTED') {
      // Refusals have to be heard before anything is sent: frames are handled in their order.
      void this.#subscribe('errors', '/user/queue/errors', (refusal) => this.#refused(refusal)).catch(
        () => undefined,
      );
      this.#opened?.();
      this.#opened = null;
    } else if (command === 'MESSAGE') {
      this.#subscriptions.get(headers['subscription'] ?? '')?.(body);
    } else if (command === 'RECEIPT') {
      this.#settle(headers['receipt-id']);
    } else if (command === 'ERROR') {
      const error = serverError(headers['message'] ?? 'the server has ended the connection');
      const asked = this.#settle(headers['receipt-id'], error);
      // What refuses no certain frame, and has no name, may go better next time.
      this.#refusal = asked || error.code === 'REFUSED' ? errorOf('PROTOCOL', error.message) : error;
    }
  }

  #settle(receipt: string | undefined, error?: ChatError): boolean {
    const settle = this.#waiting.get(receipt ?? '');
    this.#waiting.delete(receipt ?? '');
    settle?.(error);
    return settle !== undefined;
  }

  #refused(body: string): void {
    const refusal = parseObject(body) ?? {};
    const status = number(refusal['code']);
    const error = serverError(text(refusal['message']), {
      code: refusal['error'],
      ...(status !== undefined && { status }),
    });
    this.#request.events.refused(text(refusal['uid']), error);
  }

  #message(body: string, feed: Feed | null): void {
    const told = parseObject(body) as WireMessage | undefined;
    if (told?.thread && (feed === null || feed === 'messages')) {
      this.#request.events.message(told);
    } else if (told && feed !== null) {
      this.#request.events.told(feed, told);
    }
  }

  #finish(error: ChatError, tell = true): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    const opened = this.#opened;
    this.#opened = null;
    this.#waiting.forEach((settle) => settle(error));
    opened?.(error);
    if (tell && !opened) {
      this.#request.events.closed(error);
    }
  }
}
