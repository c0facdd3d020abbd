// Whether we are connected, and how we come back: one link at a time, over the best carrier that works.

import type { ChatError } from '../errors/chat-error.js';
import { asChatError, errorOf } from '../errors/from-server.js';
import type { Carrier, ConnectionState, Link, LinkEvents, Runtime } from '../types.js';
import { reconnectDelay, SUSPEND_AFTER_MS, suspendedDelay } from './backoff.js';
import { Liveness } from './liveness.js';
import { firstLink } from './race.js';

/** A connection that has lasted this long counts as good. */
const STABLE_AFTER_MS = 10_000;

/** How long a lesser carrier is kept before better ones are tried again: without push, and with it. */
const BETTER_AFTER_MS = { degraded: 300_000, connected: 1_800_000 };

/** What a connection needs from its client. */
export interface ConnectionHost {
  readonly runtime: Runtime;
  readonly carriers: readonly Carrier[];
  /** Opens a link with the token in use, or a renewed one. */
  open(carrier: Carrier, signal: AbortSignal, events: Pick<LinkEvents, 'closed' | 'heard'>): Promise<Link>;
  /** Renews the token; false if that is not possible without the user. */
  renew(): Promise<boolean>;
  /** Nothing is on its way at the moment. */
  quiet(): boolean;
  /** There is a link, or no link any more. */
  linked(link: Link | null): void;
  changed(current: ConnectionState, previous: ConnectionState): void;
  failed(error: ChatError): void;
}

const IDLE: ConnectionState = { status: 'idle', reason: null, attempt: 0, retryInMs: null, carrier: null };

/** The connection of a client. */
export class Connection {
  readonly #host: ConnectionHost;
  readonly #liveness: Liveness;
  readonly #stops: (() => void)[] = [];
  #state = IDLE;
  #link: Link | null = null;
  #winner: Carrier | null = null;
  #wanted = false;
  #renewed = false;
  #lostAt = 0;
  #abort: (() => void) | null = null;
  #stopRetry: (() => void) | null = null;
  #stopStable: (() => void) | null = null;
  #stopBetter: (() => void) | null = null;
  #generation = 0;

  constructor(host: ConnectionHost) {
    this.#host = host;
    this.#liveness = new Liveness(host.runtime.clock, () =>
      this.#lost(errorOf('TIMEOUT', 'the server is silent')),
    );
    const { page } = host.runtime;
    this.#stops.push(
      page.on('online', () => this.retryNow()),
      page.on('visible', () => this.retryNow()),
      page.on('offline', () => this.#liveness.check()),
      page.on('resume', () => this.#lost(errorOf('NETWORK', 'the page was frozen'), true)),
    );
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get link(): Link | null {
    return this.#link;
  }

  /** Connects, if it does not already. */
  want(): void {
    if (!this.#wanted && this.#state.status !== 'closed') {
      this.#wanted = true;
      this.#lostAt = this.#host.runtime.clock.now();
      this.#try();
    }
  }

  /** Tries now instead of later; asks an open link for a sign of life. */
  retryNow(): void {
    if (this.#link) {
      this.#liveness.check();
    } else if (this.#wanted && this.#stopRetry) {
      this.#try();
    }
  }

  /** The other side has been silent where it should have answered. */
  suspect(): void {
    this.#liveness.check();
  }

  /** Ends the link and, until `want`, does not come back. */
  rest(): void {
    this.#wanted = false;
    this.#drop();
    this.#set({ ...IDLE });
  }

  /** Ends everything for ever. */
  close(): void {
    this.#wanted = false;
    this.#stops.forEach((stop) => stop());
    this.#drop();
    this.#set({ ...IDLE, status: 'closed' });
  }

  #try(): void {
    this.#stopTimers();
    this.#set({ ...this.#state, status: 'connecting', retryInMs: null, carrier: null });
    const generation = ++this.#generation;
    // A carrier that has worked is trusted once; if it fails, all are tried.
    const usual = this.#winner && this.#state.attempt === 0 ? [this.#winner] : this.#host.carriers;
    const race = this.#race(usual);
    this.#abort = race.abort;
    race.link.then(
      ({ carrier, link }) => {
        if (generation === this.#generation) {
          this.#opened(carrier, link);
        } else {
          link.close();
        }
      },
      (thrown: unknown) => generation === this.#generation && this.#unopened(asChatError(thrown)),
    );
  }

