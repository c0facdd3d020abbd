// What was said and is not yet on the server: one queue per conversation, in order, kept in storage.
//
// One message of a conversation is on its way at a time. It is given up only if the server refuses it, its writer takes
// it back, or it has failed on the server's side too often. Trouble of the network only makes the queue wait. Each
// message goes out under the same id as often as needed: the server keeps it once.

import { newId } from '../core/uuid.js';
import type { ChatError } from '../errors/chat-error.js';
import { asChatError, errorOf } from '../errors/from-server.js';
import type { Clock, OutboxStorage, StoredMessage } from '../types.js';
import type { WireMessage } from '../wire/message.js';

/** How long an echo may take before the message is sent again over HTTP. */
export const ACK_TIMEOUT_MS = 8_000;

/** Messages that have waited for longer are sent only if their writer still wants it. */
export const ASK_AFTER_MS = 86_400_000;

/** How often the server may fail at a message. */
const TRIES = 5;

/** A message that waits. */
export interface OutboxItem {
  readonly stored: StoredMessage;
  readonly status: 'queued' | 'sending' | 'failed' | 'asking';
  readonly error: ChatError | null;
}

/** What the outbox needs to know and to do. */
export interface OutboxHost {
  readonly clock: Clock;
  readonly storage: OutboxStorage;
  /** Names this page among those that share the storage. */
  readonly tab: string;
  /** The carrier that brings echoes of this topic, if there is one at the moment. */
  socketFor(topic: string): ((message: StoredMessage) => Promise<void>) | null;
  /** Sends over HTTP; resolves with the entry. */
  post(message: StoredMessage): Promise<WireMessage>;
  /** Whether there is any use in trying. */
  reachable(): boolean;
  /** Nothing has come back for too long: the link may be dead. */
  suspect(): void;
  /** Something is in storage that is not on the server. */
  queued(): void;
  changed(topic: string): void;
  sent(topic: string, entry: WireMessage): void;
}

interface Waiting {
  stored: StoredMessage;
  status: OutboxItem['status'];
  error: ChatError | null;
  tries: number;
  stopTimer: (() => void) | null;
  settle: { resolve: (entry: WireMessage) => void; reject: (error: ChatError) => void }[];
}

