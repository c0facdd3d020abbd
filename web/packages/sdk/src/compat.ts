// For projects with the small STOMP wrapper of old: the same call, without its bugs. Change the import, and no more.
//
// It comes back as long as it is not destroyed, and what was sent meanwhile is sent then; the old one gave up after five
// tries and lost all but the last message.

import { browserRuntime } from './core/browser.js';
import { Connection } from './core/connection.js';
import { callSafely } from './core/emitter.js';
import type { ChatError } from './errors/chat-error.js';
import { asChatError, errorOf } from './errors/from-server.js';
import { SockJsSocket } from './transports/sockjs-socket.js';
import { type Socket, StompSession } from './transports/stomp-session.js';
import type { Carrier, Link, Runtime } from './types.js';

/** How many messages wait for a connection at most; of more the oldest goes. */
const WAITING_AT_MOST = 1_000;

/** What the old wrapper took, and a token. */
export interface SocketOptions {
  /** Path of the SockJS endpoint, as `/main2/ws`, or its whole URL. A `token` in its query says who we are. */
  readonly url: string;
  /** What stands before `url`. If missing, what the page has put under `wshost` into its session, else its own origin. */
  readonly host?: string;
  /** The destination to listen to, and to send to. */
  readonly take: string;
  /** Tells the console what happens; never what is said. False if missing. */
  readonly debug?: boolean;
  /** Seconds without a connection after which `error` is called; 20 if missing. Tries go on. */
  readonly interval?: number;
  /** Called with each message, read from JSON if it is JSON. */
  readonly success?: (data: unknown) => void;
  /** Another name for `success`; it goes first. */
  readonly callback?: (data: unknown) => void;
  /** Called once for each outage of more than `interval`, and when the server refuses something. */
  readonly error?: (error: ChatError) => void;
  /** The access token, or how to get one. */
  readonly token?: string | (() => string | Promise<string>);
  /** For Node and for tests. */
  readonly runtime?: Partial<Runtime>;
}

/** A connection to one destination. */
export interface CompatSocket {
  /** Sends now, or as soon as there is a connection. Anything but text is sent as JSON. */
  send(data: unknown): void;
  /** Ends the connection, and everything that waits. */
  destroy(): void;
}

/** Listens to `take`, and goes on to. The second argument of old is taken, and not needed. */
export function socket(options: SocketOptions, _vm?: unknown): CompatSocket {
  return new LastingSocket(options);
}

class LastingSocket implements CompatSocket {
  readonly #options: SocketOptions;
  readonly #runtime: Runtime;
  readonly #connection: Connection;
  readonly #waiting: string[] = [];
  #session: StompSession | null = null;
  #sending = false;
  /** Why it cannot listen, once that was told. */
  #refusal: string | null = null;
  #stopOutage: (() => void) | null = null;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#runtime = { ...browserRuntime(), ...options.runtime };
    const carrier = (name: string, open: (url: URL, token: string) => Socket): Carrier => ({
      name,
      open: (request, signal) => this.#open(open, request.token, request.events, signal),
    });
    const { fetch, clock, webSocket } = this.#runtime;
    const endpoint = (url: URL) => url.origin + url.pathname.replace(/\/$/, '');
    const carriers = [
      carrier(
        'sockjs',
        (url) => new SockJsSocket({ url: endpoint(url), token: this.#tokenIn(url), fetch, clock }),
      ),
    ];
    if (webSocket) {
      carriers.unshift(
        carrier('ws', (url) => webSocket(`${endpoint(url).replace(/^http/, 'ws')}/websocket`, ['v12.stomp'])),
      );
    }
    this.#connection = new Connection({
      runtime: this.#runtime,
      carriers,
      open: async (way, signal, events) => {
        const token = await this.#token();
        return way.open({ token, events } as Parameters<Carrier['open']>[0], signal);
      },
      renew: () => Promise.resolve(typeof options.token === 'function'),
      quiet: () => this.#waiting.length === 0,
      linked: (link) => (link ? this.#linked() : this.#unlinked()),
      changed: ({ status, reason }) => this.#log(`${status} ${reason ?? ''}`),
      failed: (error) => this.#failed(error),
    });
    this.#awaitOutage();
    this.#connection.want();
  }

