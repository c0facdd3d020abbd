// The link of the carriers `ws` and `sockjs`: conversations and feeds over a STOMP session.

import { errorOf, serverError } from '../errors/from-server.js';
import type { Feed, Link, LinkRequest } from '../types.js';
import { number, parseObject, text } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';
import { type Socket, StompSession } from './stomp-session.js';

/** Path of the server's STOMP endpoint, which is a base path of SockJS too. */
export const STOMP_PATH = '/stomp';

const FEEDS: Readonly<Record<Feed, (user: string) => string>> = {
  messages: () => '/user/queue/messages',
  notify: () => '/user/queue/notify',
  seats: () => '/topic/seat/status',
  queue: (user) => `/topic/org.queue.${user}`,
};

/** Opens a link over a socket that is still opening. */
export function openStomp(socket: Socket, request: LinkRequest, signal: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    const { token, device, events } = request;
    let opened = false;
    const session: StompSession = new StompSession(
      socket,
      { Authorization: `Bearer ${token}`, device },
      {
        heard: () => events.heard(),
        opened() {
          opened = true;
          resolve(new StompLink(session, request));
        },
        closed: (error) => (opened ? events.closed(error) : reject(error)),
      },
    );
    signal.addEventListener('abort', () => {
      session.close();
      reject(errorOf('CANCELLED', 'the link was closed'));
    });
  });
}

class StompLink implements Link {
  readonly live = true;
  readonly #session: StompSession;
  readonly #request: LinkRequest;

  constructor(session: StompSession, request: LinkRequest) {
    this.#session = session;
    this.#request = request;
    // Refusals have to be heard before anything is sent: frames are handled in their order.
    session.subscribe('errors', '/user/queue/errors', (body) => this.#refused(body)).catch(() => undefined);
  }

  follow(topic: string, afterSeq: number | null): Promise<void> {
    this.unfollow(topic);
    return this.#session.subscribe(
      topic,
      `/topic/${topic}`,
      (body) => this.#message(body, null),
      afterSeq === null ? {} : { 'after-seq': String(afterSeq) },
    );
  }

  unfollow(topic: string): void {
    this.#session.unsubscribe(topic);
  }

  listen(feed: Feed): Promise<void> {
    return this.#session.subscribe(feed, FEEDS[feed](this.#request.user), (body) =>
      this.#message(body, feed),
    );
  }

  publish(message: WireMessage): void {
    // Without a receipt a refusal does not end the connection. The echo says that the server has it.
    this.#session.send('/app/send', JSON.stringify(message));
  }

  probe(): Promise<void> {
    return this.#session.probe();
  }

  close(): void {
    this.#session.close();
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
}
