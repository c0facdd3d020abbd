// STOMP over anything that looks like a WebSocket: the link of the `ws` and `sockjs` carriers.

import { Client, type IFrame, type IMessage, type IStompSocket } from '@stomp/stompjs';
import type { ChatError } from '../errors/chat-error.js';
import { errorOf, serverError } from '../errors/from-server.js';
import type { Feed, Link, LinkRequest } from '../types.js';
import { number, parseObject, text } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';

/** What the server closes with, and what that means (protocol reference, "Endpoints"). */
const CLOSE_CODES: Readonly<Record<number, Parameters<typeof errorOf>>> = {
  1001: ['SERVER_STOPPING', 'the server is stopping'],
  1002: ['PROTOCOL', 'the server has ended the connection'],
  4500: ['SLOW_READER', 'more was waiting than the server keeps'],
};

const ERRORS = '/user/queue/errors';

const FEEDS: Readonly<Record<Feed, (user: string) => string>> = {
  messages: () => '/user/queue/messages',
  notify: () => '/user/queue/notify',
  seats: () => '/topic/seat/status',
  queue: (user) => `/topic/org.queue.${user}`,
};

/** Opens a link over `socket`, which may still be opening. */
export function openStomp(socket: IStompSocket, request: LinkRequest, signal: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    const link = new StompLink(socket, request, (error) => {
      if (error) {
        reject(error);
      } else {
        resolve(link);
      }
    });
    signal.addEventListener('abort', () => link.close());
  });
}

type Waiter = (error: ChatError | null) => void;

class StompLink implements Link {
  readonly live = true;
  readonly #request: LinkRequest;
  readonly #client: Client;
  /** Who waits for a RECEIPT, by its id. */
  readonly #waiters = new Map<string, Waiter>();
  readonly #followed = new Map<string, () => void>();
  #opened: Waiter | null;
  #refusal: ChatError | null = null;
  #closed = false;
  #receipts = 0;

  constructor(socket: IStompSocket, request: LinkRequest, opened: Waiter) {
    this.#request = request;
    this.#opened = opened;
    this.#client = new Client({
      webSocketFactory: () => socket,
      // We come back in our own way, and ask for signs of life when there is reason to.
      reconnectDelay: 0,
      heartbeatIncoming: 0,
      heartbeatOutgoing: 0,
      connectHeaders: { Authorization: `Bearer ${request.token}`, device: request.device },
      onConnect: () => this.#connected(),
      onStompError: (frame) => this.#error(frame),
      onWebSocketClose: ({ code }: CloseEvent) => this.#ended(code),
    });
    this.#client.activate();
  }

  follow(topic: string, afterSeq: number | null): Promise<void> {
    this.unfollow(topic);
    const headers = afterSeq === null ? {} : { 'after-seq': String(afterSeq) };
    return this.#subscribe(`/topic/${topic}`, headers, (frame) => this.#message(frame, null), topic);
  }

  unfollow(topic: string): void {
    this.#followed.get(topic)?.();
    this.#followed.delete(topic);
  }

  listen(feed: Feed): Promise<void> {
    return this.#subscribe(FEEDS[feed](this.#request.user), {}, (frame) => this.#message(frame, feed));
  }

  publish(message: WireMessage): void {
    if (!this.#closed) {
      // Without a receipt a refusal does not end the connection. The echo says that the server has it.
      this.#client.publish({ destination: '/app/send', body: JSON.stringify(message) });
    }
  }

  probe(): Promise<void> {
    // Names nobody, so that nothing happens but the receipt.
    return this.#receipt((receipt) =>
      this.#client.publish({ destination: '/user/queue/probe', body: '', headers: { receipt } }),
    );
  }

  close(): void {
    if (!this.#closed) {
      this.#finish(errorOf('CLOSED', 'the link was closed'), false);
    }
  }

  #connected(): void {
    // Refusals have to be heard before anything is sent: frames are handled in their order.
    this.#client.subscribe(ERRORS, ({ body }) => {
      const refusal = parseObject(body) ?? {};
      const status = number(refusal['code']);
      const error = serverError(text(refusal['message']), status === undefined ? {} : { status });
      this.#request.events.refused(text(refusal['uid']), error);
    });
    this.#opened?.(null);
    this.#opened = null;
  }

  #subscribe(
    destination: string,
    headers: Record<string, string>,
    heard: (frame: IMessage) => void,
    topic?: string,
  ): Promise<void> {
    return this.#receipt((receipt) => {
      const { unsubscribe } = this.#client.subscribe(destination, heard, { ...headers, receipt });
      if (topic !== undefined) {
        this.#followed.set(topic, () => !this.#closed && unsubscribe());
      }
    });
  }

  #receipt(send: (receipt: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(errorOf('CLOSED', 'the link was closed'));
        return;
      }
      const receipt = `r${String((this.#receipts += 1))}`;
      const settle: Waiter = (error) => {
        this.#waiters.delete(receipt);
        if (error) {
          reject(error);
        } else {
          this.#request.events.heard();
          resolve();
        }
      };
      this.#waiters.set(receipt, settle);
      this.#client.watchForReceipt(receipt, () => settle(null));
      send(receipt);
    });
  }

  #message({ body }: IMessage, feed: Feed | null): void {
    if (this.#closed) {
      return;
    }
    this.#request.events.heard();
    const told = parseObject(body) as WireMessage | undefined;
    if (told?.thread && (feed === null || feed === 'messages')) {
      this.#request.events.message(told);
    } else if (told && feed !== null) {
      this.#request.events.told(feed, told);
    }
  }

  #error(frame: IFrame): void {
    const error = serverError(frame.headers['message'] ?? 'the server has ended the connection');
    // What is no refusal of a certain frame, and has no name, may go better next time.
    const waiter = this.#waiters.get(frame.headers['receipt-id'] ?? '');
    this.#refusal = waiter || error.code !== 'REFUSED' ? error : errorOf('PROTOCOL', error.message);
    waiter?.(error);
  }

  #ended(code: number): void {
    if (!this.#closed) {
      this.#finish(
        this.#refusal ?? errorOf(...(CLOSE_CODES[code] ?? ['NETWORK', 'the connection was cut'])),
        true,
      );
    }
  }

  #finish(error: ChatError, tell: boolean): void {
    this.#closed = true;
    void this.#client.deactivate({ force: true });
    [...this.#waiters.values()].forEach((waiter) => waiter(error));
    if (this.#opened) {
      this.#opened(error);
      this.#opened = null;
    } else if (tell) {
      this.#request.events.closed(error);
    }
  }
}