  send(data: unknown): void {
    if (this.#connection.state.status === 'closed') {
      return;
    }
    this.#waiting.push(typeof data === 'string' ? data : JSON.stringify(data));
    if (this.#waiting.length > WAITING_AT_MOST) {
      this.#waiting.shift();
      this.#failed(errorOf('EXHAUSTED', 'too many messages wait for a connection'));
    }
    void this.#flush();
  }

  destroy(): void {
    this.#waiting.length = 0;
    this.#connection.close();
    this.#stopOutage?.();
  }

  #open(
    make: (url: URL, token: string) => Socket,
    token: string,
    events: { heard(): void; closed(error: ChatError): void },
    signal: AbortSignal,
  ): Promise<Link> {
    return new Promise((resolve, reject) => {
      let opened = false;
      const session: StompSession = new StompSession(
        make(this.#url(), token),
        token ? { Authorization: `Bearer ${token}` } : {},
        {
          heard: () => events.heard(),
          opened: () => {
            session
              .subscribe('take', this.#options.take, (body) => this.#heard(body))
              .then(() => {
                opened = true;
                this.#session = session;
                resolve(linkOf(session));
              })
              .catch((thrown: unknown) => {
                const error = asChatError(thrown);
                this.#refused(error);
                reject(error);
              });
          },
          closed: (error) => (opened ? events.closed(error) : reject(error)),
        },
      );
      signal.addEventListener('abort', () => {
        session.close();
        reject(errorOf('CANCELLED', 'the connection was given up'));
      });
    });
  }

  #linked(): void {
    this.#refusal = null;
    this.#stopOutage?.();
    this.#stopOutage = null;
    void this.#flush();
  }

  #unlinked(): void {
    this.#session = null;
    this.#awaitOutage();
  }

  #awaitOutage(): void {
    this.#stopOutage ??= this.#runtime.clock.after((this.#options.interval ?? 20) * 1000, () =>
      this.#failed(errorOf('NETWORK', 'the connection does not come back; it is still tried')),
    );
  }

  /** One after the other; what was not answered is sent again on the next connection. */
  async #flush(): Promise<void> {
    if (this.#sending) {
      return;
    }
    this.#sending = true;
    while (this.#waiting[0] !== undefined && this.#session) {
      const next = this.#waiting[0];
      try {
        await this.#session.sendAndWait(this.#options.take, next);
        this.#done(next);
      } catch (thrown) {
        const error = asChatError(thrown);
        if (error.retryable || error.code === 'CLOSED') {
          break;
        }
        this.#done(next);
        this.#failed(error);
      }
    }
    this.#sending = false;
  }

  #done(sent: string): void {
    if (this.#waiting[0] === sent) {
      this.#waiting.shift();
    }
  }

  #heard(body: string): void {
    let data: unknown = body;
    try {
      data = JSON.parse(body);
    } catch {
      this.#log('a message that is not JSON');
    }
    const { callback, success } = this.#options;
    callSafely(() => (callback ?? success)?.(data));
  }

  /** It is tried again like everything else, but told once. */
  #refused(error: ChatError): void {
    if (!error.retryable && error.code !== 'CLOSED' && error.code !== this.#refusal) {
      this.#refusal = error.code;
      this.#failed(error);
    }
  }

  #failed(error: ChatError): void {
    callSafely(() => this.#options.error?.(error));
  }

  #url(): URL {
    const { host, url } = this.#options;
    return new URL(
      url,
      host ?? (keptHost() || (typeof location === 'undefined' ? undefined : location.href)),
    );
  }

  #tokenIn(url: URL): string {
    return (
      url.searchParams.get('token') ?? (typeof this.#options.token === 'string' ? this.#options.token : '')
    );
  }

  async #token(): Promise<string> {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : this.#tokenIn(this.#url());
  }

  #log(line: string): void {
    if (this.#options.debug === true) {
      // eslint-disable-next-line no-console -- asked for by `debug`
      console.debug(`socket ${this.#options.take}: ${line}`);
    }
  }
}

/** Where pages of old put their host. */
function keptHost(): string | null {
  try {
    return sessionStorage.getItem('wshost');
  } catch {
    return null; // there is no such storage, or it is forbidden
  }
}

/** As much of a link as a connection needs to watch over it. */
function linkOf(session: StompSession): Link {
  return {
    live: true,
    follow: () => Promise.resolve(),
    unfollow: () => undefined,
    listen: () => Promise.resolve(),
    publish: () => undefined,
    probe: () => session.probe(),
    close: () => session.close(),
  };
}
