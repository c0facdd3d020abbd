// Keeps the log of one conversation complete: the first page, what is missed while away, and what gets lost on the way.

import type { ChatError } from '../errors/chat-error.js';
import { asChatError } from '../errors/from-server.js';
import { history } from '../transports/http-api.js';
import type { Clock, Http, Link } from '../types.js';
import type { WireMessage } from '../wire/message.js';
import { ConversationLog, type Entry } from './log.js';

/** How long what comes too early waits for what is before it, until that is fetched. */
export const HOLD_MS = 2_000;

/** After this long a request that has failed is made again. */
const AGAIN_MS = 3_000;

/** What following needs from its conversation. */
export interface FollowHost {
  readonly topic: string;
  readonly clock: Clock;
  readonly http: Http;
  readonly role: 'visitor' | 'agent';
  link(): Link | null;
  /** The first page is here. */
  begun(): Promise<void> | void;
  /** Entries have come behind the ones before; `live` ones just now. */
  added(entries: readonly Entry[]): void;
  changed(): void;
  /** The log was another one; it has been read anew. */
  reset(): void;
  failed(error: ChatError): void;
}

/** Follows one conversation. */
export class Follow {
  readonly log = new ConversationLog();
  readonly #host: FollowHost;
  #wanted = false;
  #ready: { promise: Promise<void>; resolve: () => void; reject: (error: ChatError) => void } | null = null;
  #stopHold: (() => void) | null = null;
  #stopAgain: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #filling = false;
  #loadingBefore: Promise<void> | null = null;
  #atStart = false;
  #followed: Link | null = null;

  constructor(host: FollowHost) {
    this.#host = host;
  }

  get wanted(): boolean {
    return this.#wanted;
  }

  get loading(): boolean {
    return this.#wanted && !this.log.based;
  }

  get loadingBefore(): boolean {
    return this.#loadingBefore !== null;
  }

  get atStart(): boolean {
    return this.#atStart || this.log.first <= 1;
  }

  /** Whether this link brings what is said here, echoes included. */
  isFollowedBy(link: Link | null): boolean {
    return link !== null && this.#followed === link;
  }

  /** Begins, or goes on. Resolves when nothing is missing. */
  join(): Promise<void> {
    if (!this.#ready) {
      let resolve = () => {};
      let reject: (error: ChatError) => void = () => {};
      const promise = new Promise<void>((...settle) => ([resolve, reject] = settle));
      promise.catch(() => undefined);
      this.#ready = { promise, resolve, reject };
      this.#wanted = true;
      this.catchUp();
      this.#host.changed();
    }
    return this.#ready.promise;
  }

  leave(): void {
    this.#wanted = false;
    this.#ready = null;
    this.#followed = null;
    this.#stopHold?.();
    this.#stopAgain?.();
    this.#stopHold = this.#stopAgain = null;
    this.#host.link()?.unfollow(this.#host.topic);
  }

  /** There is a link again: from where we stand on. */
  catchUp(): void {
    if (this.#wanted) {
      this.#running ??= this.#run().finally(() => (this.#running = null));
    }
  }

  /** An entry has come. */
  receive(entry: Entry): void {
    const before = this.log.last;
    if (this.log.receive(entry) === 'conflict') {
      void this.reload();
      return;
    }
    this.#hold();
    this.#tellAdded(before);
  }

  /** One page before what is here. */
  loadBefore(): Promise<void> {
    if (this.atStart || !this.log.based) {
      return Promise.resolve();
    }
    this.#loadingBefore ??= this.#page({ before: this.log.first })
      .then(({ content, last }) => {
        this.log.prepend(entriesOf(content));
        this.#atStart = last;
      })
      .finally(() => {
        this.#loadingBefore = null;
        this.#host.changed();
      });
    this.#host.changed();
    return this.#loadingBefore;
  }

  /** Forgets what is far back. */
  trim(count: number): void {
    this.log.trim(count);
    this.#atStart = false;
    this.#host.changed();
  }

  /** Reads everything anew. */
  async reload(): Promise<void> {
    await this.#begin().catch((thrown: unknown) => this.#host.failed(asChatError(thrown)));
    this.#host.reset();
  }

  async #run(): Promise<void> {
    try {
      if (!this.log.based) {
        await this.#begin();
      }
      const link = this.#host.link();
      if (!link || !this.#wanted) {
        return;
      }
      this.#followed = null;
      // The last entry comes again: if it is another one, so is the log.
      await link.follow(this.#host.topic, Math.max(0, this.log.last - 1));
      if (link !== this.#host.link()) {
        this.#again(0);
        return;
      }
      this.#followed = link;
      this.#ready?.resolve();
      this.#host.changed();
    } catch (thrown) {
      this.#failed(asChatError(thrown));
    }
  }

  #failed(error: ChatError): void {
    if (error.retryable || error.code === 'CLOSED' || error.code.startsWith('AUTH_')) {
      this.#again(AGAIN_MS);
      return;
    }
    this.#wanted = false;
    this.#ready?.reject(error);
    this.#ready = null;
    this.#host.failed(error);
  }

  #again(ms: number): void {
    this.#stopAgain?.();
    this.#stopAgain = this.#host.clock.after(ms, () => {
      const link = this.#host.link();
      if (link && !this.isFollowedBy(link)) {
        this.catchUp();
      }
    });
  }

  async #begin(): Promise<void> {
    const { content, last } = await this.#page({});
    this.log.begin(entriesOf(content));
    this.#atStart = last;
    await this.#host.begun();
    this.#host.changed();
  }

  /** Fetches what is missing, until nothing is. */
  async #fill(): Promise<void> {
    if (this.#filling) {
      return;
    }
    this.#filling = true;
    try {
      while (this.log.hasGap && this.#wanted) {
        const before = this.log.last;
        const { content } = await this.#page({ after: before });
        entriesOf(content).forEach((entry) => this.log.receive(entry));
        this.#tellAdded(before);
        if (this.log.last === before) {
          // The server has more, but nothing that joins what is here: what stood between was deleted.
          if (content.length > 0) {
            await this.reload();
          }
          break;
        }
      }
    } catch (thrown) {
      this.#host.failed(asChatError(thrown));
    }
    this.#filling = false;
    this.#hold();
  }

  /** What comes too early is waited for, but not for long. */
  #hold(): void {
    if (this.log.based && this.log.hasGap) {
      this.#stopHold ??= this.#host.clock.after(HOLD_MS, () => {
        this.#stopHold = null;
        void this.#fill();
      });
    } else {
      this.#stopHold?.();
      this.#stopHold = null;
    }
  }

  #tellAdded(before: number): void {
    const added = this.log.entries(before + 1);
    if (added.length > 0) {
      this.#host.added(added);
    }
    this.#host.changed();
  }

  #page(beside: { before?: number; after?: number }): ReturnType<typeof history> {
    return history(this.#host.http, this.#host.role, this.#host.topic, beside);
  }
}

function entriesOf(messages: readonly WireMessage[]): Entry[] {
  return messages.filter((message): message is Entry => message.seq !== undefined);
}