  #race(carriers: readonly Carrier[]): ReturnType<typeof firstLink> {
    return firstLink(
      carriers,
      (carrier, signal) => {
        let opened: Link | null = null;
        const closed = (error: ChatError) => opened !== null && opened === this.#link && this.#lost(error);
        const heard = () => opened !== null && opened === this.#link && this.#liveness.heard();
        return this.#host.open(carrier, signal, { closed, heard }).then((link) => (opened = link));
      },
      this.#host.runtime.clock,
    );
  }

  #opened(carrier: Carrier, link: Link): void {
    const { clock } = this.#host.runtime;
    this.#abort = null;
    this.#link = link;
    this.#winner = carrier;
    this.#renewed = false;
    this.#liveness.watch(link);
    const status = link.live ? 'connected' : 'degraded';
    this.#set({ status, reason: null, attempt: this.#state.attempt, retryInMs: null, carrier: carrier.name });
    this.#stopStable = clock.after(STABLE_AFTER_MS, () => this.#set({ ...this.#state, attempt: 0 }));
    if (carrier !== this.#host.carriers[0]) {
      this.#stopBetter = clock.after(BETTER_AFTER_MS[status], () => this.#tryBetter());
    }
    this.#host.linked(link);
  }

  /** Looks for a better carrier beside the one in use, and changes over when nothing is on its way. */
  #tryBetter(): void {
    const { carriers, runtime } = this.#host;
    const better = this.#winner ? carriers.slice(0, carriers.indexOf(this.#winner)) : [];
    const generation = ++this.#generation;
    const again = () => {
      if (generation === this.#generation && this.#link) {
        this.#stopBetter = runtime.clock.after(BETTER_AFTER_MS.degraded, () => this.#tryBetter());
      }
    };
    if (better.length === 0 || !this.#host.quiet()) {
      again();
      return;
    }
    const race = this.#race(better);
    this.#abort = race.abort;
    race.link.then(({ carrier, link }) => {
      if (generation !== this.#generation || !this.#link) {
        link.close();
        return;
      }
      const old = this.#link;
      this.#link = null;
      this.#host.linked(null);
      old.close();
      this.#opened(carrier, link);
    }, again);
  }

  #unopened(error: ChatError): void {
    this.#abort = null;
    if (error.code === 'AUTH_EXPIRED' || error.code === 'AUTH_REFUSED' || error.code === 'AUTH_REQUIRED') {
      this.#authenticate(error);
    } else {
      this.#wait(error);
    }
  }

  /** A token is renewed once; if the new one is no good either, somebody has to sign in. */
  #authenticate(error: ChatError): void {
    const generation = this.#generation;
    const renewing = this.#renewed ? Promise.resolve(false) : this.#host.renew();
    this.#renewed = true;
    renewing.then(
      (renewed) => {
        if (generation !== this.#generation) {
          return;
        }
        if (renewed) {
          this.#try();
        } else {
          this.#wanted = false;
          this.#renewed = false;
          this.#set({ ...IDLE, status: 'disconnected', reason: error.code });
          this.#host.failed(error);
        }
      },
      (thrown: unknown) => generation === this.#generation && this.#wait(asChatError(thrown)),
    );
  }

  #wait(error: ChatError): void {
    const { clock, random, page } = this.#host.runtime;
    const attempt = this.#state.attempt + 1;
    // Whoever was sent away does not come back at once.
    const suspended = error.code === 'DISMISSED' || clock.now() - this.#lostAt >= SUSPEND_AFTER_MS;
    const retryInMs = suspended
      ? suspendedDelay(random)
      : reconnectDelay(attempt - 1, random, error.retryAfterMs ?? 0);
    this.#stopRetry = clock.after(retryInMs, () => this.#try());
    const reason = page.online ? error.code : 'OFFLINE';
    const status = suspended ? 'suspended' : 'disconnected';
    this.#set({ status, reason, attempt, retryInMs, carrier: null });
  }

  #lost(error: ChatError, atOnce = false): void {
    if (!this.#link) {
      return;
    }
    this.#lostAt = this.#host.runtime.clock.now();
    this.#drop();
    if (atOnce) {
      this.#try();
    } else if (error.code.startsWith('AUTH_')) {
      this.#authenticate(error);
    } else {
      this.#wait(error);
    }
  }

  #drop(): void {
    this.#generation += 1;
    this.#stopTimers();
    this.#abort?.();
    this.#abort = null;
    this.#liveness.rest();
    const link = this.#link;
    this.#link = null;
    if (link) {
      this.#host.linked(null);
      link.close();
    }
  }

  #stopTimers(): void {
    this.#stopRetry?.();
    this.#stopStable?.();
    this.#stopBetter?.();
    this.#stopRetry = this.#stopStable = this.#stopBetter = null;
  }

  #set(next: ConnectionState): void {
    const previous = this.#state;
    this.#state = next;
    if (previous.status !== next.status || previous.retryInMs !== next.retryInMs) {
      this.#host.changed(next, previous);
    }
  }
}