/** The queues of all conversations of one user. */
export class Outbox {
  readonly #host: OutboxHost;
  readonly #queues = new Map<string, Waiting[]>();
  readonly #byId = new Map<string, Waiting>();
  #order = 0;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(host: OutboxHost) {
    this.#host = host;
  }

  /** Whether nothing waits to be sent. */
  get idle(): boolean {
    return [...this.#queues.values()].every((queue) => queue.every(({ status }) => status === 'failed'));
  }

  /** What waits in a conversation, in its order. */
  items(topic: string): readonly OutboxItem[] {
    return this.#queues.get(topic) ?? [];
  }

  /** Queues a message. It is in storage before it leaves this machine if storage is as fast as memory, else soon after. */
  add(
    message: Omit<StoredMessage, 'id' | 'queuedAt' | 'order' | 'tab'> & { readonly id?: string },
  ): StoredMessage {
    const { clock, tab } = this.#host;
    const now = clock.now();
    this.#order = Math.max(this.#order + 1, now);
    const stored = { id: newId(now), ...message, queuedAt: now, order: this.#order, tab };
    this.#push(stored, 'queued');
    this.#store(() => this.#host.storage.put(stored));
    this.#host.queued();
    this.flush(stored.topic);
    return stored;
  }

  /** The pages that have left something in storage, or will yet send it. */
  async tabs(): Promise<ReadonlySet<string>> {
    return new Set((await this.#stored()).map(({ tab }) => tab));
  }

  /**
   * Takes over what these pages have left, without sending it yet; the topics. Old messages wait for their writer's
   * word.
   */
  async adopt(writer: string, tabs: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const found = (await this.#stored())
      .filter((stored) => stored.writer === writer && tabs.has(stored.tab) && !this.#byId.get(stored.id))
      .sort((one, other) => one.order - other.order);
    const oldest = this.#host.clock.now() - ASK_AFTER_MS;
    for (const stored of found) {
      this.#push(stored, stored.queuedAt < oldest ? 'asking' : 'queued');
    }
    return new Set(found.map(({ topic }) => topic));
  }

  /** Resolves with the entry when the server has it; rejects when it is refused or taken back. */
  outcome(id: string): Promise<WireMessage> {
    return new Promise((resolve, reject) => {
      const waiting = this.#byId.get(id);
      if (waiting) {
        waiting.settle.push({ resolve, reject });
      } else {
        reject(errorOf('CANCELLED', 'the message was taken back'));
      }
    });
  }

  /** Puts a failed message, or an old one, into the queue again. */
  retry(id: string): void {
    const waiting = this.#byId.get(id);
    if (waiting && (waiting.status === 'failed' || waiting.status === 'asking')) {
      waiting.tries = 0;
      this.#set(waiting, 'queued');
      this.#store(() => this.#host.storage.put(waiting.stored));
      this.flush(waiting.stored.topic);
    }
  }

  /** Forgets a message that is not on its way; false if it is, or is not here. */
  cancel(id: string): boolean {
    const waiting = this.#byId.get(id);
    if (!waiting || waiting.status === 'sending') {
      return false;
    }
    this.#drop(waiting);
    waiting.settle.forEach(({ reject }) => reject(errorOf('CANCELLED', 'the message was taken back')));
    return true;
  }

  /** An entry has come by whatever way; if it is one of ours, it has arrived. */
  arrived(entry: WireMessage): void {
    const waiting = this.#byId.get(entry.uid);
    if (waiting) {
      this.#drop(waiting);
      waiting.settle.forEach(({ resolve }) => resolve(entry));
      this.flush(waiting.stored.topic);
    }
  }

  /** The server will not have it, or cannot at the moment. */
  refused(id: string, error: ChatError): void {
    const waiting = this.#byId.get(id);
    if (!waiting || waiting.status === 'failed') {
      return;
    }
    waiting.tries += 1;
    if (!error.retryable) {
      this.#fail(waiting, error);
    } else if (error.status !== null && waiting.tries >= TRIES) {
      this.#fail(waiting, errorOf('EXHAUSTED', error.message, { cause: error }));
    } else {
      this.#set(waiting, 'queued');
      if (error.status !== null || this.#host.reachable()) {
        this.#later(waiting, error.retryAfterMs ?? 1000 * 2 ** Math.min(waiting.tries - 1, 4));
      }
    }
  }

  /** The link is gone: what was on its way waits again, and goes out under the same id when there is a new one. */
  interrupted(): void {
    for (const waiting of [...this.#queues.values()].flat()) {
      if (waiting.status === 'sending') {
        this.#set(waiting, 'queued');
      }
    }
  }

  /** Sends what can be sent now. */
  flush(topic?: string): void {
    for (const queue of topic === undefined ? this.#queues.values() : [this.#queues.get(topic) ?? []]) {
      const next = queue.find(({ status }) => status === 'queued' || status === 'sending');
      if (next?.status === 'queued' && next.stopTimer === null && this.#host.reachable()) {
        this.#send(next);
      }
    }
  }

  /** Forgets everything of a writer, in storage too. */
  async forget(writer: string): Promise<void> {
    await this.close();
    const left = (await this.#stored()).filter((stored) => stored.writer === writer);
    await Promise.allSettled(left.map(({ id }) => this.#host.storage.remove(id)));
  }

  /** Ends all timers; resolves when storage has what it is to keep. */
  close(): Promise<unknown> {
    for (const waiting of [...this.#queues.values()].flat()) {
      waiting.stopTimer?.();
      waiting.settle.forEach(({ reject }) => reject(errorOf('CLOSED', 'the client was closed')));
    }
    this.#queues.clear();
    this.#byId.clear();
    return this.#writing;
  }

  #send(waiting: Waiting): void {
    const socket = this.#host.socketFor(waiting.stored.topic);
    this.#set(waiting, 'sending');
    if (!socket) {
      this.#post(waiting);
      return;
    }
    this.#later(waiting, ACK_TIMEOUT_MS, () => {
      this.#host.suspect();
      this.#post(waiting);
    });
    socket(waiting.stored).catch((thrown: unknown) => this.refused(waiting.stored.id, asChatError(thrown)));
  }

  #post(waiting: Waiting): void {
    this.#host.post(waiting.stored).then(
      (entry) => {
        this.#host.sent(waiting.stored.topic, entry);
        this.arrived(entry);
      },
      (thrown: unknown) => this.refused(waiting.stored.id, asChatError(thrown)),
    );
  }

  #later(waiting: Waiting, ms: number, then = () => this.flush(waiting.stored.topic)): void {
    waiting.stopTimer?.();
    waiting.stopTimer = this.#host.clock.after(ms, () => {
      waiting.stopTimer = null;
      then();
    });
  }

  #fail(waiting: Waiting, error: ChatError): void {
    waiting.error = error;
    this.#set(waiting, 'failed');
    this.#host.storage.remove(waiting.stored.id).catch(() => undefined);
    waiting.settle.splice(0).forEach(({ reject }) => reject(error));
    this.flush(waiting.stored.topic);
  }

  #set(waiting: Waiting, status: OutboxItem['status']): void {
    waiting.stopTimer?.();
    waiting.stopTimer = null;
    waiting.status = status;
    if (status !== 'failed') {
      waiting.error = null;
    }
    this.#host.changed(waiting.stored.topic);
  }

  #push(stored: StoredMessage, status: OutboxItem['status']): void {
    const queue = this.#queues.get(stored.topic) ?? [];
    this.#queues.set(stored.topic, queue);
    const waiting: Waiting = { stored, status, error: null, tries: 0, stopTimer: null, settle: [] };
    this.#byId.set(stored.id, waiting);
    queue.push(waiting);
    queue.sort((one, other) => one.stored.order - other.stored.order);
    this.#host.changed(stored.topic);
  }

  #drop(waiting: Waiting): void {
    waiting.stopTimer?.();
    const { topic, id } = waiting.stored;
    this.#byId.delete(id);
    this.#queues.set(
      topic,
      (this.#queues.get(topic) ?? []).filter((other) => other !== waiting),
    );
    this.#store(() => this.#host.storage.remove(id));
    this.#host.changed(topic);
  }

  #stored(): Promise<readonly StoredMessage[]> {
    return this.#host.storage.all().catch(() => []);
  }

  /** Storage may be full or forbidden: then the message lives as long as the page. */
  #store(change: () => Promise<void>): void {
    this.#writing = Promise.allSettled([this.#writing, change()]);
  }
}
