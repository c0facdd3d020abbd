// A server in memory: one log per conversation, links that obey or fail as a test says, and the routes that clients need.

import type { ChatError } from '../errors/chat-error.js';
import { errorOf } from '../errors/from-server.js';
import type { Carrier, Link, LinkRequest } from '../types.js';
import type { WireMessage } from '../wire/message.js';
import type { FakeClock } from './clock.js';

/** What the network does, as probabilities from 0 to 1. */
export interface Faults {
  /** A message on its way to a client is lost. */
  lose: number;
  /** It comes twice. */
  double: number;
  /** It is held back, so that later ones come before it. */
  delay: number;
  /** The link breaks when a client says something: before the server has it, or right after. */
  cut: number;
  /** An HTTP request fails. */
  refuse: number;
}

const NONE: Faults = { lose: 0, double: 0, delay: 0, cut: 0, refuse: 0 };
const TRAVEL_MS = 10;
const PAGE = 50;

/** The server. Everybody may do everything in every conversation. */
export class FakeServer {
  faults: Faults = NONE;
  /** Accepts connections and requests. */
  up = true;
  /** Links are pushed to; without it they have to be asked, as a half-open connection would be. */
  silent = false;
  readonly logs = new Map<string, (WireMessage & { seq: number })[]>();
  /** How often links were opened. */
  opened = 0;
  readonly #clock: FakeClock;
  readonly #random: () => number;
  readonly #links = new Set<FakeLink>();
  #visitors = 0;

  constructor(clock: FakeClock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The way to this server, for `transports`. */
  readonly carrier: Carrier = {
    name: 'fake',
    open: async (request) => {
      if (!this.up) {
        throw errorOf('NETWORK', 'the server is down');
      }
      this.opened += 1;
      const link = new FakeLink(this, request);
      this.#links.add(link);
      return Promise.resolve(link);
    },
  };

  /** The HTTP API, for `runtime.fetch`. */
  readonly fetch: typeof fetch = async (input, init) => {
    await Promise.resolve();
    if (!this.up || this.happens('refuse')) {
      throw new TypeError('the server was not reached');
    }
    const url = new URL(input as string, 'http://fake');
    const body = init?.body === undefined ? {} : (JSON.parse(init.body as string) as Record<string, unknown>);
    const text = JSON.stringify({ message: 'success', code: 200, data: this.#answer(url, body) });
    return new Response(text);
  };

  /** Appends a message, if it is not known, and tells who follows. The entry. */
  accept(message: WireMessage): WireMessage & { seq: number } {
    const { topic } = message.thread;
    const log = this.logs.get(topic) ?? [];
    this.logs.set(topic, log);
    const known = log.find(({ uid }) => uid === message.uid);
    if (known) {
      return known;
    }
    const thread = { ...message.thread, status: 'CHATTING' };
    const entry = {
      ...message,
      thread,
      seq: log.length + 1,
      timestamp: this.#clock.now(),
      status: 'SUCCESS',
    };
    log.push(entry);
    this.#links.forEach((link) => link.push(entry));
    return entry;
  }

  /** Something that is passed on only. */
  relay(message: WireMessage): void {
    this.#links.forEach((link) => link.push(message));
  }

  /** All links break, for this reason. */
  cut(error?: ChatError): void {
    [...this.#links].forEach((link) => link.break(error));
  }

  /** Whether a fault strikes. */
  happens(fault: keyof Faults): boolean {
    return this.#random() < this.faults[fault];
  }

  /** Later, after the time that messages take; `slow` ones take up to five seconds. */
  later(callback: () => void, slow = false): void {
    this.#clock.after(slow ? this.#random() * 5_000 : TRAVEL_MS, callback);
  }

  /** Lets go of a link that has ended. */
  forget(link: FakeLink): void {
    this.#links.delete(link);
  }

  #answer(url: URL, body: Record<string, unknown>): unknown {
    const { pathname, searchParams: query } = url;
    if (pathname.endsWith('/init')) {
      this.#visitors += 1;
      const uid = (body['uid'] as string | undefined) ?? `visitor${this.#visitors}`;
      return { uid, nickname: body['nickname'] ?? 'Ann', avatar: '', accessToken: `token-of-${uid}` };
    }
    if (pathname.endsWith('/message/thread/topic')) {
      return this.#history(query.get('topic') ?? '', query);
    }
    if (pathname.endsWith('/send')) {
      const message = JSON.parse(body['json'] as string) as WireMessage;
      return JSON.stringify(isKept(message) ? this.accept(message) : message);
    }
    return pathname.endsWith('/count') ? 0 : { content: [], last: true };
  }

  #history(topic: string, query: URLSearchParams): { content: WireMessage[]; last: boolean } {
    const log = this.logs.get(topic) ?? [];
    const after = query.get('after');
    if (after !== null) {
      const behind = log.filter(({ seq }) => seq > Number(after));
      return { content: behind.slice(0, PAGE), last: behind.length <= PAGE };
    }
    const before = Number(query.get('before') ?? Infinity);
    const earlier = log.filter(({ seq }) => seq < before).reverse();
    return { content: earlier.slice(0, PAGE), last: earlier.length <= PAGE };
  }
}

/** A link to the server. */
class FakeLink implements Link {
  readonly live = true;
  readonly #server: FakeServer;
  readonly #request: LinkRequest;
  readonly #followed = new Set<string>();
  #open = true;

  constructor(server: FakeServer, request: LinkRequest) {
    this.#server = server;
    this.#request = request;
  }

  follow(topic: string, afterSeq: number | null): Promise<void> {
    return new Promise((resolve) =>
      this.#server.later(() => {
        this.#followed.add(topic);
        const log = this.#server.logs.get(topic) ?? [];
        log.filter(({ seq }) => seq > (afterSeq ?? log.length)).forEach((entry) => this.push(entry));
        resolve();
      }),
    );
  }

  unfollow(topic: string): void {
    this.#followed.delete(topic);
  }

  listen(): Promise<void> {
    return Promise.resolve();
  }

  publish(message: WireMessage): void {
    if (this.#server.happens('cut')) {
      this.break();
      return;
    }
    this.#server.later(() => {
      if (!this.#open || this.#server.silent) {
        return;
      }
      if (isKept(message)) {
        this.#server.accept(message);
      } else {
        this.#server.relay(message);
      }
      if (this.#server.happens('cut')) {
        this.break();
      }
    });
  }

  probe(): Promise<void> {
    return new Promise((resolve) =>
      this.#server.later(() => this.#open && !this.#server.silent && resolve()),
    );
  }

  close(): void {
    this.#open = false;
    this.#server.forget(this);
  }

  /** Ends without a word of the client. */
  break(error = errorOf('NETWORK', 'the connection was cut')): void {
    if (this.#open) {
      this.close();
      this.#request.events.closed(error);
    }
  }

  /** Something is on its way to the client. */
  push(message: WireMessage): void {
    const times = this.#server.happens('lose') ? 0 : this.#server.happens('double') ? 2 : 1;
    for (let time = 0; time < times && this.#followed.has(message.thread.topic); time += 1) {
      this.#server.later(() => {
        if (this.#open && !this.#server.silent) {
          this.#request.events.heard();
          this.#request.events.message(message);
        }
      }, this.#server.happens('delay'));
    }
  }
}

function isKept({ type }: WireMessage): boolean {
  return !['READ', 'DELIVERED', 'TYPING', 'PREVIEW'].includes(type);
}
