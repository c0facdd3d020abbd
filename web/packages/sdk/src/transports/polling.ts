// The link of the carrier `http`: nothing is pushed, the history is asked for what is new.

import type { ChatError } from '../errors/chat-error.js';
import { asChatError } from '../errors/from-server.js';
import type { Feed, Link, LinkRequest } from '../types.js';
import type { WireMessage } from '../wire/message.js';
import { history, paths, postMessage } from './http-api.js';
import { PollingInbox } from './polling-inbox.js';
import { Seat } from './polling-seat.js';

/** How often is asked, while the page is seen and while it is not. */
const SEEN_MS = 2_000;
const UNSEEN_MS = 15_000;

/** Failures in a row after which the link counts as lost. */
const FAILURES = 3;

/** Opens a link; rejects if requests do not work either. */
export async function openPolling(request: LinkRequest, signal: AbortSignal): Promise<Link> {
  const link = new HttpLink(request);
  signal.addEventListener('abort', () => link.close());
  await link.probe();
  return link;
}

class HttpLink implements Link {
  readonly live = false;
  readonly #request: LinkRequest;
  /** Position in each followed conversation. */
  readonly #followed = new Map<string, number>();
  /** The server knows by it that an agent is there; nobody asks that of visitors. */
  readonly #seat: Seat | null;
  #inbox: PollingInbox | null = null;
  #stopTimer: (() => void) | null = null;
  #stopSeen: () => void;
  #failures = 0;
  #closed = false;
  #asking = false;

  constructor(request: LinkRequest) {
    this.#request = request;
    this.#seat = request.role === 'agent' ? new Seat(request) : null;
    this.#stopSeen = request.runtime.page.on('visible', () => void this.#ask());
  }

  async follow(topic: string, afterSeq: number | null): Promise<void> {
    const { http, role } = this.#request;
    const position = afterSeq ?? (await history(http, role, topic)).content[0]?.seq ?? 0;
    this.#followed.set(topic, position);
    await this.#fetch(topic, position);
    this.#schedule();
  }

  unfollow(topic: string): void {
    this.#followed.delete(topic);
  }

  /** What is said in all conversations is asked for; other lists are fetched by whoever shows them. */
  async listen(feed: Feed): Promise<void> {
    if (feed === 'messages' && !this.#inbox) {
      this.#inbox = new PollingInbox(this.#request, (message) => {
        if (!this.#closed) {
          this.#request.events.message(message);
        }
      });
      await this.#ask();
    }
  }

  publish(message: WireMessage): void {
    if (message.type === 'TYPING' || message.type === 'PREVIEW') {
      return;
    }
    postMessage(this.#request.http, this.#request.role, message).then(
      (entry) => !this.#closed && this.#request.events.message(entry),
      (thrown: unknown) => this.#request.events.refused(message.uid, asChatError(thrown)),
    );
  }

  async probe(): Promise<void> {
    const { http, role } = this.#request;
    if (this.#seat) {
      await this.#seat.keep();
      this.#schedule();
    } else {
      await http.get(paths(role).unread, { uid: this.#request.user });
    }
    this.#request.events.heard();
  }

  close(): void {
    if (!this.#closed) {
      this.#closed = true;
      this.#stopTimer?.();
      this.#stopSeen();
      this.#seat?.leave();
    }
  }

  #schedule(): void {
    if (!this.#closed) {
      const { clock, page } = this.#request.runtime;
      this.#stopTimer?.();
      this.#stopTimer = clock.after(page.visible ? SEEN_MS : UNSEEN_MS, () => void this.#ask());
    }
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.#closed) {
      return;
    }
    this.#asking = true;
    try {
      await this.#seat?.keepIfDue();
      for (const [topic, position] of [...this.#followed]) {
        await this.#fetch(topic, position).catch((thrown: unknown) => this.#gone(topic, thrown));
      }
      await this.#inbox?.ask((topic) => this.#followed.has(topic));
      this.#failures = 0;
    } catch (thrown) {
      this.#failed(asChatError(thrown));
    }
    this.#asking = false;
    this.#schedule();
  }

  async #fetch(topic: string, position: number): Promise<void> {
    const { http, role, events } = this.#request;
    for (let after = position, more = true; more;) {
      const page = await history(http, role, topic, { after });
      if (this.#closed || this.#followed.get(topic) !== after) {
        return;
      }
      events.heard();
      page.content.forEach((message) => events.message(message));
      after = page.content.at(-1)?.seq ?? after;
      this.#followed.set(topic, after);
      more = !page.last && page.content.length > 0;
    }
  }

  /** A conversation that is not ours any more is no reason to end the link. */
  #gone(topic: string, thrown: unknown): void {
    const error = asChatError(thrown);
    if (error.retryable || error.code.startsWith('AUTH_')) {
      throw error;
    }
    this.#followed.delete(topic);
  }

  #failed(error: ChatError): void {
    this.#failures += 1;
    if (!this.#closed && (this.#failures >= FAILURES || error.code.startsWith('AUTH_'))) {
      this.close();
      this.#request.events.closed(error);
    }
  }
}
